package casefile_test

import (
	"context"
	"database/sql/driver"
	"fmt"
	"log"
	"os"

	"tapaudit/ingest/casefile"
)

// A case that is sealed answers one SELECT of a stranger's at a time, and refuses everything else.
func ExampleCase_Select() {
	ctx := context.Background()
	temp, err := os.MkdirTemp("", "example")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(temp)
	c, err := casefile.Open(ctx, "", casefile.Options{TempDir: temp})
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()
	if err := c.Seal(ctx); err != nil {
		log.Fatal(err)
	}

	row := func(columns []string, values []driver.Value) error {
		fmt.Println(columns, values)
		return nil
	}
	const count = "SELECT count(*) AS signins FROM signin_record WHERE upn = $name"
	fmt.Println(c.Select(ctx, count, map[string]any{"name": "anna"}, row))
	fmt.Println(c.Select(ctx, "DROP TABLE signin_record", nil, row))
	// Output:
	// [signins] [0]
	// <nil>
	// only one SELECT is allowed
}
