package sheet

import (
	"bytes"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"github.com/lad-hub/lad/internal/platform/errs"
)

// decode finds the encoding of a text file: by its byte order mark, by the zero bytes of UTF-16, by being valid UTF-8, else
// one of the two Windows code pages of our merchants.
func decode(body []byte) (text, name string, err error) {
	switch {
	case bytes.HasPrefix(body, []byte("\xEF\xBB\xBF")):
		return string(bytes.ToValidUTF8(body[3:], []byte("\uFFFD"))), "utf-8", nil
	case bytes.HasPrefix(body, []byte("\xFF\xFE")):
		return with(unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), body, "utf-16le")
	case bytes.HasPrefix(body, []byte("\xFE\xFF")):
		return with(unicode.UTF16(unicode.BigEndian, unicode.UseBOM), body, "utf-16be")
	}
	if little, ok := utf16Order(body); ok {
		if little {
			return with(unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), body, "utf-16le")
		}
		return with(unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), body, "utf-16be")
	}
	switch {
	case bytes.IndexByte(body, 0) >= 0:
		return "", "", errs.New(errs.Invalid, "error.import.binary")
	case utf8.Valid(body):
		return string(body), "utf-8", nil
	case looksPolish(body):
		return with(charmap.Windows1250, body, "windows-1250")
	}
	return with(charmap.Windows1251, body, "windows-1251")
}

func with(e encoding.Encoding, body []byte, name string) (string, string, error) {
	out, err := e.NewDecoder().Bytes(body)
	if err != nil {
		return "", "", errs.Wrap(errs.Invalid, err, "error.import.encoding", "encoding", name)
	}
	return string(out), name, nil
}

// utf16Order recognises UTF-16 without a mark: digits, delimiters and line ends of a table have a zero byte beside them,
// always on the same side.
func utf16Order(body []byte) (little, ok bool) {
	sample := body[:min(len(body), 4096)&^1]
	var even, odd int
	for i, b := range sample {
		switch {
		case b != 0:
		case i%2 == 0:
			even++
		default:
			odd++
		}
	}
	least := len(sample) / 20
	switch {
	case odd > least && even == 0:
		return true, true
	case even > least && odd == 0:
		return false, true
	}
	return false, false
}

// looksPolish tells windows-1250 from windows-1251: Polish letters share their words with Latin ones, Cyrillic ones do not.
func looksPolish(body []byte) bool {
	mixed, pure := 0, 0
	var high, latin bool
	for _, b := range body[:min(len(body), 256<<10)] {
		switch {
		case b >= 0x80:
			high = true
		case b|0x20 >= 'a' && b|0x20 <= 'z':
			latin = true
		default:
			if high && latin {
				mixed++
			} else if high {
				pure++
			}
			high, latin = false, false
		}
	}
	return mixed > pure
}
