package formats

import (
	"fmt"
	"strings"

	"tapaudit/ingest/casefile"
)

// Table is a table of the case: the columns that records are read with, and the SELECT that maps them.
type Table struct {
	Name    string
	Columns casefile.Columns
	Mapping string
	Raw     string // which rows' texts are kept as proof, as a condition
	Odd     string // which rows DuckDB's reader may have read wrongly, as a condition; their file takes the careful path
}

// Fast is how DuckDB's own reader loads a file that is clean.
type Fast struct {
	Table    *Table
	Columns  casefile.Columns
	Relation string // a SELECT that makes the relation record out of the relation line
}

func text(names ...string) casefile.Columns {
	var cs casefile.Columns
	for _, n := range names {
		cs = append(cs, casefile.Column{Name: n, Type: "VARCHAR"})
	}
	return cs
}

func column(name, kind string) casefile.Column { return casefile.Column{Name: name, Type: kind} }

// SignIns reads sign-ins in the shape of Graph's beta signIn. Names that begin with _ come from the envelope:
// _tenant, _interactive, _resultType, _resultDescription; from the Unified Audit Log: _bits, _event, _log; and
// _steps is true where the steps of the sign-in come in a file of their own.
var SignIns = &Table{
	Name: "signin_record",
	Columns: append(text(
		"id", "createdDateTime", "userDisplayName", "userPrincipalName", "userId", "userType", "appId", "appDisplayName",
		"resourceDisplayName", "resourceId", "ipAddress", "clientAppUsed", "userAgent", "correlationId",
		"originalRequestId", "conditionalAccessStatus", "authenticationProtocol", "originalTransferMethod",
		"uniqueTokenIdentifier", "sessionId", "homeTenantId", "resourceTenantId", "riskLevelDuringSignIn",
		"authenticationRequirement", "_tenant", "_resultType", "_resultDescription", "_event", "_log",
	),
		column("isInteractive", "BOOLEAN"), column("_interactive", "BOOLEAN"), column("_bits", "BIGINT"),
		column("autonomousSystemNumber", "BIGINT"),
		column("status", structType(column("errorCode", "BIGINT"), column("failureReason", "VARCHAR"))),
		column("deviceDetail", structType(column("deviceId", "VARCHAR"), column("displayName", "VARCHAR"), column("operatingSystem", "VARCHAR"))),
		column("location", structType(column("city", "VARCHAR"), column("countryOrRegion", "VARCHAR"))),
		column("signInEventTypes", "JSON"), column("networkLocationDetails", "JSON"), column("authenticationDetails", "JSON"),
	),
	Mapping: `
SELECT
    $source AS source_id, line, ordinal, id, recorded_at AS time,
    present(_tenant) AS tenant_id, present(homeTenantId) AS home_tenant_id, present(resourceTenantId) AS resource_tenant_id,
    present(userId) AS user_id, present(userPrincipalName) AS upn, present(userDisplayName) AS user_name, userType AS user_type,
    present(appId) AS app_id, present(appDisplayName) AS app_name,
    present(resourceId) AS resource_id, present(resourceDisplayName) AS resource_name,
    present(ipAddress) AS ip, autonomousSystemNumber AS asn,
    present(location.countryOrRegion) AS country, present(location.city) AS city,
    clientAppUsed AS client_app, present(userAgent) AS user_agent,
    present(deviceDetail.deviceId) AS device_id, present(deviceDetail.displayName) AS device_name,
    deviceDetail.operatingSystem AS operating_system,
    present(correlationId) AS correlation_id, present(sessionId) AS session_id,
    present(originalRequestId) AS original_request_id, present(uniqueTokenIdentifier) AS token_id,
    coalesce(
        isInteractive, _interactive,
        CASE WHEN contains(lower(signInEventTypes::VARCHAR), 'noninteractiveuser') THEN false END,
        true
    ) AS interactive,
    authenticationProtocol AS protocol, originalTransferMethod AS transfer_method,
    authenticationRequirement AS requirement, conditionalAccessStatus AS conditional_access,
    lower(present(riskLevelDuringSignIn)) AS risk,
    coalesce(status.errorCode::BIGINT, TRY_CAST(_resultType AS BIGINT)) AS error_code,
    coalesce(present(status.failureReason), present(_resultDescription)) AS failure_reason,
    coalesce(contains(lower(networkLocationDetails::VARCHAR), 'trustednamedlocation'), false) AS trusted_location,
    unwrapped(authenticationDetails) AS steps,
    _bits AS method_bits, present(_event) AS event_id, coalesce(_log, 'signin') AS log,
    authenticationDetails IS NOT NULL OR _bits IS NOT NULL AS can_show_tap
FROM record`,
	Raw: `
regexp_matches(steps::VARCHAR, '(?i)temporary\s*access\s*pass') OR regexp_matches(failure_reason, '(?i)access\s*pass') OR error_code BETWEEN 130500 AND 130508`,
	Odd: oddTime + ` OR trim(id) = '' OR present(id) IS NULL OR NOT starts_with(coalesce(steps::VARCHAR, '['), '[')` + holdsPasscode("steps") +
		nested("id", "tenant_id", "home_tenant_id", "resource_tenant_id", "user_id", "upn", "user_name", "user_type", "app_id", "app_name",
			"resource_id", "resource_name", "ip", "country", "city", "client_app", "user_agent", "device_id", "device_name",
			"operating_system", "correlation_id", "session_id", "original_request_id", "token_id", "protocol", "transfer_method",
			"requirement", "conditional_access", "risk", "failure_reason") +
		// applications' sign-ins are not used; the careful path tells them
		` OR (user_id IS NULL AND upn IS NULL)`,
}

// SignInSteps reads the steps of sign-ins where they have a file of their own; id is the sign-in's request id.
var SignInSteps = &Table{
	Name:    "signin_step",
	Columns: append(text("id", "method", "detail", "result", "requirement"), column("succeeded", "BOOLEAN")),
	Mapping: `
SELECT $source, line, ordinal, present(id), recorded_at, present(method), present(detail), succeeded, present(result), present(requirement)
FROM record`,
}

// AuditEvents reads directory audit events in the shape of Graph's directoryAudit.
var AuditEvents = &Table{
	Name: "audit_record",
	Columns: append(text(
		"id", "activityDateTime", "activityDisplayName", "category", "correlationId", "loggedByService", "result", "resultReason",
		"_tenant", "_reason",
	),
		column("initiatedBy", "JSON"), column("targetResources", "JSON"), column("additionalDetails", "JSON"),
	),
	Mapping: `
SELECT
    $source AS source_id, line, ordinal, present(id) AS id, recorded_at AS time, present(_tenant) AS tenant_id,
    activityDisplayName AS activity, category, loggedByService AS service, lower(result) AS result,
    present(resultReason) AS reason, present(_reason) AS other_reason, present(correlationId) AS correlation_id,
    present(initiatedBy ->> '$.user.id') AS actor_user_id,
    present(initiatedBy ->> '$.user.userPrincipalName') AS actor_upn,
    present(initiatedBy ->> '$.user.displayName') AS actor_name,
    coalesce(present(initiatedBy ->> '$.user.ipAddress'), present(initiatedBy ->> '$.app.ipAddress')) AS actor_ip,
    present(initiatedBy ->> '$.app.appId') AS actor_app_id,
    present(initiatedBy ->> '$.app.displayName') AS actor_app_name,
    present(initiatedBy ->> '$.app.servicePrincipalId') AS actor_sp_id,
    present(initiatedBy ->> '$.app.servicePrincipalName') AS actor_sp_name,
    unwrapped(targetResources) AS targets, unwrapped(additionalDetails) AS details
FROM record`,
	Raw: `regexp_matches(activity, '` + activityPattern + `')`,
	Odd: oddTime + ` OR present(id) IS NULL OR NOT starts_with(coalesce(targets::VARCHAR, '['), '[') OR NOT starts_with(coalesce(details::VARCHAR, '['), '[')` +
		holdsPasscode("targets") + holdsPasscode("details") +
		nested("id", "activity", "category", "service", "result", "reason", "correlation_id", "actor_user_id", "actor_upn", "actor_name", "actor_ip", "actor_app_id", "actor_app_name"),
}

const oddTime = `time < TIMESTAMP '2000-01-01' OR time >= TIMESTAMP '2100-01-01'`

// nested finds texts that DuckDB's reader made of an object or an array, and those that may stand for nothing (blanks,
// <null> in a spelling that present does not know).
func nested(columns ...string) string {
	var b strings.Builder
	for _, c := range columns {
		// By comparison: it is asked of every value of every record.
		fmt.Fprintf(&b, ` OR coalesce(%[1]s >= '{' AND %[1]s < '|' OR %[1]s >= '[' AND %[1]s < '\' OR %[1]s >= ' ' AND %[1]s < '!' OR %[1]s >= '<' AND %[1]s < '=', false)`, c)
	}
	return b.String()
}

// holdsPasscode finds passcodes in a column that keeps the record's own JSON: the careful path masks them.
func holdsPasscode(column string) string {
	return " OR coalesce(contains(" + column + "::VARCHAR, 'emporaryAccessPass') AND regexp_matches(" + column + `::VARCHAR, '(?i)temporaryAccessPass\\*"\s*:'), false)`
}

// The snapshots. Each reads Graph's names; _tenant and the time are the snapshot's.
var (
	PolicySnapshots = &Table{
		Name:    "policy_snapshot",
		Columns: append(text("_tenant"), column("policy", "JSON")),
		Mapping: `SELECT $source, line, ordinal, present(_tenant), recorded_at, policy FROM record`,
	}
	Users = &Table{
		Name: "directory_user",
		Columns: append(text("_tenant", "id", "userPrincipalName", "displayName", "userType", "createdDateTime", "employeeHireDate"),
			column("accountEnabled", "BOOLEAN")),
		Mapping: `
SELECT $source, line, ordinal, present(_tenant), recorded_at,
    present(id), present(userPrincipalName), present(displayName), present(userType), accountEnabled,
    TRY_CAST(createdDateTime AS TIMESTAMPTZ) AT TIME ZONE 'UTC', TRY_CAST(employeeHireDate AS TIMESTAMPTZ) AT TIME ZONE 'UTC'
FROM record`,
	}
	RoleDefinitions = &Table{
		Name:    "role_definition",
		Columns: append(text("_tenant", "id", "templateId", "displayName"), column("isPrivileged", "BOOLEAN")),
		Mapping: `SELECT $source, line, ordinal, present(_tenant), recorded_at, present(id), present(templateId), present(displayName), isPrivileged FROM record`,
	}
	RoleMembers = &Table{
		Name: "role_member",
		Columns: append(text("_tenant", "roleId", "roleTemplateId", "roleName", "principalId", "principalUPN", "principalName", "principalType"),
			column("eligible", "BOOLEAN")),
		Mapping: `
SELECT $source, line, ordinal, present(_tenant), recorded_at,
    present(roleId), present(roleTemplateId), present(roleName),
    present(principalId), present(principalUPN), present(principalName), present(principalType), coalesce(eligible, false)
FROM record`,
	}
	GroupMembers = &Table{
		Name:    "group_member",
		Columns: text("_tenant", "groupId", "groupName", "memberId", "memberUPN", "memberType"),
		Mapping: `
SELECT $source, line, ordinal, present(_tenant), recorded_at,
    present(groupId), present(groupName), present(memberId), present(memberUPN), present(memberType)
FROM record`,
	}
	ConditionalAccessPolicies = &Table{
		Name:    "conditional_access_policy",
		Columns: append(text("_tenant", "id", "displayName", "state"), column("userActions", "JSON")),
		Mapping: `
SELECT $source, line, ordinal, present(_tenant), recorded_at, present(id), present(displayName), lower(state), from_json(userActions, '["VARCHAR"]')
FROM record`,
	}
	PassSnapshots = &Table{
		Name: "pass_snapshot",
		Columns: append(text("_tenant", "id", "userId", "userUPN", "createdDateTime", "startDateTime", "methodUsabilityReason"),
			column("lifetimeInMinutes", "BIGINT"), column("isUsableOnce", "BOOLEAN"), column("isUsable", "BOOLEAN")),
		Mapping: `
SELECT $source, line, ordinal, present(_tenant), recorded_at, present(id), present(userId), present(userUPN),
    TRY_CAST(createdDateTime AS TIMESTAMPTZ) AT TIME ZONE 'UTC', TRY_CAST(startDateTime AS TIMESTAMPTZ) AT TIME ZONE 'UTC',
    lifetimeInMinutes, isUsableOnce, isUsable, methodUsabilityReason
FROM record`,
	}
	RegistrationDetails = &Table{
		Name:    "registration_detail",
		Columns: append(text("_tenant", "id", "userPrincipalName"), column("isAdmin", "BOOLEAN"), column("methodsRegistered", "JSON")),
		Mapping: `
SELECT $source, line, ordinal, present(_tenant), recorded_at, present(id), present(userPrincipalName), isAdmin, from_json(methodsRegistered, '["VARCHAR"]')
FROM record`,
	}
	AuthenticationStrengths = &Table{
		Name:    "authentication_strength",
		Columns: append(text("_tenant", "id", "displayName"), column("allowedCombinations", "JSON")),
		Mapping: `
SELECT $source, line, ordinal, present(_tenant), recorded_at, present(id), present(displayName), from_json(allowedCombinations, '["VARCHAR"]')
FROM record`,
	}
)
