package casefile

import (
	"cmp"
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"time"
)

// Limits bound what a SELECT that somebody else wrote may take. Its memory is bounded by DuckDB's limit. The whole
// process may have 300 MiB more than that, or than it had before. That includes what Go holds and what DuckDB does not
// count. That is watched on Linux; elsewhere Bytes bounds what Go holds, and DuckDB's limit what it counts.
type Limits struct {
	Time  time.Duration // until the first row
	Rows  int64
	Bytes int64 // of the values of all rows
}

// DefaultLimits are those of a user's rule.
var DefaultLimits = Limits{Time: 5 * time.Minute, Rows: 1_000_000, Bytes: 256 << 20}

func (l Limits) orDefault() Limits {
	return Limits{
		Time: cmp.Or(l.Time, DefaultLimits.Time), Rows: cmp.Or(l.Rows, DefaultLimits.Rows),
		Bytes: cmp.Or(l.Bytes, DefaultLimits.Bytes),
	}
}

// ErrLimit is what Select returns when a limit was reached; rows may have been seen before. Of rows and bytes it is
// ErrTooMuch, too.
var (
	ErrLimit   = errors.New("a limit was reached")
	ErrTooMuch = errors.New("the answer is too large")
)

type limitError struct {
	text  string
	kinds []error
}

func (e limitError) Error() string   { return e.text }
func (e limitError) Unwrap() []error { return e.kinds }

func limited(format string, args ...any) error {
	return limitError{fmt.Sprintf(format, args...), []error{ErrLimit}}
}

func tooMuch(format string, args ...any) error {
	return limitError{fmt.Sprintf(format, args...), []error{ErrLimit, ErrTooMuch}}
}

// patience is how long a statement that is told to stop may take to do so. DuckDB stops between vectors of rows only,
// and one row of a vector can take minutes.
const patience = time.Second

// ErrAbandoned is what Select returns when it left its statement behind: nothing more can be done with the case.
var ErrAbandoned = errors.New("the case was given up, since a statement in it does not stop")

// bounded runs do, which is over with its context, within the limits of time and memory. Where do does not end when it
// is told to, it is left behind, and with it the connection. Nothing more can be done with the case, and the program
// should end. The case's file is as the last transaction left it. started is called by do when its answer is there.
func (c *Case) bounded(ctx context.Context, do func(ctx context.Context, started func()) error) error {
	within, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	late := time.AfterFunc(c.limits.Time, func() {
		stop(limited("it took longer than %v", c.limits.Time))
	})
	defer late.Stop()
	allowed, err := c.allowedMemory(ctx)
	if err != nil {
		return err
	}
	done := make(chan error, 1)
	go func() { done <- do(within, func() { late.Stop() }) }()
	watch := time.NewTicker(10 * time.Millisecond)
	defer watch.Stop()
	var giveUp <-chan time.Time
	stopped := within.Done()
	for {
		select {
		case err := <-done:
			if cause := context.Cause(within); err != nil && cause != nil {
				return cause // DuckDB only says that it was interrupted
			}
			return err
		case <-stopped:
			stopped, giveUp = nil, time.After(patience)
		case <-giveUp:
			return c.abandon(context.Cause(within))
		case <-watch.C:
			used := residentBytes()
			if used > allowed {
				stop(limited("it took more memory than there may be (%d MiB); ask for less, or raise --memory-limit",
					allowed>>20))
			}
			if used > allowed+beyond/3 { // it does not stop, or not soon enough
				return c.abandon(context.Cause(within))
			}
		}
	}
}

// beyond is what the process may take beside DuckDB's limit.
const beyond = 300 << 20

// allowedMemory is how much the process may have in bytes while somebody else's statement runs.
func (c *Case) allowedMemory(ctx context.Context) (int64, error) {
	var limit int64
	err := c.QueryRow(ctx, `
SELECT system.main.parse_formatted_bytes(value)::BIGINT FROM system.main.duckdb_settings() WHERE name = 'memory_limit'`).Scan(&limit)
	return max(limit, residentBytes()) + beyond, err
}

// abandon leaves behind what runs on the connection: whoever asks for it would wait.
func (c *Case) abandon(cause error) error {
	gone, err := sql.Open("duckdb", memoryDSN)
	if err == nil {
		c.conn, err = gone.Conn(context.Background())
	}
	if err == nil {
		err = errors.Join(c.conn.Close(), gone.Close()) // it answers that it is closed
	}
	c.abandoned = true
	return errors.Join(cause, ErrAbandoned, err)
}

// counted is row within the limits of rows and bytes.
func (l Limits) counted(row func(columns []string, values []driver.Value) error) func([]string, []driver.Value) error {
	var rows, bytes int64
	return func(columns []string, values []driver.Value) error {
		if rows++; rows > l.Rows {
			return tooMuch("it gives more than %d rows; ask for fewer, with WHERE or LIMIT", l.Rows)
		}
		for _, v := range values {
			bytes += sizeOf(v)
		}
		if bytes > l.Bytes {
			return tooMuch("it gives more than %d MiB; ask for fewer rows or columns", l.Bytes>>20)
		}
		return row(columns, values)
	}
}

// sizeOf is about how many bytes a value has.
func sizeOf(v any) int64 {
	switch v := v.(type) {
	case string:
		return int64(len(v))
	case []byte:
		return int64(len(v))
	case []any:
		n := int64(8)
		for _, e := range v {
			n += sizeOf(e)
		}
		return n
	case map[string]any:
		n := int64(8)
		for k, e := range v {
			n += int64(len(k)) + sizeOf(e)
		}
		return n
	}
	return 8
}
