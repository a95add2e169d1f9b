//! Bodies that a callback gives.

use std::ffi::c_void;
use std::io::{self, Read};

use facade::BodyArgument;

use crate::context::{Context, sortie_drop};
use crate::error::sortie_error;
use crate::guard::guard;
use crate::lend::lend;
use crate::request::sortie_request;
use crate::status::sortie_status;
use crate::values::known;

/// Gives the next bytes of a body: writes up to `size` of them to `buffer`, and returns how many; 0 is the end. A negative
/// number, or more than `size`, is a failure: the call ends with `SORTIE_ERR_BODY`. It may wait.
///
/// It may run on after the call has ended, as by a timeout or a cancel, and after the request and the session were freed: what
/// `context` leads to has to live until its `drop` is called.
pub type sortie_read = Option<extern "C" fn(context: *mut c_void, buffer: *mut u8, size: usize) -> i64>;

/// Sends what a callback gives as the body, in place of any other: streamed, and once. No Content-Type is added.
///
/// Such a request can be sent once: sent again, also as a copy, and where a redirect would need the body once more, it fails
/// with an error that says so.
///
/// Parameters: `size`: how many bytes it gives, fewer or more are `SORTIE_ERR_BODY`; or `SORTIE_UNKNOWN`: it is sent in chunks then.
/// Returns: `SORTIE_ERR_NULL`.
/// Ownership: `drop` is called with `context` once, when nothing reads any more: also where the body was never sent, and
/// where this function fails. It may be later than the call's end: without a `drop` nothing says when `context` may go.
/// Threads: the request's one; `read` and `drop` run on a thread of the library's, or on one that uses the session.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_request_set_reader(
    request: Option<&mut sortie_request>,
    read: sortie_read,
    context: *mut c_void,
    drop: sortie_drop,
    size: u64,
    error: *mut *mut sortie_error,
) -> sortie_status {
    let context = Context::new(context, drop);
    guard(error, || {
        let (request, read) = (lend(request, "request")?, lend(read, "read")?);
        let reader = Reader { read, context };
        request.set_body(match known(size) {
            Some(size) => BodyArgument::sized_reader(reader, size),
            None => BodyArgument::reader(reader),
        });
        Ok(())
    })
}

/// Reads by a callback.
struct Reader {
    read: extern "C" fn(context: *mut c_void, buffer: *mut u8, size: usize) -> i64,
    context: Context,
}

impl Read for Reader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let size = buffer.len();
        let count = (self.read)(self.context.pointer(), buffer.as_mut_ptr(), size);
        match usize::try_from(count) {
            Ok(count) if count <= size => Ok(count),
            Ok(count) => Err(io::Error::other(format!("the read callback says {count} bytes, of {size} at most"))),
            Err(_) => Err(io::Error::other(format!("the read callback failed: it returned {count}"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::ptr;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use facade::Method;
    use sortie_testserver::TestServer;

    use super::*;
    use crate::status::{SORTIE_ERR_BODY, SORTIE_ERR_NULL, SORTIE_OK, status_of};
    use crate::values::SORTIE_UNKNOWN;

    /// Counts how often it was let go.
    extern "C" fn count(context: *mut c_void) {
        // A test's context is the address of a static, which is found again by it.
        for counter in &DROPS {
            if ptr::from_ref(counter).cast_mut().cast() == context {
                counter.fetch_add(1, Ordering::SeqCst);
            }
        }
    }

    static DROPS: [AtomicUsize; 3] = [const { AtomicUsize::new(0) }; 3];

    fn context(index: usize) -> *mut c_void {
        ptr::from_ref(&DROPS[index]).cast_mut().cast()
    }

    extern "C" fn nothing(_: *mut c_void, _: *mut u8, _: usize) -> i64 {
        0
    }

    extern "C" fn fail(_: *mut c_void, _: *mut u8, _: usize) -> i64 {
        -5
    }

    extern "C" fn boast(_: *mut c_void, _: *mut u8, _: usize) -> i64 {
        i64::MAX
    }

    fn request(server: &TestServer) -> sortie_request {
        sortie_request::new(facade::request(Method::POST, server.url("/anything")))
    }

    #[test]
    fn a_context_is_let_go_once_though_the_function_fails_or_nothing_is_sent() {
        let server = TestServer::start().unwrap();
        let null: *mut *mut sortie_error = ptr::null_mut();
        let status = sortie_request_set_reader(None, Some(nothing), context(0), Some(count), 0, null);
        assert_eq!((status, DROPS[0].load(Ordering::SeqCst)), (SORTIE_ERR_NULL, 1));
        let mut request = request(&server);
        let status = sortie_request_set_reader(Some(&mut request), None, context(1), Some(count), 0, null);
        assert_eq!((status, DROPS[1].load(Ordering::SeqCst)), (SORTIE_ERR_NULL, 1));
        let status = sortie_request_set_reader(Some(&mut request), Some(nothing), context(2), Some(count), 0, null);
        assert_eq!((status, DROPS[2].load(Ordering::SeqCst)), (SORTIE_OK, 0));
        let copy = request.request();
        drop(request);
        assert_eq!(DROPS[2].load(Ordering::SeqCst), 0);
        drop(copy);
        assert_eq!(DROPS[2].load(Ordering::SeqCst), 1);
    }

    #[test]
    fn a_count_that_cannot_be_ends_the_call_in_words() {
        let server = TestServer::start().unwrap();
        let null: *mut *mut sortie_error = ptr::null_mut();
        for (read, says) in [
            (fail as extern "C" fn(*mut c_void, *mut u8, usize) -> i64, "the read callback failed: it returned -5"),
            (boast, "the read callback says 9223372036854775807 bytes"),
        ] {
            let mut request = request(&server);
            let status =
                sortie_request_set_reader(Some(&mut request), Some(read), null.cast(), None, SORTIE_UNKNOWN, null);
            assert_eq!(status, SORTIE_OK);
            let error = request.request().send().unwrap_err();
            assert_eq!(status_of(error.kind()), SORTIE_ERR_BODY);
            assert!(format!("{error:#}").contains(says), "{error:#}");
        }
    }

    #[test]
    fn what_can_be_read_once_is_sent_once() {
        let server = TestServer::start().unwrap();
        let null: *mut *mut sortie_error = ptr::null_mut();
        let mut request = request(&server);
        let status =
            sortie_request_set_reader(Some(&mut request), Some(nothing), null.cast(), None, SORTIE_UNKNOWN, null);
        assert_eq!(status, SORTIE_OK);
        assert!(request.request().send().unwrap().ok());
        let error = request.request().send().unwrap_err();
        assert_eq!(status_of(error.kind()), SORTIE_ERR_BODY, "{error:#}");
    }
}
