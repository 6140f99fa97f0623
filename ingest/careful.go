package ingest

import (
	"bufio"
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"tapaudit/ingest/casefile"
	"tapaudit/ingest/evidence"
	"tapaudit/ingest/formats"
)

const (
	batchBytes    = 24 << 20 // of canonical text before it is fed into the case
	excerptLength = 200      // characters
	mostUnknown   = 10_000   // objects of no known kind whose places are kept until their file is recognised
)

// careful is one source on the careful path.
type careful struct {
	*loader
	row          *source
	in           formats.Input
	batch        map[*formats.Table][]casefile.Row
	raw          []casefile.Row
	bad          []quarantined
	size         int
	formats      map[string]int64
	unused       map[string]int64
	unknown      []quarantined
	unknownCount int64
	wrong        int64
	whole        bool // some record shows that the export is not filtered
}

type quarantined struct {
	line, offset            int64
	reason, excerpt, sha256 string
}

// loadCarefully frames, validates and loads every record of the source.
func (l *loader) loadCarefully(r *source) error {
	content, err := r.src.Open()
	if err != nil {
		if errors.Is(err, evidence.ErrChanged) {
			return err
		}
		r.notes = append(r.notes, "skipped: "+reason(err))
		return l.insertSource(r)
	}
	defer content.Close()
	c := &careful{loader: l, row: r, batch: map[*formats.Table][]casefile.Row{}, formats: map[string]int64{}, unused: map[string]int64{}}
	c.in = formats.Input{Path: r.src.Path, Taken: taken(r.src)}
	text, encoding := evidence.Decode(content)
	if encoding != "" && encoding != "UTF-8" {
		r.notes = append(r.notes, encoding)
	}
	buffered := bufio.NewReaderSize(text, 64<<10)
	head, _ := buffered.Peek(64 << 10)
	var ended error
	if looksLikeJSON(head) {
		ended, err = c.json(buffered)
	} else {
		r.notes = append(r.notes, "skipped: "+notEvidence(head))
		_, ended = io.Copy(io.Discard, contextReader{l, buffered, r.size()})
	}
	if err != nil {
		return err
	}
	if err := c.finish(ended); err != nil {
		return err
	}
	if err := content.Close(); err != nil && errors.Is(err, evidence.ErrChanged) {
		return err
	}
	if r.sha256, err = r.src.Sum(); err != nil {
		return err
	}
	if known, err := l.isKnown(r.sha256, r.src.Path); err != nil || known {
		return cmp.Or(err, errKnown)
	}
	return l.insertSource(r)
}

// contextReader ends a long read when the run is interrupted.
type contextReader struct {
	l    *loader
	r    io.Reader
	size int64 // of the file on disk, where reading it is to be told; 0 otherwise
}

func (r contextReader) Read(p []byte) (int, error) {
	if err := r.l.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := r.r.Read(p)
	if r.size > 0 {
		r.l.tell(int64(n), r.size)
	}
	return n, err
}

// looksLikeJSON says whether a text begins like JSON, or has lines that do.
func looksLikeJSON(head []byte) bool {
	trimmed := bytes.TrimLeft(head, " \t\r\n")
	if len(trimmed) > 0 && (trimmed[0] == '{' || trimmed[0] == '[') {
		return true
	}
	return bytes.Contains(head, []byte("\n{\""))
}

// notEvidence says what a text is that is none.
func notEvidence(head []byte) string {
	switch {
	case len(bytes.TrimSpace(head)) == 0:
		return "it is empty"
	case bytes.IndexByte(head, 0) >= 0 || !utf8.Valid(head[:len(head)-min(len(head), 4)]):
		return "it is no text"
	default:
		return "not recognised as an export"
	}
}

// json loads the records of a JSON text. ended is what ended the stream early, nil where nothing did.
func (c *careful) json(r io.Reader) (ended, err error) {
	framer := evidence.FrameJSON(contextReader{c.loader, r, c.row.size()}, evidence.FrameOptions{
		IsRecord: func(text []byte) bool { return formats.Recognise(text) != nil },
	})
	for {
		frame, err := framer.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			if c.ctx.Err() != nil {
				return nil, c.ctx.Err()
			}
			ended = err
			break
		}
		c.row.read++
		if frame.Bad != "" {
			c.quarantine(quarantined{frame.Line, frame.Offset, frame.Bad, formats.Excerpt(frame.Text, excerptLength), frame.SHA256})
		} else if err := c.record(&frame); err != nil {
			return nil, err
		}
		if c.size >= batchBytes {
			if err := c.flush(); err != nil {
				return nil, err
			}
		}
	}
	for _, w := range framer.Wrappers() {
		if w.NextLink {
			c.row.truncated = cmp.Or(c.row.truncated, "")
			c.row.notes = append(c.row.notes, fmt.Sprintf("line %d: the page names a next one (@odata.nextLink); the export is whole only if that page is in another file", w.Line))
			break
		}
	}
	if framer.Unclosed() {
		c.row.truncated = "the text ends in the middle"
		c.row.notes = append(c.row.notes, "the text ends in the middle: the file was probably cut off")
	}
	if len(framer.Wrappers()) > 0 && c.row.read == 0 {
		c.row.notes = append(c.row.notes, "a page without records")
	}
	return ended, nil
}

func (c *careful) record(frame *evidence.Frame) error {
	if frame.Wrapper != nil {
		c.in.Context = frame.Wrapper.Context
	} else {
		c.in.Context = ""
	}
	format, out := formats.Read(frame.Text, &c.in)
	masked, passcodes := "", 0
	if out.KeepRaw || bytes.Contains(frame.Text, []byte("emporaryAccessPass")) {
		masked, passcodes = formats.MaskPasscodes(string(frame.Text))
	}
	if passcodes > 0 {
		c.row.passcodes++
	}
	place := func(why string) quarantined {
		sum := sha256.Sum256(frame.Text)
		return quarantined{frame.Line, frame.Offset, why, formats.Excerpt(frame.Text, excerptLength), hex.EncodeToString(sum[:])}
	}
	if format == nil {
		c.unknownCount++
		if len(c.unknown) < mostUnknown {
			c.unknown = append(c.unknown, place("of no kind that is known: neither an id nor a time where they should be"))
		}
		return nil
	}
	c.formats[format.Name]++
	c.row.filtered, c.whole = c.row.filtered || out.Filtered, c.whole || out.Whole
	switch {
	case out.Bad != "":
		c.quarantine(place(out.Bad))
		return nil
	case out.NotUsed != "":
		c.unused[out.NotUsed]++
		c.row.notUsed++
		return nil
	}
	c.wrong += int64(out.Wrong)
	for _, row := range out.Rows {
		c.batch[row.Table] = append(c.batch[row.Table], casefile.Row{Line: frame.Line, Ordinal: frame.Ordinal, Time: row.Time, Text: row.Text})
		c.size += len(row.Text)
	}
	if out.KeepRaw {
		c.raw = append(c.raw, casefile.Row{Line: frame.Line, Ordinal: frame.Ordinal, Text: masked})
		c.size += len(masked)
	}
	return nil
}

func (c *careful) quarantine(q quarantined) { c.bad = append(c.bad, q) }

// flush feeds what was gathered into the case.
func (c *careful) flush() error {
	tables := slices.SortedFunc(maps.Keys(c.batch), func(a, b *formats.Table) int { return strings.Compare(a.Name, b.Name) })
	for _, t := range tables {
		if len(c.batch[t]) == 0 {
			continue
		}
		if err := c.c.Insert(c.ctx, t.Name, t.Mapping, t.Columns, c.row.id, c.batch[t]); err != nil {
			return fmt.Errorf("%s: %w", c.row.src.Path, err)
		}
		c.batch[t] = c.batch[t][:0]
	}
	if err := c.c.InsertRaw(c.ctx, c.row.id, c.raw); err != nil {
		return err
	}
	c.raw, c.size = c.raw[:0], 0
	return c.flushQuarantine()
}

func (c *careful) flushQuarantine() error {
	for _, q := range c.bad {
		if err := c.c.Exec(c.ctx, `INSERT INTO quarantine VALUES (?, ?, ?, ?, ?, ?)`, c.row.id, q.line, q.offset, q.reason, q.excerpt, q.sha256); err != nil {
			return err
		}
	}
	c.bad = c.bad[:0]
	return nil
}

// finish settles what is known only at the end of the source.
func (c *careful) finish(ended error) error {
	r := c.row
	if ended != nil {
		if errors.Is(ended, evidence.ErrChanged) || c.ctx.Err() != nil {
			return cmp.Or(c.ctx.Err(), ended)
		}
		r.truncated = reason(ended)
		var damaged *evidence.DamagedError
		offset := int64(0)
		if errors.As(ended, &damaged) {
			offset = damaged.Offset
		}
		r.read++
		empty := sha256.Sum256(nil)
		c.quarantine(quarantined{0, offset, "the rest cannot be read: " + reason(ended), "", hex.EncodeToString(empty[:])})
		r.notes = append(r.notes, fmt.Sprintf("damaged after %d bytes: %s", offset, reason(ended)))
	}
	recognised := len(c.formats) > 0
	if recognised {
		// Among records of a known kind, an object of none has lost what it was known by.
		c.bad = append(c.bad, c.unknown...)
		r.notUsed += c.unknownCount - int64(len(c.unknown))
	} else {
		r.notUsed += c.unknownCount
		if c.unknownCount > 0 {
			r.notes = append(r.notes, "not recognised: JSON objects of no kind that is known")
		}
	}
	r.filtered = r.filtered && !c.whole
	r.format = sortedNames(c.formats)
	for _, why := range slices.Sorted(maps.Keys(c.unused)) {
		r.notes = append(r.notes, fmt.Sprintf("%d not used: %s", c.unused[why], why))
	}
	if c.wrong > 0 {
		r.notes = append(r.notes, fmt.Sprintf("%d values of a wrong type, loaded as absent", c.wrong))
	}
	if r.passcodes > 0 {
		r.notes = append(r.notes, fmt.Sprintf("%d records hold a passcode: masked, not stored", r.passcodes))
	}
	return c.flush()
}
