package formats

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tapaudit/ingest/record"
)

func TestTakeApart(t *testing.T) {
	const id = "7d1c5a0e-2f1b-4c7e-9a51-3b8f0c6d2e10"
	for uri, want := range map[string]request{
		"https://graph.microsoft.com/v1.0/users/" + id +
			"/authentication/temporaryAccessPassMethods": {path: "/users/{id}/authentication/temporaryAccessPassMethods", ids: []string{id}},
		"https://graph.microsoft.com/beta/users/jane%40contoso.com/authentication/fido2Methods/-QhZeBqL3kq": {path: "/users/{id}/authentication/fido2Methods/{id}", ids: []string{"jane@contoso.com", "-QhZeBqL3kq"}},
		"/v1.0/users('" + id + "')/authentication/temporaryAccessPassMethods('x')":                          {path: "/users/{id}/authentication/temporaryAccessPassMethods/{id}", ids: []string{id, "x"}},
		"https://graph.microsoft.com/v1.0/users(userPrincipalName='o''hara@contoso.com')/messages":          {path: "/users/{id}/messages", ids: []string{"o'hara@contoso.com"}},
		"https://graph.microsoft.com/v1.0/users/jane/messages":                                              {path: "/users/{id}/messages", ids: []string{"jane"}},
		"https://graph.microsoft.com/v1.0/users/" + id +
			"/authentication/methods/resetTraditionalAuthenticationMethods": {path: "/users/{id}/authentication/methods/resetTraditionalAuthenticationMethods", ids: []string{id}},
		"https://graph.microsoft.com/beta/policies/authenticationMethodsPolicy/authenticationMethodConfigurations/TemporaryAccessPass": {path: "/policies/authenticationMethodsPolicy/authenticationMethodConfigurations/TemporaryAccessPass"},
		"https://graph.microsoft.com/v1.0/me/mailFolders/inbox/messageRules":                                                           {path: "/me/mailFolders/inbox/messageRules"},
		"https://graph.microsoft.com/v1.0/me/messages/AAMkAGI2TG93AAA=/$value":                                                         {path: "/me/messages/{id}/$value", ids: []string{"AAMkAGI2TG93AAA="}},
		"https://graph.microsoft.com/v1.0/me/drive/root:/Geheim/Kunden%20Liste.xlsx:/content":                                          {path: "/me/drive/root:/{id}/content", ids: []string{"Geheim/Kunden Liste.xlsx"}},
		"https://graph.microsoft.com/v1.0/sites/contoso.sharepoint.com:/sites/hr:/lists":                                               {path: "/sites/{id}:/{id}/lists", ids: []string{"contoso.sharepoint.com", "sites/hr"}},
		"https://graph.microsoft.com/v1.0/sites/root/drives/b!x-y_z/items/01ABC!123":                                                   {path: "/sites/root/drives/{id}/items/{id}", ids: []string{"b!x-y_z", "01ABC!123"}},
		"https://graph.microsoft.com/v1.0/directoryRoles/" + id +
			"/members/$ref": {path: "/directoryRoles/{id}/members/$ref", ids: []string{id}},
		"https://graph.microsoft.com/v1.0/domains/contoso.com":                                     {path: "/domains/{id}", ids: []string{"contoso.com"}},
		"https://graph.microsoft.com/v1.0/roleManagement/directory/roleAssignmentScheduleRequests": {path: "/roleManagement/directory/roleAssignmentScheduleRequests"},
		"https://graph.microsoft.com/v1.0/oauth2PermissionGrants":                                  {path: "/oauth2PermissionGrants"},
		"https://graph.microsoft.com/v1.0/reports/getOffice365ActiveUserDetail(period='D7')":       {path: "/reports/getOffice365ActiveUserDetail"},
		"https://graph.microsoft.com/v1.0/$batch":                                                  {path: "/$batch"},
		"https://graph.microsoft.com/v1.0/users/delta?$deltatoken=SECRET":                          {path: "/users/delta"},
		"https://graph.microsoft.com/v1.0/me/drive/root/search(q='SECRET')":                        {path: "/me/drive/root/search"},
		"https://graph.microsoft.com/v1.0/me/drive/root/delta(token='SECRET')":                     {path: "/me/drive/root/delta"},
		"https://graph.microsoft.com/v1.0/shares/u!SECRETlink/driveItem":                           {path: "/shares/{id}/driveItem"},
		"https://graph.microsoft.com/v1.0/users/eyJSECRET.a.b":                                     {path: "/users/{id}"},
		"https://graph.microsoft.com/v1.0/users?$select=id,%20displayName,mail&%24filter=startswith(userPrincipalName,'SECRET%20eq')%20and%20accountEnabled%20eq%20true%20or%20id%20eq%20'SECRET'&$search=%22SECRET%22&$skiptoken=SECRET": {
			path: "/users", selected: []string{"id", "displayName", "mail"},
			filtered: []string{"userPrincipalName", "accountEnabled", "id"}},
		"https://graph.microsoft.com/v1.0/groups?filter=members/any(m:m/id+eq+'SECRET')": {path: "/groups",
			filtered: []string{"members", "m/id"}},
		"https://graph.microsoft.com/v1.0/users?$select=SECRET('a'),b-SECRET&$filter='SECRET": {path: "/users"},
		"https://graph.microsoft.com/v1.0//users//":                                           {path: "/users"},
		"https://graph.microsoft.com/v1.0/users/a%2Fauthentication%2FtemporaryAccessPassMethods": {path: "/users/{id}",
			ids: []string{"a/authentication/temporaryAccessPassMethods"}},
		"https://graph.microsoft.com/v1.0/users/%zz": {path: "/users/{id}",
			ids: []string{"%zz"}},
		"https://graph.microsoft.com": {},
		"":                            {},
	} {
		got := takeApart(uri, graphWorkload)
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(request{})); diff != "" {
			t.Errorf("%s (-want +got):\n%s", uri, diff)
		}
	}
	if got := takeApart("https://graph.windows.net/contoso.com/users/jane@contoso.com/memberOf?api-version=1.61-internal", directoryGraph); got.path != "/users/{id}/memberOf" {
		t.Errorf("Azure AD Graph: %+v", got)
	}
	long := takeApart("https://graph.microsoft.com/v1.0/me/drive/root:"+strings.Repeat("/a", 1<<20), graphWorkload)
	if long.path != "/me/drive/root:/{id}" || len(long.ids[0]) > record.LongestChosen {
		t.Errorf("a long one: %.400s", long.path)
	}
}

// askedRow is a request's members as a table has them, and what they are loaded as.
func askedRow(changes row) row {
	return changed(row{
		"id": requestID, "tenant_id": tenant, "log_type": "graph activity", "workload": "Microsoft Graph",
		"operation": "POST",
		"path":      "/users/{id}/authentication/temporaryAccessPassMethods", "object": jane, "targets": []any{jane},
		"result": "success", "status": 201.0,
		"user_id": mark, "by_system": false, "app_id": outlook, "ip": "203.0.113.9",
		"user_agent": "python-requests/2.32", "session_id": session,
		"token_id": webToken, "correlation_id": chainID, "items": 1.0,
	}, changes)
}

const askedURI = "https://graph.microsoft.com/v1.0/users/" + jane + "/authentication/temporaryAccessPassMethods"

func TestGraphActivity(t *testing.T) {
	streamed := func(replace ...string) string {
		text := `{"time":"2026-09-14T09:05:00.0000000Z","resourceId":"/TENANTS/` + tenant + `/PROVIDERS/MICROSOFT.AADIAM","operationName":"Microsoft Graph Activity","category":"MicrosoftGraphActivityLogs",
"resultSignature":"201","callerIpAddress":"198.51.100.1","correlationId":"` + requestID + `","tenantId":"` + tenant + `","properties":{"requestId":"` + requestID + `","operationId":"` + requestID + `","clientRequestId":"` + chainID + `",
"requestMethod":"POST","responseStatusCode":201,"tenantId":"another","signInActivityId":"` + webToken + `","appId":"` + outlook + `","UserPrincipalObjectID":"` + mark + `","C_Sid":"` + session + `","ipAddress":"203.0.113.9",
"userAgent":"python-requests/2.32","requestUri":"` + askedURI + `","userId":"` + mark + `","servicePrincipalId":""}}`
		return strings.NewReplacer(append(replace, "\n", "")...).Replace(text)
	}
	for _, test := range []struct {
		name, record string
		want         row
	}{
		{"streamed", streamed(), askedRow(nil)},
		{"other letter case", streamed("C_Sid", "c_sid", "requestUri", "RequestURI", "UserPrincipalObjectID", "x",
			"userId", "UserID"), askedRow(nil)},
		{"the user by another name", streamed(`"userId":"`+mark+`"`, `"userId":""`), askedRow(nil)},
		{"the envelope's address", streamed(`"ipAddress":"203.0.113.9"`, `"ipAddress":""`),
			askedRow(row{"ip": "198.51.100.1"})},
		{"an application", streamed(`"userId":"`+mark+`"`, `"userId":""`, `"UserPrincipalObjectID":"`+mark+`"`,
			`"UserPrincipalObjectID":""`, `"servicePrincipalId":""`, `"servicePrincipalId":"`+mark+`"`),
			askedRow(row{"user_id": nil, "service_principal_id": mark})},
		{"refused", streamed(`201,`, `"403",`), askedRow(row{"status": 403.0, "result": "failure"})},
		{"redirected", streamed(`201,`, `302,`), askedRow(row{"status": 302.0, "result": nil})},
		{"no status", streamed(`"responseStatusCode":201,`, ``), askedRow(row{"status": nil, "result": nil})},
		{"Azure AD Graph", streamed("MicrosoftGraphActivityLogs", "AzureADGraphActivityLogs", `"requestMethod":"POST"`,
			`"requestMethod":"get"`, askedURI, "https://graph.windows.net/myorganization/users?api-version=1.6"),
			askedRow(row{"workload": "Azure AD Graph", "operation": "GET", "path": "/users", "object": nil,
				"targets": nil})},
	} {
		t.Run(test.name, func(t *testing.T) {
			readsAs(t, test.record, diagnostic, record.Activity, test.want, "")
		})
	}
	t.Run("no time", func(t *testing.T) {
		readsAs(t, streamed(`"time":"2026-09-14T09:05:00.0000000Z",`, ``), diagnostic, record.Activity, nil, "no time")
	})
	t.Run("no id: made of what it is", func(t *testing.T) {
		id := func(replace ...string) string {
			_, out := Read(streamed(append(replace, `"requestId":"`+requestID+`",`, ``)...), nil, &Input{})
			return out.Rows[0].Values[record.Activity.At("id")]
		}
		if first := id(); first == "" || id() != first || id("POST", "GET") == first ||
			id("temporaryAccessPassMethods", "methods") == first || id(mark, jane) == first ||
			id("09:05:00", "09:05:01") == first {
			t.Errorf("%s, and others alike", first)
		}
	})
	t.Run("a status that is none", func(t *testing.T) {
		if _, out := Read(streamed(`201,`, `"created",`), nil, &Input{}); out.Wrong != 1 || len(out.Rows) != 1 {
			t.Errorf("%+v", out)
		}
	})
}

// TestGraphActivityTables: requests as rows of Log Analytics and Defender, as CSV and JSON.
func TestGraphActivityTables(t *testing.T) {
	table := map[string]string{
		"TenantId": "workspace", "AadTenantId": tenant, "TimeGenerated [UTC]": "9/14/2026, 9:05:00.000 AM",
		"RequestId": requestID, "ClientRequestId": chainID, "RequestMethod": "POST", "RequestUri": askedURI,
		"ResponseStatusCode": "201", "SignInActivityId": webToken, "AppId": outlook, "UserId": mark,
		"SessionId": session, "IPAddress": "203.0.113.9", "UserAgent": "python-requests/2.32", "Wids": "",
		"Type": "MicrosoftGraphActivityLogs",
	}
	hunting := map[string]string{
		"Timestamp": "2026-09-14T09:05:00Z", "AccountObjectId": mark, "ApplicationId": outlook,
		"ServicePrincipalId": "", "RequestId": requestID, "ClientRequestId": chainID, "RequestMethod": "POST",
		"RequestUri":         askedURI,
		"ResponseStatusCode": "201", "IpAddress": "203.0.113.9", "UniqueTokenIdentifier": webToken, "ReportId": "1",
	}
	for name, test := range map[string]struct {
		table  map[string]string
		leave  string // columns that the query left out
		format *Format
		want   row
	}{
		"MicrosoftGraphActivityLogs":                  {table, "", logAnalytics, askedRow(nil)},
		"MicrosoftGraphActivityLogs without its type": {table, "Type", logAnalytics, askedRow(nil)},
		"MicrosoftGraphActivityLogs, a few columns": {table,
			"Type AadTenantId AppId UserId SessionId IPAddress UserAgent SignInActivityId ClientRequestId",
			logAnalytics, askedRow(row{"tenant_id": nil, "app_id": nil, "user_id": nil, "session_id": nil, "ip": nil,
				"user_agent": nil, "token_id": nil, "correlation_id": nil})},
		"GraphAPIAuditEvents": {hunting, "", defenderRequests,
			askedRow(row{"tenant_id": nil, "session_id": nil, "user_agent": nil})},
	} {
		var head, cells, members []string
		for k, v := range test.table {
			if !strings.Contains(" "+test.leave+" ", " "+k+" ") {
				head, cells, members = append(head, k), append(cells, v),
					append(members, quote(strings.TrimSuffix(k, " [UTC]"))+":"+quote(v))
			}
		}
		t.Run(name+" as CSV", func(t *testing.T) {
			sheet, outs := readCSV(t, &Input{}, asCSV(t, head, cells))
			if sheet == nil || sheet.Format != test.format || outs[0].Bad != "" || outs[0].NotUsed != "" {
				t.Fatalf("sheet %+v: %+v", sheet, outs)
			}
			if diff := cmp.Diff([]loaded{{"activities", test.want}}, rowsOf(t, outs[0])); diff != "" {
				t.Errorf("rows (-want +got):\n%s", diff)
			}
		})
		t.Run(name+" as JSON", func(t *testing.T) {
			readsAs(t, "{"+strings.Join(members, ",")+"}", test.format, record.Activity, test.want, "")
		})
	}
}

// TestOtherRequests: logs of other web servers have requests too.
func TestOtherRequests(t *testing.T) {
	for _, text := range []string{
		`{"TimeGenerated":"2026-09-14T09:05:00Z","RequestUri":"/users","HttpMethod":"GET","HttpStatus":"200","ClientIp":"203.0.113.9","Type":"AGWAccessLogs"}`,
		`{"TimeGenerated":"2026-09-14T09:05:00Z","RequestUri":"/users","RequestMethod":"GET","OperationName":"x","Type":"AGWAccessLogs"}`,
		`{"timestamp":"2026-09-14T09:05:00Z","requestUri":"/users","requestMethod":"GET","responseStatusCode":200,"remoteAddr":"203.0.113.9"}`,
	} {
		if format, out := Read(text, nil, &Input{}); len(out.Rows) > 0 {
			t.Errorf("%s is read as %s", text, formatName(format))
		}
	}
}

func TestGraphActivityCorpus(t *testing.T) {
	sessions := 0
	for _, line := range corpus(t, "activity/graph-activity.ndjson") {
		format, out := Read(line, nil, &Input{})
		if format != diagnostic || len(out.Rows) != 1 || out.Wrong > 0 {
			t.Fatalf("%s: %+v", formatName(format), out)
		}
		value := func(column string) string { return out.Rows[0].Values[record.Activity.At(column)] }
		if value("user_id") != "user1" || value("token_id") == "" || value("correlation_id") == "" ||
			value("status") == "" {
			t.Errorf("%v", out.Rows[0].Values)
		}
		if value("session_id") != "" {
			sessions++
		}
	}
	if sessions != 1 {
		t.Errorf("%d with a session, want the third alone", sessions)
	}
}
