package formats

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"tapaudit/ingest/record"
)

// The Unified Audit Log: its own events as JSON, and what wraps them, one record each: Purview's and PowerShell's
// AuditData, Graph's auditData, Defender's RawEventData, in CSV a column with the event's JSON as text. Sign-ins are
// read here, and what else was done in ualactivity.go. No source shows the issuance of a pass there.

var unifiedAudit = &Format{
	Name:   "Unified Audit Log",
	caps:   []int64{5_000, 50_000}, // one call and one session of Search-UnifiedAuditLog; Purview's download
	column: asFolded,
	is: func(o object) bool {
		if o.hasFolded(wrappedEvents...) {
			return o.hasFolded("operation", "operations", "actionType", "auditLogRecordType", "recordType",
				"creationDate", "createdDateTime")
		}
		return o.hasFolded("operation") && (o.hasFolded("auditLogRecordType") ||
			o.hasFolded("creationTime") && o.hasFolded("recordType", "workload", "organizationId", "userKey"))
	},
	read: readUnifiedAudit,
}

// wrappedEvents are the members that hold an event whole: the export's own, Microsoft-Extractor-Suite's in its triage,
// and Defender's in CloudAppEvents.
var wrappedEvents = []string{"auditData", "auditData_Raw", "rawEventData"}

// signInOperations are the operations of sign-ins, and the error code of one that names none. A failed one without a
// number keeps none: it must not become a success.
var signInOperations = map[string]string{"userloggedin": "0", "userloginfailed": ""}

func readUnifiedAudit(o object, in *Input) Outcome {
	event, damaged := auditData(o)
	both := saying{event, o}
	operation := both.text("operation", "operations")
	workload := both.text("workload", "officeWorkload", "service")
	errorIfNone, signIn := signInOperations[strings.ToLower(strings.TrimSuffix(operation, "."))]
	switch {
	case damaged != "":
		return Outcome{Bad: damaged}
	case operation == "" && o.hasFolded("actionType"):
		return Outcome{NotUsed: "Defender's event of an application without a Unified Audit Log"}
	case operation == "":
		return Outcome{Bad: "no operation"}
	case !signIn || workload != "" && !strings.EqualFold(workload, directoryWorkload):
		return readUnifiedActivity(event, o, in, operation, workload)
	}
	extended, device := namedValues(event, "extendedProperties"), namedValues(event, "deviceProperties")
	own := ownID(event, o)
	id := scalarText(event.folded("intraSystemId", "intraSystemsId"))
	if !record.Present(id) {
		id = own
	}
	wrong := 0
	code := errorIfNone
	switch text := strings.TrimSpace(scalarText(event.folded("errorNumber"))); {
	case !record.Present(text):
	case !integer.MatchString(text):
		wrong++
	case strings.Trim(text, "0") != "" || errorIfNone == "0":
		code = text
	}
	bits := strings.TrimSpace(extended("UserAuthenticationMethod"))
	if _, err := strconv.ParseInt(bits, 10, 64); err != nil || !integer.MatchString(bits) {
		if record.Present(bits) {
			wrong++
		}
		bits = ""
	}
	reason := gjson.Result{}
	if text := scalarText(event.folded("logonError")); record.Present(text) {
		reason = stringValue(text)
	}

	var p object
	p.with("id", stringValue(id))
	p.with("createdDateTime", stringValue(both.text(eventTimes...)))
	p.with("correlationId", event.folded("interSystemsId", "interSystemId"))
	userID, upn := actor(event, o)
	p.with("userId", stringValue(userID))
	p.with("userPrincipalName", stringValue(upn))
	p.with("appId", event.folded("applicationId", "clientAppId"))
	p.with("resourceId", signedInTo(event))
	p.with("userAgent", stringValue(extended("UserAgent")))
	p.with("ipAddress", stringValue(withoutPort(both.text("clientIP", "clientIPAddress", "actorIpAddress",
		"Client_IPAddress"))))
	p.with("sessionId", sessionOf(event, device))
	p.with("deviceDetail", nestedObject(
		member{"deviceId", stringValue(device("Id"))}, member{"displayName", stringValue(device("DisplayName"))},
		member{"operatingSystem", stringValue(device("OS"))},
	))
	p.with("status", nestedObject(member{"errorCode", gjson.Parse(code)}, member{"failureReason", reason}))
	out := readSignIn(p, in, envelope{tenant: both.text("organizationId"), bits: bits, event: own, log: "ual"})
	out.Wrong += wrong
	return out
}

// eventTimes are the members that hold an event's time, the surest first.
var eventTimes = []string{"creationTime", "creationDate", "createdDateTime", "timeGenerated", "timestamp"}

// ownID is the record's own id: the event's, else what wraps it has.
func ownID(event, wrapping object) string {
	if id := scalarText(event.folded("id")); record.Present(id) {
		return id
	}
	return saying{wrapping}.text("officeId", "sourceRecordId", "recordId", "identity", "id")
}

var integer = regexp.MustCompile(`^\d{1,18}$`)

// auditData is the event inside its wrapping, or the record itself where it has none; damaged says why it cannot be
// read.
func auditData(o object) (event object, damaged string) {
	data := o.folded(wrappedEvents...)
	if !data.Exists() || strings.TrimSpace(scalarText(data)) == "" && data.Type != gjson.JSON {
		return o, ""
	}
	if inner := unwrap(data); inner.IsObject() {
		return readObject(inner), ""
	}
	return o, "its AuditData is not a whole JSON object: spreadsheets cut a cell off at 32,767 characters"
}

// namedValues are the values of eachNamed by their names.
func namedValues(event object, key string) func(name string) string {
	values := map[string]string{}
	eachNamed(event, key, func(name, value string) {
		name = strings.ToLower(name)
		if _, ok := values[name]; !ok && record.Present(value) {
			values[name] = value
		}
	})
	return func(name string) string { return values[strings.ToLower(name)] }
}

// eachNamed reads a list of {Name, Value} or {Key, Value}, or an object, or the two columns that Splunk makes of such
// a list.
func eachNamed(event object, key string, each func(name, value string)) {
	switch list := unwrap(event.folded(key)); {
	case list.IsArray():
		list.ForEach(func(_, v gjson.Result) bool {
			var name, value string
			pick(unwrap(v), wanted{"name", &name}, wanted{"key", &name}, wanted{"value", &value})
			each(name, value)
			return true
		})
	case list.IsObject():
		list.ForEach(func(k, v gjson.Result) bool {
			each(k.String(), scalarText(v))
			return true
		})
	default:
		names := splunkValues(event, key+"{}.Name")
		held := splunkValues(event, key+"{}.Value")
		for i := range names {
			if len(held) == len(names) {
				each(names[i], held[i])
			}
		}
	}
}

// splunkValues are the values of a field of many, one a line.
func splunkValues(event object, key string) []string {
	text := scalarText(event.folded(key))
	if text == "" {
		return nil
	}
	return strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
}

var wholeGUID = regexp.MustCompile(`(?i)^` + anyGUID + `$`)

// actor is who signed in. The object id stands among the actors (type 0), in UserKey, or, of an account unknown to the
// log, in UserId. The user principal name stands among the actors (type 5) or in UserId, which may say "Not
// Available".
func actor(event, wrapping object) (id, upn string) {
	eachID(event, "actor", func(text, kind string) {
		switch {
		case !record.Present(text):
		case kind == "0" && id == "" && wholeGUID.MatchString(text):
			id = text
		case kind == "5" && upn == "":
			upn = text
		}
	})
	for _, key := range []string{"userKey", "userId", "userIds", "userPrincipalName"} {
		for _, source := range []object{event, wrapping} {
			switch text := scalarText(source.folded(key)); {
			case isNoName(text):
			case wholeGUID.MatchString(text):
				if id == "" {
					id = text
				}
			case upn == "" && key != "userKey" || upn == "" && strings.Contains(text, "@"):
				upn = text
			}
		}
	}
	return id, upn
}

// isNoName says whether the log has a word for nobody in the place of a user.
func isNoName(user string) bool {
	return !record.Present(user) || strings.EqualFold(user, "not available") || strings.EqualFold(user, "unknown")
}

// signedInTo is what was signed in to: ObjectId, else the target of type 0.
func signedInTo(event object) gjson.Result {
	if v := event.folded("objectId"); record.Present(scalarText(v)) && !strings.EqualFold(scalarText(v), "unknown") {
		return v
	}
	found := gjson.Result{}
	unwrap(event.folded("target")).ForEach(func(_, v gjson.Result) bool {
		t := readObject(v)
		if scalarText(t.folded("type")) == "0" && record.Present(scalarText(t.folded("id"))) {
			found = t.folded("id")
		}
		return !found.Exists()
	})
	return found
}

// sessionOf is the session's id: the event's own, a device property, or what its context of application access has.
func sessionOf(event object, device func(string) string) gjson.Result {
	if v := event.folded("sessionId"); record.Present(scalarText(v)) {
		return v
	}
	if text := device("SessionId"); text != "" {
		return stringValue(text)
	}
	return stringValue(accessOf(event).session)
}

// access is an event's context of application access.
type access struct{ session, token, client, correlation string }

func accessOf(event object) (a access) {
	context := unwrap(event.folded("appAccessContext"))
	all := []wanted{
		{"AADSessionId", &a.session}, {"UniqueTokenId", &a.token}, {"ClientAppId", &a.client},
		{"CorrelationId", &a.correlation},
	}
	pick(context, all...)
	if !context.IsObject() { // a table has a column for each, where the object was flattened
		for _, w := range all {
			*w.text = scalarText(event.folded("appAccessContext." + w.key))
		}
	}
	return a
}

var addressWithPort = regexp.MustCompile(`^(?:\[([0-9A-Fa-f:.%]+)\](?::\d{1,5})?|(\d{1,3}(?:\.\d{1,3}){3}):\d{1,5})$`)

// withoutPort is an address without brackets and port.
func withoutPort(address string) string {
	address = strings.TrimSpace(address)
	if !strings.ContainsAny(address, "[:") { // nearly every one
		return address
	}
	if m := addressWithPort.FindStringSubmatch(address); m != nil {
		return m[1] + m[2]
	}
	return address
}
