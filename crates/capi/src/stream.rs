//! Content that is read as it comes.

use std::ffi::c_char;
use std::io::Read;
use std::ptr;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, TryLockError};

use facade::{ResponseStream, keep};

use crate::cancel::sortie_cancel;
use crate::error::sortie_error;
use crate::fault::Fault;
use crate::fields::Fields;
use crate::fork::Birth;
use crate::guard::guard;
use crate::lend::{lend, out, room, share, shared, unshare};
use crate::quiet::quiet;
use crate::request::sortie_request;
use crate::response::sortie_response;
use crate::session::sortie_session;
use crate::status::sortie_status;

/// A response whose head is here, and whose content comes as it is read. Where nobody reads, nothing is received: the server
/// has to wait. What is held does not grow with the content.
///
/// It belongs to one thread at a time. A read that finds it in use, by another thread or since it has called back, gives
/// `SORTIE_ERR_BUSY` at once.
pub struct sortie_stream {
    content: Mutex<ResponseStream>,
    /// The head, as it is lent.
    head: sortie_response,
    /// The trailer fields, once they are there.
    trailers: OnceLock<Fields>,
    birth: Birth,
}

impl sortie_stream {
    fn into_raw(content: ResponseStream) -> *mut Self {
        let (head, trailers) = (sortie_response::lent(content.head().clone()), OnceLock::new());
        note(&trailers, &content);
        shared(sortie_stream { content: Mutex::new(content), head, trailers, birth: Birth::here() })
    }

    /// Reads of a stream of this process that nobody else is in.
    fn read(&self, buffer: &mut [u8]) -> Result<usize, Fault> {
        self.birth.check("stream")?;
        let mut content = match self.content.try_lock() {
            Ok(content) => content,
            // What has panicked in it was caught, and told.
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return Err(Fault::Busy("stream")),
        };
        let count = content.read(buffer);
        // A hook may have forked.
        self.birth.check("stream")?;
        note(&self.trailers, &content);
        count.map_err(reason)
    }

    /// Lets it go in the child of a fork.
    fn abandon(self: Arc<Self>) {
        match Arc::try_unwrap(self) {
            Ok(stream) => stream.content.into_inner().unwrap_or_else(PoisonError::into_inner).abandon(),
            // A thread that this process does not have is in it, or it is a hook that has forked.
            Err(used) => keep(used),
        }
    }
}

/// Sends a request, and gives the response when its head is here, redirects followed; the content is read from it.
///
/// `response` hooks run before the content is there: what they set in its place is dropped. `post_request` hooks when it has ended, failed, or was given up.
///
/// Parameters: `cancel`: ends the call when it is fired, from any thread, also while content is read; or NULL.
/// Returns: `SORTIE_OK`, and else why no response could be had.
/// Ownership: the request is copied; `*stream` is yours: free it by `sortie_stream_free`. It outlives the session.
/// Threads: any, several at once; the stream belongs to one thread at a time.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_session_stream(
    session: Option<&sortie_session>,
    request: Option<&sortie_request>,
    cancel: Option<&sortie_cancel>,
    stream: *mut *mut sortie_stream,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let (session, request) = (sortie_session::lend(session)?, lend(request, "request")?);
        let out = out(stream, "stream")?;
        let request = sortie_cancel::watch(cancel, request.request().bound_to(&session))?;
        out.write(sortie_stream::into_raw(request.stream()?));
        Ok(())
    })
}

/// The head of the response, and the history before it. Its content is empty, and its times are those up to the head.
///
/// Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_FORKED`.
/// Ownership: `*response` is lent: it lives as long as the stream, and is not freed.
/// Threads: the stream's one; the response may be read by any.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_stream_response(
    stream: Option<&sortie_stream>,
    response: *mut *const sortie_response,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let (stream, out) = (lend(stream, "stream")?, out(response, "response")?);
        stream.birth.check("stream")?;
        out.write(&raw const stream.head);
        Ok(())
    })
}

/// Reads the next bytes of the content, decoded of its content codings, as soon as there are some.
///
/// Only time that is spent in here counts against the time between bytes; that of the whole call goes on. Read to its end, its
/// connection serves the next call.
///
/// Parameters: `count`: how many bytes were written to `buffer`. 0 is the end, and comes again; where `size` is 0 it says
/// nothing.
/// Returns: why the content cannot be read on, behind all that came before; the same error comes again.
/// `SORTIE_ERR_ARGUMENT` for a size that no memory has; `SORTIE_ERR_NULL`, `SORTIE_ERR_BUSY`, `SORTIE_ERR_FORKED`.
/// Threads: the stream's one. A hook of the request may run in it.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_stream_read(
    stream: *mut sortie_stream,
    buffer: *mut u8,
    size: usize,
    count: *mut usize,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        // A hook may free it.
        let stream = share(stream, "stream")?;
        let (buffer, out) = (room(buffer, size, "buffer")?, out(count, "count")?);
        out.write(stream.read(buffer)?);
        Ok(())
    })
}

/// How many trailer fields came behind the content.
///
/// Returns: 0 before the end, and where `stream` is NULL.
/// Threads: the stream's one.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_stream_trailer_count(stream: Option<&sortie_stream>) -> usize {
    quiet(0, || stream.and_then(|stream| stream.trailers.get()).map_or(0, Fields::count))
}

/// The name of a trailer field, as it was sent.
///
/// Parameters: `index`: counted from 0.
/// Returns: a text that lives as long as the stream; NULL past the last, before the end, and where `stream` is NULL.
/// Threads: the stream's one.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_stream_trailer_name(stream: Option<&sortie_stream>, index: usize) -> *const c_char {
    quiet(ptr::null(), || {
        stream.and_then(|stream| stream.trailers.get()).map_or(ptr::null(), |fields| fields.name(index))
    })
}

/// The value of a trailer field.
///
/// Parameters: `index`: counted from 0.
/// Returns: a text that lives as long as the stream; NULL past the last, before the end, and where `stream` is NULL.
/// Threads: the stream's one.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_stream_trailer_value(stream: Option<&sortie_stream>, index: usize) -> *const c_char {
    quiet(ptr::null(), || {
        stream.and_then(|stream| stream.trailers.get()).map_or(ptr::null(), |fields| fields.value(index))
    })
}

/// Lets a stream go, and the response that it lent. Content that was not read to its end is given up: its connection is
/// closed.
///
/// In a hook that its own read runs it goes when that read returns, and what it lent with it.
///
/// Parameters: `stream`: or NULL, which is ignored.
/// Threads: the stream's one. Where another reads it all the same, it goes when that one is out.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_stream_free(stream: *mut sortie_stream) {
    quiet((), || match unshare(stream) {
        Some(stream) if !stream.birth.is_here() => stream.abandon(),
        stream => drop(stream),
    });
}

/// Keeps the trailer fields, once they are there.
fn note(trailers: &OnceLock<Fields>, content: &ResponseStream) {
    if let Some(fields) = content.trailers() {
        trailers.get_or_init(|| Fields::of(fields));
    }
}

/// What stopped the reading, in the library's words.
fn reason(error: std::io::Error) -> Fault {
    match error.downcast::<facade::Error>() {
        Ok(error) => error.into(),
        Err(error) => facade::Error::new(facade::ErrorKind::Receive).with_source(error).into(),
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::c_void;
    use std::sync::atomic::{AtomicI32, AtomicPtr, Ordering};

    use facade::{Method, Session};
    use sortie_testserver::TestServer;
    use sortie_testserver::raw::RawServer;

    use super::*;
    use crate::hooks::{SORTIE_HOOK_KEEP, sortie_reason};
    use crate::prepared::sortie_prepared;
    use crate::request_hooks::sortie_request_on_post_request;
    use crate::response::sortie_response_status;
    use crate::status::{SORTIE_ERR_ARGUMENT, SORTIE_ERR_BUSY, SORTIE_ERR_NULL, SORTIE_ERR_TRUNCATED, SORTIE_OK};

    /// The head of what the server answers; its session is gone.
    fn open(server: &RawServer) -> *mut sortie_stream {
        let request = sortie_request::new(facade::request(Method::GET, server.url("/")));
        open_request(&request)
    }

    fn open_request(request: &sortie_request) -> *mut sortie_stream {
        let session = sortie_session::new(Session::new());
        let mut stream = ptr::null_mut();
        let status = sortie_session_stream(Some(&session), Some(request), None, &raw mut stream, ptr::null_mut());
        assert_eq!(status, SORTIE_OK);
        stream
    }

    /// The stream, as accessors are lent it.
    fn lent<'a>(stream: *mut sortie_stream) -> Option<&'a sortie_stream> {
        crate::lend::list(stream, 1, "stream").unwrap().first()
    }

    fn read(stream: *mut sortie_stream, buffer: &mut [u8]) -> Result<usize, sortie_status> {
        let mut count = usize::MAX;
        let (data, size) = (buffer.as_mut_ptr(), buffer.len());
        match sortie_stream_read(stream, data, size, &raw mut count, ptr::null_mut()) {
            SORTIE_OK => Ok(count),
            status => {
                assert_eq!(count, usize::MAX, "written though it failed");
                Err(status)
            }
        }
    }

    fn text(pointer: *const c_char) -> Option<String> {
        (!pointer.is_null()).then(|| crate::lend::text(pointer, "text").unwrap().to_owned())
    }

    #[test]
    fn the_end_comes_again_and_trailers_come_with_it() {
        let wire =
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX-Sum: 7\r\nX-Sum: 8\r\n\r\n";
        let server = RawServer::answering_once(wire).unwrap();
        let stream = open(&server);
        assert_eq!(read(stream, &mut []), Ok(0));
        assert_eq!(
            (sortie_stream_trailer_count(lent(stream)), text(sortie_stream_trailer_name(lent(stream), 0))),
            (0, None)
        );
        let mut buffer = [0; 16];
        let mut all = Vec::new();
        while let Ok(count @ 1..) = read(stream, &mut buffer) {
            all.extend_from_slice(&buffer[..count]);
        }
        assert_eq!(all, b"hello");
        assert_eq!((read(stream, &mut buffer), read(stream, &mut [])), (Ok(0), Ok(0)));
        assert_eq!(sortie_stream_trailer_count(lent(stream)), 2);
        assert_eq!(text(sortie_stream_trailer_name(lent(stream), 1)).as_deref(), Some("X-Sum"));
        assert_eq!(text(sortie_stream_trailer_value(lent(stream), 1)).as_deref(), Some("8"));
        assert_eq!(text(sortie_stream_trailer_value(lent(stream), 2)), None);
        sortie_stream_free(stream);
    }

    #[test]
    fn an_error_comes_behind_what_came_and_comes_again() {
        let server = RawServer::answering_once("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello").unwrap();
        let stream = open(&server);
        let mut buffer = [0; 16];
        let mut seen = 0;
        let status = loop {
            match read(stream, &mut buffer) {
                Ok(count) => seen += count,
                Err(status) => break status,
            }
        };
        assert_eq!((status, seen), (SORTIE_ERR_TRUNCATED, 5));
        assert_eq!(read(stream, &mut buffer), Err(SORTIE_ERR_TRUNCATED));
        sortie_stream_free(stream);
    }

    #[test]
    fn the_head_is_lent_and_a_wrong_call_reads_nothing() {
        let server = RawServer::answering_once("HTTP/1.1 203 OK\r\nContent-Length: 1\r\n\r\nx").unwrap();
        let stream = open(&server);
        let null = ptr::null_mut();
        let mut head: Option<&sortie_response> = None;
        assert_eq!(sortie_stream_response(lent(stream), ptr::from_mut(&mut head).cast(), null), SORTIE_OK);
        assert_eq!(sortie_response_status(head), 203);
        assert_eq!(sortie_stream_response(lent(stream), ptr::null_mut(), null), SORTIE_ERR_NULL);
        let mut count = 0;
        let wrong =
            |buffer: *mut u8, size, count: *mut usize| sortie_stream_read(stream, buffer, size, count, ptr::null_mut());
        assert_eq!(wrong(ptr::null_mut(), 1, &raw mut count), SORTIE_ERR_NULL);
        assert_eq!(wrong(ptr::null_mut(), 0, ptr::null_mut()), SORTIE_ERR_NULL);
        assert_eq!(wrong([0_u8].as_mut_ptr(), usize::MAX, &raw mut count), SORTIE_ERR_ARGUMENT);
        assert_eq!(read(stream, &mut [0; 4]), Ok(1));
        sortie_stream_free(stream);
    }

    #[test]
    fn a_stream_that_calls_back_is_busy_and_goes_when_its_read_returns() {
        static STREAM: AtomicPtr<sortie_stream> = AtomicPtr::new(ptr::null_mut());
        static FOUND: AtomicI32 = AtomicI32::new(-1);
        static DROPS: AtomicI32 = AtomicI32::new(0);
        extern "C" fn hook(
            _: *mut c_void,
            _: &mut sortie_prepared,
            _: Option<&sortie_response>,
            _: Option<&sortie_error>,
            _: &mut sortie_reason,
        ) -> i32 {
            let stream = STREAM.load(Ordering::Relaxed);
            FOUND.store(read(stream, &mut [0; 4]).unwrap_err(), Ordering::Relaxed);
            let mut head: Option<&sortie_response> = None;
            let status = sortie_stream_response(lent(stream), ptr::from_mut(&mut head).cast(), ptr::null_mut());
            assert_eq!((status, sortie_response_status(head)), (SORTIE_OK, 200));
            sortie_stream_free(stream);
            assert_eq!((sortie_response_status(head), DROPS.load(Ordering::Relaxed)), (200, 0));
            SORTIE_HOOK_KEEP
        }
        extern "C" fn drop(_: *mut c_void) {
            DROPS.fetch_add(1, Ordering::Relaxed);
        }
        // More than comes with the head.
        let server = TestServer::start().unwrap();
        let mut request = sortie_request::new(facade::request(Method::GET, server.url("/bytes/3000000")));
        let null: *mut *mut sortie_error = ptr::null_mut();
        let status = sortie_request_on_post_request(Some(&mut request), Some(hook), null.cast(), Some(drop), null);
        assert_eq!(status, SORTIE_OK);
        let stream = open_request(&request);
        std::mem::drop(request);
        STREAM.store(stream, Ordering::Relaxed);
        while FOUND.load(Ordering::Relaxed) < 0 {
            read(stream, &mut [0; 4096]).unwrap();
        }
        assert_eq!((FOUND.load(Ordering::Relaxed), DROPS.load(Ordering::Relaxed)), (SORTIE_ERR_BUSY, 1));
    }

    #[test]
    fn a_stream_may_go_to_another_thread() {
        fn goes<T: Send>() {}
        goes::<sortie_stream>();
    }
}
