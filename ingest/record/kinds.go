package record

// SignIn is a sign-in, in the shape of Graph's beta signIn; the Unified Audit Log's events are read into it too.
var SignIn = newKind("signin_record", "",
	Column{Name: "id", Type: Text, Graph: "id", Required: true},
	Column{Name: "time", Type: Time, Graph: "createdDateTime", Required: true},
	Column{Name: "tenant_id", Type: Text, About: "as the envelope or the record's own tenant column names it"},
	Column{Name: "home_tenant_id", Type: Text, Graph: "homeTenantId"},
	Column{Name: "resource_tenant_id", Type: Text, Graph: "resourceTenantId"},
	Column{Name: "user_id", Type: Text, Graph: "userId"},
	Column{Name: "upn", Type: Text, Graph: "userPrincipalName"},
	Column{Name: "user_name", Type: Text, Graph: "userDisplayName"},
	Column{Name: "user_type", Type: Text, Graph: "userType"},
	Column{Name: "app_id", Type: Text, Graph: "appId"},
	Column{Name: "app_name", Type: Text, Graph: "appDisplayName"},
	Column{Name: "resource_id", Type: Text, Graph: "resourceId"},
	Column{Name: "resource_name", Type: Text, Graph: "resourceDisplayName"},
	Column{Name: "resource_sp_id", Type: Text, Graph: "resourceServicePrincipalId"},
	Column{Name: "ip", Type: Text, Graph: "ipAddress"},
	Column{Name: "asn", Type: Number, Graph: "autonomousSystemNumber"},
	Column{Name: "country", Type: Text, Graph: "location.countryOrRegion"},
	Column{Name: "city", Type: Text, Graph: "location.city"},
	Column{Name: "client_app", Type: Text, Graph: "clientAppUsed"},
	Column{Name: "user_agent", Type: Text, Graph: "userAgent"},
	Column{Name: "device_id", Type: Text, Graph: "deviceDetail.deviceId"},
	Column{Name: "device_name", Type: Text, Graph: "deviceDetail.displayName"},
	Column{Name: "operating_system", Type: Text, Graph: "deviceDetail.operatingSystem"},
	Column{Name: "correlation_id", Type: Text, Graph: "correlationId"},
	Column{Name: "session_id", Type: Text, Graph: "sessionId"},
	Column{Name: "original_request_id", Type: Text, Graph: "originalRequestId"},
	Column{Name: "token_id", Type: Text, Graph: "uniqueTokenIdentifier"},
	Column{Name: "interactive", Type: Bool, Graph: "isInteractive|signInEventTypes[]", Required: true,
		About: "a record that does not say counts as interactive"},
	Column{Name: "protocol", Type: Text, Graph: "authenticationProtocol"},
	Column{Name: "transfer_method", Type: Text, Graph: "originalTransferMethod"},
	Column{Name: "requirement", Type: Text, Graph: "authenticationRequirement"},
	Column{Name: "conditional_access", Type: Text, Graph: "conditionalAccessStatus"},
	Column{Name: "risk", Type: Text, Graph: "riskLevelDuringSignIn", About: "in lower case"},
	Column{Name: "risk_aggregated", Type: Text, Graph: "riskLevelAggregated",
		About: "in lower case; what was detected later shows here alone"},
	Column{Name: "risk_state", Type: Text, Graph: "riskState", About: "in lower case"},
	Column{Name: "mfa_method", Type: Text, Graph: "mfaDetail.authMethod"},
	Column{Name: "error_code", Type: Number, Graph: "status.errorCode"},
	Column{Name: "failure_reason", Type: Text, Graph: "status.failureReason"},
	Column{Name: "trusted_location", Type: Bool, Graph: "networkLocationDetails[]", Required: true,
		About: "the list says trustedNamedLocation"},
	Column{Name: "network_locations", Type: Text,
		About: "where trusted_location: networkLocationDetails as JSON in lower case, which names the locations"},
	Column{Name: "steps", Type: JSON, Objects: true, Plain: true, Graph: "authenticationDetails",
		About: "NULL where the record cannot show TAP by steps"},
	Column{Name: "method_bits", Type: Number, About: "the Unified Audit Log's UserAuthenticationMethod"},
	Column{Name: "event_id", Type: Text, About: "the Unified Audit Log's own id, where id is its IntraSystemId"},
	Column{Name: "log", Type: Text, Required: true, About: "signin or ual"},
	Column{Name: "can_show_tap", Type: Bool, Required: true},
	Column{Name: "may_concern_pass", Type: Bool, Required: true, Derived: true,
		About: "the judgement asks no others whether they are attempts"},
)

// SignInStep is a step of a sign-in where steps have a file of their own; its id is the sign-in's request id.
var SignInStep = newKind("signin_step",
	"Steps that come in a file of their own (the admin centre's AuthDetails), joined by request id.",
	Column{Name: "id", Type: Text, Graph: "id", Required: true},
	Column{Name: "time", Type: Time},
	Column{Name: "method", Type: Text, Graph: "method"},
	Column{Name: "detail", Type: Text, Graph: "detail"},
	Column{Name: "succeeded", Type: Bool, Graph: "succeeded"},
	Column{Name: "result", Type: Text, Graph: "result"},
	Column{Name: "requirement", Type: Text, Graph: "requirement"},
)

// Audit is a directory audit event, in the shape of Graph's directoryAudit.
var Audit = newKind("audit_record", "",
	Column{Name: "id", Type: Text, Graph: "id", About: "NULL in exports that have none (admin centre CSV)"},
	Column{Name: "time", Type: Time, Graph: "activityDateTime", Required: true},
	Column{Name: "tenant_id", Type: Text},
	Column{Name: "activity", Type: Text, Graph: "activityDisplayName"},
	Column{Name: "category", Type: Text, Graph: "category"},
	Column{Name: "service", Type: Text, Graph: "loggedByService"},
	Column{Name: "result", Type: Text, Graph: "result", About: "in lower case"},
	Column{Name: "reason", Type: Text, Graph: "resultReason"},
	Column{Name: "other_reason", Type: Text, About: "resultDescription of the envelope or table"},
	Column{Name: "correlation_id", Type: Text, Graph: "correlationId"},
	Column{Name: "actor_user_id", Type: Text, Graph: "initiatedBy.user.id"},
	Column{Name: "actor_upn", Type: Text, Graph: "initiatedBy.user.userPrincipalName"},
	Column{Name: "actor_name", Type: Text, Graph: "initiatedBy.user.displayName"},
	Column{Name: "actor_ip", Type: Text, Graph: "initiatedBy.user.ipAddress|initiatedBy.app.ipAddress"},
	Column{Name: "actor_app_id", Type: Text, Graph: "initiatedBy.app.appId"},
	Column{Name: "actor_app_name", Type: Text, Graph: "initiatedBy.app.displayName"},
	Column{Name: "actor_sp_id", Type: Text, Graph: "initiatedBy.app.servicePrincipalId"},
	Column{Name: "actor_sp_name", Type: Text, Graph: "initiatedBy.app.servicePrincipalName"},
	Column{Name: "actor_session_id", Type: Text, Graph: "initiatedBy.linkableIdentifiers.sessionId"},
	Column{Name: "actor_token_id", Type: Text,
		Graph: "initiatedBy.linkableIdentifiers.tokenDetails.uniqueTokenIdentifier"},
	Column{Name: "actor_user_agent", Type: Text, Graph: "initiatedBy.userAgent"},
	Column{Name: "targets", Type: JSON, Objects: true, Graph: "targetResources"},
	Column{Name: "details", Type: JSON, Objects: true, Graph: "additionalDetails"},
)

// What a record of an activity comes from, in its column log_type.
const (
	UnifiedAudit  = "unified audit"
	GraphActivity = "graph activity"
)

// Activity is something that was done: a record of the Unified Audit Log that is not a sign-in, or a request to
// Microsoft Graph or Azure AD Graph. Publishers write them in many shapes, so the readers know where each value
// stands; a lake's row has these columns' names.
var Activity = newKind("activities", `What was done: the Unified Audit Log's records that are not sign-ins, and requests to
Microsoft Graph and Azure AD Graph.
Their text is not kept, and of a text that somebody chose (object, path, names in details) its beginning.`,
	Column{Name: "id", Type: Text, Graph: "id", Required: true,
		About: "the record's Id; of a request its RequestId, else made of its time, actor, method and path"},
	Column{Name: "time", Type: Time, Required: true},
	Column{Name: "tenant_id", Type: Text, Graph: "tenant_id"},
	Column{Name: "log_type", Type: Text, Graph: "log_type", Required: true, About: "unified audit or graph activity"},
	Column{Name: "workload", Type: Text, Graph: "workload",
		About: "as the record names it; of a request Microsoft Graph or Azure AD Graph"},
	Column{Name: "operation", Type: Text, Graph: "operation", Required: true,
		About: "as the record names it; of a request its HTTP method, in capitals"},
	Column{Name: "path", Type: Text, Graph: "path",
		About: "of a request: without host, version and query, ids and user principal names as {id}"},
	Column{Name: "object", Type: Text, Graph: "object",
		About: "what it was done to: a file, subject, folder, mailbox, chat; the path's ids"},
	Column{Name: "details", Type: JSON, Plain: true, Graph: "details",
		About: "an object, see formats/README.md; NULL where nothing is to be said"},
	Column{Name: "result", Type: Text, Graph: "result", About: "success or failure; NULL where the record has none"},
	Column{Name: "status", Type: Number, Graph: "status", About: "a request's HTTP status"},
	Column{Name: "user_id", Type: Text, Graph: "user_id"},
	Column{Name: "upn", Type: Text, Graph: "upn"},
	Column{Name: "by_system", Type: Bool, Graph: "by_system", Required: true,
		About: "the service did it by itself, and nobody else"},
	Column{Name: "service_principal_id", Type: Text, Graph: "service_principal_id"},
	Column{Name: "app_id", Type: Text, Graph: "app_id", About: "of the client"},
	Column{Name: "through_app_id", Type: Text, Graph: "through_app_id",
		About: "of the service that acted for the client, often Exchange or Graph"},
	Column{Name: "ip", Type: Text, Graph: "ip", About: "NULL of directory operations, which name Microsoft's own"},
	Column{Name: "user_agent", Type: Text, Graph: "user_agent"},
	Column{Name: "session_id", Type: Text, Graph: "session_id"},
	Column{Name: "token_id", Type: Text, Graph: "token_id"},
	Column{Name: "correlation_id", Type: Text, Graph: "correlation_id", About: "of a request its ClientRequestId"},
	Column{Name: "items", Type: Number, Graph: "items", Required: true,
		About: "that the record tells of; 1 but for MailItemsAccessed"},
	Column{Name: "targets", Type: Texts, Graph: "targets",
		About: "ids and names that a directory operation names as its targets; the ids of a request's path, in order"},
)

// The snapshots: tenant_id and time are the snapshot's, not the object's.
var (
	snapshotTenant = Column{Name: "tenant_id", Type: Text}
	snapshotTime   = Column{Name: "time", Type: Time}

	// Policy is the Temporary Access Pass's configuration, its known settings as one object.
	Policy = newKind("policy_snapshot",
		"Snapshots of the directory and its policies. time is when they were taken, NULL where nothing says so.",
		snapshotTenant, snapshotTime,
		Column{Name: "policy", Type: JSON, Graph: "policy", Required: true},
	)
	// User is a user of the directory.
	User = newKind("directory_user", "",
		snapshotTenant, snapshotTime,
		Column{Name: "id", Type: Text, Graph: "id"},
		Column{Name: "upn", Type: Text, Graph: "userPrincipalName"},
		Column{Name: "name", Type: Text, Graph: "displayName"},
		Column{Name: "user_type", Type: Text, Graph: "userType"},
		Column{Name: "enabled", Type: Bool, Graph: "accountEnabled"},
		Column{Name: "created", Type: Time, Graph: "createdDateTime"},
		Column{Name: "hired", Type: Time, Graph: "employeeHireDate"},
	)
	// RoleDefinition is a directory role or its definition.
	RoleDefinition = newKind("role_definition", "",
		snapshotTenant, snapshotTime,
		Column{Name: "id", Type: Text, Graph: "id"},
		Column{Name: "template_id", Type: Text, Graph: "templateId"},
		Column{Name: "name", Type: Text, Graph: "displayName"},
		Column{Name: "privileged", Type: Bool, Graph: "isPrivileged"},
	)
	// RoleMember is a holder of a role.
	RoleMember = newKind("role_member", "",
		snapshotTenant, snapshotTime,
		Column{Name: "role_id", Type: Text, Graph: "roleId"},
		Column{Name: "role_template_id", Type: Text, Graph: "roleTemplateId"},
		Column{Name: "role_name", Type: Text, Graph: "roleName"},
		Column{Name: "principal_id", Type: Text, Graph: "principalId"},
		Column{Name: "principal_upn", Type: Text, Graph: "principalUPN"},
		Column{Name: "principal_name", Type: Text, Graph: "principalName"},
		Column{Name: "principal_type", Type: Text, Graph: "principalType"},
		Column{Name: "eligible", Type: Bool, Graph: "eligible", Required: true},
	)
	// GroupMember is a member of a group.
	GroupMember = newKind("group_member", "A group without members has one row without member.",
		snapshotTenant, snapshotTime,
		Column{Name: "group_id", Type: Text, Graph: "groupId"},
		Column{Name: "group_name", Type: Text, Graph: "groupName"},
		Column{Name: "member_id", Type: Text, Graph: "memberId"},
		Column{Name: "member_upn", Type: Text, Graph: "memberUPN"},
		Column{Name: "member_type", Type: Text, Graph: "memberType"},
	)
	// ServicePrincipal is an application as a tenant has it.
	ServicePrincipal = newKind("service_principal", "",
		snapshotTenant, snapshotTime,
		Column{Name: "id", Type: Text, Graph: "id"},
		Column{Name: "app_id", Type: Text, Graph: "appId"},
		Column{Name: "name", Type: Text, Graph: "displayName"},
	)
	// ConditionalAccess is a Conditional Access policy.
	ConditionalAccess = newKind("conditional_access_policy", "",
		snapshotTenant, snapshotTime,
		Column{Name: "id", Type: Text, Graph: "id"},
		Column{Name: "name", Type: Text, Graph: "displayName"},
		Column{Name: "state", Type: Text, Graph: "state", About: "in lower case"},
		Column{Name: "user_actions", Type: Texts, Graph: "userActions"},
	)
	// Pass is a pass among a user's methods.
	Pass = newKind("pass_snapshot",
		"A pass that a temporaryAccessPassMethods snapshot shows. The passcode is never among what is kept.",
		snapshotTenant, snapshotTime,
		Column{Name: "id", Type: Text, Graph: "id"},
		Column{Name: "user_id", Type: Text, Graph: "userId"},
		Column{Name: "user_upn", Type: Text, Graph: "userUPN"},
		Column{Name: "created", Type: Time, Graph: "createdDateTime"},
		Column{Name: "start", Type: Time, Graph: "startDateTime"},
		Column{Name: "lifetime_minutes", Type: Number, Graph: "lifetimeInMinutes"},
		Column{Name: "usable_once", Type: Bool, Graph: "isUsableOnce"},
		Column{Name: "usable", Type: Bool, Graph: "isUsable"},
		Column{Name: "reason", Type: Text, Graph: "methodUsabilityReason"},
	)
	// Registration is what the registration details say of a user.
	Registration = newKind("registration_detail", "",
		snapshotTenant, snapshotTime,
		Column{Name: "user_id", Type: Text, Graph: "id"},
		Column{Name: "upn", Type: Text, Graph: "userPrincipalName"},
		Column{Name: "admin", Type: Bool, Graph: "isAdmin"},
		Column{Name: "methods", Type: Texts, Graph: "methodsRegistered"},
	)
	// Strength is an authentication strength.
	Strength = newKind("authentication_strength", "",
		snapshotTenant, snapshotTime,
		Column{Name: "id", Type: Text, Graph: "id"},
		Column{Name: "name", Type: Text, Graph: "displayName"},
		Column{Name: "combinations", Type: Texts, Graph: "allowedCombinations"},
	)
)

// What an extract of a lake says beside records. Its rows are not records of Graph: they have these columns' names.
var (
	// ExtractDay is how many records of a tenant, log type and day the lake has.
	ExtractDay = newKind("extract_day", `What an extract of a lake says beside records: numbers that were counted there, over records that stayed there.
extract names the query by which they were counted, as every row of an extract does.
Records per tenant, log type and day of the lake, whether they are in the extract or not.`,
		Column{Name: "extract", Type: Text, Required: true},
		Column{Name: "tenant_id", Type: Text},
		Column{Name: "log_type", Type: Text, Required: true,
			About: "as coverage.csv names it"},
		Column{Name: "day", Type: Day, Required: true},
		Column{Name: "records", Type: Number, Required: true},
		Column{Name: "can_show_tap", Type: Number, Required: true, About: "of those, with what a pass would show in"},
		Column{Name: "first_time", Type: Time, Required: true},
		Column{Name: "last_time", Type: Time, Required: true},
		Column{Name: "first_tap_time", Type: Time, About: "of those that can show TAP"},
		Column{Name: "last_tap_time", Type: Time},
	)
	// ExtractAddress is a user who signed in successfully from an address of an attempt.
	ExtractAddress = newKind("extract_address",
		"Users who signed in successfully from an address of a TAP attempt: 50 of them at most, and how many there are.",
		Column{Name: "extract", Type: Text, Required: true},
		Column{Name: "tenant_id", Type: Text},
		Column{Name: "ip", Type: Text, Graph: "ip", Required: true},
		Column{Name: "user_id", Type: Text, Graph: "user_id"},
		Column{Name: "upn", Type: Text, Graph: "upn"},
		Column{Name: "users", Type: Number, Graph: "users", Required: true},
		Column{Name: "days", Type: Number, Graph: "days",
			About: "on which this user did so; NULL in an older extract"},
		Column{Name: "never_attempted", Type: Number, Graph: "never_attempted",
			About: "how many of the users never attempted a pass"},
		Column{Name: "on_two_days", Type: Number, Graph: "on_two_days",
			About: "how many of those came on two days or more"},
	)
	// ExtractCountry is how many users who never attempted a pass signed in successfully from a country.
	ExtractCountry = newKind("extract_country",
		"In how many countries the tenant's users are: users who never attempted a pass, by country.",
		Column{Name: "extract", Type: Text, Required: true},
		Column{Name: "tenant_id", Type: Text},
		Column{Name: "country", Type: Text, Graph: "country", Required: true},
		Column{Name: "users", Type: Number, Graph: "users", Required: true,
			About: "who never attempted a pass and signed in from there"},
		Column{Name: "users_anywhere", Type: Number, Graph: "users_anywhere", Required: true,
			About: "who never attempted a pass and signed in from a country that is known"},
	)
)
