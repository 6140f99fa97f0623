package tables

import (
	"encoding/csv"
	"io"
	"iter"
	"strconv"
	"strings"
	"time"

	"tapaudit/analysis"
	"tapaudit/analysis/supervision"
	"tapaudit/reports/folder"
	"tapaudit/reports/words"
)

type csvTable struct {
	name    string
	columns string
	rows    func(*analysis.Result) iter.Seq[[]string]
}

var csvTables = []csvTable{
	{"findings.csv", "finding_id rule_id severity status tenant_id subject_type subject_id subject_name actor_id actor_name " +
		"first_seen last_seen count title summary event_ids evidence exception_reason exception_owner exception_expires " +
		"remediation techniques controls how_to_verify incident_id", findingCells},
	{"incidents.csv", "incident_id rank score severity status tenant_id subject_type subject_id subject_name first_seen last_seen passes logins " +
		"findings signs actors headline finding_ids touches",
		cells(func(r *analysis.Result) []analysis.Incident { return r.Incidents }, func(i analysis.Incident) []string {
			return []string{i.ID, integer(i.Rank), strconv.FormatFloat(i.Score, 'f', 2, 64), string(i.Severity), i.Status, i.TenantID,
				i.SubjectType, i.SubjectID, i.SubjectName, words.Stamp(i.FirstSeen), words.Stamp(i.LastSeen), integer(i.Passes), integer(i.Logins),
				integer(len(i.Findings)), Joined(i.Signs), Joined(i.Actors), i.Headline, Joined(i.Findings), Joined(i.Touches)}
		})},
	{"assessment.csv", "rule_id tenant_id from to population findings excepted assessed reason",
		cells(func(r *analysis.Result) []analysis.Assessment { return r.Assessments }, func(a analysis.Assessment) []string {
			return []string{a.RuleID, a.TenantID, words.Stamp(a.From), words.Stamp(a.To), integer(a.Population),
				integer(a.Findings), integer(a.Excepted), a.Assessed, strings.Join(a.Reasons, "; ")}
		})},
	{"passes.csv", "tenant_id pass_id user_id user_name issued_at issuer_type issuer_id issuer_name issuer_ip start end_time " +
		"end_basis ended_at ended_by usage logins first_login methods_registered event_id evidence",
		cells(func(r *analysis.Result) []analysis.Pass { return r.Passes }, func(p analysis.Pass) []string {
			return []string{p.TenantID, p.PassID, p.UserID, p.UserName, words.Stamp(p.IssuedAt), p.IssuerType, p.IssuerID, p.IssuerName,
				p.IssuerIP, words.Stamp(p.Start), words.Stamp(p.EndTime), p.EndBasis, words.Stamp(p.EndedAt), p.EndedBy, p.Usage,
				integer(p.Logins), words.Stamp(p.FirstLogin), Joined(p.MethodsRegistered), p.EventID, Joined(words.Places(p.Evidence))}
		})},
	{"logins.csv", "tenant_id user_id user_name time ip asn country applications signins footprint outcome pass_issued_at " +
		"issuer_name " + strings.Join(supervision.Criteria(), " ") + " supervised event_ids evidence",
		cells(func(r *analysis.Result) []analysis.Login { return r.Logins }, loginCells)},
	{"policy.csv", "tenant_id from to basis state usable_once default_minutes minimum_minutes maximum_minutes length include " +
		"exclude actor event_id evidence",
		cells(func(r *analysis.Result) []analysis.PolicyState { return r.Policy }, func(p analysis.PolicyState) []string {
			return []string{p.TenantID, words.Stamp(p.From), words.Stamp(p.To), p.Basis, p.State, p.UsableOnce, p.DefaultMinutes,
				p.MinimumMinutes, p.MaximumMinutes, p.Length, Joined(p.Include), Joined(p.Exclude), p.Actor, p.EventID,
				Joined(words.Places(p.Evidence))}
		})},
	{"coverage.csv", "tenant_id log_type day records can_show_tap status",
		cells(func(r *analysis.Result) []analysis.CoverageDay { return r.Coverage }, func(c analysis.CoverageDay) []string {
			return []string{c.TenantID, c.LogType, c.Day.UTC().Format(time.DateOnly), integer(c.Records), integer(c.CanShowTAP), c.Status}
		})},
	{"exceptions.csv", "rule_id tenant_id subject reason owner approved_on from expires expired findings",
		cells(func(r *analysis.Result) []analysis.ExceptionUse { return r.Exceptions }, func(e analysis.ExceptionUse) []string {
			return []string{e.Rule, e.Tenant, e.Subject, e.Reason, e.Owner, words.Date(e.ApprovedOn), words.Date(e.From), words.Date(e.Expires),
				strconv.FormatBool(e.Expired), integer(e.Covered)}
		})},
	{"evidence.csv", "path container bytes sha256 format tenant_id records_read records_loaded records_duplicate " +
		"records_not_used records_quarantined first_time last_time note",
		cells(func(r *analysis.Result) []analysis.EvidenceFile { return r.Evidence }, func(e analysis.EvidenceFile) []string {
			return []string{e.Path, e.Container, integer(e.Bytes), e.SHA256, e.Format, e.TenantID, integer(e.Read), integer(e.Loaded),
				integer(e.Duplicate), integer(e.NotUsed), integer(e.Quarantined), words.Stamp(e.FirstTime), words.Stamp(e.LastTime), e.Note}
		})},
	{"quarantine.csv", "path line offset reason excerpt sha256 evidence",
		cells(func(r *analysis.Result) []analysis.Quarantined { return r.Quarantine }, func(q analysis.Quarantined) []string {
			if q.More > 0 {
				return []string{q.Path, "", "", q.Reason, "", "", q.Path}
			}
			return []string{q.Path, integer(q.Line), integer(q.Offset), q.Reason, q.Excerpt, q.SHA256, q.Place.String()}
		})},
}

// WriteCSV writes a file per table: RFC 4180 with LF ends, lists joined by
// "; ", times in RFC 3339 UTC, empty cells for what is not known.
func WriteCSV(f *folder.Folder, r *analysis.Result) error {
	for _, table := range csvTables {
		err := f.Create(table.name, func(w io.Writer) error {
			out := csv.NewWriter(w)
			if err := out.Write(strings.Fields(table.columns)); err != nil {
				return err
			}
			for row := range table.rows(r) {
				for i, cell := range row {
					row[i] = Inert(cell)
				}
				if err := out.Write(row); err != nil {
					return err
				}
			}
			out.Flush()
			return out.Error()
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func findingCells(r *analysis.Result) iter.Seq[[]string] {
	return func(yield func([]string) bool) {
		for f := range Findings(r) {
			var first, last time.Time
			if f.FirstSeen != nil {
				first = *f.FirstSeen
			}
			if f.LastSeen != nil {
				last = *f.LastSeen
			}
			row := []string{f.FindingID, f.RuleID, f.Severity, f.Status, f.TenantID, f.SubjectType, f.SubjectID, f.SubjectName,
				f.ActorID, f.ActorName, words.Stamp(first), words.Stamp(last), integer(f.Count), f.Title, f.Summary, Joined(f.EventIDs),
				Joined(f.Evidence), Value(f.ExceptionReason), Value(f.ExceptionOwner), Value(f.ExceptionExpires),
				f.Remediation, Joined(f.Techniques), Joined(f.Controls), f.HowToVerify, f.IncidentID}
			if !yield(row) {
				return
			}
		}
	}
}

func loginCells(l analysis.Login) []string {
	row := []string{l.TenantID, l.UserID, l.UserName, words.Stamp(l.Time), l.IP, l.ASN, l.Country, Joined(l.Applications),
		integer(l.Signins), integer(l.Footprint), l.Outcome, words.Stamp(l.PassIssuedAt), l.IssuerName}
	for _, name := range supervision.Criteria() {
		row = append(row, l.Criterion(name).State)
	}
	return append(row, l.Supervised, Joined(l.EventIDs), Joined(words.Places(l.Evidence)))
}

func cells[T any](of func(*analysis.Result) []T, row func(T) []string) func(*analysis.Result) iter.Seq[[]string] {
	return func(r *analysis.Result) iter.Seq[[]string] {
		return func(yield func([]string) bool) {
			for _, v := range of(r) {
				if !yield(row(v)) {
					return
				}
			}
		}
	}
}

// Inert makes sure that a spreadsheet shows a cell instead of running it as a
// formula, and that the file is UTF-8.
func Inert(cell string) string {
	cell = strings.ToValidUTF8(cell, "\uFFFD")
	if cell != "" && strings.IndexByte("=+-@\t\r", cell[0]) >= 0 {
		return "'" + cell
	}
	return cell
}

func Joined(l []string) string { return strings.Join(l, "; ") }

func integer[N int | int64](n N) string { return strconv.FormatInt(int64(n), 10) }
