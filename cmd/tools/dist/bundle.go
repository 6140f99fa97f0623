package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/mod/module"
)

// bundle writes one archive that builds and tests without a network. It has the commit's sources, the commit in
// .commit, and every module that go.mod names under .modules, as a module proxy lays them out; make uses them from
// there. Go's vendor folder would not do: it leaves out the tools and every file that is not beside a package.
func bundle(out, version, commit string, when time.Time) error {
	sources, err := commitFiles()
	if err != nil {
		return err
	}
	modules, err := moduleFiles()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	folder := fmt.Sprintf("tapaudit-%s-offline", version)
	entries := append(append(sources, modules...), entry{name: ".commit", content: []byte(commit + "\n")})
	archive := filepath.Join(out, folder+".tar.gz")
	if err := writeArchive(archive, folder, gzip.BestSpeed, when, entries); err != nil {
		return err
	}
	sum, err := hashFile(archive)
	if err != nil {
		return err
	}
	return os.WriteFile(archive+".sha256", fmt.Appendf(nil, "%x  %s\n", sum, filepath.Base(archive)), 0o644)
}

// commitFiles are the files of the commit that is checked out, not those that lie about.
func commitFiles() ([]entry, error) {
	printed, err := output(nil, "git", "archive", "--format=tar", "HEAD")
	if err != nil {
		return nil, err
	}
	var entries []entry
	for archive := tar.NewReader(bytes.NewReader(printed)); ; {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return entries, nil
		}
		if err != nil {
			return nil, fmt.Errorf("git archive: %w", err)
		}
		switch header.Typeflag {
		case tar.TypeReg:
			content, err := io.ReadAll(archive)
			if err != nil {
				return nil, fmt.Errorf("git archive: %s: %w", header.Name, err)
			}
			entries = append(entries, entry{name: header.Name, content: content, executable: header.Mode&0o100 != 0})
		case tar.TypeDir, tar.TypeXGlobalHeader:
		default:
			return nil, fmt.Errorf("git archive: %s is neither file nor folder", header.Name)
		}
	}
}

// moduleFiles are the zip of every module that go.mod names and the go.mod of every module of the graph. They come
// from the module cache, which is laid out like a proxy.
func moduleFiles() ([]entry, error) {
	cache, err := output(nil, "go", "env", "GOMODCACHE")
	if err != nil {
		return nil, err
	}
	proxy := filepath.Join(string(bytes.TrimSpace(cache)), "cache", "download")
	names := map[string]bool{} // below the proxy

	// Reading the graph fetches every go.mod that Go needs for it; go.sum tells these from those that it only names.
	graph, err := output(nil, "go", "mod", "graph")
	if err != nil {
		return nil, err
	}
	nodes := map[string]bool{}
	for _, node := range strings.Fields(string(graph)) {
		nodes[node] = true
	}
	sums, err := os.ReadFile("go.sum")
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(string(sums)) {
		fields := strings.Fields(line)
		if len(fields) != 3 {
			return nil, fmt.Errorf("go.sum: %q has not three fields", line)
		}
		version, ok := strings.CutSuffix(fields[1], "/go.mod")
		if !ok || !nodes[fields[0]+"@"+version] {
			continue
		}
		path, err := module.EscapePath(fields[0])
		if err != nil {
			return nil, err
		}
		if version, err = module.EscapeVersion(version); err != nil {
			return nil, err
		}
		names[path+"/@v/"+version+".mod"] = true
	}

	downloaded, err := output(nil, "go", "mod", "download", "-json")
	if err != nil {
		return nil, err
	}
	for decoder := json.NewDecoder(bytes.NewReader(downloaded)); ; {
		var file struct{ Path, Info, GoMod, Zip string }
		if err := decoder.Decode(&file); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, fmt.Errorf("go mod download: %w", err)
		}
		for _, path := range []string{file.Info, file.GoMod, file.Zip} {
			name, err := filepath.Rel(proxy, path)
			if err != nil || path == "" {
				return nil, fmt.Errorf("go mod download puts a file of %s at %q, not below %s", file.Path, path, proxy)
			}
			names[filepath.ToSlash(name)] = true
		}
	}
	entries := make([]entry, 0, len(names))
	for name := range names {
		entries = append(entries, entry{name: ".modules/" + name,
			path: filepath.Join(proxy, filepath.FromSlash(name))})
	}
	return entries, nil
}
