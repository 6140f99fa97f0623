package formats

import (
	"strings"

	"github.com/tidwall/gjson"

	"tapaudit/ingest/record"
)

// Pipelines put a record inside another: Splunk under _raw, Elastic's agents as text under event.original, Logstash
// and Graylog under message, an Event Hub's consumers under Body, Wazuh under data, Graph's $batch under body. What is
// unmistakable is unwrapped, however deep these nest, and the inside is read as if it stood alone.

// Inside is a record that another wraps.
type Inside struct {
	Text    string
	Context string // the @odata.context of the page that holds it, where there is one
}

// deepestWrapper is how many wrappers inside one another are looked into.
const deepestWrapper = 32

// wrapping are the members that hold a record, a list of records or the text of either. The surest come first: what a
// pipeline left untouched before what it took apart.
var wrapping = []string{
	"_raw", "event.original", "@rawstring", "message", "full_message", "_source", "result", "results", "body",
	"records", "value",
	"responses", "tables", "data", "hits", "messages", "event", "payload", "log", "rawData",
}

// recordsOf are the records that a value holds: itself where it is one, those that it wraps otherwise; none where that
// is not unmistakable.
func recordsOf(v gjson.Result, context string, depth int) []Inside {
	if depth == 0 {
		return nil
	}
	if v = unwrap(v); v.Type != gjson.JSON {
		return nil
	}
	if v.IsArray() {
		var all []Inside
		strange := 0
		v.ForEach(func(_, e gjson.Result) bool {
			if inside := recordsOf(e, context, depth-1); inside != nil {
				all = append(all, inside...)
			} else if e.Type != gjson.Null {
				// One that is not known beside others that are: it is told, not lost.
				all = append(all, Inside{e.Raw, context})
				strange++
			}
			return true
		})
		if strange == len(all) {
			return nil
		}
		return all
	}
	o := readObject(v)
	if f, _, _ := recogniseObject(o); f != nil {
		return []Inside{{v.Raw, context}}
	}
	return wrappedIn(o, depth)
}

// wrappedIn are the records that an object of no known kind holds.
func wrappedIn(o object, depth int) []Inside {
	context := o.text("@odata.context")
	if rows := rowsIn(o); rows != nil {
		return recordsOf(nestedList(rows), context, depth-1)
	}
	for _, name := range wrapping {
		if inside := recordsOf(o.at(name), context, depth-1); inside != nil {
			return inside
		}
	}
	// Whatever it is called: the only member that is not a scalar.
	only := -1
	for i, v := range o.values {
		if v = unwrap(v); v.Type == gjson.JSON {
			if only >= 0 {
				return nil
			}
			only = i
		}
	}
	if only < 0 {
		return nil
	}
	inside := recordsOf(o.values[only], context, depth-1)
	for _, r := range inside {
		if f, _, _ := recogniseObject(readObject(gjson.Parse(r.Text))); !isLog(f) {
			return nil // the owner of something is not an export of users
		}
	}
	return inside
}

// rowsIn are the rows of a table of Log Analytics or Kusto that something wraps, as objects.
func rowsIn(o object) (rows []gjson.Result) {
	list := o.folded("rows")
	columns := columnNames(o.folded("columns"))
	if !list.IsArray() || len(columns) == 0 {
		return nil
	}
	list.ForEach(func(_, row gjson.Result) bool {
		if row.IsArray() {
			rows = append(rows, gjson.Parse(Record(columns, row.Raw)))
		}
		return true
	})
	return rows
}

func columnNames(columns gjson.Result) (names []string) {
	columns.ForEach(func(_, c gjson.Result) bool {
		o := readObject(c)
		names = append(names, scalarText(firstOf(o, "name", "ColumnName", "columnName")))
		return true
	})
	return names
}

// isLog says whether a format's records are of a log, rather than objects that many others hold too.
func isLog(f *Format) bool {
	switch f {
	case graphSignIn, graphAudit, diagnostic, unifiedAudit, logAnalytics, defenderSignIns, defenderRequests,
		powerShell(graphSignIn), powerShell(graphAudit):
		return true
	}
	return false
}

// at is a member by its name in any letter case, or by a path with a dot.
func (o object) at(name string) gjson.Result {
	if v := o.folded(name); v.Exists() {
		return v
	}
	if outer, inner, nested := strings.Cut(name, "."); nested {
		if v := unwrap(o.folded(outer)); v.IsObject() {
			return readObject(v).folded(inner)
		}
	}
	return gjson.Result{}
}

// wrapped is a record that holds others.
var wrapped = &Format{Name: "records inside others"}

// inStead is what is read in the stead of a record of no known kind.
func inStead(inside []Inside) (*Format, Outcome) {
	if inside == nil {
		return nil, Outcome{}
	}
	return wrapped, Outcome{Inside: inside}
}

// graphBatch is an answer of Graph's $batch, which holds a page.
var graphBatch = &Format{
	Name:  "Graph batch",
	needs: need("status,body"),
	is: func(o object) bool {
		body := unwrap(o.get("body"))
		return body.Get("error.code").Exists() || body.Get("value").IsArray() &&
			(len(body.Get("value").Array()) == 0 || recordsOf(body, "", deepestWrapper) != nil)
	},
	read: func(o object, _ *Input) Outcome {
		body := unwrap(o.get("body"))
		if code := body.Get("error.code"); code.Exists() {
			return Outcome{
				NotUsed: "an error in place of an answer of Graph's $batch",
				Note: "an answer of the batch is the error " + record.Excerpt([]byte(code.String()), 60) +
					": what was asked for is missing",
			}
		}
		out := Outcome{Inside: recordsOf(body, "", deepestWrapper)}
		if out.Inside == nil {
			out.NotUsed = "a page without records"
		}
		if body.Get(`@odata\.nextLink`).Exists() {
			out.Note = "an answer of the batch names a next page (@odata.nextLink); the export is whole only if that page is in another file"
		}
		return out
	},
}

// kustoAnswer is what Kusto's REST answers have beside the result: frames that hold no rows, and tables about the
// query.
var kustoAnswer = &Format{
	Name: "Kusto answer",
	is: func(o object) bool {
		return o.has("FrameType") || o.has("StatusCode", "StatusDescription", "SubActivityId") ||
			o.has("Ordinal", "Kind", "PrettyName") ||
			o.has("TableId", "Key", "Value") || o.has("LevelName", "StatusCodeName", "EventTypeName") ||
			len(o.keys) == 1 && o.keys[0] == "Value" && o.values[0].Type != gjson.JSON
	},
	read: func(o object, _ *Input) Outcome {
		if o.has("Rows") {
			return Outcome{Bad: "rows of a progressive answer of Kusto, without the names of their columns: ask with results_progressive_enabled=false"}
		}
		out := Outcome{NotUsed: "what Kusto says about the query"}
		if isTrue(o.text("HasErrors")) {
			out.Note = "Kusto says that the query ended with errors: the result is probably not whole"
		}
		return out
	},
}

// splunkEvent is an event of Splunk or Cribl: fields of its own, which may look like the event's, and the event itself
// in _raw.
var splunkEvent = &Format{
	Name:  "Splunk export",
	needs: need("_raw"),
	is:    func(o object) bool { return recordsOf(o.get("_raw"), "", deepestWrapper) != nil },
	read:  func(o object, _ *Input) Outcome { return Outcome{Inside: recordsOf(o.get("_raw"), "", deepestWrapper)} },
}

// splunkExport is a table of such events.
var splunkExport = &Format{
	Name:   "Splunk export",
	needs:  need("_raw"),
	column: asFolded,
	table:  true,
	read: func(o object, _ *Input) Outcome {
		event := unwrap(o.get("_raw"))
		if event.Type != gjson.JSON {
			return Outcome{Bad: "the column _raw is not a JSON object"}
		}
		if inside := recordsOf(event, "", deepestWrapper); inside != nil {
			return Outcome{Inside: inside}
		}
		return Outcome{NotUsed: "an event of no kind that is known in a Splunk export"}
	},
}

// wrappedTable is a table of events of another pipeline, with the record's text in one of its columns.
var wrappedTable = &Format{
	Name:   "table of records",
	needs:  need("event.original|message|full_message|@rawstring|_source|body"),
	column: asFolded,
	table:  true,
	read: func(o object, _ *Input) Outcome {
		if inside := wrappedIn(o, deepestWrapper); inside != nil {
			return Outcome{Inside: inside}
		}
		return Outcome{Bad: "none of its columns holds a record of a kind that is known"}
	},
}

// A format that looks for others inside cannot be listed among them when the list is made.
func init() {
	all = append([]*Format{splunkEvent, splunkExport, graphBatch}, all...)
	last = []*Format{wrappedTable}
}

// last are the formats of tables that are tried after all others.
var last []*Format
