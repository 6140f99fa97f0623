package analysis_test

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tapaudit/analysis"
	"tapaudit/analysis/settings"
	"tapaudit/ingest"
	"tapaudit/ingest/casefile"
	"tapaudit/ingest/madeup"
)

// A fixture is evidence written down in a few words: exports of one or more tenants in the shapes of Microsoft Graph,
// the configuration, and what is asked. Users, groups, applications and tenants are named by plain words; ids and
// UPNs follow from them. A time is "15:04", "15:04:05" (both on Tuesday 2026-03-10), "01-02 15:04", "01-02 15:04:05"
// (both in 2026) or the same with the year in front.
type fixture struct {
	t      *testing.T
	tenant string
	names  map[string]string   // of tenants, by id
	files  map[string][]string // records by path
	next   int                 // number of the record to come

	config, roster, register string
	exceptions               []string
	from, to, asOf           string // "" is what the evidence spans
}

type record map[string]any

// option changes a record before it is written.
type option func(record)

const (
	tuesday = "2026-03-10"
	home    = "contoso" // the tenant where nothing else is said
	office  = "192.0.2.10"
	desk    = "192.0.2.99" // where passes are issued
)

func at(t string) time.Time {
	for layout, text := range map[string]string{
		"2006-01-02 15:04":    tuesday + " " + t,
		"2006-01-02 15:04:05": tuesday + " " + t,
	} {
		for _, text := range []string{text, "2026-" + t, t} {
			if parsed, err := time.Parse(layout, text); err == nil {
				return parsed
			}
		}
	}
	panic("no time: " + t)
}

func stamp(t time.Time) string { return madeup.Stamp(t) }

func later(t string, d time.Duration) string { return at(t).Add(d).Format("2006-01-02 15:04:05") }

// idOf is the object id that a name stands for; a name that is an id stays.
func idOf(name string) string {
	if len(name) == 36 && strings.Count(name, "-") == 4 || name == "all_users" {
		return name
	}
	hex := fmt.Sprintf("%x", sha256.Sum256([]byte(name)))
	return hex[:8] + "-" + hex[8:12] + "-4" + hex[13:16] + "-8" + hex[17:20] + "-" + hex[20:32]
}

// upnOf is the UPN that a name stands for.
func upnOf(name string) string {
	if strings.Contains(name, "@") {
		return name
	}
	return strings.ReplaceAll(name, " ", "-") + "@contoso.example"
}

// in makes what follows evidence of another tenant.
func (f *fixture) in(tenant string) { f.tenant, f.names[idOf(tenant)] = tenant, tenant }

func (f *fixture) id(kind string) string {
	f.next++
	return idOf(fmt.Sprintf("%s %d", kind, f.next))
}

func (f *fixture) add(file string, r any) {
	text, err := json.Marshal(r)
	if err != nil {
		f.t.Fatal(err)
	}
	path := filepath.Join("tenantId="+idOf(f.tenant), file)
	f.files[path] = append(f.files[path], string(text))
}

func change(r record, options []option) record {
	for _, o := range options {
		o(r)
	}
	return r
}

func set(key string, value any) option { return func(r record) { r[key] = value } }

func without(keys ...string) option {
	return func(r record) {
		for _, key := range keys {
			delete(r, key)
		}
	}
}

// Sign-ins

func step(method string, succeeded bool, requirement string) record {
	return madeup.Members(madeup.Step{Method: method, Succeeded: succeeded, Requirement: requirement})
}

func (f *fixture) signIn(when, user string, options ...option) {
	in := madeup.NewSignIn(f.id("request"), at(when), idOf(f.tenant),
		madeup.User{ID: idOf(user), UPN: upnOf(user), Name: user}, madeup.MySignins)
	in.IPAddress, in.AutonomousSystemNumber, in.UserAgent = office, 64500, "Mozilla/5.0"
	in.CorrelationID, in.SessionID = f.id("correlation"), f.id("session")
	in.AuthenticationDetails = []record{step("Password", true, "Primary authentication")}
	f.add("signins.json", change(madeup.Members(in), options))
}

// login is a sign-in in which the pass was right.
func (f *fixture) login(when, user string, options ...option) {
	f.signIn(when, user, append([]option{steps(step("Temporary Access Pass", true, "Primary authentication"))},
		options...)...)
}

// guess is a sign-in in which the pass was wrong.
func (f *fixture) guess(when, user string, options ...option) {
	f.login(when, user, append([]option{steps(step("Temporary Access Pass", false, "Primary authentication")),
		refusedWith(130503, "Temporary Access Pass is incorrect")}, options...)...)
}

func steps(all ...record) option { return set("authenticationDetails", all) }
func from(ip string) option      { return set("ipAddress", ip) }
func asn(n any) option           { return set("autonomousSystemNumber", n) }
func session(name string) option { return set("sessionId", idOf("session "+name)) }
func correlation(name string) option {
	return set("correlationId", idOf("correlation "+name))
}
func to(app string) option {
	return func(r record) { r["appId"], r["appDisplayName"] = idOf(app), app }
}
func risk(level string) option  { return set("riskLevelDuringSignIn", level) }
func device(name string) option { return set("deviceDetail", record{"deviceId": idOf(name)}) }
func nonInteractive() option    { return set("isInteractive", false) }

func refusedWith(code int, reason string) option {
	status := record{"errorCode": code}
	if reason != "" {
		status["failureReason"] = reason
	}
	return set("status", status)
}

// Audit events

func userTarget(user string, modified ...record) record {
	return record{"id": idOf(user), "displayName": user, "type": "User", "userPrincipalName": upnOf(user),
		"modifiedProperties": modified}
}

func property(name string, old, new any) record {
	text := func(v any) any {
		if v == nil {
			return nil
		}
		t, err := json.Marshal(v)
		if err != nil {
			panic(err)
		}
		return string(t)
	}
	return record{"displayName": name, "oldValue": text(old), "newValue": text(new)}
}

// initiator is a user, or an application where the name begins with "app ", or nobody.
func initiator(name string) record {
	switch {
	case name == "":
		return record{}
	case strings.HasPrefix(name, "app "):
		return record{"app": record{"appId": idOf(name), "displayName": name}}
	default:
		return record{"user": record{"id": idOf(name), "userPrincipalName": upnOf(name), "ipAddress": desk}}
	}
}

func (f *fixture) audit(when, activity, by string, targets []record, options ...option) {
	f.add("audits.json", change(record{
		"id": f.id("event"), "activityDateTime": stamp(at(when)), "activityDisplayName": activity,
		"category":      "UserManagement",
		"correlationId": f.id("correlation"), "loggedByService": "Core Directory", "operationType": "Update",
		"result": "success", "resultReason": "",
		"initiatedBy": initiator(by), "targetResources": targets, "additionalDetails": []record{},
	}, options))
}

// passDetails are what an issuance says of its pass.
type passDetails struct{ id, start, end, usage string }

// issue issues a pass: for one use and an hour where details say nothing else. "-" leaves a detail out.
func (f *fixture) issue(when, by, user string, d passDetails, options ...option) {
	if d.start == "" {
		d.start = when
	}
	if d.end == "" {
		d.end = later(d.start, time.Hour)
	}
	if d.usage == "" {
		d.usage = "OneTime"
	}
	if d.id == "" {
		d.id = f.id("pass")
	}
	var modified []record
	for _, p := range []struct {
		name, value string
		isTime      bool
	}{{"Id", d.id, false}, {"StartDateTime", d.start, true}, {"EndDateTime", d.end, true},
		{"AccessPassUsage", d.usage, false}} {
		if p.value == "-" {
			continue
		}
		if p.isTime {
			p.value = stamp(at(p.value))
		}
		name := "TemporaryAccessPass." + strings.Replace(p.name, "EndDateTime", "EndTime", 1)
		modified = append(modified, property(name, nil, p.value))
	}
	activity, reason := "Admin registered security info", "Admin registered temporary access pass method for user"
	if strings.HasPrefix(by, "app ") {
		activity, reason = "User registered security info", "User registered temporary access pass method"
	}
	f.audit(when, activity, by, []record{userTarget(user, modified...)},
		append([]option{set("loggedByService", "Authentication Methods"), set("resultReason", reason)}, options...)...)
}

func (f *fixture) deletePass(when, by, user string) {
	f.audit(when, "Admin deleted security info", by, []record{userTarget(user)},
		set("resultReason", "Admin deleted temporary access pass method for user"))
}

func (f *fixture) registerMethod(when, user string, options ...option) {
	f.audit(when, "User registered security info", user, []record{userTarget(user)},
		append([]option{set("resultReason", "User registered Fido2 Authentication Method")}, options...)...)
}

func (f *fixture) joinDevice(when, user string) {
	f.audit(when, "Add registered owner to device", "app Device Registration Service",
		[]record{{"id": idOf("device of " + user), "displayName": "PC", "type": "Device"}, userTarget(user)})
}

func failure() option { return set("result", "failure") }

// Policy and directory

// policy is the Temporary Access Pass configuration. The zero value is enabled for everyone, for more than one use and
// up to 480 minutes.
type policy struct {
	off, oneTime     bool
	minutes          int
	include, exclude []string // groups by name; "user …" is a user
}

func (p policy) configuration() record {
	targets := func(names []string) []record {
		all := []record{}
		for _, name := range names {
			kind := "group"
			if strings.HasPrefix(name, "user ") {
				kind, name = "user", strings.TrimPrefix(name, "user ")
			}
			all = append(all, record{"targetType": kind, "id": idOf(name)})
		}
		return all
	}
	if p.minutes == 0 {
		p.minutes = 480
	}
	if p.include == nil {
		p.include = []string{"all_users"}
	}
	state := "enabled"
	if p.off {
		state = "disabled"
	}
	return record{
		"@odata.type": "#microsoft.graph.temporaryAccessPassAuthenticationMethodConfiguration",
		"id":          "TemporaryAccessPass", "state": state,
		"isUsableOnce": p.oneTime, "defaultLifetimeInMinutes": 60, "defaultLength": 8, "minimumLifetimeInMinutes": 60,
		"maximumLifetimeInMinutes": p.minutes,
		"includeTargets":           targets(p.include), "excludeTargets": targets(p.exclude),
	}
}

func (p policy) whole() record {
	return record{"id": "authenticationMethodsPolicy",
		"authenticationMethodConfigurations": []record{{"id": "Fido2", "state": "enabled"}, p.configuration()}}
}

// dated is a file's name that says when the snapshot in it was taken.
func dated(what, when string) string {
	return what + "_" + at(when).Format("20060102T150405Z") + ".json"
}

func (f *fixture) policySnapshot(when string, p policy) { f.add(dated("policy", when), p.whole()) }

func (f *fixture) changePolicy(when, by string, old, new policy) {
	f.audit(when, "Authentication Methods Policy Update", by, []record{{
		"displayName": "Authentication Methods Policy", "type": "Policy",
		"modifiedProperties": []record{property("AuthenticationMethodsPolicy", old.whole(), new.whole())},
	}}, set("category", "Policy"), set("loggedByService", "Authentication Methods"))
}

func (f *fixture) user(name, created string, options ...option) {
	f.add(dated("users", "03-31 12:00"), change(record{
		"id": idOf(name), "userPrincipalName": upnOf(name), "displayName": name, "userType": "Member",
		"accountEnabled": true, "createdDateTime": stamp(at(created)),
	}, options))
}

// Coverage: other people's records, three a day, so that the evidence covers the days from the first to the last.

func days(first, last string, do func(day string, edge bool)) {
	end := at(last + " 00:00")
	for d := at(first + " 00:00"); !d.After(end); d = d.AddDate(0, 0, 1) {
		for _, clock := range []string{"00:00:01", "12:00:00", "23:59:59"} {
			do(d.Format("2006-01-02 ")+clock, clock != "12:00:00")
		}
	}
}

func (f *fixture) auditsCover(first, last string) {
	days(first, last, func(when string, _ bool) {
		f.audit(when, "Update application", "clerk", []record{{"id": idOf("some application"), "type": "Application"}})
	})
}

func (f *fixture) signInsCover(first, last string, options ...option) {
	days(first, last, func(when string, _ bool) {
		f.signIn(when, "somebody else", append([]option{from("203.0.113.200"), asn(64999)}, options...)...)
	})
}

// covered covers audit log and both kinds of sign-ins.
func (f *fixture) covered(first, last string) {
	f.auditsCover(first, last)
	f.signInsCover(first, last)
	f.signInsCover(first, last, nonInteractive())
}

// Configuration

func (f *fixture) configure(yaml string) {
	f.config += strings.TrimSpace(strings.ReplaceAll(yaml, "\t", "")) + "\n"
}

func (f *fixture) except(rule, subject string, more ...string) {
	e := "{rule: " + rule + ", reason: accepted, owner: ciso@contoso.example"
	if rule == "*" {
		e = strings.Replace(e, "*", `"*"`, 1)
	}
	if subject != "" {
		e += `, subject: "` + subject + `"`
	}
	f.exceptions = append(f.exceptions, strings.Join(append([]string{e}, more...), ", ")+"}")
}

// judged is what the analysis made of a fixture.
type judged struct {
	*analysis.Result
	f *fixture
	c *casefile.Case
}

func newFixture(t *testing.T) *fixture {
	f := &fixture{t: t, names: map[string]string{}, files: map[string][]string{}}
	f.in(home)
	return f
}

// judge loads the evidence and analyses it; where rules are named only these run, which is faster.
func (f *fixture) judge(only ...string) *judged {
	f.t.Helper()
	ctx := context.Background()
	dir := f.t.TempDir()
	write := func(name, text string) {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			f.t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			f.t.Fatal(err)
		}
	}
	for _, path := range slices.Sorted(maps.Keys(f.files)) {
		write(filepath.Join("evidence", path), strings.Join(f.files[path], "\n"))
	}
	config := f.config
	if f.roster != "" {
		write("roster.csv", "upn,start_date\n"+f.roster)
		config += "onboarding_roster: roster.csv\n"
	}
	if f.register != "" {
		write("register.csv", "upn,date,supervisor,ticket,pass_id\n"+f.register)
		config += "supervision_register: register.csv\n"
	}
	if len(f.exceptions) > 0 {
		config += "exceptions:\n- " + strings.Join(f.exceptions, "\n- ") + "\n"
	}
	rules, err := analysis.BuiltInRules()
	if err != nil {
		f.t.Fatal(err)
	}
	s, err := settings.Parse("tapaudit.yaml", []byte(config), dir, analysis.Catalog(rules))
	if err != nil {
		f.t.Fatalf("configuration: %v\n%s", err, config)
	}
	c, err := casefile.Open(ctx, "", casefile.Options{Threads: 1, TempDir: dir, Loads: true})
	if err != nil {
		f.t.Fatal(err)
	}
	f.t.Cleanup(func() { c.Close() })
	if err := ingest.Load(ctx, c, []string{filepath.Join(dir, "evidence")}, nil, ingest.Options{}); err != nil {
		f.t.Fatal(err)
	}
	var opts analysis.Options
	if f.from != "" {
		opts.Period = analysis.Period{From: at(f.from), To: at(f.to)}
	}
	if f.asOf != "" {
		opts.AsOf = at(f.asOf)
	}
	rules = analysis.Configure(rules, s)
	for i := range rules {
		rules[i].Enabled = rules[i].Enabled && (len(only) == 0 || slices.Contains(only, rules[i].ID))
	}
	result, err := analysis.Run(ctx, c, s, rules, opts)
	if err != nil {
		f.t.Fatal(err)
	}
	return &judged{result, f, c}
}

// subject is whom a finding is about, in the fixture's words.
func (j *judged) subject(f analysis.Finding) string {
	switch f.SubjectType {
	case "user", "application":
		return strings.ReplaceAll(strings.TrimSuffix(strings.ToLower(f.SubjectName), "@contoso.example"), "-", " ")
	case "file":
		return filepath.Base(f.SubjectName)
	case "tenant":
		return j.f.names[f.SubjectID]
	}
	return f.SubjectID
}

func (j *judged) login(user string) analysis.Login {
	j.f.t.Helper()
	i := slices.IndexFunc(j.Logins, func(l analysis.Login) bool { return l.UserID == idOf(user) })
	if i < 0 {
		j.f.t.Fatalf("no log-in of %s", user)
	}
	return j.Logins[i]
}

// one is the single value that a query gives.
func (j *judged) one(query string, args ...any) string {
	j.f.t.Helper()
	var value any
	if err := j.c.QueryRow(context.Background(), query, args...).Scan(&value); err != nil {
		j.f.t.Fatalf("%s: %v", query, err)
	}
	return fmt.Sprint(value)
}

func (j *judged) assessment(rule, tenant string) analysis.Assessment {
	j.f.t.Helper()
	i := slices.IndexFunc(j.Assessments, func(a analysis.Assessment) bool {
		return a.RuleID == rule &&
			a.TenantID == idOf(tenant)
	})
	if i < 0 {
		j.f.t.Fatalf("%s of %s has no assessment", rule, tenant)
	}
	return j.Assessments[i]
}

func (j *judged) finding(rule, about string) analysis.Finding {
	j.f.t.Helper()
	i := slices.IndexFunc(j.Findings, func(f analysis.Finding) bool {
		return f.RuleID == rule &&
			j.subject(f) == about
	})
	if i < 0 {
		j.f.t.Fatalf("no %s about %s", rule, about)
	}
	return j.Findings[i]
}

// times does something n times, that far apart.
func times(n int, first string, apart time.Duration, do func(when string, i int)) {
	for i := range n {
		do(later(first, time.Duration(i)*apart), i)
	}
}

// earlier are so many ordinary sign-ins of a user, a day apart.
func (f *fixture) earlier(n int, user string, options ...option) {
	times(n, "03-01 10:00", 24*time.Hour, func(when string, _ int) { f.signIn(when, user, options...) })
}
