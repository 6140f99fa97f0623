package pseudonyms

import (
	"errors"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"tapaudit/analysis"
	"tapaudit/analysis/settings"
)

func testKey() *Key { return &Key{[]byte("0123456789abcdefghijklmnopqrstuv")} }

// constants are the fields that stay as they are: words of the program's own, or decided so in README.md.
var constants = map[string]bool{
	"Result.RulesHash": true, "Result.Pseudonyms": true,
	"Finding.RuleID": true, "Finding.Severity": true, "Finding.Status": true, "Finding.SubjectType": true,
	"Incident.Severity": true, "Incident.Status": true, "Incident.SubjectType": true, "Incident.Signs": true,
	"Record.Kind": true, "Missing.Need": true, "Missing.Rules": true, "Assessment.RuleID": true,
	"Assessment.Assessed": true,
	"Pass.IssuerType":     true, "Pass.EndBasis": true, "Pass.EndedBy": true, "Pass.Usage": true,
	"Moment.What": true, "Login.Country": true, "Login.Outcome": true, "Login.Supervised": true,
	"Criterion.Name": true, "Criterion.State": true,
	"Stretch.Basis": true, "Stretch.State": true, "Stretch.UsableOnce": true, "Stretch.DefaultMinutes": true,
	"Stretch.MinimumMinutes": true, "Stretch.MaximumMinutes": true, "Stretch.Length": true,
	"LogDay.LogType": true, "LogDay.Status": true,
	"EvidenceFile.SHA256": true, "File.SHA256": true, "EvidenceFile.Format": true,
	"Exception.Rule": true, "Rule.ID": true, "Rule.Severity": true, "Rule.Configured": true,
}

// TestEveryField fills every text of a result with an identity and demands that none is left but in the fields above,
// so that a field that is new has to be decided about.
func TestEveryField(t *testing.T) {
	const secret = "anna.muster@contoso.example"
	var fill func(v reflect.Value, name string)
	fill = func(v reflect.Value, name string) {
		switch v.Kind() {
		case reflect.String:
			v.SetString(secret)
		case reflect.Struct:
			if v.Type() == reflect.TypeFor[time.Time]() {
				return
			}
			for i := range v.NumField() {
				if v.Field(i).CanSet() {
					fill(v.Field(i), v.Type().Field(i).Name)
				}
			}
		case reflect.Slice:
			v.Set(reflect.MakeSlice(v.Type(), 1, 1))
			fill(v.Index(0), name)
		case reflect.Pointer:
			v.Set(reflect.New(v.Type().Elem()))
			fill(v.Elem(), name)
		case reflect.Interface:
			v.Set(reflect.ValueOf(errors.New(secret)))
		}
	}
	r := &analysis.Result{}
	fill(reflect.ValueOf(r).Elem(), "")
	looked := 0
	var search func(v reflect.Value, field string)
	search = func(v reflect.Value, field string) {
		switch v.Kind() {
		case reflect.String:
			looked++
			left := strings.Contains(v.String(), "anna.muster") || strings.Contains(v.String(), "contoso")
			if left && !constants[field] {
				t.Errorf("%s keeps %q", field, v.String())
			}
		case reflect.Struct:
			for i := range v.NumField() {
				if f := v.Type().Field(i); f.IsExported() {
					name := v.Type().Name() + "." + f.Name
					if f.Anonymous {
						name = field
					}
					search(v.Field(i), name)
				}
			}
		case reflect.Slice:
			for i := range v.Len() {
				search(v.Index(i), field)
			}
		case reflect.Pointer:
			if !v.IsNil() {
				search(v.Elem(), field)
			}
		case reflect.Interface:
			if err, ok := v.Interface().(error); ok && strings.Contains(err.Error(), "contoso") {
				t.Errorf("%s keeps %q", field, err)
			}
		}
	}
	before := *r
	search(reflect.ValueOf(Apply(r, analysis.Names{}, &settings.Settings{}, testKey())).Elem(), "Result")
	if looked < 90 {
		t.Errorf("only %d texts were looked at", looked)
	}
	if r.Organisation != before.Organisation || r.Findings[0].Records[0].Raw != secret {
		t.Error("the result itself was changed")
	}
}

func TestForms(t *testing.T) {
	p := &pseudonymiser{key: testKey(), people: map[string]bool{"microsoft teams": true}}
	for _, c := range []struct{ value, like string }{
		{"Anna@Contoso.example", `user-??????????@domain-??????????.example`},
		{"anna_gmail.com#EXT#@contoso.example", `user-??????????#EXT#@domain-??????????.example`},
		{"C3E1D9A4-77aa-4e02-9c3b-1d5f7b9a0c03", "id-??????????"},
		{"00000003-0000-0000-c000-000000000000", "00000003-0000-0000-c000-000000000000"},
		{"62e90394-69f5-4237-9190-012177145e10", "62e90394-69f5-4237-9190-012177145e10"},
		{"Azure Portal", "Azure Portal"},
		{"Microsoft Teams", "name-??????????"}, // here somebody is called so
		{"the", "name-??????????"},
		{"203.0.113.065", "address-??????????"}, // no address to Go, an octal one to others
		{"2001:db8::1::2", "address-??????????"},
		{"00:1A:2B:3C:4D:5E", "address-??????????"},
		{"EMP-4711", "name-??????????"},
		{"unknown", "unknown"},
		{"", ""},
	} {
		got := p.value(c.value, "name-")
		if ok, err := filepath.Match(strings.NewReplacer("[", `\[`).Replace(c.like), got); err != nil || !ok {
			t.Errorf("%q became %q, want %s", c.value, got, c.like)
		}
	}
	for country, like := range map[string]string{"CH": "CH", "XX": "country-??????????", "Che": "country-??????????",
		"Switzerland": "country-??????????"} {
		if got := p.country(country); len(got) != len(like) || got[:2] != like[:2] {
			t.Errorf("the country %q became %q", country, got)
		}
	}
	if p.value("ANNA@contoso.EXAMPLE", "") != p.value("anna@contoso.example", "") {
		t.Error("letter case counts")
	}
	// An address stays an address, of a block that is never routed, and keeps its network.
	documentation := netip.MustParsePrefix("3fff::/20")
	var seen []netip.Addr
	for _, a := range []string{"198.51.100.7", "198.51.100.9", "203.0.113.7", "2001:db8::1", "[2001:db8::1]:443",
		"::ffff:198.51.100.7", "198.51.100.7:50001"} {
		got, err := netip.ParseAddr(p.value(a, ""))
		if err != nil || !documentation.Contains(got) {
			t.Fatalf("%s became %s (%v)", a, got, err)
		}
		seen = append(seen, got)
	}
	network := func(i int) [10]byte { b := seen[i].As16(); return [10]byte(b[:10]) }
	if network(0) != network(1) || network(0) == network(2) || seen[0] == seen[1] || seen[3] != seen[4] ||
		seen[0] != seen[5] || seen[0] != seen[6] {
		t.Errorf("addresses: %v", seen)
	}
}

func TestFreeText(t *testing.T) {
	r := &analysis.Result{Evidence: []analysis.EvidenceFile{{Path: "evidence/tenantId=25b1f699-3870-4dbb-a781-c22127c974d7/users('anna@contoso.example').json"}}}
	p := &pseudonymiser{key: testKey(), ordinary: map[string]bool{"the": true, "user": true, "logged": true,
		"in": true}, people: map[string]bool{},
		composed: dictionary{}, plain: dictionary{}}
	p.learn(r, analysis.Names{Others: []string{"Anna", "Anna Muster", "the", "2026", "Bo", "anna@contoso.example",
		"Zoë-日本", "a.b*c"}, Applications: []string{"Azure Portal", "Contoso HR"}}, nil)
	for text, want := range map[string]string{
		"Anna Muster, ANNA and Annabel":         "N(Anna Muster), N(Anna) and Annabel",
		"the user logged in 2026-09-14 07:25":   "the user logged in 2026-09-14 07:25",
		"by 'bo@x.example' (o'brien@x.example)": "by 'U(bo@x.example)' (U(o'brien@x.example))",
		"Days. Files: evidence/tenantId=25b1f699-3870-4dbb-a781-c22127c974d7/users('anna@contoso.example').json": "Days. Files: F",
		"Methods_25b1f699-3870-4dbb-a781-c22127c974d7_x, contoso.example":                                        "Methods_I(25b1f699-3870-4dbb-a781-c22127c974d7)_x, D(contoso.example)",
		"from 198.51.100.7, 2001:db8::5. At 07:25:00 of 10.0.19045.3803":                                         "from A(198.51.100.7), A(2001:db8::5). At 07:25:00 of 10.0.19045.3803",
		"Azure Portal and contoso hr for Zoë-日本 and a.b*c":                                                       "Azure Portal and N(Contoso HR) for N(Zoë-日本) and N(a.b*c)",
		"@odata.type and x@odata.nextLink stay, 00000003-0000-0000-c000-000000000000 too":                        "@odata.type and x@odata.nextLink stay, 00000003-0000-0000-c000-000000000000 too",
	} {
		for _, form := range []struct {
			mark string
			make func(string) string
		}{
			{"N", func(s string) string { return p.value(s, "name-") }},
			{"U", p.key.upn}, {"I", p.id}, {"D", p.key.domain},
			{"A", func(s string) string { return p.key.address(netip.MustParseAddr(s)) }},
		} {
			for strings.Contains(want, form.mark+"(") {
				before, rest, _ := strings.Cut(want, form.mark+"(")
				inner, after, _ := strings.Cut(rest, ")")
				want = before + form.make(inner) + after
			}
		}
		want = strings.ReplaceAll(want, "Files: F", "Files: "+p.path(r.Evidence[0].Path))
		if got, clear := p.text(text); got != want || !clear {
			t.Errorf("%q became\n%q, want\n%q (%v)", text, got, want, clear)
		}
	}
	for _, c := range []struct {
		text, name string
		clear      bool
	}{
		{"A pass was issued to the by Bo", "the", false},
		{"A pass was issued to Bo", "Bo", false},
		{"A pass was issued to somebody", "the", true},
		{"A pass was issued to Anna", "Anna", true},
		{"The pass of somebody", "the", true},
	} {
		if _, clear := p.text(c.text, c.name); clear != c.clear {
			t.Errorf("%q with %q: clear %v", c.text, c.name, clear)
		}
	}
}

func TestRecord(t *testing.T) {
	p := &pseudonymiser{key: testKey(), ordinary: map[string]bool{"user": true, "the": true},
		people: map[string]bool{}, composed: dictionary{}, plain: dictionary{}}
	p.learn(&analysis.Result{}, analysis.Names{Others: []string{"Mallory"}}, nil)
	got, called := p.record(`{"id":"Directory_25b1f699-3870-4dbb-a781-c22127c974d7_1","activityDateTime":"2026-09-08T22:15:00Z","result":"success","n":1e3,"status":{"errorCode":50072},`+
		`"targetResources":[{"displayName":"User","type":"User","modifiedProperties":[{"displayName":"Group.DisplayName","newValue":"\"Mallory\""},{"displayName":"X","newValue":"[{\"a\":\"Mallory\",\"displayName\":\"Otto Fremd\"}]","b":[{"name":"Otto Fremd"}]}]}],`+
		`"location":{"city":"2026-01-01","state":"Enabled Town","geoCoordinates":{"latitude":47.5}},"userAgent":"Mozilla/5.0 Mallory","Mallory":true,"newField":"whatever","deviceDetail":{"browser":"Edge 139.0.0"}}`, nil)
	odd, _ := p.record(`{"category":"Projekt Falke","riskDetail":"Falke","clientAppUsed":"Falke","trustType":"Falke","countryOrRegion":"Falkenland","Falke":"none",`+
		`"modifiedProperties":[{"displayName":"Falke","newValue":"1"}],"@odata.type":"#microsoft.graph.falke","riskState":"atRisk"}`, nil)
	if strings.Contains(strings.ToLower(odd), "falke") || !strings.Contains(odd, `"category":"text-`) ||
		!strings.Contains(odd, `"key-`) || !strings.Contains(odd, `"riskState":"atRisk"`) {
		t.Errorf("values of no vocabulary: %s", odd)
	}
	for _, left := range []string{"Mallory", "Fremd", "25b1f699", "47.5", "Mozilla", "whatever", "Town",
		`"city":"2026`, "1e3", `"displayName":"User"`, "139.0"} {
		if strings.Contains(got, left) {
			t.Errorf("%s keeps %s", got, left)
		}
	}
	for _, kept := range []string{`"activityDateTime":"2026-09-08T22:15:00Z"`, `"errorCode":50072`, `"type":"User"`,
		`"displayName":"Group.DisplayName"`, `"result":"success"`, `"browser":"Edge 139"`} {
		if !strings.Contains(got, kept) {
			t.Errorf("%s lacks %s", got, kept)
		}
	}
	if !slices.Equal(called, []string{"User", "2026-01-01"}) {
		t.Errorf("called: %q", called)
	}
	for _, broken := range []string{`{"id":"Mallory`, "Mallory,1.2.3.4,2026-09-08", "\"Mallory\n",
		`{"id":"x"} trailing Mallory`} {
		if got, _ := p.record(broken, nil); strings.Contains(got, "Mallory") || strings.Contains(got, "1.2.3.4") {
			t.Errorf("%q became %q", broken, got)
		}
	}
}

func TestReadKey(t *testing.T) {
	write := func(content string, mode os.FileMode) string {
		path := filepath.Join(t.TempDir(), "key")
		if err := os.WriteFile(path, []byte(content), mode); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	good := "0123456789abcdefghijklmnopqrstuv"
	for _, c := range []struct{ path, problem string }{
		{write(good, 0o600), ""},
		{write(good, 0o400), ""},
		{write(good, 0o644), "chmod 600"},
		{write(good, 0o660), "chmod 600"},
		{write(good[1:], 0o600), "has 31 bytes"},
		{write("", 0o600), "has 0 bytes"},
		{write(strings.Repeat("ab", 40), 0o600), "only 2 different bytes"},
		{write(strings.Repeat(good, 40_000), 0o600), "hardly a key"},
		{t.TempDir(), "it is a folder, not a file"},
		{"nowhere", "make one with"},
	} {
		key, err := ReadKey(c.path)
		if c.problem == "" && (err != nil || len(key.ID()) != 16) || c.problem != "" &&
			(err == nil || !strings.Contains(err.Error(), c.problem)) {
			t.Errorf("%s: %v, want %q", c.path, err, c.problem)
		}
	}
}
