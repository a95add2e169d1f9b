//! Where the time of an exchange went.

use std::time::Duration;

use crate::error::sortie_error;
use crate::guard::guard;
use crate::lend::{lend, out};
use crate::quiet::quiet;
use crate::response::sortie_response;
use crate::status::sortie_status;

/// Where the time of one exchange went, in nanoseconds. Each part is 0 where it did not take place: a reused connection has no
/// resolve, connect and TLS. Redirects are in the history.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct sortie_timings {
    /// From being submitted until a connection was taken or begun for it.
    pub queue_ns: u64,
    /// Looking the host's name up.
    pub resolve_ns: u64,
    /// Connecting, a proxy's tunnel included.
    pub connect_ns: u64,
    /// The TLS handshake.
    pub tls_ns: u64,
    /// From the first byte of the request to the last.
    pub send_ns: u64,
    /// From the last byte of the request to the end of the response's head.
    pub first_byte_ns: u64,
    /// From the end of the response's head to the end of its content.
    pub content_ns: u64,
    /// From sending to the end of the response's head.
    pub elapsed_ns: u64,
    /// All but `elapsed_ns` together.
    pub total_ns: u64,
}

/// From sending the request to the end of this response's head, in nanoseconds; redirects are in the history.
///
/// Returns: 0 where `response` is NULL.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_response_elapsed_ns(response: Option<&sortie_response>) -> u64 {
    response.map_or(0, |response| quiet(0, || nanoseconds(response.response().elapsed())))
}

/// Where the time of this exchange went.
///
/// Returns: `SORTIE_ERR_NULL`.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_response_timings(
    response: Option<&sortie_response>,
    timings: *mut sortie_timings,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let (response, out) = (lend(response, "response")?, out(timings, "timings")?);
        let timings = response.response().timings();
        out.write(sortie_timings {
            queue_ns: nanoseconds(timings.queue()),
            resolve_ns: nanoseconds(timings.resolve()),
            connect_ns: nanoseconds(timings.connect()),
            tls_ns: nanoseconds(timings.tls()),
            send_ns: nanoseconds(timings.send()),
            first_byte_ns: nanoseconds(timings.first_byte()),
            content_ns: nanoseconds(timings.content()),
            elapsed_ns: nanoseconds(timings.elapsed()),
            total_ns: nanoseconds(timings.total()),
        });
        Ok(())
    })
}

fn nanoseconds(span: Duration) -> u64 {
    u64::try_from(span.as_nanos()).unwrap_or(u64::MAX)
}
