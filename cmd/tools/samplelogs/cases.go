package main

import (
	"fmt"
	"time"
)

// When the policy changed.
var (
	tapEnabled     = at(6, 3, 7, 0)
	policyWeakened = at(9, 21, 16, 30)
	snapshotFirst  = day(6, 30)
	snapshotLast   = day(9, 30)
)

// lifecycleWorkflows is Microsoft's application of that name, approved in the configurations.
const (
	lifecycleWorkflows     = "ce79fdc4-cd1d-4ea5-8139-e74d7dbe0bb7"
	lifecycleWorkflowsName = "Microsoft Entra Lifecycle Workflows"
)

// scenes are all cases, in the order of the README's table.
var scenes = []struct {
	name, story string
	play        func(*scene)
}{
	{"proper onboarding", "A new employee gets a one-time pass from the helpdesk, logs in at the office within the hour, registers a method and joins a device. Seven times, nothing to say.", properOnboarding},
	{"onboarding by Lifecycle Workflows",
		"The approved application issues a pass before work begins; it starts later and is used at once.",
		onboardingByWorkflow},
	{"recovery at the office",
		"A phone was lost: a pass for somebody who has been there for years, written into the supervision register by user and day.", recoveryAtOffice},
	{"recovery at home", "The same from home, a network familiar from earlier sign-ins; the register names the pass.",
		recoveryAtHome},
	{"pass for an administrator",
		"The Global Administrator lost her key and gets a pass, with an entry in the register.",
		administratorRecovers},
	{"feature switched on", "Temporary Access Pass is switched on for the group TAP onboarding, one-time, eight hours at most. An exception accepts it.", featureEnabled},
	{"transient change", "The policy administrator includes the contractors in the evening and takes them out the next morning.", transientChange},
	{"unreadable change", "A logged policy change whose values are cut. An exception says who looked it up.", unreadableChange},
	{"policy weakened", "An administrator who is not approved as an issuer includes everyone, and allows multiple use and a day's lifetime. The next morning he issues a pass to a newcomer, which is used from abroad to read mail.", policyWeakenedThenIssued},
	{"unlogged change", "The last snapshot allows two days, though no change says so.", unloggedChange},
	{"failed issuance", "An issuance that did not succeed.", failedIssuance},
	{"unlogged pass", "A user's methods hold a pass of whose issue no audit event tells.", unloggedPass},
	{"passcode in the evidence", "An export of a user's methods holds a passcode.", passcodeInEvidence},
	{"pass for the synchronization account",
		"A pass for an account that no person ever signs in with; it is not used.", synchronizationAccount},
	{"pass for a guest", "An internal guest gets a pass.", guest},
	{"pass without purpose", "A pass for somebody who has been there for years, without entry in the register and without a new device.", withoutPurpose},
	{"pass without need", "The user signed in with a security key two hours before.", withoutNeed},
	{"method removed first", "The issuer deletes the user's authenticator, then issues.", stripThenIssue},
	{"own pass", "A user issues a pass to himself through account recovery.", bySelf},
	{"unapproved issuer", "A person who is not on the list issues.", unapprovedIssuer},
	{"application", "An application that is not on the list issues: once under an exception, once after that has expired.", unapprovedApplication},
	{"issued in the evening", "A pass is issued after hours and used the next morning.", issuedOffHours},
	{"issued in bulk", "Ten passes in 45 minutes for people who start together, one of whom is missing from the roster; by far the busiest week.", issuedInBulk},
	{"issued again and again", "Three passes in a morning, the last of which is used.", reissued},
	{"day-long pass", "A pass that lives for a day and may be used many times, deleted after the log-in.",
		excessiveLifetime},
	{"forgotten pass", "A pass that nobody used.", notUsed},
	{"risky issuer", "The issuer signed in under high risk two hours before.", riskyIssuer},
	{"fresh issuer", "A new helpdesk member is given the role and issues the same day.", freshIssuer},
	{"scope widened for one", "A user is added to the included group an hour before the pass.", scopeThenIssue},
	{"blocked", "The pass is right, Conditional Access refuses; from the office it works.", blocked},
	{"out of scope", "The user credential policy refuses the holder of a pass.", outOfScope},
	{"many log-ins", "Four log-ins on one multiple-use pass within a working day.", frequent},
	{"used after its end", "A pass is used two days after it ended.", afterEnd},
	{"used after its deletion", "A pass is deleted, and used half an hour later; a method is registered.",
		afterDeletion},
	{"no issuance", "At night, from abroad, with a pass that nobody issued: mail is read, a method registered.",
		withoutIssuance},
	{"one-time pass used twice", "Two log-ins on a one-time pass.", passReused},
	{"unfamiliar network", "A traveller uses a pass in a hotel.", unfamiliarNetwork},
	{"from the issuer's network", "Issued from somebody's home and used from the same address.", issuerNetwork},
	{"Saturday", "A log-in on a Saturday.", offHours},
	{"beyond bootstrap", "On the pass's session the user goes on to read mail.", beyondBootstrap},
	{"risky log-in", "A log-in at medium risk.", riskyLogIn},
	{"device code", "A log-in by device code.", deviceCodeLogIn},
	{"nothing registered", "A proper log-in after which nothing is registered.", noRegistration},
	{"guessed", "Six wrong passes from abroad, then the right one.", guessed},
	{"guessing across users", "Wrong passes for two users from one address.", guessedAcross},
	{"log-in after the gap", "A log-in the morning after two days without audit log: whether a pass was issued cannot be said.", afterGap},
	{"log-in in the gap", "A log-in on a day without audit log: neither issuance nor outcome can be said.", duringGap},
	{"worked once enrolled", "The user registers a method and then reads mail and a file in the same session.",
		workedOnceEnrolled},
	{"mail on the pass", "From abroad, on a pass, somebody makes an inbox rule that forwards mail, and reads mail; nothing is registered.", mailOnThePass},
	{"by the address alone", "A file is downloaded and shared; the records name neither session nor token, and come from the log-in's address.", byTheAddressAlone},
	{"by the token", "Mail is read on a token of the pass's session; a mail that Microsoft Graph is to send is refused.",
		byTheToken},
	{"second witness", "The request to Microsoft Graph by which the pass was issued is at hand, too.", secondWitness},
	{"unlogged issuance", "A request to Microsoft Graph created a pass that no audit event shows.", unloggedIssuance},
	{"registration unprotected", "The policy that protected the registration of methods is switched off.",
		registrationWeakened},
	{"permission, then a pass", "An application is given the permission to issue passes and issues one the next day.",
		grantThenIssue},
	{"asking for passes", "Somebody asks Microsoft Graph for the passes of six users and is refused each time.",
		graphProbed},
	{"issued on a pass", "From abroad, on a pass, somebody issues another pass.", issuedOnAPass},
	{"issued from afar", "An approved issuer issues from a hotel abroad.", issuedFromAfar},
	{"role after the pass", "Who is missing from the roster gets a pass and, the next day, the role of an administrator.",
		roleAfterPass},
	{"session outlives the pass", "Nothing is registered, and two days later mail is still read in the same session.",
		outlives},
	{"method removed on the pass", "At the office, the user registers the new phone and takes the lost one off.",
		stripped},
	{"administration tool", "Once enrolled, a newcomer uses Azure CLI in the same session.", adminTool},
	{"contested", "A pass is used abroad; a quarter of an hour later its holder, at the office, finds it spent.",
		contested},
	{"two places", "The user signs in with a security key at home; twenty minutes later the pass is used abroad.",
		twoPlaces},
	{"one device", "The passes of three newcomers are typed into one laptop, in a flat and in a café.", sharedDevice},
	{"one address", "The passes of three newcomers are used from one café within three days.", sharedNetwork},
	{"gave up", "The pass is right, but its user does not enrol.", gaveUp},
	{"replaced", "A second pass takes the place of the first before that has ended.", replaced},
	{"fabrikam, valid pass", "The second tenant, of whose policy nothing is known: a pass without logged details, used at once.", fabrikamValid},
	{"fabrikam, perhaps ended",
		"The same, used a day later from elsewhere: whether it was still valid cannot be said.", fabrikamUnknown},
}

func properOnboarding(s *scene) {
	for i, start := range []time.Time{at(7, 6, 7, 40), at(7, 20, 8, 10), at(8, 3, 7, 50), at(8, 31, 9, 0),
		at(9, 7, 7, 30), at(9, 14, 8, 20), at(9, 28, 7, 0)} {
		p := s.newcomer(fmt.Sprintf("new.hire%d", i+1), fmt.Sprintf("New Hire %d", i+1), start)
		issuer := s.cast.anna
		if i%2 == 1 {
			issuer = s.cast.beat
		}
		s.expectLogIn(s.onboard(desk(issuer), p, start, terms{}))
	}
}

func onboardingByWorkflow(s *scene) {
	p := s.newcomer("wanda.flow", "Wanda Flow", at(7, 7, 6, 0))
	s.expectLogIn(s.onboard(s.w.byApplication(lifecycleWorkflows, lifecycleWorkflowsName), p, at(7, 7, 3, 0),
		terms{start: at(7, 7, 6, 0)}),
		bare(unknown("four_eyes")))
}

func recoveryAtOffice(s *scene) {
	p := s.veteran("olga.marti", "Olga Marti", at(7, 9, 8, 0), office)
	got := s.issue(desk(s.cast.anna), p, at(7, 9, 8, 0), 60, terms{})
	s.supervise(p, got.issued, "")
	l := s.logIn(p, at(7, 9, 8, 15), mySignins, office)
	s.registerMethod(l, at(7, 9, 8, 22))
	s.expectLogIn(l, bare(failed("purpose")))
}

func recoveryAtHome(s *scene) {
	home := homeISP.from("192.0.2.31")
	p := s.veteran("remo.kaiser", "Remo Kaiser", at(7, 10, 8, 0), home)
	got := s.issue(desk(s.cast.beat), p, at(7, 10, 8, 0), 60, terms{})
	s.supervise(p, got.issued, got.id)
	l := s.logIn(p, at(7, 10, 8, 30), mySignins, home.from("192.0.2.32"))
	s.registerMethod(l, at(7, 10, 8, 40))
	s.expectLogIn(l, bare(failed("purpose")))
}

func administratorRecovers(s *scene) {
	p := s.cast.greta
	s.who = append(s.who, p.name)
	got := s.issue(desk(s.cast.beat), p, at(7, 14, 12, 0), 60, terms{})
	s.supervise(p, got.issued, got.id)
	l := s.logIn(p, at(7, 14, 12, 10), mySignins, office)
	s.registerMethod(l, at(7, 14, 12, 20))
	s.expectLogIn(l, bare(failed("purpose")))
	s.expect("TAP-ISSUED-TO-PRIVILEGED-USER", "high", p, got.issued)
	s.expect("TAP-SIGNIN-BY-PRIVILEGED-USER", "high", p, l.time)
}

func featureEnabled(s *scene) {
	s.who = append(s.who, s.cast.petra.name)
	s.changePolicy(desk(s.cast.petra), tapEnabled, setting("state", "disabled", "enabled"))
	s.saw("TEMPORARY-ACCESS-PASS-FEATURE-ENABLED", tapEnabled)
}

func transientChange(s *scene) {
	s.who = append(s.who, s.cast.petra.name)
	onboarding := policyTarget{"group", s.tenant.group, false}
	contractors := policyTarget{"group", s.w.guid("group", "Contractors"), false}
	widened, narrowed := at(8, 10, 15, 0), at(8, 11, 6, 30)
	s.changePolicy(desk(s.cast.petra), widened, setting("includeTargets", []policyTarget{onboarding},
		[]policyTarget{onboarding, contractors}))
	s.changePolicy(desk(s.cast.petra), narrowed,
		setting("includeTargets", []policyTarget{onboarding, contractors}, []policyTarget{onboarding}))
	s.expectOn("TAP-POLICY-WEAKENED", "high", s.tenant.id, "", widened)
	s.expectOn("TAP-POLICY-TRANSIENT", "high", s.tenant.id, "", widened)
}

func unreadableChange(s *scene) {
	when := at(7, 15, 9, 0)
	cut := `{"id":"authenticationMethodsPolicy","authenticationMethodConfigurations":[{"id":"TemporaryAccessPass","sta`
	s.changePolicy(desk(s.cast.petra), when, modified{"AuthenticationMethodsPolicy", &cut, &cut})
	s.who = append(s.who, s.cast.petra.name)
	s.expectOn("TAP-POLICY-CHANGE-UNREADABLE", "low", s.tenant.id, "", when).Status = "excepted"
}

func policyWeakenedThenIssued(s *scene) {
	ruben := s.cast.ruben
	onboarding := policyTarget{"group", s.tenant.group, false}
	s.changePolicy(desk(ruben), policyWeakened,
		setting("isUsableOnce", true, false), setting("maximumLifetimeInMinutes", 480, 1440),
		setting("includeTargets", []policyTarget{onboarding},
			[]policyTarget{onboarding, {"group", "all_users", false}}))
	s.expectOn("TAP-POLICY-WEAKENED", "high", s.tenant.id, "", policyWeakened)
	for _, rule := range []string{"TAP-POLICY-ALL-USERS", "TAP-POLICY-MULTI-USE", "TAP-POLICY-LIFETIME"} {
		s.saw(rule, policyWeakened)
	}

	p := s.newcomer("vera.sommer", "Vera Sommer", at(9, 22, 8, 0))
	got := s.issue(desk(ruben), p, at(9, 22, 8, 0), 1440, terms{multiple: true})
	l := s.logIn(p, at(9, 22, 9, 30), mySignins, attacker)
	s.signIn(p, at(9, 22, 9, 36), exchange, attacker, steps(stepPriorProof), session(l.session), noDevice)
	s.registerMethod(l, at(9, 22, 9, 40))
	s.expectLogIn(l, failed("approved_issuer", "place", "closed"))
	s.expect("TAP-SIGNIN-STRANGE-COUNTRY", "medium", p, l.time)
	s.expect("TAP-TAKEOVER-CHAIN", "high", p, l.time)
	s.expect("TAP-ISSUED-BY-UNAPPROVED-ISSUER", "high", p, got.issued)
	s.expect("TAP-POLICY-THEN-ISSUE", "critical", p, got.issued)
	s.expect("TAP-LIFETIME-EXCESSIVE", "medium", p, got.issued)
	s.expect("TAP-ISSUED-MULTI-USE", "low", p, got.issued)
	s.expect("TAP-SIGNIN-BEYOND-BOOTSTRAP", "medium", p, l.time)
	s.expect("TAP-SIGNIN-UNSUPERVISED", "high", p, l.time)
}

func unloggedChange(s *scene) {
	s.expectOn("TAP-POLICY-CHANGE-UNLOGGED", "high", s.tenant.id, "", snapshotLast)
}

func failedIssuance(s *scene) {
	when := at(7, 15, 13, 0)
	p := s.veteran("franz.egli", "Franz Egli", when, office)
	e := s.audit(when, authMethods, "UserManagement", "Admin registered security info",
		"Admin registered temporary access pass method for user", desk(s.cast.anna), onUser(p))
	e.Result = "failure"
	s.expect("TAP-ISSUANCE-FAILED", "low", p, when)
}

func unloggedPass(s *scene) {
	when := at(9, 24, 11, 0)
	p := s.veteran("paula.zimmer", "Paula Zimmer", when, office)
	s.w.held = append(s.w.held, heldPass{p, s.w.guid("unlogged pass"), when, 60, true, ""})
	s.expect("TAP-PASS-UNLOGGED", "high", p, when)
}

func passcodeInEvidence(s *scene) {
	p := s.newcomer("quirin.lutz", "Quirin Lutz", at(9, 29, 8, 0))
	when := at(9, 29, 8, 0)
	s.expectLogIn(s.onboard(desk(s.cast.beat), p, when, terms{}))
	s.w.held = append(s.w.held, heldPass{p, s.w.guid("pass", s.name, p.upn, stamp(when)), when, 60, true,
		"MADE-UP-NOT-REAL"})
	s.saw("EVIDENCE-HOLDS-PASSCODE", when)
}

func synchronizationAccount(s *scene) {
	p := s.w.person(s.tenant, "Sync_SRV01_0a1b2c3d4e5f", "On-Premises Directory Synchronization Service Account",
		time.Date(2021, 5, 4, 8, 0, 0, 0, time.UTC))
	s.who = append(s.who, p.upn)
	s.tenant.roles = append(s.tenant.roles, role{"Directory Synchronization Accounts",
		"d29b2b05-8046-44ba-8758-1e26182fcf32", []*person{p}})
	got := s.issue(desk(s.cast.beat), p, at(8, 6, 9, 0), 60, terms{})
	s.expect("TAP-ISSUED-TO-SYNC-ACCOUNT", "critical", p, got.issued)
	s.expect("TAP-ISSUED-TO-DORMANT-USER", "medium", p, got.issued)
	s.expect("TAP-ISSUED-TO-PRIVILEGED-USER", "high", p, got.issued)
	s.expect("TAP-ISSUED-TO-ESTABLISHED-USER", "low", p, got.issued)
	s.expect("TAP-NOT-USED", "low", p, got.issued)
}

func guest(s *scene) {
	p := s.newcomer("gast.tobler", "Gast Tobler", at(8, 4, 8, 0))
	p.userType = "Guest"
	l := s.onboard(desk(s.cast.anna), p, at(8, 4, 8, 0), terms{})
	s.expectLogIn(l)
	s.expect("TAP-ISSUED-TO-GUEST", "high", p, at(8, 4, 8, 0))
}

func withoutPurpose(s *scene) {
	p := s.veteran("urs.bolliger", "Urs Bolliger", at(8, 21, 12, 0), office)
	got := s.issue(desk(s.cast.anna), p, at(8, 21, 12, 0), 60, terms{})
	l := s.logIn(p, at(8, 21, 12, 15), mySignins, office)
	s.registerMethod(l, at(8, 21, 12, 20))
	s.expectLogIn(l, failed("purpose"))
	s.expect("TAP-ISSUED-TO-ESTABLISHED-USER", "low", p, got.issued)
	s.expect("TAP-SIGNIN-UNSUPERVISED", "medium", p, l.time)
}

func withoutNeed(s *scene) {
	p := s.veteran("wilma.ott", "Wilma Ott", at(9, 11, 8, 0), office)
	s.signIn(p, at(9, 11, 6, 0), teams, office, steps(stepKey))
	got := s.issue(desk(s.cast.beat), p, at(9, 11, 8, 0), 60, terms{})
	s.supervise(p, got.issued, "")
	l := s.logIn(p, at(9, 11, 8, 15), mySignins, office)
	s.registerMethod(l, at(9, 11, 8, 20))
	s.expectLogIn(l, bare(failed("purpose")))
	s.expect("TAP-ISSUED-WITHOUT-NEED", "medium", p, got.issued)
}

func stripThenIssue(s *scene) {
	p := s.veteran("stefan.arn", "Stefan Arn", at(9, 3, 12, 0), office)
	s.audit(at(9, 3, 12, 0), authMethods, "UserManagement", "Admin deleted security info",
		"Admin deleted Authenticator App with Notification and Code method for user", desk(s.cast.beat), onUser(p))
	got := s.issue(desk(s.cast.beat), p, at(9, 3, 12, 10), 60, terms{})
	s.supervise(p, got.issued, "")
	l := s.logIn(p, at(9, 3, 12, 25), mySignins, office)
	s.registerMethod(l, at(9, 3, 12, 30))
	s.expectLogIn(l) // a replacement at the desk is a purpose
	s.expect("TAP-STRIP-THEN-ISSUE", "low", p, got.issued)
}

func bySelf(s *scene) {
	p := s.veteran("nils.berger", "Nils Berger", at(7, 28, 9, 0), office)
	got := s.issue(desk(p), p, at(7, 28, 9, 0), 60, terms{bySelf: true})
	l := s.logIn(p, at(7, 28, 9, 10), mySignins, office)
	s.registerMethod(l, at(7, 28, 9, 15))
	s.expectLogIn(l, failed("approved_issuer", "four_eyes", "purpose"))
	s.expect("TAP-ISSUED-BY-SELF", "high", p, got.issued)
	s.expect("TAP-TAKEOVER-CHAIN", "high", p, l.time)
	s.expect("TAP-ISSUED-BY-UNAPPROVED-ISSUER", "high", p, got.issued)
	s.expect("TAP-ISSUED-TO-ESTABLISHED-USER", "low", p, got.issued)
	s.expect("TAP-SIGNIN-UNSUPERVISED", "high", p, l.time)
}

func unapprovedIssuer(s *scene) {
	when := at(7, 30, 7, 30)
	p := s.newcomer("ursina.camen", "Ursina Camenzind", when)
	l := s.onboard(desk(s.cast.ruben), p, when, terms{})
	s.expectLogIn(l, failed("approved_issuer"))
	s.expect("TAP-ISSUED-BY-UNAPPROVED-ISSUER", "high", p, when)
	s.expect("TAP-SIGNIN-UNSUPERVISED", "medium", p, l.time)
}

func unapprovedApplication(s *scene) {
	by := s.w.byApplication(s.w.hrApp, "HR Onboarding Connector")
	for i, when := range []time.Time{at(8, 5, 7, 0), at(9, 15, 7, 0)} {
		p := s.newcomer(fmt.Sprintf("hr.start%d", i+1), fmt.Sprintf("Hannes Start %d", i+1), when)
		l := s.onboard(by, p, when, terms{})
		s.expectLogIn(l, failed("approved_issuer", "four_eyes"), bare(unknown("four_eyes")))
		f := s.expectOn("TAP-ISSUED-BY-APPLICATION", "medium", p.id, p.upn, when)
		if i == 0 {
			f.Status = "excepted"
		}
		s.expect("TAP-SIGNIN-UNSUPERVISED", "high", p, l.time)
	}
	t := &s.w.truth
	t.Findings = append(t.Findings, finding{Rule: "EXCEPTION-EXPIRED", Tenant: s.tenant.id, Severity: "low",
		Status: "open"})
	s.saw("EXCEPTION-EXPIRED", at(8, 5, 7, 0))
}

func issuedOffHours(s *scene) {
	p := s.newcomer("yves.abend", "Yves Abend", at(8, 25, 6, 0))
	when := at(8, 24, 18, 30)
	s.expectLogIn(s.onboard(desk(s.cast.anna), p, when, terms{start: at(8, 25, 6, 0)}))
	s.expect("TAP-ISSUED-OFF-HOURS", "medium", p, when)
}

func issuedInBulk(s *scene) {
	first := at(9, 16, 7, 0)
	for i := range 10 {
		when := first.Add(time.Duration(5*i) * time.Minute)
		alias, name := fmt.Sprintf("class%02d", i+1), fmt.Sprintf("Class Member %d", i+1)
		join := s.newcomer
		if i == 9 {
			join = s.stranger
		}
		p := join(alias, name, when)
		got := s.issue(desk(s.cast.elena), p, when, 120, terms{})
		l := s.logIn(p, got.issued.Add(55*time.Minute), mySignins, office)
		s.registerMethod(l, l.time.Add(6*time.Minute))
		s.expectLogIn(l)
	}
	s.who = []string{s.cast.elena.name + " for ten newcomers"}
	s.expect("TAP-ISSUED-IN-BULK", "low", s.cast.elena, first)
	monday := day(9, 14)
	s.expectOn("TAP-SIGNIN-RATE-ANOMALY", "medium", s.tenant.id, "", monday)
	s.expect("TAP-SIGNIN-RATE-ANOMALY", "medium", s.cast.elena, monday)
}

func reissued(s *scene) {
	first := at(7, 29, 7, 0)
	p := s.newcomer("rita.nochmal", "Rita Nochmal", first)
	s.issue(desk(s.cast.anna), p, first, 60, terms{})
	s.issue(desk(s.cast.anna), p, first.Add(90*time.Minute), 60, terms{})
	l := s.onboard(desk(s.cast.anna), p, first.Add(3*time.Hour), terms{})
	s.expectLogIn(l)
	s.expect("TAP-REISSUED", "medium", p, first)
	s.expect("TAP-NOT-USED", "low", p, first)
	s.expect("TAP-NOT-USED", "low", p, first.Add(90*time.Minute))
}

func excessiveLifetime(s *scene) {
	p := s.newcomer("karl.lang", "Karl Lang", at(9, 25, 7, 0))
	got := s.issue(desk(s.cast.beat), p, at(9, 25, 7, 0), 1440, terms{multiple: true})
	l := s.logIn(p, at(9, 25, 7, 30), mySignins, office)
	s.enrol(l)
	s.deletePass(desk(s.cast.beat), p, at(9, 25, 8, 15))
	s.expectLogIn(l)
	s.expect("TAP-LIFETIME-EXCESSIVE", "medium", p, got.issued)
	s.expect("TAP-ISSUED-MULTI-USE", "low", p, got.issued)
}

func notUsed(s *scene) {
	when := at(7, 13, 12, 0)
	p := s.newcomer("lara.vergess", "Lara Vergess", when)
	s.issue(desk(s.cast.anna), p, when, 120, terms{})
	s.expect("TAP-NOT-USED", "low", p, when)
}

func riskyIssuer(s *scene) {
	s.signIn(s.cast.carla, at(9, 8, 5, 30), officeHome, attacker.from("203.0.113.99"), risk("high"), noDevice)
	when := at(9, 8, 7, 30)
	p := s.newcomer("ines.hart", "Ines Hart", when)
	s.expectLogIn(s.onboard(desk(s.cast.carla), p, when, terms{}))
	s.expect("TAP-ISSUED-AFTER-RISKY-SIGNIN", "high", p, when)
}

func freshIssuer(s *scene) {
	d := s.cast.dario
	s.audit(at(9, 9, 6, 30), directory, "RoleManagement", "Add member to role", "", desk(s.cast.greta),
		onUser(d, change("Role.ObjectID", nil, s.w.guid("role", "Authentication Administrator")),
			change("Role.DisplayName", nil, "Authentication Administrator"),
			change("Role.TemplateId", nil, "c4e39bd9-1100-46d3-8c65-fb160da0071f"),
			change("Role.WellKnownObjectName", nil, "AuthenticationAdmins")),
		onOther("Role", s.w.guid("role", "Authentication Administrator"), "Authentication Administrator"))
	when := at(9, 9, 12, 0)
	p := s.newcomer("beda.neu", "Beda Neu", when)
	s.expectLogIn(s.onboard(desk(d), p, when, terms{}))
	s.expect("TAP-ROLE-THEN-ISSUE", "high", d, at(9, 9, 6, 30))
}

func scopeThenIssue(s *scene) {
	when := at(9, 10, 8, 0)
	p := s.veteran("edith.rand", "Edith Rand", when, office)
	s.joinGroup(p, when.Add(-time.Hour), desk(s.cast.beat))
	s.issue(desk(s.cast.beat), p, when, 60, terms{})
	s.supervise(p, when, "")
	l := s.logIn(p, when.Add(15*time.Minute), mySignins, office)
	s.registerMethod(l, when.Add(20*time.Minute))
	s.expectLogIn(l, bare(failed("purpose")))
	s.expect("TAP-SCOPE-THEN-ISSUE", "high", p, when)
}

func blocked(s *scene) {
	when := at(8, 26, 8, 0)
	p := s.newcomer("bruno.sperr", "Bruno Sperr", when)
	s.issue(desk(s.cast.anna), p, when, 120, terms{})
	refused := s.signIn(p, when.Add(10*time.Minute), mySignins, mobileISP, steps(stepPass), noDevice,
		outcome(53003, "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance."))
	l := s.logIn(p, when.Add(40*time.Minute), mySignins, office)
	s.enrol(l)
	s.expectLogIn(l)
	s.expect("TAP-SIGNIN-BLOCKED", "low", p, refused.time)
}

func outOfScope(s *scene) {
	when := at(7, 21, 12, 0)
	p := s.newcomer("otto.rahmen", "Otto Rahmen", when)
	s.issue(desk(s.cast.beat), p, when, 60, terms{})
	refused := s.signIn(p, when.Add(12*time.Minute), mySignins, office, steps(stepWrongPass), noDevice,
		outcome(130502, "Temporary Access Pass sign in was blocked due to User Credential Policy."))
	s.expect("TAP-SIGNIN-OUT-OF-SCOPE", "medium", p, refused.time)
	s.expect("TAP-NOT-USED", "low", p, when)
}

func frequent(s *scene) {
	when := at(9, 24, 5, 30)
	p := s.newcomer("vreni.oft", "Vreni Oft", when)
	s.issue(desk(s.cast.anna), p, when, 480, terms{multiple: true})
	s.expect("TAP-ISSUED-MULTI-USE", "low", p, when)
	var last logIn
	for i := range 4 {
		last = s.logIn(p, when.Add(time.Duration(20+90*i)*time.Minute), mySignins, office)
		s.expectLogIn(last)
	}
	s.registerMethod(last, last.time.Add(10*time.Minute))
	s.expect("TAP-SIGNIN-FREQUENT", "medium", p, when.Add(20*time.Minute))
}

func afterEnd(s *scene) {
	p := s.newcomer("alois.spaet", "Alois Spaet", at(7, 22, 8, 0))
	s.issue(desk(s.cast.anna), p, at(7, 22, 8, 0), 60, terms{})
	l := s.logIn(p, at(7, 24, 10, 30), mySignins, office)
	s.expectLogIn(l, failed("issued", "prompt", "outcome_registered"))
	s.expect("TAP-SIGNIN-AFTER-END", "high", p, l.time)
	s.expect("TAP-SIGNIN-NO-REGISTRATION", "medium", p, l.time)
	s.expect("TAP-SIGNIN-UNSUPERVISED", "high", p, l.time)
}

func afterDeletion(s *scene) {
	when := at(9, 4, 8, 0)
	p := s.newcomer("dora.weg", "Dora Weg", when)
	s.issue(desk(s.cast.anna), p, when, 240, terms{})
	s.deletePass(desk(s.cast.anna), p, when.Add(30*time.Minute))
	l := s.logIn(p, when.Add(time.Hour), mySignins, office)
	s.registerMethod(l, l.time.Add(5*time.Minute))
	s.expectLogIn(l, failed("issued"))
	s.expect("TAP-SIGNIN-AFTER-END", "high", p, l.time)
	s.expect("TAP-TAKEOVER-CHAIN", "critical", p, l.time)
	s.expect("TAP-SIGNIN-UNSUPERVISED", "high", p, l.time)
}

func withoutIssuance(s *scene) {
	when := at(7, 16, 0, 13)
	p := s.veteran("mia.kunz", "Mia Kunz", when, office)
	l := s.logIn(p, when, exchange, attacker)
	s.registerMethod(l, when.Add(7*time.Minute))
	s.expectLogIn(l, failed("issued", "purpose", "place", "hours"), noPass())
	s.expect("TAP-SIGNIN-WITHOUT-ISSUANCE", "high", p, when)
	s.expect("TAP-SIGNIN-STRANGE-COUNTRY", "medium", p, when)
	s.expect("TAP-SIGNIN-UNFAMILIAR-NETWORK", "medium", p, when)
	s.expect("TAP-SIGNIN-OFF-HOURS", "low", p, when)
	s.expect("TAP-SIGNIN-BEYOND-BOOTSTRAP", "medium", p, when)
	s.expect("TAP-SIGNIN-UNSUPERVISED", "high", p, when)
	s.expect("TAP-TAKEOVER-CHAIN", "critical", p, when)
}

func passReused(s *scene) {
	when := at(7, 27, 7, 30)
	p := s.newcomer("zita.doppel", "Zita Doppel", when)
	first := s.onboard(desk(s.cast.anna), p, when, terms{})
	second := s.logIn(p, when.Add(50*time.Minute), mySignins, office)
	s.registerMethod(second, when.Add(55*time.Minute))
	s.expectLogIn(first)
	s.expectLogIn(second)
	s.expect("TAP-PASS-REUSED", "high", p, first.time)
}

func unfamiliarNetwork(s *scene) {
	when := at(9, 1, 8, 0)
	p := s.veteran("reto.fern", "Reto Fern", when, office)
	s.issue(desk(s.cast.anna), p, when, 240, terms{})
	s.supervise(p, when, "")
	l := s.logIn(p, when.Add(20*time.Minute), mySignins, hotel)
	s.registerMethod(l, l.time.Add(90*time.Minute))
	s.expectLogIn(l, failed("place"), bare(failed("purpose")))
	s.expect("TAP-SIGNIN-UNFAMILIAR-NETWORK", "medium", p, l.time)
	s.expect("TAP-SIGNIN-STRANGE-COUNTRY", "medium", p, l.time)
	s.expect("TAP-TAKEOVER-CHAIN", "high", p, l.time)
	s.expect("TAP-SIGNIN-UNSUPERVISED", "medium", p, l.time)
}

func issuerNetwork(s *scene) {
	when := at(9, 2, 8, 0)
	p := s.newcomer("nora.nah", "Nora Nah", when)
	s.issue(byPerson(s.cast.beat, beatAtHome), p, when, 60, terms{})
	l := s.logIn(p, when.Add(10*time.Minute), mySignins, beatAtHome)
	s.registerMethod(l, l.time.Add(5*time.Minute))
	s.expectLogIn(l, unknown("place"))
	s.expect("TAP-SIGNIN-FROM-ISSUER-NETWORK", "medium", p, l.time) // the issuer works from home, and the user is new
}

func offHours(s *scene) {
	p := s.newcomer("sami.samstag", "Sami Samstag", at(8, 8, 7, 30))
	l := s.onboard(desk(s.cast.anna), p, at(8, 7, 15, 0), terms{start: at(8, 8, 7, 30)})
	s.expectLogIn(l, failed("hours"))
	s.expect("TAP-SIGNIN-OFF-HOURS", "low", p, l.time)
	s.expect("TAP-SIGNIN-UNSUPERVISED", "medium", p, l.time)
}

func beyondBootstrap(s *scene) {
	when := at(8, 27, 8, 0)
	p := s.newcomer("jan.weiter", "Jan Weiter", when)
	l := s.onboard(desk(s.cast.beat), p, when, terms{})
	s.signIn(p, l.time.Add(15*time.Minute), exchange, office, steps(stepPriorProof), session(l.session), noDevice)
	s.expectLogIn(l)
	s.expect("TAP-SIGNIN-BEYOND-BOOTSTRAP", "low", p, l.time)
}

func riskyLogIn(s *scene) {
	when := at(8, 7, 8, 0)
	p := s.newcomer("xenia.risk", "Xenia Risk", when)
	s.issue(desk(s.cast.anna), p, when, 60, terms{})
	l := s.logIn(p, when.Add(20*time.Minute), mySignins, office, risk("medium"))
	s.enrol(l)
	s.expectLogIn(l)
	s.expect("TAP-SIGNIN-RISKY", "medium", p, l.time)
}

func deviceCodeLogIn(s *scene) {
	when := at(8, 20, 12, 0)
	p := s.newcomer("cora.code", "Cora Code", when)
	s.issue(desk(s.cast.anna), p, when, 60, terms{})
	l := s.logIn(p, when.Add(20*time.Minute), broker, office, deviceCode)
	s.enrol(l)
	s.expectLogIn(l)
	s.expect("TAP-SIGNIN-DEVICE-CODE", "high", p, l.time)
	s.expect("TAP-TAKEOVER-CHAIN", "high", p, l.time)
}

func noRegistration(s *scene) {
	when := at(7, 23, 8, 0)
	p := s.newcomer("heidi.nichts", "Heidi Nichts", when)
	s.issue(desk(s.cast.beat), p, when, 60, terms{})
	l := s.logIn(p, when.Add(20*time.Minute), mySignins, office)
	s.expectLogIn(l, failed("outcome_registered"))
	s.expect("TAP-SIGNIN-NO-REGISTRATION", "medium", p, l.time)
	s.expect("TAP-SIGNIN-UNSUPERVISED", "medium", p, l.time)
}

// wrongPass writes attempts with a wrong pass, two minutes apart.
func (s *scene) wrongPass(p *person, when time.Time, from network, times int) {
	for i := range times {
		s.signIn(p, when.Add(time.Duration(2*i)*time.Minute), mySignins, from, steps(stepWrongPass), noDevice,
			outcome(130503, "Your Temporary Access Pass is incorrect. If you don't know your pass, contact your administrator."))
	}
}

func guessed(s *scene) {
	when := at(7, 17, 7, 0)
	p := s.newcomer("rosa.rat", "Rosa Rat", when)
	s.issue(desk(s.cast.beat), p, when, 60, terms{})
	s.wrongPass(p, when.Add(10*time.Minute), guesser, 6)
	l := s.logIn(p, when.Add(25*time.Minute), mySignins, guesser)
	s.registerMethod(l, l.time.Add(5*time.Minute))
	s.expectLogIn(l, failed("place"))
	s.expect("TAP-SIGNIN-STRANGE-COUNTRY", "medium", p, l.time)
	s.expect("TAP-TAKEOVER-CHAIN", "critical", p, l.time)
	s.expect("TAP-GUESSING", "high", p, when.Add(10*time.Minute))
	s.expect("TAP-GUESSED", "critical", p, l.time)
	s.expect("TAP-SIGNIN-UNSUPERVISED", "medium", p, l.time)
}

func guessedAcross(s *scene) {
	when := at(7, 31, 20, 0)
	s.wrongPass(s.cast.staff[0], when, sprayer, 3)
	s.wrongPass(s.cast.staff[1], when.Add(time.Minute), sprayer, 3)
	s.who = []string{s.cast.staff[0].name, s.cast.staff[1].name}
	s.expectOn("TAP-GUESSING", "high", sprayer.address, sprayer.address, when)
}

func afterGap(s *scene) {
	when := at(8, 20, 5, 30)
	p := s.newcomer("lukas.luecke", "Lukas Luecke", when)
	l := s.logIn(p, when, mySignins, office)
	s.registerMethod(l, when.Add(6*time.Minute))
	s.expectLogIn(l, unknown("issued"), noPass())
}

func duringGap(s *scene) {
	when := at(8, 18, 8, 0)
	p := s.newcomer("dina.dunkel", "Dina Dunkel", when)
	l := s.logIn(p, when, mySignins, office)
	s.expectLogIn(l, unknown("issued", "outcome_registered"), noPass())
}

// The second tenant's exports span five days of September, the third's all of it.
var fabrikamFrom, fabrikamTo, wingtipFrom = day(9, 7), day(9, 12), day(8, 31)

// fabrikamDesk is the second tenant's only issuer, approved in the configuration.
func (s *scene) fabrikamDesk() *person {
	s.tenant = s.w.fabrikam
	for _, p := range s.tenant.people {
		if p.name == "Hugo Desk" {
			return p
		}
	}
	return s.w.person(s.tenant, "helpdesk", "Hugo Desk", time.Date(2022, 3, 1, 8, 0, 0, 0, time.UTC))
}

func fabrikamValid(s *scene) {
	by := desk(s.fabrikamDesk())
	p := s.w.person(s.tenant, "ada.fabri", "Ada Fabri", at(9, 1, 8, 0))
	s.who = append(s.who, p.name)
	s.w.roster = append(s.w.roster, p.upn+",2026-09-08,new employee")
	when := at(9, 8, 8, 0)
	s.issue(by, p, when, 60, terms{silent: true})
	l := s.logIn(p, when.Add(10*time.Minute), mySignins, office.from("198.51.100.200"))
	s.registerMethod(l, l.time.Add(5*time.Minute))
	// The directory of this tenant is not in the evidence: when the account was created is not known.
	s.expectLogIn(l, unknown("closed"), bare(unknown("purpose")))
}

func fabrikamUnknown(s *scene) {
	by := desk(s.fabrikamDesk())
	p := s.w.person(s.tenant, "bo.fabri", "Bo Fabri", time.Date(2023, 9, 1, 8, 0, 0, 0, time.UTC))
	s.who = append(s.who, p.name)
	s.issue(by, p, at(9, 9, 7, 0), 60, terms{silent: true})
	l := s.logIn(p, at(9, 10, 8, 0), mySignins, homeISP.from("192.0.2.200"))
	s.registerMethod(l, at(9, 10, 8, 5))
	s.expectLogIn(l, unknown("issued"), noPass(), failed("purpose"), unknown("place"), bare(unknown("purpose")))
	s.expect("TAP-SIGNIN-UNSUPERVISED", "medium", p, l.time)
}
