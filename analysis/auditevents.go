package analysis

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"tapaudit/ingest/formats"
	"tapaudit/ingest/record"
)

// eventKind is what an audit event means to the rules, by its activity, its reason and its modified properties.
type eventKind string

const (
	passIssued       eventKind = "pass issued"
	passIssueFailed  eventKind = "pass issuance failed"
	passDeleted      eventKind = "pass deleted"
	methodRegistered eventKind = "method registered"
	methodDeleted    eventKind = "method deleted"
	deviceJoined     eventKind = "device joined"
	policyChanged    eventKind = "policy changed"
	userCreated      eventKind = "user created"
	roleGiven        eventKind = "role given"
	roleActivated    eventKind = "role activated"
	passwordReset    eventKind = "password reset"
	groupAdded       eventKind = "added to group"
	groupRemoved     eventKind = "removed from group"
	otherEvent       eventKind = "other"
)

const success = "success"

// auditEvent is one directory audit event, joined from all records of it.
type auditEvent struct {
	no                        int64
	tenant, id                string
	time                      time.Time
	activity, service, result string
	reason                    string
	correlation               string
	kind                      eventKind
	issuerType, issuerID      string // user, application or unknown, and its id in lower case
	issuerName, issuerIP      string
	issuerNames               []string // every id and name of the issuer, in lower case
	userID, userUPN, userName string   // whom it is about; userID is the object id, or the UPN where none is tied to it
	groupID, groupName        string
	roleName, roleTemplate    string
	deviceID                  string
	passID, passUsage         string
	passStart, passEnd        time.Time
	targetKey                 string // the first target's id, else its name: part of what tells events apart
	targets                   []byte
	places                    []recordPlace
	tie                       int // among events that equal each other in all that tells them apart
}

// recordPlace is where a record stands, by the case's own numbers.
type recordPlace struct {
	source        int
	line, ordinal int64
}

// readAuditEvents reads the audit events that any rule reads, joined: one per tenant and id, and a record without id
// joins, in order, an event of equal correlation id, activity, second and target, else stands alone.
func (a *audit) readAuditEvents(ctx context.Context) error {
	rows, err := a.c.Query(ctx, `
SELECT tenant, coalesce(id, ''), time, coalesce(activity, ''), coalesce(service, ''), coalesce(result, ''), coalesce(reason, ''),
    coalesce(other_reason, ''), coalesce(correlation_id, ''), coalesce(lower(actor_user_id), ''), coalesce(actor_upn, ''), coalesce(actor_name, ''),
    coalesce(actor_ip, ''), coalesce(lower(actor_app_id), ''), coalesce(actor_app_name, ''), coalesce(lower(actor_sp_id), ''),
    coalesce(actor_sp_name, ''), coalesce(targets::VARCHAR, ''), coalesce(details::VARCHAR, ''), source_id, line, ordinal
FROM attributed_audits
WHERE tenant IS NOT NULL
    AND regexp_matches(activity, '(?i)security info|temporary access pass|authentication methods policy|device|owner|role|group|password|add user|external user')
ORDER BY tenant, time, lower(id), length(targets::VARCHAR) DESC, targets::VARCHAR, source_id, ordinal`)
	if err != nil {
		return err
	}
	defer rows.Close()
	var events []*auditEvent
	byID := map[[2]string]*auditEvent{}
	var nameless []*auditEvent
	for rows.Next() {
		var e auditEvent
		var otherReason, actorUser, actorUPN, actorName, appID, appName, spID, spName, targets, details string
		var place recordPlace
		if err := rows.Scan(&e.tenant, &e.id, &e.time, &e.activity, &e.service, &e.result, &e.reason, &otherReason, &e.correlation,
			&actorUser, &actorUPN, &actorName, &e.issuerIP, &appID, &appName, &spID, &spName, &targets, &details,
			&place.source, &place.line, &place.ordinal); err != nil {
			return err
		}
		e.places = []recordPlace{place}
		if !record.NamesWholePass(e.reason) && record.NamesWholePass(otherReason) || e.reason == "" {
			e.reason = otherReason
		}
		e.targets = []byte(targets)
		e.readTargets(gjson.Parse(targets), gjson.Parse(details))
		a.setIssuer(&e, actorUser, actorUPN, actorName, appID, appName, spID, spName)
		e.classify()
		if e.id == "" {
			nameless = append(nameless, &e)
			continue
		}
		key := [2]string{e.tenant, strings.ToLower(e.id)}
		if first := byID[key]; first != nil {
			first.join(&e)
			continue
		}
		byID[key] = &e
		events = append(events, &e)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	events = joinNameless(events, nameless)
	slices.SortStableFunc(events, func(x, y *auditEvent) int {
		return cmp.Or(strings.Compare(x.tenant, y.tenant), x.time.Compare(y.time), strings.Compare(strings.ToLower(x.id), strings.ToLower(y.id)),
			strings.Compare(x.activity, y.activity), strings.Compare(x.targetKey, y.targetKey))
	})
	ties := map[[5]string]int{}
	for i, e := range events {
		e.no = int64(i + 1)
		e.tie = ties[e.sameness()]
		ties[e.sameness()]++
		a.resolveUser(e)
	}
	a.events = events
	return nil
}

// join takes what the other record of the same event has and this one lacks.
func (e *auditEvent) join(o *auditEvent) {
	e.places = append(e.places, o.places...)
	if e.kind == otherEvent && o.kind != otherEvent {
		places, id := e.places, cmp.Or(e.id, o.id)
		*e = *o
		e.places, e.id = places, id
		return
	}
	for _, field := range []struct{ mine, other *string }{
		{&e.reason, &o.reason}, {&e.correlation, &o.correlation}, {&e.issuerIP, &o.issuerIP}, {&e.userID, &o.userID}, {&e.userUPN, &o.userUPN},
		{&e.userName, &o.userName}, {&e.groupID, &o.groupID}, {&e.roleName, &o.roleName}, {&e.roleTemplate, &o.roleTemplate},
		{&e.deviceID, &o.deviceID}, {&e.passID, &o.passID}, {&e.passUsage, &o.passUsage}, {&e.service, &o.service},
	} {
		if *field.mine == "" {
			*field.mine = *field.other
		}
	}
	if e.passStart.IsZero() {
		e.passStart = o.passStart
	}
	if e.passEnd.IsZero() {
		e.passEnd = o.passEnd
	}
	if e.issuerID == "" {
		e.issuerType, e.issuerID, e.issuerName = o.issuerType, o.issuerID, o.issuerName
	}
	for _, name := range o.issuerNames {
		if !slices.Contains(e.issuerNames, name) {
			e.issuerNames = append(e.issuerNames, name)
		}
	}
}

// sameness is what an event without an id is told apart by.
func (e *auditEvent) sameness() [5]string {
	return [5]string{e.tenant, strings.ToLower(e.correlation), strings.ToLower(e.activity), e.time.Truncate(time.Second).Format(time.RFC3339), e.targetKey}
}

// joinNameless joins records without id, in order, to the events that they equal; those of one source that find none
// left stand alone, and records of other sources join them.
func joinNameless(events, nameless []*auditEvent) []*auditEvent {
	equal := map[[5]string][]*auditEvent{}
	for _, e := range events {
		equal[e.sameness()] = append(equal[e.sameness()], e)
	}
	type turn struct {
		source int
		key    [5]string
	}
	next := map[turn]int{}
	for _, e := range nameless {
		key := e.sameness()
		t := turn{e.places[0].source, key}
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

func lowerTrim(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

// classify says what the event means (formats README, "The audit events that matter").
func (e *auditEvent) classify() {
	e.kind = otherEvent
	activity := lowerTrim(e.activity)
	pass := record.NamesWholePass(e.reason) || e.passID != "" || e.passUsage != "" || !e.passStart.IsZero() || !e.passEnd.IsZero() ||
		slices.ContainsFunc(readModifiedProperties(e.targets), func(p modifiedProperty) bool {
			return record.NamesWholePass(p.DisplayName) || record.NamesWholePass(p.NewValue)
		})
	switch activity {
	case "admin registered security info":
		if pass {
			e.kind = passIssued
		}
	case "user registered security info":
		e.kind = methodRegistered
		if pass {
			e.kind = passIssued
		}
	case "user registered all required security info":
		e.kind = methodRegistered
	case "create temporary access pass method for user":
		e.kind = passIssued
	case "admin deleted security info", "user deleted security info":
		e.kind = methodDeleted
		if record.NamesWholePass(e.reason) || !namesMethod(e.reason) && pass {
			e.kind = passDeleted
		}
	case "add device", "register device", "add registered owner to device", "add registered users to device":
		e.kind = deviceJoined
	case "add user", "invite external user":
		e.kind = userCreated
	case "add member to role", "add member to role in pim completed (permanent)", "add member to role in pim completed (timebound)",
		"add member to role outside of pim (permanent)", "add eligible member to role",
		"add eligible member to role in pim completed (permanent)", "add eligible member to role in pim completed (timebound)":
		e.kind = roleGiven
	case "add member to role completed (pim activation)":
		e.kind = roleActivated
	case "reset user password", "reset password (by admin)":
		e.kind = passwordReset
	case "add member to group":
		e.kind = groupAdded
	case "remove member from group":
		e.kind = groupRemoved
	default:
		if strings.HasPrefix(activity, "authentication methods policy") {
			e.kind = policyChanged
		}
	}
	if e.result != success {
		switch e.kind {
		case passIssued:
			e.kind = passIssueFailed
		case passIssueFailed, otherEvent:
		default:
			e.kind = otherEvent
		}
	}
}

// namesMethod says whether a reason of a deletion names the method that was deleted.
func namesMethod(reason string) bool { return strings.Contains(strings.ToLower(reason), "method") }

// readTargets reads whom and what the event is about.
func (e *auditEvent) readTargets(targets, details gjson.Result) {
	first := true
	for target := range jsonElements(unquotedValue(targets)) {
		id := presentID(jsonMember(target, "id").String())
		name := jsonMember(target, "displayName").String()
		upn := presentID(jsonMember(target, "userPrincipalName").String())
		if first {
			e.targetKey, first = strings.ToLower(cmp.Or(id, upn, name)), false
		}
		switch kind := lowerTrim(jsonMember(target, "type").String()); {
		case kind == "group":
			e.groupID, e.groupName = cmp.Or(e.groupID, strings.ToLower(id)), cmp.Or(e.groupName, name)
		case kind == "role":
			e.roleName = cmp.Or(e.roleName, name)
			e.roleTemplate = cmp.Or(e.roleTemplate, strings.ToLower(id))
		case kind == "device":
			e.deviceID = cmp.Or(e.deviceID, strings.ToLower(id))
		case kind == "user" || upn != "":
			if e.userID == "" && e.userUPN == "" {
				e.userID, e.userUPN, e.userName = strings.ToLower(id), upn, name
			}
		}
		for _, p := range readModifiedProperties([]byte("[" + target.Raw + "]")) {
			e.readProperty(p)
		}
	}
	for d := range jsonElements(unquotedValue(details)) {
		value := jsonMember(d, "value").String()
		switch lowerTrim(jsonMember(d, "key").String()) {
		case "templateid", "roledefinitionoriginid":
			// the role's own template tells more than the id of its assignment
			e.roleTemplate = strings.ToLower(cmp.Or(presentID(value), e.roleTemplate))
		case "ipaddr":
			e.issuerIP = cmp.Or(e.issuerIP, presentID(value))
		}
	}
}

func (e *auditEvent) readProperty(p modifiedProperty) {
	name := lowerTrim(p.DisplayName)
	value := strings.TrimSpace(unquoted(p.NewValue).String())
	switch {
	case name == "role.displayname":
		e.roleName = cmp.Or(value, e.roleName)
	case name == "role.templateid":
		e.roleTemplate = strings.ToLower(cmp.Or(presentID(value), e.roleTemplate))
	case name == "role.wellknownobjectname":
		e.roleName = cmp.Or(e.roleName, value)
	case strings.Contains(name, "temporaryaccesspass") && strings.HasSuffix(name, ".id"):
		e.passID = cmp.Or(e.passID, value)
	case strings.HasSuffix(name, "accesspassusage"):
		e.passUsage = cmp.Or(e.passUsage, value)
	case strings.HasSuffix(name, "startdatetime"):
		if t, err := formats.ParseTime(value, formats.MonthFirst); err == nil {
			e.passStart = t
		}
	case strings.HasSuffix(name, "endtime") || strings.HasSuffix(name, "enddatetime"):
		if t, err := formats.ParseTime(value, formats.MonthFirst); err == nil {
			e.passEnd = t
		}
	}
}

// presentID is an identity, or "" where it is absent.
func presentID(id string) string {
	if !record.Present(id) {
		return ""
	}
	return strings.TrimSpace(id)
}

func (a *audit) setIssuer(e *auditEvent, userID, upn, name, appID, appName, spID, spName string) {
	add := func(values ...string) {
		for _, v := range values {
			if v = lowerTrim(v); v != "" && !slices.Contains(e.issuerNames, v) {
				e.issuerNames = append(e.issuerNames, v)
			}
		}
	}
	if a.addressOf != nil && e.issuerIP != "" {
		e.issuerIP = a.addressOf(e.issuerIP)
	}
	switch {
	case userID != "" || upn != "":
		e.issuerType = "user"
		e.issuerID = cmp.Or(userID, a.identities.resolve(e.tenant, upn, e.time))
		e.issuerName = cmp.Or(upn, a.identities.upnOf(e.tenant, e.issuerID), name, e.issuerID)
		add(e.issuerID, upn, a.identities.upnOf(e.tenant, e.issuerID))
	case appID != "" || spID != "" || appName != "" || spName != "":
		e.issuerType = "application"
		e.issuerID = lowerTrim(cmp.Or(appID, spID, appName, spName))
		e.issuerName = cmp.Or(appName, spName, appID, spID)
		add(appID, spID, appName, spName)
	default:
		e.issuerType = "unknown"
	}
}

// resolveUser gives the user the object id that the evidence ties to the UPN.
func (a *audit) resolveUser(e *auditEvent) {
	if e.userID == "" && e.userUPN != "" {
		e.userID = a.identities.resolve(e.tenant, e.userUPN, e.time)
	}
	if e.userUPN == "" && e.userID != "" {
		e.userUPN = a.identities.upnOf(e.tenant, e.userID)
	}
}

// what says in one line what the event is, for a reader of its proof.
func (e *auditEvent) what() string {
	var b strings.Builder
	b.WriteString(cmp.Or(e.activity, "audit event"))
	if e.result != success && e.result != "" {
		fmt.Fprintf(&b, " (%s)", e.result)
	}
	if e.issuerName != "" {
		fmt.Fprintf(&b, " by %s", e.issuerName)
	}
	if name := cmp.Or(e.userUPN, e.userName, e.userID); name != "" {
		fmt.Fprintf(&b, ", about %s", name)
	}
	if e.groupName != "" || e.groupID != "" {
		fmt.Fprintf(&b, ", group %s", cmp.Or(e.groupName, e.groupID))
	}
	if e.roleName != "" {
		fmt.Fprintf(&b, ", role %s", e.roleName)
	}
	if e.reason != "" {
		fmt.Fprintf(&b, ": %s", e.reason)
	}
	return b.String()
}

// identities ties UPNs to object ids over time.
type identities struct {
	byUPN map[[2]string][]tie
	byID  map[[2]string]string // the UPN that was tied to an id last
}

// tie is a span of identity_spans: from since on a UPN stood for the id. The first has no beginning.
type tie struct {
	userID string
	since  time.Time
}

func (a *audit) readIdentities(ctx context.Context) error {
	a.identities = identities{byUPN: map[[2]string][]tie{}, byID: map[[2]string]string{}}
	spans, err := a.c.Query(ctx, `
SELECT tenant, upn, user_id, since FROM identity_spans ORDER BY tenant, upn, since NULLS FIRST, until NULLS LAST, user_id`)
	if err != nil {
		return err
	}
	defer spans.Close()
	for spans.Next() {
		var tenant, upn, id string
		var since *time.Time
		if err := spans.Scan(&tenant, &upn, &id, &since); err != nil {
			return err
		}
		t := tie{userID: id}
		if since != nil {
			t.since = *since
		}
		a.identities.byUPN[[2]string{tenant, upn}] = append(a.identities.byUPN[[2]string{tenant, upn}], t)
	}
	if err := spans.Err(); err != nil {
		return err
	}
	upns, err := a.c.Query(ctx, `SELECT tenant, user_id, upn FROM upns`)
	if err != nil {
		return err
	}
	defer upns.Close()
	for upns.Next() {
		var tenant, id, upn string
		if err := upns.Scan(&tenant, &id, &upn); err != nil {
			return err
		}
		a.identities.byID[[2]string{tenant, id}] = upn
	}
	return upns.Err()
}

// resolve is the object id that a UPN stood for at a time, as the macro user_of has it: that of the last span which had
// begun; the UPN itself, in lower case, where no record ties it to one.
func (i identities) resolve(tenant, upn string, at time.Time) string {
	upn = strings.ToLower(upn)
	ties := i.byUPN[[2]string{tenant, upn}]
	begun := sort.Search(len(ties), func(i int) bool { return ties[i].since.After(at) })
	if begun == 0 {
		return upn
	}
	return ties[begun-1].userID
}

// ever are all the object ids that a UPN stood for; the name itself, in lower case, where no record ties it to one.
func (i identities) ever(tenant, name string) (ids []string) {
	name = lowerTrim(name)
	for _, t := range i.byUPN[[2]string{tenant, name}] {
		if !slices.Contains(ids, t.userID) {
			ids = append(ids, t.userID)
		}
	}
	if ids == nil {
		ids = []string{name}
	}
	return ids
}

func (i identities) upnOf(tenant, id string) string { return i.byID[[2]string{tenant, id}] }
