package main

import (
	"archive/tar"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"
)

// An entry is a file of an archive: its content is either here or in a file on disk.
type entry struct {
	name       string
	executable bool
	content    []byte
	path       string
}

// writeArchive writes a tar.gz that depends on nothing but the entries and the time: entries sorted by name, owner
// root, no name and no time in the gzip header. The level is that of gzip.
func writeArchive(path, folder string, level int, when time.Time, entries []entry) (err error) {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() {
		if problem := file.Close(); err == nil {
			err = problem
		}
	}()
	slices.SortFunc(entries, func(a, b entry) int { return strings.Compare(a.name, b.name) })
	compressed, err := gzip.NewWriterLevel(file, level)
	if err != nil {
		return err
	}
	archive := tar.NewWriter(compressed)
	for i, e := range entries {
		if i > 0 && e.name == entries[i-1].name {
			return fmt.Errorf("%s would be in %s twice", e.name, path)
		}
		if err := e.write(archive, folder, when); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	if err := archive.Close(); err != nil {
		return err
	}
	return compressed.Close()
}

func (e entry) write(archive *tar.Writer, folder string, when time.Time) error {
	header := &tar.Header{Typeflag: tar.TypeReg, Name: folder + "/" + e.name, Mode: 0o644, Uname: "root",
		Gname: "root", ModTime: when}
	if e.executable {
		header.Mode = 0o755
	}
	if e.path == "" {
		header.Size = int64(len(e.content))
		if err := archive.WriteHeader(header); err != nil {
			return err
		}
		_, err := archive.Write(e.content)
		return err
	}
	content, err := os.Open(e.path)
	if err != nil {
		return err
	}
	defer content.Close()
	status, err := content.Stat()
	if err != nil {
		return err
	}
	header.Size = status.Size()
	if err := archive.WriteHeader(header); err != nil {
		return err
	}
	_, err = io.Copy(archive, content)
	return err
}
