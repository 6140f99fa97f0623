package activity

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"tapaudit/analysis/auditlog"
	"tapaudit/analysis/proof"
	"tapaudit/analysis/rows"
	"tapaudit/ingest/casefile"
	"tapaudit/ingest/record"
)

// Deed is what was done on a pass: a record that belongs to a log-in.
type Deed struct {
	LoginNo   int64
	Record    string // its key in what rules return
	TenantID  string
	UserID    string // the log-in's
	UserName  string // for the reader; Read leaves it open
	LoginTime time.Time
	Time      time.Time
	Link      string // session, token or address; "" where it is the registration that the log-in was for
	Source    string
	Workload  string
	Operation string
	Class     string
	Result    string // success or failure
	Object    string
	Address   string
	Client    string
	Session   string
	EventID   string
	Items     int64 // how many it tells of
	Says      string
	Evidence  []proof.Place
}

// Count is how many deeds of a class there are.
type Count struct {
	Class string
	N     int64
}

// Counted counts the deeds of each log-in that succeeded: grave classes first, then data, of each the most frequent.
func Counted(deeds []Deed) map[int64][]Count {
	of := map[int64]map[string]int64{}
	for _, d := range deeds {
		if d.Result != success {
			continue
		}
		if of[d.LoginNo] == nil {
			of[d.LoginNo] = map[string]int64{}
		}
		of[d.LoginNo][d.Class] += d.Items
	}
	all := map[int64][]Count{}
	for login, counts := range of {
		for class, n := range counts {
			all[login] = append(all[login], Count{class, n})
		}
		slices.SortFunc(all[login], func(x, y Count) int {
			return cmp.Or(
				cmp.Compare(weight(x.Class), weight(y.Class)), cmp.Compare(y.N, x.N), cmp.Compare(x.Class, y.Class))
		})
	}
	return all
}

// The results of a deed.
const (
	success = "success"
	failure = "failure"
)

// aboutPass are the kinds of audit events that are about a pass.
var aboutPass = []auditlog.Kind{auditlog.PassIssued, auditlog.PassIssueFailed, auditlog.PassDeleted}

// linked is of linked_activities, with its log-in.
type linked struct {
	Login     int64     `db:"login_no"`
	Record    string    `db:"record"`
	Tenant    string    `db:"tenant_id"`
	User      string    `db:"login_user_id"`
	LoginTime time.Time `db:"login_time"`
	Time      time.Time `db:"time"`
	Link      string    `db:"link"`
	Source    string    `db:"source"`
	Workload  string    `db:"workload"`
	Operation string    `db:"operation"`
	Path      string    `db:"path"`
	Object    string    `db:"object"`
	Details   string    `db:"details"`
	Succeeded bool      `db:"succeeded"`
	Address   string    `db:"ip"`
	Client    string    `db:"client"`
	Session   string    `db:"session_id"`
	ID        string    `db:"id"`
	Items     int64     `db:"items"`
	Kind      string    `db:"kind"`
}

// classRow is of deed_classes.
type classRow struct {
	Record    string `db:"record"`
	Class     string `db:"class"`
	Grave     bool   `db:"grave"`
	Data      bool   `db:"is_data"`
	Operation string `db:"operation"`
	Object    string `db:"object"`
	Client    string `db:"client"`
	Says      string `db:"says"`
	Place     string `db:"place"`
}

// Read tells the class of every record that belongs to a log-in, stores it in deed_classes, and gives the deeds in
// order of their log-ins and times.
func Read(ctx context.Context, c *casefile.Case, events []*auditlog.Event, sources proof.Sources) ([]Deed, error) {
	var all []Deed
	var classed []classRow
	if err := rows.Each(ctx, c, func(l linked) error {
		d := l.deed(events, sources)
		row := classRow{
			Record: d.Record, Class: d.Class, Grave: slices.Contains(grave, d.Class),
			Data:      slices.Contains(data, d.Class),
			Operation: d.Operation, Object: d.Object, Client: d.Client, Says: d.Says,
		}
		if len(d.Evidence) > 0 {
			row.Place = d.Evidence[0].String()
		}
		all, classed = append(all, d), append(classed, row)
		return nil
	}, `
WITH names AS (
    SELECT app_id, min(app_name) AS name FROM signins WHERE app_id IS NOT NULL AND app_name IS NOT NULL GROUP BY app_id
)
SELECT a.login_no, a.record, a.tenant_id, l.user_id AS login_user_id, l.time AS login_time, a.time, a.link, a.source,
    coalesce(a.workload, '') AS workload, coalesce(a.operation, '') AS operation, coalesce(a.path, '') AS path,
    coalesce(a.object, '') AS object, coalesce(a.details::VARCHAR, '') AS details, a.succeeded,
    coalesce(a.ip, '') AS ip, coalesce(n.name, a.app_id, a.user_agent, '') AS client,
    coalesce(a.session_id, '') AS session_id, coalesce(a.id, '') AS id, a.items, coalesce(a.kind, '') AS kind
FROM linked_activities AS a
JOIN logins AS l ON l.login_no = a.login_no
LEFT JOIN names AS n ON n.app_id = a.app_id
ORDER BY a.login_no, a.time, a.source, a.id, a.record`); err != nil {
		return nil, err
	}
	return all, rows.Fill(ctx, c, "deed_classes", classed)
}

func (l linked) deed(events []*auditlog.Event, sources proof.Sources) Deed {
	d := Deed{
		LoginNo: l.Login, Record: l.Record, TenantID: l.Tenant, UserID: l.User, LoginTime: l.LoginTime, Time: l.Time,
		Link: l.Link, Source: l.Source, Workload: l.Workload, Operation: l.Operation, Result: failure,
		Object:  l.Object,
		Address: l.Address, Client: l.Client, Session: l.Session, EventID: l.ID, Items: l.Items,
	}
	if l.Succeeded {
		d.Result = success
	}
	of := deed{
		Source: l.Source, Workload: l.Workload, Operation: l.Operation, Path: l.Path, Kind: auditlog.Kind(l.Kind),
	}
	var more told
	if l.Details != "" {
		_ = json.Unmarshal([]byte(l.Details), &more) // what is of another shape says nothing
	}
	of.Parameters = more.Parameters
	if n, ok := strings.CutPrefix(l.Record, "a:"); ok {
		if no, err := strconv.Atoi(n); err == nil && no >= 1 && no <= len(events) {
			e := events[no-1]
			of.AboutPass = slices.Contains(aboutPass, e.Kind)
			d.Object, d.Evidence = objectOf(e), sources.Places(e.Places)
		}
	} else {
		var p proof.At
		fmt.Sscanf(l.Record, "r:%d:%d:%d", &p.Source, &p.Line, &p.Ordinal)
		d.Evidence = sources.Places([]proof.At{p})
	}
	if l.Source == record.GraphActivity {
		d.Operation = strings.TrimSpace(l.Operation + " " + l.Path)
	}
	d.Class = classOf(of)
	d.Says = more.says(d.Class)
	return d
}

// told is what is kept of a record beside its columns.
type told struct {
	Parameters map[string]any `json:"parameters"`
	ForwardsTo []string       `json:"forwards_to"`
	GrantedTo  string         `json:"granted_to"`
	Mailbox    string         `json:"mailbox"` // of somebody else
	Sync       bool           `json:"sync"`
	Throttled  bool           `json:"throttled"`
}

// says is what the reader must know of a deed beside its class.
func (t told) says(class string) string {
	var said []string
	say := func(before, what string) {
		if what != "" {
			said = append(said, before+what)
		}
	}
	switch class {
	case "inbox rule", "forwarding":
		say("to ", strings.Join(t.ForwardsTo, ", "))
	case "mailbox permission":
		say("for ", t.GrantedTo)
	case "mail read":
		say("of the mailbox ", t.Mailbox)
		if t.Sync {
			said = append(said, "whole folders were synchronized")
		}
		if t.Throttled {
			said = append(said, "reading was throttled: more was read than is listed")
		}
	}
	return clipped(strings.Join(said, "; "))
}

// objectOf is what an audit event was done to, in words.
func objectOf(e *auditlog.Event) string {
	var all []string
	for _, name := range []string{cmp.Or(e.UserUPN, e.UserName, e.UserID), e.GroupName, e.RoleName} {
		if name != "" {
			all = append(all, name)
		}
	}
	if len(all) == 0 {
		for target := range auditlog.Elements(auditlog.UnquotedValue(gjson.ParseBytes(e.Targets))) {
			name := cmp.Or(auditlog.Member(target, "displayName").String(), auditlog.Member(target, "id").String())
			if name != "" {
				all = append(all, name)
				break
			}
		}
	}
	return clipped(strings.Join(all, ", "))
}

// mostText bounds a text that somebody chose.
const mostText = 300

func clipped(text string) string {
	if letters := []rune(text); len(letters) > mostText {
		return string(letters[:mostText-1]) + "…"
	}
	return text
}
