// Package logins groups the sign-ins in which a Temporary Access Pass was right into log-ins.
package logins

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"tapaudit/analysis/identity"
	"tapaudit/analysis/proof"
	"tapaudit/analysis/rows"
	"tapaudit/ingest/casefile"
)

// The outcomes of a sign-in and of a log-in. A blocked log-in is none: access was refused although the pass was right.
const (
	Success     = "success"
	Interrupted = "interrupted"
	Blocked     = "blocked"
)

// SignIn is a sign-in in which a Temporary Access Pass was right.
type SignIn struct {
	No          int64     `db:"signin_no"`
	ID          string    `db:"id"`
	Tenant      string    `db:"tenant_id"`
	UserID      string    `db:"user_id"`
	Time        time.Time `db:"time"`
	Session     string    `db:"session_id"`
	Correlation string    `db:"correlation_id"`
	IP          string    `db:"ip"`
	Agent       string    `db:"user_agent"`
	ASN         *int64    `db:"asn"`
	Country     string    `db:"country"`
	AppID       string    `db:"app_id"`
	AppName     string    `db:"app_name"`
	Outcome     string    `db:"outcome"`
	HomeTenant  string    `db:"home_tenant_id"`
	Trusted     bool      `db:"trusted"`

	// What the user knew when the log-in began; see Locate.
	Familiar    bool  // the network
	Earlier     int64 // earlier sign-ins of the user
	AnyFamiliar bool  // some network is familiar to the user
}

// Login is one log-in with a pass, or a blocked one: the TAP sign-ins that belong together.
type Login struct {
	No      int64 // from 1, in order of tenant and time
	SignIns []*SignIn
	Outcome string
	Time    time.Time // of its first sign-in
	Tenant  string
	UserID  string

	// Strange is the first TAP sign-in that came neither from a trusted place nor from a familiar network; nil where
	// there is none. The ledger and the rules tell of this one.
	Strange *SignIn
}

// User is whose log-in it is.
func (l *Login) User() identity.User { return identity.User{Tenant: l.Tenant, ID: l.UserID} }

// LastTime is that of its last sign-in.
func (l *Login) LastTime() time.Time { return l.SignIns[len(l.SignIns)-1].Time }

// Keys name its sign-ins in what rules return.
func (l *Login) Keys() []string {
	keys := make([]string, len(l.SignIns))
	for i, s := range l.SignIns {
		keys[i] = proof.SignInKey(s.No)
	}
	return keys
}

const (
	longestPause    = 60 * time.Minute
	longestNameless = 5 * time.Minute
)

// timeRow is of login_times.
type timeRow struct {
	No   int64     `db:"signin_no"`
	Time time.Time `db:"time"`
}

// Read reads the TAP sign-ins that the model derived, groups them, and fills login_times with when each one's log-in
// began.
func Read(ctx context.Context, c *casefile.Case) ([]*Login, error) {
	signIns, err := rows.Read[SignIn](ctx, c, `
SELECT
    t.signin_no, t.id, t.tenant_id, coalesce(t.user_id, '') AS user_id, t.time,
    coalesce(t.session_id, '') AS session_id, coalesce(t.correlation_id, '') AS correlation_id,
    coalesce(t.ip, '') AS ip,
    coalesce(t.user_agent, '') AS user_agent, t.asn, coalesce(t.country, '') AS country,
    coalesce(t.app_id, '') AS app_id,
    coalesce(t.app_name, '') AS app_name, t.outcome, coalesce(lower(t.home_tenant_id), '') AS home_tenant_id, t.trusted
FROM tap_signins AS t
ORDER BY t.signin_no`)
	if err != nil {
		return nil, err
	}
	all := make([]*SignIn, len(signIns))
	for i := range signIns {
		all[i] = &signIns[i]
	}
	grouped := group(all)
	var times []timeRow
	for _, l := range grouped {
		for _, s := range l.SignIns {
			times = append(times, timeRow{s.No, l.Time})
		}
	}
	return grouped, rows.Fill(ctx, c, "login_times", times)
}

// Locate says of each TAP sign-in what the model found to be familiar to its user when the log-in began, and which is
// strange.
func Locate(ctx context.Context, c *casefile.Case, logins []*Login) error {
	type place struct {
		No          int64 `db:"signin_no"`
		Familiar    bool  `db:"familiar"`
		Earlier     int64 `db:"earlier_signins"`
		AnyFamiliar bool  `db:"any_familiar"`
	}
	of := map[int64]place{}
	if err := rows.Each(ctx, c, func(p place) error { of[p.No] = p; return nil }, `
SELECT f.signin_no, f.familiar, f.earlier_signins, f.any_familiar
FROM familiarity AS f SEMI JOIN tap_signins AS t ON t.signin_no = f.signin_no`); err != nil {
		return err
	}
	for _, l := range logins {
		for _, s := range l.SignIns {
			p := of[s.No]
			s.Familiar, s.Earlier, s.AnyFamiliar = p.Familiar, p.Earlier, p.AnyFamiliar
		}
		l.findStrange()
	}
	return nil
}

func (l *Login) findStrange() {
	l.Strange = nil
	if i := slices.IndexFunc(l.SignIns, func(s *SignIn) bool { return !s.Trusted && !s.Familiar }); i >= 0 {
		l.Strange = l.SignIns[i]
	}
}

// group groups TAP sign-ins, given in order of time within each tenant, into log-ins and blocked log-ins.
func group(signIns []*SignIn) (logins []*Login) {
	byUser := map[identity.User][]*SignIn{}
	for _, s := range signIns {
		key := identity.User{Tenant: s.Tenant, ID: s.UserID}
		byUser[key] = append(byUser[key], s)
	}
	for _, own := range byUser {
		for _, group := range connected(own) {
			from := 0
			for i := 1; i <= len(group); i++ {
				if i == len(group) || group[i].Time.Sub(group[i-1].Time) > longestPause {
					logins = append(logins, newLogin(group[from:i]))
					from = i
				}
			}
		}
	}
	slices.SortFunc(logins, func(x, y *Login) int {
		return cmp.Or(strings.Compare(x.Tenant, y.Tenant), x.Time.Compare(y.Time),
			cmp.Compare(x.SignIns[0].No, y.SignIns[0].No))
	})
	for i, l := range logins {
		l.No = int64(i + 1)
	}
	return logins
}

// connected groups one user's sign-ins that share a session or a correlation id, directly or through each other.
// Those with neither id join others with neither, if each comes within five minutes of the one before it, from the
// same address with the same agent. It is a union-find over the ids.
func connected(signIns []*SignIn) [][]*SignIn {
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
		for _, id := range [][2]string{{"session", s.Session}, {"correlation", s.Correlation}} {
			if id[1] == "" {
				continue
			}
			if first, ok := firstWith[id]; ok {
				join(first, i)
			} else {
				firstWith[id] = i
			}
		}
		if s.Session == "" && s.Correlation == "" {
			key := [2]string{s.IP, s.Agent}
			if last, ok := lastNameless[key]; ok && s.Time.Sub(signIns[last].Time) <= longestNameless {
				join(last, i)
			}
			lastNameless[key] = i
		}
	}
	groups := map[int][]*SignIn{}
	var order []int
	for i, s := range signIns {
		r := root(i)
		if groups[r] == nil {
			order = append(order, r)
		}
		groups[r] = append(groups[r], s)
	}
	result := make([][]*SignIn, 0, len(order))
	for _, r := range order {
		result = append(result, groups[r])
	}
	return result
}

func newLogin(signIns []*SignIn) *Login {
	first := signIns[0]
	l := &Login{SignIns: signIns, Tenant: first.Tenant, UserID: first.UserID, Time: first.Time, Outcome: Blocked}
	for _, s := range signIns {
		switch {
		case s.Outcome == Success:
			l.Outcome = Success
		case s.Outcome == Interrupted && l.Outcome == Blocked:
			l.Outcome = Interrupted
		}
	}
	return l
}

// Applications are the distinct applications of the log-in, by name.
func (l *Login) Applications() []string {
	var names []string
	for _, s := range l.SignIns {
		if name := cmp.Or(s.AppName, s.AppID); name != "" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
