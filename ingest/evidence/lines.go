package evidence

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"sort"
	"time"
)

// indexStep is how many bytes lie between two places that a LineIndex keeps, at least.
const indexStep = 64 << 10

// LineIndex is what one pass over a plain file tells: its hash, its lines, and where they are.
type LineIndex struct {
	SHA256       string // in hex
	Bytes        int64
	Lines        int64 // an unterminated last line included
	Blank        int64 // lines of white space only, before the last line with text
	BlankAtEnd   int64 // such lines after it
	Longest      int64 // bytes of the longest line, without its newline
	Unterminated bool  // the last line lacks its newline

	path    string
	modTime time.Time
	places  []place // of the first line that begins in each step, in order
}

type place struct{ line, offset int64 }

// IndexLines reads the plain file at path once. Lines end with \n; a \r before it is white space. It returns an error
// that is ErrChanged when the file was modified meanwhile. tell, where given, is told of the bytes as they are read.
func IndexLines(ctx context.Context, path string, tell func(bytes int64)) (*LineIndex, error) {
	file, info, err := openRegular(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	x := &LineIndex{path: path, Bytes: info.Size(), modTime: info.ModTime(), places: []place{{1, 0}}}
	h := sha256.New()
	block := make([]byte, 256<<10)
	var offset, begin int64 // of the block and of the current line
	white := true           // the current line holds nothing but white space so far
	pending := int64(0)     // blank lines since the last one with text
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		n, err := file.Read(block)
		h.Write(block[:n])
		if tell != nil {
			tell(int64(n))
		}
		for i := 0; i < n; {
			length := bytes.IndexByte(block[i:n], '\n')
			ended := length >= 0
			if !ended {
				length = n - i
			}
			white = white && skipBlank(block[i:i+length], 0) == length
			i += length
			if !ended {
				break
			}
			i++
			x.Lines++
			x.Longest = max(x.Longest, offset+int64(i)-1-begin)
			begin = offset + int64(i)
			if white {
				pending++
			} else {
				x.Blank, pending = x.Blank+pending, 0
			}
			white = true
			if at := offset + int64(i); at-x.places[len(x.places)-1].offset >= indexStep {
				x.places = append(x.places, place{x.Lines + 1, at})
			}
		}
		offset += int64(n)
		if n > 0 {
			x.Unterminated = block[n-1] != '\n'
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
	}
	if x.Unterminated {
		x.Lines++
		x.Longest = max(x.Longest, offset-begin)
		if white {
			pending++
		} else {
			x.Blank, pending = x.Blank+pending, 0
		}
	}
	x.BlankAtEnd = pending
	x.SHA256 = hex.EncodeToString(h.Sum(nil))
	if offset != x.Bytes {
		return nil, fmt.Errorf("%s: %w", path, ErrChanged)
	}
	return x, x.check(file)
}

// check compares the file with what it was when the index was made.
func (x *LineIndex) check(file *os.File) error {
	return unchanged(file, x.path, x.Bytes, x.modTime)
}

// Text returns a line, 1-based, without its line end. It reads the file again, at most 16 MiB of one line, and returns
// ErrChanged when it is not the file that was indexed.
func (x *LineIndex) Text(line int64) ([]byte, error) {
	if line < 1 || line > x.Lines {
		return nil, fmt.Errorf("%s has %d lines, so there is no line %d", x.path, x.Lines, line)
	}
	file, _, err := openRegular(x.path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	if err := x.check(file); err != nil {
		return nil, err
	}
	i := sort.Search(len(x.places), func(i int) bool { return x.places[i].line > line }) - 1
	at := x.places[i]
	skip := line - at.line
	if _, err := file.Seek(at.offset, io.SeekStart); err != nil {
		return nil, err
	}
	var text []byte
	block := make([]byte, indexStep)
	for {
		n, err := file.Read(block)
		b := block[:n]
		for skip > 0 {
			i := bytes.IndexByte(b, '\n')
			if i < 0 {
				b = nil
				break
			}
			b = b[i+1:]
			skip--
		}
		if skip == 0 {
			head, _, ended := bytes.Cut(b, []byte{'\n'})
			text = append(text, head...)
			if len(text) > maxRecord {
				return nil, fmt.Errorf("%s: line %d is over 16 MiB", x.path, line)
			}
			if ended || err == io.EOF {
				return bytes.TrimSuffix(text, []byte{'\r'}), nil
			}
		}
		if err != nil {
			return nil, fmt.Errorf("%s: line %d: %w", x.path, line, err)
		}
	}
}
