package sortie

/*
#include "helper.h"
*/
import "C"

import "time"

// Option sets something of a new session.
type Option func(*settings)

// settings are those of a session.
type settings struct {
	packed
	// Those that call Go back. They are made last, when nothing can fail any more, and read first.
	handled []handled
}

// BaseURL is what relative URLs are resolved against.
func BaseURL(url string) Option { return text1(C.GO_SET_BASE_URL, url) }

// UserAgent is sent with each request. Default: sortie/<version>.
func UserAgent(name string) Option { return text1(C.GO_SET_USER_AGENT, name) }

// Header sets a header field of each request, in place of a default.
func Header(name, value string) Option { return text2(C.GO_SET_HEADER, name, value) }

// SensitiveHeader is Header, and the value is not shown in logs and errors, nor sent to another origin.
func SensitiveHeader(name, value string) Option { return text2(C.GO_SET_SENSITIVE_HEADER, name, value) }

// UnsetHeader takes a default header field away.
func UnsetHeader(name string) Option { return text1(C.GO_UNSET_HEADER, name) }

// Param adds a parameter to each URL's query.
func Param(name, value string) Option { return text2(C.GO_ADD_PARAM, name, value) }

// BasicAuth sends a user and a password with each request.
func BasicAuth(user, password string) Option { return text2(C.GO_SET_BASIC_AUTH, user, password) }

// DigestAuth proves that a password is known, where the server asks for it (RFC 7616).
func DigestAuth(user, password string) Option { return text2(C.GO_SET_DIGEST_AUTH, user, password) }

// Bearer sends a token with each request.
func Bearer(token string) Option { return text1(C.GO_SET_BEARER_AUTH, token) }

// Netrc is the file that credentials are looked up in, by host.
func Netrc(path string) Option { return text1(C.GO_SET_NETRC, path) }

// Timeout bounds a whole call, redirects and retries included; Never lifts it. Default: none.
func Timeout(limit time.Duration) Option { return timeout(timeoutTotal, limit) }

// ConnectTimeout bounds the making of a connection. Default: 10 s.
func ConnectTimeout(limit time.Duration) Option { return timeout(timeoutConnect, limit) }

// FirstByteTimeout bounds the wait for the response to begin. Default: 60 s.
func FirstByteTimeout(limit time.Duration) Option { return timeout(timeoutFirstByte, limit) }

// BetweenBytesTimeout bounds a pause of the peer's. Default: 60 s.
func BetweenBytesTimeout(limit time.Duration) Option { return timeout(timeoutBetweenBytes, limit) }

// QueueTimeout bounds the wait for a connection. Default: none.
func QueueTimeout(limit time.Duration) Option { return timeout(timeoutQueue, limit) }

// IdleTimeout is how long a connection is kept for the next request. Default: 90 s.
func IdleTimeout(limit time.Duration) Option {
	return number1(C.GO_SET_IDLE_TIMEOUT, milliseconds(limit))
}

// Redirects is whether they are followed. Default: yes.
func Redirects(follow bool) Option { return yes(C.GO_SET_REDIRECTS, follow) }

// MaxRedirects is how many are followed in a row. Default: 30.
func MaxRedirects(most uint32) Option { return number1(C.GO_SET_MAX_REDIRECTS, int64(most)) }

// Referer is whether a redirect says where it comes from. Default: no.
func Referer(told bool) Option { return yes(C.GO_SET_REFERER, told) }

// HTTPSOnly refuses URLs without TLS, also those of redirects.
func HTTPSOnly(only bool) Option { return yes(C.GO_SET_HTTPS_ONLY, only) }

// Retry says which requests are tried again. Default: none, but for a connection that had gone stale.
func Retry(retries Retries) Option { return func(to *settings) { retries.pack(&to.packed) } }

// MaxContent bounds a response's content, in bytes; a larger one fails with [ErrContentTooLarge]. Default: none.
func MaxContent(bytes uint64) Option { return number1(C.GO_SET_MAX_CONTENT, int64(bytes)) }

// Resend is whether a request is sent again when a connection that was kept turns out to be closed. Default: yes.
func Resend(resend bool) Option { return yes(C.GO_SET_RESEND, resend) }

// Connections is how many stand at most. Default: 128.
func Connections(most int) Option { return number1(C.GO_SET_CONNECTIONS, int64(max(most, 0))) }

// PerOrigin is how many of them stand at most to one origin. Default: 16.
func PerOrigin(most int) Option { return number1(C.GO_SET_PER_ORIGIN, int64(max(most, 0))) }

// Proxy is the way that requests take: an http, https, socks5 or socks5h URL. The empty one goes straight, whatever the
// environment says.
func Proxy(url string) Option { return func(to *settings) { to.setting(C.GO_SET_PROXY).optional(url) } }

// ProxyFor is the proxy for a scheme ("https"), or a scheme and a host ("https://example.com").
func ProxyFor(key, url string) Option { return text2(C.GO_SET_PROXY_FOR, key, url) }

// NoProxy lists hosts that are asked without a proxy, between commas, as the variable NO_PROXY does.
func NoProxy(list string) Option { return text1(C.GO_SET_NO_PROXY, list) }

// TrustEnv is whether the environment may name proxies, netrc and certificates. Default: yes.
func TrustEnv(trust bool) Option { return yes(C.GO_SET_TRUST_ENV, trust) }

// UnixSocket is where all requests go, whatever host their URLs name.
func UnixSocket(path string) Option { return text1(C.GO_SET_UNIX_SOCKET, path) }

// Bind is the address of this machine that connections come from.
func Bind(address string) Option { return text1(C.GO_SET_BIND, address) }

// Interface is the network interface that connections leave by.
func Interface(name string) Option { return text1(C.GO_SET_INTERFACE, name) }

// TCPKeepalive is after which pause the system asks whether the peer is still there.
func TCPKeepalive(idle time.Duration) Option {
	return number1(C.GO_SET_TCP_KEEPALIVE, milliseconds(idle))
}

// Resolve says which addresses, between commas, a name and a port stand for.
func Resolve(name string, port uint16, addresses string) Option {
	return func(to *settings) { to.setting(C.GO_SET_RESOLVE).text(name).number(int64(port)).text(addresses) }
}

// PublicAddressesOnly refuses addresses of local and private networks: for URLs that come from strangers.
func PublicAddressesOnly() Option { return number1(C.GO_SET_ADDRESSES, C.SORTIE_ADDRESSES_PUBLIC) }

// Cookies is whether the session keeps and sends them. Default: yes.
func Cookies(kept bool) Option { return yes(C.GO_SET_COOKIES, kept) }

func text1(name byte, one string) Option {
	return func(to *settings) { to.setting(name).text(one) }
}

func text2(name byte, one, two string) Option {
	return func(to *settings) { to.setting(name).text(one).text(two) }
}

func number1(name byte, value int64) Option {
	return func(to *settings) { to.setting(name).number(value) }
}

func yes(name byte, is bool) Option {
	return func(to *settings) { to.setting(name).yes(is) }
}

func timeout(which int64, limit time.Duration) Option {
	return func(to *settings) { to.setting(C.GO_SET_TIMEOUT).number(which).number(milliseconds(limit)) }
}
