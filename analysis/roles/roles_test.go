package roles

import "testing"

func TestWhoIsPrivileged(t *testing.T) {
	yes, no := true, false
	for _, c := range []struct {
		name string
		role role
		want bool
	}{
		{"by the list, by name", role{Name: " Global Administrator "}, true},
		{"by the list, by template", role{Template: "62E90394-69f5-4237-9190-012177145e10", Name: "Renamed"}, true},
		{"by its name", role{Name: "Contoso Printer Administrator"}, true},
		{"by its definition", role{Name: "Contoso Clerk", Privileged: &yes}, true},
		{"a definition wins over the list", role{Name: "Global Administrator", Privileged: &no}, false},
		{"neither", role{Name: "Directory Readers"}, false},
	} {
		if got := c.role.isPrivileged(); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestADefinitionCompletesWhatARecordSays(t *testing.T) {
	yes := true
	defined := definitions{{"contoso", "1"}: {ID: "1", Template: "t", Name: "Clerk", Privileged: &yes}}
	if r := defined.define("contoso", role{ID: "1", Name: "Own name"}); r.Name != "Own name" || r.Template != "t" ||
		!r.isPrivileged() {
		t.Errorf("completed: %+v", r)
	}
	if r := defined.define("fabrikam", role{ID: "1"}); r.Template != "" || r.Privileged != nil {
		t.Errorf("another tenant's definition was taken: %+v", r)
	}
}
