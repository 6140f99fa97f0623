package pseudonyms

import (
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

var (
	guidText = regexp.MustCompile(`(?i)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)
	upnText  = regexp.MustCompile(`[\p{L}\p{M}\p{N}!#$%'*+^_~.-]+@[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}.-]*[\p{L}\p{N}])?`)
	ip6Text  = regexp.MustCompile(`[0-9A-Fa-f]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*(?:%[0-9A-Za-z_.-]+)?`)
	ip4Text  = regexp.MustCompile(`[0-9]{1,3}(?:\.[0-9]{1,3}){3}`)
	fileType = regexp.MustCompile(`(?i)(?:\.(?:json|ndjson|jsonl|csv|parquet|xlsx|txt|log|zip|gz|zst|tar|tgz))+$`)
)

// likeAddress is what is meant for an address although none is written so: 203.0.113.065, 2001:db8::1::2, or a
// device's.
var likeAddress = regexp.MustCompile(`^(?:[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?::[0-9]+)?|[0-9A-Fa-f]*(?::[0-9A-Fa-f.]*){3,}(?:%[0-9A-Za-z_.-]+)?)$`)

var (
	timeInText = regexp.MustCompile(`[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?Z?)?`)
	anyWord    = regexp.MustCompile(`[\p{L}\p{M}\p{N}]+`)
)

// piece is a stretch of text; a done one is a pseudonym, or public, and is not looked at again.
type piece struct {
	text string
	done bool
}

// known is a text that the evidence or the configuration calls something by.
type known struct {
	runes     []rune // in lower case
	pseudonym string
}

// dictionary finds known texts in free text, the longest first.
type dictionary map[[3]rune][]known

func (d dictionary) add(text, pseudonym string) {
	runes := lowerRunes(strings.TrimSpace(text))
	if len(runes) < 3 {
		return
	}
	key := [3]rune(runes)
	d[key] = append(d[key], known{runes, pseudonym})
}

// order is called once everything is in.
func (d dictionary) order() {
	for key, list := range d {
		slices.SortFunc(list, func(a, b known) int {
			if len(a.runes) != len(b.runes) {
				return len(b.runes) - len(a.runes)
			}
			return slices.Compare(a.runes, b.runes)
		})
		d[key] = slices.CompactFunc(list, func(a, b known) bool { return slices.Equal(a.runes, b.runes) })
	}
}

// find is the longest known text that begins at i as a word of its own.
func (d dictionary) find(lower []rune, i int) (known, bool) {
	if len(lower)-i < 3 {
		return known{}, false
	}
	for _, k := range d[[3]rune(lower[i:])] {
		end := i + len(k.runes)
		if end <= len(lower) && slices.Equal(lower[i:end], k.runes) && standsAlone(lower, i, end) {
			return k, true
		}
	}
	return known{}, false
}

// standsAlone says whether text[i:end] is no part of a longer word.
func standsAlone(text []rune, i, end int) bool {
	return (i == 0 || !inWord(text[i-1]) || !inWord(text[i])) &&
		(end == len(text) || !inWord(text[end]) || !inWord(text[end-1]))
}

func inWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) }

// lowerRunes has as many runes as s, so that places in one are places in the other.
func lowerRunes(s string) []rune {
	runes := []rune(s)
	for i, r := range runes {
		runes[i] = unicode.ToLower(r)
	}
	return runes
}

func (d dictionary) apply(pieces []piece) []piece {
	var out []piece
	for _, p := range pieces {
		if p.done {
			out = append(out, p)
			continue
		}
		runes, lower := []rune(p.text), lowerRunes(p.text)
		from := 0
		for i := 0; i < len(runes); {
			k, ok := d.find(lower, i)
			if !ok {
				i++
				continue
			}
			out = append(out, piece{string(runes[from:i]), false}, piece{k.pseudonym, true})
			i += len(k.runes)
			from = i
		}
		out = append(out, piece{string(runes[from:]), false})
	}
	return out
}

// replace applies a pattern to what is not done; of a match it may take a part, or nothing.
func replace(pieces []piece, pattern *regexp.Regexp,
	with func(match, before, after string) (skip int, taken int, pseudonym string)) []piece {
	var out []piece
	for _, p := range pieces {
		if p.done {
			out = append(out, p)
			continue
		}
		from := 0
		for _, at := range pattern.FindAllStringIndex(p.text, -1) {
			skip, taken, pseudonym := with(p.text[at[0]:at[1]], p.text[:at[0]], p.text[at[1]:])
			if taken == 0 {
				continue
			}
			begin := at[0] + skip
			out = append(out, piece{p.text[from:begin], false}, piece{pseudonym, true})
			from = begin + taken
		}
		out = append(out, piece{p.text[from:], false})
	}
	return out
}

// nets catch what looks like an identity, whether or not the evidence names it anywhere else.
func (p *pseudonymiser) nets(pieces []piece) []piece {
	pieces = replace(pieces, upnText, func(m, _, _ string) (int, int, string) {
		trimmed := strings.TrimLeft(m, `'.`)
		if trimmed[0] == '@' || strings.Contains(m, "@odata.") {
			return 0, 0, ""
		}
		return len(m) - len(trimmed), len(trimmed), p.key.upn(trimmed)
	})
	pieces = replace(pieces, guidText, func(m, _, _ string) (int, int, string) { return 0, len(m), p.id(m) })
	pieces = replace(pieces, ip6Text, func(m, before, _ string) (int, int, string) {
		zoneless, _, _ := strings.Cut(m, "%")
		for _, candidate := range []string{m, zoneless, strings.TrimRight(m, ".:"), strings.TrimRight(m, ".")} {
			a, err := netip.ParseAddr(candidate)
			if err == nil && a.Is6() && !a.IsUnspecified() && !endsInWord(before) {
				return 0, len(candidate), p.key.address(a)
			}
		}
		if trimmed := strings.TrimRight(m, ".:"); likeAddress.MatchString(trimmed) && !endsInWord(before) {
			return 0, len(trimmed), p.value(trimmed, "address-")
		}
		return 0, 0, ""
	})
	return replace(pieces, ip4Text, func(m, before, after string) (int, int, string) {
		if endsInWord(before) || strings.HasSuffix(before, ".") || after != "" && after[0] >= '0' && after[0] <= '9' {
			return 0, 0, ""
		}
		return 0, len(m), p.value(m, "address-")
	})
}

func endsInWord(s string) bool {
	if s == "" {
		return false
	}
	runes := []rune(s[max(0, len(s)-4):])
	return inWord(runes[len(runes)-1])
}

// text is free text with pseudonyms in the places of known texts and of whatever looks like an identity.
//
// A name that is an ordinary word ("User", "the", "2026") cannot be told from the report's own words, so it is not
// looked for; but where one of names, the texts that this very sentence was made with, is such a word and stands in
// it, clear is false: the caller says something else instead.
func (p *pseudonymiser) text(s string, names ...string) (replaced string, clear bool) {
	pieces, clear := p.pieces(s, names)
	return together(pieces), clear
}

func together(pieces []piece) string {
	var b strings.Builder
	for _, piece := range pieces {
		b.WriteString(piece.text)
	}
	return b.String()
}

// spoken is text of a sentence that the program made, and in it a pseudonym for every word that is none of the
// program's, of the rules' or of the vocabularies: whatever of the evidence got into the sentence.
func (p *pseudonymiser) spoken(s string, names []string) (replaced string, clear bool) {
	pieces, clear := p.pieces(s, names)
	pieces = replace(pieces, timeInText, func(m, _, _ string) (int, int, string) { return 0, len(m), m })
	pieces = replace(pieces, anyWord, func(m, _, _ string) (int, int, string) {
		for _, w := range word.FindAllString(m, -1) {
			if w = strings.ToLower(w); !spokenWords[w] && !p.ordinary[w] && !p.own[w] {
				return 0, len(m), p.value(m, "text-")
			}
		}
		return 0, 0, ""
	})
	return together(pieces), clear
}

func (p *pseudonymiser) pieces(s string, names []string) (pieces []piece, clear bool) {
	if s == "" {
		return nil, true
	}
	// Paths and other long texts first: parts of them look like identities.
	pieces = p.composed.apply([]piece{{s, false}})
	pieces = p.nets(pieces)
	pieces = p.plain.apply(pieces)
	clear = true
	for _, piece := range pieces {
		if piece.done {
			continue
		}
		for _, name := range names {
			if name = strings.TrimSpace(name); name != "" && p.isOrdinary(name) && occurs(piece.text, name) {
				clear = false
			}
		}
	}
	return pieces, clear
}

func occurs(text, name string) bool {
	runes, wanted := []rune(text), []rune(name)
	for i := 0; i+len(wanted) <= len(runes); i++ {
		if slices.Equal(runes[i:i+len(wanted)], wanted) && standsAlone(runes, i, i+len(wanted)) {
			return true
		}
	}
	return false
}

// isOrdinary says whether a name cannot be told from what the report itself may say: all its words are the report's,
// or it is a number, a date, or shorter than three characters.
func (p *pseudonymiser) isOrdinary(name string) bool {
	name = strings.TrimSpace(name)
	if len([]rune(name)) < 3 {
		return true
	}
	words := word.FindAllString(name, -1)
	if len(words) == 0 {
		return len(name) < 6 || strings.Trim(name, "0123456789") != ""
	}
	for _, w := range words {
		if !p.ordinary[strings.ToLower(w)] {
			return false
		}
	}
	return true
}
