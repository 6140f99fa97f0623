//go:build linux

// Command torture shows that tapaudit keeps its promises when things go wrong. It is killed at random moments. Its
// disks fill up. Its evidence cannot be read, changes while it is read, or is hostile, and so is what strangers hand
// over: cases, lakes, reports, rules, configurations. Every system call that could open a connection is watched.
// Torture prints what it does, and last a line of counts; it fails when a count is not as it should be.
//
//	torture -tapaudit bin/tapaudit -samplelogs bin/samplelogs [-kills 200] [-seed 1] [-only kills,faults,…] [-large]
//
// It needs Linux with strace, setpriv, unshare and prlimit, and either root or user namespaces that anybody may make.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var o options
	flag.StringVar(&o.tapaudit, "tapaudit", "bin/tapaudit", "the program to torture")
	flag.StringVar(&o.samplelogs, "samplelogs", "bin/samplelogs",
		"the generator of sign-ins (a built cmd/tools/samplelogs)")
	flag.IntVar(&o.kills, "kills", 200, "kills at random moments")
	flag.Uint64Var(&o.seed, "seed", 1, "what the random moments follow from")
	flag.IntVar(&o.signIns, "signins", 5000, "sign-ins of the evidence")
	flag.BoolVar(&o.short, "short", false, "a few of everything")
	flag.BoolVar(&o.large, "large", false, "also 50 kills of an ingest of a gigabyte")
	only := flag.String("only", "", "some of "+strings.Join(names(), ",")+" (default: all)")
	flag.Parse()
	if *only != "" {
		o.only = strings.Split(*only, ",")
	}
	// Without root, tmpfs and read-only mounts need a namespace in which we are root.
	if os.Geteuid() != 0 {
		os.Exit(asRoot())
	}
	if err := torture(ctx, o, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "torture:", err)
		os.Exit(1)
	}
}

// asRoot runs this program again in a namespace of its own, as root of it, and returns its exit status.
func asRoot() int {
	self, err := os.Executable()
	if err != nil {
		fmt.Fprintln(os.Stderr, "torture:", err)
		return 1
	}
	cmd := exec.Command("unshare", append([]string{"--user", "--map-root-user", "--mount", self}, os.Args[1:]...)...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	if err := cmd.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "torture: without root it needs a user namespace:", err)
		return 1
	}
	return 0
}

// options are what is tortured, and how much.
type options struct {
	tapaudit, samplelogs string
	kills, signIns       int
	seed                 uint64
	// short leaves out what takes long: files of a gigabyte, and most of the sizes and moments
	large, short bool
	only         []string
}

// parts are what can be run by itself.
var parts = []struct {
	name string
	run  func(*session) error
}{
	{"kills", (*session).kill},
	{"syscalls", (*session).killAtSystemCalls},
	{"faults", (*session).faults},
	{"signals", (*session).signals},
	{"hostile", (*session).hostile},
	{"strangers", (*session).strangers},
	{"trace", (*session).trace},
	{"large", (*session).killLarge},
}

func names() (all []string) {
	for _, p := range parts {
		all = append(all, p.name)
	}
	return all
}

// session is one run of this program.
type session struct {
	options
	ctx      context.Context
	out      io.Writer
	dir      string // private, for everything that is made
	evidence string
	whole    reference
	counts   counts
	failed   []string
}

// counts are what the last line tells.
type counts struct{ kills, lost, doubled, faults, files, strangers, crashes, runs, sockets int }

// reference is what an undisturbed run gives.
type reference struct {
	ingested, analysed   string // cases
	report, old          string // folders: the report, and one of another period
	loaded, judged       content
	reported, superseded map[string]string
	took                 map[string]time.Duration
}

// say prints progress.
func (s *session) say(format string, args ...any) { fmt.Fprintf(s.out, format+"\n", args...) }

// fail notes what is not as it should be, and goes on.
func (s *session) fail(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	s.failed = append(s.failed, text)
	s.say("FAILED: %s", text)
}

// torture does it all. The error says that something is not as it should be, or could not be tried.
func torture(ctx context.Context, o options, out io.Writer) (err error) {
	for _, name := range o.only {
		if !slices.Contains(names(), name) {
			return fmt.Errorf("%s is none of %s", name, strings.Join(names(), ", "))
		}
	}
	for _, tool := range []string{"strace", "setpriv", "unshare", "prlimit"} {
		if _, err := exec.LookPath(tool); err != nil {
			return fmt.Errorf("%w; Debian and Ubuntu have it in the packages strace and util-linux", err)
		}
	}
	for _, path := range []*string{&o.tapaudit, &o.samplelogs} {
		absolute, err := filepath.Abs(*path)
		if err != nil {
			return err
		}
		*path = absolute
	}
	dir, err := os.MkdirTemp("", "torture-")
	if err != nil {
		return err
	}
	s := &session{options: o, ctx: ctx, out: out, dir: dir}
	defer func() {
		s.unmountAll()
		err = errors.Join(err, os.RemoveAll(dir))
	}()
	if err := s.prepare(); err != nil {
		return err
	}
	begun := time.Now()
	for _, p := range parts {
		if len(o.only) > 0 && !slices.Contains(o.only, p.name) || p.name == "large" && !o.large && len(o.only) == 0 {
			continue
		}
		began := time.Now()
		if err := p.run(s); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
		s.say("%s: done in %.0f s", p.name, time.Since(began).Seconds())
	}
	for _, f := range s.failed {
		s.say("FAILED: %s", f)
	}
	c := s.counts
	s.say("all in %.0f s", time.Since(begun).Seconds())
	s.say("%d kills, %d lost, %d doubled; %d faults survived; %d hostile files, %d things of strangers, %d crashes; %d commands traced, %d sockets; %d failures",
		c.kills, c.lost, c.doubled, c.faults, c.files, c.strangers, c.crashes, c.runs, c.sockets, len(s.failed))
	if len(s.failed) > 0 {
		return fmt.Errorf("%d things are not as they should be", len(s.failed))
	}
	return nil
}

// prepare writes the evidence and makes what an undisturbed run makes of it.
func (s *session) prepare() error {
	if out, err := exec.CommandContext(s.ctx, s.samplelogs, "--signins", fmt.Sprint(s.signIns), "--out",
		s.path("sample")).CombinedOutput(); err != nil {
		return fmt.Errorf("samplelogs: %w\n%s", err, out)
	}
	s.evidence = s.path("sample", "evidence")
	w := &s.whole
	w.ingested, w.analysed, w.report, w.old = s.path("ingested.duckdb"), s.path("analysed.duckdb"), s.path("report"),
		s.path("old")
	w.took = map[string]time.Duration{}
	steps := []struct {
		name string
		args []string
	}{
		{"ingest", []string{"ingest", s.evidence, "--case", w.ingested}},
		{"", []string{"ingest", s.evidence, "--case", w.analysed}},
		{"analyze", s.judged("analyze", w.analysed)},
		{"report", append(s.judged("report", w.ingested+".copy"), "--out", w.report)},
		{"", []string{"report", "--case", w.ingested + ".copy", "--out", w.old, "--period", "2026-08", "--quiet"}},
		{"run", append(s.judged("run", ""), s.evidence, "--out", w.report)},
	}
	for i, step := range steps {
		if i == 3 {
			if err := copyFile(w.ingested, w.ingested+".copy"); err != nil {
				return err
			}
		}
		r := s.tapaudit(limits{}, step.args...)
		if r.status != 0 {
			return fmt.Errorf("an undisturbed run failed: %v", r)
		}
		if step.name != "" {
			w.took[step.name] = r.took
		}
	}
	var err error
	if w.loaded, err = s.content(w.ingested); err != nil {
		return err
	}
	if w.judged, err = s.content(w.analysed); err != nil {
		return err
	}
	if w.reported, err = filesOf(w.report); err != nil {
		return err
	}
	if w.superseded, err = filesOf(w.old); err != nil {
		return err
	}
	s.say("evidence: %d sign-ins and the sample; undisturbed: ingest %.1f s, analyze %.1f s, report %.1f s, run %.1f s", s.signIns,
		w.took["ingest"].Seconds(), w.took["analyze"].Seconds(), w.took["report"].Seconds(), w.took["run"].Seconds())
	return nil
}

// judged are the arguments of a command that judges a case, or with "" a run without one.
func (s *session) judged(command, file string) []string {
	args := []string{command, "--config", s.path("sample", "tapaudit.yaml"), "--period", "2026Q3", "--quiet"}
	if file != "" {
		args = append(args, "--case", file)
	}
	return args
}

func (s *session) path(names ...string) string {
	return filepath.Join(append([]string{s.dir}, names...)...)
}
