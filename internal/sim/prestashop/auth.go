package prestashop

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/lad-hub/lad/internal/sim"
)

// failure is a refusal: the HTTP status, and the code and words of the body.
type failure struct {
	status  int
	code    int
	message string
}

func refuse(status, code int, message string) *failure { return &failure{status, code, message} }

func (f *failure) element() *element {
	return group("errors", group("error", leaf("code", strconv.Itoa(f.code)), leaf("message", f.message)))
}

// methods of the webservice; PATCH came after 1.6.
var methods = []string{"GET", "PUT", "POST", "PATCH", "DELETE", "HEAD"}

// admit checks switch, key, shop, method and the key's right to the resource.
func (s *Shop) admit(c *sim.Call, method, name string) *failure {
	if s.disabled {
		return refuse(http.StatusServiceUnavailable, 22, "The PrestaShop webservice is disabled. Please activate it in the PrestaShop Back Office")
	}
	key, password, basic := c.Request.BasicAuth()
	if !basic {
		key = c.Query("ws_key")
	}
	switch {
	case key == "":
		return refuse(http.StatusUnauthorized, 17, "Authentication key is empty")
	case key != s.o.Key || password != "" || c.Struck(sim.ExpireTokens):
		return refuse(http.StatusUnauthorized, 18, "This authentication key is not valid or not active")
	}
	if shop := c.Query("id_shop"); shop != "" {
		if n, err := strconv.ParseInt(shop, 10, 64); err != nil || !slices.Contains(s.o.Shops, n) {
			return refuse(http.StatusNotFound, 132, "This shop id does not exist")
		}
	}
	if !slices.Contains(methods, method) || s.o.Old && method == "PATCH" {
		return refuse(http.StatusMethodNotAllowed, 25, "Method "+method+" is not valid")
	}
	if name == "" {
		return nil
	}
	r := s.resources[name]
	if r == nil || len(s.rights(name)) == 0 {
		return refuse(http.StatusUnauthorized, 26, "Resource of type \""+name+"\" is not allowed with this authentication key")
	}
	if !slices.Contains(s.rights(name), method) {
		return refuse(http.StatusMethodNotAllowed, 25, "Method "+method+" is not allowed for the resource "+name+" with this authentication key")
	}
	return nil
}

// rights are the methods of a resource that the key has.
func (s *Shop) rights(name string) []string {
	lost := strings.Fields(s.lame[name])
	return slices.DeleteFunc(slices.Clone(methods), func(m string) bool { return slices.Contains(lost, m) || s.o.Old && m == "PATCH" })
}

// permitted lists what the key may do. The sheet says only that it lists the permitted resources; the attributes per method
// are as the public documentation shows them.
func (s *Shop) permitted() *element {
	e := &element{name: "api", attrs: [][2]string{{"shopName", "Test shop"}}}
	for _, name := range s.names() {
		have := s.rights(name)
		if len(have) == 0 {
			continue
		}
		row := &element{name: name}
		for _, m := range methods {
			row.attrs = append(row.attrs, [2]string{strings.ToLower(m), strconv.FormatBool(slices.Contains(have, m))})
		}
		e.kids = append(e.kids, row)
	}
	return e
}
