package connectionsui

import (
	"context"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/connections"
	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/ui/kit"
)

// emptyList says what to do when there is no connection yet.
func emptyList(ctx context.Context, write bool) kit.State {
	s := kit.State{Icon: "connections", Title: i18n.T(ctx, "connections.empty.title"), Text: i18n.T(ctx, "connections.empty.text")}
	if write {
		s.Act = kit.Button{Text: i18n.T(ctx, "connections.add"), Icon: "plus", Primary: true, Href: "/connections/new"}
	}
	return s
}

// emptyOffers says why there is no offer to see.
func emptyOffers(ctx context.Context, o *offers) kit.State {
	key := string(o.state)
	switch {
	case o.Connection.OffersReadAt == 0:
		key = "unread"
	case key == "":
		key = "all"
	}
	return kit.State{Icon: "box", Title: i18n.T(ctx, "connections.no_offers."+key+".title"), Text: i18n.T(ctx, "connections.no_offers."+key+".text")}
}

// settingField is the input of a driver's setting. A stored secret is never sent to the browser: an empty input keeps it.
func settingField(ctx context.Context, f settingsForm, s connector.Setting) kit.FieldData {
	name := "set_" + s.Key
	out := kit.FieldData{Name: name, Label: i18n.T(ctx, s.Title), Value: f.value(s), Required: s.Required, Error: f.faults[name],
		Attrs: map[string]any{"autocomplete": "off", "maxlength": "4000", "spellcheck": "false"}}
	if s.Secret {
		out.Type, out.Attrs["autocomplete"] = "password", "new-password"
		if f.id != 0 {
			out.Required, out.Hint = false, i18n.T(ctx, "connections.secret_kept")
		}
	}
	return out
}

// settingChoice is the input of a setting that is chosen.
func settingChoice(ctx context.Context, f settingsForm, s connector.Setting) kit.SelectData {
	name := "set_" + s.Key
	out := kit.SelectData{Name: name, Label: i18n.T(ctx, s.Title), Value: f.value(s), Required: s.Required, Error: f.faults[name]}
	for _, c := range s.Choices {
		out.Options = append(out.Options, kit.Option{Value: c.Value, Text: i18n.T(ctx, c.Title)})
	}
	return out
}

// suggestion is what the search for the SKU of an offer begins with.
func suggestion(l connections.Listing) string {
	switch {
	case l.SKUCode != "":
		return l.SKUCode
	case l.Barcode != "":
		return l.Barcode
	}
	return l.Title
}
