package analysis

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/goccy/go-yaml"

	"tapaudit/analysis/incidents"
	"tapaudit/analysis/settings"
	"tapaudit/ingest/regular"
	"tapaudit/ingest/safetext"
)

//go:embed rules/*.sql
var ruleFiles embed.FS

// RulesVersion is the version of the rules that come with the program: a report of another one judges the same events
// by other meanings.
const RulesVersion = 2

// Rank orders severities: 0 for info to 4 for critical, -1 for what is none.
func (s Severity) Rank() int { return slices.Index(settings.Severities(), string(s)) }

// incidentOfIssuer is what a rule's front matter says where its findings belong to the issuer's incident.
const incidentOfIssuer = "issuer"

// RuleGroups are the groups of rules in the order in which the documentation shows them.
var RuleGroups = []string{"policy", "issuance", "log-ins", "chains", "evidence"}

// frontMatter is what stands between the two lines of dashes at the head of a rule's file.
type frontMatter struct {
	ID          string             `yaml:"id"`
	Title       string             `yaml:"title"`
	Severity    Severity           `yaml:"severity"`
	Sign        []string           `yaml:"sign"`
	Group       string             `yaml:"group"`
	Family      string             `yaml:"family"`
	Incident    string             `yaml:"incident"`
	Listing     bool               `yaml:"listing"`
	Parameters  map[string]float64 `yaml:"parameters"`
	Borrows     map[string]string  `yaml:"borrows"`
	Population  string             `yaml:"population"`
	Needs       []string           `yaml:"needs"`
	Condition   string             `yaml:"condition"`
	Why         string             `yaml:"why"`
	HowToVerify string             `yaml:"how_to_verify"`
	HowToFix    string             `yaml:"how_to_fix"`
	Fix         []string           `yaml:"fix"`
	References  []string           `yaml:"references"`
	Techniques  []string           `yaml:"techniques"`
	Controls    []string           `yaml:"controls"`
}

// BuiltInRules reads the rules that come with the program, in order of their ids.
func BuiltInRules() (rules []Rule, err error) {
	names, err := fs.Glob(ruleFiles, "rules/*.sql")
	if err != nil {
		return nil, err
	}
	rules = make([]Rule, len(names))
	errs := make([]error, len(names))
	var all sync.WaitGroup
	for i, name := range names { // every command that judges begins with this
		all.Go(func() { rules[i], errs[i] = builtInRule(name) })
	}
	all.Wait()
	return rules, errors.Join(errs...)
}

func builtInRule(name string) (Rule, error) {
	text, err := ruleFiles.ReadFile(name)
	if err != nil {
		return Rule{}, err
	}
	rule, err := ParseRule(name, text)
	if want := "rules/" + rule.ID + ".sql"; err == nil && name != want {
		err = fmt.Errorf("%s: the rule's id is %s; name the file %s", name, rule.ID, want)
	}
	return rule, err
}

// Bounds of users' rules: somebody else may have written them.
const (
	mostRules     = 1_000     // files of a folder
	mostRuleBytes = 1 << 20   // of a file
	mostFindings  = 100_000   // rows that a rule may give
	mostNamed     = 1_000_000 // records that all of a rule's rows may name
)

// Bounds of what a rule's front matter says.
const (
	mostHeadBytes   = 64 << 10
	mostRuleLine    = 200    // characters of a title, a technique, a control or a reference
	mostRuleText    = 10_000 // characters of a text
	mostRuleEntries = 50     // of a list
)

// UserRules reads the rules of a folder: files of the same form as the built-in ones, in order of their names; hidden
// files are none. A faulty file is left out and told of. The error says why the folder cannot be used: it is none, it
// holds no *.sql, or too many.
func UserRules(dir string, builtIn []Rule) (rules []Rule, faults []error, err error) {
	root, err := regular.OpenFolder(dir)
	if err != nil {
		return nil, nil, err
	}
	defer root.Close()
	names, err := ruleNames(root, dir)
	if err != nil {
		return nil, nil, err
	}
	taken := map[string]bool{}
	for _, r := range builtIn {
		taken[r.ID] = true
	}
	for _, name := range names {
		path := filepath.Join(dir, name)
		text, err := regular.ReadPlain(root, name, mostRuleBytes)
		if err != nil {
			var at *fs.PathError // the name stands before it
			if errors.As(err, &at) {
				err = at.Err
			}
			faults = append(faults, fmt.Errorf("%s: %w", path, err))
			continue
		}
		rule, err := ParseRule(path, text)
		if err == nil && taken[rule.ID] {
			err = fmt.Errorf("%s: there is a rule %s already; give it another id", path, rule.ID)
		}
		if err != nil {
			faults = append(faults, err)
			continue
		}
		rule.Origin = path
		taken[rule.ID] = true
		rules = append(rules, rule)
	}
	return rules, faults, nil
}

// ruleNames are the names of the folder's rules, sorted.
func ruleNames(root *os.Root, dir string) ([]string, error) {
	entries, err := fs.ReadDir(root.FS(), ".")
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if name := e.Name(); strings.HasSuffix(name, ".sql") && !strings.HasPrefix(name, ".") {
			names = append(names, name)
		}
	}
	switch {
	case len(names) == 0:
		return nil, fmt.Errorf("%q holds no rule: a rule is a file NAME.sql right in it", dir)
	case len(names) > mostRules:
		return nil, fmt.Errorf("%q holds %d rules, and %d at most are read; take a folder with fewer", dir, len(names),
			mostRules)
	}
	return names, nil
}

// hashOf is a hash over the files of all rules.
func hashOf(rules []Rule) string {
	sum := sha256.New()
	for _, r := range rules {
		fmt.Fprintf(sum, "%s %d\n%s", r.ID, len(r.Source), r.Source)
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// ParseRule reads a rule's file: front matter between two lines of dashes, then one SELECT.
func ParseRule(name string, text []byte) (Rule, error) {
	text = bytes.TrimPrefix(bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")), []byte("\uFEFF"))
	if err := plainText(string(text)); err != nil {
		return Rule{}, fmt.Errorf("%s: %w", name, err)
	}
	rest, ok := bytes.CutPrefix(text, []byte("---\n"))
	head, query, ok2 := bytes.Cut(rest, []byte("\n---\n"))
	if !ok || !ok2 {
		return Rule{}, fmt.Errorf("%s: a rule begins with front matter between two lines of three dashes", name)
	}
	if len(head) > mostHeadBytes {
		return Rule{}, fmt.Errorf("%s: the front matter is larger than %d bytes; shorten it", name, mostHeadBytes)
	}
	if err := simpleYAML(string(head)); err != nil {
		return Rule{}, fmt.Errorf("%s: %w", name, err)
	}
	var m frontMatter
	if err := yaml.UnmarshalWithOptions(head, &m, yaml.Strict()); err != nil {
		return Rule{}, fmt.Errorf("%s: %s", name, yaml.FormatError(err, false, false))
	}
	if err := m.check(); err != nil {
		return Rule{}, fmt.Errorf("%s: %w", name, err)
	}
	var remedies []Fix
	if m.Fix != nil {
		remedies = []Fix{}
	}
	for _, f := range m.Fix {
		remedies = append(remedies, fixes[f])
	}
	return Rule{
		Group: m.Group, Family: m.Family, Incident: m.Incident, Listing: m.Listing,
		Condition: strings.TrimSpace(m.Condition), Fix: remedies,
		ID: m.ID, Title: m.Title, Severity: m.Severity, Sign: m.Sign, Enabled: true, Parameters: m.Parameters,
		Borrows: m.Borrows,
		Why:     strings.TrimSpace(m.Why), Needs: m.Needs, Population: m.Population,
		HowToVerify: strings.TrimSpace(m.HowToVerify), HowToFix: strings.TrimSpace(m.HowToFix),
		References: m.References, Techniques: m.Techniques, Controls: m.Controls,
		SQL: strings.TrimSpace(string(query)), Source: string(text),
	}, nil
}

// ruleID is the form of ids: none can look like another one.
var ruleID = regexp.MustCompile(`^[A-Z][A-Z0-9]*(-[A-Z0-9]+)*$`)

// check says what is wrong with a rule's front matter.
func (m *frontMatter) check() error {
	switch {
	case m.ID == "" || m.Title == "" || m.Why == "" || m.HowToVerify == "" || m.HowToFix == "":
		return errors.New("a rule needs id, title, why, how_to_verify and how_to_fix")
	case len(m.ID) > 64 || !ruleID.MatchString(m.ID):
		return fmt.Errorf("the id %q is not a rule's: write A to Z, 0 to 9 and single dashes between them, 64 at most",
			clipped(m.ID))
	case m.Severity.Rank() < 0:
		return fmt.Errorf("severity %q is not one of %s", clipped(string(m.Severity)),
			strings.Join(settings.Severities(), ", "))
	case m.Group != "" && !slices.Contains(RuleGroups, m.Group):
		return fmt.Errorf("group %q is not one of %s", clipped(m.Group), strings.Join(RuleGroups, ", "))
	case m.Family != "" && !slices.Contains(incidents.Families, m.Family):
		return fmt.Errorf("family %q is not one of %s", clipped(m.Family), strings.Join(incidents.Families, ", "))
	case m.Incident != "" && m.Incident != incidentOfIssuer:
		return fmt.Errorf("incident %q is not known; leave it out, or write %s", clipped(m.Incident), incidentOfIssuer)
	case populations[m.Population] == nil:
		return fmt.Errorf("population %q is not known; known are %s", clipped(m.Population),
			strings.Join(slices.Sorted(maps.Keys(populations)), ", "))
	case len(m.Sign) != 0 && len(m.Sign) != 2:
		return errors.New("sign must be two phrases, for one finding and for several")
	case strings.Contains(m.Title, "\n"):
		return errors.New("the title has a line break; write it on one line")
	}
	for _, need := range m.Needs {
		if needs[need] == nil {
			return fmt.Errorf("need %q is not known; known are %s", clipped(need),
				strings.Join(slices.Sorted(maps.Keys(needs)), ", "))
		}
	}
	for _, f := range m.Fix {
		if _, ok := fixes[f]; !ok {
			return fmt.Errorf("fix %q is not known; known are %s", clipped(f),
				strings.Join(slices.Sorted(maps.Keys(fixes)), ", "))
		}
	}
	for _, t := range []struct {
		key, text string
		most      int
	}{{"title", m.Title, mostRuleLine}, {"condition", m.Condition, mostRuleText}, {"why", m.Why, mostRuleText},
		{"how_to_verify", m.HowToVerify, mostRuleText}, {"how_to_fix", m.HowToFix, mostRuleText}} {
		if err := checkText(t.key, t.text, t.most); err != nil {
			return err
		}
	}
	for _, l := range []struct {
		key     string
		entries []string
	}{{"sign", m.Sign}, {"needs", m.Needs}, {"fix", m.Fix}, {"references", m.References}, {"techniques", m.Techniques},
		{"controls", m.Controls}} {
		if len(l.entries) > mostRuleEntries {
			return fmt.Errorf("%s has more than %d entries; leave some out", l.key, mostRuleEntries)
		}
		for _, entry := range l.entries {
			if err := checkText(l.key, entry, mostRuleLine); err != nil {
				return err
			}
		}
	}
	for _, reference := range m.References {
		if u, err := url.Parse(reference); err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil ||
			!strings.HasPrefix(reference, "https://") {
			return fmt.Errorf("the reference %q does not begin with https://; write an address on the web", clipped(reference))
		}
	}
	if len(m.Parameters)+len(m.Borrows) > mostRuleEntries {
		return fmt.Errorf("parameters and borrows have more than %d entries; leave some out", mostRuleEntries)
	}
	for _, name := range slices.Concat(slices.Sorted(maps.Keys(m.Parameters)), slices.Sorted(maps.Keys(m.Borrows))) {
		if !parameterName.MatchString(name) {
			return fmt.Errorf("the parameter %q has no name that SQL can use: write a to z, 0 to 9 and _",
				clipped(name))
		}
	}
	return nil
}

var parameterName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,63}$`)

// checkText refuses a text that is too long, or not plain once YAML's escapes are resolved.
func checkText(key, text string, most int) error {
	if err := plainText(text); err != nil {
		return fmt.Errorf("%s: %w", key, err)
	}
	if n := utf8.RuneCountInString(text); n > most {
		return fmt.Errorf("%s has a text of %d characters, and %d are the most; shorten it", key, n, most)
	}
	return nil
}

// plainText refuses what a reader of the rule could not see, such as characters that command a terminal or turn the
// direction of a line.
func plainText(s string) error {
	if !utf8.ValidString(s) {
		return errors.New("it is not UTF-8 text; save it as UTF-8")
	}
	line := 1
	for _, r := range s {
		switch {
		case r == '\n':
			line++
		case safetext.Deceptive(r):
			return fmt.Errorf("line %d has the character U+%04X, which nobody sees; a rule is plain text", line, r)
		}
	}
	return nil
}

// clipped is enough of a text to find it again.
func clipped(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}

// Catalog is what a configuration may say about the rules.
func Catalog(rules []Rule) settings.Catalog {
	catalog := settings.Catalog{}
	for _, r := range rules {
		catalog[r.ID] = settings.RuleSpec{Parameters: r.Parameters}
	}
	return catalog
}

// Configure applies the configuration to the rules: enabled, severity and parameters.
func Configure(rules []Rule, s *settings.Settings) []Rule {
	configured := slices.Clone(rules)
	for i := range configured {
		r := &configured[i]
		rs, ok := s.Rules[r.ID]
		if !ok {
			continue
		}
		if rs.Enabled != nil {
			r.Enabled = *rs.Enabled
		}
		if rs.Severity != "" {
			r.Configured = Severity(rs.Severity)
			r.Severity = r.Configured
		}
		parameters := map[string]float64{}
		for name, value := range r.Parameters {
			parameters[name] = value
		}
		for name, value := range rs.Parameters {
			parameters[name] = value
		}
		r.Parameters = parameters
	}
	slices.SortFunc(configured, func(x, y Rule) int { return cmp.Compare(x.ID, y.ID) })
	return configured
}

// asksFindings says whether the rule looks at what the other rules found, and so runs after them.
func (r Rule) asksFindings() bool { return r.Population == "exceptions" }

// borrowed is the value of another rule's parameter, named as RULE.parameter.
func borrowed(rules []Rule, name string) (float64, error) {
	id, parameter, _ := strings.Cut(name, ".")
	for _, r := range rules {
		if value, ok := r.Parameters[parameter]; ok && r.ID == id {
			return value, nil
		}
	}
	return 0, fmt.Errorf("borrows: there is no parameter %s; name one as RULE-ID.parameter", name)
}

// ownParameter is the value of the parameter that one of the program's rules has under this name.
func ownParameter(rules []Rule, name string) (float64, error) {
	for _, r := range rules {
		if value, ok := r.Parameters[name]; ok && r.Origin == "" {
			return value, nil
		}
	}
	return 0, fmt.Errorf("no rule has the parameter %s", name)
}

// isState says whether the rule's findings tell a state, which belongs to every report, not events of a time.
func (r Rule) isState() bool {
	return slices.Contains([]string{"policy_state", "days", "files", "exceptions"}, r.Population)
}
