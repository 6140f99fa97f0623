package main

import (
	"context"
	"errors"
	"time"

	"tapaudit/reports/compare"
)

// runTrend lays two or more reports side by side.
func runTrend(ctx context.Context, args []string, io streams) error {
	flags := newFlags("trend", "DIR DIR...", io)
	out := flags.String("out", "", "folder to write trend.html and trend.csv into")
	force := flags.Bool("force", false, "compare reports even when their files are not as their manifests list them")
	var replace bool
	addReplace(flags, &replace)
	var talk talkFlags
	flags.BoolVar(&talk.quiet, "quiet", false, "no messages and no summary")
	flags.BoolVar(&talk.noColor, "no-color", false, "no colours on the terminal")
	if err := parse(flags, args); err != nil {
		return err
	}
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
	trend, err := compare.TrendOf(ctx, flags.Args(), *force)
	if errors.Is(err, compare.ErrOneReport) {
		return usagef("trend: name two report folders or more")
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
