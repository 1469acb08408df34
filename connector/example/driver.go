// Package example is a whole driver of a sales channel that does not exist, to be read before writing one. No merchant is
// offered it. The channel is Kiosk, a shop platform with a small API. Ids are texts, amounts kopiykas. Every request carries the
// shop's key in X-Key. Orders and offers stand in lists in the order of their "seq"; what is new or changes goes to the end.
//
//	GET  /shop                              {"name":"…","target":"…"}
//	GET  /orders?after=SEQ, /orders?ids=…   {"rows":[{"id":"17","seq":9,…}]}, at most 50; the same of /offers
//	PUT  /orders/ID                         {"status":"sent","waybill":"…"}, or with "reason"; answers the status, or 409
//	PUT  /offers                            {"rows":[{"id":"7","stock":3}]}, or with "price" and "was"; {"result":{"7":"ok"}}
//	PUT  /shop                              {"target":"…","secret":"…"}, answers as GET; an empty target is not called
//
// The target is called with {"order":"17"}, signed in X-Signature with the HMAC-SHA256 of the body in hex.
package example

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/lad-hub/lad/connector"
)

// info describes Kiosk as data: by it alone Lad draws the form, plans batches and walks orders along the status graph.
var info = connector.Info{
	Name: "kiosk", Title: "Kiosk", Mark: "Ki", Currency: "UAH", Zone: "Europe/Kyiv",
	Settings: []connector.Setting{
		{Key: "base_url", Title: "connection.field.base_url", Required: true},
		{Key: "token", Title: "connection.field.token", Secret: true, Required: true},
	},
	Limits: connector.Limits{RequestsPerSecond: 2, Burst: 4, StockBatch: 100, PriceBatch: 100, ReadBatch: 50, PollEvery: time.Minute},
	Statuses: []connector.Status{
		{Code: "new", Title: "New", Stage: connector.StageNew},
		{Code: "accepted", Title: "Accepted", Stage: connector.StageConfirmed},
		{Code: "sent", Title: "Sent", Stage: connector.StageShipped, NeedsTracking: true},
		{Code: "received", Title: "Received", Stage: connector.StageCompleted, Outside: true}, // the carrier says so
		{Code: "cancelled", Title: "Cancelled", Stage: connector.StageCancelled},
	},
	Steps:         map[string][]string{"new": {"accepted", "cancelled"}, "accepted": {"sent", "cancelled"}, "sent": {"received"}},
	Targets:       map[connector.Stage]string{connector.StageConfirmed: "accepted", connector.StageShipped: "sent", connector.StageCancelled: "cancelled"},
	CancelReasons: []connector.CancelReason{{Reason: connector.ReasonOutOfStock, Code: "sold_out"}, {Reason: connector.ReasonOther, Code: "other"}},
}

type driver struct{}

// New makes the driver.
func New() connector.Driver { return driver{} }

// Info describes Kiosk.
func (driver) Info() connector.Info { return info }

// Open builds a session and sends nothing.
func (driver) Open(cfg connector.Config) (connector.Channel, error) {
	u, err := url.Parse(cfg.Settings["base_url"])
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || cfg.Settings["token"] == "" {
		return nil, connector.Errorf(connector.KindSettings, "base_url, token: the shop's address, such as https://shop.example.com, and its key")
	}
	return &channel{cfg: cfg, base: strings.TrimRight(u.String(), "/")}, nil
}

// channel is one account. It has a capability by having the methods of its interface.
type channel struct {
	cfg  connector.Config
	base string
}

// Check reads the shop's name: the cheapest request that proves address and key.
func (c *channel) Check(ctx context.Context) (connector.Account, error) {
	var said struct{ Name string }
	err := c.call(ctx, http.MethodGet, "/shop", nil, &said)
	if err == nil && said.Name == "" { // 200 alone proves nothing: a parked domain answers 200 too
		err = connector.Errorf(connector.KindTransient, "Kiosk did not say the shop's name")
	}
	return connector.Account{Name: said.Name}, err
}

// call is one exchange. All traffic goes through cfg.HTTP, which slows down and guards; SendJSON finds the kind of an error.
func (c *channel) call(ctx context.Context, method, path string, body, out any) error {
	return connector.SendJSON(ctx, c.cfg.HTTP, method, c.base+path, http.Header{"X-Key": {c.cfg.Settings["token"]}}, body, out)
}

// pageSize is how many rows Kiosk gives at once.
const pageSize = 50

// after reads the rows behind a cursor, which is the seq of the last one seen. What changes meanwhile moves to the end of the
// list and is met there: a row can come twice, none is skipped.
func (c *channel) after(ctx context.Context, list, cursor string) (rows []connector.RawOrder, next string, more bool, err error) {
	rows, last, err := c.read(ctx, list, url.Values{"after": {cursor}})
	seen, _ := strconv.ParseInt(cursor, 10, 64) // the empty cursor is the beginning
	return rows, strconv.FormatInt(max(last, seen), 10), len(rows) == pageSize && last > seen, err
}

// byID reads rows by id. Kiosk leaves unknown ones out, as Lad wants it.
func (c *channel) byID(ctx context.Context, list string, ids []string) ([]connector.RawOrder, error) {
	rows, _, err := c.read(ctx, list, url.Values{"ids": {strings.Join(ids, ",")}})
	return rows, err
}

// read keeps the bytes of each order or offer as they came. One that can not be read travels on: Lad stores it, ParseOrder
// refuses it, and a person sees it.
func (c *channel) read(ctx context.Context, list string, query url.Values) (rows []connector.RawOrder, last int64, err error) {
	var said struct{ Rows []json.RawMessage }
	err = c.call(ctx, http.MethodGet, list+"?"+query.Encode(), nil, &said)
	if err == nil && said.Rows == nil { // an answer without the list is no empty list: the cursor must not move
		err = connector.Errorf(connector.KindTransient, "Kiosk answered without a list")
	}
	for _, raw := range said.Rows {
		var row struct {
			ID  string
			Seq int64
		}
		_ = json.Unmarshal(raw, &row)
		rows, last = append(rows, connector.RawOrder{ExternalID: row.ID, Body: raw}), max(last, row.Seq)
	}
	return rows, last, err
}
