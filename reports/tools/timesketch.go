// Package tools writes the report for other programs: Timesketch, what reads OCSF or Markdown, and PowerShell.
package tools

import (
	"encoding/csv"
	"encoding/json"
	"io"
	"slices"
	"strconv"
	"strings"

	"tapaudit/analysis"
	"tapaudit/ingest/safetext"
	"tapaudit/reports/folder"
	"tapaudit/reports/tables"
	"tapaudit/reports/verdict"
	"tapaudit/reports/words"
)

// timelineEvent is one row of timeline.csv with what Timesketch demands. What is not known is left out of the JSON and
// empty in the CSV file; lists are joined as in the other files.
type timelineEvent struct {
	Message       string   `json:"message"`
	Timestamp     int64    `json:"timestamp"` // microseconds since 1970
	Datetime      string   `json:"datetime"`
	TimestampDesc string   `json:"timestamp_desc"`
	DataType      string   `json:"data_type"`
	Tag           []string `json:"tag"`
	TenantID      string   `json:"tenant_id,omitempty"`
	UserID        string   `json:"user_id,omitempty"`
	UserName      string   `json:"user_name,omitempty"`
	ActorName     string   `json:"actor_name,omitempty"`
	IP            string   `json:"ip,omitempty"`
	Country       string   `json:"country,omitempty"`
	Application   string   `json:"application,omitempty"`
	Detail        string   `json:"detail,omitempty"`
	IncidentID    string   `json:"incident_id,omitempty"`
	Severity      string   `json:"severity,omitempty"` // the worst of the open findings that tell of it
	RuleIDs       string   `json:"rule_ids,omitempty"`
	FindingIDs    string   `json:"finding_ids,omitempty"`
	EventID       string   `json:"event_id,omitempty"`
	Evidence      string   `json:"evidence,omitempty"`
}

const timelineColumns = "message timestamp datetime timestamp_desc data_type tag tenant_id user_id user_name actor_name ip country application " +
	"detail incident_id severity rule_ids finding_ids event_id evidence"

// cells are the event's values in the order of timelineColumns.
func (e *timelineEvent) cells() ([]string, error) {
	tag, err := json.Marshal(e.Tag)
	return []string{e.Message, strconv.FormatInt(e.Timestamp, 10), e.Datetime, e.TimestampDesc, e.DataType,
		string(tag), e.TenantID, e.UserID,
		e.UserName, e.ActorName, e.IP, e.Country, e.Application, e.Detail, e.IncidentID, e.Severity, e.RuleIDs,
		e.FindingIDs, e.EventID,
		e.Evidence}, err
}

// WriteTimesketch writes timesketch.jsonl and timesketch.csv, the rows of
// timeline.csv for Timesketch. Both files hold the same events; one of them is
// imported.
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

// timeline holds the rows of timeline.csv, tagged with the rules that tell of them.
func timeline(r *analysis.Result) []timelineEvent {
	findings := make(map[string]*analysis.Finding, len(r.Findings))
	for i := range r.Findings {
		findings[r.Findings[i].ID] = &r.Findings[i]
	}
	all := make([]timelineEvent, len(r.Timeline))
	for i, m := range r.Timeline {
		at := m.Time.UTC()
		e := timelineEvent{
			Timestamp: at.UnixMicro(), Datetime: at.Format("2006-01-02T15:04:05.000000+00:00"),
			TimestampDesc: words.Capitalised(m.What),
			DataType:      "tapaudit:moment", Tag: []string{"tapaudit", strings.ReplaceAll(m.What, " ", "-")},
			TenantID: m.TenantID,
			UserID:   m.UserID, UserName: m.UserName, ActorName: m.ActorName, IP: m.IP, Country: m.Country,
			Application: m.Application,
			Detail:      m.Detail, IncidentID: m.IncidentID, FindingIDs: tables.Joined(m.Findings), EventID: m.EventID,
			Evidence: tables.Joined(words.Places(m.Evidence)),
		}
		e.Message = words.Capitalised(m.What)
		for _, part := range []struct{ before, text string }{
			{": ", words.Or(m.UserName, m.UserID)}, {", by ", m.ActorName}, {", from ", m.IP},
			{", to ", m.Application}, {"; ", m.Detail},
		} {
			if part.text != "" {
				e.Message += part.before + part.text
			}
		}
		var rules []string
		for _, id := range m.Findings {
			f, listed := findings[id]
			if !listed {
				continue
			}
			if !slices.Contains(rules, f.RuleID) {
				rules = append(rules, f.RuleID)
			}
			if verdict.IsOpen(*f) && f.Severity.Rank() > analysis.Severity(e.Severity).Rank() {
				e.Severity = string(f.Severity)
			}
		}
		e.RuleIDs = tables.Joined(rules)
		if e.Severity != "" {
			e.Tag = append(e.Tag, e.Severity)
		}
		e.Tag = append(e.Tag, rules...)
		all[i] = e
	}
	return all
}
