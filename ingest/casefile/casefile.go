// Package casefile is the case: a DuckDB database that holds what the evidence says. It is the only package that
// knows DuckDB's settings.
//
// DuckDB is opened without its extension downloader; once the evidence is loaded, Seal takes away its access to
// files and locks its settings, so that nothing that runs afterwards (a rule, a query) can undo either.
package casefile

import (
	"cmp"
	"context"
	"database/sql"
	"database/sql/driver"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"time"

	"github.com/duckdb/duckdb-go/v2"

	"tapaudit/ingest/regular"
	"tapaudit/ingest/scratch"
)

// SchemaVersion is the version of the tables that this program writes and reads.
const SchemaVersion = 3

//go:embed schema.sql
var schema string

//go:embed extract.sql
var extractSchema string

// Options are DuckDB's limits.
type Options struct {
	Threads     int    // 0 means one per processor
	MemoryLimit string // as DuckDB reads it, e.g. "1GiB"; "" means DefaultMemoryLimit
	TempDir     string // where DuckDB may spill; a private folder of the caller's
	ReadOnly    bool   // the case is looked at, not changed
}

// DefaultMemoryLimit keeps the whole process below 1.2 GiB, whatever the size of the evidence.
const DefaultMemoryLimit = "700MiB"

// Case is an open case. It has one connection and is not safe for concurrent use.
type Case struct {
	db   *sql.DB
	conn *sql.Conn
	feed feed

	readOnly bool
	threads  int    // of the database, while nothing is fed into it
	memory   string // DuckDB's limit
}

// Open opens the case at path, creating it where there is none unless opts.ReadOnly is set. Path "" is a case in memory,
// gone when it is closed; what exceeds the memory limit lies in opts.TempDir meanwhile.
func Open(ctx context.Context, path string, opts Options) (*Case, error) {
	if path == "" {
		return openDatabase(ctx, path, opts)
	}
	if strings.ContainsAny(path, "?") {
		return nil, fmt.Errorf("case file %q: a path with a question mark cannot be opened; rename it", path)
	}
	_, err := os.Stat(path)
	isNew := errors.Is(err, os.ErrNotExist)
	_, link := os.Lstat(path)
	switch {
	case isNew && link == nil:
		return nil, fmt.Errorf("case file %s is a link that leads nowhere; name the file itself", path)
	case err != nil && !isNew:
		return nil, fmt.Errorf("case file: %w", err)
	case isNew && opts.ReadOnly:
		return nil, fmt.Errorf("case file %s does not exist; 'tapaudit ingest PATH... --case %s' makes one", path, path)
	}
	err = plainLog(path)
	switch {
	case err != nil:
	case !isNew:
		if err = isDatabase(path); err == nil && !opts.ReadOnly {
			for _, left := range scratch.Left(making(path)) { // killed between putting a case into its place and removing this
				left.Remove() // harmless where it stays
			}
		}
	default:
		err = create(ctx, path, opts)
	}
	if err != nil {
		return nil, fmt.Errorf("case file %s cannot be opened: %w", path, err)
	}
	return openDatabase(ctx, path, opts)
}

// making says in which folder, and by which name, the folder lies in which a case is made.
func making(path string) (parent, name string) {
	return filepath.Dir(path), "." + filepath.Base(path) + ".partial-"
}

// create makes an empty case, whole or not at all: a file that DuckDB had only begun could not be opened any more.
func create(ctx context.Context, path string, opts Options) error {
	work, err := scratch.Make(making(path))
	if err != nil {
		return err
	}
	defer work.Remove()
	made := filepath.Join(work.Path, filepath.Base(path))
	c, err := openDatabase(ctx, made, opts)
	if err != nil {
		return err
	}
	if err := c.Close(); err != nil {
		return err
	}
	// A link does not take the place of a case that another program has made meanwhile; not every file system has links.
	if err := os.Link(made, path); err != nil && !errors.Is(err, fs.ErrExist) {
		return os.Rename(made, path)
	}
	return nil
}

func openDatabase(ctx context.Context, path string, opts Options) (*Case, error) {
	_, missing := os.Lstat(path)
	dsn := path + "?autoinstall_known_extensions=false&autoload_known_extensions=false"
	if opts.ReadOnly {
		dsn += "&access_mode=READ_ONLY"
	}
	connector, err := duckdb.NewConnector(dsn, nil)
	if err != nil {
		if strings.Contains(err.Error(), "Conflicting lock") {
			return nil, fmt.Errorf("case file %s is in use by another process; wait until it has ended, or name another case", path)
		}
		return nil, fmt.Errorf("case file %s cannot be opened: %w", path, err)
	}
	// DuckDB makes files as the umask lets it, and a case holds personal data.
	if missing != nil && path != "" {
		if err := os.Chmod(path, 0o600); err != nil {
			connector.Close()
			return nil, fmt.Errorf("case file: %w", err)
		}
	}
	c := &Case{db: sql.OpenDB(connector), readOnly: opts.ReadOnly, threads: cmp.Or(opts.Threads, runtime.GOMAXPROCS(0)), memory: cmp.Or(opts.MemoryLimit, DefaultMemoryLimit)}
	c.db.SetMaxOpenConns(1)
	if err := c.start(ctx, path, opts); err != nil {
		c.Close()
		return nil, fmt.Errorf("case file %s: %w", path, err)
	}
	return c, nil
}

// plainLog refuses a log beside the case that is no regular file: DuckDB would take in what lies there, and write it,
// wherever a link leads.
func plainLog(path string) error {
	info, err := os.Lstat(path + ".wal")
	if err != nil {
		return nil // there is none, or opening the case says more
	}
	if err := regular.Check(path+".wal", info); err != nil {
		return fmt.Errorf("the log beside it: %w; or remove it", err)
	}
	return nil
}

// isDatabase refuses a file that is no DuckDB database. DuckDB itself would take a table (.csv, .json, .parquet) for one,
// show it as a database in memory, and lose whatever is loaded into that.
func isDatabase(path string) error {
	file, err := regular.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	head := make([]byte, 12)
	_, err = io.ReadFull(file, head)
	switch {
	case err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF):
		return err
	case string(head[8:]) != "DUCK":
		return errors.New("it is not a DuckDB database; name another file")
	}
	return nil
}

func (c *Case) start(ctx context.Context, path string, opts Options) error {
	var err error
	if c.conn, err = c.db.Conn(ctx); err != nil {
		return err
	}
	settings := []string{
		"SET GLOBAL TimeZone = 'UTC'", // text without an offset would otherwise take the machine's zone
		"SET GLOBAL memory_limit = '" + quoted(c.memory) + "'",
		"SET GLOBAL allow_persistent_secrets = false",           // they would be looked for in the home directory
		"SET GLOBAL preserve_insertion_order = true",            // a record's ordinal is its place in the file
		"SET GLOBAL disabled_compression_methods = 'dict_fsst'", // costs a sixth of an ingest and saves three bytes in a hundred
	}
	settings = append(settings, fmt.Sprintf("SET GLOBAL threads = %d", c.threads))
	if opts.TempDir != "" {
		settings = append(settings, "SET GLOBAL temp_directory = '"+quoted(opts.TempDir)+"'")
	}
	for _, s := range settings {
		if _, err := c.conn.ExecContext(ctx, s); err != nil {
			return err
		}
	}
	var onDisk int
	if err := c.conn.QueryRowContext(ctx, "SELECT count(*) FROM duckdb_databases() WHERE NOT internal AND path IS NOT NULL").Scan(&onDisk); err != nil {
		return err
	}
	if path != "" && onDisk != 1 {
		return errors.New("it is not a DuckDB database; name another file")
	}
	if err := c.feed.register(c.conn); err != nil {
		return err
	}
	return c.ensureSchema(ctx)
}

func (c *Case) ensureSchema(ctx context.Context) error {
	var tables int
	err := c.conn.QueryRowContext(ctx, "SELECT count(*) FROM duckdb_tables() WHERE NOT internal").Scan(&tables)
	if err != nil {
		return err
	}
	if tables == 0 && !c.readOnly {
		return c.Atomically(ctx, func() error {
			if err := c.Exec(ctx, schema+extractSchema); err != nil {
				return err
			}
			return c.Exec(ctx, "INSERT INTO case_info VALUES (?)", SchemaVersion)
		})
	}
	return c.migrate(ctx, SchemaVersion, migrations)
}

// migrations[n] brings a case of schema version n+1 to version n+2.
var migrations = []string{
	extractSchema,
	// In this order: DuckDB makes no index, which a constraint needs, while rows are changed.
	`ALTER TABLE source ADD COLUMN records_quarantined BIGINT DEFAULT 0;
	ALTER TABLE source ALTER COLUMN records_quarantined SET NOT NULL;
	ALTER TABLE source ALTER COLUMN records_quarantined DROP DEFAULT;
	UPDATE source SET records_quarantined = (SELECT count(*) FROM quarantine AS q WHERE q.source_id = source.source_id)`,
}

// migrate brings the case to a schema version, one step and one transaction at a time.
func (c *Case) migrate(ctx context.Context, want int, steps []string) error {
	var version int
	if err := c.conn.QueryRowContext(ctx, "SELECT schema_version FROM case_info").Scan(&version); err != nil {
		return errors.New("this is a DuckDB database but not a case of tapaudit; name another file")
	}
	if version > want {
		return fmt.Errorf("it was written by a newer tapaudit (schema %d, this one knows %d); use that one", version, want)
	}
	if version < want && c.readOnly {
		return fmt.Errorf("it was written by an older tapaudit (schema %d, this one writes %d); 'tapaudit analyze --case' brings it up to date", version, want)
	}
	for ; version < want; version++ {
		err := c.Atomically(ctx, func() error {
			if err := c.Exec(ctx, steps[version-1]); err != nil {
				return err
			}
			return c.Exec(ctx, "UPDATE case_info SET schema_version = ?", version+1)
		})
		if err != nil {
			return fmt.Errorf("bringing it from schema %d to %d: %w", version, version+1, err)
		}
	}
	return nil
}

// Seal takes away access to files and the network and locks every setting, for as long as the case is open.
func (c *Case) Seal(ctx context.Context) error {
	for _, s := range []string{"SET GLOBAL enable_external_access = false", "SET GLOBAL lock_configuration = true"} {
		if _, err := c.conn.ExecContext(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// Feeding runs do while the database has one thread: rows come from one, and a second would wait for them in a loop.
func (c *Case) Feeding(ctx context.Context, do func() error) error {
	return c.withThreads(ctx, 1, c.threads, do)
}

// Reading runs do, within Feeding, while the database has all its threads: it reads a file itself, and what it read is
// compressed when the transaction ends.
func (c *Case) Reading(ctx context.Context, do func() error) error {
	return c.withThreads(ctx, c.threads, 1, do)
}

func (c *Case) withThreads(ctx context.Context, meanwhile, after int, do func() error) error {
	set := func(ctx context.Context, n int) error { return c.Exec(ctx, fmt.Sprintf("SET GLOBAL threads = %d", n)) }
	if err := set(ctx, meanwhile); err != nil {
		return err
	}
	return errors.Join(do(), set(context.WithoutCancel(ctx), after))
}

// Close closes the case; what was committed is on disk.
func (c *Case) Close() error {
	var err error
	if c.conn != nil {
		err = c.conn.Close()
	}
	return errors.Join(err, c.db.Close())
}

// Exec runs statements of our own; values are bound.
func (c *Case) Exec(ctx context.Context, query string, args ...any) error {
	_, err := c.conn.ExecContext(ctx, query, args...)
	return err
}

// Query runs a query of our own; values are bound.
func (c *Case) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return c.conn.QueryContext(ctx, query, args...)
}

// QueryRow runs a query of our own that yields one row.
func (c *Case) QueryRow(ctx context.Context, query string, args ...any) *sql.Row {
	return c.conn.QueryRowContext(ctx, query, args...)
}

// Atomically runs do in a transaction: committed when do returns nil, rolled back otherwise.
func (c *Case) Atomically(ctx context.Context, do func() error) error {
	return c.within(ctx, "BEGIN TRANSACTION", do)
}

// ReadOnly runs do in a transaction in which nothing can be written.
func (c *Case) ReadOnly(ctx context.Context, do func() error) error {
	return c.within(ctx, "BEGIN TRANSACTION READ ONLY", do)
}

func (c *Case) within(ctx context.Context, begin string, do func() error) error {
	if _, err := c.conn.ExecContext(ctx, begin); err != nil {
		return err
	}
	err := do()
	if err == nil {
		_, err = c.conn.ExecContext(ctx, "COMMIT")
	}
	if err != nil {
		// The caller's context may be the reason for the rollback.
		if _, rollbackErr := c.conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK"); rollbackErr != nil &&
			!strings.Contains(rollbackErr.Error(), "no transaction is active") {
			err = errors.Join(err, rollbackErr)
		}
	}
	return err
}

// Select runs one SELECT that somebody else wrote (a rule, a user's query) and refuses everything else. The
// statement's type is checked before it runs: preparing several statements at once would execute the first ones.
// Named parameters ($name) are bound from params; those the query does not name are left out.
// heads, where given, receives the columns' names even when there is no row.
func (c *Case) Select(ctx context.Context, query string, params map[string]any, row func(columns []string, values []driver.Value) error, heads ...*[]string) error {
	if err := oneStatement(query); err != nil {
		return err
	}
	// A PRAGMA can be rewritten into a SELECT, and then has its type.
	if !opensSelect.MatchString(query) {
		return errors.New("only one SELECT is allowed")
	}
	if err := c.conn.Raw(func(dc any) error { return looksOnly(ctx, dc.(*duckdb.Conn), query) }); err != nil {
		return err
	}
	return c.SelectOurs(ctx, query, params, row, heads...)
}

// SelectOurs runs a SELECT that came with this program: like Select, without looking for what its author may have hidden.
func (c *Case) SelectOurs(ctx context.Context, query string, params map[string]any, row func(columns []string, values []driver.Value) error, heads ...*[]string) error {
	return c.conn.Raw(func(dc any) error {
		conn := dc.(*duckdb.Conn)
		prepared, err := conn.PrepareContext(ctx, query)
		if err != nil {
			return err
		}
		defer prepared.Close()
		stmt := prepared.(*duckdb.Stmt)
		kind, err := stmt.StatementType()
		if err != nil {
			return err
		}
		if kind != duckdb.STATEMENT_TYPE_SELECT {
			return errors.New("only one SELECT is allowed")
		}
		var args []driver.NamedValue
		for i := 1; i <= stmt.NumInput(); i++ {
			name, err := stmt.ParamName(i)
			if err != nil {
				return err
			}
			value, ok := params[name]
			if !ok {
				return fmt.Errorf("the query names a parameter $%s that is not defined", name)
			}
			args = append(args, driver.NamedValue{Name: name, Ordinal: i, Value: value})
		}
		rows, err := stmt.QueryContext(ctx, args)
		if err != nil {
			return err
		}
		defer rows.Close()
		columns := rows.Columns()
		for _, h := range heads {
			*h = columns
		}
		values := make([]driver.Value, len(columns))
		for {
			if err := rows.Next(values); err != nil {
				if errors.Is(err, errEOF) {
					return nil
				}
				return err
			}
			if err := row(columns, values); err != nil {
				return err
			}
		}
	})
}

// opensSelect: white space and comments, then a word that a query begins with.
var opensSelect = regexp.MustCompile(`(?is)^(?:\s|--[^\n]*\n|/\*.*?\*/)*(?:select|with|from|values)\b|^(?:\s|--[^\n]*\n|/\*.*?\*/)*\(`)

// oneStatement refuses text with a semicolon that is followed by anything but white space and comments, since
// preparing such a text runs what stands before it.
func oneStatement(query string) error {
	rest := query
	for len(rest) > 0 {
		switch {
		case strings.HasPrefix(rest, "--"):
			_, rest, _ = strings.Cut(rest, "\n")
		case strings.HasPrefix(rest, "/*"):
			end := strings.Index(rest, "*/")
			if end < 0 {
				return errors.New("a comment is not closed")
			}
			rest = rest[end+2:]
		case rest[0] == '\'' || rest[0] == '"':
			end := strings.IndexByte(rest[1:], rest[0])
			if end < 0 {
				return errors.New("a quote is not closed")
			}
			rest = rest[end+2:]
		case rest[0] == '$' && dollarTag(rest) != "":
			tag := dollarTag(rest)
			end := strings.Index(rest[len(tag):], tag)
			if end < 0 {
				return errors.New("a dollar quote is not closed")
			}
			rest = rest[len(tag)*2+end:]
		case rest[0] == ';':
			if oneStatementRest(rest[1:]) {
				return nil
			}
			return errors.New("only one SELECT is allowed")
		default:
			rest = rest[1:]
		}
	}
	return nil
}

// dollarTag is the opening tag of a dollar-quoted string ($$ or $tag$) at the start of s, or "".
func dollarTag(s string) string {
	for i := 1; i < len(s); i++ {
		switch c := s[i]; {
		case c == '$':
			return s[:i+1]
		case c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || i > 1 && c >= '0' && c <= '9':
		default:
			return ""
		}
	}
	return ""
}

// oneStatementRest says whether nothing but white space and line comments follows.
func oneStatementRest(s string) bool {
	for _, line := range strings.Split(s, "\n") {
		line = strings.TrimSpace(line)
		if line != "" && !strings.HasPrefix(line, "--") {
			return false
		}
	}
	return true
}

// quoted makes a value fit for a single-quoted SQL literal, where binding is not possible (settings, reader paths).
func quoted(s string) string { return strings.ReplaceAll(s, "'", "''") }

// Timestamp is t as DuckDB stores it: UTC, microseconds, the rest cut off.
func Timestamp(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }
