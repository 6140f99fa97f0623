// Package activity judges what was done on a pass: which records belong to which log-in, and what kind of deed each
// is.
package activity

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"tapaudit/analysis/auditlog"
	"tapaudit/ingest/record"
)

//go:embed classes.csv
var classesFile string

// directoryAudit is where deeds are told of beside [record.UnifiedAudit] and [record.GraphActivity].
const directoryAudit = "directory audit"

// azureADGraph is the workload of requests to the Azure AD Graph, whose addresses are of another make.
const azureADGraph = "Azure AD Graph"

// other is the class of a deed that is in no other.
const other = "other"

// The classes that the log-in's story tells first: what changes who can do what, and what was read or sent.
var (
	grave = []string{
		"inbox rule", "forwarding", "mailbox permission", "audit off", "mail access opened", "consent", "application",
		"role", "policy", "pass issued", "flow", "export", "secret read",
	}
	data = []string{"mail read", "mail sent", "file read", "file taken", "sharing", "search", "chat"}
)

// weight is a class's place in a story: grave ones first, then data, then the others.
func weight(class string) int {
	switch {
	case slices.Contains(grave, class):
		return 0
	case slices.Contains(data, class):
		return 1
	}
	return 2
}

// deed is what the class of a record is told by.
type deed struct {
	Source     string
	Workload   string
	Operation  string // a request's method
	Path       string // of a request: the template of its address
	Kind       auditlog.Kind
	AboutPass  bool
	Parameters map[string]any // those of a command that have a value
}

// given says whether the command had one of these parameters.
func (d deed) given(names ...string) bool {
	for name := range d.Parameters {
		if slices.ContainsFunc(names, func(of string) bool { return strings.EqualFold(of, name) }) {
			return true
		}
	}
	return false
}

// conditions are what the file may ask beside the operation, in its words.
var conditions = map[string]func(d deed) bool{
	"": func(deed) bool { return true },
	"a parameter ForwardingSmtpAddress or ForwardingAddress that is not empty": func(d deed) bool {
		return d.given("ForwardingSmtpAddress", "ForwardingAddress")
	},
	"a parameter AuditEnabled or AuditLogAgeLimit": func(d deed) bool {
		return d.given("AuditEnabled", "AuditLogAgeLimit")
	},
	"a parameter BlindCopyTo, RedirectMessageTo or CopyTo": func(d deed) bool {
		return d.given("BlindCopyTo", "RedirectMessageTo", "CopyTo")
	},
	"not about a pass": func(d deed) bool { return !d.AboutPass },
	"a pass; initiated by the user of the session": func(d deed) bool { return d.AboutPass },
	beginsSo:                                func(deed) bool { return true }, // the longest template is asked first
	"the method is not temporaryAccessPass": func(d deed) bool { return !aboutPasses.MatchString(d.Path) },
	"a request of the Azure AD Graph":       func(d deed) bool { return d.Workload == azureADGraph },
}

// beginsSo lets a template stand for every address below it, too.
const beginsSo = "the path begins so and nothing above fits"

// aboutPasses is the address of a user's passes, and of one of them.
var aboutPasses = regexp.MustCompile(`(?i)` + record.PassRequests)

// class is a row of the file.
type class struct {
	operation string // in the form of operationKey; a request's method, in upper case
	template  []string
	below     bool // an address below the template has the class, too
	begins    bool // an operation that begins so has the class, too
	name      string
	holds     func(d deed) bool
}

// classes are the file's rows by source, those of requests with the longest templates first.
var classes = func() map[string][]class {
	of, err := parseClasses(classesFile)
	if err != nil {
		panic(err) // the file is embedded
	}
	return of
}()

func parseClasses(text string) (map[string][]class, error) {
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		return nil, err
	}
	of := map[string][]class{}
	for i, row := range rows[1:] {
		source, operation, name, condition := row[0], row[1], row[2], row[3]
		holds, known := conditions[condition]
		if !known {
			return nil, fmt.Errorf("line %d: there is no condition %q", i+2, condition)
		}
		c := class{name: name, holds: holds}
		switch source {
		case record.GraphActivity:
			method, path, _ := strings.Cut(operation, " ")
			c.operation, c.template = strings.ToUpper(method), segments(path)
			// What lies below a mailbox or a drive is mail and files.
			c.below = condition == beginsSo || method == "GET" && (name == "mail read" || name == "file read") ||
				path == ""
		case record.UnifiedAudit, directoryAudit:
			c.operation = operationKey(operation)
			// Those of methods go on with the kind of method.
			c.begins = name == "method registered" || name == "method removed"
		default:
			return nil, fmt.Errorf("line %d: there is no source %q", i+2, source)
		}
		of[source] = append(of[source], c)
	}
	slices.SortStableFunc(of[record.GraphActivity], func(x, y class) int {
		return len(y.template) - len(x.template)
	})
	return of, nil
}

// dashes are those that publishers write where others have a hyphen.
var dashes = strings.NewReplacer(
	"\u2010", "-", "\u2011", "-", "\u2012", "-", "\u2013", "-", "\u2014", "-", "\u2212", "-",
)

// operationKey is what operations are compared by: the Unified Audit Log ends some in a full stop or a blank, and has
// other dashes.
func operationKey(operation string) string {
	return strings.ToLower(strings.TrimRight(dashes.Replace(strings.TrimSpace(operation)), ". "))
}

// segments are the parts of an address between slashes, in lower case.
func segments(path string) []string {
	path = strings.Trim(strings.ToLower(path), "/")
	if path == "" {
		return nil
	}
	return strings.Split(path, "/")
}

// isAt says whether an address is that of a template, or below it where that counts.
func (c class) isAt(path []string) bool {
	if len(path) < len(c.template) || len(path) > len(c.template) && !c.below {
		return false
	}
	for i, want := range c.template {
		switch {
		case want == "{id}":
		case strings.HasPrefix(want, "{method}"):
			if kind, ok := strings.CutSuffix(path[i], strings.TrimPrefix(want, "{method}")); !ok || kind == "" {
				return false
			}
		case want != path[i]:
			return false
		}
	}
	return true
}

// kinds are the classes of what the audit log means, whatever the activity is called.
var kinds = map[auditlog.Kind]string{
	auditlog.PassIssued: "pass issued", auditlog.MethodRegistered: "method registered",
	auditlog.MethodDeleted: "method removed",
}

// classOf is the class of a deed: the first row of the file that fits.
func classOf(d deed) string {
	if name, ok := kinds[d.Kind]; ok {
		return name
	}
	operation, path := operationKey(d.Operation), segments(d.Path)
	if d.Source == record.GraphActivity {
		operation = strings.ToUpper(strings.TrimSpace(d.Operation))
	}
	for _, c := range classes[d.Source] {
		fits := operation == c.operation || c.begins && strings.HasPrefix(operation, c.operation)
		if fits && (d.Source != record.GraphActivity || c.isAt(path)) && c.holds(d) {
			return c.name
		}
	}
	return other
}
