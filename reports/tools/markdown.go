package tools

import (
	"fmt"
	"io"
	"strings"
	"unicode"

	"tapaudit/analysis"
	"tapaudit/reports/folder"
	"tapaudit/reports/verdict"
	"tapaudit/reports/words"
)

// What one page has room for.
const (
	markdownFindings = 5
	markdownReasons  = 5
	markdownTenants  = 5
	markdownText     = 300 // characters of a text from the evidence
)

// WriteSummary writes summary.md: the audit on one page, for a ticket or a
// wiki.
func WriteSummary(f *folder.Folder, r *analysis.Result, version string) error {
	return f.Create("summary.md", func(w io.Writer) error {
		_, err := io.WriteString(w, summaryPage(r, version))
		return err
	})
}

func summaryPage(r *analysis.Result, version string) string {
	var b strings.Builder
	print := func(format string, args ...any) { fmt.Fprintf(&b, format, args...) }
	fact := func(name, text string) {
		if text != "" {
			print("- %s: %s\n", name, markdown(text))
		}
	}
	t := verdict.TallyOf(r)
	heading, sentence := verdict.Of(r)

	print("# Temporary Access Pass audit\n\n**%s.** %s\n\n", heading, sentence)
	fact("Organisation", r.Organisation)
	fact("Case", r.Case.ID)
	fact("Examiner", r.Case.Examiner)
	tenants := r.Tenants[:min(len(r.Tenants), markdownTenants)]
	names := make([]string, len(tenants))
	for i, id := range tenants {
		names[i] = words.Or(r.TenantNames[strings.ToLower(id)], id)
	}
	fact(map[bool]string{true: "Tenant", false: "Tenants"}[len(r.Tenants) == 1], strings.Join(names, ", "))
	if more := len(r.Tenants) - len(tenants); more > 0 {
		print("- and %s\n", words.Count(more, "further tenant", "further tenants"))
	}
	if !r.Period.From.IsZero() {
		print("- Period: %s (UTC)\n", words.Spanned(r.Period))
	}
	print("- Evidence: %s, %s read, %s loaded, %s quarantined\n", words.Count(len(r.Evidence), "file", "files"),
		words.Count(t.Read, "record", "records"),
		words.Number(t.Loaded), words.Number(t.Quarantined))

	print("\n## Findings\n\n| severity | open | excepted |\n| --- | ---: | ---: |\n")
	for _, s := range verdict.Severities {
		print("| %s | %s | %s |\n", s, words.Number(t.Open[s]), words.Number(t.ExceptedBy[s]))
	}

	if first := verdict.FirstThings(r, markdownFindings); len(first) > 0 {
		print("\n## Look at this first\n\n")
		for i, f := range first {
			print("%d. **%s**, %s (%s)\n", i+1, f.Severity, markdown(f.Title), markdown(f.RuleID))
			print("   - %s: %s%s\n", markdown(words.Or(f.SubjectType, "subject")),
				markdown(words.Or(verdict.Subject(f), "not named")), since(f))
			print("   - %s\n", markdown(f.Summary))
			if together := verdict.TogetherWith(r, f); together != "" {
				print("   - %s\n", markdown(together))
			}
		}
	}

	requests, reasons := verdict.Requests(r), verdict.OtherReasons(r)
	if len(requests) > 0 {
		print("\n## What could not be seen\n\nTo see more, collect this; what would enable most comes first.\n\n")
		for _, q := range requests[:min(len(requests), markdownReasons)] {
			print("- %s, for %s\n", markdown(q.Title(r)), q.Enables())
			for _, told := range q.Particulars() {
				print("   - %s\n", markdown(told))
			}
		}
		if more := len(requests) - markdownReasons; more > 0 {
			print("- and %s in the report\n", words.Count(more, "further request", "further requests"))
		}
	}
	if len(reasons) > 0 {
		if len(requests) > 0 {
			print("\n## What else stood in the way\n\n")
		} else {
			print("\n## What could not be seen\n\n")
		}
		for _, u := range reasons[:min(len(reasons), markdownReasons)] {
			how := "only in part"
			if u.All() {
				how = "not at all"
			}
			where := ""
			if u.TenantID != "" {
				where = ", tenant " + markdown(verdict.Tenant(r, u.TenantID))
			}
			print("- %s (%s)%s: %s\n", how, u.Touches(), where, markdown(u.Reason))
		}
		if more := len(reasons) - markdownReasons; more > 0 {
			print("- and %s in the report\n", words.Count(more, "further reason", "further reasons"))
		}
	}

	print("\nWritten by %s from rules with SHA-256 %s", markdown(strings.TrimSpace("tapaudit "+version)),
		markdown(words.Or(r.RulesHash, "unknown")))
	if r.SettingsHash != "" {
		print(" and a configuration with SHA-256 %s", markdown(r.SettingsHash))
	}
	print(". Each finding, its records and their places in the evidence stand in the report.\n")
	return b.String()
}

func since(f *analysis.Finding) string {
	if f.FirstSeen.IsZero() {
		return ""
	}
	return ", " + words.Clock(f.FirstSeen) + " UTC"
}

// markdown is text that no renderer of Markdown acts on. Plain prose stands as
// it is; everything else becomes a code span, inside which there are neither
// links, addresses that link themselves, mentions, HTML nor emphasis. Escapes
// with backslashes would not do: renderers find addresses after taking them
// away. It is one line and stands within a line of ours, so no block begins.
func markdown(text string) string {
	text = words.Clip(markdownText, words.Line(text))
	if text == "" || isPlainProse(text) {
		return text
	}
	// A backtick would end the span, and a backslash before its end keep some renderers from seeing that.
	text = strings.ReplaceAll(text, "`", "ˋ")
	if strings.HasSuffix(text, `\`) {
		text += " "
	}
	return "`" + text + "`"
}

// isPlainProse says whether text holds letters, digits and the punctuation of
// sentences only, and nothing that reads as an address: a renderer links a full
// stop or a colon between letters.
func isPlainProse(text string) bool {
	runes := []rune(text)
	for i, r := range runes {
		switch {
		case r == '.' || r == ':':
			if i+1 < len(runes) && runes[i+1] != ' ' {
				return false
			}
		case unicode.IsLetter(r), unicode.IsDigit(r), strings.ContainsRune(" ,;()'?-…", r):
		default:
			return false
		}
	}
	return true
}
