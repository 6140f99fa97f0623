package policy

import (
	"slices"
	"sort"
	"strings"
	"time"

	"tapaudit/analysis/proof"
)

// item is a policy snapshot, or a logged change of the authentication methods policy.
type item struct {
	Time      time.Time
	TimeKnown bool      // a snapshot without it serves as the state at the end of the evidence
	Until     time.Time // of a snapshot of which only the day is known, from Time on: the day's end
	Snapshot  *Facts    // nil for a change
	Old, New  *Facts    // nil for a snapshot, and where a change tells nothing
	Readable  bool      // of a change: see readChange
	Actor     string
	ActorID   string
	EventID   string
	Key       string // of the record
	Tenant    string
	Places    []proof.Place

	moved bool // to a later time before Until
}

// old and value are what the evidence says of a setting before and from its time.
func (e item) old(s setting) (v settingValue) {
	if e.Snapshot == nil && e.Old != nil {
		v = e.Old.values[s]
	}
	return v
}

func (e item) value(s setting) (v settingValue) {
	switch {
	case e.Snapshot != nil:
		v = e.Snapshot.values[s]
	case e.New != nil:
		v = e.New.values[s]
	}
	return v
}

// basis is how a setting's value at a time is known, the surest first.
type basis int

const (
	basisNone     basis = iota
	basisSnapshot       // a snapshot showed it, at the time or before
	basisChange         // a logged change showed it, at the time or before
	basisBackward       // evidence after the time shows it, and audit evidence covers the time between
	basisLater          // evidence after the time shows it, and a change between may be missing
)

func (b basis) String() string {
	return [...]string{"", "snapshot", "change", "backward", "as found later"}[b]
}

// heldValue is a setting's value at a time.
type heldValue struct {
	settingValue
	Basis basis
	Known time.Time // when the evidence first showed the value that is held
	item  int       // index of that evidence
}

// ForEvents says whether events may be judged by the value. What was only found later, with
// changes between possibly missing, serves state rules alone.
func (h heldValue) ForEvents() bool { return h.Basis != basisNone && h.Basis != basisLater }

// State is the state at a time: the facts serve state rules, Held says how each is known.
type State struct {
	Facts
	Held [settingCount]heldValue
}

// ForEvents are the facts by which events may be judged.
func (p State) ForEvents() (facts Facts) {
	for s, h := range p.Held {
		if h.ForEvents() {
			facts.values[s] = h.settingValue
		}
	}
	return facts
}

// difference says what became of one setting.
type difference struct {
	Setting  setting
	What     string // in words
	Old, New string // "" where not known

	was settingValue
}

// event is something that the timeline shows to have happened.
type event struct {
	Tenant      string
	Time        time.Time
	TimeAssumed bool      // the snapshot's own time is not known, or not to the hour
	Until       time.Time // when it was put back, of what was
	About       []string
	Supporting  []string // keys of the item, as in About
	Actor       string
	ActorID     string
	EventID     string
	Differences []difference

	item int
}

// timeline is the policy of one tenant through time.
type timeline struct {
	Tenant     string
	Weakenings []event // logged changes that weakened a setting, in time order
	Changes    []event // logged changes of any setting, in time order
	Unlogged   []event // differences that no logged change explains, dated by the later evidence
	Unreadable []event // changes that cannot be read as to Temporary Access Passes

	items   []item                        // in time order
	after   []Facts                       // what was known once each item had been seen
	held    [settingCount][]heldValue     // from Known on, in time order; never twice the same in a row
	early   [settingCount][]heldValue     // before Known, for times before the first held value
	covered func(from, to time.Time) bool // whether audit evidence covers the span
}

// buildTimelines makes one timeline for each tenant that the evidence names, in order of tenant. covered says whether
// audit evidence of the tenant covers a span. The evidence ends at end.
func buildTimelines(evidence []item, covered func(tenant string, from, to time.Time) bool, end time.Time) []timeline {
	tenants := map[string][]item{}
	for _, e := range evidence {
		tenants[e.Tenant] = append(tenants[e.Tenant], e)
	}
	var timelines []timeline
	for tenant, own := range tenants {
		ownCovered := func(from, to time.Time) bool { return covered(tenant, from, to) }
		timelines = append(timelines, buildTimeline(own, ownCovered, end))
	}
	slices.SortFunc(timelines, func(a, b timeline) int { return strings.Compare(a.Tenant, b.Tenant) })
	return timelines
}

// buildTimeline puts the evidence of one tenant in order. Setting by setting, the latest value at or
// before a time holds. Before the first known value holds a change's old value, else the value first
// seen: backward as far as audit evidence covers the time, beyond as found later.
// A change that lists a setting without a readable old value tells that it was different before.
// covered must hold for every part of a span for which it holds.
func buildTimeline(evidence []item, covered func(from, to time.Time) bool, end time.Time) timeline {
	t := timeline{items: slices.Clone(evidence), covered: covered}
	for i := range t.items {
		if !t.items[i].TimeKnown {
			t.items[i].Time = end
		}
	}
	slices.SortStableFunc(t.items, func(a, b item) int {
		if c := a.Time.Compare(b.Time); c != 0 {
			return c
		}
		if (a.Snapshot == nil) != (b.Snapshot == nil) {
			if a.Snapshot == nil {
				return -1
			}
			return 1
		}
		return strings.Compare(a.Key, b.Key)
	})
	if len(t.items) > 0 {
		t.Tenant = t.items[0].Tenant
	}
	t.after = make([]Facts, len(t.items))
	var now Facts
	var last [settingCount]lastKnown
	for i := range t.items {
		t.placeSnapshots(i, now)
		t.chooseNext(i, now)
		e := t.items[i]
		t.judge(i, now, last)
		for s := range settingCount {
			old, value := e.old(s), e.value(s)
			if len(t.held[s]) == 0 && (old.known || value.known) {
				before := old
				if !before.known && !(e.Snapshot == nil && e.New.listed) {
					before = value
				}
				t.early[s] = append(t.early[s], heldValue{settingValue: before, Known: e.Time, item: i})
			}
			if !value.known {
				if e.Snapshot == nil && !e.Readable {
					last[s].obscured = true
				}
				continue
			}
			last[s] = lastKnown{time: e.Time, item: i}
			if len(t.held[s]) == 0 || !value.equal(now.values[s]) {
				basis := basisChange
				if e.Snapshot != nil {
					basis = basisSnapshot
				}
				t.held[s] = append(t.held[s], heldValue{settingValue: value, Basis: basis, Known: e.Time, item: i})
			}
			now.values[s] = value
		}
		t.after[i] = now
	}
	return t
}

// lastKnown is the evidence that last showed a setting. obscured: an unreadable change came after.
type lastKnown struct {
	time     time.Time
	item     int
	obscured bool
}

// placeSnapshots looks at snapshots at item i of which only the day is known. It moves them behind the day's next
// change where they differ from what is known, or from the change's old values.
func (t *timeline) placeSnapshots(i int, now Facts) {
	for e := t.items[i]; !e.Until.IsZero(); e = t.items[i] {
		next := i + 1
		for next < len(t.items) && next < i+mostTogether && t.items[next].Snapshot != nil {
			next++
		}
		if next == len(t.items) || t.items[next].Snapshot != nil || !t.items[next].Time.Before(e.Until) {
			return
		}
		fits := true
		for s := range settingCount {
			fits = fits && !e.value(s).contradicts(now.values[s]) && !e.value(s).contradicts(t.items[next].old(s))
		}
		if fits {
			return
		}
		e.Time, e.moved = t.items[next].Time, true
		copy(t.items[i:next], t.items[i+1:next+1])
		t.items[next] = e
	}
}

// mostTogether bounds how many pieces of evidence are looked at to find the next. So each is looked at a few times at
// most, however many have one time.
const mostTogether = 64

// chooseNext orders changes of the same instant, since some exports cut times to seconds. Of those that begin at item
// i, the first whose old values agree with what is known comes next.
func (t *timeline) chooseNext(i int, now Facts) {
	for j := i; j < min(i+mostTogether, len(t.items)) && t.items[j].Snapshot == nil &&
		t.items[j].Time.Equal(t.items[i].Time); j++ {
		agrees := true
		for s := range settingCount {
			agrees = agrees && !t.items[j].old(s).contradicts(now.values[s])
		}
		if agrees {
			next := t.items[j]
			copy(t.items[i+1:j+1], t.items[i:j])
			t.items[i] = next
			return
		}
	}
}

// judge notes what item i shows to have happened, now being what was known before it.
func (t *timeline) judge(i int, now Facts, last [settingCount]lastKnown) {
	e := t.items[i]
	event := event{
		Tenant: e.Tenant, Time: e.Time, TimeAssumed: !e.TimeKnown || !e.Until.IsZero(), About: []string{e.Key},
		Actor: e.Actor, ActorID: e.ActorID, EventID: e.EventID, item: i,
	}
	if e.Snapshot == nil && !e.Readable {
		t.Unreadable = append(t.Unreadable, event)
	}
	weakening, change, unlogged := event, event, event
	unlogged.Actor, unlogged.ActorID = "", "" // who made the change is what nobody knows
	for s := range settingCount {
		known := now.values[s]
		seen := e.old(s)
		if e.Snapshot != nil {
			seen = e.value(s)
		}
		// Held backward is not known: now has only what earlier evidence showed. In no time nothing can
		// have happened unlogged, and an unreadable change may be the one that is looked for.
		if seen.contradicts(known) && (e.moved || last[s].time.Before(e.Time)) && !last[s].obscured &&
			t.covered(last[s].time, e.Time) {
			unlogged.Differences = append(unlogged.Differences, difference{
				Setting: s, Old: known.text(s), New: seen.text(s), was: known,
				What: changeInWords(s, known, seen),
			})
			if key := t.items[last[s].item].Key; !slices.Contains(unlogged.Supporting, key) {
				unlogged.Supporting = append(unlogged.Supporting, key)
			}
		}
		if e.Snapshot != nil || !e.value(s).known {
			continue
		}
		old, oldText := seen, ""
		if !old.known && known.known && !last[s].obscured && (e.New.listed && s != settingState || t.covered(last[s].time, e.Time)) {
			old = known
		}
		oldText = old.text(s)
		if !old.known && e.New.listed && s == settingState {
			// Only changed settings are listed, and there are two states: it was the other one.
			old = settingValue{known: true, number: 1 - e.value(s).number}
		}
		if old.contradicts(e.value(s)) {
			change.Differences = append(change.Differences, difference{
				Setting: s, Old: oldText, New: e.value(s).text(s), was: old, What: changeInWords(s, old, e.value(s)),
			})
		}
		if old.known && weaker(s, old, e.value(s)) {
			weakening.Differences = append(weakening.Differences, difference{
				Setting: s, Old: oldText, New: e.value(s).text(s), was: old,
				What: weakeningInWords(s, old, e.value(s)),
			})
		}
	}
	if len(unlogged.Differences) > 0 {
		t.Unlogged = append(t.Unlogged, unlogged)
	}
	if len(change.Differences) > 0 {
		t.Changes = append(t.Changes, change)
	}
	if len(weakening.Differences) > 0 {
		t.Weakenings = append(t.Weakenings, weakening)
	}
}

// Transients are the weakenings of which every setting was back at or below its old value by a later
// change. They are about both changes, until the latter, and have the former's actor and differences;
// changes between that also touched those settings are supporting.
func (t timeline) Transients() []event {
	var transients []event
	for _, w := range t.Weakenings {
		var between []string
		for i := w.item + 1; i < len(t.items); i++ {
			e := t.items[i]
			if e.Snapshot != nil {
				continue
			}
			touched, back := false, true
			for _, d := range w.Differences {
				is := t.after[i].values[d.Setting]
				touched = touched || e.value(d.Setting).contradicts(t.after[i-1].values[d.Setting]) ||
					e.value(d.Setting).contradicts(e.old(d.Setting))
				back = back && is.known && !weaker(d.Setting, d.was, is)
			}
			if touched && back {
				w.About, w.Until = []string{w.About[0], e.Key}, e.Time
				w.Supporting = between
				transients = append(transients, w)
				break
			}
			if touched {
				between = append(between, e.Key)
			}
		}
	}
	return transients
}

// At is the state at a time; a change at exactly that time has happened.
func (t timeline) At(at time.Time) (state State) {
	for s := range settingCount {
		h := t.heldAt(s, at)
		state.Held[s] = h
		state.values[s] = h.settingValue
	}
	return state
}

func (t timeline) heldAt(s setting, at time.Time) heldValue {
	held := t.held[s]
	if n := sort.Search(len(held), func(i int) bool { return held[i].Known.After(at) }); n > 0 {
		return held[n-1]
	}
	early := t.early[s]
	n := sort.Search(len(early), func(i int) bool { return early[i].Known.After(at) })
	if n == len(early) || !early[n].known {
		return heldValue{}
	}
	h := early[n]
	h.Basis = basisLater
	if t.covered(at, h.Known) {
		h.Basis = basisBackward
	}
	return h
}

// MaxLifetimeIn is the highest maximum lifetime in force at any time from from to to, both
// included, in minutes, as far as events may be judged by it. A change's old value counts as in force
// just before it, even where the timeline did not have it. known is false when nothing is known.
func (t timeline) MaxLifetimeIn(from, to time.Time) (minutes int, known bool) {
	take := func(v settingValue) {
		if v.known {
			minutes, known = max(minutes, v.number), true
		}
	}
	for _, cut := range append(t.cuts(settingMaximumMinutes, from, to), from, to) {
		if h := t.heldAt(settingMaximumMinutes, cut); h.ForEvents() {
			take(h.settingValue)
		}
	}
	for _, e := range t.items {
		if e.Time.After(from) && !e.Time.After(to) {
			take(e.old(settingMaximumMinutes))
		}
	}
	return minutes, known
}

// cuts are the times after from and before to at which a setting's value, or how it is known,
// may become another.
func (t timeline) cuts(s setting, from, to time.Time) []time.Time {
	var cuts []time.Time
	add := func(at time.Time) {
		if at.After(from) && at.Before(to) {
			cuts = append(cuts, at)
		}
	}
	for _, h := range t.held[s] {
		add(h.Known)
	}
	begin := from
	for _, h := range t.early[s] {
		add(h.Known)
		if begin.Before(h.Known) {
			add(t.coveredSince(begin, h.Known))
			begin = h.Known
		}
		if !begin.Before(to) {
			break
		}
	}
	return cuts
}

// coveredSince is the earliest time from from on such that audit evidence covers all from there to to.
func (t timeline) coveredSince(from, to time.Time) time.Time {
	if century := to.AddDate(-100, 0, 0); from.Before(century) {
		from = century // a Duration holds no more than 292 years
	}
	low, high := time.Duration(0), to.Sub(from)
	for low < high {
		middle := low + (high-low)/2
		if t.covered(from.Add(middle), to) {
			high = middle
		} else {
			low = middle + 1
		}
	}
	return from.Add(low)
}

// States are the stretches of the timeline from from (included) to to (excluded). Two that follow each other differ in
// a setting or in their basis. A state's basis is the weakest of its settings' in the order snapshot, change,
// backward, as found later. Evidence that only confirms a value leaves its basis. Actor and EventID are of the logged
// change that set the stretch's latest value, and empty where it was only seen. A list of targets is nil when it is
// not known, and empty when there are none.
func (t timeline) States(from, to time.Time) []Stretch {
	if !from.Before(to) {
		return nil
	}
	cuts := []time.Time{from}
	for s := range settingCount {
		cuts = append(cuts, t.cuts(s, from, to)...)
	}
	slices.SortFunc(cuts, time.Time.Compare)
	cuts = slices.CompactFunc(cuts, time.Time.Equal)

	var states []Stretch
	var before State
	for i, cut := range cuts {
		at := t.At(cut)
		if !at.anyKnown() {
			before = at
			continue
		}
		until := to
		if i+1 < len(cuts) {
			until = cuts[i+1]
		}
		state := t.state(at)
		state.From, state.To = cut, until
		if n := len(states) - 1; n >= 0 && states[n].To.Equal(cut) && states[n].Basis == state.Basis &&
			sameValues(before, at) {
			states[n].To = until
		} else {
			states = append(states, state)
		}
		before = at
	}
	return states
}

func sameValues(a, b State) bool {
	return slices.EqualFunc(a.values[:], b.values[:], settingValue.equal)
}

// state is a row of policy.csv, but for its times.
func (t timeline) state(at State) Stretch {
	text := func(s setting) string { return at.values[s].text(s) }
	state := Stretch{
		TenantID:       t.Tenant,
		State:          text(settingState),
		UsableOnce:     text(settingUsableOnce),
		DefaultMinutes: text(settingDefaultMinutes),
		MinimumMinutes: text(settingMinimumMinutes),
		MaximumMinutes: text(settingMaximumMinutes),
		Length:         text(settingLength),
	}
	if targets, known := at.Included(); known {
		state.Include = targetTexts(targets)
	}
	if targets, known := at.Excluded(); known {
		state.Exclude = targetTexts(targets)
	}
	basis, latest := basisNone, -1
	var items []int
	for s, h := range at.Held {
		if h.Basis == basisNone {
			continue
		}
		basis = max(basis, h.Basis)
		items = append(items, h.item)
		if (h.Basis != basisSnapshot && h.Basis != basisChange) || h.item < latest {
			continue
		}
		e := t.items[h.item]
		if h.item > latest {
			latest, state.Actor, state.EventID = h.item, "", ""
		}
		if e.Snapshot == nil && !e.old(setting(s)).equal(h.settingValue) {
			state.Actor, state.EventID = e.Actor, e.EventID
		}
	}
	state.Basis = basis.String()
	slices.Sort(items)
	for _, i := range slices.Compact(items) {
		state.Evidence = append(state.Evidence, t.items[i].Places...)
	}
	return state
}
