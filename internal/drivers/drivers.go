// Package drivers lists the drivers that the program is built with.
package drivers

import (
	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/channel/allegro"
	"github.com/lad-hub/lad/internal/drivers/channel/erli"
	"github.com/lad-hub/lad/internal/drivers/channel/horoshop"
	"github.com/lad-hub/lad/internal/drivers/channel/opencart"
	"github.com/lad-hub/lad/internal/drivers/channel/opencartdb"
	"github.com/lad-hub/lad/internal/drivers/channel/prestashop"
	"github.com/lad-hub/lad/internal/drivers/channel/prom"
	"github.com/lad-hub/lad/internal/drivers/channel/rozetka"
	"github.com/lad-hub/lad/internal/drivers/channel/shopfile"
	"github.com/lad-hub/lad/internal/drivers/channel/shopify"
	"github.com/lad-hub/lad/internal/drivers/channel/woocommerce"
)

// All is every driver, in the order a form offers them.
func All() []connector.Driver {
	return []connector.Driver{
		prom.New(), rozetka.New(), allegro.New(), erli.New(),
		horoshop.New(), opencart.New(), opencartdb.New(), woocommerce.New(), shopify.New(), prestashop.New(), shopfile.New(),
	}
}

// ByName finds a driver by Info.Name.
func ByName(name string) (connector.Driver, bool) {
	for _, d := range All() {
		if d.Info().Name == name {
			return d, true
		}
	}
	return nil, false
}
