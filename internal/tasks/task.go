// Package tasks keeps what a person has to look at: every task has an owner or a queue and a moment by which it is due, so
// that nothing is forgotten silently.
package tasks

import (
	"encoding/json"
	"time"
)

// Kind says what happened. Its title is the catalogue's "task.kind.<kind>", what it means "task.means.<kind>" and what to do
// "task.do.<kind>".
type Kind string

// The kinds.
const (
	Shortage          Kind = "shortage"           // an accepted order could not hold all it sold; subject: order
	UnlinkedLine      Kind = "unlinked_line"      // an order line's offer is linked to no SKU; subject: order
	PossibleDuplicate Kind = "possible_duplicate" // looks like another order of the same buyer; subject: order
	PushParked        Kind = "push_parked"        // the channel refuses a change for good; subject: order or listing
	ConnectionStopped Kind = "connection_stopped" // credentials do not work; subject: connection
	ConnectionDenied  Kind = "connection_denied"  // credentials have no right to a part of the work; subject: connection
	FactAside         Kind = "fact_aside"         // what a channel sent can not be read; subject: fact
	Drift             Kind = "drift"              // a channel shows another quantity than it should; subject: listing
	ChannelSilent     Kind = "channel_silent"     // no order came though by the channel's rhythm some should have; subject: connection
	WebhookStopped    Kind = "webhook_stopped"    // an address took no event for three days; subject: webhook
)

// Queues a task waits in until somebody takes it.
const (
	QueueOrders   = "orders"
	QueueStock    = "stock"
	QueueChannels = "channels"
)

// rule is where a kind waits and how soon it is due.
type rule struct {
	queue string
	due   time.Duration
}

// rules of the kinds; a kind that is not here is raised with the ones of the fallback, never without.
var rules = map[Kind]rule{
	Shortage:          {QueueStock, 4 * time.Hour},
	UnlinkedLine:      {QueueOrders, 2 * time.Hour},
	PossibleDuplicate: {QueueOrders, 2 * time.Hour},
	PushParked:        {QueueChannels, 4 * time.Hour},
	ConnectionStopped: {QueueChannels, time.Hour},
	ConnectionDenied:  {QueueChannels, time.Hour},
	FactAside:         {QueueChannels, 8 * time.Hour},
	Drift:             {QueueChannels, time.Hour},
	ChannelSilent:     {QueueChannels, time.Hour},
	WebhookStopped:    {QueueChannels, 4 * time.Hour},
}

var fallback = rule{QueueOrders, 24 * time.Hour}

func ruleOf(k Kind) rule {
	if r, ok := rules[k]; ok {
		return r
	}
	return fallback
}

// Kinds lists the kinds in the order in which filters show them.
func Kinds() []Kind {
	return []Kind{Shortage, UnlinkedLine, PossibleDuplicate, PushParked, ConnectionStopped, ConnectionDenied, FactAside, Drift, ChannelSilent, WebhookStopped}
}

// New is a task to be raised. At most one task of a kind is open for a subject.
type New struct {
	Kind      Kind
	Subject   string // "order", "listing", "connection", "fact", "webhook"
	SubjectID int64
	// Detail is stored as JSON and shown with the task; nil for none.
	Detail any
	// Queue and DueAt replace those of the kind when set.
	Queue string
	DueAt time.Time
	// OwnerID is the account that is to do it; 0: whoever takes it from the queue.
	OwnerID int64
}

// Task is something a person has to look at.
type Task struct {
	ID        int64
	Kind      Kind
	Subject   string
	SubjectID int64
	Detail    json.RawMessage
	Queue     string
	OwnerID   int64 // account; 0: nobody yet
	Open      bool
	CreatedAt time.Time
	DueAt     time.Time
	DoneAt    time.Time
	DoneBy    string // as in the journal: "account:7", or "system" when its reason went away
}

// Overdue says whether the task should have been done by now.
func (t Task) Overdue(now time.Time) bool { return t.Open && t.DueAt.Before(now) }
