package formats

import (
	"strings"

	"github.com/tidwall/gjson"

	"tapaudit/ingest/record"
)

// Snapshots of the authentication methods policy: Graph's whole policy, or the one configuration of the Temporary
// Access Pass.
var graphPolicy = &Format{
	Name: "authentication methods policy",
	is: func(o object) bool {
		return o.get("authenticationMethodConfigurations").IsArray() || isPassConfiguration(o)
	},
	read: func(o object, in *Input) Outcome {
		configuration, ok := o, isPassConfiguration(o)
		if !ok {
			configuration, ok = passConfiguration(o.get("authenticationMethodConfigurations"))
		}
		if !ok {
			return Outcome{NotUsed: "a policy without a Temporary Access Pass configuration"}
		}
		s := newSnapshot(in)
		s.policy(configuration)
		return s.out
	},
}

// PolicySettings are the members of the configuration that a policy's timeline knows, Graph's names. Nothing else of
// the configuration is kept.
var PolicySettings = [...]string{
	"state", "isUsableOnce", "defaultLifetimeInMinutes", "minimumLifetimeInMinutes", "maximumLifetimeInMinutes",
	"defaultLength",
	"includeTargets", "excludeTargets",
}

func (s *snapshot) policy(configuration object) {
	var b strings.Builder
	b.WriteString(`{"id":"TemporaryAccessPass"`)
	for _, name := range PolicySettings {
		v := configuration.get(name)
		switch {
		case !v.Exists() || v.Type == gjson.Null:
			continue
		case strings.HasSuffix(name, "Targets"):
			if !v.IsArray() {
				s.out.Wrong++ // cut off by ConvertTo-Json -Depth, for one: who is in scope is not known
				continue
			}
			v = targets(v)
		case v.Type == gjson.JSON:
			s.out.Wrong++
			continue
		}
		b.WriteString(`,"` + name + `":`)
		if v.Type == gjson.String {
			b.WriteString(quote(v.String()))
		} else {
			b.WriteString(v.Raw)
		}
	}
	b.WriteByte('}')
	s.add(record.Policy, members{"policy": gjson.Parse(b.String())})
}

// targets are a list of targets with what says who they are.
func targets(list gjson.Result) gjson.Result {
	var b strings.Builder
	b.WriteByte('[')
	list.ForEach(func(_, v gjson.Result) bool {
		t := camel(readObject(v))
		if b.Len() > 1 {
			b.WriteByte(',')
		}
		b.WriteString(`{"targetType":` + quote(t.text("targetType")) + `,"id":` + quote(t.text("id")) + `}`)
		return true
	})
	b.WriteByte(']')
	return gjson.Parse(b.String())
}

// isPassConfiguration says whether an object is the pass's configuration, by its type or its id.
func isPassConfiguration(o object) bool {
	return strings.EqualFold(kindOf(o), "temporaryAccessPassAuthenticationMethodConfiguration") ||
		strings.EqualFold(o.text("id"), "TemporaryAccessPass") &&
			o.hasAny("state", "isUsableOnce", "maximumLifetimeInMinutes", "includeTargets")
}

func passConfiguration(configurations gjson.Result) (found object, ok bool) {
	configurations.ForEach(func(_, v gjson.Result) bool {
		if c := camel(readObject(v)); isPassConfiguration(c) {
			found, ok = c, true
		}
		return !ok
	})
	return found, ok
}
