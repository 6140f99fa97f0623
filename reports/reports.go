// Package reports writes what an audit has to say: a folder for people and scripts. Its forms are packages by their
// readers: page for people, tables for spreadsheets and scripts, tools for other programs; terminal and compare stand
// beside them. Every writer renders an [analysis.Result] and adds no judgement of its own. Strings in a Result come
// from evidence and are hostile until written by one of these writers.
package reports

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"aead.dev/minisign"

	"tapaudit/analysis"
	"tapaudit/reports/folder"
	"tapaudit/reports/page"
	"tapaudit/reports/tables"
	"tapaudit/reports/tools"
)

// Options says which files a report folder gets and what its manifest states.
type Options struct {
	Formats []string  // names from Formats; none means those of DefaultFormats
	Version string    // of the program that writes
	Created time.Time // when the report was made; goes into manifest.json and its signature only

	// Replace deletes what else lies in the folder of a report that is replaced; see [folder.Check].
	Replace bool

	// SigningKey, where it is set, signs the manifest; no other file differs from an unsigned report.
	SigningKey *minisign.PrivateKey
}

// ErrFormat is wrapped by the error for a format that does not exist: a wrong
// use of the program, not a failure to write.
var ErrFormat = errors.New("unknown report format")

// form is one way of writing the report, with the files that belong to it.
type form struct {
	name  string // which selects it
	write func(f *folder.Folder, r *analysis.Result, version string) error
}

// forms are all there are, in the order in which they are written. manifest.json is no form: every folder has one.
var forms = []form{
	{"html", page.Write},
	{"brief", page.WriteBrief},
	{"csv", anyVersion(tables.WriteCSV)},
	{"json", anyVersion(tables.WriteJSON)},
	{"parquet", anyVersion(tables.WriteParquet)},
	{"xlsx", tables.WriteXLSX},
	{"timesketch", anyVersion(tools.WriteTimesketch)},
	{"ocsf", tools.WriteOCSF},
	{"summary", tools.WriteSummary},
}

// anyVersion is for a form that does not say which version of the program wrote it.
func anyVersion(write func(f *folder.Folder, r *analysis.Result) error) func(*folder.Folder, *analysis.Result,
	string) error {
	return func(f *folder.Folder, r *analysis.Result, _ string) error { return write(f, r) }
}

// Formats names the forms in which a report can be written.
func Formats() []string {
	var names []string
	for _, o := range forms {
		names = append(names, o.name)
	}
	return names
}

// DefaultFormats names the forms that a report has when none are asked for;
// the others are for one tool each.
func DefaultFormats() []string { return []string{"html", "csv", "json", "parquet"} }

// WriteFolder writes the report r as the folder dir, mode 0700, its files 0600.
//
// The folder is built as a hidden sibling of dir and takes its place only when
// it is complete; until then, and whenever an error is returned, a report that
// stands at dir stays as it is. What [folder.Check] refuses stays, too: the error
// is then the one it gives, and names the folder beside dir in which the
// finished report is kept. A report in which nothing could be assessed replaces
// none; the error wraps [folder.ErrUnassessed]. A format that does not exist is
// refused with one that wraps [ErrFormat]; when ctx ends, the error wraps its
// cause.
func WriteFolder(ctx context.Context, dir string, r *analysis.Result, opts Options) error {
	asked := opts.Formats
	if len(asked) == 0 {
		asked = DefaultFormats()
	}
	for _, name := range asked {
		if !slices.Contains(Formats(), name) {
			return fmt.Errorf("%w %q: choose from %s", ErrFormat, name, strings.Join(Formats(), ", "))
		}
	}
	how := folder.Replacing{Check: func(ctx context.Context,
		dir string) error {
		return folder.Check(ctx, dir, opts.Replace)
	}}
	if r.Unassessed != "" {
		how.Barred = fmt.Errorf("%w (%s)", folder.ErrUnassessed, r.Unassessed)
	}
	return folder.Replace(ctx, dir, how, func(f *folder.Folder) error {
		for _, form := range forms {
			if !slices.Contains(asked, form.name) {
				continue
			}
			if err := form.write(f, r, opts.Version); err != nil {
				return err
			}
		}
		if err := folder.WriteManifest(f, r, opts.Version, opts.Created); err != nil || opts.SigningKey == nil {
			return err
		}
		return folder.Sign(f, opts.SigningKey, opts.Created)
	})
}
