package main

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"github.com/spf13/cobra"

	"tapaudit/analysis"
	"tapaudit/ingest"
	"tapaudit/ingest/casefile"
	"tapaudit/ingest/safetext"
	"tapaudit/ingest/scratch"
)

// auditCommand does everything in one go: ingest, analysis, report.
func auditCommand(io streams) *cobra.Command {
	c := newCommand("run PATH...", "audit evidence in one go: files in, report out",
		"Reads files, folders, archives or standard input (-), judges what they hold and writes a report. "+
			"The evidence is never changed. Without --case the database lives in memory, and in a temporary folder what exceeds it.",
		example{"audit a folder of exports", "tapaudit run evidence"},
		example{"judge a quarter by your configuration",
			"tapaudit run evidence --config tapaudit.yaml --period 2026Q3 --out report-2026Q3"},
		example{"the default outputs, and a workbook and a ticket's summary besides",
			"tapaudit run evidence --format html,csv,json,parquet,xlsx,summary"},
		example{"fail a scheduled job when something urgent is open", "tapaudit run evidence --quiet --fail-on high"},
		example{"read an archive from standard input", "tapaudit run - <evidence.zip"},
	)
	flags := c.Flags()
	var judging judgeFlags
	var writing reportFlags
	var database databaseFlags
	var talk talkFlags
	writing.add(flags, "tapaudit-report")
	judging.add(flags)
	database.add(io, flags, "case file to keep; without it the case lives in memory")
	talk.add(flags)
	c.RunE = func(c *cobra.Command, args []string) error {
		ctx := c.Context()
		if len(args) == 0 {
			return usagef("run: name the evidence: files, folders, archives, or - for standard input")
		}
		job, err := judging.read()
		if err != nil {
			return err
		}
		if err := writing.check(ctx, io, append(named(args), database.path, judging.config,
			judging.rules)...); err != nil {
			return err
		}
		before, err := casefile.StateOf(ctx, database.path)
		if err != nil {
			return err
		}
		database.loads = true
		return writing.report(ctx, &database, job, io, talk, func(c *openCase) (*analysis.Result, error) {
			if err := load(ctx, c, named(args), io, talk, unneeded(job.opts.Period)); err != nil {
				return nil, err
			}
			result, err := job.judge(ctx, c, io, talk)
			if err != nil {
				return nil, err
			}
			result.CaseFile = before
			return result, nil
		})
	}
	return c
}

// runDropped audits a folder that is the only argument, as when it is dropped on the program. It writes the report
// beside that folder, since the working folder is then one of the system's.
func runDropped(ctx context.Context, folder string, io streams) error {
	whole, err := filepath.Abs(folder)
	if err != nil {
		return err
	}
	audit := auditCommand(io)
	audit.SetArgs([]string{"--out", filepath.Join(filepath.Dir(whole), "tapaudit-report"), "--", folder})
	return audit.ExecuteContext(ctx)
}

// ingestCommand loads evidence into a case; it can be repeated, and adds what is new.
func ingestCommand(io streams) *cobra.Command {
	c := newCommand("ingest PATH... --case FILE", "load evidence into a case; repeatable",
		"Loads evidence into a case, a database file that keeps it. The same file loaded twice adds nothing, and a load that "+
			"was interrupted can be repeated.",
		example{"begin a case", "tapaudit ingest evidence --case case.duckdb"},
		example{"add a later export, saying what becomes of each file",
			"tapaudit ingest more/signins.json.gz --case case.duckdb --verbose"},
	)
	flags := c.Flags()
	var database databaseFlags
	var talk talkFlags
	database.add(io, flags, "case file; made where there is none")
	talk.add(flags)
	c.RunE = func(c *cobra.Command, args []string) error {
		ctx := c.Context()
		if len(args) == 0 {
			return usagef("ingest: name the evidence: files, folders, archives, or - for standard input")
		}
		if err := database.need("ingest"); err != nil {
			return err
		}
		database.loads = true
		return database.with(ctx, func(c *openCase) error {
			before, err := c.counts(ctx)
			if err != nil {
				return err
			}
			if err := load(ctx, c, named(args), io, talk, nil); err != nil {
				return err
			}
			after, err := c.counts(ctx)
			if err != nil {
				return err
			}
			talk.say(io, "%s holds %s with %s read (%d and %d of them new), %d quarantined.", database.path,
				safetext.Counted(after.sources, "source", "sources"), safetext.Counted(after.read, "record", "records"),
				after.sources-before.sources, after.read-before.read, after.quarantined)
			return nil
		})
	}
	return c
}

// analyzeCommand judges a case, leaves the derived tables and the findings in it, and prints the summary.
func analyzeCommand(io streams) *cobra.Command {
	c := newCommand("analyze --case FILE", "judge a case and leave the derived tables in it",
		"Judges a case, leaves the derived tables and the findings in it for queries, and prints the summary.",
		example{"judge all of the evidence", "tapaudit analyze --case case.duckdb"},
		example{"judge one month by your configuration",
			"tapaudit analyze --case case.duckdb --config tapaudit.yaml --period 2026-09"},
	)
	c.Args = noArguments
	flags := c.Flags()
	var judging judgeFlags
	var database databaseFlags
	var talk talkFlags
	judging.add(flags)
	database.add(io, flags, "case file")
	talk.add(flags)
	c.RunE = func(c *cobra.Command, _ []string) error {
		ctx := c.Context()
		if err := database.existing("analyze"); err != nil {
			return err
		}
		job, err := judging.read()
		if err != nil {
			return err
		}
		return database.with(ctx, func(c *openCase) error {
			result, err := job.judge(ctx, c, io, talk)
			if err != nil {
				return err
			}
			tellUnassessed(io, result, "")
			if err := summarise(io, result, "", talk); err != nil {
				return err
			}
			return job.status(result)
		})
	}
	return c
}

// reportCommand judges a case and writes its report.
func reportCommand(io streams) *cobra.Command {
	c := newCommand("report --case FILE --out DIR", "judge a case and write its report",
		"Judges a case and writes its report. A folder that tapaudit wrote is replaced as a whole, any other is refused.",
		example{"write a quarter's report",
			"tapaudit report --case case.duckdb --config tapaudit.yaml --period 2026Q3 --out report-2026Q3"},
		example{"write only a timeline for Timesketch",
			"tapaudit report --case case.duckdb --format timesketch --out timeline"},
		example{"write findings for a SIEM that reads OCSF",
			"tapaudit report --case case.duckdb --format ocsf --out ocsf"},
	)
	c.Args = noArguments
	flags := c.Flags()
	var judging judgeFlags
	var writing reportFlags
	var database databaseFlags
	var talk talkFlags
	writing.add(flags, "tapaudit-report")
	judging.add(flags)
	database.add(io, flags, "case file")
	talk.add(flags)
	c.RunE = func(c *cobra.Command, _ []string) error {
		ctx := c.Context()
		if err := database.existing("report"); err != nil {
			return err
		}
		job, err := judging.read()
		if err != nil {
			return err
		}
		if err := writing.check(ctx, io, database.path, judging.config, judging.rules); err != nil {
			return err
		}
		database.readOnly = true
		return writing.report(ctx, &database, job, io, talk, func(c *openCase) (*analysis.Result, error) {
			// Nobody changes the case while it is open, so it can be hashed meanwhile.
			hashed := make(chan error, 1)
			var state *casefile.State
			go func() {
				var err error
				state, err = casefile.StateOf(ctx, database.path)
				hashed <- err
			}()
			result, err := job.judge(ctx, c, io, talk)
			if err := errors.Join(err, <-hashed); err != nil {
				return nil, err
			}
			result.CaseFile = state
			return result, nil
		})
	}
	return c
}

func noArguments(c *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usagef("%s takes no argument %q; leave it out", c.CommandPath(), args[0])
	}
	return nil
}

// load reads evidence into the case, with progress on the terminal; unneeded may name days of a lake that are left
// out.
func load(ctx context.Context, c *openCase, paths []string, io streams, talk talkFlags,
	unneeded func(time.Time) bool) error {
	bar := startProgress(io.bar, paths, talk)
	defer bar.stop()
	opts := ingest.Options{Progress: bar.add, Unneeded: unneeded}
	if talk.verbose {
		opts.Report = func(path, what string) {
			bar.clear()
			talk.say(io, "%s: %s", safetext.Line(path), safetext.Line(what))
		}
	}
	const told = 20
	unread := 0
	if !talk.verbose { // which tells of every file
		opts.Warn = func(path, what string) {
			if unread++; unread <= told {
				bar.clear()
				talk.say(io, "%s: %s", safetext.Line(path), safetext.Line(what))
			}
		}
	}
	defer withinMemory()()
	err := ingest.Load(ctx, c.Case, paths, io.in, opts)
	if unread > told {
		talk.say(io, "%d files were skipped so; evidence.csv of the report lists them all.", unread)
	}
	return err
}

// loadingMemory is what Go may take for reading, unpacking and translating, in bytes, beside the database's own limit.
// Half of it is in use at a time; the rest is what the collector leaves lying.
const loadingMemory = 340 << 20

// withinMemory keeps Go's memory within loadingMemory until the returned function is called; GOMEMLIMIT goes before.
func withinMemory() (restore func()) {
	before := debug.SetMemoryLimit(-1)
	if before != math.MaxInt64 {
		return func() {}
	}
	debug.SetMemoryLimit(loadingMemory)
	return func() { debug.SetMemoryLimit(before) }
}

// temporaryFolder is one private folder for everything that is temporary, gone at the end, or when the next run begins
// if this one is killed.
func temporaryFolder() (path string, remove func(), err error) {
	folder, err := scratch.Make(os.TempDir(), "tapaudit-temporary-")
	if err != nil {
		return "", nil, err
	}
	return folder.Path, func() { folder.Remove() }, nil
}
