package main

// policyTarget is a target of an authentication method, as it stands in the policy.
type policyTarget struct {
	TargetType             string `json:"targetType"`
	ID                     string `json:"id"`
	IsRegistrationRequired bool   `json:"isRegistrationRequired"`
}

// methodsPolicy is Graph's authenticationMethodsPolicy.
type methodsPolicy struct {
	Context        string `json:"@odata.context"`
	ID             string `json:"id"`
	DisplayName    string `json:"displayName"`
	Description    string `json:"description"`
	PolicyVersion  string `json:"policyVersion"`
	Configurations []any  `json:"authenticationMethodConfigurations"`
}

// tapConfiguration is Graph's temporaryAccessPassAuthenticationMethodConfiguration.
type tapConfiguration struct {
	Type            string         `json:"@odata.type"`
	ID              string         `json:"id"`
	State           string         `json:"state"`
	DefaultLifetime int            `json:"defaultLifetimeInMinutes"`
	DefaultLength   int            `json:"defaultLength"`
	MinimumLifetime int            `json:"minimumLifetimeInMinutes"`
	MaximumLifetime int            `json:"maximumLifetimeInMinutes"`
	IsUsableOnce    bool           `json:"isUsableOnce"`
	Include         []policyTarget `json:"includeTargets"`
	Exclude         []policyTarget `json:"excludeTargets"`
}

// otherConfiguration is another method of the policy.
type otherConfiguration struct {
	Type    string         `json:"@odata.type"`
	ID      string         `json:"id"`
	State   string         `json:"state"`
	Include []policyTarget `json:"includeTargets"`
	Exclude []policyTarget `json:"excludeTargets"`
}

// snapshot is the policy with the pass settings as given.
func snapshot(once bool, maximum int, include ...policyTarget) methodsPolicy {
	everyone := []policyTarget{{"group", "all_users", false}}
	none := []policyTarget{}
	return methodsPolicy{
		Context:       "https://graph.microsoft.com/beta/$metadata#authenticationMethodsPolicy",
		ID:            "authenticationMethodsPolicy",
		DisplayName:   "Authentication Methods Policy",
		Description:   "The tenant-wide policy that controls which authentication methods are allowed in the tenant",
		PolicyVersion: "1.5",
		Configurations: []any{
			otherConfiguration{"#microsoft.graph.fido2AuthenticationMethodConfiguration", "Fido2", "enabled", everyone,
				none},
			otherConfiguration{"#microsoft.graph.microsoftAuthenticatorAuthenticationMethodConfiguration",
				"MicrosoftAuthenticator", "enabled", everyone, none},
			otherConfiguration{"#microsoft.graph.smsAuthenticationMethodConfiguration", "Sms", "disabled", everyone,
				none},
			tapConfiguration{"#microsoft.graph.temporaryAccessPassAuthenticationMethodConfiguration",
				"TemporaryAccessPass", "enabled", 60, 8, 60, maximum, once, include, none},
		},
	}
}

// registrationPolicy is the name of the Conditional Access policy that protects the registration of methods.
const registrationPolicy = "CA07 Registration"

// conditionalAccess is the tenant's Conditional Access policies; that which protects registration has the state.
func (w *world) conditionalAccess(t *tenant, registration string) []any {
	type applications struct {
		Include     []string `json:"includeApplications"`
		Exclude     []string `json:"excludeApplications"`
		UserActions []string `json:"includeUserActions"`
	}
	type users struct {
		Include []string `json:"includeUsers"`
		Exclude []string `json:"excludeUsers"`
	}
	type conditions struct {
		ClientAppTypes []string     `json:"clientAppTypes"`
		Applications   applications `json:"applications"`
		Users          users        `json:"users"`
	}
	type grant struct {
		Operator string   `json:"operator"`
		Controls []string `json:"builtInControls"`
	}
	type policy struct {
		ID         string     `json:"id"`
		Name       string     `json:"displayName"`
		State      string     `json:"state"`
		Created    string     `json:"createdDateTime"`
		Conditions conditions `json:"conditions"`
		Grant      grant      `json:"grantControls"`
	}
	everything := applications{[]string{"All"}, []string{}, []string{}}
	everyone := users{[]string{"All"}, []string{}}
	return []any{
		policy{w.guid("conditional access", t.domain, "mfa"), "Require multifactor authentication", "enabled",
			"2023-01-09T10:00:00Z", conditions{[]string{"all"}, everything, everyone}, grant{"OR", []string{"mfa"}}},
		policy{w.guid("conditional access", t.domain, "registration"), registrationPolicy,
			registration, "2023-01-09T10:10:00Z",
			conditions{[]string{"all"}, applications{[]string{}, []string{},
				[]string{"urn:user:registersecurityinfo"}}, everyone}, grant{"OR", []string{"mfa"}}},
	}
}
