package pseudonyms

import (
	"encoding/csv"
	"encoding/json"
	"regexp"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"
)

// A record's own text is somebody else's, and new fields come every year. So it is kept by a list of what may stay,
// not of what must go: keys, times, truth values, and the values of keys whose vocabulary is the product's own.
// Everything else becomes a pseudonym.

// vocabulary are keys, in lower case and without what is no letter, that hold words of the product's own. Of their
// values those stay that are known; anybody can write others there.
var vocabulary = setOf(`
category operationtype activitydisplayname operationname operation operations operationversion activity loggedbyservice service workload
result resulttype resultreason resultdescription resultsignature resultstatus logonerror failurereason status errorcode signinerrorcode
authenticationmethod authenticationstepresultdetail authenticationsteprequirement authenticationrequirement resultdetail requirement
authenticationrequirementpolicies clientappused clientapp conditionalaccessstatus conditionalaccess
risklevelaggregated risklevelduringsignin riskstate riskdetail riskeventtypes riskeventtypesv tokenissuertype incomingtokentype
usertype userstate crosstenantaccesstype signineventtypes authenticationprotocol originaltransfermethod protocol
trusttype jointype networktype type targettype targetresourcetype includetarget usage accesspassusage
isusableonce methodusabilityreason recordtype azureactivedirectoryeventtype level severity version includedupdatedproperties
odatatype builtincontrols operator clientapptypes useractions includeuseractions userrisklevels signinrisklevels`)

// numbers are keys whose numbers are no identity; those of other keys are withheld.
var numbers = setOf(`
errorcode errornumber resulttype logonerror type processingtimeinmilliseconds processingtimeinms durationms level version recordtype azureactivedirectoryeventtype
defaultlifetimeinminutes minimumlifetimeinminutes maximumlifetimeinminutes lifetimeinminutes defaultlength userauthenticationmethod usertype
resultcount resultindex signinfrequencyinterval`)

// properties are keys of lists whose members name a property of the product's own: displayName, Name or key.
var properties = setOf(`modifiedproperties extendedproperties deviceproperties additionaldetails`)

// names are keys that hold what somebody calls somebody or something: their values never stay for looking like a word,
// a time or a truth value.
var names = regexp.MustCompile(`(?:displayname|username|principalname|upn|identity|nickname|^name|devicename|givenname|surname|mail|city)$`)

var (
	keyText   = regexp.MustCompile(`^[A-Za-z@#$][A-Za-z0-9_.@#$()\[\] /-]{0,120}$`)
	notInKey  = regexp.MustCompile(`[^a-z0-9]`)
	notLetter = regexp.MustCompile(`[^a-z]`)
	timeText  = regexp.MustCompile(`^(?:[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9:.]{5,18}(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?|[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}(?:,? [0-9:.]{4,12}(?: [AP]M)?)?)$`)
	product   = regexp.MustCompile(`^(?:Windows|iOS|Ios|Android|MacOs|macOS|Linux|ChromeOS|Edge|Chrome|Safari|Mobile Safari|Firefox|Rich Client|IE|Opera)[ ]?[0-9]{0,3}\b`)
	fewDigits = regexp.MustCompile(`^[0-9]{1,4}$`)
)

// words stay wherever they stand, but for keys that hold names.
var words = setOf(`
all allusers alltrusted none group user member guest enabled disabled default success failure true false unknown notapplied notenabled
atrisk temporaryaccesspass onetime multipleuse multiple enabledforreportingbutnotenforced`)

func setOf(list string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(list) {
		set[strings.ToLower(w)] = true
	}
	return set
}

func letters(s string) string { return notLetter.ReplaceAllString(strings.ToLower(s), "") }

// record rewrites a record's text, and tells learn what it replaced; called are the names in it that are ordinary
// words, which the sentences about the record may have been made with.
func (p *pseudonymiser) record(raw string, learn func(s, pseudonym string)) (rewritten string, called []string) {
	if raw == "" {
		return "", nil
	}
	w := recordWriter{p: p, learn: learn}
	decoder := json.NewDecoder(strings.NewReader(raw))
	var parts []json.RawMessage
	for {
		var part json.RawMessage
		if decoder.Decode(&part) != nil {
			break
		}
		parts = append(parts, part)
	}
	rest, _ := readAll(decoder)
	for i, part := range parts {
		if i > 0 {
			w.b.WriteByte('\n')
		}
		w.value("", gjson.ParseBytes(part), false)
	}
	if rest != "" || len(parts) == 0 {
		w.row(rest)
	}
	return w.b.String(), w.called
}

// readAll is what the decoder has not understood.
func readAll(d *json.Decoder) (string, error) {
	var b strings.Builder
	buffer := d.Buffered()
	chunk := make([]byte, 4096)
	for {
		n, err := buffer.Read(chunk)
		b.Write(chunk[:n])
		if err != nil {
			return strings.TrimSpace(b.String()), err
		}
	}
}

type recordWriter struct {
	p      *pseudonymiser
	b      strings.Builder
	called []string
	learn  func(s, pseudonym string) // nil where nothing is to be learned
}

// row is text that is no JSON: fields of a table without their names.
func (w *recordWriter) row(text string) {
	reader := csv.NewReader(strings.NewReader(text))
	reader.LazyQuotes, reader.FieldsPerRecord = true, -1
	records, err := reader.ReadAll()
	if err != nil {
		w.b.WriteString(w.p.withheld(text))
		return
	}
	var out strings.Builder
	writer := csv.NewWriter(&out)
	for _, fields := range records {
		for i, f := range fields {
			fields[i] = w.string("", f, false)
		}
		writer.Write(fields)
	}
	writer.Flush()
	w.b.WriteString(strings.TrimRight(out.String(), "\n"))
}

// value writes a JSON value under a key. inProperty says that it stands in a changed property, whose displayName is
// the property's.
func (w *recordWriter) value(key string, v gjson.Result, inProperty bool) {
	switch {
	case v.IsObject():
		w.b.WriteByte('{')
		first := true
		v.ForEach(func(k, v gjson.Result) bool {
			if !first {
				w.b.WriteByte(',')
			}
			first = false
			w.quote(w.key(k.Str))
			w.b.WriteByte(':')
			w.value(k.Str, v, inProperty && !v.IsObject() && !v.IsArray())
			return true
		})
		w.b.WriteByte('}')
	case v.IsArray():
		property := properties[letters(key)]
		w.b.WriteByte('[')
		for i, v := range v.Array() {
			if i > 0 {
				w.b.WriteByte(',')
			}
			w.value(key, v, property)
		}
		w.b.WriteByte(']')
	case v.Type == gjson.String:
		w.quote(w.string(key, v.Str, inProperty))
	case v.Type == gjson.Number && letters(key) == "autonomoussystemnumber":
		w.quote(w.p.asn(v.Raw))
	case v.Type == gjson.Number && !numbers[letters(key)]:
		w.quote("withheld")
	default:
		w.b.WriteString(v.Raw)
	}
}

func (w *recordWriter) quote(s string) {
	text, _ := json.Marshal(s) // a string always has a form in JSON
	w.b.Write(text)
}

func (w *recordWriter) key(k string) string {
	if isKnownKey(k) {
		return k
	}
	return w.p.value(k, "key-")
}

// isKnownKey says whether a key, or the name of a property, is the product's own.
func isKnownKey(k string) bool {
	return keyText.MatchString(k) && knownKeys[notInKey.ReplaceAllString(strings.ToLower(k), "")]
}

func (w *recordWriter) string(key, s string, inProperty bool) string {
	p, k, trimmed := w.p, letters(key), strings.TrimSpace(s)
	property := inProperty && (k == "displayname" || k == "name" || k == "key")
	isName := names.MatchString(k) && !property && k != "activitydisplayname" && k != "operationname"
	if trimmed == "" {
		return s
	}
	if isName {
		if p.isOrdinary(trimmed) && !isPublic(trimmed) {
			w.called = append(w.called, trimmed)
		}
		return w.replaced(s, p.value(s, "name-"))
	}
	// A value of an audit event's property holds JSON of its own.
	if strings.ContainsAny(trimmed[:1], `[{"`) && gjson.Valid(trimmed) {
		inner := recordWriter{p: p, learn: w.learn}
		inner.value(key, gjson.Parse(trimmed), false)
		w.called = append(w.called, inner.called...)
		return inner.b.String()
	}
	switch {
	case timeText.MatchString(trimmed), words[letters(trimmed)] &&
		len(letters(trimmed)) == len(strings.ReplaceAll(trimmed, "_", "")):
		return s
	case inProperty && k == "value" &&
		fewDigits.MatchString(trimmed): // a number that is a flag, such as UserAuthenticationMethod
		return s
	case property && isKnownKey(s):
		return s
	case k == "countryorregion" || k == "country" || k == "countrycode":
		return w.replaced(s, p.country(s))
	case k == "autonomoussystemnumber":
		return p.asn(trimmed)
	case k == "browser" || k == "operatingsystem":
		if m := product.FindString(trimmed); m != "" {
			return m
		}
	case numbers[k]:
		if _, err := strconv.ParseFloat(trimmed, 64); err == nil {
			return s
		}
	}
	if (vocabulary[k] || strings.HasPrefix(trimmed, "#microsoft.graph.")) &&
		(knownValues[fold(s)] || fewDigits.MatchString(trimmed)) {
		return s
	}
	prefix := "text-"
	if strings.HasSuffix(k, "id") || strings.HasSuffix(k, "identifier") {
		prefix = "id-"
	}
	return w.replaced(s, p.value(s, prefix))
}

// replaced remembers what became of a value, for the sentences about the record.
func (w *recordWriter) replaced(s, pseudonym string) string {
	if w.learn != nil && pseudonym != s {
		w.learn(s, pseudonym)
	}
	return pseudonym
}
