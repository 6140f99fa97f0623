package ingest

import (
	"fmt"
	"path"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/parquet-go/parquet-go/format"

	"tapaudit/ingest/casefile"
	"tapaudit/ingest/evidence"
	"tapaudit/ingest/formats"
	"tapaudit/ingest/record"
	"tapaudit/ingest/regular"
)

// A lake, as 'tapaudit lake' writes it, holds the case's own columns, a file per kind of record, tenant and day:
// signins/tenantId=<id>/day=2026-07-01/records.parquet. DuckDB's reader loads such files as they are, the small ones
// of a kind together, since most of what one takes is planning. A file that is not what it should be is read row by
// row like any other Parquet file.

// LakeFile is the place of a lake's file below the lake's folder: kind of record, tenant, day and name.
var LakeFile = regexp.MustCompile(`(?:^|/)(signins|audits|activities)/tenantId=([^/]+)/day=(\d{4}-\d\d-\d\d)/(records|filtered)\.parquet$`)

// unneeded says whether the source is a day of a lake that is not needed.
func (l *loader) unneeded(s *evidence.Source) bool {
	m := LakeFile.FindStringSubmatch(s.Path)
	if m == nil || l.opts.Unneeded == nil {
		return false
	}
	day, err := time.Parse(time.DateOnly, m[3])
	return err == nil && l.opts.Unneeded(day)
}

// lakeFile is a file of a lake, as DuckDB's reader may load it.
type lakeFile struct {
	format, lake string // what the source's row and the file's column lake say
	kind         *record.Kind
	proof        string // which rows' texts are kept
}

var lakeFiles = map[string]*lakeFile{
	"signins": {"lake sign-ins", formats.LakeSignIn, record.SignIn,
		"signin_concerns_pass(steps, failure_reason, error_code, method_bits)"},
	"audits":     {"lake audit events", formats.LakeAudit, record.Audit, "audit_concerns_pass(activity, targets)"},
	"activities": {"lake activities", formats.LakeActivity, record.Activity, "false"},
}

func (l *loader) lakeFile(r *source) *lakeFile {
	m := LakeFile.FindStringSubmatch(r.src.Path)
	if m == nil || r.src.Disk == "" {
		return nil
	}
	return lakeFiles[m[1]]
}

// isFiltered says whether a lake's file holds the records of exports that are known to be filtered.
func isFiltered(s *evidence.Source) bool { return path.Base(s.Path) == "filtered.parquet" }

const (
	togetherFiles = 64
	togetherBytes = 8 << 20
)

// together are a lake's files of one kind of record that wait to be loaded in one transaction.
type together struct {
	file    *lakeFile
	sources []*source
	bytes   int64
}

// fits says whether one more file may be loaded with those that wait.
func (w *together) fits(r *source, file *lakeFile) bool {
	for _, other := range w.sources {
		if other.sha256 == r.sha256 { // which of them adds nothing is decided one by one
			return false
		}
	}
	return len(w.sources) == 0 ||
		w.file == file && len(w.sources) < togetherFiles && w.bytes+r.src.Bytes <= togetherBytes
}

// await puts a lake's file among those that wait.
func (l *loader) await(r *source, file *lakeFile) error {
	var err error
	r.sha256, err = r.src.Sum()
	_, known := l.has.first(r.sha256, r.src.Path)
	alone := err != nil || known
	if alone || !l.waiting.fits(r, file) {
		if err := l.loadWaiting(); err != nil {
			return err
		}
	}
	if alone {
		return l.loadAlone(r)
	}
	l.waiting.file = file
	l.waiting.sources = append(l.waiting.sources, r)
	l.waiting.bytes += r.src.Bytes
	return nil
}

// loadWaiting loads the files that wait.
func (l *loader) loadWaiting() error {
	w := l.waiting
	l.waiting = together{}
	if len(w.sources) > 0 {
		if err := l.commit(); err != nil {
			return err
		}
	}
	if len(w.sources) > 1 {
		for i, r := range w.sources {
			r.id = l.has.next + i
		}
		if err := l.loadByReader(func() error { return l.loadLake(w.sources, w.file) }); err == nil {
			for _, r := range w.sources {
				l.conclude(r)
			}
			return nil
		}
	}
	// One by one it shows which of them is odd.
	for _, r := range w.sources {
		if err := l.ctx.Err(); err != nil {
			return err
		}
		if err := l.loadAlone(r); err != nil {
			return err
		}
	}
	return nil
}

// loadLake loads a lake's files of one kind of record, or fails, whatever is odd about one of them. Their ids follow
// one another.
func (l *loader) loadLake(sources []*source, file *lakeFile) error {
	var paths, filtered []string
	var rows []int64
	var schema []format.SchemaElement
	for i, r := range sources {
		content, err := regular.Open(r.src.Disk)
		if err != nil {
			return err
		}
		footer, err := readFooter(content, r.src.Bytes)
		content.Close()
		if err != nil {
			return err
		}
		// DuckDB would make of another file's columns what the first one's are.
		if i == 0 {
			schema = footer.schema
		} else if !reflect.DeepEqual(footer.schema, schema) {
			return casefile.ErrNotClean
		}
		paths, rows, filtered = append(paths, r.src.Disk), append(rows, footer.rows()),
			append(filtered, fmt.Sprint(isFiltered(r.src)))
	}
	// One wish is worth the time it takes: that no file can harm the case.
	types, counts, err := l.checker.Check(l.ctx, paths)
	if err != nil {
		return err
	}
	if !slices.Equal(counts, rows) {
		return casefile.ErrNotClean
	}
	if len(sources) == 1 {
		l.tell(sources[0].src.Bytes/2, sources[0].src.Bytes)
	}
	columns := map[string]string{}
	for _, c := range file.kind.Columns {
		kind, has := types[c.Name]
		if !has && !c.Required { // the lake is older than the column
			columns[c.Name] = "NULL::" + string(c.Type)
			continue
		}
		if !c.Derived && kind != string(c.Type) && !(c.Type == record.JSON && kind == "VARCHAR") {
			return casefile.ErrNotClean
		}
		columns[c.Name] = file.expression(c, "["+strings.Join(filtered, ", ")+"][(file_index + 1)::BIGINT]")
	}
	if types["lake"] != "VARCHAR" || types["filtered"] != "BOOLEAN" || types["record"] != "VARCHAR" {
		return casefile.ErrNotClean
	}
	loaded, err := l.c.LoadParquet(l.ctx, file.kind, columns, sources[0].id, paths)
	if err != nil {
		return err
	}
	kept := make([][]casefile.Row, len(sources))
	if err := l.c.ParquetTexts(l.ctx, paths, "record", file.proof, func(i int, row int64, text string) error {
		masked, found := record.MaskPasscodes(text)
		if found > 0 {
			sources[i].passcodes++
		}
		kept[i] = append(kept[i], casefile.Row{Source: sources[i].id, Line: row, Ordinal: row,
			Values: []string{masked}})
		return nil
	}); err != nil {
		return err
	}
	for i, r := range sources {
		if err := r.src.Unchanged(); err != nil {
			return err
		}
		if r.sha256, err = r.src.Sum(); err != nil {
			return err
		}
		if _, known := l.has.first(r.sha256, r.src.Path); known {
			return errKnown
		}
		r.format, r.read, r.rows, r.filtered = file.format, rows[i], true, isFiltered(r.src)
		loaded -= rows[i]
		r.notes = append(r.notes, "Parquet")
		if r.filtered {
			r.notes = append(r.notes, "records of filtered exports: they count, their days do not")
		}
		r.notePasscodes()
		if err := l.c.LoadTexts(l.ctx, kept[i]); err != nil {
			return err
		}
		if err := l.c.Insert(l.ctx, "source", sourceColumns, []casefile.Row{r.row()}); err != nil {
			return err
		}
	}
	if loaded != 0 {
		return casefile.ErrNotClean
	}
	return nil
}

// expression is what becomes of a column. A row of another kind than its file's, and one that has to be looked at by
// itself, has no time, which the case refuses. The expression filtered says whether the row's file is one of filtered
// exports.
func (f *lakeFile) expression(c record.Column, filtered string) string {
	switch {
	case c.Name == "time":
		return fmt.Sprintf("CASE WHEN lake = '%s' AND filtered = %s AND NOT coalesce(%s, false) THEN time END", f.lake,
			filtered, f.odd())
	case c.Name == "can_show_tap":
		return "steps IS NOT NULL OR method_bits IS NOT NULL"
	case c.Name == "may_concern_pass":
		return f.proof
	case c.Name == "risk", c.Name == "risk_aggregated", c.Name == "risk_state", c.Name == "result":
		return "lower(present(" + c.Name + "))"
	case c.Type == record.Text && f.kind == record.Activity &&
		!f.kind.Identity(f.kind.At(c.Name)): // "none" is a file's name
		return fmt.Sprintf("left(nullif(%s, ''), %d)", c.Name, record.LongestChosen)
	case c.Type == record.Text:
		return "present(" + c.Name + ")"
	}
	return c.Name
}

// odd finds rows that have to be looked at by themselves. It is short, since many files are small and each pays for it
// anew.
func (f *lakeFile) odd() string {
	list := func(column string) string {
		return ` OR ` + column + ` IS NOT NULL AND (NOT starts_with(` + column + `, '[') OR NOT json_valid(` + column +
			`)) OR holds_passcode(` + column + `)`
	}
	odd := `(` + record.OutsideYearsSQL("time")
	switch f.kind {
	case record.Audit:
		return odd + list("targets") + list("details") + `)`
	case record.Activity:
		return odd + fmt.Sprintf(` OR present(id) IS NULL OR log_type IS NULL OR log_type NOT IN ('%s', '%s') OR present(operation) IS NULL
			OR details IS NOT NULL AND NOT json_valid(details) OR holds_passcode(details))`, record.UnifiedAudit, record.GraphActivity)
	}
	return odd + ` OR present(id) IS NULL OR log IS NULL OR log NOT IN ('signin', 'ual') OR present(user_id) IS NULL AND present(upn) IS NULL` + list("steps") + `)`
}
