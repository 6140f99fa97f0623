package extract

import (
	"fmt"
	"slices"
	"strings"

	"tapaudit/ingest/record"
)

// dialect is how an engine writes what the reduction asks for. Names and texts in it have no quotes: see query.name.
type dialect struct {
	Comment  string // what the text says of running it
	settings string // statements before all others
	reading  string // likewise, for each catalog of a lake's tables
	quote    string // around a name
	text     string // the type of texts
	relation func(q *query, table string) (string, error)
	view     func(name string) string // the head of a view, which ends with AS; nil where every statement has its own
	table    func(q *query,
		name string) string // the head of a small table that is kept while the query runs
	// those tables outlive the session: they lie where the result sets go and are dropped in the end
	Lasting   bool
	result    func(q *query, name string) (head, tail string)
	member    func(path []string, nested string) string // a nested column's member, or a column, as text
	whole     func(column, nested string) string        // a nested column as the text of its JSON
	time      func(value, times string) string          // a timestamp in UTC without zone
	number    func(text string) string                  // a whole number of a text; NULL where it is none
	matches   func(text, pattern string) string         // never NULL
	secondBit func(number string) string
	shownTime func(time string) string // as 2026-07-01T09:15:00.000000Z
	listed    func(list string) string // a list of texts as JSON
	// FROM clause that gives the targets of audit events a as t, a row each
	targets             string
	TargetID, TargetUPN string
	Address             string // the dotted part of the address ip
}

func (d dialect) column(name string) string { return d.quote + name + d.quote }
func (d dialect) literal(s string) string   { return "'" + s + "'" }
func (d dialect) asText(v string) string    { return "CAST(" + v + " AS " + d.text + ")" }
func (d dialect) boolean(v string) string   { return "CAST(" + v + " AS BOOLEAN)" }
func (d dialect) lower(v string) string     { return "lower(" + v + ")" }
func (d dialect) isThere(v string) string   { return v + " IS NOT NULL" }
func (d dialect) nonEmpty(v string) string  { return "nullif(trim(" + v + "), '')" }
func (d dialect) present(v string) string {
	return "CASE WHEN lower(trim(" + v + "))\n            NOT IN (" + record.AbsentSQL() + ")\n        THEN " + v + " END"
}
func (d dialect) instant(day string) string { return "TIMESTAMP '" + day + " 00:00:00'" }
func (d dialect) contains(v, text string) string {
	return "coalesce(" + v + " LIKE '%" + text + "%', false)"
}
func (d dialect) or(conditions ...string) string {
	return "(" + strings.Join(conditions, "\n        OR ") + ")"
}

// first is the first value that is there.
func (d dialect) first(kind string, values []string) string {
	switch len(values) {
	case 0:
		if kind == "VARCHAR" {
			kind = d.text
		}
		return "CAST(NULL AS " + kind + ")"
	case 1:
		return values[0]
	}
	all := strings.Join(values, ", ")
	if len(all) > 80 {
		all = strings.Join(values, ",\n        ")
	}
	return "coalesce(" + all + ")"
}

func (d dialect) dotted(path []string) string {
	var parts []string
	for _, p := range path {
		parts = append(parts, d.column(p))
	}
	return strings.Join(parts, ".")
}

// views are the query's own, each by the template of its name, and what the text says of them.
var views = map[string]string{
	"tapaudit_signins":     "-- What a sign-in and an audit event are, in the columns that tapaudit reads; tenants in lower case.\n",
	"tapaudit_audits":      "",
	"tapaudit_activities":  "-- What was done, as 'tapaudit lake' writes it.\n",
	"tapaudit_pass_events": "-- Events about a pass: on the activities by which one is issued or deleted, what names a pass.\n",
	"tapaudit_successes":   "-- Addresses without port, brackets and mapping.\n",
}

// View makes a view, where the engine keeps it for the statements that follow.
func (q *query) View(name string) (string, error) {
	if q.view == nil {
		return "", nil
	}
	body, err := q.body(name)
	return views[name] + q.view(name) + "\n" + body + ";\n\n", err
}

// With begins a query that reads views, where it has to bring them along.
func (q *query) With(names ...string) (string, error) {
	if q.view != nil {
		return "", nil
	}
	var all []string
	for _, name := range names {
		body, err := q.body(name)
		if err != nil {
			return "", err
		}
		all = append(all, name+" AS (\n"+views[name]+body+"\n)")
	}
	return "WITH " + strings.Join(all, ", ") + "\n", nil
}

// WithActivities is With, and activities where there are any.
func (q *query) WithActivities(names ...string) (string, error) {
	if q.HasActivities() {
		names = append(names, "tapaudit_activities")
	}
	return q.With(names...)
}

func (q *query) body(view string) (string, error) {
	var b strings.Builder
	err := q.templates.ExecuteTemplate(&b, view, q)
	return b.String(), err
}

// Table begins a small table of the query's own.
func (q *query) Table(name string) string { return q.table(q, name) }

// Head begins a result set; Tail ends it.
func (q *query) Head(name string) string { head, _ := q.result(q, name); return head }

// Tail ends a result set.
func (q *query) Tail(name string) string { _, tail := q.result(q, name); return tail }

// Shown is a time as text.
func (q *query) Shown(time string) string { return q.shownTime(time) }

// Run says how the text is run.
func (q *query) Run() string { return strings.ReplaceAll(q.Comment, "%s", q.Into) }

// Settings are the statements before all others.
func (q *query) Settings() string {
	statements := []string{q.settings}
	if q.reading != "" {
		for _, table := range tableNames {
			if !q.asIs && table != "activities" {
				continue
			}
			parts := strings.Split(q.layout.tables[table], ".")
			statement := strings.ReplaceAll(q.reading, "{catalog}", q.column(parts[0]))
			if len(parts) == 3 && !slices.Contains(statements, statement) {
				statements = append(statements, statement)
			}
		}
	}
	return strings.Join(statements, "\n")
}

// Kept is the name under which a view or table of the query's own is read.
func (q *query) Kept(name string) string {
	if _, view := views[name]; q.Lasting && !view {
		return qualified(q.Into, `"`) + "." + name
	}
	return name
}

// Targets are the audit events of a view of the query's own, a row for each of their targets.
func (q *query) Targets(view string) string {
	return strings.ReplaceAll(q.targets, "{audits}", q.Kept(view))
}

// qualified quotes each part of a name with dots.
func qualified(name, quote string) string {
	parts := strings.Split(name, ".")
	for i, p := range parts {
		parts[i] = quote + p + quote
	}
	return strings.Join(parts, ".")
}

// isPath tells a folder of files from a table's name.
func isPath(table string) bool { return strings.ContainsAny(table, "/*") }

// members are those of nested columns that are read, of steps, targets and details.
var members = []string{"authenticationMethod", "authenticationMethodDetail", "authenticationStepDateTime",
	"authenticationStepRequirement", "authenticationStepResultDetail",
	"displayName", "groupType", "modifiedProperties", "newValue", "oldValue", "userPrincipalName"}

// spelt gives members their names back in a JSON text: Hive's tables have them in lower case. Inside a value a quote
// is escaped, so only keys are found.
func spelt(v string) string {
	for _, m := range members {
		v = "replace(" + v + `, '"` + strings.ToLower(m) + `":', '"` + m + `":')`
	}
	return v
}

var dialects = map[string]dialect{
	"duckdb": {
		Comment:  "Run it with: mkdir -p %s; duckdb < this-file",
		settings: "SET TimeZone = 'UTC';",
		quote:    `"`,
		text:     "VARCHAR",
		relation: func(q *query, table string) (string, error) {
			if !isPath(table) {
				return qualified(table, `"`), nil
			}
			if !strings.Contains(table, "*") {
				table = strings.TrimSuffix(table, "/") + "/**/*.parquet"
			}
			return fmt.Sprintf("read_parquet('%s', hive_partitioning = true, union_by_name = true)", table), nil
		},
		view:  func(name string) string { return "CREATE OR REPLACE TEMP VIEW " + name + " AS" },
		table: func(_ *query, name string) string { return "CREATE OR REPLACE TEMP TABLE " + name + " AS" },
		result: func(q *query, name string) (string, string) {
			options := map[string]string{"parquet": "FORMAT parquet, COMPRESSION zstd", "csv": "FORMAT csv, HEADER",
				"json": "FORMAT json"}[q.Format]
			ending := map[string]string{"parquet": "parquet", "csv": "csv", "json": "ndjson"}[q.Format]
			return "COPY (", fmt.Sprintf(") TO '%s/%s.%s' (%s)", strings.TrimSuffix(q.Into, "/"), name, ending,
				options)
		},
		member: func(path []string, nested string) string {
			switch {
			case len(path) == 1:
				return `CAST("` + path[0] + `" AS VARCHAR)`
			case nested == "struct":
				return "CAST(" + (dialect{quote: `"`}).dotted(path) + " AS VARCHAR)"
			}
			return `json_extract_string("` + path[0] + `", '$.` + strings.Join(path[1:], ".") + `')`
		},
		whole: func(column, nested string) string {
			if nested == "struct" {
				return `CAST(to_json("` + column + `") AS VARCHAR)`
			}
			return `CAST("` + column + `" AS VARCHAR)`
		},
		time: func(v, _ string) string {
			return "CAST(CAST(" + v + " AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS TIMESTAMP)"
		},
		number: func(v string) string { return "TRY_CAST(" + v + " AS BIGINT)" },
		matches: func(v, pattern string) string {
			return "coalesce(regexp_matches(" + v + ", '" + pattern +
				"'), false)"
		},
		secondBit: func(v string) string { return "(" + v + " & 2) = 2" },
		listed:    func(v string) string { return "CAST(to_json(" + v + ") AS VARCHAR)" },
		shownTime: func(v string) string { return "strftime(" + v + ", '%Y-%m-%dT%H:%M:%S.%fZ')" },
		targets: `(SELECT tenant_id,
        unnest(from_json(CASE WHEN json_valid(targets) THEN targets ELSE '[]' END, '["JSON"]')) AS t
    FROM {audits}) AS a`,
		TargetID: "json_extract_string(a.t, '$.id')", TargetUPN: "json_extract_string(a.t, '$.userPrincipalName')",
		Address: "regexp_extract(ip, '[0-9]+[.][0-9]+[.][0-9]+[.][0-9]+', 0)",
	},
	"spark": {
		Comment:  "Run it with: spark-sql -f this-file",
		settings: "SET spark.sql.session.timeZone = UTC;\nSET spark.sql.ansi.enabled = false;\nSET spark.sql.parser.escapedStringLiterals = false;",
		quote:    "`",
		text:     "STRING",
		relation: func(q *query, table string) (string, error) {
			if isPath(table) {
				return "parquet.`" + strings.TrimSuffix(table, "/") + "`", nil
			}
			return qualified(table, "`"), nil
		},
		view:  func(name string) string { return "CREATE OR REPLACE TEMPORARY VIEW " + name + " AS" },
		table: func(_ *query, name string) string { return "CACHE TABLE " + name + " AS" },
		result: func(q *query, name string) (string, string) {
			options := map[string]string{"parquet": "USING parquet OPTIONS (compression 'zstd')",
				"csv":  `USING csv OPTIONS (header 'true', escape '"', emptyValue '', nullValue '')`,
				"json": "USING json"}[q.Format]
			return fmt.Sprintf("INSERT OVERWRITE DIRECTORY '%s/%s' %s", strings.TrimSuffix(q.Into, "/"), name,
				options), ""
		},
		member: func(path []string, nested string) string {
			switch {
			case len(path) == 1:
				return "CAST(`" + path[0] + "` AS STRING)"
			case nested == "struct":
				return "CAST(" + (dialect{quote: "`"}).dotted(path) + " AS STRING)"
			}
			return "get_json_object(`" + path[0] + "`, '$." + strings.Join(path[1:], ".") + "')"
		},
		whole: func(column, nested string) string {
			if nested == "struct" {
				return "to_json(`" + column + "`)"
			}
			return "CAST(`" + column + "` AS STRING)"
		},
		time:   func(v, _ string) string { return "CAST(" + v + " AS TIMESTAMP)" },
		number: func(v string) string { return "CAST(" + v + " AS BIGINT)" },
		matches: func(v, pattern string) string {
			return "coalesce(" + v + " RLIKE '" + strings.ReplaceAll(pattern, `\`, `\\`) + "', false)"
		},
		secondBit: func(v string) string { return "(" + v + " & 2) = 2" },
		listed:    func(v string) string { return "to_json(" + v + ")" },
		shownTime: func(v string) string { return "date_format(" + v + ", \"yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'\")" },
		targets: `(SELECT tenant_id,
        explode(from_json(targets, 'array<struct<id:string,userPrincipalName:string>>')) AS t
    FROM {audits}) AS a`,
		TargetID: "a.t.id", TargetUPN: "a.t.userPrincipalName",
		Address: "regexp_extract(ip, '[0-9]+[.][0-9]+[.][0-9]+[.][0-9]+', 0)",
	},
	"trino": {
		Comment:  "Run it with: trino --file this-file. The result sets become tables of the schema %s, which must exist;\n-- tables named tapaudit_ are the query's own and are dropped in the end",
		settings: "SET TIME ZONE 'UTC';",
		// Hive's connector reads times to the millisecond unless it is told otherwise.
		reading: "SET SESSION {catalog}.timestamp_precision = 'MICROSECONDS';",
		quote:   `"`,
		text:    "VARCHAR",
		relation: func(q *query, table string) (string, error) {
			if isPath(table) {
				return "", fmt.Errorf("a lake under Trino has tables, not files: name them with --table signins=CATALOG.SCHEMA.TABLE, " +
					"--table audits=… and --table activities=…, which is empty where there is none")
			}
			return qualified(table, `"`), nil
		},
		// No view: it would read times to the millisecond, whatever the session says.
		table:   func(q *query, name string) string { return "CREATE TABLE " + q.Kept(name) + " AS" },
		Lasting: true,
		result: func(q *query, name string) (string, string) {
			// Of Hive's and Iceberg's tables the files are what is read here; tables in memory or elsewhere have none.
			if q.Format == "parquet" {
				return "CREATE TABLE " + q.Kept(name) + " WITH (format = 'PARQUET') AS", ""
			}
			return "CREATE TABLE " + q.Kept(name) + " AS", ""
		},
		member: func(path []string, nested string) string {
			switch {
			case len(path) == 1:
				return `CAST("` + path[0] + `" AS VARCHAR)`
			case nested == "struct":
				return "CAST(" + (dialect{quote: `"`}).dotted(path) + " AS VARCHAR)"
			}
			return `json_extract_scalar("` + path[0] + `", '$.` + strings.Join(path[1:], ".") + `')`
		},
		whole: func(column, nested string) string {
			if nested == "struct" {
				return spelt(`json_format(CAST("` + column + `" AS JSON))`)
			}
			return `CAST("` + column + `" AS VARCHAR)`
		},
		time: func(v, times string) string {
			if times == "text" {
				// A cast would round a seventh digit; every other reader cuts it off.
				v = "from_iso8601_timestamp_nanos(regexp_replace(" + v + ", '([.][0-9]{6})[0-9]+', '$1'))\n       "
			}
			return "CAST(" + v + " AT TIME ZONE 'UTC' AS TIMESTAMP(6))"
		},
		number:    func(v string) string { return "TRY_CAST(" + v + " AS BIGINT)" },
		matches:   func(v, pattern string) string { return "coalesce(regexp_like(" + v + ", '" + pattern + "'), false)" },
		secondBit: func(v string) string { return "bitwise_and(" + v + ", 2) = 2" },
		listed:    func(v string) string { return "json_format(CAST(" + v + " AS JSON))" },
		// date_format knows milliseconds only.
		shownTime: func(v string) string { return "to_iso8601(" + v + ") || 'Z'" },
		targets: `{audits} AS a
        CROSS JOIN UNNEST(coalesce(TRY(CAST(json_parse(targets) AS ARRAY(JSON))), ARRAY[])) AS u(t)`,
		TargetID: "json_extract_scalar(u.t, '$.id')", TargetUPN: "json_extract_scalar(u.t, '$.userPrincipalName')",
		Address: "regexp_extract(ip, '[0-9]+[.][0-9]+[.][0-9]+[.][0-9]+')",
	},
	"kql": {relation: kustoTable},
}
