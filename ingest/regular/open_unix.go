//go:build unix

package regular

import (
	"os"
	"syscall"
)

// withoutWaiting opens a pipe whose other end nobody has, and makes no terminal the program's own.
const withoutWaiting = syscall.O_NONBLOCK | syscall.O_NOCTTY

// NoDevice is nil: a device has a mode that says so.
func NoDevice(string) error { return nil }

// waitAgain takes back for reading what only opening needed.
func waitAgain(file *os.File) error {
	raw, err := file.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	if err := raw.Control(func(descriptor uintptr) {
		failed = syscall.SetNonblock(int(descriptor),
			false)
	}); err != nil {
		return err
	}
	return failed
}

// withoutPipe names a folder so that opening it fails where something else has been exchanged for it, which has
// nothing below it.
func withoutPipe(path string) string { return path + "/." }
