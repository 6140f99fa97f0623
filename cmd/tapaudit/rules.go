package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/olekukonko/tablewriter"

	"tapaudit/analysis"
	"tapaudit/analysis/settings"
	"tapaudit/ingest/safetext"
)

// runRules lists the rules with what the configuration makes of them, or shows one.
func runRules(_ context.Context, args []string, io streams) error {
	flags := newFlags("rules", "list | show ID", io)
	config := flags.String("config", "", "configuration (YAML)")
	own := flags.String("rules", "", "folder with rules of your own (*.sql)")
	if err := parse(flags, args); err != nil {
		return err
	}
	rules, err := analysis.BuiltInRules()
	if err != nil {
		return err
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
		table := tablewriter.NewTable(io.out)
		table.Header("rule", "severity", "enabled", "title")
		for _, r := range rules {
			enabled := "yes"
			if !r.Enabled {
				enabled = "no"
			}
			if err := table.Append(safetext.Line(r.ID), safetext.Line(string(r.Severity)), enabled, safetext.Line(r.Title)); err != nil {
				return err
			}
		}
		if err := table.Render(); err != nil {
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
	return usagef("rules: say 'rules list' or 'rules show ID'%s", suggestion(flags.Arg(0), []string{"list", "show"}, ""))
}
