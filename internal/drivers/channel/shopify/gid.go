package shopify

import (
	"strconv"
	"strings"

	"github.com/lad-hub/lad/internal/drivers/wire"
)

// gid is the number at the end of a global id, as webhooks and links show it; 0 for what is none. Numbers do not fit into 32
// bits or a float.
type gid int64

// UnmarshalJSON never fails: what is no global id is 0.
func (g *gid) UnmarshalJSON(b []byte) error {
	var t wire.Text
	if err := t.UnmarshalJSON(b); err != nil {
		return err
	}
	*g = readGID(t)
	return nil
}

func readGID(t wire.Text) gid {
	s, ok := strings.CutPrefix(string(t), "gid://shopify/")
	if !ok {
		return 0
	}
	_, number, _ := strings.Cut(s, "/")
	number, _, _ = strings.Cut(number, "?") // some kinds carry parameters
	return gid(wire.Text(number).Number())
}

// text is the id as Lad keeps it; empty when there is none.
func (g gid) text() string {
	if g == 0 {
		return ""
	}
	return strconv.FormatInt(int64(g), 10)
}

// global writes a global id.
func global(kind string, id int64) string {
	return "gid://shopify/" + kind + "/" + strconv.FormatInt(id, 10)
}
