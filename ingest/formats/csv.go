package formats

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/tidwall/gjson"

	"tapaudit/ingest/record"
)

// CSV: a header tells the kind of a table, and a row becomes an object under the header's names. So what reads the
// same export as JSON reads it too. Headers are matched without letter case and extra blanks; of equal ones the first
// that is not empty counts.

// Cells are the fields of a row: end to end, each between quotes, and where each ends, its quote included.
type Cells struct {
	Quoted string
	Ends   []int
}

func (c Cells) quoted(i int) string {
	if i == 0 {
		return c.Quoted[:c.Ends[0]]
	}
	return c.Quoted[c.Ends[i-1]:c.Ends[i]]
}

func (c Cells) field(i int) string {
	q := c.quoted(i)
	return q[1 : len(q)-1]
}

// Sheet is a CSV text whose header is of a kind that is known.
type Sheet struct {
	*Format
	columns    []string // as the export spells them
	folded     []string
	keys       []string // as the format does
	first      []int    // of each column, the first one with the same key
	dates      []int    // columns that hold a time
	powerShell bool     // the keys are in PowerShell's spelling, which has to be put into Graph's
	zones      []string // of a column's times, where its head says it: +02:00
	secret     bool     // some column may hold passcodes

	translation *translation // of the header, nil where that is in English
	Note        string       // what is to be said of the file
}

// fold is a column's name without letter case, byte order mark and extra blanks.
func fold(column string) string {
	return strings.ToLower(strings.Join(strings.FieldsFunc(column, func(r rune) bool {
		return unicode.IsSpace(r) || r == '\ufeff'
	}), " "))
}

// zoneInHead is the zone of a column's times, as Log Analytics heads them after a change of the display's zone.
var zoneInHead = regexp.MustCompile(` [[(]utc *([+-]\d{2}:?\d{2})[])]$`)

// asFolded is the key of a column for formats whose keys are folded columns.
func asFolded(column string) string { return column }

// RecogniseHeader finds out what kind of table a header belongs to; nil where it is none that is known.
func RecogniseHeader(columns []string) *Sheet {
	if s := recogniseHeader(columns); s != nil {
		return s
	}
	return translatedSheet(columns)
}

func recogniseHeader(columns []string) *Sheet {
	if len(columns) < 2 {
		return nil
	}
	s := &Sheet{columns: make([]string, len(columns)), folded: make([]string, len(columns)),
		keys: make([]string, len(columns)), first: make([]int, len(columns)), zones: make([]string, len(columns))}
	for i, c := range columns {
		folded := fold(c)
		s.columns[i] = strings.TrimSpace(strings.TrimPrefix(c, "\ufeff"))
		s.folded[i] = folded
		if m := zoneInHead.FindStringSubmatch(folded); m != nil {
			s.zones[i] = m[1]
		}
		s.secret = s.secret || record.IsSecretColumn(folded)
		if strings.Contains(folded, "date") || strings.Contains(folded, "time") {
			s.dates = append(s.dates, i)
		}
	}
	if s.ofColumns(all) {
		return s.indexed()
	}
	// A table of objects: as spelled, then in the spelling of the names known.
	copy(s.keys, s.columns)
	if s.likeObjects() {
		return s.indexed()
	}
	for i, c := range s.columns {
		if known, ok := graphNames[strings.ReplaceAll(fold(c), " ", "")]; ok {
			s.keys[i] = known
		}
	}
	if s.likeObjects() || s.ofColumns(last) {
		return s.indexed()
	}
	return nil
}

// ofColumns says whether one of the formats knows the columns by names of its own, and makes it the sheet's.
func (s *Sheet) ofColumns(formats []*Format) bool {
	for _, f := range formats {
		if f.column == nil {
			continue
		}
		for i, folded := range s.folded {
			s.keys[i] = f.column(folded)
		}
		if f.knows(s.object()) {
			s.Format = f
			return true
		}
	}
	return false
}

// indexed notes which columns repeat another.
func (s *Sheet) indexed() *Sheet {
	at := map[string]int{}
	for i, key := range s.keys {
		if _, ok := at[key]; !ok {
			at[key] = i
		}
		s.first[i] = at[key]
	}
	return s
}

// object is a row of the table of which nothing but its keys is known.
func (s *Sheet) object() object {
	o := object{keys: s.keys}
	for range s.keys {
		o.values = append(o.values, gjson.Result{Type: gjson.String, Str: "-", Raw: `"-"`})
	}
	return o
}

// likeObjects says whether a row is an object of a kind that is known, and makes it the sheet's.
func (s *Sheet) likeObjects() bool {
	s.Format, _, s.powerShell = recogniseObject(s.object())
	return s.Format != nil
}

// graphNames are the names of the members that mappings read, by their folded form.
var graphNames = map[string]string{}

func init() {
	for _, k := range []*record.Kind{record.SignIn, record.Audit, record.User, record.RoleDefinition,
		record.GroupMember, record.Pass, record.Registration} {
		for _, c := range k.Columns {
			for _, s := range c.Sources() {
				graphNames[strings.ToLower(s.Path[0])] = s.Path[0]
			}
		}
	}
}

// Secret says whether a column may hold passcodes, so that nothing of a row that cannot be parsed may be shown.
func (s *Sheet) Secret() bool { return s.secret }

// IsHeader says whether a row repeats the header, as tables joined end to end do.
func (s *Sheet) IsHeader(row Cells) bool {
	for i := range row.Ends {
		if fold(row.field(i)) != s.folded[i] {
			return false
		}
	}
	return true
}

// Read reads a row, which has as many fields as the header.
func (s *Sheet) Read(row Cells, in *Input) Outcome {
	in.about(row.Quoted, nil)
	for _, i := range s.dates {
		if field := row.field(i); len(field) > 10 && field[4] == '-' {
			in.moment(field)
		}
	}
	for _, i := range s.dates {
		in.see(row.field(i))
	}
	in.record.keys = append(in.record.keys[:0], s.keys...)
	in.record.values = slices.Grow(in.record.values[:0], len(row.Ends))[:len(row.Ends)]
	o := in.record
	for i := range row.Ends {
		o.values[i] = row.value(i)
		if zone := s.zones[i]; zone != "" {
			o.values[i] = inZone(o.values[i], zone)
		}
		if first := s.first[i]; o.values[first].Type == gjson.Null {
			o.values[first] = o.values[i]
		}
	}
	if s.powerShell {
		o = camel(o)
	}
	if s.translation != nil {
		s.translation.translate(o)
	}
	out := s.read(o, in)
	out.Evidence = true
	if out.Note == "" && s.rounded(row) {
		out.Note = "a spreadsheet saved it again and rounded ids to numbers such as 1.2E+15: they are lost; export again, and do not open the export in a spreadsheet"
	}
	return out
}

// rounded says whether a field is a number as spreadsheets show long ones.
func (s *Sheet) rounded(row Cells) bool {
	for i := range row.Ends {
		if f := row.field(i); len(f) > 5 && len(f) < 25 && strings.Contains(f, "E+") && roundedNumber.MatchString(f) {
			return true
		}
	}
	return false
}

var roundedNumber = regexp.MustCompile(`^\d(?:[.,]\d+)?E\+\d{1,3}$`)

// inZone is a time that a column's head says the zone of, with the zone.
func inZone(v gjson.Result, zone string) gjson.Result {
	if text := v.Str + " " + zone; v.Type == gjson.String &&
		(slashedTime.MatchString(text) || isoTime.MatchString(text)) {
		return stringValue(text)
	}
	return v
}

// Refuse says why no row of the table can be read, "" where they can.
func (s *Sheet) Refuse() string {
	for i, folded := range s.folded {
		if strings.HasSuffix(folded, "[local time]") {
			return "its column " + record.Excerpt([]byte(s.columns[i]), 60) +
				" has times in the zone of whoever downloaded it, which the file does not tell: set the portal's time zone to UTC and export again"
		}
	}
	return ""
}

// Text is a row as JSON text: an object under the header's own names, without empty fields. It is what is kept as
// proof, since a row says nothing without its header, and what passcodes are masked in.
func (s *Sheet) Text(row Cells) string {
	var b strings.Builder
	b.WriteByte('{')
	for i := range row.Ends {
		f := row.field(i)
		if f == "" {
			continue
		}
		if b.Len() > 1 {
			b.WriteByte(',')
		}
		b.WriteString(quote(s.columns[i]) + ":" + quote(f))
	}
	b.WriteByte('}')
	return b.String()
}

// value is a field as a member's value. It is null where the field is empty, or where PowerShell wrote a type's name
// in place of a list or an object, which is then lost.
func (c Cells) value(i int) gjson.Result {
	field := c.field(i)
	if strings.TrimSpace(field) == "" || (field[0] == 'S' || field[0] == 'M') && flattened.MatchString(field) {
		return gjson.Result{Type: gjson.Null, Raw: "null"}
	}
	raw := c.quoted(i)
	for j := range len(field) {
		if b := field[j]; b < ' ' || b == '"' || b == '\\' ||
			b == 0xe2 { // 0xe2 begins the line ends that JSON text escapes
			raw = quote(field)
			break
		}
	}
	return gjson.Result{Type: gjson.String, Str: field, Raw: raw}
}

var flattened = regexp.MustCompile(`^(?:System\.(?:Object|String|Collections|Management)\b|Microsoft\.(?:Graph|Open)\.)[\w.+\[\]\x60, ]*$`)

// Record is a row of a Log Analytics answer as JSON text: an object under its columns' names.
func Record(columns []string, row string) string {
	var b strings.Builder
	b.WriteByte('{')
	i := 0
	gjson.Parse(row).ForEach(func(_, v gjson.Result) bool {
		if i < len(columns) {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(quote(columns[i]) + ":" + v.Raw)
		}
		i++
		return true
	})
	b.WriteByte('}')
	return b.String()
}

// member is a JSON object's member; an absent value makes none.
type member struct {
	key   string
	value gjson.Result
}

// nestedObject is a JSON object of the members that are there; absent when none is.
func nestedObject(members ...member) gjson.Result {
	var b strings.Builder
	for _, m := range members {
		if !m.value.Exists() || m.value.Type == gjson.Null {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte(',')
		}
		b.WriteString(quote(m.key) + ":" + m.value.Raw)
	}
	if b.Len() == 0 {
		return gjson.Result{}
	}
	return gjson.Parse("{" + b.String() + "}")
}

func nestedList(values []gjson.Result) gjson.Result {
	var b strings.Builder
	b.WriteByte('[')
	for i, v := range values {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(v.Raw)
	}
	b.WriteByte(']')
	return gjson.Parse(b.String())
}
