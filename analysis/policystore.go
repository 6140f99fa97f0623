package analysis

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// readPolicy builds each tenant's policy timeline from snapshots and logged changes.
func (a *audit) readPolicy(ctx context.Context) error {
	a.snapshots = map[string]snapshotInfo{}
	var evidence []policyEvidence
	rows, err := a.c.Query(ctx, `
SELECT tenant, time, policy::VARCHAR, source_id, line, ordinal FROM attributed_policies WHERE tenant IS NOT NULL ORDER BY tenant, time, source_id, ordinal`)
	if err != nil {
		return err
	}
	defer rows.Close()
	undated := 0
	for rows.Next() {
		var tenant, policy string
		var at *time.Time
		var place recordPlace
		if err := rows.Scan(&tenant, &at, &policy, &place.source, &place.line, &place.ordinal); err != nil {
			return err
		}
		facts, ok := readPolicySnapshot([]byte(policy))
		if !ok {
			continue
		}
		e := policyEvidence{Snapshot: &facts, Key: snapshotKey(place), Tenant: tenant, Places: []Place{a.place(place)}}
		what := "Policy snapshot of an unknown time"
		if at != nil {
			e.Time, e.TimeKnown = *at, true
			what = "Policy snapshot of " + clock(*at)
			if at.Equal(at.Truncate(day)) {
				// Only the day is known, by the file's name.
				e.Until = at.Add(day)
				what = "Policy snapshot of " + at.Format(time.DateOnly)
			}
		} else {
			undated++
			e.Time = a.asOf
		}
		a.snapshots[e.Key] = snapshotInfo{time: e.Time, what: what, identity: e.Time.Format(time.RFC3339Nano)}
		evidence = append(evidence, e)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if undated > 0 {
		a.notes = append(a.notes, fmt.Sprintf("%d policy snapshots carry no date, neither in their content nor in their name: each is taken for the state at the end of the evidence. Put the date into the file's name, e.g. policy_2026-09-30.json.", undated))
	}
	for _, e := range a.events {
		if e.kind != policyChanged {
			continue
		}
		old, new, readable := readPolicyChange(readModifiedProperties(e.targets))
		evidence = append(evidence, policyEvidence{
			Time: e.time, TimeKnown: true, Old: &old, New: &new, Readable: readable, Actor: e.issuerName, ActorID: e.issuerID,
			EventID: e.id, Key: auditKey(e), Tenant: e.tenant, Places: a.placesOf(e.places),
		})
	}
	covered := func(tenant string, from, to time.Time) bool { return a.coverage.covers(tenant, logAudit, from, to) }
	a.timelines = map[string]timeline{}
	for _, t := range buildTimelines(evidence, covered, a.asOf) {
		a.timelines[t.Tenant] = t
	}
	return nil
}

func (a *audit) policyAt(tenant string, at time.Time) policyAt {
	if t, ok := a.timelines[tenant]; ok {
		return t.At(at)
	}
	return policyAt{}
}

func (a *audit) policyRows() []PolicyState {
	var rows []PolicyState
	for _, tenant := range a.tenants {
		if t, ok := a.timelines[tenant]; ok {
			rows = append(rows, t.States(a.period.From, a.period.To)...)
		}
	}
	return rows
}

// storePolicy fills policy_state with the state at the end of the period, and policy_events with what changed.
func (a *audit) storePolicy(ctx context.Context) error {
	state := table{name: "policy_state", columns: columns(
		"tenant_id VARCHAR", "enabled BOOLEAN", "one_time BOOLEAN", "maximum_minutes BIGINT", "everyone BOOLEAN", "scope VARCHAR", "settings VARCHAR", "basis VARCHAR",
		"enabled_since TIMESTAMP", "enabled_record VARCHAR", "one_time_since TIMESTAMP", "one_time_record VARCHAR",
		"scope_since TIMESTAMP", "scope_record VARCHAR",
	)}
	maxima := table{name: "policy_maxima", columns: columns("tenant_id VARCHAR", "position BIGINT", "since TIMESTAMP", "minutes BIGINT", "record VARCHAR")}
	targets := table{name: "policy_targets", columns: columns("tenant_id VARCHAR", "included BOOLEAN", "kind VARCHAR", "target_id VARCHAR")}
	changes := table{name: "policy_events", columns: columns(
		"kind VARCHAR", "tenant_id VARCHAR", "time TIMESTAMP", "time_assumed BOOLEAN", "about VARCHAR[]", "supporting VARCHAR[]", "actor_id VARCHAR", "actor_name VARCHAR", "differences VARCHAR", "until TIMESTAMP",
	)}
	for _, tenant := range a.tenants {
		line, ok := a.timelines[tenant]
		if !ok {
			continue
		}
		now := line.At(a.period.To.Add(-time.Microsecond)) // the end is exclusive
		enabled, enabledKnown := now.Enabled()
		if enabledKnown {
			oneTime, oneTimeKnown := now.OneTime()
			maximum, maximumKnown := now.MaximumMinutes()
			included, includedKnown := now.Included()
			excluded, excludedKnown := now.Excluded()
			everyone := includesEveryone(included)
			scope := "a scope that is not known"
			if includedKnown {
				scope = "for " + targetList(included, mostTargets)
				if len(included) == 0 {
					scope = "for nobody"
				}
				if everyone {
					scope = "for all users"
				}
			}
			if excludedKnown && len(excluded) > 0 {
				scope += " but " + targetList(excluded, mostTargets)
			}
			known := func(ok bool, v any) any {
				if ok {
					return v
				}
				return nil
			}
			on := line.heldSince(now.Held, settingState, func(v policyValue) bool { return v.number == 1 })
			many := line.heldSince(now.Held, settingUsableOnce, func(v policyValue) bool { return v.number == 0 })
			all := line.heldSince(now.Held, settingInclude, func(v policyValue) bool { return includesEveryone(v.targets) })
			record := func(h heldValue) string {
				if h.known {
					return line.items[h.item].Key
				}
				return ""
			}
			state.add(tenant, enabled, known(oneTimeKnown, oneTime), known(maximumKnown, maximum), known(includedKnown, everyone), scope, settingsInWords(now), weakestBasis(now),
				on.Known, record(on), many.Known, record(many), all.Known, record(all))
			run := line.heldUntil(now.Held, settingMaximumMinutes)
			if h := now.Held[settingMaximumMinutes]; h.known && (len(run) == 0 || run[len(run)-1].Basis != h.Basis || run[len(run)-1].item != h.item) {
				run = append(run, h)
			}
			for i, h := range run {
				maxima.add(tenant, i, h.Known, known(h.known, h.number), record(h))
			}
			for included, list := range map[bool][]policyTarget{true: included, false: excluded} {
				for _, t := range list {
					targets.add(tenant, included, t.Type, strings.ToLower(t.ID))
				}
			}
		}
		for _, list := range []struct {
			kind   string
			events []policyEvent
		}{{"weakened", line.Weakenings}, {"transient", line.Transients()}, {"unlogged", line.Unlogged}, {"unreadable", line.Unreadable}} {
			for _, e := range list.events {
				var words []string
				for _, d := range e.Differences {
					words = append(words, d.What)
				}
				changes.add(list.kind, tenant, e.Time, e.TimeAssumed, e.About, e.Supporting, e.ActorID, e.Actor, strings.Join(words, "; "), e.Until)
			}
		}
	}
	for _, t := range []table{state, maxima, targets, changes} {
		if err := t.store(ctx, a.c); err != nil {
			return err
		}
	}
	return nil
}

// heldSince is the first value of the unbroken run, up to the one held now, for which the condition holds: what a
// state finding dates from. Where the condition does not hold now it is the value held now.
func (t timeline) heldSince(now [settingCount]heldValue, s policySetting, condition func(policyValue) bool) heldValue {
	run := t.heldUntil(now, s)
	since := now[s]
	for i := len(run) - 1; i >= 0 && run[i].known && condition(run[i].policyValue); i-- {
		since = run[i]
	}
	return since
}

// heldUntil are the values of a setting in time order, up to the one held now.
func (t timeline) heldUntil(now [settingCount]heldValue, s policySetting) []heldValue {
	var run []heldValue
	for _, h := range t.held[s] {
		if !h.Known.After(now[s].Known) {
			run = append(run, h)
		}
	}
	return run
}

// settingsInWords is what the policy allows: one-time or not, lifetimes, length.
func settingsInWords(p policyAt) string {
	var parts []string
	if oneTime, known := p.OneTime(); known {
		if oneTime {
			parts = append(parts, "passes for one use")
		} else {
			parts = append(parts, "passes may be used more than once")
		}
	}
	for _, s := range []struct {
		setting policySetting
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

func weakestBasis(p policyAt) string {
	weakest := basisNone
	for _, h := range p.Held {
		weakest = max(weakest, h.Basis)
	}
	return weakest.String()
}
