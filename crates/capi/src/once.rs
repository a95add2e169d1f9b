//! The one-line case: calls that need no session.

use std::ffi::c_char;
use std::sync::OnceLock;

use facade::{Request, Session};

use crate::error::sortie_error;
use crate::fault::Fault;
use crate::fork::Birth;
use crate::guard::guard;
use crate::lend::{Out, list, optional_text, out, text};
use crate::response::sortie_response;
use crate::status::sortie_status;

/// For how many forks in a row a session is kept. A process behind more of them makes one for each call.
const DEPTH: usize = 64;

/// The session of each process: a child has connections of its own, and waits for no thread of its parent's.
static SESSIONS: [OnceLock<Session>; DEPTH] = [const { OnceLock::new() }; DEPTH];

/// Sends a GET request, and waits for the answer, redirects included. A status of 400 or above is a response, no error.
///
/// Such calls share connections in the process; cookies live as long as each call.
///
/// Parameters: `url`: absolute.
/// Returns: `SORTIE_OK`, and else why no response could be had.
/// Ownership: `*response` is yours: free it by `sortie_response_free`.
/// Threads: any, several at once.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_get(
    url: *const c_char,
    response: *mut *mut sortie_response,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let (url, out) = (text(url, "url")?, out(response, "response")?);
        send(facade::get(url), out)
    })
}

/// Sends a POST request with this body, as `sortie_get` sends a GET request.
///
/// Parameters: `url`: absolute; `data`, `size`: the body, NULL where it is empty; `content_type`: the Content-Type field, or
/// NULL for none.
/// Returns: `SORTIE_OK`, and else why no response could be had.
/// Ownership: the body is copied; `*response` is yours: free it by `sortie_response_free`.
/// Threads: any, several at once.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_post(
    url: *const c_char,
    data: *const u8,
    size: usize,
    content_type: *const c_char,
    response: *mut *mut sortie_response,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let (url, data) = (text(url, "url")?, list(data, size, "data")?);
        let (content_type, out) = (optional_text(content_type, "content_type")?, out(response, "response")?);
        let request = facade::post(url).body(data.to_vec());
        send(content_type.into_iter().fold(request, |request, value| request.header("Content-Type", value)), out)
    })
}

fn send(request: Request, out: Out<*mut sortie_response>) -> Result<(), Fault> {
    let response = match SESSIONS.get(Birth::here().depth()) {
        Some(slot) => request.bound_to(slot.get_or_init(Session::alone)).send()?,
        None => request.bound_to(&Session::alone()).send()?,
    };
    out.write(sortie_response::into_raw(response));
    Ok(())
}
