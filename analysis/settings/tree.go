package settings

import (
	"errors"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

const (
	// maxMarks bounds the characters that can begin or end something in YAML, since
	// each costs a few hundred bytes while the file is read.
	maxMarks = 1_000_000
	// maxDepth bounds nesting, of which the configuration needs four levels: the
	// parser recurses.
	maxDepth = 32
	// maxColumn bounds where a list entry may begin, and so the nesting of "- - - …".
	maxColumn = 200
	// maxKeys bounds the keys of a mapping: the parser's work grows with their square.
	maxKeys = 1000
)

// tree is the root of the only YAML document in text. ok is false when there is none: the file is empty or is not
// YAML.
func (r *reader) tree(text []byte) (root ast.Node, ok bool) {
	marks := 0
	for _, c := range text {
		if strings.IndexByte("\n:,-[]{}\"'#&*!?|>%", c) >= 0 {
			marks++
		}
	}
	if marks > maxMarks {
		r.problemAt(0, 0, "more parts than any configuration has: name the right file")
		return nil, false
	}
	tokens := lexer.Tokenize(string(text))
	if !r.plain(tokens) {
		return nil, false
	}
	// Doubled keys are found by the reader, which goes on to the next error.
	file, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if bad := (*yaml.SyntaxError)(nil); errors.As(err, &bad) && bad.Token != nil {
		r.problemAt(bad.Token.Position.Line, bad.Token.Position.Column,
			"not YAML: %s: correct the line, or put the text in quotes", bad.Message)
		return nil, false
	}
	if err != nil {
		r.problemAt(0, 0, "not YAML: %s", quoted(err.Error()))
		return nil, false
	}
	for _, document := range file.Docs {
		switch body := document.Body.(type) {
		case nil, *ast.CommentGroupNode:
		default:
			if root != nil {
				r.problem(body, "a second document: keep one, and remove the --- or ... between them")
				return nil, false
			}
			root = body
		}
	}
	return root, root != nil
}

// plain refuses what a configuration does not need and what makes a hostile or broken file expensive to read: deep
// nesting, endless keys, and references. References would also let a value stand elsewhere than where the reader
// looks for it.
func (r *reader) plain(tokens token.Tokens) bool {
	type level struct{ col, keys int }
	var (
		blocks []level // open block mappings
		flows  []int   // keys of the open [ and {
	)
	leave := func(col int) {
		for len(blocks) > 0 && blocks[len(blocks)-1].col > col {
			blocks = blocks[:len(blocks)-1]
		}
	}
	for i, t := range tokens {
		wrong := ""
		switch t.Type {
		case token.AnchorType, token.AliasType, token.MergeKeyType:
			wrong = fmt.Sprintf("references (%s) are not accepted: write the value out, or put the text in quotes",
				quoted(t.Value))
		case token.TagType:
			wrong = fmt.Sprintf("tags (%s) are not accepted: remove it, or put the text in quotes", quoted(t.Value))
		case token.DirectiveType:
			wrong = "directives (%) are not accepted: remove the line, or put the text in quotes"
		case token.MappingKeyType:
			wrong = "\"?\" before a key is not accepted: write key: value, or put the text in quotes"
		case token.SequenceStartType, token.MappingStartType:
			flows = append(flows, 0)
		case token.SequenceEndType, token.MappingEndType:
			flows = flows[:max(0, len(flows)-1)]
		case token.SequenceEntryType:
			leave(t.Position.Column)
			if t.Position.Column > maxColumn {
				wrong = "a list entry this far to the right is not accepted: indent less"
			}
		case token.MappingValueType:
			keys := 0
			if len(flows) > 0 {
				flows[len(flows)-1]++
				keys = flows[len(flows)-1]
			} else if i > 0 {
				col := tokens[i-1].Position.Column
				leave(col)
				if len(blocks) == 0 || blocks[len(blocks)-1].col < col {
					blocks = append(blocks, level{col: col})
				}
				blocks[len(blocks)-1].keys++
				keys = blocks[len(blocks)-1].keys
			}
			if keys > maxKeys {
				wrong = fmt.Sprintf("more than %d keys in one place: no configuration has so many; name the right file", maxKeys)
			}
		}
		if wrong == "" && len(blocks)+len(flows) > maxDepth {
			wrong = "nested too deeply: the configuration needs four levels"
		}
		if wrong != "" {
			r.problemAt(t.Position.Line, t.Position.Column, "%s", wrong)
			return false
		}
	}
	return true
}
