package main

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"debug/macho"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"time"
)

// macos packs OUT/darwin-ARCH/tapaudit for each architecture as release does, and adds the archives to SHA256SUMS. zig
// is the folder of the compiler, whose C++ library the programs hold.
func macos(out, version string, when time.Time, arches []string, zig string) error {
	printed, err := manualAndCompletions(filepath.Join(out, runtime.GOARCH, "tapaudit"))
	if err != nil {
		return err
	}
	documents, err := documents()
	if err != nil {
		return err
	}
	compiler, err := output(nil, filepath.Join(zig, "zig"), "version")
	if err != nil {
		return err
	}
	libraries := []systemPackage{{name: "ziglang", version: strings.TrimSpace(string(compiler))}}
	slices.Sort(arches)
	for _, arch := range arches {
		program := filepath.Join(out, "darwin-"+arch, "tapaudit")
		if err := checkProgram(program); err != nil {
			return fmt.Errorf("%s: %w", program, err)
		}
		licences, err := moduleLicences("darwin", arch, "")
		if err != nil {
			return err
		}
		bill, err := billOfMaterials(program, version, libraries)
		if err != nil {
			return err
		}
		entries := slices.Concat(printed, documents, licences, []entry{
			{name: "tapaudit", path: program, executable: true},
			{name: "LICENSE", path: "LICENSE"},
			{name: "sbom.cdx.json", content: bill},
			{name: "licenses/zig/LICENSE", path: filepath.Join(zig, "LICENSE")},
			{name: "licenses/libcxx/LICENSE.TXT", path: filepath.Join(zig, "lib", "libcxx", "LICENSE.TXT")},
			{name: "licenses/libcxxabi/LICENSE.TXT", path: filepath.Join(zig, "lib", "libcxxabi", "LICENSE.TXT")},
		})
		folder := fmt.Sprintf("tapaudit-%s-macos-%s-experimental", version, arch)
		archive := filepath.Join(out, folder+".tar.gz")
		if err := writeArchive(archive, folder, gzip.BestCompression, when, entries); err != nil {
			return err
		}
		if err := addSum(out, archive); err != nil {
			return err
		}
	}
	return nil
}

// imported is a line of Go's library that takes a function out of a library of macOS.
var imported = regexp.MustCompile(
	`(?m)^//go:cgo_import_dynamic \S+ (\S+) "((?:/System/Library/Frameworks/|/usr/lib/libresolv)\S+)"`)

// stubs writes what a linker must know of macOS' own libraries beyond what comes with the compiler: their paths, and the
// functions in them that Go's library calls, which its source names. Frameworks come into OUT/frameworks, others
// into OUT/lib.
func stubs(out string) error {
	root, err := output(nil, "go", "env", "GOROOT")
	if err != nil {
		return err
	}
	functions := map[string][]string{}
	for _, folder := range []string{"crypto/x509/internal/macos", "internal/syscall/unix"} {
		files, err := filepath.Glob(filepath.Join(strings.TrimSpace(string(root)), "src", folder, "*.go"))
		if err != nil {
			return err
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				return err
			}
			for _, found := range imported.FindAllStringSubmatch(string(text), -1) {
				functions[found[2]] = append(functions[found[2]], "_"+found[1])
			}
		}
	}
	if len(functions) == 0 {
		return errors.New("no function of macOS' libraries is named in Go's sources; look where they name them now")
	}
	for library, names := range functions {
		base := filepath.Base(library)
		file := filepath.Join(out, "frameworks", base+".framework", base+".tbd")
		if strings.HasPrefix(library, "/usr/lib/") {
			short, _, _ := strings.Cut(base, ".")
			file = filepath.Join(out, "lib", short+".tbd")
		}
		slices.Sort(names)
		text := fmt.Sprintf("--- !tapi-tbd\ntbd-version: 4\ntargets: [ x86_64-macos, arm64-macos ]\n"+
			"install-name: '%s'\nexports:\n  - targets: [ x86_64-macos, arm64-macos ]\n    symbols: [ %s ]\n...\n",
			library, strings.Join(slices.Compact(names), ", "))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// Load commands and blobs as Apple's headers mach-o/loader.h and kern/cs_blobs.h number them.
const (
	lcCodeSignature  = 0x1d
	embeddedBlob     = 0xfade0cc0
	codeDirectory    = 0xfade0c02
	codeHashIsSHA256 = 2
)

// checkProgram checks what can be checked of a program for macOS without one: it asks for the system's libraries only,
// and, where it is for arm64, which runs nothing else, its signature fits every page.
func checkProgram(path string) error {
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	program, err := macho.NewFile(bytes.NewReader(content))
	if err != nil {
		return err
	}
	libraries, err := program.ImportedLibraries()
	if err != nil {
		return err
	}
	for _, library := range libraries {
		if !strings.HasPrefix(library, "/usr/lib/") && !strings.HasPrefix(library, "/System/Library/") {
			return fmt.Errorf("it asks for %s, which no other machine has", library)
		}
	}
	for _, load := range program.Loads {
		raw := load.Raw()
		if len(raw) >= 16 && binary.LittleEndian.Uint32(raw) == lcCodeSignature {
			at, size := binary.LittleEndian.Uint32(raw[8:]), binary.LittleEndian.Uint32(raw[12:])
			if uint64(at)+uint64(size) > uint64(len(content)) {
				return errors.New("its signature lies outside the file")
			}
			return checkSignature(content[:at], content[at:at+size])
		}
	}
	if program.Cpu == macho.CpuArm64 {
		return errors.New("it is not signed, and macOS on arm64 does not start it")
	}
	return nil
}

// checkSignature hashes every page of the code as the signature's code directory does.
func checkSignature(code, signature []byte) error {
	word := func(blob []byte, at uint32) uint32 {
		if uint64(at)+4 > uint64(len(blob)) {
			return 0
		}
		return binary.BigEndian.Uint32(blob[at:])
	}
	if word(signature, 0) != embeddedBlob {
		return errors.New("its signature has another form")
	}
	start := word(signature, 16) // where the first blob lies, which is the directory
	if uint64(start)+44 > uint64(len(signature)) || word(signature, start) != codeDirectory {
		return errors.New("its signature has no code directory")
	}
	directory := signature[start:]
	hashes, pages, limit := word(directory, 16), word(directory, 28), word(directory, 32)
	hashSize, hashKind, pageBits := directory[36], directory[37], directory[39]
	if hashKind != codeHashIsSHA256 || hashSize != sha256.Size || int(limit) != len(code) {
		return fmt.Errorf("its signature is of %d bytes by hash %d, the code has %d", limit, hashKind, len(code))
	}
	page := 0
	for part := range slices.Chunk(code, 1<<pageBits) {
		at := int(hashes) + page*sha256.Size
		if at+sha256.Size > len(directory) {
			return fmt.Errorf("its signature ends before page %d", page)
		}
		if sum := sha256.Sum256(part); !bytes.Equal(sum[:], directory[at:at+sha256.Size]) {
			return fmt.Errorf("its signature does not fit page %d", page)
		}
		page++
	}
	if page != int(pages) {
		return fmt.Errorf("its signature has %d pages, the code %d", pages, page)
	}
	return nil
}
