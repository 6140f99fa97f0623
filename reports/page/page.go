// Package page writes the report for people: one HTML file that needs no other.
package page

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"html/template"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"tapaudit/analysis"
	"tapaudit/analysis/supervision"
	"tapaudit/ingest/safetext"
	"tapaudit/reports/folder"
	"tapaudit/reports/verdict"
	"tapaudit/reports/words"
)

//go:embed templates/*.html.tmpl
var templateFiles embed.FS

//go:embed style.css
var style string

//go:embed script.js
var script string

// What the page shows in full is bounded, so that a browser opens it at once;
// what is beyond is there as a row, or named with the file that has it.
const (
	findingsInFull  = 100     // of a rule and severity
	findingBytes    = 4 << 20 // of findings in full, raw records aside
	findingRowBytes = 5 << 20 // of findings as rows
	tenantsNamed    = 10      // at the head, and of those of which something could not be seen
	testedRows      = 2_000   // with the same answer
	calendarsShown  = 30
	rawBytes        = 1 << 20 // of raw records
	recordsInFull   = 25      // of a finding
	firstShown      = 3       // incidents and findings to look at first
	requestsShown   = 40
	issuersShown    = 200
	momentRows      = 2_500
	rawRecord       = 20_000 // characters of one raw record
	ledgerWithWhy   = 500    // log-ins with the reasons of their criteria
	ledgerRows      = 3_000
	passRows        = 2_000
	policyRows      = 500
	evidenceRows    = 2_000
	quarantineRows  = 200
	calendarMonths  = 36 // of a log type
	spansListed     = 60 // gaps and partial days of a log type
	sentenceLength  = 240
	paragraphLength = 2_000
)

// Write writes report.html: one file that needs no other, no network and no script. version is the program's.
func Write(f *folder.Folder, r *analysis.Result, version string) error {
	return f.Create("report.html", func(w io.Writer) error {
		// Nothing deceptive stands in the templates, so whatever is replaced
		// here came from evidence.
		safe := safetext.NewWriter(w)
		p := pageOf(r, version)
		if err := p.execute(safe, "page.html.tmpl"); err != nil {
			return err
		}
		return safe.Close()
	})
}

// WriteBrief writes brief.html: the first page of the report, for those who read no other.
func WriteBrief(f *folder.Folder, r *analysis.Result, version string) error {
	return f.Create("brief.html", func(w io.Writer) error {
		safe := safetext.NewWriter(w)
		p := pageOf(r, version)
		p.shorten()
		if err := p.execute(safe, "brief.html.tmpl"); err != nil {
			return err
		}
		return safe.Close()
	})
}

// shorten leaves what fits two pages of print, and no link to what is not there.
func (p *page) shorten() {
	const steps, toDo, requests = 5, 2, 3
	p.Brief, p.people, p.NotRecognised = true, nil, nil
	for i := range p.Stories {
		s := &p.Stories[i]
		if more := len(s.Steps) - steps; more > 0 {
			s.Steps, s.More = s.Steps[:steps], s.More+more
		}
		s.ToDo = s.ToDo[:min(len(s.ToDo), toDo)]
	}
	p.RequestsRest += max(0, len(p.Requests)-requests)
	p.Requests = p.Requests[:min(len(p.Requests), requests)]
}

func (p *page) execute(w io.Writer, name string) error {
	t, err := pageTemplate.Clone()
	if err != nil {
		return err
	}
	return t.Funcs(template.FuncMap{"link": p.link, "several": func() bool { return p.Several },
		"called": func(id string) string { return p.TenantNames[strings.ToLower(id)] },
		"tenant": func(id string) string { return verdict.Tenant(p.Result, id) }}).ExecuteTemplate(w, name, p)
}

// linked is a name with the place in the page that has everything about whom it names.
type linked struct{ Name, Anchor string }

// Parts are the name before and from the last @, between which a line is broken first.
func (l linked) Parts() []string {
	if at := strings.LastIndex(l.Name, "@"); at > 0 {
		return []string{l.Name[:at], l.Name[at:]}
	}
	return []string{l.Name}
}

func (p *page) link(tenant, id, name string) linked {
	to := linked{Name: words.Name(words.Or(name, id))}
	if p.people == nil {
		return to
	}
	who := p.people.find(tenant, id)
	if who == nil {
		who = p.people.find(tenant, name)
	}
	if who != nil {
		to.Anchor = who.Anchor
	}
	return to
}

var pageTemplate = template.Must(template.New("").Funcs(template.FuncMap{
	"clock":  words.Clock,
	"date":   words.Date,
	"day":    func(t time.Time) string { return t.UTC().Format(time.DateOnly) },
	"count":  func(n int, one, many string) string { return words.Count(n, one, many) },
	"number": func(n int) string { return words.Number(n) },
	"number64": func(n int64) string {
		return words.Number(n)
	},
	"hour":      func(t time.Time) string { return t.UTC().Format(time.TimeOnly) },
	"name":      func(s string) string { return words.Name(s) },
	"sentence":  func(s string) string { return words.Clip(sentenceLength, s) },
	"paragraph": func(s string) string { return words.Clip(paragraphLength, s) },
	"join":      func(l []string) string { return words.Clip(paragraphLength, strings.Join(l, "; ")) },
	"place":     func(p analysis.Place) string { return words.Clip(sentenceLength, p.String()) },
	"places":    func(p []analysis.Place) string { return firstPlaces(p, 10) },
	"places1":   func(p []analysis.Place) string { return firstPlaces(p, 1) },
	"places3":   func(p []analysis.Place) string { return firstPlaces(p, 3) },
	"result":    verdict.Result,
	"parameter": func(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) },
	"subject":   verdict.Subject,
	"title":     func(s analysis.Severity) string { return severityName(s) },
	"dayNumber": func(i int) int { return i + 1 },
	"tenant":    words.ShortTenant,
	"called":    func(string) string { return "" },
	"link":      func(_, id, name string) linked { return linked{Name: words.Name(words.Or(name, id))} },
	"several":   func() bool { return false },
	"exception": exceptionText,
	"targets":   targets,
	"outcome":   verdict.Outcome,
	"spanned":   words.Spanned,
	"between":   words.Between,
	"log":       logName,
	"done":      words.Done,
	"label":     func(s string) string { return strings.ReplaceAll(s, "_", " ") },
}).ParseFS(templateFiles, "templates/*.html.tmpl"))

func firstPlaces(p []analysis.Place, n int) string {
	if len(p) <= n {
		return strings.Join(words.Places(p), "; ")
	}
	return strings.Join(words.Places(p[:n]), "; ") + "; and " + words.Number(len(p)-n) + " more"
}

func severityName(s analysis.Severity) string { return words.Capitalised(string(s)) }

// page is what the templates show; all of it is derived from the Result.
type page struct {
	*analysis.Result
	people  *people
	Version string
	Brief   bool
	Look
	Heading, Sentence string
	CollectFirst      string // what to do where nothing could be tested
	NotRecognised     []string
	Several           bool // tenants
	TenantsNamed      []string
	TenantsRest       int
	ToSettle          int  // open findings, but for those for information
	Urgent            bool // a finding of critical or high severity is open
	Tiles             []tile
	Signs             string
	ByTenant          []verdict.TenantRow
	Stories           []verdict.Story
	Asked             []asked
	First             []firstThing
	Requests          []verdict.Request
	RequestsRest      int
	People            []*person
	PeopleRest        int
	Issuers           []*person
	Chronology        []verdict.Told
	ChronologyRest    int
	Unseen            []verdict.UnseenIn
	UnseenRest        int // tenants
	Severities        []severityGroup
	FindingsBeyond    int // findings that findings.csv alone has
	Tested            []testedGroup
	LedgerCaveat      string
	Ledger            []ledgerRow
	LedgerBare        int // rows without reasons
	LedgerRest        int
	PassCaveat        string
	PassList          []analysis.Pass
	PassRest          int
	PolicyList        []analysis.PolicyState
	PolicyRest        int
	Calendars         []calendar
	CalendarsRest     int
	EvidenceList      []analysis.EvidenceFile
	EvidenceRest      int
	QuarantineList    []analysis.Quarantined
	QuarantineRest    int
	Quarantined       int64 // records, listed or not
	Unlisted          int64 // records in quarantine that quarantine.csv only counts
	Controls          []control
	Pictures          pictures
}

func pageOf(r *analysis.Result, version string) page {
	p := page{
		Result: r, Version: version,
		Look:    LookOf(),
		Several: len(r.Tenants) > 1,
		Tested:  testedGroups(r), Ledger: ledger(r),
		Controls: controls(r), Pictures: drawn(r),
	}
	p.TenantsNamed, p.TenantsRest = head(r.Tenants, tenantsNamed)
	p.Unseen, p.UnseenRest = head(verdict.UnseenByTenant(r), tenantsNamed)
	p.Calendars, p.CalendarsRest = calendars(r)
	p.people = peopleOf(r)
	p.People, p.PeopleRest = p.people.bounded()
	p.Issuers, _ = head(issuersOf(p.People), issuersShown)
	p.Chronology, p.ChronologyRest = chronology(r)
	p.Signs, p.ByTenant, p.Stories = verdict.Signs(r), verdict.ByTenant(r), verdict.Stories(r, firstShown)
	p.Requests, p.RequestsRest = head(verdict.Requests(r), requestsShown)
	p.Asked = askedOf(r, p.Stories, p.Requests)
	first := verdict.FirstThings(r, firstShown)
	rules := r.RulesByID()
	for _, f := range first {
		if slices.ContainsFunc(p.Stories, func(s verdict.Story) bool { return s.ID == f.IncidentID }) {
			continue
		}
		p.First = append(p.First, firstThing{f, rules[f.RuleID].HowToVerify, verdict.TogetherWith(r, f)})
	}
	p.NotRecognised = verdict.NotRecognised(r)
	if verdict.LacksEvidence(r) {
		p.CollectFirst = verdict.CollectFirst
	}
	p.Severities = findingGroups(r, first)
	for _, s := range p.Severities {
		for _, g := range s.Groups {
			p.FindingsBeyond += g.Beyond
		}
	}
	p.Heading, p.Sentence = verdict.Of(r)
	t := verdict.TallyOf(r)
	p.Quarantined = t.Quarantined
	p.ToSettle, p.Urgent = t.OpenTotal-t.Open["info"], t.Open["critical"]+t.Open["high"] > 0
	p.Tiles = tiles(r, t)
	p.LedgerCaveat = caveat(r, "TAP-SIGNIN", "Log-ins")
	p.PassCaveat = caveat(r, "TAP-ISSUED", "Issued passes")
	p.LedgerBare, p.LedgerRest = max(0, len(p.Ledger)-ledgerWithWhy), len(r.Logins)-len(p.Ledger)
	p.PassList, p.PassRest = head(r.Passes, passRows)
	p.PolicyList, p.PolicyRest = head(r.Policy, policyRows)
	p.EvidenceList, p.EvidenceRest = head(r.Evidence, evidenceRows)
	for _, q := range r.Quarantine {
		switch p.Unlisted += q.More; {
		case q.More > 0:
		case len(p.QuarantineList) == quarantineRows:
			p.QuarantineRest++
		default:
			p.QuarantineList = append(p.QuarantineList, q)
		}
	}
	return p
}

// asked is what is needed from somebody.
type asked struct{ Who, What string }

// askedOf is what is needed from whom: answers to the first incidents, and the first exports.
func askedOf(r *analysis.Result, stories []verdict.Story, requests []verdict.Request) (all []asked) {
	for _, s := range stories {
		all = append(all, asked{s.Ask, s.Question})
	}
	const exports = 3
	for _, request := range requests[:min(len(requests), exports)] {
		who, what := "Whoever exports the logs", request.What
		switch {
		case request.TenantID == "":
			who = "Whoever keeps the configuration"
		case len(r.Tenants) > 1:
			who += " of " + verdict.Tenant(r, request.TenantID)
		}
		if request.Days != "" {
			what += ", " + request.Days
		}
		all = append(all, asked{who, what + "."})
	}
	return all
}

// chronology is everything in order of time, as far as there is room.
func chronology(r *analysis.Result) (rows []verdict.Told, rest int) {
	list := verdict.LoginsOf(r).List()
	for i := range r.Timeline {
		if told, ok := list.Tell(&r.Timeline[i]); ok {
			rows = append(rows, told)
		}
	}
	return head(rows, momentRows)
}

// targets are those of a policy; nil is what is not known.
func targets(all []string) string {
	switch {
	case all == nil:
		return "not known"
	case len(all) == 0:
		return "none"
	}
	told := strings.Join(all, "; ")
	return words.Clip(paragraphLength, strings.ReplaceAll(told, "all_users", "everyone"))
}

// exceptionText is an exception from a finding, ready to be completed in the configuration.
func exceptionText(f *analysis.Finding) string {
	quoted := func(s string) string { return strconv.Quote(words.Name(s)) }
	return "exceptions:\n  - rule: " + f.RuleID + "\n    tenant: " + quoted(f.TenantID) + "\n    subject: " +
		quoted(words.Or(f.SubjectID, f.SubjectName)) +
		"\n    reason: \"\"   # why this is as it should be\n    owner: \"\"    # who answers for it\n    expires: \"\"  # YYYY-MM-DD"
}

// firstThing is a finding to look at first, what to do about it, and what else belongs to its incident.
type firstThing struct {
	*analysis.Finding
	Do, Together string
}

func head[T any](l []T, n int) ([]T, int) {
	if len(l) <= n {
		return l, 0
	}
	return l[:n], len(l) - n
}

// Look is what every page of the program has in its head and at its end.
type Look struct {
	CSP    template.HTMLAttr
	Style  template.CSS
	Script template.JS
}

// LookOf is for a page that is parsed with [Parse].
func LookOf() Look {
	return Look{CSP: contentPolicy(), Style: template.CSS(style), Script: template.JS(script)}
}

// Parse is another page's template: it may use this one's functions and parts, and functions of its own.
func Parse(text string, more template.FuncMap) *template.Template {
	return template.Must(template.Must(pageTemplate.Clone()).Funcs(more).New("").Parse(text))
}

// contentPolicy forbids the page everything but its own style and script, so
// that markup which got past the escaping still could not act. The hashes are
// of the text between the tags, to the byte.
func contentPolicy() template.HTMLAttr {
	hash := func(s string) string {
		sum := sha256.Sum256([]byte(s))
		return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	return template.HTMLAttr(`content="default-src 'none'; style-src ` + hash(style) + `; script-src ` + hash(script) +
		`; base-uri 'none'; form-action 'none'"`)
}

// tile is one of the numbers at the head of the page.
type tile struct {
	Label  string
	Number string // "" where there is none to give
	Detail string
	Target string // the section with the particulars
}

func tiles(r *analysis.Result, t verdict.Tally) []tile {
	counted := func(ruleID string, n int) (string, string) {
		assessed, reasons := verdict.Standing(r, ruleID)
		switch {
		case assessed == "yes":
			return words.Number(n), ""
		case assessed == "no" && n == 0:
			return "", "could not be assessed: " + firstOf(reasons)
		case n == 0:
			return "0", "seen, but the evidence holds only a part; see what could not be seen"
		}
		return words.Number(n), "at least: the evidence holds only a part; see what could not be seen"
	}
	passes, passDetail := counted("TAP-ISSUED", len(r.Passes))
	logins, loginDetail := counted("TAP-SIGNIN", len(r.Logins))
	supervision := tile{Label: "Supervision", Target: "ledger", Number: logins}
	switch {
	case logins == "":
		supervision.Detail = "could not be assessed, because log-ins could not be"
	case len(r.Logins) == 0:
		supervision.Number, supervision.Detail = "–", "no log-in to supervise was seen"
	case t.LoginsNotAssessed == len(r.Logins):
		supervision.Number, supervision.Detail = "",
			"could not be assessed for "+words.Count(len(r.Logins), "log-in", "log-ins")
	default:
		supervision.Number = words.Number(t.Supervised) + " of " + words.Number(len(r.Logins))
		supervision.Detail = "log-ins were supervised"
		if rest := (verdict.Tally{Unsupervised: t.Unsupervised,
			LoginsNotAssessed: t.LoginsNotAssessed}).Supervision(); rest != "" {
			supervision.Detail += "; " + rest
		}
	}
	var open []string
	for _, s := range verdict.Severities {
		if t.Open[s] > 0 && s != "info" {
			open = append(open, words.Number(t.Open[s])+" "+string(s))
		}
	}
	detail := strings.Join(open, ", ")
	if t.Excepted > 0 {
		detail = strings.TrimPrefix(detail+"; ", "; ") + words.Number(t.Excepted) + " more under an exception"
	}
	if n := t.Open["info"]; n > 0 {
		detail = strings.TrimPrefix(detail+"; ", "; ") + words.Number(n) + " more for information"
	}
	findings := tile{Label: "Findings open", Number: words.Number(t.OpenTotal - t.Open["info"]), Detail: detail,
		Target: "findings"}
	if len(r.Assessments) == 0 {
		findings.Number, findings.Detail = "", "nothing could be tested"
	}
	files := words.Number(t.Loaded) + " of " + words.Number(t.Read) + " records used"
	if t.Quarantined > 0 {
		files += "; " + words.Number(t.Quarantined) + " could not be loaded"
	}
	return []tile{
		{Label: "Passes issued", Number: passes, Detail: passDetail, Target: "passes"},
		{Label: "Log-ins with a pass", Number: logins, Detail: loginDetail, Target: "ledger"},
		supervision,
		findings,
		{Label: "Files read", Number: words.Number(len(r.Evidence)), Detail: files, Target: "evidence"},
	}
}

// firstOf is the first of several reasons, and how many more there are.
func firstOf(reasons []string) string {
	if len(reasons) < 2 {
		return strings.Join(reasons, "")
	}
	return reasons[0] + "; and " + words.Count(len(reasons)-1, "further reason", "further reasons")
}

// caveat is what must stand above a list that may be shorter than the truth.
func caveat(r *analysis.Result, ruleID, what string) string {
	assessed, reasons := verdict.Standing(r, ruleID)
	switch assessed {
	case "yes":
		return ""
	case "no":
		return what + " could not be assessed: " + strings.Join(reasons, "; ") + "."
	}
	return what + " were assessed only in part: " + strings.Join(reasons, "; ") + "."
}

type severityGroup struct {
	Severity            analysis.Severity
	Unsettled, Excepted int // findings open and excepted
	Groups              []*ruleGroup
}

// ruleGroup holds the findings of one rule at one severity.
type ruleGroup struct {
	Severity            analysis.Severity
	Rule                analysis.Rule
	Unsettled, Excepted int
	Open                bool // unfolded
	Full                []findingView
	Rest                []*analysis.Finding // as table rows
	Beyond              int                 // findings that findings.csv alone has
}

type findingView struct {
	*analysis.Finding
	Open  bool // unfolded
	Paper bool // printed with its proof
	Proof []proof
	More  int // records that are not shown
}

// proof is a record with its raw text, which stands in the page once.
type proof struct {
	*analysis.Record
	RawText  string
	RawLines []rawLine
	RawAt    string // the finding that shows the raw text, when it is not this one
	RawAway  bool   // there is a raw text, but the page is full
}

// findingGroups arranges the findings by severity and rule. Those to look at
// first stand unfolded.
func findingGroups(r *analysis.Result, first []*analysis.Finding) []severityGroup {
	type key struct {
		severity analysis.Severity
		rule     string
	}
	rules := r.RulesByID()
	groups := map[key]*ruleGroup{}
	order := map[analysis.Severity][]*ruleGroup{}
	var full, rows, raw int
	shownAt := map[string]string{} // raw text to finding
	for i := range r.Findings {
		f := &r.Findings[i]
		k := key{f.Severity, f.RuleID}
		g := groups[k]
		if g == nil {
			rule, ok := rules[f.RuleID]
			if !ok {
				rule = analysis.Rule{ID: f.RuleID, Title: f.Title}
			}
			g = &ruleGroup{Severity: f.Severity, Rule: rule, Open: f.Severity == "critical" || f.Severity == "high"}
			groups[k] = g
			order[f.Severity] = append(order[f.Severity], g)
		}
		if verdict.IsOpen(*f) {
			g.Unsettled++
		} else {
			g.Excepted++
		}
		view := findingView{Finding: f, Open: slices.Contains(first, f), Paper: f.Severity == "critical"}
		g.Open = g.Open || view.Open
		size := 1700 + 2*min(len(f.Summary), paragraphLength)
		records, more := head(f.Records, recordsInFull)
		view.More = more
		for j := range records {
			size += 300 + min(len(records[j].What), paragraphLength)
		}
		if len(g.Full) == findingsInFull || full+size > findingBytes {
			if rows += 320 + min(len(f.Summary), sentenceLength); rows > findingRowBytes {
				g.Beyond++
			} else {
				g.Rest = append(g.Rest, f)
			}
			continue
		}
		full += size
		for j := range records {
			p := proof{Record: &records[j]}
			text := records[j].Raw
			at, shown := shownAt[text]
			// A quotation mark takes five bytes once it is escaped.
			size := min(len(text), rawRecord) + 4*strings.Count(text, `"`)
			switch {
			case text == "":
			case shown && at != f.ID:
				p.RawAt = at
			case raw+size > rawBytes:
				p.RawAway = true
			default:
				raw += size
				shownAt[text] = f.ID
				p.RawText = words.Clip(rawRecord, formatted(text))
				p.RawLines = rawLines(p.RawText)
			}
			view.Proof = append(view.Proof, p)
		}
		g.Full = append(g.Full, view)
	}
	var all []severityGroup
	for _, s := range verdict.Severities {
		sg := severityGroup{Severity: s, Groups: order[s]}
		for _, g := range order[s] {
			sg.Unsettled += g.Unsettled
			sg.Excepted += g.Excepted
		}
		all = append(all, sg)
	}
	return all
}

// testedGroup holds the assessments with the same answer.
type testedGroup struct {
	Assessed, Heading string
	Rows              []testedRow
	Total             int // with those that only assessment.csv has
}

type testedRow struct {
	analysis.Assessment
	Title string
	Span  string // where it is not the report's
}

func testedGroups(r *analysis.Result) []testedGroup {
	rules := r.RulesByID()
	groups := []testedGroup{
		{Assessed: "no", Heading: "Could not be tested"},
		{Assessed: "partly", Heading: "Tested in part"},
		{Assessed: "yes", Heading: "Tested for the whole period"},
	}
	for _, a := range r.Assessments {
		at := slices.IndexFunc(groups, func(g testedGroup) bool { return g.Assessed == a.Assessed })
		at = max(at, 0)
		if groups[at].Total++; groups[at].Total > testedRows {
			continue
		}
		row := testedRow{Assessment: a, Title: rules[a.RuleID].Title}
		if span := (analysis.Period{From: a.From, To: a.To}); words.Spanned(span) != words.Spanned(r.Period) {
			row.Span = words.Spanned(span)
		}
		groups[at].Rows = append(groups[at].Rows, row)
	}
	return groups
}

type ledgerRow struct {
	*analysis.Login
	Number       int
	Cells        []analysis.Criterion
	Failed, Open int // criteria failed, not assessed
	Why          bool
}

// Told counts what was not met.
func (l ledgerRow) Told() string {
	var told []string
	if l.Failed > 0 {
		told = append(told, words.Number(l.Failed)+" failed")
	}
	if l.Open > 0 {
		told = append(told, words.Number(l.Open)+" not assessed")
	}
	return words.Or(strings.Join(told, ", "), "all met")
}

func ledger(r *analysis.Result) []ledgerRow {
	var rows []ledgerRow
	for i := range r.Logins {
		if i == ledgerRows {
			break
		}
		row := ledgerRow{Login: &r.Logins[i], Number: i + 1, Why: i < ledgerWithWhy}
		for _, name := range supervision.Criteria() {
			c := r.Logins[i].Criterion(name)
			switch c.State {
			case analysis.Failed:
				row.Failed++
			case analysis.Met:
			default:
				row.Open++
			}
			row.Cells = append(row.Cells, c)
		}
		rows = append(rows, row)
	}
	return rows
}

// logName is what people call the log of a coverage row.
func logName(logType string) string {
	switch logType {
	case "audit":
		return "Audit log"
	case "sign-in interactive":
		return "Interactive sign-ins"
	case "sign-in non-interactive":
		return "Non-interactive sign-ins"
	case "unified audit":
		return "Unified Audit Log"
	case "graph activity":
		return "Activity of Microsoft Graph"
	}
	return words.Capitalised(logType)
}

// calendar shows the days of one tenant and log type.
type calendar struct {
	TenantID, LogType               string
	Covered, Partial, Quiet, Gap    int
	Blind                           int
	Months                          []month
	MonthsLeftOut                   int
	Gaps, Partials, Blinds          []string
	GapsMore, PartialsMore, BlindsM int
	From, To                        time.Time
}

type month struct {
	Name string
	Days [31]string // the status, "blind" for records that cannot show TAP, "" for no such day
}

// logTypes are those that an audit wants to see of every tenant.
var logTypes = []string{"audit", "sign-in interactive", "sign-in non-interactive"}

// calendars are those of the first tenants, and how many there are beside them.
func calendars(r *analysis.Result) (all []calendar, rest int) {
	type key struct{ tenant, logType string }
	var keys []key
	days := map[key][]analysis.CoverageDay{}
	for _, tenant := range r.Tenants {
		for _, logType := range logTypes {
			keys = append(keys, key{tenant, logType})
			days[key{tenant, logType}] = nil
		}
	}
	for _, d := range r.Coverage {
		k := key{d.TenantID, d.LogType}
		if _, known := days[k]; !known {
			keys = append(keys, k)
		}
		days[k] = append(days[k], d)
	}
	keys, rest = head(keys, calendarsShown)
	for _, k := range keys {
		c := calendar{TenantID: k.tenant, LogType: k.logType}
		var gaps, partials, blinds []time.Time
		for _, d := range days[k] {
			day := d.Day.UTC()
			if c.From.IsZero() {
				c.From = day
			}
			c.To = day
			switch d.Status {
			case "covered":
				c.Covered++
			case "partial":
				c.Partial++
				partials = append(partials, day)
			case "quiet":
				c.Quiet++
			case "gap":
				c.Gap++
				gaps = append(gaps, day)
			}
			status := dayStatus(d)
			if status == "blind" {
				c.Blind++
				blinds = append(blinds, day)
			}
			name := day.Format("2006-01")
			if len(c.Months) == 0 || c.Months[len(c.Months)-1].Name != name {
				c.Months = append(c.Months, month{Name: name})
			}
			c.Months[len(c.Months)-1].Days[day.Day()-1] = status
		}
		if extra := len(c.Months) - calendarMonths; extra > 0 {
			c.Months, c.MonthsLeftOut = c.Months[extra:], extra
		}
		c.Gaps, c.GapsMore = head(spans(gaps), spansListed)
		c.Partials, c.PartialsMore = head(spans(partials), spansListed)
		c.Blinds, c.BlindsM = head(spans(blinds), spansListed)
		all = append(all, c)
	}
	return all, rest
}

// Days counts the days by what they hold, those that there are.
func (c calendar) Days() string {
	var told []string
	for _, kind := range []struct {
		n    int
		what string
	}{{c.Covered, "covered"}, {c.Partial, "covered in part"}, {c.Quiet, "quiet"}, {c.Gap, "missing"}} {
		switch {
		case kind.n == 0:
		case len(told) == 0:
			told = append(told, words.Count(kind.n, "day", "days")+" "+kind.what)
		default:
			told = append(told, words.Number(kind.n)+" "+kind.what)
		}
	}
	text := strings.Join(told, ", ")
	if c.Blind > 0 {
		text += "; the records of " + words.Count(c.Blind, "day", "days") + " cannot show a pass"
	}
	return text + "."
}

// spans joins consecutive days, which come in order.
func spans(days []time.Time) []string {
	var all []string
	for i := 0; i < len(days); {
		j := i
		for j+1 < len(days) && days[j+1].Sub(days[j]) <= 24*time.Hour {
			j++
		}
		from := days[i].Format(time.DateOnly)
		if i == j {
			all = append(all, from)
		} else {
			all = append(all, from+" to "+days[j].Format(time.DateOnly)+" ("+words.Count(j-i+1, "day", "days")+")")
		}
		i = j + 1
	}
	return all
}

// controlsAbout says in a few words what a control is about.
var controlsAbout = map[string]string{
	"EIDSCA.AT01":      "Entra ID security configuration: is Temporary Access Pass enabled as meant",
	"EIDSCA.AT02":      "Entra ID security configuration: is a pass for one use",
	"ISO27001:A.5.16":  "Identity management: the life of identities",
	"ISO27001:A.5.17":  "Authentication information: how secrets are given out and kept",
	"ISO27001:A.8.2":   "Privileged access rights",
	"ISO27001:A.8.5":   "Secure authentication",
	"NIST-800-53:AC-2": "Account management",
	"NIST-800-53:AU-6": "Review of audit records, analysis and reporting",
	"NIST-800-53:IA-5": "Authenticator management",
	"NIST-800-63B":     "Digital identity: authentication and the life of authenticators",
	"PCI-DSS-4.0:8.3":  "Strong authentication of users and administrators",
	"PCI-DSS-4.0:8.6":  "Application and system accounts, and their authentication",
	"ZTA:21845":        "Zero Trust assessment: Temporary Access Pass is enabled",
	"ZTA:21846":        "Zero Trust assessment: passes are for one use",
}

// control says what the rules that speak to a control of a standard came to.
type control struct {
	Name     string
	About    string // what it asks, in a few words
	Rules    []string
	Open     int
	Excepted int
	Result   string
}

func controls(r *analysis.Result) []control {
	open, excepted := map[string]int{}, map[string]int{}
	for _, f := range r.Findings {
		if f.Severity == "info" {
			continue // a record of what happened is no violation
		}
		if verdict.IsOpen(f) {
			open[f.RuleID]++
		} else {
			excepted[f.RuleID]++
		}
	}
	byName := map[string]*control{}
	var names []string
	for _, rule := range r.Rules {
		for _, name := range rule.Controls {
			c := byName[name]
			if c == nil {
				c = &control{Name: name, About: controlsAbout[name]}
				byName[name] = c
				names = append(names, name)
			}
			c.Rules = append(c.Rules, rule.ID)
			c.Open += open[rule.ID]
			c.Excepted += excepted[rule.ID]
		}
	}
	slices.Sort(names)
	assessed := verdict.StandingsByRule(r)
	var all []control
	for _, name := range names {
		c := byName[name]
		states := map[string]int{}
		for _, id := range c.Rules {
			states[assessed[id].Overall()]++
		}
		var parts []string
		for _, s := range []struct{ state, what string }{{"yes", "tested"}, {"partly", "tested in part"},
			{"no", "could not be tested"}} {
			switch n := states[s.state]; {
			case n == 0:
			case len(parts) == 0:
				parts = append(parts, words.Count(n, "rule", "rules")+" "+s.what)
			default:
				parts = append(parts, words.Number(n)+" "+s.what)
			}
		}
		c.Result = strings.Join(parts, ", ") + "."
		if c.Open == 0 && c.Excepted == 0 {
			if states["yes"] == len(c.Rules) {
				c.Result += " None found."
			} else if states["no"] < len(c.Rules) {
				c.Result += " None found in what was tested."
			}
		}
		all = append(all, *c)
	}
	return all
}
