package formats

import (
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/tidwall/gjson"

	"tapaudit/ingest/record"
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

// camel is an object in Graph's spelling, whichever it had.
func camel(o object) object {
	p, _ := fromPowerShell(o)
	return p
}

func camelObject(b *strings.Builder, o object) {
	b.WriteByte('{')
	first := true
	member := func(k string, v gjson.Result) {
		if !first {
			b.WriteByte(',')
		}
		first = false
		b.WriteString(quote(record.FromPascal(k)))
		b.WriteByte(':')
		camelValue(b, v)
	}
	// Of equal keys the first counts: what the SDK knows, then what it found beside it, then what it knows to be null.
	var extra object
	for i, k := range o.keys {
		switch v := o.values[i]; {
		case k == "AdditionalProperties" && v.IsObject():
			extra = readObject(v)
		case v.Type != gjson.Null:
			member(k, v)
		}
	}
	for i, k := range extra.keys {
		member(k, extra.values[i])
	}
	for i, k := range o.keys {
		if o.values[i].Type == gjson.Null {
			member(k, o.values[i])
		}
	}
	b.WriteByte('}')
}

func camelValue(b *strings.Builder, v gjson.Result) {
	switch {
	case v.IsObject() && v.Get("DateTime").Exists() && v.Get("value").Type == gjson.String:
		// Windows PowerShell writes a time so when somebody looked at it before.
		b.WriteString(v.Get("value").Raw)
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

// powerShellFormats are the formats whose objects are in PowerShell's spelling, by those whose objects are not.
var powerShellFormats = sync.OnceValue(func() map[*Format]*Format {
	formats := map[*Format]*Format{}
	for _, f := range all {
		formats[f] = &Format{Name: f.Name + " (PowerShell)", needs: f.needs, is: f.is, read: f.read}
	}
	return formats
})

// powerShell is a format whose objects are in PowerShell's spelling.
func powerShell(f *Format) *Format {
	if p, ok := powerShellFormats()[f]; ok {
		return p
	}
	return f
}
