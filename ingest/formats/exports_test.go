package formats

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

var update = flag.Bool("update", false, "write what testdata expects anew")

// TestExports reads the example of each format in testdata/NAME.txtar: export.json (a record a line) or export.csv,
// and want. -update writes want: what each record is recognised as and what becomes of it.
func TestExports(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no examples: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			example, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if len(example.Files) != 2 || example.Files[1].Name != "want" {
				t.Fatalf("%s has %d files; it needs export.json or export.csv, then want", file, len(example.Files))
			}
			var got string
			switch text := string(example.Files[0].Data); example.Files[0].Name {
			case "export.json":
				for line := range strings.Lines(text) {
					format, out := Read(strings.TrimSpace(line), nil, &Input{})
					got += told(format, out)
				}
			case "export.csv":
				sheet, outs := readCSV(t, &Input{}, text)
				for _, out := range outs {
					got += told(sheet.Format, out)
				}
			default:
				t.Fatalf("%s begins with %s; it is to begin with export.json or export.csv", file,
					example.Files[0].Name)
			}
			if *update {
				example.Files[1].Data = []byte(got)
				if err := os.WriteFile(file, txtar.Format(example), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(string(example.Files[1].Data), got); diff != "" || got == "" {
				t.Errorf("%s (-want +got); go test ./ingest/formats -run Exports -update writes it anew:\n%s", file,
					diff)
			}
		})
	}
}

// told is what became of a record, a line for each thing that there is to say.
func told(format *Format, out Outcome) string {
	var b strings.Builder
	fmt.Fprintf(&b, "recognised as %q\n", formatName(format))
	for _, r := range out.Rows {
		fmt.Fprintf(&b, "%s at %s: %s\n", r.Kind.Table, timeOf(r), textOf(r))
	}
	for _, say := range [][2]string{{"not used", out.NotUsed}, {"quarantined", out.Bad}, {"note", out.Note}} {
		if say[1] != "" {
			fmt.Fprintf(&b, "%s: %s\n", say[0], say[1])
		}
	}
	if out.Wrong > 0 {
		fmt.Fprintf(&b, "fields of a wrong type: %d\n", out.Wrong)
	}
	if out.KeepRaw {
		b.WriteString("kept as proof\n")
	}
	return b.String()
}
