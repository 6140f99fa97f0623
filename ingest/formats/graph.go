package formats

import (
	"cmp"
	"strings"

	"github.com/tidwall/gjson"

	"tapaudit/ingest/record"
)

// Microsoft Graph's signIn (v1.0 and beta) and directoryAudit, as the API, the admin centre's JSON download and most
// collectors write them.

var graphSignIn = &Format{
	Name: "Graph sign-ins",
	needs: need("status|conditionalAccessStatus|deviceDetail|isInteractive|signInEventTypes|authenticationDetails," +
		"appId|appDisplayName|clientAppUsed|resourceDisplayName|resourceId|authenticationRequirement," +
		"createdDateTime|userId|userPrincipalName|ipAddress|correlationId"),
	caps: signInCaps,
	read: func(o object, in *Input) Outcome {
		out := readSignIn(withFlattenedSteps(o), in, envelope{})
		out.Filtered, out.Whole = filterOf(o, in)
		return out
	},
}

var graphAudit = &Format{
	Name:  "Graph directory audits",
	needs: need("activityDisplayName|activityDateTime,initiatedBy|targetResources|loggedByService|operationType"),
	caps:  auditCaps,
	read:  func(o object, in *Input) Outcome { return readAudit(o, in, envelope{}) },
}

// envelope is what a record's wrapping says of it.
type envelope struct {
	tenant, time                  string
	interactive                   string // "true", "false" or ""
	resultType, resultDescription string
	reason                        string
	bits, event, log              string
	callerIP, correlation         string
	locations                     string // networkLocationDetails, of a row that says only whether they are trusted
	withoutID                     bool   // the export gives its records no id
}

func readSignIn(o object, in *Input, e envelope) Outcome {
	if events := strings.ToLower(o.get("signInEventTypes").Raw); !record.Present(o.text("userId")) &&
		!record.Present(o.text("userPrincipalName")) &&
		(strings.Contains(events, "serviceprincipal") || strings.Contains(events, "managedidentity")) {
		return Outcome{NotUsed: "sign-in of an application or a managed identity"}
	}
	if !record.Present(o.text("id")) {
		return Outcome{Bad: "no id"}
	}
	when := o.text("createdDateTime")
	if when == "" {
		when = e.time
	}
	at, bad := in.time(when)
	if bad != "" {
		return Outcome{Bad: bad}
	}
	v := newValues(record.SignIn, in)
	v.read(o.get)
	v.set("tenant_id", e.tenant)
	v.setDefault("interactive", e.interactive)
	if strings.Contains(v.told("signInEventTypes"), "noninteractiveuser") {
		v.setDefault("interactive", "false")
	}
	v.setDefault("interactive", "true")
	locations := v.told("networkLocationDetails")
	trusted := strings.Contains(locations, "trustednamedlocation")
	v.setBool("trusted_location", trusted)
	if trusted {
		v.set("network_locations", cmp.Or(e.locations, locations))
	}
	v.lower("risk")
	v.lower("risk_aggregated")
	v.lower("risk_state")
	if code, ok := scalarOf(record.Number, gjson.Result{Type: gjson.String, Str: e.resultType}); ok {
		v.setDefault("error_code", code)
	}
	v.setDefault("failure_reason", e.resultDescription)
	v.setNumber("method_bits", e.bits)
	v.set("event_id", e.event)
	v.set("log", cmp.Or(e.log, "signin"))
	v.setBool("can_show_tap", v.of("steps") != "" && !v.lost && areSteps(v.of("steps")) || v.of("method_bits") != "")
	if !o.has("ipAddress") {
		v.set("ip", e.callerIP)
	}
	if !o.has("correlationId") {
		v.set("correlation_id", e.correlation)
	}
	concerns := record.SignInConcernsPass(v.of("steps"), v.of("failure_reason"), v.of("error_code"),
		v.of("method_bits"))
	v.setBool("may_concern_pass", concerns)
	return Outcome{Rows: []Row{v.row(at)}, Wrong: v.Wrong, KeepRaw: concerns, Note: v.note}
}

func readAudit(o object, in *Input, e envelope) Outcome {
	if !record.Present(o.text("id")) && !e.withoutID {
		return Outcome{Bad: "no id"}
	}
	when := o.text("activityDateTime")
	if when == "" {
		when = e.time
	}
	at, bad := in.time(when)
	if bad != "" {
		return Outcome{Bad: bad}
	}
	v := newValues(record.Audit, in)
	v.read(o.get)
	v.set("tenant_id", e.tenant)
	v.lower("result")
	// The reason stands in one of several places: whichever names a pass is it.
	if inner := o.text("resultDescription"); !record.Given(e.reason) || record.NamesWholePass(inner) &&
		!record.NamesWholePass(e.reason) {
		e.reason = inner
	}
	v.set("other_reason", e.reason)
	v.setDefault("actor_ip", v.all[v.kind.Slot("initiatedBy.app.ipAddress")])
	v.setDefault("actor_user_agent", o.text("userAgent"))
	if !o.has("correlationId") {
		v.set("correlation_id", e.correlation)
	}
	return Outcome{Rows: []Row{v.row(at)}, Wrong: v.Wrong,
		KeepRaw: record.AuditConcernsPass(o.text("activityDisplayName"), v.of("targets")), Note: v.note}
}

// withFlattenedSteps gives a sign-in its steps back where Microsoft-Extractor-Suite's older outputs have them as one
// member per property: a text each of a single step, a list each of several.
func withFlattenedSteps(o object) object {
	method := o.get("authDetailsAuthenticationMethod")
	if own := unwrap(o.get("authenticationDetails")); own.IsArray() || method.Type != gjson.String &&
		!method.IsArray() {
		return o
	}
	var steps []gjson.Result
	for i := range listed(method) {
		at := func(key string) gjson.Result {
			if list := listed(o.get(key)); i < len(list) {
				return list[i]
			}
			return gjson.Result{}
		}
		succeeded := gjson.Result{}
		switch strings.ToLower(scalarText(at("authDetailsSucceeded"))) {
		case "true":
			succeeded = boolValue(true)
		case "false":
			succeeded = boolValue(false)
		}
		steps = append(steps, nestedObject(
			member{"authenticationStepDateTime", at("authDetailsAuthenticationStepDateTime")},
			member{"authenticationMethod", at("authDetailsAuthenticationMethod")},
			member{"authenticationMethodDetail", at("authDetailsAuthenticationMethodDetail")},
			member{"succeeded", succeeded},
			member{"authenticationStepResultDetail", at("authDetailsAuthenticationStepResultDetail")},
			member{"authenticationStepRequirement", at("authDetailsAuthenticationStepRequirement")},
		))
	}
	o = o.without("authenticationDetails")
	o.with("authenticationDetails", nestedList(steps))
	return o
}

// listed is a list's values, or the one value that is not a list.
func listed(v gjson.Result) []gjson.Result {
	if v.IsArray() {
		return v.Array()
	}
	if scalarText(v) == "" {
		return nil
	}
	return []gjson.Result{v}
}
