package demo

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/lad-hub/lad/internal/drivers"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/httpx"
	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/sim"
	demoui "github.com/lad-hub/lad/internal/ui/demo"
	"github.com/lad-hub/lad/internal/ui/kit"
)

// rules say how hard each fault strikes when a person switches it on: enough to see it, not so much that nothing passes.
var rules = map[sim.Kind]sim.Rule{
	sim.Delay:           {Delay: 2 * time.Second, Jitter: time.Second},
	sim.Drop:            {Probability: 0.4},
	sim.HalfResponse:    {Probability: 0.4},
	sim.Status429:       {Probability: 0.5, RetryAfter: 2 * time.Second},
	sim.Status5xx:       {Probability: 0.5},
	sim.AcceptThenFail:  {Probability: 0.5},
	sim.BrokenJSON:      {Probability: 0.4},
	sim.HugeBody:        {Probability: 0.2},
	sim.HTMLErrors:      {Probability: 0.5, Status: http.StatusBadGateway},
	sim.DuplicateOrders: {},
	sim.ClockSkew:       {Skew: 40 * time.Minute},
	sim.ExpireTokens:    {},
}

// choice are the SKUs that the page offers to look at.
var choice = []string{lastGenerator, "GEN-5500", "PWS-2000", "KIT-BLACKOUT", "PB-20K-1", "LMP-CAMP-1", "TRM-BTL-3", "SWT-HUTS-2", "KIT-TEA", "PAN-CST-3", "TOY-BRK-2", "BOK-CKB"}

// deps are what the page works with.
func (d *Demo) deps() demoui.Deps {
	return demoui.Deps{Stage: d, Frame: d.app.Frame()}
}

// mark is the stall as the console shows its channel.
func (s *stall) mark() kit.Channel {
	out := kit.Channel{Mark: "?", Title: s.title, Driver: s.Name()}
	if driver, ok := drivers.ByName(s.Name()); ok {
		out.Mark = driver.Info().Mark
	}
	return out
}

func (d *Demo) stallOf(channel string) (*stall, error) {
	for _, s := range d.stalls {
		if s.Name() == channel {
			return s, nil
		}
	}
	return nil, errs.New(errs.NotFound, "error.not_found")
}

// View implements demoui.Stage.
func (d *Demo) View(ctx context.Context, sku string) (demoui.View, error) {
	if d.skus[sku] == 0 {
		sku = lastGenerator
	}
	pace, _ := d.buyers.rhythm()
	v := demoui.View{Pace: pace, Quiet: d.Quiet}
	d.last.Lock()
	v.Scene = d.last.scene
	d.last.Unlock()
	for _, code := range choice {
		v.Choice = append(v.Choice, demoui.Item{Code: code, Name: d.titleOf(code)})
	}
	for _, s := range d.stalls {
		v.Channels = append(v.Channels, s.view())
	}
	var err error
	v.Shelf, err = d.shelf(ctx, sku)
	return v, err
}

func (s *stall) view() demoui.Channel {
	out := demoui.Channel{Channel: s.mark(), ConnectionID: s.conn}
	on := map[sim.Kind]sim.ActiveFault{}
	for _, f := range s.Faults().Active() {
		on[f.Kind] = f
	}
	for _, k := range sim.Kinds() {
		f, active := on[k]
		out.Faults = append(out.Faults, demoui.Fault{Kind: string(k), On: active, Hits: f.Hits})
	}
	return out
}

// shelf reads a SKU's stock and puts what buyers see on each channel beside it.
func (d *Demo) shelf(ctx context.Context, code string) (demoui.Shelf, error) {
	id := d.skus[code]
	out := demoui.Shelf{Item: demoui.Item{Code: code, Name: d.titleOf(code)}, ID: id}
	levels, err := d.levels(ctx, id)
	if err != nil {
		return out, err
	}
	free, err := d.available(ctx)
	if err != nil {
		return out, err
	}
	onHand, held := sum(levels)
	out.OnHand, out.Held, out.Available = i18n.Qty(ctx, onHand), i18n.Qty(ctx, held), i18n.Qty(ctx, free[code])
	list, err := d.listings(ctx, id)
	if err != nil {
		return out, err
	}
	for _, s := range d.stalls {
		shown := kit.Shown{Channel: s.mark(), Want: out.Available, Shows: "—"}
		if n, ok := s.shows(code); ok {
			shown.Shows = i18n.Qty(ctx, pieces(n))
		}
		for _, l := range list {
			if l.ConnectionID == s.conn {
				shown.Sent, shown.Confirmed, shown.Error = moment(l.Stock.SentAt), moment(l.Stock.ConfirmedAt), l.Stock.Error
			}
		}
		if shown.Shows == "—" {
			shown.Want = shown.Shows
		}
		out.Shown = append(out.Shown, shown)
	}
	return out, nil
}

func moment(micros int64) time.Time {
	if micros == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micros)
}

// SetFaults implements demoui.Stage. A fault that was on keeps its count.
func (d *Demo) SetFaults(on map[string][]string) error {
	for channel, kinds := range on {
		s, err := d.stallOf(channel)
		if err != nil {
			return err
		}
		s.setFaults(kinds)
	}
	return nil
}

func (s *stall) setFaults(kinds []string) {
	had := map[sim.Kind]bool{}
	for _, f := range s.Faults().Active() {
		had[f.Kind] = true
	}
	for _, k := range sim.Kinds() {
		switch wanted := slices.Contains(kinds, string(k)); {
		case wanted && !had[k]:
			s.Faults().Set(k, rules[k])
		case !wanted && had[k]:
			s.Faults().Clear(k)
		}
	}
}

// SetPace implements demoui.Stage.
func (d *Demo) SetPace(pace float64) { d.buyers.setPace(pace) }

// Buy implements demoui.Stage.
func (d *Demo) Buy(channel, sku string) (string, error) {
	s, err := d.stallOf(channel)
	if err != nil {
		return "", err
	}
	got, err := s.PlaceOrder(sim.Basket{Buyer: d.buyers.people[2], Lines: []sim.BasketLine{{SKU: sku, Quantity: 1}}})
	if errors.Is(err, sim.ErrNotOrderable) {
		shown, _ := s.shows(sku)
		return "", errs.Wrap(errs.Conflict, err, "error.demo.not_orderable", "channel", s.title, "shown", i18n.Ukrainian.Qty(pieces(shown)))
	}
	return got.ID, err
}

// CancelNewest implements demoui.Stage.
func (d *Demo) CancelNewest(channel string) (string, error) {
	s, err := d.stallOf(channel)
	if err != nil {
		return "", err
	}
	list := s.Orders()
	for i := len(list) - 1; i >= 0 && i >= len(list)-longestQueue; i-- {
		if list[i].Cancelled {
			continue
		}
		if err := s.CancelOrder(list[i].ID); err == nil {
			return list[i].ID, nil
		} else if !errors.Is(err, sim.ErrFinal) {
			return "", err
		}
	}
	return "", errs.New(errs.Conflict, "error.demo.nothing", "channel", s.title)
}

// authenticate signs everybody on this machine in as the owner and puts the demo's bar over every page. Who comes from
// elsewhere has to sign in.
func (d *Demo) authenticate(r *http.Request) (context.Context, error) {
	addr := httpx.ClientAddr(r.Context())
	if r.Header.Get("Authorization") != "" || !addr.Unmap().IsLoopback() || !local(r.Host) {
		return d.app.Identity.Authenticate(r)
	}
	ctx := i18n.With(access.With(r.Context(), d.owner), i18n.Detect(r, ""))
	return kit.WithBanner(i18n.WithZone(ctx, sim.Kyiv()), demoui.Banner()), nil
}

// local says whether a Host header names this machine: a page of another site can not make a browser send one that does.
func local(host string) bool {
	name := host
	if i := strings.LastIndexByte(host, ':'); i > strings.LastIndexByte(host, ']') {
		name = host[:i]
	}
	return name == "localhost" || name == "127.0.0.1" || name == "[::1]"
}
