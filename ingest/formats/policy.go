package formats

import (
	"strings"

	"github.com/tidwall/gjson"
)

// Snapshots of the authentication methods policy: Graph's whole policy, or the one configuration of the Temporary
// Access Pass.
var graphPolicy = &Format{
	Name: "authentication methods policy",
	recognise: func(o object) bool {
		return o.get("authenticationMethodConfigurations").IsArray() || isPassConfiguration(o)
	},
	read: func(o object, in *Input) Outcome {
		if isPassConfiguration(o) {
			return policyOutcome(o, in)
		}
		if configuration, ok := passConfiguration(o.get("authenticationMethodConfigurations")); ok {
			return policyOutcome(configuration, in)
		}
		return Outcome{NotUsed: "a policy without a Temporary Access Pass configuration"}
	},
}

func policyOutcome(configuration object, in *Input) Outcome {
	return snapshot(PolicySnapshots, in, map[string]gjson.Result{"policy": {Type: gjson.JSON, Raw: objectText(configuration)}})
}

// isPassConfiguration says whether an object is the pass's configuration, by its type or its id.
func isPassConfiguration(o object) bool {
	if strings.Contains(strings.ToLower(o.text("@odata.type")), "temporaryaccesspassauthenticationmethodconfiguration") {
		return true
	}
	return strings.EqualFold(o.text("id"), "TemporaryAccessPass") &&
		o.hasAny("state", "isUsableOnce", "maximumLifetimeInMinutes", "includeTargets")
}

func passConfiguration(configurations gjson.Result) (found object, ok bool) {
	configurations.ForEach(func(_, v gjson.Result) bool {
		c := readObject(v)
		if p, powershell := fromPowerShell(c); powershell {
			c = p
		}
		if isPassConfiguration(c) {
			found, ok = c, true
		}
		return !ok
	})
	return found, ok
}

func objectText(o object) string {
	var b strings.Builder
	b.WriteByte('{')
	for i, k := range o.keys {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(quote(k))
		b.WriteByte(':')
		b.WriteString(o.values[i].Raw)
	}
	b.WriteByte('}')
	return b.String()
}

// snapshot is one row of a snapshot's table, taken when the file's name says (see Input).
func snapshot(t *Table, in *Input, members map[string]gjson.Result) Outcome {
	row, wrong := snapshotRow(t, in, members)
	return Outcome{Rows: []Row{row}, Wrong: wrong}
}

func snapshotRow(t *Table, in *Input, members map[string]gjson.Result) (Row, int) {
	var c canonical
	c.begin()
	for _, col := range t.Columns {
		if v, ok := members[col.Name]; ok {
			c.member(col.Name, col.Type, v)
		}
	}
	return Row{Table: t, Time: in.Taken, Text: c.end()}, c.Wrong
}

// stringValue is a text of ours as a member's value; an empty one is absent.
func stringValue(s string) gjson.Result {
	if s == "" {
		return gjson.Result{}
	}
	return gjson.Result{Type: gjson.String, Str: s, Raw: quote(s)}
}
