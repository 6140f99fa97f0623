package ingest_test

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tapaudit/ingest"
	"tapaudit/ingest/casefile"
	"tapaudit/ingest/evidence"
)

// loaded is a case with everything below the paths in it.
func loaded(t testing.TB, opts ingest.Options, paths ...string) *casefile.Case {
	t.Helper()
	dir := t.TempDir()
	c, err := casefile.Open(t.Context(), filepath.Join(dir, "case.duckdb"),
		casefile.Options{Threads: 2, TempDir: dir, Loads: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := ingest.Load(t.Context(), c, paths, strings.NewReader(""), opts); err != nil {
		t.Fatal(err)
	}
	return c
}

// dump renders what a query yields, a line per row.
func dump(t testing.TB, c *casefile.Case, query string) []string {
	t.Helper()
	rows, err := c.Query(context.WithoutCancel(t.Context()), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for rows.Next() {
		values, places := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			places[i] = &values[i]
		}
		if err := rows.Scan(places...); err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		for i, name := range columns {
			fmt.Fprintf(&b, "%s=%v ", name, values[i])
		}
		all = append(all, b.String())
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// dumpCase renders every table of a case but the raw records, by the tables' names.
func dumpCase(t testing.TB, c *casefile.Case) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	for _, name := range dump(t, c,
		`SELECT table_name FROM duckdb_tables() WHERE NOT internal AND table_name <> 'raw_record' ORDER BY 1`) {
		name = strings.TrimSuffix(strings.TrimPrefix(name, "table_name="), " ")
		var columns []string
		for _, column := range dump(t, c,
			`SELECT column_name FROM duckdb_columns() WHERE table_name = '`+name+`' ORDER BY column_index`) {
			column = strings.TrimSuffix(strings.TrimPrefix(column, "column_name="), " ")
			columns = append(columns, `"`+column+`"::VARCHAR AS "`+column+`"`)
		}
		if text := dump(t, c, `SELECT `+strings.Join(columns, ", ")+` FROM "`+name+`" ORDER BY ALL`); text != nil {
			all[name] = text
		}
	}
	return all
}

const tenantID = "7d1c5a0e-2f1b-4c7e-9a51-3b8f0c6d2e10"

// graphSignIn is a beta sign-in, its fields after the id and the time replaced or added to by more (JSON members).
func graphSignIn(n int, more ...string) string {
	fields := append([]string{
		fmt.Sprintf(`"id":"sign-in-%d"`, n), fmt.Sprintf(`"createdDateTime":"2026-09-%02dT08:%02d:00Z"`, 1+n%28, n%60),
	}, more...)
	for _, field := range []string{
		`"userDisplayName":"Bob Müller"`, `"userPrincipalName":"bob@contoso.example"`,
		`"userId":"91f2b7c3-1c55-4a9e-b1d7-6a2c4e8f0b02"`, `"userType":"member"`,
		`"appId":"19db86c3-b2b9-44cc-b339-36da233a3be2"`, `"appDisplayName":"My Signins"`,
		`"resourceDisplayName":"Microsoft Graph"`,
		`"ipAddress":"198.51.100.20"`, `"clientAppUsed":"Browser"`, `"userAgent":"Mozilla/5.0 \"quoted\""`,
		fmt.Sprintf(`"correlationId":"correlation-%d"`, n/2), `"isInteractive":true`,
		`"sessionId":"session-1"`, `"homeTenantId":"` + tenantID + `"`, `"resourceTenantId":"` + tenantID + `"`,
		`"riskLevelDuringSignIn":"none"`, `"autonomousSystemNumber":64500`,
		`"signInEventTypes":["interactiveUser"]`, `"conditionalAccessStatus":"success"`,
		`"status":{"errorCode":0,"failureReason":"Other.","additionalDetails":null}`,
		`"deviceDetail":{"deviceId":"","displayName":null,"operatingSystem":"Windows11","browser":"Edge"}`,
		`"location":{"city":"Zürich","state":"","countryOrRegion":"CH","geoCoordinates":{"latitude":47.3}}`,
		`"networkLocationDetails":[{"networkType":"trustedNamedLocation","networkNames":["Office"]}]`,
		`"authenticationDetails":[{"authenticationStepDateTime":"2026-09-01T08:00:00Z","authenticationMethod":"Temporary Access Pass","succeeded":true,"authenticationStepResultDetail":"","authenticationStepRequirement":"Primary authentication"}]`,
	} {
		name, _, _ := strings.Cut(field, ":")
		if !slices.ContainsFunc(more, func(m string) bool { return strings.HasPrefix(m, name+":") }) &&
			!slices.Contains(more, "-"+name) {
			fields = append(fields, field)
		}
	}
	fields = slices.DeleteFunc(fields, func(f string) bool { return f == "" || f[0] == '-' })
	return "{" + strings.Join(fields, ",") + "}"
}

// graphAudit is a directory audit event.
func graphAudit(n int, more ...string) string {
	fields := append([]string{
		fmt.Sprintf(`"id":"audit-%d"`, n), fmt.Sprintf(`"activityDateTime":"2026-09-%02dT07:%02d:00.1234567Z"`, 1+n%28,
			n%60),
	}, more...)
	for _, field := range []string{
		`"activityDisplayName":"Admin registered security info"`, `"category":"UserManagement"`,
		fmt.Sprintf(`"correlationId":"audit-correlation-%d"`, n), `"loggedByService":"Authentication Methods"`,
		`"operationType":"Add"`, `"result":"success"`,
		`"resultReason":"Admin registered temporary access pass method for user"`,
		`"initiatedBy":{"user":{"id":"5c0a4e1d-8b7f-4f0a-8a55-0f3f3a0d7b01","displayName":null,"userPrincipalName":"anna@contoso.example","ipAddress":"198.51.100.5"},"app":null}`,
		`"targetResources":[{"id":"91f2b7c3-1c55-4a9e-b1d7-6a2c4e8f0b02","displayName":"Bob","type":"User","userPrincipalName":"bob@contoso.example","modifiedProperties":[{"displayName":"TemporaryAccessPass.EndTime","oldValue":null,"newValue":"\"2026-09-08T08:00:00Z\""}]}]`,
		`"additionalDetails":[{"key":"Device","value":"é"}]`,
	} {
		name, _, _ := strings.Cut(field, ":")
		if !slices.ContainsFunc(more, func(m string) bool { return strings.HasPrefix(m, name+":") }) &&
			!slices.Contains(more, "-"+name) {
			fields = append(fields, field)
		}
	}
	fields = slices.DeleteFunc(fields, func(f string) bool { return f == "" || f[0] == '-' })
	return "{" + strings.Join(fields, ",") + "}"
}

// diagnostic wraps a record as Azure Monitor does.
func diagnostic(category, properties string, more ...string) string {
	fields := append([]string{
		`"time":"2026-09-03T09:00:00.0000000Z"`, `"resourceId":"/tenants/` + tenantID + `/providers/Microsoft.aadiam"`,
		`"operationName":"Sign-in activity"`,
		`"category":"` + category + `"`, `"tenantId":"` + tenantID + `"`, `"resultType":"0"`,
		`"callerIpAddress":"198.51.100.20"`, `"Level":4`,
	}, more...)
	return "{" + strings.Join(append(fields, `"properties":`+properties), ",") + "}"
}

func lines(records ...string) string { return strings.Join(records, "\n") + "\n" }

// series are n records of a kind.
func series(n int, record func(int, ...string) string) []string {
	var all []string
	for i := range n {
		all = append(all, record(i))
	}
	return all
}

// messy are files that one reader of JSON may read otherwise than another. Each begins with a good record.
func messy() map[string]string {
	diagnosed := func(record func(int, ...string) string, category string) func(int, ...string) string {
		return func(n int, more ...string) string { return diagnostic(category, record(n, more...)) }
	}
	files := map[string]string{}
	for kind, record := range map[string]func(int, ...string) string{
		"sign-ins": graphSignIn, "audits": graphAudit,
		"diagnostic sign-ins":        diagnosed(graphSignIn, "SignInLogs"),
		"diagnostic non-interactive": diagnosed(graphSignIn, "NonInteractiveUserSignInLogs"),
		"diagnostic audits":          diagnosed(graphAudit, "AuditLogs"),
	} {
		good := series(6, record)
		with := func(more ...string) string {
			return lines(append(append(slices.Clone(good[:3]), record(40, more...)), good[3:]...)...)
		}
		time := `"createdDateTime"`
		if strings.Contains(kind, "audits") {
			time = `"activityDateTime"`
		}
		for name, text := range map[string]string{
			"clean":                  lines(good...),
			"blank lines":            lines(good[0], "", good[1], "  ", good[2], "\t", ""),
			"no last newline":        strings.TrimSuffix(lines(good...), "\n"),
			"CRLF":                   strings.ReplaceAll(lines(good...), "\n", "\r\n"),
			"byte order mark":        "\ufeff" + lines(good...),
			"byte order mark inside": lines(good[0], "\ufeff"+good[1], good[2]),
			"a bad line":             lines(good[0], good[1], `{"id":"x","created`, good[2], good[3]),
			"a word between":         lines(good[0], "null", good[1], "true", "42", good[2]),
			"an array between":       lines(good[0], "["+good[1]+","+good[2]+"]", good[3]),
			"two records on a line":  lines(good[0], good[1]+good[2], good[3]+" "+good[4]),
			"cut in a record":        lines(good...) + record(50)[:100],
			"the same record twice":  lines(good[0], good[1], good[1], good[2]),
			"white space around":     lines("  "+good[0]+"  ", "\t"+good[1], good[2]),
			"NUL bytes":              lines(good[0], good[1]+"\x00", "\x00\x00\x00", good[2]),
			"invalid UTF-8": lines(good[0], strings.Replace(good[1], "contoso", "cont\xff\xfeoso", 1),
				good[2]),
			"lone surrogate": lines(good[0], strings.Replace(good[1], "contoso", `cont\ud800oso`, 1),
				good[2]),
			"escaped NUL": lines(good[0], strings.Replace(good[1], "contoso", `cont\u0000oso`, 1),
				good[2]),
			"control character": lines(good[0], strings.Replace(good[1], "contoso", "cont\x01oso", 1),
				good[2]),
			"other records between": lines(good[0], `{"foo":1}`, good[1],
				`{"time":"2026-09-01T00:00:00Z","category":"RiskyUsers","tenantId":"x","properties":{}}`, good[2]),
			"mixed kinds": lines(good[0], graphAudit(70), graphSignIn(71),
				diagnostic("AuditLogs", graphAudit(72)), diagnostic("SignInLogs", graphSignIn(73)), good[1]),
			"id missing":                with(`-"id"`, `"id":null`),
			"id empty":                  with(`"id":""`),
			"id all zero":               with(`"id":"00000000-0000-0000-0000-000000000000"`),
			"id twice":                  with(`"id":"another"`),
			"id a number":               with(`"id":17`),
			"id an object":              with(`"id":{"a":1}`),
			"time missing":              with(time + `:null`),
			"time twice":                with(time + `:"2026-09-20T10:00:00Z"`),
			"time in words":             with(time + `:"yesterday"`),
			"time a number":             with(time + `:1788000000`),
			"time with offset":          with(time + `:"2026-09-20T10:00:00+02:00"`),
			"time without zone":         with(time + `:"2026-09-20T10:00:00"`),
			"time with blank":           with(time + `:"2026-09-20 10:00:00"`),
			"time a day":                with(time + `:"2026-09-20"`),
			"time slashed":              with(time + `:"9/20/2026 10:00:00 AM"`),
			"time too early":            with(time + `:"1999-12-31T23:59:59Z"`),
			"time too late":             with(time + `:"2100-01-01T00:00:00Z"`),
			"time infinite":             with(time + `:"infinity"`),
			"time of a leap second":     with(time + `:"2026-06-30T23:59:60Z"`),
			"time with nine digits":     with(time + `:"2026-09-20T10:00:00.123456789Z"`),
			"time with lower-case z":    with(time + `:"2026-09-20t10:00:00z"`),
			"time with blanks around":   with(time + `:" 2026-09-20T10:00:00Z "`),
			"time in PowerShell's form": with(time + `:"/Date(1788000000000)/"`),
			"key twice":                 with(`"userPrincipalName":"first@contoso.example","userPrincipalName":"second@contoso.example"`, `"result":"failure","result":"success"`),
			"key in another case":       with(`"ID":"other"`, `"UserId":"other"`),
			"text a number":             with(`"userPrincipalName":5`, `"category":5`, `"result":true`),
			"text an object":            with(`"userAgent":{"a":"b"}`, `"category":{"a":"b"}`),
			"text an array":             with(`"ipAddress":["1.2.3.4"]`, `"resultReason":["a","b"]`),
			"text like an object":       with(`"userAgent":"{braces}"`, `"resultReason":"[brackets]"`),
			"blank texts":               with(`"userAgent":"   "`, `"appDisplayName":"<null>"`, `"resultReason":""`),
			"boolean a text":            with(`"isInteractive":"false"`),
			"boolean a word":            with(`"isInteractive":"perhaps"`),
			"boolean a number":          with(`"isInteractive":0`),
			"number a text":             with(`"autonomousSystemNumber":"64500"`),
			"number a fraction":         with(`"autonomousSystemNumber":5.5`),
			"number too large":          with(`"autonomousSystemNumber":99999999999999999999`),
			"number in words":           with(`"autonomousSystemNumber":"many"`),
			"number an exponent":        with(`"autonomousSystemNumber":1e3`),
			"object a text":             with(`"status":"fine"`, `"initiatedBy":"anna"`),
			"object a null": with(`"status":null,"deviceDetail":null,"location":null`,
				`"initiatedBy":null,"targetResources":null`),
			"object as JSON text": with(`"status":"{\"errorCode\":50126,\"failureReason\":\"wrong\"}"`,
				`"initiatedBy":"{\"user\":{\"id\":\"x\"}}"`),
			"object an array":           with(`"status":[1]`, `"initiatedBy":[1]`),
			"error code a text":         with(`"status":{"errorCode":"130504","failureReason":"Your Temporary Access Pass has expired"}`),
			"error code a fraction":     with(`"status":{"errorCode":50126.0}`),
			"array a text":              with(`"authenticationDetails":"none"`, `"targetResources":"none"`),
			"array empty":               with(`"authenticationDetails":[]`, `"targetResources":[]`),
			"array an object":           with(`"authenticationDetails":{"a":1}`, `"targetResources":{"a":1}`),
			"array as JSON text":        with(`"authenticationDetails":"[{\"authenticationMethod\":\"Temporary Access Pass\",\"succeeded\":true}]"`, `"targetResources":"[{\"id\":\"x\",\"type\":\"User\"}]"`),
			"array as broken JSON text": with(`"authenticationDetails":"[{"`, `"targetResources":"[{"`),
			"steps missing":             with(`-"authenticationDetails"`, `-"targetResources"`),
			"steps null":                with(`"authenticationDetails":null`),
			"no user":                   with(`"userId":"","userPrincipalName":null`),
			"an application":            with(`"userId":null,"userPrincipalName":"","signInEventTypes":["servicePrincipal"]`),
			"silent by its kind":        with(`-"isInteractive"`, `"signInEventTypes":["nonInteractiveUser"]`),
			"tenants all zero":          with(`"homeTenantId":"00000000-0000-0000-0000-000000000000"`),
			"a passcode":                with(`"note":{"temporaryAccessPass":"TAP-secret-1"}`),
			"a passcode in an array": with(`"authenticationDetails":[{"authenticationMethod":"Temporary Access Pass","temporaryAccessPass":"TAP-secret-3"}]`,
				`"targetResources":[{"id":"x","type":"User","temporaryAccessPass":"TAP-secret-4"}]`,
				`"additionalDetails":[{"TemporaryAccessPass" : "TAP-secret-5"}]`),
			"an expired pass": with(`"status":{"errorCode":130504,"failureReason":"Your Temporary Access Pass has expired"}`),
		} {
			// Silent sign-ins differ from the others by their category only.
			if kind != "diagnostic non-interactive" ||
				slices.Contains([]string{"clean", "mixed kinds", "silent by its kind", "boolean a text", "a bad line"},
					name) {
				files[kind+": "+name] = text
			}
		}
		files[kind+": envelope without category"] = lines(good[0],
			strings.Replace(good[1], `"category":`, `"kategorie":`, 1), good[2])
		files[kind+": properties as JSON text"] = lines(good[0], propertiesAsText(good[1]), good[2])
		files[kind+": envelope with tenant in the path"] = lines(good[0],
			strings.Replace(good[1], `"tenantId":"`+tenantID+`",`, ``, 1), good[2])
	}
	return files
}

// propertiesAsText writes the properties of a diagnostic record as a string that holds their JSON.
func propertiesAsText(record string) string {
	before, properties, ok := strings.Cut(record, `"properties":`)
	if !ok {
		return record
	}
	properties = strings.TrimSuffix(properties, "}")
	return before + `"properties":"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(properties) + `"}`
}

// TestMessyFiles: every record of files that are odd in one place is loaded, not used or quarantined, and counted; the
// odd place costs no neighbour; nothing keeps a passcode.
func TestMessyFiles(t *testing.T) {
	files := messy()
	dir := t.TempDir()
	var paths []string
	for i, name := range slices.Sorted(maps.Keys(files)) {
		path := filepath.Join(dir, fmt.Sprintf("%03d.json", i))
		if err := os.WriteFile(path, []byte(files[name]), 0o600); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	c := loaded(t, ingest.Options{}, paths...)
	for _, row := range dump(t, c, `
WITH loaded AS (
    SELECT source_id, ordinal, id FROM signin_record UNION ALL SELECT source_id, ordinal, id FROM audit_record
),
counted AS (
    SELECT source.*, (SELECT count(*) FROM loaded WHERE loaded.source_id = source.source_id) AS loaded,
        (SELECT count(*) FROM quarantine WHERE quarantine.source_id = source.source_id) AS quarantined,
        EXISTS (FROM loaded WHERE loaded.source_id = source.source_id AND id IN ('sign-in-0', 'audit-0')) AS has_first
    FROM source
)
SELECT path, records_read, loaded, records_not_used, quarantined, has_first, note FROM counted
WHERE same_as IS NULL AND (records_read <> loaded + records_not_used + quarantined OR NOT has_first)`) {
		t.Errorf("a record is lost: %s", row)
	}
	tables := dumpCase(t, c)
	if len(tables["signin_record"]) < 500 || len(tables["audit_record"]) < 300 || len(tables["quarantine"]) < 40 {
		t.Errorf("%d sign-ins, %d audit events and %d quarantined are too few to tell", len(tables["signin_record"]),
			len(tables["audit_record"]), len(tables["quarantine"]))
	}
	tables["raw_record"] = dump(t, c, `SELECT * FROM raw_record ORDER BY ALL`)
	for table, rows := range tables {
		for _, row := range rows {
			if strings.Contains(row, "TAP-secret") {
				t.Errorf("a passcode is stored in %s: %s", table, row)
			}
		}
	}

	// Whether sources go in alone or together, in one piece or in many, on one goroutine or several: the case is the
	// same.
	for name, sizes := range map[string][3]int{"alone, in pieces": {4 << 10, 0, 1},
		"together, on several goroutines": {24 << 20, 64 << 10, 1},
		"alone, on one goroutine":         {24 << 20, 0, 1 << 20}} {
		ingest.SetSizes(t, sizes[0], sizes[1], sizes[2])
		c := loaded(t, ingest.Options{}, paths...)
		got := dumpCase(t, c)
		got["raw_record"] = dump(t, c, `SELECT * FROM raw_record ORDER BY ALL`)
		if diff := cmp.Diff(tables, got); diff != "" {
			t.Errorf("%s (-together, on one goroutine +%s):\n%s", name, name, diff)
		}
	}
}

// TestRefusedMembers: members of which nothing was delivered are each told of; they are not the same content.
func TestRefusedMembers(t *testing.T) {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, name := range []string{"a.ndjson", "b.ndjson", "c.ndjson"} {
		m, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(m, "{\"id\":%q}\n", name)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "x.zip")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	limits := evidence.DefaultLimits()
	limits.Bytes = 10
	c := loaded(t, ingest.Options{Limits: limits}, path)
	if err := ingest.Load(t.Context(), c, []string{path}, strings.NewReader(""),
		ingest.Options{Limits: limits}); err != nil { // again: nothing new
		t.Fatal(err)
	}
	got := dump(t, c, `SELECT path, same_as IS NULL AS own, note LIKE '%the limit for decompressed bytes is reached%' AS told FROM source WHERE container <> '' ORDER BY path`)
	want := []string{"path=x.zip/a.ndjson own=true told=true ", "path=x.zip/b.ndjson own=true told=true ",
		"path=x.zip/c.ndjson own=true told=true "}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
