// Command dist packs what a release consists of. `make dist` and `make vendor-bundle` run it; each writes the same
// bytes for the same commit, tools and module versions, wherever the clone lies.
//
//	dist release   archives of the built programs with manual, pages and completions, and SHA256SUMS
//	dist windows   the same for Windows, out of OUT/windows-amd64, which adds to SHA256SUMS
//	dist stubs     into OUT, what a linker must know of macOS' libraries
//	dist macos     the same as release for macOS, out of OUT/darwin-ARCH, which adds to SHA256SUMS
//	dist bundle    one archive from which a machine without a network builds and tests the program
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "dist:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) == 0 {
		return errors.New("say release, windows, stubs, macos or bundle")
	}
	flags := flag.NewFlagSet(args[0], flag.ContinueOnError)
	version := flags.String("version", "", "version of the program, as in the archives' names")
	commit := flags.String("commit", "", "commit that the sources are of (bundle)")
	epoch := flags.Int64("epoch", 0, "time of every file in the archives, in seconds since 1970")
	out := flags.String("out", "dist", "folder to write into; release looks for ARCH/tapaudit in it")
	arches := flags.String("arches", "amd64 arm64", "architectures to pack, with spaces between (release, macos)")
	tags := flags.String("tags", "", "build tags that the programs were built with (release)")
	debian := flags.String("debian", "/",
		"root folder of the Debian whose libraries the program for Windows holds (windows)")
	zig := flags.String("zig", "", "folder of the compiler whose C++ library the programs for macOS hold (macos)")
	if err := flags.Parse(args[1:]); err != nil {
		return err
	}
	if args[0] == "stubs" {
		return stubs(*out)
	}
	if *version == "" || *epoch <= 0 {
		return errors.New("-version and -epoch are missing; in a clone without history give SOURCE_DATE_EPOCH to make")
	}
	when := time.Unix(*epoch, 0).UTC()
	switch args[0] {
	case "release":
		return release(*out, *version, when, strings.Fields(*arches), *tags)
	case "windows":
		return windows(*out, *version, when, *debian)
	case "macos":
		return macos(*out, *version, when, strings.Fields(*arches), *zig)
	case "bundle":
		return bundle(*out, *version, *commit, when)
	}
	return fmt.Errorf("%s is none of release, windows, stubs, macos and bundle", args[0])
}

// output runs a command with more environment and returns what it prints; its complaints become the error,
// also where it prints nothing: cyclonedx-gomod reports failure so.
func output(environment []string, name string, args ...string) ([]byte, error) {
	var complaints strings.Builder
	command := exec.Command(name, args...)
	command.Env = append(os.Environ(), environment...)
	command.Stderr = &complaints
	printed, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w\n%s", name, strings.Join(args, " "), err, &complaints)
	}
	if len(printed) == 0 {
		return nil, fmt.Errorf("%s %s printed nothing\n%s", name, strings.Join(args, " "), &complaints)
	}
	return printed, nil
}
