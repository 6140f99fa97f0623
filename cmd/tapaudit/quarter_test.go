package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tapaudit/ingest/madeup"
)

// madeUpTenant is a made-up tenant of 2,000 users, from late June to the end of September 2026, the same for the same
// seed. All its passes are used as they should be. Its evidence is what Graph gives: NDJSON of sign-ins and audit
// events, and snapshots.
type madeUpTenant struct {
	dir     string
	random  *rand.Rand
	signins []timed
	audits  []timed
	serial  int
}

type timed struct {
	at   time.Time
	text string
}

type account struct{ id, upn string }

const (
	madeUpTenantID = "4b1c0de2-91f7-4c54-8a5e-6d0f7c3b2a19"
	office         = "198.51.100.10" // all of it behind one address
	officeVPN      = "203.0.113.20"
)

var (
	appSignIns  = [2]string{"19db86c3-b2b9-44cc-b339-36da233a3be2", "My Signins"}
	appWindows  = [2]string{"38aa3b87-a06d-4817-b275-7a316988d93b", "Windows Sign In"}
	appDevices  = [2]string{"01cb2876-7ebd-4aa4-9cc9-d28bd4d359a9", "Device Registration Service"}
	appOffice   = [2]string{"4765445b-32c6-49b0-83e6-1d93765276ca", "OfficeHome"}
	lifecycleID = "ce79fdc4-cd1d-4ea5-8139-e74d7dbe0bb7"
)

func (q *madeUpTenant) id(kind string) string {
	q.serial++
	return fmt.Sprintf("%08x-%04x-4000-8000-%012x", q.random.Uint32(), len(kind), q.serial)
}

func stamped(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// signIn is what varies between sign-ins.
type signIn struct {
	who                  account
	app                  [2]string
	ip, method, session  string
	asn, code            int
	silent, singleFactor bool
}

func (q *madeUpTenant) signIn(at time.Time, s signIn) {
	if s.session == "" {
		s.session = q.id("session")
	}
	in := madeup.NewSignIn(q.id("sign-in"), at, madeUpTenantID,
		madeup.User{ID: s.who.id, UPN: s.who.upn, Name: s.who.upn},
		madeup.Application{ID: s.app[0], Name: s.app[1], ResourceID: madeup.MySignins.ResourceID,
			Resource: madeup.MySignins.Resource})
	in.IPAddress, in.AutonomousSystemNumber, in.UserAgent = s.ip, s.asn, "Mozilla/5.0"
	in.CorrelationID, in.SessionID, in.IsInteractive = q.id("correlation"), s.session, !s.silent
	in.SignInEventTypes, in.AuthenticationRequirement = []string{"interactiveUser"}, "multiFactorAuthentication"
	if s.silent {
		in.SignInEventTypes = []string{"nonInteractiveUser"}
	}
	if s.singleFactor {
		in.AuthenticationRequirement = "singleFactorAuthentication"
	}
	in.AuthenticationProtocol, in.NetworkLocationDetails = "none", []madeup.NetworkLocation{}
	in.Status = madeup.Status{ErrorCode: s.code, FailureReason: "Other."}
	in.DeviceDetail = madeup.Device{DeviceID: s.who.id, OperatingSystem: "Windows11"}
	in.Location = madeup.Location{City: "Bern", CountryOrRegion: "CH"}
	in.AuthenticationDetails = []madeup.Step{{Time: in.CreatedDateTime, Method: s.method, Succeeded: true,
		Requirement: "Primary authentication"}}
	text, err := json.Marshal(in)
	if err != nil {
		panic(err) // a sign-in is made of texts and numbers
	}
	q.signins = append(q.signins, timed{at, string(text)})
}

func (q *madeUpTenant) audit(at time.Time, service, activity, reason, initiator string, targets ...string) {
	q.audits = append(q.audits, timed{at, fmt.Sprintf(
		`{"id":"%s_%s","activityDateTime":"%s","activityDisplayName":"%s","category":"UserManagement","correlationId":"%s","loggedByService":"%s",`+
			`"operationType":"Add","result":"success","resultReason":"%s","initiatedBy":%s,"targetResources":[%s],"additionalDetails":[]}`,
		strings.ReplaceAll(service, " ", ""), q.id("audit"), stamped(at), activity, q.id("correlation"), service,
		reason, initiator, strings.Join(targets, ","))})
}

func byUser(a account) string {
	return fmt.Sprintf(`{"user":{"id":"%s","userPrincipalName":"%s","ipAddress":"%s"},"app":null}`, a.id, a.upn,
		office)
}

func targetUser(a account, properties ...string) string {
	var pairs []string
	for i := 0; i < len(properties); i += 2 {
		pairs = append(pairs, fmt.Sprintf(`{"displayName":"TemporaryAccessPass.%s","oldValue":null,"newValue":"\"%s\""}`, properties[i], properties[i+1]))
	}
	return fmt.Sprintf(`{"id":"%s","displayName":"%s","type":"User","userPrincipalName":"%s","modifiedProperties":[%s]}`, a.id, a.upn, a.upn, strings.Join(pairs, ","))
}

// newMadeUpTenant writes the evidence and the configuration into a folder.
func newMadeUpTenant(t testing.TB, users, onboardings int) *madeUpTenant {
	t.Helper()
	q := &madeUpTenant{dir: t.TempDir(), random: rand.New(rand.NewPCG(2026, 3))}
	from, to := time.Date(2026, 6, 22, 0, 0, 0, 0, time.UTC), time.Date(2026, 10, 1, 1, 0, 0, 0, time.UTC)
	everybody := make([]account, users)
	for i := range everybody {
		everybody[i] = account{q.id("user"), fmt.Sprintf("user%04d@contoso.example", i)}
	}
	desk, staff, starters := everybody[:4], everybody[4:users-onboardings], everybody[users-onboardings:]
	created := map[string]time.Time{}
	for i, u := range everybody[:users-onboardings] {
		created[u.id] = time.Date(2023, 1, 1+i%900, 8, 0, 0, 0, time.UTC)
	}

	// Every day has sign-ins and audit events; people work from Monday to Friday, some also on other days.
	for day := from; day.Before(to); day = day.AddDate(0, 0, 1) {
		share := 0.15
		if day.Weekday() == time.Saturday || day.Weekday() == time.Sunday {
			share = 0.01
		}
		q.signIn(day.Add(20*time.Minute), signIn{who: desk[0], app: appOffice, ip: officeVPN, asn: 64500,
			method: "FIDO2 security key"})
		q.signIn(day.Add(30*time.Minute), signIn{who: desk[0], app: appOffice, ip: officeVPN, asn: 64500,
			method: "Previously satisfied", silent: true})
		q.audit(day.Add(25*time.Minute), "Core Directory", "Update user", "", byUser(desk[0]), targetUser(staff[0]))
		if day.AddDate(0, 0, 1).After(to) {
			break // evidence ends in the first hour of this day
		}
		for range int(share * float64(len(staff))) {
			who := staff[q.random.IntN(len(staff))]
			at := day.Add(5*time.Hour + time.Duration(q.random.IntN(11*3600))*time.Second)
			q.signIn(at, signIn{who: who, app: appOffice, ip: office, asn: 64500,
				method: "Windows Hello for Business"})
			if q.random.IntN(3) == 0 {
				q.signIn(at.Add(time.Minute), signIn{who: who, app: appOffice, ip: office, asn: 64500,
					method: "Previously satisfied", silent: true})
			}
		}
		q.audit(day.Add(12*time.Hour), "Core Directory", "Update user", "", byUser(desk[1]),
			targetUser(staff[q.random.IntN(len(staff))]))
		q.audit(day.Add(23*time.Hour+30*time.Minute), "Core Directory", "Update user", "", byUser(desk[0]),
			targetUser(staff[1]))
		q.signIn(day.Add(23*time.Hour+20*time.Minute),
			signIn{who: desk[0], app: appOffice, ip: officeVPN, asn: 64500, method: "FIDO2 security key"})
	}

	for i, who := range starters {
		// Four or five a week, on the mornings of working days (07:00 to 11:00 in Zurich).
		week, weekday := i*13/len(starters), q.random.IntN(5)
		day := time.Date(2026, 7, 6+7*(week%13), 0, 0, 0, 0, time.UTC).AddDate(0, 0, weekday)
		if day.Month() == time.October {
			day = day.AddDate(0, 0, -7)
		}
		q.onboard(who, day.Add(6*time.Hour+time.Duration(q.random.IntN(3*60))*time.Minute), desk[i%len(desk)],
			i%6 == 5, created)
	}
	q.write(t, everybody, created)
	return q
}

// onboard is one proper onboarding. The account was created some days before, with a one-time pass for the first
// morning. The user logs in once, at the office or over its VPN, registers a method within the hour, and uses that
// from then on.
func (q *madeUpTenant) onboard(who account, first time.Time, by account, workflow bool, created map[string]time.Time) {
	created[who.id] = first.Truncate(24*time.Hour).AddDate(0, 0, -1-q.random.IntN(9)).Add(9 * time.Hour)
	q.audit(created[who.id], "Core Directory", "Add user", "", byUser(by), targetUser(who))
	start, end := first.Add(-time.Duration(5+q.random.IntN(20))*time.Minute), time.Time{}
	issued := start
	if workflow {
		start = first.Truncate(24 * time.Hour).Add(4 * time.Hour)
		issued, end = start.Add(-6*time.Hour), start.Add(8*time.Hour) // the evening before, for the morning
	} else {
		end = start.Add(time.Hour)
	}
	properties := []string{"Id", q.id("pass"), "StartDateTime", stamped(start), "EndTime", stamped(end),
		"AccessPassUsage", "OneTime"}
	if workflow {
		q.audit(issued, "Authentication Methods", "User registered security info",
			"User registered temporary access pass method",
			`{"user":null,"app":{"appId":"`+lifecycleID+`","displayName":"Azure AD Lifecycle Workflows"}}`,
			targetUser(who, properties...))
	} else {
		q.audit(issued, "Authentication Methods", "Admin registered security info",
			"Admin registered temporary access pass method for user", byUser(by), targetUser(who, properties...))
	}
	ip, session := office, q.id("session")
	if q.random.IntN(4) == 0 {
		ip = officeVPN
	}
	with := signIn{who: who, app: appSignIns, ip: ip, asn: 64500, method: "Temporary Access Pass", session: session}
	if q.random.IntN(2) == 0 {
		with.code = 50072 // asked to register first
	}
	q.signIn(first, with)
	if with.code != 0 {
		with.code = 0
		q.signIn(first.Add(time.Minute), with)
	}
	with.method, with.app = "Previously satisfied", appWindows
	q.signIn(first.Add(4*time.Minute), with)
	with.silent, with.app = true, appDevices
	q.signIn(first.Add(5*time.Minute), with)
	q.audit(first.Add(6*time.Minute), "Device Registration Service", "Add registered owner to device", "", byUser(who),
		targetUser(who),
		`{"id":"`+q.id("device")+`","displayName":"LAPTOP-`+who.upn[4:8]+`","type":"Device","modifiedProperties":[]}`)
	method := "User registered Fido2 Authentication Method"
	if q.random.IntN(2) == 0 {
		method = "User registered Authenticator App with Notification and Code"
	}
	q.audit(first.Add(8*time.Minute), "Authentication Methods", "User registered security info", method, byUser(who),
		targetUser(who))
	for n := 1; n < 6; n++ {
		at := first.AddDate(0, 0, n)
		if at.Before(time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)) {
			q.signIn(at, signIn{who: who, app: appOffice, ip: office, asn: 64500, method: "FIDO2 security key"})
		}
	}
}

func (q *madeUpTenant) write(t testing.TB, everybody []account, created map[string]time.Time) {
	t.Helper()
	put := func(name string, records []timed) {
		slices.SortStableFunc(records, func(a, b timed) int { return a.at.Compare(b.at) })
		f, err := os.Create(filepath.Join(q.dir, name))
		if err != nil {
			t.Fatal(err)
		}
		w := bufio.NewWriter(f)
		for _, r := range records {
			fmt.Fprintln(w, r.text)
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(q.dir, "evidence"), 0o700); err != nil {
		t.Fatal(err)
	}
	put("evidence/signins.ndjson", q.signins)
	put("evidence/audits.ndjson", q.audits)
	var people []timed
	for _, a := range everybody {
		people = append(people, timed{text: fmt.Sprintf(`{"id":"%s","userPrincipalName":"%s","displayName":"%s","userType":"Member","accountEnabled":true,"createdDateTime":"%s","employeeHireDate":null}`,
			a.id, a.upn, a.upn, stamped(created[a.id]))})
	}
	put("evidence/users_2026-09-30.ndjson", people)
	snapshots := map[string]string{
		"authenticationMethodsPolicy_2026-06-22.json": `{"id":"authenticationMethodsPolicy","authenticationMethodConfigurations":[{"@odata.type":"#microsoft.graph.temporaryAccessPassAuthenticationMethodConfiguration",
			"id":"TemporaryAccessPass","state":"enabled","defaultLifetimeInMinutes":60,"defaultLength":8,"minimumLifetimeInMinutes":60,"maximumLifetimeInMinutes":480,"isUsableOnce":true,
			"includeTargets":[{"targetType":"group","id":"a1b2c3d4-0000-4000-8000-000000000042","isRegistrationRequired":false}],"excludeTargets":[]}]}`,
		"conditionalAccessPolicies_2026-09-30.json": `{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#identity/conditionalAccess/policies","value":[{"id":"b7e0c9d2-0000-4000-8000-000000000077",
			"displayName":"Protect registration","state":"enabled","conditions":{"applications":{"includeApplications":[],"includeUserActions":["urn:user:registersecurityinfo"]},"users":{"includeUsers":["All"]}},
			"grantControls":{"operator":"OR","builtInControls":["mfa"]}}]}`,
		"directoryRoles_2026-09-30.json": `{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#directoryRoles(members())","value":[{"id":"0f0f0f0f-0000-4000-8000-000000000001",
			"displayName":"Authentication Administrator","roleTemplateId":"c4e39bd9-1100-46d3-8c65-fb160da0071f","members":[{"@odata.type":"#microsoft.graph.user","id":"` + everybody[0].id + `","userPrincipalName":"` + everybody[0].upn + `"}]}]}`,
	}
	for name, text := range snapshots {
		if !json.Valid([]byte(text)) {
			t.Fatalf("%s is not JSON", name)
		}
		if err := os.WriteFile(filepath.Join(q.dir, "evidence", name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var desk []string
	for _, a := range everybody[:4] {
		desk = append(desk, a.upn)
	}
	configuration := `business_hours: {timezone: Europe/Zurich, days: [mon, tue, wed, thu, fri], from: "07:00", to: "19:00"}
approved_issuers: {users: [` + strings.Join(desk, ", ") + `], applications: [` + lifecycleID + `]}
trusted_networks: [198.51.100.0/24, 203.0.113.20/32]
`
	if err := os.WriteFile(filepath.Join(q.dir, "tapaudit.yaml"), []byte(configuration), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestSeverityDiscipline: a tool that cries at every onboarding is switched off. Sixty proper ones among 2,000 users
// give nothing above info, with a configuration and without.
func TestSeverityDiscipline(t *testing.T) {
	q := newMadeUpTenant(t, 2000, 60)
	for _, test := range []struct {
		name     string
		args     []string
		aside    map[string]bool
		criteria map[string]string
	}{
		{"configured", []string{"--config", filepath.Join(q.dir, "tapaudit.yaml")}, nil,
			map[string]string{"issued": "met", "approved_issuer": "met", "four_eyes": "met", "purpose": "met",
				"place": "met", "hours": "met", "prompt": "met", "outcome_registered": "met", "closed": "met",
				"supervised": "yes"}},
		// Whether an application may issue is the organisation's word to say, and so is which address is its
		// onboarding desk's.
		{"bare", nil, map[string]bool{"TAP-ISSUED-BY-APPLICATION": true, "TAP-NETWORK-SHARED": true},
			map[string]string{"issued": "met", "purpose": "met", "prompt": "met", "outcome_registered": "met",
				"closed": "met", "supervised": "yes"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			report := filepath.Join(q.dir, test.name)
			tapaudit(t, 0, append([]string{"run", filepath.Join(q.dir, "evidence"), "--period", "2026Q3", "--out",
				report, "--quiet"}, test.args...)...)
			said := map[string]int{}
			for _, f := range rowsOf(t, report, "findings.csv") {
				said[f["rule_id"]]++
				policy := strings.HasPrefix(f["rule_id"], "TAP-POLICY-") ||
					f["rule_id"] == "TEMPORARY-ACCESS-PASS-FEATURE-ENABLED"
				if f["severity"] != "info" && !policy && !test.aside[f["rule_id"]] {
					t.Errorf("%s (%s): %s", f["rule_id"], f["severity"], f["summary"])
				}
			}
			if said["TAP-ISSUED"] != 60 || said["TAP-SIGNIN"] != 60 {
				t.Errorf("%d passes and %d log-ins, want 60 of each", said["TAP-ISSUED"], said["TAP-SIGNIN"])
			}
			for _, row := range rowsOf(t, report, "logins.csv") {
				for criterion, want := range test.criteria {
					if row[criterion] != want {
						t.Errorf("%s at %s: %s is %s, want %s", row["user_name"], row["time"], criterion,
							row[criterion], want)
					}
				}
			}
			for _, row := range rowsOf(t, report, "assessment.csv") {
				// The other rules need evidence that this tenant's export lacks: members of the policy's group,
				// passes' snapshots.
				if strings.HasPrefix(row["rule_id"], "TAP-SIGNIN") && test.name == "configured" &&
					row["assessed"] != "yes" &&
					row["rule_id"] != "TAP-SIGNIN-UNFAMILIAR-NETWORK" {
					t.Errorf("%s is assessed %s: %s", row["rule_id"], row["assessed"], row["reason"])
				}
			}
		})
	}
}
