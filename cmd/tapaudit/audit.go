package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"tapaudit/analysis"
	"tapaudit/analysis/settings"
	"tapaudit/ingest"
	"tapaudit/ingest/casefile"
	"tapaudit/reports"
)

// runAudit does everything in one go: ingest, analysis, report.
func runAudit(ctx context.Context, args []string, io streams) error {
	flags := newFlags("run", "PATH...", io)
	out := flags.String("out", "tapaudit-report", "folder to write the report into")
	config := flags.String("config", "", "configuration (YAML)")
	casePath := flags.String("case", "", "case file to keep; without it the case lives in a temporary folder")
	period := flags.String("period", "", "what to judge: 2026, 2026Q3, 2026-09 or 2026-09-14")
	from := flags.String("from", "", "beginning of the period, e.g. 2026-07-01 or 2026-07-01T06:00:00Z")
	to := flags.String("to", "", "end of the period, exclusive")
	tenant := flags.String("tenant", "", "tenant of records that name none")
	asOf := flags.String("as-of", "", "what counts as now (default: the latest time in the evidence)")
	failOn := flags.String("fail-on", "", "exit with 3 when an open finding of this severity or higher exists")
	strict := flags.Bool("strict", false, "exit with 4 when evidence was quarantined")
	formats := flags.StringSlice("format", nil, "outputs: html, csv, json, parquet (default all)")
	quiet := flags.Bool("quiet", false, "no messages and no summary")
	verbose := flags.Bool("verbose", false, "say what became of each file")
	noColor := flags.Bool("no-color", false, "no colours on the terminal")
	threads := flags.Int("threads", 0, "threads of the database (default: one per processor)")
	memory := flags.String("memory-limit", "", "memory of the database, e.g. 4GiB (default "+casefile.DefaultMemoryLimit+")")
	if err := parse(flags, args); err != nil {
		return err
	}
	if flags.NArg() == 0 {
		return usagef("run: name the evidence: files, folders, archives, or - for standard input")
	}
	opts := analysis.Options{Tenant: *tenant}
	var err error
	if opts.Period, err = parsePeriod(*period, *from, *to); err != nil {
		return usageError{err}
	}
	if *asOf != "" {
		if opts.AsOf, err = parseInstant(*asOf); err != nil {
			return usagef("--as-of: %w", err)
		}
	}
	if *failOn != "" && analysis.Severity(*failOn).Rank() < 0 {
		return usagef("--fail-on: %q is none of info, low, medium, high, critical", *failOn)
	}
	for _, f := range *formats {
		if !slices.Contains(reports.Formats(), f) {
			return usagef("--format: %q is none of %v", f, reports.Formats())
		}
	}
	if err := reports.CheckFolder(*out); err != nil {
		return usageError{err}
	}
	rules, _, err := analysis.BuiltInRules()
	if err != nil {
		return err
	}
	conf, err := settings.Load(*config, analysis.Catalog(rules))
	if err != nil {
		return usageError{err}
	}
	created, err := creation()
	if err != nil {
		return usageError{err}
	}
	temporary, err := os.MkdirTemp("", "tapaudit-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temporary)
	if *casePath == "" {
		*casePath = filepath.Join(temporary, "case.duckdb")
	}
	c, err := casefile.Open(ctx, *casePath, casefile.Options{Threads: *threads, MemoryLimit: *memory, TempDir: temporary})
	if err != nil {
		return err
	}
	defer c.Close()

	say := func(format string, args ...any) {
		if !*quiet {
			fmt.Fprintf(io.err, format+"\n", args...)
		}
	}
	loading := ingest.Options{}
	if *verbose && !*quiet {
		loading.Report = func(path, what string) { say("%s: %s", printable(path), printable(what)) }
	}
	say("Reading the evidence …")
	if err := ingest.Load(ctx, c, flags.Args(), io.in, loading); err != nil {
		return err
	}
	if err := c.Seal(ctx); err != nil {
		return err
	}
	say("Judging …")
	result, err := analysis.Run(ctx, c, conf, analysis.Configure(rules, conf), opts)
	if err != nil {
		return err
	}
	say("Writing the report …")
	if err := reports.WriteFolder(ctx, *out, result, reports.Options{Formats: *formats, Version: programVersion(), Created: created}); err != nil {
		if errors.Is(err, reports.ErrNotReport) {
			return usageError{err}
		}
		return err
	}
	if !*quiet {
		if err := reports.Summary(io.out, result, *out, useColor(io.out, *noColor)); err != nil {
			return err
		}
	}
	return status(result, analysis.Severity(*failOn), *strict)
}

// status is the exit status that findings and quarantine ask for, as an error.
func status(r *analysis.Result, failOn analysis.Severity, strict bool) error {
	if failOn != "" && slices.ContainsFunc(r.Findings, func(f analysis.Finding) bool { return f.Status == "open" && f.Severity.Rank() >= failOn.Rank() }) {
		return statusError(exitFindings)
	}
	if strict && len(r.Quarantine) > 0 {
		return statusError(exitQuarantined)
	}
	return nil
}

// creation is when the report is made: the clock, or SOURCE_DATE_EPOCH (seconds since 1970) for reproducible output.
func creation() (time.Time, error) {
	text := os.Getenv("SOURCE_DATE_EPOCH")
	if text == "" {
		return time.Now().UTC().Truncate(time.Second), nil
	}
	seconds, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return time.Time{}, fmt.Errorf("SOURCE_DATE_EPOCH is %q; it must be seconds since 1970", text)
	}
	return time.Unix(seconds, 0).UTC(), nil
}

// useColor says whether colours are wanted: on a terminal, unless told otherwise (no-color.org).
func useColor(w any, no bool) bool {
	file, ok := w.(*os.File)
	if !ok || no || os.Getenv("NO_COLOR") != "" {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// printable replaces control characters: names of files are somebody else's text.
func printable(s string) string {
	runes := []rune(s)
	for i, r := range runes {
		if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
			runes[i] = '\uFFFD'
		}
	}
	return string(runes)
}
