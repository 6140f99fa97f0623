// Package folder keeps the folder that a report is: it is put in place as a whole, its manifest lists and hashes every
// file, and both can be checked and signed later.
package folder

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"tapaudit/ingest/regular"
	"tapaudit/ingest/scratch"
	"tapaudit/reports/words"
)

// ErrNotReport is wrapped by the error for an output path that holds something
// tapaudit did not write, which is never replaced.
var ErrNotReport = errors.New("not a report that tapaudit wrote")

// ErrNotListed is wrapped by the error for a report folder that holds more than
// its manifest lists, or other bytes: replacing it would delete somebody's work.
var ErrNotListed = errors.New("replacing it would delete what tapaudit did not write there")

// ErrUnassessed is wrapped by the error for a report in which nothing could be
// assessed and which would replace another.
var ErrUnassessed = errors.New("a report in which nothing could be assessed does not replace another")

// ErrDamaged is wrapped by the error for a report folder whose files are
// missing or are not those that its manifest lists.
var ErrDamaged = errors.New("not as its manifest.json lists it")

// Check says whether a report may be written as the folder dir: it does
// not exist, is empty, or holds a report or a comparison that tapaudit wrote,
// as it wrote it; what a file browser leaves there (.DS_Store, Thumbs.db and
// the like) and files that are missing do not matter. Otherwise the error wraps
// [ErrNotReport], [ErrNotListed] unless replace says to delete all the same, or
// it is that of the file system, or the cause of ctx. Callers ask before long
// work; [reports.WriteFolder] asks at its end.
func Check(ctx context.Context, dir string, replace bool) error {
	if err := regular.NoDevice(dir); err != nil {
		return fmt.Errorf("report folder %q: %w", dir, err)
	}
	info, err := os.Stat(dir)
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Lstat(dir); err == nil {
			return fmt.Errorf("report folder %q: %w, it is a link to nothing; make what it points to, or choose another folder", dir, ErrNotReport)
		}
		return nil
	}
	if err != nil {
		return fmt.Errorf("report folder: %w", err)
	}
	if !info.IsDir() {
		return fmt.Errorf("report folder %q: %w, it is a file; choose another folder", dir, ErrNotReport)
	}
	root, err := regular.OpenFolder(dir)
	if err != nil {
		return fmt.Errorf("report folder: %w", err)
	}
	defer root.Close()
	empty, err := isEmpty(root)
	if err != nil {
		return fmt.Errorf("report folder: %w", err)
	}
	if empty {
		return nil
	}
	v, err := verify(ctx, root)
	if cause := context.Cause(ctx); cause != nil {
		return fmt.Errorf("report folder %q not looked at: %w", dir, cause)
	}
	if errors.Is(err, ErrNotReport) {
		return fmt.Errorf("report folder %q: %w; choose another folder, or empty this one", dir, err)
	}
	if err != nil {
		return fmt.Errorf("report folder %q: %w", dir, err)
	}
	root.Close() // Windows moves no folder that is open
	if err := movable(dir); err != nil {
		return fmt.Errorf("report folder %q cannot be replaced: %w", dir, err)
	}
	if replace {
		return nil
	}
	const told = 5
	var others []string
	for _, d := range v.Differences {
		if d.What == "missing" || d.What == "added" && v.droppings[d.Path] {
			continue
		}
		others = append(others, words.Line(d.Path)+" ("+d.What+")")
	}
	if more := len(others) - told; more > 0 {
		others = append(others[:told], words.Number(more)+" more")
	}
	if len(others) > 0 {
		return fmt.Errorf("report folder %q: %w: %s", dir, ErrNotListed, strings.Join(others, ", "))
	}
	return nil
}

// droppings are the files that file browsers leave in a folder which they show, in lower case: nobody's notes.
var droppings = []string{".ds_store", "thumbs.db", "desktop.ini", ".directory"}

// isDropping says whether a file is one that a file browser left beside those that the manifest lists: macOS keeps
// what other file systems cannot hold of a file NAME in ._NAME.
func isDropping(name string, listed map[string]bool) bool {
	if of, ok := strings.CutPrefix(name, "._"); ok {
		return listed[of]
	}
	return slices.Contains(droppings, strings.ToLower(name))
}

// isEmpty says whether a folder holds nothing but what a file browser left in it.
func isEmpty(root *os.Root) (bool, error) {
	d, err := root.Open(".")
	if err != nil {
		return false, err
	}
	defer d.Close()
	for {
		entries, err := d.ReadDir(1)
		if err == io.EOF {
			return true, nil
		}
		if err != nil {
			return false, err
		}
		if !entries[0].Type().IsRegular() || !isDropping(entries[0].Name(), nil) {
			return false, nil
		}
	}
}

// Replacing says what a new folder may do to the one in its place.
type Replacing struct {
	Check  func(ctx context.Context, dir string) error // whether the old one may go; see [Check]
	Barred error                                       // where it is set, why the new one may only stand where there is none
}

// Replace lets fill write into a hidden sibling of dir and then puts it
// in dir's place. What fill has finished is not thrown away where that place is
// refused: it stays beside it, under the name that the error tells.
func Replace(ctx context.Context, dir string, how Replacing, fill func(*Folder) error) error {
	target, err := filepath.Abs(dir)
	if err != nil {
		return fmt.Errorf("report folder: %w", err)
	}
	// What a link points to is replaced, not the link.
	if resolved, err := filepath.EvalSymlinks(target); err == nil {
		target = resolved
	}
	if err := os.MkdirAll(filepath.Dir(target), 0o700); err != nil {
		return fmt.Errorf("report folder: %w", err)
	}
	// Whatever becomes of the path meanwhile, only names in this folder are touched from here on.
	parent, err := os.OpenRoot(filepath.Dir(target))
	if err != nil {
		return fmt.Errorf("report folder: %w", err)
	}
	defer parent.Close()
	where := &spot{parent: parent, dir: filepath.Dir(target), name: filepath.Base(target), Replacing: how}
	if err := where.takeBack(ctx); err != nil {
		return fmt.Errorf("report folder: %w", err)
	}
	if how.Barred != nil {
		if err := where.free(); err != nil {
			return err
		}
	}
	work, err := scratch.Make(where.dir, "."+where.name+".partial-")
	if err != nil {
		return fmt.Errorf("report folder: %w", err)
	}
	partial, unfinished := filepath.Base(work.Path), true
	defer func() {
		if unfinished {
			work.Remove()
		} else {
			work.Keep()
		}
	}()
	inside, err := parent.OpenRoot(partial)
	if err != nil {
		return fmt.Errorf("report folder: %w", err)
	}
	defer inside.Close()
	if err := fill(&Folder{ctx: ctx, root: inside, path: work.Path}); err != nil {
		return err
	}
	if err := context.Cause(ctx); err != nil {
		return fmt.Errorf("report not written: %w", err)
	}
	if err := syncFolder(inside); err != nil {
		return fmt.Errorf("report folder: %w", err)
	}
	inside.Close() // Windows moves no folder that is open
	stands, err := where.put(ctx, partial)
	if !stands && context.Cause(ctx) != nil {
		return fmt.Errorf("report not written: %w", context.Cause(ctx))
	}
	unfinished = false
	if stands || err == nil {
		return err
	}
	kept, moved := where.keep(partial, "new")
	return errors.Join(fmt.Errorf("%w; the finished report is kept as %q", err, kept), moved)
}

// spot is where a folder is to stand: a name in its parent.
type spot struct {
	parent    *os.Root
	dir, name string // the parent's path, and the name in it
	Replacing
}

func (p *spot) path() string { return filepath.Join(p.dir, p.name) }

// free says whether nothing stands there.
func (p *spot) free() error {
	root, err := p.parent.OpenRoot(p.name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("report folder: %w", err)
	}
	defer root.Close()
	empty, err := isEmpty(root)
	if err == nil && !empty {
		err = p.Barred
	}
	if err != nil {
		return fmt.Errorf("report folder %q: %w", p.path(), err)
	}
	return nil
}

// put moves the finished folder into its place, and removes the one that stood there. stands says whether the new one
// is in its place, which it may be in spite of an error.
func (p *spot) put(ctx context.Context, fresh string) (stands bool, err error) {
	if p.Barred != nil {
		if err := p.free(); err != nil {
			return false, err
		}
	}
	if err := p.Check(ctx, p.path()); err != nil {
		return false, err
	}
	// Renaming puts a folder where there is none, or an empty one; over a full one it fails.
	if err := p.parent.Rename(fresh, p.name); err == nil {
		return true, syncFolder(p.parent)
	} else if _, missing := p.parent.Lstat(p.name); missing != nil {
		if err := rename(p.parent, fresh, p.name); err != nil {
			return false, fmt.Errorf("report folder: %w", err)
		}
		return true, syncFolder(p.parent)
	}
	old, err := exchange(p.parent, fresh, p.name)
	if err != nil {
		return false, fmt.Errorf("report folder: %w", err)
	}
	if err := syncFolder(p.parent); err != nil {
		return true, fmt.Errorf("report folder: %w", err)
	}
	// Somebody may have put something there since it was looked at.
	if err := p.Check(context.WithoutCancel(ctx), filepath.Join(p.dir, old)); err != nil {
		kept, moved := p.keep(old, "old")
		return true, errors.Join(fmt.Errorf("the report stands at %q, and the one it replaced is kept as %q: %w",
			p.path(), kept, err), moved)
	}
	if err := p.clear(old, fresh); err != nil {
		return true, fmt.Errorf("the report stands at %q, but the one it replaced could not be removed from %q: %w; remove it by hand",
			p.path(), filepath.Join(p.dir, fresh), err)
	}
	return true, nil
}

// clear removes an old report under the name of what is temporary: what stays of it goes with the next run.
func (p *spot) clear(old, temporary string) error {
	if old != temporary {
		if err := rename(p.parent, old, temporary); err != nil {
			return err
		}
	}
	return p.parent.RemoveAll(temporary)
}

// keep gives a hidden folder a name that people see, NAME.new-1 or the next that is free, and tells its path.
func (p *spot) keep(hidden, as string) (path string, err error) {
	for n := 1; ; n++ {
		name := fmt.Sprintf("%s.%s-%d", p.name, as, n)
		if _, err := p.parent.Lstat(name); errors.Is(err, fs.ErrNotExist) {
			if err := rename(p.parent, hidden, name); err != nil {
				return filepath.Join(p.dir, hidden), err
			}
			return filepath.Join(p.dir, name), syncFolder(p.parent)
		} else if err != nil {
			return filepath.Join(p.dir, hidden), err
		}
	}
}

// setAside is what the old report is called, after the folder of the new one, where a file system takes two renames.
const setAside = "-old"

// exchangeByRenames puts one folder in the place of another where the file system cannot do it in one step, and says
// where the old one lies. Killed between the two renames, the old report is left beside fresh under a hidden name,
// from which takeBack gets it.
func exchangeByRenames(parent *os.Root, fresh, old string) (string, error) {
	aside := fresh + setAside
	if err := rename(parent, old, aside); err != nil {
		return "", err
	}
	if err := rename(parent, fresh, old); err != nil {
		return "", errors.Join(err, rename(parent, aside, old))
	}
	return aside, nil
}

// takeBack undoes the half of an exchange that a kill left: with no report in its place, the one set aside returns
// there; with a report in its place, the one set aside was replaced and goes, if nothing else is in it.
func (p *spot) takeBack(ctx context.Context) error {
	entries, err := fs.ReadDir(p.parent.FS(), ".")
	if err != nil {
		return err
	}
	for _, entry := range entries {
		aside := entry.Name()
		if !entry.IsDir() || !strings.HasPrefix(aside, "."+p.name+".partial-") || !strings.HasSuffix(aside, setAside) {
			continue
		}
		if _, err := ReadManifest(filepath.Join(p.dir, aside)); err != nil {
			continue // not ours
		}
		if _, err := p.parent.Lstat(p.name); errors.Is(err, fs.ErrNotExist) {
			if err := rename(p.parent, aside, p.name); err != nil {
				return err
			}
		} else if p.Check(ctx, filepath.Join(p.dir, aside)) == nil {
			if err := p.clear(aside, strings.TrimSuffix(aside, setAside)); err != nil {
				return err
			}
		}
	}
	return nil
}

// Folder is a report folder while it is being written.
type Folder struct {
	ctx     context.Context
	root    *os.Root
	path    string // of root, for libraries that take no root
	written []ManifestFile
}

// Context is what ends the writing of the folder.
func (f *Folder) Context() context.Context { return f.ctx }

// Dir is where the folder lies while it is written, for libraries that take no root.
func (f *Folder) Dir() string { return f.path }

// Files are those written so far, for the manifest.
func (f *Folder) Files() []ManifestFile { return f.written }

// Create writes one file and notes its size and hash for the manifest.
func (f *Folder) Create(name string, fill func(io.Writer) error) (err error) {
	file, err := f.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("report file: %w", err)
	}
	defer func() {
		err = errors.Join(err, file.Close())
		if err != nil {
			err = fmt.Errorf("report file %s: %w", name, err)
		}
	}()
	hash := sha256.New()
	size := &counter{ctx: f.ctx}
	out := bufio.NewWriterSize(io.MultiWriter(size, file, hash), 1<<16)
	if err := fill(out); err != nil {
		return err
	}
	if err := out.Flush(); err != nil {
		return err
	}
	if err := file.Sync(); err != nil {
		return err
	}
	f.written = append(f.written, ManifestFile{Path: name, Bytes: size.n, SHA256: hex.EncodeToString(hash.Sum(nil))})
	return nil
}

// counter counts bytes, and fails once the context has ended, so that a long
// file is not written to its end for nobody.
type counter struct {
	ctx context.Context
	n   int64
}

func (c *counter) Write(p []byte) (int, error) {
	if err := context.Cause(c.ctx); err != nil {
		return 0, err
	}
	c.n += int64(len(p))
	return len(p), nil
}
