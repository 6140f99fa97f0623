package tools

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"testing"

	"tapaudit/analysis"
	"tapaudit/reports/folder"
	"tapaudit/reports/reporttest"
)

// ocsfSchema is what the published schema says of the class and of the objects that the records use.
type ocsfSchema struct {
	Source, Version string
	Objects         map[string]ocsfObject
}

type ocsfObject struct {
	AtLeastOne []string `json:"at_least_one"`
	Attributes map[string]struct {
		Type     string
		Required bool
		Array    bool
		Enum     map[string]string
	}
}

func readSchema(t *testing.T) ocsfSchema {
	t.Helper()
	var s ocsfSchema
	in := json.NewDecoder(strings.NewReader(reporttest.Read(t, "testdata", "ocsf",
		"detection_finding-"+ocsfVersion+".json")))
	in.DisallowUnknownFields()
	if err := in.Decode(&s); err != nil {
		t.Fatal(err)
	}
	if s.Version != ocsfVersion {
		t.Fatalf("the schema is version %s, the records claim %s", s.Version, ocsfVersion)
	}
	return s
}

// check returns in what an object breaks the schema.
func (s ocsfSchema) check(name string, object map[string]any) (problems []string) {
	fail := func(format string, args ...any) { problems = append(problems, name+": "+fmt.Sprintf(format, args...)) }
	schema, ok := s.Objects[name]
	if !ok {
		fail("not in the schema")
		return problems
	}
	for attribute, a := range schema.Attributes {
		if _, ok := object[attribute]; a.Required && !ok {
			fail("%s is required", attribute)
		}
	}
	if len(schema.AtLeastOne) > 0 && !slices.ContainsFunc(schema.AtLeastOne,
		func(a string) bool { _, ok := object[a]; return ok }) {
		fail("none of %v is there", schema.AtLeastOne)
	}
	for attribute, value := range object {
		a, ok := schema.Attributes[attribute]
		if !ok {
			fail("%s is no attribute", attribute)
			continue
		}
		values := []any{value}
		if list, isList := value.([]any); isList != a.Array {
			fail("%s is a list: %v, want %v", attribute, isList, a.Array)
			continue
		} else if isList {
			values = list
			if len(list) == 0 {
				fail("%s is an empty list", attribute)
			}
		}
		for _, v := range values {
			number, isNumber := v.(json.Number)
			text, isText := v.(string)
			switch a.Type {
			case "integer_t", "long_t", "timestamp_t":
				n, err := number.Int64()
				if !isNumber || err != nil || a.Type == "integer_t" && (n > math.MaxInt32 || n < math.MinInt32) {
					fail("%s is %v, no %s", attribute, v, a.Type)
				}
			case "boolean_t":
				if _, ok := v.(bool); !ok {
					fail("%s is %v, no boolean", attribute, v)
				}
			case "string_t", "resource_uid_t", "username_t", "url_t":
				if !isText || text == "" {
					fail("%s is %v, no text", attribute, v)
				}
			case "ip_t":
				if _, err := netip.ParseAddr(text); err != nil {
					fail("%s: %v", attribute, err)
				}
			case "json_t", "object":
			default:
				inner, ok := v.(map[string]any)
				if !ok {
					fail("%s is %v, no object", attribute, v)
					continue
				}
				problems = append(problems, s.check(a.Type, inner)...)
			}
			if a.Enum == nil {
				continue
			}
			caption, ok := a.Enum[fmt.Sprint(v)]
			if !ok {
				fail("%s has no value %v", attribute, v)
			}
			// The sibling names the value in words.
			sibling := strings.TrimSuffix(strings.TrimSuffix(attribute, "_id"), "_uid")
			for _, words := range []string{sibling, sibling + "_name"} {
				if said, ok := object[words]; ok && said != caption && fmt.Sprint(v) != "99" &&
					schema.Attributes[words].Type == "string_t" {
					fail("%s is %v, %s, but %s says %v", attribute, v, caption, words, said)
				}
			}
		}
	}
	return problems
}

func readRecords(t *testing.T, dir string) []map[string]any {
	t.Helper()
	var all []map[string]any
	for l := range strings.Lines(reporttest.Read(t, dir, "ocsf.jsonl")) {
		in := json.NewDecoder(strings.NewReader(l))
		in.UseNumber()
		var record map[string]any
		if err := in.Decode(&record); err != nil {
			t.Fatal(err)
		}
		all = append(all, record)
	}
	return all
}

func TestDetectionFindingsFollowTheSchema(t *testing.T) {
	schema := readSchema(t)
	for name, r := range map[string]*analysis.Result{"hostile": reporttest.Hostile(), "large": reporttest.Large(300),
		"bare": {Findings: []analysis.Finding{{ID: "f", RuleID: "R", Title: "t", Summary: "s"}}}} {
		records := readRecords(t, reporttest.Folder(t, r, writeOCSF))
		if len(records) != len(r.Findings) {
			t.Errorf("%s: %d records for %d findings", name, len(records), len(r.Findings))
		}
		for i, record := range records {
			for _, problem := range schema.check("detection_finding", record) {
				t.Errorf("%s, record %d: %s", name, i, problem)
			}
			if got := record["finding_info"].(map[string]any)["uid"]; got != r.Findings[i].ID {
				t.Errorf("%s, record %d: finding %v, want %s", name, i, got, r.Findings[i].ID)
			}
			if fmt.Sprint(record["class_uid"]) != "2004" {
				t.Errorf("%s, record %d: class %v", name, i, record["class_uid"])
			}
		}
	}
}

// TestSchemaCheckFindsWhatIsWrong, since a check that passes everything would prove nothing.
func TestSchemaCheckFindsWhatIsWrong(t *testing.T) {
	schema := readSchema(t)
	text := reporttest.Read(t, reporttest.Folder(t, reporttest.Hostile(), writeOCSF), "ocsf.jsonl")
	first, _, _ := strings.Cut(text, "\n")
	for _, c := range []struct{ was, is, problem string }{
		{`"class_uid":2004`, `"class_uid":2005`, "class_uid has no value 2005"},
		{`"severity_id":5`, `"severity_id":7`, "severity_id has no value 7"},
		{`"severity_id":5`, `"severity_id":4`, "severity_id is 4, High, but severity says Critical"},
		{`"severity_id":5`, `"severity_id":"5"`, "severity_id is 5, no integer_t"},
		{`"metadata":{"version"`, `"metadata":{"wersion"`, "metadata: version is required"},
		{`"time":`, `"tyme":`, "time is required"},
		{`"type_id":1,"type":"Rule"`, `"type":"Rule"`, "analytic: type_id is required"},
		{`"is_alert":true`, `"is_alert":"true"`, "is_alert is true, no boolean"},
		{`"sub_technique":{"uid"`, `"sub_technique":{"id"`, "sub_technique: none of [name uid] is there"},
		{`"references":["https://attack.mitre.org/techniques/T1078/004/","javascript:alert(1)"]`, `"references":"x"`,
			"references is a list: false, want true"},
	} {
		broken := strings.Replace(first, c.was, c.is, 1)
		if broken == first {
			t.Errorf("the record does not hold %s", c.was)
			continue
		}
		in := json.NewDecoder(bytes.NewReader([]byte(broken)))
		in.UseNumber()
		var record map[string]any
		if err := in.Decode(&record); err != nil {
			t.Fatal(err)
		}
		if problems := strings.Join(schema.check("detection_finding", record), "\n"); !strings.Contains(problems,
			c.problem) {
			t.Errorf("%s: found %q, want %q", c.is, problems, c.problem)
		}
	}
}

func TestDetectionFindingSaysWhatTheFindingSays(t *testing.T) {
	r := reporttest.Hostile()
	records := readRecords(t, reporttest.Folder(t, r, writeOCSF))
	for i, want := range []string{"Critical New true", "Medium New true", "Low New true",
		"Informational Suppressed false"} {
		record := records[i]
		if got := fmt.Sprint(record["severity"], " ", record["status"], " ", record["is_alert"]); got != want {
			t.Errorf("record %d: %s, want %s", i, got, want)
		}
		if got, want := fmt.Sprint(record["time"]),
			strconv.FormatInt(r.Findings[i].FirstSeen.UnixMilli(), 10); got != want {
			t.Errorf("record %d: time %s, want %s", i, got, want)
		}
	}
}

func writeOCSF(f *folder.Folder, r *analysis.Result) error { return WriteOCSF(f, r, "1.2.3") }
