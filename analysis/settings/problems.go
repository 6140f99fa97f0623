package settings

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"tapaudit/ingest/safetext"
)

// maxReported bounds how many errors are shown: who has more has named the wrong file.
const maxReported = 100

// problem is one thing wrong, with its place.
type problem struct {
	file      string
	line, col int // 1-based; 0 where the file as a whole is meant
	text      string
}

func (p problem) Error() string {
	var place strings.Builder
	place.WriteString(p.file)
	for _, n := range []int{p.line, p.col} {
		if n > 0 {
			fmt.Fprintf(&place, ":%d", n)
		}
	}
	// Paths and the YAML parser's own messages may carry what stands in the file.
	return safetext.Line(place.String() + ": " + p.text)
}

// joined makes one error of all problems, each file's in the order of their
// places; files keep the order in which they come. It is nil without problems.
func joined(files ...[]problem) error {
	var all []error
	for _, problems := range files {
		slices.SortStableFunc(problems, func(a, b problem) int {
			return cmp.Or(cmp.Compare(a.line, b.line), cmp.Compare(a.col, b.col))
		})
		for _, p := range problems {
			all = append(all, p)
		}
	}
	if more := len(all) - maxReported; more > 0 {
		all = append(all[:maxReported], fmt.Errorf("… and %d more errors: correct these first", more))
	}
	return errors.Join(all...)
}

// quoted shows text from a file: shortened, and without control characters.
func quoted(text string) string {
	const most = 80
	if utf8.RuneCountInString(text) > most {
		return strconv.Quote(string([]rune(text)[:most])) + "…"
	}
	return strconv.Quote(text)
}

// named shows a key or rule name bare where that is safe and readable, else quoted.
func named(text string) string {
	odd := func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("_-.*", r)
	}
	if text == "" || len(text) > 80 || strings.ContainsFunc(text, odd) {
		return quoted(text)
	}
	return text
}

// unknown says that a name is not one of the known ones, and which of them may be
// meant, or else what to do.
func unknown(kind, name string, known []string, otherwise string) string {
	if nearest := Nearest(name, known); nearest != "" {
		return fmt.Sprintf("unknown %s %s; did you mean %s?", kind, named(name), nearest)
	}
	return fmt.Sprintf("unknown %s %s; %s", kind, named(name), otherwise)
}

// Nearest is the known name that somebody who wrote name probably meant, in
// whatever letter case; "" when none is near enough to be worth a question.
func Nearest(name string, known []string) string {
	best, least := "", 1+max(2, len(name)/4)
	if len(name) > 80 {
		return ""
	}
	for _, candidate := range slices.Sorted(slices.Values(known)) {
		d := distance(strings.ToLower(name), strings.ToLower(candidate))
		// Where every letter would have to change, nothing is alike.
		if d < least && d < utf8.RuneCountInString(name) {
			best, least = candidate, d
		}
	}
	return best
}

// distance is the number of letters to insert, delete, replace or swap with their
// neighbour that makes a of b.
func distance(a, b string) int {
	s, t := []rune(a), []rune(b)
	before, last, row := make([]int, len(t)+1), make([]int, len(t)+1), make([]int, len(t)+1)
	for j := range row {
		row[j] = j
	}
	for i := range s {
		before, last, row = last, row, before
		row[0] = i + 1
		for j := range t {
			change := 1
			if s[i] == t[j] {
				change = 0
			}
			row[j+1] = min(last[j]+change, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && s[i] == t[j-1] && s[i-1] == t[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
	}
	return row[len(t)]
}

// UnknownRule says that a rule of this id does not exist, and which may be meant.
func UnknownRule(id string, catalog Catalog) error {
	return errors.New(unknown("rule", id, slices.Collect(maps.Keys(catalog)), "'tapaudit rules list' shows them"))
}
