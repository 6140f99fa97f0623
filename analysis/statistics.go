package analysis

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"gonum.org/v1/gonum/stat/distuv"
)

const (
	week = 7 * day
	// fewestExpected is the least mean per week: of a subject that hardly ever does anything, two events in a week
	// would otherwise be a marvel.
	fewestExpected = 0.5
)

// subject is whose weeks are compared with each other: the tenant for log-ins, an issuer for passes.
type subject struct {
	kind, id, name string
	weeks          map[time.Time]weekEvents // by the week's Monday
}

type weekEvents struct {
	count   int
	records []string // keys, in the order of the events
}

func newSubject(kind, id, name string) *subject {
	return &subject{kind: kind, id: id, name: name, weeks: map[time.Time]weekEvents{}}
}

// happened counts one event; events come in order of time.
func (s *subject) happened(at time.Time, records ...string) {
	w := s.weeks[weekOf(at)]
	w.count++
	w.records = append(w.records, records...)
	s.weeks[weekOf(at)] = w
}

// weekOf is the Monday 00:00 UTC at or before t. Truncate counts from the zero time, which is a Monday.
func weekOf(t time.Time) time.Time { return t.UTC().Truncate(week) }

// storeStatistics fills rate_anomalies: for every covered week of the whole evidence, how improbable the number of the
// tenant's log-ins and of each issuer's passes is beside the other covered weeks. It holds quiet weeks and short
// histories too, because they belong to the families that the q-values correct for; the rule applies its thresholds.
func (a *audit) storeStatistics(ctx context.Context) error {
	t := table{name: "rate_anomalies", columns: columns(
		"tenant_id VARCHAR", "family VARCHAR", "subject_type VARCHAR", "subject_id VARCHAR", "subject_name VARCHAR", "week TIMESTAMP",
		"events BIGINT", "weeks BIGINT", "mean DOUBLE", "p DOUBLE", "q DOUBLE", "records VARCHAR[]",
	)}
	tenants, issuers := a.loginRates(), a.passRates()
	for _, tenant := range a.tenants {
		for _, family := range []struct {
			name, logType string
			subjects      []*subject
		}{
			{"log-ins", logTAPSignIn, []*subject{tenants[tenant]}},
			{"passes", logAudit, issuers[tenant]},
		} {
			weeks := a.coverage.coveredWeeks(tenant, family.logType)
			counts := make([][]int, len(family.subjects))
			for i, s := range family.subjects {
				for _, w := range weeks {
					counts[i] = append(counts[i], s.weeks[w].count)
				}
			}
			for i, row := range compareWeeks(counts) {
				s := family.subjects[i]
				for j, c := range row {
					t.add(tenant, family.name, s.kind, s.id, s.name, weeks[j], counts[i][j], len(weeks)-1, c.mean, c.p, c.q, s.weeks[weeks[j]].records)
				}
			}
		}
	}
	return t.store(ctx, a.c)
}

// loginRates counts every tenant's log-ins by their time; a tenant without any is a subject too.
func (a *audit) loginRates() map[string]*subject {
	subjects := map[string]*subject{}
	for _, tenant := range a.tenants {
		subjects[tenant] = newSubject("tenant", tenant, tenant)
	}
	for _, l := range a.ledger {
		if s := subjects[l.tenant]; s != nil {
			s.happened(l.time, signInKeys(l)...)
		}
	}
	return subjects
}

// passRates counts every issuer's passes by their issuance, for each tenant the issuers in order of type and id. The
// issuer is named as in the latest pass. An unknown issuer has no history to compare with and is left out.
func (a *audit) passRates() map[string][]*subject {
	type issuer struct{ kind, id string }
	byTenant := map[string]map[issuer]*subject{}
	for _, p := range a.passes {
		e := p.event
		if e.issuerType != "user" && e.issuerType != "application" || e.issuerID == "" {
			continue
		}
		if byTenant[p.tenant] == nil {
			byTenant[p.tenant] = map[issuer]*subject{}
		}
		key := issuer{e.issuerType, e.issuerID}
		s := byTenant[p.tenant][key]
		if s == nil {
			s = newSubject(e.issuerType, e.issuerID, "")
			byTenant[p.tenant][key] = s
		}
		s.name = cmp.Or(e.issuerName, s.name, e.issuerID)
		s.happened(e.time, auditKey(e))
	}
	sorted := map[string][]*subject{}
	for tenant, issuers := range byTenant {
		sorted[tenant] = slices.SortedFunc(maps.Values(issuers), func(x, y *subject) int {
			return cmp.Or(cmp.Compare(x.kind, y.kind), cmp.Compare(x.id, y.id))
		})
	}
	return sorted
}

// coveredWeeks are the Mondays of the weeks whose seven days the evidence covers, in order.
func (c coverage) coveredWeeks(tenant, logType string) []time.Time {
	var weeks []time.Time
	covered := 0 // days of the week so far
	for _, d := range c[coverageKey{tenant, logType}].days {
		if d.day.Equal(weekOf(d.day)) {
			covered = 0
		}
		if c.coveredDay(tenant, logType, d.day) {
			covered++
		}
		if covered == 7 {
			weeks = append(weeks, weekOf(d.day))
		}
	}
	return weeks
}

// comparison is a week's number of events beside the subject's other covered weeks.
type comparison struct{ mean, p, q float64 }

// compareWeeks judges a family: of every subject its number of events in each covered week. The mean is that of the
// subject's other weeks. Every subject and week is in the family, whatever its count: to leave out the quiet ones would
// make the correction depend on what it corrects. All weeks of a family have equally many others, so a minimum of
// these lets a whole family through or none of it. A single week has no others; its mean is the least one.
func compareWeeks(counts [][]int) [][]comparison {
	family := make([][]comparison, len(counts))
	var ps []float64
	for i, weeks := range counts {
		total := 0
		for _, k := range weeks {
			total += k
		}
		family[i] = make([]comparison, len(weeks))
		for j, k := range weeks {
			mean := fewestExpected
			if others := len(weeks) - 1; others > 0 {
				mean = max(mean, float64(total-k)/float64(others))
			}
			family[i][j] = comparison{mean: mean, p: poissonTail(k, mean)}
			ps = append(ps, family[i][j].p)
		}
	}
	qs := benjaminiHochberg(ps)
	for _, weeks := range family {
		for j := range weeks {
			weeks[j].q, qs = qs[0], qs[1:]
		}
	}
	return family
}

// poissonTail is P(X >= k) for a Poisson variable X of a positive mean. It is the probability that the k-th event comes
// within that mean, whose waiting time has a gamma distribution: one minus the Poisson distribution function would lose
// every digit in the far tail. A probability below the smallest number is 0.
func poissonTail(k int, mean float64) float64 {
	if k <= 0 {
		return 1
	}
	return distuv.Gamma{Alpha: float64(k), Beta: 1}.CDF(mean)
}

// benjaminiHochberg gives each p-value of a family its q-value: the lowest false discovery rate at which the procedure of
// Benjamini and Hochberg (1995) rejects its hypothesis. That is the least, over the p-values that are not smaller, of p
// times their number divided by p's rank.
func benjaminiHochberg(p []float64) []float64 {
	order := make([]int, len(p))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(p[i], p[j]) })
	q := make([]float64, len(p))
	least := 1.0
	for rank := len(p); rank > 0; rank-- {
		i := order[rank-1]
		least = min(least, p[i]*(float64(len(p))/float64(rank)))
		q[i] = least
	}
	return q
}
