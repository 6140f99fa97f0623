package analysis_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tapaudit/analysis"
	"tapaudit/analysis/settings"
	"tapaudit/ingest/casefile"
)

// claim is what a scene must say of one rule.
type claim struct {
	kind     claimKind
	rule     string
	subjects []string // users, tenants, addresses or files, by the fixture's names
	state    string   // partly or no, of what is not assessed
	reason   string   // part of it
}

type claimKind string

const (
	positive    claimKind = "positive"
	negative    claimKind = "negative"
	within      claimKind = "at its boundary, just a finding"
	beyond      claimKind = "beyond its boundary, just none"
	notAssessed claimKind = "not assessed"
	isExcepted  claimKind = "excepted"
)

// fires: an open finding about each subject, one for each time that it is named.
func fires(rule string, subjects ...string) claim {
	return claim{kind: positive, rule: rule, subjects: subjects}
}

// silent: no finding about any of the subjects, all of whom the evidence knows.
func silent(rule string, subjects ...string) claim {
	return claim{kind: negative, rule: rule, subjects: subjects}
}

// reaches and stops are fires and silent on the two sides of a threshold or a window's end.
func reaches(rule string, subjects ...string) claim {
	return claim{kind: within, rule: rule, subjects: subjects}
}
func stops(rule string, subjects ...string) claim {
	return claim{kind: beyond, rule: rule, subjects: subjects}
}

// excepted: a finding about each subject that an exception covers.
func excepted(rule string, subjects ...string) claim {
	return claim{kind: isExcepted, rule: rule, subjects: subjects}
}

// unjudged: the assessment of the tenant says partly or no, and why.
func unjudged(rule, tenant, state, reason string) claim {
	return claim{notAssessed, rule, []string{tenant}, state, reason}
}

// scene is evidence and what the rules must make of it. Of a rule that any claim names no other findings may exist.
type scene struct {
	name     string
	evidence func(f *fixture)
	claims   []claim
}

func TestRules(t *testing.T) {
	for _, s := range scenes() {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			s.evidence(f)
			j := f.judge()
			for _, c := range s.claims {
				for _, name := range c.subjects {
					// An exception's subject is the exception.
					if c.kind != notAssessed && c.rule != "EXCEPTION-EXPIRED" && !f.mentions(name) {
						t.Errorf("the scene claims something of %q, of whom it has no evidence", name)
					}
				}
			}
			for _, rule := range rulesOf(s.claims) {
				var want, wantExcepted, got, gotExcepted []string
				for _, c := range s.claims {
					switch {
					case c.rule != rule:
					case c.kind == positive || c.kind == within:
						want = append(want, c.subjects...)
					case c.kind == isExcepted:
						wantExcepted = append(wantExcepted, c.subjects...)
					}
				}
				for _, finding := range j.Findings {
					switch {
					case finding.RuleID != rule:
					case finding.Status == "excepted":
						gotExcepted = append(gotExcepted, j.subject(finding))
					default:
						got = append(got, j.subject(finding))
					}
				}
				for _, list := range [][]string{want, wantExcepted, got, gotExcepted} {
					slices.Sort(list)
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%s: open findings (-want +got):\n%s", rule, diff)
				}
				if diff := cmp.Diff(wantExcepted, gotExcepted); diff != "" {
					t.Errorf("%s: excepted findings (-want +got):\n%s", rule, diff)
				}
			}
			for _, c := range s.claims {
				if c.kind != notAssessed {
					continue
				}
				a := j.assessment(c.rule, c.subjects[0])
				if a.Assessed != c.state || !strings.Contains(strings.Join(a.Reasons, "\n"), c.reason) {
					t.Errorf("%s of %s: assessed %s because %q, want %s because of %q", c.rule, c.subjects[0], a.Assessed, a.Reasons, c.state, c.reason)
				}
			}
		})
	}
}

// Rules that come with the program are not searched for what looks at more than the case; they would pass.
func TestRulesThatComeWithTheProgramLookOnly(t *testing.T) {
	rules, err := analysis.BuiltInRules()
	if err != nil {
		t.Fatal(err)
	}
	for i := range rules {
		rules[i].Origin = "somebody's/" + rules[i].ID + ".sql"
	}
	c, err := casefile.Open(t.Context(), "", casefile.Options{TempDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	result, err := analysis.Run(t.Context(), c, &settings.Settings{}, rules, analysis.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(result.Faults) > 0 {
		t.Errorf("refused: %v", result.Faults)
	}
}

// rulesOf are the rules of which claims say what is found.
func rulesOf(claims []claim) []string {
	var rules []string
	for _, c := range claims {
		if c.kind != notAssessed && !slices.Contains(rules, c.rule) {
			rules = append(rules, c.rule)
		}
	}
	return rules
}

func (j *judged) assessment(rule, tenant string) analysis.Assessment {
	j.f.t.Helper()
	i := slices.IndexFunc(j.Assessments, func(a analysis.Assessment) bool { return a.RuleID == rule && a.TenantID == idOf(tenant) })
	if i < 0 {
		j.f.t.Fatalf("%s of %s has no assessment", rule, tenant)
	}
	return j.Assessments[i]
}

func (j *judged) finding(rule, about string) analysis.Finding {
	j.f.t.Helper()
	i := slices.IndexFunc(j.Findings, func(f analysis.Finding) bool { return f.RuleID == rule && j.subject(f) == about })
	if i < 0 {
		j.f.t.Fatalf("no %s about %s", rule, about)
	}
	return j.Findings[i]
}

// Every rule has at least one positive, one negative, one not assessed and one excepted case, and one on each side of
// each boundary where it has any.
func TestEveryRuleHasEveryKindOfCase(t *testing.T) {
	has := map[string]map[claimKind]bool{}
	for _, s := range scenes() {
		for _, c := range s.claims {
			if has[c.rule] == nil {
				has[c.rule] = map[claimKind]bool{}
			}
			has[c.rule][c.kind] = has[c.rule][c.kind] || len(c.subjects) > 0
		}
	}
	rules, err := analysis.BuiltInRules()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rules {
		if has[r.ID] == nil {
			t.Errorf("%s has no case", r.ID)
			continue
		}
		wanted := []claimKind{positive, negative, notAssessed, isExcepted}
		// The supervision's parameters are the criteria's, which have tests of their own.
		if len(r.Parameters) > 0 && r.ID != "TAP-SIGNIN-UNSUPERVISED" {
			wanted = append(wanted, within, beyond)
		}
		// A finding at a boundary is a finding, and none is none.
		has[r.ID][positive] = has[r.ID][positive] || has[r.ID][within]
		has[r.ID][negative] = has[r.ID][negative] || has[r.ID][beyond]
		for _, kind := range wanted {
			if !has[r.ID][kind] {
				t.Errorf("%s has no case that is %s", r.ID, kind)
			}
		}
		delete(has, r.ID)
	}
	for rule := range has {
		t.Errorf("there are cases of %s, which is no rule", rule)
	}
}

func scenes() []scene {
	return slices.Concat(policyScenes(), issuanceScenes(), loginScenes(), evidenceScenes())
}

// times does something n times, that far apart.
func times(n int, first string, apart time.Duration, do func(when string, i int)) {
	for i := range n {
		do(later(first, time.Duration(i)*apart), i)
	}
}

const everything = `
	business_hours: {timezone: UTC, days: [mon, tue, wed, thu, fri], from: "08:00", to: "18:00"}
	approved_issuers: {users: [anna@contoso.example], applications: []}
	trusted_networks: [198.51.100.0/24]
`

func policyScenes() []scene {
	return []scene{
		{"the policy's state", func(f *fixture) {
			f.in("open")
			f.policySnapshot("03-15 12:00", policy{})
			f.in("narrow")
			f.policySnapshot("03-15 12:00", policy{oneTime: true, minutes: 481, include: []string{"pilots"}})
			f.in("off")
			f.policySnapshot("03-15 12:00", policy{off: true, minutes: 1000})
			f.in("accepted")
			f.policySnapshot("03-15 12:00", policy{minutes: 1000})
			f.except("*", "", "tenant: "+idOf("accepted"))
			f.in("unsaid")
			f.audit("03-15 12:00", "Authentication Methods Policy Update", "clerk", []record{{
				"displayName": "Policy", "modifiedProperties": []record{property("TemporaryAccessPass.state", "disabled", "enabled")},
			}})
			f.in("unknown")
			f.auditsCover("03-15", "03-15")
			f.in("unknown, accepted")
			f.auditsCover("03-15", "03-15")
			f.except("EVIDENCE-NO-POLICY", "", "tenant: "+idOf("unknown, accepted"))
		}, []claim{
			fires("TEMPORARY-ACCESS-PASS-FEATURE-ENABLED", "open", "narrow", "unsaid"),
			silent("TEMPORARY-ACCESS-PASS-FEATURE-ENABLED", "off", "unknown"),
			excepted("TEMPORARY-ACCESS-PASS-FEATURE-ENABLED", "accepted"),
			unjudged("TEMPORARY-ACCESS-PASS-FEATURE-ENABLED", "unknown", "no", "no policy snapshot and no readable policy change"),
			fires("TAP-POLICY-ALL-USERS", "open"),
			silent("TAP-POLICY-ALL-USERS", "narrow", "off", "unknown"),
			excepted("TAP-POLICY-ALL-USERS", "accepted"),
			unjudged("TAP-POLICY-ALL-USERS", "unsaid", "no", "does not say whom it includes"),
			fires("TAP-POLICY-MULTI-USE", "open"),
			silent("TAP-POLICY-MULTI-USE", "narrow", "off"),
			excepted("TAP-POLICY-MULTI-USE", "accepted"),
			unjudged("TAP-POLICY-MULTI-USE", "unsaid", "no", "does not say whether a pass is for one use"),
			reaches("TAP-POLICY-LIFETIME", "narrow"),
			stops("TAP-POLICY-LIFETIME", "open"),
			silent("TAP-POLICY-LIFETIME", "off"),
			excepted("TAP-POLICY-LIFETIME", "accepted"),
			unjudged("TAP-POLICY-LIFETIME", "unsaid", "no", "does not say how long"),
			fires("EVIDENCE-NO-POLICY", "unknown"),
			silent("EVIDENCE-NO-POLICY", "open", "unsaid"),
			excepted("EVIDENCE-NO-POLICY", "unknown, accepted"),
		}},
		{"privileged users in the policy's scope", func(f *fixture) {
			tenant := func(name string, p policy) {
				f.in(name)
				f.policySnapshot("03-15 12:00", p)
				f.role("User Administrator", "boss")
			}
			tenant("everyone", policy{})
			tenant("by name", policy{include: []string{"user boss"}})
			tenant("through a group", policy{include: []string{"bosses"}})
			f.group("bosses", "boss", "bob")
			tenant("not included", policy{include: []string{"staff"}})
			f.group("staff", "bob")
			tenant("excluded by name", policy{exclude: []string{"user boss"}})
			tenant("excluded through a group", policy{exclude: []string{"bosses"}})
			f.group("bosses", "boss")
			tenant("off", policy{off: true})
			tenant("a group that nobody knows", policy{include: []string{"strangers"}})
			tenant("an empty group", policy{include: []string{"nobody"}})
			f.group("nobody")
			tenant("perhaps excluded", policy{exclude: []string{"strangers"}})
			tenant("by name and a group that nobody knows", policy{include: []string{"user boss", "strangers"}})
			tenant("accepted", policy{})
			f.except("TAP-POLICY-PRIVILEGED-IN-SCOPE", "", "tenant: "+idOf("accepted"))
			f.in("without roles")
			f.policySnapshot("03-15 12:00", policy{})
		}, []claim{
			fires("TAP-POLICY-PRIVILEGED-IN-SCOPE", "everyone", "by name", "through a group", "by name and a group that nobody knows"),
			silent("TAP-POLICY-PRIVILEGED-IN-SCOPE", "not included", "excluded by name", "excluded through a group", "off", "an empty group", "perhaps excluded"),
			excepted("TAP-POLICY-PRIVILEGED-IN-SCOPE", "accepted"),
			unjudged("TAP-POLICY-PRIVILEGED-IN-SCOPE", "a group that nobody knows", "no", idOf("strangers")),
			unjudged("TAP-POLICY-PRIVILEGED-IN-SCOPE", "by name and a group that nobody knows", "partly", idOf("strangers")),
			unjudged("TAP-POLICY-PRIVILEGED-IN-SCOPE", "perhaps excluded", "no", idOf("strangers")),
			unjudged("TAP-POLICY-PRIVILEGED-IN-SCOPE", "without roles", "no", "no role export"),
		}},
		{"registration of security information", func(f *fixture) {
			tenant := func(name string, p policy) {
				f.in(name)
				f.policySnapshot("03-15 12:00", p)
			}
			const register = "urn:user:registersecurityinfo"
			tenant("protected", policy{})
			f.conditionalAccess("one", "enabled")
			f.conditionalAccess("two", "enabled", register)
			tenant("report only", policy{})
			f.conditionalAccess("one", "enabledForReportingButNotEnforced", register)
			tenant("disabled", policy{})
			f.conditionalAccess("one", "disabled", register)
			tenant("another action", policy{})
			f.conditionalAccess("one", "enabled", "urn:user:registerdevice")
			tenant("off", policy{off: true})
			f.conditionalAccess("one", "disabled", register)
			tenant("accepted", policy{})
			f.conditionalAccess("one", "disabled", register)
			f.except("TAP-POLICY-REGISTRATION-UNPROTECTED", "", "tenant: "+idOf("accepted"))
			tenant("without Conditional Access", policy{})
		}, []claim{
			fires("TAP-POLICY-REGISTRATION-UNPROTECTED", "report only", "disabled", "another action"),
			silent("TAP-POLICY-REGISTRATION-UNPROTECTED", "protected", "off", "without Conditional Access"),
			excepted("TAP-POLICY-REGISTRATION-UNPROTECTED", "accepted"),
			unjudged("TAP-POLICY-REGISTRATION-UNPROTECTED", "without Conditional Access", "no", "no Conditional Access policies"),
		}},
		{"a policy that nobody uses", func(f *fixture) {
			f.from, f.to = "03-01 00:00", "04-01 00:00" // the 30 days begin on 2 March
			tenant := func(name string, p policy, first string) {
				f.in(name)
				f.policySnapshot("03-01 12:00", p)
				f.auditsCover(first, "03-31")
				f.signInsCover(first, "03-31")
			}
			tenant("unused for 30 days", policy{}, "03-02")
			tenant("covered for 29 days", policy{}, "03-03")
			tenant("issued a second before", policy{}, "03-01")
			f.issue("03-01 23:59:59", "anna", "bob", passDetails{})
			tenant("issued at once", policy{}, "03-01")
			f.issue("03-02 00:00:00", "anna", "bob", passDetails{})
			tenant("logged in a second before", policy{}, "03-01")
			f.login("03-01 23:59:59", "bob")
			tenant("logged in at once", policy{}, "03-01")
			f.login("03-02 00:00:00", "bob")
			tenant("off", policy{off: true}, "03-01")
			tenant("accepted", policy{}, "03-01")
			f.except("TAP-POLICY-UNUSED", "", "tenant: "+idOf("accepted"))
			f.in("blind")
			f.policySnapshot("03-01 12:00", policy{})
			f.auditsCover("03-01", "03-31")
			f.signInsCover("03-01", "03-31", without("authenticationDetails"))
		}, []claim{
			reaches("TAP-POLICY-UNUSED", "unused for 30 days", "issued a second before", "logged in a second before"),
			stops("TAP-POLICY-UNUSED", "issued at once", "logged in at once", "covered for 29 days"),
			silent("TAP-POLICY-UNUSED", "off"),
			excepted("TAP-POLICY-UNUSED", "accepted"),
			unjudged("TAP-POLICY-UNUSED", "covered for 29 days", "no", "do not cover the last 30 days"),
			unjudged("TAP-POLICY-UNUSED", "blind", "no", "authentication steps"),
		}},
		{"changes of the policy", func(f *fixture) {
			changed := func(name string, old, new policy) {
				f.in(name)
				f.changePolicy("09:00", "clerk", old, new)
			}
			pilots := policy{oneTime: true, minutes: 60, include: []string{"pilots"}, exclude: []string{"bosses"}}
			with := func(change func(p *policy)) policy {
				p := pilots
				change(&p)
				return p
			}
			changed("enabled", with(func(p *policy) { p.off = true }), pilots)
			changed("a target more", pilots, with(func(p *policy) { p.include = []string{"pilots", "staff"} }))
			changed("an exclusion less", pilots, with(func(p *policy) { p.exclude = nil }))
			changed("a minute more", pilots, with(func(p *policy) { p.minutes = 61 }))
			changed("for more than one use", pilots, with(func(p *policy) { p.oneTime = false }))
			changed("disabled", pilots, with(func(p *policy) { p.off = true }))
			changed("a target less", with(func(p *policy) { p.include = []string{"pilots", "staff"} }), pilots)
			changed("an exclusion more", with(func(p *policy) { p.exclude = nil }), pilots)
			changed("a minute less", with(func(p *policy) { p.minutes = 61 }), pilots)
			changed("for one use", with(func(p *policy) { p.oneTime = false }), pilots)
			changed("everyone was included before", with(func(p *policy) { p.include = []string{"all_users"} }), with(func(p *policy) { p.include = []string{"all_users", "staff"} }))
			changed("accepted", with(func(p *policy) { p.off = true }), pilots)
			f.except("TAP-POLICY-WEAKENED", "", "tenant: "+idOf("accepted"))
			unreadable := func(name string) {
				f.in(name)
				f.audit("09:00", "Authentication Methods Policy Update", "clerk", []record{{"modifiedProperties": []record{{"displayName": "AuthenticationMethodsPolicy", "newValue": `{"authenticationMethodConf`}}}})
			}
			unreadable("unreadable")
			unreadable("unreadable, accepted")
			f.except("TAP-POLICY-CHANGE-UNREADABLE", "", "tenant: "+idOf("unreadable, accepted"))
			f.in("failed")
			f.changePolicy("09:00", "clerk", with(func(p *policy) { p.off = true }), pilots)
			f.files["tenantId="+idOf("failed")+"/audits.json"][0] = strings.Replace(f.files["tenantId="+idOf("failed")+"/audits.json"][0], `"success"`, `"failure"`, 1)
			f.in("without audit log")
			f.policySnapshot("03-15 12:00", policy{})
		}, []claim{
			fires("TAP-POLICY-WEAKENED", "enabled", "a target more", "an exclusion less", "a minute more", "for more than one use"),
			silent("TAP-POLICY-WEAKENED", "disabled", "a target less", "an exclusion more", "a minute less", "for one use", "everyone was included before", "unreadable", "failed"),
			excepted("TAP-POLICY-WEAKENED", "accepted"),
			unjudged("TAP-POLICY-WEAKENED", "without audit log", "no", "no audit log"),
			fires("TAP-POLICY-CHANGE-UNREADABLE", "unreadable"),
			silent("TAP-POLICY-CHANGE-UNREADABLE", "enabled", "disabled"),
			excepted("TAP-POLICY-CHANGE-UNREADABLE", "unreadable, accepted"),
			unjudged("TAP-POLICY-CHANGE-UNREADABLE", "without audit log", "no", "no audit log"),
		}},
		{"a policy weakened and put back", func(f *fixture) {
			narrow, wide := policy{oneTime: true, minutes: 60}, policy{oneTime: false, minutes: 120}
			there := func(name, back string, end policy) {
				f.in(name)
				f.changePolicy("09:00", "clerk", narrow, wide)
				f.changePolicy(back, "clerk", wide, end)
			}
			there("after 24 hours", "03-11 09:00:00", narrow)
			there("a second later", "03-11 09:00:01", narrow)
			there("in part", "10:00", policy{oneTime: true, minutes: 120})
			there("further than before", "10:00", policy{oneTime: true, minutes: 30})
			there("accepted", "10:00", narrow)
			f.except("TAP-POLICY-TRANSIENT", "", "tenant: "+idOf("accepted"))
			f.in("in two steps")
			f.changePolicy("09:00", "clerk", narrow, wide)
			f.changePolicy("09:10", "clerk", wide, policy{oneTime: false, minutes: 60})
			f.changePolicy("09:20", "clerk", policy{oneTime: false, minutes: 60}, narrow)
			f.in("without audit log")
			f.policySnapshot("03-15 12:00", policy{})
		}, []claim{
			reaches("TAP-POLICY-TRANSIENT", "after 24 hours"),
			stops("TAP-POLICY-TRANSIENT", "a second later"),
			fires("TAP-POLICY-TRANSIENT", "further than before", "in two steps"),
			silent("TAP-POLICY-TRANSIENT", "in part"),
			excepted("TAP-POLICY-TRANSIENT", "accepted"),
			unjudged("TAP-POLICY-TRANSIENT", "without audit log", "no", "no audit log"),
		}},
		{"a policy that changed without a logged change", func(f *fixture) {
			tenant := func(name string, covered bool) {
				f.in(name)
				if covered {
					f.auditsCover("03-01", "03-31")
				} else {
					f.auditsCover("03-01", "03-09")
					f.auditsCover("03-20", "03-31")
				}
				f.policySnapshot("03-09 12:00", policy{minutes: 60})
			}
			tenant("two snapshots", true)
			f.policySnapshot("03-21 12:00", policy{minutes: 120})
			tenant("a snapshot and a change", true)
			f.changePolicy("03-21 12:00", "clerk", policy{minutes: 120}, policy{minutes: 60})
			tenant("the same", true)
			f.policySnapshot("03-21 12:00", policy{minutes: 60})
			tenant("logged", true)
			f.changePolicy("03-15 12:00", "clerk", policy{minutes: 60}, policy{minutes: 120})
			f.policySnapshot("03-21 12:00", policy{minutes: 120})
			tenant("not covered", false)
			f.policySnapshot("03-21 12:00", policy{minutes: 120})
			tenant("accepted", true)
			f.policySnapshot("03-21 12:00", policy{minutes: 120})
			f.except("TAP-POLICY-CHANGE-UNLOGGED", "", "tenant: "+idOf("accepted"))
		}, []claim{
			fires("TAP-POLICY-CHANGE-UNLOGGED", "two snapshots", "a snapshot and a change"),
			silent("TAP-POLICY-CHANGE-UNLOGGED", "the same", "logged", "not covered"),
			excepted("TAP-POLICY-CHANGE-UNLOGGED", "accepted"),
			unjudged("TAP-POLICY-CHANGE-UNLOGGED", "not covered", "partly", "without audit log"),
		}},
	}
}

// nameless is a user of whom the evidence has the object id only.
func nameless(name string) string { return "object " + name }

func issuanceScenes() []scene {
	return []scene{
		{"every pass", func(f *fixture) {
			f.issue("09:00", "anna", "bob", passDetails{})
			f.issue("09:00", "app HR", "carl", passDetails{})
			f.audit("09:00", "Create Temporary Access Pass method for user", "anna", []record{userTarget("dora")})
			f.issue("09:00", "anna", "erin", passDetails{}, failure())
			f.issue("09:00", "anna", "fred", passDetails{}, set("result", "timeout"))
			f.registerMethod("09:00", "gina")
			f.issue("09:00", "anna", "accepted", passDetails{})
			f.issue("09:00", "anna", "accepted", passDetails{}, failure())
			f.except("TAP-ISSUED", "accepted@contoso.example")
			f.except("TAP-ISSUANCE-FAILED", "accepted@contoso.example")
		}, []claim{
			fires("TAP-ISSUED", "bob", "carl", "dora"),
			silent("TAP-ISSUED", "erin", "fred", "gina"),
			excepted("TAP-ISSUED", "accepted"),
			fires("TAP-ISSUANCE-FAILED", "erin", "fred"),
			silent("TAP-ISSUANCE-FAILED", "bob", "gina"),
			excepted("TAP-ISSUANCE-FAILED", "accepted"),
		}},
		{"without an audit log", func(f *fixture) {
			f.signInsCover("03-01", "03-31")
			f.configure(everything)
			f.login("09:00", "bob")
			f.user("bob", "03-09 00:00")
			f.role("User Administrator", "boss")
			f.passMethod("bob", "08:00", idOf("pass of bob"))
			f.policySnapshot("03-09 12:00", policy{})
		}, func() (claims []claim) {
			for _, rule := range []string{
				"TAP-ISSUED", "TAP-ISSUANCE-FAILED", "TAP-ISSUED-TO-PRIVILEGED-USER", "TAP-ISSUED-TO-SYNC-ACCOUNT", "TAP-ISSUED-TO-GUEST", "TAP-ISSUED-TO-ESTABLISHED-USER",
				"TAP-ISSUED-WITHOUT-NEED", "TAP-STRIP-THEN-ISSUE", "TAP-ISSUED-BY-SELF", "TAP-ISSUED-BY-UNAPPROVED-ISSUER", "TAP-ISSUED-BY-APPLICATION",
				"TAP-ISSUED-OFF-HOURS", "TAP-ISSUED-IN-BULK", "TAP-REISSUED", "TAP-LIFETIME-EXCESSIVE", "TAP-ISSUED-MULTI-USE", "TAP-NOT-USED",
				"TAP-ISSUED-AFTER-RISKY-SIGNIN", "TAP-ROLE-THEN-ISSUE", "TAP-SCOPE-THEN-ISSUE", "TAP-PASS-REUSED", "TAP-POLICY-THEN-ISSUE", "TAP-TAKEOVER-CHAIN",
				"TAP-SIGNIN-AFTER-END", "TAP-SIGNIN-FROM-ISSUER-NETWORK", "TAP-SIGNIN-NO-REGISTRATION", "TAP-SIGNIN-UNSUPERVISED",
			} {
				claims = append(claims, unjudged(rule, home, "no", "no audit log"))
			}
			return append(claims, silent("TAP-SIGNIN-WITHOUT-ISSUANCE", "bob"), silent("TAP-PASS-UNLOGGED", "bob"),
				unjudged("TAP-PASS-UNLOGGED", home, "no", "does not cover the time at which the pass was created"),
				unjudged("TAP-SIGNIN-WITHOUT-ISSUANCE", home, "no", "does not cover the 480 minutes"))
		}()},
		{"without sign-ins", func(f *fixture) {
			f.auditsCover("03-01", "03-31")
			f.configure(everything)
			f.issue("09:00", "anna", "bob", passDetails{})
		}, func() (claims []claim) {
			for _, rule := range []string{
				"TAP-SIGNIN", "TAP-SIGNIN-BLOCKED", "TAP-SIGNIN-FREQUENT", "TAP-SIGNIN-RATE-ANOMALY", "TAP-SIGNIN-AFTER-END", "TAP-SIGNIN-WITHOUT-ISSUANCE", "TAP-PASS-REUSED",
				"TAP-SIGNIN-BY-PRIVILEGED-USER", "TAP-SIGNIN-UNFAMILIAR-NETWORK", "TAP-SIGNIN-FROM-ISSUER-NETWORK", "TAP-SIGNIN-OFF-HOURS", "TAP-SIGNIN-BEYOND-BOOTSTRAP",
				"TAP-SIGNIN-RISKY", "TAP-SIGNIN-DEVICE-CODE", "TAP-SIGNIN-NO-REGISTRATION", "TAP-SIGNIN-UNSUPERVISED", "TAP-TAKEOVER-CHAIN", "TAP-GUESSED", "TAP-NOT-USED", "TAP-POLICY-UNUSED",
			} {
				claims = append(claims, unjudged(rule, home, "no", "no interactive sign-ins with authentication steps"))
			}
			for _, rule := range []string{"TAP-SIGNIN-OUT-OF-SCOPE", "TAP-GUESSING", "EVIDENCE-BLIND-SPOT"} {
				claims = append(claims, unjudged(rule, home, "no", "no interactive sign-ins of the period"))
			}
			return claims
		}()},
		{"who received a pass", func(f *fixture) {
			f.covered("03-01", "03-31")
			give := func(user string) { f.issue("09:00", "anna", user, passDetails{}) }
			f.role("User Administrator", "holds a role", "group admins", "boss accepted")
			f.role("Reports Reader", "holds another role")
			f.role("Directory Synchronization Accounts", "syncs")
			f.group("group admins", "holds a role through a group")
			f.configure("privileged_users: [named@contoso.example]")
			for _, user := range []string{
				"holds a role", "holds a role through a group", "holds another role", "named", "was given a role", "was given a role then", "was given a role later",
				"has a role of its own", "syncs", "boss accepted", "nobody special", "Sync_server01_0a1b@contoso.example", "Sync_accepted@contoso.example", "guest accepted",
				"a guest", "jane_partner.example#EXT#@contoso.example",
			} {
				give(user)
			}
			f.giveRole("08:59:59", "clerk", "was given a role", "Exchange Administrator")
			f.giveRole("09:00:00", "clerk", "was given a role then", "Exchange Administrator")
			f.giveRole("09:00:01", "clerk", "was given a role later", "Exchange Administrator")
			f.giveRole("08:00:00", "clerk", "has a role of its own", "Exchange Administrator", failure())
			f.user("a guest", "03-01 00:00", set("userType", "Guest"))
			f.user("guest accepted", "03-01 00:00", set("userType", "guest"))
			f.except("TAP-ISSUED-TO-GUEST", "guest-accepted@contoso.example")
			f.except("TAP-ISSUED-TO-SYNC-ACCOUNT", "Sync_accepted@contoso.example")
			f.except("TAP-ISSUED-TO-PRIVILEGED-USER", idOf("boss accepted"))
			f.in("another tenant")
			f.auditsCover("03-01", "03-31")
			f.issue("09:00", "anna", "bob", passDetails{})
		}, []claim{
			// Synchronization accounts hold a role that is privileged too.
			fires("TAP-ISSUED-TO-PRIVILEGED-USER", "holds a role", "holds a role through a group", "named", "was given a role", "syncs"),
			silent("TAP-ISSUED-TO-PRIVILEGED-USER", "holds another role", "was given a role then", "was given a role later", "has a role of its own", "nobody special", "bob"),
			excepted("TAP-ISSUED-TO-PRIVILEGED-USER", "boss accepted"),
			unjudged("TAP-ISSUED-TO-PRIVILEGED-USER", "another tenant", "no", "no role export"),
			fires("TAP-ISSUED-TO-SYNC-ACCOUNT", "syncs", "sync_server01_0a1b"),
			silent("TAP-ISSUED-TO-SYNC-ACCOUNT", "nobody special", "bob"),
			excepted("TAP-ISSUED-TO-SYNC-ACCOUNT", "sync_accepted"),
			unjudged("TAP-ISSUED-TO-SYNC-ACCOUNT", "another tenant", "no", "no role export"),
			fires("TAP-ISSUED-TO-GUEST", "a guest", "jane_partner.example#ext#"),
			silent("TAP-ISSUED-TO-GUEST", "nobody special", "bob"),
			excepted("TAP-ISSUED-TO-GUEST", "guest accepted"),
			unjudged("TAP-ISSUED-TO-GUEST", "another tenant", "no", "no user export"),
		}},
		{"a pass for somebody who is not new", func(f *fixture) {
			f.covered("03-01", "03-31")
			give := func(user, created string) {
				f.issue("08:00", "anna", user, passDetails{start: "09:00"})
				f.user(user, created)
			}
			give("30 days old", "02-08 09:00:00")
			give("30 days and a second old", "02-08 08:59:59")
			give("got a device after 24 hours", "2025-01-01 00:00")
			f.joinDevice("03-11 09:00:00", "got a device after 24 hours")
			give("got a device too late", "2025-01-01 00:00")
			f.joinDevice("03-11 09:00:01", "got a device too late")
			give("joined again", "2025-01-01 00:00")
			f.roster = "joined-again@contoso.example,2026-03-24\njoined-too-late@contoso.example,2026-03-25\n"
			give("joined too late", "2025-01-01 00:00")
			give("watched", "2025-01-01 00:00")
			f.register = "watched@contoso.example,2026-03-10,Eva,T-1,\nwatched-later@contoso.example,2026-03-11,Eva,T-2,\n"
			give("watched later", "2025-01-01 00:00")
			give("accepted", "2025-01-01 00:00")
			f.except("TAP-ISSUED-TO-ESTABLISHED-USER", "accepted@contoso.example")
			f.issue("08:00", "anna", "of unknown age", passDetails{})
		}, []claim{
			reaches("TAP-ISSUED-TO-ESTABLISHED-USER", "30 days and a second old"),
			stops("TAP-ISSUED-TO-ESTABLISHED-USER", "30 days old"),
			fires("TAP-ISSUED-TO-ESTABLISHED-USER", "got a device too late", "joined too late", "watched later"),
			silent("TAP-ISSUED-TO-ESTABLISHED-USER", "got a device after 24 hours", "joined again", "watched", "of unknown age"),
			excepted("TAP-ISSUED-TO-ESTABLISHED-USER", "accepted"),
			unjudged("TAP-ISSUED-TO-ESTABLISHED-USER", home, "partly", "1 not assessed: the evidence has no creation date"),
		}},
		{"a pass for somebody with a method of their own", func(f *fixture) {
			f.covered("03-01", "03-31")
			before := func(when, user string, options ...option) {
				f.signIn(when, user, options...)
				f.issue("12:00", "anna", user, passDetails{})
			}
			app := steps(step("Password", true, "Primary authentication"), step("Mobile app notification", true, "Multifactor authentication"))
			before("08:00:00", "4 hours before", app)
			before("07:59:59", "a second earlier", app)
			before("12:00:00", "in the same second", app)
			before("12:00:01", "afterwards", app)
			before("11:00", "with a key", steps(step("FIDO2 security key", true, "Primary authentication")))
			before("11:00", "with a passkey", steps(step("Passkey (device-bound)", true, "Primary authentication")))
			before("11:00", "with hello", steps(step("Windows Hello for Business", true, "Primary authentication")))
			before("11:00", "with a phone", steps(step("Passwordless phone sign-in", true, "Primary authentication")))
			before("11:00", "with a certificate", steps(step("X.509 Certificate", true, "Primary authentication")))
			before("11:00", "with a password", steps(step("Password", true, "Primary authentication")))
			before("11:00", "with proof of before", steps(step("Previously satisfied", true, "Multifactor authentication")))
			before("11:00", "with another pass", steps(step("Temporary Access Pass", true, "Multifactor authentication")))
			before("11:00", "in vain", app, refusedWith(53003, "Blocked by Conditional Access"))
			before("11:00", "with a step that failed", steps(step("Password", true, "Primary authentication"), step("Mobile app notification", false, "Multifactor authentication")))
			before("11:00", "accepted", app)
			f.except("TAP-ISSUED-WITHOUT-NEED", "accepted@contoso.example")
		}, []claim{
			reaches("TAP-ISSUED-WITHOUT-NEED", "4 hours before", "in the same second"),
			stops("TAP-ISSUED-WITHOUT-NEED", "a second earlier", "afterwards"),
			fires("TAP-ISSUED-WITHOUT-NEED", "with a key", "with a passkey", "with hello", "with a phone", "with a certificate"),
			silent("TAP-ISSUED-WITHOUT-NEED", "with a password", "with proof of before", "with another pass", "in vain", "with a step that failed"),
			excepted("TAP-ISSUED-WITHOUT-NEED", "accepted"),
		}},
		{"a pass for somebody whose methods the issuer took", func(f *fixture) {
			pass := func(user string) { f.issue("12:00", "anna", user, passDetails{}) }
			pass("an hour before")
			f.deleteMethod("11:00:00", "anna", "an hour before")
			pass("a second earlier")
			f.deleteMethod("10:59:59", "anna", "a second earlier")
			pass("an hour after")
			f.deleteMethod("13:00:00", "anna", "an hour after")
			pass("a second later")
			f.deleteMethod("13:00:01", "anna", "a second later")
			pass("password reset")
			f.audit("11:30", "Reset user password", "anna", []record{userTarget("password reset")})
			pass("by somebody else")
			f.deleteMethod("11:30", "beat", "by somebody else")
			pass("only the pass")
			f.deletePass("12:30", "anna", "only the pass")
			pass("in vain")
			f.audit("11:30", "Reset user password", "anna", []record{userTarget("in vain")}, failure())
			pass("accepted")
			f.deleteMethod("11:30", "anna", "accepted")
			f.except("TAP-STRIP-THEN-ISSUE", "accepted@contoso.example")
		}, []claim{
			reaches("TAP-STRIP-THEN-ISSUE", "an hour before", "an hour after"),
			stops("TAP-STRIP-THEN-ISSUE", "a second earlier", "a second later"),
			fires("TAP-STRIP-THEN-ISSUE", "password reset"),
			silent("TAP-STRIP-THEN-ISSUE", "by somebody else", "only the pass", "in vain"),
			excepted("TAP-STRIP-THEN-ISSUE", "accepted"),
		}},
		{"who issued a pass", func(f *fixture) {
			f.configure(`
				business_hours: {timezone: UTC, days: [tue], from: "08:00", to: "18:00"}
				approved_issuers: {users: [anna@contoso.example, ` + idOf("beat") + `], applications: [` + idOf("app Lifecycle Workflows") + `]}
			`)
			f.issue("12:00", "anna", "by anna", passDetails{})
			f.issue("12:00", "beat", "by beat", passDetails{})
			f.issue("12:00", "mallory", "by mallory", passDetails{})
			f.issue("12:00", "by himself", "by himself", passDetails{})
			f.issue("12:00", "app Lifecycle Workflows", "by an approved application", passDetails{})
			f.issue("12:00", "app Tool", "by another application", passDetails{})
			f.issue("12:00", "", "by nobody", passDetails{})
			f.issue("07:59:59", "anna", "a second too early", passDetails{})
			f.issue("08:00:00", "anna", "in time", passDetails{})
			f.issue("17:59:59", "anna", "still in time", passDetails{})
			f.issue("18:00:00", "anna", "too late", passDetails{})
			f.issue("03-11 12:00", "anna", "on wednesday", passDetails{})
			f.issue("03-11 12:00", "app Lifecycle Workflows", "at night by an approved application", passDetails{})
			f.issue("03-11 12:00", "app Tool", "at night by another application", passDetails{})
			f.issue("03-11 12:00", "accepted", "accepted", passDetails{})
			f.issue("03-11 12:00", "app Tool", "accepted of the application", passDetails{})
			f.except("*", "accepted@contoso.example")
			f.except("*", "accepted-of-the-application@contoso.example")
		}, []claim{
			fires("TAP-ISSUED-BY-SELF", "by himself"),
			silent("TAP-ISSUED-BY-SELF", "by anna", "by an approved application", "by nobody"),
			excepted("TAP-ISSUED-BY-SELF", "accepted"),
			fires("TAP-ISSUED-BY-UNAPPROVED-ISSUER", "by mallory", "by himself"),
			silent("TAP-ISSUED-BY-UNAPPROVED-ISSUER", "by anna", "by beat", "by another application", "by nobody"),
			excepted("TAP-ISSUED-BY-UNAPPROVED-ISSUER", "accepted"),
			fires("TAP-ISSUED-BY-APPLICATION", "by another application", "at night by another application"),
			silent("TAP-ISSUED-BY-APPLICATION", "by anna", "by an approved application", "at night by an approved application"),
			excepted("TAP-ISSUED-BY-APPLICATION", "accepted of the application"),
			fires("TAP-ISSUED-OFF-HOURS", "a second too early", "too late", "on wednesday", "at night by another application"),
			silent("TAP-ISSUED-OFF-HOURS", "in time", "still in time", "by anna", "at night by an approved application"),
			excepted("TAP-ISSUED-OFF-HOURS", "accepted", "accepted of the application"),
		}},
		{"who issued a pass, with nothing configured", func(f *fixture) {
			f.issue("12:00", "mallory", "by mallory", passDetails{})
			f.issue("12:00", "app Tool", "by an application", passDetails{})
		}, []claim{
			silent("TAP-ISSUED-BY-UNAPPROVED-ISSUER", "by mallory"),
			unjudged("TAP-ISSUED-BY-UNAPPROVED-ISSUER", home, "no", "approved_issuers.users"),
			fires("TAP-ISSUED-BY-APPLICATION", "by an application"),
			silent("TAP-ISSUED-OFF-HOURS", "by mallory"),
			unjudged("TAP-ISSUED-OFF-HOURS", home, "no", "business_hours"),
		}},
		{"many passes by one issuer", func(f *fixture) {
			many := func(issuer string, n int, apart time.Duration, newcomers int) {
				times(n, "09:00:00", apart, func(when string, i int) {
					user := fmt.Sprintf("%s %d", issuer, i)
					f.issue(when, issuer, user, passDetails{})
					if i < newcomers {
						f.roster += upnOf(user) + ",2026-03-10\n"
					}
				})
			}
			many("nine users", 9, time.Minute, 0)
			many("ten users", 10, 400*time.Second, 0)              // an hour from the first to the last
			many("ten users in more time", 10, 401*time.Second, 0) // an hour and nine seconds
			many("ten users in two hours", 20, 800*time.Second, 0) // never more than five in an hour
			many("all newcomers", 10, time.Minute, 10)
			many("all newcomers but one", 10, time.Minute, 9)
			many("app tool", 12, time.Minute, 0)
			many("accepted", 10, time.Minute, 0)
			f.except("TAP-ISSUED-IN-BULK", "accepted@contoso.example")
			times(10, "09:00", time.Minute, func(when string, i int) { f.issue(when, "one user again and again", "the same", passDetails{}) })
			many("twice", 10, time.Second, 0)
			times(10, "15:00", time.Second, func(when string, i int) { f.issue(when, "twice", fmt.Sprintf("twice %d", i), passDetails{}) })
		}, []claim{
			reaches("TAP-ISSUED-IN-BULK", "ten users", "all newcomers but one"),
			stops("TAP-ISSUED-IN-BULK", "nine users", "ten users in more time"),
			fires("TAP-ISSUED-IN-BULK", "app tool", "twice", "twice"),
			silent("TAP-ISSUED-IN-BULK", "ten users in two hours", "all newcomers", "one user again and again"),
			excepted("TAP-ISSUED-IN-BULK", "accepted"),
		}},
		{"many passes for one user", func(f *fixture) {
			again := func(user string, when ...string) {
				for _, w := range when {
					f.issue(w, "anna", user, passDetails{})
				}
			}
			again("three in 7 days", "03-01 09:00:00", "03-02 09:00", "03-08 09:00:00")
			again("a second later", "03-01 09:00:00", "03-02 09:00", "03-08 09:00:01")
			again("two", "03-01 09:00", "03-01 09:01")
			again("six in one burst", "03-01 09:00", "03-04 09:00", "03-07 09:00", "03-10 09:00", "03-13 09:00", "03-16 09:00")
			again("six in two bursts", "03-01 09:00", "03-01 09:01", "03-01 09:02", "03-20 09:00", "03-20 09:01", "03-20 09:02")
			again("accepted", "03-01 09:00", "03-01 09:01", "03-01 09:02")
			f.except("TAP-REISSUED", "accepted@contoso.example")
		}, []claim{
			reaches("TAP-REISSUED", "three in 7 days"),
			stops("TAP-REISSUED", "a second later", "two"),
			fires("TAP-REISSUED", "six in one burst", "six in two bursts", "six in two bursts"),
			silent("TAP-REISSUED", "two"),
			excepted("TAP-REISSUED", "accepted"),
		}},
		{"what a pass allows", func(f *fixture) {
			f.issue("09:00:00", "anna", "480 minutes", passDetails{end: "17:00:00"})
			f.issue("09:00:00", "anna", "a second more", passDetails{end: "17:00:01"})
			f.issue("07:00:00", "anna", "480 minutes from its start", passDetails{start: "09:00", end: "17:00"})
			f.issue("09:00:00", "anna", "unknown end", passDetails{end: "-"})
			f.issue("09:00:00", "anna", "more than once", passDetails{usage: "Multiple"})
			f.issue("09:00:00", "anna", "unknown use", passDetails{usage: "-"})
			f.issue("09:00:00", "anna", "accepted", passDetails{usage: "Multiple", end: "23:00"})
			f.except("TAP-LIFETIME-EXCESSIVE", "accepted@contoso.example")
			f.except("TAP-ISSUED-MULTI-USE", "accepted@contoso.example")
			f.policySnapshot("03-01 12:00", policy{minutes: 1000})
			f.auditsCover("02-28", "03-12")
		}, []claim{
			reaches("TAP-LIFETIME-EXCESSIVE", "a second more"),
			stops("TAP-LIFETIME-EXCESSIVE", "480 minutes", "480 minutes from its start"),
			silent("TAP-LIFETIME-EXCESSIVE", "unknown end"),
			excepted("TAP-LIFETIME-EXCESSIVE", "accepted"),
			unjudged("TAP-LIFETIME-EXCESSIVE", home, "partly", "1 not assessed: the audit event does not say when the pass ends"),
			fires("TAP-ISSUED-MULTI-USE", "more than once"),
			silent("TAP-ISSUED-MULTI-USE", "480 minutes", "unknown use"),
			excepted("TAP-ISSUED-MULTI-USE", "accepted"),
			unjudged("TAP-ISSUED-MULTI-USE", home, "partly", "1 not assessed: the audit event does not say whether"),
		}},
		{"a pass that nobody used", func(f *fixture) {
			f.covered("03-01", "03-15")
			f.asOf = "03-10 12:00:00"
			f.issue("09:00", "anna", "unused", passDetails{})
			f.issue("09:00", "anna", "ended just now", passDetails{end: "12:00:00"})
			f.issue("09:00", "anna", "ends in a second", passDetails{end: "12:00:01"})
			f.issue("09:00", "anna", "used", passDetails{})
			f.login("09:30", "used")
			f.issue("09:00", "anna", "used a little late", passDetails{})
			f.login("10:02:00", "used a little late")
			f.issue("09:00", "anna", "interrupted", passDetails{})
			f.login("09:30", "interrupted", refusedWith(50074, "Strong authentication required"))
			f.issue("09:00", "anna", "blocked", passDetails{})
			f.login("09:30", "blocked", refusedWith(53003, "Blocked by Conditional Access"))
			f.issue("09:00", "anna", "never valid", passDetails{start: "11:00"})
			f.deletePass("10:00", "anna", "never valid")
			f.issue("09:00", "anna", "deleted", passDetails{end: "20:00"})
			f.deletePass("10:00", "anna", "deleted")
			f.issue("09:00", "anna", "accepted", passDetails{})
			f.except("TAP-NOT-USED", "accepted@contoso.example")
			f.in("another tenant")
			f.auditsCover("03-01", "03-15")
			f.signInsCover("03-01", "03-09")
			f.issue("09:00", "anna", "not covered", passDetails{})
		}, []claim{
			reaches("TAP-NOT-USED", "ended just now"),
			stops("TAP-NOT-USED", "ends in a second"),
			fires("TAP-NOT-USED", "unused", "blocked", "deleted"),
			silent("TAP-NOT-USED", "used", "used a little late", "interrupted", "never valid", "not covered"),
			excepted("TAP-NOT-USED", "accepted"),
			unjudged("TAP-NOT-USED", "another tenant", "no", "do not cover the pass from its start to its end"),
		}},
		{"a pass by somebody who had signed in with risk", func(f *fixture) {
			f.covered("03-01", "03-15")
			after := func(when, issuer string, options ...option) {
				f.signIn(when, issuer, options...)
				f.issue("03-11 09:00:00", issuer, "user of "+issuer, passDetails{})
			}
			after("03-10 09:00:00", "24 hours", risk("medium"))
			after("03-10 08:59:59", "a second more", risk("high"))
			after("03-11 09:00:00", "just then", risk("high"))
			after("03-11 09:00:01", "later", risk("high"))
			after("03-11 08:00", "low", risk("low"))
			after("03-11 08:00", "hidden", risk("hidden"))
			after("03-11 08:00", "in vain", risk("high"), refusedWith(50126, "Invalid username or password"))
			after("03-11 08:00", "accepted", risk("high"))
			f.except("TAP-ISSUED-AFTER-RISKY-SIGNIN", "accepted@contoso.example") // the issuer
			f.in("without risk")
			f.auditsCover("03-01", "03-15")
			f.signInsCover("03-01", "03-15")
			f.issue("09:00", "anna", "bob", passDetails{})
			f.signIn("08:00", "anna", risk("hidden"))
			f.login("09:30", "bob", risk("hidden"))
		}, []claim{
			reaches("TAP-ISSUED-AFTER-RISKY-SIGNIN", "user of 24 hours", "user of just then"),
			stops("TAP-ISSUED-AFTER-RISKY-SIGNIN", "user of a second more", "user of later"),
			silent("TAP-ISSUED-AFTER-RISKY-SIGNIN", "user of low", "user of in vain", "bob"),
			excepted("TAP-ISSUED-AFTER-RISKY-SIGNIN", "user of accepted"),
			unjudged("TAP-ISSUED-AFTER-RISKY-SIGNIN", "without risk", "no", "no risk levels"),
			unjudged("TAP-SIGNIN-RISKY", "without risk", "no", "no risk levels"),
		}},
		{"a pass by somebody who had just been given a role", func(f *fixture) {
			given := func(issuer string, give func(issuer string)) {
				give(issuer)
				f.issue("03-11 09:00:00", issuer, "user of "+issuer, passDetails{})
			}
			role := func(when, role string, options ...option) func(string) {
				return func(issuer string) { f.giveRole(when, "clerk", issuer, role, options...) }
			}
			given("24 hours", role("03-10 09:00:00", "Authentication Administrator"))
			given("a second more", role("03-10 08:59:59", "Authentication Administrator"))
			given("global", role("03-11 08:00", "Global Administrator"))
			given("later", role("03-11 09:00:01", "Privileged Authentication Administrator"))
			given("privileged", role("03-11 09:00:00", "Privileged Authentication Administrator"))
			given("another role", role("03-11 08:00", "User Administrator"))
			given("in vain", role("03-11 08:00", "Global Administrator", failure()))
			pim := func(activity string) func(string) {
				return func(issuer string) {
					f.audit("03-11 08:00", activity, "clerk", []record{
						{"id": idOf("assignment"), "displayName": "Global Administrator", "type": "Role"},
						{"id": idOf(issuer), "displayName": issuer, "type": "User"},
					}, set("additionalDetails", []record{{"key": "TemplateId", "value": "62e90394-69f5-4237-9190-012177145e10"}}))
				}
			}
			given("eligible", pim("Add eligible member to role"))
			given("assigned", pim("Add member to role in PIM completed (permanent)"))
			given("for a time", pim("Add member to role in PIM completed (timebound)"))
			given("outside", pim("Add member to role outside of PIM (permanent)"))
			given("activated", pim("Add member to role completed (PIM activation)"))
			given("accepted", role("03-11 08:00", "Global Administrator"))
			f.except("TAP-ROLE-THEN-ISSUE", "user-of-accepted@contoso.example")
		}, []claim{
			reaches("TAP-ROLE-THEN-ISSUE", "user of 24 hours", "user of privileged"),
			stops("TAP-ROLE-THEN-ISSUE", "user of a second more", "user of later"),
			fires("TAP-ROLE-THEN-ISSUE", "user of global", "user of eligible", "user of assigned", "user of for a time", "user of outside"),
			silent("TAP-ROLE-THEN-ISSUE", "user of another role", "user of in vain", "user of activated"),
			excepted("TAP-ROLE-THEN-ISSUE", "user of accepted"),
		}},
		{"a pass for somebody who had just come into the policy's scope", func(f *fixture) {
			f.auditsCover("03-01", "03-15")
			f.policySnapshot("03-05 12:00", policy{include: []string{"pilots"}, exclude: []string{"bosses"}})
			f.changePolicy("03-12 12:00", "clerk", policy{include: []string{"pilots"}, exclude: []string{"bosses"}}, policy{include: []string{"pilots", "staff"}, exclude: []string{"bosses"}})
			moved := func(when, activity, user, group string) {
				f.changeGroup(when, activity, user, group)
				f.issue("03-11 09:00:00", "anna", user, passDetails{})
			}
			const added, removed = "Add member to group", "Remove member from group"
			moved("03-10 09:00:00", added, "24 hours", "pilots")
			moved("03-10 08:59:59", added, "a second more", "pilots")
			moved("03-11 09:00:00", added, "just then", "pilots")
			moved("03-11 09:00:01", added, "later", "pilots")
			moved("03-11 08:00", removed, "no longer excluded", "bosses")
			moved("03-11 08:00", removed, "no longer included", "pilots")
			moved("03-11 08:00", added, "newly excluded", "bosses")
			moved("03-11 08:00", added, "included a day later", "staff")
			moved("03-11 08:00", added, "accepted", "pilots")
			f.except("TAP-SCOPE-THEN-ISSUE", "accepted@contoso.example")
			f.in("a policy as found later")
			f.auditsCover("03-11", "03-15")
			f.auditsCover("04-10", "04-15") // more than seven days without records between
			f.policySnapshot("04-12 12:00", policy{include: []string{"pilots"}})
			moved("03-11 08:00", added, "nobody knows", "pilots")
			f.in("without policy")
			f.auditsCover("03-01", "03-15")
			moved("03-11 08:00", added, "without policy, too", "pilots")
		}, []claim{
			reaches("TAP-SCOPE-THEN-ISSUE", "24 hours", "just then"),
			stops("TAP-SCOPE-THEN-ISSUE", "a second more", "later"),
			fires("TAP-SCOPE-THEN-ISSUE", "no longer excluded"),
			silent("TAP-SCOPE-THEN-ISSUE", "no longer included", "newly excluded", "included a day later", "nobody knows", "without policy, too"),
			excepted("TAP-SCOPE-THEN-ISSUE", "accepted"),
			unjudged("TAP-SCOPE-THEN-ISSUE", "without policy", "no", "no policy snapshot"),
			unjudged("TAP-SCOPE-THEN-ISSUE", "a policy as found later", "no", "1 not assessed: the evidence does not say whom the policy included when the pass was issued"),
		}},
		{"a pass that was never logged", func(f *fixture) {
			f.auditsCover("03-01", "03-15")
			f.passMethod("unlogged", "09:00", idOf("1"))
			f.issue("09:00:00", "anna", "two minutes apart", passDetails{})
			f.passMethod("two minutes apart", "09:02:00", idOf("2"))
			f.issue("09:02:00", "anna", "two minutes before", passDetails{})
			f.passMethod("two minutes before", "09:00:00", idOf("3"))
			f.issue("09:00:00", "anna", "a second more", passDetails{})
			f.passMethod("a second more", "09:02:01", idOf("4"))
			f.issue("09:00", "anna", "of the same id", passDetails{id: idOf("5")})
			f.passMethod("of the same id", "12:00", idOf("5"))
			f.issue("09:00", "anna", "somebody", passDetails{})
			f.passMethod("another user's", "09:00", idOf("6"))
			f.issue("09:00", "anna", "failed", passDetails{}, failure())
			f.passMethod("failed", "09:00", idOf("7"))
			f.passMethod("accepted", "09:00", idOf("8"))
			f.except("TAP-PASS-UNLOGGED", idOf("accepted"))
			f.in("not covered")
			f.auditsCover("03-11", "03-15")
			f.passMethod("before the log", "09:00", idOf("9"))
			f.in("another tenant")
			f.auditsCover("03-11", "03-15")
		}, []claim{
			reaches("TAP-PASS-UNLOGGED", "a second more"),
			stops("TAP-PASS-UNLOGGED", "two minutes apart", "two minutes before"),
			fires("TAP-PASS-UNLOGGED", nameless("unlogged"), nameless("another user's"), "failed"),
			silent("TAP-PASS-UNLOGGED", "of the same id", "before the log"),
			excepted("TAP-PASS-UNLOGGED", nameless("accepted")),
			unjudged("TAP-PASS-UNLOGGED", "not covered", "no", "does not cover the time at which the pass was created"),
			unjudged("TAP-PASS-UNLOGGED", "another tenant", "no", "no temporaryAccessPassMethods export"),
		}},
		{"a policy weakened by who then issues", func(f *fixture) {
			weak := func(when, by, tenant string) {
				f.in(tenant)
				f.auditsCover("03-01", "03-15")
				f.changePolicy(when, by, policy{minutes: 60}, policy{minutes: 120})
				f.issue("03-11 09:00:00", "anna", "user of "+tenant, passDetails{})
			}
			weak("03-10 09:00:00", "anna", "24 hours")
			weak("03-10 08:59:59", "anna", "a second more")
			weak("03-11 09:00:00", "anna", "just then")
			weak("03-11 09:00:01", "anna", "later")
			weak("03-11 08:00", "beat", "somebody else")
			weak("03-11 08:00", "anna", "accepted")
			f.except("TAP-POLICY-THEN-ISSUE", "", "tenant: "+idOf("accepted"))
			f.in("by an application")
			f.changePolicy("03-11 08:00", "app Tool", policy{minutes: 60}, policy{minutes: 120})
			f.issue("03-11 09:00:00", "app Tool", "user of an application", passDetails{})
			f.in("tightened")
			f.changePolicy("03-11 08:00", "anna", policy{minutes: 120}, policy{minutes: 60})
			f.issue("03-11 09:00:00", "anna", "user of a stricter policy", passDetails{})
		}, []claim{
			reaches("TAP-POLICY-THEN-ISSUE", "user of 24 hours", "user of just then"),
			stops("TAP-POLICY-THEN-ISSUE", "user of a second more", "user of later"),
			fires("TAP-POLICY-THEN-ISSUE", "user of an application"),
			silent("TAP-POLICY-THEN-ISSUE", "user of somebody else", "user of a stricter policy"),
			excepted("TAP-POLICY-THEN-ISSUE", "user of accepted"),
		}},
	}
}

// failures are so many wrong passes of a user, that far apart.
func (f *fixture) failures(n int, first string, apart time.Duration, user string, options ...option) {
	times(n, first, apart, func(when string, _ int) { f.guess(when, user, options...) })
}

// earlier are so many ordinary sign-ins of a user, a day apart.
func (f *fixture) earlier(n int, user string, options ...option) {
	times(n, "03-01 10:00", 24*time.Hour, func(when string, _ int) { f.signIn(when, user, options...) })
}

func loginScenes() []scene {
	return []scene{
		{"every log-in", func(f *fixture) {
			f.covered("03-01", "03-15")
			f.login("09:00", "let in")
			f.login("09:00", "interrupted", refusedWith(50140, "Keep me signed in"))
			f.login("09:00", "blocked", refusedWith(53003, "Blocked by Conditional Access"))
			f.guess("09:00", "mistyped")
			refused := "Temporary Access Pass sign in was blocked due to User Credential Policy"
			f.login("09:00", "refused", refusedWith(130502, refused))
			f.login("09:00", "refused without a reason", refusedWith(130500, ""), steps(step("Temporary Access Pass", false, "")))
			f.signIn("09:00", "refused without steps", refusedWith(130501, refused), without("authenticationDetails"))
			f.signIn("09:00", "refused a certificate", refusedWith(130501, "Certificate sign in was blocked due to User Credential Policy"))
			f.signIn("09:00", "with a password")
			for _, user := range []string{"accepted"} {
				f.login("09:00", user)
				f.login("12:00", user, refusedWith(53003, "Blocked"))
				f.login("15:00", user, refusedWith(130502, refused))
			}
			f.except("*", "accepted@contoso.example")
		}, []claim{
			fires("TAP-SIGNIN", "let in", "interrupted"),
			silent("TAP-SIGNIN", "blocked", "mistyped", "refused", "with a password"),
			excepted("TAP-SIGNIN", "accepted"),
			fires("TAP-SIGNIN-BLOCKED", "blocked"),
			silent("TAP-SIGNIN-BLOCKED", "let in", "interrupted", "mistyped", "refused"),
			excepted("TAP-SIGNIN-BLOCKED", "accepted"),
			fires("TAP-SIGNIN-OUT-OF-SCOPE", "refused", "refused without a reason", "refused without steps"),
			silent("TAP-SIGNIN-OUT-OF-SCOPE", "let in", "mistyped", "refused a certificate"),
			excepted("TAP-SIGNIN-OUT-OF-SCOPE", "accepted"),
		}},
		{"many log-ins", func(f *fixture) {
			f.covered("02-01", "03-31")
			several := func(user string, n int, apart time.Duration) {
				times(n, "02-20 09:00:00", apart, func(when string, _ int) { f.login(when, user) })
			}
			several("three in a day", 3, 2*time.Hour)
			several("four in 24 hours", 4, 8*time.Hour)
			several("four in a second more", 4, 8*time.Hour+time.Second) // 24 hours and 3 seconds
			several("five in 30 days", 5, 2*24*time.Hour)
			several("six in 30 days", 6, 6*24*time.Hour)
			several("six in a second more", 6, 6*24*time.Hour+time.Second)
			several("accepted", 6, time.Hour)
			f.except("TAP-SIGNIN-FREQUENT", "accepted@contoso.example")
			several("of both kinds", 6, time.Hour)
			several("on two days", 4, time.Hour)
			f.login("03-30 09:00", "on two days")
			times(3, "03-30 10:00", time.Hour, func(when string, _ int) { f.login(when, "on two days") })
			times(6, "03-10 09:00", time.Hour, func(when string, _ int) { f.login(when, "blocked", refusedWith(53003, "Blocked")) })
		}, []claim{
			reaches("TAP-SIGNIN-FREQUENT", "four in 24 hours", "six in 30 days"),
			stops("TAP-SIGNIN-FREQUENT", "three in a day", "four in a second more", "five in 30 days", "six in a second more"),
			fires("TAP-SIGNIN-FREQUENT", "of both kinds", "on two days", "on two days"),
			silent("TAP-SIGNIN-FREQUENT", "blocked"),
			excepted("TAP-SIGNIN-FREQUENT", "accepted"),
		}},
		{"log-ins without a valid pass", func(f *fixture) {
			f.covered("01-15", "03-31")
			use := func(user, when string, d passDetails) {
				f.issue("02-01 09:00:00", "anna", user, d)
				f.login(when, user)
			}
			hour := passDetails{end: "02-01 10:00:00"}
			use("in time", "02-01 09:30", hour)
			use("two minutes late", "02-01 10:02:00", hour)
			use("a second later", "02-01 10:02:01", hour)
			use("almost 30 days later", "03-03 09:59:59", hour)
			use("30 days later", "03-03 10:00:00", hour)
			use("after its deletion", "02-01 12:00", passDetails{end: "02-01 17:00"})
			f.deletePass("02-01 11:00", "anna", "after its deletion")
			f.issue("02-01 09:00", "anna", "with the pass before", passDetails{end: "02-01 17:00"})
			f.issue("02-01 10:00", "anna", "with the pass before", passDetails{end: "02-01 10:30"})
			f.login("02-01 12:00", "with the pass before")
			f.login("02-01 12:00", "without any pass")
			use("two minutes early", "02-01 08:58:00", hour)
			use("three minutes early", "02-01 08:57:59", hour)
			use("accepted", "02-01 12:00", hour)
			f.login("02-20 12:00", "accepted without any")
			f.except("*", "accepted@contoso.example")
			f.except("*", "accepted-without-any@contoso.example")
			f.login("01-15 07:00", "before the log can tell")
			f.login("02-01 12:00", "at home elsewhere", set("homeTenantId", idOf("fabrikam")))
		}, []claim{
			fires("TAP-SIGNIN-AFTER-END", "after its deletion", "with the pass before"),
			reaches("TAP-SIGNIN-AFTER-END", "a second later", "almost 30 days later"),
			stops("TAP-SIGNIN-AFTER-END", "two minutes late", "30 days later"),
			silent("TAP-SIGNIN-AFTER-END", "in time", "without any pass", "before the log can tell", "at home elsewhere"),
			excepted("TAP-SIGNIN-AFTER-END", "accepted"),
			fires("TAP-SIGNIN-WITHOUT-ISSUANCE", "without any pass", "30 days later", "three minutes early"),
			silent("TAP-SIGNIN-WITHOUT-ISSUANCE", "in time", "two minutes early", "a second later", "before the log can tell", "at home elsewhere"),
			excepted("TAP-SIGNIN-WITHOUT-ISSUANCE", "accepted without any"),
			unjudged("TAP-SIGNIN-WITHOUT-ISSUANCE", home, "partly", "1 not assessed: the user's home tenant is"),
			unjudged("TAP-SIGNIN-AFTER-END", home, "partly", "1 not assessed: the user's home tenant is"),
			unjudged("TAP-SIGNIN-FROM-ISSUER-NETWORK", home, "partly", "1 not assessed: the user's home tenant is"),
		}},
		{"log-ins after an end that is only inferred", func(f *fixture) {
			f.covered("02-01", "03-31")
			f.policySnapshot("02-10 12:00", policy{minutes: 60})
			f.issue("03-10 09:00", "anna", "within the maximum", passDetails{end: "-"})
			f.login("03-10 10:02:00", "within the maximum")
			f.issue("03-10 09:00", "anna", "beyond the maximum", passDetails{end: "-"})
			f.login("03-10 10:02:01", "beyond the maximum")
			f.issue("03-10 09:00", "anna", "deleted", passDetails{end: "-"})
			f.deletePass("03-10 09:30", "anna", "deleted")
			f.login("03-10 10:02:01", "deleted")
		}, []claim{
			fires("TAP-SIGNIN-AFTER-END", "deleted"),
			silent("TAP-SIGNIN-AFTER-END", "within the maximum", "beyond the maximum"),
			fires("TAP-SIGNIN-WITHOUT-ISSUANCE", "beyond the maximum"),
			silent("TAP-SIGNIN-WITHOUT-ISSUANCE", "within the maximum", "deleted"),
		}},
		{"one pass, several log-ins", func(f *fixture) {
			f.covered("03-01", "03-31")
			f.policySnapshot("03-01 12:00", policy{oneTime: true})
			twice := func(user string, d passDetails, first, second string) {
				d.end = "12:00"
				f.issue("09:00", "anna", user, d)
				f.login(first, user)
				f.login(second, user)
			}
			twice("reused", passDetails{}, "09:30", "10:45")
			twice("reused by policy", passDetails{usage: "-"}, "09:30", "10:45")
			twice("for many uses", passDetails{usage: "Multiple"}, "09:30", "10:45")
			twice("once in time", passDetails{}, "09:30", "12:02:01")
			twice("twice in time", passDetails{}, "09:30", "12:02:00")
			f.issue("09:00", "anna", "two passes", passDetails{end: "12:00"})
			f.login("09:30", "two passes")
			f.issue("10:00", "anna", "two passes", passDetails{end: "12:00"})
			f.login("10:30", "two passes")
			twice("accepted", passDetails{}, "09:30", "10:45")
			f.except("TAP-PASS-REUSED", "accepted@contoso.example")
		}, []claim{
			fires("TAP-PASS-REUSED", "reused", "reused by policy"),
			reaches("TAP-PASS-REUSED", "twice in time"),
			stops("TAP-PASS-REUSED", "once in time"),
			silent("TAP-PASS-REUSED", "for many uses", "two passes"),
			excepted("TAP-PASS-REUSED", "accepted"),
		}},
		{"log-ins of privileged users", func(f *fixture) {
			f.covered("03-01", "03-31")
			f.role("User Administrator", "boss", "accepted")
			for _, user := range []string{"boss", "bob", "promoted before", "promoted then", "activated", "accepted"} {
				f.login("09:00:00", user)
			}
			f.giveRole("08:59:59", "clerk", "promoted before", "Global Administrator")
			f.giveRole("09:00:00", "clerk", "promoted then", "Global Administrator")
			f.audit("08:00", "Add member to role completed (PIM activation)", "activated", []record{
				{"id": idOf("assignment"), "displayName": "Helpdesk Administrator", "type": "Role"}, {"id": idOf("activated"), "type": "User"},
			})
			f.except("TAP-SIGNIN-BY-PRIVILEGED-USER", "accepted@contoso.example")
			f.in("another tenant")
			f.login("09:00", "carl")
		}, []claim{
			fires("TAP-SIGNIN-BY-PRIVILEGED-USER", "boss", "promoted before", "activated"),
			silent("TAP-SIGNIN-BY-PRIVILEGED-USER", "bob", "promoted then", "carl"),
			excepted("TAP-SIGNIN-BY-PRIVILEGED-USER", "accepted"),
			unjudged("TAP-SIGNIN-BY-PRIVILEGED-USER", "another tenant", "no", "no role export"),
		}},
		{"networks", func(f *fixture) {
			f.covered("02-01", "03-31")
			f.configure("trusted_networks: [198.51.100.0/24]")
			strange := func(user string, n int, options ...option) {
				f.earlier(n, user)
				f.login("09:00", user, append([]option{from("203.0.113.7"), asn(64666)}, options...)...)
			}
			strange("five earlier", 5)
			strange("four earlier", 4)
			strange("familiar", 5, asn(64500))
			strange("trusted", 5, from("198.51.100.255"))
			strange("trusted no longer", 5, from("198.51.101.0"))
			strange("at a named location", 5, set("networkLocationDetails", []record{{"networkType": "trustedNamedLocation", "networkNames": []string{"Office"}}}))
			strange("of the same network", 5, asn(nil), from("192.0.2.77"))
			strange("in the session of a pass", 4)
			f.login("03-06 10:00", "in the session of a pass", session("s"))
			f.signIn("03-06 10:05", "in the session of a pass", session("s"), asn(64500))
			strange("accepted", 5)
			f.except("TAP-SIGNIN-UNFAMILIAR-NETWORK", "accepted@contoso.example")
		}, []claim{
			reaches("TAP-SIGNIN-UNFAMILIAR-NETWORK", "five earlier"),
			stops("TAP-SIGNIN-UNFAMILIAR-NETWORK", "four earlier"),
			fires("TAP-SIGNIN-UNFAMILIAR-NETWORK", "trusted no longer"),
			silent("TAP-SIGNIN-UNFAMILIAR-NETWORK", "familiar", "trusted", "at a named location", "of the same network", "in the session of a pass"),
			excepted("TAP-SIGNIN-UNFAMILIAR-NETWORK", "accepted"),
			unjudged("TAP-SIGNIN-UNFAMILIAR-NETWORK", home, "partly", "2 not assessed: the user has fewer than 5 earlier sign-ins"),
		}},
		{"log-ins from where the pass was issued", func(f *fixture) {
			f.covered("01-01", "03-31")
			f.configure("trusted_networks: [198.51.100.0/24]")
			use := func(user, issuer string, options ...option) {
				f.issue("09:00", issuer, user, passDetails{})
				f.login("09:30", user, append([]option{from("203.0.113." + fmt.Sprint(100+len(user)))}, options...)...)
			}
			use("from the desk", "anna", from(desk))
			use("from elsewhere", "anna")
			use("by himself", "by himself", from(desk))
			use("by an application", "app HR", from(desk))
			laptop := device("laptop of beat")
			f.signIn("02-10 12:00", "beat", laptop)
			use("with beat's laptop", "beat", laptop)
			use("with anna's laptop", "anna", laptop)
			f.signIn("2025-12-10 09:30:00", "carla", device("laptop of carla"))
			use("with a laptop of 90 days ago", "carla", device("laptop of carla"))
			f.signIn("2025-12-10 09:29:59", "dario", device("laptop of dario"))
			use("with a laptop of longer ago", "dario", device("laptop of dario"))
			f.issue("09:00", "anna", "at a trusted place", passDetails{}, set("initiatedBy", record{"user": record{"id": idOf("anna"), "ipAddress": "198.51.100.9"}}))
			f.login("09:30", "at a trusted place", from("198.51.100.9"))
			f.issue("09:00", "elena", "behind a shared address", passDetails{}, set("initiatedBy", record{"user": record{"id": idOf("elena"), "ipAddress": "203.0.113.5"}}))
			for i := range 4 {
				f.signIn("03-01 09:00", fmt.Sprintf("neighbour %d", i), from("203.0.113.5"))
			}
			f.login("09:30", "behind a shared address", from("203.0.113.5"))
			f.issue("09:00", "elena", "behind an address of four", passDetails{}, set("initiatedBy", record{"user": record{"id": idOf("elena"), "ipAddress": "203.0.113.6"}}))
			for i := range 3 {
				f.signIn("03-01 09:00", fmt.Sprintf("neighbour %d", i), from("203.0.113.6"))
			}
			f.login("09:30", "behind an address of four", from("203.0.113.6"))
			use("accepted", "anna", from(desk))
			f.except("TAP-SIGNIN-FROM-ISSUER-NETWORK", "accepted@contoso.example")
		}, []claim{
			fires("TAP-SIGNIN-FROM-ISSUER-NETWORK", "from the desk", "with beat's laptop"),
			reaches("TAP-SIGNIN-FROM-ISSUER-NETWORK", "with a laptop of 90 days ago", "behind an address of four"),
			stops("TAP-SIGNIN-FROM-ISSUER-NETWORK", "with a laptop of longer ago", "behind a shared address"),
			silent("TAP-SIGNIN-FROM-ISSUER-NETWORK", "from elsewhere", "by himself", "by an application", "with anna's laptop", "at a trusted place"),
			excepted("TAP-SIGNIN-FROM-ISSUER-NETWORK", "accepted"),
		}},
		{"what a log-in was like", func(f *fixture) {
			f.covered("03-01", "03-31")
			f.configure(`business_hours: {timezone: UTC, days: [tue], from: "08:00", to: "18:00"}`)
			f.login("07:59:59", "a second too early")
			f.login("08:00:00", "in time")
			f.login("17:59:59", "still in time")
			f.login("18:00:00", "too late")
			f.login("09:00", "risky", risk("medium"))
			f.login("09:00", "of high risk", risk("high"))
			f.login("09:00", "of low risk", risk("low"))
			f.login("09:00", "for another device", set("authenticationProtocol", "deviceCode"))
			f.login("09:00", "handed over", set("originalTransferMethod", "deviceCodeFlow"))
			f.login("09:00", "by OAuth", set("authenticationProtocol", "oAuth2"), set("originalTransferMethod", "none"))
			f.login("19:00", "accepted", risk("high"), set("authenticationProtocol", "deviceCode"), to("Exchange"))
			f.except("*", "accepted@contoso.example")

			f.login("09:00", "to exchange", to("Exchange"))
			f.login("09:00", "to exchange in vain", session("v"))
			f.signIn("09:05", "to exchange in vain", session("v"), to("Exchange"), refusedWith(53003, "Blocked"))
			f.login("09:00", "to register", to("29d9ed98-a469-4536-ade2-f981bc1d605e"))
			f.login("09:00", "on to exchange", session("x"))
			f.signIn("09:05", "on to exchange", session("x"), to("Exchange"), nonInteractive())
			f.login("09:00", "in another session", session("y"))
			f.signIn("09:05", "in another session", session("z"), to("Exchange"))
			f.login("09:00", "within 8 hours", session("8"))
			f.signIn("17:00:00", "within 8 hours", session("8"), to("Exchange"))
			f.login("09:00", "after 8 hours", session("9"))
			f.signIn("17:00:01", "after 8 hours", session("9"), to("Exchange"))
		}, []claim{
			fires("TAP-SIGNIN-OFF-HOURS", "a second too early", "too late"),
			silent("TAP-SIGNIN-OFF-HOURS", "in time", "still in time"),
			excepted("TAP-SIGNIN-OFF-HOURS", "accepted"),
			fires("TAP-SIGNIN-RISKY", "risky", "of high risk"),
			silent("TAP-SIGNIN-RISKY", "of low risk", "in time"),
			excepted("TAP-SIGNIN-RISKY", "accepted"),
			fires("TAP-SIGNIN-DEVICE-CODE", "for another device", "handed over"),
			silent("TAP-SIGNIN-DEVICE-CODE", "by OAuth", "in time"),
			excepted("TAP-SIGNIN-DEVICE-CODE", "accepted"),
			fires("TAP-SIGNIN-BEYOND-BOOTSTRAP", "to exchange", "on to exchange", "within 8 hours"),
			silent("TAP-SIGNIN-BEYOND-BOOTSTRAP", "to exchange in vain", "to register", "in another session", "after 8 hours"),
			excepted("TAP-SIGNIN-BEYOND-BOOTSTRAP", "accepted"),
		}},
		{"what a log-in was like, with nothing configured and interactive sign-ins only", func(f *fixture) {
			f.signInsCover("03-01", "03-31")
			f.login("03:00", "bob")
		}, []claim{
			silent("TAP-SIGNIN-OFF-HOURS", "bob"),
			unjudged("TAP-SIGNIN-OFF-HOURS", home, "no", "business_hours"),
			unjudged("TAP-SIGNIN-BEYOND-BOOTSTRAP", home, "partly", "no non-interactive sign-ins"),
		}},
		{"log-ins without a registration", func(f *fixture) {
			f.covered("03-01", "03-31")
			use := func(user, registered string) {
				f.issue("09:00", "anna", user, passDetails{end: "11:00"})
				f.login("09:30:00", user)
				if registered != "" {
					f.registerMethod(registered, user)
				}
			}
			use("registered", "09:40")
			use("registered at the end", "11:00:00")
			use("registered after the end", "11:00:01")
			use("registered before", "09:29:59")
			use("never registered", "")
			use("accepted", "")
			f.except("TAP-SIGNIN-NO-REGISTRATION", "accepted@contoso.example")
			use("got a device", "")
			f.joinDevice("10:00", "got a device")
			f.login("03-31 23:30", "at the log's end")
		}, []claim{
			fires("TAP-SIGNIN-NO-REGISTRATION", "registered after the end", "registered before", "never registered"),
			silent("TAP-SIGNIN-NO-REGISTRATION", "registered", "registered at the end", "got a device", "at the log's end"),
			excepted("TAP-SIGNIN-NO-REGISTRATION", "accepted"),
			unjudged("TAP-SIGNIN-NO-REGISTRATION", home, "partly", "does not cover 2026-03-31 23:30"),
		}},
		{"unsupervised log-ins", func(f *fixture) {
			f.covered("02-01", "03-31")
			f.configure(`business_hours: {timezone: UTC, days: [tue], from: "08:00", to: "18:00"}`)
			f.issue("09:00", "anna", "supervised", passDetails{})
			f.login("09:30", "supervised")
			f.registerMethod("09:40", "supervised")
			f.issue("09:00", "anna", "not registered", passDetails{})
			f.login("09:30", "not registered")
			f.login("09:30", "without a pass")
			f.registerMethod("09:40", "without a pass")
			f.login("09:30", "elsewhere at home", set("homeTenantId", idOf("fabrikam")))
			f.registerMethod("09:40", "elsewhere at home")
			f.issue("09:00", "anna", "accepted", passDetails{})
			f.login("09:30", "accepted")
			f.except("TAP-SIGNIN-UNSUPERVISED", "accepted@contoso.example")
		}, []claim{
			fires("TAP-SIGNIN-UNSUPERVISED", "not registered", "without a pass"),
			silent("TAP-SIGNIN-UNSUPERVISED", "supervised", "elsewhere at home"),
			excepted("TAP-SIGNIN-UNSUPERVISED", "accepted"),
			unjudged("TAP-SIGNIN-UNSUPERVISED", home, "partly", "whether a pass was issued cannot be said"),
		}},
		{"guessing", func(f *fixture) {
			f.covered("03-01", "03-31")
			f.failures(5, "09:00:00", 15*time.Minute, "five in an hour", from("198.18.0.1"))
			f.failures(4, "09:00:00", time.Minute, "four", from("198.18.0.2"))
			f.failures(5, "09:00:00", 15*time.Minute+time.Second, "five in more", from("198.18.0.3"))
			for i := range 5 {
				f.guess(later("09:00:00", time.Duration(i)*time.Minute), fmt.Sprintf("sprayed %d", i), from("198.18.0.4"))
				f.guess(later("09:00:00", time.Duration(i)*16*time.Minute), fmt.Sprintf("slowly sprayed %d", i), from("198.18.0.5"))
				f.login(later("09:00:00", time.Duration(i)*time.Minute), fmt.Sprintf("refused %d", i), from("198.18.0.6"),
					refusedWith(130502, "Temporary Access Pass sign in was blocked due to User Credential Policy"))
			}
			f.failures(5, "09:00", time.Minute, "accepted", from("198.18.0.7"))
			f.except("TAP-GUESSING", "accepted@contoso.example")
			f.signIn("09:00", "a password only", refusedWith(50126, "Invalid username or password"), steps(step("Password", false, "")))
			f.failures(5, "12:00", time.Minute, "by error code", from("198.18.0.8"), without("authenticationDetails"), refusedWith(130507, ""))
		}, []claim{
			reaches("TAP-GUESSING", "five in an hour"),
			stops("TAP-GUESSING", "four", "five in more", "198.18.0.5"),
			fires("TAP-GUESSING", "198.18.0.4", "by error code"),
			silent("TAP-GUESSING", "a password only", "198.18.0.6", "198.18.0.1"),
			excepted("TAP-GUESSING", "accepted"),
		}},
		{"guessed", func(f *fixture) {
			f.covered("03-01", "03-31")
			after := func(user string, n int, when string, options ...option) {
				f.failures(n, "09:00:00", time.Minute, user)
				f.login(when, user, options...)
			}
			after("an hour after", 5, "10:04:00")
			after("a second later", 5, "10:04:01")
			after("at once", 5, "09:04:00")
			after("after four", 4, "09:30")
			after("blocked", 5, "09:30", refusedWith(53003, "Blocked"))
			after("before all", 5, "08:59")
			after("accepted", 5, "09:30")
			f.except("TAP-GUESSED", "accepted@contoso.example")
		}, []claim{
			reaches("TAP-GUESSED", "an hour after", "at once"),
			stops("TAP-GUESSED", "a second later", "after four"),
			silent("TAP-GUESSED", "blocked", "before all"),
			excepted("TAP-GUESSED", "accepted"),
		}},
		{"takeovers", func(f *fixture) {
			f.covered("02-01", "03-31")
			then := func(user, when string) { f.registerMethod(when, user) }
			f.login("09:00:00", "an hour after")
			then("an hour after", "10:00:00")
			f.login("09:00:00", "a second later")
			then("a second later", "10:00:01")
			f.login("09:00:00", "before")
			then("before", "08:59:59")
			f.login("09:00:00", "a device")
			f.joinDevice("09:30", "a device")
			f.issue("09:00", "anna", "with a pass", passDetails{})
			f.login("09:10", "with a pass")
			then("with a pass", "09:20")
			f.issue("09:00", "anna", "after its end", passDetails{})
			f.login("11:10", "after its end")
			then("after its end", "11:20")
			f.issue("09:00", "anna", "from the desk", passDetails{})
			f.login("09:10", "from the desk", from(desk))
			then("from the desk", "09:20")
			f.earlier(5, "from a strange network")
			f.issue("09:00", "anna", "from a strange network", passDetails{})
			f.login("09:10", "from a strange network", from("203.0.113.7"), asn(64666))
			then("from a strange network", "09:20")
			f.login("09:00", "accepted")
			then("accepted", "09:30")
			f.except("TAP-TAKEOVER-CHAIN", "accepted@contoso.example")
		}, []claim{
			reaches("TAP-TAKEOVER-CHAIN", "an hour after"),
			stops("TAP-TAKEOVER-CHAIN", "a second later", "before"),
			fires("TAP-TAKEOVER-CHAIN", "a device", "after its end", "from the desk", "from a strange network"),
			silent("TAP-TAKEOVER-CHAIN", "with a pass"),
			excepted("TAP-TAKEOVER-CHAIN", "accepted"),
		}},
		{"improbably many", func(f *fixture) {
			// Nine covered weeks, from Monday 5 January to Sunday 8 March.
			tenant := func(name string, busy int) {
				f.in(name)
				f.auditsCover("01-05", "03-08")
				f.signInsCover("01-05", "03-08")
				times(busy, "02-02 09:00", 2*time.Hour, func(when string, i int) { f.login(when, fmt.Sprintf("%s %d", name, i)) })
			}
			tenant("quiet", 4)
			tenant("busy", 5)
			tenant("accepted", 8)
			f.except("TAP-SIGNIN-RATE-ANOMALY", "", "tenant: "+idOf("accepted"))
			f.in("always busy")
			f.auditsCover("01-05", "03-08")
			f.signInsCover("01-05", "03-08")
			times(9*5, "01-05 09:00", 7*24*time.Hour/5, func(when string, i int) { f.login(when, fmt.Sprintf("busy user %d", i)) })
			f.in("too short")
			f.auditsCover("02-02", "03-01")
			f.signInsCover("02-02", "03-01")
			times(12, "02-02 09:00", 2*time.Hour, func(when string, i int) { f.login(when, fmt.Sprintf("short user %d", i)) })
			f.in("an issuer")
			f.auditsCover("01-05", "03-08")
			f.signInsCover("01-05", "03-08")
			times(8, "02-02 09:00", 2*time.Hour, func(when string, i int) {
				f.issue(when, "frantic", fmt.Sprintf("user of the frantic %d", i), passDetails{})
			})
		}, []claim{
			fires("TAP-SIGNIN-RATE-ANOMALY", "frantic"),
			reaches("TAP-SIGNIN-RATE-ANOMALY", "busy"),
			stops("TAP-SIGNIN-RATE-ANOMALY", "quiet"),
			silent("TAP-SIGNIN-RATE-ANOMALY", "always busy", "too short"),
			excepted("TAP-SIGNIN-RATE-ANOMALY", "accepted"),
		}},
	}
}

func evidenceScenes() []scene {
	tenantOf := func(name string) string { return "tenant: " + idOf(name) }
	return []scene{
		{"blind spots", func(f *fixture) {
			f.in("blind")
			f.signInsCover("03-01", "03-03", without("authenticationDetails"))
			f.in("blind for a day")
			f.signInsCover("03-01", "03-02")
			f.signInsCover("03-03", "03-03", without("authenticationDetails"))
			f.in("seeing")
			f.signInsCover("03-01", "03-03", without("authenticationDetails"))
			times(3, "03-01 10:00", 24*time.Hour, func(when string, _ int) { f.signIn(when, "bob") })
			f.in("accepted")
			f.signInsCover("03-01", "03-03", without("authenticationDetails"))
			f.except("EVIDENCE-BLIND-SPOT", "", tenantOf("accepted"))
		}, []claim{
			fires("EVIDENCE-BLIND-SPOT", "blind", "blind for a day"),
			silent("EVIDENCE-BLIND-SPOT", "seeing"),
			excepted("EVIDENCE-BLIND-SPOT", "accepted"),
			unjudged("TAP-SIGNIN", "blind", "no", "no interactive sign-ins with authentication steps"),
			unjudged("TAP-SIGNIN", "blind for a day", "partly", "2026-03-03"),
		}},
		{"gaps", func(f *fixture) {
			f.from, f.to = "03-01 00:00", "03-29 00:00"
			tenant := func(name string, audits ...string) {
				f.in(name)
				f.covered("03-01", "03-28")
				if len(audits) > 0 {
					delete(f.files, "tenantId="+idOf(name)+"/audits.json")
				}
				for i := 0; i+1 < len(audits); i += 2 {
					f.auditsCover(audits[i], audits[i+1])
				}
			}
			tenant("whole")
			tenant("a day lacks", "03-01", "03-09", "03-11", "03-28")
			tenant("begins late", "03-02", "03-28")
			tenant("ends early", "03-01", "03-27")
			tenant("no audit log", "")
			tenant("accepted", "03-02", "03-28")
			f.except("EVIDENCE-GAP", "", tenantOf("accepted"))
			f.in("without non-interactive sign-ins")
			f.auditsCover("03-01", "03-28")
			f.signInsCover("03-01", "03-28")
			tenant("quiet Sundays", "03-02", "03-07", "03-09", "03-14", "03-16", "03-21", "03-23", "03-28")
			f.audit("03-01 00:30", "Update application", "clerk", nil)
		}, []claim{
			fires("EVIDENCE-GAP", "a day lacks", "begins late", "ends early", "no audit log"),
			silent("EVIDENCE-GAP", "whole", "without non-interactive sign-ins", "quiet Sundays"),
			excepted("EVIDENCE-GAP", "accepted"),
		}},
		{"files", func(f *fixture) {
			f.auditsCover("03-01", "03-02")
			path := "tenantId=" + idOf(home) + "/"
			bad := `{"id":"` + idOf("x") + `","createdDateTime":"not a time","userId":"` + idOf("bob") + `","userPrincipalName":"bob@contoso.example","appDisplayName":"a","ipAddress":"192.0.2.1","status":{"errorCode":0},"correlationId":"c"}`
			f.signIn("09:00", "bob")
			whole := f.files[path+"signins.json"][0]
			delete(f.files, path+"signins.json")
			f.files[path+"whole.json"] = []string{whole}
			f.files[path+"cut.json"] = []string{strings.Replace(whole, idOf("request 1"), idOf("request 2"), 1), whole[:len(whole)/2]}
			f.files[path+"bad.json"] = []string{whole, bad}
			f.files[path+"bad-accepted.json"] = []string{whole, bad, ""}
			f.files[path+"cut-accepted.json"] = []string{whole, whole[:len(whole)/3]}
			method := func(user string, more ...option) string {
				f.passMethod(user, "09:00", idOf("pass of "+user))
				for name, records := range f.files {
					if strings.Contains(name, idOf(user)) {
						delete(f.files, name)
						return records[0]
					}
				}
				return ""
			}
			f.files[path+"methods.json"] = []string{method("carl")}
			f.files[path+"passcode.json"] = []string{strings.Replace(method("dora"), `"isUsable":`, `"temporaryAccessPass":"TAPRocks!","isUsable":`, 1)}
			f.files[path+"passcode-accepted.json"] = []string{strings.Replace(method("erin"), `"isUsable":`, `"temporaryAccessPass":"TAPRocks!","isUsable":`, 1)}
			f.except("EVIDENCE-TRUNCATED", "evidence/"+path+"cut-accepted.json")
			f.except("EVIDENCE-QUARANTINED", "evidence/"+path+"bad-accepted.json")
			f.except("EVIDENCE-QUARANTINED", "evidence/"+path+"cut-accepted.json")
			f.except("EVIDENCE-HOLDS-PASSCODE", "evidence/"+path+"passcode-accepted.json")
		}, []claim{
			fires("EVIDENCE-TRUNCATED", "cut.json"),
			silent("EVIDENCE-TRUNCATED", "whole.json", "bad.json"),
			excepted("EVIDENCE-TRUNCATED", "cut-accepted.json"),
			fires("EVIDENCE-QUARANTINED", "bad.json", "cut.json"),
			silent("EVIDENCE-QUARANTINED", "whole.json"),
			excepted("EVIDENCE-QUARANTINED", "bad-accepted.json", "cut-accepted.json"),
			fires("EVIDENCE-HOLDS-PASSCODE", "passcode.json"),
			silent("EVIDENCE-HOLDS-PASSCODE", "methods.json", "whole.json"),
			excepted("EVIDENCE-HOLDS-PASSCODE", "passcode-accepted.json"),
		}},
		{"expired exceptions", func(f *fixture) {
			f.asOf = "04-01 00:00:00"
			f.auditsCover("03-01", "03-31")
			f.issue("03-31 09:00", "anna", "bob", passDetails{})
			expires := func(rule, subject, day string) { f.except(rule, subject, "expires: "+day) }
			expires("TAP-ISSUED", "bob@contoso.example", "2026-03-30")
			expires("TAP-ISSUED", "nobody@contoso.example", "2026-03-30")
			f.issue("03-31 09:00", "anna", "carl", passDetails{})
			expires("TAP-ISSUED", "carl@contoso.example", "2026-03-31") // over at as-of, but it covers the finding
			f.issue("03-31 09:00", "anna", "dora", passDetails{})
			expires("TAP-ISSUED", "dora@contoso.example", "2026-04-01")
			expires("TAP-ISSUED", "mallory@contoso.example", "2026-03-01")
			f.issue("03-31 09:00", "mallory", "erin", passDetails{})
			f.except("EXCEPTION-EXPIRED", "TAP-ISSUED mallory@contoso.example")
		}, []claim{
			fires("TAP-ISSUED", "bob", "erin"),
			excepted("TAP-ISSUED", "carl", "dora"),
			fires("EXCEPTION-EXPIRED", "TAP-ISSUED bob@contoso.example"),
			silent("EXCEPTION-EXPIRED", "TAP-ISSUED nobody@contoso.example", "TAP-ISSUED carl@contoso.example", "TAP-ISSUED dora@contoso.example"),
			excepted("EXCEPTION-EXPIRED", "TAP-ISSUED mallory@contoso.example"),
		}},
		// Some rules ask for no evidence: whether they ran is all that can be said of them.
		{"disabled", func(f *fixture) {
			f.auditsCover("03-01", "03-02")
			f.configure("rules:")
			for _, rule := range alwaysAssessed {
				f.configure("\n")
				f.config = strings.TrimRight(f.config, "\n") + "\n  " + rule + ": {enabled: false}\n"
			}
		}, func() (claims []claim) {
			for _, rule := range alwaysAssessed {
				claims = append(claims, unjudged(rule, home, "no", "the rule is disabled in the configuration"), silent(rule))
			}
			return claims
		}()},
	}
}

var alwaysAssessed = []string{
	"EVIDENCE-GAP", "EVIDENCE-TRUNCATED", "EVIDENCE-QUARANTINED", "EVIDENCE-NO-POLICY", "EVIDENCE-HOLDS-PASSCODE", "EXCEPTION-EXPIRED",
}
