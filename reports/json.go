package reports

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"tapaudit/analysis"
	"tapaudit/ingest/safetext"
)

// jsonOutput writes findings.json: an array with one finding a line, times in
// RFC 3339 UTC, null for what is not known.
type jsonOutput struct{}

func (jsonOutput) write(f *folder, r *analysis.Result) error {
	return f.create("findings.json", func(w io.Writer) error {
		separator := "[\n"
		for row := range findingRows(r) {
			text, err := json.Marshal(row)
			if err != nil {
				return err
			}
			if _, err := io.WriteString(w, separator+escaped(text)); err != nil {
				return err
			}
			separator = ",\n"
		}
		end := "\n]\n"
		if len(r.Findings) == 0 {
			end = "[]\n"
		}
		_, err := io.WriteString(w, end)
		return err
	})
}

// escaped is JSON text in which deceptive characters are written as \u
// escapes: the same value, and safe to look at.
func escaped(text []byte) string {
	var b strings.Builder
	for _, r := range string(text) {
		switch {
		case !safetext.Deceptive(r):
			b.WriteRune(r)
		case r > 0xffff:
			r -= 0x10000
			fmt.Fprintf(&b, `\u%04x\u%04x`, 0xd800+r>>10, 0xdc00+r&0x3ff)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}
