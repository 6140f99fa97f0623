package reports

import (
	"bufio"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
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
)

// The script's lines are of two kinds: "## " and words, and "#" and a command. Who enables a command deletes its one
// number sign; words stay a comment even then. Commands hold no text of the evidence but ids that are GUIDs.
const (
	scriptFirstLine = "## Fixes proposed by tapaudit. Nothing in this file runs until you enable it."
	tapType         = "#microsoft.graph.temporaryAccessPassAuthenticationMethodConfiguration"
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
// manifest.json lists it. The error wraps [ErrNotReport] for a folder that is no report, or a file that is there and
// no such script, [ErrDamaged] for a report that was changed, and [ErrPseudonyms].
func WriteRemediation(ctx context.Context, dir, path string) (*Remediation, error) {
	m, err := ReadManifest(dir)
	if err != nil {
		return nil, fmt.Errorf("%q: %w (%w)", dir, ErrNotReport, err)
	}
	if m.Pseudonyms != "" {
		return nil, fmt.Errorf("%q: %w", dir, ErrPseudonyms)
	}
	root, err := regular.OpenFolder(dir)
	if err != nil {
		return nil, fmt.Errorf("report folder: %w", err)
	}
	defer root.Close()
	text, err := regular.ReadPlain(root, "findings.json", largestPart)
	if err != nil {
		return nil, fmt.Errorf("%q: findings.json: %s; a script of fixes needs a report in the format json", dir, withoutPath(err))
	}
	sum := sha256.Sum256(text)
	if !slices.ContainsFunc(m.Outputs, func(f ManifestFile) bool {
		return f.Path == "findings.json" && f.SHA256 == hex.EncodeToString(sum[:])
	}) {
		return nil, fmt.Errorf("%q is %w: findings.json changed", dir, ErrDamaged)
	}
	var findings []findingRow
	if err := json.Unmarshal(text, &findings); err != nil {
		return nil, fmt.Errorf("%q: findings.json cannot be read: %w; write the report again", dir, err)
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
	s := remediation{w: out, done: map[string]string{}}
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

// checkScript says whether a script may be written under the name: nothing is there, or one that tapaudit wrote, no link
// to one. Otherwise the error is [ErrNotReport].
func checkScript(folder *os.Root, name string) error {
	file, err := regular.OpenPlain(folder, name)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err == nil {
		defer file.Close()
		if first, _ := bufio.NewReader(io.LimitReader(file, 1<<10)).ReadString('\n'); strings.TrimRight(first, "\r\n") == scriptFirstLine {
			return nil
		}
	}
	return ErrNotReport
}

// remediation is a script being written.
type remediation struct {
	w     io.Writer
	done  map[string]string // fix to the finding that has it
	count Remediation
}

// say writes words, which may be anybody's, as comments.
func (s *remediation) say(format string, args ...any) {
	for _, l := range wrap(110, 40, line(fmt.Sprintf(format, args...))) {
		fmt.Fprintln(s.w, "## "+l)
	}
}

// command writes a command of ours; every value of the evidence in it has gone through [guid].
func (s *remediation) command(text string) { fmt.Fprintln(s.w, "#"+text) }

func (s *remediation) blank() { fmt.Fprintln(s.w) }

var isGUID = regexp.MustCompile(`\A[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\z`)

func (s *remediation) script(m *Manifest, findings []findingRow) {
	fmt.Fprintln(s.w, scriptFirstLine)
	s.say("Read each finding, verify it as the report's rule says, then delete the one # before a command that you want. " +
		"Lines that begin with ## are words and stay comments. Commands that change something ask first (-Confirm).")
	s.say("Modules: Microsoft.Graph.Authentication, Microsoft.Graph.Identity.SignIns, Microsoft.Graph.Users.Actions, Microsoft.Graph.Identity.Governance, Microsoft.Graph.Applications.")
	s.say("A person needs a role besides: Authentication Policy Administrator for the policy, Authentication Administrator (for privileged users " +
		"Privileged Authentication Administrator) for passes, methods and sessions, Privileged Role Administrator for roles, Application Administrator for applications.")
	if m.Period.From != nil && m.Period.To != nil {
		s.say("Report: %s, %s to before %s UTC; rules %s.", or(m.Organisation, "no organisation named"), clock(*m.Period.From), clock(*m.Period.To), m.RulesSHA256)
	}
	var tenants []string
	for _, f := range findings {
		if f.Status != "excepted" && len(fixes[f.RuleID]) > 0 && !slices.Contains(tenants, f.TenantID) {
			tenants = append(tenants, f.TenantID)
		}
	}
	for _, tenant := range tenants {
		s.blank()
		s.say("==== Tenant %s ====", tenant)
		s.connect(tenant, findings)
		for _, f := range findings {
			if f.TenantID == tenant && f.Status != "excepted" && len(fixes[f.RuleID]) > 0 {
				s.finding(f)
			}
		}
	}
	s.rest(findings)
}

// connect names the scopes that the fixes of a tenant need, and no others.
func (s *remediation) connect(tenant string, findings []findingRow) {
	var scopes []string
	for _, f := range findings {
		if f.TenantID != tenant || f.Status == "excepted" {
			continue
		}
		for _, x := range fixes[f.RuleID] {
			for _, scope := range x.scopes {
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

func (s *remediation) finding(f findingRow) {
	s.blank()
	s.say("-- %s  %s  finding %s", strings.ToUpper(f.Severity), f.RuleID, f.FindingID)
	s.say("%s.", f.Title)
	s.say("Why: %s", clip(1000, f.Summary))
	s.say("Subject: %s %s (%s)%s", f.SubjectType, clip(nameLength, f.SubjectName), clip(nameLength, f.SubjectID), actorOf(f))
	fixed := false
	for _, x := range fixes[f.RuleID] {
		if x.subject != "" && x.subject != f.SubjectType {
			continue
		}
		id, what := "", "tenant"
		switch x.about {
		case "subject":
			id, what = f.SubjectID, "subject"
		case "actor":
			id, what = f.ActorID, "actor"
		}
		s.say("%s", x.words)
		if what != "tenant" && !isGUID.MatchString(id) {
			s.say("Left out: the %s's id is not known, or is none. Find it in the directory.", what)
			continue
		}
		fixed = true
		key := x.words + "\x00" + f.TenantID + "\x00" + strings.ToLower(id)
		if other, there := s.done[key]; there {
			s.say("The commands stand at finding %s.", other)
			continue
		}
		s.done[key] = f.FindingID
		for _, c := range x.commands {
			s.command(strings.ReplaceAll(c, "{id}", id))
		}
	}
	if fixed {
		s.count.Fixed++
	} else {
		s.count.Unfixed++
	}
}

func actorOf(f findingRow) string {
	if f.ActorID == "" && f.ActorName == "" {
		return ""
	}
	return "; actor: " + clip(nameLength, f.ActorName) + " (" + clip(nameLength, f.ActorID) + ")"
}

// rest names what has no commands, so that nothing seems settled by silence.
func (s *remediation) rest(findings []findingRow) {
	var unfixed, excepted []findingRow
	for _, f := range findings {
		switch {
		case f.Status == "excepted":
			excepted = append(excepted, f)
		case len(fixes[f.RuleID]) == 0 && analysis.Severity(f.Severity).Rank() > analysis.Severity("info").Rank():
			unfixed = append(unfixed, f)
		}
	}
	s.count.Unfixed += len(unfixed)
	s.count.Excepted = len(excepted)
	if len(unfixed) > 0 {
		s.blank()
		s.say("==== Open findings that no command settles ====")
		for _, f := range unfixed {
			s.say("%s  %s  finding %s: %s", strings.ToUpper(f.Severity), f.RuleID, f.FindingID, clip(300, f.Summary))
			s.say("   %s", clip(600, f.Remediation))
		}
	}
	if len(excepted) > 0 {
		s.blank()
		s.say("==== Excepted findings: no fixes ====")
		for _, f := range excepted {
			s.say("%s  %s  finding %s, excepted by %s: %s", strings.ToUpper(f.Severity), f.RuleID, f.FindingID,
				or(clip(nameLength, value(f.ExceptionOwner)), "nobody named"), clip(300, value(f.ExceptionReason)))
		}
	}
}

// fix is a kind of remedy. In commands {id} stands for the id of whom it is about, a GUID.
type fix struct {
	words    string
	about    string // subject, actor or "" for the tenant
	subject  string // only for findings whose subject is of this type; "" for any
	scopes   []string
	commands []string
}

// updatePolicy shows the policy and changes only what the body names. Each command stands on a line of its own and needs
// no other: a person may enable one and not the next.
func updatePolicy(change string) []string {
	return []string{
		"Get-MgPolicyAuthenticationMethodPolicyAuthenticationMethodConfiguration -AuthenticationMethodConfigurationId 'TemporaryAccessPass' | ConvertTo-Json -Depth 6",
		"Update-MgPolicyAuthenticationMethodPolicyAuthenticationMethodConfiguration -AuthenticationMethodConfigurationId 'TemporaryAccessPass' -Confirm -BodyParameter @{ '@odata.type' = '" + tapType + "'; " + change + " }",
	}
}

var policyScopes = []string{"Policy.ReadWrite.AuthenticationMethod"}

// Commands and permissions: Microsoft Learn, reference of the Microsoft Graph PowerShell SDK and of Microsoft Graph v1.0.
var (
	disableTAP = fix{words: "Disable Temporary Access Pass, if nobody needs it.", scopes: policyScopes, commands: updatePolicy("state = 'disabled'")}
	narrowTAP  = fix{
		words:  "Include only a group of people who are being brought in, without privileged users. Put the group's object id in place of GROUP-ID first.",
		scopes: policyScopes, commands: updatePolicy("includeTargets = @(@{ targetType = 'group'; id = 'GROUP-ID'; isRegistrationRequired = $false })"),
	}
	onceTAP     = fix{words: "Make every pass work once only.", scopes: policyScopes, commands: updatePolicy("isUsableOnce = $true")}
	lifetimeTAP = fix{
		words:  "Lower the maximum lifetime to a working day. The default and the minimum lifetime must not be higher.",
		scopes: policyScopes, commands: updatePolicy("maximumLifetimeInMinutes = 480"),
	}
	reviewTAP = fix{
		words: "Look at the policy as it is now, and put back what nobody asked for.", scopes: []string{"Policy.Read.AuthenticationMethod"},
		commands: []string{"Get-MgPolicyAuthenticationMethodPolicyAuthenticationMethodConfiguration -AuthenticationMethodConfigurationId 'TemporaryAccessPass' | ConvertTo-Json -Depth 6"},
	}
	deletePass = fix{
		words: "Delete the user's pass, if one is still live.", about: "subject", subject: "user", scopes: []string{"UserAuthMethod-TAP.ReadWrite.All"},
		commands: []string{
			"Get-MgUserAuthenticationTemporaryAccessPassMethod -UserId '{id}'",
			"Get-MgUserAuthenticationTemporaryAccessPassMethod -UserId '{id}' | ForEach-Object { Remove-MgUserAuthenticationTemporaryAccessPassMethod -UserId '{id}' -TemporaryAccessPassAuthenticationMethodId $_.Id -Confirm }",
		},
	}
	revokeUser = fix{
		words: "Revoke the user's sessions.", about: "subject", subject: "user", scopes: []string{"User.RevokeSessions.All"},
		commands: []string{"Revoke-MgUserSignInSession -UserId '{id}' -Confirm"},
	}
	reviewMethods = fix{
		words: "Review the user's sign-in methods with the user, and remove those that are not theirs (Remove-MgUserAuthenticationFido2Method, Remove-MgUserAuthenticationMicrosoftAuthenticatorMethod, Remove-MgUserAuthenticationPhoneMethod and so on; these need UserAuthenticationMethod.ReadWrite.All).",
		about: "subject", subject: "user", scopes: []string{"UserAuthenticationMethod.Read.All"},
		commands: []string{"Get-MgUserAuthenticationMethod -UserId '{id}' | ForEach-Object { [pscustomobject]@{ Id = $_.Id; Type = $_.AdditionalProperties['@odata.type'] } }"},
	}
	revokeActor = fix{
		words: "Revoke the sessions of who issued or changed.", about: "actor", scopes: []string{"User.RevokeSessions.All"},
		commands: []string{"Revoke-MgUserSignInSession -UserId '{id}' -Confirm"},
	}
	removeRole = fix{
		words: "List the directory roles of who issued or changed, and remove the one that lets them, if they should not have it. Put the assignment's id in place of ASSIGNMENT-ID first. An eligible assignment is taken back in Privileged Identity Management.",
		about: "actor", scopes: []string{"RoleManagement.ReadWrite.Directory"},
		commands: []string{
			"Get-MgRoleManagementDirectoryRoleAssignment -Filter \"principalId eq '{id}'\" -ExpandProperty roleDefinition | ForEach-Object { [pscustomobject]@{ Id = $_.Id; Role = $_.RoleDefinition.DisplayName; Scope = $_.DirectoryScopeId } }",
			"Remove-MgRoleManagementDirectoryRoleAssignment -UnifiedRoleAssignmentId 'ASSIGNMENT-ID' -Confirm",
		},
	}
	disableApplication = fix{
		words: "Keep the application from signing in until somebody answers for it.", about: "actor", scopes: []string{"Application.ReadWrite.All"},
		commands: []string{
			"Get-MgServicePrincipal -Filter \"appId eq '{id}'\"",
			"Get-MgServicePrincipal -Filter \"appId eq '{id}'\" | ForEach-Object { Update-MgServicePrincipal -ServicePrincipalId $_.Id -AccountEnabled:$false -Confirm }",
		},
	}

	takenOver = []fix{revokeUser, deletePass, reviewMethods}
)

// fixes are what the findings of a rule call for, in order; a rule that is not here has none that a command could do.
var fixes = map[string][]fix{
	"TEMPORARY-ACCESS-PASS-FEATURE-ENABLED": {disableTAP},
	"TAP-POLICY-UNUSED":                     {disableTAP},
	"TAP-POLICY-ALL-USERS":                  {narrowTAP},
	"TAP-POLICY-PRIVILEGED-IN-SCOPE":        {narrowTAP},
	"TAP-POLICY-MULTI-USE":                  {onceTAP},
	"TAP-POLICY-LIFETIME":                   {lifetimeTAP},
	"TAP-POLICY-WEAKENED":                   {reviewTAP, removeRole},
	"TAP-POLICY-TRANSIENT":                  {reviewTAP, removeRole},
	"TAP-POLICY-CHANGE-UNLOGGED":            {reviewTAP},
	"TAP-POLICY-CHANGE-UNREADABLE":          {reviewTAP},

	"TAP-PASS-UNLOGGED":               {deletePass},
	"TAP-ISSUED-TO-PRIVILEGED-USER":   {deletePass},
	"TAP-ISSUED-TO-SYNC-ACCOUNT":      {deletePass, revokeUser},
	"TAP-ISSUED-TO-GUEST":             {deletePass},
	"TAP-ISSUED-WITHOUT-NEED":         {deletePass},
	"TAP-STRIP-THEN-ISSUE":            {deletePass, reviewMethods},
	"TAP-ISSUED-BY-SELF":              {deletePass},
	"TAP-ISSUED-BY-UNAPPROVED-ISSUER": {deletePass, removeRole},
	"TAP-ISSUED-BY-APPLICATION":       {disableApplication},
	"TAP-ISSUED-IN-BULK":              {removeRole},
	"TAP-LIFETIME-EXCESSIVE":          {deletePass},
	"TAP-ISSUED-MULTI-USE":            {deletePass},
	"TAP-ISSUED-AFTER-RISKY-SIGNIN":   {deletePass, revokeActor},
	"TAP-ROLE-THEN-ISSUE":             {deletePass, removeRole},
	"TAP-SCOPE-THEN-ISSUE":            {deletePass},
	"TAP-POLICY-THEN-ISSUE":           {deletePass, removeRole, revokeActor},

	"TAP-SIGNIN-AFTER-END":           takenOver,
	"TAP-SIGNIN-WITHOUT-ISSUANCE":    takenOver,
	"TAP-SIGNIN-FROM-ISSUER-NETWORK": takenOver,
	"TAP-SIGNIN-UNFAMILIAR-NETWORK":  takenOver,
	"TAP-SIGNIN-RISKY":               takenOver,
	"TAP-SIGNIN-DEVICE-CODE":         takenOver,
	"TAP-SIGNIN-BEYOND-BOOTSTRAP":    {revokeUser},
	"TAP-PASS-REUSED":                takenOver,
	"TAP-GUESSING":                   {deletePass},
	"TAP-GUESSED":                    takenOver,
	"TAP-TAKEOVER-CHAIN":             takenOver,
}
