package allegro

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strconv"
	"time"

	"github.com/lad-hub/lad/internal/sim"
)

// Bounds of a command.
const (
	maxCriteria = 1000
	maxBulk     = 25
	maxTasks    = 1000
	maxCommands = 2000 // remembered
)

// command is a batch under way or done.
type command struct {
	id        string
	created   time.Time
	completed time.Time // zero = still working
	tasks     []task
}

// task is one offer of a command.
type task struct {
	offerID string
	field   string
	change  func(offer) (offer, string)
	done    bool
	wrong   string
}

// commandKind reads the body of one kind of command into tasks; the text says why it is refused as a whole.
type commandKind struct {
	beta bool
	read func(body []byte) (tasks []task, id, wrong string)
}

var commandKinds = map[string]commandKind{
	"offer-quantity-change-commands":   {read: readQuantity},
	"offer-price-change-commands":      {read: readPrice},
	"offer-publication-commands":       {read: readPublication},
	"offer-bulk-modification-commands": {beta: true, read: readBulk},
}

var isUUID = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)

// criteria are the offers that a command is about.
type criteria []struct {
	Type   string `json:"type"`
	Offers []struct {
		ID string `json:"id"`
	} `json:"offers"`
}

// tasks makes one task for each offer.
func (cr criteria) tasks(field string, change func(offer) (offer, string)) ([]task, string) {
	var out []task
	for _, part := range cr {
		if part.Type != "CONTAINS_OFFERS" {
			return nil, "offerCriteria.type is not known"
		}
		for _, o := range part.Offers {
			out = append(out, task{offerID: o.ID, field: field, change: change})
		}
	}
	if len(out) == 0 || len(out) > maxCriteria {
		return nil, "a command takes 1 to 1000 offers"
	}
	return out, ""
}

// fixedStock sets a quantity above zero.
func fixedStock(value int64, ok bool) func(offer) (offer, string) {
	return func(o offer) (offer, string) {
		if !ok || value <= 0 {
			return o, "a fixed quantity must be above zero"
		}
		o.setStock(value)
		return o, ""
	}
}

func readQuantity(body []byte) ([]task, string, string) {
	var b struct {
		Modification struct {
			Type  string    `json:"changeType"`
			Value sim.Field `json:"value"`
		} `json:"modification"`
		Criteria criteria `json:"offerCriteria"`
	}
	if json.Unmarshal(body, &b) != nil {
		return nil, "", "body can not be read"
	}
	n, ok := b.Modification.Value.Int()
	change := fixedStock(n, ok)
	switch {
	case b.Modification.Type == "GAIN" && ok:
		change = func(o offer) (offer, string) { o.setStock(o.stock + n); return o, "" }
	case b.Modification.Type != "FIXED" || !ok || n <= 0:
		return nil, "", "FIXED takes a value above zero"
	}
	tasks, wrong := b.Criteria.tasks("quantity", change)
	return tasks, "", wrong
}

func readPrice(body []byte) ([]task, string, string) {
	var b struct {
		Modification struct {
			Type  string     `json:"type"`
			Price sentAmount `json:"price"`
		} `json:"modification"`
		Criteria criteria `json:"offerCriteria"`
	}
	if json.Unmarshal(body, &b) != nil {
		return nil, "", "body can not be read"
	}
	n, wrong := b.Modification.Price.minor()
	if b.Modification.Type != "FIXED_PRICE" || wrong != "" {
		return nil, "", "FIXED_PRICE takes a price: " + wrong
	}
	tasks, wrong := b.Criteria.tasks("price", func(o offer) (offer, string) { o.price = n; return o, "" })
	return tasks, "", wrong
}

func readPublication(body []byte) ([]task, string, string) {
	var b struct {
		Publication struct {
			Action string `json:"action"`
		} `json:"publication"`
		Criteria criteria `json:"offerCriteria"`
	}
	if json.Unmarshal(body, &b) != nil {
		return nil, "", "body can not be read"
	}
	status, ok := map[string]string{"ACTIVATE": offerActive, "END": offerEnded}[b.Publication.Action]
	if !ok {
		return nil, "", "publication.action is not known"
	}
	var p patch
	p.Publication.Status = status
	tasks, wrong := b.Criteria.tasks("publication", p.apply)
	return tasks, "", wrong
}

func readBulk(body []byte) ([]task, string, string) {
	var b struct {
		ID            string `json:"commandId"`
		Modifications []struct {
			OfferID string `json:"offerId"`
			Stock   *struct {
				Type  string    `json:"changeType"`
				Value sim.Field `json:"value"`
			} `json:"stock"`
			Prices map[string]struct {
				Type  string     `json:"changeType"`
				Value sentAmount `json:"value"`
			} `json:"prices"`
		} `json:"modifications"`
	}
	if json.Unmarshal(body, &b) != nil || len(b.Modifications) == 0 || len(b.Modifications) > maxBulk {
		return nil, "", "a command takes 1 to 25 modifications"
	}
	var tasks []task
	for _, m := range b.Modifications {
		if m.Stock != nil {
			n, ok := m.Stock.Value.Int()
			tasks = append(tasks, task{offerID: m.OfferID, field: "stock", change: fixedStock(n, ok && m.Stock.Type == "FIXED")})
		}
		for place, price := range m.Prices {
			tasks = append(tasks, task{offerID: m.OfferID, field: "price", change: func(o offer) (offer, string) {
				n, wrong := price.Value.minor()
				if wrong == "" && (place != marketplace || price.Type != "FIXED") {
					wrong = "the price can not be changed like that"
				}
				if wrong == "" {
					o.price = n
				}
				return o, wrong
			}})
		}
	}
	return tasks, b.ID, ""
}

func (s *Shop) startCommand(c *sim.Call, kind commandKind) sim.Answer {
	tasks, id, wrong := kind.read(c.Body)
	if !kind.beta {
		id = c.Request.PathValue("command")
	}
	switch {
	case wrong != "":
		return invalid(wrong)
	case !isUUID.MatchString(id):
		return invalid("the command id must be a UUID")
	}
	s.enter(c)
	defer s.mu.Unlock()
	if s.commands[id] != nil {
		return fail(http.StatusConflict, "CommandAlreadyExists", "the command id has been used")
	}
	cmd := &command{id: id, created: c.At, tasks: tasks}
	s.remember(cmd)
	answer := sim.JSON(http.StatusCreated, cmd.summary(c))
	ignore := c.Ignore
	s.later(c, s.o.CommandLag, func(c *sim.Call) { s.work(c, cmd, ignore) })
	return answer
}

// remember keeps a command; the oldest one is forgotten when there are too many.
func (s *Shop) remember(cmd *command) {
	s.commands[cmd.id] = cmd
	if s.commandIDs = append(s.commandIDs, cmd.id); len(s.commandIDs) > maxCommands {
		delete(s.commands, s.commandIDs[0])
		s.commandIDs = s.commandIDs[1:]
	}
}

// work makes the changes of a command; an ignored one reports success all the same.
func (s *Shop) work(c *sim.Call, cmd *command, ignore bool) {
	cmd.completed = c.At
	for i := range cmd.tasks {
		t := &cmd.tasks[i]
		t.done = true
		id, _ := strconv.ParseInt(t.offerID, 10, 64) // not a number = none
		row := s.offers.Get(id)
		if row == nil {
			t.wrong = "no such offer of this seller"
			continue
		}
		next, wrong := t.change(row.Value)
		if wrong == "" {
			wrong = s.locked[id]
		}
		if t.wrong = wrong; wrong == "" && !ignore {
			s.put(c, row, next)
		}
	}
}

// summary is the state of a command.
func (cmd *command) summary(c *sim.Call) any {
	success, failed := 0, 0
	for _, t := range cmd.tasks {
		switch {
		case t.done && t.wrong == "":
			success++
		case t.done:
			failed++
		}
	}
	var completed any
	if !cmd.completed.IsZero() {
		completed = stamp(c, cmd.completed)
	}
	return map[string]any{
		"id": cmd.id, "createdAt": stamp(c, cmd.created), "completedAt": completed,
		"taskCount": map[string]int{"total": len(cmd.tasks), "success": success, "failed": failed},
	}
}

func (s *Shop) commandSummary(c *sim.Call) sim.Answer {
	s.enter(c)
	defer s.mu.Unlock()
	cmd := s.commands[c.Request.PathValue("command")]
	if cmd == nil {
		return fail(http.StatusNotFound, "CommandNotFound", "no such command")
	}
	return sim.JSON(http.StatusOK, cmd.summary(c))
}

func (s *Shop) commandTasks(c *sim.Call) sim.Answer {
	limit, okLimit := size(c, 100, maxTasks)
	from, okOffset := offset(c)
	if !okLimit || !okOffset {
		return invalid("a parameter can not be used")
	}
	s.enter(c)
	defer s.mu.Unlock()
	cmd := s.commands[c.Request.PathValue("command")]
	if cmd == nil {
		return fail(http.StatusNotFound, "CommandNotFound", "no such command")
	}
	page := cmd.tasks[min(from, len(cmd.tasks)):min(from+limit, len(cmd.tasks))]
	views := make([]any, 0, len(page))
	for _, t := range page {
		status, errs := "NEW", []fault{}
		switch {
		case t.done && t.wrong == "":
			status = "SUCCESS"
		case t.done:
			status, errs = "FAIL", append(errs, faultOf("ValidationException", t.wrong))
		}
		views = append(views, map[string]any{"offer": map[string]string{"id": t.offerID}, "field": t.field, "status": status, "message": t.wrong, "errors": errs})
	}
	return sim.JSON(http.StatusOK, map[string]any{"tasks": views})
}
