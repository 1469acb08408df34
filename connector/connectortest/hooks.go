package connectortest

import (
	"reflect"
	"slices"
	"testing"

	"github.com/lad-hub/lad/connector"
)

// part is what the suite has for one capability: its checks, and the fields of Outside that they call for.
type part struct {
	capability reflect.Type
	hooks      []string
	checks     []check
}

type check struct {
	name string
	run  func(Subject, *testing.T)
}

// parts are in the order in which they run.
var parts = []part{
	{reflect.TypeFor[connector.OrderSource](), []string{"AddOffer", "Place", "CancelByBuyer"},
		[]check{{"orders", Subject.orders}, {"parse", Subject.parse}}},
	{reflect.TypeFor[connector.OfferSource](), []string{"AddOffer"}, []check{{"offers", Subject.offers}}},
	{reflect.TypeFor[connector.StockSink](), []string{"AddOffer", "Shown", "SetShown"}, []check{{"stock", Subject.stock}}},
	{reflect.TypeFor[connector.PriceSink](), []string{"AddOffer"}, []check{{"price", Subject.price}}},
	{reflect.TypeFor[connector.StatusSink](), []string{"AddOffer", "Place", "OrderStatus"}, []check{{"status", Subject.status}}},
	{reflect.TypeFor[connector.TrackingSink](), []string{"AddOffer", "Place", "OrderStatus", "OrderTracking"},
		[]check{{"tracking", Subject.tracking}}},
	{reflect.TypeFor[connector.WebhookSource](), nil, []check{{"webhook", Subject.webhook}}},
	{reflect.TypeFor[connector.DictionarySource](), nil, []check{{"dictionary", Subject.dictionary}}},
	{reflect.TypeFor[connector.FeeSource](), []string{"AddOffer", "Place", "Charge"}, []check{{"fees", Subject.fees}}},
}

func (p part) of(ch connector.Channel) bool { return reflect.TypeOf(ch).Implements(p.capability) }

// lacks are the part's hooks that are nil.
func (p part) lacks(o *Outside) (names []string) {
	for _, name := range p.hooks {
		if reflect.ValueOf(*o).FieldByName(name).IsNil() {
			names = append(names, name)
		}
	}
	return names
}

// ready is a capability whose hooks are all there.
func ready[T any](st *stand) (T, bool) {
	v, ok := st.ch.(T)
	for _, p := range parts {
		if p.capability == reflect.TypeFor[T]() {
			ok = ok && len(p.lacks(st.Outside)) == 0
		}
	}
	return v, ok
}

// Hooks are the fields of Outside that LevelFull calls for, for what a channel can do; Settings and BadSettings always are.
func Hooks(ch connector.Channel) (names []string) {
	for _, p := range parts {
		if !p.of(ch) {
			continue
		}
		for _, name := range p.hooks {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// hint says what a driver at LevelEmpty has before it.
func hint(t *testing.T, st *stand) {
	t.Helper()
	for _, p := range parts {
		if p.of(st.ch) {
			t.Logf("not checked at LevelEmpty: %s; it calls for the hooks %v", p.capability.Name(), p.hooks)
		}
	}
	t.Log("next: write Check and raise the level to LevelGrowing; it wants Outside.BadSettings and names what is still missing")
}

// missing tells of something that is not there: a hint for a driver that grows, a failure for one that is done.
func missing(t *testing.T, level Level, format string, args ...any) {
	t.Helper()
	if level == LevelGrowing {
		t.Logf(format, args...)
		return
	}
	t.Errorf(format, args...)
}
