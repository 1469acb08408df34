package connectorphp

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/i18n"
)

// failure is an error of the protocol: its code and a message of the catalogue, or words that clients take apart.
type failure struct {
	code string
	key  string
	args []any
	say  string
}

// Error is the code, for logs.
func (f *failure) Error() string { return f.code + " " + f.key }

// fail makes an error of the protocol. The codes that the vendor does not publish are ours.
func fail(code, key string, args ...any) error { return &failure{code: code, key: key, args: args} }

// absent refuses what Lad does not have: an empty success would lose the client's data.
func absent(key string) func(*call) (answer, error) {
	return func(*call) (answer, error) { return nil, fail("ERROR_NOT_AVAILABLE", key) }
}

// blocked has the wording and the tail that clients read the end of the block from.
func blocked(until time.Time) error {
	return &failure{code: "ERROR_BLOCKED_TOKEN", say: "Query limit exceeded, token blocked until " + until.Format(time.DateTime)}
}

func badToken(err error) error {
	if errs.Is(err, errs.Unauthed) {
		return fail("ERROR_AUTH_TOKEN", "error.token.invalid")
	}
	return err
}

// codes are the protocol's codes for the program's kinds of errors.
var codes = map[errs.Code]string{
	errs.Invalid: "ERROR_BAD_PARAMETERS", errs.NotFound: "ERROR_NOT_FOUND", errs.Conflict: "ERROR_CONFLICT", errs.Forbidden: "ERROR_NO_PERMISSION",
}

// failure answers an error. What is not the client's fault stays an error of HTTP: the client is to come again.
func (s *Server) failure(ctx context.Context, method string, err error) (answer, error) {
	var f *failure
	if errors.As(err, &f) {
		said := f.say
		if said == "" {
			said = i18n.T(ctx, f.key, f.args...)
		}
		return answer{"error_code": f.code, "error_message": said}, nil
	}
	var e *errs.Error
	if !errors.As(err, &e) || codes[e.Code] == "" {
		return nil, err
	}
	code := codes[e.Code]
	if special, ok := notFound[subject(method)]; ok && e.Code == errs.NotFound {
		code = special
	}
	if e.Key == "error.order.not_found" {
		code = notFound["order"] // a method about parcels can miss the order, too
	}
	said := []string{i18n.T(ctx, e.Key, e.Args...)}
	for _, field := range e.Fields {
		said = append(said, i18n.T(ctx, field.Key, field.Args...))
	}
	return answer{"error_code": code, "error_message": strings.Join(said, " ")}, nil
}

// notFound are the codes for what a method is about and does not find.
var notFound = map[string]string{"order": "ERROR_ORDER_ID", "product": "ERROR_PRODUCT_ID", "parcel": "ERROR_PACKAGE_ID", "storage": "ERROR_STORAGE_ID"}

// subject is what a method is about, by its name.
func subject(method string) string {
	switch {
	case strings.Contains(method, "OrderReturn"):
		return ""
	case strings.Contains(method, "Package"):
		return "parcel"
	case strings.Contains(method, "InventoryProduct"):
		return "product"
	case strings.Contains(method, "Inventor") || strings.Contains(method, "Storage"):
		return "storage"
	case strings.Contains(method, "Order"):
		return "order"
	}
	return ""
}
