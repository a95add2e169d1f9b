package sortie

/*
#include "helper.h"
*/
import "C"

import (
	"bufio"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
)

// Transport is a session below an [http.Client]: it streams bodies both ways, and heeds the request's context to the end
// of the body.
//
// Redirects and cookies are left to the client: what is sent has the session's options, but for those two, and
// connections of its own. A request that the client makes of a redirect gets no Param again, and, once the origin of the
// first was left, none of the session's credentials and sensitive header fields; what hooks add, they add to each. A
// session that was restored has its file read once more. Content is decoded, whoever asked for a coding; Uncompressed
// says so.
//
// Trailers of requests, CONNECT, upgrades to other protocols and URLs with an Opaque part are refused. TLS of a response
// is not set.
func Transport(session *Session) http.RoundTripper {
	return &transport{session: session}
}

type transport struct{ session *Session }

// RoundTrip is http.RoundTripper's.
func (t *transport) RoundTrip(from *http.Request) (*http.Response, error) {
	err := unsendable(from)
	var session *Session
	if err == nil {
		session, err = t.session.withoutCookies()
	}
	if err != nil {
		if from.Body != nil {
			from.Body.Close()
		}
		return nil, err
	}
	stream, err := session.openStream(from.Context(), outgoing(from), session.ready)
	if err != nil {
		return nil, err
	}
	return incoming(from, stream), nil
}

// unsendable is why a request of net/http's cannot be sent, or nil.
func unsendable(from *http.Request) error {
	unsupported := func(what string) error {
		return &Error{Status: ErrUnsupported, Kind: "unsupported", Message: what, sources: []error{errors.ErrUnsupported}}
	}
	switch {
	case from.URL == nil:
		return &Error{Status: ErrInvalidURL, Kind: "invalid URL", Message: "the request has no URL"}
	case from.URL.Opaque != "":
		return unsupported("opaque URLs are not sent")
	case len(from.Trailer) > 0:
		return unsupported("trailers of requests are not sent")
	case from.Header.Get("Upgrade") != "" || hasToken(from.Header, "Connection", "upgrade"):
		return unsupported("a connection is not upgraded to another protocol")
	}
	return nil
}

// CloseIdleConnections is what [http.Client.CloseIdleConnections] calls. Connections that stand idle are closed.
func (t *transport) CloseIdleConnections() {
	t.session.lock.Lock()
	plain := t.session.plain
	t.session.plain = nil
	t.session.lock.Unlock()
	if plain != nil {
		plain.Close()
	}
}

// withoutCookies is a session with the same settings that leaves cookies to others. It is entered.
func (s *Session) withoutCookies() (*Session, error) {
	s.lock.Lock()
	defer s.lock.Unlock()
	if s.closed {
		return nil, &Error{Status: ErrSessionClosed, Kind: "closed", Message: "the session is closed"}
	}
	if s.plain == nil {
		plain, err := s.again(Cookies(false))
		if err != nil {
			return nil, err
		}
		s.plain = plain
	}
	// Under the lock, so that it is not closed before it is held open.
	return s.plain, s.plain.enter()
}

// leftOrigin is whether a request follows redirects, and whether one of them has left the origin of the first request.
func leftOrigin(from *http.Request) (redirected, left bool) {
	for at := from; at.Response != nil; {
		redirected = true
		before := at.Response.Request
		if before == nil || before.URL == nil {
			return true, true
		}
		left = left || !isHome(before.URL, at.URL)
		at = before
	}
	return redirected, left
}

// isHome is whether credentials may still be shown: the same origin, or the same host gone from http to https on their
// usual ports, as it is for redirects that a session follows.
func isHome(old, new *url.URL) bool {
	port := func(url *url.URL) string {
		if port := url.Port(); port != "" {
			return port
		}
		return map[string]string{"http": "80", "https": "443"}[strings.ToLower(url.Scheme)]
	}
	if !strings.EqualFold(old.Hostname(), new.Hostname()) {
		return false
	}
	from, to := strings.ToLower(old.Scheme)+port(old), strings.ToLower(new.Scheme)+port(new)
	return from == to || from == "http80" && to == "https443"
}

// outgoing is a request of net/http's as ours.
func outgoing(from *http.Request) *Request {
	url := *from.URL
	// The client has made a field of the user, and nobody sends a fragment.
	url.User, url.Fragment, url.RawFragment = nil, "", ""
	method := from.Method
	if method == "" {
		method = "GET"
	}
	request := NewRequest(method, url.String()).SetRedirects(false)
	if redirected, left := leftOrigin(from); redirected {
		request.yes(C.GO_SET_REDIRECTED, left)
		if left && url.Scheme == "http" {
			// netrc's password for the host may have been https's alone.
			request.UnsetAuth()
		}
	}
	if from.Host != "" && from.Host != url.Host {
		request.SetHeader("Host", from.Host)
	}
	for name, values := range from.Header {
		switch http.CanonicalHeaderKey(name) {
		case "Host", "Content-Length", "Transfer-Encoding", "Trailer":
			continue
		case "Expect":
			request.SetExpectContinue(len(values) > 0 && strings.EqualFold(values[0], "100-continue"))
			continue
		}
		if len(values) == 0 || http.CanonicalHeaderKey(name) == "User-Agent" && values[0] == "" {
			request.UnsetHeader(name)
			continue
		}
		request.SetHeader(name, values[0])
		for _, value := range values[1:] {
			request.AddHeader(name, value)
		}
	}
	if from.Header.Get("Accept-Encoding") == "" && (method == "HEAD" || from.Header.Get("Range") != "") {
		request.UnsetHeader("Accept-Encoding")
	}
	if from.Close {
		request.SetHeader("Connection", "close")
	}
	if from.Body != nil && from.Body != http.NoBody {
		size := from.ContentLength
		if size == 0 {
			size = -1
		}
		request.SetReader(from.Body, size)
	}
	return request
}

// incoming is a response as net/http has it.
func incoming(from *http.Request, stream *Stream) *http.Response {
	response := &http.Response{
		Status:        strconv.Itoa(stream.Status) + " " + stream.Reason,
		StatusCode:    stream.Status,
		Proto:         stream.Version,
		Header:        stream.Header,
		ContentLength: -1,
		Request:       from,
	}
	response.ProtoMajor, response.ProtoMinor, _ = http.ParseHTTPVersion(stream.Version)
	bodiless := from.Method == "HEAD" || stream.Status == http.StatusNoContent || stream.Status == http.StatusNotModified
	response.Close = closes(response, bodiless)
	if stream.Header.Get("Content-Encoding") != "" && decodes(stream.Header) && !bodiless {
		// net/http takes these two away from what it decodes.
		response.Header.Del("Content-Encoding")
		response.Header.Del("Content-Length")
		response.Uncompressed = true
	}
	if strings.EqualFold(response.Header.Get("Transfer-Encoding"), "chunked") {
		response.TransferEncoding = []string{"chunked"}
		response.Header.Del("Transfer-Encoding")
	} else if length, err := strconv.ParseInt(response.Header.Get("Content-Length"), 10, 64); err == nil {
		response.ContentLength = length
	}
	for _, names := range response.Header.Values("Trailer") {
		for _, name := range strings.Split(names, ",") {
			if response.Trailer == nil {
				response.Trailer = http.Header{}
			}
			response.Trailer[http.CanonicalHeaderKey(strings.TrimSpace(name))] = nil
		}
	}
	response.Header.Del("Trailer")
	if bodiless {
		if from.Method != "HEAD" {
			response.ContentLength = 0
		}
		stream.Close()
		response.Body = http.NoBody
		return response
	}
	response.Body = &transportBody{stream: stream, response: response}
	return response
}

// closes is whether the connection ends with the response (RFC 9112, section 9.3).
func closes(response *http.Response, bodiless bool) bool {
	if response.ProtoMajor != 1 {
		return false
	}
	header := response.Header
	isFramed := bodiless || header.Get("Content-Length") != "" || header.Get("Transfer-Encoding") != ""
	isKept := response.ProtoMinor > 0 || hasToken(header, "Connection", "keep-alive")
	return !isFramed || !isKept || hasToken(header, "Connection", "close")
}

// hasToken is whether a token stands in a field that is a list of them.
func hasToken(header http.Header, name, token string) bool {
	for _, value := range header.Values(name) {
		for _, one := range strings.Split(value, ",") {
			if strings.EqualFold(strings.TrimSpace(one), token) {
				return true
			}
		}
	}
	return false
}

// decodes is whether the library takes all codings of the content off. It leaves content alone that has others.
func decodes(header http.Header) bool {
	known := map[string]bool{"gzip": true, "x-gzip": true, "deflate": true}
	for _, feature := range Features() {
		known[feature] = true
	}
	for _, value := range header.Values("Content-Encoding") {
		for _, coding := range strings.Split(value, ",") {
			if coding = strings.ToLower(strings.TrimSpace(coding)); coding != "" && !known[coding] {
				return false
			}
		}
	}
	return true
}

// transportBody hands trailers over at the end, and gathers for small reads: each read of the stream is a call into C.
type transportBody struct {
	stream   *Stream
	response *http.Response
	gathered *bufio.Reader
	closed   atomic.Bool
}

// gathering is how much is read at once for reads that are smaller.
const gathering = 8 << 10

func (b *transportBody) Read(buffer []byte) (int, error) {
	if b.closed.Load() {
		return 0, http.ErrBodyReadAfterClose
	}
	if b.gathered == nil && len(buffer) >= gathering {
		return b.read(buffer)
	}
	if b.gathered == nil {
		b.gathered = bufio.NewReaderSize(reading(b.read), gathering)
	}
	return b.gathered.Read(buffer)
}

func (b *transportBody) read(buffer []byte) (int, error) {
	n, err := b.stream.Read(buffer)
	if err == io.EOF {
		for name, values := range b.stream.Trailer {
			if b.response.Trailer == nil {
				b.response.Trailer = http.Header{}
			}
			b.response.Trailer[name] = values
		}
	}
	return n, err
}

func (b *transportBody) Close() error {
	b.closed.Store(true)
	return b.stream.Close()
}

type reading func([]byte) (int, error)

func (r reading) Read(buffer []byte) (int, error) { return r(buffer) }
