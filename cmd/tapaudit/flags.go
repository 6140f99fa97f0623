package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"

	"aead.dev/minisign"
	"github.com/spf13/pflag"

	"tapaudit/analysis"
	"tapaudit/analysis/settings"
	"tapaudit/ingest"
	"tapaudit/ingest/casefile"
	"tapaudit/ingest/safetext"
	"tapaudit/reports"
	"tapaudit/reports/folder"
	"tapaudit/reports/pseudonyms"
	"tapaudit/reports/terminal"
)

// judgeFlags say what is judged, and by which configuration.
type judgeFlags struct {
	config, period, from, to, tenant, asOf, failOn, rules string
	strict                                                bool
}

func (f *judgeFlags) add(flags *pflag.FlagSet) {
	flags.StringVar(&f.config, "config", "", "configuration (YAML)")
	flags.StringVar(&f.period, "period", "",
		"what to judge: 2026, 2026Q3, 2026-09 or 2026-09-14 (default: the span of the evidence)")
	flags.StringVar(&f.from, "from", "", "beginning of the period, e.g. 2026-07-01 or 2026-07-01T06:00:00Z")
	flags.StringVar(&f.to, "to", "", "end of the period, exclusive")
	flags.StringVar(&f.tenant, "tenant", "", "tenant of records that name none")
	flags.StringVar(&f.asOf, "as-of", "", "what counts as now (default: the latest time in the evidence)")
	flags.StringVar(&f.failOn, "fail-on", "", "exit with 3 when an open finding of this severity or higher exists")
	flags.StringVar(&f.rules, "rules", "",
		"folder with rules of your own (*.sql), of the same form as the built-in ones")
	flags.BoolVar(&f.strict, "strict", false, "exit with 4 when evidence was quarantined or not recognised")
}

// judgement is a configured analysis.
type judgement struct {
	flags    judgeFlags
	settings *settings.Settings
	rules    []analysis.Rule
	opts     analysis.Options
	faults   []error // of users' rules
}

// read checks the flags and reads the configuration, before any work is done.
func (f judgeFlags) read() (*judgement, error) {
	j := &judgement{flags: f, opts: analysis.Options{Tenant: f.tenant}}
	var err error
	if j.opts.Period, err = parsePeriod(f.period, f.from, f.to); err != nil {
		return nil, usageError{err}
	}
	if f.asOf != "" {
		if j.opts.AsOf, err = parseInstant(f.asOf); err != nil {
			return nil, usagef("--as-of: %w", err)
		}
	}
	if f.failOn != "" && analysis.Severity(f.failOn).Rank() < 0 {
		return nil, noneOf("--fail-on", f.failOn, severityNames)
	}
	rules, err := analysis.BuiltInRules()
	if err != nil {
		return nil, err
	}
	if f.rules != "" {
		own, faults, err := analysis.UserRules(f.rules, rules)
		if err != nil {
			return nil, usagef("--rules: %w", err)
		}
		rules, j.faults = append(rules, own...), faults
	}
	if j.settings, err = settings.Load(f.config, analysis.Catalog(rules)); err != nil {
		return nil, usageError{err}
	}
	j.rules = analysis.Configure(rules, j.settings)
	return j, nil
}

// judge seals the case against everything but our own statements, and runs the analysis.
func (j *judgement) judge(ctx context.Context, c *openCase, io streams, talk talkFlags) (*analysis.Result, error) {
	if err := c.Seal(ctx); err != nil {
		return nil, err
	}
	talk.say(io, "Judging …")
	return analysis.Run(ctx, c.Case, j.settings, j.rules, j.opts)
}

// status is the exit status that faulty rules, findings and quarantine ask for, as an error.
func (j *judgement) status(r *analysis.Result) error {
	if faults := append(j.faults, r.Faults...); len(faults) > 0 {
		return leftOut(faults)
	}
	failOn := analysis.Severity(j.flags.failOn)
	if failOn != "" && slices.ContainsFunc(r.Findings,
		func(f analysis.Finding) bool { return f.Status == "open" && f.Severity.Rank() >= failOn.Rank() }) {
		return statusError(exitFindings)
	}
	if r.Unassessed != "" {
		return statusError(exitUnassessed)
	}
	if j.flags.strict && slices.ContainsFunc(r.Evidence, func(e analysis.EvidenceFile) bool {
		return e.Quarantined > 0 || e.Format == "" && e.Note != ingest.NoteUnneeded
	}) {
		return statusError(exitQuarantined)
	}
	return nil
}

// leftOut is the error that names the faulty rules. Each is indented, so that no line of what a rule says stands as if
// it were the program's own.
func leftOut(faults []error) error {
	var text strings.Builder
	for _, fault := range faults {
		text.WriteString("\n  " + strings.ReplaceAll(strings.TrimRight(fault.Error(), "\n"), "\n", "\n    "))
	}
	return errors.New("these rules were left out:" + text.String())
}

// tellUnassessed says, whatever the exit status comes to, that nothing could be assessed; kept is the report that
// stays for that, "" where there was none. It is said in spite of --quiet: nobody may take the silence for a result.
func tellUnassessed(io streams, r *analysis.Result, kept string) {
	if r.Unassessed == "" {
		return
	}
	fmt.Fprintf(io.err, "tapaudit: nothing could be assessed: %s\n", safetext.Line(r.Unassessed))
	if kept != "" {
		fmt.Fprintf(io.err, "tapaudit: the report in %q stays as it is, and this one was not written; name another folder with --out to have it\n", kept)
	}
}

// reportFlags say where a report goes and of what it consists.
type reportFlags struct {
	out     string
	replace bool
	formats []string
	created time.Time
	signing signFlags
	key     *minisign.PrivateKey

	pseudonymise string
	pseudonyms   *pseudonyms.Key
}

func (f *reportFlags) add(flags *pflag.FlagSet, out string) {
	flags.StringVar(&f.out, "out", out, "folder to write the report into")
	addReplace(flags, &f.replace)
	flags.StringSliceVar(&f.formats, "format", nil,
		"outputs, with commas between: "+strings.Join(reports.Formats(), ", ")+
			" (default "+strings.Join(reports.DefaultFormats(), ",")+")")
	flags.StringVar(&f.pseudonymise, "pseudonymise", "",
		"replace names, ids and addresses by pseudonyms made with this key file, for sharing")
	f.signing.add(flags)
}

func addReplace(flags *pflag.FlagSet, replace *bool) {
	flags.BoolVar(replace, "replace", false,
		"delete what else lies in the output folder: files that its manifest does not list, or that were changed")
}

// check refuses, before any work is done, what could not be written in the end. inputs are the paths that the run
// reads or keeps, the case among them.
func (f *reportFlags) check(ctx context.Context, io streams, inputs ...string) error {
	for _, name := range f.formats {
		if !slices.Contains(reports.Formats(), name) {
			return noneOf("--format", name, reports.Formats())
		}
	}
	for _, path := range append(inputs, f.signing.key, f.signing.passwordFile, f.pseudonymise) {
		if path != "" && path != "-" && within(f.out, path) {
			return usagef("--out: %q lies in the folder %q, which the report would replace; choose another folder",
				path, f.out)
		}
	}
	err := folder.Check(ctx, f.out, f.replace)
	if err != nil {
		return refused(ctx, err)
	}
	if f.created, err = creation(); err != nil {
		return usageError{err}
	}
	if f.pseudonymise != "" {
		if f.pseudonyms, err = pseudonyms.ReadKey(f.pseudonymise); err != nil {
			return usagef("--pseudonymise: %w", err)
		}
	}
	f.key, err = f.signing.read(ctx, io)
	return err
}

// refused is the error for an output folder, with what to do.
func refused(ctx context.Context, err error) error {
	switch {
	case ctx.Err() != nil:
		return err
	case errors.Is(err, folder.ErrNotListed):
		return usagef("%w; move that elsewhere, choose another folder with --out, or delete it with --replace", err)
	}
	return usageError{err}
}

// within says whether a path lies in a folder or is it, links followed.
func within(folder, path string) bool {
	inside, err := filepath.Rel(resolved(folder), resolved(path))
	return err == nil && filepath.IsLocal(inside)
}

// resolved is the path without links, as far as it exists.
func resolved(path string) string {
	path, err := filepath.Abs(path)
	if err != nil {
		return path
	}
	rest := ""
	for {
		if real, err := filepath.EvalSymlinks(path); err == nil {
			return filepath.Join(real, rest)
		}
		parent := filepath.Dir(path)
		if parent == path {
			return filepath.Join(path, rest)
		}
		path, rest = parent, filepath.Join(filepath.Base(path), rest)
	}
}

// report judges a case and writes what comes of it. The case is closed before: what its database took may be as much
// as the report takes.
func (f *reportFlags) report(ctx context.Context, database *databaseFlags, j *judgement, io streams, talk talkFlags,
	judge func(*openCase) (*analysis.Result, error)) error {
	var shown *analysis.Result
	var status error
	closed := database.with(ctx, func(c *openCase) error {
		r, err := judge(c)
		if err != nil {
			return err
		}
		status = j.status(r)
		if f.pseudonyms != nil {
			// Done once, before any writer sees the result.
			names, err := analysis.ReadNames(ctx, c.Case, j.settings)
			if err != nil {
				return err
			}
			r = pseudonyms.Apply(r, names, j.settings, f.pseudonyms)
		}
		shown = r
		return nil
	})
	if shown == nil {
		return closed
	}
	debug.FreeOSMemory() // what Go needed for the judgement alone
	if err := f.write(ctx, shown, io, talk); err != nil {
		return errors.Join(err, closed)
	}
	return errors.Join(status, closed)
}

// write writes the report and the summary. Where nothing could be assessed and another report stands there, that one
// stays, and the summary alone tells of this one.
func (f *reportFlags) write(ctx context.Context, r *analysis.Result, io streams, talk talkFlags) error {
	talk.say(io, "Writing the report …")
	err := reports.WriteFolder(ctx, f.out, r, reports.Options{
		Formats: f.formats, Version: programVersion(), Created: f.created, Replace: f.replace, SigningKey: f.key,
	})
	written, kept := f.out, ""
	if len(f.formats) == 0 || slices.Contains(f.formats, "html") {
		written = filepath.Join(f.out, "report.html")
	}
	if errors.Is(err, folder.ErrUnassessed) {
		written, kept, err = "", f.out, nil
	}
	if err != nil {
		return err
	}
	tellUnassessed(io, r, kept)
	return summarise(io, r, written, talk)
}

func summarise(io streams, r *analysis.Result, dir string, talk talkFlags) error {
	if talk.quiet {
		return nil
	}
	return terminal.Summary(io.out, r, dir, useColor(io.out, talk.noColor))
}

// creation is when the report is made: the clock, or SOURCE_DATE_EPOCH (seconds since 1970) for reproducible output.
func creation() (time.Time, error) {
	text := os.Getenv("SOURCE_DATE_EPOCH")
	if text == "" {
		return time.Now().UTC().Truncate(time.Second), nil
	}
	seconds, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return time.Time{}, fmt.Errorf("SOURCE_DATE_EPOCH is %q; set it to seconds since 1970, or unset it", text)
	}
	return time.Unix(seconds, 0).UTC(), nil
}

// databaseFlags say where the case lies and what its database may use.
type databaseFlags struct {
	path, memory string
	threads      int
	readOnly     bool // the case is looked at, and stays as it is
	loads        bool // files are loaded into it
	err          io.Writer
	limits       casefile.Limits
}

func (f *databaseFlags) add(io streams, flags *pflag.FlagSet, what string) {
	f.err = io.err
	flags.StringVar(&f.path, "case", "", what)
	flags.IntVar(&f.threads, "threads", 0, "threads of the database (default: one per processor)")
	flags.StringVar(&f.memory, "memory-limit", "",
		"memory of the database, e.g. 4GiB (default "+casefile.DefaultMemoryLimit+")")
}

func (f *databaseFlags) need(command string) error {
	if f.path == "" {
		return usagef("%s: name the case with --case FILE", command)
	}
	return nil
}

// existing refuses a case that is not there: only ingest makes one.
func (f *databaseFlags) existing(command string) error {
	if err := f.need(command); err != nil {
		return err
	}
	if _, err := os.Stat(f.path); err != nil {
		return usagef("%s: case file: %w; 'tapaudit ingest PATH... --case FILE' makes one", command, err)
	}
	return nil
}

// openCase is a case and what the commands ask of it.
type openCase struct {
	*casefile.Case
	temporary string // a private folder, gone when the case is closed
}

type caseCounts struct{ sources, read, quarantined, unrecognised int64 }

func (c *openCase) counts(ctx context.Context) (n caseCounts, err error) {
	err = c.QueryRow(ctx, `
SELECT count(*), coalesce(sum(records_read), 0)::BIGINT, coalesce(sum(records_quarantined), 0)::BIGINT,
    count(*) FILTER (WHERE coalesce(format, '') = '')
FROM source`).Scan(&n.sources, &n.read, &n.quarantined, &n.unrecognised)
	return n, err
}

// with opens the case, one in memory where none is named, and closes it whatever happens.
func (f *databaseFlags) with(ctx context.Context, do func(*openCase) error) error {
	temporary, remove, err := temporaryFolder()
	if err != nil {
		return err
	}
	defer remove()
	journals, err := casefile.Journals(ctx, f.path)
	if err != nil {
		return err
	}
	for _, j := range journals {
		fmt.Fprintf(f.err, "Note: %s lies beside the case. A run that was killed left it, or somebody put it there. "+
			"What can be read of it as changes to this case counts: it is part of what this command sees.\n",
			safetext.Line(j.String()))
	}
	derived, err := analysis.Derived()
	if err != nil {
		return err
	}
	c, err := casefile.Open(ctx, f.path, casefile.Options{
		Threads: f.threads, MemoryLimit: f.memory, TempDir: temporary, ReadOnly: f.readOnly, Loads: f.loads,
		Derived: derived, Limits: f.limits,
	})
	if err != nil {
		return err
	}
	return errors.Join(do(&openCase{c, temporary}), c.Close())
}

// talkFlags say how much is said.
type talkFlags struct{ quiet, verbose, noColor bool }

func (f *talkFlags) add(flags *pflag.FlagSet) {
	flags.BoolVar(&f.quiet, "quiet", false, "no messages and no summary")
	flags.BoolVar(&f.verbose, "verbose", false, "say what became of each file")
	flags.BoolVar(&f.noColor, "no-color", false, "no colours on the terminal")
}

func (f talkFlags) say(io streams, format string, args ...any) {
	if !f.quiet {
		fmt.Fprintf(io.err, format+"\n", args...)
	}
}

// useColor says whether colours are wanted: on a terminal, unless told otherwise (no-color.org).
func useColor(w any, no bool) bool {
	return !no && os.Getenv("NO_COLOR") == "" && isTerminal(w) && showsColor(w)
}

func isTerminal(w any) bool {
	file, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
