package connectorphp

import (
	"net/http/httptest"
	"strings"
	"testing"
)

// Forms are read as clients send them, and others are refused with an error.
func TestReadForm(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		kind, body string
		want       form
		faulty     bool
	}{
		"url-encoded":         {"application/x-www-form-urlencoded", "method=getOrders&parameters=%7B%22a%22%3A%22x+y%2Bz%22%7D", form{"", "getOrders", `{"a":"x y+z"}`}, false},
		"with a charset":      {"application/x-www-form-urlencoded; charset=utf-8", "method=a&token=t", form{"t", "a", ""}, false},
		"no kind":             {"", "method=a", form{"", "a", ""}, false},
		"other fields":        {"application/x-www-form-urlencoded", "x=%zz&method=a&&=&parameters=", form{"", "a", ""}, false},
		"the last of several": {"application/x-www-form-urlencoded", "method=a&method=b", form{"", "b", ""}, false},
		"bad escape":          {"application/x-www-form-urlencoded", "method=%zz", form{}, true},
		"multipart":           {"multipart/form-data; boundary=B", "--B\r\nContent-Disposition: form-data; name=\"method\"\r\n\r\na\r\n--B--\r\n", form{"", "a", ""}, false},
		"multipart, cut off":  {"multipart/form-data; boundary=B", "--B\r\nContent-Disposition: form-data; name=\"method\"\r\n\r\na", form{}, true},
		"no boundary":         {"multipart/form-data", "--B--", form{}, true},
		"too many parts":      {"multipart/form-data; boundary=B", strings.Repeat("--B\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\na\r\n", 40) + "--B--\r\n", form{}, true},
	} {
		r := httptest.NewRequest("POST", "/connector.php", strings.NewReader(c.body))
		r.Header.Set("Content-Type", c.kind)
		got, err := readForm(r)
		if (err != nil) != c.faulty || err == nil && got != c.want {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

// Whatever body comes, it is read within its bounds or refused.
func FuzzForm(f *testing.F) {
	for _, kind := range []string{"application/x-www-form-urlencoded", "multipart/form-data; boundary=B", "multipart/form-data; boundary=\"", "text/plain"} {
		f.Add(kind, "method=getOrders&parameters=%7B%7D&token=x")
		f.Add(kind, "--B\r\nContent-Disposition: form-data; name=\"parameters\"\r\n\r\n{}\r\n--B--\r\n")
		f.Add(kind, "%&=&&%=")
	}
	f.Fuzz(func(t *testing.T, kind, body string) {
		r := httptest.NewRequest("POST", "/connector.php", strings.NewReader(body))
		r.Header.Set("Content-Type", kind)
		got, err := readForm(r)
		if err != nil && got != (form{}) {
			t.Errorf("%+v came with %v", got, err)
		}
		if len(got.method)+len(got.parameters)+len(got.token) > len(body) {
			t.Errorf("%d bytes became %+v", len(body), got)
		}
	})
}
