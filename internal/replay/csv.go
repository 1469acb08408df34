package replay

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // the zone must be known on machines without a zone database
)

// maxRecord bounds one line of the file; a longer one is set aside unread.
const maxRecord = 64 << 10

// maxJoined bounds the lines of one record.
const maxJoined = 16

// columns are the headings of the file, in the order of a Line's texts.
var columns = []string{"InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country"}

// errRecord says that a record is not a row of the table.
var errRecord = errors.New("record can not be read")

// reader reads a table record by record; it never holds more than one.
type reader struct {
	in    *bufio.Reader
	files []io.Closer
	place []int // of each column in a record
	zone  *time.Location
	buf   []byte
	// pushed are lines that were read in the hope of a closing quote and are to be read again.
	pushed []byte
	row    []string
	no     int64
}

// open opens a CSV file, plain or packed with gzip, and reads its heading.
func open(path string) (*reader, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	r, err := newReader(f)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", path, err), f.Close())
	}
	r.files = append(r.files, f)
	return r, nil
}

func newReader(f io.Reader) (*reader, error) {
	zone, err := time.LoadLocation("Europe/London")
	if err != nil {
		return nil, err
	}
	r := &reader{zone: zone, in: bufio.NewReaderSize(f, maxRecord)}
	if magic, _ := r.in.Peek(2); string(magic) == "\x1f\x8b" {
		z, err := gzip.NewReader(r.in)
		if err != nil {
			return nil, err
		}
		r.in, r.files = bufio.NewReaderSize(z, maxRecord), append(r.files, z)
	}
	if mark, _ := r.in.Peek(3); string(mark) == "\xef\xbb\xbf" {
		_, _ = r.in.Discard(3)
	}
	return r, r.heading()
}

func (r *reader) heading() error {
	row, err := r.record()
	if err != nil && err != io.EOF {
		return err
	}
	for _, want := range columns {
		at := -1
		for i, have := range row {
			if strings.EqualFold(strings.TrimSpace(have), want) {
				at = i
			}
		}
		if at < 0 {
			return fmt.Errorf("no column %q in the first line", want)
		}
		r.place = append(r.place, at)
	}
	return nil
}

func (r *reader) close() error {
	var all error
	for _, f := range r.files {
		all = errors.Join(all, f.Close())
	}
	return all
}

// next reads one line; io.EOF after the last. What is wrong with the line stands in its Fault.
func (r *reader) next() (*Line, error) {
	row, err := r.record()
	switch {
	case errors.Is(err, errRecord):
		return &Line{No: r.no, Fault: "line can not be read"}, nil
	case err != nil:
		return nil, err
	}
	texts := make([]string, len(columns))
	for i, at := range r.place {
		if at >= len(row) {
			return &Line{No: r.no, Fault: "line with too few columns"}, nil
		}
		texts[i] = strings.ToValidUTF8(strings.TrimSpace(row[at]), "")
	}
	return parseLine(r.no, texts, r.zone), nil
}

// record reads the fields of the next record that is not empty. A quoted field may hold line ends. A line that is too long, or
// whose quotes are not closed within maxJoined lines, is passed over alone and errRecord answered.
func (r *reader) record() ([]string, error) {
	for {
		line, err := r.line()
		if err == io.EOF {
			return nil, err
		}
		r.no++
		if err != nil {
			return nil, err
		}
		r.buf = append(r.buf[:0], line...)
		first := len(r.buf)
		for joined := 1; !closed(r.buf); joined++ {
			line, err := r.line()
			if err != nil && err != io.EOF && !errors.Is(err, errRecord) {
				return nil, err
			}
			if err != nil || joined == maxJoined {
				r.pushed = slices.Concat(r.buf[first:], line, r.pushed)
				return nil, errRecord
			}
			r.buf = append(r.buf, line...)
		}
		text := strings.TrimRight(string(r.buf), "\r\n")
		if text != "" {
			return r.split(text)
		}
		r.no-- // an empty line is no record
	}
}

// closed says whether every quote that opens is closed.
func closed(b []byte) bool { return bytes.Count(b, []byte{'"'})%2 == 0 }

// line reads up to the next line end; io.EOF after the last line. A line that is too long is passed over: errRecord.
func (r *reader) line() ([]byte, error) {
	if len(r.pushed) > 0 {
		end := bytes.IndexByte(r.pushed, '\n') + 1
		if end == 0 {
			end = len(r.pushed)
		}
		line := r.pushed[:end]
		r.pushed = r.pushed[end:]
		return line, nil
	}
	line, err := r.in.ReadSlice('\n')
	switch {
	case errors.Is(err, bufio.ErrBufferFull):
		for errors.Is(err, bufio.ErrBufferFull) {
			_, err = r.in.ReadSlice('\n')
		}
		if err != nil && err != io.EOF {
			return nil, err
		}
		return nil, errRecord
	case err == io.EOF && len(line) > 0:
		return line, nil
	}
	return line, err
}

// split takes a record apart: fields between commas, a field in quotes may hold commas and doubled quotes.
func (r *reader) split(text string) ([]string, error) {
	r.row = r.row[:0]
	for {
		if !strings.HasPrefix(text, `"`) {
			field, rest, more := strings.Cut(text, ",")
			r.row = append(r.row, field)
			if !more {
				return r.row, nil
			}
			text = rest
			continue
		}
		var field strings.Builder
		text = text[1:]
		for {
			inside, rest, closed := strings.Cut(text, `"`)
			if !closed {
				return nil, errRecord
			}
			field.WriteString(inside)
			text = rest
			if !strings.HasPrefix(text, `"`) {
				break
			}
			field.WriteByte('"')
			text = text[1:]
		}
		r.row = append(r.row, field.String())
		if text == "" {
			return r.row, nil
		}
		if text[0] != ',' {
			return nil, errRecord
		}
		text = text[1:]
	}
}
