package analysis

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// Keys name records in what rules return: a: an audit event's number, s: a sign-in's number, p: a snapshot's source
// and ordinal, f: a file's source.

func auditKey(e *auditEvent) string    { return fmt.Sprintf("a:%d", e.no) }
func snapshotKey(p recordPlace) string { return fmt.Sprintf("p:%d:%d:%d", p.source, p.line, p.ordinal) }
func signInKey(s *tapSignIn) string    { return fmt.Sprintf("s:%d", s.no) }

func signInKeys(l *login) []string {
	keys := make([]string, len(l.signIns))
	for i, s := range l.signIns {
		keys[i] = signInKey(s)
	}
	return keys
}

func (a *audit) storeEvents(ctx context.Context) error {
	t := table{name: "audit_events", columns: columns(
		"event_no BIGINT", "record VARCHAR", "tenant_id VARCHAR", "id VARCHAR", "time TIMESTAMP", "activity VARCHAR", "kind VARCHAR", "result VARCHAR",
		"reason VARCHAR", "correlation_id VARCHAR", "issuer_type VARCHAR", "issuer_id VARCHAR", "issuer_name VARCHAR", "issuer_ip VARCHAR",
		"user_id VARCHAR", "user_name VARCHAR", "group_id VARCHAR", "group_name VARCHAR", "role_name VARCHAR", "role_template VARCHAR",
	)}
	devices := table{name: "device_events", columns: columns("tenant_id VARCHAR", "user_id VARCHAR", "time TIMESTAMP", "record VARCHAR")}
	methods := table{name: "method_events", columns: devices.columns}
	for _, e := range a.events {
		t.add(e.no, auditKey(e), e.tenant, e.id, e.time, e.activity, string(e.kind), e.result, e.reason, strings.ToLower(e.correlation),
			e.issuerType, e.issuerID, e.issuerName, e.issuerIP, e.userID, a.nameOf(e.tenant, e.userID), e.groupID, e.groupName, e.roleName, e.roleTemplate)
	}
	for key, events := range a.deviceEvents {
		for _, e := range events {
			devices.add(key.tenant, key.user, e.time, auditKey(e))
		}
	}
	for key, events := range a.methodEvents {
		for _, e := range events {
			methods.add(key.tenant, key.user, e.time, auditKey(e))
		}
	}
	for _, t := range []table{t, devices, methods} {
		if err := t.store(ctx, a.c); err != nil {
			return err
		}
	}
	return nil
}

// storePassParties names who received or issued a pass: their sign-ins matter.
func (a *audit) storePassParties(ctx context.Context) error {
	t := table{name: "pass_parties", columns: columns("tenant_id VARCHAR", "user_id VARCHAR")}
	seen := map[userKey]bool{}
	for _, p := range a.passes {
		parties := []string{p.userID}
		if p.event.issuerType == "user" {
			parties = append(parties, p.event.issuerID)
		}
		for _, user := range parties {
			if key := (userKey{p.tenant, user}); user != "" && !seen[key] {
				seen[key] = true
				t.add(p.tenant, user)
			}
		}
	}
	return t.store(ctx, a.c)
}

func (a *audit) storePasses(ctx context.Context) error {
	t := table{name: "passes", columns: columns(
		"pass_no BIGINT", "record VARCHAR", "tenant_id VARCHAR", "pass_id VARCHAR", "user_id VARCHAR", "user_name VARCHAR", "user_type VARCHAR", "user_created TIMESTAMP",
		"issued_at TIMESTAMP", "issuer_type VARCHAR", "issuer_id VARCHAR", "issuer_name VARCHAR", "issuer_ip VARCHAR", "approved_user BOOLEAN", "approved_application BOOLEAN",
		"starts_at TIMESTAMP", "end_time TIMESTAMP", "end_logged BOOLEAN", "ended_at TIMESTAMP", "ended_by VARCHAR", "usage VARCHAR", "logged_usage VARCHAR",
		"never_valid BOOLEAN", "logins BIGINT", "in_hours BOOLEAN", "purpose_at_start VARCHAR", "covered BOOLEAN",
		"scope_known BOOLEAN",
	)}
	for _, p := range a.passes {
		e := p.event
		person := a.people[userKey{p.tenant, p.userID}]
		var created time.Time
		var userType string
		if person != nil {
			created, userType = person.created, person.userType
		}
		var inHours any
		if h := a.settings.Hours; h != nil {
			inHours = h.Contains(e.time)
		}
		_, scopeKnown := a.policyAt(p.tenant, e.time).ForEvents().Included()
		t.add(p.no, auditKey(e), p.tenant, e.passID, p.userID, a.nameOf(p.tenant, p.userID), userType, created,
			e.time, e.issuerType, e.issuerID, e.issuerName, e.issuerIP,
			e.issuerType == "user" && a.settings.ApprovedUsers != nil && onList(*a.settings.ApprovedUsers, e.issuerNames), a.approvedApplication(e),
			p.start, p.end, p.endLogged, p.endedAt, p.endedBy, p.usage, e.passUsage,
			p.neverValid(), len(p.logins), inHours, a.purposeAtStart(p).State,
			a.coverage.covers(p.tenant, logTAPSignIn, p.start, p.endedAt), scopeKnown)
	}
	return t.store(ctx, a.c)
}

// purposeAtStart is the criterion "purpose" asked at the pass's start, before any log-in.
func (a *audit) purposeAtStart(p *pass) Criterion {
	if reason := a.newUser(p.tenant, p.userID, p.start); reason != "" {
		return Criterion{criterionPurpose, Met, reason}
	}
	if reason := a.deviceAfter(p.tenant, p.userID, p.start); reason != "" {
		return Criterion{criterionPurpose, Met, reason}
	}
	if reason := a.registered(p.tenant, p.userID, p.event.passID, p.start); reason != "" {
		return Criterion{criterionPurpose, Met, reason}
	}
	return a.purposeless(p.tenant, p.userID, p.start)
}

func (a *audit) storeLogins(ctx context.Context) error {
	t := table{name: "logins_and_blocked", columns: columns(
		"login_no BIGINT", "tenant_id VARCHAR", "user_id VARCHAR", "user_name VARCHAR", "time TIMESTAMP", "last_time TIMESTAMP", "ip VARCHAR", "outcome VARCHAR", "applications VARCHAR",
		"signins BIGINT", "records VARCHAR[]", "pass_no BIGINT", "pass_known BOOLEAN", "footprint_until TIMESTAMP", "supervised VARCHAR",
		"issued VARCHAR", "approved_issuer VARCHAR", "four_eyes VARCHAR", "purpose VARCHAR", "place VARCHAR", "hours VARCHAR", "prompt VARCHAR",
		"outcome_registered VARCHAR", "closed VARCHAR", "failed_criteria VARCHAR[]", "failed_reasons VARCHAR", "ended_recently BOOLEAN", "issued_reason VARCHAR", "outcome_reason VARCHAR",
		"strange_signin BIGINT", "strange_earlier BIGINT", "strange_enough BOOLEAN",
	)}
	members := table{name: "login_signins", columns: columns("login_no BIGINT", "signin_no BIGINT")}
	for _, l := range a.logins {
		var passNo, strange, earlier, enough any
		if s := l.strange; s != nil {
			strange, earlier, enough = s.no, s.earlier, s.earlier >= fewestEarlier
		}
		endedRecently := false
		if l.pass != nil {
			passNo = l.pass.no
			// An inferred end proves nothing: the pass may have been given less time than the policy allows.
			endedRecently = (l.pass.endLogged || l.pass.endedBy != "expiry") && l.pass.endedAt.Before(l.time) && l.time.Sub(l.pass.endedAt) < 30*day
		}
		state := func(name string) string { return l.criterion(name).State }
		var failures, reasons []string
		for _, c := range l.criteria {
			if c.State == Failed {
				failures = append(failures, c.Name)
				reasons = append(reasons, strings.ReplaceAll(c.Name, "_", " ")+": "+c.Reason)
			}
		}
		t.add(l.no, l.tenant, l.userID, a.nameOf(l.tenant, l.userID), l.time, l.lastTime(), l.signIns[0].ip, l.outcome, strings.Join(l.applications(), ", "),
			len(l.signIns), signInKeys(l), passNo, l.known, l.until, l.supervised(),
			state(criterionIssued), state(criterionApprovedIssuer), state(criterionFourEyes), state(criterionPurpose), state(criterionPlace), state(criterionHours),
			state(criterionPrompt), state(criterionOutcome), state(criterionClosed), failures, strings.Join(reasons, "; "), endedRecently,
			l.criterion(criterionIssued).Reason, l.criterion(criterionOutcome).Reason,
			strange, earlier, enough)
		for _, s := range l.signIns {
			members.add(l.no, s.no)
		}
	}
	for _, t := range []table{t, members} {
		if err := t.store(ctx, a.c); err != nil {
			return err
		}
	}
	return a.c.Exec(ctx, `
CREATE OR REPLACE VIEW logins AS SELECT * FROM logins_and_blocked WHERE outcome <> 'blocked';
CREATE OR REPLACE VIEW blocked_logins AS SELECT * FROM logins_and_blocked WHERE outcome = 'blocked'`)
}
