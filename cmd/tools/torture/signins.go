//go:build linux

package main

import (
	"fmt"
	"strings"
)

// signIn is a good record, a sign-in with a pass, as Graph writes it; with is what its last members are.
func signIn(kind string, n int, with ...string) string {
	return fmt.Sprintf(`{"id":"%s-%06d","createdDateTime":"2026-09-%02dT%02d:%02d:%02dZ","userDisplayName":"Nora New","userPrincipalName":"nora.new@contoso.example",`+
		`"userId":"c3e1d9a4-77aa-4e02-9c3b-1d5f7b9a0c03","userType":"member","appId":"4765445b-32c6-49b0-83e6-1d93765276ca","appDisplayName":"OfficeHome",`+
		`"resourceDisplayName":"Microsoft Graph","ipAddress":"198.51.100.20","clientAppUsed":"Browser","correlationId":"%s-%06d","isInteractive":true,`+
		`"status":{"errorCode":0,"failureReason":"Other."},"homeTenantId":"7d1c5a0e-2f1b-4c7e-9a51-3b8f0c6d2e10","resourceTenantId":"7d1c5a0e-2f1b-4c7e-9a51-3b8f0c6d2e10",`+
		`"signInEventTypes":["interactiveUser"],"authenticationDetails":[{"authenticationStepDateTime":"2026-09-07T12:00:00Z","authenticationMethod":"Temporary Access Pass","succeeded":true}]%s}`,
		kind, n, n/86400%28+1, n/3600%24, n/60%60, n%60, kind, n, strings.Join(append([]string{""}, with...), ","))
}

// signIns are so many good records, a line each.
func signIns(kind string, n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(signIn(kind, i))
		b.WriteByte('\n')
	}
	return b.String()
}

// wideSignIns are so many good records without a pass, 7 kB each: 2,400 are read in many pieces.
func wideSignIns(kind string, n int) string {
	var b strings.Builder
	wide := `"userAgent":"` + strings.Repeat("x", 6000) + `"`
	for i := range n {
		b.WriteString(strings.Replace(signIn(kind, i, wide), "Temporary Access Pass", "Password", 1))
		b.WriteByte('\n')
	}
	return b.String()
}

// changed is a good record in which one text is another.
func changed(n int, old, fresh string) string {
	text := strings.Replace(signIn("odd", n), old, fresh, 1)
	if text == signIn("odd", n) {
		panic("no " + old + " in a sign-in")
	}
	return text
}
