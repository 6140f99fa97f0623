package main

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"tapaudit/ingest/madeup"
)

// The evidence spans June to September 2026: June gives the users a past, the third quarter is
// the period that the truth is about.
var (
	evidenceFrom = day(6, 1)
	quarterFrom  = day(7, 1)
	evidenceTo   = day(10, 1)
	// From this day on sign-ins come as Azure Monitor blobs; on the day itself also as Graph pages, so that two
	// exports overlap.
	blobsFrom = day(9, 24)
	// From this day on audit events come as Azure Monitor blobs.
	auditBlobsFrom = day(9, 28)
	// The interactive sign-ins of Contoso's blind days were exported through Graph v1.0, which has no
	// authenticationDetails.
	blindDays = span{day(8, 12), day(8, 14)}
	// The audit log of these days of Contoso is missing.
	gapDays = span{day(8, 18), day(8, 20)}
)

// span is the time from one moment until before another.
type span struct{ from, to time.Time }

func (s span) holds(t time.Time) bool { return !t.Before(s.from) && t.Before(s.to) }

// day is midnight UTC of a day of 2026.
func day(month time.Month, d int) time.Time {
	return time.Date(2026, month, d, 0, 0, 0, 0, time.UTC)
}

// at is a time of day in UTC; the business hours (07:00 to 19:00 in Zurich, summer time) are 05:00 to 17:00.
func at(month time.Month, d, hour, minute int) time.Time {
	return time.Date(2026, month, d, hour, minute, 0, 0, time.UTC)
}

// workday says whether people come to the office.
func workday(t time.Time) bool {
	return t.Weekday() != time.Saturday && t.Weekday() != time.Sunday
}

// tenant is an organisation with its directory.
type tenant struct {
	id, name, domain string
	people           []*person
	roles            []role
	group            string // object id of the group that its policy includes
	blind, gap       span   // days without steps, and without audit log
	signIns          []*signIn
	audits           []*auditEvent
	unified          []*unifiedRecord
	requests         []*graphRequest
}

// person is a user account.
type person struct {
	id, upn, name string
	created       time.Time
	userType      string
	device        device
}

// role is an activated directory role.
type role struct {
	name, template string
	members        []*person
}

// network is where a sign-in comes from.
type network struct {
	address       string
	asn           int
	city, country string
	trusted       bool // a trusted named location of the tenant
}

// from is the network with another address in it.
func (n network) from(address string) network {
	n.address = address
	return n
}

var (
	office     = network{"198.51.100.10", 64496, "Zurich", "CH", true}
	homeISP    = network{"192.0.2.10", 64500, "Winterthur", "CH", false}
	mobileISP  = network{"2001:db8:40::17", 65540, "Bern", "CH", false}
	hotel      = network{"203.0.113.80", 64505, "Lisbon", "PT", false}
	attacker   = network{"203.0.113.66", 64509, "Reykjavik", "IS", false}
	guesser    = network{"203.0.113.150", 64510, "Reykjavik", "IS", false}
	sprayer    = network{"203.0.113.151", 64511, "Reykjavik", "IS", false}
	beatAtHome = network{"192.0.2.77", 64501, "Basel", "CH", false}
)

type application = madeup.Application

var (
	mySignins = madeup.MySignins
	broker    = application{ID: "29d9ed98-a469-4536-ade2-f981bc1d605e", Name: "Microsoft Authentication Broker",
		ResourceID: "01cb2876-7ebd-4aa4-9cc9-d28bd4d359a9", Resource: "Device Registration Service"}
	exchange = application{ID: "00000002-0000-0ff1-ce00-000000000000", Name: "Office 365 Exchange Online",
		ResourceID: "00000002-0000-0ff1-ce00-000000000000", Resource: "Office 365 Exchange Online"}
	officeHome = application{ID: "4765445b-32c6-49b0-83e6-1d93765276ca", Name: "OfficeHome",
		ResourceID: "00000003-0000-0000-c000-000000000000", Resource: "Microsoft Graph"}
	teams = application{ID: "1fec8e78-bce4-4aaf-ab1b-5451cc387264", Name: "Microsoft Teams",
		ResourceID: "cc15fd57-2c6c-4117-a88c-83b1d56b4bbe", Resource: "Microsoft Teams Services"}
	ordinaryUse = []application{exchange, officeHome, teams}
)

// device is what deviceDetail says; the zero device is an unknown one.
type device struct{ id, name string }

// world is everything that is written.
type world struct {
	seed              uint64
	contoso, fabrikam *tenant
	wingtip           *tenant
	roster, register  []string // CSV lines
	truth             truth
	played            []*scene
	hrApp             string // appId of the application that issues without approval
	held              []heldPass
	blindOrdinary     int // ordinary interactive sign-ins on the blind days
}

// heldPass is a row of a user's temporaryAccessPassMethods as exported.
type heldPass struct {
	user     *person
	id       string
	created  time.Time
	minutes  int
	once     bool
	passcode string
}

// guid is an id that follows from the seed and the parts alone, so that a new case changes no other's ids.
func (w *world) guid(parts ...string) string {
	h := sha256.Sum256(fmt.Appendf(nil, "%d|%s", w.seed, strings.Join(parts, "|")))
	h[6], h[8] = h[6]&0x0f|0x40, h[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", h[0:4], h[4:6], h[6:8], h[8:10], h[10:16])
}

// random is a source that follows from the seed and the name alone.
func (w *world) random(name string) *rand.Rand {
	h := sha256.Sum256([]byte(name))
	return rand.New(rand.NewPCG(w.seed, binary.BigEndian.Uint64(h[:])))
}

// person adds an account to the tenant's directory.
func (w *world) person(t *tenant, alias, name string, created time.Time) *person {
	p := &person{
		id: w.guid("user", t.domain, alias), upn: alias + "@" + t.domain, name: name,
		created: created, userType: "Member",
	}
	p.device = device{w.guid("device", t.domain, alias), "NB-" + strings.ToUpper(p.id[:6])}
	t.people = append(t.people, p)
	return p
}

func newWorld(r request) (*world, error) {
	w := &world{seed: r.seed}
	w.contoso = &tenant{id: w.guid("tenant", "contoso"), name: "Contoso Ltd", domain: "contoso.example",
		group: w.guid("group", "TAP onboarding"), blind: blindDays, gap: gapDays}
	w.fabrikam = &tenant{id: w.guid("tenant", "fabrikam"), name: "Fabrikam", domain: "fabrikam.example"}
	w.wingtip = &tenant{id: w.guid("tenant", "wingtip"), name: "Wingtip", domain: "wingtip.example",
		group: w.guid("group", "wingtip", "TAP onboarding")}
	w.hrApp = w.guid("application", "HR Onboarding Connector")
	w.truth.start(w)
	c := w.cast(w.contoso)
	for _, e := range scenes {
		s := &scene{w: w, tenant: w.contoso, cast: c, name: e.name, story: e.story}
		e.play(s)
		w.played = append(w.played, s)
	}
	w.routine(r)
	w.expectEvidenceFindings()
	return w, w.check()
}

// check refuses what would silently break the story of the gap and the blind days.
func (w *world) check() error {
	for _, e := range w.contoso.audits {
		if w.contoso.gap.holds(e.time) {
			return fmt.Errorf("audit event %q at %s lies in the gap of the audit log", e.Activity, e.time)
		}
	}
	for _, s := range w.contoso.signIns {
		if s.tap && w.contoso.blind.holds(s.time) {
			return fmt.Errorf("pass sign-in of %s at %s lies on a blind day", s.UserPrincipalName, s.time)
		}
	}
	return nil
}

// cast is who issues passes and changes policies.
type cast struct {
	anna, beat, carla, dario, elena *person // approved issuers
	ruben                           *person // can issue, is not approved
	petra                           *person // administers policies
	greta                           *person // Global Administrator
	night                           *person // works at night, every night
	staff                           []*person
}

func (w *world) cast(t *tenant) *cast {
	joined := time.Date(2022, 3, 1, 8, 0, 0, 0, time.UTC)
	add := func(alias, name string) *person { return w.person(t, alias, name, joined) }
	c := &cast{
		anna: add("helpdesk.anna", "Anna Keller"), beat: add("helpdesk.beat", "Beat Frei"),
		carla: add("helpdesk.carla", "Carla Rossi"), dario: add("helpdesk.dario", "Dario Baumann"),
		elena: add("helpdesk.elena", "Elena Vogt"), ruben: add("it.ruben", "Ruben Steiner"),
		petra: add("policy.petra", "Petra Lang"), greta: add("admin.greta", "Greta Huber"),
		night: add("ops.night", "Noah Meier"),
	}
	for i, n := range []string{
		"Lea Brunner", "Jonas Weber", "Sofia Graf", "Luca Moser", "Emma Roth", "David Suter", "Laura Fuchs",
		"Simon Kuhn",
		"Nina Gerber", "Marco Hofer", "Eva Wyss", "Tim Bucher",
	} {
		c.staff = append(c.staff, add(fmt.Sprintf("staff%02d", i+1), n))
	}
	c.staff = append(c.staff, c.anna, c.beat, c.carla, c.elena, c.petra, c.ruben)
	t.roles = []role{
		{"Global Administrator", "62e90394-69f5-4237-9190-012177145e10", []*person{c.greta}},
		{"Authentication Administrator", "c4e39bd9-1100-46d3-8c65-fb160da0071f",
			[]*person{c.anna, c.beat, c.carla, c.dario, c.elena, c.ruben}},
		{"Authentication Policy Administrator", "0526716b-113d-4c15-b2c8-68e3c22b9f80", []*person{c.petra, c.ruben}},
	}
	return c
}
