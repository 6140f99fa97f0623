package main

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// The Unified Audit Log and Graph activity of these days were exported; of the others what was done is not at hand.
var activityFrom, activityTo = day(9, 1), evidenceTo

// unifiedRecord is a record of the Unified Audit Log as the Office 365 Management API writes it.
type unifiedRecord struct {
	CreationTime     string      `json:"CreationTime"`
	ID               string      `json:"Id"`
	Operation        string      `json:"Operation"`
	OrganizationID   string      `json:"OrganizationId"`
	RecordType       int         `json:"RecordType"`
	ResultStatus     string      `json:"ResultStatus,omitempty"`
	UserKey          string      `json:"UserKey"`
	UserType         int         `json:"UserType"`
	Version          int         `json:"Version"`
	Workload         string      `json:"Workload"`
	ClientIP         string      `json:"ClientIP"`
	ObjectID         string      `json:"ObjectId,omitempty"`
	UserID           string      `json:"UserId"`
	AppAccessContext access      `json:"AppAccessContext"`
	Properties       []nameValue `json:"OperationProperties,omitempty"`
	Parameters       []nameValue `json:"Parameters,omitempty"`
	Folders          []folderIn  `json:"Folders,omitempty"`
	OperationCount   int         `json:"OperationCount,omitempty"`

	time time.Time
}

// access is what links a record to the sign-in that it was done on.
type access struct {
	SessionID string `json:"AADSessionId,omitempty"`
	TokenID   string `json:"UniqueTokenId,omitempty"`
}

type nameValue struct {
	Name  string `json:"Name"`
	Value string `json:"Value"`
}

type folderIn struct {
	Path  string     `json:"Path"`
	Items []mailItem `json:"FolderItems"`
}

type mailItem struct {
	InternetMessageID string `json:"InternetMessageId"`
	Size              int    `json:"SizeInBytes"`
}

// graphRequest is a request as Microsoft Graph's activity log writes it.
type graphRequest struct {
	TimeGenerated   string `json:"timeGenerated"`
	RequestID       string `json:"requestId"`
	ClientRequestID string `json:"clientRequestId"`
	APIVersion      string `json:"apiVersion"`
	Method          string `json:"requestMethod"`
	URI             string `json:"requestUri"`
	Status          int    `json:"responseStatusCode"`
	TenantID        string `json:"tenantId"`
	UserID          string `json:"userId,omitempty"`
	AppID           string `json:"appId"`
	IPAddress       string `json:"ipAddress"`
	UserAgent       string `json:"userAgent"`
	SessionID       string `json:"C_Sid,omitempty"`
	TokenID         string `json:"signInActivityId"`

	time time.Time
}

// adminCentre is the application through which administrators issue passes.
const adminCentre = "c44b4083-3bb0-49c1-b47d-974e53cbdf3c"

// did adds a record of what the person did from the network.
func (s *scene) did(p *person, when time.Time, workload, operation string, from network, on access) *unifiedRecord {
	r := s.w.newUnified(s.tenant, s.key(), p, when, workload, operation, from)
	r.AppAccessContext = on
	s.tenant.unified = append(s.tenant.unified, r)
	return r
}

func (w *world) newUnified(t *tenant, key string, p *person, when time.Time, workload, operation string,
	from network) *unifiedRecord {
	return &unifiedRecord{
		CreationTime: when.UTC().Format("2006-01-02T15:04:05"), ID: w.guid("unified audit", t.domain, key),
		Operation:      operation,
		OrganizationID: t.id, RecordType: 2, UserKey: p.upn, Version: 1, Workload: workload, ClientIP: from.address,
		UserID: p.upn, time: when,
	}
}

// asked adds a request that the person sent to Graph.
func (s *scene) asked(p *person, when time.Time, method, path string, status int, from network) *graphRequest {
	r := s.w.newRequest(s.tenant, s.key(), p, when, method, path, status, from)
	s.tenant.requests = append(s.tenant.requests, r)
	return r
}

func (w *world) newRequest(t *tenant, key string, p *person, when time.Time, method, path string, status int,
	from network) *graphRequest {
	return &graphRequest{
		TimeGenerated: fineStamp(when), RequestID: w.guid("graph request", t.domain, key),
		ClientRequestID: w.guid("client request", t.domain, key), APIVersion: "v1.0", Method: method,
		URI: "https://graph.microsoft.com/v1.0" + path, Status: status, TenantID: t.id, UserID: p.id,
		AppID:     adminCentre,
		IPAddress: from.address, UserAgent: "Mozilla/5.0", SessionID: w.guid("session", t.domain, key),
		TokenID: w.guid("token", t.domain, key), time: when,
	}
}

// passesOf is the path of a person's passes.
func passesOf(p *person) string {
	return "/users/" + p.id + "/authentication/temporaryAccessPassMethods"
}

// activityRoutine makes every day of the exports begin early and end late.
func (w *world) activityRoutine(night *person) {
	t := w.contoso
	for d := activityFrom; d.Before(activityTo); d = d.AddDate(0, 0, 1) {
		for i, when := range []time.Time{d.Add(20 * time.Minute), d.Add(12 * time.Hour),
			d.Add(23*time.Hour + 40*time.Minute)} {
			key := fmt.Sprint("routine ", d.Format(time.DateOnly), " activity ", i)
			t.unified = append(t.unified, w.newUnified(t, key, night, when, "SharePoint", "PageViewed", office))
			t.requests = append(t.requests, w.newRequest(t, key, night, when, "GET", "/me", 200, office))
		}
	}
}

// activityFiles writes the exports.
func (w *world) activityFiles(f folder) error {
	t := w.contoso
	slices.SortFunc(t.unified, func(a, b *unifiedRecord) int {
		return cmp.Or(a.time.Compare(b.time), cmp.Compare(a.ID, b.ID))
	})
	if err := lines(f, "evidence/activity/unifiedAudit-2026-09.ndjson", t.unified); err != nil {
		return err
	}
	slices.SortFunc(t.requests, func(a, b *graphRequest) int {
		return cmp.Or(a.time.Compare(b.time), cmp.Compare(a.RequestID, b.RequestID))
	})
	var requests []envelope
	for _, r := range t.requests {
		requests = append(requests, envelope{
			Time: fineStamp(r.time), ResourceID: "/TENANTS/" + t.id + "/PROVIDERS/MICROSOFT.AADIAM",
			OperationName: "Microsoft Graph Activity", OperationVersion: r.APIVersion,
			Category: "MicrosoftGraphActivityLogs", TenantID: t.id, ResultSignature: fmt.Sprint(r.Status),
			CallerIPAddress: r.IPAddress, CorrelationID: r.RequestID, Level: 4, Properties: r,
		})
	}
	return lines(f, "evidence/activity/MicrosoftGraphActivityLogs-2026-09.ndjson", requests)
}

// lines adds a record per line.
func lines[T any](f folder, path string, records []T) error {
	var all []byte
	for _, r := range records {
		l, err := line(r)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		all = append(append(all, l...), '\n')
	}
	f[path] = all
	return nil
}

// workedOnceEnrolled: what was done came after the user had enrolled.
func workedOnceEnrolled(s *scene) {
	when := at(9, 1, 12, 0)
	p := s.newcomer("willi.werk", "Willi Werk", when)
	l := s.onboard(desk(s.cast.anna), p, when, terms{})
	on := access{SessionID: l.session}
	s.did(p, l.time.Add(30*time.Minute), "Exchange", "MailItemsAccessed", office, on).OperationCount = 12
	file := s.did(p, l.time.Add(40*time.Minute), "OneDrive", "FileAccessed", office, on)
	file.ObjectID = "https://contoso-my.sharepoint.example/welcome.docx"
	s.expectLogIn(l)
	s.expect("TAP-SESSION-DATA", "low", p, l.time)
}

// mailOnThePass: somebody abroad reads mail and has it forwarded.
func mailOnThePass(s *scene) {
	when := at(9, 8, 12, 0)
	p := s.newcomer("ivo.innen", "Ivo Innen", when)
	s.issue(desk(s.cast.beat), p, when, 60, terms{})
	l := s.logIn(p, when.Add(20*time.Minute), mySignins, attacker)
	on := access{SessionID: l.session, TokenID: "not-a-token-of-a-sign-in"}
	rule := s.did(p, l.time.Add(4*time.Minute), "Exchange", "New-InboxRule", attacker, on)
	rule.ResultStatus, rule.ObjectID = "True", p.upn+`\.`
	rule.Parameters = []nameValue{{"Name", "."}, {"ForwardTo", "collector@elsewhere.example"}, {"MarkAsRead", "True"}}
	read := s.did(p, l.time.Add(6*time.Minute), "Exchange", "MailItemsAccessed", attacker, on)
	read.ResultStatus, read.OperationCount = "Succeeded", 41
	read.Properties = []nameValue{{"MailAccessType", "Bind"}, {"IsThrottled", "False"}}
	read.Folders = []folderIn{{`\Inbox`, []mailItem{{"<salaries@contoso.example>", 48211},
		{"<offer@contoso.example>", 3120}}}}
	s.expectLogIn(l, failed("place", "outcome_registered"))
	s.expect("TAP-SIGNIN-STRANGE-COUNTRY", "medium", p, l.time)
	s.expect("TAP-SIGNIN-NO-REGISTRATION", "medium", p, l.time)
	s.expect("TAP-SIGNIN-UNSUPERVISED", "medium", p, l.time)
	s.expect("TAP-SESSION-ACTED", "high", p, l.time)
	s.expect("TAP-SESSION-DATA", "medium", p, l.time)
}

// byTheAddressAlone: the records name neither session nor token.
func byTheAddressAlone(s *scene) {
	when := at(9, 24, 8, 0)
	p := s.newcomer("adele.ort", "Adele Ort", when)
	s.issue(desk(s.cast.anna), p, when, 60, terms{})
	l := s.logIn(p, when.Add(20*time.Minute), mySignins, office)
	const plans = "https://contoso.sharepoint.example/plans.xlsx"
	s.did(p, l.time.Add(3*time.Minute), "SharePoint", "FileDownloaded", office, access{}).ObjectID = plans
	s.did(p, l.time.Add(4*time.Minute), "SharePoint", "AnonymousLinkCreated", office, access{}).ObjectID = plans
	s.enrol(l)
	s.expectLogIn(l)
	s.expect("TAP-SESSION-DATA", "medium", p, l.time)
}

// byTheToken: a record names the token of a sign-in on the pass and no session; Graph refuses another action.
func byTheToken(s *scene) {
	when := at(9, 3, 7, 0)
	p := s.newcomer("toni.token", "Toni Token", when)
	l := s.onboard(desk(s.cast.anna), p, when, terms{})
	in := s.signIn(p, l.time.Add(12*time.Minute), broker, office, steps(stepPriorProof), session(l.session),
		nonInteractive, noDevice)
	s.did(p, l.time.Add(14*time.Minute), "Exchange", "MailItemsAccessed", office,
		access{TokenID: in.UniqueTokenIdentifier}).OperationCount = 3
	s.asked(p, l.time.Add(15*time.Minute), "POST", "/me/sendMail", 403, office).SessionID = l.session
	s.expectLogIn(l)
	s.expect("TAP-SESSION-DATA", "low", p, l.time)
}

// secondWitness: the request by which the pass was issued is at hand, too.
func secondWitness(s *scene) {
	when := at(9, 29, 11, 0)
	p := s.newcomer("zoe.zeuge", "Zoe Zeuge", when)
	l := s.onboard(desk(s.cast.beat), p, when, terms{})
	for _, e := range s.tenant.audits {
		by := e.InitiatedBy.User
		if e.time.Equal(when) && by != nil && by.ID == s.cast.beat.id && e.Targets[0].ID == p.id {
			s.asked(s.cast.beat, when, "POST", passesOf(p), 201, office).ClientRequestID = e.CorrelationID
		}
	}
	s.expectLogIn(l)
}

// unloggedIssuance: Graph created a pass, and the audit log does not know of it.
func unloggedIssuance(s *scene) {
	when := at(9, 29, 13, 0)
	p := s.veteran("flora.fehlt", "Flora Fehlt", when, office)
	s.asked(s.cast.ruben, when, "POST", passesOf(p), 201, beatAtHome)
	s.expect("TAP-GRAPH-UNLOGGED", "high", p, when)
}
