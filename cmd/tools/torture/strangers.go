//go:build linux

package main

import (
	"fmt"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"time"
)

// stranger is one thing of our own kind that somebody hands over, made so that it acts when it is used. It is a case,
// a lake, a report, rules, a configuration, a key or a folder of evidence.
type stranger struct {
	name string
	make func(t *trap) error // lays it out in the folder t.given
	// what the user does with it, one after the other, on what the one before left
	runs func(t *trap) [][]string
	ends []int // the exit statuses that are right
	// what the messages of each must match, a regular expression; "" for nothing in particular
	says    string
	changes bool                          // what was given may change: it is the user's own to write
	also    func(t *trap, r result) error // what must hold besides
	long    bool                          // not in the short form
	times   int                           // of strangersTime that it may take; 0 is once
	signal  bool                          // it is interrupted after a while, and must end then
}

// trap is a stranger's thing laid out beside a user's folder.
type trap struct {
	s     *session
	given string // the folder that was handed over
	home  string // the user's folder, which nothing may change
	out   string // the folder that outputs go to, new
}

func (t *trap) in(names ...string) string {
	return filepath.Join(append([]string{t.given}, names...)...)
}
func (t *trap) own(names ...string) string {
	return filepath.Join(append([]string{t.home}, names...)...)
}
func (t *trap) to(name string) string { return filepath.Join(t.out, name) }

const (
	// canary stands in the user's files and must come out nowhere.
	canary = "canary-4f1d9a7c-sings-only-at-home"
	// Processor time of one command; the clock has ten times as much, for what waits.
	strangersTime = 12 * time.Second
)

// refused is what a stranger's thing that acts ends with; judged what one that is told and used ends with.
var (
	refused = []int{1, 2}
	judged  = []int{0}
	either  = []int{0, 1, 2, 4, 5}
)

// strangers hands over each in turn. What comes is a refusal with a message or a harmless result, in bounded time and
// memory. No file of the user's changes, and nothing of it is told.
func (s *session) strangers() error {
	if err := s.prepareStrangers(); err != nil {
		return err
	}
	all := slices.Concat(strangeCases(), strangeLakes(), strangeReports(), strangeRules(), strangeFiles())
	tried := 0
	for i, a := range all {
		if err := s.ctx.Err(); err != nil {
			return err
		}
		if s.short && (a.long || i%9 != 0) {
			continue
		}
		if err := s.handOver(a); err != nil {
			s.fail("strangers: %s: %v", a.name, err)
		}
		tried++
	}
	if tried < len(all)/12 {
		return fmt.Errorf("only %d of %d were tried", tried, len(all))
	}
	s.counts.strangers += tried
	s.say("%d things of strangers", tried)
	return nil
}

// handOver lays one out and does with it what a user would.
func (s *session) handOver(a stranger) error {
	dir, err := os.MkdirTemp(s.dir, "stranger-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	t := &trap{s: s, given: filepath.Join(dir, "given"), home: filepath.Join(dir, "home"),
		out: filepath.Join(dir, "out")}
	for _, folder := range []string{t.given, t.home, t.out, t.own("keys")} {
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return err
		}
	}
	for name, text := range map[string]string{"secret.txt": canary + "\n", "table.csv": "name,secret\nnora," + canary +
		"\n",
		"secret.json": `{"id":"` + canary + `"}` + "\n", "keys/id": canary + "\n", "notes.md": "what I think: " +
			canary + "\n"} {
		if err := os.WriteFile(t.own(name), []byte(text), 0o600); err != nil {
			return err
		}
	}
	if err := a.make(t); err != nil {
		return fmt.Errorf("making it: %w", err)
	}
	atHome, atGiven := stateOf(t.home), stateOf(t.given)
	for _, args := range a.runs(t) {
		l := limits{time: strangersTime * time.Duration(max(a.times, 1)), env: []string{"HOME=" + t.home}}
		if a.signal {
			l.during = func(pid int) { time.Sleep(2 * time.Second); _ = syscall.Kill(pid, syscall.SIGTERM) }
		}
		r := s.tapaudit(l, args...)
		if err := s.ctx.Err(); err != nil { // it was ended with us
			return err
		}
		if r.crashed() {
			s.counts.crashes++
		}
		if err := t.judge(a, r); err != nil {
			s.fail("strangers: %s: %v\n  %v", a.name, err, r)
		}
		if differs := differences(stateOf(t.home), atHome); differs != "" {
			return fmt.Errorf("the user's folder: %s, after %v", differs, r)
		}
		if differs := differences(stateOf(t.given), atGiven); differs != "" && !a.changes {
			return fmt.Errorf("what was given: %s, after %v", differs, r)
		}
		if a.also != nil {
			if err := a.also(t, r); err != nil {
				s.fail("strangers: %s: %v\n  %v", a.name, err, r)
			}
		}
	}
	for name, text := range stateOf(t.out) {
		if strings.Contains(text, canary) {
			return fmt.Errorf("the user's secret is told in %s", name)
		}
	}
	for name, text := range stateOf(t.given) {
		if strings.Contains(text, canary) && !strings.Contains(atGiven[name], canary) {
			return fmt.Errorf("the user's secret is told in %s, which goes back to the stranger", name)
		}
	}
	if left := leftOver(s.tmp()); len(left) > 0 {
		return fmt.Errorf("left %v among the temporary files", left)
	}
	return nil
}

// controls are what a terminal obeys, and what turns or hides text.
var controls = regexp.MustCompile(`[\x00-\x08\x0b-\x1f\x7f\x{80}-\x{9f}\x{200b}-\x{200f}\x{2028}-\x{202e}\x{2066}-\x{2069}]`)

func (t *trap) judge(a stranger, r result) error {
	said := r.out + r.err
	switch {
	case r.crashed():
		return fmt.Errorf("it crashed, hung or took too much")
	case strings.Contains(said, canary):
		return fmt.Errorf("the user's secret is told")
	case controls.MatchString(said):
		return fmt.Errorf("a control character reaches the terminal: %q", controls.FindString(said))
	case !slices.Contains(a.ends, r.status):
		return fmt.Errorf("exit status %d, not one of %v", r.status, a.ends)
	case r.status != 0 && strings.TrimSpace(said) == "":
		return fmt.Errorf("it fails without a message")
	case a.says != "" && r.status != 130 && !regexp.MustCompile(a.says).MatchString(said):
		return fmt.Errorf("the message lacks %q", a.says)
	}
	return nil
}

// stateOf is a folder's files, links and other entries, with what they hold or are; what is large by its size only.
func stateOf(dir string) map[string]string {
	all := map[string]string{}
	_ = filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		name, _ := filepath.Rel(dir, path)
		if err != nil {
			all[name] = err.Error()
			return nil
		}
		info, err := entry.Info()
		if err != nil {
			all[name] = err.Error()
			return nil
		}
		all[name] = info.Mode().String()
		switch {
		case info.Mode().IsRegular() && info.Size() < 64<<20:
			text, _ := os.ReadFile(path)
			all[name] += string(text)
		case info.Mode().IsRegular():
			all[name] += fmt.Sprint(info.Size())
		case info.Mode().Type() == os.ModeSymlink:
			to, _ := os.Readlink(path)
			all[name] += to
		}
		return nil
	})
	return all
}

// few is evidence of a few log-ins: what is judged does not matter here.
func (s *session) few() string { return s.path("few") }

// prepareStrangers makes what the attacks begin with: evidence, and a lake of it.
func (s *session) prepareStrangers() error {
	for _, folder := range []string{s.few(), s.path("none")} {
		if err := os.Mkdir(folder, 0o700); err != nil {
			return err
		}
	}
	if err := os.WriteFile(filepath.Join(s.few(), "few.ndjson"), []byte(signIns("few", 20)), 0o600); err != nil {
		return err
	}
	if r := s.tapaudit(limits{}, "lake", s.evidence, "--out", s.path("lake"), "--quiet"); r.status != 0 {
		return fmt.Errorf("%v", r)
	}
	return nil
}

// inOrder gives a map in the order of its names: the short form takes some by their number.
func inOrder[V any](m map[string]V) iter.Seq2[string, V] {
	return func(yield func(string, V) bool) {
		for _, name := range slices.Sorted(maps.Keys(m)) {
			if !yield(name, m[name]) {
				return
			}
		}
	}
}

func fifo(path string) error { return syscall.Mkfifo(path, 0o600) }

// sparse is a file that says it is 2 GB large and takes no room.
func sparse(path, begins string) error {
	if err := os.WriteFile(path, []byte(begins), 0o600); err != nil {
		return err
	}
	return os.Truncate(path, 2<<30)
}

func socket(path string) error {
	fd, err := syscall.Socket(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err != nil {
		return err
	}
	defer syscall.Close(fd)
	// A name longer than an address may be is made where it is short.
	short := filepath.Join(os.TempDir(), "s"+fmt.Sprint(os.Getpid()))
	defer os.Remove(short)
	if err := syscall.Bind(fd, &syscall.SockaddrUnix{Name: short}); err != nil {
		return err
	}
	return os.Rename(short, path)
}

// notFiles are what may lie where a regular file is expected, by what they are called here.
var notFiles = []struct {
	name string
	make func(t *trap, path string) error
}{
	{"a pipe", func(_ *trap, path string) error { return fifo(path) }},
	{"a link to a pipe", func(t *trap, path string) error {
		if err := fifo(path + "-pipe"); err != nil {
			return err
		}
		return os.Symlink(filepath.Base(path)+"-pipe", path)
	}},
	{"a link to /dev/zero", func(_ *trap, path string) error { return os.Symlink("/dev/zero", path) }},
	{"a link to /dev/tty", func(_ *trap, path string) error { return os.Symlink("/dev/tty", path) }},
	{"a folder", func(_ *trap, path string) error { return os.Mkdir(path, 0o700) }},
	{"a socket", func(_ *trap, path string) error { return socket(path) }},
	{"a link to itself", func(_ *trap, path string) error { return os.Symlink(filepath.Base(path), path) }},
	{"2 GB of nothing", func(_ *trap, path string) error { return sparse(path, "") }},
}
