package scenes

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tapaudit/analysis"
)

// TestWhatIsWrong: whatever a scene claims and does not find, and finds and does not claim, is said with its line.
func TestWhatIsWrong(t *testing.T) {
	const text = `
-- every way to be wrong --
09:00 anna issues bob
09:00 anna issues carl
09:00 anna issues dora
09:00 anna issues erin
accept dora
finding: nobody-known
finding: bob bob
finding high: carl
silent: dora
excepted: erin
not assessed: contoso "no audit log"
partly assessed: fabrikam "x"
`
	all, err := Parse("x.txtar", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	rules, err := analysis.BuiltInRules()
	if err != nil {
		t.Fatal(err)
	}
	rule := rules[slices.IndexFunc(rules, func(r analysis.Rule) bool { return r.ID == "TAP-ISSUED" })]
	wrong, err := all[0].Run(t.Context(), t.TempDir(), rules, rule)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"x.txtar:2: a finding about erin@contoso.example that no line claims (open): ",
		"x.txtar:8: the scene has no evidence of nobody-known",
		"x.txtar:8: no open finding about nobody-known",
		"x.txtar:9: no open finding about bob",
		"x.txtar:10: the finding about carl is info, not high: ",
		"x.txtar:11: a finding about dora@contoso.example that no line claims (excepted): ",
		"x.txtar:12: no excepted finding about erin",
		`x.txtar:13: assessed yes, for ""`,
		"x.txtar:14: there is no tenant fabrikam",
	}
	for i := range max(len(want), len(wrong)) {
		switch {
		case i >= len(want):
			t.Errorf("one too many: %s", wrong[i])
		case i >= len(wrong):
			t.Errorf("missing: %s", want[i])
		case !strings.HasPrefix(wrong[i], want[i]):
			t.Errorf("said %q, want %q", wrong[i], want[i])
		}
	}
}

// TestBadNotation: what a scene's line does wrong is said with the line.
func TestBadNotation(t *testing.T) {
	for line, want := range map[string]string{
		"09:00 anna":                             "after a time comes who, then what they did",
		"9 o'clock anna issues bob":              `"9" is not a time; say 09:00, 03-11T09:00:00 or 2025-12-10T09:00; a line begins with a time, or with one of accept, as-of`,
		"09:00 anna ishues bob":                  `"ishues" is nothing that anybody does here; known are changes-policy, adds, assigns`,
		"09:00 anna issues":                      "anna issues takes 1 more words before its options, not 0",
		"09:00 anna issues bob soon":             "anna issues takes 1 more words before its options, not 2",
		"09:00 anna issues bob end=tomorrow":     `"tomorrow" is not a time`,
		"09:00 bob logs-in error=many":           "error=many is not a number",
		`09:00 bob logs-in reason="half`:         "a quotation mark or a bracket is not closed",
		`09:00 bob logs-in status={"errorCode":`: "a quotation mark or a bracket is not closed",
		"09:00+1m*0 bob logs-in":                 "from 1 to 10,000 times",
		"09:00+1q*2 bob logs-in":                 "is not a time",
		"09:00+1h1*2 bob logs-in":                `missing unit in duration "1h1"`,
		"09:00 policy on minutes=x":              "minutes=x is not a number of minutes",
		"09:00 policy twice":                     `"twice" is not a setting of a policy`,
		"09:00 clerk changes-policy on":          "say changes-policy OLD -> NEW",
		"covers 03-31..03-01 audit":              "is not a span of days",
		"covers 03-01..03-02 everything":         `"everything" is not a log`,
		"covers":                                 "say covers FIRST..LAST",
		"period 2026Q3":                          "is not a span of days",
		"as-of noon":                             `"noon" is not a time`,
		"tenant":                                 "say tenant NAME",
		"user bob":                               "say user NAME created=TIME",
		"role":                                   "say role NAME HOLDER...",
		"conditional-access one":                 "say conditional-access NAME STATE ACTION...",
		"pass-of bob":                            "say pass-of USER created=TIME [id=ID]",
		"finding:":                               "the claim names nobody",
		"silent high: bob":                       "what is silent has no severity",
		"not assessed: contoso":                  `say not assessed: TENANT "part of the reason"`,
	} {
		_, err := Parse("x.txtar", []byte("-- s --\n"+line+"\nfinding: bob\n"))
		if err == nil || !strings.HasPrefix(err.Error(), "x.txtar:2: ") || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", line, err, want)
		}
	}
	for text, want := range map[string]string{
		"":                                    "x.txtar: there is no scene; begin one with -- NAME --",
		"-- tapaudit.yaml --\n":               "x.txtar:1: the file tapaudit.yaml belongs to no scene; begin one with -- NAME --",
		"-- s --\n09:00 a logs-in\n":          `x.txtar:1: the scene "s" claims nothing`,
		"-- s --\nsilent: a\n-- notes.txt --": "x.txtar:3: a scene's files are tapaudit.yaml, roster.csv, register.csv and evidence/…, not notes.txt",
		"-- s --\nsilent: a\n-- evidence/../../x --": "not evidence/../../x",
	} {
		if _, err := Parse("x.txtar", []byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

// TestWords: blanks separate, but not in quotes and brackets.
func TestWords(t *testing.T) {
	words, err := split(`"two words" key=value key="two words" list=[{"a": "b c"}] -gone a->b`)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, w := range words {
		got = append(got, w.text+" / "+w.key+" / "+w.value)
	}
	want := []string{
		"two words /  / ", "key=value / key / value", `key="two words" / key / "two words"`,
		`list=[{"a": "b c"}] / list / [{"a": "b c"}]`,
		"-gone /  / ", "a->b /  / ",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// FuzzParse: no text ends the program; what is wrong with it is an error.
func FuzzParse(f *testing.F) {
	f.Add("-- s --\n09:00+1m*3 anna issues bob-# end=none\ncovers 03-01..03-02\nfinding high at the limit: bob\n-- tapaudit.yaml --\n{}\n")
	f.Add("-- s --\ntenant a\n03-01T09:00 policy off minutes=3 include=user:b\n09:00 a changes-policy on -> off result=failure\nsilent: \"a b\"\n")
	f.Fuzz(func(_ *testing.T, text string) {
		if len(text) < 1<<12 {
			Parse("x.txtar", []byte(text)) //nolint:errcheck // only that it returns matters
		}
	})
}

// TestNotationOfTheReadme: the example of the documentation is one, and it holds.
func TestNotationOfTheReadme(t *testing.T) {
	text, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "\n## Scenes\n")
	_, rest, _ = strings.Cut(rest, "\n```\n")
	example, _, _ := strings.Cut(rest, "\n```\n")
	all, err := Parse("README.md", []byte(example+"\n"))
	if err != nil {
		t.Fatal(err)
	}
	rules, err := analysis.BuiltInRules()
	if err != nil {
		t.Fatal(err)
	}
	rule := rules[slices.IndexFunc(rules, func(r analysis.Rule) bool { return r.ID == "TAP-STRIP-THEN-ISSUE" })]
	wrong, err := all[0].Run(t.Context(), t.TempDir(), rules, rule)
	if err != nil || len(wrong) > 0 {
		t.Errorf("%v %v", err, wrong)
	}
}
