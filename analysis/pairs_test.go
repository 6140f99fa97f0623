package analysis_test

import (
	"context"
	"database/sql/driver"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tapaudit/analysis"
)

// pairs are the plain definitions of what the model finds in windows and by sorted look-ups: each sign-in of a user is
// compared with every other. They take the square of the time, and say in a line what is meant.
var pairs = []struct{ name, model, plain string }{
	{
		"on_tap", `SELECT signin_no FROM on_tap`, `
WITH tapped AS (
    SELECT s.signin_no, s.time, s.attempt, t.signin_no AS attempt_no, t.time AS attempt_time, s.steps IS NOT NULL OR s.method_bits IS NOT NULL AS shows_steps
    FROM signins AS s JOIN signins AS t
        ON t.attempt AND t.tenant_id = s.tenant_id AND t.user_id = s.user_id AND t.time <= s.time
        AND CASE WHEN t.session_id IS NOT NULL THEN s.session_id = t.session_id ELSE s.correlation_id = t.correlation_id END
),
proved AS (
    SELECT a.attempt_no, min(a.time) AS proved_at
    FROM tapped AS a JOIN strong_proofs AS p ON p.signin_no = a.signin_no
    WHERE a.time > a.attempt_time AND (a.time > a.attempt_time + INTERVAL 24 HOUR OR EXISTS (
        SELECT 1 FROM strong_proofs AS b
        WHERE b.tenant_id = p.tenant_id AND b.user_id = p.user_id AND b.time < a.attempt_time AND list_has_any(b.methods, p.methods)))
    GROUP BY a.attempt_no
),
shown AS (SELECT DISTINCT attempt_no FROM tapped WHERE time > attempt_time AND shows_steps)
SELECT signin_no FROM signins WHERE attempt
UNION
SELECT t.signin_no
FROM tapped AS t
LEFT JOIN proved AS p ON p.attempt_no = t.attempt_no
LEFT JOIN shown AS s ON s.attempt_no = t.attempt_no
WHERE NOT t.attempt AND (p.proved_at IS NULL OR t.time < p.proved_at)
    AND t.time <= t.attempt_time + CASE WHEN s.attempt_no IS NULL THEN INTERVAL 24 HOUR ELSE INTERVAL 30 DAY END`,
	},
	{
		"familiarity", `SELECT f.signin_no, f.earlier_signins, f.familiar FROM familiarity AS f JOIN signins AS s ON s.signin_no = f.signin_no AND s.attempt`, `
WITH earlier AS (
    SELECT t.signin_no, t.moment, e.time, e.signin_no AS earlier_no, p.signin_no IS NOT NULL OR e.steps IS NULL AS proves,
        coalesce(CASE WHEN t.asn IS NOT NULL AND e.asn IS NOT NULL THEN t.asn = e.asn ELSE t.network = e.network END, false) AS same
    FROM (
        SELECT s.*, coalesce(l.time, s.time) AS moment
        FROM signins AS s
        LEFT JOIN login_signins AS m ON m.signin_no = s.signin_no
        LEFT JOIN logins_and_blocked AS l ON l.login_no = m.login_no
    ) AS t
    LEFT JOIN signins AS e
        ON e.tenant_id = t.tenant_id AND e.user_id = t.user_id AND e.time < t.moment AND e.time >= t.moment - INTERVAL 90 DAY
        AND e.error_code = 0 AND NOT EXISTS (SELECT 1 FROM on_tap AS o WHERE o.signin_no = e.signin_no)
    LEFT JOIN strong_proofs AS p ON p.signin_no = e.signin_no
    WHERE t.attempt AND t.user_id IS NOT NULL
)
SELECT signin_no, count(earlier_no) AS earlier_signins,
    coalesce(min(time) FILTER (WHERE same) <= any_value(moment) - INTERVAL 7 DAY AND (
        max(time) FILTER (WHERE same) - min(time) FILTER (WHERE same) >= INTERVAL 24 HOUR AND bool_or(proves) FILTER (WHERE same)
        OR count(DISTINCT time::DATE) FILTER (WHERE same) >= 5), false) AS familiar
FROM earlier GROUP BY signin_no`,
	},
	{
		"footprint", `SELECT login_no, signin_no FROM footprint`, `
SELECT max(l.login_no) AS login_no, s.signin_no
FROM logins AS l
JOIN login_signins AS m ON m.login_no = l.login_no
JOIN signins AS t ON t.signin_no = m.signin_no
JOIN signins AS s
    ON s.tenant_id = l.tenant_id AND s.user_id = l.user_id AND NOT s.attempt AND s.time > l.time
    AND CASE WHEN t.session_id IS NOT NULL THEN s.session_id = t.session_id ELSE s.correlation_id = t.correlation_id END
JOIN on_tap AS o ON o.signin_no = s.signin_no
GROUP BY s.signin_no`,
	},
	{
		"the issuer's devices", `SELECT login_no, list_sort(issuer_signins) FROM issuer_network_logins WHERE issuer_signins IS NOT NULL`, `
WITH earliest AS (
    SELECT l.login_no, s.signin_no, min(i.signin_no) AS issuer_signin
    FROM logins AS l
    JOIN passes AS p ON p.pass_no = l.pass_no
    JOIN login_signins AS m ON m.login_no = l.login_no
    JOIN signins AS s ON s.signin_no = m.signin_no
    JOIN signins AS i
        ON i.tenant_id = p.tenant_id AND i.user_id = p.issuer_id AND i.device_id = s.device_id AND i.error_code = 0
        AND i.time < s.time AND i.time >= s.time - INTERVAL 90 DAY
    WHERE l.pass_known AND p.issuer_type = 'user' AND p.issuer_id <> p.user_id
        AND (SELECT count(DISTINCT d.user_id) FROM signins AS d
            WHERE d.tap_signin AND d.tenant_id = s.tenant_id AND d.device_id = s.device_id) <= 3
    GROUP BY ALL
)
SELECT login_no, list_sort(list(DISTINCT 's:' || issuer_signin)) FROM earliest GROUP BY login_no`,
	},
	bursts("logins of user", "24 HOUR", 4, 1), bursts("logins of user", "720 HOUR", 6, 1),
	bursts("passes of user", "7 DAY", 2, 1),
	bursts("passes by issuer", "1 HOUR", 1, 2), bursts("failed attempts on user", "10 MINUTE", 2, 1),
	bursts("failed attempts from address", "1 HOUR", 3, 2),
}

// bursts compares the bursts of a kind: sets of items that fall into one window, joined where they share an item.
func bursts(kind, span string, least, persons int) struct{ name, model, plain string } {
	model := fmt.Sprintf(`SELECT tenant_id, counted_by, burst, item, time FROM bursts('%s', INTERVAL %s, %d, %d)`,
		kind, span, least, persons)
	return struct{ name, model, plain string }{kind + " in " + span, model, fmt.Sprintf(`
WITH RECURSIVE items AS (SELECT * FROM countable WHERE kind = '%s' AND counted_by IS NOT NULL),
sets AS (
    SELECT a.tenant_id, a.counted_by, a.item AS opened_by, list(b.item) AS members
    FROM items AS a JOIN items AS b
        ON b.tenant_id = a.tenant_id AND b.counted_by = a.counted_by AND b.time >= a.time AND b.time <= a.time + INTERVAL %s
    GROUP BY ALL HAVING count(*) >= %d AND count(DISTINCT b.person) >= %d
),
linked AS (
    SELECT DISTINCT tenant_id, counted_by, unnest(members) AS item, opened_by FROM sets
),
reached AS (
    SELECT tenant_id, counted_by, item, item AS other FROM linked
    UNION
    SELECT r.tenant_id, r.counted_by, r.item, b.item
    FROM reached AS r
    JOIN linked AS a ON a.item = r.other AND a.tenant_id = r.tenant_id AND a.counted_by = r.counted_by
    JOIN linked AS b ON b.opened_by = a.opened_by AND b.tenant_id = a.tenant_id AND b.counted_by = a.counted_by
),
grouped AS (
    SELECT r.tenant_id, r.counted_by, r.item, min(i.time) AS begins
    FROM reached AS r JOIN items AS i ON i.item = r.other AND i.tenant_id = r.tenant_id AND i.counted_by = r.counted_by
    GROUP BY ALL
)
SELECT g.tenant_id, g.counted_by, dense_rank() OVER (PARTITION BY g.tenant_id, g.counted_by ORDER BY g.begins) AS burst, g.item, i.time
FROM grouped AS g JOIN items AS i ON i.item = g.item AND i.tenant_id = g.tenant_id AND i.counted_by = g.counted_by`, kind, span, least, persons)}
}

// nearRules find events near each other by time slots. Without the slots each rule is its own plain definition.
var nearRules = map[string]string{
	"TAP-TAKEOVER-CHAIN":            " AND o.slot = l.slot",
	"TAP-ISSUED-WITHOUT-NEED":       " AND s.slot = p.slot",
	"TAP-ISSUED-AFTER-RISKY-SIGNIN": " AND s.slot = p.slot",
}

func TestModelEqualsThePlainDefinitions(t *testing.T) {
	t.Parallel()
	rules, err := analysis.BuiltInRules()
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]int{}
	for seed := range uint64(6) {
		j := randomTenant(t, rand.New(rand.NewPCG(seed, 17))).judge("TAP-SIGNIN")
		same := func(name, model, plain string, parameters map[string]any) {
			t.Helper()
			got, want := selected(t, j, model, parameters), selected(t, j, plain, parameters)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("seed %d, %s (-plain +model):\n%s", seed, name, diff)
			}
			found[name] += len(want)
		}
		for _, p := range pairs {
			same(p.name, p.model, p.plain, nil)
		}
		for id, slots := range nearRules {
			rule := rules[slices.IndexFunc(rules, func(r analysis.Rule) bool { return r.ID == id })]
			plain := strings.Replace(strings.Replace(rule.SQL, slots, "", 1), "unnest([0, 1])", "unnest([0])", 1)
			if len(plain) != len(rule.SQL)-len(slots)-len(", 1") {
				t.Fatalf("%s finds what is near in another way than the test knows", id)
			}
			parameters := map[string]any{}
			for name, value := range rule.Parameters {
				parameters[name] = value
			}
			for name, of := range rule.Borrows {
				owner, parameter, _ := strings.Cut(of, ".")
				parameters[name] = rules[slices.IndexFunc(rules,
					func(r analysis.Rule) bool { return r.ID == owner })].Parameters[parameter]
			}
			same(id, rule.SQL, plain, parameters)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(found)) {
		if found[name] < 3 {
			t.Errorf("%s: only %d rows were compared, which shows nothing", name, found[name])
		}
	}
}

// selected are a query's rows as texts, in their own order.
func selected(t *testing.T, j *judged, query string, parameters map[string]any) []string {
	t.Helper()
	var rows []string
	if err := j.c.Select(context.Background(), query, parameters, func(_ []string, values []driver.Value) error {
		rows = append(rows, fmt.Sprint(values))
		return nil
	}); err != nil {
		t.Fatalf("%v\n%s", err, query)
	}
	slices.Sort(rows)
	return rows
}

// randomTenant has a few users who do much, at times that often tie or lie just at the edge of what is near.
func randomTenant(t *testing.T, r *rand.Rand) *fixture {
	f := newFixture(t)
	f.covered("01-01", "06-30")
	pick := func(of ...string) string { return of[r.IntN(len(of))] }
	jumps := []time.Duration{0, time.Second, 5 * time.Minute, 10 * time.Minute, time.Hour, 24 * time.Hour,
		30 * 24 * time.Hour, 90 * 24 * time.Hour}
	when := func() string {
		at := at("01-05 08:00:00")
		for range 4 {
			at = at.Add(jumps[r.IntN(len(jumps)-1)])
		}
		if r.IntN(3) == 0 {
			at = at.Add(90 * 24 * time.Hour)
		}
		return at.Format("2006-01-02 15:04:05")
	}
	user := func() string { return pick("ann", "bob", "bob", "cid") }
	options := func() []option {
		all := []option{from(pick("203.0.113.9", "203.0.113.77", "198.51.100.3", "192.0.2.1")),
			asn([]any{nil, 64500, 64501, 64502}[r.IntN(4)]), device(pick("d1", "d2"))}
		switch r.IntN(4) {
		case 0:
			all = append(all, session(pick("a", "b", "c", "d", "e")))
		case 1:
			all = append(all, without("sessionId"), correlation(pick("a", "b", "c", "d", "e")))
		}
		return append(all, risk(pick("none", "none", "high")))
	}
	for range 150 {
		f.signIn(when(), user(), options()...)
	}
	for range 60 {
		f.signIn(when(), user(), append(options(),
			steps(step("FIDO2 security key", true, "Multifactor authentication")))...)
	}
	for range 60 {
		f.login(when(), user(), options()...)
	}
	for range 80 {
		f.guess(when(), user(), options()...)
	}
	for range 50 {
		f.issue(when(), pick("ann", "help"), user(), passDetails{usage: "MultiUse"})
		f.registerMethod(when(), user())
	}
	for range 20 {
		f.joinDevice(when(), user())
		f.signIn(when(), "help", options()...)
	}
	return f
}
