package connectorphp

import (
	"strconv"

	"github.com/lad-hub/lad/internal/baselinker"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/report"
)

// maxNames bounds the categories and brands of Lad that are shown.
const maxNames = 20_000

// entryIDs gives names their numbers; names that have none yet get one.
func (s *Server) entryIDs(c *call, kind baselinker.Kind, names []string) (map[string]int64, error) {
	var known map[string]int64
	err := s.read(c, func(tx *db.Tx) (err error) {
		known, err = s.Kept.Named(c, tx, kind, names)
		return err
	})
	missing := false
	for _, name := range names {
		missing = missing || name != "" && known[name] == 0
	}
	if err != nil || !missing {
		return known, err
	}
	err = s.write(c, func(tx *db.Tx) (err error) {
		known, err = s.Kept.Ensure(c, tx, kind, names)
		return err
	})
	return known, err
}

// named lists a dictionary together with the words that Lad's own products use.
func (s *Server) named(c *call, kind baselinker.Kind) ([]baselinker.Entry, error) {
	var names []string
	err := s.read(c, func(tx *db.Tx) (err error) {
		names, err = s.Catalog.GroupNames(c, tx, kind == baselinker.Manufacturer, maxNames)
		return err
	})
	if err != nil {
		return nil, err
	}
	if _, err := s.entryIDs(c, kind, names); err != nil {
		return nil, err
	}
	return s.entries(c, kind)
}

// getInventoryCategories lists the categories of a catalogue, or those that all share.
func (s *Server) getInventoryCategories(c *call) (answer, error) {
	inventory := c.p.int("inventory_id")
	if err := c.p.fault(); err != nil {
		return nil, err
	}
	list, err := s.categories(c, inventory)
	return answer{"categories": list}, err
}

func (s *Server) categories(c *call, inventory int64) ([]answer, error) {
	list, err := s.named(c, baselinker.Category)
	out := []answer{}
	for _, e := range list {
		if of := e.Int("inventory_id"); of == 0 || of == inventory {
			out = append(out, answer{"category_id": e.ID, "name": e.Name, "parent_id": e.Int("parent_id")})
		}
	}
	return out, err
}

func (s *Server) addInventoryCategory(c *call) (answer, error) {
	p := c.p
	fields := map[string]any{}
	if p.has("parent_id") {
		fields["parent_id"] = p.int("parent_id")
	}
	if id := p.int("inventory_id"); id != 0 && id != homeInventory {
		fields["inventory_id"] = id
	}
	id := p.int("category_id")
	if id == 0 {
		p.need("name")
	}
	parent := p.int("parent_id")
	if err := p.fault(); err != nil {
		return nil, err
	}
	if err := s.checkParent(c, id, parent); err != nil {
		return nil, err
	}
	id, err := s.put(c, baselinker.Category, id, p.text("name", 200), fields)
	return answer{"category_id": id}, err
}

// maxDepth bounds how deep categories lie in one another.
const maxDepth = 50

// checkParent refuses a parent that is not there, and one that lies below the category itself.
func (s *Server) checkParent(c *call, id, parent int64) error {
	return s.read(c, func(tx *db.Tx) error {
		for depth := 0; parent != 0; depth++ {
			if parent == id || depth == maxDepth {
				c.p.bad("parent_id")
				return c.p.fault()
			}
			e, err := s.Kept.EntryOf(c, tx, baselinker.Category, parent)
			if err != nil {
				return err
			}
			parent = e.Int("parent_id")
		}
		return nil
	})
}

// deleteInventoryCategory deletes a category without products and lifts its children. With products it is refused: Lad does
// not delete goods in bulk.
func (s *Server) deleteInventoryCategory(c *call) (answer, error) {
	c.p.need("category_id")
	id := c.p.int("category_id")
	if err := c.p.fault(); err != nil {
		return nil, err
	}
	return nil, s.write(c, func(tx *db.Tx) error {
		e, err := s.Kept.EntryOf(c, tx, baselinker.Category, id)
		if err != nil {
			return err
		}
		used, err := report.BaselinkerCategoryUsed(c, tx, id, e.Name)
		if err != nil {
			return err
		}
		if used {
			return fail("ERROR_CATEGORY_ID", "error.baselinker.not_empty")
		}
		list, err := s.Kept.Entries(c, tx, baselinker.Category)
		if err != nil {
			return err
		}
		for _, child := range list {
			if child.Int("parent_id") != id {
				continue
			}
			child.Fields["parent_id"] = 0
			if _, err := s.Kept.PutEntry(c, tx, baselinker.Category, child); err != nil {
				return err
			}
		}
		return s.Kept.DeleteEntry(c, tx, baselinker.Category, id)
	})
}

// manufacturersPage is how many manufacturers one page has.
const manufacturersPage = 1000

func (s *Server) getInventoryManufacturers(c *call) (answer, error) {
	page := c.p.int("page")
	list, err := s.named(c, baselinker.Manufacturer)
	if c.p.has("page") {
		from := min(max(page-1, 0)*manufacturersPage, int64(len(list)))
		list = list[from:min(from+manufacturersPage, int64(len(list)))]
	}
	out := make([]answer, len(list))
	for i, e := range list {
		out[i] = answer{"manufacturer_id": e.ID, "name": e.Name}
	}
	return answer{"manufacturers": out}, err
}

func (s *Server) addInventoryManufacturer(c *call) (answer, error) {
	p := c.p
	name := "manufacturer_name"
	if !p.has(name) {
		name = "name"
	}
	fields := map[string]any{}
	for _, more := range []string{"photo", "url", "street", "postcode", "city", "state", "country_code", "email", "phone"} {
		if p.has("manufacturer_" + more) {
			fields[more] = p.text("manufacturer_"+more, 1000)
		}
	}
	id, err := s.put(c, baselinker.Manufacturer, p.int("manufacturer_id"), p.text(name, 200), fields)
	return answer{"manufacturer_id": id}, err
}

func (s *Server) deleteInventoryManufacturer(c *call) (answer, error) {
	if err := s.deleteEntry(c, baselinker.Manufacturer, "manufacturer_id"); err != nil {
		return nil, err
	}
	return nil, s.write(c, func(tx *db.Tx) error { return s.Kept.ForgetMaker(c, tx, c.p.int("manufacturer_id")) })
}

func (s *Server) getInventoryTags(c *call) (answer, error) {
	list, err := s.entries(c, baselinker.Tag)
	out := make([]answer, len(list))
	for i, e := range list {
		out[i] = answer{"tag_id": e.ID, "name": e.Name}
	}
	return answer{"tags": out}, err
}

func (s *Server) addInventoryTag(c *call) (answer, error) {
	id, err := s.put(c, baselinker.Tag, c.p.int("tag_id"), c.p.text("name", 25), nil)
	return answer{"tag_id": id}, err
}

func (s *Server) deleteInventoryTag(c *call) (answer, error) {
	return nil, s.deleteEntry(c, baselinker.Tag, "tag_id")
}

// getInventoryIntegrations has no texts of one channel's own to tell of.
func (s *Server) getInventoryIntegrations(c *call) (answer, error) {
	_, err := s.wantedInventory(c)
	return answer{"integrations": map[string]any{}}, err
}

// descriptions are the text fields besides the name.
var descriptions = []string{"description", "features", "description_extra1", "description_extra2", "description_extra3", "description_extra4"}

func (s *Server) getInventoryAvailableTextFieldKeys(c *call) (answer, error) {
	if _, err := s.wantedInventory(c); err != nil {
		return nil, err
	}
	keys := map[string]string{}
	err := s.read(c, func(tx *db.Tx) error {
		word, err := s.shopWords(c, tx)
		if err != nil {
			return err
		}
		keys["name"] = word("baselinker.text.name")
		for i, key := range descriptions {
			label := word("baselinker.text.description")
			switch {
			case i == 1:
				label = word("baselinker.text.features")
			case i > 1:
				label += " " + strconv.Itoa(i)
			}
			keys[key] = label
		}
		return nil
	})
	return answer{"text_field_keys": keys}, err
}
