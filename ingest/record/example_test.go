package record_test

import (
	"fmt"

	"tapaudit/ingest/record"
)

// A passcode is masked before anything is stored.
func ExampleMaskPasscodes() {
	fmt.Println(record.MaskPasscodes(`{"id":"1","temporaryAccessPass":"dRf#4hx?","lifetimeInMinutes":60}`))
	// Output:
	// {"id":"1","temporaryAccessPass":"***","lifetimeInMinutes":60} 1
}

// A place in a report names one record of a file.
func ExamplePlaceIn() {
	place, ok := record.PlaceIn("evidence/signins.json", "evidence/signins.json:1[17]")
	fmt.Println(place.Line, place.Number, ok)
	fmt.Println(place)
	// Output:
	// 1 17 true
	// evidence/signins.json:1[17]
}

// The columns of a kind of record are declared once; the case's tables, what a format fills and a lake are made from
// that.
func ExampleKind() {
	for _, name := range []string{"id", "time", "user_id"} {
		column := record.SignIn.Columns[record.SignIn.At(name)]
		fmt.Println(column.Name, column.Type, "from", column.Graph)
	}
	// Output:
	// id VARCHAR from id
	// time TIMESTAMP from createdDateTime
	// user_id VARCHAR from userId
}
