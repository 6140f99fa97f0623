package page

import (
	"math"
	"regexp"
	"strconv"
	"testing"
)

// luminance is the relative luminance of a colour as WCAG 2.2 defines it.
func luminance(t *testing.T, colour string) float64 {
	t.Helper()
	if len(colour) != 7 {
		t.Fatalf("not a colour: %q", colour)
	}
	sum := 0.0
	for i, weight := range []float64{.2126, .7152, .0722} {
		v, err := strconv.ParseUint(colour[1+2*i:3+2*i], 16, 8)
		if err != nil {
			t.Fatal(err)
		}
		c := float64(v) / 255
		if c <= .04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+.055)/1.055, 2.4)
		}
		sum += weight * c
	}
	return sum
}

func TestContrast(t *testing.T) {
	blocks := regexp.MustCompile(`(?s):root \{(.*?)\}`).FindAllStringSubmatch(style, -1)
	if len(blocks) != 3 {
		t.Fatalf("%d palettes, want those for light, dark and print", len(blocks))
	}
	for i, block := range blocks {
		colour := map[string]string{}
		for _, m := range regexp.MustCompile(`--([a-z-]+): (#[0-9a-f]{6})`).FindAllStringSubmatch(block[1], -1) {
			colour[m[1]] = m[2]
		}
		pairs := [][2]string{{"ink", "paper"}, {"ink", "card"}, {"ink", "head"}, {"muted", "paper"}, {"muted", "card"},
			{"muted", "head"},
			{"link", "card"}, {"link", "low-bg"}, {"critical", "card"}, {"medium", "card"}, {"good", "card"}}
		for _, name := range []string{"critical", "high", "medium", "low", "info", "good"} {
			pairs = append(pairs, [2]string{name, name + "-bg"})
		}
		for _, p := range pairs {
			a, b := luminance(t, colour[p[0]]), luminance(t, colour[p[1]])
			if ratio := (max(a, b) + .05) / (min(a, b) + .05); ratio < 4.5 {
				t.Errorf("palette %d: %s on %s has a contrast of %.2f", i, p[0], p[1], ratio)
			}
		}
	}
}
