//go:build linux

package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"tapaudit/ingest/madeup"
)

// signIn is a good record, a sign-in with a pass, as Graph writes it; with is what its last members are.
func signIn(kind string, n int, with ...string) string {
	at := time.Date(2026, 9, 1+n/86400%28, 0, 0, n%86400, 0, time.UTC)
	s := madeup.NewSignIn(fmt.Sprintf("%s-%06d", kind, n), at, "7d1c5a0e-2f1b-4c7e-9a51-3b8f0c6d2e10",
		madeup.User{ID: "c3e1d9a4-77aa-4e02-9c3b-1d5f7b9a0c03", UPN: "nora.new@contoso.example", Name: "Nora New"},
		madeup.Application{ID: "4765445b-32c6-49b0-83e6-1d93765276ca", Name: "OfficeHome", Resource: "Microsoft Graph"})
	s.IPAddress, s.CorrelationID, s.SignInEventTypes = "198.51.100.20", s.ID, []string{"interactiveUser"}
	s.Status = madeup.Status{FailureReason: "Other."}
	s.AuthenticationDetails = []madeup.Step{{Time: "2026-09-07T12:00:00Z", Method: "Temporary Access Pass",
		Succeeded: true}}
	text, err := json.Marshal(s)
	if err != nil {
		panic(err) // a sign-in is made of texts and numbers
	}
	return strings.Join(append([]string{strings.TrimSuffix(string(text), "}")}, with...), ",") + "}"
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
