package analysis_test

import (
	"os"
	"path/filepath"
	"testing"

	"tapaudit/analysis/scenes"
)

// TestStories: of a whole tenant's attacks and ordinary life the attacks come first, and ordinary life raises little.
func TestStories(t *testing.T) {
	name := filepath.Join("testdata", "stories.txtar")
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	all, err := scenes.Parse(name, text)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range all {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			wrong, err := s.Tell(t.Context(), t.TempDir(), builtInRules(t))
			if err != nil {
				t.Fatal(err)
			}
			for _, w := range wrong {
				t.Error(w)
			}
		})
	}
}
