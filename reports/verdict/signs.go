package verdict

import (
	"strings"

	"tapaudit/analysis"
	"tapaudit/analysis/when"
	"tapaudit/reports/words"
)

const signsTold = 4

// Signs says which signs of misuse are open, those of the first incidents first; "" where there is none.
func Signs(r *analysis.Result) string {
	rules, open := r.RulesByID(), map[string]int{}
	for _, f := range r.Findings {
		if IsOpen(f) && f.Severity.Rank() >= analysis.Severity("high").Rank() && len(rules[f.RuleID].Sign) == 2 {
			open[f.RuleID]++
		}
	}
	var told []string
	tell := func(id string) {
		if n := open[id]; n > 0 {
			told = append(told, words.Spoken(n)+" "+rules[id].Sign[min(n, 2)-1])
			delete(open, id)
		}
	}
	for _, incident := range r.Incidents {
		for _, id := range incident.Signs {
			tell(id)
		}
	}
	for _, f := range r.Findings { // those of no incident
		tell(f.RuleID)
	}
	if len(told) == 0 {
		return ""
	}
	more := ""
	if n := len(told) - signsTold; n > 0 {
		told, more = told[:signsTold], ", and "+words.Spoken(n)+" other "+map[bool]string{true: "kind",
			false: "kinds"}[n == 1]
	}
	return "Signs of misuse: " + strings.Join(told, ", ") + more + "."
}

// Tenant is what people call a tenant: the name that the configuration gives it, else enough of its id.
func Tenant(r *analysis.Result, id string) string {
	return words.Or(r.TenantNames[strings.ToLower(id)], words.ShortTenant(id))
}

// TenantRow is what the audit came to for one tenant.
type TenantRow struct {
	ID, Name                   string
	Passes, Logins, Supervised int
	NotAssessed                int // log-ins
	Urgent                     int // open incidents of critical or high severity
	Seen, Days                 int // days of the period whose sign-ins can show a pass, and all
}

// ByTenant holds a row for each tenant, in their order.
func ByTenant(r *analysis.Result) []TenantRow {
	rows := make([]TenantRow, len(r.Tenants))
	at := make(map[string]*TenantRow, len(rows))
	for i, id := range r.Tenants {
		rows[i] = TenantRow{ID: id, Name: Tenant(r, id)}
		at[id] = &rows[i]
	}
	of := func(id string) *TenantRow {
		if row := at[id]; row != nil {
			return row
		}
		return &TenantRow{}
	}
	for _, p := range r.Passes {
		of(p.TenantID).Passes++
	}
	for _, l := range r.Logins {
		row := of(l.TenantID)
		row.Logins++
		switch l.Supervised {
		case "yes":
			row.Supervised++
		case "no":
		default:
			row.NotAssessed++
		}
	}
	for _, i := range r.Incidents {
		if i.Status == "open" && i.Severity.Rank() >= analysis.Severity("high").Rank() {
			of(i.TenantID).Urgent++
		}
	}
	for _, d := range r.Coverage {
		if d.LogType != "sign-in interactive" || !r.Period.From.IsZero() &&
			!r.Period.Touches(d.Day, d.Day.Add(when.Day-1)) {
			continue
		}
		row := of(d.TenantID)
		if d.Status == "quiet" || d.CanShowTAP > 0 {
			row.Seen++
		}
	}
	total := 0
	if !r.Period.From.IsZero() && r.Period.From.Before(r.Period.To) {
		total = int(r.Period.LastInstant().Truncate(when.Day).Sub(r.Period.From.Truncate(when.Day))/when.Day) + 1
	}
	for i := range rows {
		rows[i].Days = total
	}
	return rows
}
