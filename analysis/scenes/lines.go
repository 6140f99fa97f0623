package scenes

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"tapaudit/analysis"
)

// word is a part of a line: a text, or an option KEY=VALUE or -KEY.
type word struct {
	text  string // as written, without quotes
	key   string // of an option
	value string // as written
}

// split cuts a line at blanks that stand outside quotes and brackets.
func split(line string) ([]word, error) {
	var words []word
	var current strings.Builder
	quoted, escaped, depth := false, false, 0
	end := func() error {
		if current.Len() == 0 {
			return nil
		}
		w, err := wordOf(current.String())
		words = append(words, w)
		current.Reset()
		return err
	}
	for _, r := range line {
		switch {
		case escaped:
			escaped = false
		case quoted && r == '\\':
			escaped = true
		case r == '"':
			quoted = !quoted
		case quoted:
		case r == '[' || r == '{':
			depth++
		case r == ']' || r == '}':
			depth--
		case (r == ' ' || r == '\t') && depth <= 0:
			if err := end(); err != nil {
				return nil, err
			}
			continue
		}
		current.WriteRune(r)
	}
	if quoted || depth > 0 {
		return nil, errors.New("a quotation mark or a bracket is not closed")
	}
	return words, end()
}

var option = regexp.MustCompile(`(?s)^([A-Za-z][A-Za-z0-9_-]*)=(.*)$`)

func wordOf(text string) (w word, err error) {
	w.text = text
	if m := option.FindStringSubmatch(text); m != nil {
		w.key, w.value = m[1], m[2]
	}
	if strings.HasPrefix(text, `"`) {
		if err := json.Unmarshal([]byte(text), &w.text); err != nil {
			return w, fmt.Errorf("%s is not a text in quotation marks", text)
		}
	}
	return w, nil
}

// options are what a line says of its record beside who did what to whom, in order.
type options struct{ list []word }

// take gives an option's text and takes it out; "" where there is none.
func (o *options) take(key string) string {
	i := slices.IndexFunc(o.list, func(w word) bool { return w.key == key })
	if i < 0 {
		return ""
	}
	w := o.list[i]
	o.list = slices.Delete(o.list, i, i+1)
	text, _ := valueOf(w.value).(string)
	return text
}

// valueOf is what an option sets a key to: JSON where it looks like JSON other than a number (an id may be all
// digits), else the text.
func valueOf(text string) any {
	text = withIDs(text)
	if text == "true" || text == "false" || text == "null" || text != "" && strings.Contains("{[\"", text[:1]) {
		var v any
		if err := json.Unmarshal([]byte(text), &v); err == nil {
			return v
		}
	}
	return text
}

// rest sets keys of the record that have no word of their own here.
func (o *options) rest(r record) error {
	for _, w := range o.list {
		switch {
		case w.key != "":
			r[w.key] = valueOf(w.value)
		case strings.HasPrefix(w.text, "-") && len(w.text) > 1:
			delete(r, w.text[1:])
		default:
			return fmt.Errorf("%q is not an option; an option is KEY=VALUE, or -KEY to leave a key out", w.text)
		}
	}
	return nil
}

// instant is a time of the notation; the zero value is none.
type instant struct{ time.Time }

// tuesday is the day of a time without a date.
const tuesday = "2026-03-10T"

// at reads 09:00, 09:00:00 (both on tuesday), 03-11T09:00 (in 2026) or the same with the year in front.
func at(text string) (time.Time, error) {
	for _, prefix := range []string{tuesday, "2026-", ""} {
		for _, layout := range []string{"2006-01-02T15:04", "2006-01-02T15:04:05"} {
			if t, err := time.Parse(layout, prefix+text); err == nil {
				return t, nil
			}
		}
	}
	return time.Time{}, fmt.Errorf("%q is not a time; say 09:00, 03-11T09:00:00 or 2025-12-10T09:00", text)
}

var repeated = regexp.MustCompile(`^(.*)\+([0-9smhd]+)\*([0-9]+)$`)

// times reads TIME, or TIME+STEP*N for N times that are STEP apart.
func times(text string) ([]time.Time, error) {
	m := repeated.FindStringSubmatch(text)
	if m == nil {
		t, err := at(text)
		return []time.Time{t}, err
	}
	first, err := at(m[1])
	if err != nil {
		return nil, err
	}
	step, err := apart(m[2])
	if err != nil {
		return nil, err
	}
	n, err := strconv.Atoi(m[3])
	if err != nil || n < 1 || n > 10000 {
		return nil, fmt.Errorf("%s: from 1 to 10,000 times", text)
	}
	var all []time.Time
	for i := range n {
		all = append(all, first.Add(time.Duration(i)*step))
	}
	return all, nil
}

// apart reads a duration of Go's, or days as 7d.
func apart(text string) (time.Duration, error) {
	if days, ok := strings.CutSuffix(text, "d"); ok {
		n, err := strconv.Atoi(days)
		return time.Duration(n) * 24 * time.Hour, err
	}
	return time.ParseDuration(text)
}

// span reads FIRST..LAST, two days, as the time from the beginning of the first to the end of the last.
func span(text string) (analysis.Period, error) {
	first, last, ok := strings.Cut(text, "..")
	from, err := at(first + "T00:00")
	to, err2 := at(last + "T00:00")
	if !ok || err != nil || err2 != nil || to.Before(from) || to.Sub(from) > 1000*24*time.Hour {
		return analysis.Period{}, fmt.Errorf("%q is not a span of days, 1,000 at most; say 03-01..03-31", text)
	}
	return analysis.Period{From: from, To: to.AddDate(0, 0, 1)}, nil
}

// state takes a line that gives evidence or says what is asked.
func (s *Scene) state(line string) error {
	words, err := split(line)
	if err != nil {
		return err
	}
	head := words[0].text
	if do, ok := statements[head]; ok {
		return do(s, words[1:])
	}
	when, err := times(head)
	if err != nil {
		known := strings.Join(slices.Sorted(maps.Keys(statements)), ", ")
		return fmt.Errorf("%w; a line begins with a time, or with one of %s", err, known)
	}
	for i, t := range when {
		numbered := slices.Clone(words[1:])
		if len(when) > 1 {
			for j := range numbered {
				number := strconv.Itoa(i + 1)
				numbered[j].text = strings.ReplaceAll(numbered[j].text, "#", number)
				numbered[j].value = strings.ReplaceAll(numbered[j].value, "#", number)
			}
		}
		if err := s.evidence.happens(t, numbered); err != nil {
			return err
		}
	}
	return nil
}

var statements map[string]func(s *Scene, words []word) error

func init() {
	statements = map[string]func(s *Scene, words []word) error{
		"tenant": func(s *Scene, words []word) error {
			if len(words) != 1 {
				return errors.New("say tenant NAME")
			}
			s.evidence.in(words[0].text)
			return nil
		},
		"period": func(s *Scene, words []word) (err error) {
			if len(words) != 1 {
				return errors.New("say period FIRST..LAST")
			}
			s.period, err = span(words[0].text)
			return err
		},
		"as-of": func(s *Scene, words []word) (err error) {
			if len(words) != 1 {
				return errors.New("say as-of TIME")
			}
			s.asOf.Time, err = at(words[0].text)
			return err
		},
		"accept": func(s *Scene, words []word) error {
			for _, w := range words {
				s.exceptions = append(s.exceptions, w.text)
			}
			return nil
		},
		"covers": func(s *Scene, words []word) error { return s.evidence.covers(words) },
		"user": func(s *Scene, words []word) error {
			return s.evidence.named(words, "user NAME created=TIME", s.evidence.user)
		},
		"role": func(s *Scene, words []word) error {
			return s.evidence.named(words, "role NAME HOLDER...", s.evidence.role)
		},
		"group": func(s *Scene, words []word) error {
			return s.evidence.named(words, "group NAME MEMBER...", s.evidence.group)
		},
		"conditional-access": func(s *Scene, words []word) error {
			return s.evidence.named(words, "conditional-access NAME STATE ACTION...", s.evidence.conditionalAccess)
		},
		"pass-of": func(s *Scene, words []word) error {
			return s.evidence.named(words, "pass-of USER created=TIME [id=ID]", s.evidence.passMethod)
		},
	}
}

// texts are the words that are not options, options the others.
func texts(words []word) (plain []string, o *options) {
	o = &options{}
	for _, w := range words {
		if w.key != "" || strings.HasPrefix(w.text, "-") && w.text != "->" {
			o.list = append(o.list, w)
		} else {
			plain = append(plain, w.text)
		}
	}
	return plain, o
}

// named reads a line that names one thing and lists others.
func (e *evidence) named(words []word, form string, add func(name string, more []string, o *options) error) error {
	plain, o := texts(words)
	if len(plain) == 0 {
		return fmt.Errorf("say %s", form)
	}
	if err := add(plain[0], plain[1:], o); err != nil {
		return fmt.Errorf("%w; say %s", err, form)
	}
	return nil
}

// happens takes what follows a time: WHO VERB [WHOM...] [OPTION...], or policy and its settings.
func (e *evidence) happens(t time.Time, words []word) error {
	plain, o := texts(words)
	if len(plain) > 0 && plain[0] == "policy" {
		p, err := policyOf(words[1:])
		if err == nil {
			e.add(dated("policy", t), p.whole())
		}
		return err
	}
	if len(plain) < 2 {
		return errors.New("after a time comes who, then what they did")
	}
	who, verb, whom := plain[0], plain[1], plain[2:]
	if verb == "changes-policy" {
		return e.changePolicy(t, who, words[2:])
	}
	do, ok := verbs[verb]
	if !ok {
		known := strings.Join(slices.Sorted(maps.Keys(verbs)), ", ")
		return fmt.Errorf("%q is nothing that anybody does here; known are changes-policy, %s", verb, known)
	}
	if len(whom) != do.objects {
		return fmt.Errorf("%s %s takes %d more words before its options, not %d", who, verb, do.objects, len(whom))
	}
	return do.add(e, t, who, whom, o)
}
