package connectorphp

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/lad-hub/lad/internal/baselinker"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/i18n"
)

// Bounds of what is kept of one product.
const (
	maxTexts   = 500
	maxTextLen = 200_000
	maxImages  = 16
)

// keepProduct keeps what Lad has no place for; what is not given stays.
func (s *Server) keepProduct(c *call, in productIn) error {
	return s.write(c, func(tx *db.Tx) error {
		found, err := s.Kept.Products(c, tx, []int64{in.id})
		if err != nil {
			return err
		}
		kept, there := found[in.id]
		if !there {
			kept = baselinker.Product{SKUID: in.id, InventoryID: in.inventory}
		}
		p := in.p
		if p.has("parent_id") {
			kept.ParentID = in.parent
		}
		if p.has("category_id") {
			kept.CategoryID = p.int("category_id")
		}
		if p.has("manufacturer_id") {
			kept.MakerID = p.int("manufacturer_id")
		}
		if p.has("ean") {
			kept.EAN = strings.TrimSpace(p.text("ean", 32))
		}
		if p.has("asin") {
			kept.Asin = p.text("asin", 50)
		}
		keepNumbers(p, &kept)
		keepTexts(in, &kept)
		keepMaps(c, in, &kept)
		if p.has("tags") {
			kept.Tags = p.texts("tags", 25)
			if _, err := s.Kept.Ensure(c, tx, baselinker.Tag, kept.Tags); err != nil {
				return err
			}
		}
		if err := p.fault(); err != nil {
			return err
		}
		return s.Kept.PutProduct(c, tx, kept)
	})
}

func keepNumbers(p params, kept *baselinker.Product) {
	if kept.Numbers == nil {
		kept.Numbers = map[string]string{}
	}
	for _, name := range []string{"tax_rate", "height", "width", "length", "star"} {
		if p.has(name) {
			kept.Numbers[name] = p.decimal(name)
		}
	}
	if p.has("ean_additional") {
		kept.Additional = nil
		for _, one := range p.objects("ean_additional") {
			kept.Additional = append(kept.Additional, map[string]any{"ean": one.text("ean", 32), "quantity": one.int("quantity")})
		}
	}
}

// keepTexts keeps the text fields besides the name; an empty one is deleted.
func keepTexts(in productIn, kept *baselinker.Product) {
	if kept.Texts == nil {
		kept.Texts = map[string]any{}
	}
	for _, key := range in.texts.keys() {
		if key == "name" {
			continue
		}
		field, _, _ := strings.Cut(key, "|")
		switch {
		case len(key) > 100:
			in.p.bad("text_fields")
		case field == "features":
			features := in.texts.dict(key)
			values := map[string]string{}
			for _, name := range features.keys() {
				values[cut(name, 200)] = features.text(name, 1000)
			}
			kept.Texts[key] = values
		default:
			if kept.Texts[key] = in.texts.text(key, maxTextLen); kept.Texts[key] == "" {
				delete(kept.Texts, key)
			}
		}
	}
	if len(kept.Texts) > maxTexts {
		in.p.bad("text_fields")
	}
}

// keepMaps keeps prices of other groups, locations, pictures and links.
func keepMaps(c *call, in productIn, kept *baselinker.Product) {
	for _, to := range []*map[string]string{&kept.Prices, &kept.Locations, &kept.Images} {
		if *to == nil {
			*to = map[string]string{}
		}
	}
	for _, key := range in.prices.keys() {
		if key != strconv.FormatInt(homePrice, 10) {
			kept.Prices[cut(key, 20)] = in.prices.decimal(key)
		}
	}
	places := in.p.dict("locations")
	for _, key := range places.keys() {
		kept.Locations[cut(key, 30)] = places.text(key, 250)
	}
	keepImages(c, in, kept)
	links := in.p.dict("links")
	if kept.Links == nil {
		kept.Links = map[string]map[string]any{}
	}
	for _, key := range links.keys() {
		one := links.dict(key)
		kept.Links[cut(key, 30)] = map[string]any{"product_id": one.id("product_id"), "variant_id": one.id("variant_id")}
	}
	if len(kept.Prices) > maxTexts || len(kept.Locations) > maxTexts || len(kept.Links) > maxTexts {
		in.p.bad("prices")
	}
}

// id is an id of the outside: a number when it is one.
func (p params) id(name string) any {
	s := p.text(name, 50)
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return n
	}
	if s == "" {
		return 0
	}
	return s
}

// keepImages keeps addresses of pictures. Lad stores no pictures themselves: a client is told so, and its product is written.
func keepImages(c *call, in productIn, kept *baselinker.Product) {
	images := in.p.dict("images")
	for _, key := range images.keys() {
		at, err := strconv.Atoi(key)
		if err != nil || at < 0 || at >= maxImages {
			in.warnings["images"] = i18n.T(c, "error.baselinker.image_place", "max", maxImages)
			continue
		}
		value := images.text(key, maxBody)
		address, isURL := strings.CutPrefix(value, "url:")
		switch {
		case value == "":
			delete(kept.Images, key)
		case isURL && len(address) <= 1000:
			kept.Images[key] = address
		default:
			in.warnings[fmt.Sprint("images.", key)] = i18n.T(c, "error.baselinker.image_data")
		}
	}
}
