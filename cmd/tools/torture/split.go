//go:build linux

package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// splitLargest splits the largest file of a folder, of lines, into parts of about the same size, so that a load that
// is killed has some parts behind it. It returns the size of the folder in bytes.
func splitLargest(dir string, parts int) (total int64, err error) {
	var largest string
	var size int64
	err = filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		total += info.Size()
		if info.Size() > size {
			largest, size = path, info.Size()
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	in, err := os.Open(largest)
	if err != nil {
		return 0, err
	}
	defer in.Close()
	r := bufio.NewReaderSize(in, 1<<20)
	ext := filepath.Ext(largest)
	for i := range parts {
		out, err := os.Create(fmt.Sprintf("%s-%d%s", largest[:len(largest)-len(ext)], i, ext))
		if err != nil {
			return 0, err
		}
		var written int64
		w := bufio.NewWriterSize(out, 1<<20)
		for written < size/int64(parts)+1 {
			line, err := r.ReadBytes('\n')
			n, _ := w.Write(line) // its error comes with Flush
			written += int64(n)
			if err != nil {
				if errors.Is(err, io.EOF) {
					break
				}
				return 0, errors.Join(err, out.Close())
			}
		}
		if err := errors.Join(w.Flush(), out.Close()); err != nil {
			return 0, err
		}
	}
	return total, os.Remove(largest)
}
