package statistics

import (
	"context"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gonum.org/v1/gonum/stat/distuv"

	"tapaudit/analysis/auditlog"
	"tapaudit/analysis/coverage"
	"tapaudit/analysis/logins"
	"tapaudit/analysis/model"
	"tapaudit/analysis/passes"
	"tapaudit/analysis/supervision"
	"tapaudit/analysis/when"
	"tapaudit/ingest/casefile"
)

// The values are those of the four-figure table of the cumulative Poisson distribution that textbooks print: P(X <= x)
// by mean, for x = 0, 1, 2 …
func TestPoissonTailAgreesWithPrintedTable(t *testing.T) {
	for mean, atMost := range map[float64][]float64{
		0.5: {0.6065, 0.9098, 0.9856, 0.9982, 0.9998},
		1:   {0.3679, 0.7358, 0.9197, 0.9810, 0.9963, 0.9994, 0.9999},
		2:   {0.1353, 0.4060, 0.6767, 0.8571, 0.9473, 0.9834, 0.9955, 0.9989, 0.9998},
		3.5: {0.0302, 0.1359, 0.3208, 0.5366, 0.7254, 0.8576, 0.9347, 0.9733, 0.9901, 0.9967, 0.9990, 0.9997, 0.9999},
		5: {0.0067, 0.0404, 0.1247, 0.2650, 0.4405, 0.6160, 0.7622, 0.8666, 0.9319, 0.9682, 0.9863, 0.9945, 0.9980,
			0.9993, 0.9998, 0.9999},
	} {
		if p := poissonTail(0, mean); p != 1 {
			t.Errorf("P(X >= 0) for mean %g is %g, want 1", mean, p)
		}
		for x, want := range atMost {
			if p := poissonTail(x+1, mean); math.Abs(1-p-want) > 0.000051 {
				t.Errorf("P(X <= %d) for mean %g is %.6f, the table has %.4f", x, mean, 1-p, want)
			}
		}
	}
}

// exactTail sums the series with 300 bits: the tail over the whole of e^mean.
func exactTail(k int, mean float64) float64 {
	term := new(big.Float).SetPrec(300).SetInt64(1)
	m := new(big.Float).SetPrec(300).SetFloat64(mean)
	whole, tail := new(big.Float).SetPrec(300), new(big.Float).SetPrec(300)
	for j := 0; j < k+int(mean)*3+200; j++ {
		if j > 0 {
			term.Quo(term.Mul(term, m), new(big.Float).SetInt64(int64(j)))
		}
		whole.Add(whole, term)
		if j >= k {
			tail.Add(tail, term)
		}
	}
	p, _ := tail.Quo(tail, whole).Float64()
	return p
}

func TestPoissonTailKeepsItsDigitsFarOut(t *testing.T) {
	for _, c := range []struct {
		k    int
		mean float64
	}{{5, 0.5}, {10, 0.5}, {30, 0.5}, {100, 0.5}, {20, 1}, {40, 3.25}, {12, 12}, {60, 12}, {200, 12}, {150, 100},
		{400, 100}, {1100, 1000}, {2000, 1000}} {
		got, want := poissonTail(c.k, c.mean), exactTail(c.k, c.mean)
		if math.Abs(got/want-1) > 1e-9 {
			t.Errorf("P(X >= %d) for mean %g is %g, want %g", c.k, c.mean, got, want)
		}
	}
	if p := poissonTail(5000, 0.5); p != 0 {
		t.Errorf("a probability below the smallest number is %g, want 0", p)
	}
}

func TestBenjaminiHochberg(t *testing.T) {
	for name, c := range map[string]struct{ p, q []float64 }{
		// The p-values of Neuhaus et al. (1992) with which Benjamini and Hochberg (1995, section 3.2) show their
		// procedure: it rejects the first four at 0.05. The q-values are those in the documentation of SciPy's
		// false_discovery_control.
		"Benjamini and Hochberg": {
			[]float64{0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719,
				0.6528, 0.7590, 1},
			[]float64{0.0015, 0.003, 0.0095, 0.035625, 0.0603, 0.06385714, 0.06385714, 0.0645, 0.0765, 0.486,
				0.58118182, 0.714875, 0.75323077, 0.81321429, 1},
		},
		// The two examples in the documentation of stdlib's padjust.
		"out of order":      {[]float64{0.008, 0.03, 0.123, 0.6, 0.2}, []float64{0.04, 0.075, 0.205, 0.6, 0.25}},
		"all from the last": {[]float64{0.319, 0.201, 0.4, 0.374, 0.113}, []float64{0.4, 0.4, 0.4, 0.4, 0.4}},
		// By the definition.
		"ties":   {[]float64{0.02, 0.5, 0.02, 1}, []float64{0.04, 2. / 3, 0.04, 1}},
		"single": {[]float64{0.03}, []float64{0.03}},
		"none":   {nil, []float64{}},
	} {
		t.Run(name, func(t *testing.T) {
			got := benjaminiHochberg(c.p)
			if diff := cmp.Diff(c.q, got, closeTo(1e-8)); diff != "" {
				t.Errorf("q-values (-want +got):\n%s", diff)
			}
		})
	}
}

func TestQValuesRiseWithP(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	for range 200 {
		p := make([]float64, 1+random.IntN(40))
		for i := range p {
			p[i] = random.Float64() * random.Float64()
		}
		slices.Sort(p)
		q := benjaminiHochberg(p)
		for i := range q {
			if q[i] < p[i] || q[i] > 1 || i > 0 && q[i] < q[i-1] {
				t.Fatalf("p %v\ngives q %v", p, q)
			}
		}
	}
}

func closeTo(tolerance float64) cmp.Option {
	return cmp.Comparer(func(x, y float64) bool { return math.Abs(x-y) <= tolerance })
}

func TestCompareWeeks(t *testing.T) {
	got := compareWeeks([][]int{{1, 0, 6, 1, 0}, {0, 0, 0, 0, 0}})
	few := func(mean float64) float64 { return 1 - math.Exp(-mean) } // P(X >= 1)
	busy := poissonTail(6, 0.5)
	want := [][]comparison{
		{{1.75, few(1.75), 1}, {2, 1, 1}, {0.5, busy, 10 * busy}, {1.75, few(1.75), 1}, {2, 1, 1}},
		{{0.5, 1, 1}, {0.5, 1, 1}, {0.5, 1, 1}, {0.5, 1, 1}, {0.5, 1, 1}},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(comparison{}), closeTo(1e-12)); diff != "" {
		t.Errorf("comparisons (-want +got):\n%s", diff)
	}
	// A single week has nothing to be compared with but the least mean.
	alone := compareWeeks([][]int{{3}})
	if diff := cmp.Diff([][]comparison{{{0.5, poissonTail(3, 0.5), poissonTail(3, 0.5)}}}, alone,
		cmp.AllowUnexported(comparison{})); diff != "" {
		t.Errorf("a single week (-want +got):\n%s", diff)
	}
}

// Quiet tenants have up to two log-ins a week at one rate throughout, and issuers who share the same rate. Chance must
// not show an anomaly of either family in more than 5 of 100 of them. Busy tenants lie higher: each family is
// corrected for itself, and the mean of the other weeks is an estimate that the Poisson tail takes for the truth. With
// 0.5 to 20 log-ins a week, over 108,000 tenants, 3.8 of 100 showed an anomaly of log-ins, 3.2 of passes, 6.8 one or
// the other.
func TestQuietTenantsShowFewAnomalies(t *testing.T) {
	source := rand.NewPCG(1995, 1)
	quiet := func(subjects, weeks int, rate float64) [][]int {
		counts := make([][]int, subjects)
		for i := range counts {
			for range weeks {
				counts[i] = append(counts[i], int(distuv.Poisson{Lambda: rate, Src: source}.Rand()))
			}
		}
		return counts
	}
	tenants, logins, passes, either := 0, 0, 0, 0
	for range 56 {
		for _, weeks := range []int{13, 26} {
			for _, issuers := range []int{1, 2, 5} {
				for _, rate := range []float64{0.5, 1, 2} {
					tenants++
					inLogins := showsAnomaly(quiet(1, weeks, rate))
					inPasses := showsAnomaly(quiet(issuers, weeks, rate/float64(issuers)))
					if inLogins {
						logins++
					}
					if inPasses {
						passes++
					}
					if inLogins || inPasses {
						either++
					}
				}
			}
		}
	}
	t.Logf("of %d quiet tenants %d show an anomaly of log-ins, %d of passes, %d of either", tenants, logins, passes,
		either)
	if 100*either > 5*tenants {
		t.Errorf("of %d quiet tenants %d show an anomaly of log-ins, %d of passes, %d of either: want at most 5 of 100", tenants, logins, passes, either)
	}
}

func TestBusyWeekShows(t *testing.T) {
	weeks := []int{1, 2, 0, 1, 3, 1, 0, 2, 12, 1, 2, 1, 0}
	if !showsAnomaly([][]int{weeks}) {
		t.Errorf("12 log-ins among %v show no anomaly", weeks)
	}
}

// showsAnomaly applies the thresholds of TAP-SIGNIN-RATE-ANOMALY.
func showsAnomaly(counts [][]int) bool {
	for i, weeks := range compareWeeks(counts) {
		for j, c := range weeks {
			if counts[i][j] >= 5 && len(weeks)-1 >= 4 && c.q <= 0.05 {
				return true
			}
		}
	}
	return false
}

func daysFrom(first time.Time, n int, status func(time.Time) string) []coverage.Day {
	var days []coverage.Day
	for i := range n {
		d := first.Add(time.Duration(i) * when.Day)
		days = append(days, coverage.Day{Day: d, Records: 3, Status: status(d)})
	}
	return days
}

func TestStoreStatistics(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	c, err := casefile.Open(ctx, filepath.Join(dir, "case.duckdb"), casefile.Options{Threads: 1, TempDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()

	monday := time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)
	covered := func(time.Time) string { return "covered" }
	lastWeekIsAGap := func(d time.Time) string {
		if d.Before(monday.Add(2 * when.Week)) {
			return "covered"
		}
		return "gap"
	}
	held := coverage.Coverage{
		{Tenant: "contoso", Type: coverage.TAPSignIn}:  {Days: daysFrom(monday, 21, covered)},
		{Tenant: "contoso", Type: coverage.Audit}:      {Days: daysFrom(monday, 21, lastWeekIsAGap)},
		{Tenant: "fabrikam", Type: coverage.TAPSignIn}: {Days: daysFrom(monday, 7, covered)},
	}
	number := int64(0)
	var ledger []*supervision.Login
	login := func(tenant string, at time.Time, signIns int) {
		l := &logins.Login{Tenant: tenant, Time: at}
		for range signIns {
			number++
			l.SignIns = append(l.SignIns, &logins.SignIn{No: number, Time: at})
		}
		ledger = append(ledger, &supervision.Login{Login: l})
	}
	login("contoso", monday.Add(-time.Second), 1) // in no covered week
	login("contoso", monday.Add(when.Week), 2)
	login("contoso", monday.Add(2*when.Week-time.Microsecond), 1)
	login("fabrikam", monday.Add(time.Hour), 1)
	var issued []*passes.Pass
	issue := func(at time.Time, kind, id, name string) {
		number++
		issued = append(issued, &passes.Pass{Tenant: "contoso", Start: at.Add(2 * when.Week), Event: &auditlog.Event{
			No: number, Tenant: "contoso", Time: at, IssuerType: kind, IssuerID: id, IssuerName: name,
		}})
	}
	issue(monday, "user", "b", "old name")
	issue(monday.Add(time.Hour), "unknown", "", "")
	issue(monday.Add(2*time.Hour), "user", "b", "new name")
	issue(monday.Add(3*time.Hour), "user", "", "")
	issue(monday.Add(when.Week), "application", "z", "Onboarding")
	issue(monday.Add(2*when.Week), "user", "a", "late") // a subject, though its only pass is in no covered week

	if err := model.Run(ctx, c, "75_context"); err != nil {
		t.Fatal(err)
	}
	if err := Store(ctx, c, []string{"contoso", "fabrikam", "nothing"}, held, ledger, issued); err != nil {
		t.Fatal(err)
	}
	rows, err := c.Query(ctx, `
SELECT concat_ws(' ', tenant_id, family, subject_type, subject_id, subject_name, strftime(week, '%m-%d %H:%M'), events, weeks), mean, p, q, array_to_string(records, ' '), records IS NULL
FROM rate_anomalies ORDER BY rowid`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var got []string
	for rows.Next() {
		var what, records string
		var mean, p, q float64
		var null bool
		if err := rows.Scan(&what, &mean, &p, &q, &records, &null); err != nil {
			t.Fatal(err)
		}
		if null {
			t.Errorf("%s: records are NULL", what)
		}
		got = append(got, strings.TrimSpace(fmt.Sprintf("%s | %.4f %.4f %.4f | %s", what, mean, p, q, records)))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	// P(X >= 2) for 0.5 is 0.0902 and P(X >= 1) is 0.3935; the latter second of six tests is 0.3935 * 6 / 2 = 1.18, at
	// most 1.
	want := []string{
		"contoso log-ins tenant contoso contoso 01-05 00:00 0 2 | 1.0000 1.0000 1.0000 |",
		"contoso log-ins tenant contoso contoso 01-12 00:00 2 2 | 0.5000 0.0902 0.2706 | s:2 s:3 s:4",
		"contoso log-ins tenant contoso contoso 01-19 00:00 0 2 | 1.0000 1.0000 1.0000 |",
		"contoso passes application z Onboarding 01-05 00:00 0 1 | 1.0000 1.0000 1.0000 |",
		"contoso passes application z Onboarding 01-12 00:00 1 1 | 0.5000 0.3935 1.0000 | a:10",
		"contoso passes user a late 01-05 00:00 0 1 | 0.5000 1.0000 1.0000 |",
		"contoso passes user a late 01-12 00:00 0 1 | 0.5000 1.0000 1.0000 |",
		"contoso passes user b new name 01-05 00:00 2 1 | 0.5000 0.0902 0.5412 | a:6 a:8",
		"contoso passes user b new name 01-12 00:00 0 1 | 2.0000 1.0000 1.0000 |",
		"fabrikam log-ins tenant fabrikam fabrikam 01-05 00:00 1 0 | 0.5000 0.3935 0.3935 | s:5",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("rate_anomalies (-want +got):\n%s", diff)
	}
}
