package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"tapaudit/analysis"
	"tapaudit/ingest/safetext"
	"tapaudit/reports/folder"
	"tapaudit/reports/tools"
)

// runRemediate writes a script of the fixes that a report's open findings call for. Nothing of it is run, here or by
// whoever opens it: every line is a comment.
func runRemediate(ctx context.Context, args []string, io streams) error {
	flags := newFlags("remediate", "[DIR] --out FILE", io)
	var out string
	var quiet bool
	flags.StringVar(&out, "out", "", "PowerShell script to write, e.g. fixes.ps1")
	own := flags.String("rules", "", "folder with the rules of your own (*.sql) that the report has findings of")
	flags.BoolVar(&quiet, "quiet", false, "no messages")
	if err := parse(flags, args); err != nil {
		return err
	}
	dir := "tapaudit-report"
	switch flags.NArg() {
	case 0:
	case 1:
		dir = flags.Arg(0)
	default:
		return usagef("remediate: name one report folder")
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
		return fmt.Errorf("%w; 'tapaudit verify' tells what was listed", err)
	case err != nil:
		return err
	}
	if !quiet {
		_, err := fmt.Fprintf(io.out, "%s: fixes for %d open findings, every line commented out; %d open findings have no command, %d are excepted.\n",
			safetext.Line(out), done.Fixed, done.Unfixed, done.Excepted)
		if err != nil {
			return err
		}
	}
	if len(faults) > 0 {
		return leftOut(faults)
	}
	return nil
}
