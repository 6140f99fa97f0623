package rows

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unsafe"

	"github.com/google/go-cmp/cmp"

	"tapaudit/ingest/casefile"
)

func open(t *testing.T) *casefile.Case {
	c, err := casefile.Open(t.Context(), "", casefile.Options{Threads: 1, TempDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

type place struct {
	Line int64 `db:"line"`
}

type row struct {
	place
	Name string     `db:"name"`
	At   *time.Time `db:"at"`
	Kept string     // no column
}

func TestReadGoesByName(t *testing.T) {
	c := open(t)
	noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	got, err := Read[row](t.Context(), c, `SELECT * FROM (VALUES
    (TIMESTAMP '2026-03-01 12:00:00', 'a', 1), (NULL, 'b', 2)) AS v ("at", name, line) ORDER BY line`)
	if err != nil {
		t.Fatal(err)
	}
	want := []row{{place{1}, "a", &noon, ""}, {place{2}, "b", nil, ""}}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(row{})); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
}

func TestColumnsThatDoNotFitAreErrors(t *testing.T) {
	c := open(t)
	for query, want := range map[string]string{
		`SELECT 1 AS line, 'a' AS name`:                                             "there is no column at",
		`SELECT 1 AS line, 'a' AS name, NULL::TIMESTAMP AS "at", 2 AS more`:         "no field has the column more",
		`SELECT 1 AS line, NULL::VARCHAR AS name, NULL::TIMESTAMP AS "at"`:          "NULL",
		`SELECT 1 AS line, 'a' AS name, NULL::TIMESTAMP AS "at" FROM no_such_table`: "no_such_table",
	} {
		if _, err := Read[row](t.Context(), c, query); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want one that says %q", query, err, want)
		}
	}
	if _, err := One[place](t.Context(), c, `SELECT unnest([1, 2]) AS line`); err == nil {
		t.Error("One takes two rows")
	}
}

type full struct {
	Text   string    `db:"text"`
	Number *int      `db:"number"`
	Yes    bool      `db:"yes"`
	Share  float64   `db:"share"`
	Time   time.Time `db:"time"`
	Day    time.Time `db:"day"`
	List   []string  `db:"list"`
}

func TestFill(t *testing.T) {
	c := open(t)
	if err := c.Exec(t.Context(), `
CREATE TABLE filled (list VARCHAR[], day DATE, time TIMESTAMP, share DOUBLE, yes BOOLEAN, number BIGINT, text VARCHAR);
INSERT INTO filled (text) VALUES ('what was there')`); err != nil {
		t.Fatal(err)
	}
	zero := 0
	at := time.Date(2026, 3, 1, 12, 0, 0, 1000, time.UTC)
	if err := Fill(t.Context(), c, "filled", []full{
		{"a\xff", &zero, true, 0.25, at, at, []string{`"quoted"`, "b"}},
		{},
	}); err != nil {
		t.Fatal(err)
	}
	type shown struct {
		Row string `db:"row"`
	}
	got, err := Read[shown](t.Context(), c, `
SELECT concat_ws(' | ', coalesce(text, 'NULL'), coalesce(number::VARCHAR, 'NULL'), yes, share, coalesce(time::VARCHAR, 'NULL'),
    coalesce(day::VARCHAR, 'NULL'), list) AS row FROM filled ORDER BY rowid`)
	if err != nil {
		t.Fatal(err)
	}
	want := []shown{
		{"a\uFFFD | 0 | true | 0.25 | 2026-03-01 12:00:00.000001 | 2026-03-01 | ['\"quoted\"', b]"},
		{"NULL | NULL | false | 0.0 | NULL | NULL | []"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the table (-want +got):\n%s", diff)
	}
}

func TestATableThatDoesNotFitIsNotFilled(t *testing.T) {
	c := open(t)
	if err := c.Exec(t.Context(),
		`CREATE TABLE narrow (name VARCHAR); CREATE TABLE wide (line BIGINT, name VARCHAR)`); err != nil {
		t.Fatal(err)
	}
	for table, want := range map[string]string{"narrow": "no field has the column name",
		"wide": "no field has the column name"} {
		if err := Fill(t.Context(), c, table, []place{{1}}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want one that says %q", table, err, want)
		}
	}
	type unknown struct {
		Name map[string]int `db:"name"`
	}
	if err := Fill(t.Context(), c, "narrow", []unknown{{}}); err == nil {
		t.Error("a map is put into a column")
	}
}

// Many rows are made texts of in several goes, and all of them arrive in their order.
func TestFillInSeveralGoes(t *testing.T) {
	c := open(t)
	if err := c.Exec(t.Context(), `CREATE TEMP TABLE lines (line BIGINT)`); err != nil {
		t.Fatal(err)
	}
	all := make([]place, 2*fedAtOnce+1)
	for i := range all {
		all[i].Line = int64(i)
	}
	if err := Fill(t.Context(), c, "lines", all); err != nil {
		t.Fatal(err)
	}
	got, err := Read[place](t.Context(), c, `SELECT line FROM lines ORDER BY rowid`)
	if err != nil || !slices.Equal(all, got) {
		t.Errorf("%d rows of %d arrive in their order: %v", len(got), len(all), err)
	}
}

// Equal texts share their memory, and different ones stay different however many there are.
func TestEqualTextsShareMemory(t *testing.T) {
	type named struct {
		Same string `db:"same"`
		Own  string `db:"own"`
	}
	got, err := Read[named](t.Context(), open(t),
		`SELECT 'the same' AS same, 'no. ' || n AS own FROM range(5000) AS r (n)`)
	if err != nil || len(got) != 5000 {
		t.Fatalf("%d rows: %v", len(got), err)
	}
	parts := map[*byte]bool{}
	for i, row := range got {
		parts[unsafe.StringData(row.Same)] = true
		if want := fmt.Sprintf("no. %d", i); row.Same != "the same" || row.Own != want {
			t.Fatalf("row %d is %q", i, row)
		}
	}
	// A text whose place another one takes is kept once more each time.
	if len(parts) > 100 {
		t.Errorf("a text that comes 5,000 times is kept %d times", len(parts))
	}
}
