package record

import "testing"

var places = []struct {
	place Place
	text  string
}{
	{Place{Path: "evidence/a.json", Line: 3}, "evidence/a.json:3"},
	{Place{Path: "evidence/a.json", Line: 1, Number: 37}, "evidence/a.json:1[37]"},
	{Place{Path: "evidence/a.csv", Line: 12, Row: true}, "evidence/a.csv#12"},
	{Place{Path: "a:1[2].json", Line: 1}, "a:1[2].json:1"},
}

func TestPlaceIsReadAsWritten(t *testing.T) {
	for _, p := range places {
		if got := p.place.String(); got != p.text {
			t.Errorf("%+v is written %s, not %s", p.place, got, p.text)
		}
		if got, ok := PlaceIn(p.place.Path, p.text); !ok || got != p.place {
			t.Errorf("%s is read as %+v, %t", p.text, got, ok)
		}
	}
	if whole := (Place{Path: "a.json"}).String(); whole != "a.json" {
		t.Errorf("a file as a whole is written %s", whole)
	}
	for _, text := range []string{"a.json", "a.json:", "a.json:0", "a.json:01", "a.json:1[0]", "a.json:1[",
		"a.json#1[2]", "b.json:1", "a.json:1x", "a.json:-1"} {
		if got, ok := PlaceIn("a.json", text); ok {
			t.Errorf("%s is read as %+v", text, got)
		}
	}
}
