package analysis

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"tapaudit/analysis/auditlog"
	"tapaudit/analysis/proof"
	"tapaudit/analysis/rows"
	"tapaudit/analysis/when"
	"tapaudit/ingest/casefile"
)

// records are what keys name.
type records struct {
	events    []*auditlog.Event // event number n is events[n-1]
	signIns   map[int64]signIn
	snapshots proof.Snapshots
	deeds     map[string]shownDeed // by their keys
	sources   proof.Sources
}

func (r records) add(shown proof.Snapshots) { maps.Copy(r.snapshots, shown) }

// signIn is what tells a sign-in apart.
type signIn struct {
	No        int64     `db:"signin_no"`
	RequestID string    `db:"request_id"`
	Time      time.Time `db:"time"`
}

func readSignIns(ctx context.Context, c *casefile.Case) (map[int64]signIn, error) {
	all := map[int64]signIn{}
	err := rows.Each(ctx, c, func(s signIn) error { all[s.No] = s; return nil }, `SELECT signin_no, request_id, time FROM signins`)
	return all, err
}

// shownDeed is what is shown of a record of the Unified Audit Log or of a request to Graph. Its text is not kept.
type shownDeed struct {
	proof.At
	Record string    `db:"record"`
	ID     string    `db:"id"`
	Time   time.Time `db:"time"`
	What   string    `db:"what"`
}

// readDeeds reads those that rules may name: what belongs to a log-in, and the requests for passes.
func (r *records) readDeeds(ctx context.Context, c *casefile.Case) error {
	r.deeds = map[string]shownDeed{}
	return rows.Each(ctx, c, func(d shownDeed) error { r.deeds[d.Record] = d; return nil }, `
WITH wanted AS (
    SELECT record FROM linked_activities WHERE starts_with(record, 'r:') UNION SELECT record FROM pass_requests
),
placed AS (
    SELECT record, split_part(record, ':', 2)::INTEGER AS source_id, split_part(record, ':', 3)::BIGINT AS line,
        split_part(record, ':', 4)::BIGINT AS ordinal
    FROM wanted
)
SELECT p.*, a.id, a.time, concat_ws(' ', a.operation, coalesce(a.path, a.object), 'by '
    || coalesce(a.upn, a.user_id, a.app_id, a.service_principal_id),
    'from ' || a.ip, '(' || coalesce(a.status::VARCHAR, a.result) || ')') AS what
FROM placed AS p JOIN activities AS a ON a.source_id = p.source_id AND a.line = p.line AND a.ordinal = p.ordinal`)
}

// has says whether a key is that of something that [records.prove] can show.
func (r records) has(key string) bool {
	kind, rest, _ := strings.Cut(key, ":")
	numbers := strings.Split(rest, ":")
	n, err := strconv.ParseInt(numbers[0], 10, 64)
	if err != nil {
		return false
	}
	switch kind {
	case "a":
		return len(numbers) == 1 && n >= 1 && n <= int64(len(r.events))
	case "s":
		_, ok := r.signIns[n]
		return ok && len(numbers) == 1
	case "r":
		_, ok := r.deeds[key]
		return ok
	case "p", "f", "q":
		_, ok := r.sources.Of(int(n))
		return ok
	}
	return false
}

// identity is when a record was and what it is told apart by, whatever export it came from.
func (r records) identity(key string) (at time.Time, identity string) {
	kind, rest, _ := strings.Cut(key, ":")
	switch kind {
	case "a":
		if n, err := strconv.Atoi(rest); err == nil && n >= 1 && n <= len(r.events) {
			e := r.events[n-1]
			return e.Time, "audit\x00" + e.Identity()
		}
	case "s":
		if n, err := strconv.ParseInt(rest, 10, 64); err == nil {
			s := r.signIns[n]
			return s.Time, "sign-in\x00" + s.RequestID
		}
	case "r":
		if d, ok := r.deeds[key]; ok {
			return d.Time, "deed\x00" + strings.ToLower(d.ID)
		}
	case "p":
		if s, ok := r.snapshots[key]; ok {
			return s.Time, "snapshot\x00" + s.Identity
		}
	}
	return time.Time{}, key
}

// touch says whether the records span a time that the period touches.
func (r records) touch(period Period, keys []string) bool {
	var first, last time.Time
	for _, key := range keys {
		at, _ := r.identity(key)
		if first.IsZero() || at.Before(first) {
			first = at
		}
		last = when.Later(last, at)
	}
	return period.Touches(first, last)
}

// cite gives every finding the records that its rule named by their keys: their ids, places, words and raw text.
func (r records) cite(ctx context.Context, c *casefile.Case, findings []Finding) error {
	wanted := map[int64]bool{}
	for _, f := range findings {
		for _, of := range f.Records {
			if n, ok := signInNo(of.ID); ok {
				wanted[n] = true
			}
		}
	}
	signIns, err := readProof(ctx, c, wanted)
	if err != nil {
		return err
	}
	type text struct {
		proof.At
		Text string `db:"text"`
	}
	raw := map[proof.At]string{}
	if err := rows.Each(ctx, c, func(t text) error { raw[t.At] = t.Text; return nil },
		`SELECT source_id, line, ordinal, text FROM raw_record`); err != nil {
		return err
	}
	for i := range findings {
		f := &findings[i]
		for j := range f.Records {
			r.proveRecord(&f.Records[j], signIns, raw)
		}
		for _, of := range f.Records {
			if of.ID != "" {
				f.EventIDs = append(f.EventIDs, of.ID)
			}
			f.Evidence = append(f.Evidence, of.Places...)
		}
		f.EventIDs, f.Evidence = proof.Distinct(f.EventIDs), proof.Distinct(f.Evidence)
	}
	return nil
}

// signInNo is the number of the sign-in that a key names.
func signInNo(key string) (n int64, ok bool) {
	rest, ok := strings.CutPrefix(key, "s:")
	if !ok {
		return 0, false
	}
	n, err := strconv.ParseInt(rest, 10, 64)
	return n, err == nil
}

func (r records) proveRecord(of *Record, signIns map[int64]*provedSignIn, raw map[proof.At]string) {
	kind, rest, _ := strings.Cut(of.ID, ":")
	var places []proof.At
	switch kind {
	case "a":
		n, _ := strconv.Atoi(rest)
		e := r.events[n-1]
		of.Kind, of.ID, of.Time, of.What, places = "audit event", e.ID, e.Time, e.What(), e.Places
	case "s":
		n, _ := strconv.ParseInt(rest, 10, 64)
		s := signIns[n]
		of.Kind, of.ID, of.Time, of.What, places = "sign-in", s.id, s.time, s.what, s.places
	case "p":
		var p proof.At
		fmt.Sscanf(rest, "%d:%d:%d", &p.Source, &p.Line, &p.Ordinal)
		s := r.snapshots[of.ID]
		of.Kind, of.Time, of.What, places = "snapshot", s.Time, cmp.Or(s.What, "snapshot"), []proof.At{p}
		of.ID = ""
	case "r":
		d := r.deeds[of.ID]
		of.Kind, of.ID, of.Time, of.What, places = "deed", d.ID, d.Time, d.What, []proof.At{d.At}
	case "f", "q":
		var p proof.At
		fmt.Sscanf(rest, "%d:%d:%d", &p.Source, &p.Line,
			&p.Ordinal) // a file has no ordinal, nor every record in quarantine
		p.Line = max(p.Line, 1)
		at := r.sources.Place(p)
		of.Kind, of.What, of.ID = "file", "the file "+at.Path, ""
		if kind == "q" {
			of.What = "a record in quarantine"
		}
		of.Places = []Place{at}
		return
	}
	of.Places = r.sources.Places(places)
	var texts []string
	for _, p := range places {
		if text, ok := raw[p]; ok {
			texts = append(texts, text)
		}
	}
	slices.Sort(texts)
	of.Raw = strings.Join(slices.Compact(texts), "\n")
}

// provedSignIn is a sign-in as proof shows it.
type provedSignIn struct {
	id, what string
	time     time.Time
	places   []proof.At
}

// readProof reads what is shown of the sign-ins that are wanted.
func readProof(ctx context.Context, c *casefile.Case, wanted map[int64]bool) (map[int64]*provedSignIn, error) {
	type wantedSignIn struct {
		No int64 `db:"signin_no"`
	}
	var list []wantedSignIn
	for n := range wanted {
		list = append(list, wantedSignIn{n})
	}
	if err := c.Atomically(ctx, func() error { return rows.Fill(ctx, c, "wanted_signins", list) }); err != nil {
		return nil, err
	}
	type shown struct {
		proof.At
		No   int64     `db:"signin_no"`
		ID   string    `db:"id"`
		Time time.Time `db:"time"`
		What string    `db:"what"`
	}
	found := map[int64]*provedSignIn{}
	err := rows.Each(ctx, c, func(s shown) error {
		if found[s.No] == nil {
			found[s.No] = &provedSignIn{id: s.ID, what: s.What, time: s.Time}
		}
		found[s.No].places = append(found[s.No].places, s.At)
		return nil
	}, `
SELECT
    s.signin_no, s.id, s.time,
    concat_ws(' ',
        CASE WHEN s.attempt THEN 'Sign-in with a Temporary Access Pass' ELSE 'Sign-in' END
            || ' of ' || coalesce(s.upn, s.user_id, 'an unknown user'),
        'to ' || coalesce(s.app_name, s.app_id), 'from ' || s.ip,
        '(' || CASE WHEN s.error_code = 0 THEN 'success' WHEN s.error_code IS NULL THEN 'no error code'
            ELSE 'error ' || s.error_code || coalesce(': ' || s.failure_reason, '') END || ')') AS what,
    p.source_id, p.line, p.ordinal
FROM wanted_signins AS w
JOIN signins AS s ON s.signin_no = w.signin_no
JOIN signin_places AS p ON p.signin_no = s.signin_no
ORDER BY s.signin_no, p.source_id, p.ordinal`)
	return found, err
}
