//go:build linux

package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// victim is a command that is killed, and what must hold afterwards.
type victim struct {
	name  string
	place func(dir string) error    // what is there before
	args  func(dir string) []string // the command
	alive func(dir string) error    // what must hold right after the kill; nil for nothing
	whole func(dir string) error    // what must hold once the command was repeated
}

// victims are the commands that write.
func (s *session) victims() []victim {
	file := func(dir string) string { return filepath.Join(dir, "case.duckdb") }
	report := func(dir string) string { return filepath.Join(dir, "report") }
	nothing := func(string) error { return nil }
	oldReport := func(dir string) error { return copyFolder(s.whole.old, report(dir)) }
	oldOrNew := func(dir string) error {
		got, err := filesOf(report(dir))
		if err != nil {
			return err
		}
		if older, newer := differences(got, s.whole.superseded), differences(got, s.whole.reported); older != "" &&
			newer != "" {
			return fmt.Errorf("the report is neither the old one (%s) nor the new one (%s)", older, newer)
		}
		return nil
	}
	newReport := func(dir string) error {
		got, err := filesOf(report(dir))
		if err != nil {
			return err
		}
		if differs := differences(got, s.whole.reported); differs != "" {
			return fmt.Errorf("the report: %s", differs)
		}
		return nil
	}
	sameCase := func(want *content) func(string) error {
		return func(dir string) error {
			got, err := s.content(file(dir))
			if err != nil {
				return err
			}
			differs, lost, doubled := got.compare(*want)
			s.counts.lost += lost
			s.counts.doubled += doubled
			if differs != "" {
				return fmt.Errorf("the case: %s", differs)
			}
			return nil
		}
	}
	return []victim{
		{"ingest", nothing, func(dir string) []string {
			return []string{"ingest", s.evidence, "--case", file(dir),
				"--quiet"}
		}, nil, sameCase(&s.whole.loaded)},
		{"analyze", func(dir string) error { return copyFile(s.whole.ingested, file(dir)) },
			func(dir string) []string { return s.judged("analyze", file(dir)) }, nil, sameCase(&s.whole.judged)},
		{"report", func(dir string) error {
			if err := copyFile(s.whole.ingested, file(dir)); err != nil {
				return err
			}
			return oldReport(dir)
		}, func(dir string) []string { return append(s.judged("report", file(dir)), "--out", report(dir)) }, oldOrNew,
			func(dir string) error {
				if err := newReport(dir); err != nil {
					return err
				}
				return sameCase(&s.whole.loaded)(dir) // a report leaves its case as it was
			}},
		{"run", oldReport, func(dir string) []string {
			return append(s.judged("run", ""), s.evidence, "--out",
				report(dir))
		}, oldOrNew, newReport},
	}
}

// round kills a victim in a fresh folder, repeats the command and looks at everything. kill starts the command and
// says whether it was killed before it ended by itself.
func (s *session) round(v victim, label string, kill func(dir string) (bool, error)) (bool, error) {
	dir, err := os.MkdirTemp(s.dir, "round-")
	if err != nil {
		return false, err
	}
	defer os.RemoveAll(dir)
	if err := os.RemoveAll(s.tmp()); err != nil {
		return false, err
	}
	if err := v.place(dir); err != nil {
		return false, err
	}
	killed, err := kill(dir)
	if err != nil || !killed {
		return false, err
	}
	if v.alive != nil {
		if err := v.alive(dir); err != nil {
			s.fail("%s, killed %s: %v", v.name, label, err)
		}
	}
	if again := s.tapaudit(limits{}, v.args(dir)...); again.status != 0 {
		s.fail("%s, killed %s, does not run again: %v", v.name, label, again)
		return true, nil
	}
	if err := v.whole(dir); err != nil {
		s.fail("%s, killed %s and repeated: %v", v.name, label, err)
	}
	if left := leftOver(dir, "case.duckdb", "report"); len(left) > 0 {
		s.fail("%s, killed %s and repeated, leaves %s beside its output", v.name, label, strings.Join(left, ", "))
	}
	if left := leftOver(s.tmp()); len(left) > 0 {
		s.fail("%s, killed %s and repeated, leaves %s among the temporary files", v.name, label,
			strings.Join(left, ", "))
	}
	s.counts.kills++
	return true, nil
}

// kill kills each command at random moments, spread over the time that it takes.
func (s *session) kill() error {
	random := rand.New(rand.NewPCG(s.seed, 1))
	victims := s.victims()
	per := map[string]int{}
	for n := 0; n < s.kills; {
		if err := s.ctx.Err(); err != nil {
			return err
		}
		v := victims[n%len(victims)]
		after := time.Duration(random.Float64() * 1.05 * float64(s.whole.took[v.name]))
		killed, err := s.round(v, fmt.Sprintf("after %d ms", after.Milliseconds()), func(dir string) (bool, error) {
			cmd, _, _, err := s.start(limits{}, v.args(dir)...)
			if err != nil {
				return false, err
			}
			begun := time.Now()
			timer := time.AfterFunc(after, func() { _ = cmd.Process.Kill() })
			_ = cmd.Wait() // killed, as it should be
			timer.Stop()
			state := cmd.ProcessState.Sys().(syscall.WaitStatus)
			if !state.Signaled() { // faster than it was before
				s.whole.took[v.name] = (s.whole.took[v.name] + time.Since(begun)) / 2
			}
			return state.Signaled(), nil
		})
		if err != nil {
			return err
		}
		if killed {
			n++
			per[v.name]++
			if n%20 == 0 {
				s.say("%d of %d kills at random moments: %d lost, %d doubled, %d failures", n, s.kills, s.counts.lost,
					s.counts.doubled, len(s.failed))
			}
		}
	}
	s.say("killed at random moments: ingest %d, analyze %d, report %d, run %d times", per["ingest"], per["analyze"],
		per["report"], per["run"])
	return nil
}

// moments are the system calls at which a kill is worst: when files are made, written, put on disk, renamed and
// removed.
var moments = []struct {
	call  string
	most  int    // kills of each command at it
	short string // the one command that the short form kills at it, once
}{
	{"pwrite64", 14, "ingest"}, {"write", 8, ""}, {"fsync", 8, "analyze"}, {"fdatasync", 4, ""}, {"ftruncate", 4, ""},
	{"renameat2", 2, "report"}, {"renameat", 2, ""}, {"unlinkat", 4, "run"},
	{"unlink", 2, ""}, {"mkdirat", 2, ""}, {"flock", 2, ""}, {"fchmodat", 2, ""},
}

// killAtSystemCalls kills each command as it is about to make a system call: the first ones of its kind, and others
// spread over the run.
func (s *session) killAtSystemCalls() error {
	if s.short {
		return s.killAtFirstCalls()
	}
	random := rand.New(rand.NewPCG(s.seed, 2))
	before := s.counts.kills
	for _, v := range s.victims() {
		calls, err := s.countCalls(v)
		if err != nil {
			return err
		}
		for _, m := range moments {
			for i := range min(m.most, calls[m.call]) {
				n := i + 1
				if i >= m.most/2 && calls[m.call] > m.most { // the later half anywhere
					n += random.IntN(calls[m.call] - n)
				}
				if _, err := s.killAt(v, m.call, n); err != nil {
					return err
				}
			}
		}
		s.say("%s killed at system calls: %d kills so far, %d failures", v.name, s.counts.kills-before, len(s.failed))
	}
	if s.counts.kills == before {
		return fmt.Errorf("strace killed nothing")
	}
	return nil
}

// killAtFirstCalls is the short form: each command once, at the first call of one kind, which it must make.
func (s *session) killAtFirstCalls() error {
	for _, v := range s.victims() {
		for _, m := range moments {
			if m.short != v.name {
				continue
			}
			killed, err := s.killAt(v, m.call, 1)
			if err != nil {
				return err
			}
			if !killed {
				return fmt.Errorf("%s makes no call %s at which to kill it", v.name, m.call)
			}
		}
	}
	return nil
}

// killAt kills a command at its nth system call of a kind, and says whether it was killed.
func (s *session) killAt(v victim, call string, n int) (bool, error) {
	trace := strace("-o", "/dev/null", "-e", "trace="+call, "-e",
		fmt.Sprintf("inject=%s:signal=KILL:when=%d", call, n))
	return s.round(v, fmt.Sprintf("at its %s no. %d", call, n), func(dir string) (bool, error) {
		r := s.tapaudit(limits{wrapper: trace}, v.args(dir)...)
		if r.status > 0 {
			return false, fmt.Errorf("before its %s no. %d: %v", call, n, r)
		}
		return r.status < 0, s.ctx.Err()
	})
}

// countCalls counts the system calls of a command.
func (s *session) countCalls(v victim) (map[string]int, error) {
	dir, err := os.MkdirTemp(s.dir, "count-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	if err := v.place(dir); err != nil {
		return nil, err
	}
	log := filepath.Join(dir, "log")
	var names []string
	for _, m := range moments {
		names = append(names, m.call)
	}
	r := s.tapaudit(limits{wrapper: strace("-o", log, "-e", "trace="+strings.Join(names, ","))}, v.args(dir)...)
	if r.status != 0 {
		return nil, fmt.Errorf("under strace: %v", r)
	}
	text, err := os.ReadFile(log)
	if err != nil {
		return nil, err
	}
	calls := map[string]int{}
	for line := range strings.Lines(string(text)) {
		if _, call, ok := strings.Cut(strings.TrimSpace(line), " "); ok {
			name, _, _ := strings.Cut(strings.TrimSpace(call), "(")
			calls[name]++
		}
	}
	return calls, nil
}

// killLarge kills an ingest of a gigabyte fifty times, each time going on where it was, and then lets it end.
func (s *session) killLarge() error {
	const signIns, parts, kills = 190_000, 8, 50 // about 1 GB
	if out, err := exec.CommandContext(s.ctx, s.samplelogs, "--signins", fmt.Sprint(signIns), "--out",
		s.path("gigabyte")).CombinedOutput(); err != nil {
		return fmt.Errorf("samplelogs: %w\n%s", err, out)
	}
	evidence := s.path("gigabyte", "evidence")
	defer os.RemoveAll(s.path("gigabyte"))
	bytes, err := splitLargest(evidence, parts)
	if err != nil {
		return err
	}
	full := s.path("full.duckdb")
	undisturbed := s.tapaudit(limits{}, "ingest", evidence, "--case", full, "--quiet")
	if undisturbed.status != 0 {
		return fmt.Errorf("%v", undisturbed)
	}
	want, err := s.content(full)
	if err != nil {
		return err
	}
	s.say("%d MB of evidence, undisturbed ingest %.1f s, %d MiB of memory", bytes/1e6, undisturbed.took.Seconds(),
		undisturbed.memory>>20)
	random := rand.New(rand.NewPCG(s.seed, 3))
	file := s.path("killed.duckdb")
	begun, fresh := time.Now(), 0
	for n := 0; n < kills; {
		if err := s.ctx.Err(); err != nil {
			return err
		}
		cmd, _, _, err := s.start(limits{}, "ingest", evidence, "--case", file, "--quiet")
		if err != nil {
			return err
		}
		after := time.Duration(random.Float64() * float64(undisturbed.took))
		timer := time.AfterFunc(after, func() { _ = cmd.Process.Kill() })
		_ = cmd.Wait() // killed, as it should be
		timer.Stop()
		state := cmd.ProcessState.Sys().(syscall.WaitStatus)
		if state.Signaled() {
			n++
			s.counts.kills++
			if n%10 == 0 {
				s.say("%d of %d kills of the large ingest", n, kills)
			}
			continue
		}
		if state.ExitStatus() != 0 {
			s.fail("the large ingest, killed %d times, ends with status %d", n, state.ExitStatus())
			return nil
		}
		// All of it is loaded: look, and begin anew.
		if err := s.sameLarge(file, want); err != nil {
			return err
		}
		fresh++
		for _, name := range []string{file, file + ".wal"} {
			if err := os.Remove(name); err != nil && !os.IsNotExist(err) {
				return err
			}
		}
	}
	if r := s.tapaudit(limits{}, "ingest", evidence, "--case", file, "--quiet"); r.status != 0 {
		s.fail("the large ingest does not end: %v", r)
	}
	if err := s.sameLarge(file, want); err != nil {
		return err
	}
	s.say("%d kills of the large ingest in %.0f s, %d cases made whole", kills, time.Since(begun).Seconds(), fresh+1)
	return nil
}

func (s *session) sameLarge(file string, want content) error {
	got, err := s.content(file)
	if err != nil {
		return err
	}
	differs, lost, doubled := got.compare(want)
	s.counts.lost += lost
	s.counts.doubled += doubled
	if differs != "" {
		s.fail("the large ingest, killed and resumed: %s", differs)
	}
	return nil
}
