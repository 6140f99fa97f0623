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
	"io/fs"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"tapaudit/ingest/casefile"
	"tapaudit/ingest/evidence"
	"tapaudit/ingest/formats"
	"tapaudit/ingest/record"
	"tapaudit/ingest/safetext"
)

// Sizes in bytes; tests have others.
var (
	batchBytes = 24 << 20 // of a larger source's records before they are fed into the case
	groupBytes = 24 << 20 // of a group's rows before it goes in
	smallBytes = 1 << 20  // of a source that is read in one go, with all that is to be done with it
)

const (
	valueBytes    = 16     // that a value takes beside its text
	excerptLength = 200    // characters
	mostListed    = 1_000  // records of a source that are listed in quarantine; all are counted
	mostTold      = 10_000 // reasons that are told apart while records are counted
	mostReasons   = 12     // of those, that a note names one by one
)

// loading is one source on its way into the case.
type loading struct {
	*loader
	row          *source
	in           formats.Input
	gathered           // that are not yet in the case
	small        bool  // its text is in memory, and its records go in with its group
	length       int   // of that, in bytes
	begun        bool  // it has a transaction of its own
	joined       bool  // its rows are among those of its group
	broken       error // of feeding
	formats      map[string]int64
	unused       reasons       // of records that are not used
	unlisted     reasons       // of records that are quarantined beyond those that are listed
	unknown      []quarantined // objects of no known kind, until the source is recognised; as many as are listed
	unknownCount int64
	look         formats.Look // of the first of them, and whether any has the keys of a log
	wrong        int64
	whole        bool            // some record shows that the export is not filtered
	format       *formats.Format // of the record before
	cutOff       bool            // the text ends inside a record
	damaged      bool            // the archive around it, or its compression
	failed       error           // of reading: the disk's, not the content's
	unread       bool            // nothing of it could be read
	notUTF8      bool            // some record is not
	said         []string        // notes that records ask for
	line         int64           // of the record before
	lineBefore   int64           // the ordinal before that line's first record
	lineEnd      int64           // the ordinal of the record before
	sheet        *formats.Sheet  // of a CSV text
	search       *search         // nil unless one record is looked for, and none is loaded
}

// reading is how a source is to be read again, where reading it showed that it was read wrongly.
type reading struct {
	order  formats.DateOrder
	ansi   bool   // it is not in UTF-8 but in Windows-1252
	refuse string // why the whole of it goes to quarantine
}

// rereadError ends the reading of a source that has to be read in another way.
type rereadError struct{ how reading }

func (e *rereadError) Error() string { return "to be read again" }

type quarantined struct {
	line, ordinal, offset   int64 // ordinal 0: no record
	reason, excerpt, sha256 string
}

// loadRecords loads the source record by record, again where what its dates prove asks for it.
func (l *loader) loadRecords(r *source) error {
	var how reading
	for {
		c := &loading{loader: l, row: r, gathered: *newGathered(),
			formats: map[string]int64{}, unused: reasons{}, unlisted: reasons{}}
		before := l.group.filled()
		err := c.readOnce(how)
		if err == nil {
			err = c.list()
		}
		if c.small && !c.joined {
			l.group.rewind(before)
		}
		c.drop()
		if c.begun {
			err = l.c.End(l.ctx, err)
		}
		var again *rereadError
		if !errors.As(err, &again) {
			return err
		}
		how = again.how
		*r = source{id: r.id, src: r.src, bytes: r.src.Bytes}
	}
}

// readOnce frames, validates and gathers every record of the source.
func (c *loading) readOnce(how reading) error {
	l, r := c.loader, c.row
	c.in = formats.Input{Path: r.src.Path, Taken: taken(r.src), Order: how.order}
	content, err := r.src.Open()
	if err != nil {
		switch {
		case errors.Is(err, evidence.ErrChanged):
			return err
		case how != reading{}:
			return c.refuse(cmp.Or(how.refuse,
				"it must be read a second time, since its dates begin with the day, and this input can be read only once: save it as a file"))
		}
		r.notes = append(r.notes, "skipped: "+reason(err))
		c.unread = true
		return nil
	}
	defer content.Close()
	input, stop := c.begin(content)
	defer stop()
	text, encoding := evidence.Decode(input)
	if how.ansi {
		text, encoding = evidence.Windows1252(text),
			"Windows-1252, as spreadsheets and old versions of PowerShell write it"
	}
	if encoding != "" && encoding != "UTF-8" {
		r.notes = append(r.notes, encoding)
	}
	buffered := c.buffered
	buffered.Reset(text)
	head, _ := buffered.Peek(headBytes)
	table, columns, unreadable := tableOf(head)
	if !how.ansi && !isParquet(head) && (beginsLikeJSON(head) || isNamedTable(r.src.Path) || table != nil) &&
		!validSoFar(head) && c.inWindows1252() {
		how.ansi = true
		return &rereadError{how}
	}
	var ended error
	refuse := how.refuse
	if table != nil {
		refuse = cmp.Or(refuse, table.Refuse())
	}
	switch {
	case refuse != "":
	case isParquet(head):
		c.small = false // what it holds may be much
		ended, err = c.parquet(buffered)
	case beginsLikeJSON(head), table == nil && hasLinesOfJSON(head):
		ended, err = c.json(buffered, head)
	case table != nil:
		ended, err = c.rows(buffered, table)
	case len(columns) > 0 && isNamedTable(r.src.Path):
		r.look = formats.HeaderLooksLike(columns, r.src.Path)
		refuse = "its header is not known: " +
			record.Excerpt([]byte(strings.Join(columns, ", ")), 2*excerptLength) + "; it looks like " + r.look.What
	case unreadable != nil && isNamedTable(r.src.Path):
		refuse = unreadable.Error()
	default:
		_, ended = io.Copy(io.Discard, contextReader{l, buffered, r.size()})
		if ended == nil || len(head) > 0 { // what cannot be read is not empty
			what := notEvidence(head)
			switch archive := evidence.Foreign(r.src.Path); {
			case bytes.HasPrefix(head, []byte("Obj\x01")) && bytes.Contains(head, []byte("avro.schema")):
				what, r.src.Unread = formats.AvroCapture, true
				r.look.What = formats.AvroCapture
			case what == noText && archive != "":
				what, r.src.Unread = archive, true
			}
			r.notes = append(r.notes, "skipped: "+what)
		}
	}
	if err != nil {
		return err
	}
	if refuse != "" {
		if _, err := io.Copy(io.Discard, contextReader{l, buffered, r.size()}); err != nil &&
			(l.ctx.Err() != nil || errors.Is(err, evidence.ErrChanged)) {
			return cmp.Or(l.ctx.Err(), err)
		}
		stop()
		if err := content.Close(); err != nil && errors.Is(err, evidence.ErrChanged) {
			return err
		}
		return c.refuse(refuse)
	}
	if c.notUTF8 && !how.ansi && c.inWindows1252() {
		how.ansi = true
		return &rereadError{how}
	}
	switch order, refused := c.in.Dates.Order(how.order); {
	case refused != "":
		return &rereadError{reading{refuse: refused}}
	case order != how.order:
		how.order = order
		return &rereadError{how}
	}
	if how.order == formats.DayFirst {
		r.notes = append(r.notes, "its dates are read day first: "+c.in.Dates.Proof())
	}
	if r.ambiguous = c.in.Dates.Ambiguous(); r.ambiguous != "" {
		r.notes = append(r.notes, r.ambiguous)
	}
	if err := c.finish(ended); err != nil {
		return err
	}
	stop()
	if err := content.Close(); err != nil && errors.Is(err, evidence.ErrChanged) {
		return err
	}
	return nil
}

// validSoFar says whether the beginning of a text is UTF-8; its last character may be cut off.
func validSoFar(head []byte) bool {
	for cut := range min(len(head), utf8.UTFMax) {
		if utf8.Valid(head[:len(head)-cut]) {
			return true
		}
	}
	return len(head) == 0
}

// inWindows1252 reads the source once more to say so. What can be read only once is taken for what it says it is.
func (c *loading) inWindows1252() bool {
	content, err := c.row.src.Open()
	if err != nil {
		return false
	}
	defer content.Close()
	text, _ := evidence.Decode(contextReader{c.loader, content, 0})
	return evidence.IsWindows1252(text)
}

// headBytes is how much of a source is looked at to find out what it is.
const headBytes = 64 << 10

// begin reads a small source into memory. What is larger is read on a goroutine of its own, which stop ends.
func (c *loading) begin(content io.Reader) (input io.Reader, stop func()) {
	if c.head == nil {
		c.head, c.window = make([]byte, smallBytes), make([]byte, smallBytes)
		c.buffered = bufio.NewReaderSize(nil, headBytes)
	}
	n, err := io.ReadFull(content, c.head)
	read := bytes.NewReader(c.head[:n])
	switch {
	case err == nil:
		ahead, stop := readAhead(io.MultiReader(read, content))
		return ahead, stop
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		input = read
	default:
		input = io.MultiReader(read, failing{err})
	}
	c.small, c.length = true, n
	return input, func() {}
}

// failing is a reader that has come to an error.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// readAhead reads, unpacks and hashes on a goroutine of its own, a block ahead of what is framed. stop ends it.
func readAhead(r io.Reader) (ahead io.Reader, stop func()) {
	out, in := io.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, err := io.CopyBuffer(struct{ io.Writer }{in}, struct{ io.Reader }{r}, make([]byte, 256<<10))
		in.CloseWithError(err)
	}()
	return out, func() { out.Close(); <-done }
}

// list decides on the source's hash and lists it, unless the case has its content. Where the disk failed there is no
// hash: it would tell the next run that everything is here already, though a second reading may give more.
func (c *loading) list() error {
	if c.unread {
		return c.loader.list(c.row)
	}
	err := c.failed
	if err == nil {
		c.row.sha256, err = c.row.src.Sum()
	}
	if err != nil {
		if c.ctx.Err() != nil || errors.Is(err, evidence.ErrChanged) {
			return err
		}
		c.row.notes = append(c.row.notes, "its hash is not known: "+reason(err))
	}
	// Of two members that are damaged only what was delivered is the same, perhaps nothing at all.
	if first, known := c.has.first(c.row.sha256, c.row.src.Path); known &&
		(first.path == c.row.src.Path || !c.damaged || c.row.src.Container == "") {
		return errKnown
	}
	if c.small {
		c.size = max(c.size, c.length) // its text waits with it, whatever of it is used
	}
	if c.small || !c.begun && c.size < groupBytes {
		c.join(c.group)
		c.joined = true
		return c.loader.list(c.row)
	}
	c.sources = append(c.sources, c.row.row())
	return c.flush()
}

// refuse puts the whole source into quarantine, as one record.
func (c *loading) refuse(why string) error {
	sum, err := c.row.src.Sum()
	if err != nil && (c.ctx.Err() != nil || errors.Is(err, evidence.ErrChanged)) {
		return err
	}
	c.row.read, c.row.format = 1, "not loaded"
	c.row.notes = append(c.row.notes, "quarantined as a whole: "+why)
	c.quarantine(quarantined{1, 0, 0, "the whole file: " + why, "", sum})
	return nil
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

// beginsLikeJSON says whether a text begins like JSON.
func beginsLikeJSON(head []byte) bool {
	trimmed := bytes.TrimLeft(head, " \t\r\n")
	trimmed = bytes.TrimPrefix(trimmed, []byte{'"'}) // JSON as the text of a JSON string
	return len(trimmed) > 0 && (trimmed[0] == '{' || trimmed[0] == '[')
}

// hasLinesOfJSON says whether a text that begins otherwise has lines of JSON.
func hasLinesOfJSON(head []byte) bool { return bytes.Contains(head, []byte("\n{\"")) }

// tableOf is the kind of CSV that a text is, by its header, and the header; unreadable says why it has none.
func tableOf(head []byte) (table *formats.Sheet, columns []string, unreadable error) {
	if beginsLikeJSON(head) || len(bytes.TrimSpace(head)) == 0 {
		return nil, nil, nil
	}
	framer := evidence.FrameCSV(bytes.NewReader(head))
	framer.Use(make([]byte, len(head)+1))
	columns, err := framer.Header()
	if err != nil {
		return nil, nil, err
	}
	return formats.RecogniseHeader(columns), columns, nil
}

// isNamedTable says whether a source's name promises a table, so that one with a header nobody knows is no other text.
func isNamedTable(label string) bool {
	switch strings.ToLower(path.Ext(label)) {
	case ".csv", ".tsv":
		return true
	}
	return false
}

const noText = "it is not text"

// notEvidence says what a text is that is none.
func notEvidence(head []byte) string {
	switch {
	case len(bytes.TrimSpace(head)) == 0:
		return "it is empty"
	case bytes.IndexByte(head, 0) >= 0 || !utf8.Valid(head[:len(head)-min(len(head), 4)]):
		return noText
	default:
		return "not recognised as an export"
	}
}

// json loads the records of a JSON text. ended is what ended the stream early, nil where nothing did.
func (c *loading) json(r io.Reader, head []byte) (ended, err error) {
	var framer *evidence.Framer
	ended, err = c.stream(func(p *producer) error {
		framer = evidence.FrameJSON(contextReader{c.loader, r, c.row.size()}, evidence.FrameOptions{
			// A part of a damaged record may look like one of another kind: the target of an audit event like a user.
			IsRecord: func(text []byte) bool {
				p.waitForAll()
				f := formats.Recognise(text)
				return f != nil && (len(c.formats) == 0 || c.formats[f.Name] > 0)
			},
		})
		if c.small {
			framer.Use(c.window)
		}
		for {
			frame, err := framer.Next()
			if err != nil {
				return err
			}
			if err := p.frame(&frame); err != nil {
				return err
			}
		}
	})
	if err != nil {
		return nil, err
	}
	if begun := string(bytes.TrimSpace(head)); ended == nil && (begun == "[" || begun == "[]") {
		c.row.notes = append(c.row.notes, "an empty result")
	}
	for _, w := range framer.Wrappers() {
		if w.NextLink {
			c.row.notes = append(c.row.notes,
				fmt.Sprintf("line %d: the page names a next one (@odata.nextLink); the export is whole only if that page is in another file", w.Line))
			break
		}
	}
	if ended == nil && framer.Unclosed() {
		c.row.truncated = "the text ends in the middle"
		c.row.notes = append(c.row.notes, "the text ends in the middle: the file was probably cut off")
	}
	if ended == nil && len(framer.Wrappers()) > 0 && c.row.read == 0 {
		c.row.notes = append(c.row.notes, "a page without records")
	}
	return ended, nil
}

// rows loads the rows of a CSV text.
func (c *loading) rows(r io.Reader, table *formats.Sheet) (ended, err error) {
	c.row.rows = true
	c.formats[table.Name] += 0 // a table without rows is still of its kind
	c.format, c.sheet = table.Format, table
	if table.Note != "" {
		c.row.notes = append(c.row.notes, table.Note)
	}
	ended, err = c.stream(func(p *producer) error {
		framer := evidence.FrameCSV(contextReader{c.loader, r, c.row.size()})
		if c.small {
			framer.Use(c.window)
		}
		p.table = table
		for {
			row, err := framer.Next()
			if err != nil {
				return err
			}
			if err := p.row(&row); err != nil {
				return err
			}
		}
	})
	if err != nil {
		return nil, err
	}
	if ended == nil && c.cutOff {
		c.row.truncated = "the text ends in the middle"
		c.row.notes = append(c.row.notes, "the text ends in the middle: the file was probably cut off")
	}
	if ended == nil && c.row.read == 0 {
		c.row.notes = append(c.row.notes, "a table without rows")
	}
	return ended, nil
}

// admit puts into the case, sets aside or unwraps a record that was translated.
func (c *loading) admit(r *framed) error {
	if c.search != nil && c.row.rows && r.inner != nil {
		c.search.see(r, c.sheet) // a row's place is that of all it holds
		return nil
	}
	for i := range r.inner {
		if err := c.admit(&r.inner[i]); err != nil {
			return err
		}
	}
	if r.inner != nil {
		return nil
	}
	c.row.read++
	if r.ordinal = c.row.read; r.bad != nil {
		r.bad.ordinal = r.ordinal
	}
	c.onLine(r.line, r.ordinal)
	if c.search != nil {
		c.search.see(r, c.sheet)
		if r.format != nil {
			c.recognised(r.format)
		}
		return nil
	}
	switch out := &r.out; {
	case r.bad != nil:
		c.cutOff = strings.HasPrefix(r.bad.reason, "text ends")
		c.notUTF8 = c.notUTF8 || r.bad.reason == evidence.NotUTF8
		c.quarantine(*r.bad)
	case r.header:
		c.unused.add("a header that stands among the rows", 1)
		c.row.notUsed++
	case r.format == nil && len(c.formats) > 0:
		c.quarantineRecord(r, ofNoKind)
	case r.format == nil:
		if c.unknownCount++; len(c.unknown) < mostListed {
			c.unknown = append(c.unknown, r.quarantined(ofNoKind))
			if !c.look.Logs {
				look := formats.LooksLike(r.whole(nil))
				c.look.What, c.look.Logs = cmp.Or(c.look.What, look.What), look.Logs
			}
		}
	default:
		c.recognised(r.format)
		if out.Note != "" && len(c.said) < mostReasons && !slices.Contains(c.said, out.Note) {
			c.said = append(c.said, out.Note)
		}
		c.row.filtered, c.whole = c.row.filtered || out.Filtered, c.whole || out.Whole
		if r.passcodes > 0 {
			c.row.passcodes++
		}
		switch {
		case out.Bad != "":
			c.quarantineRecord(r, out.Bad)
		case out.NotUsed != "":
			c.unused.add(out.NotUsed, 1)
			c.row.notUsed++
		default:
			c.keep(r)
		}
	}
	if c.size >= batchBytes && !c.small {
		return c.flush()
	}
	return nil
}

// keep puts what the record says into the batch, and its text where it may be proof.
func (c *loading) keep(r *framed) {
	c.wrong += int64(r.out.Wrong)
	for _, row := range r.out.Rows {
		c.records[row.Kind] = append(c.records[row.Kind],
			casefile.Row{Source: c.row.id, Line: r.line, Ordinal: r.ordinal, Values: row.Values})
		c.size += valueBytes * len(row.Values)
	}
	c.size += len(r.text) // which the values are parts of
	if r.out.KeepRaw {
		c.texts = append(c.texts, casefile.Row{Source: c.row.id, Line: r.line, Ordinal: r.ordinal,
			Values: []string{r.masked}})
		c.size += len(r.masked)
	}
}

// quarantine counts a record that cannot be loaded, and lists it while there is room.
func (c *loading) quarantine(q quarantined) {
	if c.row.quarantined >= mostListed {
		c.quarantineUnlisted(q.reason, 1)
		return
	}
	c.row.quarantined++
	ordinal := ""
	if q.ordinal > 0 {
		ordinal = decimal(q.ordinal)
	}
	c.bad = append(c.bad, casefile.Row{Values: []string{decimal(int64(c.row.id)), decimal(q.line), decimal(q.offset),
		q.reason, q.excerpt, q.sha256, ordinal}})
	c.size += len(q.excerpt) + len(q.reason) + recordBytes
}

func decimal(n int64) string { return strconv.FormatInt(n, 10) }

// onLine counts the records of each line, as they are admitted: in order.
func (c *loading) onLine(line, ordinal int64) {
	if c.row.rows {
		return
	}
	if line != c.line {
		c.endLine()
		c.line, c.lineBefore = line, ordinal-1
	}
	c.lineEnd = ordinal
}

// endLine notes the line under way where it holds several records.
func (c *loading) endLine() {
	if n := c.lineEnd - c.lineBefore; n > 1 {
		c.shared = append(c.shared, casefile.Row{Values: []string{decimal(int64(c.row.id)), decimal(c.line),
			decimal(c.lineBefore), decimal(n)}})
		c.size += valueBytes * len(sharedColumns)
	}
	c.lineBefore = c.lineEnd
}

// quarantineRecord does the same, and hashes only what is listed.
func (c *loading) quarantineRecord(r *framed, why string) {
	if c.row.quarantined >= mostListed {
		c.quarantineUnlisted(why, 1)
		return
	}
	c.quarantine(r.quarantined(why))
}

func (c *loading) quarantineUnlisted(why string, n int64) {
	c.row.quarantined += n
	c.unlisted.add(why, n)
}

const ofNoKind = "of no kind that is known: neither an id nor a time where they should be"

// recognised notes that the source has a record of a format. Among records of a known kind, an object of none has lost
// what it was known by.
func (c *loading) recognised(f *formats.Format) {
	if c.unknownCount > 0 && len(c.formats) == 0 {
		for _, q := range c.unknown {
			c.quarantine(q)
		}
		c.quarantineUnlisted(ofNoKind, c.unknownCount-int64(len(c.unknown)))
		c.unknown, c.unknownCount = nil, 0
	}
	c.formats[f.Name]++
	c.format = f
}

// flush feeds what was gathered into the case, in a transaction of the source's own.
func (c *loading) flush() error {
	if !c.begun {
		if err := c.commit(); err != nil {
			return err
		}
		if err := c.c.Begin(c.ctx); err != nil {
			return err
		}
		c.begun = true
	}
	if err := c.feed(c.loader); err != nil {
		return fmt.Errorf("%s: %w", c.row.src.Path, err)
	}
	return nil
}

// finish does what can be done only at the end of the source.
func (c *loading) finish(ended error) error {
	r := c.row
	c.endLine()
	if ended != nil {
		if errors.Is(ended, evidence.ErrChanged) || c.ctx.Err() != nil {
			return cmp.Or(c.ctx.Err(), ended)
		}
		r.truncated = reason(ended)
		var damaged *evidence.DamagedError
		offset, what := int64(0), "not read to its end: "+reason(ended)
		if errors.As(ended, &damaged) {
			offset, what = damaged.Offset, damaged.Error()
			c.damaged = true
		}
		if inFile := (*fs.PathError)(nil); errors.As(ended, &inFile) {
			c.failed = ended
		}
		r.read++
		empty := sha256.Sum256(nil)
		c.quarantine(quarantined{0, 0, offset, "the rest cannot be read: " + reason(ended), "",
			hex.EncodeToString(empty[:])})
		r.notes = append(r.notes, what)
	}
	r.notUsed += c.unknownCount
	if c.unknownCount > 0 {
		r.look = c.look
		r.notes = append(r.notes, "not recognised; it looks like "+c.look.What)
	}
	r.notes = append(r.notes, c.said...)
	if r.filtered = r.filtered && !c.whole; r.filtered && len(c.said) == 0 {
		r.notes = append(r.notes, "a filtered export: its records count, its days do not")
	}
	r.format = sortedNames(c.formats)
	r.notes = append(r.notes, c.unused.notes("not used")...)
	r.notes = append(r.notes, c.unlisted.notes("quarantined, but not listed")...)
	if len(c.formats) == 1 {
		r.truncated = cmp.Or(r.truncated, c.format.Cap(r.read))
	}
	if c.wrong > 0 {
		r.notes = append(r.notes, safetext.Counted(c.wrong, "value", "values")+" of a wrong type, loaded as absent")
	}
	r.notePasscodes()
	return nil
}

// reasons counts records by why they are not loaded.
type reasons map[string]int64

func (r reasons) add(why string, n int64) {
	if n == 0 {
		return
	}
	if _, known := r[why]; !known && len(r) >= mostTold {
		why = "of further kinds"
	}
	r[why] += n
}

// notes say how many records became of what: the most frequent reasons one by one, the rest in a sum.
func (r reasons) notes(what string) []string {
	byCount := slices.SortedFunc(maps.Keys(r), func(a, b string) int {
		return cmp.Or(cmp.Compare(r[b], r[a]), strings.Compare(a, b))
	})
	named := byCount[:min(len(byCount), mostReasons)]
	slices.Sort(named)
	var notes []string
	for _, why := range named {
		notes = append(notes, fmt.Sprintf("%d %s: %s", r[why], what, why))
	}
	if rest := byCount[len(named):]; len(rest) > 0 {
		var n int64
		for _, why := range rest {
			n += r[why]
		}
		notes = append(notes, fmt.Sprintf("%d %s: %d further kinds", n, what, len(rest)))
	}
	return notes
}
