package ingest_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"tapaudit/ingest"
)

// damage changes one record of many, at random: bytes, keys, values, or the whole of it.
func damage(random *rand.Rand, record string) string {
	text := []byte(record)
	at := random.IntN(len(text))
	switch random.IntN(12) {
	case 0: // a byte changed
		text[at] = byte(random.IntN(256))
	case 1: // some bytes lost
		text = slices.Delete(text, at, min(at+1+random.IntN(20), len(text)))
	case 2: // some bytes too many
		text = slices.Insert(text, at, []byte([]string{`"`, `}`, `{`, `\`, "\x00", `]`, `,`, "\xff\xfe", `null`,
			"\u2028"}[random.IntN(10)])...)
	case 3: // cut off
		text = text[:at]
	case 4: // the beginning lost
		if text = text[at:]; text[0] == '{' {
			text = text[1:] // what is left must not be an object of its own: that would be another record
		}
	case 5, 6: // a key renamed, or twice
		keys := []string{`"id"`, `"createdDateTime"`, `"activityDateTime"`, `"userId"`, `"status"`,
			`"authenticationDetails"`, `"targetResources"`, `"initiatedBy"`}
		key := keys[random.IntN(len(keys))]
		renamed := strings.Replace(record, key+":",
			[]string{`"ID":`, `"":`, `"x":`, `"id":`, `"createdDateTime":`}[random.IntN(5)], 1)
		text = []byte(renamed)
	case 7, 8, 9: // a value of another type
		members := []string{`"id":`, `"createdDateTime":`, `"activityDateTime":`, `"userId":`, `"status":`,
			`"authenticationDetails":`, `"targetResources":`, `"isInteractive":`, `"result":`}
		member := members[random.IntN(len(members))]
		value := []string{`null`, `17`, `-1.5e9`, `true`, `[]`, `{}`, `"\u0000"`, `"9999-99-99"`, `[{"a":[1]}]`,
			`"2026-02-30T25:00:00Z"`, `""`}[random.IntN(11)]
		text = []byte(strings.Replace(record, member, `"shadow":0,`+member+value+`,"rest":`, 1))
	case 10: // something else altogether
		text = []byte([]string{`null`, `42`, `"text"`, `[]`, `{}`, `[[[[`, `}`, `<html>`, "\x00\x01\x02",
			`{"id":"z"}`}[random.IntN(10)])
	case 11: // emptied
		text = nil
	}
	// A newline would be the damage of two records.
	return strings.NewReplacer("\n", " ", "\r", " ").Replace(string(text))
}

// TestDamageLosesNothing damages one record in each of many small files, and demands that every other one is loaded
// and every record is accounted for.
func TestDamageLosesNothing(t *testing.T) {
	const filesOfAKind, recordsInAFile = 40, 7
	type file struct {
		name, shape, damaged string
		whole                []string // ids of the records that are not damaged
	}
	shapes := map[string]func(records []string) string{
		"lines":           func(r []string) string { return strings.Join(r, "\n") + "\n" },
		"lines with CRLF": func(r []string) string { return strings.Join(r, "\r\n") + "\r\n" },
		"array":           func(r []string) string { return "[\n" + strings.Join(r, ",\n") + "\n]\n" },
		"page": func(r []string) string {
			return "{\"@odata.context\":\"x#auditLogs/signIns\",\"value\":[\n" + strings.Join(r, ",\n") + "\n]}\n"
		},
	}
	kinds := map[string]func(int, ...string) string{
		"sign-in": graphSignIn, "audit": graphAudit,
		"diagnostic": func(n int, more ...string) string { return diagnostic("SignInLogs", graphSignIn(n, more...)) },
	}
	random := rand.New(rand.NewPCG(7, 11))
	dir := t.TempDir()
	var all []file
	var paths []string
	for shape, render := range sorted(shapes) {
		for kind, record := range sorted(kinds) {
			for n := range filesOfAKind {
				f := file{name: fmt.Sprintf("%s-%s-%d.json", strings.ReplaceAll(shape, " ", "-"), kind, n),
					shape: shape}
				hit := random.IntN(recordsInAFile)
				if !strings.HasPrefix(shape, "lines") {
					hit = 1 + random.IntN(recordsInAFile-1) // a page or an array is known by its first record
				}
				var records []string
				for i := range recordsInAFile {
					id := fmt.Sprintf("%s %d", f.name, i)
					text := record(i, `"id":"`+id+`"`, `-"id"`)
					// graphSignIn and graphAudit give each record an id of their own, first.
					text = strings.Replace(text,
						fmt.Sprintf(`"id":"%s-%d",`, map[bool]string{true: "audit", false: "sign-in"}[kind == "audit"],
							i), "", 1)
					if i == hit {
						text = damage(random, text)
						f.damaged = text
					} else {
						f.whole = append(f.whole, id)
					}
					records = append(records, text)
				}
				full := filepath.Join(dir, f.name)
				if err := os.WriteFile(full, []byte(render(records)), 0o600); err != nil {
					t.Fatal(err)
				}
				all, paths = append(all, f), append(paths, full)
			}
		}
	}
	c := loaded(t, ingest.Options{}, paths...)

	found := map[string]bool{}
	for _, table := range []string{"signin_record", "audit_record"} {
		for _, row := range dump(t, c, `SELECT DISTINCT id FROM `+table) {
			found[strings.TrimSuffix(strings.TrimPrefix(row, "id="), " ")] = true
		}
	}
	lost := 0
	for _, f := range all {
		for _, id := range f.whole {
			if !found[id] {
				if lost++; lost < 10 {
					t.Errorf("%s: the record %q is lost; the damaged one is %q", f.name, id, f.damaged)
				}
			}
		}
	}
	if lost >= 10 {
		t.Errorf("%d records are lost", lost)
	}
	for _, row := range dump(t, c, `
SELECT s.path, s.records_read AS read, s.records_not_used AS unused, s.records_quarantined AS bad, coalesce(r.n, 0) AS loaded FROM source AS s
LEFT JOIN (SELECT source_id, count(DISTINCT ordinal) AS n FROM (SELECT source_id, ordinal FROM signin_record UNION ALL SELECT source_id, ordinal FROM audit_record) GROUP BY ALL) AS r
    ON r.source_id = s.source_id
WHERE s.records_read <> s.records_not_used + s.records_quarantined + coalesce(r.n, 0) ORDER BY s.path`) {
		t.Errorf("does not add up: %s", row)
	}
	for _, table := range []string{"directory_user", "group_member", "role_member", "role_definition",
		"policy_snapshot", "pass_snapshot"} {
		for _, row := range dump(t, c, `SELECT * FROM `+table) {
			t.Errorf("a part of a damaged record was taken for a whole one in %s: %s", table, row)
		}
	}
	// The damage must have been felt, or nothing was tested.
	for _, want := range []struct {
		what, query string
		least       int
	}{
		{"records in quarantine", `SELECT count(*) FROM quarantine`, len(all) / 4},
		{"sources", `SELECT count(*) FROM source WHERE records_read > 0`, len(all)},
	} {
		row := dump(t, c, want.query)[0]
		_, number, _ := strings.Cut(strings.TrimSpace(row), "=")
		if n, err := strconv.Atoi(number); err != nil || n < want.least {
			t.Errorf("%s %s, want at least %d", number, want.what, want.least)
		}
	}
}

// sorted goes through a map in the order of its keys.
func sorted[V any](m map[string]V) func(func(string, V) bool) {
	return func(yield func(string, V) bool) {
		var keys []string
		for k := range m {
			keys = append(keys, k)
		}
		slices.Sort(keys)
		for _, k := range keys {
			if !yield(k, m[k]) {
				return
			}
		}
	}
}
