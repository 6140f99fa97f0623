package formats

import (
	"fmt"
	"path"
	"regexp"
	"strings"

	"github.com/tidwall/gjson"

	"tapaudit/ingest/record"
)

// What investigators' collectors write that is not an export of Microsoft's. Microsoft-Extractor-Suite has tables of
// roles, groups and methods. untitledgoosetool hangs an object's parent under it. Zero Trust Assessment has members
// with the group that they were found in. Other tools judge for themselves. A table's rows and the same objects as
// JSON have the same names.

// roleFile is Microsoft-Extractor-Suite's <Role_Name>.csv, All-Administrators.csv (UserName, UserId, Role) and
// All-Roles.csv (with the account's creation time). It leaves service principals out.
var roleFile = &Format{
	Name:  "role members",
	needs: need("role,userId,userName"),
	is:    func(o object) bool { return !o.has("principalId") },
	read: func(o object, in *Input) Outcome {
		s := newSnapshot(in)
		name := o.get("userName")
		if !strings.Contains(scalarText(name), "@") {
			name = gjson.Result{} // the tool's "Unknown"
		}
		holder := object{
			keys:   []string{"id", "userPrincipalName", "displayName", "@odata.type"},
			values: []gjson.Result{o.get("userId"), name, o.get("displayName"), stringValue("user")},
		}
		if !s.holder(roleRef{name: o.get("role")}, holder, false) {
			return Outcome{Bad: "no id of who holds the role"}
		}
		if o.has("createdDateTime") {
			s.add(record.User, members{
				"id": o.get("userId"), "userPrincipalName": name, "displayName": o.get("displayName"),
				"accountEnabled": o.get("accountEnabled"), "createdDateTime": s.time(o.get("createdDateTime")),
			})
		}
		return s.out
	},
}

// pimAssignment is a row of Microsoft-Extractor-Suite's PIM-Assignments.csv: groups are resolved to their members.
var pimAssignment = &Format{
	Name:  "PIM assignments",
	needs: need("roleName,assignmentStatus|assignmentType"),
	read: func(o object, in *Input) Outcome {
		s := newSnapshot(in)
		eligible := strings.Contains(strings.ToLower(o.text("assignmentStatus")+" "+o.text("assignmentType")),
			"eligib")
		holder := object{
			keys: []string{"id", "userPrincipalName", "displayName", "@odata.type"},
			values: []gjson.Result{o.get("userId"), o.get("userPrincipalName"), o.get("displayName"),
				stringValue("user")},
		}
		if !s.holder(roleRef{id: o.get("roleId"), name: o.get("roleName")}, holder, eligible) {
			return Outcome{Bad: "no id of who holds the role"}
		}
		return s.out
	},
}

// memberRow is a row of Microsoft-Extractor-Suite's GroupMembers.csv (GroupName, GroupId, MemberId, …), and of what it
// writes of the groups themselves.
var memberRow = &Format{
	Name:  "group members",
	needs: need("groupId"),
	is: func(o object) bool {
		return o.has("memberId") || o.get("members").IsArray() || o.has("membershipRule") &&
			o.hasAny("displayName", "groupName")
	},
	read: func(o object, in *Input) Outcome {
		s := newSnapshot(in)
		switch {
		case !record.Present(o.text("groupId")):
			return Outcome{Bad: "no id of the group"}
		case o.get("members").IsArray(): // a script's list
			s.group(o.get("groupId"), firstOf(o, "groupName", "displayName"), o.get("members"))
			return s.out
		case !o.has("memberId"):
			return Outcome{NotUsed: "a group without its members"}
		}
		member := object{
			keys:   []string{"id", "userPrincipalName"},
			values: []gjson.Result{o.get("memberId"), firstOf(o, "userPrincipalName", "memberUPN")},
		}
		if !s.groupMember(o.get("groupId"), o.get("groupName"), member) {
			return Outcome{Bad: "no id of the group's member"}
		}
		return s.out
	},
}

// methodsRow is a row of Microsoft-Extractor-Suite's MFA-AuthenticationMethods.csv: a user and, for each method, True
// or "-". The pass's column has had three names; it never holds a passcode.
var methodsRow = &Format{
	Name:  "users' methods table",
	needs: need("user,fido2," + strings.Join(passColumns, "|")),
	read: func(o object, in *Input) Outcome {
		if !record.Present(o.text("user")) || o.text("user") == "-" {
			return Outcome{Bad: "no id"}
		}
		var methods []string
		for _, name := range []string{"email", "fido2", "phone", "softwareoath", "hellobusiness"} {
			if strings.EqualFold(o.text(name), "true") {
				methods = append(methods, name)
			}
		}
		for _, name := range passColumns {
			if strings.EqualFold(o.text(name), "true") {
				methods = append(methods, "temporaryAccessPass")
				break
			}
		}
		s := newSnapshot(in)
		s.add(record.Registration, members{"userPrincipalName": o.get("user"),
			"methodsRegistered": stringList(methods)})
		return s.out
	},
}

var passColumns = []string{"temporaryAccessPass", "temporaryAccessPassAuthenticationMethod", "tempaccess"}

// policyRow is a row of a table of Conditional Access policies. Microsoft-Extractor-Suite's has no user actions (its
// column UserActions repeats the risk levels), so nothing follows from it.
var policyRow = &Format{
	Name:  "Conditional Access policies table",
	needs: need("displayName,state,builtInControls"),
	is:    func(o object) bool { return !o.has("conditions") },
	read:  func(object, *Input) Outcome { return Outcome{NotUsed: withoutUserActions} },
}

// childOfRole is a member with its role hung under it (untitledgoosetool's directoryRoles_members.json; older
// versions hang only the role's id there).
var childOfRole = &Format{
	Name:  "directory role members",
	needs: need("id,directoryRoles"),
	is:    func(o object) bool { return !o.get("directoryRoles").IsArray() },
	read: func(o object, in *Input) Outcome {
		role := roleRef{id: o.get("directoryRoles")}
		if parent := o.get("directoryRoles"); parent.IsObject() {
			r := readObject(parent)
			role = roleRef{r.get("id"), r.get("roleTemplateId"), r.get("displayName")}
		}
		s := newSnapshot(in)
		if !s.holder(role, o, false) {
			return Outcome{Bad: "no id"}
		}
		if o.has("userPrincipalName") {
			s.user(o)
		}
		return s.out
	},
}

// privilegedGroupMember is a member of a group that holds a role (Zero Trust Assessment's RoleAssignmentGroup and its
// kin): who is in the group, and by it in the role.
var privilegedGroupMember = &Format{
	Name:  "members of privileged groups",
	needs: need("privilegedGroupId,id"),
	read: func(o object, in *Input) Outcome {
		s := newSnapshot(in)
		if !record.Present(o.text("privilegedGroupId")) ||
			!s.groupMember(o.get("privilegedGroupId"), gjson.Result{}, o) {
			return Outcome{Bad: "no id"}
		}
		if record.Present(o.text("roleDefinitionId")) {
			s.holder(roleRef{id: o.get("roleDefinitionId")}, o, isEligible(o, in))
		}
		if o.has("userPrincipalName") {
			s.user(o)
		}
		return s.out
	},
}

// verdict is what Maester, EIDSCA and Monkey365 write: their verdicts as text, not the settings they looked at.
var verdict = &Format{
	Name: "another tool's verdicts",
	is:   func(o object) bool { return verdictOf(o) != "" },
	read: func(o object, _ *Input) Outcome {
		return Outcome{NotUsed: "not raw evidence: " + verdictOf(o)}
	},
}

func verdictOf(o object) string {
	switch {
	case o.get("Tests").IsArray() && o.hasAny("PassedCount", "TotalCount", "Result"),
		o.has("Name", "Result", "ScriptBlock") && o.hasAny("Tag", "HelpUrl", "Block"):
		return "verdicts of Maester"
	case o.get("ControlArea").IsArray(), o.has("CheckId", "RecommendedValue"), o.has("CheckId", "CurrentValue"):
		return "controls of EIDSCA"
	}
	// Monkey365 writes Detection Findings of the Open Cybersecurity Schema Framework, in either spelling.
	if o.hasAny("findingInfo", "FindingInfo", "finding_info") &&
		o.hasAny("statusCode", "StatusCode", "status_code", "metadata", "Metadata", "activityName", "ActivityName") {
		return "findings of Monkey365 or a tool of its kind"
	}
	return ""
}

// Filtered exports. What marks them is where the collector puts them, a hint that a renamed folder loses. A record
// that the filter would not have let through proves the hint wrong.
var (
	// zt-export/SignIn/SignIn-<page>.json: successes of one application, cut off by size or by time.
	zeroTrustSignIns = regexp.MustCompile(`(?i)(?:^|/)(?:zt-export/(?:[^/]+/)*)?SignIn/SignIn-\d+\.json|(?:^|/)zt-export/(?:[^/]+/)*SignIn[^/]*\.json`)
	// azure_ad_signin/<day>/AADSigninLog_<tenant>_<day>_HH-00-00.json: of a tenant with 100,000 objects or more,
	// successes of nine applications only. Nothing in the file says how large the tenant is.
	dfirSignIns = regexp.MustCompile(`(?i)(?:^|/)AADSigninLog_[^/]*\.json|(?:^|/)azure_ad_signin/`)
)

// dfirApplications are those nine: Exchange Online and its clients, Office 365 portals, Azure PowerShell, the Azure
// CLI and Azure AD PowerShell (DFIR-O365RC, Get-AADLogs).
var dfirApplications = map[string]bool{
	"00000002-0000-0ff1-ce00-000000000000": true, "1b730954-1685-4b74-9bfd-dac224a7b894": true,
	"a0c73c16-a7e3-4564-9a95-2bdf47383716": true,
	"00000003-0000-0ff1-ce00-000000000000": true, "6eb59a73-39b2-4c23-a70f-e2e3ce8965b1": true,
	"cb1056e2-e479-49de-ae31-7812af012ed8": true,
	"1950a258-227b-4e31-a9cf-717495945fc2": true, "fb78d390-0c51-40cd-8e17-fdbfab77341b": true,
	"04b07795-8ddb-461a-bbee-02f9e1bf7b46": true,
}

// zeroTrustApplication is the one whose sign-ins Zero Trust Assessment asks for (Office365 Shell WCSS-Client).
const zeroTrustApplication = "89bee1f7-5e6e-4d8a-9f3d-ecd601259da7"

// filter is whose filtered sign-ins a source may hold, by its label.
type filter int

const (
	notAsked filter = iota
	noFilter
	zeroTrustFilter
	dfirFilter
)

// filter is asked of the label once, not of each record.
func (in *Input) filter() filter {
	if in.labelledAs != notAsked {
		return in.labelledAs
	}
	switch label := strings.ReplaceAll(in.Path, `\`, "/"); {
	case zeroTrustSignIns.MatchString(label):
		in.labelledAs = zeroTrustFilter
	case dfirSignIns.MatchString(label):
		in.labelledAs = dfirFilter
	default:
		in.labelledAs = noFilter
	}
	return in.labelledAs
}

// filterOf says of a sign-in whether its export is known to be filtered, and whether it proves that the export is
// not: a filtered export lacks failures and other applications.
func filterOf(o object, in *Input) (filtered, whole bool) {
	app, failed := strings.ToLower(o.text("appId")), false
	if code := scalarText(o.get("status").Get("errorCode")); code != "" && code != "0" {
		failed = true
	}
	switch in.filter() {
	case zeroTrustFilter:
		return true, failed || app != "" && app != zeroTrustApplication
	case dfirFilter:
		return true, failed || app != "" && !dfirApplications[app]
	}
	// Zero Trust Assessment's newer versions select few columns: nobody else asks for sign-ins without their user and
	// application but with the agent.
	if o.has("agent", "createdDateTime", "status") && !o.hasAny("userId", "userPrincipalName", "appId") && !failed {
		return true, false
	}
	return false, false
}

// gooseAudit is untitledgoosetool's directory audit of a day. Its later pages were overwritten by the first.
var gooseAudit = regexp.MustCompile(`(?i)^(?:azuread|entraid)auditlog_[^/]*\.json`)

// CollectorCap says in words that a source has exactly as many records as its collector writes at most; "" where it
// has not.
func CollectorCap(label string, records int64) string {
	const page = 1000 // Graph's largest page of directory audits
	if records == page && gooseAudit.MatchString(path.Base(strings.ReplaceAll(label, `\`, "/"))) {
		return fmt.Sprintf("exactly %d records: untitledgoosetool keeps only the first page of a day's audit events, the rest of the day is probably lost", page)
	}
	return ""
}
