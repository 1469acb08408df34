package bench

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"slices"
	"strconv"
	"strings"
	"time"
)

// client is a lean HTTP/1.1 client over one kept-alive connection: the load generator shares the machine with the program it
// measures and must cost little.
type client struct {
	conn  net.Conn
	in    *bufio.Reader
	host  string
	token string
	out   bytes.Buffer
	body  []byte
}

func dial(addr, token string) (*client, error) {
	conn, err := net.DialTimeout("tcp", addr, 5*time.Second)
	if err != nil {
		return nil, err
	}
	return &client{conn: conn, in: bufio.NewReaderSize(conn, 16<<10), host: addr, token: token}, nil
}

func (c *client) close() { _ = c.conn.Close() }

// do sends a request and answers status and body; the body is valid until the next call.
func (c *client) do(method, path, key string, body []byte) (int, []byte, error) {
	c.out.Reset()
	fmt.Fprintf(&c.out, "%s %s HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n", method, path, c.host, c.token, len(body))
	if key != "" {
		c.out.WriteString("Idempotency-Key: " + key + "\r\n")
	}
	c.out.WriteString("\r\n")
	c.out.Write(body)
	if _, err := c.conn.Write(c.out.Bytes()); err != nil {
		return 0, nil, err
	}
	return c.answer()
}

func (c *client) answer() (int, []byte, error) {
	line, err := c.in.ReadSlice('\n')
	if err != nil {
		return 0, nil, err
	}
	if len(line) < 12 {
		return 0, nil, fmt.Errorf("bad status line %q", line)
	}
	status, err := strconv.Atoi(string(line[9:12]))
	if err != nil {
		return 0, nil, err
	}
	length, chunked := 0, false
	for {
		line, err := c.in.ReadSlice('\n')
		if err != nil {
			return 0, nil, err
		}
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 {
			break
		}
		name, value, _ := strings.Cut(string(line), ":")
		switch textproto.CanonicalMIMEHeaderKey(name) {
		case "Content-Length":
			if length, err = strconv.Atoi(strings.TrimSpace(value)); err != nil {
				return 0, nil, err
			}
		case "Transfer-Encoding":
			chunked = true
		}
	}
	if chunked {
		return status, nil, c.skipChunks()
	}
	c.body = slices.Grow(c.body[:0], length)[:length]
	_, err = io.ReadFull(c.in, c.body)
	return status, c.body, err
}

// skipChunks reads over a body whose content is not looked at.
func (c *client) skipChunks() error {
	for {
		line, err := c.in.ReadString('\n')
		if err != nil {
			return err
		}
		n, err := strconv.ParseInt(strings.TrimSpace(line), 16, 64)
		if err != nil {
			return err
		}
		if _, err := c.in.Discard(int(n) + 2); err != nil {
			return err
		}
		if n == 0 {
			return nil
		}
	}
}

// latencies answers percentiles in milliseconds of a list, which it sorts.
func latencies(list []time.Duration, percent ...float64) []float64 {
	slices.Sort(list)
	out := make([]float64, len(percent))
	for i, p := range percent {
		if len(list) > 0 {
			n := min(int(float64(len(list))*p/100), len(list)-1)
			out[i] = float64(list[n].Microseconds()) / 1000
		}
	}
	return out
}
