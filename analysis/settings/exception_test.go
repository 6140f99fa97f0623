package settings

import "testing"

func TestWhatAnExceptionMatches(t *testing.T) {
	subjects := []string{"5A1F", "Nina@Contoso.example", "", "2001:db8::1"}
	for _, c := range []struct {
		what      string
		exception Exception
		want      bool
	}{
		{"its rule alone", Exception{Rule: "TAP-ISSUED"}, true},
		{"another rule", Exception{Rule: "TAP-SIGNIN"}, false},
		{"a rule whose id begins alike", Exception{Rule: "TAP-ISSUED-BY-SELF"}, false},
		{"every rule", Exception{Rule: "*"}, true},
		{"its tenant in capitals", Exception{Rule: "*", Tenant: "8D2F"}, true},
		{"another tenant", Exception{Rule: "*", Tenant: "8d2e"}, false},
		{"the subject's id", Exception{Rule: "*", Subject: "5a1f"}, true},
		{"the subject's name", Exception{Rule: "*", Subject: "nina@contoso.example"}, true},
		{"a part of the name", Exception{Rule: "*", Subject: "nina"}, false},
		{"another subject", Exception{Rule: "*", Subject: "paul@contoso.example"}, false},
		{"an address in another spelling", Exception{Rule: "*", Subject: "2001:0DB8:0::1"}, true},
		{"another address", Exception{Rule: "*", Subject: "2001:db8::2"}, false},
		{"subject, but another tenant", Exception{Rule: "*", Tenant: "x", Subject: "5a1f"}, false},
	} {
		t.Run(c.what, func(t *testing.T) {
			if got := c.exception.Matches("TAP-ISSUED", "8d2f", subjects...); got != c.want {
				t.Errorf("Matches = %t", got)
			}
		})
	}
	if (Exception{Rule: "*", Subject: "a"}).Matches("TAP-ISSUED", "8d2f") {
		t.Error("an exception for a subject matches a finding that names none")
	}
	if !(Exception{Rule: "*", Subject: "::ffff:192.0.2.1"}).Matches("TAP-GUESSING", "8d2f", "192.0.2.1") {
		t.Error("an IPv4 address does not match its IPv6 form")
	}
}

func TestWhenAnExceptionHolds(t *testing.T) {
	bounded := Exception{From: Date{2026, 1, 15}, Expires: Date{2026, 3, 31}}
	for _, c := range []struct {
		what            string
		exception       Exception
		at              string
		covers, expired bool
	}{
		{"the moment before it begins", bounded, "2026-01-14T23:59:59Z", false, false},
		{"its first moment", bounded, "2026-01-15T00:00:00Z", true, false},
		{"its first day elsewhere, not in UTC", bounded, "2026-01-15T01:00:00+02:00", false, false},
		{"the last second of its last day", bounded, "2026-03-31T23:59:59Z", true, false},
		{"the midnight after it", bounded, "2026-04-01T00:00:00Z", false, true},
		{"long after, without an end", Exception{From: Date{2026, 1, 15}}, "2036-01-01T00:00:00Z", true, false},
		{"long before, without a beginning", Exception{Expires: Date{2026, 3, 31}}, "2016-01-01T00:00:00Z", true,
			false},
		{"without either", Exception{}, "2026-01-01T00:00:00Z", true, false},
	} {
		t.Run(c.what, func(t *testing.T) {
			at := moment(t, c.at)
			if got := c.exception.Covers(at); got != c.covers {
				t.Errorf("Covers = %t", got)
			}
			if got := c.exception.ExpiredAt(at); got != c.expired {
				t.Errorf("ExpiredAt = %t", got)
			}
		})
	}
}
