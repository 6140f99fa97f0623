package formats

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"tapaudit/ingest/record"
	"tapaudit/ingest/safetext"
)

// Lakes and their extracts. A lake that 'tapaudit lake' wrote has the case's own columns. An engine makes an extract
// of a lake, by a query of 'tapaudit extract'. Its records have the same columns, and two tables of numbers stand
// beside them. Each row of an extract names the query in its column extract, each row of a lake has a column lake.

// Lake is what a lake has beside a record's columns.
const (
	LakeSignIn   = "sign-in"     // in the column lake
	LakeAudit    = "audit event" // likewise
	LakeActivity = "activity"    // likewise
)

// Extract says what the extract column of a row says: by which query, on which engine, over which days.
type Extract struct {
	Version                int    // of the query's result sets: see LatestExtract
	Engine, From, To, Hash string // times as RFC 3339, To exclusive; Hash is the query's, see package extract
}

// LatestExtract is the version that queries have now. The first counted no countries and no days of addresses' users;
// the second held no activities.
const LatestExtract = 3

// String is how rows name the extract.
func (e Extract) String() string {
	return fmt.Sprintf("tapaudit %d; %s; %s to %s; %s", e.Version, e.Engine, e.From, e.To, e.Hash)
}

var extractName = regexp.MustCompile(`^tapaudit ([123]); ([a-z]{1,20}); ([0-9TZ:.-]{20,32}) to ([0-9TZ:.-]{20,32}); ([0-9a-f]{64})$`)

// ParseExtract reads what String wrote.
func ParseExtract(name string) (Extract, bool) {
	m := extractName.FindStringSubmatch(name)
	if m == nil {
		return Extract{}, false
	}
	return Extract{int(m[1][0] - '0'), m[2], m[3], m[4], m[5]}, true
}

// note is what evidence.csv says of a file of the extract.
func (e Extract) note() string {
	return fmt.Sprintf("an extract of a lake, from %s to %s, made on %s by the query %s; its days are counted in its table of days", e.From, e.To, e.Engine, e.Hash)
}

var extractDays = &Format{
	Name:  "lake extract: days",
	needs: need("extract,log_type,day"),
	read: func(o object, in *Input) Outcome {
		return readExtract(o, func(e Extract) Outcome {
			at, bad := in.time(o.text("day"))
			if bad != "" {
				return Outcome{Bad: bad}
			}
			v := newValues(record.ExtractDay, in)
			switch logType := o.text("log_type"); logType {
			case "audit", "sign-in interactive", "sign-in non-interactive", record.UnifiedAudit, record.GraphActivity:
				v.set("log_type", logType)
			default:
				return Outcome{Bad: "a log type of no kind that is known"}
			}
			for _, name := range []string{"first_time", "last_time", "first_tap_time", "last_tap_time"} {
				tap := strings.Contains(name, "tap")
				if tap && !record.Present(o.text(name)) {
					continue
				}
				t, bad := in.time(o.text(name))
				if bad != "" {
					return Outcome{Bad: name + ": " + bad}
				}
				v.set(name, record.Instant(t))
			}
			for _, name := range []string{"records", "can_show_tap"} {
				n, ok := scalarOf(record.Number, o.get(name))
				if !ok || n == "" || n[0] == '-' {
					return Outcome{Bad: name + " is not a number of records"}
				}
				v.set(name, n)
			}
			v.set("day", at.Format(time.DateOnly))
			return v.extracted(o, e)
		})
	},
}

var extractAddresses = &Format{
	Name:  "lake extract: addresses",
	needs: need("extract,ip,users"),
	read: func(o object, in *Input) Outcome {
		return readExtract(o, func(e Extract) Outcome {
			if n, ok := scalarOf(record.Number, o.get("users")); !ok || n == "" || n[0] == '-' ||
				!record.Present(o.text("ip")) {
				return Outcome{Bad: "no address or no number of users"}
			}
			v := newValues(record.ExtractAddress, in)
			v.read(o.get)
			return v.extracted(o, e)
		})
	},
}

var extractCountries = &Format{
	Name:  "lake extract: countries",
	needs: need("extract,country,users_anywhere"),
	read: func(o object, in *Input) Outcome {
		return readExtract(o, func(e Extract) Outcome {
			for _, name := range []string{"users", "users_anywhere"} {
				if n, ok := scalarOf(record.Number, o.get(name)); !ok || n == "" || n[0] == '-' {
					return Outcome{Bad: name + " is not a number of users"}
				}
			}
			if !record.Present(o.text("country")) {
				return Outcome{Bad: "no country"}
			}
			v := newValues(record.ExtractCountry, in)
			v.read(o.get)
			return v.extracted(o, e)
		})
	},
}

// extracted ends a row of a table of numbers with the extract and the tenant.
func (v *values) extracted(o object, e Extract) Outcome {
	v.set("extract", e.String())
	v.set("tenant_id", o.text("tenant_id"))
	return Outcome{Rows: []Row{v.row(time.Time{})}, Wrong: v.Wrong}
}

var extractSignIns = &Format{
	Name:  "lake extract: sign-ins",
	needs: need("extract,id,time,interactive"),
	read: func(o object, in *Input) Outcome {
		return readExtract(o, func(Extract) Outcome { return readLakeSignIn(o, in) })
	},
}

var extractAudits = &Format{
	Name:  "lake extract: audit events",
	needs: need("extract,time,activity|targets"),
	read: func(o object, in *Input) Outcome {
		return readExtract(o, func(Extract) Outcome { return readLakeAudit(o, in) })
	},
}

var extractActivities = &Format{
	Name:  "lake extract: activities",
	needs: need("extract,id,time,log_type,operation"),
	read: func(o object, in *Input) Outcome {
		return readExtract(o, func(Extract) Outcome { return readLakeActivity(o, in) })
	},
}

// extractTables are rows of tables of Log Analytics, which Kusto's queries give as they are.
var extractTables = &Format{
	Name:   "lake extract: rows of Log Analytics",
	needs:  need("extract"),
	is:     logAnalytics.is,
	column: logAnalyticsColumn,
	read: func(o object, in *Input) Outcome {
		return readExtract(o, func(Extract) Outcome { return readLogAnalytics(o, in) })
	},
}

// readExtract reads a row of an extract. What it holds was chosen: it says nothing by its silence.
func readExtract(o object, read func(Extract) Outcome) Outcome {
	e, ok := ParseExtract(o.text("extract"))
	if !ok {
		return Outcome{Bad: "its column extract is not one that a query of 'tapaudit extract' writes"}
	}
	out := read(e)
	out.Note, out.Filtered = e.note(), true
	return out
}

var lakeSignIns = &Format{
	Name:  "lake sign-ins",
	needs: need("lake,id,time,interactive"),
	read: func(o object, in *Input) Outcome {
		out := readLakeSignIn(o, in)
		out.Filtered = o.get("filtered").Bool()
		return out
	},
}

var lakeAudits = &Format{
	Name:  "lake audit events",
	needs: need("lake,time,activity|targets"),
	read: func(o object, in *Input) Outcome {
		out := readLakeAudit(o, in)
		out.Filtered = o.get("filtered").Bool()
		return out
	},
}

var lakeActivities = &Format{
	Name:  "lake activities",
	needs: need("lake,id,time,log_type,operation"),
	read: func(o object, in *Input) Outcome {
		out := readLakeActivity(o, in)
		out.Filtered = o.get("filtered").Bool()
		return out
	},
}

// lakeManifest is the list of exports that a lake was made of.
var lakeManifest = &Format{
	Name:  "lake manifest",
	needs: need("lake,exports"),
	read: func(o object, _ *Input) Outcome {
		out := Outcome{NotUsed: "the list of exports that the lake was made of"}
		var quarantined, exports int64
		o.get("exports").ForEach(func(_, e gjson.Result) bool {
			exports++
			quarantined += e.Get("quarantined").Int()
			return true
		})
		if quarantined > 0 {
			out.Note = "when the lake was written from " + safetext.Counted(exports, "export", "exports") + ", " +
				safetext.Counted(quarantined, "record", "records") + " could not be read: its lake.json alone tells where"
		}
		return out
	},
}

func readLakeSignIn(o object, in *Input) Outcome {
	g := toGraph(o, record.SignIn)
	e := envelope{tenant: o.text("tenant_id"), bits: o.text("method_bits"), event: o.text("event_id"),
		log: o.text("log")}
	e.locations = o.text("network_locations")
	if e.log == "signin" {
		e.log = ""
	}
	return readSignIn(g, in, e)
}

func readLakeAudit(o object, in *Input) Outcome {
	return readAudit(toGraph(o, record.Audit), in,
		envelope{tenant: o.text("tenant_id"), reason: o.text("other_reason"), withoutID: true})
}

// readLakeActivity reads a row that has the columns of activities. What somebody chose may be longer than a reader of
// exports leaves it.
func readLakeActivity(o object, in *Input) Outcome {
	at, bad := in.time(o.text("time"))
	switch logType := o.text("log_type"); {
	case bad != "":
		return Outcome{Bad: bad}
	case !record.Present(o.text("id")):
		return Outcome{Bad: "no id"}
	case !record.Given(o.text("operation")):
		return Outcome{Bad: "no operation"}
	case logType != record.UnifiedAudit && logType != record.GraphActivity:
		return Outcome{Bad: "a log type of no kind that is known"}
	}
	v := newValues(record.Activity, in)
	v.read(o.get)
	v.setDefault("by_system", "false")
	v.setDefault("items", "1")
	for i, c := range v.kind.Columns {
		if c.Type == record.Text && !v.kind.Identity(i) {
			v.all[i] = chosen(v.all[i])
		}
	}
	return Outcome{Rows: []Row{v.row(at)}, Wrong: v.Wrong, Note: v.note}
}

// toGraph is a row in Graph's shape. Of several places the first has the value; a list that a column is told from says
// again what the column was told.
func toGraph(o object, k *record.Kind) object {
	var places []place
	for _, c := range k.Lake() {
		sources := c.Sources()
		v := o.get(c.Name)
		switch {
		case len(sources) == 0:
		case !sources[0].List:
			places = append(places, place{sources[0].Path, v})
		case strings.EqualFold(scalarText(v), "true"):
			places = append(places, place{sources[0].Path, gjson.Parse(`[{"networkType":"trustedNamedLocation"}]`)})
		}
	}
	return objectOf(places)
}

// place is a value and its path in an object.
type place struct {
	path  []string
	value gjson.Result
}

// objectOf is the object that has the values at their places.
func objectOf(places []place) (o object) {
	for i, p := range places {
		key := p.path[0]
		switch {
		case len(p.path) == 1 && p.value.Type != gjson.Null:
			o.with(key, p.value)
		case len(p.path) > 1 && !slices.ContainsFunc(places[:i],
			func(before place) bool { return before.path[0] == key }):
			var inside []place
			for _, other := range places[i:] {
				if other.path[0] == key {
					inside = append(inside, place{other.path[1:], other.value})
				}
			}
			nested := objectOf(inside)
			var members []member
			for j, k := range nested.keys {
				members = append(members, member{k, nested.values[j]})
			}
			o.with(key, nestedObject(members...))
		}
	}
	return o
}
