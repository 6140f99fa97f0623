package record

import (
	"regexp"
	"strings"
	"unicode"
)

const (
	passcodeKey  = "temporaryAccessPass" // in any letter case
	passcodePart = "yAccessPass"         // of it, as Graph and PowerShell spell it; it begins with a rare letter
)

// MayHoldPasscode finds the key of a passcode. It may find too many.
func MayHoldPasscode(text string) bool { return strings.Contains(text, passcodePart) }

// IsSecretColumn says whether a column's folded name is one that may hold passcodes.
func IsSecretColumn(folded string) bool {
	return strings.Contains(folded, strings.ToLower(passcodeKey))
}

// passcodeValue finds that member with a text as its value, as JSON, as JSON inside a JSON string
// (with backslashes before the quotes), and as PowerShell's @{temporaryAccessPass=…}.
var passcodeValue = regexp.MustCompile(`(?i)(\\*"` + passcodeKey + `\\*"\s*:\s*\\*")((?:[^"\\]|\\[^"])+)|(\b` +
	passcodeKey + `\s*=\s*)([^;}\s"]+)`)

// notPasscode are values of such a member that say only whether there is a pass, or that one was masked before.
var notPasscode = regexp.MustCompile(`(?i)^(true|false|null|none|yes|no|enabled|disabled|-|\*\*\*)?$`)

// MaskPasscodes replaces the value of every passcode in a record's text and says how many there were. A passcode is
// a secret: it is never stored, logged or reported.
func MaskPasscodes(text string) (masked string, found int) {
	masked = passcodeValue.ReplaceAllStringFunc(text, func(m string) string {
		parts := passcodeValue.FindStringSubmatch(m)
		before, value := parts[1]+parts[3], parts[2]+parts[4]
		if notPasscode.MatchString(value) {
			return m
		}
		found++
		return before + "***"
	})
	return masked, found
}

// Excerpt is the beginning of a record's text for the quarantine: at most n characters, valid UTF-8, on one line. It
// is cut off at the key of a passcode, since in a damaged text nobody knows where the value ends.
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

// passcodeName is the key, quoted (in CSV twice) or before an equals sign; the word in a reason or a method's name is
// none.
var passcodeName = regexp.MustCompile(`(?i)` + passcodeKey + `\\*"{0,2}\s*[:=]`)
