// Samplelogs writes sample-logs: the exported Microsoft Entra ID logs of three made-up tenants for the third quarter of
// 2026. Temporary Access Passes are used in them as they should be, and misused in every way that is looked for. A
// configuration comes with them, and the findings and the supervision ledger to be expected. Below it stands a second
// sample, the month of an ordinary help desk.
//
// Everything follows from the seed: no clock, no machine, no map order has a say.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/pflag"
)

// handWritten is the folder of sample-logs that is not made here: configurations of kinds of organisations.
const handWritten = "organisations"

func main() {
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

// request is what to write and where.
type request struct {
	seed    uint64
	scale   int    // ordinary users and their sign-ins, times this
	signIns int    // ordinary interactive sign-ins in one NDJSON file instead; 0 for none
	out     string // folder
}

func run(args []string, stdout, stderr io.Writer) int {
	flags := pflag.NewFlagSet("samplelogs", pflag.ContinueOnError)
	flags.SetOutput(stderr)
	var r request
	flags.Uint64Var(&r.seed, "seed", 1, "what every id and every ordinary sign-in follows from")
	flags.StringVar(&r.out, "out", "sample-logs", "folder to write; an earlier one of the same kind is replaced")
	flags.IntVar(&r.scale, "scale", 1, "multiply ordinary users and their sign-ins")
	flags.IntVar(&r.signIns, "signins", 0,
		"write exactly this many ordinary interactive sign-ins, of the size of real ones, as one NDJSON file (from 5,000 on no day is empty)")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, pflag.ErrHelp) {
			return 0
		}
		fmt.Fprintln(stderr, "samplelogs:", err)
		return 2
	}
	if flags.NArg() > 0 || r.scale < 1 || r.signIns < 0 {
		fmt.Fprintln(stderr, "samplelogs: takes no arguments, a --scale of 1 or more and --signins of 0 or more; see --help")
		return 2
	}
	if err := write(r); err != nil {
		fmt.Fprintln(stderr, "samplelogs:", err)
		return 1
	}
	fmt.Fprintln(stdout, "wrote", r.out)
	return 0
}

// write replaces the folder r.out. A folder that is not empty and holds no
// truth.json is somebody else's: it is refused.
func write(r request) error {
	w, err := newWorld(r)
	if err != nil {
		return err
	}
	old, err := os.ReadDir(r.out)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("cannot look into the output folder: %w", err)
	}
	if len(old) > 0 {
		if _, err := os.Stat(filepath.Join(r.out, "truth.json")); err != nil {
			return fmt.Errorf("%s is not empty and was not written by samplelogs (it has no truth.json): name another folder with --out", r.out)
		}
		for _, e := range old {
			if e.Name() == handWritten {
				continue
			}
			if err := os.RemoveAll(filepath.Join(r.out, e.Name())); err != nil {
				return fmt.Errorf("cannot remove the earlier output: %w", err)
			}
		}
	}
	return w.write(r)
}
