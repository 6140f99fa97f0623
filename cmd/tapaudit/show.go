package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"github.com/spf13/cobra"
	"strings"

	"tapaudit/ingest"
	"tapaudit/ingest/evidence"
	"tapaudit/ingest/record"
	"tapaudit/ingest/safetext"
	"tapaudit/reports/folder"
)

// showCommand prints the record at a place that a report names.
func showCommand(io streams) *cobra.Command {
	c := newCommand("show DIR PLACE --evidence PATH", "print the record behind a place that a report names",
		"Prints the record that a report names as FILE:LINE, FILE:LINE[n] (the n-th record of that line) or FILE#ROW, formatted and "+
			"with passcodes masked, once the file's SHA-256 is as the report lists it. What the record is goes to standard error.",
		example{"a record of a one-line export, of a folder",
			`tapaudit show tapaudit-report "evidence/signins.json:1[17]" --evidence evidence`},
		example{"a row of a file inside an archive",
			`tapaudit show tapaudit-report "evidence.zip/InteractiveSignIns.csv#4" --evidence evidence.zip`},
	)
	flags := c.Flags()
	var inputs []string
	var quiet bool
	addEvidence(flags, &inputs,
		"the evidence that the report was made from: a file, a folder or an archive; repeatable")
	flags.BoolVar(&quiet, "quiet", false, "print the record only")
	c.RunE = func(c *cobra.Command, args []string) error {
		ctx := c.Context()
		if len(args) != 2 {
			return usagef("show: name a report folder and a place, as in 'tapaudit show tapaudit-report \"evidence/signins.json:1[17]\" --evidence evidence'")
		}
		if len(inputs) == 0 {
			return usagef("show: name the evidence that the report was made from with --evidence PATH; a report holds no records")
		}
		for _, path := range inputs {
			if path == "-" {
				return usagef("show: --evidence: standard input can be read only once; save it as a file")
			}
			if _, err := evidence.Look(path); err != nil {
				return usagef("--evidence: %w", err)
			}
		}
		manifest, err := folder.ReadManifest(args[0])
		if err != nil {
			return usagef("show: %w", err)
		}
		file, at, err := placeOf(manifest, args[1])
		if err != nil {
			return err
		}
		database := databaseFlags{loads: true}
		return database.with(ctx, func(c *openCase) error {
			found, err := recordOf(ctx, c, file, at, inputs)
			if err != nil {
				return err
			}
			if !quiet {
				what := cmp.Or(found.Format, "of no kind that is known")
				if found.Bad != "" {
					what += "; in quarantine or not used: " + found.Bad
				}
				fmt.Fprintf(io.err, "%s: %s; the file's SHA-256 is as the report lists it, %s\n",
					safetext.Line(at.String()), safetext.Line(what), file.SHA256)
			}
			var text bytes.Buffer
			if json.Indent(&text, []byte(found.Text), "", "  ") != nil {
				text.Reset()
				text.WriteString(found.Text)
			}
			_, err = fmt.Fprintln(io.out, safetext.Text(text.String()))
			return err
		})
	}
	return c
}

// placeOf finds the input of a report that a place lies in. Paths may hold whatever a place does, so the longest one
// counts.
func placeOf(m *folder.Manifest, text string) (file folder.ManifestFile, at record.Place, err error) {
	var found, whole bool
	for _, f := range m.Inputs {
		if p, ok := record.PlaceIn(f.Path, text); ok && len(f.Path) > len(at.Path) {
			file, at, found = f, p, true
		}
		whole = whole || f.Path == text
	}
	switch {
	case found && file.SHA256 == "":
		return file, at, fmt.Errorf("show: the report lists %q without a SHA-256, since it could not be read; so nothing shows that the evidence is the same", file.Path)
	case found:
		return file, at, nil
	case whole:
		return file, at, usagef("show: %q is a file of the report; name the record too, as in %s", text,
			record.Place{Path: text, Line: 1})
	}
	name, _, _ := strings.Cut(text[strings.LastIndex(text, "/")+1:], ":")
	name, _, _ = strings.Cut(name, "#")
	for _, f := range m.Inputs {
		if name != "" && f.Path[strings.LastIndex(f.Path, "/")+1:] == name {
			return file, at, usagef("show: the report has no place %q; it has the file %q, with places like %s", text,
				f.Path, record.Place{Path: f.Path, Line: 1})
		}
	}
	return file, at, usagef("show: the report has no place %q; write it as its columns 'evidence' do: FILE:LINE, FILE:LINE[n] or FILE#ROW, of a file that its evidence.csv lists", text)
}

// recordOf finds a file of a report in the evidence, by its name or else by its content, and in it the record.
func recordOf(ctx context.Context, c *openCase, file folder.ManifestFile, at record.Place,
	inputs []string) (*ingest.Found, error) {
	var found *ingest.Found
	var why error // why there is no such record in the file
	var changed string
	done := errors.New("done")
	look := func(candidate func(*evidence.Source) bool) error {
		err := evidence.Walk(ctx, inputs, nil, evidence.DefaultLimits(), func(s *evidence.Source) error {
			if err := ctx.Err(); err != nil {
				return err
			}
			if !candidate(s) {
				return nil
			}
			record, err := ingest.RecordAt(ctx, c.Case, s, at)
			if ctx.Err() != nil {
				return ctx.Err()
			}
			sum, unhashed := s.Sum()
			switch {
			case unhashed == nil && sum == file.SHA256:
				found, why = record, err
				return done
			case unhashed != nil:
				changed = "cannot be hashed: " + unhashed.Error()
			case s.Path == file.Path:
				changed = "has SHA-256 " + sum
			}
			return nil
		})
		if errors.Is(err, done) {
			return nil
		}
		return err
	}
	err := look(func(s *evidence.Source) bool { return s.Path == file.Path })
	if err == nil && found == nil && why == nil {
		err = look(func(s *evidence.Source) bool {
			return s.Path != file.Path &&
				(s.Bytes == file.Bytes || s.Bytes < 0)
		})
	}
	switch {
	case err != nil:
		return nil, err
	case why != nil:
		return nil, fmt.Errorf("show: %s: %w", file.Path, why)
	case found != nil:
		return found, nil
	case changed != "":
		return nil, fmt.Errorf("show: %q is not the file that the report was made from: it %s, the report lists %s; give the evidence as it was then", file.Path, changed, file.SHA256)
	}
	return nil, fmt.Errorf("show: %q is not in the evidence given, under this or another name (the report lists %s, SHA-256 %s); name where it lies with --evidence",
		file.Path, safetext.Counted(file.Bytes, "byte", "bytes"), file.SHA256)
}
