package connectorphp

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/lad-hub/lad/internal/orders"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/journal"
)

// Bounds of the change feed: how long back it shows, how many rows one call answers, and how many entries are read at once.
const (
	journalShown = 72 * time.Hour
	journalPage  = 100
	journalScan  = 5000
)

// The types of the protocol's journal that Lad's events are told as.
const (
	logCreated, logConfirmed, logPayment, logRemoved, logMerged, logSplit = 1, 2, 3, 4, 5, 6
	logParcelAdded, logParcelDeleted, logDelivery                         = 9, 10, 11
	logLineAdded, logLineEdited, logLineRemoved, logFields, logCopied     = 12, 13, 14, 16, 17
	logStatus                                                             = 18
)

// logTypes are the types of events that are one thing.
var logTypes = map[string]int64{
	"order.payment_set": logPayment, "order.removed": logRemoved, "order.merged": logMerged, "order.split": logSplit, "order.parcel_added": logParcelAdded,
	"order.parcel_removed": logParcelDeleted, "order.delivery_set": logDelivery, "order.line_added": logLineAdded, "order.line_edited": logLineEdited,
	"order.line_removed": logLineRemoved, "order.fields_set": logFields, "order.copied": logCopied, "order.status_set": logStatus,
	"order.confirmed": logStatus, "order.picking": logStatus, "order.shipped": logStatus, "order.completed": logStatus, "order.cancelled": logStatus, "order.returned": logStatus,
	"order.line_linked": logLineEdited,
}

// logRow is one row of the feed. Both spellings of its id are in use.
type logRow struct {
	LogID  int64 `json:"log_id"`
	ID     int64 `json:"id"`
	Order  int64 `json:"order_id"`
	Type   int64 `json:"log_type"`
	Object int64 `json:"object_id"`
	Date   int64 `json:"date"`
}

// getJournalList tells what happened to orders in the last three days, oldest first. An entry of Lad's feed is up to two
// rows, so their numbers are its place doubled.
func (s *Server) getJournalList(c *call) (answer, error) {
	last, order, types := c.p.int("last_log_id"), c.p.int("order_id"), c.p.ints("logs_types")
	if err := c.p.fault(); err != nil {
		return nil, err
	}
	rows := []logRow{}
	err := s.follow(c, "order", order, last/2, func(e journal.Placed) bool {
		for _, row := range logRows(e) {
			if row.LogID >= last && (len(types) == 0 || slices.Contains(types, row.Type)) && len(rows) < journalPage {
				rows = append(rows, row)
			}
		}
		return len(rows) < journalPage
	})
	return answer{"logs": rows}, err
}

// follow hands entries about orders or returns, all or one, to f, until it wants no more: from a place in the feed on, but none that
// is older than three days.
func (s *Server) follow(c *call, subject string, id, from int64, f func(journal.Placed) bool) error {
	if _, err := journal.Place(c, s.DB, c.actor.Tenant); err != nil {
		return err
	}
	return s.read(c, func(tx *db.Tx) error {
		oldest, err := journal.PlaceAt(c, tx, tx.Now().Add(-journalShown))
		for after, more := max(oldest, from-1), true; more && err == nil; {
			var list []journal.Placed
			list, err = journal.FeedOf(c, tx, subject, id, after, journalScan)
			more = len(list) == journalScan
			for _, e := range list {
				if after = e.Pos; !f(e) {
					return err
				}
			}
		}
		return err
	})
}

// told is what an entry's payload says that matters here.
type told struct {
	StatusID int64             `json:"status_id"`
	Stage    []json.RawMessage `json:"stage"`
	Payment  json.RawMessage   `json:"payment"`
	Delivery json.RawMessage   `json:"delivery"`
	Lines    json.RawMessage   `json:"lines"`
	Product  int64             `json:"product_id"`
	Parcel   int64             `json:"package_id"`
	Other    int64             `json:"other_id"`
}

// logRows tells an entry of Lad's journal in the protocol's words; entries that it has no word for are left out.
func logRows(e journal.Placed) []logRow {
	row := logRow{LogID: 2 * e.Pos, ID: 2 * e.Pos, Order: e.SubjectID, Date: e.At.Unix()}
	var t told
	switch e.Kind {
	case "order.accepted":
		second := row
		second.LogID, second.ID = row.LogID+1, row.ID+1
		row.Type, second.Type = logCreated, logConfirmed
		return []logRow{row, second}
	case "order.changed":
		if json.Unmarshal(e.Payload, &t) != nil {
			return nil
		}
		return []logRow{changedRow(row, t)}
	}
	if row.Type = logTypes[e.Kind]; row.Type == 0 {
		return nil
	}
	_ = json.Unmarshal(e.Payload, &t) // a payload of another shape tells nothing more
	switch row.Type {
	case logStatus:
		if row.Object = t.StatusID; row.Object == 0 {
			row.Object = stageStatus(orders.Stage(e.Kind[len("order."):]))
		}
	case logLineRemoved:
		row.Object = t.Product
	case logParcelAdded, logParcelDeleted:
		row.Object = t.Parcel
	case logMerged, logSplit, logCopied:
		row.Object = t.Other
	}
	return []logRow{row}
}

// objectOf is the status that an entry about a return names, 0 for none.
func objectOf(e journal.Placed) int64 {
	var t told
	_ = json.Unmarshal(e.Payload, &t) // a payload of another shape tells nothing more
	return t.StatusID
}

// changedRow is what a channel changed, the weightiest first.
func changedRow(row logRow, t told) logRow {
	switch {
	case len(t.Stage) == 2:
		var stage orders.Stage
		_ = json.Unmarshal(t.Stage[1], &stage) // no stage is status 0
		row.Type, row.Object = logStatus, stageStatus(stage)
	case t.Lines != nil:
		row.Type = logLineEdited
	case t.Payment != nil:
		row.Type = logPayment
	case t.Delivery != nil:
		row.Type = logDelivery
	default:
		row.Type = logFields
	}
	return row
}
