package main

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
	"github.com/spf13/pflag"

	"tapaudit/reports"
)

// exitStatuses say what the program's exit status means.
var exitStatuses = []struct {
	status  int
	meaning string
}{
	{exitDone, "done"},
	{exitFailed, "failed"},
	{exitUsage, "wrong usage or configuration"},
	{exitFindings, "done; an open finding has the severity of --fail-on or a higher one (wins over 4 and 5)"},
	{exitQuarantined, "done, but evidence was quarantined or not recognised (only with --strict)"},
	{exitUnassessed, "nothing could be assessed: no evidence at hand, or none of it in the period (wins over 4)"},
	{exitInterrupted, "interrupted"},
}

// manCommand prints a manual page. cobra makes it from what help says, so it cannot say anything else.
func manCommand(io streams) *cobra.Command {
	c := newCommand("man [COMMAND]", "print the manual page, in roff",
		"Prints the manual page of the program, or of one of its commands.",
		example{"read it", "tapaudit man | man -l -"},
		example{"read that of a command", "tapaudit man run | man -l -"},
	)
	c.ValidArgsFunction = completeCommandNames
	c.RunE = func(c *cobra.Command, args []string) error {
		page, err := commandOf(c.Root(), args)
		if err != nil {
			return err
		}
		if page == c.Root() {
			page.Long += "\n\n" + manualMore()
		}
		page.Flags().VisitAll(func(f *pflag.Flag) { _, f.Usage = flagHelp(f) })
		page.Root().DisableAutoGenTag = true // which bears today's date
		var text bytes.Buffer
		if err := doc.GenMan(page, &doc.GenManHeader{
			Section: "1", Date: &released, Source: "tapaudit " + programVersion(), Manual: "User Commands",
		}, &text); err != nil {
			return err
		}
		_, err = io.out.Write(asInHelp(text.Bytes(), page))
		return err
	}
	return c
}

// manualFlag is a flag in the page that cobra makes, with its default in the place of what it takes.
var manualFlag = regexp.MustCompile(`(?m)^(?:\\fB-[a-z]\\fP, )?\\fB--([a-z-]+)\\fP\[?=.*$`)

// asInHelp writes the page's flags as help does.
func asInHelp(page []byte, c *cobra.Command) []byte {
	return manualFlag.ReplaceAllFunc(page, func(line []byte) []byte {
		f := c.Flag(string(manualFlag.FindSubmatch(line)[1]))
		if f == nil {
			return line
		}
		written, _ := flagHelp(f)
		return []byte(`\fB` + written + `\fP`)
	})
}

// manualMore is what the program's page says beyond its help, in Markdown, which the page is made from.
func manualMore() string {
	var b strings.Builder
	b.WriteString("Results go to standard output, messages to standard error. No command opens a network connection.\n\n" +
		"# OUTPUTS\nThe outputs that --format can name are " + strings.Join(reports.Formats(), ", ") +
		"; without it they are " +
		strings.Join(reports.DefaultFormats(), ", ") +
		". Every report holds manifest.json, which lists its inputs and outputs with their SHA-256.\n\n" +
		"# EXIT STATUS\n")
	for _, s := range exitStatuses {
		fmt.Fprintf(&b, "**%d**\n\t%s\n\n", s.status, s.meaning)
	}
	b.WriteString("# ENVIRONMENT\n" +
		"**SOURCE_DATE_EPOCH**\n\tseconds since 1970 that stand in manifest.json for the time when the report was made\n\n" +
		"**NO_COLOR**\n\twhen it is not empty, no colours on the terminal\n\n" +
		"**TMPDIR**\n\twhere temporary folders are made\n")
	return b.String()
}
