package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// widestHelp is how many characters a line of help has at most.
const widestHelp = 100

// placeholders stand in help for what a flag takes.
var placeholders = map[string]string{
	"as-of": "TIME", "from": "TIME", "to": "TIME", "period": "PERIOD", "timeout": "DURATION",
	"case": "FILE", "config": "FILE", "pseudonymise": "FILE", "sign": "FILE", "sign-password-file": "FILE",
	"evidence": "PATH", "rules": "DIR", "into": "PLACE", "public-key": "KEY",
	"tenant": "ID", "fail-on": "SEVERITY", "threads": "NUMBER", "memory-limit": "SIZE",
	"engine": "ENGINE", "layout": "LAYOUT", "table": "NAME=TABLE", "column": "NAME=COLUMN", "nested": "KIND",
	"times": "KIND", "format": "FORMAT",
}

// flagHelp is what help says of a flag: how it is written, and what it is for.
func flagHelp(f *pflag.Flag) (written, what string) {
	takes := placeholders[f.Name]
	if f.Name == "out" {
		takes = "FILE"
		if strings.HasPrefix(f.Usage, "folder") {
			takes = "DIR"
		}
	}
	what = f.Usage
	if f.Value.Type() == "bool" {
		takes = ""
	} else if f.DefValue != "" && f.DefValue != "0" && f.DefValue != "[]" {
		what += " (default " + f.DefValue + ")"
	}
	written = "--" + f.Name
	if f.Shorthand != "" {
		written = "-" + f.Shorthand + ", " + written
	}
	return strings.TrimSpace(written + " " + takes), what
}

// flagLines are the flags as help lists them. pflag's own list says of every switch that it may be true or false.
func flagLines(flags *pflag.FlagSet) string {
	type line struct{ written, what string }
	var lines []line
	widest := 0
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Hidden {
			return
		}
		written, what := flagHelp(f)
		if f.Shorthand == "" {
			written = "    " + written
		}
		widest = max(widest, len(written))
		lines = append(lines, line{written, what})
	})
	var b strings.Builder
	indent := "\n" + strings.Repeat(" ", 2+widest+3)
	for _, l := range lines {
		what := wrapped(widestHelp-len(indent)+1, l.what)
		fmt.Fprintf(&b, "  %-*s   %s\n", widest, l.written, strings.ReplaceAll(what, "\n", indent))
	}
	return b.String()
}

// explainCompletion says how each shell's script is used. cobra makes the scripts.
func explainCompletion(c *cobra.Command) {
	c.Short = "print a script that completes commands in a shell"
	c.Long = "Prints a script by which a shell completes commands, flags and their values."
	onlyWith(c)
	ways := map[string][]example{
		"bash": {
			{"complete in this session; needs the package bash-completion", "source <(tapaudit completion bash)"},
			{"complete in every session, on Linux", "tapaudit completion bash > /etc/bash_completion.d/tapaudit"},
		},
		"zsh": {
			{"complete in this session, after 'autoload -U compinit; compinit'", "source <(tapaudit completion zsh)"},
			{"complete in every session", `tapaudit completion zsh > "${fpath[1]}/_tapaudit"`},
		},
		"fish": {
			{"complete in this session", "tapaudit completion fish | source"},
			{"complete in every session", "tapaudit completion fish > ~/.config/fish/completions/tapaudit.fish"},
		},
		"powershell": {
			{"complete in this session; in every one from your profile",
				"tapaudit completion powershell | Out-String | Invoke-Expression"},
		},
	}
	for _, shell := range c.Commands() {
		shell.Short = "print the script for " + shell.Name()
		shell.Long = capital(shell.Short) + "."
		shell.Example = examples(ways[shell.Name()]...)
		if f := shell.Flags().Lookup("no-descriptions"); f != nil {
			f.Usage = "complete without saying what each word means"
		}
	}
}
