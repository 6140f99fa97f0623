package ingest

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tapaudit/ingest/casefile"
)

const (
	jane    = "7c1f5a0e-3b2d-4c6e-9f10-aa00bb11cc22"
	mark    = "0d9e8f7a-6b5c-4d3e-8f21-112233445566"
	helpers = "5e4d3c2b-1a09-4f8e-b7d6-998877665544"
	admins  = "62e90394-69f5-4237-9190-012177145e10"
)

// folder writes files by slash-separated path.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for path, content := range files {
		full := filepath.Join(dir, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(full, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// caseOf loads a folder into a case.
func caseOf(t *testing.T, dir string, opts Options) *casefile.Case {
	t.Helper()
	ctx := context.Background()
	c, err := casefile.Open(ctx, filepath.Join(t.TempDir(), "case.duckdb"), casefile.Options{Loads: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := Load(ctx, c, []string{dir}, nil, opts); err != nil {
		t.Fatal(err)
	}
	return c
}

// answer is a query's rows, a text each, with values apart by |.
func answer(t *testing.T, c *casefile.Case, query string) []string {
	t.Helper()
	rows, err := c.Query(context.Background(), `SELECT coalesce(COLUMNS(*)::VARCHAR, '') FROM (`+query+`)`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for rows.Next() {
		values := make([]any, len(columns))
		for i := range values {
			values[i] = new(string)
		}
		if err := rows.Scan(values...); err != nil {
			t.Fatal(err)
		}
		var parts []string
		for _, v := range values {
			parts = append(parts, *v.(*string))
		}
		lines = append(lines, strings.Join(parts, "|"))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return lines
}

func expect(t *testing.T, c *casefile.Case, query string, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, answer(t, c, query)); diff != "" {
		t.Errorf("%s\n%s", query, diff)
	}
}

const sourcesQuery = `
SELECT regexp_extract(path, '[^/]+$') AS name, format, records_read AS n, records_not_used AS unused,
    filtered, coalesce(truncated, '') AS cut, holds_passcode AS codes
FROM source WHERE records_read > 0 ORDER BY path`

func signIn(id, app string, code int) string {
	return fmt.Sprintf(`{"id":%q,"createdDateTime":"2026-09-30T10:00:00Z","userId":%q,"userPrincipalName":"jane@contoso.com","appId":%q,"appDisplayName":"App","ipAddress":"203.0.113.9","clientAppUsed":"Browser","isInteractive":true,"correlationId":"c1","status":{"errorCode":%d,"failureReason":"Other."}}`, id, jane, app, code)
}

func audit(n int) string {
	return fmt.Sprintf(`{"id":"a%d","activityDateTime":"2026-09-30T10:00:00Z","activityDisplayName":"Update user","category":"UserManagement","loggedByService":"Core Directory","operationType":"Update","result":"success","initiatedBy":{"app":{"displayName":"Sync"}},"targetResources":[]}`, n)
}

func TestGooseFolder(t *testing.T) {
	var day, short strings.Builder
	for n := range 1000 {
		day.WriteString(audit(n) + "\n")
	}
	for n := range 999 {
		short.WriteString(audit(2000+n) + "\n")
	}
	user := `{"id":"` + jane + `","userPrincipalName":"jane@contoso.com","displayName":"Jane","accountEnabled":true}`
	files := map[string]string{
		"entraid/entraid_audit_logs/entraidauditlog_2026-09-29.json": short.String(),
		"entraid/entraid_audit_logs/entraidauditlog_2026-09-30.json": day.String(),
		"entraid/signin_rt/rt_signin_log_2026-09-30.json": signIn("s1", "x", 0) + "\n" +
			strings.Replace(signIn("s2", "x", 0), `"isInteractive":true`, `"isInteractive":false`, 1) + "\n",
		"entraid/entraid_configs/users.json": user + "\n",
		"entraid/entraid_configs/users_authentication_methods.json": `{"createdDateTime":"2026-09-01T00:00:00Z","id":"28c10230","password":null,"users":` + user + "}\n" +
			`{"createdDateTime":"2026-09-30T09:00:00Z","id":"pass-1","isUsable":true,"isUsableOnce":false,"lifetimeInMinutes":60,"methodUsabilityReason":"EnabledByPolicy","startDateTime":"2026-09-30T09:00:00Z","temporaryAccessPass":null,"users":` + user + "}\n" +
			`{"createdDateTime":"2026-09-30T09:00:00Z","id":"pass-2","isUsable":true,"isUsableOnce":false,"lifetimeInMinutes":60,"startDateTime":"2026-09-30T09:00:00Z","temporaryAccessPass":"TAPRocks!","users":"` + mark + "\"}\n",
		"entraid/entraid_configs/directoryRoles_members.json":               `{"directoryRoles":{"displayName":"Global Administrator","id":"r1","roleTemplateId":"` + admins + `"},"displayName":"Jane","id":"` + jane + `","userPrincipalName":"jane@contoso.com"}` + "\n",
		"entraid/entraid_configs/policies_authenticationMethodsPolicy.json": `{"@odata.context": "https://graph.microsoft.com/beta/$metadata#authenticationMethodsPolicy", "id": "authenticationMethodsPolicy", "authenticationMethodConfigurations": [{"@odata.type": "#microsoft.graph.temporaryAccessPassAuthenticationMethodConfiguration", "id": "TemporaryAccessPass", "state": "enabled"}]}` + "\n",
	}
	const capped = "exactly 1000 records: untitledgoosetool keeps only the first page of a day's audit events, the rest of the day is probably lost"
	c := caseOf(t, folder(t, files), Options{})
	expect(t, c, sourcesQuery,
		"entraidauditlog_2026-09-29.json|Graph directory audits|999|0|false||0",
		"entraidauditlog_2026-09-30.json|Graph directory audits|1000|0|false|"+capped+"|0",
		"directoryRoles_members.json|directory role members|1|0|false||0",
		"policies_authenticationMethodsPolicy.json|authentication methods policy|1|0|false||0",
		"users.json|users|1|0|false||0",
		"users_authentication_methods.json|authentication methods + temporary access pass methods|3|1|false||1",
		"rt_signin_log_2026-09-30.json|Graph sign-ins|2|0|false||0",
	)
	expect(t, c, `SELECT count(*) FROM quarantine`, "0")
	expect(t, c, `SELECT id, interactive FROM signin_record ORDER BY id`, "s1|true", "s2|false")
	expect(t, c, `SELECT id, user_id, coalesce(user_upn, '-'), created, lifetime_minutes FROM pass_snapshot ORDER BY id`,
		"pass-1|"+jane+"|jane@contoso.com|2026-09-30 09:00:00|60", "pass-2|"+mark+"|-|2026-09-30 09:00:00|60")
	expect(t, c, `SELECT role_name, role_template_id, principal_id, eligible FROM role_member`,
		"Global Administrator|"+admins+"|"+jane+"|false")
	holdsNoPasscode(t, c, "TAPRocks")
}

// holdsNoPasscode looks for a passcode in every text of the case.
func holdsNoPasscode(t *testing.T, c *casefile.Case, passcode string) {
	t.Helper()
	for _, table := range answer(t, c, `SELECT table_name FROM duckdb_tables() ORDER BY table_name`) {
		expect(t, c, `SELECT count(*) FROM "`+table+`" AS r WHERE contains(to_json(r)::VARCHAR, '`+passcode+`')`, "0")
	}
}

func TestZeroTrustFolder(t *testing.T) {
	page := func(context string, records ...string) string {
		return `{"@odata.context":"https://graph.microsoft.com/beta/$metadata#` + context + `","value":[` +
			strings.Join(records, ",\n  ") + `]}`
	}
	member := `{"@odata.type":"#microsoft.graph.user","id":"` + mark + `","displayName":"Mark"}`
	c := caseOf(t, folder(t, map[string]string{
		"zt-export/SignIn/SignIn-0.json": page("auditLogs/signIns",
			signIn("s1", "89bee1f7-5e6e-4d8a-9f3d-ecd601259da7", 0)),
		"zt-export/User/User-0.json": page("users(id)",
			`{"id":"`+jane+`","userPrincipalName":"jane@contoso.com","displayName":"Jane","createdDateTime":"2026-09-01T08:00:00Z","signInActivity":{"lastSignInDateTime":"2026-09-30T10:00:00Z"}}`),
		"zt-export/RoleDefinition/RoleDefinition-0.json": page("roleManagement/directory/roleDefinitions",
			`{"id":"`+admins+`","displayName":"Global Administrator","isBuiltIn":true,"isEnabled":true,"isPrivileged":true,"templateId":"`+admins+`","rolePermissions":[]}`,
			`{"id":"88d8e3e3-8f55-4a1e-953a-9b9898b8876b","displayName":"Directory Readers","isBuiltIn":true,"isEnabled":true,"isPrivileged":false,"templateId":"88d8e3e3-8f55-4a1e-953a-9b9898b8876b"}`),
		"zt-export/RoleAssignment/RoleAssignment-0.json": page("roleManagement/directory/roleAssignments(principal())",
			`{"id":"a1","principalId":"`+jane+`","directoryScopeId":"/","roleDefinitionId":"`+admins+`","principal":{"@odata.type":"#microsoft.graph.user","id":"`+jane+`","displayName":"Jane"}}`,
			`{"id":"a2","principalId":"`+helpers+`","directoryScopeId":"/","roleDefinitionId":"`+admins+`","principal":{"@odata.type":"#microsoft.graph.group","id":"`+helpers+`","displayName":"Helpers"}}`),
		// the tool's own pages lose the context
		"zt-export/RoleEligibilityScheduleInstance/RoleEligibilityScheduleInstance-0.json": `{"value":[{"id":"e1","principalId":"` + mark + `","roleDefinitionId":"` + admins + `","memberType":"Direct","startDateTime":"2026-01-01T00:00:00Z","principal":` + member + `}]}`,
		"zt-export/RoleAssignmentGroup/RoleAssignmentGroup-0.json": `{"value":[` +
			strings.TrimSuffix(member, "}") + `,"privilegedGroupId":"` + helpers + `","roleDefinitionId":"` + admins +
			`"}]}`,
		"zt-export/UserRegistrationDetails/UserRegistrationDetails-0.json": page("userRegistrationDetails", `{"id":"`+jane+`","userPrincipalName":"jane@contoso.com","isAdmin":true,"isMfaRegistered":true,"methodsRegistered":["temporaryAccessPass"]}`),
		"zt-export/ztConfig.json": `{"TenantID":"25b1f699-3870-4dbb-a781-c22127c974d7","Pillar":"All"}`,
	}), Options{})
	expect(t, c, `SELECT regexp_extract(path, '[^/]+$') AS name, format, records_read AS n, filtered FROM source ORDER BY path`,
		"RoleAssignment-0.json|role assignments|2|false",
		"RoleAssignmentGroup-0.json|members of privileged groups|1|false",
		"RoleDefinition-0.json|directory roles|2|false",
		"RoleEligibilityScheduleInstance-0.json|role assignments|1|false",
		"SignIn-0.json|Graph sign-ins|1|true",
		"User-0.json|users|1|false",
		"UserRegistrationDetails-0.json|registration details|1|false",
		"ztConfig.json||1|false")
	expect(t, c, `SELECT name, privileged FROM role_definition ORDER BY name`, "Directory Readers|false",
		"Global Administrator|true")
	expect(t, c, `SELECT principal_id, principal_type, eligible FROM role_member ORDER BY source_id, ordinal`,
		jane+"|user|false", helpers+"|group|false", mark+"|user|false", mark+"|user|true")
	expect(t, c, `SELECT group_id, member_id FROM group_member`, helpers+"|"+mark)
	expect(t, c, `SELECT user_id, methods[1] FROM registration_detail`, jane+"|temporaryAccessPass")
}

func TestDFIRFolder(t *testing.T) {
	const exchange = "00000002-0000-0ff1-ce00-000000000000"
	const name = "AADSigninLog_contoso.onmicrosoft.com_2026-09-30_"
	list := func(records ...string) string {
		return "\ufeff[\r\n  " + strings.Join(records, ",\r\n  ") + "\r\n]\r\n"
	}
	c := caseOf(t, folder(t, map[string]string{
		"azure_ad_signin/2026-09-30/" + name + "10-00-00.json": list(signIn("s1", exchange, 0),
			signIn("s2", exchange, 0)),
		"azure_ad_signin/2026-09-30/" + name + "11-00-00.json": list(signIn("s3", exchange, 0),
			signIn("s4", exchange, 50126)),
		"azure_ad_audit/AADAuditLog_contoso.onmicrosoft.com_2026-09-30.json": list(audit(1)),
		"azure_ad_users/AADUsers_contoso.onmicrosoft.com.json": list(`{"id":"` + jane + `","userPrincipalName":"jane@contoso.com","displayName":"Jane","createdDateTime":"2026-09-01T08:00:00Z",
			"userRegisteredAuthenticationMethods":[{"@odata.type":"#microsoft.graph.temporaryAccessPassAuthenticationMethod","id":"pass-1","createdDateTime":"2026-09-30T09:00:00Z","lifetimeInMinutes":60,"isUsableOnce":true,"temporaryAccessPass":null}]}`),
	}), Options{})
	expect(t, c, sourcesQuery,
		"AADAuditLog_contoso.onmicrosoft.com_2026-09-30.json|Graph directory audits|1|0|false||0",
		name+"10-00-00.json|Graph sign-ins|2|0|true||0",
		name+"11-00-00.json|Graph sign-ins|2|0|false||0",
		"AADUsers_contoso.onmicrosoft.com.json|users|1|0|false||0")
	expect(t, c, `SELECT count(*) FROM source WHERE filtered AND contains(note, 'a filtered export: its records count, its days do not')`, "1")
	expect(t, c, `SELECT user_id, id FROM pass_snapshot`, jane+"|pass-1")
	expect(t, c, `SELECT id, created FROM directory_user`, jane+"|2026-09-01 08:00:00")
}

// TestFilteredNDJSON: whether an export is filtered shows in its records.
func TestFilteredNDJSON(t *testing.T) {
	const exchange = "00000002-0000-0ff1-ce00-000000000000"
	c := caseOf(t, folder(t, map[string]string{
		"azure_ad_signin/all.json": signIn("s1", exchange, 0) + "\n" + signIn("s2", exchange, 0) + "\n",
		"signins.json":             signIn("s3", exchange, 0) + "\n" + signIn("s4", exchange, 0) + "\n",
	}), Options{})
	expect(t, c, `SELECT regexp_extract(path, '[^/]+$') AS name, filtered FROM source ORDER BY path`, "all.json|true",
		"signins.json|false")
}

func TestExtractorSuiteFolder(t *testing.T) {
	csv := func(lines ...string) string { return strings.Join(lines, "\r\n") + "\r\n" }
	c := caseOf(t, folder(t, map[string]string{
		"Output/Users/202609301015-Users.csv": csv(`"Id","AccountEnabled","DisplayName","UserPrincipalName","Mail","CreatedDateTime","LastPasswordChangeDateTime","DeletedDateTime","JobTitle"`,
			`"`+jane+`","True","Jane ""JD"" Doe","jane@contoso.com","jane@contoso.com","1-9-2026 08:00:00","30-9-2026 08:00:00","",""`,
			`"`+mark+`","False","Mark","mark@contoso.com","","12-4-2026 08:00:00","","",""`),
		"Output/Admins/Global Administrator.csv": csv(`"UserName","UserId","Role"`,
			`"jane@contoso.com","`+jane+`","Global Administrator"`),
		"Output/Admins/Merged/All-Administrators.csv": csv(`"UserName","UserId","Role"`,
			`"jane@contoso.com","`+jane+`","Global Administrator"`,
			`"mark@contoso.com","`+mark+`","User Administrator"`),
		"Output/Roles/20260930101500-All-Roles.csv":       csv(`"Role","UserName","UserId","DisplayName","Department","JobTitle","AccountEnabled","CreatedDateTime","LastInteractiveSignIn","LastNonInteractiveSignIn","DaysSinceLastSignIn"`, `"Security Reader","mark@contoso.com","`+mark+`","Mark","","","True","9/1/2026 8:00:00 AM","","","No sign-in data"`),
		"Output/Roles/20260930101500-PIM-Assignments.csv": csv(`"RoleName","UserPrincipalName","DisplayName","AssignmentType","SourceType","SourceName","OnPremisesSynced","AssignmentStatus","StartDateTime","EndDateTime","DirectoryScopeId"`, `"Security Administrator","mark@contoso.com","Mark","PIM Eligible","Direct","N/A","False","Eligible","9/1/2026 8:00:00 AM","Permanent","/"`),
		"Output/Groups/GroupMembers.csv":                  csv(`"GroupName","GroupId","MemberId","DisplayName","Email","UserPrincipalName","AddedDate","Permissions"`, `"Helpers","`+helpers+`","`+jane+`","Jane","","jane@contoso.com","9/30/2026 10:15:00 AM","Standard Member"`),
		"Output/Groups/Groups.csv": csv(`"GroupId","DisplayName","MembershipRule"`,
			`"`+helpers+`","Helpers",""`),
		"Output/MFA/202609301015-MFA-AuthenticationMethods.csv": csv(`"user","MFAstatus","email","fido2","app","password","phone","softwareoath","hellobusiness","temporaryAccessPass","certificateBasedAuthConfiguration"`,
			`"jane@contoso.com","Enabled","-","-","-","True","-","-","-","True","-"`,
			`"mark@contoso.com","Disabled","-","-","-","True","-","-","-","-","-"`),
		"Output/ConditionalAccess/20260930101500-ConditionalAccessPolicies.csv": csv(`"DisplayName","Id","State","CreatedDateTime","IncludeApplications","ClientAppTypes","BuiltInControls","UserActions"`, `"Protect registration","c1","enabled","9/1/2026 8:00:00 AM","","all","mfa",""`),
		// pages appended one after another, a page of one record as a bare object
		"Output/EntraID/20260930-SignInLogsGraph.json": "[\r\n" + signIn("s1", "x", 0) + ",\r\n" +
			signIn("s2", "x", 0) + "\r\n]\r\n" + signIn("s3", "x", 0) + "\r\n",
		// pages joined by stripping the outer brackets
		"Output/EntraID/Merged/SignInLogs-Combined.json": signIn("s4", "x", 0) + ",\r\n" + signIn("s5", "x", 0) +
			",\r\n",
	}), Options{})
	expect(t, c, sourcesQuery,
		"Global Administrator.csv|role members (PowerShell)|1|0|false||0",
		"All-Administrators.csv|role members (PowerShell)|2|0|false||0",
		"20260930101500-ConditionalAccessPolicies.csv|Conditional Access policies table (PowerShell)|1|1|false||0",
		"20260930-SignInLogsGraph.json|Graph sign-ins|3|0|false||0",
		"SignInLogs-Combined.json|Graph sign-ins|2|0|false||0",
		"GroupMembers.csv|group members (PowerShell)|1|0|false||0",
		"Groups.csv|group members (PowerShell)|1|1|false||0",
		"202609301015-MFA-AuthenticationMethods.csv|users' methods table|2|0|false||0",
		"20260930101500-All-Roles.csv|role members (PowerShell)|1|0|false||0",
		"20260930101500-PIM-Assignments.csv|PIM assignments (PowerShell)|1|0|false||0",
		"202609301015-Users.csv|users (PowerShell)|2|0|false||0")
	expect(t, c, `SELECT count(*) FROM quarantine`, "0")
	expect(t, c, `SELECT id, name, enabled, created, time FROM directory_user ORDER BY source_id, ordinal`,
		mark+"|Mark|true|2026-09-01 08:00:00|2026-09-30 10:15:00",
		jane+`|Jane "JD" Doe|true|2026-09-01 08:00:00|2026-09-30 10:15:00`,
		mark+"|Mark|false|2026-04-12 08:00:00|2026-09-30 10:15:00")
	expect(t, c, `SELECT role_name, coalesce(principal_id, '-'), principal_upn, eligible FROM role_member ORDER BY source_id, ordinal`,
		"Global Administrator|"+jane+"|jane@contoso.com|false",
		"Global Administrator|"+jane+"|jane@contoso.com|false",
		"User Administrator|"+mark+"|mark@contoso.com|false",
		"Security Reader|"+mark+"|mark@contoso.com|false",
		"Security Administrator|-|mark@contoso.com|true")
	expect(t, c, `SELECT group_name, group_id, member_id, member_upn FROM group_member`,
		"Helpers|"+helpers+"|"+jane+"|jane@contoso.com")
	expect(t, c, `SELECT upn, methods::VARCHAR FROM registration_detail ORDER BY upn`,
		"jane@contoso.com|[temporaryAccessPass]", "mark@contoso.com|[]")
	expect(t, c, `SELECT id FROM signin_record ORDER BY id`, "s1", "s2", "s3", "s4", "s5")
}

func TestSnapshotTimes(t *testing.T) {
	policy := func(lifetime int) string {
		return fmt.Sprintf(`{"id":"TemporaryAccessPass","state":"enabled","maximumLifetimeInMinutes":%d}`, lifetime)
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, lifetime := range map[string]int{"policy.json": 100, "policy-2026-09-28.json": 101} {
		w, err := z.CreateHeader(&zip.FileHeader{Name: name, Modified: time.Date(2026, 9, 30, 8, 30, 0, 0, time.UTC)})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(policy(lifetime))); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	c := caseOf(t, folder(t, map[string]string{
		"snapshots.zip":                b.String(),
		"policy.json":                  policy(102),
		"policy_20260927T101500Z.json": policy(103),
		"2026-09-26/policy.json":       policy(105), // a folder's name is not a file's
		"ProviderSettingsExport.json": "\ufeff" +
			`{"module_version":"1.8.0","timestamp_zulu":"2026-09-25T17:15:48.307Z","tenant_details":[{"TenantId":"25b1f699-3870-4dbb-a781-c22127c974d7"}],"authentication_method":[{"authentication_method_feature_settings":[{"Id":"TemporaryAccessPass","State":"enabled","MaximumLifetimeInMinutes":104}]}]}`,
	}), Options{})
	expect(t, c, `SELECT policy ->> '$.maximumLifetimeInMinutes', coalesce(time::VARCHAR, 'unknown'), coalesce(tenant_id, '-') FROM policy_snapshot ORDER BY 1`,
		"100|2026-09-30 08:30:00|-",
		"101|2026-09-28 00:00:00|-",
		"102|unknown|-",
		"103|2026-09-27 10:15:00|-",
		"104|2026-09-25 17:15:48.307|25b1f699-3870-4dbb-a781-c22127c974d7",
		"105|unknown|-")
}
