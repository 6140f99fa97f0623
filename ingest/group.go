package ingest

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tapaudit/ingest/casefile"
	"tapaudit/ingest/formats"
	"tapaudit/ingest/record"
	"tapaudit/ingest/safetext"
)

// Sources go into the case in groups: what a small one takes is the planning of its statements and its commit. A
// source that is loaded joins the group with its own row, and a group goes in as one transaction; a large source has
// one of its own. A source is in the case as a whole or not at all, either way. While a group goes in, the next one is
// gathered.

// groupSources is how many sources a group has at most.
const groupSources = 5_000

// gathered are the rows that sources give, on their way into the case.
type gathered struct {
	records map[*record.Kind][]casefile.Row
	texts   []casefile.Row // the records' own
	bad     []casefile.Row // of the table quarantine
	shared  []casefile.Row // of the table shared_line
	sources []casefile.Row
	slabs   []*slab // what the values are parts of
	size    int     // about, in bytes
}

// quarantineColumns, sharedColumns and sourceColumns are those of the case's tables quarantine, shared_line and
// source.
var (
	quarantineColumns = []casefile.Column{
		{Name: "source_id", Type: record.Number}, {Name: "line", Type: record.Number},
		{Name: "offset", Type: record.Number},
		{Name: "reason", Type: record.Text}, {Name: "excerpt", Type: record.Text, Blank: true},
		{Name: "sha256", Type: record.Text, Blank: true},
		{Name: "ordinal", Type: record.Number},
	}
	sharedColumns = []casefile.Column{
		{Name: "source_id", Type: record.Number}, {Name: "line", Type: record.Number},
		{Name: "before", Type: record.Number}, {Name: "records", Type: record.Number},
	}
	sourceColumns = []casefile.Column{
		{Name: "source_id", Type: record.Number}, {Name: "path", Type: record.Text, Blank: true},
		{Name: "container", Type: record.Text, Blank: true},
		{Name: "bytes", Type: record.Number}, {Name: "sha256", Type: record.Text, Blank: true},
		{Name: "modified", Type: record.Time},
		{Name: "format", Type: record.Text, Blank: true}, {Name: "same_as", Type: record.Number},
		{Name: "path_tenant", Type: record.Text},
		{Name: "filtered", Type: record.Bool}, {Name: "rows_not_lines", Type: record.Bool},
		{Name: "records_read", Type: record.Number},
		{Name: "records_not_used", Type: record.Number}, {Name: "truncated", Type: record.Text},
		{Name: "holds_passcode", Type: record.Number},
		{Name: "note", Type: record.Text, Blank: true}, {Name: "records_quarantined", Type: record.Number},
		{Name: "not_recognised", Type: record.Text}, {Name: "names_logs", Type: record.Bool},
		{Name: "ambiguous_dates", Type: record.Text},
	}
)

func newGathered() *gathered { return &gathered{records: map[*record.Kind][]casefile.Row{}} }

// feed puts the rows into the case and forgets them.
func (b *gathered) feed(l *loader) error {
	defer b.drop()
	for _, kind := range record.Kinds {
		if err := l.c.Load(l.ctx, kind, b.records[kind]); err != nil {
			return err
		}
	}
	if err := l.c.LoadTexts(l.ctx, b.texts); err != nil {
		return err
	}
	if err := l.c.Insert(l.ctx, "quarantine", quarantineColumns, b.bad); err != nil {
		return err
	}
	if err := l.c.Insert(l.ctx, "shared_line", sharedColumns, b.shared); err != nil {
		return err
	}
	return l.c.Insert(l.ctx, "source", sourceColumns, b.sources)
}

// drop forgets the rows and gives back the memory of their texts.
func (b *gathered) drop() {
	for _, s := range b.slabs {
		s.free()
	}
	for kind := range b.records {
		clear(b.records[kind]) // or they would hold on to their values
		b.records[kind] = b.records[kind][:0]
	}
	clear(b.texts)
	b.texts, b.bad, b.shared, b.sources, b.slabs, b.size = b.texts[:0], nil, nil, nil, b.slabs[:0], 0
}

// join moves the rows of a source among those of its group.
func (b *gathered) join(group *gathered) {
	for kind, records := range b.records {
		group.records[kind] = append(group.records[kind], records...)
	}
	group.texts, group.bad, group.shared = append(group.texts, b.texts...), append(group.bad, b.bad...),
		append(group.shared, b.shared...)
	group.slabs = append(group.slabs, b.slabs...)
	group.size += b.size
	b.slabs = nil
	b.drop()
}

// list puts a source's own row among those of the group.
func (l *loader) list(r *source) error {
	l.group.sources = append(l.group.sources, r.row())
	l.group.size += len(r.src.Path) + len(r.src.Container) + recordBytes
	if l.group.size < groupBytes && len(l.group.sources) < groupSources {
		return nil
	}
	return l.send()
}

// commit puts the group into the case, which nobody uses any more when it returns.
func (l *loader) commit() error {
	if err := l.send(); err != nil {
		return err
	}
	return l.settle()
}

// sent is a group on its way into the case.
type sent struct {
	group  *gathered
	loaded []*source
	done   chan error
}

// send begins to put the group into the case, once the group before is there.
func (l *loader) send() error {
	if err := l.settle(); err != nil {
		return err
	}
	l.sent = &sent{l.group, l.loaded, make(chan error, 1)}
	l.group, l.loaded = cmp.Or(l.spare, newGathered()), nil
	go func(s *sent) {
		n := len(s.group.sources)
		if n == 0 {
			s.done <- nil
			return
		}
		err := l.c.Atomically(l.ctx, func() error { return s.group.feed(l) })
		if err != nil {
			err = fmt.Errorf("loading %s: %w", safetext.Counted(n, "file", "files"), err)
		}
		s.done <- err
	}(l.sent)
	return nil
}

// settle waits until the group that was sent is in the case, and tells what became of its sources.
func (l *loader) settle() error {
	s := l.sent
	if s == nil {
		return nil
	}
	l.sent, l.spare = nil, s.group
	if err := <-s.done; err != nil {
		return err
	}
	for _, r := range s.loaded {
		l.opts.Report(r.src.Path, r.summary())
		if l.opts.Warn != nil && r.src.Unread {
			l.opts.Warn(r.src.Path, strings.Join(r.notes, "; "))
		}
	}
	return nil
}

// row is the source's own row, by sourceColumns.
func (r *source) row() casefile.Row {
	if r.truncated == "" {
		r.truncated = formats.CollectorCap(r.src.Path, r.read)
	}
	r.listed = true
	modified, same := "", ""
	if !r.src.ModTime.IsZero() {
		modified = record.Instant(r.src.ModTime)
	}
	if r.sameAs != nil {
		same = strconv.Itoa(*r.sameAs)
	}
	number := func(n int64) string { return strconv.FormatInt(n, 10) }
	values := []string{
		strconv.Itoa(r.id), r.src.Path, r.src.Container, number(max(r.bytes, 0)), r.sha256, modified, r.format, same,
		tenantOf(r.src.Path),
		strconv.FormatBool(r.filtered), strconv.FormatBool(r.rows), number(r.read), number(r.notUsed), r.truncated,
		number(r.passcodes),
		strings.Join(r.notes, "; "), number(r.quarantined), r.look.What, strconv.FormatBool(r.look.Logs), r.ambiguous,
	}
	for i, v := range values {
		values[i] = strings.ToValidUTF8(v, "\uFFFD")
	}
	return casefile.Row{Values: slices.Clip(values)}
}
