package analysis

// Fix is a kind of remedy that commands can carry out (PowerShell, Microsoft Graph SDK). A rule's front matter names
// the fixes that its findings call for. In commands {id} stands for the id of whom the fix is about, a GUID.
type Fix struct {
	Words    string // what it does, a sentence or two
	About    string // subject, actor or "" for the tenant
	Subject  string // only for findings whose subject is of this type; "" for any
	Scopes   []string
	Commands []string // each on a line of its own, needing no other: a person may enable one and not the next
}

const (
	thePolicy = "PolicyAuthenticationMethodPolicyAuthenticationMethodConfiguration" +
		" -AuthenticationMethodConfigurationId 'TemporaryAccessPass'"
	policyType = "#microsoft.graph.temporaryAccessPassAuthenticationMethodConfiguration"

	showPolicy = "Get-Mg" + thePolicy + " | ConvertTo-Json -Depth 6"
	showPasses = "Get-MgUserAuthenticationTemporaryAccessPassMethod -UserId '{id}'"
	showApp    = `Get-MgServicePrincipal -Filter "appId eq '{id}'"`
	revoke     = "Revoke-MgUserSignInSession -UserId '{id}' -Confirm"
)

// updatePolicy shows the policy and changes only what the body names.
func updatePolicy(change string) []string {
	body := "@{ '@odata.type' = '" + policyType + "'; " + change + " }"
	return []string{showPolicy, "Update-Mg" + thePolicy + " -Confirm -BodyParameter " + body}
}

var policyScopes = []string{"Policy.ReadWrite.AuthenticationMethod"}

// fixes are the known ones by name. Commands and permissions: Microsoft Learn, reference of the Microsoft Graph
// PowerShell SDK and of Microsoft Graph v1.0.
var fixes = map[string]Fix{
	"disable-policy": {
		Words:  "Disable Temporary Access Pass, if nobody needs it.",
		Scopes: policyScopes, Commands: updatePolicy("state = 'disabled'"),
	},
	"narrow-policy": {
		Words: "Include only a group of people who are being brought in, without privileged users." +
			" Put the group's object id in place of GROUP-ID first.",
		Scopes:   policyScopes,
		Commands: updatePolicy("includeTargets = @(@{ targetType = 'group'; id = 'GROUP-ID'; isRegistrationRequired = $false })"),
	},
	"one-time-policy": {
		Words:  "Make every pass work once only.",
		Scopes: policyScopes, Commands: updatePolicy("isUsableOnce = $true"),
	},
	"shorten-policy": {
		Words:  "Lower the maximum lifetime to a working day. The default and the minimum lifetime must not be higher.",
		Scopes: policyScopes, Commands: updatePolicy("maximumLifetimeInMinutes = 480"),
	},
	"review-policy": {
		Words:  "Look at the policy as it is now, and put back what nobody asked for.",
		Scopes: []string{"Policy.Read.AuthenticationMethod"}, Commands: []string{showPolicy},
	},
	"delete-pass": {
		Words: "Delete the user's pass, if one is still live.",
		About: "subject", Subject: "user", Scopes: []string{"UserAuthMethod-TAP.ReadWrite.All"},
		Commands: []string{
			showPasses,
			showPasses + " | ForEach-Object { Remove-MgUserAuthenticationTemporaryAccessPassMethod -UserId '{id}'" +
				" -TemporaryAccessPassAuthenticationMethodId $_.Id -Confirm }",
		},
	},
	"revoke-user": {
		Words: "Revoke the user's sessions.",
		About: "subject", Subject: "user", Scopes: []string{"User.RevokeSessions.All"}, Commands: []string{revoke},
	},
	"review-methods": {
		Words: "Review the user's sign-in methods with the user, and remove those that are not theirs" +
			" (Remove-MgUserAuthenticationFido2Method, Remove-MgUserAuthenticationMicrosoftAuthenticatorMethod," +
			" Remove-MgUserAuthenticationPhoneMethod and so on; these need UserAuthenticationMethod.ReadWrite.All).",
		About: "subject", Subject: "user", Scopes: []string{"UserAuthenticationMethod.Read.All"},
		Commands: []string{
			"Get-MgUserAuthenticationMethod -UserId '{id}' | ForEach-Object { [pscustomobject]@{ Id = $_.Id;" +
				" Type = $_.AdditionalProperties['@odata.type'] } }",
		},
	},
	"revoke-actor": {
		Words: "Revoke the sessions of who issued or changed.",
		About: "actor", Scopes: []string{"User.RevokeSessions.All"}, Commands: []string{revoke},
	},
	"remove-role": {
		Words: "List the directory roles of who issued or changed, and remove the one that lets them, if they should not" +
			" have it. Put the assignment's id in place of ASSIGNMENT-ID first. An eligible assignment is taken back in" +
			" Privileged Identity Management.",
		About: "actor", Scopes: []string{"RoleManagement.ReadWrite.Directory"},
		Commands: []string{
			`Get-MgRoleManagementDirectoryRoleAssignment -Filter "principalId eq '{id}'" -ExpandProperty roleDefinition` +
				" | ForEach-Object { [pscustomobject]@{ Id = $_.Id; Role = $_.RoleDefinition.DisplayName;" +
				" Scope = $_.DirectoryScopeId } }",
			"Remove-MgRoleManagementDirectoryRoleAssignment -UnifiedRoleAssignmentId 'ASSIGNMENT-ID' -Confirm",
		},
	},
	"disable-application": {
		Words: "Keep the application from signing in until somebody answers for it.",
		About: "actor", Scopes: []string{"Application.ReadWrite.All"},
		Commands: []string{
			showApp,
			showApp + " | ForEach-Object { Update-MgServicePrincipal -ServicePrincipalId $_.Id -AccountEnabled:$false -Confirm }",
		},
	},
}
