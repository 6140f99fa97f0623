package ingest_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tapaudit/ingest"
	"tapaudit/ingest/casefile"
	"tapaudit/ingest/evidence"
	records "tapaudit/ingest/record"
)

func aUser(n int) string {
	return fmt.Sprintf(`{"id":"00000000-0000-4000-8000-%012d","userPrincipalName":"user%d@contoso.example","displayName":"User %[2]d"}`, n, n)
}

// crowded has lines that hold one record, several, and some that cannot be used.
var crowded = strings.Join([]string{
	aUser(1),
	`{"value":[` + aUser(2) + "," + aUser(3) + "," + `{"foo":1}` + "," + aUser(4) + "]}",
	aUser(5) + `{"foo":2}`,
	`{"value":[`, aUser(6), "," + aUser(7) + "," + aUser(8), "]}",
}, "\n") + "\n"

// TestPlacesOfCrowdedLines: where a line holds several records, each has its number in it, whether it is loaded or
// not; and the macro writes each place as Go does.
func TestPlacesOfCrowdedLines(t *testing.T) {
	for name, more := range map[string]string{"small": "", "large": strings.Repeat("\n", 2<<20) + aUser(9)} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "users.json")
			write(t, path, crowded+more)
			c := loaded(t, ingest.Options{}, path)
			got := texts(t, c, "SELECT upn || ' ' || place_of(source_id, line, ordinal) FROM directory_user WHERE line < 100 ORDER BY ordinal")
			want := []string{
				"user1@contoso.example users.json:1", "user2@contoso.example users.json:2[1]",
				"user3@contoso.example users.json:2[2]",
				"user4@contoso.example users.json:2[4]", "user5@contoso.example users.json:3[1]",
				"user6@contoso.example users.json:5",
				"user7@contoso.example users.json:6[1]", "user8@contoso.example users.json:6[2]",
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
			got = texts(t, c, "SELECT place_of(source_id, line, ordinal) FROM quarantine ORDER BY ordinal")
			if diff := cmp.Diff([]string{"users.json:2[3]", "users.json:3[2]"}, got); diff != "" {
				t.Error(diff)
			}
			for _, place := range []records.Place{{Path: "a", Line: 3}, {Path: "a", Line: 1, Number: 7},
				{Path: "a", Line: 2, Row: true}, {Path: "a"}} {
				number := "NULL"
				if place.Number > 0 {
					number = fmt.Sprint(place.Number)
				}
				written := texts(t, c, fmt.Sprintf("SELECT place_text('%s', %t, %d, %s)", place.Path, place.Row,
					place.Line, number))
				if written[0] != place.String() {
					t.Errorf("place_text writes %s, Go %s", written[0], place)
				}
			}
		})
	}
}

// TestRecordAt: at the place that the case gives of a record, the same record is found again.
func TestRecordAt(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "users.json"), crowded)
	write(t, filepath.Join(dir, "users.csv"),
		"id,userPrincipalName,displayName\n00000000-0000-4000-8000-000000000009,user9@contoso.example,User 9\n")
	write(t, filepath.Join(dir, "notes.txt"), "no evidence\n")
	c := loaded(t, ingest.Options{}, dir)
	find := func(name string, at records.Place) (*ingest.Found, error) {
		var found *ingest.Found
		var why error
		err := evidence.Walk(t.Context(), []string{dir}, strings.NewReader(""), evidence.DefaultLimits(),
			func(s *evidence.Source) error {
				if filepath.Base(s.Path) == name {
					found, why = ingest.RecordAt(t.Context(), c, s, at)
				}
				return nil
			})
		if err != nil {
			t.Fatal(err)
		}
		return found, why
	}
	for _, want := range []struct {
		name string
		at   records.Place
		text string
	}{
		{"users.json", records.Place{Line: 1}, "user1@"}, {"users.json", records.Place{Line: 2, Number: 4}, "user4@"},
		{"users.json", records.Place{Line: 2, Number: 3}, `{"foo":1}`},
		{"users.json", records.Place{Line: 6, Number: 2}, "user8@"},
		{"users.csv", records.Place{Line: 1, Row: true}, "user9@"},
	} {
		if found, err := find(want.name, want.at); err != nil || !strings.Contains(found.Text, want.text) {
			t.Errorf("%s %+v: %+v, %v", want.name, want.at, found, err)
		}
	}
	for _, want := range []struct {
		name string
		at   records.Place
		why  string
	}{
		{"users.json", records.Place{Line: 2}, "holds 4 records; say which, up to"},
		{"users.json", records.Place{Line: 2, Number: 5}, "holds 4 records, so there is no [5]"},
		{"users.json", records.Place{Line: 1, Number: 2}, "holds one record; write the place without [2]"},
		{"users.json", records.Place{Line: 99}, "no record begins in its line 99; the last one begins in line 6"},
		{"users.csv", records.Place{Line: 1}, "places in it count rows"},
		{"users.csv", records.Place{Line: 2, Row: true},
			"no record begins in its row 2; the last one begins in row 1"},
		{"notes.txt", records.Place{Line: 1}, "no record was read from it: skipped: not recognised as an export"},
	} {
		if _, err := find(want.name, want.at); err == nil || !strings.Contains(err.Error(), want.why) {
			t.Errorf("%s %+v: %v", want.name, want.at, err)
		}
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func texts(t *testing.T, c *casefile.Case, query string) (all []string) {
	t.Helper()
	rows, err := c.Query(context.Background(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			t.Fatal(err)
		}
		all = append(all, text)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}
