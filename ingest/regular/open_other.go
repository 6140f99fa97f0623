//go:build !unix

package regular

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Elsewhere looking before opening has to do.
const withoutWaiting = 0

// NoDevice refuses a path with a name that Windows keeps for a device in any folder, such as aux.duckdb or NUL.
func NoDevice(path string) error {
	volume := filepath.VolumeName(path)
	if strings.HasPrefix(filepath.ToSlash(volume), "//./") {
		return errors.New("it is a device, not a file; choose another name")
	}
	for _, part := range strings.FieldsFunc(path[len(volume):],
		func(r rune) bool { return r < 0x80 && os.IsPathSeparator(uint8(r)) }) {
		if part != ".." && !filepath.IsLocal(part) {
			return fmt.Errorf("its name %q is a device's, not a file's; choose another name", part)
		}
	}
	return nil
}

func waitAgain(*os.File) error { return nil }

// withoutPipe is the path itself: no pipe lies in a folder here, and a path that begins with \\?\ takes no dot.
func withoutPipe(path string) string { return path }
