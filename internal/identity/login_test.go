package identity

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pquerna/otp/totp"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/httpx"
	"github.com/lad-hub/lad/internal/platform/secret"
)

// Wrong password, unknown e-mail and a disabled account can not be told apart, nor can their lock-outs.
func TestLoginAnswersAlike(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, b *bench) {
		owner := b.owner()
		gone := b.add(owner, "gone@shop.example", Viewer)
		if err := b.Disable(context.Background(), owner, gone.ID); err != nil {
			t.Fatal(err)
		}
		cases := []struct {
			email    string
			password secret.Text
		}{{ownerEmail, "wrong password"}, {"nobody@shop.example", ownerPassword}, {gone.Email, ownerPassword}}
		var want []string
		for i, c := range cases {
			var got []string
			for n := range freePerAccount + 2 {
				_, err := b.Login(context.Background(), LoginInput{Email: c.email, Password: c.password, Client: client(fmt.Sprintf("198.51.100.%d", 10*i+n))})
				if err == nil {
					t.Fatalf("%s signed in", c.email)
				}
				got = append(got, err.Error())
			}
			if want == nil {
				want = got
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s answers otherwise: %s", c.email, diff)
			}
		}
		if !strings.HasPrefix(want[0], "unauthed: error.login.failed") || !strings.HasPrefix(want[freePerAccount], "too_many: error.login.wait seconds=15") {
			t.Errorf("answers %q", want)
		}
		// Nobody's e-mail costs the same work: a hash and a record, which does not hold the e-mail.
		records := b.entries(db.System)
		if len(records) != freePerAccount {
			t.Errorf("%d records of failures of nobody", len(records))
		}
		for _, r := range records {
			if r.Kind != "login.failed" || strings.Contains(string(r.Payload), "nobody") {
				t.Errorf("record %+v", r)
			}
		}
	})
}

// Each failure past the free ones doubles the wait, the right password does not help meanwhile, a restart does not either,
// and a success begins anew.
func TestLockOutGrows(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, b *bench) {
		b.owner()
		for range freePerAccount - 1 {
			_, err := b.login(ownerEmail, "wrong password")
			wantKey(t, err, "error.login.failed")
		}
		for i, want := range []time.Duration{15, 30, 60, 120, 240, 480, 900, 900} {
			_, err := b.login(ownerEmail, "wrong password")
			wantKey(t, err, "error.login.failed")
			b.clock.Advance(want*time.Second - time.Second)
			restarted := b.again(cheap)
			for _, s := range []*bench{b, restarted} {
				_, err = s.login(ownerEmail, ownerPassword)
				wantKey(t, err, "error.login.wait")
				if !strings.Contains(err.Error(), "seconds=1") {
					t.Fatalf("lock-out %d: %v, want one second left of %v", i, err, want)
				}
			}
			b.clock.Advance(time.Second)
		}
		if _, err := b.login(ownerEmail, ownerPassword); err != nil {
			t.Fatal(err)
		}
		for range freePerAccount {
			_, err := b.login(ownerEmail, "wrong password")
			wantKey(t, err, "error.login.failed")
		}
		_, err := b.login(ownerEmail, ownerPassword)
		wantKey(t, err, "error.login.wait")
	})
}

// One address that tries many e-mails is slowed down; others and their accounts are not.
func TestLockOutPerAddress(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, b *bench) {
		b.owner()
		ctx := context.Background()
		for i := range freePerAddress {
			in := LoginInput{Email: fmt.Sprintf("u%d@x.example", i), Password: "wrong password", Client: client(fmt.Sprintf("2001:db8::%x", i))}
			_, err := b.Login(ctx, in)
			wantKey(t, err, "error.login.failed")
		}
		_, err := b.Login(ctx, LoginInput{Email: ownerEmail, Password: ownerPassword, Client: client("2001:db8::ffff")})
		wantKey(t, err, "error.login.wait")
		if _, err := b.Login(ctx, LoginInput{Email: ownerEmail, Password: ownerPassword, Client: client("2001:db8:1::1")}); err != nil {
			t.Error(err)
		}
	})
}

// Guesses that come all at once are counted before they are answered.
func TestParallelGuesses(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, b *bench) {
		owner := b.owner()
		var wg sync.WaitGroup
		var mu sync.Mutex
		judged := 0
		for range 40 {
			wg.Go(func() {
				_, err := b.login(ownerEmail, "wrong password")
				mu.Lock()
				defer mu.Unlock()
				if errs.Is(err, errs.Unauthed) {
					judged++
				}
			})
		}
		wg.Wait()
		if judged != freePerAccount {
			t.Errorf("%d guesses were judged, want %d", judged, freePerAccount)
		}
		failed := 0
		for _, k := range b.kinds(owner.Tenant) {
			if k == "login.failed" {
				failed++
			}
		}
		if failed != judged {
			t.Errorf("%d failures are in the journal, want %d", failed, judged)
		}
	})
}

// A hash of another cost is made anew at sign-in, and only then.
func TestRehashAtLogin(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, b *bench) {
		owner := b.owner()
		hash := func() string {
			c, err := b.ownCredential(context.Background(), owner)
			if err != nil {
				t.Fatal(err)
			}
			return c.hash
		}
		old := hash()
		if !strings.HasPrefix(old, "$argon2id$v=19$m=64,t=1,p=1$") {
			t.Fatalf("hash %s", old)
		}
		if _, err := b.login(ownerEmail, ownerPassword); err != nil || hash() != old {
			t.Fatalf("rehashed at the same cost (%v)", err)
		}
		dear := b.again(Cost{MemoryKiB: 128, Passes: 2, Threads: 2})
		if _, err := dear.login(ownerEmail, "wrong password"); err == nil || hash() != old {
			t.Fatal("a wrong password was hashed")
		}
		if _, err := dear.login(ownerEmail, ownerPassword); err != nil {
			t.Fatal(err)
		}
		if got := hash(); !strings.HasPrefix(got, "$argon2id$v=19$m=128,t=2,p=2$") {
			t.Fatalf("hash %s", got)
		}
		if _, err := b.again(cheap).login(ownerEmail, ownerPassword); err != nil {
			t.Fatal(err)
		}
	})
}

func codeAt(t testing.TB, seed secret.Text, at time.Time) string {
	t.Helper()
	code, err := totp.GenerateCode(seed.Reveal(), at)
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// twoStep turns the second step on and answers the seed.
func (b *bench) twoStep(a access.Actor) secret.Text {
	b.t.Helper()
	e, err := b.BeginTwoStep(context.Background(), a)
	if err != nil {
		b.t.Fatal(err)
	}
	if _, err := b.EnableTwoStep(context.Background(), a, e.Sealed, codeAt(b.t, e.Seed, b.clock.Now()), client("192.0.2.1")); err != nil {
		b.t.Fatal(err)
	}
	return e.Seed
}

func TestTwoStepEnrolment(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, b *bench) {
		ctx := context.Background()
		owner := b.owner()
		other := b.add(owner, "m@shop.example", Manager).actor()
		e, err := b.BeginTwoStep(ctx, owner)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(e.URL.Reveal(), "otpauth://totp/Lad:") || len(e.QR) < 100 || strings.Contains(e.Sealed, e.Seed.Reveal()) {
			t.Errorf("enrolment %v, %d bytes of picture", e.URL, len(e.QR))
		}
		now := b.clock.Now()
		_, err = b.EnableTwoStep(ctx, owner, e.Sealed, "000000x", client("192.0.2.1"))
		wantKey(t, err, "error.login.code")
		_, err = b.EnableTwoStep(ctx, other, e.Sealed, codeAt(t, e.Seed, now), client("192.0.2.1"))
		wantKey(t, err, "error.two_step.enrolment")
		b.clock.Advance(enrolmentTime + time.Second)
		_, err = b.EnableTwoStep(ctx, owner, e.Sealed, codeAt(t, e.Seed, b.clock.Now()), client("192.0.2.1"))
		wantKey(t, err, "error.two_step.enrolment")

		before, err := b.login(ownerEmail, ownerPassword)
		if err != nil || before.Pending {
			t.Fatal("a second step is asked before it is on", err)
		}
		b.twoStep(owner)
		if _, err := b.session(ctx, digestOf(before.Token.Reveal())); !errs.Is(err, errs.Unauthed) {
			t.Errorf("a session from before lives on: %v", err)
		}
		_, err = b.BeginTwoStep(ctx, owner)
		wantKey(t, err, "error.two_step.on")
		_, err = b.DisableTwoStep(ctx, owner, "wrong password", client("192.0.2.1"))
		wantKey(t, err, "error.account.password_wrong")
		if _, err := b.DisableTwoStep(ctx, owner, ownerPassword, client("192.0.2.1")); err != nil {
			t.Fatal(err)
		}
		if in, err := b.login(ownerEmail, ownerPassword); err != nil || in.Pending {
			t.Errorf("after turning off: %v, %v", in.Pending, err)
		}
		b.twoStep(other)
		if err := b.ResetTwoStep(ctx, owner, other.ID); err != nil {
			t.Fatal(err)
		}
		if in, err := b.login("m@shop.example", ownerPassword); err != nil || in.Pending {
			t.Errorf("after the reset: %v, %v", in.Pending, err)
		}
	})
}

// A code signs in once, only near its time; the pending session is nobody's and ends soon.
func TestTwoStepLogin(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, b *bench) {
		ctx := context.Background()
		seed := b.twoStep(b.owner())
		from := client("192.0.2.1")
		pend := func() SignIn {
			in, err := b.login(ownerEmail, ownerPassword)
			if err != nil || !in.Pending {
				t.Fatal(in.Pending, err)
			}
			return in
		}
		p := pend()
		_, err := b.ConfirmCode(ctx, p.Token, codeAt(t, seed, b.clock.Now()), from)
		wantKey(t, err, "error.login.code") // used by the enrolment
		b.clock.Advance(time.Minute)
		_, err = b.ConfirmCode(ctx, p.Token, codeAt(t, seed, b.clock.Now().Add(-time.Minute)), from)
		wantKey(t, err, "error.login.code") // too old
		code := codeAt(t, seed, b.clock.Now())
		in, err := b.ConfirmCode(ctx, p.Token, " "+code[:3]+" "+code[3:], from)
		if err != nil || in.Pending || in.Token == p.Token {
			t.Fatal(in.Pending, err)
		}
		_, err = b.ConfirmCode(ctx, p.Token, codeAt(t, seed, b.clock.Now().Add(30*time.Second)), from)
		wantKey(t, err, "error.unauthed") // the pending session was spent
		_, err = b.ConfirmCode(ctx, in.Token, codeAt(t, seed, b.clock.Now().Add(30*time.Second)), from)
		wantKey(t, err, "error.unauthed") // and a real one is not pending
		_, err = b.ConfirmCode(ctx, pend().Token, code, from)
		wantKey(t, err, "error.login.code") // replay

		// The code of the next step is taken early, in the form of the first step too, by one of two at once.
		b.clock.Advance(time.Minute)
		early := codeAt(t, seed, b.clock.Now().Add(30*time.Second))
		results := make(chan error, 2)
		for range 2 {
			go func() {
				_, err := b.Login(ctx, LoginInput{Email: ownerEmail, Password: ownerPassword, Code: early, Client: from})
				results <- err
			}()
		}
		first, second := <-results, <-results
		if (first == nil) == (second == nil) {
			t.Errorf("one code for two at once: %v, %v", first, second)
		}

		late := pend()
		b.clock.Advance(PendingLongest)
		_, err = b.ConfirmCode(ctx, late.Token, codeAt(t, seed, b.clock.Now()), from)
		wantKey(t, err, "error.unauthed")
	})
}

// Guessing codes is locked out like guessing passwords, also by asking for the first step again in between.
func TestTwoStepGuessing(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, b *bench) {
		ctx := context.Background()
		b.twoStep(b.owner())
		for range freePerAccount {
			p, err := b.login(ownerEmail, ownerPassword)
			if err != nil {
				t.Fatal(err)
			}
			_, err = b.ConfirmCode(ctx, p.Token, "abcdef", client("192.0.2.1"))
			wantKey(t, err, "error.login.code")
		}
		_, err := b.login(ownerEmail, ownerPassword)
		wantKey(t, err, "error.login.wait")
	})
}

func TestHasherIsBounded(t *testing.T) {
	t.Parallel()
	h := newHasher(cheap)
	for range hashSlots {
		h.slots <- struct{}{}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := h.hash(ctx, "password"); !errors.Is(err, context.Canceled) {
		t.Errorf("with all slots taken: %v", err)
	}
	for range hashWaiting {
		h.queue <- struct{}{}
	}
	_, err := h.hash(context.Background(), "password")
	wantKey(t, err, "error.login.busy")
}

func TestHashes(t *testing.T) {
	t.Parallel()
	h, ctx := newHasher(cheap), context.Background()
	hash, err := h.hash(ctx, "пароль")
	if err != nil {
		t.Fatal(err)
	}
	if again, _ := h.hash(ctx, "пароль"); again == hash {
		t.Error("two hashes share a salt")
	}
	for password, want := range map[secret.Text]bool{"пароль": true, "пароль ": false, "": false} {
		if ok, stale, err := h.verify(ctx, hash, password); ok != want || stale || err != nil {
			t.Errorf("%q: %v, %v, %v", password.Reveal(), ok, stale, err)
		}
	}
	if ok, _, err := h.verify(ctx, h.dummy, "x"); ok || err != nil {
		t.Errorf("the dummy hash: %v, %v", ok, err)
	}
	// Made by another implementation: argon2id, password "password", salt "somesalt", 64 MiB, 2 passes, 1 lane.
	const foreign = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	if ok, stale, err := h.verify(ctx, foreign, "password"); !ok || !stale || err != nil {
		t.Errorf("a foreign hash: %v, %v, %v", ok, stale, err)
	}
	for _, bad := range []string{"", "plain", "$argon2i$v=19$m=64,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5Q", "$argon2id$v=19$m=99999999,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5Q",
		"$argon2id$v=19$m=64,t=0,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5Q", "$argon2id$v=19$m=64,t=1,p=1$$"} {
		if ok, _, err := h.verify(ctx, bad, ""); ok || err == nil {
			t.Errorf("%q verified: %v", bad, err)
		}
	}
}

func TestGateIsBounded(t *testing.T) {
	t.Parallel()
	g, now := newGate(), time.Unix(1_700_000_000, 0)
	for i := range gateKeys + 100 {
		g.enter(now.Add(time.Duration(i)), fmt.Sprint(i), netip.AddrFrom4([4]byte{byte(i >> 8), byte(i), 1, 1}))
	}
	if len(g.keys) > gateKeys {
		t.Errorf("%d keys", len(g.keys))
	}
	if a, b := httpx.Block(netip.MustParseAddr("2001:db8::1")), httpx.Block(netip.MustParseAddr("2001:db8::2")); a != b {
		t.Error("one /64 is two clients")
	}
}

// A password that is changed while a sign-in with the old one is under way ends that sign-in.
func TestLoginDuringPasswordChange(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, b *bench) {
		owner := b.owner()
		ctx := context.Background()
		c, err := b.ownCredential(ctx, owner)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.ChangePassword(ctx, owner, PasswordInput{Current: ownerPassword, New: "another long one"}); err != nil {
			t.Fatal(err)
		}
		ticket, _ := b.gate.enter(b.now(), ownerEmail, netip.Addr{})
		_, err = b.succeed(ctx, ticket, c, proof{})
		wantKey(t, err, "error.login.failed")
	})
}
