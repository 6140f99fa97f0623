// Package incidents gathers findings that belong together: what happened around one user, issuer, address, device or
// tenant within a time is one case for the reader. README.md of package analysis, "Incidents", defines them.
package incidents

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"
)

// Finding is what of a finding incidents are made of. Severity is its rank, 0 for info to 4 for critical.
type Finding struct {
	ID, Rule             string
	Family               string // of its rule, one of Families; "" for a family of its own
	OfIssuer             bool   // its rule tells of an issuer, whatever else the subject is, unless that is the tenant
	Listing              bool   // its rule only lists, or repeats what others say: it is no sign
	Severity             int
	Open, InPeriod       bool
	Tenant               string
	SubjectType, Subject string
	First, Last          time.Time
	Records              []string // keys, those that it is about first
	About                int      // how many of Records it is about
}

// Event is a pass, a log-in or an attempt of a user. A log-in names the pass it is known to have come in on.
type Event struct {
	Tenant, User string
	Time         time.Time
	Keys         []string // of its records
	Pass         string   // a log-in's known pass, by the key of its issuance; "" for none
	Kind         Kind
}

// Kind is what an event is.
type Kind int

// The kinds of events.
const (
	Attempt Kind = iota
	Pass
	Login
)

// Incident is what belongs together.
type Incident struct {
	ID             string
	Tenant         string
	SubjectType    string // its kind: user, issuer, address, device or tenant
	Subject        string
	Severity       int
	Open           bool
	First, Last    time.Time
	Passes, Logins int
	Findings       []string // ids, those outside of the period too
	Signs          []string // rules, those that weigh most first
	Score          float64
	Touches        []string // ids of other incidents
	Records        []string // keys of its passes, log-ins and attempts, and of its findings' records, sorted
	records        map[string]bool
	worst          map[string]int    // by rule, of open findings
	family         map[string]string // likewise
	shown          bool
	key            string
}

// Build gathers the findings of the whole evidence, and gives the incidents that are shown, in order. Two neighbours
// of one incident lie no further apart than apart. identity says which record is which, whatever export it came from.
func Build(findings []Finding, events []Event, apart time.Duration, identity func(key string) string) []*Incident {
	type place struct{ tenant, kind, subject string }
	type node struct {
		at      time.Time
		key     string
		finding *Finding
		event   *Event
	}
	nodes := map[place][]*node{}
	for i := range events {
		e := &events[i]
		if e.User != "" && len(e.Keys) > 0 {
			p := place{e.Tenant, "user", strings.ToLower(e.User)}
			nodes[p] = append(nodes[p], &node{e.Time, e.Keys[0], nil, e})
		}
	}
	for i := range findings {
		f := &findings[i]
		key := f.ID
		if len(f.Records) > 0 {
			key = f.Records[0]
		}
		p := place{f.Tenant, kindOf(f), strings.ToLower(f.Subject)}
		nodes[p] = append(nodes[p], &node{f.First, key, f, nil})
	}
	var all []*Incident
	for p, own := range nodes {
		slices.SortFunc(own, func(x, y *node) int {
			return cmp.Or(x.at.Compare(y.at), strings.Compare(identity(x.key), identity(y.key)))
		})
		parent := make([]int, len(own))
		root := func(i int) int {
			for parent[i] != i {
				parent[i] = parent[parent[i]]
				i = parent[i]
			}
			return i
		}
		join := func(i, j int) { i, j = root(i), root(j); parent[max(i, j)] = min(i, j) }
		withKey, passes := map[string]int{}, map[string]int{}
		for i, n := range own {
			parent[i] = i
			if i > 0 && n.at.Sub(own[i-1].at) <= apart {
				parent[i] = root(i - 1)
			}
			if n.event != nil && n.event.Kind == Login {
				for _, key := range n.event.Keys {
					withKey[key] = i
				}
			}
			if n.event != nil && n.event.Kind == Pass {
				passes[n.key] = i
			}
		}
		// A log-in joins its known pass, and so do the findings about it.
		passOf := func(login *Event) (int, bool) {
			pass, ok := passes[login.Pass]
			return pass, ok && login.Pass != ""
		}
		for i, n := range own {
			if n.event != nil {
				if pass, ok := passOf(n.event); ok {
					join(i, pass)
				}
				continue
			}
			for _, key := range n.finding.Records[:n.finding.About] {
				if login, ok := withKey[key]; ok {
					if pass, ok := passOf(own[login].event); ok {
						join(i, pass)
					}
				}
			}
		}
		of := map[int]*Incident{}
		for i, n := range own {
			c := of[root(i)]
			if c == nil {
				c = &Incident{Tenant: p.tenant, SubjectType: p.kind, Subject: p.subject, First: n.at,
					key:     identity(n.key),
					records: map[string]bool{}, worst: map[string]int{}, family: map[string]string{}}
				of[root(i)] = c
				all = append(all, c)
			}
			c.take(n.finding, n.event)
		}
	}
	all = slices.DeleteFunc(all, func(c *Incident) bool { return !c.shown })
	for _, c := range all {
		sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%s\x00%s\x00%s", c.Tenant, c.SubjectType, c.Subject, c.key))
		c.ID = hex.EncodeToString(sum[:16])
		c.Records = slices.Sorted(maps.Keys(c.records))
	}
	score(all)
	slices.SortFunc(all, func(x, y *Incident) int {
		return cmp.Or(cmp.Compare(y.band(), x.band()), cmp.Compare(y.Score, x.Score),
			cmp.Compare(y.Severity, x.Severity),
			x.First.Compare(y.First), strings.Compare(x.ID, y.ID))
	})
	touch(all)
	return all
}

// kindOf is the kind of the incident that a finding belongs to.
func kindOf(f *Finding) string {
	switch {
	case f.OfIssuer && f.SubjectType != "tenant", f.SubjectType == "application":
		return "issuer"
	case f.SubjectType == "user", f.SubjectType == "address", f.SubjectType == "device":
		return f.SubjectType
	}
	return "tenant"
}

func (c *Incident) take(f *Finding, e *Event) {
	if e != nil {
		switch e.Kind {
		case Pass:
			c.Passes++
		case Login:
			c.Logins++
		}
		for _, key := range e.Keys {
			c.records[key] = true
		}
		return
	}
	c.Findings = append(c.Findings, f.ID)
	for _, key := range f.Records {
		c.records[key] = true
	}
	if f.Last.After(c.Last) {
		c.Last = f.Last
	}
	c.shown = c.shown || f.InPeriod
	switch {
	case f.Open && !c.Open: // what is excepted counts no longer
		c.Open, c.Severity = true, f.Severity
	case f.Open == c.Open:
		c.Severity = max(c.Severity, f.Severity)
	}
	if before, known := c.worst[f.Rule]; f.Open && !f.Listing && (!known || f.Severity > before) {
		c.worst[f.Rule], c.family[f.Rule] = f.Severity, cmp.Or(f.Family, f.Rule)
	}
}

// band puts incidents with a critical sign first, then those with a high one.
func (c *Incident) band() int {
	worst := 0
	for _, severity := range c.worst {
		worst = max(worst, severity)
	}
	return max(worst, 2)
}

var weights = []float64{0, 1, 2, 4, 8}

const (
	fewest   = 20 // incidents below which rarity is taken as of so many
	rarest   = 6  // bits
	repeated = 0.3
)

// score weighs each incident's signs by how rare they are among the open ones of its kind and tenant.
func score(all []*Incident) {
	type peers struct{ tenant, kind string }
	open := map[peers][]*Incident{}
	for _, c := range all {
		if c.Open {
			p := peers{c.Tenant, c.SubjectType}
			open[p] = append(open[p], c)
		}
	}
	for p, group := range open {
		carried := map[string]*[5]int{} // of each rule, how many incidents carry it at a severity or a worse one
		for _, c := range group {
			for rule, severity := range c.worst {
				if carried[rule] == nil {
					carried[rule] = &[5]int{}
				}
				for s := range severity + 1 {
					carried[rule][s]++
				}
			}
		}
		n := float64(max(len(open[p]), fewest))
		for _, c := range group {
			c.weigh(func(rule string, severity int) float64 {
				rarity := min(-math.Log2(float64(carried[rule][severity]+1)/(n+2)), rarest) / rarest
				switch severity {
				case 4:
					return max(rarity, 0.5)
				case 3:
					return max(rarity, 0.25)
				}
				return rarity
			})
		}
	}
}

func (c *Incident) weigh(rarity func(rule string, severity int) float64) {
	other := 0.0
	for rule, severity := range c.worst {
		if c.family[rule] != chain {
			other = max(other, weights[severity])
		}
	}
	weighed := map[string]float64{}
	byFamily := map[string][]float64{}
	for rule, severity := range c.worst {
		weight := weights[severity]
		if c.family[rule] == chain {
			weight = max(weight-other, 0)
		}
		weighed[rule] = weight * rarity(rule, severity)
		byFamily[c.family[rule]] = append(byFamily[c.family[rule]], weighed[rule])
		c.Signs = append(c.Signs, rule)
	}
	slices.SortFunc(c.Signs, func(x, y string) int {
		return cmp.Or(cmp.Compare(c.worst[y], c.worst[x]), cmp.Compare(weighed[y], weighed[x]), strings.Compare(x, y))
	})
	var sums []float64
	for _, own := range byFamily {
		slices.Sort(own)
		sum := own[len(own)-1]
		for _, w := range own[:len(own)-1] {
			sum += repeated * w
		}
		sums = append(sums, sum)
	}
	slices.Sort(sums) // added in one order, the same from run to run
	for _, sum := range sums {
		c.Score += sum
	}
	c.Score = math.Round(c.Score*100) / 100
}

// touch says which other incidents tell of the same events as a user's.
func touch(all []*Incident) {
	of := map[string][]*Incident{}
	for _, c := range all {
		if c.SubjectType != "user" {
			for key := range c.records {
				of[key] = append(of[key], c)
			}
		}
	}
	for _, c := range all {
		if c.SubjectType != "user" {
			continue
		}
		touched := map[*Incident]bool{}
		for key := range c.records {
			for _, other := range of[key] {
				touched[other] = other.Tenant == c.Tenant
			}
		}
		for _, other := range all { // in order
			if touched[other] {
				c.Touches = append(c.Touches, other.ID)
			}
		}
	}
}
