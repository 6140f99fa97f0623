package formats

import "testing"

// TestFlattenedSignInIsNoUser: a sign-in that somebody flattened has a user's keys, too, and must not pass for one.
func TestFlattenedSignInIsNoUser(t *testing.T) {
	for text, known := range map[string]string{
		`{"id":"1","userPrincipalName":"a@contoso.example","createdDateTime":"2026-09-01T00:00:00Z"}`:                                                           "users",
		`{"id":"1","userPrincipalName":"a@contoso.example","createdDateTime":"2026-09-01T00:00:00Z","correlationId":"2"}`:                                       "",
		`{"id":"1","userPrincipalName":"a@contoso.example","createdDateTime":"2026-09-01T00:00:00Z","authenticationDetails.0.authenticationMethod":"Password"}`: "",
		`{"id":"1","userPrincipalName":"a@contoso.example","createdDateTime":"2026-09-01T00:00:00Z","Authentication_Details{}":"Password"}`:                     "",
	} {
		name := ""
		if f := Recognise([]byte(text)); f != nil {
			name = f.Name
		}
		if name != known {
			t.Errorf("%s is taken for %q, want %q", text, name, known)
		}
		if known == "" && !LooksLike(text).Logs {
			t.Errorf("%s does not look like a log", text)
		}
	}
}
