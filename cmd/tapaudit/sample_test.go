package main

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tapaudit/analysis"
	"tapaudit/analysis/settings"
	"tapaudit/analysis/supervision"
)

const (
	sampleLogs   = "../../sample-logs"
	samplePeriod = "2026Q3"
)

// sampleReport is the sample judged by its configuration, bareReport without one.
var (
	sampleReport = madeOnce("sample", filepath.Join(sampleLogs, "evidence"), "--config",
		filepath.Join(sampleLogs, "tapaudit.yaml"), "--period", samplePeriod)
	bareReport = madeOnce("bare", filepath.Join(sampleLogs, "evidence"), "--period", samplePeriod)
)

// truth is what an audit of the sample must say, as written down by hand beside it.
type truth struct {
	Period   string              `json:"period"`
	Findings []map[string]string `json:"findings"` // every one, of whatever rule
	Ledger   []map[string]string `json:"ledger"`
}

func readTruth(t *testing.T, name string) truth {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(sampleLogs, name))
	if err != nil {
		t.Fatal(err)
	}
	var w truth
	if err := json.Unmarshal(text, &w); err != nil {
		t.Fatal(err)
	}
	return w
}

// TestSampleFindsTheTruth compares the findings and the ledger of the sample with what was put into it.
func TestSampleFindsTheTruth(t *testing.T) {
	want := readTruth(t, "truth.json")
	if len(want.Findings) < 150 || want.Period != samplePeriod {
		t.Fatalf("the truth names %d findings only, of %s", len(want.Findings), want.Period)
	}
	compareFindings(t, want, sampleReport(t))
	compareLedger(t, want, sampleReport(t))
}

// TestSampleWithoutConfiguration: nothing is assessed for which only a configuration gives the measure.
func TestSampleWithoutConfiguration(t *testing.T) {
	want := readTruth(t, "truth-bare.json")
	if want.Period != samplePeriod {
		t.Fatalf("the truth is of %s", want.Period)
	}
	compareLedger(t, want, bareReport(t))
}

// TestSampleShowsEverything: the sample's report has a finding of every rule, and every state that a column of its
// tables may have, as reports/README.md lists them. A rule or a state that is new fails here until a case shows it.
func TestSampleShowsEverything(t *testing.T) {
	rules, err := analysis.BuiltInRules()
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, rule := range rules {
		ids = append(ids, rule.ID)
	}
	text, err := os.ReadFile("../../reports/README.md")
	if err != nil {
		t.Fatal(err)
	}
	documented := strings.Join(strings.Fields(string(text)), " ")
	reports := []string{sampleReport(t)}
	shows := func(name, column string, wanted ...string) {
		seen := map[string]bool{}
		for _, report := range reports {
			for _, row := range rowsOf(t, report, name) {
				seen[row[column]] = true
			}
		}
		slices.Sort(wanted)
		if diff := cmp.Diff(wanted, slices.Sorted(maps.Keys(seen))); diff != "" {
			t.Errorf("%s, %s (-what there is +what the sample shows):\n%s", name, column, diff)
		}
		if column == "rule_id" {
			return
		}
		for _, value := range wanted {
			if !strings.Contains(documented, value) {
				t.Errorf("reports/README.md does not say that %s of %s may be %q", column, name, value)
			}
		}
	}
	shows("findings.csv", "rule_id", ids...)
	shows("findings.csv", "severity", settings.Severities()...)
	shows("findings.csv", "status", "open", "excepted")
	shows("findings.csv", "subject_type", "tenant", "user", "application", "address", "device", "file", "exception")
	shows("incidents.csv", "severity", settings.Severities()...)
	shows("incidents.csv", "status", "open", "excepted")
	shows("incidents.csv", "subject_type", "user", "issuer", "address", "device", "tenant")
	shows("assessment.csv", "assessed", "yes", "partly", "no")
	shows("passes.csv", "end_basis", "logged", "inferred")
	shows("passes.csv", "ended_by", "expiry", "deletion", "replacement")
	shows("passes.csv", "usage", "one-time", "multiple", "unknown")
	shows("logins.csv", "outcome", "success", "interrupted")
	shows("logins.csv", "supervised", "yes", "no", "not assessed")
	shows("timeline.csv", "what", "pass issued", "pass begins", "pass ended", "pass deleted", "attempt failed",
		"attempt refused", "attempt late", "log-in", "blocked log-in", "sign-in on the pass", "deed",
		"method registered", "method removed", "device joined", "policy changed", "role given", "scope changed")
	shows("activity.csv", "link", "session", "token", "address", "")
	shows("activity.csv", "source", "unified audit", "directory audit", "graph activity")
	shows("activity.csv", "result", "success", "failure")
	shows("policy.csv", "basis", "snapshot", "change", "backward", "as found later")
	shows("coverage.csv", "status", "covered", "partial", "quiet", "gap")

	// With hours and a roster configured, "hours" and "purpose" can always be asked: without, they cannot.
	reports = append(reports, bareReport(t))
	for _, name := range supervision.Criteria() {
		if name == "outcome" {
			name = "outcome_registered"
		}
		shows("logins.csv", name, "met", "failed", "not assessed")
	}
}

func compareFindings(t *testing.T, want truth, report string) {
	t.Helper()
	// What the truth does not state of a rule's findings is left out on both sides.
	stated := map[string]bool{}
	for _, f := range want.Findings {
		for _, column := range []string{"subject", "first_seen"} {
			stated[f["rule"]+column] = stated[f["rule"]+column] || f[column] != ""
		}
	}
	line := func(rule, tenant, subject, first, severity, status string) string {
		if !stated[rule+"subject"] {
			subject = ""
		}
		if !stated[rule+"first_seen"] {
			first = ""
		}
		return strings.Join([]string{rule, tenant, strings.ToLower(subject), first, severity, status}, " | ")
	}
	var expected, found []string
	for _, f := range want.Findings {
		expected = append(expected, line(f["rule"], f["tenant"], f["subject"], f["first_seen"], f["severity"],
			f["status"]))
	}
	for _, f := range rowsOf(t, report, "findings.csv") {
		found = append(found, line(f["rule_id"], f["tenant_id"], f["subject_id"], f["first_seen"], f["severity"],
			f["status"]))
	}
	slices.Sort(expected)
	slices.Sort(found)
	if diff := cmp.Diff(expected, found); diff != "" {
		t.Errorf("findings (-truth +report):\n%s", diff)
	}
}

func compareLedger(t *testing.T, want truth, report string) {
	t.Helper()
	if len(want.Ledger) < 50 {
		t.Fatalf("the truth's ledger has %d rows only", len(want.Ledger))
	}
	criteria := []string{"issued", "approved_issuer", "four_eyes", "purpose", "place", "hours", "prompt",
		"outcome_registered", "closed", "supervised"}
	expected := lines(want.Ledger, append([]string{"time", "tenant", "user", "user_name"}, criteria...)...)
	found := lines(rowsOf(t, report, "logins.csv"),
		append([]string{"time", "tenant_id", "user_id", "user_name"}, criteria...)...)
	slices.Sort(expected)
	slices.Sort(found)
	if diff := cmp.Diff(expected, found); diff != "" {
		t.Errorf("ledger (-truth +report):\n%s", diff)
	}
}

// TestQuietMonth audits the month of an ordinary help desk. Nothing is critical, and a log-in raises one finding at
// most beside TAP-SIGNIN-UNSUPERVISED, which sums up. There are fewer findings than log-ins, and most log-ins are
// supervised.
func TestQuietMonth(t *testing.T) {
	quiet := filepath.Join(sampleLogs, "quiet")
	want := readTruth(t, "quiet/truth.json")
	report := filepath.Join(t.TempDir(), "report")
	tapaudit(t, 0, "run", filepath.Join(quiet, "evidence"), "--config", filepath.Join(quiet, "tapaudit.yaml"),
		"--period", want.Period, "--out", report, "--quiet")
	compareFindings(t, want, report)
	compareLedger(t, want, report)

	logIns, supervised := map[string]int{}, 0
	ledger := rowsOf(t, report, "logins.csv")
	for _, row := range ledger {
		logIns[row["user_id"]]++
		if row["supervised"] == "yes" {
			supervised++
		}
	}
	if n := len(ledger); n < 60 || n > 80 || supervised*10 < n*8 {
		t.Errorf("%d of %d log-ins are supervised, want 8 of 10, and 60 to 80 of them", supervised, n)
	}
	above, about := 0, map[string][]string{}
	for _, f := range rowsOf(t, report, "findings.csv") {
		switch f["severity"] {
		case "critical":
			t.Errorf("%s is critical: %s", f["rule_id"], f["summary"])
		case "info":
			continue
		}
		above++
		if user := f["subject_id"]; logIns[user] > 0 && f["rule_id"] != "TAP-SIGNIN-UNSUPERVISED" {
			about[user] = append(about[user], f["rule_id"])
		}
	}
	for user, rules := range about {
		if len(rules) > logIns[user] {
			t.Errorf("%s has %d log-ins and raises %s", user, logIns[user], strings.Join(rules, ", "))
		}
	}
	if above > len(ledger) {
		t.Errorf("%d findings above info, more than the %d log-ins", above, len(ledger))
	}
}

// TestSampleProperOnboarding: whoever the truth gives a supervised first log-in and nothing else stays free of
// findings above info.
func TestSampleProperOnboarding(t *testing.T) {
	want := readTruth(t, "truth.json")
	accused := map[string]bool{}
	for _, f := range want.Findings {
		if f["severity"] != "info" {
			accused[f["subject"]] = true
		}
	}
	proper := map[string]bool{}
	for _, row := range want.Ledger {
		if row["supervised"] == "yes" && !accused[row["user"]] {
			proper[row["user"]] = true
		}
	}
	if len(proper) < 10 {
		t.Fatalf("the truth has %d proper onboardings only", len(proper))
	}
	for _, f := range rowsOf(t, sampleReport(t), "findings.csv") {
		if proper[f["subject_id"]] && f["severity"] != "info" {
			t.Errorf("%s (%s) accuses %s: %s", f["rule_id"], f["severity"], f["subject_name"], f["summary"])
		}
	}
}

// TestRenamedAndReordered: neither the names of the files (dates in them kept) nor their order nor that of their
// lines changes what is found.
func TestRenamedAndReordered(t *testing.T) {
	dir := t.TempDir()
	plain, mixed := sampleReport(t), filepath.Join(dir, "mixed")
	original := files(t, filepath.Join(sampleLogs, "evidence"))
	names := slices.Sorted(maps.Keys(original))
	reversed := 0
	for i, name := range names {
		text := original[name]
		if whole := strings.HasSuffix(name, "PT1H.json") && strings.HasSuffix(text, "\n"); whole &&
			json.Valid([]byte(strings.SplitN(text, "\n", 2)[0])) {
			records := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
			slices.Reverse(records)
			text = strings.Join(records, "\n") + "\n"
			reversed++
		}
		folder, base := filepath.Split(filepath.FromSlash(name))
		path := filepath.Join(mixed, folder, string(rune('z'-i%26))+string(rune('z'-i/26))+"_"+base)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if reversed < 5 {
		t.Fatalf("only %d files of lines were turned round", reversed)
	}
	args := []string{"run", "--config", filepath.Join(sampleLogs, "tapaudit.yaml"), "--period", samplePeriod, "--quiet",
		"--format", "csv", "--out", mixed + "-report"}
	folders, err := os.ReadDir(mixed)
	if err != nil {
		t.Fatal(err)
	}
	for _, folder := range slices.Backward(folders) {
		args = append(args, filepath.Join(mixed, folder.Name()))
	}
	tapaudit(t, 0, args...)

	// A file's own findings name its path, and its SHA-256, which turned lines change.
	about := func(report string) []map[string]string {
		var rows []map[string]string
		for _, row := range rowsOf(t, report, "findings.csv") {
			if row["subject_type"] == "file" {
				row = map[string]string{"rule_id": row["rule_id"], "severity": row["severity"]}
			}
			if row["rule_id"] == "EVIDENCE-BLIND-SPOT" {
				row["summary"] = ""
			}
			row["summary"] = placeInText.ReplaceAllString(row["summary"], "PLACE")
			rows = append(rows, row)
		}
		return rows
	}
	columns := []string{"rule_id", "finding_id", "severity", "status", "tenant_id", "subject_type", "subject_id",
		"subject_name", "actor_id",
		"actor_name", "first_seen", "last_seen", "count", "summary", "event_ids"}
	want, got := lines(about(plain), columns...), lines(about(mixed+"-report"), columns...)
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("findings (-as they are +renamed and reordered):\n%s", diff)
	}
	for name, without := range map[string]string{"logins.csv": "evidence", "passes.csv": "evidence",
		"policy.csv": "evidence", "coverage.csv": ""} {
		heads, _, err := table(filepath.Join(plain, name))
		if err != nil {
			t.Fatal(err)
		}
		heads = slices.DeleteFunc(heads, func(h string) bool { return h == without })
		if diff := cmp.Diff(lines(rowsOf(t, plain, name), heads...),
			lines(rowsOf(t, mixed+"-report", name), heads...)); diff != "" {
			t.Errorf("%s (-as they are +renamed and reordered):\n%s", name, diff)
		}
	}
}

// TestSameFolderTwice: the sample's outputs are the same, byte by byte, but for the moment in manifest.json.
func TestSameFolderTwice(t *testing.T) {
	first := files(t, sampleReport(t))
	t.Setenv("SOURCE_DATE_EPOCH", "1791158401")
	out := filepath.Join(t.TempDir(), "again")
	tapaudit(t, 0, "run", filepath.Join(sampleLogs, "evidence"), "--config",
		filepath.Join(sampleLogs, "tapaudit.yaml"), "--period", samplePeriod, "--out", out, "--quiet")
	again := files(t, out)
	for name, text := range first {
		other := again[name]
		if name == "manifest.json" {
			other = strings.Replace(other, "2026-10-05T00:00:01Z", "2026-10-05T00:00:00Z", 1)
		}
		if text != other {
			t.Errorf("%s differs between two runs", name)
		}
	}
	if len(first) != 18 || len(again) != 18 {
		t.Errorf("%d and %d files, want 18", len(first), len(again))
	}
}
