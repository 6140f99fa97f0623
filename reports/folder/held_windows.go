package folder

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/windows"
)

// Programs that look at every new file (scanners, the search index) hold it for moments; a person's, until it is
// closed.
const (
	renameTries = 20
	renamePause = 100 * time.Millisecond
)

// rename waits a little where another program holds what is to be moved.
func rename(parent *os.Root, from, to string) (err error) {
	for range renameTries {
		err = parent.Rename(from, to)
		if !errors.Is(err, windows.ERROR_SHARING_VIOLATION) && !errors.Is(err, windows.ERROR_ACCESS_DENIED) {
			return err
		}
		time.Sleep(renamePause)
	}
	return held(err)
}

// held says why a folder cannot be moved, and what to do.
func held(err error) error {
	return fmt.Errorf("it may be open in another program, or a shell may stand in it; close that and try again (%w)", err)
}

// movable says before long work whether a report's folder can make room for another: nothing that somebody holds open
// moves. It is moved away and back; a run that is killed in between leaves what takeBack finds.
func movable(dir string) error {
	target, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	if resolved, err := filepath.EvalSymlinks(target); err == nil {
		target = resolved
	}
	parent, err := os.OpenRoot(filepath.Dir(target))
	if err != nil {
		return err
	}
	defer parent.Close()
	name := filepath.Base(target)
	aside := "." + name + ".partial-0" + setAside
	if err := rename(parent, name, aside); err != nil {
		return err
	}
	return rename(parent, aside, name)
}
