package formats

import (
	"regexp"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"tapaudit/ingest/record"
)

// scubaGear is ScubaGear's ProviderSettingsExport.json, or ScubaResults_<id>.json with the same under Raw. One object
// has the authentication methods' configurations, privileged users and Conditional Access policies, all in
// PowerShell's spelling. It lists the users of eight roles only: absence proves nothing. Older versions write the
// pass's settings under AdditionalProperties.
var scubaGear = &Format{
	Name: "ScubaGear export",
	is: func(o object) bool {
		raw, _ := scubaSettings(o)
		return raw.hasAny("authentication_method", "privileged_users", "conditional_access_policies") &&
			raw.hasAny("tenant_details", "timestamp_zulu", "date", "module_version", "baseline_version")
	},
	read: func(o object, in *Input) Outcome {
		raw, metadata := scubaSettings(o)
		s := newSnapshot(in)
		if t, ok := scubaTime(raw, metadata, in.Order); ok {
			s.taken = t
		}
		s.tenant = scubaTenant(raw, metadata)
		raw.get("authentication_method").ForEach(func(_, m gjson.Result) bool {
			if configuration, ok := passConfiguration(m.Get("authentication_method_feature_settings")); ok {
				s.policy(configuration)
			}
			return true
		})
		raw.get("privileged_users").ForEach(func(id, v gjson.Result) bool {
			u := readObject(v)
			holder := object{
				keys: []string{"id", "userPrincipalName", "displayName", "@odata.type"},
				values: []gjson.Result{stringValue(id.String()), u.get("UserPrincipalName"), u.get("DisplayName"),
					stringValue("user")},
			}
			u.get("roles").ForEach(func(_, role gjson.Result) bool {
				if role.Type != gjson.String || !s.holder(roleRef{name: role}, holder, false) {
					s.out.Wrong++
				}
				return true
			})
			return true
		})
		raw.get("conditional_access_policies").ForEach(func(_, p gjson.Result) bool {
			if !s.conditionalAccess(camel(readObject(p))) {
				s.out.Wrong++
			}
			return true
		})
		if len(s.out.Rows) == 0 {
			s.out.NotUsed = "a ScubaGear export without settings of Entra ID"
		}
		return s.out
	},
}

// scubaSettings are what the provider exported, and the report's metadata where the file is the report.
func scubaSettings(o object) (raw, metadata object) {
	if inner := o.get("Raw"); inner.IsObject() {
		return readObject(inner), readObject(o.get("MetaData"))
	}
	return o, object{}
}

func scubaTenant(raw, metadata object) string {
	if id := metadata.text("TenantId"); record.Present(id) {
		return id
	}
	found := ""
	raw.get("tenant_details").ForEach(func(_, t gjson.Result) bool {
		if id := scalarText(t.Get("TenantId")); record.Present(id) {
			found = id
		}
		return found == ""
	})
	return found
}

// collectorDate is the older versions' date, as in 05/04/2026 17:15:48 Coordinated Universal Time. It is in the
// culture of the collector's machine, month first as a rule, with the English name of its time zone.
var collectorDate = regexp.MustCompile(`^(.*?\d(?:\s*[AaPp][Mm])?)\s+([A-Za-z][A-Za-z. ]*)$`)

// zoneHours are the offsets of those zones that the tool's users live in; of any other the time stays unknown.
var zoneHours = map[string]int{
	"coordinated universal time": 0, "utc": 0, "gmt standard time": 0, "greenwich standard time": 0,
	"gmt daylight time":     1,
	"eastern standard time": -5, "eastern daylight time": -4, "central standard time": -6, "central daylight time": -5,
	"mountain standard time": -7, "mountain daylight time": -6, "us mountain standard time": -7,
	"pacific standard time": -8, "pacific daylight time": -7, "alaskan standard time": -9, "alaskan daylight time": -8,
	"hawaiian standard time": -10, "w. europe standard time": 1, "w. europe daylight time": 2,
	"central europe standard time": 1, "central europe daylight time": 2, "romance standard time": 1,
	"romance daylight time": 2,
}

// scubaTime is when the settings were read.
func scubaTime(raw, metadata object, order DateOrder) (time.Time, bool) {
	for _, text := range []string{raw.text("timestamp_zulu"), metadata.text("TimestampZulu"), raw.text("date")} {
		if t, bad := checkTime(text, order); bad == "" {
			return t, true
		}
		m := collectorDate.FindStringSubmatch(strings.TrimSpace(text))
		if m == nil {
			continue
		}
		hours, known := zoneHours[strings.ToLower(strings.TrimSpace(m[2]))]
		own := Input{}
		own.see(m[1])
		order, _ := own.Dates.Order(order)
		if t, bad := checkTime(m[1], order); known && bad == "" {
			return t.Add(time.Duration(-hours) * time.Hour), true
		}
	}
	return time.Time{}, false
}
