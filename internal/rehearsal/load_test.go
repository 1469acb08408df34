package rehearsal

import (
	"errors"
	"testing"
	"time"

	"github.com/lad-hub/lad/internal/platform/errs"
	rehearsalui "github.com/lad-hub/lad/internal/ui/rehearsal"
)

func steady(rate, minutes, speed int64) rehearsalui.Plan {
	return rehearsalui.Plan{Channel: "prom", Load: rehearsalui.Steady, PerMinute: rate, Minutes: minutes, Speed: speed}
}

func friday(rate, speed int64) rehearsalui.Plan {
	return rehearsalui.Plan{Channel: "prom", Load: rehearsalui.BlackFriday, PerMinute: rate, Speed: speed}
}

func TestDue(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		plan rehearsalui.Plan
		at   time.Duration
		want int64
	}{
		{"nothing at the beginning", steady(60, 10, 1), 0, 0},
		{"one a second", steady(60, 10, 1), 7 * time.Second, 7},
		{"ten times as fast", steady(60, 10, 10), 7 * time.Second, 70},
		{"no more after the end", steady(60, 10, 10), time.Hour, 600},
		{"a Friday is a day at the mean", friday(2, 1), day, 1500},
		{"and no more after it", friday(2, 60), 48 * time.Hour, 1500},
		{"its morning is quiet: 44, 110, 110 thousandths of five minutes", friday(600, 1), 15 * time.Minute, 792},
		{"its noon is not: 15 slots of 1488 thousandths", friday(600, 1), 5*time.Hour + 75*time.Minute, due(friday(600, 1), 5*time.Hour) + 66_969},
	} {
		if got := due(c.plan, c.at); got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
}

// The shape is that of one day: its mean is 1000, it rises from a quiet morning and falls to a quiet evening.
func TestBlackFridayHasAShape(t *testing.T) {
	t.Parallel()
	sum, most := int64(0), int64(0)
	for _, v := range blackFriday {
		sum, most = sum+v, max(most, v)
	}
	if n := int64(len(blackFriday)); n != 150 || sum != 1000*n {
		t.Errorf("%d slots sum up to %d", n, sum)
	}
	if most < 2000 || blackFriday[0] > 100 || blackFriday[len(blackFriday)-1] > 300 {
		t.Errorf("from %d over %d to %d", blackFriday[0], most, blackFriday[len(blackFriday)-1])
	}
}

func TestValidate(t *testing.T) {
	t.Parallel()
	change := func(f func(*rehearsalui.Plan)) rehearsalui.Plan {
		p := steady(6, 30, 10)
		f(&p)
		return p
	}
	for name, c := range map[string]struct {
		plan  rehearsalui.Plan
		field string // that is refused; "" for none, "-" for the whole
	}{
		"usual":             {usual, ""},
		"Friday":            {friday(10, 60), ""},
		"no simulator":      {change(func(p *rehearsalui.Plan) { p.Channel = "olx" }), "channel"},
		"no load":           {change(func(p *rehearsalui.Plan) { p.Load = "" }), "load"},
		"nobody buys":       {change(func(p *rehearsalui.Plan) { p.PerMinute = 0 }), "per_minute"},
		"everybody buys":    {change(func(p *rehearsalui.Plan) { p.PerMinute = 601 }), "per_minute"},
		"no time":           {change(func(p *rehearsalui.Plan) { p.Minutes = 0 }), "minutes"},
		"days":              {change(func(p *rehearsalui.Plan) { p.Minutes = 1441 }), "minutes"},
		"no speed":          {change(func(p *rehearsalui.Plan) { p.Speed = 0 }), "speed"},
		"odd speed":         {change(func(p *rehearsalui.Plan) { p.Speed = 7 }), "speed"},
		"too fast":          {change(func(p *rehearsalui.Plan) { p.PerMinute, p.Speed = 11, 300 }), "speed"},
		"too long":          {friday(1, 1), "speed"},
		"too many":          {friday(300, 10), "per_minute"},
		"less than nothing": {change(func(p *rehearsalui.Plan) { p.Least = -1 }), "least"},
		"unknown fault":     {change(func(p *rehearsalui.Plan) { p.Faults = map[string]int64{"rain": 5} }), "-"},
		"share of a fault":  {change(func(p *rehearsalui.Plan) { p.Faults = map[string]int64{"drop": 101} }), "-"},
	} {
		err := validate(c.plan)
		if c.field == "" {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if !errs.Is(err, errs.Invalid) {
			t.Errorf("%s: %v", name, err)
			continue
		}
		e := (*errs.Error)(nil)
		if c.field != "-" && (!errors.As(err, &e) || len(e.Fields) != 1 || e.Fields[0].Name != c.field) {
			t.Errorf("%s: %v is refused, want %s", name, err, c.field)
		}
	}
}

// However long a rehearsal is, its chart has a bounded number of points, and joining them loses no order.
func TestChartIsBounded(t *testing.T) {
	t.Parallel()
	r := &run{plan: usual, phase: rehearsalui.Running}
	m := newMeter(r)
	r.meter = m
	m.start(time.Minute)
	for i := range 1000 {
		m.bought(true)
		m.lag(time.Duration(i+1) * time.Millisecond)
		m.sample(time.Duration(i+1)*m.every, state{waiting: int64(i % 7), drift: int64(i / 999)}, int64(2*i))
	}
	var placed, arrived, limited, worst int64
	list := m.chart()
	for _, p := range list {
		placed, arrived, limited, worst = placed+p.Placed, arrived+p.Arrived, limited+p.Limited, max(worst, p.Waiting)
	}
	res := m.result()
	if len(list) > mostPoints || placed != 1000 || arrived != 1000-999%7 || limited != 1998 || worst != 6 {
		t.Errorf("%d points, %d placed, %d arrived, %d limited, %d waiting", len(list), placed, arrived, limited, worst)
	}
	if res.LagP50MS != 500 || res.LagP99MS != 990 || res.MostWaiting != 6 || res.Drift != 1 || list[len(list)-1].P99 < 900*time.Millisecond {
		t.Errorf("%+v, last %+v", res, list[len(list)-1])
	}
}

func TestLimitsGoByTheChannelsClock(t *testing.T) {
	t.Parallel()
	slow, fast := limitsOf(steady(1, 1, 1)), limitsOf(steady(1, 1, 10))
	if slow.perSecond <= 0 || fast.perSecond != 10*slow.perSecond || fast.pollEvery != slow.pollEvery/10 {
		t.Errorf("%+v at speed 1, %+v at 10", slow, fast)
	}
}
