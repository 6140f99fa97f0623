//go:build !windows

package casefile

import "strings"

// inUse says whether opening the file failed since another process has it.
func inUse(_ string, err error) bool { return strings.Contains(err.Error(), "Conflicting lock") }
