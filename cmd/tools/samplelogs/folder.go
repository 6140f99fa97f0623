package main

import (
	"bufio"
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/klauspost/compress/gzip"

	"tapaudit/ingest/madeup"
)

// folder collects the files of sample-logs, by slash-separated path.
type folder map[string][]byte

// line is a value as one line of JSON without its newline, with <, > and & left as exports leave them.
func line(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// page adds a Graph page with a record per line.
func page[T any](f folder, path, context string, records []T) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "{\"@odata.context\":\"https://graph.microsoft.com/%s\",\"value\":[", context)
	for i, r := range records {
		l, err := line(r)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('\n')
		b.Write(l)
	}
	b.WriteString("\n]}\n")
	f[path] = b.Bytes()
	return nil
}

// indented adds a file that people read.
func (f folder) indented(path string, v any) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	err := e.Encode(v)
	f[path] = b.Bytes()
	return err
}

// blobs adds Azure Monitor records under the path that a storage account gives them, an hour each.
func (f folder) blobs(kind, container, ending string, t *tenant, records []envelope) error {
	slices.SortStableFunc(records, func(a, b envelope) int { return a.time.Compare(b.time) })
	hours := map[string]*bytes.Buffer{}
	for _, r := range records {
		path := fmt.Sprintf("evidence/%s/%s/tenantId=%s/y=%s/m=00/PT1H.json%s", kind, container, t.id,
			r.time.Format("2006/m=01/d=02/h=15"), ending)
		if hours[path] == nil {
			hours[path] = &bytes.Buffer{}
		}
		l, err := line(r)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		hours[path].Write(append(l, '\n'))
	}
	for path, b := range hours {
		if ending != ".gz" {
			f[path] = b.Bytes()
			continue
		}
		packed, err := pack(b.Bytes())
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		f[path] = packed
	}
	return nil
}

// pack is the content as gzip, without name or time.
func pack(content []byte) ([]byte, error) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(content); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// pack replaces the file by its gzip.
func (f folder) pack(path string) error {
	packed, err := pack(f[path])
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	delete(f, path)
	f[path+".gz"] = packed
	return nil
}

// The contexts of Graph's pages.
const (
	signInContext            = "beta/$metadata#auditLogs/signIns"
	auditContext             = "v1.0/$metadata#auditLogs/directoryAudits"
	conditionalAccessContext = "v1.0/$metadata#identity/conditionalAccess/policies"
)

// write writes everything under r.out.
func (w *world) write(r request) error {
	f := folder{}
	w.contoso.sort()
	w.fabrikam.sort()
	w.wingtip.sort()
	for _, part := range []func(folder) error{w.signInFiles, w.auditFiles, w.policyFiles, w.activityFiles, w.oddFiles} {
		if err := part(f); err != nil {
			return err
		}
	}
	if r.signIns > 0 {
		if err := w.writeStream(r); err != nil {
			return err
		}
	}
	// The list of users comes after everybody who is in the stream.
	if err := w.directoryFiles(f, w.contoso); err != nil {
		return err
	}
	w.configurationFiles(f)
	if err := w.truthFiles(f); err != nil {
		return err
	}
	if r.signIns == 0 {
		if err := newNorthwind(r.seed).write(f); err != nil {
			return err
		}
	}
	return f.write(r.out)
}

// sort puts the tenant's records in the order of time.
func (t *tenant) sort() {
	slices.SortFunc(t.signIns, func(a, b *signIn) int {
		return cmp.Or(a.time.Compare(b.time), cmp.Compare(a.ID, b.ID))
	})
	slices.SortFunc(t.audits, func(a, b *auditEvent) int {
		return cmp.Or(a.time.Compare(b.time), cmp.Compare(a.ID, b.ID))
	})
}

// write writes the files below out.
func (f folder) write(out string) error {
	for path, content := range f {
		full := filepath.Join(out, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			return fmt.Errorf("cannot write the sample: %w", err)
		}
		if err := os.WriteFile(full, content, 0o644); err != nil {
			return fmt.Errorf("cannot write the sample: %w", err)
		}
	}
	return nil
}

func (w *world) signInFiles(f folder) error {
	c := w.contoso
	months := map[string][]*signIn{}
	var plain []madeup.SignIn
	var interactive, background []envelope
	for _, s := range c.signIns {
		month := s.time.Format("2006-01")
		switch {
		case s.IsInteractive && c.blind.holds(s.time):
			plain = append(plain, s.plain())
			continue
		case s.IsInteractive && s.time.Before(blobsFrom.AddDate(0, 0, 1)):
			path := "evidence/signins/signIns-interactive-" + month + ".json"
			months[path] = append(months[path], s)
		case s.time.Before(blobsFrom):
			path := "evidence/signins/signIns-nonInteractive-" + month + ".json"
			months[path] = append(months[path], s)
		}
		if s.time.Before(blobsFrom) {
			continue
		}
		e, err := s.diagnostic(c)
		if err != nil {
			return err
		}
		if s.IsInteractive {
			interactive = append(interactive, e)
		} else {
			background = append(background, e)
		}
	}
	for path, records := range months {
		if err := page(f, path, signInContext, records); err != nil {
			return err
		}
		if !strings.Contains(path, "-2026-06") && !strings.Contains(path, "-2026-07") {
			continue
		}
		// The first two months are packed, so that the folder stays small.
		if err := f.pack(path); err != nil {
			return err
		}
	}
	if err := page(f, "evidence/signins/tenantId="+c.id+"/signIns-v1.0-2026-08.json",
		"v1.0/$metadata#auditLogs/signIns", plain); err != nil {
		return err
	}
	for _, t := range []*tenant{w.fabrikam, w.wingtip} {
		if err := page(f, "evidence/signins/tenantId="+t.id+"/signIns-2026-09.json", signInContext,
			t.signIns); err != nil {
			return err
		}
	}
	if err := f.blobs("signins", "insights-logs-signinlogs", ".gz", c, interactive); err != nil {
		return err
	}
	return f.blobs("signins", "insights-logs-noninteractiveusersigninlogs", ".gz", c, background)
}

// brokenHour is the hour of 29 September whose audit blob holds a broken line.
const brokenHour = "y=2026/m=09/d=29/h=08"

func (w *world) auditFiles(f folder) error {
	c := w.contoso
	months := map[string][]*auditEvent{}
	var late []envelope
	for _, e := range c.audits {
		if e.time.Before(auditBlobsFrom) {
			path := "evidence/audit/tenantId=" + c.id + "/directoryAudits-" + e.time.Format("2006-01") + ".json"
			months[path] = append(months[path], e)
		} else {
			late = append(late, e.diagnostic(c))
		}
	}
	for path, records := range months {
		if err := page(f, path, auditContext, records); err != nil {
			return err
		}
	}
	for _, t := range []*tenant{w.fabrikam, w.wingtip} {
		if err := page(f, "evidence/audit/tenantId="+t.id+"/directoryAudits-2026-09.json", auditContext,
			t.audits); err != nil {
			return err
		}
	}

	// An export of July that was interrupted in its fourth record; all it holds is in the whole one too.
	july := "evidence/audit/tenantId=" + c.id + "/directoryAudits-2026-07"
	whole := f[july+".json"]
	lines := bytes.SplitAfterN(whole, []byte("\n"), 6)
	if len(lines) < 6 {
		return fmt.Errorf("%s.json: too few records to cut", july)
	}
	cut := bytes.Join(lines[:4], nil)
	cut = append(cut, lines[4][:len(lines[4])/2]...)
	f[july+"-interrupted.json"] = cut
	w.expectFile("EVIDENCE-TRUNCATED", "medium", july+"-interrupted.json", cut)
	w.expectFile("EVIDENCE-QUARANTINED", "low", july+"-interrupted.json", cut)

	if err := f.blobs("audit", "insights-logs-auditlogs", "", c, late); err != nil {
		return err
	}
	for path, content := range f {
		if !strings.Contains(path, "insights-logs-auditlogs") || !strings.Contains(path, brokenHour) {
			continue
		}
		first, rest, ok := bytes.Cut(content, []byte("\n"))
		if !ok || len(rest) == 0 {
			return fmt.Errorf("%s: needs two records to hold a broken line between them", path)
		}
		broken := `{"time":"2026-09-29T08:00:00.0000000Z","resourceId":"/tenants/` + c.id +
			`/providers/Microsoft.aadiam","category":"AuditLogs","operationName":"Update user","properties":{"id":"Directory_broken","activityDisplayName":`
		f[path] = fmt.Appendf(nil, "%s\n%s\n%s", first, broken, rest)
		w.expectFile("EVIDENCE-QUARANTINED", "low", path, f[path])
		return nil
	}
	return fmt.Errorf("no audit blob of %s to break a line in", brokenHour)
}

func (w *world) policyFiles(f folder) error {
	c := w.contoso
	onboarding := policyTarget{"group", c.group, false}
	in := "evidence/policy/tenantId=" + c.id + "/"
	if err := f.indented(in+"authenticationMethodsPolicy_"+snapshotFirst.Format(time.DateOnly)+".json",
		snapshot(true, 480, onboarding)); err != nil {
		return err
	}
	// Two days of lifetime, though the last logged change says one.
	if err := f.indented(in+"authenticationMethodsPolicy_"+snapshotLast.Format(time.DateOnly)+".json",
		snapshot(false, 2880, onboarding, policyTarget{"group", "all_users", false})); err != nil {
		return err
	}
	if err := f.indented("evidence/policy/tenantId="+w.wingtip.id+"/authenticationMethodsPolicy_"+
		snapshotLast.Format(time.DateOnly)+".json",
		snapshot(true, 480, policyTarget{"group", w.wingtip.group, false})); err != nil {
		return err
	}
	return page(f, in+"conditionalAccessPolicies_"+snapshotLast.Format(time.DateOnly)+".json",
		conditionalAccessContext, w.conditionalAccess(c, "disabled"))
}

// member is a user in the export of a role or a group.
type member struct {
	Type string `json:"@odata.type"`
	ID   string `json:"id"`
	Name string `json:"displayName"`
	UPN  string `json:"userPrincipalName"`
}

func (p *person) asMember() member {
	return member{"#microsoft.graph.user", p.id, p.name, p.upn}
}

// directoryFiles adds the tenant's users and roles, and the passes of users as exported.
func (w *world) directoryFiles(f folder, t *tenant) error {
	type user struct {
		ID       string `json:"id"`
		UPN      string `json:"userPrincipalName"`
		Name     string `json:"displayName"`
		UserType string `json:"userType"`
		Enabled  bool   `json:"accountEnabled"`
		Created  string `json:"createdDateTime"`
	}
	type directoryRole struct {
		ID       string   `json:"id"`
		Name     string   `json:"displayName"`
		Template string   `json:"roleTemplateId"`
		Members  []member `json:"members"`
	}
	type assignment struct {
		ID         string `json:"id"`
		Principal  string `json:"principalId"`
		Definition string `json:"roleDefinitionId"`
		Scope      string `json:"directoryScopeId"`
	}
	type method struct {
		ID       string  `json:"id"`
		Passcode *string `json:"temporaryAccessPass"`
		Created  string  `json:"createdDateTime"`
		Start    string  `json:"startDateTime"`
		Lifetime int     `json:"lifetimeInMinutes"`
		Once     bool    `json:"isUsableOnce"`
		Usable   bool    `json:"isUsable"`
		Reason   string  `json:"methodUsabilityReason"`
	}
	in := "evidence/directory/tenantId=" + t.id + "/"
	var users []user
	for _, p := range t.people {
		users = append(users, user{p.id, p.upn, p.name, p.userType, true, stamp(p.created)})
	}
	if err := page(f, in+"users.json",
		"v1.0/$metadata#users(id,userPrincipalName,displayName,userType,accountEnabled,createdDateTime)",
		users); err != nil {
		return err
	}
	var roles []directoryRole
	var assignments []assignment
	for _, r := range t.roles {
		d := directoryRole{w.guid("role", r.name), r.name, r.template, nil}
		for _, p := range r.members {
			d.Members = append(d.Members, p.asMember())
			assignments = append(assignments, assignment{w.guid("role assignment", r.name, p.upn), p.id, r.template,
				"/"})
		}
		roles = append(roles, d)
	}
	if err := page(f, in+"roles.json", "v1.0/$metadata#directoryRoles(members())", roles); err != nil {
		return err
	}
	if err := page(f, in+"roleAssignments.json", "v1.0/$metadata#roleManagement/directory/roleAssignments",
		assignments); err != nil {
		return err
	}
	for _, h := range w.held {
		m := method{ID: h.id, Created: stamp(h.created), Start: stamp(h.created), Lifetime: h.minutes, Once: h.once,
			Reason: "Expired"}
		if h.passcode != "" {
			m.Passcode = &h.passcode
		}
		path := in + "temporaryAccessPassMethods_" + h.user.id + "_" + snapshotLast.Format(time.DateOnly) + ".json"
		if err := page(f, path, "v1.0/$metadata#users('"+h.user.id+"')/authentication/temporaryAccessPassMethods",
			[]method{m}); err != nil {
			return err
		}
		if h.passcode != "" {
			w.expectFile("EVIDENCE-HOLDS-PASSCODE", "high", path, f[path])
		}
	}
	return nil
}

// expectFile states a finding about a file, whose subject is its SHA-256.
func (w *world) expectFile(rule, severity, path string, content []byte) {
	w.truth.Findings = append(w.truth.Findings, finding{
		Rule: rule, Tenant: w.contoso.id, Subject: fmt.Sprintf("%x", sha256.Sum256(content)),
		SubjectName: strings.TrimPrefix(path, "evidence/"), Severity: severity, Status: "open",
	})
}

func (w *world) truthFiles(f folder) error {
	w.truth.sorted()
	if err := f.indented("truth.json", w.truth); err != nil {
		return err
	}
	// Without configuration only the ledger is stated.
	return f.indented("truth-bare.json", truth{w.truth.Period, []finding{}, w.truth.bare, nil})
}

// writeStream writes the ordinary sign-ins beyond those of the blind days straight to their file.
func (w *world) writeStream(r request) (err error) {
	n := r.signIns - w.blindOrdinary
	if n < 0 {
		return fmt.Errorf("--signins: %d of them lie on the two days without steps already; ask for more",
			w.blindOrdinary)
	}
	path := filepath.Join(r.out, "evidence", "signins", "signIns-ordinary.ndjson")
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("cannot write the sample: %w", err)
	}
	file, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("cannot write the sample: %w", err)
	}
	defer func() {
		if e := file.Close(); err == nil {
			err = e
		}
	}()
	b := bufio.NewWriterSize(file, 1<<20)
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	if err := w.stream(n, func(s *signIn) error { return e.Encode(s) }); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return b.Flush()
}
