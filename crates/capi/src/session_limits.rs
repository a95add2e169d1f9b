//! What a session's calls are held to: times, sizes, redirects, retries, connections.

use std::time::Duration;

use crate::error::sortie_error;
use crate::guard::guard;
use crate::retries::sortie_retries;
use crate::session::sortie_session;
use crate::status::sortie_status;
use crate::values::{Timeout, known, limit};

/// Bounds a part of each call.
///
/// Parameters: `which`: one of `SORTIE_TIMEOUT_...`, which say what each is by default; `timeout_ms`: 1 or more, or
/// `SORTIE_NEVER`, which lifts it.
/// Returns: `SORTIE_ERR_ARGUMENT` for another `which` or time; `SORTIE_ERR_NULL`, `SORTIE_ERR_FORKED`.
/// Threads: any; it holds for calls that begin later.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_session_set_timeout_ms(
    session: Option<&sortie_session>,
    which: i32,
    timeout_ms: i64,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let (which, limit) = (Timeout::of(which)?, limit(timeout_ms, "timeout_ms")?);
        sortie_session::change(session, |defaults| match which {
            Timeout::Total => defaults.timeout(limit),
            Timeout::Connect => defaults.connect_timeout(limit),
            Timeout::FirstByte => defaults.first_byte_timeout(limit),
            Timeout::BetweenBytes => defaults.between_bytes_timeout(limit),
            Timeout::Queue => defaults.queue_timeout(limit),
            Timeout::Resolve => defaults.resolve_timeout(limit),
            Timeout::Proxy => defaults.proxy_timeout(limit),
            Timeout::Tls => defaults.tls_timeout(limit),
        })
    })
}

/// Whether redirects are followed. By default they are, but for HEAD.
///
/// Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_FORKED`.
/// Threads: any; it holds for calls that begin later.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_session_set_redirects(
    session: Option<&sortie_session>,
    follow: i32,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || sortie_session::change(session, |defaults| defaults.redirects(follow != 0)))
}

/// How many redirects of a call are followed; one more is `SORTIE_ERR_TOO_MANY_REDIRECTS`. Default: 30.
///
/// Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_FORKED`.
/// Threads: any; it holds for calls that begin later.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_session_set_max_redirects(
    session: Option<&sortie_session>,
    most: u32,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || sortie_session::change(session, |defaults| defaults.max_redirects(most)))
}

/// Whether a redirect's request says by Referer where it comes from: the whole URL on the same origin, the origin alone on
/// another, nothing from https to http. Default: no.
///
/// Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_FORKED`.
/// Threads: any; it holds for calls that begin later.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_session_set_referer(
    session: Option<&sortie_session>,
    told: i32,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || sortie_session::change(session, |defaults| defaults.referer(told != 0)))
}

/// Whether, how often and when a call goes again after what went wrong. Default: never.
///
/// Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_FORKED`.
/// Ownership: `retries` is copied: later changes of it change nothing here.
/// Threads: any; it holds for calls that begin later.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_session_set_retries(
    session: Option<&sortie_session>,
    retries: Option<&sortie_retries>,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let retries = sortie_retries::lend(retries)?;
        sortie_session::change(session, |defaults| defaults.retries(retries))
    })
}

/// Whether anything but https is refused, unsent (`SORTIE_ERR_INVALID_URL`), and redirects to it are not followed
/// (`SORTIE_ERR_REDIRECT`). Default: no.
///
/// Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_FORKED`.
/// Threads: any; it holds for calls that begin later.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_session_set_https_only(
    session: Option<&sortie_session>,
    only: i32,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || sortie_session::change(session, |defaults| defaults.https_only(only != 0)))
}

/// How many bytes of decoded content are accepted; more is `SORTIE_ERR_CONTENT_TOO_LARGE`.
///
/// Parameters: `most`: or `SORTIE_UNKNOWN`, which is the default: any number, but for content that decodes to more than
/// 256 MiB and 200 times its coded size.
/// Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_FORKED`.
/// Threads: any; it holds for calls that begin later.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_session_set_max_content(
    session: Option<&sortie_session>,
    most: u64,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || sortie_session::change(session, |defaults| defaults.max_content(known(most))))
}

/// Whether a request that is not idempotent may be sent again where a pooled connection turns out to be closed.
/// Default: no.
///
/// Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_FORKED`.
/// Threads: any; it holds for calls that begin later.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_session_set_resend(
    session: Option<&sortie_session>,
    resend: i32,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || sortie_session::change(session, |defaults| defaults.resend(resend != 0)))
}

/// How many connections a loop has at the same time, idle ones included. A batch is a loop of its own; so is each thread that sends at the same time as others.
///
/// Parameters: `most`: 0 counts as 1. Default: 128.
/// Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_FORKED`.
/// Threads: any; it holds for calls that begin later.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_session_set_connections(
    session: Option<&sortie_session>,
    most: usize,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || sortie_session::change(session, |defaults| defaults.connections(most)))
}

/// How many connections a loop has to one origin at the same time.
///
/// Parameters: `most`: 0 counts as 1. Default: 16.
/// Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_FORKED`.
/// Threads: any; it holds for calls that begin later.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_session_set_per_origin(
    session: Option<&sortie_session>,
    most: usize,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || sortie_session::change(session, |defaults| defaults.per_origin(most)))
}

/// How long an idle connection is kept; a shorter `Keep-Alive: timeout` of the server wins.
///
/// Parameters: `timeout_ms`: 1 or more, or `SORTIE_NEVER`: for as long as the server keeps it. Default: 90,000.
/// Returns: `SORTIE_ERR_ARGUMENT` for another time; `SORTIE_ERR_NULL`, `SORTIE_ERR_FORKED`.
/// Threads: any; it holds for calls that begin later.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_session_set_idle_timeout_ms(
    session: Option<&sortie_session>,
    timeout_ms: i64,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let limit = limit(timeout_ms, "timeout_ms")?.unwrap_or(Duration::MAX);
        sortie_session::change(session, |defaults| defaults.idle_timeout(limit))
    })
}

#[cfg(test)]
mod tests {
    use std::ptr;

    use super::*;
    use crate::retries::sortie_retries_new;
    use crate::status::*;
    use crate::trial::{failed, made, session};
    use crate::values::*;

    const NO: *mut *mut sortie_error = ptr::null_mut();

    #[test]
    fn a_timeout_is_set_and_lifted() {
        let session = session();
        let session = Some(&*session);
        for which in SORTIE_TIMEOUT_TOTAL..=SORTIE_TIMEOUT_TLS {
            assert_eq!(sortie_session_set_timeout_ms(session, which, 1_500, NO), SORTIE_OK);
        }
        let timeouts = sortie_session::lend(session).unwrap().profile().timeouts.clone();
        let limit = Some(Duration::from_millis(1_500));
        assert_eq!([timeouts.total, timeouts.connect, timeouts.first_byte, timeouts.between_bytes], [limit; 4]);
        assert_eq!([timeouts.queue, timeouts.resolve, timeouts.proxy, timeouts.tls], [limit; 4]);
        assert_eq!(sortie_session_set_timeout_ms(session, SORTIE_TIMEOUT_CONNECT, SORTIE_NEVER, NO), SORTIE_OK);
        assert_eq!(sortie_session::lend(session).unwrap().profile().timeouts.connect, None);
        assert_eq!(sortie_session_set_timeout_ms(session, SORTIE_TIMEOUT_CONNECT, i64::MAX, NO), SORTIE_OK);
    }

    #[test]
    fn what_is_no_time_changes_nothing() {
        let session = session();
        let session = Some(&*session);
        for wrong in [0, -2, i64::MIN] {
            assert_eq!(sortie_session_set_timeout_ms(session, SORTIE_TIMEOUT_CONNECT, wrong, NO), SORTIE_ERR_ARGUMENT);
            assert_eq!(sortie_session_set_idle_timeout_ms(session, wrong, NO), SORTIE_ERR_ARGUMENT);
        }
        assert_eq!(
            failed(|error| sortie_session_set_timeout_ms(session, 8, 1, error)),
            (SORTIE_ERR_ARGUMENT, "`which` is 8, which is no timeout".into())
        );
        let profile = sortie_session::lend(session).unwrap().profile();
        assert_eq!(profile.timeouts.connect, Some(Duration::from_secs(10)));
        assert_eq!(profile.connections.idle, Duration::from_secs(90));
    }

    #[test]
    fn limits_are_kept_as_they_are_told() {
        let session = session();
        let session = Some(&*session);
        let retries = made(|out| sortie_retries_new(3, out, NO));
        assert_eq!(sortie_session_set_retries(session, Some(&retries), NO), SORTIE_OK);
        assert_eq!(sortie_session_set_retries(session, None, NO), SORTIE_ERR_NULL);
        assert_eq!(sortie_session_set_redirects(session, 0, NO), SORTIE_OK);
        assert_eq!(sortie_session_set_max_redirects(session, 7, NO), SORTIE_OK);
        assert_eq!(sortie_session_set_referer(session, 1, NO), SORTIE_OK);
        assert_eq!(sortie_session_set_https_only(session, 1, NO), SORTIE_OK);
        assert_eq!(sortie_session_set_resend(session, 1, NO), SORTIE_OK);
        assert_eq!(sortie_session_set_max_content(session, 0, NO), SORTIE_OK);
        assert_eq!(sortie_session_set_connections(session, usize::MAX, NO), SORTIE_OK);
        assert_eq!(sortie_session_set_per_origin(session, 0, NO), SORTIE_OK);
        assert_eq!(sortie_session_set_idle_timeout_ms(session, SORTIE_NEVER, NO), SORTIE_OK);
        let profile = sortie_session::lend(session).unwrap().profile();
        assert_eq!((profile.retries.count, profile.redirects.limit, profile.max_content), (3, 7, Some(0)));
        assert!(!profile.redirects.follow && profile.redirects.referer && profile.https_only && profile.resend);
        assert_eq!(profile.connections.idle, Duration::MAX);
        assert_eq!(sortie_session_set_max_content(session, SORTIE_UNKNOWN, NO), SORTIE_OK);
        assert_eq!(sortie_session::lend(session).unwrap().profile().max_content, None);
        assert_eq!(sortie_session_set_connections(None, 1, NO), SORTIE_ERR_NULL);
    }

    #[test]
    fn connections_of_any_number_and_time_are_used() {
        let server = sortie_testserver::TestServer::start().unwrap();
        let session = session();
        let session = Some(&*session);
        assert_eq!(sortie_session_set_connections(session, 0, NO), SORTIE_OK);
        assert_eq!(sortie_session_set_per_origin(session, usize::MAX, NO), SORTIE_OK);
        assert_eq!(sortie_session_set_idle_timeout_ms(session, i64::MAX, NO), SORTIE_OK);
        for _ in 0..2 {
            assert!(sortie_session::lend(session).unwrap().get(server.url("/get")).send().unwrap().ok());
        }
    }
}
