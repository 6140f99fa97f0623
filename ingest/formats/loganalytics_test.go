package formats

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

const passSteps = `[{"authenticationStepDateTime":"2026-09-14T08:59:26Z","authenticationMethod":"Temporary Access Pass","succeeded":true}]`

func TestLogAnalytics(t *testing.T) {
	signIn := row{
		"id": requestID, "userId": jane, "userPrincipalName": "jane@contoso.com", "appId": "app",
		"ipAddress":     "203.0.113.9",
		"correlationId": chainID, "status": row{"errorCode": 0.0},
		"location":     row{"city": "Zürich", "countryOrRegion": "CH"},
		"deviceDetail": row{"deviceId": "d1"}, "resourceId": "r1", "originalTransferMethod": "deviceCodeFlow",
		"autonomousSystemNumber": 64496.0,
		"authenticationDetails": []any{row{"authenticationStepDateTime": "2026-09-14T08:59:26Z",
			"authenticationMethod": "Temporary Access Pass", "succeeded": true}},
		"tenant_id": tenant,
	}
	changed := func(changes row) []loaded {
		r := row{}
		for _, from := range []row{signIn, changes} {
			for k, v := range from {
				if v == nil {
					delete(r, k)
				} else {
					r[k] = v
				}
			}
		}
		return []loaded{{"signin_record", r}}
	}
	const steps = `"[{\"authenticationStepDateTime\":\"2026-09-14T08:59:26Z\",\"authenticationMethod\":\"Temporary Access Pass\",\"succeeded\":true}]"`
	const rest = `"TimeGenerated":"2026-09-14T09:03:00Z","CreatedDateTime":"2026-09-14T08:59:26.391Z","Id":"` +
		requestID + `","TenantId":"00000000-aaaa-bbbb-cccc-000000000000","AADTenantId":"` + tenant +
		`","OperationName":"Sign-in activity","UserId":"` + jane +
		`","UserPrincipalName":"jane@contoso.com","AppId":"app","IPAddress":"203.0.113.9","CorrelationId":"` +
		chainID + `","Status":"{\"errorCode\":0}","Location":"CH","LocationDetails":"{\"city\":\"Zürich\",\"countryOrRegion\":\"CH\"}","DeviceDetail":"{\"deviceId\":\"d1\"}","ResourceIdentity":"r1","OriginalTransferMethod":"deviceCodeFlow","ResourceId":"/tenants/` + tenant + `/providers/Microsoft.aadiam","AutonomousSystemNumber":"64496","ResultType":"0"`
	for _, test := range []struct {
		name, record string
		want         []loaded
		not, bad     string
	}{
		{name: "sign-in, dynamic columns as text", record: `{` + rest +
			`,"IsInteractive":"true","AuthenticationDetails":` + steps + `,"Type":"SigninLogs"}`, want: changed(nil)},
		{name: "sign-in, dynamic columns as objects", record: `{` + rest +
			`,"IsInteractive":true,"AuthenticationDetails":` + passSteps + `,"Category":"SignInLogs"}`,
			want: changed(nil)},
		{name: "non-interactive", record: `{` + rest + `,"IsInteractive":false,"AuthenticationDetails":` + steps +
			`,"Type":"AADNonInteractiveUserSignInLogs"}`,
			want: changed(row{"interactive": false})},
		{name: "no type, no steps", record: `{` + rest + `,"AuthenticationDetails":""}`,
			want: changed(row{"authenticationDetails": nil})},
		{name: "tenant by its resource", record: `{"TimeGenerated":"2026-09-14T09:03:00Z","Id":"i","UserId":"` + jane +
			`","ResultType":"50126","ResultDescription":"Wrong","CorrelationId":"c","ResourceId":"/tenants/` + tenant +
			`/providers/Microsoft.aadiam","Location":"CH"}`,
			want: []loaded{{"signin_record", row{"id": "i", "userId": jane, "correlationId": "c", "tenant_id": tenant,
				"status":   row{"errorCode": 50126.0, "failureReason": "Wrong"},
				"location": row{"countryOrRegion": "CH"}}}}},
		{name: "without Id", record: `{"TimeGenerated":"2026-09-14T09:03:00Z","UserPrincipalName":"a@b.c","ResultType":"0","AppDisplayName":"x"}`, bad: "no id: the query left the column Id out; export the whole table"},
		{name: "applications", record: `{` + rest + `,"Type":"AADServicePrincipalSignInLogs"}`,
			not: "table AADServicePrincipalSignInLogs"},
		{name: "applications by category",
			record: `{"TimeGenerated":"2026-09-14T09:03:00Z","Id":"i","OperationName":"Sign-in activity","Category":"ManagedIdentitySignInLogs"}`, not: "category ManagedIdentitySignInLogs"},
		{name: "another table", record: `{"TimeGenerated":"2026-09-14T09:03:00Z","OperationName":"x","Id":"i"}`,
			not: "a table of Log Analytics that no rule reads"},
		{name: "audit", record: `{"TimeGenerated":"2026-09-14T08:00:05Z","OperationName":"Admin registered security info","Category":"UserManagement","Result":"success","ResultReason":"","ResultDescription":"Admin registered temporary access pass method for user","CorrelationId":"c","Id":"Directory_1","InitiatedBy":"{\"user\":{\"id\":\"u1\",\"userPrincipalName\":\"mark@contoso.com\"}}","LoggedByService":"Authentication Methods","TargetResources":[{"id":"` + jane + `","type":"User"}],"AdditionalDetails":"[]","AADTenantId":"` + tenant + `","AADOperationType":"Add","ResourceId":"x","Type":"AuditLogs"}`,
			want: []loaded{{"audit_record", row{"id": "Directory_1",
				"activityDisplayName": "Admin registered security info", "category": "UserManagement",
				"result":        "success",
				"correlationId": "c", "initiatedBy": row{"user": row{"id": "u1",
					"userPrincipalName": "mark@contoso.com"}}, "loggedByService": "Authentication Methods",
				"targetResources": []any{row{"id": jane, "type": "User"}}, "additionalDetails": []any{},
				"tenant_id": tenant, "other_reason": "Admin registered temporary access pass method for user"}}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			format, out := Read(test.record, nil, &Input{})
			if formatName(format) != "Log Analytics" || out.NotUsed != test.not || out.Bad != test.bad ||
				out.Wrong != 0 {
				t.Fatalf("format %q, not used %q, bad %q, wrong %d", formatName(format), out.NotUsed, out.Bad,
					out.Wrong)
			}
			if diff := cmp.Diff(test.want, rowsOf(t, out)); diff != "" {
				t.Errorf("rows (-want +got):\n%s", diff)
			}
		})
	}
}

func TestLogAnalyticsCSV(t *testing.T) {
	in := Input{}
	sheet, outs := readCSV(t, &in, asCSV(t,
		[]string{"TimeGenerated [UTC]", "Id", "UserPrincipalName", "CreatedDateTime [UTC]", "AuthenticationDetails",
			"Status", "AADTenantId", "ResultType", "Category", "SessionId"},
		[]string{"9/14/2026, 9:03:00.391 AM", requestID, "jane@contoso.com", "9/14/2026, 8:59:26.391 AM", passSteps,
			`{"errorCode":0}`, tenant, "0", "SignInLogs", ""},
	))
	if sheet == nil || sheet.Format != logAnalytics {
		t.Fatalf("sheet %+v", sheet)
	}
	want := []loaded{{"signin_record", row{"id": requestID, "userPrincipalName": "jane@contoso.com",
		"status": row{"errorCode": 0.0},
		"authenticationDetails": []any{row{"authenticationStepDateTime": "2026-09-14T08:59:26Z",
			"authenticationMethod": "Temporary Access Pass", "succeeded": true}},
		"tenant_id": tenant}}}
	if diff := cmp.Diff(want, rowsOf(t, outs[0])); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	if got := timeOf(outs[0].Rows[0]); got != "2026-09-14T08:59:26.391" {
		t.Errorf("time %s", got)
	}
	if !outs[0].KeepRaw {
		t.Error("the row of a pass is not kept as proof")
	}
}

func TestRecord(t *testing.T) {
	got := string(Record([]string{"Id", `a"b`, "N"}, `["x", {"y":[1,2]}, null, "beyond the columns"]`))
	if want := `{"Id":"x","a\"b":{"y":[1,2]},"N":null}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
