package formats

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"tapaudit/ingest/record"
)

// Requests to Microsoft Graph and Azure AD Graph: diagnostic categories and tables MicrosoftGraphActivityLogs and
// AADGraphActivityLogs, and Defender's GraphAPIAuditEvents. Publishers change the letter case of their names.

const (
	graphWorkload     = "Microsoft Graph"
	directoryGraph    = "Azure AD Graph"
	methodNotRecorded = "request"
)

// requestCategories are the diagnostic categories and tables that hold requests, and to what.
var requestCategories = map[string]string{
	"microsoftgraphactivitylogs": graphWorkload, "graphapiauditevents": graphWorkload,
	"aadgraphactivitylogs": directoryGraph, "azureadgraphactivitylogs": directoryGraph,
}

// defenderRequests are rows of Defender's advanced hunting table GraphAPIAuditEvents.
var defenderRequests = &Format{
	Name:   "Defender GraphAPIAuditEvents",
	column: asFolded,
	caps:   defenderSignIns.caps,
	is: func(o object) bool {
		return o.hasFolded("requestUri") && o.hasFolded("requestMethod", "responseStatusCode") &&
			o.hasFolded("timestamp") &&
			o.hasFolded("accountObjectId", "applicationId", "servicePrincipalId", "uniqueTokenIdentifier")
	},
	read: func(o object, in *Input) Outcome { return readRequest(o, in, envelope{}, graphWorkload) },
}

func init() { tryBefore(logAnalytics, defenderRequests) }

// readRequest reads a request to the workload.
func readRequest(o object, in *Input, e envelope, workload string) Outcome {
	said := saying{o}
	when := said.text("timeGenerated", "timestamp")
	if when == "" {
		when = e.time
	}
	at, bad := in.time(when)
	if bad != "" {
		return Outcome{Bad: bad}
	}
	v := newValues(record.Activity, in)
	v.set("tenant_id", e.tenant)
	v.setDefault("tenant_id", said.text("aadTenantId"))
	v.set("log_type", record.GraphActivity)
	v.set("workload", workload)
	v.set("operation", strings.ToUpper(chosen(said.text("requestMethod", "httpMethod"))))
	v.setDefault("operation", methodNotRecorded)
	v.set("user_id", said.text("userId", "userPrincipalObjectId", "accountObjectId"))
	v.set("service_principal_id", said.text("servicePrincipalId"))
	v.set("app_id", said.text("appId", "applicationId"))
	v.set("ip", withoutPort(said.text("ipAddress", "callerIpAddress")))
	v.setDefault("ip", withoutPort(e.callerIP))
	v.set("user_agent", chosen(said.text("userAgent")))
	v.set("session_id", said.text("sessionId", "c_sid"))
	v.set("token_id", said.text("signInActivityId", "uniqueTokenId", "uniqueTokenIdentifier"))
	v.set("correlation_id", said.text("clientRequestId"))
	v.setBool("by_system", false)
	v.set("items", "1")
	v.setNumber("status", said.text("responseStatusCode"))
	if status, err := strconv.Atoi(v.of("status")); err == nil {
		v.set("result", outcomeOf(status))
	}
	asked := takeApart(said.text("requestUri"), workload)
	v.set("path", asked.path)
	if len(asked.ids) > 0 {
		var object enumeration
		for _, id := range asked.ids {
			object.add(id)
		}
		v.set("object", object.text)
		v.set("targets", textsValue(asked.ids).Raw)
	}
	var d details
	d.texts("select", asked.selected)
	d.texts("filter", asked.filtered)
	v.set("details", d.json())
	v.set("id", said.text("requestId"))
	if v.of("id") == "" {
		made := record.Instant(at)
		for _, column := range []string{"user_id", "service_principal_id", "app_id", "operation", "path", "object"} {
			made += "\n" + v.of(column)
		}
		sum := sha256.Sum256([]byte(made))
		v.set("id", hex.EncodeToString(sum[:16]))
	}
	return Outcome{Rows: []Row{v.row(at)}, Wrong: v.Wrong}
}

// outcomeOf is what a status says; a redirection says neither.
func outcomeOf(status int) string {
	switch {
	case status >= 200 && status < 300:
		return "success"
	case status >= 400:
		return "failure"
	}
	return ""
}

// request is what is kept of a request's URI: never a value of its query, which may be a secret or a token.
type request struct {
	path     string   // {id} in place of each id or user principal name
	ids      []string // in order
	selected []string // properties by their names
	filtered []string
}

// longestURI is how much of a URI is looked at, in bytes; Graph answers no longer one.
const longestURI = 16 << 10

func takeApart(uri, workload string) (r request) {
	uri = uri[:min(len(uri), longestURI)]
	if _, rest, ok := strings.Cut(uri, "://"); ok {
		_, path, _ := strings.Cut(rest, "/")
		uri = path
	}
	uri, _, _ = strings.Cut(uri, "#")
	path, query, _ := strings.Cut(uri, "?")
	segments := slices.DeleteFunc(strings.Split(path, "/"), func(s string) bool { return s == "" })
	if len(segments) > 0 && (workload == directoryGraph || apiVersion.MatchString(segments[0])) {
		segments = segments[1:] // Azure AD Graph has the tenant there
	}
	var b strings.Builder
	for len(segments) > 0 {
		before := r.path[strings.LastIndexByte(r.path, '/')+1:]
		segment := decoded(segments[0])
		segments = segments[1:]
		b.WriteByte('/')
		name, key := keyed(segment)
		switch {
		case name != "":
			b.WriteString(name)
			if key != "" {
				b.WriteString("/{id}")
				r.keep(name, key)
			}
		case strings.HasSuffix(before, ":"): // a path inside a drive or of a site, up to the next colon
			for !strings.HasSuffix(segment, ":") && len(segments) > 0 {
				segment += "/" + decoded(segments[0])
				segments = segments[1:]
			}
			b.WriteString("{id}")
			r.keep(before, strings.TrimSuffix(segment, ":"))
		case isKey(segment, before):
			b.WriteString("{id}")
			if strings.HasSuffix(segment, ":") {
				b.WriteByte(':')
			}
			r.keep(before, strings.TrimSuffix(segment, ":"))
		default:
			b.WriteString(segment)
		}
		r.path = b.String()
	}
	r.path = chosen(r.path)
	for pair := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(pair, "=")
		switch strings.TrimPrefix(strings.ToLower(decoded(name)), "$") {
		case "select":
			for name := range strings.SplitSeq(queryValue(value), ",") {
				r.selected = properties(r.selected, selectedProperty, name)
			}
		case "filter":
			r.filtered = properties(r.filtered, filteredProperty, queryValue(value))
		}
	}
	return r
}

var apiVersion = regexp.MustCompile(`(?i)^(v\d+(\.\d+)?|beta)$`)

func decoded(text string) string {
	if plain, err := url.PathUnescape(text); err == nil {
		return plain
	}
	return text
}

func queryValue(text string) string {
	if plain, err := url.QueryUnescape(text); err == nil {
		return plain
	}
	return text
}

// keep keeps an id, unless it opens what it names to whoever has it: a link for sharing, a token.
func (r *request) keep(of, id string) {
	if strings.EqualFold(of, "shares") || strings.HasPrefix(id, "eyJ") || len(r.ids) >= mostListed ||
		!record.Present(id) {
		return
	}
	r.ids = append(r.ids, chosen(id))
}

// keyed takes a segment with parentheses apart. Both users('x') and users(userPrincipalName='x') name one of a
// collection, whose name is a plural. A segment delta(token='x') is a function, whose arguments are values like a
// query's. Any other segment has the name "".
func keyed(segment string) (name, key string) {
	name, arguments, ok := strings.Cut(segment, "(")
	if !ok || !strings.HasSuffix(arguments, ")") || name == "" {
		return "", ""
	}
	m := oneArgument.FindStringSubmatch(strings.TrimSuffix(arguments, ")"))
	if m != nil && strings.HasSuffix(name, "s") {
		key = m[1] + m[2]
	}
	return chosen(name), strings.ReplaceAll(key, "''", "'")
}

// oneArgument is a key in parentheses: quoted, with or without the name of an alternate key, or bare.
var oneArgument = regexp.MustCompile(`^(?:(?i:id|appId|userPrincipalName|uniqueName|roleTemplateId|externalId)=)?` +
	`(?:'((?:[^']|'')*)'|([0-9A-Za-z-]+))$`)

// collections are those whose members may have ids that look like words; so are those of authentication methods.
var collections = map[string]bool{
	"users": true, "groups": true, "devices": true, "applications": true, "serviceprincipals": true,
	"directoryobjects": true,
	"directoryroles":   true, "domains": true, "sites": true, "drives": true, "items": true, "shares": true,
	"messages": true,
	"teams":    true, "chats": true,
}

// functions are what may follow a collection in the place of an id.
var functions = []string{"delta", "root", "getbyids", "validateproperties", "getavailableextensionproperties"}

// isKey says whether a segment names one of something: by what it looks like, or by what it follows.
func isKey(segment, before string) bool {
	bare := strings.TrimSuffix(segment, ":")
	switch {
	case bare == "" || bare[0] == '$' || strings.HasPrefix(strings.ToLower(bare), "microsoft.graph."):
		return false
	case looksLikeID(bare):
		return true
	}
	lower := strings.ToLower(before)
	return (collections[lower] || strings.HasSuffix(before, "Methods")) &&
		!slices.Contains(functions, strings.ToLower(bare))
}

// looksLikeID says whether a text is not a word in camel case. It may be a GUID, a user principal name, a number, an
// id of a drive or a site, or long and as mixed as random texts are.
func looksLikeID(text string) bool {
	if strings.ContainsAny(text, "@!,=/ ") || wholeGUID.MatchString(text) {
		return true
	}
	kinds, digits, kind := 0, 0, -1
	for _, r := range text {
		now := 0
		switch {
		case unicode.IsDigit(r):
			now = 1
			digits++
		case unicode.IsUpper(r):
			now = 2
		case !unicode.IsLetter(r):
			now = 3
		}
		if now != kind {
			kinds, kind = kinds+1, now
		}
	}
	return digits == len(text) || len(text) >= 16 && kinds > 1+len(text)/3
}

// properties adds the names that a pattern finds, each once.
func properties(names []string, pattern *regexp.Regexp, expression string) []string {
	expression = quotedText.ReplaceAllString(expression, "''")
	for _, m := range pattern.FindAllStringSubmatch(expression, mostListed) {
		for _, name := range m[1:] {
			if name != "" && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

var (
	quotedText       = regexp.MustCompile(`'(?:[^']|'')*(?:'|$)`)
	selectedProperty = regexp.MustCompile(`^\s*([A-Za-z_][\w/.]{0,63})\s*$`)
	filteredProperty = regexp.MustCompile(`(?i)([a-z_][\w/]{0,63})\s+(?:eq|ne|gt|ge|lt|le|in|has)\b|` +
		`(?:startswith|endswith|contains|substringof)\s*\(\s*([a-z_][\w/]{0,63})|` +
		`([a-z_][\w/]{0,63})/(?:any|all)\s*\(`)
)
