package wire

import (
	"encoding/json"
	"net/http"
	"time"
)

// Overlap is how far before the newest change seen the next poll starts: the outside's own servers disagree about the time.
const Overlap = 10 * time.Minute

// LookBack is how far the first poll of a connection reaches.
const LookBack = 14 * 24 * time.Hour

// ReadCursor reads a cursor that WriteCursor made. An empty or foreign one leaves v as it is, so that the poll starts at the
// default look-back: reading twice is harmless, stopping is not.
func ReadCursor(s string, v any) bool { return s != "" && json.Unmarshal([]byte(s), v) == nil }

// WriteCursor makes an opaque cursor.
func WriteCursor(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(b)
}

// Later is the later of two times, except one that lies in the future by both clocks, the server's and ours: one wrong date
// must not carry the cursor past orders that are still to come.
func Later(a, b time.Time, h http.Header, now time.Time) time.Time {
	ceiling := now
	if d, err := http.ParseTime(h.Get("Date")); err == nil && d.After(ceiling) {
		ceiling = d
	}
	if b.After(a) && !b.After(ceiling.Add(Overlap)) {
		return b
	}
	return a
}

// Wall writes t for a filter that compares local times without an offset. Around the autumn change of clocks an hour occurs
// twice, so the filter starts an hour earlier there.
func Wall(t time.Time, loc *time.Location, layout string) string {
	_, before := t.Add(-3 * time.Hour).In(loc).Zone()
	_, after := t.Add(3 * time.Hour).In(loc).Zone()
	if before > after {
		t = t.Add(-time.Hour)
	}
	return t.In(loc).Format(layout)
}
