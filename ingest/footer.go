package ingest

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

// A Parquet file ends with its footer: what columns and row groups it has, in Thrift's compact protocol, four bytes
// of length, and PAR1 again. Libraries allocate what a footer claims, and recurse as deep as it is nested; neither can
// be recovered from. So its claims are checked against its size first.

const (
	parquetMagic   = "PAR1"
	encryptedMagic = "PARE"
	largestFooter  = 16 << 20 // bytes; 80 columns take about 12 KiB for each row group of 122,880 rows
	mostElements   = 1 << 19  // of all lists in a footer
	deepestFooter  = 32
)

// footer is what a Parquet file says of itself.
type footer struct {
	ends   []int64 // of its row groups: the number of rows up to and including each
	schema []format.SchemaElement
}

// rows is how many rows the file has.
func (f *footer) rows() int64 {
	if len(f.ends) == 0 {
		return 0
	}
	return f.ends[len(f.ends)-1]
}

// readFooter reads a Parquet file's footer. The error says in words, free of evidence, why the file cannot be read.
func readFooter(r io.ReaderAt, size int64) (f *footer, err error) {
	defer func() {
		if recover() != nil {
			f, err = nil, errors.New("its footer is damaged")
		}
	}()
	var tail [8]byte
	if size < 12 {
		return nil, errors.New("it is cut off: no Parquet footer at its end")
	}
	if _, err := r.ReadAt(tail[:], size-8); err != nil {
		return nil, errors.New("its end cannot be read")
	}
	switch string(tail[4:]) {
	case parquetMagic:
	case encryptedMagic:
		return nil, errors.New("it is encrypted; decrypt it first")
	default:
		return nil, errors.New("it is cut off or damaged: no Parquet footer at its end")
	}
	length := int64(binary.LittleEndian.Uint32(tail[:]))
	if length > min(size-12, largestFooter) {
		return nil, errors.New("its footer is damaged, or larger than 16 MiB")
	}
	text := make([]byte, length)
	if _, err := r.ReadAt(text, size-8-length); err != nil {
		return nil, errors.New("its footer cannot be read")
	}
	if err := (&thrift{text: text}).structure(0); err != nil {
		return nil, fmt.Errorf("its footer is damaged: %w", err)
	}
	file, err := parquet.OpenFile(r, size, parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
	if err != nil {
		return nil, errors.New("its footer is damaged, or the file is encrypted")
	}
	f = &footer{schema: file.Metadata().Schema}
	var total int64
	for _, group := range file.Metadata().RowGroups {
		if group.NumRows < 0 || group.NumRows > math.MaxInt64-total {
			return nil, errors.New("its footer is damaged: a row group with an impossible number of rows")
		}
		total += group.NumRows
		f.ends = append(f.ends, total)
	}
	if file.NumRows() != total {
		return nil, errors.New("its footer is damaged: it does not have as many rows as its row groups")
	}
	return f, nil
}

// thrift walks over a structure in Thrift's compact protocol and refuses lists and texts that are longer than what is
// left of it.
type thrift struct {
	text     []byte
	at       int
	elements uint64
}

var errThrift = errors.New("it claims more than it holds")

func (t *thrift) byte() (byte, error) {
	if t.at >= len(t.text) {
		return 0, errThrift
	}
	t.at++
	return t.text[t.at-1], nil
}

func (t *thrift) number() (uint64, error) {
	n, size := binary.Uvarint(t.text[t.at:])
	if size <= 0 {
		return 0, errThrift
	}
	t.at += size
	return n, nil
}

func (t *thrift) skip(n uint64) error {
	if n > uint64(len(t.text)-t.at) {
		return errThrift
	}
	t.at += int(n)
	return nil
}

// The compact protocol's types of a field's value.
const (
	thriftStop = iota
	thriftTrue
	thriftFalse
	thriftByte
	thriftI16
	thriftI32
	thriftI64
	thriftDouble
	thriftBinary
	thriftList
	thriftSet
	thriftMap
	thriftStruct
)

func (t *thrift) structure(depth int) error {
	if depth > deepestFooter {
		return errors.New("it is nested too deep")
	}
	for {
		head, err := t.byte()
		if err != nil || head&0xf == thriftStop {
			return err
		}
		if head>>4 == 0 { // the field's number is not told by its distance from the last one
			if _, err := t.number(); err != nil {
				return err
			}
		}
		if kind := head & 0xf; kind != thriftTrue && kind != thriftFalse { // which a field's head says already
			if err := t.value(kind, depth); err != nil {
				return err
			}
		}
	}
}

func (t *thrift) value(kind byte, depth int) error {
	switch kind {
	case thriftTrue, thriftFalse, thriftByte:
		return t.skip(1)
	case thriftI16, thriftI32, thriftI64:
		_, err := t.number()
		return err
	case thriftDouble:
		return t.skip(8)
	case thriftBinary:
		n, err := t.number()
		if err != nil {
			return err
		}
		return t.skip(n)
	case thriftList, thriftSet:
		return t.list(depth)
	case thriftStruct:
		return t.structure(depth + 1)
	}
	return errors.New("it holds what no Parquet footer holds") // maps among others
}

func (t *thrift) list(depth int) error {
	if depth > deepestFooter {
		return errors.New("it is nested too deep")
	}
	head, err := t.byte()
	if err != nil {
		return err
	}
	n := uint64(head >> 4)
	if n == 15 {
		if n, err = t.number(); err != nil {
			return err
		}
	}
	if t.elements += n; n > uint64(len(t.text)-t.at) || t.elements > mostElements {
		return errThrift // an element takes a byte or more
	}
	for range n {
		if err := t.value(head&0xf, depth+1); err != nil {
			return err
		}
	}
	return nil
}
