package evidence

import (
	"bytes"
	"fmt"
	"io"
	"unicode/utf8"

	"tapaudit/ingest/safetext"
)

// Row is one row of a CSV text, or a stretch of it that cannot be used.
type Row struct {
	Line    int64  // where it begins, 1-based
	Offset  int64  // where it begins, in bytes of the decoded text
	Ordinal int64  // 1-based, the header not counted, rows that cannot be used included
	Size    int64  // bytes, the line end not counted
	Quoted  []byte // its fields end to end, each between quotes, without RFC 4180's quotes; valid until the next call
	Ends    []int  // of each field in Quoted, its quote included; likewise
	Text    []byte // as it stands, valid until the next call; of what cannot be used, at most the first 64 KiB
	Bad     string // why it cannot be used, in words; empty for a row
	SHA256  string // of what cannot be used, all of it, in hex
}

// CSVFramer finds the rows of a CSV text (RFC 4180): quoted fields may hold line ends, lines end with \n or \r\n,
// blank lines do not count. A first line that begins with #TYPE (Windows PowerShell) or sep= (spreadsheets) is passed
// over.
type CSVFramer struct {
	window
	started bool
	comma   byte
	header  []string
	plain   []byte // the fields end to end, each between quotes
	ends    []int  // of each field in plain
	ordinal int64
	work    int64
}

// FrameCSV returns a framer over UTF-8 text. The header decides between the delimiters `,`, `;` and tab.
func FrameCSV(r io.Reader) *CSVFramer { return &CSVFramer{window: newWindow(r)} }

// Header returns the first row, duplicates kept; io.EOF when there is none.
func (f *CSVFramer) Header() ([]string, error) {
	if !f.started {
		f.started = true
		if err := f.readHeader(); err != nil {
			f.err, f.pos = err, f.end
		}
	}
	if f.header == nil {
		return nil, f.err
	}
	return f.header, nil
}

func (f *CSVFramer) readHeader() error {
	f.comma = ','
	var sep byte // as a spreadsheet's first line names it
	for {
		if !f.skipBlankLines() {
			return f.err
		}
		for f.end-f.pos < 6 && f.fill() {
		}
		text := f.unread()
		if !bytes.HasPrefix(text, []byte("#TYPE ")) && !bytes.HasPrefix(text, []byte("sep=")) {
			break
		}
		if text[0] == 's' && bytes.IndexByte([]byte(",;\t|"), text[4]) >= 0 {
			sep = text[4]
		}
		end := -1
		for end < 0 {
			if end = bytes.IndexByte(f.unread(), '\n'); end < 0 && !f.grow() {
				return f.err
			}
		}
		f.pos += end
	}
	// The delimiter is what stands most often outside quotes in the first line.
	for {
		var count [256]int
		quoted, ended := false, false
		for _, c := range f.unread() {
			if c == '"' {
				quoted = !quoted
			} else if !quoted {
				if c == '\n' {
					ended = true
					break
				}
				count[c]++
			}
		}
		if !ended && f.grow() {
			continue
		}
		for _, c := range []byte{';', '\t'} {
			if count[c] > count[f.comma] {
				f.comma = c
			}
		}
		break
	}
	if sep != 0 {
		f.comma = sep
	}
	n, why := f.row()
	if why == "" && !utf8.Valid(f.buf[f.pos:f.pos+n]) {
		why = NotUTF8
	}
	if why != "" {
		return fmt.Errorf("line %d is not a CSV header: %s", f.lineHere(), why)
	}
	f.header = f.split()
	f.pos += n
	return nil
}

// skipBlankLines passes over line ends and says whether anything follows.
func (f *CSVFramer) skipBlankLines() bool {
	for {
		for f.pos < f.end {
			if c := f.buf[f.pos]; c != '\n' && c != '\r' {
				return true
			}
			f.pos++
		}
		if !f.fill() {
			return false
		}
	}
}

// Next returns the next row, io.EOF after the last, or the error that ended the stream.
func (f *CSVFramer) Next() (Row, error) {
	if _, err := f.Header(); err != nil {
		return Row{}, err
	}
	if !f.skipBlankLines() {
		return Row{}, f.err
	}
	n, why := f.row()
	text := f.buf[f.pos : f.pos+n]
	switch {
	case why != "":
	case len(f.ends) != len(f.header):
		why = fmt.Sprintf("%s under a header of %d", safetext.Counted(len(f.ends), "field", "fields"), len(f.header))
	case !utf8.Valid(text):
		why = NotUTF8
	case bytes.IndexByte(text, 0) >= 0:
		why = "a NUL character"
	}
	if why != "" {
		return f.damaged(n, why), nil
	}
	f.ordinal++
	row := Row{Line: f.lineHere(), Offset: f.offset(), Ordinal: f.ordinal, Size: int64(n), Quoted: f.plain,
		Ends: f.ends, Text: text}
	f.pos += n
	return row, nil
}

// split returns the fields of the row just read.
func (f *CSVFramer) split() []string {
	fields := make([]string, len(f.ends))
	from := 0
	for i, end := range f.ends {
		fields[i] = string(f.plain[from+1 : end-1])
		from = end
	}
	return fields
}

// row reads the row at pos into plain and ends, and returns its length without the line end, or how far it was read
// and why it is none.
func (f *CSVFramer) row() (n int, why string) {
	for {
		n, why, whole := f.parse(f.unread(), f.err != nil)
		switch {
		case whole && n > maxRecord, !whole && f.end-f.pos > maxRecord:
			return n, "over 16 MiB"
		case whole:
			return n, why
		}
		f.grow()
	}
}

// parse reads one row at the beginning of b; whole is false when more of the text is needed (last says there is none).
func (f *CSVFramer) parse(b []byte, last bool) (n int, why string, whole bool) {
	f.plain, f.ends = f.plain[:0], f.ends[:0]
	i := 0
	for {
		f.plain = append(f.plain, '"')
		if i < len(b) && b[i] == '"' {
			i++
			for {
				j := bytes.IndexByte(b[i:], '"')
				if j < 0 {
					if !last {
						return len(b), "", false
					}
					return len(b), "text ends inside quotes", true
				}
				f.plain = append(f.plain, b[i:i+j]...)
				i += j + 1
				if i == len(b) && !last {
					return i, "", false
				}
				if i < len(b) && b[i] == '"' {
					f.plain = append(f.plain, '"')
					i++
					continue
				}
				break
			}
		} else {
			from := i
			for i < len(b) && b[i] != f.comma && b[i] != '\n' && b[i] != '"' {
				i++
			}
			if i < len(b) && b[i] == '"' {
				return i, "a quote inside a field", true
			}
			text := b[from:i]
			if i < len(b) && b[i] == '\n' || i == len(b) && last {
				text = bytes.TrimSuffix(text, []byte{'\r'})
				i = from + len(text)
			}
			f.plain = append(f.plain, text...)
		}
		f.plain = append(f.plain, '"')
		f.ends = append(f.ends, len(f.plain))
		if len(f.ends) > maxColumns {
			return i, "over 10,000 fields", true
		}
		switch {
		case i == len(b):
			return i, "", last
		case b[i] == f.comma:
			i++
		case b[i] == '\n':
			return i, "", true
		case b[i] == '\r' && i+1 == len(b):
			return i, "", last
		case b[i] == '\r' && b[i+1] == '\n':
			return i, "", true
		default:
			return i, "text after a closing quote", true
		}
	}
}

// damaged makes one bad row. A stray quote may have drawn good rows into it, so it ends at the first line end after
// which a good row follows. If none of the next hundred lines is one, it ends at the first line end after the n bytes
// that were read.
func (f *CSVFramer) damaged(n int, why string) Row {
	r := f.begin()
	end := -1
	for tried, i := 0, 0; tried < 100 && f.work < freeWork+workPerByte*f.offset(); tried++ {
		j := bytes.IndexByte(f.buf[f.pos+i:f.pos+n], '\n')
		if j < 0 {
			break
		}
		i += j + 1
		size, wrong, whole := f.parse(f.buf[f.pos+i:f.end], f.err != nil)
		f.work += int64(size)
		if whole && wrong == "" && len(f.ends) == len(f.header) {
			end = i - 1
			break
		}
	}
	if end < 0 {
		end = n
		for {
			if j := bytes.IndexByte(f.buf[f.pos+end:f.end], '\n'); j >= 0 {
				end += j
				break
			}
			f.pos, end = f.end, 0
			if !f.fill() {
				break
			}
		}
	}
	if end > 0 && f.buf[f.pos+end-1] == '\r' {
		end--
	}
	f.pos += end
	f.finish(r)
	f.ordinal++
	return Row{Line: r.line, Offset: r.offset, Ordinal: f.ordinal, Size: r.size, Text: r.excerpt, Bad: why,
		SHA256: r.sum}
}
