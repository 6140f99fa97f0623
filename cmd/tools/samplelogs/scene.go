package main

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// scene is one case: what happens in it and what must be found about it. Each has
// users of its own, so that none disturbs another.
type scene struct {
	w           *world
	tenant      *tenant
	cast        *cast
	name, story string

	count int       // of records, for their ids
	rules []string  // raised, in order
	from  time.Time // the first finding's time
	who   []string
}

// key names the scene's next record.
func (s *scene) key() string {
	s.count++
	return fmt.Sprintf("%s %d", s.name, s.count)
}

func (s *scene) saw(rule string, when time.Time) {
	if !slices.Contains(s.rules, rule) {
		s.rules = append(s.rules, rule)
	}
	if s.from.IsZero() || when.Before(s.from) {
		s.from = when
	}
}

// newcomer is a person whose account was created ten days before the first day at work, and who stands in the
// onboarding roster.
func (s *scene) newcomer(alias, name string, start time.Time) *person {
	p := s.stranger(alias, name, start)
	s.w.roster = append(s.w.roster, fmt.Sprintf("%s,%s,new employee", p.upn, start.Format(time.DateOnly)))
	return p
}

// stranger is a newcomer who is missing from the onboarding roster.
func (s *scene) stranger(alias, name string, start time.Time) *person {
	created := start.AddDate(0, 0, -10).Truncate(24 * time.Hour).Add(8 * time.Hour)
	p := s.w.person(s.tenant, alias, name, created)
	s.who = append(s.who, name)
	hr := s.w.byApplication(s.w.guid("application", "HR provisioning"), "HR provisioning")
	s.audit(created, directory, "UserManagement", "Add user", "", hr,
		onUser(p, change("AccountEnabled", nil, []bool{true}), change("UserPrincipalName", nil, []string{p.upn})))
	if s.tenant.group != "" {
		s.joinGroup(p, created.Add(20*time.Minute), hr)
	}
	return p
}

// veteran is a person who has been there for years and signed in from the network before.
func (s *scene) veteran(alias, name string, before time.Time, from network) *person {
	p := s.w.person(s.tenant, alias, name, time.Date(2023, 2, 1, 8, 0, 0, 0, time.UTC))
	s.who = append(s.who, name)
	for i := range 6 {
		s.signIn(p, before.AddDate(0, 0,
			-24+2*i).Truncate(24*time.Hour).Add(7*time.Hour+time.Duration(11*i)*time.Minute),
			ordinaryUse[i%len(ordinaryUse)], from)
	}
	return p
}

func (s *scene) signIn(p *person, when time.Time, app application, from network, options ...signInOption) *signIn {
	in := s.w.newSignIn(s.tenant, s.key(), p, when, app, from, options...)
	s.tenant.signIns = append(s.tenant.signIns, in)
	return in
}

func (s *scene) audit(when time.Time, service, category, activity, reason string, by initiator,
	targets ...target) *auditEvent {
	e := s.w.newAudit(s.tenant, s.key(), when, service, category, activity, reason, by, targets...)
	s.tenant.audits = append(s.tenant.audits, e)
	return e
}

// joinGroup adds the person to the group that the policy includes.
func (s *scene) joinGroup(p *person, when time.Time, by initiator) {
	s.audit(when, directory, "GroupManagement", "Add member to group", "", by,
		onUser(p, change("Group.ObjectID", nil, s.tenant.group), change("Group.DisplayName", nil, "TAP onboarding")),
		onOther("Group", s.tenant.group, "TAP onboarding"))
}

// pass is an issued Temporary Access Pass.
type pass struct {
	id         string
	person     *person
	issued     time.Time
	start, end time.Time
}

// terms are what a pass is issued with; the zero value is a one-time pass that starts at once.
type terms struct {
	start    time.Time
	multiple bool
	bySelf   bool // logged as registered by its initiator, as applications and account recovery do
	silent   bool // nothing of the pass is logged but its issuance
}

// desk is a helpdesk person at a desk in the office.
func desk(p *person) initiator { return byPerson(p, office) }

// issue logs a pass and states TAP-ISSUED.
func (s *scene) issue(by initiator, p *person, when time.Time, minutes int, t terms) pass {
	start := t.start
	if start.IsZero() {
		start = when
	}
	out := pass{s.w.guid("pass", s.name, p.upn, stamp(when)), p, when, start,
		start.Add(time.Duration(minutes) * time.Minute)}
	activity, reason := "Admin registered security info", "Admin registered temporary access pass method for user"
	if t.bySelf || by.App != nil {
		activity, reason = "User registered security info", "User registered temporary access pass method"
	}
	on := onUser(p)
	if !t.silent {
		usage := "OneTime"
		if t.multiple {
			usage = "Multiple"
		}
		on = onUser(p,
			change("TemporaryAccessPass.Id", nil, out.id),
			change("TemporaryAccessPass.StartDateTime", nil, stamp(out.start)),
			change("TemporaryAccessPass.EndTime", nil, stamp(out.end)),
			change("TemporaryAccessPass.AccessPassUsage", nil, usage))
	}
	s.audit(when, authMethods, "UserManagement", activity, reason, by, on)
	s.expect("TAP-ISSUED", "info", p, when)
	return out
}

// deletePass logs the deletion of the person's pass.
func (s *scene) deletePass(by initiator, p *person, when time.Time) {
	s.audit(when, authMethods, "UserManagement", "Admin deleted security info",
		"Admin deleted temporary access pass method for user", by, onUser(p))
}

// supervise writes the person's pass, or, where it is not named, the day, into the supervision register.
func (s *scene) supervise(p *person, when time.Time, passID string) {
	s.w.register = append(s.w.register, fmt.Sprintf("%s,%s,%s,Sabine Meier,CH-%04d", p.upn, when.Format(time.DateOnly),
		passID, 1000+len(s.w.register)))
}

// logIn is a log-in with a pass.
type logIn struct {
	person               *person
	time                 time.Time
	from                 network
	session, correlation string
}

// logIn writes a log-in of two sign-ins: the pass is right but the user has to enrol first, then in.
func (s *scene) logIn(p *person, when time.Time, app application, from network, options ...signInOption) logIn {
	key := s.key()
	l := logIn{p, when, from, s.w.guid("session", key), s.w.guid("correlation", key)}
	options = slices.Concat([]signInOption{steps(stepPass), session(l.session), correlation(l.correlation), noDevice},
		options)
	s.signIn(p, when, app, from, slices.Concat(options, []signInOption{mustEnrol})...)
	s.signIn(p, when.Add(25*time.Second), app, from, options...)
	return l
}

// mustEnrol is how a sign-in ends whose user has no method yet.
var mustEnrol = outcome(50072,
	"Due to a configuration change made by your administrator, you must enroll in multi-factor authentication.")

// registerMethod logs that the person registered the authenticator app.
func (s *scene) registerMethod(l logIn, when time.Time) {
	s.audit(when, authMethods, "UserManagement", "User registered security info",
		"User registered Authenticator App with Notification and Code",
		byPerson(l.person, l.from), onUser(l.person, change("StrongAuthenticationPhoneAppDetail", nil, "registered")))
}

// joinDevice logs that the person's device joined; the first of the two events does not name the person.
func (s *scene) joinDevice(l logIn, when time.Time) {
	by := s.w.byApplication("01cb2876-7ebd-4aa4-9cc9-d28bd4d359a9", "Device Registration Service")
	d := onOther("Device", l.person.device.id, l.person.device.name)
	first := s.audit(when, directory, "Device", "Add device", "", by, d)
	second := s.audit(when.Add(time.Second), directory, "Device", "Add registered owner to device", "", by,
		onUser(l.person, change("Device.ObjectID", nil, l.person.device.id)), d)
	second.CorrelationID = first.CorrelationID
}

// enrol is what follows a proper log-in: tokens on the same session, a method, a joined device, and the
// next day an ordinary sign-in.
func (s *scene) enrol(l logIn) {
	s.signIn(l.person, l.time.Add(2*time.Minute), broker, l.from, steps(stepPriorProof), session(l.session),
		nonInteractive, noDevice)
	s.registerMethod(l, l.time.Add(5*time.Minute))
	s.joinDevice(l, l.time.Add(18*time.Minute))
	if next := l.time.Truncate(24 * time.Hour).Add(30 * time.Hour); next.Before(evidenceTo) {
		s.signIn(l.person, next, exchange, office)
	}
}

// onboard is a pass, a log-in with it at the office twenty minutes later, and what follows.
func (s *scene) onboard(by initiator, p *person, when time.Time, t terms) logIn {
	got := s.issue(by, p, when, 60, t)
	l := s.logIn(p, got.start.Add(20*time.Minute), mySignins, office)
	s.enrol(l)
	return l
}

// changePolicy logs a change of the pass settings, each property by its place in the policy, as
// Microsoft does since April 2026.
func (s *scene) changePolicy(by initiator, when time.Time, changes ...modified) {
	s.audit(when, authMethods, "ApplicationManagement", "Authentication Methods Policy Update", "", by,
		onOther("Other", "authenticationMethodsPolicy", "Authentication Methods Policy", changes...))
}

// setting is a change of one pass setting.
func setting(name string, before, after any) modified {
	return change("AuthenticationMethodConfigurations.TemporaryAccessPass."+name, before, after)
}

func (s *scene) summary() string {
	if len(s.rules) == 0 {
		return "none"
	}
	return strings.Join(s.rules, ", ")
}
