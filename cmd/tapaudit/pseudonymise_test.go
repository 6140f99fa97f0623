package main

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"html"
	"index/suffixarray"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/parquet-go/parquet-go"

	"tapaudit/reports"
)

// pseudonymKey writes a key file; seed makes the same one again.
func pseudonymKey(t testing.TB, seed byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "pseudonyms.key")
	secret := make([]byte, 32)
	for i := range secret {
		secret[i] = seed + byte(i)*7
	}
	if err := os.WriteFile(path, secret, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestPseudonymsLeaveNothing: no text of the sample's evidence, roster and register is in any output, whatever field
// it stands in. What is listed here as Microsoft's own vocabulary may be.
func TestPseudonymsLeaveNothing(t *testing.T) {
	t.Parallel()
	report := filepath.Join(t.TempDir(), "shared")
	summary, _ := tapaudit(t, 0, "run", filepath.Join(sampleLogs, "evidence"), "--config",
		filepath.Join(sampleLogs, "tapaudit.yaml"),
		"--period", "2026Q3", "--out", report, "--pseudonymise", pseudonymKey(t, 1), "--format",
		strings.Join(reports.Formats(), ","))
	outputs := readableOutputs(t, report)
	outputs["the terminal"] = strings.ToLower(strings.ReplaceAll(summary, report, ""))

	texts := map[string]bool{}
	for name, content := range files(t, filepath.Join(sampleLogs, "evidence")) {
		texts["evidence/"+name] = true
		for _, text := range stringsIn(t, name, []byte(content)) {
			texts[text] = true
		}
	}
	for _, name := range []string{"roster.csv", "register.csv"} {
		content, err := os.ReadFile(filepath.Join(sampleLogs, name))
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range stringsIn(t, name, content) {
			texts[text] = true
		}
	}
	// What the texts hold inside: a UPN in a path, an address in a sentence, a domain in a UPN.
	inner := regexp.MustCompile(`(?i)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[\w.+#-]+@[\w.-]+\w|(?:[0-9]{1,3}\.){3}[0-9]{1,3}|[0-9a-f]*:[0-9a-f:]*::?[0-9a-f]+`)
	for text := range maps.Clone(texts) {
		for _, part := range inner.FindAllString(text, -1) {
			texts[part] = true
			if _, domain, found := strings.Cut(part, "@"); found {
				texts[domain] = true
			}
		}
	}
	for _, text := range []string{"Contoso", "HR Onboarding Connector", "IR-2026", "A. Examiner"} {
		texts[text] = true
	}
	indices := map[string]*suffixarray.Index{}
	for name, output := range outputs {
		indices[name] = suffixarray.New([]byte(output))
	}
	looked := 0
	for _, text := range slices.Sorted(maps.Keys(texts)) {
		folded := strings.ToLower(strings.TrimSpace(text))
		if utf8.RuneCountInString(folded) < 4 || publicText(folded) {
			continue
		}
		looked++
		for name, output := range outputs {
			if found := indices[name].Lookup([]byte(folded), 1); len(found) > 0 {
				at := found[0]
				t.Errorf("%s holds %q: %q", name, text, output[max(0, at-80):min(len(output), at+len(folded)+40)])
			}
		}
	}
	if looked < 3000 {
		t.Errorf("only %d texts were looked for", looked)
	}
	for _, row := range rowsOf(t, report, "logins.csv") {
		if row["asn"] != "" && !strings.HasPrefix(row["asn"], "asn-") {
			t.Errorf("the number %s of a network is left", row["asn"])
		}
	}
}

// TestPseudonymsOfOddValues: every value of the evidence is replaced by one of no known form. Ids are not GUIDs,
// addresses do not parse, words are of no vocabulary, and keys of nobody's schema stand beside them. None of it is in
// any output. The second time words stay that make records what they are, so that more is judged.
func TestPseudonymsOfOddValues(t *testing.T) {
	guid := regexp.MustCompile(`^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)
	address := regexp.MustCompile(`^[0-9.]+$|^[0-9a-f:]+:[0-9a-f:]*$`)
	free := regexp.MustCompile(`(?i)^(?:category|riskDetail|clientAppUsed|trustType|countryOrRegion|riskEventTypes_v2|browser|operatingSystem|crossTenantAccessType)$`)
	left := regexp.MustCompile(`(?i)falk\pL*|horst|203\.0\.113\.0\d|2001:db8:0::|\bemp.\d`)
	for name, keep := range map[string]func(key, value string) bool{
		"all": func(key, value string) bool { return key == "authenticationMethod" },
		"all but what makes a record": func(key, value string) bool {
			return !free.MatchString(key) && (publicTexts[strings.ToLower(value)] ||
				strings.Contains(value, "emporary"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			odd := map[string]string{}
			oddOf := func(key, value string) string {
				if value == "" || timeOrNumber.MatchString(strings.ToLower(value)) || keep(key, value) {
					return value
				}
				if _, known := odd[value]; !known {
					n := len(odd)
					switch {
					case guid.MatchString(value):
						odd[value] = fmt.Sprintf("EMP#%d/Falk", n)
					case address.MatchString(value) && n%2 == 0:
						odd[value] = fmt.Sprintf("203.0.113.0%02d", n)
					case address.MatchString(value):
						odd[value] = fmt.Sprintf("2001:db8:0::%d::1", n)
					case n%3 == 0:
						odd[value] = fmt.Sprintf("Falken%d", n)
					default:
						odd[value] = fmt.Sprintf("Horst Falk %d", n)
					}
				}
				return odd[value]
			}
			var change func(key string, v any) any
			change = func(key string, v any) any {
				switch v := v.(type) {
				case map[string]any:
					for k, inner := range v {
						v[k] = change(k, inner)
					}
					if len(v) > 0 {
						v["horstFalke"], v["Falke Horst"] = "Falkenhorst", 4711.5
					}
				case []any:
					for i, inner := range v {
						v[i] = change(key, inner)
					}
				case string:
					var inner any
					if strings.ContainsAny(v[:min(1, len(v))], `[{"`) && json.Unmarshal([]byte(v), &inner) == nil {
						text, err := json.Marshal(change(key, inner))
						if err != nil {
							t.Fatal(err)
						}
						return string(text)
					}
					return oddOf(key, v)
				}
				return v
			}
			evidence := filepath.Join(t.TempDir(), "Falkenakte")
			if err := os.Mkdir(evidence, 0o700); err != nil {
				t.Fatal(err)
			}
			for _, folder := range []string{"takeover", "onboarding"} {
				for file, text := range files(t, filepath.Join("testdata/evidence", folder)) {
					if filepath.Ext(file) != ".ndjson" {
						continue
					}
					var out strings.Builder
					for line := range strings.Lines(text) {
						var v any
						if err := json.Unmarshal([]byte(line), &v); err != nil {
							t.Fatal(err)
						}
						text, err := json.Marshal(change("", v))
						if err != nil {
							t.Fatal(err)
						}
						out.Write(append(text, '\n'))
					}
					if err := os.WriteFile(filepath.Join(evidence, folder+"-"+file), []byte(out.String()),
						0o600); err != nil {
						t.Fatal(err)
					}
				}
			}
			if err := os.WriteFile(filepath.Join(evidence, "falke.csv"), []byte("Falkenkopf,Horst\n1,2\n"),
				0o600); err != nil {
				t.Fatal(err)
			}
			report := filepath.Join(t.TempDir(), "shared")
			summary, messages := tapaudit(t, 0, "run", evidence, "--out", report, "--pseudonymise", pseudonymKey(t, 1),
				"--format", strings.Join(reports.Formats(), ","))
			outputs := readableOutputs(t, report)
			outputs["the terminal"] = summary
			for file, output := range outputs {
				for _, at := range left.FindAllStringIndex(output, 3) {
					t.Errorf("%s: %q", file, output[max(0, at[0]-100):min(len(output), at[1]+60)])
				}
			}
			if len(rowsOf(t, report, "logins.csv")) == 0 || len(rowsOf(t, report, "findings.csv")) < 3 ||
				len(odd) < 60 {
				t.Errorf("too little was judged: %d values, %s", len(odd), messages)
			}
		})
	}
}

var timeOrNumber = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[ t][0-9:.]+z?)?$|^[0-9]{1,5}$|^[0-9]+/[0-9]+/[0-9]{4}.*$|^[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?$`)

// publicText says whether a text of the sample, in lower case, is Microsoft's vocabulary, and so the same in every
// tenant.
func publicText(text string) bool {
	return timeOrNumber.MatchString(text) || publicTexts[text]
}

var publicTexts = func() map[string]bool {
	set := map[string]bool{}
	for _, line := range strings.Split(`
00000002-0000-0ff1-ce00-000000000000
00000003-0000-0000-c000-000000000000
01cb2876-7ebd-4aa4-9cc9-d28bd4d359a9
19db86c3-b2b9-44cc-b339-36da233a3be2
29d9ed98-a469-4536-ade2-f981bc1d605e
c4e39bd9-1100-46d3-8c65-fb160da0071f
ce79fdc4-cd1d-4ea5-8139-e74d7dbe0bb7
c44b4083-3bb0-49c1-b47d-974e53cbdf3c
fe930be7-5e62-47db-91af-98c3a49a38b1
add app role assignment to service principal
approle.value
azure ad joined
azure resource manager
conditional access
microsoft azure cli
policy
serviceprincipal
serviceprincipal.appid
serviceprincipal.objectid
update conditional access policy
user administrator
user deleted authenticator app with notification and code
user deleted security info
userauthmethod-tap.readwrite.all
your temporary access pass was used before and cannot be used again.
access has been blocked by conditional access policies. the access policy does not allow token issuance.
add device
add member to group
anonymouslinkcreated
bind
exchange
fileaccessed
filedownloaded
mailitemsaccessed
name
new-inboxrule
onedrive
post
sharepoint
succeeded
v1.0
accountenabled
noninteractiveuser
add member to role
add registered owner to device
admin deleted authenticator app with notification and code method for user
admin deleted security info
admin deleted temporary access pass method for user
device registration service
device.objectid
admin registered security info
admin registered temporary access pass method for user
all_users
applicationmanagement
applications
atrisk
auditlogs
authentication administrator
authentication methods
authentication methods policy
authentication methods policy update
authentication policy administrator
authenticationmethodconfigurations.temporaryaccesspass.includetargets
authenticationmethodconfigurations.temporaryaccesspass.isusableonce
authenticationmethodconfigurations.temporaryaccesspass.maximumlifetimeinminutes
authenticationmethodconfigurations.temporaryaccesspass.state
authenticationmethodspolicy
azuread
browser
core directory
create
delete
device
devicecode
devicecodeflow
directory synchronization accounts
disabled
due to a configuration change made by your administrator, you must enroll in multi-factor authentication.
enabled
expired
failure
false
fido2
fido2 security key
global administrator
group
group.displayname
group.objectid
groupmanagement
guest
high
incorrect temporary access pass
interactiveuser
medium
member
mfa requirement satisfied by strong authentication
microsoft authentication broker
microsoft entra lifecycle workflows
microsoft graph
microsoft teams
microsoftgraphactivitylogs
multifactor authentication
multifactorauthentication
multiple
my signins
new employee
none
null
office 365 exchange online
officehome
onetime
other
password
primary authentication
registered
role
role.displayname
role.objectid
role.templateid
role.wellknownobjectname
rolemanagement
sign-in activity
signinlogs
strongauthenticationphoneappdetail
success
temporary access pass
temporary access pass sign in was blocked due to user credential policy.
temporaryaccesspass
temporaryaccesspass.accesspassusage
temporaryaccesspass.endtime
temporaryaccesspass.id
temporaryaccesspass.startdatetime
true
trustednamedlocation
unfamiliarfeatures
update
urn:user:registersecurityinfo
user
user registered authenticator app with notification and code
user registered security info
user registered temporary access pass method
usermanagement
userprincipalname
windows11
your temporary access pass is incorrect. if you don't know your pass, contact your administrator.
`, "\n") {
		set[line] = true
	}
	return set
}()

// stringsIn are all string values of a file of evidence, whatever they mean; of a broken one what stands in quotes.
func stringsIn(t testing.TB, name string, content []byte) []string {
	t.Helper()
	switch filepath.Ext(name) {
	case ".gz":
		r, err := gzip.NewReader(bytes.NewReader(content))
		if err != nil {
			t.Fatal(err)
		}
		inner, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		return stringsIn(t, strings.TrimSuffix(name, ".gz"), inner)
	case ".csv":
		records, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(content, []byte("\ufeff")))).ReadAll()
		if err != nil || len(records) < 2 {
			t.Fatalf("%s: %d records, %v", name, len(records), err)
		}
		return slices.Concat(records[1:]...)
	case ".json", ".ndjson":
	default:
		t.Fatalf("%s: what is in it?", name)
	}
	var all []string
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			for _, inner := range v {
				walk(inner)
			}
		case []any:
			for _, inner := range v {
				walk(inner)
			}
		case string:
			var inner any
			if strings.HasPrefix(v, "{") || strings.HasPrefix(v, "[") || strings.HasPrefix(v, `"`) {
				if json.Unmarshal([]byte(v), &inner) == nil {
					walk(inner)
					return
				}
			}
			all = append(all, v)
		}
	}
	decoder := json.NewDecoder(bytes.NewReader(content))
	for {
		var v any
		err := decoder.Decode(&v)
		if err == nil {
			walk(v)
			continue
		}
		if err != io.EOF {
			for _, m := range regexp.MustCompile(`:\s*"((?:[^"\\]|\\.)*)"`).FindAllSubmatch(content, -1) {
				var s string
				if json.Unmarshal([]byte(`"`+string(m[1])+`"`), &s) == nil {
					walk(s)
				}
			}
		}
		return all
	}
}

// readableOutputs are a report's files as a reader sees them, in lower case: unpacked, unescaped, rows of Parquet as
// text.
func readableOutputs(t testing.TB, report string) map[string]string {
	t.Helper()
	all := map[string]string{}
	var add func(name string, content []byte)
	add = func(name string, content []byte) {
		text := string(content)
		switch filepath.Ext(name) {
		case ".html", ".xml":
			text = html.UnescapeString(pageCode.ReplaceAllString(text, " "))
		case ".json", ".jsonl":
			text += "\n" + unescapedJSON(text)
		case ".xlsx", ".zip":
			archive, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
			if err != nil {
				t.Fatal(err)
			}
			for _, member := range archive.File {
				r, err := member.Open()
				if err != nil {
					t.Fatal(err)
				}
				inner, err := io.ReadAll(r)
				if err != nil {
					t.Fatal(err)
				}
				add(name+"/"+member.Name, inner)
			}
			return
		case ".parquet":
			file, err := parquet.OpenFile(bytes.NewReader(content), int64(len(content)))
			if err != nil {
				t.Fatal(err)
			}
			var b strings.Builder
			for _, group := range file.RowGroups() {
				rows := group.Rows()
				buffer := make([]parquet.Row, 64)
				for {
					n, err := rows.ReadRows(buffer)
					for _, row := range buffer[:n] {
						for _, v := range row {
							fmt.Fprintln(&b, v.String())
						}
					}
					if err != nil {
						break
					}
				}
				rows.Close()
			}
			if text = b.String(); len(text) < 1000 {
				t.Fatalf("%s: %d bytes of text only", name, len(text))
			}
		}
		all[name] = strings.ToLower(text)
	}
	for name, content := range files(t, report) {
		add(name, []byte(content))
	}
	if len(all) < 12 {
		t.Fatalf("the report has %d files only", len(all))
	}
	return all
}

var pageCode = regexp.MustCompile(`(?s)<style>.*?</style>|<script>.*?</script>`)

var jsonEscape = regexp.MustCompile(`\\u([0-9a-fA-F]{4})|\\(["\\/])`)

func unescapedJSON(text string) string {
	return jsonEscape.ReplaceAllStringFunc(text, func(m string) string {
		if m[1] != 'u' {
			return m[1:]
		}
		var r rune
		fmt.Sscanf(m[2:], "%04x", &r)
		return string(r)
	})
}

// TestPseudonymsStay: the same key makes the same report, another key another one; what is judged is the same as in
// the report that names everybody.
func TestPseudonymsStay(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	evidence := "testdata/evidence/takeover"
	make := func(name string, flags ...string) string {
		out := filepath.Join(dir, name)
		tapaudit(t, 0, append([]string{"run", evidence, "--out", out, "--quiet"}, flags...)...)
		return out
	}
	plain := takeoverReport(t)
	one, again, other := make("one", "--pseudonymise", pseudonymKey(t, 1)),
		make("again", "--pseudonymise", pseudonymKey(t, 1)), make("other", "--pseudonymise", pseudonymKey(t, 2))
	if first, second := files(t, one), files(t, again); !maps.Equal(first, second) {
		t.Error("two reports with the same key differ")
	}
	judged := []string{"rule_id", "severity", "status", "subject_type", "first_seen", "last_seen", "count", "title"}
	want := lines(rowsOf(t, plain, "findings.csv"), judged...)
	slices.Sort(want)
	ids := map[string]bool{}
	for _, report := range []string{plain, one, other} {
		got := lines(rowsOf(t, report, "findings.csv"), judged...)
		slices.Sort(got)
		if !slices.Equal(want, got) {
			t.Errorf("%s judges otherwise", report)
		}
		for _, row := range rowsOf(t, report, "findings.csv") {
			if len(row["finding_id"]) != 32 || ids[row["finding_id"]] {
				t.Errorf("%s: the finding id %q is too short or another report's", report, row["finding_id"])
			}
			ids[row["finding_id"]] = true
		}
	}
}

// TestPseudonymsOfOrdinaryNames: users, devices and groups whose names are words of the report itself are replaced
// where they are named, and the report's own sentences stay whole.
func TestPseudonymsOfOrdinaryNames(t *testing.T) {
	plain := takeoverReport(t)
	about := 0
	for _, row := range rowsOf(t, plain, "findings.csv") {
		if strings.EqualFold(row["subject_name"], "mallory.old@contoso.example") {
			about++
		}
	}
	if about == 0 {
		t.Fatal("no finding is about the user")
	}
	for _, name := range []string{"User", "the", "admin", "2026", "A", "pass", "TAP-SIGNIN", "high",
		"Temporary Access Pass", "was issued to"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			evidence := filepath.Join(dir, "evidence")
			for file, text := range files(t, "testdata/evidence/takeover") {
				// A UPN without a domain, so that sentences have nothing else to call the user by.
				text = strings.NewReplacer("mallory.old@contoso.example", name, "Mallory Old", name).Replace(text)
				if err := os.MkdirAll(evidence, 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(evidence, file), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			shared := filepath.Join(dir, "shared")
			tapaudit(t, 0, "run", evidence, "--out", shared, "--quiet", "--format", "html,csv", "--pseudonymise",
				pseudonymKey(t, 1))
			left := 0
			titles := map[string]bool{}
			for _, row := range rowsOf(t, shared, "findings.csv") {
				titles[row["title"]] = true
				if strings.EqualFold(row["subject_name"], name) || strings.EqualFold(row["actor_name"], name) {
					t.Errorf("%s names %q", row["rule_id"], name)
				}
				if strings.Contains(row["summary"], "left out: a name") {
					left++
					if !strings.HasPrefix(row["summary"], row["title"]) {
						t.Errorf("%s: %s", row["rule_id"], row["summary"])
					}
				}
			}
			for _, row := range rowsOf(t, plain, "findings.csv") {
				if !titles[row["title"]] {
					t.Errorf("the title %q is not in the shared report", row["title"])
				}
			}
			if left == 0 {
				t.Error("no summary is left out")
			}
			for _, row := range rowsOf(t, shared, "logins.csv") {
				if strings.EqualFold(row["user_name"], name) {
					t.Errorf("logins.csv names %q", name)
				}
			}
			if page := files(t, shared)["report.html"]; !strings.Contains(page, "Temporary Access Pass") ||
				!strings.Contains(page, "A user logged in with a Temporary Access Pass") {
				t.Error("the report's own sentences have suffered")
			}
		})
	}
}
