package activity

import (
	"encoding/csv"
	"slices"
	"strings"
	"testing"

	"tapaudit/analysis/auditlog"
	"tapaudit/ingest/record"
)

// TestConditions: the file asks for nothing that is not known, and nothing is known that it does not ask for.
func TestConditions(t *testing.T) {
	rows, err := csv.NewReader(strings.NewReader(classesFile)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	asked := map[string]bool{}
	names := map[string]bool{}
	for _, row := range rows[1:] {
		asked[row[3]], names[row[2]] = true, true
		if conditions[row[3]] == nil {
			t.Errorf("the condition %q of %q is none", row[3], row[1])
		}
	}
	for words := range conditions {
		if !asked[words] {
			t.Errorf("no row asks %q", words)
		}
	}
	for _, name := range append(append([]string{}, grave...), data...) {
		if !names[name] {
			t.Errorf("no row has the class %q", name)
		}
	}
	if _, err := parseClasses("source,operation,class,condition\nunified audit,Send,mail sent,on Sundays\n"); err == nil {
		t.Error("a condition that is none is taken")
	}
}

func TestClassOf(t *testing.T) {
	with := func(names ...string) map[string]any {
		all := map[string]any{}
		for _, name := range names {
			all[name] = "x"
		}
		return all
	}
	exchange := func(operation string, parameters ...string) deed {
		return deed{Source: record.UnifiedAudit, Workload: "Exchange", Operation: operation,
			Parameters: with(parameters...)}
	}
	audit := func(activity string, kind auditlog.Kind) deed {
		return deed{Source: directoryAudit, Operation: activity, Kind: kind,
			AboutPass: slices.Contains(aboutPass, kind)}
	}
	elsewhere := func(method string) deed {
		return deed{Source: record.GraphActivity, Workload: azureADGraph, Operation: method, Path: "/tenantDetails"}
	}
	graph := func(method, path string) deed {
		return deed{Source: record.GraphActivity, Workload: "Microsoft Graph", Operation: method, Path: path}
	}
	for _, test := range []struct {
		deed deed
		want string
	}{
		{exchange("MailItemsAccessed"), "mail read"},
		{exchange("mailitemsaccessed"), "mail read"},
		{exchange("Set-Mailbox"), other},
		{exchange("Set-Mailbox", "forwardingSmtpAddress"), "forwarding"},
		{exchange("Set-Mailbox", "AuditEnabled"), "audit off"},
		{exchange("Set-Mailbox", "AuditEnabled", "ForwardingAddress"), "forwarding"}, // the first row that holds
		{exchange("New-TransportRule"), other},
		{exchange("New-TransportRule", "CopyTo"), "forwarding"},
		{exchange("Disable-InboxRule"), other},
		{exchange("Send"), "mail sent"},
		{exchange("SendAsNobodyKnows"), other}, // operations match whole
		{exchange(""), other},

		{audit("Update application – Certificates and secrets management ", auditlog.Other), "application"},
		{audit("Add application.", auditlog.Other), "application"},
		{audit("Consent to application", auditlog.Other), "consent"},
		{audit("User registered security info", auditlog.MethodRegistered), "method registered"},
		{audit("User registered security info", auditlog.Other), "method registered"}, // it failed
		{audit("Add Passkey (synced)", auditlog.Other), "method registered"},
		{audit("Admin deleted security info", auditlog.MethodDeleted), "method removed"},
		{audit("Admin deleted security info", auditlog.PassDeleted), other},
		{audit("Admin registered security info", auditlog.PassIssued), "pass issued"},
		{audit("Admin registered security info", auditlog.PassIssueFailed), "pass issued"},
		{audit("Admin registered security info", auditlog.Other), "method registered"},
		{audit("Something new", auditlog.Other), other},

		{graph("GET", "/users/{id}/messages"), "mail read"},
		{graph("GET", "/users/{id}/messages/{id}/attachments"), "mail read"},
		{graph("get", "/Me/MailFolders/{id}/messages"), "mail read"},
		{graph("GET", "/users/{id}/drive/root/children"), "file read"},
		{graph("GET", "/users/{id}"), "directory read"},
		{graph("GET", "/usersettings"), other}, // whole segments
		{graph("POST", "/users"), other},
		{graph("POST", "/me/sendMail"), "mail sent"},
		{graph("POST", "/me/sendMail/x"), other},
		{graph("POST", "/me/mailFolders/inbox/messageRules"), "inbox rule"},
		{graph("GET", "/users/{id}/authentication/temporaryAccessPassMethods"), "pass asked for"},
		{graph("POST", "/users/{id}/authentication/temporaryAccessPassMethods"), "pass issued"},
		{graph("DELETE", "/users/{id}/authentication/temporaryAccessPassMethods/{id}"), other},
		{graph("DELETE", "/users/{id}/authentication/fido2Methods/{id}"), "method removed"},
		{graph("DELETE", "/me/authentication/phoneMethods/{id}"), "method removed"},
		{graph("DELETE", "/me/authentication/Methods/{id}"), other}, // a method has a name
		{graph("PATCH", "/identity/conditionalAccess/policies/{id}"), "policy"},
		{graph("GET", "/identity/conditionalAccess/policies/{id}"), other},
		{graph("GET", ""), other},
		{elsewhere("GET"), "directory read"},
		{elsewhere("POST"), other},
		{deed{Source: "elsewhere", Operation: "Send"}, other},
	} {
		if got := classOf(test.deed); got != test.want {
			t.Errorf("%+v is %q, not %q", test.deed, got, test.want)
		}
	}
}

// TestActivitiesAreRead: the judgement reads every audit event that has a class.
func TestActivitiesAreRead(t *testing.T) {
	for _, c := range classes[directoryAudit] {
		if !record.AuditConcernsPass(c.operation, "") {
			t.Errorf("an audit event %q is not read", c.operation)
		}
	}
}
