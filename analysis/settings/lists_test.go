package settings

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/unicode"
)

func TestRegisterColumnsGoByName(t *testing.T) {
	got, problems := parseRegister("r.csv",
		[]byte("TICKET,Pass_ID,supervisor,Date,UPN\r\nINC-2,p-1,\"Anna, B.\",2026-09-01,nina\r\nINC-3,,Anna,2026-09-02,paul\r\n"))
	if err := joined(problems); err != nil {
		t.Fatal(err)
	}
	want := []RegisterEntry{
		{UPN: "nina", Date: Date{2026, 9, 1}, PassID: "p-1", Supervisor: "Anna, B.", Ticket: "INC-2", Line: 2},
		{UPN: "paul", Date: Date{2026, 9, 2}, Supervisor: "Anna", Ticket: "INC-3", Line: 3},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("register (-want +got):\n%s", diff)
	}
}

func TestARosterWithoutLinesIsConfiguredAndEmpty(t *testing.T) {
	got, problems := parseRoster("r.csv", []byte("upn,start_date\n"))
	if len(problems) > 0 || got == nil || len(got) != 0 {
		t.Errorf("%v, %v", got, problems)
	}
}

func TestMistakesInLists(t *testing.T) {
	for _, c := range []struct{ what, text, want string }{
		{"empty", "", "r.csv: empty: the first line must name the columns upn,start_date[,reason]"},
		{"only blank lines", "\n\n", "r.csv: empty"},
		{"semicolons", "upn;start_date\na;2026-01-01\n", "r.csv:1:1: cells are parted by semicolons"},
		{"no header", "a@b,2026-01-01\n",
			"r.csv:1:1: unknown column \"a@b\"; the columns are upn,start_date[,reason]"},
		{"misspelt column", "upn,start_dat\n", "r.csv:1:5: unknown column start_dat; did you mean start_date?"},
		{"missing column", "upn,reason\n", "r.csv:1: column start_date is missing"},
		{"doubled column", "upn,start_date,UPN\n", "r.csv:1:16: column upn occurs twice: remove one"},
		{"cell missing", "upn,start_date,reason\na,2026-01-01\n", "r.csv:2: 2 cells where the header has 3"},
		{"cell too many", "upn,start_date\na,2026-01-01,b\n", "r.csv:2: 3 cells where the header has 2"},
		{"no user", "upn,start_date\n ,2026-01-01\n", "r.csv:2:1: upn is empty"},
		{"local date", "upn,start_date\na,01.02.2026\n", `r.csv:2:3: start_date: "01.02.2026" is not a date`},
		{"line after a cell of two lines", "upn,start_date,reason\na,2026-01-01,\"x\ny\"\nb,2026,z\n",
			"r.csv:4:3: start_date"},
		{"lone quote", "upn,start_date\na\"b,2026-01-01\n", "r.csv:2:2: "},
		{"quote without end", "upn,start_date\n\"a,2026-01-01\n", "r.csv:2:15: "},
		{"not UTF-8", "upn,start_date\nM\xfcller,2026-01-01\n", "r.csv: not UTF-8"},
		{"half a character of UTF-16", "\xff\xfeu\x00p", "r.csv: not UTF-8"},
	} {
		t.Run(c.what, func(t *testing.T) {
			_, problems := parseRoster("r.csv", []byte(c.text))
			if err := joined(problems); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error is %v, want it to contain %s", err, c.want)
			}
		})
	}
}

func TestARegisterEntryNeedsSupervisorAndTicket(t *testing.T) {
	_, problems := parseRegister("r.csv", []byte("upn,date,supervisor,ticket\na,2026-01-01,,\n"))
	want := "r.csv:2:14: supervisor is empty: fill it in or remove the line\nr.csv:2:15: ticket is empty: fill it in or remove the line"
	if err := joined(problems); err == nil || err.Error() != want {
		t.Errorf("error is\n%v\nwant\n%s", err, want)
	}
}

func FuzzLists(f *testing.F) {
	for _, seed := range []string{
		roster, register, "", "upn,start_date", "upn;start_date\n", "upn,start_date\n\"",
		"upn,date,pass_id,supervisor,ticket\na,2026-01-01,,s,t\n",
		"UPN,start_date\r\na,2026-01-01\r\n", "upn,start_date\n,\n", "\ufeff\"upn\",start_date\n", "a,a,a\n",
		"upn,start_date,reason\n\"a\n\",2026-01-01,b\n",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		entries, problems := parseRoster("r.csv", []byte(text))
		last := 0
		for _, e := range entries {
			if len(problems) == 0 && (e.UPN == "" || e.Start.IsZero()) || e.Line <= last {
				t.Fatalf("entry %+v after line %d", e, last)
			}
			last = e.Line
		}
		registered, problems := parseRegister("r.csv", []byte(text))
		for _, e := range registered {
			if len(problems) == 0 && (e.UPN == "" || e.Date.IsZero() || e.Supervisor == "" || e.Ticket == "" ||
				e.Line < 2) {
				t.Fatalf("entry %+v", e)
			}
		}
		if err := joined(problems); err != nil && controls(err) {
			t.Fatalf("control character in %q", err)
		}
	})
}

// TestUTF16: a configuration and a roster that PowerShell 5.1 has written say what they say in UTF-8.
func TestUTF16(t *testing.T) {
	const roster = "upn,start_date\nm\u00fcller@example.com,2026-01-01\n"
	for _, e := range []unicode.Endianness{unicode.LittleEndian, unicode.BigEndian} {
		encoded := func(text string) []byte {
			wide, err := unicode.UTF16(e, unicode.UseBOM).NewEncoder().Bytes([]byte(text))
			if err != nil {
				t.Fatal(err)
			}
			return wide
		}
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "r.csv"), encoded(roster), 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := Parse("c.yaml", encoded("organisation: M\u00fcller\nonboarding_roster: r.csv\n"), dir, Catalog{})
		if err != nil {
			t.Fatal(err)
		}
		if s.Roster == nil || len(*s.Roster) != 1 || (*s.Roster)[0].UPN != "m\u00fcller@example.com" ||
			s.Organisation != "M\u00fcller" {
			t.Errorf("read %+v, organisation %q", s.Roster, s.Organisation)
		}
	}
}
