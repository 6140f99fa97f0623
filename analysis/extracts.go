package analysis

import (
	"context"
	"fmt"
	"time"

	"tapaudit/analysis/rows"
	"tapaudit/ingest/casefile"
	"tapaudit/ingest/formats"
	"tapaudit/ingest/safetext"
)

// readExtracts notes which of the evidence is an extract of a lake, by which query, and what follows from that.
func readExtracts(ctx context.Context, c *casefile.Case, period Period) (notes []string, err error) {
	type extract struct {
		Name    string `db:"extract"`
		SignIns int64  `db:"signin_days"`
		Audits  int64  `db:"audit_days"`
	}
	if err := rows.Each(ctx, c, func(x extract) error {
		e, ok := formats.ParseExtract(x.Name)
		if !ok {
			return fmt.Errorf("the case names an extract %q that cannot be read; load the evidence into a new case",
				x.Name)
		}
		note := fmt.Sprintf("Part of the evidence is an extract of a lake, made on %s by the query %s. "+
			"It holds the lake's days from %s to %s: every attempt with a pass, "+
			"every sign-in of whoever attempted one, received a pass or issued one, every audit event, what was done by whoever attempted a pass, and numbers for the rest. "+
			"The judgement is the one that all records of these days give; "+
			"that the query ran whole and unchanged on the lake is for whoever ran it to say.",
			e.Engine, e.Hash, e.From, e.To)
		if x.SignIns == 0 {
			note += " It counts no day with sign-ins: its table of days is not whole, or the lake has none."
		}
		if x.Audits == 0 {
			note += " It counts no day with audit events: its table of days is not whole, or the lake has none."
		}
		switch e.Version {
		case 1:
			note += " An older tapaudit wrote the query: it counts no countries, and not on how many days users came from an address, " +
				"and holds nothing that was done on a pass. " +
				"What hangs on these is not assessed; make the extract anew."
		case 2:
			note += " An older tapaudit wrote the query: the extract does not hold what was done on a pass, nor requests to Graph. " +
				"What hangs on these is not assessed; make the extract anew."
		}
		notes = append(notes, note)
		from, fromErr := time.Parse(time.RFC3339, e.From)
		to, toErr := time.Parse(time.RFC3339, e.To)
		if fromErr == nil && toErr == nil && period != (Period{}) {
			if need := period.Context(); from.After(need.From) || to.Before(period.To) {
				notes = append(notes, fmt.Sprintf("The extract by query %s was made for another period: "+
					"judging this one needs the days from %s to %s.",
					e.Hash, need.From.Format(time.DateOnly), need.To.Format(time.DateOnly)))
			}
		}
		return nil
	}, `
SELECT
    extract, count(*) FILTER (WHERE starts_with(log_type, 'sign-in')) AS signin_days,
    count(*) FILTER (WHERE log_type = 'audit') AS audit_days
FROM extract_day GROUP BY extract ORDER BY extract`); err != nil {
		return nil, err
	}
	incomplete, err := incompleteExtracts(ctx, c)
	return append(notes, incomplete...), err
}

// incompleteExtracts notes where an extract's parts do not belong together.
func incompleteExtracts(ctx context.Context, c *casefile.Case) (notes []string, err error) {
	var orphans int64
	err = c.QueryRow(ctx, `
SELECT count(*) FROM source
WHERE contains(format, 'lake extract: ') AND same_as IS NULL AND NOT EXISTS (
    SELECT 1 FROM extract_day AS d WHERE contains(source.note, right(d.extract, 64)))`).Scan(&orphans)
	if err == nil && orphans > 0 {
		notes = append(notes, safetext.Counted(orphans, "file is part", "files are parts")+
			" of an extract whose table of days is not in the evidence: what the lake covers is not known. Add the whole folder of the extract.")
	}
	return notes, err
}
