package connections

import (
	"sync"
	"time"
)

// secondLook is when an offer is read again after a push whose answer was lost. A channel that still works on the request may act on
// it after a newer one, and show the older value.
const secondLook = 2 * time.Minute

// doubts are the offers with a second look to come. They last as long as the process; what a restart forgets, the next reading of
// the whole list finds.
type doubts struct {
	mu sync.Mutex
	at map[doubtful]map[int64]time.Time // listing → when to look
}

// doubtful is what one channel shows of its offers: quantities or prices.
type doubtful struct {
	activeConnection
	table string
}

func (a *Account) doubtful(sh *show) doubtful {
	return doubtful{activeConnection{a.Tenant, a.Conn.ID}, sh.table}
}

// raise asks for a second look at what was pushed.
func (d *doubts) raise(of doubtful, rows []*dirtyRow, at time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.at == nil {
		d.at = map[doubtful]map[int64]time.Time{}
	}
	if d.at[of] == nil {
		d.at[of] = map[int64]time.Time{}
	}
	for _, r := range rows {
		d.at[of][r.listing] = at
	}
}

// due are at most so many listings to look at now, and when the next one is.
func (d *doubts) due(of doubtful, now time.Time, most int) (listings []int64, next time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for id, at := range d.at[of] {
		switch {
		case at.After(now):
			if next.IsZero() || at.Before(next) {
				next = at
			}
		case len(listings) < most:
			listings = append(listings, id)
		}
	}
	return listings, next
}

// settle forgets what was looked at.
func (d *doubts) settle(of doubtful, rows []*sentRow, now time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, r := range rows {
		if at, ok := d.at[of][r.listing]; ok && !at.After(now) {
			delete(d.at[of], r.listing)
		}
	}
}
