package formats

import (
	"path"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"tapaudit/ingest/record"
)

// FuzzParseTime: a text is a time or an error, in every order of dates. A time has microseconds, is UTC, and reads the
// same when it is written as DuckDB writes it.
func FuzzParseTime(f *testing.F) {
	for _, seed := range []string{
		"2026-09-30T10:15:00Z", "2025-11-12T13:59:29.848568+00:00", "2026-09-30T10:15:00.1234567+02:00",
		"2/25/2025, 9:19:25.391 AM", "12.04.2026 09:19:25", "1/9/2007 10:41:00 AM +01:00",
		"/Date(1788220800000)/", `\/Date(-62135596800000+0000)\/`, "0001-01-01T00:00:00Z",
		"9999-12-31T23:59:59.9999999Z", "2016-12-31T23:59:60Z", "2026-02-30", "2026-09-30T24:00:00Z", "31/12/2026",
		"12/31/2026",
		"2026-09-30 10:15:00 UTC", "25-2-2026", "2026-09-30T10:15:00,5Z", "2026-09-30T10:15:00+99:99",
		"1/1/2026 0:00 AM", "", " ", "infinity",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, order := range []DateOrder{Usual, MonthFirst, DayFirst} {
			at, err := ParseTime(s, order)
			if err != nil {
				continue
			}
			if at.Location() != time.UTC || at.Nanosecond()%1000 != 0 {
				t.Fatalf("%q is %v", s, at)
			}
			if at.Before(record.Earliest) || !at.Before(record.Latest) {
				continue
			}
			if again, err := ParseTime(at.Format("2006-01-02 15:04:05.999999"), order); err != nil ||
				!again.Equal(at) {
				t.Fatalf("%q is %v, and that read again is %v, %v", s, at, again, err)
			}
		}
		var in Input
		in.about(s, nil)
		in.see(s)
		in.Dates.Order(Usual)
	})
}

// FuzzTimeInName: a name tells a time of this century or none.
func FuzzTimeInName(f *testing.F) {
	for _, seed := range []string{
		"authenticationMethodsPolicy_2026-09-30.json", "policy-20260930T101500Z-0.json",
		"InteractiveSignIns_2026-09-01_2026-09-30.csv", "2026-13-45", "20261345T999999", "x2026-9-3 10_15",
		"7d1c5a0e-2f1b-4c7e-9a51-3b8f0c6d2e10",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		if at := TimeInName(path.Base(name)); !at.IsZero() &&
			(at.Year() < 2000 || at.Year() > 2100 || at.Location() != time.UTC) {
			t.Fatalf("%q tells %v", name, at)
		}
	})
}

// FuzzRecognise: what an object or a header is, is said the same way twice, and without a crash; a passcode never
// comes through.
func FuzzRecognise(f *testing.F) {
	for _, seed := range []string{
		`{"id":"1","createdDateTime":"2026-09-01T00:00:00Z","userPrincipalName":"a"}`,
		`{"time":"2026-09-01T00:00:00Z","category":"SignInLogs","properties":{"id":"1"}}`,
		`{"Id":"1","ActivityDateTime":"x"}`,
		`{"authenticationMethodConfigurations":[{"id":"TemporaryAccessPass","state":0}]}`,
		`{"temporaryAccessPass":"Secret!1","id":"x"}`, `{"CreationTime":"x","Operation":"UserLoggedIn"}`,
		"Date (UTC),Request ID,User", "RecordId,CreationDate,RecordType,Operation,UserId,AuditData",
		`{"users":{"a":{"temporaryAccessPass":"S3cret"}}}`, "\"\",,", "{", "",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if a, b := Recognise([]byte(s)), Recognise([]byte(s)); a != b {
			t.Fatalf("%q is %v and %v", s, a, b)
		}
		columns := strings.Split(s, ",")
		if a, b := RecogniseHeader(columns), RecogniseHeader(columns); (a == nil) != (b == nil) || a != nil &&
			a.Name != b.Name {
			t.Fatalf("the header %q is %v and %v", columns, a, b)
		}
		if excerpt := record.Excerpt([]byte(s), 200); !utf8.ValidString(excerpt) ||
			utf8.RuneCountInString(excerpt) > 201 {
			t.Fatalf("%q has the excerpt %q", s, excerpt)
		}
		const secret = "Pa55code-of-nobody"
		if masked, n := record.MaskPasscodes(`{"temporaryAccessPass":"` + secret + `","x":` + s +
			`}`); strings.Contains(masked, secret) || n == 0 {
			t.Fatalf("%q leaves the passcode: %q", s, masked)
		}
	})
}
