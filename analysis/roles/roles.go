// Package roles says who holds which directory role, and who is privileged.
package roles

import (
	"cmp"
	"context"
	_ "embed"
	"encoding/csv"
	"slices"
	"strings"
	"time"

	"tapaudit/analysis/auditlog"
	"tapaudit/analysis/identity"
	"tapaudit/analysis/proof"
	"tapaudit/analysis/rows"
	"tapaudit/analysis/when"
	"tapaudit/ingest/casefile"
)

//go:embed privileged-roles.csv
var privilegedRolesFile string

// privilegedRoles are the roles that Microsoft marks as privileged, by their names and by their template ids, in lower
// case. Source: Microsoft Learn, "Microsoft Entra built-in roles".
var privilegedRoles = func() map[string]role {
	records, err := csv.NewReader(strings.NewReader(privilegedRolesFile)).ReadAll()
	if err != nil {
		panic(err) // the file is embedded
	}
	roles := map[string]role{}
	for _, r := range records[1:] {
		built := role{Template: strings.ToLower(r[1]), Name: r[0]}
		roles[strings.ToLower(r[0])], roles[built.Template] = built, built
	}
	return roles
}()

// IsBuiltIn says whether a name or template id is that of a privileged role which every tenant has.
func IsBuiltIn(nameOrID string) bool {
	return privilegedRoles[identity.LowerTrim(nameOrID)].Template != ""
}

// The roles that a pass can be issued with, and those that synchronize directories; by name and template id.
var (
	issuingRoles = map[string]bool{
		"global administrator": true, "62e90394-69f5-4237-9190-012177145e10": true, "company administrator": true,
		"privileged authentication administrator": true, "7be44c8a-adaf-4e2a-84d6-ab2649e08a13": true,
		"authentication administrator": true, "c4e39bd9-1100-46d3-8c65-fb160da0071f": true,
	}
	syncRoles = map[string]bool{
		"directory synchronization accounts": true, "d29b2b05-8046-44ba-8758-1e26182fcf32": true,
		"on premises directory sync account": true, "a92aed5d-d78a-4d16-b381-09adb37eb3b0": true,
	}
)

// role is a role as some record names it.
type role struct {
	ID         string `db:"role_id"`
	Template   string `db:"template_id"`
	Name       string `db:"role_name"`
	Privileged *bool  `db:"privileged"` // what a role definition says
}

// keys are what a role is found by.
func (r role) keys() []string {
	return slices.DeleteFunc([]string{r.ID, r.Template, identity.LowerTrim(r.Name)},
		func(key string) bool { return key == "" })
}

// shown is how a text names the role.
func (r role) shown() string { return cmp.Or(r.Name, r.Template, r.ID) }

// same is equal for two records of one role, which may name it by its id, its template or its name.
func (r role) same() string { return cmp.Or(r.Template, r.ID, identity.LowerTrim(r.Name)) }

// complete takes what the other record says of the role and this one does not.
func (r *role) complete(other role) {
	r.Template, r.Name = cmp.Or(r.Template, other.Template), cmp.Or(r.Name, other.Name)
	if r.Privileged == nil {
		r.Privileged = other.Privileged
	}
}

func (r role) among(set map[string]bool) bool {
	return set[identity.LowerTrim(r.Name)] || set[identity.LowerTrim(r.Template)] || set[identity.LowerTrim(r.ID)]
}

// isPrivileged: what a role definition of the evidence says, else the list, else the name.
func (r role) isPrivileged() bool {
	if r.Privileged != nil {
		return *r.Privileged
	}
	return slices.ContainsFunc(r.keys(), IsBuiltIn) || strings.HasSuffix(identity.LowerTrim(r.Name), "administrator")
}

// Holding is a role that a user holds or was given.
type Holding struct {
	user  identity.User
	role  role
	since time.Time // zero: a snapshot or the configuration says so, whatever the time
	why   string
	key   string // of the record that shows it; "" for the configuration
}

// definitions are the roles that the evidence defines, by tenant and by their keys.
type definitions map[[2]string]role

func readDefinitions(ctx context.Context, c *casefile.Case) (definitions, error) {
	type definition struct {
		role
		Tenant string `db:"tenant"`
	}
	all := definitions{}
	err := rows.Each(ctx, c, func(d definition) error {
		r := d.role
		for _, key := range r.keys() {
			if before, ok := all[[2]string{d.Tenant, key}]; ok && r.Privileged == nil {
				r.Privileged = before.Privileged
			}
			all[[2]string{d.Tenant, key}] = r
		}
		return nil
	}, `
SELECT d.tenant, coalesce(lower(d.id), '') AS role_id, coalesce(lower(d.template_id), '') AS template_id,
    coalesce(d.name, '') AS role_name, d.privileged
FROM attributed_role_definitions AS d WHERE d.tenant IS NOT NULL ORDER BY d.tenant, d.time, d.source_id, d.ordinal`)
	return all, err
}

// define completes what a record says of a role by what a definition says, and by what every tenant has.
func (d definitions) define(tenant string, r role) role {
	for _, key := range r.keys() {
		if known, ok := d[[2]string{tenant, key}]; ok {
			r.complete(known)
		}
	}
	for _, key := range r.keys() {
		r.complete(privilegedRoles[key])
	}
	return r
}

// Read reads who holds which role. Exports say so, directly and through groups. So do the events that gave one, or
// that added the user to a group which holds one by the exports. Whom an export names by UPN only is whom that stood
// for at asOf. shown is what findings show of the exports.
func Read(
	ctx context.Context, c *casefile.Case, ids identity.IDs, events []*auditlog.Event, asOf time.Time,
) (all []Holding, shown proof.Snapshots, err error) {
	defined, err := readDefinitions(ctx, c)
	if err != nil {
		return nil, nil, err
	}
	members, err := readGroupMembers(ctx, c, ids, asOf)
	if err != nil {
		return nil, nil, err
	}
	type assignment struct {
		proof.At
		Tenant    string `db:"tenant"`
		RoleID    string `db:"role_id"`
		Template  string `db:"template_id"`
		RoleName  string `db:"role_name"`
		Principal string `db:"principal_id"`
		UPN       string `db:"principal_upn"`
		Eligible  bool   `db:"eligible"`
	}
	shown = proof.Snapshots{}
	assigned := map[identity.User][]role{} // by whatever holds them: a group is an object of the tenant as a user is
	if err := rows.Each(ctx, c, func(a assignment) error {
		r := defined.define(a.Tenant, role{ID: a.RoleID, Template: a.Template, Name: a.RoleName})
		held := Holding{
			user: identity.User{Tenant: a.Tenant, ID: a.Principal}, role: r, key: proof.SnapshotKey(a.At),
			why: "holds the role " + r.shown(),
		}
		if a.Eligible {
			held.why = "is eligible for the role " + r.shown()
		}
		if held.user.ID == "" {
			held.user.ID = ids.Resolve(a.Tenant, a.UPN, asOf)
		}
		shown[held.key] = proof.Snapshot{What: "A role export: the user " + held.why, Identity: held.key}
		all = append(all, held)
		assigned[held.user] = append(assigned[held.user], r)
		for _, member := range members[identity.User{Tenant: a.Tenant, ID: a.Principal}] {
			through := held
			through.user.ID = member
			through.why += " through a group"
			all = append(all, through)
		}
		return nil
	}, `
SELECT m.tenant, coalesce(lower(m.role_id), '') AS role_id, coalesce(lower(m.role_template_id), '') AS template_id,
    coalesce(m.role_name, '') AS role_name, coalesce(lower(m.principal_id), '') AS principal_id,
    coalesce(m.principal_upn, '') AS principal_upn, m.eligible, m.source_id, m.line, m.ordinal
FROM attributed_role_members AS m WHERE m.tenant IS NOT NULL ORDER BY m.tenant, m.source_id, m.ordinal`); err != nil {
		return nil, nil, err
	}
	for _, e := range events {
		switch e.Kind {
		case auditlog.RoleGiven, auditlog.RoleActivated:
			r := defined.define(e.Tenant, role{Template: e.RoleTemplate, Name: e.RoleName})
			all = append(all, Holding{
				user: e.User(), role: r, since: e.Time, key: e.Key(),
				why: "was given the role " + r.shown() + " " + when.Clock(e.Time),
			})
		case auditlog.GroupAdded:
			for _, r := range assigned[identity.User{Tenant: e.Tenant, ID: e.GroupID}] {
				all = append(all, Holding{
					user: e.User(), role: r, since: e.Time, key: e.Key(),
					why: "was added to a group with the role " + r.shown() + " " +
						when.Clock(e.Time),
				})
			}
		}
	}
	return all, shown, nil
}

// readGroupMembers are the members of each group whose members are in evidence.
func readGroupMembers(
	ctx context.Context, c *casefile.Case, ids identity.IDs, asOf time.Time,
) (map[identity.User][]string, error) {
	type membership struct {
		Tenant string `db:"tenant"`
		Group  string `db:"group_id"`
		Member string `db:"member_id"`
		UPN    string `db:"member_upn"`
	}
	members := map[identity.User][]string{} // a group is an object of the tenant as a user is
	err := rows.Each(ctx, c, func(m membership) error {
		if m.Member == "" && m.UPN != "" {
			m.Member = ids.Resolve(m.Tenant, m.UPN, asOf)
		}
		key := identity.User{Tenant: m.Tenant, ID: m.Group}
		if m.Member != "" && !slices.Contains(members[key], m.Member) {
			members[key] = append(members[key], m.Member)
		}
		return nil
	}, `
SELECT m.tenant, lower(m.group_id) AS group_id, coalesce(lower(m.member_id), '') AS member_id,
    coalesce(m.member_upn, '') AS member_upn
FROM attributed_group_members AS m
WHERE m.tenant IS NOT NULL AND m.group_id IS NOT NULL ORDER BY m.tenant, m.group_id, m.source_id, m.ordinal`)
	return members, err
}

// privilegedRow is of privileged_users.
type privilegedRow struct {
	Tenant string    `db:"tenant_id"`
	UserID string    `db:"user_id"`
	Since  time.Time `db:"since"`
	Why    string    `db:"why"`
	Record string    `db:"record"`
}

// holdingRow is of role_holdings.
type holdingRow struct {
	Tenant     string    `db:"tenant_id"`
	UserID     string    `db:"user_id"`
	Since      time.Time `db:"since"`
	Role       string    `db:"role"`
	Name       string    `db:"role_name"`
	Issuing    bool      `db:"issuing"`
	Sync       bool      `db:"sync"`
	Privileged bool      `db:"privileged"`
	Record     string    `db:"record"`
}

// Store fills privileged_users, and role_holdings with what else the rules ask of roles. Where a snapshot or the
// configuration says so, since is NULL, which holds for every time. The configuration calls the users in named
// privileged, in each of these tenants.
func Store(ctx context.Context, c *casefile.Case, holdings []Holding, ids identity.IDs, tenants,
	named []string) error {
	var privileged []privilegedRow
	var held []holdingRow
	for _, h := range holdings {
		held = append(held, holdingRow{
			h.user.Tenant, h.user.ID, h.since, h.role.same(), h.role.shown(),
			h.role.among(issuingRoles), h.role.among(syncRoles), h.role.isPrivileged(), h.key,
		})
		if h.role.isPrivileged() {
			privileged = append(privileged, privilegedRow{h.user.Tenant, h.user.ID, h.since, h.why, h.key})
		}
	}
	for _, tenant := range tenants {
		for _, name := range named {
			for _, id := range ids.Ever(tenant, name) {
				privileged = append(privileged, privilegedRow{
					Tenant: tenant, UserID: id, Why: "is named as privileged in the configuration",
				})
			}
		}
	}
	return cmp.Or(rows.Fill(ctx, c, "privileged_users", privileged), rows.Fill(ctx, c, "role_holdings", held))
}
