package ingest_test

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"

	"tapaudit/analysis"
	"tapaudit/analysis/settings"
	"tapaudit/ingest"
	"tapaudit/ingest/casefile"
)

// The sample's sign-ins and audit events, translated into the other exports of the same logs, must give the same
// findings wherever an export has the fields for them.

type record = map[string]any

// page is a file of the sample whose records can be translated.
type page struct {
	name    string // of the file, without its extension
	folder  string // in which the translated file goes
	records []record
}

// sampleWithout copies the sample's evidence except sign-ins (of the beta API) and audit events as JSON pages, and
// returns those.
func sampleWithout(t *testing.T, dir string) (signIns, audits []page) {
	t.Helper()
	root := filepath.Join("..", "sample-logs", "evidence")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		to := filepath.Join(dir, rel)
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return err
		}
		plain := text
		if strings.HasSuffix(path, ".gz") {
			unpacked, err := gzip.NewReader(strings.NewReader(string(text)))
			if err != nil {
				return err
			}
			if plain, err = io.ReadAll(unpacked); err != nil {
				return err
			}
		}
		var whole struct{ Value []record }
		name := strings.TrimSuffix(strings.TrimSuffix(filepath.Base(path), ".gz"), ".json")
		// A file that is not one whole page (damaged, or of another kind) stays as it is.
		if json.Unmarshal(plain, &whole) == nil && len(whole.Value) > 0 {
			p := page{name, filepath.Dir(to), whole.Value}
			first := whole.Value[0]
			switch {
			case first["authenticationDetails"] != nil && first["createdDateTime"] != nil:
				signIns = append(signIns, p)
				return nil
			case first["activityDateTime"] != nil:
				audits = append(audits, p)
				return nil
			}
		}
		return os.WriteFile(to, text, 0o644)
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(signIns) < 4 || len(audits) < 3 {
		t.Fatalf("%d pages of sign-ins and %d of audit events were found in the sample", len(signIns), len(audits))
	}
	return signIns, audits
}

// findings judges a folder and returns what the findings about passes are, by rule, subject and id.
func findings(t *testing.T, dir string) map[string]bool {
	t.Helper()
	ctx := context.Background()
	c, err := casefile.Open(ctx, filepath.Join(t.TempDir(), "case.duckdb"), casefile.Options{Loads: true})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := ingest.Load(ctx, c, []string{dir}, nil, ingest.Options{}); err != nil {
		t.Fatal(err)
	}
	rules, err := analysis.BuiltInRules()
	if err != nil {
		t.Fatal(err)
	}
	conf, err := settings.Load(filepath.Join("..", "sample-logs", "tapaudit.yaml"), analysis.Catalog(rules))
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Seal(ctx); err != nil {
		t.Fatal(err)
	}
	period := analysis.Period{From: time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC),
		To: time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)}
	result, err := analysis.Run(ctx, c, conf, analysis.Configure(rules, conf), analysis.Options{Period: period})
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]bool{}
	for _, q := range result.Quarantine {
		all[fmt.Sprintf("quarantined %s:%d: %s", filepath.Base(q.Path), q.Line, q.Reason)] = true
	}
	for _, f := range result.Findings {
		if strings.HasPrefix(f.RuleID, "TAP-") {
			all[strings.Join([]string{f.RuleID, f.SubjectName, f.FirstSeen.Format(time.RFC3339), f.ID}, " ")] = true
		}
	}
	return all
}

func writeCSV(t *testing.T, path string, rows [][]string) {
	t.Helper()
	var b strings.Builder
	if err := csv.NewWriter(&b).WriteAll(rows); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

// scalar is a value as a CSV cell; at goes into objects and lists.
func scalar(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case float64, bool:
		return fmt.Sprint(v)
	}
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // it came out of JSON
	}
	return string(b)
}

func at(v any, keys ...string) any {
	for _, k := range keys {
		m, _ := v.(record)
		v = m[k]
	}
	return v
}

func list(v any) []any { l, _ := v.([]any); return l }

// azureTime is a time as the portal's CSV of Log Analytics writes it.
func azureTime(t *testing.T, v any) string {
	t.Helper()
	parsed, err := time.Parse(time.RFC3339Nano, v.(string))
	if err != nil {
		t.Fatal(err)
	}
	return parsed.UTC().Format("1/2/2006, 3:04:05.000 PM")
}

var signInColumns = []string{
	"TimeGenerated [UTC]", "Id", "CreatedDateTime [UTC]", "UserDisplayName", "UserPrincipalName", "UserId", "UserType",
	"AppId", "AppDisplayName",
	"IPAddress", "ClientAppUsed", "UserAgent", "CorrelationId", "ConditionalAccessStatus", "OriginalRequestId",
	"IsInteractive", "RiskLevelDuringSignIn",
	"ResourceDisplayName", "ResourceIdentity", "HomeTenantId", "ResourceTenantId", "AuthenticationRequirement",
	"AutonomousSystemNumber",
	"AuthenticationProtocol", "OriginalTransferMethod", "SessionId", "UniqueTokenIdentifier", "Status", "DeviceDetail", "LocationDetails",
	"NetworkLocationDetails", "AuthenticationDetails",
	"ResultType", "Location", "Category",
}

// pascal is a name of Graph's as Log Analytics and the PowerShell SDK spell it.
func pascal(name string) string {
	if name == "ipAddress" {
		return "IPAddress"
	}
	return strings.ToUpper(name[:1]) + name[1:]
}

func logAnalyticsSignIn(r record) record {
	row := record{"TimeGenerated": r["createdDateTime"], "Category": "SignInLogs",
		"ResultType": scalar(at(r, "status", "errorCode")), "Location": at(r, "location", "countryOrRegion")}
	if r["isInteractive"] == false {
		row["Category"] = "NonInteractiveUserSignInLogs"
	}
	for k, v := range r {
		switch k {
		case "resourceId":
			row["ResourceIdentity"] = v
		case "location":
			row["LocationDetails"] = v
		default:
			row[pascal(k)] = v
		}
	}
	return row
}

func logAnalyticsAudit(r record) record {
	row := record{"TimeGenerated": r["activityDateTime"], "OperationName": r["activityDisplayName"],
		"ResultDescription": r["resultReason"], "AADOperationType": r["operationType"]}
	for k, v := range r {
		if k != "resultReason" && k != "operationType" {
			row[pascal(k)] = v
		}
	}
	return row
}

// tableRows are records as a CSV of Log Analytics: dynamic columns as text, times with the zone in the header.
func tableRows(t *testing.T, columns []string, records []record) [][]string {
	rows := [][]string{columns}
	for _, r := range records {
		var cells []string
		for _, c := range columns {
			if name, isTime := strings.CutSuffix(c, " [UTC]"); isTime {
				cells = append(cells, azureTime(t, r[name]))
			} else {
				cells = append(cells, scalar(r[c]))
			}
		}
		rows = append(rows, cells)
	}
	return rows
}

func mapped(records []record, f func(record) record) []record {
	var out []record
	for _, r := range records {
		out = append(out, f(r))
	}
	return out
}

func writeJSON(t *testing.T, path string, v any) {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b, 0o644); err != nil {
		t.Fatal(err)
	}
}

// powerShell is an object as Windows PowerShell's ConvertTo-Json writes the SDK's.
func powerShell(t *testing.T, v any) any {
	switch v := v.(type) {
	case record:
		out, extra := record{}, record{}
		for k, e := range v {
			if k == "sessionId" || k == "originalTransferMethod" {
				extra[k] = e
				continue
			}
			if text, ok := e.(string); ok && (k == "createdDateTime" || k == "activityDateTime") {
				parsed, err := time.Parse(time.RFC3339Nano, text)
				if err != nil {
					t.Fatal(err)
				}
				e = fmt.Sprintf("/Date(%d)/", parsed.UnixMilli())
			}
			out[pascal(k)] = powerShell(t, e)
		}
		if len(extra) > 0 {
			out["AdditionalProperties"] = extra
		}
		return out
	case []any:
		out := []any{}
		for _, e := range v {
			out = append(out, powerShell(t, e))
		}
		return out
	}
	return v
}

func adminCentreCSV(t *testing.T, folder, name string, records []record) {
	signIns := [][]string{{"Date (UTC)", "Request ID", "User agent", "Correlation ID", "User ID", "User", "Username",
		"User type", "Incoming token type", "Authentication Protocol", "Unique token identifier",
		"Original transfer method", "Application", "Application ID ", "Resource", "Resource ID ", "Resource tenant ID",
		"Home tenant ID", "IP address", "Location", "Status", "Sign-in error code",
		"Failure reason", "Client app", "Device ID", "Operating System", "Session ID", "Autonomous system  number",
		"Incoming token type", "Conditional Access"}}
	steps := [][]string{{"Request ID", "Date", "Authentication method", "Authentication method detail", "Succeeded",
		"Result detail", "Requirement"}}
	for _, r := range records {
		status := "Failure"
		if at(r, "status", "errorCode") == 0.0 {
			status = "Success"
		}
		location := fmt.Sprintf("%v, %v, %v", at(r, "location", "city"), at(r, "location", "state"),
			at(r, "location", "countryOrRegion"))
		var row []string
		for _, v := range []any{r["createdDateTime"], r["id"], r["userAgent"], r["correlationId"], r["userId"],
			r["userDisplayName"], r["userPrincipalName"], r["userType"], "none",
			r["authenticationProtocol"], r["uniqueTokenIdentifier"], r["originalTransferMethod"], r["appDisplayName"], r["appId"],
			r["resourceDisplayName"], r["resourceId"], r["resourceTenantId"], r["homeTenantId"],
			r["ipAddress"], location, status, at(r, "status", "errorCode"), at(r, "status", "failureReason"),
			r["clientAppUsed"], at(r, "deviceDetail", "deviceId"),
			at(r, "deviceDetail", "operatingSystem"), r["sessionId"], r["autonomousSystemNumber"], "x",
			r["conditionalAccessStatus"]} {
			row = append(row, scalar(v))
		}
		signIns = append(signIns, row)
		for _, s := range list(r["authenticationDetails"]) {
			steps = append(steps, []string{scalar(r["id"]), scalar(at(s, "authenticationStepDateTime")),
				scalar(at(s, "authenticationMethod")), scalar(at(s, "authenticationMethodDetail")),
				scalar(at(s, "succeeded")), scalar(at(s, "authenticationStepResultDetail")),
				scalar(at(s, "authenticationStepRequirement"))})
		}
	}
	kind := "InteractiveSignIns"
	if strings.Contains(name, "nonInteractive") {
		kind = "NonInteractiveSignIns"
	}
	writeCSV(t, filepath.Join(folder, kind+"_"+name+".csv"), signIns)
	writeCSV(t, filepath.Join(folder, kind+"_AuthDetails_"+name+".csv"), steps)
}

func adminCentreAuditCSV(t *testing.T, path string, records []record) {
	columns := []string{"Date (UTC)", "CorrelationId", "Service", "Category", "Activity", "Result", "ResultReason",
		"User Agent", "ActorType", "ActorDisplayName", "ActorObjectId",
		"ActorUserPrincipalName", "IPAddress", "ActorHomeTenantId", "ActorHomeTenantName", "ActorServicePrincipalId",
		"ActorServicePrincipalName"}
	const targets, properties, details = 3, 5, 3
	for n := range targets {
		p := fmt.Sprintf("Target%d", n+1)
		columns = append(columns, p+"Type", p+"DisplayName", p+"ObjectId", p+"UserPrincipalName")
		for m := range properties {
			q := fmt.Sprintf("%sModifiedProperty%d", p, m+1)
			columns = append(columns, q+"Name", q+"OldValue", q+"NewValue")
		}
	}
	for n := range details {
		columns = append(columns, fmt.Sprintf("AdditionalDetail%dKey", n+1),
			fmt.Sprintf("AdditionalDetail%dValue", n+1))
	}
	rows := [][]string{columns}
	nth := func(v any, n int) any {
		if l := list(v); n < len(l) {
			return l[n]
		}
		return nil
	}
	for _, r := range records {
		user, app := at(r, "initiatedBy", "user"), at(r, "initiatedBy", "app")
		kind, name, id := "User", at(user, "displayName"), at(user, "id")
		if app != nil {
			kind, name, id = "Application", at(app, "displayName"), at(app, "appId")
		}
		values := []any{r["activityDateTime"], r["correlationId"], r["loggedByService"], r["category"],
			r["activityDisplayName"], r["result"], r["resultReason"], "", kind, name, id,
			at(user, "userPrincipalName"), at(user, "ipAddress"), "", "", at(app, "servicePrincipalId"),
			at(app, "servicePrincipalName")}
		for n := range targets {
			target := nth(r["targetResources"], n)
			values = append(values, at(target, "type"), at(target, "displayName"), at(target, "id"),
				at(target, "userPrincipalName"))
			for m := range properties {
				property := nth(at(target, "modifiedProperties"), m)
				values = append(values, at(property, "displayName"), at(property, "oldValue"),
					at(property, "newValue"))
			}
		}
		for n := range details {
			detail := nth(r["additionalDetails"], n)
			values = append(values, at(detail, "key"), at(detail, "value"))
		}
		var row []string
		for _, v := range values {
			row = append(row, scalar(v))
		}
		rows = append(rows, row)
	}
	writeCSV(t, path, rows)
}

// savedAgain writes a CSV file, where there is one, as a German spreadsheet saves it: semicolons, Windows-1252, its
// own dates.
func savedAgain(t *testing.T, path string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		for i, cell := range row {
			if when, err := time.Parse(time.RFC3339Nano, cell); err == nil {
				row[i] = when.UTC().Format("02.01.2006 15:04:05")
			}
		}
	}
	var b bytes.Buffer
	w := csv.NewWriter(charmap.Windows1252.NewEncoder().Writer(&b))
	w.Comma = ';'
	if err := w.WriteAll(rows); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// unifiedAudit is a sign-in as the Unified Audit Log has it.
func unifiedAudit(r record) record {
	bits := 0
	for _, s := range list(r["authenticationDetails"]) {
		if at(s, "authenticationMethod") == "Temporary Access Pass" {
			bits |= 2
		}
		if at(s, "authenticationMethod") == "Password" {
			bits |= 1
		}
	}
	operation := "UserLoggedIn"
	if at(r, "status", "errorCode") != 0.0 {
		operation = "UserLoginFailed"
	}
	text := func(name string, v any) record { return record{"Name": name, "Value": scalar(v)} }
	return record{
		"CreationTime": strings.TrimSuffix(r["createdDateTime"].(string), "Z"), "Id": r["id"],
		"IntraSystemId": r["id"], "InterSystemsId": r["correlationId"],
		"Operation": operation, "OrganizationId": r["resourceTenantId"], "RecordType": 15, "ResultStatus": "Success",
		"Workload": "AzureActiveDirectory",
		"UserKey":  r["userId"], "UserId": r["userPrincipalName"], "ClientIP": scalar(r["ipAddress"]) + ":443",
		"ObjectId": r["resourceId"], "ApplicationId": r["appId"],
		"ErrorNumber": scalar(at(r, "status", "errorCode")), "LogonError": at(r, "status", "failureReason"),
		"ExtendedProperties": []any{text("UserAgent", r["userAgent"]),
			text("UserAuthenticationMethod", float64(bits))},
		"DeviceProperties": []any{text("Id", at(r, "deviceDetail", "deviceId")), text("SessionId", r["sessionId"])},
		"Actor": []any{record{"ID": r["userId"], "Type": 0},
			record{"ID": r["userPrincipalName"], "Type": 5}},
	}
}

// asPowerShellText is an object as ConvertTo-Json writes it beyond its depth.
func asPowerShellText(r record) string {
	var members []string
	for _, key := range slices.Sorted(maps.Keys(r)) {
		members = append(members, key+"="+scalar(r[key]))
	}
	return "@{" + strings.Join(members, "; ") + "}"
}

func TestTranslatedSample(t *testing.T) {
	want := findings(t, filepath.Join("..", "sample-logs", "evidence"))
	translations := []struct {
		name    string
		signIns func(t *testing.T, p page)
		audits  func(t *testing.T, p page)
		lacks   []string // rules for which the export has no fields
		only    []string // rules that are compared; all where there are none
	}{
		{
			name: "PowerShell",
			signIns: func(t *testing.T, p page) {
				writeJSON(t, filepath.Join(p.folder, p.name+".json"),
					mapped(p.records, func(r record) record { return powerShell(t, r).(record) }))
			},
			audits: func(t *testing.T, p page) {
				writeJSON(t, filepath.Join(p.folder, p.name+".json"),
					mapped(p.records, func(r record) record { return powerShell(t, r).(record) }))
			},
		},
		{
			name: "wrapped by Splunk, and as JSON texts",
			signIns: func(t *testing.T, p page) {
				results := mapped(p.records, func(r record) record {
					return record{"_raw": scalar(r),
						"_time": r["createdDateTime"]}
				})
				writeJSON(t, filepath.Join(p.folder, p.name+".json"), record{"preview": false, "results": results})
			},
			audits: func(t *testing.T, p page) {
				var texts []string
				for _, r := range p.records {
					texts = append(texts, scalar(r))
				}
				writeJSON(t, filepath.Join(p.folder, p.name+".json"), texts)
			},
		},
		{
			name: "steps cut off by ConvertTo-Json",
			signIns: func(t *testing.T, p page) {
				writeJSON(t, filepath.Join(p.folder, p.name+".json"), mapped(p.records, func(r record) record {
					cut := maps.Clone(r)
					var steps []string
					for _, s := range list(r["authenticationDetails"]) {
						steps = append(steps, asPowerShellText(s.(record)))
					}
					cut["authenticationDetails"] = steps
					return cut
				}))
			},
			audits: func(t *testing.T, p page) { writeJSON(t, filepath.Join(p.folder, p.name+".json"), p.records) },
		},
		{
			name: "a row a step, by mv-expand",
			signIns: func(t *testing.T, p page) {
				var rows []record
				for _, r := range p.records {
					for _, s := range list(r["authenticationDetails"]) {
						row := logAnalyticsSignIn(r)
						row["AuthenticationDetails"] = scalar(s)
						rows = append(rows, row)
					}
					if len(list(r["authenticationDetails"])) == 0 {
						rows = append(rows, logAnalyticsSignIn(r))
					}
				}
				writeCSV(t, filepath.Join(p.folder, p.name+".csv"), tableRows(t, signInColumns, rows))
			},
			audits: func(t *testing.T, p page) {
				writeJSON(t, filepath.Join(p.folder, p.name+".json"), mapped(p.records, logAnalyticsAudit))
			},
		},
		{
			name: "Log Analytics CSV",
			signIns: func(t *testing.T, p page) {
				writeCSV(t, filepath.Join(p.folder, p.name+".csv"),
					tableRows(t, signInColumns, mapped(p.records, logAnalyticsSignIn)))
			},
			audits: func(t *testing.T, p page) {
				columns := []string{"TimeGenerated [UTC]", "OperationName", "Category", "Result", "ResultDescription",
					"CorrelationId", "Id", "InitiatedBy", "LoggedByService", "TargetResources",
					"AdditionalDetails", "ActivityDisplayName", "ActivityDateTime [UTC]", "AADOperationType"}
				writeCSV(t, filepath.Join(p.folder, p.name+".csv"),
					tableRows(t, columns, mapped(p.records, logAnalyticsAudit)))
			},
		},
		{
			name: "Log Analytics answers",
			signIns: func(t *testing.T, p page) {
				var columns []any
				for _, c := range signInColumns {
					columns = append(columns, record{"name": strings.TrimSuffix(c, " [UTC]"), "type": "string"})
				}
				var rows []any
				for _, r := range mapped(p.records, logAnalyticsSignIn) {
					var row []any
					for _, c := range columns {
						row = append(row, r[c.(record)["name"].(string)])
					}
					rows = append(rows, row)
				}
				writeJSON(t, filepath.Join(p.folder, p.name+".json"),
					record{"tables": []any{record{"name": "PrimaryResult", "columns": columns, "rows": rows}}})
			},
			audits: func(t *testing.T, p page) {
				writeJSON(t, filepath.Join(p.folder, p.name+".json"), mapped(p.records, logAnalyticsAudit))
			},
		},
		{
			// The rows have neither risk nor the kind of network.
			name:    "admin centre CSV",
			signIns: func(t *testing.T, p page) { adminCentreCSV(t, p.folder, p.name, p.records) },
			audits: func(t *testing.T, p page) {
				adminCentreAuditCSV(t, filepath.Join(p.folder, "AuditLogs_"+p.name+".csv"), p.records)
			},
			lacks: []string{"TAP-SIGNIN-RISKY", "TAP-ISSUED-AFTER-RISKY-SIGNIN"},
		},
		{
			name: "admin centre CSV, saved again by a spreadsheet",
			signIns: func(t *testing.T, p page) {
				adminCentreCSV(t, p.folder, p.name, p.records)
				for _, name := range []string{"InteractiveSignIns_", "InteractiveSignIns_AuthDetails_",
					"NonInteractiveSignIns_", "NonInteractiveSignIns_AuthDetails_"} {
					savedAgain(t, filepath.Join(p.folder, name+p.name+".csv"))
				}
			},
			audits: func(t *testing.T, p page) {
				path := filepath.Join(p.folder, "AuditLogs_"+p.name+".csv")
				adminCentreAuditCSV(t, path, p.records)
				savedAgain(t, path)
			},
			lacks: []string{"TAP-SIGNIN-RISKY", "TAP-ISSUED-AFTER-RISKY-SIGNIN"},
		},
		{
			// No autonomous system, risk, protocol or steps.
			name: "Unified Audit Log",
			signIns: func(t *testing.T, p page) {
				if strings.Contains(p.name, "nonInteractive") {
					writeJSON(t, filepath.Join(p.folder, p.name+".json"), record{"value": p.records})
					return
				}
				writeJSON(t, filepath.Join(p.folder, p.name+".json"), mapped(p.records, unifiedAudit))
			},
			audits: func(t *testing.T, p page) {
				writeJSON(t, filepath.Join(p.folder, p.name+".json"), record{"value": p.records})
			},
			only: []string{"TAP-SIGNIN", "TAP-SIGNIN-WITHOUT-ISSUANCE", "TAP-SIGNIN-AFTER-END", "TAP-PASS-REUSED",
				"TAP-SIGNIN-BY-PRIVILEGED-USER", "TAP-SIGNIN-OFF-HOURS", "TAP-ISSUED", "TAP-NOT-USED"},
		},
	}
	for _, test := range translations {
		t.Run(test.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "evidence")
			signIns, audits := sampleWithout(t, dir)
			for _, p := range signIns {
				test.signIns(t, p)
			}
			for _, p := range audits {
				test.audits(t, p)
			}
			compared := func(all map[string]bool) []string {
				var kept []string
				for f := range all {
					rule, _, _ := strings.Cut(f, " ")
					if !slices.Contains(test.lacks, rule) &&
						(rule == "quarantined" || test.only == nil || slices.Contains(test.only, rule)) {
						kept = append(kept, f)
					}
				}
				slices.SortFunc(kept, cmp.Compare)
				return kept
			}
			if diff := gocmp.Diff(compared(want), compared(findings(t, dir))); diff != "" {
				t.Errorf("findings (-of the sample +of the translation):\n%s", diff)
			}
		})
	}
}
