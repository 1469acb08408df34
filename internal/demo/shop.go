package demo

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"github.com/lad-hub/lad/internal/catalog"
	"github.com/lad-hub/lad/internal/connections"
	"github.com/lad-hub/lad/internal/identity"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/facts"
	"github.com/lad-hub/lad/internal/platform/qty"
	"github.com/lad-hub/lad/internal/platform/secret"
	"github.com/lad-hub/lad/internal/stock"
)

// shop is the tenant of a demo: the first of its database.
const shop db.Tenant = 1

// requestsPerSecond that the simulators take from Lad; the fault "rate limit" brings the sheets' numbers back.
const requestsPerSecond = 200

// restored is how many of its orders a simulator gets back when a kept folder is opened again.
const restored = 300

// people work in the shop; the first owns it.
var people = []struct {
	email, name string
	role        identity.Role
}{
	{"owner@demo.example", "Ірина Коваленко", identity.Owner},
	{"manager@demo.example", "Олена Мельник", identity.Manager},
	{"picker@demo.example", "Тарас Бойко", identity.Picker},
}

// open founds the shop, or finds what an earlier run left, and connects the channels.
func (d *Demo) open(ctx context.Context) error {
	d.tenant = shop
	all, err := goods(d.Seed)
	if err != nil {
		return err
	}
	d.articles = append(all.articles, kitArticles()...)
	owner := SignIn{Email: people[0].email, Password: secret.Text(rand.Text())} // a password nobody knows
	if d.SignIn != nil {
		owner = *d.SignIn
	}
	_, err = d.app.Identity.Found(ctx, identity.SetupInput{Shop: "Крамниця «Лад»", Language: "uk", Currency: "UAH", Zone: "Europe/Kyiv",
		Email: owner.Email, Name: people[0].name, Password: owner.Password})
	if d.fresh = err == nil; d.fresh {
		err = d.stockUp(ctx, all)
	} else if errs.Is(err, errs.Conflict) { // an earlier run founded it
		err = nil
	}
	if err != nil {
		return err
	}
	if err := d.find(ctx); err != nil {
		return err
	}
	return d.connect(ctx)
}

// stockUp hires people, fills the catalogue and the warehouses.
func (d *Demo) stockUp(ctx context.Context, all assortment) error {
	system := access.ForSystem(d.tenant)
	for _, p := range people[1:] {
		in := identity.CreateInput{Email: p.email, Name: p.name, Role: p.role, Language: "uk", Password: secret.Text(rand.Text())}
		if _, err := d.app.Identity.Create(ctx, system, in); err != nil {
			return err
		}
	}
	made, err := d.app.Catalog.CreateProducts(ctx, system, all.products)
	if err != nil {
		return err
	}
	ids := idsOf(made)
	if _, err := d.app.Catalog.CreateProducts(ctx, system, bundles(func(code string) int64 { return ids[code] })); err != nil {
		return err
	}
	kyiv, lviv, err := d.warehouses(ctx, system)
	if err != nil {
		return err
	}
	var first, second []stock.Count
	for _, a := range all.articles {
		first = append(first, stock.Count{SKUID: ids[a.code], Qty: pieces(a.kyiv)})
		second = append(second, stock.Count{SKUID: ids[a.code], Qty: pieces(a.lviv)})
	}
	for w, lines := range map[int64][]stock.Count{kyiv: first, lviv: second} {
		in := stock.DocumentInput{Kind: stock.MoveOpening, WarehouseID: w, Lines: lines, Reason: "Початкові залишки"}
		if _, err := d.app.Stock.Post(ctx, system, in); err != nil {
			return err
		}
	}
	fmt.Fprintf(d.Out, "Founded a shop with %d SKUs in two warehouses\n", len(d.articles)+len(services))
	return nil
}

// warehouses makes the first warehouse Kyiv's and adds one in Lviv.
func (d *Demo) warehouses(ctx context.Context, a access.Actor) (kyiv, lviv int64, err error) {
	list, err := d.readWarehouses(ctx)
	if err != nil {
		return 0, 0, err
	}
	if err := d.app.Stock.RenameWarehouse(ctx, a, list[0].ID, "kyiv", "Київ"); err != nil {
		return 0, 0, err
	}
	w, err := d.app.Stock.AddWarehouse(ctx, a, "lviv", "Львів")
	return list[0].ID, w.ID, err
}

func (d *Demo) readWarehouses(ctx context.Context) (list []stock.Warehouse, err error) {
	err = d.app.DB.Read(ctx, d.tenant, func(tx *db.Tx) error {
		list, err = d.app.Stock.Warehouses(ctx, tx)
		return err
	})
	if err == nil && len(list) == 0 {
		err = errs.New(errs.Internal, "error.demo.folder")
	}
	return list, err
}

func idsOf(products []catalog.Product) map[string]int64 {
	out := map[string]int64{}
	for _, p := range products {
		for _, s := range p.SKUs {
			out[s.Code] = s.ID
		}
	}
	return out
}

// find reads who works here and what is sold.
func (d *Demo) find(ctx context.Context) error {
	accounts, err := d.app.Identity.Accounts(ctx, access.ForSystem(d.tenant), 0, len(people))
	if err != nil {
		return err
	}
	for _, a := range accounts {
		granted := map[access.Permission]bool{}
		for _, p := range a.Role.Permissions() {
			granted[p] = true
		}
		actor := access.Actor{Tenant: d.tenant, Kind: access.Person, ID: a.ID, Name: a.Name, Granted: granted}
		if a.Role == identity.Owner {
			d.owner = actor
		} else {
			d.staff = append(d.staff, actor)
		}
	}
	if d.owner.ID == 0 || len(d.staff) == 0 {
		return errs.New(errs.Conflict, "error.demo.folder")
	}
	list, err := d.readWarehouses(ctx)
	if err != nil {
		return err
	}
	d.main, d.second = list[0].ID, list[len(list)-1].ID
	codes := make([]string, len(d.articles))
	for i, a := range d.articles {
		codes[i] = a.code
	}
	d.skus = map[string]int64{}
	return d.app.DB.Read(ctx, d.tenant, func(tx *db.Tx) error {
		found, err := catalog.Reader{}.ByCodes(ctx, tx, codes)
		for code, s := range found {
			d.skus[code] = s.ID
		}
		return err
	})
}

// connect puts the offers on the channels and gives Lad a connection to each.
func (d *Demo) connect(ctx context.Context) error {
	free, err := d.available(ctx)
	if err != nil {
		return err
	}
	var had []connections.Connection
	err = d.app.DB.Read(ctx, d.tenant, func(tx *db.Tx) (err error) {
		had, err = connections.All(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	for _, s := range d.stalls {
		s.offers(d.articles, free)
		for _, c := range had {
			if c.Driver == s.Name() {
				s.conn = c.ID
			}
		}
		if s.conn == 0 {
			err = d.add(ctx, s)
		} else {
			err = d.rejoin(ctx, s)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// add makes a connection as a person would, with a generous rate.
func (d *Demo) add(ctx context.Context, s *stall) error {
	c, err := d.app.Connections.Add(ctx, d.owner, connections.Input{Driver: s.Name(), Name: s.title, Settings: s.settings()})
	if err != nil {
		return err
	}
	s.conn = c.ID
	return d.app.Connections.SetRate(ctx, d.owner, c.ID, requestsPerSecond)
}

// rejoin leads a connection of an earlier run to the new listener and gives the simulator its orders back.
func (d *Demo) rejoin(ctx context.Context, s *stall) error {
	var list []facts.Fact
	err := d.app.DB.Read(ctx, d.tenant, func(tx *db.Tx) (err error) {
		list, err = facts.Newest(ctx, tx, s.conn, facts.Order, restored)
		return err
	})
	if err != nil {
		return err
	}
	for _, f := range list {
		if _, err := s.PlaceRaw(f.Body); err != nil {
			return fmt.Errorf("give order %s back to %s: %w", f.ExternalID, s.Name(), err)
		}
	}
	if err := d.app.Connections.Update(ctx, d.owner, s.conn, connections.Input{Name: s.title, Settings: s.settings()}); err != nil {
		return err
	}
	return d.app.Connections.Resume(ctx, d.owner, s.conn)
}

// pageOfListings is how many listings are read at once.
const pageOfListings = 500

// progress is how far a connection's offers have come.
type progress struct {
	read                      bool
	offers, linked, confirmed int
}

func (d *Demo) progress(ctx context.Context, s *stall) (p progress, err error) {
	err = d.app.DB.Read(ctx, d.tenant, func(tx *db.Tx) error {
		p = progress{}
		c, err := connections.ByID(ctx, tx, s.conn)
		if err != nil {
			return err
		}
		p.read = c.OffersReadAt > 0
		f := connections.ListingFilter{ConnectionID: s.conn, Limit: pageOfListings}
		for {
			list, err := d.app.Connections.Listings(ctx, tx, f)
			if err != nil {
				return err
			}
			for _, l := range list {
				p.offers++
				f.After = l.ID
				if l.SKUID != 0 {
					p.linked++
				}
				if l.SKUID != 0 && !l.Stock.Dirty && l.Stock.ConfirmedQty == l.Stock.SentQty && l.Stock.SentQty != never {
					p.confirmed++
				}
			}
			if len(list) < pageOfListings {
				return nil
			}
		}
	})
	return p, err
}

// never is the quantity of a listing that was not sent or confirmed yet.
const never qty.Qty = -1000

// linkingTime bounds the wait for the first quantities; a channel that is down so long is the person's experiment.
const linkingTime = time.Hour

// linked waits until every channel's offers are read and linked and their quantities confirmed, and tells how it goes.
func (d *Demo) linked(ctx context.Context) error {
	told := make([]progress, len(d.stalls))
	_, err := d.until(ctx, linkingTime, func() (bool, error) {
		done := true
		for i, s := range d.stalls {
			p, err := d.progress(ctx, s)
			if err != nil {
				return false, err
			}
			if ready := p.read && p.confirmed == p.linked; ready && p != told[i] {
				fmt.Fprintf(d.Out, "%s: %d offers, %d linked, %d quantities confirmed\n", s.title, p.offers, p.linked, p.confirmed)
			} else if !ready {
				done = false
			}
			told[i] = p
		}
		return done, nil
	})
	return err
}
