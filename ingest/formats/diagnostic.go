package formats

import (
	"regexp"
	"strings"

	"github.com/tidwall/gjson"

	"tapaudit/ingest/casefile"
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
	"microsoftgraphactivitylogs": true, "riskyusers": true, "userriskevents": true, "riskyserviceprincipals": true,
	"serviceprincipalriskevents": true, "provisioninglogs": true, "networkaccesstrafficlogs": true,
	"enrichedoffice365auditlogs": true, "remotenetworkhealthlogs": true,
	"microsoftserviceprincipalsigninlogs": true, "b2crequestlogs": true,
}

var diagnostic = &Format{
	Name: "Azure Monitor diagnostic records",
	recognise: func(o object) bool {
		category := strings.ToLower(o.text("category"))
		_, signIn := signInCategories[category]
		known := signIn || category == "auditlogs" || otherCategories[category]
		return category != "" && (o.hasAny("properties") && o.hasAny("time", "operationName", "resourceId") || known && o.hasAny("time", "properties", "resourceId"))
	},
	read: readDiagnostic,
	Fast: &Fast{
		Table: SignIns,
		Columns: append(text("category", "time", "tenantId", "resourceId", "resultType", "resultDescription", "callerIpAddress"),
			column("properties", readerStruct(readerColumns(SignIns)))),
		Relation: exactSignIns(`
SELECT
    line, line AS ordinal,
    coalesce(properties.createdDateTime, time)::TIMESTAMPTZ AT TIME ZONE 'UTC' AS recorded_at, properties.*,
    coalesce(present(tenantId), nullif(regexp_extract(resourceId, '(?i)/tenants/([^/]+)', 1), '')) AS _tenant,
    lower(category) = 'signinlogs' AS _interactive, resultType AS _resultType, resultDescription AS _resultDescription,
    NULL::BIGINT AS _bits, NULL::VARCHAR AS _event, NULL::VARCHAR AS _log
FROM line
WHERE lower(category) IN ('signinlogs', 'noninteractiveusersigninlogs')
    -- what lacks these has them in its envelope: the careful path knows how
    AND properties.ipAddress IS NOT NULL AND properties.correlationId IS NOT NULL`),
	},
}

// readerStruct is columns as one STRUCT type for DuckDB's reader.
func readerStruct(columns casefile.Columns) string {
	var parts []string
	for _, c := range columns {
		parts = append(parts, `"`+c.Name+`" `+c.Type)
	}
	return "STRUCT(" + strings.Join(parts, ", ") + ")"
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
	if m := tenantInResource.FindStringSubmatch(o.text("resourceId")); !isPresent(e.tenant) && m != nil {
		e.tenant = m[1]
	}
	properties := object{}
	if v := unwrap(o.get("properties")); v.Type == gjson.JSON && v.IsObject() {
		properties = readObject(v)
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
	return Outcome{NotUsed: "category " + category}
}
