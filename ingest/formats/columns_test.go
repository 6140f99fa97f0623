package formats

import (
	"fmt"
	"strings"
	"testing"

	"tapaudit/ingest/record"
)

// TestEveryColumnHasItsOwnValue: a record in which each member holds its own name is read so that each column holds
// the name of its place, from JSON and from a lake's row.
func TestEveryColumnHasItsOwnValue(t *testing.T) {
	for _, test := range []struct {
		kind   *record.Kind
		format string // "" where it is read from exports of many shapes
		lake   string // what a lake's row has besides
	}{
		{record.SignIn, "Graph sign-ins", `"lake":"sign-in","filtered":false`},
		{record.Audit, "Graph directory audits", `"lake":"audit event","filtered":false`},
		{record.Activity, "", `"lake":"activity","filtered":false`},
	} {
		want := map[string]string{}
		object := map[string]any{}
		var row []string
		number := 1000
		for _, c := range test.kind.Lake() {
			value := ""
			switch c.Type {
			case record.Text:
				value = "the " + c.Name
			case record.JSON:
				value = `[{"authenticationMethod":"the ` + c.Name + `"}]`
			case record.Number:
				number++
				value = fmt.Sprint(number)
			case record.Bool:
				value = "true"
			case record.Time:
				value = "2026-07-01T08:00:00"
			case record.Texts:
				value = `["the ` + c.Name + `"]`
			}
			switch c.Name {
			case "log_type":
				value = record.GraphActivity
				want[c.Name] = value
			case "risk", "result": // in lower case
				if test.kind == record.Activity {
					want[c.Name] = value
					break
				}
				value = strings.ToUpper(value)
				want[c.Name] = strings.ToLower(value)
			case "log":
				value = "ual"
				want[c.Name] = value
			default:
				want[c.Name] = value
			}
			text := quote(value)
			if c.Type != record.Text && c.Type != record.Time {
				text = value
			}
			row = append(row, quote(c.Name)+":"+text)
			if sources := c.Sources(); len(sources) > 0 {
				if sources[0].List {
					text = `[{"networkType":"trustedNamedLocation"}]`
				}
				if c.Type == record.JSON {
					text = value
				}
				at, path := object, sources[0].Path
				for _, key := range path[:len(path)-1] {
					if at[key] == nil {
						at[key] = map[string]any{}
					}
					at = at[key].(map[string]any)
				}
				at[path[len(path)-1]] = text
			}
		}
		lake := "{" + strings.Join(row, ",") + "," + test.lake + "}"
		for name, text := range map[string]string{"Graph": written(object), "lake": lake} {
			format, out := Read(text, nil, &Input{})
			if name == "Graph" && test.format == "" {
				continue
			}
			if format == nil || len(out.Rows) != 1 || out.Wrong > 0 || name == "Graph" && format.Name != test.format {
				t.Errorf("%s of %s: %+v as %s", name, test.kind.Table, out, formatName(format))
				continue
			}
			for i, c := range test.kind.Columns {
				expected, fromLake := want[c.Name], name == "lake"
				if c.Derived || !fromLake && len(c.Sources()) == 0 {
					continue
				}
				if got := out.Rows[0].Values[i]; got != expected {
					t.Errorf("%s of %s: %s is %q, want %q", name, test.kind.Table, c.Name, got, expected)
				}
			}
		}
	}
}

// written is an object whose leaves are JSON texts.
func written(object map[string]any) string {
	var parts []string
	for key, value := range object {
		text, leaf := value.(string)
		if !leaf {
			text = written(value.(map[string]any))
		}
		parts = append(parts, quote(key)+":"+text)
	}
	return "{" + strings.Join(parts, ",") + "}"
}
