package settings

import (
	"crypto/sha256"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"
)

var catalog = Catalog{
	"TEMPORARY-ACCESS-PASS-FEATURE-ENABLED": {},
	"TAP-POLICY-MULTI-USE":                  {},
	"TAP-ISSUED":                            {},
	"TAP-ISSUED-BY-APPLICATION":             {},
	"TAP-ISSUED-MULTI-USE":                  {},
	"TAP-SIGNIN-FREQUENT":                   {Parameters: map[string]float64{"max_per_day": 3, "max_per_30_days": 5}},
	"TAP-SIGNIN-RATE-ANOMALY": {Parameters: map[string]float64{"min_logins": 5, "min_weeks": 4,
		"q": 0.05}},
}

const full = `
business_hours: {timezone: Europe/Zurich, days: [mon, tue, wed, thu, fri], from: "07:00", to: 19:00, holidays: [2026-08-01]}
approved_issuers: {users: [helpdesk.anna@contoso.example], applications: []}
privileged_users: [" cfo@contoso.example "]
trusted_networks: [198.51.100.0/24, "2001:db8:1::/48", 203.0.113.7, 2001:db8::1, "::ffff:192.0.2.1", "::ffff:10.0.0.0/104"]
bootstrap_applications: [19db86c3-b2b9-44cc-b339-36da233a3be2]
guarded_resources: [00000002-0000-0ff1-ce00-000000000000]
admin_tools: [c44b4083-3bb0-49c1-b47d-974e53cbdf3c]
incidents: {hours: 48}
onboarding_roster: roster.csv
supervision_register: lists/register.csv
exceptions:
  - {rule: TEMPORARY-ACCESS-PASS-FEATURE-ENABLED, tenant: 8d2f, reason: "TAP bootstraps passwordless", owner: ciso@contoso.example, expires: 2027-03-31}
  - rule: "*"
    subject: ce79fdc4
    reason: >
      Lifecycle
      Workflows
    owner: identity
    approved_on: 2026-01-15
    from: "2026-01-15"
rules:
  TAP-SIGNIN-FREQUENT: {max_per_day: 4}
  TAP-SIGNIN-RATE-ANOMALY: {q: 0.01, severity: high}
  TAP-ISSUED: {enabled: false}
organisation: Contoso Ltd
tenants: {8D2F: Contoso}
case: {id: IR-2026-041, examiner: A, collected_by: B, collected_at: 2026-10-01T10:00:00+02:00, source: "Graph beta"}
`

const roster = "\ufeffReason , START_DATE,upn\nnew,2026-09-01, nina@contoso.example\n,,\n\"moved, again\",2026-09-02,paul@contoso.example\n"

const register = "upn,date,supervisor,ticket\nnina@contoso.example,2026-09-01,anna,INC-1\n"

func write(t *testing.T, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestLoadReadsEveryKey(t *testing.T) {
	dir := t.TempDir()
	path := write(t, dir, "tapaudit.yaml", full)
	write(t, dir, "roster.csv", roster)
	write(t, dir, "lists/register.csv", register)
	got, err := Load(path, catalog)
	if err != nil {
		t.Fatal(err)
	}
	zurich, err := time.LoadLocation("Europe/Zurich")
	if err != nil {
		t.Fatal(err)
	}
	off := false
	want := &Settings{
		Hours: &Hours{
			Location: zurich, Days: [7]bool{false, true, true, true, true, true, false},
			From: 7 * 60, To: 19 * 60, Holidays: map[Date]bool{{2026, 8, 1}: true},
		},
		ApprovedUsers:        &[]string{"helpdesk.anna@contoso.example"},
		ApprovedApplications: &[]string{},
		PrivilegedUsers:      []string{"cfo@contoso.example"},
		TrustedNetworks: []netip.Prefix{
			netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("2001:db8:1::/48"),
			netip.MustParsePrefix("203.0.113.7/32"), netip.MustParsePrefix("2001:db8::1/128"),
			netip.MustParsePrefix("192.0.2.1/32"), netip.MustParsePrefix("10.0.0.0/8"),
		},
		BootstrapApplications: []string{"19db86c3-b2b9-44cc-b339-36da233a3be2"},
		GuardedResources:      []string{"00000002-0000-0ff1-ce00-000000000000"},
		AdminTools:            []string{"c44b4083-3bb0-49c1-b47d-974e53cbdf3c"},
		IncidentHours:         48,
		Roster: &[]RosterEntry{
			{UPN: "nina@contoso.example", Start: Date{2026, 9, 1}, Reason: "new", Line: 2},
			{UPN: "paul@contoso.example", Start: Date{2026, 9, 2}, Reason: "moved, again", Line: 4},
		},
		Register: &[]RegisterEntry{
			{UPN: "nina@contoso.example", Date: Date{2026, 9, 1}, Supervisor: "anna", Ticket: "INC-1", Line: 2},
		},
		Exceptions: []Exception{
			{
				Rule: "TEMPORARY-ACCESS-PASS-FEATURE-ENABLED", Tenant: "8d2f", Reason: "TAP bootstraps passwordless",
				Owner: "ciso@contoso.example", Expires: Date{2027, 3, 31}, Line: 13,
			},
			{
				Rule: "*", Subject: "ce79fdc4", Reason: "Lifecycle Workflows", Owner: "identity",
				ApprovedOn: Date{2026, 1, 15}, From: Date{2026, 1, 15}, Line: 14,
			},
		},
		Rules: map[string]RuleSettings{
			"TAP-SIGNIN-FREQUENT":     {Parameters: map[string]float64{"max_per_day": 4}},
			"TAP-SIGNIN-RATE-ANOMALY": {Severity: "high", Parameters: map[string]float64{"q": 0.01}},
			"TAP-ISSUED":              {Enabled: &off, Parameters: map[string]float64{}},
		},
		Organisation: "Contoso Ltd",
		Tenants:      map[string]string{"8d2f": "Contoso"},
		Case: Case{
			ID: "IR-2026-041", Examiner: "A", CollectedBy: "B",
			CollectedAt: time.Date(2026, 10, 1, 8, 0, 0, 0, time.UTC), Source: "Graph beta",
		},
		Hash: fmt.Sprintf("%x", sha256.Sum256([]byte(full+roster+register))),
	}
	sameZone := cmp.Comparer(func(a, b *time.Location) bool { return a.String() == b.String() })
	samePrefix := cmp.Comparer(func(a, b netip.Prefix) bool { return a == b })
	if diff := cmp.Diff(want, got, sameZone, samePrefix); diff != "" {
		t.Errorf("settings (-want +got):\n%s", diff)
	}
}

func TestWithoutConfigurationOnlyTheDefaultsAreSet(t *testing.T) {
	fromNothing, err := Load("", catalog)
	if err != nil {
		t.Fatal(err)
	}
	if fromNothing.Hash != "" || len(fromNothing.BootstrapApplications) != 20 ||
		len(fromNothing.GuardedResources) != 10 || len(fromNothing.AdminTools) != 15 ||
		fromNothing.ApprovedUsers != nil || fromNothing.Hours != nil {
		t.Errorf("Load(\"\") = %+v", fromNothing)
	}
	for _, text := range []string{"", "# nothing\n", "---\n", "\ufeff# mark\n", "{}\n"} {
		s, err := Parse("c.yaml", []byte(text), "", catalog)
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		s.Hash = ""
		if diff := cmp.Diff(fromNothing, s); diff != "" {
			t.Errorf("%q differs from no configuration:\n%s", text, diff)
		}
	}
}

func TestAnEmptyListOfIssuersIsConfigured(t *testing.T) {
	s, err := Parse("c.yaml", []byte("approved_issuers: {users: []}\n"), "", catalog)
	if err != nil {
		t.Fatal(err)
	}
	if s.ApprovedUsers == nil || len(*s.ApprovedUsers) != 0 {
		t.Errorf("users = %v, want a list without entries", s.ApprovedUsers)
	}
	if s.ApprovedApplications != nil {
		t.Errorf("applications = %v, want none configured", *s.ApprovedApplications)
	}
}

func TestEveryMistakeIsNamedWithItsPlace(t *testing.T) {
	const exception = "exceptions: [{rule: TAP-ISSUED, reason: r, owner: o, "
	for _, c := range []struct{ what, text, want string }{
		{"unknown key", "busines_hours: 1\n", "c.yaml:1:1: unknown key busines_hours; did you mean business_hours?"},
		{"unknown key unlike any", "case: {zzzzzz: 1}\n",
			"c.yaml:1:8: unknown key zzzzzz; known in case are id, examiner, collected_by, collected_at, source"},
		{"key with control characters", "\"a\\e[2J\": 1\n",
			`c.yaml:1:1: unknown key "a\x1b[2J"; known in the configuration are`},
		{"doubled key", "organisation: A\norganisation: B\n", "c.yaml:2:1: key organisation occurs twice: remove one"},
		{"doubled rule", "rules:\n  TAP-ISSUED: {enabled: true}\n  TAP-ISSUED: {enabled: false}\n",
			"c.yaml:3:3: key TAP-ISSUED occurs twice"},
		{"doubled nested key", "case: {id: a, id: b}\n", "c.yaml:1:15: key id occurs twice"},
		{"key that is not text", "1: a\n", "c.yaml:1:1: a key must be text"},
		{"no value", "trusted_networks:\n",
			"c.yaml:1:1: trusted_networks has no value: give it one ([] for an empty list), or remove it"},
		{"no value in a list", "privileged_users: [a, ~]\n", "c.yaml:1:23: an entry of privileged_users has no value"},
		{"no mapping", "- a\n", "c.yaml:1:1: the configuration: expected keys with values"},
		{"text for a mapping", "case: IR-1\n", "c.yaml:1:7: case: expected keys with values, such as id: …"},
		{"text for a list", "privileged_users: a@b\n", "c.yaml:1:19: privileged_users: expected a list: write [a, b]"},
		{"list for a text", "organisation: [a]\n", "c.yaml:1:15: organisation: expected text"},
		{"number for a text", "case: {id: 041}\n", `c.yaml:1:12: id: "041" is not text: put it in quotes`},
		{"empty text", "organisation: \" \"\n", "c.yaml:1:15: organisation is empty: fill it in or remove it"},
		{"unknown rule", "rules: {TAP-ISUED: {enabled: false}}\n",
			"c.yaml:1:9: unknown rule TAP-ISUED; did you mean TAP-ISSUED?"},
		{"rule in small letters", "rules: {tap-issued: {enabled: false}}\n",
			"unknown rule tap-issued; did you mean TAP-ISSUED?"},
		{"rule unlike any", "rules: {SOMETHING-ELSE: {enabled: false}}\n",
			"unknown rule SOMETHING-ELSE; `tapaudit rules list` shows them all"},
		{"rules as a list", "rules: [TAP-ISSUED]\n", "c.yaml:1:8: rules: expected rule ids"},
		{"rule without changes", "rules: {TAP-ISSUED: }\n", "TAP-ISSUED has no value"},
		{"unknown parameter", "rules: {TAP-SIGNIN-FREQUENT: {max_per_dya: 3}}\n",
			"c.yaml:1:31: unknown key max_per_dya; did you mean max_per_day?"},
		{"parameter of another rule", "rules: {TAP-ISSUED: {max_per_day: 3}}\n",
			"c.yaml:1:22: unknown key max_per_day; known in TAP-ISSUED are enabled, severity"},
		{"parameter in quotes", "rules: {TAP-SIGNIN-FREQUENT: {max_per_day: \"3\"}}\n",
			"c.yaml:1:44: max_per_day: write a number from 0 to 1000000, without quotes"},
		{"negative parameter", "rules: {TAP-SIGNIN-FREQUENT: {max_per_day: -1}}\n",
			"max_per_day: write a number from 0"},
		{"parameter that is not a number", "rules: {TAP-SIGNIN-FREQUENT: {max_per_day: .nan}}\n",
			"max_per_day: write a number from 0"},
		{"endless parameter", "rules: {TAP-SIGNIN-FREQUENT: {max_per_day: .inf}}\n",
			"max_per_day: write a number from 0"},
		{"enormous parameter", "rules: {TAP-SIGNIN-FREQUENT: {max_per_day: 99999999999999999999999}}\n",
			"max_per_day: write a number from 0"},
		{"bad severity", "rules: {TAP-ISSUED: {severity: hihg}}\n",
			"c.yaml:1:32: unknown severity hihg; did you mean high?"},
		{"severity unlike any", "rules: {TAP-ISSUED: {severity: urgent}}\n",
			"unknown severity urgent; write info, low, medium, high or critical"},
		{"enabled as text", "rules: {TAP-ISSUED: {enabled: yes}}\n",
			"c.yaml:1:31: enabled: write true or false, without quotes"},
		{"month 13", exception + "expires: 2027-13-31}]\n",
			`c.yaml:1:63: expires: "2027-13-31" is not a date: write year-month-day, as in 2026-03-31`},
		{"30 February", exception + "expires: 2026-02-30}]\n", `"2026-02-30" is not a date`},
		{"date as word", exception + "from: hello}]\n", `c.yaml:1:60: from: "hello" is not a date`},
		{"date as number", exception + "approved_on: 2026}]\n", "c.yaml:1:67: approved_on: not a date"},
		{"date with time", exception + "expires: 2026-02-03T00:00:00Z}]\n",
			`expires: "2026-02-03T00:00:00Z" is not a date`},
		{"year of two digits", exception + "expires: 0026-02-03}]\n", `expires: "0026-02-03" is not a date`},
		{"expires before from", exception + "from: 2026-02-03, expires: 2026-02-02}]\n",
			"c.yaml:1:14: the exception expires on 2026-02-02, before it begins on 2026-02-03"},
		{"exception without rule", "exceptions:\n  - reason: r\n    owner: o\n",
			"c.yaml:2:5: the exception lacks the key rule: add it"},
		{"exception without reason", "exceptions: [{rule: TAP-ISSUED, owner: o}]\n",
			"c.yaml:1:14: the exception lacks the key reason: add it"},
		{"exception without owner", "exceptions: [{rule: TAP-ISSUED, reason: r}]\n",
			"c.yaml:1:14: the exception lacks the key owner: add it"},
		{"exception with an empty reason", "exceptions: [{rule: TAP-ISSUED, reason: \"\", owner: o}]\n",
			"c.yaml:1:41: reason is empty"},
		{"exception with an empty subject", exception + "subject: ''}]\n",
			"subject is empty: fill it in or remove it"},
		{"exception for an unknown rule", "exceptions: [{rule: TAP-ISSUD, reason: r, owner: o}]\n",
			"c.yaml:1:21: unknown rule TAP-ISSUD; did you mean TAP-ISSUED?"},
		{"network that is none", "trusted_networks: [10.0.0.0/33]\n", `c.yaml:1:20: "10.0.0.0/33" is not a network`},
		{"address that is none", "trusted_networks: [10.0.0]\n", `"10.0.0" is not a network`},
		{"network with host bits", "trusted_networks: [10.0.0.5/24]\n",
			`"10.0.0.5/24" is an address inside a network: write the network, 10.0.0.0/24, or the address, 10.0.0.5`},
		{"address with a zone", "trusted_networks: [\"fe80::1%eth0\"]\n",
			"has a zone, which no log shows: write the address without the %"},
		{"IPv4 and IPv6 mixed", "trusted_networks: [\"::ffff:0.0.0.0/90\"]\n", "mixes IPv4 and IPv6"},
		{"unknown zone", "business_hours: {timezone: Europe/Zurigo, days: [mon], from: 07:00, to: 19:00}\n",
			`c.yaml:1:28: unknown timezone "Europe/Zurigo"`},
		{"the machine's zone", "business_hours: {timezone: Local, days: [mon], from: 07:00, to: 19:00}\n",
			`unknown timezone "Local"`},
		{"zone outside the database",
			"business_hours: {timezone: ../../etc/passwd, days: [mon], from: 07:00, to: 19:00}\n", "unknown timezone"},
		{"unknown weekday", "business_hours: {timezone: UTC, days: [thr], from: 07:00, to: 19:00}\n",
			"c.yaml:1:40: unknown weekday thr; did you mean thu?"},
		{"no weekday", "business_hours: {timezone: UTC, days: [], from: 07:00, to: 19:00}\n",
			"c.yaml:1:39: days names no day"},
		{"hour of one digit", "business_hours: {timezone: UTC, days: [mon], from: \"7:00\", to: 19:00}\n",
			`c.yaml:1:52: from: "7:00" is not a time of day`},
		{"minute 60", "business_hours: {timezone: UTC, days: [mon], from: 07:60, to: 19:00}\n",
			`from: "07:60" is not a time of day`},
		{"beginning at 24:00", "business_hours: {timezone: UTC, days: [mon], from: 24:00, to: 19:00}\n",
			`from: "24:00" is not a time of day`},
		{"end after 24:00", "business_hours: {timezone: UTC, days: [mon], from: 07:00, to: 24:01}\n",
			`to: "24:01" is not a time of day`},
		{"signs for digits", "business_hours: {timezone: UTC, days: [mon], from: \"+7:-1\", to: 19:00}\n",
			`from: "+7:-1" is not a time of day`},
		{"hours without an end", "business_hours: {timezone: UTC, days: [mon], from: 07:00}\n",
			"c.yaml:1:17: business_hours lacks the key to: add it"},
		{"bad holiday", "business_hours: {timezone: UTC, days: [mon], from: 07:00, to: 19:00, holidays: [1 August]}\n",
			`an entry of holidays: "1 August" is not a date`},
		{"time without a zone", "case: {collected_at: 2026-10-01T08:00:00}\n",
			`c.yaml:1:22: collected_at: "2026-10-01T08:00:00" is not a time`},
		{"roster that is not there", "onboarding_roster: none.csv\n", "c.yaml:1:20: onboarding_roster: "},
		{"roster that is not there, said what to do", "onboarding_roster: none.csv\n", ": correct the path"},
		{"path with control characters", "onboarding_roster: \"a\\e[2J\\nb\"\n", "a␛[2J␊b"},
		{"register that is a folder", "supervision_register: .\n",
			"c.yaml:1:23: supervision_register: open .: it is a folder, not a file; name a file in it"},
		{"broken YAML", "case: {id: a\n", "c.yaml:1:7: not YAML: "},
		{"tab", "case:\n\tid: a\n", "c.yaml:2:1: not YAML: "},
		{"two documents", "organisation: A\n---\norganisation: B\n", "c.yaml:3:1: a second document"},
		{"not UTF-8", "organisation: \xff\n", "c.yaml: not UTF-8"},
		{"half a character of UTF-16", "\xff\xfeo\x00r", "c.yaml: not UTF-8"},
		{"anchor", "privileged_users: &a [x]\n", `c.yaml:1:19: references ("&") are not accepted`},
		{"alias", "privileged_users: *a\n", `references ("*") are not accepted`},
		{"merge key", "case: {<<: {id: a}}\n", `references ("<<") are not accepted`},
		{"tag", "organisation: !!str 1\n", `tags ("!!str") are not accepted`},
		{"directive", "%YAML 1.2\n---\norganisation: A\n", "directives (%) are not accepted"},
		{"complex key", "? organisation\n: A\n", `c.yaml:1:1: "?" before a key is not accepted`},
		{"deep nesting in brackets", strings.Repeat("[", 100_000), "c.yaml:1:33: nested too deeply"},
		{"deep nesting in braces", strings.Repeat("{a: ", 100_000), "nested too deeply"},
		{"deep nesting in entries", strings.Repeat("- ", 100_000), "a list entry this far to the right"},
		{"too many keys", strings.Repeat("a: b\n", 2000), "c.yaml:1001:2: more than 1000 keys in one place"},
		{"too many keys in braces", "{" + strings.Repeat("a: b, ", 2000) + "}", "more than 1000 keys in one place"},
		{"too many parts", strings.Repeat("- a\n", 600_000), "c.yaml: more parts than any configuration has"},
		{"too large", strings.Repeat("a", maxBytes+1), "c.yaml: larger than 10 MiB"},
	} {
		t.Run(c.what, func(t *testing.T) {
			got, err := Parse("c.yaml", []byte(c.text), "", catalog)
			if err == nil {
				t.Fatalf("no error, settings %+v", got)
			}
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("error is\n%v\nwant it to contain\n%s", err, c.want)
			}
			if lines := strings.Count(err.Error(), "\n"); lines > 0 {
				t.Errorf("one mistake makes %d errors:\n%v", lines+1, err)
			}
		})
	}
}

func TestAllMistakesAreReportedAtOnceInTheirOrder(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "roster.csv", "upn,start_date\na,2026-99-99\n,2026-01-01\n")
	path := write(t, dir, "c.yaml", `rules: {NO: {}}
onboarding_roster: roster.csv
exceptions:
  - owner: o
    expires: never
    rule: "*"
privilegedusers: []
`)
	_, err := Load(path, catalog)
	if err == nil {
		t.Fatal("no error")
	}
	got := strings.Split(strings.ReplaceAll(err.Error(), dir+string(filepath.Separator), ""), "\n")
	want := []string{
		"c.yaml:1:9: unknown rule NO; `tapaudit rules list` shows them all",
		"c.yaml:4:5: the exception lacks the key reason: add it",
		`c.yaml:5:14: expires: "never" is not a date: write year-month-day, as in 2026-03-31`,
		"c.yaml:7:1: unknown key privilegedusers; did you mean privileged_users?",
		`roster.csv:2:3: start_date: "2026-99-99" is not a date: write year-month-day, as in 2026-03-31`,
		"roster.csv:3:1: upn is empty: fill it in or remove the line",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("errors (-want +got):\n%s", diff)
	}
}

func TestErrorsAreBounded(t *testing.T) {
	_, err := Parse("c.yaml", []byte("trusted_networks:\n"+strings.Repeat("  - x\n", 150)), "", catalog)
	if err == nil {
		t.Fatal("no error")
	}
	lines := strings.Split(err.Error(), "\n")
	if last := lines[len(lines)-1]; len(lines) != maxReported+1 ||
		last != "… and 50 more errors: correct these first" {
		t.Errorf("%d lines, the last %q", len(lines), last)
	}
}

func TestLoadRefusesWhatIsNoFile(t *testing.T) {
	dir := t.TempDir()
	large := write(t, dir, "large.yaml", strings.Repeat("#", maxBytes+1))
	for path, want := range map[string]string{
		dir:                             "it is a folder, not a file; name a file in it",
		filepath.Join(dir, "none.yaml"): "correct the path",
		large:                           "it has more than 10485760 bytes; name the right file",
	} {
		_, err := Load(path, catalog)
		if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "configuration: ") {
			t.Errorf("%s: %v, want %q", path, err, want)
		}
	}
}

// TestPathsStayInside: a configuration names files of its own folder and no others.
func TestPathsStayInside(t *testing.T) {
	above := t.TempDir()
	dir := filepath.Join(above, "configuration")
	outside := write(t, above, "roster.csv", roster)
	write(t, dir, "lists/roster.csv", roster)
	const copyIt = " leads out of the configuration's folder: copy the file beside the configuration, and write its name alone"
	for name, want := range map[string]string{
		"lists/roster.csv":            "",
		"./lists/../lists/roster.csv": "",
		outside:                       strconv.Quote(outside) + copyIt,
		"../roster.csv":               `"../roster.csv"` + copyIt,
		"lists/../../roster.csv":      `"lists/../../roster.csv"` + copyIt,
		"~/roster.csv":                `"~/roster.csv"` + copyIt,
	} {
		namesRoster(t, dir, name, want)
	}
}

// namesRoster wants a configuration in dir that names a roster to have its two people, or to say what is wrong.
func namesRoster(t *testing.T, dir, name, wrong string) {
	t.Helper()
	s, err := Parse("c.yaml", []byte(fmt.Sprintf("onboarding_roster: %q\n", name)), dir, catalog)
	switch {
	case wrong != "" && (err == nil || err.Error() != "c.yaml:1:20: onboarding_roster: "+wrong):
		t.Errorf("%s: %v, want %q", name, err, wrong)
	case wrong == "" && (err != nil || len(*s.Roster) != 2):
		t.Errorf("%s: %v", name, err)
	}
}

func TestExampleReadsCleanlyAndCoversEveryKey(t *testing.T) {
	s, err := Parse("example.yaml", []byte(Example()), t.TempDir(), catalog)
	if err != nil {
		t.Fatal(err)
	}
	if s.Roster != nil || s.Register != nil {
		t.Error("the example needs files that its reader does not have")
	}
	dir := t.TempDir()
	write(t, dir, "roster.csv", roster)
	write(t, dir, "register.csv", register)
	all := strings.NewReplacer("#onboarding_roster", "onboarding_roster", "#supervision_register",
		"supervision_register").Replace(Example())
	s, err = Parse("example.yaml", []byte(all), dir, catalog)
	if err != nil {
		t.Fatal(err)
	}
	var severity, enabled, parameters bool
	for _, rule := range s.Rules {
		severity = severity || rule.Severity != ""
		enabled = enabled || rule.Enabled != nil
		parameters = parameters || len(rule.Parameters) > 0
	}
	tenant := slices.ContainsFunc(s.Exceptions, func(e Exception) bool {
		return e.Tenant != "" &&
			e.Expires != Date{}
	})
	subject := slices.ContainsFunc(s.Exceptions,
		func(e Exception) bool { return e.Subject != "" && e.From != Date{} && e.ApprovedOn != Date{} })
	for key, set := range map[string]bool{
		"business_hours":                s.Hours != nil && len(s.Hours.Holidays) > 0,
		"approved_issuers.users":        s.ApprovedUsers != nil,
		"approved_issuers.applications": s.ApprovedApplications != nil, "privileged_users": len(s.PrivilegedUsers) > 0,
		"trusted_networks":       len(s.TrustedNetworks) > 0,
		"bootstrap_applications": len(s.BootstrapApplications) != len(defaultIDs(bootstrapList)),
		"guarded_resources":      len(s.GuardedResources) != len(defaultIDs(guardedList)),
		"admin_tools":            len(s.AdminTools) != len(defaultIDs(adminToolList)),
		"incidents":              s.IncidentHours != defaultIncidentHours,
		"onboarding_roster":      s.Roster != nil, "supervision_register": s.Register != nil,
		"exceptions.tenant and expires": tenant, "exceptions.subject, from and approved_on": subject,
		"rules.severity": severity, "rules.enabled": enabled, "rules.parameter": parameters,
		"organisation": s.Organisation != "", "tenants": len(s.Tenants) > 0,
		"case.id": s.Case.ID != "", "case.examiner": s.Case.Examiner != "",
		"case.collected_by": s.Case.CollectedBy != "", "case.collected_at": !s.Case.CollectedAt.IsZero(),
		"case.source": s.Case.Source != "",
	} {
		if !set {
			t.Errorf("the example does not set %s", key)
		}
	}
}

// controls reports whether an error, line by line, could do anything to a terminal.
func controls(err error) bool {
	return strings.ContainsFunc(err.Error(), func(c rune) bool { return c != '\n' && unicode.IsControl(c) })
}

func FuzzParse(f *testing.F) {
	f.Add(full)
	f.Add(Example())
	for _, seed := range []string{
		"", "a", "- a", "a: b: c", "{", "[[[", "? a\n: b", "a: &x [*x]",
		"rules: {TAP-ISSUED: {severity: low, enabled: true}}",
		"exceptions:\n  - {rule: '*', reason: r, owner: o, from: 2026-01-02}\n  -\n",
		"trusted_networks: ['::1', 10.0.0.0/8]",
		"business_hours: {timezone: UTC, days: [mon], from: '22:00', to: '06:00'}",
		"case:\n  id: |\n    a\n  source: >-\n    b\n",
		"organisation: \"\\e\\u0000\"", "%YAML 1.2\n---\n", "a:\n\tb", "---\n---\n", "organisation: 'a\n\n  b'",
		"\ufeff{}",
	} {
		f.Add(seed)
	}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, text string) {
		s, err := Parse("c.yaml", []byte(text), dir, catalog)
		if err != nil {
			_, again := Parse("c.yaml", []byte(text), dir, catalog)
			if again == nil || again.Error() != err.Error() {
				t.Fatalf("the second reading says %v, the first %v", again, err)
			}
			if s != nil || controls(err) {
				t.Fatalf("settings %v with error %q", s, err)
			}
			return
		}
		for _, e := range s.Exceptions {
			if _, ok := catalog[e.Rule]; !ok && e.Rule != "*" || e.Reason == "" || e.Owner == "" || e.Line < 1 {
				t.Fatalf("exception %+v", e)
			}
		}
		for _, n := range s.TrustedNetworks {
			if !n.IsValid() || n != n.Masked() || n.Addr().Is4In6() {
				t.Fatalf("network %v", n)
			}
		}
		for id, rule := range s.Rules {
			if _, ok := catalog[id]; !ok || rule.Severity != "" && !slices.Contains(Severities(), rule.Severity) {
				t.Fatalf("rule %s: %+v", id, rule)
			}
		}
		if s.Hours != nil {
			if s.Hours.Days == [7]bool{} {
				t.Fatal("business hours without a day")
			}
			s.Hours.Contains(time.Date(2026, 3, 29, 1, 0, 0, 0, time.UTC))
		}
	})
}
