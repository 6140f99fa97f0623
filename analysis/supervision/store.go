package supervision

import (
	"cmp"
	"context"
	"strings"
	"time"

	"tapaudit/analysis/coverage"
	"tapaudit/analysis/identity"
	"tapaudit/analysis/passes"
	"tapaudit/analysis/rows"
	"tapaudit/analysis/when"
	"tapaudit/ingest/casefile"
)

// passRow is of passes.
type passRow struct {
	No                  int64     `db:"pass_no"`
	Record              string    `db:"record"`
	Tenant              string    `db:"tenant_id"`
	PassID              string    `db:"pass_id"`
	UserID              string    `db:"user_id"`
	UserName            string    `db:"user_name"`
	UserType            string    `db:"user_type"`
	UserCreated         time.Time `db:"user_created"`
	IssuedAt            time.Time `db:"issued_at"`
	IssuerType          string    `db:"issuer_type"`
	IssuerID            string    `db:"issuer_id"`
	IssuerName          string    `db:"issuer_name"`
	IssuerIP            string    `db:"issuer_ip"`
	ApprovedUser        bool      `db:"approved_user"`
	ApprovedApplication bool      `db:"approved_application"`
	UnclearApplication  string    `db:"unclear_application"`
	StartsAt            time.Time `db:"starts_at"`
	EndTime             time.Time `db:"end_time"`
	EndLogged           bool      `db:"end_logged"`
	EndedAt             time.Time `db:"ended_at"`
	EndedBy             string    `db:"ended_by"`
	Usage               string    `db:"usage"`
	LoggedUsage         string    `db:"logged_usage"`
	NeverValid          bool      `db:"never_valid"`
	Logins              int       `db:"logins"`
	InHours             *bool     `db:"in_hours"`
	PurposeAtStart      string    `db:"purpose_at_start"`
	Covered             bool      `db:"covered"`
	ScopeKnown          bool      `db:"scope_known"`
	NewUser             bool      `db:"new_user"`
}

// scopeRow is of pass_scope.
type scopeRow struct {
	PassNo   int64  `db:"pass_no"`
	Included bool   `db:"included"`
	Kind     string `db:"kind"`
	Group    string `db:"group_id"`
}

// loginRow is of logins_and_blocked.
type loginRow struct {
	No             int64     `db:"login_no"`
	Tenant         string    `db:"tenant_id"`
	UserID         string    `db:"user_id"`
	UserName       string    `db:"user_name"`
	Time           time.Time `db:"time"`
	LastTime       time.Time `db:"last_time"`
	IP             string    `db:"ip"`
	Outcome        string    `db:"outcome"`
	Applications   string    `db:"applications"`
	SignIns        int       `db:"signins"`
	Records        []string  `db:"records"`
	PassNo         *int64    `db:"pass_no"`
	PassKnown      bool      `db:"pass_known"`
	Supervised     string    `db:"supervised"`
	Issued         string    `db:"issued"`
	ApprovedIssuer string    `db:"approved_issuer"`
	FourEyes       string    `db:"four_eyes"`
	Purpose        string    `db:"purpose"`
	Place          string    `db:"place"`
	Hours          string    `db:"hours"`
	Prompt         string    `db:"prompt"`
	OutcomeState   string    `db:"outcome_registered"`
	Closed         string    `db:"closed"`
	Failed         []string  `db:"failed_criteria"`
	FailedReasons  string    `db:"failed_reasons"`
	EndedRecently  bool      `db:"ended_recently"`
	IssuedReason   string    `db:"issued_reason"`
	OutcomeReason  string    `db:"outcome_reason"`
	OutcomeRecord  string    `db:"outcome_record"`
	StrangeSignIn  *int64    `db:"strange_signin"`
	StrangeEarlier *int64    `db:"strange_earlier"`
	StrangeEnough  *bool     `db:"strange_enough"`
}

// memberRow is of login_signins.
type memberRow struct {
	LoginNo  int64 `db:"login_no"`
	SignInNo int64 `db:"signin_no"`
}

// Store fills passes and pass_scope with the passes, and logins_and_blocked and login_signins with what Judge made of
// the log-ins.
func Store(ctx context.Context, c *casefile.Case, in Inputs, judged []*Login) error {
	var issued []passRow
	var scope []scopeRow
	with := ByPass(Ledger(judged))
	for _, p := range in.Passes.All {
		issued = append(issued, in.passRow(p, len(with[p])))
		scope = append(scope, in.scopeRows(p)...)
	}
	var all []loginRow
	var members []memberRow
	for _, l := range judged {
		all = append(all, in.loginRow(l))
		for _, s := range l.SignIns {
			members = append(members, memberRow{l.No, s.No})
		}
	}
	return cmp.Or(
		rows.Fill(ctx, c, "passes", issued),
		rows.Fill(ctx, c, "pass_scope", scope),
		rows.Fill(ctx, c, "logins_and_blocked", all),
		rows.Fill(ctx, c, "login_signins", members),
	)
}

func (in Inputs) passRow(p *passes.Pass, logins int) passRow {
	e := p.Event
	person := in.People.Of(identity.User{Tenant: p.Tenant, ID: p.UserID})
	_, scopeKnown := in.Policies.At(p.Tenant, e.Time).ForEvents().Included()
	row := passRow{
		No: p.No, Record: e.Key(), Tenant: p.Tenant, PassID: e.PassID,
		UserID: p.UserID, UserName: in.People.Name(p.Tenant, p.UserID), UserType: person.Type,
		UserCreated: person.Created,
		IssuedAt:    e.Time, IssuerType: e.IssuerType, IssuerID: e.IssuerID, IssuerName: e.IssuerName,
		IssuerIP:            e.IssuerIP,
		ApprovedUser:        e.IssuerType == "user" && onList(in.Settings.ApprovedUsers, e.IssuerNames),
		ApprovedApplication: in.approvedApplication(e), UnclearApplication: in.unclearApplication(e),
		StartsAt: p.Start, EndTime: p.End, EndLogged: p.EndLogged, EndedAt: p.EndedAt, EndedBy: p.EndedBy,
		Usage: p.Usage, LoggedUsage: e.PassUsage, NeverValid: p.NeverValid(), Logins: logins,
		PurposeAtStart: in.purposeAtStart(p).State,
		Covered:        in.Coverage.Covers(p.Tenant, coverage.TAPSignIn, p.Start, p.EndedAt), ScopeKnown: scopeKnown,
		NewUser: in.newUser(p.Tenant, p.UserID, atStart(p)) != "",
	}
	if h := in.Settings.Hours; h != nil {
		within := h.Contains(e.Time)
		row.InHours = &within
	}
	return row
}

// scopeRows are whom the policy included and excluded when a pass was issued.
func (in Inputs) scopeRows(p *passes.Pass) (all []scopeRow) {
	allowed := in.Policies.At(p.Tenant, p.Event.Time).ForEvents()
	included, _ := allowed.Included()
	for _, t := range included {
		all = append(all, scopeRow{p.No, true, t.Type, t.ID})
	}
	excluded, _ := allowed.Excluded()
	for _, t := range excluded {
		all = append(all, scopeRow{p.No, false, t.Type, t.ID})
	}
	return all
}

// atStart asks at a pass's start, which stands for the log-in's time.
func atStart(p *passes.Pass) newness {
	return newness{at: p.Start, issued: p.Event.Time, login: p.Start}
}

// purposeAtStart is the criterion "purpose" asked at the pass's start, before any log-in.
func (in Inputs) purposeAtStart(p *passes.Pass) Criterion {
	if reason := in.newUser(p.Tenant, p.UserID, atStart(p)); reason != "" {
		return Criterion{criterionPurpose, Met, reason}
	}
	if reason := in.deviceAfter(p.Tenant, p.UserID, p.Start); reason != "" {
		return Criterion{criterionPurpose, Met, reason}
	}
	if in.Places.Replaced[p.No] {
		return Criterion{criterionPurpose, Met, replacedMethods}
	}
	if reason := in.registered(p.Tenant, p.UserID, p.Event.PassID, p.Start); reason != "" {
		return Criterion{criterionPurpose, Met, reason}
	}
	return in.purposeless(p.Tenant, p.UserID, p.Start)
}

func (in Inputs) loginRow(l *Login) loginRow {
	state := func(name string) string { return l.criterion(name).State }
	row := loginRow{
		No: l.No, Tenant: l.Tenant, UserID: l.UserID, UserName: in.People.Name(l.Tenant, l.UserID), Time: l.Time,
		LastTime: l.LastTime(),
		IP:       l.SignIns[0].IP, Outcome: l.Outcome, Applications: strings.Join(l.Applications(), ", "),
		SignIns: len(l.SignIns),
		Records: l.Keys(), PassKnown: l.Known, Supervised: l.Supervised(),
		Issued: state(criterionIssued), ApprovedIssuer: state(criterionApprovedIssuer),
		FourEyes: state(criterionFourEyes),
		Purpose:  state(criterionPurpose), Place: state(criterionPlace), Hours: state(criterionHours),
		Prompt:       state(criterionPrompt),
		OutcomeState: state(criterionOutcome), Closed: state(criterionClosed),
		IssuedReason: l.criterion(criterionIssued).Reason, OutcomeReason: l.criterion(criterionOutcome).Reason,
	}
	if e := in.outcomeOf(l); e != nil {
		row.OutcomeRecord = e.Key()
	}
	var reasons []string
	for _, c := range l.Criteria {
		if c.State == Failed {
			row.Failed = append(row.Failed, c.Name)
			reasons = append(reasons, strings.ReplaceAll(c.Name, "_", " ")+": "+c.Reason)
		}
	}
	row.FailedReasons = strings.Join(reasons, "; ")
	if s := l.Strange; s != nil {
		enough := s.Earlier >= fewestEarlier
		row.StrangeSignIn, row.StrangeEarlier, row.StrangeEnough = &s.No, &s.Earlier, &enough
	}
	if p := l.Pass; p != nil {
		row.PassNo = &p.No
		// An inferred end proves nothing: the pass may have been given less time than the policy allows.
		row.EndedRecently = (p.EndLogged || p.EndedBy != "expiry") && p.EndedAt.Before(l.Time) &&
			l.Time.Sub(p.EndedAt) < 30*when.Day
	}
	return row
}
