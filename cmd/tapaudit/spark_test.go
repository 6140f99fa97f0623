//go:build spark

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// TestSameJudgementOnSpark: a tenant with every attack of the sample among three times its everyday sign-ins gives the same
// findings, ids included, as full evidence, as an extract made on Apache Spark with two workers, and as one made on
// DuckDB. 'make test-spark' runs it: it needs PySpark, by the Python that TAPAUDIT_SPARK_PYTHON names, and Java.
func TestSameJudgementOnSpark(t *testing.T) {
	python := os.Getenv("TAPAUDIT_SPARK_PYTHON")
	if python == "" {
		t.Fatal("TAPAUDIT_SPARK_PYTHON does not name a Python with PySpark; run 'make test-spark'")
	}
	dir := t.TempDir()
	sample := filepath.Join(dir, "sample")
	generate := exec.Command("go", "run", "../samplelogs", "--scale", "3", "--out", sample)
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

	var texts []string
	formats := []string{"parquet", "csv"}
	for _, format := range formats {
		text := filepath.Join(dir, "spark-"+format+".sql")
		if err := os.WriteFile(text, []byte(extractOn(t, "spark", "2026Q3", lake, filepath.Join(dir, "spark-"+format), "--format", format)), 0o600); err != nil {
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
	t.Logf("Spark took %s for two extracts, its start included:\n%s", time.Since(began).Round(time.Second), said)
	for _, format := range formats {
		sameJudgement(t, "extract on Spark as "+format, full, auditSample(t, "2026Q3", filepath.Join(dir, "spark-"+format), exports))
	}
}
