package main

import (
	"cmp"
	"slices"
	"time"
)

// truth is what an audit of the sample with the sample's configuration must say about the third quarter. It is
// stated case by case from what was written, not computed from the records.
type truth struct {
	Period   string      `json:"period"`
	Findings []finding   `json:"findings"` // every one, of whatever rule
	Ledger   []ledgerRow `json:"ledger"`

	bare []ledgerRow // the ledger of the same evidence without any configuration
}

// finding is an expected finding. An empty Subject or FirstSeen is not stated: how it is dated or named is
// the reader's choice.
type finding struct {
	Rule        string `json:"rule"`
	Tenant      string `json:"tenant"`
	Subject     string `json:"subject"`
	SubjectName string `json:"subject_name"`
	FirstSeen   string `json:"first_seen"`
	Severity    string `json:"severity"`
	Status      string `json:"status"`
}

// ledgerRow is an expected row of the supervision ledger, with the columns of logins.csv.
type ledgerRow struct {
	Tenant            string `json:"tenant"`
	User              string `json:"user"`
	UserName          string `json:"user_name"`
	Time              string `json:"time"`
	Issued            string `json:"issued"`
	ApprovedIssuer    string `json:"approved_issuer"`
	FourEyes          string `json:"four_eyes"`
	Purpose           string `json:"purpose"`
	Place             string `json:"place"`
	Hours             string `json:"hours"`
	Prompt            string `json:"prompt"`
	OutcomeRegistered string `json:"outcome_registered"`
	Closed            string `json:"closed"`
	Supervised        string `json:"supervised"`
}

const (
	met         = "met"
	notMet      = "failed"
	notAssessed = "not assessed"
)

// criteria are the row's nine criteria in the order of the columns.
func (r *ledgerRow) criteria() []*string {
	return []*string{&r.Issued, &r.ApprovedIssuer, &r.FourEyes, &r.Purpose, &r.Place, &r.Hours, &r.Prompt,
		&r.OutcomeRegistered, &r.Closed}
}

// criteriaNames are the columns of criteria.
var criteriaNames = []string{"issued", "approved_issuer", "four_eyes", "purpose", "place", "hours", "prompt",
	"outcome_registered", "closed"}

// conclude fills the last column from the nine: yes where none failed and a pass is proved.
func (r *ledgerRow) conclude() {
	r.Supervised = "yes"
	if r.Issued != met {
		r.Supervised = notAssessed
	}
	for _, c := range r.criteria() {
		if *c == notMet {
			r.Supervised = "no"
		}
	}
}

// verdict sets criteria of a log-in with the sample's configuration and without any.
type verdict func(configured, bare *ledgerRow)

func setCriteria(row *ledgerRow, state string, names []string) {
	for _, name := range names {
		i := slices.Index(criteriaNames, name)
		if i < 0 {
			panic("no criterion " + name)
		}
		*row.criteria()[i] = state
	}
}

func failed(names ...string) verdict {
	return func(c, b *ledgerRow) { setCriteria(c, notMet, names); setCriteria(b, notMet, names) }
}

func unknown(names ...string) verdict {
	return func(c, b *ledgerRow) { setCriteria(c, notAssessed, names); setCriteria(b, notAssessed, names) }
}

// bare states criteria that stand otherwise when nothing is configured.
func bare(v verdict) verdict {
	return func(_, b *ledgerRow) {
		var ignored ledgerRow
		v(&ignored, b)
	}
}

// noPass is what cannot be asked where a log-in's pass is not known.
func noPass() verdict { return unknown("approved_issuer", "four_eyes", "prompt", "closed") }

func (t *truth) start(w *world) {
	t.Period = "2026Q3"
	c := w.contoso.id
	of := func(tenant, rule, severity, since string) {
		t.Findings = append(t.Findings, finding{rule, tenant, tenant, "", since, severity, "open"})
	}
	state := func(rule, severity, since string) { of(c, rule, severity, since) }
	state("TEMPORARY-ACCESS-PASS-FEATURE-ENABLED", "low", stamp(tapEnabled))
	t.Findings[0].Status = "excepted"
	state("TAP-POLICY-ALL-USERS", "medium", stamp(policyWeakened))
	state("TAP-POLICY-MULTI-USE", "medium", stamp(policyWeakened))
	state("TAP-POLICY-LIFETIME", "medium", stamp(policyWeakened))
	// Everyone is in scope at the end, the Global Administrator with them.
	state("TAP-POLICY-PRIVILEGED-IN-SCOPE", "medium", "")
	state("TAP-POLICY-REGISTRATION-UNPROTECTED", "medium", "")
	// Of Wingtip nothing is known before its snapshot.
	of(w.wingtip.id, "TEMPORARY-ACCESS-PASS-FEATURE-ENABLED", "low", stamp(snapshotLast))
	of(w.wingtip.id, "TAP-POLICY-UNUSED", "low", stamp(snapshotLast))
}

// expectEvidenceFindings states what the evidence as a whole must raise; findings about files
// are stated where the files are written.
func (w *world) expectEvidenceFindings() {
	c, f, t := w.contoso.id, w.fabrikam.id, w.wingtip.id
	for _, e := range []finding{
		{Rule: "EVIDENCE-BLIND-SPOT", Tenant: c, Subject: c, Severity: "medium"},
		{Rule: "EVIDENCE-GAP", Tenant: c, Subject: c, Severity: "medium"}, // audit, two days
		// Fabrikam's five days do not fill the quarter: audit and interactive sign-ins.
		{Rule: "EVIDENCE-GAP", Tenant: f, Subject: f, Severity: "medium"},
		{Rule: "EVIDENCE-GAP", Tenant: f, Subject: f, Severity: "medium"},
		{Rule: "EVIDENCE-NO-POLICY", Tenant: f, Subject: f, Severity: "low"},
		// Nor do Wingtip's, from the last day of August on.
		{Rule: "EVIDENCE-GAP", Tenant: t, Subject: t, Severity: "medium"},
		{Rule: "EVIDENCE-GAP", Tenant: t, Subject: t, Severity: "medium"},
	} {
		e.Status = "open"
		w.truth.Findings = append(w.truth.Findings, e)
	}
}

// sorted puts findings and ledgers in the order of their file.
func (t *truth) sorted() {
	slices.SortFunc(t.Findings, func(a, b finding) int {
		return cmp.Or(cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Tenant, b.Tenant),
			cmp.Compare(a.FirstSeen, b.FirstSeen),
			cmp.Compare(a.SubjectName, b.SubjectName), cmp.Compare(a.Subject, b.Subject))
	})
	byTime := func(a, b ledgerRow) int {
		return cmp.Or(cmp.Compare(a.Tenant, b.Tenant), cmp.Compare(a.Time, b.Time), cmp.Compare(a.User, b.User))
	}
	slices.SortFunc(t.Ledger, byTime)
	slices.SortFunc(t.bare, byTime)
}

// expect states a finding about a user.
func (s *scene) expect(rule, severity string, p *person, since time.Time) {
	s.expectOn(rule, severity, p.id, p.upn, since)
}

// expectOn states a finding about any subject.
func (s *scene) expectOn(rule, severity, subject, name string, since time.Time) *finding {
	t := &s.w.truth
	t.Findings = append(t.Findings, finding{rule, s.tenant.id, subject, name, stamp(since), severity, "open"})
	s.saw(rule, since)
	return &t.Findings[len(t.Findings)-1]
}

// expectLogIn states a log-in's row of the ledger: met throughout, except for the verdicts.
func (s *scene) expectLogIn(l logIn, verdicts ...verdict) {
	row := ledgerRow{Tenant: s.tenant.id, User: l.person.id, UserName: l.person.upn, Time: stamp(l.time)}
	for _, c := range row.criteria() {
		*c = met
	}
	bareRow := row
	for _, v := range verdicts {
		v(&row, &bareRow)
	}
	// Without lists of issuers and without hours these two cannot be asked.
	bareRow.ApprovedIssuer, bareRow.Hours = notAssessed, notAssessed
	row.conclude()
	bareRow.conclude()
	s.w.truth.Ledger = append(s.w.truth.Ledger, row)
	s.w.truth.bare = append(s.w.truth.bare, bareRow)
	s.expect("TAP-SIGNIN", "info", l.person, l.time)
}
