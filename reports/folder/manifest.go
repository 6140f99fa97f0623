package folder

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"time"

	"tapaudit/analysis"
	"tapaudit/analysis/when"
	"tapaudit/ingest/casefile"
	"tapaudit/ingest/regular"
	"tapaudit/ingest/safetext"
	"tapaudit/reports/verdict"
)

const ManifestName = "manifest.json"

// ReadPart reads the file name of the report folder root, and says how large it is and what its hash is.
func ReadPart(root *os.Root, name string) ([]byte, ManifestFile, error) {
	text, err := regular.ReadPlain(root, name, largestPart)
	sum := sha256.Sum256(text)
	return text, ManifestFile{Path: name, Bytes: int64(len(text)), SHA256: hex.EncodeToString(sum[:])}, err
}

// largestPart bounds a file of a report that is read into memory, in bytes: it and what it says fit into what a run
// may take.
const largestPart = 256 << 20

// Manifest is manifest.json: what a report was made from and what it consists
// of, so that both can be checked later.
type Manifest struct {
	Tool           string          `json:"tool"` // always tapaudit
	Version        string          `json:"version"`
	Created        *time.Time      `json:"created"`       // UTC; null when not given
	RulesVersion   int             `json:"rules_version"` // of those that come with tapaudit; 0 in reports of version 1
	RulesSHA256    string          `json:"rules_sha256"`
	SettingsSHA256 string          `json:"configuration_sha256"` // "" without a configuration
	Organisation   string          `json:"organisation"`
	Case           manifestCase    `json:"case"`
	CaseFile       *casefile.State `json:"case_file,omitempty"`  // as it was before the run; absent where the run loaded all evidence
	Pseudonyms     string          `json:"pseudonyms,omitempty"` // id of the key; names, ids and addresses are the evidence's where it is not there
	Tenants        []string        `json:"tenants"`
	Period         manifestPeriod  `json:"period"`
	AsOf           *time.Time      `json:"as_of"`
	Counts         manifestCounts  `json:"counts"`
	Inputs         []ManifestFile  `json:"inputs"`
	Outputs        []ManifestFile  `json:"outputs"` // every file of the folder but the manifest
}

// ManifestFile is one file as it was read or written.
type ManifestFile struct {
	Path      string `json:"path"`                // an output's name in the folder, an input's as evidence.csv has it
	Container string `json:"container,omitempty"` // the archive that holds an input
	Bytes     int64  `json:"bytes"`
	SHA256    string `json:"sha256"` // in hexadecimal
}

type manifestCase struct {
	ID          string     `json:"id"`
	Examiner    string     `json:"examiner"`
	CollectedBy string     `json:"collected_by"`
	CollectedAt *time.Time `json:"collected_at"`
	Source      string     `json:"source"`
}

// manifestPeriod begins with From and ends before To.
type manifestPeriod struct {
	From *time.Time `json:"from"`
	To   *time.Time `json:"to"`
}

type manifestCounts struct {
	Open             map[string]int `json:"findings_open"` // by severity; encoding/json sorts the keys
	Excepted         int            `json:"findings_excepted"`
	Passes           int            `json:"passes"`
	Logins           int            `json:"logins"`
	Supervised       int            `json:"logins_supervised"`
	Unsupervised     int            `json:"logins_unsupervised"`
	NotAssessed      int            `json:"logins_not_assessed"`
	RulesNotAssessed int            `json:"assessments_no"`
	RulesPartly      int            `json:"assessments_partly"`
	Files            int            `json:"evidence_files"`
	Read             int64          `json:"records_read"`
	Loaded           int64          `json:"records_loaded"`
	Duplicate        int64          `json:"records_duplicate"`
	NotUsed          int64          `json:"records_not_used"`
	Quarantined      int64          `json:"records_quarantined"`
}

// WriteManifest writes the manifest of a report of r, after every other file of the folder.
func WriteManifest(f *Folder, r *analysis.Result, version string, created time.Time) error {
	t := verdict.TallyOf(r)
	m := Manifest{
		Tool: "tapaudit", Version: version, Created: when.OrNil(created),
		RulesVersion: analysis.RulesVersion, RulesSHA256: r.RulesHash, SettingsSHA256: r.SettingsHash,
		Organisation: r.Organisation,
		Case: manifestCase{ID: r.Case.ID, Examiner: r.Case.Examiner, CollectedBy: r.Case.CollectedBy,
			CollectedAt: when.OrNil(r.Case.CollectedAt), Source: r.Case.Source},
		CaseFile:   r.CaseFile,
		Pseudonyms: r.Pseudonyms, Tenants: append([]string{}, r.Tenants...),
		Period: manifestPeriod{when.OrNil(r.Period.From), when.OrNil(r.Period.To)}, AsOf: when.OrNil(r.AsOf),
		Counts: manifestCounts{Open: map[string]int{}, Excepted: t.Excepted, Passes: len(r.Passes),
			Logins:     len(r.Logins),
			Supervised: t.Supervised, Unsupervised: t.Unsupervised, NotAssessed: t.LoginsNotAssessed,
			RulesNotAssessed: t.Untested, RulesPartly: t.Partly, Files: len(r.Evidence), Read: t.Read,
			Loaded:    t.Loaded,
			Duplicate: t.Duplicate, NotUsed: t.NotUsed, Quarantined: t.Quarantined},
		Inputs: []ManifestFile{}, Outputs: f.written,
	}
	for _, s := range verdict.Severities {
		m.Counts.Open[string(s)] = t.Open[s]
	}
	for _, e := range r.Evidence {
		m.Inputs = append(m.Inputs, ManifestFile{Path: e.Path, Container: e.Container, Bytes: e.Bytes,
			SHA256: e.SHA256})
	}
	return f.Create(ManifestName, func(w io.Writer) error {
		text, err := json.MarshalIndent(m, "", "  ")
		if err != nil {
			return err
		}
		_, err = io.WriteString(w, safetext.JSON(text)+"\n")
		return err
	})
}

// What a manifest may be: half a million inputs and more. Beyond that a stranger's would take the memory of everything
// else; a list's element stands for a comma.
const (
	mostManifestBytes  = 128 << 20
	mostManifestCommas = 4 << 20
)

// ReadManifest reads the manifest of the report folder dir. It fails when
// there is none, or when it does not name tapaudit as its tool.
func ReadManifest(dir string) (*Manifest, error) {
	root, err := regular.OpenFolder(dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	m, _, err := readManifest(root)
	return m, err
}

// readManifest gives the manifest and the bytes that it was read from.
func readManifest(root *os.Root) (*Manifest, []byte, error) {
	text, err := regular.ReadPlain(root, ManifestName, mostManifestBytes)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %s", ManifestName, regular.Reason(err))
	}
	if n := bytes.Count(text, []byte(",")); n > mostManifestCommas {
		return nil, nil, fmt.Errorf("%s lists more than a report's can", ManifestName)
	}
	var m Manifest
	if err := json.Unmarshal(text, &m); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", ManifestName, err)
	}
	if m.Tool != "tapaudit" {
		return nil, nil, fmt.Errorf("%s does not name tapaudit as its tool", ManifestName)
	}
	return &m, text, nil
}
