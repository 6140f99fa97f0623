// Package tools writes the report for other programs: Timesketch, what reads OCSF or Markdown, and PowerShell.
package tools

import (
	"encoding/csv"
	"encoding/json"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"tapaudit/analysis"
	"tapaudit/analysis/supervision"
	"tapaudit/ingest/safetext"
	"tapaudit/reports/folder"
	"tapaudit/reports/tables"
	"tapaudit/reports/words"
)

// timelineEvent is one event. What is not known is left out of the JSON and
// empty in the CSV file; lists are joined as in the other files.
type timelineEvent struct {
	Message       string   `json:"message"`
	Timestamp     int64    `json:"timestamp"` // microseconds since 1970
	Datetime      string   `json:"datetime"`
	TimestampDesc string   `json:"timestamp_desc"`
	DataType      string   `json:"data_type"`
	Tag           []string `json:"tag"`
	TenantID      string   `json:"tenant_id,omitempty"`
	FindingID     string   `json:"finding_id,omitempty"`
	RuleID        string   `json:"rule_id,omitempty"`
	Severity      string   `json:"severity,omitempty"`
	Status        string   `json:"status,omitempty"`
	SubjectType   string   `json:"subject_type,omitempty"`
	SubjectID     string   `json:"subject_id,omitempty"`
	SubjectName   string   `json:"subject_name,omitempty"`
	ActorType     string   `json:"actor_type,omitempty"`
	ActorID       string   `json:"actor_id,omitempty"`
	ActorName     string   `json:"actor_name,omitempty"`
	LastSeen      string   `json:"last_seen,omitempty"`
	IP            string   `json:"ip,omitempty"`
	ASN           string   `json:"asn,omitempty"`
	Country       string   `json:"country,omitempty"`
	Applications  string   `json:"applications,omitempty"`
	Outcome       string   `json:"outcome,omitempty"`
	Supervised    string   `json:"supervised,omitempty"`
	Failed        string   `json:"failed_criteria,omitempty"`
	PassID        string   `json:"pass_id,omitempty"`
	Usage         string   `json:"usage,omitempty"`
	EndBasis      string   `json:"end_basis,omitempty"`
	EndedBy       string   `json:"ended_by,omitempty"`
	EventIDs      string   `json:"event_ids,omitempty"`
	Evidence      string   `json:"evidence,omitempty"`

	at time.Time
}

const timelineColumns = "message timestamp datetime timestamp_desc data_type tag tenant_id finding_id rule_id severity status subject_type " +
	"subject_id subject_name actor_type actor_id actor_name last_seen ip asn country applications outcome supervised failed_criteria " +
	"pass_id usage end_basis ended_by event_ids evidence"

// cells are the event's values in the order of timelineColumns.
func (e *timelineEvent) cells() ([]string, error) {
	tag, err := json.Marshal(e.Tag)
	return []string{e.Message, strconv.FormatInt(e.Timestamp, 10), e.Datetime, e.TimestampDesc, e.DataType, string(tag), e.TenantID,
		e.FindingID, e.RuleID, e.Severity, e.Status, e.SubjectType, e.SubjectID, e.SubjectName, e.ActorType, e.ActorID, e.ActorName,
		e.LastSeen, e.IP, e.ASN, e.Country, e.Applications, e.Outcome, e.Supervised, e.Failed, e.PassID, e.Usage, e.EndBasis, e.EndedBy,
		e.EventIDs, e.Evidence}, err
}

// WriteTimesketch writes timesketch.jsonl and timesketch.csv, a timeline for
// Timesketch: what became of each pass, each log-in and each finding, in the
// order of time. Both files hold the same events; one of them is imported.
//
// Timesketch demands message, datetime and timestamp_desc of every event
// (timesketch.org, guides/user/import-from-json-csv). Its importer drops the
// rows of a CSV file whose datetime is not written like the first row's, hence
// always six digits of a second, and it takes a missing tag for the tag "nan",
// hence one on every event.
func WriteTimesketch(f *folder.Folder, r *analysis.Result) error {
	events := timeline(r)
	err := f.Create("timesketch.jsonl", func(w io.Writer) error {
		for i := range events {
			// Marshal replaces what is not UTF-8.
			text, err := json.Marshal(&events[i])
			if err != nil {
				return err
			}
			if _, err := io.WriteString(w, safetext.JSON(text)+"\n"); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return f.Create("timesketch.csv", func(w io.Writer) error {
		out := csv.NewWriter(w)
		if err := out.Write(strings.Fields(timelineColumns)); err != nil {
			return err
		}
		for i := range events {
			row, err := events[i].cells()
			if err != nil {
				return err
			}
			for j, cell := range row {
				row[j] = tables.Inert(cell)
			}
			if err := out.Write(row); err != nil {
				return err
			}
		}
		out.Flush()
		return out.Error()
	})
}

// timeline holds every event in the order of time; what happened at one moment
// keeps the order in which it must have happened: a pass is issued, used,
// judged, and ends.
func timeline(r *analysis.Result) []timelineEvent {
	var all []timelineEvent
	add := func(at time.Time, desc string, e timelineEvent) {
		e.at, e.TimestampDesc = at.UTC(), desc
		e.Timestamp = at.UnixMicro()
		e.Datetime = e.at.Format("2006-01-02T15:04:05.000000+00:00")
		all = append(all, e)
	}
	for _, p := range r.Passes {
		e := passEvent(p)
		e.Message = "A Temporary Access Pass was issued to " + words.Or(p.UserName, p.UserID) + " by " + words.Or(words.Or(p.IssuerName, p.IssuerID), "an unknown issuer")
		add(p.IssuedAt, "Pass issued", e)
		// One that ended before its start was never valid.
		if p.Start.After(p.IssuedAt) && !p.EndedAt.Before(p.Start) {
			e.Message = "The Temporary Access Pass of " + words.Or(p.UserName, p.UserID) + " became valid"
			add(p.Start, "Pass valid from", e)
		}
	}
	for _, l := range r.Logins {
		var failed []string
		for _, name := range supervision.Criteria() {
			if l.Criterion(name).State == analysis.Failed {
				failed = append(failed, name)
			}
		}
		user := words.Or(l.UserName, l.UserID)
		message := user + " logged in with a Temporary Access Pass from " + words.Or(l.IP, "an unknown address") + ", " + l.Outcome + "; supervised: " + l.Supervised
		if len(failed) > 0 {
			message += "; failed: " + strings.Join(failed, ", ")
		}
		add(l.Time, "Log-in with a pass", timelineEvent{Message: message, DataType: "tapaudit:login", Tag: []string{"tapaudit", "login", "supervised-" + strings.ReplaceAll(l.Supervised, " ", "-")},
			TenantID: l.TenantID, SubjectType: "user", SubjectID: l.UserID, SubjectName: l.UserName, ActorName: l.IssuerName, IP: l.IP,
			ASN: l.ASN, Country: l.Country, Applications: tables.Joined(l.Applications), Outcome: l.Outcome, Supervised: l.Supervised,
			Failed: tables.Joined(failed), EventIDs: tables.Joined(l.EventIDs), Evidence: tables.Joined(words.Places(l.Evidence))})
	}
	for _, f := range r.Findings {
		e := timelineEvent{Message: f.Title + ": " + f.Summary, DataType: "tapaudit:finding", Tag: []string{"tapaudit", "finding", string(f.Severity), f.Status},
			TenantID: f.TenantID, FindingID: f.ID, RuleID: f.RuleID, Severity: string(f.Severity), Status: f.Status, SubjectType: f.SubjectType,
			SubjectID: f.SubjectID, SubjectName: f.SubjectName, ActorID: f.ActorID, ActorName: f.ActorName, LastSeen: words.Stamp(f.LastSeen),
			EventIDs: tables.Joined(f.EventIDs), Evidence: tables.Joined(words.Places(f.Evidence))}
		if at := f.FirstSeen; !at.IsZero() {
			add(at, "Finding first seen", e)
		} else {
			add(undated(r), "Finding without a time", e)
		}
	}
	for _, p := range r.Passes {
		if p.EndedAt.IsZero() {
			continue
		}
		e := passEvent(p)
		ended, desc := " ended by ", "Pass ended"
		if p.EndedAt.After(r.AsOf) {
			ended, desc = " is to end by ", "Pass end expected"
		}
		e.Message = "The Temporary Access Pass of " + words.Or(p.UserName, p.UserID) + ended + words.Or(p.EndedBy, "an unknown cause")
		if p.EndedBy == "expiry" && p.EndBasis == "inferred" {
			e.Message += " (inferred from the policy)"
		}
		add(p.EndedAt, desc, e)
	}
	slices.SortStableFunc(all, func(a, b timelineEvent) int { return a.at.Compare(b.at) })
	return all
}

// undated is where something without a time stands: a timeline has to put it
// somewhere, and its timestamp_desc says that it does not belong there.
func undated(r *analysis.Result) time.Time {
	for _, t := range []time.Time{r.Period.From, r.AsOf} {
		if !t.IsZero() {
			return t
		}
	}
	return time.Unix(0, 0)
}

// passEvent is what the events of one pass have in common.
func passEvent(p analysis.Pass) timelineEvent {
	return timelineEvent{DataType: "tapaudit:pass", Tag: []string{"tapaudit", "pass"}, TenantID: p.TenantID, SubjectType: "user",
		SubjectID: p.UserID, SubjectName: p.UserName, ActorType: p.IssuerType, ActorID: p.IssuerID, ActorName: p.IssuerName, IP: p.IssuerIP,
		PassID: p.PassID, Usage: p.Usage, EndBasis: p.EndBasis, EndedBy: p.EndedBy, EventIDs: p.EventID, Evidence: tables.Joined(words.Places(p.Evidence))}
}
