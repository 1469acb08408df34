package secret

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
)

func box(t testing.TB, fill byte) *Box {
	t.Helper()
	b, err := New(bytes.Repeat([]byte{fill}, keyBytes))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func wantKey(t testing.TB, err error, key string) {
	t.Helper()
	var e *errs.Error
	if !errors.As(err, &e) || e.Key != key {
		t.Fatalf("error = %v, want %s", err, key)
	}
}

// What was sealed opens for the same tenant and purpose, and for nothing else; no altered byte goes unseen.
func TestSealedOpensOnlyWhereItBelongs(t *testing.T) {
	t.Parallel()
	b := box(t, 1)
	rapid.Check(t, func(r *rapid.T) {
		plain := rapid.SliceOfN(rapid.Byte(), 0, 200).Draw(r, "plain")
		tenant := db.Tenant(rapid.Int64Range(1, 5).Draw(r, "tenant"))
		purpose := rapid.StringMatching(`[a-z]{1,8}:[0-9]{1,3}`).Draw(r, "purpose")
		sealed, err := b.Seal(tenant, purpose, plain)
		if err != nil {
			r.Fatal(err)
		}
		got, err := b.Unseal(tenant, purpose, sealed)
		if err != nil || !bytes.Equal(got, plain) {
			r.Fatalf("unseal = %q, %v", got, err)
		}
		if len(plain) > 7 && bytes.Contains(sealed, plain) {
			r.Fatal("the plain text is in the sealed one")
		}
		if _, err := b.Unseal(tenant+1, purpose, sealed); err == nil {
			r.Fatal("another tenant opened it")
		}
		if _, err := b.Unseal(tenant, purpose+"0", sealed); err == nil {
			r.Fatal("another purpose opened it")
		}
		sealed[rapid.IntRange(0, len(sealed)-1).Draw(r, "byte")] ^= 1 << rapid.IntRange(0, 7).Draw(r, "bit")
		if _, err := b.Unseal(tenant, purpose, sealed); err == nil {
			r.Fatal("an altered value opened")
		}
	})
}

func TestUnsealSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	sealed, err := box(t, 1).Seal(1, "p", []byte("x"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = box(t, 2).Unseal(1, "p", sealed)
	wantKey(t, err, "error.secret.wrong_key")
	for n := range sealed {
		_, err = box(t, 1).Unseal(1, "p", sealed[:n])
		if err == nil {
			t.Fatalf("%d bytes of %d opened", n, len(sealed))
		}
	}
	again, err := box(t, 1).Seal(1, "p", []byte("x"))
	if err != nil || bytes.Equal(again, sealed) {
		t.Fatalf("sealing twice gave the same bytes (%v)", err)
	}
}

// The first start makes the file, closed to others; every start after it, also many at once, reads the same key.
func TestKeyFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "data", "secret.key")
	boxes := make([]*Box, 8)
	var wg sync.WaitGroup
	for i := range boxes {
		wg.Go(func() {
			b, err := open(path, "")
			if err != nil {
				t.Error(err)
			}
			boxes[i] = b
		})
	}
	wg.Wait()
	if t.Failed() {
		return
	}
	for _, b := range boxes[1:] {
		if b.id != boxes[0].id {
			t.Fatal("two processes made two keys")
		}
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("mode = %v, %v", info.Mode(), err)
	}
	left, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(left) != 1 {
		t.Fatalf("files beside the key: %v, %v", left, err)
	}
	for _, mode := range []os.FileMode{0o640, 0o604, 0o620} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		_, err = open(path, "")
		wantKey(t, err, "error.secret.mode")
	}
}

func TestKeyFromEnvironment(t *testing.T) {
	key := bytes.Repeat([]byte{0xfb}, keyBytes)
	path := filepath.Join(t.TempDir(), "secret.key")
	want := box(t, 0xfb).id
	for _, text := range []string{base64.StdEncoding.EncodeToString(key), base64.RawURLEncoding.EncodeToString(key) + "\n"} {
		t.Setenv(KeyEnv, text)
		b, err := Open(path)
		if err != nil || b.id != want {
			t.Fatalf("%q: %v", text, err)
		}
	}
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Fatalf("a key file was made: %v", err)
	}
	t.Setenv(KeyEnv, "hunter2-is-no-key")
	_, err := Open(path)
	wantKey(t, err, "error.secret.key_format")
	if strings.Contains(err.Error(), "hunter2") {
		t.Fatalf("the error tells the key: %v", err)
	}
}

func TestDamagedKeyFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "secret.key")
	if err := os.WriteFile(path, []byte("short\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := open(path, "")
	wantKey(t, err, "error.secret.key_format")
	_, err = open(t.TempDir(), "")
	wantKey(t, err, "error.secret.mode")
}

func TestTextStaysHidden(t *testing.T) {
	t.Parallel()
	const plain = "hunter2"
	v := struct {
		Password Text
		By       map[string]Text
	}{plain, map[string]Text{"a": plain}}
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%t"} {
		fmt.Fprintf(&out, verb+" "+verb+"\n", v.Password, v)
	}
	slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "p", v.Password, "v", v)
	slog.New(slog.NewTextHandler(&out, nil)).Info("x", "p", v.Password, "v", v)
	if err := json.NewEncoder(&out).Encode(v); err != nil {
		t.Fatal(err)
	}
	fmt.Fprintln(&out, fmt.Errorf("wrap: %w", fmt.Errorf("%v", v.Password)))
	for _, s := range []string{plain, fmt.Sprintf("%x", plain)} {
		if strings.Contains(out.String(), s) {
			t.Fatalf("%s is in the output:\n%s", s, out.String())
		}
	}
	var back struct{ Password Text }
	if err := json.Unmarshal([]byte(`{"Password":"hunter2"}`), &back); err != nil || back.Password.Reveal() != plain {
		t.Fatalf("read %q, %v", back.Password.Reveal(), err)
	}
}
