package analysis

import (
	"cmp"
	"encoding/json"
	"fmt"
	"iter"
	"math"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"tapaudit/ingest/formats"
)

// policySetting is one of the settings of the Temporary Access Pass method, by its place in formats.PolicySettings.
type policySetting int

const (
	settingState policySetting = iota
	settingUsableOnce
	settingDefaultMinutes
	settingMinimumMinutes
	settingMaximumMinutes
	settingLength
	settingInclude
	settingExclude
	settingCount
)

// settingNames are Microsoft Graph's names.
var settingNames [settingCount]string = formats.PolicySettings

func (s policySetting) String() string { return settingNames[s] }

// policyTarget is a group or user that the policy includes or excludes. ID is in lower case.
type policyTarget struct {
	Type string // group, user, or "" where the evidence does not say
	ID   string // an object id, or all_users for everyone
}

const allUsers = "all_users"

func (t policyTarget) String() string {
	if t.ID == allUsers || t.Type == "" {
		return t.ID
	}
	return t.Type + ":" + t.ID
}

// policyValue is the value of one setting. The zero value is "not known".
type policyValue struct {
	known   bool
	number  int            // minutes, characters, or 1 for enabled and for one-time
	targets []policyTarget // sorted by id, each id once
}

// equal compares values; a target is its id, because an id names one object whatever its type is called.
func (v policyValue) equal(w policyValue) bool {
	return v.known == w.known && v.number == w.number &&
		slices.EqualFunc(v.targets, w.targets, func(a, b policyTarget) bool { return a.ID == b.ID })
}

// contradicts says that both values are known and differ.
func (v policyValue) contradicts(w policyValue) bool { return v.known && w.known && !v.equal(w) }

func (v policyValue) text(s policySetting) string {
	if !v.known {
		return ""
	}
	switch s {
	case settingState:
		if v.number == 1 {
			return "enabled"
		}
		return "disabled"
	case settingUsableOnce:
		return strconv.FormatBool(v.number == 1)
	case settingInclude, settingExclude:
		return targetList(v.targets, len(v.targets))
	}
	return strconv.Itoa(v.number)
}

// mostTargets are as many as a sentence names.
const mostTargets = 10

// targetList names as many as most targets and counts the rest.
func targetList(targets []policyTarget, most int) string {
	if len(targets) == 0 {
		return "nobody"
	}
	if len(targets) > most {
		return fmt.Sprintf("%s and %d more", strings.Join(targetTexts(targets[:most]), ", "), len(targets)-most)
	}
	return strings.Join(targetTexts(targets), ", ")
}

func targetTexts(targets []policyTarget) []string {
	texts := make([]string, len(targets))
	for i, t := range targets {
		texts[i] = t.String()
	}
	return texts
}

// policyFacts is what one piece of evidence says about the Temporary Access Pass settings of a
// tenant. Settings that it does not mention stay unknown: no default is put in their place.
type policyFacts struct {
	values [settingCount]policyValue
	listed bool // only settings that changed are listed, so a setting that is known here did change
}

// Enabled says whether passes can be used at all.
func (f policyFacts) Enabled() (enabled, known bool) {
	v := f.values[settingState]
	return v.number == 1, v.known
}

// OneTime says whether every pass is good for one sign-in only.
func (f policyFacts) OneTime() (oneTime, known bool) {
	v := f.values[settingUsableOnce]
	return v.number == 1, v.known
}

// MaximumMinutes is the longest lifetime that a pass can be given.
func (f policyFacts) MaximumMinutes() (minutes int, known bool) {
	v := f.values[settingMaximumMinutes]
	return v.number, v.known
}

// Included are the targets that can use a pass unless they are excluded.
func (f policyFacts) Included() (targets []policyTarget, known bool) {
	v := f.values[settingInclude]
	return v.targets, v.known
}

// Excluded are the targets that cannot use a pass.
func (f policyFacts) Excluded() (targets []policyTarget, known bool) {
	v := f.values[settingExclude]
	return v.targets, v.known
}

func (f policyFacts) anyKnown() bool {
	return slices.ContainsFunc(f.values[:], func(v policyValue) bool { return v.known })
}

// fill takes from g what f does not know.
func (f *policyFacts) fill(g policyFacts) {
	for s := range f.values {
		if !f.values[s].known {
			f.values[s] = g.values[s]
		}
	}
}

func includesEveryone(targets []policyTarget) bool {
	return slices.ContainsFunc(targets, func(t policyTarget) bool { return t.ID == allUsers })
}

// targetsWithout are the targets of a that b does not have.
func targetsWithout(a, b []policyTarget) []policyTarget {
	has := make(map[string]bool, len(b))
	for _, t := range b {
		has[t.ID] = true
	}
	var rest []policyTarget
	for _, t := range a {
		if !has[t.ID] {
			rest = append(rest, t)
		}
	}
	return rest
}

// weaker says whether going from old to new gives passes to more people, for longer, or for more uses.
func weaker(s policySetting, old, new policyValue) bool {
	switch s {
	case settingState:
		return old.number == 0 && new.number == 1
	case settingUsableOnce:
		return old.number == 1 && new.number == 0
	case settingMaximumMinutes:
		return new.number > old.number
	case settingInclude:
		return !includesEveryone(old.targets) && len(targetsWithout(new.targets, old.targets)) > 0
	case settingExclude:
		return !includesEveryone(new.targets) && len(targetsWithout(old.targets, new.targets)) > 0
	}
	return false
}

// weakeningInWords says what a change did to a setting that it weakened.
func weakeningInWords(s policySetting, old, new policyValue) string {
	switch s {
	case settingState:
		return "enabled Temporary Access Pass"
	case settingUsableOnce:
		return "allowed multiple use of a pass"
	case settingMaximumMinutes:
		return fmt.Sprintf("raised the maximum lifetime from %d to %d minutes", old.number, new.number)
	case settingInclude:
		added := targetsWithout(new.targets, old.targets)
		if includesEveryone(added) {
			return "included everyone"
		}
		return "included " + targetList(added, mostTargets)
	}
	return "no longer excluded " + targetList(targetsWithout(old.targets, new.targets), mostTargets)
}

// unloggedInWords says what became of a setting without a logged change.
func unloggedInWords(s policySetting, old, new policyValue) string {
	if s != settingInclude && s != settingExclude {
		return fmt.Sprintf("%s went from %s to %s", s, old.text(s), new.text(s))
	}
	var parts []string
	if added := targetsWithout(new.targets, old.targets); len(added) > 0 {
		parts = append(parts, "gained "+targetList(added, mostTargets))
	}
	if lost := targetsWithout(old.targets, new.targets); len(lost) > 0 {
		parts = append(parts, "lost "+targetList(lost, mostTargets))
	}
	return fmt.Sprintf("%s %s", s, strings.Join(parts, " and "))
}

// modifiedProperty is an entry of modifiedProperties. A value is its text: what a JSON string
// says, the JSON itself of anything else, and "" for null or nothing.
type modifiedProperty struct{ DisplayName, OldValue, NewValue string }

// readModifiedProperties collects the modified properties of all targets of an audit event, from
// targetResources as JSON, in either letter case and also where a list stands as JSON in a string.
func readModifiedProperties(targetResources []byte) []modifiedProperty {
	text := func(v gjson.Result) string {
		switch v.Type {
		case gjson.Null:
			return ""
		case gjson.String:
			return v.Str
		}
		return v.Raw
	}
	var properties []modifiedProperty
	for target := range jsonElements(unquoted(string(targetResources))) {
		for p := range jsonElements(unquotedValue(jsonMember(target, "modifiedProperties"))) {
			if !p.IsObject() {
				continue
			}
			properties = append(properties, modifiedProperty{
				DisplayName: text(jsonMember(p, "displayName")),
				OldValue:    text(jsonMember(p, "oldValue")),
				NewValue:    text(jsonMember(p, "newValue")),
			})
		}
	}
	return properties
}

// jsonElements are the items of a list; a single object is a list of one.
func jsonElements(v gjson.Result) iter.Seq[gjson.Result] {
	return func(yield func(gjson.Result) bool) {
		switch {
		case v.IsArray():
			v.ForEach(func(_, item gjson.Result) bool { return yield(item) })
		case v.IsObject():
			yield(v)
		}
	}
}

// jsonMember is the first member of an object with the name, in any letter case, that is not null.
func jsonMember(object gjson.Result, name string) (value gjson.Result) {
	if !object.IsObject() {
		return gjson.Result{}
	}
	object.ForEach(func(key, v gjson.Result) bool {
		if v.Type != gjson.Null && strings.EqualFold(key.Str, name) {
			value = v
			return false
		}
		return true
	})
	return value
}

// unquoted reads JSON text that may itself be quoted, once or several times. What is no JSON comes
// back as a string, null and nothing as null.
func unquoted(text string) gjson.Result {
	text = strings.TrimSpace(text)
	for range 4 {
		if text == "" {
			return gjson.Result{}
		}
		// The standard library's check does not recurse: nesting in hostile text cannot exhaust the stack.
		if !json.Valid([]byte(text)) {
			break
		}
		v := gjson.Parse(text)
		if v.Type != gjson.String {
			return v
		}
		text = strings.TrimSpace(v.Str)
	}
	return gjson.Result{Type: gjson.String, Str: text, Raw: text}
}

func unquotedValue(v gjson.Result) gjson.Result {
	if v.Type == gjson.String {
		return unquoted(v.Str)
	}
	return v
}

// readPolicyChange reads the modified properties of an "Authentication Methods Policy Update" or
// "… Reset" audit event. Until April 2026 a property holds the whole policy before and after as JSON
// text; since then each property is one changed setting, named by its place in the policy, and what
// is not listed stays as it was. Facts are returned as far as they could be read. readable is false
// when there is anything that could concern Temporary Access Passes and could not be read; it is
// true for a change that lists other methods' settings only, of which there are no facts.
func readPolicyChange(properties []modifiedProperty) (old, new policyFacts, readable bool) {
	understood, obscure := false, false
	judge := func(ok bool) {
		understood = understood || ok
		obscure = obscure || !ok
	}
	for _, p := range properties {
		before, after := unquoted(p.OldValue), unquoted(p.NewValue)
		name := lettersOf(p.DisplayName)
		switch {
		case hasConfigurations(before) || hasConfigurations(after):
			was, wasRead := readConfiguration(findConfiguration(before))
			is, isRead := readConfiguration(findConfiguration(after))
			old.fill(was)
			new.fill(is)
			judge(isRead && (wasRead || before.Type == gjson.Null))
		case strings.Contains(name, "temporaryaccesspass"):
			was, wasRead := readChangedSetting(name, before)
			is, isRead := readChangedSetting(name, after)
			old.fill(was)
			new.fill(is)
			if !after.IsObject() {
				old.listed, new.listed = true, true
			}
			judge(isRead && (wasRead || before.Type == gjson.Null))
		case namesOtherMethod(name):
			judge(true)
		case namesWholePolicy(name), brokenJSON(before), brokenJSON(after):
			judge(false)
		case before.Type == gjson.Null && after.Type == gjson.Null:
			// An empty entry tells neither way.
		default:
			judge(true)
		}
	}
	return old, new, understood && !obscure
}

// lettersOf is a name without letter case, spaces and punctuation.
func lettersOf(name string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case 'A' <= r && r <= 'Z':
			return r + 'a' - 'A'
		case 'a' <= r && r <= 'z', '0' <= r && r <= '9':
			return r
		}
		return -1
	}, name)
}

// namesWholePolicy recognises a property that is about the policy, or about a method that its name
// does not tell, such as one named by its place in the list.
func namesWholePolicy(name string) bool {
	return name == "" || name == "policy" || name == "authenticationmethodspolicy" ||
		strings.Contains(name, "authenticationmethodconfiguration")
}

// namesOtherMethod recognises the ids of the other authentication methods in Microsoft Graph.
func namesOtherMethod(name string) bool {
	return slices.ContainsFunc([]string{
		"fido2", "microsoftauthenticator", "hardwareoath", "softwareoath", "sms", "voice", "email",
		"x509certificate", "qrcodepin", "verifiablecredentials", "externalauthenticationmethod",
	}, func(method string) bool { return strings.Contains(name, method) })
}

// brokenJSON tells text that begins like JSON and is none, as a value that was cut off.
func brokenJSON(v gjson.Result) bool {
	return v.Type == gjson.String && (strings.HasPrefix(v.Str, "{") || strings.HasPrefix(v.Str, "["))
}

// configurationLists are the names under which a policy keeps the list of its methods: Microsoft
// Graph's and ScubaGear's.
var configurationLists = []string{"authenticationMethodConfigurations", "authentication_method_feature_settings"}

func hasConfigurations(v gjson.Result) bool {
	return findConfiguration(v).Exists() ||
		slices.ContainsFunc(configurationLists, func(name string) bool { return jsonMember(v, name).Exists() })
}

// findConfiguration finds the Temporary Access Pass configuration in a policy, in a list of
// configurations in any order, or is it itself.
func findConfiguration(v gjson.Result) gjson.Result {
	v = unquotedValue(v)
	lists := []gjson.Result{v}
	for _, name := range configurationLists {
		lists = append(lists, unquotedValue(jsonMember(v, name)))
	}
	for _, list := range lists {
		for c := range jsonElements(list) {
			c = unquotedValue(c)
			kind := jsonMember(c, "@odata.type").Str + " " + jsonMember(jsonMember(c, "AdditionalProperties"), "@odata.type").Str
			if strings.EqualFold(jsonMember(c, "id").Str, "TemporaryAccessPass") ||
				strings.Contains(strings.ToLower(kind), "temporaryaccesspassauthenticationmethodconfiguration") {
				return c
			}
		}
	}
	return gjson.Result{}
}

// readConfiguration reads a Temporary Access Pass configuration; PowerShell keeps what is peculiar to
// the method under AdditionalProperties. clean is false when it says nothing, or when something in it
// has a wrong type: that setting is then unknown.
func readConfiguration(configuration gjson.Result) (facts policyFacts, clean bool) {
	clean = true
	for s := range settingCount {
		v := jsonMember(configuration, settingNames[s])
		if !v.Exists() {
			v = jsonMember(jsonMember(configuration, "AdditionalProperties"), settingNames[s])
		}
		if !v.Exists() {
			continue
		}
		facts.values[s] = readValue(s, v)
		clean = clean && facts.values[s].known
	}
	return facts, clean && facts.anyKnown()
}

// readChangedSetting reads one side of a property that names a Temporary Access Pass setting, or
// the method's configuration as a whole. The exact names are not documented: the setting's own name
// somewhere in the property's name is what counts.
func readChangedSetting(name string, v gjson.Result) (facts policyFacts, clean bool) {
	if v.IsObject() {
		return readConfiguration(v)
	}
	// The state comes last, because its name is the least peculiar.
	for _, s := range []policySetting{
		settingUsableOnce, settingDefaultMinutes, settingMinimumMinutes, settingMaximumMinutes,
		settingLength, settingInclude, settingExclude, settingState,
	} {
		if !strings.Contains(name, lettersOf(settingNames[s])) {
			continue
		}
		if s == settingUsableOnce && v.Type == gjson.String {
			// A lone value is text, in which .NET writes True and False.
			v = unquoted(strings.ToLower(v.Str))
		}
		facts.values[s] = readValue(s, v)
		return facts, facts.values[s].known
	}
	return facts, false
}

// readValue reads the value of a setting; one of a wrong type is not known.
func readValue(s policySetting, v gjson.Result) policyValue {
	switch s {
	case settingState:
		// Audit events number the states: 0 is enabled, 1 is disabled.
		switch {
		case v.Type == gjson.Number && v.Num == 0, v.Type == gjson.String && strings.EqualFold(v.Str, "enabled"):
			return policyValue{known: true, number: 1}
		case v.Type == gjson.Number && v.Num == 1, v.Type == gjson.String && strings.EqualFold(v.Str, "disabled"):
			return policyValue{known: true}
		}
	case settingUsableOnce:
		switch v.Type {
		case gjson.True:
			return policyValue{known: true, number: 1}
		case gjson.False:
			return policyValue{known: true}
		}
	case settingInclude, settingExclude:
		return readTargets(v)
	default:
		// Allowed are 10 to 43,200 minutes and 8 to 48 characters. Somewhat more is believed, so that
		// it shows; what is absurd would only overflow times.
		if v.Type == gjson.Number && v.Num == math.Trunc(v.Num) && v.Num >= 0 && v.Num <= 1e6 {
			return policyValue{known: true, number: int(v.Num)}
		}
	}
	return policyValue{}
}

// readTargets reads a list of targets. One that cannot be read makes the list unknown: the rest
// would be taken for all of it.
func readTargets(v gjson.Result) policyValue {
	if !v.IsArray() {
		return policyValue{}
	}
	targets := []policyTarget{}
	for t := range jsonElements(v) {
		id := jsonMember(t, "id")
		if id.Type != gjson.String || id.Str == "" {
			return policyValue{}
		}
		target := policyTarget{ID: strings.ToLower(id.Str)}
		// A number counts Microsoft Graph's authenticationMethodTargetType: user, group.
		switch kind := jsonMember(t, "targetType"); {
		case strings.EqualFold(kind.Str, "user"), kind.Type == gjson.Number && kind.Num == 0:
			target.Type = "user"
		case strings.EqualFold(kind.Str, "group"), kind.Type == gjson.Number && kind.Num == 1:
			target.Type = "group"
		}
		targets = append(targets, target)
	}
	slices.SortFunc(targets, func(a, b policyTarget) int {
		// Of two with one id, the one with a type comes first and stays.
		return cmp.Or(strings.Compare(a.ID, b.ID), strings.Compare(b.Type, a.Type))
	})
	return policyValue{known: true, targets: slices.CompactFunc(targets, func(a, b policyTarget) bool { return a.ID == b.ID })}
}

// readPolicySnapshot reads a Microsoft Graph authenticationMethodsPolicy, a list of its
// configurations, or the Temporary Access Pass configuration alone; also as PowerShell writes them
// (PascalCase, AdditionalProperties) and as ScubaGear keeps them. It is false when nothing in
// it is about Temporary Access Passes.
func readPolicySnapshot(snapshot []byte) (policyFacts, bool) {
	facts, _ := readConfiguration(findConfiguration(unquoted(string(snapshot))))
	return facts, facts.anyKnown()
}

// policyEvidence is a policy snapshot, or a logged change of the authentication methods policy.
type policyEvidence struct {
	Time      time.Time
	TimeKnown bool         // a snapshot without it serves as the state at the end of the evidence
	Until     time.Time    // of a snapshot of which only the day is known, from Time on: the day's end
	Snapshot  *policyFacts // nil for a change
	Old, New  *policyFacts // nil for a snapshot, and where a change tells nothing
	Readable  bool         // of a change: see readPolicyChange
	Actor     string
	ActorID   string
	EventID   string
	Key       string // of the record
	Tenant    string
	Places    []Place

	moved bool // to a later time before Until
}

// old and value are what the evidence says of a setting before and from its time.
func (e policyEvidence) old(s policySetting) (v policyValue) {
	if e.Snapshot == nil && e.Old != nil {
		v = e.Old.values[s]
	}
	return v
}

func (e policyEvidence) value(s policySetting) (v policyValue) {
	switch {
	case e.Snapshot != nil:
		v = e.Snapshot.values[s]
	case e.New != nil:
		v = e.New.values[s]
	}
	return v
}

// policyBasis is how a setting's value at a time is known, the surest first.
type policyBasis int

const (
	basisNone     policyBasis = iota
	basisSnapshot             // a snapshot showed it, at the time or before
	basisChange               // a logged change showed it, at the time or before
	basisBackward             // evidence after the time shows it, and audit evidence covers the time between
	basisLater                // evidence after the time shows it, and a change between may be missing
)

func (b policyBasis) String() string {
	return [...]string{"", "snapshot", "change", "backward", "as found later"}[b]
}

// heldValue is a setting's value at a time.
type heldValue struct {
	policyValue
	Basis policyBasis
	Known time.Time // when the evidence first showed the value that is held
	item  int       // index of that evidence
}

// ForEvents says whether events may be judged by the value. What was only found later, with
// changes between possibly missing, serves state rules alone.
func (h heldValue) ForEvents() bool { return h.Basis != basisNone && h.Basis != basisLater }

// policyAt is the state at a time: the facts serve state rules, Held says how each is known.
type policyAt struct {
	policyFacts
	Held [settingCount]heldValue
}

// ForEvents are the facts by which events may be judged.
func (p policyAt) ForEvents() (facts policyFacts) {
	for s, h := range p.Held {
		if h.ForEvents() {
			facts.values[s] = h.policyValue
		}
	}
	return facts
}

// policyDifference says what became of one setting.
type policyDifference struct {
	Setting  policySetting
	What     string // in words
	Old, New string // "" where not known

	was policyValue
}

// policyEvent is something that the timeline shows to have happened.
type policyEvent struct {
	Tenant      string
	Time        time.Time
	TimeAssumed bool      // the snapshot's own time is not known, or not to the hour
	Until       time.Time // when it was put back, of what was
	About       []string
	Supporting  []string // keys of the evidence, as in About
	Actor       string
	ActorID     string
	EventID     string
	Differences []policyDifference

	item int
}

// timeline is the policy of one tenant through time.
type timeline struct {
	Tenant     string
	Weakenings []policyEvent // logged changes that weakened a setting, in time order
	Unlogged   []policyEvent // differences that no logged change explains, dated by the later evidence
	Unreadable []policyEvent // changes that cannot be read as to Temporary Access Passes

	items   []policyEvidence              // in time order
	after   []policyFacts                 // what was known once each item had been seen
	held    [settingCount][]heldValue     // from Known on, in time order; never twice the same in a row
	early   [settingCount][]heldValue     // before Known, for times before the first held value
	covered func(from, to time.Time) bool // whether audit evidence covers the span
}

// buildTimelines makes one timeline for each tenant that the evidence names, in order of tenant.
// covered says whether audit evidence of the tenant covers a span; end is the end of the evidence.
func buildTimelines(evidence []policyEvidence, covered func(tenant string, from, to time.Time) bool, end time.Time) []timeline {
	tenants := map[string][]policyEvidence{}
	for _, e := range evidence {
		tenants[e.Tenant] = append(tenants[e.Tenant], e)
	}
	var timelines []timeline
	for tenant, own := range tenants {
		timelines = append(timelines, buildTimeline(own, func(from, to time.Time) bool { return covered(tenant, from, to) }, end))
	}
	slices.SortFunc(timelines, func(a, b timeline) int { return strings.Compare(a.Tenant, b.Tenant) })
	return timelines
}

// buildTimeline puts the evidence of one tenant in order. Setting by setting, the latest value at or
// before a time holds. Before the first known value holds a change's old value, else the value first
// seen: backward as far as audit evidence covers the time, beyond as found later.
// A change that lists a setting without a readable old value tells that it was different before.
// covered must hold for every part of a span for which it holds.
func buildTimeline(evidence []policyEvidence, covered func(from, to time.Time) bool, end time.Time) timeline {
	t := timeline{items: slices.Clone(evidence), covered: covered}
	for i := range t.items {
		if !t.items[i].TimeKnown {
			t.items[i].Time = end
		}
	}
	slices.SortStableFunc(t.items, func(a, b policyEvidence) int {
		if c := a.Time.Compare(b.Time); c != 0 {
			return c
		}
		if (a.Snapshot == nil) != (b.Snapshot == nil) {
			if a.Snapshot == nil {
				return -1
			}
			return 1
		}
		return strings.Compare(a.Key, b.Key)
	})
	if len(t.items) > 0 {
		t.Tenant = t.items[0].Tenant
	}
	t.after = make([]policyFacts, len(t.items))
	var now policyFacts
	var last [settingCount]lastKnown
	for i := range t.items {
		t.placeSnapshots(i, now)
		t.chooseNext(i, now)
		e := t.items[i]
		t.judge(i, now, last)
		for s := range settingCount {
			old, value := e.old(s), e.value(s)
			if len(t.held[s]) == 0 && (old.known || value.known) {
				before := old
				if !before.known && !(e.Snapshot == nil && e.New.listed) {
					before = value
				}
				t.early[s] = append(t.early[s], heldValue{policyValue: before, Known: e.Time, item: i})
			}
			if !value.known {
				if e.Snapshot == nil && !e.Readable {
					last[s].obscured = true
				}
				continue
			}
			last[s] = lastKnown{time: e.Time, item: i}
			if len(t.held[s]) == 0 || !value.equal(now.values[s]) {
				basis := basisChange
				if e.Snapshot != nil {
					basis = basisSnapshot
				}
				t.held[s] = append(t.held[s], heldValue{policyValue: value, Basis: basis, Known: e.Time, item: i})
			}
			now.values[s] = value
		}
		t.after[i] = now
	}
	return t
}

// lastKnown is the evidence that last showed a setting. obscured: an unreadable change came after.
type lastKnown struct {
	time     time.Time
	item     int
	obscured bool
}

// placeSnapshots moves snapshots at item i of which only the day is known behind the day's next change
// where they fit there better: where they differ from what is known, or from the change's old values.
func (t *timeline) placeSnapshots(i int, now policyFacts) {
	for e := t.items[i]; !e.Until.IsZero(); e = t.items[i] {
		next := i + 1
		for next < len(t.items) && next < i+mostTogether && t.items[next].Snapshot != nil {
			next++
		}
		if next == len(t.items) || t.items[next].Snapshot != nil || !t.items[next].Time.Before(e.Until) {
			return
		}
		fits := true
		for s := range settingCount {
			fits = fits && !e.value(s).contradicts(now.values[s]) && !e.value(s).contradicts(t.items[next].old(s))
		}
		if fits {
			return
		}
		e.Time, e.moved = t.items[next].Time, true
		copy(t.items[i:next], t.items[i+1:next+1])
		t.items[next] = e
	}
}

// mostTogether bounds how many pieces of evidence are looked at to find the next, so that many at one
// time cost no more than each being looked at a few times.
const mostTogether = 64

// chooseNext orders changes of the same instant (some exports cut times to seconds): of those that
// begin at item i, the first whose old values agree with what is known comes next.
func (t *timeline) chooseNext(i int, now policyFacts) {
	for j := i; j < min(i+mostTogether, len(t.items)) && t.items[j].Snapshot == nil && t.items[j].Time.Equal(t.items[i].Time); j++ {
		agrees := true
		for s := range settingCount {
			agrees = agrees && !t.items[j].old(s).contradicts(now.values[s])
		}
		if agrees {
			next := t.items[j]
			copy(t.items[i+1:j+1], t.items[i:j])
			t.items[i] = next
			return
		}
	}
}

// judge notes what item i shows to have happened, now being what was known before it.
func (t *timeline) judge(i int, now policyFacts, last [settingCount]lastKnown) {
	e := t.items[i]
	event := policyEvent{
		Tenant: e.Tenant, Time: e.Time, TimeAssumed: !e.TimeKnown || !e.Until.IsZero(), About: []string{e.Key},
		Actor: e.Actor, ActorID: e.ActorID, EventID: e.EventID, item: i,
	}
	if e.Snapshot == nil && !e.Readable {
		t.Unreadable = append(t.Unreadable, event)
	}
	weakening, unlogged := event, event
	unlogged.Actor, unlogged.ActorID = "", "" // who made the change is what nobody knows
	for s := range settingCount {
		known := now.values[s]
		seen := e.old(s)
		if e.Snapshot != nil {
			seen = e.value(s)
		}
		// Held backward is not known: now has only what earlier evidence showed. In no time nothing can
		// have happened unlogged, and an unreadable change may be the one that is looked for.
		if seen.contradicts(known) && (e.moved || last[s].time.Before(e.Time)) && !last[s].obscured && t.covered(last[s].time, e.Time) {
			unlogged.Differences = append(unlogged.Differences, policyDifference{
				Setting: s, Old: known.text(s), New: seen.text(s), was: known,
				What: unloggedInWords(s, known, seen),
			})
			if key := t.items[last[s].item].Key; !slices.Contains(unlogged.Supporting, key) {
				unlogged.Supporting = append(unlogged.Supporting, key)
			}
		}
		if e.Snapshot != nil || !e.value(s).known {
			continue
		}
		old, oldText := seen, ""
		if !old.known && known.known && !last[s].obscured && (e.New.listed || t.covered(last[s].time, e.Time)) {
			old = known
		}
		oldText = old.text(s)
		if !old.known && e.New.listed && s == settingState {
			// Only changed settings are listed, and there are two states: it was the other one.
			old = policyValue{known: true, number: 1 - e.value(s).number}
		}
		if old.known && weaker(s, old, e.value(s)) {
			weakening.Differences = append(weakening.Differences, policyDifference{
				Setting: s, Old: oldText, New: e.value(s).text(s), was: old,
				What: weakeningInWords(s, old, e.value(s)),
			})
		}
	}
	if len(unlogged.Differences) > 0 {
		t.Unlogged = append(t.Unlogged, unlogged)
	}
	if len(weakening.Differences) > 0 {
		t.Weakenings = append(t.Weakenings, weakening)
	}
}

// Transients are the weakenings of which every setting was back at or below its old value by a later
// change. They are about both changes, until the latter, and have the former's actor and differences;
// changes between that also touched those settings are supporting.
func (t timeline) Transients() []policyEvent {
	var transients []policyEvent
	for _, w := range t.Weakenings {
		var between []string
		for i := w.item + 1; i < len(t.items); i++ {
			e := t.items[i]
			if e.Snapshot != nil {
				continue
			}
			touched, back := false, true
			for _, d := range w.Differences {
				is := t.after[i].values[d.Setting]
				touched = touched || e.value(d.Setting).contradicts(t.after[i-1].values[d.Setting]) ||
					e.value(d.Setting).contradicts(e.old(d.Setting))
				back = back && is.known && !weaker(d.Setting, d.was, is)
			}
			if touched && back {
				w.About, w.Until = []string{w.About[0], e.Key}, e.Time
				w.Supporting = between
				transients = append(transients, w)
				break
			}
			if touched {
				between = append(between, e.Key)
			}
		}
	}
	return transients
}

// At is the state at a time; a change at exactly that time has happened.
func (t timeline) At(at time.Time) (state policyAt) {
	for s := range settingCount {
		h := t.heldAt(s, at)
		state.Held[s] = h
		state.values[s] = h.policyValue
	}
	return state
}

func (t timeline) heldAt(s policySetting, at time.Time) heldValue {
	held := t.held[s]
	if n := sort.Search(len(held), func(i int) bool { return held[i].Known.After(at) }); n > 0 {
		return held[n-1]
	}
	early := t.early[s]
	n := sort.Search(len(early), func(i int) bool { return early[i].Known.After(at) })
	if n == len(early) || !early[n].known {
		return heldValue{}
	}
	h := early[n]
	h.Basis = basisLater
	if t.covered(at, h.Known) {
		h.Basis = basisBackward
	}
	return h
}

// MaxLifetimeIn is the highest maximum lifetime in force at any time from from to to, both
// included, in minutes, as far as events may be judged by it. A change's old value counts as in force
// just before it, even where the timeline did not have it. known is false when nothing is known.
func (t timeline) MaxLifetimeIn(from, to time.Time) (minutes int, known bool) {
	take := func(v policyValue) {
		if v.known {
			minutes, known = max(minutes, v.number), true
		}
	}
	for _, cut := range append(t.cuts(settingMaximumMinutes, from, to), from, to) {
		if h := t.heldAt(settingMaximumMinutes, cut); h.ForEvents() {
			take(h.policyValue)
		}
	}
	for _, e := range t.items {
		if e.Time.After(from) && !e.Time.After(to) {
			take(e.old(settingMaximumMinutes))
		}
	}
	return minutes, known
}

// cuts are the times after from and before to at which a setting's value, or how it is known,
// may become another.
func (t timeline) cuts(s policySetting, from, to time.Time) []time.Time {
	var cuts []time.Time
	add := func(at time.Time) {
		if at.After(from) && at.Before(to) {
			cuts = append(cuts, at)
		}
	}
	for _, h := range t.held[s] {
		add(h.Known)
	}
	begin := from
	for _, h := range t.early[s] {
		add(h.Known)
		if begin.Before(h.Known) {
			add(t.coveredSince(begin, h.Known))
			begin = h.Known
		}
		if !begin.Before(to) {
			break
		}
	}
	return cuts
}

// coveredSince is the earliest time from from on such that audit evidence covers all from there to to.
func (t timeline) coveredSince(from, to time.Time) time.Time {
	if century := to.AddDate(-100, 0, 0); from.Before(century) {
		from = century // a Duration holds no more than 292 years
	}
	low, high := time.Duration(0), to.Sub(from)
	for low < high {
		middle := low + (high-low)/2
		if t.covered(from.Add(middle), to) {
			high = middle
		} else {
			low = middle + 1
		}
	}
	return from.Add(low)
}

// States are the stretches of the timeline from from (included) to to (excluded). Two that follow each
// other differ in a setting or in their basis, which is the weakest of their settings' in the order
// snapshot, change, backward, as found later; evidence that only confirms a value leaves its basis.
// Actor and EventID are of the logged change that set the stretch's latest value, and empty where it
// was only seen. A list of targets is nil when it is not known, and empty when there are none.
func (t timeline) States(from, to time.Time) []PolicyState {
	if !from.Before(to) {
		return nil
	}
	cuts := []time.Time{from}
	for s := range settingCount {
		cuts = append(cuts, t.cuts(s, from, to)...)
	}
	slices.SortFunc(cuts, time.Time.Compare)
	cuts = slices.CompactFunc(cuts, time.Time.Equal)

	var states []PolicyState
	var before policyAt
	for i, cut := range cuts {
		at := t.At(cut)
		if !at.anyKnown() {
			before = at
			continue
		}
		until := to
		if i+1 < len(cuts) {
			until = cuts[i+1]
		}
		state := t.state(at)
		state.From, state.To = cut, until
		if n := len(states) - 1; n >= 0 && states[n].To.Equal(cut) && states[n].Basis == state.Basis && sameValues(before, at) {
			states[n].To = until
		} else {
			states = append(states, state)
		}
		before = at
	}
	return states
}

func sameValues(a, b policyAt) bool {
	return slices.EqualFunc(a.values[:], b.values[:], policyValue.equal)
}

// state is a row of policy.csv, but for its times.
func (t timeline) state(at policyAt) PolicyState {
	text := func(s policySetting) string { return at.values[s].text(s) }
	state := PolicyState{
		TenantID:       t.Tenant,
		State:          text(settingState),
		UsableOnce:     text(settingUsableOnce),
		DefaultMinutes: text(settingDefaultMinutes),
		MinimumMinutes: text(settingMinimumMinutes),
		MaximumMinutes: text(settingMaximumMinutes),
		Length:         text(settingLength),
	}
	if targets, known := at.Included(); known {
		state.Include = targetTexts(targets)
	}
	if targets, known := at.Excluded(); known {
		state.Exclude = targetTexts(targets)
	}
	basis, latest := basisNone, -1
	var items []int
	for s, h := range at.Held {
		if h.Basis == basisNone {
			continue
		}
		basis = max(basis, h.Basis)
		items = append(items, h.item)
		if (h.Basis != basisSnapshot && h.Basis != basisChange) || h.item < latest {
			continue
		}
		e := t.items[h.item]
		if h.item > latest {
			latest, state.Actor, state.EventID = h.item, "", ""
		}
		if e.Snapshot == nil && !e.old(policySetting(s)).equal(h.policyValue) {
			state.Actor, state.EventID = e.Actor, e.EventID
		}
	}
	state.Basis = basis.String()
	slices.Sort(items)
	for _, i := range slices.Compact(items) {
		state.Evidence = append(state.Evidence, t.items[i].Places...)
	}
	return state
}
