//go:build linux

package main

import (
	"fmt"
	"os"
	"syscall"
)

var mounted []string

// tmpfs mounts a small file system in memory below the session's folder.
func (s *session) tmpfs(name string, bytes int64) (string, error) {
	dir := s.path(name)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%d,mode=0700", bytes)); err != nil {
		return "", fmt.Errorf("mounting a tmpfs: %w; run this as root, or where user namespaces are allowed", err)
	}
	mounted = append(mounted, dir)
	return dir, nil
}

// resize gives a tmpfs another size.
func resize(dir string, bytes int64) error {
	return syscall.Mount("tmpfs", dir, "tmpfs", syscall.MS_REMOUNT, fmt.Sprintf("size=%d,mode=0700", bytes))
}

// readOnly shows a folder at another place, where nothing can be written.
func (s *session) readOnly(from, name string) (string, error) {
	dir := s.path(name)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	if err := syscall.Mount(from, dir, "", syscall.MS_BIND, ""); err != nil {
		return "", fmt.Errorf("a bind mount: %w", err)
	}
	mounted = append(mounted, dir)
	if err := syscall.Mount("", dir, "",
		syscall.MS_BIND|syscall.MS_REMOUNT|syscall.MS_RDONLY|syscall.MS_NOSUID|syscall.MS_NODEV, ""); err != nil {
		return "", fmt.Errorf("a read-only mount: %w", err)
	}
	return dir, nil
}

func unmount(dir string) {
	_ = syscall.Unmount(dir, syscall.MNT_DETACH)
	for i, m := range mounted {
		if m == dir {
			mounted = append(mounted[:i], mounted[i+1:]...)
			break
		}
	}
}

func (s *session) unmountAll() {
	for len(mounted) > 0 {
		unmount(mounted[len(mounted)-1])
	}
}
