// Package tables writes the report for spreadsheets and scripts: CSV, JSON, Parquet and a workbook. What a table holds
// is said once, in [all] and in the type of its rows; every form is made from that.
package tables

import (
	"encoding/json"
	"iter"
	"strconv"
	"time"

	"tapaudit/analysis"
	"tapaudit/analysis/settings"
	"tapaudit/analysis/supervision"
	"tapaudit/analysis/when"
	"tapaudit/reports/verdict"
	"tapaudit/reports/words"
)

// The rows of the report's tables. A field is a column of every form that has the table: its JSON name is the column's
// name, and its type says what the column holds and how each form writes it.

// Column types beside string, []string, *time.Time, int, int64, float64 and bool.
type (
	optional string   // text that is null where it is empty
	day      string   // a date, "" and null for none
	digits   string   // a number as the evidence writes it, "" where it is not known
	answers  []string // the states of the nine criteria, a column each
)

func (o optional) MarshalJSON() ([]byte, error) { return nullOr(string(o)) }
func (d day) MarshalJSON() ([]byte, error)      { return nullOr(string(d)) }

func nullOr(s string) ([]byte, error) {
	if s == "" {
		return []byte("null"), nil
	}
	return json.Marshal(s)
}

type Finding struct {
	FindingID        string     `json:"finding_id"`
	RuleID           string     `json:"rule_id"`
	Severity         string     `json:"severity"`
	Status           string     `json:"status"`
	TenantID         string     `json:"tenant_id"`
	SubjectType      string     `json:"subject_type"`
	SubjectID        string     `json:"subject_id"`
	SubjectName      string     `json:"subject_name"`
	ActorID          string     `json:"actor_id"`
	ActorName        string     `json:"actor_name"`
	FirstSeen        *time.Time `json:"first_seen"`
	LastSeen         *time.Time `json:"last_seen"`
	Count            int64      `json:"count"`
	Title            string     `json:"title"`
	Summary          string     `json:"summary"`
	EventIDs         []string   `json:"event_ids"`
	Evidence         []string   `json:"evidence"`
	ExceptionReason  optional   `json:"exception_reason"`
	ExceptionOwner   optional   `json:"exception_owner"`
	ExceptionExpires day        `json:"exception_expires"`
	Remediation      string     `json:"remediation"`
	Techniques       []string   `json:"techniques"`
	Controls         []string   `json:"controls"`
	HowToVerify      string     `json:"how_to_verify"`
	IncidentID       string     `json:"incident_id"`
}

// Findings yields the findings of r in their order.
func Findings(r *analysis.Result) iter.Seq[Finding] {
	rules := r.RulesByID()
	return each(r.Findings, func(f analysis.Finding) Finding {
		rule := rules[f.RuleID]
		row := Finding{
			FindingID: f.ID, RuleID: f.RuleID, Severity: string(f.Severity), Status: f.Status, TenantID: f.TenantID,
			SubjectType: f.SubjectType, SubjectID: f.SubjectID, SubjectName: f.SubjectName,
			ActorID: f.ActorID, ActorName: f.ActorName,
			FirstSeen: when.OrNil(f.FirstSeen), LastSeen: when.OrNil(f.LastSeen), Count: int64(f.Count),
			Title: f.Title, Summary: f.Summary, EventIDs: f.EventIDs, Evidence: words.Places(f.Evidence),
			Remediation: rule.HowToFix, Techniques: rule.Techniques, Controls: rule.Controls,
			HowToVerify: rule.HowToVerify, IncidentID: f.IncidentID,
		}
		if e := f.Exception; e != nil {
			row.ExceptionReason, row.ExceptionOwner = optional(e.Reason), optional(e.Owner)
			row.ExceptionExpires = dayOf(e.Expires)
		}
		return row
	})
}

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

func incidentRows(r *analysis.Result) iter.Seq[incidentRow] {
	return each(r.Incidents, func(i analysis.Incident) incidentRow {
		return incidentRow{
			IncidentID: i.ID, Rank: i.Rank, Score: i.Score, Severity: string(i.Severity), Status: i.Status,
			TenantID:    i.TenantID,
			SubjectType: i.SubjectType, SubjectID: i.SubjectID, SubjectName: i.SubjectName,
			FirstSeen: when.OrNil(i.FirstSeen), LastSeen: when.OrNil(i.LastSeen), Passes: i.Passes, Logins: i.Logins,
			Findings: len(i.Findings), Signs: i.Signs, Actors: i.Actors, Headline: i.Headline, FindingIDs: i.Findings,
			Touches: i.Touches,
		}
	})
}

// actionRow leaves the last four columns to whoever answers.
type actionRow struct {
	Number     int      `json:"number"`
	Severity   string   `json:"severity"`
	IncidentID string   `json:"incident_id"`
	Ask        string   `json:"ask"`
	About      string   `json:"about"`
	Question   string   `json:"question"`
	Fix        string   `json:"fix"`
	Evidence   []string `json:"evidence"`
	Answer     string   `json:"answer"`
	DecidedBy  string   `json:"decided_by"`
	Due        string   `json:"due"`
	Done       string   `json:"done"`
}

func actionRows(r *analysis.Result) iter.Seq[actionRow] {
	return each(verdict.Actions(r), func(a verdict.Action) actionRow {
		return actionRow{Number: a.Number, Severity: string(a.Severity), IncidentID: a.IncidentID, Ask: a.Ask,
			About:    a.About,
			Question: a.Question, Fix: a.Fix, Evidence: words.Places(a.Evidence)}
	})
}

type momentRow struct {
	Time        *time.Time `json:"time"`
	TenantID    string     `json:"tenant_id"`
	UserID      string     `json:"user_id"`
	UserName    string     `json:"user_name"`
	What        string     `json:"what"`
	ActorName   string     `json:"actor_name"`
	IP          string     `json:"ip"`
	Country     string     `json:"country"`
	Application string     `json:"application"`
	Detail      string     `json:"detail"`
	IncidentID  string     `json:"incident_id"`
	FindingIDs  []string   `json:"finding_ids"`
	EventID     string     `json:"event_id"`
	Evidence    []string   `json:"evidence"`
}

func momentRows(r *analysis.Result) iter.Seq[momentRow] {
	return each(r.Timeline, func(m analysis.Moment) momentRow {
		return momentRow{when.OrNil(m.Time), m.TenantID, m.UserID, m.UserName, m.What, m.ActorName, m.IP, m.Country,
			m.Application,
			m.Detail, m.IncidentID, m.Findings, m.EventID, words.Places(m.Evidence)}
	})
}

type assessmentRow struct {
	RuleID     string     `json:"rule_id"`
	TenantID   string     `json:"tenant_id"`
	From       *time.Time `json:"from"`
	To         *time.Time `json:"to"`
	Population int64      `json:"population"`
	Findings   int        `json:"findings"`
	Excepted   int        `json:"excepted"`
	Assessed   string     `json:"assessed"` // yes, partly or no
	Reason     string     `json:"reason"`
}

func assessmentRows(r *analysis.Result) iter.Seq[assessmentRow] {
	return each(r.Assessments, func(a analysis.Assessment) assessmentRow {
		return assessmentRow{a.RuleID, a.TenantID, when.OrNil(a.From), when.OrNil(a.To), a.Population, a.Findings,
			a.Excepted,
			a.Assessed, Joined(a.Reasons)}
	})
}

type passRow struct {
	TenantID          string     `json:"tenant_id"`
	PassID            string     `json:"pass_id"`
	UserID            string     `json:"user_id"`
	UserName          string     `json:"user_name"`
	IssuedAt          *time.Time `json:"issued_at"`
	IssuerType        string     `json:"issuer_type"`
	IssuerID          string     `json:"issuer_id"`
	IssuerName        string     `json:"issuer_name"`
	IssuerIP          string     `json:"issuer_ip"`
	Start             *time.Time `json:"start"`
	EndTime           *time.Time `json:"end_time"`
	EndBasis          string     `json:"end_basis"`
	EndedAt           *time.Time `json:"ended_at"`
	EndedBy           string     `json:"ended_by"`
	Usage             string     `json:"usage"`
	Logins            int        `json:"logins"`
	FirstLogin        *time.Time `json:"first_login"`
	MethodsRegistered []string   `json:"methods_registered"`
	EventID           string     `json:"event_id"`
	Evidence          []string   `json:"evidence"`
	Witness           string     `json:"witness"`
}

func passRows(r *analysis.Result) iter.Seq[passRow] {
	return each(r.Passes, func(p analysis.Pass) passRow {
		return passRow{p.TenantID, p.PassID, p.UserID, p.UserName, when.OrNil(p.IssuedAt), p.IssuerType, p.IssuerID,
			p.IssuerName,
			p.IssuerIP, when.OrNil(p.Start), when.OrNil(p.EndTime), p.EndBasis, when.OrNil(p.EndedAt), p.EndedBy,
			p.Usage, p.Logins,
			when.OrNil(p.FirstLogin), p.MethodsRegistered, p.EventID, words.Places(p.Evidence), p.Witness}
	})
}

type loginRow struct {
	TenantID     string     `json:"tenant_id"`
	UserID       string     `json:"user_id"`
	UserName     string     `json:"user_name"`
	Time         *time.Time `json:"time"`
	IP           string     `json:"ip"`
	ASN          string     `json:"asn"`
	Country      string     `json:"country"`
	Applications []string   `json:"applications"`
	Signins      int        `json:"signins"`
	Footprint    int        `json:"footprint"`
	Outcome      string     `json:"outcome"`
	PassIssuedAt *time.Time `json:"pass_issued_at"`
	IssuerName   string     `json:"issuer_name"`
	Criteria     answers
	Supervised   string   `json:"supervised"`
	EventIDs     []string `json:"event_ids"`
	Evidence     []string `json:"evidence"`
	Reasons      []string `json:"reasons"`
	Deeds        []string `json:"deeds"`
}

func loginRows(r *analysis.Result) iter.Seq[loginRow] {
	return each(r.Logins, func(l analysis.Login) loginRow {
		row := loginRow{TenantID: l.TenantID, UserID: l.UserID, UserName: l.UserName, Time: when.OrNil(l.Time),
			IP: l.IP, ASN: l.ASN,
			Country: l.Country, Applications: l.Applications, Signins: l.Signins, Footprint: l.Footprint,
			Outcome:      l.Outcome,
			PassIssuedAt: when.OrNil(l.PassIssuedAt), IssuerName: l.IssuerName, Supervised: l.Supervised,
			EventIDs: l.EventIDs, Evidence: words.Places(l.Evidence), Reasons: l.Reasons(),
			Deeds: words.Deeds(l.Deeds)}
		for _, name := range supervision.Criteria() {
			row.Criteria = append(row.Criteria, l.Criterion(name).State)
		}
		return row
	})
}

type activityRow struct {
	TenantID  string     `json:"tenant_id"`
	UserID    string     `json:"user_id"`
	UserName  string     `json:"user_name"`
	LoginTime *time.Time `json:"login_time"`
	Time      *time.Time `json:"time"`
	Link      string     `json:"link"`
	Source    string     `json:"source"`
	Workload  string     `json:"workload"`
	Operation string     `json:"operation"`
	Class     string     `json:"class"`
	Result    string     `json:"result"`
	Object    string     `json:"object"`
	Address   string     `json:"address"`
	Client    string     `json:"client"`
	Session   string     `json:"session"`
	EventID   string     `json:"event_id"`
	Evidence  []string   `json:"evidence"`
}

func activityRows(r *analysis.Result) iter.Seq[activityRow] {
	return each(r.Activity, func(d analysis.Deed) activityRow {
		return activityRow{d.TenantID, d.UserID, d.UserName, when.OrNil(d.LoginTime), when.OrNil(d.Time), d.Link,
			d.Source, d.Workload,
			d.Operation, d.Class, d.Result, d.Object, d.Address, d.Client, d.Session, d.EventID,
			words.Places(d.Evidence)}
	})
}

type policyRow struct {
	TenantID       string     `json:"tenant_id"`
	From           *time.Time `json:"from"`
	To             *time.Time `json:"to"`
	Basis          string     `json:"basis"`
	State          string     `json:"state"`
	UsableOnce     string     `json:"usable_once"`
	DefaultMinutes digits     `json:"default_minutes"`
	MinimumMinutes digits     `json:"minimum_minutes"`
	MaximumMinutes digits     `json:"maximum_minutes"`
	Length         digits     `json:"length"`
	Include        []string   `json:"include"`
	Exclude        []string   `json:"exclude"`
	Actor          string     `json:"actor"`
	EventID        string     `json:"event_id"`
	Evidence       []string   `json:"evidence"`
}

func policyRows(r *analysis.Result) iter.Seq[policyRow] {
	return each(r.Policy, func(p analysis.PolicyState) policyRow {
		return policyRow{p.TenantID, when.OrNil(p.From), when.OrNil(p.To), p.Basis, p.State, p.UsableOnce,
			digits(p.DefaultMinutes),
			digits(p.MinimumMinutes), digits(p.MaximumMinutes), digits(p.Length), p.Include, p.Exclude, p.Actor,
			p.EventID,
			words.Places(p.Evidence)}
	})
}

type coverageRow struct {
	TenantID   string `json:"tenant_id"`
	LogType    string `json:"log_type"`
	Day        day    `json:"day"`
	Records    int64  `json:"records"`
	CanShowTAP int64  `json:"can_show_tap"`
	Status     string `json:"status"`
}

func coverageRows(r *analysis.Result) iter.Seq[coverageRow] {
	return each(r.Coverage, func(c analysis.CoverageDay) coverageRow {
		return coverageRow{c.TenantID, c.LogType, day(c.Day.UTC().Format(time.DateOnly)), c.Records, c.CanShowTAP,
			c.Status}
	})
}

type exceptionRow struct {
	Rule       string `json:"rule_id"`
	Tenant     string `json:"tenant_id"`
	Subject    string `json:"subject"`
	Reason     string `json:"reason"`
	Owner      string `json:"owner"`
	ApprovedOn day    `json:"approved_on"`
	From       day    `json:"from"`
	Expires    day    `json:"expires"`
	Expired    bool   `json:"expired"`
	Covered    int    `json:"findings"`
}

func exceptionRows(r *analysis.Result) iter.Seq[exceptionRow] {
	return each(r.Exceptions, func(e analysis.ExceptionUse) exceptionRow {
		return exceptionRow{e.Rule, e.Tenant, e.Subject, e.Reason, e.Owner, dayOf(e.ApprovedOn), dayOf(e.From),
			dayOf(e.Expires),
			e.Expired, e.Covered}
	})
}

type evidenceRow struct {
	Path        string     `json:"path"`
	Container   string     `json:"container"`
	Bytes       int64      `json:"bytes"`
	SHA256      string     `json:"sha256"`
	Format      string     `json:"format"`
	TenantID    string     `json:"tenant_id"`
	Read        int64      `json:"records_read"`
	Loaded      int64      `json:"records_loaded"`
	Duplicate   int64      `json:"records_duplicate"`
	NotUsed     int64      `json:"records_not_used"`
	Quarantined int64      `json:"records_quarantined"`
	FirstTime   *time.Time `json:"first_time"`
	LastTime    *time.Time `json:"last_time"`
	Note        string     `json:"note"`
}

func evidenceRows(r *analysis.Result) iter.Seq[evidenceRow] {
	return each(r.Evidence, func(e analysis.EvidenceFile) evidenceRow {
		return evidenceRow{e.Path, e.Container, e.Bytes, e.SHA256, e.Format, e.TenantID, e.Read, e.Loaded, e.Duplicate,
			e.NotUsed,
			e.Quarantined, when.OrNil(e.FirstTime), when.OrNil(e.LastTime), e.Note}
	})
}

type quarantineRow struct {
	Path     string `json:"path"`
	Line     digits `json:"line"`
	Offset   digits `json:"offset"`
	Reason   string `json:"reason"`
	Excerpt  string `json:"excerpt"`
	SHA256   string `json:"sha256"`
	Evidence string `json:"evidence"`
}

func quarantineRows(r *analysis.Result) iter.Seq[quarantineRow] {
	return each(r.Quarantine, func(q analysis.Quarantined) quarantineRow {
		if q.More > 0 {
			return quarantineRow{Path: q.Path, Reason: q.Reason, Evidence: q.Path}
		}
		return quarantineRow{q.Path, integer(q.Line), integer(q.Offset), q.Reason, q.Excerpt, q.SHA256,
			q.Place.String()}
	})
}

func dayOf(d settings.Date) day { return day(words.Date(d)) }

func integer(n int64) digits { return digits(strconv.FormatInt(n, 10)) }

// each yields a valid row for each of a list.
func each[T, R any](list []T, row func(T) R) iter.Seq[R] {
	return func(yield func(R) bool) {
		for _, v := range list {
			if !yield(validRow(row(v))) {
				return
			}
		}
	}
}

// Subject is the name of what the finding is about, or else its id.
func (f *Finding) Subject() string { return words.Or(f.SubjectName, f.SubjectID) }
