package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/klauspost/compress/gzip"
)

// generate writes a sample with the arguments and returns its folder.
func generate(t *testing.T, args ...string) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), "sample")
	var stderr bytes.Buffer
	if code := run(append([]string{"--out", out}, args...), io.Discard, &stderr); code != 0 {
		t.Fatalf("exit %d: %s", code, &stderr)
	}
	return out
}

// contents are all files below a folder.
func contents(t *testing.T, root string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, path)
		all[filepath.ToSlash(name)] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestSampleLogsAreUpToDate(t *testing.T) {
	got, want := contents(t, generate(t)), contents(t, filepath.Join("..", "..", "..", "sample-logs"))
	maps.DeleteFunc(want, func(path, _ string) bool { return strings.HasPrefix(path, handWritten+"/") })
	if diff := cmp.Diff(slices.Sorted(maps.Keys(want)), slices.Sorted(maps.Keys(got))); diff != "" {
		t.Fatalf("run go run ./cmd/tools/samplelogs; files (-folder +generated):\n%s", diff)
	}
	size, quiet := 0, 0
	for path := range got {
		if strings.HasPrefix(path, quietFolder+"/") {
			quiet += len(got[path])
		} else {
			size += len(got[path])
		}
		if got[path] != want[path] {
			t.Errorf("%s differs from what is generated: run go run ./cmd/tools/samplelogs", path)
		}
	}
	if size >= 3<<20 {
		t.Errorf("the sample has %d bytes, wanted less than 3 MiB", size)
	}
	if quiet >= 1<<20 {
		t.Errorf("the quiet sample has %d bytes, wanted less than 1 MiB", quiet)
	}
}

func TestSeedDecidesEverything(t *testing.T) {
	one, again, other := contents(t, generate(t, "--seed", "7")), contents(t, generate(t, "--seed", "7")),
		contents(t, generate(t, "--seed", "8"))
	if !maps.Equal(one, again) {
		t.Error("the same seed gave different files")
	}
	if one["truth.json"] == other["truth.json"] {
		t.Error("another seed gave the same truth")
	}
}

func readTruth(t *testing.T, root, name string) truth {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	var tr truth
	if err := json.Unmarshal(b, &tr); err != nil {
		t.Fatal(err)
	}
	return tr
}

func TestTruthHoldsEveryState(t *testing.T) {
	root := generate(t)
	tr := readTruth(t, root, "truth.json")
	states := map[string]bool{}
	for _, ledger := range [][]ledgerRow{tr.Ledger, readTruth(t, root, "truth-bare.json").Ledger} {
		for _, row := range ledger {
			for i, c := range row.criteria() {
				states[criteriaNames[i]+" "+*c] = true
			}
			states["supervised "+row.Supervised] = true
		}
	}
	for _, name := range criteriaNames {
		for _, state := range []string{met, notMet, notAssessed} {
			if !states[name+" "+state] {
				t.Errorf("no log-in has %s %s", name, state)
			}
		}
	}
	for _, state := range []string{"yes", "no", notAssessed} {
		if !states["supervised "+state] {
			t.Errorf("no log-in is supervised: %s", state)
		}
	}
}

func TestUnsupervisedExactlyWhereACriterionFailed(t *testing.T) {
	tr := readTruth(t, generate(t), "truth.json")
	var stated, failed []string
	for _, f := range tr.Findings {
		if f.Rule == "TAP-SIGNIN-UNSUPERVISED" {
			stated = append(stated, f.SubjectName+" "+f.FirstSeen)
		}
	}
	for _, row := range tr.Ledger {
		if row.Supervised == "no" {
			failed = append(failed, row.UserName+" "+row.Time)
		}
	}
	slices.Sort(stated)
	slices.Sort(failed)
	if diff := cmp.Diff(failed, stated); diff != "" {
		t.Errorf("(-ledger +findings):\n%s", diff)
	}
}

// TestEvidenceShowsTheLedgersLogIns reads the written files back: the sessions in which a pass was right and let
// its user in are the ledger's log-ins.
func TestEvidenceShowsTheLedgersLogIns(t *testing.T) {
	root := generate(t)
	first := map[string]string{} // session to user and time
	for path, text := range contents(t, filepath.Join(root, "evidence", "signins")) {
		if strings.HasSuffix(path, ".gz") {
			z, err := gzip.NewReader(strings.NewReader(text))
			if err != nil {
				t.Fatalf("%s: %v", path, err)
			}
			b, err := io.ReadAll(z)
			if err != nil {
				t.Fatalf("%s: %v", path, err)
			}
			text = string(b)
		}
		lines := bufio.NewScanner(strings.NewReader(text))
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			l := strings.TrimSuffix(lines.Text(), ",")
			if !strings.Contains(l, `"authenticationMethod":"Temporary Access Pass","authenticationMethodDetail":"","succeeded":true`) {
				continue
			}
			type record struct {
				Session string                  `json:"sessionId"`
				UPN     string                  `json:"userPrincipalName"`
				Time    string                  `json:"createdDateTime"`
				Status  struct{ ErrorCode int } `json:"status"`
			}
			var r struct {
				record
				Properties *record `json:"properties"`
			}
			if err := json.Unmarshal([]byte(l), &r); err != nil {
				t.Fatalf("%s: %v", path, err)
			}
			if r.Properties != nil {
				r.record = *r.Properties
			}
			if r.Status.ErrorCode == 53003 {
				continue
			}
			at := r.UPN + " " + r.Time[:19]
			if old, ok := first[r.Session]; !ok || at < old {
				first[r.Session] = at
			}
		}
		if err := lines.Err(); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
	}
	var want []string
	for _, row := range readTruth(t, root, "truth.json").Ledger {
		want = append(want, row.UserName+" "+row.Time[:19])
	}
	slices.Sort(want)
	if diff := cmp.Diff(want, slices.Sorted(maps.Values(first))); diff != "" {
		t.Errorf("log-ins (-ledger +evidence):\n%s", diff)
	}
}

func TestSignInsAsManyAsAsked(t *testing.T) {
	root := generate(t, "--signins", "5000")
	text := contents(t, filepath.Join(root, "evidence", "signins"))["signIns-ordinary.ndjson"]
	streamed := strings.Count(text, "\n")
	// On each of the two blind days the operator signs in twice and staff four times, in another file.
	if streamed != 5000-12 {
		t.Errorf("%d sign-ins in the file, wanted 4988 and 12 elsewhere", streamed)
	}
	if size := len(text) / streamed; size < 5000 || size > 5600 {
		t.Errorf("a record has %d bytes, wanted about 5300", size)
	}
	if diff := cmp.Diff(readTruth(t, generate(t), "truth.json"), readTruth(t, root, "truth.json"),
		cmpopts.IgnoreUnexported(truth{})); diff != "" {
		t.Errorf("more ordinary sign-ins changed the truth:\n%s", diff)
	}
}

func TestForeignFolderIsLeftAlone(t *testing.T) {
	out := t.TempDir()
	mine := filepath.Join(out, "mine.txt")
	if err := os.WriteFile(mine, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	var stderr bytes.Buffer
	if code := run([]string{"--out", out}, io.Discard, &stderr); code != 1 ||
		!strings.Contains(stderr.String(), "was not written by samplelogs") {
		t.Errorf("exit %d, %s", code, &stderr)
	}
	if _, err := os.Stat(mine); err != nil {
		t.Error(err)
	}
}

func TestWrongUsage(t *testing.T) {
	for _, args := range [][]string{{"--scale", "0"}, {"--signins", "-1"}, {"somewhere"}, {"--nonsense"}} {
		if code := run(args, io.Discard, io.Discard); code != 2 {
			t.Errorf("%q: exit %d, wanted 2", args, code)
		}
	}
}
