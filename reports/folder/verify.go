package folder

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"tapaudit/ingest/regular"
	"tapaudit/reports/words"
)

// Difference is one way in which files are not as a manifest lists them.
type Difference struct {
	What   string // missing, added or changed
	Path   string // as the manifest or the evidence names it: hostile text
	Detail string // what is there and what was listed; hostile text
}

// Verification is what re-hashing a report folder came to.
type Verification struct {
	Manifest       *Manifest
	ManifestSHA256 string // in hexadecimal; no file of the folder vouches for it
	Same           int    // files that are as listed
	Differences    []Difference
	Signed         bool // a signature of the manifest lies beside it; [CheckSignature] checks it

	ManifestBytes int64
	droppings     map[string]bool // those that are added, and left by a file browser
}

// Verify hashes every file of the report folder dir and compares it with
// manifest.json. Differences are no error. The error wraps [ErrNotReport] when
// dir has no manifest that names tapaudit as its tool, and the cause of ctx
// when that ends.
func Verify(ctx context.Context, dir string) (*Verification, error) {
	// Names in a manifest are as hostile as anything else: nothing outside the
	// folder is opened through them.
	root, err := regular.OpenFolder(dir)
	if err != nil {
		return nil, fmt.Errorf("%q: %w (%w)", dir, ErrNotReport, err)
	}
	defer root.Close()
	v, err := verify(ctx, root)
	if err != nil && context.Cause(ctx) == nil {
		return nil, fmt.Errorf("%q: %w", dir, err)
	}
	return v, err
}

func verify(ctx context.Context, root *os.Root) (*Verification, error) {
	m, text, err := readManifest(root)
	if err != nil {
		return nil, fmt.Errorf("%w (%w)", ErrNotReport, err)
	}
	sum := sha256.Sum256(text)
	v := &Verification{Manifest: m, ManifestSHA256: hex.EncodeToString(sum[:]), ManifestBytes: int64(len(text)),
		droppings: map[string]bool{}}
	listed := map[string]bool{ManifestName: true}
	for _, want := range m.Outputs {
		if listed[want.Path] {
			v.differ("changed", want.Path, "listed twice in "+ManifestName)
			continue
		}
		listed[want.Path] = true
		if !plainName(want.Path) {
			v.differ("missing", want.Path, "not the name of a file in this folder; not opened")
			continue
		}
		got, err := hashFile(ctx, root, want.Path)
		switch {
		case ctx.Err() != nil:
			return nil, fmt.Errorf("not verified: %w", context.Cause(ctx))
		case errors.Is(err, fs.ErrNotExist):
			v.differ("missing", want.Path, "listed with "+described(want))
		case err != nil:
			v.differ("changed", want.Path, "cannot be read: "+regular.Reason(err))
		case got.SHA256 != want.SHA256 || got.Bytes != want.Bytes:
			v.differ("changed", want.Path, "has "+described(got)+"; listed with "+described(want))
		default:
			v.Same++
		}
	}
	if err := context.Cause(ctx); err != nil {
		return nil, fmt.Errorf("not verified: %w", err)
	}
	entries, err := fs.ReadDir(root.FS(), ".")
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if listed[e.Name()] {
			continue
		}
		if e.Name() == SignatureName && e.Type().IsRegular() {
			v.Signed = true
			continue
		}
		if e.Type().IsRegular() && isDropping(e.Name(), listed) {
			v.droppings[e.Name()] = true
		}
		what := "not listed in " + ManifestName
		if !e.Type().IsRegular() {
			what = "not a regular file, and " + what
		}
		v.differ("added", e.Name(), what)
	}
	sortDifferences(v.Differences)
	return v, nil
}

func (v *Verification) differ(what, path, detail string) {
	v.Differences = append(v.Differences, Difference{what, path, detail})
}

// sortDifferences orders by path.
func sortDifferences(all []Difference) {
	slices.SortStableFunc(all, func(a, b Difference) int { return strings.Compare(a.Path, b.Path) })
}

// plainName says whether name is that of a file right in a folder.
func plainName(name string) bool {
	return filepath.IsLocal(name) && name != "." && !strings.ContainsAny(name, `/\`)
}

func described(f ManifestFile) string {
	if f.SHA256 == "" {
		return "no SHA-256"
	}
	return words.Count(f.Bytes, "byte", "bytes") + ", SHA-256 " + f.SHA256
}

// hashFile reads a regular file of root; anything else, which might never end, is an error.
func hashFile(ctx context.Context, root *os.Root, name string) (ManifestFile, error) {
	file, err := regular.OpenPlain(root, name)
	if err != nil {
		return ManifestFile{}, err
	}
	defer file.Close()
	size, hash := &counter{ctx: ctx}, sha256.New()
	if _, err := io.Copy(io.MultiWriter(size, hash), file); err != nil {
		return ManifestFile{}, err
	}
	return ManifestFile{Path: name, Bytes: size.n, SHA256: hex.EncodeToString(hash.Sum(nil))}, nil
}

// CompareInputs compares the evidence a report was made from with evidence as
// it is found now; same counts the inputs that are there. Content decides: a
// file under another name is still there, one under its name with other
// content has changed. A SHA-256 of "" stands for what could not be hashed.
// The differences are in the order of paths.
func (m *Manifest) CompareInputs(found []ManifestFile) (same int, differences []Difference) {
	type identity struct{ container, path, sha256 string }
	exact := func(f ManifestFile) identity { return identity{f.Container, f.Path, f.SHA256} }
	content := func(f ManifestFile) identity { return identity{sha256: f.SHA256} }
	name := func(f ManifestFile) identity { return identity{path: f.Path} }

	wanted, there := distinct(m.Inputs), distinct(found)
	differ := func(what string, f ManifestFile, detail string) {
		differences = append(differences, Difference{what, f.Path, detail})
	}
	wanted, there, pairs := match(wanted, there, exact)
	same += len(pairs)
	known := func(f ManifestFile) bool { return f.SHA256 != "" }
	wantedHashed, wantedRest := split(wanted, known)
	thereHashed, thereRest := split(there, known)
	wantedHashed, thereHashed, pairs = match(wantedHashed, thereHashed, content)
	same += len(pairs)
	wanted, there, pairs = match(append(wantedHashed, wantedRest...), append(thereHashed, thereRest...), name)
	for _, p := range pairs {
		differ("changed", p.want, "has "+described(p.got)+"; listed with "+described(p.want))
	}
	for _, f := range wanted {
		differ("missing", f, "listed with "+described(f))
	}
	for _, f := range there {
		differ("added", f, "not among the report's inputs; has "+described(f))
	}
	sortDifferences(differences)
	return same, differences
}

type filePair struct{ want, got ManifestFile }

// match pairs files one to one by key and gives back those without a partner, in their order.
func match[K comparable](wanted, found []ManifestFile,
	key func(ManifestFile) K) (wantedRest, foundRest []ManifestFile, pairs []filePair) {
	waiting := map[K][]int{}
	for i, f := range found {
		waiting[key(f)] = append(waiting[key(f)], i)
	}
	taken := make([]bool, len(found))
	for _, f := range wanted {
		candidates := waiting[key(f)]
		if len(candidates) == 0 {
			wantedRest = append(wantedRest, f)
			continue
		}
		waiting[key(f)] = candidates[1:]
		taken[candidates[0]] = true
		pairs = append(pairs, filePair{f, found[candidates[0]]})
	}
	for i, f := range found {
		if !taken[i] {
			foundRest = append(foundRest, f)
		}
	}
	return wantedRest, foundRest, pairs
}

// distinct leaves out files that are the same in name and content: a report lists those once.
func distinct(files []ManifestFile) []ManifestFile {
	type identity struct{ container, path, sha256 string }
	seen := map[identity]bool{}
	var all []ManifestFile
	for _, f := range files {
		id := identity{f.Container, f.Path, f.SHA256}
		if !seen[id] {
			seen[id] = true
			all = append(all, f)
		}
	}
	return all
}

func split(files []ManifestFile, first func(ManifestFile) bool) (yes, no []ManifestFile) {
	for _, f := range files {
		if first(f) {
			yes = append(yes, f)
		} else {
			no = append(no, f)
		}
	}
	return yes, no
}
