package casefile

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// inUse says whether opening the file failed since another process has it. DuckDB tells in the user's language, so the
// file itself is asked.
func inUse(path string, err error) bool {
	if errors.Is(err, windows.ERROR_SHARING_VIOLATION) {
		return true
	}
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err == nil {
		file.Close()
	}
	return errors.Is(err, windows.ERROR_SHARING_VIOLATION)
}
