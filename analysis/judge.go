package analysis

import (
	"cmp"
	"context"
	"crypto/sha256"
	"database/sql/driver"
	"encoding/hex"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"tapaudit/analysis/settings"
	"tapaudit/ingest/casefile"
)

// judge runs the rules over the derived tables and gathers everything that the reports say.
func (a *audit) judge(ctx context.Context) (*Result, error) {
	r := &Result{
		Organisation: a.settings.Organisation, Case: a.settings.Case, SettingsHash: a.settings.Hash, RulesHash: hashOf(a.rules),
		Tenants: a.tenants, Period: a.period, AsOf: a.asOf, Rules: a.rules,
	}
	unjudged := map[ruleTenant]map[string]int{}
	for _, rule := range a.rules {
		if !rule.Enabled || rule.asksFindings() {
			continue
		}
		found, err := a.run(ctx, rule, unjudged)
		if errors.Is(err, casefile.ErrAbandoned) && ctx.Err() == nil {
			return nil, fmt.Errorf("%s: %w; change the rule or take it out of its folder", rule.Origin, err)
		}
		if err != nil && rule.Origin != "" && ctx.Err() == nil {
			a.fail(rule, err)
			continue
		}
		if err != nil {
			return nil, err
		}
		r.Findings = append(r.Findings, found...)
	}
	r.Exceptions = a.except(r.Findings)
	if err := a.storeExpired(ctx, r.Findings); err != nil {
		return nil, err
	}
	for _, rule := range a.rules {
		if !rule.Enabled || !rule.asksFindings() {
			continue
		}
		found, err := a.run(ctx, rule, unjudged)
		if err != nil && rule.Origin != "" && ctx.Err() == nil {
			a.fail(rule, err)
			continue
		}
		if err != nil {
			return nil, err
		}
		a.except(found)
		r.Findings = append(r.Findings, found...)
	}
	r.Faults = a.faults
	slices.SortFunc(r.Findings, func(x, y Finding) int {
		return cmp.Or(cmp.Compare(y.Severity.Rank(), x.Severity.Rank()), cmp.Compare(x.RuleID, y.RuleID), x.FirstSeen.Compare(y.FirstSeen), cmp.Compare(x.ID, y.ID))
	})
	err := a.prove(ctx, r.Findings)
	if err != nil {
		return nil, err
	}
	if r.Evidence, r.Quarantine, err = a.readEvidence(ctx); err != nil {
		return nil, err
	}
	if r.Logins, err = a.ledgerRows(ctx); err != nil {
		return nil, err
	}
	r.Passes = a.passRows()
	r.Coverage = a.coverageDays()
	r.Policy = a.policyRows()
	if r.Assessments, err = a.assess(ctx, r.Findings, unjudged); err != nil {
		return nil, err
	}
	if r.Unassessed, err = a.unassessed(ctx, r); err != nil {
		return nil, err
	}
	r.Notes = a.notes
	return r, nil
}

// fail leaves out a user's rule that failed, and says so in the report.
func (a *audit) fail(rule Rule, err error) {
	a.faults = append(a.faults, fmt.Errorf("%s: %w", rule.Origin, err))
	if a.failed == nil {
		a.failed = map[string]string{}
	}
	a.failed[rule.ID] = "the rule failed: " + err.Error()
	a.notes = append(a.notes, fmt.Sprintf("The rule %s (%s) failed and was left out.", rule.ID, filepath.Base(rule.Origin)))
}

type ruleTenant struct{ rule, tenant string }

// run runs one rule. A row with not_assessed is no finding: it tells, of one of the population, why it could not be
// judged.
func (a *audit) run(ctx context.Context, rule Rule, unjudged map[ruleTenant]map[string]int) ([]Finding, error) {
	params := map[string]any{"period_from": a.period.From, "period_to": a.period.To, "as_of": a.asOf}
	for name, value := range rule.Parameters {
		params[name] = value
	}
	for name, of := range rule.Borrows {
		value, err := borrowed(a.rules, of)
		if err != nil {
			return nil, fmt.Errorf("rule %s: %w", rule.ID, err)
		}
		params[name] = value
	}
	var found []Finding
	seen := map[string]int{}
	query, bounds := a.c.Select, rowBounds{}
	if rule.Origin == "" {
		query = a.c.SelectOurs
	}
	err := a.c.ReadOnly(ctx, func() error {
		return query(ctx, rule.SQL, params, func(columns []string, values []driver.Value) error {
			row := ruleRow{}
			for i, column := range columns {
				row[column] = values[i]
			}
			if rule.Origin != "" {
				if err := bounds.add(row); err != nil {
					return err
				}
			}
			if reason := row.text("not_assessed"); reason != "" {
				if about := row.list("about"); len(about) > 0 && !rule.isState() && !a.inPeriod(about) {
					return nil
				}
				key := ruleTenant{rule.ID, row.text("tenant_id")}
				if unjudged[key] == nil {
					unjudged[key] = map[string]int{}
				}
				unjudged[key][reason]++
				return nil
			}
			f, err := a.finding(rule, row)
			if err != nil {
				return err
			}
			if !rule.isState() && (!f.FirstSeen.Before(a.period.To) || f.LastSeen.Before(a.period.From)) {
				return nil
			}
			// Two findings that say the same of the same records would be one; a rule must tell them apart.
			if seen[f.ID]++; seen[f.ID] > 1 {
				return fmt.Errorf("two findings have the same id %s", f.ID)
			}
			found = append(found, f)
			return nil
		})
	})
	if err != nil {
		return nil, fmt.Errorf("rule %s: %w", rule.ID, err)
	}
	return found, nil
}

// rowBounds counts what a user's rule gives: a join that went wrong must end in an error, not in a report that nobody
// can open. What is beyond a bound is never cut in silence, the rule fails.
type rowBounds struct{ rows, named int }

func (b *rowBounds) add(row ruleRow) error {
	b.rows++
	for _, column := range []string{"about", "supporting"} {
		if list, ok := row[column].([]any); ok {
			b.named += len(list)
		}
	}
	switch {
	case b.rows > mostFindings:
		return fmt.Errorf("it gives more than %d rows, the most that a rule may give; narrow or aggregate it", mostFindings)
	case b.named > mostNamed:
		return fmt.Errorf("its rows name more than %d records in about and supporting, the most that a rule may name; narrow or aggregate it", mostNamed)
	}
	return nil
}

// inPeriod says whether the records span a time that the period touches.
func (a *audit) inPeriod(keys []string) bool {
	var first, last time.Time
	for _, key := range keys {
		at, _ := a.recordIdentity(key)
		if first.IsZero() || at.Before(first) {
			first = at
		}
		last = later(last, at)
	}
	return first.Before(a.period.To) && !last.Before(a.period.From)
}

type ruleRow map[string]driver.Value

func (r ruleRow) text(column string) string {
	switch v := r[column].(type) {
	case nil:
		return ""
	case string:
		return v
	case int64:
		return strconv.FormatInt(v, 10)
	default:
		return fmt.Sprint(v)
	}
}

func (r ruleRow) time(column string) time.Time {
	t, _ := r[column].(time.Time)
	return t.UTC()
}

func (r ruleRow) list(column string) []string {
	values, _ := r[column].([]any)
	var texts []string
	for _, v := range values {
		if s, ok := v.(string); ok {
			texts = append(texts, s)
		}
	}
	return distinct(texts)
}

// finding derives from a rule's row what is the same for all rules.
func (a *audit) finding(rule Rule, row ruleRow) (Finding, error) {
	f := Finding{
		RuleID: rule.ID, Severity: cmp.Or(rule.Configured, Severity(row.text("severity")), rule.Severity), Status: "open",
		TenantID: row.text("tenant_id"), SubjectType: row.text("subject_type"), SubjectID: row.text("subject_id"), SubjectName: row.text("subject_name"),
		ActorID: row.text("actor_id"), ActorName: row.text("actor_name"), Title: rule.Title, Summary: row.text("summary"),
	}
	if f.Severity.Rank() < 0 {
		return f, fmt.Errorf("the severity %q is none", f.Severity)
	}
	if f.SubjectName == "" && f.SubjectType == "user" {
		f.SubjectName = a.nameOf(f.TenantID, f.SubjectID)
	}
	if f.SubjectName == "" {
		f.SubjectName = f.SubjectID
	}
	if f.ActorName == "" && f.ActorID != "" {
		f.ActorName = a.nameOf(f.TenantID, f.ActorID)
	}
	about := distinct(row.list("about"))
	for i, key := range distinct(append(slices.Clone(about), row.list("supporting")...)) {
		if !a.isRecord(key) {
			return f, fmt.Errorf("%q in about or supporting is the key of no record; take keys from the derived tables", clipped(key))
		}
		f.Records = append(f.Records, Record{ID: key, Supporting: i >= len(about)})
	}
	f.Count = len(about)
	sum := sha256.New()
	fmt.Fprintf(sum, "%s\x00%s\x00%s\x00%s", rule.ID, f.TenantID, f.SubjectType, strings.ToLower(f.SubjectID))
	if identity := row.text("identity"); rule.isState() || identity != "" {
		fmt.Fprintf(sum, "\x00%s", identity)
	}
	if rule.isState() {
		f.Count = 1
		f.FirstSeen, f.LastSeen = row.time("first_seen"), row.time("last_seen")
		if f.LastSeen.IsZero() {
			f.LastSeen = a.period.To
		}
	} else {
		for _, key := range about {
			at, identity := a.recordIdentity(key)
			if f.FirstSeen.IsZero() || at.Before(f.FirstSeen) {
				f.FirstSeen = at
			}
			f.LastSeen = later(f.LastSeen, at)
			fmt.Fprintf(sum, "\x00%s", identity)
		}
		if first := row.time("first_seen"); !first.IsZero() {
			f.FirstSeen = first
		}
		if last := row.time("last_seen"); !last.IsZero() {
			f.LastSeen = last
		}
		if f.FirstSeen.IsZero() {
			return f, fmt.Errorf("a finding about %q names no record", f.SubjectID)
		}
	}
	for _, at := range []time.Time{f.FirstSeen, f.LastSeen} {
		if year := at.Year(); year < 1 || year > 9999 {
			return f, fmt.Errorf("a finding about %q has a time outside of the years 1 to 9999", clipped(f.SubjectID))
		}
	}
	f.ID = hex.EncodeToString(sum.Sum(nil)[:16])
	return f, nil
}

// isRecord says whether a key is that of something that [audit.prove] can show.
func (a *audit) isRecord(key string) bool {
	kind, rest, _ := strings.Cut(key, ":")
	numbers := strings.Split(rest, ":")
	n, err := strconv.ParseInt(numbers[0], 10, 64)
	if err != nil {
		return false
	}
	switch kind {
	case "a":
		return len(numbers) == 1 && n >= 1 && n <= int64(len(a.events))
	case "s":
		_, ok := a.signIns[n]
		return ok && len(numbers) == 1
	case "p", "f", "q":
		_, ok := a.sources[int(n)]
		return ok
	}
	return false
}

// except marks the findings that an exception covers and says how much each exception covered. A state finding is
// judged at the period's end.
func (a *audit) except(findings []Finding) []ExceptionUse {
	uses := make([]ExceptionUse, len(a.settings.Exceptions))
	for i, e := range a.settings.Exceptions {
		uses[i] = ExceptionUse{Exception: e, Expired: e.ExpiredAt(a.asOf)}
	}
	for i := range findings {
		f := &findings[i]
		for j, e := range a.settings.Exceptions {
			if e.Matches(f.RuleID, f.TenantID, f.SubjectID, f.SubjectName, f.ActorID, f.ActorName) && e.Covers(a.exceptionTime(f)) {
				if f.Exception == nil {
					f.Status, f.Exception = "excepted", &a.settings.Exceptions[j]
				}
				uses[j].Covered++
			}
		}
	}
	return uses
}

func (a *audit) exceptionTime(f *Finding) time.Time {
	if i := slices.IndexFunc(a.rules, func(r Rule) bool { return r.ID == f.RuleID }); i >= 0 && a.rules[i].isState() {
		// The end is exclusive: a period that ends at midnight ends with the day before.
		return a.period.To.Add(-time.Microsecond)
	}
	return f.FirstSeen
}

// storeExpired lists which open findings each expired exception would match.
func (a *audit) storeExpired(ctx context.Context, findings []Finding) error {
	t := table{name: "expired_exceptions", columns: columns(
		"exception_no BIGINT", "rule VARCHAR", "tenant VARCHAR", "subject VARCHAR", "owner VARCHAR", "reason VARCHAR", "expires VARCHAR", "tenant_id VARCHAR", "open_findings BIGINT", "first_seen TIMESTAMP",
	)}
	said := map[settings.Exception]bool{}
	for i, e := range a.settings.Exceptions {
		same := e
		same.Line = 0
		if !e.ExpiredAt(a.asOf) || said[same] {
			continue // the same exception twice is one
		}
		said[same] = true
		open := map[string]int{}
		for _, f := range findings {
			if f.Status == "open" && e.Matches(f.RuleID, f.TenantID, f.SubjectID, f.SubjectName, f.ActorID, f.ActorName) {
				open[f.TenantID]++
			}
		}
		for tenant, n := range open {
			t.add(i, e.Rule, e.Tenant, e.Subject, e.Owner, e.Reason, e.Expires.String(), tenant, n, e.Expires.End(time.UTC))
		}
	}
	return t.store(ctx, a.c)
}

// recordIdentity is when a record was and what it is told apart by, whatever export it came from.
func (a *audit) recordIdentity(key string) (at time.Time, identity string) {
	kind, rest, _ := strings.Cut(key, ":")
	switch kind {
	case "a":
		if n, err := strconv.Atoi(rest); err == nil && n >= 1 && n <= len(a.events) {
			e := a.events[n-1]
			s := e.sameness()
			return e.time, fmt.Sprintf("audit\x00%s\x00%s\x00%s\x00%s\x00%d", s[1], s[2], s[3], s[4], e.tie)
		}
	case "s":
		if n, err := strconv.ParseInt(rest, 10, 64); err == nil {
			s := a.signIns[n]
			return s.time, "sign-in\x00" + s.requestID
		}
	case "p":
		if s, ok := a.snapshots[key]; ok {
			return s.time, "snapshot\x00" + s.identity
		}
	}
	return time.Time{}, key
}
