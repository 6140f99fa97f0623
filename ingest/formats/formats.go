// Package formats knows what real exports look like: a file per format says how its records are recognised and how
// they are put into the one shape that a table's mapping (SQL, in tables.go) reads. README.md has the facts, with
// where each was learned.
package formats

import (
	"time"

	"github.com/tidwall/gjson"
)

// Input is what a record's source says beside the record itself.
type Input struct {
	Path    string    // the source's label; a label only
	Context string    // the @odata.context of the page that holds the record
	Taken   time.Time // when a snapshot was taken, by the file's name or archive; zero where nothing says so
	Order   DateOrder // how the file writes slashed dates
}

// Row is a record, or a part of one, in the shape that its table reads.
type Row struct {
	Table *Table
	Time  time.Time
	Text  string
}

// Outcome is what becomes of one record: rows for the case, or why it is not used, or why it is quarantined.
type Outcome struct {
	Rows     []Row
	NotUsed  string // e.g. "category RiskyUsers"
	Bad      string // e.g. "no id"
	Wrong    int    // fields of a wrong type, loaded as absent
	KeepRaw  bool   // the record may concern a pass: its text is kept as proof
	Filtered bool   // it belongs to an export that is known to be filtered
	Whole    bool   // it shows that its export is not filtered after all: the filter would have left it out
	Evidence bool   // it is evidence of a kind that is known, used or not
}

// Format is one kind of export.
type Format struct {
	Name      string // as evidence.csv shows it
	recognise func(o object) bool
	read      func(o object, in *Input) Outcome
	Fast      *Fast // how DuckDB's own reader loads a clean NDJSON file of it; nil where it cannot
}

// formats in the order in which they are tried: the more particular first.
var all = []*Format{
	diagnostic,
	graphAudit,
	graphSignIn,
	verdict,
	scubaGear,
	graphPolicy,
	passMethod,
	childOfRole,
	privilegedGroupMember,
	registrationDetail,
	conditionalAccess,
	authenticationStrength,
	roleAssignment,
	directoryRole,
	roleFile,
	pimAssignment,
	memberRow,
	methodsRow,
	policyRow,
	group,
	user,
	userMethods,
	otherMethod,
	otherObject,
}

// Recognise finds the format of a JSON object, or nil. PowerShell's spelling (PascalCase, unknown members under
// AdditionalProperties) is put into Graph's first; the reader that comes with the format does the same.
func Recognise(text []byte) *Format {
	f, _ := recognise(gjson.ParseBytes(text))
	return f
}

func recognise(v gjson.Result) (*Format, object) {
	if !v.IsObject() {
		return nil, object{}
	}
	o := readObject(v)
	for _, f := range all {
		if f.recognise(o) {
			return f, o
		}
	}
	if p, ok := fromPowerShell(o); ok {
		for _, f := range all {
			if f.recognise(p) {
				return powerShell(f), p
			}
		}
	}
	return nil, o
}

// Read reads one JSON object; the format is nil where it is none that is known.
func Read(text []byte, in *Input) (*Format, Outcome) {
	f, o := recognise(gjson.ParseBytes(text))
	if f == nil {
		return nil, Outcome{}
	}
	out := f.read(o, in)
	out.Evidence = true
	return f, out
}
