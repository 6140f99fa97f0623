package main

import (
	"errors"
	"fmt"
	"github.com/spf13/cobra"
	"time"

	"tapaudit/analysis"
	"tapaudit/reports/compare"
	"tapaudit/reports/folder"
)

// diffCommand says what sets two reports apart.
func diffCommand(io streams) *cobra.Command {
	c := newCommand("diff OLD NEW", "say what sets two reports apart",
		"Says which findings of two reports are new, gone or changed, and what else sets the reports apart.",
		example{"compare two quarters", "tapaudit diff report-2026Q2 report-2026Q3"},
		example{"write the comparison, and fail when a new finding is high",
			"tapaudit diff report-2026Q2 report-2026Q3 --out changes --fail-on high"},
	)
	flags := c.Flags()
	out := flags.String("out", "", "folder to write diff.html and diff.csv into")
	failOn := flags.String("fail-on", "", "exit with 3 when an open finding of this severity or higher is new")
	force := flags.Bool("force", false, "compare reports even when their files are not as their manifests list them")
	var replace bool
	addReplace(flags, &replace)
	var talk talkFlags
	flags.BoolVar(&talk.quiet, "quiet", false, "no messages and no summary")
	flags.BoolVar(&talk.noColor, "no-color", false, "no colours on the terminal")
	c.RunE = func(c *cobra.Command, args []string) error {
		ctx := c.Context()
		if len(args) != 2 {
			return usagef("diff: name two report folders, the old one first, as in 'tapaudit diff report-2026Q2 report-2026Q3'")
		}
		if *failOn != "" && analysis.Severity(*failOn).Rank() < 0 {
			return noneOf("--fail-on", *failOn, severityNames)
		}
		var created time.Time
		if *out != "" {
			var err error
			if created, err = creation(); err != nil {
				return usageError{err}
			}
			if err := compare.CheckFolder(ctx, *out, replace); err != nil {
				return refused(ctx, err)
			}
		}
		comparison, err := compare.Reports(ctx, args[0], args[1], *force)
		if err != nil {
			return notCompared("diff", err)
		}
		if *out != "" {
			if err := comparison.WriteFolder(ctx, *out, programVersion(), created, replace); err != nil {
				return err
			}
		}
		if !talk.quiet {
			if err := comparison.Summary(io.out, *out, useColor(io.out, talk.noColor)); err != nil {
				return err
			}
		}
		if *failOn != "" && comparison.AnyNew(analysis.Severity(*failOn)) {
			return statusError(exitFindings)
		}
		return nil
	}
	return c
}

// notCompared says what to do about a report that cannot be read.
func notCompared(command string, err error) error {
	switch {
	case errors.Is(err, folder.ErrNotReport):
		return usagef("%s: %w", command, err)
	case errors.Is(err, folder.ErrDamaged):
		return fmt.Errorf("%w; 'tapaudit verify' says what differs, --force compares all the same", err)
	}
	return err
}
