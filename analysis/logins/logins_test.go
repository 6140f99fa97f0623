package logins

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestGroup(t *testing.T) {
	noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	number := int64(0)
	signIn := func(minutes int, of SignIn) *SignIn {
		number++
		of.No, of.Tenant, of.Time = number, "contoso", noon.Add(time.Duration(minutes)*time.Minute)
		if of.UserID == "" {
			of.UserID = "anna"
		}
		if of.Outcome == "" {
			of.Outcome = Success
		}
		return &of
	}
	for _, c := range []struct {
		name    string
		signIns []*SignIn
		want    string // each log-in's sign-ins, and its outcome
	}{
		{"a session", []*SignIn{signIn(0, SignIn{Session: "s"}), signIn(60, SignIn{Session: "s"})}, "1 2 success"},
		{"a longer pause cuts it", []*SignIn{signIn(0, SignIn{Session: "s"}), signIn(61, SignIn{Session: "s"})},
			"1 success; 2 success"},
		{"through each other", []*SignIn{
			signIn(0, SignIn{Session: "s"}), signIn(1, SignIn{Correlation: "c"}),
			signIn(2, SignIn{Session: "s", Correlation: "c"}),
		}, "1 2 3 success"},
		{"a session id is not a correlation id", []*SignIn{signIn(0, SignIn{Session: "x"}),
			signIn(1, SignIn{Correlation: "x"})},
			"1 success; 2 success"},
		{"with neither id: five minutes, one address, one agent", []*SignIn{
			signIn(0, SignIn{IP: "a"}), signIn(5, SignIn{IP: "a"}), signIn(6, SignIn{IP: "b"}),
			signIn(11, SignIn{IP: "a"}),
		}, "1 2 success; 3 success; 4 success"},
		{"another user's", []*SignIn{signIn(0, SignIn{Session: "s"}), signIn(1, SignIn{Session: "s", UserID: "bob"})},
			"1 success; 2 success"},
		{"one that got through", []*SignIn{
			signIn(0, SignIn{Session: "s", Outcome: Blocked}), signIn(1, SignIn{Session: "s", Outcome: Interrupted}),
		}, "1 2 interrupted"},
		{"blocked only", []*SignIn{signIn(0, SignIn{Outcome: Blocked})}, "1 blocked"},
	} {
		for i, s := range c.signIns {
			s.No = int64(i + 1)
		}
		var got []string
		for i, l := range group(c.signIns) {
			if l.No != int64(i+1) {
				t.Errorf("%s: log-in %d has the number %d", c.name, i+1, l.No)
			}
			var parts []string
			for _, s := range l.SignIns {
				parts = append(parts, fmt.Sprint(s.No))
			}
			got = append(got, strings.Join(append(parts, l.Outcome), " "))
		}
		if diff := cmp.Diff(c.want, strings.Join(got, "; ")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

// Of several sign-ins from strange places the first stands for the log-in.
func TestStrange(t *testing.T) {
	for _, c := range []struct {
		signIns []*SignIn
		want    int64 // 0 for none
	}{
		{[]*SignIn{{No: 1, Familiar: true}, {No: 2, Trusted: true}, {No: 3}, {No: 4}}, 3},
		{[]*SignIn{{No: 1, Trusted: true}, {No: 2, Familiar: true}}, 0},
	} {
		l := newLogin(c.signIns)
		l.findStrange()
		var got int64
		if l.Strange != nil {
			got = l.Strange.No
		}
		if got != c.want {
			t.Errorf("the strange sign-in has the number %d, want %d", got, c.want)
		}
	}
}
