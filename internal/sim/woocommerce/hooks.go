package woocommerce

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/lad-hub/lad/internal/sim"
)

// maxFailures is how many deliveries in a row may fail; one more disables the webhook.
const maxFailures = 5

// Statuses of a webhook.
const (
	hookActive   = "active"
	hookDisabled = "disabled"
)

// hook is a webhook of the shop.
type hook struct {
	ID       int64  `json:"id"`
	Name     string `json:"name"`
	Status   string `json:"status"`
	Topic    string `json:"topic"`
	Target   string `json:"delivery_url"`
	secret   string
	failures int
	pinged   bool
}

// event waits for the shop's background queue.
type event struct {
	topic string
	order int64
}

// emit queues an event when somebody listens; call it under the lock.
func (s *Shop) emit(topic string, order int64) {
	if slices.ContainsFunc(s.hooks, func(h *hook) bool { return h.Topic == topic && h.Status == hookActive }) {
		s.queue = append(s.queue, event{topic, order})
	}
}

func (s *Shop) listHooks(c *sim.Call) sim.Answer {
	offset, limit, refused := page(c)
	if refused != nil {
		return *refused
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []any
	for _, h := range slices.Backward(s.hooks) {
		if status := c.Query("status"); status == "" || status == "all" || status == h.Status {
			all = append(all, *h)
		}
	}
	return rows(c, cut(all, offset, limit), len(all), limit)
}

// hookEdit is the body of a new or changed webhook.
type hookEdit struct {
	Name   string `json:"name"`
	Status string `json:"status"`
	Topic  string `json:"topic"`
	Target string `json:"delivery_url"`
	Secret string `json:"secret"`
}

func (b hookEdit) wrong() string {
	resource, event, _ := strings.Cut(b.Topic, ".")
	known := resource == "action" && event != "" ||
		slices.Contains([]string{"order", "product", "customer", "coupon"}, resource) && slices.Contains([]string{"created", "updated", "deleted", "restored"}, event)
	u, err := url.Parse(b.Target)
	switch {
	case b.Topic != "" && !known:
		return "topic"
	case b.Target != "" && (err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https"):
		return "delivery_url"
	case b.Status != "" && !slices.Contains([]string{hookActive, "paused", hookDisabled}, b.Status):
		return "status"
	}
	return ""
}

func (s *Shop) createHook(c *sim.Call) sim.Answer {
	var b hookEdit
	if err := c.Decode(&b); err != nil || b.Topic == "" || b.Target == "" {
		return invalid("topic", "delivery_url")
	}
	if name := b.wrong(); name != "" {
		return invalid(name)
	}
	if b.Status == "" {
		b.Status = hookActive
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lastHook++
	h := &hook{ID: s.lastHook, Name: b.Name, Status: b.Status, Topic: b.Topic, Target: b.Target, secret: b.Secret}
	if !c.Ignore {
		s.hooks = append(s.hooks, h)
	}
	return sim.JSON(http.StatusCreated, *h)
}

func (s *Shop) updateHook(c *sim.Call) sim.Answer {
	var b hookEdit
	if err := c.Decode(&b); err != nil {
		return failure(http.StatusBadRequest, "rest_invalid_json", "Invalid JSON body passed.")
	}
	if name := b.wrong(); name != "" {
		return invalid(name)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.hookAt(c.ID("id"))
	if i < 0 {
		return failure(http.StatusBadRequest, "woocommerce_rest_shop_webhook_invalid_id", "Invalid ID.")
	}
	h := s.hooks[i]
	if c.Ignore {
		return sim.JSON(http.StatusOK, *h)
	}
	for to, v := range map[*string]string{&h.Status: b.Status, &h.Topic: b.Topic, &h.Target: b.Target, &h.secret: b.Secret, &h.Name: b.Name} {
		if v != "" {
			*to = v
		}
	}
	if b.Status == hookActive {
		h.failures = 0
	}
	return sim.JSON(http.StatusOK, *h)
}

func (s *Shop) deleteHook(c *sim.Call) sim.Answer {
	if c.Query("force") != "true" {
		return failure(http.StatusNotImplemented, "woocommerce_rest_trash_not_supported", "Webhooks do not support trashing.")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.hookAt(c.ID("id"))
	if i < 0 {
		return failure(http.StatusNotFound, "woocommerce_rest_shop_webhook_invalid_id", "Invalid ID.")
	}
	h := *s.hooks[i]
	if !c.Ignore {
		s.hooks = slices.Delete(slices.Clone(s.hooks), i, i+1)
	}
	return sim.JSON(http.StatusOK, h)
}

func (s *Shop) hookAt(id int64) int {
	return slices.IndexFunc(s.hooks, func(h *hook) bool { return h.ID == id })
}

// RemoveHooks takes all webhooks away, as a person in the cabinet can.
func (s *Shop) RemoveHooks() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hooks = nil
}

// HookStatuses are the statuses of the webhooks, oldest first.
func (s *Shop) HookStatuses() (all []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, h := range s.hooks {
		all = append(all, h.Topic+" "+h.Status)
	}
	return all
}

// delivery is one call to be made.
type delivery struct {
	hook   *hook
	target string
	header http.Header
	body   []byte
	ping   bool
}

// FlushHooks delivers what waits, as the shop's background queue does: new webhooks are pinged first, then each event goes
// out once, with the order as it is now. It returns how many deliveries succeeded, and the errors of the others, which are
// lost; after more than five of them in a row a webhook is disabled.
func (s *Shop) FlushHooks(ctx context.Context) (delivered int, err error) {
	var lost []error
	for _, d := range s.waiting() {
		err := s.deliver(ctx, d)
		if err != nil {
			lost = append(lost, err)
		} else {
			delivered++
		}
		s.count(d, err == nil)
	}
	return delivered, errors.Join(lost...)
}

// count keeps the failures in a row; a ping is none of them.
func (s *Shop) count(d delivery, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case d.ping:
	case ok:
		d.hook.failures = 0
	default:
		if d.hook.failures++; d.hook.failures > maxFailures {
			d.hook.Status = hookDisabled
		}
	}
}

// waiting takes the queue and makes calls of it.
func (s *Shop) waiting() (all []delivery) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, h := range s.hooks {
		if !h.pinged {
			h.pinged = true
			form := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
			all = append(all, delivery{h, h.Target, form, []byte("webhook_id=" + strconv.FormatInt(h.ID, 10)), true})
		}
	}
	for _, e := range s.queue {
		for _, h := range s.hooks {
			if h.Topic == e.topic && h.Status == hookActive {
				all = append(all, s.call(h, e))
			}
		}
	}
	s.queue = nil
	return all
}

// call is one event for one webhook. Its delivery id is made of the webhook and the second, so it repeats.
func (s *Shop) call(h *hook, e event) delivery {
	c := &sim.Call{At: s.Now()}
	var payload any = map[string]int64{"id": e.order}
	if row := s.orders.Get(e.order); row != nil && e.topic != "order.deleted" {
		payload = s.view(c, row)
	}
	body, err := json.Marshal(payload)
	if err != nil {
		panic(fmt.Sprintf("woocommerce: order can not be encoded: %v", err))
	}
	mac := hmac.New(sha256.New, []byte(h.secret))
	mac.Write(body)
	resource, what, _ := strings.Cut(e.topic, ".")
	header := http.Header{"Content-Type": {"application/json"}, "User-Agent": {"WooCommerce/10.9.2 Hookshot (WordPress/6.9)"}}
	for name, v := range map[string]string{
		"Source": "https://shop.example.com/", "Topic": e.topic, "Resource": resource, "Event": what,
		"Signature": base64.StdEncoding.EncodeToString(mac.Sum(nil)), "ID": strconv.FormatInt(h.ID, 10),
		"Delivery-ID": fmt.Sprintf("%d-%d", h.ID, c.At.Unix()),
	} {
		header.Set("X-WC-Webhook-"+name, v)
	}
	return delivery{h, h.Target, header, body, false}
}

func (s *Shop) deliver(ctx context.Context, d delivery) error {
	if s.o.GuardsTargets && !publicTarget(d.target) {
		return fmt.Errorf("woocommerce: webhook %d: a valid URL was not provided", d.hook.ID)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, d.target, bytes.NewReader(d.body))
	if err != nil {
		return fmt.Errorf("woocommerce: webhook %d: %w", d.hook.ID, err)
	}
	req.Header = d.header
	resp, err := s.o.Client.Do(req)
	if err != nil {
		return fmt.Errorf("woocommerce: webhook %d: %w", d.hook.ID, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode < 200 || resp.StatusCode > 302 {
		return fmt.Errorf("woocommerce: webhook %d: HTTP %d", d.hook.ID, resp.StatusCode)
	}
	return nil
}

// publicTarget is WordPress's own guard: no private address, and the usual ports only.
func publicTarget(target string) bool {
	u, err := url.Parse(target)
	if err != nil || !slices.Contains([]string{"", "80", "443", "8080"}, u.Port()) || u.Hostname() == "localhost" {
		return false
	}
	a, err := netip.ParseAddr(u.Hostname())
	return err != nil || !a.IsPrivate() && !a.IsLoopback()
}
