package settings

import (
	"time"
	_ "time/tzdata" // zones must work on a machine without a zone database
)

// Hours are the business hours.
type Hours struct {
	Location *time.Location
	Days     [7]bool // indexed by time.Weekday
	From, To int     // minutes after local midnight, 0 to 1440; To <= From crosses midnight
	Holidays map[Date]bool
}

// Contains reports whether t lies within the business hours. They include their
// beginning and exclude their end. Hours that cross midnight belong as a whole to
// the day on which they began: weekday and holiday are that day's. The wall clock
// decides when the clocks change: an hour that it repeats counts both times.
func (h *Hours) Contains(t time.Time) bool {
	local := t.In(h.Location)
	minute := local.Hour()*60 + local.Minute()
	day := DateOf(local)
	if h.From < h.To {
		if minute < h.From || minute >= h.To {
			return false
		}
	} else if minute < h.From {
		if minute >= h.To {
			return false
		}
		day = day.AddDays(-1)
	}
	return h.Days[day.Weekday()] && !h.Holidays[day]
}
