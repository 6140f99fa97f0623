package evidence

import (
	"bytes"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/tidwall/gjson"
)

const (
	maxColumns  = 10_000
	maxWrappers = 10_000

	// After damage, texts that might be records are parsed again and again. This bounds that work: a fixed sum,
	// and some for every byte of the stream.
	freeWork    = 64 << 20
	workPerByte = 4
)

// NotUTF8 is why a record cannot be used whose bytes are not text.
const NotUTF8 = "not valid UTF-8"

// Frame is one record of a text, or a stretch of it that cannot be used.
type Frame struct {
	Line    int64  // where it begins, 1-based
	Offset  int64  // where it begins, in bytes of the decoded text
	Ordinal int64  // 1-based, frames that cannot be used included
	Size    int64  // bytes
	Text    []byte // valid until the next call; of what cannot be used, at most the first 64 KiB

	Members []Member // of the object that Text is and of those in it; valid as Text is

	Columns []string // of a row of a Log Analytics answer: its columns' names; Text is then an array
	Wrapper *Wrapper // the page or batch around the record, nil if none

	// LoneSurrogate: a string holds an escape \ud800 to \udfff without its partner. That is JSON by its grammar,
	// but has no UTF-8 form, and some readers refuse it.
	LoneSurrogate bool

	Bad    string // why it cannot be used, in words; empty for a record
	SHA256 string // of what cannot be used, all of it, in hex
}

// Wrapper is an object around records: a Graph page (value), an Event Hub or storage batch (records), or an answer.
// Answers are of Log Analytics or Kusto (tables, rows), advanced hunting or Splunk (results), and Graph's $batch
// (responses).
type Wrapper struct {
	Line, Offset int64
	Context      string // @odata.context
	NextLink     bool   // it names an @odata.nextLink; the link holds a token and is not kept
}

// FrameOptions say how a text is framed.
type FrameOptions struct {
	// IsRecord says whether an object found after damage is a record rather than a part of one. It is not asked
	// about undamaged text. Nil takes any object.
	IsRecord func(text []byte) bool
}

// Framer finds the records of a JSON text: one object, one array, NDJSON, pages and batches. Any number of them may
// follow one another, with commas and brackets missing or to spare. It holds one record in memory, never the text.
type Framer struct {
	window
	opts    FrameOptions
	s       scanner
	started bool
	byLine  bool // damage ends with its line

	root     level // of the text itself
	open     []level
	ordinal  int64
	wrappers []Wrapper
	contexts map[string]string
	work     int64 // bytes scanned in vain
	unclosed bool

	trace func(offset int64, text []byte) // for tests: text of wrappers that is in no frame
}

type kind int

const (
	inTop kind = iota
	inValue
	inTables
	inRows
	inTail // of a wrapper, after its array
)

type level struct {
	kind    kind
	arrays  int // brackets open inside
	wrapper *Wrapper
	index   int // of wrapper in wrappers, -1 if not kept
	columns []string
}

// FrameJSON returns a framer over UTF-8 text.
func FrameJSON(r io.Reader, opts FrameOptions) *Framer {
	return &Framer{window: newWindow(r), opts: opts, contexts: map[string]string{}}
}

// Wrappers lists the wrappers met so far that carry a context or a next link, at most 10,000 of them.
func (f *Framer) Wrappers() []Wrapper { return f.wrappers }

// Unclosed says, once Next has returned an error, whether the text ended inside a record, inside a wrapper or inside
// an array that held something: it may have been cut.
func (f *Framer) Unclosed() bool { return f.unclosed }

// Next returns the next frame, io.EOF after the last, or, when everything before it was framed, the error that ended
// the stream (a *DamagedError, for one).
func (f *Framer) Next() (Frame, error) {
	if !f.started {
		f.start()
	}
	for {
		lv := f.top()
		c, ok := f.token(lv.kind)
		if !ok {
			f.unclosed = f.unclosed || len(f.open) > 0 || f.root.arrays > 0 && f.ordinal > 0
			return Frame{}, f.err
		}
		switch {
		case lv.kind == inTail && c == '"':
			if o := f.member(); o != scanned && o != descend {
				f.leave()
				return f.damaged(o, false), nil
			}
		case lv.kind == inTail && c == '}':
			f.skip(1)
			f.pop()
		case lv.kind == inTail:
			// The wrapper lacks its end.
			f.leave()
		case c == '[' && lv.kind == inRows:
			if fr, ok := f.row(lv); ok {
				return fr, nil
			}
		case c == '[':
			lv.arrays++
			f.pos++
		case c == ']' && (lv.arrays > 0 || lv.kind == inTop):
			lv.arrays = max(0, lv.arrays-1)
			f.pos++
		case c == ']':
			f.skip(1)
			f.pop()
		case c == '{' && lv.kind == inRows:
			f.leave()
		case c == '{':
			if fr, ok := f.object(lv); ok {
				return fr, nil
			}
		case c == '}':
			return f.damaged(syntax, false), nil
		case c == '"' && lv.kind != inRows:
			if fr, ok := f.quoted(lv); ok {
				return fr, nil
			}
			return f.scalars(), nil
		default:
			return f.scalars(), nil
		}
	}
}

// looked is how many lines tell whether a stream has a record in each. Once enough of them have, and none has not,
// brackets tell of the others.
const looked, enough = 64, 8

func (f *Framer) start() {
	f.started = true
	for f.end < blockSize && f.fill() {
	}
	head, whole := f.unread(), f.err != nil
	var lines, complete int
	for len(head) > 0 && lines < looked {
		line, rest, ended := bytes.Cut(head, []byte{'\n'})
		if !ended && !whole {
			break
		}
		head = rest
		i := skipBlank(line, 0)
		if i == len(line) {
			continue
		}
		lines++
		if complete >= enough && complete == lines-1 && inBrackets(line[i:]) {
			complete++
		} else if line[i] == '{' || line[i] == '[' || holdsJSON(line[i:]) {
			if end, o := f.s.value(line, i, nothing); o == scanned && skipBlank(line, end) == len(line) {
				complete++
			}
		}
	}
	f.byLine = complete > 0 && 2*complete >= lines
}

// inBrackets says whether a line begins with an opening bracket and ends with its closing one.
func inBrackets(line []byte) bool {
	line = bytes.TrimRight(line, " \t\r")
	return line[0] == '{' && line[len(line)-1] == '}' || line[0] == '[' && line[len(line)-1] == ']'
}

// top is the innermost level.
func (f *Framer) top() *level {
	if len(f.open) == 0 {
		return &f.root
	}
	return &f.open[len(f.open)-1]
}

func (f *Framer) pop() { f.open = f.open[:len(f.open)-1] }

func (f *Framer) leave() { f.open = f.open[:0] }

// skip passes over n bytes that belong to a wrapper.
func (f *Framer) skip(n int) {
	if f.trace != nil {
		f.trace(f.offset(), f.buf[f.pos:f.pos+n])
	}
	f.pos += n
}

// token passes over what may stand between records and returns the byte that follows.
func (f *Framer) token(k kind) (byte, bool) {
	for {
		for f.pos < f.end {
			c := f.buf[f.pos]
			if c > ' ' && c != ',' && c != 0xef {
				return c, true
			}
			if c == 0xef {
				// A byte order mark in the middle comes from files joined end to end.
				for f.end-f.pos < 3 && f.fill() {
				}
				if k != inTop || !bytes.HasPrefix(f.unread(), []byte("\ufeff")) {
					return c, true
				}
				f.pos += 2
			} else if c != ',' && !blank(c) {
				return c, true
			}
			f.pos++
		}
		if !f.fill() {
			return 0, false
		}
	}
}

// attempt applies scan to the unread text, with more of it each time that it is cut off.
func (f *Framer) attempt(scan func(b []byte) (int, outcome)) (int, outcome) {
	for {
		b, whole := f.unread(), false
		if f.byLine && f.spent() {
			// Too much was tried in vain: nothing may span lines any more.
			if i := bytes.IndexByte(b, '\n'); i >= 0 {
				b, whole = b[:i], true
			}
		}
		n, o := scan(b)
		switch {
		case o == cutOff && !whole && len(b) <= maxRecord && f.grow():
			continue
		case o == cutOff && len(b) > maxRecord, o == scanned && n > maxRecord:
			o = tooLarge
		case o == syntax || o == tooDeep:
			n = f.s.at
		}
		if o != scanned && o != descend {
			f.work += int64(min(n, len(b)))
		}
		return n, o
	}
}

func (f *Framer) spent() bool { return f.work > freeWork+workPerByte*f.offset() }

func (f *Framer) scan(look lookFor) (int, outcome) {
	return f.attempt(func(b []byte) (int, outcome) { return f.s.value(b, 0, look) })
}

// object frames the object at pos, or goes into it when it is a wrapper (false).
func (f *Framer) object(lv *level) (Frame, bool) {
	look := nothing
	switch lv.kind {
	case inTop:
		look = pages
	case inTables:
		look = rows
	}
	n, o := f.scan(look)
	if o == descend {
		at, key, into := f.s.at, f.s.key, f.s.into
		if f.byLine {
			// One damaged line must not draw the lines after it into a wrapper that never was.
			if _, o := f.scan(nothing); o != scanned && o != tooLarge {
				return f.damaged(o, true), true
			}
		}
		f.enter(lv, at, key, into)
		return Frame{}, false
	}
	if o != scanned {
		return f.damaged(o, false), true
	}
	return f.record(n, lv), true
}

// holdsJSON says whether a text begins a JSON string that holds an object or a list.
func holdsJSON(text []byte) bool {
	if len(text) == 0 || text[0] != '"' {
		return false
	}
	i := skipBlank(text, 1)
	return i < len(text) && (text[i] == '{' || text[i] == '[')
}

// quoted frames the string at pos where it holds JSON.
func (f *Framer) quoted(lv *level) (Frame, bool) {
	for f.end-f.pos < 2 && f.fill() {
	}
	if !holdsJSON(f.unread()) {
		return Frame{}, false
	}
	n, o := f.attempt(func(b []byte) (int, outcome) { return f.s.text(b, 1) })
	if o != scanned {
		return f.damaged(o, false), true
	}
	return f.record(n, lv), true
}

func (f *Framer) row(lv *level) (Frame, bool) {
	n, o := f.scan(nothing)
	switch {
	case o != scanned:
		return f.damaged(o, false), true
	case lv.columns == nil:
		r := f.begin()
		f.pos += n
		return f.bad(r, "a row before the names of its columns"), true
	}
	return f.record(n, lv), true
}

// record makes a frame of the n bytes at pos.
func (f *Framer) record(n int, lv *level) Frame {
	text := f.buf[f.pos : f.pos+n]
	if !utf8.Valid(text) {
		r := f.begin()
		f.pos += n
		return f.bad(r, NotUTF8)
	}
	f.ordinal++
	fr := Frame{
		Line: f.lineHere(), Offset: f.offset(), Ordinal: f.ordinal, Size: int64(n), Text: text,
		Columns: lv.columns, Wrapper: lv.wrapper, LoneSurrogate: f.s.surrogate,
	}
	if text[0] == '{' {
		fr.Members = f.s.tape.members
	}
	f.pos += n
	return fr
}

// enter goes into the array that begins at index at of the unread text, whose key's quote is at index key.
func (f *Framer) enter(lv *level, at, key int, into kind) {
	head := bytes.TrimRight(f.unread()[:key], ", \t\r\n")
	if into == inRows {
		columns := []string{}
		members(head, func(name string, value gjson.Result) {
			if strings.EqualFold(name, "columns") && value.IsArray() {
				value.ForEach(func(_, column gjson.Result) bool {
					name := column.Get("name")
					if !name.Exists() {
						name = column.Get("ColumnName")
					}
					columns = append(columns, name.String())
					return len(columns) < maxColumns
				})
			}
		})
		if len(columns) == 0 {
			columns = nil
		}
		f.open = append(f.open,
			level{kind: inTail, wrapper: lv.wrapper, index: lv.index},
			level{kind: inRows, wrapper: lv.wrapper, index: lv.index, columns: columns})
	} else {
		w := level{kind: inTail, wrapper: &Wrapper{Line: f.lineHere(), Offset: f.offset()}, index: -1}
		members(head, func(name string, value gjson.Result) { f.note(&w, name, value) })
		array := w
		array.kind = into
		f.open = append(f.open, w, array)
	}
	f.skip(at + 1)
}

// members calls fn for each member of an object whose end may be missing.
func members(head []byte, fn func(name string, value gjson.Result)) {
	text := make([]byte, 0, len(head)+1)
	text = append(append(text, head...), '}')
	gjson.ParseBytes(text).ForEach(func(key, value gjson.Result) bool {
		fn(key.String(), value)
		return true
	})
}

// note keeps what a wrapper's member tells about it.
func (f *Framer) note(lv *level, name string, value gjson.Result) {
	switch name {
	case "@odata.context":
		text := value.String()
		if len(text) > maxExcerpt {
			return
		}
		kept, ok := f.contexts[text]
		if !ok {
			kept = text
			if len(f.contexts) < maxWrappers {
				f.contexts[text] = text
			}
		}
		lv.wrapper.Context = kept
	case "@odata.nextLink":
		lv.wrapper.NextLink = value.String() != ""
	default:
		return
	}
	if lv.index < 0 && len(f.wrappers) < maxWrappers {
		lv.index = len(f.wrappers)
		f.wrappers = append(f.wrappers, Wrapper{})
	}
	if lv.index >= 0 {
		f.wrappers[lv.index] = *lv.wrapper
	}
}

// member passes over one member of a wrapper after its array, or goes into another array of records.
func (f *Framer) member() outcome {
	var at int
	var look bool
	n, o := f.attempt(func(b []byte) (int, outcome) {
		look = false
		i, o := f.s.text(b, 1)
		if o != scanned {
			return i, o
		}
		name := b[1 : i-1]
		i = skipBlank(b, i)
		if i == len(b) {
			return i, cutOff
		}
		if b[i] != ':' {
			return f.s.fail(i)
		}
		i = skipBlank(b, i+1)
		if i == len(b) {
			return i, cutOff
		}
		if into, ok := wraps(name, pages); ok && into != inRows && b[i] == '[' {
			j := skipBlank(b, i+1)
			if j == len(b) {
				return j, cutOff
			}
			if b[j] == '{' || b[j] == ']' {
				at, look = i, true
				return i, descend
			}
		}
		return f.s.value(b, i, nothing)
	})
	lv := f.top()
	switch {
	case o == descend && look:
		array := *lv
		array.kind = inValue
		f.open = append(f.open, array)
		f.skip(at + 1)
	case o == scanned:
		members(append([]byte{'{'}, f.unread()[:n]...),
			func(name string, value gjson.Result) { f.note(lv, name, value) })
		f.skip(n)
	}
	return o
}

// scalars makes one bad frame of numbers, strings and words that stand where records should.
func (f *Framer) scalars() Frame {
	if _, o := f.scalar(); o != scanned {
		return f.damaged(o, false)
	}
	r := f.begin()
	for {
		n, o := f.scalar()
		if o != scanned {
			break
		}
		f.pos += n
		// Take the separators too, up to what may be a record.
		for {
			for f.pos < f.end && (f.buf[f.pos] == ',' || blank(f.buf[f.pos])) && !(f.byLine && f.buf[f.pos] == '\n') {
				f.pos++
			}
			if f.pos < f.end || !f.fill() {
				break
			}
		}
		if f.pos == f.end || bytes.IndexByte([]byte("[]{}\n"), f.buf[f.pos]) >= 0 {
			break
		}
	}
	return f.bad(r, "not an object")
}

func (f *Framer) scalar() (int, outcome) {
	n, o := f.attempt(func(b []byte) (int, outcome) {
		if len(b) == 0 || b[0] == '{' || b[0] == '[' {
			return f.s.fail(0)
		}
		i, o := f.s.value(b, 0, nothing)
		if o == scanned && i < len(b) && !blank(b[i]) && bytes.IndexByte([]byte(",[]{}"), b[i]) < 0 {
			return f.s.fail(i)
		}
		return i, o
	})
	if o == cutOff && gjson.ValidBytes(f.unread()) {
		return f.end - f.pos, scanned
	}
	return n, o
}

// bad ends a region and makes its frame.
func (f *Framer) bad(r *region, why string) Frame {
	f.ordinal++
	f.finish(r)
	return Frame{
		Line: r.line, Offset: r.offset, Ordinal: f.ordinal, Size: r.size, Text: r.excerpt,
		Bad: why, SHA256: r.sum,
	}
}

// damaged makes one bad frame from pos to where the next record begins: in a text of lines the next line, else an
// object that is one by IsRecord. Inside an array such an object may also stand in the rest of the line.
func (f *Framer) damaged(o outcome, inArray bool) Frame {
	inArray = inArray || f.root.arrays > 0 || len(f.open) > 0
	r := f.begin()
	before, newline := byte(0), false // what stands before pos, white space left out
	advance := func(to int) {
		i, crossed := to-1, false
		for i >= f.pos && blank(f.buf[i]) {
			crossed = crossed || f.buf[i] == '\n'
			i--
		}
		if i >= f.pos {
			before, newline = f.buf[i], crossed
		} else {
			newline = newline || crossed
		}
		f.pos = to
	}
	advance(f.pos + 1)
	for f.pos < f.end || f.fill() {
		lineEnd := -1
		if f.byLine {
			lineEnd = bytes.IndexByte(f.unread(), '\n')
		}
		if lineEnd == 0 {
			f.leave()
			f.root.arrays = 0
			return f.bad(r, o.in("line"))
		}
		ahead := f.unread()
		if lineEnd > 0 {
			ahead = ahead[:lineEnd]
		}
		i := -1
		if (!f.byLine || inArray) && !f.spent() {
			i = bytes.IndexByte(ahead, '{')
		}
		if i < 0 {
			advance(f.pos + len(ahead))
			continue
		}
		if i > 0 {
			advance(f.pos + i)
		}
		if newline || before == ',' || before == '[' || before == '}' {
			if n, o2 := f.scan(nothing); o2 == scanned {
				text := f.buf[f.pos : f.pos+n]
				if utf8.Valid(text) && (f.opts.IsRecord == nil || f.opts.IsRecord(text)) {
					return f.bad(r, o.in("stretch"))
				}
				f.work += int64(n)
			}
		}
		advance(f.pos + 1)
	}
	f.unclosed = f.unclosed || o == cutOff
	why := o.in("text")
	if !f.byLine && f.spent() {
		why += "; too damaged to search for records in what follows"
	}
	return f.bad(r, why)
}
