package rehearsal

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/lad-hub/lad/internal/sim"
)

const (
	regulars = 500 // people who buy; who comes again is known again
	attempts = 8   // goods that a buyer looks at before leaving without any
)

// buyers fill baskets. Their choices come from the seed; nothing of the shop's real customers is in them.
type buyers struct {
	dice   *rand.Rand
	listed []string // codes of the offers, the popular ones first
}

func newBuyers(seed uint64, offers []sim.OfferSeed) *buyers {
	b := &buyers{dice: rand.New(rand.NewPCG(seed, 4))}
	for _, o := range offers {
		b.listed = append(b.listed, o.SKU)
	}
	b.dice.Shuffle(len(b.listed), func(i, j int) { b.listed[i], b.listed[j] = b.listed[j], b.listed[i] })
	return b
}

// person is one of the regulars. Subscriber numbers begin with 0, which hardly anybody has.
func (b *buyers) person() sim.Buyer {
	n := b.dice.IntN(regulars)
	return sim.Buyer{
		Name: fmt.Sprint("Покупець ", n+1), Phone: fmt.Sprintf("+38067%07d", n), Email: fmt.Sprintf("buyer%d@rehearsal.example", n+1),
		City: "Київ", Address: fmt.Sprint("Відділення №", n%60+1),
	}
}

// basket is what a buyer takes of what a channel shows; nil when everything that was looked at is sold out.
func (b *buyers) basket(s sim.Shop) *sim.Basket {
	wanted := 1 + b.dice.IntN(3)*b.dice.IntN(2)
	out := &sim.Basket{Buyer: b.person(), Paid: b.dice.IntN(3) == 0}
	seen := map[string]bool{}
	for range attempts {
		if len(out.Lines) == wanted {
			break
		}
		sku := b.listed[int(float64(len(b.listed))*math.Pow(b.dice.Float64(), 1.6))]
		if o, ok := s.OfferBySKU(sku); !ok || !o.Orderable || o.Quantity < 1 || seen[sku] {
			continue
		}
		seen[sku] = true
		out.Lines = append(out.Lines, sim.BasketLine{SKU: sku, Quantity: 1})
	}
	if len(out.Lines) == 0 {
		return nil
	}
	return out
}

// buy orders; false when the buyer left without anything.
func (b *buyers) buy(s sim.Shop) (order, bool, error) {
	basket := b.basket(s)
	if basket == nil {
		return order{}, false, nil
	}
	placed, err := s.PlaceOrder(*basket)
	if errors.Is(err, sim.ErrNotOrderable) {
		return order{}, false, nil
	}
	if err != nil {
		return order{}, false, err
	}
	out := order{id: placed.ID}
	for _, l := range basket.Lines {
		out.skus = append(out.skus, l.SKU)
	}
	return out, true, nil
}

// order is one that was placed and is not yet in Lad.
type order struct {
	id   string
	skus []string
}
