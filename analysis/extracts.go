package analysis

import (
	"context"
	"fmt"
	"time"

	"tapaudit/ingest/formats"
)

// readExtracts notes which of the evidence is an extract of a lake, by which query, and what follows from that.
func (a *audit) readExtracts(ctx context.Context) error {
	rows, err := a.c.Query(ctx, `
SELECT extract, count(*) FILTER (WHERE log_type <> 'audit'), count(*) FILTER (WHERE log_type = 'audit')
FROM extract_day GROUP BY extract ORDER BY extract`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		var signIns, audits int64
		if err := rows.Scan(&name, &signIns, &audits); err != nil {
			return err
		}
		e, ok := formats.ParseExtract(name)
		if !ok {
			return fmt.Errorf("the case names an extract %q that cannot be read; load the evidence into a new case", name)
		}
		note := fmt.Sprintf("Part of the evidence is an extract of a lake, made on %s by the query %s. It holds the lake's days from %s to %s: every attempt with a pass, "+
			"every sign-in of whoever attempted one, received a pass or issued one, every audit event, and numbers for the rest. "+
			"The judgement is the one that all records of these days give; that the query ran whole and unchanged on the lake is for whoever ran it to say.",
			e.Engine, e.Hash, e.From, e.To)
		if signIns == 0 {
			note += " It counts no day with sign-ins: its table of days is not whole, or the lake has none."
		}
		if audits == 0 {
			note += " It counts no day with audit events: its table of days is not whole, or the lake has none."
		}
		a.notes = append(a.notes, note)
		from, fromErr := time.Parse(time.RFC3339, e.From)
		to, toErr := time.Parse(time.RFC3339, e.To)
		if fromErr == nil && toErr == nil && a.opts.Period != (Period{}) {
			if need := a.opts.Period.Context(); from.After(need.From) || to.Before(a.opts.Period.To) {
				a.notes = append(a.notes, fmt.Sprintf("The extract by query %s was made for another period: judging this one needs the days from %s to %s.",
					e.Hash, need.From.Format(time.DateOnly), need.To.Format(time.DateOnly)))
			}
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	return a.noteIncompleteExtracts(ctx)
}

// noteIncompleteExtracts notes where an extract's parts do not belong together.
func (a *audit) noteIncompleteExtracts(ctx context.Context) error {
	var orphans int64
	err := a.c.QueryRow(ctx, `
SELECT count(*) FROM source
WHERE contains(format, 'lake extract: ') AND same_as IS NULL AND NOT EXISTS (
    SELECT 1 FROM extract_day AS d WHERE contains(source.note, right(d.extract, 64)))`).Scan(&orphans)
	if err == nil && orphans > 0 {
		a.notes = append(a.notes, fmt.Sprintf("%d files are parts of an extract whose table of days is not in the evidence: what the lake covers is not known. Add the whole folder of the extract.", orphans))
	}
	return err
}
