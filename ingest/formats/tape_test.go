package formats

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tidwall/gjson"

	"tapaudit/ingest/evidence"
)

// membersOf is what walking over a value tells of it and of all objects in it, a line for each member.
func membersOf(t tape, v gjson.Result, depth int) (lines []string) {
	for key, value := range t.each(v) {
		lines = append(lines, fmt.Sprintf("%*s%q %v %q %q %v", depth, "", key, value.Type, value.Raw, value.Str, value.Num))
		if value.IsObject() {
			lines = append(lines, membersOf(t, value, depth+1)...)
		}
	}
	return lines
}

// checkTape says that a tape tells of each record of a text what parsing it tells, and returns how many members were
// looked up.
func checkTape(t *testing.T, text []byte) (lookedUp int) {
	t.Helper()
	framer := evidence.FrameJSON(bytes.NewReader(text), evidence.FrameOptions{})
	for {
		frame, err := framer.Next()
		if err != nil {
			return lookedUp
		}
		if frame.Bad != "" {
			continue
		}
		v := gjson.ParseBytes(frame.Text)
		taped := tape{string(frame.Text), frame.Members}
		if diff := cmp.Diff(membersOf(tape{}, v, 0), membersOf(taped, v, 0)); diff != "" {
			t.Fatalf("parsed (-), looked up (+) in %q:\n%s", frame.Text, diff)
		}
		lookedUp += len(frame.Members)
	}
}

var taped = []string{
	`{"id":"a","o":{"p":{"q":{"deeper":{"still":1}}},"empty":{},"r":[{"in a list":1}]}}`,
	`{"n":-1.5e3,"t":true,"f":false,"z":null}`,
	"{ \"id\" : \"a\" ,\r\n \"o\" :\t{ \"p\" : [ ] } }",
	`{"a\u0062":"c\n\u0064","\"":{"\\":"\ud83d\ude00","x":"\ud800"},"":""}`,
	`{"a":1,"a":2,"o":{"a":1},"o":{"a":1}}`, `{}`, `[]`, `{"a":{}}`, `{"a":[]}`, `{"a":[[{"b":1}]],"c":{"d":1}}`,
	`{"value":[{"id":"a","o":{"p":1}},{"id":"b"}]}`, `{"columns":[{"name":"x"}],"rows":[["a"]]}`,
	`"{\"id\":\"a\"}"`, "{\"id\":1}\n{\"id\":\n{\"id\":2,\"o\":{\"p\":1}}\n",
}

func TestTape(t *testing.T) {
	for _, text := range taped {
		checkTape(t, []byte(text))
	}
	n := 0
	sample := filepath.Join("..", "..", "sample-logs", "evidence")
	err := filepath.WalkDir(sample, func(p string, _ os.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(p, "json") {
			return err
		}
		text, err := os.ReadFile(p)
		n += checkTape(t, text)
		return err
	})
	if err != nil || n < 10_000 {
		t.Errorf("%d members of the sample logs are on a tape: %v", n, err)
	}
}

// Beyond a number of members a record has no tape; one with as many has.
func TestTapeOfMany(t *testing.T) {
	many := func(n int) []byte { return []byte(`{"o":{"p":1}` + strings.Repeat(`,"x":1`, n) + "}") }
	if n := checkTape(t, many(4_000)); n != 4_002 {
		t.Errorf("%d members of 4,002 are on the tape", n)
	}
	if n := checkTape(t, many(5_000)); n != 0 {
		t.Errorf("%d members are on the tape of a record that has too many", n)
	}
}

// A tape tells nothing of another text, wherever in it a value says that it stands.
func TestTapeOfAnotherText(t *testing.T) {
	text := `{"id":"a","o":{"p":1}}`
	frame, err := evidence.FrameJSON(strings.NewReader(text), evidence.FrameOptions{}).Next()
	if err != nil {
		t.Fatal(err)
	}
	taped := tape{text, frame.Members}
	other := gjson.Get(`{"xx":"y","o":{"q":2}}`, "o")
	if got := membersOf(taped, other, 0); len(got) != 1 || !strings.HasPrefix(got[0], `"q"`) {
		t.Errorf("looked up in another text: %q", got)
	}
}

// FuzzTape: whatever a text is, what is looked up in its records is what parsing them tells.
func FuzzTape(f *testing.F) {
	for _, text := range taped {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) { checkTape(t, text) })
}
