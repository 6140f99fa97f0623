package auditlog

import (
	"slices"
	"strings"
	"time"

	"tapaudit/analysis/identity"
)

// The activities by which users register methods on the registration page, in lower case.
const (
	registeredInfo = "user registered security info"
	requiredInfo   = "user registered all required security info"
)

// registerAnew takes a user's methods away: the activity, or the reason of one about security info, begins so.
const registerAnew = "admin required re-registration of mfa authentication methods"

// credentials are what the Device Registration Service adds and deletes, in lower case: an activity begins with "add"
// or "delete" and one of them. Source: Microsoft Learn, "Microsoft Entra audit log categories and activities".
var credentials = []string{
	"windows hello for business credential", "passkey", "fido2 security key", "passwordless phone sign-in credential",
	"platform credential",
}

// isCredential says whether an activity, in lower case, does what the verb says with a credential.
func isCredential(verb, activity string) bool {
	what, ok := strings.CutPrefix(activity, verb)
	return ok && slices.ContainsFunc(credentials, func(c string) bool { return strings.HasPrefix(what, c) })
}

// methodWords are words by which activities and reasons name a kind of method, in lower case. The first that a text
// holds tells its kind: a phone sign-in is not a phone.
var methodWords = []struct{ word, kind string }{
	{"windows hello", "windows hello"}, {"passkey", "passkey"}, {"fido", "passkey"},
	{"phone sign-in", "phone sign-in"},
	{"passwordless", "phone sign-in"}, {"platform credential", "platform credential"},
	{"authenticator", "authenticator"},
	{"phone", "phone"}, {"sms", "phone"}, {"e-mail", "email"}, {"email", "email"}, {"oath", "token"},
	{"token", "token"},
	{"app password", "app password"}, {"security question", "questions"}, {"certificate", "certificate"},
}

// methodKind is the kind of method that a text names; "" for none.
func methodKind(text string) string {
	text = strings.ToLower(text)
	for _, m := range methodWords {
		if strings.Contains(text, m.word) {
			return m.kind
		}
	}
	return ""
}

// sameRegistration is how far apart the two records of one registration lie at most.
const sameRegistration = time.Minute

// Methods are each user's method events: what they registered. A registration that the Device Registration Service
// logs, and the registration page too, is one event; the earlier stands.
func Methods(events []*Event) ByUser {
	of := ByUser{}
	for _, e := range events {
		if e.Kind == MethodRegistered {
			of[e.User()] = append(of[e.User()], e)
		}
	}
	for user, own := range of {
		of[user] = withoutSecond(own)
	}
	return of
}

// withoutSecond leaves out the later of two events that tell of one registration; events are one user's, in order of
// time.
func withoutSecond(events []*Event) []*Event {
	// added is the kind of method that the service added; named is the one that the page, which logged it, names.
	type registration struct {
		added, named    string
		onPage, isPair  bool
		isSecond, isAdd bool
	}
	all := make([]registration, len(events))
	for i, e := range events {
		activity := identity.LowerTrim(e.Activity)
		r := registration{onPage: activity == registeredInfo, isAdd: isCredential("add ", activity)}
		r.added, r.named = methodKind(activity), methodKind(e.Reason)
		all[i] = r
	}
	for i, e := range events {
		if !all[i].isAdd {
			continue
		}
		apart := func(k int) time.Duration { return events[k].Time.Sub(e.Time).Abs() }
		fits := func(k int) bool {
			r := &all[k]
			return r.onPage && !r.isPair && (r.named == "" || r.named == all[i].added)
		}
		nearest := -1
		for k := i - 1; k >= 0 && apart(k) <= sameRegistration; k-- {
			if fits(k) {
				nearest = k
				break
			}
		}
		for k := i + 1; k < len(events) && apart(k) <= sameRegistration; k++ {
			if fits(k) {
				if nearest < 0 || apart(k) < apart(nearest) {
					nearest = k
				}
				break
			}
		}
		if nearest >= 0 {
			all[nearest].isPair = true
			all[max(i, nearest)].isSecond = true
		}
	}
	var first []*Event
	for i, e := range events {
		if !all[i].isSecond {
			first = append(first, e)
		}
	}
	return first
}
