package analysis

import (
	_ "embed"

	"tapaudit/ingest/casefile"
)

//go:embed derived.txt
var derived string

// Derived is what Run leaves in a case beside the case's own tables, as DuckDB writes it: a case that holds anything
// else was made by somebody else's program. The model's files say what it is; derived.txt is written from them by go
// test ./analysis -run Derived -update.
func Derived() (casefile.Catalog, error) {
	all, err := casefile.ParseCatalog(derived)
	return append(all, retired...), err
}

// retired are what older programs left in cases and this one does not make: without a definition, so that it goes.
var retired = casefile.Catalog{{Kind: "table", Name: "guessing_bursts"}, {Kind: "macro", Name: "names_pass"}}
