package ingest

import (
	"context"
	"encoding/binary"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"tapaudit/ingest/casefile"
)

const (
	signInHeader = "Date (UTC),Request ID,User ID,Username,Correlation ID,IP address,Location,Status,Sign-in error code,Failure reason\n"
	stepHeader   = "Request ID,Date (UTC),Authentication method,Authentication method detail,Succeeded,Result detail,Requirement\n"
	auditHeader  = "Date (UTC),CorrelationId,Service,Category,Activity,Result,ResultReason,ActorType,ActorDisplayName,ActorObjectId,ActorUserPrincipalName,IPAddress,Target1Type,Target1DisplayName,Target1ObjectId,Target1UserPrincipalName\n"

	// addsUp lists the files whose records are not all accounted for; sign-ins and audit events make one row each.
	addsUp = `
SELECT path FROM source AS s WHERE same_as IS NULL AND records_read <> records_not_used
    + s.records_quarantined
    + (SELECT count(*) FROM signin_record AS r WHERE r.source_id = s.source_id) + (SELECT count(*) FROM audit_record AS r WHERE r.source_id = s.source_id)
    + (SELECT count(*) FROM activities AS r WHERE r.source_id = s.source_id)
    + (SELECT count(*) FROM signin_step AS r WHERE r.source_id = s.source_id) + (SELECT count(*) FROM directory_user AS r WHERE r.source_id = s.source_id)`
)

func signInRow(when, id, rest string) string {
	return when + "," + id + "," + jane + ",jane@contoso.com,c-" + id + ",203.0.113.9,\"Zürich, Zürich, CH\"," + rest +
		"\n"
}

// notesQuery is what a file's row says of it.
const notesQuery = `SELECT regexp_extract(path, '[^/]+$') AS name, format, records_read AS n, records_not_used AS unused,
    s.records_quarantined AS bad, rows_not_lines AS places, coalesce(truncated, '') AS cut, note
FROM source AS s ORDER BY path`

func TestTables(t *testing.T) {
	signIns := "Entra admin centre sign-ins CSV"
	for _, test := range []struct {
		name, file, text string
		notes            string // after the file's name
		rows             []string
		query            string
	}{
		{
			name: "sign-ins", file: "InteractiveSignIns_2026.csv",
			text: signInHeader + signInRow("2026-09-14T08:59:26Z", "r1", "Success,0,Other.") +
				signInRow("2026-09-14T09:00:00Z", "r2", "Failure,,\"No code, though\""),
			notes: signIns + "|2|0|0|true||",
			query: `SELECT line, id, time, error_code, city, country, can_show_tap, interactive FROM signin_record ORDER BY line`,
			rows: []string{"1|r1|2026-09-14 08:59:26|0|Zürich|CH|false|true",
				"2|r2|2026-09-14 09:00:00||Zürich|CH|false|true"},
		},
		{
			name: "semicolons, CRLF, a repeated header and a bad row", file: "x.csv",
			text:  "Date (UTC);Request ID;Username;Status\r\n2026-09-14T08:59:26Z;r1;a@b.c;Success\r\ndate (utc);Request ID;Username;Status\r\n2026-09-14;only\r\n2026-09-15T08:59:26Z;r2;a@b.c;Success",
			notes: signIns + "|4|1|1|true||1 not used: a header that stands among the rows",
			query: `SELECT line, id FROM signin_record UNION ALL SELECT line, reason FROM quarantine ORDER BY ALL`,
			rows:  []string{"1|r1", "3|2 fields under a header of 4", "4|r2"},
		},
		{
			name: "rows without id or time", file: "x.csv",
			text: signInHeader + signInRow("2026-09-14T08:59:26Z", "<null>", "Success,0,") +
				signInRow("soon", "r2", "Success,0,"),
			notes: signIns + "|2|0|2|true||",
			query: `SELECT line, reason FROM quarantine ORDER BY line`,
			rows:  []string{"1|no id", "2|its time cannot be read: not a time in any spelling known"},
		},
		{
			name: "day first, proven after the first row", file: "x.csv",
			text: signInHeader + signInRow("05/09/2026 08:59", "r1", "Success,0,") +
				signInRow("14/09/2026 08:59", "r2", "Success,0,"),
			notes: signIns + "|2|0|0|true||its dates are read day first: some begin with a number over 12",
			query: `SELECT id, time FROM signin_record ORDER BY line`,
			rows:  []string{"r1|2026-09-05 08:59:00", "r2|2026-09-14 08:59:00"},
		},
		{
			name: "month first", file: "x.csv",
			text: signInHeader + signInRow("9/5/2026 8:59:00 AM", "r1", "Success,0,") +
				signInRow("9/14/2026 8:59:00 PM", "r2", "Success,0,"),
			notes: signIns + "|2|0|0|true||",
			query: `SELECT id, time FROM signin_record ORDER BY line`,
			rows:  []string{"r1|2026-09-05 08:59:00", "r2|2026-09-14 20:59:00"},
		},
		{
			name: "dates in two orders", file: "x.csv",
			text: signInHeader + signInRow("9/14/2026 8:59:00 AM", "r1", "Success,0,") +
				signInRow("15/9/2026 8:59:00 AM", "r2", "Success,0,"),
			notes: "not loaded|1|0|1|false||quarantined as a whole: its dates are written in two orders: some begin with a number over 12, others have one in the second place; split the file by how it writes dates",
			query: `SELECT count(*) FROM signin_record`, rows: []string{"0"},
		},
		{
			name: "JSON with dates in two orders", file: "x.json",
			text: `[{"id":"1","createdDateTime":"9/14/2026","userId":"u","status":{},"appDisplayName":"x","ipAddress":"y","clientAppUsed":"z"},
{"id":"2","createdDateTime":"14/9/2026","userId":"u","status":{},"appDisplayName":"x","ipAddress":"y","clientAppUsed":"z"}]`,
			notes: "not loaded|1|0|1|false||quarantined as a whole: its dates are written in two orders: some begin with a number over 12, others have one in the second place; split the file by how it writes dates",
			query: `SELECT count(*) FROM signin_record`, rows: []string{"0"},
		},
		{
			name: "a header in French", file: "InteractiveSignIns.csv",
			text:  "Date (UTC);ID de demande;Nom d'utilisateur;Adresse IP;Statut\n2026-09-14T08:59:26Z;r1;a@b.c;203.0.113.9;Succès\n",
			notes: "not loaded|1|0|1|false||quarantined as a whole: its header is not known: Date (UTC), ID de demande, Nom d'utilisateur, Adresse IP, Statut; it looks like a CSV of the Entra admin centre in another language than English: set the portal's language to English and download again, or download as JSON",
			query: `SELECT line, reason, sha256 = (SELECT sha256 FROM source) AS whole FROM quarantine`,
			rows:  []string{"1|the whole file: its header is not known: Date (UTC), ID de demande, Nom d'utilisateur, Adresse IP, Statut; it looks like a CSV of the Entra admin centre in another language than English: set the portal's language to English and download again, or download as JSON|true"},
		},
		{
			name: "a header that cannot be read", file: "x.csv",
			text:  "Date (UTC),Request \xffID,Usern\u00e4me,Status\n",
			notes: "not loaded|1|0|1|false||quarantined as a whole: line 1 is not a CSV header: not valid UTF-8",
			query: `SELECT count(*) FROM signin_record`, rows: []string{"0"},
		},
		{
			name: "JSON day first", file: "x.json",
			text: `{"id":"1","createdDateTime":"05/09/2026 08:00:00","userId":"u","status":{},"appDisplayName":"x","ipAddress":"y","clientAppUsed":"z"}
{"id":"2","createdDateTime":"14/09/2026 08:00:00","userId":"u","status":{},"appDisplayName":"x","ipAddress":"y","clientAppUsed":"z"}`,
			notes: "Graph sign-ins|2|0|0|false||its dates are read day first: some begin with a number over 12",
			query: `SELECT id, time FROM signin_record ORDER BY line`,
			rows:  []string{"1|2026-09-05 08:00:00", "2|2026-09-14 08:00:00"},
		},
		{
			name: "prose is no table", file: "README.txt", text: "Collected by hand, on Monday\nand copied, twice\n",
			notes: "|0|0|0|false||skipped: not recognised as an export", query: `SELECT count(*) FROM quarantine`,
			rows: []string{"0"},
		},
		{
			name: "no rows", file: "x.csv", text: signInHeader, notes: signIns + "|0|0|0|true||a table without rows",
			query: `SELECT count(*) FROM signin_record`, rows: []string{"0"},
		},
		{
			name: "cut off", file: "x.csv", text: signInHeader +
				signInRow("2026-09-14T08:59:26Z", "r1", "Success,0,") + `2026-09-14T09:00:00Z,r2,"` + jane,
			notes: signIns + "|2|0|1|true|the text ends in the middle|the text ends in the middle: the file was probably cut off",
			query: `SELECT line, reason FROM quarantine`, rows: []string{"2|text ends inside quotes"},
		},
		{
			name: "an empty result", file: "x.json", text: "[\n", notes: "|0|0|0|false||an empty result",
			query: `SELECT count(*) FROM quarantine`, rows: []string{"0"},
		},
		{
			name: "steps", file: "InteractiveSignIns_AuthDetails.csv",
			text:  stepHeader + "r1,2026-09-14T08:59:26Z,Temporary Access Pass,,true,ok,Primary authentication\nr1,,Password,,,,\n,2026-09-14T08:59:26Z,Password,,true,,\n",
			notes: "Entra admin centre authentication details CSV|3|0|1|true||1 value of a wrong type, loaded as absent",
			query: `SELECT line, id, time, method, succeeded, result, requirement FROM signin_step ORDER BY line`,
			rows: []string{"1|r1|2026-09-14 08:59:26|Temporary Access Pass|true|ok|Primary authentication",
				"2|r1||Password|||"},
		},
		{
			name: "audit without ids", file: "AuditLogs_2026-09-14.csv",
			text:  auditHeader + "2026-09-14T08:00:00Z,c1,Authentication Methods,UserManagement,Admin registered security info,success,Admin registered temporary access pass method for user,User,Mark," + mark + ",mark@contoso.com,203.0.113.7,User,Jane," + jane + ",jane@contoso.com\n",
			notes: "Entra admin centre audit CSV|1|0|0|true||",
			query: `SELECT id, time, activity, actor_user_id, targets ->> '$[0].id' AS target, (SELECT text ->> 'ResultReason' FROM raw_record) AS proof FROM audit_record`,
			rows: []string{"|2026-09-14 08:00:00|Admin registered security info|" + mark + "|" + jane +
				"|Admin registered temporary access pass method for user"},
		},
		{
			name: "an answer of Log Analytics", file: "query.json",
			text:  `{"tables":[{"name":"PrimaryResult","columns":[{"name":"TimeGenerated","type":"datetime"},{"name":"Id","type":"string"},{"name":"UserPrincipalName","type":"string"},{"name":"ResultType","type":"string"},{"name":"AuthenticationDetails","type":"dynamic"},{"name":"Type","type":"string"}],"rows":[["2026-09-14T08:59:26.391Z","r1","jane@contoso.com","0","[{\"authenticationMethod\":\"Temporary Access Pass\",\"succeeded\":true}]","SigninLogs"],["2026-09-14T09:59:26.391Z","","jane@contoso.com","0",null,"SigninLogs"]]}]}`,
			notes: "Log Analytics|2|0|1|false||",
			query: `SELECT id, time, error_code, can_show_tap, (SELECT text ->> 'Id' FROM raw_record) AS proof FROM signin_record`,
			rows:  []string{"r1|2026-09-14 08:59:26.391|0|true|r1"},
		},
		{
			name: "passcodes in a column", file: "users.csv",
			text: "Id,UserPrincipalName,DisplayName,UserType,TemporaryAccessPass\n" + jane +
				",jane@contoso.com,Jane,Member,Kd9#x2Lp\n" + mark +
				",mark@contoso.com,Mark,Member,\nx,y,Kd9#x2Lp\n,,Z,Member,Kd9#x2Lp\n",
			notes: "users (PowerShell)|4|0|2|true||2 records hold a passcode: masked, not stored",
			query: `SELECT reason, contains(excerpt, 'Kd9') AS shown FROM quarantine ORDER BY line`,
			rows:  []string{"3 fields under a header of 5|false", "no id|false"},
		},
		{
			name: "Unified Audit Log", file: "audit.csv",
			text: "CreationDate,UserIds,Operations,AuditData\n" +
				`2026-09-14T08:59:26Z,jane@contoso.com,UserLoggedIn,"{""CreationTime"":""2026-09-14T08:59:26"",""Id"":""e1"",""IntraSystemId"":""r1"",""Operation"":""UserLoggedIn"",""OrganizationId"":""t1"",""UserId"":""jane@contoso.com"",""ExtendedProperties"":[{""Name"":""UserAuthenticationMethod"",""Value"":""258""}]}"` + "\n" +
				`2026-09-14T08:59:27Z,jane@contoso.com,UserLoginFailed,"{""CreationTime"":""2026-09-14T08:59:27"",""Id"":""e2"",""Operation"":""UserLoginFailed"",""OrganizationId"":""t1"",""UserId"":""jane@contoso.com"",""ExtendedProperties"":""System.Object[]""}"` + "\n" +
				`2026-09-14T08:59:28Z,jane@contoso.com,FileAccessed,"{""CreationTime"":""2026-09-14T08:59:28"",""Id"":""e3"",""Operation"":""FileAccessed"",""Workload"":""SharePoint""}"` + "\n" +
				`2026-09-14T08:59:29Z,jane@contoso.com,FileAccessed,{}` + "\n",
			notes: "Unified Audit Log|4|0|1|true||",
			query: `SELECT id, event_id, tenant_id, log, method_bits, can_show_tap, interactive, error_code FROM signin_record ORDER BY line`,
			rows:  []string{"r1|e1|t1|ual|258|true|true|0", "e2|e2|t1|ual||false|true|"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := caseOf(t, folder(t, map[string]string{test.file: test.text}), Options{})
			expect(t, c, notesQuery, test.file+"|"+test.notes)
			expect(t, c, test.query, test.rows...)
			expect(t, c, addsUp)
		})
	}
}

// Windows PowerShell's Export-Csv writes UTF-16 and a line with the type.
func TestUTF16Table(t *testing.T) {
	var b strings.Builder
	for _, unit := range utf16.Encode([]rune("\ufeff#TYPE System.Management.Automation.PSCustomObject\r\n" +
		strings.ReplaceAll(signInHeader+signInRow("2026-09-14T08:59:26Z", "r1", "Success,0,"), "\n", "\r\n"))) {
		b.Write(binary.LittleEndian.AppendUint16(nil, unit))
	}
	c := caseOf(t, folder(t, map[string]string{"x.csv": b.String()}), Options{})
	expect(t, c, `SELECT id, city FROM signin_record`, "r1|Zürich")
}

func TestExportCap(t *testing.T) {
	var b strings.Builder
	b.WriteString("TimeGenerated [UTC],Id,UserPrincipalName,ResultType\n")
	for i := range 30_000 {
		fmt.Fprintf(&b, "\"9/14/2026, 8:%02d:%02d.000 AM\",r%d,jane@contoso.com,0\n", i/60%60, i%60, i)
	}
	c := caseOf(t, folder(t, map[string]string{"query_data.csv": b.String()}), Options{})
	expect(t, c, `SELECT truncated FROM source`, "exactly 30000 records: the cap of this export (Log Analytics)")
	expect(t, c, `SELECT count(*) FROM signin_record`, "30000")
}

// Standard input can be read only once, and its dates may ask for a second time.
func TestStandardInput(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"month first", signInHeader + signInRow("9/14/2026 8:59:00 AM", "r1", "Success,0,"), "1|0"},
		{"day first", signInHeader + signInRow("14/9/2026 8:59:00 AM", "r1", "Success,0,"), "0|1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			ctx := context.Background()
			c, err := casefile.Open(ctx, filepath.Join(t.TempDir(), "case.duckdb"), casefile.Options{Loads: true})
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			if err := Load(ctx, c, []string{"-"}, strings.NewReader(test.text), Options{}); err != nil {
				t.Fatal(err)
			}
			expect(t, c, `SELECT (SELECT count(*) FROM signin_record) AS loaded, (SELECT count(*) FROM quarantine) AS bad`, test.want)
			expect(t, c, addsUp)
		})
	}
}

// Records of many categories must not make a note of many lines.
func TestManyReasons(t *testing.T) {
	var b strings.Builder
	for i := range 200 {
		fmt.Fprintf(&b, `{"time":"2026-09-14T08:59:28Z","category":"Category%d","operationName":"o","properties":{}}`+"\n", i)
	}
	c := caseOf(t, folder(t, map[string]string{"records.json": b.String()}), Options{})
	expect(t, c, `SELECT len(string_split(note, '; ')) AS notes, note LIKE '%188 not used: 188 further kinds' AS summed, records_not_used FROM source`, "13|true|200")
}

// Counts are exact whatever their number; only the list of places is cut, and the note says of what and by how many.
func TestManyInQuarantine(t *testing.T) {
	const loaded = `{"id":"r%d","createdDateTime":"2026-09-14T08:59:26Z","userId":"u","userPrincipalName":"u@c.example","appId":"a","status":{"errorCode":0},"isInteractive":true,"authenticationDetails":[]}` + "\n"
	const counts = `
SELECT records_read, records_not_used, records_quarantined, (SELECT count(*) FROM quarantine) AS listed,
    (SELECT count(*) FROM signin_record) AS loaded, (SELECT min(line) || ' to ' || max(line) FROM quarantine) AS places, note
FROM source`
	unknown := func(i int) string { return fmt.Sprintf(`{"foo":%d}`+"\n", i) }
	noID := func(i int) string { return strings.Replace(fmt.Sprintf(loaded, i), `"id":`, `"request":`, 1) }
	damaged := func(i int) string { return fmt.Sprintf("{\"id\":oops}\n"+loaded, i) }
	wanted := func(n int, line func(int) string, before, after string) string {
		var b strings.Builder
		b.WriteString(before)
		for i := range n {
			b.WriteString(line(i))
		}
		return b.String() + after
	}
	first, last := fmt.Sprintf(loaded, -1), fmt.Sprintf(loaded, -2)
	const kind = "quarantined, but not listed: of no kind that is known: neither an id nor a time where they should be"
	for _, test := range []struct{ name, text, want string }{
		{"of no known kind, after a known one", wanted(3000, unknown, first, ""),
			"3001|0|3000|1000|1|2 to 1001|2000 " + kind},
		{"of no known kind, before a known one", wanted(3000, unknown, "", last),
			"3001|0|3000|1000|1|1 to 1000|2000 " + kind},
		{"of no known kind, among few", wanted(10, unknown, first, last), "12|0|10|10|2|2 to 11|"},
		{"of no known kind, nothing else", wanted(3000, unknown, "", ""),
			"3000|3000|0|0|0||not recognised; it looks like objects with the keys foo: export sign-ins and audit events as JSON: from the Entra admin centre, Microsoft Graph's beta endpoint, or Azure Monitor"},
		{"without id", wanted(3000, noID, first, last),
			"3002|0|3000|1000|2|2 to 1001|2000 quarantined, but not listed: no id"},
		{"as many as are listed", wanted(1000, noID, first, last), "1002|0|1000|1000|2|2 to 1001|"},
		{"one more", wanted(1001, noID, first, last),
			"1003|0|1001|1000|2|2 to 1001|1 quarantined, but not listed: no id"},
		{"damaged, each between two that are whole", wanted(1500, damaged, first, ""),
			"3001|0|1500|1000|1501|2 to 2000|500 quarantined, but not listed: not JSON"},
		{
			"of two kinds", wanted(1500, unknown, "", "") + wanted(700, noID, first, last),
			"2202|0|2200|1000|2|1 to 1000|700 quarantined, but not listed: no id; 500 " + kind,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := caseOf(t, folder(t, map[string]string{"x.ndjson": test.text}), Options{})
			expect(t, c, counts, test.want)
			expect(t, c, addsUp)
		})
	}
	t.Run("rows of a table", func(t *testing.T) {
		row := func(i int) string { return signInRow("soon", fmt.Sprint("r", i), "Success,0,") }
		c := caseOf(t, folder(t, map[string]string{"x.csv": wanted(1200, row, signInHeader,
			signInRow("2026-09-14T08:59:26Z", "r", "Success,0,"))}), Options{})
		expect(t, c, counts, "1201|0|1200|1000|1|1 to 1000|200 quarantined, but not listed: its time cannot be read: not a time in any spelling known")
	})
}
