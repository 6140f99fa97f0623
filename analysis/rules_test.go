package analysis_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tapaudit/analysis"
	"tapaudit/analysis/scenes"
	"tapaudit/analysis/settings"
	"tapaudit/ingest/casefile"
)

// scenesOf are the scenes beside a rule's file.
func scenesOf(t *testing.T, rule string) []*scenes.Scene {
	t.Helper()
	name := filepath.Join("rules", "testdata", rule+".txtar")
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatalf("every rule has scenes: %v", err)
	}
	all, err := scenes.Parse(name, text)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func builtInRules(t *testing.T) []analysis.Rule {
	t.Helper()
	rules, err := analysis.BuiltInRules()
	if err != nil {
		t.Fatal(err)
	}
	return rules
}

func TestRules(t *testing.T) {
	rules := builtInRules(t)
	for _, rule := range rules {
		t.Run(rule.ID, func(t *testing.T) {
			t.Parallel()
			for _, s := range scenesOf(t, rule.ID) {
				wrong, err := s.Run(t.Context(), t.TempDir(), rules, rule)
				if err != nil {
					t.Error(err)
				}
				for _, w := range wrong {
					t.Error(w)
				}
			}
		})
	}
}

// TestEveryRuleHasEveryKindOfCase: a finding, none, one that an exception covers, one not assessed; and a case on each
// side of its limits where it has any.
func TestEveryRuleHasEveryKindOfCase(t *testing.T) {
	type kind struct {
		of    scenes.Kind
		limit bool
	}
	for _, rule := range builtInRules(t) {
		has := map[kind]bool{}
		for _, s := range scenesOf(t, rule.ID) {
			for _, c := range s.Claims {
				of := c.Kind
				if of == scenes.PartlyAssessed {
					of = scenes.NotAssessed
				}
				has[kind{of, c.Limit}], has[kind{of, false}] = true, true
			}
		}
		wanted := []kind{{of: scenes.Finding}, {of: scenes.Silent}, {of: scenes.NotAssessed}, {of: scenes.Excepted}}
		if len(rule.Parameters) > 0 {
			wanted = append(wanted, kind{scenes.Finding, true}, kind{scenes.Silent, true})
		}
		for _, k := range wanted {
			if !has[k] {
				t.Errorf("%s has no scene that claims %s (at the limit: %t)", rule.ID, k.of, k.limit)
			}
		}
	}
}

// TestBuiltInRulesSayEverything: what a user's rule may leave out, the program's own say.
func TestBuiltInRulesSayEverything(t *testing.T) {
	for _, rule := range builtInRules(t) {
		if rule.Group == "" || rule.Condition == "" || rule.Fix == nil {
			t.Errorf("%s: state group, condition and fix ([] where no command can help)", rule.ID)
		}
	}
}

// TestScenesAreOfRules: no file of scenes is left behind by a rule that was renamed.
func TestScenesAreOfRules(t *testing.T) {
	names, err := filepath.Glob("rules/testdata/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		rule := strings.TrimSuffix(name, ".txtar")
		if _, err := os.Stat(filepath.Join("rules", filepath.Base(rule)+".sql")); err != nil {
			t.Errorf("%s: there is no such rule: %v", name, err)
		}
	}
}

// Rules that come with the program are not searched for what looks at more than the case; they would pass.
func TestRulesThatComeWithTheProgramLookOnly(t *testing.T) {
	rules := builtInRules(t)
	for _, r := range slices.Clone(rules) {
		r.ID = "OWN-" + r.ID
		r.Origin = "somebody's/" + r.ID + ".sql"
		rules = append(rules, r)
	}
	c, err := casefile.Open(t.Context(), "", casefile.Options{TempDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	result, err := analysis.Run(t.Context(), c, &settings.Settings{}, rules, analysis.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(result.Faults) > 0 {
		t.Errorf("refused: %v", result.Faults)
	}
}
