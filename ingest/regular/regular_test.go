//go:build unix

package regular

import (
	"bytes"
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// strange fills a folder with what a stranger may lay into it, beside a folder that is none of his business.
func strange(t *testing.T) (dir string) {
	t.Helper()
	above := t.TempDir()
	dir = filepath.Join(above, "d")
	make := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	make(os.Mkdir(dir, 0o700))
	make(os.WriteFile(filepath.Join(above, "outside"), []byte("outside"), 0o600))
	make(os.WriteFile(filepath.Join(dir, "file"), []byte("inside"), 0o600))
	make(os.Mkdir(filepath.Join(dir, "folder"), 0o700))
	make(syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o600))
	for name, target := range map[string]string{"in": "file", "up": "../outside",
		"out":    filepath.Join(above, "outside"),
		"topipe": "pipe", "null": "/dev/null", "round": "round", "gone": "nothing"} {
		make(os.Symlink(target, filepath.Join(dir, name)))
	}
	t.Chdir(dir) // a socket's path must be short
	listener, err := net.Listen("unix", "socket")
	make(err)
	t.Cleanup(func() { listener.Close() })
	return dir
}

// TestOpen: whatever lies there, the answer comes at once and says what to do.
func TestOpen(t *testing.T) {
	dir := strange(t)
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	const (
		pipe   = "it is a named pipe, not a file; save what it gives as a file"
		folder = "it is a folder, not a file; name a file in it"
		socket = "it is a socket, not a file; a file is needed"
		device = "it is a device, not a file; a file is needed"
		link   = "it is a link, not a file; put the file itself in its place"
		out    = "it leads out of its folder; put the file itself into the folder"
		round  = "too many levels of symbolic links"
		gone   = "no such file or directory"
		above  = "path escapes from parent"
	)
	for _, test := range []struct{ name, open, in, plain string }{
		{"file", "", "", ""},
		{"in", "", "", link},
		{"up", "", out, link},
		{"out", "", out, link},
		{"null", device, out, link},
		{"topipe", pipe, pipe, link},
		{"pipe", pipe, pipe, pipe},
		{"folder", folder, folder, folder},
		{"socket", socket, socket, socket},
		{"round", round, round, link},
		{"gone", gone, gone, link},
		{"none", gone, gone, gone},
		{"../outside", "", out, above},
	} {
		for _, way := range []struct {
			how  string
			want string
			open func() (*os.File, error)
		}{
			{"Open", test.open, func() (*os.File, error) { return Open(filepath.Join(dir, test.name)) }},
			{"OpenIn", test.in, func() (*os.File, error) { return OpenIn(root, test.name) }},
			{"OpenPlain", test.plain, func() (*os.File, error) { return OpenPlain(root, test.name) }},
		} {
			file, err := way.open()
			if file != nil {
				file.Close()
			}
			var path *fs.PathError
			switch {
			case way.want == "" && err != nil:
				t.Errorf("%s %s: %v", way.how, test.name, err)
			case way.want != "" && (!errors.As(err, &path) || path.Err.Error() != way.want):
				t.Errorf("%s %s: %v; want %s", way.how, test.name, err, way.want)
			}
		}
	}
}

// TestOpenFolder: only a folder is one, and a pipe is not waited for.
func TestOpenFolder(t *testing.T) {
	dir := strange(t)
	for name, want := range map[string]string{
		"folder": "", ".": "", "file": "it is a file, not a folder; name a folder",
		"pipe":   "it is a named pipe, not a folder; name a folder",
		"topipe": "it is a named pipe, not a folder; name a folder",
		"null":   "it is a device, not a folder; name a folder", "none": "no such file or directory",
	} {
		root, err := OpenFolder(filepath.Join(dir, name))
		if root != nil {
			root.Close()
		}
		var path *fs.PathError
		if want == "" && err != nil || want != "" && (!errors.As(err, &path) || path.Err.Error() != want) {
			t.Errorf("%s: %v; want %s", name, err, want)
		}
	}
}

// TestReplaced: a file that is exchanged for another between looking and opening is not taken.
func TestReplaced(t *testing.T) {
	dir := strange(t)
	path := filepath.Join(dir, "file")
	exchanged := func(name string, flag int, mode fs.FileMode) (*os.File, error) {
		if err := errors.Join(os.Remove(name), os.Symlink("pipe", name)); err != nil {
			t.Fatal(err)
		}
		return os.OpenFile(name, flag, mode)
	}
	if _, err := open(path, os.Lstat, exchanged); err == nil || !strings.Contains(err.Error(), "a named pipe") {
		t.Errorf("exchanged for a pipe: %v", err)
	}
	path = filepath.Join(dir, "other")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	exchanged = func(name string, flag int, mode fs.FileMode) (*os.File, error) {
		if err := errors.Join(os.Remove(name), os.Symlink("../outside", name)); err != nil {
			t.Fatal(err)
		}
		return os.OpenFile(name, flag, mode)
	}
	if _, err := open(path, os.Lstat, exchanged); err == nil || !strings.Contains(err.Error(), "replaced") {
		t.Errorf("exchanged for a link: %v", err)
	}
}

// TestBlocking: a file that was opened waits for its content, as any other does.
func TestBlocking(t *testing.T) {
	file, err := Open(filepath.Join(strange(t), "file"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	raw, err := file.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	if err := raw.Control(func(descriptor uintptr) {
		if flags, err := unix.FcntlInt(descriptor, unix.F_GETFL, 0); err != nil || flags&unix.O_NONBLOCK != 0 {
			t.Errorf("flags %o, %v", flags, err)
		}
	}); err != nil {
		t.Fatal(err)
	}
}

func TestRead(t *testing.T) {
	dir := strange(t)
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	for _, read := range []func(int64) ([]byte, error){
		func(limit int64) ([]byte, error) { return Read(filepath.Join(dir, "file"), limit) },
		func(limit int64) ([]byte, error) { return ReadPlain(root, "file", limit) },
	} {
		if text, err := read(6); err != nil || !bytes.Equal(text, []byte("inside")) {
			t.Errorf("%q, %v", text, err)
		}
		if text, err := read(5); err == nil || text != nil || !strings.Contains(err.Error(), "more than 5 bytes") {
			t.Errorf("%q, %v", text, err)
		}
	}
}
