package formats

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tapaudit/ingest/record"
)

const (
	graphConfiguration = `{"@odata.type":"#microsoft.graph.temporaryAccessPassAuthenticationMethodConfiguration","id":"TemporaryAccessPass","state":"enabled",` +
		`"defaultLifetimeInMinutes":60,"defaultLength":8,"minimumLifetimeInMinutes":60,"maximumLifetimeInMinutes":480,"isUsableOnce":false,` +
		`"includeTargets@odata.context":"https://graph.microsoft.com/beta/$metadata#x","includeTargets":[{"targetType":"group","id":"all_users","isRegistrationRequired":false}],"excludeTargets":[]}`
	sdkConfiguration = `{"Id":"TemporaryAccessPass","State":"enabled","ExcludeTargets":[{"Id":"` + helpers +
		`","TargetType":"group"}],"AdditionalProperties":{"@odata.type":"#microsoft.graph.temporaryAccessPassAuthenticationMethodConfiguration",` +
		`"defaultLifetimeInMinutes":60,"defaultLength":8,"minimumLifetimeInMinutes":60,"maximumLifetimeInMinutes":480,"isUsableOnce":true,"includeTargets":[{"targetType":"group","id":"` + helpers + `","isRegistrationRequired":false}]}}`
	pascalConfiguration = `{"@odata.type":"#microsoft.graph.temporaryAccessPassAuthenticationMethodConfiguration","Id":"TemporaryAccessPass","State":"disabled","DefaultLifetimeInMinutes":60,"DefaultLength":8,` +
		`"MinimumLifetimeInMinutes":60,"MaximumLifetimeInMinutes":480,"IsUsableOnce":true,"IncludeTargets":[{"TargetType":"group","Id":"` + helpers + `","IsRegistrationRequired":false}],"ExcludeTargets":[]}`
	fidoConfiguration = `{"@odata.type":"#microsoft.graph.fido2AuthenticationMethodConfiguration","id":"Fido2","state":"enabled","isSelfServiceRegistrationAllowed":true,"includeTargets":[{"targetType":"group","id":"all_users"}],"excludeTargets":[]}`
)

func settings(state string, once bool, include, exclude []any) []loaded {
	return []loaded{{"policy_snapshot", row{"policy": row{"id": "TemporaryAccessPass", "state": state,
		"isUsableOnce": once, "defaultLifetimeInMinutes": 60.0,
		"minimumLifetimeInMinutes": 60.0, "maximumLifetimeInMinutes": 480.0, "defaultLength": 8.0,
		"includeTargets": include, "excludeTargets": exclude}}}}
}

func target(id string) []any { return []any{row{"targetType": "group", "id": id}} }

func TestPolicy(t *testing.T) {
	none := []any{}
	for _, test := range []struct {
		name, record, format string
		want                 []loaded
		not                  string
		wrong                int
	}{
		{name: "whole policy", record: `{"@odata.context":"https://graph.microsoft.com/beta/$metadata#authenticationMethodsPolicy/$entity","id":"authenticationMethodsPolicy","displayName":"Authentication Methods Policy","lastModifiedDateTime":"2026-01-01T00:00:00Z","authenticationMethodConfigurations":[` + fidoConfiguration + `,` + graphConfiguration + `]}`,
			format: "authentication methods policy", want: settings("enabled", false, target("all_users"), none)},
		{name: "one configuration", record: graphConfiguration, format: "authentication methods policy",
			want: settings("enabled", false, target("all_users"), none)},
		{name: "PowerShell SDK", record: `{"AuthenticationMethodConfigurations":[{"Id":"Fido2","State":"enabled","AdditionalProperties":{}},` + sdkConfiguration + `],"Id":"authenticationMethodsPolicy","DisplayName":"Authentication Methods Policy","AdditionalProperties":{"@odata.context":"x"}}`,
			format: "authentication methods policy (PowerShell)",
			want:   settings("enabled", true, target(helpers), target(helpers))},
		{name: "PowerShell SDK, one configuration", record: sdkConfiguration,
			format: "authentication methods policy (PowerShell)",
			want:   settings("enabled", true, target(helpers), target(helpers))},
		{name: "another method's configuration", record: fidoConfiguration, format: "authentication methods",
			not: "an authentication method or another object of a user that is not a pass"},
		{name: "no pass in the policy",
			record: `{"id":"authenticationMethodsPolicy","authenticationMethodConfigurations":[` + fidoConfiguration +
				`]}`,
			format: "authentication methods policy", not: "a policy without a Temporary Access Pass configuration"},
		{name: "cut off and of wrong types",
			record: `{"Id":"TemporaryAccessPass","State":{"x":1},"IsUsableOnce":null,"IncludeTargets":"System.Object[]","temporaryAccessPass":"TAPRocks!"}`,
			format: "authentication methods policy (PowerShell)",
			want:   []loaded{{"policy_snapshot", row{"policy": row{"id": "TemporaryAccessPass"}}}}, wrong: 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			checkRead(t, &Input{}, test.record, test.format, test.want, test.not, "", test.wrong)
		})
	}
}

// scubaExport is an export as ScubaGear writes it, with the pass's configuration and what dates it.
func scubaExport(dates, configuration string) string {
	return `{"baseline_version":"1","module_version":"1.8.0",` + dates + `,
"tenant_details":[{"DisplayName":"Contoso","DomainName":"contoso.onmicrosoft.com","TenantId":"` + tenant + `","AADAdditionalData":[{"CreatedDateTime":"\/Date(1613679244000)\/"}]}],
"scuba_config":{"ProductNames":["aad"]},
"conditional_access_policies":[
 {"Conditions":{"ClientAppTypes":["all"],"Applications":{"IncludeApplications":[],"IncludeUserActions":["urn:user:registersecurityinfo"]},"Users":{"IncludeUsers":["All"]}},"DisplayName":"MS.AAD.3.8v1","Id":"2af2e7a1-f8c0-4c4c-9b29-df8c29380cee","State":"enabledforreportingbutnotenforced","GrantControls":{"Operator":"OR","BuiltInControls":["compliantDevice"]},"SessionControls":null,"CreatedDateTime":"\/Date(1751571468862)\/"},
 {"Conditions":"System.Collections.Hashtable","DisplayName":"cut off","Id":"2af2e7a1-f8c0-4c4c-9b29-df8c29380cef","State":"enabled"}],
"cap_table_data":[{"Name":"MS.AAD.3.8v1","State":"Report-only","Users":["Users included: All"]}],
"authorization_policies":[{"Id":"authorizationPolicy","DisplayName":"Authorization Policy"}],
"privileged_users":{"` + jane + `":{"DisplayName":"Jane","OnPremisesImmutableId":null,"roles":["Global Administrator","User Administrator"]},"` + mark + `":{"DisplayName":"Mark","roles":["Privileged Role Administrator",7]}},
"privileged_roles":[{"DisplayName":"Global Administrator","RoleTemplateId":"62e90394-69f5-4237-9190-012177145e10"}],
"authentication_method":[{"authentication_method_policy":{"PolicyMigrationState":"migrationComplete"},"authentication_method_feature_settings":[{"Id":"Fido2","State":"enabled"},` + configuration + `]}],
"aad_successful_commands":["Get-MgBetaUser"],"aad_unsuccessful_commands":[]}`
}

func TestScubaGear(t *testing.T) {
	const zulu = `"date":"09/30/2026 17:15:48 Coordinated Universal Time","timestamp_zulu":"2026-09-30T17:15:48.307Z"`
	exact := time.Date(2026, 9, 30, 17, 15, 48, 307e6, time.UTC)
	byName := time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		name, record string
		once         bool
		state        string
		exclude      []any
		taken        time.Time
	}{
		{name: "settings in PascalCase", record: scubaExport(zulu, pascalConfiguration), once: true, state: "disabled",
			exclude: []any{}, taken: exact},
		{name: "settings under AdditionalProperties", record: scubaExport(zulu, sdkConfiguration), once: true,
			state: "enabled", exclude: target(helpers), taken: exact},
		{name: "report", record: `{"MetaData":{"TenantId":"` + tenant +
			`","Tool":"ScubaGear","ToolVersion":"1.5.0","TimestampZulu":"2026-09-30T17:15:48.307Z"},"Summary":{"AAD":{"Failures":11}},"Results":{"AAD":[{"GroupName":"Legacy Authentication","Controls":[]}]},"Raw":` +
			strings.Replace(scubaExport(`"report_uuid":"550fbc57-f602-4b40-bb9a-7ad30a157208"`, sdkConfiguration),
				`"TenantId":"`+tenant+`"`, `"TenantId":null`, 1) + `}`,
			once: true, state: "enabled", exclude: target(helpers), taken: exact},
		{name: "older date", record: scubaExport(`"date":"09/30/2026 17:15:48 Coordinated Universal Time"`,
			sdkConfiguration), once: true, state: "enabled", exclude: target(helpers),
			taken: exact.Truncate(time.Second)},
		{name: "older date in a zone", record: scubaExport(`"date":"09/30/2026 1:15:48 PM Eastern Daylight Time"`,
			sdkConfiguration), once: true, state: "enabled", exclude: target(helpers),
			taken: exact.Truncate(time.Second)},
		{name: "older date, day first", record: scubaExport(`"date":"30.09.2026 19:15:48 W. Europe Daylight Time"`,
			sdkConfiguration), once: true, state: "enabled", exclude: target(helpers),
			taken: exact.Truncate(time.Second)},
		{name: "older date in a zone nobody knows",
			record: scubaExport(`"date":"09/30/2026 17:15:48 Westeuropa Sommerzeit"`, sdkConfiguration), once: true,
			state: "enabled", exclude: target(helpers), taken: byName},
		{name: "date in words", record: scubaExport(`"date":"yesterday"`, sdkConfiguration), once: true,
			state: "enabled", exclude: target(helpers), taken: byName},
	} {
		t.Run(test.name, func(t *testing.T) {
			want := settings(test.state, test.once, target(helpers), test.exclude)
			for _, r := range []row{
				{"roleName": "Global Administrator", "principalId": jane, "principalName": "Jane"},
				{"roleName": "User Administrator", "principalId": jane, "principalName": "Jane"},
				{"roleName": "Privileged Role Administrator", "principalId": mark, "principalName": "Mark"},
			} {
				r["principalType"], r["eligible"] = "user", false
				want = append(want, loaded{"role_member", r})
			}
			want = append(want, loaded{"conditional_access_policy",
				row{"id": "2af2e7a1-f8c0-4c4c-9b29-df8c29380cee", "displayName": "MS.AAD.3.8v1",
					"state": "enabledforreportingbutnotenforced", "userActions": []any{"urn:user:registersecurityinfo"}}})
			for _, w := range want {
				w.Row["tenant_id"] = tenant
			}
			in := &Input{Path: "M365BaselineConformance_2026_10_01/ProviderSettingsExport.json", Taken: byName}
			f, out := Read(test.record, nil, in)
			if formatName(f) != "ScubaGear export" || out.NotUsed != "" || out.Bad != "" || out.Wrong != 2 {
				t.Fatalf("%s: not used %q, bad %q, %d wrong", formatName(f), out.NotUsed, out.Bad, out.Wrong)
			}
			if diff := cmp.Diff(want, rowsOf(t, out)); diff != "" {
				t.Error(diff)
			}
			for _, r := range out.Rows {
				if timeOf(r) != record.Instant(test.taken) {
					t.Errorf("%s taken %v, want %v", r.Kind.Table, timeOf(r), test.taken)
				}
			}
		})
	}
	_, out := Read(`{"baseline_version":"1","date":"x","tenant_details":[],"conditional_access_policies":[],"teams":{}}`,
		nil, &Input{})
	if out.NotUsed != "a ScubaGear export without settings of Entra ID" {
		t.Errorf("empty export: %+v", out)
	}
}
