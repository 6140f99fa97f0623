// Package verdict is an audit in a few words: what it found, what could not be seen, and what to look at first. Every
// form of the report that has a summary takes it from here.
package verdict

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"tapaudit/analysis"
	"tapaudit/analysis/settings"
	"tapaudit/analysis/when"
	"tapaudit/ingest"
	"tapaudit/reports/words"
)

// Severities from the most to the least urgent.
var Severities = func() (all []analysis.Severity) {
	for _, name := range settings.Severities() {
		all = append(all, analysis.Severity(name))
	}
	slices.Reverse(all)
	return all
}()

// Tally holds the numbers that every summary shows.
type Tally struct {
	Open                                        map[analysis.Severity]int
	ExceptedBy                                  map[analysis.Severity]int
	OpenTotal, Excepted                         int
	Supervised, Unsupervised, LoginsNotAssessed int
	tested, Partly, Untested                    int // rules per tenant
	Read, Loaded, Duplicate, NotUsed            int64
	Quarantined                                 int64
}

func TallyOf(r *analysis.Result) Tally {
	t := Tally{Open: map[analysis.Severity]int{}, ExceptedBy: map[analysis.Severity]int{}}
	for _, f := range r.Findings {
		if IsOpen(f) {
			t.Open[f.Severity]++
			t.OpenTotal++
		} else {
			t.ExceptedBy[f.Severity]++
			t.Excepted++
		}
	}
	for _, l := range r.Logins {
		switch l.Supervised {
		case "yes":
			t.Supervised++
		case "no":
			t.Unsupervised++
		default:
			t.LoginsNotAssessed++
		}
	}
	for _, a := range r.Assessments {
		switch a.Assessed {
		case "yes":
			t.tested++
		case "partly":
			t.Partly++
		default:
			t.Untested++
		}
	}
	for _, e := range r.Evidence {
		t.Read += e.Read
		t.Loaded += e.Loaded
		t.Duplicate += e.Duplicate
		t.NotUsed += e.NotUsed
		t.Quarantined += e.Quarantined
	}
	return t
}

func IsOpen(f analysis.Finding) bool { return f.Status != "excepted" }

// standings are whether a rule was assessed for each tenant, those that occur.
type standings map[string]bool

// Overall is the answer over all tenants. A rule without an assessment could not be judged: silence is no proof.
func (a standings) Overall() string {
	switch {
	case len(a) == 0:
		return "no"
	case len(a) == 1 && a["yes"]:
		return "yes"
	case len(a) == 1 && a["no"]:
		return "no"
	}
	return "partly"
}

func StandingsByRule(r *analysis.Result) map[string]standings {
	byRule := map[string]standings{}
	for _, a := range r.Assessments {
		if byRule[a.RuleID] == nil {
			byRule[a.RuleID] = standings{}
		}
		byRule[a.RuleID][a.Assessed] = true
	}
	return byRule
}

// Standing says how far a rule could be judged over all tenants, and why not
// further.
func Standing(r *analysis.Result, ruleID string) (assessed string, reasons []string) {
	seen, told := standings{}, map[string]bool{}
	for _, a := range r.Assessments {
		if a.RuleID != ruleID {
			continue
		}
		seen[a.Assessed] = true
		if a.Assessed == "yes" {
			continue
		}
		reason := reasonsOf(a)
		if len(r.Tenants) > 1 {
			reason = "tenant " + Tenant(r, a.TenantID) + ": " + reason
		}
		if !told[reason] {
			told[reason] = true
			reasons = append(reasons, reason)
		}
	}
	switch {
	case len(r.Assessments) == 0:
		return "no", []string{"no test could be run"}
	case len(seen) == 0:
		return "no", []string{"rule " + ruleID + " was not run"}
	}
	return seen.Overall(), reasons
}

// Of is the audit in a heading and one plain sentence. What could not be
// seen is part of the sentence, so that it cannot be quoted without it.
func Of(r *analysis.Result) (heading, sentence string) {
	if len(r.Assessments) == 0 {
		return "Nothing could be tested", nothingTested(r)
	}
	t := TallyOf(r)
	urgent, decisions := t.Open["critical"]+t.Open["high"],
		words.Count(t.Open["medium"], "finding needs", "findings need")+" a decision"
	loginsJudged, _ := Standing(r, "TAP-SIGNIN")
	blind := loginsJudged == "no" && len(r.Logins) == 0
	switch {
	case urgent > 0:
		heading = words.Number(urgent) + " findings need action now"
		if urgent == 1 {
			heading = "One finding needs action now"
		}
		if blind {
			heading += ", and log-ins could not be assessed"
		}
	case blind && t.Open["medium"] > 0:
		heading = "Log-ins could not be assessed; " + decisions
	case blind:
		heading = "Log-ins could not be assessed"
	case 2*t.Untested > len(r.Assessments) && t.Open["medium"] > 0:
		heading = "Most tests could not be run, and " + decisions
	case 2*t.Untested > len(r.Assessments):
		heading = "Most tests could not be run; the others found nothing urgent"
	case t.Open["medium"] > 0:
		heading = "Nothing urgent was found, but " + decisions
	case t.Untested+t.Partly > 0:
		heading = "Nothing urgent was found in what could be tested"
	default:
		heading = "Nothing urgent was found"
	}

	if r.Unassessed != "" {
		heading = "Nothing could be assessed"
		if urgent > 0 {
			heading += ", but " + words.Count(urgent, "finding needs", "findings need") + " action now"
		}
	}

	parts := append(shown(r, t), urgentFindings(t))
	tests := "of " + words.Count(len(r.Assessments), "test", "tests")
	if n := len(r.Tenants); n > 1 && len(r.Assessments)%n == 0 {
		tests += " (" + words.Number(len(r.Assessments)/n) + " for each of " + words.Number(n) + " tenants)"
	}
	switch {
	case len(r.Assessments) == 1 && t.Untested > 0:
		parts = append(parts, "the only test could not be run")
	case len(r.Assessments) == 1 && t.Partly > 0:
		parts = append(parts, "the only test could be run in part")
	case t.Untested > 0 && t.Partly > 0:
		parts = append(parts, fmt.Sprintf("%s, %s could not be run and %s only in part", tests,
			words.Number(t.Untested), words.Number(t.Partly)))
	case t.Untested > 0:
		parts = append(parts, tests+", "+words.Number(t.Untested)+" could not be run")
	case t.Partly > 0:
		parts = append(parts, tests+", "+words.Number(t.Partly)+" could be run only in part")
	default:
		parts = append(parts, "every test could be run for the whole period")
	}
	if r.Unassessed != "" {
		parts = append([]string{words.Line(r.Unassessed)}, parts...)
	}
	return heading, words.Capitalised(strings.Join(parts, "; ")) + "."
}

// shown says what the evidence shows of passes and log-ins, and which of them could not be assessed.
func shown(r *analysis.Result, t Tally) (parts []string) {
	passes, passesSeen := seen(r, "TAP-ISSUED", len(r.Passes), "pass issued", "passes issued")
	logins, loginsSeen := seen(r, "TAP-SIGNIN", len(r.Logins), "log-in with a pass", "log-ins with a pass")
	if len(r.Logins) > 0 {
		logins += " (" + t.Supervision() + ")"
	}
	switch {
	case passesSeen && loginsSeen:
		return []string{"the evidence shows " + passes + " and " + logins}
	case passesSeen:
		return []string{"the evidence shows " + passes, "log-ins with a pass could not be assessed"}
	case loginsSeen:
		return []string{"issued passes could not be assessed", "the evidence shows " + logins}
	}
	return []string{"neither issued passes nor log-ins with a pass could be assessed"}
}

// urgentFindings counts the open findings that need action now.
func urgentFindings(t Tally) string {
	var told []string
	n := t.Open["critical"] + t.Open["high"]
	for _, severity := range []analysis.Severity{"critical", "high"} {
		if t.Open[severity] > 0 {
			told = append(told, words.Number(t.Open[severity])+" "+string(severity))
		}
	}
	switch n {
	case 0:
		return "no finding of critical or high severity is open"
	case 1:
		return strings.Join(told, "") + " finding is open"
	}
	return strings.Join(told, " and ") + " findings are open"
}

// nothingTested says why no test could be run.
func nothingTested(r *analysis.Result) string {
	return words.Capitalised(words.Or(words.Line(r.Unassessed), "no test could be run")) +
		": issued passes and log-ins with a pass could not be assessed."
}

// CollectFirst is what to do where nothing could be tested.
const CollectFirst = "Collect evidence first: the sign-in logs from the beta endpoint, interactive and non-interactive, the audit log, " +
	"and the authentication methods policy. Then run the audit over them."

// LacksEvidence says whether nothing could be tested because there is none. Where a file could not be read, that is
// what is to be mended.
func LacksEvidence(r *analysis.Result) bool {
	return len(r.Assessments) == 0 &&
		!slices.ContainsFunc(r.Evidence, func(e analysis.EvidenceFile) bool {
			return e.LooksLike != "" ||
				e.Quarantined > 0
		})
}

// mostNotRecognised is how many files that were not recognised are named on a first page.
const mostNotRecognised = 3

// NotRecognised tells of the files of which nothing is in the results, because none of their records was recognised.
// Whoever reads a result has to know that it lacks them.
func NotRecognised(r *analysis.Result) (told []string) {
	n := 0
	for _, e := range r.Evidence {
		if e.LooksLike == "" {
			continue
		}
		if n++; n <= mostNotRecognised {
			records := ""
			if e.Read > e.Quarantined {
				records = " (" + words.Count(int(e.Read), "record", "records") + ")"
			}
			told = append(told, "Not recognised, and so in no result: "+words.Line(e.Path)+records+". It looks like "+words.Line(e.LooksLike)+".")
		}
	}
	if n > mostNotRecognised {
		told = append(told, words.Count(n-mostNotRecognised, "further file was",
			"further files were")+" not recognised; see the findings of EVIDENCE-NOT-RECOGNISED.")
	}
	return told
}

// Supervision counts the log-ins by whether they were supervised, those answers that occur.
func (t Tally) Supervision() string {
	var parts []string
	for _, p := range []struct {
		n    int
		what string
	}{{t.Supervised, "supervised"}, {t.Unsupervised, "unsupervised"}, {t.LoginsNotAssessed, "could not be assessed"}} {
		if p.n > 0 {
			parts = append(parts, words.Number(p.n)+" "+p.what)
		}
	}
	return strings.Join(parts, ", ")
}

// seen counts what a rule looks at without claiming more than was assessed; ok is false where nothing could be.
func seen(r *analysis.Result, ruleID string, n int, one, many string) (text string, ok bool) {
	assessed, _ := Standing(r, ruleID)
	switch {
	case assessed == "yes" && n == 0:
		return "no " + one, true
	case assessed == "yes":
		return words.Count(n, one, many), true
	case n > 0:
		return "at least " + words.Count(n, one, many), true
	case assessed == "no":
		return "", false
	}
	return "no " + one + " in the part that could be assessed", true
}

// FirstThings are the open findings to look at first: of each severity the
// incidents in their order, each by the finding that says most, then what
// belongs to no incident, from as many rules as there are. Never two of one
// incident. What is merely for information asks for nothing.
func FirstThings(r *analysis.Result, n int) []*analysis.Finding {
	byID := make(map[string]*analysis.Finding, len(r.Findings))
	for i := range r.Findings {
		byID[r.Findings[i].ID] = &r.Findings[i]
	}
	var first []*analysis.Finding
	for _, severity := range Severities[:4] {
		for _, incident := range r.Incidents {
			if len(first) == n || incident.Severity != severity || incident.Status != "open" {
				continue
			}
			for _, id := range incident.Findings {
				if f := byID[id]; f != nil && IsOpen(*f) { // those outside of the period are not in the report
					first = append(first, f)
					break
				}
			}
		}
		for _, repeat := range []bool{false, true} {
			rules := map[string]bool{}
			for i := range r.Findings {
				f := &r.Findings[i]
				if len(first) == n || f.Severity != severity || !IsOpen(*f) || f.IncidentID != "" {
					continue
				}
				if rules[f.RuleID] == repeat && !slices.Contains(first, f) {
					first = append(first, f)
				}
				rules[f.RuleID] = true
			}
		}
	}
	return first
}

// TogetherWith says what else belongs to a finding's incident; "" where there
// is nothing.
func TogetherWith(r *analysis.Result, f *analysis.Finding) string {
	i := slices.IndexFunc(r.Incidents, func(i analysis.Incident) bool { return i.ID == f.IncidentID })
	if f.IncidentID == "" || i < 0 {
		return ""
	}
	incident := r.Incidents[i]
	others := slices.DeleteFunc(slices.Clone(incident.Signs), func(rule string) bool { return rule == f.RuleID })
	if len(others) == 0 {
		return ""
	}
	const named = 3
	text := "In the same incident: " + strings.Join(others[:min(len(others), named)], ", ")
	if more := len(others) - named; more > 0 {
		text += " and " + words.Count(more, "more sign", "more signs")
	}
	return text + "."
}

// Unseen is a reason why rules could not be tested, or only in part.
type Unseen struct {
	TenantID string // "" where the audit is of one tenant only
	Reason   string
	Rules    []string
	Stopped  int // of Rules, those that could not be tested at all
	Alike    int // further reasons that differ in times and numbers only
}

// All says whether none of the rules that the reason touches could be tested.
// Where some could in part, the reason alone stopped none of them.
func (u Unseen) All() bool { return u.Stopped == len(u.Rules) }

// Touches says how many tests the reason touches, and how.
func (u Unseen) Touches() string {
	if u.All() {
		return tests(len(u.Rules), 0)
	}
	return tests(len(u.Rules), u.Stopped)
}

// tests counts tests, and those of them that could not be run at all.
func tests(n, stopped int) string {
	text := words.Count(n, "test", "tests")
	switch {
	case stopped == 0:
		return text
	case stopped == n:
		return text + " that could not be run"
	case stopped == 1:
		return text + ", one of which could not be run"
	}
	return text + ", " + words.Number(stopped) + " of which could not be run"
}

// UnseenIn holds the reasons of one tenant: those to tell, and those to fold.
type UnseenIn struct {
	TenantID      string
	Reasons, Rest []Unseen
}

const UnseenTold = 4 // reasons of a tenant

// UnseenByTenant holds what [Requests] do not ask for. It keeps the order of the reasons and names each tenant once.
func UnseenByTenant(r *analysis.Result) []UnseenIn {
	var all []UnseenIn
	places := map[string]int{}
	for _, u := range OtherReasons(r) {
		at, known := places[u.TenantID]
		if !known {
			at = len(all)
			places[u.TenantID] = at
			all = append(all, UnseenIn{TenantID: u.TenantID})
		}
		all[at].Reasons = append(all[at].Reasons, u)
	}
	for i := range all {
		// One folded line would take as much room as it saves.
		if n := len(all[i].Reasons); n > UnseenTold+1 {
			all[i].Reasons, all[i].Rest = all[i].Reasons[:UnseenTold], all[i].Reasons[UnseenTold:]
		}
	}
	return all
}

// unseen gathers the reasons, each once, with every test that it touches: those that touch most first, and of these
// those that stopped all.
func unseen(r *analysis.Result, skip func(a analysis.Assessment, reason string) bool) []Unseen {
	type key struct{ tenant, reason string }
	index := map[key]*Unseen{}
	var all []*Unseen
	for _, a := range r.Assessments {
		if a.Assessed == "yes" {
			continue
		}
		reasons := a.Reasons
		if len(reasons) == 0 {
			reasons = []string{"no reason is given"}
		}
		for _, reason := range reasons {
			if skip(a, reason) {
				continue
			}
			k := key{reason: reason}
			if len(r.Tenants) > 1 {
				k.tenant = a.TenantID
			}
			u := index[k]
			if u == nil {
				u = &Unseen{TenantID: k.tenant, Reason: reason}
				index[k] = u
				all = append(all, u)
			}
			if a.Assessed == "no" {
				u.Stopped++
			}
			u.Rules = append(u.Rules, a.RuleID)
		}
	}
	rank := func(u *Unseen) int {
		if u.All() {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(all, func(x, y *Unseen) int {
		return cmp.Or(cmp.Compare(len(y.Rules), len(x.Rules)), cmp.Compare(rank(x), rank(y)),
			strings.Compare(x.TenantID, y.TenantID), strings.Compare(x.Reason, y.Reason))
	})
	reasons := make([]Unseen, len(all))
	for i, u := range all {
		reasons[i] = *u
	}
	return reasons
}

func reasonsOf(a analysis.Assessment) string {
	var told []string
	for _, reason := range a.Reasons {
		told = append(told, unjudged.ReplaceAllString(reason, "$1 could not be judged: "))
	}
	return words.Or(strings.Join(told, "; "), "no reason is given")
}

// Result is what an assessment comes to, in a sentence. "Tested, none found"
// and "Could not be tested" must never be mistaken for each other.
func Result(a analysis.Assessment) string {
	outcome := strings.TrimSuffix(Outcome(a), ".")
	reason := strings.TrimSuffix(reasonsOf(a), ".")
	switch {
	case a.Assessed == "yes":
		return outcome + "."
	case a.Assessed == "partly":
		return outcome + "; the rest could not be tested: " + reason + "."
	case a.Findings > 0:
		return "Could not be tested: " + reason + ". What the evidence does hold gave " + found(a) + "."
	}
	return outcome + ": " + reason + "."
}

// Outcome is [Result] without the reasons.
func Outcome(a analysis.Assessment) string {
	switch {
	case a.Assessed == "yes" && a.Findings == 0:
		return "Tested, none found."
	case a.Assessed == "yes":
		return "Tested: " + found(a) + "."
	case a.Assessed == "partly" && a.Findings == 0:
		return "Tested in part, none found in that part."
	case a.Assessed == "partly":
		return "Tested in part: " + found(a) + "."
	case a.Findings > 0:
		return "Could not be tested. What the evidence does hold gave " + found(a) + "."
	}
	return "Could not be tested."
}

// found counts the findings of an assessment.
func found(a analysis.Assessment) string {
	text := words.Count(a.Findings, "finding", "findings")
	if a.Excepted > 0 {
		text += ", " + words.Number(a.Excepted) + " excepted"
	}
	return text
}

// Subject is the name of what a finding is about, or else its id.
func Subject(f *analysis.Finding) string { return words.Or(f.SubjectName, f.SubjectID) }

// WithoutEvidence names the files that held no evidence; "" where each held some. Those that look like a log which
// could not be recognised are told of by themselves.
func WithoutEvidence(r *analysis.Result) string {
	const named = 5
	var names []string
	n := 0
	for _, e := range r.Evidence {
		if e.Format != "" || e.LooksLike != "" || e.Note == ingest.NoteUnneeded {
			continue
		}
		if n++; n <= named {
			names = append(names, words.Line(e.Path))
		}
	}
	if n == 0 {
		return ""
	}
	text := words.Count(n, "file", "files") + " held no evidence: " + strings.Join(names, ", ")
	if n > named {
		text += " and " + words.Number(n-named) + " more, which evidence.csv lists"
	}
	return text + "."
}

// NothingInPeriod says so where the period holds no sign-in and no audit event, and where the evidence lies; "" where
// it holds one.
func NothingInPeriod(r *analysis.Result) string {
	var first, last time.Time
	for _, e := range r.Evidence {
		if !e.FirstTime.IsZero() && (first.IsZero() || e.FirstTime.Before(first)) {
			first = e.FirstTime
		}
		last = when.Later(last, e.LastTime)
	}
	if first.IsZero() || slices.ContainsFunc(r.Coverage, func(c analysis.CoverageDay) bool { return c.Records > 0 }) {
		return ""
	}
	return "The period holds no sign-in and no audit event. The evidence lies between " + words.Clock(first) +
		" and " +
		words.Clock(last) + " (UTC)."
}
