package connectorphp

import (
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"

	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/httpx"
)

// form is what a client sends.
type form struct{ token, method, parameters string }

// readForm reads the body as clients send it: url-encoded, with or without a charset, or multipart. The token stands in the
// header or, with old clients, in a field.
func readForm(r *http.Request) (form, error) {
	kind, options, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	var fields map[string]string
	var err error
	if kind == "multipart/form-data" {
		fields, err = readMultipart(r.Body, options["boundary"])
	} else {
		fields, err = readURLEncoded(r)
	}
	if err != nil {
		return form{}, err
	}
	f := form{token: strings.TrimSpace(r.Header.Get("X-BLToken")), method: strings.TrimSpace(fields["method"]), parameters: fields["parameters"]}
	if f.token == "" {
		f.token = strings.TrimSpace(fields["token"])
	}
	return f, nil
}

func readURLEncoded(r *http.Request) (map[string]string, error) {
	body, err := httpx.ReadBody(r, maxBody)
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	for pair := range strings.SplitSeq(string(body), "&") {
		name, value, _ := strings.Cut(pair, "=")
		if name != "token" && name != "method" && name != "parameters" {
			continue
		}
		if out[name], err = url.QueryUnescape(value); err != nil {
			return nil, errs.Wrap(errs.Invalid, err, "error.http.body_cut")
		}
	}
	return out, nil
}

// maxParts bounds the fields of a multipart body.
const maxParts = 32

func readMultipart(body io.Reader, boundary string) (map[string]string, error) {
	if boundary == "" {
		return nil, errs.New(errs.Invalid, "error.http.body_cut")
	}
	out := map[string]string{}
	parts := multipart.NewReader(body, boundary)
	for range maxParts {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, badBody(err)
		}
		name := part.FormName()
		if name != "token" && name != "method" && name != "parameters" {
			continue
		}
		text, err := io.ReadAll(io.LimitReader(part, maxBody))
		if err != nil {
			return nil, badBody(err)
		}
		out[name] = string(text)
	}
	return nil, errs.New(errs.Invalid, "error.http.body_cut")
}

func badBody(err error) error {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return err
	}
	return errs.Wrap(errs.Invalid, err, "error.http.body_cut")
}
