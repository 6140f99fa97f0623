package formats

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"tapaudit/ingest/record"
)

const (
	jane    = "7c1f5a0e-3b2d-4c6e-9f10-aa00bb11cc22"
	mark    = "0d9e8f7a-6b5c-4d3e-8f21-112233445566"
	helpers = "5e4d3c2b-1a09-4f8e-b7d6-998877665544"
	tenant  = "25b1f699-3870-4dbb-a781-c22127c974d7"
)

// loaded is a row as a test names it: its table and its text's members.
type loaded struct {
	Table string
	Row   map[string]any
}

func rowsOf(t *testing.T, out Outcome) []loaded {
	t.Helper()
	var rows []loaded
	for _, r := range out.Rows {
		var m map[string]any
		if err := json.Unmarshal([]byte(textOf(r)), &m); err != nil {
			t.Fatalf("row %s: %v", textOf(r), err)
		}
		rows = append(rows, loaded{r.Kind.Table, m})
	}
	return rows
}

// textOf is a row as one JSON object in the shape that it was read from. A column is where its kind reads it; one that
// no object has is under its own name. What is as in most records is left out: interactive, from no trusted location,
// of the sign-in log, and the time, which tests look at by itself.
func textOf(r Row) string {
	usual := map[string]string{"interactive": "true", "trusted_location": "false", "log": "signin"}
	at := map[string]any{}
	for i, c := range r.Kind.Columns {
		value := r.Values[i]
		if value == "" || value == usual[c.Name] || c.Name == "time" || c.Name == "can_show_tap" &&
			r.Kind == record.SignIn || c.Derived {
			continue
		}
		path := []string{c.Name}
		if sources := c.Sources(); len(sources) > 0 && len(sources) < 2 && !sources[0].List || c.Name == "actor_ip" {
			path = sources[0].Path
		}
		in := at
		for _, key := range path[:len(path)-1] {
			if in[key] == nil {
				in[key] = map[string]any{}
			}
			in = in[key].(map[string]any)
		}
		switch c.Type {
		case record.Time:
			in[path[len(path)-1]] = value + "Z"
		case record.Text, record.Day:
			in[path[len(path)-1]] = value
		default:
			in[path[len(path)-1]] = json.RawMessage(value)
		}
	}
	text, err := json.Marshal(at)
	if err != nil {
		return "no JSON: " + err.Error()
	}
	return string(text)
}

// timeOf is a row's time, "" where it has none.
func timeOf(r Row) string { return r.Values[r.Kind.At("time")] }

func formatName(f *Format) string {
	if f == nil {
		return ""
	}
	return f.Name
}

type row = map[string]any

func TestDirectory(t *testing.T) {
	for _, test := range []struct {
		name   string
		in     Input
		record string
		format string
		want   []loaded
		not    string // why it is not used
		bad    string
		wrong  int
	}{
		{
			name: "user with signInActivity is not a sign-in",
			record: `{"id":"` + jane +
				`","userPrincipalName":"jane@contoso.com","displayName":"Jane","userType":"Member","accountEnabled":true,"createdDateTime":"2026-09-01T08:00:00Z","employeeHireDate":"2026-09-07","signInActivity":{"lastSignInDateTime":"2026-09-29T07:00:00Z","lastSignInRequestId":"c0"}}`,
			format: "users",
			want: []loaded{{"directory_user", row{"id": jane, "userPrincipalName": "jane@contoso.com",
				"displayName": "Jane", "userType": "Member",
				"accountEnabled": true, "createdDateTime": "2026-09-01T08:00:00Z",
				"employeeHireDate": "2026-09-07T00:00:00Z"}}},
		},
		{
			name: "user of the PowerShell SDK",
			record: `{"AccountEnabled":null,"CreatedDateTime":"\/Date(1788163200000)\/","DisplayName":"Jane","Id":"` +
				jane + `","UserPrincipalName":"jane@contoso.com","AdditionalProperties":{"accountEnabled":true}}`,
			format: "users (PowerShell)",
			want: []loaded{{"directory_user", row{"id": jane, "userPrincipalName": "jane@contoso.com",
				"displayName":    "Jane",
				"accountEnabled": true, "createdDateTime": "2026-08-31T08:00:00Z"}}},
		},
		{
			name: "time that somebody looked at, as Windows PowerShell writes it",
			record: `{"Id":"` + jane +
				`","DisplayName":"Jane","UserPrincipalName":"jane@contoso.com","CreatedDateTime":{"value":"\/Date(1788163200000)\/","DisplayHint":2,"DateTime":"Monday, August 31, 2026 8:00:00 AM"}}`,
			format: "users (PowerShell)",
			want: []loaded{{"directory_user", row{"id": jane, "userPrincipalName": "jane@contoso.com",
				"displayName": "Jane", "createdDateTime": "2026-08-31T08:00:00Z"}}},
		},
		{
			name: "wrong types are left out and counted",
			record: `{"id":"` + jane +
				`","userPrincipalName":"jane@contoso.com","displayName":["Jane"],"accountEnabled":"perhaps","createdDateTime":{"at":1},"employeeHireDate":"soon"}`,
			format: "users",
			want:   []loaded{{"directory_user", row{"id": jane, "userPrincipalName": "jane@contoso.com"}}},
			wrong:  4,
		},
		{
			name: "time that stands for none",
			record: `{"Id":"` + jane +
				`","UserPrincipalName":"jane@contoso.com","DisplayName":"Jane","CreatedDateTime":"0001-01-01T00:00:00Z"}`,
			format: "users (PowerShell)",
			want: []loaded{{"directory_user", row{"id": jane, "userPrincipalName": "jane@contoso.com",
				"displayName": "Jane"}}},
			wrong: 1,
		},
		{
			name:   "user without any identity",
			record: `{"id":"00000000-0000-0000-0000-000000000000","userPrincipalName":"<null>","displayName":"?"}`,
			format: "users",
			bad:    "no id",
		},
		{
			name: "member page whose file names the group",
			in:   Input{Path: "export/groups/" + helpers + "/members.json"},
			record: `{"@odata.type":"#microsoft.graph.user","id":"` + jane +
				`","userPrincipalName":"jane@contoso.com","displayName":"Jane"}`,
			format: "users",
			want: []loaded{
				{"directory_user", row{"id": jane, "userPrincipalName": "jane@contoso.com", "displayName": "Jane"}},
				{"group_member", row{"groupId": helpers, "memberId": jane, "memberUPN": "jane@contoso.com",
					"memberType": "user"}},
			},
		},
		{
			name: "nested group on a member page",
			in:   Input{Path: "group-members-" + helpers + ".json"},
			record: `{"@odata.type":"#microsoft.graph.group","id":"` + mark +
				`","displayName":"Night shift","groupTypes":[]}`,
			format: "groups",
			want:   []loaded{{"group_member", row{"groupId": helpers, "memberId": mark, "memberType": "group"}}},
		},
		{
			name:   "role with members",
			record: `{"id":"r1","displayName":"Global Administrator","roleTemplateId":"62e90394-69f5-4237-9190-012177145e10","members":[{"@odata.type":"#microsoft.graph.user","id":"` + jane + `","userPrincipalName":"jane@contoso.com","displayName":"Jane"},{"id":"<null>"}]}`,
			format: "directory roles",
			want: []loaded{
				{"role_definition", row{"id": "r1", "templateId": "62e90394-69f5-4237-9190-012177145e10",
					"displayName": "Global Administrator"}},
				{"role_member", row{"roleId": "r1", "roleTemplateId": "62e90394-69f5-4237-9190-012177145e10",
					"roleName":    "Global Administrator",
					"principalId": jane, "principalUPN": "jane@contoso.com", "principalName": "Jane",
					"principalType": "user", "eligible": false}},
			},
			wrong: 1,
		},
		{
			name:   "role definition says whether it is privileged",
			record: `{"id":"b0f54661-2d74-4c50-afa3-1ec803f12efe","description":"Can create","displayName":"Helpdesk tier 2","isBuiltIn":false,"isEnabled":true,"isPrivileged":true,"templateId":"b0f54661-2d74-4c50-afa3-1ec803f12efe","rolePermissions":[]}`,
			format: "directory roles",
			want: []loaded{{"role_definition", row{"id": "b0f54661-2d74-4c50-afa3-1ec803f12efe",
				"templateId":  "b0f54661-2d74-4c50-afa3-1ec803f12efe",
				"displayName": "Helpdesk tier 2", "isPrivileged": true}}},
		},
		{
			name: "eligibility by its own members, whatever the path says",
			in:   Input{Path: "RoleAssignment/RoleAssignment-0.json"},
			record: `{"id":"e1","principalId":"` + jane +
				`","roleDefinitionId":"r1","memberType":"Direct","roleEligibilityScheduleId":"s1"}`,
			format: "role assignments",
			want:   []loaded{{"role_member", row{"roleId": "r1", "principalId": jane, "eligible": true}}},
		},
		{
			name: "active assignment in a folder that is named for eligibilities",
			in: Input{Path: "eligible/x.json",
				Context: "https://graph.microsoft.com/v1.0/$metadata#roleManagement/directory/roleAssignments"},
			record: `{"id":"a1","principalId":"` + jane +
				`","roleDefinitionId":"r1","directoryScopeId":"/","roleDefinition":{"id":"r1","displayName":"Reader of secrets","templateId":"r1","isPrivileged":true},"principal":{"@odata.type":"#microsoft.graph.user","id":"` + jane + `","userPrincipalName":"jane@contoso.com","displayName":"Jane"}}`,
			format: "role assignments",
			want: []loaded{
				{"role_member", row{"roleId": "r1", "roleTemplateId": "r1", "roleName": "Reader of secrets",
					"principalId":  jane,
					"principalUPN": "jane@contoso.com", "principalName": "Jane", "principalType": "user",
					"eligible": false}},
				{"role_definition", row{"id": "r1", "templateId": "r1", "displayName": "Reader of secrets",
					"isPrivileged": true}},
			},
		},
		{
			name: "request for a role is not a role",
			record: `{"id":"q1","action":"adminRemove","status":"Revoked","principalId":"` + jane +
				`","roleDefinitionId":"r1"}`,
			format: "role assignments",
			not:    "a request for a role, which does not say who holds it",
		},
		{
			name:   "assignment to nobody",
			record: `{"id":"a2","principalId":"<null>","roleDefinitionId":"r1"}`,
			format: "role assignments",
			bad:    "no id of who holds the role",
		},
		{
			name: "group with members is not a role",
			record: `{"id":"` + helpers +
				`","displayName":"Helpers","groupTypes":[],"securityEnabled":true,"isAssignableToRole":true,"members":[{"@odata.type":"#microsoft.graph.user","id":"` + jane + `"},{"@odata.type":"#microsoft.graph.group","id":"` + mark + `"}]}`,
			format: "groups",
			want: []loaded{
				{"group_member", row{"groupId": helpers, "groupName": "Helpers", "memberId": jane,
					"memberType": "user"}},
				{"group_member", row{"groupId": helpers, "groupName": "Helpers", "memberId": mark,
					"memberType": "group"}},
			},
		},
		{
			name:   "empty group is known to be empty",
			record: `{"id":"` + helpers + `","displayName":"Helpers","securityEnabled":true,"members":[]}`,
			format: "groups",
			want:   []loaded{{"group_member", row{"groupId": helpers, "groupName": "Helpers"}}},
		},
		{
			name:   "group of which only names and members were selected",
			record: `{"id":"` + helpers + `","displayName":"Helpers","members":[{"id":"` + jane + `"},{"id":""}]}`,
			format: "groups",
			want:   []loaded{{"group_member", row{"groupId": helpers, "groupName": "Helpers", "memberId": jane}}},
			wrong:  1,
		},
		{
			name:   "group of members without ids",
			record: `{"id":"` + helpers + `","displayName":"Helpers","members":["` + jane + `",{"id":"<null>"}]}`,
			format: "groups",
			not:    "a group whose members have no id",
			wrong:  2,
		},
		{
			name: "administrative unit is not a group",
			record: `{"id":"` + helpers +
				`","displayName":"EMEA","membershipType":"Dynamic","membershipRule":"x","members":[{"id":"` + jane +
				`"}]}`,
		},
		{
			name:   "group without its members says nothing",
			record: `{"id":"` + helpers + `","displayName":"Helpers","groupTypes":[],"securityEnabled":true}`,
			format: "groups",
			not:    "a group without its members",
		},
		{
			name: "registration details are not users",
			record: `{"id":"` + jane +
				`","userPrincipalName":"jane@contoso.com","userDisplayName":"Jane","userType":"member","isAdmin":true,"isMfaRegistered":false,"isPasswordlessCapable":false,"methodsRegistered":["temporaryAccessPass",null]}`,
			format: "registration details",
			want: []loaded{{"registration_detail",
				row{"id": jane, "userPrincipalName": "jane@contoso.com", "isAdmin": true,
					"methodsRegistered": []any{"temporaryAccessPass"}}}},
		},
		{
			name: "registration details as a table's cells",
			record: `{"Id":"` + jane +
				`","IsAdmin":"False","IsMfaCapable":"True","MethodsRegistered":"microsoftAuthenticatorPush\r\ntemporaryAccessPass\r\n","UserPrincipalName":"jane@contoso.com"}`,
			format: "registration details (PowerShell)",
			want: []loaded{{"registration_detail",
				row{"id": jane, "userPrincipalName": "jane@contoso.com", "isAdmin": false,
					"methodsRegistered": []any{"microsoftAuthenticatorPush", "temporaryAccessPass"}}}},
		},
		{
			name:   "Conditional Access policy is not a policy snapshot",
			record: `{"id":"c1","displayName":"Protect registration","state":"enabled","createdDateTime":"2025-01-01T00:00:00Z","conditions":{"users":{"includeUsers":["All"]},"applications":{"includeApplications":[],"includeUserActions":["urn:user:registersecurityinfo"]}},"grantControls":{"operator":"OR","builtInControls":["mfa"]}}`,
			format: "Conditional Access policies",
			want: []loaded{{"conditional_access_policy",
				row{"id": "c1", "displayName": "Protect registration", "state": "enabled",
					"userActions": []any{"urn:user:registersecurityinfo"}}}},
		},
		{
			name:   "Conditional Access policy of the PowerShell SDK, too shallow",
			record: `{"Conditions":{"Applications":"Microsoft.Graph.PowerShell.Models.MicrosoftGraphConditionalAccessApplications"},"DisplayName":"Protect registration","Id":"c1","State":"enabled","GrantControls":{}}`,
			format: "Conditional Access policies (PowerShell)",
			not:    withoutUserActions,
		},
		{
			name:   "authentication strength",
			record: `{"id":"00000000-0000-0000-0000-000000000002","displayName":"Multifactor authentication","policyType":"builtIn","allowedCombinations":["temporaryAccessPassOneTime","temporaryAccessPassMultiUse","fido2"]}`,
			format: "authentication strengths",
			want: []loaded{{"authentication_strength",
				row{"id": "00000000-0000-0000-0000-000000000002", "displayName": "Multifactor authentication",
					"allowedCombinations": []any{"temporaryAccessPassOneTime", "temporaryAccessPassMultiUse", "fido2"}}}},
		},
		{
			name:   "service principal",
			record: `{"id":"11111111-2222-4333-8444-555555555555","appId":"ce79fdc4-cd1d-4ea5-8139-e74d7dbe0bb7","displayName":"Azure AD Lifecycle Workflows","servicePrincipalType":"Application","appRoles":[]}`,
			format: "service principals",
			want: []loaded{{"service_principal",
				row{"id": "11111111-2222-4333-8444-555555555555", "appId": "ce79fdc4-cd1d-4ea5-8139-e74d7dbe0bb7",
					"displayName": "Azure AD Lifecycle Workflows"}}},
		},
		{
			name:   "service principal among members",
			record: `{"@odata.type":"#microsoft.graph.servicePrincipal","id":"` + mark + `","displayName":"Sync"}`,
			format: "other directory objects",
			not:    "an object of the kind servicePrincipal",
		},
		{
			name:   "risk detection is neither sign-in nor user",
			record: `{"id":"d1","requestId":"r","correlationId":"c","riskEventType":"unfamiliarFeatures","riskLevel":"low","activity":"signin","activityDateTime":"2026-09-01T00:00:00Z","ipAddress":"203.0.113.9","userId":"` + jane + `","userDisplayName":"Jane","userPrincipalName":"jane@contoso.com"}`,
		},
		{
			name: "risky user is not a user",
			record: `{"id":"` + jane +
				`","isDeleted":false,"riskLevel":"none","riskState":"dismissed","userDisplayName":"Jane","userPrincipalName":"jane@contoso.com"}`,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			checkRead(t, &test.in, test.record, test.format, test.want, test.not, test.bad, test.wrong)
		})
	}
}

func checkRead(t *testing.T, in *Input, record, format string, want []loaded, not, bad string, wrong int) {
	t.Helper()
	f, out := Read(record, nil, in)
	if got := formatName(f); got != format {
		t.Fatalf("recognised as %q, not %q", got, format)
	}
	if out.NotUsed != not || out.Bad != bad || out.Wrong != wrong {
		t.Errorf("not used %q, bad %q, %d wrong; want %q, %q, %d", out.NotUsed, out.Bad, out.Wrong, not, bad, wrong)
	}
	if diff := cmp.Diff(want, rowsOf(t, out)); diff != "" {
		t.Error(diff)
	}
}

func TestPassMethods(t *testing.T) {
	const (
		passID = "c5dbd20a-8b8f-4791-a23f-488fcbde3b38"
		fields = `"createdDateTime":"2026-09-30T09:00:00Z","startDateTime":"2026-09-30T10:00:00Z","lifetimeInMinutes":60,"isUsableOnce":true,"isUsable":false,"methodUsabilityReason":"NotYetValid"`
		method = `"id":"` + passID + `",` + fields
	)
	pass := func(user row) []loaded {
		r := row{"id": passID, "createdDateTime": "2026-09-30T09:00:00Z", "startDateTime": "2026-09-30T10:00:00Z",
			"lifetimeInMinutes": 60.0, "isUsableOnce": true, "isUsable": false, "methodUsabilityReason": "NotYetValid"}
		for k, v := range user {
			r[k] = v
		}
		return []loaded{{"pass_snapshot", r}}
	}
	const unknown = "a pass of which neither the record nor the page or the file's name says whose it is"
	for _, test := range []struct {
		name, path, context, record, format string
		want                                []loaded
		not, bad                            string
		wrong                               int
	}{
		{name: "context", path: "tenantId=" + tenant + "/methods.json",
			context: "https://graph.microsoft.com/v1.0/$metadata#users('" + jane +
				"')/authentication/temporaryAccessPassMethods",
			record: `{` + method + `,"temporaryAccessPass":null}`, format: "temporary access pass methods",
			want: pass(row{"userId": jane})},
		{name: "context names the UPN", context: "$metadata#users('jane%40contoso.com')/x",
			record: `{` + method + `,"users":"jane@contoso.com"}`, format: "temporary access pass methods",
			want: pass(row{"userUPN": "jane@contoso.com"})},
		{name: "file name", path: "tenantId=" + tenant + "/tap-" + jane + ".json", record: `{` + method + `}`,
			format: "temporary access pass methods", want: pass(row{"userId": jane})},
		{name: "file name is the UPN", path: "methods/jane@contoso.com.json.gz", record: `{` + method + `}`,
			format: "temporary access pass methods", want: pass(row{"userUPN": "jane@contoso.com"})},
		{name: "folder", path: "users/" + jane + "/temporaryAccessPassMethods.json", record: `{` + method + `}`,
			format: "temporary access pass methods", want: pass(row{"userId": jane})},
		{name: "a tenant's folder is not a user", path: "tenantId=" + tenant + "/methods.json", record: `{` + method +
			`}`, format: "temporary access pass methods", not: unknown},
		{name: "users key holds an id", record: `{` + method + `,"users":"` + jane + `"}`,
			format: "temporary access pass methods", want: pass(row{"userId": jane})},
		{name: "users key holds the user", record: `{` + method + `,"users":{"id":"` + jane +
			`","userPrincipalName":"jane@contoso.com","displayName":"Jane","accountEnabled":true}}`,
			format: "temporary access pass methods", want: pass(row{"userId": jane, "userUPN": "jane@contoso.com"})},
		{name: "PowerShell, with the passcode", path: jane + ".json",
			record: `{"CreatedDateTime":"\/Date(1790758800000)\/","Id":"` + passID +
				`","IsUsable":false,"IsUsableOnce":true,"LifetimeInMinutes":60,"MethodUsabilityReason":"NotYetValid","StartDateTime":"\/Date(1790762400000)\/","TemporaryAccessPass":"TAPRocks!","AdditionalProperties":{}}`,
			format: "temporary access pass methods (PowerShell)", want: pass(row{"userId": jane})},
		{name: "any method of the PowerShell SDK", path: jane + ".json",
			record: `{"Id":"` + passID +
				`","AdditionalProperties":{"@odata.type":"#microsoft.graph.temporaryAccessPassAuthenticationMethod",` +
				fields + `}}`,
			format: "temporary access pass methods (PowerShell)", want: pass(row{"userId": jane})},
		{name: "list under a user", record: `{"userId":"` + jane +
			`","userPrincipalName":"jane@contoso.com","temporaryAccessPassMethods":[{` + method +
			`,"temporaryAccessPass":"TAPRocks!"}]}`,
			format: "users' methods", want: pass(row{"userId": jane, "userUPN": "jane@contoso.com"})},
		{name: "page under a user", record: `{"id":"` + jane +
			`","userPrincipalName":"jane@contoso.com","temporaryAccessPassMethods":{"value":[{` + method + `}]}}`,
			format: "users' methods", want: pass(row{"userId": jane, "userUPN": "jane@contoso.com"})},
		{name: "expanded", record: `{"id":"` + jane +
			`","authentication":{"methods":[{"@odata.type":"#microsoft.graph.phoneAuthenticationMethod","id":"3"},{` +
			method + `}]}}`,
			format: "users' methods", want: pass(row{"userId": jane})},
		{name: "keyed by user", record: `{"` + mark + `":[],"` + jane + `":[{` + method + `}]}`,
			format: "users' methods", want: pass(row{"userId": jane})},
		{name: "no pass in the list", record: `{"userId":"` + jane + `","temporaryAccessPassMethods":[]}`,
			format: "users' methods", not: "a user's methods without a pass"},
		{name: "zero id", path: jane + ".json", record: `{"id":"00000000-0000-0000-0000-000000000000",` + fields + `}`,
			format: "temporary access pass methods", bad: "no id"},
		{name: "wrong types", path: jane + ".json", record: `{"id":"` + passID +
			`","createdDateTime":"yesterday","lifetimeInMinutes":"long","isUsableOnce":[true],"isUsable":"no"}`,
			format: "temporary access pass methods",
			want:   []loaded{{"pass_snapshot", row{"id": passID, "userId": jane}}}, wrong: 4},
		{name: "another method", record: `{"@odata.type":"#microsoft.graph.fido2AuthenticationMethod","id":"f","model":"key","createdDateTime":"2026-09-30T09:00:00Z"}`,
			format: "authentication methods",
			not:    "an authentication method or another object of a user that is not a pass"},
		{name: "another method without its type",
			record: `{"id":"3179e48a","phoneNumber":"+1 5550100","phoneType":"mobile","users":{"id":"` + jane +
				`","userPrincipalName":"jane@contoso.com","displayName":"Jane"}}`,
			format: "authentication methods",
			not:    "an authentication method or another object of a user that is not a pass"},
	} {
		t.Run(test.name, func(t *testing.T) {
			in := &Input{Path: test.path, Context: test.context}
			checkRead(t, in, test.record, test.format, test.want, test.not, test.bad, test.wrong)
			_, out := Read(test.record, nil, in)
			for _, r := range out.Rows {
				if strings.Contains(textOf(r), "TAPRocks") {
					t.Errorf("the row holds the passcode: %s", textOf(r))
				}
			}
			if out.KeepRaw {
				t.Error("the record's text is kept")
			}
			_, found := record.MaskPasscodes(test.record)
			if want := strings.Count(test.record, "TAPRocks"); found != want {
				t.Errorf("%d passcodes counted, not %d", found, want)
			}
		})
	}
}

func TestTimeInName(t *testing.T) {
	at := func(s string) time.Time {
		t, err := time.Parse(time.RFC3339, s)
		if err != nil {
			panic(err)
		}
		return t
	}
	for name, want := range map[string]time.Time{
		"policy-2026-09-30.json":                                       at("2026-09-30T00:00:00Z"),
		"policy_20260930T101500Z.json":                                 at("2026-09-30T10:15:00Z"),
		"policy_2026-09-30T10-15-00Z.json":                             at("2026-09-30T10:15:00Z"),
		"202609301015-Users.csv":                                       at("2026-09-30T10:15:00Z"),
		"20260930101559-All-Roles.csv":                                 at("2026-09-30T10:15:59Z"),
		"exportUsers_2026-9-3.csv":                                     at("2026-09-03T00:00:00Z"),
		"roles_2026-09-01_2026-09-30.json":                             at("2026-09-01T00:00:00Z"),
		"policy-2026-02-31.json":                                       {},
		"methods-20261231-1111-4222-8333-444455556666.json":            {},
		"methods-20261231-1111-4222-8333-444455556666-2026-09-30.json": at("2026-09-30T00:00:00Z"),
		"ProviderSettingsExport.json":                                  {},
	} {
		if got := TimeInName(name); !got.Equal(want) {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
}

// FuzzRead: whatever a record is, it makes rows of valid JSON or there is a reason why not.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{
		`{"id":"1","userPrincipalName":"a@b.c","displayName":"A","methods":[{"lifetimeInMinutes":1,"isUsableOnce":true}]}`,
		`{"id":"1","displayName":"G","members":["x",{"id":"2"}]}`,
		`{"groupId":"1","members":[]}`,
		`{"Id":"TemporaryAccessPass","State":"enabled","AdditionalProperties":{"includeTargets":[{"Id":"all_users"},1]}}`,
		`{"principalId":"1","roleDefinition":{"id":"\ud800","displayName":"R","isPrivileged":1e999}}`,
		`{"privilegedGroupId":"1","id":"2","roleDefinitionId":3}`,
		`{"id":"1","directoryRoles":{"id":[]}}`,
		`{"roleName":"R","assignmentStatus":"Eligible"}`,
		`{"a@b.c":[{"lifetimeInMinutes":1,"isUsableOnce":true}]}`,
		`{"conditions":{"applications":{"includeUserActions":["x",{}]}},"state":"enabled","displayName":"P"}`,
		scubaExport(`"date":"30.09.2026 19:15:48 W. Europe Daylight Time"`, sdkConfiguration),
		mailRead(),
		mailRead(`{"FolderItems"`, `"@{Path=\\Inbox; FolderItems=System.Object[]}",{"FolderItems"`, `"UserType":0`,
			`"UserType":"5"`),
		unified("Exchange", "Set-Mailbox",
			`"AppAccessContext":{},"Parameters":[{"Name":"ForwardingSmtpAddress","Value":"smtp:\ud800"},{"Name":1,"Value":[]},7,"@{Name=Name; Value=x}"],"UserId":["x"]`),
		unified("Exchange", "UpdateInboxRules",
			`"OperationProperties":{"RuleActions":"[{\"Recipients\":[[],1,\"a;b\"]},1]"},"AffectedItems":"System.Object[]","Item":{"ParentFolder":[]}`),
		unified("AzureActiveDirectory", "Add application.",
			`"Actor":[{"ID":"User_x","Type":2},1],"Target":{"ID":"x"},"ExtendedProperties":[{"Name":"additionalDetails","Value":"{\"AppId\":1e999}"}]`),
		`{"Timestamp":"2026-09-14T09:05:00Z","ActionType":"x","RawEventData":"{\"Operation\":\"x\",\"Id\":\"temporaryAccessPass\\\":\\\"S3cret\"}"}`,
		`{"category":"MicrosoftGraphActivityLogs","time":"2026-09-14T09:05:00Z","properties":{"requestUri":"https://x/v1.0/users(%ff)/a:/%2f:/('b')/\ud800?$select=%ff,a&$filter=a eq 'b&%","responseStatusCode":1e3,"c_Sid":{}}}`,
		`{"lake":"activity","id":"1","time":"2026-09-14T09:05:00Z","log_type":"unified audit","operation":"x","details":"{\"a\":","targets":[1,"x"],"items":"many","by_system":"perhaps"}`,
	} {
		f.Add(seed, "users/"+jane+"/x.json")
	}
	f.Fuzz(func(t *testing.T, text, path string) {
		if !json.Valid([]byte(text)) || !utf8.ValidString(text) {
			return // the framer hands on nothing else
		}
		format, out := Read(text, nil, &Input{Path: path})
		if format == nil {
			return
		}
		if (len(out.Rows) == 0) == (out.NotUsed == "" && out.Bad == "") {
			t.Errorf("%s: %d rows, not used %q, bad %q", format.Name, len(out.Rows), out.NotUsed, out.Bad)
		}
		for _, r := range out.Rows {
			if text := textOf(r); !json.Valid([]byte(text)) || !utf8.ValidString(text) {
				t.Errorf("%s: %s", r.Kind.Table, text)
			}
		}
	})
}
