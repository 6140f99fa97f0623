package analysis

import (
	"cmp"
	"context"
	_ "embed"
	"encoding/csv"
	"slices"
	"strings"
	"time"
)

//go:embed privileged-roles.csv
var privilegedRolesFile string

// privilegedRoles are the names and template ids of the roles that Microsoft marks as privileged, in lower case.
// Source: Microsoft Learn, "Microsoft Entra built-in roles".
var privilegedRoles = func() map[string]bool {
	records, err := csv.NewReader(strings.NewReader(privilegedRolesFile)).ReadAll()
	if err != nil {
		panic(err) // the file is embedded
	}
	roles := map[string]bool{}
	for _, r := range records[1:] {
		roles[strings.ToLower(r[0])], roles[strings.ToLower(r[1])] = true, true
	}
	return roles
}()

// The roles that a pass can be issued with, and the one that synchronizes directories; by name and template id.
var (
	issuingRoles = map[string]bool{
		"global administrator": true, "62e90394-69f5-4237-9190-012177145e10": true, "company administrator": true,
		"privileged authentication administrator": true, "7be44c8a-adaf-4e2a-84d6-ab2649e08a13": true,
		"authentication administrator": true, "c4e39bd9-1100-46d3-8c65-fb160da0071f": true,
	}
	syncRoles = map[string]bool{"directory synchronization accounts": true, "d29b2b05-8046-44ba-8758-1e26182fcf32": true}
)

// role is a role as some record names it.
type role struct {
	id, template, name string
	privileged         *bool // what a role definition says
}

func (r role) among(set map[string]bool) bool {
	return set[lowerTrim(r.name)] || set[lowerTrim(r.template)] || set[lowerTrim(r.id)]
}

// isPrivileged: what a role definition of the evidence says, else the list, else the name.
func (r role) isPrivileged() bool {
	if r.privileged != nil {
		return *r.privileged
	}
	return r.among(privilegedRoles) || strings.HasSuffix(lowerTrim(r.name), "administrator")
}

// holding is a role that a user holds or was given.
type holding struct {
	tenant, user string
	role         role
	since        time.Time // zero: a snapshot or the configuration says so, whatever the time
	why          string
	key          string // of the record that shows it; "" for the configuration
}

func (a *audit) readHoldings(ctx context.Context) ([]holding, error) {
	definitions := map[[2]string]role{}
	rows, err := a.c.Query(ctx, `
SELECT tenant, coalesce(lower(id), ''), coalesce(lower(template_id), ''), coalesce(name, ''), privileged
FROM attributed_role_definitions WHERE tenant IS NOT NULL ORDER BY tenant, time, source_id, ordinal`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var tenant string
		var r role
		if err := rows.Scan(&tenant, &r.id, &r.template, &r.name, &r.privileged); err != nil {
			return nil, err
		}
		for _, key := range []string{r.id, r.template, lowerTrim(r.name)} {
			if key == "" {
				continue
			}
			if before, ok := definitions[[2]string{tenant, key}]; ok && r.privileged == nil {
				r.privileged = before.privileged
			}
			definitions[[2]string{tenant, key}] = r
		}
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	// what a definition says of a role completes what another record says
	define := func(tenant string, r role) role {
		for _, key := range []string{r.id, r.template, lowerTrim(r.name)} {
			if d, ok := definitions[[2]string{tenant, key}]; ok && key != "" {
				r.template, r.name = cmp.Or(r.template, d.template), cmp.Or(r.name, d.name)
				if r.privileged == nil {
					r.privileged = d.privileged
				}
			}
		}
		return r
	}
	members, err := a.readGroupMembers(ctx)
	if err != nil {
		return nil, err
	}
	var all []holding
	rows, err = a.c.Query(ctx, `
SELECT tenant, coalesce(lower(role_id), ''), coalesce(lower(role_template_id), ''), coalesce(role_name, ''),
    coalesce(lower(principal_id), ''), coalesce(principal_upn, ''), eligible, source_id, line, ordinal
FROM attributed_role_members WHERE tenant IS NOT NULL ORDER BY tenant, source_id, ordinal`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var tenant, principal, upn string
		var r role
		var eligible bool
		var place recordPlace
		if err := rows.Scan(&tenant, &r.id, &r.template, &r.name, &principal, &upn, &eligible, &place.source, &place.line, &place.ordinal); err != nil {
			return nil, err
		}
		r = define(tenant, r)
		held := holding{tenant: tenant, user: principal, role: r, why: "holds the role " + cmp.Or(r.name, r.template, r.id), key: snapshotKey(place)}
		if eligible {
			held.why = "is eligible for the role " + cmp.Or(r.name, r.template, r.id)
		}
		if held.user == "" {
			held.user = a.identities.resolve(tenant, upn, a.asOf)
		}
		a.snapshots[held.key] = snapshotInfo{what: "A role export: the user " + held.why, identity: held.key}
		all = append(all, held)
		for _, member := range members[userKey{tenant, principal}] {
			through := held
			through.user = member
			through.why += " through a group"
			all = append(all, through)
		}
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	for _, e := range a.events {
		if e.kind == roleGiven || e.kind == roleActivated {
			r := define(e.tenant, role{template: e.roleTemplate, name: e.roleName})
			all = append(all, holding{e.tenant, e.userID, r, e.time, "was given the role " + cmp.Or(r.name, r.template) + " " + clock(e.time), auditKey(e)})
		}
	}
	return all, nil
}

// readGroupMembers are the members of each group whose members are in evidence.
func (a *audit) readGroupMembers(ctx context.Context) (map[userKey][]string, error) {
	rows, err := a.c.Query(ctx, `
SELECT tenant, lower(group_id), coalesce(lower(member_id), ''), coalesce(member_upn, '')
FROM attributed_group_members WHERE tenant IS NOT NULL AND group_id IS NOT NULL ORDER BY tenant, group_id, source_id, ordinal`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	members := map[userKey][]string{}
	for rows.Next() {
		var tenant, group, member, upn string
		if err := rows.Scan(&tenant, &group, &member, &upn); err != nil {
			return nil, err
		}
		key := userKey{tenant, group}
		if member == "" && upn != "" {
			member = a.identities.resolve(tenant, upn, a.asOf)
		}
		if members[key] == nil {
			members[key] = []string{} // known, though perhaps empty
		}
		if member != "" && !slices.Contains(members[key], member) {
			members[key] = append(members[key], member)
		}
	}
	return members, rows.Err()
}

// storePrivileged fills privileged_users (with since NULL where a snapshot or the configuration says so, which holds
// for every time), role_holdings with what else the rules ask of roles, and group_members.
func (a *audit) storePrivileged(ctx context.Context) error {
	holdings, err := a.readHoldings(ctx)
	if err != nil {
		return err
	}
	privileged := table{name: "privileged_users", columns: columns("tenant_id VARCHAR", "user_id VARCHAR", "since TIMESTAMP", "why VARCHAR", "record VARCHAR")}
	held := table{name: "role_holdings", columns: columns("tenant_id VARCHAR", "user_id VARCHAR", "since TIMESTAMP", "role_name VARCHAR", "issuing BOOLEAN", "sync BOOLEAN", "record VARCHAR")}
	for _, h := range holdings {
		held.add(h.tenant, h.user, h.since, cmp.Or(h.role.name, h.role.template), h.role.among(issuingRoles), h.role.among(syncRoles), h.key)
		if h.role.isPrivileged() {
			privileged.add(h.tenant, h.user, h.since, h.why, h.key)
		}
	}
	for _, tenant := range a.tenants {
		for _, name := range a.settings.PrivilegedUsers {
			for _, id := range a.identities.ever(tenant, name) {
				privileged.add(tenant, id, time.Time{}, "is named as privileged in the configuration", "")
			}
		}
	}
	if err := privileged.store(ctx, a.c); err != nil {
		return err
	}
	return held.store(ctx, a.c)
}
