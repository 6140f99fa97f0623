package formats

import (
	"cmp"
	"strings"

	"github.com/tidwall/gjson"

	"tapaudit/ingest/record"
)

// Log Analytics and Microsoft Sentinel: the tables SigninLogs, AADNonInteractiveUserSignInLogs, AuditLogs,
// OfficeActivity, MicrosoftGraphActivityLogs and AADGraphActivityLogs, as the portal's CSV, the query API's answers,
// and JSON of their rows. Columns have Graph's names in PascalCase; dynamic columns hold objects or their JSON as
// text, whose members keep Graph's spelling. TenantId is the workspace's id, never the tenant's.

// logTables are tables and what they hold: users' sign-ins ("true" interactive, "false" non-interactive), audit
// events, or what was done, by its log; "" is what no rule reads.
var logTables = map[string]string{
	"signinlogs": "true", "aadnoninteractiveusersigninlogs": "false", "auditlogs": "audit",
	"aadserviceprincipalsigninlogs": "", "aadmanagedidentitysigninlogs": "", "adfssigninlogs": "",
	"officeactivity": record.UnifiedAudit, "microsoftgraphactivitylogs": record.GraphActivity,
	"aadgraphactivitylogs": record.GraphActivity, "graphapiauditevents": record.GraphActivity,
	"aadriskyusers": "", "aaduserriskevents": "", "aadriskyserviceprincipals": "",
	"aadserviceprincipalriskevents": "", "aadprovisioninglogs": "", "azureactivity": "",
	"networkaccesstraffic": "", "behavioranalytics": "", "identityinfo": "",
}

var logAnalytics = &Format{
	Name: "Log Analytics",
	caps: []int64{30_000, 500_000}, // the portal's and the query API's
	is: func(o object) bool {
		if _, ok := logTables[strings.ToLower(o.text("Type"))]; ok &&
			o.hasAny("TimeGenerated", "OperationName", "Category") {
			return true
		}
		return isLogAnalytics(o.hasAny)
	},
	column: logAnalyticsColumn,
	read:   readLogAnalytics,
}

// isLogAnalytics says whether columns are those of one of the tables: what a query selects of them differs.
func isLogAnalytics(has func(columns ...string) bool) bool {
	return has("TimeGenerated") && has("OperationName", "ResultType", "ResultSignature", "AADTenantId",
		"UserPrincipalName", "UserId", "IPAddress",
		"AppDisplayName", "AuthenticationDetails", "ActivityDisplayName", "TargetResources", "InitiatedBy",
		"OfficeWorkload", "officeworkload") ||
		has("TimeGenerated") && has("RequestUri", "requesturi") &&
			has("RequestMethod", "requestmethod", "ResponseStatusCode", "responsestatuscode") ||
		has("AADTenantId", "LocationDetails", "ResourceIdentity", "AADOperationType") &&
			has("CreatedDateTime", "ActivityDateTime", "OperationName", "Category")
}

// logAnalyticsNames are the columns by their folded form.
var logAnalyticsNames = map[string]string{}

func init() {
	for _, name := range strings.Fields(`
		TimeGenerated CreatedDateTime ActivityDateTime Id TenantId AADTenantId ResourceId Type OperationName Category ResultType ResultDescription
		ResultSignature CorrelationId Identity Location AppDisplayName AppId AuthenticationDetails AuthenticationMethodsUsed AuthenticationRequirement
		AuthenticationProtocol OriginalTransferMethod IncomingTokenType ClientAppUsed ConditionalAccessPolicies ConditionalAccessStatus DeviceDetail
		IsInteractive IPAddress LocationDetails MfaDetail NetworkLocationDetails OriginalRequestId RiskDetail RiskLevelDuringSignIn RiskLevelAggregated
		RiskState ResourceDisplayName ResourceIdentity ResourceServicePrincipalId Status UserAgent UserDisplayName UserId UserPrincipalName UserType UniqueTokenIdentifier SessionId
		SignInEventTypes AutonomousSystemNumber HomeTenantId ResourceTenantId ServicePrincipalId ServicePrincipalName
		Result ResultReason InitiatedBy LoggedByService TargetResources AdditionalDetails ActivityDisplayName AADOperationType`) {
		logAnalyticsNames[strings.ToLower(name)] = name
	}
}

// logAnalyticsColumn is a folded column of a table's CSV as the table spells it; the portal adds the zone of times,
// and some exports add the type of dynamic columns.
func logAnalyticsColumn(column string) string {
	column = bareColumn(column)
	if name, ok := logAnalyticsNames[column]; ok {
		return name
	}
	return column
}

func bareColumn(folded string) string {
	folded = zoneInHead.ReplaceAllString(folded, "")
	for _, suffix := range []string{" [local time]", " [utc]", " (utc)", "_string", "_dynamic"} {
		folded = strings.TrimSuffix(folded, suffix)
	}
	return strings.ReplaceAll(folded, " ", "")
}

func readLogAnalytics(o object, in *Input) Outcome {
	if o.has("TableName") {
		o = o.withoutNone()
	}
	kind, notUsed := logAnalyticsKind(o)
	if notUsed != "" {
		return Outcome{NotUsed: notUsed}
	}
	out := readTableRow(o, in, kind)
	switch {
	case o.has("TimeGenerated"):
	case out.Bad == noTime:
		out.Bad = "no time: the query left the column TimeGenerated out; export the table with all its columns"
	case out.Bad == "":
		out.Note = cmp.Or(out.Note,
			"the query left the column TimeGenerated out: the times are those of CreatedDateTime or ActivityDateTime")
	}
	return out
}

// readTableRow reads a row of the table of that kind, as in logTables.
func readTableRow(o object, in *Input, kind string) Outcome {
	switch kind {
	case record.UnifiedAudit:
		return readUnifiedAudit(o, in)
	case record.GraphActivity:
		return readRequest(o, in, envelope{}, cmp.Or(requestCategories[tableType(o)], graphWorkload))
	}
	e := envelope{
		tenant:            o.text("AADTenantId"),
		time:              o.text("TimeGenerated"),
		resultType:        o.text("ResultType"),
		resultDescription: o.text("ResultDescription"),
		reason:            o.text("ResultDescription"),
	}
	if m := tenantInResource.FindStringSubmatch(o.text("ResourceId")); !record.Present(e.tenant) && m != nil {
		e.tenant = m[1]
	}
	// ResourceId is the tenant's in Azure, Location a country without its city; the sign-in's own have other names.
	var p object
	for i, k := range o.keys {
		switch k {
		case "ResourceId", "Location", "TenantId", "TimeGenerated":
		case "ResourceIdentity":
			p.with("resourceId", o.values[i])
		case "LocationDetails":
			p.with("location", o.values[i])
		default:
			p.with(record.FromPascal(k), o.values[i])
		}
	}
	if location := o.get("Location"); !record.Present(scalarText(o.get("LocationDetails"))) &&
		location.Type == gjson.String {
		p.with("location", nestedObject(member{"countryOrRegion", location}))
	}
	if kind == "audit" {
		if !record.Present(p.text("activityDisplayName")) {
			p = p.without("activityDisplayName")
			p.with("activityDisplayName", o.get("OperationName"))
		}
		return readAudit(p, in, e)
	}
	e.interactive = kind
	if !record.Present(p.text("id")) && !o.has("Id") {
		return Outcome{Bad: "no id: the query left the column Id out; export the whole table"}
	}
	return readSignIn(p, in, e)
}

// withoutNone is a row as 'az monitor log-analytics query' writes it, which writes every value as text and null as
// None.
func (o object) withoutNone() object {
	var p object
	for i, k := range o.keys {
		if o.values[i].Str != "None" {
			p.with(k, o.values[i])
		}
	}
	return p
}

// without is the object without a member.
func (o object) without(key string) object {
	var p object
	for i, k := range o.keys {
		if k != key {
			p.with(k, o.values[i])
		}
	}
	return p
}

// tableType is the table that a row says it is of, in lower case; a custom table that holds a copy ends in _CL.
func tableType(o object) string { return strings.TrimSuffix(strings.ToLower(o.text("Type")), "_cl") }

// logAnalyticsKind is which table a row belongs to, as in logTables: its type says so, else its category, else its
// columns.
func logAnalyticsKind(o object) (kind, notUsed string) {
	table := tableType(o)
	category := strings.ToLower(o.text("Category"))
	audit := o.hasAny("TargetResources", "InitiatedBy", "ActivityDisplayName", "LoggedByService", "AADOperationType")
	switch known, ok := logTables[table]; {
	case ok && known != "":
		return known, ""
	case table == "" && o.hasFolded("OfficeWorkload", "OfficeId", "OfficeObjectId"):
		return record.UnifiedAudit, ""
	case table == "" && o.hasFolded("RequestUri") && o.hasFolded("RequestMethod", "ResponseStatusCode"):
		return record.GraphActivity, ""
	case ok:
		return "", "table " + o.text("Type")
	case signInCategories[category] != "" && !audit:
		return signInCategories[category], ""
	case otherCategories[category] && !audit:
		return "", "category " + o.text("Category")
	case audit:
		return "audit", ""
	case o.hasAny("UserPrincipalName", "UserId") &&
		o.hasAny("CorrelationId", "AppId", "AppDisplayName", "AuthenticationDetails", "ResultType", "Status"):
		return "", ""
	case o.hasAny("ServicePrincipalId", "ServicePrincipalName"):
		return "", "sign-in of an application or a managed identity"
	}
	return "", "a table of Log Analytics that no rule reads"
}
