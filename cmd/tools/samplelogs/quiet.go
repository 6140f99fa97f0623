package main

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// quietFolder is the folder of sample-logs with the second sample.
const quietFolder = "quiet"

// quietPeriod is the month that the second sample's truth is about: September.
const quietPeriod = "2026-09"

// helpDeskMonth is how much a month brings to an ordinary help desk.
type helpDeskMonth struct {
	month    time.Month
	workflow int // passes of Lifecycle Workflows on the first workday, for people who start then
	hires    int // people who start later and get their pass from the help desk
	desk     int // lost phones replaced at the desk
	calls    int // lost phones replaced by telephone, at home
}

// quietMonths have a past: June shows the networks that people use, July and August that the first of a month is
// always busy.
var quietMonths = []helpDeskMonth{{time.July, 20, 8, 8, 3}, {time.August, 18, 9, 7, 3},
	{time.September, 30, 16, 14, 4}}

// northwind is a world of its own: an organisation whose help desk works as it should.
type northwind struct {
	*world
	tenant *tenant
	cast   *cast
	people int // who came to the help desk so far
	turns  int // of issuers so far
}

func newNorthwind(seed uint64) *northwind {
	w := &world{seed: seed}
	n := &northwind{world: w, tenant: &tenant{
		id: w.guid("tenant", "northwind"), name: "Northwind", domain: "northwind.example",
		group: w.guid("group", "northwind", "TAP onboarding"),
	}}
	n.cast = w.cast(n.tenant)
	for _, m := range quietMonths {
		n.workflow(m)
		n.hires(m)
		n.lostPhones(m)
	}
	n.slips()
	w.ordinaryDays(n.tenant, n.cast, request{scale: 1})
	n.tenant.sort()
	return n
}

// scene is a part of a month.
func (n *northwind) scene(m time.Month, name string) *scene {
	return &scene{w: n.world, tenant: n.tenant, cast: n.cast, name: fmt.Sprintf("%s %s", m, name)}
}

// somebody is the alias and the name of the next person: no name comes twice.
func (n *northwind) somebody() (alias, name string) {
	first := strings.Fields("Alma Benno Celia Dominik Elin Fabio Gina Henrik Isabel Jakob Klara Linus Mara Nico")
	last := strings.Fields(`Amstutz Bieri Christen Derungs Eberle Flury Gasser Hauser Imhof Jost Kaufmann Lehmann Mettler Naef
		Odermatt`)
	f, l := first[n.people%len(first)], last[n.people%len(last)]
	n.people++
	return strings.ToLower(f + "." + l), f + " " + l
}

func (n *northwind) newcomer(s *scene, start time.Time) *person {
	alias, name := n.somebody()
	return s.newcomer(alias, name, start)
}

func (n *northwind) veteran(s *scene, before time.Time, from network) *person {
	alias, name := n.somebody()
	return s.veteran(alias, name, before, from)
}

// home is a network at home: the same provider, an address of one's own.
func (n *northwind) home() network { return homeISP.from(fmt.Sprintf("192.0.2.%d", 10+n.people)) }

// issuers take turns.
func (n *northwind) issuers() []*person { return []*person{n.cast.anna, n.cast.beat, n.cast.carla} }

func (n *northwind) issuer() initiator {
	all := n.issuers()
	n.turns++
	return desk(all[n.turns%len(all)])
}

// workdays are the month's.
func workdays(month time.Month) []time.Time {
	var days []time.Time
	for d := day(month, 1); d.Month() == month; d = d.AddDate(0, 0, 1) {
		if workday(d) {
			days = append(days, d)
		}
	}
	return days
}

// workflow is the month's first workday: passes issued before it begins, and the newcomers' log-ins, at the office
// and at home. Two in thirty are ill that day, and get another pass at the desk on the next.
func (n *northwind) workflow(m helpDeskMonth) {
	s := n.scene(m.month, "workflow")
	days := workdays(m.month)
	begin := days[0].Add(6 * time.Hour)
	by := s.w.byApplication(lifecycleWorkflows, lifecycleWorkflowsName)
	for i := range m.workflow {
		p := n.newcomer(s, begin)
		got := s.issue(by, p, days[0].Add(3*time.Hour+time.Duration(2*i)*time.Second), 480, terms{start: begin})
		if i%15 == 14 {
			s.expect("TAP-NOT-USED", "low", p, got.issued)
			s.expectLogIn(s.onboard(n.issuer(), p, days[1].Add(7*time.Hour+time.Duration(i)*time.Minute), terms{}))
			continue
		}
		from := office
		if i%6 == 5 {
			from = n.home()
		}
		l := s.logIn(p, begin.Add(time.Duration(10+4*i)*time.Minute), mySignins, from)
		n.begin(s, l, i%2 == 0)
		s.expectLogIn(l, n.place(from))
	}
}

// begin is a newcomer's first day: what follows a proper log-in and, for who goes on in the same session, mail and
// chat once a method is registered.
func (n *northwind) begin(s *scene, l logIn, goesOn bool) {
	s.enrol(l)
	if !goesOn {
		return
	}
	for i, app := range []application{exchange, teams} {
		after := 40*time.Minute + time.Duration(i)*2*time.Hour
		s.signIn(l.person, l.time.Add(after), app, l.from, steps(stepPriorProof), session(l.session), nonInteractive)
	}
	s.expect("TAP-SIGNIN-BEYOND-BOOTSTRAP", "low", l.person, l.time)
}

// place is the verdict on the place of somebody new: nothing is familiar yet.
func (n *northwind) place(from network) verdict {
	if from.trusted {
		return unknown()
	}
	return unknown("place")
}

// hires start one by one; every third is at home.
func (n *northwind) hires(m helpDeskMonth) {
	s := n.scene(m.month, "hires")
	days := workdays(m.month)[1:]
	for i := range m.hires {
		when := days[i*len(days)/m.hires].Add(6*time.Hour + time.Duration(25+(i*37)%400)*time.Minute)
		p := n.newcomer(s, when)
		from := office
		if i%3 == 2 {
			from = n.home()
		}
		got := s.issue(n.issuer(), p, when, 60, terms{})
		if i%8 == 3 { // typed wrong, then right
			s.wrongPass(p, when.Add(8*time.Minute), from, 2)
		}
		l := s.logIn(p, got.start.Add(20*time.Minute), mySignins, from)
		n.begin(s, l, i%2 == 0)
		s.expectLogIn(l, n.place(from))
	}
}

// lostPhones are replaced at the desk, where the old phone is deleted first or the register says who was
// identified; or by telephone, which the register says.
func (n *northwind) lostPhones(m helpDeskMonth) {
	s := n.scene(m.month, "lost phones")
	days := workdays(m.month)[1:]
	for i := range m.desk + m.calls {
		when := days[(i*len(days)/(m.desk+m.calls)+3)%len(days)].Add(7*time.Hour +
			time.Duration((i*53)%420)*time.Minute)
		from := office
		if i >= m.desk {
			from = n.home()
		}
		p := n.veteran(s, when, from)
		issuer := n.issuer()
		deleted := i < m.desk && i%2 == 0
		if deleted {
			s.audit(when.Add(-4*time.Minute), authMethods, "UserManagement", "Admin deleted security info",
				"Admin deleted Authenticator App with Notification and Code method for user", issuer, onUser(p))
		}
		got := s.issue(issuer, p, when, 60, terms{})
		if deleted {
			s.expect("TAP-STRIP-THEN-ISSUE", "low", p, got.issued)
		} else {
			s.supervise(p, got.issued, got.id)
		}
		l := s.logIn(p, when.Add(15*time.Minute), mySignins, from)
		s.registerMethod(l, l.time.Add(6*time.Minute))
		s.expectLogIn(l)
	}
}

// slips are what goes wrong in September without any harm.
func (n *northwind) slips() {
	s := n.scene(time.September, "slips")

	// One person, a laptop at home and a phone on the mobile network: the pass is typed into both.
	when := at(9, 9, 8, 0)
	p := n.newcomer(s, when)
	s.issue(n.issuer(), p, when, 60, terms{})
	from := n.home()
	l := s.logIn(p, when.Add(12*time.Minute), mySignins, from)
	late := s.signIn(p, l.time.Add(3*time.Minute), broker, mobileISP, steps(stepWrongPass), noDevice,
		outcome(130505, "Your Temporary Access Pass was used before and cannot be used again."))
	s.enrol(l)
	s.signIn(p, l.time.Add(25*time.Minute), teams, mobileISP, noDevice)
	s.expectLogIn(l, n.place(from))
	s.expect("TAP-SIGNIN-LATE", "low", p, late.time)

	// Nobody wrote into the register who was at the desk.
	for _, when := range []time.Time{at(9, 10, 13, 20), at(9, 22, 9, 5)} {
		p := n.veteran(s, when, office)
		got := s.issue(n.issuer(), p, when, 60, terms{})
		l := s.logIn(p, when.Add(15*time.Minute), mySignins, office)
		s.registerMethod(l, l.time.Add(7*time.Minute))
		s.expectLogIn(l, failed("purpose"))
		s.expect("TAP-ISSUED-TO-ESTABLISHED-USER", "low", p, got.issued)
		s.expect("TAP-SIGNIN-UNSUPERVISED", "medium", p, l.time)
	}

	// Called away before anything was registered; the next morning it goes well.
	when = at(9, 16, 14, 0)
	p = n.newcomer(s, when)
	s.issue(n.issuer(), p, when, 60, terms{})
	l = s.logIn(p, when.Add(20*time.Minute), mySignins, office)
	s.expectLogIn(l, failed("outcome_registered"))
	s.expect("TAP-SIGNIN-NO-REGISTRATION", "medium", p, l.time)
	s.expect("TAP-SIGNIN-UNSUPERVISED", "medium", p, l.time)
	s.expectLogIn(s.onboard(n.issuer(), p, at(9, 17, 6, 40), terms{}))

	// A newcomer at home gets to it in the evening.
	when = at(9, 24, 14, 30)
	p = n.newcomer(s, when)
	s.issue(n.issuer(), p, when, 240, terms{})
	from = n.home()
	l = s.logIn(p, at(9, 24, 17, 25), mySignins, from)
	s.enrol(l)
	s.expectLogIn(l, n.place(from), failed("hours"))
	s.expect("TAP-SIGNIN-OFF-HOURS", "low", p, l.time)
	s.expect("TAP-SIGNIN-UNSUPERVISED", "medium", p, l.time)
}

// group is a group with its members as exported.
type group struct {
	ID      string   `json:"id"`
	Name    string   `json:"displayName"`
	Members []member `json:"members"`
}

// onboarding is the group that the policy includes: everyone but who holds a role.
func (n *northwind) onboarding() group {
	privileged := map[*person]bool{}
	for _, r := range n.tenant.roles {
		for _, p := range r.members {
			privileged[p] = true
		}
	}
	g := group{ID: n.tenant.group, Name: "TAP onboarding"}
	for _, p := range n.tenant.people {
		if !privileged[p] {
			g.Members = append(g.Members, p.asMember())
		}
	}
	return g
}

// write adds the second sample's files to the first's.
func (n *northwind) write(f folder) error {
	own := folder{}
	in := "evidence/%s/tenantId=" + n.tenant.id + "/"
	signIns, audits := map[string][]*signIn{}, map[string][]*auditEvent{}
	for _, s := range n.tenant.signIns {
		kind := "interactive"
		if !s.IsInteractive {
			kind = "nonInteractive"
		}
		path := fmt.Sprintf(in, "signins") + "signIns-" + kind + "-" + s.time.Format("2006-01") + ".json"
		signIns[path] = append(signIns[path], s)
	}
	for _, e := range n.tenant.audits {
		path := fmt.Sprintf(in, "audit") + "directoryAudits-" + e.time.Format("2006-01") + ".json"
		audits[path] = append(audits[path], e)
	}
	for path, records := range signIns {
		if err := page(own, path, signInContext, records); err != nil {
			return err
		}
		if err := own.pack(path); err != nil {
			return err
		}
	}
	for path, records := range audits {
		if err := page(own, path, auditContext, records); err != nil {
			return err
		}
		if err := own.pack(path); err != nil {
			return err
		}
	}
	policy, directory := fmt.Sprintf(in, "policy"), fmt.Sprintf(in, "directory")
	for _, taken := range []time.Time{snapshotFirst, snapshotLast} {
		path := policy + "authenticationMethodsPolicy_" + taken.Format(time.DateOnly) + ".json"
		if err := own.indented(path, snapshot(true, 480, policyTarget{"group", n.tenant.group, false})); err != nil {
			return err
		}
	}
	path := policy + "conditionalAccessPolicies_" + snapshotLast.Format(time.DateOnly) + ".json"
	if err := page(own, path, conditionalAccessContext, n.conditionalAccess(n.tenant, "enabled")); err != nil {
		return err
	}
	if err := n.directoryFiles(own, n.tenant); err != nil {
		return err
	}
	const groupContext = "v1.0/$metadata#groups(id,displayName,members())"
	if err := page(own, directory+"groups.json", groupContext, []group{n.onboarding()}); err != nil {
		return err
	}
	var approved []string
	for _, p := range n.issuers() {
		approved = append(approved, p.upn)
	}
	own["tapaudit.yaml"] = fmt.Appendf(nil, `# The configuration of an ordinary help desk: people and Lifecycle Workflows issue, newcomers stand in the roster,
# and the register says who was identified when a phone was lost.
organisation: Northwind
business_hours: {timezone: Europe/Zurich, days: [mon, tue, wed, thu, fri], from: "07:00", to: "19:00"}
approved_issuers:
  users: [%s]
  applications:
    - %s # Lifecycle Workflows
trusted_networks: [198.51.100.0/24]
onboarding_roster: roster.csv
supervision_register: register.csv
exceptions:
  - rule: TEMPORARY-ACCESS-PASS-FEATURE-ENABLED
    reason: Passes replace first passwords and lost phones
    owner: ciso@northwind.example
    approved_on: 2026-06-01
    expires: 2027-03-31
`, strings.Join(approved, ", "), lifecycleWorkflows)
	n.lists(own)
	n.keepPeriod()
	if err := own.indented("truth.json", n.truth); err != nil {
		return err
	}
	for path, content := range own {
		f[quietFolder+"/"+path] = content
	}
	return nil
}

// keepPeriod leaves of the truth what belongs to the period, and adds what the tenant as a whole raises in it.
func (n *northwind) keepPeriod() {
	before := func(at string) bool { return at < stamp(day(9, 1)) }
	t, c := &n.truth, n.tenant.id
	t.Period = quietPeriod
	t.Findings = slices.DeleteFunc(t.Findings, func(f finding) bool { return before(f.FirstSeen) })
	t.Ledger = slices.DeleteFunc(t.Ledger, func(r ledgerRow) bool { return before(r.Time) })
	// The first of a month is far busier than other weeks, and the issuer of its passes with it.
	monday := stamp(day(8, 31))
	t.Findings = append(t.Findings,
		finding{"TEMPORARY-ACCESS-PASS-FEATURE-ENABLED", c, c, "", stamp(snapshotFirst), "low", "excepted"},
		finding{"TAP-SIGNIN-RATE-ANOMALY", c, c, "", monday, "medium", "open"},
		finding{"TAP-SIGNIN-RATE-ANOMALY", c, lifecycleWorkflows, lifecycleWorkflowsName, monday, "medium", "open"},
	)
	t.sorted()
}
