package formats

import (
	"cmp"
	"strings"

	"github.com/tidwall/gjson"

	"tapaudit/ingest/record"
)

// Tables in Parquet. A lake's or DuckDB's have the columns of Graph or of Log Analytics and are read by those formats,
// a row being an object. Matano has its own: the names of Elastic's Common Schema, and the log's own under azure with
// snake_case names.

// unusedColumns are large and no table of the case reads them.
var unusedColumns = map[string]bool{
	"appliedconditionalaccesspolicies": true, "conditionalaccesspolicies": true, "appliedeventlisteners": true,
	"authenticationprocessingdetails": true, "authenticationrequirementpolicies": true,
	"sessionlifetimepolicies":              true,
	"authenticationcontextclassreferences": true, "privatelinkdetails": true, "mamdetails": true,
}

// ParquetColumn says whether a Parquet table's column of that name is to be read.
func ParquetColumn(name string) bool { return !unusedColumns[strings.ToLower(name)] }

// matanoSignIn is a row of Matano's table of sign-ins: ts, source, geo, message and user_agent were taken out of the
// record when it was written, the rest is azure.aad_signinlogs. Of status the error code is left, the failure reason
// became message. Steps and network locations are texts of JSON. There is no session id.
var matanoSignIn = &Format{
	Name:  "Matano sign-ins",
	needs: need("azure"),
	is:    func(o object) bool { return o.get("azure").Get("aad_signinlogs").IsObject() },
	read: func(o object, in *Input) Outcome {
		log := fromSnakeCase(o.get("azure").Get("aad_signinlogs"))
		category := log.text("category")
		lower := strings.ToLower(category)
		if otherCategories[lower] {
			return Outcome{NotUsed: "category " + category}
		}
		log.put("createdDateTime", o.get("ts"))
		log.put("id", o.get("event").Get("id"))
		log.put("ipAddress", firstText(o.get("source").Get("ip"), o.get("source").Get("address"),
			o.get("client").Get("ip")))
		log.put("userAgent", o.get("user_agent").Get("original"))
		log.put("location", nestedObject(member{"city", o.get("geo").Get("city_name")},
			member{"countryOrRegion", o.get("geo").Get("country_iso_code")}))
		log.put("riskLevelDuringSignIn", log.get("riskLevelDuringSignin"))
		e := envelope{
			tenant:            cmp.Or(scalarText(o.get("azure").Get("tenant_id")), log.text("tenantId")),
			interactive:       signInCategories[lower],
			resultType:        log.text("resultType"),
			resultDescription: cmp.Or(scalarText(o.get("message")), log.text("resultDescription")),
			correlation:       scalarText(o.get("azure").Get("correlation_id")),
		}
		return readSignIn(log, in, e)
	},
}

// matanoAudit is a row of Matano's table of directory audits, of the same make: the result became event.outcome.
var matanoAudit = &Format{
	Name:  "Matano directory audits",
	needs: need("azure"),
	is:    func(o object) bool { return o.get("azure").Get("aad_auditlogs").IsObject() },
	read: func(o object, in *Input) Outcome {
		log := fromSnakeCase(o.get("azure").Get("aad_auditlogs"))
		log.put("activityDateTime", firstText(log.get("activityDatetime"), o.get("ts")))
		log.put("activityDisplayName", firstText(log.get("operationName"), o.get("event").Get("action")))
		log.put("id", o.get("event").Get("id"))
		log.put("result", o.get("event").Get("outcome"))
		return readAudit(log, in, envelope{
			tenant:      scalarText(o.get("azure").Get("tenant_id")),
			reason:      scalarText(o.get("message")),
			correlation: scalarText(o.get("azure").Get("correlation_id")),
		})
	},
}

// put adds a member where the object has none of that name, or a null.
func (o *object) put(key string, value gjson.Result) {
	if !value.Exists() || value.Type == gjson.Null {
		return
	}
	for i, k := range o.keys {
		if k == key {
			if o.values[i].Type == gjson.Null {
				o.values[i] = value
			}
			return
		}
	}
	o.keys = append(o.keys, key)
	o.values = append(o.values, value)
}

// firstText is the first of values that is a text and not empty.
func firstText(values ...gjson.Result) gjson.Result {
	for _, v := range values {
		if strings.TrimSpace(scalarText(v)) != "" {
			return v
		}
	}
	return gjson.Result{}
}

// jsonTexts are the lists whose elements Matano writes as texts of JSON. The values of an audit event's modified
// properties are such texts in Graph too and stay so.
var jsonTexts = map[string]bool{"authentication_details": true, "network_location_details": true}

// fromSnakeCase is an object in Graph's spelling: names in camelCase at every level.
func fromSnakeCase(v gjson.Result) object {
	var b strings.Builder
	writeCamelCase(&b, v, false, 0)
	return readObject(gjson.Parse(b.String()))
}

// deepestSnake is how deep names are put into another spelling; beyond it values stand as they are.
const deepestSnake = 32

func writeCamelCase(b *strings.Builder, v gjson.Result, isText bool, depth int) {
	if isText {
		v = unwrap(v)
	}
	if v.Type != gjson.JSON || depth == deepestSnake {
		b.WriteString(v.Raw)
		return
	}
	open, shut := byte('['), byte(']')
	if v.IsObject() {
		open, shut = '{', '}'
	}
	b.WriteByte(open)
	first := true
	v.ForEach(func(k, e gjson.Result) bool {
		if !first {
			b.WriteByte(',')
		}
		first = false
		if open == '{' {
			b.WriteString(quote(record.FromSnake(k.String())))
			b.WriteByte(':')
		}
		writeCamelCase(b, e, isText || open == '{' && jsonTexts[k.String()], depth+1)
		return true
	})
	b.WriteByte(shut)
}
