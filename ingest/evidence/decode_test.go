package evidence

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
)

func TestDecode(t *testing.T) {
	const text = `{"user":"Zoë 😀"}` + "\r\n"
	encode := func(e interface{ String(string) (string, error) }) string {
		s, err := e.String(text)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	for _, tt := range []struct{ name, in, want string }{
		{"UTF-8", text, text},
		{"UTF-8 with BOM", "\ufeff" + text, text},
		{"UTF-16LE", encode(unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder()), text},
		{"UTF-16BE", encode(unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewEncoder()), text},
		{"UTF-16LE", encode(unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewEncoder()), text},
		{"UTF-16BE", encode(unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewEncoder()), text},
		{"UTF-32LE", encode(utf32.UTF32(utf32.LittleEndian, utf32.UseBOM).NewEncoder()), text},
		{"UTF-32BE", encode(utf32.UTF32(utf32.BigEndian, utf32.UseBOM).NewEncoder()), text},
		{"UTF-8", "", ""},
		{"UTF-8", "{", "{"},
		{"UTF-8 with BOM", "\ufeff", ""},
		{"UTF-16LE", "\xff\xfe", ""},
		{"UTF-16LE", "\xff\xfe{\x00\x00\xd8[\x00", "{\ufffd["},
		{"UTF-8", "{\xff}x", "{\xff}x"},
	} {
		r, name := Decode(iotest.HalfReader(strings.NewReader(tt.in)))
		got, err := io.ReadAll(r)
		if name != tt.name || string(got) != tt.want || err != nil {
			t.Errorf("%q: %s %q %v, want %s %q", tt.in, name, got, err, tt.name, tt.want)
		}
	}
}

func TestDecodeDamagedStream(t *testing.T) {
	damage := &DamagedError{Offset: 3, Reason: "cut"}
	for _, in := range []string{"", "{", "{}{}{}", "\xff\xfe{\x00}\x00{\x00"} {
		r, _ := Decode(io.MultiReader(strings.NewReader(in), iotest.ErrReader(damage)))
		got, err := io.ReadAll(r)
		if !errors.Is(err, damage) || len(got) < len(in)/3 {
			t.Errorf("%q: %q, %v", in, got, err)
		}
	}
}
