// Package tables writes the report for spreadsheets and scripts: CSV, JSON, Parquet and a workbook.
package tables

import (
	"iter"
	"strings"
	"time"

	"tapaudit/analysis"
	"tapaudit/analysis/settings"
	"tapaudit/analysis/when"
	"tapaudit/reports/words"
)

// Finding is a finding as the files for scripts carry it, so that a column
// has one name and one meaning in all of them.
type Finding struct {
	FindingID        string     `json:"finding_id" parquet:"finding_id"`
	RuleID           string     `json:"rule_id" parquet:"rule_id"`
	Severity         string     `json:"severity" parquet:"severity"`
	Status           string     `json:"status" parquet:"status"`
	TenantID         string     `json:"tenant_id" parquet:"tenant_id"`
	SubjectType      string     `json:"subject_type" parquet:"subject_type"`
	SubjectID        string     `json:"subject_id" parquet:"subject_id"`
	SubjectName      string     `json:"subject_name" parquet:"subject_name"`
	ActorID          string     `json:"actor_id" parquet:"actor_id"`
	ActorName        string     `json:"actor_name" parquet:"actor_name"`
	FirstSeen        *time.Time `json:"first_seen" parquet:"first_seen,optional,timestamp(microsecond)"`
	LastSeen         *time.Time `json:"last_seen" parquet:"last_seen,optional,timestamp(microsecond)"`
	Count            int64      `json:"count" parquet:"count"`
	Title            string     `json:"title" parquet:"title"`
	Summary          string     `json:"summary" parquet:"summary"`
	EventIDs         []string   `json:"event_ids" parquet:"event_ids,list"`
	Evidence         []string   `json:"evidence" parquet:"evidence,list"`
	ExceptionReason  *string    `json:"exception_reason" parquet:"exception_reason,optional"`
	ExceptionOwner   *string    `json:"exception_owner" parquet:"exception_owner,optional"`
	ExceptionExpires *string    `json:"exception_expires" parquet:"-"`
	ExpiresDay       *int32     `json:"-" parquet:"exception_expires,optional,date"` // days since 1970-01-01
	Remediation      string     `json:"remediation" parquet:"remediation"`
	Techniques       []string   `json:"techniques" parquet:"techniques,list"`
	Controls         []string   `json:"controls" parquet:"controls,list"`
	HowToVerify      string     `json:"how_to_verify" parquet:"how_to_verify"`
	IncidentID       string     `json:"incident_id" parquet:"incident_id"`
}

// Findings yields the findings of r in their order.
func Findings(r *analysis.Result) iter.Seq[Finding] {
	rules := r.RulesByID()
	return func(yield func(Finding) bool) {
		for _, f := range r.Findings {
			rule := rules[f.RuleID]
			row := Finding{
				FindingID: f.ID, RuleID: f.RuleID, Severity: string(f.Severity), Status: f.Status, TenantID: f.TenantID,
				SubjectType: f.SubjectType, SubjectID: f.SubjectID, SubjectName: f.SubjectName,
				ActorID: f.ActorID, ActorName: f.ActorName,
				FirstSeen: when.OrNil(f.FirstSeen), LastSeen: when.OrNil(f.LastSeen), Count: int64(f.Count),
				Title: f.Title, Summary: f.Summary, EventIDs: append([]string{}, f.EventIDs...), Evidence: words.Places(f.Evidence),
				Remediation: rule.HowToFix, Techniques: append([]string{}, rule.Techniques...), Controls: append([]string{}, rule.Controls...),
				HowToVerify: rule.HowToVerify, IncidentID: f.IncidentID,
			}
			if e := f.Exception; e != nil {
				row.ExceptionReason, row.ExceptionOwner = &e.Reason, &e.Owner
				if e.Expires != (settings.Date{}) {
					expires := words.Date(e.Expires)
					midnight := time.Date(e.Expires.Year, e.Expires.Month, e.Expires.Day, 0, 0, 0, 0, time.UTC)
					day := int32(midnight.Unix() / (24 * 60 * 60))
					row.ExceptionExpires, row.ExpiresDay = &expires, &day
				}
			}
			row.toValidUTF8()
			if !yield(row) {
				return
			}
		}
	}
}

func Value(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// toValidUTF8 replaces what is not UTF-8: JSON and Parquet cannot hold it.
func (f *Finding) toValidUTF8() {
	for _, s := range []*string{&f.FindingID, &f.RuleID, &f.Severity, &f.Status, &f.TenantID, &f.SubjectType, &f.SubjectID,
		&f.SubjectName, &f.ActorID, &f.ActorName, &f.Title, &f.Summary, &f.Remediation, &f.HowToVerify, &f.IncidentID} {
		*s = strings.ToValidUTF8(*s, "\uFFFD")
	}
	for _, s := range []**string{&f.ExceptionReason, &f.ExceptionOwner} {
		if *s != nil {
			valid := strings.ToValidUTF8(**s, "\uFFFD")
			*s = &valid
		}
	}
	for _, l := range []*[]string{&f.EventIDs, &f.Evidence, &f.Techniques, &f.Controls} {
		valid := make([]string, len(*l))
		for i, s := range *l {
			valid[i] = strings.ToValidUTF8(s, "\uFFFD")
		}
		*l = valid
	}
}

// Subject is the name of what the finding is about, or else its id.
func (f *Finding) Subject() string { return words.Or(f.SubjectName, f.SubjectID) }
