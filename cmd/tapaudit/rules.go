package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"tapaudit/analysis"
	"tapaudit/analysis/scenes"
	"tapaudit/analysis/settings"
	"tapaudit/ingest/regular"
	"tapaudit/ingest/safetext"
)

// runRules lists the rules with what the configuration makes of them, shows one, or tests those of a folder.
func runRules(ctx context.Context, args []string, io streams) error {
	flags := newFlags("rules", "list | show ID | test DIR", io)
	config := flags.String("config", "", "configuration (YAML)")
	own := flags.String("rules", "", "folder with rules of your own (*.sql)")
	if err := parse(flags, args); err != nil {
		return err
	}
	rules, err := analysis.BuiltInRules()
	if err != nil {
		return err
	}
	if flags.Arg(0) == "test" && flags.NArg() == 2 {
		return testRules(ctx, flags.Arg(1), rules, io)
	}
	var faults []error
	if *own != "" {
		var added []analysis.Rule
		if added, faults, err = analysis.UserRules(*own, rules); err != nil {
			return usagef("--rules: %w", err)
		}
		rules = append(rules, added...)
	}
	conf, err := settings.Load(*config, analysis.Catalog(rules))
	if err != nil {
		return usageError{err}
	}
	rules = analysis.Configure(rules, conf)
	switch {
	case flags.Arg(0) == "list" && flags.NArg() == 1:
		if err := listRules(io.out, rules); err != nil {
			return err
		}
		if len(faults) > 0 {
			return leftOut(faults)
		}
		return nil
	case flags.Arg(0) == "show" && flags.NArg() == 2:
		for _, r := range rules {
			if strings.EqualFold(r.ID, flags.Arg(1)) {
				if _, err := fmt.Fprint(io.out, safetext.Text(r.Source)); err != nil || len(faults) == 0 {
					return err
				}
				return leftOut(faults)
			}
		}
		if len(faults) > 0 {
			return leftOut(faults)
		}
		return usageError{settings.UnknownRule(flags.Arg(1), analysis.Catalog(rules))}
	}
	return usagef("rules: say 'rules list', 'rules show ID' or 'rules test DIR'%s",
		suggestion(flags.Arg(0), []string{"list", "show", "test"}, ""))
}

// listRules writes the rules by their groups, a line for each; a user's rule may have none.
func listRules(w io.Writer, rules []analysis.Rule) error {
	widest := 0
	for _, r := range rules {
		widest = max(widest, len(r.ID))
	}
	out := bufio.NewWriter(w)
	for _, group := range append(slices.Clone(analysis.RuleGroups), "") {
		head := cmp.Or(group, "rules of your own")
		for _, r := range rules {
			if r.Group != group {
				continue
			}
			if head != "" {
				fmt.Fprintf(out, "%s\n", capital(head))
				head = ""
			}
			severity := string(r.Severity)
			if !r.Enabled {
				severity = "off"
			}
			fmt.Fprintf(out, "  %-8s  %-*s  %s\n", safetext.Line(severity), widest, safetext.Line(r.ID), safetext.Line(r.Title))
		}
		if head == "" {
			fmt.Fprintln(out)
		}
	}
	return out.Flush()
}

// mostSceneBytes bounds a file of scenes.
const mostSceneBytes = 1 << 20

// testRules runs the scenes beside the rules of a folder, DIR/testdata/ID.txtar, and says of each rule what became of
// them. The error counts what does not hold.
func testRules(ctx context.Context, dir string, builtIn []analysis.Rule, io streams) error {
	rules, faults, err := analysis.UserRules(dir, builtIn)
	if err != nil {
		return usagef("rules test: %w", err)
	}
	temporary, remove, err := temporaryFolder()
	if err != nil {
		return err
	}
	defer remove()
	wrong := len(faults)
	for _, fault := range faults {
		fmt.Fprintln(io.out, safetext.Line("FAILED "+fault.Error()))
	}
	all := append(slices.Clone(builtIn), rules...)
	for _, rule := range rules {
		name := filepath.Join(dir, "testdata", rule.ID+".txtar")
		text, err := regular.Read(name, mostSceneBytes)
		if errors.Is(err, fs.ErrNotExist) {
			fmt.Fprintln(io.out, safetext.Line(fmt.Sprintf("untested %s: there is no %s", rule.ID, name)))
			continue
		}
		if err != nil {
			return err
		}
		said, scenes, err := runScenes(ctx, temporary, name, text, all, rule)
		if err != nil {
			return err
		}
		for _, s := range said {
			fmt.Fprintln(io.out, safetext.Line("FAILED "+rule.ID+": "+s))
		}
		if wrong += len(said); len(said) == 0 {
			fmt.Fprintln(io.out, safetext.Line(fmt.Sprintf("ok %s: all holds, scenes: %d", rule.ID, scenes)))
		}
	}
	if wrong > 0 {
		return fmt.Errorf("rules test: FAILED: %d", wrong)
	}
	return nil
}

// runScenes gives what does not hold of a rule's scenes, and how many there are.
func runScenes(
	ctx context.Context, temporary, name string, text []byte, all []analysis.Rule, rule analysis.Rule,
) (said []string, n int, err error) {
	parsed, err := scenes.Parse(name, text)
	if err != nil {
		return []string{err.Error()}, 0, nil
	}
	for _, s := range parsed {
		dir, err := os.MkdirTemp(temporary, "scene-")
		if err != nil {
			return nil, 0, err
		}
		wrong, err := s.Run(ctx, dir, all, rule)
		if ctx.Err() != nil {
			return nil, 0, context.Cause(ctx)
		}
		if err != nil {
			wrong = append(wrong, err.Error())
		}
		said = append(said, wrong...)
	}
	return said, len(parsed), nil
}
