package shopfile

import (
	"slices"
	"strings"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
	"github.com/lad-hub/lad/internal/platform/money"
)

// Every shop has statuses of its own. These are Lad's words for them; the form says which status of the shop each word means, and
// a shop that has a status of that very name needs no saying. A status without a word keeps the shop's id as its code.
const (
	wordNew        = "new"
	wordProcessing = "processing"
	wordSent       = "sent"
	wordCompleted  = "completed"
	wordCancelled  = "cancelled"
	wordReturned   = "returned"
)

// info follows the API sheet, part 10. The protocol knows no order of statuses: any may follow any that is not an end.
var info = connector.Info{
	Name: "shopfile", Title: "Shop with a BaseLinker file", Mark: "BL", Currency: money.PLN, Zone: "Europe/Warsaw",
	Settings: []connector.Setting{
		{Key: "base_url", Title: "connection.field.shopfile_url", Required: true},
		{Key: "password", Title: "connection.field.password", Secret: true, Required: true},
		{Key: "currency", Title: "connection.field.shopfile_currency", Default: "PLN"},
		{Key: "status_processing", Title: "connection.field.shopfile_processing"},
		{Key: "status_sent", Title: "connection.field.shopfile_sent"},
		{Key: "status_completed", Title: "connection.field.shopfile_completed"},
		{Key: "status_cancelled", Title: "connection.field.shopfile_cancelled"},
		{Key: "status_returned", Title: "connection.field.shopfile_returned"},
	},
	Limits: connector.Limits{
		RequestsPerSecond: 2, Burst: 2, StockBatch: 100, PriceBatch: 100, ReadBatch: 100, PollEvery: 60 * time.Second,
	},
	Statuses: []connector.Status{
		{Code: wordNew, Title: "Nowe", Stage: connector.StageNew, Outside: true},
		{Code: wordProcessing, Title: "W realizacji", Stage: connector.StageConfirmed},
		{Code: wordSent, Title: "Wysłane", Stage: connector.StageShipped},
		{Code: wordCompleted, Title: "Zrealizowane", Stage: connector.StageCompleted},
		{Code: wordCancelled, Title: "Anulowane", Stage: connector.StageCancelled},
		{Code: wordReturned, Title: "Zwrócone", Stage: connector.StageReturned},
	},
	Steps: map[string][]string{
		wordSent:      {wordCompleted, wordReturned},
		wordCompleted: {wordReturned},
		"*":           {wordProcessing, wordSent, wordCompleted, wordCancelled, wordReturned},
	},
	Targets: map[connector.Stage]string{
		connector.StageConfirmed: wordProcessing,
		connector.StageShipped:   wordSent,
		connector.StageCompleted: wordCompleted,
		connector.StageReturned:  wordReturned,
		connector.StageCancelled: wordCancelled,
	},
	// The protocol takes no reason: one stands for all.
	CancelReasons: []connector.CancelReason{{Reason: connector.ReasonOther, Code: wordCancelled}},
}

// words are the shop's status ids by Lad's word, as the form gave them.
type words map[string]string

func readWords(set map[string]string) words {
	w := words{}
	for _, s := range info.Statuses {
		if id := set["status_"+s.Code]; id != "" {
			w[s.Code] = id
		}
	}
	return w
}

// code is Lad's code of a status of the shop.
func (w words) code(id string) string {
	for _, s := range info.Statuses {
		if w[s.Code] == id && id != "" {
			return s.Code
		}
	}
	return id
}

// target is the shop's status for one of Lad's words. Without a word in the form it is the shop's status of that very id, if it has
// one or does not tell; empty means that nobody has said.
func (c *channel) target(word string) string {
	if id := c.words[word]; id != "" {
		return id
	}
	if _, there := c.shop.statuses[word]; there || len(c.shop.statuses) == 0 {
		return word
	}
	return ""
}

// guesses are parts of the names that shops give to their statuses, in the languages of the shops; the first that fits counts.
var guesses = []struct {
	stage connector.Stage
	parts []string
}{
	{connector.StageCancelled, []string{"anulow", "cancel", "скасов", "отмен"}},
	{connector.StageReturned, []string{"zwróc", "zwrot", "returned", "refunded", "повернен", "возвращ"}},
	{connector.StageCompleted, []string{"zrealizowan", "dostarczon", "odebran", "zakończon", "delivered", "completed", "доставлен", "виконан", "выполнен", "отриман"}},
	{connector.StageShipped, []string{"wysłan", "nadan", "shipped", "dispatched", "відправлен", "отправлен"}},
	{connector.StageConfirmed, []string{"w realizacji", "przygotow", "processing", "preparation", "обробц", "обработк"}},
}

// denials turn the meaning of a name round: then it is not guessed at.
var denials = []string{" nie", " not ", " не "}

// stage is the stage of a code. One without a word of Lad's is read from the shop's name for it; a name that says nothing is that
// of a new order, which holds its goods and may be moved on.
func stage(code, name string) connector.Stage {
	if s, ok := info.StatusOf(code); ok {
		return s.Stage
	}
	low := " " + strings.ToLower(name) + " "
	has := func(part string) bool { return strings.Contains(low, part) }
	if !slices.ContainsFunc(denials, has) {
		for _, g := range guesses {
			if slices.ContainsFunc(g.parts, has) {
				return g.stage
			}
		}
	}
	return connector.StageNew
}

// service finds Lad's name of a carrier in the shop's words.
func service(words ...wire.Text) string {
	for _, w := range words {
		low := strings.ToLower(string(w))
		for _, c := range carriers {
			if strings.Contains(low, c.word) {
				return c.service
			}
		}
	}
	return wire.Carrier(words...)
}

var carriers = []struct{ word, service string }{
	{"paczkomat", "inpost"}, {"inpost", "inpost"}, {"pocztex", "pocztex"}, {"poczta polska", "poczta_polska"}, {"orlen", "orlen"}, {"dpd", "dpd"},
	{"dhl", "dhl"}, {"gls", "gls"}, {"ups", "ups"}, {"fedex", "fedex"}, {"odbiór osobisty", "pickup"},
}
