// Package customers knows who buys: one customer per person, recognised by the channel's own key, the phone or the e-mail,
// whichever channel the order comes from.
package customers

import (
	"strings"
	"time"
)

// Customer is a person or a firm that buys.
type Customer struct {
	ID   int64
	Name string
	// Phone and Email are the first known ones, for show; Identities has all of them.
	Phone     string
	Email     string
	Note      string
	CreatedAt time.Time
}

// Kind says what an identity is.
type Kind string

// The kinds of identities, in the order in which they decide.
const (
	ByChannel Kind = "channel"
	ByPhone   Kind = "phone"
	ByEmail   Kind = "email"
)

// Identity is one thing by which a customer is known again. It belongs to one customer only.
type Identity struct {
	Kind  Kind
	Value string
}

// Contact is what an order tells about its buyer.
type Contact struct {
	ChannelKey string // connection and the channel's customer key: "prom:3:9001"; empty when it has none
	Name       string
	Phone      string // E.164, made by Phone before the transaction: reading a raw number takes 30 µs
	Email      string // lower case
}

// Bounds of what is stored of a contact.
const (
	maxValue = 320 // bytes of an identity: the longest e-mail address
	maxName  = 200 // characters
	maxWords = 12  // search words of one name
)

// identities are the usable ones of a contact in the order in which they decide.
func (c Contact) identities() []Identity {
	out := make([]Identity, 0, 3)
	if c.ChannelKey != "" && len(c.ChannelKey) <= maxValue {
		out = append(out, Identity{ByChannel, c.ChannelKey})
	}
	if identifies(c.Phone) {
		out = append(out, Identity{ByPhone, c.Phone})
	}
	if email := Email(c.Email); email != "" {
		out = append(out, Identity{ByEmail, email})
	}
	return out
}

// Email is an address as it is stored and compared, empty for what can not be one.
func Email(raw string) string {
	s := strings.ToLower(strings.TrimSpace(raw))
	at := strings.IndexByte(s, '@')
	if at < 1 || at == len(s)-1 || len(s) > maxValue || strings.ContainsAny(s, " \t\r\n,;") {
		return ""
	}
	return s
}

// cleanName is a name as it is stored: without outer and double spaces, bounded.
func cleanName(raw string) string {
	s := strings.Join(strings.Fields(raw), " ")
	if r := []rune(s); len(r) > maxName {
		return string(r[:maxName])
	}
	return s
}
