// Package safetext makes text of strangers fit for people's eyes: characters that a screen obeys, that reorder what
// stands around them, or that nobody can see are shown as pictures.
//
// What people read goes through it: the terminal, the pages, the Markdown summary, the workbook, comments in scripts.
// What programs read (CSV, JSON, Parquet) holds the values as they are, or in JSON as \u escapes. It stands this low
// in the tree because messages about evidence and configurations are made below the reports.
package safetext

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
)

// unseen are the characters without a shape of their own: controls, formats (bidirectional ones among them), and line
// and paragraph separators. Unicode's Default_Ignorable_Code_Point (UAX #44) adds fillers, variation selectors, tags
// and the combining grapheme joiner.
var unseen = []*unicode.RangeTable{unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp,
	unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector}

// Deceptive says whether r acts on its reader's screen instead of being read, or cannot be seen there. Line feed and
// tab are text; so are the Arabic and Syriac signs that Unicode counts as formats although they are drawn.
func Deceptive(r rune) bool {
	switch {
	case r == '\n' || r == '\t':
		return false
	case r < 0x7f:
		return r < ' '
	case r == '\u2800' || r == '\U0001d159' || r == '\U00016fe4': // symbols that are drawn blank
		return true
	}
	return unicode.In(r, unseen...) && !unicode.Is(unicode.Prepended_Concatenation_Mark, r)
}

// Visible is r, or what is shown in its place when it is deceptive: Unicode's control pictures (U+2400) where there is
// one, else U+FFFD.
func Visible(r rune) rune {
	switch {
	case !Deceptive(r):
		return r
	case r < ' ':
		return '\u2400' + r
	case r == 0x7f:
		return '\u2421'
	}
	return utf8.RuneError
}

// Text is s with every deceptive character shown as a picture, and bytes that are not UTF-8 as U+FFFD. It keeps lines.
func Text(s string) string { return strings.Map(Visible, s) }

// Line is Text on one line: line feeds and tabs are shown as pictures too.
func Line(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' {
			return '\u2400' + r
		}
		return Visible(r)
	}, s)
}

// NewWriter returns a writer that passes everything on as Text makes it, wherever it is cut. It must be closed, which
// leaves w open.
func NewWriter(w io.Writer) io.WriteCloser { return transform.NewWriter(w, runes.Map(Visible)) }

// Messages returns a writer that passes each message on as Text makes it. A message is one call of Write.
func Messages(w io.Writer) io.Writer { return messages{w} }

type messages struct{ w io.Writer }

func (m messages) Write(p []byte) (int, error) {
	if _, err := io.WriteString(m.w, Text(string(p))); err != nil {
		return 0, err
	}
	return len(p), nil
}

// Counted is a number and its noun: 1 record, 2 records.
func Counted[N int | int64](n N, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.FormatInt(int64(n), 10) + " " + many
}

// JSON is JSON text in which deceptive characters are written as \u escapes: the same value, and safe to look at.
func JSON(text []byte) string {
	var b strings.Builder
	for _, r := range string(text) {
		switch {
		case !Deceptive(r):
			b.WriteRune(r)
		case r > 0xffff:
			r -= 0x10000
			fmt.Fprintf(&b, `\u%04x\u%04x`, 0xd800+r>>10, 0xdc00+r&0x3ff)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}
