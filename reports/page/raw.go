package page

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
)

// rawLine is a line of a raw record; key says that it holds one of the fields that matter.
type rawLine struct {
	Text string
	Key  bool
}

// tellingFields are those that answer who, when, what, from where and how; a reader's eye goes to them first.
var tellingFields = strings.Fields("createdDateTime activityDateTime userPrincipalName userDisplayName ipAddress appDisplayName " +
	"resourceDisplayName activityDisplayName authenticationMethod authenticationMethodDetail succeeded errorCode failureReason " +
	"result resultReason displayName countryOrRegion deviceDetail incomingTokenType riskLevelDuringSignIn")

// formatted is a JSON record with a line for each field, anything else as it is.
func formatted(raw string) string {
	var out bytes.Buffer
	if json.Indent(&out, []byte(raw), "", " ") != nil {
		return raw
	}
	return out.String()
}

func rawLines(text string) []rawLine {
	var lines []rawLine
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		field, _, found := strings.Cut(strings.TrimLeft(line, " "), ":")
		lines = append(lines, rawLine{line, found && slices.Contains(tellingFields, strings.Trim(field, `"`))})
	}
	return lines
}
