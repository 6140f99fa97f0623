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
	"tapaudit/reports/compare"
	"tapaudit/reports/folder"
	"tapaudit/reports/reporttest"
	"tapaudit/reports/tables"
	"tapaudit/reports/terminal"
	"tapaudit/reports/verdict"
)

var Update = flag.Bool("update", false, "rewrite testdata from what the writers give now")

func write(t *testing.T, r *analysis.Result, formats ...string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "report")
	opts := Options{Formats: formats, Version: "1.2.3", Created: reporttest.At(30, 13, 0)}
	if err := WriteFolder(context.Background(), dir, r, opts); err != nil {
		t.Fatal(err)
	}
	return dir
}

func compared(t *testing.T, before, after *analysis.Result) *compare.Comparison {
	t.Helper()
	c, err := compare.Reports(t.Context(), write(t, before, "csv", "json"), write(t, after, "csv", "json"), false)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func writeComparison(t *testing.T, c *compare.Comparison) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "diff")
	if err := c.WriteFolder(t.Context(), dir, "1.2.3", reporttest.At(30, 13, 0), false); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestGolden(t *testing.T) {
	// Parquet is left out: its bytes belong to the library, its content is
	// tested below.
	dir := write(t, reporttest.Hostile(), "html", "csv", "json")
	var summary bytes.Buffer
	if err := terminal.Summary(&summary, reporttest.Hostile(), "tapaudit-report", false); err != nil {
		t.Fatal(err)
	}
	got := map[string]string{"summary.txt": summary.String()}
	for _, name := range reporttest.Names(t, dir) {
		got[name] = reporttest.Read(t, dir, name)
	}
	if *Update {
		for name, text := range got {
			if err := os.WriteFile(filepath.Join("testdata", name), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	want := map[string]string{}
	for _, name := range reporttest.Names(t, "testdata") {
		if info, err := os.Stat(filepath.Join("testdata", name)); err != nil || info.IsDir() { // what other tests need
			continue
		}
		want[name] = reporttest.Read(t, "testdata", name)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the report differs from testdata; if that is meant, run go test ./reports -update (-want +got):\n%s",
			diff)
	}
}

func TestSameInputSameBytes(t *testing.T) {
	a, b := write(t, reporttest.Hostile()), filepath.Join(t.TempDir(), "elsewhere")
	err := WriteFolder(context.Background(), b, reporttest.Hostile(),
		Options{Version: "1.2.3", Created: reporttest.At(30, 14, 0)})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range reporttest.Names(t, a) {
		was, is := reporttest.Read(t, a, name), reporttest.Read(t, b, name)
		if name == "manifest.json" {
			is = strings.Replace(is, "2026-09-30T14:00:00Z", "2026-09-30T13:00:00Z", 1)
		}
		if was != is {
			t.Errorf("%s differs between two runs", name)
		}
	}
}

func TestFolderHoldsWhatTheFormatsSay(t *testing.T) {
	all := []string{"actions.csv", "activity.csv", "assessment.csv", "coverage.csv", "evidence.csv", "exceptions.csv",
		"findings.csv", "findings.json", "findings.parquet",
		"incidents.csv", "incidents.json", "logins.csv", "manifest.json", "passes.csv", "policy.csv", "quarantine.csv",
		"report.html", "timeline.csv"}
	if diff := cmp.Diff(all, reporttest.Names(t, write(t, reporttest.Hostile()))); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"findings.json", "incidents.json", "manifest.json"},
		reporttest.Names(t, write(t, reporttest.Hostile(), "json"))); diff != "" {
		t.Error(diff)
	}
	dir := filepath.Join(t.TempDir(), "report")
	if err := WriteFolder(context.Background(), dir, reporttest.Hostile(),
		Options{Formats: []string{"pdf"}}); !errors.Is(err, ErrFormat) {
		t.Errorf("format pdf: %v", err)
	}
}

func TestFolderIsPrivate(t *testing.T) {
	dir := write(t, reporttest.Hostile())
	info, err := os.Stat(dir)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o700 {
		t.Errorf("folder has mode %o", info.Mode().Perm())
	}
	for _, name := range reporttest.Names(t, dir) {
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
	dir := write(t, reporttest.Hostile())
	if err := WriteFolder(context.Background(), dir, reporttest.Hostile(),
		Options{Formats: []string{"csv"}}); err != nil {
		t.Fatal(err)
	}
	if slices.Contains(reporttest.Names(t, dir), "report.html") {
		t.Error("a file of the old report is left")
	}
	if diff := cmp.Diff([]string{"report"}, reporttest.Names(t, filepath.Dir(dir))); diff != "" {
		t.Errorf("beside the report: %s", diff)
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
		if err := WriteFolder(context.Background(), dir, reporttest.Hostile(), Options{}); !errors.Is(err,
			folder.ErrNotReport) {
			t.Errorf("folder with %s: %v", name, err)
		}
		if diff := cmp.Diff([]string{name}, reporttest.Names(t, dir)); diff != "" {
			t.Error(diff)
		}
		if err := folder.Check(t.Context(), dir, true); !errors.Is(err, folder.ErrNotReport) {
			t.Errorf("folder with %s, to be replaced: %v", name, err)
		}
	}
	file := filepath.Join(parent, "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := WriteFolder(context.Background(), file, reporttest.Hostile(), Options{}); !errors.Is(err,
		folder.ErrNotReport) {
		t.Errorf("a file: %v", err)
	}
	// What was finished is kept beside what was refused, whole.
	kept := []string{"file", "file.new-1", "manifest.json.d", "manifest.json.d.new-1", "notes.txt.d",
		"notes.txt.d.new-1"}
	if diff := cmp.Diff(kept, reporttest.Names(t, parent)); diff != "" {
		t.Errorf("after the refusals: %s", diff)
	}
	for _, name := range kept {
		if strings.HasSuffix(name, ".new-1") {
			if v := verifyFolder(t, filepath.Join(parent, name)); v.Same != 17 || len(v.Differences) > 0 {
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
	if err := WriteFolder(context.Background(), link, reporttest.Hostile(),
		Options{Formats: []string{"json"}}); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link was replaced: %v %v", info, err)
	}
	if diff := cmp.Diff([]string{"findings.json", "incidents.json", "manifest.json"},
		reporttest.Names(t, dir)); diff != "" {
		t.Error(diff)
	}
}

func TestInterruptedRunLeavesTheOldReport(t *testing.T) {
	dir := write(t, reporttest.Hostile())
	before := reporttest.Read(t, dir, "manifest.json")
	ctx, cancel := context.WithCancel(context.Background())
	err := folder.Replace(ctx, dir, folder.Replacing{Check: func(context.Context, string) error { return nil }},
		func(f *folder.Folder) error {
			return f.Create("findings.json", func(w io.Writer) error {
				cancel()
				_, err := w.Write(make([]byte, 1<<20))
				return err
			})
		})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error: %v", err)
	}
	if err := WriteFolder(ctx, dir, reporttest.Hostile(), Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("error: %v", err)
	}
	if reporttest.Read(t, dir, "manifest.json") != before {
		t.Error("the old report was changed")
	}
	if diff := cmp.Diff([]string{"report"}, reporttest.Names(t, filepath.Dir(dir))); diff != "" {
		t.Errorf("beside the report: %s", diff)
	}
}

func TestManifestNamesEveryFile(t *testing.T) {
	dir := write(t, reporttest.Hostile())
	m, err := folder.ReadManifest(dir)
	if err != nil {
		t.Fatal(err)
	}
	listed := []string{"manifest.json"}
	for _, f := range m.Outputs {
		listed = append(listed, f.Path)
		text := reporttest.Read(t, dir, f.Path)
		sum := sha256.Sum256([]byte(text))
		if f.SHA256 != hex.EncodeToString(sum[:]) || f.Bytes != int64(len(text)) {
			t.Errorf("%s: the manifest has another size or hash", f.Path)
		}
	}
	slices.Sort(listed)
	if diff := cmp.Diff(reporttest.Names(t, dir), listed); diff != "" {
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
		"actions.csv":    "number,severity,incident_id,ask,about,question,fix,evidence,answer,decided_by,due,done",
		"timeline.csv":   "time,tenant_id,user_id,user_name,what,actor_name,ip,country,application,detail,incident_id,finding_ids,event_id,evidence",
		"assessment.csv": "rule_id,tenant_id,from,to,population,findings,excepted,assessed,reason",
		"passes.csv":     "tenant_id,pass_id,user_id,user_name,issued_at,issuer_type,issuer_id,issuer_name,issuer_ip,start,end_time,end_basis,ended_at,ended_by,usage,logins,first_login,methods_registered,event_id,evidence,witness",
		"activity.csv":   "tenant_id,user_id,user_name,login_time,time,link,source,workload,operation,class,result,object,address,client,session,event_id,evidence",
		"logins.csv":     "tenant_id,user_id,user_name,time,ip,asn,country,applications,signins,footprint,outcome,pass_issued_at,issuer_name,issued,approved_issuer,four_eyes,purpose,place,hours,prompt,outcome_registered,closed,supervised,event_ids,evidence,reasons,deeds",
		"policy.csv":     "tenant_id,from,to,basis,state,usable_once,default_minutes,minimum_minutes,maximum_minutes,length,include,exclude,actor,event_id,evidence",
		"coverage.csv":   "tenant_id,log_type,day,records,can_show_tap,status",
		"evidence.csv":   "path,container,bytes,sha256,format,tenant_id,records_read,records_loaded,records_duplicate,records_not_used,records_quarantined,first_time,last_time,note",
		"exceptions.csv": "rule_id,tenant_id,subject,reason,owner,approved_on,from,expires,expired,findings",
		"quarantine.csv": "path,line,offset,reason,excerpt,sha256,evidence",
	}
	for _, r := range []*analysis.Result{reporttest.Hostile(), {}} {
		dir := write(t, r, "csv")
		for name, columns := range want {
			text := reporttest.Read(t, dir, name)
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
	dir := write(t, reporttest.Hostile(), "csv")
	for _, name := range reporttest.Names(t, dir) {
		if !strings.HasSuffix(name, ".csv") {
			continue
		}
		rows, err := csv.NewReader(strings.NewReader(reporttest.Read(t, dir, name))).ReadAll()
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
		if got := tables.Inert(given); got != want {
			t.Errorf("Inert(%q) is %q, want %q", given, got, want)
		}
	}
}

// findingInParquet is a part of a finding, with the types that a reader of Parquet is promised.
type findingInParquet struct {
	FindingID        string     `parquet:"finding_id"`
	SubjectName      string     `parquet:"subject_name"`
	FirstSeen        *time.Time `parquet:"first_seen,optional,timestamp(microsecond)"`
	Count            int64      `parquet:"count"`
	EventIDs         []string   `parquet:"event_ids,list"`
	ExceptionOwner   *string    `parquet:"exception_owner,optional"`
	ExceptionExpires *int32     `parquet:"exception_expires,optional,date"` // days since 1970-01-01
}

func TestFormatsTellTheSame(t *testing.T) {
	dir := write(t, reporttest.Hostile())
	rows, err := csv.NewReader(strings.NewReader(reporttest.Read(t, dir, "findings.csv"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var fromJSON []map[string]any
	if err := json.Unmarshal([]byte(reporttest.Read(t, dir, "findings.json")), &fromJSON); err != nil {
		t.Fatal(err)
	}
	fromParquet, err := parquet.ReadFile[findingInParquet](filepath.Join(dir, "findings.parquet"))
	if err != nil {
		t.Fatal(err)
	}
	if len(rows)-1 != len(fromJSON) || len(fromJSON) != len(fromParquet) ||
		len(fromJSON) != len(reporttest.Hostile().Findings) {
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
			if got := rows[i+1][column]; got != tables.Inert(text) {
				t.Errorf("finding %d, %s: CSV has %q, JSON %q", i, name, got, text)
			}
		}
		p := fromParquet[i]
		if p.FindingID != object["finding_id"] || p.SubjectName != object["subject_name"] ||
			p.Count != int64(object["count"].(float64)) ||
			len(p.EventIDs) != len(object["event_ids"].([]any)) {
			t.Errorf("finding %d differs in Parquet: %+v", i, p)
		}
	}
	first := reporttest.Hostile().Findings[0]
	if got := fromParquet[0].FirstSeen; got == nil || !got.Equal(first.FirstSeen.Truncate(time.Microsecond)) {
		t.Errorf("first_seen in Parquet: %v", got)
	}
	if got := fromParquet[3].ExceptionExpires; got == nil ||
		time.Unix(int64(*got)*24*60*60, 0).UTC().Format(time.DateOnly) != "2027-03-31" {
		t.Errorf("exception_expires in Parquet: %v", got)
	}
	if fromParquet[0].ExceptionOwner != nil || fromParquet[0].ExceptionExpires != nil {
		t.Error("a finding without an exception has one in Parquet")
	}
}

func TestNoFindingsIsStillAReport(t *testing.T) {
	dir := write(t, &analysis.Result{})
	if got := reporttest.Read(t, dir, "findings.json"); got != "[]\n" {
		t.Errorf("findings.json: %q", got)
	}
	rows, err := parquet.ReadFile[findingInParquet](filepath.Join(dir, "findings.parquet"))
	if err != nil || len(rows) != 0 {
		t.Errorf("findings.parquet: %d rows, %v", len(rows), err)
	}
	for _, want := range []string{"Log-ins could not be assessed", "No test was run"} {
		if !strings.Contains(reporttest.Read(t, dir, "report.html"), want) {
			t.Errorf("report.html of no evidence does not say %q", want)
		}
	}
}

func TestPageAllowsOnlyItsOwnStyleAndScript(t *testing.T) {
	page := reporttest.Read(t, write(t, reporttest.Hostile(), "html"), "report.html")
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
	r := reporttest.Hostile()
	r.Organisation, r.Passes[0].UserName = unseen, unseen
	for i := range r.Findings {
		r.Findings[i].SubjectName += unseen
	}
	dir := write(t, r, "html", "json", "csv", "summary", "xlsx")
	var summary bytes.Buffer
	if err := terminal.Summary(&summary, r, "rep\x1b[2Jort", false); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"report.html": reporttest.Read(t, dir, "report.html"),
		"findings.json": reporttest.Read(t, dir, "findings.json"),
		"manifest.json": reporttest.Read(t, dir, "manifest.json"), "summary.md": reporttest.Read(t, dir, "summary.md"),
		"the summary": summary.String()} {
		if at := strings.IndexFunc(text, safetext.Deceptive); at >= 0 {
			t.Errorf("%s holds %q", name, text[max(0, at-20):at+5])
		}
	}
	if page := reporttest.Read(t, dir, "report.html"); !strings.Contains(page, "anna␛[2J") ||
		!strings.Contains(page, "an"+strings.Repeat("\uFFFD", 12)+"na") {
		t.Error("report.html does not show where the characters are")
	}
	// What programs read has the value itself.
	for _, name := range []string{"findings.csv", "passes.csv"} {
		if !strings.Contains(reporttest.Read(t, dir, name), unseen) {
			t.Errorf("%s has lost characters", name)
		}
	}
}

// A log-in that was seen is told, and a test that was not run is never counted as passed.
func TestFirstPageOfLittleEvidence(t *testing.T) {
	no := func(ids ...string) (all []analysis.Assessment) {
		for _, id := range ids {
			all = append(all, analysis.Assessment{RuleID: id, TenantID: reporttest.Tenant, Assessed: "no",
				Reasons: []string{"no audit log"}})
		}
		return all
	}
	yes := analysis.Assessment{RuleID: "TAP-SIGNIN", TenantID: reporttest.Tenant, Assessed: "yes"}
	medium, high := analysis.Finding{Severity: "medium", Status: "open"},
		analysis.Finding{Severity: "high", Status: "open"}
	one := []analysis.Login{{Supervised: "not assessed"}}
	for _, c := range []struct {
		name              string
		result            analysis.Result
		heading, sentence string
	}{
		{"nothing read", analysis.Result{Unassessed: "no file was read"}, "Nothing could be tested",
			"No file was read: "},
		{"nothing in the period", analysis.Result{Unassessed: "none of it lies in the period",
			Assessments: no("TAP-SIGNIN")},
			"Nothing could be assessed",
			"None of it lies in the period; neither issued passes nor log-ins with a pass could be assessed"},
		{"nothing but a passcode", analysis.Result{Unassessed: "none of it lies in the period",
			Assessments: no("TAP-SIGNIN"), Findings: []analysis.Finding{high}},
			"Nothing could be assessed, but 1 finding needs action now", "1 high finding is open; the only test could not be run."},
		{"a log-in only", analysis.Result{Assessments: append(no("TAP-ISSUED", "TAP-REISSUED"), yes), Logins: one,
			Findings: []analysis.Finding{medium}},
			"Most tests could not be run, and 1 finding needs a decision", "1 log-in with a pass (1 could not be assessed)"},
		{"no finding", analysis.Result{Assessments: append(no("TAP-ISSUED", "TAP-REISSUED"), yes)},
			"Most tests could not be run; the others found nothing urgent", "of 3 tests, 2 could not be run"},
		{"audit log only", analysis.Result{Assessments: no("TAP-SIGNIN"), Findings: []analysis.Finding{high}},
			"One finding needs action now, and log-ins could not be assessed",
			"Neither issued passes nor log-ins with a pass could be assessed; 1 high finding is open"},
	} {
		heading, sentence := verdict.Of(&c.result)
		if heading != c.heading || !strings.Contains(sentence, c.sentence) {
			t.Errorf("%s: %s. %s", c.name, heading, sentence)
		}
		page := reporttest.Read(t, write(t, &c.result, "html"), "report.html")
		if tested := len(c.result.Assessments) > 0; strings.Contains(page, verdict.CollectFirst) == tested {
			t.Errorf("%s: the page tells to collect evidence: %v", c.name, !tested)
		}
		if strings.Contains(page, "Every test could be run") {
			t.Errorf("%s: the page says that every test could be run", c.name)
		}
	}
}

// The brief is the first page alone: it leads nowhere that it does not have, and says what it leaves out.
func TestBriefIsTheFirstPageAlone(t *testing.T) {
	r := reporttest.Large(60)
	r.Assessments, r.Findings = nil, r.Findings[:1]
	r.Findings[0].IncidentID = "i"
	for i := range 5 {
		r.Missing = append(r.Missing, analysis.Missing{TenantID: reporttest.Tenant, Need: fmt.Sprint("need ", i),
			Reason: fmt.Sprint("reason ", i), Rules: []string{"TAP-ISSUED"}})
		r.Assessments = append(r.Assessments, analysis.Assessment{RuleID: "TAP-ISSUED", TenantID: reporttest.Tenant,
			Assessed: "no", Reasons: []string{fmt.Sprint("reason ", i)}})
	}
	subject := r.Findings[0].SubjectID
	r.Rules = []analysis.Rule{{ID: "TAP-TAKEOVER-CHAIN", HowToVerify: "Look. Ask. Compare.", HowToFix: "Mend."}}
	r.Incidents = []analysis.Incident{{ID: "i", TenantID: reporttest.Tenant, Severity: "critical", Status: "open",
		SubjectType: "user", SubjectID: subject, SubjectName: r.Findings[0].SubjectName, FirstSeen: reporttest.At(1, 8, 0),
		LastSeen: reporttest.At(1, 9, 0), Findings: []string{r.Findings[0].ID}, Signs: []string{"TAP-TAKEOVER-CHAIN"},
		Headline: "Somebody came in"}}
	for i := range 8 {
		r.Timeline = append(r.Timeline, analysis.Moment{Time: reporttest.At(1, 8, i), TenantID: reporttest.Tenant,
			UserID: subject, What: "method registered", Detail: fmt.Sprint("step ", i), IncidentID: "i",
			IP: fmt.Sprint("192.0.2.", i)})
	}
	brief := strings.Join(strings.Fields(reporttest.Read(t, write(t, r, "brief"), "brief.html")), " ")
	heading, sentence := verdict.Of(r)
	for _, has := range []string{heading, sentence, "Somebody came in", "step 4", "3 further steps are in timeline.csv",
		"<li>Look.</li>", "<li>Ask.</li>", "What is needed from whom", "2026-09-01 08:00:00 to 09:00:00",
		"Reason 2", "2 further requests follow in report.html"} {
		if !strings.Contains(brief, has) {
			t.Errorf("it lacks %q", has)
		}
	}
	for _, not := range []string{"<script", `href="#`, "step 5", "Compare.", "Reason 3", `id="findings"`, `id="ledger"`} {
		if strings.Contains(brief, not) {
			t.Errorf("it has %q", not)
		}
	}
}

func TestManyFindingsStayReadable(t *testing.T) {
	r := reporttest.Large(10_000)
	page := reporttest.Read(t, write(t, r, "html"), "report.html")
	if len(page) > 15<<20 {
		t.Errorf("report.html has %d bytes", len(page))
	}
	if got := strings.Count(page, ` id="f-`); got != len(r.Findings) {
		t.Errorf("report.html shows %d of %d findings", got, len(r.Findings))
	}
	for _, want := range []string{"The reasons of the last 2,500 rows are in logins.csv",
		"1,000 further log-ins are in logins.csv",
		"2,000 further passes are in passes.csv"} {
		if !strings.Contains(page, want) {
			t.Errorf("report.html does not say %q", want)
		}
	}
}

// The page shows of many tenants the first and names the table with the rest; of few it shows all.
func TestManyTenantsStayReadable(t *testing.T) {
	of := func(tenants int) *analysis.Result {
		r := &analysis.Result{Period: analysis.Period{From: reporttest.At(1, 0, 0), To: reporttest.At(11, 0, 0)}}
		for i := range 40 {
			r.Rules = append(r.Rules, reporttest.Rule(fmt.Sprintf("TAP-RULE-%d", i), "A rule", "low"))
		}
		for i := range tenants {
			tenant := fmt.Sprintf("%08d-0000-4000-8000-000000000000", i)
			r.Tenants = append(r.Tenants, tenant)
			for k, rule := range r.Rules {
				a := analysis.Assessment{RuleID: rule.ID, TenantID: tenant,
					Assessed: []string{"yes", "partly", "no"}[k%3]}
				if a.Assessed != "yes" {
					a.Reasons = []string{"the evidence holds no " + rule.ID}
				}
				r.Assessments = append(r.Assessments, a)
			}
			for _, logType := range []string{"audit", "sign-in interactive", "sign-in non-interactive"} {
				for d := range 10 {
					r.Coverage = append(r.Coverage,
						analysis.CoverageDay{TenantID: tenant, LogType: logType, Day: reporttest.At(1+d, 0, 0),
							Status: "covered"})
				}
			}
			r.Policy = append(r.Policy, analysis.PolicyState{TenantID: tenant, From: reporttest.At(1, 0, 0),
				State: "enabled", Basis: "snapshot"})
			for k := range 4 {
				r.Findings = append(r.Findings, analysis.Finding{ID: fmt.Sprintf("%d-%d", i, k), RuleID: r.Rules[k].ID,
					Severity: "low", Status: "open", TenantID: tenant,
					SubjectType: "tenant", SubjectID: tenant, SubjectName: tenant, FirstSeen: reporttest.At(1, 0, 0),
					LastSeen: reporttest.At(2, 0, 0), Summary: strings.Repeat("A summary. ", 20)})
			}
		}
		return r
	}
	folds := []string{
		"10 of 8,000 here, the rest in assessment.csv",
		"10 tenants here; of 7,990 more something could not be seen either: see assessment.csv",
		"2,000 of 112,000 here, the rest in assessment.csv", "2,000 of 104,000 here, the rest in assessment.csv",
		"30 calendars here, of a tenant and log each; 23,970 more are in coverage.csv",
		"7,500 further states are in policy.csv",
		"23,976 further logs are in the calendars below and in coverage.csv",
	}
	page := reporttest.Read(t, write(t, of(8_000), "html"), "report.html")
	if len(page) > 15<<20 {
		t.Errorf("the page of 8,000 tenants has %d bytes", len(page))
	}
	prose := strings.Join(strings.Fields(page), " ")
	for _, want := range folds {
		if !strings.Contains(prose, want) {
			t.Errorf("the page of 8,000 tenants does not say %q", want)
		}
	}
	shown := strings.Count(page, ` id="f-`)
	beyond := 0
	for _, m := range regexp.MustCompile(`(?:([\d,]+) more|([\d,]+) further findings of this rule are) in findings.csv`).FindAllStringSubmatch(prose, -1) {
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
		if page := reporttest.Read(t, write(t, of(few), "html"),
			"report.html"); regexp.MustCompile(`here, the rest|tenants here|calendars here|in findings.csv\.</p>`).MatchString(page) {
			t.Errorf("the page of %d tenants leaves something out", few)
		}
	}
}

func TestSummaryFitsATerminal(t *testing.T) {
	r := reporttest.Hostile()
	r.Findings[0].SubjectName = strings.Repeat("漢字", 60)
	r.Findings[1].Title = strings.Repeat("é", 200)
	for _, color := range []bool{false, true} {
		var out bytes.Buffer
		if err := terminal.Summary(&out, r, "report", color); err != nil {
			t.Fatal(err)
		}
		for l := range strings.Lines(out.String()) {
			if w := twwidth.Width(strings.TrimSuffix(l, "\n")); w > terminal.Columns {
				t.Errorf("%d columns: %s", w, l)
			}
		}
		if color != strings.Contains(out.String(), "\x1b[1;31mcritical\x1b[0m") {
			t.Errorf("color %v: %s", color, out.String())
		}
	}
	if err := terminal.Summary(brokenPipe{}, r, "report", false); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("a writer that fails: %v", err)
	}
}

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestWhatWasNotAssessedIsNeverNone(t *testing.T) {
	assessed := func(state, reason string) []analysis.Assessment {
		return []analysis.Assessment{{RuleID: "TAP-ISSUED", Assessed: "yes"},
			{RuleID: "TAP-SIGNIN", Assessed: state, Reasons: []string{reason}}}
	}
	one := []analysis.Login{{Supervised: "yes"}}
	for _, c := range []struct {
		name        string
		result      analysis.Result
		says, never string
	}{
		{"all covered", analysis.Result{Assessments: assessed("yes", "")}, "no log-in with a pass;", "could not"},
		{"not assessable", analysis.Result{Assessments: assessed("no", "no sign-ins")},
			"log-ins with a pass could not be assessed", "no log-in"},
		{"not assessable but seen", analysis.Result{Assessments: assessed("no", "no sign-ins"), Logins: one},
			"at least 1 log-in", "no log-in"},
		{"covered in part", analysis.Result{Assessments: assessed("partly", "a gap")},
			"no log-in with a pass in the part that could be assessed", "no log-in with a pass;"},
		{"rule not run", analysis.Result{}, "log-ins with a pass could not be assessed", "no log-in"},
	} {
		_, sentence := verdict.Of(&c.result)
		if !strings.Contains(sentence, c.says) || strings.Contains(sentence, c.never) {
			t.Errorf("%s: %s", c.name, sentence)
		}
		page := reporttest.Read(t, write(t, &c.result, "html"), "report.html")
		if shown := strings.Contains(page, "shows no log-in with a pass"); shown != (c.name == "all covered") {
			t.Errorf("%s: the ledger claims that there was none: %v", c.name, shown)
		}
	}
}

// TestContrast holds the palette to WCAG 2.2 AA: 4.5 to 1 for text.
