package formats

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tapaudit/ingest/record"
)

func TestMatano(t *testing.T) {
	type row = map[string]any
	for _, test := range []struct {
		name, record, format string
		table                string
		time                 string
		want                 row // members that must be so
		not                  string
		bad                  string
		raw                  bool
	}{
		{
			name: "sign-in",
			record: `{"ts":"2026-09-30T08:00:00.123Z","message":"Other.","source":{"ip":null,"address":"203.0.113.9"},"client":{"ip":"198.51.100.1"},
				"geo":{"city_name":"Kiel","country_iso_code":"DE"},"user_agent":{"original":"Edge"},"event":{"id":"e1"},
				"azure":{"tenant_id":"` + tenant + `","correlation_id":"c1","aad_signinlogs":{"category":"NonInteractiveUserSignInLogs","id":"s1",
				"user_id":"` + jane + `","user_principal_name":"jane@contoso.com","risk_level_during_signin":"hidden","is_interactive":null,
				"autonomous_system_number":64500,"status":{"error_code":0},"device_detail":{"device_id":"d1","operating_system":"Windows"},
				"network_location_details":["{\"network_type\":\"trustedNamedLocation\",\"network_names\":[\"HQ\"]}"],
				"authentication_details":["{\"authentication_step_date_time\":\"2026-09-30T08:00:00Z\",\"authentication_method\":\"Temporary Access Pass\",\"succeeded\":true}"]}}}`,
			format: "Matano sign-ins", table: "signin_record", time: "2026-09-30T08:00:00.123Z", raw: true,
			want: row{
				"id": "s1", "userId": jane, "userPrincipalName": "jane@contoso.com", "ipAddress": "203.0.113.9",
				"userAgent":     "Edge",
				"correlationId": "c1", "tenant_id": tenant, "interactive": false,
				"riskLevelDuringSignIn": "hidden", "autonomousSystemNumber": 64500.0,
				"status":           row{"errorCode": 0.0, "failureReason": "Other."},
				"location":         row{"city": "Kiel", "countryOrRegion": "DE"},
				"deviceDetail":     row{"deviceId": "d1", "operatingSystem": "Windows"},
				"trusted_location": true,
				"authenticationDetails": []any{row{"authenticationStepDateTime": "2026-09-30T08:00:00Z",
					"authenticationMethod": "Temporary Access Pass", "succeeded": true}},
			},
		},
		{
			name: "sign-in with its id only in the event, without steps",
			record: `{"ts":"2026-09-30T08:00:00Z","event":{"id":"e1"},"azure":{"aad_signinlogs":{"id":null,"user_id":"` + jane + `",
				"authentication_details":null}}}`,
			format: "Matano sign-ins", table: "signin_record", time: "2026-09-30T08:00:00Z",
			want: row{"id": "e1", "userId": jane, "authenticationDetails": nil},
		},
		{
			name:   "sign-in of an application",
			record: `{"ts":"2026-09-30T08:00:00Z","azure":{"aad_signinlogs":{"category":"ServicePrincipalSignInLogs","id":"s1"}}}`,
			format: "Matano sign-ins", not: "category ServicePrincipalSignInLogs",
		},
		{
			name:   "sign-in without a time",
			record: `{"ts":null,"azure":{"aad_signinlogs":{"id":"s1","user_id":"` + jane + `"}}}`,
			format: "Matano sign-ins", bad: "no time",
		},
		{
			name: "audit event",
			record: `{"ts":"2026-09-30T09:00:01Z","event":{"id":null,"outcome":"success","action":"Sign-in activity"},"azure":{"tenant_id":"` + tenant + `","aad_auditlogs":{
				"id":"a1","activity_datetime":"2026-09-30T09:00:00Z","activity_display_name":"Admin registered security info","logged_by_service":"Authentication Methods",
				"result_reason":"Admin registered temporary access pass method for user","correlation_id":"c2","result":null,
				"initiated_by":{"app":null,"user":{"id":"` + mark + `","user_principal_name":"mark@contoso.com","ip_address":"203.0.113.7"}},
				"additional_details":"[{\"key\":\"User-Agent\",\"value\":\"x\"}]",
				"target_resources":[{"id":"` + jane + `","user_principal_name":"jane@contoso.com","modified_properties":[
					{"display_name":"TemporaryAccessPass.Id","old_value":null,"new_value":"{\"snake_case\":[\"stays\"]}"}]}]}}}`,
			format: "Matano directory audits", table: "audit_record", time: "2026-09-30T09:00:00Z", raw: true,
			want: row{
				"id": "a1", "activityDisplayName": "Admin registered security info",
				"loggedByService": "Authentication Methods",
				"result":          "success", "resultReason": "Admin registered temporary access pass method for user",
				"correlationId": "c2", "tenant_id": tenant,
				"initiatedBy": row{"user": row{"id": mark, "userPrincipalName": "mark@contoso.com",
					"ipAddress": "203.0.113.7"}},
				"additionalDetails": []any{row{"key": "User-Agent", "value": "x"}},
				"targetResources": []any{row{"id": jane, "userPrincipalName": "jane@contoso.com",
					"modifiedProperties": []any{
						row{"displayName": "TemporaryAccessPass.Id", "oldValue": nil,
							"newValue": `{"snake_case":["stays"]}`}}}},
			},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			format, out := Read(test.record, nil, &Input{})
			if got := formatName(format); got != test.format {
				t.Fatalf("format %q, want %q", got, test.format)
			}
			if out.NotUsed != test.not || out.Bad != test.bad || out.KeepRaw != test.raw || out.Wrong != 0 {
				t.Errorf("not used %q, bad %q, kept %v, %d wrong; want %q, %q, %v, 0", out.NotUsed, out.Bad,
					out.KeepRaw, out.Wrong, test.not, test.bad, test.raw)
			}
			if test.table == "" {
				if len(out.Rows) > 0 {
					t.Errorf("%d rows, want none", len(out.Rows))
				}
				return
			}
			if len(out.Rows) != 1 || out.Rows[0].Kind.Table != test.table || timeOf(out.Rows[0])+"Z" != test.time {
				t.Fatalf("rows %v, want one of %s at %s", out.Rows, test.table, test.time)
			}
			var got row
			if err := json.Unmarshal([]byte(textOf(out.Rows[0])), &got); err != nil {
				t.Fatal(err)
			}
			for key, want := range test.want {
				if diff := cmp.Diff(want, got[key]); diff != "" {
					t.Errorf("%s (-want +got):\n%s", key, diff)
				}
			}
		})
	}
}

func TestParquetColumn(t *testing.T) {
	for _, kind := range []*record.Kind{record.SignIn, record.Audit} {
		for _, m := range kind.Members {
			if !ParquetColumn(m.Key) {
				t.Errorf("%s of %s is read, but not from Parquet", m.Key, kind.Table)
			}
		}
	}
	if ParquetColumn("ConditionalAccessPolicies") {
		t.Error("ConditionalAccessPolicies is read, but nothing needs it")
	}
}
