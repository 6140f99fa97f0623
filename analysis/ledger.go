package analysis

import (
	"cmp"
	"context"
	"strconv"
	"time"

	"tapaudit/analysis/activity"
	"tapaudit/analysis/coverage"
	"tapaudit/analysis/identity"
	"tapaudit/analysis/proof"
	"tapaudit/analysis/rows"
	"tapaudit/analysis/supervision"
	"tapaudit/analysis/when"
	"tapaudit/ingest/casefile"
)

// passRows is passes.csv, of the passes that the period touches.
func passRows(d derivation, witnesses map[string]string) []Pass {
	with := supervision.ByPass(d.ledger)
	var all []Pass
	for _, p := range d.passes {
		e := p.Event
		if !e.Time.Before(d.scope.period.To) || e.Time.Before(d.scope.period.From) &&
			p.EndedAt.Before(d.scope.period.From) {
			continue
		}
		row := Pass{
			TenantID: p.Tenant, PassID: e.PassID, UserID: p.UserID, UserName: d.people.Name(p.Tenant, p.UserID),
			IssuedAt:   e.Time,
			IssuerType: e.IssuerType, IssuerID: e.IssuerID, IssuerName: e.IssuerName, IssuerIP: e.IssuerIP,
			Start: p.Start, EndTime: p.End, EndBasis: "inferred", EndedAt: p.EndedAt, EndedBy: p.EndedBy,
			Usage:  p.Usage,
			Logins: len(with[p]), EventID: e.ID, Evidence: d.records.sources.Places(e.Places),
			Witness: witnesses[e.Key()],
		}
		if p.EndLogged {
			row.EndBasis = "logged"
		}
		if len(with[p]) > 0 {
			row.FirstLogin = with[p][0].Time
		}
		for _, m := range d.methods.Of(identity.User{Tenant: p.Tenant, ID: p.UserID}, e.Time) {
			if m.Time.After(when.Later(p.EndedAt, p.Start)) {
				break
			}
			row.MethodsRegistered = append(row.MethodsRegistered, cmp.Or(m.Reason, m.Activity))
		}
		row.MethodsRegistered = proof.Distinct(row.MethodsRegistered)
		all = append(all, row)
	}
	return all
}

// readWitnesses reads, by the keys of issuances, the ids of the requests to Graph that saw them.
func readWitnesses(ctx context.Context, c *casefile.Case) (map[string]string, error) {
	type witness struct {
		Issuance string `db:"issuance"`
		ID       string `db:"id"`
	}
	all := map[string]string{}
	err := rows.Each(ctx, c, func(w witness) error { all[w.Issuance] = w.ID; return nil }, `SELECT issuance, id FROM witnesses`)
	return all, err
}

// deedRows is activity.csv, of the log-ins in the period.
func deedRows(d derivation) []Deed {
	within := map[int64]bool{}
	for _, l := range d.ledger {
		within[l.No] = d.scope.period.Touches(l.Time, l.LastTime())
	}
	var all []Deed
	for _, deed := range d.deeds {
		if within[deed.LoginNo] {
			deed.UserName = d.people.Name(deed.TenantID, deed.UserID)
			all = append(all, deed)
		}
	}
	return all
}

// ledgerRows is logins.csv, of the log-ins in the period.
func ledgerRows(ctx context.Context, c *casefile.Case, d derivation) ([]Login, error) {
	type counted struct {
		Login   int64     `db:"login_no"`
		SignIns int       `db:"signins"`
		Last    time.Time `db:"last_time"`
	}
	footprint := map[int64]counted{}
	if err := rows.Each(ctx, c, func(n counted) error {
		footprint[n.Login] = n
		return nil
	}, `
SELECT f.login_no, count(*) AS signins, max(s.time) AS last_time
FROM footprint AS f JOIN signins AS s ON s.signin_no = f.signin_no GROUP BY f.login_no`); err != nil {
		return nil, err
	}
	done := activity.Counted(d.deeds)
	wanted := map[int64]bool{}
	for _, l := range d.ledger {
		for _, s := range l.SignIns {
			wanted[s.No] = true
		}
	}
	proved, err := readProof(ctx, c, wanted)
	if err != nil {
		return nil, err
	}
	var ledger []Login
	for _, l := range d.ledger {
		if !d.scope.period.Touches(l.Time, l.LastTime()) {
			continue
		}
		first := l.SignIns[0]
		row := Login{
			TenantID: l.Tenant, UserID: l.UserID, UserName: d.people.Name(l.Tenant, l.UserID), Time: l.Time,
			IP:      first.IP,
			Country: first.Country, Applications: l.Applications(), Signins: len(l.SignIns),
			Footprint: footprint[l.No].SignIns,
			Outcome:   l.Outcome, Criteria: l.Criteria, Supervised: l.Supervised(), Deeds: done[l.No],
			Watched: watched(d.coverage, l.Tenant, l.Time,
				when.Later(l.Time.Add(shortestSession), footprint[l.No].Last)),
		}
		if first.ASN != nil {
			row.ASN = strconv.FormatInt(*first.ASN, 10)
		}
		if l.Known {
			row.PassIssuedAt, row.IssuerName = l.Pass.Event.Time, l.Pass.Event.IssuerName
		}
		for _, s := range l.SignIns {
			row.EventIDs = append(row.EventIDs, s.ID)
			row.Evidence = append(row.Evidence, d.records.sources.Places(proved[s.No].places)...)
		}
		row.Evidence = proof.Distinct(row.Evidence)
		ledger = append(ledger, row)
	}
	return ledger, nil
}

// shortestSession is how long a log-in's session is taken to have lasted where its footprint does not say more.
const shortestSession = time.Hour

// watched says whether both logs that show what was done cover a span: only then can it be said that nothing was done.
func watched(covered coverage.Coverage, tenant string, from, to time.Time) bool {
	return covered.Covers(tenant, coverage.UnifiedAudit, from, to) &&
		covered.Covers(tenant, coverage.GraphActivity, from, to)
}
