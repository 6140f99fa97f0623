package evidence

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/tidwall/gjson"
)

// isRecord is what the tests take for a record: an object with an id and a time.
func isRecord(text []byte) bool {
	return gjson.GetBytes(text, "id").Exists() && gjson.GetBytes(text, "t").Exists()
}

// frames renders what a framer finds, a line each: place and text of records, place and reason of the rest.
func frames(t *testing.T, r io.Reader) (got []string, f *Framer, err error) {
	t.Helper()
	f = FrameJSON(r, FrameOptions{IsRecord: isRecord})
	for n := int64(1); ; n++ {
		fr, err := f.Next()
		if err != nil {
			if err == io.EOF {
				err = nil
			}
			return got, f, err
		}
		if fr.Ordinal != n {
			t.Errorf("ordinal %d, want %d", fr.Ordinal, n)
		}
		switch {
		case fr.Bad != "":
			got = append(got, fmt.Sprintf("%d@%d+%d bad: %s", fr.Line, fr.Offset, fr.Size, fr.Bad))
		case fr.Columns != nil:
			got = append(got, fmt.Sprintf("%d@%d %s %v", fr.Line, fr.Offset, fr.Text, fr.Columns))
		default:
			got = append(got, fmt.Sprintf("%d@%d %s", fr.Line, fr.Offset, fr.Text))
		}
	}
}

func TestFrameJSON(t *testing.T) {
	const a, b, c = `{"id":"a","t":1}`, `{"id":"b","t":2}`, `{"id":"c","t":3}`
	tests := []struct {
		name, text string
		want       []string
	}{
		{"nothing", "", nil},
		{"white space only", " \r\n\n\t", nil},
		{"lines, blank ones, CRLF, no last newline", a + "\r\n\r\n" + b + "\n\n" + c,
			[]string{"1@0 " + a, "3@20 " + b, "5@38 " + c}},
		{"one array", "[" + a + ",\n" + b + "]", []string{"1@1 " + a, "2@19 " + b}},
		{"pretty-printed object", "{\n  \"id\": \"a\",\n  \"s\": {\n    \"x\": []\n  }\n}\n",
			[]string{"1@0 {\n  \"id\": \"a\",\n  \"s\": {\n    \"x\": []\n  }\n}"}},
		{"values one after another", "[" + a + "]\n[" + b + "]\n" + c, []string{"1@1 " + a, "2@20 " + b, "3@38 " + c}},
		{"arrays joined without a comma, brackets missing and to spare", a + "],[" + b + ",," + c + "]]",
			[]string{"1@0 " + a, "1@19 " + b, "1@37 " + c}},
		{"a lone bracket is an empty result", "[", nil},
		{"byte order marks between joined files", "\ufeff" + a + "\n\ufeff" + b, []string{"1@3 " + a, "2@23 " + b}},
		{"Graph page", `{"@odata.context":"x","value":[` + a + "," + b + `],"@odata.nextLink":"u"}`,
			[]string{"1@31 " + a, "1@48 " + b}},
		{"batches in lines", `{"records":[` + a + "]}\n" + `{"Records":[` + b + "," + c + "]}\n",
			[]string{"1@12 " + a, "2@43 " + b, "2@60 " + c}},
		{"pages in an array", `[{"value":[` + a + `]},{"value":[]},{"value":[` + b + `]}]`,
			[]string{"1@11 " + a, "1@53 " + b}},
		{"a record with a value of its own", `{"id":"a","t":1,"value":[` + b + "]}",
			[]string{"1@0 " + `{"id":"a","t":1,"value":[` + b + "]}"}},
		{"value that is not a list of objects", `{"value":["x"]}`, []string{`1@0 {"value":["x"]}`}},
		{"value below the top level", `{"k":{"value":[` + a + "]}}", []string{`1@0 {"k":{"value":[` + a + "]}}"}},
		{"records in a wrapper's tail", `{"value":[` + a + `],"n":{"m":[1]},"records":[` + b + "]}",
			[]string{"1@10 " + a, "1@53 " + b}},
		{"Log Analytics answer",
			`{"tables":[{"name":"PrimaryResult","columns":[{"name":"Id","type":"string"},{"name":"N"}],"rows":[["a",1],["b",[2]]]}]}` + "\n" + a,
			[]string{`1@98 ["a",1] [Id N]`, `1@106 ["b",[2]] [Id N]`, "2@120 " + a}},
		{"empty Log Analytics answer", `{"tables":[{"name":"P","columns":[],"rows":[]}]}`, nil},
		{"a row before its columns", `{"tables":[{"rows":[["a"]],"columns":[{"name":"Id"}]}]}`,
			[]string{"1@20+5 bad: a row before the names of its columns"}},

		{"a damaged line among lines", a + "\n{\"id\":\"x\",,}\n" + b + "\n",
			[]string{"1@0 " + a, "2@17+12 bad: not JSON", "3@30 " + b}},
		{"a cut line among lines", a + "\n{\"id\":\"x\",\"d\":\n" + b + "\n",
			[]string{"1@0 " + a, "2@17+14 bad: line ends in the middle of a record", "3@32 " + b}},
		{"a cut last line", a + "\n" + b + "\n{\"id\":\"c",
			[]string{"1@0 " + a, "2@17 " + b, "3@34+8 bad: text ends in the middle of a record"}},
		{"a cut line that opens a wrapper", a + "\n{\"value\":[\n" + b + "\n" + c,
			[]string{"1@0 " + a, "2@17+10 bad: not JSON", "3@28 " + b, "4@45 " + c}},
		{"a cut line that opens a table", a + "\n{\"tables\":[\n" + b + "\n" + c,
			[]string{"1@0 " + a, "2@17+11 bad: not JSON", "3@29 " + b, "4@46 " + c}},
		{"a cut wrapper's tail", a + "\n{\"value\":[],\"x\":\n" + b + "\n" + c,
			[]string{"1@0 " + a, "2@17+16 bad: not JSON", "3@34 " + b, "4@51 " + c}},
		{"a value over several lines among lines", a + "\n{\n\"id\":\"b\",\"t\":2\n}\n" + c + "\n" + a + "\n" + b +
			"\n",
			[]string{"1@0 " + a, "2@17 {\n\"id\":\"b\",\"t\":2\n}", "5@36 " + c, "6@53 " + a, "7@70 " + b}},
		{"words among lines", a + "\nnot evidence\n" + b + "\n" + c,
			[]string{"1@0 " + a, "2@17+12 bad: not JSON", "3@30 " + b, "4@47 " + c}},
		{"an array in a line, damaged in the middle", a + "\n" + b + "\n[" + a + `,{"id"},` + b + "]\n" + c,
			[]string{"1@0 " + a, "2@17 " + b, "3@35 " + a, "3@52+7 bad: not JSON", "3@59 " + b, "4@77 " + c}},

		{"damage inside an array", "[" + a + ",\n{\"id\":\"x\" \"t\":1},\n" + b + "]",
			[]string{"1@1 " + a, "2@19+18 bad: not JSON", "3@37 " + b}},
		{"damage inside an array: parts of a record are none", `[{"id":"x",,"p":[{"q":1}],"r":{"id":1,"t":1}},` + b +
			"]",
			[]string{"1@1+45 bad: not JSON", "1@46 " + b}},
		{"damage keeps the page", `{"@odata.context":"x","value":[{"id"},` + b + `],"n":1}`,
			[]string{"1@31+7 bad: not JSON", "1@38 " + b}},
		{"array cut in a record", "[" + a + ",\n{\"id\":\"b\",\"t",
			[]string{"1@1 " + a, "2@19+12 bad: text ends in the middle of a record"}},
		{"scalars in an array", "[1, \"x\",null," + a + ",true]",
			[]string{"1@1+12 bad: not an object", "1@13 " + a, "1@30+4 bad: not an object"}},
		{"a scalar alone", "42", []string{"1@0+2 bad: not an object"}},
		{"not JSON at all", "Dear Sir,\nno.\n", []string{"1@0+14 bad: not JSON"}},
		{"not UTF-8", "{\"id\":\"\xff\"}\n" + a, []string{"1@0+10 bad: not valid UTF-8", "2@11 " + a}},
		{"a NUL in a string", "{\"id\":\"\x00\"}\n" + a + "\n" + b,
			[]string{"1@0+10 bad: not JSON", "2@11 " + a, "3@28 " + b}},
		{"a closing brace to spare", a + "}\n" + b + "\n" + c + "\n" + a,
			[]string{"1@0 " + a, "1@16+1 bad: not JSON", "2@18 " + b, "3@35 " + c, "4@52 " + a}},
		{"an unclosed wrapper before a page", `[{"value":[` + a + "\n" + `{"value":[` + b + "]}",
			[]string{"1@1+10 bad: not JSON", "1@11 " + a, "2@38 " + b}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, r := range []io.Reader{strings.NewReader(tt.text),
				iotest.OneByteReader(strings.NewReader(tt.text))} {
				got, _, err := frames(t, r)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("frames (-want +got):\n%s", diff)
				}
			}
		})
	}
}

func TestFrameJSONWrappers(t *testing.T) {
	text := `{"value":[{"a":1}],"@odata.context":"late"}` + "\n" +
		`{"@odata.context":"$metadata#signIns","value":[{"a":2}],"@odata.nextLink":"https://x/?$skiptoken=s"}` + "\n" +
		`{"a":3}`
	f := FrameJSON(strings.NewReader(text), FrameOptions{})
	var contexts []string
	for {
		fr, err := f.Next()
		if err != nil {
			break
		}
		if fr.Wrapper == nil {
			contexts = append(contexts, "none")
			continue
		}
		contexts = append(contexts, fr.Wrapper.Context)
	}
	if diff := cmp.Diff([]string{"", "$metadata#signIns", "none"}, contexts); diff != "" {
		t.Errorf("contexts at the time of each record (-want +got):\n%s", diff)
	}
	want := []Wrapper{{Line: 1, Offset: 0, Context: "late"},
		{Line: 2, Offset: 44, Context: "$metadata#signIns", NextLink: true}}
	if diff := cmp.Diff(want, f.Wrappers()); diff != "" {
		t.Errorf("wrappers (-want +got):\n%s", diff)
	}
}

func TestFrameJSONUnclosed(t *testing.T) {
	for text, want := range map[string]bool{
		`[{"a":1}]`: false, `[{"a":1},`: true, `[`: false, `{"value":[{"a":1}`: true, `{"value":[{"a":1}]}`: false,
		"{\"a\":1}\n":        false,
		"{\"a\":1}\n{\"b\":": true, "{\"a\":\n{\"b\":1}\n": false,
	} {
		_, f, _ := frames(t, strings.NewReader(text))
		if f.Unclosed() != want {
			t.Errorf("%s: unclosed is %v, want %v", text, f.Unclosed(), want)
		}
	}
}

func TestFrameJSONLoneSurrogate(t *testing.T) {
	for text, want := range map[string]bool{
		`{"a":"\ud83d\ude00"}`: false, `{"a":"\ud83d"}`: true, `{"a":"\ude00"}`: true, `{"a":"\ud83dx"}`: true,
		`{"a":"\ud83d\u0041"}`: true, `{"a":"\u00e9"}`: false,
	} {
		for _, r := range []io.Reader{strings.NewReader(text), iotest.OneByteReader(strings.NewReader(text))} {
			fr, err := FrameJSON(r, FrameOptions{}).Next()
			if err != nil || fr.Bad != "" || fr.LoneSurrogate != want {
				t.Errorf("%s: %v %q, lone surrogate is %v, want %v", text, err, fr.Bad, fr.LoneSurrogate, want)
			}
		}
	}
}

// The error that ends a stream comes after everything that was delivered before it.
func TestFrameJSONDamagedStream(t *testing.T) {
	damage := &DamagedError{Offset: 20, Reason: "cut"}
	got, _, err := frames(t, io.MultiReader(strings.NewReader("{\"a\":1}\n{\"a\":2}\n{\"a"), iotest.ErrReader(damage)))
	want := []string{`1@0 {"a":1}`, `2@8 {"a":2}`, "3@16+3 bad: text ends in the middle of a record"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("frames (-want +got):\n%s", diff)
	}
	if !errors.Is(err, damage) {
		t.Errorf("error %v, want %v", err, damage)
	}
}

func TestFrameJSONLarge(t *testing.T) {
	big := `{"id":"big","t":1,"x":"` + strings.Repeat("x", maxRecord) + `"}`
	fits := `{"id":"fits","t":1,"x":"` + strings.Repeat("y", maxRecord-100) + `"}`
	small := `{"id":"s","t":1}`
	for _, text := range []string{
		small + "\n" + big + "\n" + fits + "\n" + small + "\n",
		"[\n" + small + ",\n" + big + ",\n" + fits + ",\n" + small + "]",
	} {
		f := FrameJSON(strings.NewReader(text), FrameOptions{IsRecord: isRecord})
		var ids []string
		for {
			fr, err := f.Next()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			if fr.Bad != "" {
				region := text[fr.Offset : fr.Offset+fr.Size]
				sum := sha256.Sum256([]byte(region))
				if fr.SHA256 != hex.EncodeToString(sum[:]) || !strings.Contains(region, big) ||
					len(fr.Text) != maxExcerpt || !strings.HasPrefix(region, string(fr.Text)) {
					t.Errorf("the region %d+%d is not described by its hash and excerpt", fr.Offset, fr.Size)
				}
				ids = append(ids, fr.Bad)
				continue
			}
			ids = append(ids, gjson.GetBytes(fr.Text, "id").String())
		}
		if diff := cmp.Diff([]string{"s", "over 16 MiB", "fits", "s"}, ids); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	}
}

// endless repeats text up to a length.
type endless struct {
	text []byte
	left int
	at   int
}

func (e *endless) Read(p []byte) (int, error) {
	if e.left == 0 {
		return 0, io.EOF
	}
	n := 0
	for n < len(p) && e.left > 0 {
		k := copy(p[n:min(len(p), n+e.left)], e.text[e.at:])
		e.at = (e.at + k) % len(e.text)
		e.left -= k
		n += k
	}
	return n, nil
}

// A hostile text ends in a time that grows with its length, accounts for every byte and holds no more than a window.
func TestFrameJSONHostile(t *testing.T) {
	lines := strings.Repeat("{\"id\":1,\"t\":1}\n", 80_000)
	for _, tt := range []struct{ name, head, text string }{
		{"braces", "", "{"}, {"braces and newlines", "", "{\n"}, {"braces and commas", "", ",{"},
		{"brackets", "", "["}, {"nested objects", "", `{"a":`}, {"nested arrays of objects", "", `{"a":[`},
		{"nested lines", lines, "{\"a\":[1,\n"}, {"one long line", lines, "x"},
		{"one long string", "", `{"a":"xxxxxxxxxxxx`},
		{"an endless object", `{"a":1`, `,"b":[{"c":1}]`}, {"an endless list of numbers", "{\"a\":[1\n", ",\n1"},
		{"scalars", "[", "1,"}, {"escapes", `{"a":"`, `\`}, {"quotes", "", `"`}, {"NULs", "", "\x00"},
		{"byte order marks", "", "\ufeff"},
		{"wrappers", "", `{"value":[`}, {"empty wrappers", "", `{"value":[]}`}, {"tables", "", `{"tables":[{"rows":[`},
		{"newlines", "", "\n"}, {"unclosed lines", lines, "{\"a\":\n"}, {"half surrogates", `{"a":"`, `\ud8`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			size := 20 << 20
			if tt.head == lines {
				size = 4 << 20 // each line is a frame of its own, with a hash
			}
			begin := time.Now()
			f := FrameJSON(io.MultiReader(strings.NewReader(tt.head), &endless{text: []byte(tt.text), left: size}),
				FrameOptions{IsRecord: isRecord})
			var err error
			for err == nil {
				_, err = f.Next()
			}
			if err != io.EOF || f.offset() != int64(len(tt.head)+size) {
				t.Errorf("stopped at %d of %d: %v", f.offset(), len(tt.head)+size, err)
			}
			if len(f.buf) > maxWindow || len(f.wrappers) > maxWrappers || cap(f.open) > 1000 {
				t.Errorf("holds a window of %d bytes, %d wrappers, %d levels", len(f.buf), len(f.wrappers),
					cap(f.open))
			}
			if took := time.Since(begin); took > 30*time.Second {
				t.Errorf("%d MiB took %v", size>>20, took)
			} else {
				t.Logf("%.0f MB/s", float64(size)/1e6/took.Seconds())
			}
		})
	}
}

// checkFrames frames text and verifies that frames, wrappers and separators add up to it, byte by byte and in order.
func checkFrames(t *testing.T, text []byte, r io.Reader) {
	t.Helper()
	f := FrameJSON(r, FrameOptions{IsRecord: isRecord})
	at, line := int64(0), int64(1)
	separators := func(to int64) {
		if to < at || to > int64(len(text)) {
			t.Fatalf("at %d, but the next begins at %d", at, to)
		}
		gap := bytes.ReplaceAll(text[at:to], []byte("\ufeff"), nil)
		if rest := bytes.Trim(gap, "[], \t\r\n"); len(rest) > 0 {
			t.Fatalf("%q between %d and %d is in no frame", rest, at, to)
		}
		line += int64(bytes.Count(text[at:to], []byte{'\n'}))
		at = to
	}
	take := func(what []byte, size int64) {
		if size < 1 || at+size > int64(len(text)) || !bytes.HasPrefix(text[at:at+size], what) {
			t.Fatalf("%q is not what stands at %d+%d", what, at, size)
		}
		line += int64(bytes.Count(text[at:at+size], []byte{'\n'}))
		at += size
	}
	f.trace = func(offset int64, text []byte) {
		separators(offset)
		take(text, int64(len(text)))
	}
	for {
		fr, err := f.Next()
		if err != nil {
			if err != io.EOF {
				t.Fatal(err)
			}
			break
		}
		separators(fr.Offset)
		if fr.Line != line {
			t.Fatalf("frame at %d is said to be on line %d, but is on %d", fr.Offset, fr.Line, line)
		}
		if fr.Bad == "" {
			if int64(len(fr.Text)) != fr.Size || !gjson.ValidBytes(fr.Text) || !utf8.Valid(fr.Text) {
				t.Fatalf("not a record: %q", fr.Text)
			}
		} else if sum := sha256.Sum256(text[at : at+fr.Size]); fr.SHA256 != hex.EncodeToString(sum[:]) {
			t.Fatalf("wrong hash of %q", text[at:at+fr.Size])
		}
		take(fr.Text, fr.Size)
	}
	separators(int64(len(text)))
}

func FuzzFrame(f *testing.F) {
	for _, seed := range []string{
		"", "{}", "[{}]\n{}\n", `{"value":[{"id":1,"t":1}],"@odata.nextLink":"x"}`,
		`{"tables":[{"columns":[{"name":"a"}],"rows":[[1],[2]]}]}`,
		"{\"id\":1,\"t\":1}\n{\"id\":1,\"t\n{\"id\":2,\"t\":1}\n", "[{\"id\":1,,},{\"id\":2,\"t\":1}]", "1 2 \"x\" {",
		"{\"a\":\"\\ud800\"}", "\ufeff{}\ufeff[",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		checkFrames(t, text, bytes.NewReader(text))
		checkFrames(t, text, iotest.OneByteReader(bytes.NewReader(text)))
		lone := append(bytes.TrimSpace(text), ' ')
		end, o := new(scanner).value(lone, 0, nothing)
		if valid := o == scanned && len(bytes.TrimSpace(lone[end:])) == 0; valid != gjson.ValidBytes(lone) &&
			o != tooDeep {
			t.Fatalf("valid JSON: %v here, %v by gjson: %q", valid, !valid, lone)
		}
	})
}

// Whatever happens to one line, the lines beside it are framed.
func FuzzDamagedLine(f *testing.F) {
	for _, seed := range []string{"{", "[", `{"value":[`, `{"tables":[{"rows":[`, `{"a":"`, "}", "null", "\x00",
		`{"a":{"b":[`, `{"value":[],"x":`} {
		f.Add([]byte(seed))
	}
	good := []byte("{\"id\":1,\"t\":1,\"s\":{\"x\":[{\"y\":\"z\"}]}}")
	f.Fuzz(func(t *testing.T, damaged []byte) {
		if bytes.IndexByte(damaged, '\n') >= 0 {
			return
		}
		var text []byte
		for i := range 6 {
			if i == 3 {
				text = append(append(text, damaged...), '\n')
			}
			text = append(append(text, good...), '\n')
		}
		checkFrames(t, text, bytes.NewReader(text))
		seen := map[int64]bool{}
		fr := FrameJSON(bytes.NewReader(text), FrameOptions{IsRecord: isRecord})
		for {
			f, err := fr.Next()
			if err != nil {
				break
			}
			if f.Bad == "" && bytes.Equal(f.Text, good) {
				seen[f.Line] = true
			}
		}
		for _, line := range []int64{1, 2, 3, 5, 6, 7} {
			if !seen[line] {
				t.Fatalf("line %d was not framed beside %q", line, damaged)
			}
		}
	})
}

func BenchmarkFrameJSON(b *testing.B) {
	record := `{"id":"0a1b2c3d-0000-4000-8000-000000000001","createdDateTime":"2026-09-30T10:15:00Z","userPrincipalName":"anna@contoso.example","status":{"errorCode":0,"failureReason":"Other."},"location":{"city":"Zürich","geoCoordinates":{"latitude":47.36667,"longitude":8.55}},"appliedConditionalAccessPolicies":[` +
		strings.TrimSuffix(strings.Repeat(`{"id":"0a1b2c3d-0000-4000-8000-000000000002","displayName":"Require MFA for all users","enforcedGrantControls":["Mfa"],"result":"success"},`, 25), ",") + `],"detail":"[{\"authenticationMethod\":\"Temporary Access Pass\",\"succeeded\":true}]"}`
	lines := strings.Repeat(record+"\n", 10_000)
	for name, text := range map[string]string{
		"lines": lines, "page": `{"@odata.context":"x","value":[` +
			strings.ReplaceAll(strings.TrimSpace(lines), "\n", ",") + "]}",
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				f := FrameJSON(strings.NewReader(text), FrameOptions{})
				n := 0
				for {
					fr, err := f.Next()
					if err != nil {
						break
					}
					if fr.Bad == "" {
						n++
					}
				}
				if n != 10_000 {
					b.Fatalf("%d records", n)
				}
			}
		})
	}
}
