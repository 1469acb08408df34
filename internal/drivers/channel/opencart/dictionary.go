package opencart

import (
	"context"
	"slices"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
	"github.com/lad-hub/lad/internal/drivers/wire/cart"
)

// maxWords bounds the statuses and methods of a shop that are looked at.
const maxWords = 500

// status is one of the shop's own.
type status struct {
	id, name string
	stage    connector.Stage
}

// ReadDictionary reads the shop's statuses, and the methods its orders name.
func (c *channel) ReadDictionary(ctx context.Context) (connector.Dictionary, error) {
	var said struct {
		Statuses wire.Rows `json:"statuses"`
		Payment  wire.Rows `json:"payment"`
		Delivery wire.Rows `json:"delivery"`
	}
	if err := c.call(ctx, "dictionary", struct{}{}, false, &said); err != nil {
		return connector.Dictionary{}, err
	}
	list := statuses(said.Statuses)
	if len(list) == 0 {
		return connector.Dictionary{}, connector.Errorf(connector.KindTransient, "the shop named no statuses")
	}
	c.statuses = list
	var d connector.Dictionary
	for _, s := range list {
		d.Statuses = append(d.Statuses, connector.Status{Code: s.id, Title: s.name, Stage: s.stage})
	}
	d.Payment = methods(said.Payment, func(m *connector.Method, code, title wire.Text) { m.OnPickup = cart.OnPickup(code, title) })
	d.Delivery = methods(said.Delivery, func(m *connector.Method, code, title wire.Text) { m.Service = cart.Carrier(code, title) })
	return d, nil
}

func statuses(rows wire.Rows) (list []status) {
	seen := map[string]bool{}
	for _, row := range rows[:min(len(rows), maxWords)] {
		var s struct {
			ID    wire.Text `json:"id"`
			Name  wire.Text `json:"name"`
			Group wire.Text `json:"group"`
		}
		if e := wire.Decode(row, &s); e != nil || s.ID.Number() == 0 || seen[s.ID.ID()] {
			continue
		}
		seen[s.ID.ID()] = true
		list = append(list, status{s.ID.ID(), wire.First(string(s.Name), s.ID.ID()), cart.StageOf(s.ID.ID(), string(s.Name), string(s.Group))})
	}
	return list
}

// methods reads what orders repeat in their titles, each title once.
func methods(rows wire.Rows, know func(m *connector.Method, code, title wire.Text)) (list []connector.Method) {
	seen := map[string]bool{}
	for _, row := range rows[:min(len(rows), maxWords)] {
		var s struct {
			Code  wire.Text `json:"code"`
			Title wire.Text `json:"title"`
		}
		title := ""
		if e := wire.Decode(row, &s); e == nil {
			title = wire.First(s.Title, s.Code)
		}
		if title == "" || seen[title] {
			continue
		}
		seen[title] = true
		m := connector.Method{Code: title, Title: title}
		know(&m, s.Code, s.Title)
		list = append(list, m)
	}
	return list
}

// means checks that a status of the shop is there and still what the graph takes it for (an empty stage: anything): its owner
// may rename and delete it.
func (c *channel) means(ctx context.Context, id string, stage connector.Stage) error {
	s, ok := c.statusOf(id)
	if !ok { // not asked yet, or new since
		if _, err := c.ReadDictionary(ctx); err != nil {
			return err
		}
		s, ok = c.statusOf(id)
	}
	switch {
	case !ok:
		return connector.Errorf(connector.KindPermanent, "this shop has no status %s (it was deleted in its settings)", id)
	case stage != "" && s.stage != stage:
		return connector.Errorf(connector.KindPermanent, "status %s of this shop is called “%s”, which means something else to Lad", id, wire.Clip(s.name))
	}
	return nil
}

func (c *channel) statusOf(id string) (status, bool) {
	i := slices.IndexFunc(c.statuses, func(s status) bool { return s.id == id })
	if i < 0 {
		return status{}, false
	}
	return c.statuses[i], true
}
