// Package formats knows what real exports look like. A file per format says how its records are recognised, and how
// they are put into the one shape that package record declares for their kind. README.md has the facts, with where
// each was learned.
package formats

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"tapaudit/ingest/evidence"
	"tapaudit/ingest/record"
)

// Input is what a record's source says beside the record itself.
type Input struct {
	Path    string    // the source's label; a label only
	Context string    // the @odata.context of the page that holds the record
	Taken   time.Time // when a snapshot was taken, by the file's name or archive; zero where nothing says so
	Order   DateOrder // how the file writes dates without a year in front
	Dates   Dates     // what its dates prove about that

	record, properties object // the record at hand, and an object in it; their memory serves the next one

	tape     tape        // of the record at hand
	days     []time.Time // in it, see moments
	scanned  bool
	from, to time.Time // the span of days in the source's name
	named    bool      // it was looked for

	labelledAs filter // by the source's label
}

// Row is a record, or a part of one: its values by the kind's columns, "" where it has none, all valid UTF-8.
type Row struct {
	Kind   *record.Kind
	Values []string
}

// Outcome is what becomes of one record: rows for the case, or why it is not used, or why it is quarantined.
type Outcome struct {
	Rows     []Row
	NotUsed  string   // e.g. "category RiskyUsers"
	Bad      string   // e.g. "no id"
	Wrong    int      // fields of a wrong type, loaded as absent
	KeepRaw  bool     // the record may concern a pass: its text is kept as proof
	Filtered bool     // it belongs to an export that is known to be filtered
	Whole    bool     // it shows that its export is not filtered after all: the filter would have left it out
	Evidence bool     // it is evidence of a kind that is known, used or not
	Note     string   // what is to be said of its source, once
	Inside   []Inside // records that it wraps, which are to be read in its stead
}

// Format is one kind of export. What is declared of it serves objects of JSON and the header of a table alike.
type Format struct {
	Name   string // as evidence.csv shows it
	needs  [][]string
	is     func(o object) bool        // what must hold besides; nil for nothing
	column func(folded string) string // the key of a table's column; nil where columns are spelled as the keys are
	table  bool                       // it comes as a table only
	read   func(o object, in *Input) Outcome
	caps   []int64 // numbers of records at which its exporters are known to stop
}

// need are the keys by which a format is known: commas part those that must be there, bars those of which one must.
func need(keys string) (all [][]string) {
	for one := range strings.SplitSeq(keys, ",") {
		all = append(all, strings.Split(one, "|"))
	}
	return all
}

// knows says whether an object is one of the format's.
func (f *Format) knows(o object) bool {
	for _, one := range f.needs {
		if !o.hasAny(one...) {
			return false
		}
	}
	return f.is == nil || f.is(o)
}

// Cap says in words that a source has exactly as many records as its exporter writes at most; "" where it has not.
func (f *Format) Cap(records int64) string {
	if slices.Contains(f.caps, records) {
		return fmt.Sprintf("exactly %d records: the cap of this export (%s)", records, f.Name)
	}
	return ""
}

// all formats in the order in which they are tried: the more particular first. A format that came later adds itself.
var all = []*Format{
	adminCentreSteps,
	adminCentreSignIns,
	adminCentreAudit,
	extractDays,
	extractAddresses,
	extractCountries,
	extractSignIns,
	extractActivities,
	extractTables,
	extractAudits,
	lakeSignIns,
	lakeActivities,
	lakeAudits,
	lakeManifest,
	diagnostic,
	matanoSignIn,
	matanoAudit,
	unifiedAudit,
	logAnalytics,
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
	servicePrincipal,
	group,
	user,
	userMethods,
	otherMethod,
	otherObject,
	kustoAnswer,
	ownReport,
}

// tryBefore adds a format to those that are tried, before another one that knows some of its objects too. The format's
// own file calls it, in an init function.
func tryBefore(other, f *Format) {
	at := slices.Index(all, other)
	if at < 0 {
		panic(fmt.Sprintf("%s is to be tried before a format that is never tried", f.Name))
	}
	all = slices.Insert(all, at, f)
}

// Recognise finds the format of a JSON object, or nil. PowerShell's spelling (PascalCase, unknown members under
// AdditionalProperties) is put into Graph's first; the reader that comes with the format does the same.
func Recognise(text []byte) *Format {
	v := gjson.ParseBytes(text)
	if !v.IsObject() {
		return nil
	}
	f, _, _ := recogniseObject(readObject(v))
	return f
}

// recogniseObject finds the format of an object and the object as it reads it; inPowerShell says that it had
// PowerShell's spelling.
func recogniseObject(o object) (f *Format, read object, inPowerShell bool) {
	if f := firstThatKnows(o); f != nil {
		return f, o, false
	}
	if p, ok := fromPowerShell(o); ok {
		if f := firstThatKnows(p); f != nil {
			return powerShell(f), p, true
		}
	}
	return nil, o, false
}

func firstThatKnows(o object) *Format {
	for _, f := range all {
		if !f.table && f.knows(o) {
			return f
		}
	}
	return nil
}

// Read reads one JSON object, or what holds some; the format is nil where it is none that is known. Its members are
// where its framer found them, nil where no framer did.
func Read(text string, members []evidence.Member, in *Input) (*Format, Outcome) {
	in.about(text, members)
	v := gjson.Parse(text)
	if !v.IsObject() {
		return inStead(recordsOf(v, in.Context, deepestWrapper))
	}
	in.record = in.tape.object(v, in.record)
	f, o, _ := recogniseObject(in.record)
	if f == nil {
		return inStead(wrappedIn(in.record, deepestWrapper))
	}
	out := f.read(o, in)
	out.Evidence = true
	return f, out
}
