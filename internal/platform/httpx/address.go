package httpx

import (
	"net/http"
	"net/netip"
	"strings"
)

// Proxies are the reverse proxies whose word about the client is taken.
type Proxies []netip.Prefix

// ParseProxies reads addresses and prefixes: "10.0.0.0/8", "127.0.0.1".
func ParseProxies(list []string) (Proxies, error) {
	var out Proxies
	for _, s := range list {
		if a, err := netip.ParseAddr(s); err == nil {
			out = append(out, netip.PrefixFrom(a.Unmap(), a.Unmap().BitLen()))
			continue
		}
		p, err := netip.ParsePrefix(s)
		if err != nil {
			return nil, err
		}
		out = append(out, p.Masked())
	}
	return out, nil
}

func (p Proxies) trust(a netip.Addr) bool {
	for _, prefix := range p {
		if prefix.Contains(a) {
			return true
		}
	}
	return false
}

// client is the address that a request came from and whether it came over TLS. The connection says it; X-Forwarded-For and
// X-Forwarded-Proto count only when the connection is a trusted proxy's, and only back to the first address that is not one.
func (p Proxies) client(r *http.Request) (addr netip.Addr, secure bool) {
	ap, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}, r.TLS != nil // a Unix socket has no address
	}
	addr, secure = ap.Addr().Unmap().WithZone(""), r.TLS != nil
	if len(p) == 0 || !p.trust(addr) {
		return addr, secure
	}
	if proto := r.Header.Get("X-Forwarded-Proto"); proto != "" {
		secure = strings.EqualFold(proto, "https")
	}
	values := r.Header.Values("X-Forwarded-For")
	for i := len(values) - 1; i >= 0; i-- {
		for list := values[i]; list != ""; {
			var last string
			if cut := strings.LastIndexByte(list, ','); cut >= 0 {
				list, last = list[:cut], list[cut+1:]
			} else {
				list, last = "", list
			}
			next, err := netip.ParseAddr(strings.TrimSpace(last))
			if err != nil {
				return addr, secure
			}
			if addr = next.Unmap().WithZone(""); !p.trust(addr) {
				return addr, secure
			}
		}
	}
	return addr, secure
}

// Block is the part of an address that belongs to one client: an IPv4 address, or the /64 that a single IPv6 client owns.
func Block(a netip.Addr) netip.Addr {
	if !a.Is6() {
		return a
	}
	p, err := a.Prefix(64)
	if err != nil {
		return a
	}
	return p.Addr()
}
