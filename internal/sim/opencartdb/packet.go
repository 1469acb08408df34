package opencartdb

import (
	"bytes"
	"crypto/sha1" // mysql_native_password is made of it
	"encoding/binary"
	"errors"
	"io"
)

// The parts of the MySQL client/server protocol 10 that a client with text queries needs.

// Capabilities that the server offers.
const (
	capFoundRows    = 1 << 1
	capLongFlag     = 1 << 2
	capWithDatabase = 1 << 3
	capProtocol41   = 1 << 9
	capTransactions = 1 << 13
	capSecure       = 1 << 15
	capPluginAuth   = 1 << 19

	capabilities = 1 | capFoundRows | capLongFlag | capWithDatabase | capProtocol41 | capTransactions | capSecure | capPluginAuth
)

// Status flags: statements count at once, and a backslash in a text is a backslash (sql_mode NO_BACKSLASH_ESCAPES), as SQLite reads it.
const status = 0x0002 | 0x0200

// Commands.
const (
	comQuit  = 0x01
	comQuery = 0x03
	comPing  = 0x0e
)

const nativePassword = "mysql_native_password"

// maxStatement bounds what a client sends.
const maxStatement = 1 << 20

var errTooLong = errors.New("opencartdb: packet too long")

// readPacket reads one packet.
func readPacket(r io.Reader) (seq byte, body []byte, err error) {
	var head [4]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return 0, nil, err
	}
	n := int(head[0]) | int(head[1])<<8 | int(head[2])<<16
	if n > maxStatement {
		return 0, nil, errTooLong
	}
	body = make([]byte, n)
	_, err = io.ReadFull(r, body)
	return head[3], body, err
}

// packets are packets one after the other, as they go over the wire.
type packets struct {
	bytes.Buffer
	seq byte
}

func (p *packets) add(body []byte) {
	p.Write([]byte{byte(len(body)), byte(len(body) >> 8), byte(len(body) >> 16), p.seq})
	p.Write(body)
	p.seq++
}

// lenenc is a length-encoded number.
func lenenc(n uint64) []byte {
	switch {
	case n < 251:
		return []byte{byte(n)}
	case n < 1<<16:
		return []byte{0xfc, byte(n), byte(n >> 8)}
	case n < 1<<24:
		return []byte{0xfd, byte(n), byte(n >> 8), byte(n >> 16)}
	}
	return binary.LittleEndian.AppendUint64([]byte{0xfe}, n)
}

func lenText(s string) []byte { return append(lenenc(uint64(len(s))), s...) }

func okPacket(affected int64) []byte {
	b := append([]byte{0x00}, lenenc(uint64(affected))...)
	return append(b, 0, byte(status&0xff), byte(status>>8), 0, 0)
}

func endPacket() []byte { return []byte{0xfe, 0, 0, byte(status & 0xff), byte(status >> 8)} }

// refusal is an error as the server says it.
type refusal struct {
	code    uint16
	state   string
	message string
}

func (r *refusal) Error() string { return r.message }

func (r *refusal) packet() []byte {
	b := []byte{0xff, byte(r.code), byte(r.code >> 8), '#'}
	return append(append(b, r.state...), r.message...)
}

// greeting opens the conversation.
func greeting(version string, scramble []byte) []byte {
	b := append([]byte{10}, version...)
	b = append(b, 0, 1, 0, 0, 0)
	b = append(b, scramble[:8]...)
	b = append(b, 0, capabilities&0xff, byte(capabilities>>8&0xff), 45, byte(status&0xff), byte(status>>8), byte(capabilities>>16&0xff), byte(capabilities>>24&0xff), 21)
	b = append(b, make([]byte, 10)...)
	b = append(b, scramble[8:20]...)
	b = append(b, 0)
	return append(append(b, nativePassword...), 0)
}

// login is a client's answer to the greeting.
type login struct {
	user, database, plugin string
	proof                  []byte
}

func parseLogin(b []byte) (l login, ok bool) {
	if len(b) < 33 {
		return l, false
	}
	flags := binary.LittleEndian.Uint32(b)
	rest := b[32:]
	text := func() string {
		s, after, found := bytes.Cut(rest, []byte{0})
		if !found {
			rest = nil
			return string(s)
		}
		rest = after
		return string(s)
	}
	l.user = text()
	if len(rest) == 0 || len(rest) < 1+int(rest[0]) {
		return l, false
	}
	l.proof, rest = rest[1:1+int(rest[0])], rest[1+int(rest[0]):]
	if flags&capWithDatabase != 0 {
		l.database = text()
	}
	l.plugin = text()
	return l, flags&capProtocol41 != 0
}

// proofOf is what a client that knows the password answers to a scramble.
func proofOf(password string, scramble []byte) []byte {
	if password == "" {
		return nil
	}
	once := sha1.Sum([]byte(password))
	twice := sha1.Sum(once[:])
	mask := sha1.Sum(append(bytes.Clone(scramble), twice[:]...))
	for i := range mask {
		mask[i] ^= once[i]
	}
	return mask[:]
}

// column describes a column of an answer: everything goes as text.
func column(name string) []byte {
	b := lenText("def")
	for _, s := range []string{"", "", "", name, name} {
		b = append(b, lenText(s)...)
	}
	return append(b, 12, 45, 0, 0xff, 0xff, 0, 0, 0xfd, 0, 0, 0, 0, 0)
}

// answerRows is a whole answer to a query.
func answerRows(seq byte, names []string, rows [][]*string) *packets {
	p := &packets{seq: seq}
	p.add(lenenc(uint64(len(names))))
	for _, n := range names {
		p.add(column(n))
	}
	p.add(endPacket())
	for _, r := range rows {
		var b []byte
		for _, cell := range r {
			if cell == nil {
				b = append(b, 0xfb)
				continue
			}
			b = append(b, lenText(*cell)...)
		}
		p.add(b)
	}
	p.add(endPacket())
	return p
}
