package api

import (
	"context"
	"sync"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/httpx"
)

const (
	// maxItems bounds a batch.
	maxItems = 1000
	// atOnce is how many items of a batch are done side by side, so that they share commits.
	atOnce = 8
)

// fault is why one item of a batch was refused: the shape of a failed call.
type fault = httpx.Problem

// faultOf tells an item's error as a failed call would; nil for none. A bug's inside goes to the log.
func (a *API) faultOf(ctx context.Context, err error) *fault {
	if err == nil {
		return nil
	}
	if httpx.Status(err) >= 500 {
		a.problems.Log.ErrorContext(ctx, "item of a batch failed", "error", err)
	}
	p := a.problems.Of(ctx, err)
	p.RequestID = ""
	return &p
}

// countItems refuses an empty batch and one that is too long.
func countItems(n, most int) error {
	var c errs.Check
	c.That(n > 0 && n <= most, "items", "error.api.items", "max", most)
	return c.Err()
}

// side runs f for every item, a few at once.
func side(n int, f func(i int)) {
	var wg sync.WaitGroup
	turn := make(chan struct{}, atOnce)
	for i := range n {
		turn <- struct{}{}
		wg.Go(func() {
			defer func() { <-turn }()
			f(i)
		})
	}
	wg.Wait()
}

// read runs f in a reading transaction of an actor who must have a permission.
func (a *API) read(ctx context.Context, who access.Actor, p access.Permission, f func(*db.Tx) error) error {
	if err := who.Must(p); err != nil {
		return err
	}
	return a.DB.Read(ctx, who.Tenant, f)
}
