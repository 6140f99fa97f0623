package ingest

import (
	"path"

	"tapaudit/ingest/formats"
)

// catalogue is what the case's table of sources says, held beside it: to ask the database for each of ten thousand
// small files would take longer than to load them. It has only what is committed.
type catalogue struct {
	next   int                // id of the next source
	listed map[place]listed   // every source
	firsts map[content]listed // of the sources that gave records, the first of each content
	sizes  map[int64]bool     // of sources that gave records, in bytes
}

// place is a source's path and hash.
type place struct{ sum, path string }

// content is what a file gives its records: an unchanged policy of another day or of another tenant is evidence of its
// own.
type content struct {
	sum, tenant string
	taken       int64 // by the file's name, in seconds since 1970
}

func contentOf(sum, p string) content {
	return content{sum, tenantOf(p), formats.TimeInName(path.Base(p)).Unix()}
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
	l.has = catalogue{next: 1, listed: map[place]listed{}, firsts: map[content]listed{}, sizes: map[int64]bool{}}
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
	at := place{sum, s.path}
	if was, known := c.listed[at]; !known || was.same {
		c.listed[at] = s
	}
	if s.read == 0 {
		return
	}
	c.sizes[bytes] = true
	if of := contentOf(sum, s.path); sum != "" && !s.same {
		if _, known := c.firsts[of]; !known {
			c.firsts[of] = s
		}
	}
}

// holds says whether a source of that path and hash is listed, as itself or as the same as another.
func (c *catalogue) holds(sum, path string) bool {
	_, known := c.listed[place{sum, path}]
	return known
}

// first is the source that holds a content and says the same with it as a file of that path would.
func (c *catalogue) first(sum, path string) (first listed, known bool) {
	if s, known := c.listed[place{sum, path}]; known && !s.same {
		return s, true
	}
	first, known = c.firsts[contentOf(sum, path)]
	return first, known
}
