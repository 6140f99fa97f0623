package ingest

import (
	"strings"
	"testing"
)

// TestHostileActivities: whatever a record of what was done holds, it is loaded or quarantined.
func TestHostileActivities(t *testing.T) {
	const head = `{"CreationTime":"2026-09-14T09:05:00","Workload":"Exchange","OrganizationId":"contoso","UserId":"jane@contoso.com",`
	deep := strings.Repeat(`[`, 10_000) + strings.Repeat(`]`, 10_000)
	c := caseOf(t, folder(t, map[string]string{"unified.json": strings.Join([]string{
		head + `"Operation":"MailItemsAccessed","Id":"deep","Folders":` + deep + `}`,
		head + `"Operation":"MailItemsAccessed","Id":"texts","UserType":"4","OperationCount":"12","RecordType":"50"}`,
		head + `"Operation":"MailItemsAccessed","Id":"wide","Folders":[` + strings.Repeat(`{"Path":"\\a"},`, 50_000) +
			`{"Path":"\\b"}]}`,
		head + `"Operation":"Send","Id":"long","Item":{"Subject":"` + strings.Repeat("x", 1<<20) +
			`"},"AppAccessContext":{}}`,
		head + `"Operation":"New-InboxRule","Id":"many","Parameters":[` +
			strings.Repeat(`{"Name":"ForwardTo","Value":"a@evil.example"},`, 10_000) + `{}]}`,
		head + `"Operation":"Set-Mailbox","Id":"passcode","Parameters":[{"Name":"ForwardingSmtpAddress","Value":"{\"temporaryAccessPass\":\"S3cret\"}"}]}`,
		head + `"Operation":"Send"}`,
		`{"creationtime":"2026-09-14T09:05:00","WORKLOAD":"Exchange","ID":"case","operation":"Send","userid":"jane@contoso.com","appaccesscontext":{"aadsessionid":"s"}}`,
		`{"CreationTime":"1970-01-01T00:00:00","Workload":"Exchange","Operation":"Send","Id":"old"}`,
	}, "\n")}), Options{})
	expect(t, c, `SELECT id, by_system, items, len(object) AS object, len(details) > 0 AND json_valid(details) AS detailed, session_id FROM activities ORDER BY line`,
		"texts|true|12|||", "wide|false|1|6||", "long|false|1|300||", "many|false|1||true|", "passcode|false|1||true|",
		"case|false|1|||s")
	expect(t, c, `SELECT line, reason FROM quarantine ORDER BY line`, "1|nested too deeply (over 512 levels)",
		"7|no id", "9|its time lies outside the years 2000 to 2099")
	expect(t, c, `SELECT contains(details, 'S3cret') AS shown FROM activities WHERE id = 'passcode'`, "false")
	expect(t, c, addsUp)
}

// TestLinkableIdentifiers: the session and the token of a directory audit event, in the shapes in which it is
// exported.
func TestLinkableIdentifiers(t *testing.T) {
	const by = `{"user":{"id":"u","userPrincipalName":"jane@contoso.com"},"linkableIdentifiers":{"sessionId":"s","deviceId":"d","tokenDetails":{"uniqueTokenIdentifier":"t","issuedAtDateTime":"2026-09-14T09:00:00Z"}},"userAgent":"agent"}`
	c := caseOf(t, folder(t, map[string]string{
		"graph.json":      `{"id":"1","activityDateTime":"2026-09-14T09:05:00Z","activityDisplayName":"Update user","initiatedBy":` + by + `}`,
		"diagnostic.json": `{"time":"2026-09-14T09:05:00Z","category":"AuditLogs","properties":{"id":"2","activityDateTime":"2026-09-14T09:05:00Z","activityDisplayName":"Update user","initiatedBy":` + by + `}}`,
		"table.csv": "TimeGenerated [UTC],Id,OperationName,InitiatedBy,Type\n" +
			`"9/14/2026, 9:05:00.000 AM",3,Update user,"` + strings.ReplaceAll(by, `"`, `""`) + `",AuditLogs` + "\n",
		"v1.json": `{"id":"4","activityDateTime":"2026-09-14T09:05:00Z","activityDisplayName":"Update user","initiatedBy":{"user":{"id":"u"}}}`,
	}), Options{})
	expect(t, c, `SELECT id, actor_session_id, actor_token_id, actor_user_agent FROM audit_record ORDER BY id`,
		"1|s|t|agent", "2|s|t|agent", "3|s|t|agent", "4|||")
}
