package page

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"tapaudit/analysis"
	"tapaudit/reports/verdict"
	"tapaudit/reports/words"
)

// What the section about people shows in full is bounded as the findings are.
const (
	peopleInFull = 600
	peopleBytes  = 700 << 10
	momentsShown = 25 // of a person
	findingsHere = 25
)

// person is a user or an issuer: what the report knows of them, in one place.
type person struct {
	Anchor         string
	TenantID       string
	ID, Name       string
	Kind           string // user or application
	Passes         int    // that they got
	Logins, Failed int
	Unsupervised   int
	Roles          []string // as far as the evidence shows them
	Findings       []*analysis.Finding
	FindingsRest   int
	Open           int // findings to settle: open, and not only for information
	Moments        []verdict.Told
	MomentsRest    int
	Issued         *issuer // nil where they issued nothing

	worst int // rank of their severest open finding
}

// issuer counts what became of somebody's passes.
type issuer struct {
	Passes, Users    int
	Logins           int
	Unsupervised     int
	OffHours         int
	OffHoursAssessed bool
}

// Share is a part in percent, for people.
func (i issuer) share(n, of int) string {
	if of == 0 {
		return "–"
	}
	return words.Number(n) + " of " + words.Number(of) + " (" + words.Number((100*n+of/2)/of) + "%)"
}

// UnsupervisedShare is how many of the log-ins on the issuer's passes nobody watched over.
func (i issuer) UnsupervisedShare() string { return i.share(i.Unsupervised, i.Logins) }

// OffHoursShare is how many of the passes were issued outside of business hours.
func (i issuer) OffHoursShare() string {
	if !i.OffHoursAssessed {
		return "not assessed"
	}
	return i.share(i.OffHours, i.Passes)
}

// people are all whom the report names, by the names that it has for them.
type people struct {
	all     []*person
	byKey   map[string]*person
	aliases map[string]*person // by tenant and name
}

func personKey(tenant, id string) string { return tenant + "\x00" + strings.ToLower(id) }

// meet finds somebody by id, else by name, and makes a place for them where there is none.
func (p *people) meet(tenant, id, name, kind string) *person {
	if id == "" && name == "" {
		return nil
	}
	if id == "" {
		if known := p.aliases[personKey(tenant, name)]; known != nil {
			return known
		}
	}
	key := personKey(tenant, words.Or(id, name))
	who := p.byKey[key]
	if who == nil {
		sum := sha256.Sum256([]byte(key))
		who = &person{Anchor: "p-" + hex.EncodeToString(sum[:6]), TenantID: tenant, ID: id, Kind: kind, worst: -1}
		p.byKey[key] = who
		p.all = append(p.all, who)
	}
	if who.Name == "" && name != "" {
		who.Name = name
	}
	if name != "" && p.aliases[personKey(tenant, name)] == nil {
		p.aliases[personKey(tenant, name)] = who
	}
	return who
}

// find is somebody who has a place in the page, by name or id.
func (p *people) find(tenant, nameOrID string) *person {
	if nameOrID == "" {
		return nil
	}
	if who := p.aliases[personKey(tenant, nameOrID)]; who != nil {
		return who
	}
	return p.byKey[personKey(tenant, nameOrID)]
}

// peopleOf gathers everybody who got, gave or tried a pass, and whom findings are about.
func peopleOf(r *analysis.Result) *people {
	p := &people{byKey: map[string]*person{}, aliases: map[string]*person{}}
	assessed, _ := verdict.Standing(r, "TAP-ISSUED-OFF-HOURS")
	issuedTo := map[*person]map[string]bool{}
	for i := range r.Passes {
		pass := &r.Passes[i]
		if who := p.meet(pass.TenantID, pass.UserID, pass.UserName, "user"); who != nil {
			who.Passes++
		}
		by := p.meet(pass.TenantID, pass.IssuerID, pass.IssuerName, words.Or(pass.IssuerType, "user"))
		if by == nil {
			continue
		}
		if by.Issued == nil {
			by.Issued, issuedTo[by] = &issuer{OffHoursAssessed: assessed != "no"}, map[string]bool{}
		}
		by.Issued.Passes++
		issuedTo[by][words.Or(pass.UserID, pass.UserName)] = true
	}
	for by, users := range issuedTo {
		by.Issued.Users = len(users)
	}
	for i := range r.Logins {
		l := &r.Logins[i]
		who := p.meet(l.TenantID, l.UserID, l.UserName, "user")
		if who == nil {
			continue
		}
		who.Logins++
		if l.Supervised == "no" {
			who.Unsupervised++
		}
		if by := p.find(l.TenantID, l.IssuerName); by != nil && by.Issued != nil {
			by.Issued.Logins++
			if l.Supervised == "no" {
				by.Issued.Unsupervised++
			}
		}
	}
	info := analysis.Severity("info").Rank()
	for i := range r.Findings {
		f := &r.Findings[i]
		rank := f.Severity.Rank()
		if !verdict.IsOpen(*f) {
			rank = -1
		}
		note := func(who *person) {
			if who == nil {
				return
			}
			if len(who.Findings) < findingsHere {
				who.Findings = append(who.Findings, f)
			} else {
				who.FindingsRest++
			}
			who.worst = max(who.worst, rank)
			if rank > info {
				who.Open++
			}
		}
		var subject *person
		if f.SubjectType == "user" || f.SubjectType == "application" {
			subject = p.meet(f.TenantID, f.SubjectID, f.SubjectName, f.SubjectType)
			note(subject)
		}
		if f.ActorID != "" || f.ActorName != "" {
			actor := p.meet(f.TenantID, f.ActorID, f.ActorName, "user")
			if actor != subject {
				note(actor)
			}
			if f.RuleID == "TAP-ISSUED-OFF-HOURS" && actor != nil && actor.Issued != nil {
				actor.Issued.OffHours++
			}
		}
	}
	for _, h := range r.RolesHeld {
		who := p.find(h.TenantID, h.UserID)
		if who == nil {
			continue
		}
		role := h.Role
		if !h.Since.IsZero() {
			role += " (given " + words.Clock(h.Since) + ")"
		}
		who.Roles = append(who.Roles, role)
	}
	of, lists := verdict.LoginsOf(r), map[*person]*verdict.List{}
	for i := range r.Timeline {
		m := &r.Timeline[i]
		who := p.find(m.TenantID, words.Or(m.UserID, m.UserName))
		if who == nil {
			who = p.meet(m.TenantID, m.UserID, m.UserName, "user")
		}
		if who == nil {
			continue
		}
		switch m.What {
		case "attempt failed", "attempt refused", "attempt late", "blocked log-in":
			who.Failed++
		}
		if lists[who] == nil {
			lists[who] = of.List()
		}
		told, ok := lists[who].Tell(m)
		if !ok {
			continue
		}
		if len(who.Moments) == momentsShown {
			who.MomentsRest++
			continue
		}
		who.Moments = append(who.Moments, told)
	}
	// Those first of whom there is most to say.
	slices.SortStableFunc(p.all, func(a, b *person) int {
		return cmp.Or(cmp.Compare(b.worst, a.worst), cmp.Compare(b.weight(), a.weight()),
			strings.Compare(a.Name, b.Name), strings.Compare(a.Anchor, b.Anchor))
	})
	return p
}

func (p *person) weight() int { return 4*len(p.Findings) + len(p.Moments) + p.Passes }

// bounded is everybody who has room in the page, and how many have none. Those without a place lose their anchor, so
// that no link leads nowhere.
func (p *people) bounded() (shown []*person, rest int) {
	size := 0
	for _, who := range p.all {
		size += 700 + 260*len(who.Moments) + 220*len(who.Findings)
		if len(shown) == peopleInFull || size > peopleBytes {
			who.Anchor = ""
			rest++
			continue
		}
		shown = append(shown, who)
	}
	return shown, rest
}

// issuersOf are those of them who issued passes, the busiest first.
func issuersOf(all []*person) []*person {
	var found []*person
	for _, who := range all {
		if who.Issued != nil {
			found = append(found, who)
		}
	}
	slices.SortStableFunc(found, func(a, b *person) int { return cmp.Compare(b.Issued.Passes, a.Issued.Passes) })
	return found
}
