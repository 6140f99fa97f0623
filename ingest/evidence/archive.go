package evidence

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zip"
	"github.com/klauspost/compress/zstd"
	"golang.org/x/text/encoding/charmap"
)

const (
	// maxDirectory bounds, in bytes, what a zip's directory of members takes.
	maxDirectory = 64 << 20
	// maxName bounds the name of a member, in bytes: systems open no longer paths, and all names stay in memory.
	maxName = 1024
)

// maxZstdWindow is what the zstd command itself accepts unless told otherwise.
const maxZstdWindow = 128 << 20

// documents are zip archives by their form only.
var documents = []string{".docx", ".xlsx", ".pptx", ".docm", ".xlsm", ".pptm", ".vsdx", ".odt", ".ods", ".odp", ".jar",
	".apk", ".epub"}

// compression names what head is the beginning of: gzip, zstd, zip, or "" for anything else.
func compression(head []byte, name string) string {
	switch {
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b, 8}):
		return "gzip"
	case bytes.HasPrefix(head, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		return "zstd"
	case bytes.HasPrefix(head, []byte(localHeader)), bytes.HasPrefix(head, []byte(directoryEnd)):
		if !slices.Contains(documents, strings.ToLower(path.Ext(name))) {
			return "zip"
		}
	}
	return ""
}

// headBytes is how much of a beginning tells what a file is: that of a CD's image stands furthest in.
const headBytes = 0x8001 + 5

const (
	otherArchive = ", which is not read; unpack it and name the folder"
	otherStream  = ", which is not read; unpack it and name what comes out"
	image        = ", which is not read; mount it read-only, or copy the exports out of it, and name the folder"
	part         = ", which is not read; join the parts, unpack them and name the folder"
)

// foreigners are archives and images that are not read, by what stands at a place in them. Sources: the formats' own
// specifications, and for images the Sleuth Kit's and QEMU's documentation.
var foreigners = []struct {
	at          int
	magic, what string
}{
	{0, "7z\xbc\xaf\x27\x1c", "a 7z archive" + otherArchive},
	{0, "Rar!\x1a\x07", "a RAR archive" + otherArchive},
	{257, "ustar", "a tar archive" + otherArchive},
	{0, "MSCF\x00\x00\x00\x00", "a CAB archive" + otherArchive},
	{0, "\xfd7zXZ\x00", "compressed by xz" + otherStream},
	{0, "BZh", "compressed by bzip2" + otherStream}, // and more, see foreign
	{0, "\x04\x22\x4d\x18", "compressed by lz4" + otherStream},
	{0, "\x1f\x9d", "compressed by compress" + otherStream},
	{0, "LZIP", "compressed by lzip" + otherStream},
	{0, descriptor, "the first part of a split zip" + part},
	{0, "PK00" + localHeader, "the first part of a split zip" + part},
	{0x8001, "CD001", "the image of a CD" + image},
	{0, "conectix", "a disk image (VHD)" + image},
	{0, "vhdxfile", "a disk image (VHDX)" + image},
	{0, "KDMV", "a disk image (VMDK)" + image},
	{0, "QFI\xfb", "a disk image (QCOW)" + image},
	{0, "EVF\x09\x0d\x0a\xff\x00", "a disk image (E01)" + image},
	{0, "EVF2\x0d\x0a\x81\x00", "a disk image (Ex01)" + image},
	{0, "LVF\x09\x0d\x0a\xff\x00", "a logical image (L01)" + image},
}

// foreignNames are those that nothing at their beginning tells.
var foreignNames = []struct {
	name *regexp.Regexp
	what string
}{
	{regexp.MustCompile(`(?i)\.(?:7z|zip|rar)\.\d{3}$|\.[rz]\d\d$`), "a part of a split archive" + part},
	{regexp.MustCompile(`(?i)\.(?:lzma|br)$`), "compressed in a way" + otherStream},
	{regexp.MustCompile(`(?i)\.(?:vhd|img|dd|raw|iso|dmg)$`), "a disk image, by its name" + image},
	{regexp.MustCompile(`(?i)\.(?:7z|rar|tar|cab|tgz|tbz2?|txz|xz|bz2)$`),
		"an archive by its name, but not by what it holds" + otherArchive},
}

// Foreign says what a file that is neither text nor Parquet probably is by its name, and what to do: an archive or an
// image that is not read. It is "" for anything else.
func Foreign(name string) string {
	for _, f := range foreignNames {
		if f.name.MatchString(name) {
			return f.what
		}
	}
	return ""
}

// foreign says what an archive or an image is that is not read, by its beginning, and what to do; "" for anything
// else.
func foreign(head []byte) string {
	if bytes.IndexByte(head, 0) < 0 && utf8.Valid(head[:max(0, len(head)-utf8.UTFMax)]) {
		return "" // text, whatever letters it begins with
	}
	for _, f := range foreigners {
		if len(head) < f.at || !bytes.HasPrefix(head[f.at:], []byte(f.magic)) {
			continue
		}
		// Three letters are little: of bzip2 the block that follows counts, too.
		if f.magic != "BZh" || len(head) >= 10 &&
			(string(head[4:10]) == "1AY&SY" || string(head[4:10]) == "\x17\x72\x45\x38\x50\x90") {
			return f.what
		}
	}
	if isOldTar(head) {
		return "a tar archive" + otherArchive
	}
	return ""
}

// isOldTar says whether head begins with a tar header by its checksum: before POSIX there was no magic.
func isOldTar(head []byte) bool {
	if len(head) < 512 || head[0] == 0 {
		return false
	}
	want, err := strconv.ParseInt(strings.Trim(string(head[148:156]), " \x00"), 8, 64)
	sum := int64(8 * ' ')
	for i, b := range head[:512] {
		if i < 148 || i >= 156 {
			sum += int64(b)
		}
	}
	return err == nil && sum == want
}

// decompressor returns a reader for gzip or zstd, which must be closed.
func decompressor(form string, r *bufio.Reader) (io.Reader, func(), error) {
	if form == "gzip" {
		z, err := gzip.NewReader(r)
		if err != nil {
			return nil, nil, err
		}
		return z, func() { z.Close() }, nil
	}
	z, err := newZstd(r)
	if err != nil {
		return nil, nil, err
	}
	return z, z.Close, nil
}

func newZstd(r io.Reader) (*zstd.Decoder, error) {
	return zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
		zstd.WithDecoderMaxWindow(maxZstdWindow))
}

// broken says in words what a decompressor found.
func broken(form string, err error) string {
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "the " + form + " stream ends too early"
	case errors.Is(err, gzip.ErrChecksum), errors.Is(err, zip.ErrChecksum), errors.Is(err, zstd.ErrCRCMismatch):
		return "the " + form + " checksum is wrong"
	case errors.Is(err, gzip.ErrHeader), errors.Is(err, zstd.ErrMagicMismatch):
		return "bytes after the " + form + " stream that do not belong to it"
	case errors.Is(err, zstd.ErrWindowSizeExceeded):
		return "the zstd window is over 128 MiB"
	}
	return "the " + form + " stream is corrupt"
}

const (
	localHeader  = "PK\x03\x04"
	descriptor   = "PK\x07\x08"
	directory    = "PK\x01\x02"
	directoryEnd = "PK\x05\x06"
	zip64End     = "PK\x06\x06"
	archiveExtra = "PK\x06\x08"

	encrypted     = 1 << 0 // flags of a member
	hasDescriptor = 1 << 3
	nameIsUTF8    = 1 << 11
)

// memberName makes a label of a member's name. It is never used as a path.
func memberName(name string, utf8 bool) string {
	if !utf8 {
		ascii := strings.IndexFunc(name, func(r rune) bool { return r >= 0x80 }) < 0
		if !ascii && label(name) != name {
			name, _ = charmap.CodePage437.NewDecoder().String(name)
		}
	}
	name = strings.TrimPrefix(path.Clean("/"+strings.ReplaceAll(label(name), `\`, "/")), "/")
	if len(name) > maxName {
		name = strings.ToValidUTF8(name[:maxName], "") + "…"
	}
	return name
}

func unusable(flags, method uint16) string {
	switch {
	case flags&encrypted != 0:
		return "encrypted; unpack it with its password and name the folder"
	case method != zip.Store && method != zip.Deflate && method != zstd.ZipMethodWinZip:
		return fmt.Sprintf("compressed by a method that is not read (zip method %d); unpack it and name the folder",
			method)
	}
	return ""
}

var errManyMembers = errors.New("more members than the limit allows; unpack it and name the folder")

// archive visits a zip on disk and its members, by its directory.
func (w *walker) archive(s *Source) error {
	file, _, err := openRegular(s.name)
	if err != nil {
		s.Skip = unreadable(err)
		return w.visit(s)
	}
	defer file.Close()
	seenMembers, size := 0, 0
	z, err := zip.NewReaderWithOptions(file, s.Bytes, zip.ReaderOptions{NameDecoder: func(h *zip.FileHeader) error {
		seenMembers++
		size += len(h.Name) + len(h.Extra) + len(h.Comment)
		if seenMembers > w.members || size > maxDirectory {
			return errManyMembers
		}
		return nil
	}})
	if err != nil {
		return w.streamed(s, s.first)
	}
	// What the directory says about sizes is anybody's claim, so the bytes that are decompressed are counted
	// themselves.
	var packed *counted // of the member opened last
	count := func(decompress func(io.Reader) io.ReadCloser) zip.Decompressor {
		return func(r io.Reader) io.ReadCloser {
			packed = &counted{r: r}
			return decompress(packed)
		}
	}
	z.RegisterDecompressor(zip.Store, count(io.NopCloser))
	z.RegisterDecompressor(zip.Deflate, count(flate.NewReader))
	z.RegisterDecompressor(zstd.ZipMethodWinZip, count(func(r io.Reader) io.ReadCloser {
		z, err := newZstd(r)
		if err != nil {
			return io.NopCloser(failing{err})
		}
		return z.IOReadCloser()
	}))
	if err := w.visit(s); err != nil {
		return err
	}
	w.members -= len(z.File)
	var members []*Source
	twice := overlapping(z.File)
	for i, f := range z.File {
		if strings.HasSuffix(f.Name, "/") && f.UncompressedSize64 == 0 {
			continue
		}
		m := w.member(s, memberName(f.Name, !f.NonUTF8), f.Modified)
		m.Bytes = int64(min(f.UncompressedSize64, 1<<62))
		members = append(members, m)
		if m.Skip = unusable(f.Flags, f.Method); m.Skip == "" && twice[i] {
			m.Skip = "its bytes are also those of another member, as in no honest zip; look at it, unpack it and name the folder"
		}
		if m.Skip == "" && strings.HasSuffix(f.Name, "/") {
			m.Skip = "it has the name of a folder and a content; look at it, unpack it and name the folder"
		}
		if m.Unread = m.Skip != ""; m.Unread {
			continue
		}
		if m.Bytes == 0 {
			m.Skip = "empty"
		}
		m.store = func() (*stored, error) {
			r, err := f.Open()
			if err != nil {
				return nil, &DamagedError{0, "the zip has no such member where its directory says"}
			}
			in := packed
			st := m.newStored(&metered{w: w, s: m, r: r, in: func() int64 { return in.n }, form: "zip"}, r)
			st.end = func(int64) error { return unchanged(file, s.name, s.info.Size(), s.info.ModTime()) }
			return st, nil
		}
	}
	slices.SortStableFunc(members, func(a, b *Source) int { return strings.Compare(a.Path, b.Path) })
	seen := map[string]int{}
	for _, m := range members {
		distinct(m, seen)
		if err := w.source(m); err != nil {
			return err
		}
	}
	return nil
}

func (w *walker) member(archive *Source, name string, modified time.Time) *Source {
	if modified.Year() < 1981 {
		modified = time.Time{} // the format has no way to say "unknown" but its first day
	}
	return &Source{
		Path: archive.Path + "/" + name, Container: archive.Path, ModTime: modified.UTC(),
		w: w, depth: archive.depth + strings.Count(archive.Compression, "+") + 1,
	}
}

// counted counts what is read.
type counted struct {
	r io.Reader
	n int64
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

// overlapping says which members' bytes are those of another one too: that is how a small zip holds more than it could
// (D. Fifield, "A better zip bomb", 2019). The one that begins first is read.
func overlapping(files []*zip.File) map[int]bool {
	type stretch struct {
		from, to uint64
		index    int
	}
	var all []stretch
	for i, f := range files {
		if at, err := f.DataOffset(); err == nil && f.CompressedSize64 > 0 {
			all = append(all, stretch{uint64(at), uint64(at) + min(f.CompressedSize64, 1<<62), i})
		}
	}
	slices.SortStableFunc(all, func(a, b stretch) int { return cmp.Compare(a.from, b.from) })
	twice, end := map[int]bool{}, uint64(0)
	for _, s := range all {
		if s.from < end {
			twice[s.index] = true
		} else {
			end = s.to
		}
	}
	return twice
}

// distinct tells members of equal names apart.
func distinct(m *Source, seen map[string]int) {
	if seen[m.Path]++; seen[m.Path] > 1 {
		m.Path = fmt.Sprintf("%s (%d)", m.Path, seen[m.Path])
	}
}

// streamed visits the members of a zip that is read front to back, by their own headers, and then the zip.
func (w *walker) streamed(s *Source, c *content) error {
	s.first = nil
	defer c.Close()
	z := &zipStream{w: w, s: s, r: bufio.NewReaderSize(c, 64<<10), seen: map[string]int{}}
	if err := z.members(); err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, z.r); err != nil {
		var damaged *DamagedError
		if !errors.As(err, &damaged) {
			return err
		}
		z.damage(damaged.Offset, damaged.Reason)
	}
	s.Damage = z.damaged
	return w.visit(s)
}

// zipStream reads a zip from front to back.
type zipStream struct {
	w       *walker
	s       *Source
	r       *bufio.Reader
	at      int64 // offset in the archive
	seen    map[string]int
	damaged *DamagedError // the first
}

func (z *zipStream) damage(at int64, why string) {
	if z.damaged == nil {
		z.damaged = &DamagedError{at, why}
	}
}

func (z *zipStream) Read(p []byte) (int, error) {
	n, err := z.r.Read(p)
	z.at += int64(n)
	return n, err
}

// ReadByte keeps decompressors from reading past the end of their stream.
func (z *zipStream) ReadByte() (byte, error) {
	b, err := z.r.ReadByte()
	if err == nil {
		z.at++
	}
	return b, err
}

func (z *zipStream) discard(n int) {
	n, _ = z.r.Discard(n)
	z.at += int64(n)
}

func (z *zipStream) members() error {
	for {
		head, err := z.r.Peek(30)
		if err := z.w.ctx.Err(); err != nil {
			return err
		}
		switch {
		case bytes.HasPrefix(head, []byte(localHeader)) && len(head) == 30:
			if err := z.member(head); err != nil {
				if err == errManyMembers {
					z.damage(z.at, errManyMembers.Error())
					return nil
				}
				return err
			}
		case bytes.HasPrefix(head, []byte(directory)), bytes.HasPrefix(head, []byte(directoryEnd)),
			bytes.HasPrefix(head, []byte(zip64End)), bytes.HasPrefix(head, []byte(archiveExtra)):
			if z.s.info != nil && len(z.s.Compression) == len("zip") {
				z.damage(z.at, "its directory of members cannot be used")
			}
			return nil
		case len(head) == 0:
			var damaged *DamagedError
			switch {
			case errors.As(err, &damaged):
				z.damage(damaged.Offset, damaged.Reason)
			case err != io.EOF:
				return err
			}
			z.damage(z.at, "ends before its directory of members")
			return nil
		default:
			z.damage(z.at, "not a member where one should begin")
			z.seek()
		}
	}
}

// seek goes to the next place that looks like a member or the directory.
func (z *zipStream) seek() {
	z.discard(1)
	for {
		b, err := z.r.Peek(4096)
		i := bytes.Index(b, []byte("PK"))
		for i >= 0 && i+4 <= len(b) {
			if sig := string(b[i : i+4]); sig == localHeader || sig == directory || sig == directoryEnd {
				z.discard(i)
				return
			}
			next := bytes.Index(b[i+2:], []byte("PK"))
			if next < 0 {
				i = -1
				break
			}
			i += 2 + next
		}
		if err != nil {
			z.discard(len(b))
			return
		}
		if i < 0 {
			i = len(b) - 1
		}
		z.discard(i)
	}
}

// member visits the member whose local header comes next, and reads to its end.
func (z *zipStream) member(head []byte) error {
	begin := z.at
	u16, u32 := binary.LittleEndian.Uint16, binary.LittleEndian.Uint32
	flags, method := u16(head[6:]), u16(head[8:])
	date, clock := u16(head[12:]), u16(head[10:])
	crc, packed, size := u32(head[14:]), int64(u32(head[18:])), int64(u32(head[22:]))
	name := make([]byte, u16(head[26:]))
	extra := make([]byte, u16(head[28:]))
	z.discard(30)
	if _, err := io.ReadFull(z, name); err != nil {
		z.damage(begin, "ends in a member's header")
		return nil
	}
	if _, err := io.ReadFull(z, extra); err != nil {
		z.damage(begin, "ends in a member's header")
		return nil
	}
	if z.w.members--; z.w.members < 0 {
		return errManyMembers
	}
	modified := time.Date(int(date>>9)+1980, time.Month(date>>5&15), int(date&31), int(clock>>11), int(clock>>5&63),
		int(clock&31)*2, 0, time.UTC)
	packed, size, modified = extras(extra, packed, size, modified)
	m := z.w.member(z.s, memberName(string(name), flags&nameIsUTF8 != 0), modified)
	distinct(m, z.seen)
	m.Bytes = -1
	m.Skip = unusable(flags, method)
	m.Unread = m.Skip != ""
	later := flags&hasDescriptor != 0 && packed == 0 && size == 0 // the sizes come after the content
	if bytes.HasSuffix(name, []byte("/")) && packed == 0 && !later {
		return nil
	}
	if m.Skip == "" && !later && size == 0 {
		m.Skip, m.Bytes = "empty", 0
		m.store = func() (*stored, error) { return m.newStored(strings.NewReader(""), nil), nil }
	}
	if m.Skip != "" {
		if err := z.w.visit(m); err != nil {
			return err
		}
		if later {
			z.seek()
			return nil
		}
		_, err := io.CopyN(io.Discard, z, packed)
		return quiet(err)
	}

	body := &memberBody{z: z, crc: crc, size: size, later: later}
	raw := io.Reader(z)
	var limited *io.LimitedReader
	if !later {
		limited = &io.LimitedReader{R: z, N: packed}
		raw = limited
	}
	from := z.at
	switch {
	case method == zip.Deflate && later:
		body.r = flate.NewReader(z)
	case method == zip.Deflate:
		body.r = flate.NewReader(bufio.NewReader(raw))
	case method == zip.Store && later:
		body.r = &untilDescriptor{z: z}
	case method == zip.Store:
		body.r = raw
	case later:
		m.Skip, m.Unread = "compressed by zstd without its size, which cannot be read front to back; unpack it and name the folder", true
		if err := z.w.visit(m); err != nil {
			return err
		}
		z.seek()
		return nil
	default:
		d, err := newZstd(raw)
		if err != nil {
			return err
		}
		defer d.Close()
		body.r = d
	}
	once := &metered{w: z.w, s: m, r: body, in: func() int64 { return z.at - from }, form: "zip"}
	taken := false
	m.store = func() (*stored, error) {
		if taken {
			return nil, errors.New("a member of a streamed archive can be read only once")
		}
		taken = true
		return m.newStored(once, nil), nil
	}
	if err := z.w.source(m); err != nil {
		return err
	}
	_, err := io.Copy(io.Discard, once)
	if err := quiet(err); err != nil {
		return err
	}
	if once.err != nil && once.err != io.EOF {
		z.damage(begin, "a member is damaged")
	}
	if limited != nil {
		_, err = io.Copy(io.Discard, limited)
		return quiet(err)
	}
	return nil
}

// quiet drops errors of damage, which are kept elsewhere.
func quiet(err error) error {
	var damaged *DamagedError
	if err == nil || err == io.EOF || err == io.ErrUnexpectedEOF || errors.As(err, &damaged) {
		return nil
	}
	return err
}

// extras takes what a header's extra field says better than the header: sizes over 32 bits, and the time in UTC.
func extras(extra []byte, packed, size int64, modified time.Time) (int64, int64, time.Time) {
	const zip64, unixTime = 1, 0x5455
	for len(extra) >= 4 {
		id, n := binary.LittleEndian.Uint16(extra), int(binary.LittleEndian.Uint16(extra[2:]))
		extra = extra[4:]
		if n > len(extra) {
			break
		}
		field := extra[:n]
		switch {
		case id == zip64 && n >= 16:
			if size == 0xffffffff {
				size = int64(binary.LittleEndian.Uint64(field) &^ (1 << 63))
			}
			if packed == 0xffffffff {
				packed = int64(binary.LittleEndian.Uint64(field[8:]) &^ (1 << 63))
			}
		case id == unixTime && n >= 5 && field[0]&1 != 0:
			modified = time.Unix(int64(int32(binary.LittleEndian.Uint32(field[1:]))), 0)
		}
		extra = extra[n:]
	}
	return packed, size, modified
}

// memberBody is a member's content; at its end it checks size and checksum.
type memberBody struct {
	z     *zipStream
	r     io.Reader
	crc   uint32
	size  int64
	later bool
	n     int64
	sum   uint32
}

func (b *memberBody) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	b.n += int64(n)
	b.sum = crc32.Update(b.sum, crc32.IEEETable, p[:n])
	if err != io.EOF {
		return n, err
	}
	if !b.later {
		if b.n < b.size {
			return n, io.ErrUnexpectedEOF
		}
		if b.n != b.size || b.sum != b.crc {
			return n, zip.ErrChecksum
		}
		return n, io.EOF
	}
	found := b.z.descriptor(b.sum, b.n)
	if found == 0 {
		return n, zip.ErrChecksum
	}
	b.z.discard(found)
	return n, io.EOF
}

// descriptor returns the length of the data descriptor that comes next and fits a content, 0 if there is none. The
// signature is optional, and sizes have four bytes or eight.
func (z *zipStream) descriptor(sum uint32, size int64) int {
	b, _ := z.r.Peek(24)
	n := 0
	if bytes.HasPrefix(b, []byte(descriptor)) {
		n = 4
	}
	u32, u64 := binary.LittleEndian.Uint32, binary.LittleEndian.Uint64
	switch {
	case len(b) < n+12 || u32(b[n:]) != sum:
		return 0
	case len(b) >= n+20 && u64(b[n+12:]) == uint64(size):
		return n + 20
	case u32(b[n+8:]) == uint32(size):
		return n + 12
	}
	return 0
}

// untilDescriptor reads stored content of unknown length, up to the first descriptor that fits it.
type untilDescriptor struct {
	z   *zipStream
	n   int64
	sum uint32
}

func (u *untilDescriptor) Read(p []byte) (int, error) {
	b, err := u.z.r.Peek(4096)
	if len(b) == 0 {
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return 0, err
	}
	i := bytes.Index(b, []byte(descriptor))
	switch {
	case i == 0 && u.z.descriptor(u.sum, u.n) > 0:
		return 0, io.EOF
	case i == 0:
		i = 1
	case i < 0 && err == nil:
		i = len(b) - 3
	case i < 0:
		i = len(b)
	}
	n := copy(p, b[:i])
	u.sum = crc32.Update(u.sum, crc32.IEEETable, p[:n])
	u.n += int64(n)
	u.z.discard(n)
	return n, nil
}
