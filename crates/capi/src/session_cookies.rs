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
        let refused = jar(session)?.lock().store(&url, set_cookie, now()).err();
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
        let jar = jar(sortie_session::lend(session)?)?;
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
        let jar = jar(sortie_session::lend(session)?)?;
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
