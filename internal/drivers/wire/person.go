package wire

import (
	"regexp"
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// region is where a number without a country code is dialled.
const region = "UA"

var ukrainian = regexp.MustCompile(`(?:380|80|0)(\d{9})`)

// Phone is the number in E.164 when one can be read ("380671112233", "067 111-22-33", "+380671112233 Олена"), else the text
// as it came.
func Phone(t Text) string {
	s := strings.TrimSpace(string(t))
	if s == "" {
		return ""
	}
	if n, err := phonenumbers.Parse(s, region); err == nil && phonenumbers.IsValidNumber(n) {
		return phonenumbers.Format(n, phonenumbers.E164)
	}
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
	for _, m := range ukrainian.FindAllStringSubmatch(digits, -1) {
		if n, err := phonenumbers.Parse("+380"+m[1], region); err == nil && phonenumbers.IsValidNumber(n) {
			return phonenumbers.Format(n, phonenumbers.E164)
		}
	}
	return s
}

// carriers finds a delivery service in a code or title, longest words first.
var carriers = []struct{ word, service string }{
	{"novaposhta", "nova_poshta"}, {"новапошта", "nova_poshta"}, {"новаяпочта", "nova_poshta"},
	{"ukrposhta", "ukrposhta"}, {"укрпошта", "ukrposhta"}, {"укрпочта", "ukrposhta"},
	{"rozetka", "rozetka"}, {"rzdelivery", "rozetka"}, {"meest", "meest"}, {"міст", "meest"}, {"mistexpress", "mist_express"},
	{"delivery_auto", "delivery_auto"}, {"deliveryauto", "delivery_auto"},
	{"самовив", "pickup"}, {"самовыв", "pickup"}, {"pickup", "pickup"},
}

// Carrier is Lad's name of a delivery service; a service it has no name for keeps the channel's first non-empty word.
func Carrier(words ...Text) string {
	for _, w := range words {
		flat := strings.ToLower(strings.NewReplacer(" ", "", "_", "", "-", "").Replace(string(w)))
		if flat == "" {
			continue
		}
		for _, c := range carriers {
			if strings.Contains(flat, strings.ReplaceAll(c.word, "_", "")) {
				return c.service
			}
		}
	}
	return First(words...)
}

var branchNumber = regexp.MustCompile(`(?i)(?:відділення|отделение|поштомат|почтомат|пункт)[^№\d]{0,30}№?\s*(\d{1,6})|№\s*(\d{1,6})`)

// Branch finds a branch or locker number in an address written for people.
func Branch(t Text) string {
	m := branchNumber.FindStringSubmatch(string(t))
	if m == nil {
		return ""
	}
	return First(m[1], m[2])
}

// OnPickup says whether a payment method's words mean cash on delivery.
func OnPickup(t Text) bool {
	s := strings.ToLower(string(t))
	for _, word := range []string{"наклад", "налож", "при отриманні", "при получении", "післяплат", "cash_on_delivery", "cod"} {
		if strings.Contains(s, word) {
			return true
		}
	}
	return false
}
