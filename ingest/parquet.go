package ingest

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"tapaudit/ingest/casefile"
	"tapaudit/ingest/evidence"
	"tapaudit/ingest/formats"
	"tapaudit/ingest/record"
	"tapaudit/ingest/regular"
	"tapaudit/ingest/safetext"
)

const (
	mostLost     = 1_000_000 // rows that count as so many records when they cannot be read
	mostUnknown  = 10_000    // rows of no known kind at a table's beginning, before the rest goes unread
	mostFailures = 1000      // row groups that cannot be read before the rest is given up
	fewRows      = 512       // are asked for at a time once all of them took too much memory
)

// isParquet says whether a file begins like Parquet.
func isParquet(head []byte) bool {
	return bytes.HasPrefix(head, []byte(parquetMagic)) || bytes.HasPrefix(head, []byte(encryptedMagic))
}

// parquet loads the rows of a Parquet file. Its footer is checked first. DuckDB reads each row as one JSON object, and
// that is a record like any other. Where nothing could be read, ended says why.
func (c *loading) parquet(content io.Reader) (ended, err error) {
	r := c.row
	r.rows = true
	r.notes = append(r.notes, "Parquet")
	path := r.src.Disk
	var file *os.File
	if path == "" {
		if file, ended, err = c.onDisk(content); file == nil {
			return ended, err
		}
		defer remove(file)
		path = file.Name()
	} else if file, err = regular.Open(path); err != nil {
		return nil, evidence.ErrChanged // it was there a moment ago
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	footer, why := readFooter(file, info.Size())
	if why != nil {
		ended = &evidence.DamagedError{Reason: "as Parquet: " + why.Error()}
	} else if len(footer.ends) > 0 {
		p := &parquetRows{loading: c, path: path, ends: footer.ends, total: footer.rows()}
		err = p.read()
	}
	if err == nil && r.src.Unchanged() != nil {
		err = evidence.ErrChanged
	}
	return ended, err
}

// onDisk copies a Parquet file that is not on disk as it is, since DuckDB's reader jumps to and fro in it. The copy is
// a private file among the case's temporary ones. It is nil where the file ends early. How much comes out of an
// archive is limited there.
func (c *loading) onDisk(content io.Reader) (file *os.File, ended, err error) {
	if file, err = os.CreateTemp(c.c.TempDir(), "parquet-"); err != nil {
		return nil, nil, fmt.Errorf("a temporary file for Parquet inside an archive: %w", err)
	}
	read := &reader{r: contextReader{c.loader, content, 0}}
	if _, err := io.Copy(file, read); err != nil {
		remove(file)
		if read.err != nil {
			return nil, read.err, c.ctx.Err()
		}
		return nil, nil, fmt.Errorf("a temporary file for Parquet inside an archive: %w", err)
	}
	// Windows lets DuckDB read no file that is open for writing.
	if err = file.Close(); err == nil {
		file, err = regular.Open(file.Name())
	}
	if err != nil {
		return nil, nil, fmt.Errorf("a temporary file for Parquet inside an archive: %w", err)
	}
	return file, nil, nil
}

func remove(file *os.File) {
	file.Close()
	os.Remove(file.Name()) // what stays goes with its folder
}

// reader tells its own errors from those of whom it is read into.
type reader struct {
	r   io.Reader
	err error
}

func (r *reader) Read(p []byte) (int, error) {
	n, err := r.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		r.err = err
	}
	return n, err
}

// parquetRows reads the rows of one file.
type parquetRows struct {
	*loading
	path     string
	ends     []int64 // of the row groups
	total    int64
	next     int64 // the row to be read next, 0-based
	failures int
	lost     int64
	file     *casefile.Parquet // nil until it is opened, and after it failed
}

// errUnknown ends reading a table of no kind that is known: its rows all have the same columns.
var errUnknown = errors.New("no known kind")

// read reads every row. Where one cannot be read, the rest of its row group is quarantined.
func (p *parquetRows) read() error {
	defer p.close()
	atOnce := p.total
	for p.next < p.total {
		end := min(p.next+atOnce, p.total)
		err := p.some(end)
		var ours *ownError
		switch {
		case err == nil:
			if p.next < end {
				err = p.lose(end, "the row is not there")
			}
			atOnce = min(2*atOnce, p.total)
		case p.ctx.Err() != nil:
			return p.ctx.Err()
		case errors.Is(err, errUnknown):
			p.row.read += p.total - p.next
			p.row.notUsed += p.total - p.next
			return nil
		case errors.As(err, &ours):
			return ours.error
		case errors.Is(err, casefile.ErrParquetMemory) && atOnce > 1:
			// What is read together may be too much; a row or a page that is too large alone stays so.
			atOnce, err = max(min(atOnce, 8*fewRows)/8, 1), nil
		default:
			why := "the rest of the row group cannot be read: it is damaged, or written in a way that is not known"
			if errors.Is(err, casefile.ErrParquetMemory) {
				why = "the rest of the row group cannot be read: it takes too much memory; write the file anew with smaller row groups"
			}
			end := p.ends[slices.IndexFunc(p.ends, func(end int64) bool { return end > p.next })]
			p.close() // an internal error makes the database unusable
			if p.failures++; p.failures == mostFailures {
				end = p.total
			}
			err = p.lose(end, why)
			atOnce = p.total
		}
		if err != nil {
			return err
		}
	}
	if p.lost > 0 {
		p.row.truncated = "rows that cannot be read"
		p.row.notes = append(p.row.notes, fmt.Sprintf("%d of %s cannot be read", p.lost,
			safetext.Counted(p.total, "row", "rows")))
	}
	return nil
}

func (p *parquetRows) close() {
	if p.file != nil {
		p.file.Close()
		p.file = nil
	}
}

// ownError is an error of ours while a row was taken in, not of reading it.
type ownError struct{ error }

func (e *ownError) Unwrap() error { return e.error }

// some reads rows up to but not including end.
func (p *parquetRows) some(end int64) (err error) {
	if p.file == nil {
		if p.file, err = p.c.OpenParquet(p.ctx, p.path, p.opts.ParquetMemory, formats.ParquetColumn); err != nil {
			return err
		}
	}
	return p.file.Records(p.ctx, p.next, end, func(row int64, text string) error {
		if row > p.next {
			if err := p.lose(row, "the row is not there"); err != nil {
				return &ownError{err}
			}
		}
		if p.unknownCount >= mostUnknown && len(p.formats) == 0 {
			return errUnknown
		}
		p.next = row + 1
		if err := p.take(text); err != nil {
			return &ownError{err}
		}
		return nil
	})
}

// take takes the row before p.next in.
func (p *parquetRows) take(text string) error {
	r := framed{line: p.next, ordinal: p.next, text: text}
	if len(text) > record.Largest {
		bad := r.quarantined("larger than 16 MiB")
		r.bad = &bad
	}
	r.translate(nil, &p.in)
	if err := p.admit(&r); err != nil {
		return err
	}
	if size := p.row.size(); p.next%4096 == 0 && size > 0 {
		p.tell(int64(float64(size)*float64(p.next)/float64(p.total))-p.told, size)
	}
	return nil
}

// lose quarantines the rows from p.next up to but not including end.
func (p *parquetRows) lose(end int64, why string) error {
	first, n := p.next, end-p.next
	p.next = end
	p.lost += n
	if n > mostLost { // a footer can claim any number of rows
		why = safetext.Counted(n, "row", "rows") + " from here on: " + why
		n = 1
	}
	p.row.read += n
	listed := max(min(n, mostListed-p.row.quarantined), 0)
	p.row.quarantined += listed
	p.quarantineUnlisted(why, n-listed)
	empty := sha256.Sum256(nil)
	return p.c.Exec(p.ctx, `INSERT INTO quarantine SELECT $1, $2 + i, 0, $3, '', $4, $2 + i FROM range($5) AS lost(i)`,
		p.row.id, first+1, why, hex.EncodeToString(empty[:]), listed)
}
