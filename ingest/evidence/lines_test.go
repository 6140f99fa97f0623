package evidence

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func write(t testing.TB, path, text string) string {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestIndexLines(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log.json")
	for _, tt := range []struct {
		text                     string
		lines, blank, blankAtEnd int64
		unterminated             bool
	}{
		{"", 0, 0, 0, false},
		{"a", 1, 0, 0, true},
		{"a\n", 1, 0, 0, false},
		{"a\nb", 2, 0, 0, true},
		{"a\r\n\r\n \t\r\nb\r\n", 4, 2, 0, false},
		{"\n\na\n\n\n", 5, 2, 2, false},
		{"\n\n", 2, 0, 2, false},
		{"a\n ", 2, 0, 1, true},
	} {
		x, err := IndexLines(context.Background(), write(t, path, tt.text), nil)
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256([]byte(tt.text))
		if x.SHA256 != hex.EncodeToString(sum[:]) || x.Bytes != int64(len(tt.text)) || x.Lines != tt.lines ||
			x.Blank != tt.blank || x.BlankAtEnd != tt.blankAtEnd || x.Unterminated != tt.unterminated {
			t.Errorf("%q: %+v", tt.text, x)
		}
	}
}

// Every line of a file with lines of all lengths is found again, and the counts are those of a simple split.
func TestIndexLinesText(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var b bytes.Buffer
	for range 4000 {
		switch n := random.IntN(100); {
		case n < 10:
			b.WriteString(strings.Repeat(" ", random.IntN(3)))
		case n < 98:
			b.WriteString(strings.Repeat("x", random.IntN(200)))
		default:
			b.WriteString(strings.Repeat("y", random.IntN(300_000)))
		}
		b.WriteString([]string{"\n", "\r\n"}[random.IntN(2)])
	}
	b.WriteString("last")
	path := write(t, filepath.Join(t.TempDir(), "log.json"), b.String())
	x, err := IndexLines(context.Background(), path, nil)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(b.String(), "\n")
	blank := int64(0)
	for i, line := range lines {
		if strings.TrimSpace(line) == "" {
			blank++
		}
		got, err := x.Text(int64(i + 1))
		if want := strings.TrimSuffix(line, "\r"); err != nil || string(got) != want {
			t.Fatalf("line %d: %d bytes, %v, want %d bytes", i+1, len(got), err, len(want))
		}
	}
	if x.Lines != int64(len(lines)) || x.Blank != blank {
		t.Errorf("%d lines, %d blank, want %d and %d", x.Lines, x.Blank, len(lines), blank)
	}
	for _, line := range []int64{0, x.Lines + 1} {
		if _, err := x.Text(line); err == nil {
			t.Errorf("line %d exists", line)
		}
	}
	write(t, path, "other")
	if _, err := x.Text(1); !errors.Is(err, ErrChanged) {
		t.Errorf("a changed file gives %v", err)
	}
}

func BenchmarkIndexLines(b *testing.B) {
	for _, length := range []int{5000, 100} {
		text := strings.Repeat(strings.Repeat("x", length-1)+"\n", 64<<20/length)
		path := write(b, filepath.Join(b.TempDir(), "log.json"), text)
		b.Run(fmt.Sprintf("lines of %d bytes", length), func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				if _, err := IndexLines(context.Background(), path, nil); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("SHA-256 alone", func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				sha256.Sum256([]byte(text))
			}
		})
	}
}
