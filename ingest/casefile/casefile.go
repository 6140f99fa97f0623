// Package casefile is the case: a DuckDB database that holds what the evidence says. It is the only package that
// knows DuckDB's settings.
//
// DuckDB is opened in memory, without its extension downloader. Unless files are to be loaded, it has access to no
// file but the case's own. Only then is the case attached, and its catalog compared with what this program puts there
// (catalog.go). Nothing of it has a name in the statements that run before, so nothing in it can take the place of a
// function of DuckDB's. Then its tables are made the ones that statements name, and the settings are locked for good.
// Where files are loaded, Seal takes access to them away before anybody else's SQL runs.
//
// What DuckDB does with a file that somebody else made, as seen with 1.5:
//   - A macro or view of the file hides DuckDB's own of the same name wherever the file's schema is searched first:
//     count, lower, duckdb_tables() and json_serialize_sql were replaced so.
//   - The journal beside it (.wal, also .wal.checkpoint and .wal.recovery) is applied at opening, without a word, and
//     may hold macros. That is so in read-only mode too, and where it belongs to another database. State names it.
//   - Some table functions of a SELECT write files or change settings (enable_logging, enable_profiling,
//     truncate_duckdb_logs), and scalar ones have effects (write_log, setseed): looksOnly.
//   - Links are followed before allowed_paths is asked; nothing can be allowed once access has been taken away.
//   - memory_limit does not count long texts (repeat('x', 1e9)) nor what Go holds of a result. Within one vector of
//     rows nothing can be interrupted: Select watches the process and, in the end, leaves such a statement behind.
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
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/duckdb/duckdb-go/v2"

	"tapaudit/ingest/record"
	"tapaudit/ingest/regular"
	"tapaudit/ingest/scratch"
)

// SchemaVersion is the version of the tables that this program writes and reads.
const SchemaVersion = 8

//go:embed schema.sql
var ownSchema string

// schema makes an empty case: its own tables, those of the kinds of records, and the macros that say in SQL what
// records are.
func schema() string {
	var b strings.Builder
	b.WriteString(ownSchema)
	for _, kind := range record.Kinds {
		b.WriteString("\n" + kind.Declared())
	}
	b.WriteString(record.Macros())
	b.WriteString(sharedLines())
	return b.String()
}

// sharedLines declares the lines that hold several records, and place_of, which writes where a record stands as
// reports do.
func sharedLines() string {
	return `
CREATE TABLE shared_line (
    source_id INTEGER NOT NULL,
    line      BIGINT  NOT NULL,
    "before"  BIGINT  NOT NULL,    -- the ordinal of the record before the line's first: the n-th of the line has before + n
    records   BIGINT  NOT NULL     -- in the line, more than one
);
` + record.PlaceMacro() + `
CREATE MACRO place_of(of_source, of_line, of_ordinal) AS (
    SELECT place_text(s.path, s.rows_not_lines, of_line, (
        SELECT of_ordinal - min(l."before") FROM shared_line AS l WHERE l.source_id = of_source AND l.line = of_line
    ))
    FROM source AS s WHERE s.source_id = of_source
);
`
}

// Options are how a case is opened, and DuckDB's limits.
type Options struct {
	Threads     int     // 0 means one per processor
	MemoryLimit string  // as DuckDB reads it, e.g. "1GiB"; "" means DefaultMemoryLimit
	TempDir     string  // where DuckDB may spill; a private folder of the caller's
	ReadOnly    bool    // the case is looked at, not changed: what is derived from it lies in memory, beside it
	Loads       bool    // files are loaded: DuckDB may open any until Seal; else it opens nothing but the case
	Derived     Catalog // what a case may hold beside its own tables, made by package analysis
	Limits      Limits  // of Select; what is zero is DefaultLimits
}

// DefaultMemoryLimit keeps the whole process below 1.2 GiB, whatever the size of the evidence.
const DefaultMemoryLimit = "700MiB"

// Case is an open case. It has one connection and is not safe for concurrent use; AtOnce looks at it several times.
type Case struct {
	db     *sql.DB
	conn   *sql.Conn
	beside []*sql.Conn // for looking at the case at the same time
	feed   feed

	path      string // "" in memory
	readOnly  bool
	loads     bool
	threads   int    // of the database, while nothing is fed into it
	memory    string // DuckDB's limit
	temp      string
	limits    Limits
	abandoned bool // a statement that does not stop holds the connection
}

// Open opens the case at path, creating it where there is none unless opts.ReadOnly is set. Path "" is a case in
// memory, gone when it is closed; what exceeds the memory limit lies in opts.TempDir meanwhile.
//
// A case may come from a stranger. Whatever it holds beside what this program puts into cases is refused before any of
// it could run. A view or a macro can have the name of one of DuckDB's, and would run with the user's rights.
func Open(ctx context.Context, path string, opts Options) (*Case, error) {
	if path == "" {
		return openDatabase(ctx, path, opts)
	}
	if err := noDevice(path); err != nil {
		return nil, err
	}
	if strings.Contains(strings.TrimPrefix(path, `\\?\`), "?") { // DuckDB puts the journal's ending before it
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
		return nil, fmt.Errorf("case file %s does not exist; 'tapaudit ingest PATH... --case %s' makes one", path,
			path)
	}
	err = plainJournals(path)
	switch {
	case err != nil:
	case !isNew:
		if err = isDatabase(path); err == nil && !opts.ReadOnly {
			// killed between putting a case into its place and removing this
			for _, left := range scratch.Left(making(path)) {
				left.Remove() // harmless where it stays
			}
		}
	default:
		err = create(ctx, path, opts)
	}
	if err != nil && inUse(path, err) {
		return nil, busy(path)
	}
	if err != nil {
		return nil, fmt.Errorf("case file %s cannot be opened: %w", path, err)
	}
	left, err := Journals(ctx, path)
	if err != nil {
		return nil, err
	}
	if !isNew && !opts.ReadOnly && (opts.Loads || len(left) > 0) {
		// Opening alone applies the journal, and puts it into the case. So the case is first looked at where nothing
		// can be changed and no file reached.
		look := opts
		look.Loads, look.ReadOnly = false, true
		c, err := openFile(ctx, path, look, false)
		if err != nil {
			return nil, err
		}
		if err := c.Close(); err != nil {
			return nil, fmt.Errorf("case file %s: %w", path, err)
		}
	}
	return openFile(ctx, path, opts, true)
}

// openFile opens a case that is there. Where it is not to be used, it may be one that has still to be brought up to
// date.
func openFile(ctx context.Context, path string, opts Options, use bool) (*Case, error) {
	whole, err := filepath.Abs(path)
	if err == nil {
		whole, err = filepath.EvalSymlinks(whole) // the journal lies beside the file itself
	}
	if err != nil {
		return nil, fmt.Errorf("case file: %w", err)
	}
	c, err := openDatabase(ctx, whole, opts)
	if err != nil && inUse(whole, err) {
		return nil, busy(path)
	}
	if err == nil {
		if err = c.accept(ctx, opts.Derived, use); err == nil && use {
			err = c.use(ctx, opts)
		}
		if err != nil {
			c.Close()
		}
	}
	if err != nil {
		return nil, fmt.Errorf("case file %s: %w", path, err)
	}
	return c, nil
}

// busy is the error for a case that another process has open.
func busy(path string) error {
	return fmt.Errorf("case file %s is in use by another process; wait until it has ended, or name another case", path)
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
	opts.Loads = false
	c, err := openDatabase(ctx, made, opts)
	if err != nil {
		return err
	}
	if err = c.Exec(ctx, "USE "+database); err == nil {
		err = c.makeSchema(ctx)
	}
	if err == nil { // closing would keep to itself that the disk has no room for it
		err = c.Exec(ctx, "CHECKPOINT "+database)
	}
	// DuckDB makes files as the umask lets it, and a case holds personal data.
	if err := errors.Join(err, os.Chmod(made, 0o600), c.Close()); err != nil {
		return err
	}
	// A link does not take the place of a case that another program has made meanwhile; not every file system has
	// links.
	if err := os.Link(made, path); err != nil && !errors.Is(err, fs.ErrExist) {
		return os.Rename(made, path)
	}
	return nil
}

// database is the name under which the case's file is attached, whatever the file is called. The names of a file's
// tables, views and macros are found only once it is in use.
const database = "case_file"

// openDatabase opens DuckDB with its settings and, where path is not "", attaches that file, which is made where there
// is none.
func openDatabase(ctx context.Context, path string, opts Options) (*Case, error) {
	db, err := sql.Open("duckdb", memoryDSN)
	if err != nil {
		return nil, err
	}
	c := &Case{
		db: db, path: path, readOnly: opts.ReadOnly, loads: opts.Loads, limits: opts.Limits.orDefault(),
		threads: cmp.Or(opts.Threads, runtime.GOMAXPROCS(0)), memory: cmp.Or(opts.MemoryLimit, DefaultMemoryLimit),
		temp: opts.TempDir,
	}
	c.db.SetMaxOpenConns(1 + c.spare())
	if err := c.start(ctx, path, opts); err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

// plainJournals refuses a journal beside the case that is not a regular file: DuckDB would take in what lies there,
// and write it, wherever a link leads.
func plainJournals(path string) error {
	for _, ending := range journals {
		info, err := os.Lstat(path + ending)
		if err != nil {
			continue // there is none, or opening the case says more
		}
		if err := regular.Check(path+ending, info); err != nil {
			return fmt.Errorf("the journal beside it: %w; or remove it", err)
		}
	}
	return nil
}

// memoryDSN opens a database in memory that loads no extension.
const memoryDSN = ":memory:?autoinstall_known_extensions=false&autoload_known_extensions=false&allow_community_extensions=false"

// isDatabase refuses a file that is not a DuckDB database. DuckDB itself would take a table (.csv, .json, .parquet)
// for one, show it as a database in memory, and lose whatever is loaded into that.
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
		"SET GLOBAL allow_persistent_secrets = false", // they would be looked for in the home directory
		"SET GLOBAL preserve_insertion_order = true",  // a record's ordinal is its place in the file
		// An ASOF join of few rows is a nested loop, and of a table that this transaction made DuckDB expects none.
		"SET GLOBAL asof_loop_join_threshold = 0",
		// It costs a sixth of an ingest and saves three bytes in a hundred.
		"SET GLOBAL disabled_compression_methods = 'dict_fsst'",
		fmt.Sprintf("SET GLOBAL threads = %d", c.threads),
	}
	if opts.TempDir != "" {
		settings = append(settings, "SET GLOBAL temp_directory = '"+quoted(opts.TempDir)+"'")
	}
	if !opts.Loads {
		settings = append(settings, onlyFiles(besides(path))...)
	}
	if path != "" {
		attach := "ATTACH '" + quoted(path) + "' AS " + database + " (TYPE duckdb"
		if opts.ReadOnly {
			attach += ", READ_ONLY"
		}
		settings = append(settings, attach+")")
	}
	for _, s := range settings {
		if err := c.Exec(ctx, s); err != nil {
			return err
		}
	}
	if path == "" {
		return c.use(ctx, opts)
	}
	return nil
}

// onlyFiles takes away DuckDB's access to the network and to all files but those named and the temporary folder, which
// can only be named before.
func onlyFiles(paths []string) []string {
	var list []string
	for _, path := range paths {
		list = append(list, `"`+strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(path)+`"`)
	}
	return []string{
		"SET GLOBAL allowed_paths = '[" + quoted(strings.Join(list, ", ")) + "]'",
		"SET GLOBAL enable_external_access = false",
	}
}

// journals are the files beside a case, by their endings, that DuckDB applies when it opens it.
var journals = []string{".wal", ".wal.checkpoint", ".wal.recovery"}

// besides are a case's own files.
func besides(path string) []string {
	if path == "" {
		return nil
	}
	files := []string{path}
	for _, ending := range journals {
		files = append(files, path+ending)
	}
	return files
}

// use makes the case's tables those that statements name, and locks the settings for as long as it is open.
func (c *Case) use(ctx context.Context, opts Options) error {
	var statements []string
	switch {
	case c.path == "":
	case c.readOnly:
		statements = append(statements, "SET search_path = 'memory.main,"+database+".main'")
	default:
		statements = append(statements, "USE "+database)
	}
	for _, s := range statements {
		if err := c.Exec(ctx, s); err != nil {
			return err
		}
	}
	for range c.spare() { // now, while it may be said whose tables they look at
		conn, err := c.db.Conn(ctx)
		if err != nil {
			return err
		}
		c.beside = append(c.beside, conn)
		for _, s := range statements {
			if _, err := conn.ExecContext(ctx, s); err != nil {
				return err
			}
		}
	}
	if err := c.feed.register(c.conn); err != nil {
		return err
	}
	if c.path == "" {
		if err := c.makeSchema(ctx); err != nil {
			return err
		}
	}
	if allowed := c.settable(); allowed != "" {
		if err := c.Exec(ctx, "SET GLOBAL allowed_configs = '["+allowed+"]'"); err != nil {
			return err
		}
	}
	return c.Exec(ctx, "SET GLOBAL lock_configuration = true")
}

// settable are the settings that can be changed after the others are locked.
func (c *Case) settable() string {
	switch {
	case c.loads:
		return "threads, memory_limit, enable_external_access, force_compression"
	case c.path != "" && !c.readOnly:
		return "force_compression"
	}
	return ""
}

func (c *Case) makeSchema(ctx context.Context) error {
	return c.Atomically(ctx, func() error {
		if err := c.Exec(ctx, schema()); err != nil {
			return err
		}
		return c.Exec(ctx, "INSERT INTO case_info VALUES (?)", SchemaVersion)
	})
}

// migrations[n] brings a case of schema version n+1 to version n+2.
var migrations = []string{
	record.ExtractDay.Declared() + record.ExtractAddress.Declared(),
	// In this order: DuckDB makes no index, which a constraint needs, while rows are changed.
	`ALTER TABLE source ADD COLUMN records_quarantined BIGINT DEFAULT 0;
	ALTER TABLE source ALTER COLUMN records_quarantined SET NOT NULL;
	ALTER TABLE source ALTER COLUMN records_quarantined DROP DEFAULT;
	UPDATE source SET records_quarantined = (SELECT count(*) FROM quarantine AS q WHERE q.source_id = source.source_id)`,
	record.Macros() + `
DROP MACRO IF EXISTS unwrapped;
ALTER TABLE signin_record RENAME TO signin_record_old;
` + record.SignIn.Declared() + `
INSERT INTO signin_record BY NAME
SELECT *, signin_concerns_pass(steps, failure_reason, error_code, method_bits) AS may_concern_pass
    FROM signin_record_old;
DROP TABLE signin_record_old;`,
	record.Macros() + `
DROP MACRO IF EXISTS is_refusal_error;
ALTER TABLE signin_record RENAME TO signin_record_old;
` + record.SignIn.Declared() + `
INSERT INTO signin_record BY NAME
SELECT * REPLACE (signin_concerns_pass(steps, failure_reason, error_code, method_bits) AS may_concern_pass)
    FROM signin_record_old;
DROP TABLE signin_record_old;
ALTER TABLE audit_record RENAME TO audit_record_old;
` + record.Audit.Declared() + `
INSERT INTO audit_record BY NAME SELECT * FROM audit_record_old;
DROP TABLE audit_record_old;
-- What an older case holds keeps its places: file:line.
ALTER TABLE quarantine ADD COLUMN ordinal BIGINT;` + sharedLines(),
	record.Macros() + `
ALTER TABLE source ADD COLUMN not_recognised VARCHAR;
ALTER TABLE source ADD COLUMN names_logs BOOLEAN;
ALTER TABLE source ADD COLUMN ambiguous_dates VARCHAR;`,
	record.Macros() + `
ALTER TABLE audit_record RENAME TO audit_record_old;
` + record.Audit.Declared() + `
INSERT INTO audit_record BY NAME SELECT * FROM audit_record_old;
DROP TABLE audit_record_old;
` + record.Activity.Declared(),
	record.Macros() + anew(record.SignIn) + anew(record.ExtractAddress) + record.ExtractCountry.Declared() +
		record.ServicePrincipal.Declared(),
}

// anew declares a table again, with columns that it lacked, and keeps its rows.
func anew(k *record.Kind) string {
	return fmt.Sprintf(`
ALTER TABLE %[1]s RENAME TO %[1]s_old;
%[2]s
INSERT INTO %[1]s BY NAME SELECT * FROM %[1]s_old;
DROP TABLE %[1]s_old;
`, k.Table, k.Declared())
}

// migrate brings the case from one schema version to another, one step and one transaction at a time.
func (c *Case) migrate(ctx context.Context, version, want int, steps []string) error {
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

// Seal takes away, for as long as the case is open, the access to files that loading needs. Without Options.Loads
// there was none. Settings are locked from the beginning. What was loaded is compressed now.
func (c *Case) Seal(ctx context.Context) error {
	if !c.loads {
		return nil
	}
	if c.path != "" {
		if err := c.Exec(ctx, "CHECKPOINT "+database); err != nil {
			return err
		}
	}
	return c.Exec(ctx, "SET GLOBAL enable_external_access = false")
}

// Uncompressed is for tables that are small and made anew each time: to compress them would take longer than to make
// them. It holds for what is written from now on, the transaction under way included, until the case is closed.
func (c *Case) Uncompressed(ctx context.Context) error {
	if c.path == "" || c.readOnly { // derived tables lie in memory
		return nil
	}
	return c.Exec(ctx, "SET GLOBAL force_compression = 'uncompressed'")
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
	if c.abandoned {
		return nil
	}
	var err error
	for _, conn := range append(slices.Clip(c.beside), c.conn) {
		if conn != nil {
			err = errors.Join(err, conn.Close())
		}
	}
	return errors.Join(err, c.db.Close())
}

// TempDir is the private folder for what is temporary, "" where the case was opened without one.
func (c *Case) TempDir() string { return c.temp }

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
	if err := c.Exec(ctx, begin); err != nil {
		return err
	}
	return c.End(ctx, do())
}

// Begin begins a transaction, which End ends.
func (c *Case) Begin(ctx context.Context) error { return c.Exec(ctx, "BEGIN TRANSACTION") }

// End ends a transaction: commits it where err is nil, else rolls it back. It returns err, or why that failed.
func (c *Case) End(ctx context.Context, err error) error {
	if err == nil {
		err = c.Exec(ctx, "COMMIT")
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

// spare is how many connections a case has beside its own. More than a few queries at once would share a memory that is
// made for one.
func (c *Case) spare() int { return min(c.threads, 4) - 1 }

// AtOnce runs do n times, each with a number below n, several at the same time. Each has a connection of its own, which
// may only look. What found too little memory beside others runs once more, alone. It returns the error of the lowest
// number.
func (c *Case) AtOnce(ctx context.Context, n int, do func(c *Case, i int) error) error {
	errs := make([]error, n)
	run := func(c *Case, i int) {
		errs[i] = c.ReadOnly(ctx, func() error { return do(c, i) })
	}
	var next atomic.Int64
	var all sync.WaitGroup
	for _, conn := range append(slices.Clip(c.beside), c.conn) {
		looking := *c
		looking.conn = conn
		all.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				run(&looking, i)
			}
		})
	}
	all.Wait()
	for i := range errs {
		if outOfMemory(errs[i]) {
			run(c, i)
		}
		if errs[i] != nil {
			return errs[i]
		}
	}
	return nil
}

// outOfMemory says whether a statement ended since DuckDB may take no more.
func outOfMemory(err error) bool {
	var failed *duckdb.Error
	return errors.As(err, &failed) && failed.Type == duckdb.ErrorTypeOutOfMemory
}

// Select runs one SELECT that somebody else wrote (a rule, a user's query) and refuses everything else. The
// statement's type is checked before it runs: preparing several statements at once would execute the first ones.
// Named parameters ($name) are bound from params; those the query does not name are left out.
// heads, where given, receives the columns' names even when there is no row.
func (c *Case) Select(ctx context.Context, query string, params map[string]any,
	row func(columns []string, values []driver.Value) error, heads ...*[]string) error {
	if err := oneStatement(query); err != nil {
		return err
	}
	// A PRAGMA can be rewritten into a SELECT, and then has its type.
	if !opensSelect.MatchString(query) {
		return errors.New("only one SELECT is allowed")
	}
	conn := c.conn // another's, once this statement is left behind
	return c.bounded(ctx, func(ctx context.Context, answered func()) error {
		if err := conn.Raw(func(dc any) error { return looksOnly(ctx, dc.(*duckdb.Conn), query) }); err != nil {
			return err
		}
		return answer(ctx, conn, query, params, answered, c.limits.counted(row), heads...)
	})
}

// SelectOurs runs a SELECT that came with this program: like Select, without looking for what its author may have
// hidden, and without limits.
func (c *Case) SelectOurs(ctx context.Context, query string, params map[string]any,
	row func(columns []string, values []driver.Value) error, heads ...*[]string) error {
	return answer(ctx, c.conn, query, params, func() {}, row, heads...)
}

func answer(
	ctx context.Context, in *sql.Conn, query string, params map[string]any, answered func(),
	row func(columns []string, values []driver.Value) error, heads ...*[]string,
) error {
	return in.Raw(func(dc any) error {
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
		answered()
		columns := rows.Columns()
		for _, h := range heads {
			*h = columns
		}
		values := make([]driver.Value, len(columns))
		for {
			if err := ctx.Err(); err != nil { // nobody may be waiting any more
				return err
			}
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
