package evidence

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"
)

// FuzzDecode: text comes out the same however it arrives; in all encodings but UTF-8 it is valid, and it is never more
// than four times as long.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{"", "{}", "\xef\xbb\xbf{}", "\xff\xfe{\x00}\x00", "\xfe\xff\x00{\x00}",
		"\xff\xfe\x00\x00{\x00\x00\x00", "\x00\x00\xfe\xff\x00\x00\x00{", "{\x00\"\x00\x00\xd8\"\x00", "\xff\xfe\x00",
		"\xff\xfe\xff"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		text, name := Decode(bytes.NewReader(b))
		whole, err := io.ReadAll(text)
		if err != nil {
			t.Fatal(err)
		}
		slow, again := Decode(iotest.OneByteReader(bytes.NewReader(b)))
		bytewise, err := io.ReadAll(slow)
		if err != nil || again != name || !bytes.Equal(whole, bytewise) {
			t.Fatalf("%q as %s is %q, byte by byte as %s %q, %v", b, name, whole, again, bytewise, err)
		}
		if !strings.HasPrefix(name, "UTF-8") && !utf8.Valid(whole) {
			t.Fatalf("%q as %s is %q", b, name, whole)
		}
		if len(whole) > 4*len(b)+4 {
			t.Fatalf("%d bytes became %d", len(b), len(whole))
		}
	})
}
