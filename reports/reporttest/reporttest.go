// Package reporttest holds audits for the tests of what writes them, and what those tests do again and again.
package reporttest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"tapaudit/analysis"
	"tapaudit/analysis/settings"
	"tapaudit/analysis/supervision"
	"tapaudit/reports/folder"
	"tapaudit/reports/words"
)

const (
	Tenant     = "8d2f1c4e-6b7a-4f3d-9c21-0a5e4b7d1f60"
	Override   = "invoice\u202Efdp.exe"
	ANSI       = "anna\x1b[2J\x1b[31m@contoso.example"
	Formula    = "=HYPERLINK(\"http://evil.example\",\"click\")"
	Script     = "<script>alert(1)</script>"
	Image      = "\"><img src=x onerror=alert(1)>"
	Breakout   = "</script></style></title><svg onload=alert(1)>"
	BadUTF8    = "caf\xe9"
	SingleByte = "\x9b31m"
)

func At(day, hour, minute int) time.Time {
	return time.Date(2026, time.September, day, hour, minute, 0, 0, time.UTC)
}

func LongName() string { return strings.Repeat("x", 10_000) + "@contoso.example" }

// Hostile is an audit of a tenant in which every string that comes from
// evidence tries to do something.
func Hostile() *analysis.Result {
	exception := &settings.Exception{Rule: "TAP-ISSUED", Tenant: Tenant, Subject: ANSI,
		Reason: "TAP bootstraps passwordless " + Image,
		Owner:  "ciso@contoso.example", ApprovedOn: settings.Date{Year: 2026, Month: 1, Day: 15},
		Expires: settings.Date{Year: 2027, Month: 3, Day: 31}}
	signin := []analysis.Place{{Path: "export/" + Image + ".ndjson", Line: 17},
		{Path: "export/signins.parquet", Line: 4, Row: true}}
	raw := `{"id":"req-1","userPrincipalName":"` + Script + `","note":"` + "\u202E" +
		`","createdDateTime":"2026-09-14T08:31:05.1234567Z"}`
	record := analysis.Record{Kind: "sign-in", ID: "req-1", Time: At(14, 8, 31).Add(1234567 * 100),
		What: "Signed in with a pass from " + ANSI, Places: signin, Raw: raw}
	supporting := analysis.Record{Supporting: true, Kind: "audit event", ID: "aud-1", Time: At(14, 8, 40),
		What: "User registered security info", Places: signin[:1]}

	return &analysis.Result{
		Organisation: "Contoso <Ltd> " + Script,
		Case: settings.Case{ID: "IR-2026-041", Examiner: Breakout, CollectedBy: "reader", CollectedAt: At(30, 8, 0),
			Source: "Graph beta, reader account"},
		Tenants: []string{Tenant},
		Period:  analysis.Period{From: At(1, 0, 0), To: At(30, 0, 0)},
		AsOf:    At(30, 12, 0),
		Findings: []analysis.Finding{
			{ID: "f1a7", RuleID: "TAP-TAKEOVER-CHAIN", Severity: "critical", Status: "open", TenantID: Tenant,
				SubjectType: "user", SubjectID: "u-1",
				SubjectName: Formula, ActorID: "a-1", ActorName: "+" + ANSI, FirstSeen: record.Time,
				LastSeen: record.Time, Count: 1,
				Title: "A log-in with a pass was followed by a new sign-in method", Summary: Script +
					" registered a method 9 minutes after a log-in from a network never seen before.",
				EventIDs: []string{"req-1", "aud-1"}, Evidence: signin,
				Records: []analysis.Record{record, supporting}},
			{ID: "f2b8", RuleID: "TAP-SIGNIN-UNSUPERVISED", Severity: "medium", Status: "open", TenantID: Tenant,
				SubjectType: "user", SubjectID: "u-2",
				SubjectName: LongName(), FirstSeen: record.Time, LastSeen: At(15, 9, 0), Count: 2,
				Title:   "A log-in with a pass was not supervised",
				Summary: "Failed: four_eyes, place. " + Breakout, EventIDs: []string{"req-1"}, Evidence: signin[:1],
				Records: []analysis.Record{record}},
			{ID: "f3c9", RuleID: "EVIDENCE-QUARANTINED", Severity: "low", Status: "open", TenantID: Tenant,
				SubjectType: "file", SubjectID: strings.Repeat("ab", 32),
				SubjectName: Override, FirstSeen: At(2, 0, 0), LastSeen: At(30, 0, 0), Count: 1,
				Title:   "Records could not be loaded",
				Summary: BadUTF8 + SingleByte, Evidence: []analysis.Place{{Path: Override}}},
			{ID: "f4d0", RuleID: "TAP-ISSUED", Severity: "info", Status: "excepted", TenantID: Tenant,
				SubjectType: "user", SubjectID: "u-1",
				SubjectName: ANSI, ActorName: "@" + Image, FirstSeen: At(14, 8, 0), LastSeen: At(14, 8, 0), Count: 1,
				Title:   "A pass was issued",
				Summary: "-2+3 issued", EventIDs: []string{"aud-0"}, Evidence: signin[1:], Exception: exception},
		},
		Assessments: []analysis.Assessment{
			{RuleID: "TAP-TAKEOVER-CHAIN", TenantID: Tenant, From: At(1, 0, 0), To: At(30, 0, 0), Population: 2,
				Findings: 1, Assessed: "yes"},
			{RuleID: "TAP-SIGNIN-UNSUPERVISED", TenantID: Tenant, From: At(1, 0, 0), To: At(30, 0, 0), Population: 2,
				Findings: 1, Assessed: "yes"},
			{RuleID: "TAP-ISSUED", TenantID: Tenant, From: At(1, 0, 0), To: At(30, 0, 0), Population: 1, Findings: 1,
				Excepted: 1, Assessed: "yes"},
			{RuleID: "TAP-SIGNIN", TenantID: Tenant, From: At(1, 0, 0), To: At(30, 0, 0), Population: 2,
				Assessed: "partly", Reasons: []string{"no sign-in evidence on 2026-09-05 to 2026-09-07"}},
			{RuleID: "EVIDENCE-QUARANTINED", TenantID: Tenant, From: At(1, 0, 0), To: At(30, 0, 0), Population: 2,
				Findings: 1, Assessed: "yes"},
			{RuleID: "TAP-PASS-UNLOGGED", TenantID: Tenant, From: At(1, 0, 0), To: At(30, 0, 0), Assessed: "no",
				Reasons: []string{"the evidence has no snapshot of passes " + Image}},
			{RuleID: "TAP-GUESSING", TenantID: Tenant, From: At(1, 0, 0), To: At(30, 0, 0), Population: 5,
				Assessed: "yes"},
		},
		Passes: []analysis.Pass{{TenantID: Tenant, PassID: "p-1", UserID: "u-1", UserName: Formula,
			IssuedAt: At(14, 8, 0), IssuerType: "user",
			IssuerID: "a-1", IssuerName: "@" + Image, IssuerIP: "198.51.100.7", Start: At(14, 8, 0),
			EndTime: At(14, 9, 0), EndBasis: "logged",
			EndedAt: At(14, 9, 0), EndedBy: "expiry", Usage: "one-time", Logins: 1, FirstLogin: record.Time,
			MethodsRegistered: []string{"Authenticator", Script}, EventID: "aud-0", Evidence: signin}},
		Logins: []analysis.Login{
			{TenantID: Tenant, UserID: "u-1", UserName: Formula, Time: record.Time, IP: "203.0.113.9", Country: "CH",
				ASN:          "64500",
				Applications: []string{"My Signins", Image}, Signins: 1, Footprint: 3, Outcome: "success",
				PassIssuedAt: At(14, 8, 0),
				IssuerName:   ANSI, Criteria: answers("four_eyes", "place"), Supervised: "no",
				EventIDs: []string{"req-1", "req-2"}, Evidence: signin,
				Deeds: []analysis.DeedCount{{Class: "inbox rule", N: 1}, {Class: "mail read", N: 41}}},
			{TenantID: Tenant, UserID: "u-2", UserName: LongName(), Time: At(15, 9, 0), IP: "2001:db8::1", Signins: 2,
				Outcome:  "interrupted",
				Criteria: answers(), Supervised: "yes", EventIDs: []string{"req-3"}, Evidence: signin[:1]},
		},
		Activity: []analysis.Deed{
			{TenantID: Tenant, UserID: "u-1", UserName: Formula, LoginTime: record.Time, Time: At(14, 9, 0),
				Link: "session", Source: "unified audit",
				Workload: "Exchange", Operation: "New-InboxRule", Class: "inbox rule", Result: "success",
				Object: Script, Address: "203.0.113.9",
				Client: Image, Session: "s-1", EventID: "act-1", Items: 1, Says: "to " + Formula, Evidence: signin},
			{TenantID: Tenant, UserID: "u-1", UserName: Formula, LoginTime: record.Time, Time: At(14, 9, 5),
				Link: "address", Source: "unified audit",
				Workload: ANSI, Operation: ANSI, Class: "mail read", Result: "success", Object: BadUTF8 + SingleByte,
				EventID: "act-2", Items: 41,
				Evidence: signin[:1]},
		},
		Timeline: []analysis.Moment{
			{Time: At(13, 8, 0), TenantID: Tenant, What: "policy changed", ActorName: ANSI,
				Detail: "Temporary Access Pass went from disabled to enabled", EventID: "aud-9", Evidence: signin[:1]},
			{Time: At(14, 8, 0), TenantID: Tenant, UserID: "u-1", UserName: Formula, What: "pass issued",
				ActorName: "@" + Image, IP: "198.51.100.7",
				Detail: "one-time, valid until 2026-09-14 09:00 UTC", Findings: []string{"f4d0"}, EventID: "aud-0",
				Evidence: signin},
			{Time: record.Time, TenantID: Tenant, UserID: "u-1", UserName: Formula, What: "log-in", IP: "203.0.113.9",
				Country: "CH", Application: Image,
				Detail: "success, not supervised (" + Script + ")", Findings: []string{"f1a7", "f2b8", "outside"},
				EventID: "req-1", Evidence: signin},
		},
		RolesHeld: []analysis.RoleHeld{{TenantID: Tenant, UserID: "u-1", Role: "Clerk " + Script, Since: At(2, 8, 0)}},
		Policy: []analysis.PolicyState{{TenantID: Tenant, From: At(1, 0, 0), Basis: "snapshot", State: "enabled",
			UsableOnce:     "false",
			DefaultMinutes: "60", MinimumMinutes: "60", MaximumMinutes: "480", Length: "8",
			Include: []string{"all_users", Script},
			Actor:   ANSI, EventID: "aud-9", Evidence: signin[:1]}},
		Coverage: coverage(),
		Evidence: []analysis.EvidenceFile{
			{Path: "export/" + Image + ".ndjson", Bytes: 2048, SHA256: strings.Repeat("0f", 32),
				Format: "graph-signin-beta", TenantID: Tenant,
				Read: 12, Loaded: 9, Duplicate: 1, NotUsed: 1, Quarantined: 1, FirstTime: At(1, 0, 10),
				LastTime: At(29, 23, 50), Note: Breakout},
			{Path: Override, Container: "export.zip", Bytes: 10, SHA256: strings.Repeat("ab", 32), Format: "unknown"},
		},
		Quarantine: []analysis.Quarantined{{Place: analysis.Place{Path: Override, Line: 3, Number: 2}, Offset: 120,
			Reason:  "not JSON: unexpected " + Script,
			Excerpt: "\r" + ANSI, SHA256: strings.Repeat("cd", 32)}},
		Rules: []analysis.Rule{
			Rule("TAP-TAKEOVER-CHAIN", "A log-in with a pass was followed by a new sign-in method", "critical"),
			Rule("TAP-SIGNIN-UNSUPERVISED", "A log-in with a pass was not supervised", "medium"),
			Rule("EVIDENCE-QUARANTINED", "Records could not be loaded", "low"),
			Rule("TAP-ISSUED", "A pass was issued", "info"),
			Rule("TAP-SIGNIN", "Someone logged in with a pass", "info"),
			Rule("TAP-PASS-UNLOGGED", "A pass exists whose issuance is not in the log", "high"),
			Rule("TAP-GUESSING", "Passes were guessed at", "high"),
		},
		Exceptions: []analysis.ExceptionUse{{Exception: *exception, Covered: 1},
			{Exception: settings.Exception{Rule: "*", Reason: Formula, Owner: "owner@contoso.example"},
				Expired: true}},
		Notes:        []string{"The evidence holds sign-ins of one tenant only. " + Script},
		SettingsHash: strings.Repeat("12", 32),
		RulesHash:    strings.Repeat("34", 32),
	}
}

func Rule(id, title string, severity analysis.Severity) analysis.Rule {
	return analysis.Rule{ID: id, Title: title, Severity: severity, Enabled: true,
		Parameters: map[string]float64{"minutes": 60, "hours": 0.5},
		Why:        "Whoever holds a pass can sign in as its user and register a method of their own. That outlives the pass.",
		Needs:      []string{"sign-in", "audit"}, Population: "tap_signins",
		HowToVerify: "Ask the user whether it was they who signed in.",
		HowToFix:    "Delete the method, revoke the sessions and reset the password.",
		References:  []string{"https://attack.mitre.org/techniques/T1078/004/", "javascript:alert(1)"},
		Techniques:  []string{"T1078.004"}, Controls: []string{"ISO27001:A.8.5", "NIST-800-53:IA-5"},
		SQL: "SELECT tenant_id FROM logins WHERE outcome <> 'blocked' -- " + id, Source: "---"}
}

func answers(failed ...string) []analysis.Criterion {
	var all []analysis.Criterion
	for _, name := range supervision.Criteria() {
		c := analysis.Criterion{Name: name, State: "met", Reason: "On record."}
		if name == "hours" {
			c.State, c.Reason = "not assessed", "No business hours are configured."
		}
		for _, f := range failed {
			if f == name {
				c.State, c.Reason = "failed", "Not on record: "+Script
			}
		}
		all = append(all, c)
	}
	return all
}

func coverage() []analysis.CoverageDay {
	var days []analysis.CoverageDay
	for _, logType := range []string{"audit", "sign-in interactive"} {
		for d := 1; d <= 29; d++ {
			day := analysis.CoverageDay{TenantID: Tenant, LogType: logType, Day: At(d, 0, 0), Records: 40,
				CanShowTAP: 40, Status: "covered"}
			switch {
			case d == 1:
				day.Status = "partial"
			case d >= 5 && d <= 7:
				day.Records, day.CanShowTAP, day.Status = 0, 0, "gap"
			case d == 12:
				day.Records, day.CanShowTAP, day.Status = 0, 0, "quiet"
			case d == 20 && logType != "audit":
				day.CanShowTAP = 0
			}
			days = append(days, day)
		}
	}
	return days
}

// Large is an audit with as many findings as a busy tenant gives in a year.
func Large(findings int) *analysis.Result {
	r := Hostile()
	r.Organisation = "Contoso Ltd"
	r.Findings, r.Logins, r.Passes, r.Timeline = nil, nil, nil, nil
	ids := []string{"TAP-TAKEOVER-CHAIN", "TAP-GUESSING", "TAP-SIGNIN-UNSUPERVISED", "EVIDENCE-QUARANTINED",
		"TAP-ISSUED", "TAP-SIGNIN"}
	severity := []analysis.Severity{"critical", "high", "medium", "low", "info", "info"}
	for i := range findings {
		k := i * len(ids) / findings
		when := At(1, 0, 0).Add(time.Duration(i) * 4 * time.Minute)
		user, id := numbered(i % 3000)
		places := []analysis.Place{{Path: "export/2026-09/interactive-signins.ndjson", Line: int64(i + 1)}}
		records := []analysis.Record{
			{Kind: "sign-in", ID: fmt.Sprintf("8d2f1c4e-6b7a-4f3d-9c21-%012d", i), Time: when, What: user +
				" signed in with a pass from 203.0.113.9 to My Signins, success", Places: places,
				Raw: fmt.Sprintf(`{"id":"8d2f1c4e-6b7a-4f3d-9c21-%012d",%s"userPrincipalName":%q}`, i,
					strings.Repeat(`"someProperty":"some value",`, 150), user)},
			{Supporting: true, Kind: "audit event", ID: fmt.Sprintf("Directory_%d", i), Time: when,
				What: "Admin registered temporary access pass method for user", Places: places},
		}
		r.Findings = append(r.Findings, analysis.Finding{ID: fmt.Sprintf("%016x", i), RuleID: ids[k],
			Severity: severity[k], Status: "open", TenantID: Tenant,
			SubjectType: "user", SubjectID: id, SubjectName: user,
			ActorID: "a-1", ActorName: "helpdesk.anna@contoso.example",
			FirstSeen: when, LastSeen: when, Count: 1, Title: "A log-in with a pass was not supervised",
			Summary:  user + " logged in with a pass that helpdesk.anna@contoso.example issued; four eyes failed because the issuer is the user, place failed because the network is new.",
			EventIDs: []string{records[0].ID, records[1].ID}, Evidence: places, Records: records})
		r.Timeline = append(r.Timeline, analysis.Moment{Time: when, TenantID: Tenant, UserID: id, UserName: user,
			What: "log-in", IP: "203.0.113.9",
			Country: "CH", Application: "My Signins",
			Detail: "success, not supervised (four eyes: the issuer is the user)", EventID: records[0].ID,
			Findings: []string{r.Findings[i].ID}, Evidence: places})
	}
	for i := range findings * 4 / 10 {
		user, id := numbered(i)
		r.Logins = append(r.Logins, analysis.Login{TenantID: Tenant, UserID: id, UserName: user,
			Time: At(1, 0, 0).Add(time.Duration(i) * 10 * time.Minute),
			IP:   "203.0.113.9", Country: "CH", ASN: "64500", Applications: []string{"My Signins"}, Signins: 1,
			Footprint: 3, Outcome: "success",
			PassIssuedAt: At(1, 0, 0), IssuerName: "helpdesk.anna@contoso.example",
			Criteria: answers("four_eyes", "place"), Supervised: "no",
			EventIDs: []string{"req"}, Evidence: []analysis.Place{{Path: "export/signins.ndjson",
				Line: int64(i + 1)}}})
		r.Passes = append(r.Passes, analysis.Pass{TenantID: Tenant, PassID: "p", UserID: id, UserName: user, IssuedAt: At(1, 0, 0),
			IssuerType: "user", IssuerID: "a-1", IssuerName: "helpdesk.anna@contoso.example", Start: At(1, 0, 0), EndTime: At(1, 8, 0),
			EndBasis: "inferred",
			EndedAt:  At(1, 8, 0), EndedBy: "expiry", Usage: "one-time", Logins: 1,
			Evidence: []analysis.Place{{Path: "export/audit.ndjson", Line: int64(i + 1)}}})
	}
	return r
}

// numbered is one of many users, by name and id.
func numbered(i int) (name, id string) {
	return fmt.Sprintf("user%04d@contoso.example", i), fmt.Sprintf("00000000-0000-0000-0000-%012d", i)
}

func Put(t *testing.T, text string, path ...string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(path...), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func Read(t *testing.T, path ...string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func Names(t *testing.T, dir string) []string {
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

// Later is the audit of the same tenant after a while: of each kind of change there is one.
func Later() *analysis.Result {
	r := Hostile()
	r.Findings = slices.DeleteFunc(r.Findings,
		func(f analysis.Finding) bool { return f.RuleID == "TAP-TAKEOVER-CHAIN" })
	for i := range r.Findings {
		switch f := &r.Findings[i]; f.RuleID {
		case "TAP-SIGNIN-UNSUPERVISED":
			f.Severity, f.Count, f.Summary = "high", 3, "Failed: four_eyes. "+Breakout+ANSI
		case "TAP-ISSUED":
			f.Status, f.Exception = "open", nil
		}
	}
	fresh := r.Findings[0]
	fresh.ID, fresh.RuleID, fresh.Severity, fresh.SubjectName, fresh.Title = "f9e0", "TAP-GUESSING", "high",
		Override+Formula, Script
	fresh.FirstSeen, fresh.LastSeen = At(20, 9, 0), At(20, 9, 5)
	excepted := fresh
	excepted.ID, excepted.Severity, excepted.Status = "f9e1", "critical", "excepted"
	excepted.Exception = &settings.Exception{Reason: Formula + Image, Owner: ANSI}
	r.Exceptions[0] = analysis.ExceptionUse{Exception: *excepted.Exception, Covered: 1}
	r.Exceptions[0].Rule, r.Exceptions[0].Subject = "TAP-GUESSING", Script+Override
	r.Findings = append([]analysis.Finding{excepted, fresh}, r.Findings...)
	for i := range r.Assessments {
		if a := &r.Assessments[i]; a.RuleID == "TAP-TAKEOVER-CHAIN" {
			a.Assessed, a.Reasons = "no", []string{"the evidence has no audit log " + Image}
		}
	}
	for i := range r.Coverage {
		if c := &r.Coverage[i]; c.LogType == "audit" && (c.Day.Day() == 5 || c.Day.Day() == 6) {
			c.Records, c.CanShowTAP, c.Status = 9, 9, "covered"
		}
	}
	r.SettingsHash = strings.Repeat("56", 32)
	return r
}

// Everywhere is an audit in which every string is the payload.
func Everywhere(payload string) *analysis.Result {
	r := Hostile()
	fill(reflect.ValueOf(r).Elem(), payload)
	return r
}

func fill(v reflect.Value, payload string) {
	switch v.Kind() {
	case reflect.String:
		if v.Type() == reflect.TypeFor[string]() {
			v.SetString(payload)
		}
	case reflect.Slice:
		for i := range v.Len() {
			fill(v.Index(i), payload)
		}
	case reflect.Pointer:
		if !v.IsNil() {
			fill(v.Elem(), payload)
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			return
		}
		for i := range v.NumField() {
			if !slices.Contains(ownWords, v.Type().Field(i).Name) {
				fill(v.Field(i), payload)
			}
		}
	}
}

// ownWords are the fields whose words are the program's own and never evidence's.
var ownWords = []string{"ID", "Status", "Assessed", "State", "Supervised", "LogType"}

// Folder is a report folder with what the forms write of r, and its manifest.
func Folder(t *testing.T, r *analysis.Result, forms ...func(*folder.Folder, *analysis.Result) error) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "report")
	anything := func(context.Context, string) error { return nil }
	err := folder.Replace(context.Background(), dir, folder.Replacing{Check: anything}, func(f *folder.Folder) error {
		for _, form := range forms {
			if err := form(f, r); err != nil {
				return err
			}
		}
		return folder.WriteManifest(f, r, "1.2.3", At(30, 13, 0))
	})
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// Workbook opens a workbook for as long as the test runs.
func Workbook(t *testing.T, path string) *excelize.File {
	t.Helper()
	book, err := excelize.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { book.Close() })
	return book
}

// SeenInWorkbook is every cell that holds something as it is shown, with its type and colour.
func SeenInWorkbook(t *testing.T, path string) string {
	t.Helper()
	book := Workbook(t, path)
	kinds := map[excelize.CellType]string{excelize.CellTypeInlineString: "text", excelize.CellTypeUnset: "number"}
	var b strings.Builder
	for _, sheet := range book.GetSheetList() {
		fmt.Fprintf(&b, "== %s\n", sheet)
		rows, err := book.GetRows(sheet)
		if err != nil {
			t.Fatal(err)
		}
		for y, row := range rows {
			for x, text := range row {
				if text == "" {
					continue
				}
				name, err := excelize.CoordinatesToCellName(x+1, y+1)
				if err != nil {
					t.Fatal(err)
				}
				kind, err := book.GetCellType(sheet, name)
				if err != nil {
					t.Fatal(err)
				}
				id, err := book.GetCellStyle(sheet, name)
				if err != nil {
					t.Fatal(err)
				}
				style, err := book.GetStyle(id)
				if err != nil {
					t.Fatal(err)
				}
				fmt.Fprintf(&b, "%s %s %s %s\n", name, kinds[kind], strings.Join(style.Fill.Color, ""),
					strconv.Quote(words.Clip(200, text)))
			}
		}
	}
	return b.String()
}
