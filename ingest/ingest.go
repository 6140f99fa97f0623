// Package ingest gets evidence into a case without losing a record: every file is hashed, recognised by its content
// and counted, and records = loaded + duplicates + not used + quarantined.
//
// Every record of JSON and CSV takes one road: it is framed and validated, recognised and translated into the columns
// that package record declares, and fed into the case. A lake's Parquet files have those columns already: DuckDB's own
// reader loads them, and whatever does not add up is rolled back and takes the road like any other Parquet file, row
// by row.
package ingest

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"io"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"tapaudit/ingest/casefile"
	"tapaudit/ingest/evidence"
	"tapaudit/ingest/formats"
	"tapaudit/ingest/safetext"
)

// Options are how evidence is read.
type Options struct {
	Limits evidence.Limits
	// ParquetMemory is what reading a Parquet file may take, as DuckDB reads it; "" means
	// casefile.DefaultParquetMemory.
	ParquetMemory string
	// Unneeded says of a day of a lake that none of its records is needed: its files are listed, not read. nil for
	// none.
	Unneeded func(day time.Time) bool
	// Report is called after each source with its path and what became of it; nil for nobody.
	Report func(path, what string)
	// Warn is called for a source that was not looked at although it may hold evidence, with what to do; nil for
	// nobody.
	Warn func(path, what string)
	// Progress is called with bytes read from disk and records framed since the last call; nil for nobody.
	Progress func(bytes, records int64)
}

// Load reads everything under the paths into the case, a source as a whole or not at all, small ones several in one
// transaction. A source whose content the case has already adds nothing, so that a run that was interrupted can be
// repeated. The error is nil when the evidence is odd; it is not when a path does not exist, the case cannot be
// written or ctx is done.
func Load(ctx context.Context, c *casefile.Case, paths []string, stdin io.Reader, opts Options) error {
	if opts.Limits == (evidence.Limits{}) {
		opts.Limits = evidence.DefaultLimits()
	}
	if opts.Progress == nil {
		opts.Progress = func(int64, int64) {}
	}
	if opts.Report == nil {
		opts.Report = func(string, string) {}
	}
	l := &loader{ctx: ctx, c: c, opts: opts, group: newGathered()}
	defer l.checker.Close()
	if err := l.readCatalogue(); err != nil {
		return err
	}
	return c.Feeding(ctx, func() (err error) {
		defer func() { err = cmp.Or(err, l.settle()) }() // whatever ends the run, the case is not left in use
		if err := evidence.Walk(ctx, paths, stdin, opts.Limits, l.visit); err != nil {
			return err
		}
		if err := l.loadWaiting(); err != nil {
			return err
		}
		return l.commit()
	})
}

type loader struct {
	ctx     context.Context
	c       *casefile.Case
	opts    Options
	has     catalogue
	checker casefile.Checker // of a lake's files
	waiting together         // files of a lake
	told    int64            // bytes of the source under way that Progress was told of
	group   *gathered        // of sources that are loaded and not yet in the case
	loaded  []*source        // of which Report has still to be told, once they are in
	sent    *sent            // nil where no group is on its way into the case
	spare   *gathered        // one that is in, for its memory

	// Memory that serves one source after the other: for the beginning of one, for looking at it, and for framing a
	// small one.
	head, window []byte
	buffered     *bufio.Reader
}

// tell reports progress within a source, never more than its size on disk: what comes out of an archive is more.
func (l *loader) tell(bytes, size int64) {
	if bytes = min(bytes, size-l.told); bytes > 0 {
		l.told += bytes
		l.opts.Progress(bytes, 0)
	}
}

// source is a row of the case's table of sources, under way.
type source struct {
	id             int
	src            *evidence.Source
	sha256         string
	format         string
	sameAs         *int
	read, notUsed  int64
	quarantined    int64 // all of them, listed or not
	filtered, rows bool
	truncated      string
	passcodes      int64
	bytes          int64
	notes          []string
	look           formats.Look // of a file none of whose records is of a known kind
	ambiguous      string       // why its dates may have been read in the wrong order
	listed         bool         // in the case's table, once the transaction is through
}

// NoteUnneeded is the note of a lake's day that was left out because [Options.Unneeded] says so.
const NoteUnneeded = "not read, not hashed: the period does not need this day of the lake"

func (l *loader) visit(s *evidence.Source) error {
	if err := l.ctx.Err(); err != nil {
		return err
	}
	row := &source{src: s, bytes: s.Bytes}
	if file := l.lakeFile(row); file != nil && s.Skip == "" && !l.unneeded(s) {
		return l.await(row, file)
	}
	if err := l.loadWaiting(); err != nil {
		return err
	}
	row.id = l.has.next
	var err error
	switch {
	case l.unneeded(s):
		row.notes = append(row.notes, NoteUnneeded)
		err = l.recordOnly(row)
	case s.Skip != "":
		row.notes = append(row.notes, "skipped: "+s.Skip)
		row.sha256, _ = s.Sum()
		err = l.recordOnly(row)
	case s.Kind == evidence.Archive:
		row.format = "zip archive"
		if row.sha256, err = s.Sum(); err != nil {
			row.notes = append(row.notes, "its hash is not known: "+reason(err))
		}
		if s.Damage != nil {
			row.notes = append(row.notes, s.Damage.Error())
			row.truncated = s.Damage.Reason
		}
		err = l.recordOnly(row)
	default:
		err = l.load(row)
	}
	if err != nil {
		return err
	}
	l.conclude(row)
	return nil
}

// loadAlone loads one source in a transaction of its own.
func (l *loader) loadAlone(r *source) error {
	*r = source{id: l.has.next, src: r.src, bytes: r.src.Bytes}
	if err := l.load(r); err != nil {
		return err
	}
	l.conclude(r)
	return nil
}

// conclude notes and tells what became of a source.
func (l *loader) conclude(row *source) {
	s := row.src
	if row.listed {
		l.has.add(listed{row.id, s.Path, row.read, row.sameAs != nil}, row.sha256, max(row.bytes, 0))
	}
	if s.Container == "" {
		l.opts.Progress(max(s.Bytes-l.told, 0), row.read)
	} else {
		l.opts.Progress(0, row.read)
	}
	l.told = 0
	l.loaded = append(l.loaded, row)
}

// size is how many bytes a plain file has, whose reading can be told as it goes; 0 for others.
func (r *source) size() int64 {
	if r.src.Container != "" || r.src.Compression != "" {
		return 0
	}
	return r.src.Bytes
}

func (r *source) summary() string {
	if r.sameAs != nil {
		return "the same content as another file"
	}
	return strings.Join(append([]string{cmp.Or(r.format, "no evidence") + ", " +
		safetext.Counted(r.read, "record", "records")}, r.notes...), "; ")
}

// recordOnly lists a source that gives no records, unless the case lists it already.
func (l *loader) recordOnly(r *source) error {
	if l.has.holds(r.sha256, r.src.Path) {
		return nil
	}
	return l.list(r)
}

var tenantInPath = regexp.MustCompile(`(?i)(?:^|/)tenantid=([^/]+)`)

// tenantOf is the tenant that a path names, or "".
func tenantOf(path string) string {
	if m := tenantInPath.FindStringSubmatch(path); m != nil {
		return m[1]
	}
	return ""
}

// errKnown ends the loading of a source whose content the case has already.
var errKnown = errors.New("known")

// load reads one source.
func (l *loader) load(r *source) error {
	// A file of a size that the case knows is probably the file it knows: the hash tells before it is read for good.
	if l.has.sizes[r.src.Bytes] && r.src.Disk != "" {
		if sum, err := r.src.Sum(); err == nil {
			r.sha256 = sum
			if done, err := l.known(r); done || err != nil {
				return err
			}
		}
	}
	if file := l.lakeFile(r); file != nil {
		if err := l.commit(); err != nil {
			return err
		}
		err := l.loadByReader(func() error { return l.loadLake([]*source{r}, file) })
		if err == nil {
			return nil
		}
		if l.ctx.Err() != nil {
			return l.ctx.Err()
		}
		if errors.Is(err, errKnown) {
			_, err := l.known(r)
			return err
		}
		// Whatever it stumbled over, the rows themselves say what it is.
		*r = source{id: r.id, src: r.src, bytes: r.src.Bytes}
	}
	err := l.loadRecords(r)
	switch {
	case errors.Is(err, errKnown):
		_, err = l.known(r)
	case errors.Is(err, evidence.ErrChanged):
		*r = source{id: r.id, src: r.src, bytes: r.src.Bytes,
			notes: []string{"not read: " + evidence.ErrChanged.Error()}}
		err = l.recordOnly(r)
	}
	return err
}

// loadByReader loads with DuckDB's own reader and all its threads, in one transaction.
func (l *loader) loadByReader(load func() error) error {
	return l.c.Reading(l.ctx, func() error { return l.c.Atomically(l.ctx, load) })
}

// known says whether the case has the source's content; under another path it lists the source as the same.
func (l *loader) known(r *source) (bool, error) {
	first, known := l.has.first(r.sha256, r.src.Path)
	if !known {
		return false, nil
	}
	if first.path == r.src.Path {
		return true, nil
	}
	*r = source{id: r.id, src: r.src, bytes: r.bytes, sha256: r.sha256, sameAs: &first.id, read: first.read,
		notes: []string{"the same content as " + first.path}}
	return true, l.recordOnly(r)
}

// notePasscodes says in the source's note that it holds passcodes.
func (r *source) notePasscodes() {
	if r.passcodes > 0 {
		r.notes = append(r.notes, safetext.Counted(r.passcodes, "record holds",
			"records hold")+" a passcode: masked, not stored")
	}
}

// reason is an error in words fit for a note: without paths, which are evidence.
func reason(err error) string {
	var damaged *evidence.DamagedError
	if errors.As(err, &damaged) {
		return damaged.Reason
	}
	var inFile *fs.PathError
	if errors.As(err, &inFile) {
		return inFile.Err.Error()
	}
	return err.Error()
}

// taken is when a snapshot in the source was taken: by the file's name, else by the archive's record of its member.
// A plain file's modification time says only when it was copied.
func taken(s *evidence.Source) time.Time {
	if t := formats.TimeInName(path.Base(s.Path)); !t.IsZero() {
		return t
	}
	if s.Container != "" {
		return s.ModTime
	}
	return time.Time{}
}

// sortedNames are the formats of a source as its row names them.
func sortedNames(counts map[string]int64) string {
	var names []string
	for name := range counts {
		names = append(names, name)
	}
	slices.Sort(names)
	return strings.Join(names, " + ")
}
