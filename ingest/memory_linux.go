package ingest

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// memoryFile is a file that exists only in memory, and a path by which this process can open it: what comes out of
// an archive is never written to disk.
func memoryFile() (file *os.File, path string, err error) {
	fd, err := unix.MemfdCreate("parquet", unix.MFD_CLOEXEC)
	if err != nil {
		return nil, "", err
	}
	return os.NewFile(uintptr(fd), "parquet"), fmt.Sprintf("/proc/self/fd/%d", fd), nil
}
