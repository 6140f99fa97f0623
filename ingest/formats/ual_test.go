package formats

import (
	"encoding/csv"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tapaudit/ingest/record"
)

const (
	requestID = "1f2e3d4c-5b6a-4978-8a9b-0c1d2e3f4a5b"
	eventID   = "9a8b7c6d-5e4f-4a3b-9c2d-1e0f9a8b7c6d"
	chainID   = "d23dd5d2-ccc8-4928-b7a0-f446a2ca4a90"
)

// loggedIn is a sign-in event with the methods' bits, and whatever replaces its members.
func loggedIn(bits string, replace ...string) string {
	text := `{"CreationTime":"2026-09-14T08:59:26","Id":"` + eventID + `","Operation":"UserLoggedIn","OrganizationId":"` + tenant + `",
"RecordType":15,"ResultStatus":"Success","UserKey":"` + jane + `","UserType":0,"Version":1,"Workload":"AzureActiveDirectory",
"ClientIP":"203.0.113.9:51234","ObjectId":"00000002-0000-0ff1-ce00-000000000000","UserId":"jane@contoso.com","AzureActiveDirectoryEventType":1,
"ExtendedProperties":[{"Name":"ResultStatusDetail","Value":"Success"},{"Name":"UserAgent","Value":"Mozilla/5.0"},{"Name":"UserAuthenticationMethod","Value":"` + bits + `"},{"Name":"RequestType","Value":"Login:login"}],
"ModifiedProperties":[],"Actor":[{"ID":"` + jane + `","Type":0},{"ID":"jane@contoso.com","Type":5}],"ActorContextId":"` + tenant + `","ActorIpAddress":"203.0.113.9",
"InterSystemsId":"` + chainID + `","IntraSystemId":"` + requestID + `","SupportTicketId":"","Target":[{"ID":"00000002-0000-0ff1-ce00-000000000000","Type":0}],
"TargetContextId":"` + tenant + `","ApplicationId":"9199bf20-a13f-4107-85dc-02114787ef48",
"DeviceProperties":[{"Name":"OS","Value":"Windows10"},{"Name":"BrowserType","Value":"Edge"},{"Name":"SessionId","Value":"b3a9b2b4-57c9-406b-9a2d-106b7f612248"}],"ErrorNumber":"0"}`
	return strings.NewReplacer(append(replace, "\n", "")...).Replace(text)
}

// loggedInRow is what loggedIn("2") is loaded as, with the changes.
func loggedInRow(changes row) row {
	r := row{
		"id": requestID, "correlationId": chainID, "event_id": eventID, "log": "ual", "tenant_id": tenant,
		"userId": jane, "userPrincipalName": "jane@contoso.com", "appId": "9199bf20-a13f-4107-85dc-02114787ef48",
		"resourceId": "00000002-0000-0ff1-ce00-000000000000", "ipAddress": "203.0.113.9", "userAgent": "Mozilla/5.0",
		"sessionId": "b3a9b2b4-57c9-406b-9a2d-106b7f612248", "status": row{"errorCode": 0.0},
		"deviceDetail": row{"operatingSystem": "Windows10"},
		"method_bits":  2.0,
	}
	for k, v := range changes {
		if v == nil {
			delete(r, k)
		} else {
			r[k] = v
		}
	}
	return r
}

func TestUnifiedAudit(t *testing.T) {
	quoted := func(s string) string { return strings.ReplaceAll(strings.ReplaceAll(s, `\`, `\\`), `"`, `\"`) }
	for _, test := range []struct {
		name, record string
		want         row
		bad          string
		wrong        int
	}{
		{name: "native", record: loggedIn("2"), want: loggedInRow(nil)},
		{name: "absent bits", record: loggedIn("<Null>"), want: loggedInRow(row{"method_bits": nil})},
		{name: "bits of a wrong type", record: loggedIn("two"), want: loggedInRow(row{"method_bits": nil}), wrong: 1},
		{name: "negative bits", record: loggedIn("-1"), want: loggedInRow(row{"method_bits": nil}), wrong: 1},
		{name: "no number: the operation says", record: loggedIn("2", `,"ErrorNumber":"0"`, ``),
			want: loggedInRow(nil)},
		{name: "interrupted", record: loggedIn("2", `"ErrorNumber":"0"`,
			`"ErrorNumber":50140,"LogonError":"KmsiInterrupt"`),
			want: loggedInRow(row{"status": row{"errorCode": 50140.0, "failureReason": "KmsiInterrupt"}})},
		{name: "failed, whatever ResultStatus says",
			record: loggedIn("1", "UserLoggedIn", "UserLoginFailed", `"ErrorNumber":"0"`,
				`"ErrorNumber":"50126","LogonError":"InvalidUserNameOrPassword"`),
			want: loggedInRow(row{"method_bits": 1.0,
				"status": row{"errorCode": 50126.0, "failureReason": "InvalidUserNameOrPassword"}})},
		{name: "failed without a number is not a success",
			record: loggedIn("1", "UserLoggedIn", "UserLoginFailed", `,"ErrorNumber":"0"`, ``),
			want:   loggedInRow(row{"method_bits": 1.0, "status": nil})},
		{name: "failed with number 0 is not a success", record: loggedIn("1", "UserLoggedIn", "UserLoginFailed"),
			want: loggedInRow(row{"method_bits": 1.0, "status": nil})},
		{name: "no IntraSystemId", record: loggedIn("2", `"IntraSystemId":"`+requestID+`"`,
			`"IntraSystemId":"00000000-0000-0000-0000-000000000000"`), want: loggedInRow(row{"id": eventID})},
		{name: "session at the top", record: loggedIn("2", `"Version":1`, `"SessionId":"top"`),
			want: loggedInRow(row{"sessionId": "top"})},
		{name: "session in the context", record: loggedIn("2",
			`{"Name":"SessionId","Value":"b3a9b2b4-57c9-406b-9a2d-106b7f612248"}`, `{}`, `"Version":1`,
			`"AppAccessContext":{"AADSessionId":"ctx"}`),
			want: loggedInRow(row{"sessionId": "ctx"})},
		{name: "address with brackets", record: loggedIn("2", "203.0.113.9:51234", "[2001:db8::1]:443"),
			want: loggedInRow(row{"ipAddress": "2001:db8::1"})},
		{name: "address elsewhere", record: loggedIn("2", `"ClientIP":"203.0.113.9:51234"`, `"ClientIP":"<null>"`),
			want: loggedInRow(nil)},
		{name: "an id in UserId", record: loggedIn("2", `"UserId":"jane@contoso.com"`, `"UserId":"Not Available"`,
			`{"ID":"jane@contoso.com","Type":5}`, `{"ID":"x","Type":3}`),
			want: loggedInRow(row{"userPrincipalName": nil})},
		{name: "AuditData as text",
			record: `{"RecordType":"AzureActiveDirectoryStsLogon","CreationDate":"2026-09-14T08:59:26Z","UserIds":"jane@contoso.com","Operations":"UserLoggedIn","AuditData":"` + quoted(loggedIn("2")) + `","ResultIndex":1,"ResultCount":1,"Identity":"` + eventID + `","IsValid":true,"ObjectState":"Unchanged"}`,
			want:   loggedInRow(nil)},
		{name: "AuditData as an object",
			record: `{"CreationDate":"/Date(1789376366000)/","Operations":"UserLoggedIn","RecordType":"AzureActiveDirectoryStsLogon","AuditData":` + loggedIn("2") + `}`,
			want:   loggedInRow(nil)},
		{name: "Graph", record: `{"id":"` + eventID +
			`","createdDateTime":"2026-09-14T08:59:26Z","auditLogRecordType":"azureActiveDirectoryStsLogon","operation":"UserLoggedIn","organizationId":"` + tenant + `","userType":"Regular","userId":"` + jane + `","service":"AzureActiveDirectory","objectId":"o","userPrincipalName":"jane@contoso.com","clientIp":"203.0.113.9","administrativeUnits":[],"auditData":` + loggedIn("2") + `}`,
			want: loggedInRow(nil)},
		{name: "AuditData cut off",
			record: `{"CreationDate":"2026-09-14T08:59:26Z","Operation":"UserLoggedIn","RecordType":"15","AuditData":"{\"Id\":\"1"}`,
			bad:    "its AuditData is not a whole JSON object: spreadsheets cut a cell off at 32,767 characters"},
		{name: "no id", record: loggedIn("2", `"Id":"`+eventID+`",`, ``, `"IntraSystemId":"`+requestID+`"`,
			`"IntraSystemId":null`), bad: "no id"},
		{name: "no time", record: loggedIn("2", `"CreationTime":"2026-09-14T08:59:26"`, `"CreationTime":null`),
			bad: "no time"},
	} {
		t.Run(test.name, func(t *testing.T) {
			format, out := Read(test.record, nil, &Input{})
			if formatName(format) != "Unified Audit Log" || out.NotUsed != "" || out.Bad != test.bad ||
				out.Wrong != test.wrong {
				t.Fatalf("format %q, not used %q, bad %q, wrong %d", formatName(format), out.NotUsed, out.Bad,
					out.Wrong)
			}
			var want []loaded
			if test.want != nil {
				want = []loaded{{"signin_record", test.want}}
			}
			if diff := cmp.Diff(want, rowsOf(t, out)); diff != "" {
				t.Errorf("rows (-want +got):\n%s", diff)
			}
		})
	}
}

// Whether a method's bits name a pass is decided by value & 2, in SQL; here, that they get there whole.
func TestUnifiedAuditBits(t *testing.T) {
	for _, bits := range []string{"1", "2", "3", "16", "258", "272", "134217730"} {
		_, out := Read(loggedIn(bits), nil, &Input{})
		if got := out.Rows[0].Values[record.SignIn.At("method_bits")]; got != bits {
			t.Errorf("UserAuthenticationMethod %s became %v", bits, got)
		}
	}
}

// readCSV reads a CSV text through the sheet that its header asks for.
func readCSV(t *testing.T, in *Input, text string) (*Sheet, []Outcome) {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	sheet := RecogniseHeader(rows[0])
	if sheet == nil {
		return nil, nil
	}
	var outs []Outcome
	for _, r := range rows[1:] {
		out := sheet.Read(cellsOf(r...), in)
		for _, inside := range out.Inside {
			_, out = Read(inside.Text, nil, in)
		}
		outs = append(outs, out)
	}
	return sheet, outs
}

func asCSV(t *testing.T, rows ...[]string) string {
	t.Helper()
	var b strings.Builder
	if err := csv.NewWriter(&b).WriteAll(rows); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestUnifiedAuditCSV(t *testing.T) {
	data := loggedIn("258")
	flat := loggedInRow(row{"method_bits": nil, "userAgent": nil, "sessionId": nil, "deviceDetail": nil})
	for _, test := range []struct {
		name   string
		rows   [][]string
		want   row
		format string
	}{
		{"Purview", [][]string{
			{"RecordId", "CreationDate", "RecordType", "Operation", "UserId", "AuditData", "AssociatedAdminUnits",
				"AssociatedAdminUnitsNames"},
			{eventID, "2026-09-14T08:59:26.0000000Z", "15", "UserLoggedIn", "jane@contoso.com", data, "", ""},
		}, loggedInRow(row{"method_bits": 258.0}), "Unified Audit Log"},
		{"PowerShell", [][]string{
			{"RecordType", "CreationDate", "UserIds", "Operations", "AuditData", "ResultIndex", "ResultCount",
				"Identity", "IsValid", "ObjectState"},
			{"AzureActiveDirectoryStsLogon", "9/14/2026 8:59:26 AM", "jane@contoso.com", "UserLoggedIn", data, "1",
				"1", eventID, "True", "Unchanged"},
		}, loggedInRow(row{"method_bits": 258.0}), "Unified Audit Log"},
		{"Graph, through Microsoft-Extractor-Suite", [][]string{
			{"id", "createdDateTime", "auditLogRecordType", "operation", "organizationId", "userType", "userId",
				"service", "objectId", "userPrincipalName", "clientIp", "administrativeUnits", "auditData"},
			{eventID, "2026-09-14T08:59:26Z", "azureActiveDirectoryStsLogon", "UserLoggedIn", tenant, "Regular", jane,
				"AzureActiveDirectory", "o", "jane@contoso.com", "203.0.113.9", "System.Object[]", data},
		}, loggedInRow(row{"method_bits": 258.0}), "Unified Audit Log"},
		{"Splunk, with columns of its own", [][]string{
			{"_time", "host", "source", "sourcetype", "CreationDate", "UserIds", "Operations", "AuditData", "index",
				"linecount"},
			{"2026-09-14T10:59:26.000+0200", "h", "o365", "o365:management:activity", "2026-09-14T08:59:26Z",
				"jane@contoso.com", "UserLoggedIn", data, "main", "1"},
		}, loggedInRow(row{"method_bits": 258.0}), "Unified Audit Log"},
		{"Splunk, with the event itself", [][]string{
			{"_time", "_raw", "host", "Operation"},
			{"2026-09-14T10:59:26.000+0200", data, "h", "UserLoggedIn"},
		}, loggedInRow(row{"method_bits": 258.0}), "Splunk export"},
		{"Splunk, with fields of many values", [][]string{
			{"CreationTime", "Id", "Operation", "OrganizationId", "RecordType", "Workload", "ClientIP", "UserId",
				"UserKey", "ObjectId", "InterSystemsId", "IntraSystemId", "ApplicationId", "ErrorNumber",
				"ExtendedProperties{}.Name", "ExtendedProperties{}.Value", "Actor{}.ID", "Actor{}.Type"},
			{"2026-09-14T08:59:26", eventID, "UserLoggedIn", tenant, "15", "AzureActiveDirectory", "203.0.113.9",
				"jane@contoso.com", "10030000A9F382C6", "00000002-0000-0ff1-ce00-000000000000", chainID, requestID,
				"9199bf20-a13f-4107-85dc-02114787ef48", "0",
				"UserAgent\nUserAuthenticationMethod", "Mozilla/5.0\n258", jane + "\njane@contoso.com", "0\n5"},
		}, loggedInRow(row{"method_bits": 258.0, "sessionId": nil, "deviceDetail": nil}), "Unified Audit Log"},
		{"lists flattened away: cannot show a pass", [][]string{
			{"CreationTime", "Id", "Operation", "OrganizationId", "RecordType", "Workload", "ClientIP", "UserId",
				"UserKey", "ObjectId", "InterSystemsId", "IntraSystemId", "ApplicationId", "ErrorNumber",
				"ExtendedProperties", "DeviceProperties", "Actor"},
			{"2026-09-14T08:59:26", eventID, "UserLoggedIn", tenant, "15", "AzureActiveDirectory", "203.0.113.9",
				"jane@contoso.com", jane, "00000002-0000-0ff1-ce00-000000000000", chainID, requestID,
				"9199bf20-a13f-4107-85dc-02114787ef48", "0", "System.Object[]", "System.Object[]", "System.Object[]"},
		}, flat, "Unified Audit Log"},
	} {
		t.Run(test.name, func(t *testing.T) {
			sheet, outs := readCSV(t, &Input{}, asCSV(t, test.rows...))
			if sheet == nil || sheet.Name != test.format {
				t.Fatalf("sheet %+v", sheet)
			}
			out := outs[0]
			if out.Bad != "" || out.NotUsed != "" || out.Wrong != 0 {
				t.Fatalf("bad %q, not used %q, wrong %d", out.Bad, out.NotUsed, out.Wrong)
			}
			if diff := cmp.Diff([]loaded{{"signin_record", test.want}}, rowsOf(t, out)); diff != "" {
				t.Errorf("rows (-want +got):\n%s", diff)
			}
		})
	}
}

// corpus is a file of the public records that stand beside the repository where it is built and judged.
func corpus(t *testing.T, name string) []string {
	t.Helper()
	b, err := os.ReadFile("../../../shared/corpus/" + name)
	if os.IsNotExist(err) {
		t.Skip("the corpus is not beside the repository")
	}
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(b)), "\n")
}

func TestUnifiedAuditCorpus(t *testing.T) {
	got := map[string]int{}
	for _, line := range corpus(t, "ual-azure-active-directory.ndjson") {
		format, out := Read(line, nil, &Input{})
		switch {
		case format != unifiedAudit:
			t.Errorf("read as %q: %s", formatName(format), line)
		case out.Bad != "" || out.NotUsed != "":
			t.Errorf("%s%s: %s", out.Bad, out.NotUsed, line)
		default:
			r := rowsOf(t, out)[0].Row
			got[out.Rows[0].Kind.Table]++
			if strings.Contains(line, "UserLoginFailed") &&
				cmp.Diff(row{"errorCode": 500121.0, "failureReason": "AuthenticationFailedSasError"},
					r["status"]) != "" {
				t.Errorf("the failed sign-in has the status %v", r["status"])
			}
		}
	}
	if diff := cmp.Diff(map[string]int{"signin_record": 6, "activities": 7}, got); diff != "" {
		t.Error(diff)
	}
}
