package formats

import (
	"regexp"
	"strings"

	"github.com/tidwall/gjson"

	"tapaudit/ingest/record"
)

// ConvertTo-Json of PowerShell turns what lies deeper than its -Depth (2 unless set) into text. That is @{name=value;
// name=value}, several of them for a list, "class Name {" with a line for each member, or no more than a type's name.
// The first two can be read back, as far as they go; of the third nothing is left.

const (
	cutRead = "PowerShell's ConvertTo-Json wrote nested objects as text; they were read, but what lay deeper in them is lost: export again with -Depth 10"
	cutLost = "PowerShell's ConvertTo-Json cut off nested objects, such as who did it, to whom, or the steps of a sign-in, and left a type's name: " +
		"what they said cannot be said from this file; export again with -Depth 10"
)

var (
	cutName   = regexp.MustCompile(`^(@?[A-Za-z_][\w.@-]*)=`)
	classHead = regexp.MustCompile(`^class [\w.]+ \{\r?\n`)
	classLine = regexp.MustCompile(`^\s*(\w+): ?(.*?)\r?$`)
)

// isCut says whether a text may be one that ConvertTo-Json made of an object, or of a list of them.
func isCut(text string) bool {
	return strings.HasPrefix(text, "@{") || strings.HasPrefix(text, "class ") && classHead.MatchString(text)
}

// uncut is the object that a text was, or the list of them; ok is false where it cannot be read.
func uncut(text string) (v gjson.Result, ok bool) {
	var b strings.Builder
	if strings.HasPrefix(text, "class ") {
		ok = writeClass(&b, text)
	} else {
		ok = writeCut(&b, text)
	}
	if !ok {
		return gjson.Result{}, false
	}
	return gjson.Parse(b.String()), true
}

// writeCut writes @{…} as an object, several of them as a list.
func writeCut(b *strings.Builder, text string) bool {
	var objects []string
	for rest := text; rest != ""; rest = strings.TrimLeft(rest, " ") {
		end := closing(rest)
		if end < 0 {
			return false
		}
		var one strings.Builder
		writeMembers(&one, rest[2:end])
		objects = append(objects, one.String())
		rest = rest[end+1:]
	}
	if len(objects) == 1 {
		b.WriteString(objects[0])
	} else {
		b.WriteString("[" + strings.Join(objects, ",") + "]")
	}
	return true
}

// closing is where the bracket of a text that begins with @{ is closed, -1 where it is not or where the text begins
// otherwise.
func closing(text string) int {
	if !strings.HasPrefix(text, "@{") {
		return -1
	}
	depth := 0
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '@' && i+1 < len(text) && text[i+1] == '{':
			depth++
			i++
		case text[i] == '}' && depth == 1:
			return i
		case text[i] == '}':
			depth--
		}
	}
	return -1
}

// writeMembers writes name=value; name=value as an object. A value ends where "; " and another name and = follow.
func writeMembers(b *strings.Builder, text string) {
	b.WriteByte('{')
	first := true
	for text != "" {
		m := cutName.FindStringSubmatch(text)
		if m == nil {
			break // what has no name is not a member
		}
		text = text[len(m[0]):]
		value := text
		text = ""
		for from := 0; from < len(value); {
			if end := closing(value[from:]); from == 0 && end >= 0 {
				from = end
			}
			next := strings.Index(value[from:], "; ")
			if next < 0 {
				break
			}
			if from += next; cutName.MatchString(value[from+2:]) {
				value, text = value[:from], value[from+2:]
				break
			}
			from += 2
		}
		if !first {
			b.WriteByte(',')
		}
		first = false
		b.WriteString(quote(record.FromPascal(m[1])) + ":")
		writeCutValue(b, value)
	}
	b.WriteByte('}')
}

func writeCutValue(b *strings.Builder, value string) {
	switch trimmed := strings.TrimSpace(value); {
	case trimmed == "":
		b.WriteString("null")
	case strings.EqualFold(trimmed, "true"), strings.EqualFold(trimmed, "false"):
		b.WriteString(strings.ToLower(trimmed))
	case strings.HasPrefix(trimmed, "@{") && writeCut(b, trimmed):
	default:
		b.WriteString(quote(value))
	}
}

// writeClass writes "class Name {", a line for each member, and } as an object.
func writeClass(b *strings.Builder, text string) bool {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	if len(lines) < 2 || strings.TrimSpace(lines[len(lines)-1]) != "}" {
		return false
	}
	b.WriteByte('{')
	first := true
	for _, line := range lines[1 : len(lines)-1] {
		m := classLine.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		if !first {
			b.WriteByte(',')
		}
		first = false
		b.WriteString(quote(record.FromPascal(m[1])) + ":")
		writeCutValue(b, m[2])
	}
	b.WriteByte('}')
	return true
}

// objects is a list of objects out of what an export made of it. ConvertTo-Json leaves texts of elements that it cut
// off, and mv-expand leaves one element alone. What cannot be read is told.
func (v *values) objects(value gjson.Result) gjson.Result {
	if value.IsObject() {
		return nestedList([]gjson.Result{value})
	}
	if !hasText(value) {
		return value
	}
	var objects []gjson.Result
	value.ForEach(func(_, e gjson.Result) bool {
		read := v.nested(e)
		switch {
		case read.IsObject():
			objects = append(objects, read)
		case read.IsArray():
			objects = append(objects, read.Array()...)
		case read.Exists() && read.Type != gjson.Null:
			v.lost = true
		}
		return true
	})
	if v.lost {
		v.tell(cutLost)
	}
	if len(objects) == 0 {
		return gjson.Result{}
	}
	return nestedList(objects)
}

// hasText says whether a list has a text among its elements.
func hasText(list gjson.Result) (has bool) {
	list.ForEach(func(_, e gjson.Result) bool {
		has = e.Type == gjson.String
		return !has
	})
	return has
}

// areSteps says whether a list holds nothing but steps of a sign-in, so that a pass would show in it.
func areSteps(list string) bool {
	all := true
	gjson.Parse(list).ForEach(func(_, e gjson.Result) bool {
		all = e.IsObject() && strings.Contains(e.Raw, `"authenticationMethod"`)
		return all
	})
	return all
}

// tell keeps what is to be said of the record's source; that something is lost comes before that it was read.
func (v *values) tell(note string) {
	if v.note == "" || note == cutLost {
		v.note = note
	}
}
