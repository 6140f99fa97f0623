package settings

import (
	_ "embed"
	"encoding/csv"
	"strings"
)

//go:embed applications.csv
var applicationsFile string

// The lists of applications.csv.
const (
	bootstrapList = "bootstrap"
	guardedList   = "guarded"
	adminToolList = "admin tool"
)

// Application is a Microsoft application by its application (client) id. Ids are Microsoft's own and the same in every
// tenant. List is what a log-in that reaches it means. A bootstrap application is what registering a method or a
// device needs. A guarded resource has data and rights that registering never needs. An admin tool administers the
// tenant.
type Application struct{ List, ID, Name string }

// DefaultApplications are the lists that hold where the configuration has none. Sources: Microsoft Learn, "Application
// IDs of commonly used Microsoft applications", and public sign-in logs.
var DefaultApplications = func() []Application {
	rows, err := csv.NewReader(strings.NewReader(applicationsFile)).ReadAll()
	if err != nil {
		panic(err) // the file is embedded
	}
	var all []Application
	for _, row := range rows[1:] {
		all = append(all, Application{List: row[0], ID: row[1], Name: row[2]})
	}
	return all
}()

func defaultIDs(list string) []string {
	var ids []string
	for _, a := range DefaultApplications {
		if a.List == list {
			ids = append(ids, a.ID)
		}
	}
	return ids
}
