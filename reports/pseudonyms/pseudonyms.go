package pseudonyms

import (
	"cmp"
	"errors"
	"fmt"
	"net/netip"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/language"

	"tapaudit/analysis"
	"tapaudit/analysis/settings"
	"tapaudit/ingest/casefile"
)

var (
	wholeGUID = regexp.MustCompile(`^(?:` + guidText.String() + `)$`)
	wholeUPN  = regexp.MustCompile(`^[^\s@]+(?:@[^\s@]+)*@[^\s@]+$`)
)

// pseudonymiser is one result being rewritten.
type pseudonymiser struct {
	key      *Key
	ordinary map[string]bool
	own      map[string]bool // words of the user's own rules
	people   map[string]bool // names that are not an application's or a role's, folded
	composed dictionary      // paths and other texts with identities inside
	plain    dictionary
	register []string // what the supervision register says, where that is an ordinary word
	objects  []string // what deeds were done to, where that is an ordinary word
	excepted []string // what the exceptions say, which findings about expired ones repeat
}

// Apply gives r with pseudonyms; r itself stays as it is. called are all names of the case and of the configuration s.
func Apply(r *analysis.Result, called analysis.Names, s *settings.Settings, key *Key) *analysis.Result {
	p := &pseudonymiser{key: key, ordinary: ordinaryWords(r.Rules), own: map[string]bool{}, people: map[string]bool{},
		composed: dictionary{}, plain: dictionary{}}
	p.learn(r, called, s)
	return p.result(r)
}

// learn fills the dictionaries.
func (p *pseudonymiser) learn(r *analysis.Result, called analysis.Names, s *settings.Settings) {
	add := func(name string, pseudonym func(string) string) {
		name = strings.TrimSpace(name)
		switch {
		case name == "" || p.isOrdinary(name):
		case strings.ContainsAny(name, `@/\`) || guidText.MatchString(name) || strings.Contains(name, ".") &&
			fileType.MatchString(name):
			p.composed.add(name, pseudonym(name))
		default:
			p.plain.add(name, pseudonym(name))
		}
	}
	value := func(name string) string { return p.value(name, "name-") }
	for _, name := range called.Others {
		p.people[fold(name)] = true
	}
	for _, e := range r.Evidence {
		add(e.Path, p.path)
		add(e.Container, p.path)
	}
	for _, name := range called.Others {
		if at := strings.LastIndexByte(name, '@'); at > 0 && strings.Contains(name[at:], ".") {
			add(name[at+1:], p.key.domain)
		}
		add(name, value)
	}
	for _, name := range slices.Concat(called.Applications, called.Roles) {
		if !isPublic(name) {
			add(name, value)
		}
	}
	if s != nil && s.Register != nil {
		for _, e := range *s.Register {
			for _, name := range []string{e.Supervisor, e.Ticket} {
				if p.isOrdinary(name) {
					p.register = append(p.register, name)
				}
			}
		}
	}
	for _, e := range r.Exceptions {
		p.excepted = append(p.excepted, e.Subject, e.Owner, e.Reason)
	}
	for _, rule := range r.Rules {
		if rule.Origin != "" {
			add(rule.Origin, p.path)
			add(filepath.Base(rule.Origin), p.path)
			for _, w := range word.FindAllString(rule.Source, -1) {
				p.own[strings.ToLower(w)] = true
			}
		}
	}
	// Whatever is replaced where it has a place of its own is replaced in sentences.
	learn := func(s, pseudonym string) { add(s, func(string) string { return pseudonym }) }
	ids := func(all ...string) {
		for _, id := range all {
			learn(id, p.id(id))
		}
	}
	named := func(all ...string) {
		for _, name := range all {
			learn(name, p.name(name))
		}
	}
	read := map[string]bool{}
	for _, f := range r.Findings {
		if f.SubjectType != "exception" && f.SubjectType != "file" {
			ids(f.SubjectID)
			named(f.SubjectName)
		}
		ids(f.TenantID, f.ActorID)
		named(f.ActorName)
		ids(f.EventIDs...)
		for _, record := range f.Records {
			ids(record.ID)
			if !read[record.Raw] {
				read[record.Raw] = true
				p.record(record.Raw, learn)
			}
		}
	}
	ids(r.Tenants...)
	for _, pass := range r.Passes {
		ids(pass.TenantID, pass.PassID, pass.UserID, pass.IssuerID, pass.EventID, pass.Witness)
		named(pass.UserName, pass.IssuerName, pass.IssuerIP)
	}
	for _, l := range r.Logins {
		ids(l.TenantID, l.UserID)
		ids(l.EventIDs...)
		named(l.UserName, l.IssuerName, l.IP)
		named(l.Applications...)
		learn(l.Country, p.country(l.Country))
	}
	for _, d := range r.Activity {
		ids(d.TenantID, d.UserID, d.EventID, d.Session)
		named(d.UserName, d.Address, d.Client)
		learn(d.Object, p.object(d.Object))
		if p.isOrdinary(d.Object) {
			p.objects = append(p.objects, d.Object)
		}
	}
	for _, m := range r.Timeline {
		ids(m.TenantID, m.UserID, m.EventID)
		named(m.UserName, m.ActorName, m.IP)
		named(strings.Split(m.Application, ", ")...)
		learn(m.Country, p.country(m.Country))
	}
	for _, s := range r.Policy {
		named(s.Actor)
		ids(s.TenantID, s.EventID)
	}
	p.composed.order()
	p.plain.order()
}

// value is the pseudonym of a text that is nothing but a name, an id or an address. It goes by what the text looks
// like, not by where it stands, so that a value has one pseudonym everywhere; only the prefix says where it came from.
func (p *pseudonymiser) value(s, prefix string) string {
	trimmed := strings.TrimSpace(s)
	switch folded := strings.ToLower(trimmed); {
	case folded == "" || folded == "unknown" || folded == "<null>" || folded == "*":
		return s
	case wholeGUID.MatchString(trimmed):
		return p.id(trimmed)
	case isPublic(trimmed) && !p.people[folded]:
		return s
	case wholeUPN.MatchString(trimmed):
		return p.key.upn(trimmed)
	}
	if a, err := netip.ParseAddr(strings.Trim(trimmed, "[]")); err == nil {
		return p.key.address(a)
	}
	if a, err := netip.ParseAddrPort(trimmed); err == nil {
		return p.key.address(a.Addr())
	}
	if likeAddress.MatchString(trimmed) {
		prefix = "address-"
	}
	return prefix + p.key.stem("value", fold(trimmed))
}

// id is the pseudonym of an id; those that every tenant has stay.
func (p *pseudonymiser) id(s string) string {
	switch {
	case s == "" || publicIDs[fold(s)] || analysis.IsBuiltInRole(s):
		return s
	case wholeGUID.MatchString(s):
		return "id-" + p.key.stem("value", fold(s))
	}
	return p.value(s, "id-")
}

// country keeps the codes of countries (ISO 3166-1, two letters).
func (p *pseudonymiser) country(s string) string {
	if region, err := language.ParseRegion(s); len(s) == 2 && err == nil && region.IsCountry() {
		return s
	}
	return p.value(s, "country-")
}

// word keeps what the product or the program says by a word of its own, and numbers.
func (p *pseudonymiser) word(s string) string {
	if knownValues[fold(s)] || s != "" && strings.Trim(s, "0123456789") == "" && len(s) < 8 {
		return s
	}
	for _, w := range word.FindAllString(s, -1) {
		if !spokenWords[strings.ToLower(w)] {
			return p.value(s, "text-")
		}
	}
	return s
}

func (p *pseudonymiser) name(s string) string { return p.value(s, "name-") }

// path is one token for a whole path, with its file type.
func (p *pseudonymiser) path(s string) string {
	if s == "" || s == "-" {
		return s
	}
	return "file-" + p.key.stem("path", s) + strings.ToLower(fileType.FindString(s))
}

func (p *pseudonymiser) asn(s string) string {
	if s == "" {
		return ""
	}
	return "asn-" + p.key.stem("asn", s)
}

// withheld stands for text that people or broken files made and in which anything may stand.
func (p *pseudonymiser) withheld(s string) string {
	if s == "" {
		return ""
	}
	return fmt.Sprintf("text-%s (%d characters, withheld)", p.key.stem("value", fold(s)), utf8.RuneCountInString(s))
}

// sentence is free text, or otherwise where a name in it is an ordinary word.
func (p *pseudonymiser) sentence(s, otherwise string, names ...string) string {
	if text, clear := p.spoken(s, names); clear {
		return text
	}
	return otherwise
}

// foreign is text of a rule of the user's, whose words are anybody's.
func (p *pseudonymiser) foreign(s string) string {
	if text, clear := p.text(s); clear {
		return text
	}
	return leftOut
}

const leftOut = "left out: a name in this sentence is an ordinary word"

func (p *pseudonymiser) sentences(all []string) []string {
	return each(all, func(s string) string { return p.sentence(s, leftOut) })
}

func each[T any](all []T, change func(T) T) []T {
	if all == nil {
		return nil
	}
	changed := make([]T, len(all))
	for i, v := range all {
		changed[i] = change(v)
	}
	return changed
}

func (p *pseudonymiser) places(all []analysis.Place) []analysis.Place {
	return each(all, func(at analysis.Place) analysis.Place {
		at.Path = p.path(at.Path)
		return at
	})
}

func (p *pseudonymiser) result(r *analysis.Result) *analysis.Result {
	out := *r
	out.Pseudonyms = p.key.ID()
	out.Organisation = p.name(r.Organisation)
	out.Case.ID, out.Case.Examiner, out.Case.CollectedBy = p.name(r.Case.ID), p.name(r.Case.Examiner),
		p.name(r.Case.CollectedBy)
	out.Case.Source = p.withheld(r.Case.Source)
	if r.CaseFile != nil {
		file := *r.CaseFile
		file.Name = p.path(file.Name)
		file.Journals = each(file.Journals, func(j casefile.File) casefile.File {
			j.Name = p.path(j.Name)
			return j
		})
		out.CaseFile = &file
	}
	// A configuration is short enough for its hash to confirm a guess.
	out.SettingsHash = p.key.hexadecimal("configuration", r.SettingsHash)
	out.Tenants = each(r.Tenants, p.id)
	slices.Sort(out.Tenants)
	rules := map[string]analysis.Rule{}
	out.Rules = each(r.Rules, func(rule analysis.Rule) analysis.Rule {
		rule = p.rule(rule)
		rules[rule.ID] = rule
		return rule
	})
	out.Findings = each(r.Findings, func(f analysis.Finding) analysis.Finding { return p.finding(f, rules[f.RuleID]) })
	slices.SortStableFunc(out.Findings, func(x, y analysis.Finding) int {
		return cmp.Or(cmp.Compare(y.Severity.Rank(), x.Severity.Rank()), cmp.Compare(x.RuleID, y.RuleID),
			x.FirstSeen.Compare(y.FirstSeen), cmp.Compare(x.ID, y.ID))
	})
	out.Incidents = each(r.Incidents, p.incident)
	out.Assessments = each(r.Assessments, func(a analysis.Assessment) analysis.Assessment {
		a.TenantID, a.Reasons = p.id(a.TenantID), p.sentences(a.Reasons)
		return a
	})
	out.Missing = each(r.Missing, func(m analysis.Missing) analysis.Missing {
		m.TenantID, m.Reason = p.id(m.TenantID), p.sentence(m.Reason, leftOut)
		return m
	})
	out.TenantNames = nil
	out.Passes = each(r.Passes, p.pass)
	out.Logins = each(r.Logins, p.login)
	out.Activity = each(r.Activity, p.deed)
	out.Timeline = each(r.Timeline, p.moment)
	out.Policy = each(r.Policy, func(s analysis.PolicyState) analysis.PolicyState {
		s.TenantID, s.Actor, s.EventID, s.Evidence = p.id(s.TenantID), p.name(s.Actor), p.id(s.EventID),
			p.places(s.Evidence)
		s.Include, s.Exclude = each(s.Include, p.target), each(s.Exclude, p.target)
		for _, text := range []*string{&s.Basis, &s.State, &s.UsableOnce, &s.DefaultMinutes, &s.MinimumMinutes,
			&s.MaximumMinutes, &s.Length} {
			*text = p.word(*text)
		}
		return s
	})
	out.Coverage = each(r.Coverage, func(c analysis.CoverageDay) analysis.CoverageDay {
		c.TenantID, c.LogType = p.id(c.TenantID), p.word(c.LogType)
		return c
	})
	out.Evidence = each(r.Evidence, func(e analysis.EvidenceFile) analysis.EvidenceFile {
		e.Path, e.Container, e.Note = p.path(e.Path), p.path(e.Container), p.sentence(e.Note, leftOut)
		e.LooksLike = p.sentence(e.LooksLike, leftOut)
		e.TenantID = strings.Join(each(strings.Split(e.TenantID, "; "), p.id), "; ")
		return e
	})
	slices.SortStableFunc(out.Evidence, func(a, b analysis.EvidenceFile) int { return cmp.Compare(a.Path, b.Path) })
	out.Quarantine = each(r.Quarantine, func(q analysis.Quarantined) analysis.Quarantined {
		q.Path, q.Reason, q.Excerpt = p.path(q.Path), p.sentence(q.Reason, leftOut), p.withheld(q.Excerpt)
		// A record is short enough for its hash to confirm a guess.
		q.SHA256 = p.key.hexadecimal("record", q.SHA256)
		return q
	})
	slices.SortStableFunc(out.Quarantine, func(a, b analysis.Quarantined) int { return cmp.Compare(a.Path, b.Path) })
	out.Exceptions = each(r.Exceptions, func(e analysis.ExceptionUse) analysis.ExceptionUse {
		e.Exception = p.exception(e.Exception)
		return e
	})
	out.Faults = each(r.Faults, func(err error) error {
		return errors.New(p.sentence(err.Error(),
			"a rule of the user's failed"))
	})
	if r.Unassessed != "" {
		out.Unassessed = p.sentence(r.Unassessed, leftOut)
	}
	out.Notes = append([]string{"This report is for sharing: names, ids, addresses, file names and the free text of records are pseudonyms, made with the key " +
		p.key.ID() + ". Times, counts and judgements are as in the evidence."}, p.sentences(r.Notes)...)
	return &out
}

// rule leaves the built-in ones alone; a user's own may name anybody.
func (p *pseudonymiser) rule(r analysis.Rule) analysis.Rule {
	if r.Origin == "" {
		return r
	}
	r.Origin = p.path(r.Origin)
	for _, text := range []*string{&r.Title, &r.Group, &r.Family, &r.Incident, &r.Condition, &r.Why, &r.HowToVerify,
		&r.HowToFix, &r.Population, &r.SQL, &r.Source} {
		*text = p.foreign(*text)
	}
	r.Fix = each(r.Fix, func(f analysis.Fix) analysis.Fix {
		f.Words, f.About, f.Subject = p.foreign(f.Words), p.foreign(f.About), p.foreign(f.Subject)
		f.Scopes, f.Commands = each(f.Scopes, p.foreign), each(f.Commands, p.foreign)
		return f
	})
	r.Sign = each(r.Sign, p.foreign)
	r.Needs, r.References, r.Techniques, r.Controls = each(r.Needs, p.foreign), each(r.References, p.foreign),
		each(r.Techniques, p.foreign), each(r.Controls, p.foreign)
	return r
}

func (p *pseudonymiser) finding(f analysis.Finding, rule analysis.Rule) analysis.Finding {
	names, ofDeeds := []string{f.SubjectID, f.SubjectName, f.ActorID, f.ActorName}, false
	f.Records = each(f.Records, func(r analysis.Record) analysis.Record {
		raw, called := p.record(r.Raw, nil)
		names = append(names, called...)
		if r.Kind == "deed" {
			ofDeeds, called = true, append(called, p.objects...)
		}
		r.What = p.sentence(r.What, r.Kind+" ("+leftOut+")", append(called, f.SubjectName, f.ActorName)...)
		r.ID, r.Raw, r.Places = p.id(r.ID), raw, p.places(r.Places)
		return r
	})
	if f.Exception != nil {
		names = append(names, f.Exception.Subject, f.Exception.Owner, f.Exception.Reason)
	}
	if f.SubjectType == "exception" {
		names = append(names, p.excepted...)
	}
	if ofDeeds {
		names = append(names, p.objects...)
	}
	if f.Title = rule.Title; f.Title == "" {
		f.Title = f.RuleID
	}
	f.Summary = p.sentence(f.Summary, f.Title+" ("+leftOut+")", names...)
	f.ID = p.key.hexadecimal("finding", f.ID)
	f.IncidentID = p.incidentID(f.IncidentID)
	f.TenantID = p.id(f.TenantID)
	switch f.SubjectType {
	case "file":
		f.SubjectName = p.path(f.SubjectName) // the id is the file's SHA-256, by which its owner knows it
	case "exception":
		f.SubjectID, f.SubjectName = p.exceptionName(f.SubjectID), p.exceptionName(f.SubjectName)
	default:
		f.SubjectID, f.SubjectName = p.id(f.SubjectID), p.name(f.SubjectName)
	}
	f.SubjectType = p.word(f.SubjectType) // of a user's rule it may be anything
	f.ActorID, f.ActorName = p.id(f.ActorID), p.name(f.ActorName)
	f.EventIDs, f.Evidence = each(f.EventIDs, p.id), p.places(f.Evidence)
	if f.Exception != nil {
		e := p.exception(*f.Exception)
		f.Exception = &e
	}
	return f
}

func (p *pseudonymiser) incident(i analysis.Incident) analysis.Incident {
	i.ID, i.Touches = p.incidentID(i.ID), each(i.Touches, p.incidentID)
	i.Findings = each(i.Findings, func(id string) string { return p.key.hexadecimal("finding", id) })
	i.Headline = p.sentence(i.Headline, "an incident ("+leftOut+")",
		append(slices.Clone(i.Actors), i.SubjectID, i.SubjectName)...)
	i.TenantID, i.SubjectID, i.SubjectName, i.Actors = p.id(i.TenantID), p.id(i.SubjectID), p.name(i.SubjectName),
		each(i.Actors, p.name)
	return i
}

func (p *pseudonymiser) incidentID(id string) string {
	if id == "" {
		return ""
	}
	return p.key.hexadecimal("incident", id)
}

// exceptionName is a rule's id and perhaps a subject.
func (p *pseudonymiser) exceptionName(s string) string {
	rule, subject, found := strings.Cut(s, " ")
	if !found {
		return s
	}
	return rule + " " + p.name(subject)
}

func (p *pseudonymiser) exception(e settings.Exception) settings.Exception {
	e.Tenant, e.Subject, e.Owner, e.Reason = p.id(e.Tenant), p.name(e.Subject), p.name(e.Owner), p.withheld(e.Reason)
	return e
}

// target is whom a policy includes or excludes: group:<id>, or everyone.
func (p *pseudonymiser) target(s string) string {
	kind, id, found := strings.Cut(s, ":")
	if !found {
		if s == "all_users" {
			return s
		}
		return p.id(s)
	}
	return kind + ":" + p.id(id)
}

func (p *pseudonymiser) pass(pass analysis.Pass) analysis.Pass {
	pass.TenantID, pass.PassID, pass.UserID, pass.IssuerID, pass.EventID = p.id(pass.TenantID), p.id(pass.PassID),
		p.id(pass.UserID), p.id(pass.IssuerID), p.id(pass.EventID)
	names := []string{pass.UserName, pass.IssuerName}
	pass.UserName, pass.IssuerName, pass.IssuerIP = p.name(pass.UserName), p.name(pass.IssuerName),
		p.name(pass.IssuerIP)
	pass.MethodsRegistered = each(pass.MethodsRegistered,
		func(s string) string { return p.sentence(s, leftOut, names...) })
	pass.Evidence, pass.Witness = p.places(pass.Evidence), p.id(pass.Witness)
	for _, text := range []*string{&pass.IssuerType, &pass.EndBasis, &pass.EndedBy, &pass.Usage} {
		*text = p.word(*text)
	}
	return pass
}

func (p *pseudonymiser) login(l analysis.Login) analysis.Login {
	names := append([]string{l.UserName, l.IssuerName}, p.register...)
	l.Criteria = each(l.Criteria, func(c analysis.Criterion) analysis.Criterion {
		c.Reason = p.sentence(c.Reason, leftOut, names...)
		return c
	})
	l.TenantID, l.UserID, l.UserName, l.IssuerName = p.id(l.TenantID), p.id(l.UserID), p.name(l.UserName),
		p.name(l.IssuerName)
	l.IP, l.ASN, l.Country, l.Outcome = p.name(l.IP), p.asn(l.ASN), p.country(l.Country), p.word(l.Outcome)
	l.Deeds = each(l.Deeds, func(n analysis.DeedCount) analysis.DeedCount {
		n.Class = p.word(n.Class)
		return n
	})
	l.Applications, l.EventIDs, l.Evidence = each(l.Applications, p.name), each(l.EventIDs, p.id), p.places(l.Evidence)
	return l
}

// object is a token for what something was done to: a file, a subject, a folder, a mailbox.
func (p *pseudonymiser) object(s string) string { return p.value(s, "object-") }

func (p *pseudonymiser) deed(d analysis.Deed) analysis.Deed {
	d.Says = p.sentence(d.Says, leftOut, d.UserName)
	d.TenantID, d.UserID, d.UserName = p.id(d.TenantID), p.id(d.UserID), p.name(d.UserName)
	d.Address, d.Client, d.Session, d.EventID = p.name(d.Address), p.name(d.Client), p.id(d.Session), p.id(d.EventID)
	d.Object, d.Evidence = p.object(d.Object), p.places(d.Evidence)
	for _, text := range []*string{&d.Link, &d.Source, &d.Workload, &d.Operation, &d.Class, &d.Result} {
		*text = p.word(*text)
	}
	d.Record = ""
	return d
}

func (p *pseudonymiser) moment(m analysis.Moment) analysis.Moment {
	names := append([]string{m.UserName, m.ActorName}, p.register...)
	if m.What == "deed" {
		names = append(names, p.objects...)
	}
	before, group, found := strings.Cut(m.Detail, ": ")
	if found && m.What == "scope changed" { // a group's name may be any words
		m.Detail = before + ": " + p.name(group)
	}
	m.Detail = p.sentence(m.Detail, leftOut, names...)
	m.TenantID, m.UserID, m.EventID = p.id(m.TenantID), p.id(m.UserID), p.id(m.EventID)
	m.UserName, m.ActorName, m.IP, m.Country = p.name(m.UserName), p.name(m.ActorName), p.name(m.IP),
		p.country(m.Country)
	m.Application = strings.Join(each(strings.Split(m.Application, ", "), p.name), ", ")
	m.IncidentID, m.Findings = p.incidentID(m.IncidentID),
		each(m.Findings, func(id string) string { return p.key.hexadecimal("finding", id) })
	m.Evidence = p.places(m.Evidence)
	return m
}
