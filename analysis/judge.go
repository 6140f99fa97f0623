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
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"

	"tapaudit/analysis/identity"
	"tapaudit/analysis/proof"
	"tapaudit/analysis/settings"
	"tapaudit/analysis/when"
	"tapaudit/ingest/casefile"
)

// judge runs the rules over the derived tables and gathers everything that the reports say.
func judge(ctx context.Context, c *casefile.Case, s *settings.Settings, rules []Rule, d derivation) (*Result, error) {
	witnesses, err := readWitnesses(ctx, c)
	if err != nil {
		return nil, err
	}
	r := &Result{
		Organisation: s.Organisation, TenantNames: s.Tenants, Case: s.Case, SettingsHash: s.Hash,
		RulesHash: hashOf(rules),
		Tenants:   d.scope.tenants, Period: d.scope.period, AsOf: d.scope.asOf, Rules: rules, Notes: d.notes,
		Passes: passRows(d, witnesses), Activity: deedRows(d),
		Coverage: d.coverage.Rows(d.scope.tenants, d.scope.period),
		Policy:   d.policies.Rows(d.scope.tenants, d.scope.period),
	}
	j := &judging{rules: rules, scope: d.scope, people: d.people, records: d.records}
	if err := j.run(ctx, c, false); err != nil {
		return nil, err
	}
	accepted := exceptions{s.Exceptions, rules, d.scope, issuingApplications(d.records.events)}
	r.Exceptions = accepted.mark(j.findings)
	if err := accepted.storeExpired(ctx, c, j.findings); err != nil {
		return nil, err
	}
	others := len(j.findings)
	if err := j.run(ctx, c, true); err != nil {
		return nil, err
	}
	accepted.mark(j.findings[others:])
	accepted.mark(j.outside)
	if r.Incidents, err = findIncidents(ctx, c, s, d, j); err != nil {
		return nil, err
	}
	r.Findings, r.Faults = j.findings, j.faults
	r.Notes = append(r.Notes, j.notes...)
	slices.SortFunc(r.Findings, func(x, y Finding) int {
		return cmp.Or(cmp.Compare(y.Severity.Rank(), x.Severity.Rank()), cmp.Compare(x.RuleID, y.RuleID),
			x.FirstSeen.Compare(y.FirstSeen), cmp.Compare(x.ID, y.ID))
	})
	keys := recordKeys(r.Findings)
	if err := d.records.cite(ctx, c, r.Findings); err != nil {
		return nil, err
	}
	if err := storeResult(ctx, c, r, keys, j.gathered); err != nil {
		return nil, err
	}
	// To read the timeline takes most of the database's memory: what lies about in Go's goes back before.
	debug.FreeOSMemory()
	if r.Timeline, err = timelineRows(ctx, c, d); err != nil {
		return nil, err
	}
	if r.RolesHeld, err = rolesHeld(ctx, c, r.Period); err != nil {
		return nil, err
	}
	var notes []string
	if r.Evidence, notes, err = readEvidence(ctx, c); err != nil {
		return nil, err
	}
	r.Notes = append(r.Notes, notes...)
	if r.Quarantine, err = readQuarantine(ctx, c, d.records.sources); err != nil {
		return nil, err
	}
	if r.Logins, err = ledgerRows(ctx, c, d); err != nil {
		return nil, err
	}
	have, err := readHave(ctx, c, s, d)
	if err != nil {
		return nil, err
	}
	if r.Assessments, r.Missing, err = assess(ctx, c, have, j, len(s.Exceptions)); err != nil {
		return nil, err
	}
	r.Unassessed, err = unassessed(ctx, c, r)
	return r, err
}

// judging is what comes of the rules.
type judging struct {
	rules   []Rule
	scope   scope
	people  identity.People
	records records

	findings []Finding
	outside  []Finding                     // of the period: they belong to incidents
	gathered [][]string                    // the keys of each incident's records
	unjudged map[ruleTenant]map[string]int // how many of the population could not be judged, by the reason
	faults   []error
	failed   map[string]string // why, of users' rules that failed, by id
	notes    []string
}

type ruleTenant struct{ rule, tenant string }

// run runs the rules that are enabled: those that look at what the others found, or the others.
func (j *judging) run(ctx context.Context, c *casefile.Case, asking bool) error {
	var built, users []Rule
	for _, rule := range j.rules {
		switch {
		case !rule.Enabled || rule.asksFindings() != asking:
		case rule.Origin == "":
			built = append(built, rule)
		default:
			users = append(users, rule)
		}
	}
	// To plan them takes longer than to run them, and is done on one processor each; the longest takes longest.
	longest := make([]int, len(built))
	for i := range built {
		longest[i] = i
	}
	slices.SortStableFunc(longest, func(a, b int) int { return cmp.Compare(len(built[b].SQL), len(built[a].SQL)) })
	outcomes := make([]outcome, len(built))
	if err := c.AtOnce(ctx, len(built), func(c *casefile.Case, i int) (err error) {
		outcomes[longest[i]], err = j.runOne(ctx, c, built[longest[i]])
		return err
	}); err != nil {
		return err
	}
	for _, o := range outcomes {
		j.take(o)
	}
	for _, rule := range users {
		var o outcome
		err := c.ReadOnly(ctx, func() (err error) { o, err = j.runOne(ctx, c, rule); return err })
		switch {
		case err == nil:
			j.take(o)
		case errors.Is(err, casefile.ErrAbandoned) && ctx.Err() == nil:
			return fmt.Errorf("%s: %w; change the rule or take it out of its folder", rule.Origin, err)
		case ctx.Err() == nil:
			j.leaveOut(rule, err)
		default:
			return err
		}
	}
	return nil
}

// outcome is what one rule says.
type outcome struct {
	found, outside []Finding        // of the period
	unjudged       map[unjudged]int // how many of the population
}

// unjudged is why a rule could not judge part of its population.
type unjudged struct {
	of     ruleTenant
	reason string
}

func (j *judging) take(o outcome) {
	j.findings = append(j.findings, o.found...)
	j.outside = append(j.outside, o.outside...)
	for u, n := range o.unjudged {
		if j.unjudged == nil {
			j.unjudged = map[ruleTenant]map[string]int{}
		}
		if j.unjudged[u.of] == nil {
			j.unjudged[u.of] = map[string]int{}
		}
		j.unjudged[u.of][u.reason] += n
	}
}

// leaveOut leaves out a user's rule that failed, and says so in the report.
func (j *judging) leaveOut(rule Rule, err error) {
	j.faults = append(j.faults, fmt.Errorf("%s: %w", rule.Origin, err))
	if j.failed == nil {
		j.failed = map[string]string{}
	}
	j.failed[rule.ID] = "the rule failed: " + err.Error()
	j.notes = append(j.notes, fmt.Sprintf("The rule %s (%s) failed and was left out.", rule.ID,
		filepath.Base(rule.Origin)))
}

// runOne runs one rule; several run at once. A row with not_assessed is not a finding: it tells, of one of the
// population, why it could not be judged.
func (j *judging) runOne(ctx context.Context, c *casefile.Case, rule Rule) (outcome, error) {
	params := map[string]any{"period_from": j.scope.period.From, "period_to": j.scope.period.To, "as_of": j.scope.asOf}
	for name, value := range rule.Parameters {
		params[name] = value
	}
	for name, of := range rule.Borrows {
		value, err := borrowed(j.rules, of)
		if err != nil {
			return outcome{}, fmt.Errorf("rule %s: %w", rule.ID, err)
		}
		params[name] = value
	}
	o := outcome{unjudged: map[unjudged]int{}}
	seen := map[string]int{}
	query, bounds := c.Select, rowBounds{}
	if rule.Origin == "" {
		query = c.SelectOurs
	}
	err := query(ctx, rule.SQL, params, func(columns []string, values []driver.Value) error {
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
			if about := row.list("about"); len(about) > 0 && !rule.isState() &&
				!j.records.touch(j.scope.period, about) {
				return nil
			}
			o.unjudged[unjudged{ruleTenant{rule.ID, row.text("tenant_id")}, reason}]++
			return nil
		}
		f, err := j.finding(rule, row)
		if err != nil {
			return err
		}
		if !rule.isState() && !j.scope.period.Touches(f.FirstSeen, f.LastSeen) {
			o.outside = append(o.outside, f)
			return nil
		}
		// Two findings that say the same of the same records would be one; a rule must tell them apart.
		if seen[f.ID]++; seen[f.ID] > 1 {
			return fmt.Errorf("two findings have the same id %s; tell them apart by a column identity", f.ID)
		}
		o.found = append(o.found, f)
		return nil
	})
	if err != nil {
		return outcome{}, fmt.Errorf("rule %s: %w", rule.ID, err)
	}
	return o, nil
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
		return fmt.Errorf("it gives more than %d rows, the most that a rule may give; narrow or aggregate it",
			mostFindings)
	case b.named > mostNamed:
		return fmt.Errorf("its rows name more than %d records in about and supporting, the most that a rule may name; "+
			"narrow or aggregate it", mostNamed)
	}
	return nil
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
	return proof.Distinct(texts)
}

// finding derives from a rule's row what is the same for all rules.
func (j *judging) finding(rule Rule, row ruleRow) (Finding, error) {
	f := Finding{
		RuleID: rule.ID, Severity: cmp.Or(rule.Configured, Severity(row.text("severity")), rule.Severity),
		Status:   "open",
		TenantID: row.text("tenant_id"), SubjectType: row.text("subject_type"), SubjectID: row.text("subject_id"),
		SubjectName: row.text("subject_name"),
		ActorID:     row.text("actor_id"), ActorName: row.text("actor_name"), Title: rule.Title,
		Summary: row.text("summary"),
	}
	if f.Severity.Rank() < 0 {
		return f, fmt.Errorf("the severity %q is not one of %s", f.Severity,
			strings.Join(settings.Severities(), ", "))
	}
	if f.SubjectName == "" && f.SubjectType == "user" {
		f.SubjectName = j.people.Name(f.TenantID, f.SubjectID)
	}
	if f.SubjectName == "" {
		f.SubjectName = f.SubjectID
	}
	if f.ActorName == "" && f.ActorID != "" {
		f.ActorName = j.people.Name(f.TenantID, f.ActorID)
	}
	about := proof.Distinct(row.list("about"))
	for i, key := range proof.Distinct(append(slices.Clone(about), row.list("supporting")...)) {
		if !j.records.has(key) {
			return f, fmt.Errorf("%q in about or supporting is the key of no record; take keys from the derived tables",
				clipped(key))
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
			f.LastSeen = j.scope.period.To
		}
	} else {
		for _, key := range about {
			at, identity := j.records.identity(key)
			if f.FirstSeen.IsZero() || at.Before(f.FirstSeen) {
				f.FirstSeen = at
			}
			f.LastSeen = when.Later(f.LastSeen, at)
			fmt.Fprintf(sum, "\x00%s", identity)
		}
		if first := row.time("first_seen"); !first.IsZero() {
			f.FirstSeen = first
		}
		if last := row.time("last_seen"); !last.IsZero() {
			f.LastSeen = last
		}
		if f.FirstSeen.IsZero() {
			return f, fmt.Errorf("a finding about %q names no record; name one in about", f.SubjectID)
		}
	}
	for _, at := range []time.Time{f.FirstSeen, f.LastSeen} {
		if year := at.Year(); year < 1 || year > 9999 {
			return f, fmt.Errorf("a finding about %q has a time outside of the years 1 to 9999; correct it",
				clipped(f.SubjectID))
		}
	}
	f.ID = hex.EncodeToString(sum.Sum(nil)[:16])
	return f, nil
}
