//go:build !windows

package folder

import (
	"errors"
	"os"
	"syscall"
)

// syncFolder makes sure that the names in a folder outlive a loss of power, where the file system can say so.
func syncFolder(root *os.Root) error {
	d, err := root.Open(".")
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Sync(); err != nil && !errors.Is(err, syscall.EINVAL) && !errors.Is(err, errors.ErrUnsupported) {
		return err
	}
	return nil
}
