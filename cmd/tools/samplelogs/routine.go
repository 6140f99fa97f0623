package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"tapaudit/ingest/madeup"
)

// routine writes the ordinary days of the tenants. Nobody in them uses a pass.
func (w *world) routine(r request) {
	c := w.played[0].cast
	w.ordinaryDays(w.contoso, c, r)
	w.activityRoutine(c.night)
	w.fabrikamRoutine()
	w.wingtipRoutine()
}

// ordinaryDays are people who work, an operator whose nights make every day's records begin early and end late, and
// the directory's own housekeeping.
func (w *world) ordinaryDays(t *tenant, c *cast, r request) {
	staff := c.staff
	for i := len(c.staff); i < len(c.staff)*r.scale; i++ {
		staff = append(staff, w.person(t, fmt.Sprintf("staff%04d", i+1), fmt.Sprintf("Staff Member %d", i+1),
			time.Date(2022, 3, 1, 8, 0, 0, 0, time.UTC)))
	}
	connect := w.byApplication(w.guid("application", "directory synchronization"),
		"Microsoft Azure AD Internal - Jit Provisioning")
	// Audit events and tokens do not depend on how many sign-ins were asked for.
	rng, steady := w.random("routine"), w.random("routine audit")
	for d := evidenceFrom; d.Before(evidenceTo); d = d.AddDate(0, 0, 1) {
		name := "routine " + d.Format(time.DateOnly)
		when := func(rng *rand.Rand, hour, minute int) time.Time {
			return d.Add(time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute +
				time.Duration(rng.IntN(60))*time.Second)
		}
		if blind := t.blind.holds(d); r.signIns == 0 || blind {
			before := len(t.signIns)
			for i, at := range []time.Time{when(rng, 0, 12), when(rng, 23, 41)} {
				t.signIns = append(t.signIns, w.newSignIn(t, fmt.Sprint(name, " night ", i), c.night, at, officeHome,
					office))
			}
			if workday(d) {
				perDay := 4
				if d.Before(quarterFrom) {
					perDay = 2
				}
				for i := range perDay * r.scale {
					p := staff[rng.IntN(len(staff))]
					t.signIns = append(t.signIns,
						w.ordinary(t, rng, fmt.Sprint(name, " ", i), p, when(rng, 5+rng.IntN(11), rng.IntN(60))))
				}
			}
			if blind {
				w.blindOrdinary += len(t.signIns) - before
			}
		}
		// The tenant's first and last day must begin and end with a record of each kind.
		tokens := []time.Time{when(steady, 0, 25)}
		if next := d.AddDate(0, 0, 1); next.Equal(evidenceTo) {
			tokens = append(tokens, when(steady, 23, 35))
		}
		for i, at := range tokens {
			t.signIns = append(t.signIns, w.newSignIn(t, fmt.Sprint(name, " token ", i), c.night, at, teams, office,
				steps(stepPriorProof), nonInteractive))
		}

		if t.gap.holds(d) {
			continue
		}
		audits := []*auditEvent{}
		for i, at := range []time.Time{when(steady, 0, 5), when(steady, 23, 48)} {
			audits = append(audits, w.newAudit(t, fmt.Sprint(name, " sync ", i), at, directory, "UserManagement",
				"Update user", "", connect,
				onUser(staff[steady.IntN(len(c.staff))], change("LastDirSyncTime", nil, []string{stamp(at)}))))
		}
		if workday(d) {
			p := staff[steady.IntN(len(c.staff))]
			group := w.guid("group", "Project", fmt.Sprint(steady.IntN(5)))
			audits = append(audits,
				w.newAudit(t, name+" group", when(steady, 9, steady.IntN(60)), directory, "GroupManagement",
					"Add member to group", "", desk(c.beat),
					onUser(p, change("Group.ObjectID", nil, group), change("Group.DisplayName", nil, "Project")),
					onOther("Group", group, "Project")),
				w.newAudit(t, name+" device", when(steady, 8, steady.IntN(60)), directory, "Device", "Update device",
					"", connect, onOther("Device", p.device.id, p.device.name)))
		}
		t.audits = append(t.audits, audits...)
	}
}

// fabrikamRoutine fills the five days of the second tenant.
func (w *world) fabrikamRoutine() {
	t := w.fabrikam
	night := w.person(t, "ops.night", "Nina Night", time.Date(2022, 3, 1, 8, 0, 0, 0, time.UTC))
	connect := w.byApplication(w.guid("application", "directory synchronization"),
		"Microsoft Azure AD Internal - Jit Provisioning")
	for d := fabrikamFrom; d.Before(fabrikamTo); d = d.AddDate(0, 0, 1) {
		name := "routine " + d.Format(time.DateOnly)
		for i, at := range []time.Duration{20 * time.Minute, 12 * time.Hour, 23*time.Hour + 30*time.Minute} {
			if i == 0 && d.Equal(fabrikamFrom) {
				continue // the first day's export begins at noon
			}
			t.signIns = append(t.signIns, w.newSignIn(t, fmt.Sprint(name, " ", i), night, d.Add(at), officeHome,
				office.from("198.51.100.200")))
			t.audits = append(t.audits, w.newAudit(t, fmt.Sprint(name, " sync ", i), d.Add(at+time.Minute), directory,
				"UserManagement", "Update user", "", connect,
				onUser(night, change("LastDirSyncTime", nil, []string{stamp(d.Add(at))}))))
		}
	}
}

// wingtipRoutine is a third tenant: three people, of whom one signs in each workday of September. Nobody uses a pass.
func (w *world) wingtipRoutine() {
	t := w.wingtip
	connect := w.byApplication(w.guid("application", "directory synchronization"),
		"Microsoft Azure AD Internal - Jit Provisioning")
	var people []*person
	for _, name := range []string{"Walter", "Wendy", "Wolf"} {
		people = append(people, w.person(t, strings.ToLower(name), name+" Wingtip",
			time.Date(2024, 5, 1, 8, 0, 0, 0, time.UTC)))
	}
	for d := wingtipFrom; d.Before(evidenceTo); d = d.AddDate(0, 0, 1) {
		if !workday(d) {
			continue
		}
		name, p := "routine "+d.Format(time.DateOnly), people[d.Day()%len(people)]
		when := d.Add(9 * time.Hour)
		t.signIns = append(t.signIns, w.newSignIn(t, name, p, when, officeHome, office.from("198.51.100.210")))
		t.audits = append(t.audits, w.newAudit(t, name, when.Add(time.Hour), directory, "UserManagement", "Update user",
			"", connect, onUser(p, change("LastDirSyncTime", nil, []string{stamp(when)}))))
	}
}

// ordinary is one person's sign-in on an ordinary day: mostly from the office, now and then with a wrong password.
func (w *world) ordinary(t *tenant, rng *rand.Rand, key string, p *person, when time.Time) *signIn {
	from := office
	switch rng.IntN(10) {
	case 0:
		from = mobileISP
	case 1, 2:
		from = homeISP.from(fmt.Sprintf("192.0.2.%d", 100+int(p.id[0])%100))
	}
	app := ordinaryUse[rng.IntN(len(ordinaryUse))]
	if rng.IntN(20) == 0 {
		return w.newSignIn(t, key, p, when, app, from, steps(stepWrong),
			outcome(50126, "Error validating credentials due to invalid username or password."))
	}
	return w.newSignIn(t, key, p, when, app, from)
}

// policyNames are the Conditional Access policies of a tenant whose sign-ins are as large as real ones.
var policyNames = []string{
	"Require multifactor authentication for all users", "Block legacy authentication",
	"Require compliant device for administrators",
	"Block access from outside Europe", "Require approved client app on mobile",
	"Sign-in frequency for unmanaged devices",
	"Require phishing-resistant authentication for administrators", "Block high-risk sign-ins",
	"Require password change for high-risk users", "Block device code flow",
}

// stream gives n ordinary interactive sign-ins one by one, in time order, evenly over the evidence but for the blind
// days. Each has all Conditional Access policies that were evaluated, as real ones have.
func (w *world) stream(n int, give func(*signIn) error) error {
	c := w.played[0].cast
	people := make([]*person, max(len(c.staff), n/400))
	for i := range people {
		if i < len(c.staff) {
			people[i] = c.staff[i]
			continue
		}
		people[i] = w.person(w.contoso, fmt.Sprintf("staff%06d", i+1), fmt.Sprintf("Staff Member %d", i+1),
			time.Date(2022, 3, 1, 8, 0, 0, 0, time.UTC))
	}
	policies := make([]madeup.AppliedPolicy, len(policyNames))
	for i, name := range policyNames {
		policies[i] = madeup.AppliedPolicy{ID: w.guid("conditional access", name), DisplayName: name,
			EnforcedGrantControls:   []string{"RequireCompliantDevice", "RequireDomainJoinedDevice"},
			EnforcedSessionControls: []string{"SignInFrequency", "PersistentBrowserSessionMode"}, Result: "notApplied"}
	}
	policies[0].Result = "success"
	rng := w.random("stream")
	span := evidenceTo.Sub(evidenceFrom) - blindDays.to.Sub(blindDays.from)
	for i := range n {
		when := evidenceFrom.Add(time.Duration(float64(span) * (float64(i) + 0.5) / float64(n))).Truncate(time.Second)
		if !when.Before(blindDays.from) {
			when = when.Add(blindDays.to.Sub(blindDays.from))
		}
		s := w.ordinary(w.contoso, rng, fmt.Sprint("stream ", i), people[rng.IntN(len(people))], when)
		s.AppliedPolicies = policies
		s.UniqueTokenIdentifier += strings.Repeat("A", 22)
		if err := give(s); err != nil {
			return err
		}
	}
	return nil
}
