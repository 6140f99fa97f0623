package analysis

import (
	"cmp"
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"

	"tapaudit/analysis/settings"
)

// The states of a criterion.
const (
	Met         = "met"
	Failed      = "failed"
	NotAssessed = "not assessed"
)

// The criteria, by the columns of logins.csv.
const (
	criterionIssued         = "issued"
	criterionApprovedIssuer = "approved_issuer"
	criterionFourEyes       = "four_eyes"
	criterionPurpose        = "purpose"
	criterionPlace          = "place"
	criterionHours          = "hours"
	criterionPrompt         = "prompt"
	criterionOutcome        = "outcome_registered"
	criterionClosed         = "closed"
)

// supervision is how close it must be: the parameters that the rule about unsupervised log-ins owns.
type supervision struct {
	newUserDays              int
	device, prompt           time.Duration
	closedAfter, outcomeTime time.Duration
}

// supervisionOf takes the parameters from the rules as configured.
func supervisionOf(rules []Rule) (s supervision, err error) {
	in := func(name string, unit time.Duration) time.Duration {
		value, missing := ownParameter(rules, name)
		err = cmp.Or(err, missing)
		return time.Duration(value * float64(unit))
	}
	s.newUserDays = int(in("new_user_days", 1))
	s.device, s.prompt = in("device_hours", time.Hour), in("prompt_hours", time.Hour)
	s.closedAfter, s.outcomeTime = in("closed_minutes", time.Minute), in("outcome_minutes", time.Minute)
	return s, err
}

// supervise judges a log-in by the nine criteria. Met wins: proof on record is enough. Otherwise a criterion is not
// assessed where the evidence or the configuration cannot tell, and failed only where they could have.
func (a *audit) supervise(l *login) {
	l.pass, l.latest = a.passAt(l.tenant, l.userID, l.time)
	issued := a.judgeIssued(l)
	l.issued = issued.State
	l.known = l.pass != nil && issued.State != NotAssessed && l.time.Sub(l.pass.endedAt) < 30*day
	l.until = l.time.Add(footprintUnknown)
	if l.known {
		l.until = later(l.pass.end, l.time.Add(time.Hour))
	}
	l.criteria = []Criterion{
		issued,
		a.judgeApprovedIssuer(l),
		a.judgeFourEyes(l),
		a.judgePurpose(l),
		a.judgePlace(l),
		a.judgeHours(l),
		a.judgePrompt(l),
		a.judgeOutcome(l),
		a.judgeClosed(l),
	}
}

// supervised: no when a criterion failed; yes when none did and the pass is proved; else it cannot be said.
func (l *login) supervised() string {
	for _, c := range l.criteria {
		if c.State == Failed {
			return "no"
		}
	}
	if l.criterion(criterionIssued).State == Met {
		return "yes"
	}
	return NotAssessed
}

func (l *login) criterion(name string) Criterion {
	return l.criteria[slices.IndexFunc(l.criteria, func(c Criterion) bool { return c.Name == name })]
}

func (a *audit) judgeIssued(l *login) Criterion {
	c := Criterion{Name: criterionIssued}
	if l.pass != nil && l.pass.validAt(l.time) {
		c.State, c.Reason = Met, fmt.Sprintf("pass issued %s by %s, %s", clock(l.pass.event.time), a.issuerInWords(l.pass), apart(l.pass.event.time, l.time))
		return c
	}
	lifetime, known := a.highestLifetime(l.tenant, l.time)
	assumption := fmt.Sprintf("the highest maximum lifetime known for the 30 days before, %s", minutesInWords(lifetime))
	if !known {
		assumption = fmt.Sprintf("%s, assumed because no policy is known", minutesInWords(lifetime))
	}
	switch home := l.foreignHome(); {
	case home != "":
		c.State, c.Reason = NotAssessed, fmt.Sprintf("the user's home tenant is %s: the pass was issued there, and its audit log is not this tenant's", home)
	case !a.coverage.covers(l.tenant, logAudit, l.time.Add(-lifetime), l.time):
		c.State, c.Reason = NotAssessed, fmt.Sprintf("the audit evidence does not cover the %s before the log-in (%s); export the audit log from %s on",
			minutesInWords(lifetime), assumption, clock(l.time.Add(-lifetime)))
	case l.latest != nil && !l.latest.endLogged && !l.latest.policyKnown && l.time.Sub(l.latest.event.time) < longestLifetime:
		c.State, c.Reason = NotAssessed, fmt.Sprintf("the latest pass was issued %s, and neither its end nor the policy that bounds it is known; export the authentication methods policy",
			clock(l.latest.event.time))
	default:
		c.State, c.Reason = Failed, "no pass was issued for the user in the time that the audit evidence covers ("+assumption+")"
		if p := l.latest; p != nil {
			c.Reason = fmt.Sprintf("the latest pass, issued %s by %s, had ended %s by %s, and no other was issued (%s)",
				clock(p.event.time), a.issuerInWords(p), clock(p.endedAt), p.endedBy, assumption)
		}
	}
	return c
}

// foreignHome is the home tenant of the log-in's user where that is another tenant.
func (l *login) foreignHome() string {
	for _, s := range l.signIns {
		if s.homeTenant != "" && s.homeTenant != l.tenant {
			return s.homeTenant
		}
	}
	return ""
}

// passUnknown is why nothing that concerns the pass can be judged.
func (l *login) passUnknown() string {
	switch {
	case l.issued == NotAssessed:
		return "it is not known which pass was used"
	case l.pass == nil:
		return "no pass is on record"
	default:
		return fmt.Sprintf("the latest pass ended %s, 30 days or more before", clock(l.pass.endedAt))
	}
}

func (a *audit) judgeApprovedIssuer(l *login) Criterion {
	c := Criterion{Name: criterionApprovedIssuer, State: NotAssessed}
	if !l.known {
		c.Reason = l.passUnknown()
		return c
	}
	e := l.pass.event
	list, kind := a.settings.ApprovedUsers, "users"
	switch e.issuerType {
	case "application":
		list, kind = a.settings.ApprovedApplications, "applications"
	case "user":
	default:
		c.Reason = "the audit event names no issuer"
		return c
	}
	switch {
	case list == nil:
		c.Reason = "no list of approved issuers (" + kind + ") is configured"
	case onList(*list, e.issuerNames):
		c.State, c.Reason = Met, a.issuerInWords(l.pass)+" is on the list of approved "+kind
	default:
		c.State, c.Reason = Failed, a.issuerInWords(l.pass)+" is not on the list of approved "+kind
	}
	return c
}

func onList(list, names []string) bool {
	return slices.ContainsFunc(list, func(entry string) bool { return slices.Contains(names, lowerTrim(entry)) })
}

// approvedApplication says whether a pass was issued by an application on the configured list.
func (a *audit) approvedApplication(e *auditEvent) bool {
	return e.issuerType == "application" && a.settings.ApprovedApplications != nil && onList(*a.settings.ApprovedApplications, e.issuerNames)
}

func (a *audit) judgeFourEyes(l *login) Criterion {
	c := Criterion{Name: criterionFourEyes, State: NotAssessed}
	if !l.known {
		c.Reason = l.passUnknown()
		return c
	}
	e := l.pass.event
	switch {
	case e.issuerType == "user" && e.issuerID != l.userID:
		c.State, c.Reason = Met, a.issuerInWords(l.pass)+" is a person other than the user"
	case e.issuerType == "user":
		c.State, c.Reason = Failed, "the user issued the pass for themselves"
	case e.issuerType != "application":
		c.Reason = "the audit event names no issuer"
	case a.approvedApplication(e):
		c.State, c.Reason = Met, a.issuerInWords(l.pass)+" is an approved application"
	case a.settings.ApprovedApplications == nil:
		c.Reason = "an application issued the pass, and no list of approved applications is configured"
	default:
		c.State, c.Reason = Failed, a.issuerInWords(l.pass)+" is an application that is not approved"
	}
	return c
}

func (a *audit) judgePurpose(l *login) Criterion {
	at, passID := l.time, ""
	if l.known {
		at, passID = l.pass.start, l.pass.event.passID
	}
	if reason := a.newUser(l.tenant, l.userID, at); reason != "" {
		return Criterion{criterionPurpose, Met, reason}
	}
	if reason := a.deviceAfter(l.tenant, l.userID, l.time); reason != "" {
		return Criterion{criterionPurpose, Met, reason}
	}
	if reason := a.registered(l.tenant, l.userID, passID, l.time); reason != "" {
		return Criterion{criterionPurpose, Met, reason}
	}
	return a.purposeless(l.tenant, l.userID, at)
}

// purposeless is the purpose of a user for whom none is on record: failed, or not assessed where nothing could tell.
func (a *audit) purposeless(tenant, user string, at time.Time) Criterion {
	c := Criterion{Name: criterionPurpose, State: Failed}
	person := a.people[userKey{tenant, user}]
	dated := person != nil && (!person.created.IsZero() || !person.hired.IsZero())
	if !dated && a.settings.Roster == nil && a.settings.Register == nil {
		c.State, c.Reason = NotAssessed, "the evidence has no creation or hire date of the user, and there is no onboarding roster and no supervision register"
		return c
	}
	var looked []string
	if person != nil && !person.created.IsZero() {
		looked = append(looked, "the account was created "+clock(person.created))
	}
	if person != nil && !person.hired.IsZero() {
		looked = append(looked, "the user was hired "+person.hired.Format(time.DateOnly))
	}
	if a.settings.Roster != nil {
		looked = append(looked, "the onboarding roster has no start near "+a.settings.LocalDay(at).String())
	}
	if a.settings.Register != nil {
		looked = append(looked, "the supervision register has no entry")
	}
	c.Reason = strings.Join(append(looked, "no device was joined within "+hoursInWords(a.supervision.device)), "; ")
	return c
}

// newUser says why a user counts as new at a time: created, hired or starting by the roster within the days allowed
// before or after; "" when none of these.
func (a *audit) newUser(tenant, user string, at time.Time) string {
	days := a.supervision.newUserDays
	near := func(t time.Time) bool { return !t.IsZero() && at.Sub(t).Abs() <= time.Duration(days)*day }
	if p := a.people[userKey{tenant, user}]; p != nil {
		for _, created := range p.createdAt {
			if near(created) {
				return "the account was created " + clock(created)
			}
		}
		if near(p.hired) {
			return "the user was hired " + p.hired.Format(time.DateOnly)
		}
	}
	if a.settings.Roster != nil {
		local := a.settings.LocalDay(at)
		for _, entry := range *a.settings.Roster {
			if a.isUser(tenant, user, entry.UPN, entry.Start) && !entry.Start.AddDays(days).Before(local) && !local.AddDays(days).Before(entry.Start) {
				return fmt.Sprintf("the onboarding roster has the user start on %s (line %d)", entry.Start, entry.Line)
			}
		}
	}
	return ""
}

// isUser says whether a UPN (or id) of a list stands for the user.
func (a *audit) isUser(tenant, user, name string, on settings.Date) bool {
	name = lowerTrim(name)
	return name == user || a.identities.resolve(tenant, name, on.StartUTC().Add(day)) == user
}

// deviceAfter says which device of the user's was joined within the hours allowed after a time.
func (a *audit) deviceAfter(tenant, user string, at time.Time) string {
	until := at.Add(a.supervision.device)
	if events := onwards(a.deviceEvents[userKey{tenant, user}], at); len(events) > 0 && !events[0].time.After(until) {
		return fmt.Sprintf("a device was joined %s (%s)", clock(events[0].time), events[0].activity)
	}
	return ""
}

// registered says which line of the supervision register names the pass, or the user on the local day.
func (a *audit) registered(tenant, user, passID string, at time.Time) string {
	if a.settings.Register == nil {
		return ""
	}
	local := a.settings.LocalDay(at)
	for _, entry := range *a.settings.Register {
		if passID != "" && strings.EqualFold(entry.PassID, passID) || entry.Date == local && a.isUser(tenant, user, entry.UPN, entry.Date) {
			return fmt.Sprintf("the supervision register names it (line %d, supervisor %s, ticket %s)", entry.Line, entry.Supervisor, entry.Ticket)
		}
	}
	return ""
}

func (a *audit) judgePlace(l *login) Criterion {
	strange, trusted := l.strange, true
	for _, s := range l.signIns {
		trusted = trusted && s.trusted
	}
	switch {
	case strange == nil && trusted:
		return Criterion{criterionPlace, Met, fmt.Sprintf("%s is a trusted place", cmp.Or(l.signIns[0].ip, "the address"))}
	case strange == nil:
		return Criterion{criterionPlace, Met, fmt.Sprintf("%s is in a network that the user signed in from before", cmp.Or(l.signIns[0].ip, "the address"))}
	case len(a.settings.TrustedNetworks) == 0 && strange.earlier < fewestEarlier:
		return Criterion{criterionPlace, NotAssessed, fmt.Sprintf(
			"no trusted networks are configured, and the user has %d earlier sign-ins, fewer than %d", strange.earlier, fewestEarlier)}
	default:
		return Criterion{criterionPlace, Failed, fmt.Sprintf("%s is neither a trusted place nor in a network of the user's %d earlier sign-ins", cmp.Or(strange.ip, "an unknown address"), strange.earlier)}
	}
}

func (a *audit) judgeHours(l *login) Criterion {
	h := a.settings.Hours
	switch {
	case h == nil:
		return Criterion{criterionHours, NotAssessed, "no business hours are configured"}
	case h.Contains(l.time):
		return Criterion{criterionHours, Met, l.time.In(h.Location).Format("Monday 15:04") + " local time is within business hours"}
	default:
		return Criterion{criterionHours, Failed, l.time.In(h.Location).Format("Monday 2006-01-02 15:04") + " local time is outside business hours"}
	}
}

func (a *audit) judgePrompt(l *login) Criterion {
	if !l.known {
		return Criterion{criterionPrompt, NotAssessed, l.passUnknown()}
	}
	allowed := a.supervision.prompt
	reason := fmt.Sprintf("the pass began %s, %s", clock(l.pass.start), apart(l.pass.start, l.time))
	if l.time.Sub(l.pass.start) <= allowed {
		return Criterion{criterionPrompt, Met, reason}
	}
	return Criterion{criterionPrompt, Failed, reason + ", more than " + hoursInWords(allowed)}
}

// outcomeSpan is in which a method or a device is to be registered: from the log-in until the pass's end, and at
// least for the minutes allowed.
func (a *audit) outcomeSpan(l *login) (from, to time.Time) {
	to = l.time.Add(a.supervision.outcomeTime)
	if l.known {
		to = later(to, l.pass.endedAt)
	}
	return l.time, to
}

func (a *audit) judgeOutcome(l *login) Criterion {
	from, to := a.outcomeSpan(l)
	if e := a.firstOutcome(l.tenant, l.userID, from, to); e != nil {
		return Criterion{criterionOutcome, Met, fmt.Sprintf("%s %s, %s later: %s", e.activity, clock(e.time), spanInWords(e.time.Sub(l.time)), cmp.Or(e.reason, "no reason given"))}
	}
	if !a.coverage.covers(l.tenant, logAudit, from, to) {
		return Criterion{criterionOutcome, NotAssessed, fmt.Sprintf("the audit evidence does not cover %s to %s", clock(from), clock(to))}
	}
	return Criterion{criterionOutcome, Failed, fmt.Sprintf("no method and no device was registered from the log-in until %s", clock(to))}
}

// firstOutcome is the first method or device event of the user within a span, both ends included.
func (a *audit) firstOutcome(tenant, user string, begin, end time.Time) *auditEvent {
	var first *auditEvent
	key := userKey{tenant, user}
	for _, events := range [][]*auditEvent{onwards(a.methodEvents[key], begin), onwards(a.deviceEvents[key], begin)} {
		if len(events) > 0 && !events[0].time.After(end) && (first == nil || events[0].no < first.no) {
			first = events[0]
		}
	}
	return first
}

// onwards are the events from a time on, of events in order of time.
func onwards(events []*auditEvent, begin time.Time) []*auditEvent {
	return events[sort.Search(len(events), func(i int) bool { return !events[i].time.Before(begin) }):]
}

func (a *audit) judgeClosed(l *login) Criterion {
	c := Criterion{Name: criterionClosed, State: NotAssessed}
	if !l.known {
		c.Reason = l.passUnknown()
		return c
	}
	p := l.pass
	allowed := a.supervision.closedAfter
	switch {
	case p.usage == "one-time":
		c.State, c.Reason = Met, "the pass could be used once"
	case p.deletion != nil && p.deletion.time.After(l.time) && p.deletion.time.Before(p.end):
		c.State, c.Reason = Met, "the pass was deleted "+clock(p.deletion.time)
	case !p.endLogged:
		c.Reason = "the audit event does not say when the pass ends, nor that it was for one use"
	case p.end.Sub(p.start) <= allowed:
		c.State, c.Reason = Met, fmt.Sprintf("the pass ended %s, %s after its start", clock(p.end), spanInWords(p.end.Sub(p.start)))
	default:
		c.State, c.Reason = Failed, fmt.Sprintf("the pass stayed open until %s, %s after its start, for more than one use and was not deleted", clock(p.end), spanInWords(p.end.Sub(p.start)))
	}
	return c
}

// issuerInWords names who issued a pass.
func (a *audit) issuerInWords(p *pass) string {
	switch e := p.event; e.issuerType {
	case "user":
		return e.issuerName
	case "application":
		return "the application " + e.issuerName
	default:
		return "an issuer that the event does not name"
	}
}

func clock(t time.Time) string { return t.Format("2006-01-02 15:04") + " UTC" }

// apart says how long before a log-in something was.
func apart(before, at time.Time) string {
	d := at.Sub(before)
	if d < 0 {
		return spanInWords(-d) + " after"
	}
	return spanInWords(d) + " before"
}

func spanInWords(d time.Duration) string {
	count := func(n int, unit string) string {
		if n == 1 {
			return "1 " + unit
		}
		return fmt.Sprintf("%d %ss", n, unit)
	}
	switch {
	case d < time.Minute:
		return count(int(d/time.Second), "second")
	case d < 2*time.Hour:
		return count(int(d/time.Minute), "minute")
	case d < 2*day:
		return count(int(d/time.Hour), "hour")
	default:
		return count(int(d/day), "day")
	}
}

func minutesInWords(d time.Duration) string { return fmt.Sprintf("%d minutes", int(d/time.Minute)) }

func hoursInWords(d time.Duration) string { return fmt.Sprintf("%g hours", d.Hours()) }
