package policy

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tapaudit/analysis/auditlog"
	"tapaudit/analysis/proof"
)

// hour is a time on 1 September 2026 plus so many hours.
func hour(hours float64) time.Time {
	return time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(hours * float64(time.Hour)))
}

func alwaysCovered(from, to time.Time) bool { return true }
func neverCovered(from, to time.Time) bool  { return false }

// coveredFrom covers every span that begins at or after a time.
func coveredFrom(begin time.Time) func(from, to time.Time) bool {
	return func(from, to time.Time) bool { return !from.Before(begin) }
}

// factsInWords are the known facts, each as name=value.
func factsInWords(f Facts) string {
	var known []string
	for s := range settingCount {
		if f.values[s].known {
			known = append(known, fmt.Sprintf("%s=%s", s, f.values[s].text(s)))
		}
	}
	return strings.Join(known, " ")
}

// configured reads a configuration written as the members of a JSON object.
func configured(t *testing.T, members string) *Facts {
	t.Helper()
	f, ok := readSnapshot([]byte(`{"id": "TemporaryAccessPass", ` + members + `}`))
	if !ok {
		t.Fatalf("no policy in %s", members)
	}
	return &f
}

func snapshotAt(t *testing.T, hours float64, key, members string) item {
	t.Helper()
	return item{Time: hour(hours), TimeKnown: true, Snapshot: configured(t, members), Key: key, EventID: "",
		Tenant: "t"}
}

func changeAt(t *testing.T, hours float64, key, old, new string) item {
	t.Helper()
	e := item{
		Time: hour(hours), TimeKnown: true, Readable: true, Key: key, EventID: "event " + key,
		Actor: "actor of " + key, ActorID: "id of " + key, Tenant: "t",
		Places: []proof.Place{{Path: key, Line: 1}},
	}
	if old != "" {
		e.Old = configured(t, old)
	}
	if new != "" {
		e.New = configured(t, new)
	}
	return e
}

// listedAt makes a change that lists only what it changed.
func listedAt(t *testing.T, hours float64, key, old, new string) item {
	t.Helper()
	e := changeAt(t, hours, key, old, new)
	if e.Old != nil {
		e.Old.listed = true
	}
	e.New.listed = true
	return e
}

func unreadableAt(hours float64, key string) item {
	return item{Time: hour(hours), TimeKnown: true, Key: key, Tenant: "t"}
}

// eventsInWords are events as "about / supporting: what".
func eventsInWords(events []event) []string {
	var lines []string
	for _, e := range events {
		line := strings.Join(e.About, " ")
		if len(e.Supporting) > 0 {
			line += " / " + strings.Join(e.Supporting, " ")
		}
		var what []string
		for _, d := range e.Differences {
			what = append(what, d.What)
		}
		if len(what) > 0 {
			line += ": " + strings.Join(what, "; ")
		}
		lines = append(lines, line)
	}
	return lines
}

func expectPolicy(t *testing.T, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func quotedOnce(text string) string {
	b, err := json.Marshal(text)
	if err != nil {
		panic(err)
	}
	return string(b)
}

const (
	enabledPolicy = `{"id":"authenticationMethodsPolicy","authenticationMethodConfigurations":[
		{"id":"Fido2","state":1,"includeTargets":[{"targetType":"group","id":"all_users"}]},
		{"id":"TemporaryAccessPass","state":0,"isUsableOnce":false,"defaultLifetimeInMinutes":60,
		 "minimumLifetimeInMinutes":60,"maximumLifetimeInMinutes":480,"defaultLength":8,
		 "includeTargets":[{"targetType":"group","id":"all_users"}],"excludeTargets":[]}]}`
	disabledPolicy = `{"AuthenticationMethodConfigurations":[
		{"Id":"TemporaryAccessPass","State":1,"IsUsableOnce":true,"DefaultLifetimeInMinutes":60,
		 "MinimumLifetimeInMinutes":60,"MaximumLifetimeInMinutes":480,"DefaultLength":8,
		 "IncludeTargets":[{"TargetType":"user","Id":"ABC"}],"ExcludeTargets":[]},
		{"Id":"Fido2","State":0}]}`
	enabledFacts = "state=enabled isUsableOnce=false defaultLifetimeInMinutes=60 minimumLifetimeInMinutes=60 " +
		"maximumLifetimeInMinutes=480 defaultLength=8 includeTargets=all_users excludeTargets=nobody"
	disabledFacts = "state=disabled isUsableOnce=true defaultLifetimeInMinutes=60 minimumLifetimeInMinutes=60 " +
		"maximumLifetimeInMinutes=480 defaultLength=8 includeTargets=user:abc excludeTargets=nobody"
)

type property struct{ name, old, new string }

func properties(all []property) []auditlog.Property {
	var list []auditlog.Property
	for _, p := range all {
		list = append(list, auditlog.Property{DisplayName: p.name, OldValue: p.old, NewValue: p.new})
	}
	return list
}

func TestPolicyChangesAreRead(t *testing.T) {
	place := "authenticationMethodConfigurations.TemporaryAccessPass."
	for _, c := range []struct {
		name       string
		properties []property
		old, new   string
		readable   bool
	}{
		{"a whole policy, numbers for states, methods in any order and letter case",
			[]property{{"AuthenticationMethodsPolicy", disabledPolicy, enabledPolicy}},
			disabledFacts, enabledFacts, true},
		{"a whole policy quoted twice",
			[]property{{"AuthenticationMethodsPolicy", quotedOnce(disabledPolicy),
				quotedOnce(quotedOnce(enabledPolicy))}},
			disabledFacts, enabledFacts, true},
		{"a whole policy without a name",
			[]property{{"", disabledPolicy, enabledPolicy}}, disabledFacts, enabledFacts, true},
		{"a whole policy under another method's name is still the whole policy",
			[]property{{"Fido2", disabledPolicy, enabledPolicy}}, disabledFacts, enabledFacts, true},
		{"a whole policy in which another method changed",
			[]property{{"AuthenticationMethodsPolicy", enabledPolicy,
				strings.Replace(enabledPolicy, `"state":1`, `"state":0`, 1)}},
			enabledFacts, enabledFacts, true},
		{"the list of configurations alone",
			[]property{{"authenticationMethodConfigurations", `[{"id":"TemporaryAccessPass","state":"disabled"}]`,
				`[{"id":"Sms"},{"id":"TemporaryAccessPass","state":"enabled"}]`}},
			"state=disabled", "state=enabled", true},
		{"no old policy",
			[]property{{"AuthenticationMethodsPolicy", "null", enabledPolicy}}, "", enabledFacts, true},
		{"an old policy that was cut off",
			[]property{{"AuthenticationMethodsPolicy", disabledPolicy[:200], enabledPolicy}}, "", enabledFacts, false},
		{"a new policy that was cut off",
			[]property{{"AuthenticationMethodsPolicy", disabledPolicy, enabledPolicy[:200]}}, disabledFacts, "",
			false},
		{"both policies cut off",
			[]property{{"AuthenticationMethodsPolicy", disabledPolicy[:200], enabledPolicy[:200]}}, "", "", false},
		{"both policies cut off under a name of their own",
			[]property{{"Something", disabledPolicy[:200], enabledPolicy[:200]}}, "", "", false},
		{"a policy that lacks the method",
			[]property{{"AuthenticationMethodsPolicy", `{"authenticationMethodConfigurations":[{"id":"Sms"}]}`,
				`{"authenticationMethodConfigurations":[]}`}},
			"", "", false},
		{"a state that is none leaves the rest",
			[]property{{"AuthenticationMethodsPolicy", disabledPolicy,
				strings.Replace(enabledPolicy, `"state":0`, `"state":7`, 1)}},
			disabledFacts, strings.TrimPrefix(enabledFacts, "state=enabled "), false},
		{"no properties", nil, "", "", false},
		{"empty values", []property{{"AuthenticationMethodsPolicy", "", ""}}, "", "", false},
		{"nothing but an empty entry", []property{{"TargetId.UserType", "", `""`}}, "", "", false},

		{"one setting listed, quoted twice", []property{{place + "state", `"1"`, `"\"0\""`}},
			"state=disabled", "state=enabled", true},
		{"a state in words", []property{{place + "State", `"Disabled"`, `"Enabled"`}},
			"state=disabled", "state=enabled", true},
		{"settings listed one by one", []property{
			{place + "isUsableOnce", `"True"`, `"False"`},
			{place + "maximumLifetimeInMinutes", `480`, `"43200"`},
			{place + "minimumLifetimeInMinutes", `60`, `10`},
			{place + "defaultLifetimeInMinutes", `60`, `120`},
			{place + "defaultLength", `8`, `12`},
			{place + "includeTargets", `[]`, `"[{\"targetType\":\"group\",\"id\":\"G1\"}]"`},
			{place + "excludeTargets", `[{"TargetType":1,"Id":"g2"}]`, `[]`},
		},
			"isUsableOnce=true defaultLifetimeInMinutes=60 minimumLifetimeInMinutes=60 maximumLifetimeInMinutes=480 defaultLength=8 includeTargets=nobody excludeTargets=group:g2",
			"isUsableOnce=false defaultLifetimeInMinutes=120 minimumLifetimeInMinutes=10 maximumLifetimeInMinutes=43200 defaultLength=12 includeTargets=group:g1 excludeTargets=nobody", true},
		{"a name in another letter case and with brackets",
			[]property{{"AUTHENTICATIONMETHODCONFIGURATIONS['TEMPORARYACCESSPASS'].ISUSABLEONCE", "true", "false"}},
			"isUsableOnce=true", "isUsableOnce=false", true},
		{"the method's whole configuration as one property",
			[]property{{"TemporaryAccessPass", `{"state":1}`, `{"state":0,"isUsableOnce":false}`}},
			"state=disabled", "state=enabled isUsableOnce=false", true},
		{"a listed setting without its old value", []property{{place + "state", "null", "0"}}, "", "state=enabled",
			true},
		{"a listed setting without its new value", []property{{place + "includeTargets", `[]`, "null"}},
			"includeTargets=nobody", "", false},
		{"a listed setting of a wrong type", []property{{place + "maximumLifetimeInMinutes", "480", `"long"`}},
			"maximumLifetimeInMinutes=480", "", false},
		{"an unknown setting of the method", []property{{place + "colour", "1", "2"}}, "", "", false},
		{"other methods only", []property{{"authenticationMethodConfigurations.Fido2.state", "1", "0"}}, "", "", true},
		{"settings of the policy itself only", []property{{"registrationEnforcement.state", `"default"`, `"enabled"`}},
			"", "", true},
		{"another method beside this one", []property{{"x.Fido2.state", "1", "0"}, {place + "state", "0", "1"}},
			"state=enabled", "state=disabled", true},
		{"a method that the name does not tell", []property{{"authenticationMethodConfigurations[3].state", "1", "0"}},
			"", "", false},
		{"a setting that can be read beside one that cannot",
			[]property{{place + "state", "1", "0"}, {place + "isUsableOnce", "true", "maybe"}},
			"state=disabled isUsableOnce=true", "state=enabled", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			old, new, readable := readChange(properties(c.properties))
			expectPolicy(t, "old", factsInWords(old), c.old)
			expectPolicy(t, "new", factsInWords(new), c.new)
			expectPolicy(t, "readable", readable, c.readable)
		})
	}
}

func TestHostileValuesDoNotHurt(t *testing.T) {
	deep := strings.Repeat(`[`, 4<<20)
	for _, text := range []string{deep, `{"authenticationMethodConfigurations":` + deep, quotedOnce(deep),
		`{"authenticationMethodConfigurations":[null,3,"x",{"id":7},{"id":{"id":1}}]}`} {
		if old, new, readable := readChange(properties([]property{{"AuthenticationMethodsPolicy", text,
			text}})); readable || old.anyKnown() || new.anyKnown() {
			t.Errorf("%.40q is read as a policy", text)
		}
		if _, ok := readSnapshot([]byte(text)); ok {
			t.Errorf("%.40q is read as a snapshot", text)
		}
	}
}

func TestPolicySnapshotsAreRead(t *testing.T) {
	graph := `{"@odata.type":"#microsoft.graph.temporaryAccessPassAuthenticationMethodConfiguration","id":"TemporaryAccessPass","state":"enabled",
		"defaultLifetimeInMinutes":60,"defaultLength":8,"minimumLifetimeInMinutes":60,"maximumLifetimeInMinutes":480,"isUsableOnce":false,
		"includeTargets":[{"targetType":"group","id":"all_users","isRegistrationRequired":false}],"excludeTargets":[]}`
	powershell := `{"Id":"TemporaryAccessPass","State":"enabled","ExcludeTargets":[],"AdditionalProperties":{
		"@odata.type":"#microsoft.graph.temporaryAccessPassAuthenticationMethodConfiguration","defaultLifetimeInMinutes":60,"defaultLength":8,
		"minimumLifetimeInMinutes":60,"maximumLifetimeInMinutes":480,"isUsableOnce":false,"includeTargets":[{"targetType":"group","id":"ALL_USERS"}]}}`
	for _, c := range []struct {
		name, text, want string
	}{
		{"Graph's policy", `{"authenticationMethodConfigurations":[{"id":"Fido2","state":"disabled"},` + graph + `]}`,
			enabledFacts},
		{"Graph's configuration", graph, enabledFacts},
		{"a configuration known by its type only", strings.Replace(graph, `"id":"TemporaryAccessPass",`, "", 1),
			enabledFacts},
		{"a configuration known by its id only",
			strings.Replace(graph, `"@odata.type":"#microsoft.graph.temporaryAccessPassAuthenticationMethodConfiguration",`, "", 1), enabledFacts},
		{"a list of configurations", `[{"id":"Sms"},` + graph + `]`, enabledFacts},
		{"PowerShell's configuration", powershell, enabledFacts},
		{"PowerShell's policy", `{"AuthenticationMethodConfigurations":[{"Id":"Sms"},` + powershell + `]}`,
			enabledFacts},
		{"PowerShell's empty member beside the real one",
			strings.Replace(powershell, `"ExcludeTargets":[]`, `"IncludeTargets":null,"ExcludeTargets":[]`, 1),
			enabledFacts},
		{"ScubaGear's entry", `{"authentication_method_policy":{},"authentication_method_feature_settings":[{"Id":"Sms"},` + powershell + `]}`, enabledFacts},
		{"what is absent stays unknown", `{"id":"TemporaryAccessPass","state":"disabled"}`, "state=disabled"},
		{"what has a wrong type is absent", `{"id":"TemporaryAccessPass","state":"on","isUsableOnce":"true","maximumLifetimeInMinutes":"480","minimumLifetimeInMinutes":-1,
			"defaultLifetimeInMinutes":60.5,"includeTargets":"all_users","excludeTargets":[{"id":"a"},"b"],"defaultLength":8}`, "defaultLength=8"},
		{"targets are a set without letter case",
			`{"id":"TemporaryAccessPass","includeTargets":[{"targetType":"user","id":"b"},{"id":"A"},{"targetType":"group","id":"a"},{"targetType":"user","id":"B"}]}`,
			"includeTargets=group:a, user:b"},
		{"another method", `{"id":"Fido2","state":"enabled"}`, ""},
		{"another object", `{"id":"x","displayName":"TemporaryAccessPass"}`, ""},
		{"no JSON", `state: enabled`, ""},
		{"nothing", ``, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, ok := readSnapshot([]byte(c.text))
			expectPolicy(t, "facts", factsInWords(got), c.want)
			expectPolicy(t, "found", ok, c.want != "")
		})
	}
}

func TestTheLatestValueAtOrBeforeATimeHolds(t *testing.T) {
	line := buildTimeline([]item{
		changeAt(t, 20, "c2", `"state":"enabled"`, `"state":"disabled"`),
		changeAt(t, 10, "c1", `"state":"disabled"`, `"state":"enabled"`),
	}, coveredFrom(hour(5)), hour(30))
	for _, c := range []struct {
		name  string
		at    time.Time
		state string
		basis basis
	}{
		{"before the audit evidence begins", hour(5).Add(-1), "state=disabled", basisLater},
		{"where the audit evidence begins", hour(5), "state=disabled", basisBackward},
		{"just before the first change", hour(10).Add(-1), "state=disabled", basisBackward},
		{"exactly at the first change", hour(10), "state=enabled", basisChange},
		{"just before the second change", hour(20).Add(-1), "state=enabled", basisChange},
		{"exactly at the second change", hour(20), "state=disabled", basisChange},
		{"long after", hour(9000), "state=disabled", basisChange},
	} {
		state := line.At(c.at)
		expectPolicy(t, c.name, factsInWords(state.Facts), c.state)
		expectPolicy(t, c.name, state.Held[settingState].Basis.String(), c.basis.String())
		forEvents := c.state
		if c.basis == basisLater {
			forEvents = ""
		}
		expectPolicy(t, c.name+", for events", factsInWords(state.ForEvents()), forEvents)
	}
	expectPolicy(t, "known since", line.At(hour(15)).Held[settingState].Known, hour(10))
}

func TestEachSettingHasATimelineOfItsOwn(t *testing.T) {
	line := buildTimeline([]item{
		listedAt(t, 10, "c1", `"maximumLifetimeInMinutes":480`, `"maximumLifetimeInMinutes":1440`),
		snapshotAt(t, 20, "s", `"state":"enabled","isUsableOnce":true`),
	}, alwaysCovered, hour(30))
	state := line.At(hour(5))
	expectPolicy(t, "a change's old value and the value first seen", factsInWords(state.Facts),
		"state=enabled isUsableOnce=true maximumLifetimeInMinutes=480")
	state = line.At(hour(15))
	expectPolicy(t, "between", factsInWords(state.Facts),
		"state=enabled isUsableOnce=true maximumLifetimeInMinutes=1440")
	expectPolicy(t, "basis of the state", state.Held[settingState].Basis, basisBackward)
	expectPolicy(t, "basis of the maximum", state.Held[settingMaximumMinutes].Basis, basisChange)
	expectPolicy(t, "basis at the snapshot", line.At(hour(20)).Held[settingState].Basis, basisSnapshot)
}

func TestAListedSettingWithoutItsOldValueIsNotHeldBackward(t *testing.T) {
	line := buildTimeline([]item{listedAt(t, 10, "c", "", `"state":"enabled"`)}, alwaysCovered, hour(30))
	expectPolicy(t, "before", factsInWords(line.At(hour(9)).Facts), "")
	expectPolicy(t, "from then on", factsInWords(line.At(hour(10)).Facts), "state=enabled")
}

func TestASnapshotWithoutATimeServesAsTheStateAtTheEnd(t *testing.T) {
	s := snapshotAt(t, 0, "s", `"state":"enabled"`)
	s.Time, s.TimeKnown = time.Time{}, false
	line := buildTimeline([]item{s}, coveredFrom(hour(20)), hour(30))
	expectPolicy(t, "at the end", line.At(hour(30)).Held[settingState].Basis, basisSnapshot)
	expectPolicy(t, "before the end", line.At(hour(25)).Held[settingState].Basis, basisBackward)
	expectPolicy(t, "before the audit evidence", line.At(hour(10)).Held[settingState].Basis, basisLater)
}

func TestAnOldValueAloneHoldsUntilItsChange(t *testing.T) {
	broken := changeAt(t, 10, "c", `"state":"disabled"`, "")
	broken.Readable = false
	line := buildTimeline([]item{broken}, alwaysCovered, hour(30))
	expectPolicy(t, "before", factsInWords(line.At(hour(9)).Facts), "state=disabled")
	expectPolicy(t, "after", factsInWords(line.At(hour(10)).Facts), "")
	line = buildTimeline([]item{broken, snapshotAt(t, 20, "s", `"state":"enabled"`)}, alwaysCovered, hour(30))
	expectPolicy(t, "before, with a later snapshot", factsInWords(line.At(hour(9)).Facts), "state=disabled")
	expectPolicy(t, "after, with a later snapshot", factsInWords(line.At(hour(10)).Facts), "state=enabled")
}

func TestTenantsHaveTimelinesOfTheirOwn(t *testing.T) {
	b := changeAt(t, 5, "b", `"state":"disabled"`, `"state":"enabled"`)
	b.Tenant = "b"
	a := snapshotAt(t, 10, "a", `"state":"disabled"`)
	a.Tenant = "a"
	lines := buildTimelines([]item{b, a}, func(tenant string, from, to time.Time) bool { return tenant == "b" },
		hour(30))
	var got []string
	for _, line := range lines {
		s := line.At(hour(4))
		got = append(got, fmt.Sprintf("%s %s %s %d", line.Tenant, factsInWords(s.Facts), s.Held[settingState].Basis,
			len(line.Unlogged)))
	}
	expectPolicy(t, "tenants", got, []string{"a state=disabled as found later 0", "b state=disabled backward 0"})
}

func TestChangesOfOneInstantFollowTheirOldValues(t *testing.T) {
	evidence := []item{
		snapshotAt(t, 1, "s", `"maximumLifetimeInMinutes":60`),
		changeAt(t, 2, "a", `"maximumLifetimeInMinutes":120`, `"maximumLifetimeInMinutes":180`),
		changeAt(t, 2, "b", `"maximumLifetimeInMinutes":60`, `"maximumLifetimeInMinutes":120`),
	}
	line := buildTimeline(evidence, alwaysCovered, hour(9))
	expectPolicy(t, "afterwards", factsInWords(line.At(hour(2)).Facts), "maximumLifetimeInMinutes=180")
	expectPolicy(t, "unlogged", eventsInWords(line.Unlogged), []string(nil))
	expectPolicy(t, "the evidence itself stays in its order", []string{evidence[1].Key, evidence[2].Key},
		[]string{"a", "b"})
}

func TestWeakenings(t *testing.T) {
	for _, c := range []struct {
		name, old, new string
		want           []string
	}{
		{"enabled", `"state":"disabled"`, `"state":"enabled"`, []string{"c: enabled Temporary Access Pass"}},
		{"disabled", `"state":"enabled"`, `"state":"disabled"`, nil},
		{"multiple use", `"isUsableOnce":true`, `"isUsableOnce":false`, []string{"c: allowed multiple use of a pass"}},
		{"one-time", `"isUsableOnce":false`, `"isUsableOnce":true`, nil},
		{"longer", `"maximumLifetimeInMinutes":480`, `"maximumLifetimeInMinutes":481`,
			[]string{"c: raised the maximum lifetime from 480 to 481 minutes"}},
		{"as long", `"maximumLifetimeInMinutes":480`, `"maximumLifetimeInMinutes":480`, nil},
		{"a longer default and minimum", `"defaultLifetimeInMinutes":60,"minimumLifetimeInMinutes":60`,
			`"defaultLifetimeInMinutes":90,"minimumLifetimeInMinutes":90`, nil},
		{"a target added", `"includeTargets":[{"id":"a"}]`,
			`"includeTargets":[{"id":"b","targetType":"user"},{"id":"A"}]`, []string{"c: included user:b"}},
		{"a target replaced", `"includeTargets":[{"id":"a"}]`, `"includeTargets":[{"id":"b"}]`,
			[]string{"c: included b"}},
		{"everyone added", `"includeTargets":[{"id":"a"}]`, `"includeTargets":[{"id":"all_users"}]`,
			[]string{"c: included everyone"}},
		{"a target added where everyone was included", `"includeTargets":[{"id":"All_Users"}]`,
			`"includeTargets":[{"id":"all_users"},{"id":"b"}]`, nil},
		{"targets in another order and letter case", `"includeTargets":[{"id":"a"},{"id":"b"}]`,
			`"includeTargets":[{"id":"B"},{"id":"A"}]`, nil},
		{"a target taken away", `"includeTargets":[{"id":"a"},{"id":"b"}]`, `"includeTargets":[{"id":"a"}]`, nil},
		{"an exclusion dropped", `"excludeTargets":[{"id":"a"},{"id":"g","targetType":"group"}]`,
			`"excludeTargets":[{"id":"a"}]`, []string{"c: no longer excluded group:g"}},
		{"an exclusion added", `"excludeTargets":[]`, `"excludeTargets":[{"id":"a"}]`, nil},
		{"an exclusion widened to everyone", `"excludeTargets":[{"id":"a"}]`, `"excludeTargets":[{"id":"all_users"}]`,
			nil},
		{"two at once", `"state":"disabled","isUsableOnce":true`, `"state":"enabled","isUsableOnce":false`,
			[]string{"c: enabled Temporary Access Pass; allowed multiple use of a pass"}},
		{"no old value", "", `"state":"enabled"`, nil},
	} {
		line := buildTimeline([]item{changeAt(t, 10, "c", c.old, c.new)}, alwaysCovered, hour(30))
		expectPolicy(t, c.name, eventsInWords(line.Weakenings), c.want)
	}
}

func TestManyAddedTargetsAreCounted(t *testing.T) {
	var ids []string
	for i := range 12 {
		ids = append(ids, fmt.Sprintf(`{"id":"u%02d"}`, i))
	}
	line := buildTimeline([]item{changeAt(t, 1, "c", `"includeTargets":[]`,
		`"includeTargets":[`+strings.Join(ids, ",")+`]`)}, alwaysCovered, hour(30))
	expectPolicy(t, "words", eventsInWords(line.Weakenings),
		[]string{"c: included u00, u01, u02, u03, u04, u05, u06, u07, u08, u09 and 2 more"})
	d := line.Weakenings[0].Differences[0]
	expectPolicy(t, "old", d.Old, "nobody")
	expectPolicy(t, "new names all", strings.Count(d.New, "u"), 12)
}

func TestAWeakeningNamesItsActor(t *testing.T) {
	line := buildTimeline([]item{changeAt(t, 10, "c", `"state":"disabled"`, `"state":"enabled"`)}, alwaysCovered,
		hour(30))
	w := line.Weakenings[0]
	expectPolicy(t, "weakening", []string{w.Tenant, w.Time.String(), w.Actor, w.ActorID, w.EventID,
		w.Differences[0].Old, w.Differences[0].New},
		[]string{"t", hour(10).String(), "actor of c", "id of c", "event c", "disabled", "enabled"})
}

func TestAMissingOldValueIsTakenFromTheTimeline(t *testing.T) {
	before := snapshotAt(t, 1, "s", `"maximumLifetimeInMinutes":480,"state":"disabled"`)
	raised := []string{"c: raised the maximum lifetime from 480 to 960 minutes"}
	whole := changeAt(t, 10, "c", "", `"maximumLifetimeInMinutes":960`)
	expectPolicy(t, "a whole policy, covered", eventsInWords(buildTimeline([]item{before, whole}, alwaysCovered,
		hour(30)).Weakenings), raised)
	expectPolicy(t, "a whole policy, not covered",
		eventsInWords(buildTimeline([]item{before, whole}, neverCovered, hour(30)).Weakenings), []string(nil))
	partial := listedAt(t, 10, "c", "", `"maximumLifetimeInMinutes":960`)
	expectPolicy(t, "a listed setting did change",
		eventsInWords(buildTimeline([]item{before, partial}, neverCovered, hour(30)).Weakenings), raised)
	expectPolicy(t, "after an unreadable change",
		eventsInWords(buildTimeline([]item{before, unreadableAt(5, "u"), partial}, alwaysCovered,
			hour(30)).Weakenings), []string(nil))
	expectPolicy(t, "a listed state was the other one",
		eventsInWords(buildTimeline([]item{listedAt(t, 10, "c", "", `"state":"enabled"`)}, neverCovered,
			hour(30)).Weakenings),
		[]string{"c: enabled Temporary Access Pass"})
	on := []item{snapshotAt(t, 1, "s", `"state":"enabled"`), listedAt(t, 10, "c", "", `"state":"enabled"`)}
	expectPolicy(t, "a listed state was the other one, though it was this one before a gap",
		eventsInWords(buildTimeline(on, neverCovered, hour(30)).Weakenings),
		[]string{"c: enabled Temporary Access Pass"})
	expectPolicy(t, "a listed state was this one all the time",
		eventsInWords(buildTimeline(on, alwaysCovered, hour(30)).Weakenings), []string(nil))
}

// transientsWithin are those that were put back within the time, as the rule asks.
func transientsWithin(line timeline, within time.Duration) []event {
	return slices.DeleteFunc(line.Transients(), func(e event) bool { return e.Until.Sub(e.Time) > within })
}

func TestTransients(t *testing.T) {
	both := changeAt(t, 10, "w", `"state":"disabled","maximumLifetimeInMinutes":480`,
		`"state":"enabled","maximumLifetimeInMinutes":960`)
	for _, c := range []struct {
		name  string
		later []item
		want  []string
	}{
		{"everything reverted", []item{changeAt(t, 11, "r", `"state":"enabled","maximumLifetimeInMinutes":960`,
			`"state":"disabled","maximumLifetimeInMinutes":480`)}, []string{"w r"}},
		{"below the old value", []item{changeAt(t, 11, "r", "", `"state":"disabled","maximumLifetimeInMinutes":60`)},
			[]string{"w r"}},
		{"exactly 24 hours after", []item{changeAt(t, 34, "r", "",
			`"state":"disabled","maximumLifetimeInMinutes":480`)}, []string{"w r"}},
		{"a moment more than 24 hours after", []item{changeAt(t, 34.0001, "r", "",
			`"state":"disabled","maximumLifetimeInMinutes":480`)}, nil},
		{"reverted in part", []item{listedAt(t, 11, "r", `"state":"enabled"`, `"state":"disabled"`)}, nil},
		{"reverted in two steps", []item{
			listedAt(t, 11, "r1", `"state":"enabled"`, `"state":"disabled"`),
			listedAt(t, 12, "r2", `"maximumLifetimeInMinutes":960`, `"maximumLifetimeInMinutes":480`)},
			[]string{"w r2 / r1"}},
		{"reverted in part and only lowered", []item{changeAt(t, 11, "r", "",
			`"state":"disabled","maximumLifetimeInMinutes":481`)}, nil},
		{"the second step too late", []item{
			listedAt(t, 11, "r1", `"state":"enabled"`, `"state":"disabled"`),
			listedAt(t, 40, "r2", `"maximumLifetimeInMinutes":960`, `"maximumLifetimeInMinutes":480`)}, nil},
		{"undone before the second step", []item{
			listedAt(t, 11, "r1", `"state":"enabled"`, `"state":"disabled"`),
			listedAt(t, 12, "w2", `"state":"disabled"`, `"state":"enabled"`),
			listedAt(t, 13, "r2", `"maximumLifetimeInMinutes":960`, `"maximumLifetimeInMinutes":480`)}, nil},
		{"only a snapshot shows it reverted", []item{snapshotAt(t, 11, "s",
			`"state":"disabled","maximumLifetimeInMinutes":480`)}, nil},
		{"a later change of something else", []item{
			snapshotAt(t, 11, "s", `"state":"disabled","maximumLifetimeInMinutes":480`),
			changeAt(t, 12, "r", `"state":"disabled","defaultLength":8`, `"state":"disabled","defaultLength":9`)},
			nil},
	} {
		line := buildTimeline(append([]item{both}, c.later...), neverCovered, hour(50))
		var got []string
		for _, e := range transientsWithin(line, 24*time.Hour) {
			if e.About[0] == "w" {
				e.Differences = nil
				got = append(got, eventsInWords([]event{e})...)
			}
		}
		expectPolicy(t, c.name, got, c.want)
	}
}

func TestTransientTargetsAreSets(t *testing.T) {
	for _, c := range []struct {
		name, old, new, back string
		want                 int
	}{
		{"the same targets in another order", `"includeTargets":[{"id":"a"},{"id":"b"}]`,
			`"includeTargets":[{"id":"a"},{"id":"b"},{"id":"c"}]`, `"includeTargets":[{"id":"B"},{"id":"a"}]`, 1},
		{"fewer targets", `"includeTargets":[{"id":"a"},{"id":"b"}]`, `"includeTargets":[{"id":"all_users"}]`,
			`"includeTargets":[]`, 1},
		{"another target", `"includeTargets":[{"id":"a"}]`, `"includeTargets":[{"id":"b"}]`,
			`"includeTargets":[{"id":"c"}]`, 0},
		{"the exclusion again, with another", `"excludeTargets":[{"id":"a"}]`, `"excludeTargets":[]`,
			`"excludeTargets":[{"id":"x"},{"id":"a"}]`, 1},
		{"another exclusion", `"excludeTargets":[{"id":"a"}]`, `"excludeTargets":[]`, `"excludeTargets":[{"id":"x"}]`,
			0},
	} {
		line := buildTimeline([]item{changeAt(t, 1, "w", c.old, c.new), changeAt(t, 2, "r", c.new, c.back)},
			alwaysCovered, hour(50))
		transients := slices.DeleteFunc(transientsWithin(line, time.Hour),
			func(e event) bool { return e.About[0] != "w" })
		expectPolicy(t, c.name, len(transients), c.want)
	}
}

func TestUnloggedChanges(t *testing.T) {
	first := snapshotAt(t, 1, "s1", `"state":"disabled","maximumLifetimeInMinutes":480`)
	enabled := []string{"s2 / s1: Temporary Access Pass went from disabled to enabled"}
	second := snapshotAt(t, 20, "s2", `"state":"enabled"`)
	for _, c := range []struct {
		name     string
		covered  func(from, to time.Time) bool
		evidence []item
		want     []string
	}{
		{"a snapshot differs", alwaysCovered, []item{first, second}, enabled},
		{"covered exactly since the state was last known", coveredFrom(hour(1)), []item{first, second}, enabled},
		{"not covered quite so far", coveredFrom(hour(1.1)), []item{first, second}, nil},
		{"not covered", neverCovered, []item{first, second}, nil},
		{"a logged change explains it", alwaysCovered,
			[]item{first, listedAt(t, 10, "c", `"state":"disabled"`, `"state":"enabled"`), second}, nil},
		{"a change's old value differs", alwaysCovered,
			[]item{first, changeAt(t, 20, "c", `"state":"enabled"`, `"state":"disabled"`)},
			[]string{"c / s1: Temporary Access Pass went from disabled to enabled"}},
		{"confirmed in between, covered since then", coveredFrom(hour(10)),
			[]item{first, changeAt(t, 10, "c", `"state":"disabled"`, `"state":"disabled"`), second},
			[]string{"s2 / c: Temporary Access Pass went from disabled to enabled"}},
		{"another setting confirmed in between, not covered before", coveredFrom(hour(10)),
			[]item{first, listedAt(t, 10, "c", `"defaultLength":8`, `"defaultLength":9`), second}, nil},
		{"equal", alwaysCovered, []item{first, snapshotAt(t, 20, "s2", `"state":"disabled"`)}, nil},
		{"settings that only one knows", alwaysCovered, []item{first, snapshotAt(t, 20, "s2", `"isUsableOnce":true`)},
			nil},
		{"what is held backward is not known", alwaysCovered,
			[]item{second, changeAt(t, 30, "c", `"maximumLifetimeInMinutes":60`, `"maximumLifetimeInMinutes":90`)},
			nil},
		{"an unreadable change may explain it", alwaysCovered, []item{first, unreadableAt(10, "u"), second}, nil},
		{"unreadable in another setting only", alwaysCovered, []item{first, func() item {
			e := changeAt(t, 10, "u", "", `"state":"disabled"`)
			e.Readable = false
			return e
		}(), second}, []string{"s2 / u: Temporary Access Pass went from disabled to enabled"}},
		{"at the same instant", alwaysCovered, []item{first, snapshotAt(t, 1, "s2", `"state":"enabled"`)}, nil},
		{"two settings, one covered", coveredFrom(hour(10)),
			[]item{first, listedAt(t, 10, "c", `"maximumLifetimeInMinutes":480`, `"maximumLifetimeInMinutes":60`),
				snapshotAt(t, 20, "s2", `"state":"enabled","maximumLifetimeInMinutes":90`)},
			[]string{"s2 / c: maximum lifetime went from 60 to 90 minutes"}},
		{"targets in another order", alwaysCovered, []item{
			snapshotAt(t, 1, "s1", `"includeTargets":[{"targetType":"group","id":"a"},{"targetType":"group","id":"b"}]`),
			snapshotAt(t, 2, "s2", `"includeTargets":[{"id":"B"},{"id":"A"}]`)}, nil},
		{"other targets", alwaysCovered, []item{
			snapshotAt(t, 1, "s1", `"includeTargets":[{"id":"a"},{"id":"b"}]`),
			snapshotAt(t, 2, "s2", `"includeTargets":[{"id":"b"},{"id":"all_users"}]`)},
			[]string{"s2 / s1: now includes everyone and no longer includes a"}},
		{"every other setting", alwaysCovered, []item{
			snapshotAt(t, 1, "s1", `"isUsableOnce":true,"defaultLifetimeInMinutes":60,"minimumLifetimeInMinutes":60,`+
				`"defaultLength":8,"excludeTargets":[{"targetType":"group","id":"a"}]`),
			snapshotAt(t, 2, "s2", `"isUsableOnce":false,"defaultLifetimeInMinutes":480,"minimumLifetimeInMinutes":10,`+
				`"defaultLength":12,"excludeTargets":[]`)},
			[]string{"s2 / s1: one-time only went from yes to no; lifetime by default went from 60 to 480 minutes; " +
				"minimum lifetime went from 60 to 10 minutes; passcode length went from 8 to 12 characters; " +
				"no longer excludes group:a"}},
	} {
		line := buildTimeline(c.evidence, c.covered, hour(50))
		expectPolicy(t, c.name, eventsInWords(line.Unlogged), c.want)
		for _, e := range line.Unlogged {
			expectPolicy(t, c.name+", dated by the later", e.Time, line.items[e.item].Time)
			expectPolicy(t, c.name+", by nobody known", e.Actor+e.ActorID, "")
		}
	}
}

func TestAnUnloggedChangeSaysWhereTheTimeIsAssumed(t *testing.T) {
	s := snapshotAt(t, 0, "s2", `"state":"enabled"`)
	s.TimeKnown = false
	line := buildTimeline([]item{s, snapshotAt(t, 1, "s1", `"state":"disabled"`)}, alwaysCovered, hour(50))
	expectPolicy(t, "unlogged", eventsInWords(line.Unlogged),
		[]string{"s2 / s1: Temporary Access Pass went from disabled to enabled"})
	expectPolicy(t, "assumed", line.Unlogged[0].TimeAssumed, true)
	expectPolicy(t, "dated", line.Unlogged[0].Time, hour(50))
}

func TestUnreadableChangesAreListed(t *testing.T) {
	line := buildTimeline([]item{
		unreadableAt(10, "u"), changeAt(t, 20, "c", `"state":"disabled"`, `"state":"disabled"`),
		snapshotAt(t, 30, "s", `"state":"disabled"`),
	}, alwaysCovered, hour(50))
	expectPolicy(t, "unreadable", eventsInWords(line.Unreadable), []string{"u"})
}

func TestTheHighestMaximumInAWindow(t *testing.T) {
	line := buildTimeline([]item{
		changeAt(t, 10, "c1", `"maximumLifetimeInMinutes":100`, `"maximumLifetimeInMinutes":300`),
		changeAt(t, 20, "c2", `"maximumLifetimeInMinutes":300`, `"maximumLifetimeInMinutes":200`),
	}, coveredFrom(hour(5)), hour(50))
	for _, c := range []struct {
		name     string
		from, to float64
		want     int
		known    bool
	}{
		{"before the audit evidence", 1, 4, 0, false},
		{"into the audit evidence", 1, 6, 100, true},
		{"up to just before the raise", 1, 9.999, 100, true},
		{"up to the raise exactly", 1, 10, 300, true},
		{"across both", 1, 40, 300, true},
		{"from the lowering exactly", 20, 40, 200, true},
		{"from just before the lowering", 19.999, 40, 300, true},
		{"one instant", 15, 15, 300, true},
	} {
		got, known := line.MaxLifetimeIn(hour(c.from), hour(c.to))
		expectPolicy(t, c.name, got, c.want)
		expectPolicy(t, c.name+", known", known, c.known)
	}
	line = buildTimeline([]item{snapshotAt(t, 1, "s", `"maximumLifetimeInMinutes":60`),
		changeAt(t, 10, "c", `"maximumLifetimeInMinutes":900`, `"maximumLifetimeInMinutes":60`)}, neverCovered,
		hour(50))
	got, _ := line.MaxLifetimeIn(hour(5), hour(15))
	expectPolicy(t, "an old value that the timeline did not have", got, 900)
	if _, known := buildTimeline(nil, neverCovered, hour(50)).MaxLifetimeIn(hour(0), hour(50)); known {
		t.Error("a maximum is known without evidence")
	}
}

func TestStatesAreStretchesInWhichNothingChanged(t *testing.T) {
	evidence := []item{
		changeAt(t, 10, "c1", `"state":"disabled","includeTargets":[]`,
			`"state":"enabled","includeTargets":[{"targetType":"group","id":"g"}]`),
		changeAt(t, 12, "c2", `"state":"enabled","includeTargets":[{"targetType":"group","id":"g"}]`,
			`"state":"enabled","includeTargets":[{"targetType":"group","id":"G"}]`),
		snapshotAt(t, 15, "s", `"state":"enabled","includeTargets":[{"id":"g"}]`),
		listedAt(t, 20, "c3", `"state":"enabled"`, `"state":"disabled"`),
	}
	line := buildTimeline(evidence, coveredFrom(hour(5)), hour(30))
	place := func(key string) []proof.Place { return []proof.Place{{Path: key, Line: 1}} }
	group := []string{"group:g"}
	want := []Stretch{
		{TenantID: "t", From: hour(1), To: hour(5), Basis: "as found later", State: "disabled", Include: []string{},
			Evidence: place("c1")},
		{TenantID: "t", From: hour(5), To: hour(10), Basis: "backward", State: "disabled", Include: []string{},
			Evidence: place("c1")},
		{TenantID: "t", From: hour(10), To: hour(20), Basis: "change", State: "enabled", Include: group,
			Actor: "actor of c1", EventID: "event c1", Evidence: place("c1")},
		{TenantID: "t", From: hour(20), To: hour(30), Basis: "change", State: "disabled", Include: group,
			Actor: "actor of c3", EventID: "event c3", Evidence: append(place("c1"), place("c3")...)},
	}
	expectPolicy(t, "states", line.States(hour(1), hour(30)), want)

	want = want[2:3]
	want[0].From, want[0].To = hour(11), hour(16)
	expectPolicy(t, "a part of one stretch", line.States(hour(11), hour(16)), want)
	expectPolicy(t, "an empty span", line.States(hour(11), hour(11)), []Stretch(nil))
	expectPolicy(t, "no evidence", buildTimeline(nil, alwaysCovered, hour(30)).States(hour(0), hour(30)),
		[]Stretch(nil))
}

func TestAChangeOfOtherMethodsIsNoActOnThisPolicy(t *testing.T) {
	line := buildTimeline([]item{changeAt(t, 10, "c", `"state":"enabled"`, `"state":"enabled"`)}, alwaysCovered,
		hour(30))
	states := line.States(hour(10), hour(30))
	expectPolicy(t, "stretches", len(states), 1)
	expectPolicy(t, "basis, actor and event", []string{states[0].Basis, states[0].Actor, states[0].EventID},
		[]string{"change", "", ""})
}

func TestTheWeakestBasisNamesTheStretch(t *testing.T) {
	line := buildTimeline([]item{
		snapshotAt(t, 10, "s", `"state":"enabled"`),
		listedAt(t, 20, "c", `"isUsableOnce":true`, `"isUsableOnce":false`),
	}, coveredFrom(hour(15)), hour(30))
	var got []string
	for _, s := range line.States(hour(0), hour(30)) {
		got = append(got, fmt.Sprintf("%s %s %s %s", s.From.Format("15:04"), s.State, s.UsableOnce, s.Basis))
	}
	expectPolicy(t, "stretches", got, []string{
		"00:00 enabled true as found later",
		"15:00 enabled true backward",
		"20:00 enabled false change",
	})
}

func TestTheOrderOfEvidenceDoesNotMatter(t *testing.T) {
	evidence := []item{
		snapshotAt(t, 1, "s1", `"state":"disabled","maximumLifetimeInMinutes":480`),
		changeAt(t, 2, "c1", `"state":"disabled"`, `"state":"enabled"`),
		changeAt(t, 2, "c2", `"maximumLifetimeInMinutes":480`, `"maximumLifetimeInMinutes":900`),
		changeAt(t, 3, "c3", `"state":"enabled","maximumLifetimeInMinutes":900`,
			`"state":"disabled","maximumLifetimeInMinutes":480`),
		snapshotAt(t, 3, "s2", `"state":"disabled"`),
		unreadableAt(4, "u"),
	}
	story := func() string {
		line := buildTimeline(evidence, alwaysCovered, hour(9))
		return fmt.Sprint(line.States(hour(0), hour(9)), eventsInWords(line.Weakenings), eventsInWords(line.Unlogged),
			eventsInWords(line.Unreadable), eventsInWords(transientsWithin(line, time.Hour)))
	}
	want := story()
	for range evidence {
		evidence = append(evidence[1:], evidence[0])
		expectPolicy(t, "rotated", story(), want)
	}
	slices.Reverse(evidence)
	expectPolicy(t, "reversed", story(), want)
}

func TestASnapshotOfADayStandsWhereItFits(t *testing.T) {
	day := func(key, members string) item {
		e := snapshotAt(t, 24, key, members)
		e.Until = hour(48)
		return e
	}
	before := snapshotAt(t, 1, "s1", `"state":"disabled"`)
	enabling := changeAt(t, 33, "c", `"state":"disabled"`, `"state":"enabled"`)
	for _, c := range []struct {
		name     string
		evidence []item
		want     []string
		stands   time.Time
	}{
		{"before the day's change", []item{before, day("s2", `"state":"disabled"`), enabling}, nil, hour(24)},
		{"after the day's change", []item{before, day("s2", `"state":"enabled"`), enabling}, nil, hour(33)},
		{"after the day's change, nothing known before", []item{day("s2", `"state":"enabled"`), enabling}, nil,
			hour(33)},
		{"after two changes", []item{before, day("s2", `"state":"enabled","isUsableOnce":false`), enabling,
			listedAt(t, 40, "d", `"isUsableOnce":true`, `"isUsableOnce":false`)}, nil, hour(40)},
		{"two snapshots of the day", []item{before, day("s2", `"state":"enabled"`), day("s3", `"state":"enabled"`),
			enabling}, nil, hour(33)},
		{"a change of the next day is too late",
			[]item{before, day("s2", `"state":"enabled"`),
				changeAt(t, 48, "c", `"state":"enabled"`, `"state":"enabled"`)},
			[]string{"s2 / s1: Temporary Access Pass went from disabled to enabled"}, hour(24)},
		{"nowhere", []item{before, day("s2", `"isUsableOnce":false`),
			changeAt(t, 33, "c", `"isUsableOnce":true`, `"isUsableOnce":true`)},
			[]string{"s2 / c: one-time only went from yes to no"}, hour(33)},
	} {
		line := buildTimeline(c.evidence, alwaysCovered, hour(90))
		expectPolicy(t, c.name, eventsInWords(line.Unlogged), c.want)
		for _, e := range line.Unlogged {
			expectPolicy(t, c.name+", time assumed", e.TimeAssumed, true)
		}
		for _, e := range line.items {
			if e.Key == "s2" {
				expectPolicy(t, c.name+", at", e.Time, c.stands)
			}
		}
	}
}

func TestFactsAnswerOneByOne(t *testing.T) {
	f := configured(t, `"state":"enabled","isUsableOnce":false,"maximumLifetimeInMinutes":480,"excludeTargets":[]`)
	enabled, stateKnown := f.Enabled()
	oneTime, usageKnown := f.OneTime()
	maximum, maximumKnown := f.MaximumMinutes()
	_, includedKnown := f.Included()
	excluded, excludedKnown := f.Excluded()
	expectPolicy(t, "known", []bool{stateKnown, usageKnown, maximumKnown, includedKnown, excludedKnown},
		[]bool{true, true, true, false, true})
	expectPolicy(t, "values", []any{enabled, oneTime, maximum, len(excluded)}, []any{true, false, 480, 0})
}
