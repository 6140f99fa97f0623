package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/spf13/pflag"
)

const about = "tapaudit audits how Temporary Access Passes were used in Microsoft Entra ID, from exported logs, offline."

// manual is what is said of a command beside its summary and its flags, in its help and on the manual page.
type manual struct {
	about    string // sentences
	examples []example
}

// example is a command line as a user types it, and what it is for.
type example struct{ what, line string }

// manuals has an entry for every command.
var manuals = map[string]manual{
	"run": {"Reads files, folders, archives or standard input (-), judges what they hold and writes a report. " +
		"The evidence is never changed. Without --case the database lives in memory, and in a temporary folder what exceeds it.",
		[]example{
			{"audit a folder of exports", "tapaudit run evidence"},
			{"judge a quarter by your configuration", "tapaudit run evidence --config tapaudit.yaml --period 2026Q3 --out report-2026Q3"},
			{"the default outputs, and a workbook and a ticket's summary besides", "tapaudit run evidence --format html,csv,json,parquet,xlsx,summary"},
			{"fail a scheduled job when something urgent is open", "tapaudit run evidence --quiet --fail-on high"},
			{"read an archive from standard input", "tapaudit run - <evidence.zip"},
		}},
	"ingest": {"Loads evidence into a case, a database file that keeps it. The same file loaded twice adds nothing, and a load that " +
		"was interrupted can be repeated.",
		[]example{
			{"begin a case", "tapaudit ingest evidence --case case.duckdb"},
			{"add a later export, saying what becomes of each file", "tapaudit ingest more/signins.json.gz --case case.duckdb --verbose"},
		}},
	"analyze": {"Judges a case, leaves the derived tables and the findings in it for queries, and prints the summary.",
		[]example{
			{"judge all of the evidence", "tapaudit analyze --case case.duckdb"},
			{"judge one month by your configuration", "tapaudit analyze --case case.duckdb --config tapaudit.yaml --period 2026-09"},
		}},
	"report": {"Judges a case and writes its report. A folder that tapaudit wrote is replaced as a whole, any other is refused.",
		[]example{
			{"write a quarter's report", "tapaudit report --case case.duckdb --config tapaudit.yaml --period 2026Q3 --out report-2026Q3"},
			{"write only a timeline for Timesketch", "tapaudit report --case case.duckdb --format timesketch --out timeline"},
			{"write findings for a SIEM that reads OCSF", "tapaudit report --case case.duckdb --format ocsf --out ocsf"},
		}},
	"lake": {"Keeps exports as a lake: Parquet files by tenant and day, joined and sorted. A lake that is there is added to; 'run' reads " +
		"it like any other evidence.",
		[]example{
			{"begin a lake, or add a quarter to it", "tapaudit lake evidence --out lake"},
			{"add exports, with the tenant of those that name none", "tapaudit lake more --out lake --tenant 25b1f699-3870-4dbb-a781-c22127c974d7"},
		}},
	"extract": {"Prints the query by which an engine reduces a lake to what an audit needs. Its six result sets are evidence like any " +
		"other, and are judged exactly as all of the lake would be.",
		[]example{
			{"for Apache Spark", "tapaudit extract --engine spark --period 2026Q3"},
			{"for Log Analytics", "tapaudit extract --engine kql --period 2026Q3"},
		}},
	"query": {"Answers one SELECT over a case, read-only. Files, settings and other databases are out of its reach, and its " +
		"time, memory and rows are limited. 'tapaudit analyze' leaves the derived tables there.",
		[]example{
			{"list the log-ins", `tapaudit query --case case.duckdb "SELECT time, user_name, ip, supervised FROM logins ORDER BY time"`},
			{"export the passes of one user as CSV", `tapaudit query --case case.duckdb --format csv "SELECT * FROM passes WHERE user_name LIKE 'nina@%'"`},
		}},
	"diff": {"Says which findings of two reports are new, gone or changed, and what else sets the reports apart.",
		[]example{
			{"compare two quarters", "tapaudit diff report-2026Q2 report-2026Q3"},
			{"write the comparison, and fail when a new finding is high", "tapaudit diff report-2026Q2 report-2026Q3 --out changes --fail-on high"},
		}},
	"verify": {"Hashes every file of a report again and names each that is missing, added or not as manifest.json lists it; " +
		"with --evidence the inputs too, with --case the case file.",
		[]example{
			{"check a report", "tapaudit verify tapaudit-report"},
			{"check the evidence it was made from as well", "tapaudit verify tapaudit-report --evidence evidence"},
		}},
	"show": {"Prints the record that a report names as FILE:LINE, FILE:LINE[n] (the n-th record of that line) or FILE#ROW, formatted and " +
		"with passcodes masked, once the file's SHA-256 is as the report lists it. What the record is goes to standard error.",
		[]example{
			{"a record of a one-line export, of a folder", `tapaudit show tapaudit-report "evidence/signins.json:1[17]" --evidence evidence`},
			{"a row of a file inside an archive", `tapaudit show tapaudit-report "evidence.zip/InteractiveSignIns.csv#4" --evidence evidence.zip`},
		}},
	"remediate": {"Writes a commented PowerShell script (Microsoft Graph) of the fixes that a report's open findings call for, grouped " +
		"by finding. Every line is a comment until a person enables it; nothing is run.",
		[]example{
			{"fixes for the last report", "tapaudit remediate --out fixes.ps1"},
			{"fixes for another report", "tapaudit remediate report-2026Q3 --out fixes.ps1"},
			{"with the fixes that your own rules name", "tapaudit remediate --rules rules --out fixes.ps1"},
		}},
	"rules": {"Lists the rules as the configuration sets them, or prints one as its file states it: why it matters, how to verify, how " +
		"to fix, references and SQL. Tests rules of your own by the scenes beside them (DIR/testdata/ID.txtar): a few lines of evidence, and " +
		"what the rule must make of it.",
		[]example{
			{"list the rules", "tapaudit rules list"},
			{"list them as a configuration leaves them", "tapaudit rules list --config tapaudit.yaml"},
			{"read one", "tapaudit rules show TAP-SIGNIN-FREQUENT"},
			{"test your own", "tapaudit rules test rules"},
		}},
	"config": {"Checks a configuration and says what is wrong with line and column, or prints one with every key explained.",
		[]example{
			{"begin with the commented example", "tapaudit config example >tapaudit.yaml"},
			{"check your own", "tapaudit config check tapaudit.yaml"},
		}},
	"completion": {"Prints a script by which a shell completes commands, flags and their values.",
		[]example{
			{"bash, for this session", "source <(tapaudit completion bash)"},
			{"zsh, for good", "tapaudit completion zsh >~/.zfunc/_tapaudit"},
			{"fish, for good", "tapaudit completion fish >~/.config/fish/completions/tapaudit.fish"},
			{"PowerShell, for this session", "tapaudit completion powershell | Out-String | Invoke-Expression"},
		}},
	"man": {"Prints the manual page, made from what 'tapaudit help' knows.",
		[]example{
			{"read it", "tapaudit man | man -l -"},
			{"install it", "tapaudit man >/usr/local/share/man/man1/tapaudit.1"},
		}},
	"help": {"Without a name it lists the commands.",
		[]example{
			{"explain a command", "tapaudit help run"},
		}},
	"version": {"Prints the program's version, and the Go release and platform that it was built with.",
		[]example{
			{"for a report of an error", "tapaudit version"},
		}},
}

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

// runHelp lists the commands, or explains one as its own --help does.
func runHelp(ctx context.Context, args []string, io streams) error {
	flags := newFlags("help", "[COMMAND]", io)
	if err := parse(flags, args); err != nil {
		return err
	}
	switch flags.NArg() {
	case 0:
		printUsage(io.out)
		return nil
	case 1:
		for _, c := range commands {
			if c.name == flags.Arg(0) {
				return c.run(ctx, []string{"--help"}, io)
			}
		}
		return usagef("help: unknown command %q%s", flags.Arg(0), suggestion(flags.Arg(0), commandNames(), "; 'tapaudit help' lists them"))
	}
	return usagef("help: name one command")
}

func printUsage(w io.Writer) {
	fmt.Fprint(w, about, "\n\nCommands:\n")
	for _, c := range commands {
		fmt.Fprintf(w, "  %-40s %s\n", "tapaudit "+c.name+" "+c.args, c.summary)
	}
	fmt.Fprint(w, "\nExamples:\n")
	for _, e := range manuals["run"].examples[:2] {
		fmt.Fprintf(w, "  %s\n", e.line)
	}
	fmt.Fprint(w, "\n'tapaudit help COMMAND' shows a command's flags and examples, 'tapaudit man' prints the manual page.\n")
}

// printHelp explains one command.
func printHelp(w io.Writer, name, args string, flags *pflag.FlagSet) {
	fmt.Fprintf(w, "Usage: %s\n", usageLine(name, args, flags))
	for _, c := range commands {
		if c.name == name {
			fmt.Fprintf(w, "\n%s.\n", capital(c.summary))
		}
	}
	m := manuals[name]
	fmt.Fprintf(w, "%s\n\nExamples:\n", wrapped(80, m.about))
	for _, e := range m.examples {
		fmt.Fprintf(w, "  # %s\n  %s\n", e.what, e.line)
	}
	if flags.HasFlags() {
		fmt.Fprintf(w, "\nFlags:\n%s", flags.FlagUsagesWrapped(100))
	}
}

func usageLine(name, args string, flags *pflag.FlagSet) string {
	line := "tapaudit " + name
	if flags.HasFlags() {
		line += " [flags]"
	}
	return strings.TrimSpace(line + " " + args)
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
