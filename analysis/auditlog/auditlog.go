// Package auditlog reads the directory audit events that matter: joined from their records, each with its meaning, its
// issuer and its user.
package auditlog

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"tapaudit/analysis/identity"
	"tapaudit/analysis/proof"
	"tapaudit/analysis/rows"
	"tapaudit/ingest/casefile"
	"tapaudit/ingest/formats"
	"tapaudit/ingest/record"
)

// Kind is what an audit event means to the rules, by its activity, its reason and its modified properties.
type Kind string

// The kinds of events.
const (
	PassIssued       Kind = "pass issued"
	PassIssueFailed  Kind = "pass issuance failed"
	PassDeleted      Kind = "pass deleted"
	MethodRegistered Kind = "method registered"
	MethodDeleted    Kind = "method deleted"
	DeviceJoined     Kind = "device joined"
	PolicyChanged    Kind = "policy changed"
	UserCreated      Kind = "user created"
	HireDateChanged  Kind = "hire date changed"
	RoleGiven        Kind = "role given"
	RoleActivated    Kind = "role activated"
	PasswordReset    Kind = "password reset"
	GroupAdded       Kind = "added to group"
	GroupRemoved     Kind = "removed from group"
	Other            Kind = "other"
)

// Success is the result of an event that did what it says.
const Success = "success"

// Event is one directory audit event, joined from all records of it.
type Event struct {
	No                        int64 // from 1, in order of tenant and time
	Tenant, ID                string
	Time                      time.Time
	Activity, Service, Result string
	Reason                    string
	Correlation               string
	Kind                      Kind
	IssuerType, IssuerID      string // user, application or unknown, and its id in lower case
	IssuerName, IssuerIP      string
	IssuerNames               []string // every id and name by which lists may call the issuer, in lower case
	// the issuer is known by a service principal's id alone, which nothing ties to an application's
	Untied                bool
	Session, Token, Agent string // what links the event to a sign-in, and the user agent
	// whom it is about; UserID is the object id, or the UPN where none is tied to it
	UserID, UserUPN, UserName string
	GroupID, GroupName        string
	RoleName, RoleTemplate    string
	DeviceID                  string
	DeviceUsers               []string // whom Add device names as registering, by object id
	PassID, PassUsage         string
	PassStart, PassEnd        time.Time
	Targets                   []byte // targetResources as JSON
	Places                    []proof.At

	tie       int    // among events that equal each other in all that tells them apart
	targetKey string // the first target's id, else its name: part of what tells events apart
}

// Key names the event in what rules return.
func (e *Event) Key() string { return proof.AuditKey(e.No) }

// User is whom the event is about.
func (e *Event) User() identity.User { return identity.User{Tenant: e.Tenant, ID: e.UserID} }

// logged is a record of the audit log as the case has it.
type logged struct {
	proof.At
	Tenant      string    `db:"tenant"`
	ID          string    `db:"id"`
	Time        time.Time `db:"time"`
	Activity    string    `db:"activity"`
	Service     string    `db:"service"`
	Result      string    `db:"result"`
	Reason      string    `db:"reason"`
	OtherReason string    `db:"other_reason"`
	Correlation string    `db:"correlation_id"`
	ActorUser   string    `db:"actor_user_id"`
	ActorUPN    string    `db:"actor_upn"`
	ActorName   string    `db:"actor_name"`
	ActorIP     string    `db:"actor_ip"`
	AppID       string    `db:"actor_app_id"`
	AppName     string    `db:"actor_app_name"`
	SPID        string    `db:"actor_sp_id"`
	SPName      string    `db:"actor_sp_name"`
	Session     string    `db:"actor_session_id"`
	Token       string    `db:"actor_token_id"`
	Agent       string    `db:"actor_user_agent"`
	Targets     string    `db:"targets"`
	Details     string    `db:"details"`
}

// Read reads the audit events that any rule reads, in order of tenant and time. Records join into one event per tenant
// and id. A record without an id joins an event of equal correlation id, activity, second and target, in order; else
// it stands alone. addressOf gives an address its canonical form.
func Read(ctx context.Context, c *casefile.Case, ids identity.IDs, addressOf func(string) string) ([]*Event, error) {
	var events []*Event
	byID := map[[2]string]*Event{}
	var withoutID []*Event
	if err := rows.Each(ctx, c, func(l logged) error {
		e := l.event(ids, addressOf)
		if e.ID == "" {
			withoutID = append(withoutID, e)
			return nil
		}
		key := [2]string{e.Tenant, strings.ToLower(e.ID)}
		if first := byID[key]; first != nil {
			first.join(e)
			return nil
		}
		byID[key] = e
		events = append(events, e)
		return nil
	}, `
SELECT
    a.tenant, coalesce(a.id, '') AS id, a.time, coalesce(a.activity, '') AS activity,
    coalesce(a.service, '') AS service,
    coalesce(a.result, '') AS result, coalesce(a.reason, '') AS reason, coalesce(a.other_reason, '') AS other_reason,
    coalesce(a.correlation_id, '') AS correlation_id, coalesce(lower(a.actor_user_id), '') AS actor_user_id,
    coalesce(a.actor_upn, '') AS actor_upn, coalesce(a.actor_name, '') AS actor_name,
    coalesce(a.actor_ip, '') AS actor_ip,
    coalesce(lower(a.actor_app_id), '') AS actor_app_id, coalesce(a.actor_app_name, '') AS actor_app_name,
    coalesce(lower(a.actor_sp_id), '') AS actor_sp_id, coalesce(a.actor_sp_name, '') AS actor_sp_name,
    coalesce(lower(a.actor_session_id), '') AS actor_session_id, coalesce(a.actor_token_id, '') AS actor_token_id,
    coalesce(a.actor_user_agent, '') AS actor_user_agent,
    coalesce(a.targets::VARCHAR, '') AS targets, coalesce(a.details::VARCHAR, '') AS details, a.source_id, a.line,
    a.ordinal
FROM attributed_audits AS a
WHERE a.tenant IS NOT NULL
    AND audit_concerns_pass(a.activity, a.targets::VARCHAR)
ORDER BY a.tenant, a.time, lower(a.id), length(a.targets::VARCHAR) DESC, a.targets::VARCHAR,
    a.source_id, a.ordinal`); err != nil {
		return nil, err
	}
	events = joinWithoutID(events, withoutID)
	slices.SortStableFunc(events, func(x, y *Event) int {
		return cmp.Or(strings.Compare(x.Tenant, y.Tenant), x.Time.Compare(y.Time),
			strings.Compare(strings.ToLower(x.ID), strings.ToLower(y.ID)),
			strings.Compare(x.Activity, y.Activity), strings.Compare(x.targetKey, y.targetKey))
	})
	ties := map[[5]string]int{}
	for i, e := range events {
		e.No = int64(i + 1)
		e.tie = ties[e.likeness()]
		ties[e.likeness()]++
		e.resolveUser(ids)
	}
	return events, nil
}

// event is what a record says, by itself.
func (l logged) event(ids identity.IDs, addressOf func(string) string) *Event {
	e := &Event{
		Tenant: l.Tenant, ID: l.ID, Time: l.Time, Activity: l.Activity, Service: l.Service, Result: l.Result,
		Reason:      l.Reason,
		Correlation: l.Correlation, IssuerIP: l.ActorIP, Session: l.Session, Token: l.Token, Agent: l.Agent,
		Targets: []byte(l.Targets), Places: []proof.At{l.At},
	}
	if !record.NamesWholePass(e.Reason) && record.NamesWholePass(l.OtherReason) || e.Reason == "" {
		e.Reason = l.OtherReason
	}
	e.readTargets(gjson.Parse(l.Targets), gjson.Parse(l.Details))
	if e.IssuerIP != "" {
		e.IssuerIP = addressOf(e.IssuerIP)
	}
	e.setIssuer(l, ids)
	e.classify()
	return e
}

// join takes what the other record of the same event has and this one lacks.
func (e *Event) join(o *Event) {
	e.Places = append(e.Places, o.Places...)
	if e.Kind == Other && o.Kind != Other {
		places, id := e.Places, cmp.Or(e.ID, o.ID)
		*e = *o
		e.Places, e.ID = places, id
		return
	}
	for _, field := range []struct{ mine, other *string }{
		{&e.Reason, &o.Reason}, {&e.Correlation, &o.Correlation}, {&e.IssuerIP, &o.IssuerIP},
		{&e.UserID, &o.UserID}, {&e.UserUPN, &o.UserUPN},
		{&e.UserName, &o.UserName}, {&e.GroupID, &o.GroupID}, {&e.RoleName, &o.RoleName},
		{&e.RoleTemplate, &o.RoleTemplate},
		{&e.Session, &o.Session}, {&e.Token, &o.Token}, {&e.Agent, &o.Agent},
		{&e.DeviceID, &o.DeviceID}, {&e.PassID, &o.PassID}, {&e.PassUsage, &o.PassUsage}, {&e.Service, &o.Service},
	} {
		if *field.mine == "" {
			*field.mine = *field.other
		}
	}
	for _, id := range o.DeviceUsers {
		if !slices.Contains(e.DeviceUsers, id) {
			e.DeviceUsers = append(e.DeviceUsers, id)
		}
	}
	if e.PassStart.IsZero() {
		e.PassStart = o.PassStart
	}
	if e.PassEnd.IsZero() {
		e.PassEnd = o.PassEnd
	}
	if e.IssuerID == "" || e.Untied && o.IssuerType == "application" && !o.Untied {
		e.IssuerType, e.IssuerID, e.IssuerName, e.Untied = o.IssuerType, o.IssuerID, o.IssuerName, o.Untied
	}
	for _, name := range o.IssuerNames {
		if !slices.Contains(e.IssuerNames, name) {
			e.IssuerNames = append(e.IssuerNames, name)
		}
	}
}

// likeness is what an event without an id is told apart by.
func (e *Event) likeness() [5]string {
	return [5]string{
		e.Tenant, strings.ToLower(e.Correlation), strings.ToLower(e.Activity),
		e.Time.Truncate(time.Second).Format(time.RFC3339), e.targetKey,
	}
}

// Identity is what the event is told apart by within its tenant, whatever export it came from.
func (e *Event) Identity() string {
	s := e.likeness()
	return fmt.Sprintf("%s\x00%s\x00%s\x00%s\x00%d", s[1], s[2], s[3], s[4], e.tie)
}

// joinWithoutID joins records without id, in order, to the events that they equal; those of one source that find none
// left stand alone, and records of other sources join them.
func joinWithoutID(events, withoutID []*Event) []*Event {
	equal := map[[5]string][]*Event{}
	for _, e := range events {
		equal[e.likeness()] = append(equal[e.likeness()], e)
	}
	type turn struct {
		source int
		key    [5]string
	}
	next := map[turn]int{}
	for _, e := range withoutID {
		key := e.likeness()
		t := turn{e.Places[0].Source, key}
		if n := next[t]; n < len(equal[key]) {
			equal[key][n].join(e)
		} else {
			equal[key] = append(equal[key], e)
			events = append(events, e)
		}
		next[t]++
	}
	return events
}

// classify says what the event means (formats README, "The audit events that matter").
func (e *Event) classify() {
	e.Kind = Other
	activity := identity.LowerTrim(e.Activity)
	pass := record.NamesWholePass(e.Reason) || e.PassID != "" || e.PassUsage != "" || !e.PassStart.IsZero() ||
		!e.PassEnd.IsZero() ||
		slices.ContainsFunc(ReadProperties(e.Targets), func(p Property) bool {
			return record.NamesWholePass(p.DisplayName) || record.NamesWholePass(p.NewValue)
		})
	switch activity {
	case "admin registered security info":
		if pass {
			e.Kind = PassIssued
		}
	case registeredInfo:
		e.Kind = MethodRegistered
		if pass {
			e.Kind = PassIssued
		}
	case requiredInfo:
		e.Kind = MethodRegistered
	case "create temporary access pass method for user":
		e.Kind = PassIssued
	case "admin deleted security info", "user deleted security info":
		e.Kind = MethodDeleted
		if record.NamesWholePass(e.Reason) || !namesMethod(e.Reason) && pass {
			e.Kind = PassDeleted
		}
	case "add device", "register device", "add registered owner to device", "add registered users to device":
		e.Kind = DeviceJoined
	case "add user", "invite external user":
		e.Kind = UserCreated
	case "add member to role", "add member to role in pim completed (permanent)",
		"add member to role in pim completed (timebound)",
		"add member to role outside of pim (permanent)", "add eligible member to role",
		"add eligible member to role in pim completed (permanent)",
		"add eligible member to role in pim completed (timebound)",
		"add scoped member to role", "add member to role scoped over restricted management administrative unit",
		"add eligibleroleassignment to roledefinition", "add role assignment to role definition":
		e.Kind = RoleGiven
	case "add member to role completed (pim activation)":
		e.Kind = RoleActivated
	case "reset user password", "reset password (by admin)":
		e.Kind = PasswordReset
	case "add member to group":
		e.Kind = GroupAdded
	case "remove member from group":
		e.Kind = GroupRemoved
	default:
		switch {
		case strings.HasPrefix(activity, "authentication methods policy"):
			e.Kind = PolicyChanged
		case isCredential("add ", activity):
			e.Kind = MethodRegistered
		case isCredential("delete ", activity), strings.HasPrefix(activity, registerAnew):
			e.Kind = MethodDeleted
		case record.ChangesHireDate(activity, string(e.Targets)):
			e.Kind = HireDateChanged
		case strings.Contains(activity, "security info") &&
			strings.HasPrefix(identity.LowerTrim(e.Reason), registerAnew):
			e.Kind = MethodDeleted
		}
	}
	if e.Result != Success {
		switch e.Kind {
		case PassIssued:
			e.Kind = PassIssueFailed
		case PassIssueFailed, Other:
		default:
			e.Kind = Other
		}
	}
}

// namesMethod says whether a reason of a deletion names the method that was deleted.
func namesMethod(reason string) bool { return strings.Contains(strings.ToLower(reason), "method") }

// readTargets reads whom and what the event is about.
func (e *Event) readTargets(targets, details gjson.Result) {
	first := true
	for target := range Elements(UnquotedValue(targets)) {
		id := presentID(Member(target, "id").String())
		name := Member(target, "displayName").String()
		upn := presentID(Member(target, "userPrincipalName").String())
		if first {
			e.targetKey, first = strings.ToLower(cmp.Or(id, upn, name)), false
		}
		switch kind := identity.LowerTrim(Member(target, "type").String()); {
		case kind == "group":
			e.GroupID, e.GroupName = cmp.Or(e.GroupID, strings.ToLower(id)), cmp.Or(e.GroupName, name)
		case kind == "role" || kind == "roledefinition":
			e.RoleName = cmp.Or(e.RoleName, name)
			e.RoleTemplate = cmp.Or(e.RoleTemplate, strings.ToLower(id))
		case kind == "device":
			e.DeviceID = cmp.Or(e.DeviceID, strings.ToLower(id))
		case kind == "user" || upn != "":
			if e.UserID == "" && e.UserUPN == "" {
				e.UserID, e.UserUPN, e.UserName = strings.ToLower(id), upn, name
			}
		}
		for _, p := range ReadProperties([]byte("[" + target.Raw + "]")) {
			e.readProperty(p)
		}
	}
	for d := range Elements(UnquotedValue(details)) {
		value := Member(d, "value").String()
		switch identity.LowerTrim(Member(d, "key").String()) {
		case "templateid", "roledefinitionoriginid":
			// the role's own template tells more than the id of its assignment
			e.RoleTemplate = strings.ToLower(cmp.Or(presentID(value), e.RoleTemplate))
		case "ipaddr":
			e.IssuerIP = cmp.Or(e.IssuerIP, presentID(value))
		}
	}
}

func (e *Event) readProperty(p Property) {
	name := identity.LowerTrim(p.DisplayName)
	value := strings.TrimSpace(Unquoted(p.NewValue).String())
	switch {
	case name == "role.displayname":
		e.RoleName = cmp.Or(value, e.RoleName)
	case name == "role.templateid":
		e.RoleTemplate = strings.ToLower(cmp.Or(presentID(value), e.RoleTemplate))
	case name == "devicephysicalids":
		for _, m := range registeringUser.FindAllStringSubmatch(value, -1) {
			if id := strings.ToLower(presentID(m[1])); id != "" && !slices.Contains(e.DeviceUsers, id) {
				e.DeviceUsers = append(e.DeviceUsers, id)
			}
		}
	case name == "role.wellknownobjectname":
		e.RoleName = cmp.Or(e.RoleName, value)
	case strings.Contains(name, "temporaryaccesspass") && strings.HasSuffix(name, ".id"):
		e.PassID = cmp.Or(e.PassID, value)
	case strings.HasSuffix(name, "accesspassusage"):
		e.PassUsage = cmp.Or(e.PassUsage, value)
	case strings.HasSuffix(name, "startdatetime"):
		if t, err := formats.ParseTime(value, formats.MonthFirst); err == nil {
			e.PassStart = t
		}
	case strings.HasSuffix(name, "endtime") || strings.HasSuffix(name, "enddatetime"):
		if t, err := formats.ParseTime(value, formats.MonthFirst); err == nil {
			e.PassEnd = t
		}
	}
}

// registeringUser is what a device's physical ids say of the user who registered it.
var registeringUser = regexp.MustCompile(`(?i)\[USER-(?:GID|HWID)\]:([0-9a-f-]{36}):`)

// presentID is an identity, or "" where it is absent.
func presentID(id string) string {
	if !record.Present(id) {
		return ""
	}
	return strings.TrimSpace(id)
}

func (e *Event) setIssuer(l logged, ids identity.IDs) {
	add := func(values ...string) {
		for _, v := range values {
			if v = identity.LowerTrim(v); v != "" && !slices.Contains(e.IssuerNames, v) {
				e.IssuerNames = append(e.IssuerNames, v)
			}
		}
	}
	switch {
	case l.ActorUser != "" || l.ActorUPN != "":
		e.IssuerType = "user"
		e.IssuerID = cmp.Or(l.ActorUser, ids.Resolve(e.Tenant, l.ActorUPN, e.Time))
		e.IssuerName = cmp.Or(l.ActorUPN, ids.UPNOf(e.Tenant, e.IssuerID), l.ActorName, e.IssuerID)
		add(e.IssuerID, l.ActorUPN, ids.UPNOf(e.Tenant, e.IssuerID))
	case l.AppID != "" || l.SPID != "" || l.AppName != "" || l.SPName != "":
		e.IssuerType = "application"
		principal := identity.LowerTrim(l.SPID)
		id := cmp.Or(identity.LowerTrim(l.AppID), ids.ApplicationOf(e.Tenant, principal))
		e.IssuerName = cmp.Or(l.AppName, l.SPName, l.AppID, l.SPID)
		e.IssuerID, e.Untied = cmp.Or(id, principal), id == "" && principal != ""
		add(id, principal)
		add(ids.PrincipalsOf(e.Tenant, id)...)
		// Anybody can choose a name.
		if e.IssuerID == "" && !identity.LooksLikeID(e.IssuerName) {
			e.IssuerID = identity.LowerTrim(e.IssuerName)
			add(l.AppName, l.SPName)
		}
	default:
		e.IssuerType = "unknown"
	}
}

// resolveUser gives the user the object id that the evidence ties to the UPN.
func (e *Event) resolveUser(ids identity.IDs) {
	if e.UserID == "" && e.UserUPN != "" {
		e.UserID = ids.Resolve(e.Tenant, e.UserUPN, e.Time)
	}
	if e.UserUPN == "" && e.UserID != "" {
		e.UserUPN = ids.UPNOf(e.Tenant, e.UserID)
	}
}

// What says in one line what the event is, for a reader of its proof.
func (e *Event) What() string {
	var b strings.Builder
	b.WriteString(cmp.Or(e.Activity, "audit event"))
	if e.Result != Success && e.Result != "" {
		fmt.Fprintf(&b, " (%s)", e.Result)
	}
	if e.IssuerName != "" {
		fmt.Fprintf(&b, " by %s", e.IssuerName)
	}
	if name := cmp.Or(e.UserUPN, e.UserName, e.UserID); name != "" {
		fmt.Fprintf(&b, ", about %s", name)
	}
	if e.GroupName != "" || e.GroupID != "" {
		fmt.Fprintf(&b, ", group %s", cmp.Or(e.GroupName, e.GroupID))
	}
	if e.RoleName != "" {
		fmt.Fprintf(&b, ", role %s", e.RoleName)
	}
	if e.Reason != "" {
		fmt.Fprintf(&b, ": %s", e.Reason)
	}
	return b.String()
}
