package sortie

import (
	"io"
	"net/http"
	"strconv"
	"strings"
)

// Transport is a session below an [http.Client]: it streams bodies both ways, and heeds the request's context to the end
// of the body.
//
// Redirects and cookies are left to the client: what is sent has the session's options, but for those two, and
// connections of its own. Content is decoded, whoever asked for a coding; Uncompressed says so. Trailers of requests and
// CONNECT are not sent.
func Transport(session *Session) http.RoundTripper {
	return &transport{session: session}
}

type transport struct{ session *Session }

// RoundTrip is http.RoundTripper's.
func (t *transport) RoundTrip(from *http.Request) (*http.Response, error) {
	session, err := t.session.withoutCookies()
	if err == nil && from.URL == nil {
		err = &Error{Status: ErrInvalidURL, Kind: "invalid URL", Message: "the request has no URL"}
	}
	if err == nil && len(from.Trailer) > 0 {
		err = &Error{Status: ErrUnsupported, Kind: "unsupported", Message: "trailers of requests are not sent"}
	}
	if err != nil {
		if from.Body != nil {
			from.Body.Close()
		}
		return nil, err
	}
	stream, err := session.Stream(from.Context(), outgoing(from))
	if err != nil {
		return nil, err
	}
	return incoming(from, stream), nil
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

// withoutCookies is a session with the same options that leaves cookies to others.
func (s *Session) withoutCookies() (*Session, error) {
	s.lock.Lock()
	defer s.lock.Unlock()
	if s.closed {
		return nil, &Error{Status: ErrSessionClosed, Kind: "closed", Message: "the session is closed"}
	}
	if s.plain == nil {
		plain, err := New(append(s.options[:len(s.options):len(s.options)], Cookies(false))...)
		if err != nil {
			return nil, err
		}
		s.plain = plain
	}
	return s.plain, nil
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
		Close:         strings.EqualFold(stream.Header.Get("Connection"), "close"),
		Request:       from,
	}
	response.ProtoMajor, response.ProtoMinor, _ = http.ParseHTTPVersion(stream.Version)
	bodiless := from.Method == "HEAD" || stream.Status == http.StatusNoContent || stream.Status == http.StatusNotModified
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

// transportBody hands trailers over at the end.
type transportBody struct {
	stream   *Stream
	response *http.Response
}

func (b *transportBody) Read(buffer []byte) (int, error) {
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

func (b *transportBody) Close() error { return b.stream.Close() }
