package verdict

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"time"

	"tapaudit/analysis"
	"tapaudit/analysis/when"
	"tapaudit/reports/words"
)

// Request is something to collect or to configure, and what it would enable.
type Request struct {
	TenantID string // "" for what concerns no tenant
	What     string
	Days     string // without it, "" where days do not matter
	How      string // the request, or where to find it
	Needs    string // the permission
	Kept     string // how far back it can be had
	Rules    []string
	Stopped  int // of the rules, those that could not be tested at all
}

// Title says what is missing, of which tenant where there are several, and of which days.
func (q Request) Title(r *analysis.Result) string {
	text := q.What
	if q.TenantID != "" && len(r.Tenants) > 1 {
		text += ", tenant " + Tenant(r, q.TenantID)
	}
	if q.Days != "" {
		text += ", " + q.Days
	}
	return text
}

// Particulars are how to get it, with which permission, and how far back; those that there are.
func (q Request) Particulars() (all []string) {
	permission := ""
	if q.Needs != "" {
		permission = "Permission: " + q.Needs
	}
	for _, told := range []string{q.How, permission, q.Kept} {
		if told != "" {
			all = append(all, told)
		}
	}
	return all
}

// Enables counts the tests that need it.
func (q Request) Enables() string { return tests(len(q.Rules), q.Stopped) }

// source is how to get what rules need. The README's page on exporting says the same at length.
type source struct {
	what, how, permission string
	log                   bool // Entra ID forgets it
}

const stream = "Entra ID > Monitoring & health > Diagnostic settings: stream MicrosoftGraphActivityLogs"

var deviceIDs = source{"sign-ins with device ids", "GET /beta/auditLogs/signIns, whole records: deviceDetail. " +
	"Only a device that is registered or joined has an id", "AuditLog.Read.All", true}

var sources = map[string]source{
	"audit": {"audit events",
		"GET /beta/auditLogs/directoryAudits; or Entra ID > Monitoring & health > Audit logs > Download > JSON",
		"AuditLog.Read.All", true},
	"sign-in": {"interactive sign-ins",
		"GET /beta/auditLogs/signIns; or Entra ID > Monitoring & health > Sign-in logs > Download > JSON",
		"AuditLog.Read.All", true},
	"tap-capable sign-in": {"interactive sign-ins with authentication steps",
		"GET /beta/auditLogs/signIns (v1.0 has no authentication steps); " +
			"or Entra ID > Monitoring & health > Sign-in logs > Download > JSON", "AuditLog.Read.All", true},
	"non-interactive sign-in": {"non-interactive sign-ins",
		"GET /beta/auditLogs/signIns?$filter=signInEventTypes/any(t: t eq 'nonInteractiveUser')",
		"AuditLog.Read.All", true},
	"policy": {"the authentication methods policy", "GET /beta/policies/authenticationMethodsPolicy",
		"Policy.Read.All", false},
	"users": {"users", "GET /beta/users?$select=" +
		"id,userPrincipalName,displayName,userType,createdDateTime,accountEnabled,employeeHireDate",
		"User.Read.All", false},
	"roles": {"roles: definitions, assignments, eligibilities",
		"GET /beta/roleManagement/directory/roleAssignments?$expand=principal and " +
			"GET /beta/roleManagement/directory/roleDefinitions and " +
			"GET /beta/roleManagement/directory/roleEligibilityScheduleInstances",
		"RoleManagement.Read.Directory, RoleEligibilitySchedule.Read.Directory", false},
	"groups": {"groups and their members",
		"GET /beta/groups/ID/transitiveMembers, for each group that the policy names", "GroupMember.Read.All", false},
	"conditional-access": {"Conditional Access policies", "GET /beta/identity/conditionalAccess/policies",
		"Policy.Read.All", false},
	"tap-methods": {"passes that users hold",
		"GET /beta/users/ID/authentication/temporaryAccessPassMethods, for each user",
		"UserAuthenticationMethod.Read.All", false},
	"graph-activity": {"activity of Microsoft Graph",
		stream + "; it shows nothing from before", "Security Administrator (a role), once", false},
	"deeds": {"the Unified Audit Log, and activity of Microsoft Graph",
		"Purview > Audit > Search, all activities, or Search-UnifiedAuditLog; and " + stream,
		"View-Only Audit Logs; Security Administrator, once (roles)", false},
	"devices":    deviceIDs,
	"device ids": deviceIDs,
	"resources": {"sign-ins with resource ids",
		"GET /beta/auditLogs/signIns, whole records: resourceId", "AuditLog.Read.All", true},
	"shared addresses": {"an extract that counts days", "tapaudit extract, anew, from the evidence of the older one",
		"", false},
	"risk": {"risk levels of sign-ins", "sign-ins as above, of a tenant with a P2 licence", "AuditLog.Read.All", true},
}

// kept is how many days Entra ID itself keeps its logs, with a P1 or P2 licence.
const kept = 30

// Requests are what to collect and to configure, what would enable most first. What the configuration lacks is asked
// for once for all tenants.
func Requests(r *analysis.Result) []Request {
	var all []Request
	for _, m := range r.Missing {
		key, configured := strings.CutPrefix(m.Need, "config:")
		request := Request{TenantID: m.TenantID, Rules: m.Rules, Stopped: m.Stopped}
		if configured {
			request.TenantID = ""
			request.What, request.How = words.Capitalised(m.Reason), "set "+key+" in the configuration"
			all = with(all, request)
			continue
		}
		from, known := sources[m.Need]
		if !known {
			from = source{what: m.Reason}
		}
		request.What, request.How, request.Needs = words.Capitalised(from.what), from.how, from.permission
		switch {
		case len(m.Days) > 0:
			request.Days = days(m.Days)
		case from.log && !r.Period.From.IsZero():
			request.Days = words.Spanned(r.Period)
		}
		if from.log {
			request.Kept = retention(r.AsOf, m.Days)
		}
		all = with(all, request)
	}
	all = merged(all)
	slices.SortStableFunc(all, func(a, b Request) int {
		return cmp.Or(cmp.Compare(len(b.Rules), len(a.Rules)), cmp.Compare(b.Stopped, a.Stopped),
			strings.Compare(a.TenantID, b.TenantID),
			strings.Compare(a.What, b.What))
	})
	return all
}

// with adds a request, or what it would enable to the one that asks for the same already.
func with(all []Request, q Request) []Request {
	at := slices.IndexFunc(all, func(x Request) bool {
		return x.TenantID == q.TenantID && x.What == q.What && x.Days == q.Days
	})
	if at < 0 {
		return append(all, q)
	}
	all[at].take(q)
	return all
}

// take adds what another request would enable. Tests that both would are counted once; of those that could not be run,
// as many as are certain.
func (q *Request) take(other Request) {
	rules := union(q.Rules, other.Rules)
	if len(rules) == len(q.Rules)+len(other.Rules) {
		q.Stopped += other.Stopped
	} else {
		q.Stopped = max(q.Stopped, other.Stopped)
	}
	q.Rules = rules
}

// merged leaves out the request for sign-ins where the same days are asked for with their authentication steps.
func merged(all []Request) []Request {
	plain, full := words.Capitalised(sources["sign-in"].what), words.Capitalised(sources["tap-capable sign-in"].what)
	type place struct{ tenant, days string }
	at := map[place]int{}
	for i, request := range all {
		if request.What == full {
			at[place{request.TenantID, request.Days}] = i
		}
	}
	var kept []Request
	for _, request := range all {
		i, there := at[place{request.TenantID, request.Days}]
		if request.What != plain || !there {
			continue
		}
		all[i].take(request)
	}
	for _, request := range all {
		if _, there := at[place{request.TenantID, request.Days}]; request.What != plain || !there {
			kept = append(kept, request)
		}
	}
	return kept
}

// union is a with what of b it lacks.
func union(a, b []string) []string {
	a = slices.Clone(a)
	for _, s := range b {
		if !slices.Contains(a, s) {
			a = append(a, s)
		}
	}
	return a
}

const spansTold = 4

// days names stretches of whole days by their first and last.
func days(all []analysis.Period) string {
	var told []string
	for _, p := range all[:min(len(all), spansTold)] {
		told = append(told, words.Spanned(analysis.Period{From: p.From.UTC().Truncate(when.Day),
			To: p.To.UTC().Add(when.Day - 1).Truncate(when.Day)}))
	}
	if more := len(all) - spansTold; more > 0 {
		told = append(told, words.Count(more, "further stretch", "further stretches"))
	}
	return strings.Join(told, ", ")
}

// retention says what of the missing days can still be had.
func retention(asOf time.Time, missing []analysis.Period) string {
	if asOf.IsZero() {
		return ""
	}
	oldest := asOf.UTC().AddDate(0, 0, -kept)
	text := "Entra ID itself keeps 30 days: on " + asOf.UTC().Format(time.DateOnly) + " that went back to " +
		oldest.Format(time.DateOnly)
	if len(missing) > 0 && missing[len(missing)-1].To.Before(oldest) {
		return text + ". These days can only come from a copy in a storage account, Log Analytics or Sentinel"
	}
	return text + ". Older days can only come from a copy in a storage account, Log Analytics or Sentinel"
}

var instant = regexp.MustCompile(`\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d)?(?: UTC|Z)?)?`)
var unjudged = regexp.MustCompile(`^(\d[\d,]*) not assessed: `)

// OtherReasons are why tests could not be run in full, beside what is missing as a whole; those that differ in times
// and numbers only are one. How many each test could not judge stands with the test.
func OtherReasons(r *analysis.Result) []Unseen {
	known := map[string]bool{}
	for _, m := range r.Missing {
		known[m.TenantID+"\x00"+m.Reason] = true
	}
	type key struct{ tenant, reason string }
	at := map[key]int{}
	var all []Unseen
	for _, u := range unseen(r, func(a analysis.Assessment,
		reason string) bool {
		return known[a.TenantID+"\x00"+reason]
	}) {
		u.Reason = unjudged.ReplaceAllString(u.Reason, "")
		k := key{u.TenantID, instant.ReplaceAllString(u.Reason, "…")}
		i, there := at[k]
		if !there {
			at[k] = len(all)
			all = append(all, u)
			continue
		}
		all[i].Rules = union(all[i].Rules, u.Rules)
		all[i].Alike++
	}
	return all
}
