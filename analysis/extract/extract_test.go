package extract

import (
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tapaudit/analysis"
	"tapaudit/ingest/formats"
	"tapaudit/ingest/record"
)

var update = flag.Bool("update", false, "write the golden texts anew")

// golden compares a text with a file of it.
func golden(t *testing.T, path, text string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), text); diff != "" {
		t.Errorf("%s (-golden +text), go test ./analysis/extract -update writes it anew:\n%s", path, diff)
	}
}

func quarter() analysis.Period {
	return analysis.Period{From: time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC), To: time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)}
}

// TestTexts compares the texts of every engine with those in testdata.
func TestTexts(t *testing.T) {
	for name, o := range map[string]Options{
		"duckdb-lake.sql":        {Engine: "duckdb", Layout: "lake", Into: "tapaudit-extract"},
		"spark-lake.sql":         {Engine: "spark", Layout: "lake", Into: "tapaudit-extract"},
		"spark-graph.sql":        {Engine: "spark", Layout: "graph", Nested: "struct", Tables: map[string]string{"signins": "entra.signins", "audits": "entra.audits", "activities": "entra.activities"}, Columns: map[string]string{"tenantId": "tenant", "day": "day"}, Into: "tapaudit-extract"},
		"trino-lake.sql":         {Engine: "trino", Layout: "lake", Tables: map[string]string{"signins": "hive.entra.signins", "audits": "hive.entra.audits", "activities": "hive.entra.activities"}, Into: "hive.tapaudit"},
		"trino-graph.sql":        {Engine: "trino", Layout: "graph", Tenant: "contoso.example", Tables: map[string]string{"signins": "hive.entra.signins", "audits": "hive.entra.audits"}, Into: "hive.tapaudit"},
		"kql-loganalytics.kql":   {Engine: "kql", Layout: "loganalytics", Into: "tapaudit-extract"},
		"spark-loganalytics.sql": {Engine: "spark", Layout: "loganalytics", Into: "tapaudit-extract"},
	} {
		o.Period, o.Format = quarter(), "parquet"
		text, e, err := Text(o)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		golden(t, filepath.Join("testdata", name), text)
		// The text proves its own hash, and its rows name it.
		sum := sha256.Sum256([]byte(strings.ReplaceAll(text, e.Hash, strings.Repeat("0", 64))))
		if hex.EncodeToString(sum[:]) != e.Hash || !strings.Contains(text, e.String()) {
			t.Errorf("%s: its hash is not the text's", name)
		}
		if read, ok := formats.ParseExtract(e.String()); !ok || read != e {
			t.Errorf("%s: %q is read as %+v", name, e.String(), read)
		}
	}
}

// TestWrongOptions: what cannot become a query is refused, above all names that would end their quotes.
func TestWrongOptions(t *testing.T) {
	good := Options{Engine: "duckdb", Layout: "lake", Period: quarter(), Into: "x", Format: "parquet"}
	for want, change := range map[string]func(o *Options){
		"engine":                        func(o *Options) { o.Engine = "oracle" },
		"layout":                        func(o *Options) { o.Layout = "lakehouse" },
		"--period":                      func(o *Options) { o.Period = analysis.Period{} },
		"do not name their tenant":      func(o *Options) { o.Layout = "graph" },
		"--layout loganalytics":         func(o *Options) { o.Engine = "kql" },
		"format":                        func(o *Options) { o.Format = "xml" },
		"nested":                        func(o *Options) { o.Nested = "xml" },
		"times":                         func(o *Options) { o.Times = "sundial" },
		"a lake under Trino has tables": func(o *Options) { o.Engine = "trino" },
		"no such column":                func(o *Options) { o.Columns = map[string]string{"colour": "x"} },
		"the tables are":                func(o *Options) { o.Tables = map[string]string{"colours": "x"} },
		"are not possible":              func(o *Options) { o.Into = "x'; DROP TABLE y; --" },
		"--column id":                   func(o *Options) { o.Columns = map[string]string{"id": `x"`} },
		"--table signins":               func(o *Options) { o.Tables = map[string]string{"signins": "a`b"} },
		"signins and audits must":       func(o *Options) { o.Tables = map[string]string{"signins": ""} },
	} {
		o := good
		change(&o)
		if text, _, err := Text(o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q; %d bytes of text", err, want, len(text))
		}
	}
}

// TestTrinoTables: the statements that declare a lake's folders to Trino are made from the columns that a lake has.
func TestTrinoTables(t *testing.T) {
	types := map[record.Type]string{record.Text: "VARCHAR", record.JSON: "VARCHAR", record.Number: "BIGINT", record.Bool: "BOOLEAN", record.Time: "TIMESTAMP(6)", record.Texts: "ARRAY(VARCHAR)"}
	var text strings.Builder
	text.WriteString(trinoHead)
	for _, table := range []struct {
		name string
		kind *record.Kind
	}{{"signins", record.SignIn}, {"audits", record.Audit}, {"activities", record.Activity}} {
		fmt.Fprintf(&text, "CREATE TABLE IF NOT EXISTS hive.entra.%s (\n", table.name)
		line := "   "
		for _, c := range append(table.kind.Lake(), record.Column{Name: "filtered", Type: record.Bool}, record.Column{Name: "tenantid", Type: record.Text}) {
			declared := " " + c.Name + " " + types[c.Type] + ","
			if len(line+declared) > 119 {
				text.WriteString(line + "\n")
				line = "   "
			}
			line += declared
		}
		fmt.Fprintf(&text, "%s day DATE\n) WITH (\n    format = 'PARQUET', external_location = 's3://logs/lake/%s',\n"+
			"    partitioned_by = ARRAY['tenantid', 'day']\n);\n\n", line, table.name)
	}
	text.WriteString(trinoTail)
	golden(t, "trino-tables.sql", text.String())
}

const trinoHead = `-- A lake that 'tapaudit lake' wrote, as tables of Trino's Hive connector, and the schema that an extract of it goes
-- to. Put your own names and places for hive, entra, tapaudit and s3://logs. After a lake has grown, only the CALLs
-- are needed again.

SET SESSION hive.timestamp_precision = 'MICROSECONDS';

CREATE SCHEMA IF NOT EXISTS hive.tapaudit;
CREATE SCHEMA IF NOT EXISTS hive.entra;

`

const trinoTail = `-- The folders are tenantId=…, and Hive's names are in lower case.
CALL hive.system.sync_partition_metadata(
    schema_name => 'entra', table_name => 'signins', mode => 'ADD', case_sensitive => false
);
CALL hive.system.sync_partition_metadata(
    schema_name => 'entra', table_name => 'audits', mode => 'ADD', case_sensitive => false
);
CALL hive.system.sync_partition_metadata(
    schema_name => 'entra', table_name => 'activities', mode => 'ADD', case_sensitive => false
);
`
