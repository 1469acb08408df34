package app

import (
	"context"
	"net/http"
	"strconv"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/lad-hub/lad/internal/connections"
	"github.com/lad-hub/lad/internal/identity"
	"github.com/lad-hub/lad/internal/platform/db"
)

// metrics serves Prometheus figures. Those of connections are read from the database when asked for, so that they are right
// after a restart and cost nothing between scrapes.
func (a *App) metrics() http.Handler {
	reg := prometheus.NewRegistry()
	reg.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), &connectionMetrics{a}, &feedMetrics{a})
	return promhttp.HandlerFor(reg, promhttp.HandlerOpts{})
}

type connectionMetrics struct{ a *App }

var (
	labels      = []string{"tenant", "connection", "driver"}
	lagDesc     = prometheus.NewDesc("lad_push_lag_seconds", "Age of the oldest quantity that a channel does not show yet.", labels, nil)
	dirtyDesc   = prometheus.NewDesc("lad_push_dirty", "Listings whose channel does not know the newest quantity, at most 1000.", labels, nil)
	parkedDesc  = prometheus.NewDesc("lad_push_parked", "Listings whose quantity the channel would not take, at most 1000.", labels, nil)
	waitingDesc = prometheus.NewDesc("lad_facts_waiting", "Facts of a channel that wait to be applied.", labels, nil)
	asideDesc   = prometheus.NewDesc("lad_facts_aside", "Facts of a channel that were set aside.", labels, nil)
	quotaDesc   = prometheus.NewDesc("lad_quota_left", "Requests a channel would take at once; -1 without a limit.", labels, nil)
	upDesc      = prometheus.NewDesc("lad_connection_active", "1 when a connection works, 0 when it is paused or stopped.", labels, nil)
	tabsDesc    = prometheus.NewDesc("lad_live_tabs", "Open browser tabs.", nil, nil)
)

// Describe names every figure.
func (m *connectionMetrics) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{lagDesc, dirtyDesc, parkedDesc, waitingDesc, asideDesc, quotaDesc, upDesc, tabsDesc} {
		ch <- d
	}
}

// Collect reads the figures of every connection of every tenant.
func (m *connectionMetrics) Collect(ch chan<- prometheus.Metric) {
	ctx := context.Background()
	ch <- prometheus.MustNewConstMetric(tabsDesc, prometheus.GaugeValue, float64(m.a.Live.Tabs()))
	tenants, err := identity.Tenants(ctx, m.a.DB)
	if err != nil {
		ch <- prometheus.NewInvalidMetric(upDesc, err)
		return
	}
	for _, t := range tenants {
		var list []connections.Health
		err := m.a.DB.Read(ctx, t, func(tx *db.Tx) (err error) {
			list, err = m.a.Connections.HealthOfAll(ctx, tx)
			return err
		})
		if err != nil {
			ch <- prometheus.NewInvalidMetric(upDesc, err)
			return
		}
		for _, h := range list {
			m.connection(ch, t, h)
		}
	}
}

func (m *connectionMetrics) connection(ch chan<- prometheus.Metric, t db.Tenant, h connections.Health) {
	who := []string{strconv.FormatInt(int64(t), 10), strconv.FormatInt(h.Connection.ID, 10), h.Connection.Driver}
	active := 0.0
	if h.Connection.State == connections.Active {
		active = 1
	}
	for _, g := range []struct {
		desc  *prometheus.Desc
		value float64
	}{{lagDesc, h.Lag.Seconds()}, {dirtyDesc, float64(h.Dirty)}, {parkedDesc, float64(h.Parked)}, {waitingDesc, float64(h.Waiting)}, {asideDesc, float64(h.Aside)}, {quotaDesc, h.QuotaLeft}, {upDesc, active}} {
		ch <- prometheus.MustNewConstMetric(g.desc, prometheus.GaugeValue, g.value, who...)
	}
}
