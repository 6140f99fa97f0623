//go:build spark

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestSameJudgementOnSpark: an extract made on Apache Spark with two workers gives the findings of full evidence, ids
// included, and so does one made on DuckDB. The tenant has every attack of the sample among three times its everyday
// sign-ins. 'make test-spark' runs the test. It needs Java, and PySpark of the Python that TAPAUDIT_SPARK_PYTHON
// names.
func TestSameJudgementOnSpark(t *testing.T) {
	python := os.Getenv("TAPAUDIT_SPARK_PYTHON")
	if python == "" {
		t.Fatal("TAPAUDIT_SPARK_PYTHON does not name a Python with PySpark; run 'make test-spark'")
	}
	dir := t.TempDir()
	sample := filepath.Join(dir, "sample")
	generate := exec.Command("go", "run", "../tools/samplelogs", "--scale", "3", "--out", sample)
	if said, err := generate.CombinedOutput(); err != nil {
		t.Fatalf("generating a tenant: %v\n%s", err, said)
	}
	full := auditSample(t, "2026Q3", filepath.Join(sample, "evidence"))
	lake := filepath.Join(dir, "lake")
	tapaudit(t, 0, "lake", filepath.Join(sample, "evidence"), "--out", lake, "--quiet")
	exports := filepath.Join(lake, "exports")

	duck := filepath.Join(dir, "duckdb")
	onDuckDB(t, extractOn(t, "duckdb", "2026Q3", lake, duck), duck)
	sameJudgement(t, "extract on DuckDB", full, auditSample(t, "2026Q3", duck, exports))

	// Each as Spark reads it and writes it in another way.
	others := otherLayouts(t, dir, lake)
	on := func(name string) string { return filepath.Join(dir, "spark-"+name) }
	var texts []string
	for name, query := range map[string]string{
		"lake":          extractOn(t, "spark", "2026Q3", lake, on("lake")),
		"graph-structs": others["graph-structs"].extractOn(t, "spark", on("graph-structs"), aFile, "--format", "csv"),
		"loganalytics":  others["loganalytics"].extractOn(t, "spark", on("loganalytics"), aFile, "--format", "json"),
	} {
		text := on(name) + ".sql"
		if err := os.WriteFile(text, []byte(query), 0o600); err != nil {
			t.Fatal(err)
		}
		texts = append(texts, text)
	}
	began := time.Now()
	spark := exec.Command(python, append([]string{"testdata/spark/extract.py"}, texts...)...)
	spark.Env = append(os.Environ(), "SPARK_LOCAL_DIRS="+dir, "SPARK_LOCAL_IP=127.0.0.1")
	said, err := spark.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	t.Logf("Spark took %s for %d extracts, its start included:\n%s", time.Since(began).Round(time.Second), len(texts),
		said)
	for _, text := range texts {
		into := strings.TrimSuffix(text, ".sql")
		sameJudgement(t, "extract on Spark "+filepath.Base(into), full, auditSample(t, "2026Q3", into, exports))
	}
}
