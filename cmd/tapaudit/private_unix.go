//go:build unix

package main

import "syscall"

// keepPrivate makes whatever is written readable by its owner only: case, log ahead of it, spill files and report
// hold personal data.
func keepPrivate() { syscall.Umask(0o077) }
