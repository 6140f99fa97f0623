package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// documents are the pages of a release: every page but those for whoever works on the program, the picture and the
// script that they show, and the examples of configurations. They lie where the repository has them, so that their
// links lead from one to the other.
func documents() ([]entry, error) {
	var entries []entry
	err := fs.WalkDir(os.DirFS("."), ".", func(path string, file fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if file.IsDir() {
			if hidden := strings.HasPrefix(file.Name(), ".") && path != "."; hidden ||
				slices.Contains([]string{"bin", "dist", "node_modules", "testdata", "tapaudit-report"}, file.Name()) {
				return fs.SkipDir
			}
			return nil
		}
		shown := path == "reports/report.png" || path == "ingest/export.ps1" ||
			strings.HasPrefix(path, "sample-logs/organisations/")
		if shown || filepath.Ext(path) == ".md" {
			entries = append(entries, entry{name: path, path: path})
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if len(entries) == 0 {
		return nil, fmt.Errorf("no documents here: run make dist in the repository's folder")
	}
	return entries, nil
}
