package main

import (
	"fmt"
	"strings"
)

// configurationFiles adds what the organisation itself says: the configuration, the onboarding roster, the supervision
// register, and what a person reads first.
func (w *world) configurationFiles(f folder) {
	f["tapaudit.yaml"] = fmt.Appendf(nil, `# The configuration of the made-up tenants in this folder.
organisation: Contoso Ltd
tenants:
  %[1]s: Contoso
  %[4]s: Fabrikam
  %[5]s: Wingtip
business_hours: {timezone: Europe/Zurich, days: [mon, tue, wed, thu, fri], from: "07:00", to: "19:00", holidays: [2026-08-01]}
approved_issuers:
  users:
    - helpdesk.anna@contoso.example
    - helpdesk.beat@contoso.example
    - helpdesk.carla@contoso.example
    - helpdesk.dario@contoso.example
    - helpdesk.elena@contoso.example
    - helpdesk@fabrikam.example
  applications:
    - %[2]s # Lifecycle Workflows
trusted_networks: [198.51.100.0/24]
onboarding_roster: roster.csv
supervision_register: register.csv
exceptions:
  - rule: TEMPORARY-ACCESS-PASS-FEATURE-ENABLED
    tenant: %[1]s
    reason: TAP bootstraps passwordless sign-in for new employees
    owner: ciso@contoso.example
    approved_on: 2026-06-01
    expires: 2027-03-31
  - rule: TAP-ISSUED-BY-APPLICATION
    tenant: %[1]s
    subject: %[3]s
    reason: HR Onboarding Connector until Lifecycle Workflows takes over
    owner: hr@contoso.example
    approved_on: 2026-07-01
    expires: 2026-08-31
  - rule: TAP-POLICY-CHANGE-UNREADABLE
    tenant: %[1]s
    reason: Looked up in the portal on 16 July; only texts had changed
    owner: policy.petra@contoso.example
    approved_on: 2026-07-16
    expires: 2026-12-31
case: {id: SAMPLE-2026-Q3, examiner: Sample Examiner, collected_by: Sample Collector, collected_at: 2026-10-01T08:00:00Z, source: "made up"}
`, w.contoso.id, lifecycleWorkflows, w.hrApp, w.fabrikam.id, w.wingtip.id)
	w.lists(f)
	f["README.md"] = []byte(w.readme())
}

// lists adds the onboarding roster and the supervision register that configurations name.
func (w *world) lists(f folder) {
	f["roster.csv"] = []byte("upn,start_date,reason\n" + strings.Join(w.roster, "\n") + "\n")
	f["register.csv"] = []byte("upn,date,pass_id,supervisor,ticket\n" + strings.Join(w.register, "\n") + "\n")
}

func (w *world) readme() string {
	var b strings.Builder
	fmt.Fprintf(&b, `# Sample logs

Exports of three tenants for the third quarter of 2026. **All of it is made up**: names, ids, events, addresses
(documentation ranges) and domains (.example). It is written by `+"`go run ./cmd/tools/samplelogs`"+`, always the same.

- Contoso (%s): sign-ins as Graph beta pages (June's and July's packed) and, from
  24 September, as Azure Monitor blobs (that day is in both). 12 and 13 August came through Graph v1.0, which cannot
  show a pass. Audit events as Graph pages and, from 28 September, as blobs, one of which holds a broken line. 18 and
  19 August are missing, and one page of July was cut off. Two policy snapshots, users, roles, passes of two users,
  one with a passcode. From 1 September, the Unified Audit Log and Microsoft Graph's activity.
- Fabrikam (%s): five days in September, no policy, no directory.
- Wingtip (%s): three people in September, a policy that nobody uses.

`+"`evidence/other/`"+` holds a list from the portal whose dates can be read in two orders, and a file that is no
export.

Files whose records do not name their tenant lie under `+"`tenantId=<id>/`"+`. `+"`tapaudit.yaml`, `roster.csv` and"+`
`+"`register.csv` are Contoso's configuration; `organisations/`"+` has configurations for other kinds of organisations.

`+"`quiet/` is a sample of its own, with its configuration and its `truth.json`"+`: Northwind's September 2026, in
which an ordinary help desk works as it should. Newcomers start at the office and at home, and half of them go on to
work in the same session. Lifecycle Workflows issues thirty passes on the first; lost phones are replaced. A few
log-ins are not supervised, none by ill will.

`+"`truth.json`"+` says what an audit with Contoso's configuration must find about the period 2026Q3: every finding,
and the whole supervision ledger. Where subject or first_seen is empty, it is not stated. The subject of a file is its
SHA-256, its name the path below `+"`evidence/`. `truth-bare.json`"+` is the ledger without any configuration.

Every pass raises TAP-ISSUED and every log-in TAP-SIGNIN.

| case | who | from (UTC) | findings | story |
|---|---|---|---|---|
`, w.contoso.id, w.fabrikam.id, w.wingtip.id)
	for _, s := range w.played {
		who := strings.Join(s.who, ", ")
		if len(s.who) > 3 {
			who = fmt.Sprintf("%s to %s", s.who[0], s.who[len(s.who)-1])
		}
		from := ""
		if !s.from.IsZero() {
			from = s.from.Format("2 January 15:04")
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", s.name, who, from, s.summary(), s.story)
	}
	b.WriteString(`
The evidence as a whole raises EVIDENCE-BLIND-SPOT, EVIDENCE-GAP, EVIDENCE-QUARANTINED, EVIDENCE-TRUNCATED,
EVIDENCE-HOLDS-PASSCODE, EVIDENCE-AMBIGUOUS-DATES and EVIDENCE-NOT-RECOGNISED. Fabrikam raises EVIDENCE-GAP and
EVIDENCE-NO-POLICY, Wingtip EVIDENCE-GAP, TEMPORARY-ACCESS-PASS-FEATURE-ENABLED and TAP-POLICY-UNUSED, the policy
TAP-POLICY-PRIVILEGED-IN-SCOPE and TAP-POLICY-REGISTRATION-UNPROTECTED.
`)
	return b.String()
}
