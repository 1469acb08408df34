package opencartdb

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"

	"github.com/go-sql-driver/mysql"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
	"github.com/lad-hub/lad/internal/platform/httpx"
)

// Numbers of errors by which the server says what is wrong.
const (
	noRightTable  = 1142
	noRightColumn = 1143
)

// said are the server's refusals in words for a shop manager. Kinds of a write are the same: what the server refused, it did
// not do.
var said = map[uint16]struct {
	kind  connector.Kind
	words string
}{
	1045: {connector.KindAuth, "the database refuses the user name or the password (or does not let this user in from the address of Lad's server)"},
	1698: {connector.KindAuth, "the database refuses this user: it needs a password of its own"},
	1044: {connector.KindAuth, "this user has no right to the database with this name"},
	1049: {connector.KindSettings, "there is no database with this name on the server"},
	1130: {connector.KindAuth, "the database does not let the address of Lad's server in: allow it in the hosting's panel (remote MySQL)"},
	1129: {connector.KindTransient, "the database has shut Lad's address out after failed connections (FLUSH HOSTS lets it in again)"},
	1820: {connector.KindAuth, "the password of the database user has run out"}, 1862: {connector.KindAuth, "the password of the database user has run out"},
	3118: {connector.KindAuth, "the database user is locked"}, 4151: {connector.KindAuth, "the database user is locked"},
	3159:         {connector.KindSettings, "encryption: the database lets nobody in without it, set auto or yes"},
	1040:         {connector.KindLimited, "the database has too many connections at the moment"},
	1203:         {connector.KindLimited, "this user has too many connections at the moment"},
	1226:         {connector.KindLimited, "this user has used up what the hosting allows in an hour"},
	noRightTable: {connector.KindDenied, "the database user has no right to a table that Lad needs"}, noRightColumn: {connector.KindDenied, "the database user has no right to a column that Lad needs"},
	1146: {connector.KindSettings, "a table of the shop is not there any more"}, 1054: {connector.KindSettings, "a column of the shop is not there any more"},
	1205: {connector.KindTransient, "the shop keeps its rows locked"}, 1213: {connector.KindTransient, "the shop changed the same rows at the same moment"},
	1969: {connector.KindTransient, "the database needed too long"}, 3024: {connector.KindTransient, "the database needed too long"},
	1290: {connector.KindPermanent, "this database can only be read (a copy?)"}, 1836: {connector.KindPermanent, "this database can only be read (a copy?)"},
	1792: {connector.KindPermanent, "this database can only be read (a copy?)"},
}

// fault is an error in words, with the kind that says what to do. changed says that something that changes rows was sent.
func (c *channel) fault(err error, changed bool) *connector.Error {
	e := &connector.Error{Kind: connector.Lost(changed), Message: "the connection to the database broke off", Cause: err}
	var refused *mysql.MySQLError
	if errors.As(err, &refused) {
		c.shape = nil // rights and tables may be others than they were
		if s, ok := said[refused.Number]; ok {
			// The server's own words name the user and its address; they are of no use beside ours.
			return connector.Errorf(s.kind, "%s (%d)", s.words, refused.Number)
		}
		e.Message, e.Cause = "the database says: "+wire.Clip(refused.Message), nil
		return e
	}
	var blocked *httpx.BlockedError
	var bounds *httpx.OutOfBoundsError
	var large *httpx.TooLargeError
	var dial *net.OpError
	var certificate *tls.CertificateVerificationError
	var authority x509.UnknownAuthorityError
	var name x509.HostnameError
	switch {
	case errors.As(err, &blocked), errors.As(err, &bounds):
		e.Kind, e.Message = connector.KindSettings, "host: "+c.host+" can not be used: "+wire.InsideNetwork
	case errors.As(err, &dial) && dial.Op == "dial":
		e.Kind = connector.KindTransient
		e.Message = "nobody answers at " + c.address + ": is the address right, and does the hosting let other machines connect to the database?"
	case errors.As(err, &large):
		e.Message = "the database answered with too much"
	case errors.Is(err, mysql.ErrNoTLS):
		e.Kind, e.Message, e.Cause = connector.KindSettings, "encryption: the database has none, set auto or no", nil
	case errors.As(err, &certificate), errors.As(err, &authority), errors.As(err, &name):
		e.Kind, e.Message = connector.KindSettings, "encryption: the certificate of the database can not be verified; auto encrypts without it"
	case errors.Is(err, mysql.ErrOldPassword), errors.Is(err, mysql.ErrNativePassword), errors.Is(err, mysql.ErrCleartextPassword), errors.Is(err, mysql.ErrUnknownPlugin):
		e.Kind, e.Message = connector.KindSettings, "username: this user signs in by a way that Lad does not know; make one with an ordinary password"
	case errors.Is(err, mysql.ErrMalformPkt), errors.Is(err, mysql.ErrPktSync), errors.Is(err, mysql.ErrPktSyncMul):
		e.Message = "what answers at " + c.address + " does not speak as a MySQL database does"
	}
	return e
}

// mayNot says whether the server refused a statement for want of a right.
func mayNot(err error) bool {
	var refused *mysql.MySQLError
	return errors.As(err, &refused) && (refused.Number == noRightTable || refused.Number == noRightColumn)
}
