package allegro

import (
	"strings"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
)

// delivery of a checkout form; the address is not there before the buyer has filled it in.
type delivery struct {
	Address struct {
		First   wire.Text `json:"firstName"`
		Last    wire.Text `json:"lastName"`
		Company wire.Text `json:"companyName"`
		Street  wire.Text `json:"street"`
		City    wire.Text `json:"city"`
		Zip     wire.Text `json:"zipCode"`
		Country wire.Text `json:"countryCode"`
		Phone   wire.Text `json:"phoneNumber"`
	} `json:"address"`
	Method struct {
		ID   wire.Text `json:"id"`
		Name wire.Text `json:"name"`
	} `json:"method"`
	Point struct {
		ID wire.Text `json:"id"`
	} `json:"pickupPoint"`
	Cost amount `json:"cost"`
}

func (d delivery) recipient() connector.Person {
	return connector.Person{
		Name: wire.First(wire.Name(d.Address.First, d.Address.Last), string(d.Address.Company)), Phone: phone(d.Address.Phone, d.Address.Country),
	}
}

func (d delivery) read() connector.Delivery {
	var address []string
	for _, part := range []wire.Text{d.Address.Street, d.Address.Zip, d.Address.Country} {
		if part != "" {
			address = append(address, string(part))
		}
	}
	return connector.Delivery{
		Service: service(d.Method.Name), Title: string(d.Method.Name), City: string(d.Address.City),
		Branch: string(d.Point.ID), BranchRef: string(d.Point.ID), Address: strings.Join(address, ", "),
	}
}

// services finds a carrier in the name of a delivery method.
var services = []struct{ word, service string }{
	{"inpost", "inpost"}, {"orlen", "orlen"}, {"dpd", "dpd"}, {"dhl", "dhl"}, {"ups", "ups"}, {"gls", "gls"}, {"fedex", "fedex"},
	{"poczt", "poczta_polska"}, {"odbiórosobisty", "pickup"}, {"odbiórwpunkcie", "pickup"}, {"allegroone", "allegro"},
}

// service is Lad's name of a carrier; one it has no name for keeps Allegro's words.
func service(method wire.Text) string {
	name := flat(string(method))
	for _, s := range services {
		if strings.Contains(name, s.word) {
			return s.service
		}
	}
	return wire.Carrier(method)
}

// flat makes names comparable.
func flat(s string) string {
	return strings.ToLower(strings.NewReplacer(" ", "", "_", "", "-", "", ".", "").Replace(s))
}
