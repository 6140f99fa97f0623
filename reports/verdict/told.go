package verdict

import (
	"time"

	"tapaudit/analysis"
	"tapaudit/reports/words"
)

// Told is a moment as a reader has it: what was done on a log-in stands once in a list, counted, however much it was.
type Told struct {
	*analysis.Moment
	What  string
	Login *analysis.Login // that begins, or that something was done on; nil for every other moment
}

// Done says what was done on the log-in, or that this cannot be seen; "" where the moment is of no log-in.
func (t Told) Done() string {
	if t.Login == nil {
		return ""
	}
	return words.Done(t.Login)
}

// Logins knows of which log-in the moments of a timeline tell.
type Logins struct {
	begun map[occasion]*analysis.Login
	acted map[occasion]*analysis.Login
}

// occasion is when somebody did something.
type occasion struct {
	tenant, user string
	at           int64
}

func occasionOf(tenant, user string, t time.Time) occasion {
	return occasion{tenant, user, t.UnixNano()}
}

func LoginsOf(r *analysis.Result) *Logins {
	of := &Logins{begun: map[occasion]*analysis.Login{}, acted: map[occasion]*analysis.Login{}}
	for i := range r.Logins {
		l := &r.Logins[i]
		of.begun[occasionOf(l.TenantID, l.UserID, l.Time)] = l
	}
	for i := range r.Activity {
		d := &r.Activity[i]
		if l := of.begun[occasionOf(d.TenantID, d.UserID, d.LoginTime)]; l != nil {
			of.acted[occasionOf(d.TenantID, d.UserID, d.Time)] = l
		}
	}
	return of
}

// List begins a list of moments.
func (of *Logins) List() *List { return &List{of: of, told: map[*analysis.Login]bool{}} }

// List is a list of moments in order of time.
type List struct {
	of   *Logins
	told map[*analysis.Login]bool
}

// Tell gives a moment its place in the list; false where the list has told of it already. The deeds of a log-in stand
// at the log-in, or else where the first of them stands. Those of a log-in that is not in the report stand each for
// itself.
func (l *List) Tell(m *analysis.Moment) (told Told, ok bool) {
	told = Told{Moment: m, What: m.What}
	switch m.What {
	case "log-in":
		told.Login = l.of.begun[occasionOf(m.TenantID, m.UserID, m.Time)]
	case "deed":
		if told.Login = l.of.acted[occasionOf(m.TenantID, m.UserID, m.Time)]; told.Login != nil {
			if l.told[told.Login] {
				return told, false
			}
			// The row tells of all of them and not of the first alone.
			first := *m
			first.IP, first.Country, first.Application, first.Detail = "", "", "", ""
			told.Moment, told.What = &first, "deeds on a log-in"
		}
	}
	if told.Login != nil {
		l.told[told.Login] = true
	}
	return told, true
}
