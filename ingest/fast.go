package ingest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"path/filepath"

	"tapaudit/ingest/casefile"
	"tapaudit/ingest/evidence"
	"tapaudit/ingest/formats"
)

// fastFormat is the format by which DuckDB's own reader may load the source, nil where it may not.
func (l *loader) fastFormat(r *source) (*formats.Format, error) {
	if r.src.Disk == "" || l.opts.FastFrom < 0 || r.src.Bytes < l.opts.FastFrom || formats.MayBeFiltered(r.src.Path) {
		return nil, nil
	}
	content, err := r.src.Open()
	if err != nil {
		return nil, nil // the careful path says why
	}
	defer content.Close()
	head := make([]byte, 256<<10)
	n, err := io.ReadFull(content, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, nil
	}
	first, _, found := bytes.Cut(head[:n], []byte("\n"))
	first = bytes.TrimSpace(first)
	if !found || len(first) == 0 || first[0] != '{' {
		return nil, nil
	}
	format := formats.Recognise(first)
	if format == nil || format.Fast == nil {
		return nil, nil
	}
	return format, nil
}

// largestRecord is the size in bytes over which a record is quarantined.
const largestRecord = 16 << 20

// loadFast loads the source with DuckDB's reader, or fails, whatever is odd about the file.
func (l *loader) loadFast(r *source, format *formats.Format) error {
	type indexed struct {
		index *evidence.LineIndex
		err   error
	}
	ctx, cancel := context.WithCancel(l.ctx)
	defer cancel()
	done := make(chan indexed, 1)
	go func() {
		index, err := evidence.IndexLines(ctx, r.src.Disk, func(n int64) { l.tell(n, r.src.Bytes) })
		done <- indexed{index, err}
	}()
	table := formats.SignIns
	// Absolute: DuckDB would take a relative path that begins with a scheme for an address.
	disk, err := filepath.Abs(r.src.Disk)
	var loaded int64
	if err == nil {
		loaded, err = l.c.InsertFile(l.ctx, table.Name, format.Fast.Relation, table.Mapping, format.Fast.Columns, r.id, disk)
	}
	if err != nil {
		cancel()
		<-done
		return err
	}
	read := <-done
	if read.err != nil {
		return read.err
	}
	if err := r.src.Unchanged(); err != nil {
		return err
	}
	r.sha256, r.format, r.read = read.index.SHA256, format.Name, loaded
	if l.has.first(r.sha256, r.src.Path) != nil {
		return errKnown
	}
	if read.index.Blank > 0 || read.index.Longest > largestRecord || loaded != read.index.Lines-read.index.BlankAtEnd {
		return casefile.ErrNotClean
	}
	if err := l.keepRaw(r, read.index); err != nil {
		return err
	}
	r.notePasscodes()
	return l.insertSource(r)
}

// keepRaw keeps the lines that may concern a pass.
func (l *loader) keepRaw(r *source, index *evidence.LineIndex) error {
	rows, err := l.c.Query(l.ctx, `SELECT line, id FROM `+formats.SignIns.Name+` WHERE source_id = ? AND (`+formats.SignInProof+`) ORDER BY line`, r.id)
	if err != nil {
		return err
	}
	defer rows.Close()
	var kept []casefile.Row
	for rows.Next() {
		var line int64
		var id string
		if err := rows.Scan(&line, &id); err != nil {
			return err
		}
		text, err := index.Text(line)
		if err != nil {
			return err
		}
		if !bytes.Contains(text, []byte(id)) {
			return casefile.ErrNotClean // the rows do not stand in the order of the lines
		}
		masked, found := formats.MaskPasscodes(string(bytes.TrimSpace(text)))
		if found > 0 {
			r.passcodes++
		}
		kept = append(kept, casefile.Row{Line: line, Ordinal: line, Values: []string{masked}})
	}
	if err := rows.Err(); err != nil {
		return err
	}
	return l.c.InsertRaw(l.ctx, r.id, kept)
}
