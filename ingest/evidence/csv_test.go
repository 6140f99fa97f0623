package evidence

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestFrameCSV(t *testing.T) {
	tests := []struct {
		name, text string
		header     []string
		want       []string
	}{
		{"quotes, CRLF, duplicates in the header, no last line end",
			"\"A\",b ,A\r\n1,\"x,\"\"y\"\"\",\r\n\r\n\"l\r\nm\",,z",
			[]string{"A", "b ", "A"}, []string{`2@10 ["1" "x,\"y\"" ""]`, `4@26 ["l\r\nm" "" "z"]`}},
		{"semicolons", "\"Date (UTC)\";\"a,b\"\nx;y\n", []string{"Date (UTC)", "a,b"}, []string{`2@19 ["x" "y"]`}},
		{"tabs", "a\tb\n1\t2\n", []string{"a", "b"}, []string{`2@4 ["1" "2"]`}},
		{"PowerShell's type line", "#TYPE System.Object\r\n\"a\",\"b\"\r\n1,2\r\n", []string{"a", "b"},
			[]string{`3@30 ["1" "2"]`}},
		{"one column", "a\n1\n", []string{"a"}, []string{`2@2 ["1"]`}},
		{"header only", "a,b\n", []string{"a", "b"}, nil},
		{"wrong number of fields", "a,b\n1\n2,3\n4,5,6\n", []string{"a", "b"},
			[]string{"2@4+1 bad: 1 field under a header of 2", `3@6 ["2" "3"]`,
				"4@10+5 bad: 3 fields under a header of 2"}},
		{"a stray quote", "a,b\n1,5\" disk\n2,3\n", []string{"a", "b"},
			[]string{"2@4+9 bad: a quote inside a field", `3@14 ["2" "3"]`}},
		{"text after a closing quote", "a,b\n\"x\"y,1\n2,3\n", []string{"a", "b"},
			[]string{"2@4+6 bad: text after a closing quote", `3@11 ["2" "3"]`}},
		{"a quote that is never closed", "a,b\n1,\"x\n2,3\n4,5\n", []string{"a", "b"},
			[]string{"2@4+4 bad: text ends inside quotes", `3@9 ["2" "3"]`, `4@13 ["4" "5"]`}},
		{"a quote closed by another row", "a,b\n\"x,1\n2,3\n\"4\",5\n6,7\n", []string{"a", "b"},
			[]string{"2@4+4 bad: text after a closing quote", `3@9 ["2" "3"]`, `4@13 ["4" "5"]`, `5@19 ["6" "7"]`}},
		{"text cut inside quotes", "a,b\n1,2\n3,\"x", []string{"a", "b"},
			[]string{`2@4 ["1" "2"]`, "3@8+4 bad: text ends inside quotes"}},
		{"not UTF-8", "a,b\n1,\xff\n2,3\n", []string{"a", "b"},
			[]string{"2@4+3 bad: not valid UTF-8", `3@8 ["2" "3"]`}},
		{"a NUL", "a,b\n1,\x00\n2,3\n", []string{"a", "b"}, []string{"2@4+3 bad: a NUL character", `3@8 ["2" "3"]`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, r := range []io.Reader{strings.NewReader(tt.text),
				iotest.OneByteReader(strings.NewReader(tt.text))} {
				f := FrameCSV(r)
				header, err := f.Header()
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(tt.header, header); diff != "" {
					t.Errorf("header (-want +got):\n%s", diff)
				}
				var got []string
				for n := int64(1); ; n++ {
					row, err := f.Next()
					if err == io.EOF {
						break
					}
					if err != nil {
						t.Fatal(err)
					}
					if row.Ordinal != n || row.Size != int64(len(row.Text)) ||
						tt.text[row.Offset:row.Offset+row.Size] != string(row.Text) {
						t.Errorf("row %d: ordinal %d, text %q", n, row.Ordinal, row.Text)
					}
					if row.Bad != "" {
						got = append(got, fmt.Sprintf("%d@%d+%d bad: %s", row.Line, row.Offset, row.Size, row.Bad))
					} else {
						got = append(got, fmt.Sprintf("%d@%d %q", row.Line, row.Offset, fieldsOf(row)))
					}
				}
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("rows (-want +got):\n%s", diff)
				}
			}
		})
	}
}

func TestFrameCSVNoHeader(t *testing.T) {
	if _, err := FrameCSV(strings.NewReader("\r\n\n")).Header(); err != io.EOF {
		t.Errorf("an empty text gives %v", err)
	}
	if _, err := FrameCSV(strings.NewReader("a,\"b\nc,d\n")).Next(); err == nil || err == io.EOF {
		t.Errorf("a header that is not CSV gives %v", err)
	}
}

func TestFrameCSVHostile(t *testing.T) {
	const size = 4 << 20
	for _, tt := range []struct{ head, text string }{
		{"a,b\n", `"`}, {"a,b\n1,\"", "x"}, {"a,b\n", "x"}, {"a,b\n", ","}, {"a,b\n", "\"x\n"}, {"a,b\n", "\"\"\"\n"},
		{"a,b\n", "\n"},
		{"", "a,"}, {"", "\""}, {"a,b\n", "\"1\",2\n\"\n"}, {"a\n", "\"\n1,1\n"},
	} {
		begin := time.Now()
		f := FrameCSV(io.MultiReader(strings.NewReader(tt.head), &endless{text: []byte(tt.text), left: size}))
		var err error
		for err == nil {
			_, err = f.Next()
		}
		if len(f.buf) > maxWindow {
			t.Errorf("%q: a window of %d bytes", tt.text, len(f.buf))
		}
		if took := time.Since(begin); took > 30*time.Second {
			t.Errorf("%q took %v", tt.text, took)
		} else {
			t.Logf("%q %.0f MB/s", tt.text, size/1e6/took.Seconds())
		}
	}
}

// Rows and line ends add up to the text, and what encoding/csv writes is read back.
func FuzzFrameCSV(f *testing.F) {
	f.Add([]byte("a,b\n1,2\n\"x\"\"\n\",3\r\n\n4,5,6\n7,\"8"))
	f.Add([]byte("a;b\n\"1\";2\"\n3;4"))
	f.Fuzz(func(t *testing.T, text []byte) {
		c := FrameCSV(bytes.NewReader(text))
		header, err := c.Header()
		if err != nil {
			return
		}
		at := c.offset()
		var written bytes.Buffer
		out := csv.NewWriter(&written)
		out.Write(header)
		var rows [][]string
		for {
			row, err := c.Next()
			if err != nil {
				break
			}
			if row.Offset < at || len(bytes.Trim(text[at:row.Offset], "\r\n")) > 0 || row.Size < 1 {
				t.Fatalf("%q before the row at %d is in none", text[at:row.Offset], row.Offset)
			}
			at = row.Offset + row.Size
			if row.Bad == "" {
				fields := fieldsOf(row)
				rows = append(rows, fields)
				out.Write(fields)
			}
		}
		if len(bytes.Trim(text[at:], "\r\n")) > 0 {
			t.Fatalf("%q at the end is in no row", text[at:])
		}
		out.Flush()
		if c.comma != ',' || len(header) < 2 || strings.Count(strings.Join(header, ""), ";") > 0 ||
			strings.Contains(strings.Join(header, ""), "\t") {
			return
		}
		again := FrameCSV(&written)
		for i := range rows {
			row, err := again.Next()
			if err != nil || row.Bad != "" {
				t.Fatalf("row %d, written by encoding/csv: %v %s", i, err, row.Bad)
			}
			if diff := cmp.Diff(rows[i], fieldsOf(row)); diff != "" &&
				!strings.Contains(strings.Join(rows[i], ""), "\r") {
				t.Fatal(diff)
			}
		}
	})
}

func fieldsOf(row Row) []string {
	var fields []string
	from := 0
	for _, end := range row.Ends {
		fields = append(fields, string(row.Quoted[from+1:end-1]))
		from = end
	}
	return fields
}
