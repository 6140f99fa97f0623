package pseudonyms

import (
	_ "embed"
	"encoding/csv"
	"regexp"
	"strings"

	"tapaudit/analysis"
	"tapaudit/analysis/settings"
)

// Applications of Microsoft's own, whose ids are the same in every tenant and say nothing about one.
// Source: Microsoft Learn, "Verify first-party Microsoft applications in sign-in reports".
//
//go:embed microsoft-applications.csv
var applicationsFile string

// Words of the program's own sentences that stand in no built-in rule's file; the test of this package keeps it whole.
//
//go:embed ordinary-words.txt
var wordsFile string

// What may stay of records: the keys and the names of properties, without what is no letter or digit, and the values
// of vocabularies that are closed, all in lower case. Sources: Microsoft Graph's reference (signIn, directoryAudit,
// conditionalAccessPolicy, authentication methods), the schemas of Azure Monitor's tables and of Office 365 Management
// Activity, the admin centre's CSV files, and "Microsoft Entra audit log categories and activities".
//
//go:embed known-keys.txt
var keysFile string

//go:embed vocabulary.txt
var vocabularyFile string

// Words of the program's own sentences, of a single literal too; the test of this package keeps it whole.
//
//go:embed spoken-words.txt
var spokenFile string

var knownKeys, knownValues = linesOf(keysFile), linesOf(vocabularyFile)

func linesOf(file string) map[string]bool {
	set := map[string]bool{}
	for line := range strings.Lines(file) {
		set[strings.TrimSpace(line)] = true
	}
	return set
}

// spokenWords are the words that a sentence of the program may hold, with those of what may stay in records.
var spokenWords = func() map[string]bool {
	words := map[string]bool{}
	for _, file := range []string{spokenFile, wordsFile, vocabularyFile, applicationsFile} {
		for _, w := range word.FindAllString(file, -1) {
			words[strings.ToLower(w)] = true
		}
	}
	for name := range publicNames {
		for _, w := range word.FindAllString(name, -1) {
			words[w] = true
		}
	}
	return words
}()

// publicIDs and publicNames are what every tenant has, in lower case.
var publicIDs, publicNames = func() (ids, names map[string]bool) {
	ids = map[string]bool{
		"00000000-0000-0000-0000-000000000000": true,
		"f8cdef31-a31e-4b4a-93e4-5f571e91255a": true, // Microsoft's tenant, the owner of its applications
	}
	names = map[string]bool{}
	records, err := csv.NewReader(strings.NewReader(applicationsFile)).ReadAll()
	if err != nil {
		panic(err) // the file is embedded
	}
	for _, r := range records[1:] {
		ids[r[0]], names[strings.ToLower(r[1])] = true, true
	}
	for _, a := range settings.DefaultApplications {
		ids[a.ID], names[strings.ToLower(a.Name)] = true, true
	}
	// Roles that are built in and not privileged.
	for _, role := range []string{"Directory Readers", "Directory Synchronization Accounts", "Directory Writers",
		"Global Reader", "Guest Inviter",
		"Message Center Reader", "Reports Reader", "Usage Summary Reports Reader", "Company Administrator",
		"Groups Administrator",
		"License Administrator", "Teams Administrator", "Exchange Administrator", "SharePoint Administrator",
		"Authentication Policy Administrator"} {
		names[strings.ToLower(role)] = true
	}
	return ids, names
}()

// isPublic says whether a name or an id is the same in every tenant.
func isPublic(s string) bool {
	s = fold(s)
	return publicIDs[s] || publicNames[s] || analysis.IsBuiltInRole(s)
}

var word = regexp.MustCompile(`[\p{L}\p{M}]+`)

// ordinaryWords are the words that the reports themselves may say: those of the rules' files and of the program.
func ordinaryWords(rules []analysis.Rule) map[string]bool {
	words := map[string]bool{}
	add := func(text string) {
		for _, w := range word.FindAllString(text, -1) {
			words[strings.ToLower(w)] = true
		}
	}
	add(wordsFile)
	for _, r := range rules {
		if r.Origin == "" { // a user's rule may name users
			add(r.Source)
		}
	}
	return words
}
