package sortie

/*
#include "helper.h"
*/
import "C"

import (
	"net/http"
	"time"
)

// CookieFormat is how cookies stand in a file.
type CookieFormat int32

const (
	// Netscape is what curl and browsers' exports have.
	Netscape CookieFormat = C.SORTIE_COOKIES_NETSCAPE
	// JSON keeps all that is known of them.
	JSON CookieFormat = C.SORTIE_COOKIES_JSON
)

// Cookies are those that the session has now.
func (s *Session) Cookies() ([]*http.Cookie, error) {
	var list *C.sortie_cookies
	err := s.use(func(session *C.sortie_session, err **C.sortie_error) { C.sortie_session_cookies(session, &list, err) })
	if err != nil {
		return nil, err
	}
	return cookies(list), nil
}

// AddCookie keeps a cookie as if the URL's server had sent it: setCookie is the value of a Set-Cookie field.
func (s *Session) AddCookie(url, setCookie string) error {
	urlAt, free, err := text(url)
	if err != nil {
		return err
	}
	defer free()
	cookieAt, free, err := text(setCookie)
	if err != nil {
		return err
	}
	defer free()
	return s.use(func(session *C.sortie_session, err **C.sortie_error) {
		C.sortie_session_add_cookie(session, urlAt, cookieAt, err)
	})
}

// ClearCookies forgets all of them.
func (s *Session) ClearCookies() error {
	return s.use(func(session *C.sortie_session, err **C.sortie_error) { C.sortie_session_clear_cookies(session, err) })
}

// SaveCookies writes them into a file; those that end with the session only with all.
func (s *Session) SaveCookies(path string, format CookieFormat, all bool) error {
	at, free, err := text(path)
	if err != nil {
		return err
	}
	defer free()
	return s.use(func(session *C.sortie_session, err **C.sortie_error) {
		C.sortie_session_save_cookies(session, at, C.int32_t(format), number(all), err)
	})
}

// LoadCookies adds those of a file, and tells how many.
func (s *Session) LoadCookies(path string, format CookieFormat) (int, error) {
	at, free, err := text(path)
	if err != nil {
		return 0, err
	}
	defer free()
	var count C.size_t
	err = s.use(func(session *C.sortie_session, err **C.sortie_error) {
		C.sortie_session_load_cookies(session, at, C.int32_t(format), &count, err)
	})
	return int(count), err
}

// cookies takes a list of C's over.
func cookies(list *C.sortie_cookies) []*http.Cookie {
	defer C.sortie_cookies_free(list)
	var all []*http.Cookie
	for i := C.size_t(0); i < C.sortie_cookies_count(list); i++ {
		var c C.sortie_cookie
		if C.sortie_cookies_at(list, i, &c, nil) != C.SORTIE_OK {
			continue
		}
		cookie := &http.Cookie{
			Name:     C.GoString(c.name),
			Value:    C.GoString(c.value),
			Path:     C.GoString(c.path),
			Domain:   C.GoString(c.domain),
			Secure:   c.secure != 0,
			HttpOnly: c.http_only != 0,
			SameSite: sameSite(C.GoString(c.same_site)),
		}
		if c.expires_s != C.SORTIE_NEVER {
			cookie.Expires = time.Unix(int64(c.expires_s), 0).UTC()
		}
		all = append(all, cookie)
	}
	return all
}

func sameSite(name string) http.SameSite {
	switch name {
	case "Strict":
		return http.SameSiteStrictMode
	case "Lax":
		return http.SameSiteLaxMode
	case "None":
		return http.SameSiteNoneMode
	}
	return 0
}
