package main

import (
	"archive/zip"
	"compress/flate"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

// windows packs OUT/windows-amd64/tapaudit.exe with completion, licences and SBOM, and adds its archive to SHA256SUMS.
// debian is the root folder of the Debian that has the cross compiler.
func windows(out, version string, when time.Time, debian string) error {
	program := filepath.Join(out, "windows-amd64", "tapaudit.exe")
	printed, err := manualAndCompletions(filepath.Join(out, runtime.GOARCH, "tapaudit"))
	if err != nil {
		return err
	}
	printed = slices.DeleteFunc(printed, func(e entry) bool { return !strings.HasSuffix(e.name, ".ps1") })
	licences, err := moduleLicences("windows", "amd64", "")
	if err != nil {
		return err
	}
	libraries, err := crossLibraries(debian)
	if err != nil {
		return err
	}
	bill, err := billOfMaterials(program, version, libraries)
	if err != nil {
		return err
	}
	documents, err := documents()
	if err != nil {
		return err
	}
	entries := slices.Concat(printed, documents, licences, []entry{
		{name: "tapaudit.exe", path: program},
		{name: "LICENSE", path: "LICENSE"},
		{name: "sbom.cdx.json", content: bill},
	})
	for _, e := range systemLicences(libraries) {
		e.path = filepath.Join(debian, e.path)
		entries = append(entries, e)
	}
	folder := fmt.Sprintf("tapaudit-%s-windows-amd64", version)
	archive := filepath.Join(out, folder+".zip")
	if err := writeZip(archive, folder, when, entries); err != nil {
		return err
	}
	return addSum(out, archive)
}

// addSum adds an archive to SHA256SUMS, which release has begun.
func addSum(out, archive string) error {
	sum, err := hashFile(archive)
	if err != nil {
		return err
	}
	sums, err := os.OpenFile(filepath.Join(out, "SHA256SUMS"), os.O_APPEND|os.O_WRONLY|os.O_CREATE, 0o644)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(sums, "%x  %s\n", sum, filepath.Base(archive)); err != nil {
		return err
	}
	return sums.Close()
}

// crossLibraries are the packages of the libraries that a static program for Windows holds: C++'s, the compiler's, and
// MinGW's for C and threads. The system's own DLLs are Windows'.
func crossLibraries(debian string) ([]systemPackage, error) {
	var packages []systemPackage
	for _, pattern := range []string{
		"usr/lib/gcc/x86_64-w64-mingw32ucrt/*/libstdc++.a", "usr/lib/gcc/x86_64-w64-mingw32ucrt/*/libgcc.a",
		"usr/x86_64-w64-mingw32ucrt/lib/libmingwex.a",
	} {
		found, err := filepath.Glob(filepath.Join(debian, pattern))
		if err != nil {
			return nil, err
		}
		if len(found) != 1 {
			return nil, fmt.Errorf("%d files match %s in %s, want one; make windows-setup installs the compiler",
				len(found), pattern, debian)
		}
		file, err := filepath.Rel(debian, found[0])
		if err != nil {
			return nil, err
		}
		database := "--admindir=" + filepath.Join(debian, "var/lib/dpkg")
		owner, err := output(nil, "dpkg-query", database, "-S", "/"+file)
		if err != nil {
			return nil, err
		}
		name, _, _ := strings.Cut(string(owner), ": ")
		described, err := output(nil, "dpkg-query", database, "-W", "-f", "${Package}\t${Version}\t${Architecture}",
			name)
		if err != nil {
			return nil, err
		}
		fields := strings.Split(string(described), "\t")
		if len(fields) != 3 {
			return nil, fmt.Errorf("dpkg-query describes %s as %q", name, described)
		}
		packages = append(packages, systemPackage{name: fields[0], version: fields[1], arch: fields[2]})
	}
	return packages, nil
}

// writeZip writes a zip that depends on nothing but the entries and the time: entries sorted by name.
func writeZip(path, folder string, when time.Time, entries []entry) (err error) {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() {
		if problem := file.Close(); err == nil {
			err = problem
		}
	}()
	slices.SortFunc(entries, func(a, b entry) int { return strings.Compare(a.name, b.name) })
	archive := zip.NewWriter(file)
	archive.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser,
		error) {
		return flate.NewWriter(w, flate.BestCompression)
	})
	for i, e := range entries {
		if i > 0 && e.name == entries[i-1].name {
			return fmt.Errorf("%s would be in %s twice", e.name, path)
		}
		content := e.content
		if e.path != "" {
			if content, err = os.ReadFile(e.path); err != nil {
				return err
			}
		}
		w, err := archive.CreateHeader(&zip.FileHeader{Name: folder + "/" + e.name, Method: zip.Deflate,
			Modified: when})
		if err != nil {
			return err
		}
		if _, err := w.Write(content); err != nil {
			return err
		}
	}
	return archive.Close()
}
