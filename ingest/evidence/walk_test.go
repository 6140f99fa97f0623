package evidence

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zip"
	"github.com/klauspost/compress/zstd"
)

func gz(text string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write([]byte(text))
	w.Close()
	return b.String()
}

func zst(text string) string {
	w, err := zstd.NewWriter(nil)
	if err != nil {
		panic(err)
	}
	return string(w.EncodeAll([]byte(text), nil))
}

// zipped makes a zip of pairs of name and content. A name with a + before it is stored. One with a = has its size in
// its header instead of after its content.
func zipped(pairs ...string) string {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i < len(pairs); i += 2 {
		name, text := pairs[i], pairs[i+1]
		h := &zip.FileHeader{Name: strings.TrimLeft(name, "+="), Method: zip.Deflate,
			Modified: time.Date(2026, 9, 30, 10, 0, 0, 0, time.UTC)}
		var m io.Writer
		var err error
		switch name[0] {
		case '+':
			h.Method = zip.Store
			m, err = w.CreateHeader(h)
		case '=':
			h.Method = zip.Store
			h.CompressedSize64, h.UncompressedSize64, h.CRC32 = uint64(len(text)), uint64(len(text)), crc(text)
			m, err = w.CreateRaw(h)
		default:
			m, err = w.CreateHeader(h)
		}
		if err != nil {
			panic(err)
		}
		io.WriteString(m, text)
	}
	w.Close()
	return b.String()
}

func crc(text string) uint32 {
	b := &memberBody{r: strings.NewReader(text), size: int64(len(text))}
	io.Copy(io.Discard, b)
	return b.sum
}

func hexSum(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// visits renders each visit: label, what it is, content or reason.
func visits(t *testing.T, limits Limits, stdin io.Reader, paths ...string) []string {
	t.Helper()
	var got []string
	err := Walk(context.Background(), paths, stdin, limits, func(s *Source) error {
		line := s.Path
		if s.Compression != "" {
			line += " " + s.Compression
		}
		if s.Container != "" {
			line += " in " + s.Container
		}
		if s.Kind == Archive {
			line += " archive"
			if s.Damage != nil {
				line += " " + s.Damage.Error()
			}
		}
		switch {
		case s.Skip != "":
			line += " skipped: " + s.Skip
		case s.Kind == File:
			r, err := s.Open()
			if err != nil {
				return err
			}
			text, err := io.ReadAll(r)
			if len(text) > 40 {
				text = append(text[:40], "…"...)
			}
			line += fmt.Sprintf(" %q", text)
			if err != nil {
				line += " " + err.Error()
			}
			if err := r.Close(); err != nil {
				t.Errorf("%s: close: %v", s.Path, err)
			}
			if sum, err := s.Sum(); err != nil || len(sum) != 64 {
				t.Errorf("%s: sum %s, %v", s.Path, sum, err)
			}
		}
		got = append(got, line)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestWalkArguments(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	for _, sub := range []string{"p/logs", "q/logs"} {
		if err := os.MkdirAll(sub, 0o700); err != nil {
			t.Fatal(err)
		}
		write(t, sub+"/x", sub)
	}
	write(t, "f", "F")
	got := visits(t, DefaultLimits(), strings.NewReader(gz("IN")), "q/logs", "p/logs", "f", "./f", "-")
	want := []string{`- gzip "IN"`, `f "F"`, `p/logs/x "p/logs"`, `q/logs/x "q/logs"`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	err := Walk(context.Background(), []string{"f", "missing"}, nil, DefaultLimits(),
		func(*Source) error { return errors.New("visited") })
	if !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing argument gives %v", err)
	}
	stop := errors.New("stop")
	if err := Walk(context.Background(), []string{"p"}, nil, DefaultLimits(),
		func(*Source) error { return stop }); err != stop {
		t.Errorf("an error of visit gives %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := Walk(ctx, []string{"p"}, nil, DefaultLimits(),
		func(*Source) error { return nil }); err != context.Canceled {
		t.Errorf("a cancelled walk gives %v", err)
	}
}

func TestWalkArchives(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	long := "stored " + strings.Repeat("PK\x03\x04PK\x07\x08 content. ", 1000)
	inner := zipped("deep.json", "D", "+stored.json", long, "=sized.json", "S", "z.gz", gz("too deep"))
	archive := zipped("../../etc/passwd", "P", `win\b.json`, "W", "dir/", "", "c.json.gz", gz("C"), "inner.zip", inner,
		"same", "1", "same", "2", "none", "", "caf\x82", "cp437", "+stored", long)
	members := func(of string) []string {
		var lines []string
		for _, line := range []string{
			`c.json.gz gzip in x "C"`, `café in x "cp437"`, `etc/passwd in x "P"`,
			`inner.zip/deep.json in x/inner.zip "D"`,
			fmt.Sprintf("inner.zip/stored.json in x/inner.zip %q", long[:40]+"…"),
			`inner.zip/sized.json in x/inner.zip "S"`,
			`inner.zip/z.gz in x/inner.zip skipped: nested in too many archives; unpack it and name the folder`,
			`inner.zip zip in x archive`, `none in x skipped: empty`, `same in x "1"`, `same (2) in x "2"`,
			fmt.Sprintf("stored in x %q", long[:40]+"…"), `win/b.json in x "W"`,
		} {
			lines = append(lines, of+"/"+strings.ReplaceAll(line, " in x", " in "+of))
		}
		return lines
	}
	write(t, "e.zip", archive)
	got := visits(t, DefaultLimits(), nil, "e.zip")
	if diff := cmp.Diff(append([]string{"e.zip zip archive"}, members("e.zip")...), got); diff != "" {
		t.Errorf("on disk, -want +got:\n%s", diff)
	}
	want := []string{`- zip archive`, `-/a in - "A"`, `-/b in - "B"`}
	got = visits(t, DefaultLimits(), strings.NewReader(zipped("a", "A", "b", "B")), "-")
	if diff := cmp.Diff([]string{want[1], want[2], want[0]}, got); diff != "" {
		t.Errorf("on standard input, -want +got:\n%s", diff)
	}
	write(t, "e.zip.gz", gz(zipped("a", "A")))
	if diff := cmp.Diff([]string{`e.zip.gz/a in e.zip.gz "A"`, "e.zip.gz gzip+zip archive"},
		visits(t, DefaultLimits(), nil, "e.zip.gz")); diff != "" {
		t.Errorf("in gzip, -want +got:\n%s", diff)
	}

	// A member's time is its own, its size and hash those of its content, the archive's hash that of the file.
	err := Walk(context.Background(), []string{"e.zip"}, nil, DefaultLimits(), func(s *Source) error {
		want := map[string]string{"e.zip": archive, "e.zip/c.json.gz": gz("C"), "e.zip/inner.zip": inner,
			"e.zip/stored": long, "e.zip/none": ""}
		if text, ok := want[s.Path]; ok {
			if sum, err := s.Sum(); err != nil || sum != hexSum(text) || s.Bytes != int64(len(text)) {
				t.Errorf("%s: %d bytes, sum %s, %v; want %d, %s", s.Path, s.Bytes, sum, err, len(text), hexSum(text))
			}
		}
		if s.Container != "" && !strings.HasSuffix(s.Path, "sized.json") &&
			!s.ModTime.Equal(time.Date(2026, 9, 30, 10, 0, 0, 0, time.UTC)) {
			t.Errorf("%s: time %v", s.Path, s.ModTime)
		}
		if s.Disk != "" {
			t.Errorf("%s is said to be the plain file %s", s.Path, s.Disk)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestWalkDamaged(t *testing.T) {
	t.Chdir(t.TempDir())
	var hashes strings.Builder
	for i := range 8_000 {
		fmt.Fprintf(&hashes, "%x\n", sha256.Sum256([]byte{byte(i), byte(i >> 8)}))
	}
	text := hashes.String()
	packed := gz(text)
	wrong := []byte(packed)
	wrong[len(wrong)-6] ^= 1
	archive := zipped("a", "A", "b", text, "c", "C")
	unread := strings.Index(archive, "PK\x01\x02")
	corrupt := []byte(archive)
	corrupt[len(archive)/2] ^= 0xff
	for name, b := range map[string]string{
		"cut.gz": packed[:len(packed)/2], "crc.gz": string(wrong), "two.gz": gz("one,") + gz("two"),
		"tail.gz": gz("x") + "tail",
		"cut.zst": zst(text)[:len(zst(text))/2], "cut.zip": archive[:unread/2], "nodir.zip": archive[:unread],
		"corrupt.zip": string(corrupt),
	} {
		write(t, name, b)
		wantPrefix := map[string]bool{"cut.gz": true, "crc.gz": true, "cut.zst": true, "tail.gz": true}[name]
		var damages []string
		var contents []string
		err := Walk(context.Background(), []string{name}, nil, DefaultLimits(), func(s *Source) error {
			if s.Kind == Archive {
				if sum, err := s.Sum(); err != nil || sum != hexSum(b) {
					t.Errorf("%s: sum %s, %v", s.Path, sum, err)
				}
				if s.Damage != nil {
					damages = append(damages, s.Path)
				}
				return nil
			}
			r, err := s.Open()
			if err != nil {
				return err
			}
			defer r.Close()
			got, err := io.ReadAll(r)
			var damaged *DamagedError
			if errors.As(err, &damaged) {
				damages = append(damages, s.Path)
				if damaged.Offset != int64(len(got)) {
					t.Errorf("%s: delivered %d bytes, but damaged after %d", s.Path, len(got), damaged.Offset)
				}
			} else if err != nil {
				return err
			}
			if name != "corrupt.zip" && len(got) > 10 && !strings.HasPrefix(text, string(got)) {
				t.Errorf("%s: delivers what was not there", s.Path)
			}
			if s.Container == "" {
				if sum, err := s.Sum(); err != nil || sum != hexSum(b) {
					t.Errorf("%s: sum %s, %v", s.Path, sum, err)
				}
			}
			if string(got) == text {
				got = []byte("text")
			} else if len(got) > 10 {
				got = []byte("part")
			}
			contents = append(contents, string(got))
			return nil
		})
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		want := map[string][]string{
			"cut.gz": {"part"}, "crc.gz": {"text"}, "two.gz": {"one,two"}, "tail.gz": {"x"}, "cut.zst": {"part"},
			"cut.zip": {"A", "part"}, "nodir.zip": {"A", "text", "C"}, "corrupt.zip": {"A", "part", "C"},
		}[name]
		if diff := cmp.Diff(want, contents); diff != "" {
			t.Errorf("%s: contents (-want +got):\n%s", name, diff)
		}
		wantDamages := map[string][]string{"cut.zip": {"cut.zip/b", "cut.zip"}, "nodir.zip": {"nodir.zip"},
			"corrupt.zip": {"corrupt.zip/b"}}[name]
		if wantPrefix {
			wantDamages = []string{name}
		}
		if diff := cmp.Diff(wantDamages, damages); diff != "" {
			t.Errorf("%s: damages (-want +got):\n%s", name, diff)
		}
	}

	// The same damage in a zip that is read front to back: what follows the damaged member is found again.
	got := visits(t, DefaultLimits(), bytes.NewReader(corrupt), "-")
	if len(got) != 4 || !strings.Contains(got[1], "damaged after") || got[2] != `-/c in - "C"` ||
		!strings.Contains(got[3], "damaged after") {
		t.Errorf("a corrupt member on standard input: %q", got)
	}
}

func TestWalkLimits(t *testing.T) {
	t.Chdir(t.TempDir())
	bomb := strings.Repeat("\x00", 24<<20)
	write(t, "bomb.gz", gz(bomb))
	write(t, "bomb.zip", zipped("a", bomb, "b", "B"))
	write(t, "nested.zip", zipped("n.zip", zipped("a", bomb)))
	write(t, "three.zip", zipped("a", "A", "b", "B", "c", "C"))
	zeros := fmt.Sprintf("%q", strings.Repeat("\x00", 40)+"…")
	ratio := "decompresses to more than the ratio allowed; if the evidence is genuine, unpack it and name the folder"
	for _, name := range []string{"bomb.gz", "bomb.zip", "nested.zip"} {
		damaged := 0
		for _, line := range visits(t, DefaultLimits(), nil, name) {
			if strings.Contains(line, zeros) && strings.Contains(line, ratio) {
				damaged++
			}
		}
		if damaged != 1 {
			t.Errorf("%s is not stopped", name)
		}
	}
	few := DefaultLimits()
	few.Members = 2
	want := []string{`three.zip/a in three.zip "A"`, `three.zip/b in three.zip "B"`, ""}
	got := visits(t, few, nil, "three.zip")
	if len(got) != 3 || got[0] != want[0] || got[1] != want[1] ||
		!strings.Contains(got[2], "more members than the limit") {
		t.Errorf("member limit: %q", got)
	}
	small := DefaultLimits()
	small.Bytes = 3
	write(t, "x.gz", gz("abcdef"))
	if got := visits(t, small, nil, "x.gz"); len(got) != 1 ||
		!strings.HasPrefix(got[0], `x.gz gzip "abc" damaged after 3 bytes: the limit for decompressed bytes`) {
		t.Errorf("limit of bytes: %q", got)
	}
}

// A file that changes, vanishes or is replaced during the walk is reported, never half used.
func TestWalkChanged(t *testing.T) {
	for _, tt := range []struct {
		name    string
		disturb func(path string) error
	}{
		{"grown", func(path string) error { return os.WriteFile(path, []byte("more than before"), 0o600) }},
		{"touched", func(path string) error { return os.Chtimes(path, time.Time{}, time.Unix(1, 0)) }},
	} {
		dir := t.TempDir()
		for _, name := range []string{"a", "a.gz", "a.zip"} {
			b := map[string]string{"a": "text", "a.gz": gz("text"), "a.zip": zipped("m", "text")}[name]
			path := write(t, filepath.Join(dir, name), b)
			err := Walk(context.Background(), []string{path}, nil, DefaultLimits(), func(s *Source) error {
				if s.Kind == Archive {
					return nil
				}
				r, err := s.Open()
				if err != nil {
					return err
				}
				defer r.Close()
				if err := tt.disturb(path); err != nil {
					return err
				}
				if s.Disk != "" {
					if err := s.Unchanged(); !errors.Is(err, ErrChanged) {
						t.Errorf("%s %s: unchanged is %v", name, tt.name, err)
					}
				}
				if _, err := io.ReadAll(r); !errors.Is(err, ErrChanged) {
					t.Errorf("%s %s: read to the end with %v", name, tt.name, err)
				}
				return nil
			})
			if err != nil {
				t.Errorf("%s %s: %v", name, tt.name, err)
			}
		}
	}
}

func FuzzWalk(f *testing.F) {
	f.Add([]byte(zipped("a", "A", "b/c.gz", gz("C"), "+d", "D")))
	f.Add([]byte(gz(zipped("a", "A"))))
	f.Add([]byte(zst("text")))
	f.Add([]byte(zipped("n.zip", zipped("=a", "A"))))
	limits := Limits{Ratio: 200, Bytes: 64 << 20, Depth: 2, Members: 100}
	f.Fuzz(func(t *testing.T, b []byte) {
		path := write(t, filepath.Join(t.TempDir(), "x"), string(b))
		for _, arg := range []string{path, "-"} {
			err := Walk(context.Background(), []string{arg}, bytes.NewReader(b), limits, func(s *Source) error {
				if s.Skip != "" || s.Kind == Archive {
					return nil
				}
				r, err := s.Open()
				if err != nil {
					return err
				}
				defer r.Close()
				var damaged *DamagedError
				if n, err := io.Copy(io.Discard, r); err != nil && (!errors.As(err, &damaged) || damaged.Offset != n) {
					t.Errorf("%d bytes, then %v", n, err)
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	})
}

// TestForeign: archives and images that are not read are named by what they hold, wherever they lie, and say what to
// do.
func TestForeign(t *testing.T) {
	t.Chdir(t.TempDir())
	var tape bytes.Buffer
	w := tar.NewWriter(&tape)
	if err := errors.Join(w.WriteHeader(&tar.Header{Name: "signins.json", Size: 2, Mode: 0o600}),
		func() error { _, err := w.Write([]byte("{}")); return err }(), w.Close()); err != nil {
		t.Fatal(err)
	}
	old := bytes.Clone(tape.Bytes()) // as before POSIX: without its magic, and with a sum that fits
	clear(old[257:265])
	copy(old[148:156], "        ")
	sum := 0
	for _, b := range old[:512] {
		sum += int(b)
	}
	copy(old[148:156], fmt.Sprintf("%06o\x00 ", sum))
	disc := append(make([]byte, 0x8001), "CD001\x01"...)
	for _, c := range []struct{ name, content, says string }{
		{"a.7z", "7z\xbc\xaf\x27\x1c\x00\x04", "a 7z archive, which is not read; unpack it and name the folder"},
		{"renamed.json", "7z\xbc\xaf\x27\x1c\x00\x04", "a 7z archive"},
		{"a.rar", "Rar!\x1a\x07\x01\x00", "a RAR archive"},
		{"a.tar", tape.String(), "a tar archive"},
		{"old.tar", string(old), "a tar archive"},
		{"a.tgz", gz(tape.String()), "a tar archive"},
		{"a.tar.zst", zst(tape.String()), "a tar archive"},
		{"a.tar.xz", "\xfd7zXZ\x00\x00\x04", "compressed by xz"},
		{"a.tar.bz2", "BZh91AY&SY\x00\xff", "compressed by bzip2"},
		{"a.iso", string(disc), "the image of a CD, which is not read; mount it"},
		{"a.vhdx", "vhdxfile\x00\x00", "a disk image (VHDX)"},
		{"a.e01", "EVF\x09\x0d\x0a\xff\x00\x01", "a disk image (E01)"},
		{"a.zip", zipped("in.7z", "7z\xbc\xaf\x27\x1c\x00\x04"), "a 7z archive"},
		{"text.txt", "BZh91AY&SY and Rar!, but in words", ""},
		{"utf16.tar", "\xff\xfe{\x00}\x00", ""},
	} {
		write(t, c.name, c.content)
		said, unread := "", false
		err := Walk(context.Background(), []string{c.name}, nil, DefaultLimits(), func(s *Source) error {
			if s.Kind == File {
				said, unread = s.Skip, s.Unread
				if sum, err := s.Sum(); err != nil || len(sum) != 64 {
					t.Errorf("%s: %q, %v", s.Path, sum, err)
				}
			}
			return nil
		})
		if err != nil || !strings.HasPrefix(said, c.says) || (said != "") != (c.says != "") ||
			unread != (c.says != "") {
			t.Errorf("%s: %q (%v), %v", c.name, said, unread, err)
		}
	}
	for name, says := range map[string]string{"a.7z.002": "a part of a split archive", "a.z01": "a part of",
		"disk.vhd": "a disk image", "x.lzma": "compressed", "x.json": ""} {
		if got := Foreign(name); !strings.HasPrefix(got, says) || (got == "") != (says == "") {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// TestZipClaims: neither what the directory says about sizes nor members that share their bytes get past the ratio.
func TestZipClaims(t *testing.T) {
	t.Chdir(t.TempDir())
	limits := DefaultLimits()
	claim := func(archive string, size uint32) string { // of the first member, in the directory
		b := []byte(archive)
		binary.LittleEndian.PutUint32(b[strings.Index(archive, "PK\x01\x02")+20:], size)
		return string(b)
	}
	write(t, "claims.zip", claim(zipped("bomb", strings.Repeat("0", 40<<20)), 1<<30))
	got := visits(t, limits, nil, "claims.zip")
	if len(got) != 2 || !strings.Contains(got[1], "decompresses to more than the ratio allowed") {
		t.Errorf("a size that is claimed: %.120q", got)
	}

	// Each of many members is small enough, together they are not.
	var many []string
	for i := range 12 {
		many = append(many, fmt.Sprintf("%02d", i), strings.Repeat("0", 12<<20))
	}
	limits.Ratio = 500
	write(t, "many.zip", zipped(many...))
	refused := 0
	err := Walk(context.Background(), []string{"many.zip"}, nil, limits, func(s *Source) error {
		if s.Kind == Archive {
			return nil
		}
		for range 2 { // what is read again counts once
			r, err := s.Open()
			if err != nil {
				return err
			}
			_, err = io.Copy(io.Discard, r)
			if r.Close(); err != nil {
				if !strings.Contains(err.Error(), "ratio") {
					return err
				}
				refused++
				break
			}
		}
		return nil
	})
	// 144 MiB of a file that allows 500 times its size.
	if info, _ := os.Stat("many.zip"); err != nil || refused != 12-int(500*info.Size()/(12<<20)) {
		t.Errorf("%d of 12 members were refused, of %d bytes: %v", refused, info.Size(), err)
	}

	// A directory that names one member three times, the second time with fewer bytes.
	one := zipped("a", "A plain text", "b", "B")
	begin, end := strings.Index(one, "PK\x01\x02"), strings.LastIndex(one, "PK\x05\x06")
	entry := one[begin : begin+strings.Index(one[begin+4:], "PK\x01\x02")+4]
	overlap := []byte(one[:begin] + entry + entry + one[begin:end] + one[end:])
	tail := overlap[len(overlap)-22:]
	binary.LittleEndian.PutUint16(tail[8:], 4)
	binary.LittleEndian.PutUint16(tail[10:], 4)
	binary.LittleEndian.PutUint32(tail[12:], uint32(end-begin+2*len(entry)))
	write(t, "overlap.zip", string(overlap))
	const twice = "skipped: its bytes are also those of another member, as in no honest zip; look at it, unpack it and name the folder"
	want := []string{"overlap.zip zip archive", `overlap.zip/a in overlap.zip "A plain text"`,
		"overlap.zip/a (2) in overlap.zip " + twice,
		"overlap.zip/a (3) in overlap.zip " + twice, `overlap.zip/b in overlap.zip "B"`}
	if diff := cmp.Diff(want, visits(t, DefaultLimits(), nil, "overlap.zip")); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}

	// Names of 60,000 characters are cut, and stay different.
	long := strings.Repeat("n", 60_000)
	write(t, "names.zip", zipped(long+"1", "A", long+"2", "B"))
	for _, line := range visits(t, DefaultLimits(), nil, "names.zip") {
		if len(line) > maxName+100 {
			t.Errorf("a line of %d characters", len(line))
		}
	}
}
