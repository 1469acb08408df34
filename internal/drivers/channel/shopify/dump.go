package shopify

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strconv"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
)

// The whole list is read by a bulk query: it costs the bucket next to nothing, where 30,000 variants page by page would
// empty it for half an hour. Its file is read in pieces, a page of offers from each.
const (
	dumpPiece = 128 << 10 // bytes
	dumpPage  = 250       // offers
)

// dump is the file under way; dead is an operation that came to nothing.
type dump struct {
	op    int64
	url   string
	size  int64
	total int
	dead  int64
}

// listCursor is an operation and the position in its file; no operation means that one has to be started.
type listCursor struct {
	Op int64 `json:"op"`
	At int64 `json:"at,omitzero"`
}

// ListOffers starts a bulk query, then asks how it goes, then reads its file. A page without offers that promises more is
// a query still running.
func (c *channel) ListOffers(ctx context.Context, raw string) (connector.OfferPage, error) {
	if err := c.meet(ctx, false); err != nil {
		return connector.OfferPage{}, err
	}
	var cur listCursor
	wire.ReadCursor(raw, &cur)
	if cur.Op == 0 || cur.Op == c.dump.dead {
		return c.startDump(ctx)
	}
	if c.dump.op != cur.Op {
		if page, ready, err := c.lookAtDump(ctx, cur, raw); err != nil || !ready {
			return page, err
		}
	}
	return c.readDump(ctx, cur)
}

func (c *channel) startDump(ctx context.Context) (connector.OfferPage, error) {
	at := strconv.Quote(global("Location", c.location))
	query := fmt.Sprintf(`{productVariants{edges{node{%s}}}}`, fmt.Sprintf(variantFields, at))
	var said struct {
		Run struct {
			Operation struct {
				ID gid `json:"id"`
			} `json:"bulkOperation"`
			Errors []userError `json:"userErrors"`
		} `json:"bulkOperationRunQuery"`
	}
	op := operation{query: `mutation($q:String!){bulkOperationRunQuery(query:$q){bulkOperation{id} userErrors{field message code}}}`, vars: map[string]any{"q": query}}
	if err := c.ask(ctx, op, &said); err != nil {
		return connector.OfferPage{}, err
	}
	id := said.Run.Operation.ID
	if len(said.Run.Errors) > 0 && said.Run.Errors[0].Code == "OPERATION_IN_PROGRESS" {
		return connector.OfferPage{More: true}, nil // an earlier session's; it ends by itself
	}
	if err := refusal(said.Run.Errors); err != nil {
		return connector.OfferPage{}, err
	}
	if id == 0 {
		return connector.OfferPage{}, connector.Errorf(connector.KindTransient, "Shopify did not start reading the variants")
	}
	return connector.OfferPage{More: true, Next: wire.WriteCursor(listCursor{Op: int64(id)})}, nil
}

// lookAtDump asks how an operation goes; ready means that its file can be read.
func (c *channel) lookAtDump(ctx context.Context, cur listCursor, raw string) (page connector.OfferPage, ready bool, err error) {
	var said struct {
		Operation *struct {
			Status wire.Text `json:"status"`
			Code   wire.Text `json:"errorCode"`
			Count  wire.Text `json:"objectCount"`
			Size   wire.Text `json:"fileSize"`
			URL    wire.Text `json:"url"`
		} `json:"bulkOperation"`
	}
	op := operation{query: `query($id:ID!){bulkOperation(id:$id){status errorCode objectCount fileSize url}}`, vars: map[string]any{"id": global("BulkOperation", cur.Op)}}
	if err := c.ask(ctx, op, &said); err != nil {
		return page, false, err
	}
	if said.Operation == nil {
		c.dump = dump{dead: cur.Op}
		return page, false, connector.Errorf(connector.KindTransient, "Shopify forgot the reading of the variants")
	}
	switch o := said.Operation; o.Status {
	case "CREATED", "RUNNING":
		return connector.OfferPage{More: true, Next: raw}, false, nil
	case "COMPLETED":
		if o.URL == "" && o.Count == "0" {
			return page, false, nil // a shop without variants has no file
		}
		c.dump = dump{op: cur.Op, url: string(o.URL), size: o.Size.Number(), total: int(o.Count.Number())}
		if c.dump.url == "" || c.dump.size == 0 {
			break
		}
		return page, true, nil
	}
	c.dump = dump{dead: cur.Op}
	return page, false, connector.Errorf(connector.KindTransient, "Shopify did not finish reading the variants (%s %s)", said.Operation.Status, said.Operation.Code)
}

// readDump reads the next offers of the file. The storage is another host: it is not shown the token.
func (c *channel) readDump(ctx context.Context, cur listCursor) (connector.OfferPage, error) {
	a, err := wire.Send(ctx, c.cfg.HTTP, wire.Call{
		Method: http.MethodGet, URL: c.dump.url, Header: http.Header{"Range": {fmt.Sprintf("bytes=%d-%d", cur.At, cur.At+dumpPiece-1)}},
	})
	if err != nil {
		return connector.OfferPage{}, err
	}
	if e := a.Err(); e != nil || a.HTML() {
		c.dump = dump{dead: cur.Op} // its address is valid for some days only
		return connector.OfferPage{}, connector.Errorf(connector.KindTransient, "the list of variants can not be fetched (HTTP %d)", a.Status)
	}
	body := a.Body
	if a.Status == http.StatusOK { // the whole file, in spite of the range
		body = body[min(cur.At, int64(len(body))):]
	}
	page := connector.OfferPage{Total: c.dump.total}
	used := int64(0)
	for len(page.Offers) < dumpPage && used < int64(len(body)) {
		line, _, ended := bytes.Cut(body[used:], []byte("\n"))
		if !ended && cur.At+int64(len(body)) < c.dump.size {
			break
		}
		used += int64(len(line)) + 1
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		var v variant
		if e := wire.Decode(line, &v); e != nil || v.ID == 0 {
			c.cfg.Log.Warn("variant without an id left out", "channel", info.Name)
			continue
		}
		page.Offers = append(page.Offers, c.offer(v))
	}
	if used == 0 {
		c.dump = dump{dead: cur.Op}
		return connector.OfferPage{}, connector.Errorf(connector.KindTransient, "the list of variants breaks off")
	}
	if cur.At += used; cur.At < c.dump.size {
		page.More, page.Next = true, wire.WriteCursor(cur)
	}
	return page, nil
}
