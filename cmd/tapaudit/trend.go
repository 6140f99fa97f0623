package main

import (
	"errors"
	"time"

	"github.com/spf13/cobra"

	"tapaudit/reports/compare"
)

// trendCommand lays two or more reports side by side.
func trendCommand(io streams) *cobra.Command {
	c := newCommand("trend DIR DIR...", "lay reports side by side: is it getting better?",
		"Lays two or more reports side by side, in order of their periods: passes, log-ins, how many of them were supervised, and "+
			"what failed. Rates and shares count the days that the evidence covers.",
		example{"a year by its quarters", "tapaudit trend report-2026Q1 report-2026Q2 report-2026Q3 report-2026Q4"},
		example{"write the table", "tapaudit trend report-2026Q2 report-2026Q3 --out trend"},
	)
	flags := c.Flags()
	out := flags.String("out", "", "folder to write trend.html and trend.csv into")
	force := flags.Bool("force", false, "compare reports even when their files are not as their manifests list them")
	var replace bool
	addReplace(flags, &replace)
	var talk talkFlags
	flags.BoolVar(&talk.quiet, "quiet", false, "no messages and no summary")
	flags.BoolVar(&talk.noColor, "no-color", false, "no colours on the terminal")
	c.RunE = func(c *cobra.Command, args []string) error {
		ctx := c.Context()
		var created time.Time
		if *out != "" {
			var err error
			if created, err = creation(); err != nil {
				return usageError{err}
			}
			if err := compare.CheckTrendFolder(ctx, *out, replace); err != nil {
				return refused(ctx, err)
			}
		}
		trend, err := compare.TrendOf(ctx, args, *force)
		if errors.Is(err, compare.ErrOneReport) {
			return usagef("trend: name two report folders or more, as in 'tapaudit trend report-2026Q2 report-2026Q3'")
		}
		if err != nil {
			return notCompared("trend", err)
		}
		if *out != "" {
			if err := trend.WriteFolder(ctx, *out, programVersion(), created, replace); err != nil {
				return err
			}
		}
		if talk.quiet {
			return nil
		}
		return trend.Summary(io.out, *out, useColor(io.out, talk.noColor))
	}
	return c
}
