package extract

import (
	"strings"

	"tapaudit/ingest/record"
)

// A layout says where a lake's tables have what the case's columns hold. Each source is a column, or a member of a
// nested one after dots; of several, after a |, the first that is there counts.
type layout struct {
	signIns, audits map[string]string // by the case's column
	tables          map[string]string // default names, by those of tableNames
	day             string            // the column by which the tables are partitioned, "" where there is none
	filtered        string            // the column that marks records of filtered exports, "" where there is none
	nested          string            // text or struct
	times           string            // text or timestamp
	asIs            bool              // the tables have the case's columns, as the case has them
}

// Layouts are the names of the layouts, in order.
func Layouts() []string { return []string{"lake", "graph", "loganalytics"} }

func layoutOf(name string) (layout, bool) {
	signIns, audits := map[string]string{}, map[string]string{}
	place := func(spelt func(record.Column, []string) string) {
		for kind, sources := range map[*record.Kind]map[string]string{record.SignIn: signIns, record.Audit: audits} {
			for _, c := range kind.Lake() {
				var paths []string
				for _, s := range c.Sources() {
					paths = append(paths, strings.Join(s.Path, "."))
				}
				sources[c.Name] = spelt(c, paths)
			}
		}
	}
	switch name {
	case "lake": // as 'tapaudit lake' writes it
		place(func(c record.Column, _ []string) string { return c.Name })
		return layout{day: "day", filtered: "filtered", nested: "text", times: "timestamp", asIs: true,
			tables: map[string]string{"signins": "lake/signins", "audits": "lake/audits",
				"activities": "lake/activities"}, signIns: signIns, audits: audits}, true
	case "graph": // Graph's signIn and directoryAudit, a column per member
		place(func(_ record.Column, paths []string) string { return strings.Join(paths, "|") })
		signIns["network_locations"] = signIns["trusted_location"]
		return layout{nested: "text", times: "text",
				tables: map[string]string{"signins": "signins", "audits": "audits"}, signIns: signIns, audits: audits},
			true
	case "loganalytics":
		// The tables of Log Analytics and Sentinel, whose columns alone are spelled otherwise than Graph's.
		place(func(_ record.Column, paths []string) string {
			for i := range paths {
				paths[i] = record.Pascal(paths[i])
			}
			return strings.Join(paths, "|")
		})
		signIns["network_locations"] = signIns["trusted_location"]
		for name, source := range map[string]string{
			"time": "CreatedDateTime|TimeGenerated", "tenant_id": "AADTenantId", "ip": "IPAddress",
			"resource_id": "ResourceIdentity",
			"country":     "LocationDetails.countryOrRegion|Location", "city": "LocationDetails.city", "interactive": "",
			"error_code": "Status.errorCode|ResultType", "failure_reason": "Status.failureReason|ResultDescription",
		} {
			signIns[name] = source
		}
		for name, source := range map[string]string{
			"time": "ActivityDateTime|TimeGenerated", "tenant_id": "AADTenantId",
			"activity": "ActivityDisplayName|OperationName", "other_reason": "ResultDescription",
		} {
			audits[name] = source
		}
		return layout{nested: "text", times: "text", signIns: signIns, audits: audits,
			tables: map[string]string{"signins": "SigninLogs", "noninteractive": "AADNonInteractiveUserSignInLogs",
				"audits": "AuditLogs"}}, true
	}
	return layout{}, false
}
