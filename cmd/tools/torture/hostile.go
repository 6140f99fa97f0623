//go:build linux

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// hostileFile is one piece of hostile evidence.
type hostileFile struct {
	name  string                  // the file, or where make writes several, what they are called together
	make  func(path string) error // writes it
	loads int                     // good sign-ins in it that must be loaded
	// what evidence.csv or quarantine.csv say about it, a regular expression; "" for nothing in particular
	says  string
	large bool // takes long: not in the short form
}

const goodBeside = 20 // sign-ins in the file beside

// hostile audits each hostile file beside a good one, in bounded time and memory.
func (s *session) hostile() error {
	files := slices.Concat(hostileNames(), hostileContainers(), hostileTexts(), hostileLines())
	if len(files) < 100 {
		return fmt.Errorf("only %d hostile files", len(files))
	}
	var slowest, largest result
	for i, h := range files {
		if err := s.ctx.Err(); err != nil {
			return err
		}
		if h.large && s.short || s.short && i%9 != 0 {
			continue
		}
		r, err := s.tryHostile(i, h)
		if err != nil {
			s.fail("hostile file %d, %s: %v", i+1, h.name, err)
		}
		if r.crashed() {
			s.counts.crashes++
		}
		s.counts.files++
		if r.took > slowest.took {
			slowest = r
		}
		if r.memory > largest.memory {
			largest = r
		}
		if s.counts.files%25 == 0 {
			s.say("%d of %d hostile files: %d crashes, %d failures", s.counts.files, len(files), s.counts.crashes,
				len(s.failed))
		}
	}
	s.say("%d hostile files; the slowest took %.1f s (%s), the largest %d MiB (%s)", s.counts.files,
		slowest.took.Seconds(), filepath.Base(slowest.args[1]), largest.memory>>20, filepath.Base(largest.args[1]))
	return nil
}

func (s *session) tryHostile(i int, h hostileFile) (result, error) {
	dir, err := os.MkdirTemp(s.dir, "hostile-")
	if err != nil {
		return result{}, err
	}
	defer os.RemoveAll(dir)
	evidence := filepath.Join(dir, fmt.Sprintf("evidence-%d", i+1))
	hostile := filepath.Join(evidence, "hostile")
	if err := os.MkdirAll(hostile, 0o700); err != nil {
		return result{}, err
	}
	// One good file before it and one after it.
	for _, name := range []string{"a-good.ndjson", "z-good.ndjson"} {
		if err := os.WriteFile(filepath.Join(evidence, name), []byte(signIns(name[:1], goodBeside/2)),
			0o600); err != nil {
			return result{}, err
		}
	}
	if err := h.make(filepath.Join(hostile, h.name)); err != nil {
		return result{}, fmt.Errorf("making it: %w", err)
	}
	outside := filepath.Join(s.dir, "outside")
	if err := os.WriteFile(outside, []byte(signIns("outside", 1)), 0o600); err != nil {
		return result{}, err
	}
	report := filepath.Join(dir, "report")
	longest := 90 * time.Second
	if h.large {
		longest = 10 * time.Minute
	}
	r := s.tapaudit(limits{time: longest}, "run", evidence, "--out", report, "--verbose")
	if r.status != 0 || r.crashed() {
		return r, fmt.Errorf("%v", r)
	}
	l, err := list(report)
	if err != nil {
		return r, err
	}
	if err := l.unbalanced(); err != nil {
		return r, err
	}
	if n := l.loaded(goodPath); n != goodBeside {
		return r, fmt.Errorf("%d of %d sign-ins beside it were loaded", n, goodBeside)
	}
	path := regexp.MustCompile(`/hostile(/|$)`)
	if n := l.loaded(path); n < h.loads {
		return r, fmt.Errorf("%d of its %d good sign-ins were loaded; said: %q", n, h.loads, l.said(path))
	}
	said := l.said(path)
	if h.says == "." && l.loaded(path) > h.loads { // taken as one more record
		return r, s.inert(r, report, dir)
	}
	if h.says != "" && !regexp.MustCompile(h.says).MatchString(said) {
		return r, fmt.Errorf("want %q to be said, not %q", h.says, said)
	}
	return r, s.inert(r, report, dir)
}

// inert demands that nothing from the evidence acts: in the report's page, its tables, on the terminal, on the disk.
func (s *session) inert(r result, report, dir string) error {
	if strings.ContainsAny(r.out+r.err, "\x00\x07\x08\x1b\u202e") {
		return fmt.Errorf("a control character reaches the terminal: %q", r.out+r.err)
	}
	files, err := filesOf(report)
	if err != nil {
		return err
	}
	if page := files["report.html"]; regexp.MustCompile(`(?i)<script>alert|<img src=x|<iframe|<svg/onload|<[^>]*(href|src)\s*=\s*["']?javascript:`).MatchString(page) {
		return fmt.Errorf("markup of the evidence stands in the page")
	}
	for name, text := range files {
		if strings.HasSuffix(name, ".csv") {
			if cell := regexp.MustCompile(`(?m)(^|[,"])(=cmd|\+cmd|@SUM|-2\+3)`).FindString(text); cell != "" {
				return fmt.Errorf("%s has a cell that a spreadsheet runs: %q", name, cell)
			}
		}
	}
	if left := leftOver(dir, "report",
		"evidence-"+regexp.MustCompile(`\d+`).FindString(filepath.Base(r.args[1]))); len(left) > 0 {
		return fmt.Errorf("it left %v", left)
	}
	if left := leftOver(s.tmp()); len(left) > 0 {
		return fmt.Errorf("it left %v among the temporary files", left)
	}
	return nil
}
