// Package supervision judges each log-in with a pass by nine criteria: was it watched over as it should be.
package supervision

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"tapaudit/analysis/auditlog"
	"tapaudit/analysis/coverage"
	"tapaudit/analysis/identity"
	"tapaudit/analysis/logins"
	"tapaudit/analysis/passes"
	"tapaudit/analysis/policy"
	"tapaudit/analysis/rows"
	"tapaudit/analysis/settings"
	"tapaudit/analysis/when"
	"tapaudit/ingest/casefile"
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

// Criteria are the names of the nine, in the order of the columns.
func Criteria() []string {
	return []string{criterionIssued, criterionApprovedIssuer, criterionFourEyes, criterionPurpose, criterionPlace,
		criterionHours,
		criterionPrompt, criterionOutcome, criterionClosed}
}

// Criterion is one of the nine questions of supervision, answered for one log-in.
type Criterion struct {
	// the column of logins.csv: issued, approved_issuer, four_eyes, purpose, place, hours, prompt,
	// outcome_registered, closed
	Name   string
	State  string // met, failed or not assessed
	Reason string // in words that name the evidence
}

// Limits are how close supervision must be.
type Limits struct {
	// a user counts as new so many days before and after they were created, hired or start
	NewUserDays          int
	Device, Prompt       time.Duration // a device is joined, a log-in follows the pass's start within
	ClosedAfter, Outcome time.Duration // a pass ends, a method or device is registered within
}

// LimitsOf takes the limits from the parameters of rules, which it asks for by name.
func LimitsOf(parameter func(name string) (float64, error)) (l Limits, err error) {
	in := func(name string, unit time.Duration) time.Duration {
		value, missing := parameter(name)
		err = cmp.Or(err, missing)
		return time.Duration(value * float64(unit))
	}
	l.NewUserDays = int(in("new_user_days", 1))
	l.Device, l.Prompt = in("device_hours", time.Hour), in("prompt_hours", time.Hour)
	l.ClosedAfter, l.Outcome = in("closed_minutes", time.Minute), in("outcome_minutes", time.Minute)
	return l, err
}

// Inputs are what the criteria ask.
type Inputs struct {
	Settings *settings.Settings
	Limits   Limits
	Coverage coverage.Coverage
	Policies policy.Timelines
	IDs      identity.IDs
	People   identity.People
	Passes   passes.Passes
	Methods  auditlog.ByUser // what each user registered
	Devices  auditlog.ByUser // the devices that were joined
	Created  auditlog.ByUser // whom a person created
	Rehired  auditlog.ByUser // whose hire date a person changed
	Places   Places          // what else was seen around the log-ins; the zero value before that is known
}

// Places are what the model finds around log-ins, once it knows them and their passes.
type Places struct {
	Strange   map[int64]string // the strange countries that a log-in came from, by its number
	Contested map[int64]string // where its pass was tried afterwards, in another country
	Replaced  map[int64]bool   // the passes that replaced lost methods, by their numbers
}

// ReadPlaces reads what model 67_places found.
func ReadPlaces(ctx context.Context, c *casefile.Case) (Places, error) {
	p := Places{Strange: map[int64]string{}, Contested: map[int64]string{}, Replaced: map[int64]bool{}}
	type place struct {
		Kind string `db:"kind"`
		No   int64  `db:"no"`
		Told string `db:"told"`
	}
	err := rows.Each(ctx, c, func(r place) error {
		switch r.Kind {
		case "strange":
			p.Strange[r.No] = r.Told
		case "contested":
			p.Contested[r.No] = r.Told
		default:
			p.Replaced[r.No] = true
		}
		return nil
	}, `
SELECT 'strange' AS kind, login_no AS no, countries AS told FROM strange_country_logins
UNION ALL SELECT 'contested', login_no, told FROM contested_logins WHERE other_country
UNION ALL SELECT 'replaced', pass_no, '' FROM replacements`)
	return p, err
}

// Login is a log-in, or a blocked one, as it was judged.
type Login struct {
	*logins.Login
	Pass     *passes.Pass // the log-in's pass, valid or not; nil without any
	Latest   *passes.Pass // the latest issued whose start is not after the log-in
	Known    bool         // the pass is known
	Criteria []Criterion  // nine, in the order of the columns

	issued              string    // the state of the criterion "issued"
	firstWith, nextWith time.Time // the first log-in with its pass; the first with a later one, zero for none
	issuance            Criterion
}

const (
	fewestEarlier = 5 // earlier sign-ins below which no network counts as strange to a user
)

// Judge judges log-ins and blocked ones, given in order of tenant and time.
func Judge(in Inputs, all []*logins.Login) []*Login {
	judged := make([]*Login, len(all))
	for i, l := range all {
		judged[i] = in.passOf(l)
	}
	own := map[identity.User][]*Login{}
	for _, l := range Ledger(judged) {
		own[l.User()] = append(own[l.User()], l)
	}
	for _, of := range own {
		setSpans(of)
	}
	for _, l := range judged {
		in.judge(l)
	}
	return judged
}

// setSpans says of one user's log-ins, in order of time, with which of them a known pass was first used, and when the
// user logged in with a later pass.
func setSpans(own []*Login) {
	first := map[*passes.Pass]time.Time{}
	for _, l := range own {
		if _, used := first[l.Pass]; l.Known && !used {
			first[l.Pass] = l.Time
		}
		if l.Known {
			l.firstWith = first[l.Pass]
		}
	}
	var next *Login // the next whose pass is known
	for _, l := range slices.Backward(own) {
		switch {
		case next == nil:
		case !l.Known || next.Pass.No > l.Pass.No:
			l.nextWith = next.Time
		default:
			l.nextWith = next.nextWith
		}
		if l.Known {
			next = l
		}
	}
}

// Ledger are those of the log-ins that are not blocked.
func Ledger(all []*Login) []*Login {
	var ledger []*Login
	for _, l := range all {
		if l.Outcome != logins.Blocked {
			ledger = append(ledger, l)
		}
	}
	return ledger
}

// ByPass are the log-ins of the ledger with each pass that is known, in their order.
func ByPass(ledger []*Login) map[*passes.Pass][]*Login {
	of := map[*passes.Pass][]*Login{}
	for _, l := range ledger {
		if l.Known {
			of[l.Pass] = append(of[l.Pass], l)
		}
	}
	return of
}

// passOf finds the log-in's pass, and whether it is known.
func (in Inputs) passOf(login *logins.Login) *Login {
	l := &Login{Login: login}
	l.Pass, l.Latest = in.Passes.At(l.User(), l.Time)
	l.issuance = in.judgeIssued(l)
	l.issued = l.issuance.State
	l.Known = l.Pass != nil && l.issued != NotAssessed && l.Time.Sub(l.Pass.EndedAt) < 30*when.Day
	return l
}

// judge judges a log-in by the nine criteria. Met wins: proof on record is enough. Otherwise a criterion is not
// assessed where the evidence or the configuration cannot tell. It failed only where they could have told.
func (in Inputs) judge(l *Login) {
	outcome := in.judgeOutcome(l)
	l.Criteria = []Criterion{
		l.issuance,
		in.judgeApprovedIssuer(l),
		in.judgeFourEyes(l),
		in.judgePurpose(l),
		in.judgePlace(l),
		in.judgeHours(l),
		in.judgePrompt(l),
		outcome,
		in.judgeClosed(l, outcome.State == Met),
	}
}

// Supervised: no when a criterion failed; yes when none did and the pass is proved; else it cannot be said.
func (l *Login) Supervised() string {
	for _, c := range l.Criteria {
		if c.State == Failed {
			return "no"
		}
	}
	if l.criterion(criterionIssued).State == Met {
		return "yes"
	}
	return NotAssessed
}

func (l *Login) criterion(name string) Criterion {
	return l.Criteria[slices.IndexFunc(l.Criteria, func(c Criterion) bool { return c.Name == name })]
}

func (in Inputs) judgeIssued(l *Login) Criterion {
	c := Criterion{Name: criterionIssued}
	if l.Pass != nil && l.Pass.ValidAt(l.Time) {
		c.State, c.Reason = Met, fmt.Sprintf("pass issued %s by %s, %s", when.Clock(l.Pass.Event.Time),
			issuerInWords(l.Pass), when.Apart(l.Pass.Event.Time, l.Time))
		return c
	}
	lifetime, known := in.highestLifetime(l.Tenant, l.Time)
	assumption := fmt.Sprintf("the highest maximum lifetime known for the 30 days before, %s", when.Minutes(lifetime))
	if !known {
		assumption = fmt.Sprintf("%s, assumed because no policy is known", when.Minutes(lifetime))
	}
	switch home := l.foreignHome(); {
	case home != "":
		c.State, c.Reason = NotAssessed,
			fmt.Sprintf("the user's home tenant is %s: the pass was issued there, and its audit log is not this tenant's", home)
	case !in.Coverage.Covers(l.Tenant, coverage.Audit, l.Time.Add(-lifetime), l.Time):
		c.State, c.Reason = NotAssessed,
			fmt.Sprintf("the audit evidence does not cover the %s before the log-in (%s); export the audit log from %s on",
				when.Minutes(lifetime), assumption, when.Clock(l.Time.Add(-lifetime)))
	case l.Latest != nil && !l.Latest.EndLogged && !l.Latest.PolicyKnown &&
		l.Time.Sub(l.Latest.Event.Time) < passes.LongestLifetime:
		c.State, c.Reason = NotAssessed,
			fmt.Sprintf("the latest pass was issued %s, and neither its end nor the policy that bounds it is known; export the authentication methods policy",
				when.Clock(l.Latest.Event.Time))
	default:
		c.State, c.Reason = Failed,
			"no pass was issued for the user in the time that the audit evidence covers ("+assumption+")"
		if p := l.Latest; p != nil {
			c.Reason = fmt.Sprintf("the latest pass, issued %s by %s, had ended %s by %s, and no other was issued (%s)",
				when.Clock(p.Event.Time), issuerInWords(p), when.Clock(p.EndedAt), p.EndedBy, assumption)
		}
	}
	return c
}

// foreignHome is the home tenant of the log-in's user where that is another tenant.
func (l *Login) foreignHome() string {
	for _, s := range l.SignIns {
		if s.HomeTenant != "" && s.HomeTenant != l.Tenant {
			return s.HomeTenant
		}
	}
	return ""
}

// passUnknown is why nothing that concerns the pass can be judged.
func (l *Login) passUnknown() string {
	switch {
	case l.issued == NotAssessed:
		return "it is not known which pass was used"
	case l.Pass == nil:
		return "no pass is on record"
	default:
		return fmt.Sprintf("the latest pass ended %s, 30 days or more before", when.Clock(l.Pass.EndedAt))
	}
}

func (in Inputs) judgeApprovedIssuer(l *Login) Criterion {
	c := Criterion{Name: criterionApprovedIssuer, State: NotAssessed}
	if !l.Known {
		c.Reason = l.passUnknown()
		return c
	}
	e := l.Pass.Event
	list, kind := in.Settings.ApprovedUsers, "users"
	switch e.IssuerType {
	case "application":
		list, kind = in.Settings.ApprovedApplications, "applications"
	case "user":
	default:
		c.Reason = "the audit event names no issuer"
		return c
	}
	switch {
	case list == nil:
		c.Reason = "no list of approved issuers (" + kind + ") is configured"
	case onList(list, e.IssuerNames):
		c.State, c.Reason = Met, issuerInWords(l.Pass)+" is on the list of approved "+kind
	case in.unclearApplication(e) != "":
		c.Reason = in.unclearApplication(e)
	default:
		c.State, c.Reason = Failed, issuerInWords(l.Pass)+" is not on the list of approved "+kind
	}
	return c
}

// onList says whether a list is configured and has one of the names.
func onList(list *[]string, names []string) bool {
	return list != nil && slices.ContainsFunc(*list, func(entry string) bool {
		return slices.Contains(names, identity.LowerTrim(entry))
	})
}

// approvedApplication says whether a pass was issued by an application on the configured list.
func (in Inputs) approvedApplication(e *auditlog.Event) bool {
	return e.IssuerType == "application" && onList(in.Settings.ApprovedApplications, e.IssuerNames)
}

// unclearApplication says why nobody can tell whether the application that issued a pass is on the configured list.
// The record has an id that the list does not hold, and nothing ties that id to those in the list.
func (in Inputs) unclearApplication(e *auditlog.Event) string {
	list := in.Settings.ApprovedApplications
	if e.IssuerType != "application" || !e.Untied || list == nil || onList(list, e.IssuerNames) ||
		!slices.ContainsFunc(*list, identity.LooksLikeID) {
		return ""
	}
	return fmt.Sprintf("the event knows the application %s only by its service principal's id %s, which nothing in evidence ties to an id on the list "+
		"of approved applications; put that id on the list, or add an export of the service principals", e.IssuerName,
		e.IssuerID)
}

func (in Inputs) judgeFourEyes(l *Login) Criterion {
	c := Criterion{Name: criterionFourEyes, State: NotAssessed}
	if !l.Known {
		c.Reason = l.passUnknown()
		return c
	}
	e := l.Pass.Event
	switch {
	case e.IssuerType == "user" && e.IssuerID != l.UserID:
		c.State, c.Reason = Met, issuerInWords(l.Pass)+" is a person other than the user"
	case e.IssuerType == "user":
		c.State, c.Reason = Failed, "the user issued the pass for themselves"
	case e.IssuerType != "application":
		c.Reason = "the audit event names no issuer"
	case in.approvedApplication(e):
		c.State, c.Reason = Met, issuerInWords(l.Pass)+" is an approved application"
	case in.Settings.ApprovedApplications == nil:
		c.Reason = "an application issued the pass, and no list of approved applications is configured"
	case in.unclearApplication(e) != "":
		c.Reason = in.unclearApplication(e)
	default:
		c.State, c.Reason = Failed, issuerInWords(l.Pass)+" is an application that is not approved"
	}
	return c
}

// replacedMethods is why a pass that was a replacement had a purpose.
const replacedMethods = "the user's methods were lost and taken away by somebody else, and registered anew from where the user always is"

func (in Inputs) judgePurpose(l *Login) Criterion {
	at, passID, about := l.Time, "", newness{login: l.Time}
	if l.Known {
		at, passID, about.issued = l.Pass.Start, l.Pass.Event.PassID, l.Pass.Event.Time
	}
	about.at = at
	if reason := in.newUser(l.Tenant, l.UserID, about); reason != "" {
		return Criterion{criterionPurpose, Met, reason}
	}
	if reason := in.deviceAfter(l.Tenant, l.UserID, l.Time); reason != "" {
		return Criterion{criterionPurpose, Met, reason}
	}
	if l.Known && in.Places.Replaced[l.Pass.No] {
		return Criterion{criterionPurpose, Met, replacedMethods}
	}
	if reason := in.registered(l.Tenant, l.UserID, passID, l.Time); reason != "" {
		return Criterion{criterionPurpose, Met, reason}
	}
	return in.purposeless(l.Tenant, l.UserID, at)
}

// purposeless is the purpose of a user for whom none is on record: failed, or not assessed where nothing could tell.
func (in Inputs) purposeless(tenant, user string, at time.Time) Criterion {
	c := Criterion{Name: criterionPurpose, State: Failed}
	person := in.People.Of(identity.User{Tenant: tenant, ID: user})
	dated := !person.Created.IsZero() || !person.Hired.IsZero()
	if !dated && in.Settings.Roster == nil && in.Settings.Register == nil {
		c.State, c.Reason = NotAssessed,
			"the evidence has no creation or hire date of the user, and there is no onboarding roster and no supervision register"
		return c
	}
	var looked []string
	if !person.Created.IsZero() {
		looked = append(looked, "the account was created "+when.Clock(person.Created))
	}
	if !person.Hired.IsZero() {
		looked = append(looked, "the user was hired "+person.Hired.Format(time.DateOnly))
	}
	if in.Settings.Roster != nil {
		looked = append(looked, "the onboarding roster has no start near "+in.Settings.LocalDay(at).String())
	}
	if in.Settings.Register != nil {
		looked = append(looked, "the supervision register has no entry")
	}
	c.Reason = strings.Join(append(looked, "no device was joined within "+when.Hours(in.Limits.Device)), "; ")
	return c
}

// newness is when it is asked whether a user is new: at a pass's start, which was issued then, or at a log-in.
type newness struct{ at, issued, login time.Time }

// changedBefore are the fixed days in which a change by a person makes a date doubtful.
const (
	rehiredWithin = 14 * when.Day
	createdWithin = when.Day
)

// newUser says why a user counts as new at a time: created, hired or starting by the roster within the days allowed
// before or after; "" when none of these. Dates that a person set just before do not count.
func (in Inputs) newUser(tenant, user string, asked newness) string {
	days, at := in.Limits.NewUserDays, asked.at
	near := func(t time.Time) bool { return !t.IsZero() && at.Sub(t).Abs() <= time.Duration(days)*when.Day }
	key := identity.User{Tenant: tenant, ID: user}
	p := in.People.Of(key)
	for _, created := range p.CreatedAt {
		if near(created) && !in.createdForPass(key, created, asked.issued) {
			return "the account was created " + when.Clock(created)
		}
	}
	if near(p.Hired) && !within(in.Rehired, key, asked.issued, rehiredWithin) &&
		!within(in.Rehired, key, asked.login, rehiredWithin) {
		return "the user was hired " + p.Hired.Format(time.DateOnly)
	}
	if in.Settings.Roster != nil {
		local := in.Settings.LocalDay(at)
		for _, entry := range *in.Settings.Roster {
			if in.isUser(tenant, user, entry.UPN, entry.Start) && !entry.Start.AddDays(days).Before(local) &&
				!local.AddDays(days).Before(entry.Start) {
				return fmt.Sprintf("the onboarding roster has the user start on %s (line %d)", entry.Start, entry.Line)
			}
		}
	}
	return ""
}

// within says whether there is an event of the user in the time before a moment; never before the zero moment.
func within(events auditlog.ByUser, user identity.User, moment time.Time, before time.Duration) bool {
	if moment.IsZero() {
		return false
	}
	of := events.Of(user, moment.Add(-before))
	return len(of) > 0 && !of[0].Time.After(moment)
}

// createdForPass says whether a person created the account less than a day before its pass was issued, though the
// roster knows nobody of that name.
func (in Inputs) createdForPass(user identity.User, created, issued time.Time) bool {
	if issued.IsZero() || in.Settings.Roster == nil || created.After(issued) || issued.Sub(created) >= createdWithin {
		return false
	}
	by := in.Created.Of(user, issued.Add(1-createdWithin))
	return len(by) > 0 && !by[0].Time.After(issued) &&
		!slices.ContainsFunc(*in.Settings.Roster,
			func(e settings.RosterEntry) bool { return in.isUser(user.Tenant, user.ID, e.UPN, e.Start) })
}

// isUser says whether a UPN (or id) of a list stands for the user.
func (in Inputs) isUser(tenant, user, name string, on settings.Date) bool {
	name = identity.LowerTrim(name)
	return name == user || in.IDs.Resolve(tenant, name, on.StartUTC().Add(when.Day)) == user
}

// deviceAfter says which device of the user's was joined within the hours allowed after a time.
func (in Inputs) deviceAfter(tenant, user string, at time.Time) string {
	until := at.Add(in.Limits.Device)
	if events := in.Devices.Of(identity.User{Tenant: tenant, ID: user}, at); len(events) > 0 &&
		!events[0].Time.After(until) {
		return fmt.Sprintf("a device was joined %s (%s)", when.Clock(events[0].Time), events[0].Activity)
	}
	return ""
}

// registered says which line of the supervision register names the pass, or the user on the local when.Day.
func (in Inputs) registered(tenant, user, passID string, at time.Time) string {
	if in.Settings.Register == nil {
		return ""
	}
	local := in.Settings.LocalDay(at)
	for _, entry := range *in.Settings.Register {
		if passID != "" && strings.EqualFold(entry.PassID, passID) || entry.Date == local &&
			in.isUser(tenant, user, entry.UPN, entry.Date) {
			return fmt.Sprintf("the supervision register names it (line %d, supervisor %s, ticket %s)", entry.Line,
				entry.Supervisor, entry.Ticket)
		}
	}
	return ""
}

func (in Inputs) judgePlace(l *Login) Criterion {
	strange, trusted := l.Strange, true
	for _, s := range l.SignIns {
		trusted = trusted && s.Trusted
	}
	at := func(s *logins.SignIn) string { return cmp.Or(s.IP, "the address") }
	if countries, ok := in.Places.Strange[l.No]; ok {
		return Criterion{criterionPlace, Failed,
			fmt.Sprintf("it came from %s, where nobody of the tenant is known", countries)}
	}
	if told, ok := in.Places.Contested[l.No]; ok {
		return Criterion{criterionPlace, Failed, "its pass was tried elsewhere afterwards: " + told}
	}
	switch {
	case strange == nil && trusted:
		return Criterion{criterionPlace, Met, at(l.SignIns[0]) + " is a trusted place"}
	case strange == nil:
		return Criterion{criterionPlace, Met, at(l.SignIns[0]) + " is in a network that is familiar to the user"}
	case strange.Earlier < fewestEarlier:
		return Criterion{criterionPlace, NotAssessed,
			fmt.Sprintf("the user has %d earlier sign-ins, fewer than %d", strange.Earlier, fewestEarlier)}
	case !strange.AnyFamiliar:
		return Criterion{criterionPlace, NotAssessed, "no network is familiar to the user yet"}
	default:
		return Criterion{criterionPlace, Failed,
			fmt.Sprintf("%s is neither a trusted place nor in a network familiar to the user, who has %d earlier sign-ins",
				cmp.Or(strange.IP, "an unknown address"), strange.Earlier)}
	}
}

func (in Inputs) judgeHours(l *Login) Criterion {
	h := in.Settings.Hours
	switch {
	case h == nil:
		return Criterion{criterionHours, NotAssessed, "no business hours are configured"}
	case h.Contains(l.Time):
		return Criterion{criterionHours, Met, l.Time.In(h.Location).Format("Monday 15:04") +
			" local time is within business hours"}
	default:
		return Criterion{criterionHours, Failed, l.Time.In(h.Location).Format("Monday 2006-01-02 15:04") +
			" local time is outside business hours"}
	}
}

func (in Inputs) judgePrompt(l *Login) Criterion {
	if !l.Known {
		return Criterion{criterionPrompt, NotAssessed, l.passUnknown()}
	}
	allowed := in.Limits.Prompt
	reason := fmt.Sprintf("the pass began %s, %s", when.Clock(l.Pass.Start), when.Apart(l.Pass.Start, l.Time))
	if l.Time.Sub(l.Pass.Start) <= allowed {
		return Criterion{criterionPrompt, Met, reason}
	}
	return Criterion{criterionPrompt, Failed, reason + ", more than " + when.Hours(allowed)}
}

// outcomeSpan is in which a method or a device is to be registered: from the log-in until the pass's end, and at
// least for the minutes allowed.
func (in Inputs) outcomeSpan(l *Login) (from, to time.Time) {
	from, to = l.Time, l.Time.Add(in.Limits.Outcome)
	if l.Known {
		from, to = when.Earlier(l.firstWith, l.Time), when.Later(to, l.Pass.EndedAt)
	}
	if !l.nextWith.IsZero() {
		to = when.Earlier(to, l.nextWith)
	}
	return from, to
}

func (in Inputs) judgeOutcome(l *Login) Criterion {
	_, to := in.outcomeSpan(l)
	if e := in.outcomeOf(l); e != nil {
		apart := when.InWords(e.Time.Sub(l.Time)) + " later"
		if e.Time.Before(l.Time) {
			apart = "after the first log-in with the same pass"
		}
		return Criterion{criterionOutcome, Met, fmt.Sprintf("%s %s, %s: %s", e.Activity, when.Clock(e.Time), apart,
			cmp.Or(e.Reason, "no reason given"))}
	}
	if home := l.foreignHome(); home != "" {
		return Criterion{criterionOutcome, NotAssessed,
			fmt.Sprintf("the user's home tenant is %s, where methods are registered", home)}
	}
	if !in.Coverage.Covers(l.Tenant, coverage.Audit, l.Time, to) {
		return Criterion{criterionOutcome, NotAssessed,
			fmt.Sprintf("the audit evidence does not cover %s to %s", when.Clock(l.Time), when.Clock(to))}
	}
	return Criterion{criterionOutcome, Failed,
		fmt.Sprintf("no method and no device was registered from the log-in until %s", when.Clock(to))}
}

// outcomeOf is the registration that "outcome" counts of a log-in; nil where there is none.
func (in Inputs) outcomeOf(l *Login) *auditlog.Event {
	from, to := in.outcomeSpan(l)
	return in.firstOutcome(l.Tenant, l.UserID, from, to)
}

// firstOutcome is the first method or device event of the user within a span, both ends included.
func (in Inputs) firstOutcome(tenant, user string, begin, end time.Time) *auditlog.Event {
	var first *auditlog.Event
	key := identity.User{Tenant: tenant, ID: user}
	for _, events := range [][]*auditlog.Event{in.Methods.Of(key, begin), in.Devices.Of(key, begin)} {
		if len(events) > 0 && !events[0].Time.After(end) && (first == nil || events[0].No < first.No) {
			first = events[0]
		}
	}
	return first
}

func (in Inputs) judgeClosed(l *Login, registered bool) Criterion {
	c := Criterion{Name: criterionClosed, State: NotAssessed}
	if !l.Known {
		c.Reason = l.passUnknown()
		return c
	}
	p := l.Pass
	allowed := in.Limits.ClosedAfter
	switch {
	case p.Usage == "one-time":
		c.State, c.Reason = Met, "the pass could be used once"
	case registered && p.Deletion != nil && p.Deletion.Time.After(l.Time) && p.Deletion.Time.Before(p.End):
		c.State, c.Reason = Met, "the pass was deleted "+when.Clock(p.Deletion.Time)
	case !p.EndLogged:
		c.Reason = "the audit event does not say when the pass ends, nor that it was for one use"
	case p.End.Sub(p.Start) <= allowed:
		c.State, c.Reason = Met, fmt.Sprintf("the pass ended %s, %s after its start", when.Clock(p.End),
			when.InWords(p.End.Sub(p.Start)))
	default:
		c.State, c.Reason = Failed,
			fmt.Sprintf("the pass stayed open until %s, %s after its start, for more than one use and was not deleted",
				when.Clock(p.End), when.InWords(p.End.Sub(p.Start)))
	}
	return c
}

// issuerInWords names who issued a pass.
func issuerInWords(p *passes.Pass) string {
	switch e := p.Event; e.IssuerType {
	case "user":
		return e.IssuerName
	case "application":
		return "the application " + e.IssuerName
	default:
		return "an issuer that the event does not name"
	}
}

// highestLifetime is the highest maximum lifetime in force, as far as known, in the 43,200 minutes before a time.
func (in Inputs) highestLifetime(tenant string, at time.Time) (lifetime time.Duration, known bool) {
	if lifetime, known := in.Policies.LongestLifetime(tenant, at.Add(-passes.LongestLifetime), at); known {
		return lifetime, true
	}
	return passes.DefaultLifetime, false
}
