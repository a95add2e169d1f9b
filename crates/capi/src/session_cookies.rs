//! The cookies that a session keeps.

use std::ffi::c_char;
use std::time::SystemTime;

use facade::cookie::{self, Format, Scope};
use facade::{ErrorKind, Session, SharedJar, Url};

use crate::cookies::{Kept, sortie_cookies};
use crate::error::sortie_error;
use crate::fault::Fault;
use crate::guard::guard;
use crate::lend::{out, text};
use crate::session::sortie_session;
use crate::status::sortie_status;
use crate::values::{SORTIE_COOKIES_JSON, SORTIE_COOKIES_NETSCAPE};

/// Whether cookies are kept and sent. Default: yes. Either way those that are there are let go.
///
/// Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_FORKED`.
/// Threads: any; it holds for calls that begin later.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_session_set_cookies(
    session: Option<&sortie_session>,
    kept: i32,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || sortie_session::change(session, |defaults| defaults.cookies(kept != 0)))
}

/// The cookies as they are now, the oldest first; none where the session keeps none.
///
/// Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_FORKED`.
/// Ownership: `*cookies` is yours: free it by `sortie_cookies_free`.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_session_cookies(
    session: Option<&sortie_session>,
    cookies: *mut *mut sortie_cookies,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let (session, out) = (sortie_session::lend(session)?, out(cookies, "cookies")?);
        let all: Vec<Kept> =
            session.cookies().map(|jar| jar.lock().iter().map(Kept::from).collect()).unwrap_or_default();
        out.write(sortie_cookies::into_raw(all));
        Ok(())
    })
}

/// Keeps a cookie as if a response had set it.
///
/// Parameters: `url`: which the response would have come from; `set_cookie`: the value of the field, such as
/// `sid=31d4; Path=/; Max-Age=3600`. One that has expired takes that of its name, domain and path away.
/// Returns: `SORTIE_ERR_ARGUMENT` where the rules of cookies refuse it, or the session keeps none;
/// `SORTIE_ERR_INVALID_URL`; `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`, `SORTIE_ERR_FORKED`.
/// Ownership: both are copied.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_session_add_cookie(
    session: Option<&sortie_session>,
    url: *const c_char,
    set_cookie: *const c_char,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let (url, set_cookie) = (text(url, "url")?, text(set_cookie, "set_cookie")?);
        let session = sortie_session::lend(session)?;
        let absolute = session.profile().absolute(url)?;
        let url = Url::parse(absolute.as_deref().unwrap_or(url))
            .map_err(|source| facade::Error::new(ErrorKind::InvalidUrl).with_source(source))?;
        let refused = jar(&session)?.lock().store(&url, set_cookie, now()).err();
        refused.map_or(Ok(()), |refusal| Err(Fault::argument("set_cookie", format_args!("cannot be kept: {refusal}"))))
    })
}

/// Lets all cookies go.
///
/// Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_FORKED`.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_session_clear_cookies(
    session: Option<&sortie_session>,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        if let Some(jar) = sortie_session::lend(session)?.cookies() {
            jar.lock().clear();
        }
        Ok(())
    })
}

/// Saves the cookies to a file, which is replaced as a whole or not at all, and is for its owner alone.
///
/// Parameters: `format`: `SORTIE_COOKIES_NETSCAPE`, which curl and others share, or `SORTIE_COOKIES_JSON`; `all`: 0 leaves out
/// those that end with the session.
/// Returns: `SORTIE_ERR_FILE`; `SORTIE_ERR_ARGUMENT` for another format, or where the session keeps no cookies;
/// `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`, `SORTIE_ERR_FORKED`.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_session_save_cookies(
    session: Option<&sortie_session>,
    path: *const c_char,
    format: i32,
    all: i32,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let (path, format) = (text(path, "path")?, format_of(format)?);
        let scope = if all == 0 { Scope::Lasting } else { Scope::All };
        let jar = jar(&sortie_session::lend(session)?)?;
        jar.save_file(path, format, scope).map_err(|source| file("cannot save cookies", source))?;
        Ok(())
    })
}

/// Keeps the cookies of a file, beside those that are there; one of the same name, domain and path is replaced. What is
/// damaged, expired or refused is passed over.
///
/// Parameters: `format`: that of the file; `*count`: how many were kept.
/// Returns: `SORTIE_ERR_FILE` where it cannot be read, or is no such JSON; `SORTIE_ERR_ARGUMENT` for another format, or where
/// the session keeps no cookies; `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`, `SORTIE_ERR_FORKED`.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_session_load_cookies(
    session: Option<&sortie_session>,
    path: *const c_char,
    format: i32,
    count: *mut usize,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let (path, format, out) = (text(path, "path")?, format_of(format)?, out(count, "count")?);
        let jar = jar(&sortie_session::lend(session)?)?;
        let loaded = jar.load_file(path, format, now()).map_err(|source| file("cannot load cookies", source))?;
        out.write(loaded.kept);
        Ok(())
    })
}

/// Where a session keeps its cookies, if it does.
fn jar(session: &Session) -> Result<SharedJar, Fault> {
    session.cookies().ok_or_else(|| Fault::argument("session", "keeps no cookies"))
}

fn format_of(format: i32) -> Result<Format, Fault> {
    match format {
        SORTIE_COOKIES_NETSCAPE => Ok(Format::Netscape),
        SORTIE_COOKIES_JSON => Ok(Format::Json),
        other => Err(Fault::argument("format", format_args!("is {other}, which is no format of cookies"))),
    }
}

fn file(message: &str, source: cookie::Error) -> facade::Error {
    facade::Error::new(ErrorKind::File).with_message(message).with_source(source)
}

/// Rust's programs tell a jar the time; those of C do not, and their cookies expire by this clock.
#[expect(clippy::disallowed_methods, reason = "the edge of the program")]
fn now() -> SystemTime {
    SystemTime::now()
}

#[cfg(test)]
mod tests {
    use std::ffi::CStr;
    use std::ptr;

    use super::*;
    use crate::cookies::{
        sortie_cookie, sortie_cookies_at, sortie_cookies_count, sortie_cookies_free, sortie_cookies_value,
    };
    use crate::status::*;
    use crate::trial::{Temporary, failed, made, session};
    use crate::values::SORTIE_NEVER;

    const NO: *mut *mut sortie_error = ptr::null_mut();
    const URL: &CStr = c"https://www.h.test/a/b";

    fn add(session: Option<&sortie_session>, cookie: &CStr) -> sortie_status {
        sortie_session_add_cookie(session, URL.as_ptr(), cookie.as_ptr(), NO)
    }

    fn list(session: Option<&sortie_session>) -> Box<sortie_cookies> {
        made(|out| sortie_session_cookies(session, out, NO))
    }

    fn value(cookies: &sortie_cookies, name: &CStr) -> Option<String> {
        let value = sortie_cookies_value(Some(cookies), name.as_ptr());
        crate::lend::optional_text(value, "value").unwrap().map(Into::into)
    }

    fn nothing() -> sortie_cookie {
        sortie_cookie {
            name: ptr::null(),
            value: ptr::null(),
            domain: ptr::null(),
            path: ptr::null(),
            expires_s: 0,
            secure: 0,
            http_only: 0,
            host_only: 0,
            same_site: ptr::null(),
        }
    }

    #[test]
    fn a_cookie_tells_all_that_is_known_of_it() {
        let session = session();
        let session = Some(&*session);
        let given = c"a=1; Domain=h.test; Path=/p; Secure; HttpOnly; SameSite=Lax; Max-Age=100000";
        assert_eq!(add(session, given), SORTIE_OK);
        assert_eq!(add(session, c"b=\"2\""), SORTIE_OK);
        let cookies = list(session);
        assert_eq!(sortie_cookies_count(Some(&cookies)), 2);
        let (mut first, mut second) = (nothing(), nothing());
        assert_eq!(sortie_cookies_at(Some(&cookies), 0, &raw mut first, NO), SORTIE_OK);
        assert_eq!(sortie_cookies_at(Some(&cookies), 1, &raw mut second, NO), SORTIE_OK);
        let words = |texts: [*const c_char; 5]| texts.map(|it| text(it, "text").unwrap_or("NULL"));
        let texts = |it: &sortie_cookie| words([it.name, it.value, it.domain, it.path, it.same_site]);
        assert_eq!(texts(&first), ["a", "1", "h.test", "/p", "Lax"]);
        assert_eq!(texts(&second), ["b", "\"2\"", "www.h.test", "/a", "NULL"]);
        assert_eq!((first.secure, first.http_only, first.host_only), (1, 1, 0));
        assert_eq!((second.secure, second.http_only, second.host_only), (0, 0, 1));
        assert!(first.expires_s > 1_000_000_000);
        assert_eq!(second.expires_s, SORTIE_NEVER);
        sortie_cookies_free(Some(cookies));
    }

    #[test]
    fn a_list_is_of_its_moment() {
        let session = session();
        let session = Some(&*session);
        assert_eq!(add(session, c"a=1"), SORTIE_OK);
        let before = list(session);
        assert_eq!(add(session, c"a=2"), SORTIE_OK);
        assert_eq!(value(&before, c"a").as_deref(), Some("1"));
        assert_eq!(value(&list(session), c"a").as_deref(), Some("2"));
        assert_eq!(value(&before, c"A"), None);
        assert_eq!(sortie_session_clear_cookies(session, NO), SORTIE_OK);
        assert_eq!(sortie_cookies_count(Some(&list(session))), 0);
    }

    #[test]
    fn past_the_end_of_a_list_there_is_nothing() {
        let session = session();
        let cookies = list(Some(&session));
        let mut cookie = nothing();
        for index in [0, usize::MAX] {
            let status = sortie_cookies_at(Some(&cookies), index, &raw mut cookie, NO);
            assert_eq!(status, SORTIE_ERR_ARGUMENT, "{index}");
        }
        assert_eq!(sortie_cookies_at(None, 0, &raw mut cookie, NO), SORTIE_ERR_NULL);
        assert_eq!(sortie_cookies_at(Some(&cookies), 0, ptr::null_mut(), NO), SORTIE_ERR_NULL);
        assert!(cookie.name.is_null());
        assert_eq!(sortie_cookies_count(None), 0);
        assert!(sortie_cookies_value(Some(&cookies), ptr::null()).is_null());
        assert!(sortie_cookies_value(Some(&cookies), c"\xff".as_ptr()).is_null());
        assert!(sortie_cookies_value(None, c"a".as_ptr()).is_null());
        sortie_cookies_free(None);
    }

    #[test]
    fn cookies_come_back_from_files() {
        let (from, to) = (session(), session());
        let (from, to) = (Some(&*from), Some(&*to));
        assert_eq!(add(from, c"short=1"), SORTIE_OK);
        assert_eq!(add(from, c"long=2; Max-Age=100000"), SORTIE_OK);
        for (format, name) in [(SORTIE_COOKIES_NETSCAPE, "cookies.txt"), (SORTIE_COOKIES_JSON, "cookies.json")] {
            let file = Temporary::new(name);
            let path = file.path();
            for (all, expected) in [(0, 1), (1, 2)] {
                let mut count = 9;
                assert_eq!(sortie_session_clear_cookies(to, NO), SORTIE_OK);
                assert_eq!(sortie_session_save_cookies(from, path.as_ptr(), format, all, NO), SORTIE_OK);
                assert_eq!(sortie_session_load_cookies(to, path.as_ptr(), format, &raw mut count, NO), SORTIE_OK);
                assert_eq!((count, sortie_cookies_count(Some(&list(to)))), (expected, expected), "{name}");
            }
        }
    }

    #[test]
    fn what_cannot_be_done_is_said_and_changes_nothing() {
        let session = session();
        let session = Some(&*session);
        assert_eq!(add(session, c"a=1"), SORTIE_OK);
        assert_eq!(add(session, c"a=2; Domain=other.test"), SORTIE_ERR_ARGUMENT);
        let (here, mut count) = (c"x=1".as_ptr(), 9);
        assert_eq!(sortie_session_add_cookie(session, c"/relative".as_ptr(), here, NO), SORTIE_ERR_INVALID_URL);
        assert_eq!(sortie_session_add_cookie(session, URL.as_ptr(), ptr::null(), NO), SORTIE_ERR_NULL);
        let nowhere = c"/nowhere/at/all".as_ptr();
        assert_eq!(sortie_session_save_cookies(session, nowhere, 0, 1, NO), SORTIE_ERR_FILE);
        assert_eq!(sortie_session_save_cookies(session, nowhere, 2, 1, NO), SORTIE_ERR_ARGUMENT);
        assert_eq!(sortie_session_load_cookies(session, nowhere, 0, &raw mut count, NO), SORTIE_ERR_FILE);
        assert_eq!(sortie_session_load_cookies(session, nowhere, 0, ptr::null_mut(), NO), SORTIE_ERR_NULL);
        assert_eq!(count, 9);
        assert_eq!(value(&list(session), c"a").as_deref(), Some("1"));

        assert_eq!(sortie_session_set_cookies(session, 0, NO), SORTIE_OK);
        assert_eq!(
            failed(|error| sortie_session_add_cookie(session, URL.as_ptr(), here, error)),
            (SORTIE_ERR_ARGUMENT, "`session` keeps no cookies".into())
        );
        assert_eq!(sortie_cookies_count(Some(&list(session))), 0);
        assert_eq!(sortie_session_clear_cookies(session, NO), SORTIE_OK);
        assert_eq!(sortie_session_cookies(None, ptr::null_mut(), NO), SORTIE_ERR_NULL);
    }
}
