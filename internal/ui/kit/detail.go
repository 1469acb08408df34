package kit

import (
	"maps"
	"slices"
	"time"
)

// CardHead is the head of a card.
type CardHead struct {
	Channel Channel // shown when it has a mark
	Title   string
	Sub     string
	Tag     string // the state in a word
	Tone    Tone
	Back    string // address of the list without a card
}

// Pair is a row of KV.
type Pair struct {
	Name, Value string
	Sum         bool // a total under a line
	Tone        Tone
}

// Event is a row of a Timeline.
type Event struct {
	At   time.Time
	Who  string // bold: who or what acted
	Text string
	Tone Tone
}

// Shown is what one channel shows of a SKU.
type Shown struct {
	Channel Channel
	Shows   string // the quantity that the channel confirmed, formatted
	Want    string // what it should show; the same as Shows when it is in step
	// Took is from the change to the channel's confirmation; 0 while on its way.
	Took      time.Duration
	Sent      time.Time
	Confirmed time.Time
	Error     string // the channel's own words
}

func (s Shown) tone() Tone {
	switch {
	case s.Error != "":
		return Bad
	case s.Shows != s.Want:
		return Warn
	}
	return OK
}

// Line is a line of an order.
type Line struct {
	Title string
	Sub   string // SKU, warehouse
	Qty   string
	Sum   string
	Tag   string
	Tone  Tone
}

func sortedKeys(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }
