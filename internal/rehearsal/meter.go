package rehearsal

import (
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	rehearsalui "github.com/lad-hub/lad/internal/ui/rehearsal"
)

// Bounds of what is measured.
const (
	mostPoints = 40      // of a chart; more are joined by twos
	mostLags   = 100_000 // kept for the percentiles of the whole; beyond, a random part of them
	looks      = 80      // at the load, if it is long enough
	soonest    = 500 * time.Millisecond
	latest     = 10 * time.Second
)

// meter gathers what a rehearsal measures. Lags come from the goroutines of the connection, all else from the run's own.
type meter struct {
	run *run

	mu      sync.Mutex
	every   time.Duration // between two looks
	next    time.Time
	points  []rehearsalui.Point
	open    rehearsalui.Point // the interval that is not full yet
	from    time.Duration     // its beginning
	width   time.Duration     // of an interval
	limited int64
	fresh   []time.Duration // lags of the open interval
	lags    []time.Duration
	seen    int // lags of the whole
	res     rehearsalui.Result
}

func newMeter(r *run) *meter { return &meter{run: r} }

// start forgets what the preparation has measured.
func (m *meter) start(length time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.every = min(max(length/looks, soonest), latest)
	m.fresh, m.lags, m.seen = nil, nil, 0
	m.width, m.next = m.every, time.Now().Add(m.every)
}

// due says whether it is time for the next look of the load.
func (m *meter) due() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return !time.Now().Before(m.next)
}

// lag notes how long a quantity took from its commit to the channel's answer.
func (m *meter) lag(d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.fresh) < mostLags {
		m.fresh = append(m.fresh, d)
	}
	if m.seen++; len(m.lags) < mostLags {
		m.lags = append(m.lags, d)
	} else if at := rand.IntN(m.seen); at < mostLags {
		m.lags[at] = d
	}
}

// bought notes a buyer who ordered, or one who found nothing.
func (m *meter) bought(order bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !order {
		m.res.SoldOut++
		return
	}
	m.res.Placed++
	m.open.Placed++
}

// stopped notes that Lad had stopped the connection.
func (m *meter) stopped() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.res.Stops++
}

// broken notes that the rehearsal did not come to rest.
func (m *meter) broken() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.res.Broken = true
}

// sample takes a look at a moment since the first order over into the open interval.
func (m *meter) sample(at time.Duration, s state, limited int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	arrived := m.res.Placed - s.waiting
	p := &m.open
	p.At = at
	p.Arrived += arrived - m.res.Arrived
	p.Limited += limited - m.limited
	p.Waiting, p.Dirty, p.Short, p.Drift = max(p.Waiting, s.waiting), max(p.Dirty, s.dirty), max(p.Short, s.short), max(p.Drift, s.drift)
	m.res.Arrived, m.limited = arrived, limited
	m.res.MostWaiting, m.res.MostDirty = max(m.res.MostWaiting, s.waiting), max(m.res.MostDirty, s.dirty)
	m.res.Dirty, m.res.Short, m.res.Drift, m.res.Limited = s.dirty, s.short, s.drift, limited
	if at-m.from >= m.width {
		m.close()
	}
	m.next = time.Now().Add(m.every)
}

// close ends the open interval; when there are too many, neighbours are joined.
func (m *meter) close() {
	slices.Sort(m.fresh)
	m.open.P50, m.open.P99 = percentile(m.fresh, 50), percentile(m.fresh, 99)
	m.points = append(m.points, m.open)
	m.from, m.open, m.fresh = m.open.At, rehearsalui.Point{}, nil
	if len(m.points) < mostPoints {
		return
	}
	for i := range len(m.points) / 2 {
		m.points[i] = join(m.points[2*i], m.points[2*i+1])
	}
	m.points = m.points[:len(m.points)/2]
	m.width *= 2
}

// join makes one interval of two: counts add up, all else is the worse of both.
func join(a, b rehearsalui.Point) rehearsalui.Point {
	return rehearsalui.Point{
		At: b.At, Placed: a.Placed + b.Placed, Arrived: a.Arrived + b.Arrived, Limited: a.Limited + b.Limited,
		Waiting: max(a.Waiting, b.Waiting), Dirty: max(a.Dirty, b.Dirty), Short: max(a.Short, b.Short), Drift: max(a.Drift, b.Drift),
		P50: max(a.P50, b.P50), P99: max(a.P99, b.P99),
	}
}

// percentile of sorted lags; 0 without any.
func percentile(sorted []time.Duration, percent int) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[max((len(sorted)*percent+99)/100-1, 0)]
}

// judge notes what is in the books at rest.
func (m *meter) judge(s state, arrived, findings int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.res.Arrived, m.res.Lost, m.res.Findings = arrived, m.res.Placed-arrived, findings
	m.res.Dirty, m.res.Short, m.res.Drift = s.dirty, s.short, s.drift
}

// chart is what was measured so far, the open interval too.
func (m *meter) chart() []rehearsalui.Point {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := slices.Clone(m.points)
	if m.open.At > m.from {
		fresh := slices.Clone(m.fresh)
		slices.Sort(fresh)
		p := m.open
		p.P50, p.P99 = percentile(fresh, 50), percentile(fresh, 99)
		out = append(out, p)
	}
	return out
}

// result is what the rehearsal came to so far.
func (m *meter) result() rehearsalui.Result {
	struck, plan, elapsed := m.run.strikes(), m.run.planned(), m.run.elapsed()
	m.mu.Lock()
	defer m.mu.Unlock()
	out := m.res
	out.Plan, out.Struck, out.Seconds = plan, struck, elapsed.Seconds()
	lags := slices.Clone(m.lags)
	slices.Sort(lags)
	out.LagP50MS, out.LagP99MS = float64(percentile(lags, 50).Microseconds())/1000, float64(percentile(lags, 99).Microseconds())/1000
	return out
}
