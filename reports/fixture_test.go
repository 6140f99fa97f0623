package reports

import (
	"fmt"
	"strings"
	"time"

	"tapaudit/analysis"
	"tapaudit/analysis/settings"
	"tapaudit/analysis/supervision"
)

const (
	tenant     = "8d2f1c4e-6b7a-4f3d-9c21-0a5e4b7d1f60"
	override   = "invoice\u202Efdp.exe"
	ansi       = "anna\x1b[2J\x1b[31m@contoso.example"
	formula    = "=HYPERLINK(\"http://evil.example\",\"click\")"
	scriptTag  = "<script>alert(1)</script>"
	imageTag   = "\"><img src=x onerror=alert(1)>"
	breakout   = "</script></style></title><svg onload=alert(1)>"
	badUTF8    = "caf\xe9"
	singleByte = "\x9b31m"
)

func at(day, hour, minute int) time.Time {
	return time.Date(2026, time.September, day, hour, minute, 0, 0, time.UTC)
}

func longName() string { return strings.Repeat("x", 10_000) + "@contoso.example" }

// hostile is an audit of a tenant in which every string that comes from
// evidence tries to do something.
func hostile() *analysis.Result {
	exception := &settings.Exception{Rule: "TAP-ISSUED", Tenant: tenant, Subject: ansi, Reason: "TAP bootstraps passwordless " + imageTag,
		Owner: "ciso@contoso.example", ApprovedOn: settings.Date{Year: 2026, Month: 1, Day: 15}, Expires: settings.Date{Year: 2027, Month: 3, Day: 31}}
	signin := []analysis.Place{{Path: "export/" + imageTag + ".ndjson", Line: 17}, {Path: "export/signins.parquet", Line: 4, Row: true}}
	raw := `{"id":"req-1","userPrincipalName":"` + scriptTag + `","note":"` + "\u202E" + `","createdDateTime":"2026-09-14T08:31:05.1234567Z"}`
	record := analysis.Record{Kind: "sign-in", ID: "req-1", Time: at(14, 8, 31).Add(1234567 * 100), What: "Signed in with a pass from " + ansi, Places: signin, Raw: raw}
	supporting := analysis.Record{Supporting: true, Kind: "audit event", ID: "aud-1", Time: at(14, 8, 40), What: "User registered security info", Places: signin[:1]}

	return &analysis.Result{
		Organisation: "Contoso <Ltd> " + scriptTag,
		Case: settings.Case{ID: "IR-2026-041", Examiner: breakout, CollectedBy: "reader", CollectedAt: at(30, 8, 0),
			Source: "Graph beta, reader account"},
		Tenants: []string{tenant},
		Period:  analysis.Period{From: at(1, 0, 0), To: at(30, 0, 0)},
		AsOf:    at(30, 12, 0),
		Findings: []analysis.Finding{
			{ID: "f1a7", RuleID: "TAP-TAKEOVER-CHAIN", Severity: "critical", Status: "open", TenantID: tenant, SubjectType: "user", SubjectID: "u-1",
				SubjectName: formula, ActorID: "a-1", ActorName: "+" + ansi, FirstSeen: record.Time, LastSeen: record.Time, Count: 1,
				Title: "A log-in with a pass was followed by a new sign-in method", Summary: scriptTag + " registered a method 9 minutes after a log-in from a network never seen before.",
				EventIDs: []string{"req-1", "aud-1"}, Evidence: signin, Records: []analysis.Record{record, supporting}},
			{ID: "f2b8", RuleID: "TAP-SIGNIN-UNSUPERVISED", Severity: "medium", Status: "open", TenantID: tenant, SubjectType: "user", SubjectID: "u-2",
				SubjectName: longName(), FirstSeen: record.Time, LastSeen: at(15, 9, 0), Count: 2, Title: "A log-in with a pass was not supervised",
				Summary: "Failed: four_eyes, place. " + breakout, EventIDs: []string{"req-1"}, Evidence: signin[:1], Records: []analysis.Record{record}},
			{ID: "f3c9", RuleID: "EVIDENCE-QUARANTINED", Severity: "low", Status: "open", TenantID: tenant, SubjectType: "file", SubjectID: strings.Repeat("ab", 32),
				SubjectName: override, FirstSeen: at(2, 0, 0), LastSeen: at(30, 0, 0), Count: 1, Title: "Records could not be loaded",
				Summary: badUTF8 + singleByte, Evidence: []analysis.Place{{Path: override}}},
			{ID: "f4d0", RuleID: "TAP-ISSUED", Severity: "info", Status: "excepted", TenantID: tenant, SubjectType: "user", SubjectID: "u-1",
				SubjectName: ansi, ActorName: "@" + imageTag, FirstSeen: at(14, 8, 0), LastSeen: at(14, 8, 0), Count: 1, Title: "A pass was issued",
				Summary: "-2+3 issued", EventIDs: []string{"aud-0"}, Evidence: signin[1:], Exception: exception},
		},
		Assessments: []analysis.Assessment{
			{RuleID: "TAP-TAKEOVER-CHAIN", TenantID: tenant, From: at(1, 0, 0), To: at(30, 0, 0), Population: 2, Findings: 1, Assessed: "yes"},
			{RuleID: "TAP-SIGNIN-UNSUPERVISED", TenantID: tenant, From: at(1, 0, 0), To: at(30, 0, 0), Population: 2, Findings: 1, Assessed: "yes"},
			{RuleID: "TAP-ISSUED", TenantID: tenant, From: at(1, 0, 0), To: at(30, 0, 0), Population: 1, Findings: 1, Excepted: 1, Assessed: "yes"},
			{RuleID: "TAP-SIGNIN", TenantID: tenant, From: at(1, 0, 0), To: at(30, 0, 0), Population: 2, Assessed: "partly", Reasons: []string{"no sign-in evidence on 2026-09-05 to 2026-09-07"}},
			{RuleID: "EVIDENCE-QUARANTINED", TenantID: tenant, From: at(1, 0, 0), To: at(30, 0, 0), Population: 2, Findings: 1, Assessed: "yes"},
			{RuleID: "TAP-PASS-UNLOGGED", TenantID: tenant, From: at(1, 0, 0), To: at(30, 0, 0), Assessed: "no", Reasons: []string{"the evidence has no snapshot of passes " + imageTag}},
			{RuleID: "TAP-GUESSING", TenantID: tenant, From: at(1, 0, 0), To: at(30, 0, 0), Population: 5, Assessed: "yes"},
		},
		Passes: []analysis.Pass{{TenantID: tenant, PassID: "p-1", UserID: "u-1", UserName: formula, IssuedAt: at(14, 8, 0), IssuerType: "user",
			IssuerID: "a-1", IssuerName: "@" + imageTag, IssuerIP: "198.51.100.7", Start: at(14, 8, 0), EndTime: at(14, 9, 0), EndBasis: "logged",
			EndedAt: at(14, 9, 0), EndedBy: "expiry", Usage: "one-time", Logins: 1, FirstLogin: record.Time,
			MethodsRegistered: []string{"Authenticator", scriptTag}, EventID: "aud-0", Evidence: signin}},
		Logins: []analysis.Login{
			{TenantID: tenant, UserID: "u-1", UserName: formula, Time: record.Time, IP: "203.0.113.9", Country: "CH", ASN: "64500",
				Applications: []string{"My Signins", imageTag}, Signins: 1, Footprint: 3, Outcome: "success", PassIssuedAt: at(14, 8, 0),
				IssuerName: ansi, Criteria: answers("four_eyes", "place"), Supervised: "no", EventIDs: []string{"req-1", "req-2"}, Evidence: signin},
			{TenantID: tenant, UserID: "u-2", UserName: longName(), Time: at(15, 9, 0), IP: "2001:db8::1", Signins: 2, Outcome: "interrupted",
				Criteria: answers(), Supervised: "yes", EventIDs: []string{"req-3"}, Evidence: signin[:1]},
		},
		Policy: []analysis.PolicyState{{TenantID: tenant, From: at(1, 0, 0), Basis: "snapshot", State: "enabled", UsableOnce: "false",
			DefaultMinutes: "60", MinimumMinutes: "60", MaximumMinutes: "480", Length: "8", Include: []string{"all_users", scriptTag},
			Actor: ansi, EventID: "aud-9", Evidence: signin[:1]}},
		Coverage: coverage(),
		Evidence: []analysis.EvidenceFile{
			{Path: "export/" + imageTag + ".ndjson", Bytes: 2048, SHA256: strings.Repeat("0f", 32), Format: "graph-signin-beta", TenantID: tenant,
				Read: 12, Loaded: 9, Duplicate: 1, NotUsed: 1, Quarantined: 1, FirstTime: at(1, 0, 10), LastTime: at(29, 23, 50), Note: breakout},
			{Path: override, Container: "export.zip", Bytes: 10, SHA256: strings.Repeat("ab", 32), Format: "unknown"},
		},
		Quarantine: []analysis.Quarantined{{Place: analysis.Place{Path: override, Line: 3, Number: 2}, Offset: 120, Reason: "not JSON: unexpected " + scriptTag,
			Excerpt: "\r" + ansi, SHA256: strings.Repeat("cd", 32)}},
		Rules: []analysis.Rule{
			rule("TAP-TAKEOVER-CHAIN", "A log-in with a pass was followed by a new sign-in method", "critical"),
			rule("TAP-SIGNIN-UNSUPERVISED", "A log-in with a pass was not supervised", "medium"),
			rule("EVIDENCE-QUARANTINED", "Records could not be loaded", "low"),
			rule("TAP-ISSUED", "A pass was issued", "info"),
			rule("TAP-SIGNIN", "Someone logged in with a pass", "info"),
			rule("TAP-PASS-UNLOGGED", "A pass exists whose issuance is not in the log", "high"),
			rule("TAP-GUESSING", "Passes were guessed at", "high"),
		},
		Exceptions:   []analysis.ExceptionUse{{Exception: *exception, Covered: 1}, {Exception: settings.Exception{Rule: "*", Reason: formula, Owner: "owner@contoso.example"}, Expired: true}},
		Notes:        []string{"The evidence holds sign-ins of one tenant only. " + scriptTag},
		SettingsHash: strings.Repeat("12", 32),
		RulesHash:    strings.Repeat("34", 32),
	}
}

func rule(id, title string, severity analysis.Severity) analysis.Rule {
	return analysis.Rule{ID: id, Title: title, Severity: severity, Enabled: true, Parameters: map[string]float64{"minutes": 60, "hours": 0.5},
		Why:   "Whoever holds a pass can sign in as its user and register a method of their own. That outlives the pass.",
		Needs: []string{"sign-in", "audit"}, Population: "tap_signins", HowToVerify: "Ask the user whether it was they who signed in.",
		HowToFix: "Delete the method, revoke the sessions and reset the password.", References: []string{"https://attack.mitre.org/techniques/T1078/004/", "javascript:alert(1)"},
		Techniques: []string{"T1078.004"}, Controls: []string{"ISO27001:A.8.5", "NIST-800-53:IA-5"},
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
				c.State, c.Reason = "failed", "Not on record: "+scriptTag
			}
		}
		all = append(all, c)
	}
	return all
}

func coverage() []analysis.CoverageDay {
	var days []analysis.CoverageDay
	for _, logType := range logTypes[:2] {
		for d := 1; d <= 29; d++ {
			day := analysis.CoverageDay{TenantID: tenant, LogType: logType, Day: at(d, 0, 0), Records: 40, CanShowTAP: 40, Status: "covered"}
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

// large is an audit with as many findings as a busy tenant gives in a year.
func large(findings int) *analysis.Result {
	r := hostile()
	r.Organisation = "Contoso Ltd"
	r.Findings, r.Logins, r.Passes = nil, nil, nil
	ids := []string{"TAP-TAKEOVER-CHAIN", "TAP-GUESSING", "TAP-SIGNIN-UNSUPERVISED", "EVIDENCE-QUARANTINED", "TAP-ISSUED", "TAP-SIGNIN"}
	severity := []analysis.Severity{"critical", "high", "medium", "low", "info", "info"}
	for i := range findings {
		k := i * len(ids) / findings
		when := at(1, 0, 0).Add(time.Duration(i) * 4 * time.Minute)
		user := fmt.Sprintf("user%04d@contoso.example", i%3000)
		places := []analysis.Place{{Path: "export/2026-09/interactive-signins.ndjson", Line: int64(i + 1)}}
		records := []analysis.Record{
			{Kind: "sign-in", ID: fmt.Sprintf("8d2f1c4e-6b7a-4f3d-9c21-%012d", i), Time: when, What: user + " signed in with a pass from 203.0.113.9 to My Signins, success", Places: places,
				Raw: fmt.Sprintf(`{"id":"8d2f1c4e-6b7a-4f3d-9c21-%012d",%s"userPrincipalName":%q}`, i, strings.Repeat(`"someProperty":"some value",`, 150), user)},
			{Supporting: true, Kind: "audit event", ID: fmt.Sprintf("Directory_%d", i), Time: when, What: "Admin registered temporary access pass method for user", Places: places},
		}
		r.Findings = append(r.Findings, analysis.Finding{ID: fmt.Sprintf("%016x", i), RuleID: ids[k], Severity: severity[k], Status: "open", TenantID: tenant,
			SubjectType: "user", SubjectID: fmt.Sprintf("00000000-0000-0000-0000-%012d", i), SubjectName: user, ActorID: "a-1", ActorName: "helpdesk.anna@contoso.example",
			FirstSeen: when, LastSeen: when, Count: 1, Title: "A log-in with a pass was not supervised",
			Summary:  user + " logged in with a pass that helpdesk.anna@contoso.example issued; four eyes failed because the issuer is the user, place failed because the network is new.",
			EventIDs: []string{records[0].ID, records[1].ID}, Evidence: places, Records: records})
	}
	for i := range findings * 4 / 10 {
		r.Logins = append(r.Logins, analysis.Login{TenantID: tenant, UserID: "u", UserName: fmt.Sprintf("user%04d@contoso.example", i), Time: at(1, 0, 0).Add(time.Duration(i) * 10 * time.Minute),
			IP: "203.0.113.9", Country: "CH", ASN: "64500", Applications: []string{"My Signins"}, Signins: 1, Footprint: 3, Outcome: "success",
			PassIssuedAt: at(1, 0, 0), IssuerName: "helpdesk.anna@contoso.example", Criteria: answers("four_eyes", "place"), Supervised: "no",
			EventIDs: []string{"req"}, Evidence: []analysis.Place{{Path: "export/signins.ndjson", Line: int64(i + 1)}}})
		r.Passes = append(r.Passes, analysis.Pass{TenantID: tenant, PassID: "p", UserID: "u", UserName: fmt.Sprintf("user%04d@contoso.example", i), IssuedAt: at(1, 0, 0),
			IssuerType: "user", IssuerName: "helpdesk.anna@contoso.example", Start: at(1, 0, 0), EndTime: at(1, 8, 0), EndBasis: "inferred",
			EndedAt: at(1, 8, 0), EndedBy: "expiry", Usage: "one-time", Logins: 1, Evidence: []analysis.Place{{Path: "export/audit.ndjson", Line: int64(i + 1)}}})
	}
	return r
}
