package allegro

import (
	"fmt"
	"html"
	"net/http"
	"net/url"

	"github.com/lad-hub/lad/internal/sim"
)

// consentPath is the page where the seller allows an application.
const consentPath = "/skojarz-aplikacje"

// consent asks the seller.
func (s *Shop) consent(c *sim.Call) sim.Answer {
	return page(http.StatusOK, fmt.Sprintf(`<form method="post"><label>Kod <input name="code" value="%s"></label>
<button name="do" value="allow">Zezwól</button> <button name="do" value="deny">Odmów</button></form>`, html.EscapeString(c.Request.URL.Query().Get("code"))))
}

// consented takes the decision.
func (s *Shop) consented(c *sim.Call) sim.Answer {
	form, err := url.ParseQuery(string(c.Body))
	decide := s.Deny
	if form.Get("do") == "allow" {
		decide = s.Approve
	}
	if err != nil || !decide(form.Get("code")) {
		return page(http.StatusNotFound, "<p>Nieznany kod.</p>")
	}
	return page(http.StatusOK, "<p>Gotowe. Wróć do aplikacji.</p>")
}

func page(status int, body string) sim.Answer {
	return sim.Answer{Status: status, Text: "<!DOCTYPE html>\n<html lang=\"pl\"><head><meta charset=\"utf-8\"><title>Allegro (symulator)</title></head><body><h1>Allegro (symulator)</h1>" + body + "</body></html>\n"}
}
