//! What a session brings to each of its requests: a base, header fields, parameters.

use std::ffi::c_char;

use crate::error::sortie_error;
use crate::guard::guard;
use crate::lend::{optional_text, text};
use crate::session::sortie_session;
use crate::status::sortie_status;

/// Joins the relative URLs of requests with this one, as a browser does with those of a page (RFC 3986, section 5).
///
/// Parameters: `url`: absolute; end it with a `/`, since what stands behind its last `/` gives way. NULL: none, which is
/// the default, and a relative URL is an error.
/// Returns: `SORTIE_ERR_INVALID_URL`; `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`, `SORTIE_ERR_FORKED`.
/// Ownership: `url` is copied.
/// Threads: any; it holds for calls that begin later.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_session_set_base_url(
    session: Option<&sortie_session>,
    url: *const c_char,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let url = optional_text(url, "url")?;
        sortie_session::change(session, |defaults| match url {
            Some(url) => defaults.base_url(url),
            None => defaults.unset_base_url(),
        })
    })
}

/// Sets the User-Agent field. By default it is `sortie/<version>`; `sortie_session_unset_header` sends none.
///
/// Returns: `SORTIE_ERR_INVALID_HEADER` for a line break; `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`, `SORTIE_ERR_FORKED`.
/// Ownership: `name` is copied.
/// Threads: any; it holds for calls that begin later.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_session_set_user_agent(
    session: Option<&sortie_session>,
    name: *const c_char,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let name = text(name, "name")?;
        sortie_session::change(session, |defaults| defaults.user_agent(name))
    })
}

/// Sets a header field of each request, in place of a default or of one of that name in any case.
///
/// Returns: `SORTIE_ERR_INVALID_HEADER` for a name that is none or a value with a line break; `SORTIE_ERR_NULL`,
/// `SORTIE_ERR_UTF8`, `SORTIE_ERR_FORKED`.
/// Ownership: both are copied.
/// Threads: any; it holds for calls that begin later.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_session_set_header(
    session: Option<&sortie_session>,
    name: *const c_char,
    value: *const c_char,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let (name, value) = (text(name, "name")?, text(value, "value")?);
        sortie_session::change(session, |defaults| defaults.header(name, value))
    })
}

/// Sets a header field that holds a credential: it is dropped when a redirect leaves the origin, and shown nowhere.
///
/// Returns: `SORTIE_ERR_INVALID_HEADER` for a name that is none or a value with a line break; `SORTIE_ERR_NULL`,
/// `SORTIE_ERR_UTF8`, `SORTIE_ERR_FORKED`.
/// Ownership: both are copied.
/// Threads: any; it holds for calls that begin later.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_session_set_sensitive_header(
    session: Option<&sortie_session>,
    name: *const c_char,
    value: *const c_char,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let (name, value) = (text(name, "name")?, text(value, "value")?);
        sortie_session::change(session, |defaults| defaults.sensitive_header(name, value))
    })
}

/// Sends no such header field, though it was set, or is a default such as `Accept`.
///
/// Returns: `SORTIE_ERR_INVALID_HEADER` for a name that is none; `SORTIE_ERR_NULL`,
/// `SORTIE_ERR_UTF8`, `SORTIE_ERR_FORKED`.
/// Ownership: `name` is copied.
/// Threads: any; it holds for calls that begin later.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_session_unset_header(
    session: Option<&sortie_session>,
    name: *const c_char,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let name = text(name, "name")?;
        sortie_session::change(session, |defaults| defaults.unset_header(name))
    })
}

/// Adds a query parameter to each request. It is encoded here; what stands in a URL stays as it is.
///
/// Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`, `SORTIE_ERR_FORKED`.
/// Ownership: both are copied.
/// Threads: any; it holds for calls that begin later.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_session_add_param(
    session: Option<&sortie_session>,
    name: *const c_char,
    value: *const c_char,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let (name, value) = (text(name, "name")?, text(value, "value")?);
        sortie_session::change(session, |defaults| defaults.param(name, value))
    })
}

#[cfg(test)]
mod tests {
    use std::ptr;

    use sortie_testserver::TestServer;

    use super::*;
    use crate::status::*;
    use crate::trial::{failed, session};

    const NO: *mut *mut sortie_error = ptr::null_mut();

    #[test]
    fn defaults_go_with_each_request() {
        let server = TestServer::start().unwrap();
        let base = std::ffi::CString::new(server.url("/")).unwrap();
        let session = session();
        let session = Some(&*session);
        assert_eq!(sortie_session_set_base_url(session, base.as_ptr(), NO), SORTIE_OK);
        assert_eq!(sortie_session_set_user_agent(session, c"fleet/1.0".as_ptr(), NO), SORTIE_OK);
        assert_eq!(sortie_session_set_header(session, c"X-One".as_ptr(), c"1".as_ptr(), NO), SORTIE_OK);
        assert_eq!(sortie_session_set_sensitive_header(session, c"X-Key".as_ptr(), c"k".as_ptr(), NO), SORTIE_OK);
        assert_eq!(sortie_session_unset_header(session, c"Accept".as_ptr(), NO), SORTIE_OK);
        assert_eq!(sortie_session_add_param(session, c"q".as_ptr(), c"a b".as_ptr(), NO), SORTIE_OK);
        let response = sortie_session::lend(session).unwrap().get("get").send().unwrap();
        let text = response.text();
        assert!(["fleet/1.0", "X-One", "X-Key", "a b"].iter().all(|word| text.contains(word)), "{text}");
        assert!(!text.contains("\"Accept\""), "{text}");
        assert_eq!(sortie_session_set_base_url(session, ptr::null(), NO), SORTIE_OK);
        assert!(sortie_session::lend(session).unwrap().get("get").send().is_err());
    }

    #[test]
    fn a_fault_leaves_the_session_as_it_was() {
        let session = session();
        let session = Some(&*session);
        let (name, value) = (c"X-One".as_ptr(), c"1".as_ptr());
        assert_eq!(sortie_session_set_header(session, name, value, NO), SORTIE_OK);
        assert_eq!(sortie_session_set_header(session, name, c"a\nb".as_ptr(), NO), SORTIE_ERR_INVALID_HEADER);
        assert_eq!(sortie_session_set_header(session, c"a b".as_ptr(), value, NO), SORTIE_ERR_INVALID_HEADER);
        assert_eq!(sortie_session_set_user_agent(session, c"a\nb".as_ptr(), NO), SORTIE_ERR_INVALID_HEADER);
        assert_eq!(sortie_session_set_base_url(session, c"ftp://h.test/".as_ptr(), NO), SORTIE_ERR_INVALID_URL);
        let profile = sortie_session::lend(session).unwrap().profile();
        assert_eq!(profile.headers().collect::<Vec<_>>(), [("X-One", "1")]);
        assert!(profile.user_agent.as_deref().unwrap().starts_with("sortie/"));
    }

    #[test]
    fn what_is_missing_or_no_text_is_named() {
        let session = session();
        let session = Some(&*session);
        let (good, bad) = (c"a".as_ptr(), c"a\xff".as_ptr());
        assert_eq!(sortie_session_set_header(None, good, good, NO), SORTIE_ERR_NULL);
        assert_eq!(sortie_session_set_base_url(None, ptr::null(), NO), SORTIE_ERR_NULL);
        assert_eq!(
            failed(|error| sortie_session_set_header(session, good, ptr::null(), error)),
            (SORTIE_ERR_NULL, "`value` is NULL".into())
        );
        assert_eq!(sortie_session_add_param(session, ptr::null(), good, NO), SORTIE_ERR_NULL);
        assert_eq!(sortie_session_unset_header(session, ptr::null(), NO), SORTIE_ERR_NULL);
        assert_eq!(
            failed(|error| sortie_session_set_user_agent(session, bad, error)),
            (SORTIE_ERR_UTF8, "`name` is not UTF-8 from byte 1 on".into())
        );
    }
}
