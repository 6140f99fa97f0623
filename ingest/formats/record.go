package formats

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/tidwall/gjson"

	"tapaudit/ingest/casefile"
)

// object is a JSON object's members in order. Of members with equal keys the first counts, as for DuckDB.
type object struct {
	keys   []string
	values []gjson.Result
}

func readObject(v gjson.Result) object {
	var o object
	v.ForEach(func(k, v gjson.Result) bool {
		o.keys = append(o.keys, k.String())
		o.values = append(o.values, v)
		return true
	})
	return o
}

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
			if strings.EqualFold(k, key) && o.values[i].Type != gjson.Null {
				return o.values[i]
			}
		}
	}
	return gjson.Result{}
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
	if inner != "" && (inner[0] == '{' || inner[0] == '[') && gjson.Valid(inner) {
		return gjson.Parse(inner)
	}
	return v
}

// isPresent says whether an identity is one: empty, <null> and all-zero ids are absent.
func isPresent(id string) bool {
	id = strings.TrimSpace(id)
	return id != "" && !strings.EqualFold(id, "<null>") && id != "00000000-0000-0000-0000-000000000000"
}

// canonical writes a record in the shape that its table's mapping reads: the keys it knows and no others, each of
// the type it must have. A value of another type is left out and counted.
type canonical struct {
	buf    bytes.Buffer
	Wrong  int // values of a wrong type, loaded as absent
	opened bool
}

func (c *canonical) begin() {
	c.buf.Reset()
	c.Wrong = 0
	c.opened = false
	c.buf.WriteByte('{')
}

func (c *canonical) end() string {
	c.buf.WriteByte('}')
	text := c.buf.String()
	if strings.Contains(text, "emporaryAccessPass") {
		text, _ = MaskPasscodes(text) // whoever reads the record counts them
	}
	return text
}

func (c *canonical) key(name string) {
	if c.opened {
		c.buf.WriteByte(',')
	}
	c.opened = true
	c.buf.WriteByte('"')
	c.buf.WriteString(name)
	c.buf.WriteString(`":`)
}

// set writes a text of our own.
func (c *canonical) set(name, value string) {
	if value == "" {
		return
	}
	c.key(name)
	c.buf.WriteString(quote(value))
}

// columns copies the members that a mapping reads; names that begin with _ are ours and never the record's.
func (c *canonical) columns(o object, columns casefile.Columns) {
	for _, col := range columns {
		if col.Name[0] != '_' {
			c.member(col.Name, col.Type, o.get(col.Name))
		}
	}
}

func (c *canonical) member(name, kind string, v gjson.Result) {
	if !v.Exists() || v.Type == gjson.Null {
		return
	}
	if kind == "JSON" || strings.HasPrefix(kind, "STRUCT") {
		if v.Type == gjson.String && strings.TrimSpace(v.Str) == "" {
			return
		}
		v = unwrap(v)
		if v.Type != gjson.JSON || kind != "JSON" && !v.IsObject() {
			c.Wrong++
			return
		}
		c.key(name)
		if kind == "JSON" {
			c.buf.WriteString(readable(v.Raw))
			return
		}
		inner := canonical{}
		inner.begin()
		o := readObject(v)
		for _, m := range structMembers(kind) {
			inner.member(m.Name, m.Type, o.get(m.Name))
		}
		c.Wrong += inner.Wrong
		c.buf.WriteString(inner.end())
		return
	}
	if kind == "VARCHAR" && v.Type == gjson.String && !isPresent(v.String()) {
		return // <null> in any spelling: the mapping knows only the usual ones
	}
	text, ok := scalarOf(kind, v)
	if !ok {
		c.Wrong++
		return
	}
	if text != "" {
		c.key(name)
		c.buf.WriteString(text)
	}
}

// scalarOf is a scalar as JSON text of the type that a column has; "" where an empty text stands for an absent value.
func scalarOf(kind string, v gjson.Result) (string, bool) {
	if v.Type == gjson.JSON {
		return "", false
	}
	switch kind {
	case "VARCHAR":
		if v.Type == gjson.String {
			return quote(v.String()), true
		}
		return quote(v.Raw), true
	case "BOOLEAN":
		switch s := strings.ToLower(strings.TrimSpace(scalarText(v))); s {
		case "true", "false", "":
			return s, true
		}
		return "", false
	case "BIGINT":
		s := strings.TrimSpace(scalarText(v))
		if s == "" {
			return "", true
		}
		if n, err := strconv.ParseInt(s, 10, 64); err == nil {
			return strconv.FormatInt(n, 10), true
		}
		if f, err := strconv.ParseFloat(s, 64); err == nil && v.Type == gjson.Number && f == math.Trunc(f) && math.Abs(f) < 1<<53 {
			return strconv.FormatInt(int64(f), 10), true
		}
		return "", false
	}
	panic("a mapping's column has the type " + kind + ", which no record is read as")
}

// structMembers are the members of STRUCT(name TYPE, …).
func structMembers(kind string) casefile.Columns {
	if cached, ok := structCache[kind]; ok {
		return cached
	}
	panic("a mapping's column has the type " + kind + ", which is not declared in structCache")
}

// structCache has the STRUCT types that mappings use; it is written by init only.
var structCache = map[string]casefile.Columns{}

func structType(members ...casefile.Column) string {
	var parts []string
	for _, m := range members {
		parts = append(parts, m.Name+" "+m.Type)
	}
	kind := "STRUCT(" + strings.Join(parts, ", ") + ")"
	structCache[kind] = members
	return kind
}

// quote is s as a JSON string that DuckDB reads: valid UTF-8, no lone surrogates.
func quote(s string) string {
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\uFFFD")
	}
	b, err := json.Marshal(s)
	if err != nil {
		panic(err) // a string always marshals
	}
	return string(b)
}

// readable is nested JSON that DuckDB reads. Its reader refuses lone surrogates and numbers beyond a double; such a
// text (never seen in a real export) is written anew with U+FFFD and with the number as text.
func readable(raw string) string {
	if !strings.Contains(raw, `\ud`) && !strings.Contains(raw, `\uD`) && !strings.ContainsAny(raw, "eE") {
		return raw
	}
	if !strings.Contains(raw, `\ud`) && !strings.Contains(raw, `\uD`) && !hasExponent(raw) {
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
