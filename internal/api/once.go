package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/httpx"
)

const (
	// maxKey bounds an idempotency key.
	maxKey = 200
	// answerTime is how long an answer is kept for repeats.
	answerTime = 7 * 24 * time.Hour
	// runTime is after how long a call that was never answered may be taken up again: its process is gone.
	runTime = 2 * time.Minute
)

// keyOf is the Idempotency-Key of a request.
func keyOf(r *http.Request, must bool) (string, error) {
	key := strings.TrimSpace(r.Header.Get("Idempotency-Key"))
	if key == "" && must || len(key) > maxKey {
		return "", errs.New(errs.Invalid, "error.api.idempotency_key")
	}
	return key, nil
}

// once answers a writing call. With a key the answer is kept, and a repeat gets it again with the header Idempotent-Replay; the
// same key with another call is Conflict. A call that failed changed nothing and may be repeated.
//
// The answer is kept after the change was committed. A process that dies in between leaves the key running; the repeat then
// runs the call again, which is safe because every call that needs a key is guarded by its domain too: a document by its own
// key, a code by its being taken, an edit by its version.
func (a *API) once(w http.ResponseWriter, c call, body []byte, do func() (any, error)) error {
	if c.key == "" {
		answer, err := do()
		if err != nil {
			return err
		}
		return httpx.WriteJSON(w, *c.status, answer)
	}
	k := keptAnswer{actor: c.who.String(), key: c.key, digest: digestOf(c.r.Method + " " + c.r.URL.RequestURI() + "\n" + string(body))}
	fresh, err := a.begin(c.ctx, c.who.Tenant, &k)
	if err != nil {
		return err
	}
	if !fresh {
		w.Header().Set("Idempotent-Replay", "true")
		return writeRaw(w, int(k.status), k.body)
	}
	answer, err := do()
	if err != nil {
		return a.forget(c.ctx, c.who.Tenant, k, err)
	}
	var b bytes.Buffer
	if err := json.NewEncoder(&b).Encode(answer); err != nil {
		return err
	}
	k.status, k.body = int64(*c.status), b.Bytes()
	if err := a.keep(c.ctx, c.who.Tenant, k); err != nil {
		return err
	}
	return writeRaw(w, *c.status, b.Bytes())
}

func digestOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

func writeRaw(w http.ResponseWriter, status int, body []byte) error {
	return httpx.WriteJSON(w, status, json.RawMessage(body))
}

// keptAnswer is a row of api_answer.
type keptAnswer struct {
	actor, key, digest string
	status             int64
	body               []byte // sealed in the table: an answer may hold a secret, and it holds people's data
}

// answerPurpose binds sealed answers to this use.
const answerPurpose = "api answer"

// begin takes the key for this call; false when it has an answer already, which is then in k.
func (a *API) begin(ctx context.Context, t db.Tenant, k *keptAnswer) (fresh bool, err error) {
	fresh, err = a.take(ctx, t, k)
	if err == nil && !fresh {
		k.body, err = a.Box.Unseal(t, answerPurpose, k.body)
	}
	return fresh, err
}

func (a *API) take(ctx context.Context, t db.Tenant, k *keptAnswer) (fresh bool, err error) {
	err = a.DB.Write(ctx, t, func(tx *db.Tx) error {
		n, err := tx.Exec(ctx, `insert into api_answer (tenant_id, actor, key, digest, state, began_at) values ($1, $2, $3, $4, 'running', $5)
			on conflict (tenant_id, actor, key) do update set began_at = excluded.began_at
			where api_answer.state = 'running' and api_answer.digest = excluded.digest and api_answer.began_at < $6`,
			int64(t), k.actor, k.key, k.digest, tx.NowMicros(), tx.Now().Add(-runTime).UnixMicro())
		if fresh = n == 1; err != nil || fresh {
			return err
		}
		var digest, state string
		err = tx.QueryRow(ctx, "select digest, state, status, body from api_answer where tenant_id = $1 and actor = $2 and key = $3",
			int64(t), k.actor, k.key).Scan(&digest, &state, &k.status, &k.body)
		switch {
		case err != nil:
			return err
		case digest != k.digest:
			return errs.New(errs.Conflict, "error.api.key_reused")
		case state == "running":
			return errs.New(errs.Conflict, "error.api.key_running")
		}
		return nil
	})
	return fresh, err
}

func (a *API) keep(ctx context.Context, t db.Tenant, k keptAnswer) error {
	sealed, err := a.Box.Seal(t, answerPurpose, k.body)
	if err != nil {
		return err
	}
	return a.DB.Write(context.WithoutCancel(ctx), t, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, "update api_answer set state = 'answered', status = $4, body = $5 where tenant_id = $1 and actor = $2 and key = $3",
			int64(t), k.actor, k.key, k.status, sealed)
		return err
	})
}

// forget frees the key of a call that failed and answers why it failed.
func (a *API) forget(ctx context.Context, t db.Tenant, k keptAnswer, cause error) error {
	err := a.DB.Write(context.WithoutCancel(ctx), t, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, "delete from api_answer where tenant_id = $1 and actor = $2 and key = $3", int64(t), k.actor, k.key)
		return err
	})
	if err != nil {
		a.problems.Log.WarnContext(ctx, "idempotency key was not freed", "error", err)
	}
	return cause
}

// PurgeAnswers deletes a tenant's answers that are too old to be repeated.
func PurgeAnswers(ctx context.Context, d *db.DB, t db.Tenant) error {
	return d.Write(ctx, t, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, "delete from api_answer where tenant_id = $1 and began_at < $2", int64(t), tx.Now().Add(-answerTime).UnixMicro())
		return err
	})
}
