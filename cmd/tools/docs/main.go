// Command docs writes what the documentation says of the rules from the rules' own files: tables between two comments,
// <!-- docs NAME --> and <!-- end docs NAME -->. It changes nothing else.
package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"tapaudit/analysis"
)

// documents hold the tables; paths from the repository's root.
var documents = []string{"README.md", "analysis/README.md"}

func main() {
	if err := run("."); err != nil {
		fmt.Fprintln(os.Stderr, "docs:", err)
		os.Exit(1)
	}
}

// run writes the documents below root anew.
func run(root string) error {
	for _, name := range documents {
		name = filepath.Join(root, name)
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		renewed, err := renew(string(text))
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if renewed == string(text) {
			continue
		}
		if err := os.WriteFile(name, []byte(renewed), 0o644); err != nil {
			return err
		}
	}
	return nil
}

var marked = regexp.MustCompile(`(?s)(<!-- docs ([a-z-]+) -->\n).*?(<!-- end docs ([a-z-]+) -->\n)`)

// renew puts what the rules say now between the comments of a document.
func renew(text string) (string, error) {
	rules, err := analysis.BuiltInRules()
	if err != nil {
		return "", err
	}
	if !marked.MatchString(text) {
		return "", fmt.Errorf("there is no <!-- docs NAME --> to fill")
	}
	renewed := marked.ReplaceAllStringFunc(text, func(block string) string {
		m := marked.FindStringSubmatch(block)
		table, known := tables(rules)[m[2]]
		if !known || m[2] != m[4] {
			err = fmt.Errorf("<!-- docs %s --> to <!-- end docs %s -->: there is no such table", m[2], m[4])
			return block
		}
		return m[1] + table + m[3]
	})
	return renewed, err
}

// tables are the tables by the names that documents call them.
func tables(rules []analysis.Rule) map[string]string {
	byGroup := func(group string) []analysis.Rule {
		return slices.DeleteFunc(slices.Clone(rules), func(r analysis.Rule) bool { return r.Group != group })
	}
	all := map[string]string{}
	groups := "| group | rules | by severity | for example |\n|---|---|---|---|\n"
	for _, group := range analysis.RuleGroups {
		conditions := "| rule | severity | fires when |\n|---|---|---|\n"
		for _, r := range byGroup(group) {
			conditions += fmt.Sprintf("| %s | %s | %s |\n", r.ID, r.Severity, condition(r))
		}
		all[group] = conditions
		groups += groupRow(group, byGroup(group))
	}
	all["groups"] = groups
	all["parameters"] = parameters(rules)
	all["families"] = families(rules)
	return all
}

// groupRow counts the rules of a group by severity; its examples are the titles of the two worst.
func groupRow(group string, rules []analysis.Rule) string {
	slices.SortStableFunc(rules, func(a, b analysis.Rule) int { return b.Severity.Rank() - a.Severity.Rank() })
	var counts, examples []string
	for i, r := range rules {
		if i == 0 || r.Severity != rules[i-1].Severity {
			others := func(other analysis.Rule) bool { return other.Severity != r.Severity }
			counts = append(counts, fmt.Sprintf("%d %s", len(slices.DeleteFunc(slices.Clone(rules), others)),
				r.Severity))
		}
		if i < 2 {
			examples = append(examples, r.Title)
		}
	}
	return fmt.Sprintf("| %s | %d | %s | %s |\n", group, len(rules), strings.Join(counts, ", "),
		strings.Join(examples, "; "))
}

var placeholder = regexp.MustCompile(`\{[a-z0-9_]+\}`)

// condition is a rule's condition with the defaults of its parameters, in italics.
func condition(r analysis.Rule) string {
	return placeholder.ReplaceAllStringFunc(r.Condition, func(name string) string {
		value, ok := r.Parameters[strings.Trim(name, "{}")]
		if !ok {
			return name
		}
		return "*" + number(value) + "*"
	})
}

func number(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

// families has a row for every family of rules.
func families(rules []analysis.Rule) string {
	of := map[string][]string{}
	for _, r := range rules {
		if r.Family != "" {
			of[r.Family] = append(of[r.Family], r.ID)
		}
	}
	table := "| family | its rules |\n|---|---|\n"
	for _, family := range slices.Sorted(maps.Keys(of)) {
		table += "| " + family + " | " + strings.Join(of[family], ", ") + " |\n"
	}
	return table
}

// parameters has a row for every rule that has some.
func parameters(rules []analysis.Rule) string {
	table := "| rule | parameters and defaults |\n|---|---|\n"
	for _, r := range rules {
		var own []string
		for name, value := range r.Parameters {
			own = append(own, "`"+name+"` "+number(value))
		}
		if slices.Sort(own); len(own) > 0 {
			table += "| " + r.ID + " | " + strings.Join(own, ", ") + " |\n"
		}
	}
	return table
}
