//go:build !linux

package reports

func exchange(fresh, old string) error { return exchangeByRenames(fresh, old) }
