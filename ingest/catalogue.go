package ingest

import (
	"path"

	"tapaudit/ingest/formats"
)

// catalogue is what the case's table of sources says, held beside it: to ask the database for each of ten thousand
// small files would take longer than to load them. It has only what is committed.
type catalogue struct {
	next  int                 // id of the next source
	bySum map[string][]listed // by hash, in the order of ids
	sizes map[int64]bool      // of sources that gave records, in bytes
}

// listed is a source that the case has.
type listed struct {
	id   int
	path string
	read int64
	same bool // it is listed as the same as another and added nothing
}

// readCatalogue reads the case's sources.
func (l *loader) readCatalogue() error {
	l.has = catalogue{next: 1, bySum: map[string][]listed{}, sizes: map[int64]bool{}}
	rows, err := l.c.Query(l.ctx,
		`SELECT source_id, path, sha256, bytes, records_read, same_as IS NOT NULL FROM source ORDER BY source_id`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var s listed
		var sum string
		var bytes int64
		if err := rows.Scan(&s.id, &s.path, &sum, &bytes, &s.read, &s.same); err != nil {
			return err
		}
		l.has.add(s, sum, bytes)
	}
	return rows.Err()
}

func (c *catalogue) add(s listed, sum string, bytes int64) {
	c.next = max(c.next, s.id+1)
	c.bySum[sum] = append(c.bySum[sum], s)
	if s.read > 0 {
		c.sizes[bytes] = true
	}
}

// holds says whether a source of that path and hash is listed, as itself or as the same as another.
func (c *catalogue) holds(sum, path string) bool {
	for _, s := range c.bySum[sum] {
		if s.path == path {
			return true
		}
	}
	return false
}

// first is the source, or nil, that holds a content and says the same with it as a file of that path would. An
// unchanged policy of another day or of another tenant is evidence of its own.
func (c *catalogue) first(sum, path string) *listed {
	var found *listed
	for i, s := range c.bySum[sum] {
		switch {
		case s.same:
		case s.path == path:
			return &c.bySum[sum][i]
		case found == nil && s.read > 0 && sum != "" && saysTheSame(s.path, path):
			found = &c.bySum[sum][i]
		}
	}
	return found
}

// saysTheSame tells whether two paths give the records of their files the same tenant and the same day.
func saysTheSame(a, b string) bool {
	return tenantOf(a) == tenantOf(b) && formats.TimeInName(path.Base(a)).Equal(formats.TimeInName(path.Base(b)))
}
