package main

import (
	"context"
	"embed"
	"io"
	"slices"
	"strings"
	"text/template"

	"github.com/spf13/pflag"

	"tapaudit/analysis"
	"tapaudit/reports"
)

//go:embed completion/*.tmpl
var completionFiles embed.FS

// shells are those that completions are written for, each with a template of its name.
var shells = []string{"bash", "zsh", "fish", "powershell"}

var completionTemplates = template.Must(template.New("").Funcs(template.FuncMap{
	"words":     func(words []string) string { return strings.Join(words, " ") },
	"quote":     quoteShell,
	"describe":  describeZsh,
	"quoteFish": quoteFish,
	"quotePS":   quotePowerShell,
	"listPS": func(words []string) string {
		quoted := make([]string, len(words))
		for i, word := range words {
			quoted[i] = quotePowerShell(word)
		}
		return strings.Join(quoted, ", ")
	},
}).ParseFS(completionFiles, "completion/*.tmpl"))

// runCompletion prints a script that completes this program's commands, flags and their values in a shell.
func runCompletion(ctx context.Context, args []string, io streams) error {
	flags := newFlags("completion", "bash | zsh | fish | powershell", io)
	if err := parse(flags, args); err != nil {
		return err
	}
	if flags.NArg() != 1 || !slices.Contains(shells, flags.Arg(0)) {
		return usagef("completion: name one of %s%s", strings.Join(shells, ", "), suggestion(flags.Arg(0), shells, ""))
	}
	all, err := completeCommands(ctx)
	if err != nil {
		return err
	}
	return completionTemplates.ExecuteTemplate(io.out, flags.Arg(0)+".tmpl", all)
}

// completedCommand is what can be said about a command before it runs.
type completedCommand struct {
	Name, Summary string
	Words         []string // its arguments, where there is a choice of words; else it takes paths or nothing
	Flags         []completedFlag
	After         []choice // what may follow one of its words or flags
}

// FlagNames are the flags as they are typed.
func (c completedCommand) FlagNames() []string {
	var names []string
	for _, f := range c.Flags {
		names = append(names, "--"+f.Name)
	}
	return names
}

type completedFlag struct {
	Name, Usage string
	Takes       bool     // a value
	Path        bool     // the value is a path
	List        bool     // the value is several of Words, with commas between
	Words       []string // the value is one of these
}

// choice is what may follow a word: one of Words (several with commas between where List is set), a path where Path is
// set, or else something that only the user knows.
type choice struct {
	Word  string
	Words []string
	Path  bool
	List  bool
}

// completeCommands asks every command for its flags, so that none can be forgotten here.
func completeCommands(ctx context.Context) ([]completedCommand, error) {
	rules, err := analysis.BuiltInRules()
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, r := range rules {
		ids = append(ids, r.ID)
	}
	arguments := map[string][]choice{
		"rules":      {{Word: "list"}, {Word: "show", Words: ids}, {Word: "test", Path: true}},
		"config":     {{Word: "check", Path: true}, {Word: "example"}},
		"completion": {{Word: "bash"}, {Word: "zsh"}, {Word: "fish"}, {Word: "powershell"}},
	}
	for _, name := range commandNames() {
		if name != "help" { // a word after help is not a word after its own name
			arguments["help"] = append(arguments["help"], choice{Word: name})
		}
	}
	var all []completedCommand
	for _, c := range commands {
		done := completedCommand{Name: c.name, Summary: c.summary, After: arguments[c.name]}
		for _, a := range done.After {
			done.Words = append(done.Words, a.Word)
		}
		err := c.run(ctx, []string{"--help"}, streams{in: strings.NewReader(""), out: io.Discard, err: io.Discard, flags: func(flags *pflag.FlagSet) {
			flags.VisitAll(func(f *pflag.Flag) {
				flag := completedFlag{Name: f.Name, Usage: f.Usage, Takes: f.NoOptDefVal == ""}
				flag.Words, flag.Path = flagValues(c.name, f.Name)
				flag.List = f.Value.Type() == "stringSlice"
				done.Flags = append(done.Flags, flag)
				if flag.Takes {
					done.After = append(done.After, choice{"--" + f.Name, flag.Words, flag.Path, flag.List})
				}
			})
		}})
		if err != nil && err != pflag.ErrHelp {
			return nil, err
		}
		all = append(all, done)
	}
	return all, nil
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

func quoteShell(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// describeZsh is a word with its description as _describe takes them.
func describeZsh(word, description string) string {
	return quoteShell(word + ":" + strings.ReplaceAll(description, ":", `\:`))
}

func quoteFish(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(s) + "'"
}

func quotePowerShell(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
