package analysis

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"
)

// tapSignIn is a sign-in in which a Temporary Access Pass was right.
type tapSignIn struct {
	no                   int64
	id                   string
	tenant, userID, upn  string
	userName             string
	time                 time.Time
	session, correlation string
	ip, agent            string
	asn                  *int64
	country              string
	appID, appName       string
	outcome              string // success, interrupted or blocked
	homeTenant           string
	deviceID             string
	trusted, familiar    bool
	earlier              int64 // earlier sign-ins of the user
}

// login is one log-in with a pass: the TAP sign-ins that belong together.
type login struct {
	no       int64
	signIns  []*tapSignIn
	outcome  string // success, interrupted or blocked
	time     time.Time
	tenant   string
	userID   string
	upn      string
	pass     *pass  // the log-in's pass, valid or not; nil without any
	latest   *pass  // the latest issued whose start is not after the log-in
	issued   string // the state of the criterion "issued"
	known    bool   // the pass is known: see judgeIssued
	until    time.Time
	criteria []Criterion

	// strange is the TAP sign-in that came neither from a trusted place nor from a familiar network; of several the
	// first of those with the most earlier sign-ins, of which most can be said. nil where there is none. The ledger and
	// the rules tell of this one.
	strange *tapSignIn
}

func (l *login) lastTime() time.Time { return l.signIns[len(l.signIns)-1].time }

const (
	longestPause     = 60 * time.Minute
	fewestEarlier    = 5 // earlier sign-ins below which no network counts as strange to a user
	longestNameless  = 5 * time.Minute
	footprintUnknown = 8 * time.Hour
)

func (a *audit) readTAPSignIns(ctx context.Context) ([]*tapSignIn, error) {
	rows, err := a.c.Query(ctx, `
SELECT t.signin_no, t.id, t.tenant_id, coalesce(t.user_id, ''), coalesce(t.upn, ''), coalesce(t.user_name, ''), t.time,
    coalesce(t.session_id, ''), coalesce(t.correlation_id, ''), coalesce(t.ip, ''), coalesce(t.user_agent, ''), t.asn,
    coalesce(t.country, ''), coalesce(t.app_id, ''), coalesce(t.app_name, ''), t.outcome, coalesce(lower(t.home_tenant_id), ''),
    coalesce(t.device_id, ''), t.trusted, coalesce(f.familiar, false), coalesce(f.earlier_signins, 0)
FROM tap_signins AS t LEFT JOIN familiarity AS f ON f.signin_no = t.signin_no
ORDER BY t.signin_no`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []*tapSignIn
	for rows.Next() {
		s := &tapSignIn{}
		if err := rows.Scan(&s.no, &s.id, &s.tenant, &s.userID, &s.upn, &s.userName, &s.time, &s.session, &s.correlation, &s.ip, &s.agent, &s.asn,
			&s.country, &s.appID, &s.appName, &s.outcome, &s.homeTenant, &s.deviceID, &s.trusted, &s.familiar, &s.earlier); err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return all, rows.Err()
}

// groupLogins groups TAP sign-ins, given in order of time within each tenant, into log-ins and blocked log-ins.
func groupLogins(signIns []*tapSignIn) (logins []*login) {
	byUser := map[userKey][]*tapSignIn{}
	for _, s := range signIns {
		key := userKey{s.tenant, s.userID}
		byUser[key] = append(byUser[key], s)
	}
	for _, own := range byUser {
		for _, group := range connected(own) {
			from := 0
			for i := 1; i <= len(group); i++ {
				if i == len(group) || group[i].time.Sub(group[i-1].time) > longestPause {
					logins = append(logins, newLogin(group[from:i]))
					from = i
				}
			}
		}
	}
	slices.SortFunc(logins, func(x, y *login) int {
		return cmp.Or(strings.Compare(x.tenant, y.tenant), x.time.Compare(y.time), cmp.Compare(x.signIns[0].no, y.signIns[0].no))
	})
	for i, l := range logins {
		l.no = int64(i + 1)
	}
	return logins
}

// connected groups one user's sign-ins that share a session or a correlation id, directly or through each other;
// those with neither id join others with neither, each within five minutes of the one before it from the same
// address with the same agent. It is a union-find over the ids.
func connected(signIns []*tapSignIn) [][]*tapSignIn {
	parent := make([]int, len(signIns))
	for i := range parent {
		parent[i] = i
	}
	root := func(i int) int {
		for parent[i] != i {
			parent[i] = parent[parent[i]]
			i = parent[i]
		}
		return i
	}
	join := func(i, j int) {
		if i, j = root(i), root(j); i != j {
			parent[max(i, j)] = min(i, j)
		}
	}
	firstWith := map[[2]string]int{}
	lastNameless := map[[2]string]int{}
	for i, s := range signIns {
		// A session id and a correlation id are told apart: equal texts of different kinds are no link.
		for _, id := range [][2]string{{"session", s.session}, {"correlation", s.correlation}} {
			if id[1] == "" {
				continue
			}
			if first, ok := firstWith[id]; ok {
				join(first, i)
			} else {
				firstWith[id] = i
			}
		}
		if s.session == "" && s.correlation == "" {
			key := [2]string{s.ip, s.agent}
			if last, ok := lastNameless[key]; ok && s.time.Sub(signIns[last].time) <= longestNameless {
				join(last, i)
			}
			lastNameless[key] = i
		}
	}
	groups := map[int][]*tapSignIn{}
	var order []int
	for i, s := range signIns {
		r := root(i)
		if groups[r] == nil {
			order = append(order, r)
		}
		groups[r] = append(groups[r], s)
	}
	result := make([][]*tapSignIn, 0, len(order))
	for _, r := range order {
		result = append(result, groups[r])
	}
	return result
}

func newLogin(signIns []*tapSignIn) *login {
	l := &login{signIns: signIns, tenant: signIns[0].tenant, userID: signIns[0].userID, time: signIns[0].time, outcome: "blocked"}
	for _, s := range signIns {
		l.upn = cmp.Or(l.upn, s.upn)
		if !s.trusted && !s.familiar && (l.strange == nil || s.earlier > l.strange.earlier) {
			l.strange = s
		}
		switch {
		case s.outcome == success:
			l.outcome = success
		case s.outcome == "interrupted" && l.outcome == "blocked":
			l.outcome = "interrupted"
		}
	}
	return l
}

// applications are the distinct applications of the log-in, by name.
func (l *login) applications() []string {
	var names []string
	for _, s := range l.signIns {
		if name := cmp.Or(s.appName, s.appID); name != "" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
