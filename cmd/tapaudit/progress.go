package main

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"

	"tapaudit/ingest/safetext"
)

// progress tells how far the reading of evidence is: a bar on a terminal, elsewhere a plain line every 30 seconds,
// nothing with --quiet.
type progress struct {
	mu      sync.Mutex
	bar     *progressbar.ProgressBar // nil where there is no terminal
	w       io.Writer
	total   int64
	bytes   int64
	records int64
	started time.Time
	ticker  *time.Ticker
	done    chan struct{}
}

// plainEvery is how often a plain line is printed.
const plainEvery = 30 * time.Second

func startProgress(w io.Writer, paths []string, talk talkFlags) *progress {
	p := &progress{w: w, total: sizeOf(paths), started: time.Now()}
	switch {
	case talk.quiet:
	case isTerminal(w):
		p.bar = progressbar.NewOptions64(p.total,
			progressbar.OptionSetWriter(w), progressbar.OptionSetDescription("Reading the evidence"),
			progressbar.OptionShowBytes(true),
			progressbar.OptionShowElapsedTimeOnFinish(), progressbar.OptionThrottle(100*time.Millisecond),
			progressbar.OptionClearOnFinish(),
			progressbar.OptionSetPredictTime(true), progressbar.OptionSetWidth(20))
	default:
		fmt.Fprintln(w, "Reading the evidence …")
		p.ticker, p.done = time.NewTicker(plainEvery), make(chan struct{})
		go func() {
			for {
				select {
				case <-p.done:
					return
				case <-p.ticker.C:
					p.mu.Lock()
					fmt.Fprintln(w, p.line())
					p.mu.Unlock()
				}
			}
		}()
	}
	return p
}

func (p *progress) line() string {
	seconds := max(time.Since(p.started).Seconds(), 0.001)
	return fmt.Sprintf("%d of %d MB, %s, %.0f a second", p.bytes>>20, p.total>>20,
		safetext.Counted(p.records, "record", "records"), float64(p.records)/seconds)
}

// add is told of bytes read from disk and of records framed since the last call.
func (p *progress) add(bytes, records int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.bytes += bytes
	p.records += records
	if p.bar != nil {
		p.bar.Describe(fmt.Sprintf("%.0f records/s", float64(p.records)/max(time.Since(p.started).Seconds(), 0.001)))
		_ = p.bar.Set64(min(p.bytes, p.total)) // a bar that cannot be drawn is no reason to stop
	}
}

// clear makes room for a message.
func (p *progress) clear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar != nil {
		_ = p.bar.Clear()
	}
}

func (p *progress) stop() {
	if p.ticker != nil {
		p.ticker.Stop()
		close(p.done)
	}
	p.clear()
}

// sizeOf is the size of everything under the paths, as far as it can be seen.
func sizeOf(paths []string) (total int64) {
	for _, path := range paths {
		_ = filepath.WalkDir(path, func(_ string, entry fs.DirEntry, err error) error {
			if err != nil {
				return nil // reading it will say what is wrong
			}
			if info, err := entry.Info(); err == nil && info.Mode().IsRegular() {
				total += info.Size()
			}
			return nil
		})
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() && total == 0 {
			total += info.Size()
		}
	}
	return total
}
