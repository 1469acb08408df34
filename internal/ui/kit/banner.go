package kit

import (
	"context"

	"github.com/a-h/templ"
)

type bannerKey struct{}

// WithBanner gives a context whose pages carry a slim bar over everything else; the demo says with it that it is one.
func WithBanner(ctx context.Context, bar templ.Component) context.Context {
	return context.WithValue(ctx, bannerKey{}, bar)
}

// banner is the context's bar, or nothing.
func banner(ctx context.Context) templ.Component {
	if bar, ok := ctx.Value(bannerKey{}).(templ.Component); ok {
		return bar
	}
	return templ.NopComponent
}
