package verdict

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tapaudit/analysis"
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
	portal := regexp.MustCompile(`(?:Entra ID|Purview)(?: > [A-Z][A-Za-z&-]*(?: [A-Za-z&-]+)*)+`)
	role := regexp.MustCompile(`Security Administrator|View-Only Audit Logs`)
	prose := strings.Join(strings.Fields(strings.ReplaceAll(page, "**", "")), " ")
	named := regexp.MustCompile(`Search-UnifiedAuditLog|MicrosoftGraphActivityLogs`)
	for need, from := range sources {
		for _, found := range named.FindAllString(from.how, -1) {
			if !strings.Contains(page, found) {
				t.Errorf("%s: EXPORT.md does not name %s", need, found)
			}
		}
		for _, path := range portal.FindAllString(from.how, -1) {
			steps := strings.Split(path, " > ")
			if start := strings.Join(steps[:2], " > "); steps[0] == "Entra ID" && !strings.Contains(prose, start) {
				t.Errorf("%s: EXPORT.md does not name %s", need, start)
			}
			for _, step := range steps {
				if !strings.Contains(prose, step) {
					t.Errorf("%s: EXPORT.md does not name %s of %s", need, step, path)
				}
			}
		}
		elsewhere := slices.Contains([]string{"graph-activity", "deeds", "shared addresses"}, need)
		if !strings.Contains(from.how, "/beta/") && !elsewhere && need != "risk" {
			t.Errorf("%s: no address", need)
		}
		for _, found := range address.FindAllStringSubmatch(from.how, -1) {
			if !strings.Contains(script, found[1]) {
				t.Errorf("%s: export.ps1 does not fetch %s", need, found[1])
			}
		}
		permissions := permission.FindAllString(from.permission, -1)
		if len(permissions) == 0 && !elsewhere {
			t.Errorf("%s: no permission", need)
		}
		for _, found := range role.FindAllString(from.permission, -1) {
			if !strings.Contains(page, found) {
				t.Errorf("%s: EXPORT.md does not name the role %s", need, found)
			}
		}
		for _, p := range permissions {
			if !strings.Contains(page, "`"+p+"`") || !strings.Contains(script, "'"+p+"'") {
				t.Errorf("%s: EXPORT.md or export.ps1 does not name %s", need, p)
			}
		}
	}
	rules, err := analysis.BuiltInRules()
	if err != nil {
		t.Fatal(err)
	}
	for _, rule := range rules {
		for _, need := range rule.Needs {
			if _, known := sources[need]; !known && !strings.HasPrefix(need, "config:") {
				t.Errorf("%s needs %s, and nothing says how to get it", rule.ID, need)
			}
		}
	}
	if !strings.Contains(page, "sign-in and audit logs | 30 days") || kept != 30 {
		t.Errorf("EXPORT.md does not say %d days", kept)
	}
}
