package compare

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"tapaudit/analysis/when"
	"tapaudit/reports/folder"
)

// comparisonManifest is the manifest.json of a folder that holds a comparison.
type comparisonManifest struct {
	Tool    string                `json:"tool"` // always tapaudit
	Version string                `json:"version"`
	Created *time.Time            `json:"created"` // UTC; null when not given
	Old     comparedFolder        `json:"old"`
	New     comparedFolder        `json:"new"`
	Outputs []folder.ManifestFile `json:"outputs"`
}

type comparedFolder struct {
	Name  string                `json:"name"`
	Files []folder.ManifestFile `json:"files"` // as they were read
}

// CheckFolder says whether a comparison may be written as the folder
// dir: [folder.Check] finds nothing against it, and it is no report, so that a
// comparison never takes the place of what it compares. The error then wraps
// [folder.ErrNotReport], too.
func CheckFolder(ctx context.Context, dir string, replace bool) error {
	return checkFolder(ctx, dir, replace, []string{"diff.html", "diff.csv"})
}

// checkFolder says whether a folder of these files may be written as dir: over nothing, or over one of the same files.
func checkFolder(ctx context.Context, dir string, replace bool, files []string) error {
	if err := folder.Check(ctx, dir, replace); err != nil {
		return err
	}
	m, err := folder.ReadManifest(dir)
	if err != nil {
		return nil // as folder.Check found it: nothing is there
	}
	for _, f := range m.Outputs {
		if !slices.Contains(files, f.Path) {
			return fmt.Errorf("folder %q holds a report: %w as a comparison; choose another folder", dir,
				folder.ErrNotReport)
		}
	}
	if len(m.Outputs) == 0 {
		return fmt.Errorf("folder %q: %w; choose another folder", dir, folder.ErrNotReport)
	}
	return nil
}

// WriteFolder writes diff.html, diff.csv and a manifest.json as the folder dir,
// mode 0700, its files 0600. It replaces an older comparison as a whole, and
// nothing else; see [CheckFolder]. What that refuses at the end is
// kept beside dir, as [reports.WriteFolder] does it. version is that of the program,
// created goes into the manifest only. When ctx ends, the error wraps its cause.
func (c *Comparison) WriteFolder(ctx context.Context, dir, version string, created time.Time, replace bool) error {
	how := folder.Replacing{Check: func(ctx context.Context,
		dir string) error {
		return CheckFolder(ctx, dir, replace)
	}}
	return folder.Replace(ctx, dir, how, func(f *folder.Folder) error {
		if err := f.Create("diff.html", func(w io.Writer) error { return c.writeHTML(w, version) }); err != nil {
			return err
		}
		if err := f.Create("diff.csv", c.writeCSV); err != nil {
			return err
		}
		m := comparisonManifest{Tool: "tapaudit", Version: version, Created: when.OrNil(created),
			Old: comparedFolder{c.old.Name, c.old.files}, New: comparedFolder{c.new.Name, c.new.files},
			Outputs: f.Files()}
		return writeManifest(f, m)
	})
}
