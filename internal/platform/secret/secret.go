// Package secret keeps what must not be read by whoever gets hold of the database alone: channel credentials, TOTP seeds. A
// Box seals bytes with AES-256-GCM under one key that lives in a file beside the data or in the environment.
//
// A sealed value is: format (1 byte) | key id (4) | nonce (12) | ciphertext with tag. The header, the tenant and the purpose
// are authenticated, so a value copied to another tenant or another use does not open.
package secret

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"strings"

	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
)

// KeyEnv is the environment variable that holds the key (base64, 32 bytes) instead of the key file.
const KeyEnv = "LAD_SECRET_KEY"

const (
	keyBytes    = 32
	format      = 1
	idBytes     = 4
	nonceBytes  = 12
	headerBytes = 1 + idBytes + nonceBytes
)

// Box seals and unseals under one key. It is safe for concurrent use.
type Box struct {
	aead cipher.AEAD
	id   [idBytes]byte
}

// New makes a box over a key of 32 bytes.
func New(key []byte) (*Box, error) {
	if len(key) != keyBytes {
		return nil, errs.New(errs.Invalid, "error.secret.key_format")
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	b := &Box{aead: aead}
	sum := sha256.Sum256(append([]byte("lad key id\x00"), key...))
	copy(b.id[:], sum[:])
	return b, nil
}

// Seal encrypts plain for one tenant and one purpose ("connection:7"). The nonce is random: one key is good for 2^32 values.
func (b *Box) Seal(tenant db.Tenant, purpose string, plain []byte) ([]byte, error) {
	out := make([]byte, headerBytes, headerBytes+len(plain)+b.aead.Overhead())
	out[0] = format
	copy(out[1:], b.id[:])
	nonce := out[1+idBytes : headerBytes]
	if _, err := rand.Read(nonce); err != nil {
		return nil, err
	}
	return b.aead.Seal(out, nonce, plain, associated(out[:1+idBytes], tenant, purpose)), nil
}

// Unseal opens what Seal made. A value sealed under another key is Unavailable "error.secret.wrong_key", because the right
// key opens it; a value that was altered or belongs to another tenant or purpose is Internal "error.secret.broken".
func (b *Box) Unseal(tenant db.Tenant, purpose string, sealed []byte) ([]byte, error) {
	if len(sealed) < headerBytes+b.aead.Overhead() || sealed[0] != format {
		return nil, errs.New(errs.Internal, "error.secret.broken", "purpose", purpose)
	}
	if [idBytes]byte(sealed[1:1+idBytes]) != b.id {
		return nil, errs.New(errs.Unavailable, "error.secret.wrong_key", "purpose", purpose)
	}
	head, nonce := sealed[:1+idBytes], sealed[1+idBytes:headerBytes]
	plain, err := b.aead.Open(nil, nonce, sealed[headerBytes:], associated(head, tenant, purpose))
	if err != nil {
		return nil, errs.Wrap(errs.Internal, err, "error.secret.broken", "purpose", purpose)
	}
	return plain, nil
}

// associated is what a sealed value is bound to; the fixed width of the tenant keeps it free of ambiguity.
func associated(head []byte, tenant db.Tenant, purpose string) []byte {
	out := make([]byte, 0, len(head)+8+len(purpose))
	out = append(out, head...)
	out = binary.BigEndian.AppendUint64(out, uint64(tenant))
	return append(out, purpose...)
}

// parseKey reads a key written in base64, padded or not.
func parseKey(text string) ([]byte, error) {
	text = strings.TrimRight(strings.TrimSpace(text), "=")
	key, err := base64.RawStdEncoding.DecodeString(text)
	if err != nil {
		key, err = base64.RawURLEncoding.DecodeString(text)
	}
	if err != nil || len(key) != keyBytes {
		// The cause is left out: a decoder's message may quote the key.
		return nil, errs.New(errs.Invalid, "error.secret.key_format")
	}
	return key, nil
}
