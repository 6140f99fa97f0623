package record

import "strings"

// Exporters write Graph's names in three spellings: camelCase as Graph does, PascalCase (PowerShell, Log Analytics),
// and snake_case (Matano).

// FromPascal is a PascalCase name in Graph's spelling: UserId becomes userId, IPAddress ipAddress.
func FromPascal(name string) string {
	upper := 0
	for upper < len(name) && name[upper] >= 'A' && name[upper] <= 'Z' {
		upper++
	}
	switch {
	case upper == 0:
		return name
	case upper == 1 || upper == len(name):
		return strings.ToLower(name[:upper]) + name[upper:]
	default: // the last capital begins the next word
		return strings.ToLower(name[:upper-1]) + name[upper-1:]
	}
}

// Pascal is a name of Graph's in PascalCase. It is not always as an exporter spells it: IPAddress is IpAddress here.
func Pascal(name string) string {
	if name == "" {
		return ""
	}
	return strings.ToUpper(name[:1]) + name[1:]
}

// FromSnake is a snake_case name in Graph's spelling: user_principal_name becomes userPrincipalName.
func FromSnake(name string) string {
	first, rest, _ := strings.Cut(name, "_")
	for word := range strings.SplitSeq(rest, "_") {
		first += Pascal(word)
	}
	return first
}
