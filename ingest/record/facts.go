package record

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Largest is the size in bytes over which a record is quarantined; no exporter writes one near it.
const Largest = 16 << 20

// LongestChosen is how many characters of an activity's text are kept that somebody chose: a file's name, a subject, a
// path.
const LongestChosen = 300

// Earliest and Latest bound the times that a record may have (Latest exclusive); outside them it is quarantined. Real
// exports hold no older ones; the year 1 and 1970 come from empty fields, and further ones from damage.
var (
	Earliest = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	Latest   = time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)
)

// Instant is a time as the case's columns read it: UTC, microseconds, the rest cut off.
func Instant(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.999999") }

// OutsideYearsSQL says of a column of times, in SQL, that its value is none that a record may have.
func OutsideYearsSQL(column string) string {
	return fmt.Sprintf("%s < TIMESTAMP '%s' OR %[1]s >= TIMESTAMP '%[3]s'", column, Earliest.Format(time.DateOnly),
		Latest.Format(time.DateOnly))
}

// absent are identities that are none, in lower case: exporters write them for nobody and nothing. The first few are
// no value of any other column either.
var absent = []string{"", "<null>", "00000000-0000-0000-0000-000000000000", "null", "none", "-", "n/a", "nan"}

const absentAnywhere = 3 // of them

// Present says whether an identity is one: empty, all zero, or a word for null is absent and joins nothing.
func Present(id string) bool { return !isOneOf(id, absent) }

// Given says whether a text that is not an identity says anything: there "none" may.
func Given(text string) bool { return !isOneOf(text, absent[:absentAnywhere]) }

func isOneOf(text string, words []string) bool {
	text = strings.TrimSpace(text)
	if text == "" {
		return true
	}
	switch text[0] { // nearly every value begins otherwise
	case '<', '0', 'n', 'N', '-':
		return slices.ContainsFunc(words, func(word string) bool { return strings.EqualFold(text, word) })
	}
	return false
}

// AbsentSQL is the list of identities that are none, as SQL's IN takes it, to be asked of lower(trim(x)).
func AbsentSQL() string { return "'" + strings.Join(absent, "', '") + "'" }

// What an attempt with a pass shows in, whoever asks: the readers, the judgement's SQL, an extract's query.
const (
	// Microsoft's errors of a pass are AADSTS130502 to 130507: the policy lets the user have none (130502), the pass
	// is wrong, expired (130504), used up (130505) or not yet valid. 130500 is phone sign-in's and 130501 anybody's.
	firstPassError, lastPassError = 130500, 130509 // what is kept as proof
	FirstAttempt, LastAttempt     = 130502, 130507
	// in the Unified Audit Log's UserAuthenticationMethod
	PassBit        = 2
	PassMethod     = "temporaryaccesspass"                      // a step's method, in lower case without blanks
	PassWords      = `access\s*pass`                            // in a reason, in lower case
	WholePassWords = `temporary\s*access\s*pass`                // in an audit event, in lower case
	PassActivities = `security info|temporary access pass`      // activities by which a pass is issued or deleted, in lower case
	PassMethods    = `temporaryaccesspassmethods`               // in the URI of a request to Graph for passes, in lower case
	PassRequests   = `/authentication/` + PassMethods + `(/|$)` // in its path
	// Activities are what a rule reads of the directory's audit log, in lower case: the judgement, proof and extracts
	// keep to it.
	Activities = PassActivities +
		`|authentication methods policy|device|owner|role|group|password|add user|external user` +
		`|windows hello|passkey|fido2|phone sign-in|platform credential|re-registration of mfa|credentials|certificates and secrets|conditional access policy|named location` +
		`|consent to application|permission grant|add application|update application|add service principal|bitlocker` +
		`|local administrator|authorization policy|security defaults|continuous access|domain|strong authentication`
)

var (
	passWords      = regexp.MustCompile(`(?i)` + PassWords)
	wholePassWords = regexp.MustCompile(`(?i)` + WholePassWords)
	someActivity   = regexp.MustCompile(`(?i)` + Activities)
)

// NamesPass says whether a text names an access pass. Nearly every sign-in has steps, and three letters are found much
// faster than a pattern without letter case.
func NamesPass(text string) bool {
	for i := 2; i < len(text); i++ {
		if text[i]|0x20 == 'c' && text[i-1]|0x20 == 'c' && text[i-2]|0x20 == 'a' {
			return passWords.MatchString(text)
		}
	}
	return false
}

// NamesWholePass says whether a text names a Temporary Access Pass in full.
func NamesWholePass(text string) bool { return wholePassWords.MatchString(text) }

// SignInConcernsPass says whether a sign-in may be an attempt with a pass. A step or a reason may name the pass, or
// the error code is one of a pass. An event of the Unified Audit Log may be one if it says how its user signed in. It
// may find too many, never too few. The macro signin_concerns_pass says the same.
func SignInConcernsPass(steps, reason, code, bits string) bool {
	if bits != "" || NamesPass(steps) || NamesPass(reason) {
		return true
	}
	n, err := strconv.ParseInt(code, 10, 64)
	return err == nil && n >= firstPassError && n <= lastPassError
}

// Users are updated all day long: of these events only those that name the hire date are read.
const (
	userUpdate = "update user"
	hireDate   = "employeehiredate"
)

// AuditConcernsPass says whether an audit event is of an activity that a rule reads, so that its text may be proof.
// The macro audit_concerns_pass says the same.
func AuditConcernsPass(activity, targets string) bool {
	return someActivity.MatchString(activity) || ChangesHireDate(activity, targets)
}

// ChangesHireDate says whether an audit event changed a user's hire date.
func ChangesHireDate(activity, targets string) bool {
	return strings.EqualFold(strings.TrimSpace(activity), userUpdate) &&
		strings.Contains(strings.ToLower(targets), hireDate)
}

// Place is where a record stands in the evidence.
type Place struct {
	Path   string // of the file, or of an archive's member, as evidence.csv names it
	Line   int64  // 1-based: a line of text, or a row of CSV and Parquet; 0 for the file as a whole
	Row    bool   // Line counts rows, not lines
	Number int64  // 1-based, among the records of the line; 0 where the line holds one, or it is not known which
}

// What stands before a line, before a row, and around the number of a record in its line, wherever a place is written.
const (
	beforeLine, beforeRow     = ":", "#"
	beforeNumber, afterNumber = "[", "]"
)

// String is the place as it is written everywhere: file:line, file:line[n] where the line holds several records,
// file#row. The macro place_text writes the same.
func (p Place) String() string {
	if p.Line <= 0 {
		return p.Path
	}
	text, line := p.Path+beforeLine, strconv.FormatInt(p.Line, 10)
	if p.Row {
		text = p.Path + beforeRow
	}
	if text += line; p.Number > 0 {
		text += beforeNumber + strconv.FormatInt(p.Number, 10) + afterNumber
	}
	return text
}

var placeInFile = regexp.MustCompile(`^(?:(` + regexp.QuoteMeta(beforeLine) + `)|` + regexp.QuoteMeta(beforeRow) +
	`)([1-9][0-9]{0,17})(?:` +
	regexp.QuoteMeta(beforeNumber) + `([1-9][0-9]{0,17})` + regexp.QuoteMeta(afterNumber) + `)?$`)

// PlaceIn reads a place that String wrote, of the file that has this path; ok is false where it is none in that file.
func PlaceIn(path, text string) (p Place, ok bool) {
	rest, ok := strings.CutPrefix(text, path)
	m := placeInFile.FindStringSubmatch(rest)
	if !ok || m == nil || m[1] == "" && m[3] != "" {
		return Place{}, false
	}
	p = Place{Path: path, Row: m[1] == ""}
	p.Line, _ = strconv.ParseInt(m[2], 10, 64)
	p.Number, _ = strconv.ParseInt(m[3], 10, 64) // "" is 0
	return p, true
}

// PlaceMacro is the macro place_text, which writes a place as [Place.String] does; number is NULL where the line holds
// one record.
func PlaceMacro() string {
	return fmt.Sprintf(`
CREATE MACRO place_text(path, in_rows, line, number) AS
    CASE WHEN line <= 0 THEN path ELSE path || CASE WHEN in_rows THEN '%s' ELSE '%s' END || line
        || coalesce('%s' || number || '%s', '') END;
`, beforeRow, beforeLine, beforeNumber, afterNumber)
}

// Macros are the facts above as SQL: a macro for each, of the same meaning. They are part of the case's schema.
func Macros() string {
	return fmt.Sprintf(`
-- present: identities that are none are absent and join nothing.
-- Nearly every value is told by a comparison, which costs next to nothing: blanks, -, 0, <, N and n sort below or
-- between these.
CREATE OR REPLACE MACRO present(x) AS
    CASE WHEN x >= 'o' OR x >= 'O' AND x < 'n' OR x >= '=' AND x < 'N' OR x >= '1' AND x < '<' THEN x
        WHEN lower(trim(x, chr(9) || chr(10) || chr(13) || ' ')) IN (%s) THEN NULL ELSE x END;

-- names_pass: a text names an access pass.
CREATE OR REPLACE MACRO names_pass(x) AS coalesce(regexp_matches(x, '(?i)%s'), false);

-- is_pass: a step's method is the pass; has_pass_step: a list of steps, as its JSON text, has one.
CREATE OR REPLACE MACRO is_pass(method) AS replace(lower(method), ' ', '') = '%[3]s';
CREATE OR REPLACE MACRO has_pass_step(steps) AS coalesce(contains(replace(lower(steps), ' ', ''), '"%[3]s"'), false);

-- has_pass_bit: the Unified Audit Log's bits have the pass's.
CREATE OR REPLACE MACRO has_pass_bit(bits) AS coalesce(bits & %[4]d = %[4]d, false);

-- is_attempt_error: an error that only an attempt with a pass gives.
CREATE OR REPLACE MACRO is_attempt_error(code) AS coalesce(code BETWEEN %[5]d AND %[6]d, false);

-- What may concern a pass: of these records the text is kept, and the judgement looks at no others.
CREATE OR REPLACE MACRO signin_concerns_pass(steps, reason, code, bits) AS
    bits IS NOT NULL OR names_pass(steps) OR names_pass(reason) OR coalesce(code BETWEEN %[7]d AND %[8]d, false);
CREATE OR REPLACE MACRO audit_concerns_pass(activity, targets) AS
    coalesce(regexp_matches(activity, '(?i)%[9]s') OR lower(trim(activity)) = '%[12]s'
        AND contains(lower(targets), '%[13]s'), false);

-- holds_passcode: a text holds the key of a passcode, as JSON or as JSON within JSON.
CREATE OR REPLACE MACRO holds_passcode(x) AS
    coalesce(contains(x, '%[10]s') AND regexp_matches(x, '(?i)%[11]s\\*"\s*:'), false);
`, AbsentSQL(), PassWords, PassMethod, PassBit, FirstAttempt, LastAttempt, firstPassError, lastPassError, Activities,
		passcodePart, passcodeKey, userUpdate, hireDate)
}
