//go:build unix

package evidence

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Names, links, pipes and sockets that only Unix has.

func TestWalkFolder(t *testing.T) {
	dir := t.TempDir()
	root := filepath.Join(dir, "export")
	for _, sub := range []string{"b", "a.d"} {
		if err := os.MkdirAll(filepath.Join(root, sub), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	write(t, filepath.Join(dir, "outside"), "secret")
	write(t, filepath.Join(root, "b", "x[1].json"), "{}")
	write(t, filepath.Join(root, "a.d", "\xff.json"), "{1}")
	write(t, filepath.Join(root, "a"), "A")
	write(t, filepath.Join(root, "empty"), "")
	write(t, filepath.Join(root, "log.json.gz"), gz("zipped"))
	write(t, filepath.Join(root, "log.zst"), zst("zst"))
	write(t, filepath.Join(root, "unpacked.gz"), "plain")
	write(t, filepath.Join(root, "nothing.gz"), gz(""))
	write(t, filepath.Join(root, "letter.docx"), zipped("a", "b")[:30])
	for link, target := range map[string]string{"link-in": "a", "link-out": "../outside", "link-up": "..",
		"link-gone": "nowhere"} {
		if err := os.Symlink(target, filepath.Join(root, link)); err != nil {
			t.Fatal(err)
		}
	}
	if err := syscall.Mkfifo(filepath.Join(root, "pipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	socket, err := net.Listen("unix", filepath.Join(root, "socket"))
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()
	want := []string{
		`export/a "A"`,
		"export/a.d/\ufffd.json \"{1}\"",
		`export/b/x[1].json "{}"`,
		`export/empty skipped: empty`,
		fmt.Sprintf("export/letter.docx %q", zipped("a", "b")[:30]),
		`export/link-gone skipped: a link that leads nowhere`,
		`export/link-in skipped: a link to something in the same folder, which is visited by its own name`,
		`export/link-out skipped: a link that leads out of the folder; not followed`,
		`export/link-up skipped: a link that leads out of the folder; not followed`,
		`export/log.json.gz gzip "zipped"`,
		`export/log.zst zstd "zst"`,
		`export/nothing.gz gzip skipped: empty`,
		`export/pipe skipped: a named pipe, not a file`,
		`export/socket skipped: a socket, not a file`,
		`export/unpacked.gz "plain"`,
	}
	if diff := cmp.Diff(want, visits(t, DefaultLimits(), nil, root)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	t.Chdir(root)
	if diff := cmp.Diff(want, visits(t, DefaultLimits(), nil, ".")); diff != "" {
		t.Errorf("from inside the folder, -want +got:\n%s", diff)
	}
}

func TestPipeAsArgument(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "f", "F")
	if err := syscall.Mkfifo("pipe", 0o600); err != nil {
		t.Fatal(err)
	}
	err := Walk(context.Background(), []string{"f", "pipe"}, nil, DefaultLimits(),
		func(*Source) error { return errors.New("visited") })
	if err == nil || !strings.Contains(err.Error(), `"pipe" is a named pipe, neither a file nor a folder`) {
		t.Errorf("a pipe as an argument gives %v", err)
	}
}

// TestFilesThatGoMeanwhile: a file that is gone, or another thing, when its turn comes is named with the reason.
func TestFilesThatGoMeanwhile(t *testing.T) {
	dir := t.TempDir()
	first := write(t, filepath.Join(dir, "a"), "A")
	gone := write(t, filepath.Join(dir, "b"), "B")
	pipe := write(t, filepath.Join(dir, "c"), "C")
	var skips []string
	err := Walk(context.Background(), []string{dir}, nil, DefaultLimits(), func(s *Source) error {
		skips = append(skips, s.Skip)
		if s.Disk == first {
			return errors.Join(os.Remove(gone), os.Remove(pipe), syscall.Mkfifo(pipe, 0o600))
		}
		return nil
	})
	if err != nil || len(skips) != 3 || !strings.HasPrefix(skips[1], "cannot be read: no such file") ||
		!strings.Contains(skips[2], "named pipe") {
		t.Errorf("%q, %v", skips, err)
	}
}

// TestLinkAsArgument: a link that the user names is followed, and its name stands in the places.
func TestLinkAsArgument(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.MkdirAll("p/logs", 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, "p/logs/x", "X")
	if err := os.Symlink("p", "named"); err != nil {
		t.Fatal(err)
	}
	want := []string{`named/logs/x "X"`, `p/logs/x "X"`}
	if diff := cmp.Diff(want, visits(t, DefaultLimits(), nil, "p", "named")); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
