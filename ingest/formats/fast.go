package formats

import (
	"fmt"
	"strings"

	"tapaudit/ingest/casefile"
)

// Fast is how DuckDB's own reader loads a clean file of newline-delimited sign-ins. Whatever it might read in another
// way than this package is left out, so that the file does not add up and takes the careful path.
type Fast struct {
	Columns  casefile.Columns // that the reader takes, nested ones as STRUCT
	Relation string           // a SELECT that makes the relation record, as SignIns maps it, out of the relation line
}

// fastSignIns reads sign-ins that stand in the column properties, or in the line itself where that is "". when is the
// SQL of their time; given has the SQL of columns that the envelope gives, and also is one more condition.
func fastSignIns(properties, when string, given map[string]string, also string) *Fast {
	prefix := ""
	if properties != "" {
		prefix = properties + "."
	}
	columns := []string{"line.line AS line", "line.line AS ordinal", when + "::TIMESTAMPTZ AT TIME ZONE 'UTC' AS recorded_at"}
	clean := []string{
		"recorded_at >= TIMESTAMP '2000-01-01'", "recorded_at < TIMESTAMP '2100-01-01'", "id IS NOT NULL",
		// Applications' sign-ins are not used; the careful path tells them.
		"(userId IS NOT NULL OR userPrincipalName IS NOT NULL)",
		"coalesce(starts_with(authenticationDetails, '['), true)",
		// The careful path masks passcodes.
		`NOT coalesce(contains(authenticationDetails, 'emporaryAccessPass') AND regexp_matches(authenticationDetails, '(?i)temporaryAccessPass\\*"\s*:'), false)`,
	}
	if also != "" {
		clean = append(clean, also)
	}
	// The reader would make 6 of 5.5 and false of 0: it takes numbers with their fractions and booleans as texts.
	var exact []string
	for _, c := range SignIns.Columns {
		name := `"` + c.Name + `"`
		source, ours := given[c.Name]
		if !ours {
			source = prefix + c.Name
		}
		switch {
		case c.Name[0] == '_' && !ours:
			columns = append(columns, "NULL::"+c.Type+" AS "+name)
		case c.Type == "BIGINT":
			columns = append(columns, "CAST("+source+" AS BIGINT) AS "+name)
			exact = append(exact, "coalesce("+source+" = trunc("+source+"), true)")
		case c.Type == "BOOLEAN":
			columns = append(columns, "CAST("+source+" AS BOOLEAN) AS "+name)
			if !ours {
				exact = append(exact, "coalesce(lower("+source+") IN ('true', 'false'), true)")
			}
		case c.Type == "JSON":
			columns = append(columns, "unwrapped("+source+") AS "+name)
			exact = append(exact, "coalesce(NOT starts_with("+source+"::VARCHAR, '\"') OR json_valid("+source+" ->> '$'), true)")
		default:
			columns = append(columns, "present("+source+") AS "+name)
			// What the reader made of an object or an array, and what may stand for nothing (blanks, <null> in a spelling
			// that present does not know). By comparison: it is asked of every value of every record.
			clean = append(clean, fmt.Sprintf(`NOT coalesce(%[1]s >= '{' AND %[1]s < '|' OR %[1]s >= '[' AND %[1]s < '\' OR %[1]s >= ' ' AND %[1]s < '!' OR %[1]s >= '<' AND %[1]s < '=', false)`, name))
		}
	}
	reader := append(text("createdDateTime"), readerColumns(SignIns.members)...)
	if properties != "" {
		reader = casefile.Columns{column(properties, structType(reader))}
	}
	return &Fast{
		Columns: reader,
		Relation: "SELECT * FROM (SELECT " + strings.Join(columns, ", ") + " FROM line WHERE " + strings.Join(exact, " AND ") + ")\nWHERE " +
			strings.Join(clean, "\n    AND "),
	}
}

// readerColumns are the members that sign-ins are read with, as DuckDB's reader takes them.
func readerColumns(members []tableMember) casefile.Columns {
	var cs casefile.Columns
	for _, m := range members {
		kind := ""
		switch {
		case m.members != nil:
			kind = structType(readerColumns(m.members))
		case SignIns.Columns[m.column].Type == "BIGINT":
			kind = "DOUBLE"
		case SignIns.Columns[m.column].Type == "JSON":
			kind = "JSON"
		default:
			kind = "VARCHAR"
		}
		cs = append(cs, column(m.key, kind))
	}
	return cs
}

func structType(columns casefile.Columns) string {
	var parts []string
	for _, c := range columns {
		parts = append(parts, `"`+c.Name+`" `+c.Type)
	}
	return "STRUCT(" + strings.Join(parts, ", ") + ")"
}
