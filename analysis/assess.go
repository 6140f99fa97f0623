package analysis

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"
)

// populations are the derived tables that rules look at, each with the SQL that counts what of it the period holds.
var populations map[string]*string

func init() {
	within := func(table, first, last string) *string {
		s := fmt.Sprintf(`SELECT tenant_id, count(*) FROM %s WHERE %s < $period_to AND %s >= $period_from GROUP BY tenant_id`, table, first, last)
		return &s
	}
	constant := func(s string) *string { return &s }
	populations = map[string]*string{
		"passes":               within("passes", "issued_at", "issued_at"),
		"logins":               within("logins", "time", "last_time"),
		"blocked_logins":       within("blocked_logins", "time", "last_time"),
		"tap_attempts":         within("tap_attempts", "time", "time"),
		"tap_signins":          within("tap_signins", "time", "time"),
		"policy_changes":       within("(SELECT tenant_id, time FROM audit_events WHERE kind = 'policy changed')", "time", "time"),
		"policy_state":         constant(`SELECT tenant_id, count(*) FROM policy_state GROUP BY tenant_id`),
		"issuance_failures":    within("(SELECT tenant_id, time FROM audit_events WHERE kind = 'pass issuance failed')", "time", "time"),
		"tap_method_snapshots": constant(`SELECT tenant, count(*) FROM attributed_pass_snapshots WHERE tenant IS NOT NULL GROUP BY tenant`),
		"weeks": constant(`
SELECT tenant_id, count(DISTINCT date_trunc('week', day)) FROM daily_records
WHERE day < $period_to AND day >= date_trunc('day', $period_from) GROUP BY tenant_id`),
		"days": constant(`
SELECT tenant_id, date_diff('day', date_trunc('day', $period_from), date_trunc('day', $period_to - INTERVAL 1 MICROSECOND)) + 1 FROM tenants`),
		"files": constant(`
SELECT tenants.tenant_id, (SELECT count(*) FROM source WHERE records_read > 0) FROM tenants`),
		"exceptions": constant(`SELECT tenant_id, 0 FROM tenants`),
	}
}

// verdict says whether a need is there for the whole period: yes, partly or no, and why not.
type verdict struct {
	state   string
	reasons []string
}

var yes = verdict{state: "yes"}

func no(reason string) verdict { return verdict{"no", []string{reason}} }

// worse is the worse of two verdicts, with the reasons of both.
func (v verdict) worse(w verdict) verdict {
	v.reasons = slices.Clone(v.reasons)
	order := []string{"yes", "partly", "no"}
	if slices.Index(order, w.state) > slices.Index(order, v.state) {
		v.state = w.state
	}
	for _, reason := range w.reasons {
		if !slices.Contains(v.reasons, reason) {
			v.reasons = append(v.reasons, reason)
		}
	}
	return v
}

// configurationNeed begins the names of those needs that the configuration meets, not the evidence.
const configurationNeed = "config:"

// needs are the kinds of evidence and configuration that a rule may need.
var needs map[string]func(a *audit, tenant string) verdict

func init() {
	logged := func(logType, what string) func(*audit, string) verdict {
		return func(a *audit, tenant string) verdict { return a.logCovers(tenant, logType, what) }
	}
	configured := func(is func(a *audit) bool, what string) func(*audit, string) verdict {
		return func(a *audit, _ string) verdict {
			if is(a) {
				return yes
			}
			return no("the configuration has no " + what)
		}
	}
	held := func(present func(a *audit, tenant string) bool, what string) func(*audit, string) verdict {
		return func(a *audit, tenant string) verdict {
			if present(a, tenant) {
				return yes
			}
			return no("the evidence holds no " + what)
		}
	}
	kind := func(k string) func(a *audit, tenant string) bool {
		return func(a *audit, tenant string) bool { return a.held[k][tenant] }
	}
	needs = map[string]func(a *audit, tenant string) verdict{
		"audit":               logged(logAudit, "audit log"),
		"sign-in":             logged(logInteractive, "interactive sign-ins"),
		"tap-capable sign-in": logged(logTAPSignIn, "interactive sign-ins with authentication steps"),
		"non-interactive sign-in": func(a *audit, t string) verdict {
			if len(a.coverage[coverageKey{t, logNonInteractive}].days) > 0 {
				return yes
			}
			// The log-in's own sign-ins are interactive and can be judged.
			return verdict{"partly", []string{"the evidence holds no non-interactive sign-ins: what ran on a pass after the log-in can hardly be seen"}}
		},
		"policy":                             held(func(a *audit, t string) bool { return a.knowsPolicy(t) }, "policy snapshot and no readable policy change"),
		"users":                              held(kind("users"), "user export"),
		"roles":                              held(kind("roles"), "role export"),
		"groups":                             held(kind("groups"), "group export with members"),
		"conditional-access":                 held(kind("conditional-access"), "Conditional Access policies"),
		"tap-methods":                        held(kind("tap-methods"), "temporaryAccessPassMethods export"),
		"risk":                               held(kind("risk"), "risk levels (they are hidden without a P2 licence)"),
		configurationNeed + "business_hours": configured(func(a *audit) bool { return a.settings.Hours != nil }, "business_hours"),
		configurationNeed + "approved_issuers.users":        configured(func(a *audit) bool { return a.settings.ApprovedUsers != nil }, "approved_issuers.users"),
		configurationNeed + "approved_issuers.applications": configured(func(a *audit) bool { return a.settings.ApprovedApplications != nil }, "approved_issuers.applications"),
		configurationNeed + "trusted_networks":              configured(func(a *audit) bool { return len(a.settings.TrustedNetworks) > 0 }, "trusted_networks"),
		configurationNeed + "onboarding_roster":             configured(func(a *audit) bool { return a.settings.Roster != nil }, "onboarding_roster"),
		configurationNeed + "supervision_register":          configured(func(a *audit) bool { return a.settings.Register != nil }, "supervision_register"),
	}
}

// logCovers says whether a log covers the period, day by day.
func (a *audit) logCovers(tenant, logType, what string) verdict {
	missing := a.coverage.gaps(tenant, logType, a.period.From, a.period.To)
	if logType == logTAPSignIn {
		missing = a.withBlindDays(tenant, missing)
	}
	days := 0
	for _, run := range missing {
		days += int(run.To.Sub(run.From) / day)
	}
	total := int(a.period.To.Add(-time.Microsecond).Truncate(day).Sub(a.period.From.Truncate(day))/day) + 1
	switch {
	case days == 0:
		return yes
	case days >= total || len(a.coverage[coverageKey{tenant, logType}].days) == 0:
		return no("the evidence holds no " + what + " of the period")
	default:
		return verdict{"partly", []string{fmt.Sprintf("%d of %d days without %s: %s", days, total, what, dayRuns(missing))}}
	}
}

// withBlindDays adds the days whose interactive sign-ins all come from formats that cannot show a pass.
func (a *audit) withBlindDays(tenant string, missing []Period) []Period {
	key := coverageKey{tenant, logInteractive}
	var runs []Period
	i := 0
	for d := a.period.From.Truncate(day); d.Before(a.period.To); d = d.Add(day) {
		for i < len(missing) && !missing[i].To.After(d) {
			i++
		}
		inGap := i < len(missing) && !missing[i].From.After(d)
		s := a.coverage[key]
		at := s.index(d)
		blind := at >= 0 && at < len(s.days) && s.days[at].records > 0 && a.canShow[key][d] == 0
		if !inGap && !blind {
			continue
		}
		if n := len(runs); n > 0 && runs[n-1].To.Equal(d) {
			runs[n-1].To = d.Add(day)
			continue
		}
		runs = append(runs, Period{d, d.Add(day)})
	}
	return runs
}

func (a *audit) knowsPolicy(tenant string) bool {
	t, ok := a.timelines[tenant]
	return ok && slices.ContainsFunc(t.items, func(e policyEvidence) bool { return e.Snapshot != nil || e.Readable })
}

// readHeld learns which kinds of directory exports the evidence holds of each tenant.
func (a *audit) readHeld(ctx context.Context) error {
	a.held = map[string]map[string]bool{}
	rows, err := a.c.Query(ctx, `
SELECT DISTINCT 'users', tenant FROM attributed_users
UNION SELECT DISTINCT 'roles', tenant FROM attributed_role_members
UNION SELECT DISTINCT 'groups', tenant FROM attributed_group_members
UNION SELECT DISTINCT 'conditional-access', tenant FROM attributed_conditional_access
UNION SELECT DISTINCT 'tap-methods', tenant FROM attributed_pass_snapshots
UNION SELECT DISTINCT 'risk', tenant_id FROM signins WHERE risk IN ('none', 'low', 'medium', 'high')`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var kind string
		var tenant *string
		if err := rows.Scan(&kind, &tenant); err != nil {
			return err
		}
		if tenant == nil {
			continue
		}
		if a.held[kind] == nil {
			a.held[kind] = map[string]bool{}
		}
		a.held[kind][*tenant] = true
	}
	return rows.Err()
}

// assess says for every rule and tenant what was looked at and whether it could be judged for the whole period.
func (a *audit) assess(ctx context.Context, findings []Finding, unjudged map[ruleTenant]map[string]int) ([]Assessment, error) {
	if err := a.readHeld(ctx); err != nil {
		return nil, err
	}
	counts := map[ruleTenant]*Assessment{}
	for _, f := range findings {
		key := ruleTenant{f.RuleID, f.TenantID}
		if counts[key] == nil {
			counts[key] = &Assessment{}
		}
		counts[key].Findings++ // those that an exception covers included
		if f.Status != "open" {
			counts[key].Excepted++
		}
	}
	population, err := a.countPopulations(ctx)
	if err != nil {
		return nil, err
	}
	var all []Assessment
	for _, rule := range a.rules {
		for _, tenant := range a.tenants {
			row := Assessment{RuleID: rule.ID, TenantID: tenant, From: a.period.From, To: a.period.To, Population: population[ruleTenant{rule.Population, tenant}]}
			if rule.Population == "exceptions" {
				row.Population = int64(len(a.settings.Exceptions))
			}
			key := ruleTenant{rule.ID, tenant}
			if c := counts[key]; c != nil {
				row.Findings, row.Excepted = c.Findings, c.Excepted
			}
			v := yes
			if reason, ok := a.failed[rule.ID]; ok {
				v = no(reason)
			} else if rule.Enabled {
				for _, need := range rule.Needs {
					v = v.worse(needs[need](a, tenant))
				}
				v = v.worse(unjudgedVerdict(unjudged[key], row.Population, row.Findings))
			} else {
				v = no("the rule is disabled in the configuration")
			}
			row.Assessed, row.Reasons = v.state, v.reasons
			all = append(all, row)
		}
	}
	return all, nil
}

// unjudgedVerdict tells how many of the population could not be judged, and why. Where something was found, something
// was judged.
func unjudgedVerdict(reasons map[string]int, population int64, findings int) verdict {
	v := yes
	total := 0
	var texts []string
	for reason, n := range reasons {
		total += n
		texts = append(texts, fmt.Sprintf("%d not assessed: %s", n, reason))
	}
	if total == 0 {
		return v
	}
	slices.Sort(texts)
	v.reasons = texts
	v.state = "partly"
	if int64(total) >= population && findings == 0 {
		v.state = "no"
	}
	return v
}

func (a *audit) countPopulations(ctx context.Context) (map[ruleTenant]int64, error) {
	counts := map[ruleTenant]int64{}
	for name, query := range populations {
		var args []any
		if strings.Contains(*query, "$period_from") {
			args = append(args, sql.Named("period_from", a.period.From))
		}
		if strings.Contains(*query, "$period_to") {
			args = append(args, sql.Named("period_to", a.period.To))
		}
		rows, err := a.c.Query(ctx, *query, args...)
		if err != nil {
			return nil, fmt.Errorf("population %s: %w", name, err)
		}
		for rows.Next() {
			var tenant string
			var n int64
			if err := rows.Scan(&tenant, &n); err != nil {
				rows.Close()
				return nil, err
			}
			counts[ruleTenant{name, tenant}] = n
		}
		if err := rows.Err(); err != nil {
			return nil, err
		}
		rows.Close()
	}
	return counts, nil
}

// unassessed says why nothing could be assessed: no evidence is at hand, none of it lies in the period, or no rule could
// be tested with it. A rule counts that needs evidence and was assessed at least partly; those that need none judge the
// evidence itself, so that they can be assessed where there is nothing else. A state of the policy that only evidence
// from outside of the period tells does not make the period assessed.
func (a *audit) unassessed(ctx context.Context, r *Result) (string, error) {
	switch n := len(r.Evidence); {
	case len(r.Tenants) > 0:
	case n == 0:
		return "no file was read", nil
	case n == 1:
		return "the file that was read holds no record of a tenant", nil
	default:
		return fmt.Sprintf("the %d files that were read hold no record of a tenant", n), nil
	}
	within, err := a.tenantsInPeriod(ctx)
	if err != nil {
		return "", err
	}
	if len(within) == 0 {
		return fmt.Sprintf("the evidence holds no sign-in, audit event or policy of the period, from %s to before %s",
			a.period.From.Format(time.RFC3339), a.period.To.Format(time.RFC3339)), nil
	}
	evidence := map[string]bool{}
	for _, rule := range a.rules {
		evidence[rule.ID] = slices.ContainsFunc(rule.Needs, func(need string) bool { return !strings.HasPrefix(need, configurationNeed) })
	}
	for _, row := range r.Assessments {
		if evidence[row.RuleID] && within[row.TenantID] && row.Assessed != "no" {
			return "", nil
		}
	}
	return "what the evidence holds of the period is not enough for any rule", nil
}

// tenantsInPeriod are the tenants of which the evidence holds something of the period that is judged: log records, or
// the policy. Who the users are and which roles they hold serves as context, whenever that was exported. A policy
// without a date is taken to be of as-of, as in the timeline; where nothing has a date it may be of the period.
func (a *audit) tenantsInPeriod(ctx context.Context) (map[string]bool, error) {
	undated := any(a.asOf)
	if a.asOf.IsZero() {
		undated = nil
	}
	rows, err := a.c.Query(ctx, `
WITH dated AS (
    SELECT tenant, time AS first_at, time AS last_at FROM attributed_signins
    UNION ALL SELECT tenant, time, time FROM attributed_audits
    UNION ALL SELECT tenant, first_time, last_time FROM attributed_extract_days WHERE first_time IS NOT NULL
    UNION ALL SELECT tenant, coalesce(time, $undated), coalesce(time, $undated) FROM attributed_policies
)
SELECT DISTINCT tenant FROM dated
WHERE tenant IS NOT NULL AND (first_at IS NULL OR first_at < $period_to AND last_at >= $period_from)`,
		sql.Named("undated", undated), sql.Named("period_from", a.period.From), sql.Named("period_to", a.period.To))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	within := map[string]bool{}
	for rows.Next() {
		var tenant string
		if err := rows.Scan(&tenant); err != nil {
			return nil, err
		}
		within[tenant] = true
	}
	return within, rows.Err()
}
