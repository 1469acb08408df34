package app

import (
	"sync"
	"time"

	"github.com/lad-hub/lad/internal/platform/db"
)

// Pulse remembers, per tenant, how long the last change took to reach all channels.
type Pulse struct {
	mu   sync.Mutex
	last map[db.Tenant]time.Duration
}

// Set notes a measurement.
func (p *Pulse) Set(t db.Tenant, took time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.last == nil {
		p.last = map[db.Tenant]time.Duration{}
	}
	p.last[t] = took
}

// Get is the last measurement, 0 when there is none.
func (p *Pulse) Get(t db.Tenant) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.last[t]
}
