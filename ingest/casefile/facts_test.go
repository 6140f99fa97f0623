package casefile

import (
	"context"
	"path/filepath"
	"testing"

	"tapaudit/ingest/record"
)

// TestFactsInSQL: the macros say what their functions in Go say.
func TestFactsInSQL(t *testing.T) {
	ctx := context.Background()
	c := open(t, filepath.Join(t.TempDir(), "case.duckdb"), Options{})
	says := func(query string, args ...any) bool {
		var is bool
		if err := c.QueryRow(ctx, query, args...).Scan(&is); err != nil {
			t.Fatalf("%s %q: %v", query, args, err)
		}
		return is
	}
	texts := []string{
		"", " ", "\t\r\n", "<null>", "<NULL>", " <Null> ", "00000000-0000-0000-0000-000000000000",
		"00000000-0000-0000-0000-000000000001", "anna@contoso.example", "0",
		"Temporary Access Pass", "temporary access  pass", "TEMPORARYACCESSPASS", "accesspass", "access-pass",
		"Access\nPass", "bypass",
		"Add user", "Update device", "User registered security info", "User signed in", "Add owner to group",
		"Reset password",
		`{"temporaryAccessPass":"x"}`, `{"TemporaryAccessPass" : "x"}`, `{"displayName":"TemporaryAccessPass.Id"}`,
		`"{\"temporaryAccessPass\\\":\"x\"}"`,
		`[{"modifiedProperties":[{"displayName":"EmployeeHireDate"}]}]`,
		`[{"authenticationMethod":"Temporary Access Pass"}]`, `[{"authenticationMethod":"Password"}]`,
	}
	for _, text := range texts {
		for query, want := range map[string]bool{
			`SELECT present(?) IS NOT NULL`:                    record.Present(text),
			`SELECT names_pass(?)`:                             record.NamesPass(text),
			`SELECT audit_concerns_pass($1, $1)`:               record.AuditConcernsPass(text, text),
			`SELECT audit_concerns_pass('Update User', ?)`:     record.AuditConcernsPass("Update User", text),
			`SELECT signin_concerns_pass(?, NULL, 0, NULL)`:    record.SignInConcernsPass(text, "", "0", ""),
			`SELECT signin_concerns_pass(NULL, ?, NULL, NULL)`: record.SignInConcernsPass("", text, "", ""),
		} {
			if got := says(query, text); got != want {
				t.Errorf("%s of %q is %v, in Go %v", query, text, got, want)
			}
		}
		if masked, found := record.MaskPasscodes(text); (found > 0) && !says(`SELECT holds_passcode(?)`, text) {
			t.Errorf("%q holds a passcode (%s), and SQL does not see it", text, masked)
		}
	}
	for _, code := range []string{"0", "50126", "130499", "130500", "130503", "130509", "130510", "1305000", "13050"} {
		if got, want := says(`SELECT signin_concerns_pass(NULL, NULL, ?::BIGINT, NULL)`, code),
			record.SignInConcernsPass("", "", code, ""); got != want {
			t.Errorf("the error %s may concern a pass: %v, in Go %v", code, got, want)
		}
	}
	if !says(`SELECT signin_concerns_pass(NULL, NULL, NULL, 1)`) || !record.SignInConcernsPass("", "", "", "1") {
		t.Error("an event of the Unified Audit Log may concern no pass")
	}
}

// TestLoadByName: each value reaches the column of its name, whatever the order of the columns.
func TestLoadByName(t *testing.T) {
	ctx := context.Background()
	c := open(t, filepath.Join(t.TempDir(), "case.duckdb"), Options{})
	for _, kind := range record.Kinds {
		values := make([]string, len(kind.Columns))
		for i, column := range kind.Columns {
			switch column.Type {
			case record.Text:
				values[i] = "the " + column.Name
			case record.JSON, record.Texts:
				values[i] = `["the ` + column.Name + `"]`
			case record.Number:
				values[i] = "7"
			case record.Bool:
				values[i] = "true"
			case record.Time:
				values[i] = "2026-07-01T00:00:00.000007"
			case record.Day:
				values[i] = "2026-07-01"
			}
		}
		if err := c.Load(ctx, kind, []Row{{Source: 3, Line: 5, Ordinal: 4, Values: values}}); err != nil {
			t.Fatal(err)
		}
		for i, column := range kind.Columns {
			want := values[i]
			switch column.Type {
			case record.Texts:
				want = "[the " + column.Name + "]"
			case record.Time:
				want = "2026-07-01 00:00:00.000007"
			}
			var got string
			if err := c.QueryRow(ctx,
				`SELECT "`+column.Name+`"::VARCHAR FROM `+kind.Table+` WHERE source_id = 3 AND line = 5 AND ordinal = 4`).Scan(&got); err != nil || got != want {
				t.Errorf("%s.%s is %q (%v), want %q", kind.Table, column.Name, got, err, want)
			}
		}
	}
}
