package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestEveryCommandHasExamplesThatWouldRun: every command is explained, and its examples name only flags that it has.
func TestEveryCommandHasExamplesThatWouldRun(t *testing.T) {
	all, err := completeCommands(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(manuals) != len(commands) {
		t.Errorf("%d commands, %d explanations in manuals", len(commands), len(manuals))
	}
	for i, c := range commands {
		m, ok := manuals[c.name]
		if !ok || m.about == "" || len(m.examples) == 0 {
			t.Errorf("%s has no explanation or no example: add it to manuals", c.name)
			continue
		}
		flags := all[i].FlagNames()
		for _, e := range m.examples {
			if e.what == "" || !regexp.MustCompile(`\btapaudit `+c.name+`\b`).MatchString(e.line) {
				t.Errorf("%s: the example %q is of another command, or is not explained", c.name, e.line)
			}
			for _, flag := range regexp.MustCompile(`--[a-z-]+`).FindAllString(e.line, -1) {
				if !slices.Contains(flags, flag) {
					t.Errorf("%s: the example %q uses %s, which the command does not have", c.name, e.line, flag)
				}
			}
		}
		byHelp, _ := tapaudit(t, 0, "help", c.name)
		byFlag, _ := tapaudit(t, 0, c.name, "--help")
		if byHelp != byFlag || !strings.Contains(byHelp, m.examples[0].line) {
			t.Errorf("%s: help and --help do not say the same, or leave the examples out:\n%s\n%s", c.name, byHelp, byFlag)
		}
		for _, flag := range flags {
			if !strings.Contains(byHelp, flag) {
				t.Errorf("help %s does not name %s", c.name, flag)
			}
		}
	}
}

// TestManualPageSaysWhatHelpSays: every command, flag, example and exit status stands on the page.
func TestManualPageSaysWhatHelpSays(t *testing.T) {
	page, _ := tapaudit(t, 0, "man")
	all, err := completeCommands(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for i, section := range strings.Split(page, "\n.SS ")[1:] {
		c := all[i]
		if !strings.HasPrefix(section, `"tapaudit `+roff(c.Name)) {
			t.Errorf("section %d is not that of %s: %.40s", i, c.Name, section)
		}
		for _, flag := range c.FlagNames() {
			if !strings.Contains(section, "\n.B \""+roff(flag)) {
				t.Errorf("%s: the page does not name %s", c.Name, flag)
			}
		}
		for _, e := range manuals[c.Name].examples {
			if !strings.Contains(section, "\n"+roff(e.line)+"\n") {
				t.Errorf("%s: the page does not show %s", c.Name, e.line)
			}
		}
	}
	if got := strings.Count(page, "\n.SS "); got != len(commands) {
		t.Errorf("%d sections for %d commands", got, len(commands))
	}
	for _, s := range exitStatuses {
		if !strings.Contains(page, fmt.Sprintf(".TP\n.B \"%d\"\n", s.status)) {
			t.Errorf("the page does not name exit status %d", s.status)
		}
	}
	known := regexp.MustCompile(`^\.(TH|SH|SS|TP|PP|RS|RE|nf|fi|B)( "[^"]*")*$`)
	escapes := regexp.MustCompile(`\\(e|-|&|\((aq|dq|ga|ha|ti))`)
	for l := range strings.Lines(page) {
		l = strings.TrimSuffix(l, "\n")
		if strings.HasPrefix(l, ".") && !known.MatchString(l) && !strings.HasPrefix(l, `.B "`) {
			t.Errorf("no macro of man(7): %s", l)
		}
		if strings.Contains(escapes.ReplaceAllString(l, ""), `\`) || strings.HasPrefix(l, "'") {
			t.Errorf("roff would read this differently: %s", l)
		}
	}
	if again, _ := tapaudit(t, 0, "man"); again != page {
		t.Error("the page differs from one time to the next")
	}
}

func TestSuggestions(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"rnu", `unknown command "rnu"; did you mean run?`},
		{"verfy x", `unknown command "verfy"; did you mean verify?`},
		{"audit", `unknown command "audit"; 'tapaudit help' lists them`},
		{"help reprot", `help: unknown command "reprot"; did you mean report?`},
		{"help run diff", `help: name one command`},
		{"run x --perod 2026", `unknown flag: --perod; did you mean --period?`},
		{"run x --no-such-flag", `unknown flag: --no-such-flag; 'tapaudit run --help' lists them`},
		{"run x -q", `unknown shorthand flag: 'q' in -q`},
		{"run x --fail-on hihg", `--fail-on: "hihg" is none of info, low, medium, high, critical; did you mean high?`},
		{"diff a b --fail-on CRITICL", `did you mean critical?`},
		{"run x --format html,xslx", `--format: "xslx" is none of html, csv, json, parquet, xlsx, timesketch, ocsf, summary; did you mean xlsx?`},
		{"report --case nowhere --format x", `nowhere`},
		{"rules show TAP-ISUED", `unknown rule TAP-ISUED; did you mean TAP-ISSUED?`},
		{"rules show NOTHING-LIKE-IT", `unknown rule NOTHING-LIKE-IT; 'tapaudit rules list' shows them`},
		{"rules lst", `say 'rules list', 'rules show ID' or 'rules test DIR'; did you mean list?`},
		{"config chek x", `did you mean check?`},
		{"completion fsh", `name one of bash, zsh, fish, powershell; did you mean fish?`},
		{"version now", `takes no argument "now"`},
		{"man run", `takes no argument "run"`},
	} {
		if _, err := tapaudit(t, 2, strings.Fields(c.args)...); !strings.Contains(err, c.want) {
			t.Errorf("tapaudit %s says %q, want %q", c.args, err, c.want)
		}
	}
}
