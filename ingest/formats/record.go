package formats

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"tapaudit/ingest/record"
)

// object is a JSON object's members in order. Of members with equal keys the first counts.
type object struct {
	keys   []string
	values []gjson.Result
}

// readObject reads an object that no tape knows.
func readObject(v gjson.Result) object { return tape{}.object(v, object{}) }

func (o object) get(key string) gjson.Result {
	for i, k := range o.keys {
		if k == key {
			return o.values[i]
		}
	}
	return gjson.Result{}
}

// text is a member's scalar as text; "" where it is absent, null or nested.
func (o object) text(key string) string { return scalarText(o.get(key)) }

func scalarText(v gjson.Result) string {
	switch v.Type {
	case gjson.String:
		return v.String()
	case gjson.Number, gjson.True, gjson.False:
		return v.Raw
	}
	return ""
}

// folded is the first member whose key is one of these in any letter case, in the order of the keys.
func (o object) folded(keys ...string) gjson.Result {
	for _, key := range keys {
		for i, k := range o.keys {
			if len(k) == len(key) && o.values[i].Type != gjson.Null && strings.EqualFold(k, key) {
				return o.values[i]
			}
		}
	}
	return gjson.Result{}
}

// hasFolded says whether a member has one of these keys in any letter case.
func (o object) hasFolded(keys ...string) bool {
	for _, k := range o.keys {
		for _, key := range keys {
			if len(k) == len(key) && strings.EqualFold(k, key) {
				return true
			}
		}
	}
	return false
}

// with adds a member, unless the value is absent.
func (o *object) with(key string, v gjson.Result) {
	if v.Exists() {
		o.keys = append(o.keys, key)
		o.values = append(o.values, v)
	}
}

func (o object) has(keys ...string) bool {
	for _, key := range keys {
		if !o.get(key).Exists() {
			return false
		}
	}
	return true
}

func (o object) hasAny(keys ...string) bool {
	for _, key := range keys {
		if o.get(key).Exists() {
			return true
		}
	}
	return false
}

// unwrap is a nested value, out of the string that holds its JSON where the export wrote it so.
func unwrap(v gjson.Result) gjson.Result {
	if v.Type != gjson.String {
		return v
	}
	inner := strings.TrimSpace(v.String())
	switch {
	case inner == "":
	case (inner[0] == '{' || inner[0] == '[') && gjson.Valid(inner):
		return gjson.Parse(inner)
	case isCut(inner):
		if object, ok := uncut(inner); ok {
			return object
		}
	}
	return v
}

// values are a record's, by the slots of its kind. A value of another type is left out and counted.
type values struct {
	kind  *record.Kind
	tape  tape     // of the record
	all   []string // by slot; "" where absent
	Wrong int      // values of a wrong type, loaded as absent
	note  string   // what is to be said of the record's source
	lost  bool     // some element of a list of objects could not be read
}

func newValues(k *record.Kind, in *Input) values {
	return values{kind: k, tape: in.tape, all: make([]string, k.Slots)}
}

// set gives a column a text of ours; an absent one leaves it as it is.
func (v *values) set(column, text string) {
	at := v.kind.At(column)
	if record.Given(text) && (!v.kind.Identity(at) || record.Present(text)) {
		v.all[at] = text
	}
}

// setDefault gives a column that has no value one of ours.
func (v *values) setDefault(column, text string) {
	if v.of(column) == "" {
		v.set(column, text)
	}
}

// setNumber is set for what must be a whole number; what is none is left out and counted.
func (v *values) setNumber(column, text string) {
	n, ok := scalarOf(record.Number, gjson.Result{Type: gjson.String, Str: text})
	if !ok {
		v.Wrong++
	}
	v.set(column, n)
}

// setBool is set for what is true or false.
func (v *values) setBool(column string, is bool) { v.set(column, strconv.FormatBool(is)) }

// lower puts a column's value into lower case.
func (v *values) lower(column string) {
	at := v.kind.At(column)
	v.all[at] = strings.ToLower(v.all[at])
}

// told is the text of a list that a column is told from, in lower case.
func (v *values) told(path string) string { return strings.ToLower(v.all[v.kind.Slot(path)]) }

// read takes the members that the kind is read with.
func (v *values) read(get func(key string) gjson.Result) {
	for i := range v.kind.Members {
		m := &v.kind.Members[i]
		v.member(m, get(m.Key))
	}
}

func (v *values) member(m *record.Member, value gjson.Result) {
	switch {
	case !value.Exists() || value.Type == gjson.Null:
	case m.Members == nil:
		v.put(m, value)
	default:
		nested := v.nested(value)
		if !nested.IsObject() {
			v.wrong(nested)
			return
		}
		var seen uint64 // of equal keys the first counts
		for key, value := range v.tape.each(nested) {
			for i := range m.Members {
				if m.Members[i].Key == key && seen&(1<<i) == 0 {
					seen |= 1 << i
					v.member(&m.Members[i], value)
				}
			}
		}
	}
}

// nested is a nested value out of the string that may hold it; absent where that string is empty.
func (v *values) nested(value gjson.Result) gjson.Result {
	if value.Type != gjson.String {
		return value
	}
	if !record.Given(value.Str) || !record.Present(value.Str) {
		return gjson.Result{}
	}
	inner := unwrap(value)
	if inner.Type == gjson.JSON && isCut(strings.TrimSpace(value.Str)) {
		v.tell(cutRead)
	}
	return inner
}

// wrong counts a value that should be nested and is not, or says what became of it.
func (v *values) wrong(value gjson.Result) {
	switch {
	case !value.Exists():
	case flattened.MatchString(value.Str):
		v.tell(cutLost)
	default:
		v.Wrong++
	}
}

// put gives a slot a record's value.
func (v *values) put(m *record.Member, value gjson.Result) {
	var text string
	ok := true
	switch m.Type {
	case record.JSON, record.Texts:
		nested := v.nested(value)
		switch {
		case !nested.Exists():
			return
		case m.Objects && nested.Type != gjson.JSON:
			v.wrong(nested)
			v.lost = true
			return
		case m.Objects:
			if nested = v.objects(nested); !nested.Exists() {
				return
			}
		}
		ok, text = nested.Type == gjson.JSON || m.Told, readable(nested.Raw)
	default:
		if text, ok = scalarOf(m.Type, value); m.Identity && !record.Present(text) {
			text = ""
		}
	}
	if !ok {
		v.Wrong++
		return
	}
	v.all[m.Slot] = text
}

// row is the row that the values make, without any passcode. Whoever reads the record counts them.
func (v *values) row(at time.Time) Row {
	if !at.IsZero() {
		v.all[v.kind.At("time")] = record.Instant(at)
	}
	for i, text := range v.all {
		if record.MayHoldPasscode(text) {
			v.all[i], _ = record.MaskPasscodes(text)
		}
	}
	return Row{v.kind, v.all[:len(v.kind.Columns)]}
}

// of is a column's value, "" where it is absent.
func (v *values) of(column string) string { return v.all[v.kind.At(column)] }

// scalarOf is a scalar as the text of a column's type, "" where it is absent; false where it is of another type.
func scalarOf(kind record.Type, v gjson.Result) (string, bool) {
	if v.Type == gjson.JSON {
		return "", false
	}
	switch kind {
	case record.Text, record.Time:
		if v.Type != gjson.String {
			return v.Raw, true
		}
		if s := v.String(); record.Given(s) {
			return strings.ToValidUTF8(s, "\uFFFD"), true
		}
		return "", true
	case record.Bool:
		switch s := strings.ToLower(strings.TrimSpace(scalarText(v))); s {
		case "true", "false", "":
			return s, true
		}
		return "", false
	case record.Number:
		s := strings.TrimSpace(scalarText(v))
		if s == "" {
			return "", true
		}
		if n, err := strconv.ParseInt(s, 10, 64); err == nil {
			return strconv.FormatInt(n, 10), true
		}
		if f, err := strconv.ParseFloat(s, 64); err == nil && v.Type == gjson.Number && f == math.Trunc(f) &&
			math.Abs(f) < 1<<53 {
			return strconv.FormatInt(int64(f), 10), true
		}
		return "", false
	}
	panic("no record is read as " + string(kind))
}

// quote is s as a JSON string that DuckDB reads: valid UTF-8, no lone surrogates.
func quote(s string) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(strings.ToValidUTF8(s, "\uFFFD")); err != nil {
		panic(err) // a string always has a form in JSON
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// readable is nested JSON as it is kept. It has no escapes, which would hide a word from a search for it. What
// DuckDB's reader refuses is gone too: lone surrogates become U+FFFD, numbers beyond a double become texts.
func readable(raw string) string {
	if !strings.Contains(raw, `\u`) && !hasExponent(raw) {
		return raw
	}
	var b strings.Builder
	rewrite(&b, gjson.Parse(raw))
	return b.String()
}

// hasExponent says whether a digit is followed by an exponent anywhere, inside strings too: it errs on that side.
func hasExponent(raw string) bool {
	for i := 1; i < len(raw); i++ {
		if (raw[i] == 'e' || raw[i] == 'E') && raw[i-1] >= '0' && raw[i-1] <= '9' {
			return true
		}
	}
	return false
}

func rewrite(b *strings.Builder, v gjson.Result) {
	switch {
	case v.IsObject(), v.IsArray():
		open, shut := byte('['), byte(']')
		if v.IsObject() {
			open, shut = '{', '}'
		}
		b.WriteByte(open)
		first := true
		v.ForEach(func(k, v gjson.Result) bool {
			if !first {
				b.WriteByte(',')
			}
			first = false
			if open == '{' {
				b.WriteString(quote(k.String()))
				b.WriteByte(':')
			}
			rewrite(b, v)
			return true
		})
		b.WriteByte(shut)
	case v.Type == gjson.String:
		b.WriteString(quote(v.String()))
	case v.Type == gjson.Number && math.IsInf(v.Num, 0):
		b.WriteString(quote(v.Raw))
	default:
		b.WriteString(v.Raw)
	}
}
