package scratch

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// lock takes the lock of a private folder of ours: a file beside it that nobody else can open, and that Windows
// removes when its holder ends, however it ends. The result is nil where somebody has it (held), or where no file can
// be made.
func lock(path string) (f *Folder, held bool) {
	name := path + ".lock"
	wide, err := windows.UTF16PtrFromString(name)
	if err != nil {
		return nil, false
	}
	const alone = 0 // shared with nobody
	handle, err := windows.CreateFile(wide, windows.GENERIC_READ|windows.GENERIC_WRITE|windows.DELETE, alone, nil,
		windows.OPEN_ALWAYS,
		windows.FILE_ATTRIBUTE_HIDDEN|windows.FILE_FLAG_DELETE_ON_CLOSE, 0)
	if err != nil {
		return nil, errors.Is(err, windows.ERROR_SHARING_VIOLATION)
	}
	return &Folder{Path: path, lock: os.NewFile(uintptr(handle), name)}, false
}
