package woocommerce

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// signs says whether calls are signed: over plain HTTP the key itself must not travel, and the shop does not take it.
func (c *channel) signs() bool { return strings.HasPrefix(c.base, "http://") }

// sign adds the parameters of OAuth 1.0a with one leg (RFC 5849): the consumer signs with its secret alone, there is no token.
func (c *channel) sign(method, address string, q url.Values) {
	q.Set("oauth_consumer_key", c.key)
	q.Set("oauth_nonce", rand.Text())
	q.Set("oauth_signature_method", "HMAC-SHA256")
	q.Set("oauth_timestamp", strconv.FormatInt(c.cfg.Now().Add(c.skew).Unix(), 10))
	q.Set("oauth_signature", signature(c.secret, method, address, q))
}

// signature is the HMAC of the method, the address without its query, and the parameters.
func signature(secret, method, address string, q url.Values) string {
	mac := hmac.New(sha256.New, []byte(secret+"&"))
	mac.Write([]byte(method + "&" + escape(address) + "&" + escape(encode(q))))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// encode writes parameters sorted and percent-encoded, for the signature as for the address.
func encode(q url.Values) string {
	var pairs []string
	for name, values := range q {
		for _, v := range values {
			pairs = append(pairs, escape(name)+"="+escape(v))
		}
	}
	slices.Sort(pairs)
	return strings.Join(pairs, "&")
}

// escape is the percent-encoding of RFC 3986.
func escape(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }

// learnClock takes the shop's time from its answer; it says whether that can change what the shop thinks of a signature.
func (c *channel) learnClock(h http.Header) bool {
	at, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return false
	}
	skew := at.Sub(c.cfg.Now())
	if (skew - c.skew).Abs() < clockOff {
		return false
	}
	c.skew = skew
	return true
}
