package main

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// commandsOf are a program's commands and those below them.
func commandsOf(c *cobra.Command) []*cobra.Command {
	all := []*cobra.Command{c}
	for _, below := range c.Commands() {
		if below.Name() != "completion" { // cobra's own
			all = append(all, commandsOf(below)...)
		}
	}
	return all
}

// TestEveryCommandHasExamplesThatWouldRun: every command is explained, and its examples name only flags that it has.
func TestEveryCommandHasExamplesThatWouldRun(t *testing.T) {
	program := newProgram(streams{})
	for _, c := range commandsOf(program)[1:] {
		path := strings.Fields(c.CommandPath())[1:]
		byHelp, _ := tapaudit(t, 0, append([]string{"help"}, path...)...)
		byFlag, _ := tapaudit(t, 0, append(path, "--help")...)
		if byHelp != byFlag || !strings.Contains(byHelp, c.Long) {
			t.Errorf("%s: help and --help do not say the same:\n%s\n%s", c.CommandPath(), byHelp, byFlag)
		}
		if c.HasSubCommands() {
			continue
		}
		if c.Short == "" || c.Example == "" {
			t.Errorf("%s has no explanation or no example", c.CommandPath())
		}
		for line := range strings.SplitSeq(c.Example, "\n") {
			if strings.HasPrefix(line, "  # ") {
				continue
			}
			if !regexp.MustCompile(`\b` + c.CommandPath() + `\b`).MatchString(line) {
				t.Errorf("%s: the example %q is of another command", c.CommandPath(), line)
			}
			for _, flag := range regexp.MustCompile(`--[a-z-]+`).FindAllString(line, -1) {
				if c.Flags().Lookup(flag[2:]) == nil {
					t.Errorf("%s: the example %q uses %s, which the command does not have", c.CommandPath(), line,
						flag)
				}
			}
		}
		c.Flags().VisitAll(func(f *pflag.Flag) {
			if !strings.Contains(byHelp, "--"+f.Name) {
				t.Errorf("help of %s does not name --%s", c.CommandPath(), f.Name)
			}
		})
	}
}

// TestFlagsTakeWhatIsOffered: what a shell is told of flags is told of such as exist, and take a value.
func TestFlagsTakeWhatIsOffered(t *testing.T) {
	paths := map[string]bool{}
	for _, c := range commandsOf(newProgram(streams{})) {
		c.Flags().VisitAll(func(f *pflag.Flag) {
			words, path := flagValues(c.Name(), f.Name)
			paths[f.Name] = paths[f.Name] || path
			if len(words) > 0 && f.NoOptDefVal != "" {
				t.Errorf("%s --%s takes no value, yet %v are offered", c.CommandPath(), f.Name, words)
			}
			if f.Value.Type() != "bool" && f.Name != "out" && placeholders[f.Name] == "" {
				t.Errorf("%s --%s: help does not say what it takes", c.CommandPath(), f.Name)
			}
		})
	}
	for _, name := range []string{"config", "case", "out", "evidence", "rules", "public-key", "sign"} {
		if !paths[name] {
			t.Errorf("no command has a flag --%s that takes a path", name)
		}
	}
}

// TestManualPageSaysWhatHelpSays: every command, flag and exit status stands on a page, which is always the same.
func TestManualPageSaysWhatHelpSays(t *testing.T) {
	page, _ := tapaudit(t, 0, "man")
	if again, _ := tapaudit(t, 0, "man"); again != page {
		t.Error("the page differs from one time to the next")
	}
	for _, s := range exitStatuses {
		if !strings.Contains(page, fmt.Sprintf("\\fB%d\\fP", s.status)) {
			t.Errorf("the page does not name exit status %d", s.status)
		}
	}
	for _, c := range newProgram(streams{}).Commands() {
		if c.Name() == "help" { // it is the other commands' --help
			continue
		}
		if !strings.Contains(page, "tapaudit-"+c.Name()) {
			t.Errorf("the page does not name the command %s", c.Name())
		}
		own, _ := tapaudit(t, 0, "man", c.Name())
		c.Flags().VisitAll(func(f *pflag.Flag) {
			if f.Name != "help" && !strings.Contains(own, `\fB--`+f.Name) {
				t.Errorf("the page of %s does not name --%s", c.Name(), f.Name)
			}
		})
	}
}

func TestSuggestions(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"rnu", `unknown command "rnu"; did you mean run?`},
		{"verfy x", `unknown command "verfy"; did you mean verify?`},
		{"audit", `unknown command "audit"; 'tapaudit --help' lists them`},
		{"help reprot", `unknown command "reprot"; did you mean report?`},
		{"help run diff", `run: unknown command "diff"`},
		{"run x --perod 2026", `unknown flag: --perod; did you mean --period?`},
		{"run x --no-such-flag", `unknown flag: --no-such-flag; 'tapaudit run --help' lists them`},
		{"run x -q", `unknown shorthand flag: 'q' in -q`},
		{"run x --fail-on hihg", `--fail-on: "hihg" is not one of info, low, medium, high, critical; did you mean high?`},
		{"diff a b --fail-on CRITICL", `did you mean critical?`},
		{"run x --format html,xslx",
			`--format: "xslx" is not one of html, brief, csv, json, parquet, xlsx, timesketch, ocsf, summary; did you mean xlsx?`},
		{"report --case nowhere --format x", `nowhere`},
		{"rules", `say 'tapaudit rules list', 'tapaudit rules show' or 'tapaudit rules test'`},
		{"rules show TAP-ISUED", `unknown rule TAP-ISUED; did you mean TAP-ISSUED?`},
		{"rules show NOTHING-LIKE-IT", `unknown rule NOTHING-LIKE-IT; 'tapaudit rules list' shows them`},
		{"rules lst", `rules: unknown command "lst"; did you mean list?`},
		{"config chek x", `did you mean check?`},
		{"completion fsh", `completion: unknown command "fsh"; did you mean fish?`},
		{"completion", `say 'tapaudit completion bash'`},
		{"version now", `takes no argument "now"`},
		{"man rnu", `unknown command "rnu"; did you mean run?`},
	} {
		if _, err := tapaudit(t, 2, strings.Fields(c.args)...); !strings.Contains(err, c.want) {
			t.Errorf("tapaudit %s says %q, want %q", c.args, err, c.want)
		}
	}
}
