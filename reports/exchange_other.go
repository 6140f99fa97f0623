//go:build !linux

package reports

import "os"

func exchange(parent *os.Root, fresh, old string) (string, error) {
	return exchangeByRenames(parent, fresh, old)
}
