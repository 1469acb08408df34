package rehearsal

import (
	"time"

	"github.com/lad-hub/lad/internal/platform/errs"
	rehearsalui "github.com/lad-hub/lad/internal/ui/rehearsal"
)

// slot is the width of an entry of blackFriday.
const slot = 5 * time.Minute

// blackFriday is how many orders came in each five minutes from 07:35 to 20:05 of a busy day, against the day's mean of 1000.
//
// Derived from the public data set "Online Retail" (Chen 2015, UCI Machine Learning Repository 352, CC BY 4.0): first lines of
// invoices that are no cancellation, by the local time of the invoice, summed over the twenty days with the most invoices of
// December 2010 to September 2011, smoothed over three neighbours and scaled. The data itself is not here.
var blackFriday = []int64{
	44, 110, 110, 110, 66, 88, 176, 154, 220, 375, 595, 617, 617, 485, 463,
	331, 331, 375, 353, 573, 683, 837, 881, 1014, 1146, 1190, 1102, 1080, 926, 1014,
	1212, 1565, 1675, 1432, 1278, 1366, 1432, 1631, 1631, 1476, 1058, 617, 815, 926, 1278,
	1454, 1565, 1565, 1609, 1719, 1609, 1278, 1366, 1587, 1851, 1587, 1807, 1741, 1829, 1719,
	1873, 1741, 1388, 1212, 1565, 1697, 1741, 1366, 1432, 1256, 1476, 1631, 1609, 1344, 992,
	948, 970, 1234, 1322, 1543, 1344, 1543, 1543, 1587, 1520, 1344, 1234, 1058, 1256, 1829,
	1873, 1895, 1609, 2049, 2049, 2094, 1719, 1543, 1300, 1520, 1454, 1256, 859, 903, 815,
	859, 793, 1036, 1190, 1476, 1498, 1344, 1014, 815, 639, 727, 992, 1344, 1344, 1058,
	661, 485, 419, 375, 309, 419, 507, 485, 375, 331, 331, 198, 154, 132, 154,
	176, 198, 198, 176, 154, 198, 198, 264, 220, 242, 198, 264, 286, 264, 220,
}

// day is how long a Black Friday is open.
var day = time.Duration(len(blackFriday)) * slot

// Bounds of the whole: what one machine can play and remember.
const (
	mostOrders    = 50_000
	mostPerMinute = 3000 // of our time, on average
	longest       = 12 * time.Hour
)

// channelTime is how long the load lasts by the channel's clock.
func channelTime(p rehearsalui.Plan) time.Duration {
	if p.Load == rehearsalui.BlackFriday {
		return day
	}
	return time.Duration(p.Minutes) * time.Minute
}

// length is how long the load lasts by our clock.
func length(p rehearsalui.Plan) time.Duration { return channelTime(p) / time.Duration(p.Speed) }

// due is how many orders should have been placed so long after the beginning.
func due(p rehearsalui.Plan, elapsed time.Duration) int64 {
	at := min(elapsed*time.Duration(p.Speed), channelTime(p))
	if p.Load != rehearsalui.BlackFriday {
		return int64(at.Minutes() * float64(p.PerMinute))
	}
	weight := time.Duration(0) // minutes of average load so far, in thousandths
	for _, intensity := range blackFriday {
		part := min(at, slot)
		if part <= 0 {
			break
		}
		weight += part * time.Duration(intensity)
		at -= part
	}
	return int64(weight.Minutes() / 1000 * float64(p.PerMinute))
}

// validate reports every fault of a plan at once.
func validate(p rehearsalui.Plan) error {
	var c errs.Check
	c.That(simulators[p.Channel] != nil, "channel", "error.rehearsal.channel")
	steady := p.Load == rehearsalui.Steady
	c.That(steady || p.Load == rehearsalui.BlackFriday, "load", "error.rehearsal.load")
	rate := p.PerMinute >= 1 && p.PerMinute <= rehearsalui.MostPerMinute
	c.That(rate, "per_minute", "error.rehearsal.per_minute", "max", rehearsalui.MostPerMinute)
	minutes := !steady || p.Minutes >= 1 && p.Minutes <= rehearsalui.MostMinutes
	c.That(minutes, "minutes", "error.rehearsal.minutes", "max", rehearsalui.MostMinutes)
	c.That(p.Least >= 0 && p.Least <= rehearsalui.MostLeast, "least", "error.rehearsal.least", "max", rehearsalui.MostLeast)
	speed := false
	for _, s := range rehearsalui.Speeds() {
		speed = speed || s == p.Speed
	}
	c.That(speed, "speed", "error.rehearsal.speed")
	if rate && minutes && speed {
		c.That(p.PerMinute*p.Speed <= mostPerMinute, "speed", "error.rehearsal.too_fast", "max", mostPerMinute/p.PerMinute)
		c.That(due(p, longest*24) <= mostOrders, "per_minute", "error.rehearsal.too_many", "max", mostOrders)
		c.That(length(p) <= longest, "speed", "error.rehearsal.too_long", "max", int(longest.Hours()))
	}
	if err := c.Err(); err != nil {
		return err
	}
	return checkFaults(p.Faults)
}
