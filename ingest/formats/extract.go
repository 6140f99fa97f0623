package formats

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"tapaudit/ingest/casefile"
)

// Lakes and their extracts. A lake that 'tapaudit lake' wrote has the case's own columns; an extract, which an engine
// made of a lake by a query of 'tapaudit extract', has the same columns for its records, beside two tables of numbers.
// Each row of an extract names the query in its column extract, each row of a lake has a column lake.

// RecordColumn is a column of sign-ins or audit events as the case, a lake and an extract have it.
type RecordColumn struct {
	casefile.Column
	Graph string // the same in Graph's record, e.g. status.errorCode; "" where Graph has none
}

func recordColumn(name, kind, graph string) RecordColumn {
	return RecordColumn{casefile.Column{Name: name, Type: kind}, graph}
}

// SignInColumns are the columns of the case's signin_record after its place, in order.
var SignInColumns = []RecordColumn{
	recordColumn("id", "VARCHAR", "id"), recordColumn("time", "TIMESTAMP", "createdDateTime"),
	recordColumn("tenant_id", "VARCHAR", ""), recordColumn("home_tenant_id", "VARCHAR", "homeTenantId"), recordColumn("resource_tenant_id", "VARCHAR", "resourceTenantId"),
	recordColumn("user_id", "VARCHAR", "userId"), recordColumn("upn", "VARCHAR", "userPrincipalName"), recordColumn("user_name", "VARCHAR", "userDisplayName"),
	recordColumn("user_type", "VARCHAR", "userType"), recordColumn("app_id", "VARCHAR", "appId"), recordColumn("app_name", "VARCHAR", "appDisplayName"),
	recordColumn("resource_id", "VARCHAR", "resourceId"), recordColumn("resource_name", "VARCHAR", "resourceDisplayName"),
	recordColumn("ip", "VARCHAR", "ipAddress"), recordColumn("asn", "BIGINT", "autonomousSystemNumber"),
	recordColumn("country", "VARCHAR", "location.countryOrRegion"), recordColumn("city", "VARCHAR", "location.city"),
	recordColumn("client_app", "VARCHAR", "clientAppUsed"), recordColumn("user_agent", "VARCHAR", "userAgent"),
	recordColumn("device_id", "VARCHAR", "deviceDetail.deviceId"), recordColumn("device_name", "VARCHAR", "deviceDetail.displayName"),
	recordColumn("operating_system", "VARCHAR", "deviceDetail.operatingSystem"),
	recordColumn("correlation_id", "VARCHAR", "correlationId"), recordColumn("session_id", "VARCHAR", "sessionId"),
	recordColumn("original_request_id", "VARCHAR", "originalRequestId"), recordColumn("token_id", "VARCHAR", "uniqueTokenIdentifier"),
	recordColumn("interactive", "BOOLEAN", "isInteractive"), recordColumn("protocol", "VARCHAR", "authenticationProtocol"),
	recordColumn("transfer_method", "VARCHAR", "originalTransferMethod"), recordColumn("requirement", "VARCHAR", "authenticationRequirement"),
	recordColumn("conditional_access", "VARCHAR", "conditionalAccessStatus"), recordColumn("risk", "VARCHAR", "riskLevelDuringSignIn"),
	recordColumn("error_code", "BIGINT", "status.errorCode"), recordColumn("failure_reason", "VARCHAR", "status.failureReason"),
	recordColumn("trusted_location", "BOOLEAN", "networkLocationDetails"), recordColumn("steps", "JSON", "authenticationDetails"),
	recordColumn("method_bits", "BIGINT", ""), recordColumn("event_id", "VARCHAR", ""), recordColumn("log", "VARCHAR", ""),
	recordColumn("can_show_tap", "BOOLEAN", ""),
}

// AuditColumns are the columns of the case's audit_record after its place, in order.
var AuditColumns = []RecordColumn{
	recordColumn("id", "VARCHAR", "id"), recordColumn("time", "TIMESTAMP", "activityDateTime"), recordColumn("tenant_id", "VARCHAR", ""),
	recordColumn("activity", "VARCHAR", "activityDisplayName"), recordColumn("category", "VARCHAR", "category"), recordColumn("service", "VARCHAR", "loggedByService"),
	recordColumn("result", "VARCHAR", "result"), recordColumn("reason", "VARCHAR", "resultReason"), recordColumn("other_reason", "VARCHAR", ""),
	recordColumn("correlation_id", "VARCHAR", "correlationId"),
	recordColumn("actor_user_id", "VARCHAR", "initiatedBy.user.id"), recordColumn("actor_upn", "VARCHAR", "initiatedBy.user.userPrincipalName"),
	recordColumn("actor_name", "VARCHAR", "initiatedBy.user.displayName"), recordColumn("actor_ip", "VARCHAR", "initiatedBy.user.ipAddress"),
	recordColumn("actor_app_id", "VARCHAR", "initiatedBy.app.appId"), recordColumn("actor_app_name", "VARCHAR", "initiatedBy.app.displayName"),
	recordColumn("actor_sp_id", "VARCHAR", "initiatedBy.app.servicePrincipalId"), recordColumn("actor_sp_name", "VARCHAR", "initiatedBy.app.servicePrincipalName"),
	recordColumn("targets", "JSON", "targetResources"), recordColumn("details", "JSON", "additionalDetails"),
}

// Lake is what a lake has beside a record's columns.
const (
	LakeSignIn = "sign-in"     // in the column lake
	LakeAudit  = "audit event" // likewise
)

// Extract says what the extract column of a row says: by which query, on which engine, over which days.
type Extract struct {
	Engine, From, To, Hash string // times as RFC 3339, To exclusive; Hash is the query's, see package extract
}

// String is how rows name the extract.
func (e Extract) String() string {
	return fmt.Sprintf("tapaudit 1; %s; %s to %s; %s", e.Engine, e.From, e.To, e.Hash)
}

var extractName = regexp.MustCompile(`^tapaudit 1; ([a-z]{1,20}); ([0-9TZ:.-]{20,32}) to ([0-9TZ:.-]{20,32}); ([0-9a-f]{64})$`)

// ParseExtract reads what String wrote.
func ParseExtract(name string) (Extract, bool) {
	m := extractName.FindStringSubmatch(name)
	if m == nil {
		return Extract{}, false
	}
	return Extract{m[1], m[2], m[3], m[4]}, true
}

// note is what evidence.csv says of a file of the extract.
func (e Extract) note() string {
	return fmt.Sprintf("an extract of a lake, from %s to %s, made on %s by the query %s; its days are counted in its table of days", e.From, e.To, e.Engine, e.Hash)
}

// ExtractDays and ExtractAddresses are an extract's tables of numbers.
var (
	ExtractDays = newTable("extract_day", append(text("_extract", "_tenant", "log_type", "first_time", "last_time", "first_tap_time", "last_tap_time"),
		column("records", "BIGINT"), column("can_show_tap", "BIGINT")), `
SELECT $source, line, ordinal, _extract, _tenant, log_type, recorded_at::DATE, records, can_show_tap,
    TRY_CAST(first_time AS TIMESTAMPTZ) AT TIME ZONE 'UTC', TRY_CAST(last_time AS TIMESTAMPTZ) AT TIME ZONE 'UTC',
    TRY_CAST(first_tap_time AS TIMESTAMPTZ) AT TIME ZONE 'UTC', TRY_CAST(last_tap_time AS TIMESTAMPTZ) AT TIME ZONE 'UTC'
FROM record`)
	ExtractAddresses = newTable("extract_address", append(text("_extract", "_tenant", "ip", "user_id", "upn"), column("users", "BIGINT")), `
SELECT $source, line, ordinal, _extract, _tenant, ip, user_id, upn, users FROM record`)
)

var extractDays = &Format{
	Name:      "lake extract: days",
	recognise: func(o object) bool { return o.has("extract", "log_type", "day") },
	read: func(o object, in *Input) Outcome {
		return readExtract(o, func(e Extract) Outcome {
			at, bad := in.time(o.text("day"))
			if bad != "" {
				return Outcome{Bad: bad}
			}
			v := ExtractDays.values()
			switch logType := o.text("log_type"); logType {
			case "audit", "sign-in interactive", "sign-in non-interactive":
				v.set("log_type", logType)
			default:
				return Outcome{Bad: "a log type of no kind that is known"}
			}
			for _, name := range []string{"first_time", "last_time", "first_tap_time", "last_tap_time"} {
				tap := strings.Contains(name, "tap")
				if tap && !isPresent(o.text(name)) {
					continue
				}
				t, bad := in.time(o.text(name))
				if bad != "" {
					return Outcome{Bad: name + ": " + bad}
				}
				v.set(name, t.Format("2006-01-02T15:04:05.999999Z07:00"))
			}
			for _, name := range []string{"records", "can_show_tap"} {
				n, ok := scalarOf("BIGINT", o.get(name))
				if !ok || n == "" || n[0] == '-' {
					return Outcome{Bad: name + " is no number of records"}
				}
				v.set(name, n)
			}
			return v.extracted(o, e, at)
		})
	},
}

var extractAddresses = &Format{
	Name:      "lake extract: addresses",
	recognise: func(o object) bool { return o.has("extract", "ip", "users") },
	read: func(o object, _ *Input) Outcome {
		return readExtract(o, func(e Extract) Outcome {
			if n, ok := scalarOf("BIGINT", o.get("users")); !ok || n == "" || n[0] == '-' || !isPresent(o.text("ip")) {
				return Outcome{Bad: "no address or no number of users"}
			}
			v := ExtractAddresses.values()
			v.read(o.get)
			return v.extracted(o, e, time.Time{})
		})
	},
}

// extracted ends a row of a table of numbers with the extract and the tenant.
func (v *values) extracted(o object, e Extract, at time.Time) Outcome {
	v.set("_extract", e.String())
	v.set("_tenant", o.text("tenant_id"))
	return Outcome{Rows: []Row{v.row(at)}, Wrong: v.Wrong}
}

var extractSignIns = &Format{
	Name:      "lake extract: sign-ins",
	recognise: func(o object) bool { return o.has("extract", "id", "time", "interactive") },
	read: func(o object, in *Input) Outcome {
		return readExtract(o, func(Extract) Outcome { return readLakeSignIn(o, in) })
	},
}

var extractAudits = &Format{
	Name:      "lake extract: audit events",
	recognise: func(o object) bool { return o.has("extract", "time") && o.hasAny("activity", "targets") },
	read: func(o object, in *Input) Outcome {
		return readExtract(o, func(Extract) Outcome { return readLakeAudit(o, in) })
	},
}

// readExtract reads a row of an extract. What it holds was chosen: it says nothing by its silence.
func readExtract(o object, read func(Extract) Outcome) Outcome {
	e, ok := ParseExtract(o.text("extract"))
	if !ok {
		return Outcome{Bad: "its column extract is none that a query of 'tapaudit extract' writes"}
	}
	out := read(e)
	out.Note, out.Filtered = e.note(), true
	return out
}

var lakeSignIns = &Format{
	Name:      "lake sign-ins",
	recognise: func(o object) bool { return o.has("lake", "id", "time", "interactive") },
	read: func(o object, in *Input) Outcome {
		out := readLakeSignIn(o, in)
		out.Filtered = o.get("filtered").Bool()
		return out
	},
}

var lakeAudits = &Format{
	Name:      "lake audit events",
	recognise: func(o object) bool { return o.has("lake", "time") && o.hasAny("activity", "targets") },
	read: func(o object, in *Input) Outcome {
		out := readLakeAudit(o, in)
		out.Filtered = o.get("filtered").Bool()
		return out
	},
}

// lakeManifest is the list of exports that a lake was made of.
var lakeManifest = &Format{
	Name:      "lake manifest",
	recognise: func(o object) bool { return o.has("lake", "exports") },
	read: func(o object, _ *Input) Outcome {
		out := Outcome{NotUsed: "the list of exports that the lake was made of"}
		var quarantined, exports int64
		o.get("exports").ForEach(func(_, e gjson.Result) bool {
			exports++
			quarantined += e.Get("quarantined").Int()
			return true
		})
		if quarantined > 0 {
			out.Note = fmt.Sprintf("when the lake was written from %d exports, %d of their records could not be read: they are in its lake.json only", exports, quarantined)
		}
		return out
	},
}

func readLakeSignIn(o object, in *Input) Outcome {
	g := toGraph(o, SignInColumns)
	e := envelope{tenant: o.text("tenant_id"), bits: o.text("method_bits"), event: o.text("event_id"), log: o.text("log")}
	if e.log == "signin" {
		e.log = ""
	}
	return readSignIn(g, in, e)
}

func readLakeAudit(o object, in *Input) Outcome {
	return readAudit(toGraph(o, AuditColumns), in, envelope{tenant: o.text("tenant_id"), reason: o.text("other_reason"), nameless: true})
}

// toGraph is a row in Graph's shape.
func toGraph(o object, columns []RecordColumn) object {
	var g object
	nested := map[string][]member{}
	var outer []string
	add := func(key string, m member) {
		if !m.value.Exists() || m.value.Type == gjson.Null {
			return
		}
		if nested[key] == nil {
			outer = append(outer, key)
		}
		nested[key] = append(nested[key], m)
	}
	for _, c := range columns {
		v := o.get(c.Name)
		switch path := strings.Split(c.Graph, "."); {
		case c.Graph == "":
		case c.Name == "trusted_location":
			if strings.EqualFold(scalarText(v), "true") {
				g.with(c.Graph, gjson.Parse(`[{"networkType":"trustedNamedLocation"}]`))
			}
		case len(path) == 1:
			g.with(c.Graph, v)
		case len(path) == 2:
			add(path[0], member{path[1], v})
		default:
			add(path[0]+"."+path[1], member{path[2], v})
		}
	}
	twice := map[string][]member{}
	for _, key := range outer {
		first, second, deep := strings.Cut(key, ".")
		if !deep {
			g.with(key, nestedObject(nested[key]...))
			continue
		}
		twice[first] = append(twice[first], member{second, nestedObject(nested[key]...)})
	}
	for first, members := range twice {
		g.with(first, nestedObject(members...))
	}
	return g
}
