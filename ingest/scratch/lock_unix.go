//go:build unix

package scratch

import (
	"errors"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// lock takes the lock of a private folder of ours. The kernel releases it when its holder ends, however it ends. It
// is nil where somebody has it (held), where the folder is not ours, or where the file system knows no locks.
func lock(path string) (f *Folder, held bool) {
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, false
	}
	file := os.NewFile(uintptr(fd), path)
	info, err := file.Stat()
	if err == nil {
		owner, ok := info.Sys().(*syscall.Stat_t)
		if ok && int(owner.Uid) == os.Geteuid() && info.Mode().Perm() == 0o700 {
			err := unix.Flock(fd, unix.LOCK_EX|unix.LOCK_NB)
			if err == nil {
				return &Folder{Path: path, lock: file}, false
			}
			held = errors.Is(err, unix.EWOULDBLOCK)
		}
	}
	file.Close()
	return nil, held
}
