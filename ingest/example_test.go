package ingest_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"tapaudit/ingest"
	"tapaudit/ingest/casefile"
)

// A folder of exports becomes rows of a case; what became of each file is told.
func ExampleLoad() {
	ctx := context.Background()
	temp, err := os.MkdirTemp("", "example")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(temp)
	c, err := casefile.Open(ctx, "", casefile.Options{TempDir: temp, Loads: true})
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()

	report := func(path, what string) { fmt.Println(filepath.Base(path), "-", what) }
	err = ingest.Load(ctx, c, []string{"../sample-logs/evidence/policy"}, nil, ingest.Options{Report: report})
	if err != nil {
		log.Fatal(err)
	}
	var snapshots int
	if err := c.QueryRow(ctx, "SELECT count(*) FROM policy_snapshot").Scan(&snapshots); err != nil {
		log.Fatal(err)
	}
	fmt.Println(snapshots, "policy snapshots")
	// Output:
	// authenticationMethodsPolicy_2026-06-30.json - authentication methods policy, 1 record
	// authenticationMethodsPolicy_2026-09-30.json - authentication methods policy, 1 record
	// conditionalAccessPolicies_2026-09-30.json - Conditional Access policies, 2 records
	// authenticationMethodsPolicy_2026-09-30.json - authentication methods policy, 1 record
	// 3 policy snapshots
}
