package formats

import (
	"regexp"
	"strings"

	"github.com/tidwall/gjson"

	"tapaudit/ingest/casefile"
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
	Fast: &Fast{
		Table:   SignIns,
		Columns: readerColumns(SignIns),
		Relation: exactSignIns(`
SELECT
    line, line AS ordinal, createdDateTime::TIMESTAMPTZ AT TIME ZONE 'UTC' AS recorded_at, *,
    NULL::VARCHAR AS _tenant, NULL::BOOLEAN AS _interactive, NULL::VARCHAR AS _resultType,
    NULL::VARCHAR AS _resultDescription, NULL::BIGINT AS _bits, NULL::VARCHAR AS _event, NULL::VARCHAR AS _log
FROM line`),
	},
}

var graphAudit = &Format{
	Name: "Graph directory audits",
	recognise: func(o object) bool {
		return o.hasAny("activityDisplayName", "activityDateTime") && o.hasAny("initiatedBy", "targetResources", "loggedByService", "operationType")
	},
	caps: adminCentreRecords,
	read: func(o object, in *Input) Outcome { return readAudit(o, in, envelope{}) },
	Fast: &Fast{
		Table:   AuditEvents,
		Columns: readerColumns(AuditEvents),
		Relation: `
SELECT
    line, line AS ordinal, activityDateTime::TIMESTAMPTZ AT TIME ZONE 'UTC' AS recorded_at, *,
    NULL::VARCHAR AS _tenant, NULL::VARCHAR AS _reason
FROM line
WHERE coalesce(starts_with(initiatedBy::VARCHAR, '{'), true) -- what is a text takes the careful path`,
	},
}

// readerColumns are a table's columns for DuckDB's reader, without those that only an envelope gives. It would make
// 6 of 5.5 and false of 0, so it reads numbers with their fractions and booleans as texts; see exactSignIns.
func readerColumns(t *Table) casefile.Columns {
	var cs casefile.Columns
	for _, c := range t.Columns {
		if c.Name[0] != '_' {
			c.Type = strings.NewReplacer("BIGINT", "DOUBLE", "BOOLEAN", "VARCHAR").Replace(c.Type)
			cs = append(cs, c)
		}
	}
	return cs
}

// exactSignIns is a relation of sign-ins with the types that the mapping expects, without the records that have another
// value there: their file does not add up and takes the careful path.
func exactSignIns(relation string) string {
	return `
SELECT * REPLACE (isInteractive::BOOLEAN AS isInteractive, autonomousSystemNumber::BIGINT AS autonomousSystemNumber)
FROM (` + relation + `)
WHERE coalesce(lower(isInteractive) IN ('true', 'false'), true)
    AND coalesce(autonomousSystemNumber = trunc(autonomousSystemNumber), true)
    AND coalesce(status.errorCode = trunc(status.errorCode), true)`
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
	var c canonical
	c.begin()
	c.columns(o, SignIns.Columns)
	c.set("_tenant", e.tenant)
	c.set("_interactive", e.interactive)
	c.set("_resultType", e.resultType)
	c.set("_resultDescription", e.resultDescription)
	c.set("_bits", e.bits)
	c.set("_event", e.event)
	c.set("_log", e.log)
	if !o.has("ipAddress") {
		c.set("ipAddress", e.callerIP)
	}
	if !o.has("correlationId") {
		c.set("correlationId", e.correlation)
	}
	canonicalText := c.end()
	return Outcome{
		Rows:    []Row{{SignIns, at, canonicalText}},
		Wrong:   c.Wrong,
		KeepRaw: concernsPass(canonicalText),
	}
}

// concernsPass finds sign-ins that may be TAP attempts: a step or a reason that names the pass, or an error code of
// the pass. It may find too many, never too few. It sees every record: a literal is found much faster than a pattern
// without letter case.
func concernsPass(canonicalText string) bool {
	lower := strings.ToLower(canonicalText)
	return accessPass.MatchString(lower) || strings.Contains(lower, "13050") || strings.Contains(lower, `"_bits"`)
}

var accessPass = regexp.MustCompile(`access\s*pass`)

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
	var c canonical
	c.begin()
	c.columns(o, AuditEvents.Columns)
	c.set("_tenant", e.tenant)
	c.set("_reason", e.reason)
	if !o.has("correlationId") {
		c.set("correlationId", e.correlation)
	}
	return Outcome{
		Rows:    []Row{{AuditEvents, at, c.end()}},
		Wrong:   c.Wrong,
		KeepRaw: ConcernsPass(o.text("activityDisplayName")),
	}
}

// activities are those that a rule reads.
var activities = regexp.MustCompile(activityPattern)

const activityPattern = `(?i)security info|temporary access pass|authentication methods policy|device|owner|role|group|password|add user|external user`

// ConcernsPass says whether an audit event of this activity may be proof for a finding, so that its text is kept.
func ConcernsPass(activity string) bool { return activities.MatchString(activity) }

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
