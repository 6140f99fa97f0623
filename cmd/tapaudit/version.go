package main

import (
	"fmt"
	"runtime"
	"time"

	"github.com/spf13/cobra"

	"tapaudit/analysis"
	"tapaudit/ingest/casefile"
)

// version is the release that this is, or the one to come; the Makefile and CHANGELOG.md follow it. released is its
// day, which the manual page bears.
const version = "0.2.0"

var released = time.Date(2026, time.November, 29, 0, 0, 0, 0, time.UTC)

// commit is set when the program is built from a clone or a release's sources.
var commit string

// programVersion names the program in reports.
func programVersion() string {
	if commit == "" {
		return version
	}
	return version + "+" + commit
}

// versionLine is all that tells one program from another.
func versionLine() string {
	return fmt.Sprintf("tapaudit %s (rules %d, DuckDB %s, %s, %s/%s)", programVersion(), analysis.RulesVersion,
		casefile.EngineVersion(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

func versionCommand(io streams) *cobra.Command {
	c := newCommand("version", "say which version this is",
		"Prints the program's version and commit, the version of its rules, and what it was built with: DuckDB, the Go "+
			"release and the platform.",
		example{"for a report of an error", "tapaudit version"},
	)
	c.Args = noArguments
	c.RunE = func(*cobra.Command, []string) error {
		_, err := fmt.Fprintln(io.out, versionLine())
		return err
	}
	return c
}
