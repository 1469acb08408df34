package api

import (
	"github.com/lad-hub/lad/internal/baselinker"
	"github.com/lad-hub/lad/internal/platform/access"
)

// baselinkerOperations describes what the server for BaseLinker clients registers under this path.
func baselinkerOperations() []operation {
	const path = "/api/v1/baselinker/tokens/{id}"
	read := describe[nothing, baselinker.TokenRules]("GET", path, "getTokenRules", access.AccountsWrite, "Read how BaseLinker clients with a token are answered")
	set := describe[baselinker.TokenRules, baselinker.TokenRules]("PUT", path, "setTokenRules", access.AccountsWrite, "Set how BaseLinker clients with a token are answered")
	read.elsewhere, set.elsewhere = true, true
	return tagged("BaseLinker", read, set)
}
