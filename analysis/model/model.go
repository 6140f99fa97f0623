// Package model declares every derived table, view and macro, in SQL files whose names give their order. Those that Go
// fills are declared empty; package rows fills them.
package model

import (
	"context"
	"embed"
	"fmt"

	"tapaudit/ingest/casefile"
)

//go:embed *.sql
var files embed.FS

// Run runs one of the files in a case, by its name without the ending. What it makes replaces what was there.
func Run(ctx context.Context, c *casefile.Case, name string) error {
	text, err := files.ReadFile(name + ".sql")
	if err != nil {
		return err
	}
	if err := c.Exec(ctx, string(text)); err != nil {
		return fmt.Errorf("model %s: %w", name, err)
	}
	return nil
}
