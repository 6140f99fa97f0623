//go:build unix

package main

import (
	"os"
	"syscall"
)

// keepPrivate makes whatever is written readable by its owner only: case, log ahead of it, spill files and report
// hold personal data.
func keepPrivate() { syscall.Umask(0o077) }

// errorsOfWriting are signals that say what a write says, too: its reader has gone away, or a file may not grow any
// more. By the signal the program would end without cleaning up.
var errorsOfWriting = []os.Signal{syscall.SIGPIPE, syscall.SIGXFSZ}
