package formats_test

import (
	"fmt"

	"tapaudit/ingest/formats"
)

// A record of an export is recognised by its keys, and read into the columns of its kind.
func ExampleRead() {
	const event = `{"id":"Directory_1","activityDateTime":"2026-09-14T08:00:00Z","activityDisplayName":"Admin registered security info",
		"resultReason":"Admin registered temporary access pass method for user","result":"success",
		"initiatedBy":{"user":{"userPrincipalName":"anna@contoso.example"}},
		"targetResources":[{"type":"User","userPrincipalName":"new.hire@contoso.example"}]}`
	format, outcome := formats.Read(event, nil, &formats.Input{Path: "audits.json"})
	fmt.Println(format.Name)
	row := outcome.Rows[0]
	fmt.Println(row.Kind.Table, row.Values[row.Kind.At("time")], row.Values[row.Kind.At("actor_upn")])
	// Output:
	// Graph directory audits
	// audit_record 2026-09-14T08:00:00 anna@contoso.example
}

// What no format knows is told, with what it looks like.
func ExampleRecognise() {
	fmt.Println(formats.Recognise([]byte(`{"weather":"fine"}`)) == nil)
	fmt.Println(formats.Recognise([]byte(`{"id":"TemporaryAccessPass","state":"enabled","isUsableOnce":true}`)).Name)
	// Output:
	// true
	// authentication methods policy
}
