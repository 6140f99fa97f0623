package formats

import (
	"fmt"
	"path"
	"regexp"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"tapaudit/ingest/record"
)

// The Entra admin centre's CSV downloads. (Its JSON downloads are arrays of Graph's objects.) Keys are the folded
// columns.

// The admin centre cuts downloads off at 100,000 sign-ins and at 250,000 audit events, CSV and JSON alike.
var (
	signInCaps = []int64{100_000}
	auditCaps  = []int64{250_000}
)

// adminCentreSignIns are InteractiveSignIns_<from>_<to>.csv and its kin. They have no steps: those come in a file of
// their own, and without it no sign-in with a pass can be seen.
var adminCentreSignIns = &Format{
	Name: "Entra admin centre sign-ins CSV", caps: signInCaps, table: true, column: asFolded,
	needs: need("request id,date (utc)|date,status|sign-in error code," +
		"username|user id|user|service principal id|service principal name|managed identity type"),
	read: readAdminCentreSignIn,
}

func readAdminCentreSignIn(o object, in *Input) Outcome {
	if !record.Present(o.text("username")) && !record.Present(o.text("user id")) &&
		(!o.has("username") && !o.has("user id") ||
			record.Present(o.text("service principal id")) || record.Present(o.text("service principal name"))) {
		return Outcome{NotUsed: "sign-in of an application or a managed identity"}
	}
	var p object
	for column, key := range adminCentreKeys {
		p.with(key, o.get(column))
	}
	p.with("createdDateTime", firstOf(o, "date (utc)", "date"))
	p.with("userPrincipalName", firstOf(o, "username", "sign-in identifier"))
	p.with("authenticationProtocol", word(o, "authentication protocol", "deviceCode"))
	p.with("originalTransferMethod", word(o, "original transfer method", "deviceCodeFlow"))
	p.with("location", placeOf(o.text("location")))
	p.with("deviceDetail", nestedObject(member{"deviceId", o.get("device id")},
		member{"operatingSystem", o.get("operating system")}))
	code, wrong := errorCode(o)
	p.with("status", nestedObject(member{"errorCode", code}, member{"failureReason", o.get("failure reason")}))
	out := readSignIn(p, in, envelope{interactive: interactiveByName(in.Path)})
	out.Wrong += wrong
	return out
}

var adminCentreKeys = map[string]string{
	"request id": "id", "user agent": "userAgent", "correlation id": "correlationId", "user id": "userId",
	"user":      "userDisplayName",
	"user type": "userType", "unique token identifier": "uniqueTokenIdentifier", "application": "appDisplayName",
	"application id": "appId",
	"resource":       "resourceDisplayName", "resource id": "resourceId", "resource tenant id": "resourceTenantId",
	"home tenant id": "homeTenantId",
	"ip address":     "ipAddress", "client app": "clientAppUsed",
	"authentication requirement": "authenticationRequirement",
	"session id":                 "sessionId", "autonomous system number": "autonomousSystemNumber",
	"conditional access": "conditionalAccessStatus",
}

// errorCode is a sign-in's. Where the file has none, a success has 0; anything else stays without one, so that it
// does not become a success.
func errorCode(o object) (code gjson.Result, wrong int) {
	status, text := strings.ToLower(strings.TrimSpace(o.text("status"))),
		strings.TrimSpace(o.text("sign-in error code"))
	n, err := strconv.ParseInt(strings.TrimPrefix(strings.ToUpper(text), "AADSTS"), 10, 64)
	switch {
	case text != "" && err != nil:
		wrong = 1
		fallthrough
	case text == "":
		if status == "success" {
			return gjson.Parse("0"), wrong
		}
		return gjson.Result{}, wrong
	case n == 0 && (status == "failure" || status == "interrupted"):
		return gjson.Result{}, 0
	}
	return gjson.Parse(strconv.FormatInt(n, 10)), 0
}

// word is a member whose value the admin centre may spell in words where Graph has one.
func word(o object, column, graph string) gjson.Result {
	if strings.EqualFold(strings.ReplaceAll(o.text(column), " ", ""), graph) {
		return stringValue(graph)
	}
	return o.get(column)
}

// placeOf is "City, State, CC".
func placeOf(text string) gjson.Result {
	parts := strings.Split(text, ",")
	if strings.TrimSpace(text) == "" {
		return gjson.Result{}
	}
	country := strings.TrimSpace(parts[len(parts)-1])
	city := ""
	if len(parts) > 1 {
		city = strings.TrimSpace(parts[0])
	}
	return nestedObject(member{"city", stringValue(city)}, member{"countryOrRegion", stringValue(country)})
}

var (
	nonInteractiveName = regexp.MustCompile(`(?i)non[-_ ]?interactive`)
	interactiveName    = regexp.MustCompile(`(?i)interactive`)
)

// interactiveByName is what the file's name says of rows that do not say it themselves.
func interactiveByName(label string) string {
	name := path.Base(strings.ReplaceAll(label, `\`, "/"))
	switch {
	case nonInteractiveName.MatchString(name):
		return "false"
	case interactiveName.MatchString(name):
		return "true"
	}
	return ""
}

// adminCentreSteps are InteractiveSignIns_AuthDetails_<from>_<to>.csv: the steps of the sign-ins in another file.
var adminCentreSteps = &Format{
	Name: "Entra admin centre authentication details CSV", caps: signInCaps, table: true, column: asFolded,
	needs: need("request id,authentication method,succeeded|result detail|requirement|authentication method detail"),
	read:  readAdminCentreStep,
}

func readAdminCentreStep(o object, in *Input) Outcome {
	if !record.Present(o.text("request id")) {
		return Outcome{Bad: "no id"}
	}
	// A step without a time of its own still belongs to its sign-in.
	at, bad := in.time(scalarText(firstOf(o, "date (utc)", "date", "authentication step date",
		"authentication step datetime")))
	wrong := 0
	if bad != "" {
		wrong = 1
	}
	var p object
	p.with("id", o.get("request id"))
	p.with("method", o.get("authentication method"))
	p.with("detail", o.get("authentication method detail"))
	p.with("result", firstOf(o, "result detail", "authentication step result detail"))
	p.with("requirement", firstOf(o, "requirement", "authentication step requirement"))
	switch text := strings.ToLower(strings.TrimSpace(o.text("succeeded"))); text {
	case "true", "yes", "success", "succeeded", "1":
		p.with("succeeded", boolValue(true))
	case "false", "no", "failure", "failed", "0":
		p.with("succeeded", boolValue(false))
	case "":
	default:
		wrong++
	}
	v := newValues(record.SignInStep, in)
	v.read(p.get)
	return Outcome{
		Rows:  []Row{v.row(at)},
		Wrong: v.Wrong + wrong,
		KeepRaw: record.NamesPass(v.of("method")) || record.NamesPass(v.of("detail")) ||
			record.NamesPass(v.of("result")),
	}
}

// adminCentreAudit is AuditLogs_<date>.csv. Its records have no id.
var adminCentreAudit = &Format{
	Name: "Entra admin centre audit CSV", caps: auditCaps, table: true, column: asFolded,
	needs: need("activity,date (utc)|date,correlationid|correlation id,actortype|actorobjectid|actoruserprincipalname|target1type|target1displayname"),
	read:  readAdminCentreAudit,
}

func readAdminCentreAudit(o object, in *Input) Outcome {
	o = o.spaceless()
	var p object
	p.with("activityDateTime", firstOf(o, "date(utc)", "date"))
	p.with("activityDisplayName", o.get("activity"))
	p.with("category", o.get("category"))
	p.with("correlationId", o.get("correlationid"))
	p.with("loggedByService", o.get("service"))
	p.with("result", o.get("result"))
	p.with("resultReason", o.get("resultreason"))
	p.with("initiatedBy", initiator(o))
	p.with("targetResources", auditTargets(o))
	p.with("additionalDetails", auditDetails(o))
	return readAudit(p, in, envelope{withoutID: true})
}

// spaceless is the object with no blanks in its keys: the admin centre writes both CorrelationId and User Agent.
func (o object) spaceless() object {
	p := object{keys: make([]string, len(o.keys)), values: o.values}
	for i, k := range o.keys {
		p.keys[i] = strings.ReplaceAll(k, " ", "")
	}
	return p
}

// initiator is who did it. An application's object id column holds its application id, or nothing.
func initiator(o object) gjson.Result {
	name, id, ip := o.get("actordisplayname"), o.get("actorobjectid"), o.get("ipaddress")
	kind := strings.ToLower(o.text("actortype"))
	if strings.Contains(kind, "app") || strings.Contains(kind, "service") || strings.Contains(kind, "identity") ||
		kind == "" && !record.Present(o.text("actoruserprincipalname")) &&
			(record.Present(o.text("actorserviceprincipalid")) ||
				record.Present(o.text("actorserviceprincipalname"))) {
		return nestedObject(member{"app", nestedObject(
			member{"appId", id}, member{"displayName", name}, member{"ipAddress", ip},
			member{"servicePrincipalId", o.get("actorserviceprincipalid")},
			member{"servicePrincipalName", o.get("actorserviceprincipalname")},
		)})
	}
	return nestedObject(member{"user", nestedObject(
		member{"id", id}, member{"displayName", name}, member{"userPrincipalName", o.get("actoruserprincipalname")},
		member{"ipAddress", ip},
	)})
}

// auditTargets are Target1Type … Target1ModifiedProperty5NewValue, Target2Type and so on, as far as the file has them.
func auditTargets(o object) gjson.Result {
	var list []gjson.Result
	for n := 1; o.hasAny(fmt.Sprintf("target%dtype", n), fmt.Sprintf("target%ddisplayname", n),
		fmt.Sprintf("target%dobjectid", n)); n++ {
		target := func(name string) gjson.Result { return o.get(fmt.Sprintf("target%d%s", n, name)) }
		var changed []gjson.Result
		for m := 1; o.hasAny(fmt.Sprintf("target%dmodifiedproperty%dname", n, m)); m++ {
			property := func(name string) gjson.Result { return target(fmt.Sprintf("modifiedproperty%d%s", m, name)) }
			if v := nestedObject(
				member{"displayName", property("name")}, member{"oldValue", property("oldvalue")},
				member{"newValue", property("newvalue")},
			); v.Exists() {
				changed = append(changed, v)
			}
		}
		properties := gjson.Result{}
		if len(changed) > 0 {
			properties = nestedList(changed)
		}
		if v := nestedObject(
			member{"id", target("objectid")}, member{"displayName", target("displayname")},
			member{"type", target("type")},
			member{"userPrincipalName", target("userprincipalname")}, member{"modifiedProperties", properties},
		); v.Exists() {
			list = append(list, v)
		}
	}
	return nestedList(list)
}

// auditDetails are AdditionalDetail1Key, AdditionalDetail1Value and so on, and the user agent.
func auditDetails(o object) gjson.Result {
	var list []gjson.Result
	for n := 1; o.hasAny(fmt.Sprintf("additionaldetail%dkey", n)); n++ {
		if v := nestedObject(
			member{"key", o.get(fmt.Sprintf("additionaldetail%dkey", n))},
			member{"value", o.get(fmt.Sprintf("additionaldetail%dvalue", n))},
		); v.Exists() {
			list = append(list, v)
		}
	}
	if agent := o.get("useragent"); record.Present(scalarText(agent)) {
		list = append(list, nestedObject(member{"key", stringValue("User-Agent")}, member{"value", agent}))
	}
	return nestedList(list)
}
