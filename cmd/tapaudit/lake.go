package main

import (
	"slices"
	"time"

	"github.com/spf13/cobra"

	"tapaudit/analysis"
	"tapaudit/analysis/lake"
	"tapaudit/ingest/safetext"
)

// lakeCommand turns exports into a lake of Parquet files by tenant and day, or adds them to one.
func lakeCommand(io streams) *cobra.Command {
	c := newCommand("lake PATH... --out DIR", "keep exports as a lake: Parquet by tenant and day",
		"Keeps exports as a lake: Parquet files by tenant and day, joined and sorted. A lake that is there is added to; 'run' reads "+
			"it like any other evidence.",
		example{"begin a lake, or add a quarter to it", "tapaudit lake evidence --out lake"},
		example{"add exports, with the tenant of those that name none",
			"tapaudit lake more --out lake --tenant 25b1f699-3870-4dbb-a781-c22127c974d7"},
	)
	flags := c.Flags()
	var database databaseFlags
	var talk talkFlags
	var out, tenant string
	var strict bool
	flags.StringVar(&out, "out", "", "folder of the lake; made where there is none, added to where there is one")
	flags.StringVar(&tenant, "tenant", "", "tenant of records that name none")
	flags.BoolVar(&strict, "strict", false, "exit with 4 when evidence was quarantined or not recognised")
	flags.IntVar(&database.threads, "threads", 0, "threads of the database (default: one per processor)")
	flags.StringVar(&database.memory, "memory-limit", "", "memory of the database, e.g. 4GiB")
	talk.add(flags)
	c.RunE = func(c *cobra.Command, args []string) error {
		ctx := c.Context()
		switch {
		case len(args) == 0:
			return usagef("lake: name the exports: files, folders or archives")
		case slices.Contains(args, "-"):
			return usagef("lake: standard input cannot be read twice; save it as a file")
		case out == "":
			return usagef("lake: name the lake's folder with --out DIR")
		}
		if err := lake.Check(out); err != nil {
			return usageError{err}
		}
		database.loads = true
		return database.with(ctx, func(c *openCase) error {
			if err := load(ctx, c, named(args), io, talk, nil); err != nil {
				return err
			}
			talk.say(io, "Writing the lake …")
			written, err := lake.Write(ctx, c.Case, out, c.temporary, tenant, named(args))
			if err != nil {
				return err
			}
			counts, err := c.counts(ctx)
			if err != nil {
				return err
			}
			talk.say(io, "%s: %s read, of which %s; %s of records written, %s in them; %s.",
				safetext.Line(out), safetext.Counted(counts.sources, "source", "sources"),
				safetext.Counted(counts.quarantined, "record is quarantined", "records are quarantined"),
				safetext.Counted(written.Partitions, "file", "files"),
				safetext.Counted(written.Records, "record", "records"),
				safetext.Counted(written.Kept, "other export kept as it came", "other exports kept as they came"))
			if strict && counts.quarantined+counts.unrecognised > 0 {
				return statusError(exitQuarantined)
			}
			return nil
		})
	}
	return c
}

// unneeded says which days of a lake judging the period does not need.
func unneeded(p analysis.Period) func(time.Time) bool {
	if p == (analysis.Period{}) {
		return nil
	}
	window := p.Context()
	return func(day time.Time) bool { return !day.Before(window.To) || !day.AddDate(0, 0, 1).After(window.From) }
}
