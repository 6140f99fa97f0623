// Package regular opens what must be a regular file: a case, a key, a configuration, a rule, a file of a report or of
// a lake. Folders are handed on, and what lies in them under such a name may be something else. An open waits for
// ever for the other end of a pipe. A device may act when it is opened. A link may lead to somebody else's file. All
// are looked at before they are opened, opened without waiting, and looked at again.
package regular

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// Open opens the regular file at path for reading. Links are followed. The error is a *fs.PathError that says what is
// there instead, and what to do.
func Open(path string) (*os.File, error) {
	if err := NoDevice(path); err != nil {
		return nil, &fs.PathError{Op: "open", Path: path, Err: err}
	}
	return open(path, os.Stat, os.OpenFile)
}

// OpenIn is Open for a name in a folder. Links are followed as long as they stay in it.
func OpenIn(root *os.Root, name string) (*os.File, error) {
	file, err := open(name, root.Stat, root.OpenFile)
	// What os.Root says of a name that leads out of it has no name of its own.
	var leadsOut *fs.PathError
	if _, above := root.Lstat(".."); errors.As(above, &leadsOut) && errors.Is(err, leadsOut.Err) {
		err = &fs.PathError{Op: "open", Path: name,
			Err: errors.New("it leads out of its folder; put the file itself into the folder")}
	}
	return file, err
}

// OpenPlain is OpenIn, but the name itself must not be a link.
func OpenPlain(root *os.Root, name string) (*os.File, error) {
	return open(name, root.Lstat, root.OpenFile)
}

// OpenFolder opens the folder at path. os.OpenRoot itself would wait for the other end of a pipe.
func OpenFolder(path string) (*os.Root, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		what := cmp.Or(What(info.Mode()), "a file")
		return nil, &fs.PathError{Op: "open", Path: path,
			Err: fmt.Errorf("it is %s, not a folder; name a folder", what)}
	}
	return os.OpenRoot(withoutPipe(path))
}

// Read is the whole content of the regular file at path, which has at most so many bytes. Errors are as of Open.
func Read(path string, limit int64) ([]byte, error) {
	file, err := Open(path)
	if err != nil {
		return nil, err
	}
	return readAll(file, path, limit)
}

// ReadIn is Read for a name in a folder. Links are followed as long as they stay in it.
func ReadIn(root *os.Root, name string, limit int64) ([]byte, error) {
	file, err := OpenIn(root, name)
	if err != nil {
		return nil, err
	}
	return readAll(file, name, limit)
}

// ReadPlain is Read for a name in a folder that must not be a link.
func ReadPlain(root *os.Root, name string, limit int64) ([]byte, error) {
	file, err := OpenPlain(root, name)
	if err != nil {
		return nil, err
	}
	return readAll(file, name, limit)
}

func readAll(file *os.File, name string, limit int64) ([]byte, error) {
	defer file.Close()
	tooLarge := &fs.PathError{Op: "read", Path: name,
		Err: fmt.Errorf("it has more than %d bytes; name the right file", limit)}
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if info.Size() > limit { // none of it is read: a file of gigabytes may take no room on its disk
		return nil, tooLarge
	}
	var text bytes.Buffer
	text.Grow(int(info.Size()) + bytes.MinRead) // else it would be copied again and again as it grows
	if _, err := text.ReadFrom(io.LimitReader(file, limit+1)); err != nil {
		return nil, err
	}
	if int64(text.Len()) > limit {
		return nil, tooLarge
	}
	return text.Bytes(), nil
}

func open(name string, stat func(string) (fs.FileInfo, error),
	openFile func(string, int, fs.FileMode) (*os.File, error)) (*os.File, error) {
	before, err := stat(name)
	if err != nil {
		return nil, err
	}
	if err := Check(name, before); err != nil {
		return nil, err
	}
	file, err := openFile(name, os.O_RDONLY|withoutWaiting, 0)
	if err != nil {
		return nil, err
	}
	after, err := file.Stat()
	if err == nil {
		err = Check(name, after)
	}
	if err == nil && !os.SameFile(before, after) {
		err = &fs.PathError{Op: "open", Path: name, Err: errors.New("it was replaced while it was opened; try again")}
	}
	if err == nil {
		err = waitAgain(file)
	}
	if err != nil {
		file.Close()
		return nil, err
	}
	return file, nil
}

// Check is nil for what info says is a regular file, else Open's error for it.
func Check(name string, info fs.FileInfo) error {
	advice := "a file is needed"
	switch mode := info.Mode(); {
	case mode.IsRegular():
		return nil
	case mode.IsDir():
		advice = "name a file in it"
	case mode&fs.ModeNamedPipe != 0:
		advice = "save what it gives as a file"
	case mode&fs.ModeSymlink != 0:
		advice = "put the file itself in its place"
	}
	return &fs.PathError{Op: "open", Path: name,
		Err: fmt.Errorf("it is %s, not a file; %s", What(info.Mode()), advice)}
}

// What names a kind of file: a folder, a link, a named pipe, a socket, a device; "" for a regular file.
func What(mode fs.FileMode) string {
	switch {
	case mode.IsRegular():
		return ""
	case mode.IsDir():
		return "a folder"
	case mode&fs.ModeSymlink != 0:
		return "a link"
	case mode&fs.ModeNamedPipe != 0:
		return "a named pipe"
	case mode&fs.ModeSocket != 0:
		return "a socket"
	case mode&fs.ModeDevice != 0:
		return "a device"
	}
	return "a junction or the like"
}

// Reason is an error's reason without the path, for messages in which that stands beside it.
func Reason(err error) string {
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		return pathErr.Err.Error()
	}
	return err.Error()
}
