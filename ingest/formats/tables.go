package formats

import (
	"slices"
	"strings"

	"tapaudit/ingest/casefile"
)

// Table is a table of the case: the columns that records are read with, and the SELECT that maps them.
type Table struct {
	Name    string
	Columns casefile.Columns
	Mapping string

	at      map[string]int // columns by name
	members []tableMember
}

// tableMember is a member of a record that a table reads: a column, or an object some members of which are columns.
type tableMember struct {
	key     string
	column  int
	members []tableMember
}

func newTable(name string, columns casefile.Columns, mapping string) *Table {
	t := &Table{Name: name, Columns: columns, Mapping: mapping, at: map[string]int{}}
	for i, c := range columns {
		t.at[c.Name] = i
		if c.Name[0] == '_' {
			continue
		}
		in := &t.members
		path := strings.Split(c.Name, ".")
		for _, key := range path[:len(path)-1] {
			at := slices.IndexFunc(*in, func(m tableMember) bool { return m.key == key })
			if at < 0 {
				at = len(*in)
				*in = append(*in, tableMember{key: key})
			}
			in = &(*in)[at].members
		}
		*in = append(*in, tableMember{key: path[len(path)-1], column: i})
	}
	return t
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
var SignIns = newTable("signin_record", append(text(
	"id", "userDisplayName", "userPrincipalName", "userId", "userType", "appId", "appDisplayName",
	"resourceDisplayName", "resourceId", "ipAddress", "clientAppUsed", "userAgent", "correlationId",
	"originalRequestId", "conditionalAccessStatus", "authenticationProtocol", "originalTransferMethod",
	"uniqueTokenIdentifier", "sessionId", "homeTenantId", "resourceTenantId", "riskLevelDuringSignIn",
	"authenticationRequirement", "status.failureReason", "deviceDetail.deviceId", "deviceDetail.displayName",
	"deviceDetail.operatingSystem", "location.city", "location.countryOrRegion",
	"_tenant", "_resultType", "_resultDescription", "_event", "_log",
),
	column("status.errorCode", "BIGINT"), column("autonomousSystemNumber", "BIGINT"), column("_bits", "BIGINT"),
	column("isInteractive", "BOOLEAN"), column("_interactive", "BOOLEAN"),
	column("signInEventTypes", "JSON"), column("networkLocationDetails", "JSON"), column("authenticationDetails", "JSON"),
), `
SELECT
    $source AS source_id, line, ordinal, id, recorded_at AS time,
    _tenant AS tenant_id, homeTenantId AS home_tenant_id, resourceTenantId AS resource_tenant_id,
    userId AS user_id, userPrincipalName AS upn, userDisplayName AS user_name, userType AS user_type,
    appId AS app_id, appDisplayName AS app_name,
    resourceId AS resource_id, resourceDisplayName AS resource_name,
    ipAddress AS ip, autonomousSystemNumber AS asn,
    "location.countryOrRegion" AS country, "location.city" AS city,
    clientAppUsed AS client_app, userAgent AS user_agent,
    "deviceDetail.deviceId" AS device_id, "deviceDetail.displayName" AS device_name,
    "deviceDetail.operatingSystem" AS operating_system,
    correlationId AS correlation_id, sessionId AS session_id,
    originalRequestId AS original_request_id, uniqueTokenIdentifier AS token_id,
    coalesce(
        isInteractive, _interactive,
        CASE WHEN contains(lower(signInEventTypes), 'noninteractiveuser') THEN false END,
        true
    ) AS interactive,
    authenticationProtocol AS protocol, originalTransferMethod AS transfer_method,
    authenticationRequirement AS requirement, conditionalAccessStatus AS conditional_access,
    lower(riskLevelDuringSignIn) AS risk,
    coalesce("status.errorCode", TRY_CAST(_resultType AS BIGINT)) AS error_code,
    coalesce("status.failureReason", _resultDescription) AS failure_reason,
    coalesce(contains(lower(networkLocationDetails), 'trustednamedlocation'), false) AS trusted_location,
    authenticationDetails AS steps,
    _bits AS method_bits, _event AS event_id, coalesce(_log, 'signin') AS log,
    authenticationDetails IS NOT NULL OR _bits IS NOT NULL AS can_show_tap
FROM record`)

// SignInSteps reads the steps of sign-ins where they have a file of their own; id is the sign-in's request id.
var SignInSteps = newTable("signin_step", append(text("id", "method", "detail", "result", "requirement"), column("succeeded", "BOOLEAN")), `
SELECT $source, line, ordinal, id, recorded_at, method, detail, succeeded, result, requirement
FROM record`)

// AuditEvents reads directory audit events in the shape of Graph's directoryAudit.
var AuditEvents = newTable("audit_record", append(text(
	"id", "activityDisplayName", "category", "correlationId", "loggedByService", "result", "resultReason",
	"initiatedBy.user.id", "initiatedBy.user.userPrincipalName", "initiatedBy.user.displayName", "initiatedBy.user.ipAddress",
	"initiatedBy.app.appId", "initiatedBy.app.displayName", "initiatedBy.app.servicePrincipalId",
	"initiatedBy.app.servicePrincipalName", "initiatedBy.app.ipAddress", "_tenant", "_reason",
),
	column("targetResources", "JSON"), column("additionalDetails", "JSON"),
), `
SELECT
    $source AS source_id, line, ordinal, id, recorded_at AS time, _tenant AS tenant_id,
    activityDisplayName AS activity, category, loggedByService AS service, lower(result) AS result,
    resultReason AS reason, _reason AS other_reason, correlationId AS correlation_id,
    "initiatedBy.user.id" AS actor_user_id,
    "initiatedBy.user.userPrincipalName" AS actor_upn,
    "initiatedBy.user.displayName" AS actor_name,
    coalesce("initiatedBy.user.ipAddress", "initiatedBy.app.ipAddress") AS actor_ip,
    "initiatedBy.app.appId" AS actor_app_id,
    "initiatedBy.app.displayName" AS actor_app_name,
    "initiatedBy.app.servicePrincipalId" AS actor_sp_id,
    "initiatedBy.app.servicePrincipalName" AS actor_sp_name,
    targetResources AS targets, additionalDetails AS details
FROM record`)

// The snapshots. Each reads Graph's names; _tenant and the time are the snapshot's.
var (
	PolicySnapshots = newTable("policy_snapshot", append(text("_tenant"), column("policy", "JSON")), `
SELECT $source, line, ordinal, _tenant, recorded_at, policy FROM record`)
	Users = newTable("directory_user", append(text("_tenant", "id", "userPrincipalName", "displayName", "userType", "createdDateTime", "employeeHireDate"),
		column("accountEnabled", "BOOLEAN")), `
SELECT $source, line, ordinal, _tenant, recorded_at,
    id, userPrincipalName, displayName, userType, accountEnabled,
    TRY_CAST(createdDateTime AS TIMESTAMPTZ) AT TIME ZONE 'UTC', TRY_CAST(employeeHireDate AS TIMESTAMPTZ) AT TIME ZONE 'UTC'
FROM record`)
	RoleDefinitions = newTable("role_definition", append(text("_tenant", "id", "templateId", "displayName"), column("isPrivileged", "BOOLEAN")), `
SELECT $source, line, ordinal, _tenant, recorded_at, id, templateId, displayName, isPrivileged FROM record`)
	RoleMembers = newTable("role_member", append(text("_tenant", "roleId", "roleTemplateId", "roleName", "principalId", "principalUPN", "principalName", "principalType"),
		column("eligible", "BOOLEAN")), `
SELECT $source, line, ordinal, _tenant, recorded_at,
    roleId, roleTemplateId, roleName,
    principalId, principalUPN, principalName, principalType, coalesce(eligible, false)
FROM record`)
	GroupMembers = newTable("group_member", text("_tenant", "groupId", "groupName", "memberId", "memberUPN", "memberType"), `
SELECT $source, line, ordinal, _tenant, recorded_at,
    groupId, groupName, memberId, memberUPN, memberType
FROM record`)
	ConditionalAccessPolicies = newTable("conditional_access_policy", append(text("_tenant", "id", "displayName", "state"), column("userActions", "JSON")), `
SELECT $source, line, ordinal, _tenant, recorded_at, id, displayName, lower(state), from_json(userActions, '["VARCHAR"]')
FROM record`)
	PassSnapshots = newTable("pass_snapshot", append(text("_tenant", "id", "userId", "userUPN", "createdDateTime", "startDateTime", "methodUsabilityReason"),
		column("lifetimeInMinutes", "BIGINT"), column("isUsableOnce", "BOOLEAN"), column("isUsable", "BOOLEAN")), `
SELECT $source, line, ordinal, _tenant, recorded_at, id, userId, userUPN,
    TRY_CAST(createdDateTime AS TIMESTAMPTZ) AT TIME ZONE 'UTC', TRY_CAST(startDateTime AS TIMESTAMPTZ) AT TIME ZONE 'UTC',
    lifetimeInMinutes, isUsableOnce, isUsable, methodUsabilityReason
FROM record`)
	RegistrationDetails = newTable("registration_detail", append(text("_tenant", "id", "userPrincipalName"), column("isAdmin", "BOOLEAN"), column("methodsRegistered", "JSON")), `
SELECT $source, line, ordinal, _tenant, recorded_at, id, userPrincipalName, isAdmin, from_json(methodsRegistered, '["VARCHAR"]')
FROM record`)
	AuthenticationStrengths = newTable("authentication_strength", append(text("_tenant", "id", "displayName"), column("allowedCombinations", "JSON")), `
SELECT $source, line, ordinal, _tenant, recorded_at, id, displayName, from_json(allowedCombinations, '["VARCHAR"]')
FROM record`)
)
