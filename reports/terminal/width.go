package terminal

import (
	"os"
	"strconv"
	"strings"

	"github.com/olekukonko/tablewriter/pkg/twwidth"
	"golang.org/x/term"
)

// Columns is the width of a screen where it is not known.
const Columns = 80

// Narrower and wider screens are taken for these: below, nothing fits, and above, lines are too long to read.
const narrowest, widest = 60, 200

// Width is how many columns what is written to w may have: COLUMNS where that is set, else those of the terminal that
// w is. known is false where w is none and nothing says; then it is [Columns].
func Width(w any) (columns int, known bool) {
	columns, err := strconv.Atoi(os.Getenv("COLUMNS"))
	if err != nil || columns <= 0 {
		file, ok := w.(*os.File)
		if !ok {
			return Columns, false
		}
		if columns, _, err = term.GetSize(int(file.Fd())); err != nil || columns <= 0 {
			return Columns, false
		}
	}
	return min(max(columns, narrowest), widest), true
}

// Shares are the widths of columns that need so many each and have room for less in all: the widest give way, down to
// least. ok is false where even that is too much.
func Shares(needed []int, room, least int) (widths []int, ok bool) {
	widths = append([]int{}, needed...)
	total := 0
	for _, n := range widths {
		total += n
	}
	for total > room {
		at := 0
		for i, n := range widths {
			if n > widths[at] {
				at = i
			}
		}
		if len(widths) == 0 || widths[at] <= least {
			return widths, false
		}
		widths[at]--
		total--
	}
	return widths, true
}

// Lines breaks text at spaces into lines of a width, and a word that is wider than a line where the line ends. Nothing
// is lost.
func Lines(width int, text string) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && twwidth.Width(line)+1+twwidth.Width(word) <= width {
			line += " " + word
			continue
		}
		if line != "" {
			lines = append(lines, line)
		}
		for line = word; twwidth.Width(line) > width; {
			head := 0
			for i, r := range line {
				if i > 0 && twwidth.Width(line[:i]+string(r)) > width {
					head = i
					break
				}
			}
			if head == 0 {
				break // one character, wider than the line
			}
			lines = append(lines, line[:head])
			line = line[head:]
		}
	}
	return append(lines, line)
}
