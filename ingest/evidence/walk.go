package evidence

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"tapaudit/ingest/regular"
)

// Kind is what a Source is.
type Kind int

const (
	File    Kind = iota // a file, or a member of an archive
	Archive             // a zip, listed for its hash; its members are sources of their own
)

// Limits bound what decompression may produce. Beyond them a stream ends with a *DamagedError.
type Limits struct {
	Ratio   int64 // bytes out for each byte in, judged from 16 MiB on
	Bytes   int64 // bytes out, over all archives together
	Depth   int   // archives and compressed streams inside one another
	Members int   // of all archives together
}

// DefaultLimits are wide enough for any export: logs compress 10 to 50 times.
func DefaultLimits() Limits {
	return Limits{Ratio: 200, Bytes: 64 << 30, Depth: 2, Members: 100_000}
}

// ratioFrom is how many bytes may come out before the ratio counts: readers take compressed bytes in blocks.
const ratioFrom = 16 << 20

// Source is one file of the evidence, one member of an archive, or an archive. It is valid during its visit.
type Source struct {
	// label: the argument's base name and the path below it, with slashes; UTF-8, but otherwise as hostile as
	// content
	Path        string
	Container   string // label of the archive it is in, "" if none
	Disk        string // real path of a plain, uncompressed file, else ""
	Kind        Kind
	Bytes       int64     // on disk, or of a member's content; -1 while unknown (standard input, a streamed member)
	ModTime     time.Time // of the file, or the member's own; zero if unknown
	Compression string    // "", gzip, zstd, zip, or two of them joined by +, the outer one first
	Skip        string    // why it cannot be used, in words; it cannot be opened then
	// with Skip: there may be evidence in it that nobody has looked at, such as an archive of another kind
	Unread bool

	// Damage is set on an archive whose directory of members cannot be used, or that is not whole. Members were found
	// by reading it from front to back; what lies after Offset was lost unless it was found again.
	Damage *DamagedError

	w     *walker
	info  fs.FileInfo             // of the file on disk
	name  string                  // of the file on disk, or the argument
	depth int                     // archives around it
	store func() (*stored, error) // nil when there is nothing to be read
	first *content                // opened to look at its beginning, and not yet handed out
	sum   string
	spent int64 // bytes that were decompressed for it since it was last opened
}

// Walk visits everything under paths in the order of labels: files, members of archives, and what cannot be used, with
// a reason. `-` is stdin, read once. An archive comes before its members. One that can only be read front to back
// comes after them: only then its hash and its damage are known. That is one on standard input, inside another
// compression, or without a directory. An argument that is neither a file nor a folder is an error before anything is
// visited. Below an argument, such a thing and a link are visited with the reason why they are not opened. Walk stops
// at the first error of visit or of ctx.
//
// The base name of an argument is its label, so a folder is labelled the same from any working directory. Arguments
// with equal base names are labelled as they were given.
func Walk(ctx context.Context, paths []string, stdin io.Reader, limits Limits, visit func(*Source) error) error {
	w := &walker{ctx: ctx, limits: limits, visit: visit, left: limits.Bytes, members: limits.Members}
	names, err := labels(paths)
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	for i, path := range paths {
		if seen[spelled(path)] {
			continue
		}
		seen[spelled(path)] = true
		if path == "-" {
			w.standardInput(stdin)
			continue
		}
		info, err := Look(path)
		if err != nil {
			return err
		}
		if !info.IsDir() {
			w.add(names[i], path, info, "")
			continue
		}
		if err := w.folder(path, names[i]); err != nil {
			return err
		}
	}
	slices.SortStableFunc(w.found, func(a, b *Source) int { return strings.Compare(a.Path, b.Path) })
	for _, s := range w.found {
		w.out = 0
		w.given = func() int64 { return s.Bytes }
		if err := w.source(s); err != nil {
			return err
		}
	}
	return nil
}

// Look says of an argument other than `-`, without opening it, what it is; the error tells why it is not evidence.
func Look(path string) (fs.FileInfo, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, fmt.Errorf("evidence cannot be opened: %w; check the path", err)
	case !info.IsDir() && !info.Mode().IsRegular():
		return nil, fmt.Errorf("evidence cannot be opened: %q is %s, neither a file nor a folder; what a command prints is read as - (… | tapaudit run -)",
			path, regular.What(info.Mode()))
	}
	return info, nil
}

type walker struct {
	ctx     context.Context
	limits  Limits
	visit   func(*Source) error
	found   []*Source
	left    int64 // bytes that may still be decompressed
	members int   // members that may still be visited

	// Of the file that is under way, with everything in it: many small members may come to as much as a large one.
	out   int64        // bytes decompressed
	given func() int64 // bytes on disk, or read so far of standard input
}

// labels gives each argument its label.
func labels(paths []string) ([]string, error) {
	count := map[string]int{}
	names := make([]string, len(paths))
	seen := map[string]bool{}
	for i, path := range paths {
		if path == "-" {
			names[i] = "-"
			continue
		}
		whole, err := filepath.Abs(path)
		if err != nil {
			return nil, err
		}
		names[i] = filepath.Base(whole)
		if !seen[spelled(path)] {
			count[names[i]]++
		}
		seen[spelled(path)] = true
	}
	for i, path := range paths {
		if count[names[i]] > 1 {
			names[i] = filepath.Clean(path)
		}
		names[i] = label(filepath.ToSlash(names[i]))
	}
	return names, nil
}

// spelled is an argument in the form in which equal ones are one: on Windows evidence and EVIDENCE are.
func spelled(path string) string {
	path = filepath.Clean(path)
	if runtime.GOOS == "windows" {
		path = strings.ToLower(path)
	}
	return path
}

// label makes a name safe to keep: UTF-8, whatever it was.
func label(name string) string { return strings.ToValidUTF8(name, "\ufffd") }

func (w *walker) add(path, disk string, info fs.FileInfo, skip string) {
	s := &Source{Path: path, w: w, name: disk, info: info, Skip: skip}
	if info != nil {
		s.Bytes, s.ModTime = info.Size(), info.ModTime().UTC()
		if skip == "" {
			if what := regular.What(info.Mode()); what != "" {
				s.Skip = what + ", not a file"
			}
		}
	}
	if s.Skip == "" {
		s.store = s.openDisk
	}
	w.found = append(w.found, s)
}

func (w *walker) folder(root, name string) error {
	real, err := filepath.EvalSymlinks(root)
	if err != nil {
		return fmt.Errorf("evidence cannot be opened: %w; check the path", err)
	}
	if real, err = filepath.Abs(real); err != nil {
		return err
	}
	return filepath.WalkDir(real, func(path string, entry fs.DirEntry, err error) error {
		if err := w.ctx.Err(); err != nil {
			return err
		}
		below, _ := filepath.Rel(real, path)
		at := label(name + "/" + filepath.ToSlash(below))
		if below == "." {
			at = name
		}
		disk := filepath.Join(root, below)
		if err != nil {
			w.add(at, disk, nil, unreadable(err))
			return nil
		}
		if entry.IsDir() {
			return nil
		}
		// By its path: Windows lists a folder without the ids by which a file is known again.
		info, err := os.Lstat(path)
		switch {
		case err != nil:
			w.add(at, disk, nil, unreadable(err))
		case entry.Type()&fs.ModeSymlink != 0:
			w.add(at, disk, info, link(real, path))
		default:
			w.add(at, disk, info, "")
		}
		return nil
	})
}

// link says why a link is not followed.
func link(root, path string) string {
	target, err := filepath.EvalSymlinks(path)
	if err != nil {
		return "a link that leads nowhere"
	}
	if below, err := filepath.Rel(root, target); err == nil && filepath.IsLocal(below) {
		return "a link to something in the same folder, which is visited by its own name"
	}
	return "a link that leads out of the folder; not followed"
}

func unreadable(err error) string {
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		err = pathErr.Err // without the path, which is evidence
	}
	return "cannot be read: " + err.Error()
}

// openRegular opens a regular file for reading.
func openRegular(path string) (*os.File, fs.FileInfo, error) {
	file, err := regular.Open(path)
	if err != nil {
		return nil, nil, err
	}
	info, err := file.Stat()
	if err != nil {
		file.Close()
		return nil, nil, err
	}
	return file, info, nil
}

// unchanged compares an open file with the size and time it had before.
func unchanged(file *os.File, path string, size int64, modTime time.Time) error {
	info, err := file.Stat()
	if err != nil {
		return err
	}
	if info.Size() != size || !info.ModTime().Equal(modTime) {
		return fmt.Errorf("%s: %w", path, ErrChanged)
	}
	return nil
}

// openDisk opens the file that was found by the walk, if it is still that file.
func (s *Source) openDisk() (*stored, error) {
	file, info, err := openRegular(s.name)
	if err != nil {
		return nil, err
	}
	if !os.SameFile(info, s.info) {
		file.Close()
		return nil, fmt.Errorf("%s: %w", s.name, ErrChanged)
	}
	if err := unchanged(file, s.name, s.Bytes, s.ModTime); err != nil {
		file.Close()
		return nil, err
	}
	st := s.newStored(file, file)
	st.end = func(int64) error { return unchanged(file, s.name, s.Bytes, s.ModTime) }
	return st, nil
}

// Unchanged compares the file on disk with the size and time it had when it was visited; the error is ErrChanged, or
// tells why it cannot be looked at. For a source without Disk it is always nil: reading those checks.
func (s *Source) Unchanged() error {
	if s.Disk == "" {
		return nil
	}
	st, err := s.openDisk()
	if err != nil {
		return err
	}
	return st.Close()
}

// Open returns the content, decompressed. It can be called again, except for standard input and for members of
// archives that are read front to back. A read returns a *DamagedError where the content stops early, and an error
// that is ErrChanged at its end when the file was modified meanwhile. An archive cannot be opened.
func (s *Source) Open() (io.ReadCloser, error) {
	if s.Skip != "" || s.Kind == Archive {
		return nil, fmt.Errorf("%s cannot be opened as a file", s.Path)
	}
	if c := s.first; c != nil {
		s.first = nil
		return c, nil
	}
	return s.open()
}

// Sum is the SHA-256, in hex, of the file as it stands on disk, compressed or not, or of a member's content. It is
// known once the content was read to its end; otherwise the source is read for it. Of damaged members it covers what
// was delivered. A source that can be read only once has no sum unless it was read to its end.
func (s *Source) Sum() (string, error) {
	if s.sum != "" {
		return s.sum, nil
	}
	if s.store == nil {
		return "", fmt.Errorf("%s: %s", s.Path, s.Skip)
	}
	var st *stored
	if s.first != nil {
		st = s.first.stored
		defer func() { s.first.Close(); s.first = nil }()
	} else {
		var err error
		if st, err = s.store(); err != nil {
			return "", err
		}
		defer st.Close()
	}
	var damaged *DamagedError
	if _, err := io.Copy(io.Discard, st); err != nil && !errors.As(err, &damaged) {
		return "", err
	}
	return s.sum, nil
}

// stored is a source's content before any decompression of its own: what is hashed.
type stored struct {
	s      *Source
	r      io.Reader
	closer io.Closer
	hash   hash.Hash
	n      int64
	err    error
	end    func(n int64) error // called at the end; an error of it takes the place of io.EOF
}

func (s *Source) newStored(r io.Reader, closer io.Closer) *stored {
	// What is read again counts once.
	s.w.out, s.w.left, s.spent = s.w.out-s.spent, s.w.left+s.spent, 0
	return &stored{s: s, r: r, closer: closer, hash: sha256.New()}
}

func (st *stored) Read(p []byte) (int, error) {
	if st.err != nil {
		return 0, st.err
	}
	if err := st.s.w.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := st.r.Read(p)
	st.hash.Write(p[:n])
	st.n += int64(n)
	if err == nil {
		return n, nil
	}
	var damaged *DamagedError
	if err == io.EOF && st.end != nil {
		if wrong := st.end(st.n); wrong != nil {
			err = wrong
		}
	}
	if err == io.EOF || errors.As(err, &damaged) {
		st.s.sum = hex.EncodeToString(st.hash.Sum(nil))
		st.s.Bytes = st.n
	}
	st.err = err
	return n, err
}

func (st *stored) Close() error {
	if st.closer == nil {
		return nil
	}
	return st.closer.Close()
}

// content is a source's content, decompressed.
type content struct {
	r      io.Reader
	stored *stored
	layers []string
	closes []func()
	err    error
}

func (c *content) Read(p []byte) (int, error) {
	if c.err != nil {
		return 0, c.err
	}
	n, err := c.r.Read(p)
	if err == nil {
		return n, nil
	}
	var damaged *DamagedError
	if err == io.EOF || errors.As(err, &damaged) {
		// The hash covers what decompression did not ask for, too.
		if _, rest := io.Copy(io.Discard, c.stored); rest != nil && !errors.As(rest, &damaged) {
			err = rest
		} else if rest != nil && err == io.EOF {
			err = rest
		} else if c.stored.end != nil {
			// The end of the file may have been read long ago, into a buffer.
			if changed := c.stored.end(c.stored.n); changed != nil {
				err = changed
			}
		}
	}
	c.err = err
	return n, err
}

func (c *content) Close() error {
	for _, fn := range c.closes {
		fn()
	}
	c.closes = nil
	return c.stored.Close()
}

var errTooDeep = errors.New("nested in too many archives; unpack it and name the folder")

// open peels compressed streams off until there is content or an archive. Compression goes by what the bytes say, not
// by names: downloads are often unpacked without being renamed.
func (s *Source) open() (*content, error) {
	st, err := s.store()
	if err != nil {
		return nil, err
	}
	c := &content{stored: st}
	out := bufio.NewReaderSize(st, 64<<10)
	for {
		head, err := out.Peek(8)
		if err != nil && err != io.EOF {
			// The reader has forgotten the error; it must not be lost.
			c.r = io.MultiReader(bytes.NewReader(slices.Clone(head)), failing{err})
			return c, nil
		}
		form := compression(head, s.Path)
		if form == "" {
			c.r = out
			return c, nil
		}
		if s.depth+len(c.layers) >= s.w.limits.Depth {
			c.Close()
			return nil, errTooDeep
		}
		c.layers = append(c.layers, form)
		if form == "zip" {
			c.r = out
			return c, nil
		}
		inflate, closer, err := decompressor(form, out)
		if err != nil {
			c.r = failing{&DamagedError{0, "not a whole " + form + " stream"}}
			return c, nil
		}
		c.closes = append(c.closes, closer)
		out = bufio.NewReaderSize(&metered{w: s.w, s: s, r: inflate, in: func() int64 { return st.n }, form: form},
			64<<10)
	}
}

const genuine = "; if the evidence is genuine, unpack it and name the folder"

// tooMuch says whether out bytes are more than in bytes of evidence compress.
func (w *walker) tooMuch(out, in int64) bool { return out > ratioFrom && out/w.limits.Ratio >= in }

// metered bounds what comes out of a decompressor, and turns its errors into *DamagedError.
type metered struct {
	w    *walker
	s    *Source
	r    io.Reader
	in   func() int64
	form string
	out  int64
	err  error
}

func (m *metered) Read(p []byte) (int, error) {
	if m.err != nil {
		return 0, m.err
	}
	if err := m.w.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := m.r.Read(p)
	var damaged *DamagedError
	switch {
	case int64(n) > m.w.left:
		n, err = int(m.w.left), &DamagedError{m.out + m.w.left, "the limit for decompressed bytes is reached" +
			genuine}
	case m.w.tooMuch(m.out+int64(n), m.in()), m.w.tooMuch(m.w.out+int64(n), m.w.given()):
		err = &DamagedError{m.out, "decompresses to more than the ratio allowed" + genuine}
		n = 0
	case err == nil, err == io.EOF, errors.Is(err, ErrChanged), errors.Is(err, context.Canceled),
		errors.Is(err, context.DeadlineExceeded):
	case errors.As(err, &damaged):
		err = &DamagedError{m.out + int64(n), damaged.Reason}
	default:
		err = &DamagedError{m.out + int64(n), broken(m.form, err)}
	}
	m.out += int64(n)
	m.w.left -= int64(n)
	m.w.out += int64(n)
	m.s.spent += int64(n)
	m.err = err
	return n, err
}

func (w *walker) standardInput(stdin io.Reader) {
	s := &Source{Path: "-", w: w, Bytes: -1}
	taken := false
	s.store = func() (*stored, error) {
		if taken {
			return nil, errors.New("standard input can be read only once")
		}
		taken = true
		st := s.newStored(stdin, nil)
		w.given = func() int64 { return st.n }
		return st, nil
	}
	w.found = append(w.found, s)
}

// source looks at the beginning of s and visits it, and its members when it is an archive.
func (w *walker) source(s *Source) error {
	if err := w.ctx.Err(); err != nil {
		return err
	}
	if s.Skip == "" && s.info != nil && s.Bytes == 0 {
		s.Skip = "empty"
	}
	if s.Skip != "" {
		return w.visit(s)
	}
	c, err := s.open()
	switch {
	case errors.Is(err, ErrChanged), errors.Is(err, errTooDeep):
		s.Skip, s.Unread = err.Error(), errors.Is(err, errTooDeep)
		if errors.Is(err, ErrChanged) {
			s.Skip = ErrChanged.Error()
		}
		return w.visit(s)
	case err != nil:
		s.Skip = unreadable(err)
		return w.visit(s)
	}
	s.Compression = strings.Join(c.layers, "+")
	s.first = c
	defer func() {
		if s.first != nil {
			s.first.Close()
		}
	}()
	if len(c.layers) > 0 && c.layers[len(c.layers)-1] == "zip" {
		s.Kind = Archive
		if s.info != nil && len(c.layers) == 1 {
			return w.archive(s)
		}
		return w.streamed(s, c)
	}
	if b, ok := c.r.(*bufio.Reader); ok {
		head, err := b.Peek(headBytes)
		if len(head) == 0 && err == io.EOF {
			s.Skip = "empty"
		} else if what := foreign(head); what != "" {
			s.Skip, s.Unread = what, true
		}
	}
	if s.Skip == "" && s.info != nil && len(c.layers) == 0 {
		s.Disk = s.name
	}
	return w.visit(s)
}
