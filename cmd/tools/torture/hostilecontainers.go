//go:build linux

package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go"
)

// hostileContainers are archives, compressed streams and Parquet files.
func hostileContainers() []hostileFile {
	two := signIns("inside", 2)
	good := zipped("a.ndjson", two)
	bytesOf := func(b []byte) func(string) error { return text(string(b)) }
	nested := two
	for range 12 {
		nested = string(zipped("x.zip", nested))
	}
	layers := []byte(two)
	for range 12 {
		layers = gzipped(string(layers))
	}
	table := parquetFile(2000)
	footer := int(binary.LittleEndian.Uint32(table[len(table)-8:]))
	damagedTable := func(damage func(b []byte) []byte) func(string) error { return bytesOf(damage(bytes.Clone(table))) }
	all := []hostileFile{
		{name: "bomb.json.gz", make: bytesOf(gzipped(strings.Repeat("x", 100<<20))), says: "ratio"},
		{name: "bomb-of-blanks.json.gz", make: bytesOf(gzipped(two + strings.Repeat("\n", 200<<20))), loads: 2,
			says: "ratio"},
		{name: "bomb-of-gzips.gz", make: bytesOf(bytes.Repeat(gzipped(strings.Repeat(" ", 1<<20)), 200)), says: ""},
		{name: "layers.gz", make: bytesOf(layers), says: "nested"},
		{name: "cut.ndjson.gz", make: bytesOf(gzipped(signIns("inside", 5000))[:5000]), says: "ends too early"},
		{name: "checksum.ndjson.gz", make: bytesOf(flip(gzipped(two), -6)), loads: 2, says: "checksum"},
		{name: "trailer.ndjson.gz", make: bytesOf(append(gzipped(two), strings.Repeat("rubbish", 10)...)), loads: 2,
			says: "do not belong"},
		{name: "header-only.gz", make: text("\x1f\x8b\x08"), says: "."},
		{name: "name-hostile.gz", make: bytesOf(gzippedNamed("../../../etc/passwd", two)), loads: 2, says: ""},
		{name: "bomb.json.zst", make: bytesOf(zstded(strings.Repeat("x", 100<<20))), says: "."},
		{name: "cut.ndjson.zst", make: bytesOf(zstded(signIns("inside", 5000))[:3000]), says: "."},
		{name: "window.zst", make: text("\x28\xb5\x2f\xfd\x00\xf8" + strings.Repeat("\x00", 40)), says: "."},
		{name: "magic.zst", make: text("\x28\xb5\x2f\xfd"), says: "."},
		{name: "bomb.zip", make: bytesOf(zipped("bomb.json", strings.Repeat("x", 100<<20), "a.ndjson", two)), loads: 2,
			says: "ratio"},
		{name: "nested.zip", make: text(nested), says: "nested"},
		{name: "slip.zip", make: bytesOf(zipped("../../../../tmp/slipped.ndjson", two, "/etc/cron.d/slipped", two,
			`..\..\slipped`, "x", "C:\\slipped", "x")), loads: 2, says: ""},
		{name: "names.zip", make: bytesOf(zipped("", "x", ".", "x", "..", "x", "/", "", "a//b", "x", "\x00", "x",
			"\x1b[2J\n<script>alert(1)</script>", "x", strings.Repeat("n", 60000), "x", "good.json", two)), loads: 2,
			says: ""},
		{name: "same-names.zip", make: bytesOf(zipped("a.ndjson", two, "a.ndjson", signIns("second", 2), "A.NDJSON",
			"x")), loads: 4, says: ""},
		{name: "overlapping.zip", make: bytesOf(overlapping(two)), loads: 2, says: "another member"},
		{name: "many-members.zip", make: bytesOf(manyMembers(20_000)), says: "", large: true},
		{name: "cut.zip", make: bytesOf(good[:len(good)-30]), loads: 2, says: "."},
		{name: "cut-in-member.zip", make: bytesOf(good[:len(good)/2]), says: "."},
		{name: "directory-damaged.zip", make: bytesOf(flip(good, -40)), says: ""},
		{name: "directory-only.zip", make: text("PK\x05\x06" + strings.Repeat("\x00", 18)), says: ""},
		{name: "directory-huge.zip",
			make: text("PK\x05\x06\x00\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x00\x00"),
			says: "."},
		{name: "checksum.zip", make: bytesOf(flip(good, 14)), says: ""},
		{name: "encrypted.zip", make: bytesOf(flagged(good, 1)), says: "encrypted"},
		{name: "method.zip", make: bytesOf(method(good, 99)), says: "method"},
		{name: "link.zip", make: bytesOf(linkMember()), says: ""},
		{name: "sizes-lie.zip", make: bytesOf(sizesLie(two)), says: ""},
		{name: "prefix.zip", make: bytesOf(append([]byte(strings.Repeat("x", 1000)), good...)), says: ""},
		{name: "zip-of-gzip-bomb.zip", make: bytesOf(zipped("bomb.gz", string(gzipped(strings.Repeat("x", 100<<20))),
			"a.ndjson", two)), loads: 2, says: "ratio"},
		{name: "tar.tar", make: text("a.ndjson" + strings.Repeat("\x00", 504) + two), says: "."},
		{name: "real.tar", make: bytesOf(tarred("a.ndjson", two)), says: "a tar archive"},
		{name: "real.tgz", make: bytesOf(gzipped(string(tarred("a.ndjson", two)))), says: "a tar archive"},
		{name: "7z.7z", make: text("7z\xbc\xaf\x27\x1c" + noise(1000)), says: "a 7z archive"},
		{name: "rar.json", make: text("Rar!\x1a\x07\x01\x00" + noise(1000)), says: "a RAR archive"},
		{name: "xz.tar.xz", make: text("\xfd7zXZ\x00" + noise(1000)), says: "xz"},
		{name: "claims.zip", make: bytesOf(claimed(zipped("bomb.json", strings.Repeat("x", 100<<20), "a.ndjson", two),
			1<<30)), says: "ratio"},
		{name: "many-small-bombs.zip", make: bytesOf(zipped(smallBombs(40, two)...)), loads: 2, says: "ratio"},
		{name: "quoted-overlap.zip", make: bytesOf(quotedOverlap(200, 12<<20)), says: "another member"},
		{name: "sqlite.db", make: text("SQLite format 3\x00" + noise(1000)), says: "."},
		{name: "whole.parquet", make: bytesOf(table), loads: 2000, says: ""},
		{name: "cut.parquet", make: bytesOf(table[:len(table)/2]), says: "."},
		{name: "magic-only.parquet", make: text("PAR1"), says: "."},
		{name: "magic-twice.parquet", make: text("PAR1PAR1"), says: "."},
		{name: "footer-longer.parquet", make: damagedTable(func(b []byte) []byte { binary.LittleEndian.PutUint32(b[len(b)-8:], 1<<31); return b }), says: "footer"},
		{name: "footer-negative.parquet", make: damagedTable(func(b []byte) []byte { binary.LittleEndian.PutUint32(b[len(b)-8:], 0xffffffff); return b }), says: "footer"},
		{name: "footer-zeros.parquet", make: damagedTable(func(b []byte) []byte { clear(b[len(b)-8-footer : len(b)-8]); return b }), says: "."},
		{name: "footer-ones.parquet", make: damagedTable(func(b []byte) []byte {
			copy(b[len(b)-8-footer:len(b)-8], bytes.Repeat([]byte{0xff}, footer))
			return b
		}), says: "."},
		{name: "pages-zeros.parquet", make: damagedTable(func(b []byte) []byte { clear(b[4 : len(b)/2]); return b }), says: "."},
		{name: "encrypted.parquet", make: damagedTable(func(b []byte) []byte { copy(b[len(b)-4:], "PARE"); return b }), says: "encrypted"},
		{name: "statistics.parquet", make: damagedTable(func(b []byte) []byte {
			at := len(b) - 8 - footer
			lied := bytes.ReplaceAll(b[at:len(b)-8], []byte("2026-09-01"), []byte("9999-99-99"))
			return append(append(b[:at:at], bytes.ReplaceAll(lied, []byte("table-0000"),
				[]byte("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"))...), b[len(b)-8:]...)
		}), loads: 2000, says: ""},
	}
	// Footers in which one byte is another: at places that follow from their number.
	for i := range 12 {
		all = append(all, hostileFile{name: fmt.Sprintf("footer-byte-%d.parquet", i),
			make: damagedTable(func(b []byte) []byte {
				b[len(b)-8-footer+(i*7919)%footer] ^= byte(1 << (i % 8))
				return b
			})})
	}
	return all
}

// hostileNames are files by what they are or are called.
func hostileNames() []hostileFile {
	two := signIns("named", 2)
	named := func(name string) func(string) error {
		return func(path string) error {
			if err := os.Mkdir(path, 0o700); err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(path, name), []byte(two), 0o600)
		}
	}
	link := func(to string) func(string) error { return func(path string) error { return os.Symlink(to, path) } }
	return []hostileFile{
		{name: "link-out.ndjson", make: link("../../../outside"), says: "leads out"},
		{name: "link-absolute.ndjson", make: link("/etc/passwd"), says: "leads out"},
		{name: "link-nowhere.ndjson", make: link("nowhere"), says: "nowhere"},
		{name: "link-to-itself.ndjson", make: link("link-to-itself.ndjson"), says: "."},
		{name: "link-up", make: link("../.."), says: "leads out"},
		{name: "link-root", make: link("/"), says: "leads out"},
		{name: "link-inside.ndjson", make: link("../a-good.ndjson"), says: "same folder"},
		{name: "link-proc.ndjson", make: link("/proc/self/mem"), says: "leads out"},
		{name: "fifo.ndjson", make: func(path string) error { return syscall.Mkfifo(path, 0o600) }, says: "pipe"},
		{name: "socket.ndjson", make: func(path string) error {
			return syscall.Mknod(path, syscall.S_IFSOCK|0o600,
				0)
		}, says: "socket"},
		{name: "device.ndjson", make: device, says: "device"},
		{name: "hard-link.ndjson", make: func(path string) error {
			if err := os.WriteFile(path, []byte(two), 0o600); err != nil {
				return err
			}
			return os.Link(path, path+".2")
		}, loads: 2, says: "same content"},
		{name: "folders-deep", make: func(path string) error {
			deep := filepath.Join(path, strings.Repeat("d/", 400))
			if err := os.MkdirAll(deep, 0o700); err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(deep, "x.ndjson"), []byte(two), 0o600)
		}, loads: 2},
		{name: "files-3000", make: func(path string) error {
			if err := os.Mkdir(path, 0o700); err != nil {
				return err
			}
			for i := range 3000 {
				if err := os.WriteFile(filepath.Join(path, fmt.Sprintf("%d.json", i)), []byte("{}"),
					0o600); err != nil {
					return err
				}
			}
			return os.WriteFile(filepath.Join(path, "z.ndjson"), []byte(two), 0o600)
		}, loads: 2, large: true},
		{name: "name-newline", make: named("a\nb.ndjson"), loads: 2},
		{name: "name-escape", make: named("\x1b[2J\x1b]0;x\x07.ndjson"), loads: 2},
		{name: "name-not-utf8", make: named("\xff\xfe.ndjson"), loads: 2},
		{name: "name-markup", make: named(`<img src=x onerror=alert(1)>.ndjson`), loads: 2},
		{name: "name-formula", make: named(`=cmd|' ` + "\u2215" + `C calc'!A0.ndjson`), loads: 2},
		{name: "name-sql", make: named(`'; DROP TABLE source; --.ndjson`), loads: 2},
		{name: "name-glob", make: named(`[*]?{a,b}*.ndjson`), loads: 2},
		{name: "name-option", make: named(`--out=x.ndjson`), loads: 2},
		{name: "name-bidi", make: named("\u202endjson.exe"), loads: 2},
		{name: "name-long", make: named(strings.Repeat("n", 248) + ".ndjson"), loads: 2},
		{name: "name-colon", make: named("file:x?access_mode=READ_WRITE.ndjson"), loads: 2},
		{name: "tenantId=..%2f<script>alert(1)<", make: named("x.ndjson"), loads: 2},
		{name: "name-hidden", make: named(".x.ndjson"), loads: 2},
		{name: "name-time", make: named("authenticationMethodsPolicy_9999-99-99T999999Z.json"), loads: 2},
	}
}

// device makes a device file, or where that is forbidden (a user namespace) a socket's like.
func device(path string) error {
	if err := syscall.Mknod(path, syscall.S_IFCHR|0o600, 1<<8|5); err == nil { // /dev/zero: endless
		return nil
	}
	// In a user namespace no device can be made, but one can be shown at another place.
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		return err
	}
	if err := syscall.Mount("/dev/zero", path, "", syscall.MS_BIND, ""); err != nil {
		return err
	}
	mounted = append(mounted, path)
	return nil
}

func zipped(namesAndTexts ...string) []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i < len(namesAndTexts); i += 2 {
		m, err := w.CreateHeader(&zip.FileHeader{Name: namesAndTexts[i], Method: zip.Deflate})
		if err == nil {
			_, err = io.WriteString(m, namesAndTexts[i+1])
		}
		if err != nil && namesAndTexts[i+1] != "" && !strings.HasSuffix(namesAndTexts[i], "/") {
			panic(err)
		}
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func gzipped(s string) []byte { return gzippedNamed("", s) }

func gzippedNamed(name, s string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Name = name
	io.WriteString(w, s)
	w.Close()
	return b.Bytes()
}

func zstded(s string) []byte {
	w, err := zstd.NewWriter(nil)
	if err != nil {
		panic(err)
	}
	defer w.Close()
	return w.EncodeAll([]byte(s), nil)
}

// flip inverts a byte, counted from the end where at is negative.
func flip(b []byte, at int) []byte {
	b = bytes.Clone(b)
	if at < 0 {
		at += len(b)
	}
	b[at] ^= 0xff
	return b
}

// headers calls do with each header of a zip: that of a member, and that in the directory, from its flags on.
func headers(b []byte, do func(fromFlags []byte)) []byte {
	b = bytes.Clone(b)
	for at := range len(b) - 30 {
		switch string(b[at : at+4]) {
		case "PK\x03\x04":
			do(b[at+6:])
		case "PK\x01\x02":
			do(b[at+8:])
		}
	}
	return b
}

func flagged(b []byte, flag byte) []byte { return headers(b, func(h []byte) { h[0] |= flag }) }

func method(b []byte, m byte) []byte { return headers(b, func(h []byte) { h[2] = m }) }

// overlapping is a zip whose directory names one member a thousand times.
func overlapping(s string) []byte {
	one := zipped("a.ndjson", s)
	end := bytes.LastIndex(one, []byte("PK\x05\x06"))
	begin := bytes.Index(one, []byte("PK\x01\x02"))
	entry := one[begin:end]
	b := append(bytes.Clone(one[:begin]), bytes.Repeat(entry, 1000)...)
	b = append(b, one[end:]...)
	last := b[len(b)-22:]
	binary.LittleEndian.PutUint16(last[8:], 1000)
	binary.LittleEndian.PutUint16(last[10:], 1000)
	binary.LittleEndian.PutUint32(last[12:], uint32(len(entry)*1000))
	return b
}

// tarred is a tar archive of one file.
func tarred(name, content string) []byte {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	if err := w.WriteHeader(&tar.Header{Name: name, Size: int64(len(content)), Mode: 0o600}); err != nil {
		panic(err)
	}
	io.WriteString(w, content)
	w.Close()
	return b.Bytes()
}

// claimed is a zip whose directory says of its first member that its compressed bytes are more than they are.
func claimed(b []byte, size uint32) []byte {
	binary.LittleEndian.PutUint32(b[bytes.Index(b, []byte("PK\x01\x02"))+20:], size)
	return b
}

// smallBombs are members each of which stays below what is taken without a look at the ratio; a good one comes first.
func smallBombs(n int, good string) []string {
	all := []string{"a.ndjson", good}
	for i := range n {
		all = append(all, fmt.Sprintf("b%d.json", i), strings.Repeat("x", 12<<20))
	}
	return all
}

// quotedOverlap is D. Fifield's bomb: in a stored block, each of n members holds the header of the next one and all
// its bytes. So one kernel of size bytes comes out n times.
func quotedOverlap(n, size int) []byte {
	kernel := strings.Repeat("x", size)
	var packed bytes.Buffer
	w, err := flate.NewWriter(&packed, flate.BestCompression)
	if err != nil {
		panic(err)
	}
	io.WriteString(w, kernel)
	w.Close()
	header := func(i int, sum uint32, compressed, full int) []byte {
		name := fmt.Sprintf("%04d.json", i)
		h := append([]byte("PK\x03\x04"), 20, 0, 0, 0, 8, 0, 0, 0, 0, 0)
		for _, v := range []uint32{sum, uint32(compressed), uint32(full)} {
			h = binary.LittleEndian.AppendUint32(h, v)
		}
		h = binary.LittleEndian.AppendUint16(h, uint16(len(name)))
		return append(append(h, 0, 0), name...)
	}
	// From the last member, which is the kernel alone, to the first.
	var file []byte
	data, text := packed.Bytes(), kernel
	type member struct {
		sum              uint32
		compressed, full int
		length           int // of everything from its header on
	}
	members := make([]member, n)
	for i := n - 1; ; i-- {
		m := member{crc32.ChecksumIEEE([]byte(text)), len(data), len(text), 0}
		h := header(i, m.sum, m.compressed, m.full)
		file = append(bytes.Clone(h), data...)
		m.length = len(file)
		members[i] = m
		if i == 0 {
			break
		}
		// A stored block that is not the last quotes this member's header; its bytes follow as they are.
		quote := []byte{0}
		quote = binary.LittleEndian.AppendUint16(quote, uint16(len(h)))
		quote = binary.LittleEndian.AppendUint16(quote, ^uint16(len(h)))
		data, text = append(append(quote, h...), data...), string(h)+text
	}
	all := bytes.Clone(file)
	at := len(all)
	for i, m := range members {
		h := header(i, m.sum, m.compressed, m.full)
		entry := append([]byte("PK\x01\x02\x14\x00"), h[4:30]...)
		entry = append(entry, make([]byte, 10)...)
		entry = binary.LittleEndian.AppendUint32(entry, uint32(len(file)-m.length))
		all = append(append(all, entry...), h[30:]...)
	}
	end := append([]byte("PK\x05\x06"), 0, 0, 0, 0)
	end = binary.LittleEndian.AppendUint16(end, uint16(n))
	end = binary.LittleEndian.AppendUint16(end, uint16(n))
	end = binary.LittleEndian.AppendUint32(end, uint32(len(all)-at))
	end = binary.LittleEndian.AppendUint32(end, uint32(at))
	return append(append(all, end...), 0, 0)
}

func manyMembers(n int) []byte {
	var all []string
	for i := range n {
		all = append(all, fmt.Sprintf("%d.json", i), "{}")
	}
	return zipped(all...)
}

// linkMember is a zip with a symbolic link and a device as members.
func linkMember() []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for name, mode := range map[string]os.FileMode{"link": os.ModeSymlink | 0o777} {
		h := &zip.FileHeader{Name: name, Method: zip.Store}
		h.SetMode(mode)
		m, err := w.CreateHeader(h)
		if err != nil {
			panic(err)
		}
		io.WriteString(m, "/etc/passwd")
	}
	w.Close()
	return b.Bytes()
}

// sizesLie is a zip whose member claims to be four bytes long and 4 GiB long, in its two headers.
func sizesLie(s string) []byte {
	b := zipped("a.ndjson", s)
	begin := bytes.Index(b, []byte("PK\x01\x02"))
	binary.LittleEndian.PutUint32(b[begin+24:], 0xfffffffe)
	binary.LittleEndian.PutUint32(b[begin+16:], crc32.ChecksumIEEE([]byte(s)))
	return b
}

// parquetFile is a table of sign-ins.
func parquetFile(n int) []byte {
	type row struct {
		ID      string `parquet:"id"`
		Created string `parquet:"createdDateTime"`
		UPN     string `parquet:"userPrincipalName"`
		User    string `parquet:"userId"`
		App     string `parquet:"appId"`
		IP      string `parquet:"ipAddress"`
		Status  string `parquet:"status"`
		Details string `parquet:"authenticationDetails"`
		Tenant  string `parquet:"homeTenantId"`
	}
	var all []row
	for i := range n {
		all = append(all, row{fmt.Sprintf("table-%06d", i),
			fmt.Sprintf("2026-09-01T%02d:%02d:%02dZ", i/3600, i/60%60, i%60), "nora.new@contoso.example",
			"c3e1d9a4-77aa-4e02-9c3b-1d5f7b9a0c03",
			"4765445b-32c6-49b0-83e6-1d93765276ca", "198.51.100.20", `{"errorCode":0}`,
			`[{"authenticationMethod":"Temporary Access Pass","succeeded":true}]`,
			"7d1c5a0e-2f1b-4c7e-9a51-3b8f0c6d2e10"})
	}
	var b bytes.Buffer
	if err := parquet.Write(&b, all, parquet.MaxRowsPerRowGroup(500)); err != nil {
		panic(err)
	}
	return b.Bytes()
}
