package record

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden text anew")

// TestColumns: where two columns' names, types or places are swapped, this list is another.
func TestColumns(t *testing.T) {
	var text strings.Builder
	for _, k := range Kinds {
		text.WriteString(k.Table + "\n")
		for _, c := range k.Columns {
			marks := ""
			if c.Required {
				marks += " required"
			}
			if c.Plain {
				marks += " plain"
			}
			if c.Derived {
				marks += " derived"
			}
			text.WriteString(strings.TrimRight(fmt.Sprintf("    %-20s %-9s %s%s", c.Name, c.Type, c.Graph, marks),
				" ") + "\n")
		}
	}
	path := filepath.Join("testdata", "columns.txt")
	if *update {
		if err := os.WriteFile(path, []byte(text.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), text.String()); diff != "" {
		t.Errorf("(-golden +declared), go test ./ingest/record -update writes it anew:\n%s", diff)
	}
}

// TestMembers: each source of a column has a slot of its own, and the tree leads to it by the source's path.
func TestMembers(t *testing.T) {
	for _, k := range Kinds {
		found := map[int]string{}
		var walk func(at string, members []Member)
		walk = func(at string, members []Member) {
			for _, m := range members {
				if m.Members != nil {
					walk(at+m.Key+".", m.Members)
					continue
				}
				if found[m.Slot] != "" {
					t.Errorf("%s: %s and %s have one slot", k.Table, found[m.Slot], at+m.Key)
				}
				found[m.Slot] = at + m.Key
			}
		}
		walk("", k.Members)
		for i, c := range k.Columns {
			for j, s := range c.Sources() {
				path, slot := strings.Join(s.Path, "."), i
				if c.Name == "time" {
					continue
				}
				if j > 0 || s.List && c.Type != JSON {
					slot = k.Slot(path)
				}
				if found[slot] != path {
					t.Errorf("%s.%s: its place %s leads to %q", k.Table, c.Name, path, found[slot])
				}
			}
		}
	}
}

func TestSpelling(t *testing.T) {
	for pascal, want := range map[string]string{"UserId": "userId", "IPAddress": "ipAddress", "ID": "id", "id": "id",
		"": "", "UPN": "upn"} {
		if got := FromPascal(pascal); got != want {
			t.Errorf("FromPascal(%q) = %q, want %q", pascal, got, want)
		}
	}
	for snake, want := range map[string]string{"user_principal_name": "userPrincipalName", "id": "id", "a__b_": "aB",
		"": ""} {
		if got := FromSnake(snake); got != want {
			t.Errorf("FromSnake(%q) = %q, want %q", snake, got, want)
		}
	}
	if got := Pascal("appDisplayName"); got != "AppDisplayName" {
		t.Errorf("Pascal: %q", got)
	}
}
