package orders

import (
	"testing"

	"github.com/lad-hub/lad/connector"
)

// A channel that has no status for what happened here, or no way to it, is told the last stage before it that it can show.
func TestNearest(t *testing.T) {
	t.Parallel()
	in := connector.Info{
		Statuses: []connector.Status{
			{Code: "new", Stage: connector.StageNew}, {Code: "taken", Stage: connector.StageConfirmed}, {Code: "paid", Stage: connector.StageConfirmed},
			{Code: "credit", Stage: connector.StageNew, Outside: true}, {Code: "sent", Stage: connector.StageShipped},
			{Code: "done", Stage: connector.StageCompleted}, {Code: "off", Stage: connector.StageCancelled},
			{Code: "own"}, // of the shop's own making, not explained yet
		},
		Steps:   map[string][]string{"new": {"paid", "taken", "off"}, "paid": {"taken", "sent"}, "taken": {"sent"}, "own": {"taken", "sent"}, "credit": {}, "sent": {"done"}},
		Targets: map[connector.Stage]string{connector.StageConfirmed: "taken", connector.StageShipped: "sent", connector.StageCompleted: "done", connector.StageCancelled: "off"},
	}
	for _, c := range []struct {
		from string
		to   Stage
		want string
	}{
		{"new", connector.StageConfirmed, ""},
		{"new", connector.StagePicking, "taken"},
		{"new", connector.StageShipped, "taken"},
		{"new", connector.StageCompleted, "sent"},
		{"paid", connector.StagePicking, ""}, // confirmed already, in words of its own
		{"taken", connector.StagePicking, ""},
		{"sent", connector.StagePicking, ""},
		{"new", connector.StageReturned, "sent"}, // never "done": the parcel may have come back unopened
		{"done", connector.StageReturned, ""},
		{"new", connector.StageCancelled, ""},
		{"off", connector.StageShipped, ""},
		{"credit", connector.StageShipped, ""}, // only the channel leads on from here
		{"nobody knows", connector.StageShipped, ""},
		{"own", connector.StagePicking, ""},
	} {
		if got := nearest(in, c.from, c.to); got != c.want {
			t.Errorf("from %s to %s: %q, want %q", c.from, c.to, got, c.want)
		}
	}
}
