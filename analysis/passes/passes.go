// Package passes derives the Temporary Access Passes: from when to when each was good, and which one a log-in used.
package passes

import (
	"cmp"
	"slices"
	"sort"
	"strings"
	"time"

	"tapaudit/analysis/auditlog"
	"tapaudit/analysis/identity"
	"tapaudit/analysis/policy"
	"tapaudit/analysis/when"
)

const (
	clockSkew = 2 * time.Minute
	// DefaultLifetime is assumed of a pass where neither its end nor the policy is known.
	DefaultLifetime = 480 * time.Minute
	// LongestLifetime is what Entra allows at most: 30 days.
	LongestLifetime = 43200 * time.Minute
)

// Pass is an issuance of a Temporary Access Pass and what became of it.
type Pass struct {
	No             int64 // from 1, in order of the events
	Event          *auditlog.Event
	Tenant, UserID string
	Start, End     time.Time
	EndLogged      bool // the event says when it ends
	PolicyKnown    bool // the end is inferred from a maximum that the evidence gives
	EndedAt        time.Time
	EndedBy        string          // expiry, deletion or replacement
	Deletion       *auditlog.Event // nil where it was not deleted
	Usage          string          // one-time, multiple or unknown
}

// NeverValid: a pass that ended before its start concerns issuing only, nothing that concerns use.
func (p *Pass) NeverValid() bool { return p.EndedAt.Before(p.Start) }

// ValidAt: from two minutes before its start to two minutes after its end, for the clocks' sake.
func (p *Pass) ValidAt(t time.Time) bool {
	return !p.NeverValid() && !t.Before(p.Start.Add(-clockSkew)) && !t.After(p.EndedAt.Add(clockSkew))
}

// Passes are all passes, and how a log-in's is found.
type Passes struct {
	All []*Pass // in order of their numbers
	of  map[identity.User]byStart
}

// Find derives the passes from the audit events and the policy.
func Find(events []*auditlog.Event, policies policy.Timelines) Passes {
	byUser := map[identity.User][]*Pass{}
	deletions := map[identity.User][]*auditlog.Event{}
	for _, e := range events {
		switch e.Kind {
		case auditlog.PassIssued:
			byUser[e.User()] = append(byUser[e.User()], newPass(e, policies.At(e.Tenant, e.Time).ForEvents()))
		case auditlog.PassDeleted:
			deletions[e.User()] = append(deletions[e.User()], e)
		}
	}
	found := Passes{of: map[identity.User]byStart{}}
	for key, passes := range byUser {
		// events are in time order already
		for i, p := range passes {
			p.EndedAt, p.EndedBy = p.End, "expiry"
			if i+1 < len(passes) && passes[i+1].Event.Time.Before(p.EndedAt) {
				p.EndedAt, p.EndedBy = passes[i+1].Event.Time, "replacement"
			}
		}
		for _, d := range deletions[key] {
			// a deletion ends the pass that is current: the latest issued before it, if that has not ended already
			current := sort.Search(len(passes), func(i int) bool { return passes[i].Event.Time.After(d.Time) }) - 1
			if current < 0 {
				continue
			}
			// Deleted and issued anew in one instant, as exports cut to seconds have it: the deletion was of the old
			// one.
			if current > 0 && passes[current].Event.Time.Equal(d.Time) && passes[current-1].EndedAt.Equal(d.Time) {
				current--
			}
			if p := passes[current]; d.Time.Before(p.EndedAt) || d.Time.Equal(p.EndedAt) &&
				p.EndedBy == "replacement" {
				p.EndedAt, p.EndedBy, p.Deletion = d.Time, "deletion", d
			}
		}
		found.All = append(found.All, passes...)
		found.of[key] = newByStart(passes)
	}
	slices.SortFunc(found.All, func(x, y *Pass) int { return cmp.Compare(x.Event.No, y.Event.No) })
	for i, p := range found.All {
		p.No = int64(i + 1)
	}
	return found
}

func newPass(e *auditlog.Event, allowed policy.Facts) *Pass {
	p := &Pass{Event: e, Tenant: e.Tenant, UserID: e.UserID, Start: e.Time, End: e.PassEnd,
		EndLogged: !e.PassEnd.IsZero()}
	if !e.PassStart.IsZero() {
		p.Start = e.PassStart
	}
	if !p.EndLogged {
		lifetime := DefaultLifetime
		if minutes, known := allowed.MaximumMinutes(); known {
			lifetime, p.PolicyKnown = time.Duration(minutes)*time.Minute, true
		}
		p.End = when.Later(e.Time, p.Start).Add(lifetime)
	}
	switch usage := strings.ToLower(strings.ReplaceAll(e.PassUsage, "-", "")); {
	case usage == "onetime":
		p.Usage = "one-time"
	case strings.HasPrefix(usage, "multi"):
		p.Usage = "multiple"
	default:
		p.Usage = "unknown"
		if oneTime, known := allowed.OneTime(); known && oneTime {
			p.Usage = "one-time"
		}
	}
	return p
}

// byStart are a user's passes in order of their start, those aside that were never valid.
type byStart []startedPass

type startedPass struct {
	*Pass
	issued int   // its place in the order of issuance
	latest *Pass // the latest issued of those up to this one
}

// newByStart takes a user's passes in order of issuance.
func newByStart(passes []*Pass) byStart {
	var sorted byStart
	for i, p := range passes {
		if !p.NeverValid() {
			sorted = append(sorted, startedPass{Pass: p, issued: i})
		}
	}
	slices.SortStableFunc(sorted, func(x, y startedPass) int { return x.Start.Compare(y.Start) })
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
func (l byStart) startedBy(at time.Time) int {
	return sort.Search(len(l), func(i int) bool { return l[i].Start.After(at) })
}

// At is a log-in's pass: the latest issued of the user's passes whose start is not after the log-in. If that one is
// not valid or there is none, it is one that starts within the two minutes after the log-in. One that was never valid
// is nobody's. latest is the former, valid or not, for what is to be said about a pass that had ended.
func (p Passes) At(user identity.User, at time.Time) (found, latest *Pass) {
	passes := p.of[user]
	started := passes.startedBy(at)
	if started > 0 {
		if latest = passes[started-1].latest; latest.ValidAt(at) {
			return latest, latest
		}
	}
	if soon := passes[started:passes.startedBy(at.Add(clockSkew))]; len(soon) > 0 {
		return slices.MinFunc(soon, func(x, y startedPass) int { return cmp.Compare(x.issued, y.issued) }).Pass, latest
	}
	return latest, latest
}
