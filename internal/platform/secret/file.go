package secret

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/lad-hub/lad/internal/platform/errs"
)

// Open makes a box over the key in LAD_SECRET_KEY or else in the file at path, which is made with mode 0600 when it is
// missing. A file that others may read or write is refused: the key in it may be known already.
func Open(path string) (*Box, error) { return open(path, os.Getenv(KeyEnv)) }

func open(path, env string) (*Box, error) {
	if env != "" {
		key, err := parseKey(env)
		if err != nil {
			return nil, err
		}
		return New(key)
	}
	key, err := readKey(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err := createKey(path); err != nil {
			return nil, errs.Wrap(errs.Unavailable, err, "error.secret.file", "path", path)
		}
		key, err = readKey(path)
	}
	if err != nil {
		return nil, err
	}
	return New(key)
}

// readKey reads the file and checks the mode of the very file it read.
func readKey(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, errs.Wrap(errs.Unavailable, err, "error.secret.file", "path", path)
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return nil, errs.Wrap(errs.Unavailable, err, "error.secret.file", "path", path)
	}
	if !info.Mode().IsRegular() || info.Mode().Perm()&0o077 != 0 {
		return nil, errs.New(errs.Invalid, "error.secret.mode", "path", path, "mode", info.Mode().String())
	}
	text, err := io.ReadAll(io.LimitReader(f, 1024))
	if err != nil {
		return nil, errs.Wrap(errs.Unavailable, err, "error.secret.file", "path", path)
	}
	return parseKey(string(text))
}

// createKey writes a fresh key under a temporary name and links it into place, so that a crash leaves no half of a key and
// of two processes starting at once both end with the same one.
func createKey(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".key-*") // mode 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }()
	key := make([]byte, keyBytes)
	_, err = rand.Read(key)
	if err == nil {
		_, err = f.WriteString(base64.StdEncoding.EncodeToString(key) + "\n")
	}
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Link(f.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncDir(filepath.Dir(path))
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
