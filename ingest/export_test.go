package ingest

import "testing"

// In every test of this package freed memory is overwritten, so that a text kept too long shows.
func init() { poison = true }

// SetSizes gives batches, groups and small sources other sizes for a test.
func SetSizes(t testing.TB, batch, group, small int) {
	old := [...]int{batchBytes, groupBytes, smallBytes}
	batchBytes, groupBytes, smallBytes = batch, group, small
	t.Cleanup(func() { batchBytes, groupBytes, smallBytes = old[0], old[1], old[2] })
}
