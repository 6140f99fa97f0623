package safetext

import (
	"strings"
	"testing"
)

// What the reader of a report must never miss, by its ranges.
var hidden = [][2]rune{
	{0, 8}, {0xb, 0x1f}, {0x7f, 0x9f}, {0xad, 0xad}, {0x34f, 0x34f}, {0x61c, 0x61c}, {0x115f, 0x1160},
	{0x17b4, 0x17b5}, {0x180b, 0x180f},
	{0x200b, 0x200f}, {0x2028, 0x202e}, {0x2060, 0x206f}, {0x2800, 0x2800}, {0x3164, 0x3164}, {0xfe00, 0xfe0f},
	{0xfeff, 0xfeff},
	{0xffa0, 0xffa0}, {0xfff9, 0xfffb}, {0x13430, 0x1343f}, {0x16fe4, 0x16fe4}, {0x1bca0, 0x1bca3}, {0x1d159, 0x1d159},
	{0x1d173, 0x1d17a},
	{0xe0000, 0xe01ef},
}

func TestEveryHiddenCharacterIsShown(t *testing.T) {
	for _, span := range hidden {
		for r := span[0]; r <= span[1]; r++ {
			shown := Visible(r)
			if !Deceptive(r) || shown == r || Deceptive(shown) {
				t.Errorf("%U is shown as %U", r, shown)
			}
			for what, got := range map[string]string{"Text": Text("a" + string(r) + "b"),
				"Line": Line("a" + string(r) + "b")} {
				if got != "a"+string(shown)+"b" {
					t.Errorf("%s of %U: %+q", what, r, got)
				}
			}
		}
	}
	for given, want := range map[rune]rune{0: '␀', '\r': '␍', 0x1b: '␛', 0x7f: '␡', 0x9b: 0xfffd, 0x202e: 0xfffd} {
		if got := Visible(given); got != want {
			t.Errorf("%U is shown as %U, want %U", given, got, want)
		}
	}
}

func TestTextStays(t *testing.T) {
	for _, text := range []string{"", "Zoë Müller", "日本", "שלום", "مرحبا \u0600 \u06dd", "नमस्ते", "👍🏽 €", "e\u0301",
		"a\tb\nc", "\u00a0\u3000", "\ufffd"} {
		if got := Text(text); got != text {
			t.Errorf("%q became %+q", text, got)
		}
	}
	if got := Line("a\nb\tc\r\n"); got != "a␊b␉c␍␊" {
		t.Errorf("Line: %q", got)
	}
	if got := Text("a\xffb\xe2\x80"); got != "a\ufffdb\ufffd\ufffd" {
		t.Errorf("no UTF-8: %q", got)
	}
}

func TestWriters(t *testing.T) {
	const given, want = "a\u200bb\x1b[2J é 日\u202e\xff\n", "a\ufffdb␛[2J é 日\ufffd\ufffd\n"
	var whole, cut strings.Builder
	if n, err := Messages(&whole).Write([]byte(given)); n != len(given) || err != nil || whole.String() != want {
		t.Errorf("Messages: %d, %v, %q", n, err, whole.String())
	}
	w := NewWriter(&cut)
	for i := range len(given) {
		if _, err := w.Write([]byte{given[i]}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil || cut.String() != want {
		t.Errorf("NewWriter: %v, %q", err, cut.String())
	}
}

func TestCounted(t *testing.T) {
	for n, want := range map[int64]string{0: "0 records", 1: "1 record", 2: "2 records", 1000: "1000 records"} {
		if got := Counted(n, "record", "records"); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}
