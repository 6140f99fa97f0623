package policy

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"tapaudit/analysis/auditlog"
	"tapaudit/ingest/formats"
	"tapaudit/ingest/safetext"
)

// setting is one of the settings of the Temporary Access Pass method, by its place in formats.PolicySettings.
type setting int

const (
	settingState setting = iota
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

func (s setting) String() string { return settingNames[s] }

// Target is a group or user that the policy includes or excludes. ID is in lower case.
type Target struct {
	Type string // group, user, or "" where the evidence does not say
	ID   string // an object id, or all_users for everyone
}

const allUsers = "all_users"

func (t Target) String() string {
	if t.ID == allUsers || t.Type == "" {
		return t.ID
	}
	return t.Type + ":" + t.ID
}

// settingValue is the value of one setting. The zero value is "not known".
type settingValue struct {
	known   bool
	number  int      // minutes, characters, or 1 for enabled and for one-time
	targets []Target // sorted by id, each id once
}

// equal compares values; a target is its id, because an id names one object whatever its type is called.
func (v settingValue) equal(w settingValue) bool {
	return v.known == w.known && v.number == w.number &&
		slices.EqualFunc(v.targets, w.targets, func(a, b Target) bool { return a.ID == b.ID })
}

// contradicts says that both values are known and differ.
func (v settingValue) contradicts(w settingValue) bool { return v.known && w.known && !v.equal(w) }

func (v settingValue) text(s setting) string {
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
func targetList(targets []Target, most int) string {
	if len(targets) == 0 {
		return "nobody"
	}
	if len(targets) > most {
		return fmt.Sprintf("%s and %d more", strings.Join(targetTexts(targets[:most]), ", "), len(targets)-most)
	}
	return strings.Join(targetTexts(targets), ", ")
}

func targetTexts(targets []Target) []string {
	texts := make([]string, len(targets))
	for i, t := range targets {
		texts[i] = t.String()
	}
	return texts
}

// Facts is what one piece of evidence says about the Temporary Access Pass settings of a
// tenant. Settings that it does not mention stay unknown: no default is put in their place.
type Facts struct {
	values [settingCount]settingValue
	listed bool // only settings that changed are listed, so a setting that is known here did change
}

// Enabled says whether passes can be used at all.
func (f Facts) Enabled() (enabled, known bool) {
	v := f.values[settingState]
	return v.number == 1, v.known
}

// OneTime says whether every pass is good for one sign-in only.
func (f Facts) OneTime() (oneTime, known bool) {
	v := f.values[settingUsableOnce]
	return v.number == 1, v.known
}

// MaximumMinutes is the longest lifetime that a pass can be given.
func (f Facts) MaximumMinutes() (minutes int, known bool) {
	v := f.values[settingMaximumMinutes]
	return v.number, v.known
}

// Included are the targets that can use a pass unless they are excluded.
func (f Facts) Included() (targets []Target, known bool) {
	v := f.values[settingInclude]
	return v.targets, v.known
}

// Excluded are the targets that cannot use a pass.
func (f Facts) Excluded() (targets []Target, known bool) {
	v := f.values[settingExclude]
	return v.targets, v.known
}

func (f Facts) anyKnown() bool {
	return slices.ContainsFunc(f.values[:], func(v settingValue) bool { return v.known })
}

// fill takes from g what f does not know.
func (f *Facts) fill(g Facts) {
	for s := range f.values {
		if !f.values[s].known {
			f.values[s] = g.values[s]
		}
	}
}

// scopeKnown says whether it is known whom the policy includes. Without a list of exclusions there is none.
func (f Facts) scopeKnown() bool { return f.values[settingInclude].known }

func includesEveryone(targets []Target) bool {
	return slices.ContainsFunc(targets, func(t Target) bool { return t.ID == allUsers })
}

// targetsWithout are the targets of a that b does not have.
func targetsWithout(a, b []Target) []Target {
	has := make(map[string]bool, len(b))
	for _, t := range b {
		has[t.ID] = true
	}
	var rest []Target
	for _, t := range a {
		if !has[t.ID] {
			rest = append(rest, t)
		}
	}
	return rest
}

// weaker says whether going from old to new gives passes to more people, for longer, or for more uses.
func weaker(s setting, old, new settingValue) bool {
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
func weakeningInWords(s setting, old, new settingValue) string {
	switch s {
	case settingState:
		return "enabled Temporary Access Pass"
	case settingUsableOnce:
		return "allowed multiple use of a pass"
	case settingMaximumMinutes:
		return fmt.Sprintf("raised the maximum lifetime from %d to %s", old.number,
			safetext.Counted(new.number, "minute", "minutes"))
	case settingInclude:
		return "included " + everyoneOr(targetsWithout(new.targets, old.targets))
	}
	return "no longer excluded " + targetList(targetsWithout(old.targets, new.targets), mostTargets)
}

// settingWords are what a reader calls the settings that hold one value.
var settingWords = [settingInclude]string{"Temporary Access Pass", "one-time only", "lifetime by default",
	"minimum lifetime", "maximum lifetime", "passcode length"}

// changeInWords says what became of a setting.
func changeInWords(s setting, old, new settingValue) string {
	switch s {
	case settingState:
		return fmt.Sprintf("%s went from %s to %s", settingWords[s], old.text(s), new.text(s))
	case settingUsableOnce:
		yesNo := []string{"no", "yes"}
		return fmt.Sprintf("%s went from %s to %s", settingWords[s], yesNo[old.number], yesNo[new.number])
	case settingLength:
		return fmt.Sprintf("%s went from %d to %d characters", settingWords[s], old.number, new.number)
	case settingInclude, settingExclude:
		verb := "includes"
		if s == settingExclude {
			verb = "excludes"
		}
		var parts []string
		if added := targetsWithout(new.targets, old.targets); len(added) > 0 {
			parts = append(parts, "now "+verb+" "+everyoneOr(added))
		}
		if lost := targetsWithout(old.targets, new.targets); len(lost) > 0 {
			parts = append(parts, "no longer "+verb+" "+everyoneOr(lost))
		}
		return strings.Join(parts, " and ")
	}
	return fmt.Sprintf("%s went from %d to %d minutes", settingWords[s], old.number, new.number)
}

// everyoneOr names targets, all of them where everyone is among them.
func everyoneOr(targets []Target) string {
	if includesEveryone(targets) {
		return "everyone"
	}
	return targetList(targets, mostTargets)
}

// readChange reads the modified properties of an "Authentication Methods Policy Update" or "… Reset" audit event.
// Until April 2026 a property holds the whole policy before and after as JSON text. Since then each property is one
// changed setting, named by its place in the policy. What is not listed stays as it was. Facts are returned as far as
// they could be read. readable is false when anything that could concern Temporary Access Passes could not be read. A
// change that lists other methods' settings only is readable, without any facts.
func readChange(properties []auditlog.Property) (old, new Facts, readable bool) {
	understood, obscure := false, false
	judge := func(ok bool) {
		understood = understood || ok
		obscure = obscure || !ok
	}
	for _, p := range properties {
		before, after := auditlog.Unquoted(p.OldValue), auditlog.Unquoted(p.NewValue)
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
		slices.ContainsFunc(configurationLists, func(name string) bool { return auditlog.Member(v, name).Exists() })
}

// findConfiguration finds the Temporary Access Pass configuration in a policy, in a list of
// configurations in any order, or is it itself.
func findConfiguration(v gjson.Result) gjson.Result {
	v = auditlog.UnquotedValue(v)
	lists := []gjson.Result{v}
	for _, name := range configurationLists {
		lists = append(lists, auditlog.UnquotedValue(auditlog.Member(v, name)))
	}
	for _, list := range lists {
		for c := range auditlog.Elements(list) {
			c = auditlog.UnquotedValue(c)
			kind := auditlog.Member(c, "@odata.type").Str + " " +
				auditlog.Member(auditlog.Member(c, "AdditionalProperties"), "@odata.type").Str
			if strings.EqualFold(auditlog.Member(c, "id").Str, "TemporaryAccessPass") ||
				strings.Contains(strings.ToLower(kind), "temporaryaccesspassauthenticationmethodconfiguration") {
				return c
			}
		}
	}
	return gjson.Result{}
}

// readConfiguration reads a Temporary Access Pass configuration. PowerShell keeps what is peculiar to the method under
// AdditionalProperties. It is not clean when it says nothing, or when a setting has a wrong type, which is then
// unknown.
func readConfiguration(configuration gjson.Result) (facts Facts, clean bool) {
	clean = true
	for s := range settingCount {
		v := auditlog.Member(configuration, settingNames[s])
		if !v.Exists() {
			v = auditlog.Member(auditlog.Member(configuration, "AdditionalProperties"), settingNames[s])
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
func readChangedSetting(name string, v gjson.Result) (facts Facts, clean bool) {
	if v.IsObject() {
		return readConfiguration(v)
	}
	// The state comes last, because its name is the least peculiar.
	for _, s := range []setting{
		settingUsableOnce, settingDefaultMinutes, settingMinimumMinutes, settingMaximumMinutes,
		settingLength, settingInclude, settingExclude, settingState,
	} {
		if !strings.Contains(name, lettersOf(settingNames[s])) {
			continue
		}
		if s == settingUsableOnce && v.Type == gjson.String {
			// A lone value is text, in which .NET writes True and False.
			v = auditlog.Unquoted(strings.ToLower(v.Str))
		}
		facts.values[s] = readValue(s, v)
		return facts, facts.values[s].known
	}
	return facts, false
}

// readValue reads the value of a setting; one of a wrong type is not known.
func readValue(s setting, v gjson.Result) settingValue {
	switch s {
	case settingState:
		// Audit events number the states: 0 is enabled, 1 is disabled.
		switch {
		case v.Type == gjson.Number && v.Num == 0, v.Type == gjson.String && strings.EqualFold(v.Str, "enabled"):
			return settingValue{known: true, number: 1}
		case v.Type == gjson.Number && v.Num == 1, v.Type == gjson.String && strings.EqualFold(v.Str, "disabled"):
			return settingValue{known: true}
		}
	case settingUsableOnce:
		switch v.Type {
		case gjson.True:
			return settingValue{known: true, number: 1}
		case gjson.False:
			return settingValue{known: true}
		}
	case settingInclude, settingExclude:
		return readTargets(v)
	default:
		// Allowed are 10 to 43,200 minutes and 8 to 48 characters. Somewhat more is believed, so that
		// it shows; what is absurd would only overflow times.
		if v.Type == gjson.Number && v.Num == math.Trunc(v.Num) && v.Num >= 0 && v.Num <= 1e6 {
			return settingValue{known: true, number: int(v.Num)}
		}
	}
	return settingValue{}
}

// readTargets reads a list of targets. One that cannot be read makes the list unknown: the rest
// would be taken for all of it.
func readTargets(v gjson.Result) settingValue {
	if !v.IsArray() {
		return settingValue{}
	}
	targets := []Target{}
	for t := range auditlog.Elements(v) {
		id := auditlog.Member(t, "id")
		if id.Type != gjson.String || id.Str == "" {
			return settingValue{}
		}
		target := Target{ID: strings.ToLower(id.Str)}
		// A number counts Microsoft Graph's authenticationMethodTargetType: user, group.
		switch kind := auditlog.Member(t, "targetType"); {
		case strings.EqualFold(kind.Str, "user"), kind.Type == gjson.Number && kind.Num == 0:
			target.Type = "user"
		case strings.EqualFold(kind.Str, "group"), kind.Type == gjson.Number && kind.Num == 1:
			target.Type = "group"
		}
		targets = append(targets, target)
	}
	slices.SortFunc(targets, func(a, b Target) int {
		// Of two with one id, the one with a type comes first and stays.
		return cmp.Or(strings.Compare(a.ID, b.ID), strings.Compare(b.Type, a.Type))
	})
	return settingValue{known: true, targets: slices.CompactFunc(targets,
		func(a, b Target) bool { return a.ID == b.ID })}
}

// readSnapshot reads a Microsoft Graph authenticationMethodsPolicy, a list of its
// configurations, or the Temporary Access Pass configuration alone; also as PowerShell writes them
// (PascalCase, AdditionalProperties) and as ScubaGear keeps them. It is false when nothing in
// it is about Temporary Access Passes.
func readSnapshot(snapshot []byte) (Facts, bool) {
	facts, _ := readConfiguration(findConfiguration(auditlog.Unquoted(string(snapshot))))
	return facts, facts.anyKnown()
}
