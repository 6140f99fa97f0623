package analysis

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// sourceInfo is what a place is shown by.
type sourceInfo struct {
	path   string
	sha256 string
	rows   bool // places are rows, not lines
}

// signIn is what tells a sign-in apart.
type signIn struct {
	requestID string
	time      time.Time
}

// snapshotInfo is what a finding shows of a snapshot.
type snapshotInfo struct {
	time     time.Time
	identity string
	what     string
}

func (a *audit) readSources(ctx context.Context) error {
	rows, err := a.c.Query(ctx, `SELECT source_id, path, sha256, rows_not_lines FROM source`)
	if err != nil {
		return err
	}
	defer rows.Close()
	a.sources = map[int]sourceInfo{}
	for rows.Next() {
		var id int
		var s sourceInfo
		if err := rows.Scan(&id, &s.path, &s.sha256, &s.rows); err != nil {
			return err
		}
		a.sources[id] = s
	}
	return rows.Err()
}

func (a *audit) readSignInIndex(ctx context.Context) error {
	rows, err := a.c.Query(ctx, `SELECT signin_no, request_id, time FROM signins`)
	if err != nil {
		return err
	}
	defer rows.Close()
	a.signIns = map[int64]signIn{}
	for rows.Next() {
		var no int64
		var s signIn
		if err := rows.Scan(&no, &s.requestID, &s.time); err != nil {
			return err
		}
		a.signIns[no] = s
	}
	return rows.Err()
}

func (a *audit) place(p recordPlace) Place {
	s := a.sources[p.source]
	return Place{Path: s.path, Line: p.line, Row: s.rows}
}

// placesOf are the places of a record's appearances, in order of their files.
func (a *audit) placesOf(places []recordPlace) []Place {
	var shown []Place
	for _, p := range places {
		shown = append(shown, a.place(p))
	}
	slices.SortFunc(shown, func(x, y Place) int { return cmp.Or(strings.Compare(x.Path, y.Path), cmp.Compare(x.Line, y.Line)) })
	return slices.Compact(shown)
}

// distinct leaves each of several out where it comes again. A finding may be about every log-in of a tenant.
func distinct[T comparable](all []T) []T {
	if len(all) < 2 {
		return all
	}
	seen := make(map[T]bool, len(all))
	return slices.DeleteFunc(all, func(v T) bool {
		again := seen[v]
		seen[v] = true
		return again
	})
}

// provedSignIn is a sign-in as proof shows it.
type provedSignIn struct {
	id, what string
	time     time.Time
	places   []recordPlace
}

// prove gives every finding the records that its rule named by their keys: their ids, places, words and raw text.
func (a *audit) prove(ctx context.Context, findings []Finding) error {
	wanted := map[int64]bool{}
	for _, f := range findings {
		for _, r := range f.Records {
			if rest, ok := strings.CutPrefix(r.ID, "s:"); ok {
				if n, err := strconv.ParseInt(rest, 10, 64); err == nil {
					wanted[n] = true
				}
			}
		}
	}
	signIns, err := a.readProof(ctx, wanted)
	if err != nil {
		return err
	}
	raw := map[recordPlace]string{}
	rows, err := a.c.Query(ctx, `SELECT source_id, line, ordinal, text FROM raw_record`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var p recordPlace
		var text string
		if err := rows.Scan(&p.source, &p.line, &p.ordinal, &text); err != nil {
			return err
		}
		raw[p] = text
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for i := range findings {
		f := &findings[i]
		for j := range f.Records {
			a.proveRecord(&f.Records[j], signIns, raw)
		}
		for _, r := range f.Records {
			if r.ID != "" {
				f.EventIDs = append(f.EventIDs, r.ID)
			}
			f.Evidence = append(f.Evidence, r.Places...)
		}
		f.EventIDs, f.Evidence = distinct(f.EventIDs), distinct(f.Evidence)
	}
	return nil
}

func (a *audit) proveRecord(r *Record, signIns map[int64]*provedSignIn, raw map[recordPlace]string) {
	kind, rest, _ := strings.Cut(r.ID, ":")
	var places []recordPlace
	switch kind {
	case "a":
		n, _ := strconv.Atoi(rest)
		e := a.events[n-1]
		r.Kind, r.ID, r.Time, r.What, places = "audit event", e.id, e.time, e.what(), e.places
	case "s":
		n, _ := strconv.ParseInt(rest, 10, 64)
		s := signIns[n]
		r.Kind, r.ID, r.Time, r.What, places = "sign-in", s.id, s.time, s.what, s.places
	case "p":
		var p recordPlace
		fmt.Sscanf(rest, "%d:%d:%d", &p.source, &p.line, &p.ordinal)
		s := a.snapshots[r.ID]
		r.Kind, r.Time, r.What, places = "snapshot", s.time, cmp.Or(s.what, "snapshot"), []recordPlace{p}
		r.ID = ""
	case "f", "q":
		var p recordPlace
		fmt.Sscanf(rest, "%d:%d", &p.source, &p.line)
		r.Kind, r.What, r.ID = "file", "the file "+a.sources[p.source].path, ""
		if kind == "q" {
			r.What = "a record in quarantine"
		}
		r.Places = []Place{{Path: a.sources[p.source].path, Line: max(p.line, 1), Row: a.sources[p.source].rows}}
		return
	}
	r.Places = a.placesOf(places)
	var texts []string
	for _, p := range places {
		if text, ok := raw[p]; ok {
			texts = append(texts, text)
		}
	}
	slices.Sort(texts)
	r.Raw = strings.Join(slices.Compact(texts), "\n")
}

// readProof reads what is shown of the sign-ins that are wanted.
func (a *audit) readProof(ctx context.Context, wanted map[int64]bool) (map[int64]*provedSignIn, error) {
	t := table{name: "wanted_signins", columns: columns("signin_no BIGINT")}
	for n := range wanted {
		t.add(n)
	}
	if err := a.c.Atomically(ctx, func() error { return t.store(ctx, a.c) }); err != nil {
		return nil, err
	}
	found := map[int64]*provedSignIn{}
	rows, err := a.c.Query(ctx, `
SELECT
    s.signin_no, s.id, s.time,
    concat_ws(' ',
        CASE WHEN s.attempt THEN 'Sign-in with a Temporary Access Pass' ELSE 'Sign-in' END || ' of ' || coalesce(s.upn, s.user_id, 'an unknown user'),
        'to ' || coalesce(s.app_name, s.app_id), 'from ' || s.ip,
        '(' || CASE WHEN s.error_code = 0 THEN 'success' WHEN s.error_code IS NULL THEN 'no error code'
            ELSE 'error ' || s.error_code || coalesce(': ' || s.failure_reason, '') END || ')'),
    p.source_id, p.line, p.ordinal
FROM wanted_signins AS w
JOIN signins AS s ON s.signin_no = w.signin_no
JOIN signin_places AS p ON p.signin_no = s.signin_no
ORDER BY s.signin_no, p.source_id, p.ordinal`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var n int64
		var s provedSignIn
		var p recordPlace
		if err := rows.Scan(&n, &s.id, &s.time, &s.what, &p.source, &p.line, &p.ordinal); err != nil {
			return nil, err
		}
		if found[n] == nil {
			found[n] = &s
		}
		found[n].places = append(found[n].places, p)
	}
	return found, rows.Err()
}

// passRows is passes.csv, of the passes that the period touches.
func (a *audit) passRows() []Pass {
	var rows []Pass
	for _, p := range a.passes {
		e := p.event
		if !e.time.Before(a.period.To) || e.time.Before(a.period.From) && p.endedAt.Before(a.period.From) {
			continue
		}
		row := Pass{
			TenantID: p.tenant, PassID: e.passID, UserID: p.userID, UserName: a.nameOf(p.tenant, p.userID), IssuedAt: e.time,
			IssuerType: e.issuerType, IssuerID: e.issuerID, IssuerName: e.issuerName, IssuerIP: e.issuerIP,
			Start: p.start, EndTime: p.end, EndBasis: "inferred", EndedAt: p.endedAt, EndedBy: p.endedBy, Usage: p.usage,
			Logins: len(p.logins), EventID: e.id, Evidence: a.placesOf(e.places),
		}
		if p.endLogged {
			row.EndBasis = "logged"
		}
		if len(p.logins) > 0 {
			row.FirstLogin = p.logins[0].time
		}
		for _, m := range onwards(a.methodEvents[userKey{p.tenant, p.userID}], e.time) {
			if m.time.After(later(p.endedAt, p.start)) {
				break
			}
			row.MethodsRegistered = append(row.MethodsRegistered, cmp.Or(m.reason, m.activity))
		}
		row.MethodsRegistered = distinct(row.MethodsRegistered)
		rows = append(rows, row)
	}
	return rows
}

// ledgerRows is logins.csv, of the log-ins in the period.
func (a *audit) ledgerRows(ctx context.Context) ([]Login, error) {
	footprint := map[int64]int{}
	rows, err := a.c.Query(ctx, `SELECT login_no, count(*) FROM footprint GROUP BY login_no`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var login int64
		var n int
		if err := rows.Scan(&login, &n); err != nil {
			return nil, err
		}
		footprint[login] = n
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	wanted := map[int64]bool{}
	for _, l := range a.ledger {
		for _, s := range l.signIns {
			wanted[s.no] = true
		}
	}
	proof, err := a.readProof(ctx, wanted)
	if err != nil {
		return nil, err
	}
	var ledger []Login
	for _, l := range a.ledger {
		if !l.time.Before(a.period.To) || l.lastTime().Before(a.period.From) {
			continue
		}
		row := Login{
			TenantID: l.tenant, UserID: l.userID, UserName: a.nameOf(l.tenant, l.userID), Time: l.time, IP: l.signIns[0].ip, Country: l.signIns[0].country,
			Applications: l.applications(), Signins: len(l.signIns), Footprint: footprint[l.no], Outcome: l.outcome, Criteria: l.criteria, Supervised: l.supervised(),
		}
		if asn := l.signIns[0].asn; asn != nil {
			row.ASN = strconv.FormatInt(*asn, 10)
		}
		if l.known {
			row.PassIssuedAt, row.IssuerName = l.pass.event.time, l.pass.event.issuerName
		}
		for _, s := range l.signIns {
			row.EventIDs = append(row.EventIDs, s.id)
			row.Evidence = append(row.Evidence, a.placesOf(proof[s.no].places)...)
		}
		row.Evidence = distinct(row.Evidence)
		ledger = append(ledger, row)
	}
	return ledger, nil
}
