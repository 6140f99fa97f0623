//go:build unix

package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestEndsWhileItWaits: a termination ends a command that waits for somebody else, who never answers.
func TestEndsWhileItWaits(t *testing.T) {
	t.Parallel()
	home, temporary := t.TempDir(), t.TempDir()
	report := takeoverReport(t)

	// silent is a pipe into which nobody writes, endless one into which somebody does not stop to.
	silent := func(t *testing.T) *os.File {
		read, write := pipe(t)
		t.Cleanup(func() { write.Close() })
		return read
	}
	endless := func(t *testing.T) *os.File {
		read, write := pipe(t)
		go func() {
			defer write.Close()
			for {
				if _, err := io.WriteString(write, strings.Repeat("{\"x\": 1}\n", 1000)); err != nil {
					return // its reader has ended
				}
			}
		}()
		return read
	}
	// full is a pipe that nobody reads and that takes no more.
	full := func(t *testing.T) *os.File {
		read, write := pipe(t)
		t.Cleanup(func() { read.Close(); write.Close() })
		if err := write.SetWriteDeadline(time.Now().Add(time.Second)); err != nil {
			t.Fatal(err)
		}
		if _, err := write.Write(make([]byte, 1<<24)); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatalf("the pipe is not full: %v", err)
		}
		return write
	}
	said := func(text string) func(string) bool {
		return func(all string) bool { return strings.Contains(all, text) }
	}
	fresh := filepath.Join(home, "fresh")
	for _, test := range []struct {
		name   string
		stdin  func(*testing.T) *os.File
		stdout func(*testing.T) *os.File // nil where it is read
		when   func(said string) bool    // the termination is sent
		args   []string
	}{
		{"run reads a silent pipe", silent, nil, said("Reading the evidence"),
			[]string{"run", "-", "--out", filepath.Join(home, "a")}},
		{"run reads an endless pipe", endless, nil, said("Reading the evidence"),
			[]string{"run", "-", "--out", filepath.Join(home, "b")}},
		{"ingest reads an endless pipe", endless, nil, said("Reading the evidence"),
			[]string{"ingest", "-", "--case", filepath.Join(home, "c.duckdb")}},
		{"verify reads a silent pipe", silent, nil, said("manifest.json itself"),
			[]string{"verify", report, "--evidence", "-"}},
		{"verify reads an endless pipe", endless, nil, said("manifest.json itself"),
			[]string{"verify", report, "--evidence", "-"}},
		{"the summary has no reader", nil, full, func(string) bool {
			_, err := os.Stat(fresh)
			return err == nil // the report stands in its place; what comes is the summary
		}, []string{"run", "testdata/evidence/takeover", "--out", fresh}},
	} {
		t.Run(test.name, func(t *testing.T) {
			command := exec.Command("tapaudit", test.args...)
			command.Env = append(os.Environ(), "TMPDIR="+temporary)
			if test.stdin != nil {
				stdin := test.stdin(t)
				defer stdin.Close()
				command.Stdin = stdin
			}
			messages, err := command.StderrPipe()
			if err != nil {
				t.Fatal(err)
			}
			lines := make(chan string)
			read := func(r io.Reader) {
				text := make([]byte, 4096)
				for {
					n, err := r.Read(text)
					if n > 0 {
						lines <- string(text[:n])
					}
					if err != nil {
						lines <- ""
						return
					}
				}
			}
			readers := 1
			if test.stdout != nil {
				command.Stdout = test.stdout(t)
			} else {
				output, err := command.StdoutPipe()
				if err != nil {
					t.Fatal(err)
				}
				readers++
				go read(output)
			}
			if err := command.Start(); err != nil {
				t.Fatal(err)
			}
			go read(messages)
			// A program that does not stop would otherwise stop the tests.
			deadline := time.AfterFunc(time.Minute, func() { _ = command.Process.Kill() })
			defer deadline.Stop()
			var all bytes.Buffer
			sent := false
			for readers > 0 {
				select {
				case line := <-lines:
					all.WriteString(line)
					if line == "" {
						readers--
					}
				case <-time.After(20 * time.Millisecond):
				}
				if !sent && test.when(all.String()) {
					sent = true
					if err := command.Process.Signal(syscall.SIGTERM); err != nil {
						t.Fatal(err)
					}
				}
			}
			var exit *exec.ExitError
			if err := command.Wait(); err != nil && !errors.As(err, &exit) {
				t.Fatal(err)
			}
			if got := command.ProcessState.ExitCode(); !sent || got != exitInterrupted ||
				!strings.Contains(all.String(), "interrupted") {
				t.Errorf("exit status %d, want %d; sent: %v; it said:\n%s", got, exitInterrupted, sent, &all)
			}
		})
	}
}

func pipe(t *testing.T) (read, write *os.File) {
	t.Helper()
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	return read, write
}
