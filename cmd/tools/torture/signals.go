//go:build linux

package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// signals ends runs by the signals that a user, a system or a terminal sends, at random moments: nothing temporary is
// left, at once.
func (s *session) signals() error {
	random := rand.New(rand.NewPCG(s.seed, 4))
	rounds := 24
	if s.short {
		rounds = 3
	}
	kinds := []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP}
	interrupted := 0
	for i := range rounds {
		if err := s.ctx.Err(); err != nil {
			return err
		}
		signal := kinds[i%len(kinds)]
		dir, err := os.MkdirTemp(s.dir, "signal-")
		if err != nil {
			return err
		}
		report := filepath.Join(dir, "report")
		if err := copyFolder(s.whole.old, report); err != nil {
			return err
		}
		// From the moment on at which it listens to signals; before, there is nothing to clean up.
		after := 100*time.Millisecond + time.Duration(random.Float64()*float64(s.whole.took["run"]))
		r := s.tapaudit(limits{during: func(pid int) { time.Sleep(after); _ = syscall.Kill(pid, signal) }},
			append(s.judged("run", ""), s.evidence, "--out", report)...)
		got, err := filesOf(report)
		if err != nil {
			return err
		}
		switch {
		case r.status == 130:
			interrupted++
			if differs := differences(got, s.whole.superseded); differs != "" &&
				differences(got, s.whole.reported) != "" {
				s.fail("%v after %v: the report: %s", signal, after, differs)
			}
		case r.status == 0:
			if differs := differences(got, s.whole.reported); differs != "" {
				s.fail("%v after %v: the report: %s", signal, after, differs)
			}
		default:
			s.fail("%v after %v: %v", signal, after, r)
		}
		if left := append(leftOver(dir, "report"), leftOver(s.tmp())...); len(left) > 0 {
			s.fail("%v after %v: left %s", signal, after, strings.Join(left, ", "))
		}
		if err := os.RemoveAll(dir); err != nil {
			return err
		}
	}
	if interrupted == 0 {
		s.fail("none of %d signals interrupted a run", rounds)
	}
	s.say("%d signals, %d runs interrupted", rounds, interrupted)
	return s.nobodyReads()
}

// nobodyReads: a reader of standard output that has gone away is an error of writing, not an end without cleaning up.
func (s *session) nobodyReads() error {
	r, w, err := os.Pipe()
	if err != nil {
		return err
	}
	r.Close()
	defer w.Close()
	report := s.path("unread")
	defer os.RemoveAll(report)
	args := slices.DeleteFunc(append(s.judged("run", ""), s.evidence, "--out", report),
		func(a string) bool { return a == "--quiet" })
	if ended := s.tapaudit(limits{stdout: w}, args...); ended.status != 1 ||
		!strings.Contains(ended.err, "broken pipe") {
		s.fail("nobody reads its output: %v", ended)
	}
	if err := sameReport(report, s.whole.reported); err != nil {
		s.fail("nobody reads its output: %v", err)
	}
	if left := leftOver(s.tmp()); len(left) > 0 {
		s.fail("nobody reads its output: left %v", left)
	}
	if s.counts.lost+s.counts.doubled > 0 && len(s.failed) == 0 {
		return fmt.Errorf("lost or doubled without a failure")
	}
	return nil
}
