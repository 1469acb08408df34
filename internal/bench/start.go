package bench

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"github.com/lad-hub/lad/internal/platform/db"
)

// StartResult is how fast the program starts and how much memory it needs.
type StartResult struct {
	Bench       string  `json:"bench"`
	Engine      string  `json:"engine"`
	Orders      int     `json:"orders"` // in the database at the start
	FirstPageMS float64 `json:"first_page_ms"`
	RSSMB       float64 `json:"rss_mb"`
	RSSOrders   int64   `json:"rss_orders"` // taken in before the memory was read
}

// Sizes of the start bench.
const (
	startOrders = 100_000
	startRuns   = 5
	rssOrders   = 50_000
	rssBuyers   = 16
)

// Start seeds a database of 100,000 orders, starts this program on it as a process and measures the time to the first page;
// then sends 50,000 more orders and reads the process's memory.
func Start(ctx context.Context, o Options, engine db.Engine) (StartResult, error) {
	r := StartResult{Bench: "start", Engine: string(engine), Orders: startOrders}
	p, err := newPlace(ctx, o, engine)
	if err != nil {
		return r, err
	}
	defer p.end()
	token, err := seedOrders(ctx, p, o, startOrders, benchSKUs)
	if err != nil {
		return r, err
	}
	var first []time.Duration
	var last *process
	for i := range startRuns {
		began := time.Now()
		if last, err = spawn(ctx, o.Program, p); err != nil {
			return r, err
		}
		if err := last.firstPage(ctx); err != nil {
			return r, errors.Join(err, last.stop())
		}
		first = append(first, time.Since(began))
		if i < startRuns-1 {
			if err := last.stop(); err != nil {
				return r, err
			}
		}
	}
	defer func() { _ = last.stop() }()
	r.FirstPageMS = latencies(first, 50)[0]
	o.say("start: first page after %.0f ms, sending orders", r.FirstPageMS)
	for r.RSSOrders < rssOrders {
		load := orderLoad{addr: last.addr, token: token, skus: benchSKUs, people: benchPeople, lasts: 2 * time.Second, buyers: rssBuyers, run: fmt.Sprint("rss", r.RSSOrders)}
		got, err := load.measure()
		if err != nil {
			return r, err
		}
		r.RSSOrders += got.Orders
	}
	r.RSSMB = rssMB(last.cmd.Process.Pid)
	return r, nil
}

// process is this program running on its own.
type process struct {
	cmd  *exec.Cmd
	addr string
}

// spawn starts "lad serve" and waits for it to say its address.
func spawn(ctx context.Context, program string, p *place) (*process, error) {
	args := []string{"serve", "--data", p.dir, "--addr", "127.0.0.1:0", "--log-level", "ERROR", "--unlimited"}
	if p.dsn != "" {
		args = append(args, "--database", p.dsn)
	}
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if addr, ok := strings.CutPrefix(lines.Text(), "Lad is at http://"); ok {
			go func() {
				for lines.Scan() {
				}
			}()
			return &process{cmd: cmd, addr: addr}, nil
		}
	}
	return nil, errors.Join(errors.New("the program ended before it served"), cmd.Wait())
}

func (p *process) firstPage(ctx context.Context) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+p.addr+"/sign-in", nil)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("first page answered %d", res.StatusCode)
	}
	return nil
}

func (p *process) stop() error {
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	return p.cmd.Wait()
}
