package formats

import (
	"github.com/tidwall/gjson"
)

// ScubaGear's ProviderSettingsExport.json, or ScubaResults_<id>.json with the same under Raw: one object with the
// authentication methods' configurations, privileged users (eight roles only: absence proves nothing) and Conditional
// Access policies, all in PowerShell's spelling.
var scubaGear = &Format{
	Name: "ScubaGear export",
	recognise: func(o object) bool {
		raw := o
		if o.get("Raw").IsObject() {
			raw = readObject(o.get("Raw"))
		}
		return raw.hasAny("authentication_method", "privileged_users", "conditional_access_policies") &&
			raw.hasAny("tenant_details", "timestamp_zulu", "date", "module_version", "baseline_version")
	},
	read: func(o object, in *Input) Outcome {
		raw := o
		if o.get("Raw").IsObject() {
			raw = readObject(o.get("Raw"))
		}
		at := *in
		for _, key := range []string{"timestamp_zulu", "date"} {
			if t, err := ParseTime(raw.text(key), in.Order); err == nil {
				at.Taken = t
				break
			}
		}
		tenant := o.get("MetaData").Get("TenantId").String()
		raw.get("tenant_details").ForEach(func(_, t gjson.Result) bool {
			if !isPresent(tenant) {
				tenant = t.Get("TenantId").String()
			}
			return !isPresent(tenant)
		})
		out := Outcome{}
		add := func(table *Table, members map[string]gjson.Result) {
			members["_tenant"] = stringValue(tenant)
			row, wrong := snapshotRow(table, &at, members)
			out.Rows = append(out.Rows, row)
			out.Wrong += wrong
		}
		raw.get("authentication_method").ForEach(func(_, m gjson.Result) bool {
			if configuration, ok := passConfiguration(m.Get("authentication_method_feature_settings")); ok {
				add(PolicySnapshots, map[string]gjson.Result{"policy": {Type: gjson.JSON, Raw: objectText(configuration)}})
			}
			return true
		})
		raw.get("privileged_users").ForEach(func(id, u gjson.Result) bool {
			u.Get("roles").ForEach(func(_, role gjson.Result) bool {
				add(RoleMembers, map[string]gjson.Result{
					"roleName": role, "principalId": stringValue(id.String()), "principalName": u.Get("DisplayName"), "principalType": stringValue("user"),
				})
				return true
			})
			return true
		})
		raw.get("conditional_access_policies").ForEach(func(_, p gjson.Result) bool {
			policy, _ := fromPowerShell(readObject(p))
			add(ConditionalAccessPolicies, map[string]gjson.Result{
				"id": policy.get("id"), "displayName": policy.get("displayName"), "state": policy.get("state"),
				"userActions": policy.get("conditions").Get("applications.includeUserActions"),
			})
			return true
		})
		if len(out.Rows) == 0 {
			out.NotUsed = "a ScubaGear export without settings of Entra ID"
		}
		return out
	},
}
