//go:build linux

package main

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"strings"
	"unicode/utf16"
)

// hostileTexts are whole files of other shapes: arrays, pages, tables, encodings.
func hostileTexts() []hostileFile {
	array := func(records ...string) string { return "[" + strings.Join(records, ",") + "]" }
	page := func(records ...string) string { return `{"@odata.context":"x","value":` + array(records...) + `}` }
	a, b := signIn("before", 1), signIn("after", 1)
	return []hostileFile{
		{name: "array-cut.json", make: text("[" + a + "," + b + "," + signIn("odd", 1)[:300]), loads: 2, says: "."},
		{name: "array-damaged.json", make: text(array(a, `{"id":,}`, b)), loads: 2, says: "."},
		{name: "array-null.json", make: text(array(a, "null", "1", `"x"`, "[]", "{}", b)), loads: 2, says: ""},
		{name: "array-of-arrays.json", make: text(strings.Repeat("[", 5000) + array(a) + strings.Repeat("]", 5000)),
			says: ""},
		{name: "array-unopened.json", make: text(a + "," + b + "]"), loads: 2, says: ""},
		{name: "array-million-commas.json", make: text("[" + a + strings.Repeat(",", 1_000_000) + b + "]"), loads: 2,
			says: ""},
		{name: "page-cut.json", make: text(page(a, b)[:len(page(a, b))-200]), loads: 1, says: "."},
		{name: "page-twice.json", make: text(`{"value":[` + a + `],"value":[` + b + `]}`), loads: 1, says: ""},
		{name: "page-next-link.json", make: text(`{"value":[` + a + "," + b +
			`],"@odata.nextLink":"https://contoso.example/"}`), loads: 2, says: "nextLink"},
		{name: "page-in-page.json", make: text(strings.Repeat(`{"value":[`, 3000) + a + strings.Repeat("]}", 3000)),
			says: ""},
		{name: "page-context-hostile.json",
			make: text(`{"@odata.context":"https://x/$metadata#users('../../<script>alert(1)</script>')/authentication","value":[` + a + `]}`), loads: 1, says: ""},
		{name: "table-columns-many.json", make: text(`{"tables":[{"columns":[` +
			strings.TrimSuffix(strings.Repeat(`{"name":"a"},`, 50_000), ",") + `],"rows":[[1],[2]]}]}`), says: ""},
		{name: "table-rows-short.json",
			make: text(`{"tables":[{"columns":[{"name":"Id"},{"name":"TimeGenerated"}],"rows":[["x"],[],["x","y","z"],{"a":1},null]}]}`), says: ""},
		{name: "concatenated.json", make: text(array(a) + array(b) + "{" + array()), loads: 2, says: ""},
		{name: "json-named.csv", make: text(a + "\n" + b + "\n"), loads: 2, says: ""},
		{name: "csv-columns-10000.csv", make: text(csvColumns(10_000)), says: "."},
		{name: "csv-sign-ins-columns-10000.csv",
			make: text(portalCSV(strings.Repeat(",Extra", 10_000), strings.Repeat(",x", 10_000))), says: ""},
		{name: "csv-quote-open.csv", make: text(portalCSV("", "") + `"2026-09-01T00:00:00Z","open`), says: "."},
		{name: "csv-quote-open-100MB.csv", make: func(path string) error {
			return written(path, func(w *bufio.Writer) error {
				return repeat(w, portalCSV("", "")+`"`, "x", 100<<20,
					"")
			})
		}, says: "."},
		{name: "csv-row-short.csv", make: text(portalCSV("", "") + "x\n,,,\n"), says: "."},
		{name: "csv-row-long.csv", make: text(portalCSV("", "") + strings.Repeat(",", 100_000) + "\n"), says: "."},
		{name: "csv-nul.csv", make: text(portalCSV("", "") + "\x00,\x00,\x00\n"), says: "."},
		{name: "csv-header-only.csv", make: text("Date (UTC),Request ID,User\n"), says: "."},
		{name: "csv-header-twice.csv", make: text(portalCSV("", "") + portalCSV("", "")), says: ""},
		{name: "csv-header-hostile.csv",
			make: text("<script>alert(1)</script>,=cmd|' /C calc'!A0,\x1b[2J,'; DROP TABLE source;--\n1,2,3,4\n"),
			says: "header"},
		{name: "csv-header-100MB.csv", make: func(path string) error {
			return written(path, func(w *bufio.Writer) error {
				return repeat(w, "Date (UTC)", ",x", 50<<20,
					"\n1,2\n")
			})
		}, says: "."},
		{name: "csv-quotes-million.csv", make: text("Date (UTC),Request ID,User\n" + strings.Repeat(`"`, 1_000_001)),
			says: "."},
		{name: "csv-empty-lines.csv", make: text("Date (UTC),Request ID,User" + strings.Repeat("\n", 1_000_000)),
			says: "."},
		{name: "csv-dates-two-orders.csv",
			make: text("Date (UTC),Request ID,User,Username,User ID,Application,IP address,Status\n31/12/2026 00:00:00,a,b,c,d,e,f,Success\n12/31/2026 00:00:00,b,b,c,d,e,f,Success\n"), says: "."},
		{name: "utf16.json", make: text(inUTF16("[" + a + "," + b + "]")), loads: 2, says: "UTF-16"},
		{name: "utf16-odd.json", make: text(inUTF16("["+a+","+b+"]") + "\x00"), loads: 2, says: "."},
		{name: "utf16-lone-surrogate.json", make: text(inUTF16("["+a+",") + "\x00\xd8" + inUTF16(b + "]")[2:]),
			loads: 1, says: "."},
		{name: "utf16-no-mark.json", make: text(inUTF16("[" + a + "," + b + "]")[2:]), says: "."},
		{name: "utf32.json", make: text(inUTF32("[" + a + "," + b + "]")), loads: 2, says: "UTF-32"},
		{name: "utf32-out-of-range.json", make: text(inUTF32("["+a) + "\xff\xff\xff\xff" + inUTF32(b + "]")[4:]),
			says: "."},
		{name: "bom-only.json", make: text("\ufeff"), says: "."},
		{name: "empty.json", make: text(""), says: "."},
		{name: "random.bin", make: text(noise(1 << 20)), says: "."},
		{name: "random.json", make: text("{" + noise(1<<20)), says: "."},
		{name: "random.csv", make: text("Date (UTC),Request ID,User\n" + noise(1<<20)), says: "."},
		{name: "executable.exe", make: text("MZ\x90\x00" + noise(4096)), says: "."},
		{name: "script.sh", make: text("#!/bin/sh\ntouch /tmp/x\n"), says: "."},
		{name: "yaml.json", make: text("a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]\n"), says: "."},
		{name: "xml.json", make: text(`<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>`), says: "."},
		{name: "policy-hostile.json",
			make: text(`{"@odata.type":"#microsoft.graph.temporaryAccessPassAuthenticationMethodConfiguration","id":"TemporaryAccessPass","state":["enabled"],"defaultLifetimeInMinutes":-1e99,"isUsableOnce":"maybe","includeTargets":{"a":` + strings.Repeat("[", 500) + strings.Repeat("]", 500) + `}}`), says: ""},
		{name: "users-hostile.json", make: text(`{"value":[{"id":"u","userPrincipalName":"` + "\\u202e" +
			`<img src=x>@contoso.example","displayName":"=cmd|' /C calc'!A0","userType":7,"accountEnabled":"x","createdDateTime":"0001-01-01T00:00:00Z"}]}`), says: ""},
		{name: "audit-hostile.ndjson",
			make: text(`{"id":"h","activityDateTime":"2026-09-01T00:00:00Z","activityDisplayName":"Admin registered security info","category":"UserManagement","correlationId":"c","loggedByService":"Authentication Methods","result":"success","resultReason":"Admin registered temporary access pass method for user","initiatedBy":{"user":{"id":"<script>alert(1)</script>","userPrincipalName":"=cmd|' /C calc'!A0"}},"targetResources":[{"id":"u","type":"User","userPrincipalName":"'; DROP TABLE source;--","modifiedProperties":[{"displayName":"TemporaryAccessPass.EndTime","newValue":"\"9999-99-99\""}]}]}` + "\n"), says: ""},
	}
}

// portalCSV is a sign-in of the admin centre's table, with more columns.
func portalCSV(header, row string) string {
	return "Date (UTC),Request ID,User agent,Correlation ID,User ID,User,Username,User type,Application,IP address,Location,Status,Sign-in error code" + header + "\n" +
		"2026-09-01T00:00:00Z,11111111-0000-4000-8000-000000000001,agent,22222222-0000-4000-8000-000000000002,33333333-0000-4000-8000-000000000003,Nora New,nora.new@contoso.example,Member,OfficeHome,198.51.100.20,\"Bern, Bern, CH\",Success,0" + row + "\n"
}

func csvColumns(n int) string {
	var head, row []string
	for i := range n {
		head, row = append(head, fmt.Sprintf("Column %d", i)), append(row, "x")
	}
	return strings.Join(head, ",") + "\n" + strings.Join(row, ",") + "\n"
}

func inUTF16(s string) string {
	b := []byte{0xff, 0xfe}
	for _, unit := range utf16.Encode([]rune(s)) {
		b = binary.LittleEndian.AppendUint16(b, unit)
	}
	return string(b)
}

func inUTF32(s string) string {
	b := []byte{0xff, 0xfe, 0, 0}
	for _, r := range s {
		b = binary.LittleEndian.AppendUint32(b, uint32(r))
	}
	return string(b)
}

// noise is bytes that look random and are always the same.
func noise(n int) string {
	b, x := make([]byte, n), uint64(88172645463325252)
	for i := range b {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
		b[i] = byte(x)
	}
	return string(b)
}
