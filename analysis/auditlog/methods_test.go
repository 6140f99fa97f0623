package auditlog

import (
	"strings"
	"testing"
	"time"
)

func TestOneRegistrationInTwoRecords(t *testing.T) {
	const hello, passkey, phone = "Add Windows Hello for Business credential", "Add Passkey (device-bound)",
		"Add passwordless phone sign-in credential"
	const page, required = "User registered security info", "User registered all required security info"
	const aPasskey, aPhone = "User registered Fido2 Authentication Method", "User registered Mobile Phone SMS"
	begin := time.Date(2026, 3, 10, 9, 0, 0, 0, time.UTC)
	type logged struct {
		second           int
		activity, reason string
	}
	for name, c := range map[string]struct {
		logged []logged
		stand  string // their names, in order
	}{
		"the page after the service":     {[]logged{{0, passkey, ""}, {60, page, aPasskey}}, "0"},
		"the page before the service":    {[]logged{{0, page, "User registered Windows Hello"}, {60, hello, ""}}, "0"},
		"a reason that names nothing":    {[]logged{{0, hello, ""}, {5, page, ""}}, "0"},
		"a second too far":               {[]logged{{0, hello, ""}, {61, page, ""}}, "0 61"},
		"another kind":                   {[]logged{{0, hello, ""}, {5, page, aPasskey}}, "0 5"},
		"a phone is not a phone sign-in": {[]logged{{0, phone, ""}, {5, page, aPhone}}, "0 5"},
		"the nearest of two":             {[]logged{{0, page, ""}, {30, hello, ""}, {40, page, ""}}, "0 30"},
		"each pairs once":                {[]logged{{0, page, ""}, {10, hello, ""}, {20, hello, ""}}, "0 20"},
		"all required is not a pair":     {[]logged{{0, hello, ""}, {5, required, ""}}, "0 5"},
		"two of the service's":           {[]logged{{0, hello, ""}, {5, passkey, ""}}, "0 5"},
		"one that another kind parted":   {[]logged{{0, hello, ""}, {5, page, aPasskey}, {9, page, ""}}, "0 5"},
	} {
		var events []*Event
		for i, l := range c.logged {
			at := begin.Add(time.Duration(l.second) * time.Second)
			e := &Event{
				No: int64(i + 1), Tenant: "contoso", UserID: "bob", Time: at, Activity: l.activity, Reason: l.reason,
				Result: Success,
			}
			e.classify()
			events = append(events, e)
		}
		var stand []string
		for _, e := range Methods(events)[events[0].User()] {
			stand = append(stand, e.Time.Sub(begin).String())
		}
		var want []string
		for _, s := range strings.Fields(c.stand) {
			d, err := time.ParseDuration(s + "s")
			if err != nil {
				t.Fatal(err)
			}
			want = append(want, d.String())
		}
		if got, want := strings.Join(stand, " "), strings.Join(want, " "); got != want {
			t.Errorf("%s: these stand: %s, not %s", name, got, want)
		}
	}
}
