package ingest

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"

	"tapaudit/ingest/casefile"
)

const entraTenant = "25b1f699-3870-4dbb-a781-c22127c974d7"

// copyTo writes a query's rows as Parquet with DuckDB and returns the path.
func copyTo(t testing.TB, path, query, options string) string {
	t.Helper()
	db, err := sql.Open("duckdb", "?autoinstall_known_extensions=false&autoload_known_extensions=false")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(fmt.Sprintf("SET TimeZone = 'UTC'; COPY (%s) TO '%s' (FORMAT parquet %s)", query,
		strings.ReplaceAll(path, "'", "''"), options)); err != nil {
		t.Fatal(err)
	}
	return path
}

// signIns is a query for sign-ins with Graph's names and nested columns, every tenth of them by a pass.
func signIns(n int) string {
	return fmt.Sprintf(`
SELECT 'signin-' || i AS id, TIMESTAMPTZ '2026-09-01 08:00:00.5+00' + to_seconds(i) AS createdDateTime,
    'user' || i %% 7 || '@contoso.com' AS userPrincipalName, 'u' || i %% 7 AS userId, 'Teams' AS appDisplayName, '203.0.113.9' AS ipAddress,
    'c' || i AS correlationId, true AS isInteractive, 'success' AS conditionalAccessStatus,
    {'errorCode': 0, 'failureReason': 'Other.'} AS status, {'city': 'Kiel', 'countryOrRegion': 'DE'} AS location,
    [{'authenticationStepDateTime': TIMESTAMPTZ '2026-09-01 08:00:00+00' + to_seconds(i),
      'authenticationMethod': CASE i %% 10 WHEN 0 THEN 'Temporary Access Pass' ELSE 'Password' END, 'succeeded': true}] AS authenticationDetails,
    [{'displayName': 'Require MFA'}] AS appliedConditionalAccessPolicies
FROM range(%d) AS r(i)`, n)
}

type loadedSource struct {
	Path, Format      string
	Rows              bool
	Read, NotUsed     int64
	Bad               int64
	Truncated, Tenant string
	Note              string
}

// loadAll loads the paths into a case of its own, in memory.
func loadAll(t testing.TB, opts Options, paths ...string) (*casefile.Case, []loadedSource) {
	t.Helper()
	ctx := context.Background()
	c, err := casefile.Open(ctx, "", casefile.Options{Threads: 2, TempDir: t.TempDir(), Loads: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if err := Load(ctx, c, paths, nil, opts); err != nil {
		t.Fatal(err)
	}
	return c, sources(t, c)
}

func sources(t testing.TB, c *casefile.Case) []loadedSource {
	t.Helper()
	rows, err := c.Query(context.Background(), `
SELECT path, format, rows_not_lines, records_read, records_not_used, s.records_quarantined,
    coalesce(truncated, ''), coalesce(path_tenant, ''), note
FROM source AS s ORDER BY source_id`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var all []loadedSource
	for rows.Next() {
		var s loadedSource
		if err := rows.Scan(&s.Path, &s.Format, &s.Rows, &s.Read, &s.NotUsed, &s.Bad, &s.Truncated, &s.Tenant,
			&s.Note); err != nil {
			t.Fatal(err)
		}
		all = append(all, s)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// texts are the rows of a query, each as one text.
func texts(t testing.TB, c *casefile.Case, query string) []string {
	t.Helper()
	rows, err := c.Query(context.Background(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var all []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			t.Fatal(err)
		}
		all = append(all, s)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

func TestParquetOfALake(t *testing.T) {
	root := filepath.Join(t.TempDir(), "lake [1]'s")
	day := filepath.Join(root, "tenantId="+entraTenant, "day=2026-09-01")
	copyTo(t, filepath.Join(day, "signins.parquet"), signIns(30), "")
	// Trino's files have no ending.
	copyTo(t, filepath.Join(day, "20260901_120000_00042_k3x9q_0f8fad5b"), `
SELECT 'text-1' AS id, TIMESTAMP '2026-09-01 10:00:00' AS createdDateTime, 'jane@contoso.com' AS userPrincipalName, 'u1' AS userId,
    'Teams' AS appDisplayName, '203.0.113.9' AS ipAddress, true AS isInteractive, 'tenant of the record' AS homeTenantId, 'no tenant' AS tenantId,
    '{"errorCode":50126}' AS status, '[{"authenticationMethod":"Temporary Access Pass","succeeded":true}]'::JSON AS authenticationDetails`, "")
	copyTo(t, filepath.Join(day, "audits.parquet"), `
SELECT 'audit-1' AS id, TIMESTAMP_NS '2026-09-01 09:00:00.123456789' AS activityDateTime, 'Admin registered security info' AS activityDisplayName,
    'Authentication Methods' AS loggedByService, 'success' AS result, 'Admin registered temporary access pass method for user' AS resultReason,
    {'user': {'id': 'u9', 'userPrincipalName': 'admin@contoso.com', 'ipAddress': '198.51.100.7'}} AS initiatedBy,
    [{'id': 'u1', 'type': 'User', 'userPrincipalName': 'jane@contoso.com',
      'modifiedProperties': [{'displayName': 'p', 'oldValue': NULL, 'newValue': '"[\"a\"]"'}]}] AS targetResources`, "")
	copyTo(t, filepath.Join(day, "analytics.parquet"), `
SELECT 'SigninLogs' AS Type, TIMESTAMPTZ '2026-09-01 11:00:00+00' AS TimeGenerated, TIMESTAMPTZ '2026-09-01 10:59:00+00' AS CreatedDateTime,
    'la-1' AS Id, 'jane@contoso.com' AS UserPrincipalName, 'u1' AS UserId, 'Teams' AS AppDisplayName, '203.0.113.9' AS IPAddress,
    'c1' AS CorrelationId, '0' AS ResultType, 'Sign-in activity' AS OperationName, 'SignInLogs' AS Category, true AS IsInteractive,
    '`+entraTenant+`' AS AADTenantId, 'workspace' AS TenantId,
    '[{"authenticationMethod":"Temporary Access Pass","succeeded":true}]' AS AuthenticationDetails, '{"errorCode":0}' AS Status`, "")

	c, got := loadAll(t, Options{}, root)
	want := []loadedSource{
		{"lake [1]'s/tenantId=" + entraTenant + "/day=2026-09-01/20260901_120000_00042_k3x9q_0f8fad5b",
			"Graph sign-ins", true, 1, 0, 0, "", entraTenant, "Parquet"},
		{"lake [1]'s/tenantId=" + entraTenant + "/day=2026-09-01/analytics.parquet", "Log Analytics", true, 1, 0, 0,
			"", entraTenant, "Parquet"},
		{"lake [1]'s/tenantId=" + entraTenant + "/day=2026-09-01/audits.parquet", "Graph directory audits", true, 1, 0,
			0, "", entraTenant, "Parquet"},
		{"lake [1]'s/tenantId=" + entraTenant + "/day=2026-09-01/signins.parquet", "Graph sign-ins", true, 30, 0, 0,
			"", entraTenant, "Parquet"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("sources (-want +got):\n%s", diff)
	}
	for query, want := range map[string][]string{
		`SELECT id || ' ' || line || ' ' || time || ' ' || error_code || ' ' || coalesce(city, '-') || ' ' || coalesce(tenant_id, '-') || ' ' || interactive
         FROM signin_record WHERE id IN ('signin-0', 'signin-29', 'text-1', 'la-1') ORDER BY id`: {
			"la-1 1 2026-09-01 10:59:00 0 - " + entraTenant + " true",
			"signin-0 1 2026-09-01 08:00:00.5 0 Kiel - true",
			"signin-29 30 2026-09-01 08:00:29.5 0 Kiel - true",
			"text-1 1 2026-09-01 10:00:00 50126 - - true",
		},
		`SELECT steps::VARCHAR FROM signin_record WHERE id = 'signin-10'`: {
			`[{"authenticationStepDateTime":"2026-09-01T08:00:10Z","authenticationMethod":"Temporary Access Pass","succeeded":true}]`},
		`SELECT line::VARCHAR FROM raw_record JOIN source USING (source_id) WHERE path LIKE '%signins.parquet' ORDER BY line`: {"1", "11", "21"},
		`SELECT time || ' ' || reason || ' ' || actor_upn || ' ' || (targets ->> '$[0].modifiedProperties[0].newValue') FROM audit_record`: {
			`2026-09-01 09:00:00.123456 Admin registered temporary access pass method for user admin@contoso.com "[\"a\"]"`},
	} {
		if diff := cmp.Diff(want, texts(t, c, query)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", query, diff)
		}
	}
	if raw := texts(t, c, `SELECT text FROM raw_record WHERE text LIKE '%Require MFA%'`); len(raw) > 0 {
		t.Errorf("a column that nothing reads was read: %s", raw[0])
	}
}

// matanoRow is a row as Matano's table of sign-ins has it, by parquet-go.
type matanoRow struct {
	TS     time.Time `parquet:"ts,timestamp(microsecond)"`
	Source struct {
		IP string `parquet:"ip"`
	} `parquet:"source"`
	Geo struct {
		City    string `parquet:"city_name"`
		Country string `parquet:"country_iso_code"`
	} `parquet:"geo"`
	Message string `parquet:"message,optional"`
	Azure   struct {
		Tenant string `parquet:"tenant_id"`
		SignIn struct {
			Category string   `parquet:"category"`
			ID       string   `parquet:"id"`
			User     string   `parquet:"user_id"`
			UPN      string   `parquet:"user_principal_name"`
			Risk     string   `parquet:"risk_level_during_signin"`
			Steps    []string `parquet:"authentication_details,list"`
			Status   struct {
				Code int64 `parquet:"error_code"`
			} `parquet:"status"`
		} `parquet:"aad_signinlogs"`
	} `parquet:"azure"`
}

func matanoRows(n int) []matanoRow {
	rows := make([]matanoRow, n)
	for i := range rows {
		r := &rows[i]
		r.TS = time.Date(2026, 9, 1, 8, 0, i, 0, time.UTC)
		r.Source.IP, r.Geo.City, r.Geo.Country, r.Message = "203.0.113.9", "Kiel", "DE",
			"Your Temporary Access Pass has expired"
		r.Azure.Tenant = entraTenant
		s := &r.Azure.SignIn
		s.Category, s.ID, s.User, s.UPN, s.Risk, s.Status.Code = "NonInteractiveUserSignInLogs", fmt.Sprint("m-", i),
			"u1", "jane@contoso.com", "high", 130504
		s.Steps = []string{`{"authentication_method":"Temporary Access Pass","authentication_step_date_time":"2026-09-01T08:00:00Z","succeeded":false}`}
	}
	return rows
}

func writeMatano(t testing.TB, path string, n int) string {
	t.Helper()
	if err := parquet.WriteFile(path, matanoRows(n), parquet.MaxRowsPerRowGroup(50)); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestParquetOfMatano(t *testing.T) {
	path := writeMatano(t, filepath.Join(t.TempDir(), "matano.parquet"), 2)
	c, got := loadAll(t, Options{}, path)
	if diff := cmp.Diff([]loadedSource{{"matano.parquet", "Matano sign-ins", true, 2, 0, 0, "", "", "Parquet"}},
		got); diff != "" {
		t.Errorf("sources (-want +got):\n%s", diff)
	}
	want := []string{"m-1 2026-09-01 08:00:01 " + entraTenant +
		" jane@contoso.com 203.0.113.9 Kiel DE high 130504 false " +
		`[{"authenticationMethod":"Temporary Access Pass","authenticationStepDateTime":"2026-09-01T08:00:00Z","succeeded":false}]` +
		" Your Temporary Access Pass has expired"}
	if diff := cmp.Diff(want, texts(t, c, `
SELECT concat_ws(' ', id, time, tenant_id, upn, ip, city, country, risk, error_code, interactive, steps, failure_reason) FROM signin_record WHERE line = 2`)); diff != "" {
		t.Errorf("record (-want +got):\n%s", diff)
	}
}

func TestParquetInAnArchive(t *testing.T) {
	dir := t.TempDir()
	whole, err := os.ReadFile(copyTo(t, filepath.Join(dir, "signins.parquet"), signIns(30), ""))
	if err != nil {
		t.Fatal(err)
	}
	var packed bytes.Buffer
	archive := zip.NewWriter(&packed)
	member, err := archive.Create("whole.parquet")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := member.Write(whole); err != nil {
		t.Fatal(err)
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "export.zip")
	if err := os.WriteFile(path, packed.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	var squeezed bytes.Buffer
	stream := gzip.NewWriter(&squeezed)
	if _, err := stream.Write(whole); err != nil {
		t.Fatal(err)
	}
	if err := stream.Close(); err != nil {
		t.Fatal(err)
	}
	cut := filepath.Join(dir, "signins.parquet.gz")
	if err := os.WriteFile(cut, squeezed.Bytes()[:squeezed.Len()/2], 0o600); err != nil {
		t.Fatal(err)
	}
	_, got := loadAll(t, Options{}, path, cut)
	for i := range got {
		got[i].Note, _, _ = strings.Cut(got[i].Note, ";")
	}
	want := []loadedSource{
		{"export.zip", "zip archive", false, 0, 0, 0, "", "", ""},
		{"export.zip/whole.parquet", "Graph sign-ins", true, 30, 0, 0, "", "", "Parquet"},
		{"signins.parquet.gz", "", true, 1, 0, 1, got[2].Truncated, "", "Parquet"},
	}
	if got[2].Truncated == "" {
		t.Error("nothing says that the compressed file was cut off")
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("sources (-want +got):\n%s", diff)
	}
}

func TestParquetThatIsNoEvidence(t *testing.T) {
	dir := t.TempDir()
	_, got := loadAll(t, Options{},
		copyTo(t, filepath.Join(dir, "empty.parquet"), signIns(0), ""),
		copyTo(t, filepath.Join(dir, "other.parquet"), "SELECT i AS a, 'x' AS b FROM range(25000) AS r(i)", ""))
	want := []loadedSource{
		{"empty.parquet", "", true, 0, 0, 0, "", "", "Parquet"},
		{"other.parquet", "", true, 25000, 25000, 0, "", "",
			"Parquet; not recognised; it looks like objects with the keys a, b: export sign-ins and audit events as JSON: from the Entra admin centre, Microsoft Graph's beta endpoint, or Azure Monitor"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("sources (-want +got):\n%s", diff)
	}
}

// addUp checks that what was read is loaded, not used or quarantined.
func addUp(t testing.TB, c *casefile.Case, s loadedSource) {
	t.Helper()
	var loaded int64
	if err := c.QueryRow(context.Background(),
		`SELECT count(DISTINCT (source_id, ordinal)) FROM signin_record`).Scan(&loaded); err != nil {
		t.Fatal(err)
	}
	if loaded+s.NotUsed+s.Bad != s.Read {
		t.Errorf("%d loaded, %d not used and %d quarantined are not %d read: %s", loaded, s.NotUsed, s.Bad, s.Read,
			s.Note)
	}
}

func TestDamagedParquet(t *testing.T) {
	dir := t.TempDir()
	source := copyTo(t, filepath.Join(dir, "whole.parquet"), signIns(10_000),
		", ROW_GROUP_SIZE 2048, COMPRESSION snappy")
	whole, err := os.ReadFile(source)
	if err != nil {
		t.Fatal(err)
	}
	footer := int(binary.LittleEndian.Uint32(whole[len(whole)-8:]))
	for _, test := range []struct {
		name   string
		damage func([]byte) []byte
		want   loadedSource
	}{
		{"cut off", func(b []byte) []byte { return b[:len(b)/2] },
			loadedSource{Read: 1, Bad: 1,
				Truncated: "as Parquet: it is cut off or damaged: no Parquet footer at its end"}},
		{"only a beginning", func(b []byte) []byte { return b[:6] },
			loadedSource{Read: 1, Bad: 1, Truncated: "as Parquet: it is cut off: no Parquet footer at its end"}},
		{"footer longer than the file", func(b []byte) []byte {
			binary.LittleEndian.PutUint32(b[len(b)-8:], 1<<31)
			return b
		}, loadedSource{Read: 1, Bad: 1, Truncated: "as Parquet: its footer is damaged, or larger than 16 MiB"}},
		{"footer of zeros", func(b []byte) []byte {
			clear(b[len(b)-8-footer : len(b)-8])
			return b
		}, loadedSource{Read: 1, Bad: 1, Truncated: "as Parquet: its footer is damaged, or the file is encrypted"}},
		{"encrypted", func(b []byte) []byte { copy(b[len(b)-4:], "PARE"); return b },
			loadedSource{Read: 1, Bad: 1, Truncated: "as Parquet: it is encrypted; decrypt it first"}},
		{"a list of two thousand million", func(b []byte) []byte {
			// the schema's list, field 2 of the footer, is the second field there
			at := bytes.IndexByte(b[len(b)-8-footer:], 0x19) + len(b) - 8 - footer + 1
			copy(b[at:], []byte{0xfc, 0xff, 0xff, 0xff, 0xff, 0x07})
			return b
		}, loadedSource{Read: 1, Bad: 1,
			Truncated: "as Parquet: its footer is damaged: it claims more than it holds"}},
		{"the third row group", func(b []byte) []byte {
			clear(b[len(b)*45/100 : len(b)*50/100])
			return b
		}, loadedSource{Format: "Graph sign-ins", Read: 10_000, Bad: 2048, Truncated: "rows that cannot be read"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "evidence.parquet")
			if err := os.WriteFile(path, test.damage(bytes.Clone(whole)), 0o600); err != nil {
				t.Fatal(err)
			}
			c, got := loadAll(t, Options{}, path)
			test.want.Path, test.want.Rows, test.want.Note = "evidence.parquet", true, got[0].Note
			if diff := cmp.Diff([]loadedSource{test.want}, got); diff != "" {
				t.Errorf("sources (-want +got):\n%s", diff)
			}
			addUp(t, c, got[0])
		})
	}
}

// Rows that are larger than they look: one text in a dictionary, many times.
func TestParquetThatInflates(t *testing.T) {
	ctx := context.Background()
	path := copyTo(t, filepath.Join(t.TempDir(), "large.parquet"), `
SELECT *, CASE WHEN i BETWEEN 1000 AND 1199 THEN repeat('a', 500000) END AS padding
FROM (`+strings.Replace(signIns(2000), "SELECT ", "SELECT i, ", 1)+`)`, "")
	c, got := loadAll(t, Options{ParquetMemory: "100MiB"}, path)
	file, err := c.OpenParquet(ctx, path, "100MiB", func(string) bool { return true })
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := file.Records(ctx, 0, 2000, func(int64, string) error { return nil }); !errors.Is(err,
		casefile.ErrParquetMemory) {
		t.Fatalf("all rows at once: %v, want ErrParquetMemory", err)
	}
	if got[0].Read != 2000 || got[0].Bad != 0 {
		t.Errorf("%+v", got[0])
	}
	addUp(t, c, got[0])
}

func FuzzParquet(f *testing.F) {
	dir := f.TempDir()
	for _, path := range []string{
		writeMatano(f, filepath.Join(dir, "matano.parquet"), 120),
		copyTo(f, filepath.Join(dir, "signins.parquet"), signIns(60), ""),
	} {
		whole, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		addDamaged(f, whole)
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		path := filepath.Join(t.TempDir(), "evidence.parquet")
		if err := os.WriteFile(path, append([]byte("PAR1"), content[min(4, len(content)):]...), 0o600); err != nil {
			t.Fatal(err)
		}
		c, got := loadAll(t, Options{}, path)
		addUp(t, c, got[0])
	})
}

// addDamaged gives a fuzzer a file to begin with, whole, cut off and with a byte changed here and there.
func addDamaged(f *testing.F, whole []byte) {
	f.Add(whole)
	f.Add(whole[:len(whole)-20])
	for i := 4; i < len(whole); i += max(len(whole)/6, 1) {
		flipped := bytes.Clone(whole)
		flipped[i] ^= 0xff
		f.Add(flipped)
	}
}
