package formats

import (
	"fmt"
	"testing"

	"tapaudit/ingest/record"
)

func TestCollectors(t *testing.T) {
	const admin = "Global Administrator"
	for _, test := range []struct {
		name, path, record, format string
		want                       []loaded
		not, bad                   string
		wrong                      int
	}{
		{name: "role file", record: `{"UserName":"jane@contoso.com","UserId":"` + jane + `","Role":"` + admin + `"}`,
			format: "role members (PowerShell)",
			want: []loaded{{"role_member", row{"roleName": admin, "principalId": jane,
				"principalUPN": "jane@contoso.com", "principalType": "user", "eligible": false}}}},
		{name: "all roles", record: `{"Role":"` + admin + `","UserName":"Unknown","UserId":"` + jane +
			`","DisplayName":"Jane","AccountEnabled":"Error retrieving data","CreatedDateTime":"Error retrieving data","DaysSinceLastSignIn":"Error retrieving data"}`,
			format: "role members (PowerShell)", wrong: 2,
			want: []loaded{{"role_member", row{"roleName": admin, "principalId": jane, "principalName": "Jane",
				"principalType": "user", "eligible": false}},
				{"directory_user", row{"id": jane, "displayName": "Jane"}}}},
		{name: "devices are not roles", record: `{"UserName":"Jane","UserId":"` + jane +
			`","DeviceName":"PC-1","OperatingSystem":"Windows","CreatedDateTime":"2026-09-01"}`},
		{name: "PIM, eligible", record: `{"RoleName":"` + admin +
			`","UserPrincipalName":"jane@contoso.com","DisplayName":"Jane","AssignmentType":"PIM Eligible","SourceType":"Group","SourceName":"Admins","AssignmentStatus":"Eligible","EndDateTime":"Permanent","DirectoryScopeId":"/"}`,
			format: "PIM assignments (PowerShell)",
			want: []loaded{{"role_member", row{"roleName": admin, "principalUPN": "jane@contoso.com",
				"principalName": "Jane", "principalType": "user", "eligible": true}}}},
		{name: "PIM, active", record: `{"RoleName":"` + admin +
			`","UserPrincipalName":"jane@contoso.com","DisplayName":"Jane","AssignmentType":"PIM Active","AssignmentStatus":"Active"}`,
			format: "PIM assignments (PowerShell)",
			want: []loaded{{"role_member", row{"roleName": admin, "principalUPN": "jane@contoso.com",
				"principalName": "Jane", "principalType": "user", "eligible": false}}}},
		{name: "group member", record: `{"GroupName":"Helpers","GroupId":"` + helpers + `","MemberId":"` + jane +
			`","DisplayName":"Jane","Email":"","UserPrincipalName":"jane@contoso.com","AddedDate":"30-9-2026 10:15:00","Permissions":"Standard Member"}`,
			format: "group members (PowerShell)",
			want: []loaded{{"group_member", row{"groupId": helpers, "groupName": "Helpers", "memberId": jane,
				"memberUPN": "jane@contoso.com"}}}},
		{name: "group member without id", record: `{"GroupName":"Helpers","GroupId":"` + helpers +
			`","MemberId":"","UserPrincipalName":""}`,
			format: "group members (PowerShell)", bad: "no id of the group's member"},
		{name: "group with a list", record: `{"groupId":"` + helpers + `","groupName":"Helpers","members":[{"id":"` +
			jane + `"}]}`, format: "group members",
			want: []loaded{{"group_member", row{"groupId": helpers, "groupName": "Helpers", "memberId": jane}}}},
		{name: "members of nobody's group", record: `{"groupId":"<null>","members":[]}`, format: "group members",
			bad: "no id of the group"},
		{name: "group in a table", record: `{"GroupId":"` + helpers + `","DisplayName":"Helpers","MembershipRule":""}`,
			format: "group members (PowerShell)", not: "a group without its members"},
		{name: "methods, as today",
			record: `{"user":"jane@contoso.com","MFAstatus":"Enabled","email":"-","fido2":"True","app":"-","password":"True","phone":"-","softwareoath":"-","hellobusiness":"-","temporaryAccessPass":"True","certificateBasedAuthConfiguration":"-"}`,
			format: "users' methods table", want: []loaded{{"registration_detail",
				row{"userPrincipalName": "jane@contoso.com",
					"methodsRegistered": []any{"fido2", "temporaryAccessPass"}}}}},
		{name: "methods, as before",
			record: `{"user":"jane@contoso.com","MFAstatus":"Disabled","email":"-","fido2":"-","app":"-","password":"True","phone":"-","softwareoath":"-","tempaccess":"-","hellobusiness":"-"}`,
			format: "users' methods table", want: []loaded{{"registration_detail",
				row{"userPrincipalName": "jane@contoso.com", "methodsRegistered": []any{}}}}},
		{name: "table of Conditional Access policies",
			record: `{"DisplayName":"Protect registration","Id":"c1","State":"enabled","IncludeApplications":"","ClientAppTypes":"all","BuiltInControls":"mfa","UserActions":"high"}`,
			format: "Conditional Access policies table (PowerShell)", not: withoutUserActions},
		{name: "member with its role",
			record: `{"accountEnabled":true,"createdDateTime":"2026-09-01T08:00:00Z","directoryRoles":{"description":"All","displayName":"` + admin + `","id":"r1","roleTemplateId":"62e90394-69f5-4237-9190-012177145e10"},"displayName":"Jane","id":"` + jane + `","userPrincipalName":"jane@contoso.com"}`,
			format: "directory role members",
			want: []loaded{{"role_member", row{"roleId": "r1",
				"roleTemplateId": "62e90394-69f5-4237-9190-012177145e10", "roleName": admin, "principalId": jane,
				"principalUPN": "jane@contoso.com", "principalName": "Jane", "eligible": false}},
				{"directory_user", row{"id": jane, "userPrincipalName": "jane@contoso.com", "displayName": "Jane",
					"accountEnabled": true, "createdDateTime": "2026-09-01T08:00:00Z"}}}},
		{name: "member with its role's id", record: `{"directoryRoles":"r1","id":"` + jane + `"}`,
			format: "directory role members",
			want:   []loaded{{"role_member", row{"roleId": "r1", "principalId": jane, "eligible": false}}}},
		{name: "member of a group that is eligible",
			path: "zt-export/RoleEligibilityScheduleInstanceGroup/RoleEligibilityScheduleInstanceGroup-0.json",
			record: `{"@odata.type":"#microsoft.graph.user","id":"` + jane +
				`","displayName":"Jane","userPrincipalName":"jane@contoso.com","privilegedGroupId":"` + helpers +
				`","roleDefinitionId":"r1"}`,
			format: "members of privileged groups",
			want: []loaded{{"group_member", row{"groupId": helpers, "memberId": jane, "memberUPN": "jane@contoso.com",
				"memberType": "user"}},
				{"role_member", row{"roleId": "r1", "principalId": jane, "principalUPN": "jane@contoso.com",
					"principalName": "Jane", "principalType": "user", "eligible": true}},
				{"directory_user", row{"id": jane, "userPrincipalName": "jane@contoso.com", "displayName": "Jane"}}}},
		{name: "user with settings and methods", path: "azure_ad_users/AADUsers_contoso.onmicrosoft.com.json",
			record: `{"id":"` + jane +
				`","userPrincipalName":"jane@contoso.com","displayName":"Jane","userAuthenticationSettings":{"id":"` +
				jane + `","userPrincipalName":"jane@contoso.com","isAdmin":false,"methodsRegistered":["temporaryAccessPass"]},` +
				`"userRegisteredAuthenticationMethods":[{"@odata.type":"#microsoft.graph.passwordAuthenticationMethod","id":"28c10230"},{"@odata.type":"#microsoft.graph.temporaryAccessPassAuthenticationMethod","id":"p1","lifetimeInMinutes":60,"isUsableOnce":false,"temporaryAccessPass":null}]}`,
			format: "users",
			want: []loaded{{"directory_user", row{"id": jane, "userPrincipalName": "jane@contoso.com",
				"displayName": "Jane"}},
				{"registration_detail", row{"id": jane, "userPrincipalName": "jane@contoso.com", "isAdmin": false,
					"methodsRegistered": []any{"temporaryAccessPass"}}},
				{"pass_snapshot", row{"id": "p1", "userId": jane, "userUPN": "jane@contoso.com",
					"lifetimeInMinutes": 60.0, "isUsableOnce": false}}}},
		{name: "Maester", record: `{"Result":"Failed","FailedCount":1,"PassedCount":2,"TotalCount":3,"ExecutedAt":"2026-09-30T10:00:00Z","TenantId":"` + tenant + `","Tests":[{"Name":"EIDSCA.AT01: Authentication Method - Temporary Access Pass - State.","Result":"Passed"}]}`,
			format: "another tool's verdicts", not: "not raw evidence: verdicts of Maester"},
		{name: "EIDSCA", record: `{"CollectedBy":"Maester","ControlArea":[{"GraphUri":"https://graph.microsoft.com/beta/policies/authenticationMethodsPolicy/authenticationMethodConfigurations('TemporaryAccessPass')","Controls":[{"CheckId":"AT01","RecommendedValue":"enabled"}]}]}`,
			format: "another tool's verdicts", not: "not raw evidence: controls of EIDSCA"},
		{name: "Monkey365", record: `{"metadata":{"product":{"name":"Monkey365"}},"activityName":"Create","severity":"Medium","statusCode":"fail","findingInfo":{"title":"Ensure that the Temporary Access Pass is one-time"},"resources":{}}`,
			format: "another tool's verdicts", not: "not raw evidence: findings of Monkey365 or a tool of its kind"},
	} {
		t.Run(test.name, func(t *testing.T) {
			checkRead(t, &Input{Path: test.path}, test.record, test.format, test.want, test.not, test.bad, test.wrong)
			if _, found := record.MaskPasscodes(test.record); found > 0 {
				t.Errorf("%d passcodes counted where there is none", found)
			}
		})
	}
}

func TestFiltered(t *testing.T) {
	signIn := func(app string, code int) string {
		return fmt.Sprintf(`{"id":"s1","createdDateTime":"2026-09-30T10:00:00Z","userId":"%s","userPrincipalName":"jane@contoso.com","appId":"%s","ipAddress":"203.0.113.9","clientAppUsed":"Browser","correlationId":"c1","status":{"errorCode":%d}}`, jane, app, code)
	}
	const exchange, shell, myApps = "00000002-0000-0ff1-ce00-000000000000", zeroTrustApplication,
		"2793995e-0a7d-40d7-bd35-6968ba142197"
	const dfir = "case/azure_ad_signin/2026-09-30/AADSigninLog_contoso.onmicrosoft.com_2026-09-30_10-00-00.json"
	for _, test := range []struct {
		path, record    string
		hint            bool
		filtered, whole bool
	}{
		{"zt-export/SignIn/SignIn-0.json", signIn(shell, 0), true, true, false},
		{`zt-export\SignIn\SignIn-12.json`, signIn(shell, 0), true, true, false},
		{"renamed/SignIn/SignIn-0.json", signIn(myApps, 0), true, true, true},
		{"zt-export/User/User-0.json", signIn(shell, 0), false, false, false},
		{"anything.json", `{"id":"s1","createdDateTime":"2026-09-30T10:00:00Z","isInteractive":true,"status":{"errorCode":0},"conditionalAccessStatus":"success","authenticationRequirement":"singleFactorAuthentication","deviceDetail":{"isManaged":false},"resourceId":"x","agent":{"agentType":"notAgentic"}}`, false, true, false},
		{dfir, signIn(exchange, 0), true, true, false},
		{dfir, signIn(exchange, 50126), true, true, true},
		{dfir, signIn(myApps, 0), true, true, true},
		{"signins.json", signIn(exchange, 0), false, false, false},
	} {
		f, out := Read(test.record, nil, &Input{Path: test.path})
		if formatName(f) != "Graph sign-ins" || out.Filtered != test.filtered || out.Whole != test.whole ||
			len(out.Rows) != 1 {
			t.Errorf("%s: %s, filtered %v, whole %v, %d rows; want filtered %v, whole %v", test.path, formatName(f),
				out.Filtered, out.Whole, len(out.Rows), test.filtered, test.whole)
		}
		if got := (&Input{Path: test.path}).filter() != noFilter; got != test.hint {
			t.Errorf("%s: may be filtered %v", test.path, got)
		}
	}
}

func TestCollectorCap(t *testing.T) {
	for _, test := range []struct {
		path    string
		records int64
		capped  bool
	}{
		{"entraid/entraid_audit_logs/entraidauditlog_2026-09-30.json", 1000, true},
		{"azuread/azureadauditlog_2026-09-30.json.gz", 1000, true},
		{"entraid/entraidauditlog_2026-09-30.json", 999, false},
		{"entraid/signin_rt/rt_signin_log_2026-09-30.json", 1000, false},
	} {
		if got := CollectorCap(test.path, test.records); (got != "") != test.capped {
			t.Errorf("%s with %d records: %q", test.path, test.records, got)
		}
	}
}
