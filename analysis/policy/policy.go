// Package policy derives what the Temporary Access Pass policy of each tenant was, setting by setting, at every time:
// from snapshots and from logged changes.
package policy

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"tapaudit/analysis/auditlog"
	"tapaudit/analysis/coverage"
	"tapaudit/analysis/proof"
	"tapaudit/analysis/rows"
	"tapaudit/analysis/when"
	"tapaudit/ingest/casefile"
)

// Timelines are the policies of the tenants of which the evidence says something.
type Timelines map[string]timeline

// Stretch is a stretch of the policy timeline during which no setting changed.
type Stretch struct {
	TenantID       string
	From, To       time.Time
	Basis          string // snapshot, change, backward, as found later
	State          string // enabled, disabled or "" where not known
	UsableOnce     string // true, false or ""
	DefaultMinutes string
	MinimumMinutes string
	MaximumMinutes string
	Length         string
	Include        []string
	Exclude        []string
	Actor          string
	EventID        string
	Evidence       []proof.Place
}

// Read builds each tenant's timeline from the snapshots of the case and the logged changes among the events. A
// snapshot of unknown time is taken for the state at asOf, and the notes say so. shown is what findings show of the
// snapshots.
func Read(
	ctx context.Context, c *casefile.Case, events []*auditlog.Event, covered coverage.Coverage, sources proof.Sources,
	asOf time.Time,
) (lines Timelines, shown proof.Snapshots, notes []string, err error) {
	type snapshot struct {
		proof.At
		Tenant string     `db:"tenant"`
		Time   *time.Time `db:"time"`
		Policy string     `db:"policy"`
	}
	shown = proof.Snapshots{}
	var evidence []item
	undated := 0
	if err := rows.Each(ctx, c, func(s snapshot) error {
		facts, ok := readSnapshot([]byte(s.Policy))
		if !ok {
			return nil
		}
		e := item{
			Snapshot: &facts, Key: proof.SnapshotKey(s.At), Tenant: s.Tenant,
			Places: []proof.Place{sources.Place(s.At)},
		}
		what := "Policy snapshot of an unknown time"
		if at := s.Time; at != nil {
			e.Time, e.TimeKnown = *at, true
			what = "Policy snapshot of " + when.Clock(*at)
			if at.Equal(at.Truncate(when.Day)) {
				// Only the day is known, by the file's name.
				e.Until = at.Add(when.Day)
				what = "Policy snapshot of " + at.Format(time.DateOnly)
			}
		} else {
			undated++
			e.Time = asOf
		}
		shown[e.Key] = proof.Snapshot{Time: e.Time, What: what, Identity: e.Time.Format(time.RFC3339Nano)}
		evidence = append(evidence, e)
		return nil
	}, `
SELECT p.tenant, p.time, p.policy::VARCHAR AS policy, p.source_id, p.line, p.ordinal
FROM attributed_policies AS p
WHERE p.tenant IS NOT NULL ORDER BY p.tenant, p.time, p.source_id, p.ordinal`); err != nil {
		return nil, nil, nil, err
	}
	if undated > 0 {
		notes = append(notes, fmt.Sprintf("%d policy snapshots carry no date, neither in their content nor in their name: each is taken "+
			"for the state at the end of the evidence. Put the date into the file's name, e.g. policy_2026-09-30.json.", undated))
	}
	for _, e := range events {
		if e.Kind != auditlog.PolicyChanged {
			continue
		}
		old, new, readable := readChange(auditlog.ReadProperties(e.Targets))
		evidence = append(evidence, item{
			Time: e.Time, TimeKnown: true, Old: &old, New: &new, Readable: readable, Actor: e.IssuerName,
			ActorID: e.IssuerID,
			EventID: e.ID, Key: e.Key(), Tenant: e.Tenant, Places: sources.Places(e.Places),
		})
	}
	covers := func(tenant string, from, to time.Time) bool { return covered.Covers(tenant, coverage.Audit, from, to) }
	lines = Timelines{}
	for _, t := range buildTimelines(evidence, covers, asOf) {
		lines[t.Tenant] = t
	}
	return lines, shown, notes, nil
}

// At is a tenant's policy at a time; the zero State where nothing is known.
func (t Timelines) At(tenant string, at time.Time) State {
	if line, ok := t[tenant]; ok {
		return line.At(at)
	}
	return State{}
}

// Known says whether anything readable tells of a tenant's policy.
func (t Timelines) Known(tenant string) bool {
	line, ok := t[tenant]
	return ok && slices.ContainsFunc(line.items, func(e item) bool { return e.Snapshot != nil || e.Readable })
}

// LongestLifetime is the highest maximum lifetime in force at any time from from to to, as far as events may be judged
// by it.
func (t Timelines) LongestLifetime(tenant string, from, to time.Time) (lifetime time.Duration, known bool) {
	line, ok := t[tenant]
	if !ok {
		return 0, false
	}
	minutes, known := line.MaxLifetimeIn(from, to)
	return time.Duration(minutes) * time.Minute, known
}

// Rows is policy.csv: the stretches of the period, of these tenants.
func (t Timelines) Rows(tenants []string, period when.Period) []Stretch {
	var all []Stretch
	for _, tenant := range tenants {
		if line, ok := t[tenant]; ok {
			all = append(all, line.States(period.From, period.To)...)
		}
	}
	return all
}

// stateRow is of policy_state.
type stateRow struct {
	Tenant        string    `db:"tenant_id"`
	Enabled       bool      `db:"enabled"`
	OneTime       *bool     `db:"one_time"`
	Maximum       *int      `db:"maximum_minutes"`
	Everyone      *bool     `db:"everyone"`
	Scope         string    `db:"scope"`
	Settings      string    `db:"settings"`
	Basis         string    `db:"basis"`
	EnabledSince  time.Time `db:"enabled_since"`
	EnabledRecord string    `db:"enabled_record"`
	OneTimeSince  time.Time `db:"one_time_since"`
	OneTimeRecord string    `db:"one_time_record"`
	ScopeSince    time.Time `db:"scope_since"`
	ScopeRecord   string    `db:"scope_record"`
}

// maximumRow is of policy_maxima.
type maximumRow struct {
	Tenant   string    `db:"tenant_id"`
	Position int       `db:"position"`
	Since    time.Time `db:"since"`
	Minutes  *int      `db:"minutes"`
	Record   string    `db:"record"`
}

// targetRow is of policy_targets.
type targetRow struct {
	Tenant   string `db:"tenant_id"`
	Included bool   `db:"included"`
	Kind     string `db:"kind"`
	ID       string `db:"target_id"`
}

// eventRow is of policy_events.
type eventRow struct {
	Kind        string    `db:"kind"`
	Tenant      string    `db:"tenant_id"`
	Time        time.Time `db:"time"`
	TimeAssumed bool      `db:"time_assumed"`
	About       []string  `db:"about"`
	Supporting  []string  `db:"supporting"`
	ActorID     string    `db:"actor_id"`
	ActorName   string    `db:"actor_name"`
	Differences string    `db:"differences"`
	Until       time.Time `db:"until"`
}

// admissionRow is of policy_admissions: one of the targets before or after a change that widened the scope.
type admissionRow struct {
	Event    string `db:"event"`
	After    bool   `db:"after_change"`
	Included bool   `db:"included"`
	Kind     string `db:"kind"`
	ID       string `db:"target_id"`
}

// tenantRow is of known_policies.
type tenantRow struct {
	Tenant string `db:"tenant_id"`
}

// Store fills the tables about policies of these tenants. The first three, policy_state, policy_maxima and
// policy_targets, get the state at the end of the period. Then policy_events gets what changed, and policy_admissions
// the scope around changes that widened it.
func Store(ctx context.Context, c *casefile.Case, lines Timelines, tenants []string, period when.Period) error {
	var (
		states  []stateRow
		maxima  []maximumRow
		targets []targetRow
		changes []eventRow
		scopes  []admissionRow
		known   []tenantRow
	)
	for _, tenant := range tenants {
		line, ok := lines[tenant]
		if !ok {
			continue
		}
		if lines.Known(tenant) {
			known = append(known, tenantRow{tenant})
		}
		now := line.At(period.LastInstant())
		if _, enabledKnown := now.Enabled(); enabledKnown {
			states = append(states, line.stateRow(now))
			maxima = append(maxima, line.maximaRows(now)...)
			targets = append(targets, line.targetRows(now)...)
		}
		changes = append(changes, line.eventRows()...)
		scopes = append(scopes, line.admissionRows()...)
	}
	return cmp.Or(
		rows.Fill(ctx, c, "policy_state", states),
		rows.Fill(ctx, c, "policy_maxima", maxima),
		rows.Fill(ctx, c, "policy_targets", targets),
		rows.Fill(ctx, c, "policy_events", changes),
		rows.Fill(ctx, c, "policy_admissions", scopes),
		rows.Fill(ctx, c, "known_policies", known),
	)
}

// stateRow is the state held now, which at least is known to be enabled or not.
func (t timeline) stateRow(now State) stateRow {
	enabled, _ := now.Enabled()
	oneTime, oneTimeKnown := now.OneTime()
	maximum, maximumKnown := now.MaximumMinutes()
	included, includedKnown := now.Included()
	on := t.heldSince(now.Held, settingState, func(v settingValue) bool { return v.number == 1 })
	many := t.heldSince(now.Held, settingUsableOnce, func(v settingValue) bool { return v.number == 0 })
	all := t.heldSince(now.Held, settingInclude, func(v settingValue) bool { return includesEveryone(v.targets) })
	return stateRow{
		Tenant: t.Tenant, Enabled: enabled, OneTime: where(oneTimeKnown, oneTime),
		Maximum:  where(maximumKnown, maximum),
		Everyone: where(includedKnown, includesEveryone(included)), Scope: scopeInWords(now),
		Settings:     settingsInWords(now),
		Basis:        weakestBasis(now),
		EnabledSince: on.Known, EnabledRecord: t.record(on), OneTimeSince: many.Known, OneTimeRecord: t.record(many),
		ScopeSince: all.Known, ScopeRecord: t.record(all),
	}
}

// where is a value where it is known, else nil.
func where[T any](known bool, value T) *T {
	if known {
		return &value
	}
	return nil
}

// record is the key of the evidence for a value, "" where it is not known.
func (t timeline) record(h heldValue) string {
	if h.known {
		return t.items[h.item].Key
	}
	return ""
}

func (t timeline) maximaRows(now State) (all []maximumRow) {
	run := t.heldUntil(now.Held, settingMaximumMinutes)
	h := now.Held[settingMaximumMinutes]
	if h.known && (len(run) == 0 || run[len(run)-1].Basis != h.Basis || run[len(run)-1].item != h.item) {
		run = append(run, h)
	}
	for i, h := range run {
		all = append(all, maximumRow{t.Tenant, i, h.Known, where(h.known, h.number), t.record(h)})
	}
	return all
}

func (t timeline) targetRows(now State) (all []targetRow) {
	included, _ := now.Included()
	for _, target := range included {
		all = append(all, targetRow{t.Tenant, true, target.Type, target.ID})
	}
	excluded, _ := now.Excluded()
	for _, target := range excluded {
		all = append(all, targetRow{t.Tenant, false, target.Type, target.ID})
	}
	return all
}

func (t timeline) eventRows() (all []eventRow) {
	for _, list := range []struct {
		kind   string
		events []event
	}{{"weakened", t.Weakenings}, {"changed", t.Changes}, {"transient", t.Transients()}, {"unlogged", t.Unlogged},
		{"unreadable", t.Unreadable}} {
		for _, e := range list.events {
			var words []string
			for _, d := range e.Differences {
				words = append(words, d.What)
			}
			all = append(all, eventRow{
				Kind: list.kind, Tenant: t.Tenant, Time: e.Time, TimeAssumed: e.TimeAssumed, About: e.About,
				Supporting: e.Supporting,
				ActorID:    e.ActorID, ActorName: e.Actor, Differences: strings.Join(words, "; "), Until: e.Until,
			})
		}
	}
	return all
}

// admissionRows are the targets before and after each change that included or no longer excluded somebody, where both
// are known.
func (t timeline) admissionRows() (all []admissionRow) {
	for _, w := range t.Weakenings {
		before, after := t.before(w.item), t.after[w.item]
		widened := false
		for _, d := range w.Differences {
			if d.Setting == settingInclude || d.Setting == settingExclude {
				before.values[d.Setting] = d.was
				widened = true
			}
		}
		if !widened || !before.scopeKnown() || !after.scopeKnown() {
			continue
		}
		for _, of := range []struct {
			facts Facts
			after bool
		}{{before, false}, {after, true}} {
			for _, s := range []setting{settingInclude, settingExclude} {
				for _, target := range of.facts.values[s].targets {
					all = append(all, admissionRow{w.About[0], of.after, s == settingInclude, target.Type, target.ID})
				}
			}
		}
	}
	return all
}

// before is what was known before an item; of what it had not been told yet, what the item says.
func (t timeline) before(i int) (facts Facts) {
	if i > 0 {
		facts = t.after[i-1]
	}
	for s := range settingCount {
		if old := t.items[i].old(s); old.known {
			facts.values[s] = old
		}
	}
	facts.fill(t.after[i])
	return facts
}

// scopeInWords says whom the policy lets use a pass.
func scopeInWords(p State) string {
	scope := "a scope that is not known"
	if included, known := p.Included(); known {
		switch {
		case includesEveryone(included):
			scope = "for all users"
		case len(included) == 0:
			scope = "for nobody"
		default:
			scope = "for " + targetList(included, mostTargets)
		}
	}
	if excluded, known := p.Excluded(); known && len(excluded) > 0 {
		scope += " but " + targetList(excluded, mostTargets)
	}
	return scope
}

// heldSince is the first value of the unbroken run, up to the one held now, for which the condition holds: what a
// state finding dates from. Where the condition does not hold now it is the value held now.
func (t timeline) heldSince(now [settingCount]heldValue, s setting, condition func(settingValue) bool) heldValue {
	run := t.heldUntil(now, s)
	since := now[s]
	for i := len(run) - 1; i >= 0 && run[i].known && condition(run[i].settingValue); i-- {
		since = run[i]
	}
	return since
}

// heldUntil are the values of a setting in time order, up to the one held now.
func (t timeline) heldUntil(now [settingCount]heldValue, s setting) []heldValue {
	var run []heldValue
	for _, h := range t.held[s] {
		if !h.Known.After(now[s].Known) {
			run = append(run, h)
		}
	}
	return run
}

// settingsInWords is what the policy allows: one-time or not, lifetimes, length.
func settingsInWords(p State) string {
	var parts []string
	if oneTime, known := p.OneTime(); known {
		if oneTime {
			parts = append(parts, "passes for one use")
		} else {
			parts = append(parts, "passes may be used more than once")
		}
	}
	for _, s := range []struct {
		setting setting
		words   string
	}{
		{settingDefaultMinutes, "default lifetime %s minutes"}, {settingMinimumMinutes, "minimum %s minutes"},
		{settingMaximumMinutes, "maximum %s minutes"}, {settingLength, "%s characters"},
	} {
		if p.Held[s.setting].known {
			parts = append(parts, fmt.Sprintf(s.words, p.Held[s.setting].text(s.setting)))
		}
	}
	if len(parts) == 0 {
		return "its settings are not known"
	}
	return strings.Join(parts, ", ")
}

func weakestBasis(p State) string {
	weakest := basisNone
	for _, h := range p.Held {
		weakest = max(weakest, h.Basis)
	}
	return weakest.String()
}
