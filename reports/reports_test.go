package reports

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/olekukonko/tablewriter/pkg/twwidth"
	"github.com/parquet-go/parquet-go"

	"tapaudit/analysis"
	"tapaudit/ingest/safetext"
)

var update = flag.Bool("update", false, "rewrite testdata from what the writers give now")

func write(t *testing.T, r *analysis.Result, formats ...string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "report")
	opts := Options{Formats: formats, Version: "1.2.3", Created: at(30, 13, 0)}
	if err := WriteFolder(context.Background(), dir, r, opts); err != nil {
		t.Fatal(err)
	}
	return dir
}

func read(t *testing.T, path ...string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return all
}

func TestGolden(t *testing.T) {
	// Parquet is left out: its bytes belong to the library, its content is
	// tested below.
	dir := write(t, hostile(), "html", "csv", "json")
	var summary bytes.Buffer
	if err := Summary(&summary, hostile(), "tapaudit-report", false); err != nil {
		t.Fatal(err)
	}
	got := map[string]string{"summary.txt": summary.String()}
	for _, name := range names(t, dir) {
		got[name] = read(t, dir, name)
	}
	if *update {
		for name, text := range got {
			if err := os.WriteFile(filepath.Join("testdata", name), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	want := map[string]string{}
	for _, name := range names(t, "testdata") {
		if info, err := os.Stat(filepath.Join("testdata", name)); err != nil || info.IsDir() { // what other tests need
			continue
		}
		want[name] = read(t, "testdata", name)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the report differs from testdata; if that is meant, run go test ./reports -update (-want +got):\n%s", diff)
	}
}

func TestSameInputSameBytes(t *testing.T) {
	a, b := write(t, hostile()), filepath.Join(t.TempDir(), "elsewhere")
	err := WriteFolder(context.Background(), b, hostile(), Options{Version: "1.2.3", Created: at(30, 14, 0)})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names(t, a) {
		was, is := read(t, a, name), read(t, b, name)
		if name == "manifest.json" {
			is = strings.Replace(is, "2026-09-30T14:00:00Z", "2026-09-30T13:00:00Z", 1)
		}
		if was != is {
			t.Errorf("%s differs between two runs", name)
		}
	}
}

func TestFolderHoldsWhatTheFormatsSay(t *testing.T) {
	all := []string{"assessment.csv", "coverage.csv", "evidence.csv", "exceptions.csv", "findings.csv", "findings.json", "findings.parquet",
		"incidents.csv", "incidents.json", "logins.csv", "manifest.json", "passes.csv", "policy.csv", "quarantine.csv", "report.html"}
	if diff := cmp.Diff(all, names(t, write(t, hostile()))); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"findings.json", "incidents.json", "manifest.json"}, names(t, write(t, hostile(), "json"))); diff != "" {
		t.Error(diff)
	}
	dir := filepath.Join(t.TempDir(), "report")
	if err := WriteFolder(context.Background(), dir, hostile(), Options{Formats: []string{"pdf"}}); !errors.Is(err, ErrFormat) {
		t.Errorf("format pdf: %v", err)
	}
}

func TestFolderIsPrivate(t *testing.T) {
	dir := write(t, hostile())
	info, err := os.Stat(dir)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o700 {
		t.Errorf("folder has mode %o", info.Mode().Perm())
	}
	for _, name := range names(t, dir) {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %o", name, info.Mode().Perm())
		}
	}
}

func TestFolderIsReplacedAsAWhole(t *testing.T) {
	dir := write(t, hostile())
	if err := WriteFolder(context.Background(), dir, hostile(), Options{Formats: []string{"csv"}}); err != nil {
		t.Fatal(err)
	}
	if slices.Contains(names(t, dir), "report.html") {
		t.Error("a file of the old report is left")
	}
	if diff := cmp.Diff([]string{"report"}, names(t, filepath.Dir(dir))); diff != "" {
		t.Errorf("beside the report: %s", diff)
	}
}

func TestReplacingWithoutExchange(t *testing.T) {
	parent := t.TempDir()
	for _, name := range []string{"fresh", "old"} {
		if err := os.Mkdir(filepath.Join(parent, name), 0o700); err != nil {
			t.Fatal(err)
		}
		put(t, name, parent, name, "name")
	}
	root, err := os.OpenRoot(parent)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	aside, err := exchangeByRenames(root, "fresh", "old")
	if err != nil {
		t.Fatal(err)
	}
	if got := read(t, filepath.Join(parent, "old"), "name"); got != "fresh" {
		t.Errorf("the old place holds %q", got)
	}
	if got := read(t, filepath.Join(parent, aside), "name"); got != "old" {
		t.Errorf("what was set aside holds %q", got)
	}
	if _, err := exchangeByRenames(root, "absent", "old"); err == nil {
		t.Error("nothing was put in the old place")
	}
	if got := read(t, filepath.Join(parent, "old"), "name"); got != "fresh" {
		t.Errorf("after a failure the old place holds %q", got)
	}
}

func TestForeignFolderIsRefused(t *testing.T) {
	parent := t.TempDir()
	for name, content := range map[string]string{
		"notes.txt":     "mine",
		"manifest.json": `{"tool": "another"}`,
	} {
		dir := filepath.Join(parent, name+".d")
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := WriteFolder(context.Background(), dir, hostile(), Options{}); !errors.Is(err, ErrNotReport) {
			t.Errorf("folder with %s: %v", name, err)
		}
		if diff := cmp.Diff([]string{name}, names(t, dir)); diff != "" {
			t.Error(diff)
		}
		if err := CheckFolder(t.Context(), dir, true); !errors.Is(err, ErrNotReport) {
			t.Errorf("folder with %s, to be replaced: %v", name, err)
		}
	}
	file := filepath.Join(parent, "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := WriteFolder(context.Background(), file, hostile(), Options{}); !errors.Is(err, ErrNotReport) {
		t.Errorf("a file: %v", err)
	}
	// What was finished is kept beside what was refused, whole.
	kept := []string{"file", "file.new-1", "manifest.json.d", "manifest.json.d.new-1", "notes.txt.d", "notes.txt.d.new-1"}
	if diff := cmp.Diff(kept, names(t, parent)); diff != "" {
		t.Errorf("after the refusals: %s", diff)
	}
	for _, name := range kept {
		if strings.HasSuffix(name, ".new-1") {
			if v := verifyFolder(t, filepath.Join(parent, name)); v.Same != 14 || len(v.Differences) > 0 {
				t.Errorf("%s: %d the same, %v", name, v.Same, v.Differences)
			}
		}
	}
}

func TestEmptyFolderAndLinkAreAccepted(t *testing.T) {
	parent := t.TempDir()
	dir, link := filepath.Join(parent, "empty"), filepath.Join(parent, "link")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("empty", link); err != nil {
		t.Fatal(err)
	}
	if err := WriteFolder(context.Background(), link, hostile(), Options{Formats: []string{"json"}}); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link was replaced: %v %v", info, err)
	}
	if diff := cmp.Diff([]string{"findings.json", "incidents.json", "manifest.json"}, names(t, dir)); diff != "" {
		t.Error(diff)
	}
}

func TestInterruptedRunLeavesTheOldReport(t *testing.T) {
	dir := write(t, hostile())
	before := read(t, dir, "manifest.json")
	ctx, cancel := context.WithCancel(context.Background())
	err := replaceFolder(ctx, dir, replacing{check: func(context.Context, string) error { return nil }}, func(f *folder) error {
		return f.create("findings.json", func(w io.Writer) error {
			cancel()
			_, err := w.Write(make([]byte, 1<<20))
			return err
		})
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error: %v", err)
	}
	if err := WriteFolder(ctx, dir, hostile(), Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("error: %v", err)
	}
	if read(t, dir, "manifest.json") != before {
		t.Error("the old report was changed")
	}
	if diff := cmp.Diff([]string{"report"}, names(t, filepath.Dir(dir))); diff != "" {
		t.Errorf("beside the report: %s", diff)
	}
}

func TestManifestNamesEveryFile(t *testing.T) {
	dir := write(t, hostile())
	m, err := ReadManifest(dir)
	if err != nil {
		t.Fatal(err)
	}
	listed := []string{"manifest.json"}
	for _, f := range m.Outputs {
		listed = append(listed, f.Path)
		text := read(t, dir, f.Path)
		sum := sha256.Sum256([]byte(text))
		if f.SHA256 != hex.EncodeToString(sum[:]) || f.Bytes != int64(len(text)) {
			t.Errorf("%s: the manifest has another size or hash", f.Path)
		}
	}
	slices.Sort(listed)
	if diff := cmp.Diff(names(t, dir), listed); diff != "" {
		t.Error(diff)
	}
	if m.Version != "1.2.3" || m.Created == nil || len(m.Inputs) != 2 {
		t.Errorf("manifest: %+v", m)
	}
}

func TestColumns(t *testing.T) {
	want := map[string]string{
		"findings.csv":   "finding_id,rule_id,severity,status,tenant_id,subject_type,subject_id,subject_name,actor_id,actor_name,first_seen,last_seen,count,title,summary,event_ids,evidence,exception_reason,exception_owner,exception_expires,remediation,techniques,controls,how_to_verify,incident_id",
		"incidents.csv":  "incident_id,rank,score,severity,status,tenant_id,subject_type,subject_id,subject_name,first_seen,last_seen,passes,logins,findings,signs,actors,headline,finding_ids,touches",
		"assessment.csv": "rule_id,tenant_id,from,to,population,findings,excepted,assessed,reason",
		"passes.csv":     "tenant_id,pass_id,user_id,user_name,issued_at,issuer_type,issuer_id,issuer_name,issuer_ip,start,end_time,end_basis,ended_at,ended_by,usage,logins,first_login,methods_registered,event_id,evidence",
		"logins.csv":     "tenant_id,user_id,user_name,time,ip,asn,country,applications,signins,footprint,outcome,pass_issued_at,issuer_name,issued,approved_issuer,four_eyes,purpose,place,hours,prompt,outcome_registered,closed,supervised,event_ids,evidence",
		"policy.csv":     "tenant_id,from,to,basis,state,usable_once,default_minutes,minimum_minutes,maximum_minutes,length,include,exclude,actor,event_id,evidence",
		"coverage.csv":   "tenant_id,log_type,day,records,can_show_tap,status",
		"evidence.csv":   "path,container,bytes,sha256,format,tenant_id,records_read,records_loaded,records_duplicate,records_not_used,records_quarantined,first_time,last_time,note",
		"exceptions.csv": "rule_id,tenant_id,subject,reason,owner,approved_on,from,expires,expired,findings",
		"quarantine.csv": "path,line,offset,reason,excerpt,sha256,evidence",
	}
	for _, r := range []*analysis.Result{hostile(), {}} {
		dir := write(t, r, "csv")
		for name, columns := range want {
			text := read(t, dir, name)
			if head, _, _ := strings.Cut(text, "\n"); head != columns {
				t.Errorf("%s has the columns %s", name, head)
			}
			// Fails where a row is longer or shorter than the head.
			if _, err := csv.NewReader(strings.NewReader(text)).ReadAll(); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

func TestSpreadsheetRunsNoCell(t *testing.T) {
	dir := write(t, hostile(), "csv")
	for _, name := range names(t, dir) {
		if !strings.HasSuffix(name, ".csv") {
			continue
		}
		rows, err := csv.NewReader(strings.NewReader(read(t, dir, name))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			for _, cell := range row {
				if cell != "" && strings.ContainsAny(cell[:1], "=+-@\t\r") {
					t.Errorf("%s holds the live cell %q", name, cell)
				}
			}
		}
	}
	for given, want := range map[string]string{
		"=1+1": "'=1+1", "+41": "'+41", "-2": "'-2", "@SUM(A1)": "'@SUM(A1)", "\tx": "'\tx", "\rx": "'\rx",
		"a=b": "a=b", "": "", "caf\xe9": "caf\uFFFD",
	} {
		if got := Inert(given); got != want {
			t.Errorf("Inert(%q) is %q, want %q", given, got, want)
		}
	}
}

func TestFormatsTellTheSame(t *testing.T) {
	dir := write(t, hostile())
	rows, err := csv.NewReader(strings.NewReader(read(t, dir, "findings.csv"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var fromJSON []map[string]any
	if err := json.Unmarshal([]byte(read(t, dir, "findings.json")), &fromJSON); err != nil {
		t.Fatal(err)
	}
	fromParquet, err := parquet.ReadFile[findingRow](filepath.Join(dir, "findings.parquet"))
	if err != nil {
		t.Fatal(err)
	}
	if len(rows)-1 != len(fromJSON) || len(fromJSON) != len(fromParquet) || len(fromJSON) != len(hostile().Findings) {
		t.Fatalf("%d rows of CSV, %d of JSON, %d of Parquet", len(rows)-1, len(fromJSON), len(fromParquet))
	}
	for i, object := range fromJSON {
		for column, name := range rows[0] {
			text := ""
			switch v := object[name].(type) {
			case nil:
				if _, ok := object[name]; !ok {
					t.Errorf("findings.json has no %s", name)
				}
			case []any:
				var parts []string
				for _, part := range v {
					parts = append(parts, part.(string))
				}
				text = strings.Join(parts, "; ")
			default:
				text = fmt.Sprint(v)
			}
			if got := rows[i+1][column]; got != Inert(text) {
				t.Errorf("finding %d, %s: CSV has %q, JSON %q", i, name, got, text)
			}
		}
		p := fromParquet[i]
		if p.FindingID != object["finding_id"] || p.SubjectName != object["subject_name"] || p.Count != int64(object["count"].(float64)) ||
			len(p.EventIDs) != len(object["event_ids"].([]any)) {
			t.Errorf("finding %d differs in Parquet: %+v", i, p)
		}
	}
	first := hostile().Findings[0]
	if got := fromParquet[0].FirstSeen; got == nil || !got.Equal(first.FirstSeen.Truncate(time.Microsecond)) {
		t.Errorf("first_seen in Parquet: %v", got)
	}
	if got := fromParquet[3].ExpiresDay; got == nil || time.Unix(int64(*got)*24*60*60, 0).UTC().Format(time.DateOnly) != "2027-03-31" {
		t.Errorf("exception_expires in Parquet: %v", got)
	}
	if fromParquet[0].ExceptionOwner != nil || fromParquet[0].ExpiresDay != nil {
		t.Error("a finding without an exception has one in Parquet")
	}
}

func TestNoFindingsIsStillAReport(t *testing.T) {
	dir := write(t, &analysis.Result{})
	if got := read(t, dir, "findings.json"); got != "[]\n" {
		t.Errorf("findings.json: %q", got)
	}
	rows, err := parquet.ReadFile[findingRow](filepath.Join(dir, "findings.parquet"))
	if err != nil || len(rows) != 0 {
		t.Errorf("findings.parquet: %d rows, %v", len(rows), err)
	}
	for _, want := range []string{"Log-ins could not be assessed", "No test was run"} {
		if !strings.Contains(read(t, dir, "report.html"), want) {
			t.Errorf("report.html of no evidence does not say %q", want)
		}
	}
}

func TestPageAllowsOnlyItsOwnStyleAndScript(t *testing.T) {
	page := read(t, write(t, hostile(), "html"), "report.html")
	policy := regexp.MustCompile(`<meta http-equiv="Content-Security-Policy" content="([^"]*)">`).FindStringSubmatch(page)
	if policy == nil || !strings.HasPrefix(policy[1], "default-src 'none';") {
		t.Fatalf("policy: %q", policy)
	}
	for _, tag := range []string{"style", "script"} {
		found := regexp.MustCompile(`(?s)<`+tag+`>(.*?)</`+tag+`>`).FindAllStringSubmatch(page, -1)
		if len(found) != 1 {
			t.Fatalf("%d elements %s, want one", len(found), tag)
		}
		sum := sha256.Sum256([]byte(found[0][1]))
		want := tag + "-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
		if !strings.Contains(policy[1], want) {
			t.Errorf("the policy %q does not allow %s", policy[1], want)
		}
	}
	// What the page's own markup may hold: no element from evidence, nothing
	// that the policy would block, nothing that loads.
	body := page[strings.Index(page, "<body>"):strings.LastIndex(page, "<script>")]
	for _, tag := range regexp.MustCompile(`<[a-zA-Z][^>]*>`).FindAllString(body, -1) {
		if strings.HasPrefix(tag, `<svg class="picture" viewBox="0 0 960 `) {
			continue
		}
		if regexp.MustCompile(`(?i)^<(script|img|svg|iframe|object|embed|link|form|base|meta)\b`).MatchString(tag) {
			t.Errorf("element %s", tag)
		}
		if regexp.MustCompile(`(?i)\s(on[a-z]+|style|src|srcset)\s*=`).MatchString(tag) {
			t.Errorf("attribute in %s", tag)
		}
		if strings.Contains(tag, "javascript:") {
			t.Errorf("address in %s", tag)
		}
	}
}

func TestNothingDeceptiveIsShown(t *testing.T) {
	const unseen = "an\u200b\u200f\u2028\u00ad\u034f\u115f\u3164\u2800\ufe0f\u180e\U000e0041\U000e01efna"
	r := hostile()
	r.Organisation, r.Passes[0].UserName = unseen, unseen
	for i := range r.Findings {
		r.Findings[i].SubjectName += unseen
	}
	dir := write(t, r, "html", "json", "csv", "summary", "xlsx")
	var summary bytes.Buffer
	if err := Summary(&summary, r, "rep\x1b[2Jort", false); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"report.html": read(t, dir, "report.html"), "findings.json": read(t, dir, "findings.json"),
		"manifest.json": read(t, dir, "manifest.json"), "summary.md": read(t, dir, "summary.md"), "the summary": summary.String()} {
		if at := strings.IndexFunc(text, safetext.Deceptive); at >= 0 {
			t.Errorf("%s holds %q", name, text[max(0, at-20):at+5])
		}
	}
	if page := read(t, dir, "report.html"); !strings.Contains(page, "anna␛[2J") || !strings.Contains(page, "an"+strings.Repeat("\uFFFD", 12)+"na") {
		t.Error("report.html does not show where the characters are")
	}
	// What programs read has the value itself.
	for _, name := range []string{"findings.csv", "passes.csv"} {
		if !strings.Contains(read(t, dir, name), unseen) {
			t.Errorf("%s has lost characters", name)
		}
	}
}

// A log-in that was seen is told, and a test that was not run is never counted as passed.
func TestFirstPageOfLittleEvidence(t *testing.T) {
	no := func(ids ...string) (all []analysis.Assessment) {
		for _, id := range ids {
			all = append(all, analysis.Assessment{RuleID: id, TenantID: tenant, Assessed: "no", Reasons: []string{"no audit log"}})
		}
		return all
	}
	yes := analysis.Assessment{RuleID: "TAP-SIGNIN", TenantID: tenant, Assessed: "yes"}
	medium, high := analysis.Finding{Severity: "medium", Status: "open"}, analysis.Finding{Severity: "high", Status: "open"}
	one := []analysis.Login{{Supervised: "not assessed"}}
	for _, c := range []struct {
		name              string
		result            analysis.Result
		heading, sentence string
	}{
		{"nothing read", analysis.Result{Unassessed: "no file was read"}, "Nothing could be tested", "No file was read: "},
		{"nothing in the period", analysis.Result{Unassessed: "none of it lies in the period", Assessments: no("TAP-SIGNIN")},
			"Nothing could be assessed", "In this evidence: none of it lies in the period; issued passes could not be assessed"},
		{"nothing but a passcode", analysis.Result{Unassessed: "none of it lies in the period", Assessments: no("TAP-SIGNIN"), Findings: []analysis.Finding{high}},
			"Nothing could be assessed, but 1 finding asks for action now", "none of it lies in the period"},
		{"a log-in only", analysis.Result{Assessments: append(no("TAP-ISSUED", "TAP-REISSUED"), yes), Logins: one, Findings: []analysis.Finding{medium}},
			"Most tests could not be run, and 1 finding needs a decision", "1 log-in with a pass (1 not assessable)"},
		{"no finding", analysis.Result{Assessments: append(no("TAP-ISSUED", "TAP-REISSUED"), yes)},
			"Most tests could not be run; the others found nothing urgent", "of 3 tests, 2 could not be run"},
		{"audit log only", analysis.Result{Assessments: no("TAP-SIGNIN"), Findings: []analysis.Finding{high}},
			"One finding asks for action now, and log-ins could not be assessed", "log-ins with a pass could not be assessed"},
	} {
		heading, sentence := verdict(&c.result)
		if heading != c.heading || !strings.Contains(sentence, c.sentence) {
			t.Errorf("%s: %s. %s", c.name, heading, sentence)
		}
		page := read(t, write(t, &c.result, "html"), "report.html")
		if tested := len(c.result.Assessments) > 0; strings.Contains(page, collectFirst) == tested {
			t.Errorf("%s: the page tells to collect evidence: %v", c.name, !tested)
		}
		if strings.Contains(page, "Every test could be run") {
			t.Errorf("%s: the page says that every test could be run", c.name)
		}
	}
}

func TestUnseenReasonsAreCountedAndFolded(t *testing.T) {
	r := &analysis.Result{Tenants: []string{tenant}}
	for i := range 8 {
		r.Assessments = append(r.Assessments, analysis.Assessment{RuleID: fmt.Sprint("R", i), TenantID: tenant, Assessed: "partly",
			Reasons: []string{"2 days without audit log", fmt.Sprint("reason ", i)}})
	}
	r.Assessments[3].Assessed = "no"
	all := unseenByTenant(r)
	if len(all) != 1 || len(all[0].Reasons) != unseenTold || len(all[0].Rest) != 9-unseenTold {
		t.Fatalf("%+v", all)
	}
	// The gap alone stopped no test: seven others were run in part in spite of it.
	if first := all[0].Reasons[0]; first.All() || first.Touches() != "8 tests, 1 of them not run at all" {
		t.Errorf("%s: %s", first.Reason, first.Touches())
	}
	if second := all[0].Reasons[1]; !second.All() || second.Reason != "reason 3" || second.Touches() != "1 test" {
		t.Errorf("%s: %s", second.Reason, second.Touches())
	}
}

func TestPeriodInWords(t *testing.T) {
	for _, c := range []struct {
		from, to time.Time
		want     string
	}{
		{at(1, 0, 0), at(30, 0, 0), "2026-09-01 to 2026-09-29"},
		{at(1, 0, 0), at(2, 0, 0), "2026-09-01"},
		{at(1, 8, 30), at(2, 0, 0), "2026-09-01 08:30:00 to before 2026-09-02 00:00:00"},
		{at(1, 8, 30), time.Time{}, "from 2026-09-01 08:30:00"},
		{time.Time{}, time.Time{}, "not known"},
	} {
		if got := spanned(analysis.Period{From: c.from, To: c.to}); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

func TestManyFindingsStayReadable(t *testing.T) {
	r := large(10_000)
	page := read(t, write(t, r, "html"), "report.html")
	if len(page) > 15<<20 {
		t.Errorf("report.html has %d bytes", len(page))
	}
	if got := strings.Count(page, ` id="f-`); got != len(r.Findings) {
		t.Errorf("report.html shows %d of %d findings", got, len(r.Findings))
	}
	for _, want := range []string{"1,000 further log-ins are in logins.csv", "2,000 further passes are in passes.csv"} {
		if !strings.Contains(page, want) {
			t.Errorf("report.html does not say %q", want)
		}
	}
}

// The page shows of many tenants the first and names the table with the rest; of few it shows all.
func TestManyTenantsStayReadable(t *testing.T) {
	of := func(tenants int) *analysis.Result {
		r := &analysis.Result{Period: analysis.Period{From: at(1, 0, 0), To: at(11, 0, 0)}}
		for i := range 40 {
			r.Rules = append(r.Rules, rule(fmt.Sprintf("TAP-RULE-%d", i), "A rule", "low"))
		}
		for i := range tenants {
			tenant := fmt.Sprintf("%08d-0000-4000-8000-000000000000", i)
			r.Tenants = append(r.Tenants, tenant)
			for k, rule := range r.Rules {
				a := analysis.Assessment{RuleID: rule.ID, TenantID: tenant, Assessed: []string{"yes", "partly", "no"}[k%3]}
				if a.Assessed != "yes" {
					a.Reasons = []string{"the evidence holds no " + rule.ID}
				}
				r.Assessments = append(r.Assessments, a)
			}
			for _, logType := range logTypes {
				for d := range 10 {
					r.Coverage = append(r.Coverage, analysis.CoverageDay{TenantID: tenant, LogType: logType, Day: at(1+d, 0, 0), Status: "covered"})
				}
			}
			r.Policy = append(r.Policy, analysis.PolicyState{TenantID: tenant, From: at(1, 0, 0), State: "enabled", Basis: "snapshot"})
			for k := range 4 {
				r.Findings = append(r.Findings, analysis.Finding{ID: fmt.Sprintf("%d-%d", i, k), RuleID: r.Rules[k].ID, Severity: "low", Status: "open", TenantID: tenant,
					SubjectType: "tenant", SubjectID: tenant, SubjectName: tenant, FirstSeen: at(1, 0, 0), LastSeen: at(2, 0, 0), Summary: strings.Repeat("A summary. ", 20)})
			}
		}
		return r
	}
	folds := []string{
		"10 of 8,000 here, the rest in assessment.csv", "10 tenants here; of 7,990 more something could not be seen either: see assessment.csv",
		"2,000 of 112,000 here, the rest in assessment.csv", "2,000 of 104,000 here, the rest in assessment.csv",
		"30 calendars here, of a tenant and log each; 23,970 more are in coverage.csv", "7,500 further states are in policy.csv",
		"23,976 further logs are in the calendars below and in coverage.csv",
	}
	page := read(t, write(t, of(8_000), "html"), "report.html")
	if len(page) > 15<<20 {
		t.Errorf("the page of 8,000 tenants has %d bytes", len(page))
	}
	for _, want := range folds {
		if !strings.Contains(page, want) {
			t.Errorf("the page of 8,000 tenants does not say %q", want)
		}
	}
	shown := strings.Count(page, ` id="f-`)
	beyond := 0
	for _, m := range regexp.MustCompile(`(?:([\d,]+) more|([\d,]+) further findings of this rule are) in findings.csv`).FindAllStringSubmatch(page, -1) {
		n, err := strconv.Atoi(strings.ReplaceAll(m[1]+m[2], ",", ""))
		if err != nil {
			t.Fatal(err)
		}
		beyond += n
	}
	if shown+beyond != 32_000 || shown < 5_000 {
		t.Errorf("%d findings are shown and %d told to be in findings.csv, of 32,000", shown, beyond)
	}
	for _, few := range []int{1, 3} {
		if page := read(t, write(t, of(few), "html"), "report.html"); regexp.MustCompile(`here, the rest|tenants here|calendars here|in findings.csv\.</p>`).MatchString(page) {
			t.Errorf("the page of %d tenants leaves something out", few)
		}
	}
}

func TestSummaryFitsATerminal(t *testing.T) {
	r := hostile()
	r.Findings[0].SubjectName = strings.Repeat("漢字", 60)
	r.Findings[1].Title = strings.Repeat("é", 200)
	for _, color := range []bool{false, true} {
		var out bytes.Buffer
		if err := Summary(&out, r, "report", color); err != nil {
			t.Fatal(err)
		}
		for l := range strings.Lines(out.String()) {
			if w := twwidth.Width(strings.TrimSuffix(l, "\n")); w > columns {
				t.Errorf("%d columns: %s", w, l)
			}
		}
		if color != strings.Contains(out.String(), "\x1b[1;31mcritical\x1b[0m") {
			t.Errorf("color %v: %s", color, out.String())
		}
	}
	if err := Summary(brokenPipe{}, r, "report", false); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("a writer that fails: %v", err)
	}
}

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestWhatWasNotAssessedIsNeverNone(t *testing.T) {
	assessed := func(state, reason string) []analysis.Assessment {
		return []analysis.Assessment{{RuleID: "TAP-ISSUED", Assessed: "yes"}, {RuleID: "TAP-SIGNIN", Assessed: state, Reasons: []string{reason}}}
	}
	one := []analysis.Login{{Supervised: "yes"}}
	for _, c := range []struct {
		name        string
		result      analysis.Result
		says, never string
	}{
		{"all covered", analysis.Result{Assessments: assessed("yes", "")}, "no log-in with a pass;", "could not"},
		{"not assessable", analysis.Result{Assessments: assessed("no", "no sign-ins")}, "log-ins with a pass could not be assessed", "no log-in"},
		{"not assessable but seen", analysis.Result{Assessments: assessed("no", "no sign-ins"), Logins: one}, "at least 1 log-in", "no log-in"},
		{"covered in part", analysis.Result{Assessments: assessed("partly", "a gap")}, "no log-in with a pass in the part that could be assessed", "no log-in with a pass;"},
		{"rule not run", analysis.Result{}, "log-ins with a pass could not be assessed", "no log-in"},
	} {
		_, sentence := verdict(&c.result)
		if !strings.Contains(sentence, c.says) || strings.Contains(sentence, c.never) {
			t.Errorf("%s: %s", c.name, sentence)
		}
		page := read(t, write(t, &c.result, "html"), "report.html")
		if shown := strings.Contains(page, "shows no log-in with a pass"); shown != (c.name == "all covered") {
			t.Errorf("%s: the ledger claims that there was none: %v", c.name, shown)
		}
	}
}

func TestAssessmentSentences(t *testing.T) {
	for _, c := range []struct {
		given analysis.Assessment
		want  string
	}{
		{analysis.Assessment{Assessed: "yes"}, "Tested, none found."},
		{analysis.Assessment{Assessed: "yes", Findings: 2, Excepted: 1}, "Tested: 2 findings, 1 excepted."},
		{analysis.Assessment{Assessed: "partly", Reasons: []string{"a gap."}}, "Tested in part, none found in that part; the rest could not be tested: a gap."},
		{analysis.Assessment{Assessed: "partly", Findings: 1, Reasons: []string{"a gap"}}, "Tested in part: 1 finding; the rest could not be tested: a gap."},
		{analysis.Assessment{Assessed: "no", Reasons: []string{"no audit log"}}, "Could not be tested: no audit log."},
		{analysis.Assessment{Assessed: "no"}, "Could not be tested: no reason is given."},
	} {
		if got := result(c.given); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

func TestFirstThings(t *testing.T) {
	r := &analysis.Result{}
	for _, f := range []struct{ id, rule, severity, status string }{
		{"1", "A", "high", "open"}, {"2", "A", "high", "open"}, {"3", "B", "high", "excepted"}, {"4", "C", "high", "open"},
		{"5", "D", "info", "open"},
	} {
		r.Findings = append(r.Findings, analysis.Finding{ID: f.id, RuleID: f.rule, Severity: analysis.Severity(f.severity), Status: f.status})
	}
	var got []string
	for _, f := range firstThings(r, 4) {
		got = append(got, f.ID)
	}
	if diff := cmp.Diff([]string{"1", "4", "2"}, got); diff != "" {
		t.Error(diff)
	}
}

// TestContrast holds the palette to WCAG 2.2 AA: 4.5 to 1 for text.
func TestContrast(t *testing.T) {
	blocks := regexp.MustCompile(`(?s):root \{(.*?)\}`).FindAllStringSubmatch(style, -1)
	if len(blocks) != 3 {
		t.Fatalf("%d palettes, want those for light, dark and print", len(blocks))
	}
	for i, block := range blocks {
		colour := map[string]string{}
		for _, m := range regexp.MustCompile(`--([a-z-]+): (#[0-9a-f]{6})`).FindAllStringSubmatch(block[1], -1) {
			colour[m[1]] = m[2]
		}
		pairs := [][2]string{{"ink", "paper"}, {"ink", "card"}, {"ink", "head"}, {"muted", "paper"}, {"muted", "card"}, {"muted", "head"},
			{"link", "card"}, {"link", "low-bg"}, {"critical", "card"}, {"medium", "card"}, {"good", "card"}}
		for _, name := range []string{"critical", "high", "medium", "low", "info", "good"} {
			pairs = append(pairs, [2]string{name, name + "-bg"})
		}
		for _, p := range pairs {
			a, b := luminance(t, colour[p[0]]), luminance(t, colour[p[1]])
			if ratio := (max(a, b) + .05) / (min(a, b) + .05); ratio < 4.5 {
				t.Errorf("palette %d: %s on %s has a contrast of %.2f", i, p[0], p[1], ratio)
			}
		}
	}
}
