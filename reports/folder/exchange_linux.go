package folder

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// exchange puts one folder in the place of another in one step, so that no reader finds none, and says where the old
// one lies then. File systems without RENAME_EXCHANGE (NFS, some overlays) take two renames.
func exchange(parent *os.Root, fresh, old string) (string, error) {
	dir, err := parent.Open(".")
	if err != nil {
		return "", err
	}
	defer dir.Close()
	fd := int(dir.Fd())
	err = unix.Renameat2(fd, fresh, fd, old, unix.RENAME_EXCHANGE)
	if errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.ENOTSUP) {
		return exchangeByRenames(parent, fresh, old)
	}
	return fresh, err
}
