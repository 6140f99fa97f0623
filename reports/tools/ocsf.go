package tools

import (
	"encoding/json"
	"io"
	"strings"
	"time"

	"tapaudit/analysis"
	"tapaudit/ingest/safetext"
	"tapaudit/reports/folder"
	"tapaudit/reports/tables"
	"tapaudit/reports/verdict"
	"tapaudit/reports/words"
)

// ocsfVersion is the version of the Open Cybersecurity Schema Framework that
// the records follow: https://schema.ocsf.io/1.6.0/classes/detection_finding.
const ocsfVersion = "1.6.0"

// Values of the class's enumerations.
const (
	ocsfFindings  = 2
	ocsfDetection = 2004
	ocsfCreate    = 1
)

var ocsfSeverities = map[string]ocsfSeverity{
	"info": {1, "Informational"}, "low": {2, "Low"}, "medium": {3, "Medium"}, "high": {4, "High"},
	"critical": {5, "Critical"},
}

type ocsfSeverity struct {
	id      int
	caption string
}

type ocsfFinding struct {
	ActivityID   int              `json:"activity_id"`
	ActivityName string           `json:"activity_name"`
	CategoryUID  int              `json:"category_uid"`
	CategoryName string           `json:"category_name"`
	ClassUID     int              `json:"class_uid"`
	ClassName    string           `json:"class_name"`
	TypeUID      int              `json:"type_uid"`
	TypeName     string           `json:"type_name"`
	Time         int64            `json:"time"` // as every time here: milliseconds since 1970
	StartTime    *int64           `json:"start_time,omitempty"`
	EndTime      *int64           `json:"end_time,omitempty"`
	SeverityID   int              `json:"severity_id"`
	Severity     string           `json:"severity"`
	StatusID     int              `json:"status_id"`
	Status       string           `json:"status"`
	StatusDetail string           `json:"status_detail,omitempty"`
	IsAlert      bool             `json:"is_alert"`
	Count        int64            `json:"count,omitempty"`
	Message      string           `json:"message"`
	Metadata     ocsfMetadata     `json:"metadata"`
	FindingInfo  ocsfFindingInfo  `json:"finding_info"`
	Remediation  *ocsfRemediation `json:"remediation,omitempty"`
	Resources    []ocsfResource   `json:"resources,omitempty"`
	Observables  []ocsfObservable `json:"observables,omitempty"`
	Evidences    []ocsfEvidence   `json:"evidences,omitempty"`
	Unmapped     ocsfUnmapped     `json:"unmapped"`
}

type ocsfMetadata struct {
	Version   string      `json:"version"`
	Product   ocsfProduct `json:"product"`
	UID       string      `json:"uid"`
	EventCode string      `json:"event_code"`
	TenantUID string      `json:"tenant_uid,omitempty"`
}

type ocsfProduct struct {
	Name    string `json:"name"`
	Vendor  string `json:"vendor_name"`
	Version string `json:"version,omitempty"`
}

type ocsfFindingInfo struct {
	UID           string             `json:"uid"`
	Title         string             `json:"title"`
	Desc          string             `json:"desc,omitempty"`
	FirstSeen     *int64             `json:"first_seen_time,omitempty"`
	LastSeen      *int64             `json:"last_seen_time,omitempty"`
	Analytic      ocsfAnalytic       `json:"analytic"`
	Attacks       []ocsfAttack       `json:"attacks,omitempty"`
	RelatedEvents []ocsfRelatedEvent `json:"related_events,omitempty"`
	RelatedCount  int                `json:"related_events_count"`
}

type ocsfAnalytic struct {
	UID    string `json:"uid"`
	Name   string `json:"name,omitempty"`
	TypeID int    `json:"type_id"`
	Type   string `json:"type"`
}

type ocsfAttack struct {
	Technique    *ocsfUID `json:"technique,omitempty"`
	SubTechnique *ocsfUID `json:"sub_technique,omitempty"`
}

type ocsfUID struct {
	UID string `json:"uid"`
}

type ocsfRelatedEvent struct {
	UID string `json:"uid"`
}

type ocsfRemediation struct {
	Desc       string   `json:"desc"`
	References []string `json:"references,omitempty"`
}

type ocsfResource struct {
	UID    string `json:"uid,omitempty"`
	Name   string `json:"name,omitempty"`
	Type   string `json:"type,omitempty"`
	RoleID int    `json:"role_id"`
	Role   string `json:"role"`
}

type ocsfObservable struct {
	Name   string `json:"name"` // the path of the attribute
	TypeID int    `json:"type_id"`
	Type   string `json:"type"`
	Value  string `json:"value"`
}

// ocsfEvidence names a record that the finding rests on.
type ocsfEvidence struct {
	Name string         `json:"name"`
	Data ocsfSourceLine `json:"data"`
}

type ocsfSourceLine struct {
	File   string `json:"file"`
	Line   int64  `json:"line,omitempty"`
	Record int64  `json:"record,omitempty"` // of the line, where that holds several
	Row    int64  `json:"row,omitempty"`
}

// ocsfUnmapped holds what the schema has no place for.
type ocsfUnmapped struct {
	Controls         []string `json:"controls,omitempty"`
	ExceptionOwner   string   `json:"exception_owner,omitempty"`
	ExceptionExpires string   `json:"exception_expires,omitempty"`
}

// WriteOCSF writes ocsf.jsonl: a Detection Finding of the Open Cybersecurity
// Schema Framework for every finding, one a line, in the findings' order. No
// profile of the schema is claimed. What is not known is left out.
func WriteOCSF(f *folder.Folder, r *analysis.Result, version string) error {
	return f.Create("ocsf.jsonl", func(w io.Writer) error {
		rules := r.RulesByID()
		i := 0
		for row := range tables.Findings(r) {
			text, err := json.Marshal(ocsfFindingOf(r, version, &r.Findings[i], row, rules[row.RuleID]))
			if err != nil {
				return err
			}
			if _, err := io.WriteString(w, safetext.JSON(text)+"\n"); err != nil {
				return err
			}
			i++
		}
		return nil
	})
}

// ocsfFindingOf is f, whose texts row holds as valid UTF-8.
func ocsfFindingOf(r *analysis.Result, version string, f *analysis.Finding, row tables.Finding,
	rule analysis.Rule) ocsfFinding {
	severity, ok := ocsfSeverities[row.Severity]
	if !ok {
		severity = ocsfSeverity{99, words.Or(row.Severity, "Other")}
	}
	at := f.FirstSeen
	if at.IsZero() {
		at = undated(r)
	}
	out := ocsfFinding{
		ActivityID: ocsfCreate, ActivityName: "Create", CategoryUID: ocsfFindings, CategoryName: "Findings",
		ClassUID: ocsfDetection, ClassName: "Detection Finding", TypeUID: ocsfDetection*100 + ocsfCreate,
		TypeName: "Detection Finding: Create",
		Time:     at.UnixMilli(), StartTime: milliseconds(row.FirstSeen), EndTime: milliseconds(row.LastSeen),
		SeverityID: severity.id, Severity: severity.caption, StatusID: 1, Status: "New",
		IsAlert: verdict.IsOpen(*f) && row.Severity != "info", Count: row.Count, Message: row.Summary,
		Metadata: ocsfMetadata{Version: ocsfVersion, Product: ocsfProduct{"tapaudit", "tapaudit", version},
			UID:       row.FindingID,
			EventCode: row.RuleID, TenantUID: row.TenantID},
		FindingInfo: ocsfFindingInfo{UID: row.FindingID, Title: row.Title, Desc: row.Summary,
			FirstSeen: milliseconds(row.FirstSeen),
			LastSeen:  milliseconds(row.LastSeen), Analytic: ocsfAnalytic{row.RuleID, rule.Title, 1, "Rule"},
			Attacks: attacks(row.Techniques), RelatedCount: len(row.EventIDs)},
		Unmapped: ocsfUnmapped{Controls: row.Controls, ExceptionOwner: string(row.ExceptionOwner),
			ExceptionExpires: string(row.ExceptionExpires)},
	}
	if !verdict.IsOpen(*f) {
		out.StatusID, out.Status, out.StatusDetail = 3, "Suppressed", string(row.ExceptionReason)
	}
	for _, id := range row.EventIDs {
		out.FindingInfo.RelatedEvents = append(out.FindingInfo.RelatedEvents, ocsfRelatedEvent{id})
	}
	if row.Remediation != "" {
		out.Remediation = &ocsfRemediation{row.Remediation, rule.References}
	}
	if row.SubjectID != "" || row.SubjectName != "" {
		out.Resources = append(out.Resources, ocsfResource{row.SubjectID, row.SubjectName, row.SubjectType, 1,
			"Target"})
		out.Observables = append(out.Observables, observed(row)...)
	}
	if row.ActorID != "" || row.ActorName != "" {
		out.Resources = append(out.Resources, ocsfResource{row.ActorID, row.ActorName, "", 2, "Actor"})
	}
	for _, p := range f.Evidence {
		source := ocsfSourceLine{File: strings.ToValidUTF8(p.Path, "\uFFFD"), Line: p.Line, Record: p.Number}
		if p.Row {
			source.Line, source.Row = 0, p.Line
		}
		out.Evidences = append(out.Evidences, ocsfEvidence{"source record", source})
	}
	return out
}

// observed is the subject of a finding as something to search other logs for.
func observed(f tables.Finding) []ocsfObservable {
	var all []ocsfObservable
	add := func(attribute string, typeID int, typeName, value string) {
		if value != "" {
			all = append(all, ocsfObservable{"resources[0]." + attribute, typeID, typeName, value})
		}
	}
	switch f.SubjectType {
	case "user":
		add("name", 4, "User Name", f.SubjectName)
		add("uid", 31, "User Object: uid", f.SubjectID)
	case "address":
		add("uid", 2, "IP Address", f.SubjectID)
	case "file":
		add("name", 7, "File Name", f.SubjectName)
		add("uid", 8, "Hash", f.SubjectID)
	}
	return all
}

// attacks splits the ids of ATT&CK: T1078.004 is sub-technique T1078.004 of T1078.
func attacks(techniques []string) []ocsfAttack {
	var all []ocsfAttack
	for _, id := range techniques {
		parent, _, isSub := strings.Cut(id, ".")
		attack := ocsfAttack{Technique: &ocsfUID{parent}}
		if isSub {
			attack.SubTechnique = &ocsfUID{id}
		}
		all = append(all, attack)
	}
	return all
}

func milliseconds(t *time.Time) *int64 {
	if t == nil {
		return nil
	}
	ms := t.UnixMilli()
	return &ms
}

// undated is where something without a time stands: an event has to have one.
func undated(r *analysis.Result) time.Time {
	for _, t := range []time.Time{r.Period.From, r.AsOf} {
		if !t.IsZero() {
			return t
		}
	}
	return time.Unix(0, 0)
}
