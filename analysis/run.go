// Package analysis judges a case. It derives who got which pass, who logged in with it and what the policy allowed. It
// runs every rule over that, and says of each rule what it could not see. README.md defines each term.
package analysis

import (
	"context"
	"errors"
	"slices"
	"time"

	"tapaudit/analysis/activity"
	"tapaudit/analysis/auditlog"
	"tapaudit/analysis/coverage"
	"tapaudit/analysis/identity"
	"tapaudit/analysis/logins"
	"tapaudit/analysis/model"
	"tapaudit/analysis/passes"
	"tapaudit/analysis/policy"
	"tapaudit/analysis/proof"
	"tapaudit/analysis/roles"
	"tapaudit/analysis/rows"
	"tapaudit/analysis/settings"
	"tapaudit/analysis/statistics"
	"tapaudit/analysis/supervision"
	"tapaudit/analysis/when"
	"tapaudit/ingest/casefile"
)

// Options are what the command line says beside the configuration.
type Options struct {
	Period Period    // the zero value is the span of the evidence
	AsOf   time.Time // the zero value is the latest event or snapshot of the evidence; never the clock
	Tenant string    // attributes records that name no tenant
}

// Run judges the case and writes the derived tables into it, so that a query can look at each step. Without rules
// there is nothing to judge by, which is an error: an empty result would read as if nothing had been found.
func Run(ctx context.Context, c *casefile.Case, s *settings.Settings, rules []Rule, opts Options) (*Result, error) {
	if len(rules) == 0 {
		return nil, errors.New("analysis without rules: take those of BuiltInRules, configured by Configure")
	}
	limits, err := supervision.LimitsOf(func(name string) (float64, error) { return ownParameter(rules, name) })
	if err != nil {
		return nil, err
	}
	var found derivation
	if err := c.Atomically(ctx, func() (err error) {
		if found, err = derive(ctx, c, s, limits, opts); err != nil {
			return err
		}
		var rows int64
		if err := c.QueryRow(ctx, `
SELECT (SELECT count(*) FROM signins) + (SELECT count(*) FROM signin_users) + (SELECT count(*) FROM audit_events)
    + (SELECT count(*) FROM relevant_activities) + (SELECT count(*) FROM place_signins)`).Scan(&rows); err != nil {
			return err
		}
		if rows <= fewRows {
			return c.Uncompressed(ctx)
		}
		return nil
	}); err != nil {
		return nil, err
	}
	return judge(ctx, c, s, rules, found)
}

// fewRows of the largest derived tables, in all, are those of a case that is not worth compressing: some 40 MB.
const fewRows = 50_000

// derivation is what the derived tables say, as far as the findings and the report need it in Go.
type derivation struct {
	scope    scope
	coverage coverage.Coverage
	people   identity.People
	policies policy.Timelines
	passes   []*passes.Pass
	methods  auditlog.ByUser
	ledger   []*supervision.Login
	deeds    []activity.Deed
	records  records
	notes    []string
}

// derive is the order of derivation. Each step has what it needs from those before it, and leaves its tables in the
// case.
func derive(
	ctx context.Context, c *casefile.Case, s *settings.Settings, limits supervision.Limits, opts Options,
) (derivation, error) {
	var (
		d       derivation
		ids     identity.IDs
		issued  passes.Passes
		devices auditlog.ByUser
		grouped []*logins.Login
		judged  []*supervision.Login
		in      supervision.Inputs
	)
	d.records.snapshots = proof.Snapshots{}
	run := func(name string) error { return model.Run(ctx, c, name) }
	for _, step := range []func() error{
		// What is judged by, and whose each record is.
		func() error { return run("01_words") },
		func() error { return run("05_configuration") },
		func() error { return storeConfiguration(ctx, c, s, opts.Tenant) },
		func() error { return storeAddresses(ctx, c, s.TrustedNetworks) },
		func() error { return run("10_tenants") },
		func() (err error) { d.records.sources, err = proof.ReadSources(ctx, c); return err },

		// Who is who, what the evidence covers, and which time is judged.
		func() error { return run("20_identities") },
		func() (err error) { ids, err = identity.Read(ctx, c); return err },
		func() error { return run("30_coverage") },
		func() (err error) { d.coverage, err = coverage.Read(ctx, c); return err },
		func() error { return d.note(readExtracts(ctx, c, opts.Period)) },
		func() error { notes, err := d.scope.read(ctx, c, opts); return d.note(notes, err) },

		// The audit log: people, policy, passes.
		func() error { return run("35_events") },
		func() (err error) { d.records.events, err = auditlog.Read(ctx, c, ids, addressOf); return err },
		func() (err error) {
			d.people, err = identity.ReadPeople(ctx, c, ids, d.scope.asOf, auditlog.Created(d.records.events))
			return err
		},
		func() error {
			d.methods, devices = auditlog.Methods(d.records.events), auditlog.Devices(d.records.events)
			return auditlog.Store(ctx, c, d.records.events, d.methods, devices, d.people)
		},
		func() error { return run("37_requests") },
		func() error {
			lines, shown, notes, err := policy.Read(ctx, c, d.records.events, d.coverage, d.records.sources,
				d.scope.asOf)
			d.policies = lines
			d.records.add(shown)
			return d.note(notes, err)
		},
		func() error {
			issued = passes.Find(d.records.events, d.policies)
			d.passes = issued.All
			return passes.StoreParties(ctx, c, issued.All)
		},

		// The sign-ins that matter, and which of them are log-ins.
		func() error { return run("40_signins") },
		func() error { return run("50_attempts") },
		func() (err error) { d.records.signIns, err = readSignIns(ctx, c); return err },
		func() (err error) { grouped, err = logins.Read(ctx, c); return err },
		func() error { return run("60_networks") },
		func() error { return logins.Locate(ctx, c, grouped) },
		func() error {
			in = supervision.Inputs{
				Settings: s, Limits: limits, Coverage: d.coverage, Policies: d.policies, IDs: ids, People: d.people,
				Passes: issued, Methods: d.methods, Devices: devices,
				Created: auditlog.ByPersons(d.records.events, auditlog.UserCreated),
				Rehired: auditlog.ByPersons(d.records.events, auditlog.HireDateChanged),
			}
			return nil
		},
		// Judged twice: what was seen around the log-ins is asked of the tables, which need the log-ins and their
		// passes.
		func() error { return run("65_logins") },
		func() error { return supervision.Store(ctx, c, in, supervision.Judge(in, grouped)) },
		func() error { return run("67_places") },
		func() (err error) { in.Places, err = supervision.ReadPlaces(ctx, c); return err },
		func() error {
			judged = supervision.Judge(in, grouped)
			d.ledger = supervision.Ledger(judged)
			return nil
		},
		func() error { return supervision.Store(ctx, c, in, judged) },
		func() error { return run("70_footprint") },
		func() error { return run("72_activity") },
		func() (err error) {
			d.deeds, err = activity.Read(ctx, c, d.records.events, d.records.sources)
			return err
		},
		func() error { return d.records.readDeeds(ctx, c) },

		// What else rules ask.
		func() error { return run("75_context") },
		func() error { return policy.Store(ctx, c, d.policies, d.scope.tenants, d.scope.period) },
		func() error {
			held, shown, err := roles.Read(ctx, c, ids, d.records.events, d.scope.asOf)
			if err != nil {
				return err
			}
			d.records.add(shown)
			return roles.Store(ctx, c, held, ids, d.scope.tenants, s.PrivilegedUsers)
		},
		func() error { return storeRoster(ctx, c, s, ids, d.scope.tenants) },
		func() error {
			shown, err := passes.StoreSnapshots(ctx, c, ids, d.coverage)
			d.records.add(shown)
			return err
		},
		func() error { return coverage.Store(ctx, c, d.coverage, d.scope.tenants, d.scope.period) },
		func() error { return statistics.Store(ctx, c, d.scope.tenants, d.coverage, d.ledger, d.passes) },
		func() error { return run("80_signs") },
		func() error { return run("85_moments") },
		func() error { return run("90_findings") },
		func() error { return run("95_timeline") },
	} {
		if err := ctx.Err(); err != nil {
			return d, err
		}
		if err := step(); err != nil {
			return d, err
		}
	}
	return d, nil
}

// note keeps what the reader must know about the evidence.
func (d *derivation) note(notes []string, err error) error {
	d.notes = append(d.notes, notes...)
	return err
}

// scope is what is judged.
type scope struct {
	period  Period
	asOf    time.Time // what counts as now
	tenants []string  // sorted
}

// read fixes the scope, by the evidence where the options leave it open.
func (s *scope) read(ctx context.Context, c *casefile.Case, opts Options) (notes []string, err error) {
	type span struct {
		First    *time.Time `db:"first_at"` // of the events
		Last     *time.Time `db:"last_at"`
		FirstAct *time.Time `db:"first_act_at"` // of what was done
		LastAct  *time.Time `db:"last_act_at"`
		Snapshot *time.Time `db:"snapshot_at"` // of the latest snapshot
	}
	evidence, err := rows.One[span](ctx, c, `
WITH events AS (
    SELECT min(first_time) AS first_at, max(last_time) AS last_at
    FROM record_days WHERE tenant IS NOT NULL AND of_events(log_type)
    UNION ALL SELECT min(first_time), max(last_time) FROM attributed_extract_days WHERE tenant IS NOT NULL
),
acts AS (
    SELECT min(first_time) AS first_at, max(last_time) AS last_at
    FROM record_days WHERE tenant IS NOT NULL AND NOT of_events(log_type)
),
snapshots AS (
    SELECT time FROM attributed_policies UNION ALL SELECT time FROM attributed_users
    UNION ALL SELECT time FROM attributed_role_members UNION ALL SELECT time FROM attributed_group_members
    UNION ALL SELECT time FROM attributed_conditional_access UNION ALL SELECT time FROM attributed_pass_snapshots
    UNION ALL SELECT time FROM attributed_role_definitions UNION ALL SELECT time FROM attributed_registrations
    UNION ALL SELECT time FROM attributed_service_principals
)
SELECT
    min(first_at) AS first_at, max(last_at) AS last_at,
    (SELECT first_at FROM acts) AS first_act_at, (SELECT last_at FROM acts) AS last_act_at,
    (SELECT max(time) FROM snapshots) AS snapshot_at
FROM events`)
	if err != nil {
		return nil, err
	}
	// What was done is exported for longer or shorter than the log-ins are, whose days a report is about.
	first, last := evidence.First, evidence.Last
	if first == nil {
		first, last = evidence.FirstAct, evidence.LastAct
	}
	if first == nil {
		first, last = evidence.Snapshot, evidence.Snapshot
	}
	s.period, s.asOf = opts.Period, opts.AsOf
	if s.period == (Period{}) && first != nil {
		// The end is exclusive, and the last event belongs to the period.
		s.period = Period{From: *first, To: last.Truncate(time.Second).Add(time.Second)}
	}
	if s.asOf.IsZero() {
		for _, t := range []*time.Time{last, evidence.LastAct, evidence.Snapshot} {
			if t != nil {
				s.asOf = when.Later(s.asOf, *t)
			}
		}
	}
	type tenant struct {
		ID string `db:"tenant_id"`
	}
	if err := rows.Each(ctx, c, func(t tenant) error {
		s.tenants = append(s.tenants, t.ID)
		return nil
	}, `SELECT tenant_id FROM tenants ORDER BY tenant_id`); err != nil {
		return nil, err
	}
	if slices.Contains(s.tenants, "unknown") {
		notes = append(notes, "Nothing in the evidence names its tenant: it is called unknown here. Name it with --tenant.")
	}
	return notes, nil
}
