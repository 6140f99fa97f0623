package main

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"tapaudit/analysis"
	"tapaudit/ingest/safetext"
)

var (
	asksTables  = regexp.MustCompile(`(?is)^\s*SHOW\s+(ALL\s+)?TABLES\s*;?\s*$`)
	asksColumns = regexp.MustCompile(`(?is)^\s*(?:DESCRIBE|DESC|SHOW)\s+(?:TABLE\s+)?"?(\w+)"?\s*;?\s*$`)
	noSuchTable = regexp.MustCompile(`(?i)Table with name \S+ does not exist`)
)

// question is what query asks of a case: a SELECT of the user's, or one of ours for SHOW TABLES and DESCRIBE.
type question struct {
	sql    string
	params map[string]any
	ours   bool
	table  string // that DESCRIBE names
}

func questionOf(query string) (question, error) {
	if asksTables.MatchString(query) {
		derived, err := analysis.Derived()
		var names []string
		for _, o := range derived {
			names = append(names, o.Name)
		}
		return question{ours: true, params: map[string]any{"derived": strings.Join(names, " ")}, sql: `
SELECT table_name AS name, CASE table_type WHEN 'VIEW' THEN 'view' ELSE 'table' END AS kind,
    CASE WHEN list_contains(string_split($derived, ' '), table_name) THEN 'derived by analyze'
        ELSE 'evidence' END AS holds
FROM information_schema.tables
ORDER BY holds DESC, name`}, err
	}
	if m := asksColumns.FindStringSubmatch(query); m != nil {
		return question{ours: true, table: m[1], params: map[string]any{"name": m[1]}, sql: `
SELECT column_name AS "column", data_type AS type
FROM information_schema.columns
WHERE lower(table_name) = lower($name)
ORDER BY ordinal_position`}, nil
	}
	return question{sql: query}, nil
}

// whatIsThere says, to whom names a table that is missing, how to get it; "" for any other error.
func whatIsThere(ctx context.Context, c *openCase, path string, err error) string {
	if !noSuchTable.MatchString(err.Error()) {
		return ""
	}
	var derived bool
	if err := c.QueryRow(ctx,
		`SELECT count(*) > 0 FROM information_schema.tables WHERE table_name = 'findings'`).Scan(&derived); err != nil || derived {
		return "\nSHOW TABLES lists the tables that there are."
	}
	return fmt.Sprintf("\nThis case holds evidence only: 'tapaudit analyze --case %s' derives passes, logins, findings and the other tables. "+
		"SHOW TABLES lists those that there are.", safetext.Line(path))
}
