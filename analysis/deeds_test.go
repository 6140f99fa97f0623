package analysis_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// unified adds a record of the Unified Audit Log, as Exchange writes it.
func (f *fixture) unified(when, user, operation string, options ...option) {
	f.add("unified-audit.json", change(record{
		"Id": f.id("activity"), "CreationTime": at(when).Format("2006-01-02T15:04:05"), "Operation": operation,
		"OrganizationId": idOf(f.tenant), "RecordType": 1, "UserType": 0, "UserId": upnOf(user),
		"Workload": "Exchange",
	}, options))
}

func access(sessionName, token string) option {
	return set("AppAccessContext", record{"AADSessionId": strings.ToUpper(idOf("session " + sessionName)),
		"UniqueTokenId": token})
}

// TestDeeds: every record that belongs to a log-in is listed once, with its strongest link and its class.
func TestDeeds(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.covered("03-01", "03-31")
	f.login("09:00", "anna", session("s"), set("uniqueTokenIdentifier", "tokenA"), from("203.0.113.7"))
	f.unified("09:10", "anna", "MailItemsAccessed", access("s", "tokenA"), set("OperationCount", 41),
		set("ClientIPAddress", "203.0.113.7:12"),
		set("OperationProperties", []record{{"Name": "IsThrottled", "Value": "True"}}))
	f.unified("09:11", "anna", "New-InboxRule", access("", "tokenA"),
		set("Parameters", []record{{"Name": "ForwardTo", "Value": "somebody@elsewhere.example"}}))
	f.unified("09:12", "anna", "Set-Mailbox", set("ClientIPAddress", "203.0.113.7"), set("ResultStatus", "False"))
	f.unified("09:13", "anna", "Update", set("ClientIPAddress", "203.0.113.7"))
	f.unified("09:14", "anna", "Update") // nothing links it
	f.unified("09:15", "beat", "Update", access("s", "tokenA"))
	f.audit("09:20", "Add member to role", "anna",
		[]record{userTarget("carl", property("Role.DisplayName", nil, "Global Administrator"))},
		set("initiatedBy", record{
			"user": record{"id": idOf("anna"), "userPrincipalName": upnOf("anna"),
				"ipAddress": "198.51.100.1"},
			"linkableIdentifiers": record{"sessionId": idOf("session s")},
		}))
	// The same act in the Unified Audit Log.
	f.unified("09:20", "anna", "Add member to role.", set("Workload", "AzureActiveDirectory"),
		set("ResultStatus", "Success"),
		set("ClientIP", "203.0.113.7"))
	f.registerMethod("09:30", "anna") // its address is another, and it is the registration that the log-in was for
	j := f.judge("TAP-SIGNIN")

	var got []string
	for _, d := range j.Activity {
		got = append(got, strings.Join([]string{
			d.Time.Format("15:04"), d.UserName, d.Link, d.Source, d.Operation, d.Class, d.Result, d.Object, d.Address,
			fmt.Sprint(d.Items), d.Says,
		}, " | "))
	}
	want := []string{
		"09:10 | anna@contoso.example | session | unified audit | MailItemsAccessed | mail read | success |  | 203.0.113.7 | 41 | " +
			"reading was throttled: more was read than is listed",
		"09:11 | anna@contoso.example | token | unified audit | New-InboxRule | inbox rule | success |  |  | 1 | to somebody@elsewhere.example",
		"09:12 | anna@contoso.example | address | unified audit | Set-Mailbox | other | failure |  | 203.0.113.7 | 1 | ",
		"09:13 | anna@contoso.example | address | unified audit | Update | other | success |  | 203.0.113.7 | 1 | ",
		"09:20 | anna@contoso.example | session | directory audit | Add member to role | role | success | " +
			"carl@contoso.example, Global Administrator | 198.51.100.1 | 1 | ",
		"09:30 | anna@contoso.example |  | directory audit | User registered security info | method registered | success | " +
			"anna@contoso.example | 192.0.2.99 | 1 | ",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	var counts []string
	for _, n := range j.login("anna").Deeds {
		counts = append(counts, fmt.Sprintf("%s %d", n.Class, n.N))
	}
	if diff := cmp.Diff([]string{"inbox rule 1", "role 1", "mail read 41", "method registered 1", "other 1"},
		counts); diff != "" {
		t.Errorf("the log-in's deeds (-want +got):\n%s", diff)
	}
	if j.login("anna").Watched {
		t.Error("nothing of Graph activity is at hand, and yet the log-in counts as watched")
	}
	if d := j.Activity[0]; len(d.Evidence) != 1 || !strings.HasSuffix(d.Evidence[0].String(), "unified-audit.json:1") {
		t.Errorf("the first deed stands at %v", d.Evidence)
	}
}
