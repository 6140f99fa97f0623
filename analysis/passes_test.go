package analysis

import (
	"math/rand/v2"
	"testing"
	"time"
)

// A user's passes are looked up in order of start; read one by one, in order of issuance, they give the same.
func TestPassAtEqualsReadingOneByOne(t *testing.T) {
	oneByOne := func(passes []*pass, at time.Time) (found, latest *pass) {
		for _, p := range passes {
			if !p.start.After(at) && !p.neverValid() {
				latest = p
			}
		}
		if latest != nil && latest.validAt(at) {
			return latest, latest
		}
		for _, p := range passes {
			if p.start.After(at) && !p.start.After(at.Add(clockSkew)) && !p.neverValid() {
				return p, latest
			}
		}
		return latest, latest
	}
	r := rand.New(rand.NewPCG(1, 2))
	begin := time.Date(2026, 9, 1, 8, 0, 0, 0, time.UTC)
	minutes := func(n int) time.Duration { return time.Duration(r.IntN(n)) * time.Minute }
	for range 500 {
		var passes []*pass
		issued := begin
		for range r.IntN(12) {
			issued = issued.Add(minutes(4))
			start := issued.Add(minutes(3) * time.Duration(r.IntN(4))) // some begin long after they were issued
			passes = append(passes, &pass{start: start, endedAt: start.Add(minutes(8) - 2*time.Minute)})
		}
		key := userKey{"tenant", "user"}
		a := &audit{passesOf: map[userKey]passesByStart{key: newPassesByStart(passes)}}
		for at := begin.Add(-5 * time.Minute); at.Before(begin.Add(time.Hour)); at = at.Add(30 * time.Second) {
			found, latest := a.passAt(key.tenant, key.user, at)
			if wantFound, wantLatest := oneByOne(passes, at); found != wantFound || latest != wantLatest {
				t.Fatalf("at %s: pass %+v and latest %+v, want %+v and %+v", at, found, latest, wantFound, wantLatest)
			}
		}
	}
}
