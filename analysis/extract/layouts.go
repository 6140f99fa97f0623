package extract

import (
	"strings"

	"tapaudit/ingest/formats"
)

// A layout says where a lake's tables have what the case's columns hold. Each source is a column, or a member of a nested
// one after dots; of several, after a |, the first that is there counts.
type layout struct {
	signIns, audits map[string]string // by the case's column
	tables          map[string]string // default names: signins, noninteractive, audits
	day             string            // the column by which the tables are partitioned, "" where there is none
	filtered        string            // the column that marks records of filtered exports, "" where there is none
	nested          string            // text or struct
	times           string            // text or timestamp
	asIs            bool              // the tables have the case's columns, as the case has them
}

// Layouts are the names of the layouts, in order.
func Layouts() []string { return []string{"lake", "graph", "loganalytics"} }

func layoutOf(name string) (layout, bool) {
	switch name {
	case "lake": // as 'tapaudit lake' writes it
		l := layout{day: "day", filtered: "filtered", nested: "text", times: "timestamp", asIs: true,
			tables: map[string]string{"signins": "lake/signins", "audits": "lake/audits"}, signIns: map[string]string{}, audits: map[string]string{}}
		for _, c := range formats.SignInColumns {
			l.signIns[c.Name] = c.Name
		}
		for _, c := range formats.AuditColumns {
			l.audits[c.Name] = c.Name
		}
		return l, true
	case "graph": // Graph's signIn and directoryAudit, a column per member
		l := layout{nested: "text", times: "text", tables: map[string]string{"signins": "signins", "audits": "audits"},
			signIns: map[string]string{}, audits: map[string]string{}}
		for _, c := range formats.SignInColumns {
			l.signIns[c.Name] = c.Graph
		}
		for _, c := range formats.AuditColumns {
			l.audits[c.Name] = c.Graph
		}
		l.signIns["interactive"] = "isInteractive|signInEventTypes"
		l.audits["actor_ip"] += "|initiatedBy.app.ipAddress"
		return l, true
	case "loganalytics": // the tables of Log Analytics and Sentinel
		l := layout{nested: "text", times: "text", signIns: map[string]string{}, audits: map[string]string{},
			tables: map[string]string{"signins": "SigninLogs", "noninteractive": "AADNonInteractiveUserSignInLogs", "audits": "AuditLogs"}}
		for _, c := range formats.SignInColumns {
			l.signIns[c.Name] = pascal(c.Graph)
		}
		for _, c := range formats.AuditColumns {
			l.audits[c.Name] = pascal(c.Graph)
		}
		for name, source := range map[string]string{
			"time": "CreatedDateTime|TimeGenerated", "tenant_id": "AADTenantId", "ip": "IPAddress", "resource_id": "ResourceIdentity",
			"country": "LocationDetails.countryOrRegion|Location", "city": "LocationDetails.city", "interactive": "",
			"error_code": "Status.errorCode|ResultType", "failure_reason": "Status.failureReason|ResultDescription",
		} {
			l.signIns[name] = source
		}
		for name, source := range map[string]string{
			"time": "ActivityDateTime|TimeGenerated", "tenant_id": "AADTenantId", "activity": "ActivityDisplayName|OperationName",
			"other_reason": "ResultDescription", "actor_ip": "InitiatedBy.user.ipAddress|InitiatedBy.app.ipAddress",
		} {
			l.audits[name] = source
		}
		return l, true
	}
	return layout{}, false
}

// pascal is a source of Graph in the spelling of Log Analytics, whose columns alone are spelled otherwise.
func pascal(source string) string {
	if source == "" {
		return ""
	}
	return strings.ToUpper(source[:1]) + source[1:]
}
