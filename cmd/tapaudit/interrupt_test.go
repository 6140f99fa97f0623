//go:build unix

package main

import (
	"bufio"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// interrupted starts the real program, sends it the interrupt of Ctrl-C as soon as it says so much on standard error,
// and returns its exit status.
func interrupted(t *testing.T, temporary string, stdin io.Reader, when string,
	args ...string) (status int, said string) {
	t.Helper()
	command := exec.Command("tapaudit", args...)
	command.Env = append(os.Environ(), "TMPDIR="+temporary)
	command.Stdin = stdin
	messages, err := command.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	// A program that does not stop would otherwise stop the tests.
	deadline := time.AfterFunc(2*time.Minute, func() { _ = command.Process.Kill() })
	defer deadline.Stop()
	sent := false
	lines := bufio.NewScanner(messages)
	for lines.Scan() {
		said += lines.Text() + "\n"
		if !sent && strings.HasPrefix(lines.Text(), when) {
			sent = true
			if err := command.Process.Signal(os.Interrupt); err != nil {
				t.Fatal(err)
			}
		}
	}
	err = command.Wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if !sent {
		t.Fatalf("it never said %q:\n%s", when, said)
	}
	if state, ok := command.ProcessState.Sys().(syscall.WaitStatus); ok && state.Signaled() {
		t.Fatalf("ended by signal %v:\n%s", state.Signal(), said)
	}
	return command.ProcessState.ExitCode(), said
}

// TestInterrupt: Ctrl-C at any stage ends the program cleanly. The old report stays whole until the new one is
// complete, and nothing half done is left anywhere.
func TestInterrupt(t *testing.T) {
	t.Parallel()
	q := newMadeUpTenant(t, 2000, 60)
	home := t.TempDir()
	report, temporary := filepath.Join(home, "report"), filepath.Join(t.TempDir(), "temporary")
	if err := os.Mkdir(temporary, 0o700); err != nil {
		t.Fatal(err)
	}
	evidence := filepath.Join(q.dir, "evidence")
	tapaudit(t, 0, "run", evidence, "--period", "2026Q3", "--out", report, "--quiet")
	whole := files(t, report)
	tapaudit(t, 0, "run", "testdata/evidence/takeover", "--out", report, "--quiet")
	old := files(t, report)

	for _, test := range []struct {
		when      string
		canFinish bool // before the interrupt is noticed
	}{
		{"Reading the evidence", false},
		{"Judging", false},
		{"Writing the report", true},
	} {
		t.Run(test.when, func(t *testing.T) {
			status, said := interrupted(t, temporary, nil, test.when, "run", evidence, "--period", "2026Q3", "--out",
				report)
			want := old
			switch {
			case status == 0 && test.canFinish:
				want, old = whole, whole
			case status != exitInterrupted:
				t.Errorf("exit status %d, want %d:\n%s", status, exitInterrupted, said)
			case !strings.Contains(said, "interrupted"):
				t.Errorf("it does not say that it was interrupted:\n%s", said)
			}
			if diff := cmp.Diff(want, files(t, report)); diff != "" {
				t.Error("the report is neither the old one nor the new one")
			}
			leftOver(t, home, "report")
			leftOver(t, temporary)
		})
	}

	t.Run("without an old report", func(t *testing.T) {
		home := t.TempDir()
		if status, said := interrupted(t, temporary, nil, "Judging", "run", evidence, "--out",
			filepath.Join(home, "report")); status != exitInterrupted {
			t.Errorf("exit status %d, want %d:\n%s", status, exitInterrupted, said)
		}
		leftOver(t, home)
		leftOver(t, temporary)
	})

	t.Run("waiting for standard input", func(t *testing.T) {
		silent, keepOpen, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		defer keepOpen.Close()
		defer silent.Close()
		home := t.TempDir()
		begun := time.Now()
		if status, said := interrupted(t, temporary, silent, "Reading the evidence", "run", "-", "--out",
			filepath.Join(home, "report")); status != exitInterrupted {
			t.Errorf("exit status %d, want %d:\n%s", status, exitInterrupted, said)
		}
		if waited := time.Since(begun); waited > time.Minute {
			t.Errorf("it stopped after %v only", waited)
		}
		leftOver(t, home)
		leftOver(t, temporary)
	})

	// A case that an interrupted load left behind is whole: loading again gives the same as loading once.
	t.Run("case", func(t *testing.T) {
		home := t.TempDir()
		half, full := filepath.Join(home, "half.duckdb"), filepath.Join(home, "full.duckdb")
		if status, said := interrupted(t, temporary, nil, "Reading the evidence", "ingest", evidence, "--case",
			half); status != exitInterrupted {
			t.Errorf("exit status %d, want %d:\n%s", status, exitInterrupted, said)
		}
		leftOver(t, temporary)
		tapaudit(t, 0, "ingest", evidence, "--case", half, "--quiet")
		tapaudit(t, 0, "ingest", evidence, "--case", full, "--quiet")
		for _, one := range []string{half, full} {
			tapaudit(t, 0, "report", "--case", one, "--period", "2026Q3", "--out", one+"-report", "--quiet")
		}
		if diff := cmp.Diff(files(t, full+"-report")["findings.json"],
			files(t, half+"-report")["findings.json"]); diff != "" {
			t.Errorf("findings (-loaded once +interrupted and loaded again):\n%s", diff)
		}
	})
}

// leftOver fails when the folder holds anything but what is allowed.
func leftOver(t *testing.T, dir string, allowed ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if len(allowed) == 0 || entry.Name() != allowed[0] {
			t.Errorf("%s was left in %s", entry.Name(), dir)
		}
	}
}
