package bench

import (
	"context"

	"github.com/lad-hub/lad/internal/platform/db"
)

// ChannelsResult is how Lad deals with large and with sick channels.
type ChannelsResult struct {
	Bench  string `json:"bench"`
	Engine string `json:"engine"`
	// FirstSyncS is the time from adding a connection until its 30,000 offers are stored, linked and told their quantity.
	FirstSyncS     float64 `json:"first_sync_s"`
	FirstSyncRSSMB float64 `json:"first_sync_rss_mb"` // by how much the memory grew at most
	// PriceWantedS is how long the slower of two takes to be noted for 10,000 SKUs on four channels: new base prices by an import,
	// a new rule. PricePushedS is the time from the rule until every channel shows its prices, each at its own limit.
	PriceWantedS float64 `json:"price_wanted_s"`
	PricePushedS float64 `json:"price_pushed_s"`
	// The p99 from a commit to the request at four healthy channels, beside a fifth healthy one, a slow one and a dead one.
	FanoutP99MS float64 `json:"fanout_p99_ms"`
	SlowP99MS   float64 `json:"slow_p99_ms"`
	DeadP99MS   float64 `json:"dead_p99_ms"`

	refused      int     // offers of the first sync that the channel refused and that were set aside with its words
	priceIdealS  float64 // the requests of the slowest channel at its limit
	lostBySick   int     // offers that showed another quantity than they should at the end
	priceImportS float64
	priceRuleS   float64
}

// Channels measures the first reading of a large channel, a change of every price, and what a slow or dead channel costs the
// others.
func Channels(ctx context.Context, o Options, engine db.Engine) (ChannelsResult, error) {
	r := ChannelsResult{Bench: "channels", Engine: string(engine)}
	for _, part := range []func(context.Context, Options, *place, *ChannelsResult) error{firstSync, priceChange, sickNeighbour} {
		p, err := newPlace(ctx, o, engine)
		if err != nil {
			return r, err
		}
		err = part(ctx, o, p, &r)
		p.end()
		if err != nil {
			return r, err
		}
	}
	return r, nil
}
