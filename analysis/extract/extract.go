// Package extract writes the reduction of a lake of sign-ins and audit events as the query text of the engine that the
// lake lies under. What tapaudit judges of the result is what it would judge of the whole. The reduction leaves out
// only records that no rule reads, and counts what is to be known of those.
//
// The reduction is defined once. layouts.go says what it takes from where. Package record says what an attempt is, to
// the judgement of full evidence too. This file says who matters. reduction.sql.tmpl has the steps for the engines
// that speak SQL, each with a dialect of its own in dialects.go. Kusto's language has reduction.kql.tmpl, step by
// step the same.
package extract

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"text/template"
	"time"

	"tapaudit/analysis"
	"tapaudit/ingest/formats"
	"tapaudit/ingest/record"
)

// Options are what of a query is the user's to say.
type Options struct {
	Engine  string            // one of Engines
	Layout  string            // one of Layouts
	Period  analysis.Period   // what is to be judged; the query's window is its Context
	Tables  map[string]string // other names than the layout's, for those of tableNames
	Columns map[string]string // other names than the layout's for its columns; "" for one that is not there
	Tenant  string            // the tenant of records that name none
	Nested  string            // text or struct: what nested columns are; "" for the layout's
	Times   string            // text or timestamp: what columns of times are; "" for the layout's
	Into    string            // where the result sets go: a folder, for Trino a schema
	Format  string            // parquet, csv or json
}

// Engines are the names of the engines, in order.
func Engines() []string { return []string{"duckdb", "kql", "spark", "trino"} }

// ResultSets are the names of the result sets, in order. The last two are of activities, and a lake may have none.
func ResultSets() []string {
	return []string{"attempts", "signins", "addresses", "countries", "days", "audits", "activity", "graph"}
}

const mostUsers = 50 // of an address are named; five prove shared egress

//go:embed *.tmpl
var templates embed.FS

// Text is the query's text, and how the rows of its result name it.
func Text(o Options) (string, formats.Extract, error) {
	q, err := newQuery(o)
	if err != nil {
		return "", formats.Extract{}, err
	}
	file := "reduction.sql.tmpl"
	if o.Engine == "kql" {
		file = "reduction.kql.tmpl"
	}
	t, err := template.New(file).Option("missingkey=error").ParseFS(templates, file)
	if err != nil {
		return "", formats.Extract{}, err
	}
	window := o.Period.Context()
	e := formats.Extract{Version: formats.LatestExtract, Engine: o.Engine, From: window.From.Format(time.RFC3339),
		To: window.To.Format(time.RFC3339), Hash: strings.Repeat("0", 64)}
	q.Extract, q.Hash, q.templates = e.String(), e.Hash, t
	var b bytes.Buffer
	if err := t.Execute(&b, q); err != nil {
		return "", formats.Extract{}, err
	}
	// The text names its own hash, in the comment on top and in what it gives every row.
	sum := sha256.Sum256(b.Bytes())
	text := strings.ReplaceAll(b.String(), e.Hash, hex.EncodeToString(sum[:]))
	e.Hash = hex.EncodeToString(sum[:])
	return text, e, nil
}

// query is what the templates read.
type query struct {
	Options
	dialect
	layout
	From, To, LastDay, Extract, Hash string
	templates                        *template.Template
	SignInTables                     []signInTable
	signInNames, auditNames          []string
	activityTable                    string // as the engine reads it; "" where there is none
}

// tableNames are what tables are called, whatever their engine calls them. Activities have the lake's columns in each
// layout.
var tableNames = []string{"signins", "noninteractive", "audits", "activities"}

type signInTable struct {
	Name        string // as the engine reads it
	Interactive string // "true" or "false" where the table says so, else ""
}

func newQuery(o Options) (*query, error) {
	l, ok := layoutOf(o.Layout)
	if !ok {
		return nil, fmt.Errorf("layout %q is not one of %s", o.Layout, strings.Join(Layouts(), ", "))
	}
	d, ok := dialects[o.Engine]
	if !ok {
		return nil, fmt.Errorf("engine %q is not one of %s", o.Engine, strings.Join(Engines(), ", "))
	}
	if o.Period == (analysis.Period{}) {
		return nil, errors.New("name the period to be judged with --period, or --from and --to; the query reads its days and those around it")
	}
	if o.Layout == "graph" && o.Tenant == "" && o.Columns["tenantId"] == "" {
		return nil, errors.New("records of Graph do not name their tenant: give --tenant ID, or --column tenantId=COLUMN where a column has it")
	}
	if o.Engine == "kql" && o.Layout != "loganalytics" {
		return nil, errors.New("Kusto holds the tables of Log Analytics: give --layout loganalytics, and --table and --column where yours have other names")
	}
	if !slices.Contains([]string{"parquet", "csv", "json"}, o.Format) {
		return nil, fmt.Errorf("format %q is not one of parquet, csv, json", o.Format)
	}
	l.nested, l.times = cmp.Or(o.Nested, l.nested), cmp.Or(o.Times, l.times)
	if !slices.Contains([]string{"text", "struct"}, l.nested) {
		return nil, fmt.Errorf("nested columns are text or struct, not %q", l.nested)
	}
	if !slices.Contains([]string{"text", "timestamp"}, l.times) {
		return nil, fmt.Errorf("columns of times are text or timestamp, not %q", l.times)
	}
	q := &query{Options: o, dialect: d, layout: l}
	if err := q.name(); err != nil {
		return nil, err
	}
	window := o.Period.Context()
	q.From, q.To = window.From.Format(time.DateOnly), window.To.Format(time.DateOnly)
	q.LastDay = window.To.AddDate(0, 0, -1).Format(time.DateOnly)
	for _, c := range record.SignIn.Lake() {
		q.signInNames = append(q.signInNames, c.Name)
	}
	for _, c := range record.Audit.Lake() {
		q.auditNames = append(q.auditNames, c.Name)
	}
	return q, nil
}

var (
	simpleText  = regexp.MustCompile(`^[^'"` + "`" + `\\\x00-\x1f\x7f]*$`) // fit for every engine's quotes
	simpleNames = regexp.MustCompile(`^[\pL_][\pL\pN_]*$`)
)

// name checks the names of tables and columns, which are pasted into the text: none may end its quotes.
func (q *query) name() error {
	for what, values := range map[string]map[string]string{"--table": q.Tables, "--column": q.Columns, "": {"--tenant": q.Tenant, "--into": q.Into}} {
		for key, value := range values {
			if !simpleText.MatchString(key+value) || strings.Contains(value, "--") || strings.Contains(value, ";") {
				return fmt.Errorf("%s %s=%q: quotes, backslashes, semicolons and control characters are not possible in the name; "+
					"name a view instead", what, key, value)
			}
		}
	}
	tables := map[string]string{}
	for key, value := range q.layout.tables {
		tables[key] = value
	}
	for key, value := range q.Tables {
		if !slices.Contains(tableNames, key) {
			return fmt.Errorf("--table %s: there is no such table; the tables are %s", key, strings.Join(tableNames, ", "))
		}
		tables[key] = value
	}
	for key := range tables {
		if tables[key] == "" {
			delete(tables, key)
		}
	}
	if tables["signins"] == "" || tables["audits"] == "" {
		return errors.New("--table: the tables signins and audits must have a name")
	}
	q.layout.tables = tables
	known := map[string]bool{"tenantId": true, "day": true, "filtered": true}
	for _, sources := range []map[string]string{q.signIns, q.audits} {
		for _, alternatives := range sources {
			for source := range strings.SplitSeq(alternatives, "|") {
				column, _, _ := strings.Cut(source, ".")
				known[column], known[source] = true, true
			}
		}
	}
	for key := range q.Columns {
		if !known[key] {
			return fmt.Errorf("--column %s: the layout %s has no such column; it has %s", key, q.Options.Layout,
				strings.Join(slices.Sorted(maps.Keys(known)), ", "))
		}
	}
	if column, ok := q.Columns["day"]; ok {
		q.layout.day = column
	}
	if column, ok := q.Columns["filtered"]; ok {
		q.layout.filtered = column
	}
	for _, kind := range []string{"signins", "noninteractive"} {
		if tables[kind] == "" {
			continue
		}
		name, err := q.relation(q, tables[kind])
		if err != nil {
			return err
		}
		t := signInTable{Name: name}
		switch {
		case kind == "noninteractive":
			t.Interactive = "false"
		case q.Options.Layout == "loganalytics":
			t.Interactive = "true"
		}
		q.SignInTables = append(q.SignInTables, t)
	}
	if _, err := q.relation(q, tables["audits"]); err != nil || tables["activities"] == "" {
		return err
	}
	if q.Engine == "kql" {
		return errors.New("--table activities: leave it out; in Kusto what was done is taken from OfficeActivity and " +
			"MicrosoftGraphActivityLogs")
	}
	var err error
	q.activityTable, err = q.relation(q, tables["activities"])
	return err
}

// HasActivities says whether there is a table of activities.
func (q *query) HasActivities() bool { return q.activityTable != "" }

// HowMany is how many result sets there are.
func (q *query) HowMany() string {
	if q.HasActivities() {
		return "eight"
	}
	return "six"
}

// ActivityTable is the table of activities as the engine reads it.
func (q *query) ActivityTable() string { return q.activityTable }

// activitySet is a result set of activities.
type activitySet struct{ Name, LogType, Passes string }

// ActivitySets are the result sets of activities: whose they are is the same, and Passes are others of any user.
func (q *query) ActivitySets() []activitySet {
	return []activitySet{
		{"activity", record.UnifiedAudit, ""},
		{"graph", record.GraphActivity, q.matches("lower(r.path)", record.PassRequests)},
	}
}

// Activities are the columns of activities, as a lake has them.
func (q *query) Activities() string {
	all := []string{q.column("filtered")}
	for _, c := range record.Activity.Lake() {
		all = append(all, q.column(c.Name))
	}
	return lines(all)
}

// ShownActivities are likewise the columns of the result sets: times and lists as text.
func (q *query) ShownActivities() string {
	var all []string
	for _, c := range record.Activity.Lake() {
		value := "r." + q.column(c.Name)
		switch c.Type {
		case record.Time:
			value = q.Shown(value) + " AS " + q.column(c.Name)
		case record.Texts:
			value = q.listed(value) + " AS " + q.column(c.Name)
		}
		all = append(all, value)
	}
	return lines(all)
}

// ActivityBounds are the window of activities.
func (q *query) ActivityBounds() string {
	return q.daysOf("day") + q.within(q.column("time"))
}

// AuditTable is the table of audit events as the engine reads it.
func (q *query) AuditTable() (string, error) { return q.relation(q, q.layout.tables["audits"]) }

// sources are what a column of the case is taken from, after the user's own names; without those that are not there.
func (q *query) sources(alternatives string) [][]string {
	var all [][]string
	for source := range strings.SplitSeq(alternatives, "|") {
		if member, ok := q.Columns[source]; ok && strings.Contains(source, ".") {
			source = member
		}
		path := strings.Split(source, ".")
		if column, ok := q.Columns[path[0]]; ok {
			path[0] = column
		}
		if path[0] != "" {
			all = append(all, path)
		}
	}
	return all
}

// Column is one column of the case, as an expression and its name.
type Column struct{ Expression, Name string }

// SignInColumns are the columns of sign-ins. The rows of their table are interactive or not, or say so themselves.
func (q *query) SignInColumns(interactive string) []Column {
	var all []Column
	for _, c := range record.SignIn.Lake() {
		all = append(all, Column{q.expression(c, q.signIns[c.Name], interactive), c.Name})
	}
	return append(all, Column{q.filteredColumn(), "filtered"})
}

// AuditColumns are the columns of audit events.
func (q *query) AuditColumns() []Column {
	var all []Column
	for _, c := range record.Audit.Lake() {
		all = append(all, Column{q.expression(c, q.audits[c.Name], ""), c.Name})
	}
	return append(all, Column{q.filteredColumn(), "filtered"})
}

func (q *query) filteredColumn() string {
	if q.layout.filtered == "" {
		return "false"
	}
	return q.boolean(q.column(q.layout.filtered))
}

// compared are the columns that the reduction compares: what stands for nothing in them must not equal itself. In the
// others it is told by whoever reads the result.
var compared = map[string]bool{"tenant_id": true, "user_id": true, "upn": true, "ip": true, "country": true,
	"actor_user_id": true, "actor_upn": true}

// expression is how a column of the case is computed.
func (q *query) expression(c record.Column, alternatives, interactive string) string {
	var values []string
	sources := q.sources(alternatives)
	if q.asIs && len(sources) == 1 {
		return q.column(sources[0][0])
	}
	for _, path := range sources {
		var value string
		switch {
		case c.Type == record.Time:
			value = q.time(q.column(path[0]), q.times)
		case c.Type == record.Number:
			value = q.number(q.member(path, q.nested))
		case c.Name == "interactive" && path[0] != "signInEventTypes":
			value = q.boolean(q.column(path[0]))
		case c.Name == "interactive":
			value = "CASE WHEN " + q.contains(q.lower(q.whole(path[0], q.nested)), "noninteractiveuser") +
				"\n        THEN false END"
			if q.Engine == "kql" {
				continue
			}
		case c.Type == record.JSON:
			value = q.nonEmpty(q.whole(path[0], q.nested))
		case c.Name == "network_locations" && path[0] != "network_locations":
			text := q.lower(q.whole(path[0], q.nested))
			value = "CASE WHEN " + q.contains(text, "trustednamedlocation") + "\n        THEN " + text + " END"
		case c.Name == "trusted_location" && path[0] != "trusted_location":
			value = q.contains(q.lower(q.whole(path[0], q.nested)), "trustednamedlocation")
		case c.Type == record.Bool:
			value = q.boolean(q.column(path[0]))
		case compared[c.Name] || len(sources) > 1:
			value = q.present(q.member(path, q.nested))
		default:
			value = q.member(path, q.nested)
		}
		values = append(values, value)
	}
	switch {
	case c.Name == "tenant_id":
		if column := q.Columns["tenantId"]; column != "" {
			values = append(values, q.present(q.asText(q.column(column))))
		}
		if q.Tenant != "" {
			values = append(values, q.literal(q.Tenant))
		}
		return q.lower(q.first("VARCHAR", values))
	case c.Name == "interactive" && interactive != "":
		return interactive
	case c.Name == "interactive":
		values = append(values, "true")
	case c.Name == "trusted_location":
		values = append(values, "false")
	case c.Name == "log" && len(values) == 0:
		return q.literal("signin")
	case c.Name == "can_show_tap" && len(values) == 0:
		if steps := q.sources(q.signIns["steps"]); len(steps) > 0 {
			return q.isThere(q.nonEmpty(q.whole(steps[0][0], q.nested)))
		}
		return "false"
	}
	kind := c.Type
	if kind == record.JSON {
		kind = record.Text
	}
	return q.first(string(kind), values)
}

// Bounds are the window, by the partition's day where there is one and by time.
func (q *query) Bounds(audits bool) string {
	alternatives := q.signIns["time"]
	if audits {
		alternatives = q.audits["time"]
	}
	var times []string
	for _, path := range q.sources(alternatives) {
		if q.asIs {
			times = append(times, q.column(path[0]))
			continue
		}
		times = append(times, q.time(q.column(path[0]), q.times))
	}
	bounds := q.within(q.first("TIMESTAMP", times))
	if q.layout.day != "" {
		bounds = q.daysOf(q.layout.day) + bounds
	}
	return bounds
}

// DayOf is the day of a time that a small table of the query's own has, as text: see SignIns.
func (q *query) DayOf(time string) string { return "CAST(substr(" + time + ", 1, 10) AS DATE)" }

// within says of a time that it is in the window.
func (q *query) within(at string) string {
	return at + " >= " + q.instant(q.From) + "\n    AND " + at + " < " + q.instant(q.To)
}

// daysOf chooses the partitions of the window, by their column.
func (q *query) daysOf(column string) string {
	day := "CAST(" + q.column(column) + " AS DATE)"
	return day + " >= DATE '" + q.From + "' AND " + day + " <= DATE '" + q.LastDay + "'\n    AND "
}

// Attempt says of a sign-in whether it is an attempt with a pass; never NULL.
func (q *query) Attempt() string {
	return q.or(
		q.contains(q.lower("replace(steps, ' ', '')"), `"`+record.PassMethod+`"`),
		"coalesce("+q.secondBit("method_bits")+", false)",
		fmt.Sprintf("coalesce(error_code BETWEEN %d AND %d, false)", record.FirstAttempt, record.LastAttempt),
		q.matches("lower(failure_reason)", record.PassWords),
	)
}

// ConcernsPass says of an audit event whether it may be the issuing of a pass; never NULL.
func (q *query) ConcernsPass() string {
	return q.matches("lower(activity)", record.PassActivities) + "\n    AND " +
		q.matches("lower(concat(coalesce(activity, ''), ' ', coalesce(reason, ''), ' ',\n        "+
			"coalesce(other_reason, ''), ' ', coalesce(targets, '')))", record.WholePassWords)
}

// lines are columns with commas between, on lines that end before column 120, the first of which is begun.
func lines(columns []string) string {
	var b strings.Builder
	at := 4
	for i, c := range columns {
		switch {
		case i == 0:
		case at+len(", ,")+len(c) >= 120:
			b.WriteString(",\n    ")
			at = 4
		default:
			b.WriteString(", ")
			at += len(", ")
		}
		b.WriteString(c)
		at += len(c)
	}
	return b.String()
}

// SignIns are the columns of the sign-ins that result sets show, times as text. The small table of attempts has them as
// well: wherever an engine keeps it, texts stay whole.
func (q *query) SignIns() string { return q.shown(q.signInNames) }

// Audits are likewise the columns of audit events.
func (q *query) Audits() string { return q.shown(q.auditNames) }

// Attempts are the columns of that table.
func (q *query) Attempts() string { return lines(q.signInNames) }

func (q *query) shown(names []string) string {
	var all []string
	for _, name := range names {
		if name == "time" {
			name = q.Shown("time") + " AS time"
		}
		all = append(all, name)
	}
	return lines(all)
}

// Named is the extract, as every row names it.
func (q *query) Named() string { return q.literal(q.Extract) + " AS " + q.column("extract") }

// MostUsers is how many users of an address are named.
func (q *query) MostUsers() int { return mostUsers }
