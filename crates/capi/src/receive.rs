//! Content that a callback is given as it comes.

use std::ffi::c_void;

use facade::{Error, ErrorKind, Phase, ResponseStream};

use crate::cancel::sortie_cancel;
use crate::error::sortie_error;
use crate::fork::Birth;
use crate::guard::guard;
use crate::lend::{lend, out};
use crate::request::sortie_request;
use crate::response::sortie_response;
use crate::session::sortie_session;
use crate::status::sortie_status;

/// Takes a piece of content, which is lent until it returns. 0 goes on; anything else stops the call, which ends with
/// `SORTIE_ERR_CANCELLED`.
pub type sortie_write = Option<extern "C" fn(context: *mut c_void, data: *const u8, size: usize) -> i32>;

/// Sends a request, and hands the content to a callback as it comes, decoded: nothing of it is kept. Nothing is received
/// while the callback runs; it may take its time.
///
/// The callback is called for whatever status came; it may use the session. Where it forks, and returns in both processes, the
/// call goes on in the parent.
///
/// Parameters: `write`: is called on the caller's thread; `context`: its first argument; `cancel`: ends the call when it is
/// fired, from any thread; or NULL.
/// Returns: `SORTIE_ERR_CANCELLED` where the callback asked to stop, or `cancel` was fired; else why there is no response, or
/// its content could not be read on; `SORTIE_ERR_FORKED` in the child of a callback that has forked.
/// Ownership: the request is copied; `*response` is yours, its content is empty: free it by `sortie_response_free`.
/// Threads: any, several at once.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_session_receive(
    session: Option<&sortie_session>,
    request: Option<&sortie_request>,
    write: sortie_write,
    context: *mut c_void,
    cancel: Option<&sortie_cancel>,
    response: *mut *mut sortie_response,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let (session, request) = (sortie_session::lend(session)?, lend(request, "request")?);
        let (write, out) = (lend(write, "write")?, out(response, "response")?);
        let request = sortie_cancel::watch(cancel, request.request().bound_to(&session))?;
        let (mut stream, birth) = (request.stream()?, Birth::here());
        while let Some(piece) = stream.chunk()? {
            let returned = write(context, piece.as_ptr(), piece.len());
            // The child of a callback that has forked leaves the connection to its parent.
            if let Err(forked) = birth.check("session") {
                stream.abandon();
                return Err(forked);
            }
            if returned != 0 {
                return Err(stopped(&stream).into());
            }
        }
        // All of it was read: what is left to be had are the trailers, and the time that it took.
        out.write(sortie_response::into_raw(stream.into_response()?));
        Ok(())
    })
}

fn stopped(stream: &ResponseStream) -> Error {
    Error::new(ErrorKind::Cancelled)
        .with_message("stopped by the write callback")
        .with_phase(Phase::Content)
        .with_request(stream.request().clone())
        .with_response(stream.head().clone())
        .with_warnings(stream.warnings().to_vec())
}

#[cfg(test)]
mod tests {
    use std::ptr;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use facade::{Method, Session};
    use sortie_testserver::TestServer;

    use super::*;
    use crate::response::{sortie_response_content, sortie_response_status};
    use crate::status::{SORTIE_ERR_CANCELLED, SORTIE_ERR_NULL, SORTIE_OK};

    static SEEN: AtomicUsize = AtomicUsize::new(0);

    extern "C" fn add(_: *mut c_void, _: *const u8, size: usize) -> i32 {
        SEEN.fetch_add(size, Ordering::SeqCst);
        0
    }

    extern "C" fn stop(_: *mut c_void, _: *const u8, _: usize) -> i32 {
        -1
    }

    #[test]
    fn content_goes_to_the_callback_and_none_of_it_to_the_response() {
        let server = TestServer::start().unwrap();
        let session = sortie_session::new(Session::new());
        let request = sortie_request::new(facade::request(Method::GET, server.url("/bytes/300000")));
        let mut response: Option<Box<sortie_response>> = None;
        let null: *mut *mut sortie_error = ptr::null_mut();
        let receive = |write, response: *mut Option<Box<sortie_response>>| {
            sortie_session_receive(Some(&session), Some(&request), write, null.cast(), None, response.cast(), null)
        };
        assert_eq!(receive(Some(add), &raw mut response), SORTIE_OK);
        assert_eq!(SEEN.load(Ordering::SeqCst), 300_000);
        assert_eq!(sortie_response_status(response.as_deref()), 200);
        assert_eq!(sortie_response_content(response.as_deref()).size, 0);
        assert_eq!(receive(Some(stop), &raw mut response), SORTIE_ERR_CANCELLED);
        assert_eq!(receive(None, &raw mut response), SORTIE_ERR_NULL);
        assert_eq!(receive(Some(add), ptr::null_mut()), SORTIE_ERR_NULL);
        assert_eq!(server.requests(), 2);
    }
}
