package main

import (
	"context"
	"slices"
	"testing"
)

// TestCompletionKnowsEveryFlag makes sure that what is said of flags and words is said of such that exist.
func TestCompletionKnowsEveryFlag(t *testing.T) {
	all, err := completeCommands(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	flags := map[string][]string{}
	paths := map[string]bool{}
	for _, c := range all {
		flags[c.Name] = c.FlagNames()
		for _, f := range c.Flags {
			paths[f.Name] = paths[f.Name] || f.Path
			if len(f.Words) > 0 && !f.Takes {
				t.Errorf("%s --%s takes no value, yet %v are offered", c.Name, f.Name, f.Words)
			}
		}
	}
	for command, flag := range map[string]string{"run": "--fail-on", "ingest": "--case", "report": "--format", "query": "--format", "diff": "--force", "verify": "--evidence"} {
		if !slices.Contains(flags[command], flag) {
			t.Errorf("%s has no %s among %v", command, flag, flags[command])
		}
	}
	for _, name := range []string{"config", "case", "out", "evidence", "rules"} {
		if !paths[name] {
			t.Errorf("no command has a flag --%s that takes a path", name)
		}
	}
	for _, c := range commands {
		if _, ok := flags[c.name]; !ok {
			t.Errorf("%s is not completed", c.name)
		}
	}
}
