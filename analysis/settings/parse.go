package settings

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"

	"tapaudit/ingest/regular"
)

// maxBytes bounds each file read: the configuration, the roster and the register.
const maxBytes = 10 << 20

// maxParameter is above every sensible count, hour or minute, and low enough that
// adding it to a time cannot leave the calendar of the database.
const maxParameter = 1_000_000

const defaultIncidentHours = 24

// Severities are the names of the severities, from the least to the most.
func Severities() []string { return []string{"info", "low", "medium", "high", "critical"} }

// Load reads the configuration at path and the files that it names, whose paths
// are relative to its folder and stay in it. The catalog says which rules and parameters there are. An
// empty path means no configuration. The error holds everything found wrong, in
// the order of its place, each a line `file:line:column: what, and what to do`.
func Load(path string, catalog Catalog) (*Settings, error) {
	if path == "" {
		return unconfigured(), nil
	}
	text, err := regular.Read(path, maxBytes)
	if err != nil {
		return nil, fmt.Errorf("configuration: %w", advised(err))
	}
	return Parse(path, text, filepath.Dir(path), catalog)
}

// Parse is Load for text already read. Errors call it name; paths in it are
// relative to the folder dir and stay in it.
func Parse(name string, text []byte, dir string, catalog Catalog) (*Settings, error) {
	r := &reader{name: name, dir: dir, catalog: catalog, settings: unconfigured()}
	switch text := decoded(text); {
	case len(text) > maxBytes:
		r.problemAt(0, 0, "larger than 10 MiB: no configuration is; name the right file")
	case !utf8.Valid(text):
		r.problemAt(0, 0, "not UTF-8: save it as UTF-8 text")
	default:
		r.document(text)
	}
	if err := joined(r.problems, r.rosterProblems, r.registerProblems); err != nil {
		return nil, err
	}
	sum := sha256.New()
	for _, read := range [][]byte{text, r.rosterText, r.registerText} {
		sum.Write(read)
	}
	r.settings.Hash = hex.EncodeToString(sum.Sum(nil))
	return r.settings, nil
}

func unconfigured() *Settings {
	s := &Settings{
		Rules: map[string]RuleSettings{}, IncidentHours: defaultIncidentHours,
		BootstrapApplications: defaultIDs(bootstrapList), GuardedResources: defaultIDs(guardedList),
		AdminTools: defaultIDs(adminToolList),
	}
	return s
}

// advised says what to do about a file that cannot be read, where the error does not say it itself.
func advised(err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%w: correct the path", err)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%w: make it readable for you", err)
	}
	return err
}

// reader turns the YAML tree into settings. It goes over the tree itself, because
// decoding into structs would stop at the first error.
type reader struct {
	name, dir                                  string
	catalog                                    Catalog
	settings                                   *Settings
	rosterText, registerText                   []byte
	problems, rosterProblems, registerProblems []problem
}

func (r *reader) problemAt(line, col int, format string, args ...any) {
	r.problems = append(r.problems, problem{r.name, line, col, fmt.Sprintf(format, args...)})
}

func (r *reader) problem(node ast.Node, format string, args ...any) {
	line, col := place(node)
	r.problemAt(line, col, format, args...)
}

// place is where a node begins, 1-based; a block mapping begins at its first key.
func place(node ast.Node) (line, col int) {
	if m, ok := node.(*ast.MappingNode); ok && !m.IsFlowStyle && len(m.Values) > 0 {
		node = m.Values[0].Key
	}
	position := node.GetToken().Position
	return position.Line, position.Column
}

// field is a key that a mapping may have, and what reads its value.
type field struct {
	name string
	read func(ast.Node)
}

// mapping reads a mapping of known fields in the order of the file, and returns the keys it has. ok is false when the
// node is not a mapping. Errors name the mapping as where does.
func (r *reader) mapping(node ast.Node, where string, fields ...field) (has map[string]bool, ok bool) {
	m, ok := node.(*ast.MappingNode)
	if !ok {
		r.problem(node, "%s: expected keys with values, such as %s: …", where, fields[0].name)
		return nil, false
	}
	has = map[string]bool{}
	for _, entry := range m.Values {
		key, ok := r.key(entry, has)
		if !ok {
			continue
		}
		i := slices.IndexFunc(fields, func(f field) bool { return f.name == key })
		if i < 0 {
			var known []string
			for _, f := range fields {
				known = append(known, f.name)
			}
			r.problem(entry.Key, "%s", unknown("key", key, known, "known in "+where+" are "+strings.Join(known, ", ")))
			continue
		}
		if r.present(entry.Value, entry.Key, key) {
			fields[i].read(entry.Value)
		}
	}
	return has, true
}

// key is an entry's key, noted in seen; ok is false for one that is not text or
// occurs for the second time.
func (r *reader) key(entry *ast.MappingValueNode, seen map[string]bool) (key string, ok bool) {
	text, ok := entry.Key.(*ast.StringNode)
	if !ok {
		r.problem(entry.Key, "a key must be text: correct it, or put it in quotes")
		return "", false
	}
	if seen[text.Value] {
		r.problem(entry.Key, "key %s occurs twice: remove one", named(text.Value))
		return "", false
	}
	seen[text.Value] = true
	return text.Value, true
}

// present refuses what has no value, and says so at a place: whether an empty list or none was meant
// makes a difference to what is judged.
func (r *reader) present(value, at ast.Node, what string) bool {
	if _, null := value.(*ast.NullNode); null || value == nil {
		r.problem(at, "%s has no value: give it one ([] for an empty list), or remove it", what)
		return false
	}
	return true
}

// require says which of the keys a mapping must have are absent.
func (r *reader) require(node ast.Node, has map[string]bool, where string, keys ...string) {
	for _, key := range keys {
		if !has[key] {
			r.problem(node, "%s lacks the key %s: add it", where, key)
		}
	}
}

// text is a scalar's text without the space around it. Numbers and truth values
// are refused, since YAML would change them (041 is 33).
func (r *reader) text(node ast.Node, what string) (string, bool) {
	var text string
	switch node := node.(type) {
	case *ast.StringNode:
		text = node.Value
	case *ast.LiteralNode:
		text = node.Value.Value
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		r.problem(node, "%s: %s is not text: put it in quotes", what, quoted(node.GetToken().Value))
		return "", false
	default:
		r.problem(node, "%s: expected text", what)
		return "", false
	}
	if text = strings.TrimSpace(text); text == "" {
		r.problem(node, "%s is empty: fill it in or remove it", what)
		return "", false
	}
	return text, true
}

// each calls read for every entry of a list.
func (r *reader) each(node ast.Node, what string, read func(ast.Node)) {
	list, ok := node.(*ast.SequenceNode)
	if !ok {
		r.problem(node, "%s: expected a list: write [a, b], or each entry on a line of its own after \"- \"", what)
		return
	}
	for _, entry := range list.Values {
		if r.present(entry, entry, "an entry of "+what) {
			read(entry)
		}
	}
}

// texts is a list of texts, never nil.
func (r *reader) texts(node ast.Node, what string) []string {
	texts := []string{}
	r.each(node, what, func(entry ast.Node) {
		if text, ok := r.text(entry, "an entry of "+what); ok {
			texts = append(texts, text)
		}
	})
	return texts
}

func (r *reader) date(node ast.Node, what string) (date Date) {
	err := date.UnmarshalYAML(node)
	if bad := (*yaml.SyntaxError)(nil); errors.As(err, &bad) {
		r.problem(node, "%s: %s", what, bad.Message)
	}
	return date
}

func (r *reader) document(text []byte) {
	root, ok := r.tree(text)
	if !ok {
		return
	}
	s := r.settings
	r.mapping(root, "the configuration",
		field{"business_hours", r.hours},
		field{"approved_issuers", func(n ast.Node) {
			r.mapping(n, "approved_issuers",
				field{"users", func(n ast.Node) {
					list := r.texts(n, "users")
					s.ApprovedUsers = &list
				}},
				field{"applications", func(n ast.Node) {
					list := r.texts(n, "applications")
					s.ApprovedApplications = &list
				}})
		}},
		field{"privileged_users", func(n ast.Node) { s.PrivilegedUsers = r.texts(n, "privileged_users") }},
		field{"trusted_networks", r.networks},
		field{"bootstrap_applications", func(n ast.Node) {
			s.BootstrapApplications = r.texts(n,
				"bootstrap_applications")
		}},
		field{"guarded_resources", func(n ast.Node) { s.GuardedResources = r.texts(n, "guarded_resources") }},
		field{"admin_tools", func(n ast.Node) { s.AdminTools = r.texts(n, "admin_tools") }},
		field{"incidents", func(n ast.Node) {
			r.mapping(n, "incidents", field{"hours", func(n ast.Node) {
				if hours, ok := r.number(n, "hours"); ok {
					s.IncidentHours = hours
				}
			}})
		}},
		field{"onboarding_roster", func(n ast.Node) {
			if path, text, ok := r.list(n, "onboarding_roster"); ok {
				var entries []RosterEntry
				entries, r.rosterProblems = parseRoster(path, text)
				s.Roster = &entries
				r.rosterText = text
			}
		}},
		field{"supervision_register", func(n ast.Node) {
			if path, text, ok := r.list(n, "supervision_register"); ok {
				var entries []RegisterEntry
				entries, r.registerProblems = parseRegister(path, text)
				s.Register = &entries
				r.registerText = text
			}
		}},
		field{"exceptions", func(n ast.Node) { r.each(n, "exceptions", r.exception) }},
		field{"rules", r.rules},
		field{"organisation", func(n ast.Node) { s.Organisation, _ = r.text(n, "organisation") }},
		field{"tenants", r.tenants},
		field{"case", r.caseHead})
}

func (r *reader) hours(node ast.Node) {
	h := &Hours{Holidays: map[Date]bool{}}
	has, ok := r.mapping(node, "business_hours",
		field{"timezone", func(n ast.Node) { h.Location = r.zone(n) }},
		field{"days", func(n ast.Node) { h.Days = r.days(n) }},
		field{"from", func(n ast.Node) { h.From = r.clock(n, "from", 24*60-1) }},
		field{"to", func(n ast.Node) { h.To = r.clock(n, "to", 24*60) }},
		field{"holidays", func(n ast.Node) {
			r.each(n, "holidays", func(n ast.Node) { h.Holidays[r.date(n, "an entry of holidays")] = true })
		}})
	if ok {
		r.require(node, has, "business_hours", "timezone", "days", "from", "to")
	}
	r.settings.Hours = h
}

func (r *reader) zone(node ast.Node) *time.Location {
	name, ok := r.text(node, "timezone")
	if !ok {
		return nil
	}
	// "Local" is this machine's zone: the same configuration would judge differently elsewhere.
	location, err := time.LoadLocation(name)
	if err != nil || name == "Local" {
		r.problem(node, "unknown timezone %s: write a name of the IANA database, such as Europe/Zurich or UTC",
			quoted(name))
		return nil
	}
	return location
}

var weekdays = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"} // by time.Weekday

func (r *reader) days(node ast.Node) (days [7]bool) {
	before := len(r.problems)
	r.each(node, "days", func(n ast.Node) {
		name, ok := r.text(n, "an entry of days")
		if !ok {
			return
		}
		day := slices.Index(weekdays, strings.ToLower(name))
		if day < 0 {
			r.problem(n, "%s", unknown("weekday", name, weekdays, "write mon, tue, wed, thu, fri, sat or sun"))
			return
		}
		days[day] = true
	})
	if len(r.problems) == before && days == [7]bool{} {
		r.problem(node, "days names no day: list the working days, or remove business_hours")
	}
	return days
}

// clock reads a time of day in minutes after midnight, up to latest.
func (r *reader) clock(node ast.Node, what string, latest int) int {
	text, ok := r.text(node, what)
	if !ok {
		return 0
	}
	digit := func(i int) int { return int(text[i]) - '0' }
	if len(text) == 5 && text[2] == ':' && strings.Trim(text[:2]+text[3:], "0123456789") == "" {
		hour, minute := 10*digit(0)+digit(1), 10*digit(3)+digit(4)
		if minute < 60 && 60*hour+minute <= latest {
			return 60*hour + minute
		}
	}
	r.problem(node, "%s: %s is not a time of day: write hour:minute with two digits each, as in \"07:00\"", what,
		quoted(text))
	return 0
}

func (r *reader) networks(node ast.Node) {
	r.each(node, "trusted_networks", func(n ast.Node) {
		text, ok := r.text(n, "an entry of trusted_networks")
		if !ok {
			return
		}
		network, wrong := parseNetwork(text)
		if wrong != "" {
			r.problem(n, "%s %s", quoted(text), wrong)
			return
		}
		r.settings.TrustedNetworks = append(r.settings.TrustedNetworks, network)
	})
}

// parseNetwork reads a network, or an address as the network of it alone; wrong
// says what is amiss and what to do.
func parseNetwork(text string) (network netip.Prefix, wrong string) {
	const form = "is not a network: write one as 198.51.100.0/24 or \"2001:db8:1::/48\", or a single address"
	if !strings.Contains(text, "/") {
		address, err := netip.ParseAddr(text)
		if err != nil {
			return network, form
		}
		if address.Zone() != "" {
			return network, "has a zone, which no log shows: write the address without the % and what follows"
		}
		address = address.Unmap()
		return netip.PrefixFrom(address, address.BitLen()), ""
	}
	network, err := netip.ParsePrefix(text)
	if err != nil {
		return network, form
	}
	if network.Addr().Is4In6() {
		if network.Bits() < 96 {
			return network, "mixes IPv4 and IPv6: write the IPv4 network as 198.51.100.0/24"
		}
		network = netip.PrefixFrom(network.Addr().Unmap(), network.Bits()-96)
	}
	if masked := network.Masked(); masked != network {
		return network, fmt.Sprintf("is an address inside a network: write the network, %s, or the address, %s",
			masked, network.Addr())
	}
	return network, ""
}

// list reads the CSV file that a key names. It lies in the configuration's folder
// or below it: a configuration is handed on, and must not reach for other files
// of whoever uses it.
func (r *reader) list(node ast.Node, key string) (path string, text []byte, ok bool) {
	name, ok := r.text(node, key)
	if !ok {
		return "", nil, false
	}
	if !filepath.IsLocal(name) || name == "~" || strings.HasPrefix(name, "~/") {
		r.problem(node, "%s: %s leads out of the configuration's folder: copy the file beside the configuration, and write its name alone", key, quoted(name))
		return "", nil, false
	}
	text, err := readList(cmp.Or(r.dir, "."), name)
	if err != nil {
		r.problem(node, "%s: %v", key, advised(err))
		return "", nil, false
	}
	return filepath.Join(r.dir, name), text, true
}

func readList(dir, name string) ([]byte, error) {
	root, err := regular.OpenFolder(dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	return regular.ReadIn(root, name, maxBytes)
}

func (r *reader) exception(node ast.Node) {
	var e Exception
	e.Line, _ = place(node)
	has, ok := r.mapping(node, "an exception",
		field{"rule", func(n ast.Node) {
			e.Rule, _ = r.text(n, "rule")
			if e.Rule != "" && e.Rule != "*" {
				r.knownRule(n, e.Rule)
			}
		}},
		field{"tenant", func(n ast.Node) { e.Tenant, _ = r.text(n, "tenant") }},
		field{"subject", func(n ast.Node) { e.Subject, _ = r.text(n, "subject") }},
		field{"reason", func(n ast.Node) { e.Reason, _ = r.text(n, "reason") }},
		field{"owner", func(n ast.Node) { e.Owner, _ = r.text(n, "owner") }},
		field{"approved_on", func(n ast.Node) { e.ApprovedOn = r.date(n, "approved_on") }},
		field{"from", func(n ast.Node) { e.From = r.date(n, "from") }},
		field{"expires", func(n ast.Node) { e.Expires = r.date(n, "expires") }})
	if !ok {
		return
	}
	r.require(node, has, "the exception", "rule", "reason", "owner")
	if !e.Expires.IsZero() && e.Expires.Before(e.From) {
		r.problem(node, "the exception expires on %s, before it begins on %s: correct from or expires", e.Expires,
			e.From)
	}
	r.settings.Exceptions = append(r.settings.Exceptions, e)
}

// knownRule reports whether the catalog has the rule, and says so where it has not.
func (r *reader) knownRule(node ast.Node, id string) bool {
	if _, ok := r.catalog[id]; ok {
		return true
	}
	r.problem(node, "%s", unknown("rule", id, slices.Collect(maps.Keys(r.catalog)),
		"`tapaudit rules list` shows them all"))
	return false
}

func (r *reader) rules(node ast.Node) {
	m, ok := node.(*ast.MappingNode)
	if !ok {
		r.problem(node, "rules: expected rule ids with what to change of each, such as TAP-SIGNIN-FREQUENT: {max_per_day: 3}")
		return
	}
	seen := map[string]bool{}
	for _, entry := range m.Values {
		if id, ok := r.key(entry, seen); ok && r.knownRule(entry.Key, id) && r.present(entry.Value, entry.Key, id) {
			r.rule(id, entry.Value)
		}
	}
}

// tenants are names for people to know tenants by.
func (r *reader) tenants(node ast.Node) {
	m, ok := node.(*ast.MappingNode)
	if !ok {
		r.problem(node, "tenants: expected tenant ids with a name each, such as 8d2f1c4e-6b7a-4f3d-9c21-0a5e4b7d1f60: Contoso")
		return
	}
	seen := map[string]bool{}
	r.settings.Tenants = map[string]string{}
	for _, entry := range m.Values {
		if id, ok := r.key(entry, seen); ok {
			if name, ok := r.text(entry.Value, "the name of tenant "+quoted(id)); ok {
				r.settings.Tenants[strings.ToLower(id)] = name
			}
		}
	}
}

func (r *reader) rule(id string, node ast.Node) {
	rule := RuleSettings{Parameters: map[string]float64{}}
	fields := []field{
		{"enabled", func(n ast.Node) {
			value, ok := n.(*ast.BoolNode)
			if !ok {
				r.problem(n, "enabled: write true or false, without quotes")
				return
			}
			rule.Enabled = &value.Value
		}},
		{"severity", func(n ast.Node) {
			severity, ok := r.text(n, "severity")
			if ok && !slices.Contains(Severities(), severity) {
				r.problem(n, "%s", unknown("severity", severity, Severities(), "write "+eitherOf(Severities())))
			}
			rule.Severity = severity
		}},
	}
	for _, name := range slices.Sorted(maps.Keys(r.catalog[id].Parameters)) {
		fields = append(fields, field{name, func(n ast.Node) {
			if value, ok := r.number(n, name); ok {
				rule.Parameters[name] = value
			}
		}})
	}
	if _, ok := r.mapping(node, id, fields...); ok {
		r.settings.Rules[id] = rule
	}
}

// eitherOf lists what there is to choose from: a, b or c.
func eitherOf(words []string) string {
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

func (r *reader) number(node ast.Node, what string) (float64, bool) {
	value := math.NaN()
	switch node := node.(type) {
	case *ast.IntegerNode:
		switch n := node.Value.(type) {
		case int64:
			value = float64(n)
		case uint64:
			value = float64(n)
		}
	case *ast.FloatNode:
		value = node.Value
	}
	if !(value >= 0 && value <= maxParameter) {
		r.problem(node, "%s: write a number from 0 to 1000000, without quotes", what)
		return 0, false
	}
	return value, true
}

func (r *reader) caseHead(node ast.Node) {
	c := &r.settings.Case
	r.mapping(node, "case",
		field{"id", func(n ast.Node) { c.ID, _ = r.text(n, "id") }},
		field{"examiner", func(n ast.Node) { c.Examiner, _ = r.text(n, "examiner") }},
		field{"collected_by", func(n ast.Node) { c.CollectedBy, _ = r.text(n, "collected_by") }},
		field{"collected_at", func(n ast.Node) {
			text, ok := r.text(n, "collected_at")
			if !ok {
				return
			}
			t, err := time.Parse(time.RFC3339, text)
			if err != nil || t.UTC().Year() < 1900 || t.UTC().Year() > 9999 {
				r.problem(n, "collected_at: %s is not a time: write date, time and zone, as in 2026-10-01T08:00:00Z or 2026-10-01T10:00:00+02:00", quoted(text))
				return
			}
			c.CollectedAt = t.UTC()
		}},
		field{"source", func(n ast.Node) { c.Source, _ = r.text(n, "source") }})
}
