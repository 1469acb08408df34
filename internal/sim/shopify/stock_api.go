package shopify

import (
	"crypto/sha256"
	"encoding/json"
	"slices"
	"strconv"

	"github.com/lad-hub/lad/internal/sim"
)

// maxRows is how many quantities one call sets.
const maxRows = 250

// stockReasons of inventorySetQuantities.
var stockReasons = []string{
	"correction", "received", "restock", "shrinkage", "damaged", "cycle_count_available", "promotion", "quality_control", "other",
	"reservation_created", "reservation_updated", "reservation_deleted", "movement_created", "movement_updated", "movement_received", "movement_canceled",
}

// replay is the first answer to an idempotency key.
type replay struct {
	input  [sha256.Size]byte
	answer *object
}

// maxReplays bounds the answers that are kept; a day's worth on the real platform.
const maxReplays = 1000

// once answers a repeat with the first result.
func (s *Shop) once(a args, f func() (*object, error)) (any, error) {
	if a.key == "" {
		return nil, failure{"BAD_REQUEST", "The @idempotent directive is required for this mutation but was not provided."}
	}
	b, err := json.Marshal(a.values)
	if err != nil {
		return nil, failure{"BAD_REQUEST", "arguments can not be read"}
	}
	input := sha256.Sum256(b)
	if first, seen := s.done[a.key]; seen {
		if first.input != input {
			return nil, failure{"BAD_REQUEST", "The same idempotency key cannot be used with different operation parameters."}
		}
		return first.answer, nil
	}
	answer, err := f()
	if err == nil {
		s.done[a.key] = replay{input, answer}
		if s.keys = append(s.keys, a.key); len(s.keys) > maxReplays {
			delete(s.done, s.keys[0])
			s.keys = s.keys[1:]
		}
	}
	return answer, err
}

type quantityRow struct {
	Item     string    `json:"inventoryItemId"`
	Location string    `json:"locationId"`
	Quantity *int64    `json:"quantity"`
	From     sim.Field `json:"changeFromQuantity"`
}

func (s *Shop) inventorySetQuantities(c *sim.Call) field {
	return func(a args) (any, error) {
		var in struct {
			Input struct {
				Name      string        `json:"name"`
				Reason    string        `json:"reason"`
				Reference string        `json:"referenceDocumentUri"`
				Rows      []quantityRow `json:"quantities"`
			} `json:"input"`
		}
		if err := a.decode(&in); err != nil {
			return nil, err
		}
		for _, r := range in.Input.Rows {
			if r.Quantity == nil || !r.From.Sent() {
				return nil, failure{"INVALID_VARIABLE", "Variable $input was provided invalid value for quantities (changeFromQuantity: Expected value to be explicitly null or a number)"}
			}
		}
		return s.once(a, func() (*object, error) {
			var bad []*object
			if in.Input.Name != "available" && in.Input.Name != "on_hand" {
				bad = append(bad, userError("INVALID_NAME", "The quantity name must be available or on_hand.", "input", "name"))
			}
			if !slices.Contains(stockReasons, in.Input.Reason) {
				bad = append(bad, userError("INVALID_REASON", "The specified reason is invalid.", "input", "reason"))
			}
			if len(in.Input.Rows) > maxRows {
				bad = append(bad, userError("QUANTITIES_LIMIT", "The quantities input cannot have more than 250 rows.", "input", "quantities"))
			}
			seen := map[string]bool{}
			for i, r := range in.Input.Rows {
				if e := s.checkRow(r, i, in.Input.Name, seen); e != nil {
					bad = append(bad, e)
				}
			}
			if len(bad) > 0 {
				return payload("InventorySetQuantities", map[string]any{"inventoryAdjustmentGroup": (*object)(nil)}, bad...), nil
			}
			return payload("InventorySetQuantities", map[string]any{"inventoryAdjustmentGroup": s.setAll(c, in.Input.Rows, in.Input.Name)}), nil
		})
	}
}

// checkRow finds what is wrong with one row.
func (s *Shop) checkRow(r quantityRow, i int, name string, seen map[string]bool) *object {
	at := func(code, text, field string) *object {
		return userError(code, text, "input", "quantities", strconv.Itoa(i), field)
	}
	row := s.variants.Get(local("InventoryItem", r.Item) - itemOffset)
	place, known := s.location(r.Location)
	switch {
	case row == nil:
		return at("INVALID_INVENTORY_ITEM", "The specified inventory item could not be found.", "inventoryItemId")
	case !known || place.Inactive:
		return at("INVALID_LOCATION", "The specified location could not be found.", "locationId")
	case place.Service:
		return at("NON_MUTABLE_INVENTORY_ITEM", "The specified inventory item is not allowed to be adjusted at a fulfillment service location.", "locationId")
	case row.Value.untracked:
		return at("NON_MUTABLE_INVENTORY_ITEM", "The specified inventory item is not tracked.", "inventoryItemId")
	case row.Value.levels[place.ID] == nil:
		return at("ITEM_NOT_STOCKED_AT_LOCATION", "The specified inventory item is not stocked at the location.", "locationId")
	case *r.Quantity < -1_000_000_000 || *r.Quantity > 1_000_000_000:
		return at("INVALID_QUANTITY_TOO_HIGH", "The quantity can't be higher than 1,000,000,000.", "quantity")
	case seen[r.Item+r.Location]:
		return at("NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR", "The combination of inventoryItemId and locationId must be unique.", "inventoryItemId")
	}
	seen[r.Item+r.Location] = true
	if from, ok := r.From.Int(); ok && from != row.Value.levels[place.ID].named(name) {
		return at("CHANGE_FROM_QUANTITY_STALE", "The changeFromQuantity argument no longer matches the persisted quantity.", "changeFromQuantity")
	}
	return nil
}

func (l *level) named(name string) int64 {
	if name == "on_hand" {
		return l.available + l.committed
	}
	return l.available
}

func (s *Shop) location(id string) (Location, bool) {
	n := local("Location", id)
	i := slices.IndexFunc(s.o.Locations, func(l Location) bool { return l.ID == n })
	if i < 0 {
		return Location{}, false
	}
	return s.o.Locations[i], true
}

func (s *Shop) setAll(c *sim.Call, rows []quantityRow, name string) *object {
	changes := []*object{}
	for _, r := range rows {
		row := s.variants.Get(local("InventoryItem", r.Item) - itemOffset)
		l := row.Value.at(local("Location", r.Location))
		delta := *r.Quantity - l.named(name)
		changes = append(changes, &object{"InventoryChange", map[string]any{"name": name, "delta": delta, "quantityAfterChange": *r.Quantity}})
		if c.Ignore || delta == 0 {
			continue
		}
		before := s.state(row)
		l.available += delta
		s.variants.Touch(row, c.At, 0)
		c.Changed(before, s.state(row))
	}
	return &object{"InventoryAdjustmentGroup", map[string]any{"id": gid("InventoryAdjustmentGroup", s.nextID()), "changes": changes}}
}

func (s *Shop) inventoryActivate(c *sim.Call) field {
	return func(a args) (any, error) {
		var in struct {
			Item      string `json:"inventoryItemId"`
			Location  string `json:"locationId"`
			Available int64  `json:"available"`
		}
		if err := a.decode(&in); err != nil {
			return nil, err
		}
		return s.once(a, func() (*object, error) {
			row := s.variants.Get(local("InventoryItem", in.Item) - itemOffset)
			place, known := s.location(in.Location)
			refuse := func(text, field string) (*object, error) {
				return payload("InventoryActivate", map[string]any{"inventoryLevel": (*object)(nil)}, userError("", text, field)), nil
			}
			switch {
			case row == nil:
				return refuse("The product couldn't be stocked because it was deleted.", "inventoryItemId")
			case !known || place.Inactive || place.Service:
				return refuse("The product couldn't be stocked at this location.", "locationId")
			case row.Value.levels[place.ID] != nil:
				return refuse("Not allowed to set available quantity when the item is already active at the location.", "available")
			}
			if !c.Ignore {
				before := s.state(row)
				row.Value.at(place.ID).available = in.Available
				s.variants.Touch(row, c.At, 0)
				c.Changed(before, s.state(row))
			}
			level := &object{"InventoryLevel", map[string]any{"id": gid("InventoryLevel", row.ID)}}
			return payload("InventoryActivate", map[string]any{"inventoryLevel": level}), nil
		})
	}
}
