package analysis

import (
	"cmp"
	"context"
	"strconv"

	"tapaudit/analysis/identity"
	"tapaudit/analysis/proof"
	"tapaudit/analysis/rows"
	"tapaudit/analysis/supervision"
	"tapaudit/analysis/when"
	"tapaudit/ingest/casefile"
)

// passRows is passes.csv, of the passes that the period touches.
func passRows(d derivation) []Pass {
	with := supervision.ByPass(d.ledger)
	var all []Pass
	for _, p := range d.passes {
		e := p.Event
		if !e.Time.Before(d.scope.period.To) || e.Time.Before(d.scope.period.From) && p.EndedAt.Before(d.scope.period.From) {
			continue
		}
		row := Pass{
			TenantID: p.Tenant, PassID: e.PassID, UserID: p.UserID, UserName: d.people.Name(p.Tenant, p.UserID), IssuedAt: e.Time,
			IssuerType: e.IssuerType, IssuerID: e.IssuerID, IssuerName: e.IssuerName, IssuerIP: e.IssuerIP,
			Start: p.Start, EndTime: p.End, EndBasis: "inferred", EndedAt: p.EndedAt, EndedBy: p.EndedBy, Usage: p.Usage,
			Logins: len(with[p]), EventID: e.ID, Evidence: d.records.sources.Places(e.Places),
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

// ledgerRows is logins.csv, of the log-ins in the period.
func ledgerRows(ctx context.Context, c *casefile.Case, d derivation) ([]Login, error) {
	type counted struct {
		Login   int64 `db:"login_no"`
		SignIns int   `db:"signins"`
	}
	footprint := map[int64]int{}
	if err := rows.Each(ctx, c, func(n counted) error {
		footprint[n.Login] = n.SignIns
		return nil
	}, `SELECT login_no, count(*) AS signins FROM footprint GROUP BY login_no`); err != nil {
		return nil, err
	}
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
			TenantID: l.Tenant, UserID: l.UserID, UserName: d.people.Name(l.Tenant, l.UserID), Time: l.Time, IP: first.IP,
			Country: first.Country, Applications: l.Applications(), Signins: len(l.SignIns), Footprint: footprint[l.No],
			Outcome: l.Outcome, Criteria: l.Criteria, Supervised: l.Supervised(),
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
