package reports

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"tapaudit/analysis"
	"tapaudit/analysis/settings"
)

// severities from the most to the least urgent.
var severities = func() (all []analysis.Severity) {
	for _, name := range settings.Severities() {
		all = append(all, analysis.Severity(name))
	}
	slices.Reverse(all)
	return all
}()

// tally holds the numbers that every summary shows.
type tally struct {
	open                                        map[analysis.Severity]int
	exceptedBy                                  map[analysis.Severity]int
	openTotal, excepted                         int
	supervised, unsupervised, loginsNotAssessed int
	tested, partly, untested                    int // rules per tenant
	read, loaded, duplicate, notUsed            int64
	quarantined                                 int64
}

func tallyOf(r *analysis.Result) tally {
	t := tally{open: map[analysis.Severity]int{}, exceptedBy: map[analysis.Severity]int{}}
	for _, f := range r.Findings {
		if isOpen(f) {
			t.open[f.Severity]++
			t.openTotal++
		} else {
			t.exceptedBy[f.Severity]++
			t.excepted++
		}
	}
	for _, l := range r.Logins {
		switch l.Supervised {
		case "yes":
			t.supervised++
		case "no":
			t.unsupervised++
		default:
			t.loginsNotAssessed++
		}
	}
	for _, a := range r.Assessments {
		switch a.Assessed {
		case "yes":
			t.tested++
		case "partly":
			t.partly++
		default:
			t.untested++
		}
	}
	for _, e := range r.Evidence {
		t.read += e.Read
		t.loaded += e.Loaded
		t.duplicate += e.Duplicate
		t.notUsed += e.NotUsed
		t.quarantined += e.Quarantined
	}
	return t
}

func isOpen(f analysis.Finding) bool { return f.Status != "excepted" }

// standings are whether a rule was assessed for each tenant, those that occur.
type standings map[string]bool

// overall is the answer over all tenants. A rule without an assessment could not be judged: silence is no proof.
func (a standings) overall() string {
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

func standingsByRule(r *analysis.Result) map[string]standings {
	byRule := map[string]standings{}
	for _, a := range r.Assessments {
		if byRule[a.RuleID] == nil {
			byRule[a.RuleID] = standings{}
		}
		byRule[a.RuleID][a.Assessed] = true
	}
	return byRule
}

// standing says how far a rule could be judged over all tenants, and why not
// further.
func standing(r *analysis.Result, ruleID string) (assessed string, reasons []string) {
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
			reason = "tenant " + shortTenant(a.TenantID) + ": " + reason
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
	return seen.overall(), reasons
}

// verdict is the audit in a heading and one plain sentence. What could not be
// seen is part of the sentence, so that it cannot be quoted without it.
func verdict(r *analysis.Result) (heading, sentence string) {
	if len(r.Assessments) == 0 {
		return "Nothing could be tested", nothingTested(r)
	}
	t := tallyOf(r)
	urgent, decisions := t.open["critical"]+t.open["high"], count(t.open["medium"], "finding needs", "findings need")+" a decision"
	loginsJudged, _ := standing(r, "TAP-SIGNIN")
	blind := loginsJudged == "no" && len(r.Logins) == 0
	switch {
	case urgent > 0:
		heading = number(urgent) + " findings ask for action now"
		if urgent == 1 {
			heading = "One finding asks for action now"
		}
		if blind {
			heading += ", and log-ins could not be assessed"
		}
	case blind && t.open["medium"] > 0:
		heading = "Log-ins could not be assessed; " + decisions
	case blind:
		heading = "Log-ins could not be assessed"
	case 2*t.untested > len(r.Assessments) && t.open["medium"] > 0:
		heading = "Most tests could not be run, and " + decisions
	case 2*t.untested > len(r.Assessments):
		heading = "Most tests could not be run; the others found nothing urgent"
	case t.open["medium"] > 0:
		heading = "Nothing urgent was found, but " + decisions
	case t.untested+t.partly > 0:
		heading = "Nothing urgent was found in what could be tested"
	default:
		heading = "Nothing urgent was found"
	}

	if r.Unassessed != "" {
		heading = "Nothing could be assessed"
		if urgent > 0 {
			heading += ", but " + count(urgent, "finding asks", "findings ask") + " for action now"
		}
	}

	passes := seen(r, "TAP-ISSUED", len(r.Passes), "pass issued", "passes issued", "issued passes")
	logins := seen(r, "TAP-SIGNIN", len(r.Logins), "log-in with a pass", "log-ins with a pass", "log-ins with a pass")
	if len(r.Logins) > 0 {
		logins += " (" + t.supervision() + ")"
	}
	parts := []string{passes, logins}
	if urgent > 0 {
		parts = append(parts, fmt.Sprintf("open findings: %s critical, %s high", number(t.open["critical"]), number(t.open["high"])))
	} else {
		parts = append(parts, "no open finding of critical or high severity")
	}
	tests := "of " + count(len(r.Assessments), "test", "tests")
	if n := len(r.Tenants); n > 1 && len(r.Assessments)%n == 0 {
		tests += " (" + number(len(r.Assessments)/n) + " for each of " + number(n) + " tenants)"
	}
	switch {
	case t.untested > 0 && t.partly > 0:
		parts = append(parts, fmt.Sprintf("%s, %s could not be run and %s only in part", tests, number(t.untested), number(t.partly)))
	case t.untested > 0:
		parts = append(parts, tests+", "+number(t.untested)+" could not be run")
	case t.partly > 0:
		parts = append(parts, tests+", "+number(t.partly)+" could be run only in part")
	default:
		parts = append(parts, "every test could be run for the whole period")
	}
	if r.Unassessed != "" {
		parts = append([]string{line(r.Unassessed)}, parts...)
	}
	return heading, "In this evidence: " + strings.Join(parts, "; ") + "."
}

// nothingTested says why no test could be run.
func nothingTested(r *analysis.Result) string {
	return capitalised(or(line(r.Unassessed), "no test could be run")) + ": issued passes and log-ins with a pass could not be assessed."
}

// collectFirst is what to do where nothing could be tested.
const collectFirst = "Collect evidence first: the sign-in logs from the beta endpoint, interactive and non-interactive, the audit log, " +
	"and the authentication methods policy. Then run the audit over them."

// lacksEvidence says whether nothing could be tested because there is none. Where a file could not be read, that is what
// is to be mended.
func lacksEvidence(r *analysis.Result) bool {
	return len(r.Assessments) == 0 &&
		!slices.ContainsFunc(r.Evidence, func(e analysis.EvidenceFile) bool { return e.LooksLike != "" || e.Quarantined > 0 })
}

// mostNotRecognised is how many files that were not recognised are named on a first page.
const mostNotRecognised = 3

// notRecognised tells of the files of which nothing is in the results, because none of their records was recognised. Whoever
// reads a result has to know that it lacks them.
func notRecognised(r *analysis.Result) (told []string) {
	n := 0
	for _, e := range r.Evidence {
		if e.LooksLike == "" {
			continue
		}
		if n++; n <= mostNotRecognised {
			records := ""
			if e.Read > e.Quarantined {
				records = " (" + count(int(e.Read), "record", "records") + ")"
			}
			told = append(told, "Not recognised, and so in no result: "+line(e.Path)+records+". It looks like "+line(e.LooksLike)+".")
		}
	}
	if n > mostNotRecognised {
		told = append(told, count(n-mostNotRecognised, "further file was", "further files were")+" not recognised; see the findings of EVIDENCE-NOT-RECOGNISED.")
	}
	return told
}

// supervision counts the log-ins by whether they were supervised, those answers that occur.
func (t tally) supervision() string {
	var parts []string
	for _, p := range []struct {
		n    int
		what string
	}{{t.supervised, "supervised"}, {t.unsupervised, "unsupervised"}, {t.loginsNotAssessed, "not assessable"}} {
		if p.n > 0 {
			parts = append(parts, number(p.n)+" "+p.what)
		}
	}
	return strings.Join(parts, ", ")
}

// seen counts what a rule looks at without claiming more than was assessed.
func seen(r *analysis.Result, ruleID string, n int, one, many, all string) string {
	assessed, _ := standing(r, ruleID)
	switch {
	case assessed == "yes" && n == 0:
		return "no " + one
	case assessed == "yes":
		return count(n, one, many)
	case n > 0:
		return "at least " + count(n, one, many)
	case assessed == "no":
		return all + " could not be assessed"
	}
	return "no " + one + " in the part that could be assessed"
}

// firstThings are the open findings to look at first: of each severity the
// incidents in their order, each by the finding that says most, then what
// belongs to no incident, from as many rules as there are. Never two of one
// incident. What is merely for information asks for nothing.
func firstThings(r *analysis.Result, n int) []*analysis.Finding {
	byID := make(map[string]*analysis.Finding, len(r.Findings))
	for i := range r.Findings {
		byID[r.Findings[i].ID] = &r.Findings[i]
	}
	var first []*analysis.Finding
	for _, severity := range severities[:4] {
		for _, incident := range r.Incidents {
			if len(first) == n || incident.Severity != severity || incident.Status != "open" {
				continue
			}
			for _, id := range incident.Findings {
				if f := byID[id]; f != nil && isOpen(*f) { // those outside of the period are not in the report
					first = append(first, f)
					break
				}
			}
		}
		for _, repeat := range []bool{false, true} {
			rules := map[string]bool{}
			for i := range r.Findings {
				f := &r.Findings[i]
				if len(first) == n || f.Severity != severity || !isOpen(*f) || f.IncidentID != "" {
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

// togetherWith says what else belongs to a finding's incident; "" where there
// is nothing.
func togetherWith(r *analysis.Result, f *analysis.Finding) string {
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
		text += " and " + count(more, "more sign", "more signs")
	}
	return text + "."
}

// unseen is a reason why rules could not be tested, or only in part.
type unseen struct {
	TenantID string // "" where the audit is of one tenant only
	Reason   string
	Rules    []string
	Stopped  int // of Rules, those that could not be tested at all
}

// All says whether none of the rules that the reason touches could be tested.
// Where some could in part, the reason alone stopped none of them.
func (u unseen) All() bool { return u.Stopped == len(u.Rules) }

// Touches says how many tests the reason touches, and how.
func (u unseen) Touches() string {
	text := count(len(u.Rules), "test", "tests")
	if u.Stopped > 0 && !u.All() {
		text += ", " + number(u.Stopped) + " of them not run at all"
	}
	return text
}

// unseenIn holds the reasons of one tenant: those to tell, and those to fold.
type unseenIn struct {
	TenantID      string
	Reasons, Rest []unseen
}

const unseenTold = 4 // reasons of a tenant

// unseenByTenant keeps the order of the reasons and names each tenant once.
func unseenByTenant(r *analysis.Result) []unseenIn {
	var all []unseenIn
	places := map[string]int{}
	for _, u := range whatWasNotSeen(r) {
		at, known := places[u.TenantID]
		if !known {
			at = len(all)
			places[u.TenantID] = at
			all = append(all, unseenIn{TenantID: u.TenantID})
		}
		all[at].Reasons = append(all[at].Reasons, u)
	}
	for i := range all {
		// One folded line would take as much room as it saves.
		if n := len(all[i].Reasons); n > unseenTold+1 {
			all[i].Reasons, all[i].Rest = all[i].Reasons[:unseenTold], all[i].Reasons[unseenTold:]
		}
	}
	return all
}

// whatWasNotSeen gathers the reasons, each once, with every test that it
// touches: those that touch most first, and of these those that stopped all.
func whatWasNotSeen(r *analysis.Result) []unseen {
	type key struct{ tenant, reason string }
	index := map[key]*unseen{}
	var all []*unseen
	for _, a := range r.Assessments {
		if a.Assessed == "yes" {
			continue
		}
		reasons := a.Reasons
		if len(reasons) == 0 {
			reasons = []string{"no reason is given"}
		}
		for _, reason := range reasons {
			k := key{reason: reason}
			if len(r.Tenants) > 1 {
				k.tenant = a.TenantID
			}
			u := index[k]
			if u == nil {
				u = &unseen{TenantID: k.tenant, Reason: reason}
				index[k] = u
				all = append(all, u)
			}
			if a.Assessed == "no" {
				u.Stopped++
			}
			u.Rules = append(u.Rules, a.RuleID)
		}
	}
	rank := func(u *unseen) int {
		if u.All() {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(all, func(x, y *unseen) int {
		return cmp.Or(cmp.Compare(len(y.Rules), len(x.Rules)), cmp.Compare(rank(x), rank(y)), strings.Compare(x.TenantID, y.TenantID), strings.Compare(x.Reason, y.Reason))
	})
	reasons := make([]unseen, len(all))
	for i, u := range all {
		reasons[i] = *u
	}
	return reasons
}

func reasonsOf(a analysis.Assessment) string {
	return or(strings.Join(a.Reasons, "; "), "no reason is given")
}

// result is what an assessment comes to, in a sentence. "Tested, none found"
// and "Could not be tested" must never be mistaken for each other.
func result(a analysis.Assessment) string {
	found := count(a.Findings, "finding", "findings")
	if a.Excepted > 0 {
		found += ", " + number(a.Excepted) + " excepted"
	}
	reason := strings.TrimSuffix(reasonsOf(a), ".")
	switch {
	case a.Assessed == "yes" && a.Findings == 0:
		return "Tested, none found."
	case a.Assessed == "yes":
		return "Tested: " + found + "."
	case a.Assessed == "partly" && a.Findings == 0:
		return "Tested in part, none found in that part; the rest could not be tested: " + reason + "."
	case a.Assessed == "partly":
		return "Tested in part: " + found + "; the rest could not be tested: " + reason + "."
	case a.Findings > 0:
		return "Could not be tested: " + reason + ". What the evidence does hold gave " + found + "."
	}
	return "Could not be tested: " + reason + "."
}

// subject is the name of what a finding is about, or else its id.
func subject(f *analysis.Finding) string { return or(f.SubjectName, f.SubjectID) }
