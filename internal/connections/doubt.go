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

// raise asks for a second look at listings.
func (d *doubts) raise(of doubtful, listings []int64, at time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.at == nil {
		d.at = map[doubtful]map[int64]time.Time{}
	}
	if d.at[of] == nil {
		d.at[of] = map[int64]time.Time{}
	}
	for _, id := range listings {
		d.at[of][id] = at
	}
}

// take forgets at most so many listings that are to be looked at now; next is when another one is. Whoever can not look raises
// them again.
func (d *doubts) take(of doubtful, now time.Time, most int) (listings []int64, next time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for id, at := range d.at[of] {
		switch {
		case !at.After(now) && len(listings) < most:
			listings = append(listings, id)
			delete(d.at[of], id)
		case next.IsZero() || at.Before(next):
			next = at
		}
	}
	return listings, next
}
