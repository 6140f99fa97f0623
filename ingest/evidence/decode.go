package evidence

import (
	"bufio"
	"bytes"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
)

// Decode returns r as UTF-8 text without its byte order mark, and the name of the encoding it was in: UTF-8,
// UTF-8 with BOM, UTF-16LE, UTF-16BE, UTF-32LE or UTF-32BE. Without a mark, text is UTF-16 when its first two
// characters are ASCII in that encoding, else UTF-8. UTF-8 is passed on as it is, valid or not; in the others what
// has no meaning becomes U+FFFD. Offsets of frames are offsets in the returned text, not in r.
// An error of r is returned after the text before it.
func Decode(r io.Reader) (text io.Reader, name string) {
	head := make([]byte, 4)
	n, err := io.ReadFull(r, head)
	head = head[:n]
	rest := r
	switch err {
	case nil:
	case io.EOF, io.ErrUnexpectedEOF:
		rest = bytes.NewReader(nil)
	default:
		rest = failing{err}
	}
	name, mark := encodingOf(head)
	text = io.MultiReader(bytes.NewReader(head[mark:]), rest)
	var e encoding.Encoding
	switch name {
	case "UTF-16LE":
		e = unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)
	case "UTF-16BE":
		e = unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
	case "UTF-32LE":
		e = utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM)
	case "UTF-32BE":
		e = utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM)
	default:
		return text, name
	}
	return e.NewDecoder().Reader(text), name
}

// Windows1252 returns r, a text in Windows-1252, as UTF-8.
func Windows1252(r io.Reader) io.Reader { return charmap.Windows1252.NewDecoder().Reader(r) }

// IsWindows1252 reads a text and says whether it is in Windows-1252 rather than UTF-8, as spreadsheets and old
// PowerShell write it. Such a text is not valid UTF-8, and no character in it is one of several bytes. A damaged UTF-8
// text has such ones.
func IsWindows1252(r io.Reader) bool {
	in, invalid := bufio.NewReaderSize(r, 64<<10), false
	for {
		c, size, err := in.ReadRune()
		switch {
		case err != nil:
			return invalid && err == io.EOF
		case size > 1 || c == 0:
			return false
		case c == utf8.RuneError:
			invalid = true
		}
	}
}

// encodingOf names the encoding of a text that begins with head, and says how long its byte order mark is.
func encodingOf(head []byte) (name string, mark int) {
	ascii := func(i int) bool { return head[i] < 0x7f && (head[i] >= ' ' || blank(head[i])) }
	switch {
	case bytes.HasPrefix(head, []byte{0xff, 0xfe, 0, 0}): // begins like UTF-16LE
		return "UTF-32LE", 4
	case bytes.HasPrefix(head, []byte{0, 0, 0xfe, 0xff}):
		return "UTF-32BE", 4
	case bytes.HasPrefix(head, []byte{0xff, 0xfe}):
		return "UTF-16LE", 2
	case bytes.HasPrefix(head, []byte{0xfe, 0xff}):
		return "UTF-16BE", 2
	case bytes.HasPrefix(head, []byte{0xef, 0xbb, 0xbf}):
		return "UTF-8 with BOM", 3
	case len(head) < 4:
		return "UTF-8", 0
	case ascii(0) && head[1] == 0 && ascii(2) && head[3] == 0:
		return "UTF-16LE", 0
	case head[0] == 0 && ascii(1) && head[2] == 0 && ascii(3):
		return "UTF-16BE", 0
	}
	return "UTF-8", 0
}

// failing is a reader that has come to an error.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }
