//go:build linux

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// trace runs every command under a trace of its system calls. No socket of any family may be made and no program
// started. Nothing may be opened for writing but outputs and temporary files, and nothing looked for in the home
// directory. Then it runs in a network namespace without any interface but a loopback that is down.
func (s *session) trace() error {
	dir, err := os.MkdirTemp(s.dir, "trace-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	home, env, err := hostileHome(dir)
	if err != nil {
		return err
	}
	in, err := os.Open(filepath.Join(s.evidence, "..", "roster.csv"))
	if err != nil {
		return err
	}
	defer in.Close()
	file, report, other := filepath.Join(dir, "case.duckdb"), filepath.Join(dir, "report"), filepath.Join(dir, "other")
	for i, args := range [][]string{
		{"ingest", s.evidence, "--case", file},
		s.judged("analyze", file),
		append(s.judged("report", file), "--out", report),
		append(s.judged("run", ""), s.evidence, "--out", report),
		{"run", "-", "--out", other},
		{"query", "--case", file, "SELECT count(*) FROM source"},
		{"query", "--case", file, "FROM 'https://contoso.example/x.parquet'"},
		{"query", "--case", file, "SELECT '192.0.2.1'::INET"},
		{"verify", report, "--evidence", s.evidence},
		{"diff", s.whole.old, report},
		{"rules", "list"}, {"rules", "show", "TAP-ISSUED"},
		{"config", "check", s.path("sample", "tapaudit.yaml")}, {"config", "example"},
		{"completion", "bash"}, {"version"}, {"help"},
	} {
		log := filepath.Join(dir, "log")
		l := limits{env: env, wrapper: strace("-y", "-s", "4096", "-o", log, "-e",
			"trace=%network,%process,open,openat,openat2,creat,readlink,readlinkat")}
		if args[1%len(args)] == "-" {
			l.stdin = in
		}
		r := s.tapaudit(l, args...)
		refused := i == 6 || i == 7
		if args[1%len(args)] == "-" && r.status == 5 { // a list is not evidence
			r.status = 0
		}
		if r.crashed() || (r.status == 2) != refused || !refused && r.status != 0 &&
			!(args[0] == "diff" && r.status == 3) {
			s.fail("under strace: %v", r)
		}
		text, err := os.ReadFile(log)
		if err != nil {
			return err
		}
		if !strings.Contains(string(text), "execve(") || !strings.Contains(string(text), "openat(") {
			return fmt.Errorf("strace shows nothing: %.300s", text)
		}
		s.counts.runs++
		s.judgeTrace(strings.Join(args, " "), string(text), home, []string{dir, s.tmp(), "/dev/null"})
	}
	netless := filepath.Join(dir, "netless")
	if r := s.tapaudit(limits{wrapper: []string{"unshare", "--net", "--"}},
		append(s.judged("run", ""), s.evidence, "--out", netless)...); r.status != 0 {
		s.fail("without a network: %v", r)
	} else if err := sameReport(netless, s.whole.reported); err != nil {
		s.fail("without a network: %v", err)
	}
	s.say("%d commands traced: %d sockets", s.counts.runs, s.counts.sockets)
	return nil
}

var (
	networkCall = regexp.MustCompile(`^\d+ +(socket|socketpair|connect|bind|listen|accept4?|send(to|msg|mmsg)|recv(from|msg|mmsg)|getaddrinfo)\(`)
	startsOther = regexp.MustCompile(`^\d+ +(execve(at)?|fork|vfork)\(`)
	cloned      = regexp.MustCompile(`^\d+ +clone3?\(`)
	writes      = regexp.MustCompile(`O_(WRONLY|RDWR|CREAT|TRUNC)`)
	opened      = regexp.MustCompile(`^\d+ +(?:openat2?|open|creat)\((?:AT_FDCWD(?:<[^>]*>)?|\d+<([^>]*)>)?,? ?"((?:[^"\\]|\\.)*)", ?([^)]*)`)
)

// judgeTrace looks at each system call of a trace.
func (s *session) judgeTrace(what, text, home string, writable []string) {
	executed := 0
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		switch {
		case networkCall.MatchString(line):
			s.counts.sockets++
			s.fail("%s: %s", what, line)
		case startsOther.MatchString(line):
			if executed++; executed > 1 {
				s.fail("%s starts another program: %s", what, line)
			}
		case cloned.MatchString(line) && !strings.Contains(line, "CLONE_THREAD"):
			s.fail("%s starts a process: %s", what, line)
		}
		if strings.Contains(line, `"`+home) || strings.Contains(line, "/.duckdb") ||
			strings.Contains(line, "/.config") {
			s.fail("%s looks into the home directory: %s", what, line)
		}
		if m := opened.FindStringSubmatch(line); m != nil && writes.MatchString(m[3]) {
			allowed := false
			path := m[2]
			if name, err := strconv.Unquote(`"` + path + `"`); err == nil {
				path = name
			}
			if !filepath.IsAbs(path) && m[1] != "" { // below a folder that is open
				path = filepath.Join(m[1], path)
			}
			for _, dir := range writable {
				allowed = allowed || path == dir || strings.HasPrefix(path, dir+"/")
			}
			if !allowed || strings.HasPrefix(path, s.evidence) {
				s.fail("%s opens for writing: %s", what, line)
			}
		}
	}
}
