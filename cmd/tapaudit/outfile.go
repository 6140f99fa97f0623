package main

import (
	"bufio"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"tapaudit/ingest/regular"
)

// outHelp is what --out FILE of a command that prints is for: PowerShell 5.1 makes UTF-16 of what > sends into a file.
const outHelp = "file to write instead of standard output, as UTF-8; it must not be there yet"

// into does the work with standard output going to a new file at path, which is there whole or not at all; with "" to
// where it goes anyway.
func (s streams) into(path string, work func(streams) error) error {
	if path == "" {
		return work(s)
	}
	if err := regular.NoDevice(path); err != nil {
		return usagef("--out %q: %w", path, err)
	}
	folder, err := regular.OpenFolder(filepath.Dir(path))
	if err != nil {
		return usagef("--out %q: %w; make the folder first", path, err)
	}
	defer folder.Close()
	name := filepath.Base(path)
	if _, err := folder.Lstat(name); !errors.Is(err, fs.ErrNotExist) {
		return usagef("--out %q is there already; choose another name, or remove it", path)
	}
	partial := "." + name + ".partial-" + rand.Text()
	file, err := folder.OpenFile(partial, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("--out %q: %w", path, err)
	}
	// Without effect once the file has its name.
	defer folder.Remove(partial)
	out := bufio.NewWriter(file)
	s.out = out
	err = work(s)
	if err == nil {
		err = errors.Join(out.Flush(), file.Sync())
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return err
	}
	if err := folder.Rename(partial, name); err != nil {
		return fmt.Errorf("--out %q: %w", path, err)
	}
	return nil
}
