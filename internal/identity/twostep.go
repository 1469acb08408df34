package identity

import (
	"bytes"
	"context"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"image/png"
	"strings"
	"time"

	"github.com/pquerna/otp/hotp"
	"github.com/pquerna/otp/totp"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/secret"
)

// The second step is TOTP (RFC 6238): six digits of SHA-1 every 30 seconds, one step early or late is taken.
const (
	stepSeconds   = 30
	stepSkew      = 1
	seedBytes     = 20
	codeImageSize = 240
	// enrolmentTime is how long a seed waits for its first code.
	enrolmentTime = 10 * time.Minute
)

// Enrolment is a seed that is shown to its owner and not stored yet.
type Enrolment struct {
	Seed secret.Text // base32, to be typed by hand
	URL  secret.Text // otpauth://…
	QR   []byte      // PNG of URL
	// Sealed goes back into EnableTwoStep; only this program can open it.
	Sealed string
}

type sealedSeed struct {
	Seed    string `json:"seed"`
	Expires int64  `json:"expires"` // Unix seconds
}

func seedPurpose(id int64) string      { return fmt.Sprintf("account:%d:two-step", id) }
func enrolmentPurpose(id int64) string { return fmt.Sprintf("account:%d:two-step-enrolment", id) }

// BeginTwoStep makes a seed for one's own account. Nothing changes until EnableTwoStep.
func (s *Service) BeginTwoStep(ctx context.Context, a access.Actor) (Enrolment, error) {
	c, err := s.ownCredential(ctx, a)
	if err != nil {
		return Enrolment{}, err
	}
	if c.TwoStep {
		return Enrolment{}, errs.New(errs.Conflict, "error.two_step.on")
	}
	key, err := totp.Generate(totp.GenerateOpts{Issuer: "Lad", AccountName: c.Email, SecretSize: seedBytes})
	if err != nil {
		return Enrolment{}, err
	}
	img, err := key.Image(codeImageSize, codeImageSize)
	if err != nil {
		return Enrolment{}, err
	}
	var picture bytes.Buffer
	if err := png.Encode(&picture, img); err != nil {
		return Enrolment{}, err
	}
	body, err := json.Marshal(sealedSeed{Seed: key.Secret(), Expires: s.now().Add(enrolmentTime).Unix()})
	if err != nil {
		return Enrolment{}, err
	}
	sealed, err := s.o.Secrets.Seal(a.Tenant, enrolmentPurpose(a.ID), body)
	return Enrolment{Seed: secret.Text(key.Secret()), URL: secret.Text(key.URL()), QR: picture.Bytes(),
		Sealed: base64.RawURLEncoding.EncodeToString(sealed)}, err
}

// EnableTwoStep turns the second step on once the device proves that it has the seed. Every session of the account ends; the
// answer is a new one for this client.
func (s *Service) EnableTwoStep(ctx context.Context, a access.Actor, sealed, code string, client Client) (SignIn, error) {
	c, err := s.ownCredential(ctx, a)
	if err != nil {
		return SignIn{}, err
	}
	if c.TwoStep {
		return SignIn{}, errs.New(errs.Conflict, "error.two_step.on")
	}
	seed, err := s.openEnrolment(a, sealed)
	if err != nil {
		return SignIn{}, err
	}
	step, ok := matchCode(seed, code, s.now(), 0)
	if !ok {
		var check errs.Check
		check.Fail("code", "error.login.code")
		return SignIn{}, check.Err()
	}
	kept, err := s.o.Secrets.Seal(a.Tenant, seedPurpose(a.ID), []byte(seed))
	if err != nil {
		return SignIn{}, err
	}
	return s.rotate(ctx, a, c, client, func(tx *db.Tx) (string, error) {
		return "account.two_step_on", setTwoStep(ctx, tx, a.ID, kept, step)
	})
}

// DisableTwoStep turns the second step off after the password was typed again; sessions end as in EnableTwoStep.
func (s *Service) DisableTwoStep(ctx context.Context, a access.Actor, password secret.Text, client Client) (SignIn, error) {
	c, err := s.ownCredential(ctx, a)
	if err != nil {
		return SignIn{}, err
	}
	if !c.TwoStep {
		return SignIn{}, errs.New(errs.Conflict, "error.two_step.off")
	}
	if err := s.confirmPassword(ctx, c, password, "password"); err != nil {
		return SignIn{}, err
	}
	return s.rotate(ctx, a, c, client, func(tx *db.Tx) (string, error) {
		return "account.two_step_off", setTwoStep(ctx, tx, a.ID, nil, c.step)
	})
}

func (s *Service) openEnrolment(a access.Actor, sealed string) (string, error) {
	stale := errs.New(errs.Invalid, "error.two_step.enrolment")
	raw, err := base64.RawURLEncoding.DecodeString(sealed)
	if err != nil {
		return "", stale
	}
	body, err := s.o.Secrets.Unseal(a.Tenant, enrolmentPurpose(a.ID), raw)
	if err != nil {
		return "", stale
	}
	var seed sealedSeed
	if err := json.Unmarshal(body, &seed); err != nil || s.now().Unix() > seed.Expires {
		return "", stale
	}
	return seed.Seed, nil
}

// checkCode answers the time step of a good code, 0 for an account without a second step. A bad or used code is Unauthed.
func (s *Service) checkCode(c credential, code string) (int64, error) {
	if !c.TwoStep {
		return 0, nil
	}
	seed, err := s.o.Secrets.Unseal(c.Tenant, seedPurpose(c.ID), c.seed)
	if err != nil {
		return 0, err
	}
	step, ok := matchCode(string(seed), code, s.now(), c.step)
	if !ok {
		return 0, errs.New(errs.Unauthed, "error.login.code")
	}
	return step, nil
}

// matchCode compares with the steps around now that are later than used, in constant time.
func matchCode(seed, code string, now time.Time, used int64) (step int64, ok bool) {
	code = strings.ReplaceAll(strings.TrimSpace(code), " ", "")
	at := now.Unix() / stepSeconds
	for k := at - stepSkew; k <= at+stepSkew; k++ {
		want, err := hotp.GenerateCode(seed, uint64(k))
		if err == nil && subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 && k > used {
			step, ok = k, true
		}
	}
	return step, ok
}
