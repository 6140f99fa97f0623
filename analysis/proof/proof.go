// Package proof says by what records are named and shown: their keys, which rules return, and their places in the
// evidence.
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
	"tapaudit/ingest/record"
)

// Place is where a record stands, for a reader.
type Place = record.Place

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

// Sources are the case's.
type Sources struct {
	byID   map[int]Source
	shared map[At]int64 // of each line that holds several records, without an ordinal: the ordinal before its first
}

// ReadSources reads what the case's sources are called.
func ReadSources(ctx context.Context, c *casefile.Case) (Sources, error) {
	all := Sources{map[int]Source{}, map[At]int64{}}
	err := rows.Each(ctx, c, func(s Source) error { all.byID[s.ID] = s; return nil }, `SELECT source_id, path, rows_not_lines FROM source`)
	if err != nil {
		return all, err
	}
	type sharedLine struct {
		Source int   `db:"source_id"`
		Line   int64 `db:"line"`
		Before int64 `db:"before"`
	}
	err = rows.Each(ctx, c, func(l sharedLine) error {
		all.shared[At{Source: l.Source, Line: l.Line}] = l.Before
		return nil
	}, `SELECT source_id, line, "before" FROM shared_line`)
	return all, err
}

// Of is the source with the case's number.
func (s Sources) Of(id int) (Source, bool) {
	of, there := s.byID[id]
	return of, there
}

// Place is a record's place for a reader.
func (s Sources) Place(p At) Place {
	of := s.byID[p.Source]
	shown := Place{Path: of.Path, Line: p.Line, Row: of.Rows}
	if before, several := s.shared[At{Source: p.Source, Line: p.Line}]; several && p.Ordinal > 0 {
		shown.Number = p.Ordinal - before
	}
	return shown
}

// Places are the places of a record's appearances, in order of their files.
func (s Sources) Places(places []At) []Place {
	var shown []Place
	for _, p := range places {
		shown = append(shown, s.Place(p))
	}
	slices.SortFunc(shown, func(x, y Place) int {
		return cmp.Or(strings.Compare(x.Path, y.Path), cmp.Compare(x.Line, y.Line), cmp.Compare(x.Number, y.Number))
	})
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
