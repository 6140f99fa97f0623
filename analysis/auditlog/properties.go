package auditlog

import (
	"encoding/json"
	"iter"
	"strings"

	"github.com/tidwall/gjson"
)

// Property is an entry of modifiedProperties. A value is its text: what a JSON string
// says, the JSON itself of anything else, and "" for null or nothing.
type Property struct{ DisplayName, OldValue, NewValue string }

// ReadProperties collects the modified properties of all targets of an audit event. It reads targetResources as JSON,
// in either letter case; a list may be JSON in a string.
func ReadProperties(targetResources []byte) []Property {
	text := func(v gjson.Result) string {
		switch v.Type {
		case gjson.Null:
			return ""
		case gjson.String:
			return v.Str
		}
		return v.Raw
	}
	var properties []Property
	for target := range Elements(Unquoted(string(targetResources))) {
		for p := range Elements(UnquotedValue(Member(target, "modifiedProperties"))) {
			if !p.IsObject() {
				continue
			}
			properties = append(properties, Property{
				DisplayName: text(Member(p, "displayName")),
				OldValue:    text(Member(p, "oldValue")),
				NewValue:    text(Member(p, "newValue")),
			})
		}
	}
	return properties
}

// Elements are the items of a list; a single object is a list of one.
func Elements(v gjson.Result) iter.Seq[gjson.Result] {
	return func(yield func(gjson.Result) bool) {
		switch {
		case v.IsArray():
			v.ForEach(func(_, item gjson.Result) bool { return yield(item) })
		case v.IsObject():
			yield(v)
		}
	}
}

// Member is the first member of an object with the name, in any letter case, that is not null.
func Member(object gjson.Result, name string) (value gjson.Result) {
	if !object.IsObject() {
		return gjson.Result{}
	}
	object.ForEach(func(key, v gjson.Result) bool {
		if v.Type != gjson.Null && strings.EqualFold(key.Str, name) {
			value = v
			return false
		}
		return true
	})
	return value
}

// Unquoted reads JSON text that may itself be quoted, once or several times. What is not JSON comes
// back as a string, null and nothing as null.
func Unquoted(text string) gjson.Result {
	text = strings.TrimSpace(text)
	for range 4 {
		if text == "" {
			return gjson.Result{}
		}
		// The standard library's check does not recurse: nesting in hostile text cannot exhaust the stack.
		if !json.Valid([]byte(text)) {
			break
		}
		v := gjson.Parse(text)
		if v.Type != gjson.String {
			return v
		}
		text = strings.TrimSpace(v.Str)
	}
	return gjson.Result{Type: gjson.String, Str: text, Raw: text}
}

// UnquotedValue is a value, which may be quoted as text, read as [Unquoted] does.
func UnquotedValue(v gjson.Result) gjson.Result {
	if v.Type == gjson.String {
		return Unquoted(v.Str)
	}
	return v
}
