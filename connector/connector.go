// Package connector is the contract between Lad and the outside: a driver turns an outside system's bytes into these types
// and back, and nothing else. It knows no table and no rule of Lad's, starts no goroutine and keeps no state beyond what
// its session with the outside needs (a token, a cursor's page).
//
// A Driver describes one kind of outside system as data (Info) and opens a Channel for one account. What the channel can do
// is found by type assertion on the small interfaces below, as with io or database/sql drivers.
package connector

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/lad-hub/lad/internal/platform/money"
	"github.com/lad-hub/lad/internal/platform/qty"
)

// Money and Qty are named here so that a driver outside this repository can use them.
type (
	// Money is an amount in minor units with its currency.
	Money = money.Money
	// Qty is a quantity in thousandths of a unit.
	Qty = qty.Qty
)

// Driver makes channels of one kind.
type Driver interface {
	// Info describes the outside system; it is constant.
	Info() Info
	// Open builds a session for one account. It makes no request; a missing or malformed setting is a KindSettings error.
	Open(Config) (Channel, error)
}

// Channel is one account on an outside system. Its methods may be called one at a time (Lad holds the connection's lease).
type Channel interface {
	// Check proves that address and credentials work, with the cheapest authorised read there is.
	Check(ctx context.Context) (Account, error)
}

// Account is what Check learned of the other side.
type Account struct {
	Name string // how the outside names the shop, empty when it does not say
	// TokenExpires is when the credential stops working; zero when unknown.
	TokenExpires time.Time
}

// Config is what Open gets.
type Config struct {
	// Settings holds the values of Info.Settings by key, secrets included.
	Settings map[string]string
	// HTTP is the way out: it has the time-outs, the byte limit and the guard against private addresses.
	HTTP *http.Client
	// Dial is the way out of a driver whose outside speaks another protocol than HTTP (a shop's database). It has the same guard,
	// one conversation is bounded in time and bytes as an answer over HTTP is, and each counts as a request against the limits:
	// such a driver opens a connection for an operation and closes it at its end.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// HookSecret signs the channel's own calls where it can sign them; Lad makes one per connection. Empty while a form is tested.
	HookSecret string
	// Keep stores new values of settings durably before it returns, secrets sealed: a refresh token that works once must be kept
	// before it is used. nil while a form is tested: then nothing that works once may be spent.
	Keep func(ctx context.Context, changed map[string]string) error
	// Now tells the time; a driver never calls time.Now.
	Now func() time.Time
	// Log takes constant messages with key/value pairs; no secret and no personal data goes there.
	Log *slog.Logger
}

// Info describes an outside system as data.
type Info struct {
	Name     string // stable identifier: "prom"
	Title    string // as people call it: "Prom.ua"
	Mark     string // one or two letters for the badge: "P"
	Settings []Setting
	Limits   Limits
	// Currency of the channel when an order does not name one.
	Currency money.Currency
	// Zone is the IANA zone of times that the channel sends without an offset.
	Zone string
	// Statuses lists every order status of the channel with its neutral stage.
	Statuses []Status
	// Steps is the channel's status graph: from code to the codes that can follow. "*" as key: from any open status.
	Steps map[string][]string
	// Targets names, per neutral stage, the status code that Lad asks for. A stage absent here is not written back:
	// the channel is only brought to the last stage before it that is here.
	Targets map[Stage]string
	// CancelReasons maps Lad's reasons to the channel's.
	CancelReasons []CancelReason
	// PartialShipment says whether the channel can show that only some lines were sent.
	PartialShipment bool
}

// Setting is one field of the connection's form.
type Setting struct {
	Key      string // "token"
	Title    string // message key of the catalogue: "connection.field.token"
	Secret   bool   // stored encrypted, never shown again
	Required bool
	Default  string
	Derived  bool // not on the form: an Authorizer or Config.Keep fills it
	// Choices are the values that can be chosen; without any, the field takes free text.
	Choices []Choice
}

// Choice is a value of a Setting.
type Choice struct {
	Value string
	Title string // message key of the catalogue: "connection.choice.yes"
}

// YesNo are the choices of a question.
func YesNo() []Choice {
	return []Choice{{"yes", "connection.choice.yes"}, {"no", "connection.choice.no"}}
}

// Authorizer is a driver whose accounts a person opens on the outside's own page (OAuth 2.0 device grant, RFC 8628).
type Authorizer interface {
	Driver
	// BeginAuthorization asks for a code; cfg.Settings holds what the form gave.
	BeginAuthorization(ctx context.Context, cfg Config) (Grant, error)
	// FinishAuthorization asks whether the person has agreed: the derived settings, or nil as long as not. KindLimited asks for
	// a longer pause, KindAuth says that the person refused or the code has run out.
	FinishAuthorization(ctx context.Context, cfg Config, g Grant) (map[string]string, error)
}

// Grant is an authorisation under way.
type Grant struct {
	DeviceCode string // secret
	UserCode   string // what the person compares or types in
	URL        string // where the person agrees
	Every      time.Duration
	ExpiresAt  time.Time
}

// Limits are what the outside allows. Zero means no limit is known.
type Limits struct {
	RequestsPerSecond float64       // sustained rate over all calls
	Burst             int           // requests that may go at once after a pause
	StockBatch        int           // offers in one PushStock
	PriceBatch        int           // offers in one PushPrice
	ReadBatch         int           // offers in one ReadOffers
	PollEvery         time.Duration // shortest useful pause between two order polls
}

// Stage is Lad's neutral stage of an order.
type Stage string

// The stages, in the order of the normal path.
const (
	StageNew       Stage = "new"
	StageConfirmed Stage = "confirmed"
	StagePicking   Stage = "picking"
	StageShipped   Stage = "shipped"
	StageCompleted Stage = "completed"
	StageCancelled Stage = "cancelled"
	StageReturned  Stage = "returned"
)

// Status is one order status of a channel.
type Status struct {
	Code          string // as in the API: "26", "received"
	Title         string // as the channel's cabinet shows it
	Stage         Stage
	NeedsTracking bool // can be asked for only together with a waybill number
	Ignore        bool // drafts and the like: not an order yet
	// Outside says that the channel sets it itself (carrier tracking): Lad never asks for it.
	Outside bool
}

// Reason is Lad's neutral reason of a cancellation.
type Reason string

// The reasons.
const (
	ReasonOutOfStock  Reason = "out_of_stock"
	ReasonBuyer       Reason = "buyer_changed_mind"
	ReasonNoContact   Reason = "no_contact"
	ReasonBadContacts Reason = "wrong_contacts"
	ReasonPrice       Reason = "price_changed"
	ReasonUnpaid      Reason = "not_paid"
	ReasonDuplicate   Reason = "duplicate"
	ReasonDefect      Reason = "defect"
	ReasonDelivery    Reason = "delivery_unsuitable"
	ReasonFraud       Reason = "fraud"
	ReasonOther       Reason = "other"
)

// CancelReason maps one neutral reason.
type CancelReason struct {
	Reason    Reason
	Code      string // the channel's code; for a channel whose reasons are statuses (Rozetka) this is the status code
	NeedsText bool   // the channel refuses it without words
	NeedsTwin bool   // the channel wants the id of the other order (duplicate)
}

// Order is one order as the channel shows it now.
type Order struct {
	ExternalID   string
	Number       string // what the buyer sees; empty means ExternalID
	Status       string // channel code
	Stage        Stage  // by Info.Statuses; a driver may know better (status group, custom status)
	StageFixed   bool   // the stage says more than the status (deleted, a parcel on its way): what the status means changes nothing
	Ignore       bool   // a draft: do not take it in
	CreatedAt    time.Time
	ChangedAt    time.Time // zero when the channel does not tell
	Total        Money     // goods after discounts, without delivery
	DeliveryCost Money     // what the buyer pays for delivery; no currency when unknown
	Commission   Money     // the channel's fee; no currency when unknown
	Payment      Payment
	Buyer        Person
	Recipient    Person // empty means the buyer
	Delivery     Delivery
	Comment      string // buyer's note
	NoCall       bool   // the buyer asked not to be called back
	GroupID      string // orders of one checkout share it
	Source       string // the channel's own sub-source ("mobile_app", "bigl")
	CancelReason string // the channel's words for a cancelled order
	CancelBy     string // "buyer", "seller", "channel" or empty
	Lines        []Line
}

// Line is one position of an order.
type Line struct {
	ExternalID string // stable within the order; a driver without one uses the position
	OfferID    string // the channel's offer id: what Offer.ExternalID holds
	SKU        string // seller's code as the channel repeats it
	Title      string
	Quantity   Qty
	Price      Money // of one unit, after product discounts
	Total      Money // what the buyer pays for the line
	Gift       bool  // takes stock but no money
	Removed    bool  // taken out of the order by the channel: holds nothing
}

// PaymentState says where the money is.
type PaymentState string

// The payment states.
const (
	PaymentUnpaid   PaymentState = "unpaid"
	PaymentOnHold   PaymentState = "hold" // frozen on the buyer's card
	PaymentPaid     PaymentState = "paid"
	PaymentPart     PaymentState = "part_paid"
	PaymentRefunded PaymentState = "refunded"
)

// Payment of an order.
type Payment struct {
	State    PaymentState
	Method   string // channel's code or title
	OnPickup bool   // cash on delivery: unpaid is normal until the parcel is collected
}

// Person is a buyer or a recipient.
type Person struct {
	ExternalID string // the channel's stable customer key; empty when it has none
	Name       string
	Phone      string // E.164 when it could be read, else as sent
	Email      string // empty when absent or a mere flag
}

// Delivery of an order.
type Delivery struct {
	Service   string // "nova_poshta", "ukrposhta", "meest", "rozetka", "pickup" or the channel's word
	Title     string // as the channel shows it
	City      string
	CityRef   string // carrier directory key
	Branch    string // branch number or locker
	BranchRef string // carrier directory key
	Address   string
	Tracking  string // waybill number when one exists
}

// RawOrder is an order's bytes as they came. Lad stores it before it reads it.
type RawOrder struct {
	ExternalID string
	Body       []byte // one JSON object
}

// OrderPage is one page of a pull. Next is stored only after the page's orders are; when More is set another page follows
// at once.
type OrderPage struct {
	Orders []RawOrder
	Next   string
	More   bool
}

// OrderSource is a channel whose orders are pulled.
type OrderSource interface {
	// PullOrders reads orders created or changed since cursor, oldest change first where the channel can. The empty cursor
	// means the driver's default look-back. The same order may come again: the caller recognises it by its bytes.
	PullOrders(ctx context.Context, cursor string) (OrderPage, error)
	// ReadOrders reads orders by id; an id that the channel does not know is left out.
	ReadOrders(ctx context.Context, ids []string) ([]RawOrder, error)
	// ParseOrder normalises the bytes of PullOrders, ReadOrders or a webhook; it makes no request. Bytes that can not be an
	// order are a KindData error in words a shop manager understands.
	ParseOrder(body []byte) (Order, error)
}

// Hook is a verified webhook.
type Hook struct {
	ID       string     // the outside's event id; empty when it has none
	Orders   []RawOrder // whole orders, when the body can be trusted
	OrderIDs []string   // a hint: re-read these
	Sweep    bool       // something changed, pull soon
}

// WebhookSource is a channel that calls Lad.
type WebhookSource interface {
	// ParseWebhook checks the signature (KindAuth when it is wrong) and reads the body; it makes no request. It is called once, when
	// the call arrives, with all its headers.
	ParseWebhook(header http.Header, body []byte) (Hook, error)
	// Subscribe makes the channel call target; calling it again changes nothing.
	Subscribe(ctx context.Context, target string) error
	// Unsubscribe ends it; it is no error when there is none.
	Unsubscribe(ctx context.Context, target string) error
}

// Offer is one sellable position on the channel (a variation is an offer of its own).
type Offer struct {
	ExternalID string
	SKU        string // seller's code as the channel stores it
	Barcode    string
	Title      string
	URL        string
	Price      Money
	Quantity   Qty
	// Orderable says whether a buyer can order it now.
	Orderable bool
	// Counted says whether Quantity means anything on this channel (Horoshop without warehouse accounting has presence only).
	Counted bool
	// Active says whether the offer is shown at all.
	Active bool
	// Refuses is set when a stock push would be useless or overwritten, in words: "stock comes from the price list".
	Refuses string
	// Pending is set when the channel parked a change until somebody accepts it.
	Pending string
}

// OfferPage is one page of the offer list.
type OfferPage struct {
	Offers []Offer
	Next   string // cursor of the next page
	More   bool
	Total  int // 0 when unknown
}

// OfferSource is a channel whose offers can be read back.
type OfferSource interface {
	// ListOffers reads all offers page by page, from the empty cursor.
	ListOffers(ctx context.Context, cursor string) (OfferPage, error)
	// ReadOffers reads offers by id, at most Limits.ReadBatch; unknown ids are left out. A channel that needs a request for each
	// offer, or for a few, reads some of them and answers *OffersLeft beside them: while it reads on, nothing else is told.
	ReadOffers(ctx context.Context, ids []string) ([]Offer, error)
}

// OffersLeft says that ReadOffers, PushStock or PushPrice has stopped before IDs, which are fewer than it was given. It is no failure:
// Lad does what is more urgent, then goes on with these.
type OffersLeft struct{ IDs []string }

// Error says how many are left.
func (e *OffersLeft) Error() string { return fmt.Sprintf("%d offers are left", len(e.IDs)) }

// ReadAll reads offers by id until none is left.
func ReadAll(ctx context.Context, source OfferSource, ids []string) ([]Offer, error) {
	var all []Offer
	for {
		offers, err := source.ReadOffers(ctx, ids)
		all = append(all, offers...)
		var left *OffersLeft
		if !errors.As(err, &left) {
			return all, err
		}
		if len(left.IDs) >= len(ids) {
			return all, Errorf(KindTransient, "reading offers does not get on: %d are left of %d", len(left.IDs), len(ids))
		}
		ids = left.IDs
	}
}

// StockUpdate asks the channel to show a quantity. Values are absolute, so a repeat is harmless.
type StockUpdate struct {
	OfferID  string
	SKU      string
	Quantity Qty
}

// PriceUpdate asks the channel to show a price; Old is the crossed-out price, zero for none.
type PriceUpdate struct {
	OfferID string
	SKU     string
	Price   Money
	Old     Money
}

// ItemState says what the channel did with one item of a batch.
type ItemState string

// The item states.
const (
	ItemAccepted  ItemState = "accepted"  // taken; whether it shows is known after a read-back
	ItemConfirmed ItemState = "confirmed" // the answer itself proves it shows
	ItemParked    ItemState = "parked"    // waits for somebody on the channel's side
	ItemRejected  ItemState = "rejected"  // refused for a reason of this item
)

// ItemResult is the outcome of one item.
type ItemResult struct {
	OfferID string
	State   ItemState
	Err     *Error // reason of parked and rejected, in the outside's words
}

// StockSink is a channel that takes quantities.
type StockSink interface {
	// PushStock sends at most Limits.StockBatch items. It answers one result per item, in any order; an item without one
	// counts as not changed. An error means that the outcome of every item is unknown, but for *OffersLeft: a channel that needs
	// a request for each item, or for a few, tells some of them and leaves the others to the next call.
	PushStock(ctx context.Context, items []StockUpdate) ([]ItemResult, error)
}

// PriceSink is a channel that takes prices, with the same manners as StockSink.
type PriceSink interface {
	PushPrice(ctx context.Context, items []PriceUpdate) ([]ItemResult, error)
}

// StatusChange asks for one step in the channel's own status graph.
type StatusChange struct {
	OrderID  string
	From     string // channel status Lad believes the order has
	To       string // channel status to set
	Reason   Reason // of a cancellation
	Text     string // words for a reason that needs them
	TwinID   string // the other order of a duplicate
	Tracking string // waybill number, for a step that needs it
	Carrier  string // Delivery.Service of the waybill
}

// StatusSink is a channel that takes order statuses.
type StatusSink interface {
	// PushStatus makes one step. A step the channel refuses is KindPermanent; the caller then re-reads the order.
	PushStatus(ctx context.Context, c StatusChange) error
}

// TrackingSink is a channel that stores waybill numbers apart from the status.
type TrackingSink interface {
	// PushTracking stores the number; a carrier that the channel does not know is KindPermanent.
	PushTracking(ctx context.Context, orderID, carrier, number string) error
}

// Method is one way of delivery or payment that a shop offers.
type Method struct {
	Code    string // as orders repeat it in Delivery.Title or Payment.Method
	Title   string
	Service string // of a delivery: the neutral service the driver takes it for, empty when it does not know
	// OnPickup says of a payment that money comes with the parcel.
	OnPickup bool
}

// Dictionary is what a shop can change about itself: its own statuses and methods.
type Dictionary struct {
	Statuses []Status
	Delivery []Method
	Payment  []Method
}

// DictionarySource is a channel whose statuses or methods differ from shop to shop. What it says stands in for Info.Statuses.
type DictionarySource interface {
	ReadDictionary(ctx context.Context) (Dictionary, error)
}

// Fee is one charge of the channel: a commission, a delivery fee, or its refund.
type Fee struct {
	ExternalID string // stable: the same entry comes again
	OrderID    string // empty when it belongs to no order
	OfferID    string
	Code       string // the channel's code of the kind of fee
	Title      string
	At         time.Time
	Amount     Money // what the seller pays; negative when the channel gives it back
}

// FeePage is one page of fees, with the manners of OrderPage.
type FeePage struct {
	Fees []Fee
	Next string
	More bool
}

// FeeSource is a channel that tells what it charges.
type FeeSource interface {
	ListFees(ctx context.Context, cursor string) (FeePage, error)
}
