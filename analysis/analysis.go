// Package analysis judges a case: it derives who got which pass, who logged in with it and what the policy allowed,
// runs every rule over that, and says of each rule what it could not see. README.md defines each term.
package analysis

import (
	"cmp"
	"context"
	"embed"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"tapaudit/analysis/settings"
	"tapaudit/ingest/casefile"
)

//go:embed model/*.sql
var modelFiles embed.FS

// Options are what the command line says beside the configuration.
type Options struct {
	Period Period    // the zero value is the span of the evidence
	AsOf   time.Time // the zero value is the latest event or snapshot of the evidence; never the clock
	Tenant string    // attributes records that name no tenant
}

// audit is one analysis under way.
type audit struct {
	c        *casefile.Case
	settings *settings.Settings
	rules    []Rule
	opts     Options

	period  Period
	asOf    time.Time
	tenants []string

	supervision supervision
	addressOf   func(string) string
	identities  identities
	coverage    coverage
	canShow     map[coverageKey]map[time.Time]int64

	events       []*auditEvent // in order of tenant and time; event number n is events[n-1]
	timelines    map[string]timeline
	passes       []*pass
	passesOf     map[userKey]passesByStart
	people       map[userKey]*person
	methodEvents map[userKey][]*auditEvent
	deviceEvents map[userKey][]*auditEvent
	logins       []*login // and blocked ones, told apart by outcome
	ledger       []*login // those that are not blocked

	held      map[string]map[string]bool // kinds of directory exports, by tenant
	sources   map[int]sourceInfo
	signIns   map[int64]signIn
	snapshots map[string]snapshotInfo // by key
	notes     []string
	faults    []error
	failed    map[string]string // why, of users' rules that failed, by id
}

// person is what the evidence says of a user.
type person struct {
	name      string
	userType  string
	created   time.Time   // the earliest of createdAt
	createdAt []time.Time // by the directory and by the audit log
	hired     time.Time
}

// Run judges the case and writes the derived tables into it, so that a query can look at each step. Without rules there
// is nothing to judge by, which is an error: an empty result would read as if nothing had been found.
func Run(ctx context.Context, c *casefile.Case, s *settings.Settings, rules []Rule, opts Options) (*Result, error) {
	if len(rules) == 0 {
		return nil, errors.New("analysis without rules: take those of BuiltInRules, configured by Configure")
	}
	a := &audit{c: c, settings: s, rules: rules, opts: opts}
	var err error
	if a.supervision, err = supervisionOf(rules); err != nil {
		return nil, err
	}
	if err := c.Atomically(ctx, func() error { return a.derive(ctx) }); err != nil {
		return nil, err
	}
	return a.judge(ctx)
}

func (a *audit) derive(ctx context.Context) error {
	for _, step := range []func(context.Context) error{
		a.storeConfiguration,
		a.model("10_tenants"),
		a.readAddresses,
		a.readSources,
		a.model("20_identities"), a.readIdentities,
		a.model("30_coverage"), a.readCoverage, a.readExtracts,
		a.setPeriod,
		a.readAuditEvents,
		a.readPeople,
		a.readPolicy,
		func(context.Context) error { a.findPasses(); return nil },
		a.storeEvents, a.storePassParties,
		a.model("40_signins"), a.model("50_attempts"), a.readSignInIndex, a.model("60_networks"),
		a.findLogins,
		a.storePasses, a.storeLogins,
		a.model("70_footprint"),
		a.model("80_signs"),
		a.storePolicy, a.storePrivileged, a.storeCoverage, a.storeStatistics,
	} {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// model is a step that runs one of the model's files.
func (a *audit) model(name string) func(context.Context) error {
	return func(ctx context.Context) error {
		text, err := modelFiles.ReadFile("model/" + name + ".sql")
		if err != nil {
			return err
		}
		if err := a.c.Exec(ctx, string(text)); err != nil {
			return fmt.Errorf("model %s: %w", name, err)
		}
		return nil
	}
}

func (a *audit) storeConfiguration(ctx context.Context) error {
	var tenant any
	if a.opts.Tenant != "" {
		tenant = strings.ToLower(a.opts.Tenant)
	}
	if err := a.c.Exec(ctx, `CREATE OR REPLACE TABLE config (
    tenant_id VARCHAR, approved_users BOOLEAN, approved_applications BOOLEAN, hours BOOLEAN, networks BOOLEAN, roster BOOLEAN, register BOOLEAN)`); err != nil {
		return err
	}
	s := a.settings
	if err := a.c.Exec(ctx, `INSERT INTO config VALUES (?, ?, ?, ?, ?, ?, ?)`, tenant,
		s.ApprovedUsers != nil, s.ApprovedApplications != nil, s.Hours != nil, len(s.TrustedNetworks) > 0, s.Roster != nil, s.Register != nil); err != nil {
		return err
	}
	lists := []struct {
		kind   string
		values []string
	}{
		{"privileged user", s.PrivilegedUsers},
		{"bootstrap application", s.BootstrapApplications},
	}
	if s.ApprovedUsers != nil {
		lists = append(lists, struct {
			kind   string
			values []string
		}{"approved user", *s.ApprovedUsers})
	}
	if s.ApprovedApplications != nil {
		lists = append(lists, struct {
			kind   string
			values []string
		}{"approved application", *s.ApprovedApplications})
	}
	t := table{name: "config_lists", columns: columns("kind VARCHAR", "name VARCHAR")}
	for _, list := range lists {
		for _, v := range list.values {
			t.add(list.kind, lowerTrim(v))
		}
	}
	return t.store(ctx, a.c)
}

// readAddresses puts every address into its canonical form, with its network (the /24 or /48) and whether it is in a
// trusted network. DuckDB has no type for addresses without an extension.
func (a *audit) readAddresses(ctx context.Context) error {
	rows, err := a.c.Query(ctx, `SELECT DISTINCT ip FROM signin_record WHERE ip IS NOT NULL UNION SELECT actor_ip FROM audit_record WHERE actor_ip IS NOT NULL UNION SELECT ip FROM extract_address ORDER BY 1`)
	if err != nil {
		return err
	}
	defer rows.Close()
	t := table{name: "addresses", columns: columns("spelling VARCHAR", "address VARCHAR", "network VARCHAR", "trusted BOOLEAN")}
	for rows.Next() {
		var spelling string
		if err := rows.Scan(&spelling); err != nil {
			return err
		}
		address, network, trusted := canonicalAddress(spelling, a.settings.TrustedNetworks)
		t.add(spelling, address, network, trusted)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	a.addressOf = func(s string) string { address, _, _ := canonicalAddress(s, nil); return address }
	return t.store(ctx, a.c)
}

// canonicalAddress is an address without port, brackets or mapping; a text that is none stays as it is, in lower case.
func canonicalAddress(spelling string, trusted []netip.Prefix) (address, network string, isTrusted bool) {
	text := strings.TrimSpace(spelling)
	ip, err := netip.ParseAddr(strings.Trim(text, "[]"))
	if err != nil {
		withPort, portErr := netip.ParseAddrPort(text)
		if portErr != nil {
			return strings.ToLower(text), strings.ToLower(text), false
		}
		ip = withPort.Addr()
	}
	ip = ip.Unmap().WithZone("")
	bits := 48
	if ip.Is4() {
		bits = 24
	}
	prefix, err := ip.Prefix(bits)
	if err != nil {
		return ip.String(), ip.String(), false
	}
	return ip.String(), prefix.String(), slices.ContainsFunc(trusted, func(p netip.Prefix) bool { return p.Contains(ip) })
}

// setPeriod fixes what is judged and what counts as now, by the evidence.
func (a *audit) setPeriod(ctx context.Context) error {
	var first, last, snapshot *time.Time
	if err := a.c.QueryRow(ctx, `
SELECT min(first_at), max(last_at) FROM (
    SELECT min(time) AS first_at, max(time) AS last_at FROM attributed_signins WHERE tenant IS NOT NULL
    UNION ALL SELECT min(time), max(time) FROM attributed_audits WHERE tenant IS NOT NULL
    UNION ALL SELECT min(first_time), max(last_time) FROM attributed_extract_days WHERE tenant IS NOT NULL
)`).Scan(&first, &last); err != nil {
		return err
	}
	if err := a.c.QueryRow(ctx, `
SELECT max(time) FROM (
    SELECT time FROM attributed_policies UNION ALL SELECT time FROM attributed_users UNION ALL SELECT time FROM attributed_role_members
    UNION ALL SELECT time FROM attributed_group_members UNION ALL SELECT time FROM attributed_conditional_access UNION ALL SELECT time FROM attributed_pass_snapshots
)`).Scan(&snapshot); err != nil {
		return err
	}
	if first == nil {
		first, last = snapshot, snapshot
	}
	a.period, a.asOf = a.opts.Period, a.opts.AsOf
	if a.period == (Period{}) && first != nil {
		// The end is exclusive, and the last event belongs to the period.
		a.period = Period{*first, last.Truncate(time.Second).Add(time.Second)}
	}
	if a.asOf.IsZero() {
		for _, t := range []*time.Time{last, snapshot} {
			if t != nil {
				a.asOf = later(a.asOf, *t)
			}
		}
	}
	rows, err := a.c.Query(ctx, `SELECT tenant_id FROM tenants ORDER BY tenant_id`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var tenant string
		if err := rows.Scan(&tenant); err != nil {
			return err
		}
		a.tenants = append(a.tenants, tenant)
	}
	if slices.Contains(a.tenants, "unknown") {
		a.notes = append(a.notes, "Nothing in the evidence names its tenant: it is called unknown here. Name it with --tenant.")
	}
	return rows.Err()
}

// readPeople reads who the users are and gathers each user's method and device events.
func (a *audit) readPeople(ctx context.Context) error {
	a.people, a.methodEvents, a.deviceEvents = map[userKey]*person{}, map[userKey][]*auditEvent{}, map[userKey][]*auditEvent{}
	of := func(tenant, user string) *person {
		key := userKey{tenant, user}
		if a.people[key] == nil {
			a.people[key] = &person{}
		}
		return a.people[key]
	}
	rows, err := a.c.Query(ctx, `
SELECT tenant, coalesce(lower(id), ''), coalesce(upn, ''), coalesce(name, ''), coalesce(user_type, ''), created, hired
FROM attributed_users WHERE tenant IS NOT NULL ORDER BY tenant, id, time, source_id, ordinal`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var tenant, id, upn, name, userType string
		var created, hired *time.Time
		if err := rows.Scan(&tenant, &id, &upn, &name, &userType, &created, &hired); err != nil {
			return err
		}
		if id == "" {
			id = a.identities.resolve(tenant, upn, a.asOf)
		}
		p := of(tenant, id)
		p.name, p.userType = cmp.Or(upn, name, p.name), cmp.Or(userType, p.userType)
		if created != nil {
			p.createdAt = append(p.createdAt, *created)
		}
		if hired != nil {
			p.hired = *hired
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	joined := map[[2]string]map[userKey]bool{} // the users that device events of a correlation id name
	for _, e := range a.events {
		switch e.kind {
		case userCreated:
			if e.userID != "" {
				p := of(e.tenant, e.userID)
				p.createdAt = append(p.createdAt, e.time)
			}
		case methodRegistered:
			key := userKey{e.tenant, e.userID}
			a.methodEvents[key] = append(a.methodEvents[key], e)
		case deviceJoined:
			if e.correlation == "" {
				continue
			}
			key := [2]string{e.tenant, strings.ToLower(e.correlation)}
			if joined[key] == nil {
				joined[key] = map[userKey]bool{}
			}
			for _, user := range e.deviceUsers() {
				joined[key][user] = true
			}
		}
	}
	for _, e := range a.events {
		if e.kind != deviceJoined {
			continue
		}
		users := map[userKey]bool{}
		for _, user := range e.deviceUsers() {
			users[user] = true
		}
		for user := range joined[[2]string{e.tenant, strings.ToLower(e.correlation)}] {
			users[user] = true
		}
		for user := range users {
			a.deviceEvents[user] = append(a.deviceEvents[user], e)
		}
	}
	for _, p := range a.people {
		if len(p.createdAt) > 0 {
			p.created = slices.MinFunc(p.createdAt, time.Time.Compare)
		}
	}
	return nil
}

// deviceUsers are the owner or user and the initiator of a device event.
func (e *auditEvent) deviceUsers() []userKey {
	var users []userKey
	if e.userID != "" {
		users = append(users, userKey{e.tenant, e.userID})
	}
	if e.issuerType == "user" && e.issuerID != "" && e.issuerID != e.userID {
		users = append(users, userKey{e.tenant, e.issuerID})
	}
	return users
}

// findLogins groups the TAP sign-ins into log-ins and judges each.
func (a *audit) findLogins(ctx context.Context) error {
	signIns, err := a.readTAPSignIns(ctx)
	if err != nil {
		return err
	}
	a.logins = groupLogins(signIns)
	for _, l := range a.logins {
		a.supervise(l)
		if l.outcome == "blocked" {
			continue
		}
		a.ledger = append(a.ledger, l)
		if l.known {
			l.pass.logins = append(l.pass.logins, l)
		}
	}
	return nil
}

// nameOf is what a reader calls a user: the UPN where one is known.
func (a *audit) nameOf(tenant, user string) string {
	if upn := a.identities.upnOf(tenant, user); upn != "" {
		return upn
	}
	if p := a.people[userKey{tenant, user}]; p != nil && p.name != "" {
		return p.name
	}
	return user
}
