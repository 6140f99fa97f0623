package formats

import (
	"regexp"
	"strings"

	"github.com/tidwall/gjson"

	"tapaudit/ingest/record"
)

// Azure Monitor's diagnostic records, as a storage account or an Event Hub holds them: an envelope with a category
// and, under properties, the Graph object. Other categories share the account; they are counted as not used.

// signInCategories are the categories that hold users' sign-ins, and whether they are interactive.
var signInCategories = map[string]string{
	"signinlogs":                   "true",
	"noninteractiveusersigninlogs": "false",
}

// otherCategories are Entra's other diagnostic categories, known so that a record of theirs is recognised whatever
// else it lacks.
var otherCategories = map[string]bool{
	"serviceprincipalsigninlogs": true, "managedidentitysigninlogs": true, "adfssigninlogs": true,
	"riskyusers": true, "userriskevents": true, "riskyserviceprincipals": true,
	"serviceprincipalriskevents": true, "provisioninglogs": true, "networkaccesstrafficlogs": true,
	"enrichedoffice365auditlogs": true, "remotenetworkhealthlogs": true,
	"microsoftserviceprincipalsigninlogs": true, "b2crequestlogs": true,
}

var diagnostic = &Format{
	Name:  "Azure Monitor diagnostic records",
	needs: need("category,properties|time|resourceId"),
	is: func(o object) bool {
		category := strings.ToLower(o.text("category"))
		_, signIn := signInCategories[category]
		known := signIn || category == "auditlogs" || requestCategories[category] != "" || otherCategories[category]
		return category != "" && (o.hasAny("properties") && o.hasAny("time", "operationName", "resourceId") || known &&
			o.hasAny("time", "properties", "resourceId"))
	},
	read: readDiagnostic,
}

var tenantInResource = regexp.MustCompile(`(?i)/tenants/([^/]+)`)

func readDiagnostic(o object, in *Input) Outcome {
	category := o.text("category")
	lower := strings.ToLower(category)
	e := envelope{
		tenant:            o.text("tenantId"),
		time:              o.text("time"),
		resultType:        o.text("resultType"),
		resultDescription: o.text("resultDescription"),
		reason:            o.text("resultDescription"),
		callerIP:          o.text("callerIpAddress"),
		correlation:       o.text("correlationId"),
		interactive:       signInCategories[lower],
	}
	if m := tenantInResource.FindStringSubmatch(o.text("resourceId")); !record.Present(e.tenant) && m != nil {
		e.tenant = m[1]
	}
	properties := object{}
	if v := unwrap(o.get("properties")); v.Type == gjson.JSON && v.IsObject() {
		in.properties = in.tape.object(v, in.properties)
		properties = in.properties
	}
	switch {
	case e.interactive != "":
		return readSignIn(properties, in, e)
	case lower == "auditlogs":
		if !properties.has("activityDisplayName") {
			properties.keys = append(properties.keys, "activityDisplayName")
			properties.values = append(properties.values, o.get("operationName"))
		}
		return readAudit(properties, in, e)
	}
	if workload := requestCategories[lower]; workload != "" {
		return readRequest(properties, in, e, workload)
	}
	return Outcome{NotUsed: "category " + category}
}
