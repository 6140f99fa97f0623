//go:build !unix

package regular

import (
	"errors"
	"os"
	"path/filepath"
)

// Elsewhere looking before opening has to do.
const withoutWaiting = 0

// noDevice refuses names that Windows keeps for devices in any folder, such as aux.duckdb.
func noDevice(path string) error {
	if base := filepath.Base(path); base != ".." && !filepath.IsLocal(base) && !os.IsPathSeparator(base[0]) {
		return errors.New("its name is a device's, not a file's; rename it")
	}
	return nil
}

func waitAgain(*os.File) error { return nil }
