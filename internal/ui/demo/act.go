package demoui

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/httpx"
	"github.com/lad-hub/lad/internal/ui/kit"
	"github.com/lad-hub/lad/internal/ui/reply"
)

// home is where plain forms come back to.
const home = "/demo"

// lastGenerator plays the scene: JSON for a program, the drawing for a browser.
func (p *pages) lastGenerator(w http.ResponseWriter, r *http.Request) error {
	s, err := p.Stage.LastGenerator(r.Context())
	if err != nil {
		return err
	}
	if strings.Contains(r.Header.Get("Accept"), "application/json") {
		return httpx.WriteJSON(w, http.StatusOK, s)
	}
	return reply.Done(w, r, home, scene(&s))
}

// faults switches faults: those whose fields "<channel>.<fault>" are there are on, all others off. With a field "channel" the
// other channels stay as they are.
func (p *pages) faults(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return errs.Wrap(errs.Invalid, err, "error.invalid")
	}
	v, err := p.Stage.View(r.Context(), "")
	if err != nil {
		return err
	}
	on := map[string][]string{}
	for _, c := range v.Channels {
		if only := r.PostForm.Get("channel"); only == "" || only == c.Driver {
			on[c.Driver] = nil
		}
	}
	for name := range r.PostForm {
		channel, kind, ok := strings.Cut(name, ".")
		if _, asked := on[channel]; ok && asked {
			on[channel] = append(on[channel], kind)
		}
	}
	if err := p.Stage.SetFaults(on); err != nil {
		return err
	}
	if v, err = p.Stage.View(r.Context(), ""); err != nil {
		return err
	}
	return reply.Done(w, r, home, faults(v))
}

// pace changes how often buyers come.
func (p *pages) pace(w http.ResponseWriter, r *http.Request) error {
	text, err := field(r, "pace")
	if err != nil {
		return err
	}
	pace, err := strconv.ParseFloat(text, 64)
	if err != nil || pace < 0 || pace > mostPace {
		return errs.New(errs.Invalid, "error.demo.pace", "max", mostPace)
	}
	p.Stage.SetPace(pace)
	if !reply.Fragment(r) {
		return reply.Go(w, r, home)
	}
	return reply.HTML(w, r, http.StatusOK, paceWords(pace))
}

// mostPace is the end of the slider.
const mostPace = 10

// buy orders one piece by hand.
func (p *pages) buy(w http.ResponseWriter, r *http.Request) error {
	channel, err := field(r, "channel")
	if err != nil {
		return err
	}
	number, err := p.Stage.Buy(channel, r.PostFormValue("sku"))
	if err != nil {
		return said(w, r, err)
	}
	return reply.Done(w, r, home, reply.Toast(r.Context(), "demo.bought", "number", number))
}

// cancel takes the newest order of a channel back, as its buyer.
func (p *pages) cancel(w http.ResponseWriter, r *http.Request) error {
	channel, err := field(r, "channel")
	if err != nil {
		return err
	}
	number, err := p.Stage.CancelNewest(channel)
	if err != nil {
		return said(w, r, err)
	}
	return reply.Done(w, r, home, reply.Toast(r.Context(), "demo.cancelled", "number", number))
}

// said tells a refusal of a channel as a message: it is news, not a failure of the page.
func said(w http.ResponseWriter, r *http.Request, err error) error {
	if !reply.Fragment(r) || !errs.Is(err, errs.Conflict) {
		return err
	}
	return reply.HTML(w, r, http.StatusOK, kit.Toast(kit.ToastData{Tone: kit.Warn, Text: message(r.Context(), err)}))
}

// field reads a field that must be there.
func field(r *http.Request, name string) (string, error) {
	if err := r.ParseForm(); err != nil {
		return "", errs.Wrap(errs.Invalid, err, "error.invalid")
	}
	if v := r.PostForm.Get(name); v != "" {
		return v, nil
	}
	return "", errs.New(errs.Invalid, "error.invalid")
}
