package connections

import (
	"testing"
	"time"
)

// rhythm is a channel that brings n orders in each hour from 8 to 20 (UTC) of every day, from so many days before now.
func rhythm(now time.Time, days int, n int64) map[int64]int64 {
	past := map[int64]int64{}
	for hour := hourOf(now.AddDate(0, 0, -days)); hour < hourOf(now); hour++ {
		if h := hour % 24; h >= 8 && h < 20 {
			past[hour] = n
		}
	}
	return past
}

func TestSilentSince(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	quiet := func(past map[int64]int64, from, to time.Time) map[int64]int64 {
		for hour := hourOf(from); hour < hourOf(to); hour++ {
			delete(past, hour)
		}
		return past
	}
	for name, c := range map[string]struct {
		past  map[int64]int64
		now   time.Time
		since time.Time
	}{
		"a busy channel, nothing for 13 minutes":  {rhythm(noon, 10, 40), noon.Add(13 * time.Minute), noon},
		"a busy channel, nothing for 11 minutes":  {rhythm(noon, 10, 40), noon.Add(11 * time.Minute), time.Time{}},
		"a calm one, nothing for two hours":       {quiet(rhythm(noon, 10, 2), noon.Add(-2*time.Hour), noon), noon, time.Time{}},
		"a calm one, nothing this morning":        {quiet(rhythm(noon, 10, 2), noon.Add(-4*time.Hour), noon), noon, noon.Add(-16 * time.Hour)},
		"nobody buys at night":                    {rhythm(noon, 10, 40), time.Date(2026, 11, 24, 7, 30, 0, 0, time.UTC), time.Time{}},
		"nothing is known yet":                    {map[int64]int64{}, noon, time.Time{}},
		"a channel of one day":                    {quiet(rhythm(noon, 1, 40), noon.Add(-3*time.Hour), noon), noon, time.Time{}},
		"long dead: somebody has seen it already": {quiet(rhythm(noon, 20, 40), noon.Add(-60*time.Hour), noon), noon, time.Time{}},
	} {
		if name == "nobody buys at night" {
			quiet(c.past, c.now, noon)
		}
		if since, expected := silentSince(c.past, c.now); !since.Equal(c.since) {
			t.Errorf("%s: since %v (expected %.1f), want %v", name, since, expected, c.since)
		}
	}
}

// A shop that is closed on Sundays is not silent on a Sunday once two weeks are known.
func TestSilentSinceKnowsTheWeek(t *testing.T) {
	t.Parallel()
	sunday := time.Date(2026, 11, 22, 15, 0, 0, 0, time.UTC)
	past := rhythm(sunday, 21, 10)
	for hour := range past {
		if time.Unix(hour*3600, 0).UTC().Weekday() == time.Sunday {
			delete(past, hour)
		}
	}
	if since, expected := silentSince(past, sunday); !since.IsZero() {
		t.Errorf("silent since %v, expected %.1f", since, expected)
	}
	monday := sunday.Add(24 * time.Hour)
	if since, _ := silentSince(past, monday); since.IsZero() {
		t.Error("nothing on a Monday until 15:00 is no silence")
	}
}
