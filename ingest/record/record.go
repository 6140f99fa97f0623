// Package record says what a record is. It declares the columns of each kind, once. It has the facts about their
// values that more than one place needs: absent ids, times, sizes, what may concern a pass. The case's tables, the
// readers' mapping, a lake's columns and an extract's layouts are made from it; so is every SQL text that says one of
// these facts.
package record

import (
	"fmt"
	"slices"
	"strings"
)

// Type is a column's type, as DuckDB names it.
type Type string

// The types of columns.
const (
	Text   Type = "VARCHAR"
	Number Type = "BIGINT"
	Bool   Type = "BOOLEAN"
	Time   Type = "TIMESTAMP" // UTC, microseconds
	Day    Type = "DATE"
	JSON   Type = "JSON" // a nested value that is kept whole, as its text
	Texts  Type = "VARCHAR[]"
)

// Column is a column of a kind of record.
type Column struct {
	Name string // in the case, a lake and an extract
	Type Type

	// Graph is its place in the object that a record is read from, in Microsoft Graph's names, with a dot before a
	// member of a nested object. It is "" where no such object has it. Of several, after a |, the first that is there
	// counts. A place that ends with [] is a list from which the column's value is told.
	Graph string

	Required bool   // it is never NULL
	Derived  bool   // it is told from the other columns when the record enters the case: no lake and no extract has it
	Objects  bool   // of JSON: a list of objects
	Plain    bool   // of JSON: the case has it as plain text, which nothing parses when it is loaded
	About    string // what is not plain from the name
}

// Stored is the column's type in the case.
func (c Column) Stored() Type {
	if c.Plain {
		return Text
	}
	return c.Type
}

// identity says whether the column holds identities: ids and user principal names, which join records. Words for null
// are none.
func (c Column) identity() bool {
	return c.Type == Text && (c.Name == "id" || strings.HasSuffix(c.Name, "_id") || c.Name == "upn" ||
		strings.HasSuffix(c.Name, "_upn"))
}

// Source is a place in the object that a record is read from.
type Source struct {
	Path []string
	List bool
}

// Sources are the column's places, in the order in which they count.
func (c Column) Sources() []Source {
	if c.Graph == "" {
		return nil
	}
	var all []Source
	for place := range strings.SplitSeq(c.Graph, "|") {
		path, list := strings.CutSuffix(place, "[]")
		all = append(all, Source{strings.Split(path, "."), list})
	}
	return all
}

// Kind is a kind of record: a table of the case. Every row names its place, the source, the line (or row) and the
// ordinal of the record within the source, before the columns.
type Kind struct {
	Table   string
	About   string
	Columns []Column

	// Members are what a record of the kind is read with, as a tree. Slots is how many values that gives: one for each
	// column, by its place in Columns, and one for each further source.
	Members []Member
	Slots   int

	identity []bool // of each column, see Identity

	at   map[string]int // columns by name
	more map[string]int // further slots by path
}

// Member is a member of an object: a value, which goes to a slot, or an object some members of which do.
type Member struct {
	Key     string
	Slot    int
	Type    Type // of the value
	Members []Member

	Objects, Identity bool // as the column
	Told              bool // a list from which the column's value is told
}

// At is the column's place in Columns. A name that is none is a defect of the program.
func (k *Kind) At(column string) int {
	at, ok := k.at[column]
	if !ok {
		panic(k.Table + " has no column " + column)
	}
	return at
}

// Identity says whether the column at that place holds identities.
func (k *Kind) Identity(at int) bool { return k.identity[at] }

// Slot is where a source's value is that is not a column of its own, by its path.
func (k *Kind) Slot(path string) int {
	at, ok := k.more[path]
	if !ok {
		panic(k.Table + " is not read with " + path)
	}
	return at
}

// Lake are the columns that a lake and an extract have: those that are not derived.
func (k *Kind) Lake() []Column {
	return slices.DeleteFunc(slices.Clone(k.Columns), func(c Column) bool { return c.Derived })
}

func newKind(table, about string, columns ...Column) *Kind {
	k := &Kind{Table: table, About: about, Columns: columns, Slots: len(columns), at: map[string]int{},
		more: map[string]int{}}
	for i, c := range columns {
		k.at[c.Name] = i
		k.identity = append(k.identity, c.identity())
		for j, s := range c.Sources() {
			if c.Name == "time" { // whoever knows how its file writes dates reads it
				continue
			}
			m := Member{Slot: i, Type: c.Type, Objects: c.Objects, Identity: c.identity(), Told: s.List}
			if s.List {
				m.Type = JSON
			}
			if j > 0 || s.List && c.Type != JSON {
				m.Slot = k.Slots
				k.more[strings.Join(s.Path, ".")] = m.Slot
				k.Slots++
			}
			k.Members = grown(k.Members, s.Path, m)
		}
	}
	Kinds = append(Kinds, k)
	return k
}

// grown is the tree with one more value.
func grown(in []Member, path []string, value Member) []Member {
	if len(path) == 1 {
		value.Key = path[0]
		return append(in, value)
	}
	at := slices.IndexFunc(in, func(m Member) bool { return m.Key == path[0] })
	if at < 0 {
		at, in = len(in), append(in, Member{Key: path[0]})
	}
	in[at].Members = grown(in[at].Members, path[1:], value)
	return in
}

// Kinds are all kinds of records, in the order of their declaration.
var Kinds []*Kind

// Declared is the DDL of a kind's table.
func (k *Kind) Declared() string {
	var b strings.Builder
	if k.About != "" {
		b.WriteString("-- " + strings.ReplaceAll(k.About, "\n", "\n-- ") + "\n")
	}
	fmt.Fprintf(&b, "CREATE TABLE %s (\n    source_id INTEGER NOT NULL,\n    line BIGINT NOT NULL,\n    ordinal BIGINT NOT NULL", k.Table)
	about := ""
	for _, c := range k.Columns {
		b.WriteString(",")
		if about != "" {
			b.WriteString(" -- " + about)
		}
		about = c.About
		b.WriteString("\n    " + c.Name + " " + string(c.Stored()))
		if c.Required {
			b.WriteString(" NOT NULL")
		}
	}
	if about != "" {
		b.WriteString(" -- " + about)
	}
	b.WriteString("\n);\n")
	return b.String()
}
