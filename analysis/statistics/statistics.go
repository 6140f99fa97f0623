// Package statistics compares each week's log-ins and passes with the other weeks'.
package statistics

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"gonum.org/v1/gonum/stat/distuv"

	"tapaudit/analysis/coverage"
	"tapaudit/analysis/passes"
	"tapaudit/analysis/rows"
	"tapaudit/analysis/supervision"
	"tapaudit/analysis/when"
	"tapaudit/ingest/casefile"
)

const (
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
	w := s.weeks[when.WeekOf(at)]
	w.count++
	w.records = append(w.records, records...)
	s.weeks[when.WeekOf(at)] = w
}

// rateRow is of rate_anomalies.
type rateRow struct {
	Tenant  string    `db:"tenant_id"`
	Family  string    `db:"family"`
	Kind    string    `db:"subject_type"`
	ID      string    `db:"subject_id"`
	Name    string    `db:"subject_name"`
	Week    time.Time `db:"week"`
	Events  int       `db:"events"`
	Weeks   int       `db:"weeks"`
	Mean    float64   `db:"mean"`
	P       float64   `db:"p"`
	Q       float64   `db:"q"`
	Records []string  `db:"records"`
}

// Store fills rate_anomalies: for every covered week of the whole evidence, how improbable the number of the
// tenant's log-ins and of each issuer's passes is beside the other covered weeks. It holds quiet weeks and short
// histories too, because they belong to the families that the q-values correct for; the rule applies its thresholds.
func Store(
	ctx context.Context, c *casefile.Case, tenants []string, covered coverage.Coverage, ledger []*supervision.Login,
	issued []*passes.Pass,
) error {
	var all []rateRow
	ofTenants, ofIssuers := loginRates(tenants, ledger), passRates(issued)
	for _, tenant := range tenants {
		for _, family := range []struct {
			name, logType string
			subjects      []*subject
		}{
			{"log-ins", coverage.TAPSignIn, []*subject{ofTenants[tenant]}},
			{"passes", coverage.Audit, ofIssuers[tenant]},
		} {
			weeks := covered.CoveredWeeks(tenant, family.logType)
			counts := make([][]int, len(family.subjects))
			for i, s := range family.subjects {
				for _, w := range weeks {
					counts[i] = append(counts[i], s.weeks[w].count)
				}
			}
			for i, row := range compareWeeks(counts) {
				s := family.subjects[i]
				for j, c := range row {
					all = append(all, rateRow{
						Tenant: tenant, Family: family.name, Kind: s.kind, ID: s.id, Name: s.name, Week: weeks[j],
						Events: counts[i][j], Weeks: len(weeks) - 1, Mean: c.mean, P: c.p, Q: c.q,
						Records: s.weeks[weeks[j]].records,
					})
				}
			}
		}
	}
	return rows.Fill(ctx, c, "rate_anomalies", all)
}

// loginRates counts every tenant's log-ins by their time; a tenant without any is a subject too.
func loginRates(tenants []string, ledger []*supervision.Login) map[string]*subject {
	subjects := map[string]*subject{}
	for _, tenant := range tenants {
		subjects[tenant] = newSubject("tenant", tenant, tenant)
	}
	for _, l := range ledger {
		if s := subjects[l.Tenant]; s != nil {
			s.happened(l.Time, l.Keys()...)
		}
	}
	return subjects
}

// passRates counts every issuer's passes by their issuance, for each tenant the issuers in order of type and id. The
// issuer is named as in the latest pass. An unknown issuer has no history to compare with and is left out.
func passRates(issued []*passes.Pass) map[string][]*subject {
	type issuer struct{ kind, id string }
	byTenant := map[string]map[issuer]*subject{}
	for _, p := range issued {
		e := p.Event
		if e.IssuerType != "user" && e.IssuerType != "application" || e.IssuerID == "" {
			continue
		}
		if byTenant[p.Tenant] == nil {
			byTenant[p.Tenant] = map[issuer]*subject{}
		}
		key := issuer{e.IssuerType, e.IssuerID}
		s := byTenant[p.Tenant][key]
		if s == nil {
			s = newSubject(e.IssuerType, e.IssuerID, "")
			byTenant[p.Tenant][key] = s
		}
		s.name = cmp.Or(e.IssuerName, s.name, e.IssuerID)
		s.happened(e.Time, e.Key())
	}
	sorted := map[string][]*subject{}
	for tenant, issuers := range byTenant {
		sorted[tenant] = slices.SortedFunc(maps.Values(issuers), func(x, y *subject) int {
			return cmp.Or(cmp.Compare(x.kind, y.kind), cmp.Compare(x.id, y.id))
		})
	}
	return sorted
}

// comparison is a week's number of events beside the subject's other covered weeks.
type comparison struct{ mean, p, q float64 }

// compareWeeks judges a family: of every subject its number of events in each covered week. The mean is that of the
// subject's other weeks. Every subject and week is in the family, whatever its count: to leave out the quiet ones
// would make the correction depend on what it corrects. All weeks of a family have equally many others, so a minimum
// of these lets a whole family through or none of it. A single week has no others; its mean is the least one.
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

// poissonTail is P(X >= k) for a Poisson variable X of a positive mean. It is the probability that the k-th event
// comes within that mean; its waiting time has a gamma distribution. One minus the Poisson distribution function would
// lose every digit in the far tail. A probability below the smallest number is 0.
func poissonTail(k int, mean float64) float64 {
	if k <= 0 {
		return 1
	}
	return distuv.Gamma{Alpha: float64(k), Beta: 1}.CDF(mean)
}

// benjaminiHochberg gives each p-value of a family its q-value: the lowest false discovery rate at which the procedure
// of Benjamini and Hochberg (1995) rejects its hypothesis. That is the least, over the p-values that are not smaller,
// of p times their number divided by p's rank.
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
