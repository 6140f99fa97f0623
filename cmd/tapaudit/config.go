package main

import (
	"context"
	"fmt"

	"tapaudit/analysis"
	"tapaudit/analysis/settings"
	"tapaudit/ingest/safetext"
)

// runConfig checks a configuration, or prints a commented one.
func runConfig(_ context.Context, args []string, io streams) error {
	flags := newFlags("config", "check FILE | example", io)
	out := flags.String("out", "", "for example: "+outHelp)
	if err := parse(flags, args); err != nil {
		return err
	}
	switch {
	case flags.Arg(0) == "example" && flags.NArg() == 1:
		return io.into(*out, func(io streams) error {
			_, err := fmt.Fprint(io.out, settings.Example())
			return err
		})
	case flags.Arg(0) == "check" && *out != "":
		return usagef("config check: --out is for config example")
	case flags.Arg(0) == "check" && flags.NArg() == 2:
		rules, err := analysis.BuiltInRules()
		if err != nil {
			return err
		}
		if _, err := settings.Load(flags.Arg(1), analysis.Catalog(rules)); err != nil {
			return usageError{err}
		}
		_, err = fmt.Fprintf(io.out, "%s: no errors\n", safetext.Line(flags.Arg(1)))
		return err
	}
	return usagef("config: say 'config check FILE' or 'config example'%s", suggestion(flags.Arg(0), []string{"check", "example"}, ""))
}
