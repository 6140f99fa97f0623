package ingest

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tapaudit/ingest/formats"
	"tapaudit/ingest/record"
)

// lakeAudits is a query for a lake's audit events of a day in September, every third with its own text.
func lakeAudits(day, n int) string {
	var columns []string
	for _, c := range record.Audit.Lake() {
		kind := c.Type
		if kind == "JSON" {
			kind = "VARCHAR"
		}
		columns = append(columns, fmt.Sprintf("NULL::%s AS %s", kind, c.Name))
	}
	return fmt.Sprintf(`
SELECT * REPLACE (
    'audit-%[2]d-' || i AS id, TIMESTAMP '2026-09-01 08:00:00' + to_days(%[2]d - 1) + to_seconds(i) AS time, 'User registered security info' AS activity,
    CASE i %% 3 WHEN 0 THEN 'temporary access pass' END AS reason, '[]' AS targets, '[]' AS details
), '%[4]s' AS lake, false AS filtered, 'export:' || i AS origin, '' AS origin_sha256,
    CASE i %% 3 WHEN 0 THEN '{"id":"audit-%[2]d-' || i || '"}' END AS record
FROM (SELECT %[1]s), (SELECT range::INTEGER AS i FROM range(%[3]d))`, strings.Join(columns, ", "), day, n, formats.LakeAudit)
}

// TestLakeFilesTogether: small files of a lake are loaded in one transaction, each as itself; one that is odd costs
// the others nothing.
func TestLakeFilesTogether(t *testing.T) {
	for name, test := range map[string]struct {
		odd  func(path string) // makes the file of the fourth day
		want string            // its row: format, records, quarantined, note
	}{
		"all are good": {func(path string) { copyTo(t, path, lakeAudits(4, 4), "") },
			"lake audit events|4|0|Parquet"},
		"one has no rows": {func(path string) { copyTo(t, path, lakeAudits(4, 0), "") },
			"lake audit events|0|0|Parquet"},
		"one is cut off": {func(path string) {
			copyTo(t, path, lakeAudits(4, 4), "")
			if err := os.Truncate(path, 700); err != nil {
				t.Fatal(err)
			}
		}, "|1|1|Parquet; damaged after 0 bytes: as Parquet: it is cut off or damaged: no Parquet footer at its end"},
		"one says itself which file it is": {func(path string) {
			copyTo(t, path,
				"SELECT *, 1000 AS File_Index FROM ("+lakeAudits(4, 4)+")", "")
		}, "lake audit events|4|0|Parquet"},
		"all say themselves which file they are": {func(path string) {
			for day, n := range map[int]int{1: 5, 2: 3, 3: 1, 4: 4, 5: 7} {
				copyTo(t, strings.Replace(path, "day=2026-09-04", fmt.Sprintf("day=2026-09-%02d", day), 1),
					"SELECT *, -i AS File_Index FROM ("+lakeAudits(day, n)+")", "")
			}
		}, "lake audit events|4|0|Parquet"},
		"one claims to be filtered": {func(path string) {
			copyTo(t, path, "SELECT * REPLACE (true AS filtered) FROM ("+lakeAudits(4, 4)+")", "")
		},
			"lake audit events|4|0|Parquet; a filtered export: its records count, its days do not"},
		// Its types are its own, not the first file's.
		"one has a column of another type": {func(path string) {
			copyTo(t, path, "SELECT * REPLACE (7::BIGINT AS category) FROM ("+lakeAudits(4, 4)+")", "")
		}, "lake audit events|4|0|Parquet"},
		"one has a row that the case refuses": {func(path string) {
			copyTo(t, path, "SELECT * REPLACE (CASE i WHEN 2 THEN TIMESTAMP '1999-01-01' ELSE time END AS time) FROM ("+lakeAudits(4, 4)+")", "")
		}, "lake audit events|4|1|Parquet"},
		"one is another's twin": {func(path string) { copyTo(t, path, lakeAudits(2, 3), "") },
			"|3|0|the same content as lake/audits/tenantId=" + entraTenant + "/day=2026-09-02/records.parquet"},
	} {
		t.Run(name, func(t *testing.T) {
			lake := filepath.Join(t.TempDir(), "lake")
			place := func(day int) string {
				return filepath.Join(lake, "audits", "tenantId="+entraTenant, fmt.Sprintf("day=2026-09-%02d", day),
					"records.parquet")
			}
			for day, n := range map[int]int{1: 5, 2: 3, 3: 1, 5: 7} {
				copyTo(t, place(day), lakeAudits(day, n), "")
			}
			test.odd(place(4))
			c, got := loadAll(t, Options{}, lake)
			want := []string{"1|lake audit events|5|0|Parquet", "2|lake audit events|3|0|Parquet",
				"3|lake audit events|1|0|Parquet", "4|" + test.want, "5|lake audit events|7|0|Parquet"}
			var said []string
			for i, s := range got {
				said = append(said, fmt.Sprintf("%d|%s|%d|%d|%s", i+1, s.Format, s.Read, s.Bad, s.Note))
			}
			if diff := cmp.Diff(want, said); diff != "" {
				t.Errorf("sources (-want +got):\n%s", diff)
			}
			// Each row is its own file's, as where rows are read one by one: Parquet outside a lake.
			rows := `SELECT path[-26:-17] || ' ' || line || ' ' || id || ' ' || time || ' ' || coalesce(category, '-') FROM audit_record JOIN source USING (source_id) ORDER BY ALL`
			apart := filepath.Join(t.TempDir(), "lake")
			if err := os.CopyFS(apart, os.DirFS(lake)); err != nil {
				t.Fatal(err)
			}
			if err := os.Rename(filepath.Join(apart, "audits"), filepath.Join(apart, "events")); err != nil {
				t.Fatal(err)
			}
			single, _ := loadAll(t, Options{}, apart)
			loaded := texts(t, c, rows)
			if diff := cmp.Diff(texts(t, single, rows), loaded); diff != "" {
				t.Errorf("rows (-one by one +loaded):\n%s", diff)
			}
			if len(loaded) < 16 || loaded[0] != `2026-09-01 1 audit-1-0 2026-09-01 08:00:00 -` {
				t.Errorf("%d rows: %q", len(loaded), loaded[:1])
			}
			const kept = `SELECT id FROM audit_record JOIN raw_record USING (source_id, ordinal) WHERE `
			if own := texts(t, c, kept+`id IN ('audit-5-0', 'audit-5-3', 'audit-5-6')`); len(own) != 3 {
				t.Errorf("the texts of %q are kept", own)
			}
			if others := texts(t, c, kept+`NOT contains(text, '{"id":"' || id || '"')`); len(others) > 0 {
				t.Errorf("%q have the text of another", others)
			}
			// Again it adds nothing.
			if err := Load(t.Context(), c, []string{lake}, nil, Options{}); err != nil {
				t.Fatal(err)
			}
			if again := texts(t, c, rows); len(again) != len(loaded) || len(sources(t, c)) != len(got) {
				t.Errorf("loaded again: %d rows of %d sources, not %d of %d", len(again), len(sources(t, c)),
					len(loaded), len(got))
			}
		})
	}
}

// TestLakeActivities: a lake's activities are the same whether DuckDB's reader loads them or row by row, and a row
// that is none is quarantined.
func TestLakeActivities(t *testing.T) {
	const usual = `SELECT 'a' || i AS id, TIMESTAMP '2026-09-01 08:00:00' + to_seconds(i) AS time, 'contoso' AS tenant_id, 'graph activity' AS log_type,
    'Microsoft Graph' AS workload, 'POST' AS operation, '/users/{id}' AS path, CASE i WHEN 1 THEN repeat('ä', 400) WHEN 2 THEN 'none' END AS object,
    CASE i WHEN 3 THEN '{"select":["id"]}' END AS details, 'success' AS result, 201 AS status, 'u' AS user_id, 'u@contoso.example' AS upn, false AS by_system,
    '-' AS service_principal_id, 'app' AS app_id, NULL::VARCHAR AS through_app_id, '203.0.113.9' AS ip, 'agent' AS user_agent, 's' AS session_id, 't' AS token_id,
    'c' AS correlation_id, 1 AS items, ['x', 'y'] AS targets, 'activity' AS lake, false AS filtered, 'export:' || i AS origin, '' AS origin_sha256, NULL::VARCHAR AS record
FROM (SELECT range::INTEGER AS i FROM range(5))`
	const all = `SELECT activities::VARCHAR FROM (SELECT * EXCLUDE (source_id) FROM activities) AS activities ORDER BY 1`
	for name, test := range map[string]struct {
		rows string
		bad  string
	}{
		"as written": {`SELECT * REPLACE (201::BIGINT AS status, 1::BIGINT AS items) FROM (` + usual + `)`,
			""},
		"numbers of 32 bits":    {usual, ""},
		"details that are none": {`SELECT * REPLACE (CASE i WHEN 3 THEN '{"select":' END AS details) FROM (SELECT *, substring(id, 2)::INTEGER AS i FROM (` + usual + `))`, ""},
		"of no known log":       {`SELECT * REPLACE (CASE WHEN id = 'a4' THEN 'log' ELSE log_type END AS log_type) FROM (` + usual + `)`, "a log type of no kind that is known"},
		"without operation":     {`SELECT * REPLACE (CASE WHEN id = 'a4' THEN '' ELSE operation END AS operation) FROM (` + usual + `)`, "no operation"},
		"without id": {`SELECT * REPLACE (CASE WHEN id = 'a4' THEN '-' ELSE id END AS id) FROM (` + usual +
			`)`, "no id"},
	} {
		t.Run(name, func(t *testing.T) {
			copyAt := func(folder string) string {
				copyTo(t, filepath.Join(folder, "activities", "tenantId=contoso", "day=2026-09-01", "records.parquet"),
					test.rows, "")
				return folder
			}
			lake := copyAt(filepath.Join(t.TempDir(), "lake"))
			c, got := loadAll(t, Options{}, lake)
			apart := copyAt(filepath.Join(t.TempDir(), "lake"))
			if err := os.Rename(filepath.Join(apart, "activities"), filepath.Join(apart, "records")); err != nil {
				t.Fatal(err)
			}
			single, _ := loadAll(t, Options{}, apart)
			loaded := texts(t, c, all)
			if diff := cmp.Diff(texts(t, single, all), loaded); diff != "" {
				t.Errorf("rows (-one by one +loaded):\n%s", diff)
			}
			want := []string{""}
			if test.bad != "" {
				want[0] = test.bad
			}
			bad := texts(t, c, `SELECT coalesce(string_agg(reason), '') FROM quarantine`)
			if diff := cmp.Diff(want, bad); diff != "" || got[0].Format != "lake activities" ||
				len(loaded) != 5-int(got[0].Bad) {
				t.Errorf("%+v, %d rows, quarantine:\n%s", got, len(loaded), diff)
			}
			if long := texts(t, c, `SELECT max(len(object))::VARCHAR FROM activities`); long[0] != "300" {
				t.Errorf("an object of %s characters", long)
			}
		})
	}
}

// FuzzLakeFile: whatever a lake's file holds, it is accounted for, and the files beside it are loaded as they are.
func FuzzLakeFile(f *testing.F) {
	whole, err := os.ReadFile(copyTo(f, filepath.Join(f.TempDir(), "records.parquet"), lakeAudits(4, 60), ""))
	if err != nil {
		f.Fatal(err)
	}
	beside := map[int][]byte{}
	for _, day := range []int{3, 5} {
		if beside[day], err = os.ReadFile(copyTo(f, filepath.Join(f.TempDir(), "records.parquet"),
			lakeAudits(day, day), "")); err != nil {
			f.Fatal(err)
		}
	}
	addDamaged(f, whole)
	f.Fuzz(func(t *testing.T, content []byte) {
		lake := filepath.Join(t.TempDir(), "lake")
		for day, content := range map[int][]byte{3: beside[3],
			4: append([]byte("PAR1"), content[min(4, len(content)):]...), 5: beside[5]} {
			folder := filepath.Join(lake, "audits", "tenantId="+entraTenant, fmt.Sprintf("day=2026-09-%02d", day))
			if err := os.MkdirAll(folder, 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(folder, "records.parquet"), content, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		c, got := loadAll(t, Options{}, lake)
		own := texts(t, c, `SELECT count(DISTINCT ordinal)::VARCHAR FROM (SELECT source_id, ordinal FROM audit_record UNION ALL SELECT source_id, ordinal FROM signin_record) WHERE source_id = 2`)
		if s := got[1]; own[0] != fmt.Sprint(s.Read-s.NotUsed-s.Bad) {
			t.Errorf("%s loaded, %d not used and %d quarantined are not %d read: %s", own[0], s.NotUsed, s.Bad, s.Read,
				s.Note)
		}
		var want []string
		for _, day := range []int{3, 5} {
			for i := range day {
				want = append(want, fmt.Sprintf("2026-09-%02d audit-%d-%d %d", day, day, i, i+1))
			}
		}
		rows := texts(t, c, `SELECT path[-26:-17] || ' ' || id || ' ' || line FROM audit_record JOIN source USING (source_id) WHERE path NOT LIKE '%day=2026-09-04%' ORDER BY ALL`)
		if diff := cmp.Diff(want, rows); diff != "" {
			t.Errorf("the files beside it (-want +got):\n%s", diff)
		}
	})
}
