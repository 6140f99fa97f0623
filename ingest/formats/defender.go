package formats

import (
	"strings"

	"github.com/tidwall/gjson"
)

// defenderSignIns are rows of Defender's advanced hunting table EntraIdSignInEvents, until December 2025
// AADSignInEventsBeta. They have no steps: failed attempts with a pass show by their error code, log-ins do not.
var defenderSignIns = &Format{
	Name:   "Defender EntraIdSignInEvents",
	needs:  need("LogonType,AccountObjectId|AccountUpn,Timestamp|TimeGenerated,RequestId|CorrelationId,Application|ApplicationId"),
	caps:   []int64{10_000, 30_000, 100_000}, // the portal's and the API's, which was raised twice
	column: defenderColumn,
	read: func(o object, in *Input) Outcome {
		var p object
		for _, name := range defenderNames {
			p.with(name.ours, firstOf(o, name.theirs...))
		}
		code := strings.TrimSpace(o.text("ErrorCode"))
		if !integer.MatchString(code) {
			code = "" // an empty one is not a success
		}
		p.with("status", nestedObject(member{"errorCode", gjson.Parse(code)}))
		p.with("location", nestedObject(member{"city", o.get("City")}, member{"countryOrRegion", o.get("Country")}))
		p.with("deviceDetail", nestedObject(
			member{"deviceId", firstOf(o, "EntraIdDeviceId", "AadDeviceId")},
			member{"displayName", o.get("DeviceName")}, member{"operatingSystem", o.get("OSPlatform")},
		))
		p.with("riskLevelDuringSignIn", coded(o.get("RiskLevelDuringSignIn"), defenderRisks))
		p.with("riskLevelAggregated", coded(o.get("RiskLevelAggregated"), defenderRisks))
		p.with("conditionalAccessStatus", coded(o.get("ConditionalAccessStatus"),
			map[string]string{"0": "success", "1": "failure", "2": "notApplied"}))
		e := envelope{interactive: "true"}
		if strings.Contains(strings.ToLower(o.get("LogonType").Raw), "noninteractive") {
			e.interactive = "false"
		}
		// A guest signs in to another tenant than its own, and whose log it is then nothing says.
		if !isTrue(o.text("IsGuestUser")) && !isTrue(o.text("IsExternalUser")) {
			e.tenant = o.text("ResourceTenantId")
		}
		out := readSignIn(p, in, e)
		out.Note = "advanced hunting's EntraIdSignInEvents have no authentication steps, so that log-ins with a pass cannot be seen in them: export the table SigninLogs, or the sign-ins of Graph's beta API"
		return out
	},
}

// defenderNames are the table's columns and Graph's names of the same.
var defenderNames = []struct {
	ours   string
	theirs []string
}{
	{"id", []string{"RequestId", "ReportId"}}, {"createdDateTime", []string{"Timestamp", "TimeGenerated"}},
	{"correlationId", []string{"CorrelationId"}},
	{"sessionId", []string{"SessionId"}}, {"userId", []string{"AccountObjectId"}},
	{"userPrincipalName", []string{"AccountUpn"}},
	{"userDisplayName", []string{"AccountDisplayName"}}, {"appDisplayName", []string{"Application"}},
	{"appId", []string{"ApplicationId"}},
	{"resourceDisplayName", []string{"ResourceDisplayName"}}, {"resourceId", []string{"ResourceId"}},
	{"resourceTenantId", []string{"ResourceTenantId"}},
	{"authenticationRequirement", []string{"AuthenticationRequirement"}}, {"userAgent", []string{"UserAgent"}},
	{"clientAppUsed", []string{"ClientAppUsed"}},
	{"ipAddress", []string{"IPAddress"}}, {"uniqueTokenIdentifier", []string{"UniqueTokenId"}},
	{"networkLocationDetails", []string{"NetworkLocationDetails"}},
}

// defenderColumns are the columns by their folded form.
var defenderColumns = map[string]string{}

func init() {
	tryBefore(logAnalytics, defenderSignIns)
	for _, name := range defenderNames {
		for _, column := range name.theirs {
			defenderColumns[strings.ToLower(column)] = column
		}
	}
	for _, column := range strings.Fields(`LogonType ErrorCode City Country EntraIdDeviceId AadDeviceId DeviceName OSPlatform RiskLevelDuringSignIn
		RiskLevelAggregated ConditionalAccessStatus IsGuestUser IsExternalUser`) {
		defenderColumns[strings.ToLower(column)] = column
	}
}

func defenderColumn(folded string) string {
	if name, ok := defenderColumns[folded]; ok {
		return name
	}
	return folded
}

var defenderRisks = map[string]string{"0": "none", "1": "none", "10": "low", "50": "medium", "100": "high"}

// coded is a value by its code; one that has none stays as it is.
func coded(v gjson.Result, words map[string]string) gjson.Result {
	if word, ok := words[strings.TrimSpace(scalarText(v))]; ok {
		return stringValue(word)
	}
	return v
}

func isTrue(text string) bool { return strings.EqualFold(text, "true") || text == "1" }
