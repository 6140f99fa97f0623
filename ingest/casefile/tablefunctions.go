package casefile

import (
	"context"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/duckdb/duckdb-go/v2"
)

// allowedTableFunctions are those that somebody else's SELECT may name. The others read files, run SQL out of a text
// that nobody has looked at, or change how the database works although it is sealed. For instance, enable_logging and
// enable_profiling print, checkpoint writes, and disable_peg_parser changes the parser.
var allowedTableFunctions = []string{
	// macros of package analysis
	"bursts", "dormant_passes", "guessed_logins", "guessings", "issued_on_passes", "uncovered",
	"duckdb_columns", "duckdb_constraints", "duckdb_functions", "duckdb_keywords", "duckdb_memory", "duckdb_schemas",
	"duckdb_settings",
	"duckdb_tables", "duckdb_types", "duckdb_views", "generate_series", "histogram", "histogram_values",
	"icu_calendar_names",
	"json_each", "json_tree", "pg_timezone_names", "pragma_database_size", "pragma_platform", "pragma_show",
	"pragma_storage_info",
	"pragma_table_info", "pragma_version", "range", "repeat", "repeat_row", "summary", "unnest",
}

// refusedFunctions are scalar functions with an effect beyond their row.
var refusedFunctions = []string{"currval", "nextval", "setseed", "sleep_ms", "write_log"}

// looksOnly refuses a query that names a function of which only looking at the case cannot be said. It asks DuckDB's
// own parser, before anything is bound: binding alone may open files.
func looksOnly(ctx context.Context, conn *duckdb.Conn, query string) error {
	tree, err := parsed(ctx, conn, query)
	if err != nil {
		return err
	}
	return walkTree(tree)
}

// parsed is the query as DuckDB's parser understands it.
func parsed(ctx context.Context, conn *duckdb.Conn, query string) (any, error) {
	rows, err := conn.QueryContext(ctx, "SELECT system.main.json_serialize_sql($1::VARCHAR)::VARCHAR",
		[]driver.NamedValue{{Ordinal: 1, Value: query}})
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	values := make([]driver.Value, 1)
	if err := rows.Next(values); err != nil {
		return nil, err
	}
	text, _ := values[0].(string)
	var answer struct {
		Error      bool   `json:"error"`
		Kind       string `json:"error_type"`
		Message    string `json:"error_message"`
		Statements []any  `json:"statements"`
	}
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	switch err := decoder.Decode(&answer); {
	case err != nil:
		return nil, fmt.Errorf("the query's structure cannot be read: %w", err)
	case answer.Error && answer.Kind == "not implemented":
		return nil, errors.New("only one SELECT is allowed")
	case answer.Error:
		return nil, errors.New(answer.Message)
	case len(answer.Statements) != 1:
		return nil, errors.New("only one SELECT is allowed")
	}
	return answer.Statements[0], nil
}

// walkTree looks at every function of a parsed query.
func walkTree(node any) error {
	switch node := node.(type) {
	case []any:
		for _, child := range node {
			if err := walkTree(child); err != nil {
				return err
			}
		}
	case map[string]any:
		if node["type"] == "TABLE_FUNCTION" {
			function, _ := node["function"].(map[string]any)
			if name := functionName(function); !slices.Contains(allowedTableFunctions, name) {
				return fmt.Errorf("the table function %q is not allowed here: a query looks at the case and at nothing else", name)
			}
		} else if name := functionName(node); slices.Contains(refusedFunctions, name) {
			return fmt.Errorf("the function %q is not allowed here: a query looks at the case and at nothing else",
				name)
		}
		for _, child := range node {
			if err := walkTree(child); err != nil {
				return err
			}
		}
	}
	return nil
}

func functionName(node map[string]any) string {
	name, _ := node["function_name"].(string)
	return strings.ToLower(name)
}
