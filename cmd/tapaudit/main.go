// Command tapaudit audits how Temporary Access Passes were used in Microsoft Entra ID, from exported logs, offline.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"tapaudit/ingest/safetext"
)

func main() {
	status := run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	letRead(os.Stdin, os.Stderr)
	os.Exit(status)
}

// Exit statuses, as scripts may rely on them.
const (
	exitDone        = 0
	exitFailed      = 1
	exitUsage       = 2
	exitFindings    = 3 // open findings at or above --fail-on
	exitQuarantined = 4 // done, but evidence was quarantined or not recognised and --strict is given
	exitUnassessed  = 5 // nothing could be assessed, which a script must not take for a report without findings
	exitInterrupted = 130
)

// usageError is wrong usage or configuration.
type usageError struct{ error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// statusError ends a command that did its work with a status of its own.
type statusError int

func (s statusError) Error() string { return fmt.Sprintf("exit status %d", int(s)) }

// streams are where a command reads and writes: results to out, progress and messages to err.
type streams struct {
	in       io.Reader
	out, err io.Writer
	// standard error itself, where a bar may be drawn; what is said goes to err, which shows nothing that acts
	bar io.Writer
}

// run is the whole program.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	ending := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) { // as nohup has it
		ending = append(ending, syscall.SIGHUP)
	}
	ctx, stop := signal.NotifyContext(ctx, ending...)
	defer stop()
	signal.Ignore(errorsOfWriting...)
	keepPrivate()
	said := safetext.Messages(stderr)
	ended := make(chan error, 1)
	go func() {
		program := newProgram(streams{in: interruptible{ctx, stdin}, out: stdout, err: said, bar: stderr})
		program.SetArgs(args)
		ended <- program.ExecuteContext(ctx)
	}()
	var err error
	select {
	case err = <-ended:
	case <-ctx.Done():
		select {
		case err = <-ended:
		case <-time.After(patience):
			abandoned(stderr)
			return exitInterrupted
		}
	}
	var status statusError
	var usage usageError
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &status):
		return int(status)
	case ctx.Err() != nil:
		fmt.Fprintln(said, "tapaudit: interrupted; nothing was left half done")
		return exitInterrupted
	case errors.As(err, &usage):
		fmt.Fprintf(said, "tapaudit: %s\n", told(err))
		return exitUsage
	default:
		fmt.Fprintf(said, "tapaudit: %s\n", told(err))
		return exitFailed
	}
}

// patience is how long an interrupted command may take to end by itself. Then the program ends without it: it waits
// for somebody else, say for a file system that does not answer, or for the reader of its output.
const patience = 1500 * time.Millisecond

// abandoned says that a command was given up. Whoever reads the messages may be the one that is waited for.
func abandoned(stderr io.Writer) {
	said := make(chan struct{})
	go func() {
		fmt.Fprintln(stderr, "tapaudit: interrupted while it waited for a file or for a reader; results are whole or not there, temporary files go with the next run")
		close(said)
	}()
	select {
	case <-said:
	case <-time.After(patience / 10):
	}
}

// interruptible is standard input that stops waiting when the run is interrupted: a terminal or a pipe may never
// answer.
type interruptible struct {
	ctx context.Context
	in  io.Reader
}

func (r interruptible) Read(p []byte) (int, error) {
	type answer struct {
		n   int
		err error
	}
	text, done := make([]byte, len(p)), make(chan answer, 1)
	go func() {
		n, err := r.in.Read(text) // its own memory: it may come back when nobody waits any more
		done <- answer{n, err}
	}()
	select {
	case <-r.ctx.Done():
		return 0, r.ctx.Err()
	case a := <-done:
		copy(p, text[:max(a.n, 0)])
		return a.n, a.err
	}
}

// told is an error as it is printed. Each of several errors begins a line. What else stands on lines of its own is
// indented, so that a line break in the name of a file makes no message of its own.
func told(err error) string {
	if usage, ok := err.(usageError); ok {
		err = usage.error
	}
	parts := []error{err}
	if several, ok := err.(interface{ Unwrap() []error }); ok &&
		errors.Join(several.Unwrap()...).Error() == err.Error() {
		parts = several.Unwrap()
	}
	lines := make([]string, len(parts))
	for i, part := range parts {
		lines[i] = strings.ReplaceAll(part.Error(), "\n", "\n  ")
	}
	return strings.Join(lines, "\n")
}

// data is standard output for what programs read: as it is, except on a terminal, where a person reads it.
func (s streams) data() io.Writer {
	if isTerminal(s.out) {
		return safetext.Messages(s.out)
	}
	return s.out
}
