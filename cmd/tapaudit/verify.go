package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"tapaudit/ingest/casefile"
	"tapaudit/ingest/evidence"
	"tapaudit/ingest/safetext"
	"tapaudit/reports/folder"
)

// verifyCommand re-hashes a report folder, and the evidence it was made from, and names every difference.
func verifyCommand(io streams) *cobra.Command {
	c := newCommand("verify DIR", "check a report, and the evidence it was made from, against its hashes",
		"Hashes every file of a report again and names each that is missing, added or not as manifest.json lists it; "+
			"with --evidence the inputs too, with --case the case file.",
		example{"check a report", "tapaudit verify tapaudit-report"},
		example{"check the evidence it was made from as well", "tapaudit verify tapaudit-report --evidence evidence"},
	)
	flags := c.Flags()
	var inputs []string
	var quiet bool
	var publicKey, casePath string
	addEvidence(flags, &inputs, "compare the evidence, too: a file, a folder, an archive or -; repeatable")
	flags.StringVar(&casePath, "case", "", "compare the case file that the report was made from, too")
	flags.StringVar(&publicKey, "public-key", "",
		"check the signature first, with this public key of minisign, or the file that holds it")
	flags.BoolVar(&quiet, "quiet", false, "print differences only")
	c.RunE = func(c *cobra.Command, args []string) error {
		ctx := c.Context()
		if len(args) != 1 {
			return usagef("verify: name one report folder, as in 'tapaudit verify tapaudit-report'")
		}
		for _, path := range inputs {
			if path == "-" {
				continue
			}
			if _, err := evidence.Look(path); err != nil {
				return usagef("--evidence: %w", err)
			}
		}
		dir := args[0]
		say := func(format string, args ...any) {
			if !quiet {
				fmt.Fprintf(io.out, format+"\n", args...)
			}
		}
		var signature *folder.SignatureCheck
		if publicKey != "" {
			key, err := readPublicKey(publicKey)
			if err != nil {
				return err
			}
			if signature, err = folder.CheckSignature(dir, key); err != nil {
				return usagef("verify: %w", err)
			}
			if signature.Bad != nil {
				if err := tellDifferences(io, []folder.Difference{*signature.Bad}); err != nil {
					return err
				}
				say("Signature: not good; nothing shows that the holder of the key %s signed this report.",
					signature.KeyID)
			}
		}
		found, err := folder.Verify(ctx, dir)
		if errors.Is(err, folder.ErrNotReport) && signature != nil && signature.Bad != nil {
			fmt.Fprintf(io.err, "tapaudit: verify: %v\n", err)
			return statusError(exitFailed)
		}
		if errors.Is(err, folder.ErrNotReport) {
			return usagef("verify: %w", err)
		}
		if err != nil {
			return err
		}
		differences := len(found.Differences)
		switch {
		case signature == nil && found.Signed:
			say("Signature: there is one, not checked; give the signer's public key with --public-key.")
		case signature == nil:
		case signature.Bad != nil:
			differences++
		case !signature.Covers(found):
			return fmt.Errorf("manifest.json changed while it was verified; verify it again")
		default:
			say("Signature: good, manifest.json is signed with the key %s (%s).", signature.KeyID,
				safetext.Line(strings.ReplaceAll(signature.TrustedComment, "\t", ", ")))
		}
		if err := tellDifferences(io, found.Differences); err != nil {
			return err
		}
		say("Report: %s", verdictOn(found.Same, len(found.Differences)))
		say("  manifest.json itself has SHA-256 %s;\n  compare that with a note made when the report was written.",
			found.ManifestSHA256)
		if found.Manifest.Pseudonyms != "" {
			say("The report is pseudonymised: it lists its inputs under pseudonyms, so evidence can be compared by content alone.")
		}
		if state := found.Manifest.CaseFile; state != nil {
			say("Case file: the report was made from %s.", safetext.Line(state.String()))
		}
		if casePath != "" {
			difference, err := compareCase(ctx, found.Manifest.CaseFile, casePath)
			if err != nil {
				return err
			}
			if difference != nil {
				differences++
				if err := tellDifferences(io, []folder.Difference{*difference}); err != nil {
					return err
				}
			} else {
				say("Case file: %s is as it was then.", safetext.Line(casePath))
			}
		}
		if len(inputs) > 0 {
			files, err := hashEvidence(ctx, inputs, io)
			if err != nil {
				return err
			}
			same, changes := found.Manifest.CompareInputs(files)
			if err := tellDifferences(io, changes); err != nil {
				return err
			}
			say("Evidence: %s", verdictOn(same, len(changes)))
			differences += len(changes)
		}
		if differences > 0 {
			return statusError(exitFailed)
		}
		return nil
	}
	return c
}

// compareCase compares a case file, its journals included, with what a report says of it.
func compareCase(ctx context.Context, was *casefile.State, path string) (*folder.Difference, error) {
	is, err := casefile.StateOf(ctx, path)
	switch {
	case err != nil:
		return nil, err
	case is == nil:
		return nil, usagef("verify: --case: there is no file %q; name the case that the report was made from", path)
	case was == nil:
		return nil, usagef("verify: --case: the report was made from evidence, not from a case; compare that, with --evidence")
	case was.Equal(is):
		return nil, nil
	}
	return &folder.Difference{What: "changed", Path: path, Detail: "is now " + is.String()}, nil
}

func addEvidence(flags *pflag.FlagSet, inputs *[]string, what string) {
	flags.StringArrayVar(inputs, "evidence", nil, what)
}

func verdictOn(same, differences int) string {
	number := "no difference"
	if differences > 0 {
		number = safetext.Counted(differences, "difference", "differences")
	}
	return fmt.Sprintf("%s as manifest.json says, %s.", safetext.Counted(same, "file is", "files are"), number)
}

func tellDifferences(io streams, all []folder.Difference) error {
	for _, d := range all {
		if _, err := fmt.Fprintf(io.out, "%-8s %s\n         %s\n", d.What, safetext.Line(d.Path),
			safetext.Line(d.Detail)); err != nil {
			return err
		}
	}
	return nil
}

// hashEvidence names and hashes what a run over the paths would read.
func hashEvidence(ctx context.Context, paths []string, io streams) ([]folder.ManifestFile, error) {
	var files []folder.ManifestFile
	err := evidence.Walk(ctx, paths, io.in, evidence.DefaultLimits(), func(s *evidence.Source) error {
		sum, err := s.Sum()
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			sum = "" // compared by its name, as a report lists what could not be read
		}
		files = append(files, folder.ManifestFile{Path: s.Path, Container: s.Container, Bytes: max(s.Bytes, 0),
			SHA256: sum})
		return nil
	})
	return files, err
}
