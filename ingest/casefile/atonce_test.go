package casefile

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/duckdb/duckdb-go/v2"
)

func TestAtOnce(t *testing.T) {
	ctx := context.Background()
	for name, path := range map[string]string{"file": filepath.Join(t.TempDir(), "case.duckdb"), "memory": ""} {
		t.Run(name, func(t *testing.T) {
			c := open(t, path, Options{Threads: 3})
			if err := c.Exec(ctx, "CREATE TABLE numbers AS SELECT range AS n FROM range(100)"); err != nil {
				t.Fatal(err)
			}
			var seen [100]int64
			if err := c.AtOnce(ctx, len(seen), func(c *Case, i int) error {
				return c.QueryRow(ctx, "SELECT n + 1 FROM numbers WHERE n = ?", i).Scan(&seen[i])
			}); err != nil {
				t.Fatal(err)
			}
			for i, n := range seen {
				if n != int64(i)+1 {
					t.Errorf("number %d saw %d", i, n)
				}
			}
			err := c.AtOnce(ctx, 9, func(c *Case, i int) error {
				if i%4 == 3 {
					return fmt.Errorf("number %d", i)
				}
				return nil
			})
			if err == nil || err.Error() != "number 3" {
				t.Errorf("of several errors: %v", err)
			}
			err = c.AtOnce(ctx, 3, func(c *Case, i int) error { return c.Exec(ctx, "DELETE FROM numbers") })
			if err == nil || !strings.Contains(err.Error(), "read-only") {
				t.Errorf("deleting while only looking: %v", err)
			}
		})
	}
}

func TestAtOnceTriesAgainAlone(t *testing.T) {
	c := open(t, "", Options{Threads: 2})
	var under, runs atomic.Int32
	full := &duckdb.Error{Type: duckdb.ErrorTypeOutOfMemory, Msg: "Out of Memory Error"}
	if err := c.AtOnce(t.Context(), 4, func(_ *Case, i int) error {
		defer under.Add(-1)
		if n := under.Add(1); i == 2 && runs.Add(1) == 2 && n > 1 {
			t.Errorf("it was not alone")
		}
		if i == 2 && runs.Load() == 1 {
			return fmt.Errorf("rule: %w", full)
		}
		return nil
	}); err != nil || runs.Load() != 2 {
		t.Errorf("%d runs: %v", runs.Load(), err)
	}
	err := c.AtOnce(t.Context(), 1, func(*Case, int) error { return full })
	if !errors.Is(err, full) {
		t.Errorf("too little even alone: %v", err)
	}
}
