package auditlog

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func quotedOnce(text string) string {
	b, err := json.Marshal(text)
	if err != nil {
		panic(err)
	}
	return string(b)
}

func TestModifiedPropertiesAreFoundInEveryShape(t *testing.T) {
	want := []Property{{"AuthenticationMethodsPolicy", "", `"{\"a\":1}"`}, {"Other", `{"b": 2}`, "3"}}
	properties := `[{"displayName":"AuthenticationMethodsPolicy","oldValue":null,"newValue":"\"{\\\"a\\\":1}\""},{"displayName":"Other","oldValue":{"b": 2},"newValue":3}]`
	for name, text := range map[string]string{
		"Graph":           `[{"id":"x","modifiedProperties":` + properties + `}]`,
		"a single target": `{"modifiedProperties":` + properties + `}`,
		"PowerShell": `[{"ModifiedProperties":` +
			strings.NewReplacer("displayName", "DisplayName", "oldValue", "OldValue", "newValue",
				"NewValue").Replace(properties) + `}]`,
		"a column that holds text": quotedOnce(`[{"modifiedProperties":` + properties + `}]`),
		"properties that are text": `[{"modifiedProperties":` + quotedOnce(properties) + `}]`,
		"several targets": `[{"modifiedProperties":[]},{"id":"y"},{"modifiedProperties":` + properties +
			`}]`,
		"entries that are not objects": `[7,{"modifiedProperties":` + strings.Replace(properties, "[", "[3,null,", 1) +
			`}]`,
	} {
		if diff := cmp.Diff(want, ReadProperties([]byte(text))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
