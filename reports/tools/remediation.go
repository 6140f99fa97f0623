package tools

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"tapaudit/analysis"
	"tapaudit/ingest/regular"
	"tapaudit/reports/folder"
	"tapaudit/reports/tables"
	"tapaudit/reports/words"
)

// The script's lines are of two kinds: "## " and words, and "#" and a command. Who enables a command deletes its one
// number sign; words stay a comment even then. Commands hold no text of the evidence but ids that are GUIDs.
const (
	scriptFirstLine = "## Fixes proposed by tapaudit. Nothing in this file runs until you enable it."
)

// ErrPseudonyms is the error for a report whose ids are pseudonyms: no fix can be made for them.
var ErrPseudonyms = errors.New("the report's names and ids are pseudonyms; take the report that it was made from")

// Remediation counts what a script of fixes holds.
type Remediation struct {
	Fixed    int // open findings with a fix
	Unfixed  int // open findings that no command can fix
	Excepted int
}

// WriteRemediation writes path, a PowerShell script (Microsoft Graph PowerShell SDK) of the fixes that the open
// findings of the report folder dir call for, every line of it a comment, mode 0600. It takes findings.json as
// manifest.json lists it, and what a rule's findings call for from rules. The error wraps [folder.ErrNotReport] for a
// folder that is no report, or a file that is there and no such script, [folder.ErrDamaged] for a report that was
// changed, and [ErrPseudonyms].
func WriteRemediation(ctx context.Context, rules []analysis.Rule, dir, path string) (*Remediation, error) {
	m, err := folder.ReadManifest(dir)
	if err != nil {
		return nil, fmt.Errorf("%q: %w (%w)", dir, folder.ErrNotReport, err)
	}
	if m.Pseudonyms != "" {
		return nil, fmt.Errorf("%q: %w", dir, ErrPseudonyms)
	}
	root, err := regular.OpenFolder(dir)
	if err != nil {
		return nil, fmt.Errorf("report folder: %w", err)
	}
	defer root.Close()
	text, file, err := folder.ReadPart(root, "findings.json")
	if err != nil {
		return nil, fmt.Errorf("%q: findings.json: %s; a script of fixes needs a report in the format json", dir,
			regular.Reason(err))
	}
	if !slices.ContainsFunc(m.Outputs, func(f folder.ManifestFile) bool {
		return f.Path == "findings.json" && f.SHA256 == file.SHA256
	}) {
		return nil, fmt.Errorf("%q is %w: findings.json changed", dir, folder.ErrDamaged)
	}
	var findings []tables.Finding
	if err := json.Unmarshal(text, &findings); err != nil {
		return nil, fmt.Errorf("%q: findings.json cannot be read: %w; write the report again", dir, err)
	}
	if err := regular.NoDevice(path); err != nil {
		return nil, fmt.Errorf("script %q: %w", path, err)
	}
	folder, err := regular.OpenFolder(filepath.Dir(path))
	if err != nil {
		return nil, fmt.Errorf("script: %w", err)
	}
	defer folder.Close()
	name := filepath.Base(path)
	if err := checkScript(folder, name); err != nil {
		return nil, fmt.Errorf("%q is there already: %w; choose another name", path, err)
	}
	partialName := "." + name + ".partial-" + rand.Text()
	partial, err := folder.OpenFile(partialName, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, fmt.Errorf("script: %w", err)
	}
	// Without effect once the file has been moved into place.
	defer folder.Remove(partialName)
	out := bufio.NewWriter(&countedWriter{ctx, partial})
	s := remediation{w: out, done: map[string]string{}, fixes: map[string][]analysis.Fix{}}
	for _, r := range rules {
		s.fixes[r.ID] = r.Fix
	}
	s.script(m, findings)
	if err := errors.Join(out.Flush(), partial.Sync(), partial.Close()); err != nil {
		return nil, fmt.Errorf("script: %w", err)
	}
	if err := folder.Rename(partialName, name); err != nil {
		return nil, fmt.Errorf("script: %w", err)
	}
	return &s.count, nil
}

// countedWriter fails once the context has ended.
type countedWriter struct {
	ctx context.Context
	w   io.Writer
}

func (c *countedWriter) Write(p []byte) (int, error) {
	if err := context.Cause(c.ctx); err != nil {
		return 0, err
	}
	return c.w.Write(p)
}

// checkScript says whether a script may be written under the name: nothing is there, or one that tapaudit wrote, no
// link to one. Otherwise the error is [folder.ErrNotReport].
func checkScript(parent *os.Root, name string) error {
	file, err := regular.OpenPlain(parent, name)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err == nil {
		defer file.Close()
		if first, _ := bufio.NewReader(io.LimitReader(file, 1<<10)).ReadString('\n'); strings.TrimRight(first,
			"\r\n") == scriptFirstLine {
			return nil
		}
	}
	return folder.ErrNotReport
}

// remediation is a script being written.
type remediation struct {
	w     io.Writer
	fixes map[string][]analysis.Fix // by rule, in order; none for what no command can do
	done  map[string]string         // fix to the finding that has it
	count Remediation
}

// say writes words, which may be anybody's, as comments.
func (s *remediation) say(format string, args ...any) {
	for _, l := range words.Wrap(110, 40, words.Line(fmt.Sprintf(format, args...))) {
		fmt.Fprintln(s.w, "## "+l)
	}
}

// command writes a command of ours; every value of the evidence in it has gone through [guid].
func (s *remediation) command(text string) { fmt.Fprintln(s.w, "#"+text) }

func (s *remediation) blank() { fmt.Fprintln(s.w) }

var isGUID = regexp.MustCompile(`\A[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\z`)

func (s *remediation) script(m *folder.Manifest, findings []tables.Finding) {
	fmt.Fprintln(s.w, scriptFirstLine)
	s.say("Read each finding, verify it as the report's rule says, then delete the one # before a command that you want. " +
		"Lines that begin with ## are words and stay comments. Commands that change something ask first (-Confirm).")
	s.say("Modules: Microsoft.Graph.Authentication, Microsoft.Graph.Identity.SignIns, Microsoft.Graph.Users.Actions, Microsoft.Graph.Identity.Governance, Microsoft.Graph.Applications.")
	s.say("A person needs a role besides: Authentication Policy Administrator for the policy, Authentication Administrator (for privileged users " +
		"Privileged Authentication Administrator) for passes, methods and sessions, Privileged Role Administrator for roles, Application Administrator for applications.")
	if m.Period.From != nil && m.Period.To != nil {
		s.say("Report: %s, %s (UTC); rules %s.", words.Or(m.Organisation, "no organisation named"),
			words.Spanned(analysis.Period{From: *m.Period.From, To: *m.Period.To}), m.RulesSHA256)
	}
	var tenants []string
	for _, f := range findings {
		if f.Status != "excepted" && len(s.fixes[f.RuleID]) > 0 && !slices.Contains(tenants, f.TenantID) {
			tenants = append(tenants, f.TenantID)
		}
	}
	for _, tenant := range tenants {
		s.blank()
		s.say("==== Tenant %s ====", tenant)
		s.connect(tenant, findings)
		for _, f := range findings {
			if f.TenantID == tenant && f.Status != "excepted" && len(s.fixes[f.RuleID]) > 0 {
				s.finding(f)
			}
		}
	}
	s.rest(findings)
}

// connect names the scopes that the fixes of a tenant need, and no others.
func (s *remediation) connect(tenant string, findings []tables.Finding) {
	var scopes []string
	for _, f := range findings {
		if f.TenantID != tenant || f.Status == "excepted" {
			continue
		}
		for _, x := range s.fixes[f.RuleID] {
			for _, scope := range x.Scopes {
				if !slices.Contains(scopes, scope) {
					scopes = append(scopes, scope)
				}
			}
		}
	}
	slices.Sort(scopes)
	s.say("The least permissions for everything below; leave out those of commands that you do not enable.")
	if !isGUID.MatchString(tenant) {
		s.say("The tenant's id is not known: add -TenantId with the right one.")
		s.command("Connect-MgGraph -Scopes " + strings.Join(quoteEach(scopes), ", "))
		return
	}
	s.command("Connect-MgGraph -TenantId '" + tenant + "' -Scopes " + strings.Join(quoteEach(scopes), ", "))
}

// quoteEach quotes constants of ours.
func quoteEach(list []string) []string {
	quoted := make([]string, len(list))
	for i, s := range list {
		quoted[i] = "'" + s + "'"
	}
	return quoted
}

func (s *remediation) finding(f tables.Finding) {
	s.blank()
	s.say("-- %s  %s  finding %s", strings.ToUpper(f.Severity), f.RuleID, f.FindingID)
	s.say("%s.", f.Title)
	s.say("Why: %s", words.Clip(1000, f.Summary))
	s.say("Subject: %s %s (%s)%s", f.SubjectType, words.Name(f.SubjectName), words.Name(f.SubjectID), actorOf(f))
	fixed := false
	for _, x := range s.fixes[f.RuleID] {
		if x.Subject != "" && x.Subject != f.SubjectType {
			continue
		}
		id, what := "", "tenant"
		switch x.About {
		case "subject":
			id, what = f.SubjectID, "subject"
		case "actor":
			id, what = f.ActorID, "actor"
		}
		s.say("%s", x.Words)
		if what != "tenant" && !isGUID.MatchString(id) {
			s.say("Left out: the %s's id is not known, or is none. Find it in the directory.", what)
			continue
		}
		fixed = true
		key := x.Words + "\x00" + f.TenantID + "\x00" + strings.ToLower(id)
		if other, there := s.done[key]; there {
			s.say("The commands stand at finding %s.", other)
			continue
		}
		s.done[key] = f.FindingID
		for _, c := range x.Commands {
			s.command(strings.ReplaceAll(c, "{id}", id))
		}
	}
	if fixed {
		s.count.Fixed++
	} else {
		s.count.Unfixed++
	}
}

func actorOf(f tables.Finding) string {
	if f.ActorID == "" && f.ActorName == "" {
		return ""
	}
	return "; actor: " + words.Name(f.ActorName) + " (" + words.Name(f.ActorID) + ")"
}

// rest names what has no commands, so that nothing seems settled by silence.
func (s *remediation) rest(findings []tables.Finding) {
	var unfixed, excepted []tables.Finding
	for _, f := range findings {
		switch {
		case f.Status == "excepted":
			excepted = append(excepted, f)
		case len(s.fixes[f.RuleID]) == 0 && analysis.Severity(f.Severity).Rank() > analysis.Severity("info").Rank():
			unfixed = append(unfixed, f)
		}
	}
	s.count.Unfixed += len(unfixed)
	s.count.Excepted = len(excepted)
	if len(unfixed) > 0 {
		s.blank()
		s.say("==== Open findings that no command settles ====")
		for _, f := range unfixed {
			s.say("%s  %s  finding %s: %s", strings.ToUpper(f.Severity), f.RuleID, f.FindingID,
				words.Clip(300, f.Summary))
			s.say("   %s", words.Clip(600, f.Remediation))
		}
	}
	if len(excepted) > 0 {
		s.blank()
		s.say("==== Excepted findings: no fixes ====")
		for _, f := range excepted {
			s.say("%s  %s  finding %s, excepted by %s: %s", strings.ToUpper(f.Severity), f.RuleID, f.FindingID,
				words.Or(words.Name(string(f.ExceptionOwner)), "nobody named"),
				words.Clip(300, string(f.ExceptionReason)))
		}
	}
}
