package main

import (
	"strings"

	"tapaudit/analysis/settings"
)

var severityNames = settings.Severities()

// suggestion ends a sentence that says a name is unknown: with the known name that may be meant, or else otherwise.
func suggestion(name string, known []string, otherwise string) string {
	if nearest := settings.Nearest(name, known); nearest != "" {
		return "; did you mean " + nearest + "?"
	}
	return otherwise
}

// noneOf is the error for a flag's value that is none of those there are.
func noneOf(flag, given string, known []string) error {
	return usagef("%s: %q is not one of %s%s", flag, given, strings.Join(known, ", "), suggestion(given, known, ""))
}
