package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestCheckProgram: a program as the go command signs it passes, and none that was changed since.
func TestCheckProgram(t *testing.T) {
	dir := t.TempDir()
	source, program := filepath.Join(dir, "main.go"), filepath.Join(dir, "program")
	if err := os.WriteFile(source, []byte("package main\nfunc main() {}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	build := exec.CommandContext(t.Context(), "go", "build", "-o", program, source)
	build.Env = append(os.Environ(), "GOOS=darwin", "GOARCH=arm64", "CGO_ENABLED=0")
	if said, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	if err := checkProgram(program); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(program)
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct{ old, new, want string }{
		"changed code": {"runtime.main", "runtime.niam", "does not fit page"},
		"own library":  {"/usr/lib/libSystem", "/opt/lib/libSystem", "it asks for /opt/lib/libSystem"},
		"no signature": {"\x1d\x00\x00\x00\x10\x00\x00\x00", "\x1e\x00\x00\x00\x10\x00\x00\x00", "it is not signed"},
	} {
		changed := strings.Replace(string(content), test.old, test.new, 1)
		if changed == string(content) {
			t.Fatalf("%s: the program has no %q", name, test.old)
		}
		if err := os.WriteFile(program, []byte(changed), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := checkProgram(program); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", name, err, test.want)
		}
	}
}

// TestStubs: the linker learns where the libraries lie, and every function by the name that it has there.
func TestStubs(t *testing.T) {
	dir := t.TempDir()
	if err := stubs(dir); err != nil {
		t.Fatal(err)
	}
	for file, wants := range map[string][]string{
		"frameworks/CoreFoundation.framework/CoreFoundation.tbd": {
			"'/System/Library/Frameworks/CoreFoundation.framework/Versions/A/CoreFoundation'", " _CFRelease,"},
		"frameworks/Security.framework/Security.tbd": {"_SecTrustEvaluateWithError"},
		"lib/libresolv.tbd":                          {"'/usr/lib/libresolv.9.dylib'", " _res_9_ninit,"},
	} {
		text, err := os.ReadFile(filepath.Join(dir, file))
		if err != nil {
			t.Error(err)
		}
		for _, want := range wants {
			if !strings.Contains(string(text), want) {
				t.Errorf("%s lacks %s:\n%s", file, want, text)
			}
		}
	}
}
