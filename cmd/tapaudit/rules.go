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

	"github.com/olekukonko/tablewriter/pkg/twwidth"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"tapaudit/analysis"
	"tapaudit/analysis/scenes"
	"tapaudit/analysis/settings"
	"tapaudit/ingest/regular"
	"tapaudit/ingest/safetext"
	"tapaudit/reports/terminal"
)

// rulesCommand lists the rules with what the configuration makes of them, shows one, or tests those of a folder.
func rulesCommand(io streams) *cobra.Command {
	return group("rules", "list the rules, show one with its texts and its SQL, or test your own",
		"Lists the rules as the configuration sets them, or prints one as its file states it: why it matters, how to verify, "+
			"how to fix, references and SQL. Tests rules of your own by the scenes beside them.",
		listRulesCommand(io), showRuleCommand(io), testRulesCommand(io))
}

// rulesFlags say which rules there are, and how they are set.
type rulesFlags struct{ config, own string }

func (f *rulesFlags) add(flags *pflag.FlagSet) {
	flags.StringVar(&f.config, "config", "", "configuration (YAML)")
	flags.StringVar(&f.own, "rules", "", "folder with rules of your own (*.sql)")
}

// read gives the rules as they are configured, and what is wrong with those of the user's own.
func (f *rulesFlags) read() (rules []analysis.Rule, faults []error, err error) {
	if rules, err = analysis.BuiltInRules(); err != nil {
		return nil, nil, err
	}
	if f.own != "" {
		var added []analysis.Rule
		if added, faults, err = analysis.UserRules(f.own, rules); err != nil {
			return nil, nil, usagef("--rules: %w", err)
		}
		rules = append(rules, added...)
	}
	conf, err := settings.Load(f.config, analysis.Catalog(rules))
	if err != nil {
		return nil, nil, usageError{err}
	}
	return analysis.Configure(rules, conf), faults, nil
}

func listRulesCommand(io streams) *cobra.Command {
	c := newCommand("list", "list the rules as the configuration leaves them", "",
		example{"list the rules", "tapaudit rules list"},
		example{"list them as a configuration leaves them", "tapaudit rules list --config tapaudit.yaml"},
	)
	c.Args = noArguments
	var which rulesFlags
	which.add(c.Flags())
	c.RunE = func(*cobra.Command, []string) error {
		rules, faults, err := which.read()
		if err != nil {
			return err
		}
		if err := listRules(io.out, rules); err != nil || len(faults) == 0 {
			return err
		}
		return leftOut(faults)
	}
	return c
}

func showRuleCommand(io streams) *cobra.Command {
	c := newCommand("show ID", "print a rule as its file states it", "",
		example{"read one", "tapaudit rules show TAP-SIGNIN-FREQUENT"},
	)
	c.ValidArgsFunction = func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
		var ids []cobra.Completion
		rules, err := analysis.BuiltInRules()
		for _, r := range rules {
			ids = append(ids, cobra.CompletionWithDesc(r.ID, r.Title))
		}
		if err != nil {
			return nil, cobra.ShellCompDirectiveError
		}
		return ids, cobra.ShellCompDirectiveNoFileComp
	}
	var which rulesFlags
	which.add(c.Flags())
	c.RunE = func(_ *cobra.Command, args []string) error {
		if len(args) != 1 {
			return usagef("rules show: name one rule; 'tapaudit rules list' shows them")
		}
		rules, faults, err := which.read()
		if err != nil {
			return err
		}
		for _, r := range rules {
			if strings.EqualFold(r.ID, args[0]) {
				if _, err := fmt.Fprint(io.out, safetext.Text(r.Source)); err != nil || len(faults) == 0 {
					return err
				}
				return leftOut(faults)
			}
		}
		if len(faults) > 0 {
			return leftOut(faults)
		}
		return usageError{settings.UnknownRule(args[0], analysis.Catalog(rules))}
	}
	return c
}

func testRulesCommand(io streams) *cobra.Command {
	c := newCommand("test DIR", "test rules of your own by the scenes beside them",
		"Reads the scenes beside each rule of the folder (DIR/testdata/ID.txtar): a few lines of evidence, and what the rule "+
			"must make of it.",
		example{"test your own", "tapaudit rules test rules"},
	)
	c.RunE = func(c *cobra.Command, args []string) error {
		if len(args) != 1 {
			return usagef("rules test: name the folder of your rules, as in 'tapaudit rules test rules'")
		}
		rules, err := analysis.BuiltInRules()
		if err != nil {
			return err
		}
		return testRules(c.Context(), args[0], rules, io)
	}
	return c
}

// listRules writes the rules by their groups, a line for each or, on a screen that is too narrow, two; a user's rule
// may have no group.
func listRules(w io.Writer, rules []analysis.Rule) error {
	widest := 0
	for _, r := range rules {
		widest = max(widest, len(r.ID))
	}
	columns, known := terminal.Width(w)
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
			line := fmt.Sprintf("  %-8s  %-*s", safetext.Line(severity), widest, safetext.Line(r.ID))
			title := safetext.Line(r.Title)
			if !known || len(line)+2+twwidth.Width(title) <= columns {
				fmt.Fprintf(out, "%s  %s\n", line, title)
				continue
			}
			const indent = "            "
			fmt.Fprintf(out, "%s\n%s%s\n", strings.TrimRight(line, " "), indent,
				strings.Join(terminal.Lines(columns-len(indent), title), "\n"+indent))
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
