package casefile

import (
	"strings"

	duckdb "github.com/duckdb/duckdb-go-bindings"
)

// EngineVersion is the release of DuckDB that is built in, e.g. 1.5.6.
func EngineVersion() string { return strings.TrimPrefix(duckdb.LibraryVersion(), "v") }
