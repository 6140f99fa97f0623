package formats

import (
	"strings"
	"unicode/utf8"

	"github.com/tidwall/gjson"

	"tapaudit/ingest/record"
)

// What the readers of activities share: texts that somebody chose are cut, and details are an object of what was said.

// chosen is a text that somebody chose, as it is kept.
func chosen(text string) string {
	text = strings.ToValidUTF8(strings.TrimSpace(text), "\uFFFD")
	if len(text) <= record.LongestChosen {
		return text
	}
	characters := 0
	for at := range text {
		if characters == record.LongestChosen {
			return text[:at]
		}
		characters++
	}
	return text
}

// enumeration joins texts that somebody chose, each once, as far as there is room for them.
type enumeration struct{ text string }

func (e *enumeration) add(text string) {
	text = chosen(text)
	said := strings.Contains("; "+e.text+"; ", "; "+text+"; ")
	if text == "" || said || utf8.RuneCountInString(e.text) >= record.LongestChosen {
		return
	}
	if e.text != "" {
		e.text += "; "
	}
	e.text = chosen(e.text + text)
}

// details gathers what is to be kept of a record beside its columns.
type details struct{ members []member }

func (d *details) text(key, text string) {
	if record.Present(text) {
		d.members = append(d.members, member{key, stringValue(chosen(text))})
	}
}

func (d *details) yes(key string, is bool) {
	if is {
		d.members = append(d.members, member{key, boolValue(true)})
	}
}

// texts takes a list of texts, of which the first few are kept.
func (d *details) texts(key string, texts []string) {
	if len(texts) > 0 {
		d.members = append(d.members, member{key, textsValue(texts)})
	}
}

// json is the object's text, "" where there is nothing to say.
func (d *details) json() string { return nestedObject(d.members...).Raw }

// mostListed is how many texts of a list are kept.
const mostListed = 50

func textsValue(texts []string) gjson.Result {
	var values []gjson.Result
	for _, text := range texts[:min(len(texts), mostListed)] {
		values = append(values, gjson.Result{Type: gjson.String, Raw: quote(chosen(text))})
	}
	return nestedList(values)
}

// saying are the objects that say something of one record, the surest first: an event, and what wraps it.
type saying []object

// text is the first scalar under one of these keys, in any letter case, that is not a word for null.
func (s saying) text(keys ...string) string {
	for _, key := range keys {
		for _, o := range s {
			if text := scalarText(o.folded(key)); record.Present(text) {
				return strings.TrimSpace(text)
			}
		}
	}
	return ""
}

// wanted is a scalar that is looked for in an object, and where it goes.
type wanted struct {
	key  string // in any letter case
	text *string
}

// pick reads scalars of an object; of equal keys the first that says anything counts.
func pick(of gjson.Result, all ...wanted) {
	if !of.IsObject() {
		return
	}
	of.ForEach(func(key, value gjson.Result) bool {
		for _, w := range all {
			if *w.text == "" && len(key.Str) == len(w.key) && strings.EqualFold(key.Str, w.key) {
				*w.text = scalarText(value)
			}
		}
		return true
	})
}
