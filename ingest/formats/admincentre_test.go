package formats

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// adminCentreHeader is the header as the admin centre writes it, with its trailing and double blanks and its
// duplicate.
const adminCentreHeader = `"Date (UTC)","Request ID","User agent","Correlation ID","User ID","User","Username","User type","Cross tenant access type","Incoming token type","Authentication Protocol","Unique token identifier","Original transfer method","Client credential type","Token Protection - Sign In Session","Token Protection - Sign In Session StatusCode","Application","Application ID ","App owner tenant ID","Resource","Resource ID ","Resource tenant ID","Resource owner tenant ID","Home tenant ID","Home tenant name","IP address","Location","Status","Sign-in error code","Failure reason","Client app","Device ID","Browser","Operating System","Compliant","Managed","Join Type","Multifactor authentication result","Multifactor authentication auth method","Multifactor authentication auth detail","Authentication requirement","Sign-in identifier","Session ID","IP address (seen by resource)","Through Global Secure Access","Global Secure Access IP address","Autonomous system  number","Flagged for review","Token issuer type","Incoming token type","Token issuer name","Latency","Conditional Access","Managed Identity type","Associated Resource Id","Federated Token Id","Federated Token Issuer"`

func adminCentreRow(status, code, reason string) string {
	return `"2026-09-14T08:59:26Z","` + requestID + `","Mozilla/5.0 (X11, Linux)","` + chainID + `","` + jane +
		`","Jane Doe","jane@contoso.com","member","none","none","deviceCode","uti","none","none","unbound","1002","My Signins","19db86c3-b2b9-44cc-b339-36da233a3be2","f8cdef31","Microsoft Graph","00000003-0000-0000-c000-000000000000","` + tenant + `","f8cdef31","` + tenant + `","Contoso","203.0.113.9","Zürich, Zürich, CH","` + status + `","` + code + `","` + reason + `","Browser","","Edge 129","Windows10","False","False","","MFA requirement satisfied by strong authentication","","","Multifactor authentication","jane@contoso.com","s1","","No","","64496","No","Azure AD","none","","120","Success","None","","",""`
}

func TestAdminCentreSignIns(t *testing.T) {
	common := row{
		"id": requestID, "userAgent": "Mozilla/5.0 (X11, Linux)", "correlationId": chainID,
		"userId": jane, "userDisplayName": "Jane Doe", "userPrincipalName": "jane@contoso.com", "userType": "member",
		"authenticationProtocol": "deviceCode",
		"uniqueTokenIdentifier":  "uti", "originalTransferMethod": "none", "appDisplayName": "My Signins",
		"appId":               "19db86c3-b2b9-44cc-b339-36da233a3be2",
		"resourceDisplayName": "Microsoft Graph", "resourceId": "00000003-0000-0000-c000-000000000000",
		"resourceTenantId": tenant, "homeTenantId": tenant,
		"ipAddress": "203.0.113.9", "location": row{"city": "Zürich", "countryOrRegion": "CH"},
		"clientAppUsed": "Browser",
		"deviceDetail":  row{"operatingSystem": "Windows10"}, "authenticationRequirement": "Multifactor authentication",
		"sessionId":              "s1",
		"autonomousSystemNumber": 64496.0, "conditionalAccessStatus": "Success",
	}
	for _, test := range []struct {
		name, path, status, code, reason string
		want                             row
		wrong                            int
	}{
		{"success", "InteractiveSignIns_2026-09-14_2026-09-20.csv", "Success", "0", "Other.",
			row{"status": row{"errorCode": 0.0, "failureReason": "Other."}}, 0},
		{"success without code", "a/InteractiveSignIns_x.csv", "Success", "", "", row{"status": row{"errorCode": 0.0}},
			0},
		{"failure", "InteractiveSignIns.csv", "Failure", "50126", "Invalid username or password",
			row{"status": row{"errorCode": 50126.0, "failureReason": "Invalid username or password"}}, 0},
		{"failure without code is not a success", "InteractiveSignIns.csv", "Failure", "", "", nil, 0},
		{"interrupted with code 0 is not a success", "InteractiveSignIns.csv", "Interrupted", "0", "", nil, 0},
		{"code of a wrong type", "InteractiveSignIns.csv", "Failure", "many", "", nil, 1},
		{"non-interactive by the name", "x.zip/NonInteractiveSignIns_2026.csv", "Success", "0", "",
			row{"status": row{"errorCode": 0.0}, "interactive": false}, 0},
		{"a folder's name says nothing", "NonInteractive/x.csv", "Success", "0", "",
			row{"status": row{"errorCode": 0.0}}, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			want := row{}
			for _, from := range []row{common, test.want} {
				for k, v := range from {
					if v == nil {
						delete(want, k)
					} else {
						want[k] = v
					}
				}
			}
			sheet, outs := readCSV(t, &Input{Path: test.path},
				adminCentreHeader+"\n"+adminCentreRow(test.status, test.code, test.reason)+"\n")
			if sheet == nil || sheet.Format != adminCentreSignIns {
				t.Fatalf("sheet %+v", sheet)
			}
			if outs[0].Bad != "" || outs[0].NotUsed != "" || outs[0].Wrong != test.wrong {
				t.Fatalf("%+v", outs[0])
			}
			if diff := cmp.Diff([]loaded{{"signin_record", want}}, rowsOf(t, outs[0])); diff != "" {
				t.Errorf("rows (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAdminCentreOthers(t *testing.T) {
	for _, test := range []struct {
		name, text string
		format     *Format
		want       []loaded
		not, bad   string
		wrong      int
	}{
		{name: "old header, other letter case, Date",
			text: "DATE,request id,USERNAME,status,Location\n9/14/2026 8:59:26 AM," + requestID +
				",jane@contoso.com,Success,CH\n",
			format: adminCentreSignIns,
			want: []loaded{{"signin_record", row{"id": requestID, "userPrincipalName": "jane@contoso.com",
				"status": row{"errorCode": 0.0}, "location": row{"countryOrRegion": "CH"}}}}},
		{name: "application", text: "Date (UTC),Request ID,Correlation ID,Service principal ID,Service principal name,Application,Status,Sign-in error code\n2026-09-14T08:59:26Z," + requestID + ",c,sp,Sync,Sync,Success,0\n",
			format: adminCentreSignIns, not: "sign-in of an application or a managed identity"},
		{name: "no request id", text: "Date (UTC),Request ID,Username,Status\n2026-09-14T08:59:26Z,,jane@contoso.com,Success\n", format: adminCentreSignIns, bad: "no id"},
		{name: "no time", text: "Date (UTC),Request ID,Username,Status\nyesterday," + requestID +
			",jane@contoso.com,Success\n", format: adminCentreSignIns,
			bad: "its time cannot be read: not a time in any spelling known"},
		{name: "step", text: "Request ID,Date,Authentication method,Authentication method detail,Succeeded,Result detail,Requirement\n" + requestID + ",2026-09-14T08:59:26Z,Temporary Access Pass,,true,MFA requirement satisfied by strong authentication,Primary authentication\n",
			format: adminCentreSteps,
			want: []loaded{{"signin_step", row{"id": requestID, "method": "Temporary Access Pass", "succeeded": true,
				"result":      "MFA requirement satisfied by strong authentication",
				"requirement": "Primary authentication"}}}},
		{name: "failed step without date",
			text:   "Request ID,Date (UTC),Authentication method,Authentication method detail,Succeeded,Result detail,Requirement\n" + requestID + ",,Password,Password Hash Sync,False,Wrong,\n",
			format: adminCentreSteps, wrong: 1,
			want: []loaded{{"signin_step", row{"id": requestID, "method": "Password", "detail": "Password Hash Sync",
				"succeeded": false, "result": "Wrong"}}}},
		{name: "step without request id",
			text:   "Request ID,Date,Authentication method,Succeeded\n,2026-09-14T08:59:26Z,Password,true\n",
			format: adminCentreSteps, bad: "no id"},
		{name: "pass issued", text: "Date (UTC),CorrelationId,Service,Category,Activity,Result,ResultReason,User Agent,ActorType,ActorDisplayName,ActorObjectId,ActorUserPrincipalName,IPAddress,ActorHomeTenantId,ActorHomeTenantName,ActorServicePrincipalId,ActorServicePrincipalName,Target1Type,Target1DisplayName,Target1ObjectId,Target1UserPrincipalName,Target1ModifiedProperty1Name,Target1ModifiedProperty1OldValue,Target1ModifiedProperty1NewValue,Target1ModifiedProperty2Name,Target1ModifiedProperty2OldValue,Target1ModifiedProperty2NewValue,Target2Type,Target2DisplayName,Target2ObjectId,Target2UserPrincipalName,AdditionalDetail1Key,AdditionalDetail1Value\n" +
			"2026-09-14T08:00:00Z," + chainID +
			",Authentication Methods,UserManagement,Admin registered security info,success,Admin registered temporary access pass method for user,,User,Mark,user-1,mark@contoso.com,203.0.113.7,,,,,User,Jane Doe," + jane + ",jane@contoso.com,TemporaryAccessPass.Id,,\"\"\"p1\"\"\",,,,,,,,DeviceOS,Windows\n",
			format: adminCentreAudit,
			want: []loaded{{"audit_record", row{
				"activityDisplayName": "Admin registered security info", "category": "UserManagement",
				"correlationId":   chainID,
				"loggedByService": "Authentication Methods", "result": "success",
				"resultReason": "Admin registered temporary access pass method for user",
				"initiatedBy": row{"user": row{"id": "user-1", "displayName": "Mark",
					"userPrincipalName": "mark@contoso.com", "ipAddress": "203.0.113.7"}},
				"targetResources": []any{row{"id": jane, "displayName": "Jane Doe", "type": "User",
					"userPrincipalName":  "jane@contoso.com",
					"modifiedProperties": []any{row{"displayName": "TemporaryAccessPass.Id", "newValue": `"p1"`}}}},
				"additionalDetails": []any{row{"key": "DeviceOS", "value": "Windows"}},
			}}}},
		{name: "issued by an application",
			text: "Date (UTC),CorrelationId,Service,Category,Activity,Result,ResultReason,ActorType,ActorDisplayName,ActorObjectId,ActorServicePrincipalId,ActorServicePrincipalName,Target1Type,Target1ObjectId\n" +
				"2026-09-14T08:00:00Z,c,Authentication Methods,UserManagement,User registered security info,success,User registered temporary access pass method,Application,Lifecycle,ce79fdc4-cd1d-4ea5-8139-e74d7dbe0bb7,sp1,,User," + jane + "\n",
			format: adminCentreAudit,
			want: []loaded{{"audit_record", row{
				"activityDisplayName": "User registered security info", "category": "UserManagement",
				"correlationId":   "c",
				"loggedByService": "Authentication Methods", "result": "success",
				"resultReason": "User registered temporary access pass method",
				"initiatedBy": row{"app": row{"appId": "ce79fdc4-cd1d-4ea5-8139-e74d7dbe0bb7",
					"displayName": "Lifecycle", "servicePrincipalId": "sp1"}},
				"targetResources": []any{row{"id": jane, "type": "User"}}, "additionalDetails": []any{},
			}}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			sheet, outs := readCSV(t, &Input{}, test.text)
			if sheet == nil || sheet.Format != test.format {
				t.Fatalf("sheet %+v", sheet)
			}
			out := outs[0]
			if out.NotUsed != test.not || out.Bad != test.bad || out.Wrong != test.wrong {
				t.Fatalf("not used %q, bad %q, wrong %d", out.NotUsed, out.Bad, out.Wrong)
			}
			if diff := cmp.Diff(test.want, rowsOf(t, out)); diff != "" {
				t.Errorf("rows (-want +got):\n%s", diff)
			}
		})
	}
}

func TestUnknownHeaders(t *testing.T) {
	for _, header := range []string{
		"Date (UTC);ID de demande;Nom d'utilisateur;Adresse IP;Statut",
		"upn,start_date,reason", "Name,Value", "x", "Date (UTC),Request ID", "Date,Activity,Result",
	} {
		comma := ","
		if strings.Contains(header, ";") {
			comma = ";"
		}
		if sheet := RecogniseHeader(strings.Split(header, comma)); sheet != nil {
			t.Errorf("%s was taken for %s", header, sheet.Name)
		}
	}
}

func TestCaps(t *testing.T) {
	for _, test := range []struct {
		format  *Format
		records int64
		capped  bool
	}{
		{adminCentreSignIns, 100_000, true}, {adminCentreSignIns, 99_999, false}, {adminCentreAudit, 250_000, true},
		{logAnalytics, 30_000, true}, {logAnalytics, 500_000, true}, {unifiedAudit, 50_000, true},
		{unifiedAudit, 250_000, false}, // Microsoft-Extractor-Suite's -part<N> files are split there, not cut
		{graphSignIn, 100_000, true}, {graphSignIn, 250_000, false}, {graphAudit, 250_000, true},
		{graphAudit, 100_000, false}, {user, 30_000, false},
	} {
		if got := test.format.Cap(test.records); (got != "") != test.capped {
			t.Errorf("%s with %d records: %q", test.format.Name, test.records, got)
		}
	}
}
