package formats

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/tidwall/gjson"

	"tapaudit/ingest/record"
)

// Tables without a format of their own are objects in Graph's or PowerShell's spelling.
func TestTablesOfObjects(t *testing.T) {
	for _, test := range []struct {
		name, text, format string
		want               []loaded
		not                string
	}{
		{"users of Microsoft-Extractor-Suite",
			"UserPrincipalName,DisplayName,Id,CreatedDateTime,UserType,AccountEnabled\njane@contoso.com,Jane,\"" +
				jane + "\",2026-09-01T08:00:00Z,Member,True\n", "users (PowerShell)",
			[]loaded{{"directory_user", row{"userPrincipalName": "jane@contoso.com", "displayName": "Jane", "id": jane,
				"createdDateTime": "2026-09-01T08:00:00Z", "userType": "Member", "accountEnabled": true}}}, ""},
		{"group members", "GroupName,GroupId,MemberId,MemberType\nHelpers," + helpers + "," + jane + ",user\n",
			"group members (PowerShell)",
			[]loaded{{"group_member", row{"groupId": helpers, "groupName": "Helpers", "memberId": jane}}}, ""},
		{"sign-ins, steps flattened away",
			"AppDisplayName,AppId,AuthenticationDetails,ConditionalAccessStatus,CorrelationId,CreatedDateTime,IPAddress,Id,IsInteractive,UserId,UserPrincipalName,Status\nMy Apps,a,System.Object[],notApplied,c,14.09.2026 08:59:26,203.0.113.9," + requestID + ",True," + jane + ",jane@contoso.com,Microsoft.Graph.PowerShell.Models.MicrosoftGraphSignInStatus\n", "Graph sign-ins (PowerShell)",
			[]loaded{{"signin_record", row{"appDisplayName": "My Apps", "appId": "a",
				"conditionalAccessStatus": "notApplied", "correlationId": "c",
				"ipAddress": "203.0.113.9", "id": requestID, "userId": jane,
				"userPrincipalName": "jane@contoso.com"}}}, ""},
		{"Graph's names in other letters", "ID,USERPRINCIPALNAME,DISPLAYNAME,USERTYPE\n" + jane +
			",jane@contoso.com,Jane,Guest\n", "users",
			[]loaded{{"directory_user", row{"userPrincipalName": "jane@contoso.com", "displayName": "Jane", "id": jane,
				"userType": "Guest"}}}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			sheet, outs := readCSV(t, &Input{}, test.text)
			if sheet == nil || sheet.Name != test.format {
				t.Fatalf("sheet %+v", sheet)
			}
			if outs[0].NotUsed != test.not || outs[0].Bad != "" || outs[0].Wrong != 0 {
				t.Fatalf("%+v", outs[0])
			}
			if diff := cmp.Diff(test.want, rowsOf(t, outs[0])); diff != "" {
				t.Errorf("rows (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSheetText(t *testing.T) {
	sheet := RecogniseHeader([]string{"\ufeffId", "UserPrincipalName ", "DisplayName", "TemporaryAccessPass"})
	if sheet == nil || !sheet.Secret() {
		t.Fatalf("sheet %+v", sheet)
	}
	text := sheet.Text(cellsOf(jane, `a"b@contoso.com`, "", "Kd9#x2Lp"))
	if want := `{"Id":"` + jane +
		`","UserPrincipalName":"a\"b@contoso.com","TemporaryAccessPass":"Kd9#x2Lp"}`; text != want {
		t.Errorf("got %s, want %s", text, want)
	}
	if masked, found := record.MaskPasscodes(text); found != 1 ||
		masked != `{"Id":"`+jane+`","UserPrincipalName":"a\"b@contoso.com","TemporaryAccessPass":"***"}` {
		t.Errorf("masked %d: %s", found, masked)
	}
	if !sheet.IsHeader(cellsOf("id", " userprincipalname", "DISPLAYNAME", "TemporaryAccessPass")) ||
		sheet.IsHeader(cellsOf("id", "x", "y", "z")) {
		t.Error("a repeated header is not told from a row")
	}
}

// Of columns with one name the first that is not empty counts.
func TestDuplicateColumns(t *testing.T) {
	_, outs := readCSV(t, &Input{},
		"Date (UTC),Request ID,Username,Status,Username\n2026-09-14T08:59:26Z,r,,Success,jane@contoso.com\n2026-09-14T08:59:26Z,r,mark@contoso.com,Success,jane@contoso.com\n")
	var got []any
	for _, out := range outs {
		got = append(got, rowsOf(t, out)[0].Row["userPrincipalName"])
	}
	if diff := cmp.Diff([]any{"jane@contoso.com", "mark@contoso.com"}, got); diff != "" {
		t.Error(diff)
	}
}

// Microsoft-Extractor-Suite's older JSON has a member for each property of the steps.
func TestFlattenedSteps(t *testing.T) {
	const rest = `"AppDisplayName":"My Apps","AppId":"a","ConditionalAccessStatus":"notApplied","CorrelationId":"c","CreatedDateTime":"9/14/2026 8:59:26 AM","IPAddress":"203.0.113.9","Id":"r","UserId":"u","UserPrincipalName":"jane@contoso.com","AdditionalProperties":{"sessionId":"s1"}`
	for _, test := range []struct {
		name, members string
		want          any
	}{
		{"one", `"AuthDetailsAuthenticationMethod":"Temporary Access Pass","AuthDetailsAuthenticationMethodDetail":"","AuthDetailsSucceeded":"True","AuthDetailsAuthenticationStepRequirement":"Primary authentication"`,
			[]any{row{"authenticationMethod": "Temporary Access Pass", "succeeded": true,
				"authenticationStepRequirement": "Primary authentication"}}},
		{"several", `"AuthDetailsAuthenticationMethod":["Password","Temporary Access Pass"],"AuthDetailsSucceeded":["True","False"],"AuthDetailsAuthenticationStepResultDetail":[null,"Incorrect"]`,
			[]any{row{"authenticationMethod": "Password", "succeeded": true},
				row{"authenticationMethod": "Temporary Access Pass", "succeeded": false,
					"authenticationStepResultDetail": "Incorrect"}}},
		{"none: it cannot show a pass", `"AuthDetailsAuthenticationMethod":null`, nil},
		{"the steps themselves win",
			`"AuthenticationDetails":[{"AuthenticationMethod":"Password","Succeeded":true}],"AuthDetailsAuthenticationMethod":"Temporary Access Pass"`,
			[]any{row{"authenticationMethod": "Password", "succeeded": true}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			format, out := Read(`{`+rest+`,`+test.members+`}`, nil, &Input{})
			if formatName(format) != "Graph sign-ins (PowerShell)" || out.Bad != "" {
				t.Fatalf("%s: %+v", formatName(format), out)
			}
			r := rowsOf(t, out)[0].Row
			if diff := cmp.Diff(test.want, r["authenticationDetails"]); diff != "" {
				t.Errorf("steps (-want +got):\n%s", diff)
			}
			if r["sessionId"] != "s1" {
				t.Errorf("AdditionalProperties are lost: %v", r)
			}
		})
	}
}

// Whatever a table or an event holds, its rows are JSON of known columns and its outcome is one.
func FuzzRows(f *testing.F) {
	f.Add("CreationDate,Operations,AuditData", `2026-09-14T08:59:26Z,UserLoggedIn,`+loggedIn("2"), ",")
	f.Add(`Date (UTC),Request ID,Username,Status,Location`, "14/09/2026 8:59,r1,a@b.c,Success,Zürich", ",")
	f.Add("TimeGenerated [UTC],Id,UserPrincipalName,AuthenticationDetails", "9/14/2026 8:59:26.391 AM,r1,a@b.c,[{]",
		",")
	f.Add("Request ID;Authentication method;Succeeded;Date", "r1;Password;maybe;x", ";")
	f.Add("Activity;Date;CorrelationId;ActorType;Target1Type;Target1ModifiedProperty1Name",
		"x;2026-01-01;c;Application;User;\xff", ";")
	f.Add("_raw,_time", `{"a":1},x`, ",")
	f.Add("CreationTime|Id|Operation|Workload|Parameters{}.Name|Parameters{}.Value|AppAccessContext.UniqueTokenId",
		"2026-09-14T08:59:26|e1|New-InboxRule|Exchange|ForwardTo\nName|a\nb|t", "|")
	f.Add("TimeGenerated [UTC]|OfficeId|OfficeWorkload|Operation|Folders|Type",
		`9/14/2026 8:59:26.391 AM|e1|Exchange|MailItemsAccessed|[{"FolderItems":[1|OfficeActivity`, "|")
	f.Add("Timestamp|RequestUri|RequestMethod|ResponseStatusCode",
		"2026-09-14T08:59:26Z|https://x/v1.0/users('a')?$select=b|get|2xx", "|")
	f.Fuzz(func(t *testing.T, columns, fields, comma string) {
		if len(comma) != 1 {
			return
		}
		head := strings.Split(columns, comma)
		sheet := RecogniseHeader(head)
		if sheet == nil {
			return
		}
		cells := strings.Split(fields, comma)
		for len(cells) < len(head) {
			cells = append(cells, "")
		}
		cells = cells[:len(head)]
		if !utf8.ValidString(strings.Join(cells, "")) {
			return // the framer hands on nothing else
		}
		out := sheet.Read(cellsOf(cells...), &Input{})
		if out.Bad == "" && out.NotUsed == "" && len(out.Rows) == 0 {
			t.Errorf("a row became nothing: %q", cells)
		}
		if !gjson.Valid(sheet.Text(cellsOf(cells...))) {
			t.Errorf("the row's text is not JSON: %s", sheet.Text(cellsOf(cells...)))
		}
		for _, r := range out.Rows {
			if text := textOf(r); !gjson.Valid(text) || !utf8.ValidString(text) {
				t.Errorf("a row's values are not JSON: %s", text)
			}
		}
	})
}

// cellsOf is a row of these fields.
func cellsOf(fields ...string) Cells {
	var c Cells
	for _, f := range fields {
		c.Quoted += `"` + f + `"`
		c.Ends = append(c.Ends, len(c.Quoted))
	}
	return c
}
