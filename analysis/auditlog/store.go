package auditlog

import (
	"cmp"
	"context"
	"strings"
	"time"

	"tapaudit/analysis/identity"
	"tapaudit/analysis/rows"
	"tapaudit/ingest/casefile"
)

// eventRow is of audit_events.
type eventRow struct {
	No           int64     `db:"event_no"`
	Record       string    `db:"record"`
	Tenant       string    `db:"tenant_id"`
	ID           string    `db:"id"`
	Time         time.Time `db:"time"`
	Activity     string    `db:"activity"`
	Service      string    `db:"service"`
	Kind         Kind      `db:"kind"`
	Result       string    `db:"result"`
	Reason       string    `db:"reason"`
	Correlation  string    `db:"correlation_id"`
	IssuerType   string    `db:"issuer_type"`
	IssuerID     string    `db:"issuer_id"`
	IssuerName   string    `db:"issuer_name"`
	IssuerIP     string    `db:"issuer_ip"`
	Session      string    `db:"session_id"`
	Token        string    `db:"token_id"`
	Agent        string    `db:"user_agent"`
	UserID       string    `db:"user_id"`
	UserName     string    `db:"user_name"`
	GroupID      string    `db:"group_id"`
	GroupName    string    `db:"group_name"`
	RoleName     string    `db:"role_name"`
	RoleTemplate string    `db:"role_template"`
}

// userRow is of device_events and method_events.
type userRow struct {
	Tenant string    `db:"tenant_id"`
	UserID string    `db:"user_id"`
	Time   time.Time `db:"time"`
	Record string    `db:"record"`
}

// Store fills audit_events, method_events and device_events.
func Store(ctx context.Context, c *casefile.Case, events []*Event, methods, devices ByUser,
	people identity.People) error {
	all := make([]eventRow, len(events))
	for i, e := range events {
		all[i] = eventRow{
			No: e.No, Record: e.Key(), Tenant: e.Tenant, ID: e.ID, Time: e.Time, Activity: e.Activity,
			Service: e.Service, Kind: e.Kind, Result: e.Result,
			Reason: e.Reason, Correlation: strings.ToLower(e.Correlation), IssuerType: e.IssuerType,
			IssuerID:   e.IssuerID,
			IssuerName: e.IssuerName, IssuerIP: e.IssuerIP, Session: e.Session, Token: e.Token, Agent: e.Agent,
			UserID: e.UserID, UserName: people.Name(e.Tenant, e.UserID),
			GroupID: e.GroupID, GroupName: e.GroupName, RoleName: e.RoleName, RoleTemplate: e.RoleTemplate,
		}
	}
	return cmp.Or(
		rows.Fill(ctx, c, "audit_events", all),
		rows.Fill(ctx, c, "method_events", methods.rows()),
		rows.Fill(ctx, c, "device_events", devices.rows()),
	)
}

func (b ByUser) rows() (all []userRow) {
	for user, events := range b {
		for _, e := range events {
			all = append(all, userRow{user.Tenant, user.ID, e.Time, e.Key()})
		}
	}
	return all
}
