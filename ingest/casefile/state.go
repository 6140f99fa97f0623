package casefile

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"

	"tapaudit/ingest/regular"
	"tapaudit/ingest/safetext"
)

// State is a case as its files are: what an examiner can compare with a note, or sha256sum.
type State struct {
	File
	Journals []File `json:"journals"` // beside it: DuckDB applies them when it opens the case, which alone does not show it
}

// File is one file of a case.
type File struct {
	Name   string `json:"name"` // without its folder
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"` // in hexadecimal
}

// String says the state in words. Names are as the file system has them.
func (s *State) String() string {
	text := s.File.String()
	for _, j := range s.Journals {
		text += "; what could be read as changes to it was applied from its journal " + j.String()
	}
	return text
}

func (f File) String() string {
	return fmt.Sprintf("%s, %s, SHA-256 %s", f.Name, safetext.Counted(f.Bytes, "byte", "bytes"), f.SHA256)
}

// Equal says whether both are the same but for the files' names.
func (s *State) Equal(other *State) bool {
	same := func(a, b File) bool { return a.Bytes == b.Bytes && a.SHA256 == b.SHA256 }
	if !same(s.File, other.File) || len(s.Journals) != len(other.Journals) {
		return false
	}
	for i := range s.Journals {
		if !same(s.Journals[i], other.Journals[i]) {
			return false
		}
	}
	return true
}

// StateOf reads the state of the case at path, nil where there is none. It is that of one moment while the case is not
// open, or open only to be read.
func StateOf(ctx context.Context, path string) (*State, error) {
	if path == "" {
		return nil, nil
	}
	err := isDatabase(path) // which takes no time; hashing another file of gigabytes would
	var file File
	if err == nil {
		file, err = hashed(ctx, path)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil && inUse(path, err) {
		return nil, busy(path)
	}
	if err != nil {
		return nil, fmt.Errorf("case file %s cannot be opened: %w", path, err)
	}
	s := &State{File: file}
	s.Journals, err = Journals(ctx, path)
	return s, err
}

// noDevice refuses the name of a device before anything asks the system for it.
func noDevice(path string) error {
	if err := regular.NoDevice(path); err != nil {
		return fmt.Errorf("case file %q: %w", path, err)
	}
	return nil
}

// Journals are the files beside the case at path that hold changes to it. A run that was killed leaves one, which the
// next that changes the case takes into it; and anybody can put one there.
func Journals(ctx context.Context, path string) ([]File, error) {
	if path == "" {
		return nil, nil
	}
	if err := noDevice(path); err != nil {
		return nil, err
	}
	whole, err := filepath.EvalSymlinks(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("case file: %w", err)
	}
	if err := plainJournals(whole); err != nil {
		return nil, fmt.Errorf("case file %s cannot be opened: %w", path, err)
	}
	all := []File{}
	for _, ending := range journals {
		file, err := hashed(ctx, whole+ending)
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return nil, fmt.Errorf("journal of the case: %w", err)
		case file.Bytes > 0:
			all = append(all, file)
		}
	}
	return all, nil
}

func hashed(ctx context.Context, path string) (File, error) {
	file, err := regular.Open(path)
	if err != nil {
		return File{}, err
	}
	defer file.Close()
	sum := sha256.New()
	n, err := io.Copy(sum, &untilDone{ctx, file})
	return File{filepath.Base(path), n, hex.EncodeToString(sum.Sum(nil))}, err
}

// untilDone is a reader that fails once ctx is done.
type untilDone struct {
	ctx context.Context
	r   io.Reader
}

func (u *untilDone) Read(p []byte) (int, error) {
	if err := u.ctx.Err(); err != nil {
		return 0, err
	}
	return u.r.Read(p)
}
