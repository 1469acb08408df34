package connectortest

import (
	"context"
	"testing"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/connector/infocheck"
)

// dictionary: the shop's own words are whole, and an order's status is one of them.
func (s Subject) dictionary(t *testing.T) {
	t.Parallel()
	st := s.start(t)
	d, err := st.ch.(connector.DictionarySource).ReadDictionary(context.Background())
	if err != nil {
		t.Fatalf("ReadDictionary: %v", err)
	}
	if len(d.Statuses) == 0 {
		t.Error("no statuses")
	}
	codes := map[string]bool{}
	for _, each := range d.Statuses {
		if each.Code == "" || each.Title == "" || codes[each.Code] {
			t.Errorf("status %q (title %q): empty or twice", each.Code, each.Title)
		}
		if each.Stage != "" && !infocheck.IsStage(each.Stage) {
			t.Errorf("status %q: stage %q", each.Code, each.Stage)
		}
		codes[each.Code] = true
	}
	for what, list := range map[string][]connector.Method{"delivery": d.Delivery, "payment": d.Payment} {
		seen := map[string]bool{}
		for _, m := range list {
			if m.Code == "" || m.Title == "" || seen[m.Code] {
				t.Errorf("%s method %q (title %q): empty or twice", what, m.Code, m.Title)
			}
			seen[m.Code] = true
		}
	}
	if _, ok := st.ch.(connector.OrderSource); !ok {
		return
	}
	id := st.placeMany(1)[0]
	raws, err := st.source().ReadOrders(context.Background(), []string{id})
	if err != nil || len(raws) != 1 {
		t.Fatalf("ReadOrders: %d orders, error %v", len(raws), err)
	}
	if o, err := st.source().ParseOrder(raws[0].Body); err != nil || !codes[o.Status] {
		t.Errorf("order has status %q, which the dictionary does not know (error %v)", o.Status, err)
	}
}

// fees: every entry once or more, amounts with their sign, and a cursor that goes on.
func (s Subject) fees(t *testing.T) {
	t.Parallel()
	st := s.start(t)
	src := st.ch.(connector.FeeSource)
	orders := st.placeMany(2)
	cur := s.Driver.Info().Currency
	want := map[string]connector.Money{}
	charge := func(order string, minor int64) {
		amount := connector.Money{Minor: minor, Currency: cur}
		want[st.Charge(order, amount)] = amount
	}
	charge(orders[0], 12_34)
	charge(orders[0], -2_34)
	charge(orders[1], 5_00)
	got := map[string]connector.Fee{}
	read := func(cursor string) string {
		for range maxPages {
			p, err := src.ListFees(context.Background(), cursor)
			if err != nil {
				t.Fatalf("ListFees: %v", err)
			}
			for _, f := range p.Fees {
				got[f.ExternalID] = f
			}
			if cursor = p.Next; !p.More {
				return cursor
			}
		}
		t.Fatalf("ListFees promises more after %d pages", maxPages)
		return ""
	}
	next := read("")
	charge(orders[1], 1_00)
	read(next)
	for id, amount := range want {
		if f, ok := got[id]; !ok || f.Amount != amount || f.OrderID == "" || f.Code == "" || f.At.IsZero() {
			t.Errorf("fee %s: %+v, want %v", id, f, amount)
		}
	}
}
