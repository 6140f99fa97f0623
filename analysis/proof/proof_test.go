package proof

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDistinctKeepsTheOrder(t *testing.T) {
	if diff := cmp.Diff([]string{"b", "a", "c"}, Distinct([]string{"b", "a", "b", "c", "a"})); diff != "" {
		t.Errorf("distinct (-want +got):\n%s", diff)
	}
}
