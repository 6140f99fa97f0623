//go:build linux

package main

import (
	"encoding/csv"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// faults are what may go wrong around a run, each alone.
func (s *session) faults() error {
	for _, f := range []struct {
		name string
		try  func(dir string) error
	}{
		{"the disk of the case is full", s.caseDiskFull},
		{"the disk of the report is full", s.reportDiskFull},
		{"the disk of the temporary files is full", s.temporaryDiskFull},
		{"files may not grow", s.fileSizeLimit},
		{"reading evidence fails", s.readErrors},
		{"evidence may not be read", s.unreadable},
		{"evidence changes while it is read", s.changing},
		{"the output lies on another file system", s.otherFileSystem},
		{"two runs at once", s.twoAtOnce},
		{"the evidence is read-only, outputs are private", s.privileges},
		{"the environment lies", s.hostileEnvironment},
	} {
		if err := s.ctx.Err(); err != nil {
			return err
		}
		dir, err := os.MkdirTemp(s.dir, "fault-")
		if err != nil {
			return err
		}
		if err := os.RemoveAll(s.tmp()); err != nil {
			return err
		}
		failures, began := len(s.failed), time.Now()
		if err := f.try(dir); err != nil {
			s.fail("%s: %v", f.name, err)
		}
		s.unmountAll()
		if err := os.RemoveAll(dir); err != nil {
			return err
		}
		if left := leftOver(s.tmp()); len(left) > 0 {
			s.fail("%s: left among the temporary files: %s", f.name, strings.Join(left, ", "))
		}
		how := "survived"
		if len(s.failed) > failures {
			how = "NOT survived"
		} else {
			s.counts.faults++
		}
		s.say("%s: %s (%.0f s)", f.name, how, time.Since(began).Seconds())
	}
	return nil
}

// failedCleanly demands that a command ended with status 1 and said why, in words that match.
func failedCleanly(r result, why string) error {
	if r.status != 1 || !regexp.MustCompile(why).MatchString(r.err) || r.crashed() {
		return fmt.Errorf("want exit status 1 and a message about %s; %v", why, r)
	}
	return nil
}

const fullDisk = `(?i)no space left|disk.*full|could not (write|sync|allocate)`

// sizes are parts of a whole at which a disk is full.
func (s *session) sizes(whole int64) []int64 {
	parts := []float64{0.02, 0.1, 0.25, 0.4, 0.55, 0.7, 0.85, 0.95}
	if s.short {
		parts = []float64{0.1}
	}
	var all []int64
	for _, p := range parts {
		all = append(all, int64(p*float64(whole))&^4095)
	}
	return all
}

func size(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}

// same demands that a case has this content.
func (s *session) same(file string, want content, without ...string) error {
	got, err := s.content(file, without...)
	if err != nil {
		return err
	}
	differs, lost, doubled := got.compare(want)
	s.counts.lost += lost
	s.counts.doubled += doubled
	if differs != "" {
		return fmt.Errorf("the case: %s", differs)
	}
	return nil
}

// sameReport demands that a folder holds these files.
func sameReport(dir string, want map[string]string) error {
	got, err := filesOf(dir)
	if err != nil {
		return err
	}
	if differs := differences(got, want); differs != "" {
		return fmt.Errorf("the report %s: %s", dir, differs)
	}
	return nil
}

// caseDiskFull: ingest and analyze fail with the reason; with room again, the same command makes the case whole.
func (s *session) caseDiskFull(string) error {
	for _, step := range []struct {
		name, from, becomes string
		want                content
		args                func(file string) []string
	}{
		{"ingest", "", s.whole.ingested, s.whole.loaded,
			func(file string) []string { return []string{"ingest", s.evidence, "--case", file, "--quiet"} }},
		{"analyze", s.whole.ingested, s.whole.analysed, s.whole.judged,
			func(file string) []string { return s.judged("analyze", file) }},
	} {
		begin := int64(0)
		if step.from != "" {
			begin = size(step.from)
		}
		failed := 0
		for _, room := range s.sizes(size(step.becomes) - begin) {
			disk, err := s.tmpfs("disk", max(begin, 4096)+1<<20)
			if err != nil {
				return err
			}
			file := filepath.Join(disk, "case.duckdb")
			if step.from != "" {
				if err := copyFile(step.from, file); err != nil {
					return err
				}
			}
			if err := resize(disk, begin+max(room, 4096)); err != nil {
				return err
			}
			// What does not fit any more may still fit: the database writes as it likes.
			if r := s.tapaudit(limits{}, step.args(file)...); r.status != 0 {
				failed++
				if err := failedCleanly(r, fullDisk); err != nil {
					return err
				}
			}
			if err := resize(disk, 1<<30); err != nil {
				return err
			}
			if r := s.tapaudit(limits{}, step.args(file)...); r.status != 0 {
				return fmt.Errorf("with room again, after %d bytes of %d: %v", room, size(step.becomes)-begin, r)
			}
			if err := s.same(file, step.want); err != nil {
				return fmt.Errorf("%s with %d bytes of room, then more: %w", step.name, room, err)
			}
			unmount(disk)
		}
		if failed == 0 {
			return fmt.Errorf("%s never failed for want of room", step.name)
		}
	}
	return nil
}

// reportDiskFull: the old report stays, whole, until there is room.
func (s *session) reportDiskFull(dir string) error {
	var old, fresh int64
	for _, text := range s.whole.superseded {
		old += int64(len(text)+4095) &^ 4095
	}
	for _, text := range s.whole.reported {
		fresh += int64(len(text)+4095) &^ 4095
	}
	file := filepath.Join(dir, "case.duckdb")
	if err := copyFile(s.whole.ingested, file); err != nil {
		return err
	}
	for _, room := range s.sizes(fresh) {
		disk, err := s.tmpfs("disk", 1<<30)
		if err != nil {
			return err
		}
		report := filepath.Join(disk, "report")
		if err := copyFolder(s.whole.old, report); err != nil {
			return err
		}
		if err := resize(disk, old+8192+room); err != nil {
			return err
		}
		args := append(s.judged("report", file), "--out", report)
		if err := failedCleanly(s.tapaudit(limits{}, args...), `no space left`); err != nil {
			return err
		}
		if err := sameReport(report, s.whole.superseded); err != nil {
			return err
		}
		if left := leftOver(disk, "report"); len(left) > 0 {
			return fmt.Errorf("left beside the report: %v", left)
		}
		if err := resize(disk, 1<<30); err != nil {
			return err
		}
		if r := s.tapaudit(limits{}, args...); r.status != 0 {
			return fmt.Errorf("with room again: %v", r)
		}
		if err := sameReport(report, s.whole.reported); err != nil {
			return err
		}
		unmount(disk)
	}
	return nil
}

// temporaryDiskFull: a run's case lies in memory and needs the disk of temporary files only for what exceeds that.
// Where the disk is full, the run ends with its report or fails with the reason, and leaves nothing.
func (s *session) temporaryDiskFull(dir string) error {
	report := filepath.Join(dir, "report")
	if err := copyFolder(s.whole.old, report); err != nil {
		return err
	}
	for _, room := range s.sizes(size(s.whole.analysed)) {
		disk, err := s.tmpfs("disk", max(room, 8192))
		if err != nil {
			return err
		}
		if r := s.tapaudit(limits{tmp: disk}, append(s.judged("run", ""), s.evidence, "--out",
			report)...); r.status != 0 {
			if err := failedCleanly(r, fullDisk); err != nil {
				return err
			}
			if err := sameReport(report, s.whole.superseded); err != nil {
				return err
			}
		} else if err := sameReport(report, s.whole.reported); err != nil {
			return err
		}
		if err := os.RemoveAll(report); err != nil {
			return err
		}
		if err := copyFolder(s.whole.old, report); err != nil {
			return err
		}
		if left := leftOver(disk); len(left) > 0 {
			return fmt.Errorf("left on the full disk: %v", left)
		}
		unmount(disk)
	}
	return nil
}

// fileSizeLimit: RLIMIT_FSIZE ends a write with EFBIG.
func (s *session) fileSizeLimit(dir string) error {
	file, report := filepath.Join(dir, "case.duckdb"), filepath.Join(dir, "report")
	if err := copyFolder(s.whole.old, report); err != nil {
		return err
	}
	failed := 0
	for _, part := range s.sizes(size(s.whole.ingested)) {
		wrapper := []string{"prlimit", fmt.Sprintf("--fsize=%d", max(part, 4096)), "--"}
		if r := s.tapaudit(limits{wrapper: wrapper}, "ingest", s.evidence, "--case", file,
			"--quiet"); r.status != 0 { // it may fit: the log is shorter than what it becomes
			failed++
			if err := failedCleanly(r, `(?i)file too large|could not write`); err != nil {
				return err
			}
		}
		if r := s.tapaudit(limits{}, "ingest", s.evidence, "--case", file, "--quiet"); r.status != 0 {
			return fmt.Errorf("without the limit: %v", r)
		}
		if err := s.same(file, s.whole.loaded); err != nil {
			return err
		}
		for _, name := range []string{file, file + ".wal"} {
			_ = os.Remove(name)
		}
	}
	if failed == 0 {
		return fmt.Errorf("it never failed for the size of a file")
	}
	if err := copyFile(s.whole.ingested, file); err != nil {
		return err
	}
	if r := s.tapaudit(limits{}, s.judged("analyze", file)...); r.status != 0 {
		return fmt.Errorf("%v", r)
	}
	// A limit that stops the report's files only would be between theirs and the case's; the case does not grow any
	// more.
	if err := failedCleanly(s.tapaudit(limits{wrapper: []string{"prlimit", "--fsize=65536", "--"}},
		append(s.judged("report", file), "--out", report)...), `(?i)file too large|could not write`); err != nil {
		return err
	}
	return sameReport(report, s.whole.superseded)
}

// listing is a report's evidence.csv and quarantine.csv, by path.
type listing struct {
	evidence, quarantine map[string][]map[string]string
}

func list(report string) (listing, error) {
	l := listing{map[string][]map[string]string{}, map[string][]map[string]string{}}
	for name, into := range map[string]map[string][]map[string]string{"evidence.csv": l.evidence,
		"quarantine.csv": l.quarantine} {
		f, err := os.Open(filepath.Join(report, name))
		if err != nil {
			return l, err
		}
		records, err := csv.NewReader(f).ReadAll()
		f.Close()
		if err != nil {
			return l, fmt.Errorf("%s: %w", name, err)
		}
		for _, record := range records[1:] {
			row := map[string]string{}
			for i, value := range record {
				row[records[0][i]] = value
			}
			into[row["path"]] = append(into[row["path"]], row)
		}
	}
	return l, nil
}

// loaded is how many records of the paths that match were loaded, duplicates included.
func (l listing) loaded(path *regexp.Regexp) (n int) {
	for p, rows := range l.evidence {
		if path.MatchString(p) {
			for _, row := range rows {
				for _, column := range []string{"records_loaded", "records_duplicate"} {
					k, _ := strconv.Atoi(row[column])
					n += k
				}
			}
		}
	}
	return n
}

// said is what evidence.csv and quarantine.csv say about the paths that match.
func (l listing) said(path *regexp.Regexp) string {
	var all []string
	for p, rows := range l.evidence {
		if path.MatchString(p) {
			for _, row := range rows {
				all = append(all, row["note"])
			}
		}
	}
	for p, rows := range l.quarantine {
		if path.MatchString(p) {
			for _, row := range rows {
				all = append(all, row["reason"])
			}
		}
	}
	slices.Sort(all)
	return strings.Join(all, "\n")
}

// unbalanced names a source whose records do not add up: read = loaded + duplicates + not used + quarantined.
func (l listing) unbalanced() error {
	for p, rows := range l.evidence {
		for _, row := range rows {
			n := map[string]int{}
			for _, column := range []string{"records_read", "records_loaded", "records_duplicate", "records_not_used",
				"records_quarantined"} {
				n[column], _ = strconv.Atoi(row[column])
			}
			if n["records_read"] != n["records_loaded"]+n["records_duplicate"]+n["records_not_used"]+n["records_quarantined"] {
				return fmt.Errorf("%s: the records do not add up: %v", p, n)
			}
		}
	}
	return nil
}

// twoFiles writes a folder with a good file of so many sign-ins and another one, and returns their paths.
func twoFiles(dir string, good, other int, name string) (goodFile, otherFile string, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", "", err
	}
	goodFile, otherFile = filepath.Join(dir, "good.ndjson"), filepath.Join(dir, name)
	if err := os.WriteFile(goodFile, []byte(signIns("good", good)), 0o600); err != nil {
		return "", "", err
	}
	return goodFile, otherFile, os.WriteFile(otherFile, []byte(signIns("other", other)), 0o600)
}

var (
	goodPath  = regexp.MustCompile(`good\.ndjson$`)
	otherPath = regexp.MustCompile(`other\.ndjson`)
)

// readErrors: a disk that fails while a file is read costs that file, with the reason, and nothing else; when it reads
// again, loading again gives what it holds.
func (s *session) readErrors(dir string) error {
	for _, test := range []struct {
		other int // records: few are read in one go, many in pieces
		when  string
	}{{100, "1+"}, {100, "2+"}, {3000, "1+"}, {3000, "4+"}, {3000, "9+"}, {3000, "3"}} {
		if s.short && test.when != "2+" && test.when != "4+" && test.when != "3" {
			continue
		}
		evidence := filepath.Join(dir, "evidence")
		_, other, err := twoFiles(evidence, 50, 100, "other.ndjson")
		if err != nil {
			return err
		}
		if test.other > 100 {
			if err := os.WriteFile(other, []byte(wideSignIns("other", test.other)), 0o600); err != nil {
				return err
			}
		}
		wrapper := strace("-o", "/dev/null", "-P", other, "-e", "trace=read,pread64", "-e",
			"inject=read,pread64:error=EIO:when="+test.when)
		report, file := filepath.Join(dir, "report"), filepath.Join(dir, "case.duckdb")
		r := s.tapaudit(limits{wrapper: wrapper}, "run", evidence, "--case", file, "--out", report, "--quiet",
			"--format", "csv")
		if r.status != 0 {
			return fmt.Errorf("read error %s of a file of %d records: %v", test.when, test.other, r)
		}
		l, err := list(report)
		if err != nil {
			return err
		}
		if n := l.loaded(goodPath); n != 50 {
			return fmt.Errorf("%d records of the good file, not 50", n)
		}
		if n, said := l.loaded(otherPath), l.said(otherPath); n != test.other &&
			!strings.Contains(said, "input/output error") {
			return fmt.Errorf("read error %s: %d of %d records and not a word about the error: %q", test.when, n,
				test.other, said)
		} else if strings.Contains(said, "it is empty") || strings.Contains(said, "cut off") {
			return fmt.Errorf("read error %s: said to be what nobody can know: %q", test.when, said)
		}
		if err := l.unbalanced(); err != nil {
			return err
		}
		if r := s.tapaudit(limits{}, "ingest", evidence, "--case", file, "--quiet"); r.status != 0 {
			return fmt.Errorf("when it can be read again: %v", r)
		}
		if n, err := s.query(file, "SELECT count(DISTINCT id) FROM signin_record"); err != nil ||
			n[0][0] != strconv.Itoa(50+test.other) {
			return fmt.Errorf("read error %s: read again, the case has %v different sign-ins, not %d (%v)", test.when,
				n, 50+test.other, err)
		}
		for _, name := range []string{file, file + ".wal"} {
			_ = os.Remove(name)
		}
	}
	return nil
}

// unreadable: what permissions forbid is listed, and the rest loads.
func (s *session) unreadable(dir string) error {
	evidence := filepath.Join(dir, "evidence")
	_, other, err := twoFiles(evidence, 50, 100, "other.ndjson")
	if err != nil {
		return err
	}
	closed := filepath.Join(evidence, "closed")
	if _, _, err := twoFiles(closed, 50, 50, "x.ndjson"); err != nil {
		return err
	}
	if err := os.Chmod(other, 0); err != nil {
		return err
	}
	if err := os.Chmod(closed, 0); err != nil {
		return err
	}
	defer os.Chmod(closed, 0o700)
	report := filepath.Join(dir, "report")
	// Without capabilities root is like anybody.
	r := s.tapaudit(limits{wrapper: []string{"setpriv", "--bounding-set=-all", "--inh-caps=-all"}}, "run", evidence,
		"--out", report, "--quiet")
	if r.status != 0 {
		return fmt.Errorf("%v", r)
	}
	l, err := list(report)
	if err != nil {
		return err
	}
	if n := l.loaded(goodPath); n != 50 {
		return fmt.Errorf("%d records of the good file, not 50", n)
	}
	for _, path := range []string{`other\.ndjson$`, `closed$`} {
		if said := l.said(regexp.MustCompile(path)); !strings.Contains(said, "permission denied") {
			return fmt.Errorf("%s: %q does not say that permission was denied", path, said)
		}
	}
	return nil
}

// changing: a file that changes while it is read is not loaded at all, and said to have changed; a later load gives
// all of it.
func (s *session) changing(dir string) error {
	const records = 3000
	changes := map[string]func(path string) error{
		"grows":        func(path string) error { return appendTo(path, signIns("more", 10)) },
		"is truncated": func(path string) error { return os.Truncate(path, size(path)/2) },
		"is emptied":   func(path string) error { return os.Truncate(path, 0) },
		"is rewritten": func(path string) error {
			return os.WriteFile(path, []byte(wideSignIns("new", records)),
				0o600)
		},
		"is replaced": func(path string) error { return replace(path, wideSignIns("new", records)) },
		"vanishes":    os.Remove,
	}
	for name, change := range changes {
		evidence := filepath.Join(dir, "evidence")
		_, other, err := twoFiles(evidence, 50, 1, "other.ndjson")
		if err != nil {
			return err
		}
		text := wideSignIns("other", records)
		if err := replace(other, text); err != nil {
			return err
		}
		report, file := filepath.Join(dir, "report"), filepath.Join(dir, "case.duckdb")
		changed := false
		r := s.tapaudit(limits{during: func(pid int) { changed = whileOpen(pid, other, change) }}, "run", evidence,
			"--case", file, "--out", report, "--quiet", "--format", "csv")
		if r.status != 0 {
			return fmt.Errorf("a file that %s: %v", name, r)
		}
		l, err := list(report)
		if err != nil {
			return err
		}
		if err := l.unbalanced(); err != nil {
			return fmt.Errorf("a file that %s: %w", name, err)
		}
		n, said := l.loaded(otherPath), l.said(otherPath)
		switch {
		case !changed:
			return fmt.Errorf("a file that %s: it was never seen open", name)
		case l.loaded(goodPath) != 50:
			return fmt.Errorf("a file that %s: %d records of the good one, not 50", name, l.loaded(goodPath))
		case strings.Contains(said, "changed"), strings.Contains(said, "no such file"):
			if n != 0 {
				return fmt.Errorf("a file that %s: %d records of it", name, n)
			}
		case n == records, n == records+10: // one whole state of it
		default:
			return fmt.Errorf("a file that %s: %d records of it, and it says %q", name, n, said)
		}
		// As it lies there now, it loads.
		want := 50 + records
		switch name {
		case "grows":
			want += 10
		case "is truncated":
			want = -1
		case "is emptied", "vanishes":
			want = 50 + n
		case "is rewritten", "is replaced":
			want += n
		}
		if r := s.tapaudit(limits{}, "ingest", evidence, "--case", file, "--quiet"); r.status != 0 {
			return fmt.Errorf("a file that %s, later: %v", name, r)
		}
		if got, err := s.query(file, "SELECT count(DISTINCT id) FROM signin_record"); err != nil || want >= 0 &&
			got[0][0] != strconv.Itoa(want) {
			return fmt.Errorf("a file that %s, later: %v sign-ins, not %d (%v)", name, got, want, err)
		}
		for _, name := range []string{file, file + ".wal"} {
			_ = os.Remove(name)
		}

	}
	return nil
}

func appendTo(path, text string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return err
	}
	if _, err := f.WriteString(text); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

// replace puts another file in a file's place.
func replace(path, text string) error {
	if err := os.WriteFile(path+".new", []byte(text), 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

// whileOpen stops a process as soon as it has read some of a file, changes the file, and lets the process go on.
func whileOpen(pid int, path string, change func(string) error) bool {
	folder := filepath.Join("/proc", strconv.Itoa(pid), "fd")
	for range 100_000 {
		entries, err := os.ReadDir(folder)
		if err != nil {
			return false
		}
		for _, e := range entries {
			if target, err := os.Readlink(filepath.Join(folder, e.Name())); err != nil || target != path {
				continue
			}
			info, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "fdinfo", e.Name()))
			if err != nil || strings.HasPrefix(string(info), "pos:\t0\n") {
				continue
			}
			if syscall.Kill(pid, syscall.SIGSTOP) != nil {
				return false
			}
			err = change(path)
			_ = syscall.Kill(pid, syscall.SIGCONT)
			return err == nil
		}
		time.Sleep(100 * time.Microsecond)
	}
	return false
}

// otherFileSystem: case, report and temporary files each on a file system of their own.
func (s *session) otherFileSystem(string) error {
	a, err := s.tmpfs("disk", 1<<30)
	if err != nil {
		return err
	}
	b, err := s.tmpfs("disk2", 1<<30)
	if err != nil {
		return err
	}
	file, report := filepath.Join(a, "case.duckdb"), filepath.Join(b, "deep", "er", "report")
	for range 2 {
		if r := s.tapaudit(limits{}, append(s.judged("run", file), s.evidence, "--out", report)...); r.status != 0 {
			return fmt.Errorf("%v", r)
		}
		if err := sameReport(report, s.whole.reported); err != nil {
			return err
		}
	}
	if left := append(leftOver(a, "case.duckdb"), leftOver(filepath.Dir(report), "report")...); len(left) > 0 {
		return fmt.Errorf("left: %v", left)
	}
	return s.same(file, s.whole.judged)
}

// twoAtOnce: of two that write one case, one waits for nothing and says that the case is in use; two that write one
// report leave one whole report.
func (s *session) twoAtOnce(dir string) error {
	file, report := filepath.Join(dir, "case.duckdb"), filepath.Join(dir, "report")
	rounds := 6
	if s.short {
		rounds = 1
	}
	for range rounds {
		ended := s.atOnce([]string{"ingest", s.evidence, "--case", file, "--quiet"},
			[]string{"ingest", s.evidence, "--case", file, "--quiet"})
		done := 0
		for _, r := range ended {
			if r.status == 0 {
				done++
			} else if err := failedCleanly(r, "in use by another process"); err != nil {
				return err
			}
		}
		if done == 0 {
			return fmt.Errorf("neither of two at once did anything: %v", ended)
		}
		if err := s.same(file, s.whole.loaded); err != nil {
			return fmt.Errorf("two at once: %w", err)
		}
		for _, name := range []string{file, file + ".wal"} {
			_ = os.Remove(name)
		}
		run := append(s.judged("run", ""), s.evidence, "--out", report)
		for _, r := range s.atOnce(run, run, run) {
			if r.status != 0 {
				return fmt.Errorf("three runs into one report: %v", r)
			}
		}
		if err := sameReport(report, s.whole.reported); err != nil {
			return fmt.Errorf("three runs into one report: %w", err)
		}
		if left := leftOver(dir, "report"); len(left) > 0 {
			return fmt.Errorf("three runs into one report leave %v", left)
		}
		if err := os.RemoveAll(report); err != nil {
			return err
		}
	}
	return nil
}

// atOnce runs commands beside one another.
func (s *session) atOnce(commands ...[]string) []result {
	ended := make([]result, len(commands))
	var all sync.WaitGroup
	for i, args := range commands {
		all.Go(func() { ended[i] = s.tapaudit(limits{}, args...) })
	}
	all.Wait()
	return ended
}

// privileges: evidence is read where nothing can be written, and whatever the umask, what is written is its owner's
// alone.
func (s *session) privileges(dir string) error {
	evidence, err := s.readOnly(s.evidence, filepath.Join("readonly", "evidence"))
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(evidence, "x"), nil, 0o600); err == nil {
		return fmt.Errorf("the read-only mount can be written")
	}
	before := states(s.evidence)
	outputs := filepath.Join(dir, "outputs")
	if err := os.Mkdir(outputs, 0o777); err != nil {
		return err
	}
	file, report := filepath.Join(outputs, "case.duckdb"), filepath.Join(outputs, "made", "report")
	var open []string
	watch := func(pid int) {
		for syscall.Kill(pid, 0) == nil {
			open = append(open, notPrivate(outputs)...)
			open = append(open, notPrivate(s.tmp())...)
			time.Sleep(5 * time.Millisecond)
			if state, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat")); err != nil ||
				strings.Contains(string(state), ") Z ") {
				return
			}
		}
	}
	wrapper := []string{"sh", "-c", `umask 0; exec "$0" "$@"`}
	for _, args := range [][]string{
		{"ingest", evidence, "--case", file, "--quiet"},
		append(s.judged("report", file), "--out", report),
		append(s.judged("run", ""), evidence, "--out", report),
	} {
		if r := s.tapaudit(limits{wrapper: wrapper, during: watch}, args...); r.status != 0 {
			return fmt.Errorf("%v", r)
		}
	}
	if open = append(open, notPrivate(outputs)...); len(open) > 0 {
		slices.Sort(open)
		return fmt.Errorf("others may look into %v", slices.Compact(open))
	}
	if after := states(s.evidence); differences(after, before) != "" {
		return fmt.Errorf("the evidence was touched: %s", differences(after, before))
	}
	return sameReport(report, s.whole.reported)
}

// notPrivate are the files and folders below a folder that others may look into.
func notPrivate(dir string) (open []string) {
	_ = filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || path == dir {
			return nil // it may have vanished by now
		}
		if info, err := entry.Info(); err == nil && info.Mode().Perm()&0o077 != 0 {
			open = append(open, fmt.Sprintf("%s (%v)", path, info.Mode()))
		}
		return nil
	})
	return open
}

// states are size and times of modification of the files below a folder.
func states(dir string) map[string]string {
	all := map[string]string{}
	_ = filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err == nil {
			all[path] = fmt.Sprint(info.Size(), info.ModTime(), info.Mode())
		}
		return err
	})
	return all
}

// hostileEnvironment: neither variables nor files in the home directory change a byte.
func (s *session) hostileEnvironment(dir string) error {
	home, env, err := hostileHome(dir)
	if err != nil {
		return err
	}
	before := states(home)
	report := filepath.Join(dir, "report")
	if r := s.tapaudit(limits{env: env}, append(s.judged("run", ""), s.evidence, "--out", report)...); r.status != 0 {
		return fmt.Errorf("%v", r)
	}
	if after := states(home); differences(after, before) != "" {
		return fmt.Errorf("the home directory was changed: %s", differences(after, before))
	}
	return sameReport(report, s.whole.reported)
}

// hostileHome is a home directory full of configuration, and an environment that names it and much else.
func hostileHome(dir string) (home string, env []string, err error) {
	home = filepath.Join(dir, "home")
	for name, text := range map[string]string{
		".duckdbrc": "SET threads = 1;\n.shell touch hacked\n", ".duckdb/stored_secrets/x.duckdb_secret": "x",
		".duckdb/extensions/v1.5.6/linux_amd64/httpfs.duckdb_extension": "x",
		".config/tapaudit/config.yaml":                                  "no: [", ".tapaudit.yaml": "no: [", ".config/tapaudit.yaml": "no: [",
		".netrc": "machine contoso.example login x password y\n",
	} {
		path := filepath.Join(home, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return "", nil, err
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			return "", nil, err
		}
	}
	return home, []string{
		"HOME=" + home, "XDG_CONFIG_HOME=" + filepath.Join(home, ".config"), "XDG_DATA_HOME=" + home, "USER=mallory",
		"LOGNAME=mallory",
		"TZ=Pacific/Kiritimati", "LANG=tr_TR.UTF-8", "LC_ALL=tr_TR.UTF-8", "LANGUAGE=tr",
		"HTTP_PROXY=http://127.0.0.1:9", "HTTPS_PROXY=http://127.0.0.1:9", "AWS_ACCESS_KEY_ID=x",
		"AWS_SECRET_ACCESS_KEY=x", "AZURE_TENANT_ID=x", "DUCKDB_EXTENSION_DIRECTORY=" + home,
		"TAPAUDIT_CONFIG=" + filepath.Join(home, ".tapaudit.yaml"), "TAPAUDIT_CASE=x", "TERM=xterm-256color",
		"COLUMNS=20", "CLICOLOR_FORCE=1", "FORCE_COLOR=1", "EDITOR=false", "PAGER=false", "BROWSER=false",
	}, nil
}
