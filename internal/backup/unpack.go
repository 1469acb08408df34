package backup

import (
	"io"
	"os"
	"path/filepath"
)

// unpackTo puts the archive's files into a folder, readable by their owner only.
func unpackTo(file, dir string) (Manifest, error) {
	return unpack(file, func(name string) (io.WriteCloser, error) {
		return os.OpenFile(filepath.Join(dir, name), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	})
}
