package extract

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"tapaudit/ingest/record"
)

// TestKustoAcceptsTheText: Microsoft's own reader of Kusto's language finds nothing to object to on the documented
// tables, and each result set has the columns that an extract has.
func TestKustoAcceptsTheText(t *testing.T) {
	dir := t.TempDir()
	args := []string{filepath.Join("testdata", "kusto", "check.js")}
	write := func(name, text string) {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, path)
	}
	texts := map[string]Options{
		"plain":  {},
		"tenant": {Tenant: "contoso.example"},
		"named":  {Columns: map[string]string{"AADTenantId": "", "Location": ""}},
	}
	for name, o := range texts {
		o.Engine, o.Layout, o.Into, o.Period, o.Format = "kql", "loganalytics", "tapaudit-extract", quarter(), "csv"
		text, _, err := Text(o)
		if err != nil {
			t.Fatal(err)
		}
		write(name, text)
		if name == "plain" {
			write("wrong", strings.Replace(text, "['time'] >=", "time >=", 1))
		}
	}
	cmd := exec.Command("node", args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		said := stderr.String()
		t.Fatalf("%v; 'make test-setup' installs what this test needs\n%s", err, said[max(len(said)-2000, 0):])
	}
	columns, wrong := map[string]string{}, 0 // of each text's result sets
	for line := range strings.Lines(string(out)) {
		set, names, _ := strings.Cut(strings.TrimSpace(line), ": ")
		switch {
		case !strings.Contains(set, ", line "):
			columns[set] = " " + names + " "
		case strings.HasPrefix(set, "wrong "):
			wrong++
		default:
			t.Error(strings.TrimSpace(line))
		}
	}
	if wrong == 0 {
		t.Error("the reader does not object to a reserved word as a column")
	}
	for name := range texts {
		for set, want := range map[string][]record.Column{"attempts": record.SignIn.Lake(),
			"signins": record.SignIn.Lake(), "audits": record.Audit.Lake()} {
			for _, c := range want {
				if got := columns[name+" "+set]; !strings.Contains(got, " "+c.Name+" ") {
					t.Errorf("%s: %s has no column %s, but%s", name, set, c.Name, got)
				}
			}
		}
		for _, set := range []string{"addresses", "countries", "days", "activity", "graph"} {
			if got := columns[name+" "+set]; !strings.HasSuffix(got, " extract ") {
				t.Errorf("%s: %s has the columns%s", name, set, got)
			}
		}
	}
}
