// Package proof says by what records are named and shown: their keys, which rules return, and their places in the evidence.
package proof

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"tapaudit/analysis/rows"
	"tapaudit/ingest/casefile"
)

// Place is where a record stands in the evidence.
type Place struct {
	Path string // as evidence.csv names it
	Line int64  // 1-based: a line of text, or a row of CSV and Parquet
	Row  bool   // Line counts rows, not lines
}

// At is where a record stands, by the case's own numbers.
type At struct {
	Source  int   `db:"source_id"`
	Line    int64 `db:"line"`
	Ordinal int64 `db:"ordinal"`
}

// Keys name records in what rules return: a: an audit event's number, s: a sign-in's number, p: a snapshot's source
// and ordinal, f: a file's source.

// AuditKey is the key of an audit event by its number.
func AuditKey(no int64) string { return fmt.Sprintf("a:%d", no) }

// SnapshotKey is the key of a snapshot's record.
func SnapshotKey(p At) string { return fmt.Sprintf("p:%d:%d:%d", p.Source, p.Line, p.Ordinal) }

// SignInKey is the key of a sign-in by its number.
func SignInKey(no int64) string { return fmt.Sprintf("s:%d", no) }

// Snapshot is what a finding shows of a snapshot.
type Snapshot struct {
	Time     time.Time // zero where the snapshot has none
	Identity string    // what it is told apart by, whatever export it came from
	What     string    // in words
}

// Snapshots are by their keys.
type Snapshots map[string]Snapshot

// Source is what a place is shown by.
type Source struct {
	ID   int    `db:"source_id"`
	Path string `db:"path"`
	Rows bool   `db:"rows_not_lines"` // places are rows, not lines
}

// Sources are by the case's numbers.
type Sources map[int]Source

// ReadSources reads what the case's sources are called.
func ReadSources(ctx context.Context, c *casefile.Case) (Sources, error) {
	all := Sources{}
	err := rows.Each(ctx, c, func(s Source) error { all[s.ID] = s; return nil }, `SELECT source_id, path, rows_not_lines FROM source`)
	return all, err
}

// Place is a record's place for a reader.
func (s Sources) Place(p At) Place {
	of := s[p.Source]
	return Place{Path: of.Path, Line: p.Line, Row: of.Rows}
}

// Places are the places of a record's appearances, in order of their files.
func (s Sources) Places(places []At) []Place {
	var shown []Place
	for _, p := range places {
		shown = append(shown, s.Place(p))
	}
	slices.SortFunc(shown, func(x, y Place) int { return cmp.Or(strings.Compare(x.Path, y.Path), cmp.Compare(x.Line, y.Line)) })
	return slices.Compact(shown)
}

// Distinct leaves each of several out where it comes again. A finding may be about every log-in of a tenant.
func Distinct[T comparable](all []T) []T {
	if len(all) < 2 {
		return all
	}
	seen := make(map[T]bool, len(all))
	return slices.DeleteFunc(all, func(v T) bool {
		again := seen[v]
		seen[v] = true
		return again
	})
}
