package formats

import (
	"regexp"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"tapaudit/ingest/record"
)

// What is not recognised may be the very export that matters, in a form that nobody foresaw. What it looks like tells
// how to export it so that it can be read.

// Look is what an unknown record or table looks like, for a reader.
type Look struct {
	What string // what it looks like and how to export it, without a full stop
	Logs bool   // its keys or columns are those of sign-ins or audit events
}

const (
	exportInstead = "export sign-ins and audit events as JSON: from the Entra admin centre, Microsoft Graph's beta endpoint, or Azure Monitor"

	looksElastic = "Elasticsearch documents without the original records: switch on the integration's option to preserve the original event " +
		"and export documents with the field event.original, or take the records from the storage account or the event hub that feeds Elasticsearch"
	looksSplunk = "a table of Splunk without the field _raw: end the search with \"| table _raw\", or export its events as raw or JSON"
	looksPortal = "a CSV of the Entra admin centre in another language than English: set the portal's language to English and download again, or download as JSON"
	looksKusto  = "a table or an answer of Kusto or Log Analytics without the columns of SigninLogs or AuditLogs: export these tables whole, with their own names of columns"

	// AvroCapture is what is said of a file that Event Hubs Capture wrote.
	AvroCapture = "Event Hub Capture (Avro), which is not read: turn it into JSON (its Body holds the records), " +
		"or send the logs to a storage account or to Log Analytics and export them from there"
)

// LooksLike says what a record of no known kind looks like.
func LooksLike(text string) Look {
	v := unwrap(gjson.Parse(text))
	look := Look{What: exportInstead, Logs: namesLogs(v, deepestWrapper)}
	if !v.IsObject() {
		return look
	}
	o := readObject(v)
	dotted := false
	for _, k := range o.keys {
		dotted = dotted || strings.HasPrefix(k, "properties.") || strings.Contains(k, "{}")
	}
	switch {
	case v.Get("error.code").Exists() && v.Get("error.message").Exists():
		look.What = "an error answer of Microsoft Graph in place of an export (" +
			record.Excerpt([]byte(v.Get("error.code").String()), 80) + ": " +
			record.Excerpt([]byte(v.Get("error.message").String()), 120) +
			"): sign-ins need a Microsoft Entra ID P1 or P2 licence and the permission AuditLog.Read.All; mend that and export again"
	case o.has("_source") || o.has("@timestamp") && o.hasAny("azure", "event", "ecs", "agent", "data_stream"):
		look.What = looksElastic
	case o.hasAny("_raw", "_time", "_bkt", "_cd") || o.get("result").IsObject() || dotted:
		look.What = looksSplunk
	case o.hasAny("TimeGenerated", "TableName", "FrameType"):
		look.What = looksKusto
	default:
		look.What = "objects with the keys " + record.Excerpt([]byte(strings.Join(o.keys[:min(len(o.keys), 8)], ", ")),
			160) + ": " + exportInstead
	}
	return look
}

var portalName = regexp.MustCompile(`(?i)(?:^|/)(?:(?:Non)?Interactive|Application|MSI)SignIns_|(?:^|/)AuditLogs_\d|(?:^|/)SignIns_\d`)

// HeaderLooksLike says what a table of no known kind looks like, whose source has this label.
func HeaderLooksLike(columns []string, label string) Look {
	var h object
	look := Look{}
	dotted := false
	for _, c := range columns {
		folded := fold(c)
		h.with(folded, gjson.Result{Type: gjson.String, Str: "-", Raw: `"-"`})
		dotted = dotted || strings.HasPrefix(folded, "properties.") || strings.Contains(folded, "{}") ||
			strings.HasPrefix(folded, "result.")
	}
	look.Logs = keysOfLogs(h.keys)
	switch {
	case portalName.MatchString(strings.ReplaceAll(label, `\`, "/")),
		strings.Contains(strings.Join(h.keys, "|"), "(utc)"):
		look.What = looksPortal
	case h.hasAny("_source", "@timestamp", "event.dataset", "data_stream.dataset"):
		look.What = looksElastic
	case h.hasAny("_time", "_raw") || dotted:
		look.What = looksSplunk
	case h.hasAny("timegenerated", "timegenerated [utc]", "tablename"):
		look.What = looksKusto
	default:
		look.What = "a table of a kind that is not known: " + exportInstead
	}
	return look
}

// keyOf is a key as keys are compared that may be spelled in any way.
func keyOf(key string) string {
	return strings.ToLower(strings.NewReplacer(" ", "", "_", "").Replace(key))
}

// isLogKey says whether a key is one that sign-ins or audit events alone have; of a dotted key each part is one.
func isLogKey(key string) bool {
	return strings.Contains(key, "authenticationdetails") || strings.Contains(key, "activitydisplayname")
}

// nameTogether says whether a user and a correlation id stand side by side.
func nameTogether(keys []string) bool {
	user, correlation := false, false
	for _, k := range keys {
		k = keyOf(k)
		user, correlation = user || strings.HasSuffix(k, "userprincipalname"), correlation ||
			strings.HasSuffix(k, "correlationid")
	}
	return user && correlation
}

// keysOfLogs says whether keys that stand side by side are those of sign-ins or audit events.
func keysOfLogs(keys []string) bool {
	return slices.ContainsFunc(keys, func(k string) bool { return isLogKey(keyOf(k)) }) || nameTogether(keys)
}

// namesLogs says whether keys of sign-ins or audit events stand anywhere in a value.
func namesLogs(v gjson.Result, depth int) bool {
	if v = unwrap(v); v.Type != gjson.JSON || depth == 0 {
		return false
	}
	found := false
	var keys []string
	v.ForEach(func(k, e gjson.Result) bool {
		if k.Type == gjson.String {
			keys = append(keys, k.String())
		}
		found = found || namesLogs(e, depth-1)
		return !found
	})
	return found || keysOfLogs(keys)
}

// ownReport is what tapaudit itself wrote: a report's files.
var ownReport = &Format{
	Name: "report of tapaudit",
	is: func(o object) bool {
		return o.text("tool") == "tapaudit" && o.has("rules_sha256") || o.has("finding_id", "rule_id") ||
			o.has("rule_id", "population", "assessed") ||
			o.has("pass_id", "end_basis") || o.has("footprint", "supervised") || o.has("log_type", "can_show_tap") ||
			o.has("usable_once", "default_minutes") ||
			o.has("rule_id", "approved_on", "findings") || o.has("records_read", "records_quarantined", "sha256") ||
			o.has("offset", "reason", "excerpt", "sha256")
	},
	read: func(object, *Input) Outcome { return Outcome{NotUsed: "a report that tapaudit wrote"} },
}
