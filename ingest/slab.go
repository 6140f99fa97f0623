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

// room is a slab with room for n bytes.
func room(n int) *slab {
	if n > slabBytes {
		return &slab{make([]byte, 0, n)}
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

// keep copies a text into the last of some slabs, or into one more.
func keep(text []byte, slabs *[]*slab) string {
	last := len(*slabs) - 1
	if last < 0 || !(*slabs)[last].fits(len(text)) {
		*slabs = append(*slabs, room(len(text)))
		last++
	}
	return (*slabs)[last].keep(text)
}

// filled is how far the slabs of a group are.
type filled struct{ slabs, bytes int }

func (b *gathered) filled() filled {
	if len(b.slabs) == 0 {
		return filled{}
	}
	return filled{len(b.slabs), len(b.slabs[len(b.slabs)-1].buf)}
}

// rewind forgets the texts since then: their source did not join the group.
func (b *gathered) rewind(to filled) {
	for _, s := range b.slabs[to.slabs:] {
		s.free()
	}
	b.slabs = b.slabs[:to.slabs]
	if to.slabs > 0 {
		b.slabs[to.slabs-1].cut(to.bytes)
	}
}

// cut forgets what lies beyond n bytes.
func (s *slab) cut(n int) {
	if poison {
		for i := range s.buf[n:] {
			s.buf[n+i] = '#'
		}
	}
	s.buf = s.buf[:n]
}

// free gives the slab back: its texts are no more.
func (s *slab) free() {
	s.cut(0)
	if cap(s.buf) == slabBytes {
		slabs.Put(s)
	}
}
