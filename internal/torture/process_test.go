//go:build torture

package torture

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// process is the running program.
type process struct {
	cmd *exec.Cmd
	url string
	end sync.Once
}

// start runs lad serve and waits for its address.
func (r *rack) start() *process {
	r.t.Helper()
	args := []string{"serve", "--data", r.data, "--addr", "127.0.0.1:0", "--allow-private", "--log-level", "ERROR"}
	if r.options.Database.DSN != "" {
		args = append(args, "--database", r.options.Database.DSN)
	}
	p := &process{cmd: exec.Command(r.binary, args...)}
	var said bytes.Buffer
	p.cmd.Stderr = &said
	out, err := p.cmd.StdoutPipe()
	r.must(err)
	r.must(p.cmd.Start())
	r.t.Cleanup(p.kill)
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if url, ok := strings.CutPrefix(lines.Text(), "Lad is at "); ok {
			p.url = url
			go func() { _, _ = io.Copy(io.Discard, out) }()
			return p
		}
	}
	p.kill()
	r.t.Fatalf("the program did not start: %s", said.String())
	return nil
}

// kill ends the program as a power cut does, and waits until it is gone.
func (p *process) kill() {
	p.end.Do(func() {
		_ = p.cmd.Process.Kill()
		_ = p.cmd.Wait()
	})
}

// client gives up on a program that does not answer.
var client = &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: buyers}}

// buy posts new keys and repeats old ones, and cancels now and then, until ctx ends.
func (r *rack) buy(ctx context.Context, url string, dice *rand.Rand) {
	for ctx.Err() == nil {
		key := r.key(dice)
		status := r.post(ctx, url, key)
		if status == 0 || status == http.StatusTooManyRequests {
			select { // the program is gone or asks for time
			case <-ctx.Done():
			case <-time.After(20 * time.Millisecond):
			}
			continue
		}
		if status != http.StatusOK && status != http.StatusCreated {
			r.t.Errorf("key %s was answered %d", key, status)
			return
		}
		if dice.IntN(4) == 0 {
			r.cancel(ctx, url, key)
		}
	}
}

// key is a new key, or one in five times an old one, answered or not.
func (r *rack) key(dice *rand.Rand) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.keys) > 0 && dice.IntN(5) == 0 {
		return r.keys[dice.IntN(len(r.keys))]
	}
	key := fmt.Sprint("key-", len(r.keys))
	r.keys = append(r.keys, key)
	r.orders[key] = &posted{}
	return key
}

// body is the same for a key at every time.
func body(key string) []byte {
	dice := rand.New(rand.NewPCG(uint64(len(key)), hash(key)))
	var b bytes.Buffer
	fmt.Fprintf(&b, `{"currency":"UAH","customer":{"name":"Олена Коваль","phone":"+38067%07d"},"lines":[`, dice.IntN(10_000_000))
	for i := range 1 + dice.IntN(3) {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"sku":%q,"quantity":%d,"price":"100.00"}`, code(dice.IntN(skus)), 1+dice.IntN(3))
	}
	b.WriteString("]}")
	return b.Bytes()
}

func hash(s string) (h uint64) {
	for _, c := range []byte(s) {
		h = h*1099511628211 ^ uint64(c)
	}
	return h
}

// post sends an order and notes the acknowledgement; 0 means that no answer came.
func (r *rack) post(ctx context.Context, url, key string) int {
	var said struct {
		ID int64 `json:"id"`
	}
	status := r.call(ctx, http.MethodPost, url+"/api/v1/orders", key, body(key), &said)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.posts++
	if status != http.StatusOK && status != http.StatusCreated {
		return status
	}
	p := r.orders[key]
	if p.id != 0 && p.id != said.ID || said.ID == 0 {
		r.t.Errorf("key %s was order %d and is %d", key, p.id, said.ID)
	}
	if status == http.StatusCreated {
		if p.created++; p.created > 1 {
			r.t.Errorf("key %s was created %d times", key, p.created)
		}
	}
	p.id = said.ID
	return status
}

func (r *rack) cancel(ctx context.Context, url, key string) {
	r.mu.Lock()
	id := r.orders[key].id
	r.mu.Unlock()
	status := r.call(ctx, http.MethodPost, fmt.Sprintf("%s/api/v1/orders/%d/cancel", url, id), "", []byte(`{"reason":"buyer_changed_mind"}`), nil)
	if status == http.StatusOK {
		r.mu.Lock()
		r.orders[key].cancelled = true
		r.mu.Unlock()
	}
}

func (r *rack) get(url, path string, into any) int {
	return r.call(context.Background(), http.MethodGet, url+path, "", nil, into)
}

func (r *rack) call(ctx context.Context, method, url, key string, body []byte, into any) int {
	req, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(body))
	if err != nil {
		r.t.Error(err)
		return 0
	}
	req.Header.Set("Authorization", "Bearer "+r.token)
	req.Header.Set("Content-Type", "application/json")
	if key != "" {
		req.Header.Set("Idempotency-Key", key)
	}
	resp, err := client.Do(req)
	if err != nil {
		return 0
	}
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0 // cut off half way: not an acknowledgement
	}
	if into != nil && resp.StatusCode < 300 && json.Unmarshal(raw, into) != nil {
		return 0
	}
	return resp.StatusCode
}
