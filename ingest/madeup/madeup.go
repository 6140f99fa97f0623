// Package madeup makes records as Microsoft Graph writes them, for what needs evidence that nobody lived: the sample
// logs, the scenes beside rules, tests, torture and bench. Each key of a record stands here and in the formats that
// read it, so a fake cannot spell it another way.
package madeup

import (
	"encoding/json"
	"time"
)

// SignIn is a sign-in as Graph beta writes it; what is zero is left out, but for what every sign-in has. The nested
// fields are of type any because the diagnostic records of non-interactive sign-ins hold the same as JSON text.
type SignIn struct {
	ID                        string   `json:"id"`
	CreatedDateTime           string   `json:"createdDateTime"`
	UserDisplayName           string   `json:"userDisplayName,omitzero"`
	UserPrincipalName         string   `json:"userPrincipalName"`
	UserID                    string   `json:"userId"`
	UserType                  string   `json:"userType,omitzero"`
	AppID                     string   `json:"appId,omitzero"`
	AppDisplayName            string   `json:"appDisplayName,omitzero"`
	IPAddress                 string   `json:"ipAddress,omitzero"`
	ClientAppUsed             string   `json:"clientAppUsed,omitzero"`
	UserAgent                 string   `json:"userAgent,omitzero"`
	CorrelationID             string   `json:"correlationId,omitzero"`
	ConditionalAccessStatus   string   `json:"conditionalAccessStatus,omitzero"`
	OriginalRequestID         string   `json:"originalRequestId,omitzero"`
	IsInteractive             bool     `json:"isInteractive"`
	TokenIssuerType           string   `json:"tokenIssuerType,omitzero"`
	ProcessingTime            int      `json:"processingTimeInMilliseconds,omitzero"`
	RiskDetail                string   `json:"riskDetail,omitzero"`
	RiskLevelAggregated       string   `json:"riskLevelAggregated,omitzero"`
	RiskLevelDuringSignIn     string   `json:"riskLevelDuringSignIn,omitzero"`
	RiskState                 string   `json:"riskState,omitzero"`
	RiskEventTypes            []string `json:"riskEventTypes_v2,omitzero"`
	ResourceDisplayName       string   `json:"resourceDisplayName,omitzero"`
	ResourceID                string   `json:"resourceId,omitzero"`
	ResourceTenantID          string   `json:"resourceTenantId,omitzero"`
	HomeTenantID              string   `json:"homeTenantId,omitzero"`
	AuthenticationRequirement string   `json:"authenticationRequirement,omitzero"`
	AutonomousSystemNumber    int      `json:"autonomousSystemNumber,omitzero"`
	CrossTenantAccessType     string   `json:"crossTenantAccessType,omitzero"`
	UniqueTokenIdentifier     string   `json:"uniqueTokenIdentifier,omitzero"`
	IncomingTokenType         string   `json:"incomingTokenType,omitzero"`
	AuthenticationProtocol    string   `json:"authenticationProtocol,omitzero"`
	OriginalTransferMethod    string   `json:"originalTransferMethod,omitzero"`
	SessionID                 string   `json:"sessionId,omitzero"`
	SignInEventTypes          []string `json:"signInEventTypes,omitzero"`
	Status                    any      `json:"status"`
	DeviceDetail              any      `json:"deviceDetail"`
	Location                  any      `json:"location,omitzero"`
	MfaDetail                 any      `json:"mfaDetail,omitzero"`
	AppliedPolicies           any      `json:"appliedConditionalAccessPolicies,omitzero"`
	NetworkLocationDetails    any      `json:"networkLocationDetails,omitzero"`
	AuthenticationMethodsUsed []string `json:"authenticationMethodsUsed,omitzero"`
	AuthenticationDetails     any      `json:"authenticationDetails,omitzero"`
}

// Status is how a sign-in ended; 0 is well.
type Status struct {
	ErrorCode         int     `json:"errorCode"`
	FailureReason     string  `json:"failureReason"`
	AdditionalDetails *string `json:"additionalDetails"`
}

// Device is what deviceDetail says.
type Device struct {
	DeviceID        string `json:"deviceId"`
	DisplayName     string `json:"displayName"`
	OperatingSystem string `json:"operatingSystem"`
	Browser         string `json:"browser"`
	IsCompliant     bool   `json:"isCompliant"`
	IsManaged       bool   `json:"isManaged"`
	TrustType       string `json:"trustType"`
}

// Location is where a sign-in came from.
type Location struct {
	City            string         `json:"city"`
	State           string         `json:"state"`
	CountryOrRegion string         `json:"countryOrRegion"`
	GeoCoordinates  map[string]any `json:"geoCoordinates"`
}

// AppliedPolicy is a Conditional Access policy and what became of it.
type AppliedPolicy struct {
	ID                      string   `json:"id"`
	DisplayName             string   `json:"displayName"`
	EnforcedGrantControls   []string `json:"enforcedGrantControls"`
	EnforcedSessionControls []string `json:"enforcedSessionControls"`
	Result                  string   `json:"result"`
}

// NetworkLocation is a named location.
type NetworkLocation struct {
	NetworkType  string   `json:"networkType"`
	NetworkNames []string `json:"networkNames"`
}

// Step is an authentication step.
type Step struct {
	Time        string `json:"authenticationStepDateTime"`
	Method      string `json:"authenticationMethod"`
	Detail      string `json:"authenticationMethodDetail"`
	Succeeded   bool   `json:"succeeded"`
	Result      string `json:"authenticationStepResultDetail"`
	Requirement string `json:"authenticationStepRequirement"`
}

// User is who signs in.
type User struct{ ID, UPN, Name string }

// Application is a client and the resource that it asks a token for.
type Application struct{ ID, Name, ResourceID, Resource string }

// MySignins is the page on which users register methods.
var MySignins = Application{"19db86c3-b2b9-44cc-b339-36da233a3be2", "My Signins",
	"00000003-0000-0000-c000-000000000000", "Microsoft Graph"}

// NewSignIn is a successful interactive sign-in of a member of the tenant with a browser, without steps.
func NewSignIn(id string, at time.Time, tenant string, u User, to Application) SignIn {
	return SignIn{
		ID: id, CreatedDateTime: Stamp(at),
		UserID: u.ID, UserPrincipalName: u.UPN, UserDisplayName: u.Name, UserType: "member",
		AppID: to.ID, AppDisplayName: to.Name, ResourceID: to.ResourceID, ResourceDisplayName: to.Resource,
		HomeTenantID: tenant, ResourceTenantID: tenant,
		IsInteractive: true, ClientAppUsed: "Browser", ConditionalAccessStatus: "success",
		RiskLevelDuringSignIn: "none", Status: Status{}, DeviceDetail: Device{},
	}
}

// Members are the record's members by their keys, for whoever changes them by name.
func Members(of any) map[string]any {
	text, err := json.Marshal(of)
	if err != nil {
		panic(err) // a record is made of texts, numbers, lists and maps
	}
	var members map[string]any
	if err := json.Unmarshal(text, &members); err != nil {
		panic(err) // a record is an object
	}
	return members
}

// Stamp is a time as Graph writes it.
func Stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.999999Z") }
