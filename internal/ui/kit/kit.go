// Package kit is the console's design system: typed templ components for pages, lists, cards, forms, states and charts. A page of
// any domain is put together from these and needs no style or script of its own. Components take the plain structs declared
// here and texts that are already in the reader's language; the kit's own words come from the catalogue.
//
// Meaning is never colour alone: a Tone always comes with a word, a number or a shape.
package kit

import (
	"hash/fnv"
	"strings"
	"time"
)

// Tone is the meaning of a coloured thing.
type Tone string

// The tones.
const (
	Plain Tone = "plain" // the rule, nothing to do
	OK    Tone = "ok"    // done, confirmed
	Warn  Tone = "warn"  // will need a person
	Bad   Tone = "bad"   // needs a person now
	Info  Tone = "info"  // good to know
)

// Channel is a sales channel as the console shows it.
type Channel struct {
	Mark   string // one or two letters: "P"
	Title  string // "Prom.ua"
	Driver string // stable name that chooses the colour: "prom"
}

// hues are the marks' colours of known drivers; others get one by their name.
var hues = map[string]string{
	"prom": "hue-0", "rozetka": "hue-1", "horoshop": "hue-2", "allegro": "hue-3", "manual": "hue-7", "api": "hue-7",
}

func (c Channel) hue() string {
	if h, ok := hues[c.Driver]; ok {
		return h
	}
	sum := fnv.New32a()
	_, _ = sum.Write([]byte(c.Driver)) // a hash never fails
	return "hue-" + string(rune('0'+sum.Sum32()%8))
}

// Due is a deadline as a ring and minutes.
type Due struct {
	Left  time.Duration // until the deadline; negative when it has passed
	Total time.Duration // from the start to the deadline; 0 when unknown
}

// tone is bad when overdue and warn in the last quarter of the time.
func (d Due) tone() Tone {
	switch {
	case d.Left < 0:
		return Bad
	case d.Total > 0 && d.Left*4 < d.Total:
		return Warn
	}
	return OK
}

// ringLength is the circumference of a circle of radius 6.
const ringLength = 37.7

// dash is the drawn part of the ring: the share of time that is gone.
func (d Due) dash() string {
	gone := 1.0
	if d.Left > 0 && d.Total > 0 {
		gone = 1 - min(1, float64(d.Left)/float64(d.Total))
	}
	return px(gone*ringLength) + " 38"
}

// Live is the hx-trigger of a fragment that reads itself again when one of the topics changes, and every minute because
// times such as "12 min" grow old.
func Live(topics ...string) string {
	var b strings.Builder
	for _, t := range topics {
		b.WriteString(t + "-changed from:body, ")
	}
	return b.String() + "every 60s"
}

// classes joins class names, leaving out empty ones.
func classes(names ...string) string {
	kept := names[:0:0]
	for _, n := range names {
		if n != "" {
			kept = append(kept, n)
		}
	}
	return strings.Join(kept, " ")
}

// when is name if on, else nothing.
func when(on bool, name string) string {
	if on {
		return name
	}
	return ""
}
