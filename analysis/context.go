package analysis

// How far around a period the rules look. Before it: 90 days for the networks a user is known from and the devices an
// issuer is known by, and a day more for a log-in that runs across the period's first midnight. After it: a pass lives
// for 30 days at most, and what is to follow an event at the period's end follows within a day.
const (
	contextBefore = 91 * day
	contextAfter  = 31 * day
)

// Context is what of the evidence judging the period needs, in whole days.
func (p Period) Context() Period {
	return Period{p.From.Add(-contextBefore).Truncate(day), p.To.Add(contextAfter + day - 1).Truncate(day)}
}
