package connector

import "slices"

// StatusOf finds a status by its code.
func (in Info) StatusOf(code string) (Status, bool) {
	for _, s := range in.Statuses {
		if s.Code == code {
			return s, true
		}
	}
	return Status{}, false
}

// TakesStatuses says whether there is a status that Lad may ask for; a channel that can only be read has Outside ones alone.
func (in Info) TakesStatuses() bool {
	return slices.ContainsFunc(in.Statuses, func(s Status) bool { return !s.Outside && !s.Ignore })
}

// Reason finds the channel's code for a neutral reason; ReasonOther stands in for one that the channel does not have.
func (in Info) Reason(r Reason) (CancelReason, bool) {
	var other CancelReason
	found := false
	for _, c := range in.CancelReasons {
		if c.Reason == r {
			return c, true
		}
		if c.Reason == ReasonOther {
			other, found = c, true
		}
	}
	return other, found
}

// Path is the shortest list of steps from one status to another along Info.Steps, without the start. It is nil when the
// target can not be reached (or is already there).
func (in Info) Path(from, to string) []string {
	if from == to {
		return nil
	}
	type visit struct {
		code string
		path []string
	}
	seen := map[string]bool{from: true}
	for queue := []visit{{code: from}}; len(queue) > 0; queue = queue[1:] {
		v := queue[0]
		for _, next := range in.next(v.code) {
			if seen[next] {
				continue
			}
			path := append(slices.Clone(v.path), next)
			if next == to {
				return path
			}
			seen[next] = true
			if s, ok := in.StatusOf(next); ok && !s.Outside {
				queue = append(queue, visit{code: next, path: path})
			}
		}
	}
	return nil
}

func (in Info) next(code string) []string {
	if steps, ok := in.Steps[code]; ok {
		return steps
	}
	if s, ok := in.StatusOf(code); ok && (s.Stage == StageCancelled || s.Stage == StageReturned || s.Stage == StageCompleted) {
		return nil
	}
	return in.Steps["*"]
}

// CancelStatus is the status to ask for in order to cancel for a reason, and the reason's entry: on a channel whose reasons
// are statuses it is the reason's own code, else the one target of StageCancelled. It is empty when the channel takes no
// cancellation.
func (in Info) CancelStatus(r Reason) (string, CancelReason) {
	c, ok := in.Reason(r)
	if ok {
		if s, is := in.StatusOf(c.Code); is && s.Stage == StageCancelled {
			return c.Code, c
		}
	}
	return in.Targets[StageCancelled], c
}
