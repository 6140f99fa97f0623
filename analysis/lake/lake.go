// Package lake keeps evidence as a lake. Sign-ins, audit events and activities become Parquet, a file per kind of
// record, tenant and day. Every other export (policies, users, roles) is kept as it came. What a lake was made of
// stands in its lake.json.
//
//	lake.json
//	signins/tenantId=<id>/day=2026-07-01/records.parquet
//	signins/tenantId=<id>/day=2026-07-01/filtered.parquet    records of exports that are known to be filtered
//	audits/tenantId=<id>/day=2026-07-01/records.parquet
//	activities/tenantId=<id>/day=2026-07-01/records.parquet
//	exports/tenantId=<id>/<beginning of its SHA-256>/<name>  the tenant only where the export's own path has one
//
// Days are UTC. A file has the case's columns: Lake of record.SignIn, record.Audit and record.Activity. It has these
// besides: lake (the kind of record), filtered, origin (the export's path and the record's place in it), origin_sha256
// (the export's) and record. The last is the record's own text, of what may concern a pass, passcodes masked. Rows are
// in order of time.
package lake

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"tapaudit/analysis"
	"tapaudit/analysis/rows"
	"tapaudit/ingest/casefile"
	"tapaudit/ingest/evidence"
	"tapaudit/ingest/formats"
	"tapaudit/ingest/record"
	"tapaudit/ingest/regular"
)

var errNotLake = errors.New("it is not empty and holds no lake.json, so it is not a lake that tapaudit wrote: name another folder")

// manifestName is the file that makes a folder a lake.
const manifestName = "lake.json"

// Manifest says what a lake was made of.
type Manifest struct {
	Lake       string        `json:"lake"` // the layout's version
	Exports    []Export      `json:"exports"`
	Quarantine []Quarantined `json:"quarantine"`
}

// Export is an input of a lake.
type Export struct {
	Path        string `json:"path" db:"path"`
	SHA256      string `json:"sha256" db:"sha256"`
	Bytes       int64  `json:"bytes" db:"bytes"`
	Format      string `json:"format" db:"format"`
	Records     int64  `json:"records" db:"records_read"`
	Quarantined int64  `json:"quarantined" db:"records_quarantined"`
	Truncated   string `json:"truncated,omitempty" db:"truncated"`
	Kept        string `json:"kept,omitempty"` // where the lake has it as it came
	Note        string `json:"note,omitempty" db:"note"`
}

// Quarantined is a record that could not be read: of each export the first that are listed; it counts all.
type Quarantined struct {
	Path    string `json:"path" db:"path"`
	Line    int64  `json:"line" db:"line"`
	Offset  int64  `json:"offset" db:"offset"`
	Reason  string `json:"reason" db:"reason"`
	Excerpt string `json:"excerpt" db:"excerpt"`
	SHA256  string `json:"sha256" db:"sha256"`
}

const layout = "tapaudit 1"

// largestManifest bounds lake.json, in bytes: it and what it says fit into what a run may take.
const largestManifest = 256 << 20

// Check refuses, before any work is done, a folder that is not a lake and not empty, and a lake that holds anything
// but folders and regular files.
func Check(dir string) error {
	f, err := openFolder(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.close()
	_, err = f.readManifest()
	return err
}

// readManifest reads lake.json; of an empty folder it is nil.
func (f *folder) readManifest() (*Manifest, error) {
	text, err := regular.ReadPlain(f.root, manifestName, largestManifest)
	if errors.Is(err, fs.ErrNotExist) {
		entries, err := fs.ReadDir(f.root.FS(), ".")
		if err != nil {
			return nil, err
		}
		if len(entries) > 0 {
			return nil, fmt.Errorf("%s: %w", f.dir, errNotLake)
		}
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.dir, err)
	}
	m := &Manifest{Lake: layout}
	if err := json.Unmarshal(text, m); err != nil {
		return nil, fmt.Errorf("%s cannot be read: %w", filepath.Join(f.dir, manifestName), err)
	}
	if m.Lake != layout {
		return nil, fmt.Errorf("%s was written by another tapaudit (layout %q, this one writes %q); "+
			"use that one, or begin another lake", f.dir, m.Lake, layout)
	}
	return m, nil
}

// Written is what Write did.
type Written struct {
	Partitions int   // files of records that were written or added to
	Records    int64 // in them now
	Kept       int   // exports kept as they came
}

// Write adds the case's evidence to the lake in dir, which it makes where there is none. Every file is replaced as a
// whole, so a run that was interrupted can be repeated. Exports that are not logs are copied from paths, which the
// case was loaded from. Records that name no tenant belong to tenant. The database knows paths only, so it writes into
// work, a private folder, and what it made is copied into the lake.
func Write(ctx context.Context, c *casefile.Case, dir, work, tenant string, paths []string) (*Written, error) {
	if err := analysis.Attribute(ctx, c, tenant); err != nil {
		return nil, err
	}
	if err := attributable(ctx, c); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	f, err := openFolder(dir)
	if err != nil {
		return nil, err
	}
	defer f.close()
	m, err := f.readManifest()
	if err != nil {
		return nil, err
	}
	if m == nil {
		// An interrupted run leaves a lake, which the next one adds to.
		m = &Manifest{Lake: layout}
		if err := m.write(f); err != nil {
			return nil, err
		}
	}
	var w Written
	for _, kind := range []kind{signIns, audits, activities} {
		if err := c.Exec(ctx, kind.view); err != nil {
			return nil, err
		}
		if err := kind.write(ctx, c, f, work, &w); err != nil {
			return nil, err
		}
	}
	kept, err := keepExports(ctx, c, f, paths, &w)
	if err != nil {
		return nil, err
	}
	if err := m.add(ctx, c, kept); err != nil {
		return nil, err
	}
	return &w, m.write(f)
}

// attributable refuses evidence whose tenant nobody knows: a lake is laid out by tenant, and nothing is guessed.
func attributable(ctx context.Context, c *casefile.Case) error {
	type named struct {
		Tenant  *string `db:"tenant"`
		Path    string  `db:"path"`
		Records int64   `db:"records"`
	}
	return rows.Each(ctx, c, func(n named) error {
		switch {
		case n.Tenant == nil:
			return fmt.Errorf("records name no tenant (%d, one of them in %q), and the evidence names several: put each tenant's exports "+
				"into a folder tenantId=<id>, or give --tenant", n.Records, n.Path)
		case *n.Tenant == "unknown":
			return errors.New("nothing in the evidence names its tenant: give --tenant")
		case !tenantName.MatchString(*n.Tenant):
			return fmt.Errorf("records name a tenant by which no folder can be called (%d, one of them in %q); a tenant is an id or "+
				"a domain: correct --tenant, or leave these records out", n.Records, n.Path)
		}
		return nil
	}, `
SELECT tenant, any_value(path) AS path, count(*) AS records FROM (
    SELECT tenant, source_id FROM attributed_signins UNION ALL SELECT tenant, source_id FROM attributed_audits
    UNION ALL SELECT tenant, source_id FROM attributed_activities
) JOIN source USING (source_id) GROUP BY tenant ORDER BY tenant NULLS FIRST`)
}

var tenantName = regexp.MustCompile(`^[0-9a-z][0-9a-z.-]{0,99}$`)

// kind is a kind of record: the view by which the case gives its rows, and the query by which they join those that a
// partition has.
type kind struct {
	folder  string
	columns []record.Column
	view    string
}

var signIns = kind{"signins", record.SignIn.Lake(), `
CREATE OR REPLACE TEMP VIEW lake_signins AS
WITH companion AS (
    -- Steps that came in a file of their own become their sign-in's.
    SELECT tenant, request_id, to_json(list(struct_pack(
        authenticationStepDateTime := strftime(time, '%Y-%m-%dT%H:%M:%S.%fZ'), authenticationMethod := method,
        authenticationMethodDetail := detail, succeeded := succeeded,
        authenticationStepResultDetail := result, authenticationStepRequirement := requirement
    ) ORDER BY source_id, ordinal)) AS steps
    FROM attributed_steps WHERE has_signin GROUP BY ALL
)
SELECT s.* EXCLUDE (tenant, tenant_id, line, ordinal, steps, can_show_tap),
    s.tenant AS tenant_id,
    CASE WHEN c.steps IS NULL THEN s.steps WHEN s.steps IS NULL THEN c.steps
        ELSE to_json(list_concat(from_json(s.steps, '["JSON"]'), from_json(c.steps, '["JSON"]'))) END::VARCHAR AS steps,
    s.can_show_tap OR c.steps IS NOT NULL AS can_show_tap,
    'sign-in' AS lake, source.filtered, source.path || CASE WHEN source.rows_not_lines THEN '#' ELSE ':' END
        || s.line AS origin,
    source.sha256 AS origin_sha256, raw.text AS record
FROM attributed_signins AS s
JOIN source ON source.source_id = s.source_id
LEFT JOIN companion AS c ON c.tenant = s.tenant AND c.request_id = lower(s.id)
LEFT JOIN raw_record AS raw ON raw.source_id = s.source_id AND raw.ordinal = s.ordinal`}

var audits = kind{"audits", record.Audit.Lake(), `
CREATE OR REPLACE TEMP VIEW lake_audits AS
SELECT a.* EXCLUDE (tenant, tenant_id, line, ordinal, targets, details),
    a.tenant AS tenant_id, a.targets::VARCHAR AS targets, a.details::VARCHAR AS details,
    'audit event' AS lake, source.filtered, source.path || CASE WHEN source.rows_not_lines THEN '#' ELSE ':' END
        || a.line AS origin,
    source.sha256 AS origin_sha256, raw.text AS record
FROM attributed_audits AS a
JOIN source ON source.source_id = a.source_id
LEFT JOIN raw_record AS raw ON raw.source_id = a.source_id AND raw.ordinal = a.ordinal`}

var activities = kind{"activities", record.Activity.Lake(), `
CREATE OR REPLACE TEMP VIEW lake_activities AS
SELECT a.* EXCLUDE (tenant, tenant_id, line, ordinal),
    a.tenant AS tenant_id,
    'activity' AS lake, source.filtered, source.path || CASE WHEN source.rows_not_lines THEN '#' ELSE ':' END
        || a.line AS origin,
    source.sha256 AS origin_sha256, NULL::VARCHAR AS record
FROM attributed_activities AS a
JOIN source ON source.source_id = a.source_id`}

// provenance is what a row has beside its record.
const provenance = "lake, filtered, origin, origin_sha256, record"

type partition struct {
	Tenant   string    `db:"tenant"`
	Day      time.Time `db:"day"`
	Filtered bool      `db:"filtered"`
	Records  int64     `db:"records"` // that the case has of it
}

// gathered is how many records of partitions that follow one another are taken from the case at once: what a small one
// takes is planning the query.
const gathered = 100_000

func (k kind) write(ctx context.Context, c *casefile.Case, f *folder, work string, w *Written) error {
	all, err := k.partitions(ctx, c)
	if err != nil {
		return err
	}
	for len(all) > 0 {
		together, records := 0, int64(0)
		for together < len(all) && all[together].Tenant == all[0].Tenant &&
			(together == 0 || records+all[together].Records <= gathered) {
			records += all[together].Records
			together++
		}
		from := "lake_" + k.folder
		if together > 1 {
			if err := c.Exec(ctx, fmt.Sprintf("CREATE OR REPLACE TEMP TABLE lake_rows AS FROM %s WHERE tenant_id = ? AND time >= ? AND time < ?", from),
				all[0].Tenant, all[0].Day, all[together-1].Day.AddDate(0, 0, 1)); err != nil {
				return err
			}
			from = "lake_rows"
		}
		for _, p := range all[:together] {
			n, err := k.writePartition(ctx, c, f, work, p, from)
			if err != nil {
				return err
			}
			w.Partitions++
			w.Records += n
		}
		all = all[together:]
	}
	return nil
}

// partitions are those that the case has records of, by tenant and day.
func (k kind) partitions(ctx context.Context, c *casefile.Case) ([]partition, error) {
	return rows.Read[partition](ctx, c, fmt.Sprintf(`
SELECT a.tenant, a.time::DATE AS day, source.filtered, count(*) AS records
FROM attributed_%s AS a JOIN source ON source.source_id = a.source_id GROUP BY ALL ORDER BY ALL`, k.folder))
}

// writePartition writes one file: what it has already and what the relation has of it, in order of time. It returns
// how many rows that is.
func (k kind) writePartition(ctx context.Context, c *casefile.Case, f *folder, work string, p partition,
	from string) (int64, error) {
	name := "records.parquet"
	if p.Filtered {
		name = "filtered.parquet"
	}
	name = path.Join(k.folder, "tenantId="+p.Tenant, "day="+p.Day.Format(time.DateOnly), name)
	// Each has names of its own: the database keeps what it has read of a file by its path.
	made := filepath.Join(work, strings.ReplaceAll(name, "/", "_"))
	old := made + ".old"
	defer func() { os.Remove(made); os.Remove(old) }() // the folder goes anyway
	more, err := f.copyTo(name, old)
	if err != nil {
		return 0, err
	}
	earlier := ""
	if more {
		earlier = old
	}
	n, err := c.WriteParquet(ctx, k.query(p, from, more), earlier, made)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", filepath.Join(f.dir, filepath.FromSlash(name)), err)
	}
	return n, f.write(name, func(w io.Writer) error {
		file, err := os.Open(made)
		if err != nil {
			return err
		}
		defer file.Close()
		_, err = io.Copy(w, file)
		return err
	})
}

// query is the rows of a partition, in order of time. Records that are equal in all but where they came from are one.
// Of records without an id, as many stay as the export has that has most of them.
func (k kind) query(p partition, from string, more bool) string {
	var names, types []string
	for _, column := range k.columns {
		names = append(names, column.Name)
		if column.Type == record.JSON {
			types = append(types, column.Name+"::VARCHAR AS "+column.Name)
		} else {
			types = append(types, column.Name)
		}
	}
	record := strings.Join(names, ", ")
	old := ""
	if more {
		old = "UNION ALL SELECT " + strings.Join(types, ", ") + ", " + provenance + ", 0 AS source_id FROM {old}"
	}
	return fmt.Sprintf(`
WITH found AS (
    SELECT %[1]s, %[2]s, source_id FROM %[3]s
    WHERE tenant_id = '%[4]s' AND time >= TIMESTAMP '%[5]s' AND time < TIMESTAMP '%[6]s' AND filtered = %[7]t
    %[8]s
),
-- Few are repeated, and each is wide: only those are compared.
repeated AS (SELECT id FROM found WHERE id IS NOT NULL GROUP BY id HAVING count(*) > 1),
without_id AS (
    SELECT *, row_number() OVER (PARTITION BY source_id, %[9]s ORDER BY origin) AS occurrence FROM found
        WHERE id IS NULL
)
SELECT %[9]s, %[2]s FROM (
    SELECT %[9]s, %[2]s FROM found ANTI JOIN repeated USING (id) WHERE id IS NOT NULL
    UNION ALL
    SELECT %[9]s, %[10]s FROM found SEMI JOIN repeated USING (id) GROUP BY %[9]s
    UNION ALL
    SELECT %[9]s, %[10]s FROM without_id GROUP BY %[9]s, occurrence
)
ORDER BY time, id, origin`,
		strings.Join(types, ", "), provenance, from, p.Tenant, p.Day.Format(time.DateOnly),
		p.Day.AddDate(0, 0, 1).Format(time.DateOnly), p.Filtered,
		old, record, "min(lake) AS lake, min(filtered) AS filtered, min(origin) AS origin, arg_min(origin_sha256, origin) AS origin_sha256, arg_min(record, origin) AS record")
}

// largestMasked is how large an export may be in which passcodes have to be masked.
const largestMasked = 256 << 20

// keepExports copies the exports that are not logs. It returns where each lies, by its place among the case's sources.
func keepExports(ctx context.Context, c *casefile.Case, f *folder, paths []string,
	w *Written) (map[string]string, error) {
	type wanted struct {
		Path      string `db:"path"`
		SHA256    string `db:"sha256"`
		Tenant    string `db:"path_tenant"`
		Passcodes int64  `db:"holds_passcode"`
	}
	all := map[string]wanted{}
	if err := rows.Each(ctx, c, func(w wanted) error { all[w.Path] = w; return nil }, `
SELECT path, sha256, coalesce(path_tenant, '') AS path_tenant, holds_passcode FROM source JOIN (
    SELECT source_id FROM policy_snapshot UNION SELECT source_id FROM directory_user
    UNION SELECT source_id FROM role_definition
    UNION SELECT source_id FROM role_member UNION SELECT source_id FROM group_member
    UNION SELECT source_id FROM conditional_access_policy
    UNION SELECT source_id FROM pass_snapshot UNION SELECT source_id FROM registration_detail
    UNION SELECT source_id FROM authentication_strength UNION SELECT source_id FROM service_principal
    UNION SELECT source_id FROM attributed_steps WHERE NOT has_signin
) USING (source_id) ORDER BY source_id`); err != nil || len(all) == 0 {
		return nil, err
	}
	kept := map[string]string{}
	err := evidence.Walk(ctx, paths, strings.NewReader(""), evidence.DefaultLimits(), func(s *evidence.Source) error {
		e, ok := all[s.Path]
		if !ok || s.Skip != "" || s.Kind == evidence.Archive {
			return nil
		}
		place := path.Join("exports", e.SHA256[:16], exportName(s))
		if t := strings.ToLower(e.Tenant); tenantName.MatchString(t) {
			place = path.Join("exports", "tenantId="+t, e.SHA256[:16], exportName(s))
		}
		if err := keepExport(s, f, place, e.SHA256, e.Passcodes > 0); err != nil {
			return fmt.Errorf("%s: %w", s.Path, err)
		}
		kept[s.Path] = place
		w.Kept++
		return nil
	})
	if err == nil && len(kept) < len(all) {
		err = errors.New("an export changed or went away while the lake was written; run it again")
	}
	return kept, err
}

var notInName = regexp.MustCompile(`[^\pL\pN ._@()+-]+`)

// exportName is a name for a copy of the source: its own, made harmless. Where it has no time, it gets that of the
// archive's member, since that tells when a snapshot was taken.
func exportName(s *evidence.Source) string {
	name := strings.TrimLeft(notInName.ReplaceAllString(filepath.Base(filepath.FromSlash(s.Path)), "_"), ".")
	for _, packed := range []string{".gz", ".zst"} {
		name = strings.TrimSuffix(name, packed)
	}
	ending := filepath.Ext(name)
	stem := strings.TrimSuffix(name, ending)
	if s.Container != "" && !s.ModTime.IsZero() && formats.TimeInName(name).IsZero() {
		stem += "_" + s.ModTime.UTC().Format("20060102T150405Z")
	}
	if runes := []rune(stem); len(runes) > 100 {
		stem = string(runes[:100])
	}
	return cmp.Or(stem, "export") + ending
}

// keepExport copies one export; passcodes in it are masked.
func keepExport(s *evidence.Source, f *folder, place, sum string, secret bool) error {
	content, err := s.Open()
	if err != nil {
		return err
	}
	defer content.Close()
	var text io.Reader = content
	if secret {
		decoded, _ := evidence.Decode(content)
		whole, err := io.ReadAll(io.LimitReader(decoded, largestMasked+1))
		if err != nil {
			return err
		}
		masked, found := record.MaskPasscodes(string(whole))
		if len(whole) > largestMasked || found == 0 {
			return errors.New("it holds passcodes of Temporary Access Passes that cannot be masked in a copy; remove them, or leave the file out")
		}
		text = strings.NewReader(masked)
	}
	return f.write(place, func(w io.Writer) error {
		if _, err := io.Copy(w, text); err != nil {
			return err
		}
		if actual, err := s.Sum(); err != nil || actual != sum {
			return cmp.Or(err, evidence.ErrChanged)
		}
		return nil
	})
}

// add puts the case's sources and what was quarantined of them into the manifest.
func (m *Manifest) add(ctx context.Context, c *casefile.Case, kept map[string]string) error {
	known := map[[2]string]bool{}
	for _, e := range m.Exports {
		known[[2]string{e.Path, e.SHA256}] = true
	}
	fresh := map[string]bool{}
	if err := rows.Each(ctx, c, func(e Export) error {
		if known[[2]string{e.Path, e.SHA256}] {
			return nil
		}
		e.Kept = kept[e.Path]
		fresh[e.Path] = true
		m.Exports = append(m.Exports, e)
		return nil
	}, `
SELECT path, sha256, bytes, format, records_read, records_quarantined, coalesce(truncated, '') AS truncated, note
FROM source ORDER BY source_id`); err != nil {
		return err
	}
	if err := rows.Each(ctx, c, func(q Quarantined) error {
		if fresh[q.Path] {
			m.Quarantine = append(m.Quarantine, q)
		}
		return nil
	}, `
SELECT s.path, q.line, q."offset", q.reason, q.excerpt, q.sha256 FROM quarantine AS q JOIN source AS s ON s.source_id = q.source_id
ORDER BY s.source_id, q.line, q."offset", q.reason`); err != nil {
		return err
	}
	slices.SortStableFunc(m.Exports, func(a, b Export) int {
		return cmp.Or(strings.Compare(a.Path, b.Path), strings.Compare(a.SHA256, b.SHA256))
	})
	slices.SortStableFunc(m.Quarantine, func(a, b Quarantined) int {
		return cmp.Or(strings.Compare(a.Path, b.Path), cmp.Compare(a.Line, b.Line))
	})
	return nil
}

func (m *Manifest) write(f *folder) error {
	text, err := json.MarshalIndent(m, "", " ")
	if err != nil {
		return err
	}
	if len(text) >= largestManifest {
		return fmt.Errorf("%s in %s would have more than %d bytes, which the next run would not read: begin another lake",
			manifestName, f.dir, largestManifest)
	}
	return f.write(manifestName, func(w io.Writer) error {
		_, err := w.Write(append(text, '\n'))
		return err
	})
}
