//go:build !windows

package pseudonyms

const howToKey = "make one with: (umask 077; head -c 32 /dev/urandom > pseudonyms.key)"
