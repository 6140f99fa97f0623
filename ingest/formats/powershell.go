package formats

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/tidwall/gjson"
)

// Objects of the PowerShell SDK as ConvertTo-Json writes them: Graph's objects with names in PascalCase, members that
// the SDK does not know under AdditionalProperties, and the whole nested likewise.

// fromPowerShell puts an object into Graph's spelling; ok is false where nothing about it is PowerShell's.
func fromPowerShell(o object) (p object, ok bool) {
	for _, k := range o.keys {
		if first, _ := utf8.DecodeRuneInString(k); unicode.IsUpper(first) {
			ok = true
			break
		}
	}
	if !ok {
		return o, false
	}
	var b strings.Builder
	camelObject(&b, o)
	return readObject(gjson.Parse(b.String())), true
}

func camelObject(b *strings.Builder, o object) {
	b.WriteByte('{')
	first := true
	member := func(k string, v gjson.Result) {
		if !first {
			b.WriteByte(',')
		}
		first = false
		b.WriteString(quote(camelKey(k)))
		b.WriteByte(':')
		camelValue(b, v)
	}
	var extra gjson.Result
	for i, k := range o.keys {
		if k == "AdditionalProperties" && o.values[i].IsObject() {
			extra = o.values[i]
			continue
		}
		member(k, o.values[i])
	}
	// What the SDK knows counts before what it found beside it.
	if extra.Exists() {
		inner := readObject(extra)
		for i, k := range inner.keys {
			member(k, inner.values[i])
		}
	}
	b.WriteByte('}')
}

func camelValue(b *strings.Builder, v gjson.Result) {
	switch {
	case v.IsObject():
		camelObject(b, readObject(v))
	case v.IsArray():
		b.WriteByte('[')
		first := true
		v.ForEach(func(_, e gjson.Result) bool {
			if !first {
				b.WriteByte(',')
			}
			first = false
			camelValue(b, e)
			return true
		})
		b.WriteByte(']')
	default:
		b.WriteString(v.Raw)
	}
}

// camelKey is a PascalCase name in Graph's spelling: UserId becomes userId, IPAddress ipAddress.
func camelKey(k string) string {
	upper := 0
	for upper < len(k) && k[upper] >= 'A' && k[upper] <= 'Z' {
		upper++
	}
	switch {
	case upper == 0:
		return k
	case upper == 1 || upper == len(k):
		return strings.ToLower(k[:upper]) + k[upper:]
	default: // the last capital begins the next word
		return strings.ToLower(k[:upper-1]) + k[upper-1:]
	}
}

var powerShellFormats = map[*Format]*Format{}

// powerShell is a format whose objects are in PowerShell's spelling.
func powerShell(f *Format) *Format {
	if p, ok := powerShellFormats[f]; ok {
		return p
	}
	return f
}

func init() {
	for _, f := range all {
		powerShellFormats[f] = &Format{Name: f.Name + " (PowerShell)", recognise: f.recognise, read: f.read}
	}
}
