package extract

import (
	"fmt"
	"strings"

	"tapaudit/ingest/record"
)

// Kusto's language writes columns otherwise: texts are never NULL but empty, and nested columns are dynamic, or texts
// of JSON, by the table.

// Kusto is the definition as Kusto's language says it.
func (q *query) Kusto() kusto { return kusto{q} }

type kusto struct{ q *query }

func (k kusto) value(path []string) string {
	text := "tostring(" + kustoColumn(path[0]) + ")"
	if len(path) == 1 {
		return text
	}
	return "tostring(parse_json(" + text + ")." + strings.Join(path[1:], ".") + ")"
}

// kustoColumn is a column, or ” where the table has none of that name. Which ones a workspace has depends on its table
// and its age, and Kusto refuses a query for one missing name.
func kustoColumn(name string) string { return "column_ifexists('" + name + "', '')" }

func (k kusto) columns(columns []record.Column, sources map[string]string, interactive string) string {
	var all []string
	for _, c := range columns {
		all = append(all, "    "+kustoName(c.Name)+" = "+k.expression(c, sources[c.Name], interactive))
	}
	return strings.Join(all, ",\n")
}

// SignInColumns are the columns of sign-ins of a table whose rows are interactive or not.
func (k kusto) SignInColumns(interactive string) string {
	return k.columns(record.SignIn.Lake(), k.q.signIns, interactive)
}

// AuditColumns are the columns of audit events.
func (k kusto) AuditColumns() string { return k.columns(record.Audit.Lake(), k.q.audits, "") }

func (k kusto) expression(c record.Column, alternatives, interactive string) string {
	var values []string
	sources := k.q.sources(alternatives)
	for _, path := range sources {
		v := k.value(path)
		switch {
		case c.Type == record.Time:
			v = "todatetime(" + kustoColumn(path[0]) + ")"
		case c.Type == record.Number:
			v = "tolong(" + v + ")"
		case c.Type == record.JSON:
			v = "trim(' ', " + v + ")"
		case c.Name == "network_locations":
			v = "iff(" + v + " contains 'trustednamedlocation', tolower(" + v + "), '')"
		case c.Name == "trusted_location":
			return v + " contains 'trustednamedlocation'"
		case compared[c.Name] || len(sources) > 1:
			v = "iff(tolower(trim(' ', " + v + ")) in (" + record.AbsentSQL() + "), '', " + v + ")"
		}
		values = append(values, v)
	}
	switch {
	case c.Name == "interactive":
		return interactive
	case c.Name == "can_show_tap":
		if steps := k.q.sources(k.q.signIns["steps"]); len(steps) > 0 {
			return "isnotempty(trim(' ', " + k.value(steps[0]) + "))"
		}
		return "false"
	case c.Name == "trusted_location":
		return "false"
	case c.Name == "log":
		return "'signin'"
	case c.Name == "tenant_id" && k.q.Tenant != "":
		values = append(values, "'"+k.q.Tenant+"'")
	}
	v := strings.Join(values, ", ")
	switch {
	case len(values) == 0 && c.Type == record.Number:
		v = "long(null)"
	case len(values) == 0:
		v = "''"
	case len(values) > 1:
		v = "coalesce(" + v + ")"
	}
	if c.Name == "tenant_id" {
		return "tolower(" + v + ")"
	}
	return v
}

// Attempt says of a sign-in whether it is an attempt with a pass.
func (k kusto) Attempt() string {
	return fmt.Sprintf("replace_string(tolower(steps), ' ', '') contains '%s' or error_code between (%d .. %d) or tolower(failure_reason) matches regex @'%s'",
		`"`+record.PassMethod+`"`, record.FirstAttempt, record.LastAttempt, record.PassWords)
}

// ConcernsPass says of an audit event whether it may be the issuing of a pass.
func (k kusto) ConcernsPass() string {
	return fmt.Sprintf("tolower(activity) matches regex @'%s' and tolower(strcat(activity, ' ', reason, ' ', other_reason, ' ', targets)) matches regex @'%s'",
		record.PassActivities, record.WholePassWords)
}

// Shown is a time as text.
func (k kusto) Shown(time string) string {
	return fmt.Sprintf("iff(isnull(%[1]s), '', strcat(format_datetime(%[1]s, 'yyyy-MM-dd'), 'T', format_datetime(%[1]s, 'HH:mm:ss.ffffff'), 'Z'))", time)
}

// SignIns and Audits name the columns that a result set shows.
func (k kusto) SignIns() string { return kustoNames(k.q.signInNames) }

// Audits are likewise those of audit events.
func (k kusto) Audits() string { return kustoNames(k.q.auditNames) }

// kustoNames lists columns and the one that names the query.
func kustoNames(names []string) string {
	var all []string
	for _, name := range names {
		all = append(all, kustoName(name))
	}
	return strings.Join(append(all, "['extract']"), ", ")
}

// kustoName is the name of a column of ours; time is also a literal's type, and extract a function.
func kustoName(name string) string {
	if name == "time" {
		return "['time']"
	}
	return name
}

// AuditTable is the table of audit events.
func (k kusto) AuditTable() string { return k.q.layout.tables["audits"] }

// Text is a column of the tables of activities, as text. Their rows come whole: what reads exports of these tables
// reads them.
func (k kusto) Text(name string) string { return "tostring(" + kustoColumn(name) + ")" }

// Tenant is the tenant that a row of these tables names in the column, else the one that the user says, else the
// others'.
func (k kusto) Tenant(column string) string {
	otherwise := "only_tenant"
	if k.q.Tenant != "" {
		otherwise = "'" + k.q.Tenant + "'"
	}
	return "coalesce(" + k.Text(column) + ", " + otherwise + ")"
}

// UnifiedAudit and GraphActivity are what coverage calls the two logs; Passes is what requests for passes contain.
func (k kusto) UnifiedAudit() string { return record.UnifiedAudit }

// GraphActivity is the other.
func (k kusto) GraphActivity() string { return record.GraphActivity }

// Passes is what the URI of a request for passes contains, in any letter case.
func (k kusto) Passes() string { return record.PassMethods }

func kustoTable(_ *query, table string) (string, error) {
	if !simpleNames.MatchString(table) {
		return "", fmt.Errorf("%q is not a name that a table in Kusto has; write letters, digits and _", table)
	}
	return table, nil
}
