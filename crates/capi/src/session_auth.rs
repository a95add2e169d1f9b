//! Whose credentials a session's requests bring.

use std::ffi::c_char;
use std::fs;

use facade::{Basic, Bearer, Digest, ErrorKind, Netrc};

use crate::error::sortie_error;
use crate::fault::Fault;
use crate::guard::guard;
use crate::lend::text;
use crate::session::sortie_session;
use crate::status::sortie_status;

/// Brings a name and a password with each request (RFC 7617), in place of other credentials. A redirect to another
/// origin does not get them.
///
/// Parameters: `user`: without a colon.
/// Returns: `SORTIE_ERR_ARGUMENT` for a colon in `user`, or a control character; `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`,
/// `SORTIE_ERR_FORKED`.
/// Ownership: both are copied.
/// Threads: any; it holds for calls that begin later.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_session_set_basic_auth(
    session: Option<&sortie_session>,
    user: *const c_char,
    password: *const c_char,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let (user, password) = (text(user, "user")?, text(password, "password")?);
        sortie_session::change(session, |defaults| defaults.auth(Basic::new(user, password)))
    })
}

/// Answers challenges of the scheme Digest (RFC 7616) by a name and a password, which are never sent as they are. In
/// place of other credentials.
///
/// Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`, `SORTIE_ERR_FORKED`.
/// Ownership: both are copied.
/// Threads: any; it holds for calls that begin later.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_session_set_digest_auth(
    session: Option<&sortie_session>,
    user: *const c_char,
    password: *const c_char,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let (user, password) = (text(user, "user")?, text(password, "password")?);
        sortie_session::change(session, |defaults| defaults.auth(Digest::new(user, password)))
    })
}

/// Brings a token with each request (RFC 6750), in place of other credentials. A redirect to another origin does not
/// get it.
///
/// Returns: `SORTIE_ERR_INVALID_HEADER` for a token that no header field can have; `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`,
/// `SORTIE_ERR_FORKED`.
/// Ownership: `token` is copied.
/// Threads: any; it holds for calls that begin later.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_session_set_bearer_auth(
    session: Option<&sortie_session>,
    token: *const c_char,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let token = text(token, "token")?;
        sortie_session::change(session, |defaults| defaults.auth(Bearer::new(token)))
    })
}

/// Brings nobody's credentials, which is the default. A netrc file still tells the hosts that it names.
///
/// Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_FORKED`.
/// Threads: any; it holds for calls that begin later.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_session_unset_auth(
    session: Option<&sortie_session>,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || sortie_session::change(session, |defaults| defaults.unset_auth()))
}

/// Tells hosts the names and passwords of a netrc file, in place of the one that the environment names, where nothing
/// else is said of who asks. The file is read now.
///
/// Returns: `SORTIE_ERR_FILE` where it cannot be read or understood; `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`,
/// `SORTIE_ERR_FORKED`.
/// Ownership: `path` is copied.
/// Threads: any; it holds for calls that begin later.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_session_set_netrc(
    session: Option<&sortie_session>,
    path: *const c_char,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let path = text(path, "path")?;
        sortie_session::lend(session)?;
        let netrc = read(path)?;
        sortie_session::change(session, |defaults| defaults.netrc(netrc))
    })
}

/// Reads a file that the program names itself: a line that cannot be used is a fault, not passed over.
fn read(path: &str) -> Result<Netrc, Fault> {
    let failed = || facade::Error::new(ErrorKind::File).with_message(format!("cannot read the netrc file {path}"));
    let text = fs::read_to_string(path).map_err(|source| failed().with_source(source))?;
    let (netrc, faults) = Netrc::parse(&text);
    match faults.into_iter().next() {
        Some(fault) => Err(failed().with_source(fault).into()),
        None => Ok(netrc),
    }
}

#[cfg(test)]
mod tests {
    use std::ptr;

    use super::*;
    use crate::status::*;
    use crate::trial::{Temporary, failed, session};

    const NO: *mut *mut sortie_error = ptr::null_mut();

    fn status(session: Option<&sortie_session>, server: &sortie_testserver::TestServer, path: &str) -> u16 {
        sortie_session::lend(session).unwrap().get(server.url(path)).send().unwrap().status().as_u16()
    }

    #[test]
    fn credentials_take_the_place_of_one_another() {
        let server = sortie_testserver::TestServer::start().unwrap();
        let session = session();
        let session = Some(&*session);
        let (user, password) = (c"u".as_ptr(), c"p".as_ptr());
        assert_eq!(sortie_session_set_basic_auth(session, user, password, NO), SORTIE_OK);
        assert_eq!(status(session, &server, "/basic-auth/u/p"), 200);
        assert_eq!(sortie_session_set_digest_auth(session, user, password, NO), SORTIE_OK);
        assert_eq!(status(session, &server, "/digest-auth/auth/u/p"), 200);
        assert_eq!(sortie_session_set_bearer_auth(session, c"t".as_ptr(), NO), SORTIE_OK);
        assert_eq!(status(session, &server, "/bearer"), 200);
        assert_eq!(sortie_session_unset_auth(session, NO), SORTIE_OK);
        assert_eq!(status(session, &server, "/bearer"), 401);
    }

    #[test]
    fn credentials_that_no_field_can_have_change_nothing() {
        let server = sortie_testserver::TestServer::start().unwrap();
        let session = session();
        let session = Some(&*session);
        let (user, password) = (c"u".as_ptr(), c"p".as_ptr());
        assert_eq!(sortie_session_set_basic_auth(session, user, password, NO), SORTIE_OK);
        let wrong = [c"u:v", c"u\nv"].map(|user| sortie_session_set_basic_auth(session, user.as_ptr(), password, NO));
        assert_eq!(wrong, [SORTIE_ERR_ARGUMENT; 2]);
        assert_eq!(sortie_session_set_bearer_auth(session, c"a\nb".as_ptr(), NO), SORTIE_ERR_INVALID_HEADER);
        assert_eq!(sortie_session_set_basic_auth(session, user, ptr::null(), NO), SORTIE_ERR_NULL);
        assert_eq!(sortie_session_set_digest_auth(None, user, password, NO), SORTIE_ERR_NULL);
        assert_eq!(status(session, &server, "/basic-auth/u/p"), 200);
    }

    #[test]
    fn a_netrc_file_is_read_at_once() {
        let server = sortie_testserver::TestServer::start().unwrap();
        let session = session();
        let session = Some(&*session);
        let file = Temporary::new("netrc");
        let (status_of_none, words) = failed(|error| sortie_session_set_netrc(session, file.path().as_ptr(), error));
        assert_eq!(status_of_none, SORTIE_ERR_FILE);
        assert!(words.contains("netrc"), "{words}");
        file.write("machine 127.0.0.1 login u password p");
        assert_eq!(sortie_session_set_netrc(session, file.path().as_ptr(), NO), SORTIE_OK);
        file.write("nonsense");
        assert_eq!(sortie_session_set_netrc(session, file.path().as_ptr(), NO), SORTIE_ERR_FILE);
        assert_eq!(status(session, &server, "/basic-auth/u/p"), 200);
    }
}
