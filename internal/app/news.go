package app

import (
	"sync"

	"github.com/lad-hub/lad/internal/platform/db"
)

// News lets callers wait for the next entry of a tenant's journal.
type News struct {
	mu   sync.Mutex
	next map[db.Tenant]chan struct{}
}

// Next is closed at the tenant's next entry.
func (n *News) Next(t db.Tenant) <-chan struct{} {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.next == nil {
		n.next = map[db.Tenant]chan struct{}{}
	}
	if n.next[t] == nil {
		n.next[t] = make(chan struct{})
	}
	return n.next[t]
}

// Tell wakes those who wait.
func (n *News) Tell(t db.Tenant) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if c := n.next[t]; c != nil {
		close(c)
		delete(n.next, t)
	}
}
