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
pub type sortie_read = Option<extern "C" fn(context: *mut c_void, buffer: *mut u8, size: usize) -> i64>;

/// Sends what a callback gives as the body, in place of any other: streamed, and once. No Content-Type is added.
///
/// Such a request can be sent once: sent again, also as a copy, and where a redirect would need the body once more, it fails
/// with an error that says so.
///
/// Parameters: `size`: how many bytes it gives, fewer or more are `SORTIE_ERR_BODY`; or `SORTIE_UNKNOWN`: it is sent in chunks then.
/// Returns: `SORTIE_ERR_NULL`.
/// Ownership: `drop` is called with `context` once, when nothing reads any more: also where the body was never sent, and
/// where this function fails.
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
