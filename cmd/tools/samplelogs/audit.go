package main

import (
	"encoding/json"
	"strings"
	"time"
)

// auditEvent is a directoryAudit as Graph writes it.
type auditEvent struct {
	ID            string     `json:"id"`
	Category      string     `json:"category"`
	CorrelationID string     `json:"correlationId"`
	Result        string     `json:"result"`
	ResultReason  string     `json:"resultReason"`
	Activity      string     `json:"activityDisplayName"`
	ActivityTime  string     `json:"activityDateTime"`
	LoggedBy      string     `json:"loggedByService"`
	OperationType string     `json:"operationType"`
	InitiatedBy   initiator  `json:"initiatedBy"`
	Targets       []target   `json:"targetResources"`
	Details       []keyValue `json:"additionalDetails"`
	time          time.Time
}

type initiator struct {
	User *initiatingUser `json:"user"`
	App  *initiatingApp  `json:"app"`
}

type initiatingUser struct {
	ID                string `json:"id"`
	DisplayName       string `json:"displayName"`
	UserPrincipalName string `json:"userPrincipalName"`
	IPAddress         string `json:"ipAddress"`
}

type initiatingApp struct {
	AppID                string  `json:"appId"`
	DisplayName          string  `json:"displayName"`
	ServicePrincipalID   string  `json:"servicePrincipalId"`
	ServicePrincipalName *string `json:"servicePrincipalName"`
}

type target struct {
	ID                string     `json:"id"`
	DisplayName       string     `json:"displayName"`
	Type              string     `json:"type"`
	UserPrincipalName *string    `json:"userPrincipalName"`
	Modified          []modified `json:"modifiedProperties"`
}

// modified is a changed property; its values are JSON text.
type modified struct {
	DisplayName string  `json:"displayName"`
	OldValue    *string `json:"oldValue"`
	NewValue    *string `json:"newValue"`
}

type keyValue struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// change is a property with its values as JSON text; nil is no value.
func change(name string, before, after any) modified {
	text := func(v any) *string {
		if v == nil {
			return nil
		}
		b, err := json.Marshal(v)
		if err != nil {
			panic(err) // only strings, numbers and plain structs are given
		}
		s := string(b)
		return &s
	}
	return modified{name, text(before), text(after)}
}

// byPerson is a person who acts from an address.
func byPerson(p *person, from network) initiator {
	return initiator{User: &initiatingUser{p.id, p.name, p.upn, from.address}}
}

// byApplication is an application that acts.
func (w *world) byApplication(appID, name string) initiator {
	return initiator{App: &initiatingApp{AppID: appID, DisplayName: name,
		ServicePrincipalID: w.guid("service principal", appID)}}
}

func onUser(p *person, changes ...modified) target {
	if changes == nil {
		changes = []modified{}
	}
	return target{p.id, p.name, "User", &p.upn, changes}
}

func onOther(kind, id, name string, changes ...modified) target {
	if changes == nil {
		changes = []modified{}
	}
	return target{id, name, kind, nil, changes}
}

// newAudit is a successful audit event. key makes its ids.
func (w *world) newAudit(t *tenant, key string, when time.Time, service, category, activity, reason string,
	by initiator, targets ...target) *auditEvent {
	id := w.guid("audit", t.domain, key)
	operation := "Update"
	switch {
	case strings.HasPrefix(activity, "Add "):
		operation = "Add"
	case strings.Contains(activity, "deleted"):
		operation = "Delete"
	case category == "UserManagement" && service == authMethods:
		operation = "Create"
	}
	prefix := "Directory_"
	if service == authMethods {
		prefix = "Authentication Methods_"
	}
	return &auditEvent{
		ID: prefix + id + "_" + id[:5] + "_" + id[9:13], Category: category,
		CorrelationID: w.guid("audit correlation", t.domain, key),
		Result:        "success", ResultReason: reason, Activity: activity, ActivityTime: stamp(when), LoggedBy: service,
		OperationType: operation, InitiatedBy: by, Targets: targets, Details: []keyValue{}, time: when,
	}
}

const (
	authMethods = "Authentication Methods"
	directory   = "Core Directory"
)

// diagnostic is the event as Azure Monitor writes it.
func (e *auditEvent) diagnostic(t *tenant) envelope {
	properties := *e
	properties.ActivityTime = fineStamp(e.time)
	out := envelope{
		Time: fineStamp(e.time), ResourceID: "/tenants/" + t.id + "/providers/Microsoft.aadiam",
		OperationName:    e.Activity,
		OperationVersion: "1.0", Category: "AuditLogs", TenantID: t.id, ResultSignature: "None",
		ResultDescription: e.ResultReason,
		CorrelationID:     e.CorrelationID, Level: 4, Properties: &properties, time: e.time,
	}
	if u := e.InitiatedBy.User; u != nil {
		out.Identity, out.CallerIPAddress = u.DisplayName, u.IPAddress
	} else if a := e.InitiatedBy.App; a != nil {
		out.Identity = a.DisplayName
	}
	return out
}
