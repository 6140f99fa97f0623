package main

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"github.com/spf13/pflag"

	"tapaudit/ingest"
	"tapaudit/ingest/casefile"
	"tapaudit/ingest/safetext"
	"tapaudit/ingest/scratch"
)

// runAudit does everything in one go: ingest, analysis, report.
func runAudit(ctx context.Context, args []string, io streams) error {
	flags := newFlags("run", "PATH...", io)
	var judging judgeFlags
	var writing reportFlags
	var database databaseFlags
	var talk talkFlags
	writing.add(flags, "tapaudit-report")
	judging.add(flags)
	database.add(flags, "case file to keep; without it the case lives in memory")
	talk.add(flags)
	if err := parse(flags, args); err != nil {
		return err
	}
	if flags.NArg() == 0 {
		return usagef("run: name the evidence: files, folders, archives, or - for standard input")
	}
	job, err := judging.read()
	if err != nil {
		return err
	}
	if err := writing.check(ctx, io, append(named(flags.Args()), database.path, judging.config, judging.rules)...); err != nil {
		return err
	}
	before, err := casefile.StateOf(ctx, database.path)
	if err != nil {
		return err
	}
	database.loads = true
	return database.with(ctx, func(c *openCase) error {
		if err := load(ctx, c, named(flags.Args()), io, talk, unneeded(job.opts.Period)); err != nil {
			return err
		}
		result, err := job.judge(ctx, c, io, talk)
		if err != nil {
			return err
		}
		result.CaseFile = before
		if err := writing.write(ctx, c, job.settings, result, io, talk); err != nil {
			return err
		}
		return job.status(result)
	})
}

// runDropped audits a folder that is the only argument, as when it is dropped on the program, and writes the report beside it:
// the working folder is then one of the system's.
func runDropped(ctx context.Context, folder string, io streams) error {
	whole, err := filepath.Abs(folder)
	if err != nil {
		return err
	}
	return runAudit(ctx, []string{"--out", filepath.Join(filepath.Dir(whole), "tapaudit-report"), "--", folder}, io)
}

// runIngest loads evidence into a case; it can be repeated, and adds what is new.
func runIngest(ctx context.Context, args []string, io streams) error {
	flags := newFlags("ingest", "PATH... --case FILE", io)
	var database databaseFlags
	var talk talkFlags
	database.add(flags, "case file; made where there is none")
	talk.add(flags)
	if err := parse(flags, args); err != nil {
		return err
	}
	if flags.NArg() == 0 {
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
		if err := load(ctx, c, named(flags.Args()), io, talk, nil); err != nil {
			return err
		}
		after, err := c.counts(ctx)
		if err != nil {
			return err
		}
		talk.say(io, "%s holds %d sources with %d records read (%d and %d of them new), %d quarantined.",
			database.path, after.sources, after.read, after.sources-before.sources, after.read-before.read, after.quarantined)
		return nil
	})
}

// runAnalyze judges a case, leaves the derived tables and the findings in it, and prints the summary.
func runAnalyze(ctx context.Context, args []string, io streams) error {
	flags := newFlags("analyze", "--case FILE", io)
	var judging judgeFlags
	var database databaseFlags
	var talk talkFlags
	judging.add(flags)
	database.add(flags, "case file")
	talk.add(flags)
	if err := parse(flags, args); err != nil {
		return err
	}
	if err := noArguments(flags); err != nil {
		return err
	}
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

// runReport judges a case and writes its report.
func runReport(ctx context.Context, args []string, io streams) error {
	flags := newFlags("report", "--case FILE --out DIR", io)
	var judging judgeFlags
	var writing reportFlags
	var database databaseFlags
	var talk talkFlags
	writing.add(flags, "tapaudit-report")
	judging.add(flags)
	database.add(flags, "case file")
	talk.add(flags)
	if err := parse(flags, args); err != nil {
		return err
	}
	if err := noArguments(flags); err != nil {
		return err
	}
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
	return database.with(ctx, func(c *openCase) error {
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
			return err
		}
		result.CaseFile = state
		if err := writing.write(ctx, c, job.settings, result, io, talk); err != nil {
			return err
		}
		return job.status(result)
	})
}

func noArguments(flags *pflag.FlagSet) error {
	if flags.NArg() > 0 {
		return usagef("%s takes no argument %q", flags.Name(), flags.Arg(0))
	}
	return nil
}

// load reads evidence into the case, with progress on the terminal; unneeded may name days of a lake that are left out.
func load(ctx context.Context, c *openCase, paths []string, io streams, talk talkFlags, unneeded func(time.Time) bool) error {
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

// loadingMemory is what Go may take for reading, unpacking and translating, in bytes, beside the database's own limit. Half of
// it is in use at a time; the rest is what the collector leaves lying.
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
