package ingest

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"tapaudit/ingest/casefile"
	"tapaudit/ingest/evidence"
	"tapaudit/ingest/formats"
	"tapaudit/ingest/record"
)

// Found is a record as it stands in the evidence.
type Found struct {
	Text   string // JSON; of what could not be read as a record, how it begins. Passcodes are masked
	Format string // what it is, "" where that is not known
	Bad    string // why it is in quarantine, "" where it is not
}

// RecordAt finds the record at a place of a source, as Load would read it, and loads nothing; c is for what reading
// Parquet takes. The error says in words for a user why there is no such record, or why the source cannot be read. The
// whole source is read, so that its hash is known afterwards without reading it again.
func RecordAt(ctx context.Context, c *casefile.Case, s *evidence.Source, at record.Place) (*Found, error) {
	if s.Skip != "" {
		return nil, errors.New("it is not read as evidence: " + s.Skip)
	}
	if s.Kind == evidence.Archive {
		return nil, errors.New("it is an archive; name a place in one of its files, as evidence.csv lists them")
	}
	opts := Options{Limits: evidence.DefaultLimits(), Progress: func(int64, int64) {}}
	l := &loading{
		loader: &loader{ctx: ctx, c: c, opts: opts, group: newGathered()}, row: &source{src: s},
		gathered: gathered{records: map[*record.Kind][]casefile.Row{}},
		formats:  map[string]int64{}, unused: reasons{}, unlisted: reasons{}, search: &search{want: at},
	}
	defer l.drop()
	err := l.readOnce(reading{})
	var again *rereadError // how dates are read changes nothing here
	if err != nil && !errors.As(err, &again) {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return l.search.result(l.row)
}

// search looks for one record among those of a source.
type search struct {
	want    record.Place
	found   *Found
	records int64 // in the line that is wanted
	last    int64 // the line in which the last record begins
}

// see is called with every record, in order.
func (s *search) see(r *framed, table *formats.Sheet) {
	s.last = r.line
	if r.line != s.want.Line {
		return
	}
	s.records++
	if s.records != max(s.want.Number, 1) {
		return
	}
	s.found = &Found{}
	if r.bad != nil {
		s.found.Bad, s.found.Text = r.bad.reason, r.bad.excerpt
		return
	}
	s.found.Text, _ = record.MaskPasscodes(strings.Clone(r.whole(table)))
	s.found.Bad = r.out.Bad
	switch {
	case r.format != nil:
		s.found.Format = r.format.Name
	case r.header:
		s.found.Bad = "a header that stands among the rows"
	default:
		s.found.Bad = ofNoKind
	}
}

func (s *search) result(r *source) (*Found, error) {
	line, lines := "line", "lines"
	if r.rows {
		line, lines = "row", "rows"
	}
	switch n := s.want.Number; {
	case s.last == 0:
		return nil, errors.New("no record was read from it: " +
			strings.Join(append(r.notes, "the report's evidence.csv says the same"), "; "))
	case s.want.Row != r.rows:
		return nil, fmt.Errorf("places in it count %s: write %s", lines,
			record.Place{Path: s.want.Path, Line: s.want.Line, Row: r.rows})
	case s.records == 0:
		return nil, fmt.Errorf("no record begins in its %s %d; the last one begins in %s %d", line, s.want.Line, line,
			s.last)
	case n == 0 && s.records > 1:
		at := s.want
		at.Number = s.records
		return nil, fmt.Errorf("its line %d holds %d records; say which, up to %s", s.want.Line, s.records, at)
	case n > s.records && s.records == 1:
		return nil, fmt.Errorf("its line %d holds one record; write the place without [%d]", s.want.Line, n)
	case n > s.records:
		return nil, fmt.Errorf("its line %d holds %d records, so there is no [%d]", s.want.Line, s.records, n)
	}
	return s.found, nil
}
