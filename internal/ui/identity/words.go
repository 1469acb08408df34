package identityui

import (
	"context"
	"strings"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/i18n"
)

// browsers and systems are looked for in a browser's name, the more special before the more general.
var (
	browsers = [][2]string{{"Edg/", "Edge"}, {"OPR/", "Opera"}, {"Firefox/", "Firefox"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"}}
	systems  = [][2]string{{"Android", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Windows", "Windows"}, {"Mac OS", "macOS"}, {"Linux", "Linux"}}
)

// browser is a browser's name as people say it; an unknown one is shown as it calls itself.
func browser(agent string) string {
	find := func(list [][2]string) string {
		for _, e := range list {
			if strings.Contains(agent, e[0]) {
				return e[1]
			}
		}
		return ""
	}
	name, system := find(browsers), find(systems)
	switch {
	case agent == "":
		return "—"
	case name == "":
		return agent
	case system == "":
		return name
	}
	return name + " · " + system
}

// scopeList names permissions.
func scopeList(ctx context.Context, list []access.Permission) string {
	out := make([]string, len(list))
	for i, p := range list {
		out[i] = i18n.T(ctx, "scope."+string(p))
	}
	return strings.Join(out, ", ")
}
