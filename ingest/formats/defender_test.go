package formats

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Defender's advanced hunting, as its portal's CSV and as JSON, in the table's new name's columns and the old one's.
func TestDefenderSignIns(t *testing.T) {
	head := "\ufeffTimestamp,Application,ApplicationId,LogonType,ErrorCode,CorrelationId,SessionId,AccountDisplayName,AccountObjectId,AccountUpn,IsExternalUser,IsGuestUser,ResourceTenantId,DeviceName,AadDeviceId,OSPlatform,RiskLevelDuringSignIn,ConditionalAccessStatus,IPAddress,Country,City,RequestId,ReportId\n"
	user := ",Jane," + jane + ",jane@contoso.com,0,0," + tenant + ",PC1,d1,Windows,50,2,203.0.113.9,DE,Bonn,"
	want := loaded{"signin_record", row{
		"id": requestID, "appDisplayName": "My Apps", "appId": "a1", "correlationId": "c1", "sessionId": "s1",
		"userId": jane, "userPrincipalName": "jane@contoso.com", "userDisplayName": "Jane", "ipAddress": "203.0.113.9",
		"tenant_id": tenant, "resourceTenantId": tenant,
		"conditionalAccessStatus": "notApplied", "riskLevelDuringSignIn": "medium",
		"location":     row{"city": "Bonn", "countryOrRegion": "DE"},
		"deviceDetail": row{"deviceId": "d1", "displayName": "PC1", "operatingSystem": "Windows"},
		"status":       row{"errorCode": 130503.0},
	}}
	json := `{"Timestamp":"2026-09-14T08:05:00Z","Application":"My Apps","ApplicationId":"a1","LogonType":"[\"interactiveUser\"]","ErrorCode":130503,"CorrelationId":"c1","SessionId":"s1","AccountDisplayName":"Jane","AccountObjectId":"` + jane +
		`","AccountUpn":"jane@contoso.com","IsExternalUser":0,"IsGuestUser":false,"ResourceTenantId":"` + tenant +
		`","DeviceName":"PC1","EntraIdDeviceId":"d1","OSPlatform":"Windows","RiskLevelDuringSignIn":50,"ConditionalAccessStatus":2,"IPAddress":"203.0.113.9","Country":"DE","City":"Bonn","RequestId":"` + requestID + `"}`
	sheet, outs := readCSV(t, &Input{},
		head+"\"Sep 14, 2026 8:05:00 AM\",My Apps,a1,\"[\"\"interactiveUser\"\"]\",130503,c1,s1"+user+requestID+",x\n")
	format, out := Read(json, nil, &Input{})
	if sheet == nil || sheet.Format != defenderSignIns || format != defenderSignIns {
		t.Fatalf("recognised as %v and %v", sheet, format)
	}
	for name, out := range map[string]Outcome{"CSV": outs[0], "JSON": out} {
		if out.Bad != "" || out.Wrong != 0 || !strings.Contains(out.Note, "SigninLogs") {
			t.Fatalf("%s: %+v", name, out)
		}
		got := rowsOf(t, out)
		if at := out.Rows[0].Values[out.Rows[0].Kind.At("time")]; at != "2026-09-14T08:05:00" {
			t.Errorf("%s: at %s", name, at)
		}
		if diff := cmp.Diff([]loaded{want}, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	_, out = Read(strings.NewReplacer("interactiveUser", "nonInteractiveUser", `"ErrorCode":130503`,
		`"ErrorCode":null`, `"IsGuestUser":false`, `"IsGuestUser":true`).Replace(json), nil, &Input{})
	v := out.Rows[0]
	at := func(column string) string { return v.Values[v.Kind.At(column)] }
	if at("interactive") != "false" || at("error_code") != "" || at("tenant_id") != "" ||
		at("can_show_tap") != "false" {
		t.Errorf("a guest's sign-in without an error code: %q", v.Values)
	}
}
