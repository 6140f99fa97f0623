package verdict_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tapaudit/analysis"
	"tapaudit/reports/reporttest"
	"tapaudit/reports/verdict"
)

// acted is an incident of one log-in, on which n deeds were done.
func acted(n int) *analysis.Result {
	t := reporttest.Tenant
	begun := reporttest.At(14, 8, 0)
	r := &analysis.Result{
		Findings: []analysis.Finding{{ID: "f", RuleID: "A", Severity: "high", Status: "open", TenantID: t,
			IncidentID: "i"}},
		Incidents: []analysis.Incident{{ID: "i", TenantID: t, Severity: "high", Status: "open", SubjectType: "user",
			SubjectID: "u", Findings: []string{"f"}}},
		Logins:   []analysis.Login{{TenantID: t, UserID: "u", Time: begun, Watched: true}},
		Timeline: []analysis.Moment{{Time: begun, TenantID: t, UserID: "u", What: "log-in", IncidentID: "i"}},
	}
	for i := range n {
		done := begun.Add(time.Duration(i+1) * time.Second)
		r.Activity = append(r.Activity, analysis.Deed{TenantID: t, UserID: "u", LoginTime: begun, Time: done})
		r.Timeline = append(r.Timeline, analysis.Moment{Time: done, TenantID: t, UserID: "u", What: "deed",
			IncidentID: "i",
			IP:         fmt.Sprint("192.0.2.", i%250), Detail: fmt.Sprint("mail read: MailItemsAccessed ", i)})
	}
	if n > 0 {
		r.Logins[0].Deeds = []analysis.DeedCount{{Class: "inbox rule", N: 1}, {Class: "mail read", N: int64(n - 1)}}
	}
	r.Timeline = append(r.Timeline, analysis.Moment{Time: reporttest.At(15, 8, 0), TenantID: t, UserID: "u",
		What: "method registered", IncidentID: "i"})
	return r
}

// told are the steps of the first story in words.
func told(t *testing.T, r *analysis.Result) (lines []string) {
	t.Helper()
	stories := verdict.Stories(r, 1)
	if len(stories) != 1 {
		t.Fatalf("%d stories", len(stories))
	}
	for _, s := range stories[0].Steps {
		line := s.Time.Format("02 15:04:05 ") + s.What
		if s.Times > 1 {
			line += fmt.Sprint(", ", s.Times, " times")
		}
		if s.IP != "" {
			line += " from " + s.IP
		}
		if done := s.Done(); done != "" {
			line += ". " + done
		}
		lines = append(lines, line)
	}
	return lines
}

// However much was done on a log-in, its story says it in one line, what is grave first.
func TestDeedsInAStory(t *testing.T) {
	const end = "15 08:00:00 method registered"
	many := acted(10_000)
	for name, c := range map[string]struct {
		given *analysis.Result
		want  []string
	}{
		"many deeds": {many, []string{"14 08:00:00 log-in. Done on it: inbox rule, mail read (9,999).", end}},
		"nothing was done": {acted(0),
			[]string{"14 08:00:00 log-in. Nothing was done on it: the Unified Audit Log and Graph activity cover " +
				"its session and show nothing.", end}},
		"nothing could be seen": {func() *analysis.Result {
			r := acted(0)
			r.Logins[0].Watched = false
			return r
		}(), []string{"14 08:00:00 log-in. No record of what was done on it is at hand: the Unified Audit Log and Graph activity do not both " +
			"cover its session.", end}},
		// The log-in belongs to another incident: its deeds stand where the first of them stood, as one.
		"the log-in is elsewhere": {func() *analysis.Result {
			r := acted(3)
			r.Timeline[0].IncidentID = "other"
			return r
		}(), []string{"14 08:00:01 deeds on a log-in. Done on it: inbox rule, mail read (2).", end}},
		// The log-in lies before the period, so the report has no count.
		"the log-in is not in the report": {func() *analysis.Result {
			r := acted(2)
			r.Timeline, r.Logins, r.Activity = r.Timeline[1:], nil, nil
			return r
		}(), []string{"14 08:00:01 deed from 192.0.2.0", "14 08:00:02 deed from 192.0.2.1", end}},
	} {
		if diff := cmp.Diff(c.want, told(t, c.given)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// What is the same in a row is one step; too many steps are counted.
func TestStepsInAStory(t *testing.T) {
	r := acted(0)
	r.Timeline = nil
	for i := range 20 {
		m := analysis.Moment{Time: reporttest.At(14, 8, i), TenantID: reporttest.Tenant, UserID: "u",
			What: "attempt failed", IP: "192.0.2.1", IncidentID: "i"}
		if i >= 5 {
			m.IP = fmt.Sprint("192.0.2.", i)
		}
		if i == 3 {
			m.IncidentID = "other"
		}
		r.Timeline = append(r.Timeline, m)
	}
	lines := told(t, r)
	if len(lines) != 12 || lines[0] != "14 08:00:00 attempt failed, 4 times from 192.0.2.1" ||
		lines[1] != "14 08:05:00 attempt failed from 192.0.2.5" {
		t.Errorf("%d steps: %q", len(lines), lines)
	}
	if more := verdict.Stories(r, 1)[0].More; more != 4 {
		t.Errorf("%d steps are left out", more)
	}
}

func TestStories(t *testing.T) {
	t.Parallel()
	r := acted(0)
	r.Rules = []analysis.Rule{
		{ID: "A", HowToVerify: "Ask the user. Was it they?", HowToFix: "Delete the method. Revoke the sessions."},
		{ID: "B", HowToVerify: "Not told.", HowToFix: "Revoke the sessions. Reset the password, e.g. by hand."},
	}
	first := r.Incidents[0]
	first.Signs, first.Actors, first.SubjectName = []string{"A", "B"}, []string{"anna", "ben", "carl"}, "uma"
	excepted, forInformation, elsewhere, alone := first, first, first, first
	excepted.ID, excepted.Status = "excepted", "excepted"
	forInformation.ID, forInformation.Severity = "info", "info"
	elsewhere.ID, elsewhere.Findings = "elsewhere", []string{"not in the report"}
	alone.ID, alone.Actors, alone.Signs = "alone", nil, nil
	r.Incidents = []analysis.Incident{excepted, forInformation, elsewhere, first, alone}
	var got []string
	for _, s := range verdict.Stories(r, 2) {
		got = append(got, s.ID+" "+s.First.ID+", ask "+s.Ask)
		got = append(got, s.ToDo...)
	}
	want := []string{"i f, ask anna, ben", "Ask the user.", "Was it they?", "Delete the method.",
		"Revoke the sessions.",
		"Reset the password, e.g. by hand.", "alone f, ask uma"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if n := len(verdict.Stories(r, 1)); n != 1 {
		t.Errorf("%d stories where one was asked for", n)
	}
}
