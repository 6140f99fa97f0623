package formats

import (
	"regexp"
	"strings"

	"github.com/tidwall/gjson"
)

// Microsoft Graph's signIn (v1.0 and beta) and directoryAudit, as the API, the admin centre's JSON download and most
// collectors write them.

var graphSignIn = &Format{
	Name: "Graph sign-ins",
	recognise: func(o object) bool {
		marks := 0
		for _, key := range []string{
			"appDisplayName", "ipAddress", "clientAppUsed", "correlationId", "conditionalAccessStatus", "isInteractive",
			"status", "deviceDetail", "userPrincipalName", "userId", "createdDateTime", "authenticationDetails", "resourceDisplayName",
		} {
			if o.get(key).Exists() {
				marks++
			}
		}
		return marks >= 5
	},
	caps: adminCentreRecords,
	read: func(o object, in *Input) Outcome {
		out := readSignIn(withFlattenedSteps(o), in, envelope{})
		out.Filtered, out.Whole = filterOf(o, in)
		return out
	},
	Fast: fastSignIns("", "createdDateTime", nil, ""),
}

var graphAudit = &Format{
	Name: "Graph directory audits",
	recognise: func(o object) bool {
		return o.hasAny("activityDisplayName", "activityDateTime") && o.hasAny("initiatedBy", "targetResources", "loggedByService", "operationType")
	},
	caps: adminCentreRecords,
	read: func(o object, in *Input) Outcome { return readAudit(o, in, envelope{}) },
}

// envelope is what a record's wrapping says of it.
type envelope struct {
	tenant, time                  string
	interactive                   string // "true", "false" or ""
	resultType, resultDescription string
	reason                        string
	bits, event, log              string
	callerIP, correlation         string
	nameless                      bool // the export gives its records no id
}

func readSignIn(o object, in *Input, e envelope) Outcome {
	if events := strings.ToLower(o.get("signInEventTypes").Raw); !isPresent(o.text("userId")) && !isPresent(o.text("userPrincipalName")) &&
		(strings.Contains(events, "serviceprincipal") || strings.Contains(events, "managedidentity")) {
		return Outcome{NotUsed: "sign-in of an application or a managed identity"}
	}
	if !isPresent(o.text("id")) {
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
	v := SignIns.values()
	v.read(o.get)
	v.set("_tenant", e.tenant)
	v.set("_interactive", e.interactive)
	v.set("_resultType", e.resultType)
	v.set("_resultDescription", e.resultDescription)
	v.set("_bits", e.bits)
	v.set("_event", e.event)
	v.set("_log", e.log)
	if !o.has("ipAddress") {
		v.set("ipAddress", e.callerIP)
	}
	if !o.has("correlationId") {
		v.set("correlationId", e.correlation)
	}
	return Outcome{Rows: []Row{v.row(at)}, Wrong: v.Wrong, KeepRaw: v.concernPass()}
}

// concernPass finds sign-ins that may be TAP attempts: a step or a reason that names the pass, an error code of the pass,
// or an event of the Unified Audit Log that says how its user signed in. It may find too many, never too few.
func (v *values) concernPass() bool {
	return v.of("_bits") != "" || strings.HasPrefix(v.of("status.errorCode"), "13050") || strings.HasPrefix(v.of("_resultType"), "13050") ||
		namesPass(v.of("authenticationDetails")) || namesPass(v.of("status.failureReason")) || namesPass(v.of("_resultDescription"))
}

// namesPass says whether a text names an access pass. Nearly every sign-in has steps, and three letters are found much
// faster than a pattern without letter case.
func namesPass(text string) bool {
	for i := 2; i < len(text); i++ {
		if text[i]|0x20 == 'c' && text[i-1]|0x20 == 'c' && text[i-2]|0x20 == 'a' {
			return accessPass.MatchString(text)
		}
	}
	return false
}

var accessPass = regexp.MustCompile(`(?i)access\s*pass`)

func readAudit(o object, in *Input, e envelope) Outcome {
	if !isPresent(o.text("id")) && !e.nameless {
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
	v := AuditEvents.values()
	v.read(o.get)
	v.set("_tenant", e.tenant)
	v.set("_reason", e.reason)
	if !o.has("correlationId") {
		v.set("correlationId", e.correlation)
	}
	return Outcome{Rows: []Row{v.row(at)}, Wrong: v.Wrong, KeepRaw: activities.MatchString(o.text("activityDisplayName"))}
}

// activities are those that a rule reads: events of theirs may be proof for a finding, so their text is kept.
var activities = regexp.MustCompile(activityPattern)

const activityPattern = `(?i)security info|temporary access pass|authentication methods policy|device|owner|role|group|password|add user|external user`

// SignInProof and AuditProof say in SQL, on the columns of the case's tables, which records' texts are kept as proof.
const (
	SignInProof = `regexp_matches(steps, '(?i)access\s*pass') OR regexp_matches(failure_reason, '(?i)access\s*pass') OR error_code BETWEEN 130500 AND 130509
    OR method_bits IS NOT NULL`
	AuditProof = `regexp_matches(activity, '` + activityPattern + `')`
)

// withFlattenedSteps gives a sign-in its steps back where Microsoft-Extractor-Suite's older outputs have them as one member
// per property: a text each of a single step, a list each of several.
func withFlattenedSteps(o object) object {
	method := o.get("authDetailsAuthenticationMethod")
	if own := unwrap(o.get("authenticationDetails")); own.IsArray() || method.Type != gjson.String && !method.IsArray() {
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

// listed is a list's values, or the one value that is no list.
func listed(v gjson.Result) []gjson.Result {
	if v.IsArray() {
		return v.Array()
	}
	if scalarText(v) == "" {
		return nil
	}
	return []gjson.Result{v}
}
