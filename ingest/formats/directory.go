package formats

import (
	"regexp"
	"strings"

	"github.com/tidwall/gjson"
)

// Snapshots of the directory: users, roles and who holds them, groups, and what else says who matters.

// isoMember is a time member in the one spelling that DuckDB reads; absent and counted where it is no time.
func isoMember(o object, key string, in *Input, wrong *int) gjson.Result {
	s := o.text(key)
	if s == "" {
		return gjson.Result{}
	}
	t, err := ParseTime(s, in.Order)
	if err != nil {
		*wrong++
		return gjson.Result{}
	}
	return stringValue(t.Format("2006-01-02T15:04:05.999999Z"))
}

var user = &Format{
	Name: "users",
	recognise: func(o object) bool {
		return o.has("id", "userPrincipalName") && o.hasAny("displayName", "userType", "accountEnabled", "createdDateTime", "mail", "givenName") ||
			strings.HasSuffix(o.text("@odata.type"), "graph.user")
	},
	read: func(o object, in *Input) Outcome {
		if !isPresent(o.text("id")) && !isPresent(o.text("userPrincipalName")) {
			return Outcome{Bad: "no id"}
		}
		wrong := 0
		out := snapshot(Users, in, map[string]gjson.Result{
			"id": o.get("id"), "userPrincipalName": o.get("userPrincipalName"), "displayName": o.get("displayName"),
			"userType": o.get("userType"), "accountEnabled": o.get("accountEnabled"),
			"createdDateTime":  isoMember(o, "createdDateTime", in, &wrong),
			"employeeHireDate": isoMember(o, "employeeHireDate", in, &wrong),
		})
		out.Wrong += wrong
		return out
	},
}

// directoryRole is an activated directory role, with its members where they were expanded; a role definition says
// besides whether the role is privileged.
var directoryRole = &Format{
	Name: "directory roles",
	recognise: func(o object) bool {
		return o.has("roleTemplateId") ||
			o.has("isBuiltIn", "displayName") && o.hasAny("rolePermissions", "templateId", "isPrivileged", "isEnabled") ||
			o.has("isPrivileged", "displayName") ||
			strings.HasSuffix(o.text("@odata.type"), "graph.directoryRole")
	},
	read: func(o object, in *Input) Outcome {
		template := o.get("roleTemplateId")
		if !template.Exists() {
			template = o.get("templateId")
		}
		definition, wrong := snapshotRow(RoleDefinitions, in, map[string]gjson.Result{
			"id": o.get("id"), "templateId": template, "displayName": o.get("displayName"), "isPrivileged": o.get("isPrivileged"),
		})
		out := Outcome{Rows: []Row{definition}, Wrong: wrong}
		o.get("members").ForEach(func(_, m gjson.Result) bool {
			member := readObject(m)
			row, wrong := snapshotRow(RoleMembers, in, map[string]gjson.Result{
				"roleId": o.get("id"), "roleTemplateId": template, "roleName": o.get("displayName"),
				"principalId": member.get("id"), "principalUPN": member.get("userPrincipalName"),
				"principalName": member.get("displayName"), "principalType": stringValue(principalType(member)),
			})
			out.Rows = append(out.Rows, row)
			out.Wrong += wrong
			return true
		})
		return out
	},
}

// principalType is user, group or servicePrincipal where the object says so.
func principalType(o object) string {
	kind := o.text("@odata.type")
	return kind[strings.LastIndexByte(kind, '.')+1:]
}

// roleAssignment is a unified role assignment, or an eligibility for one, with role and principal where expanded.
var roleAssignment = &Format{
	Name: "role assignments",
	recognise: func(o object) bool {
		return o.has("principalId") && o.hasAny("roleDefinitionId", "roleDefinition")
	},
	read: func(o object, in *Input) Outcome {
		role, principal := readObject(o.get("roleDefinition")), readObject(o.get("principal"))
		eligible := strings.Contains(strings.ToLower(in.Context+" "+o.text("@odata.type")+" "+in.Path), "eligib")
		eligibleValue := gjson.Result{Type: gjson.False, Raw: "false"}
		if eligible {
			eligibleValue = gjson.Result{Type: gjson.True, Raw: "true"}
		}
		out := snapshot(RoleMembers, in, map[string]gjson.Result{
			"roleId": o.get("roleDefinitionId"), "roleTemplateId": role.get("templateId"), "roleName": role.get("displayName"),
			"principalId": o.get("principalId"), "principalUPN": principal.get("userPrincipalName"),
			"principalName": principal.get("displayName"), "principalType": stringValue(principalType(principal)), "eligible": eligibleValue,
		})
		if role.has("displayName") {
			definition, wrong := snapshotRow(RoleDefinitions, in, map[string]gjson.Result{
				"id": o.get("roleDefinitionId"), "templateId": role.get("templateId"), "displayName": role.get("displayName"), "isPrivileged": role.get("isPrivileged"),
			})
			out.Rows = append(out.Rows, definition)
			out.Wrong += wrong
		}
		return out
	},
}

// group is a group with its members where they were expanded; without them it says nothing about who is in it.
var group = &Format{
	Name: "groups",
	recognise: func(o object) bool {
		return o.has("id", "displayName") && o.hasAny("groupTypes", "securityEnabled", "mailEnabled", "securityIdentifier") &&
			!o.has("userPrincipalName") || strings.HasSuffix(o.text("@odata.type"), "graph.group")
	},
	read: func(o object, in *Input) Outcome {
		members := o.get("members")
		if !members.IsArray() {
			return Outcome{NotUsed: "a group without its members"}
		}
		out := Outcome{}
		add := func(member object) {
			row, wrong := snapshotRow(GroupMembers, in, map[string]gjson.Result{
				"groupId": o.get("id"), "groupName": o.get("displayName"),
				"memberId": member.get("id"), "memberUPN": member.get("userPrincipalName"), "memberType": stringValue(principalType(member)),
			})
			out.Rows = append(out.Rows, row)
			out.Wrong += wrong
		}
		if len(members.Array()) == 0 {
			add(object{}) // known to be empty
		}
		members.ForEach(func(_, m gjson.Result) bool {
			add(readObject(m))
			return true
		})
		return out
	},
}

var registrationDetail = &Format{
	Name: "registration details",
	recognise: func(o object) bool {
		return o.has("methodsRegistered") && o.hasAny("isMfaRegistered", "isMfaCapable", "isAdmin")
	},
	read: func(o object, in *Input) Outcome {
		return snapshot(RegistrationDetails, in, map[string]gjson.Result{
			"id": o.get("id"), "userPrincipalName": o.get("userPrincipalName"), "isAdmin": o.get("isAdmin"), "methodsRegistered": o.get("methodsRegistered"),
		})
	},
}

var conditionalAccess = &Format{
	Name: "Conditional Access policies",
	recognise: func(o object) bool {
		return o.get("conditions").IsObject() && o.hasAny("grantControls", "sessionControls") && o.has("state")
	},
	read: func(o object, in *Input) Outcome {
		return snapshot(ConditionalAccessPolicies, in, map[string]gjson.Result{
			"id": o.get("id"), "displayName": o.get("displayName"), "state": o.get("state"),
			"userActions": o.get("conditions").Get("applications.includeUserActions"),
		})
	},
}

var authenticationStrength = &Format{
	Name:      "authentication strengths",
	recognise: func(o object) bool { return o.get("allowedCombinations").IsArray() },
	read: func(o object, in *Input) Outcome {
		return snapshot(AuthenticationStrengths, in, map[string]gjson.Result{
			"id": o.get("id"), "displayName": o.get("displayName"), "allowedCombinations": o.get("allowedCombinations"),
		})
	},
}

// passMethod is a pass as users' temporaryAccessPassMethods show it. Collectors drop @odata.type, so it is known by
// its lifetime and its usability.
var passMethod = &Format{
	Name:      "temporary access pass methods",
	recognise: func(o object) bool { return o.has("lifetimeInMinutes", "isUsableOnce") },
	read: func(o object, in *Input) Outcome {
		if !isPresent(o.text("id")) {
			return Outcome{Bad: "no id"}
		}
		wrong := 0
		out := snapshot(PassSnapshots, in, map[string]gjson.Result{
			"id": o.get("id"), "userId": stringValue(userOfMethod(o, in)),
			"createdDateTime":   isoMember(o, "createdDateTime", in, &wrong),
			"startDateTime":     isoMember(o, "startDateTime", in, &wrong),
			"lifetimeInMinutes": o.get("lifetimeInMinutes"), "isUsableOnce": o.get("isUsableOnce"), "isUsable": o.get("isUsable"),
			"methodUsabilityReason": o.get("methodUsabilityReason"),
		})
		out.Wrong += wrong
		return out
	},
}

var (
	userInContext = regexp.MustCompile(`(?i)users\('([^']+)'\)`)
	guid          = regexp.MustCompile(`(?i)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)
)

// userOfMethod is whose method it is: by a collector's users key, the page's context users('<id>'), or an id in the
// file's name.
func userOfMethod(o object, in *Input) string {
	if s := o.text("users"); s != "" {
		return s
	}
	for _, context := range []string{o.text("@odata.context"), in.Context} {
		if m := userInContext.FindStringSubmatch(context); m != nil {
			return m[1]
		}
	}
	return guid.FindString(in.Path)
}
