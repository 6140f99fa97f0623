package incidents

import (
	"math"
	"strings"
	"testing"
	"time"
)

var start = time.Date(2026, 3, 10, 9, 0, 0, 0, time.UTC)

func hours(n float64) time.Time { return start.Add(time.Duration(n * float64(time.Hour))) }

func found(id, rule string, severity int, user string, at float64, records ...string) Finding {
	return Finding{
		ID: id, Rule: rule, Severity: severity, Open: true, InPeriod: true, Tenant: "t", SubjectType: "user",
		Subject: user,
		First:   hours(at), Last: hours(at), Records: records, About: len(records),
	}
}

func build(findings []Finding, events ...Event) []*Incident {
	return Build(findings, events, 24*time.Hour, func(key string) string { return key })
}

// groups are the findings of each incident, in the order of the incidents' beginning.
func groups(all []*Incident) string {
	byTime := map[string]string{}
	for _, c := range all {
		byTime[c.First.String()+c.ID] = strings.Join(c.Findings, "+")
	}
	var texts []string
	for _, c := range all {
		texts = append(texts, byTime[c.First.String()+c.ID])
	}
	return strings.Join(texts, " ")
}

// Neighbours within the time are one incident, a chain of them too; a second more apart they are two.
func TestWhatBelongsTogether(t *testing.T) {
	second := 1.0 / 3600
	for name, c := range map[string]struct {
		findings []Finding
		events   []Event
		want     int
	}{
		"within a day": {[]Finding{found("a", "A", 2, "u", 0, "a:1"), found("b", "B", 2, "u", 24, "a:2"),
			found("c", "C", 2, "u", 48, "a:3")}, nil, 1},
		"a second more": {[]Finding{found("a", "A", 2, "u", 0, "a:1"), found("b", "B", 2, "u", 24+second, "a:2")}, nil,
			2},
		"of two users": {[]Finding{found("a", "A", 2, "u", 0, "a:1"), found("b", "B", 2, "v", 0, "a:2")}, nil, 2},
		"by an attempt between": {
			[]Finding{found("a", "A", 2, "u", 0, "a:1"), found("b", "B", 2, "u", 40, "a:2")},
			[]Event{{Tenant: "t", User: "u", Time: hours(20), Keys: []string{"s:9"}}}, 1,
		},
		"a log-in with its pass of days before": {
			[]Finding{found("a", "A", 2, "u", 0, "a:1"), found("b", "B", 2, "u", 200, "s:1")},
			[]Event{
				{Tenant: "t", User: "u", Time: hours(0), Keys: []string{"a:1"}, Kind: Pass},
				{Tenant: "t", User: "u", Time: hours(200), Keys: []string{"s:1"}, Pass: "a:1", Kind: Login},
			}, 1,
		},
		"a finding about log-ins of weeks, with their passes": {
			[]Finding{found("a", "A", 2, "u", 0, "s:1", "s:2"), found("b", "B", 2, "u", 200, "s:2")},
			[]Event{
				{Tenant: "t", User: "u", Time: hours(0), Keys: []string{"s:1"}, Kind: Login},
				{Tenant: "t", User: "u", Time: hours(199), Keys: []string{"a:1"}, Kind: Pass},
				{Tenant: "t", User: "u", Time: hours(200), Keys: []string{"s:2"}, Pass: "a:1", Kind: Login},
			}, 1,
		},
		"a finding about log-ins of weeks, whose passes nobody knows": {
			[]Finding{found("a", "A", 2, "u", 0, "s:1", "s:2"), found("b", "B", 2, "u", 200, "s:2")},
			[]Event{
				{Tenant: "t", User: "u", Time: hours(0), Keys: []string{"s:1"}, Kind: Login},
				{Tenant: "t", User: "u", Time: hours(200), Keys: []string{"s:2"}, Kind: Login},
			}, 2,
		},
		"nothing without a finding": {nil, []Event{{Tenant: "t", User: "u", Time: hours(0), Keys: []string{"a:1"},
			Kind: Pass}}, 0},
	} {
		if got := build(c.findings, c.events...); len(got) != c.want {
			t.Errorf("%s: %d incidents, want %d: %s", name, len(got), c.want, groups(got))
		}
	}
}

// Critical signs come first, then high ones; within these the score decides.
func TestOrder(t *testing.T) {
	lists := found("only lists", "G", 0, "x", 0, "a:7")
	lists.Listing = true
	all := build([]Finding{
		found("many mediums", "A", 2, "u", 0, "a:1"), found("m2", "B", 2, "u", 0, "a:2"),
		found("m3", "C", 2, "u", 0, "a:3"), found("m4", "D", 2, "u", 0, "a:4"),
		found("one high", "E", 3, "v", 0, "a:5"),
		found("critical", "F", 4, "w", 0, "a:6"),
		lists,
	})
	var order []string
	for _, c := range all {
		order = append(order, c.Subject)
	}
	if got := strings.Join(order, " "); got != "w v u x" {
		t.Errorf("order: %s", got)
	}
	if last := all[3]; last.Score != 0 || len(last.Signs) != 0 {
		t.Errorf("what only lists scores %v, signs %v", last.Score, last.Signs)
	}
}

// of is a finding of a rule that has a family.
func of(family, id, rule string, severity int, records ...string) Finding {
	f := found(id, rule, severity, "u", 0, records...)
	f.Family = family
	return f
}

func TestScore(t *testing.T) {
	// Of fewer than 20 incidents: -log2(2/22)/6 for a sign that one carries.
	rare := -math.Log2(2.0/22) / 6
	rounded := func(x float64) float64 { return math.Round(x*100) / 100 }
	excepted := found("e", "H", 4, "u", 0, "a:5")
	excepted.Open = false
	for name, c := range map[string]struct {
		findings []Finding
		want     float64
	}{
		"one sign": {[]Finding{found("a", "A", 3, "u", 0, "a:1")}, 4 * rare},
		"the same rule twice, the worst": {[]Finding{found("a", "A", 2, "u", 0, "a:1"),
			found("b", "A", 3, "u", 0, "a:2")}, 4 * rare},
		"two families": {[]Finding{found("a", "A", 3, "u", 0, "a:1"),
			found("b", "B", 2, "u", 0, "a:2")}, 6 * rare},
		"one family": {[]Finding{of("guessing", "a", "A", 4, "a:1"),
			of("guessing", "b", "B", 3, "a:2")}, 8*rare + 0.3*4*rare},
		"the chain less its worst sign": {[]Finding{of(chain, "a", "A", 4, "a:1"),
			found("b", "B", 3, "u", 0, "a:2")}, (8-4)*rare + 4*rare},
		"what is excepted counts nothing": {[]Finding{found("a", "A", 3, "u", 0, "a:1"), excepted}, 4 * rare},
	} {
		all := build(c.findings)
		if len(all) != 1 || all[0].Score != rounded(c.want) {
			t.Errorf("%s: %v, want %v", name, all[0].Score, rounded(c.want))
		}
	}
}

// What is not rare says little, but a critical sign keeps half of its weight.
func TestRarity(t *testing.T) {
	var findings []Finding
	for i := range 50 {
		user := string(rune('a'+i%26)) + string(rune('a'+i/26))
		findings = append(findings, found("c"+user, "CRITICAL", 4, user, 0, "a:1"),
			found("m"+user, "MEDIUM", 2, user, 0, "a:2"))
	}
	medium := 2 * -math.Log2(51.0/52) / 6
	if got, want := build(findings)[0].Score, math.Round((8*0.5+medium)*100)/100; got != want {
		t.Errorf("score %v, want %v", got, want)
	}
}

// A user's incident touches the issuer's that tells of one of its passes. Findings outside of the period are signs,
// and alone show nothing.
func TestTouchesAndPeriod(t *testing.T) {
	bulk := found("bulk", "C", 3, "anna", 0, "a:1")
	bulk.OfIssuer = true
	outside := found("o", "B", 2, "u", 1, "a:9")
	outside.InPeriod = false
	alone := found("p", "B", 2, "v", 1, "a:8")
	alone.InPeriod = false
	all := build([]Finding{bulk, found("f", "A", 2, "u", 0, "a:1"), outside, alone})
	if len(all) != 2 || all[0].SubjectType != "issuer" || len(all[1].Touches) != 1 || all[1].Touches[0] != all[0].ID ||
		len(all[1].Signs) != 2 {
		t.Errorf("%d incidents: %+v", len(all), all)
	}
}
