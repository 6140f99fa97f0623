package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"tapaudit/analysis"
	"tapaudit/analysis/settings"
	"tapaudit/ingest/safetext"
)

// configCommand checks a configuration, or prints a commented one.
func configCommand(io streams) *cobra.Command {
	return group("config", "check a configuration, or print a commented one",
		"Checks a configuration and says what is wrong with line and column, or prints one with every key explained.",
		checkConfigCommand(io), exampleConfigCommand(io))
}

func checkConfigCommand(io streams) *cobra.Command {
	c := newCommand("check FILE", "say what is wrong with a configuration, with line and column", "",
		example{"check your own", "tapaudit config check tapaudit.yaml"},
	)
	c.RunE = func(_ *cobra.Command, args []string) error {
		if len(args) != 1 {
			return usagef("config check: name one file, as in 'tapaudit config check tapaudit.yaml'")
		}
		rules, err := analysis.BuiltInRules()
		if err != nil {
			return err
		}
		if _, err := settings.Load(args[0], analysis.Catalog(rules)); err != nil {
			return usageError{err}
		}
		_, err = fmt.Fprintf(io.out, "%s: no errors\n", safetext.Line(args[0]))
		return err
	}
	return c
}

func exampleConfigCommand(io streams) *cobra.Command {
	c := newCommand("example", "print a configuration with every key explained", "",
		example{"begin with the commented example", "tapaudit config example --out tapaudit.yaml"},
	)
	c.Args = noArguments
	out := c.Flags().String("out", "", outHelp)
	c.RunE = func(*cobra.Command, []string) error {
		return io.into(*out, func(io streams) error {
			_, err := fmt.Fprint(io.out, settings.Example())
			return err
		})
	}
	return c
}
