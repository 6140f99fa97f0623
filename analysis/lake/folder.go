package lake

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"

	"tapaudit/ingest/regular"
)

// folder is a lake's folder. Whoever made it may be a stranger. Nothing is read or written but regular files in
// folders of its own, by names with slashes. os.Root keeps to that whatever is exchanged meanwhile.
type folder struct {
	root *os.Root
	dir  string // as it was named
}

// openFolder opens a lake's folder that is there, and refuses one that holds anything but folders and regular files.
func openFolder(dir string) (*folder, error) {
	root, err := regular.OpenFolder(dir)
	if err != nil {
		return nil, err
	}
	f := &folder{root, dir}
	err = fs.WalkDir(root.FS(), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		return f.own(name, entry.Type())
	})
	if err != nil {
		root.Close()
		return nil, err
	}
	return f, nil
}

func (f *folder) close() error { return f.root.Close() }

// own refuses what tapaudit does not write into a lake.
func (f *folder) own(name string, mode fs.FileMode) error {
	if mode.IsDir() || mode.IsRegular() {
		return nil
	}
	return fmt.Errorf("%s: %q in it is %s, which tapaudit neither writes into a lake nor follows: remove it, or name another folder", f.dir, name, regular.What(mode))
}

// plain refuses a name of which a part is not a folder of the lake's own; the last part may be a regular file, or
// missing.
func (f *folder) plain(name string) error {
	parts := strings.Split(name, "/")
	for i := range parts {
		part := path.Join(parts[:i+1]...)
		info, err := f.root.Lstat(part)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := f.own(part, info.Mode()); err != nil {
			return err
		}
	}
	return nil
}

// write puts a new file into its place, or into that of an old one, as a whole and on disk before it is there.
func (f *folder) write(name string, fill func(io.Writer) error) (err error) {
	next := path.Join(path.Dir(name), "."+path.Base(name)+".next")
	if err := errors.Join(f.plain(name), f.plain(next)); err != nil {
		return err
	}
	if err := f.root.MkdirAll(path.Dir(name), 0o700); err != nil {
		return err
	}
	if err := f.root.Remove(next); err != nil && !errors.Is(err, fs.ErrNotExist) { // what an interrupted run left
		return err
	}
	file, err := f.root.OpenFile(next, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	if err := errors.Join(fill(file), file.Sync(), file.Close()); err != nil {
		return errors.Join(err, f.root.Remove(next))
	}
	return f.root.Rename(next, name)
}

// copyTo copies a file of the lake to a path of ours; there is false where the lake has none of that name.
func (f *folder) copyTo(name, to string) (there bool, err error) {
	if err := f.plain(name); err != nil {
		return false, err
	}
	from, err := regular.OpenPlain(f.root, name)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer from.Close()
	file, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return false, err
	}
	_, err = io.Copy(file, from)
	return true, errors.Join(err, file.Close())
}
