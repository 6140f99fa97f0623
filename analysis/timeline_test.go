package analysis_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tapaudit/analysis"
)

// lines are the moments in words: time, what, of whom, how many findings tell of it, and whether an incident does.
func lines(all []analysis.Moment) []string {
	var texts []string
	for _, m := range all {
		text := m.Time.Format("01-02 15:04") + " " + m.What
		if name, _, ok := strings.Cut(m.UserName, "@"); ok {
			text += " " + name
		}
		if m.IncidentID == "" {
			text += ", no incident"
		}
		texts = append(texts, text)
	}
	return texts
}

// Everything that can happen around a pass has its row, in order, and of one instant in the order in which it must
// have come.
func TestTimeline(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.covered("03-01", "03-31")
	f.policySnapshot("03-01 00:00", policy{oneTime: true})
	f.changePolicy("03-09 08:00", "petra", policy{oneTime: true}, policy{})
	f.audit("08:00", "Admin deleted security info", "anna", []record{userTarget("bob")},
		set("resultReason", "Admin deleted Authenticator App with Notification and Code method for user"))
	f.issue("09:00", "anna", "bob", passDetails{start: "09:30", end: "12:00"})
	f.guess("09:31", "bob")
	f.login("09:40", "bob", session("s"), set("id", "in"))
	f.signIn("09:50", "bob", session("s"))
	f.unified("09:52", "bob", "New-InboxRule", access("s", ""))
	f.registerMethod("09:55", "bob")
	f.joinDevice("09:56", "bob")
	f.deletePass("10:00", "anna", "bob")
	f.login("10:05", "bob", refusedWith(130504, "expired"))
	f.login("10:06", "bob", refusedWith(130502, "User Credential Policy"))
	f.login("10:07", "bob", refusedWith(53003, "blocked by Conditional Access"))
	f.issue("03-12 09:00", "anna", "eve", passDetails{end: "03-12 10:00"})
	f.issue("03-12 09:20", "anna", "eve", passDetails{end: "03-12 10:20"})
	f.registerMethod("03-12 09:30", "nobody of a pass")
	j := f.judge("TAP-ISSUED", "TAP-SIGNIN")
	want := []string{
		"03-09 08:00 policy changed, no incident",
		"03-10 08:00 method removed bob",
		"03-10 09:00 pass issued bob",
		"03-10 09:30 pass begins bob",
		"03-10 09:31 attempt failed bob",
		"03-10 09:40 log-in bob",
		"03-10 09:50 sign-in on the pass bob",
		"03-10 09:52 deed bob",
		"03-10 09:55 method registered bob",
		"03-10 09:56 device joined bob",
		"03-10 10:00 pass deleted bob",
		"03-10 10:05 attempt late bob",
		"03-10 10:06 attempt refused bob",
		"03-10 10:07 blocked log-in bob",
		"03-12 09:00 pass issued eve",
		"03-12 09:20 pass issued eve",
		"03-12 09:20 pass ended eve",
		"03-12 10:20 pass ended eve",
	}
	if diff := cmp.Diff(want, lines(j.Timeline)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, m := range j.Timeline {
		if len(m.Evidence) == 0 {
			t.Errorf("%s names no record", m.What)
		}
		switch {
		case m.What == "log-in" && (m.EventID != "in" || len(m.Findings) != 1 || m.Application != "My Signins" ||
			m.IP != office):
			t.Errorf("%+v", m)
		case m.What == "method removed" && !strings.HasPrefix(m.ActorName, "anna"):
			t.Errorf("removed by %q", m.ActorName)
		case m.What == "policy changed" && m.Detail != "one-time only went from yes to no":
			t.Errorf("the policy: %s", m.Detail)
		}
	}
}

// The period's rows, and of an incident in it those before and after too; what is to come after as-of has not
// happened.
func TestTimelineOfAPeriod(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.covered("03-01", "03-31")
	f.issue("03-09 20:00", "anna", "bob", passDetails{end: "03-10 12:00"})
	f.login("09:00", "bob")
	f.issue("03-02 09:00", "anna", "eve", passDetails{})
	f.issue("03-10 09:00", "anna", "kim", passDetails{end: "03-20 09:00"})
	f.from, f.to, f.asOf = "03-10 00:00", "03-11 00:00", "03-11 00:00"
	want := []string{"03-09 20:00 pass issued bob", "03-10 09:00 pass issued kim", "03-10 09:00 log-in bob",
		"03-10 12:00 pass ended bob"}
	if diff := cmp.Diff(want, lines(f.judge("TAP-ISSUED", "TAP-SIGNIN").Timeline)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// What the report says can be asked of the case.
func TestFindingsInTheCase(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.covered("03-09", "03-11")
	f.issue("09:00", "anna", "bob", passDetails{})
	f.login("09:10", "bob")
	f.exceptions = []string{"{rule: TAP-ISSUED, reason: known, owner: cfo}"}
	j := f.judge("TAP-ISSUED", "TAP-SIGNIN")
	got := j.table(`
SELECT f.rule_id, f.status, f.exception_reason, len(f.records), i.subject_type, i.passes, i.logins
FROM findings AS f JOIN incidents AS i ON i.incident_id = f.incident_id`)
	want := map[string]string{"TAP-ISSUED": "excepted known 1 user 1 1", "TAP-SIGNIN": "open <nil> 2 user 1 1"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// What no finding tells of belongs to the nearest incident of its user, and to none where that is too far.
func TestMomentsOfAnIncident(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.covered("03-01", "03-31")
	f.issue("03-02 09:00", "anna", "bob", passDetails{})
	f.login("03-02 09:10", "bob")
	f.registerMethod("03-02 20:00", "bob") // eleven hours after one, and 23 before the other
	f.issue("03-03 19:00", "anna", "bob", passDetails{})
	f.registerMethod("03-06 09:00", "bob")
	incidents := map[string]string{}
	for _, m := range f.judge("TAP-ISSUED", "TAP-SIGNIN").Timeline {
		incidents[m.Time.Format("01-02 15:04")+" "+m.What] = m.IncidentID
	}
	first, second := incidents["03-02 09:00 pass issued"], incidents["03-03 19:00 pass issued"]
	if first == "" || second == "" || first == second {
		t.Fatalf("the passes are of %q and %q", first, second)
	}
	if got := incidents["03-02 20:00 method registered"]; got != first {
		t.Errorf("the near registration is of %q, want %q", got, first)
	}
	if got, listed := incidents["03-06 09:00 method registered"]; got != "" || !listed {
		t.Errorf("the far registration is of %q (%v)", got, listed)
	}
}
