// Package compare says what sets two reports apart.
package compare

import (
	"bytes"
	"cmp"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"tapaudit/analysis"
	"tapaudit/analysis/when"
	"tapaudit/ingest/regular"
	"tapaudit/reports/folder"
	"tapaudit/reports/tables"
	"tapaudit/reports/words"
)

// Comparison is what sets two reports apart. Its strings come from the reports
// and are as hostile as evidence until written by one of its methods.
type Comparison struct {
	old, new   *comparedReport
	notes      []string // why findings may differ although nothing happened
	findings   []findingChange
	exceptions exceptionChanges
	tests      []testChange
	coverage   []coverageChange
	apart      bool // the periods share no time
	trend      *Trend
}

// comparedReport is what is read of a report folder.
type comparedReport struct {
	Name        string // of the folder, without where it lies
	Manifest    *folder.Manifest
	Damage      []folder.Difference
	files       []folder.ManifestFile // as they were read
	findings    []tables.Finding
	exceptions  []exceptionRow
	listed      bool // the report lists its exceptions; those of older versions do not
	assessments []assessmentRow
	coverage    []coverageRow
	logins      []loginRow
	passes      []passRow
	urgent      []tenantDay // where an open critical or high incident began

	unread map[string]bool // files that are not there or cannot be read, of which a comparison can do without
}

// part is a file of a report that is read.
type part struct {
	name     string
	optional bool // older versions did not write it
	measured bool // only measures rest on it: whoever compares by force can do without
	parse    func([]byte) error
}

// measuredParts are what a trend is made of.
func (r *comparedReport) measuredParts() []part {
	return []part{
		{"coverage.csv", false, false, r.parseCoverage}, {"incidents.csv", true, true, r.parseIncidents},
		{"logins.csv", false, true, r.parseLogins}, {"passes.csv", false, true, r.parsePasses},
	}
}

// allParts are what a comparison is made of.
func (r *comparedReport) allParts() []part {
	return append(r.measuredParts(), part{"assessment.csv", false, false, r.parseAssessments},
		part{"exceptions.csv", true, false, r.parseExceptions}, part{"findings.json", false, false, r.parseFindings})
}

// forget leaves of a report what its head and its notes need.
func (r *comparedReport) forget() { r.coverage, r.logins, r.passes, r.urgent = nil, nil, nil, nil }

type assessmentRow struct {
	RuleID, TenantID string
	Findings         int
	Assessed, Reason string
}

type coverageRow struct {
	TenantID, LogType string
	Day               time.Time
	Records           int64
	Status            string // of coverage.csv, or blind for records that cannot show a pass
}

// changeOrder is how findings are told, the news first.
var changeOrder = []string{"new", "gone", "changed", "persisting"}

// findingChange is a finding of either report or of both.
type findingChange struct {
	Change   string // one of changeOrder
	Old, New *tables.Finding
	Fields   []string // what changed: severity, status, count, summary, exception
	Note     string   // for a new or gone one, why the other report may lack it
}

// Shown is the finding as the newest report that has it tells it.
func (c findingChange) Shown() *tables.Finding {
	if c.New != nil {
		return c.New
	}
	return c.Old
}

// testChange is a rule whose test came to another certainty for a tenant.
type testChange struct {
	RuleID, TenantID     string
	Old, New             string // yes, no or partly; "" where the report has no such test
	OldReason, NewReason string
}

// coverageChange compares the days of one tenant and log type.
type coverageChange struct {
	TenantID, LogType string
	Old, New          coverageTally
	Spans             []coverageSpan
	Common            int // days that both reports tell of
}

type coverageTally struct {
	From, To                           time.Time
	Records                            int64
	Covered, Partial, Quiet, Blind, No int // days; No are gaps
}

type coverageSpan struct {
	From, To time.Time // days, both inclusive
	Old, New string
}

// Reports reads findings.json, assessment.csv, coverage.csv, exceptions.csv and
// manifest.json of two report folders and says what sets them apart. Findings are the same
// when their ids are. The error wraps [folder.ErrNotReport] for a folder that is no
// report, and [folder.ErrDamaged] for one whose files are missing or changed, unless
// force asks to compare what is there.
func Reports(ctx context.Context, oldDir, newDir string, force bool) (*Comparison, error) {
	before, err := readReport(ctx, oldDir, force, (*comparedReport).allParts)
	if err != nil {
		return nil, err
	}
	after, err := readReport(ctx, newDir, force, (*comparedReport).allParts)
	if err != nil {
		return nil, err
	}
	c := &Comparison{old: before, new: after}
	c.findings = compareFindings(before, after)
	c.exceptions = compareExceptions(before, after)
	c.tests = compareTests(before, after)
	c.coverage = compareCoverage(before, after)
	c.notes = append(comparisonNotes(before, after), findingNotes(before, after)...)
	c.apart = apart(before, after) != ""
	c.trend = trendOfTwo(before, after)
	return c, nil
}

// AnyNew says whether the newer report has an open finding of that severity or
// higher of which the older knows nothing.
func (c *Comparison) AnyNew(atLeast analysis.Severity) bool {
	return slices.ContainsFunc(c.findings, func(f findingChange) bool {
		return f.Change == "new" && f.New.Status == "open" &&
			analysis.Severity(f.New.Severity).Rank() >= atLeast.Rank()
	})
}

func readReport(ctx context.Context, dir string, force bool,
	parts func(*comparedReport) []part) (*comparedReport, error) {
	v, err := folder.Verify(ctx, dir)
	if err != nil {
		return nil, err
	}
	whole, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	root, err := regular.OpenFolder(dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	r := &comparedReport{Name: filepath.Base(whole), Manifest: v.Manifest, unread: map[string]bool{}}
	for _, d := range v.Differences {
		if d.What != "added" { // what somebody laid beside a report does not alter it
			r.Damage = append(r.Damage, d)
		}
	}
	if len(r.Damage) > 0 && !force {
		var names []string
		for _, d := range r.Damage {
			names = append(names, words.Line(d.Path)+" "+d.What)
		}
		return nil, fmt.Errorf("%q is %w: %s", dir, folder.ErrDamaged, strings.Join(names, ", "))
	}
	for _, part := range parts(r) {
		text, file, err := folder.ReadPart(root, part.name)
		if errors.Is(err, fs.ErrNotExist) && (part.optional || part.measured && force) {
			r.unread[part.name] = true
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("%q: %s: %s; a comparison needs a report in the formats csv and json", dir,
				part.name, regular.Reason(err))
		}
		r.files = append(r.files, file)
		if err := part.parse(text); err != nil && part.measured && force {
			r.unread[part.name] = true
		} else if err != nil {
			return nil, fmt.Errorf("%q: %s cannot be read: %w; write the report again", dir, part.name, err)
		}
	}
	r.files = append(r.files, folder.ManifestFile{Path: folder.ManifestName, SHA256: v.ManifestSHA256,
		Bytes: v.ManifestBytes})
	return r, nil
}

func (r *comparedReport) parseFindings(text []byte) error {
	if err := json.Unmarshal(text, &r.findings); err != nil {
		return err
	}
	ids := map[string]bool{}
	for _, f := range r.findings {
		if f.FindingID == "" || ids[f.FindingID] {
			return fmt.Errorf("finding_id %q does not name one finding", f.FindingID)
		}
		ids[f.FindingID] = true
	}
	return nil
}

func (r *comparedReport) parseAssessments(text []byte) error {
	return eachRow(text, []string{"rule_id", "tenant_id", "findings", "assessed", "reason"},
		func(cells []string) error {
			findings, err := strconv.Atoi(cells[2])
			r.assessments = append(r.assessments, assessmentRow{cells[0], cells[1], findings, cells[3], cells[4]})
			return err
		})
}

func (r *comparedReport) parseCoverage(text []byte) error {
	return eachRow(text, []string{"tenant_id", "log_type", "day", "records", "can_show_tap", "status"},
		func(cells []string) error {
			day, dayErr := time.Parse(time.DateOnly, cells[2])
			records, recordsErr := strconv.ParseInt(cells[3], 10, 64)
			showing, showingErr := strconv.ParseInt(cells[4], 10, 64)
			row := coverageRow{cells[0], cells[1], day, records, cells[5]}
			if records > 0 && showing == 0 && strings.HasPrefix(row.LogType, "sign-in") {
				row.Status = "blind"
			}
			r.coverage = append(r.coverage, row)
			return errors.Join(dayErr, recordsErr, showingErr)
		})
}

// eachRow hands over the named cells of every row, in a slice that the next row's are put into.
func eachRow(text []byte, columns []string, do func(cells []string) error) error {
	rows := csv.NewReader(bytes.NewReader(text))
	rows.ReuseRecord = true
	heads, err := rows.Read()
	if errors.Is(err, io.EOF) {
		return errors.New("it has no header")
	}
	if err != nil {
		return err
	}
	at := make([]int, len(columns))
	for i, name := range columns {
		if at[i] = slices.Index(heads, name); at[i] < 0 {
			return fmt.Errorf("it has no column %s", name)
		}
	}
	cells := make([]string, len(at))
	for n := 2; ; n++ {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		for i, column := range at {
			cells[i] = row[column]
		}
		if err := do(cells); err != nil {
			return fmt.Errorf("row %d: %w", n, err)
		}
	}
}

func compareFindings(before, after *comparedReport) []findingChange {
	known := map[string]*tables.Finding{}
	for i := range before.findings {
		known[before.findings[i].FindingID] = &before.findings[i]
	}
	var all []findingChange
	for i := range after.findings {
		f := &after.findings[i]
		was := known[f.FindingID]
		delete(known, f.FindingID)
		switch fields := changedFields(was, f); {
		case was == nil:
			all = append(all, findingChange{Change: "new", New: f, Note: whyAbsent(f, after, before)})
		case len(fields) > 0:
			all = append(all, findingChange{Change: "changed", Old: was, New: f, Fields: fields})
		default:
			all = append(all, findingChange{Change: "persisting", Old: was, New: f})
		}
	}
	for i := range before.findings {
		if f := &before.findings[i]; known[f.FindingID] != nil {
			all = append(all, findingChange{Change: "gone", Old: f, Note: whyAbsent(f, before, after)})
		}
	}
	slices.SortStableFunc(all, func(a, b findingChange) int {
		f, g := a.Shown(), b.Shown()
		return cmp.Or(
			cmp.Compare(slices.Index(changeOrder, a.Change), slices.Index(changeOrder, b.Change)),
			cmp.Compare(analysis.Severity(g.Severity).Rank(), analysis.Severity(f.Severity).Rank()),
			strings.Compare(f.RuleID, g.RuleID),
			when.OrZero(f.FirstSeen).Compare(when.OrZero(g.FirstSeen)),
			strings.Compare(f.FindingID, g.FindingID))
	})
	return all
}

func changedFields(was, is *tables.Finding) []string {
	if was == nil {
		return nil
	}
	var fields []string
	for _, f := range []struct {
		name    string
		differs bool
	}{
		{"severity", was.Severity != is.Severity},
		{"status", was.Status != is.Status},
		{"count", was.Count != is.Count},
		{"summary", was.Summary != is.Summary},
		{"exception", exceptionWords(was) != exceptionWords(is)},
	} {
		if f.differs {
			fields = append(fields, f.name)
		}
	}
	return fields
}

// exceptionWords is the exception a finding is under, "" without one.
func exceptionWords(f *tables.Finding) string {
	if f == nil || f.ExceptionReason == "" && f.ExceptionOwner == "" && f.ExceptionExpires == "" {
		return ""
	}
	return string(f.ExceptionReason) + " (owner " + words.Or(string(f.ExceptionOwner), "not named") + ", expires " +
		expiry(f) + ")"
}

func expiry(f *tables.Finding) string { return words.Or(string(f.ExceptionExpires), "never") }

// notFound is said of a finding that the other report looked for in full.
const notFound = "tested in the other report and not found"

// outsidePeriod is said of a finding that the other report does not judge by its time.
const outsidePeriod = "outside the period of the other report"

// apart says how the periods of two reports lie to each other where they share no time; "" where they do, or are not
// known.
func apart(before, after *comparedReport) string {
	was, is := before.Manifest.Period, after.Manifest.Period
	if was.From == nil || was.To == nil || is.From == nil || is.To == nil {
		return ""
	}
	switch {
	case was.To.Equal(*is.From):
		return "The periods follow one another"
	case was.To.Before(*is.From):
		return "The new period begins some time after the old one's end"
	case !is.To.After(*was.From):
		return "The new report is of an earlier time than the old one"
	}
	return ""
}

// rulesVersion is the version of the rules by which a report was judged: reports of the first do not say it.
func rulesVersion(r *comparedReport) int { return max(r.Manifest.RulesVersion, 1) }

// whyAbsent says how much it means that the other report lacks a finding.
func whyAbsent(f *tables.Finding, has, lacks *comparedReport) string {
	p := lacks.Manifest.Period
	// What is told of a state lasts until the end of its report's period; only what happened can lie outside another.
	state := f.LastSeen != nil && has.Manifest.Period.To != nil && !f.LastSeen.Before(*has.Manifest.Period.To)
	if !state && f.FirstSeen != nil && f.LastSeen != nil && p.From != nil && p.To != nil &&
		(f.LastSeen.Before(*p.From) || !f.FirstSeen.Before(*p.To)) {
		return outsidePeriod
	}
	i := slices.IndexFunc(lacks.assessments, func(a assessmentRow) bool {
		return a.RuleID == f.RuleID && a.TenantID == tables.Inert(f.TenantID)
	})
	switch {
	case i < 0 && rulesVersion(has) != rulesVersion(lacks):
		return fmt.Sprintf("version %d of the rules, which the other report was judged by, has no such test",
			rulesVersion(lacks))
	case i < 0:
		return "the other report has no such test for this tenant"
	case lacks.assessments[i].Assessed == "no":
		return "could not be tested in the other report: " + lacks.assessments[i].Reason
	case lacks.assessments[i].Assessed != "yes":
		return "tested only in part in the other report: " + lacks.assessments[i].Reason
	case rulesVersion(has) != rulesVersion(lacks):
		return fmt.Sprintf("tested in the other report by version %d of the rules, and not found", rulesVersion(lacks))
	}
	return notFound
}

func compareTests(before, after *comparedReport) []testChange {
	type key struct{ rule, tenant string }
	all := map[key]*testChange{}
	at := func(a assessmentRow) *testChange {
		k := key{a.RuleID, a.TenantID}
		if all[k] == nil {
			all[k] = &testChange{RuleID: a.RuleID, TenantID: a.TenantID}
		}
		return all[k]
	}
	for _, a := range before.assessments {
		t := at(a)
		t.Old, t.OldReason = a.Assessed, a.Reason
	}
	for _, a := range after.assessments {
		t := at(a)
		t.New, t.NewReason = a.Assessed, a.Reason
	}
	var changed []testChange
	for _, t := range all {
		if t.Old != t.New {
			changed = append(changed, *t)
		}
	}
	certainty := []string{"", "no", "partly", "yes"}
	gain := func(t testChange) int { return slices.Index(certainty, t.New) - slices.Index(certainty, t.Old) }
	slices.SortFunc(changed, func(a, b testChange) int { // what was lost comes first
		return cmp.Or(cmp.Compare(gain(a), gain(b)), strings.Compare(a.RuleID, b.RuleID),
			strings.Compare(a.TenantID, b.TenantID))
	})
	return changed
}

func compareCoverage(before, after *comparedReport) []coverageChange {
	type key struct{ tenant, logType string }
	type days struct{ old, new map[time.Time]coverageRow }
	all := map[key]*days{}
	gather := func(rows []coverageRow, of func(*days) map[time.Time]coverageRow) {
		for _, row := range rows {
			k := key{row.TenantID, row.LogType}
			if all[k] == nil {
				all[k] = &days{map[time.Time]coverageRow{}, map[time.Time]coverageRow{}}
			}
			of(all[k])[row.Day] = row
		}
	}
	gather(before.coverage, func(d *days) map[time.Time]coverageRow { return d.old })
	gather(after.coverage, func(d *days) map[time.Time]coverageRow { return d.new })

	var changes []coverageChange
	for k, d := range all {
		c := coverageChange{TenantID: k.tenant, LogType: k.logType, Old: tallyDays(d.old), New: tallyDays(d.new)}
		for _, day := range sortedDays(d.new) {
			was, both := d.old[day]
			if !both {
				continue
			}
			c.Common++
			is := d.new[day].Status
			if was.Status == is {
				continue
			}
			if n := len(c.Spans); n > 0 {
				last := &c.Spans[n-1]
				if last.To.AddDate(0, 0, 1).Equal(day) && last.Old == was.Status && last.New == is {
					last.To = day
					continue
				}
			}
			c.Spans = append(c.Spans, coverageSpan{day, day, was.Status, is})
		}
		changes = append(changes, c)
	}
	slices.SortFunc(changes, func(a, b coverageChange) int {
		return cmp.Or(strings.Compare(a.TenantID, b.TenantID), strings.Compare(a.LogType, b.LogType))
	})
	return changes
}

func sortedDays(days map[time.Time]coverageRow) []time.Time {
	var all []time.Time
	for day := range days {
		all = append(all, day)
	}
	slices.SortFunc(all, time.Time.Compare)
	return all
}

func tallyDays(days map[time.Time]coverageRow) (t coverageTally) {
	for i, day := range sortedDays(days) {
		if i == 0 {
			t.From = day
		}
		t.To = day
		t.Records += days[day].Records
		switch days[day].Status {
		case "covered":
			t.Covered++
		case "partial":
			t.Partial++
		case "quiet":
			t.Quiet++
		case "blind":
			t.Blind++
		default:
			t.No++
		}
	}
	return t
}

// Days is the span that the records are looked for in.
func (t coverageTally) Days() string {
	if t.From.IsZero() {
		return "no day"
	}
	return t.From.Format(time.DateOnly) + " to " + t.To.Format(time.DateOnly)
}

// String is the days by their status, those that there are.
func (t coverageTally) String() string {
	var parts []string
	for _, p := range []struct {
		n    int
		what string
	}{{t.Covered, "covered"}, {t.Partial, "partial"}, {t.Quiet, "quiet"}, {t.Blind, "cannot show a pass"},
		{t.No, "gap"}} {
		if p.n > 0 {
			parts = append(parts, words.Number(p.n)+" "+p.what)
		}
	}
	return words.Or(strings.Join(parts, ", "), "no day")
}

// Days names the span's days.
func (s coverageSpan) Days() string {
	if s.From.Equal(s.To) {
		return s.From.Format(time.DateOnly)
	}
	return s.From.Format(time.DateOnly) + " to " + s.To.Format(time.DateOnly)
}
func comparisonNotes(before, after *comparedReport) []string {
	var notes []string
	for _, r := range []struct {
		which string
		*comparedReport
	}{{"old", before}, {"new", after}} {
		if len(r.Damage) == 0 {
			continue
		}
		var names []string
		for _, d := range r.Damage {
			names = append(names, d.Path+" "+d.What)
		}
		notes = append(notes, "The "+r.which+" report is not as its manifest lists it ("+strings.Join(names,
			", ")+"): nothing here can be relied on.")
	}
	was, is := before.Manifest, after.Manifest
	switch {
	case rulesVersion(before) != rulesVersion(after):
		notes = append(notes, fmt.Sprintf("The rules changed from version %d to version %d: the same events are judged by other meanings. "+
			"A finding that is new or gone for that reason says so.", rulesVersion(before), rulesVersion(after)))
	case was.RulesSHA256 != is.RulesSHA256:
		notes = append(notes, "The rules are not the same, so the same events may be judged differently.")
	}
	if was.SettingsSHA256 != is.SettingsSHA256 {
		notes = append(notes, "The configurations are not the same, so the same events may be judged differently.")
	}
	for _, t := range []struct {
		which       string
		has, hasNot []string
	}{{"old", was.Tenants, is.Tenants}, {"new", is.Tenants, was.Tenants}} {
		for _, tenant := range t.has {
			if !slices.Contains(t.hasNot, tenant) {
				notes = append(notes, "Tenant "+tenant+" is in the "+t.which+" report only.")
			}
		}
	}
	return notes
}

// findingNotes say what else may set findings apart.
func findingNotes(before, after *comparedReport) []string {
	var notes []string
	was, is := before.Manifest, after.Manifest
	switch how := apart(before, after); {
	case how != "":
		notes = append(notes, how+", so no event is of both. What happened in one of them only is counted and not listed here; diff.csv has it, and so "+
			"has the report itself.")
	case !sameInstant(was.Period.From, is.Period.From) || !sameInstant(was.Period.To, is.Period.To):
		notes = append(notes, "The reports judge different periods, so what happened in one of them only is new or gone by that alone.")
	}
	if was.Pseudonyms != is.Pseudonyms {
		notes = append(notes, "The reports do not use the same pseudonyms, so nothing in one can be recognised in the other: every finding is gone and new.")
	}
	if !before.listed || !after.listed {
		notes = append(notes, "A report without exceptions.csv does not list its exceptions. They are compared by the findings that they cover; one that covers none does not show.")
	}
	return notes
}

func sameInstant(a, b *time.Time) bool { return when.OrZero(a).Equal(when.OrZero(b)) }
