package settings

import _ "embed"

//go:embed example.yaml
var example string

// Example is a configuration with every key and what it means, ready to be
// changed: it reads without errors as it stands. The two keys that name further
// files are commented out.
func Example() string { return example }
