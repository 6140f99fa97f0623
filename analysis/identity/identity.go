// Package identity says who a user is: which object id a UPN stood for at a time, and what the evidence says of the
// person.
package identity

import (
	"cmp"
	"context"
	"regexp"
	"slices"
	"sort"
	"strings"
	"time"

	"tapaudit/analysis/rows"
	"tapaudit/ingest/casefile"
)

// User is a user of a tenant. ID is the object id in lower case, or the UPN where none is tied to it.
type User struct{ Tenant, ID string }

// IDs ties UPNs to object ids over time.
type IDs struct {
	byUPN map[User][]tie
	byID  map[User]string // the UPN that was tied to an id last

	applications map[User]string   // the id that a service principal's stands for
	principals   map[User][]string // the other way round
}

// tie is a span of identity_spans: from since on a UPN stood for the id. The first has no beginning.
type tie struct {
	userID string
	since  time.Time
}

// Read reads what the model derived of identities.
func Read(ctx context.Context, c *casefile.Case) (IDs, error) {
	ids := IDs{byUPN: map[User][]tie{}, byID: map[User]string{}, applications: map[User]string{},
		principals: map[User][]string{}}
	type span struct {
		Tenant string     `db:"tenant"`
		UPN    string     `db:"upn"`
		ID     string     `db:"user_id"`
		Since  *time.Time `db:"since"`
	}
	if err := rows.Each(ctx, c, func(s span) error {
		t := tie{userID: s.ID}
		if s.Since != nil {
			t.since = *s.Since
		}
		key := User{s.Tenant, s.UPN}
		ids.byUPN[key] = append(ids.byUPN[key], t)
		return nil
	}, `
SELECT tenant, upn, user_id, since FROM identity_spans
ORDER BY tenant, upn, since NULLS FIRST, until NULLS LAST, user_id`); err != nil {
		return ids, err
	}
	type name struct {
		Tenant string `db:"tenant"`
		ID     string `db:"user_id"`
		UPN    string `db:"upn"`
	}
	if err := rows.Each(ctx, c, func(n name) error {
		ids.byID[User{n.Tenant, n.ID}] = n.UPN
		return nil
	}, `SELECT tenant, user_id, upn FROM upns`); err != nil {
		return ids, err
	}
	type application struct {
		Tenant    string `db:"tenant_id"`
		Principal string `db:"sp_id"`
		ID        string `db:"app_id"`
	}
	err := rows.Each(ctx, c, func(a application) error {
		ids.applications[User{a.Tenant, a.Principal}] = a.ID
		ids.principals[User{a.Tenant, a.ID}] = append(ids.principals[User{a.Tenant, a.ID}], a.Principal)
		return nil
	}, `SELECT tenant_id, sp_id, app_id FROM application_ties ORDER BY tenant_id, sp_id`)
	return ids, err
}

// ApplicationOf is the id of the application whose service principal has this id; "" where nothing ties it to one.
func (i IDs) ApplicationOf(tenant, principal string) string {
	return i.applications[User{tenant, principal}]
}

// PrincipalsOf are the ids of an application's service principals in the tenant.
func (i IDs) PrincipalsOf(tenant, application string) []string {
	return i.principals[User{tenant, application}]
}

// LooksLikeID says whether a name could be taken for an id.
func LooksLikeID(name string) bool { return idForm.MatchString(name) }

var idForm = regexp.MustCompile(`(?i)^[^0-9a-z]*[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}[^0-9a-z]*$`)

// Resolve is the object id that a UPN stood for at a time, as the macro user_of has it: that of the last span which
// had begun. Where no record ties the UPN to an id, it is the UPN itself, in lower case.
func (i IDs) Resolve(tenant, upn string, at time.Time) string {
	upn = strings.ToLower(upn)
	ties := i.byUPN[User{tenant, upn}]
	begun := sort.Search(len(ties), func(i int) bool { return ties[i].since.After(at) })
	if begun == 0 {
		return upn
	}
	return ties[begun-1].userID
}

// Ever are all the object ids that a UPN stood for; the name itself, in lower case, where no record ties it to one.
func (i IDs) Ever(tenant, name string) (ids []string) {
	name = LowerTrim(name)
	for _, t := range i.byUPN[User{tenant, name}] {
		if !slices.Contains(ids, t.userID) {
			ids = append(ids, t.userID)
		}
	}
	if ids == nil {
		ids = []string{name}
	}
	return ids
}

// UPNOf is the UPN that an id was tied to last, "" where it never was.
func (i IDs) UPNOf(tenant, id string) string { return i.byID[User{tenant, id}] }

// LowerTrim is a name as names are compared.
func LowerTrim(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

// Person is what the evidence says of a user.
type Person struct {
	Name      string
	Type      string
	Created   time.Time   // the earliest of CreatedAt; zero without any
	CreatedAt []time.Time // by the directory and by the audit log
	Hired     time.Time   // zero where not known
}

// People are the users of whom the evidence says something, and how each is called.
type People struct {
	ids IDs
	of  map[User]*Person
}

// ReadPeople reads who the users are. created says when the audit log has users created. A user whom an export names
// by UPN only is the one that the UPN stood for at asOf.
func ReadPeople(ctx context.Context, c *casefile.Case, ids IDs, asOf time.Time,
	created map[User][]time.Time) (People, error) {
	people := People{ids, map[User]*Person{}}
	of := func(key User) *Person {
		if people.of[key] == nil {
			people.of[key] = &Person{}
		}
		return people.of[key]
	}
	type user struct {
		Tenant  string     `db:"tenant"`
		ID      string     `db:"id"`
		UPN     string     `db:"upn"`
		Name    string     `db:"name"`
		Type    string     `db:"user_type"`
		Created *time.Time `db:"created"`
		Hired   *time.Time `db:"hired"`
	}
	if err := rows.Each(ctx, c, func(u user) error {
		if u.ID == "" {
			u.ID = ids.Resolve(u.Tenant, u.UPN, asOf)
		}
		p := of(User{u.Tenant, u.ID})
		p.Name, p.Type = cmp.Or(u.UPN, u.Name, p.Name), cmp.Or(u.Type, p.Type)
		if u.Created != nil {
			p.CreatedAt = append(p.CreatedAt, *u.Created)
		}
		if u.Hired != nil {
			p.Hired = *u.Hired
		}
		return nil
	}, `
SELECT
    tenant, coalesce(lower(id), '') AS id, coalesce(upn, '') AS upn, coalesce(name, '') AS name,
    coalesce(user_type, '') AS user_type, created, hired
FROM attributed_users WHERE tenant IS NOT NULL ORDER BY tenant, attributed_users.id, time, source_id, ordinal`); err != nil {
		return people, err
	}
	for key, times := range created {
		p := of(key)
		p.CreatedAt = append(p.CreatedAt, times...)
	}
	for _, p := range people.of {
		if len(p.CreatedAt) > 0 {
			p.Created = slices.MinFunc(p.CreatedAt, time.Time.Compare)
		}
	}
	return people, nil
}

// Of is what the evidence says of a user; the zero Person where it says nothing.
func (p People) Of(user User) Person {
	if known := p.of[user]; known != nil {
		return *known
	}
	return Person{}
}

// Name is what a reader calls a user: the UPN where one is known.
func (p People) Name(tenant, user string) string {
	if upn := p.ids.UPNOf(tenant, user); upn != "" {
		return upn
	}
	return cmp.Or(p.Of(User{tenant, user}).Name, user)
}
