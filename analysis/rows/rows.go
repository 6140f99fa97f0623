// Package rows carries rows between SQL and Go by the names of their columns, never by their order. A struct's field
// says in its tag which column it is: `db:"user_id"`. Fields of an embedded struct count as the struct's own.
package rows

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"hash/maphash"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/jmoiron/sqlx/reflectx"

	"tapaudit/ingest/casefile"
	"tapaudit/ingest/record"
)

// Only a tag names a column: a field without one is none, so that a new field is not a column by accident.
var mapper = reflectx.NewMapperTagFunc("db", func(string) string { return "" }, nil)

// names are the columns that a struct has fields for, in the order of the fields.
func names(of reflect.Type) []string {
	var all []string
	for _, field := range mapper.TypeMap(of).Index {
		if field.Name != "" && !field.Embedded {
			all = append(all, field.Path)
		}
	}
	return all
}

// Read gives the rows of a query as structs, in the query's order. The query has exactly the columns that T has fields
// for; NULL needs a pointer.
func Read[T any](ctx context.Context, c *casefile.Case, query string, args ...any) ([]T, error) {
	var all []T
	err := Each(ctx, c, func(row T) error { all = append(all, row); return nil }, query, args...)
	return all, err
}

// One gives the row of a query that has exactly one.
func One[T any](ctx context.Context, c *casefile.Case, query string, args ...any) (row T, err error) {
	all, err := Read[T](ctx, c, query, args...)
	switch {
	case err != nil:
		return row, err
	case len(all) != 1:
		return row, fmt.Errorf("a query for one %s gives %d rows", reflect.TypeFor[T](), len(all))
	}
	return all[0], nil
}

// Each does the same row by row, and keeps none.
func Each[T any](ctx context.Context, c *casefile.Case, do func(row T) error, query string, args ...any) error {
	found, err := c.Query(ctx, query, args...)
	if err != nil {
		return err
	}
	defer found.Close()
	columns, err := found.Columns()
	if err != nil {
		return err
	}
	if err := same(columns, names(reflect.TypeFor[T]())); err != nil {
		return fmt.Errorf("a query for %s: %w", reflect.TypeFor[T](), err)
	}
	structs := &sqlx.Rows{Rows: found, Mapper: mapper}
	shared := newSharing(reflect.TypeFor[T]())
	for structs.Next() {
		var row T
		if err := structs.StructScan(&row); err != nil {
			return err
		}
		shared.row(reflect.ValueOf(&row).Elem())
		if err := do(row); err != nil {
			return err
		}
	}
	return structs.Err()
}

// sharing lets equal texts of a query share their memory: most columns have few values, in many rows.
type sharing struct {
	texts [][]int // the fields that are texts
	seed  maphash.Seed
	seen  [1 << 10]string // by hash; of two texts with the same one the later stays
}

func newSharing(of reflect.Type) *sharing {
	s := &sharing{seed: maphash.MakeSeed()}
	for _, name := range names(of) {
		if field := mapper.TypeMap(of).GetByPath(name); field.Field.Type.Kind() == reflect.String {
			s.texts = append(s.texts, field.Index)
		}
	}
	return s
}

func (s *sharing) row(row reflect.Value) {
	for _, index := range s.texts {
		field := row.FieldByIndex(index)
		text := field.String()
		seen := &s.seen[maphash.String(s.seed, text)%uint64(len(s.seen))]
		if *seen != text {
			*seen = text
		}
		field.SetString(*seen)
	}
}

// same says which columns only one side has.
func same(columns, fields []string) error {
	for _, column := range columns {
		if !slices.Contains(fields, column) {
			return fmt.Errorf("no field has the column %s", column)
		}
	}
	for _, field := range fields {
		if !slices.Contains(columns, field) {
			return fmt.Errorf("there is no column %s", field)
		}
	}
	return nil
}

// Fill gives a table these rows in place of those it has. The table has exactly the columns that T has fields for.
// Empty texts, zero times and nil are NULL; an empty list is a list.
func Fill[T any](ctx context.Context, c *casefile.Case, table string, all []T) error {
	of := reflect.TypeFor[T]()
	declared, err := columnsOf(ctx, c, table)
	if err != nil {
		return err
	}
	if err := same(declared, names(of)); err != nil {
		return fmt.Errorf("rows for the table %s: %w", table, err)
	}
	if err := c.Exec(ctx, "DELETE FROM "+table); err != nil {
		return err
	}
	var columns []casefile.Column
	var fields []*reflectx.FieldInfo
	for _, name := range names(of) {
		field := mapper.TypeMap(of).GetByPath(name)
		kind, err := columnType(field.Field.Type)
		if err != nil {
			return fmt.Errorf("the table %s, column %s: %w", table, name, err)
		}
		columns = append(columns, casefile.Column{Name: name, Type: kind})
		fields = append(fields, field)
	}
	for some := range slices.Chunk(all, fedAtOnce) {
		fed := make([]casefile.Row, len(some))
		for i := range some {
			row := reflect.ValueOf(&some[i]).Elem()
			values := make([]string, len(fields))
			for j, field := range fields {
				text, err := fedText(row.FieldByIndex(field.Index).Interface())
				if err != nil {
					return err
				}
				values[j] = text
			}
			fed[i].Values = values
		}
		if err := c.Insert(ctx, table, columns, fed); err != nil {
			return err
		}
	}
	return nil
}

// fedAtOnce is how many rows are made texts of at a time: those of many findings take much memory.
const fedAtOnce = 16 << 10

func columnsOf(ctx context.Context, c *casefile.Case, table string) ([]string, error) {
	none, err := c.Query(ctx, "SELECT * FROM "+table+" LIMIT 0")
	if err != nil {
		return nil, err
	}
	columns, err := none.Columns()
	return columns, cmp.Or(err, none.Close())
}

func columnType(field reflect.Type) (record.Type, error) {
	if field.Kind() == reflect.Pointer {
		field = field.Elem()
	}
	switch {
	case field == reflect.TypeFor[time.Time]():
		return record.Time, nil
	case field == reflect.TypeFor[[]string]():
		return record.Texts, nil
	}
	switch field.Kind() {
	case reflect.String:
		return record.Text, nil
	case reflect.Int, reflect.Int64:
		return record.Number, nil
	case reflect.Bool:
		return record.Bool, nil
	case reflect.Float64:
		return "DOUBLE", nil
	}
	return "", fmt.Errorf("no column can have a %s", field)
}

// fedText is a value as Insert takes it.
func fedText(value any) (string, error) {
	switch v := value.(type) {
	case time.Time:
		if v.IsZero() {
			return "", nil
		}
		return record.Instant(v), nil
	case string:
		return strings.ToValidUTF8(v, "\uFFFD"), nil
	case []string:
		text, err := json.Marshal(append([]string{}, v...))
		return string(text), err
	}
	of := reflect.ValueOf(value)
	switch {
	case of.Kind() == reflect.Pointer && of.IsNil():
		return "", nil
	case of.Kind() == reflect.Pointer:
		return fedText(of.Elem().Interface())
	case of.Kind() == reflect.String:
		return strings.ToValidUTF8(of.String(), "\uFFFD"), nil
	}
	text, err := json.Marshal(value)
	return string(text), err
}
