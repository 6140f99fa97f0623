//go:build linux

package main

import (
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestShort is the short form of make torture: a few of everything.
func TestShort(t *testing.T) {
	lookAtSources(t)
	dir := t.TempDir()
	o := options{tapaudit: filepath.Join(dir, "tapaudit"), samplelogs: filepath.Join(dir, "samplelogs"), kills: 4,
		signIns: 500, seed: 1, short: true}
	for name, from := range map[string]string{o.tapaudit: "../../tapaudit", o.samplelogs: "../samplelogs"} {
		if out, err := exec.CommandContext(t.Context(), "go", "build", "-buildvcs=false", "-o", name,
			from).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	var said bytes.Buffer
	var err error
	if os.Geteuid() == 0 {
		err = torture(t.Context(), o, &said)
	} else { // mounts need a namespace in which we are root
		self := filepath.Join(dir, "torture")
		if out, err := exec.CommandContext(t.Context(), "go", "build", "-buildvcs=false", "-o", self,
			".").CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		cmd := exec.CommandContext(t.Context(), self, "-tapaudit", o.tapaudit, "-samplelogs", o.samplelogs, "-kills",
			"4", "-signins", "500", "-short")
		cmd.Stdout, cmd.Stderr = &said, &said
		err = cmd.Run()
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, &said)
	}
	lines := strings.Split(strings.TrimSpace(said.String()), "\n")
	t.Log(lines[len(lines)-1])
	for _, want := range []string{" 0 lost, 0 doubled", " 0 crashes", " 0 sockets", " 0 failures"} {
		if !strings.Contains(lines[len(lines)-1], want) {
			t.Errorf("the last line lacks %q: %s", want, lines[len(lines)-1])
		}
	}
}

// lookAtSources makes the result depend on the program's sources: Go keeps it for as long as what the test itself
// looked at stays the same, and knows nothing of what the programs that it starts read.
func lookAtSources(t *testing.T) {
	t.Helper()
	for _, dir := range []string{"../../tapaudit", "../samplelogs", "../../../ingest", "../../../analysis",
		"../../../reports"} {
		if err := filepath.WalkDir(dir, func(_ string, _ fs.DirEntry, err error) error { return err }); err != nil {
			t.Fatal(err)
		}
	}
}
