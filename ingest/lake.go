package ingest

import (
	"cmp"
	"fmt"
	"os"
	"path"
	"regexp"
	"strings"
	"time"

	"tapaudit/ingest/casefile"
	"tapaudit/ingest/evidence"
	"tapaudit/ingest/formats"
)

// A lake, as 'tapaudit lake' writes it, holds the case's own columns, a file per kind of record, tenant and day:
// signins/tenantId=<id>/day=2026-07-01/records.parquet. DuckDB's reader loads such a file as it is; one that is not
// what it should be takes the careful path like any other Parquet file.

// LakeFile is the place of a lake's file below the lake's folder: kind of record, tenant, day and name.
var LakeFile = regexp.MustCompile(`(?:^|/)(signins|audits)/tenantId=([^/]+)/day=(\d{4}-\d\d-\d\d)/(records|filtered)\.parquet$`)

// unneeded says whether the source is a day of a lake that is not needed.
func (l *loader) unneeded(s *evidence.Source) bool {
	m := LakeFile.FindStringSubmatch(s.Path)
	if m == nil || l.opts.Unneeded == nil {
		return false
	}
	day, err := time.Parse(time.DateOnly, m[3])
	return err == nil && l.opts.Unneeded(day)
}

// lakeFile is a file of a lake that may take the fast path.
type lakeFile struct {
	format, kind string
	table        *formats.Table
	columns      []formats.RecordColumn
	proof        string // which rows' texts are kept
	filtered     bool
}

var lakeFiles = map[string]lakeFile{
	"signins": {format: "lake sign-ins", kind: formats.LakeSignIn, table: formats.SignIns, columns: formats.SignInColumns, proof: formats.SignInProof},
	"audits":  {format: "lake audit events", kind: formats.LakeAudit, table: formats.AuditEvents, columns: formats.AuditColumns, proof: formats.AuditProof},
}

func (l *loader) lakeFile(r *source) *lakeFile {
	m := LakeFile.FindStringSubmatch(r.src.Path)
	if m == nil || r.src.Disk == "" || l.opts.FastFrom < 0 {
		return nil
	}
	file := lakeFiles[m[1]]
	file.filtered = path.Base(r.src.Path) == "filtered.parquet"
	return &file
}

// loadLake loads a lake's file, or fails, whatever is odd about it.
func (l *loader) loadLake(r *source, file *lakeFile) error {
	content, err := os.Open(r.src.Disk)
	if err != nil {
		return err
	}
	ends, err := rowGroups(content, r.src.Bytes)
	content.Close()
	if err != nil {
		return err
	}
	// One wish is worth the time it takes: that the file cannot harm the case. Its hash is taken meanwhile.
	type summed struct {
		sum string
		err error
	}
	done := make(chan summed, 1)
	go func() {
		sum, err := r.src.Sum()
		done <- summed{sum, err}
	}()
	types, err := l.checker.Check(l.ctx, r.src.Disk)
	sum := <-done
	if err := cmp.Or(err, sum.err, r.src.Unchanged()); err != nil {
		return err
	}
	l.tell(r.src.Bytes/2, r.src.Bytes)
	var columns []string
	for _, c := range file.columns {
		kind := types[c.Name]
		if kind != c.Type && !(c.Type == "JSON" && kind == "VARCHAR") {
			return casefile.ErrNotClean
		}
		columns = append(columns, file.expression(c))
	}
	if types["lake"] != "VARCHAR" || types["filtered"] != "BOOLEAN" || types["record"] != "VARCHAR" {
		return casefile.ErrNotClean
	}
	loaded, err := l.c.InsertParquet(l.ctx, file.table.Name, strings.Join(columns, ", "), r.id, r.src.Disk)
	if err != nil {
		return err
	}
	var total int64
	if len(ends) > 0 {
		total = ends[len(ends)-1]
	}
	r.sha256, r.format, r.read, r.rows, r.filtered = sum.sum, file.format, loaded, true, file.filtered
	r.notes = append(r.notes, "Parquet")
	if l.has.first(r.sha256, r.src.Path) != nil {
		return errKnown
	}
	if loaded != total {
		return casefile.ErrNotClean
	}
	var kept []casefile.Row
	if err := l.c.ParquetTexts(l.ctx, r.src.Disk, "record", file.proof, func(row int64, text string) error {
		masked, found := formats.MaskPasscodes(text)
		if found > 0 {
			r.passcodes++
		}
		kept = append(kept, casefile.Row{Line: row, Ordinal: row, Values: []string{masked}})
		return nil
	}); err != nil {
		return err
	}
	if err := l.c.InsertRaw(l.ctx, r.id, kept); err != nil {
		return err
	}
	if file.filtered {
		r.notes = append(r.notes, "records of filtered exports: they count, their days do not")
	}
	r.notePasscodes()
	return l.insertSource(r)
}

// expression is what becomes of a column. A row of another kind than its file's, and one that the careful path has to look
// at, has no time, which the case refuses.
func (f *lakeFile) expression(c formats.RecordColumn) string {
	switch {
	case c.Name == "time":
		return fmt.Sprintf("CASE WHEN lake = '%s' AND filtered = %t AND NOT coalesce(%s, false) THEN time END", f.kind, f.filtered, f.odd())
	case c.Name == "can_show_tap":
		return "steps IS NOT NULL OR method_bits IS NOT NULL"
	case c.Name == "risk", c.Name == "result":
		return "lower(present(" + c.Name + "))"
	case c.Type == "VARCHAR":
		return "present(" + c.Name + ")"
	}
	return c.Name
}

// odd finds rows that the careful path has to look at. It is short, since many files are small and each pays for it anew.
func (f *lakeFile) odd() string {
	passcode := func(column string) string {
		return ` OR contains(` + column + `, 'emporaryAccessPass') AND regexp_matches(` + column + `, '(?i)temporaryAccessPass\\*"\s*:')`
	}
	list := func(column string) string {
		return ` OR ` + column + ` IS NOT NULL AND (NOT starts_with(` + column + `, '[') OR NOT json_valid(` + column + `))` + passcode(column)
	}
	odd := `(time < TIMESTAMP '2000-01-01' OR time >= TIMESTAMP '2100-01-01'`
	if f.kind == formats.LakeAudit {
		return odd + list("targets") + list("details") + `)`
	}
	return odd + ` OR present(id) IS NULL OR trim(id) = '' OR log IS NULL OR log NOT IN ('signin', 'ual') OR present(user_id) IS NULL AND present(upn) IS NULL` + list("steps") + `)`
}
