package connectorphp

import (
	"slices"
	"strconv"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/baselinker"
	"github.com/lad-hub/lad/internal/orders"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/platform/journal"
)

// couriers are the carriers that Lad has names for. Their numbers are typed in: Lad keeps no accounts with them.
var couriers = []string{"nova_poshta", "ukrposhta", "meest", "rozetka"}

func (s *Server) getCouriersList(c *call) (answer, error) {
	out := make([]answer, len(couriers))
	for i, code := range couriers {
		out[i] = answer{"code": code, "name": i18n.T(c, "orders.carrier."+code)}
	}
	return answer{"couriers": out}, nil
}

func (s *Server) getCourierAccounts(c *call) (answer, error) {
	c.p.need("courier_code")
	return answer{"accounts": []answer{}}, nil
}

func (s *Server) getCourierFields(c *call) (answer, error) {
	c.p.need("courier_code")
	return answer{"multi_packages": 0, "fields": []answer{}, "package_fields": []answer{}}, nil
}

// createPackageManual notes a parcel with the number that its carrier gave it: the order shows carrier and number from now on.
func (s *Server) createPackageManual(c *call) (answer, error) {
	p := c.p
	p.need("order_id", "courier_code", "package_number")
	parcel := baselinker.Parcel{OrderID: p.int("order_id"), Courier: p.text("courier_code", 20), Number: p.text("package_number", 40), PickupAt: p.int("pickup_date"),
		Return: p.flag("return_shipment")}
	if parcel.Number == "" || parcel.Courier == "" {
		p.bad("package_number")
	}
	if err := p.fault(); err != nil {
		return nil, err
	}
	var id int64
	err := s.editOrder(c, parcel.OrderID, func(tx *db.Tx, _ orders.Order, h *orders.Head, _ *baselinker.Order) ([]journal.Record, error) {
		err := s.keepParcel(c, tx, parcel.OrderID, h)
		if err != nil {
			return nil, err
		}
		if id, err = s.Kept.AddParcel(c, tx, parcel); err != nil {
			return nil, err
		}
		if !parcel.Return {
			h.Tracking, h.Carrier = parcel.Number, parcel.Courier
		}
		return []journal.Record{{Kind: "order.parcel_added", Payload: map[string]any{"package_id": id, "tracking": parcel.Number}}}, nil
	})
	return answer{"package_id": id, "package_number": parcel.Number}, err
}

// keepParcel keeps the number that the order shows as a parcel, so that a further one does not push it out.
func (s *Server) keepParcel(c *call, tx *db.Tx, order int64, h *orders.Head) error {
	list, err := s.Kept.ParcelsOf(c, tx, order)
	number := cut(h.Tracking, 40)
	if err != nil || number == "" || slices.ContainsFunc(list, func(p baselinker.Parcel) bool { return p.Number == number }) {
		return err
	}
	_, err = s.Kept.AddParcel(c, tx, baselinker.Parcel{OrderID: order, Courier: cut(h.Carrier, 20), Number: number})
	return err
}

// parcelOut is a parcel with what the stage of its order tells of its way.
func parcelOut(p baselinker.Parcel, o orders.Order) answer {
	state, at := trackingOf(p, o)
	return answer{"package_id": p.ID, "order_id": p.OrderID, "courier_package_nr": p.Number, "courier_inner_number": "", "courier_code": p.Courier, "courier_other_name": "",
		"account_id": 0, "tracking_status_date": at, "tracking_delivery_days": 0, "tracking_status": state, "package_type": returnType(p), "tracking_url": "", "is_return": p.Return}
}

func returnType(p baselinker.Parcel) int {
	if p.Return {
		return 1
	}
	return 0
}

// trackingOf is the protocol's tracking status: 1 a label is there, 2 shipped, 5 delivered, 6 on its way back.
func trackingOf(p baselinker.Parcel, o orders.Order) (state int, at int64) {
	switch {
	case p.Return || o.Stage == connector.StageNew || o.Stage == connector.StageConfirmed || o.Stage == connector.StagePicking:
		return 1, p.CreatedAt
	case o.Stage == connector.StageShipped:
		return 2, seconds(o.StageAt)
	case o.Stage == connector.StageCompleted:
		return 5, seconds(o.StageAt)
	case o.Stage == connector.StageReturned:
		return 6, seconds(o.StageAt)
	}
	return 0, p.CreatedAt
}

// getOrderPackages lists the parcels of an order. A number that came with the order itself counts as one, with id 0.
func (s *Server) getOrderPackages(c *call) (answer, error) {
	c.p.need("order_id")
	id := c.p.int("order_id")
	if err := c.p.fault(); err != nil {
		return nil, err
	}
	o, err := s.orderNow(c, id)
	if err != nil {
		return nil, err
	}
	out := []answer{}
	err = s.read(c, func(tx *db.Tx) error {
		list, err := s.Kept.ParcelsOf(c, tx, id)
		known := o.Tracking == ""
		for _, p := range list {
			known = known || p.Number == o.Tracking
			out = append(out, parcelOut(p, o))
		}
		if !known {
			out = append(out, parcelOut(baselinker.Parcel{OrderID: id, Courier: o.Carrier, Number: o.Tracking, CreatedAt: seconds(o.StageAt)}, o))
		}
		return err
	})
	return answer{"packages": out}, err
}

// wantedParcel finds the parcel that a call names by its id or number.
func (s *Server) wantedParcel(c *call) (baselinker.Parcel, error) {
	id, number := c.p.int("package_id"), c.p.text("package_number", 40)
	if id == 0 && number == "" {
		c.p.bad("package_id")
	}
	if err := c.p.fault(); err != nil {
		return baselinker.Parcel{}, err
	}
	var out baselinker.Parcel
	err := s.read(c, func(tx *db.Tx) (err error) {
		out, err = s.Kept.ParcelOf(c, tx, id, c.p.text("courier_code", 20), number)
		return err
	})
	return out, err
}

func (s *Server) getPackageDetails(c *call) (answer, error) {
	p, err := s.wantedParcel(c)
	if err != nil {
		return nil, err
	}
	o, err := s.orderNow(c, p.OrderID)
	out := parcelOut(p, o)
	out["package_details"], out["subpackages"] = []answer{parcelOut(p, o)}, []answer{}
	return out, err
}

// maxHistories bounds one call of the parcels' history.
const maxHistories = 100

func (s *Server) getCourierPackagesStatusHistory(c *call) (answer, error) {
	c.p.need("package_ids")
	ids := c.p.ints("package_ids")
	if len(ids) > maxHistories {
		c.p.bad("package_ids")
	}
	if err := c.p.fault(); err != nil {
		return nil, err
	}
	out := map[string][]answer{}
	err := s.read(c, func(tx *db.Tx) error {
		for _, id := range ids {
			p, err := s.Kept.ParcelOf(c, tx, id, "", "")
			if err != nil {
				return err
			}
			o, err := orders.ByID(c, tx, p.OrderID)
			if err != nil {
				return err
			}
			state, at := trackingOf(p, o)
			history := []answer{{"tracking_status_date": p.CreatedAt, "courier_status_code": "", "tracking_status": 1}}
			if state > 1 {
				history = append(history, answer{"tracking_status_date": at, "courier_status_code": "", "tracking_status": state})
			}
			out[strconv.FormatInt(id, 10)] = history
		}
		return nil
	})
	return answer{"packages_history": out}, err
}

// deleteCourierPackage takes a parcel away; an order that shows its number shows the one before from now on.
func (s *Server) deleteCourierPackage(c *call) (answer, error) {
	p, err := s.wantedParcel(c)
	if err != nil {
		return nil, err
	}
	return nil, s.editOrder(c, p.OrderID, func(tx *db.Tx, _ orders.Order, h *orders.Head, _ *baselinker.Order) ([]journal.Record, error) {
		if err := s.Kept.DeleteParcel(c, tx, p.ID); err != nil {
			return nil, err
		}
		left, err := s.Kept.ParcelsOf(c, tx, p.OrderID)
		if h.Tracking == p.Number {
			h.Tracking = ""
			for _, before := range left {
				if !before.Return {
					h.Tracking, h.Carrier = before.Number, before.Courier
				}
			}
		}
		return []journal.Record{{Kind: "order.parcel_removed", Payload: map[string]any{"package_id": p.ID, "tracking": p.Number}}}, err
	})
}
