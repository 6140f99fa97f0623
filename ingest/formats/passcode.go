package formats

import (
	"regexp"
	"strings"
	"unicode"
)

// passcodeKey finds the member temporaryAccessPass with a text as its value, as JSON, as JSON inside a JSON string
// (with backslashes before the quotes), and as PowerShell's @{temporaryAccessPass=…}.
var passcodeKey = regexp.MustCompile(`(?i)(\\*"temporaryAccessPass\\*"\s*:\s*\\*")((?:[^"\\]|\\[^"])+)|(\btemporaryAccessPass\s*=\s*)([^;}\s"]+)`)

// notPasscode are values of such a member that say only whether there is a pass, or that one was masked before.
var notPasscode = regexp.MustCompile(`(?i)^(true|false|null|none|yes|no|enabled|disabled|-|\*\*\*)?$`)

// MaskPasscodes replaces the value of every passcode in a record's text and says how many there were. A passcode is
// a secret: it is never stored, logged or reported.
func MaskPasscodes(text string) (masked string, found int) {
	masked = passcodeKey.ReplaceAllStringFunc(text, func(m string) string {
		parts := passcodeKey.FindStringSubmatch(m)
		before, value := parts[1]+parts[3], parts[2]+parts[4]
		if notPasscode.MatchString(value) {
			return m
		}
		found++
		return before + "***"
	})
	return masked, found
}

// Excerpt is the beginning of a record's text for the quarantine: at most n characters, valid UTF-8, on one line, and
// cut off at the key of a passcode, since in a damaged text nobody knows where its value ends.
func Excerpt(text []byte, n int) string {
	s := strings.ToValidUTF8(string(text[:min(len(text), 4*n+64)]), "\uFFFD")
	if at := passcodeName.FindStringIndex(s); at != nil {
		s = s[:at[1]] + "***"
	}
	runes := []rune(s)
	if len(runes) > n {
		runes = runes[:n]
	}
	for i, r := range runes {
		if unicode.IsControl(r) {
			runes[i] = ' '
		}
	}
	return string(runes)
}

// passcodeName is the key, quoted (in CSV twice) or before an equals sign; the word in a reason or a method's name is none.
var passcodeName = regexp.MustCompile(`(?i)temporaryAccessPass\\*"{0,2}\s*[:=]`)
