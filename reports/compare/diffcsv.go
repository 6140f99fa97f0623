package compare

import (
	"encoding/csv"
	"fmt"
	"io"
	"strings"
	"time"

	"tapaudit/analysis/when"
	"tapaudit/reports/tables"
	"tapaudit/reports/words"
)

// diffColumns are those of diff.csv. A row is a finding, an exception, a test, a stretch of coverage or a measure.
// first and last are times of a finding, or days of a stretch. status is how certain a test is, or how a day is
// covered. count is how many findings an exception covers, or how many records coverage rests on. A measure has its
// values among the summaries.
const diffColumns = "part change rule_id tenant_id finding_id subject_type subject_id subject_name first last " +
	"severity_old severity_new status_old status_new count_old count_new title summary_old summary_new exception_old exception_new note"

// diffRow is a row by the names of diffColumns.
type diffRow map[string]string

func (c *Comparison) writeCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	columns := strings.Fields(diffColumns)
	if err := out.Write(columns); err != nil {
		return err
	}
	for _, row := range c.rows() {
		cells := make([]string, len(columns))
		for i, name := range columns {
			cells[i] = tables.Inert(row[name])
		}
		if err := out.Write(cells); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func (c *Comparison) rows() []diffRow {
	var all []diffRow
	for _, f := range c.findings {
		s := f.Shown()
		row := diffRow{"part": "finding", "change": f.Change, "rule_id": s.RuleID, "tenant_id": s.TenantID,
			"finding_id":   s.FindingID,
			"subject_type": s.SubjectType, "subject_id": s.SubjectID, "subject_name": s.SubjectName,
			"first": words.Stamp(when.OrZero(s.FirstSeen)), "last": words.Stamp(when.OrZero(s.LastSeen)),
			"title": s.Title, "note": f.Note}
		if len(f.Fields) > 0 {
			row["note"] = strings.Join(f.Fields, "; ")
		}
		for _, side := range []struct {
			name string
			f    *tables.Finding
		}{{"old", f.Old}, {"new", f.New}} {
			if side.f == nil {
				continue
			}
			row["severity_"+side.name], row["status_"+side.name] = side.f.Severity, side.f.Status
			row["count_"+side.name], row["summary_"+side.name] = fmt.Sprint(side.f.Count), side.f.Summary
			row["exception_"+side.name] = exceptionWords(side.f)
		}
		all = append(all, row)
	}
	for _, m := range c.trend.rows() {
		all = append(all, diffRow{"part": "measure", "change": "compared", "title": m.Name, "summary_old": m.Values[0],
			"summary_new": m.Values[1],
			"note":        m.Verdict})
	}
	for _, e := range c.exceptions.Changed {
		shown := e.Shown()
		all = append(all, diffRow{"part": "exception", "change": e.Change, "rule_id": shown.Rule,
			"tenant_id": shown.Tenant, "subject_name": shown.Subject,
			"count_old": optional(e.Old), "count_new": optional(e.New), "exception_old": e.Old.Words(),
			"exception_new": e.New.Words(), "note": e.Note})
	}
	for _, t := range c.tests {
		all = append(all, diffRow{"part": "test", "change": "changed", "rule_id": t.RuleID, "tenant_id": t.TenantID,
			"status_old": t.Old, "status_new": t.New, "summary_old": t.OldReason, "summary_new": t.NewReason})
	}
	for _, v := range c.coverage {
		all = append(all, diffRow{"part": "coverage", "change": "compared", "tenant_id": v.TenantID,
			"subject_type": "log", "subject_name": v.LogType,
			"status_old": v.Old.String(), "status_new": v.New.String(), "count_old": fmt.Sprint(v.Old.Records),
			"count_new":   fmt.Sprint(v.New.Records),
			"summary_old": v.Old.Days(), "summary_new": v.New.Days()})
		for _, s := range v.Spans {
			all = append(all, diffRow{"part": "coverage", "change": "changed", "tenant_id": v.TenantID,
				"subject_type": "log", "subject_name": v.LogType,
				"first": s.From.Format(time.DateOnly), "last": s.To.Format(time.DateOnly), "status_old": s.Old,
				"status_new": s.New})
		}
	}
	return all
}

// optional is how many findings an exception covers, empty where a report has none such.
func optional(e *exceptionRow) string {
	if e == nil {
		return ""
	}
	return fmt.Sprint(e.Covered)
}
