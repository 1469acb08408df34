package api

import (
	"strings"
	"time"

	"github.com/lad-hub/lad/internal/platform/clock"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/money"
)

// amount is a decimal as a JSON string or number.
type amount string

// UnmarshalJSON keeps the digits as written.
func (a *amount) UnmarshalJSON(b []byte) error {
	*a = amount(strings.Trim(string(b), `"`))
	return nil
}

func (a amount) money(c money.Currency) (money.Money, error) {
	if a == "" || a == "null" {
		return money.New(0, c), nil
	}
	return money.Parse(string(a), c)
}

// moneyOut is an amount in answers.
type moneyOut struct {
	Amount   string         `json:"amount"`
	Currency money.Currency `json:"currency"`
}

func moneyJSON(m money.Money) moneyOut { return moneyOut{Amount: m.Decimal(), Currency: m.Currency} }

// moneyInput is an amount in bodies; without a currency it is the shop's.
type moneyInput struct {
	Amount   amount `json:"amount" need:"1"`
	Currency string `json:"currency,omitempty"`
}

// in reads the amount; home is the currency of one that names none.
func (m moneyInput) in(home money.Currency) (money.Money, error) {
	if m.Currency == "" {
		return m.Amount.money(home)
	}
	c, err := money.ParseCurrency(m.Currency)
	if err != nil {
		return money.Money{}, errs.Wrap(errs.Invalid, err, "error.catalog.currency", "currency", m.Currency)
	}
	return m.Amount.money(c)
}

// checked is in that notes a fault under a field's name.
func (m moneyInput) checked(c *errs.Check, field string, home money.Currency) money.Money {
	v, err := m.in(home)
	c.That(err == nil, field, "error.catalog.price")
	return v
}

// home is the shop's currency.
func (a *API) home(c call) (cur money.Currency, err error) {
	err = a.DB.Read(c.ctx, c.who.Tenant, func(tx *db.Tx) error {
		cur, err = a.Currency(c.ctx, tx)
		return err
	})
	return cur, err
}

// timeOut is a time in answers, null for never.
func timeOut(us int64) *string {
	if us == 0 {
		return nil
	}
	return momentOut(clock.FromMicros(us))
}

// momentOut is timeOut of a time.
func momentOut(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	s := t.UTC().Format("2006-01-02T15:04:05.999999Z07:00")
	return &s
}
