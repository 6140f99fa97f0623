package main

import (
	"path/filepath"
	"strings"
)

// expanded puts what there is in the place of paths with * or ?, which no file's name has on Windows. A path that
// nothing matches stays, and is refused by its name.
func expanded(paths []string) []string {
	var all []string
	for _, path := range paths {
		volume := filepath.VolumeName(path) // \\?\C: has a question mark
		if !strings.ContainsAny(path[len(volume):], "*?") {
			all = append(all, path)
			continue
		}
		// The shells know no sets of characters.
		found, err := filepath.Glob(volume + strings.ReplaceAll(path[len(volume):], "[", "[[]"))
		if err != nil || len(found) == 0 {
			found = []string{path}
		}
		all = append(all, found...)
	}
	return all
}
