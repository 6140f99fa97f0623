package analysis_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// Roles are told of those who got, gave or tried a pass, with the time where an audit event shows when they were given.
func TestRolesHeld(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.covered("03-01", "03-31")
	given := func(when, user string) {
		f.audit(when, "Add member to role", "petra",
			[]record{userTarget(user, property("Role.DisplayName", nil, "Global Administrator"))})
	}
	given("03-10 08:00", "anna")
	given("03-10 08:00", "nobody of a pass")
	f.add(dated("roleAssignments", "03-01 12:00"), record{"roleDefinition": record{"id": idOf("clerk"),
		"displayName": "Clerk", "templateId": idOf("clerk")}, "principal": userTarget("bob"),
		"principalId": idOf("bob"), "roleDefinitionId": idOf("clerk"), "directoryScopeId": "/"})
	f.issue("03-10 09:00", "anna", "bob", passDetails{end: "03-10 10:00"})
	f.from, f.to = "03-01 00:00", "04-01 00:00"
	got := map[string]string{}
	for _, h := range f.judge("TAP-ISSUED").RolesHeld {
		since := ""
		if !h.Since.IsZero() {
			since = h.Since.Format(time.DateTime)
		}
		got[h.UserID+" "+h.Role] = since
	}
	want := map[string]string{idOf("anna") + " Global Administrator": "2026-03-10 08:00:00", idOf("bob") + " Clerk": ""}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
