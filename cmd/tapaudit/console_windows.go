package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"unsafe"

	"golang.org/x/sys/windows"
)

// letRead waits for Enter where the program has a window of its own, as when it was started by double click or by
// dropping a folder on it. The window closes with the program, and what it says is gone.
func letRead(in io.Reader, out io.Writer) {
	var processes [2]uint32
	list := windows.NewLazySystemDLL("kernel32.dll").NewProc("GetConsoleProcessList")
	// Unsafe since Windows writes the numbers there; the array outlives the call.
	n, _, _ := list.Call(uintptr(unsafe.Pointer(&processes[0])), uintptr(len(processes)))
	if n != 1 || !isTerminal(in) {
		return
	}
	fmt.Fprint(out, "\nPress Enter to close this window. ")
	_, _ = bufio.NewReader(in).ReadString('\n')
}

// showsColor says whether a console takes escape sequences, and makes it take them: one before Windows 10 shows them
// as text.
func showsColor(w any) bool {
	file, ok := w.(*os.File)
	if !ok {
		return false
	}
	console := windows.Handle(file.Fd())
	var mode uint32
	if err := windows.GetConsoleMode(console, &mode); err != nil {
		return false
	}
	return windows.SetConsoleMode(console, mode|windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING) == nil
}

// named are the paths that arguments name: the shells of Windows leave wildcards to the program.
func named(paths []string) []string { return expanded(paths) }
