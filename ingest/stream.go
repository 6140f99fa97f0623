package ingest

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"runtime"
	"slices"
	"sync"
	"unsafe"

	"golang.org/x/sync/semaphore"

	"tapaudit/ingest/evidence"
	"tapaudit/ingest/formats"
	"tapaudit/ingest/record"
)

// A source's records go through three stages that work at the same time. One goroutine frames them, and some translate
// them. The loader's own admits them, in order, and feeds them into the case.

const (
	chunkBytes   = 512 << 10 // of text that is translated in one go
	chunkRecords = 2048
	recordBytes  = 1 << 10 // that a record takes beside its text while it is translated
	memberBytes  = int64(unsafe.Sizeof(evidence.Member{}))
	aheadBytes   = 48 << 20 // of text framed before it is admitted, so that feeding a batch stops nobody
)

// framed is a record that was framed, what it was translated into, and where it stands.
type framed struct {
	line, ordinal, offset int64
	text                  string
	members               []evidence.Member // of the text
	context               string            // of the page that holds it
	columns               []string          // of a row of a Log Analytics answer
	cells                 formats.Cells     // of a row of CSV

	bad       *quarantined // what could not be framed
	header    bool         // a row that repeats the header
	format    *formats.Format
	out       formats.Outcome
	masked    string   // the text as it may be kept, where that is needed
	passcodes int      // masked in it
	inner     []framed // records that it wraps, which stand in its stead
}

// quarantined is the record's place in quarantine.
func (r *framed) quarantined(why string) quarantined {
	sum := sha256.Sum256([]byte(r.text))
	shown := r.masked
	if shown == "" {
		shown = r.text
	}
	return quarantined{r.line, r.ordinal, r.offset, why, record.Excerpt([]byte(shown), excerptLength),
		hex.EncodeToString(sum[:])}
}

// whole is the record's text, with the names of its columns where they stand elsewhere.
func (r *framed) whole(table *formats.Sheet) string {
	switch {
	case table != nil && r.cells.Ends != nil:
		return table.Text(r.cells)
	case r.columns != nil:
		return formats.Record(r.columns, r.text)
	}
	return r.text
}

// translate finds out what the record is and what it says.
func (r *framed) translate(table *formats.Sheet, in *formats.Input) {
	switch {
	case r.bad != nil:
	case table != nil && table.IsHeader(r.cells):
		r.header = true
	case table != nil:
		r.format, r.out = table.Format, table.Read(r.cells, in)
		if r.out.Inside != nil {
			r.unwrap(in)
			return
		}
		if r.out.KeepRaw || r.out.Bad != "" || table.Secret() || record.MayHoldPasscode(r.text) {
			r.masked, r.passcodes = record.MaskPasscodes(r.whole(table))
		}
	default:
		text := r.whole(nil)
		in.Context = r.context
		r.format, r.out = formats.Read(text, r.members, in)
		if r.out.Inside != nil {
			r.unwrap(in)
			return
		}
		if r.out.KeepRaw || r.out.Bad != "" || record.MayHoldPasscode(text) {
			r.masked, r.passcodes = record.MaskPasscodes(text)
		}
	}
}

// unwrap translates the records that this one wraps. They stand where it does.
func (r *framed) unwrap(in *formats.Input) {
	r.inner = make([]framed, len(r.out.Inside))
	for i, inside := range r.out.Inside {
		r.inner[i] = framed{line: r.line, offset: r.offset, text: inside.Text,
			context: cmp.Or(inside.Context, r.context)}
		r.inner[i].translate(nil, in)
	}
	r.inner[0].out.Note = cmp.Or(r.inner[0].out.Note, r.out.Note)
	r.out = formats.Outcome{}
}

// chunk is some records in a row.
type chunk struct {
	records  []framed
	members  []evidence.Member // of their texts
	slabs    []*slab           // what their texts are parts of
	size     int               // of the texts, in bytes
	dates    formats.Dates
	ready    chan struct{} // closed once they are translated
	admitted chan struct{} // closed once they are admitted; nil where nobody waits

	// Of a small source: its slabs hold the texts, since one of its own takes longer to clear than to fill.
	group *gathered
}

var chunks = sync.Pool{New: func() any { return new(chunk) }}

// free gives the memory of the records back, of which nothing is kept once they are admitted but their texts.
func (ch *chunk) free() {
	clear(ch.records)
	*ch = chunk{records: ch.records[:0], members: ch.members[:0]}
	chunks.Put(ch)
}

// keep copies a text, which its framer will overwrite.
func (ch *chunk) keep(text []byte) string {
	ch.size += len(text)
	if ch.group != nil {
		return keep(text, &ch.group.slabs)
	}
	return keep(text, &ch.slabs)
}

// keepMembers copies where a text's members lie.
func (ch *chunk) keepMembers(members []evidence.Member) []evidence.Member {
	ch.members = append(ch.members, members...)
	return ch.members[len(ch.members)-len(members):]
}

// translate translates records of the chunk, and returns what their dates prove.
func translate(records []framed, table *formats.Sheet, in formats.Input) formats.Dates {
	in.Dates = formats.Dates{}
	for i := range records {
		records[i].translate(table, &in)
	}
	return in.Dates
}

// weight is what the chunk counts among what is framed and not admitted.
func (ch *chunk) weight() int64 {
	return min(int64(ch.size)+int64(len(ch.records))*recordBytes+int64(len(ch.members))*memberBytes, aheadBytes)
}

// producer hands framed records on.
type producer struct {
	ctx   context.Context
	table *formats.Sheet // of rows of CSV
	chunk *chunk
	alone *loading      // of a small source: whoever frames its records translates and admits them too
	work  chan<- *chunk // to be translated
	queue chan<- *chunk // to be admitted, in order
	ahead *semaphore.Weighted
}

func (p *producer) frame(f *evidence.Frame) error {
	r := p.add(f.Line, f.Ordinal, f.Offset)
	if f.Bad != "" {
		r.bad = &quarantined{f.Line, f.Ordinal, f.Offset, f.Bad, record.Excerpt(f.Text, excerptLength), f.SHA256}
		return p.handOn()
	}
	r.text, r.members, r.columns = p.chunk.keep(f.Text), p.chunk.keepMembers(f.Members), f.Columns
	if f.Wrapper != nil {
		r.context = f.Wrapper.Context
	}
	return p.handOn()
}

func (p *producer) row(row *evidence.Row) error {
	r := p.add(row.Ordinal, row.Ordinal, row.Offset)
	if row.Bad != "" {
		excerpt := ""
		if !p.table.Secret() {
			excerpt = record.Excerpt(row.Text, excerptLength)
		}
		r.bad = &quarantined{row.Ordinal, row.Ordinal, row.Offset, row.Bad, excerpt, row.SHA256}
		return p.handOn()
	}
	r.text = p.chunk.keep(row.Text)
	r.cells = formats.Cells{Quoted: p.chunk.keep(row.Quoted), Ends: slices.Clone(row.Ends)}
	return p.handOn()
}

func (p *producer) add(line, ordinal, offset int64) *framed {
	p.begin()
	p.chunk.records = append(p.chunk.records, framed{line: line, ordinal: ordinal, offset: offset})
	return &p.chunk.records[len(p.chunk.records)-1]
}

// begin makes a chunk where there is none.
func (p *producer) begin() {
	if p.chunk != nil {
		return
	}
	p.chunk = chunks.Get().(*chunk)
	p.chunk.ready = make(chan struct{})
	if p.alone != nil {
		p.chunk.group = p.alone.group
	}
}

// handOn hands the chunk on when it is full.
func (p *producer) handOn() error {
	if p.chunk.size < chunkBytes && len(p.chunk.records) < chunkRecords {
		return nil
	}
	return p.send()
}

// send hands the chunk on.
func (p *producer) send() error {
	ch := p.chunk
	if ch == nil {
		return nil
	}
	p.chunk = nil
	if p.alone != nil {
		defer ch.free()
		p.alone.in.Dates.Join(translate(ch.records, p.table, p.alone.in))
		return p.alone.admitChunk(ch)
	}
	if err := p.ahead.Acquire(p.ctx, ch.weight()); err != nil {
		return err
	}
	for _, to := range []chan<- *chunk{p.work, p.queue} {
		select {
		case to <- ch:
		case <-p.ctx.Done():
			return p.ctx.Err()
		}
	}
	return nil
}

// waitForAll waits until every record so far is admitted: what follows may depend on what they are.
func (p *producer) waitForAll() {
	p.begin()
	admitted := make(chan struct{})
	p.chunk.admitted = admitted
	if p.send() != nil || p.alone != nil {
		return
	}
	select {
	case <-admitted:
	case <-p.ctx.Done():
	}
}

// stream admits the records that produce frames. ended is what ended the frames early, nil at the end of the text.
func (c *loading) stream(produce func(*producer) error) (ended, err error) {
	if c.small {
		p := &producer{ctx: c.ctx, alone: c}
		ended = produce(p)
		if err := p.send(); err != nil {
			return nil, err
		}
		if c.broken != nil {
			return nil, c.broken
		}
		if err := c.ctx.Err(); err != nil {
			return nil, err
		}
		if errors.Is(ended, io.EOF) {
			ended = nil
		}
		return ended, nil
	}
	ctx, cancel := context.WithCancel(c.ctx)
	const most = aheadBytes / chunkBytes
	work, queue := make(chan *chunk, most), make(chan *chunk, most)
	p := &producer{ctx: ctx, work: work, queue: queue, ahead: semaphore.NewWeighted(aheadBytes)}
	input := c.in
	var stages sync.WaitGroup
	defer stages.Wait()
	defer cancel()
	stages.Go(func() {
		defer close(queue)
		defer close(work)
		ended = produce(p)
		if err := p.send(); err != nil && errors.Is(ended, io.EOF) {
			ended = err
		}
	})
	for range runtime.GOMAXPROCS(0) {
		stages.Go(func() {
			for ch := range work {
				ch.dates = translate(ch.records, p.table, input)
				close(ch.ready)
			}
		})
	}
	for ch := range queue {
		<-ch.ready
		if err := c.admitChunk(ch); err != nil {
			return nil, err
		}
		c.in.Dates.Join(ch.dates)
		p.ahead.Release(ch.weight())
		if ch.admitted != nil {
			close(ch.admitted)
		}
		ch.free()
	}
	if err := c.ctx.Err(); err != nil {
		return nil, err
	}
	if errors.Is(ended, io.EOF) {
		ended = nil
	}
	return ended, nil
}

// admitChunk admits a chunk's records. An error is the case's.
func (c *loading) admitChunk(ch *chunk) error {
	for i := range ch.records {
		if err := c.admit(&ch.records[i]); err != nil {
			c.broken = err
			return err
		}
	}
	c.slabs = append(c.slabs, ch.slabs...)
	return nil
}
