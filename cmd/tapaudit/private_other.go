//go:build !unix

package main

import (
	"os"
	"syscall"
)

// keepPrivate does nothing where files belong to their owner by the folder they are in.
func keepPrivate() {}

// errorsOfWriting are signals that say what a write says, too.
var errorsOfWriting = []os.Signal{syscall.SIGPIPE}
