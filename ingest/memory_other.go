//go:build !linux

package ingest

import (
	"errors"
	"os"
)

// memoryFile is a file that exists only in memory, which this system does not have.
func memoryFile() (*os.File, string, error) {
	return nil, "", errors.New("this system has no files in memory")
}
