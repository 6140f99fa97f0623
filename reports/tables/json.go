package tables

import (
	"encoding/json"
	"io"
	"iter"
	"time"

	"tapaudit/analysis"
	"tapaudit/analysis/when"
	"tapaudit/ingest/safetext"
	"tapaudit/reports/folder"
)

// WriteJSON writes findings.json and incidents.json: an array with one of them a
// line, times in RFC 3339 UTC, null for what is not known.
func WriteJSON(f *folder.Folder, r *analysis.Result) error {
	if err := writeArray(f, "findings.json", Findings(r)); err != nil {
		return err
	}
	return writeArray(f, "incidents.json", incidentRows(r))
}

// writeArray writes a file with an array of rows, one a line.
func writeArray[T any](f *folder.Folder, name string, rows iter.Seq[T]) error {
	return f.Create(name, func(w io.Writer) error {
		separator, end := "[\n", "[]\n"
		for row := range rows {
			text, err := json.Marshal(row)
			if err != nil {
				return err
			}
			if _, err := io.WriteString(w, separator+safetext.JSON(text)); err != nil {
				return err
			}
			separator, end = ",\n", "\n]\n"
		}
		_, err := io.WriteString(w, end)
		return err
	})
}

// incidentRow is an incident as incidents.csv has it.
type incidentRow struct {
	IncidentID  string     `json:"incident_id"`
	Rank        int        `json:"rank"`
	Score       float64    `json:"score"`
	Severity    string     `json:"severity"`
	Status      string     `json:"status"`
	TenantID    string     `json:"tenant_id"`
	SubjectType string     `json:"subject_type"`
	SubjectID   string     `json:"subject_id"`
	SubjectName string     `json:"subject_name"`
	FirstSeen   *time.Time `json:"first_seen"`
	LastSeen    *time.Time `json:"last_seen"`
	Passes      int        `json:"passes"`
	Logins      int        `json:"logins"`
	Findings    int        `json:"findings"`
	Signs       []string   `json:"signs"`
	Actors      []string   `json:"actors"`
	Headline    string     `json:"headline"`
	FindingIDs  []string   `json:"finding_ids"`
	Touches     []string   `json:"touches"`
}

// incidentRows yields the incidents of r in their order.
func incidentRows(r *analysis.Result) iter.Seq[incidentRow] {
	return func(yield func(incidentRow) bool) {
		for _, i := range r.Incidents {
			row := incidentRow{
				IncidentID: i.ID, Rank: i.Rank, Score: i.Score, Severity: string(i.Severity), Status: i.Status, TenantID: i.TenantID,
				SubjectType: i.SubjectType, SubjectID: i.SubjectID, SubjectName: i.SubjectName,
				FirstSeen: when.OrNil(i.FirstSeen), LastSeen: when.OrNil(i.LastSeen), Passes: i.Passes, Logins: i.Logins, Findings: len(i.Findings),
				Signs: append([]string{}, i.Signs...), Actors: append([]string{}, i.Actors...), Headline: i.Headline, FindingIDs: append([]string{}, i.Findings...), Touches: append([]string{}, i.Touches...),
			}
			if !yield(row) {
				return
			}
		}
	}
}
