package main

import (
	"bytes"
	"database/sql"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	_ "github.com/duckdb/duckdb-go/v2"
)

// placeInText is where a record stands, as sentences name it.
var placeInText = regexp.MustCompile(`\S+(?:/\S+|\.(?:ndjson|json|csv|parquet))[:#]\d+(?:\[\d+\])?`)

// judged is what a report says of passes: the findings of every rule about them but some, the ledger, the passes, the
// policy. Where records stand is left out: a lake's and an extract's are rows of their own.
func judged(t testing.TB, report string, but ...string) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	for _, name := range []string{"findings.csv", "logins.csv", "passes.csv", "policy.csv"} {
		heads, rows, err := table(filepath.Join(report, name))
		if err != nil {
			t.Fatal(err)
		}
		heads = slices.DeleteFunc(heads, func(h string) bool { return h == "evidence" })
		if name == "findings.csv" {
			rows = slices.DeleteFunc(rows, func(r map[string]string) bool {
				r["summary"] = placeInText.ReplaceAllString(r["summary"], "PLACE")
				return strings.HasPrefix(r["rule_id"], "EVIDENCE-") || strings.HasPrefix(r["rule_id"], "EXCEPTION-") ||
					slices.Contains(but, r["rule_id"])
			})
		}
		all[name] = lines(rows, heads...)
		slices.Sort(all[name])
	}
	return all
}

// sameJudgement demands that two reports say the same of passes, finding by finding, ids included; but leaves rules
// out.
func sameJudgement(t testing.TB, what, want, got string, but ...string) {
	t.Helper()
	expected := judged(t, want, but...)
	if n := len(expected["findings.csv"]); n < 40 {
		t.Fatalf("the full evidence gives %d findings only: nothing would be compared", n)
	}
	if diff := cmp.Diff(expected, judged(t, got, but...)); diff != "" {
		t.Errorf("%s (-full evidence +%[1]s):\n%s", what, diff)
	}
}

// auditSample judges evidence by the sample's configuration.
func auditSample(t testing.TB, period string, evidence ...string) (report string) {
	t.Helper()
	report = filepath.Join(t.TempDir(), "report")
	args := append([]string{"run", "--config", filepath.Join(sampleLogs, "tapaudit.yaml"), "--period", period,
		"--format", "csv", "--out", report, "--quiet"}, evidence...)
	tapaudit(t, 0, args...)
	return report
}

// onDuckDB runs a query's text on DuckDB, as its users do.
func onDuckDB(t testing.TB, text, into string) {
	t.Helper()
	if err := os.MkdirAll(into, 0o700); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(t.Context(), text); err != nil {
		t.Fatalf("%v in the query\n%s", err, text)
	}
}

// reduce leaves of a CSV file what a query makes of it.
func reduce(t testing.TB, file, query string) {
	t.Helper()
	const text = "COPY (WITH it AS (FROM read_csv('%s', all_varchar = true)) %s) TO '%s' (FORMAT csv, HEADER)"
	onDuckDB(t, fmt.Sprintf(text, file, query, file+".reduced"), filepath.Dir(file))
	if err := os.Rename(file+".reduced", file); err != nil {
		t.Fatal(err)
	}
}

// extractOn gives the query's text for an engine, over the lake, as the command prints it.
func extractOn(t testing.TB, engine, period, lake, into string, args ...string) string {
	t.Helper()
	text, _ := tapaudit(t, 0, append([]string{"extract", "--engine", engine, "--period", period,
		"--table", "signins=" + filepath.Join(lake, "signins"), "--table", "audits=" + filepath.Join(lake, "audits"),
		"--table", "activities=" + filepath.Join(lake, "activities"), "--into", into}, args...)...)
	return text
}

// TestLakeAndExtract: the sample as it is, as a lake and as an extract made on DuckDB gives the same findings, ids
// included.
func TestLakeAndExtract(t *testing.T) {
	t.Parallel()
	full := sampleReport(t)
	dir := t.TempDir()
	lake := filepath.Join(dir, "lake")
	_, said := tapaudit(t, 0, "lake", filepath.Join(sampleLogs, "evidence"), "--out", lake)
	if !strings.Contains(said, "of which 2 records are quarantined") {
		t.Errorf("the sample's two broken records are not mentioned: %s", said)
	}
	covered := auditSample(t, "2026Q3", lake)
	sameJudgement(t, "lake", full, covered)

	t.Run("extract", func(t *testing.T) {
		t.Parallel()
		into := filepath.Join(dir, "extract")
		onDuckDB(t, extractOn(t, "duckdb", "2026Q3", lake, into), into)
		report := auditSample(t, "2026Q3", into, filepath.Join(lake, "exports"))
		sameJudgement(t, "extract", full, report)
		for _, row := range rowsOf(t, report, "evidence.csv") {
			if strings.Contains(row["format"], "lake extract") &&
				!strings.Contains(row["note"],
					"an extract of a lake, from 2026-04-01T00:00:00Z to 2026-11-01T00:00:00Z, made on duckdb by the query ") {
				t.Errorf("evidence.csv says of %s: %s", row["path"], row["note"])
			}
		}
		// What the lake covers is what the extract counts.
		if diff := cmp.Diff(rowsOf(t, covered, "coverage.csv"), rowsOf(t, report, "coverage.csv")); diff != "" {
			t.Errorf("coverage (-lake +extract):\n%s", diff)
		}
		// With records beside it nothing counts twice: here the lake's of the last days of September.
		late := filepath.Join(dir, "late")
		for _, kind := range []string{"signins", "audits"} {
			days, err := filepath.Glob(filepath.Join(lake, kind, "tenantId=25b1f699*", "day=2026-09-2*"))
			if err != nil || len(days) < 5 {
				t.Fatalf("%d days, %v", len(days), err)
			}
			for _, day := range days {
				to := filepath.Join(late, kind, filepath.Base(filepath.Dir(day)), filepath.Base(day))
				if err := os.CopyFS(to, os.DirFS(day)); err != nil {
					t.Fatal(err)
				}
			}
		}
		both := auditSample(t, "2026Q3", into, late, filepath.Join(lake, "exports"))
		sameJudgement(t, "extract beside some of its lake", full, both)
		if diff := cmp.Diff(rowsOf(t, covered, "coverage.csv"), rowsOf(t, both, "coverage.csv")); diff != "" {
			t.Errorf("coverage (-lake +extract beside some of it):\n%s", diff)
		}
	})
	// What a record says tells whether it may concern a pass, not its text. A record whose text was stripped for
	// privacy's sake is judged all the same.
	t.Run("without the records' own texts", func(t *testing.T) {
		t.Parallel()
		bare := filepath.Join(t.TempDir(), "lake")
		if err := os.CopyFS(bare, os.DirFS(lake)); err != nil {
			t.Fatal(err)
		}
		files, err := filepath.Glob(filepath.Join(bare, "*", "tenantId=*", "day=*", "*.parquet"))
		if err != nil || len(files) < 50 {
			t.Fatalf("%d files, %v", len(files), err)
		}
		const strip = "COPY (SELECT * REPLACE (NULL::VARCHAR AS record) " +
			"FROM read_parquet('%s', hive_partitioning = false)) TO '%s' (FORMAT parquet);\n"
		var all strings.Builder
		for _, file := range files {
			fmt.Fprintf(&all, strip, filepath.Join(lake, strings.TrimPrefix(file, bare)), file)
		}
		onDuckDB(t, all.String(), bare)
		sameJudgement(t, "lake without texts", full, auditSample(t, "2026Q3", bare))
	})
	for _, format := range []string{"csv", "json"} {
		t.Run("extract as "+format, func(t *testing.T) {
			t.Parallel()
			into := filepath.Join(dir, "extract-"+format)
			onDuckDB(t, extractOn(t, "duckdb", "2026Q3", lake, into, "--format", format), into)
			sameJudgement(t, "extract as "+format, full,
				auditSample(t, "2026Q3", into, filepath.Join(lake, "exports")))
		})
	}
	t.Run("an older extract", func(t *testing.T) {
		t.Parallel()
		// It counted no countries, named the users of an address without their days, and held nothing that was done.
		old := filepath.Join(dir, "extract-old")
		onDuckDB(t, extractOn(t, "duckdb", "2026Q3", lake, old, "--format", "csv"), old)
		reduce(t, filepath.Join(old, "addresses.csv"), "SELECT tenant_id, ip, user_id, upn, users, extract FROM it")
		reduce(t, filepath.Join(old, "days.csv"), "FROM it WHERE log_type NOT IN ('unified audit', 'graph activity')")
		for _, set := range []string{"countries", "activity", "graph"} {
			if err := os.Remove(filepath.Join(old, set+".csv")); err != nil {
				t.Fatal(err)
			}
		}
		files, err := filepath.Glob(filepath.Join(old, "*.csv"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, bytes.ReplaceAll(text, []byte("tapaudit 3; "), []byte("tapaudit 1; ")),
				0o600); err != nil {
				t.Fatal(err)
			}
		}
		report := auditSample(t, "2026Q3", old, filepath.Join(lake, "exports"))
		said := map[string]string{}
		for _, r := range rowsOf(t, report, "assessment.csv") {
			if r["assessed"] != "yes" {
				said[r["rule_id"]] += r["reason"]
			}
		}
		for rule, reason := range map[string]string{
			"TAP-SIGNIN-STRANGE-COUNTRY": "the countries of the tenant's other users are not in evidence",
			"TAP-NETWORK-SHARED":         "an older extract does not say on how many days",
			"TAP-SESSION-ACTED":          "neither Unified Audit Log nor Graph activity",
			"TAP-SESSION-DATA":           "no record of the Unified Audit Log and of Graph activity",
			"TAP-GRAPH-PROBED":           "no Graph activity",
			"TAP-GRAPH-UNLOGGED":         "no Graph activity",
		} {
			if !strings.Contains(said[rule], reason) {
				t.Errorf("%s: %q", rule, said[rule])
			}
		}
	})
	t.Run("another period", func(t *testing.T) {
		t.Parallel()
		// August's context is all of the sample.
		whole := auditSample(t, "2026-08", filepath.Join(sampleLogs, "evidence"))
		into := filepath.Join(dir, "extract-august")
		onDuckDB(t, extractOn(t, "duckdb", "2026-08", lake, into), into)
		sameJudgement(t, "August's extract", whole, auditSample(t, "2026-08", into, filepath.Join(lake, "exports")))
		// Days that a period does not need are listed, not read.
		unread := 0
		for _, row := range rowsOf(t, auditSample(t, "2026-09-14", filepath.Join(lake, "audits")), "evidence.csv") {
			if strings.HasPrefix(row["note"], "not read, not hashed") {
				unread++
				if at := strings.Index(row["path"], "day="); at < 0 || row["path"][at:at+14] > "day=2026-06-14" {
					t.Errorf("%s is within 91 days of 14 September and was not read", row["path"])
				}
			}
		}
		if unread == 0 {
			t.Error("every day was read, though judging 14 September needs none before 15 June")
		}
	})
	t.Run("other layouts", func(t *testing.T) {
		t.Parallel()
		for name, layout := range otherLayouts(t, dir, lake) {
			into := filepath.Join(dir, "extract-"+name)
			onDuckDB(t, layout.extractOn(t, "duckdb", into, aFile), into)
			sameJudgement(t, "layout "+name, full, auditSample(t, "2026Q3", into, filepath.Join(lake, "exports")))
		}
	})
}

// otherLayout is the lake's records in another layout: the flags that say so, and a file for each table.
type otherLayout struct {
	flags []string
	files map[string]string
}

// extractOn gives the query's text for an engine that knows the tables by the names that place gives them.
func (l otherLayout) extractOn(t testing.TB, engine, into string, place func(table, file string) string,
	more ...string) string {
	t.Helper()
	args := slices.Concat([]string{"extract", "--engine", engine, "--period", "2026Q3", "--into", into}, l.flags, more)
	for _, table := range slices.Sorted(maps.Keys(l.files)) {
		args = append(args, "--table", table+"="+place(table, l.files[table]))
	}
	text, _ := tapaudit(t, 0, args...)
	return text
}

// aFile names a table of one file to an engine that reads files.
func aFile(_, file string) string { return file + "*" }

// otherLayouts are the lake's records as Graph has them and as Log Analytics has them.
func otherLayouts(t *testing.T, dir, lake string) map[string]otherLayout {
	t.Helper()
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	run := func(format string, args ...any) {
		t.Helper()
		if _, err := db.ExecContext(t.Context(), fmt.Sprintf(format, args...)); err != nil {
			t.Fatal(err)
		}
	}
	nested := func(text bool, members ...string) string {
		packed := "struct_pack(" + strings.Join(members, ", ") + ")"
		if text {
			return "CAST(to_json(" + packed + ") AS VARCHAR)"
		}
		return packed
	}
	list := func(text bool, value, shape string) string {
		if text {
			return value
		}
		return "from_json(" + value + ", '" + shape + "')"
	}
	signIns := func(text bool) string {
		steps := "steps"
		if !text {
			steps = `from_json(steps, '[{"authenticationMethod":"VARCHAR","authenticationMethodDetail":"VARCHAR","authenticationStepDateTime":"VARCHAR","succeeded":"BOOLEAN","authenticationStepResultDetail":"VARCHAR","authenticationStepRequirement":"VARCHAR"}]')`
		}
		return `tenant_id AS tenant, id, strftime(time, '%Y-%m-%dT%H:%M:%S.%fZ') AS createdDateTime, home_tenant_id AS homeTenantId, resource_tenant_id AS resourceTenantId,
    user_id AS userId, upn AS userPrincipalName, user_name AS userDisplayName, user_type AS userType, app_id AS appId, app_name AS appDisplayName,
    resource_id AS resourceId, resource_name AS resourceDisplayName, resource_sp_id AS resourceServicePrincipalId, ip AS ipAddress, asn AS autonomousSystemNumber, client_app AS clientAppUsed, user_agent AS userAgent,
    correlation_id AS correlationId, session_id AS sessionId, original_request_id AS originalRequestId, token_id AS uniqueTokenIdentifier,
    protocol AS authenticationProtocol, transfer_method AS originalTransferMethod, requirement AS authenticationRequirement,
    conditional_access AS conditionalAccessStatus, risk AS riskLevelDuringSignIn, risk_aggregated AS riskLevelAggregated, risk_state AS riskState, interactive AS isInteractive, ` +
			nested(text, "authMethod := mfa_method") + ` AS mfaDetail, ` +
			list(text, `CASE WHEN interactive THEN '["interactiveUser"]' ELSE '["nonInteractiveUser"]' END`,
				`["VARCHAR"]`) + ` AS signInEventTypes, ` +
			nested(text, "errorCode := error_code", "failureReason := failure_reason") + ` AS status, ` +
			nested(text, "deviceId := device_id", "displayName := device_name",
				"operatingSystem := operating_system") + ` AS deviceDetail, ` +
			nested(text, "city := city", "countryOrRegion := country") + ` AS location, ` +
			list(text, `coalesce(network_locations, '[]')`, `[{"networktype":"VARCHAR","networknames":["VARCHAR"]}]`) +
			` AS networkLocationDetails, ` + steps + ` AS authenticationDetails`
	}
	audits := func(text bool) string {
		return `tenant_id AS tenant, id, strftime(time, '%Y-%m-%dT%H:%M:%S.%fZ') AS activityDateTime, activity AS activityDisplayName, category, service AS loggedByService, result,
    coalesce(reason, other_reason) AS resultReason, correlation_id AS correlationId, ` +
			nested(text, `"user" := struct_pack(id := actor_user_id, userPrincipalName := actor_upn, displayName := actor_name, ipAddress := actor_ip)`,
				`app := struct_pack(appId := actor_app_id, displayName := actor_app_name, servicePrincipalId := actor_sp_id, servicePrincipalName := actor_sp_name)`) + ` AS initiatedBy, ` +
			list(text, "targets", `[{"id":"VARCHAR","displayName":"VARCHAR","type":"VARCHAR","userPrincipalName":"VARCHAR","modifiedProperties":[{"displayName":"VARCHAR","oldValue":"VARCHAR","newValue":"VARCHAR"}]}]`) + ` AS targetResources, ` +
			list(text, "details", `[{"key":"VARCHAR","value":"VARCHAR"}]`) + ` AS additionalDetails`
	}
	read := func(kind string) string {
		return fmt.Sprintf("read_parquet('%s/%s/**/*.parquet', hive_partitioning = false) WHERE NOT filtered", lake,
			kind)
	}
	acts := func(name string) string { // they have the lake's columns in each layout
		file := filepath.Join(dir, name+"-activities.parquet")
		run("COPY (SELECT * EXCLUDE (tenantId) FROM read_parquet('%s/activities/**/*.parquet', hive_partitioning = true) WHERE NOT filtered) TO '%s' (FORMAT parquet)", lake, file)
		return file
	}
	layouts := map[string]otherLayout{}
	for name, text := range map[string]bool{"graph": true, "graph-structs": false} {
		s, a := filepath.Join(dir, name+"-signins.parquet"), filepath.Join(dir, name+"-audits.parquet")
		run("COPY (SELECT %s FROM %s) TO '%s' (FORMAT parquet)", signIns(text), read("signins"), s)
		run("COPY (SELECT %s FROM %s) TO '%s' (FORMAT parquet)", audits(text), read("audits"), a)
		flags := []string{"--layout", "graph", "--column", "tenantId=tenant", "--nested",
			map[bool]string{true: "text", false: "struct"}[text]}
		if !text {
			// Graph gives applications no address as a rule, nor its v1.0 a session: a struct without the member is
			// asked for none.
			flags = append(flags, "--column", "initiatedBy.app.ipAddress=", "--column",
				"initiatedBy.linkableIdentifiers.sessionId=",
				"--column", "initiatedBy.linkableIdentifiers.tokenDetails.uniqueTokenIdentifier=", "--column",
				"initiatedBy.userAgent=")
		}
		layouts[name] = otherLayout{flags, map[string]string{"signins": s, "audits": a, "activities": acts(name)}}
	}
	// Log Analytics: the columns in PascalCase, a table for each kind of sign-in, dynamic columns as texts.
	pascal := func(columns string) string {
		for _, c := range []string{"createdDateTime", "homeTenantId", "resourceTenantId", "userId",
			"userPrincipalName", "userDisplayName", "userType", "appId", "appDisplayName",
			"resourceDisplayName", "resourceServicePrincipalId", "autonomousSystemNumber", "clientAppUsed",
			"userAgent", "correlationId", "sessionId", "originalRequestId", "uniqueTokenIdentifier",
			"authenticationProtocol", "originalTransferMethod", "authenticationRequirement", "conditionalAccessStatus",
			"riskLevelDuringSignIn", "riskLevelAggregated", "riskState", "mfaDetail", "status", "deviceDetail",
			"networkLocationDetails", "authenticationDetails", "activityDateTime", "activityDisplayName",
			"loggedByService", "resultReason", "initiatedBy", "targetResources", "additionalDetails"} {
			columns = strings.ReplaceAll(columns, " AS "+c, " AS "+strings.ToUpper(c[:1])+c[1:])
		}
		return strings.NewReplacer("tenant_id AS tenant", "tenant_id AS AADTenantId, time AS TimeGenerated",
			" AS resourceId", " AS ResourceIdentity", " AS ipAddress", " AS IPAddress",
			" AS location", " AS LocationDetails", ", id,", ", id AS Id,", "category, ", "category AS Category, ",
			", result,", ", result AS Result,").Replace(columns)
	}
	analytics := otherLayout{files: map[string]string{},
		flags: []string{"--layout", "loganalytics", "--column", "Location=", "--column", "ResultType=", "--column",
			"ResultDescription=", "--column", "OperationName=", "--column", "TimeGenerated="}}
	for kind, from := range map[string]string{"signins": read("signins") + " AND interactive",
		"noninteractive": read("signins") + " AND NOT interactive", "audits": read("audits")} {
		columns := pascal(signIns(true))
		if kind == "audits" {
			columns = pascal(audits(true))
		}
		file := filepath.Join(dir, "loganalytics-"+kind+".parquet")
		run("COPY (SELECT %s FROM %s) TO '%s' (FORMAT parquet)", columns, from, file)
		analytics.files[kind] = file
	}
	analytics.files["activities"] = acts("loganalytics")
	layouts["loganalytics"] = analytics
	return layouts
}

// TestLakeGrows: exports added one by one, in any order and twice, make the same files as all of them at once.
func TestLakeGrows(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	evidence := filepath.Join(sampleLogs, "evidence")
	once, grown := filepath.Join(dir, "once"), filepath.Join(dir, "grown")
	tapaudit(t, 0, "lake", filepath.Join(evidence, "audit"), filepath.Join(evidence, "policy"), "--out", once,
		"--quiet")
	for _, part := range []string{"policy", "audit", "audit"} {
		tapaudit(t, 0, "lake", filepath.Join(evidence, part), "--out", grown, "--quiet")
	}
	want, got := files(t, once), files(t, grown)
	if diff := cmp.Diff(slices.Sorted(maps.Keys(want)), slices.Sorted(maps.Keys(got))); diff != "" {
		t.Errorf("files (-at once +grown):\n%s", diff)
	}
	for name := range want {
		if want[name] != got[name] {
			t.Errorf("%s differs", name)
		}
	}
	// Another folder is somebody else's.
	foreign := filepath.Join(dir, "foreign")
	if err := os.MkdirAll(foreign, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(foreign, "letter.txt"), []byte("dear"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, said := tapaudit(t, 2, "lake", evidence, "--out", foreign); !strings.Contains(said, "holds no lake.json") {
		t.Errorf("a foreign folder: %s", said)
	}
}

// TestDamagedLake: a lake's file that was cut off or changed is read row by row and accounted for.
func TestDamagedLake(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	lake := filepath.Join(dir, "lake")
	tapaudit(t, 0, "lake", filepath.Join(sampleLogs, "evidence", "audit"), "--out", lake, "--quiet")
	all, err := filepath.Glob(filepath.Join(lake, "audits", "*", "*", "records.parquet"))
	if err != nil || len(all) < 10 {
		t.Fatalf("%d files, %v", len(all), err)
	}
	content, err := os.ReadFile(all[3])
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(all[3], content[:len(content)/2], 0o600); err != nil {
		t.Fatal(err)
	}
	// Sign-ins' columns are missing here: the file claims to be another.
	other := strings.Replace(all[4], "audits", "signins", 1)
	if err := os.MkdirAll(filepath.Dir(other), 0o700); err != nil {
		t.Fatal(err)
	}
	if content, err = os.ReadFile(all[4]); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(other, content, 0o600); err != nil {
		t.Fatal(err)
	}
	report := filepath.Join(dir, "report")
	tapaudit(t, 4, "run", lake, "--strict", "--format", "csv", "--out", report, "--quiet")
	cut := false
	for _, row := range rowsOf(t, report, "evidence.csv") {
		if strings.Contains(row["path"], filepath.Base(filepath.Dir(all[3]))) &&
			strings.Contains(row["path"], "audits") {
			cut = cut || strings.Contains(row["note"], "cut off or damaged")
		}
	}
	if !cut {
		t.Error("nothing says that a file was cut off")
	}
}

// TestLakeNeedsTenants: what cannot be attributed is not put anywhere.
func TestLakeNeedsTenants(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "audit.ndjson")
	event := `{"id":"Directory_1","activityDateTime":"2026-09-01T08:00:00Z","activityDisplayName":"Update user","category":"UserManagement","loggedByService":"Core Directory","result":"success","initiatedBy":{},"targetResources":[]}`
	if err := os.WriteFile(file, []byte(event+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	lake := filepath.Join(dir, "lake")
	if _, said := tapaudit(t, 1, "lake", file, "--out", lake); !strings.Contains(said, "give --tenant") {
		t.Error(said)
	}
	if _, said := tapaudit(t, 1, "lake", file, "--out", lake, "--tenant", "../../etc"); !strings.Contains(said,
		"by which no folder can be called") {
		t.Error(said)
	}
	if _, err := os.Stat(lake); err == nil {
		t.Error("a lake was begun")
	}
	tapaudit(t, 0, "lake", file, "--out", lake, "--tenant", "Contoso.example", "--quiet")
	if _, err := os.Stat(filepath.Join(lake, "audits", "tenantId=contoso.example", "day=2026-09-01",
		"records.parquet")); err != nil {
		t.Error(err)
	}
}
