//go:build !linux

package folder

import "os"

func exchange(parent *os.Root, fresh, old string) (string, error) {
	return exchangeByRenames(parent, fresh, old)
}
