//go:build linux

package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

// limits are how a command of tapaudit is run.
type limits struct {
	// of the processor, since the machine may be busy; 0 means ten minutes. By the clock it has ten times as long
	time    time.Duration
	memory  int64    // bytes of resident memory; 0 means the 1.2 GiB that cmd/README.md promises
	wrapper []string // a program that runs it, with its arguments
	env     []string // besides what every run has
	tmp     string   // its folder for temporary files; "" means tmp in the session's
	stdin   *os.File
	stdout  *os.File
	attr    *syscall.SysProcAttr
	during  func(pid int) // called once it has started, beside it
}

// result is how a command ended.
type result struct {
	args     []string
	status   int // -1 when a signal ended it
	signal   syscall.Signal
	out, err string
	took     time.Duration
	memory   int64 // the most that was seen resident, in bytes
	tooMuch  bool  // it was killed for its memory
	tooLong  bool
}

func (r result) String() string {
	how := fmt.Sprintf("exit status %d", r.status)
	switch {
	case r.tooLong:
		how = fmt.Sprintf("not done after %.0f s", r.took.Seconds())
	case r.tooMuch:
		how = fmt.Sprintf("took %d MiB of memory", r.memory>>20)
	case r.status < 0:
		how = "ended by " + r.signal.String()
	}
	return fmt.Sprintf("tapaudit %s: %s: %.600s", strings.Join(r.args, " "), how, r.err+r.out)
}

// crashed says whether it ended in a way that no input excuses.
func (r result) crashed() bool {
	return r.tooLong || r.tooMuch || r.status < 0 || r.status > 5 && r.status != 130 ||
		strings.Contains(r.err, "goroutine ") || strings.Contains(r.err, "INTERNAL Error")
}

const mostMemory = 1229 << 20

// environment is what every run has: nothing of the caller's.
func (s *session) environment(l limits) []string {
	tmp := l.tmp
	if tmp == "" {
		tmp = s.tmp()
	}
	return append([]string{"TMPDIR=" + tmp, "SOURCE_DATE_EPOCH=1791158400", "NO_COLOR=1"}, l.env...)
}

func (s *session) tmp() string {
	tmp := s.path("tmp")
	_ = os.MkdirAll(tmp, 0o700)
	return tmp
}

// start starts tapaudit.
func (s *session) start(l limits, args ...string) (*exec.Cmd, *bytes.Buffer, *bytes.Buffer, error) {
	argv := append(append([]string{}, l.wrapper...), append([]string{s.options.tapaudit}, args...)...)
	cmd := exec.CommandContext(s.ctx, argv[0], argv[1:]...)
	var out, err bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &err
	if l.stdout != nil {
		cmd.Stdout = l.stdout
	}
	if l.stdin != nil {
		cmd.Stdin = l.stdin
	}
	cmd.Env, cmd.Dir = s.environment(l), s.dir
	cmd.SysProcAttr = l.attr
	return cmd, &out, &err, cmd.Start()
}

// strace is a wrapper that traces the command's threads. With --seccomp-bpf it would be faster, and has missed a call.
func strace(args ...string) []string { return append([]string{"strace", "-f", "-qq"}, args...) }

// tapaudit runs a command to its end, or to the end of its time or memory.
func (s *session) tapaudit(l limits, args ...string) result {
	r := result{args: args, status: -1}
	begun := time.Now()
	cmd, out, messages, err := s.start(l, args...)
	if err != nil {
		r.err = err.Error()
		return r
	}
	memory, longest := l.memory, l.time
	if memory == 0 {
		memory = mostMemory
	}
	if longest == 0 {
		longest = 10 * time.Minute
	}
	var tooMuch, tooLong atomic.Bool
	var most atomic.Int64
	done := make(chan struct{})
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		look := time.NewTicker(20 * time.Millisecond)
		defer look.Stop()
		deadline := time.After(10 * longest)
		for {
			select {
			case <-done:
				return
			case <-deadline:
				tooLong.Store(true)
			case <-look.C:
				now := resident(cmd.Process.Pid)
				most.Store(max(most.Load(), now))
				switch {
				case now > memory:
					tooMuch.Store(true)
				case processor(cmd.Process.Pid) > longest:
					tooLong.Store(true)
				default:
					continue
				}
			}
			_ = cmd.Process.Kill()
			return
		}
	}()
	if l.during != nil {
		l.during(cmd.Process.Pid)
	}
	err = cmd.Wait()
	close(done)
	<-watched
	r.took, r.out, r.err = time.Since(begun), out.String(), messages.String()
	r.tooMuch, r.tooLong = tooMuch.Load(), tooLong.Load()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		r.err += err.Error()
		return r
	}
	state := cmd.ProcessState.Sys().(syscall.WaitStatus)
	if state.Signaled() {
		r.signal = state.Signal()
	} else {
		r.status = state.ExitStatus()
	}
	// Not what the system says of the ended process: that counts what this program had when it started it, too.
	r.memory = most.Load()
	return r
}

// resident is how many bytes of a process are in memory, 0 where that cannot be told.
func resident(pid int) int64 {
	text, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "statm"))
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(text))
	if len(fields) < 2 {
		return 0
	}
	pages, _ := strconv.ParseInt(fields[1], 10, 64)
	return pages * int64(os.Getpagesize())
}

// processor is how long a process has had a processor, 0 where that cannot be told.
func processor(pid int) time.Duration {
	text, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(text), ") ") // the name before may hold blanks
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return 0
	}
	const ticksPerSecond = 100 // on Linux, for user space, always
	user, _ := strconv.ParseInt(fields[11], 10, 64)
	system, _ := strconv.ParseInt(fields[12], 10, 64)
	return time.Duration(user+system) * time.Second / ticksPerSecond
}
