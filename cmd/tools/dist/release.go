package main

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

// release packs OUT/ARCH/tapaudit for each architecture with manual, completions, licences and SBOM, and writes
// SHA256SUMS of the archives.
func release(out, version string, when time.Time, arches []string, tags string) error {
	own := filepath.Join(out, runtime.GOARCH, "tapaudit")
	printed, err := manualAndCompletions(own)
	if err != nil {
		return err
	}
	documents, err := documents()
	if err != nil {
		return err
	}
	var sums strings.Builder
	slices.Sort(arches)
	for _, arch := range arches {
		program := filepath.Join(out, arch, "tapaudit")
		licences, err := moduleLicences("linux", arch, tags)
		if err != nil {
			return err
		}
		libraries, err := systemLibraries(arch)
		if err != nil {
			return err
		}
		bill, err := billOfMaterials(program, version, libraries)
		if err != nil {
			return err
		}
		entries := slices.Concat(printed, documents, licences, systemLicences(libraries), []entry{
			{name: "tapaudit", path: program, executable: true},
			{name: "LICENSE", path: "LICENSE"},
			{name: "sbom.cdx.json", content: bill},
		})
		folder := fmt.Sprintf("tapaudit-%s-linux-%s", version, arch)
		archive := filepath.Join(out, folder+".tar.gz")
		if err := writeArchive(archive, folder, gzip.BestCompression, when, entries); err != nil {
			return err
		}
		sum, err := hashFile(archive)
		if err != nil {
			return err
		}
		fmt.Fprintf(&sums, "%x  %s\n", sum, filepath.Base(archive))
	}
	return os.WriteFile(filepath.Join(out, "SHA256SUMS"), []byte(sums.String()), 0o644)
}

// manualAndCompletions lets the program print its manual, a page for each command too, and its completions.
func manualAndCompletions(program string) ([]entry, error) {
	asked := []struct {
		name string
		args []string
	}{
		{"man/man1/tapaudit.1", []string{"man"}},
		{"completions/bash/tapaudit", []string{"completion", "bash"}},
		{"completions/zsh/_tapaudit", []string{"completion", "zsh"}},
		{"completions/fish/tapaudit.fish", []string{"completion", "fish"}},
		{"completions/powershell/tapaudit.ps1", []string{"completion", "powershell"}},
	}
	commands, err := output(nil, program, "__completeNoDesc", "man", "")
	if err != nil {
		return nil, err
	}
	for command := range strings.FieldsSeq(string(commands)) {
		if !strings.HasPrefix(command, ":") { // what the shell is to do with them
			asked = append(asked, struct {
				name string
				args []string
			}{"man/man1/tapaudit-" + command + ".1", []string{"man", command}})
		}
	}
	var entries []entry
	for _, a := range asked {
		printed, err := output(nil, program, a.args...)
		if err != nil {
			return nil, err
		}
		entries = append(entries, entry{name: a.name, content: printed})
	}
	return entries, nil
}

// billOfMaterials is the CycloneDX SBOM of a program: the modules that its own build information names, and the C and
// C++ libraries, of which that knows nothing.
func billOfMaterials(program, version string, libraries []systemPackage) ([]byte, error) {
	printed, err := output(nil, "go", "tool", "-modfile=cmd/tools/dist/sbom.mod", "cyclonedx-gomod", "bin",
		"-json", "-licenses", "-std", "-noserial", "-notimestamp", "-version", version, program)
	if err != nil {
		return nil, err
	}
	var bill map[string]any
	if err := json.Unmarshal(printed, &bill); err != nil {
		return nil, fmt.Errorf("the SBOM of %s: %w", program, err)
	}
	components, ok := bill["components"].([]any)
	if !ok || len(components) == 0 {
		return nil, fmt.Errorf("the SBOM of %s names no component", program)
	}
	for _, library := range libraries {
		purl := library.purl()
		components = append(components, map[string]any{
			"type": "library", "bom-ref": purl, "purl": purl, "name": library.name, "version": library.version,
		})
	}
	bill["components"] = components
	if metadata, ok := bill["metadata"].(map[string]any); ok {
		// The tool describes itself with hashes of its own file, which differ from machine to machine.
		delete(metadata, "tools")
		// The program is not named after the path that it was built at.
		if component, ok := metadata["component"].(map[string]any); ok {
			component["name"] = "tapaudit"
			component["licenses"] = []any{map[string]any{"license": map[string]any{"id": "Apache-2.0"}}}
		}
	}
	var pretty bytes.Buffer
	encoder := json.NewEncoder(&pretty)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(bill); err != nil {
		return nil, err
	}
	return pretty.Bytes(), nil
}

func hashFile(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, file); err != nil {
		return nil, err
	}
	return hash.Sum(nil), nil
}
