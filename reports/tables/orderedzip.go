package tables

import (
	"archive/zip"
	"bytes"
	"cmp"
	"errors"
	"hash/crc32"
	"io"
	"io/fs"
	"slices"

	"github.com/klauspost/compress/flate"
)

// orderedZip is an archive whose members stand in the order of their names and
// carry no time. The workbook library hands its sheets over in the random order
// of a map; written so, two runs would not give the same bytes. Members wait
// compressed, by a library whose version the module pins.
type orderedZip struct {
	out     io.Writer
	members []*zipMember
}

type zipMember struct {
	header  zip.FileHeader
	data    bytes.Buffer
	deflate *flate.Writer
}

// Write takes a part of the member's content.
func (m *zipMember) Write(p []byte) (int, error) {
	m.header.CRC32 = crc32.Update(m.header.CRC32, crc32.IEEETable, p)
	m.header.UncompressedSize64 += uint64(len(p))
	return m.deflate.Write(p)
}

// Create begins a member; it ends where the next one begins.
func (z *orderedZip) Create(name string) (io.Writer, error) {
	if err := z.finish(); err != nil {
		return nil, err
	}
	m := &zipMember{header: zip.FileHeader{Name: name, Method: zip.Deflate}}
	var err error
	if m.deflate, err = flate.NewWriter(&m.data, flate.DefaultCompression); err != nil {
		return nil, err
	}
	z.members = append(z.members, m)
	return m, nil
}

// AddFS is asked for by the library's interface and used by none of its writers.
func (z *orderedZip) AddFS(fs.FS) error { return errors.ErrUnsupported }

func (z *orderedZip) finish() error {
	if len(z.members) == 0 {
		return nil
	}
	m := z.members[len(z.members)-1]
	if m.deflate == nil {
		return nil
	}
	err := m.deflate.Close()
	m.deflate = nil
	m.header.CompressedSize64 = uint64(m.data.Len())
	return err
}

// Close writes the archive.
func (z *orderedZip) Close() error {
	if err := z.finish(); err != nil {
		return err
	}
	slices.SortFunc(z.members, func(a, b *zipMember) int { return cmp.Compare(a.header.Name, b.header.Name) })
	archive := zip.NewWriter(z.out)
	for _, m := range z.members {
		w, err := archive.CreateRaw(&m.header)
		if err != nil {
			return err
		}
		if _, err := m.data.WriteTo(w); err != nil {
			return err
		}
	}
	return archive.Close()
}
