package casefile

import (
	"cmp"
	"context"
	"embed"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Catalog is what a database holds besides rows, in order of kind and name.
type Catalog []Object

// Object is a table, view, macro, or whatever else a database may hold.
type Object struct {
	Kind       string // as DROP names it, but for a macro that yields a table: it is a "macro table"
	Name       string // with its schema where that is not main
	Definition string // as DuckDB writes it: columns, types, defaults, constraints, a view's or a macro's SQL
}

// catalogs holds the catalog of a case of each schema version that ever was, before anything was derived. A version's
// never changes.
//
//go:embed catalogs/*.txt
var catalogs embed.FS

func catalogOfVersion(version int) (Catalog, error) {
	text, err := catalogs.ReadFile(fmt.Sprintf("catalogs/%d.txt", version))
	if err != nil {
		return nil, fmt.Errorf("it says that its schema is number %d, which there never was; name another file",
			version)
	}
	return ParseCatalog(string(text))
}

// ParseCatalog reads what String wrote.
func ParseCatalog(text string) (Catalog, error) {
	var all Catalog
	for line := range strings.Lines(text) {
		fields := strings.SplitN(strings.TrimSuffix(line, "\n"), "\t", 3)
		if len(fields) != 3 {
			return nil, fmt.Errorf("a catalog's line has %d fields: %q", len(fields), line)
		}
		definition, err := strconv.Unquote(fields[2])
		if err != nil {
			return nil, fmt.Errorf("a catalog's line: %w: %q", err, line)
		}
		all = append(all, Object{fields[0], fields[1], definition})
	}
	return all, nil
}

// String is the catalog as text, a line for each object.
func (all Catalog) String() string {
	var text strings.Builder
	for _, o := range all {
		fmt.Fprintf(&text, "%s\t%s\t%s\n", o.Kind, o.Name, strconv.Quote(o.Definition))
	}
	return text.String()
}

// Without is what of the catalog has none of the names in others.
func (all Catalog) Without(others Catalog) Catalog {
	var left Catalog
	for _, o := range all {
		if _, there := others.find(o.Name); !there {
			left = append(left, o)
		}
	}
	return left
}

func (all Catalog) find(name string) (Object, bool) {
	i := slices.IndexFunc(all, func(o Object) bool { return o.Name == name })
	if i < 0 {
		return Object{}, false
	}
	return all[i], true
}

// Catalog is the case's own.
func (c *Case) Catalog(ctx context.Context) (Catalog, error) {
	name := database
	if c.path == "" {
		name = "memory"
	}
	// A type is the file's own if a database that nobody has touched has no equal one. What a file says is internal
	// may not be.
	rows, err := c.conn.QueryContext(ctx, `
WITH object AS (
    SELECT 'schema' AS kind, 'main' AS schema, schema_name AS name, NULL AS definition, comment, tags
    FROM system.main.duckdb_schemas() WHERE database_name = $1 AND schema_name <> 'main'
    UNION ALL
    SELECT 'table', schema_name, table_name, sql, comment, tags FROM system.main.duckdb_tables()
        WHERE database_name = $1
    UNION ALL
    SELECT 'view', schema_name, view_name, sql, comment, tags FROM system.main.duckdb_views() WHERE database_name = $1
    UNION ALL
    SELECT CASE function_type WHEN 'macro' THEN 'macro' WHEN 'table_macro' THEN 'macro table' ELSE function_type END,
        schema_name, function_name, parameters::VARCHAR || ' ' || parameter_types::VARCHAR || ' '
            || macro_definition, comment, tags
    FROM system.main.duckdb_functions() WHERE database_name = $1
    UNION ALL
    SELECT 'index', schema_name, index_name, sql, comment, tags FROM system.main.duckdb_indexes()
        WHERE database_name = $1
    UNION ALL
    SELECT 'sequence', schema_name, sequence_name, sql, comment, tags FROM system.main.duckdb_sequences()
        WHERE database_name = $1
    UNION ALL
    SELECT 'type', schema_name, name, logical_type, NULL, NULL FROM (
        SELECT schema_name, lower(type_name) AS name, logical_type FROM system.main.duckdb_types()
            WHERE database_name = $1
        EXCEPT
        SELECT schema_name, lower(type_name), logical_type FROM system.main.duckdb_types()
            WHERE database_name = 'system'
    )
)
SELECT kind, CASE schema WHEN 'main' THEN name ELSE schema || '.' || name END,
    coalesce(definition, '') || CASE WHEN comment IS NULL THEN '' ELSE ' COMMENT ' || comment END
        || CASE WHEN tags IS NULL OR tags::VARCHAR = '{}' THEN '' ELSE ' TAGS ' || tags::VARCHAR END
FROM object`, name)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all Catalog
	for rows.Next() {
		var o Object
		if err := rows.Scan(&o.Kind, &o.Name, &o.Definition); err != nil {
			return nil, err
		}
		all = append(all, o)
	}
	slices.SortFunc(all, func(a, b Object) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name),
			cmp.Compare(a.Definition, b.Definition))
	})
	return all, rows.Err()
}

// accept compares the catalog of the attached case with what its schema version has, and with what may be derived from
// it. Where the case is used and may be changed, it is brought up to date, and what an older program derived goes: it
// is made anew. Where it is not, only what could act is refused.
func (c *Case) accept(ctx context.Context, derived Catalog, use bool) error {
	has, err := c.Catalog(ctx)
	if err != nil {
		return err
	}
	newest, err := catalogOfVersion(SchemaVersion)
	if err != nil {
		return err
	}
	info, there := has.find("case_info")
	if !there {
		return errors.New("this is a DuckDB database but not a case of tapaudit; name another file")
	}
	if want, _ := newest.find("case_info"); info != want {
		return foreign([]Object{info})
	}
	version, err := c.version(ctx)
	if err != nil {
		return err
	}
	if version > SchemaVersion {
		return fmt.Errorf("it was written by a newer tapaudit (schema %d, this one knows %d); use that one", version,
			SchemaVersion)
	}
	own, err := catalogOfVersion(version)
	if err != nil {
		return err
	}
	var strange, stale []Object
	found := map[string]bool{}
	for _, o := range has {
		want, isOwn := own.find(o.Name)
		made, isDerived := derived.find(o.Name)
		switch {
		case isOwn && o == want && !found[o.Name]:
			found[o.Name] = true
		case isDerived && o == made:
		case !isOwn && isDerived && canBeDerived(o):
			stale = append(stale, o)
		default:
			strange = append(strange, o)
		}
	}
	for _, o := range own {
		if !found[o.Name] && len(strange) == 0 {
			return fmt.Errorf("it lacks the %s %s, which a case has; load the evidence into a new one", o.Kind, o.Name)
		}
	}
	switch {
	case len(strange) > 0:
		return foreign(strange)
	case !use:
		return nil
	case version < SchemaVersion && c.readOnly:
		return fmt.Errorf("it was written by an older tapaudit (schema %d, this one writes %d); 'tapaudit analyze --case' brings it up to date", version, SchemaVersion)
	case len(stale) > 0 && c.readOnly:
		return fmt.Errorf("its %s %q is not as this tapaudit derives it; 'tapaudit analyze --case' makes it anew",
			stale[0].Kind, stale[0].Name)
	}
	return c.bringUpToDate(ctx, version, stale)
}

// version is the case's schema version. Nothing of the case but the table case_info has been looked at so far.
func (c *Case) version(ctx context.Context) (int, error) {
	var version, rows int
	err := c.QueryRow(ctx, "SELECT coalesce(min(schema_version), 0), count(*) FROM "+database+".main.case_info").Scan(&version, &rows)
	if err == nil && rows != 1 {
		err = fmt.Errorf("it says %d times which schema it has; name another file", rows)
	}
	return version, err
}

// canBeDerived says whether analysis makes objects of such a kind, where it makes them.
func canBeDerived(o Object) bool {
	return slices.Contains([]string{"table", "view", "macro", "macro table"}, o.Kind) && !strings.Contains(o.Name, ".")
}

func (c *Case) bringUpToDate(ctx context.Context, version int, stale []Object) error {
	if len(stale) == 0 && version == SchemaVersion {
		return nil
	}
	if err := c.Exec(ctx, "USE "+database); err != nil {
		return err
	}
	err := c.Atomically(ctx, func() error {
		for _, o := range stale {
			drop := fmt.Sprintf(`DROP %s IF EXISTS %s.main."%s"`, o.Kind, database,
				strings.ReplaceAll(o.Name, `"`, `""`))
			if err := c.Exec(ctx, drop); err != nil {
				return fmt.Errorf("%s %q, which this tapaudit derives otherwise: %w", o.Kind, o.Name, err)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return c.migrate(ctx, version, SchemaVersion, migrations)
}

// foreign is the error that refuses a case for what it holds. Names are shown so that nothing in them acts on a
// terminal.
func foreign(objects []Object) error {
	const most = 5
	var names []string
	for _, o := range objects[:min(len(objects), most)] {
		names = append(names, fmt.Sprintf("%s %+q", o.Kind, o.Name))
	}
	more := ""
	if n := len(objects) - most; n > 0 {
		more = fmt.Sprintf(" and %d more", n)
	}
	return fmt.Errorf("it holds what tapaudit does not put into a case, or not so: %s%s. Such things can act when a case is read, so this one "+
		"was not used. For views and tables of your own, attach the case from a database of yours: "+
		`duckdb own.duckdb "ATTACH 'CASE.duckdb' AS c (READ_ONLY)"`, strings.Join(names, ", "), more)
}
