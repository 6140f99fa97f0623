// Package scratch makes private folders for what is temporary, such as a report while it is being written. A program
// that is killed cannot remove its folder; the next one that makes a folder of that name does.
package scratch

import (
	"os"
	"path/filepath"
	"strings"
)

// Folder is a private folder (mode 0700), locked for as long as its maker lives. It is not safe for concurrent use.
type Folder struct {
	Path string // absolute
	lock *os.File
}

// Make makes the folder parent/name followed by digits, and removes those of that form whose makers were killed. name
// must be one that nobody else gives a folder. An error is that of the file system.
func Make(parent, name string) (*Folder, error) {
	parent, err := filepath.Abs(parent)
	if err != nil {
		return nil, err
	}
	for _, left := range Left(parent, name) {
		left.Remove() // harmless where it stays
	}
	for {
		path, err := os.MkdirTemp(parent, name)
		if err != nil {
			return nil, err
		}
		f, held := lock(path)
		if held {
			continue // before it was locked here, another program has taken it for an abandoned one
		}
		if f == nil {
			f = &Folder{Path: path} // a file system without locks: nobody will take it for an abandoned one either
		}
		if _, err := os.Lstat(path); err == nil {
			return f, nil
		}
		f.unlock()
	}
}

// Left are the folders of that form whose makers are gone, in the order of their names, locked as if they had been
// made here.
func Left(parent, name string) []*Folder {
	entries, err := os.ReadDir(parent)
	if err != nil {
		return nil
	}
	var left []*Folder
	for _, entry := range entries {
		number, ok := strings.CutPrefix(entry.Name(), name)
		if !ok || number == "" || strings.Trim(number, "0123456789") != "" || !entry.IsDir() {
			continue
		}
		if f, _ := lock(filepath.Join(parent, entry.Name())); f != nil {
			left = append(left, f)
		}
	}
	return left
}

// Remove removes the folder with everything in it, if it is still there.
func (f *Folder) Remove() error {
	err := os.RemoveAll(f.Path)
	f.unlock()
	return err
}

// Keep leaves the folder, which is finished or has been moved, and lets go of it.
func (f *Folder) Keep() { f.unlock() }

func (f *Folder) unlock() {
	if f.lock != nil {
		f.lock.Close()
	}
}
