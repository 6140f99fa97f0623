package reports

import (
	"errors"

	"golang.org/x/sys/unix"
)

// exchange swaps two folders in one step, so that no reader finds none. File
// systems without RENAME_EXCHANGE (NFS, some overlays) take two renames.
func exchange(fresh, old string) error {
	err := unix.Renameat2(unix.AT_FDCWD, fresh, unix.AT_FDCWD, old, unix.RENAME_EXCHANGE)
	if errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.ENOTSUP) {
		return exchangeByRenames(fresh, old)
	}
	return err
}
