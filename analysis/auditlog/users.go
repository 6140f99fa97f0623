package auditlog

import (
	"sort"
	"strings"
	"time"

	"tapaudit/analysis/identity"
)

// ByUser are events of users, each user's in order of time.
type ByUser map[identity.User][]*Event

// Of are a user's events from a time on.
func (b ByUser) Of(user identity.User, begin time.Time) []*Event {
	events := b[user]
	return events[sort.Search(len(events), func(i int) bool { return !events[i].Time.Before(begin) }):]
}

// Created are the times at which users were created.
func Created(events []*Event) map[identity.User][]time.Time {
	of := map[identity.User][]time.Time{}
	for _, e := range events {
		if e.Kind == UserCreated && e.UserID != "" {
			of[e.User()] = append(of[e.User()], e.Time)
		}
	}
	return of
}

// ByPersons are the events of a kind that a person caused, by the user whom they are about.
func ByPersons(events []*Event, kind Kind) ByUser {
	of := ByUser{}
	for _, e := range events {
		if e.Kind == kind && e.IssuerType == "user" && e.UserID != "" {
			of[e.User()] = append(of[e.User()], e)
		}
	}
	return of
}

// Devices are each user's device events. Such an event is also of the users whom those of the same correlation id
// name.
func Devices(events []*Event) ByUser {
	of := ByUser{}
	type correlation struct{ tenant, id string }
	joined := map[correlation]map[identity.User]bool{}
	for _, e := range events {
		if e.Kind != DeviceJoined || e.Correlation == "" {
			continue
		}
		key := correlation{e.Tenant, strings.ToLower(e.Correlation)}
		if joined[key] == nil {
			joined[key] = map[identity.User]bool{}
		}
		for _, user := range e.deviceUsers() {
			joined[key][user] = true
		}
	}
	for _, e := range events {
		if e.Kind != DeviceJoined {
			continue
		}
		users := map[identity.User]bool{}
		for _, user := range e.deviceUsers() {
			users[user] = true
		}
		for user := range joined[correlation{e.Tenant, strings.ToLower(e.Correlation)}] {
			users[user] = true
		}
		for user := range users {
			of[user] = append(of[user], e)
		}
	}
	return of
}

// deviceUsers are the owner or user and the initiator of a device event, and whom Add device names.
func (e *Event) deviceUsers() []identity.User {
	var users []identity.User
	if e.UserID != "" {
		users = append(users, e.User())
	}
	if e.IssuerType == "user" && e.IssuerID != "" && e.IssuerID != e.UserID {
		users = append(users, identity.User{Tenant: e.Tenant, ID: e.IssuerID})
	}
	if identity.LowerTrim(e.Activity) == "add device" {
		for _, id := range e.DeviceUsers {
			users = append(users, identity.User{Tenant: e.Tenant, ID: id})
		}
	}
	return users
}
