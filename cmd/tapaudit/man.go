package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"tapaudit/reports"
)

// runMan prints the manual page. It is made from the table of commands, their flags and what help says of them, so it
// cannot say anything else. It bears no date: the same program always prints the same page.
func runMan(ctx context.Context, args []string, io streams) error {
	flags := newFlags("man", "", io)
	if err := parse(flags, args); err != nil {
		return err
	}
	if err := noArguments(flags); err != nil {
		return err
	}
	p := &manPage{}
	p.macro("TH", "TAPAUDIT", "1", "", "tapaudit "+programVersion(), "User Commands")
	p.macro("SH", "NAME")
	p.text("tapaudit - audit the use of Temporary Access Passes in Microsoft Entra ID")
	p.macro("SH", "SYNOPSIS")
	p.macro("B", "tapaudit")
	p.text("COMMAND [flags] [arguments]")
	p.macro("SH", "DESCRIPTION")
	p.text(about + " Results go to standard output, messages to standard error. No command opens a network connection.")
	p.macro("SH", "COMMANDS")
	for _, c := range commands {
		if err := p.command(ctx, c); err != nil {
			return err
		}
	}
	p.macro("SH", "OUTPUTS")
	p.text("The outputs that --format can name are " + strings.Join(reports.Formats(), ", ") + "; without it they are " +
		strings.Join(reports.DefaultFormats(), ", ") + ". Every report holds manifest.json, which lists its inputs and outputs with their SHA-256.")
	p.macro("SH", "EXIT STATUS")
	for _, s := range exitStatuses {
		p.item(fmt.Sprint(s.status), s.meaning)
	}
	p.macro("SH", "ENVIRONMENT")
	p.item("SOURCE_DATE_EPOCH", "seconds since 1970 that stand in manifest.json for the time when the report was made")
	p.item("NO_COLOR", "when it is not empty, no colours on the terminal")
	p.item("TMPDIR", "where temporary folders are made")
	_, err := p.WriteTo(io.out)
	return err
}

// manPage is a page in roff with the macros of man(7).
type manPage struct{ strings.Builder }

// WriteTo writes the page.
func (p *manPage) WriteTo(w io.Writer) (int64, error) {
	n, err := io.WriteString(w, p.String())
	return int64(n), err
}

// command is the section on a command, with the flags that the command itself declares.
func (p *manPage) command(ctx context.Context, c command) error {
	err := c.run(ctx, []string{"--help"}, streams{in: strings.NewReader(""), out: io.Discard, err: io.Discard, flags: func(flags *pflag.FlagSet) {
		p.macro("SS", usageLine(c.name, c.args, flags))
		p.text(capital(c.summary) + ". " + manuals[c.name].about)
		flags.VisitAll(func(f *pflag.Flag) {
			value, usage := pflag.UnquoteUsage(f)
			if !slices.Contains([]string{"", "0", "false", "[]"}, f.DefValue) {
				usage += " (default " + f.DefValue + ")"
			}
			p.item(strings.TrimSpace("--"+f.Name+" "+value), usage)
		})
		for _, e := range manuals[c.name].examples {
			p.macro("PP")
			p.text(capital(e.what) + ":")
			p.macro("PP")
			p.macro("RS", "4")
			p.macro("nf")
			p.line(e.line)
			p.macro("fi")
			p.macro("RE")
		}
	}})
	if err == pflag.ErrHelp {
		return nil
	}
	return err
}

func (p *manPage) item(name, text string) {
	p.macro("TP")
	p.macro("B", name)
	p.text(text)
}

// macro is a line that begins with a full stop; its arguments stand in quotes.
func (p *manPage) macro(name string, args ...string) {
	p.WriteString("." + name)
	for _, a := range args {
		p.WriteString(` "` + strings.ReplaceAll(roff(a), `"`, `\(dq`) + `"`)
	}
	p.WriteString("\n")
}

// text is running text, in lines that are easy to read in the page's source too.
func (p *manPage) text(s string) {
	for l := range strings.SplitSeq(wrapped(72, s), "\n") {
		p.line(l)
	}
}

// line is one line of text: one that begins like a macro is kept from being one.
func (p *manPage) line(s string) {
	s = roff(s)
	if strings.HasPrefix(s, ".") {
		s = `\&` + s
	}
	p.WriteString(s + "\n")
}

// roff escapes what roff reads differently: its escape character, and the hyphens, quotes and accents that it would set
// as typographic ones, so that command lines can be copied.
func roff(s string) string {
	return strings.NewReplacer(`\`, `\e`, "-", `\-`, "'", `\(aq`, "`", `\(ga`, "^", `\(ha`, "~", `\(ti`, "…", `\&...`).Replace(s)
}
