package main

import (
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"

	"tapaudit/analysis/settings"
)

// TestLinks follows every relative link of every document, to the file and to the heading.
func TestLinks(t *testing.T) {
	pages := markdown(t, root)
	if len(pages) < 10 {
		t.Fatalf("only %d documents found", len(pages))
	}
	links := 0
	for name, text := range pages {
		for _, target := range targets(text) {
			links++
			if fault := follow(root, name, target); fault != "" {
				t.Errorf("%s links to %s: %s", name, target, fault)
			}
		}
	}
	if links < 50 {
		t.Errorf("only %d links found", links)
	}
}

// TestFaultyLinks: what leads nowhere is found.
func TestFaultyLinks(t *testing.T) {
	dir := t.TempDir()
	page := "# Here\n\n## A `b` c, d\n\n```\n# no heading\n[no link](none)\n```\n`[neither](none)` [two\nlines](README.md#a-b-c-d) ![p](p.png)\n"
	if err := os.WriteFile(filepath.Join(dir, "README.md"), []byte(page), 0o600); err != nil {
		t.Fatal(err)
	}
	if got, want := targets(page), []string{"README.md#a-b-c-d", "p.png"}; !slices.Equal(got, want) {
		t.Errorf("links %q, want %q", got, want)
	}
	for target, ok := range map[string]bool{
		"README.md": true, "#here": true, "#a-b-c-d": true, "README.md#here": true, "https://example.com/": true,
		"#no-heading": false, "none.md": false, "../README.md": false, "/README.md": false, "readme.md": false,
	} {
		if fault := follow(dir, "README.md", target); (fault == "") != ok {
			t.Errorf("%s: %q", target, fault)
		}
	}
}

// TestREADMEIsShort: a newcomer reads it to the end.
func TestREADMEIsShort(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	if lines := strings.Count(string(text), "\n"); lines > 200 {
		t.Errorf("README.md has %d lines; 200 are enough, the rest belongs beside the code it speaks of", lines)
	}
}

// TestDependenciesAreNamed: each module that go.mod asks for itself has a row that says what it is for.
func TestDependenciesAreNamed(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	wanted, err := modfile.Parse("go.mod", text, nil)
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(filepath.Join(root, "cmd", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range wanted.Require {
		name, _, _ := module.SplitPathVersion(m.Mod.Path)
		if !m.Indirect && !strings.Contains(string(page), name) &&
			!strings.Contains(string(page), ", "+path.Base(name)+" |") {
			t.Errorf("cmd/README.md does not say what %s is for", m.Mod.Path)
		}
	}
}

// TestExportScript: the script reads only, and the page beside it names each permission that it asks for.
func TestExportScript(t *testing.T) {
	script, err := os.ReadFile(filepath.Join(root, "ingest", "export.ps1"))
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(filepath.Join(root, "ingest", "EXPORT.md"))
	if err != nil {
		t.Fatal(err)
	}
	permissions := regexp.MustCompile(`\b[A-Z]\w+\.Read(Write)?(\.\w+)+`).FindAllString(string(script), -1)
	if len(permissions) < 8 {
		t.Errorf("only %q found", permissions)
	}
	for _, permission := range permissions {
		if strings.Contains(permission, "Write") || !strings.Contains(string(page), "`"+permission+"`") {
			t.Errorf("%s is not a permission to read that EXPORT.md names", permission)
		}
	}
	for _, m := range regexp.MustCompile(`-Method (\w+) -Uri (\S+)`).FindAllStringSubmatch(string(script), -1) {
		// A search of the Unified Audit Log is begun by a POST.
		if m[1] != "GET" && m[2] != `"$graph/security/auditLog/queries"` {
			t.Errorf("%s changes something", m[0])
		}
	}
}

// TestKeysAreExplained: the page on the configuration has a row for each key of the commented example.
func TestKeysAreExplained(t *testing.T) {
	page, err := os.ReadFile(filepath.Join(root, "analysis", "CONFIGURATION.md"))
	if err != nil {
		t.Fatal(err)
	}
	keys := regexp.MustCompile(`(?m)^#?([a-z_]+):`).FindAllStringSubmatch(settings.Example(), -1)
	if len(keys) < 12 {
		t.Errorf("the example has only %d keys", len(keys))
	}
	for _, key := range keys {
		if !strings.Contains(string(page), "\n| `"+key[1]) {
			t.Errorf("analysis/CONFIGURATION.md has no row for %s", key[1])
		}
	}
}

// markdown are the repository's documents by their path.
func markdown(t *testing.T, root string) map[string]string {
	t.Helper()
	pages := map[string]string{}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		if entry.IsDir() {
			// What git ignores, and what tests expect of outputs, are not documents.
			if hidden := strings.HasPrefix(entry.Name(), ".") && name != "." && name != ".github"; hidden ||
				slices.Contains([]string{"bin", "dist", "node_modules", "testdata", "tapaudit-report"}, entry.Name()) {
				return filepath.SkipDir
			}
			return nil
		}
		if filepath.Ext(path) != ".md" {
			return nil
		}
		text, err := os.ReadFile(path)
		pages[filepath.ToSlash(name)] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return pages
}

var (
	fence    = regexp.MustCompile("(?ms)^ *```.*?^ *```$")
	codeSpan = regexp.MustCompile("(?s)`[^`]+`")
	inline   = regexp.MustCompile(`(?s)\[[^\]]*\]\(([^)\s]+)\)`)
)

// targets are what a document links to; code is not a link.
func targets(text string) (all []string) {
	text = codeSpan.ReplaceAllString(fence.ReplaceAllString(text, ""), "code")
	for _, m := range inline.FindAllStringSubmatch(text, -1) {
		all = append(all, m[1])
	}
	return all
}

// follow says why a link of a document leads nowhere; "" where it leads somewhere, or into the web.
func follow(root, from, target string) string {
	u, err := url.Parse(target)
	if err != nil {
		return err.Error()
	}
	if u.Scheme == "https" {
		return ""
	}
	if u.Scheme != "" || u.Host != "" || strings.HasPrefix(u.Path, "/") {
		return "neither https nor relative"
	}
	name := filepath.Join(filepath.Dir(filepath.FromSlash(from)), filepath.FromSlash(u.Path))
	if u.Path == "" {
		name = filepath.FromSlash(from)
	}
	if !filepath.IsLocal(name) {
		return "outside the repository"
	}
	// On a system without letter case a wrong one would be found all the same.
	siblings, err := os.ReadDir(filepath.Dir(filepath.Join(root, name)))
	if err != nil {
		return err.Error()
	}
	if !slices.ContainsFunc(siblings, func(e fs.DirEntry) bool { return e.Name() == filepath.Base(name) }) {
		return "there is no such file"
	}
	if u.Fragment == "" {
		return ""
	}
	text, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		return err.Error()
	}
	if anchors := headings(string(text)); !slices.Contains(anchors, u.Fragment) {
		return fmt.Sprintf("there is no such heading; it has %s", strings.Join(anchors, ", "))
	}
	return ""
}

var heading = regexp.MustCompile(`(?m)^#{1,6} +(.*)$`)

// headings are the anchors of a document's headings, as GitHub makes them: in lower case, blanks as dashes, other
// signs left out, and a number where one is there already.
func headings(text string) (anchors []string) {
	seen := map[string]int{}
	for _, m := range heading.FindAllStringSubmatch(fence.ReplaceAllString(text, ""), -1) {
		anchor := strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case unicode.IsLetter(r), unicode.IsNumber(r), r == '-', r == '_':
				return unicode.ToLower(r)
			}
			return -1
		}, m[1])
		if seen[anchor]++; seen[anchor] > 1 {
			anchor = fmt.Sprintf("%s-%d", anchor, seen[anchor]-1)
		}
		anchors = append(anchors, anchor)
	}
	return anchors
}
