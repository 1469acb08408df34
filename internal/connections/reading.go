package connections

import (
	"context"
	"encoding/json"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/platform/db"
)

// readingRests is how long a reading may rest and still go on: after that the list may be another one.
const readingRests = time.Hour

// Reading is one way through a channel's whole offer list. It is stored with every page, so that a restart or a pause goes on
// where it ended.
type Reading struct {
	BeganAt int64  `json:"began_at"` // µs; 0: none is under way
	PageAt  int64  `json:"page_at"`  // µs of the last page
	Cursor  string `json:"cursor"`
	Seen    int    `json:"seen"`    // offers so far
	Total   int    `json:"total"`   // offers of the list as the channel says, 0 unknown
	Linked  int    `json:"linked"`  // offers that got their SKU by it
	Drifted int    `json:"drifted"` // offers that showed something else than they were told
}

// fresh says whether a reading is under way that can go on.
func (r Reading) fresh(now time.Time) bool {
	return r.BeganAt != 0 && now.Sub(time.UnixMicro(max(r.PageAt, r.BeganAt))) < readingRests
}

// after notes that a page was stored.
func (r *Reading) after(page connector.OfferPage, now int64) {
	r.Cursor, r.PageAt = page.Next, now
	if page.Total > 0 {
		r.Total = page.Total
	}
}

func (r Reading) keep(ctx context.Context, tx *db.Tx, connectionID int64) error {
	text, err := json.Marshal(r)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "update connection set offers_reading = $3 where tenant_id = $1 and id = $2", int64(tx.Tenant), connectionID, string(text))
	return err
}

func decodeReading(text string) (r Reading, err error) {
	if text == "" {
		return r, nil
	}
	return r, json.Unmarshal([]byte(text), &r)
}
