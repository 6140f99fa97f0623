package analysis

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"tapaudit/analysis/settings"
)

//go:embed rules/*.sql
var ruleFiles embed.FS

// Severities from the least to the most.
var severities = []Severity{"info", "low", "medium", "high", "critical"}

// Rank orders severities: 0 for info to 4 for critical, -1 for what is none.
func (s Severity) Rank() int { return slices.Index(severities, s) }

// frontMatter is what stands between the two lines of dashes at the head of a rule's file.
type frontMatter struct {
	ID          string             `yaml:"id"`
	Title       string             `yaml:"title"`
	Severity    Severity           `yaml:"severity"`
	Parameters  map[string]float64 `yaml:"parameters"`
	Population  string             `yaml:"population"`
	Needs       []string           `yaml:"needs"`
	Why         string             `yaml:"why"`
	HowToVerify string             `yaml:"how_to_verify"`
	HowToFix    string             `yaml:"how_to_fix"`
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
	for _, name := range names {
		text, err := ruleFiles.ReadFile(name)
		if err != nil {
			return nil, err
		}
		rule, err := ParseRule(name, text)
		if err != nil {
			return nil, err
		}
		if want := "rules/" + rule.ID + ".sql"; name != want {
			return nil, fmt.Errorf("%s: the rule's id is %s; name the file %s", name, rule.ID, want)
		}
		rules = append(rules, rule)
	}
	return rules, nil
}

// UserRules reads the rules of a folder: files of the same form as the built-in ones, in order of their names. A faulty
// file is left out and told of; the error is that of reading the folder.
func UserRules(dir string, builtIn []Rule) (rules []Rule, faults []error, err error) {
	names, err := filepath.Glob(filepath.Join(globEscaper.Replace(dir), "*.sql"))
	if err != nil {
		return nil, nil, err
	}
	if _, err := os.Stat(dir); err != nil {
		return nil, nil, err
	}
	taken := map[string]bool{}
	for _, r := range builtIn {
		taken[r.ID] = true
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		rule, err := ParseRule(name, text)
		if err == nil && taken[rule.ID] {
			err = fmt.Errorf("%s: there is a rule %s already; give it another id", name, rule.ID)
		}
		if err != nil {
			faults = append(faults, err)
			continue
		}
		rule.Origin = name
		taken[rule.ID] = true
		rules = append(rules, rule)
	}
	return rules, faults, nil
}

var globEscaper = strings.NewReplacer(`*`, `\*`, `?`, `\?`, `[`, `\[`)

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
	text = bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))
	rest, ok := bytes.CutPrefix(text, []byte("---\n"))
	head, query, ok2 := bytes.Cut(rest, []byte("\n---\n"))
	if !ok || !ok2 {
		return Rule{}, fmt.Errorf("%s: a rule begins with front matter between two lines of three dashes", name)
	}
	var m frontMatter
	if err := yaml.UnmarshalWithOptions(head, &m, yaml.Strict()); err != nil {
		return Rule{}, fmt.Errorf("%s: %s", name, yaml.FormatError(err, false, false))
	}
	switch {
	case m.ID == "" || m.Title == "" || m.Why == "" || m.HowToVerify == "" || m.HowToFix == "":
		return Rule{}, fmt.Errorf("%s: a rule needs id, title, why, how_to_verify and how_to_fix", name)
	case m.Severity.Rank() < 0:
		return Rule{}, fmt.Errorf("%s: severity %q is none of info, low, medium, high, critical", name, m.Severity)
	case populations[m.Population] == nil:
		return Rule{}, fmt.Errorf("%s: population %q is not known", name, m.Population)
	}
	for _, need := range m.Needs {
		if needs[need] == nil {
			return Rule{}, fmt.Errorf("%s: need %q is not known", name, need)
		}
	}
	return Rule{
		ID: m.ID, Title: m.Title, Severity: m.Severity, Enabled: true, Parameters: m.Parameters,
		Why: strings.TrimSpace(m.Why), Needs: m.Needs, Population: m.Population,
		HowToVerify: strings.TrimSpace(m.HowToVerify), HowToFix: strings.TrimSpace(m.HowToFix),
		References: m.References, Techniques: m.Techniques, Controls: m.Controls,
		SQL: strings.TrimSpace(string(query)), Source: string(text),
	}, nil
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

// isState says whether the rule's findings tell a state, which belongs to every report, not events of a time.
func (r Rule) isState() bool {
	return slices.Contains([]string{"policy_state", "days", "files", "exceptions"}, r.Population)
}
