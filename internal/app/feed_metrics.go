package app

import (
	"context"
	"strconv"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/lad-hub/lad/internal/feeds"
	"github.com/lad-hub/lad/internal/identity"
	"github.com/lad-hub/lad/internal/platform/db"
)

// feedMetrics are read from the database when asked for.
type feedMetrics struct{ a *App }

var (
	feedLabels     = []string{"tenant", "feed", "format"}
	feedOffersDesc = prometheus.NewDesc("lad_feed_offers", "Offers in the last whole reading of a feed; -1 before the first.", feedLabels, nil)
	feedLeftDesc   = prometheus.NewDesc("lad_feed_left_out", "Goods that the last whole reading of a feed left out for their faults.", feedLabels, nil)
	feedAgeDesc    = prometheus.NewDesc("lad_feed_read_age_seconds", "Time since somebody last came for a feed.", feedLabels, nil)
)

// Describe names every figure.
func (m *feedMetrics) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{feedOffersDesc, feedLeftDesc, feedAgeDesc} {
		ch <- d
	}
}

// Collect reads the figures of every feed of every tenant.
func (m *feedMetrics) Collect(ch chan<- prometheus.Metric) {
	ctx := context.Background()
	tenants, err := identity.Tenants(ctx, m.a.DB)
	for _, t := range tenants {
		if err == nil {
			err = m.a.DB.Read(ctx, t, func(tx *db.Tx) error { return m.collect(ctx, tx, ch) })
		}
	}
	if err != nil {
		ch <- prometheus.NewInvalidMetric(feedOffersDesc, err)
	}
}

func (m *feedMetrics) collect(ctx context.Context, tx *db.Tx, ch chan<- prometheus.Metric) error {
	list, err := feeds.All(ctx, tx)
	if err != nil {
		return err
	}
	for _, f := range list {
		last, err := feeds.LastVisit(ctx, tx, f.ID)
		if err != nil {
			return err
		}
		who := []string{strconv.FormatInt(int64(tx.Tenant), 10), strconv.FormatInt(f.ID, 10), f.Format.Name}
		ch <- prometheus.MustNewConstMetric(feedOffersDesc, prometheus.GaugeValue, float64(f.Counted.Offers), who...)
		ch <- prometheus.MustNewConstMetric(feedLeftDesc, prometheus.GaugeValue, float64(f.Counted.LeftOut), who...)
		if !last.At.IsZero() {
			ch <- prometheus.MustNewConstMetric(feedAgeDesc, prometheus.GaugeValue, tx.Now().Sub(last.At).Seconds(), who...)
		}
	}
	return nil
}
