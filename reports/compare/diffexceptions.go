package compare

import (
	"cmp"
	"errors"
	"slices"
	"strconv"
	"strings"

	"tapaudit/reports/tables"
	"tapaudit/reports/words"
)

// exceptionRow is an exception as exceptions.csv lists it, or as the findings
// that it covers name it. Dates are days, "" for none.
type exceptionRow struct {
	Rule, Tenant, Subject string // "" tenant or subject: every one
	Reason, Owner         string
	ApprovedOn, From      string
	Expires               string
	Expired               bool // at the time of its report
	Covered               int  // findings
}

// exceptionChange is an exception that one report has and the other has not,
// or has otherwise.
type exceptionChange struct {
	Change   string // one of exceptionOrder
	Old, New *exceptionRow
	Note     string // what the change means
}

// Shown is the exception as the newest report that has it tells it.
func (c exceptionChange) Shown() *exceptionRow {
	if c.New != nil {
		return c.New
	}
	return c.Old
}

// exceptionOrder is how changes of exceptions are told. One that lapsed has
// expired or is no longer configured, and what it covered is open or gone; one
// that was replaced left its findings to another; one that is unused covers
// nothing any more.
var exceptionOrder = []string{"lapsed", "appeared", "changed", "replaced", "unused"}

type exceptionChanges struct {
	Changed []exceptionChange
	Same    int // exceptions that both reports have alike
}

func (r *comparedReport) parseExceptions(text []byte) error {
	r.listed = true
	columns := strings.Fields("rule_id tenant_id subject reason owner approved_on from expires expired findings")
	return eachRow(text, columns, func(cells []string) error {
		expired, expiredErr := strconv.ParseBool(cells[8])
		covered, coveredErr := strconv.Atoi(cells[9])
		r.exceptions = append(r.exceptions, exceptionRow{cells[0], cells[1], cells[2], cells[3], cells[4], cells[5],
			cells[6], cells[7], expired, covered})
		return errors.Join(expiredErr, coveredErr)
	})
}

// exceptionsFromFindings are those of a report that does not list them, as far as they cover a finding.
func (r *comparedReport) exceptionsFromFindings() []exceptionRow {
	var all []exceptionRow
	for i := range r.findings {
		f := &r.findings[i]
		if f.Status != "excepted" {
			continue
		}
		row := exceptionRow{Reason: tables.Inert(string(f.ExceptionReason)),
			Owner: tables.Inert(string(f.ExceptionOwner)), Expires: string(f.ExceptionExpires)}
		at := slices.IndexFunc(all, func(e exceptionRow) bool {
			return e.Reason == row.Reason && e.Owner == row.Owner && e.Expires == row.Expires
		})
		if at < 0 {
			at = len(all)
			all = append(all, row)
		}
		all[at].Covered++
	}
	return all
}

// covers says whether a finding names e as its exception.
func (e *exceptionRow) covers(f *tables.Finding) bool {
	is := func(name string) bool { return strings.EqualFold(e.Subject, tables.Inert(name)) }
	return f.Status == "excepted" && tables.Inert(string(f.ExceptionReason)) == e.Reason &&
		tables.Inert(string(f.ExceptionOwner)) == e.Owner &&
		string(f.ExceptionExpires) == e.Expires &&
		(e.Rule == "" || e.Rule == "*" || e.Rule == f.RuleID) &&
		(e.Tenant == "" || strings.EqualFold(e.Tenant, tables.Inert(f.TenantID))) &&
		(e.Subject == "" || is(f.SubjectID) || is(f.SubjectName) || is(f.ActorID) || is(f.ActorName))
}

// compareExceptions pairs the exceptions of two reports: first those that are
// alike in every field, then those for the same rule, tenant and subject, in
// their order. Where a report does not list its exceptions, reason and owner
// make the pair.
func compareExceptions(before, after *comparedReport) exceptionChanges {
	listed := before.listed && after.listed
	was, is := before.exceptions, after.exceptions
	if !listed {
		was, is = before.exceptionsFromFindings(), after.exceptionsFromFindings()
	}
	alike := func(e *exceptionRow) exceptionRow {
		same := *e
		same.Expired, same.Covered = false, 0
		return same
	}
	place := func(e *exceptionRow) exceptionRow {
		if !listed {
			return exceptionRow{Reason: e.Reason, Owner: e.Owner}
		}
		return exceptionRow{Rule: e.Rule, Tenant: strings.ToLower(e.Tenant), Subject: strings.ToLower(e.Subject)}
	}
	oldOf := make([]*exceptionRow, len(is))
	taken := make([]bool, len(was))
	for _, key := range []func(*exceptionRow) exceptionRow{alike, place} {
		for i := range is {
			for j := range was {
				if oldOf[i] == nil && !taken[j] && key(&is[i]) == key(&was[j]) {
					oldOf[i], taken[j] = &was[j], true
				}
			}
		}
	}
	now := map[string]*tables.Finding{}
	for i := range after.findings {
		now[after.findings[i].FindingID] = &after.findings[i]
	}
	// what became of the findings that an exception of the old report covered
	since := func(e *exceptionRow) (open, excepted int) {
		for i := range before.findings {
			if f := &before.findings[i]; e.covers(f) {
				switch g := now[f.FindingID]; {
				case g == nil:
				case g.Status == "excepted":
					excepted++
				default:
					open++
				}
			}
		}
		return open, excepted
	}

	var all exceptionChanges
	tell := func(change string, was, is *exceptionRow, notes ...string) {
		notes = slices.DeleteFunc(notes, func(s string) bool { return s == "" })
		all.Changed = append(all.Changed, exceptionChange{change, was, is, strings.Join(notes, "; ")})
	}
	for i := range is {
		e, o := &is[i], oldOf[i]
		switch {
		case o == nil && e.Expired:
			tell("appeared", nil, e, "it has expired already, and covers "+coveredNow(e.Covered))
		case o == nil:
			tell("appeared", nil, e, "covers "+coveredNow(e.Covered))
		case e.Expired && !o.Expired:
			open, _ := since(o)
			tell("lapsed", o, e, "it has expired", openNow(open, o.Covered), e.changedFrom(o))
		case e.changedFrom(o) != "":
			tell("changed", o, e, e.changedFrom(o))
		case e.Covered == 0 && o.Covered > 0:
			tell("unused", o, e, "it covered "+words.Count(o.Covered, "finding", "findings")+" and covers none now")
		default:
			all.Same++
		}
	}
	for j := range was {
		if taken[j] {
			continue
		}
		o := &was[j]
		gone := "no longer configured"
		if !listed {
			gone = ""
		}
		switch open, excepted := since(o); {
		case open > 0:
			tell("lapsed", o, nil, gone, openNow(open, o.Covered))
		case excepted > 0:
			tell("replaced", o, nil, gone, words.Count(excepted, "finding is",
				"findings are")+" under another exception now")
		case listed:
			tell("lapsed", o, nil, gone, openNow(0, o.Covered))
		default:
			tell("unused", o, nil, openNow(0, o.Covered))
		}
	}
	slices.SortStableFunc(all.Changed, func(a, b exceptionChange) int {
		x, y := a.Shown(), b.Shown()
		return cmp.Or(cmp.Compare(slices.Index(exceptionOrder, a.Change), slices.Index(exceptionOrder, b.Change)),
			strings.Compare(x.Rule, y.Rule), strings.Compare(x.Owner, y.Owner), strings.Compare(x.Reason, y.Reason))
	})
	return all
}

func coveredNow(n int) string {
	if n == 0 {
		return "no finding"
	}
	return words.Count(n, "finding", "findings") + " now"
}

// openNow says what became of the findings that an exception covered.
func openNow(open, covered int) string {
	switch {
	case open > 0:
		return words.Count(open, "finding that it covered is", "findings that it covered are") + " open now"
	case covered > 0:
		return "the findings that it covered are not in the new report"
	}
	return "it covered no finding"
}

// changedFrom names the fields in which e differs from what it was, "" where in none.
func (e *exceptionRow) changedFrom(o *exceptionRow) string {
	var all []string
	for _, f := range []struct{ name, was, is, none string }{
		{"reason", o.Reason, e.Reason, "none"},
		{"owner", o.Owner, e.Owner, "not named"},
		{"approved", o.ApprovedOn, e.ApprovedOn, "no date"},
		{"in force from", o.From, e.From, "the beginning"},
		{"expires", o.Expires, e.Expires, "never"},
	} {
		if f.was != f.is {
			all = append(all, f.name+" "+words.Or(f.is, f.none)+", was "+words.Or(f.was, f.none))
		}
	}
	return strings.Join(all, "; ")
}

// Until is the day on which it expires, "never", or "" where there is no exception.
func (e *exceptionRow) Until() string {
	if e == nil {
		return ""
	}
	return words.Or(e.Expires, "never")
}

// Findings counts what it covers; 0 where there is no exception.
func (e *exceptionRow) Findings() int {
	if e == nil {
		return 0
	}
	return e.Covered
}

// Words is the exception in a line, "" where there is none.
func (e *exceptionRow) Words() string {
	if e == nil {
		return ""
	}
	return e.Reason + " (owner " + words.Or(e.Owner, "not named") + ", expires " + e.Until() + ")"
}
