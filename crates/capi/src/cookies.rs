//! Lists of cookies.

use std::ffi::{CStr, CString, c_char};
use std::ptr;
use std::time::{Duration, SystemTime};

use facade::Cookie;
use facade::cookie::{SameSite, Stored};

use crate::error::sortie_error;
use crate::fault::Fault;
use crate::guard::guard;
use crate::lend::{lend, out, text};
use crate::quiet::quiet;
use crate::status::sortie_status;
use crate::text::c_string;
use crate::values::SORTIE_NEVER;

/// A cookie. Its texts live as long as the list that it is from.
#[repr(C)]
pub struct sortie_cookie {
    /// The name; empty where it has none.
    pub name: *const c_char,
    /// The value, as it was received: quotes stay where they stood.
    pub value: *const c_char,
    /// The host, or the parent whose hosts it is all for: lower case, no leading dot.
    pub domain: *const c_char,
    /// The path at and below which it is sent.
    pub path: *const c_char,
    /// When it ends, in seconds since 1970; `SORTIE_NEVER`: with the session.
    pub expires_s: i64,
    /// Whether it goes by https only: 1 or 0.
    pub secure: i32,
    /// Whether it was marked HttpOnly, which holds nothing back here: 1 or 0.
    pub http_only: i32,
    /// Whether it is for that host alone: 1 or 0.
    pub host_only: i32,
    /// What it said of SameSite, which holds nothing back here: "Strict", "Lax" or "None"; NULL where it said nothing.
    pub same_site: *const c_char,
}

/// Cookies as they were at one moment: later ones do not come in. Reading it is free of races: any thread may, at any time.
pub struct sortie_cookies {
    all: Vec<Kept>,
}

/// A cookie, in texts for C.
pub(crate) struct Kept {
    name: CString,
    value: CString,
    domain: CString,
    path: CString,
    expires: Option<SystemTime>,
    secure: bool,
    http_only: bool,
    host_only: bool,
    same_site: Option<SameSite>,
}

impl sortie_cookies {
    pub(crate) fn into_raw(cookies: impl IntoIterator<Item = impl Into<Kept>>) -> *mut Self {
        let all = cookies.into_iter().map(Into::into).collect();
        Box::into_raw(Box::new(sortie_cookies { all }))
    }
}

impl Kept {
    /// One that this host set.
    pub(crate) fn received(cookie: &Cookie<'_>, host: &str) -> Self {
        Kept {
            name: c_string(cookie.name()),
            value: c_string(cookie.value()),
            domain: c_string(cookie.domain().unwrap_or(host)),
            path: c_string(cookie.path().unwrap_or("/")),
            expires: cookie.expires_datetime().map(SystemTime::from),
            secure: cookie.secure() == Some(true),
            http_only: cookie.http_only() == Some(true),
            host_only: cookie.domain().is_none(),
            same_site: cookie.same_site(),
        }
    }

    /// Lends it.
    fn shown(&self) -> sortie_cookie {
        sortie_cookie {
            name: self.name.as_ptr(),
            value: self.value.as_ptr(),
            domain: self.domain.as_ptr(),
            path: self.path.as_ptr(),
            expires_s: self.expires.map_or(SORTIE_NEVER, seconds),
            secure: self.secure.into(),
            http_only: self.http_only.into(),
            host_only: self.host_only.into(),
            same_site: self.same_site.map_or(ptr::null(), |same_site| word(same_site).as_ptr()),
        }
    }
}

impl From<&Stored> for Kept {
    fn from(cookie: &Stored) -> Self {
        Kept {
            name: c_string(cookie.name()),
            value: c_string(cookie.value()),
            domain: c_string(cookie.domain()),
            path: c_string(cookie.path()),
            expires: cookie.expires(),
            secure: cookie.secure(),
            http_only: cookie.http_only(),
            host_only: cookie.host_only(),
            same_site: cookie.same_site(),
        }
    }
}

/// How many cookies there are.
///
/// Returns: 0 where `cookies` is NULL.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_cookies_count(cookies: Option<&sortie_cookies>) -> usize {
    cookies.map_or(0, |cookies| cookies.all.len())
}

/// One of the cookies, the oldest first.
///
/// Parameters: `index`: from 0 on.
/// Returns: `SORTIE_ERR_ARGUMENT` for an index past the end; `SORTIE_ERR_NULL`.
/// Ownership: the texts in `*cookie` are lent by the list.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_cookies_at(
    cookies: Option<&sortie_cookies>,
    index: usize,
    cookie: *mut sortie_cookie,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let (cookies, out) = (lend(cookies, "cookies")?, out(cookie, "cookie")?);
        let kept = cookies.all.get(index).ok_or_else(|| {
            let count = cookies.all.len();
            Fault::argument("index", format_args!("is {index}, and there are {count} cookies"))
        })?;
        out.write(kept.shown());
        Ok(())
    })
}

/// The value of the first cookie of this name, the oldest of them; names are of upper and lower case.
///
/// Returns: a text that lives as long as `cookies`; NULL where there is none of that name, and where either is NULL.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_cookies_value(cookies: Option<&sortie_cookies>, name: *const c_char) -> *const c_char {
    quiet(ptr::null(), || {
        let (Some(cookies), Ok(name)) = (cookies, text(name, "name")) else { return ptr::null() };
        let found = cookies.all.iter().find(|cookie| cookie.name.as_bytes() == name.as_bytes());
        found.map_or(ptr::null(), |cookie| cookie.value.as_ptr())
    })
}

/// Lets a list go, and all that it lent.
///
/// Parameters: `cookies`: or NULL, which is ignored.
/// Threads: one, when no other reads it any more.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_cookies_free(cookies: Option<Box<sortie_cookies>>) {
    quiet((), || drop(cookies));
}

/// In whole seconds since 1970, as far as they go; what ended before that has ended then.
fn seconds(at: SystemTime) -> i64 {
    let since = at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or(Duration::ZERO);
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

fn word(same_site: SameSite) -> &'static CStr {
    match same_site {
        SameSite::Strict => c"Strict",
        SameSite::Lax => c"Lax",
        SameSite::None => c"None",
    }
}
