package webhooks

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/lad-hub/lad/internal/platform/httpx"
	"github.com/lad-hub/lad/internal/platform/journal"
)

// Timeout is how long an address has to answer.
const Timeout = 10 * time.Second

// MaxAnswer bounds what is read of an answer, in bytes; it is thrown away.
const MaxAnswer = 64 << 10

// Body is what an address is sent.
type Body struct {
	// ID names the event for ever: in every try, in every replay and in the journal's feed. Receivers pass over an id they know.
	ID      string          `json:"id"`
	Kind    string          `json:"kind"`
	At      time.Time       `json:"at"`
	Actor   string          `json:"actor"`
	Subject string          `json:"subject"`
	About   int64           `json:"subject_id"`
	Cursor  string          `json:"cursor"` // of the journal's feed, right behind the event
	Payload json.RawMessage `json:"payload"`
}

// outcome is how a try ended.
type outcome struct {
	code  int64
	took  time.Duration
	fault string // as Delivery.Error
}

func (o outcome) ok() bool { return o.fault == "" }

// Sign is the signature of a message as Standard Webhooks has it: HMAC-SHA256 of "id.timestamp.body" in base64, after "v1,".
func Sign(key []byte, id, timestamp string, body []byte) string {
	mac := hmac.New(sha256.New, key)
	_, _ = mac.Write([]byte(id + "." + timestamp + ".")) // a hash takes everything
	_, _ = mac.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// send tries one event once.
func (s *Service) send(ctx context.Context, url string, key []byte, e event) outcome {
	id := journal.EventID(e.Seq)
	body, err := json.Marshal(Body{ID: id, Kind: e.Kind, At: e.entry.At, Actor: e.entry.Actor, Subject: e.Subject, About: e.SubjectID,
		Cursor: strconv.FormatInt(e.Place, 10), Payload: e.entry.Payload})
	if err != nil {
		return outcome{fault: "unreachable"}
	}
	ctx, cancel := context.WithTimeout(ctx, Timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return outcome{fault: "unreachable"}
	}
	timestamp := strconv.FormatInt(s.db.Clock().Now().Unix(), 10)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "Lad-Webhooks/1")
	req.Header.Set("Webhook-Id", id)
	req.Header.Set("Webhook-Timestamp", timestamp)
	req.Header.Set("Webhook-Signature", Sign(key, id, timestamp, body))
	began := time.Now()
	res, err := s.HTTP.Do(req)
	if err != nil {
		return outcome{took: time.Since(began), fault: faultOf(err)}
	}
	_, err = io.Copy(io.Discard, io.LimitReader(res.Body, MaxAnswer))
	_ = res.Body.Close()
	out := outcome{code: int64(res.StatusCode), took: time.Since(began)}
	switch {
	case res.StatusCode < 200 || res.StatusCode > 299:
		out.fault = "refused"
	case err != nil:
		out.fault = faultOf(err)
	}
	return out
}

// faultOf is a word for what went wrong; the error itself names addresses and is not kept.
func faultOf(err error) string {
	var blocked *httpx.BlockedError
	var late net.Error
	switch {
	case errors.As(err, &blocked):
		return "private"
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &late) && late.Timeout():
		return "timeout"
	}
	return "unreachable"
}
