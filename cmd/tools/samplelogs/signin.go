package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"time"
)

// signIn is a sign-in as Graph beta writes it. The nested fields are of type any because
// the diagnostic records of non-interactive sign-ins hold the same as JSON text.
type signIn struct {
	ID                        string   `json:"id"`
	CreatedDateTime           string   `json:"createdDateTime"`
	UserDisplayName           string   `json:"userDisplayName"`
	UserPrincipalName         string   `json:"userPrincipalName"`
	UserID                    string   `json:"userId"`
	UserType                  string   `json:"userType"`
	AppID                     string   `json:"appId"`
	AppDisplayName            string   `json:"appDisplayName"`
	IPAddress                 string   `json:"ipAddress"`
	ClientAppUsed             string   `json:"clientAppUsed"`
	UserAgent                 string   `json:"userAgent"`
	CorrelationID             string   `json:"correlationId"`
	ConditionalAccessStatus   string   `json:"conditionalAccessStatus"`
	OriginalRequestID         string   `json:"originalRequestId"`
	IsInteractive             bool     `json:"isInteractive"`
	TokenIssuerType           string   `json:"tokenIssuerType"`
	ProcessingTime            int      `json:"processingTimeInMilliseconds"`
	RiskDetail                string   `json:"riskDetail"`
	RiskLevelAggregated       string   `json:"riskLevelAggregated"`
	RiskLevelDuringSignIn     string   `json:"riskLevelDuringSignIn"`
	RiskState                 string   `json:"riskState"`
	RiskEventTypes            []string `json:"riskEventTypes_v2"`
	ResourceDisplayName       string   `json:"resourceDisplayName"`
	ResourceID                string   `json:"resourceId"`
	ResourceTenantID          string   `json:"resourceTenantId"`
	HomeTenantID              string   `json:"homeTenantId"`
	AuthenticationRequirement string   `json:"authenticationRequirement"`
	AutonomousSystemNumber    int      `json:"autonomousSystemNumber"`
	CrossTenantAccessType     string   `json:"crossTenantAccessType"`
	UniqueTokenIdentifier     string   `json:"uniqueTokenIdentifier"`
	IncomingTokenType         string   `json:"incomingTokenType"`
	AuthenticationProtocol    string   `json:"authenticationProtocol"`
	OriginalTransferMethod    string   `json:"originalTransferMethod"`
	SessionID                 string   `json:"sessionId"`
	SignInEventTypes          []string `json:"signInEventTypes"`
	Status                    any      `json:"status"`
	DeviceDetail              any      `json:"deviceDetail"`
	Location                  any      `json:"location"`
	MfaDetail                 any      `json:"mfaDetail"`
	AppliedPolicies           any      `json:"appliedConditionalAccessPolicies"`
	NetworkLocationDetails    any      `json:"networkLocationDetails"`
	AuthenticationMethodsUsed []string `json:"authenticationMethodsUsed"`
	AuthenticationDetails     any      `json:"authenticationDetails"`

	time   time.Time
	status signInStatus
	tap    bool // a step used a pass
}

type signInStatus struct {
	ErrorCode         int     `json:"errorCode"`
	FailureReason     string  `json:"failureReason"`
	AdditionalDetails *string `json:"additionalDetails"`
}

type deviceDetail struct {
	DeviceID        string `json:"deviceId"`
	DisplayName     string `json:"displayName"`
	OperatingSystem string `json:"operatingSystem"`
	Browser         string `json:"browser"`
	IsCompliant     bool   `json:"isCompliant"`
	IsManaged       bool   `json:"isManaged"`
	TrustType       string `json:"trustType"`
}

type location struct {
	City            string         `json:"city"`
	State           string         `json:"state"`
	CountryOrRegion string         `json:"countryOrRegion"`
	GeoCoordinates  map[string]any `json:"geoCoordinates"`
}

type appliedPolicy struct {
	ID                      string   `json:"id"`
	DisplayName             string   `json:"displayName"`
	EnforcedGrantControls   []string `json:"enforcedGrantControls"`
	EnforcedSessionControls []string `json:"enforcedSessionControls"`
	Result                  string   `json:"result"`
}

type networkLocation struct {
	NetworkType  string   `json:"networkType"`
	NetworkNames []string `json:"networkNames"`
}

// step is an authentication step.
type step struct {
	Time        string `json:"authenticationStepDateTime"`
	Method      string `json:"authenticationMethod"`
	Detail      string `json:"authenticationMethodDetail"`
	Succeeded   bool   `json:"succeeded"`
	Result      string `json:"authenticationStepResultDetail"`
	Requirement string `json:"authenticationStepRequirement"`
}

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
		s.status = signInStatus{ErrorCode: code, FailureReason: reason}
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

func detail(d device) deviceDetail {
	known := d.id != ""
	out := deviceDetail{DeviceID: d.id, DisplayName: d.name, OperatingSystem: "Windows11", Browser: "Edge 139.0.0",
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
	s := &signIn{
		ID: id, CreatedDateTime: stamp(when),
		UserDisplayName: p.name, UserPrincipalName: p.upn, UserID: p.id, UserType: lowerFirst(p.userType),
		AppID: app.id, AppDisplayName: app.name, IPAddress: from.address, ClientAppUsed: "Browser",
		UserAgent:     "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36 Edg/139.0.0.0",
		CorrelationID: w.guid("correlation", t.domain, key), ConditionalAccessStatus: "success", OriginalRequestID: id,
		IsInteractive: true, TokenIssuerType: "AzureAD", ProcessingTime: 90 + int(id[0]),
		RiskDetail: "none", RiskLevelAggregated: "none", RiskLevelDuringSignIn: "none", RiskState: "none",
		RiskEventTypes:      []string{},
		ResourceDisplayName: app.resource, ResourceID: app.resourceID, ResourceTenantID: t.id, HomeTenantID: t.id,
		AutonomousSystemNumber: from.asn, CrossTenantAccessType: "none",
		UniqueTokenIdentifier: base64.RawURLEncoding.EncodeToString([]byte(id[:16])),
		IncomingTokenType:     "none", AuthenticationProtocol: "none", OriginalTransferMethod: "none",
		SessionID: w.guid("session", t.domain, key), SignInEventTypes: []string{"interactiveUser"},
		DeviceDetail: detail(p.device),
		Location:     location{from.city, from.city, from.country, map[string]any{}},
		AppliedPolicies: []appliedPolicy{
			{w.guid("conditional access", t.domain, "mfa"), "Require multifactor authentication", []string{"Mfa"},
				[]string{}, "success"},
		},
		NetworkLocationDetails: []networkLocation{}, AuthenticationMethodsUsed: []string{},
		time: when,
	}
	if from.trusted {
		s.NetworkLocationDetails = []networkLocation{{"trustedNamedLocation", []string{"Head office"}}}
	}
	steps(stepPassword, stepApp)(s)
	for _, o := range options {
		o(s)
	}
	s.Status = s.status
	return s
}

// plainSignIn is the same sign-in as Graph v1.0 writes it: without steps, session and tenant.
type plainSignIn struct {
	ID                      string   `json:"id"`
	CreatedDateTime         string   `json:"createdDateTime"`
	UserDisplayName         string   `json:"userDisplayName"`
	UserPrincipalName       string   `json:"userPrincipalName"`
	UserID                  string   `json:"userId"`
	AppID                   string   `json:"appId"`
	AppDisplayName          string   `json:"appDisplayName"`
	IPAddress               string   `json:"ipAddress"`
	ClientAppUsed           string   `json:"clientAppUsed"`
	CorrelationID           string   `json:"correlationId"`
	ConditionalAccessStatus string   `json:"conditionalAccessStatus"`
	IsInteractive           bool     `json:"isInteractive"`
	RiskDetail              string   `json:"riskDetail"`
	RiskLevelAggregated     string   `json:"riskLevelAggregated"`
	RiskLevelDuringSignIn   string   `json:"riskLevelDuringSignIn"`
	RiskState               string   `json:"riskState"`
	RiskEventTypes          []string `json:"riskEventTypes_v2"`
	ResourceDisplayName     string   `json:"resourceDisplayName"`
	ResourceID              string   `json:"resourceId"`
	Status                  any      `json:"status"`
	DeviceDetail            any      `json:"deviceDetail"`
	Location                any      `json:"location"`
	AppliedPolicies         any      `json:"appliedConditionalAccessPolicies"`
}

func (s *signIn) plain() plainSignIn {
	return plainSignIn{
		s.ID, s.CreatedDateTime, s.UserDisplayName, s.UserPrincipalName, s.UserID, s.AppID, s.AppDisplayName,
		s.IPAddress,
		s.ClientAppUsed, s.CorrelationID, s.ConditionalAccessStatus, s.IsInteractive, s.RiskDetail,
		s.RiskLevelAggregated,
		s.RiskLevelDuringSignIn, s.RiskState, s.RiskEventTypes, s.ResourceDisplayName, s.ResourceID, s.Status,
		s.DeviceDetail,
		s.Location, s.AppliedPolicies,
	}
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
	properties := *s
	e := envelope{
		ResourceID: "/tenants/" + t.id + "/providers/Microsoft.aadiam", OperationName: "Sign-in activity",
		OperationVersion: "1.0",
		Category:         "SignInLogs", TenantID: t.id, ResultType: fmt.Sprint(s.status.ErrorCode), ResultSignature: "None",
		ResultDescription: s.status.FailureReason, CallerIPAddress: s.IPAddress, CorrelationID: s.CorrelationID,
		Identity: s.UserDisplayName, Level: 4, Properties: &properties, time: s.time,
	}
	if l, ok := s.Location.(location); ok {
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
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }

// fineStamp is a time as Azure Monitor writes it.
func fineStamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.0000000Z") }

func lowerFirst(s string) string {
	if s == "" {
		return s
	}
	return string(s[0]|0x20) + s[1:]
}
