package analysis_test

import (
	"flag"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tapaudit/analysis"
	"tapaudit/analysis/settings"
	"tapaudit/ingest/casefile"
)

var update = flag.Bool("update", false, "write derived.txt anew")

// TestDerived: derived.txt names what judging leaves in a case, no more and no less. A case with anything else is
// refused.
func TestDerived(t *testing.T) {
	rules, err := analysis.BuiltInRules()
	if err != nil {
		t.Fatal(err)
	}
	c, err := casefile.Open(t.Context(), "", casefile.Options{TempDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	own, err := c.Catalog(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := analysis.Run(t.Context(), c, &settings.Settings{}, rules, analysis.Options{}); err != nil {
		t.Fatal(err)
	}
	all, err := c.Catalog(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	text := all.Without(own).String()
	if *update {
		if err := os.WriteFile("derived.txt", []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	written, err := os.ReadFile("derived.txt")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(written), text); diff != "" {
		t.Errorf("derived.txt differs; go test ./analysis -run Derived -update writes it anew. "+
			"Names that went away belong among the retired: older cases have them (-written +made):\n%s", diff)
	}
}
