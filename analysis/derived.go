package analysis

import (
	_ "embed"

	"tapaudit/ingest/casefile"
)

//go:embed derived.txt
var derived string

// Derived is what Run leaves in a case beside the case's own tables, as DuckDB writes it: a case that holds anything else was
// made by somebody else's program. The model's files and table.store say what it is; derived.txt is written from them by
// go test ./analysis -run Derived -update.
func Derived() (casefile.Catalog, error) { return casefile.ParseCatalog(derived) }
