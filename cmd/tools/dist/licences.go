package main

import (
	"bytes"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
)

// licenceFile is the name of a file that says on which terms code may be used, or whom to name.
var licenceFile = regexp.MustCompile(`(?i)^(li[cs]en[cs]e|copying|copyright|notice|patents)([-._].*)?$`)

// sourceFile keeps code that is named after its subject (license.go) out.
var sourceFile = regexp.MustCompile(`(?i)\.(go|c|h|s|json|ya?ml)$`)

// moduleLicences gives the licence files of exactly the Go packages that are linked for a system and an architecture.
// They lie in the folder of each package and above it, up to its module's root. Go's own comes with them. A module
// without any is an error.
func moduleLicences(system, arch, tags string) ([]entry, error) {
	const format = `{{with .Module}}{{if not .Main}}{{.Path}}@{{.Version}}{{"\t"}}{{.Dir}}{{"\t"}}{{$.Dir}}{{end}}{{end}}`
	printed, err := output([]string{"GOOS=" + system, "GOARCH=" + arch, "CGO_ENABLED=1"},
		"go", "list", "-deps", "-tags", tags, "-f", format, "./cmd/tapaudit")
	if err != nil {
		return nil, err
	}
	found := map[string]string{} // by name in the archive: the file
	licensed := map[string]bool{}
	for line := range strings.Lines(string(printed)) {
		fields := strings.Split(strings.TrimSpace(line), "\t")
		if len(fields) != 3 {
			continue // of the standard library
		}
		module, root, folder := fields[0], fields[1], fields[2]
		if _, seen := licensed[module]; !seen {
			licensed[module] = false
		}
		for {
			files, err := os.ReadDir(folder)
			if err != nil {
				return nil, err
			}
			below, err := filepath.Rel(root, folder)
			if err != nil {
				return nil, err
			}
			for _, file := range files {
				if file.Type().IsRegular() && licenceFile.MatchString(file.Name()) &&
					!sourceFile.MatchString(file.Name()) {
					found[path.Join("licenses", module, filepath.ToSlash(below), file.Name())] = filepath.Join(folder,
						file.Name())
					licensed[module] = true
				}
			}
			if folder == root {
				break
			}
			folder = filepath.Dir(folder)
		}
	}
	var problems []error
	for module, ok := range licensed {
		if !ok {
			problems = append(problems, fmt.Errorf("%s has no licence file: find its terms before you hand it on",
				module))
		}
	}
	if len(problems) > 0 {
		return nil, errors.Join(problems...)
	}
	if len(licensed) == 0 {
		return nil, errors.New("go list names no module that is linked")
	}
	goroot, err := output(nil, "go", "env", "GOROOT")
	if err != nil {
		return nil, err
	}
	found["licenses/go/LICENSE"] = filepath.Join(string(bytes.TrimSpace(goroot)), "LICENSE")
	entries := make([]entry, 0, len(found))
	for name, file := range found {
		entries = append(entries, entry{name: name, path: file})
	}
	return entries, nil
}

// compilers are Debian's, which name the architecture they compile for, the machine's own among them.
var compilers = map[string]string{"amd64": "x86_64-linux-gnu-g++", "arm64": "aarch64-linux-gnu-g++"}

// A systemPackage is a package out of which a library is linked into the program: Debian's, or, without an architecture,
// PyPI's.
type systemPackage struct {
	name, version, arch string
}

func (p systemPackage) purl() string {
	if p.arch == "" {
		return "pkg:pypi/" + url.PathEscape(p.name) + "@" + url.PathEscape(p.version)
	}
	return fmt.Sprintf("pkg:deb/debian/%s@%s?arch=%s", url.PathEscape(p.name), url.PathEscape(p.version), p.arch)
}

// systemLibraries finds the packages of the C and C++ libraries that a static program holds.
func systemLibraries(arch string) ([]systemPackage, error) {
	compiler, ok := compilers[arch]
	if !ok {
		return nil, fmt.Errorf("no compiler is known for %s", arch)
	}
	var packages []systemPackage
	seen := map[string]bool{}
	for _, library := range []string{"libc.a", "libstdc++.a", "libgcc.a"} {
		printed, err := output(nil, compiler, "-print-file-name="+library)
		if err != nil {
			return nil, err
		}
		file, err := filepath.EvalSymlinks(strings.TrimSpace(string(printed)))
		if err != nil {
			return nil, fmt.Errorf("%s of %s is missing; a static program needs it: %w", library, compiler, err)
		}
		owner, err := output(nil, "dpkg", "-S", file)
		if err != nil {
			return nil, fmt.Errorf("whose licence %s has is known on Debian only: %w", file, err)
		}
		name, _, _ := strings.Cut(string(owner), ": ")
		if seen[name] {
			continue
		}
		seen[name] = true
		described, err := output(nil, "dpkg-query", "-W", "-f", "${binary:Package}\t${Version}\t${Architecture}", name)
		if err != nil {
			return nil, err
		}
		fields := strings.Split(string(described), "\t")
		if len(fields) != 3 {
			return nil, fmt.Errorf("dpkg-query describes %s as %q", name, described)
		}
		bare, _, _ := strings.Cut(fields[0], ":")
		packages = append(packages, systemPackage{name: bare, version: fields[1], arch: fields[2]})
	}
	return packages, nil
}

func systemLicences(packages []systemPackage) []entry {
	var entries []entry
	for _, p := range packages {
		entries = append(entries, entry{name: "licenses/debian/" + p.name + "/copyright", path: "/usr/share/doc/" +
			p.name + "/copyright"})
	}
	return entries
}
