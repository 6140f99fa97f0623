package verdict

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// What a report asks for is what the page on exporting explains and what the script fetches.
func TestSourcesAreThoseOfTheExport(t *testing.T) {
	read := func(name string) string {
		text, err := os.ReadFile(filepath.Join("..", "..", "ingest", name))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	page, script := read("EXPORT.md"), read("export.ps1")
	address := regexp.MustCompile(`/beta/([A-Za-z]+(?:/[a-z][A-Za-z]+)*)`)
	permission := regexp.MustCompile(`[A-Z][A-Za-z]+(?:\.[A-Z][A-Za-z]+)+`)
	for need, from := range sources {
		if !strings.Contains(from.how, "/beta/") && need != "risk" {
			t.Errorf("%s: no address", need)
		}
		for _, found := range address.FindAllStringSubmatch(from.how, -1) {
			if !strings.Contains(script, found[1]) {
				t.Errorf("%s: export.ps1 does not fetch %s", need, found[1])
			}
		}
		permissions := permission.FindAllString(from.permission, -1)
		if len(permissions) == 0 {
			t.Errorf("%s: no permission", need)
		}
		for _, p := range permissions {
			if !strings.Contains(page, "`"+p+"`") || !strings.Contains(script, "'"+p+"'") {
				t.Errorf("%s: EXPORT.md or export.ps1 does not name %s", need, p)
			}
		}
	}
	if !strings.Contains(page, "sign-in and audit logs | 30 days") || kept != 30 {
		t.Errorf("EXPORT.md does not say %d days", kept)
	}
}
