package reports

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
	"strings"
	"syscall"

	"tapaudit/ingest/scratch"
)

// ErrNotReport is wrapped by the error for an output path that holds something
// tapaudit did not write, which is never replaced.
var ErrNotReport = errors.New("not a report that tapaudit wrote")

// CheckFolder says whether a report may be written as the folder dir: it does
// not exist, is empty, or holds a manifest.json that names tapaudit as its
// tool. Otherwise the error wraps [ErrNotReport], or is that of the file
// system. Callers ask before long work; [WriteFolder] asks again.
func CheckFolder(dir string) error {
	info, err := os.Stat(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("report folder: %w", err)
	}
	if !info.IsDir() {
		return fmt.Errorf("report folder %q: %w, it is a file; choose another folder", dir, ErrNotReport)
	}
	empty, err := isEmpty(dir)
	if err != nil {
		return fmt.Errorf("report folder: %w", err)
	}
	if empty {
		return nil
	}
	if _, err := ReadManifest(dir); err != nil {
		return fmt.Errorf("report folder %q: %w (%v); choose another folder, or empty this one", dir, ErrNotReport, err)
	}
	return nil
}

func isEmpty(dir string) (bool, error) {
	d, err := os.Open(dir)
	if err != nil {
		return false, err
	}
	defer d.Close()
	_, err = d.Readdirnames(1)
	if err == io.EOF {
		return true, nil
	}
	return false, err
}

// replaceFolder lets fill write into a hidden sibling of dir and then puts it
// in dir's place.
func replaceFolder(ctx context.Context, dir string, fill func(*folder) error) error {
	target, err := filepath.Abs(dir)
	if err != nil {
		return fmt.Errorf("report folder: %w", err)
	}
	// What a link points to is replaced, not the link.
	if resolved, err := filepath.EvalSymlinks(target); err == nil {
		target = resolved
	}
	if err := CheckFolder(target); err != nil {
		return err
	}
	parent, name := filepath.Split(target)
	if err := os.MkdirAll(parent, 0o700); err != nil {
		return fmt.Errorf("report folder: %w", err)
	}
	if err := takeBack(target, parent, name); err != nil {
		return fmt.Errorf("report folder: %w", err)
	}
	work, err := scratch.Make(parent, "."+name+".partial-")
	if err != nil {
		return fmt.Errorf("report folder: %w", err)
	}
	partial := work.Path
	// Once the folder has been moved into place, this removes nothing or the report that it replaced.
	defer work.Remove()

	if err := fill(&folder{ctx: ctx, path: partial}); err != nil {
		return err
	}
	if err := CheckFolder(target); err != nil {
		return err
	}
	if err := context.Cause(ctx); err != nil {
		return fmt.Errorf("report not written: %w", err)
	}
	if err := syncFolder(partial); err != nil {
		return fmt.Errorf("report folder: %w", err)
	}
	// Renaming puts a folder where there is none, or an empty one; over a full one it fails.
	if err := os.Rename(partial, target); err == nil {
		return syncFolder(parent)
	} else if _, missing := os.Stat(target); missing != nil {
		return fmt.Errorf("report folder: %w", err)
	}
	if err := exchange(partial, target); err != nil {
		return fmt.Errorf("report folder: %w", err)
	}
	if err := syncFolder(parent); err != nil {
		return fmt.Errorf("report folder: %w", err)
	}
	if err := os.RemoveAll(partial); err != nil {
		return fmt.Errorf("the report stands at %q, but the one it replaced could not be removed from %q: %w; remove it by hand",
			target, partial, err)
	}
	return nil
}

// setAside is what the old report is called, after the folder of the new one, between the two renames of
// exchangeByRenames.
const setAside = "-old"

// exchangeByRenames swaps two folders where the file system cannot do it in one step. Killed between the two renames,
// the old report is left beside fresh under a hidden name, from which takeBack gets it.
func exchangeByRenames(fresh, old string) error {
	aside := fresh + setAside
	if err := os.Rename(old, aside); err != nil {
		return err
	}
	if err := os.Rename(fresh, old); err != nil {
		return errors.Join(err, os.Rename(aside, old))
	}
	return os.Rename(aside, fresh)
}

// takeBack undoes the half of an exchange that a kill left: with no report in its place, the one set aside returns
// there; with a report in its place, the one set aside was replaced and goes.
func takeBack(target, parent, name string) error {
	set, err := filepath.Glob(filepath.Join(globEscaped(parent), "."+globEscaped(name)+".partial-*"+setAside))
	if err != nil {
		return err
	}
	for _, aside := range set {
		if _, err := ReadManifest(aside); err != nil {
			continue // not ours
		}
		if _, err := os.Lstat(target); errors.Is(err, fs.ErrNotExist) {
			if err := os.Rename(aside, target); err != nil {
				return err
			}
		} else if err := os.RemoveAll(aside); err != nil {
			return err
		}
	}
	return nil
}

// globEscaped makes a path match just itself.
func globEscaped(path string) string {
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`).Replace(path)
}

// syncFolder makes sure that the names in a folder outlive a loss of power, where the file system can say so.
func syncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Sync(); err != nil && !errors.Is(err, syscall.EINVAL) && !errors.Is(err, errors.ErrUnsupported) {
		return err
	}
	return nil
}

// folder is a report folder while it is being written.
type folder struct {
	ctx     context.Context
	path    string
	written []ManifestFile
}

// create writes one file and notes its size and hash for the manifest.
func (f *folder) create(name string, fill func(io.Writer) error) (err error) {
	file, err := os.OpenFile(filepath.Join(f.path, name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
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
