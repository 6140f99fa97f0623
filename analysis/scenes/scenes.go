// Package scenes tests rules: a scene is evidence written down in a few lines, and what one rule must make of it. The
// notation is described in analysis/README.md, "Scenes".
package scenes

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/txtar"

	"tapaudit/analysis"
	"tapaudit/analysis/settings"
	"tapaudit/ingest"
	"tapaudit/ingest/casefile"
)

// Scene is evidence and what a rule must make of it.
type Scene struct {
	Name   string
	Claims []Claim

	file       string
	line       int // of the scene's head
	evidence   *evidence
	config     string // of the configuration, as written
	tables     map[string]string
	exceptions []string // whom an exception covers
	period     analysis.Period
	asOf       instant
}

// Claim is one line of a scene that says what the rule must find.
type Claim struct {
	Kind     Kind
	Limit    bool     // the case lies just on its side of a limit
	Severity string   // of the findings; "" for any
	Names    []string // users, tenants, addresses, files and exceptions, as the scene calls them
	Reason   string   // part of why something was not assessed

	line int
}

// Kind is what a claim says of the names in it.
type Kind string

// The kinds of claims, in the words of the notation.
const (
	Finding        Kind = "finding"         // an open finding about each, as often as it is named
	Silent         Kind = "silent"          // no finding about any of them
	Excepted       Kind = "excepted"        // a finding about each, covered by an exception
	NotAssessed    Kind = "not assessed"    // of this tenant the rule could say nothing, for this reason
	PartlyAssessed Kind = "partly assessed" // of this tenant the rule could not say everything, for this reason
)

// files that a scene may have beside its evidence.
const (
	configFile   = "tapaudit.yaml"
	rosterFile   = "roster.csv"
	registerFile = "register.csv"
	evidenceRoot = "evidence/"
)

// Parse reads the scenes of a file (txtar). An error names the file and the line.
func Parse(file string, text []byte) ([]*Scene, error) {
	archive := txtar.Parse([]byte(strings.ReplaceAll(string(text), "\r\n", "\n")))
	var all []*Scene
	line := 1 + strings.Count(string(archive.Comment), "\n")
	for _, section := range archive.Files {
		var err error
		switch {
		case !strings.ContainsAny(section.Name, "./"):
			s := &Scene{Name: section.Name, file: file, line: line, evidence: newEvidence(),
				tables: map[string]string{}}
			all = append(all, s)
			err = s.read(string(section.Data), line)
		case len(all) == 0:
			err = fmt.Errorf("%s:%d: the file %s belongs to no scene; begin one with -- NAME --", file, line,
				section.Name)
		default:
			err = all[len(all)-1].add(section.Name, string(section.Data), line)
		}
		if err != nil {
			return nil, err
		}
		line += 1 + strings.Count(string(section.Data), "\n")
	}
	for _, s := range all {
		if len(s.Claims) == 0 {
			return nil, fmt.Errorf("%s:%d: the scene %q claims nothing", file, s.line, s.Name)
		}
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("%s: there is no scene; begin one with -- NAME --", file)
	}
	return all, nil
}

// add takes a file of the scene.
func (s *Scene) add(name, text string, line int) error {
	text = withIDs(text)
	switch {
	case name == configFile:
		s.config = text
	case name == rosterFile, name == registerFile:
		s.tables[name] = text
	case strings.HasPrefix(name, evidenceRoot) && filepath.IsLocal(name):
		s.evidence.files[withIDs(strings.TrimPrefix(name, evidenceRoot))] = []string{strings.TrimRight(text, "\n")}
	default:
		return fmt.Errorf("%s:%d: a scene's files are %s, %s, %s and %s…, not %s",
			s.file, line, configFile, rosterFile, registerFile, evidenceRoot, name)
	}
	return nil
}

var claimHead = regexp.MustCompile(`^(finding|silent|excepted|not assessed|partly assessed)(?: (` +
	strings.Join(settings.Severities(), "|") + `))?( at the limit)?:`)

// read takes the lines of a scene.
func (s *Scene) read(text string, line int) error {
	for l := range strings.Lines(text) {
		line++
		l = strings.TrimSpace(l)
		if l == "" || strings.HasPrefix(l, "#") {
			continue
		}
		head := claimHead.FindStringSubmatch(l)
		if head == nil {
			if err := s.state(l); err != nil {
				return fmt.Errorf("%s:%d: %w", s.file, line, err)
			}
			continue
		}
		words, err := split(strings.TrimPrefix(l, head[0]))
		c := Claim{Kind: Kind(head[1]), Severity: head[2], Limit: head[3] != "", line: line}
		switch {
		case err != nil:
		case len(words) == 0:
			err = errors.New("the claim names nobody")
		case c.Kind != NotAssessed && c.Kind != PartlyAssessed:
			for _, w := range words {
				c.Names = append(c.Names, w.text)
			}
			if c.Severity != "" && c.Kind == Silent {
				err = errors.New("what is silent has no severity")
			}
		case len(words) != 2 || c.Severity != "" || c.Limit:
			err = fmt.Errorf(`say %s: TENANT "part of the reason"`, c.Kind)
		default:
			c.Names, c.Reason = []string{words[0].text}, withIDs(words[1].text)
		}
		if err != nil {
			return fmt.Errorf("%s:%d: %w", s.file, line, err)
		}
		s.Claims = append(s.Claims, c)
	}
	return nil
}

// Run judges the scene by one of the rules, with dir for its files, and gives what does not hold, each in a line; none
// where all does. An error is that of loading or judging.
func (s *Scene) Run(ctx context.Context, dir string, rules []analysis.Rule, rule analysis.Rule) ([]string, error) {
	result, err := s.judge(ctx, dir, rules, rule)
	if err != nil {
		return nil, fmt.Errorf("%s:%d: %w", s.file, s.line, err)
	}
	said := map[int][]string{} // by line
	say := func(line int, format string, args ...any) {
		said[line] = append(said[line], fmt.Sprintf("%s:%d: %s", s.file, line, fmt.Sprintf(format, args...)))
	}
	for _, fault := range result.Faults {
		say(s.line, "%v", fault)
	}
	// Every finding answers the first claim that still waits for one about its subject; what is left over on either
	// side does not hold.
	left := slices.DeleteFunc(slices.Clone(result.Findings),
		func(f analysis.Finding) bool { return f.RuleID != rule.ID })
	for _, c := range s.Claims {
		for _, name := range c.Names {
			isAssessment := c.Kind == NotAssessed || c.Kind == PartlyAssessed
			if !isAssessment && rule.Population != "exceptions" && !s.evidence.mentions(name) {
				say(c.line, "the scene has no evidence of %s", name)
			}
			i := slices.IndexFunc(left, func(f analysis.Finding) bool {
				return isAbout(f, name) && (f.Status == "excepted") == (c.Kind == Excepted)
			})
			switch {
			case c.Kind != Finding && c.Kind != Excepted:
			case i < 0:
				say(c.line, "no %s about %s", kindOf[c.Kind], name)
			default:
				if got := string(left[i].Severity); c.Severity != "" && got != c.Severity {
					say(c.line, "the finding about %s is %s, not %s: %s", name, got, c.Severity, left[i].Summary)
				}
				left = slices.Delete(left, i, i+1)
			}
		}
	}
	for _, f := range left {
		line := s.line
		for _, c := range s.Claims {
			if c.Kind == Silent && slices.ContainsFunc(c.Names, func(name string) bool { return isAbout(f, name) }) {
				line = c.line
			}
		}
		say(line, "a finding about %s that no line claims (%s): %s", f.SubjectName, f.Status, f.Summary)
	}
	for _, c := range s.Claims {
		if c.Kind != NotAssessed && c.Kind != PartlyAssessed {
			continue
		}
		i := slices.IndexFunc(result.Assessments, func(a analysis.Assessment) bool {
			return a.RuleID == rule.ID && a.TenantID == idOf(c.Names[0])
		})
		if i < 0 {
			say(c.line, "there is no tenant %s", c.Names[0])
			continue
		}
		a := result.Assessments[i]
		if reasons := strings.Join(a.Reasons, "\n"); a.Assessed != assessed[c.Kind] ||
			!strings.Contains(reasons, c.Reason) {
			say(c.line, "assessed %s, for %q", a.Assessed, reasons)
		}
	}
	var wrong []string
	for _, line := range slices.Sorted(maps.Keys(said)) {
		wrong = append(wrong, said[line]...)
	}
	return wrong, nil
}

// Tell judges the scene as a whole tenant, by all rules, and gives what does not hold. Its claims then speak of
// incidents: those that are named come first, in this order and at these severities, and of whoever is silent none is
// above low.
func (s *Scene) Tell(ctx context.Context, dir string, rules []analysis.Rule) (wrong []string, err error) {
	result, err := s.judge(ctx, dir, rules, analysis.Rule{})
	if err != nil {
		return nil, fmt.Errorf("%s:%d: %w", s.file, s.line, err)
	}
	say := func(line int, format string, args ...any) {
		wrong = append(wrong, fmt.Sprintf("%s:%d: %s", s.file, line, fmt.Sprintf(format, args...)))
	}
	place := 0
	for _, c := range s.Claims {
		for _, name := range c.Names {
			about := func(i analysis.Incident) bool {
				return isAbout(analysis.Finding{SubjectType: i.SubjectType, SubjectID: i.SubjectID,
					SubjectName: i.SubjectName}, name)
			}
			switch c.Kind {
			case Finding:
				if place >= len(result.Incidents) {
					say(c.line, "no incident is left for %s", name)
					continue
				}
				if i := result.Incidents[place]; !about(i) || string(i.Severity) != c.Severity {
					say(c.line, "number %d is %s of %s (score %v: %s), not %s of %s", place+1, i.Severity,
						i.SubjectName, i.Score,
						strings.Join(i.Signs, ", "), c.Severity, name)
				}
				place++
			case Silent:
				for _, i := range result.Incidents {
					if about(i) && i.Severity.Rank() > analysis.Severity("low").Rank() {
						say(c.line, "an incident of %s is %s: %s", name, i.Severity, strings.Join(i.Signs, ", "))
					}
				}
			default:
				say(c.line, "a story claims findings and silence only")
			}
		}
	}
	return wrong, nil
}

var (
	kindOf   = map[Kind]string{Finding: "open finding", Excepted: "excepted finding"}
	assessed = map[Kind]string{NotAssessed: "no", PartlyAssessed: "partly"}
)

// isAbout says whether a finding is about whom a scene calls so.
func isAbout(f analysis.Finding, name string) bool {
	same := strings.EqualFold
	return same(f.SubjectID, name) || same(f.SubjectID, idOf(name)) ||
		same(f.SubjectName, name) || same(f.SubjectName, upnOf(name)) || f.SubjectType == "file" &&
		path.Base(f.SubjectName) == name
}

// judge loads the evidence and runs the rule, and all others only where it asks what they found.
func (s *Scene) judge(
	ctx context.Context, dir string, rules []analysis.Rule, rule analysis.Rule,
) (*analysis.Result, error) {
	files := map[string]string{}
	for name, records := range s.evidence.files {
		files[evidenceRoot+name] = strings.Join(records, "\n")
	}
	config := s.config
	for name, key := range map[string]string{rosterFile: "onboarding_roster", registerFile: "supervision_register"} {
		if text, ok := s.tables[name]; ok {
			files[name] = text
			config += key + ": " + name + "\n"
		}
	}
	for i, who := range s.exceptions {
		if i == 0 {
			config += "exceptions:\n"
		}
		config += fmt.Sprintf("- {rule: %s, reason: accepted, owner: ciso@contoso.example, %s}\n",
			rule.ID, s.evidence.exception(who))
	}
	for name, text := range files {
		name = filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			return nil, err
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			return nil, err
		}
	}
	conf, err := settings.Parse(configFile, []byte(config), dir, analysis.Catalog(rules))
	if err != nil {
		return nil, err
	}
	c, err := casefile.Open(ctx, "", casefile.Options{Threads: 1, TempDir: dir, Loads: true})
	if err != nil {
		return nil, err
	}
	defer c.Close()
	if len(s.evidence.files) > 0 {
		if err := ingest.Load(ctx, c, []string{filepath.Join(dir, "evidence")}, nil, ingest.Options{}); err != nil {
			return nil, err
		}
	}
	if err := c.Seal(ctx); err != nil { // the rule may be a stranger's
		return nil, err
	}
	configured := analysis.Configure(rules, conf)
	for i := range configured {
		if rule.ID != "" && configured[i].ID != rule.ID && rule.Population != "exceptions" {
			configured[i].Enabled = false
		}
	}
	return analysis.Run(ctx, c, conf, configured, analysis.Options{Period: s.period, AsOf: s.asOf.Time})
}
