package analysis

import (
	"errors"

	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/token"
)

// simpleYAML refuses what a rule's front matter has no use for and what can take any time and memory to read:
// aliases, and nesting beyond a list in a mapping. Twenty lines of aliases can stand for more text than a machine
// holds. YAML itself bounds neither, nor does its reader.
func simpleYAML(text string) error {
	const deepest = 4
	depth, entries := 0, map[int]int{}
	for _, t := range lexer.Tokenize(text) {
		switch t.Type {
		case token.AnchorType, token.AliasType, token.MergeKeyType, token.TagType, token.MappingKeyType:
			return errors.New("the front matter has an anchor, alias, tag or ?-key of YAML; write the values themselves")
		case token.SequenceStartType, token.MappingStartType:
			depth++
		case token.SequenceEndType, token.MappingEndType:
			depth--
		case token.SequenceEntryType:
			entries[t.Position.Line]++ // "- - -" is a list in a list in a list
		}
		if depth > deepest || entries[t.Position.Line] > deepest {
			return errors.New("the front matter is nested deeper than a list in a mapping")
		}
	}
	return nil
}
