package infocheck_test

import (
	"strings"
	"testing"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/connector/infocheck"
)

// sound is a description without a fault.
func sound() connector.Info {
	return connector.Info{
		Name: "corner", Title: "Corner", Mark: "C", Currency: "UAH", Zone: "Europe/Kyiv",
		Settings: []connector.Setting{{Key: "token", Title: "connection.field.token", Secret: true, Required: true}},
		Statuses: []connector.Status{
			{Code: "draft", Title: "Draft", Stage: connector.StageNew, Ignore: true},
			{Code: "new", Title: "New", Stage: connector.StageNew},
			{Code: "ok", Title: "Taken", Stage: connector.StageConfirmed},
			{Code: "gone", Title: "Cancelled", Stage: connector.StageCancelled},
		},
		Steps:         map[string][]string{"new": {"ok"}, "*": {"gone"}},
		Targets:       map[connector.Stage]string{connector.StageConfirmed: "ok", connector.StageShipped: "ok"},
		CancelReasons: []connector.CancelReason{{Reason: connector.ReasonOther, Code: "other"}},
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	if got := infocheck.Faults(sound()); len(got) > 0 {
		t.Errorf("a sound description has faults: %q", got)
	}
	if got := infocheck.First(sound()); got != "new" {
		t.Errorf("first status %q, want new: drafts are no orders", got)
	}
	for want, spoil := range map[string]func(*connector.Info){
		"none may be empty":            func(in *connector.Info) { in.Currency = "" },
		"one or two letters":           func(in *connector.Info) { in.Mark = "COR" },
		"zone: unknown":                func(in *connector.Info) { in.Zone = "Europe/Nowhere" },
		"setting \"token\" (title":     func(in *connector.Info) { in.Settings = append(in.Settings, in.Settings[0]) },
		"default that everybody knows": func(in *connector.Info) { in.Settings[0].Default = "123456" },
		"one of its choices must be the default": func(in *connector.Info) {
			in.Settings = append(in.Settings, connector.Setting{Key: "mail", Title: "connection.field.mail", Default: "perhaps", Choices: connector.YesNo()})
		},
		"a choice has no value": func(in *connector.Info) {
			in.Settings = append(in.Settings, connector.Setting{Key: "mail", Title: "connection.field.mail", Required: true, Choices: []connector.Choice{{Value: "yes"}}})
		},
		"a limit is negative":           func(in *connector.Info) { in.Limits.PollEvery = -time.Second },
		"status \"ok\": empty or twice": func(in *connector.Info) { in.Statuses = append(in.Statuses, in.Statuses[2]) },
		"stage \"lost\"":                func(in *connector.Info) { in.Statuses[1].Stage = "lost" },
		"Lad may not ask for":           func(in *connector.Info) { in.Statuses[2].Outside = true },
		"can not be reached from":       func(in *connector.Info) { in.Steps["new"] = nil },
		"target of completed is \"gone\"": func(in *connector.Info) {
			in.Targets[connector.StageCompleted] = "gone"
		},
		"step from unknown status":      func(in *connector.Info) { in.Steps["lost"] = []string{"ok"} },
		"to unknown status \"lost\"":    func(in *connector.Info) { in.Steps["ok"] = []string{"lost"} },
		"cancel reason \"other\" (code": func(in *connector.Info) { in.CancelReasons[0].Code = "" },
	} {
		in := sound()
		spoil(&in)
		if got := infocheck.Faults(in); len(got) == 0 || !strings.Contains(strings.Join(got, "\n"), want) {
			t.Errorf("faults %q, want one that says %q", got, want)
		}
	}
}
