package analysis

import (
	"cmp"
	"slices"
	"sort"
	"strings"
	"time"
)

const (
	clockSkew       = 2 * time.Minute
	defaultLifetime = 480 * time.Minute
	longestLifetime = 43200 * time.Minute // what Entra allows at most: 30 days
)

// pass is an issuance of a Temporary Access Pass and what became of it.
type pass struct {
	no          int64
	event       *auditEvent
	tenant      string
	userID      string
	start, end  time.Time
	endLogged   bool
	policyKnown bool // the end is inferred from a maximum that the evidence gives
	endedAt     time.Time
	endedBy     string // expiry, deletion or replacement
	deletion    *auditEvent
	usage       string // one-time, multiple or unknown
	logins      []*login
}

// neverValid: a pass that ended before its start concerns issuing only, nothing that concerns use.
func (p *pass) neverValid() bool { return p.endedAt.Before(p.start) }

// validAt: from two minutes before its start to two minutes after its end, for the clocks' sake.
func (p *pass) validAt(t time.Time) bool {
	return !p.neverValid() && !t.Before(p.start.Add(-clockSkew)) && !t.After(p.endedAt.Add(clockSkew))
}

type userKey struct{ tenant, user string }

// findPasses derives the passes from the audit events and the policy timeline.
func (a *audit) findPasses() {
	byUser := map[userKey][]*pass{}
	deletions := map[userKey][]*auditEvent{}
	for _, e := range a.events {
		key := userKey{e.tenant, e.userID}
		switch e.kind {
		case passIssued:
			byUser[key] = append(byUser[key], a.newPass(e))
		case passDeleted:
			deletions[key] = append(deletions[key], e)
		}
	}
	a.passes, a.passesOf = nil, map[userKey]passesByStart{}
	for key, passes := range byUser {
		// events are in time order already
		for i, p := range passes {
			p.endedAt, p.endedBy = p.end, "expiry"
			if i+1 < len(passes) && passes[i+1].event.time.Before(p.endedAt) {
				p.endedAt, p.endedBy = passes[i+1].event.time, "replacement"
			}
		}
		for _, d := range deletions[key] {
			// a deletion ends the pass that is current: the latest issued before it, if that has not ended already
			current := sort.Search(len(passes), func(i int) bool { return passes[i].event.time.After(d.time) }) - 1
			if current < 0 {
				continue
			}
			// Deleted and issued anew in one instant, as exports cut to seconds have it: the deletion was of the old one.
			if current > 0 && passes[current].event.time.Equal(d.time) && passes[current-1].endedAt.Equal(d.time) {
				current--
			}
			if p := passes[current]; d.time.Before(p.endedAt) || d.time.Equal(p.endedAt) && p.endedBy == "replacement" {
				p.endedAt, p.endedBy, p.deletion = d.time, "deletion", d
			}
		}
		a.passes = append(a.passes, passes...)
		a.passesOf[key] = newPassesByStart(passes)
	}
	slices.SortFunc(a.passes, func(x, y *pass) int { return cmp.Compare(x.event.no, y.event.no) })
	for i, p := range a.passes {
		p.no = int64(i + 1)
	}
}

func (a *audit) newPass(e *auditEvent) *pass {
	p := &pass{event: e, tenant: e.tenant, userID: e.userID, start: e.time, end: e.passEnd, endLogged: !e.passEnd.IsZero()}
	if !e.passStart.IsZero() {
		p.start = e.passStart
	}
	policy := a.policyAt(e.tenant, e.time).ForEvents()
	if !p.endLogged {
		lifetime := defaultLifetime
		if minutes, known := policy.MaximumMinutes(); known {
			lifetime, p.policyKnown = time.Duration(minutes)*time.Minute, true
		}
		p.end = later(e.time, p.start).Add(lifetime)
	}
	switch usage := strings.ToLower(strings.ReplaceAll(e.passUsage, "-", "")); {
	case usage == "onetime":
		p.usage = "one-time"
	case strings.HasPrefix(usage, "multi"):
		p.usage = "multiple"
	default:
		p.usage = "unknown"
		if oneTime, known := policy.OneTime(); known && oneTime {
			p.usage = "one-time"
		}
	}
	return p
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// passesByStart are a user's passes in order of their start, those aside that were never valid.
type passesByStart []startedPass

type startedPass struct {
	*pass
	issued int   // its place in the order of issuance
	latest *pass // the latest issued of those up to this one
}

// newPassesByStart takes a user's passes in order of issuance.
func newPassesByStart(passes []*pass) passesByStart {
	var sorted passesByStart
	for i, p := range passes {
		if !p.neverValid() {
			sorted = append(sorted, startedPass{pass: p, issued: i})
		}
	}
	slices.SortStableFunc(sorted, func(x, y startedPass) int { return x.start.Compare(y.start) })
	latest := -1 // its place in the order of issuance
	for i := range sorted {
		if sorted[i].issued > latest {
			latest = sorted[i].issued
		}
		sorted[i].latest = passes[latest]
	}
	return sorted
}

// startedBy is how many of them start at a time or before it.
func (l passesByStart) startedBy(at time.Time) int {
	return sort.Search(len(l), func(i int) bool { return l[i].start.After(at) })
}

// passAt is a log-in's pass: the latest issued of the user's passes whose start is not after the log-in; if that one
// is not valid or there is none, one that starts within the two minutes after the log-in. One that was never valid is
// nobody's. latest is the former, valid or not, for what is to be said about a pass that had ended.
func (a *audit) passAt(tenant, user string, at time.Time) (found, latest *pass) {
	passes := a.passesOf[userKey{tenant, user}]
	started := passes.startedBy(at)
	if started > 0 {
		if latest = passes[started-1].latest; latest.validAt(at) {
			return latest, latest
		}
	}
	if soon := passes[started:passes.startedBy(at.Add(clockSkew))]; len(soon) > 0 {
		return slices.MinFunc(soon, func(x, y startedPass) int { return cmp.Compare(x.issued, y.issued) }).pass, latest
	}
	return latest, latest
}

// highestLifetime is the highest maximum lifetime in force, as far as known, in the 43,200 minutes before a time.
func (a *audit) highestLifetime(tenant string, at time.Time) (lifetime time.Duration, known bool) {
	if line, ok := a.timelines[tenant]; ok {
		if minutes, known := line.MaxLifetimeIn(at.Add(-longestLifetime), at); known {
			return time.Duration(minutes) * time.Minute, true
		}
	}
	return defaultLifetime, false
}
