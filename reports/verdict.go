package reports

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"tapaudit/analysis"
)

// severities from the most to the least urgent.
var severities = []analysis.Severity{"critical", "high", "medium", "low", "info"}

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

// standing says how far a rule could be judged over all tenants, and why not
// further. A rule without an assessment could not be: silence is no proof.
func standing(r *analysis.Result, ruleID string) (assessed string, reasons []string) {
	seen := map[string]bool{}
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
			reason = "tenant " + a.TenantID + ": " + reason
		}
		if !slices.Contains(reasons, reason) {
			reasons = append(reasons, reason)
		}
	}
	switch {
	case len(seen) == 0:
		return "no", []string{"rule " + ruleID + " was not run"}
	case len(seen) == 1 && seen["yes"]:
		return "yes", nil
	case len(seen) == 1 && seen["no"]:
		return "no", reasons
	}
	return "partly", reasons
}

// verdict is the audit in a heading and one plain sentence. What could not be
// seen is part of the sentence, so that it cannot be quoted without it.
func verdict(r *analysis.Result) (heading, sentence string) {
	t := tallyOf(r)
	urgent := t.open["critical"] + t.open["high"]
	loginsJudged, _ := standing(r, "TAP-SIGNIN")
	switch {
	case urgent == 1:
		heading = "One finding asks for action now"
	case urgent > 1:
		heading = number(urgent) + " findings ask for action now"
	case loginsJudged == "no" && t.open["medium"] > 0:
		heading = "Log-ins could not be assessed; " + count(t.open["medium"], "finding needs", "findings need") + " a decision"
	case loginsJudged == "no":
		heading = "Log-ins could not be assessed"
	case t.open["medium"] > 0:
		heading = "Nothing urgent was found, but " + count(t.open["medium"], "finding needs", "findings need") + " a decision"
	case t.untested+t.partly > 0:
		heading = "Nothing urgent was found in what could be tested"
	default:
		heading = "Nothing urgent was found"
	}

	passes := seen(r, "TAP-ISSUED", len(r.Passes), "pass issued", "passes issued", "issued passes")
	logins := seen(r, "TAP-SIGNIN", len(r.Logins), "log-in with a pass", "log-ins with a pass", "log-ins with a pass")
	if len(r.Logins) > 0 {
		logins += fmt.Sprintf(" (%s supervised, %s not, %s not assessable)",
			number(t.supervised), number(t.unsupervised), number(t.loginsNotAssessed))
	}
	parts := []string{passes, logins}
	if urgent > 0 {
		parts = append(parts, fmt.Sprintf("open findings: %s critical, %s high", number(t.open["critical"]), number(t.open["high"])))
	} else {
		parts = append(parts, "no open finding of critical or high severity")
	}
	switch {
	case t.untested > 0 && t.partly > 0:
		parts = append(parts, fmt.Sprintf("%s could not be run and %s only in part", count(t.untested, "test", "tests"), number(t.partly)))
	case t.untested > 0:
		parts = append(parts, count(t.untested, "test", "tests")+" could not be run")
	case t.partly > 0:
		parts = append(parts, count(t.partly, "test", "tests")+" could be run only in part")
	default:
		parts = append(parts, "every test could be run for the whole period")
	}
	return heading, "In this evidence: " + strings.Join(parts, "; ") + "."
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

// firstThings are the open findings to look at first: by severity, and within
// one severity from as many rules as there are. What is merely for information
// asks for nothing.
func firstThings(r *analysis.Result, n int) []*analysis.Finding {
	var first []*analysis.Finding
	for _, severity := range severities[:4] {
		for _, repeat := range []bool{false, true} {
			rules := map[string]bool{}
			for i := range r.Findings {
				f := &r.Findings[i]
				if len(first) == n || f.Severity != severity || !isOpen(*f) {
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

// unseen is a reason why rules could not be tested, or only in part.
type unseen struct {
	Assessed string // partly or no
	TenantID string // "" where the audit is of one tenant only
	Reason   string
	Rules    []string
}

// unseenIn holds the reasons of one tenant.
type unseenIn struct {
	TenantID string
	Reasons  []unseen
}

// unseenByTenant keeps the order of the reasons and names each tenant once.
func unseenByTenant(r *analysis.Result) []unseenIn {
	var all []unseenIn
	for _, u := range whatWasNotSeen(r) {
		at := slices.IndexFunc(all, func(in unseenIn) bool { return in.TenantID == u.TenantID })
		if at < 0 {
			at = len(all)
			all = append(all, unseenIn{TenantID: u.TenantID})
		}
		all[at].Reasons = append(all[at].Reasons, u)
	}
	return all
}

// whatWasNotSeen gathers the reasons, each once, with every test that it touches; those that stopped a test first.
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
				u = &unseen{Assessed: a.Assessed, TenantID: k.tenant, Reason: reason}
				index[k] = u
				all = append(all, u)
			}
			if a.Assessed == "no" {
				u.Assessed = "no"
			}
			u.Rules = append(u.Rules, a.RuleID)
		}
	}
	slices.SortStableFunc(all, func(x, y *unseen) int {
		return cmp.Or(strings.Compare(x.Assessed, y.Assessed), cmp.Compare(len(y.Rules), len(x.Rules)), strings.Compare(x.TenantID, y.TenantID), strings.Compare(x.Reason, y.Reason))
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

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
