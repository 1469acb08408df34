package rozetka

import (
	"context"
	"net/url"
	"slices"
	"strconv"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
)

// goodsPage is the page size of goods lists: 100 is known to work.
const goodsPage = 100

// manyIDs is from how many ids on the list is tried before single reads.
const manyIDs = 4

type good struct {
	ID         wire.Text `json:"rz_item_id"`
	OfferID    wire.Text `json:"price_offer_id"`
	Article    wire.Text `json:"article"`
	NameUA     wire.Text `json:"name_ua"`
	NameRU     wire.Text `json:"name_ru"`
	URL        wire.Text `json:"url"`
	Price      wire.Text `json:"price"`
	Available  wire.Text `json:"available"`
	Status     wire.Text `json:"rz_status"`
	SellStatus wire.Text `json:"rz_sell_status"`
	Quantity   wire.Text `json:"stock_quantity"`
	Source     struct {
		Availability wire.Text `json:"availability"`
	} `json:"sync_source"`
}

// read makes the neutral offer. Missing statuses are taken as good ones: fields come by expand and by role.
func (g good) read() connector.Offer {
	o := connector.Offer{
		ExternalID: g.ID.ID(), SKU: wire.First(g.OfferID, g.Article), Title: wire.First(g.NameUA, g.NameRU), URL: string(g.URL),
		Price: wire.Optional(g.Price, info.Currency), Active: (g.Status == "1" || g.Status == "") && g.SellStatus != "8" && g.SellStatus != "5",
	}
	if q, err := g.Quantity.Quantity(); err == nil {
		o.Quantity, o.Counted = q, true
	}
	sells := g.SellStatus == "" || g.SellStatus == "3" || g.SellStatus == "4"
	o.Orderable = o.Active && sells && g.Available == "1"
	if g.Source.Availability == "3" {
		o.Refuses = "stock comes from the price list, which overwrites what is sent here"
	}
	return o
}

func (p page) goods() wire.Rows {
	if p.Content.Items != nil {
		return p.Content.Items
	}
	return p.Content.Goods
}

// listGoods reads one page of a goods list.
func (c *channel) listGoods(ctx context.Context, list string, n int64, filter url.Values) (offers []connector.Offer, p page, err error) {
	q := url.Values{"page": {strconv.FormatInt(n, 10)}, "pageSize": {strconv.Itoa(goodsPage)}, "sort": {"id"}, "expand": {"sync_source"}}
	for k, v := range filter {
		q[k] = v
	}
	if err := c.get(ctx, "/goods/"+list, q, &p); err != nil {
		return nil, p, err
	}
	if p.goods() == nil {
		return nil, p, connector.Errorf(connector.KindTransient, "Rozetka answered without a list of goods")
	}
	for _, row := range p.goods() {
		var g good
		if e := wire.Decode(row, &g); e != nil || g.ID.Number() == 0 {
			continue // not on the site yet: nothing can be sold or pushed by site id
		}
		offers = append(offers, g.read())
	}
	return offers, p, nil
}

// listCursor keeps the first id of the last page, to notice a list that repeats itself.
type listCursor struct {
	Page  int64  `json:"page"`
	First string `json:"first"`
}

// ListOffers reads the goods page by page, with what is parked in quarantine marked.
func (c *channel) ListOffers(ctx context.Context, raw string) (connector.OfferPage, error) {
	cur := listCursor{Page: 1}
	wire.ReadCursor(raw, &cur)
	offers, p, err := c.listGoods(ctx, "all", cur.Page, nil)
	if err != nil {
		return connector.OfferPage{}, err
	}
	out := connector.OfferPage{Offers: offers, Total: int(p.Content.Meta.Total.Number())}
	parked, err := c.quarantine(ctx)
	if err != nil {
		c.cfg.Log.Warn("quarantine can not be read", "channel", info.Name, "kind", connector.KindOf(err))
	}
	for i, o := range offers {
		if parked[o.ExternalID] {
			offers[i].Pending = parkedWords
		}
	}
	first := ""
	if len(offers) > 0 {
		first = offers[0].ExternalID
	}
	pages := p.Content.Meta.Pages.Number()
	repeats := cur.First != "" && first == cur.First
	if out.More = len(p.goods()) > 0 && !repeats && (cur.Page < pages || pages == 0 && len(p.goods()) >= goodsPage); out.More {
		out.Next = wire.WriteCursor(listCursor{Page: cur.Page + 1, First: first})
	}
	return out, nil
}

// parkedWords tell why a change does not show.
const parkedWords = "the price change is too big and waits for a manager on Rozetka"

// maxQuarantine bounds the pages read of what is normally a short list.
const maxQuarantine = 10

// quarantine reads the ids of offers whose change is parked.
func (c *channel) quarantine(ctx context.Context) (map[string]bool, error) {
	parked := map[string]bool{}
	for n := int64(1); n <= maxQuarantine; n++ {
		offers, p, err := c.listGoods(ctx, "quarantine", n, nil)
		if err != nil {
			return parked, err
		}
		for _, o := range offers {
			parked[o.ExternalID] = true
		}
		if n >= p.Content.Meta.Pages.Number() {
			break
		}
	}
	return parked, nil
}

// reading is where the last ReadOffers stopped: which ids were left, and which page of the whole list is next; 0 is one by one.
type reading struct {
	left []string
	page int64
}

// ReadOffers reads a page of the whole list for many ids, as long as the list has no more pages left than there are ids; else, and
// when the page held none of them, the first by its site id.
func (c *channel) ReadOffers(ctx context.Context, ids []string) ([]connector.Offer, error) {
	at := c.resume(ids)
	left := slices.Clone(at.left)
	var out []connector.Offer
	take := func(offers []connector.Offer) {
		for _, o := range offers {
			if i := slices.Index(left, o.ExternalID); i >= 0 {
				left, out = slices.Delete(left, i, i+1), append(out, o)
			}
		}
	}
	if at.page > 0 {
		offers, p, err := c.listGoods(ctx, "all", at.page, nil)
		if err != nil {
			return nil, err
		}
		take(offers)
		if ahead := p.Content.Meta.Pages.Number() - at.page; ahead > 0 && ahead <= int64(len(left)) {
			at.page++
		} else {
			at.page = 0
		}
	}
	if len(left) > 0 && len(left) == len(at.left) {
		one := left[0]
		offers, _, err := c.listGoods(ctx, "all", 1, url.Values{"rz_item_id": {one}})
		if err != nil && !notFound(err) {
			return nil, err
		}
		take(offers)
		left = slices.DeleteFunc(left, func(id string) bool { return id == one })
	}
	c.reading = reading{left, at.page}
	if len(left) > 0 {
		return out, &connector.OffersLeft{IDs: left}
	}
	return out, nil
}

// resume finds where the reading of these ids stands: a new one begins with the list when they are many.
func (c *channel) resume(ids []string) reading {
	if len(ids) > 0 && slices.Equal(ids, c.reading.left) {
		return c.reading
	}
	var at reading
	for _, id := range ids {
		if wire.Text(id).Number() > 0 && !slices.Contains(at.left, id) {
			at.left = append(at.left, id)
		}
	}
	if len(at.left) >= manyIDs {
		at.page = 1
	}
	return at
}
