package passes

import (
	"math/rand/v2"
	"testing"
	"time"

	"tapaudit/analysis/identity"
)

// A user's passes are looked up in order of start; read one by one, in order of issuance, they give the same.
func TestPassAtEqualsReadingOneByOne(t *testing.T) {
	oneByOne := func(passes []*Pass, at time.Time) (found, latest *Pass) {
		for _, p := range passes {
			if !p.Start.After(at) && !p.NeverValid() {
				latest = p
			}
		}
		if latest != nil && latest.ValidAt(at) {
			return latest, latest
		}
		for _, p := range passes {
			if p.Start.After(at) && !p.Start.After(at.Add(clockSkew)) && !p.NeverValid() {
				return p, latest
			}
		}
		return latest, latest
	}
	r := rand.New(rand.NewPCG(1, 2))
	begin := time.Date(2026, 9, 1, 8, 0, 0, 0, time.UTC)
	minutes := func(n int) time.Duration { return time.Duration(r.IntN(n)) * time.Minute }
	for range 500 {
		var passes []*Pass
		issued := begin
		for range r.IntN(12) {
			issued = issued.Add(minutes(4))
			start := issued.Add(minutes(3) * time.Duration(r.IntN(4))) // some begin long after they were issued
			passes = append(passes, &Pass{Start: start, EndedAt: start.Add(minutes(8) - 2*time.Minute)})
		}
		key := identity.User{Tenant: "tenant", ID: "user"}
		all := Passes{of: map[identity.User]byStart{key: newByStart(passes)}}
		for at := begin.Add(-5 * time.Minute); at.Before(begin.Add(time.Hour)); at = at.Add(30 * time.Second) {
			found, latest := all.At(key, at)
			if wantFound, wantLatest := oneByOne(passes, at); found != wantFound || latest != wantLatest {
				t.Fatalf("at %s: pass %+v and latest %+v, want %+v and %+v", at, found, latest, wantFound, wantLatest)
			}
		}
	}
}
