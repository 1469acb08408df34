package cart

import (
	"strings"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
)

// stems tell a stage by a status's name in the languages shops here use, the first that fits. A shop may rename OpenCart's own
// statuses and add others, so the name counts before the number. Only words of what has happened are here: "ready to be sent"
// must not read as sent.
var stems = []struct {
	stage connector.Stage
	words []string
}{
	{connector.StageConfirmed, []string{"reversal"}},
	{connector.StageCancelled, []string{"cancel", "скасован", "отменен", "отменён", "відмінен", "анульован", "anulowan", "voided", "denied", "expired"}},
	{connector.StageReturned, []string{"refunded", "chargeback", "reversed", "повернен", "возвращ", "zwrócon", "zwrot"}},
	{connector.StageCompleted, []string{"complete", "виконан", "выполнен", "завершен", "завершён", "zrealizowan", "отриман", "получен"}},
	{connector.StageShipped, []string{"shipped", "відправлен", "отправлен", "wysłan"}},
}

// Groups of statuses by the shop's settings.
const (
	GroupProcessing = "processing"
	GroupComplete   = "complete"
)

// Statuses are OpenCart's own by their default numbers (API sheet, part 8).
var Statuses = []connector.Status{
	{Code: "1", Title: "Pending", Stage: connector.StageNew},
	{Code: "2", Title: "Processing", Stage: connector.StageConfirmed},
	{Code: "15", Title: "Processed", Stage: connector.StagePicking},
	{Code: "3", Title: "Shipped", Stage: connector.StageShipped},
	{Code: "5", Title: "Complete", Stage: connector.StageCompleted},
	{Code: "7", Title: "Canceled", Stage: connector.StageCancelled},
	{Code: "8", Title: "Denied", Stage: connector.StageCancelled},
	{Code: "9", Title: "Canceled Reversal", Stage: connector.StageConfirmed},
	{Code: "10", Title: "Failed", Stage: connector.StageCancelled},
	{Code: "11", Title: "Refunded", Stage: connector.StageReturned},
	{Code: "12", Title: "Reversed", Stage: connector.StageReturned},
	{Code: "13", Title: "Chargeback", Stage: connector.StageReturned},
	{Code: "14", Title: "Expired", Stage: connector.StageCancelled},
	{Code: "16", Title: "Voided", Stage: connector.StageCancelled},
}

// PaidStatuses reads numbers of statuses, with commas.
func PaidStatuses(raw string) (ids []string, e *connector.Error) {
	for part := range strings.SplitSeq(raw, ",") {
		t := wire.Text(strings.TrimSpace(part))
		switch {
		case t == "":
		case t.Number() == 0:
			return nil, connector.Errorf(connector.KindSettings, "paid_statuses: %q is not the number of a status", wire.Clip(string(t)))
		default:
			ids = append(ids, t.ID())
		}
	}
	return ids, nil
}

// negations turn a word around: "не отправлен".
var negations = []string{"не ", "not ", "nie ", "очіку", "ожида", "awaiting", "oczek"}

// StageOf maps a status by its name, its default number, or the group it is in. One that nothing is known of counts as
// confirmed: its goods stay held.
func StageOf(id, name, group string) connector.Stage {
	low := strings.ToLower(name)
	if !containsAny(low, negations) {
		for _, s := range stems {
			if containsAny(low, s.words) {
				return s.stage
			}
		}
	}
	for _, s := range Statuses {
		if s.Code == id {
			return s.Stage
		}
	}
	if group == GroupComplete {
		return connector.StageCompleted
	}
	return connector.StageConfirmed
}

func containsAny(s string, words []string) bool {
	for _, w := range words {
		if strings.Contains(s, w) {
			return true
		}
	}
	return false
}
