package connectortest

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/lad-hub/lad/connector"
)

// listAll reads every offer.
func (st *stand) listAll() map[string]connector.Offer {
	st.t.Helper()
	got, cursor := map[string]connector.Offer{}, ""
	for range maxPages {
		p, err := st.ch.(connector.OfferSource).ListOffers(context.Background(), cursor)
		if err != nil {
			st.t.Fatalf("ListOffers: %v", err)
		}
		for _, o := range p.Offers {
			got[o.ExternalID] = o
		}
		if cursor = p.Next; !p.More {
			return got
		}
	}
	st.t.Fatalf("ListOffers promises more after %d pages", maxPages)
	return nil
}

func (st *stand) readOffers(ids ...string) map[string]connector.Offer {
	st.t.Helper()
	list, err := connector.ReadAll(context.Background(), st.ch.(connector.OfferSource), ids)
	if err != nil {
		st.t.Fatalf("ReadOffers: %v", err)
	}
	got := map[string]connector.Offer{}
	for _, o := range list {
		got[o.ExternalID] = o
	}
	return got
}

// manyOffers is enough for more than one page of any list.
const manyOffers = 230

func (s Subject) offers(t *testing.T) {
	t.Parallel()
	st := s.start(t)
	want := map[string]int64{}
	var ids []string
	for i := range int64(manyOffers) {
		id := st.offer(pieces(i % 7))
		want[id] = i % 7
		ids = append(ids, id)
	}
	list := st.listAll()
	if len(list) != len(want) {
		t.Errorf("ListOffers gave %d offers, want %d", len(list), len(want))
	}
	batch := max(st.s.Driver.Info().Limits.ReadBatch, 1)
	some := st.readOffers(append([]string{"987654321987"}, ids[:min(batch-1, len(ids))]...)...)
	if batch > 1 && len(some) != min(batch-1, len(ids)) {
		t.Errorf("ReadOffers gave %d offers of %d known ones", len(some), min(batch-1, len(ids)))
	}
	for id, o := range list {
		if o.SKU == "" || o.Price.Minor != 100_00 || o.Counted && o.Quantity != pieces(want[id]) || o.Orderable != (want[id] > 0) {
			t.Errorf("offer %s: sku %q, price %v, quantity %v (counted: %v), orderable %v, want %d", id, o.SKU, o.Price, o.Quantity,
				o.Counted, o.Orderable, want[id])
		}
		if read, ok := some[id]; ok && (read.SKU != o.SKU || read.Quantity != o.Quantity || read.Price != o.Price) {
			t.Errorf("offer %s reads differently by id: %+v, in the list: %+v", id, read, o)
		}
	}
	far := st.readOffers(ids[0], ids[len(ids)-1])
	if len(far) != 2 {
		t.Errorf("two offers far apart in the list: %d read", len(far))
	}
}

// push sends quantities and gives the results by offer; an error fails.
func (st *stand) push(items ...connector.StockUpdate) map[string]connector.ItemResult {
	st.t.Helper()
	var all []connector.ItemResult
	for {
		results, err := st.ch.(connector.StockSink).PushStock(context.Background(), items)
		all = append(all, results...)
		var left *connector.OffersLeft
		if err != nil && !errors.As(err, &left) {
			st.t.Fatalf("PushStock: %v", err)
		}
		if left == nil {
			return st.byOffer(all)
		}
		if len(left.IDs) >= len(items) {
			st.t.Fatalf("PushStock does not get on: %d of %d are left", len(left.IDs), len(items))
		}
		items = slices.DeleteFunc(slices.Clone(items), func(it connector.StockUpdate) bool { return !slices.Contains(left.IDs, it.OfferID) })
	}
}

func (st *stand) byOffer(results []connector.ItemResult) map[string]connector.ItemResult {
	st.t.Helper()
	got := map[string]connector.ItemResult{}
	for _, r := range results {
		if _, twice := got[r.OfferID]; twice {
			st.t.Errorf("two results for offer %s", r.OfferID)
		}
		if (r.State == connector.ItemRejected || r.State == connector.ItemParked) && (r.Err == nil || r.Err.Message == "") {
			st.t.Errorf("offer %s is %s without words", r.OfferID, r.State)
		}
		got[r.OfferID] = r
	}
	return got
}

func taken(r connector.ItemResult) bool {
	return r.State == connector.ItemAccepted || r.State == connector.ItemConfirmed
}

// wantShown checks what buyers see, and that the read-back says the same.
func (st *stand) wantShown(id string, n int64) {
	st.t.Helper()
	q, orderable := st.Shown(id)
	read := map[string]connector.Offer{}
	if _, ok := st.ch.(connector.OfferSource); ok {
		read = st.readOffers(id)
	}
	o, there := read[id]
	counted := !there || o.Counted
	if counted && q != pieces(n) || orderable != (n > 0) {
		st.t.Errorf("offer %s shows %v (orderable: %v), want %d", id, q, orderable, n)
	}
	if there && (o.Counted && o.Quantity != q || o.Orderable != orderable) {
		st.t.Errorf("offer %s: read-back says %v (orderable: %v), shown is %v (%v)", id, o.Quantity, o.Orderable, q, orderable)
	}
}

func (s Subject) stock(t *testing.T) {
	t.Parallel()
	t.Run("one", s.stockOne)
	t.Run("batch", s.stockBatch)
	t.Run("bad items", s.stockBad)
	t.Run("accepted and ignored", s.stockIgnored)
}

func (s Subject) stockOne(t *testing.T) {
	t.Parallel()
	st := s.start(t)
	id := st.offer(pieces(5))
	for _, n := range []int64{0, 3, 3, 1000, 0, 1} {
		if r := st.push(connector.StockUpdate{OfferID: id, Quantity: pieces(n)})[id]; !taken(r) {
			t.Errorf("push of %d: %+v", n, r)
		}
		st.wantShown(id, n)
	}
	st.SetShown(id, pieces(9))
	if _, ok := st.ch.(connector.OfferSource); ok {
		if o := st.readOffers(id)[id]; o.Counted && o.Quantity != pieces(9) {
			t.Errorf("changed behind Lad's back to 9, the read-back says %v", o.Quantity)
		}
	}
	if got := st.push(); len(got) != 0 {
		t.Errorf("an empty push has results: %v", got)
	}
}

func (s Subject) stockBatch(t *testing.T) {
	t.Parallel()
	st := s.start(t)
	n := max(s.Driver.Info().Limits.StockBatch, 1)
	var items []connector.StockUpdate
	for i := range n {
		items = append(items, connector.StockUpdate{OfferID: st.offer(pieces(5)), Quantity: pieces(int64(i % 4))})
	}
	got := st.push(items...)
	for _, it := range items {
		if !taken(got[it.OfferID]) {
			t.Errorf("offer %s in a full batch: %+v", it.OfferID, got[it.OfferID])
		}
	}
	for _, it := range items[:min(n, 4)] {
		st.wantShown(it.OfferID, it.Quantity.Whole())
	}
}

// stockBad: an offer that does not exist, or whose id is not one, does not hide what happened to the others.
func (s Subject) stockBad(t *testing.T) {
	t.Parallel()
	st := s.start(t)
	a, b := st.offer(pieces(5)), st.offer(pieces(5))
	unknown := []string{"987654321987", "no such offer", ""}
	items := []connector.StockUpdate{{OfferID: a, Quantity: pieces(2)}}
	for _, id := range unknown {
		items = append(items, connector.StockUpdate{OfferID: id, Quantity: pieces(1)})
	}
	got := st.push(append(items, connector.StockUpdate{OfferID: b, Quantity: 0})...)
	for _, id := range unknown {
		if r, ok := got[id]; ok && r.State != connector.ItemRejected {
			t.Errorf("unknown offer %q: %+v, want rejected or no result", id, r)
		}
	}
	if !taken(got[a]) || !taken(got[b]) {
		t.Errorf("good offers beside bad ones: %+v and %+v", got[a], got[b])
	}
	st.wantShown(a, 2)
	st.wantShown(b, 0)
}

// stockIgnored: the outside says yes and does nothing. The read-back must tell, and nothing may be called confirmed.
func (s Subject) stockIgnored(t *testing.T) {
	t.Parallel()
	st := s.start(t)
	src, ok := st.ch.(connector.OfferSource)
	if !ok || st.IgnoreWrites == nil {
		return
	}
	id := st.offer(pieces(5))
	st.push(connector.StockUpdate{OfferID: id, Quantity: pieces(5)})
	st.IgnoreWrites(true)
	if r := st.push(connector.StockUpdate{OfferID: id, Quantity: 0})[id]; r.State == connector.ItemConfirmed {
		t.Error("a push that was not applied is reported as confirmed")
	}
	offers, err := src.ReadOffers(context.Background(), []string{id})
	if err != nil || len(offers) != 1 {
		t.Fatalf("ReadOffers: %d offers, error %v", len(offers), err)
	}
	if !offers[0].Orderable || offers[0].Counted && offers[0].Quantity != pieces(5) {
		t.Errorf("the read-back says %v (orderable: %v), but 5 are shown", offers[0].Quantity, offers[0].Orderable)
	}
}

// price: a small change shows in the read-back.
func (s Subject) price(t *testing.T) {
	t.Parallel()
	st := s.start(t)
	id := st.offer(pieces(5))
	sink := st.ch.(connector.PriceSink)
	want := connector.Money{Minor: 120_00, Currency: s.Driver.Info().Currency}
	results, err := sink.PushPrice(context.Background(), []connector.PriceUpdate{{OfferID: id, Price: want}})
	if err != nil {
		t.Fatalf("PushPrice: %v", err)
	}
	if r := st.byOffer(results)[id]; !taken(r) {
		t.Errorf("PushPrice: %+v", r)
	}
	if _, ok := st.ch.(connector.OfferSource); ok {
		if o := st.readOffers(id)[id]; o.Price != want {
			t.Errorf("the read-back says %v, want %v", o.Price, want)
		}
	}
	results, err = sink.PushPrice(context.Background(), []connector.PriceUpdate{{OfferID: "no such offer", Price: want}})
	if err != nil {
		t.Fatalf("PushPrice of an unknown offer: %v", err)
	}
	for _, r := range results {
		if r.State != connector.ItemRejected {
			t.Errorf("unknown offer: %+v, want rejected or no result", r)
		}
	}
}
