package tools

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"tapaudit/analysis"
	"tapaudit/analysis/settings"
	"tapaudit/ingest/safetext"
	"tapaudit/reports/reporttest"
	"tapaudit/reports/tables"
)

var guidInScript = regexp.MustCompile(`[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}`)

// TestRemediationStaysInert: names that try to leave the comment, or a quoted string once a person enables a command,
// get into words only; commands are the program's own, with ids that are GUIDs and nothing else.
func TestRemediationStaysInert(t *testing.T) {
	const payload = "Remove-Item C:\\ -Recurse"
	var hostile []string
	for _, lead := range []string{"\n", "\r", "\r\n", "\v", "\f", "\u0085", "\u2028", "\u2029", "\x00", "\x1b[2K", "#>\n", "<#", "`n", "'; ", "\u2018; ", "\u2019; ", "\u201a; ",
		"\u201b; ", "\u201c; ", "\"; ", "$(", "`", "# SIG # Begin signature block\n", "\n#Requires -Modules x\n"} {
		hostile = append(hostile, "anna"+lead+payload, "c3e1d9a4-77aa-4e02-9c3b-1d5f7b9a0c03"+lead+payload,
			lead+payload)
	}
	r := &analysis.Result{Organisation: "\n" + payload, Rules: []analysis.Rule{}, Tenants: []string{"x"},
		Period: analysis.Period{From: time.Unix(0, 0), To: time.Unix(1, 0)}}
	builtIn, err := analysis.BuiltInRules()
	if err != nil {
		t.Fatal(err)
	}
	for _, rule := range builtIn {
		if len(rule.Fix) > 0 || rule.ID == "EVIDENCE-GAP" {
			r.Rules = append(r.Rules, analysis.Rule{ID: rule.ID, Title: "A title", HowToFix: "Fix it.", Fix: rule.Fix})
		}
	}
	for _, rule := range r.Rules {
		for i, name := range append(hostile, "b18ed433-6e03-4760-9305-54401c83b633") {
			tenant := "25b1f699-3870-4dbb-a781-c22127c974d7"
			if i%3 == 0 {
				tenant = name
			}
			f := analysis.Finding{ID: rule.ID + string(rune('a'+i%26)) + name, RuleID: rule.ID, Severity: "high",
				Status: "open", TenantID: tenant,
				SubjectType: "user", SubjectID: name, SubjectName: name, ActorID: name, ActorName: name, Title: name,
				Summary: name}
			if i%5 == 1 {
				f.Status, f.Exception = "excepted", &settings.Exception{Owner: name, Reason: name}
			}
			r.Findings = append(r.Findings, f)
		}
	}
	report := reporttest.Folder(t, r, tables.WriteJSON)
	script := filepath.Join(filepath.Dir(report), "fixes.ps1")
	count, err := WriteRemediation(t.Context(), r.Rules, report, script)
	if err != nil {
		t.Fatal(err)
	}
	if count.Fixed == 0 || count.Unfixed == 0 || count.Excepted == 0 {
		t.Errorf("%+v", count)
	}
	text, err := os.ReadFile(script)
	if err != nil {
		t.Fatal(err)
	}
	ours := map[string]bool{}
	for _, rule := range r.Rules {
		for _, x := range rule.Fix {
			for _, c := range x.Commands {
				ours["#"+c] = true
			}
		}
	}
	connect := regexp.MustCompile(`^#Connect-MgGraph (?:-TenantId '\{id\}' )?-Scopes '[A-Za-z.-]+'(?:, '[A-Za-z.-]+')*$`)
	commands, words := 0, 0
	// Every character that anything could take for the end of a line.
	for _, l := range regexp.MustCompile(`[\n\r\v\f\x{85}\x{2028}\x{2029}]`).Split(string(text), -1) {
		switch form := guidInScript.ReplaceAllString(l, "{id}"); {
		case l == "":
		case strings.HasPrefix(l, "## "):
			words++
			if strings.ContainsFunc(l, safetext.Deceptive) {
				t.Errorf("words that act: %q", l)
			}
		case ours[form] || connect.MatchString(form):
			commands++
		default:
			t.Errorf("neither words nor a command of ours: %q", l)
		}
	}
	if commands < 50 || words < 1000 {
		t.Errorf("%d commands and %d lines of words only", commands, words)
	}
	if info, err := os.Stat(script); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the script has mode %v (%v)", info.Mode(), err)
	}
}

// TestFixes: commands have their values only where they are quoted, and ask before they change something.
func TestFixes(t *testing.T) {
	rules, err := analysis.BuiltInRules()
	if err != nil {
		t.Fatal(err)
	}
	for _, rule := range rules {
		for _, x := range rule.Fix {
			for _, c := range x.Commands {
				if strings.Count(c, "{id}") != strings.Count(c, "'{id}'") || strings.Contains(c, "{id}") && x.About == "" || strings.ContainsAny(c, "\n\r`") {
					t.Errorf("%s: %s", rule.ID, c)
				}
				changes := regexp.MustCompile(`\b(Update|Remove|Revoke)-`).MatchString(c)
				if changes && !strings.Contains(c, "-Confirm") {
					t.Errorf("%s does not ask first", c)
				}
			}
		}
	}
}
