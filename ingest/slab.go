package ingest

import (
	"sync"
	"unsafe"
)

// slab is memory for records' texts. What a record says are parts of its text, which stay where they are until they
// are in the case; then the slab serves other records. A text out of it must not be kept beyond that: whatever
// outlives its record, such as a note, is a copy.
type slab struct{ buf []byte }

const slabBytes = chunkBytes + 64<<10 // for the texts of a chunk, the last of which goes beyond its size

var slabs = sync.Pool{New: func() any { return &slab{make([]byte, 0, slabBytes)} }}

// poison, in tests, makes what was kept too long visible: freed memory is overwritten.
var poison bool

// room is a slab with room for n bytes, the first of most that are still to come. A small source gets no more than it
// needs: many of them wait for the end of their group.
func room(n, most int) *slab {
	if n > slabBytes || most < slabBytes/2 {
		return &slab{make([]byte, 0, max(n, most))}
	}
	return slabs.Get().(*slab)
}

func (s *slab) fits(n int) bool { return cap(s.buf)-len(s.buf) >= n }

// keep copies a text into the slab, which has room for it.
func (s *slab) keep(text []byte) string {
	if len(text) == 0 {
		return ""
	}
	from := len(s.buf)
	s.buf = append(s.buf, text...)
	return unsafe.String(&s.buf[from], len(text))
}

// free gives the slab back: its texts are no more.
func (s *slab) free() {
	if poison {
		for i := range s.buf {
			s.buf[i] = '#'
		}
	}
	if cap(s.buf) == slabBytes {
		s.buf = s.buf[:0]
		slabs.Put(s)
	}
}
