package scenes

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"tapaudit/ingest/madeup"
)

// evidence is exports of one or more tenants in the shapes of Microsoft Graph. Users, groups, applications and tenants
// are called by plain names; ids and UPNs follow from them.
type evidence struct {
	tenant  string
	tenants map[string]bool
	files   map[string][]string // records by path
	next    int                 // number of the record to come
}

type record = map[string]any

const (
	homeTenant = "contoso" // the tenant where nothing else is said
	office     = "192.0.2.10"
	desk       = "192.0.2.99" // where passes are issued
	nobody     = "nobody"     // an initiator of whom the record says nothing

	primary   = "Primary authentication"
	secondary = "Multifactor authentication"
)

// taken is when the snapshots of users, roles, groups, Conditional Access and passes were taken.
var taken = time.Date(2026, 3, 31, 12, 0, 0, 0, time.UTC)

func newEvidence() *evidence {
	e := &evidence{tenants: map[string]bool{}, files: map[string][]string{}}
	e.in(homeTenant)
	return e
}

func (e *evidence) in(tenant string) { e.tenant, e.tenants[tenant] = tenant, true }

// idOf is the object id that a name stands for; a name that is an id stays.
func idOf(name string) string {
	if len(name) == 36 && strings.Count(name, "-") == 4 || name == "all_users" {
		return name
	}
	hex := fmt.Sprintf("%x", sha256.Sum256([]byte(name)))
	return hex[:8] + "-" + hex[8:12] + "-4" + hex[13:16] + "-8" + hex[17:20] + "-" + hex[20:32]
}

// upnOf is the UPN that a name stands for.
func upnOf(name string) string {
	if strings.Contains(name, "@") {
		return name
	}
	return name + "@contoso.example"
}

var idReference = regexp.MustCompile(`\bid:([A-Za-z0-9_-]+)`)

// withIDs puts object ids in the place of id:NAME.
func withIDs(text string) string {
	return idReference.ReplaceAllStringFunc(text, func(ref string) string { return idOf(ref[len("id:"):]) })
}

func stamp(t time.Time) string { return madeup.Stamp(t) }

// dated is a file's name that says when the snapshot in it was taken.
func dated(what string, t time.Time) string {
	return what + "_" + t.Format("20060102T150405Z") + ".json"
}

// mentions says whether the evidence has anything of a user, tenant, address or file.
func (e *evidence) mentions(name string) bool {
	if e.tenants[name] {
		return true
	}
	for path, records := range e.files {
		for _, text := range append(records, path) {
			if strings.Contains(text, idOf(name)) || strings.Contains(strings.ToLower(text), strings.ToLower(name)) {
				return true
			}
		}
	}
	return false
}

// exception is the part of an exception that says what it covers: a tenant of the scene, a file, or a user.
func (e *evidence) exception(name string) string {
	switch {
	case e.tenants[name]:
		return "tenant: " + idOf(name)
	case strings.HasPrefix(name, evidenceRoot), strings.Contains(name, " "):
		return "subject: " + strconv.Quote(name)
	case strings.HasPrefix(name, "id:"):
		return "subject: " + withIDs(name)
	}
	return "subject: " + strconv.Quote(upnOf(name))
}

func (e *evidence) id(kind string) string {
	e.next++
	return idOf(fmt.Sprintf("%s %d", kind, e.next))
}

func (e *evidence) add(file string, r any) {
	text, err := json.Marshal(r)
	if err != nil {
		panic(err) // a record is made of maps, lists and texts
	}
	path := "tenantId=" + idOf(e.tenant) + "/" + file
	e.files[path] = append(e.files[path], string(text))
}

// verb is something that somebody does: how many words name to whom or what, and the record that tells of it.
type verb struct {
	objects int
	add     func(e *evidence, t time.Time, who string, whom []string, o *options) error
}

var verbs = map[string]verb{
	"signs-in": {0, func(e *evidence, t time.Time, who string, _ []string, o *options) error {
		return e.signIn(t, who, []madeup.Step{step("Password", true, primary)}, o)
	}},
	"logs-in": {0, func(e *evidence, t time.Time, who string, _ []string, o *options) error {
		return e.signIn(t, who, []madeup.Step{step("Temporary Access Pass", true, primary)}, o)
	}},
	"mistypes": {0, func(e *evidence, t time.Time, who string, _ []string, o *options) error {
		wrong := []word{{key: "error", value: "130503"}, {key: "reason", value: "Temporary Access Pass is incorrect"}}
		o.list = append(wrong, o.list...)
		return e.signIn(t, who, []madeup.Step{step("Temporary Access Pass", false, primary)}, o)
	}},
	"issues": {1, (*evidence).issue},
	"deletes-pass": {1, func(e *evidence, t time.Time, who string, whom []string, o *options) error {
		return e.audit(t, "Admin deleted security info", who, []record{userTarget(whom[0])}, o,
			record{"resultReason": "Admin deleted temporary access pass method for user"})
	}},
	"deletes-method": {1, func(e *evidence, t time.Time, who string, whom []string, o *options) error {
		return e.audit(t, "Admin deleted security info", who, []record{userTarget(whom[0])}, o,
			record{"resultReason": "Admin deleted authenticator app method for user"})
	}},
	"registers-method": {0, func(e *evidence, t time.Time, who string, _ []string, o *options) error {
		return e.audit(t, "User registered security info", who, []record{userTarget(who)}, o,
			record{"resultReason": "User registered Fido2 Authentication Method"})
	}},
	"joins-device": {0, func(e *evidence, t time.Time, who string, _ []string, o *options) error {
		return e.audit(t, "Add registered owner to device", "app-device-registration-service",
			[]record{{"id": idOf("device of " + who), "displayName": "PC", "type": "Device"}, userTarget(who)}, o, nil)
	}},
	"gives-role": {2, func(e *evidence, t time.Time, who string, whom []string, o *options) error {
		target := userTarget(whom[0], property("Role.DisplayName", nil, whom[1]))
		return e.audit(t, "Add member to role", who, []record{target}, o, nil)
	}},
	"adds": {2, func(e *evidence, t time.Time, who string, whom []string, o *options) error {
		return e.audit(t, "Add member to group", who, []record{userTarget(whom[0]), groupTarget(whom[1])}, o, nil)
	}},
	"removes": {2, func(e *evidence, t time.Time, who string, whom []string, o *options) error {
		return e.audit(t, "Remove member from group", who, []record{userTarget(whom[0]), groupTarget(whom[1])}, o, nil)
	}},
	// Privileged Identity Management names the role as a target and has several activities.
	"assigns": {3, func(e *evidence, t time.Time, who string, whom []string, o *options) error {
		targets := []record{
			{"id": idOf("assignment"), "displayName": whom[1], "type": "Role"},
			{"id": idOf(whom[0]), "displayName": whom[0], "type": "User"},
		}
		return e.audit(t, whom[2], who, targets, o, nil)
	}},
	"does": {1, func(e *evidence, t time.Time, who string, whom []string, o *options) error {
		return e.audit(t, whom[0], who, []record{}, o, nil)
	}},
	"performs": {1, (*evidence).unifiedAudit},
	"requests": {2, (*evidence).graphRequest},
	"does-to": {2, func(e *evidence, t time.Time, who string, whom []string, o *options) error {
		return e.audit(t, whom[1], who, []record{userTarget(whom[0])}, o, nil)
	}},
}

// Sign-ins

func step(method string, succeeded bool, requirement string) madeup.Step {
	return madeup.Step{Method: method, Succeeded: succeeded, Requirement: requirement}
}

// stepOptions replace a sign-in's steps, in order.
var stepOptions = map[string]struct {
	succeeded   bool
	requirement string
}{
	"step": {true, primary}, "mfa-step": {true, secondary},
	"failed-step": {false, primary}, "failed-mfa-step": {false, secondary},
}

func (e *evidence) signIn(t time.Time, who string, steps []madeup.Step, o *options) error {
	in := madeup.NewSignIn(e.id("request"), t, idOf(e.tenant),
		madeup.User{ID: idOf(who), UPN: upnOf(who), Name: who}, madeup.MySignins)
	in.IPAddress, in.AutonomousSystemNumber, in.UserAgent = office, 64500, "Mozilla/5.0"
	in.CorrelationID, in.SessionID = e.id("correlation"), e.id("session")
	var status madeup.Status
	var own []madeup.Step
	rest := &options{}
	for _, w := range o.list {
		text := withIDs(w.value)
		if s, ok := valueOf(w.value).(string); ok {
			text = s
		}
		if s, ok := stepOptions[w.key]; ok {
			own = append(own, step(text, s.succeeded, s.requirement))
			continue
		}
		switch w.key {
		case "from":
			in.IPAddress = text
		case "asn", "error":
			n, err := strconv.Atoi(text)
			switch {
			case w.key == "asn" && text == "none":
				in.AutonomousSystemNumber = 0
			case err != nil:
				return fmt.Errorf("%s=%s is not a number", w.key, text)
			case w.key == "asn":
				in.AutonomousSystemNumber = n
			default:
				status.ErrorCode = n
			}
		case "reason":
			status.FailureReason = text
		case "session":
			in.SessionID = sessionOf(text)
		case "token":
			in.UniqueTokenIdentifier = text
		case "correlation":
			in.CorrelationID = correlationOf(text)
		case "to":
			in.AppID, in.AppDisplayName = idOf(text), text
		case "risk":
			in.RiskLevelDuringSignIn = text
		case "device":
			in.DeviceDetail = madeup.Device{DeviceID: idOf(text)}
		default:
			rest.list = append(rest.list, w)
		}
	}
	if own != nil {
		steps = own
	}
	in.Status, in.AuthenticationDetails = status, steps
	r := madeup.Members(in)
	if err := rest.rest(r); err != nil {
		return err
	}
	e.add("signins.json", r)
	return nil
}

// Audit events

func userTarget(user string, modified ...record) record {
	return record{
		"id": idOf(user), "displayName": user, "type": "User", "userPrincipalName": upnOf(user),
		"modifiedProperties": modified,
	}
}

func groupTarget(group string) record {
	return record{"id": idOf(group), "displayName": group, "type": "Group"}
}

// property is a modified property; its values are JSON in a text, nil is none.
func property(name string, old, new any) record {
	text := func(v any) any {
		if v == nil {
			return nil
		}
		t, err := json.Marshal(v)
		if err != nil {
			panic(err) // a value is made of maps, lists and texts
		}
		return string(t)
	}
	return record{"displayName": name, "oldValue": text(old), "newValue": text(new)}
}

func isApplication(name string) bool { return strings.HasPrefix(name, "app-") }

// initiator is a user, an application or nobody.
func initiator(name, from string) record {
	switch {
	case name == nobody:
		return record{}
	case isApplication(name):
		return record{"app": record{"appId": idOf(name), "displayName": name}}
	default:
		return record{"user": record{"id": idOf(name), "userPrincipalName": upnOf(name), "ipAddress": from}}
	}
}

// audit adds an audit event; more are keys that its kind sets, which options may change.
func (e *evidence) audit(t time.Time, activity, by string, targets []record, o *options, more record) error {
	from := o.take("from")
	if from == "" {
		from = desk
	}
	r := record{
		"id": e.id("event"), "activityDateTime": stamp(t), "activityDisplayName": activity,
		"category":      "UserManagement",
		"correlationId": e.id("correlation"), "loggedByService": "Core Directory", "operationType": "Update",
		"result": "success", "resultReason": "",
		"initiatedBy": initiator(by, from), "targetResources": targets, "additionalDetails": []record{},
	}
	for key, value := range more {
		r[key] = value
	}
	if name := o.take("correlation"); name != "" {
		r["correlationId"] = correlationOf(name)
	}
	if text := o.take("reason"); text != "" {
		r["resultReason"] = text
	}
	if session, token := o.take("session"), o.take("token"); session != "" || token != "" {
		initiated := initiator(by, from)
		initiated["linkableIdentifiers"] = record{
			"sessionId": sessionOf(session), "tokenDetails": record{"uniqueTokenIdentifier": token},
		}
		r["initiatedBy"] = initiated
	}
	if err := o.rest(r); err != nil {
		return err
	}
	e.add("audits.json", r)
	return nil
}

// What was done

// sessionOf and correlationOf are the ids that names in options stand for; no name is not an id.
func sessionOf(name string) string { return idNamed("session", name) }

func correlationOf(name string) string { return idNamed("correlation", name) }

func idNamed(kind, name string) string {
	if name == "" {
		return ""
	}
	return idOf(kind + " " + name)
}

// unifiedAudit adds a record of the Unified Audit Log, as Exchange writes it where options say nothing else.
// Parameters of a command are given as param-NAME=VALUE.
func (e *evidence) unifiedAudit(t time.Time, who string, whom []string, o *options) error {
	r := record{
		"Id": e.id("activity"), "CreationTime": t.UTC().Format("2006-01-02T15:04:05"), "Operation": whom[0],
		"OrganizationId": idOf(e.tenant), "RecordType": 1, "UserType": 0, "UserId": upnOf(who), "Workload": "Exchange",
		"AppAccessContext": record{"AADSessionId": sessionOf(o.take("session")), "UniqueTokenId": o.take("token")},
	}
	if who == nobody {
		delete(r, "UserId")
	}
	if from := o.take("from"); from != "" {
		r["ClientIPAddress"] = from
	}
	if object := o.take("object"); object != "" {
		r["ObjectId"] = object
	}
	var parameters []record
	rest := &options{}
	for _, w := range o.list {
		if name, ok := strings.CutPrefix(w.key, "param-"); ok {
			parameters = append(parameters, record{"Name": name, "Value": valueOf(w.value)})
		} else {
			rest.list = append(rest.list, w)
		}
	}
	if parameters != nil {
		r["Parameters"] = parameters
	}
	if err := rest.rest(r); err != nil {
		return err
	}
	e.add("unified-audit.json", r)
	return nil
}

// graphRequest adds a request to Microsoft Graph: its method, and its path after the version. It is answered with 200
// where options say nothing else.
func (e *evidence) graphRequest(t time.Time, who string, whom []string, o *options) error {
	status := 200
	if text := o.take("status"); text != "" {
		var err error
		if status, err = strconv.Atoi(text); err != nil {
			return fmt.Errorf("status=%s is not a number", text)
		}
	}
	r := record{
		"requestId": e.id("request"), "clientRequestId": correlationOf(o.take("correlation")),
		"requestMethod": whom[0],
		"requestUri":    "https://graph.microsoft.com/v1.0" + withIDs(whom[1]), "responseStatusCode": status,
		"timeGenerated": stamp(t),
		"ipAddress":     o.take("from"), "C_Sid": sessionOf(o.take("session")), "signInActivityId": o.take("token"),
	}
	switch {
	case who == nobody:
	case isApplication(who):
		r["appId"], r["servicePrincipalId"] = idOf(who), idOf("principal of "+who)
	default:
		r["userId"], r["appId"] = idOf(who), idOf("app-of-users")
	}
	if err := o.rest(r); err != nil {
		return err
	}
	e.add("graph-activity.json", record{
		"time": stamp(t), "category": "MicrosoftGraphActivityLogs", "operationName": "Microsoft Graph Activity",
		"resourceId": "/TENANTS/" + idOf(e.tenant) + "/PROVIDERS/MICROSOFT.AADIAM", "properties": r,
	})
	return nil
}

// issue issues a pass: for one use and an hour where options say nothing else.
func (e *evidence) issue(t time.Time, by string, whom []string, o *options) error {
	start, end := t, time.Time{}
	said := map[string]string{}
	for _, key := range []string{"id", "start", "end", "usage"} {
		said[key] = o.take(key)
	}
	if text := said["start"]; text != "" && text != "none" {
		var err error
		if start, err = at(text); err != nil {
			return err
		}
	}
	end = start.Add(time.Hour)
	if text := said["end"]; text != "" && text != "none" {
		var err error
		if end, err = at(text); err != nil {
			return err
		}
	}
	var modified []record
	for _, p := range []struct{ key, name, value string }{
		{"id", "Id", e.id("pass")}, {"start", "StartDateTime", stamp(start)}, {"end", "EndTime", stamp(end)},
		{"usage", "AccessPassUsage", "OneTime"},
	} {
		switch text := said[p.key]; {
		case text == "none":
			continue
		case text != "" && p.key == "id":
			p.value = idOf(text)
		case text != "" && p.key == "usage":
			p.value = text
		}
		modified = append(modified, property("TemporaryAccessPass."+p.name, nil, p.value))
	}
	activity, reason := "Admin registered security info", "Admin registered temporary access pass method for user"
	if isApplication(by) {
		activity, reason = "User registered security info", "User registered temporary access pass method"
	}
	return e.audit(t, activity, by, []record{userTarget(whom[0], modified...)}, o,
		record{"loggedByService": "Authentication Methods", "resultReason": reason})
}

// Policy and directory

const tapType = "#microsoft.graph.temporaryAccessPassAuthenticationMethodConfiguration"

// policy is the Temporary Access Pass configuration. The zero value is enabled for everyone, for more than one use and
// up to 480 minutes.
type policy struct {
	off, once        bool
	minutes          int
	include, exclude []string
}

// policyOf reads a policy's settings: on, off, once, minutes=N, include=GROUP,..., exclude=GROUP,...; a user in place
// of a group is user:NAME.
func policyOf(words []word) (p policy, err error) {
	for _, w := range words {
		switch {
		case w.text == "on":
		case w.text == "off":
			p.off = true
		case w.text == "once":
			p.once = true
		case w.key == "minutes":
			if p.minutes, err = strconv.Atoi(w.value); err != nil {
				return p, fmt.Errorf("%s is not a number of minutes", w.text)
			}
		case w.key == "include":
			p.include = strings.Split(w.value, ",")
		case w.key == "exclude":
			p.exclude = strings.Split(w.value, ",")
		default:
			const known = "on, off, once, minutes=N, include=NAME,… and exclude=NAME,…"
			return p, fmt.Errorf("%q is not a setting of a policy; known are %s", w.text, known)
		}
	}
	return p, nil
}

func (p policy) configuration() record {
	targets := func(names []string) []record {
		all := []record{}
		for _, name := range names {
			kind := "group"
			if user, ok := strings.CutPrefix(name, "user:"); ok {
				kind, name = "user", user
			}
			all = append(all, record{"targetType": kind, "id": idOf(name)})
		}
		return all
	}
	if p.minutes == 0 {
		p.minutes = 480
	}
	if p.include == nil {
		p.include = []string{"all_users"}
	}
	state := "enabled"
	if p.off {
		state = "disabled"
	}
	return record{
		"@odata.type": tapType, "id": "TemporaryAccessPass", "state": state,
		"isUsableOnce": p.once, "defaultLength": 8,
		"defaultLifetimeInMinutes": 60, "minimumLifetimeInMinutes": 60, "maximumLifetimeInMinutes": p.minutes,
		"includeTargets": targets(p.include), "excludeTargets": targets(p.exclude),
	}
}

func (p policy) whole() record {
	methods := []record{{"id": "Fido2", "state": "enabled"}, p.configuration()}
	return record{"id": "authenticationMethodsPolicy", "authenticationMethodConfigurations": methods}
}

// changePolicy reads OLD -> NEW, or options only for a change whose values are none of a policy's.
func (e *evidence) changePolicy(t time.Time, by string, words []word) error {
	arrow := -1
	for i, w := range words {
		if w.text == "->" {
			arrow = i
		}
	}
	if arrow < 0 {
		return errors.New("say changes-policy OLD -> NEW, each as after policy")
	}
	before, err := policyOf(words[:arrow])
	if err != nil {
		return err
	}
	o := &options{}
	settings := words[arrow+1:]
	for i, w := range settings {
		if w.key == "result" || w.key == "correlation" {
			o.list, settings = settings[i:], settings[:i]
			break
		}
	}
	after, err := policyOf(settings)
	if err != nil {
		return err
	}
	return e.audit(t, "Authentication Methods Policy Update", by, []record{{
		"displayName": "Authentication Methods Policy", "type": "Policy",
		"modifiedProperties": []record{property("AuthenticationMethodsPolicy", before.whole(), after.whole())},
	}}, o, record{"category": "Policy", "loggedByService": "Authentication Methods"})
}

func (e *evidence) user(name string, more []string, o *options) error {
	created, err := at(o.take("created"))
	if err != nil || len(more) > 0 {
		return errors.New("a user has a name and a time of creation")
	}
	r := record{
		"id": idOf(name), "userPrincipalName": upnOf(name), "displayName": name, "userType": "Member",
		"accountEnabled":  true,
		"createdDateTime": stamp(created),
	}
	if err := o.rest(r); err != nil {
		return err
	}
	e.add(dated("users", taken), r)
	return nil
}

// role names who holds a role; group:NAME is a group.
func (e *evidence) role(name string, holders []string, o *options) error {
	members := []record{}
	for _, m := range holders {
		kind := "#microsoft.graph.user"
		if group, ok := strings.CutPrefix(m, "group:"); ok {
			kind, m = "#microsoft.graph.group", group
		}
		members = append(members, record{"@odata.type": kind, "id": idOf(m)})
	}
	r := record{
		"id": idOf("role " + name), "roleTemplateId": idOf("template " + name), "displayName": name,
		"members": members,
	}
	if err := o.rest(r); err != nil {
		return err
	}
	e.add(dated("roles", taken), r)
	return nil
}

func (e *evidence) group(name string, members []string, o *options) error {
	all := []record{}
	for _, m := range members {
		all = append(all, record{"@odata.type": "#microsoft.graph.user", "id": idOf(m), "userPrincipalName": upnOf(m)})
	}
	r := record{"id": idOf(name), "displayName": name, "securityEnabled": true, "members": all}
	if err := o.rest(r); err != nil {
		return err
	}
	e.add(dated("groups", taken), r)
	return nil
}

func (e *evidence) conditionalAccess(name string, more []string, o *options) error {
	if len(more) == 0 {
		return errors.New("a Conditional Access policy has a state")
	}
	r := record{
		"id": idOf(name), "displayName": name, "state": more[0],
		"grantControls": record{"builtInControls": []string{"mfa"}},
		"conditions": record{"applications": record{"includeApplications": []string{},
			"includeUserActions": more[1:]}},
	}
	if err := o.rest(r); err != nil {
		return err
	}
	e.add(dated("conditional-access", taken), r)
	return nil
}

// passMethod is a pass as a snapshot of the user's methods shows it; the user is named by object id only.
func (e *evidence) passMethod(name string, more []string, o *options) error {
	created, err := at(o.take("created"))
	if err != nil || len(more) > 0 {
		return errors.New("a pass has a user and a time of creation")
	}
	id := o.take("id")
	if id == "" {
		id = e.id("pass")
	}
	r := record{
		"@odata.context": "https://graph.microsoft.com/v1.0/$metadata#users('" + idOf(name) +
			"')/authentication/temporaryAccessPassMethods/$entity",
		"id": idOf(id), "createdDateTime": stamp(created), "startDateTime": stamp(created),
		"lifetimeInMinutes": 60, "isUsableOnce": true, "isUsable": false, "methodUsabilityReason": "Expired",
	}
	if err := o.rest(r); err != nil {
		return err
	}
	e.add(dated("methods-of-"+idOf(name), taken), r)
	return nil
}

// covers adds other people's records, three a day, so that the evidence covers the days: SPAN [audit] [sign-ins]
// [non-interactive] [unified-audit] [graph-activity], the first three where none is named; options go to the sign-ins.
func (e *evidence) covers(words []word) error {
	plain, o := texts(words)
	if len(plain) == 0 {
		return errors.New("say covers FIRST..LAST [audit] [sign-ins] [non-interactive] [unified-audit] [graph-activity]")
	}
	days, err := span(plain[0])
	if err != nil {
		return err
	}
	kinds := plain[1:]
	if len(kinds) == 0 {
		kinds = []string{"audit", "sign-ins", "non-interactive"}
	}
	for _, kind := range kinds {
		for d := days.From; d.Before(days.To); d = d.AddDate(0, 0, 1) {
			for _, clock := range []time.Duration{time.Second, 12 * time.Hour, 24*time.Hour - time.Second} {
				elsewhere := []word{{key: "from", value: "203.0.113.200"}, {key: "asn", value: "64999"}}
				signIn := func(more ...word) error {
					steps := []madeup.Step{step("Password", true, primary)}
					return e.signIn(d.Add(clock), "somebody-else", steps,
						&options{append(append(elsewhere, more...), o.list...)})
				}
				var err error
				switch kind {
				case "audit":
					targets := []record{{"id": idOf("some application"), "type": "Application"}}
					err = e.audit(d.Add(clock), "Update application", "clerk", targets, &options{}, nil)
				case "sign-ins":
					err = signIn()
				case "non-interactive":
					err = signIn(word{key: "isInteractive", value: "false"})
				case "unified-audit":
					err = e.unifiedAudit(d.Add(clock), "somebody-else", []string{"Update"}, &options{})
				case "graph-activity":
					err = e.graphRequest(d.Add(clock), "somebody-else", []string{"GET", "/me"}, &options{})
				default:
					err = fmt.Errorf("%q is not a log; known are audit, sign-ins, non-interactive, unified-audit and graph-activity", kind)
				}
				if err != nil {
					return err
				}
			}
		}
	}
	return nil
}
