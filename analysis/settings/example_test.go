package settings_test

import (
	"fmt"

	"tapaudit/analysis/settings"
)

// What is wrong in a configuration is said with its place, and what to do.
func ExampleParse() {
	rules := settings.Catalog{"TAP-SIGNIN-FREQUENT": {}}
	_, err := settings.Parse("tapaudit.yaml", []byte("organisation: Contoso\nbusiness_hour: {}\n"), ".", rules)
	fmt.Println(err)
	// Output:
	// tapaudit.yaml:2:1: unknown key business_hour; did you mean business_hours?
}
