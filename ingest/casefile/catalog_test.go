package casefile

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the present schema version's catalog anew")

// TestCatalogOfVersion: what is written down of the present version is what its statements make. Cases that were made
// by it are refused once it differs, so a change takes a new version, unless no program of this one was ever given
// away.
func TestCatalogOfVersion(t *testing.T) {
	has, err := open(t, "", Options{}).Catalog(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	file := fmt.Sprintf("catalogs/%d.txt", SchemaVersion)
	if *update {
		if err := os.WriteFile(file, []byte(has.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(text), has.String()); diff != "" {
		t.Errorf("%s differs; raise SchemaVersion and run go test ./ingest/casefile -run Catalog -update (-written +made):\n%s", file, diff)
	}
	read, err := ParseCatalog(string(text))
	if diff := cmp.Diff(has, read); diff != "" || err != nil {
		t.Errorf("read back: %v\n%s", err, diff)
	}
}

// ofVersion makes a case of an older version, of the catalog that is written down of it.
func ofVersion(t *testing.T, version int) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "case.duckdb")
	all, err := catalogOfVersion(version)
	if err != nil {
		t.Fatal(err)
	}
	c := open(t, path, Options{})
	now, err := c.Catalog(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range now {
		if old, there := all.find(o.Name); !there || old != o {
			exec(t, c, fmt.Sprintf("DROP %s %s", o.Kind, o.Name))
		}
	}
	for _, o := range all {
		if present, there := now.find(o.Name); !there || present != o {
			exec(t, c, created(o))
		}
	}
	exec(t, c, fmt.Sprintf("UPDATE case_info SET schema_version = %d", version))
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// created is the statement that makes an object: of a macro, DuckDB tells its parameters, their types and its SQL.
func created(o Object) string {
	if o.Kind != "macro" {
		return o.Definition
	}
	parameters, rest, _ := strings.Cut(strings.TrimPrefix(o.Definition, "["), "] [")
	_, body, _ := strings.Cut(rest, "] ")
	return fmt.Sprintf("CREATE MACRO %s(%s) AS %s", o.Name, parameters, body)
}

func exec(t *testing.T, c *Case, statement string) {
	t.Helper()
	if err := c.Exec(t.Context(), statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}
