package api

import (
	"github.com/lad-hub/lad/internal/customers"
	"github.com/lad-hub/lad/internal/platform/access"
)

func (a *API) customerOperations() []operation {
	return tagged("Customers",
		get("/api/v1/customers", "listCustomers", access.CustomersRead, "List customers, newest first", a.customerList),
		get("/api/v1/customers/{id}", "getCustomer", access.CustomersRead, "Read a customer with everything he is known by", a.customerGet),
	)
}

// customerOut is a customer with his first phone and e-mail.
type customerOut struct {
	ID        int64   `json:"id"`
	Name      string  `json:"name"`
	Phone     string  `json:"phone,omitempty"`
	Email     string  `json:"email,omitempty"`
	Note      string  `json:"note,omitempty"`
	CreatedAt *string `json:"created_at"`
}

func customerJSON(c customers.Customer) customerOut {
	return customerOut{ID: c.ID, Name: c.Name, Phone: c.Phone, Email: c.Email, Note: c.Note, CreatedAt: momentOut(c.CreatedAt)}
}

// identityOut is one thing by which a customer is known again.
type identityOut struct {
	Kind  string `json:"kind" doc:"channel, phone or email"`
	Value string `json:"value"`
}

// customerCardOut is a customer with all identities.
type customerCardOut struct {
	customerOut
	Identities []identityOut `json:"identities"`
}

// customerQuery chooses customers.
type customerQuery struct {
	Text   string `json:"q" doc:"beginnings of words of the name, digits of a phone, or an e-mail"`
	Before int64  `json:"before" doc:"next_before of the page before"`
	Limit  int64  `json:"limit" doc:"50 when left out, at most 200"`
}

// customersOut is a page of customers.
type customersOut struct {
	Customers []customerOut `json:"customers"`
	Before    int64         `json:"next_before,omitempty"`
}

func (a *API) customerList(c call, q customerQuery) (customersOut, error) {
	page, err := a.Customers.Search(c.ctx, c.who, customers.Filter{Text: q.Text, Before: q.Before, Limit: int(q.Limit)})
	out := customersOut{Customers: make([]customerOut, len(page.Customers)), Before: page.Next}
	for i, each := range page.Customers {
		out.Customers[i] = customerJSON(each)
	}
	return out, err
}

func (a *API) customerGet(c call, _ nothing) (customerCardOut, error) {
	id, err := c.id()
	if err != nil {
		return customerCardOut{}, err
	}
	card, err := a.Customers.Get(c.ctx, c.who, id)
	out := customerCardOut{customerOut: customerJSON(card.Customer), Identities: make([]identityOut, len(card.Identities))}
	for i, k := range card.Identities {
		out.Identities[i] = identityOut{Kind: string(k.Kind), Value: k.Value}
	}
	return out, err
}
