//go:build !windows

package folder

import "os"

// rename is os.Root's: what somebody holds open moves all the same.
func rename(parent *os.Root, from, to string) error { return parent.Rename(from, to) }

func movable(string) error { return nil }
