// Package backup copies a whole database, while it is in use, into one archive that either engine can be restored from: a
// SQLite file with every row, the key of the secrets and a manifest with checksums. Who has the archive has the shop's data
// and secrets.
package backup

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
)

// Names inside the archive.
const (
	databaseName = "lad.db"
	keyName      = "lad.key"
	manifestName = "manifest.json"
)

// Manifest says what an archive holds and proves it.
type Manifest struct {
	Made    time.Time        `json:"made"`
	Engine  db.Engine        `json:"engine"` // the copied database's
	Schema  int64            `json:"schema"`
	Rows    map[string]int64 `json:"rows"` // per table
	SHA256  string           `json:"sha256"`
	HasKey  bool             `json:"has_key"`
	Version string           `json:"version"`
}

// Write copies d into the archive file and verifies the copy before and after it is packed. An existing file is refused.
func Write(ctx context.Context, d *db.DB, keyFile, file, version string) (Manifest, error) {
	if _, err := os.Stat(file); err == nil {
		return Manifest{}, errs.New(errs.Conflict, "error.backup.exists", "file", file)
	}
	dir, err := os.MkdirTemp(filepath.Dir(file), ".lad-backup-*")
	if err != nil {
		return Manifest{}, errs.Wrap(errs.Unavailable, err, "error.backup.write", "file", file)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	copied := filepath.Join(dir, databaseName)
	if err := copyDatabase(ctx, d, copied); err != nil {
		return Manifest{}, err
	}
	m, err := inspect(ctx, copied)
	if err != nil {
		return Manifest{}, err
	}
	m.Made, m.Engine, m.Version = d.Clock().Now(), d.Engine(), version
	m.HasKey = fileExists(keyFile)
	packed := filepath.Join(dir, "archive")
	if err := pack(packed, m, copied, keyFile); err != nil {
		return Manifest{}, errs.Wrap(errs.Unavailable, err, "error.backup.write", "file", file)
	}
	if _, err := unpack(packed, nil); err != nil {
		return Manifest{}, err
	}
	return m, os.Rename(packed, file)
}

// inspect reads a copied file: it must be whole, and its rows are counted.
func inspect(ctx context.Context, path string) (m Manifest, err error) {
	d, err := db.Open(ctx, db.Options{Path: path, ReadOnly: true})
	if err != nil {
		return m, err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	if m.Schema, _, err = d.SchemaVersion(ctx); err != nil {
		return m, err
	}
	err = d.Read(ctx, db.System, func(tx *db.Tx) error {
		var said string
		if err := tx.QueryRow(ctx, "pragma integrity_check(1)").Scan(&said); err != nil || said != "ok" {
			return errs.Wrap(errs.Internal, err, "error.backup.damaged", "reason", said)
		}
		m.Rows, err = countRows(ctx, tx)
		return err
	})
	if err != nil {
		return m, err
	}
	m.SHA256, err = checksum(path)
	return m, err
}

func countRows(ctx context.Context, tx *db.Tx) (map[string]int64, error) {
	tables, err := tablesOf(ctx, tx)
	if err != nil {
		return nil, err
	}
	rows := map[string]int64{}
	for _, t := range tables {
		var n int64
		if err := tx.QueryRow(ctx, "select count(*) from "+t.name).Scan(&n); err != nil {
			return nil, err
		}
		rows[t.name] = n
	}
	return rows, nil
}

func checksum(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }()
	h := sha256.New()
	_, err = io.Copy(h, f)
	return hex.EncodeToString(h.Sum(nil)), err
}

func fileExists(path string) bool {
	_, err := os.Stat(path)
	return path != "" && err == nil
}

// pack writes the archive; the manifest comes first, so that a reader knows what to expect.
func pack(file string, m Manifest, database, keyFile string) (err error) {
	f, err := os.OpenFile(file, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	z, err := gzip.NewWriterLevel(f, gzip.BestSpeed)
	if err != nil {
		return err
	}
	w := tar.NewWriter(z)
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	if err := w.WriteHeader(&tar.Header{Name: manifestName, Mode: 0o600, Size: int64(len(text)), ModTime: m.Made}); err != nil {
		return err
	}
	if _, err := w.Write(text); err != nil {
		return err
	}
	if err := addFile(w, databaseName, database); err != nil {
		return err
	}
	if m.HasKey {
		if err := addFile(w, keyName, keyFile); err != nil {
			return err
		}
	}
	if err := errors.Join(w.Close(), z.Close()); err != nil {
		return err
	}
	return f.Sync()
}

func addFile(w *tar.Writer, name, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: info.Size(), ModTime: info.ModTime()}); err != nil {
		return err
	}
	_, err = io.Copy(w, f)
	return err
}

// unpack reads an archive, handing each file to open (nil throws them away), and checks the database against the manifest.
func unpack(file string, open func(name string) (io.WriteCloser, error)) (m Manifest, err error) {
	f, err := os.Open(file)
	if err != nil {
		return m, errs.Wrap(errs.Invalid, err, "error.backup.read", "file", file)
	}
	defer func() { _ = f.Close() }()
	z, err := gzip.NewReader(f)
	if err != nil {
		return m, errs.Wrap(errs.Invalid, err, "error.backup.read", "file", file)
	}
	sum := ""
	for r := tar.NewReader(z); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return m, errs.Wrap(errs.Invalid, err, "error.backup.read", "file", file)
		}
		switch h.Name {
		case manifestName:
			err = json.NewDecoder(io.LimitReader(r, 1<<20)).Decode(&m)
		case databaseName:
			sum, err = take(r, h.Name, open)
		case keyName:
			_, err = take(r, h.Name, open)
		}
		if err != nil {
			return m, errs.Wrap(errs.Invalid, err, "error.backup.read", "file", file)
		}
	}
	if sum == "" || sum != m.SHA256 {
		return m, errs.New(errs.Invalid, "error.backup.damaged", "reason", fmt.Sprintf("checksum %s, manifest says %s", sum, m.SHA256))
	}
	return m, nil
}

func take(r io.Reader, name string, open func(string) (io.WriteCloser, error)) (string, error) {
	h := sha256.New()
	if open == nil {
		_, err := io.Copy(h, r)
		return hex.EncodeToString(h.Sum(nil)), err
	}
	w, err := open(name)
	if err != nil {
		return "", err
	}
	_, err = io.Copy(io.MultiWriter(h, w), r)
	return hex.EncodeToString(h.Sum(nil)), errors.Join(err, w.Close())
}
