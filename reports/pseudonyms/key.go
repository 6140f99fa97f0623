// Package pseudonyms makes of an audit's result one that can be shared: what names a person, a device, a tenant, an
// address or a record is replaced by a pseudonym that only the holder of a key can compute again. Times, counts,
// judgements and the rules' own words stay.
//
// It works on the [analysis.Result] that every writer gets, so no output can forget it.
package pseudonyms

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"fmt"
	"io"
	"net/netip"
	"runtime"
	"strings"

	"tapaudit/ingest/regular"
)

// Key makes pseudonyms. The same key makes the same ones in every run; without it they can neither be computed nor a
// guess be confirmed.
type Key struct{ secret []byte }

const (
	leastKey = 32
	mostKey  = 1 << 20
)

// ReadKey reads a key file: any 32 bytes or more that nobody can guess, of which every one counts, and that only its
// owner can read. The error says how to make one.
func ReadKey(path string) (*Key, error) {
	file, err := regular.Open(path)
	if err != nil {
		return nil, fmt.Errorf("%w; %s", err, howToKey)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	// Elsewhere the mode says nothing about who can read the file.
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("%q can be read or changed by others (mode %04o), and whoever has the key can undo the pseudonyms; chmod 600 it", path, info.Mode().Perm())
	}
	secret, err := io.ReadAll(io.LimitReader(file, mostKey+1))
	if err != nil {
		return nil, err
	}
	different := map[byte]bool{}
	for _, b := range secret {
		different[b] = true
	}
	switch {
	case len(secret) < leastKey:
		return nil, fmt.Errorf("%q has %d bytes; a key has at least %d that nobody can guess; %s", path, len(secret),
			leastKey, howToKey)
	case len(secret) > mostKey:
		return nil, fmt.Errorf("%q has more than %d bytes: that is hardly a key; %s", path, mostKey, howToKey)
	case len(different) < 8:
		return nil, fmt.Errorf("%q has only %d different bytes, which can be guessed; %s", path, len(different),
			howToKey)
	}
	return &Key{secret}, nil
}

// ID tells two keys apart and reveals nothing of either: 16 hexadecimal digits.
func (k *Key) ID() string { return hex.EncodeToString(k.mac("key id", "")[:8]) }

// mac is the HMAC-SHA-256 (RFC 2104) of a value; kinds keep equal texts of different meaning apart.
func (k *Key) mac(kind, value string) []byte {
	h := hmac.New(sha256.New, k.secret)
	io.WriteString(h, kind)
	h.Write([]byte{0})
	io.WriteString(h, value)
	return h.Sum(nil)
}

// stem is 50 bits of a mac: two of a million values share one with a chance of one in two thousand.
func (k *Key) stem(kind, value string) string {
	return strings.ToLower(base32.StdEncoding.EncodeToString(k.mac(kind, value)))[:10]
}

// hexadecimal is as many digits of a mac as the value has, for hashes that stay hashes.
func (k *Key) hexadecimal(kind, value string) string {
	if value == "" {
		return ""
	}
	text := hex.EncodeToString(k.mac(kind, value))
	return text[:min(len(text), max(len(value), 16))]
}

// upn keeps the shape of a user principal name, and that of a guest's.
func (k *Key) upn(upn string) string {
	at := strings.LastIndexByte(upn, '@')
	guest := ""
	if strings.Contains(strings.ToLower(upn), "#ext#") {
		guest = "#EXT#"
	}
	return "user-" + k.stem("upn", fold(upn)) + guest + "@" + k.domain(upn[at+1:])
}

// domain is a name under .example, which nobody can own (RFC 2606).
func (k *Key) domain(domain string) string {
	return "domain-" + k.stem("domain", fold(domain)) + ".example"
}

// address maps an address into 3fff::/20, which is for documentation and never routed (RFC 9637): 3fff:4: for IPv4,
// 3fff:6: for IPv6. Addresses of one network (/24 or /48) share the middle, because that is what rules compare.
func (k *Key) address(a netip.Addr) string {
	a = a.Unmap().WithZone("")
	family, bits := byte(6), 48
	if a.Is4() {
		family, bits = 4, 24
	}
	network := netip.PrefixFrom(a, bits).Masked().String()
	out := [16]byte{0x3f, 0xff, 0, family}
	copy(out[4:10], k.mac("network", network))
	copy(out[10:16], k.mac("address", a.String()))
	return netip.AddrFrom16(out).String()
}

// fold is the spelling under which texts count as the same.
func fold(s string) string { return strings.ToLower(strings.TrimSpace(s)) }
