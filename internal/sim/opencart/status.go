package opencart

import (
	"slices"

	"github.com/lad-hub/lad/internal/sim"
)

// Status is an order status of the shop.
type Status struct {
	ID   int64
	Name string
	// Group is "processing", "complete" or empty, by the shop's settings.
	Group string
}

// Groups of statuses.
const (
	groupProcessing = "processing"
	groupComplete   = "complete"
)

// Statuses with a part in the simulator's own rules.
const (
	statusPending    = 1
	statusProcessing = 2
	statusComplete   = 5
	statusCancelled  = 7
)

// ownStatuses are OpenCart's own with its default groups: an order in any of a group has its goods taken out of stock.
func ownStatuses() []Status {
	return []Status{
		{1, "Pending", groupProcessing}, {2, "Processing", groupProcessing}, {3, "Shipped", groupComplete}, {5, "Complete", groupComplete},
		{7, "Canceled", ""}, {8, "Denied", ""}, {9, "Canceled Reversal", ""}, {10, "Failed", ""}, {11, "Refunded", ""}, {12, "Reversed", groupProcessing},
		{13, "Chargeback", ""}, {14, "Expired", ""}, {15, "Processed", ""}, {16, "Voided", ""},
	}
}

// merge replaces statuses by id and adds the others.
func merge(own, more []Status) []Status {
	for _, m := range more {
		if i := slices.IndexFunc(own, func(s Status) bool { return s.ID == m.ID }); i >= 0 {
			own[i] = m
			continue
		}
		own = append(own, m)
	}
	return own
}

// DropStatus takes a status out of the shop, as its owner may.
func (s *Shop) DropStatus(id int64) {
	s.set(func() { s.statuses = slices.DeleteFunc(s.statuses, func(st Status) bool { return st.ID == id }) })
}

func (s *Shop) status(id int64) (Status, bool) {
	for _, st := range s.statuses {
		if st.ID == id {
			return st, true
		}
	}
	return Status{}, false
}

// holds reports that an order in this status has its goods taken out of stock.
func (s *Shop) holds(id int64) bool {
	st, _ := s.status(id)
	return st.Group != ""
}

func (s *Shop) dictionary(*sim.Call) sim.Answer {
	type method struct {
		Code  string `json:"code"`
		Title string `json:"title"`
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	statuses := []map[string]any{}
	for _, st := range s.statuses {
		statuses = append(statuses, map[string]any{"id": st.ID, "name": st.Name, "group": st.Group})
	}
	return result(map[string]any{
		"statuses": statuses, "payment": []method{{"cod", "Оплата при отриманні"}, {"liqpay", "Картка онлайн"}},
		"delivery": []method{{"novaposhta.warehouse", "Нова пошта"}, {"pickup.pickup", "Самовивіз"}},
	})
}
