package formats

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"slices"
	"strings"

	"github.com/tidwall/gjson"
)

// The Entra admin centre heads its CSV in its reader's language. portal-words.csv has the words at the head of a
// download of sign-ins that some source shows, with their English. Nothing in it is a translation of ours. No source
// shows the words of the files of steps and of audit events, nor whether their values are translated too: those are
// not read.

//go:embed portal-words.csv
var portalWords string

// translation is a language of the admin centre.
type translation struct {
	language string
	columns  map[string]string // folded, by the folded column in the language
	statuses map[string]string // likewise, of the column status
}

var translations = readTranslations(portalWords)

func readTranslations(text string) (all []*translation) {
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		panic(fmt.Sprintf("portal-words.csv: %v", err)) // it is part of the program
	}
	for _, row := range rows[1:] {
		if len(all) == 0 || all[len(all)-1].language != row[0] {
			all = append(all, &translation{row[0], map[string]string{}, map[string]string{}})
		}
		t := all[len(all)-1]
		switch row[1] {
		case "column":
			t.columns[inWords(row[2])] = row[3]
		case "status":
			t.statuses[inWords(row[2])] = row[3]
		}
	}
	return all
}

// inWords is a folded text with one kind of apostrophe: the portal and what saves a file again have several.
func inWords(text string) string {
	return strings.NewReplacer("’", "'", "ʼ", "'").Replace(fold(text))
}

// mustKnow are the columns without which a translated file of sign-ins is not read: what a record is known by, and its
// outcome.
var mustKnow = []string{"date (utc)", "request id", "correlation id", "user id", "username", "ip address", "status",
	"sign-in error code"}

// inLanguage are the columns whose values are words, which the portal may translate too. No source shows those, so
// these columns of a translated file are left out.
var inLanguage = []string{
	"user type", "cross tenant access type", "incoming token type", "authentication protocol",
	"original transfer method", "client app",
	"authentication requirement", "conditional access",
}

// translatedSheet is the sheet of a header in one of the languages. It is nil where the header is in none, or where a
// column that a file of sign-ins must have is not known.
func translatedSheet(columns []string) *Sheet {
	for _, t := range translations {
		english, unknown, left := make([]string, len(columns)), []string(nil), []string(nil)
		known := map[string]bool{}
		for i, c := range columns {
			word, ok := t.columns[inWords(c)]
			known[word] = true
			switch {
			case !ok:
				unknown = append(unknown, strings.TrimSpace(strings.TrimPrefix(c, "\ufeff")))
				english[i] = "in " + t.language + ": " + c
			case slices.Contains(inLanguage, word):
				if !slices.Contains(left, word) {
					left = append(left, word)
				}
				english[i] = "in " + t.language + ": " + c
			default:
				english[i] = word
			}
		}
		if slices.ContainsFunc(mustKnow, func(c string) bool { return !known[c] }) {
			continue
		}
		s := recogniseHeader(english)
		if s == nil {
			continue
		}
		s.translation, s.Note = t, "its header is in "+t.language+" and is read as the English one"
		if len(left) > 0 {
			s.Note += "; left out, since their values are words of that language: " + strings.Join(left, ", ")
		}
		if len(unknown) > 0 {
			s.Note += "; not known: " + strings.Join(unknown, ", ")
		}
		if len(left)+len(unknown) > 0 {
			s.Note += "; to have them, set the portal's language to English and download again, or download as JSON"
		}
		for i, c := range columns {
			s.columns[i], s.folded[i] = strings.TrimSpace(strings.TrimPrefix(c, "\ufeff")), fold(c)
		}
		return s
	}
	return nil
}

// translate puts a row's status into English where the word is known. Where it is not, the error code alone says what
// became of a sign-in: a number is the same in every language.
func (t *translation) translate(o object) {
	for i, key := range o.keys {
		if key != "status" {
			continue
		}
		word, ok := t.statuses[inWords(o.values[i].String())]
		if ok {
			o.values[i] = stringValue(word)
		} else {
			o.values[i] = gjson.Result{}
		}
	}
}
