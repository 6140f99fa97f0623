package formats

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tapaudit/ingest/record"
)

const (
	mailID   = "80ab29e3-9b72-425c-deba-08dce867426a"
	session  = "004e2d26-8a4b-6c1d-9f3e-2b7d5c8a1e60"
	webToken = "LqVzINbCskC74Dl3tec2AA"
	outlook  = "9199bf20-a13f-4107-85dc-02114787ef48"
	exchange = "00000002-0000-0ff1-ce00-000000000000"
)

// mailRead is a MailItemsAccessed of Jane's, and whatever replaces its members.
func mailRead(replace ...string) string {
	text := `{"AppAccessContext":{"AADSessionId":"` + session + `","APIId":"` + exchange + `","ClientAppId":"` + outlook + `","IssuedAtTime":"2026-09-14T09:00:00","UniqueTokenId":"` + webToken + `"},
"CreationTime":"2026-09-14T09:05:00","Id":"` + mailID + `","Operation":"MailItemsAccessed","OrganizationId":"` + tenant + `","RecordType":50,"ResultStatus":"Succeeded",
"UserKey":"10032000A9F382C6","UserType":0,"Version":1,"Workload":"Exchange","UserId":"jane@contoso.com","AppId":"` + exchange + `","ClientAppId":"","ClientIPAddress":"203.0.113.9",
"ClientIP":"198.51.100.1","ClientInfoString":"Client=OWA;Mozilla/5.0","ExternalAccess":false,"MailboxOwnerUPN":"jane@contoso.com","SessionId":"mailbox-session","TokenObjectId":"` + jane + `",
"OperationProperties":[{"Name":"MailAccessType","Value":"Bind"},{"Name":"IsThrottled","Value":"False"}],
"Folders":[{"FolderItems":[{"Id":"a","InternetMessageId":"<a@b>"},{"Id":"b"}],"Id":"f","Path":"\\Inbox"},{"FolderItems":[{"Id":"c"}],"Path":"\\Sent"}],"OperationCount":41}`
	return strings.NewReplacer(append(replace, "\n", "")...).Replace(text)
}

// mailReadRow is what mailRead() is loaded as, with the changes.
func mailReadRow(changes row) row {
	return changed(row{
		"id": mailID, "tenant_id": tenant, "log_type": "unified audit", "workload": "Exchange",
		"operation": "MailItemsAccessed",
		"object":    `\Inbox; \Sent`, "result": "success", "user_id": jane, "upn": "jane@contoso.com", "by_system": false,
		"app_id": outlook, "through_app_id": exchange, "ip": "203.0.113.9", "user_agent": "Client=OWA;Mozilla/5.0",
		"session_id": session, "token_id": webToken, "items": 41.0,
	}, changes)
}

func changed(r, changes row) row {
	for k, v := range changes {
		if v == nil {
			delete(r, k)
		} else {
			r[k] = v
		}
	}
	return r
}

func TestMailItemsAccessed(t *testing.T) {
	for _, test := range []struct {
		name, record string
		want         row
		bad          string
	}{
		{name: "whole", record: mailRead(), want: mailReadRow(nil)},
		{name: "the top's session where the context has none", record: mailRead(`"AADSessionId":"`+session+`",`, ``),
			want: mailReadRow(row{"session_id": "mailbox-session"})},
		{name: "an empty context",
			record: mailRead(`"AADSessionId":"`+session+`","APIId":"`+exchange+`","ClientAppId":"`+outlook+`","IssuedAtTime":"2026-09-14T09:00:00","UniqueTokenId":"`+webToken+`"`, ``),
			want:   mailReadRow(row{"session_id": "mailbox-session", "token_id": nil, "app_id": nil})},
		{name: "no session anywhere", record: mailRead(`"AADSessionId":"`+session+`",`, ``,
			`"SessionId":"mailbox-session"`, `"SessionId":""`), want: mailReadRow(row{"session_id": nil})},
		{name: "other letter case", record: mailRead("AADSessionId", "aadSessionID", "UniqueTokenId", "uniquetokenid",
			"TokenObjectId", "tokenObjectID", "ClientIPAddress", "clientIpAddress"), want: mailReadRow(nil)},
		{name: "no count: the items listed", record: mailRead(`,"OperationCount":41`, ``),
			want: mailReadRow(row{"items": 3.0})},
		{name: "neither count nor items", record: mailRead(`,"OperationCount":41`, ``, `"FolderItems"`, `"Things"`),
			want: mailReadRow(row{"items": 1.0})},
		{name: "a count that is none", record: mailRead(`"OperationCount":41`, `"OperationCount":-7`),
			want: mailReadRow(row{"items": 3.0})},
		{name: "throttled", record: mailRead(`"IsThrottled","Value":"False"`, `"IsThrottled","Value":"True"`),
			want: mailReadRow(row{"details": row{"throttled": true}})},
		{name: "a whole folder", record: mailRead(`"Bind"`, `"Sync"`),
			want: mailReadRow(row{"details": row{"sync": true}})},
		{name: "somebody else's mailbox", record: mailRead(`"MailboxOwnerUPN":"jane@contoso.com"`,
			`"MailboxOwnerUPN":"cfo@contoso.com"`),
			want: mailReadRow(row{"details": row{"mailbox": "cfo@contoso.com"}})},
		{name: "in part", record: mailRead(`"Succeeded"`, `"PartiallySucceeded"`), want: mailReadRow(nil)},
		{name: "failed", record: mailRead(`"Succeeded"`, `"Failed"`), want: mailReadRow(row{"result": "failure"})},
		{name: "no outcome", record: mailRead(`"ResultStatus":"Succeeded",`, ``),
			want: mailReadRow(row{"result": nil})},
		{name: "no token's user: the name alone", record: mailRead(`,"TokenObjectId":"`+jane+`"`, ``),
			want: mailReadRow(row{"user_id": nil})},
		{name: "the system", record: mailRead(`"UserType":0`, `"UserType":4`),
			want: mailReadRow(row{"by_system": true})},
		{name: "the system by its name", record: mailRead(`"UserId":"jane@contoso.com"`,
			`"UserId":"NT AUTHORITY\\SYSTEM (w3wp)"`, `,"TokenObjectId":"`+jane+`"`, ``,
			`"MailboxOwnerUPN":"jane@contoso.com",`, ``),
			want: mailReadRow(row{"by_system": true, "user_id": nil, "upn": `NT AUTHORITY\SYSTEM (w3wp)`})},
		{name: "the system by its identifier", record: mailRead(`"UserId":"jane@contoso.com"`, `"UserId":"S-1-5-18"`,
			`,"TokenObjectId":"`+jane+`"`, ``, `"MailboxOwnerUPN":"jane@contoso.com",`, ``),
			want: mailReadRow(row{"by_system": true, "user_id": nil, "upn": nil})},
		{name: "an application", record: mailRead(`"UserType":0`, `"UserType":5`, `"UserKey":"10032000A9F382C6"`,
			`"UserKey":"`+jane+`"`), want: mailReadRow(row{"user_id": nil, "service_principal_id": jane})},
		{name: "an address with its port", record: mailRead(`"ClientIPAddress":"203.0.113.9",`, ``, `198.51.100.1`,
			`[2001:db8::7]:4711`), want: mailReadRow(row{"ip": "2001:db8::7"})},
		{name: "lists cut by PowerShell", record: mailRead(`{"Name":"MailAccessType","Value":"Bind"}`,
			`"@{Value=Sync; Name=MailAccessType}"`, `{"FolderItems":[{"Id":"c"}],"Path":"\\Sent"}`,
			`"@{Id=f; Path=\\Drafts; FolderItems=System.Object[]}"`),
			want: mailReadRow(row{"object": `\Inbox; \Drafts`, "details": row{"sync": true}})},
		{name: "strange shapes", record: mailRead(`"OperationCount":41`, `"OperationCount":{"a":[1]}`,
			`"OperationProperties":[`, `"OperationProperties":[1,null,{"Name":["x"]},`, `"Folders":[`,
			`"Folders":[7,[[]],`), want: mailReadRow(row{"items": 3.0})},
		{name: "no id", record: mailRead(`"Id":"`+mailID+`",`, ``), bad: "no id"},
		{name: "no time", record: mailRead(`"CreationTime":"2026-09-14T09:05:00"`, `"CreationTime":"<null>"`),
			bad: "no time"},
	} {
		t.Run(test.name, func(t *testing.T) {
			readsAs(t, test.record, unifiedAudit, record.Activity, test.want,
				test.bad)
		})
	}
}

// readsAs reads a record that is loaded as one row of the kind, or quarantined.
func readsAs(t *testing.T, text string, as *Format, kind *record.Kind, want row, bad string) {
	t.Helper()
	format, out := Read(text, nil, &Input{})
	if format != as || out.NotUsed != "" || out.Bad != bad || out.Wrong != 0 || out.KeepRaw {
		t.Fatalf("format %q, not used %q, bad %q, wrong %d, kept %t", formatName(format), out.NotUsed, out.Bad,
			out.Wrong, out.KeepRaw)
	}
	var rows []loaded
	if want != nil {
		rows = []loaded{{kind.Table, want}}
		if at := timeOf(out.Rows[0]); at != "2026-09-14T09:05:00" {
			t.Errorf("time %s", at)
		}
	}
	if diff := cmp.Diff(rows, rowsOf(t, out)); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
}

// unified is a record of the Unified Audit Log with these members beside what all have.
func unified(workload, operation, members string) string {
	return `{"CreationTime":"2026-09-14T09:05:00","Id":"` + mailID + `","Operation":"` + operation +
		`","OrganizationId":"` + tenant + `","RecordType":1,"UserType":0,"Version":1,"Workload":"` + workload + `",` +
		members + `}`
}

func unifiedRow(workload, operation string, more row) row {
	return changed(row{
		"id": mailID, "tenant_id": tenant, "log_type": "unified audit", "workload": workload, "operation": operation,
		"by_system": false, "items": 1.0,
	}, more)
}

func TestUnifiedActivities(t *testing.T) {
	byJane := `"UserId":"jane@contoso.com","UserKey":"10032000A9F382C6",`
	for _, test := range []struct {
		name, record string
		want         row
	}{
		{"an inbox rule", unified("Exchange", "New-InboxRule", byJane+`"ResultStatus":"True","ClientIP":"203.0.113.9:63070","ObjectId":"contoso\\RULE","AppId":"`+exchange+`","SessionId":"`+session+`",
"Parameters":[{"Name":"ForwardTo","Value":"bob@evil.example;eve@evil.example"},{"Name":"Force","Value":"False"},{"Name":"RedirectTo","Value":"joe@evil.example"},{"Name":"Name","Value":".."},{"Name":"SubjectOrBodyContainsWords","Value":"invoice"}]`),
			unifiedRow("Exchange", "New-InboxRule",
				row{"upn": "jane@contoso.com", "result": "success", "ip": "203.0.113.9", "object": `contoso\RULE`,
					"through_app_id": exchange, "session_id": session,
					"details": row{"name": "..", "forwards_to": []any{"bob@evil.example", "eve@evil.example",
						"joe@evil.example"}}})},
		{"Outlook's rule", unified("Exchange", "UpdateInboxRules", byJane+`"ResultStatus":"Succeeded","AppAccessContext":{"APIId":""},"MailboxOwnerUPN":"jane@contoso.com",
"OperationProperties":[{"Name":"RuleName"},{"Name":"RuleActions","Value":"[{\"ActionType\":\"Forward\",\"Recipients\":[\"bob@evil.example\"]},{\"ActionType\":\"Delete\"}]"}],"Item":{"Id":"x","ParentFolder":{"Path":"\\Inbox"}}`),
			unifiedRow("Exchange", "UpdateInboxRules",
				row{"upn": "jane@contoso.com", "result": "success", "object": `\Inbox`,
					"details": row{"forwards_to": []any{"bob@evil.example"}}})},
		{"forwarding, one parameter empty", unified("Exchange", "Set-Mailbox", byJane+`"ResultStatus":"True","ObjectId":"jane","AppAccessContext":{"UniqueTokenId":"`+webToken+`"},
"Parameters":[{"Name":"Identity","Value":"jane"},{"Name":"ForwardingAddress","Value":""},{"Name":"ForwardingSmtpAddress","Value":"smtp:eve@evil.example"},{"Name":"DeliverToMailboxAndForward","Value":"True"}]`),
			unifiedRow("Exchange", "Set-Mailbox",
				row{"upn": "jane@contoso.com", "result": "success", "object": "jane", "token_id": webToken,
					"details": row{"parameters": row{"ForwardingSmtpAddress": "smtp:eve@evil.example"},
						"forwards_to": []any{"smtp:eve@evil.example"}}})},
		{"forwarding taken away", unified("Exchange", "Set-Mailbox",
			byJane+`"ResultStatus":"False","ObjectId":"jane","Parameters":[{"Name":"ForwardingSmtpAddress","Value":""}]`),
			unifiedRow("Exchange", "Set-Mailbox",
				row{"upn": "jane@contoso.com", "result": "failure", "object": "jane"})},
		{"a permission", unified("Exchange", "Add-MailboxPermission",
			byJane+`"ResultStatus":"True","Parameters":[{"Name":"Identity","Value":"cfo"},{"Name":"User","Value":"jane"},{"Name":"AccessRights","Value":"FullAccess"}]`),
			unifiedRow("Exchange", "Add-MailboxPermission",
				row{"upn": "jane@contoso.com", "result": "success", "object": "cfo",
					"details": row{"granted_to": "jane", "rights": "FullAccess"}})},
		{"a folder's permission", unified("Exchange", "ModifyFolderPermissions",
			byJane+`"Item":{"ParentFolder":{"MemberRights":"ReadAny","MemberUpn":"Everyone","Path":"\\Inbox"}}`),
			unifiedRow("Exchange", "ModifyFolderPermissions",
				row{"upn": "jane@contoso.com", "object": `\Inbox`,
					"details": row{"granted_to": "Everyone", "rights": "ReadAny"}})},
		{"mails deleted", unified("Exchange", "HardDelete",
			byJane+`"AffectedItems":[{"Subject":"Your pass"},{"Subject":"Your pass"},{"Id":"1"},{"Subject":"Re: =HYPERLINK(1)"}],"MailboxOwnerUPN":"jane@contoso.com"`),
			unifiedRow("Exchange", "HardDelete",
				row{"upn": "jane@contoso.com", "object": "Your pass; Re: =HYPERLINK(1)"})},
		{"a long subject", unified("Exchange", "Send", byJane+`"Item":{"Subject":"`+strings.Repeat("ä", 400)+`"}`),
			unifiedRow("Exchange", "Send", row{"upn": "jane@contoso.com", "object": strings.Repeat("ä", 300)})},
		{"a file", unified("SharePoint", "FileDownloaded", `"UserId":"jane@contoso.com","UserKey":"i:0h.f|membership|10032000a9f382c6@live.com","ClientIP":"203.0.113.9","UserAgent":"Mozilla/5.0","CorrelationId":"c1","ApplicationId":"`+outlook+`",
"ObjectId":"https://contoso.sharepoint.com/a/passwords.xlsx","SourceFileName":"passwords.xlsx","AppAccessContext":{"AADSessionId":"`+session+`","UniqueTokenId":"`+webToken+`","CorrelationId":"c2"}`),
			unifiedRow("SharePoint", "FileDownloaded",
				row{"upn": "jane@contoso.com", "ip": "203.0.113.9", "user_agent": "Mozilla/5.0",
					"correlation_id": "c1", "app_id": outlook,
					"object": "https://contoso.sharepoint.com/a/passwords.xlsx", "session_id": session,
					"token_id": webToken})},
		{"a guest's", unified("OneDrive", "FileAccessed",
			`"UserId":"urn:spo:guest#eve@evil.example","UserKey":"`+jane+`","ClientIP":"","ObjectId":"https://x/y"`),
			unifiedRow("OneDrive", "FileAccessed",
				row{"upn": "urn:spo:guest#eve@evil.example", "user_id": jane, "object": "https://x/y"})},
		{"shared with somebody", unified("OneDrive", "AddedToSecureLink",
			byJane+`"ObjectId":"https://x/y","TargetUserOrGroupName":"eve@evil.example","TargetUserOrGroupType":"Guest"`),
			unifiedRow("OneDrive", "AddedToSecureLink",
				row{"upn": "jane@contoso.com", "object": "https://x/y",
					"details": row{"granted_to": "eve@evil.example", "rights": "Guest"}})},
		{"a chat", unified("MicrosoftTeams", "ChatCreated",
			`"UserId":"jane@contoso.com","UserKey":"`+jane+`","ClientIP":"::ffff:203.0.113.9","ChatThreadId":"19:a_b@unq.gbl.spaces","ExtraProperties":[{"Key":"ClientName","Value":"skypeteams"},{"Key":"ClientVersion","Value":"27/1.0"}],"Members":[{"UPN":"x"}]`),
			unifiedRow("MicrosoftTeams", "ChatCreated",
				row{"upn": "jane@contoso.com", "user_id": jane, "ip": "::ffff:203.0.113.9",
					"object": "19:a_b@unq.gbl.spaces", "user_agent": "skypeteams 27/1.0"})},
		{"a directory operation", unified("AzureActiveDirectory", "Add member to role.", byJane+`"ResultStatus":"Success","ObjectId":"vic@contoso.com","ClientIP":"20.190.1.1","ActorIpAddress":"20.190.1.1","InterSystemsId":"`+chainID+`","SessionId":"x",
"Actor":[{"ID":"jane@contoso.com","Type":5},{"ID":"10032000A9F382C6","Type":3},{"ID":"User_`+jane+`","Type":2},{"ID":"`+jane+`","Type":2},{"ID":"User","Type":2}],
"Target":[{"ID":"User_`+requestID+`","Type":2},{"ID":"`+requestID+`","Type":2},{"ID":"User","Type":2},{"ID":"vic@contoso.com","Type":5}],
"ExtendedProperties":[{"Name":"additionalDetails","Value":"{\"User-Agent\":\"Mozilla/5.0\",\"AppId\":\"`+outlook+`\"}"}]`),
			unifiedRow("AzureActiveDirectory", "Add member to role.",
				row{"upn": "jane@contoso.com", "user_id": jane, "result": "success", "object": "vic@contoso.com",
					"correlation_id": chainID,
					"user_agent":     "Mozilla/5.0", "app_id": outlook,
					"targets": []any{requestID, "User", "vic@contoso.com"}})},
		{"the application that an operation is about is not a client",
			unified("AzureActiveDirectory", "Add service principal.",
				byJane+`"ResultStatus":"Failure","ObjectId":"`+outlook+`","ExtendedProperties":[{"Name":"additionalDetails","Value":"{\"AppId\":\"`+outlook+`\"}"}]`),
			unifiedRow("AzureActiveDirectory", "Add service principal.",
				row{"upn": "jane@contoso.com", "result": "failure", "object": outlook})},
		{"by a service principal", unified("AzureActiveDirectory", "Add application.",
			`"UserId":"ServicePrincipal_`+requestID+`","UserKey":"Not Available","Actor":[{"ID":"ServicePrincipal_`+requestID+`","Type":2}],"ObjectId":"a"`),
			unifiedRow("AzureActiveDirectory", "Add application.",
				row{"service_principal_id": requestID, "object": "a"})},
		{"a workload of no kind that is known", unified("PowerBI", "ViewReport", byJane+`"ItemName":"Sales"`),
			unifiedRow("PowerBI", "ViewReport", row{"upn": "jane@contoso.com", "object": "Sales"})},
		{"a sign-in's name of another workload", unified("Yammer", "UserLoggedIn", byJane+`"ClientIP":"203.0.113.9"`),
			unifiedRow("Yammer", "UserLoggedIn", row{"upn": "jane@contoso.com", "ip": "203.0.113.9"})},
	} {
		t.Run(test.name, func(t *testing.T) {
			readsAs(t, strings.ReplaceAll(test.record, "\n", ""), unifiedAudit, record.Activity, test.want, "")
		})
	}
}

// TestUnifiedActivityForms: one record in every form in which it is exported.
func TestUnifiedActivityForms(t *testing.T) {
	asText := quote(mailRead())
	for name, text := range map[string]string{
		"PowerShell, AuditData as text":      `{"RecordType":"ExchangeItemAggregated","CreationDate":"2026-09-14T09:05:00Z","UserIds":"jane@contoso.com","Operations":"MailItemsAccessed","AuditData":` + asText + `,"ResultIndex":1,"Identity":"` + mailID + `"}`,
		"PowerShell, AuditData as an object": `{"RecordType":"ExchangeItemAggregated","CreationDate":"\/Date(1789376700000)\/","UserIds":"jane@contoso.com","Operations":"MailItemsAccessed","AuditData":` + mailRead() + `}`,
		"Graph": `{"id":"` + mailID +
			`","createdDateTime":"2026-09-14T09:05:00Z","auditLogRecordType":"exchangeItemAggregated","operation":"MailItemsAccessed","organizationId":"` + tenant + `","userType":"Regular","userId":"jane@contoso.com","service":"Exchange","objectId":"","userPrincipalName":"jane@contoso.com","clientIp":"203.0.113.9","auditData":` + mailRead() + `}`,
		"Defender": `{"Timestamp":"2026-09-14T09:05:00Z","ActionType":"MailItemsAccessed","Application":"Microsoft Exchange Online","ApplicationId":20893,"AccountObjectId":"` + jane + `","IPAddress":"203.0.113.9","UserAgent":"Client=OWA;Mozilla/5.0","OAuthAppId":"","RawEventData":` + asText + `}`,
	} {
		t.Run(name, func(t *testing.T) { readsAs(t, text, unifiedAudit, record.Activity, mailReadRow(nil), "") })
	}
	t.Run("Graph names the user by id", func(t *testing.T) {
		bare := mailRead(`,"TokenObjectId":"`+jane+`"`, ``)
		readsAs(t, `{"id":"`+mailID+`","createdDateTime":"2026-09-14T09:05:00Z","auditLogRecordType":"exchangeItemAggregated","operation":"MailItemsAccessed","userId":"`+jane+`","service":"Exchange","auditData":`+bare+`}`,
			unifiedAudit, record.Activity, mailReadRow(nil), "")
	})
	t.Run("Defender's own columns", func(t *testing.T) {
		bare := mailRead(`,"TokenObjectId":"`+jane+`"`, ``, `"ClientAppId":"`+outlook+`",`, ``,
			`"ClientIPAddress":"203.0.113.9",`, ``, `"ClientIP":"198.51.100.1",`, ``)
		readsAs(t, `{"Timestamp":"2026-09-14T09:05:00Z","ActionType":"MailItemsAccessed","AccountObjectId":"`+jane+`","IPAddress":"203.0.113.9","OAuthAppId":"`+outlook+`","RawEventData":`+bare+`}`,
			unifiedAudit, record.Activity, mailReadRow(nil), "")
	})
	t.Run("Defender's account is the application's", func(t *testing.T) {
		bare := mailRead(`,"TokenObjectId":"`+jane+`"`, ``)
		readsAs(t, `{"Timestamp":"2026-09-14T09:05:00Z","ActionType":"MailItemsAccessed","AccountObjectId":"`+outlook+`","OAuthAppId":"`+outlook+`","RawEventData":`+bare+`}`,
			unifiedAudit, record.Activity, mailReadRow(row{"user_id": nil}), "")
	})
	t.Run("Defender's event of another application", func(t *testing.T) {
		if _, out := Read(`{"Timestamp":"2026-09-14T09:05:00Z","ActionType":"Log on","Application":"Box","RawEventData":{"type":"event"}}`, nil, &Input{}); out.NotUsed == "" {
			t.Errorf("%+v", out)
		}
	})
	t.Run("AuditData cut off", func(t *testing.T) {
		readsAs(t, `{"CreationDate":"2026-09-14T09:05:00Z","Operation":"MailItemsAccessed","RecordType":"50","AuditData":"{\"Id\":\"1"}`,
			unifiedAudit, record.Activity, nil,
			"its AuditData is not a whole JSON object: spreadsheets cut a cell off at 32,767 characters")
	})
}

// TestUnifiedActivityTables: the same record as rows of tables.
func TestUnifiedActivityTables(t *testing.T) {
	office := map[string]string{
		"TenantId": requestID, "RecordType": "50", "TimeGenerated [UTC]": "9/14/2026, 9:05:00.000 AM",
		"Operation": "MailItemsAccessed", "OrganizationId": tenant, "UserType": "Regular",
		"UserKey":        "10032000A9F382C6",
		"OfficeWorkload": "Exchange", "ResultStatus": "Succeeded", "UserId": "jane@contoso.com",
		"ClientInfoString": "Client=OWA;Mozilla/5.0", "Client_IPAddress": "203.0.113.9",
		"MailboxOwnerUPN": "jane@contoso.com",
		"Folders":         `[{"FolderItems":[{"Id":"a"}],"Path":"\\Inbox"},{"FolderItems":[],"Path":"\\Sent"}]`,
		"OfficeId":        mailID, "SourceRecordId": mailID, "OfficeTenantId": "$RestApiTenantId$",
		"OperationProperties": `[{"Name":"MailAccessType","Value":"Sync"}]`, "AppId": exchange,
		"ClientAppId": outlook, "Type": "OfficeActivity",
		"AppAccessContext": `{"AADSessionId":"` + session + `","UniqueTokenId":"` + webToken + `"}`,
		"TokenObjectId":    jane,
	}
	var head, cells []string
	for k, v := range office {
		head, cells = append(head, k), append(cells, v)
	}
	want := mailReadRow(row{"items": 1.0, "details": row{"sync": true}})
	for name, test := range map[string]struct {
		rows   [][]string
		format string
		want   row
	}{
		"OfficeActivity of the portal": {[][]string{head, cells}, "Log Analytics", want},
		"Purview": {[][]string{{"RecordId", "CreationDate", "RecordType", "Operation", "UserId", "AuditData",
			"AssociatedAdminUnits", "AssociatedAdminUnitsNames"},
			{mailID, "2026-09-14T09:05:00.0000000Z", "50", "MailItemsAccessed", "jane@contoso.com", mailRead(), "",
				""}}, "Unified Audit Log", mailReadRow(nil)},
		"PowerShell": {[][]string{{"RecordType", "CreationDate", "UserIds", "Operations", "AuditData", "ResultIndex",
			"ResultCount", "Identity", "IsValid", "ObjectState"},
			{"ExchangeItemAggregated", "9/14/2026 9:05:00 AM", "jane@contoso.com", "MailItemsAccessed", mailRead(),
				"1", "1", mailID, "True", "Unchanged"}}, "Unified Audit Log", mailReadRow(nil)},
		"flattened by Splunk": {[][]string{{"CreationTime", "Id", "Operation", "OrganizationId", "RecordType",
			"Workload", "ClientIP", "UserId", "ResultStatus", "AppAccessContext.AADSessionId",
			"AppAccessContext.UniqueTokenId", "Parameters{}.Name", "Parameters{}.Value"},
			{"2026-09-14T09:05:00", mailID, "New-InboxRule", tenant, "1", "Exchange", "203.0.113.9:4711",
				"jane@contoso.com", "True", session, webToken, "Name\nForwardTo", "r\neve@evil.example"}},
			"Unified Audit Log",
			unifiedRow("Exchange", "New-InboxRule",
				row{"upn": "jane@contoso.com", "result": "success", "ip": "203.0.113.9", "session_id": session,
					"token_id": webToken, "details": row{"name": "r", "forwards_to": []any{"eve@evil.example"}}})},
		"lists flattened away": {[][]string{{"CreationTime", "Id", "Operation", "OrganizationId", "RecordType",
			"Workload", "UserId", "ResultStatus", "Parameters", "AppAccessContext"},
			{"2026-09-14T09:05:00", mailID, "New-InboxRule", tenant, "1", "Exchange", "jane@contoso.com", "True",
				"System.Object[]", "System.Object"}}, "Unified Audit Log",
			unifiedRow("Exchange", "New-InboxRule", row{"upn": "jane@contoso.com", "result": "success"})},
	} {
		t.Run(name, func(t *testing.T) {
			sheet, outs := readCSV(t, &Input{}, asCSV(t, test.rows...))
			if sheet == nil || sheet.Name != test.format || outs[0].Bad != "" || outs[0].NotUsed != "" {
				t.Fatalf("sheet %+v: %+v", sheet, outs)
			}
			if diff := cmp.Diff([]loaded{{"activities", test.want}}, rowsOf(t, outs[0])); diff != "" {
				t.Errorf("rows (-want +got):\n%s", diff)
			}
		})
	}
	t.Run("OfficeActivity as JSON", func(t *testing.T) {
		var parts []string
		for k, v := range office {
			parts = append(parts, quote(strings.TrimSuffix(k, " [UTC]"))+":"+quote(v))
		}
		readsAs(t, "{"+strings.Join(parts, ",")+"}", logAnalytics, record.Activity, want, "")
	})
}

// TestActivityCorpus: public records of each workload, and what of them is loaded.
func TestActivityCorpus(t *testing.T) {
	for file, want := range map[string]map[string]int{
		"ual-exchange.ndjson": {"user": 15, "id": 4, "session": 13, "token": 4, "client": 6,
			"address": 15, "object": 15, "result": 15, "agent": 14},
		"ual-sharepoint-onedrive.ndjson": {"user": 10, "session": 6, "token": 5, "client": 3, "address": 9,
			"object": 9, "agent": 9},
		"ual-teams.ndjson": {"user": 5, "token": 1, "address": 5, "object": 5, "agent": 5},
		"ual-splunk-examples.ndjson": {"user": 15, "id": 11, "session": 3, "client": 3, "address": 4,
			"object": 16, "result": 16, "agent": 8},
		"officeactivity-loganalytics.ndjson": {"user": 1, "client": 1, "address": 1, "object": 1, "result": 1,
			"agent": 1},
		"cloudappevents.ndjson": {"user": 1, "client": 1, "address": 1, "object": 1, "result": 1,
			"agent": 1},
	} {
		got := map[string]int{}
		for _, line := range corpus(t, "activity/"+file) {
			_, out := Read(line, nil, &Input{})
			if len(out.Rows) != 1 || out.Rows[0].Kind != record.Activity || out.Wrong > 0 {
				t.Errorf("%s: %+v", file, out)
				continue
			}
			for what, column := range map[string]string{"user": "upn", "id": "user_id", "session": "session_id",
				"token": "token_id", "client": "app_id", "address": "ip", "object": "object", "result": "result",
				"agent": "user_agent"} {
				if out.Rows[0].Values[record.Activity.At(column)] != "" {
					got[what]++
				}
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", file, diff)
		}
	}
}
