package analysis_test

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tapaudit/analysis"
)

// table is what a query gives: the first column tells rows apart, the others are joined by spaces.
func (j *judged) table(query string) map[string]string {
	j.f.t.Helper()
	rows, err := j.c.Query(context.Background(), query)
	if err != nil {
		j.f.t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		j.f.t.Fatal(err)
	}
	all := map[string]string{}
	for rows.Next() {
		values := make([]any, len(columns))
		for i := range values {
			values[i] = new(any)
		}
		if err := rows.Scan(values...); err != nil {
			j.f.t.Fatal(err)
		}
		var texts []string
		for _, v := range values {
			texts = append(texts, fmt.Sprint(*v.(*any)))
		}
		all[texts[0]] = strings.Join(texts[1:], " ")
	}
	if err := rows.Err(); err != nil {
		j.f.t.Fatal(err)
	}
	return all
}

// byUser gives each user's text by the fixture's name; a user of whom a query says nothing has "none".
func byUser(got map[string]string, want map[string]string) map[string]string {
	named := map[string]string{}
	for user := range want {
		named[user] = "none"
		if text, ok := got[idOf(user)]; ok {
			named[user] = text
		}
	}
	return named
}

func TestHowSignInsBecomeLogIns(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.covered("03-09", "03-11")
	blocked, interrupted := refusedWith(53003, "Blocked"), refusedWith(50140, "Keep me signed in")
	two := func(user, second string, first, then []option) {
		f.login("09:00:00", user, first...)
		f.login(second, user, then...)
	}
	all := func(o ...option) []option { return o }
	two("one session", "09:30", all(session("a")), all(session("a")))
	two("one correlation", "09:30", all(correlation("b")), all(correlation("b")))
	two("nothing in common", "09:30", nil, nil)
	two("a session that is the other's correlation", "09:30", all(set("sessionId", idOf("x"))),
		all(set("correlationId", idOf("x"))))
	f.login("09:00", "through each other", session("c"), correlation("c"))
	f.login("09:10", "through each other", session("d"), correlation("d"))
	f.login("09:20", "through each other", session("d"), correlation("c"))
	two("an hour apart", "10:00:00", all(session("e")), all(session("e")))
	two("more than an hour apart", "10:00:01", all(session("f")), all(session("f")))
	none := func(o ...option) []option { return append(o, without("sessionId", "correlationId")) }
	two("without ids, five minutes apart", "09:05:00", none(), none())
	two("without ids, more than that", "09:05:01", none(), none())
	two("without ids, of another address", "09:01", none(), none(from("192.0.2.77")))
	two("without ids, of another agent", "09:01", none(), none(set("userAgent", "curl")))
	f.login("09:00", "without ids, in a chain", none()...)
	f.login("09:04", "without ids, in a chain", none()...)
	f.login("09:08", "without ids, in a chain", none()...)
	two("of ids and none", "09:01", all(session("g")), none())
	two("interrupted, then let in", "09:01", all(session("h"), interrupted), all(session("h")))
	two("blocked, then interrupted", "09:01", all(session("i"), blocked), all(session("i"), interrupted))
	two("blocked, then let in", "09:01", all(session("k"), blocked), all(session("k")))
	two("blocked twice", "09:01", all(session("l"), blocked), all(session("l"), blocked))
	two("blocked, and much later let in", "11:00", all(session("m"), blocked), all(session("m")))
	want := map[string]string{
		"one session": "2 success", "one correlation": "2 success", "nothing in common": "1 success, 1 success",
		"a session that is the other's correlation": "1 success, 1 success",
		"through each other":                        "3 success", "an hour apart": "2 success",
		"more than an hour apart":         "1 success, 1 success",
		"without ids, five minutes apart": "2 success", "without ids, more than that": "1 success, 1 success",
		"without ids, of another address": "1 success, 1 success",
		"without ids, of another agent":   "1 success, 1 success",
		"without ids, in a chain":         "3 success", "of ids and none": "1 success, 1 success",
		"interrupted, then let in": "2 success", "blocked, then interrupted": "2 interrupted",
		"blocked, then let in": "2 success",
		"blocked twice":        "2 blocked", "blocked, and much later let in": "1 blocked, 1 success",
	}
	j := f.judge("TAP-SIGNIN")
	got := byUser(j.table(`SELECT user_id, string_agg(signins || ' ' || outcome, ', ' ORDER BY time) FROM logins_and_blocked GROUP BY user_id`), want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("log-ins (-want +got):\n%s", diff)
	}
	for _, l := range j.Logins {
		if l.Outcome == "blocked" {
			t.Errorf("the ledger has a blocked log-in of %s", l.UserName)
		}
	}
}

func TestWhichSignInsAreAttempts(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.covered("03-09", "03-11")
	tap := func(succeeded any) record {
		s := step("Temporary Access Pass", true, "")
		if s["succeeded"] = succeeded; succeeded == nil {
			delete(s, "succeeded")
		}
		return s
	}
	password := step("Password", true, "")
	const spent = "Temporary Access Pass sign in was blocked due to User Credential Policy"
	want := map[string]string{}
	signIn := func(user, is string, code int, reason string, all ...record) {
		options := []option{refusedWith(code, reason), steps(all...)}
		if all == nil {
			options = append(options, without("authenticationDetails"))
		}
		f.signIn("09:00", user, options...)
		want[user] = is
	}
	signIn("a step that succeeded", "sign-in", 0, "", tap(true))
	signIn("a step of another spelling", "sign-in", 0, "", step("temporaryAccessPass", true, ""))
	signIn("a step that failed", "failed", 50126, "Invalid", tap(false))
	signIn("a step that failed and one that succeeded", "sign-in", 0, "", tap(false), tap(true))
	signIn("a step that does not say, let in", "sign-in", 0, "", tap(nil))
	signIn("a step that does not say, not let in", "failed", 50126, "Invalid", tap(nil))
	signIn("a step that succeeded, blocked", "sign-in", 53003, "Blocked by Conditional Access", tap(true))
	signIn("refused though the step succeeded", "refused", 130502, spent, tap(true))
	signIn("refused without a reason", "refused", 130500, "", tap(false))
	signIn("refused for other reasons", "refused", 130501, "Other.", tap(false))
	signIn("of phone sign-in's code, for another reason", "failed", 130500, "Something else", tap(false))
	signIn("of code 130502 for another reason", "refused", 130502, "Something else", tap(false))
	signIn("refused without steps", "refused", 130502, spent)
	for code, is := range map[int]string{
		130500: "none", 130501: "none", 130502: "refused", 130503: "failed", 130504: "late", 130505: "late",
		130506: "failed", 130507: "failed",
		130508: "none", 130509: "none",
	} {
		signIn(fmt.Sprint("of code ", code), is, code, "")
	}
	signIn("late though the step succeeded", "late", 130504, "", tap(true))
	signIn("a reason that names an access pass", "failed", 99999, "An access pass could not be found")
	signIn("a password", "none", 0, "", password)
	signIn("a bad password", "none", 50126, "Invalid username or password", step("Password", false, ""))
	got := byUser(f.judge("TAP-SIGNIN").table(`
SELECT user_id, CASE WHEN tap_signin THEN 'sign-in' WHEN refused THEN 'refused' WHEN late THEN 'late' WHEN failed THEN 'failed' WHEN attempt THEN 'attempt' ELSE 'none' END FROM signins`), want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("attempts (-want +got):\n%s", diff)
	}
}

func TestWhichErrorsInterrupt(t *testing.T) {
	t.Parallel()
	interrupting := []int{
		50055, 50058, 50059, 50072, 50074, 50079, 50125, 50127, 50129, 50140, 50143, 50144, 50158, 50199, 50097, 51006,
		52004,
		65001, 81010, 81012, 81014, 16000, 16001, 16003,
	}
	f := newFixture(t)
	want := map[string]string{"0": "success"}
	for _, code := range interrupting {
		want[fmt.Sprint(code)] = "interrupted"
	}
	for _, code := range []int{50053, 50057, 50073, 53003, 53000, 530032, 50076, 65004, 16002, 500121} {
		want[fmt.Sprint(code)] = "blocked"
	}
	for code := range want {
		var n int
		fmt.Sscan(code, &n)
		f.login("09:00", "user of "+code, refusedWith(n, ""))
	}
	got := f.judge("TAP-SIGNIN").table(`SELECT error_code, outcome FROM signins`)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("outcomes (-want +got):\n%s", diff)
	}
}

// One sign-in may be in several exports, each with a part of it.
func TestRecordsOfOneSignIn(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	same := set("id", idOf("request"))
	f.signIn("09:00", "bob", same, without("authenticationDetails"), set("userAgent", "only here"), to("poor"))
	f.signIn("09:00", "bob", same, steps(step("Temporary Access Pass", true, "")), without("userAgent"), to("fair"))
	f.signIn("09:00", "bob", set("id", strings.ToUpper(idOf("request"))), without("userAgent"), to("rich"),
		steps(step("Temporary Access Pass", true, ""), step("Previously satisfied", true, "")))
	j := f.judge("TAP-SIGNIN")
	got := j.table(`SELECT request_id, app_name, user_agent, len(steps), attempt FROM signins`)
	if diff := cmp.Diff(map[string]string{idOf("request"): "rich only here 2 true"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if l := j.login("bob"); l.Signins != 1 || len(l.Evidence) != 3 {
		t.Errorf("%d sign-ins at %d places, want 1 at 3", l.Signins, len(l.Evidence))
	}
}

func TestWhatBecomesOfPasses(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.auditsCover("02-01", "03-31")
	f.policySnapshot("03-01 12:00", policy{minutes: 90})
	f.changePolicy("03-20 12:00", "clerk", policy{minutes: 90}, policy{minutes: 120, oneTime: true})
	pass := func(user string, d passDetails) { f.issue("09:00", "anna", user, d) }
	pass("logged", passDetails{end: "11:00", usage: "Multiple"})
	pass("inferred", passDetails{end: "-", usage: "-"})
	pass("inferred from its start", passDetails{start: "10:00", end: "-"})
	pass("inferred from the event", passDetails{start: "08:00", end: "-"})
	f.issue("03-21 09:00", "anna", "inferred later", passDetails{end: "-", usage: "-"})
	pass("deleted", passDetails{end: "11:00"})
	f.deletePass("10:00", "anna", "deleted")
	f.deletePass("10:30", "anna", "deleted")
	pass("deleted by the user", passDetails{end: "11:00"})
	f.audit("10:00", "User deleted security info", "deleted by the user", []record{userTarget("deleted by the user")},
		set("resultReason", "User deleted temporary access pass method"))
	pass("deleted in vain", passDetails{end: "11:00"})
	f.audit("10:00", "Admin deleted security info", "anna", []record{userTarget("deleted in vain")},
		set("resultReason", "Admin deleted temporary access pass method for user"), failure())
	pass("deleted after its end", passDetails{end: "11:00"})
	f.deletePass("12:00", "anna", "deleted after its end")
	pass("deleted before its start", passDetails{start: "12:00", end: "13:00"})
	f.deletePass("10:00", "anna", "deleted before its start")
	f.issue("08:00", "anna", "replaced", passDetails{end: "11:00"})
	f.audit("09:00", "Admin registered security info", "anna", []record{userTarget("replaced")},
		set("resultReason", "ADMIN REGISTERED TEMPORARY ACCESS PASS METHOD FOR USER, once more"))
	f.audit("09:00", "Admin registered security info", "anna",
		[]record{userTarget("by its properties",
			property("StrongAuthentication.TemporaryAccessPass.AccessPassUsage", nil, "Multiple"))})
	j := f.judge("TAP-ISSUED")
	got := map[string]string{}
	for _, p := range j.Passes {
		name := strings.ReplaceAll(strings.TrimSuffix(p.UserName, "@contoso.example"), "-", " ") +
			p.IssuedAt.Format(" 15:04")
		got[name] = fmt.Sprintf("%s-%s %s, %s %s, %s", p.Start.Format("15:04"), p.EndTime.Format("15:04"), p.EndBasis,
			p.EndedBy, p.EndedAt.Format("15:04"), p.Usage)
	}
	want := map[string]string{
		"logged 09:00":                   "09:00-11:00 logged, expiry 11:00, multiple",
		"inferred 09:00":                 "09:00-10:30 inferred, expiry 10:30, unknown",
		"inferred from its start 09:00":  "10:00-11:30 inferred, expiry 11:30, one-time",
		"inferred from the event 09:00":  "08:00-10:30 inferred, expiry 10:30, one-time",
		"inferred later 09:00":           "09:00-11:00 inferred, expiry 11:00, one-time",
		"deleted 09:00":                  "09:00-11:00 logged, deletion 10:00, one-time",
		"deleted by the user 09:00":      "09:00-11:00 logged, deletion 10:00, one-time",
		"deleted in vain 09:00":          "09:00-11:00 logged, expiry 11:00, one-time",
		"deleted after its end 09:00":    "09:00-11:00 logged, expiry 11:00, one-time",
		"deleted before its start 09:00": "12:00-13:00 logged, deletion 10:00, one-time",
		"replaced 08:00":                 "08:00-11:00 logged, replacement 09:00, one-time",
		"replaced 09:00":                 "09:00-10:30 inferred, expiry 10:30, unknown",
		"by its properties 09:00":        "09:00-10:30 inferred, expiry 10:30, multiple",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("passes (-want +got):\n%s", diff)
	}
}

// The footprint of a log-in is what ran on its pass.
func TestFootprint(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.covered("03-01", "03-31")
	ran := func(user, end, when string, options ...option) {
		if end != "" {
			f.issue("09:00", "anna", user, passDetails{end: end})
		}
		f.login("09:30:00", user, session(user))
		f.signIn(when, user, append([]option{session(user)}, options...)...)
	}
	fido := steps(step("FIDO2 security key", true, "Multifactor authentication"))
	ran("after its end", "12:00:00", "12:00:01")
	ran("after its deletion", "12:00:00", "11:59")
	f.deletePass("09:40", "anna", "after its deletion")
	ran("in the same second", "12:00", "09:30:00")
	ran("without a pass on record", "", "17:30:01")
	ran("for 30 days", "12:00", "04-09 09:30:00")
	ran("for more than 30 days", "12:00", "04-09 09:30:01")
	ran("a day without steps", "12:00", "03-11 09:30:00", without("authenticationDetails"))
	ran("more than a day without steps", "12:00", "03-11 09:30:01", without("authenticationDetails"))
	ran("by correlation only", "12:00", "10:00", session("another"))
	// A proof within a day may be given by what the pass registered; later, or by a method of before, it stands for
	// itself.
	ran("proved anew", "12:00", "03-11 09:30:01", fido)
	ran("proved by the new method", "12:00", "03-11 09:30:00", fido)
	f.signIn("03-01 10:00", "proved by the old method", fido)
	ran("proved by the old method", "12:00", "10:00", fido)
	ran("after a proof", "12:00", "03-12 10:00")
	f.signIn("03-12 09:00", "after a proof", session("after a proof"), fido)
	f.issue("09:00", "anna", "without a session", passDetails{end: "12:00"})
	f.login("09:30", "without a session", without("sessionId"), correlation("it"))
	f.signIn("10:00", "without a session", correlation("it"))
	// Of several attempts each can be the one on whose pass it is.
	ran("twice, then without steps", "12:00", "03-12 09:30", without("authenticationDetails"))
	f.login("09:31", "twice, then without steps", session("twice, then without steps"))
	ran("proved between two attempts", "12:00", "09:40", fido)
	f.login("09:50", "proved between two attempts", session("proved between two attempts"))
	f.signIn("10:00", "proved between two attempts", session("proved between two attempts"), fido)
	want := map[string]string{
		"twice, then without steps": "1", "proved between two attempts": "2",
		"after its end": "1", "after its deletion": "1", "in the same second": "0", "without a pass on record": "1",
		"for 30 days":           "1",
		"for more than 30 days": "0", "a day without steps": "1", "more than a day without steps": "0",
		"by correlation only": "0",
		"proved anew":         "0", "proved by the new method": "1", "proved by the old method": "0", "after a proof": "0",
		"without a session": "1",
	}
	got := byUser(f.judge("TAP-SIGNIN").table(`
SELECT l.user_id, count(f.signin_no) FROM logins AS l LEFT JOIN footprint AS f ON f.login_no = l.login_no GROUP BY l.user_id`), want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("footprints (-want +got):\n%s", diff)
	}
}

func TestCoverageOfDays(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	event := func(when string) { f.audit(when, "Update application", "clerk", nil) }
	three := func(first, last string) { days(first, last, func(when string, _ bool) { event(when) }) }
	f.in("edges within")
	event("03-02 01:00:00")
	event("03-04 23:00:00")
	event("03-03 12:00")
	f.in("edges outside")
	event("03-02 01:00:01")
	event("03-03 12:00")
	event("03-04 22:59:59")
	f.in("a Tuesday that lacks") // 10 March; the other Tuesdays have three
	three("03-02", "03-09")
	three("03-11", "03-18")
	f.in("a Tuesday like others") // two of three lack
	three("03-02", "03-09")
	three("03-11", "03-16")
	three("03-18", "03-25")
	f.in("seven quiet days")
	three("03-02", "03-03")
	three("03-11", "03-12")
	f.in("eight days that lack")
	three("03-02", "03-03")
	three("03-12", "03-13")
	f.in("eight days between few records")
	for _, day := range []string{"03-02", "03-03", "03-12", "03-13"} {
		event(day + " 00:30")
		event(day + " 23:30")
	}
	j := f.judge("EVIDENCE-GAP")
	got := map[string]string{}
	letters := map[string]string{"covered": "c", "partial": "p", "gap": "G", "quiet": "q"}
	for _, tenant := range slices.Sorted(maps.Keys(j.f.names)) {
		for day, status := range j.table(`SELECT strftime(day, '%Y-%m-%d'), status FROM coverage_days WHERE log_type = 'audit' AND tenant_id = '` + tenant + `' ORDER BY day`) {
			got[j.f.names[tenant]+" "+day] = letters[status]
		}
	}
	line := func(tenant, first string) string {
		var b strings.Builder
		for d := at(first + " 00:00"); ; d = d.AddDate(0, 0, 1) {
			letter, ok := got[tenant+d.Format(" 2006-01-02")]
			if !ok {
				return b.String()
			}
			b.WriteString(letter)
		}
	}
	for tenant, want := range map[string]string{
		"edges within":                   "ccc",
		"edges outside":                  "pcp",
		"a Tuesday that lacks":           "ccccccccGcccccccc",
		"a Tuesday like others":          "ccccccccqccccccqcccccccc",
		"seven quiet days":               "ccqqqqqqqcc",
		"eight days that lack":           "ccGGGGGGGGcc",
		"eight days between few records": "ccqqqqqqqqcc",
	} {
		if got := line(tenant, "03-02"); got != want {
			t.Errorf("%s: %s, want %s", tenant, got, want)
		}
	}
}

func TestWhoAUserIs(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.covered("03-01", "03-31")
	upn := set("userPrincipalName", "shared@contoso.example")
	f.signIn("03-05 09:00", "the first", upn)
	f.signIn("03-15 09:00", "the second", upn)
	unnamed := func(when string) {
		f.login(when, "", upn, set("userId", ""))
	}
	unnamed("03-04 09:00") // before both: the first to come
	unnamed("03-14 09:00")
	unnamed("03-15 09:00")
	unnamed("03-16 09:00")
	f.login("09:00", "", set("userId", "00000000-0000-0000-0000-000000000000"),
		set("userPrincipalName", "Nobody.Knows@contoso.example"))
	f.login("09:00", "loud", set("userId", strings.ToUpper(idOf("loud"))))
	f.add("groups_2026-03-31.json", record{"id": idOf("helpers"), "displayName": "Helpers", "securityEnabled": true,
		"members": []record{
			{"@odata.type": "#microsoft.graph.user", "id": idOf("of a group"),
				"userPrincipalName": "of.a.group@contoso.example"}}})
	f.login("09:00", "", set("userPrincipalName", "of.a.group@contoso.example"), set("userId", ""))
	f.issue("08:50", "anna", "loud", passDetails{},
		set("targetResources", []record{{"type": "User", "userPrincipalName": "LOUD@contoso.example"}}))
	j := f.judge("TAP-SIGNIN")
	got := map[string]int{}
	for _, l := range j.Logins {
		got[l.UserID]++
	}
	want := map[string]int{idOf("the first"): 2, idOf("the second"): 2, "nobody.knows@contoso.example": 1,
		idOf("loud"):       1,
		idOf("of a group"): 1}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("users of log-ins (-want +got):\n%s", diff)
	}
	if state := criterion(j.login("loud"), "issued").State; state != met {
		t.Errorf("a pass that names the UPN only, in capitals: issued is %s", state)
	}
}

func TestWhoseTenantARecordIs(t *testing.T) {
	t.Parallel()
	tenantsOf := func(build func(f *fixture)) []string {
		f := newFixture(t)
		build(f)
		f.files, f.exceptions = flat(f.files), nil
		return f.judge("TAP-SIGNIN").Tenants
	}
	noTenant := without("homeTenantId", "resourceTenantId")
	for name, c := range map[string]struct {
		build func(f *fixture)
		want  []string
	}{
		"home and resource": {func(f *fixture) { f.login("09:00", "bob") }, []string{idOf(home)}},
		"named nowhere":     {func(f *fixture) { f.login("09:00", "bob", noTenant) }, []string{"unknown"}},
		"the only one": {func(f *fixture) {
			f.login("09:00", "bob", noTenant)
			f.login("09:00", "carl")
		}, []string{idOf(home)}},
		"crossing, by the rest of its file": {func(f *fixture) {
			f.login("09:00", "bob", set("homeTenantId", idOf("fabrikam")))
			f.login("09:00", "carl")
		}, []string{idOf(home)}},
	} {
		if diff := cmp.Diff(c.want, tenantsOf(c.build)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// flat takes the tenants out of the paths.
func flat(files map[string][]string) map[string][]string {
	moved := map[string][]string{}
	for path, records := range files {
		moved[filepath.Base(path)] = records
	}
	return moved
}

// With several tenants a file that names none is said to be of nobody, and is not used.
func TestAFileOfNobodysTenant(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.login("09:00", "bob")
	f.in("fabrikam")
	f.login("09:00", "carl")
	f.in("nobody knows")
	f.login("09:00", "dora", without("homeTenantId", "resourceTenantId"))
	path := filepath.Join("tenantId="+idOf("nobody knows"), "signins.json")
	f.files["orphan.json"] = f.files[path]
	delete(f.files, path)
	j := f.judge("TAP-SIGNIN")
	if len(j.Tenants) != 2 || len(j.Logins) != 2 {
		t.Errorf("%d tenants with %d log-ins, want 2 with 2", len(j.Tenants), len(j.Logins))
	}
	i := slices.IndexFunc(j.Evidence, func(e analysis.EvidenceFile) bool {
		return strings.HasSuffix(e.Path,
			"orphan.json")
	})
	if e := j.Evidence[i]; e.NotUsed != 1 || !strings.Contains(e.Note, "not attributable") {
		t.Errorf("orphan.json: %d not used, note %q", e.NotUsed, e.Note)
	}
}

// The same policy on another day or in another tenant is evidence of its own, though the bytes are equal.
func TestUnchangedSnapshots(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.policySnapshot("03-01 12:00", policy{})
	f.policySnapshot("03-20 12:00", policy{})
	f.in("fabrikam")
	f.policySnapshot("03-01 12:00", policy{})
	j := f.judge("TEMPORARY-ACCESS-PASS-FEATURE-ENABLED")
	if n := j.one(`SELECT count(*) FROM policy_snapshot`); n != "3" {
		t.Errorf("%s policy snapshots are loaded, want 3", n)
	}
	if len(j.Findings) != 2 {
		t.Errorf("%d tenants have the feature enabled, want 2", len(j.Findings))
	}
}

// A finding belongs to every period that it touches; the period's beginning belongs to it, its end does not.
func TestPeriods(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.from, f.to = "03-10 00:00:00", "03-11 00:00:00"
	f.covered("02-01", "03-31")
	f.issue("03-09 23:59:59", "anna", "before", passDetails{end: "-"})
	f.issue("03-10 00:00:00", "anna", "at the beginning", passDetails{end: "-"})
	f.issue("03-10 23:59:59", "anna", "at the end", passDetails{})
	f.issue("03-11 00:00:00", "anna", "after", passDetails{end: "-"})
	for _, when := range []string{"03-08 09:00", "03-09 09:00", "03-10 09:00"} {
		f.issue(when, "anna", "again and again until the period", passDetails{})
	}
	for _, when := range []string{"03-07 09:00", "03-08 09:00", "03-09 09:00"} {
		f.issue(when, "anna", "again and again before the period", passDetails{})
	}
	f.changePolicy("03-11 00:00:00", "clerk", policy{off: true}, policy{})
	f.login("03-12 09:00", "later", set("homeTenantId", idOf("fabrikam")))
	j := f.judge()
	var got []string
	for _, finding := range j.Findings {
		switch finding.RuleID {
		case "TAP-ISSUED", "TAP-REISSUED", "TAP-POLICY-WEAKENED", "TEMPORARY-ACCESS-PASS-FEATURE-ENABLED":
			got = append(got, finding.RuleID+" "+j.subject(finding))
		}
	}
	slices.Sort(got)
	want := []string{
		"TAP-ISSUED again and again until the period", "TAP-ISSUED at the beginning", "TAP-ISSUED at the end",
		"TAP-REISSUED again and again until the period",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("findings of the day (-want +got):\n%s", diff)
	}
	if a := j.assessment("TAP-ISSUED", home); a.Population != 3 || a.Findings != 3 || a.Assessed != "yes" {
		t.Errorf("TAP-ISSUED: %d of %d passes, assessed %s", a.Findings, a.Population, a.Assessed)
	}
	if a := j.assessment("TAP-LIFETIME-EXCESSIVE", home); a.Assessed != "partly" ||
		!strings.HasPrefix(a.Reasons[0], "1 not assessed") {
		t.Errorf("TAP-LIFETIME-EXCESSIVE: assessed %s, %q", a.Assessed, a.Reasons)
	}
	if a := j.assessment("TAP-SIGNIN-WITHOUT-ISSUANCE", home); a.Assessed != "yes" {
		t.Errorf("a log-in after the period makes TAP-SIGNIN-WITHOUT-ISSUANCE assessed %s, %q", a.Assessed, a.Reasons)
	}
}

// TestNow: what counts as now is the latest event or snapshot, of whatever kind.
func TestNow(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.covered("03-01", "03-31")
	f.add("roleDefinitions_2026-04-02T10-00-00Z.json",
		record{"id": idOf("role"), "displayName": "Helpers", "isPrivileged": false, "isBuiltIn": false,
			"rolePermissions": []record{}})
	if now := f.judge("TAP-SIGNIN").AsOf; now.Format(time.DateOnly) != "2026-04-02" {
		t.Errorf("now is %s", now)
	}
}

// An exception covers what was first seen from its first day to the end of its last, in UTC.
func TestWhenExceptionsCover(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.except("TAP-ISSUED", "", "from: 2026-03-10", "expires: 2026-03-11")
	f.except("TEMPORARY-ACCESS-PASS-FEATURE-ENABLED", "", "expires: 2026-03-31")
	f.except("TAP-POLICY-ALL-USERS", "", "expires: 2026-03-30")
	f.from, f.to = "03-01 00:00", "04-01 00:00"
	want := map[string]string{}
	for when, status := range map[string]string{"03-09 23:59:59": "open", "03-10 00:00:00": "excepted",
		"03-11 23:59:59": "excepted", "03-12 00:00:00": "open"} {
		f.issue(when, "anna", "on "+when, passDetails{})
		want["TAP-ISSUED "+at(when).Format(time.DateTime)] = status
	}
	f.policySnapshot("03-01 12:00", policy{})
	want["TEMPORARY-ACCESS-PASS-FEATURE-ENABLED 2026-03-01 12:00:00"] = "excepted"
	want["TAP-POLICY-ALL-USERS 2026-03-01 12:00:00"] = "open"
	got := map[string]string{}
	for _, finding := range f.judge("TAP-ISSUED", "TEMPORARY-ACCESS-PASS-FEATURE-ENABLED",
		"TAP-POLICY-ALL-USERS").Findings {
		got[finding.RuleID+" "+finding.FirstSeen.Format(time.DateTime)] = finding.Status
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// What a finding says of its records, and that its id depends on nothing but them.
func TestAFindingAndItsRecords(t *testing.T) {
	t.Parallel()
	build := func() *fixture {
		f := newFixture(t)
		f.covered("03-09", "03-11")
		f.issue("09:00", "anna", "bob", passDetails{end: "12:00"}, set("id", "issued"))
		f.login("11:30", "bob", set("id", "third"))
		f.login("09:10", "bob", set("id", "first"), session("s"))
		f.login("09:20", "bob", set("id", "second"), session("s"))
		return f
	}
	f := build()
	finding := f.judge("TAP-PASS-REUSED").finding("TAP-PASS-REUSED", "bob")
	if diff := cmp.Diff([]string{"first", "second", "third", "issued"}, finding.EventIDs); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	if !finding.FirstSeen.Equal(at("09:10")) || !finding.LastSeen.Equal(at("11:30")) || finding.Count != 3 {
		t.Errorf("%d from %s to %s", finding.Count, finding.FirstSeen, finding.LastSeen)
	}
	other := build()
	other.configure("organisation: Somebody else")
	folder := "tenantId=" + idOf(home)
	path := filepath.Join(folder, "signins.json")
	records := other.files[path]
	slices.Reverse(records)
	other.files[path], other.files[filepath.Join(folder, "more", "signins-2.json")] = records[:7], records[5:]
	if again := other.judge("TAP-PASS-REUSED").finding("TAP-PASS-REUSED", "bob"); again.ID != finding.ID ||
		again.Count != finding.Count {
		t.Errorf("the same records in other files: finding %s of %d, want %s of %d", again.ID, again.Count, finding.ID,
			finding.Count)
	}
}
