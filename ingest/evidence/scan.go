package evidence

import (
	"bytes"
	"encoding/binary"
	"math/bits"
)

// maxDepth is how deep JSON may nest. Real records reach about ten.
const maxDepth = 512

// outcome is what came of scanning one JSON value.
type outcome int

const (
	scanned  outcome = iota
	cutOff           // the text ends inside the value
	syntax           // not JSON
	tooDeep          // nested deeper than maxDepth
	tooLarge         // longer than maxRecord
	descend          // an array of records begins here; see scanner.at
)

// in says in words why a line, a text or a stretch of one cannot be used.
func (o outcome) in(what string) string {
	switch o {
	case cutOff:
		return what + " ends in the middle of a record"
	case tooDeep:
		return "nested too deeply (over 512 levels)"
	case tooLarge:
		return "over 16 MiB"
	default:
		return "not JSON"
	}
}

// lookFor says which arrays make the object that holds them a wrapper around records.
type lookFor int

const (
	nothing lookFor = iota
	pages           // value, records, results, responses, tables, and rows after the names of columns
	rows            // rows, in a table of a Log Analytics answer
)

// scanner validates JSON, finds where a value ends and notes where its members lie, in one pass.
type scanner struct {
	tape      tape                  // of the value
	levels    [maxDepth / 64]uint64 // a bit for each open level: 1 in an object, 0 in an array
	at        int                   // where a syntax error is, or the `[` to descend into
	key       int                   // descend: where the key's opening quote is
	into      kind                  // descend: what the array holds
	surrogate bool                  // an escape \ud800 to \udfff without its partner was seen
	escaped   bool                  // the string before has escapes
}

func blank(c byte) bool { return c == ' ' || c == '\n' || c == '\r' || c == '\t' }

func skipBlank(b []byte, i int) int {
	for i < len(b) && blank(b[i]) {
		i++
	}
	return i
}

// value scans the value that begins at b[i] and returns the index after it.
func (s *scanner) value(b []byte, i int, look lookFor) (int, outcome) {
	var (
		depth            int
		object, id       bool
		key, keyEnd      int // of the last key at depth 1, quotes excluded
		stringAt         int
		n                = len(b)
		expectKey, value bool
		columns          bool // an array of that name was seen at depth 1
		arrays           int  // among the open levels
		noted            bool // members of the innermost level are on the tape
	)
	s.surrogate = false
	s.tape.begin()
	value = true
	for {
		// Here a value is due, or a key (expectKey).
		for i < n && b[i] <= ' ' && blank(b[i]) {
			i++
		}
		if i >= n {
			return n, cutOff
		}
		c := b[i]
		if expectKey {
			if c != '"' {
				return s.fail(i)
			}
			stringAt = i + 1
			s.escaped = false
			end, o := s.text(b, stringAt)
			if o != scanned {
				return end, o
			}
			if depth == 1 {
				key, keyEnd = stringAt, end-1
			}
			i = end
			for i < n && b[i] <= ' ' && blank(b[i]) {
				i++
			}
			if i >= n {
				return n, cutOff
			}
			if b[i] != ':' {
				return s.fail(i)
			}
			i++
			if noted {
				i = skipBlank(b, i)
				s.tape.key(depth, stringAt, end-1, i, s.escaped)
				noted = depth <= s.tape.deepest
			}
			expectKey, value = false, true
			continue
		}
		switch {
		case c == '"':
			s.escaped = false
			end, o := s.text(b, i+1)
			if o != scanned {
				return end, o
			}
			i = end
		case c == '{', c == '[':
			if c == '[' && depth == 1 && object && look != nothing && !id {
				into, ok := wraps(b[key:keyEnd], look)
				if ok && (into != inRows || look == rows || columns) {
					j := skipBlank(b, i+1)
					if j >= n {
						return n, cutOff
					}
					if b[j] == '{' && into != inRows || b[j] == ']' || into == inRows && b[j] == '[' || look == rows &&
						b[j] == '{' {
						s.at, s.key, s.into = i, key-1, into
						return i, descend
					}
				}
				columns = columns || bytes.EqualFold(b[key:keyEnd], []byte("columns"))
			}
			if depth == maxDepth {
				s.at = i
				return i, tooDeep
			}
			bit := uint64(1) << (depth & 63)
			object = c == '{'
			if object {
				s.levels[depth>>6] |= bit
			} else {
				s.levels[depth>>6] &^= bit
				arrays++
			}
			depth++
			noted = arrays == 0 && depth <= s.tape.deepest
			i++
			for i < n && b[i] <= ' ' && blank(b[i]) {
				i++
			}
			if i >= n {
				return n, cutOff
			}
			if object {
				if b[i] != '}' {
					expectKey = true
					continue
				}
			} else if b[i] != ']' {
				continue
			}
			// Empty: the closing bracket is taken below.
			value = false
		case c == '-' || c >= '0' && c <= '9':
			end, o := s.number(b, i)
			if o != scanned {
				return end, o
			}
			i = end
		case c == 't' || c == 'f' || c == 'n':
			end, o := s.word(b, i)
			if o != scanned {
				return end, o
			}
			i = end
		default:
			return s.fail(i)
		}
		if value && depth == 1 && object && c != '{' && c != '[' && keyEnd-key == 2 &&
			b[key]|0x20 == 'i' && b[key+1]|0x20 == 'd' && (c == '"' || c == '-' || c <= '9') {
			id = true
		}
		if noted && value {
			s.tape.value(depth, i, c == '"' && s.escaped)
		}
		// After a value: close levels until the next value or key is due.
		for {
			if depth == 0 {
				return i, scanned
			}
			for i < n && b[i] <= ' ' && blank(b[i]) {
				i++
			}
			if i >= n {
				return n, cutOff
			}
			c := b[i]
			if c == ',' {
				if !value {
					return s.fail(i)
				}
				i++
				expectKey = object
				break
			}
			if object && c != '}' || !object && c != ']' {
				return s.fail(i)
			}
			i++
			if !object {
				arrays--
			}
			depth--
			value = true
			if depth > 0 {
				object = s.levels[(depth-1)>>6]&(1<<((depth-1)&63)) != 0
				if noted = arrays == 0 && depth <= s.tape.deepest; noted {
					s.tape.value(depth, i, false)
				}
			}
		}
	}
}

func (s *scanner) fail(i int) (int, outcome) {
	s.at = i
	return i, syntax
}

// wraps says whether a key at the first level of an object names an array of records, and of what kind.
func wraps(key []byte, look lookFor) (into kind, ok bool) {
	switch len(key) {
	case 4:
		return inRows, bytes.EqualFold(key, []byte("rows"))
	case 5:
		return inValue, look == pages && bytes.EqualFold(key, []byte("value"))
	case 6:
		return inTables, look == pages && bytes.EqualFold(key, []byte("tables"))
	case 7:
		return inValue, look == pages && (bytes.EqualFold(key, []byte("records")) ||
			bytes.EqualFold(key, []byte("results")))
	case 9:
		return inValue, look == pages && bytes.EqualFold(key, []byte("responses"))
	}
	return 0, false
}

// text scans a string whose opening quote is before b[i].
func (s *scanner) text(b []byte, i int) (int, outcome) {
	const (
		ones  = 0x0101010101010101
		highs = 0x8080808080808080
	)
	n := len(b)
	for {
		// Eight bytes at a time: the first flagged byte is a quote, a backslash or a control character.
		for i+8 <= n {
			x := binary.LittleEndian.Uint64(b[i:])
			quote, slash := x^(ones*'"'), x^(ones*'\\')
			special := ((x - ones*0x20) &^ x) | ((quote - ones) &^ quote) | ((slash - ones) &^ slash)
			if special &= highs; special != 0 {
				i += bits.TrailingZeros64(special) >> 3
				break
			}
			i += 8
		}
		for i < n && b[i] >= 0x20 && b[i] != '"' && b[i] != '\\' {
			i++
		}
		if i >= n {
			return n, cutOff
		}
		switch b[i] {
		case '"':
			return i + 1, scanned
		case '\\':
			end, o := s.escape(b, i)
			if o != scanned {
				return end, o
			}
			i = end
		default:
			return s.fail(i)
		}
	}
}

func (s *scanner) escape(b []byte, i int) (int, outcome) {
	s.escaped = true
	if i+1 >= len(b) {
		return len(b), cutOff
	}
	switch b[i+1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return i + 2, scanned
	case 'u':
	default:
		return s.fail(i + 1)
	}
	first, o := s.unit(b, i)
	if o != scanned {
		return first, o
	}
	if first < 0xd800 || first > 0xdfff {
		return i + 6, scanned
	}
	if first >= 0xdc00 {
		s.surrogate = true
		return i + 6, scanned
	}
	if i+7 >= len(b) {
		// The partner may be cut off; if the string ends here instead, it is alone.
		if i+6 >= len(b) || b[i+6] == '\\' {
			return len(b), cutOff
		}
	}
	if b[i+6] != '\\' || b[i+7] != 'u' {
		s.surrogate = true
		return i + 6, scanned
	}
	second, o := s.unit(b, i+6)
	if o != scanned {
		return second, o
	}
	if second < 0xdc00 || second > 0xdfff {
		s.surrogate = true
		return i + 6, scanned
	}
	return i + 12, scanned
}

// unit reads \uXXXX at b[i] and returns the code unit, or an index when the outcome is not scanned.
func (s *scanner) unit(b []byte, i int) (int, outcome) {
	v := 0
	for j := i + 2; j < i+6; j++ {
		if j >= len(b) {
			return len(b), cutOff
		}
		switch c := b[j]; {
		case c >= '0' && c <= '9':
			v = v<<4 | int(c-'0')
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			v = v<<4 | int(c|0x20-'a'+10)
		default:
			return s.fail(j)
		}
	}
	return v, scanned
}

func (s *scanner) number(b []byte, i int) (int, outcome) {
	digits := func() bool {
		from := i
		for i < len(b) && b[i] >= '0' && b[i] <= '9' {
			i++
		}
		return i > from
	}
	if b[i] == '-' {
		i++
	}
	switch {
	case i < len(b) && b[i] == '0':
		i++
	case digits():
	case i < len(b):
		return s.fail(i)
	}
	if i < len(b) && b[i] == '.' {
		i++
		if !digits() && i < len(b) {
			return s.fail(i)
		}
	}
	if i < len(b) && b[i]|0x20 == 'e' {
		i++
		if i < len(b) && (b[i] == '+' || b[i] == '-') {
			i++
		}
		if !digits() && i < len(b) {
			return s.fail(i)
		}
	}
	if i == len(b) {
		return i, cutOff
	}
	return i, scanned
}

func (s *scanner) word(b []byte, i int) (int, outcome) {
	word := "null"
	switch b[i] {
	case 't':
		word = "true"
	case 'f':
		word = "false"
	}
	for j := range len(word) {
		if i+j >= len(b) {
			return len(b), cutOff
		}
		if b[i+j] != word[j] {
			return s.fail(i + j)
		}
	}
	return i + len(word), scanned
}
