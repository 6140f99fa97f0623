package main

import (
	"cmp"
	"errors"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"tapaudit/reports"
)

// newProgram is the command line with all its commands. cobra dispatches, prints help and completes; what is said of a
// command and its flags stands where the command does.
func newProgram(io streams) *cobra.Command {
	cobra.EnableCommandSorting = false // they stand in the order of the work
	cobra.MousetrapHelpText = ""       // on Windows a folder may be dropped on the program
	program := &cobra.Command{
		Use:   "tapaudit",
		Short: "audit the use of Temporary Access Passes in Microsoft Entra ID",
		Long: wrapped(80, "tapaudit audits how Temporary Access Passes were used in Microsoft Entra ID, from exported logs, offline. "+
			"'tapaudit FOLDER' audits a folder and writes the report beside it."),
		Example: examples(
			example{"audit a folder of exports", "tapaudit run evidence"},
			example{"judge a quarter by your configuration",
				"tapaudit run evidence --config tapaudit.yaml --period 2026Q3 --out report-2026Q3"},
		),
		Version:       versionLine(),
		Args:          cobra.ArbitraryArgs,
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	program.SetIn(io.in)
	program.SetOut(io.out)
	program.SetErr(io.err)
	program.SetVersionTemplate("{{.Version}}\n")
	cobra.AddTemplateFunc("flagLines", flagLines)
	program.SetUsageTemplate(strings.NewReplacer(".LocalFlags.FlagUsages ", "flagLines .LocalFlags ",
		".InheritedFlags.FlagUsages ", "flagLines .InheritedFlags ").Replace(program.UsageTemplate()))
	program.SetFlagErrorFunc(flagError)
	program.AddCommand(
		auditCommand(io), ingestCommand(io), analyzeCommand(io), reportCommand(io),
		lakeCommand(io), extractCommand(io), queryCommand(io),
		diffCommand(io), trendCommand(io), verifyCommand(io), showCommand(io), remediateCommand(io),
		rulesCommand(io), configCommand(io), manCommand(io), versionCommand(io),
	)
	program.SetHelpCommand(helpCommand())
	program.InitDefaultHelpCmd()
	program.InitDefaultCompletionCmd()
	program.RunE = func(c *cobra.Command, args []string) error {
		if len(args) == 0 {
			c.SetOut(io.err)
			return errors.Join(c.Help(), statusError(exitUsage))
		}
		if info, err := os.Stat(args[0]); err == nil && info.IsDir() && len(args) == 1 {
			return runDropped(c.Context(), args[0], io)
		}
		return unknownCommand(c, args[0])
	}
	for _, c := range program.Commands() {
		if c.Name() == "completion" {
			explainCompletion(c)
		}
	}
	completeFlags(program)
	return program
}

// example is a command line as a user types it, and what it is for.
type example struct{ what, line string }

func examples(all ...example) string {
	lines := make([]string, len(all))
	for i, e := range all {
		lines[i] = "  # " + e.what + "\n  " + e.line
	}
	return strings.Join(lines, "\n")
}

// newCommand is a command: how it is called, what it does in a few words, the same in sentences where these say more,
// and examples.
func newCommand(use, short, long string, all ...example) *cobra.Command {
	c := &cobra.Command{
		Use: use, Short: short, Long: wrapped(80, cmp.Or(long, capital(short)+".")),
		Example:       examples(all...),
		SilenceErrors: true, SilenceUsage: true,
	}
	c.Flags().SortFlags = false
	return c
}

// group is a command that does its work by the ones below it.
func group(name, short, long string, below ...*cobra.Command) *cobra.Command {
	c := newCommand(name, short, long)
	c.AddCommand(below...)
	onlyWith(c)
	return c
}

// onlyWith makes a command demand one of those below it.
func onlyWith(c *cobra.Command) {
	c.Args = cobra.ArbitraryArgs
	c.RunE = func(c *cobra.Command, args []string) error {
		if len(args) > 0 {
			return unknownCommand(c, args[0])
		}
		var names []string
		for _, below := range c.Commands() {
			names = append(names, "'"+below.CommandPath()+"'")
		}
		last := len(names) - 1
		return usagef("%s: say %s or %s", c.Name(), strings.Join(names[:last], ", "), names[last])
	}
}

// unknownCommand is the error for a name that is none of the commands below c.
func unknownCommand(c *cobra.Command, name string) error {
	var names []string
	for _, below := range c.Commands() {
		names = append(names, below.Name())
	}
	of := ""
	if c.HasParent() {
		of = c.Name() + ": "
	}
	return usagef("%sunknown command %q%s", of, name,
		suggestion(name, names, "; '"+c.CommandPath()+" --help' lists them"))
}

// flagError is the error for flags that are not the command's. It names the flag that may be meant.
func flagError(c *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	if !errors.As(err, &unknown) || unknown.GetSpecifiedShortnames() != "" {
		return usageError{err}
	}
	var names []string
	c.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, "--"+f.Name) })
	otherwise := "; '" + c.CommandPath() + " --help' lists them"
	return usagef("%w%s", err, suggestion("--"+unknown.GetSpecifiedName(), names, otherwise))
}

// helpCommand explains a command as its own --help does. cobra's ends with 0 when there is no such command.
func helpCommand() *cobra.Command {
	c := newCommand("help [COMMAND]", "list the commands, or explain one", "",
		example{"explain a command", "tapaudit help run"})
	c.ValidArgsFunction = completeCommandNames
	c.RunE = func(c *cobra.Command, args []string) error {
		explained, err := commandOf(c.Root(), args)
		if err != nil {
			return err
		}
		explained.InitDefaultHelpFlag()
		explained.InitDefaultVersionFlag()
		return explained.Help()
	}
	return c
}

// commandOf is the command that the words name, below the program or below one of its commands.
func commandOf(program *cobra.Command, words []string) (*cobra.Command, error) {
	c, rest, err := program.Find(words)
	if err != nil {
		return nil, usageError{err}
	}
	if len(rest) > 0 {
		return nil, unknownCommand(c, rest[0])
	}
	return c, nil
}

func completeCommandNames(c *cobra.Command, _ []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	var names []cobra.Completion
	for _, other := range c.Root().Commands() {
		if other.IsAvailableCommand() {
			names = append(names, cobra.CompletionWithDesc(other.Name(), other.Short))
		}
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

// completeFlags says of each command's flags what they take, so that a shell can complete it.
func completeFlags(c *cobra.Command) {
	for _, below := range c.Commands() {
		completeFlags(below)
	}
	c.Flags().VisitAll(func(f *pflag.Flag) {
		if _, ok := c.GetFlagCompletionFunc(f.Name); ok {
			return
		}
		words, path := flagValues(c.Name(), f.Name)
		if path {
			return // which a shell completes by itself
		}
		complete := cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp)
		if f.Value.Type() == "stringSlice" {
			complete = severalOf(words)
		}
		if err := c.RegisterFlagCompletionFunc(f.Name, complete); err != nil {
			panic(err) // a flag that was just visited is there
		}
	})
}

// severalOf completes a list with commas between.
func severalOf(words []string) cobra.CompletionFunc {
	return func(_ *cobra.Command, _ []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
		before := typed[:strings.LastIndex(typed, ",")+1]
		lists := make([]cobra.Completion, len(words))
		for i, w := range words {
			lists[i] = before + w
		}
		return lists, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
	}
}

// flagValues are the words that a flag takes, or that it takes a path; neither for what only the user knows.
func flagValues(command, flag string) (words []string, path bool) {
	switch flag {
	case "fail-on":
		return severityNames, false
	case "format":
		if command == "query" {
			return queryFormats, false
		}
		return reports.Formats(), false
	case "config", "case", "out", "evidence", "rules", "pseudonymise", "sign", "sign-password-file", "public-key":
		return nil, true
	}
	return nil, false
}

// wrapped breaks text at spaces into lines of at most so many characters.
func wrapped(width int, text string) string {
	var b strings.Builder
	column := 0
	for _, word := range strings.Fields(text) {
		n := utf8.RuneCountInString(word)
		switch {
		case column == 0:
		case column+1+n > width:
			b.WriteByte('\n')
			column = 0
		default:
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column += n
	}
	return b.String()
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
