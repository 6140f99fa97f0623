package formats

import (
	"cmp"
	"path"
	"regexp"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"tapaudit/ingest/record"
)

// Snapshots of the directory: users, roles and who holds them, groups, and what else says who matters.

// members are the values of a row by the place that its kind reads them from; what a kind does not know is left out.
type members map[string]gjson.Result

// snapshot gathers the rows that one record of a snapshot makes, all of one time and one tenant.
type snapshot struct {
	in     *Input
	taken  time.Time
	tenant string // where the record itself names one
	out    Outcome
}

func newSnapshot(in *Input) *snapshot { return &snapshot{in: in, taken: in.Taken} }

// add makes a row of what members the kind has; values of a wrong type are left out and counted.
func (s *snapshot) add(k *record.Kind, m members) {
	v := newValues(k, s.in)
	v.set("tenant_id", s.tenant)
	v.read(func(key string) gjson.Result { return m[key] })
	if k == record.ConditionalAccess {
		v.lower("state")
	}
	s.out.Wrong += v.Wrong
	s.out.Note = cmp.Or(s.out.Note, v.note)
	s.out.Rows = append(s.out.Rows, v.row(s.taken))
}

// time is a time in the one spelling that DuckDB reads; absent, and counted, where it is none.
func (s *snapshot) time(v gjson.Result) gjson.Result {
	text := scalarText(v)
	if strings.TrimSpace(text) == "" {
		if v.Type == gjson.JSON {
			s.out.Wrong++
		}
		return gjson.Result{}
	}
	s.in.see(text)
	t, bad := checkTime(text, s.in.Order)
	if bad != "" {
		s.out.Wrong++
		return gjson.Result{}
	}
	return stringValue(record.Instant(t))
}

// stringValue is a text of ours as a member's value; an empty one is absent.
func stringValue(s string) gjson.Result {
	if s == "" {
		return gjson.Result{}
	}
	return gjson.Result{Type: gjson.String, Str: s, Raw: quote(s)}
}

func boolValue(b bool) gjson.Result {
	if b {
		return gjson.Result{Type: gjson.True, Raw: "true"}
	}
	return gjson.Result{Type: gjson.False, Raw: "false"}
}

// firstOf is the first of the members that is there and is not null.
func firstOf(o object, keys ...string) gjson.Result {
	for _, key := range keys {
		if v := o.get(key); v.Exists() && v.Type != gjson.Null {
			return v
		}
	}
	return gjson.Result{}
}

// kindOf is what an object of the directory says it is: user, group, servicePrincipal or device.
func kindOf(o object) string {
	kind := o.text("@odata.type")
	return kind[strings.LastIndexByte(kind, '.')+1:]
}

// identified says whether a member, holder or owner can be told: by an id or by a user principal name.
func identified(id, upn gjson.Result) bool {
	return record.Present(scalarText(id)) || record.Present(scalarText(upn))
}

// roleRef is a role as a record names it, by any of its ids and its name.
type roleRef struct{ id, template, name gjson.Result }

// holder adds who holds a role; false where the record does not say who.
func (s *snapshot) holder(role roleRef, principal object, eligible bool) bool {
	if !identified(principal.get("id"), principal.get("userPrincipalName")) {
		return false
	}
	s.add(record.RoleMember, members{
		"roleId": role.id, "roleTemplateId": role.template, "roleName": role.name,
		"principalId": principal.get("id"), "principalUPN": principal.get("userPrincipalName"),
		"principalName": principal.get("displayName"), "principalType": stringValue(kindOf(principal)),
		"eligible": boolValue(eligible),
	})
	return true
}

// groupMember adds a member of a group; false where the record does not say who.
func (s *snapshot) groupMember(id, name gjson.Result, member object) bool {
	if !identified(member.get("id"), member.get("userPrincipalName")) {
		return false
	}
	s.add(record.GroupMember, members{
		"groupId": id, "groupName": name,
		"memberId": member.get("id"), "memberUPN": member.get("userPrincipalName"),
		"memberType": stringValue(kindOf(member)),
	})
	return true
}

const anyGUID = `[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`

// A list of members does not name its group or role inside. The page's context does, or the name that the exporter
// gave the file: groups/<id>/members.json, group-members-<id>.json or directoryRoles_<id>_members.json.
var (
	groupOfMembers = regexp.MustCompile(`(?i)\bgroups\('([^']+)'\)/(?:transitive)?members|groups?[/_ -](` + anyGUID +
		`)[/_ -](?:transitive)?members|groups?[_ -]?members[/_ -](` + anyGUID + `)`)
	roleOfMembers = regexp.MustCompile(`(?i)\bdirectoryRoles\('([^']+)'\)/members|roles?[/_ -](` + anyGUID +
		`)[/_ -]members|roles?[_ -]?members[/_ -](` + anyGUID + `)`)
)

func namedIn(pattern *regexp.Regexp, in *Input) gjson.Result {
	for _, text := range []string{in.Context, in.Path} {
		if m := pattern.FindStringSubmatch(text); m != nil {
			return stringValue(m[1] + m[2] + m[3])
		}
	}
	return gjson.Result{}
}

// membership adds what the file says of an object beside the object itself: whose member it is.
func (s *snapshot) membership(o object) {
	if id := namedIn(groupOfMembers, s.in); id.Exists() {
		s.groupMember(id, gjson.Result{}, o)
	}
	if id := namedIn(roleOfMembers, s.in); id.Exists() {
		s.holder(roleRef{id: id}, o, false)
	}
}

var user = &Format{
	Name: "users",
	is: func(o object) bool {
		// A sign-in that somebody flattened has a user's keys, too.
		return o.has("id", "userPrincipalName") && !keysOfLogs(o.keys) &&
			o.hasAny("displayName", "userType", "accountEnabled", "createdDateTime", "mail", "givenName") ||
			kindOf(o) == "user"
	},
	read: func(o object, in *Input) Outcome {
		if !identified(o.get("id"), o.get("userPrincipalName")) {
			return Outcome{Bad: "no id"}
		}
		s := newSnapshot(in)
		s.user(o)
		s.membership(o)
		// What collectors hang under the user.
		if settings := readObject(o.get("userAuthenticationSettings")); settings.has("methodsRegistered") {
			s.registration(settings)
		}
		s.passesOf(o, scalarText(o.get("id")), scalarText(o.get("userPrincipalName")))
		return s.out
	},
}

func (s *snapshot) user(o object) {
	s.add(record.User, members{
		"id": o.get("id"), "userPrincipalName": o.get("userPrincipalName"), "displayName": o.get("displayName"),
		"userType": o.get("userType"), "accountEnabled": o.get("accountEnabled"),
		"createdDateTime": s.time(o.get("createdDateTime")), "employeeHireDate": s.time(o.get("employeeHireDate")),
	})
}

// directoryRole is an activated directory role, with its members where they were expanded; a role definition says
// besides whether the role is privileged.
var directoryRole = &Format{
	Name: "directory roles",
	is: func(o object) bool {
		return o.has("roleTemplateId") || o.has("displayName", "isPrivileged") ||
			o.has("displayName", "isBuiltIn") && o.hasAny("rolePermissions", "templateId", "isEnabled") ||
			kindOf(o) == "directoryRole" || kindOf(o) == "unifiedRoleDefinition"
	},
	read: func(o object, in *Input) Outcome {
		template := firstOf(o, "roleTemplateId", "templateId")
		if !record.Present(o.text("id")) && !record.Present(scalarText(template)) {
			return Outcome{Bad: "no id"}
		}
		s := newSnapshot(in)
		s.add(record.RoleDefinition, members{
			"id": o.get("id"), "templateId": template, "displayName": o.get("displayName"),
			"isPrivileged": o.get("isPrivileged"),
		})
		o.get("members").ForEach(func(_, m gjson.Result) bool {
			if !s.holder(roleRef{o.get("id"), template, o.get("displayName")}, readObject(m), false) {
				s.out.Wrong++
			}
			return true
		})
		return s.out
	},
}

// roleAssignment is a unified role assignment, a schedule or an instance of one, or an eligibility, with role and
// principal where they were expanded.
var roleAssignment = &Format{
	Name:  "role assignments",
	needs: need("principalId,roleDefinitionId|roleDefinition"),
	read: func(o object, in *Input) Outcome {
		if o.has("action") {
			return Outcome{NotUsed: "a request for a role, which does not say who holds it"}
		}
		if status := o.text("status"); endedSchedule[strings.ToLower(status)] {
			return Outcome{NotUsed: "a role assignment that was not or is no longer in force"}
		}
		role, principal := readObject(o.get("roleDefinition")), readObject(o.get("principal"))
		roleID := firstOf(o, "roleDefinitionId")
		if !roleID.Exists() {
			roleID = role.get("id")
		}
		holder := object{
			keys: []string{"id", "userPrincipalName", "displayName", "@odata.type"},
			values: []gjson.Result{o.get("principalId"), principal.get("userPrincipalName"),
				principal.get("displayName"), principal.get("@odata.type")},
		}
		s := newSnapshot(in)
		if !s.holder(roleRef{roleID, role.get("templateId"), role.get("displayName")}, holder, isEligible(o, in)) {
			return Outcome{Bad: "no id of who holds the role"}
		}
		if role.has("displayName") {
			s.add(record.RoleDefinition, members{
				"id": roleID, "templateId": role.get("templateId"), "displayName": role.get("displayName"),
				"isPrivileged": role.get("isPrivileged"),
			})
		}
		return s.out
	},
}

// endedSchedule are the states of a schedule (unifiedRoleScheduleBase.status) in which nobody holds the role by it.
var endedSchedule = map[string]bool{"canceled": true, "denied": true, "failed": true, "revoked": true,
	"timedout": true, "admindenied": true}

// isEligible says whether an assignment only lets its holder activate the role. Its own members say so where they are
// there; else the page's context, else the name of the file or of the folder that holds it.
func isEligible(o object, in *Input) bool {
	switch {
	case o.hasAny("roleEligibilityScheduleId"):
		return true
	case o.hasAny("roleAssignmentScheduleId", "roleAssignmentOriginId", "assignmentType"):
		return false
	}
	for _, text := range []string{kindOf(o), in.Context} {
		if lower := strings.ToLower(text); strings.Contains(lower, "role") {
			return strings.Contains(lower, "eligib")
		}
	}
	dir, base := path.Split(in.Path)
	return strings.Contains(strings.ToLower(path.Base(dir)+" "+base), "eligib")
}

// group is a group with its members where they were expanded; without them it says nothing about who is in it.
var group = &Format{
	Name: "groups",
	is: func(o object) bool {
		return o.has("id", "displayName") && (o.hasAny("groupTypes", "securityEnabled", "mailEnabled",
			"securityIdentifier") || o.get("members").IsArray()) &&
			!o.hasAny("userPrincipalName", "accountEnabled", "membershipType", "isMemberManagementRestricted") ||
			kindOf(o) == "group"
	},
	read: func(o object, in *Input) Outcome {
		s := newSnapshot(in)
		list := firstOf(o, "members", "transitiveMembers")
		if !list.IsArray() {
			s.membership(o)
			if len(s.out.Rows) == 0 {
				return Outcome{NotUsed: "a group without its members"}
			}
			return s.out
		}
		if !record.Present(o.text("id")) {
			return Outcome{Bad: "no id"}
		}
		s.group(o.get("id"), o.get("displayName"), list)
		return s.out
	},
}

// group adds all members of a group; one that has none is known to be empty.
func (s *snapshot) group(id, name, list gjson.Result) {
	list.ForEach(func(_, m gjson.Result) bool {
		if !s.groupMember(id, name, readObject(m)) {
			s.out.Wrong++
		}
		return true
	})
	switch {
	case len(s.out.Rows) > 0:
	case s.out.Wrong > 0:
		s.out.NotUsed = "a group whose members have no id"
	default:
		s.add(record.GroupMember, members{"groupId": id, "groupName": name})
	}
}

// servicePrincipal is an application as the tenant has it: its own id there, and the id that it has everywhere.
var servicePrincipal = &Format{
	Name: "service principals",
	is: func(o object) bool {
		return o.has("id", "appId") && o.hasAny("servicePrincipalType", "servicePrincipalNames",
			"appOwnerOrganizationId", "appRoles")
	},
	read: func(o object, in *Input) Outcome {
		if !record.Present(o.text("id")) || !record.Present(o.text("appId")) {
			return Outcome{Bad: "no id"}
		}
		s := newSnapshot(in)
		s.add(record.ServicePrincipal, members{"id": o.get("id"), "appId": o.get("appId"),
			"displayName": o.get("displayName")})
		s.membership(o)
		return s.out
	},
}

var registrationDetail = &Format{
	Name:  "registration details",
	needs: need("methodsRegistered,isMfaRegistered|isMfaCapable|isAdmin|userPrincipalName"),
	read: func(o object, in *Input) Outcome {
		if !identified(o.get("id"), o.get("userPrincipalName")) {
			return Outcome{Bad: "no id"}
		}
		s := newSnapshot(in)
		s.registration(o)
		return s.out
	},
}

func (s *snapshot) registration(o object) {
	methods := o.get("methodsRegistered")
	if methods.Type == gjson.String {
		// as a table's cell: a line, or a word after a comma, for each
		methods = stringList(strings.FieldsFunc(methods.String(), func(r rune) bool { return strings.ContainsRune("\r\n\t ,;", r) }))
	}
	s.add(record.Registration, members{
		"id": o.get("id"), "userPrincipalName": o.get("userPrincipalName"), "isAdmin": o.get("isAdmin"),
		"methodsRegistered": texts(methods),
	})
}

func stringList(list []string) gjson.Result {
	var b strings.Builder
	b.WriteByte('[')
	for i, s := range list {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(quote(s))
	}
	b.WriteByte(']')
	return gjson.Parse(b.String())
}

// texts is a list of texts without what is none, so that its column reads it; anything else stays as it is.
func texts(v gjson.Result) gjson.Result {
	if !v.IsArray() {
		return v
	}
	var list []string
	v.ForEach(func(_, e gjson.Result) bool {
		if s := scalarText(e); s != "" {
			list = append(list, s)
		}
		return true
	})
	return stringList(list)
}

var conditionalAccess = &Format{
	Name: "Conditional Access policies",
	is: func(o object) bool {
		return o.has("conditions", "state") && o.hasAny("grantControls", "sessionControls", "displayName") ||
			kindOf(o) == "conditionalAccessPolicy"
	},
	read: func(o object, in *Input) Outcome {
		s := newSnapshot(in)
		if !s.conditionalAccess(o) {
			return Outcome{NotUsed: withoutUserActions}
		}
		return s.out
	},
}

const withoutUserActions = "a Conditional Access policy without the user actions it applies to (a table, or cut off by ConvertTo-Json -Depth)"

// conditionalAccess adds a policy; false where its applications were cut off, so that nobody knows whether it is
// about the registration of security information.
func (s *snapshot) conditionalAccess(o object) bool {
	applications := o.get("conditions").Get("applications")
	if !applications.IsObject() {
		return false
	}
	actions := applications.Get("includeUserActions")
	if actions.Exists() && actions.Type != gjson.Null && !actions.IsArray() {
		return false
	}
	s.add(record.ConditionalAccess, members{
		"id": o.get("id"), "displayName": o.get("displayName"), "state": o.get("state"), "userActions": texts(actions),
	})
	return true
}

var authenticationStrength = &Format{
	Name:  "authentication strengths",
	needs: need("allowedCombinations"),
	is:    func(o object) bool { return o.get("allowedCombinations").IsArray() },
	read: func(o object, in *Input) Outcome {
		s := newSnapshot(in)
		s.add(record.Strength, members{
			"id": o.get("id"), "displayName": o.get("displayName"),
			"allowedCombinations": texts(o.get("allowedCombinations")),
		})
		return s.out
	},
}

// passMethod is a pass as users' temporaryAccessPassMethods show it. Collectors drop @odata.type, so it is known by
// its lifetime and its usability. The passcode, where an export holds one, is never read.
var passMethod = &Format{
	Name: "temporary access pass methods",
	is:   isPassMethod,
	read: func(o object, in *Input) Outcome {
		if !record.Present(o.text("id")) {
			return Outcome{Bad: "no id"}
		}
		id, upn := userOfMethod(o, in)
		if !record.Present(id) && !record.Present(upn) {
			return Outcome{NotUsed: "a pass of which neither the record nor the page or the file's name says whose it is"}
		}
		s := newSnapshot(in)
		s.pass(o, id, upn)
		return s.out
	},
}

func isPassMethod(o object) bool {
	return o.has("lifetimeInMinutes", "isUsableOnce") || kindOf(o) == "temporaryAccessPassAuthenticationMethod"
}

func (s *snapshot) pass(o object, userID, upn string) {
	s.add(record.Pass, members{
		"id": o.get("id"), "userId": stringValue(userID), "userUPN": stringValue(upn),
		"createdDateTime": s.time(o.get("createdDateTime")), "startDateTime": s.time(o.get("startDateTime")),
		"lifetimeInMinutes": o.get("lifetimeInMinutes"), "isUsableOnce": o.get("isUsableOnce"),
		"isUsable":              o.get("isUsable"),
		"methodUsabilityReason": o.get("methodUsabilityReason"),
	})
}

// methodLists are the members under which exports hang a user's methods.
var methodLists = []string{"temporaryAccessPassMethods", "userRegisteredAuthenticationMethods",
	"authenticationMethods", "methods"}

// passesOf adds the passes among an object's lists of methods.
func (s *snapshot) passesOf(o object, userID, upn string) {
	lists := []object{o}
	if a := o.get("authentication"); a.IsObject() { // Graph, expanded
		lists = append(lists, readObject(a))
	}
	for _, from := range lists {
		for _, key := range methodLists {
			list := from.get(key)
			if list.IsObject() && list.Get("value").IsArray() { // a page in its place
				list = list.Get("value")
			}
			if !list.IsArray() {
				continue
			}
			list.ForEach(func(_, m gjson.Result) bool {
				if method := camel(readObject(m)); isPassMethod(method) {
					s.pass(method, userID, upn)
				}
				return true
			})
		}
	}
}

// userMethods is a user with a list of methods and little else, as scripts write it.
var userMethods = &Format{
	Name: "users' methods",
	is: func(o object) bool {
		if o.get("temporaryAccessPassMethods").Exists() || isKeyedByUser(o) {
			return true
		}
		return o.hasAny("userId", "userPrincipalName", "user", "id") &&
			!o.hasAny("displayName", "status", "ipAddress") &&
			(o.get("userRegisteredAuthenticationMethods").IsArray() || o.get("authenticationMethods").IsArray() ||
				o.get("methods").IsArray() ||
				o.get("authentication").Get("methods").IsArray() ||
				o.get("authentication").Get("temporaryAccessPassMethods").IsArray())
	},
	read: func(o object, in *Input) Outcome {
		s := newSnapshot(in)
		if isKeyedByUser(o) {
			for i, name := range o.keys {
				id, upn := idOrName(name)
				s.passesOf(object{keys: methodLists[:1], values: o.values[i : i+1]}, id, upn)
			}
		} else {
			id, upn := o.text("id"), o.text("userPrincipalName")
			if !record.Present(id) {
				id, upn = userOfMethod(o, in)
			}
			s.passesOf(o, id, upn)
		}
		if len(s.out.Rows) == 0 {
			s.out.NotUsed = "a user's methods without a pass"
		}
		return s.out
	},
}

// isKeyedByUser says whether an object's keys are users, and its values lists that hold passes.
func isKeyedByUser(o object) bool {
	passes := false
	for i, name := range o.keys {
		if !o.values[i].IsArray() || guid.FindString(name) != name && !principalName.MatchString(name) {
			return false
		}
		o.values[i].ForEach(func(_, m gjson.Result) bool {
			passes = passes || isPassMethod(camel(readObject(m)))
			return !passes
		})
	}
	return passes
}

// otherMethod is another method than a pass among a user's methods. untitledgoosetool drops @odata.type and hangs the
// user under the key users.
var otherMethod = &Format{
	Name: "authentication methods",
	is: func(o object) bool {
		kind := kindOf(o)
		return strings.HasSuffix(kind, "AuthenticationMethod") ||
			strings.HasSuffix(kind, "AuthenticationMethodConfiguration") ||
			o.has("id", "users") && (o.get("users").IsObject() || o.get("users").Type == gjson.String) ||
			o.has("id", "state") && o.hasAny("includeTargets", "excludeTargets")
	},
	read: func(object, *Input) Outcome {
		return Outcome{NotUsed: "an authentication method or another object of a user that is not a pass"}
	},
}

// otherObject is what shares lists with users and groups, and matters to no rule.
var otherObject = &Format{
	Name: "other directory objects",
	is: func(o object) bool {
		switch kindOf(o) {
		case "servicePrincipal", "device", "application", "orgContact", "administrativeUnit", "agentIdentity",
			"agentUser":
			return strings.HasPrefix(o.text("@odata.type"), "#microsoft.graph.")
		}
		return false
	},
	read: func(o object, in *Input) Outcome { return Outcome{NotUsed: "an object of the kind " + kindOf(o)} },
}

var (
	userInContext = regexp.MustCompile(`(?i)\busers\('([^']+)'\)`)
	guid          = regexp.MustCompile(`(?i)` + anyGUID)
	principalName = regexp.MustCompile(`^[^@\s/\\]+@[^@\s/\\]+\.[^@\s/\\.]+$`)
)

// userOfMethod is whose method it is. The first of these says it: the record; a collector's users key (an id, or the
// user); the page's context users('<id>'); the file's name. In a name it is an id or a user principal name, or what
// follows a folder users. A tenant's id in a folder's name is none.
func userOfMethod(o object, in *Input) (id, upn string) {
	if users := o.get("users"); users.IsObject() {
		u := readObject(users)
		return u.text("id"), u.text("userPrincipalName")
	}
	if record.Present(o.text("userId")) || record.Present(o.text("userPrincipalName")) {
		return o.text("userId"), o.text("userPrincipalName")
	}
	for _, name := range []string{o.text("users"), o.text("user")} {
		if record.Present(name) {
			return idOrName(name)
		}
	}
	for _, context := range []string{o.text("@odata.context"), in.Context} {
		if m := userInContext.FindStringSubmatch(context); m != nil {
			return idOrName(m[1])
		}
	}
	segments := strings.Split(strings.ReplaceAll(in.Path, `\`, "/"), "/")
	base := segments[len(segments)-1]
	if found := guid.FindAllString(base, -1); found != nil {
		return found[len(found)-1], ""
	}
	for _, packed := range []string{".gz", ".zst", ".json", ".ndjson", ".jsonl", ".csv"} {
		base = strings.TrimSuffix(base, packed)
	}
	if principalName.MatchString(base) {
		return "", base
	}
	for i := len(segments) - 2; i > 0; i-- {
		if strings.EqualFold(segments[i-1], "users") {
			return idOrName(segments[i])
		}
	}
	return "", ""
}

func idOrName(s string) (id, upn string) {
	if strings.Contains(s, "@") {
		return "", s
	}
	if guid.MatchString(s) {
		return s, ""
	}
	return "", ""
}
