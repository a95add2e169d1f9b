//! What a session's calls are held to: times, sizes, redirects, retries, connections.

use crate::error::sortie_error;
use crate::guard::guard;
use crate::session::sortie_session;
use crate::status::sortie_status;
use crate::values::{Timeout, limit};

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
