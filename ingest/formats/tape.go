package formats

import (
	"cmp"
	"iter"
	"slices"
	"strconv"

	"github.com/tidwall/gjson"

	"tapaudit/ingest/evidence"
)

// tape is a record's text and where its framer came upon the members of its objects: what lies there is looked up
// rather than parsed once more. Without members it is empty, and everything is parsed.
type tape struct {
	text    string
	members []evidence.Member
}

// each are the members of an object, or the elements of a list under no key. A value knows where it stands in its
// text, and is looked for there; it may be of another text, as what stood in a string is.
func (t tape) each(v gjson.Result) iter.Seq2[string, gjson.Result] {
	return func(yield func(string, gjson.Result) bool) {
		from, to := t.inside(v)
		if from == to {
			v.ForEach(func(k, v gjson.Result) bool { return yield(k.Str, v) })
			return
		}
		for i := from; i < to; i = t.members[i].Next {
			m := &t.members[i]
			key := t.text[m.Key:m.KeyEnd]
			if m.KeyEscaped {
				key = gjson.Parse(t.text[m.Key-1 : m.KeyEnd+1]).Str
			}
			if !yield(key, t.value(m)) {
				return
			}
		}
	}
}

// inside says which members are those of an object and of what it holds; none where the tape does not tell.
func (t tape) inside(v gjson.Result) (from, to int32) {
	end := v.Index + len(v.Raw)
	switch {
	case len(t.members) == 0 || v.Index < 0 || end > len(t.text) || t.text[v.Index:end] != v.Raw:
		return 0, 0
	case v.Index == 0 && end == len(t.text):
		return 0, int32(len(t.members))
	}
	i, found := slices.BinarySearchFunc(t.members, v.Index, func(m evidence.Member, at int) int {
		return cmp.Compare(int(m.At), at)
	})
	if !found || int(t.members[i].End) != end {
		return 0, 0
	}
	return int32(i) + 1, t.members[i].Next
}

func (t tape) value(m *evidence.Member) gjson.Result {
	v := gjson.Result{Type: gjson.Number, Raw: t.text[m.At:m.End], Index: int(m.At)}
	switch v.Raw[0] {
	case '"':
		v.Type, v.Str = gjson.String, v.Raw[1:len(v.Raw)-1]
		if m.Escaped {
			v.Str = gjson.Parse(v.Raw).Str
		}
	case '{', '[':
		v.Type = gjson.JSON
	case 't':
		v.Type = gjson.True
	case 'f':
		v.Type = gjson.False
	case 'n':
		v.Type = gjson.Null
	default:
		v.Num, _ = strconv.ParseFloat(v.Raw, 64)
	}
	return v
}

// object is the object that v is, in the memory of o.
func (t tape) object(v gjson.Result, o object) object {
	o = object{o.keys[:0], o.values[:0]}
	for k, v := range t.each(v) {
		o.keys = append(o.keys, k)
		o.values = append(o.values, v)
	}
	return o
}
