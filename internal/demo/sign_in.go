package demo

import (
	"context"
	"net/http"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/secret"
	demoui "github.com/lad-hub/lad/internal/ui/demo"
	"github.com/lad-hub/lad/internal/ui/kit"
)

// SignIn is what the owner of a demo signs in with.
type SignIn struct {
	Email    string
	Password secret.Text
}

// asked finds who signed in, as a real shop does, and puts the demo's bar over their pages.
func (d *Demo) asked(r *http.Request) (context.Context, error) {
	ctx, err := d.app.Identity.Authenticate(r)
	if err != nil || access.From(ctx).Kind == "" {
		return ctx, err
	}
	return kit.WithBanner(ctx, demoui.Banner()), nil
}
