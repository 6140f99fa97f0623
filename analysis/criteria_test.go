package analysis_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tapaudit/analysis"
)

const (
	met   = "met"
	fails = "failed"
	open  = "not assessed"
)

// criterionScene is evidence and how one criterion is answered for the only log-in of each user.
type criterionScene struct {
	criterion, name string
	evidence        func(f *fixture)
	want            map[string][]string // users by state
}

func TestCriteria(t *testing.T) {
	for _, s := range criterionScenes() {
		t.Run(s.criterion+": "+s.name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			s.evidence(f)
			j := f.judge("TAP-SIGNIN")
			want, got := map[string]string{}, map[string]string{}
			for state, users := range s.want {
				for _, user := range users {
					want[user] = state
					c := criterion(j.login(user), s.criterion)
					got[user] = c.State
					if c.Reason == "" {
						t.Errorf("%s: no reason why %s", user, c.State)
					}
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if len(want) != len(j.Logins) {
				t.Errorf("%d log-ins are judged, the scene speaks of %d", len(j.Logins), len(want))
			}
		})
	}
}

func criterion(l analysis.Login, name string) analysis.Criterion {
	return l.Criteria[slices.IndexFunc(l.Criteria, func(c analysis.Criterion) bool { return c.Name == name })]
}

var criteria = []string{"issued", "approved_issuer", "four_eyes", "purpose", "place", "hours", "prompt",
	"outcome_registered", "closed"}

func TestEveryCriterionHasEveryState(t *testing.T) {
	has := map[[2]string]bool{}
	for _, s := range criterionScenes() {
		for state := range s.want {
			has[[2]string{s.criterion, state}] = true
		}
	}
	for _, c := range criteria {
		for _, state := range []string{met, fails, open} {
			if !has[[2]string{c, state}] {
				t.Errorf("%s is %s in no scene", c, state)
			}
		}
	}
}

func criterionScenes() []criterionScene {
	// give issues a pass at 09:00 by anna; the log-in is at 09:30.
	give := func(f *fixture, user, by string, d passDetails, login string) {
		f.issue("09:00:00", by, user, d)
		f.login(login, user)
	}
	return []criterionScene{
		{"issued", "by when the pass is valid", func(f *fixture) {
			f.covered("01-01", "03-31") // from 00:00:01 on
			hour := passDetails{end: "10:00:00"}
			give(f, "in time", "anna", hour, "09:30")
			give(f, "two minutes early", "anna", hour, "08:58:00")
			give(f, "too early", "anna", hour, "08:57:59")
			give(f, "two minutes late", "anna", hour, "10:02:00")
			give(f, "too late", "anna", hour, "10:02:01")
			give(f, "two minutes after a deletion", "anna", hour, "09:12:00")
			f.deletePass("09:10", "anna", "two minutes after a deletion")
			give(f, "later after a deletion", "anna", hour, "09:12:01")
			f.deletePass("09:10", "anna", "later after a deletion")
			f.issue("09:00", "anna", "with the first of two", passDetails{end: "12:00"})
			f.issue("09:30", "anna", "with the first of two", passDetails{start: "11:00", end: "12:00"})
			f.login("10:00", "with the first of two")
			f.issue("08:00", "anna", "before its start", passDetails{start: "09:00", end: "12:00"})
			f.deletePass("08:30", "anna", "before its start")
			f.login("09:10", "before its start")
			f.login("09:00", "without any")
			f.issue("09:00", "anna", "failed", passDetails{}, failure())
			f.login("09:10", "failed")
			f.login("09:00", "at home elsewhere", set("homeTenantId", idOf("fabrikam")))
			f.login("01-01 08:00:01", "480 minutes after the log begins")
			f.login("01-01 08:00:00", "a second less after the log begins")
			f.issue("02-08 09:00:00", "anna", "of an end nobody knows", passDetails{end: "-"})
			f.login("03-10 08:59:59", "of an end nobody knows")
			f.issue("02-08 09:00:00", "anna", "of 30 days ago", passDetails{end: "-"})
			f.login("03-10 09:00:00", "of 30 days ago")
			f.issue("01-01 01:00", "anna", "met though not covered", passDetails{})
			f.login("01-01 01:30", "met though not covered")
		}, map[string][]string{
			met: {"in time", "two minutes early", "two minutes late", "two minutes after a deletion",
				"met though not covered"},
			fails: {
				"too early", "too late", "later after a deletion", "with the first of two", "before its start",
				"without any", "failed",
				"480 minutes after the log begins", "of 30 days ago",
			},
			open: {"at home elsewhere", "a second less after the log begins", "of an end nobody knows"},
		}},
		{"issued", "by how long a pass may live", func(f *fixture) {
			f.covered("01-01", "03-31")
			f.policySnapshot("01-01 12:00", policy{minutes: 1440})
			f.changePolicy("02-01 12:00", "clerk", policy{minutes: 1440}, policy{minutes: 60})
			f.login("01-02 00:00:01", "a day after the log begins")
			f.login("01-02 00:00:00", "a second less")
			f.issue("03-09 09:00", "anna", "of an hour", passDetails{end: "-"})
			f.login("03-09 10:02:00", "of an hour")
			f.issue("03-09 09:00", "anna", "of more than an hour", passDetails{end: "-"})
			f.login("03-09 10:02:01", "of more than an hour")
			f.issue("01-20 09:00", "anna", "of a day", passDetails{end: "-"})
			f.login("01-21 09:02:00", "of a day")
		}, map[string][]string{
			met:   {"of an hour", "of a day"},
			fails: {"a day after the log begins", "of more than an hour"},
			open:  {"a second less"},
		}},
		{"issued", "by the highest maximum of 30 days", func(f *fixture) {
			f.auditsCover("01-01", "02-12")
			f.changePolicy("01-01 12:00", "clerk", policy{minutes: 2880}, policy{minutes: 60})
			f.signInsCover("01-01", "02-12")
			f.login("01-02 12:00", "two days are not covered")
			f.login("01-03 00:00:01", "two days are covered")
		}, map[string][]string{fails: {"two days are covered"}, open: {"two days are not covered"}}},
		{"issued", "by days without audit events", func(f *fixture) {
			f.signInsCover("03-01", "03-31")
			f.auditsCover("03-01", "03-10")
			f.auditsCover("03-19", "03-31") // eight days lack, which is more than seven
			f.login("03-11 00:00", "on the first day that lacks")
			f.login("03-10 23:00", "on the day before")
			f.login("03-19 07:59:59", "after the days that lack")
			f.login("03-19 08:00:00", "of another day")
		}, map[string][]string{fails: {"on the day before", "of another day"},
			open: {"on the first day that lacks", "after the days that lack"}}},
		{"approved_issuer", "with both lists", func(f *fixture) {
			f.covered("02-01", "03-31")
			f.configure("approved_issuers: {users: [ANNA@contoso.example, " + idOf("beat") + "], applications: [" +
				idOf("app HR") + "]}")
			give(f, "by UPN", "anna", passDetails{}, "09:30")
			give(f, "by id", "beat", passDetails{}, "09:30")
			give(f, "by mallory", "mallory", passDetails{}, "09:30")
			give(f, "by HR", "app HR", passDetails{}, "09:30")
			give(f, "by a tool", "app Tool", passDetails{}, "09:30")
			give(f, "by nobody", "", passDetails{}, "09:30")
			f.login("09:30", "without a pass")
			f.issue("02-08 08:00:00", "anna", "almost 30 days ago", passDetails{end: "02-08 09:00:00"})
			f.login("03-10 08:59:59", "almost 30 days ago")
			f.issue("02-08 08:00:00", "anna", "30 days ago", passDetails{end: "02-08 09:00:00"})
			f.login("03-10 09:00:00", "30 days ago")
			f.issue("09:00", "anna", "at home elsewhere", passDetails{end: "09:10"})
			f.login("09:30", "at home elsewhere", set("homeTenantId", idOf("fabrikam")))
		}, map[string][]string{
			met:   {"by UPN", "by id", "by HR", "almost 30 days ago"},
			fails: {"by mallory", "by a tool"},
			open:  {"by nobody", "without a pass", "30 days ago", "at home elsewhere"},
		}},
		{"approved_issuer", "with one list that is empty", func(f *fixture) {
			f.covered("02-01", "03-31")
			f.configure("approved_issuers: {users: []}")
			give(f, "by anna", "anna", passDetails{}, "09:30")
			give(f, "by HR", "app HR", passDetails{}, "09:30")
		}, map[string][]string{fails: {"by anna"}, open: {"by HR"}}},
		{"four_eyes", "with a list of applications", func(f *fixture) {
			f.covered("02-01", "03-31")
			f.configure("approved_issuers: {applications: [" + idOf("app HR") + "]}")
			give(f, "by anna", "anna", passDetails{}, "09:30")
			give(f, "by herself", "by herself", passDetails{}, "09:30")
			give(f, "by HR", "app HR", passDetails{}, "09:30")
			give(f, "by a tool", "app Tool", passDetails{}, "09:30")
			give(f, "by nobody", "", passDetails{}, "09:30")
			f.login("09:30", "without a pass")
		}, map[string][]string{met: {"by anna", "by HR"}, fails: {"by herself", "by a tool"},
			open: {"by nobody", "without a pass"}}},
		{"four_eyes", "without lists", func(f *fixture) {
			f.covered("02-01", "03-31")
			give(f, "by anna", "anna", passDetails{}, "09:30")
			give(f, "by HR", "app HR", passDetails{}, "09:30")
		}, map[string][]string{met: {"by anna"}, open: {"by HR"}}},
		{"purpose", "by dates of the user and devices", func(f *fixture) {
			f.covered("02-01", "03-31")
			aged := func(user, created string, options ...option) {
				f.user(user, created, options...)
				f.issue("08:00", "anna", user, passDetails{start: "09:00:00", end: "12:00"})
				f.login("09:30:00", user)
			}
			aged("created 14 days before", "02-24 09:00:00")
			aged("created a second earlier", "02-24 08:59:59")
			aged("created 14 days after", "03-24 09:00:00")
			aged("created a second later", "03-24 09:00:01")
			hired := func(day string) option { return set("employeeHireDate", day+"T00:00:00Z") }
			aged("hired lately", "2020-01-01 00:00", hired("2026-02-25"))
			aged("hired long ago", "2020-01-01 00:00", hired("2026-02-24"))
			aged("with a device after 24 hours", "2020-01-01 00:00")
			f.joinDevice("03-11 09:30:00", "with a device after 24 hours")
			aged("with a device a second later", "2020-01-01 00:00")
			f.joinDevice("03-11 09:30:01", "with a device a second later")
			aged("with a device at once", "2020-01-01 00:00")
			f.joinDevice("09:30:00", "with a device at once")
			aged("with a device before", "2020-01-01 00:00")
			f.joinDevice("09:29:59", "with a device before")
			aged("with a device of the same correlation", "2020-01-01 00:00")
			f.audit("10:00", "Add device", "app Device Registration Service",
				[]record{{"id": idOf("pc"), "type": "Device"}}, correlation("join"))
			f.audit("03-12 10:00", "Add registered owner to device", "app Device Registration Service",
				[]record{{"id": idOf("pc"), "type": "Device"}, userTarget("with a device of the same correlation")},
				correlation("join"))
			aged("who joined a device", "2020-01-01 00:00")
			f.audit("10:00", "Register device", "who joined a device",
				[]record{{"id": idOf("pc 2"), "type": "Device"}})
			aged("whose device failed", "2020-01-01 00:00")
			f.audit("10:00", "Register device", "whose device failed",
				[]record{{"id": idOf("pc 3"), "type": "Device"}}, failure())
			f.audit("03-01 09:00", "Add user", "clerk", []record{userTarget("created by the log")})
			give(f, "created by the log", "anna", passDetails{}, "09:30")
			f.user("new at the log-in", "02-24 09:30:00")
			f.login("09:30:00", "new at the log-in")
			give(f, "of unknown age", "anna", passDetails{}, "09:30")
		}, map[string][]string{
			met: {
				"created 14 days before", "created 14 days after", "hired lately", "with a device after 24 hours",
				"with a device at once",
				"with a device of the same correlation", "who joined a device", "created by the log",
				"new at the log-in",
			},
			fails: {"created a second earlier", "created a second later", "hired long ago",
				"with a device a second later", "with a device before", "whose device failed"},
			open: {"of unknown age"},
		}},
		{"purpose", "by roster and register", func(f *fixture) {
			f.covered("02-01", "03-31")
			// Zurich is an hour ahead: the local day of the pass's start, 23:30 UTC, is Wednesday 11 March.
			f.configure(`business_hours: {timezone: Europe/Zurich, days: [tue], from: "08:00", to: "18:00"}`)
			starts := func(user, day string) {
				f.roster += upnOf(user) + "," + day + "\n"
				f.issue("23:30", "anna", user, passDetails{})
				f.login("23:40", user)
			}
			starts("starts 14 days before", "2026-02-25")
			starts("starts 15 days before", "2026-02-24")
			starts("starts 14 days after", "2026-03-25")
			starts("starts 15 days after", "2026-03-26")
			watched := func(user, line string) {
				f.register += line + "\n"
				f.issue("23:30", "anna", user, passDetails{id: idOf("pass of " + user)})
				f.login("23:40", user)
			}
			watched("watched on the day", "watched-on-the-day@contoso.example,2026-03-11,Eva,T-1,")
			watched("watched on the day before", "watched-on-the-day-before@contoso.example,2026-03-10,Eva,T-1,")
			watched("whose pass is named",
				"somebody@contoso.example,2026-01-01,Eva,T-1,"+idOf("pass of whose pass is named"))
			f.issue("23:30", "anna", "of unknown age", passDetails{})
			f.login("23:40", "of unknown age")
		}, map[string][]string{
			met:   {"starts 14 days before", "starts 14 days after", "watched on the day", "whose pass is named"},
			fails: {"starts 15 days before", "starts 15 days after", "watched on the day before", "of unknown age"},
		}},
		{"place", "with trusted networks", func(f *fixture) {
			f.covered("01-01", "03-31")
			f.configure("trusted_networks: [198.51.100.0/24, 2001:db8:1::/48]")
			f.login("09:00", "trusted", from("198.51.100.0"))
			f.login("09:00", "trusted, with a port", from("198.51.100.255:50123"))
			f.login("09:00", "trusted by IPv6", from("2001:DB8:1:0::9"))
			f.login("09:00", "outside", from("198.51.101.0"), asn(64666))
			f.login("09:00", "at a named location", from("203.0.113.9"),
				set("networkLocationDetails", []record{{"networkType": "trustedNamedLocation"}}))
			f.earlier(5, "familiar")
			f.login("09:00", "familiar")
			f.earlier(5, "outside")
			f.earlier(5, "on two addresses")
			f.login("09:00", "on two addresses", session("two"), from("198.51.100.1"))
			f.login("09:01", "on two addresses", session("two"), from("203.0.113.9"), asn(64666))
		}, map[string][]string{
			met:   {"trusted", "trusted, with a port", "trusted by IPv6", "at a named location", "familiar"},
			fails: {"outside", "on two addresses"},
		}},
		{"place", "without trusted networks", func(f *fixture) {
			f.covered("2025-12-01", "03-31")
			strange := []option{from("203.0.113.9"), asn(64666)}
			f.earlier(5, "five earlier")
			f.login("09:00", "five earlier", strange...)
			f.earlier(4, "four earlier")
			f.login("09:00", "four earlier", strange...)
			f.earlier(4, "five with one of a pass")
			f.login("03-06 08:59", "five with one of a pass", session("p"), refusedWith(53003, "Blocked"))
			f.signIn("03-06 09:00", "five with one of a pass", session("p"), asn(64666))
			f.login("09:00", "five with one of a pass", strange...)
			f.earlier(5, "failed ones do not count", refusedWith(50126, "Invalid username or password"))
			f.login("09:00", "failed ones do not count", strange...)
			times(5, "2025-12-10 09:00:00", 24*time.Hour,
				func(when string, _ int) { f.signIn(when, "90 days ago", asn(64666)) })
			f.login("03-10 09:00:00", "90 days ago", strange...)
			times(5, "2025-12-10 08:59:59", 24*time.Hour,
				func(when string, _ int) { f.signIn(when, "longer ago", asn(64666)) })
			f.login("03-10 09:00:00", "longer ago", strange...)
			f.login("09:00:00", "afterwards", strange...)
			f.signIn("09:00:01", "afterwards", asn(64666))
			f.earlier(5, "by network", asn(nil), from("203.0.113.254"))
			f.login("09:00", "by network", strange...)
			f.earlier(5, "by another network", asn(nil), from("203.0.112.9"))
			f.login("09:00", "by another network", strange...)
			f.earlier(5, "of the network but not of the system", asn(64667), from("203.0.113.254"))
			f.login("09:00", "of the network but not of the system", strange...)
			f.earlier(5, "by IPv6", asn(nil), from("2001:db8:9:ffff::1"))
			f.login("09:00", "by IPv6", asn(nil), from("2001:db8:9::9"))
		}, map[string][]string{
			met:   {"90 days ago", "by network", "by IPv6"},
			fails: {"five earlier", "by another network", "of the network but not of the system"},
			open:  {"four earlier", "five with one of a pass", "failed ones do not count", "longer ago", "afterwards"},
		}},
		{"hours", "configured", func(f *fixture) {
			f.covered("03-01", "03-31")
			f.configure(`business_hours: {timezone: Europe/Zurich, days: [tue, wed], from: "08:00", to: "18:00", holidays: [2026-03-11]}`)
			f.login("06:59:59", "a second too early")
			f.login("07:00:00", "at the beginning")
			f.login("16:59:59", "just before the end")
			f.login("17:00:00", "at the end")
			f.login("03-11 10:00", "on a holiday")
			f.login("03-12 10:00", "on a thursday")
			f.login("03-31 06:00:00", "in summer time")
		}, map[string][]string{
			met:   {"at the beginning", "just before the end", "in summer time"},
			fails: {"a second too early", "at the end", "on a holiday", "on a thursday"},
		}},
		{"hours", "not configured", func(f *fixture) { f.login("03:00", "bob") }, map[string][]string{open: {"bob"}}},
		{"prompt", "", func(f *fixture) {
			f.covered("02-01", "03-31")
			week := passDetails{start: "10:00:00", end: "03-17 10:00"}
			give(f, "at once", "anna", week, "10:00:00")
			give(f, "a minute early", "anna", week, "09:59:00")
			give(f, "after 24 hours", "anna", week, "03-11 10:00:00")
			give(f, "a second later", "anna", week, "03-11 10:00:01")
			f.login("09:30", "without a pass")
		}, map[string][]string{met: {"at once", "a minute early", "after 24 hours"}, fails: {"a second later"},
			open: {"without a pass"}}},
		{"outcome_registered", "", func(f *fixture) {
			f.covered("03-01", "03-31") // until 23:59:59
			span := passDetails{end: "12:00:00"}
			then := func(user, when string, options ...option) {
				give(f, user, "anna", span, "09:30:00")
				f.registerMethod(when, user, options...)
			}
			then("at once", "09:30:00")
			then("before", "09:29:59")
			then("at the pass's end", "12:00:00")
			then("after the pass's end", "12:00:01")
			then("in vain", "10:00", failure())
			give(f, "within an hour after a deletion", "anna", span, "09:30:00")
			f.deletePass("09:40", "anna", "within an hour after a deletion")
			f.registerMethod("10:30:00", "within an hour after a deletion")
			give(f, "later after a deletion", "anna", span, "09:30:00")
			f.deletePass("09:40", "anna", "later after a deletion")
			f.registerMethod("10:30:01", "later after a deletion")
			f.login("09:30:00", "an hour after, without a pass")
			f.registerMethod("10:30:00", "an hour after, without a pass")
			f.login("09:30:00", "a second later, without a pass")
			f.registerMethod("10:30:01", "a second later, without a pass")
			give(f, "all that is required", "anna", span, "09:30")
			f.audit("09:40", "User registered all required security info", "all that is required",
				[]record{userTarget("all that is required")})
			give(f, "a device", "anna", span, "09:30")
			f.joinDevice("09:40", "a device")
			give(f, "another pass", "anna", span, "09:30")
			f.audit("09:40", "User registered security info", "app HR", []record{userTarget("another pass")},
				set("resultReason", "User registered temporary access pass method"))
			give(f, "by an administrator", "anna", span, "09:30")
			f.audit("09:40", "Admin registered security info", "anna", []record{userTarget("by an administrator")},
				set("resultReason", "Admin registered phone method for user"))
			f.login("03-31 22:59:59", "until the log ends")
			f.login("03-31 23:00:00", "until after the log ends")
			f.login("03-31 23:10", "registered though not covered")
			f.registerMethod("03-31 23:20", "registered though not covered")
		}, map[string][]string{
			met: {
				"at once", "at the pass's end", "within an hour after a deletion", "an hour after, without a pass",
				"all that is required", "a device",
				"registered though not covered",
			},
			fails: {
				"before", "after the pass's end", "in vain", "later after a deletion",
				"a second later, without a pass", "another pass", "by an administrator",
				"until the log ends",
			},
			open: {"until after the log ends"},
		}},
		{"closed", "", func(f *fixture) {
			f.covered("02-01", "03-31")
			many := func(user, end string) {
				give(f, user, "anna", passDetails{usage: "Multiple", end: end},
					"09:30:00")
			}
			give(f, "for one use", "anna", passDetails{end: "03-20 09:00"}, "09:30")
			many("480 minutes", "17:00:00")
			many("a second more", "17:00:01")
			many("deleted", "23:00")
			f.registerMethod("09:30:01", "deleted")
			f.deletePass("09:30:01", "anna", "deleted")
			many("deleted, and nothing registered", "23:00")
			f.deletePass("09:30:01", "anna", "deleted, and nothing registered")
			many("deleted before", "23:00")
			f.deletePass("09:29:59", "anna", "deleted before")
			many("deleted at the end", "23:00:00")
			f.deletePass("23:00:00", "anna", "deleted at the end")
			give(f, "of unknown end", "anna", passDetails{usage: "-", end: "-"}, "09:30")
			give(f, "of unknown end, deleted", "anna", passDetails{usage: "-", end: "-"}, "09:30")
			f.registerMethod("09:40", "of unknown end, deleted")
			f.deletePass("10:00", "anna", "of unknown end, deleted")
			give(f, "of unknown use, short", "anna", passDetails{usage: "-"}, "09:30")
			f.login("09:30", "without a pass")
		}, map[string][]string{
			met:   {"for one use", "480 minutes", "deleted", "of unknown end, deleted", "of unknown use, short"},
			fails: {"deleted, and nothing registered", "a second more", "deleted before", "deleted at the end"},
			open:  {"of unknown end", "without a pass"},
		}},
		{"closed", "for one use by the policy", func(f *fixture) {
			f.covered("02-01", "03-31")
			f.policySnapshot("02-01 12:00", policy{oneTime: true})
			f.changePolicy("03-01 12:00", "clerk", policy{oneTime: true}, policy{})
			f.issue("02-28 09:00", "anna", "before the change", passDetails{usage: "-", end: "-"})
			f.login("02-28 09:30", "before the change")
			give(f, "after the change", "anna", passDetails{usage: "-", end: "-"}, "09:30")
		}, map[string][]string{met: {"before the change"}, open: {"after the change"}}},
	}
}

// What is registered after a log-in with a pass is that pass's, even within an hour after a log-in with none.
func TestOutcomeOfALoginBeforeOneWithAPass(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.covered("02-01", "03-31")
	f.login("09:30", "bob")
	f.issue("09:40", "anna", "bob", passDetails{end: "12:00"})
	f.login("09:50", "bob")
	f.registerMethod("10:00", "bob")
	got := map[string]string{}
	for _, l := range f.judge("TAP-SIGNIN").Logins {
		got[l.Time.Format("15:04")] = criterion(l, "outcome_registered").State
	}
	if diff := cmp.Diff(map[string]string{"09:30": fails, "09:50": met}, got); diff != "" {
		t.Errorf("outcome (-want +got):\n%s", diff)
	}
}

// A log-in is supervised when no criterion failed and the pass is proved.
func TestSupervised(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.covered("02-01", "03-31")
	for _, user := range []string{"yes", "no"} {
		f.issue("09:00", "anna", user, passDetails{})
		f.login("09:30", user)
	}
	f.registerMethod("09:40", "yes")
	f.login("09:30", "perhaps", set("homeTenantId", idOf("fabrikam")))
	f.registerMethod("09:40", "perhaps")
	j := f.judge("TAP-SIGNIN")
	for user, want := range map[string]string{"yes": "yes", "no": "no", "perhaps": "not assessed"} {
		if got := j.login(user).Supervised; got != want {
			t.Errorf("%s is supervised: %s", user, got)
		}
	}
	for i, c := range j.login("yes").Criteria {
		if c.Name != criteria[i] {
			t.Errorf("criterion %d is %s, want %s", i, c.Name, criteria[i])
		}
	}
}

// An unsupervised log-in is worse when the pass was not issued or only one person had a hand in it, when much failed,
// or when the user is privileged.
func TestSeverityOfAnUnsupervisedLogin(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.covered("02-01", "03-31")
	f.configure(`business_hours: {timezone: UTC, days: [tue], from: "08:00", to: "18:00"}
approved_issuers: {users: [anna@contoso.example]}
privileged_users: [boss@contoso.example]`)
	use := func(user, by, login string) {
		f.issue(later(login, -10*time.Minute), by, user, passDetails{end: later(login, time.Hour)})
		f.login(login, user)
	}
	use("one", "anna", "10:00")
	use("two", "anna", "20:00")
	use("three", "mallory", "20:00")
	use("boss", "anna", "10:00")
	f.registerMethod("10:01", "herself")
	use("herself", "herself", "10:00")
	f.login("10:00", "without a pass")
	f.registerMethod("10:01", "without a pass")
	j := f.judge("TAP-SIGNIN-UNSUPERVISED")
	want := map[string]analysis.Severity{"one": "medium", "two": "medium", "three": "high", "boss": "high",
		"herself": "high", "without a pass": "high"}
	for user, severity := range want {
		if got := j.finding("TAP-SIGNIN-UNSUPERVISED", user).Severity; got != severity {
			t.Errorf("%s: %s, want %s", user, got, severity)
		}
	}
}

// TestOnePlaceOfALogin: of a log-in's sign-ins from strange places, the ledger and the finding name the first. Both
// count what the user had done when the log-in began.
func TestOnePlaceOfALogin(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.covered("02-01", "03-31")
	f.earlier(5, "bob")
	f.login("09:00", "bob", session("one"), from("203.0.113.7"), asn(64666))
	f.signIn("09:10", "bob")
	f.login("09:20", "bob", session("one"), from("198.18.0.9"), asn(64777))
	j := f.judge("TAP-SIGNIN-UNFAMILIAR-NETWORK")
	place := j.login("bob").Criteria[slices.Index(criteria, "place")].Reason
	summary := j.finding("TAP-SIGNIN-UNFAMILIAR-NETWORK", "bob").Summary
	for _, said := range []string{place, summary} {
		if !strings.Contains(said, "203.0.113.7") || !strings.Contains(said, " 5 ") ||
			strings.Contains(said, "198.18.0.9") {
			t.Errorf("%q does not tell of 203.0.113.7 and 5 earlier sign-ins", said)
		}
	}
}
