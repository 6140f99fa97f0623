package main

import (
	"errors"
	"fmt"
	"github.com/spf13/cobra"
	"path/filepath"

	"tapaudit/analysis"
	"tapaudit/ingest/safetext"
	"tapaudit/reports/folder"
	"tapaudit/reports/tools"
)

// remediateCommand writes a script of the fixes that a report's open findings call for. Nothing of it is run, here or
// by whoever opens it: every line is a comment.
func remediateCommand(io streams) *cobra.Command {
	c := newCommand("remediate [DIR] --out FILE",
		"write a script of fixes for a report's open findings, all commented out",
		"Writes a commented PowerShell script (Microsoft Graph) of the fixes that a report's open findings call for, grouped "+
			"by finding. Every line is a comment until a person enables it; nothing is run.",
		example{"fixes for the last report", "tapaudit remediate --out fixes.ps1"},
		example{"fixes for another report", "tapaudit remediate report-2026Q3 --out fixes.ps1"},
		example{"with the fixes that your own rules name", "tapaudit remediate --rules rules --out fixes.ps1"},
	)
	flags := c.Flags()
	var out string
	var quiet bool
	flags.StringVar(&out, "out", "", "PowerShell script to write, e.g. fixes.ps1")
	own := flags.String("rules", "", "folder with the rules of your own (*.sql) that the report has findings of")
	flags.BoolVar(&quiet, "quiet", false, "no messages")
	c.RunE = func(c *cobra.Command, args []string) error {
		ctx := c.Context()
		dir := "tapaudit-report"
		switch len(args) {
		case 0:
		case 1:
			dir = args[0]
		default:
			return usagef("remediate: name one report folder, as in 'tapaudit remediate tapaudit-report --out fixes.ps1'")
		}
		if out == "" {
			return usagef("remediate: name the script to write with --out FILE")
		}
		report, err := filepath.Abs(dir)
		if err != nil {
			return err
		}
		script, err := filepath.Abs(out)
		if err != nil {
			return err
		}
		if inside, err := filepath.Rel(report, script); err == nil && filepath.IsLocal(inside) {
			return usagef("remediate: --out: a script inside the report folder would make verify find a difference; choose another place")
		}
		rules, err := analysis.BuiltInRules()
		if err != nil {
			return err
		}
		var faults []error
		if *own != "" {
			var added []analysis.Rule
			if added, faults, err = analysis.UserRules(*own, rules); err != nil {
				return usagef("remediate: --rules: %w", err)
			}
			rules = append(rules, added...)
		}
		done, err := tools.WriteRemediation(ctx, rules, dir, out)
		switch {
		case errors.Is(err, folder.ErrNotReport), errors.Is(err, tools.ErrPseudonyms):
			return usagef("remediate: %w", err)
		case errors.Is(err, folder.ErrDamaged):
			return fmt.Errorf("%w; 'tapaudit verify' says what differs", err)
		case err != nil:
			return err
		}
		if !quiet {
			_, err := fmt.Fprintf(io.out,
				"%s: fixes for %s, every line commented out; without a command: %d, excepted: %d.\n",
				safetext.Line(out), safetext.Counted(done.Fixed, "open finding", "open findings"), done.Unfixed,
				done.Excepted)
			if err != nil {
				return err
			}
		}
		if len(faults) > 0 {
			return leftOut(faults)
		}
		return nil
	}
	return c
}
