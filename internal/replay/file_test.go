package replay

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"math/big"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

const heading = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"

func packed(t testing.TB, text string) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := io.WriteString(z, text)
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// tell reads a whole file and writes each line in short: code, title, quantity, price or the fault.
func tell(t *testing.T, text string) (out []string) {
	t.Helper()
	r, err := newReader(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	for {
		l, err := r.next()
		if err == io.EOF {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		if l.Fault != "" {
			out = append(out, fmt.Sprintf("%d %s", l.No, l.Fault))
		} else {
			out = append(out, fmt.Sprintf("%d %s %q %d %d", l.No, l.Code, l.Title, l.Quantity, l.Price))
		}
	}
}

func TestReader(t *testing.T) {
	t.Parallel()
	const line = "1,10a,T,2,2011-01-01 10:00:00,1.5,,UK"
	long := strings.Repeat("x", maxRecord)
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"plain":            {heading + line, []string{`2 10A "T" 2 150000`}},
		"packed":           {packed(t, heading+line+"\n"), []string{`2 10A "T" 2 150000`}},
		"byte order mark":  {"\xef\xbb\xbf" + heading + line, []string{`2 10A "T" 2 150000`}},
		"line ends":        {strings.ReplaceAll(heading+line+"\n\n"+line, "\n", "\r\n"), []string{`2 10A "T" 2 150000`, `3 10A "T" 2 150000`}},
		"other columns":    {"country,unitprice,x,InvoiceDate,Quantity,Description,StockCode,InvoiceNo,CustomerID\nUK,2,-,1/2/2011 9:05,1,A,b,7,\n", []string{`2 B "A" 1 200000`}},
		"quotes":           {heading + `1,10,"a, ""b""` + "\n" + `c",2,2011-01-01 10:00,1,,UK` + "\n" + line, []string{`2 10 "a, \"b\"\nc" 2 100000`, `3 10A "T" 2 150000`}},
		"open quote":       {heading + "1,\"10\n" + line + "\n" + line, []string{"2 line can not be read", `3 10A "T" 2 150000`, `4 10A "T" 2 150000`}},
		"text after quote": {heading + `1,"10"x,T,2,2011-01-01 10:00:00,1.5,,UK`, []string{"2 line can not be read"}},
		"long line":        {heading + long + long + "\n" + line, []string{"2 line can not be read", `3 10A "T" 2 150000`}},
		"short line":       {heading + "1,2\n" + line, []string{"2 line with too few columns", `3 10A "T" 2 150000`}},
		"not UTF-8":        {heading + "1,10,\xff\xa3T,2,2011-01-01 10:00:00,1.5,,UK", []string{`2 10 "T" 2 150000`}},
		"huge numbers":     {heading + "1,10,T,99999999999999999999,2011-01-01 10:00:00,1.5,,\n1,10,T,1,2011-01-01 10:00:00,1e9,,\n", []string{"2 quantity is not a whole number in range", "3 price can not be read"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want, tell(t, c.text)); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

func TestInvoiceOfTooManyLines(t *testing.T) {
	t.Parallel()
	r, err := newReader(strings.NewReader(heading + strings.Repeat("1,10,T,2,2011-01-01 10:00:00,1.5,,UK\n", maxLines+3)))
	if err != nil {
		t.Fatal(err)
	}
	var lines int64
	book, err := walkReader(r, 0, func(d *Day) error { lines += d.Lines; return nil })
	if err != nil {
		t.Fatal(err)
	}
	if lines != maxLines || len(book.SetAside()) != 1 || book.SetAside()[0].Lines != 3 {
		t.Errorf("%d lines played, set aside %v", lines, book.SetAside())
	}
}

func TestPriceIsExact(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"2.55": "2.55", "-11062.06": "-11062.06", "0.001": "0.001", "3": "3.00", "0.12345000": "0.12345"} {
		n, ok := parsePrice(text)
		var a Amount
		a.add(n)
		if !ok || a.String() != want {
			t.Errorf("%s read as %s (%t), want %s", text, &a, ok, want)
		}
	}
	for _, text := range []string{"", "-", ".5", "1,5", "1e3", "0.123456", "+1", "--1", "1.-5", "1000001", "NaN"} {
		if n, ok := parsePrice(text); ok {
			t.Errorf("%q read as %d", text, n)
		}
	}
}

func TestAmountsAddUp(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var a Amount
		sum := new(big.Int)
		for _, n := range rapid.SliceOf(rapid.Int64()).Draw(t, "amounts") {
			a.add(n)
			sum.Add(sum, big.NewInt(n))
		}
		got, ok := new(big.Rat).SetString(a.String())
		if !ok || got.Cmp(new(big.Rat).SetFrac(sum, big.NewInt(unit))) != 0 {
			t.Fatalf("%s is not %s hundred-thousandths", &a, sum)
		}
	})
}

// FuzzFile feeds any bytes as a table: it never fails, every record is counted once, and what is played and what is set
// aside add up to the source.
func FuzzFile(f *testing.F) {
	text, err := os.ReadFile("testdata/orders.csv")
	if err != nil {
		f.Fatal(err)
	}
	rows := strings.SplitAfter(string(text), "\n")[1:]
	for _, row := range rows {
		f.Add(row)
	}
	f.Add(strings.Join(rows, ""))
	f.Add("\"\n\"\"\n\",\n")
	f.Fuzz(func(t *testing.T, body string) {
		r, err := newReader(strings.NewReader(heading + body))
		if err != nil {
			t.Fatal(err)
		}
		sum := newTotals()
		book, err := walkReader(r, 0, func(d *Day) error {
			for _, inv := range d.Invoices {
				sum.Invoices++
				for _, l := range inv.Lines {
					sum.line(l)
					if q := max(l.Quantity, -l.Quantity); q == 0 || l.minor() < 1 || inv.Cancel != (l.Quantity < 0) {
						t.Errorf("line %d can not be played: %+v", l.No, l)
					}
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range book.SetAside() {
			sum.plus(&a.Totals)
		}
		if !sum.equal(book.Source) {
			t.Errorf("played and set aside %+v %s, source %+v %s", sum, sum.Revenue, book.Source, book.Source.Revenue)
		}
	})
}
