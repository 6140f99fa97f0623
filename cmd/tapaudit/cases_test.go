package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// foreignCases is a folder of inputs from the field that the repository does not hold, with folders of the same names.
const foreignCases = "../../../shared/cases"

// fromTheField are the forms in which people's exports arrive, a folder each, and what must come of it. A finding is a
// rule, with its severity and what its summary must match.
var fromTheField = map[string]struct {
	findings []string // "RULE severity pattern"
	none     []string // rules
	note     string   // what the notes of the files must match
	unread   bool     // not every record can be read
}{
	"double-encoded":          {findings: []string{signedIn, issued}},
	"elastic-source-original": {findings: []string{signedIn, issued}},
	"eventhub-body":           {findings: []string{signedIn, issued}},
	"graph-batch":             {findings: []string{signedIn, issued}},
	"logstash-message":        {findings: []string{signedIn, issued}},
	"splunk-json-array":       {findings: []string{signedIn, issued}},
	"splunk-rest-results":     {findings: []string{signedIn, issued}},
	"graylog-gelf":            {findings: []string{signedIn}},
	"graph-hunting":           {findings: []string{signedIn}},
	"kusto-v1":                {findings: []string{signedIn}},
	"kusto-v2":                {findings: []string{signedIn}},
	"wazuh-office365":         {findings: []string{signedIn}},
	"mes-ual-triage-csv":      {findings: []string{signedIn}},
	"kql-mvexpand-steps":      {findings: []string{signedIn}},
	"kql-utc-plus2":           {findings: []string{signedIn}},
	"sentinel-union-csv":      {findings: []string{"TAP-SIGNIN info logged in with a pass"}, note: "CreatedDateTime"},
	"ps-depth2-array":         {findings: []string{signedIn}, note: "ConvertTo-Json .*-Depth 10"},
	"ps-depth2-page":          {findings: []string{signedIn}, note: "ConvertTo-Json .*-Depth 10"},
	"ps-depth2-audit":         {findings: []string{issued}, note: "ConvertTo-Json .*-Depth 10"},
	"ps-depth2-ht": {findings: []string{"EVIDENCE-BLIND-SPOT medium ."}, none: []string{"TAP-SIGNIN"},
		note: "cut off .*-Depth 10"},

	"defender-cloudappevents-csv": {findings: []string{signedIn}},
	"defender-entraidsigninevents-csv": {findings: []string{"EVIDENCE-BLIND-SPOT medium ."},
		note: "EntraIdSignInEvents .*SigninLogs"},
	"azcli-none-reuse":             {findings: []string{"TAP-PASS-REUSED high ."}},
	"session-dash":                 {findings: []string{"TAP-PASS-REUSED high ."}},
	"diag-inner-resultdescription": {findings: []string{issued}},
	"docs-signin":                  {findings: []string{"EVIDENCE-BLIND-SPOT medium ."}},
	"docs-tap-create":              {findings: []string{"EVIDENCE-HOLDS-PASSCODE high ."}, unread: true},
	"excel-de-semicolon-cp1252": {findings: []string{"EVIDENCE-BLIND-SPOT medium 2026-09-14"},
		note: "Windows-1252"},
	"la-utc-dayfirst-ambiguous": {findings: []string{"TAP-SIGNIN info at 2026-09-05 08:05 UTC"},
		none: []string{"EVIDENCE-AMBIGUOUS-DATES"}, note: "day first"},

	"la-local-dayfirst": {findings: []string{"EVIDENCE-QUARANTINED low Local Time.* set the portal's time zone to UTC"}, unread: true},
	"sentinel-hunting-notime": {findings: []string{"EVIDENCE-QUARANTINED low no time: .*TimeGenerated"},
		unread: true},
	"avro-capture": {findings: []string{"EVIDENCE-NOT-RECOGNISED medium Event Hub Capture .*JSON"},
		unread: true},
	"elastic-source-no-original": {findings: []string{"EVIDENCE-NOT-RECOGNISED high Elasticsearch .*event.original"},
		unread: true},
	"graph-error-page": {findings: []string{"EVIDENCE-NOT-RECOGNISED medium error answer of Microsoft Graph .*NonPremiumTenant.*licence"}, unread: true},
	"splunk-csv-flattened": {findings: []string{"EVIDENCE-NOT-RECOGNISED high Splunk without the field _raw"},
		unread: true},
	"portal-german":           {note: "(?i)english.*JSON", unread: true},
	"mixed-known-and-wrapped": {unread: true}, // TestUnrecognisedIsTold
}

const (
	signedIn = "TAP-SIGNIN info logged in with a pass at 2026-09-14 08:05 UTC"
	issued   = "TAP-ISSUED info A pass was issued to .* by "
)

// TestCases: every form from the field is read as it should be, or the report says what stands in the way. It reads
// our own inputs of these forms, and other people's where they lie beside the repository.
func TestCases(t *testing.T) {
	for _, folder := range []string{"testdata/cases", foreignCases} {
		if _, err := os.Stat(folder); err != nil && folder == foreignCases {
			t.Logf("other people's inputs are not beside this repository (%s)", folder)
			continue
		}
		for name, want := range fromTheField {
			evidence := filepath.Join(folder, name)
			if _, err := os.Stat(evidence); err != nil && folder == foreignCases {
				continue // a form that only our own inputs have
			}
			t.Run(filepath.Base(filepath.Dir(folder))+"/"+name, func(t *testing.T) {
				t.Parallel()
				report := filepath.Join(t.TempDir(), "report")
				var out, errs strings.Builder
				run(t.Context(), []string{"run", evidence, "--out", report, "--format", "csv"}, strings.NewReader(""),
					&out, &errs)
				notes := ""
				for _, row := range rowsOf(t, report, "evidence.csv") {
					notes += row["note"] + "\n"
					if filepath.Ext(row["path"]) == ".txt" {
						continue // what is expected of the folder
					}
					if used := row["records_quarantined"] == "0" && row["format"] != "" &&
						row["records_read"] != "0"; !used && !want.unread {
						t.Errorf("%s: %v", row["path"], row)
					}
				}
				if !regexp.MustCompile(want.note).MatchString(notes) {
					t.Errorf("the notes do not match %q:\n%s", want.note, notes)
				}
				findings := rowsOf(t, report, "findings.csv")
				for _, finding := range want.findings {
					words := strings.SplitN(finding, " ", 3)
					if !slices.ContainsFunc(findings, func(f map[string]string) bool {
						return f["rule_id"] == words[0] && f["severity"] == words[1] &&
							regexp.MustCompile(words[2]).MatchString(f["summary"])
					}) {
						t.Errorf("no finding %s among:\n%s", finding,
							strings.Join(lines(findings, "rule_id", "severity", "summary"), "\n"))
					}
				}
				for _, f := range findings {
					if slices.Contains(want.none, f["rule_id"]) || !want.unread &&
						f["rule_id"] == "EVIDENCE-NOT-RECOGNISED" {
						t.Errorf("%s: %s", f["rule_id"], f["summary"])
					}
				}
				if strings.Contains(out.String(), "Collect evidence first") &&
					name != "docs-tap-create" { // a pass of nobody known
					t.Errorf("evidence is there, and the summary tells to collect it:\n%s", out.String())
				}
			})
		}
	}
}

// TestUnrecognisedIsTold: beside a file that is known, one that is not is named in the summary and on the report's
// first page, and --strict has its status.
func TestUnrecognisedIsTold(t *testing.T) {
	t.Parallel()
	report := filepath.Join(t.TempDir(), "report")
	stdout, _ := tapaudit(t, exitQuarantined, "run", "testdata/cases/mixed-known-and-wrapped", "--out", report,
		"--strict")
	told := regexp.MustCompile(`Not recognised, and so in no result:\s+mixed-known-and-wrapped/kibana\.ndjson\s+\(1\s+record\)`)
	if !told.MatchString(stdout) {
		t.Errorf("the summary does not name the file:\n%s", stdout)
	}
	page, err := os.ReadFile(filepath.Join(report, "report.html"))
	if err != nil {
		t.Fatal(err)
	}
	before, _, _ := strings.Cut(string(page), `id="unseen"`)
	if !told.MatchString(before) {
		t.Error("the report's first page does not name the file")
	}
}
