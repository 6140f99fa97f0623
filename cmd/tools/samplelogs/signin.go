package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"time"

	"tapaudit/ingest/madeup"
)

// signIn is a sign-in and what its writer must know of it.
type signIn struct {
	madeup.SignIn

	time   time.Time
	status madeup.Status
	tap    bool // a step used a pass
}

type step = madeup.Step

// Steps as the sign-in log words them.
var (
	stepPassword = step{Method: "Password", Detail: "Password Hash Sync", Succeeded: true,
		Requirement: "Primary authentication"}
	stepWrong = step{Method: "Password", Detail: "Password Hash Sync",
		Result:      "Invalid username or password or Invalid on-premise username or password.",
		Requirement: "Primary authentication"}
	stepApp = step{Method: "Mobile app notification", Succeeded: true, Result: "MFA successfully completed",
		Requirement: "Multifactor authentication"}
	stepKey = step{Method: "FIDO2 security key", Detail: "Made-up key", Succeeded: true,
		Result: "MFA requirement satisfied by strong authentication", Requirement: "Primary authentication"}
	stepPass = step{Method: "Temporary Access Pass", Succeeded: true,
		Result: "MFA requirement satisfied by strong authentication", Requirement: "Primary authentication"}
	stepWrongPass = step{Method: "Temporary Access Pass", Result: "Incorrect Temporary Access Pass",
		Requirement: "Primary authentication"}
	stepPriorProof = step{Method: "Previously satisfied", Succeeded: true,
		Result: "First factor requirement satisfied by claim in the token", Requirement: "Primary authentication"}
)

// signInOption changes one property of an ordinary sign-in.
type signInOption func(*signIn)

// steps replaces the authentication steps.
func steps(list ...step) signInOption {
	return func(s *signIn) {
		done := make([]step, len(list))
		s.tap = false
		for i, one := range list {
			one.Time = stamp(s.time)
			done[i] = one
			s.tap = s.tap || one.Method == stepPass.Method
		}
		s.AuthenticationDetails = done
		s.AuthenticationRequirement = "multiFactorAuthentication"
		if len(list) == 1 && list[0].Method == stepPassword.Method {
			s.AuthenticationRequirement = "singleFactorAuthentication"
		}
	}
}

func session(id string) signInOption     { return func(s *signIn) { s.SessionID = id } }
func correlation(id string) signInOption { return func(s *signIn) { s.CorrelationID = id } }

// noDevice is a browser on a device that the tenant does not know.
func noDevice(s *signIn) { s.DeviceDetail = detail(device{}) }

func outcome(code int, reason string) signInOption {
	return func(s *signIn) {
		s.status = madeup.Status{ErrorCode: code, FailureReason: reason}
		if code == 53003 {
			s.ConditionalAccessStatus = "failure"
		}
	}
}

func risk(level string) signInOption {
	return func(s *signIn) {
		s.RiskLevelDuringSignIn, s.RiskLevelAggregated, s.RiskState = level, level, "atRisk"
		s.RiskEventTypes = []string{"unfamiliarFeatures"}
	}
}

func deviceCode(s *signIn) {
	s.AuthenticationProtocol, s.OriginalTransferMethod = "deviceCode", "deviceCodeFlow"
}

func nonInteractive(s *signIn) {
	s.IsInteractive = false
	s.SignInEventTypes = []string{"nonInteractiveUser"}
	s.IncomingTokenType = "refreshToken"
	s.ClientAppUsed = "Mobile Apps and Desktop clients"
}

func detail(d device) madeup.Device {
	known := d.id != ""
	out := madeup.Device{DeviceID: d.id, DisplayName: d.name, OperatingSystem: "Windows11", Browser: "Edge 139.0.0",
		IsCompliant: known, IsManaged: known}
	if known {
		out.TrustType = "Azure AD joined"
	}
	return out
}

// newSignIn is a successful interactive sign-in with password and authenticator app from the person's own device,
// unless the options say otherwise. key makes its ids.
func (w *world) newSignIn(t *tenant, key string, p *person, when time.Time, app application, from network,
	options ...signInOption) *signIn {
	id := w.guid("sign-in", t.domain, key)
	s := &signIn{SignIn: madeup.NewSignIn(id, when, t.id, madeup.User{ID: p.id, UPN: p.upn, Name: p.name}, app), time: when}
	s.UserType = lowerFirst(p.userType)
	s.IPAddress, s.AutonomousSystemNumber = from.address, from.asn
	s.UserAgent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36 Edg/139.0.0.0"
	s.CorrelationID, s.SessionID = w.guid("correlation", t.domain, key), w.guid("session", t.domain, key)
	s.OriginalRequestID, s.UniqueTokenIdentifier = id, base64.RawURLEncoding.EncodeToString([]byte(id[:16]))
	s.TokenIssuerType, s.ProcessingTime = "AzureAD", 90+int(id[0])
	s.RiskDetail, s.RiskLevelAggregated, s.RiskState, s.RiskEventTypes = "none", "none", "none", []string{}
	s.CrossTenantAccessType, s.IncomingTokenType = "none", "none"
	s.AuthenticationProtocol, s.OriginalTransferMethod = "none", "none"
	s.SignInEventTypes, s.AuthenticationMethodsUsed = []string{"interactiveUser"}, []string{}
	s.DeviceDetail = detail(p.device)
	s.Location = madeup.Location{City: from.city, State: from.city, CountryOrRegion: from.country,
		GeoCoordinates: map[string]any{}}
	s.MfaDetail = json.RawMessage("null") // as Graph writes it
	s.AppliedPolicies = []madeup.AppliedPolicy{{ID: w.guid("conditional access", t.domain, "mfa"),
		DisplayName: "Require multifactor authentication", EnforcedGrantControls: []string{"Mfa"},
		EnforcedSessionControls: []string{}, Result: "success"}}
	s.NetworkLocationDetails = []madeup.NetworkLocation{}
	if from.trusted {
		s.NetworkLocationDetails = []madeup.NetworkLocation{{
			NetworkType: "trustedNamedLocation", NetworkNames: []string{"Head office"}}}
	}
	steps(stepPassword, stepApp)(s)
	for _, o := range options {
		o(s)
	}
	s.Status = s.status
	return s
}

// plain is the same sign-in as Graph v1.0 writes it: without steps, session and tenant.
func (s *signIn) plain() madeup.SignIn {
	p := s.SignIn
	p.UserType, p.UserAgent, p.OriginalRequestID, p.SessionID, p.UniqueTokenIdentifier = "", "", "", "", ""
	p.TokenIssuerType, p.ProcessingTime, p.AutonomousSystemNumber, p.CrossTenantAccessType = "", 0, 0, ""
	p.ResourceTenantID, p.HomeTenantID, p.AuthenticationRequirement = "", "", ""
	p.IncomingTokenType, p.AuthenticationProtocol, p.OriginalTransferMethod, p.SignInEventTypes = "", "", "", nil
	p.MfaDetail, p.NetworkLocationDetails, p.AuthenticationMethodsUsed, p.AuthenticationDetails = nil, nil, nil, nil
	return p
}

// envelope is an Azure Monitor diagnostic record.
type envelope struct {
	Time              string `json:"time"`
	ResourceID        string `json:"resourceId"`
	OperationName     string `json:"operationName"`
	OperationVersion  string `json:"operationVersion"`
	Category          string `json:"category"`
	TenantID          string `json:"tenantId"`
	ResultType        string `json:"resultType,omitempty"`
	ResultSignature   string `json:"resultSignature"`
	ResultDescription string `json:"resultDescription,omitempty"`
	DurationMs        int    `json:"durationMs"`
	CallerIPAddress   string `json:"callerIpAddress,omitempty"`
	CorrelationID     string `json:"correlationId"`
	Identity          string `json:"identity"`
	Level             int    `json:"Level"`
	Location          string `json:"location,omitempty"`
	Properties        any    `json:"properties"`

	time time.Time
}

// diagnostic is the sign-in as Azure Monitor writes it. The records of non-interactive sign-ins arrive some
// minutes late, and several of their nested properties are JSON text.
func (s *signIn) diagnostic(t *tenant) (envelope, error) {
	properties := s.SignIn
	e := envelope{
		ResourceID: "/tenants/" + t.id + "/providers/Microsoft.aadiam", OperationName: "Sign-in activity",
		OperationVersion: "1.0",
		Category:         "SignInLogs", TenantID: t.id, ResultType: fmt.Sprint(s.status.ErrorCode), ResultSignature: "None",
		ResultDescription: s.status.FailureReason, CallerIPAddress: s.IPAddress, CorrelationID: s.CorrelationID,
		Identity: s.UserDisplayName, Level: 4, Properties: &properties, time: s.time,
	}
	if l, ok := s.Location.(madeup.Location); ok {
		e.Location = l.CountryOrRegion
	}
	if !s.IsInteractive {
		e.Category, e.time = "NonInteractiveUserSignInLogs", s.time.Add(3*time.Minute)
		for _, field := range []*any{
			&properties.Status, &properties.DeviceDetail, &properties.Location, &properties.MfaDetail,
			&properties.AppliedPolicies, &properties.NetworkLocationDetails, &properties.AuthenticationDetails,
		} {
			text, err := json.Marshal(*field)
			if err != nil {
				return e, fmt.Errorf("sign-in %s: %w", s.ID, err)
			}
			*field = string(text)
		}
	}
	e.Time = fineStamp(e.time)
	properties.CreatedDateTime = fineStamp(s.time)
	return e, nil
}

// stamp is a time as Graph writes it.
func stamp(t time.Time) string { return madeup.Stamp(t) }

// fineStamp is a time as Azure Monitor writes it.
func fineStamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.0000000Z") }

func lowerFirst(s string) string {
	if s == "" {
		return s
	}
	return string(s[0]|0x20) + s[1:]
}
