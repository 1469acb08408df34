package opencartdb

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/lad-hub/lad/internal/sim"
)

// Serve implements sim.Listener.
func (s *Shop) Serve(ln net.Listener) error {
	var wait sync.WaitGroup
	defer wait.Wait()
	var mu sync.Mutex
	open := map[net.Conn]bool{}
	for {
		c, err := ln.Accept()
		if err != nil {
			mu.Lock()
			for c := range open {
				_ = c.Close() // it ends the conversation, which is all that is wanted
			}
			mu.Unlock()
			if errors.Is(err, net.ErrClosed) {
				return nil
			}
			return err
		}
		mu.Lock()
		open[c] = true
		mu.Unlock()
		wait.Go(func() {
			s.talk(c)
			_ = c.Close() // as above
			mu.Lock()
			delete(open, c)
			mu.Unlock()
		})
	}
}

// page is what a broken proxy says.
const page = "HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\n\r\n<!DOCTYPE html><html><body>Bad gateway</body></html>"

// hugeBytes is the size of an answer without an end.
const hugeBytes = 10 << 20

// conversation is one client.
type conversation struct {
	s        *Shop
	conn     net.Conn
	user     string
	zone     *time.Location
	readOnly bool
	wrote    bool
}

// talk is a whole conversation; any error ends it.
func (s *Shop) talk(conn net.Conn) {
	c := &conversation{s: s, conn: conn, zone: s.o.Zone}
	if !c.door() || !c.enter() {
		return
	}
	for {
		seq, body, err := readPacket(conn)
		if err != nil || len(body) == 0 || body[0] == comQuit {
			return
		}
		answer := &packets{seq: seq + 1}
		switch body[0] {
		case comPing:
			answer.add(okPacket(0))
		case comQuery:
			if !c.goesOn() {
				return
			}
			answer = c.answer(seq+1, string(body[1:]))
		default:
			answer.add((&refusal{1047, "08S01", "Unknown command"}).packet())
		}
		if answer == nil || !c.send(answer) {
			return
		}
	}
}

// door applies the faults that strike before a client is let in; false ends the conversation.
func (c *conversation) door() bool {
	kind, rule := c.s.Knock(&http.Request{Method: "MYSQL", URL: &url.URL{Path: "/"}, Header: http.Header{}})
	refused := &packets{}
	switch kind {
	case sim.Delay:
		return c.pause(rule.Delay)
	case sim.Drop:
		return false
	case sim.RateLimit, sim.Status429:
		refused.add((&refusal{1040, "08004", "Too many connections"}).packet())
	case sim.Status5xx:
		refused.add((&refusal{1053, "08S01", "Server shutdown in progress"}).packet())
	case sim.HTMLErrors:
		_, _ = io.WriteString(c.conn, page) // the client may be gone
		return false
	default:
		return true
	}
	_, _ = c.conn.Write(refused.Bytes()) // as above
	return false
}

// goesOn applies a fault that was switched on after the client was let in, so that nothing that happens afterwards is seen by it;
// false ends the conversation. Faults that strike now and then strike at the door alone, or no conversation would come to its end.
func (c *conversation) goesOn() bool {
	for _, f := range c.s.Faults().Active() {
		if f.Rule.Probability > 0 || f.Rule.Next > 0 {
			continue
		}
		switch f.Kind {
		case sim.Delay:
			return c.pause(f.Rule.Delay)
		case sim.Drop, sim.Status429, sim.Status5xx, sim.HTMLErrors, sim.ExpireTokens:
			return false
		}
	}
	return true
}

// pause holds a client back; false when it has gone meanwhile.
func (c *conversation) pause(d time.Duration) bool {
	if err := c.conn.SetReadDeadline(time.Now().Add(d)); err != nil {
		return false
	}
	_, err := c.conn.Read(make([]byte, 1)) // a client says nothing before the greeting
	var timeout net.Error
	if !errors.As(err, &timeout) || !timeout.Timeout() {
		return false
	}
	return c.conn.SetReadDeadline(time.Time{}) == nil
}

// enter greets and checks the password.
func (c *conversation) enter() bool {
	scramble := []byte("0123456789abcdefghij") // a simulator's may be known
	hello := &packets{}
	hello.add(greeting(c.s.version(), scramble))
	if _, err := c.conn.Write(hello.Bytes()); err != nil {
		return false
	}
	seq, body, err := readPacket(c.conn)
	if err != nil {
		return false
	}
	l, ok := parseLogin(body)
	answer := &packets{seq: seq + 1}
	no := func(code uint16, state, message string) bool {
		answer.add((&refusal{code, state, message}).packet())
		_, _ = c.conn.Write(answer.Bytes()) // the client may be gone
		return false
	}
	_, dead := c.s.Faults().Take(sim.ExpireTokens, "/")
	switch {
	case !ok || l.plugin != nativePassword:
		return no(1251, "08004", "Client does not support authentication protocol requested by server")
	case dead || l.user != User || !bytes.Equal(l.proof, proofOf(Password, scramble)):
		return no(1045, "28000", "Access denied for user '"+l.user+"'@'localhost' (using password: YES)")
	case l.database != Database:
		return no(1049, "42000", "Unknown database '"+l.database+"'")
	}
	c.user = l.user
	answer.add(okPacket(0))
	_, err = c.conn.Write(answer.Bytes())
	return err == nil
}

var sessionZone = regexp.MustCompile(`time_zone\s*=\s*'([+-]\d\d:\d\d)'`)

// answer executes a statement; nil cuts the connection.
func (c *conversation) answer(seq byte, query string) *packets {
	p := &packets{seq: seq}
	query = strings.TrimSpace(query)
	switch head := strings.ToUpper(query); {
	case strings.HasPrefix(head, "SET "):
		if m := sessionZone.FindStringSubmatch(query); m != nil {
			if t, err := time.Parse("-07:00", m[1]); err == nil {
				c.zone = t.Location()
			}
		}
		p.add(okPacket(0))
	case strings.HasPrefix(head, "START TRANSACTION"):
		c.readOnly, c.wrote = strings.Contains(head, "READ ONLY"), false
		p.add(okPacket(0))
	case head == "ROLLBACK":
		p.add(okPacket(0))
	case head == "COMMIT":
		if c.wrote {
			if _, ok := c.s.Faults().Take(sim.AcceptThenFail, "/"); ok {
				return nil
			}
		}
		p.add(okPacket(0))
	default:
		return c.execute(seq, query)
	}
	return p
}

func (c *conversation) execute(seq byte, query string) *packets {
	now := c.s.Now()
	if rule, ok := c.s.Faults().Take(sim.ClockSkew, "/"); ok {
		now = now.Add(rule.Skew)
	}
	ignore := false
	if strings.HasPrefix(strings.ToUpper(query), "UPDATE") {
		c.wrote = true
		_, ignore = c.s.Faults().Take(sim.AcceptThenIgnore, "/")
	}
	names, rows, affected, err := c.s.run(c.user, query, now.In(c.zone), c.readOnly, ignore)
	p := &packets{seq: seq}
	var no *refusal
	switch {
	case errors.As(err, &no):
		p.add(no.packet())
	case err != nil:
		p.add((&refusal{1105, "HY000", "Unknown error"}).packet())
	case names != nil:
		return answerRows(seq, names, rows)
	default:
		p.add(okPacket(affected))
	}
	return p
}

// send writes an answer through the faults that strike after execution; false ends the conversation.
func (c *conversation) send(p *packets) bool {
	b := p.Bytes()
	if _, ok := c.s.Faults().Take(sim.HalfResponse, "/"); ok {
		_, _ = c.conn.Write(b[:len(b)/2]) // the client may be gone
		return false
	}
	if _, ok := c.s.Faults().Take(sim.BrokenJSON, "/"); ok {
		b = append([]byte{3, 0, 0, b[3]}, 0xfd, 0xff, 0xff) // a packet whose insides are cut off
		_, _ = c.conn.Write(b)                              // as above
		return false
	}
	if _, ok := c.s.Faults().Take(sim.HugeBody, "/"); ok {
		_, _ = c.conn.Write(append([]byte{0xff, 0xff, 0xff, b[3]}, make([]byte, hugeBytes)...)) // as above
		return false
	}
	_, err := c.conn.Write(b)
	return err == nil
}
