package supervision

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tapaudit/analysis/auditlog"
	"tapaudit/analysis/coverage"
	"tapaudit/analysis/logins"
	"tapaudit/analysis/passes"
	"tapaudit/analysis/settings"
	"tapaudit/analysis/when"
)

var noon = time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)

// covered is an audit log that covers the days around noon.
func covered() coverage.Coverage {
	span := coverage.Span{First: noon.Add(-30 * when.Day), Last: noon.Add(30 * when.Day)}
	for d := span.First.Truncate(when.Day); d.Before(span.Last); d = d.Add(when.Day) {
		span.Days = append(span.Days, coverage.Day{Day: d, Records: 3, Status: "covered"})
	}
	return coverage.Coverage{{Tenant: "contoso", Type: coverage.Audit}: span}
}

func issued(at time.Time, e auditlog.Event) *auditlog.Event {
	e.Tenant, e.UserID, e.Time, e.Kind = "contoso", "anna", at, auditlog.PassIssued
	return &e
}

func loginAt(at time.Time) *logins.Login {
	return &logins.Login{
		Tenant: "contoso", UserID: "anna", Time: at, Outcome: logins.Success,
		SignIns: []*logins.SignIn{{Time: at, Trusted: true}},
	}
}

// Each criterion follows from what it is given, and from nothing else.
func TestCriteria(t *testing.T) {
	byBeat := auditlog.Event{IssuerType: "user", IssuerID: "beat", IssuerName: "beat@contoso.example",
		IssuerNames: []string{"beat"}}
	oneTime := byBeat
	oneTime.PassUsage = "OneTime"
	bySelf := byBeat
	bySelf.IssuerID, bySelf.IssuerNames = "anna", []string{"anna"}
	byApplication := auditlog.Event{IssuerType: "application", IssuerID: "hr", IssuerNames: []string{"hr"}}
	open := byBeat
	open.PassEnd = noon.Add(3 * when.Day)
	beat, nobody := []string{"Beat"}, []string{}

	for _, c := range []struct {
		name     string
		events   []*auditlog.Event
		settings settings.Settings
		coverage coverage.Coverage
		want     string // the criteria that are told of, and their states
	}{
		{"a pass by a person on the list", []*auditlog.Event{issued(noon.Add(-time.Hour), oneTime)},
			settings.Settings{ApprovedUsers: &beat}, covered(),
			"issued met, approved_issuer met, four_eyes met, closed met"},
		{"a list without the person", []*auditlog.Event{issued(noon.Add(-time.Hour), oneTime)},
			settings.Settings{ApprovedUsers: &nobody}, covered(),
			"issued met, approved_issuer failed, four_eyes met, closed met"},
		{"no list; one's own pass", []*auditlog.Event{issued(noon.Add(-time.Hour), bySelf)},
			settings.Settings{}, covered(),
			"issued met, approved_issuer not assessed, four_eyes failed, closed not assessed"},
		{"an application that nobody approved", []*auditlog.Event{issued(noon.Add(-time.Hour), byApplication)},
			settings.Settings{ApprovedApplications: &nobody}, covered(),
			"issued met, approved_issuer failed, four_eyes failed, closed not assessed"},
		{"a pass that stays open", []*auditlog.Event{issued(noon.Add(-time.Hour), open)},
			settings.Settings{}, covered(), "issued met, approved_issuer not assessed, four_eyes met, closed failed"},
		{"no pass, in evidence that would show one", nil, settings.Settings{}, covered(),
			"issued failed, approved_issuer not assessed, four_eyes not assessed, closed not assessed"},
		{"no pass, and no evidence", nil, settings.Settings{}, nil,
			"issued not assessed, approved_issuer not assessed, four_eyes not assessed, closed not assessed"},
	} {
		in := Inputs{
			Settings: &c.settings, Limits: Limits{ClosedAfter: 8 * time.Hour}, Coverage: c.coverage,
			Passes: passes.Find(c.events, nil),
		}
		l := Judge(in, []*logins.Login{loginAt(noon)})[0]
		var got []string
		for _, name := range []string{criterionIssued, criterionApprovedIssuer, criterionFourEyes, criterionClosed} {
			got = append(got, name+" "+l.criterion(name).State)
		}
		if diff := cmp.Diff(c.want, strings.Join(got, ", ")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
		for _, criterion := range l.Criteria {
			if criterion.Reason == "" {
				t.Errorf("%s: %s says no reason", c.name, criterion.Name)
			}
		}
	}
}

// A log-in is supervised when no criterion failed and its pass is proved; a blocked one is in no ledger.
func TestSupervised(t *testing.T) {
	login := func(states ...string) *Login {
		l := &Login{Login: &logins.Login{Outcome: logins.Success}}
		for i, state := range states {
			l.Criteria = append(l.Criteria, Criterion{Name: []string{criterionIssued, criterionPlace}[i],
				State: state})
		}
		return l
	}
	for want, l := range map[string]*Login{
		"yes": login(Met, NotAssessed), "no": login(Met, Failed), NotAssessed: login(NotAssessed, Met),
	} {
		if got := l.Supervised(); got != want {
			t.Errorf("supervised is %q, want %q", got, want)
		}
	}
	pass := &passes.Pass{}
	known, blocked := login(Met), login(Met)
	known.Pass, known.Known, blocked.Pass, blocked.Known = pass, true, pass, true
	blocked.Login = &logins.Login{Outcome: logins.Blocked}
	if with := ByPass(Ledger([]*Login{known, blocked, login(Met)})); len(with) != 1 || len(with[pass]) != 1 ||
		with[pass][0] != known {
		t.Errorf("log-ins by pass: %v", with)
	}
}

func TestLimitsOfParameters(t *testing.T) {
	limits, err := LimitsOf(func(name string) (float64, error) {
		return map[string]float64{
			"new_user_days": 14, "device_hours": 24, "prompt_hours": 0.5, "closed_minutes": 480, "outcome_minutes": 60,
		}[name], nil
	})
	want := Limits{NewUserDays: 14, Device: 24 * time.Hour, Prompt: 30 * time.Minute, ClosedAfter: 8 * time.Hour,
		Outcome: time.Hour}
	if diff := cmp.Diff(want, limits); diff != "" || err != nil {
		t.Errorf("limits (-want +got):\n%s(%v)", diff, err)
	}
	missing := errors.New("no rule has the parameter")
	if _, err := LimitsOf(func(string) (float64, error) { return 0, missing }); !errors.Is(err, missing) {
		t.Errorf("error %v, want that of the parameter", err)
	}
}
