//go:build linux

package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"
)

func text(s string) func(string) error {
	return func(path string) error { return os.WriteFile(path, []byte(s), 0o600) }
}

// hostileLines are files of sign-ins with one bad line between good ones.
func hostileLines() []hostileFile {
	deep := func(n int, open, inside, end string) string {
		return strings.Repeat(open, n) + inside + strings.Repeat(end, n)
	}
	id, at := `"id":"odd-000005"`, `"createdDateTime":"2026-09-01T00:00:05Z"`
	name := `"userDisplayName":"Nora New"`
	var all []hostileFile
	// loads says whether the odd line is a record all the same.
	add := func(name, line string, loads bool, says string) {
		h := hostileFile{name: name + ".ndjson", loads: 4, says: says}
		if loads {
			h.loads = 5
		}
		h.make = text(signIns("before", 2) + line + "\n" + signIns("after", 2))
		all = append(all, h)
	}
	for _, c := range []struct {
		name, old, fresh string
		loads            bool
		says             string
	}{
		{"duplicate-keys", id, id + `,"id":"other"`, false, ""},
		{"duplicate-times", at, at + `,"createdDateTime":"2020-01-01T00:00:00Z"`, false, ""},
		{"lone-high-surrogate", "Nora New", `Nora \ud800 New`, false, "."},
		{"lone-low-surrogate", "Nora New", `\udc00`, false, "."},
		{"surrogate-in-key", `"userType"`, `"user\ud800Type"`, false, "."},
		{"escaped-nul", "Nora New", `Nora\u0000New`, false, ""},
		{"raw-nul", "Nora New", "Nora\x00New", false, "."},
		{"raw-control", "Nora New", "Nora\x01\x1b[31mNew", false, "."},
		{"invalid-utf8", "Nora New", "Nora \xff\xfe\x80 New", false, "Windows-1252"},
		{"overlong-utf8", "Nora New", "\xc0\xaf\xe0\x80\xaf", false, "Windows-1252"},
		{"utf8-surrogate", "Nora New", "\xed\xa0\x80", false, "Windows-1252"},
		{"cut-utf8", "Nora New", "\xf0\x9f\x98", false, "Windows-1252"},
		{"noncharacter", "Nora New", "\uffff\U0010ffff", true, ""},
		{"bidi", "Nora New", "\u202egnp.exe\u2066", true, ""},
		{"escape-sequences", "Nora New", `\u001b]0;pwned\u0007\u001b[2J`, true, ""},
		{"c1-controls", "Nora New", `\u009b31m\u0085`, true, ""},
		{"markup", "Nora New", `<script>alert(1)</script><img src=x onerror=alert(1)>`, true, ""},
		{"markup-in-upn", "nora.new@contoso.example", `\"><svg/onload=alert(1)>@contoso.example`, true, ""},
		{"markup-in-app", "OfficeHome", `</td></table></style><iframe src=javascript:alert(1)>`, true, ""},
		{"template", "OfficeHome", `{{.}}{{template \"x\"}}${7*7}<%= 1 %>`, true, ""},
		{"formula", "Nora New", `=cmd|' /C calc'!A0`, true, ""},
		{"formula-plus", "nora.new@contoso.example", `+cmd|' /C calc'!A0`, true, ""},
		{"formula-at", "OfficeHome", `@SUM(1+1)*cmd|' /C calc'!A0`, true, ""},
		{"formula-minus", "OfficeHome", `-2+3+cmd|' /C calc'!A0`, true, ""},
		{"formula-after-tab", "OfficeHome", `\t=cmd|' /C calc'!A0`, true, ""},
		{"sql", "Nora New", `'; DROP TABLE source; --`, true, ""},
		{"sql-in-user", "c3e1d9a4-77aa-4e02-9c3b-1d5f7b9a0c03", `x' OR 1=1; COPY source TO '/tmp/x'; --`, true, ""},
		{"dollar-quotes", "OfficeHome", `$$; ATTACH 'x'; $$ $1 $source`, true, ""},
		{"path", "OfficeHome", `../../../../etc/passwd\u0000.csv`, false, ""},
		{"year-1", at, `"createdDateTime":"0001-01-01T00:00:00Z"`, false, ""},
		{"year-0", at, `"createdDateTime":"0000-00-00T00:00:00Z"`, false, "."},
		{"year-9999", at, `"createdDateTime":"9999-12-31T23:59:59.9999999Z"`, false, ""},
		{"year-10000", at, `"createdDateTime":"10000-01-01T00:00:00Z"`, false, "."},
		{"year-294247", at, `"createdDateTime":"294247-01-10T04:00:54.775807Z"`, false, "."},
		{"year-negative", at, `"createdDateTime":"-0044-03-15T00:00:00Z"`, false, "."},
		{"leap-second", at, `"createdDateTime":"2016-12-31T23:59:60Z"`, false, ""},
		{"30-february", at, `"createdDateTime":"2026-02-30T00:00:00Z"`, false, "."},
		{"hour-25", at, `"createdDateTime":"2026-09-01T25:61:61Z"`, false, "."},
		{"offset-99", at, `"createdDateTime":"2026-09-01T00:00:00+99:99"`, false, ""},
		{"time-number", at, `"createdDateTime":1e308`, false, "."},
		{"time-epoch", at, `"createdDateTime":1788220800`, false, ""},
		{"time-infinity", at, `"createdDateTime":"infinity"`, false, "."},
		{"time-epoch-word", at, `"createdDateTime":"epoch"`, false, "."},
		{"time-object", at, `"createdDateTime":{"a":1}`, false, "."},
		{"time-nul", at, `"createdDateTime":"2026-09-01T00:00:00Z\u0000"`, false, ""},
		{"time-digits", at, `"createdDateTime":"2026-09-01T00:00:00.` + strings.Repeat("9", 100_000) + `Z"`, false,
			""},
		{"no-id", id + ",", "", false, "."},
		{"no-time", at + ",", "", false, "."},
		{"id-null", id, `"id":null`, false, "."},
		{"id-object", id, `"id":{"id":1}`, false, "."},
		{"id-long", id, `"id":"` + strings.Repeat("x", 1<<20) + `"`, false, ""},
		{"error-code-large", `"errorCode":0`, `"errorCode":99999999999999999999999999`, false, ""},
		{"error-code-exponent", `"errorCode":0`, `"errorCode":1e999999999`, false, ""},
		{"error-code-fraction", `"errorCode":0`, `"errorCode":-0.0000000000000001`, false, ""},
		{"error-code-nan", `"errorCode":0`, `"errorCode":NaN`, false, "."},
		{"error-code-hex", `"errorCode":0`, `"errorCode":0x10`, false, "."},
		{"error-code-zeros", `"errorCode":0`, `"errorCode":0000000001`, false, "."},
		{"error-code-digits", `"errorCode":0`, `"errorCode":` + strings.Repeat("9", 1_000_000), false, ""},
		{"error-code-text", `"errorCode":0`, `"errorCode":"zero"`, false, ""},
		{"types-wrong", `"status":{`, `"status":[[[]]],"statusX":{`, false, ""},
		{"details-string", `"authenticationDetails":[`, `"authenticationDetails":"[{","x":[`, false, ""},
		{"details-many", `"authenticationDetails":[`, `"authenticationDetails":[` +
			strings.Repeat(`{"authenticationMethod":"Temporary Access Pass","succeeded":true},`, 50_000), false, ""},
		{"deep-10000", name, name + `,"deep":` + deep(10_000, "[", "1", "]"), false, ""},
		{"deep-objects", name, name + `,"deep":` + deep(10_000, `{"a":`, "1", "}"), false, ""},
		{"deep-1000000", name, name + `,"deep":` + deep(1_000_000, "[", "1", "]"), false, ""},
		{"keys-100000", name, name + manyKeys(100_000), false, ""},
		{"keys-empty", name, name + `,"":1,"":2,"":3`, false, ""},
		{"key-long", name, name + `,"` + strings.Repeat("k", 1<<20) + `":1`, true, ""},
		{"value-10MB", "Nora New", strings.Repeat("n", 10<<20), false, ""},
		{"value-20MB", "Nora New", strings.Repeat("n", 20<<20), false, "."},
		{"passcode", name, name + `,"temporaryAccessPass":"Secret!1"`, true, "passcode"},
		{"ip-hostile", "198.51.100.20", `::ffff:999.1.1.1%eth0; rm -rf /`, true, ""},
		{"ip-long", "198.51.100.20", strings.Repeat("1:", 100_000), true, ""},
		{"tenant-hostile", "7d1c5a0e-2f1b-4c7e-9a51-3b8f0c6d2e10", `../../<script>alert(1)</script>`, false, ""},
	} {
		add(c.name, changed(5, c.old, c.fresh), c.loads, c.says)
	}
	whole := signIn("odd", 5)
	for _, c := range []struct{ name, line, says string }{
		{"cut", whole[:len(whole)/2], "."}, {"cut-in-string", whole[:40], "."}, {"brace", "{", "."},
		{"bracket", "[", "."}, {"closing", "}]}", "."},
		{"comment", "// " + whole, "."}, {"single-quotes", strings.ReplaceAll(whole, `"`, `'`), "."},
		{"trailing-comma", whole[:len(whole)-1] + ",}", "."},
		{"two-on-a-line", whole + signIn("odd", 6), ""}, {"comma-between", whole + ",", ""},
		{"separator", "\x1e" + whole, ""}, {"bom-inside", "\ufeff" + whole, ""},
		{"null", "null", ""}, {"number", "1e400", ""}, {"string", `"` + strings.Repeat("x", 1000) + `"`, ""},
		{"empty-object", "{}", ""}, {"wrapper-open", `{"value":[` + whole, "."},
		{"blank-lines", strings.Repeat("\n", 1_000_000), ""},
		{"carriage-returns", strings.Repeat("\r", 1_000_000), ""}, {"spaces", strings.Repeat(" ", 20<<20), ""},
		{"nul-bytes", strings.Repeat("\x00", 1<<20), "."},
	} {
		add("line-"+c.name, c.line, false, c.says)
	}
	return append(all,
		hostileFile{name: "line-of-a-gigabyte.ndjson", loads: 4, says: "(?i)larger|long|16 MiB|over", large: true,
			make: around(func(w *bufio.Writer) error {
				return repeat(w, `{"id":"x","createdDateTime":"2026-09-01T00:00:00Z","userPrincipalName":"`, "x", 1<<30,
					`"}`)
			})},
		hostileFile{name: "line-of-a-gigabyte-open.ndjson", loads: 2, says: ".", large: true,
			make: func(path string) error {
				return written(path, func(w *bufio.Writer) error {
					return repeat(w, signIns("before", 2)+`{"id":"`, "x",
						1<<30, "")
				})
			}},
		hostileFile{name: "brackets-a-gigabyte.ndjson", loads: 4, says: ".", large: true,
			make: around(func(w *bufio.Writer) error { return repeat(w, "", "[", 1<<30, "") })},
		hostileFile{name: "members-a-gigabyte.ndjson", loads: 4, says: ".", large: true,
			make: around(func(w *bufio.Writer) error { return repeat(w, "{", `"a":1,`, 1<<30/6, `"b":2}`) })},
		hostileFile{name: "sparse-a-gigabyte.json", says: ".", large: true, make: func(path string) error {
			if err := os.WriteFile(path, []byte(signIns("before", 2)), 0o600); err != nil {
				return err
			}
			return os.Truncate(path, 1<<30)
		}, loads: 2},
	)
}

func manyKeys(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `,"k%d":%d`, i, i)
	}
	return b.String()
}

// written writes a file too large for memory.
func written(path string, write func(*bufio.Writer) error) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, 1<<20)
	if err := write(w); err != nil {
		f.Close()
		return err
	}
	if err := w.Flush(); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

// around writes good sign-ins before and after a line.
func around(line func(*bufio.Writer) error) func(string) error {
	return func(path string) error {
		return written(path, func(w *bufio.Writer) error {
			if _, err := w.WriteString(signIns("before", 2)); err != nil {
				return err
			}
			if err := line(w); err != nil {
				return err
			}
			_, err := w.WriteString("\n" + signIns("after", 2))
			return err
		})
	}
}

// repeat writes a text so many times, between two others.
func repeat(w *bufio.Writer, begin, unit string, times int, end string) error {
	if _, err := w.WriteString(begin); err != nil {
		return err
	}
	block := strings.Repeat(unit, 1<<16)
	for ; times >= 1<<16; times -= 1 << 16 {
		if _, err := w.WriteString(block); err != nil {
			return err
		}
	}
	_, err := w.WriteString(strings.Repeat(unit, times) + end)
	return err
}
