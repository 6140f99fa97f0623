package evidence

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"

	"tapaudit/ingest/record"
)

const (
	maxRecord = record.Largest
	blockSize = 1 << 20
	maxWindow = maxRecord + blockSize

	maxExcerpt = 64 << 10 // bytes kept of what cannot be used
)

// window is a sliding view of a stream: buf[pos:end] is unread, buf[0] stands at offset base of the stream.
type window struct {
	r        io.Reader
	buf      []byte
	pos, end int
	base     int64
	err      error // what ended the stream, io.EOF included

	line    int64 // number of the line that counted stands on
	counted int

	region *region // what cannot be used and is being passed over, nil if nothing
}

// region is a stretch of text that cannot be used, gathered while the window slides over it.
type region struct {
	line, offset, size int64
	excerpt            []byte // its first bytes, at most maxExcerpt
	sum                string // SHA-256 of all of it, once finished
	hash               hash.Hash
	from               int // index from which buf is not yet hashed
}

func (w *window) begin() *region {
	w.region = &region{line: w.lineHere(), offset: w.offset(), hash: sha256.New(), from: w.pos}
	return w.region
}

func (w *window) flush() {
	r := w.region
	text := w.buf[r.from:w.pos]
	r.hash.Write(text)
	r.size += int64(len(text))
	r.excerpt = append(r.excerpt, text[:min(len(text), maxExcerpt-len(r.excerpt))]...)
	r.from = w.pos
}

// finish ends the region at pos.
func (w *window) finish(r *region) {
	w.flush()
	w.region = nil
	r.sum = hex.EncodeToString(r.hash.Sum(nil))
}

func newWindow(r io.Reader) window { return window{r: r, line: 1} }

// Use gives the framer memory to begin with, where a short text needs less than one takes otherwise or there is some at
// hand. It is given before the first record is asked for, and is the framer's until its last one is done with.
func (w *window) Use(memory []byte) { w.buf = memory }

func (w *window) offset() int64  { return w.base + int64(w.pos) }
func (w *window) unread() []byte { return w.buf[w.pos:w.end] }

// lineHere is the number of the line that pos stands on.
func (w *window) lineHere() int64 {
	w.line += int64(bytes.Count(w.buf[w.counted:w.pos], []byte{'\n'}))
	w.counted = w.pos
	return w.line
}

// fill reads more after end and moves unread bytes to the front. It says whether there is anything new; slices of
// buf from before are no longer valid.
func (w *window) fill() bool {
	if w.err != nil {
		return false
	}
	if w.region != nil {
		w.flush()
		defer func() { w.region.from = w.pos }()
	}
	if w.pos > 0 {
		w.lineHere()
		copy(w.buf, w.buf[w.pos:w.end])
		w.base += int64(w.pos)
		w.end -= w.pos
		w.pos, w.counted = 0, 0
	}
	if len(w.buf) == 0 {
		w.buf = make([]byte, blockSize)
	}
	if w.end == len(w.buf) {
		if w.end >= maxWindow {
			return false
		}
		larger := make([]byte, min(2*len(w.buf), maxWindow))
		copy(larger, w.buf[:w.end])
		w.buf = larger
	}
	for range 100 {
		n, err := w.r.Read(w.buf[w.end:])
		w.end += n
		w.err = err
		if n > 0 {
			return true
		}
		if err != nil {
			return false
		}
	}
	w.err = io.ErrNoProgress
	return false
}

// grow reads until twice as much is unread as now, so that looking at a long record again and again costs no more
// than twice its length. It says whether there is anything new.
func (w *window) grow() bool {
	want := min(2*(w.end-w.pos), maxWindow)
	if w.end-w.pos >= maxWindow {
		return false
	}
	grown := false
	for w.fill() {
		grown = true
		if w.end-w.pos >= want {
			break
		}
	}
	return grown
}
