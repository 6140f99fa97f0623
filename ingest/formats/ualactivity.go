package formats

import (
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"tapaudit/ingest/record"
)

// The Unified Audit Log's records that are not sign-ins. Each workload has members of its own for who did what from
// where; README.md says which.

const (
	directoryWorkload = "AzureActiveDirectory"
	exchangeWorkload  = "Exchange"
)

// outcomes are what ResultStatus says, in lower case.
var outcomes = map[string]string{
	"true": "success", "succeeded": "success", "partiallysucceeded": "success", "success": "success",
	"false": "failure", "failed": "failure", "failure": "failure",
}

func readUnifiedActivity(event, wrapping object, in *Input, operation, workload string) Outcome {
	both := saying{event, wrapping}
	id := ownID(event, wrapping)
	if id == "" {
		return Outcome{Bad: "no id"}
	}
	at, bad := in.time(both.text(eventTimes...))
	if bad != "" {
		return Outcome{Bad: bad}
	}
	v := newValues(record.Activity, in)
	v.set("id", id)
	v.set("tenant_id", unifiedTenant(both))
	v.set("log_type", record.UnifiedAudit)
	v.set("workload", chosen(workload))
	v.set("operation", chosen(operation))
	v.set("result", outcomes[strings.ToLower(both.text("resultStatus"))])
	v.set("items", "1")
	var d details
	whose := doerOf(both)
	if strings.EqualFold(workload, directoryWorkload) {
		v.directoryOperation(event, &whose)
	} else {
		v.serviceOperation(event, both, &d, &whose, strings.EqualFold(workload, exchangeWorkload))
	}
	v.setDefault("app_id", scalarText(wrapping.folded("oAuthAppId")))
	v.set("user_id", whose.id)
	v.set("upn", whose.upn)
	v.set("service_principal_id", whose.servicePrincipal)
	v.setBool("by_system", whose.system)
	v.set("details", d.json())
	return Outcome{Rows: []Row{v.row(at)}, Wrong: v.Wrong}
}

// unifiedTenant is the tenant that a record names. Log Analytics fills OfficeTenantId with a placeholder at times.
func unifiedTenant(both saying) string {
	if tenant := both.text("organizationId"); tenant != "" {
		return tenant
	}
	if tenant := both.text("officeTenantId"); wholeGUID.MatchString(tenant) {
		return tenant
	}
	return ""
}

// doer is who did something.
type doer struct {
	id, upn, servicePrincipal string
	system                    bool
}

// systemTypes are the user types of the services themselves, as numbers and as Log Analytics and Graph write them, in
// lower case; applicationTypes those of applications.
var (
	systemTypes      = map[string]bool{"3": true, "4": true, "dcadmin": true, "system": true}
	applicationTypes = map[string]bool{"5": true, "6": true, "application": true, "serviceprincipal": true}
)

const (
	servicePrincipalPrefix = "ServicePrincipal_" // before an object id among actors, targets and in UserId
	userPrefix             = "User_"
)

// doerOf reads whom a record names: the object id of the token, else of Defender's account, else a UserId or UserKey
// that is one as a whole. UserKey is an application's where the type of user says so. Exchange writes numbers and
// security identifiers there, which name nobody whom a sign-in names.
func doerOf(both saying) (d doer) {
	user, key := both.text("userId", "userIds", "userPrincipalName"), both.text("userKey")
	kind := strings.ToLower(both.text("userType"))
	d.system = systemTypes[kind] || isSystem(user) || isSystem(key)
	account := both.text("accountObjectId")
	if account == both.text("oAuthAppId") { // an application's
		account = ""
	}
	d.id = both.text("tokenObjectId")
	candidates := []string{account, user, key}
	for _, o := range both { // Graph has an object id there, where the event has a name
		candidates = append(candidates, scalarText(o.folded("userId")))
	}
	for _, other := range candidates {
		if !record.Present(d.id) && record.Present(other) && wholeGUID.MatchString(other) {
			d.id = other
		}
	}
	if applicationTypes[kind] && d.id == key {
		d.id, d.servicePrincipal = "", key
	}
	switch of, isServicePrincipal := strings.CutPrefix(user, servicePrincipalPrefix); {
	case isServicePrincipal:
		d.servicePrincipal = of
	case !namesNobody(user) && !wholeGUID.MatchString(user):
		d.upn = user
	}
	if d.upn == "" {
		d.upn = both.text("accountUpn")
	}
	return d
}

func isSystem(name string) bool {
	return strings.HasPrefix(strings.ToUpper(name), `NT AUTHORITY\`) || strings.HasPrefix(name, "S-1-5-18")
}

// namesNobody says whether a user's name is none: a word for that, or a security identifier.
func namesNobody(name string) bool {
	return isNoName(name) || strings.HasPrefix(name, "S-1-")
}

// serviceOperation reads what Exchange, SharePoint, OneDrive, Teams and others log.
func (v *values) serviceOperation(event object, both saying, d *details, whose *doer, exchange bool) {
	access := accessOf(event)
	v.set("session_id", access.session)
	v.setDefault("session_id", scalarText(event.folded("sessionId")))
	v.set("token_id", access.token)
	v.set("app_id", access.client)
	v.setDefault("app_id", scalarText(event.folded("clientAppId", "applicationId")))
	v.set("through_app_id", scalarText(event.folded("appId")))
	v.set("ip", withoutPort(both.text("clientIPAddress", "Client_IPAddress", "clientIP", "ipAddress")))
	v.set("user_agent", chosen(both.text("userAgent", "clientInfoString")))
	v.set("correlation_id", both.text("correlationId"))
	v.setDefault("correlation_id", access.correlation)

	var object enumeration
	if exchange {
		v.mailbox(event, d, whose, &object)
	}
	if object.text == "" {
		object.add(both.text("objectId", "officeObjectId", "chatThreadId", "itemName", "sourceFileName", "channelName",
			"teamName"))
	}
	v.set("object", object.text)
	if name := both.text("targetUserOrGroupName"); name != "" {
		d.text("granted_to", name)
		d.text("rights", both.text("targetUserOrGroupType"))
	}
	if !exchange && v.of("user_agent") == "" {
		client := namedValues(event, "extraProperties")
		v.set("user_agent", chosen(strings.TrimSpace(client("ClientName")+" "+client("ClientVersion"))))
	}
}

// Parameters of Exchange's commands, in lower case: those that a class of deeds depends on, and those that name where
// a rule forwards to.
var (
	toldParameters = map[string]bool{
		"forwardingsmtpaddress": true, "forwardingaddress": true, "auditenabled": true, "auditlogagelimit": true,
		"blindcopyto": true, "redirectmessageto": true, "copyto": true,
	}
	forwardingParameters = map[string]bool{
		"forwardto": true, "redirectto": true, "forwardasattachmentto": true, "forwardingsmtpaddress": true,
		"forwardingaddress": true, "blindcopyto": true, "redirectmessageto": true, "copyto": true,
	}
)

// mailbox reads what only Exchange logs: a command's parameters, or what was done in a mailbox, and to which items.
func (v *values) mailbox(event object, d *details, whose *doer, object *enumeration) {
	var told []member
	var forwards []string
	var given, granted, rights, identity string
	eachNamed(event, "parameters", func(name, value string) {
		lower := strings.ToLower(name)
		if !record.Present(value) {
			return
		}
		if toldParameters[lower] {
			told = append(told, member{name, stringValue(chosen(value))})
		}
		if forwardingParameters[lower] {
			forwards = append(forwards, recipients(value)...)
		}
		switch lower {
		case "name":
			given = value
		case "identity":
			identity = value
		case "user", "trustee":
			granted = value
		case "accessrights":
			rights = value
		}
	})
	eachNamed(event, "operationProperties", func(name, value string) {
		switch strings.ToLower(name) {
		case "mailaccesstype":
			d.yes("sync", strings.EqualFold(value, "sync"))
		case "isthrottled":
			d.yes("throttled", strings.EqualFold(value, "true"))
		case "rulename":
			given = value
		case "ruleactions":
			forwards = append(forwards, ruleRecipients(value)...)
		}
	})
	owner := scalarText(event.folded("mailboxOwnerUPN"))
	if record.Present(owner) && !strings.EqualFold(owner, whose.upn) {
		d.text("mailbox", owner)
	}
	if item := unwrap(event.folded("item")); item.IsObject() {
		of := readObject(item)
		object.add(scalarText(of.folded("subject")))
		var path, member, may string
		pick(unwrap(of.folded("parentFolder")), wanted{"path", &path}, wanted{"memberUpn", &member},
			wanted{"memberRights", &may})
		object.add(path)
		if record.Present(member) {
			granted, rights = member, may
		}
	}
	unwrap(event.folded("affectedItems")).ForEach(func(_, item gjson.Result) bool {
		var subject string
		pick(unwrap(item), wanted{"subject", &subject})
		object.add(subject)
		return true
	})
	folders := unwrap(event.folded("folders"))
	folders.ForEach(func(_, folder gjson.Result) bool {
		var path string
		pick(unwrap(folder), wanted{"path", &path})
		object.add(path)
		return true
	})
	if strings.EqualFold(v.of("operation"), "MailItemsAccessed") {
		v.set("items", itemsRead(scalarText(event.folded("operationCount")), folders))
	}
	if len(told) > 0 {
		d.members = append(d.members, member{"parameters", nestedObject(told...)})
	}
	d.texts("forwards_to", forwards)
	d.text("name", given)
	d.text("granted_to", granted)
	d.text("rights", rights)
	if object.text == "" {
		object.add(scalarText(event.folded("objectId", "officeObjectId")))
		object.add(identity)
		object.add(owner)
	}
}

// itemsRead is how many items a MailItemsAccessed tells of: as it counts them, else as many as its folders list.
func itemsRead(count string, folders gjson.Result) string {
	if n, err := strconv.ParseInt(strings.TrimSpace(count), 10, 32); err == nil && n > 0 {
		return strconv.FormatInt(n, 10)
	}
	listed := 0
	folders.ForEach(func(_, folder gjson.Result) bool {
		if items := readObject(unwrap(folder)).folded("folderItems"); items.IsArray() {
			items.ForEach(func(_, _ gjson.Result) bool { listed++; return true })
		}
		return true
	})
	return strconv.Itoa(max(listed, 1))
}

// recipients are the addresses of a parameter, which has several after semicolons.
func recipients(value string) (all []string) {
	for one := range strings.SplitSeq(value, ";") {
		if one = strings.TrimSpace(one); record.Present(one) {
			all = append(all, one)
		}
	}
	return all
}

// ruleRecipients are the addresses of an Outlook rule's actions: JSON as text.
func ruleRecipients(actions string) (all []string) {
	unwrap(gjson.Result{Type: gjson.String, Str: actions}).ForEach(func(_, action gjson.Result) bool {
		readObject(action).folded("recipients").ForEach(func(_, recipient gjson.Result) bool {
			all = append(all, recipients(scalarText(recipient))...)
			return true
		})
		return true
	})
	return all
}

// directoryOperation reads what the directory logs. Its addresses are Microsoft's own, or none; its sessions are not
// told.
func (v *values) directoryOperation(event object, whose *doer) {
	eachID(event, "actor", func(id, kind string) {
		of, isUser := strings.CutPrefix(id, userPrefix)
		principal, isPrincipal := strings.CutPrefix(id, servicePrincipalPrefix)
		switch {
		case isUser && wholeGUID.MatchString(of):
			whose.id = of
		case isPrincipal && wholeGUID.MatchString(principal):
			whose.servicePrincipal = principal
		case kind == "5" && whose.upn == "":
			whose.upn = id
		}
	})
	var targets []string
	eachID(event, "target", func(id, _ string) {
		of, isUser := strings.CutPrefix(id, userPrefix)
		if isUser && wholeGUID.MatchString(of) { // which stands there without the prefix too
			return
		}
		if len(targets) < mostListed && record.Present(id) {
			targets = append(targets, id)
		}
	})
	if len(targets) > 0 {
		v.set("targets", textsValue(targets).Raw)
	}
	var object enumeration
	object.add(scalarText(event.folded("objectId")))
	if object.text == "" && len(targets) > 0 {
		object.add(targets[len(targets)-1])
	}
	v.set("object", object.text)
	v.set("correlation_id", scalarText(event.folded("interSystemsId", "interSystemId")))
	extended := namedValues(event, "extendedProperties")
	if more := unwrap(stringValue(extended("additionalDetails"))); more.IsObject() {
		of := readObject(more)
		v.set("user_agent", chosen(scalarText(of.folded("user-agent"))))
		if client := scalarText(of.folded("appId")); client != object.text { // else it is what the operation is about
			v.set("app_id", client)
		}
	}
}

// eachID reads a list of {ID, Type}, or the two columns that Splunk makes of it.
func eachID(event object, key string, each func(id, kind string)) {
	if list := unwrap(event.folded(key)); list.IsArray() {
		list.ForEach(func(_, v gjson.Result) bool {
			var id, kind string
			pick(unwrap(v), wanted{"id", &id}, wanted{"type", &kind})
			each(id, kind)
			return true
		})
		return
	}
	ids, kinds := splunkValues(event, key+"{}.ID"), splunkValues(event, key+"{}.Type")
	for i := range ids {
		if len(kinds) == len(ids) {
			each(ids[i], kinds[i])
		}
	}
}
