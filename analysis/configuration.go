package analysis

import (
	"cmp"
	"context"
	"net/netip"
	"slices"
	"strings"

	"tapaudit/analysis/identity"
	"tapaudit/analysis/rows"
	"tapaudit/analysis/settings"
	"tapaudit/analysis/when"
	"tapaudit/ingest/casefile"
)

// storeConfiguration fills config and config_lists. tenant is for records that name none, "" for none.
func storeConfiguration(ctx context.Context, c *casefile.Case, s *settings.Settings, tenant string) error {
	type configured struct {
		Tenant               string  `db:"tenant_id"`
		ApprovedUsers        bool    `db:"approved_users"`
		ApprovedApplications bool    `db:"approved_applications"`
		Hours                bool    `db:"hours"`
		Networks             bool    `db:"networks"`
		Roster               bool    `db:"roster"`
		Register             bool    `db:"register"`
		IncidentHours        float64 `db:"incident_hours"`
	}
	type listed struct {
		Kind string `db:"kind"`
		Name string `db:"name"`
	}
	var lists []listed
	list := func(kind string, names []string) {
		for _, name := range names {
			lists = append(lists, listed{kind, identity.LowerTrim(name)})
		}
	}
	list("privileged user", s.PrivilegedUsers)
	list("bootstrap application", s.BootstrapApplications)
	list("guarded resource", s.GuardedResources)
	list("admin tool", s.AdminTools)
	if s.ApprovedUsers != nil {
		list("approved user", *s.ApprovedUsers)
	}
	if s.ApprovedApplications != nil {
		list("approved application", *s.ApprovedApplications)
	}
	return cmp.Or(
		rows.Fill(ctx, c, "config", []configured{{
			Tenant: strings.ToLower(tenant), ApprovedUsers: s.ApprovedUsers != nil,
			ApprovedApplications: s.ApprovedApplications != nil,
			Hours:                s.Hours != nil, Networks: len(s.TrustedNetworks) > 0, Roster: s.Roster != nil,
			Register:      s.Register != nil,
			IncidentHours: s.IncidentHours,
		}}),
		rows.Fill(ctx, c, "config_lists", lists),
	)
}

// storeRoster fills roster_users, of each of these tenants.
func storeRoster(ctx context.Context, c *casefile.Case, s *settings.Settings, ids identity.IDs,
	tenants []string) error {
	type rosterUser struct {
		Tenant string `db:"tenant_id"`
		UserID string `db:"user_id"`
	}
	var all []rosterUser
	if s.Roster != nil {
		for _, tenant := range tenants {
			for _, entry := range *s.Roster {
				all = append(all, rosterUser{tenant,
					ids.Resolve(tenant, entry.UPN, entry.Start.StartUTC().Add(when.Day))})
			}
		}
	}
	return rows.Fill(ctx, c, "roster_users", all)
}

// storeAddresses fills addresses with every address of the evidence.
func storeAddresses(ctx context.Context, c *casefile.Case, trusted []netip.Prefix) error {
	type address struct {
		Spelling string `db:"spelling"`
		Address  string `db:"address"`
		Network  string `db:"network"`
		Trusted  bool   `db:"trusted"`
	}
	type spelled struct {
		Spelling string `db:"spelling"`
	}
	var all []address
	if err := rows.Each(ctx, c, func(s spelled) error {
		a := address{Spelling: s.Spelling}
		a.Address, a.Network, a.Trusted = canonicalAddress(s.Spelling, trusted)
		all = append(all, a)
		return nil
	}, `
SELECT DISTINCT ip AS spelling FROM signin_record WHERE ip IS NOT NULL
UNION SELECT actor_ip FROM audit_record WHERE actor_ip IS NOT NULL
UNION SELECT ip FROM activities WHERE ip IS NOT NULL
UNION SELECT ip FROM extract_address ORDER BY spelling`); err != nil {
		return err
	}
	return rows.Fill(ctx, c, "addresses", all)
}

// addressOf is an address in its canonical form.
func addressOf(spelling string) string {
	address, _, _ := canonicalAddress(spelling, nil)
	return address
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
	return ip.String(), prefix.String(), slices.ContainsFunc(trusted,
		func(p netip.Prefix) bool { return p.Contains(ip) })
}
