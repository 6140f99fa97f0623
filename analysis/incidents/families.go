package incidents

import (
	"maps"
	"slices"
	"strings"
)

const chainRule = "TAP-TAKEOVER-CHAIN"

// issuerRules tell of an issuer, whatever else their subject may be.
var issuerRules = set("TAP-ISSUED-IN-BULK TAP-ROLE-THEN-ISSUE TAP-GRANT-THEN-ISSUE TAP-GRAPH-PROBED")

// listing rules only list, or repeat what others say: they are not signs.
var listing = set("TAP-ISSUED TAP-SIGNIN TAP-SIGNIN-UNSUPERVISED")

// Families are the names of the families of rules, in order.
func Families() []string {
	return slices.Compact(slices.Sorted(maps.Values(families)))
}

// families are rules that say much the same; a rule that is not here is a family of its own, unless its finding names
// one.
var families = func() map[string]string {
	of := map[string]string{}
	for family, rules := range map[string]string{
		"issuer": "TAP-ISSUED-BY-SELF TAP-ISSUED-BY-UNAPPROVED-ISSUER TAP-ISSUED-BY-APPLICATION TAP-ISSUED-AFTER-RISKY-SIGNIN " +
			"TAP-ISSUED-FROM-UNFAMILIAR-NETWORK TAP-ISSUED-FROM-TAP-SESSION TAP-ROLE-THEN-ISSUE TAP-GRANT-THEN-ISSUE TAP-GRAPH-PROBED",
		"policy": "TAP-POLICY-THEN-ISSUE TAP-SCOPE-THEN-ISSUE TAP-POLICY-WEAKENED TAP-POLICY-TRANSIENT TAP-POLICY-CHANGE-UNLOGGED " +
			"TAP-POLICY-CHANGE-UNREADABLE TAP-POLICY-REGISTRATION-WEAKENED",
		"whom": "TAP-ISSUED-TO-PRIVILEGED-USER TAP-SIGNIN-BY-PRIVILEGED-USER TAP-ISSUED-TO-SYNC-ACCOUNT TAP-ISSUED-TO-GUEST TAP-PASS-THEN-ROLE",
		"need": "TAP-ISSUED-TO-ESTABLISHED-USER TAP-ISSUED-TO-DORMANT-USER TAP-ISSUED-WITHOUT-NEED TAP-STRIP-THEN-ISSUE",
		"time": "TAP-ISSUED-OFF-HOURS TAP-SIGNIN-OFF-HOURS",
		"place": "TAP-SIGNIN-UNFAMILIAR-NETWORK TAP-SIGNIN-FROM-ISSUER-NETWORK TAP-SIGNIN-STRANGE-COUNTRY TAP-SIGNIN-TWO-PLACES " +
			"TAP-DEVICE-SHARED TAP-NETWORK-SHARED",
		"proof":    "TAP-SIGNIN-WITHOUT-ISSUANCE TAP-SIGNIN-AFTER-END TAP-SIGNIN-CONTESTED TAP-PASS-REUSED TAP-PASS-UNLOGGED TAP-GRAPH-UNLOGGED",
		"guessing": "TAP-GUESSING TAP-GUESSED",
		"means":    "TAP-SIGNIN-DEVICE-CODE TAP-SIGNIN-RISKY TAP-SIGNIN-ADMIN-TOOL",
		"outcome":  "TAP-SIGNIN-NO-REGISTRATION TAP-NOT-USED TAP-SIGNIN-BEYOND-BOOTSTRAP TAP-SESSION-OUTLIVES-PASS",
		"kind": "TAP-ISSUED-MULTI-USE TAP-LIFETIME-EXCESSIVE TAP-REISSUED TAP-SIGNIN-FREQUENT TAP-ISSUED-IN-BULK " +
			"TAP-SIGNIN-RATE-ANOMALY",
		"refused": "TAP-SIGNIN-OUT-OF-SCOPE TAP-SIGNIN-LATE TAP-SIGNIN-BLOCKED TAP-ISSUANCE-FAILED",
		"chain":   chainRule,
		"deeds":   "TAP-SESSION-ACTED TAP-SESSION-STRIPPED TAP-SESSION-DATA",
	} {
		for rule := range set(rules) {
			of[rule] = family
		}
	}
	return of
}()

func set(names string) map[string]bool {
	all := map[string]bool{}
	for _, name := range strings.Fields(names) {
		all[name] = true
	}
	return all
}
