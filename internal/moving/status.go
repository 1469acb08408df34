package moving

import (
	"strings"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/moving/baselinker"
)

// stageTypes are the types of statuses that newer accounts tell; type 2, in progress, says too little.
var stageTypes = map[int64]connector.Stage{1: connector.StageNew, 3: connector.StageShipped, 4: connector.StageCompleted, 5: connector.StageCancelled, 6: connector.StageReturned}

// stageWords are parts of names by which merchants call their statuses, in Polish, English, Ukrainian and Russian. The first
// that fits decides, so that "ready to ship" is not taken for shipped, nor "unpaid" for paid.
var stageWords = []struct {
	stage connector.Stage
	words []string
}{
	{connector.StageCancelled, []string{"anul", "cancel", "скас", "отмен", "odrzuc", "відмов", "отказ"}},
	{connector.StageReturned, []string{"zwrot", "zwroc", "zwróc", "return", "refund", "поверн", "возвр"}},
	{connector.StageConfirmed, []string{"do wys", "do nad", "na wys", "gotow", "to ship", "ready", "niewys", "до відпр", "к отпр", "готов"}},
	{connector.StagePicking, []string{"pakow", "komplet", "zbier", "packing", "picking", "пакув", "упаков", "комплект", "збир", "сбор"}},
	{connector.StageCompleted, []string{"dostarcz", "zakończ", "zakoncz", "zrealiz", "odebran", "deliver", "complet", "finish", "done", "отриман", "получен", "доставлен", "заверш", "викон", "выполн"}},
	{connector.StageShipped, []string{"wysłan", "wyslan", "nadan", "w drodze", "shipped", "sent", "dispatch", "transit", "відправ", "отправ", "в дороз", "в пути"}},
	{connector.StageNew, []string{"now", "new", "unpaid", "nieop", "oczek", "pending", "нов", "не опл", "неопл", "очік", "ожид"}},
	{connector.StageConfirmed, []string{"potwierdz", "opłac", "oplac", "realiz", "trakcie", "confirm", "paid", "process", "progress", "підтв", "подтв", "опла", "в робот", "в работ", "обробл", "обраб"}},
}

// takeStatus says for which stage a status stands; none when neither its type nor its name tells.
func takeStatus(s baselinker.Status) StatusTaken {
	out := StatusTaken{Name: clip(string(s.Name), maxTitle), Stage: stageTypes[s.Type.Int()]}
	if out.Stage != "" {
		return out
	}
	name := strings.ToLower(out.Name)
	for _, x := range stageWords {
		for _, word := range x.words {
			if strings.Contains(name, word) {
				out.Stage = x.stage
				return out
			}
		}
	}
	return out
}

// forgotten is for how long an order may rest in a status that tells nothing and still wait for its goods.
const forgotten = 30 * 24 * time.Hour

// stageOf is an order's stage; one whose status tells nothing is over when it has rested long enough at the moment the run began.
func (r *Run) stageOf(o baselinker.Order) connector.Stage {
	taken := r.shop.Statuses[o.Status.ID()]
	if taken.Stage != "" {
		return taken.Stage
	}
	if r.CreatedAt.Sub(time.Unix(max(o.StatusAt.Int(), o.ConfirmedAt.Int()), 0)) > forgotten {
		return connector.StageCompleted
	}
	return connector.StageConfirmed
}
