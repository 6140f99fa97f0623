package analysis

import (
	"context"
	"maps"
	"slices"

	"tapaudit/analysis/roles"
	"tapaudit/analysis/rows"
	"tapaudit/analysis/settings"
	"tapaudit/ingest/casefile"
)

// Names are the texts by which the evidence and the configuration call people and things: what free text may hold, and
// what a report for others must not.
type Names struct {
	Applications []string // display names of applications; some are Microsoft's own, the same in every tenant
	Roles        []string // names of directory roles; those that are built in are the same in every tenant
	// of users, groups, devices, policies, sessions, cities and files, and ids that are not GUIDs
	Others []string
}

// ReadNames gathers the names of a case that has been analysed, and of the configuration; each once, in no order that
// means anything.
func ReadNames(ctx context.Context, c *casefile.Case, s *settings.Settings) (Names, error) {
	type named struct {
		Name *string `db:"name"`
	}
	var n Names
	for _, list := range []struct {
		into *[]string
		sql  string
	}{
		{&n.Applications, `
SELECT app_name FROM signin_record UNION SELECT actor_app_name FROM audit_record
UNION SELECT actor_sp_name FROM audit_record
UNION SELECT name FROM service_principal`},
		{&n.Roles, `SELECT name FROM role_definition UNION SELECT role_name FROM role_member UNION SELECT role_name FROM audit_events`},
		{&n.Others, `
SELECT upn FROM signin_record UNION SELECT user_name FROM signin_record UNION SELECT user_id FROM signin_record
UNION SELECT device_name FROM signin_record UNION SELECT device_id FROM signin_record
UNION SELECT session_id FROM signin_record
UNION SELECT city FROM signin_record UNION SELECT ip FROM signin_record
UNION SELECT actor_upn FROM audit_record UNION SELECT actor_name FROM audit_record
UNION SELECT actor_user_id FROM audit_record
UNION SELECT actor_ip FROM audit_record
UNION SELECT unnest(targets ->> '$[*].displayName') FROM audit_record
UNION SELECT unnest(targets ->> '$[*].userPrincipalName') FROM audit_record
UNION SELECT group_name FROM audit_events UNION SELECT user_name FROM audit_events
UNION SELECT issuer_name FROM audit_events
UNION SELECT upn FROM directory_user UNION SELECT name FROM directory_user UNION SELECT id FROM directory_user
UNION SELECT principal_upn FROM role_member UNION SELECT principal_name FROM role_member
UNION SELECT group_name FROM group_member UNION SELECT member_upn FROM group_member
UNION SELECT name FROM conditional_access_policy UNION SELECT name FROM authentication_strength
UNION SELECT upn FROM activities UNION SELECT user_id FROM activities UNION SELECT ip FROM activities
UNION SELECT object FROM linked_activities UNION SELECT session_id FROM linked_activities
UNION SELECT user_upn FROM pass_snapshot UNION SELECT upn FROM registration_detail
UNION SELECT path FROM source UNION SELECT container FROM source UNION SELECT path_tenant FROM source`},
	} {
		if err := rows.Each(ctx, c, func(of named) error {
			if of.Name != nil && *of.Name != "" {
				*list.into = append(*list.into, *of.Name)
			}
			return nil
		}, "SELECT name FROM ("+list.sql+") AS named (name)"); err != nil {
			return n, err
		}
	}
	n.Others = append(n.Others, configuredNames(s)...)
	return n, nil
}

// configuredNames are the names and the free texts of a configuration.
func configuredNames(s *settings.Settings) []string {
	all := []string{s.Organisation, s.Case.ID, s.Case.Examiner, s.Case.CollectedBy, s.Case.Source}
	all = append(all, slices.Sorted(maps.Values(s.Tenants))...)
	all = append(all, s.PrivilegedUsers...)
	if s.ApprovedUsers != nil {
		all = append(all, *s.ApprovedUsers...)
	}
	if s.Roster != nil {
		for _, e := range *s.Roster {
			all = append(all, e.UPN, e.Reason)
		}
	}
	if s.Register != nil {
		for _, e := range *s.Register {
			all = append(all, e.UPN, e.PassID, e.Supervisor, e.Ticket)
		}
	}
	for _, e := range s.Exceptions {
		all = append(all, e.Tenant, e.Subject, e.Owner, e.Reason)
	}
	return slices.DeleteFunc(all, func(name string) bool { return name == "" })
}

// IsBuiltInRole says whether a name or template id is that of a privileged role which every tenant has.
func IsBuiltInRole(nameOrID string) bool { return roles.IsBuiltIn(nameOrID) }
