package opencart

import (
	"strings"

	"github.com/lad-hub/lad/connector"
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
	groupProcessing = "processing"
	groupComplete   = "complete"
)

// negations turn a word around: "не отправлен".
var negations = []string{"не ", "not ", "nie ", "очіку", "ожида", "awaiting", "oczek"}

// stageOf maps a status by its name, its default number, or the group it is in. One that nothing is known of counts as
// confirmed: its goods stay held.
func stageOf(id, name, group string) connector.Stage {
	low := strings.ToLower(name)
	if !containsAny(low, negations) {
		for _, s := range stems {
			if containsAny(low, s.words) {
				return s.stage
			}
		}
	}
	if s, ok := info.StatusOf(id); ok {
		return s.Stage
	}
	if group == groupComplete {
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
