package analysis

import (
	"strings"
	"time"

	"tapaudit/analysis/activity"
	"tapaudit/analysis/coverage"
	"tapaudit/analysis/policy"
	"tapaudit/analysis/proof"
	"tapaudit/analysis/settings"
	"tapaudit/analysis/supervision"
	"tapaudit/analysis/when"
	"tapaudit/ingest/casefile"
)

// Result is everything one audit has to say; each writer in package reports
// renders it and adds nothing. All times are UTC; the zero time is "none".
// Slices are in the order in which they are to be shown.
type Result struct {
	Organisation string
	Case         settings.Case
	// of the case that was judged, before this run; nil where this run loaded all evidence
	CaseFile     *casefile.State
	Tenants      []string          // ids, sorted; "unknown" where the evidence names none
	TenantNames  map[string]string // that the configuration gives, by id in lower case
	Period       Period
	AsOf         time.Time
	Findings     []Finding
	Incidents    []Incident // what belongs together, in the order in which to look at it
	Assessments  []Assessment
	Missing      []Missing // evidence and configuration that rules needed and did not have
	Passes       []Pass
	Logins       []Login
	Activity     []Deed   // what was done on passes, by log-in and time
	Timeline     []Moment // in order of time
	Policy       []PolicyState
	Coverage     []CoverageDay
	Evidence     []EvidenceFile
	Quarantine   []Quarantined
	Rules        []Rule
	Exceptions   []ExceptionUse
	Faults       []error  // users' rules that failed; they have no findings
	Unassessed   string   // why nothing could be assessed, in words without a full stop; "" where something was
	Notes        []string // what the reader must know about the evidence as a whole
	SettingsHash string   // SHA-256 of the configuration as read; "" without one
	RulesHash    string   // SHA-256 over all rule files
	// the id of the key that names, ids and addresses were replaced with; "" where they are the evidence's
	Pseudonyms string
}

// RulesByID holds the rules by their ids.
func (r *Result) RulesByID() map[string]Rule {
	rules := make(map[string]Rule, len(r.Rules))
	for _, rule := range r.Rules {
		rules[rule.ID] = rule
	}
	return rules
}

// These are declared where they are derived.
type (
	// Period is the span that is judged: From inclusive, To exclusive.
	Period = when.Period
	// Place is where a record stands in the evidence.
	Place = proof.Place
	// Criterion is one of the nine questions of supervision, answered for one log-in.
	Criterion = supervision.Criterion
	// PolicyState is a stretch of the policy timeline during which no TAP setting changed.
	PolicyState = policy.Stretch
	// Deed is what was done on a pass: a record that belongs to a log-in.
	Deed = activity.Deed
	// DeedCount is how many deeds of a class a log-in has.
	DeedCount = activity.Count
	// CoverageDay says for one tenant, log type and day what the evidence holds.
	CoverageDay = coverage.LogDay
)

// The states of a criterion.
const (
	Met         = supervision.Met
	Failed      = supervision.Failed
	NotAssessed = supervision.NotAssessed
)

// Finding is one thing that a rule has to say: a row of findings.csv.
type Finding struct {
	ID          string
	RuleID      string
	Severity    Severity
	Status      string // open or excepted
	TenantID    string
	SubjectType string // tenant, user, application, address, file or exception
	SubjectID   string
	SubjectName string
	ActorID     string
	ActorName   string
	FirstSeen   time.Time
	LastSeen    time.Time
	Count       int
	Title       string
	Summary     string
	EventIDs    []string
	Evidence    []Place
	Exception   *settings.Exception // set when Status is excepted
	IncidentID  string              // "" where it belongs to none
	Records     []Record            // the proof: what it is about, then what supports it
}

// Incident is what belongs together: a row of incidents.csv.
type Incident struct {
	ID          string
	Rank        int // from 1
	Score       float64
	Severity    Severity
	Status      string // open or excepted
	TenantID    string
	SubjectType string // its kind: user, issuer, address, device or tenant
	SubjectID   string
	SubjectName string
	FirstSeen   time.Time
	LastSeen    time.Time
	Passes      int
	Logins      int
	Findings    []string // ids, those outside of the period too
	Signs       []string // rules, those that weigh most first
	Actors      []string // names of who issued or changed
	Headline    string
	Touches     []string // ids of other incidents
}

// Record is one event of the evidence as a finding shows it.
type Record struct {
	Supporting bool
	Kind       string // sign-in, audit event, snapshot, file
	ID         string // request id, event id, or ""
	Time       time.Time
	What       string // one line in words
	Places     []Place
	Raw        string // the record's own text, passcodes masked; "" where it is not kept
}

// Assessment says, for a rule and a tenant, what was looked at and whether it could be judged.
type Assessment struct {
	RuleID     string
	TenantID   string
	From, To   time.Time
	Population int64
	Findings   int
	Excepted   int
	Assessed   string   // yes, partly or no
	Reasons    []string // why not yes, each a sentence without a full stop
}

// Missing is what rules needed of a tenant and what is not there, or not for the whole period.
type Missing struct {
	TenantID string
	Need     string   // one of the needs of rules
	Reason   string   // as the assessments give it
	Days     []Period // without it, whole days; nil where days do not matter, or nothing is there
	Rules    []string // that needed it
	Stopped  int      // of those, how many could not be tested at all
}

// Pass is one issuance of a Temporary Access Pass and what became of it.
type Pass struct {
	TenantID, PassID  string
	UserID, UserName  string
	IssuedAt          time.Time
	IssuerType        string // user, application or unknown
	IssuerID          string
	IssuerName        string
	IssuerIP          string
	Start, EndTime    time.Time
	EndBasis          string // logged or inferred
	EndedAt           time.Time
	EndedBy           string // expiry, deletion or replacement
	Usage             string // one-time, multiple or unknown
	Logins            int
	FirstLogin        time.Time
	MethodsRegistered []string
	EventID           string
	Evidence          []Place
	Witness           string // the id of the request to Graph that saw the issuance, too; "" for none
}

// Login is one row of the supervision ledger.
type Login struct {
	TenantID, UserID, UserName string
	Time                       time.Time
	IP, Country                string
	ASN                        string
	Applications               []string
	Signins                    int // TAP sign-ins grouped into the log-in
	Footprint                  int // sign-ins that ran on it
	Outcome                    string
	PassIssuedAt               time.Time
	IssuerName                 string
	Criteria                   []Criterion // nine, in the order of the columns
	Supervised                 string      // yes, no or not assessed
	EventIDs                   []string
	Evidence                   []Place
	Deeds                      []DeedCount // what was done on it with success, grave classes first
	// the Unified Audit Log and Graph activity cover its session: without deeds, nothing was done
	Watched bool
}

// Reasons are why each criterion came to its answer, those that are not met first.
func (l Login) Reasons() []string {
	var reasons []string
	for _, state := range []string{Failed, NotAssessed, Met} {
		for _, name := range supervision.Criteria() {
			if c := l.Criterion(name); c.State == state {
				reasons = append(reasons, strings.ReplaceAll(name, "_", " ")+" "+state+": "+c.Reason)
			}
		}
	}
	return reasons
}

// Moment is one thing that happened around a pass, a row of timeline.csv.
type Moment struct {
	Time             time.Time
	TenantID         string
	UserID, UserName string // "" where it is about nobody, like a policy
	What             string // pass issued, log-in, attempt failed and so on: model/95_timeline.sql has them all
	ActorName        string // who issued, changed or removed
	IP, Country      string
	Application      string
	Detail           string // in words
	IncidentID       string // "" where no incident tells of it
	Findings         []string
	EventID          string // of the first of its records
	Evidence         []Place
}

// Criterion is the log-in's answer to one of the nine questions; one that was left out is not assessed.
func (l Login) Criterion(name string) Criterion {
	for _, c := range l.Criteria {
		if c.Name == name {
			return c
		}
	}
	return Criterion{Name: name, State: NotAssessed, Reason: "The analysis gave no answer."}
}

// EvidenceFile is one input: a file, an archive, or a member of one.
type EvidenceFile struct {
	Path, Container     string
	Bytes               int64
	SHA256              string
	Format              string
	TenantID            string
	Read, Loaded        int64
	Duplicate, NotUsed  int64
	Quarantined         int64
	FirstTime, LastTime time.Time
	Note                string
	// of a file none of whose records was recognised: what it looks like and how to export it, without a full stop
	LooksLike string
}

// Quarantined is a record that could not be loaded, and why; or, as the last of a file's, how many more there are.
type Quarantined struct {
	Place   // Line 0: the rest of a file that cannot be read
	Offset  int64
	Reason  string
	Excerpt string
	SHA256  string // of the record's bytes as they stand in the evidence
	More    int64  // records of the file that are not listed, which the reason tells of; 0 for a record
}

// ExceptionUse is a configured exception and what it covered in this audit.
type ExceptionUse struct {
	settings.Exception
	Covered int  // findings it excepts
	Expired bool // its date lies before as-of
}

// Severity is how much a finding asks of its reader.
type Severity string

// Rule is a rule as its file states it, with the configuration applied.
type Rule struct {
	ID         string
	Title      string
	Severity   Severity
	Configured Severity // the severity that the configuration sets, which wins over a finding's own; "" for none
	// of misuse: a phrase for one finding and one for several; nil for a rule whose findings are none
	Sign       []string
	Enabled    bool
	Parameters map[string]float64
	// other rules' parameters, as RULE-ID.parameter, by the names that the SQL has for them
	Borrows     map[string]string
	Why         string
	Needs       []string
	Group       string // of the documentation: one of [RuleGroups]; a user's rule may have none
	Family      string // the rules beside which it counts in an incident's score; "" for none but itself
	Incident    string // "issuer" where its findings belong to an issuer's incident, unless they are about the tenant
	Listing     bool   // it only lists, or repeats what others say: no sign of an incident
	Condition   string // when it fires, in Markdown; {NAME} stands for a parameter
	Population  string
	HowToVerify string
	HowToFix    string
	Fix         []Fix // what commands can do about its findings, in order; nil where the file does not say
	References  []string
	Techniques  []string
	Controls    []string
	SQL         string
	Source      string // the whole file, as rules show prints it
	Origin      string // the file of a user's rule; "" for one that comes with the program
}
