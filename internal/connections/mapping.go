package connections

import (
	"context"
	"encoding/json"
	"maps"
	"slices"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
)

// Mapping is what a person decided about a channel's words. What is absent is as the driver says.
type Mapping struct {
	Stages   map[string]connector.Stage  // by the channel's status: what it means
	Targets  map[connector.Stage]string  // by stage: the status to ask for; NoStatus tells the channel nothing
	Delivery map[string]string           // by the channel's word: the carrier
	Payment  map[string]string           // by the channel's word: PayPrepaid or PayOnPickup
	Reasons  map[connector.Reason]string // by our reason: the channel's reason
}

// NoStatus as a target: the stage is not told to the channel.
const NoStatus = "-"

// What a payment word can mean.
const (
	PayPrepaid  = "prepaid"
	PayOnPickup = "on_pickup"
)

// Carriers are the delivery services that words can be mapped to.
var Carriers = []string{"nova_poshta", "ukrposhta", "meest", "rozetka", "inpost", "dpd", "dhl", "ups", "gls", "orlen", "poczta_polska", "courier", "pickup"}

// Stages are the neutral stages in the order of the normal path.
var Stages = []connector.Stage{connector.StageNew, connector.StageConfirmed, connector.StagePicking, connector.StageShipped, connector.StageCompleted, connector.StageCancelled, connector.StageReturned}

// The kinds of connection_map.
const (
	mapStage    = "stage"
	mapTarget   = "target"
	mapDelivery = "delivery"
	mapPayment  = "payment"
	mapReason   = "reason"
)

// set puts in one stored row.
func (m *Mapping) set(kind, code, value string) {
	put := func(to *map[string]string) {
		if *to == nil {
			*to = map[string]string{}
		}
		(*to)[code] = value
	}
	switch kind {
	case mapStage:
		if m.Stages == nil {
			m.Stages = map[string]connector.Stage{}
		}
		m.Stages[code] = connector.Stage(value)
	case mapTarget:
		if m.Targets == nil {
			m.Targets = map[connector.Stage]string{}
		}
		m.Targets[connector.Stage(code)] = value
	case mapReason:
		if m.Reasons == nil {
			m.Reasons = map[connector.Reason]string{}
		}
		m.Reasons[connector.Reason(code)] = value
	case mapDelivery:
		put(&m.Delivery)
	case mapPayment:
		put(&m.Payment)
	}
}

// rows are what is stored: kind, code, value, in a fixed order.
func (m Mapping) rows() (out [][3]string) {
	for code, v := range m.Stages {
		out = append(out, [3]string{mapStage, code, string(v)})
	}
	for code, v := range m.Targets {
		out = append(out, [3]string{mapTarget, string(code), v})
	}
	for code, v := range m.Delivery {
		out = append(out, [3]string{mapDelivery, code, v})
	}
	for code, v := range m.Payment {
		out = append(out, [3]string{mapPayment, code, v})
	}
	for code, v := range m.Reasons {
		out = append(out, [3]string{mapReason, string(code), v})
	}
	slices.SortFunc(out, func(a, b [3]string) int { return slices.Compare(a[:], b[:]) })
	return out
}

// MappingOf reads a connection's mapping. Words that the channel has used and nobody has decided about have the value "".
func MappingOf(ctx context.Context, tx *db.Tx, id int64) (m Mapping, err error) {
	err = tx.Each(ctx, "select kind, code, value from connection_map where tenant_id = $1 and connection_id = $2", []any{int64(tx.Tenant), id}, func(sc db.Scanner) error {
		var kind, code, value string
		err := sc.Scan(&kind, &code, &value)
		m.set(kind, code, value)
		return err
	})
	return m, err
}

// onto is the description of a channel with what the shop and its owner say instead of the driver.
func (m Mapping) onto(in connector.Info, d connector.Dictionary) connector.Info {
	if len(d.Statuses) > 0 {
		in.Statuses = d.Statuses
		if _, any := in.Steps["*"]; any {
			in.Steps = maps.Clone(in.Steps)
			in.Steps["*"] = nil
			for _, s := range d.Statuses {
				if !s.Outside && !s.Ignore {
					in.Steps["*"] = append(in.Steps["*"], s.Code)
				}
			}
		}
	}
	in.Statuses = slices.Clone(in.Statuses)
	for i := range in.Statuses {
		if stage := m.Stages[in.Statuses[i].Code]; stage != "" {
			in.Statuses[i].Stage = stage
		}
	}
	in.Targets = maps.Clone(in.Targets)
	for stage, code := range m.Targets {
		switch code {
		case "":
		case NoStatus:
			delete(in.Targets, stage)
		default:
			if in.Targets == nil {
				in.Targets = map[connector.Stage]string{}
			}
			in.Targets[stage] = code
		}
	}
	in.CancelReasons = slices.Clone(in.CancelReasons)
	for reason, code := range m.Reasons {
		at := slices.IndexFunc(in.CancelReasons, func(c connector.CancelReason) bool { return c.Code == code })
		if at < 0 {
			continue
		}
		chosen := in.CancelReasons[at]
		chosen.Reason = reason
		in.CancelReasons = append(slices.DeleteFunc(in.CancelReasons, func(c connector.CancelReason) bool { return c.Reason == reason }), chosen)
	}
	return in
}

// read puts a channel's order into our words.
func (m Mapping) read(in connector.Info, shopsOwn bool, o *connector.Order) {
	_, decided := m.Stages[o.Status]
	if s, ok := in.StatusOf(o.Status); ok && (decided || shopsOwn) && s.Stage != "" {
		o.Ignore = o.Ignore || s.Ignore
		if !o.StageFixed {
			o.Stage = s.Stage
		}
	}
	if carrier := m.Delivery[deliveryWord(*o)]; carrier != "" {
		o.Delivery.Service = carrier
	}
	switch m.Payment[o.Payment.Method] {
	case PayPrepaid:
		o.Payment.OnPickup = false
	case PayOnPickup:
		o.Payment.OnPickup = true
	}
}

// deliveryWord is what the channel calls the way of delivery.
func deliveryWord(o connector.Order) string {
	if o.Delivery.Title != "" {
		return o.Delivery.Title
	}
	return o.Delivery.Service
}

// maxWord bounds a word of the channel that is remembered.
const maxWord = 200

// remember keeps the channel's words for delivery and payment that were not seen before, so that a person can decide about them.
func (l *applyLane) remember(ctx context.Context, list []Parsed) error {
	var args []any
	for _, p := range list {
		for kind, word := range map[string]string{mapDelivery: deliveryWord(p.Order), mapPayment: p.Order.Payment.Method} {
			if word == "" || len(word) > maxWord || l.seen[kind+word] {
				continue
			}
			l.seen[kind+word] = true
			args = append(args, int64(l.Tenant), l.Conn.ID, kind, clean(word), "")
		}
	}
	if len(args) == 0 {
		return nil
	}
	return l.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Insert(ctx, "insert into connection_map (tenant_id, connection_id, kind, code, value)", "on conflict do nothing", 5, args)
		return err
	})
}

// SetMapping stores what a person decided. Orders that have come already keep the stage they have.
func (s *Service) SetMapping(ctx context.Context, a access.Actor, id int64, m Mapping) error {
	return s.change(ctx, a, id, "connection.mapping", nil, func(tx *db.Tx, c Connection) error {
		info, err := s.describe(c)
		if err != nil {
			return err
		}
		if err := m.validate(info); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "delete from connection_map where tenant_id = $1 and connection_id = $2", int64(tx.Tenant), id); err != nil {
			return err
		}
		var args []any
		for _, r := range m.rows() {
			args = append(args, int64(tx.Tenant), id, r[0], r[1], r[2])
		}
		if _, err := tx.Insert(ctx, "insert into connection_map (tenant_id, connection_id, kind, code, value)", "", 5, args); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, "update connection set version = version + 1 where tenant_id = $1 and id = $2", int64(tx.Tenant), id)
		return err
	})
}

func (m Mapping) validate(in connector.Info) error {
	var c errs.Check
	for code, stage := range m.Stages {
		_, known := in.StatusOf(code)
		c.That(known && (stage == "" || slices.Contains(Stages, stage)), "stage_"+code, "error.connection.map_stage", "status", code)
	}
	for stage, code := range m.Targets {
		_, known := in.StatusOf(code)
		c.That(slices.Contains(Stages, stage) && (code == "" || code == NoStatus || known), "target_"+string(stage), "error.connection.map_target", "status", code)
	}
	for word, carrier := range m.Delivery {
		c.That(carrier == "" || slices.Contains(Carriers, carrier), "delivery", "error.connection.map_delivery", "word", word)
	}
	for word, means := range m.Payment {
		c.That(means == "" || means == PayPrepaid || means == PayOnPickup, "payment", "error.connection.map_payment", "word", word)
	}
	for reason, code := range m.Reasons {
		known := slices.ContainsFunc(in.CancelReasons, func(r connector.CancelReason) bool { return r.Code == code })
		c.That(code == "" || known, "reason_"+string(reason), "error.connection.map_reason", "reason", code)
	}
	return c.Err()
}

// describe is a connection's channel as data, with the shop's own statuses and without what a person decided.
func (s *Service) describe(c Connection) (connector.Info, error) {
	d, ok := s.Drivers(c.Driver)
	if !ok {
		return connector.Info{}, errs.New(errs.Internal, "error.connection.driver", "driver", c.Driver)
	}
	return Mapping{}.onto(d.Info(), c.Dictionary), nil
}

// Described is what the mapping of a connection is about: the channel as it stands and what was decided.
type Described struct {
	Info    connector.Info // by the driver and the shop's own words
	Now     connector.Info // with what was decided
	Mapping Mapping
	Methods connector.Dictionary
}

// Describe reads what a person needs to decide about a channel's words.
func (s *Service) Describe(ctx context.Context, tx *db.Tx, c Connection) (d Described, err error) {
	if d.Info, err = s.describe(c); err != nil {
		return d, err
	}
	if d.Mapping, err = MappingOf(ctx, tx, c.ID); err != nil {
		return d, err
	}
	d.Now, d.Methods = d.Mapping.onto(d.Info, connector.Dictionary{}), c.Dictionary
	return d, nil
}

// decodeDictionary reads what was stored of the shop's own words; "" is none.
func decodeDictionary(text string) (d connector.Dictionary, err error) {
	if text != "" {
		err = json.Unmarshal([]byte(text), &d)
	}
	return d, err
}
