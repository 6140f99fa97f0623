// Package evidence turns paths into named, hashed streams, and streams into framed records.
//
// Everything it reads is hostile. Names are labels only, nothing is followed out of a folder, and nothing is written.
// Every loop over input is bounded in memory and close to linear in time. What cannot be used is handed on with a
// reason and its place, so that a caller can account for every byte.
//
// Offsets are bytes of the text a framer was given. After Decode that is the decoded UTF-8 text: a byte order mark
// is not counted, and UTF-16 text has other offsets than the file on disk.
package evidence

import (
	"errors"

	"tapaudit/ingest/safetext"
)

// ErrChanged says that a file was modified while it was being read, so that its hash describes neither state.
// Copy the evidence to a place where nothing writes to it, and read it again.
var ErrChanged = errors.New("the file changed while it was being read; copy it somewhere quiet and read it again")

// DamagedError ends a stream that stops early or is not what it should be: a truncated or corrupt archive, or
// decompression beyond the limits. Everything before Offset was delivered; where only the checksum is wrong, any of it
// may be.
type DamagedError struct {
	Offset int64  // bytes of content delivered before the damage
	Reason string // in words, free of evidence
}

func (e *DamagedError) Error() string {
	return "damaged after " + safetext.Counted(e.Offset, "byte", "bytes") + ": " + e.Reason
}
