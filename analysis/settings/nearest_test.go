package settings

import "testing"

func TestNearest(t *testing.T) {
	known := []string{"run", "report", "rules", "TAP-ISSUED", "TAP-ISSUED-TO-GUEST", "high", "business_hours"}
	for name, want := range map[string]string{
		"rnu": "run", "repotr": "report", "Reports": "report", "TAP-ISUED": "TAP-ISSUED",
		"tap-issued-to-gest": "TAP-ISSUED-TO-GUEST",
		"hihg":               "high", "busines_hour": "business_hours", "": "", "x": "", "zz": "", "urgent": "", "everything": "",
	} {
		if got := Nearest(name, known); got != want {
			t.Errorf("Nearest(%q) is %q, want %q", name, got, want)
		}
	}
}

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"run", "run", 0}, {"", "run", 3}, {"run", "rn", 1}, {"rn", "run", 1}, {"run", "ran", 1},
		{"run", "rnu", 1},
		{"abcd", "badc", 2}, {"kitten", "sitting", 3}, {"é", "e", 1},
	} {
		if got := distance(c.a, c.b); got != c.want {
			t.Errorf("distance(%q, %q) is %d, want %d", c.a, c.b, got, c.want)
		}
	}
}
