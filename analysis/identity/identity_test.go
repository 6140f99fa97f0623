package identity

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestAUPNStandsForTheIDThatItWasTiedToLast(t *testing.T) {
	march := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	ids := IDs{
		byUPN: map[User][]tie{{"contoso", "anna@contoso.example"}: {{userID: "1"}, {"2", march},
			{"1", march.AddDate(0, 1, 0)}}},
		byID: map[User]string{{"contoso", "2"}: "anna@contoso.example"},
	}
	for _, c := range []struct {
		name, tenant, upn string
		at                time.Time
		want              string
	}{
		{"before it was tied to another", "contoso", "Anna@contoso.example", march.Add(-1), "1"},
		{"from that very time on", "contoso", "anna@contoso.example", march, "2"},
		{"tied back", "contoso", "anna@contoso.example", march.AddDate(1, 0, 0), "1"},
		{"of another tenant", "fabrikam", "Anna@Contoso.example", march, "anna@contoso.example"},
		{"never tied", "contoso", "Bob@contoso.example", march, "bob@contoso.example"},
	} {
		if got := ids.Resolve(c.tenant, c.upn, c.at); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	if diff := cmp.Diff([]string{"1", "2"}, ids.Ever("contoso", " Anna@contoso.example ")); diff != "" {
		t.Errorf("ever (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"bob"}, ids.Ever("contoso", "Bob")); diff != "" {
		t.Errorf("never tied (-want +got):\n%s", diff)
	}
}

func TestNameOfAUser(t *testing.T) {
	people := People{
		IDs{byID: map[User]string{{"contoso", "1"}: "anna@contoso.example"}},
		map[User]*Person{{"contoso", "1"}: {Name: "Anna"}, {"contoso", "2"}: {Name: "Bob"}},
	}
	for id, want := range map[string]string{"1": "anna@contoso.example", "2": "Bob", "3": "3"} {
		if got := people.Name("contoso", id); got != want {
			t.Errorf("%s is called %s, want %s", id, got, want)
		}
	}
}
