package tables

import (
	"archive/zip"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"tapaudit/analysis"
	"tapaudit/ingest/safetext"
	"tapaudit/reports/folder"
	"tapaudit/reports/reporttest"
	"tapaudit/reports/words"
)

// TestWorkbookHoldsTheRowsOfTheTables reads every sheet back and compares it, cell by cell, with the CSV file.
func TestWorkbookHoldsTheRowsOfTheTables(t *testing.T) {
	for _, r := range []*analysis.Result{reporttest.Hostile(), reporttest.Large(2_000), {}} {
		dir := reporttest.Folder(t, r, WriteCSV, writeWorkbook)
		book := reporttest.Workbook(t, filepath.Join(dir, "findings.xlsx"))
		inBook := []string{"about"}
		for _, s := range sheets() {
			inBook = append(inBook, s.sheet)
			want, err := csv.NewReader(strings.NewReader(reporttest.Read(t, dir, s.name+".csv"))).ReadAll()
			if err != nil {
				t.Fatal(err)
			}
			got, err := book.GetRows(s.sheet, excelize.Options{RawCellValue: true})
			if err != nil {
				t.Fatal(err)
			}
			if len(got) != len(want) {
				t.Fatalf("sheet %s has %d rows, %s has %d", s.sheet, len(got), s.name+".csv", len(want))
			}
			for y := range want {
				for x, cell := range want[y] {
					is := ""
					if x < len(got[y]) { // empty cells at the end are not there
						is = got[y][x]
					}
					if y == 0 {
						if is != cell {
							t.Errorf("%s: column %d is %q, want %q", s.sheet, x, is, cell)
						}
						continue
					}
					if problem := differentCell(s.columns()[x], is, cell); problem != "" {
						t.Errorf("%s, row %d, %s: %s", s.sheet, y+1, want[0][x], problem)
					}
				}
			}
		}
		if diff := cmp.Diff(inBook, book.GetSheetList()); diff != "" {
			t.Error(diff)
		}
	}
}

// differentCell says in what a cell of a sheet is not what the CSV file has.
func differentCell(c column, is, csvCell string) string {
	if csvCell != "" && (c.kind == reflect.TypeFor[*time.Time]() || c.kind == reflect.TypeFor[day]()) {
		serial, err := strconv.ParseFloat(is, 64)
		if err != nil {
			return fmt.Sprintf("%q is no date", is)
		}
		want, err := time.Parse(time.RFC3339Nano, csvCell)
		if err != nil {
			want, err = time.Parse(time.DateOnly, csvCell)
		}
		if err != nil {
			return err.Error()
		}
		// Days since 1899-12-30; the number has room for about a microsecond.
		got := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC).AddDate(0, 0, int(serial)).
			Add(time.Duration(math.Round((serial - math.Floor(serial)) * float64(24*time.Hour))))
		if gap := got.Sub(want).Abs(); gap > time.Microsecond {
			return fmt.Sprintf("%s is not %s", got.Format(time.RFC3339Nano), csvCell)
		}
		return ""
	}
	if got, want := Inert(is), safetext.Text(csvCell); got != want {
		return fmt.Sprintf("%q, the CSV file has %q", words.Clip(200, is), words.Clip(200, csvCell))
	}
	return ""
}

// TestWorkbookRunsNothing: whatever a cell holds is text, and stays text when it is edited.
func TestWorkbookRunsNothing(t *testing.T) {
	r := reporttest.Hostile()
	payloads := []string{reporttest.Formula, "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "=cmd|'/c calc'!A0",
		"http://evil.example", "_x003D_1+1", "\x00\x01\x0b\x1b[31m",
		"\xed\xa0\x80 lone surrogate", "\uFFFE\uFFFF", strings.Repeat("é", 40_000), "]]></t><f>1+1</f>", "a\r\nb"}
	for i, text := range payloads {
		f := r.Findings[0]
		f.ID, f.SubjectName, f.Title = fmt.Sprintf("p%02d", i), text, text
		r.Findings = append(r.Findings, f)
	}
	path := filepath.Join(reporttest.Folder(t, r, writeWorkbook), "findings.xlsx")
	book := reporttest.Workbook(t, path)
	rows, err := book.GetRows("findings")
	if err != nil {
		t.Fatal(err)
	}
	const name = 7 // the column subject_name
	for i, want := range []string{payloads[0], payloads[1], payloads[2], payloads[3], payloads[4], payloads[5],
		payloads[6], payloads[7], "_x003D_1+1",
		"␀␁␋␛[31m", "\uFFFD\u0020lone surrogate", "\uFFFD\uFFFD", "", payloads[13], "a␍\nb"} {
		row := rows[1+4+i]
		got := row[name]
		if i == 10 { // as many replacement characters as there are bytes, or one
			got = strings.TrimLeft(got, "\uFFFD")
			want = strings.TrimLeft(want, "\uFFFD")
		}
		if i == 12 {
			const remark = "… [cut: findings.csv (--format csv) has all 40,000 characters]"
			if n := utf16Length(got); n != excelize.TotalCellChars || !strings.HasSuffix(got, remark) ||
				!strings.HasPrefix(got, "ééé") {
				t.Errorf("a long name has %d characters and ends with %q", n, got[max(0, len(got)-100):])
			}
			continue
		}
		if got != want {
			t.Errorf("payload %q is shown as %q, want %q", payloads[i], words.Clip(100, got), want)
		}
	}
	about, err := book.GetRows("about")
	if err != nil {
		t.Fatal(err)
	}
	if last := about[len(about)-1]; last[0] != "cut" ||
		!strings.HasPrefix(last[1], "findings: 2 cells were shortened to the 32,767 characters that a cell holds.") {
		t.Errorf("the sheet about the audit ends with %q", last)
	}
	for y := range rows {
		for x := range rows[y] {
			cell, _ := excelize.CoordinatesToCellName(x+1, y+1)
			if text, err := book.GetCellFormula("findings", cell); err != nil || text != "" {
				t.Errorf("%s is the formula %q, %v", cell, text, err)
			}
			if id, err := book.GetCellStyle("findings", cell); err != nil {
				t.Fatal(err)
			} else if style, err := book.GetStyle(id); err != nil {
				t.Fatal(err)
			} else if x == name && y > 0 && style.NumFmt != textNum {
				t.Errorf("%s has the format %d, and would become a formula when edited", cell, style.NumFmt)
			}
		}
	}
	// What the reader does not show: the parts of the archive themselves.
	archive, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	before := ""
	for _, member := range archive.File {
		if member.Name <= before {
			t.Errorf("%s stands after %s", member.Name, before)
		}
		before = member.Name
		if member.Modified.Year() > 1980 {
			t.Errorf("%s carries the time %s", member.Name, member.Modified)
		}
		f, err := member.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(f)
		if err != nil {
			t.Fatal(err)
		}
		if live := regexp.MustCompile(`<(\w+:)?(f|hyperlink|externalReference|ddeLink|oleObject)\b`).Find(text); live != nil {
			t.Errorf("%s holds %s", member.Name, live)
		}
		if strings.Contains(string(text), "<dimension") {
			t.Errorf("%s states a dimension, which is that of an empty sheet", member.Name)
		}
		if strings.HasSuffix(member.Name, ".rels") && strings.Contains(string(text), `TargetMode="External"`) {
			t.Errorf("%s leads out of the workbook", member.Name)
		}
	}
}

func TestWorkbookIsReadyToWorkWith(t *testing.T) {
	book := reporttest.Workbook(t, filepath.Join(reporttest.Folder(t, reporttest.Hostile(), writeWorkbook),
		"findings.xlsx"))
	for _, sheet := range book.GetSheetList() {
		panes, err := book.GetPanes(sheet)
		if err != nil || !panes.Freeze || panes.YSplit != 1 {
			t.Errorf("%s: the head is not frozen: %+v, %v", sheet, panes, err)
		}
	}
	filtered := map[string]bool{}
	for _, name := range book.GetDefinedName() {
		if name.Name == "_xlnm._FilterDatabase" {
			filtered[name.Scope] = true
		}
	}
	if len(filtered) != len(book.GetSheetList()) {
		t.Errorf("filters are on %v", filtered)
	}
	properties, err := book.GetDocProps()
	if err != nil || properties.Created != "2026-09-30T12:00:00Z" || properties.Modified != properties.Created {
		t.Errorf("properties %+v, %v", properties, err)
	}
}

// TestWorkbookSaysWhatItHasNoRoomFor with sheets of few rows, as Excel's million would take its time.
func TestWorkbookSaysWhatItHasNoRoomFor(t *testing.T) {
	r := reporttest.Hostile() // with 58 days of coverage
	for _, c := range []struct {
		rows   int
		remark string
	}{
		{59, ""},
		{58, "2 further rows were left out: a sheet ends after 58 rows. coverage.csv (--format csv) has them all."},
		{10, "50 further rows were left out: a sheet ends after 10 rows. coverage.csv (--format csv) has them all."},
	} {
		path := filepath.Join(t.TempDir(), "report")
		err := folder.Replace(context.Background(), path,
			folder.Replacing{Check: func(context.Context, string) error { return nil }}, func(f *folder.Folder) error {
				if err := (xlsxOutput{rows: c.rows}).write(f, r); err != nil {
					return err
				}
				return folder.WriteManifest(f, r, "", time.Time{})
			})
		if err != nil {
			t.Fatal(err)
		}
		book := reporttest.Workbook(t, filepath.Join(path, "findings.xlsx"))
		rows, err := book.GetRows("coverage")
		if err != nil {
			t.Fatal(err)
		}
		about, err := book.GetRows("about")
		if err != nil {
			t.Fatal(err)
		}
		if len(rows) != min(c.rows, 59) {
			t.Errorf("%d rows: the sheet has %d", c.rows, len(rows))
		}
		last := rows[len(rows)-1][0]
		if c.remark == "" {
			if last != reporttest.Tenant {
				t.Errorf("%d rows: the last one holds %q", c.rows, last)
			}
			continue
		}
		if last != c.remark {
			t.Errorf("%d rows: the sheet ends with %q", c.rows, last)
		}
		found := false
		for _, row := range about {
			found = found || row[0] == "cut" && row[1] == "coverage: "+c.remark
		}
		if !found && c.rows > 20 {
			t.Errorf("%d rows: the sheet about the audit does not say what was cut: %q", c.rows, about)
		}
	}
}

func TestDatesThatExcelDoesNotKnowStayText(t *testing.T) {
	r := reporttest.Hostile()
	r.Findings = r.Findings[:1]
	r.Findings[0].FirstSeen = time.Date(1601, 1, 1, 0, 0, 0, 0, time.UTC)
	r.Findings[0].LastSeen = time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)
	book := reporttest.Workbook(t, filepath.Join(reporttest.Folder(t, r, writeWorkbook), "findings.xlsx"))
	for cell, want := range map[string]string{"K2": "1601-01-01T00:00:00Z", "L2": "9999-12-31 23:59:59.000Z"} {
		if got, err := book.GetCellValue("findings", cell); err != nil || got != want {
			t.Errorf("%s is %q, %v; want %q", cell, got, err, want)
		}
	}
}

func TestInterruptedWorkbookStopsAtOnce(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	book := excelize.NewFile()
	defer book.Close()
	x, err := newWorkbook(ctx, book, 0)
	if err != nil {
		t.Fatal(err)
	}
	taken := 0
	err = x.sheet("Sheet1", "", textColumns("title"), func(yield func([]string) bool) {
		for range 100 {
			taken++
			if taken == 3 {
				cancel()
			}
			if !yield([]string{"x"}) {
				return
			}
		}
	})
	if !errors.Is(err, context.Canceled) || taken != 3 {
		t.Errorf("%v after %d rows", err, taken)
	}
}

func writeWorkbook(f *folder.Folder, r *analysis.Result) error { return WriteXLSX(f, r, "1.2.3") }
