package analysis

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"tapaudit/analysis/coverage"
	"tapaudit/analysis/policy"
	"tapaudit/analysis/rows"
	"tapaudit/analysis/settings"
	"tapaudit/analysis/when"
	"tapaudit/ingest/casefile"
	"tapaudit/ingest/safetext"
)

// populations are the derived tables that rules look at, each with the SQL that counts what of it the period holds.
var populations map[string]*string

func init() {
	within := func(table, first, last string) *string {
		s := fmt.Sprintf(`
SELECT tenant_id, count(*) AS n FROM %s
WHERE %s < $period_to AND %s >= $period_from GROUP BY tenant_id`, table, first, last)
		return &s
	}
	constant := func(s string) *string { return &s }
	populations = map[string]*string{
		"passes":                     within("passes", "issued_at", "issued_at"),
		"logins":                     within("logins", "time", "last_time"),
		"blocked_logins":             within("blocked_logins", "time", "last_time"),
		"tap_attempts":               within("tap_attempts", "time", "time"),
		"tap_signins":                within("tap_signins", "time", "time"),
		"policy_changes":             within("(SELECT tenant_id, time FROM audit_events WHERE kind = 'policy changed')", "time", "time"),
		"conditional_access_changes": within("(SELECT tenant_id, time FROM registration_changes)", "time", "time"),
		"all_policy_changes": within(`(
    SELECT tenant_id, time FROM audit_events WHERE kind = 'policy changed'
    UNION ALL SELECT tenant_id, time FROM registration_changes)`,
			"time", "time"),
		"policy_state": constant(`SELECT tenant_id, count(*) AS n FROM policy_state GROUP BY tenant_id`),
		"issuance_failures": within("(SELECT tenant_id, time FROM audit_events WHERE kind = 'pass issuance failed')",
			"time", "time"),
		"pass_requests": within("pass_requests", "time", "time"),
		"tap_method_snapshots": constant(`
SELECT tenant AS tenant_id, count(*) AS n FROM attributed_pass_snapshots WHERE tenant IS NOT NULL GROUP BY tenant`),
		"weeks": constant(`
SELECT tenant_id, count(DISTINCT week) AS n FROM recorded_days
WHERE day < $period_to AND day >= date_trunc('day', $period_from) GROUP BY tenant_id`),
		"days": constant(`
SELECT
    tenant_id,
    date_diff('day', date_trunc('day', $period_from), date_trunc('day', $period_to - INTERVAL 1 MICROSECOND)) + 1 AS n
FROM tenants`),
		"files": constant(`
SELECT tenants.tenant_id, (SELECT count(*) FROM source WHERE records_read > 0) AS n FROM tenants`),
		"exceptions": constant(`SELECT tenant_id, 0 AS n FROM tenants`),
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

// have is what there is of evidence and configuration for rules to judge by.
type have struct {
	scope    scope
	settings *settings.Settings
	coverage coverage.Coverage
	policies policy.Timelines
	exported map[export]bool
	logins   map[string]loginCount // by tenant
}

// loginCount is how many log-ins of a tenant the period has, and on how many of their days nothing could show deeds.
type loginCount struct {
	Tenant string `db:"tenant_id"`
	All    int    `db:"all_logins"`
	Blind  int    `db:"blind"`
}

// export is a kind of directory exports of a tenant.
type export struct {
	Kind   string `db:"kind"`
	Tenant string `db:"tenant"`
}

// readHave learns which kinds of directory exports the evidence holds of each tenant.
func readHave(ctx context.Context, c *casefile.Case, s *settings.Settings, d derivation) (have, error) {
	h := have{d.scope, s, d.coverage, d.policies, map[export]bool{}, map[string]loginCount{}}
	if err := rows.Each(ctx, c, func(n loginCount) error { h.logins[n.Tenant] = n; return nil }, `
SELECT l.tenant_id, count(*) AS all_logins, count(b.login_no) AS blind
FROM logins AS l LEFT JOIN blind_logins AS b ON b.login_no = l.login_no
WHERE l.time < $period_to AND l.last_time >= $period_from GROUP BY l.tenant_id`,
		sql.Named("period_from", d.scope.period.From), sql.Named("period_to", d.scope.period.To)); err != nil {
		return h, err
	}
	err := rows.Each(ctx, c, func(e export) error { h.exported[e] = true; return nil }, `
WITH exports AS (
    SELECT 'users' AS kind, tenant FROM attributed_users
    UNION SELECT 'roles', tenant FROM attributed_role_members
    UNION SELECT 'groups', tenant FROM attributed_group_members
    UNION SELECT 'conditional-access', tenant FROM attributed_conditional_access
    UNION SELECT 'tap-methods', tenant FROM attributed_pass_snapshots
    UNION SELECT 'addresses without days', tenant FROM attributed_extract_addresses WHERE days IS NULL
    UNION SELECT 'resources', tenant_id FROM signins WHERE resource_id IS NOT NULL
    UNION SELECT 'devices', tenant_id FROM signins WHERE device_id IS NOT NULL
    UNION SELECT 'risk', tenant_id FROM signins WHERE risk IN ('none', 'low', 'medium', 'high')
)
SELECT kind, tenant FROM exports WHERE tenant IS NOT NULL`)
	return h, err
}

// needs are the kinds of evidence and configuration that a rule may need.
var needs map[string]func(h have, tenant string) verdict

func init() {
	logged := func(logType, what string) func(have, string) verdict {
		return func(h have, tenant string) verdict { return h.log(tenant, logType, what) }
	}
	configured := func(is func(s *settings.Settings) bool, what string) func(have, string) verdict {
		return func(h have, _ string) verdict {
			if is(h.settings) {
				return yes
			}
			return no("the configuration has no " + what)
		}
	}
	exported := func(kind, what string) func(have, string) verdict {
		return func(h have, tenant string) verdict {
			if h.exported[export{kind, tenant}] {
				return yes
			}
			return no("the evidence holds no " + what)
		}
	}
	needs = map[string]func(h have, tenant string) verdict{
		"audit":               logged(coverage.Audit, "audit log"),
		"sign-in":             logged(coverage.Interactive, "interactive sign-ins"),
		"tap-capable sign-in": logged(coverage.TAPSignIn, "interactive sign-ins with authentication steps"),
		"non-interactive sign-in": func(h have, tenant string) verdict {
			if len(h.coverage[coverage.Log{Tenant: tenant, Type: coverage.NonInteractive}].Days) > 0 {
				return yes
			}
			// The log-in's own sign-ins are interactive and can be judged.
			return verdict{"partly", []string{
				"the evidence holds no non-interactive sign-ins: what ran on a pass after the log-in can hardly be seen",
			}}
		},
		"graph-activity": logged(coverage.GraphActivity, "Graph activity"),
		"deeds": func(h have, tenant string) verdict {
			n := h.logins[tenant]
			if n.Blind == 0 {
				return yes
			}
			// The directory's audit log can be judged.
			return verdict{"partly", []string{fmt.Sprintf(
				"of %d of %d log-ins the evidence holds neither Unified Audit Log nor Graph activity: only the audit log can show what was done", n.Blind, n.All)}}
		},
		"policy": func(h have, tenant string) verdict {
			if !h.policies.Known(tenant) {
				return no("the evidence holds no policy snapshot and no readable policy change")
			}
			// A change lists what it changed. Of the rest it says nothing.
			if _, known := h.policies.At(tenant, h.scope.period.LastInstant()).Enabled(); !known {
				return no("no policy snapshot and no policy change in evidence says whether Temporary Access Pass is" +
					" enabled; export the authentication methods policy")
			}
			return yes
		},
		"users":              exported("users", "user export"),
		"roles":              exported("roles", "role export"),
		"groups":             exported("groups", "group export with members"),
		"conditional-access": exported("conditional-access", "Conditional Access policies"),
		"tap-methods":        exported("tap-methods", "temporaryAccessPassMethods export"),
		"shared addresses": func(h have, tenant string) verdict {
			if h.exported[export{"addresses without days", tenant}] {
				return verdict{"partly", []string{
					"an older extract does not say on how many days users came from an address: which addresses many share is known in part; make the extract anew",
				}}
			}
			return yes
		},
		"resources": func(h have, tenant string) verdict {
			if h.exported[export{"resources", tenant}] {
				return yes
			}
			// Which application was gone to can be judged.
			return verdict{"partly", []string{"the sign-ins name no resource by its id: whether a guarded one was reached cannot be said"}}
		},
		"devices": exported("devices", "device ids in its sign-ins"),
		"device ids": func(h have, tenant string) verdict {
			if h.exported[export{"devices", tenant}] {
				return yes
			}
			// Addresses can be compared.
			return verdict{"partly", []string{"the sign-ins name no device by its id: only the address can show it"}}
		},
		"risk": exported("risk", "risk levels (they are hidden without a P2 licence)"),
	}
	for what, is := range map[string]func(s *settings.Settings) bool{
		"business_hours":                func(s *settings.Settings) bool { return s.Hours != nil },
		"approved_issuers.users":        func(s *settings.Settings) bool { return s.ApprovedUsers != nil },
		"approved_issuers.applications": func(s *settings.Settings) bool { return s.ApprovedApplications != nil },
		"trusted_networks":              func(s *settings.Settings) bool { return len(s.TrustedNetworks) > 0 },
		"onboarding_roster":             func(s *settings.Settings) bool { return s.Roster != nil },
		"supervision_register":          func(s *settings.Settings) bool { return s.Register != nil },
	} {
		needs[configurationNeed+what] = configured(is, what)
	}
}

// log says whether a log covers the period, day by day.
func (h have) log(tenant, logType, what string) verdict {
	missing := h.coverage.Gaps(tenant, logType, h.scope.period)
	if logType == coverage.TAPSignIn {
		missing = h.coverage.Blind(tenant, h.scope.period)
	}
	days := coverage.Days(missing)
	first, last := h.scope.period.From.Truncate(when.Day), h.scope.period.LastInstant().Truncate(when.Day)
	total := int(last.Sub(first)/when.Day) + 1
	switch {
	case days == 0:
		return yes
	case days >= total || len(h.coverage[coverage.Log{Tenant: tenant, Type: logType}].Days) == 0:
		return no("the evidence holds no " + what + " of the period")
	default:
		return verdict{"partly", []string{fmt.Sprintf("%d of %s without %s: %s", days,
			safetext.Counted(total, "day", "days"), what, coverage.InWords(missing))}}
	}
}

// assess says for every rule and tenant what was looked at and whether it could be judged for the whole period.
func assess(ctx context.Context, c *casefile.Case, h have, j *judging,
	exceptions int) ([]Assessment, []Missing, error) {
	counts := map[ruleTenant]*Assessment{}
	for _, f := range j.findings {
		key := ruleTenant{f.RuleID, f.TenantID}
		if counts[key] == nil {
			counts[key] = &Assessment{}
		}
		counts[key].Findings++ // those that an exception covers included
		if f.Status != "open" {
			counts[key].Excepted++
		}
	}
	population, err := countPopulations(ctx, c, h.scope.period)
	if err != nil {
		return nil, nil, err
	}
	var all []Assessment
	missing := shortages{have: h, met: map[needOf]verdict{}, at: map[needOf]int{}}
	for _, rule := range j.rules {
		for _, tenant := range h.scope.tenants {
			row := Assessment{
				RuleID: rule.ID, TenantID: tenant, From: h.scope.period.From, To: h.scope.period.To,
				Population: population[ruleTenant{rule.Population, tenant}],
			}
			if rule.Population == "exceptions" {
				row.Population = int64(exceptions)
			}
			key := ruleTenant{rule.ID, tenant}
			if n := counts[key]; n != nil {
				row.Findings, row.Excepted = n.Findings, n.Excepted
			}
			v := yes
			if reason, ok := j.failed[rule.ID]; ok {
				v = no(reason)
			} else if rule.Enabled {
				for _, need := range rule.Needs {
					v = v.worse(missing.ask(need, tenant, rule.ID))
				}
				v = v.worse(unjudgedVerdict(j.unjudged[key], row.Population, row.Findings))
			} else {
				v = no("the rule is disabled in the configuration")
			}
			row.Assessed, row.Reasons = v.state, v.reasons
			missing.stopped(row, rule.Needs)
			all = append(all, row)
		}
	}
	return all, missing.all, nil
}

// shortages gathers what is missing over all rules.
type shortages struct {
	have have
	met  map[needOf]verdict // each asked once, since many rules need the same
	at   map[needOf]int     // its place in all
	all  []Missing
}

// needOf is a need of rules, for a tenant.
type needOf struct{ need, tenant string }

// ask says whether a need of a rule is met, and notes it where it is not.
func (s *shortages) ask(need, tenant, rule string) verdict {
	of := needOf{need, tenant}
	v, asked := s.met[of]
	if !asked {
		v = needs[need](s.have, tenant)
		s.met[of] = v
	}
	if v.state == "yes" {
		return v
	}
	at, noted := s.at[of]
	if !noted {
		at = len(s.all)
		s.at[of] = at
		m := Missing{TenantID: tenant, Need: need, Reason: v.reasons[0]}
		switch {
		case v.state == "no":
		case need == "audit":
			m.Days = s.have.coverage.Gaps(tenant, coverage.Audit, s.have.scope.period)
		case need == "sign-in":
			m.Days = s.have.coverage.Gaps(tenant, coverage.Interactive, s.have.scope.period)
		case need == "tap-capable sign-in":
			m.Days = s.have.coverage.Blind(tenant, s.have.scope.period)
		}
		s.all = append(s.all, m)
	}
	s.all[at].Rules = append(s.all[at].Rules, rule)
	return v
}

// stopped counts a rule that could not be tested at all with what it needed.
func (s *shortages) stopped(a Assessment, ruleNeeds []string) {
	if a.Assessed != "no" {
		return
	}
	for _, need := range ruleNeeds {
		at, noted := s.at[needOf{need, a.TenantID}]
		if !noted {
			continue
		}
		m := &s.all[at]
		if slices.Contains(m.Rules, a.RuleID) && slices.Contains(a.Reasons, m.Reason) {
			m.Stopped++
		}
	}
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

func countPopulations(ctx context.Context, c *casefile.Case, period Period) (map[ruleTenant]int64, error) {
	type counted struct {
		Tenant string `db:"tenant_id"`
		N      int64  `db:"n"`
	}
	counts := map[ruleTenant]int64{}
	for name, query := range populations {
		var args []any
		if strings.Contains(*query, "$period_from") {
			args = append(args, sql.Named("period_from", period.From))
		}
		if strings.Contains(*query, "$period_to") {
			args = append(args, sql.Named("period_to", period.To))
		}
		if err := rows.Each(ctx, c, func(n counted) error {
			counts[ruleTenant{name, n.Tenant}] = n.N
			return nil
		}, *query, args...); err != nil {
			return nil, fmt.Errorf("population %s: %w", name, err)
		}
	}
	return counts, nil
}

// unassessed says why nothing could be assessed: no evidence is at hand, none of it lies in the period, or no rule
// could be tested with it. A rule counts that needs evidence and was assessed at least partly. Those that need none
// judge the evidence itself, so that they can be assessed where there is nothing else. A state of the policy that only
// evidence from outside of the period tells does not make the period assessed.
func unassessed(ctx context.Context, c *casefile.Case, r *Result) (string, error) {
	switch n := len(r.Evidence); {
	case len(r.Tenants) > 0:
	case n == 0:
		return "no file was read", nil
	case n == 1:
		return "the file that was read holds no record of a tenant", nil
	default:
		return fmt.Sprintf("the %d files that were read hold no record of a tenant", n), nil
	}
	within, err := tenantsInPeriod(ctx, c, r.Period, r.AsOf)
	if err != nil {
		return "", err
	}
	if len(within) == 0 {
		return fmt.Sprintf("the evidence holds no sign-in, audit event or policy of the period, from %s to before %s",
			r.Period.From.Format(time.RFC3339), r.Period.To.Format(time.RFC3339)), nil
	}
	evidence := map[string]bool{}
	for _, rule := range r.Rules {
		evidence[rule.ID] = slices.ContainsFunc(rule.Needs, func(need string) bool {
			return !strings.HasPrefix(need, configurationNeed)
		})
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
// without a date is taken to be of as-of, as in the timeline; where nothing has a date it may be of the period. Records
// of a day, before and after a period that is shorter, cover it.
func tenantsInPeriod(ctx context.Context, c *casefile.Case, period Period, asOf time.Time) (map[string]bool, error) {
	undated := any(asOf)
	if asOf.IsZero() {
		undated = nil
	}
	type tenant struct {
		ID string `db:"tenant"`
	}
	within := map[string]bool{}
	err := rows.Each(ctx, c, func(t tenant) error { within[t.ID] = true; return nil }, `
WITH dated AS (
    SELECT tenant, first_time AS first_at, last_time AS last_at FROM record_days
    UNION ALL SELECT tenant, first_time, last_time FROM attributed_extract_days WHERE first_time IS NOT NULL
    UNION ALL SELECT tenant, coalesce(time, $undated), coalesce(time, $undated) FROM attributed_policies
)
SELECT DISTINCT tenant FROM dated
WHERE tenant IS NOT NULL AND (first_at IS NULL OR first_at < $period_to AND last_at >= $period_from)`,
		sql.Named("undated", undated), sql.Named("period_from", period.From), sql.Named("period_to", period.To))
	return within, err
}
