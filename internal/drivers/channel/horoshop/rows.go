package horoshop

import (
	"encoding/json"

	"github.com/lad-hub/lad/internal/drivers/wire"
)

// eitherRows reads a list that comes bare or as the first list inside an object: the documentation shows both.
type eitherRows struct{ bare, inner *wire.Rows }

// UnmarshalJSON never fails on a value of another type.
func (e *eitherRows) UnmarshalJSON(b []byte) error {
	if err := e.bare.UnmarshalJSON(b); err != nil || len(*e.bare) > 0 {
		return err
	}
	var members map[string]json.RawMessage
	if json.Unmarshal(b, &members) != nil {
		return nil
	}
	for _, m := range members {
		if len(m) > 0 && m[0] == '[' {
			return e.inner.UnmarshalJSON(m)
		}
	}
	return nil
}
