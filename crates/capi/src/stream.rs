//! Content that is read as it comes.

use std::ffi::c_char;
use std::io::Read;
use std::ptr;
use std::sync::OnceLock;

use facade::ResponseStream;

use crate::cancel::sortie_cancel;
use crate::error::sortie_error;
use crate::fault::Fault;
use crate::fields::Fields;
use crate::fork::Birth;
use crate::guard::{guard, quiet};
use crate::lend::{lend, out, room};
use crate::request::sortie_request;
use crate::response::sortie_response;
use crate::session::sortie_session;
use crate::status::sortie_status;

/// A response whose head is here, and whose content comes as it is read. Where nobody reads, nothing is received: the server
/// has to wait. What is held does not grow with the content.
pub struct sortie_stream {
    stream: ResponseStream,
    /// The head, as it was lent.
    head: OnceLock<Box<sortie_response>>,
    /// The trailer fields, as they were lent.
    trailers: OnceLock<Fields>,
    birth: Birth,
}

impl sortie_stream {
    /// The trailer fields, once they are there.
    fn trailers(&self) -> Option<&Fields> {
        let trailers = self.stream.trailers()?;
        Some(self.trailers.get_or_init(|| Fields::of(trailers)))
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
        let request = sortie_cancel::watch(cancel, request.request().bound_to(session))?;
        let stream = sortie_stream {
            stream: request.stream()?,
            head: OnceLock::new(),
            trailers: OnceLock::new(),
            birth: Birth::here(),
        };
        out.write(Box::into_raw(Box::new(stream)));
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
        let head = stream.head.get_or_init(|| Box::new(sortie_response::lent(stream.stream.head().clone())));
        out.write(&raw const **head);
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
/// `SORTIE_ERR_ARGUMENT` for a size that no memory has; `SORTIE_ERR_NULL`, `SORTIE_ERR_FORKED`.
/// Threads: the stream's one.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_stream_read(
    stream: Option<&mut sortie_stream>,
    buffer: *mut u8,
    size: usize,
    count: *mut usize,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let stream = lend(stream, "stream")?;
        let (buffer, out) = (room(buffer, size, "buffer")?, out(count, "count")?);
        stream.birth.check("stream")?;
        out.write(stream.stream.read(buffer).map_err(reason)?);
        Ok(())
    })
}

/// How many trailer fields came behind the content.
///
/// Returns: 0 before the end, and where `stream` is NULL.
/// Threads: the stream's one.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_stream_trailer_count(stream: Option<&sortie_stream>) -> usize {
    quiet(0, || stream.and_then(|stream| stream.stream.trailers()).map_or(0, |fields| fields.iter().count()))
}

/// The name of a trailer field, as it was sent.
///
/// Parameters: `index`: counted from 0.
/// Returns: a text that lives as long as the stream; NULL past the last, before the end, and where `stream` is NULL.
/// Threads: the stream's one.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_stream_trailer_name(stream: Option<&sortie_stream>, index: usize) -> *const c_char {
    quiet(ptr::null(), || stream.and_then(sortie_stream::trailers).map_or(ptr::null(), |fields| fields.name(index)))
}

/// The value of a trailer field.
///
/// Parameters: `index`: counted from 0.
/// Returns: a text that lives as long as the stream; NULL past the last, before the end, and where `stream` is NULL.
/// Threads: the stream's one.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_stream_trailer_value(stream: Option<&sortie_stream>, index: usize) -> *const c_char {
    quiet(ptr::null(), || stream.and_then(sortie_stream::trailers).map_or(ptr::null(), |fields| fields.value(index)))
}

/// Lets a stream go, and the response that it lent. Content that was not read to its end is given up: its connection is
/// closed.
///
/// Parameters: `stream`: or NULL, which is ignored.
/// Threads: the stream's one.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_stream_free(stream: Option<Box<sortie_stream>>) {
    quiet((), || match stream {
        Some(stream) if !stream.birth.is_here() => stream.stream.abandon(),
        stream => drop(stream),
    });
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
    use facade::{Method, Session};
    use sortie_testserver::raw::RawServer;

    use super::*;
    use crate::response::sortie_response_status;
    use crate::status::{SORTIE_ERR_ARGUMENT, SORTIE_ERR_NULL, SORTIE_ERR_TRUNCATED, SORTIE_OK};

    /// The head of what the server answers; its session is gone.
    fn open(server: &RawServer) -> Box<sortie_stream> {
        let session = sortie_session::new(Session::new());
        let request = sortie_request::new(facade::request(Method::GET, server.url("/")));
        let mut stream: Option<Box<sortie_stream>> = None;
        let status = sortie_session_stream(
            Some(&session),
            Some(&request),
            None,
            ptr::from_mut(&mut stream).cast(),
            ptr::null_mut(),
        );
        assert_eq!(status, SORTIE_OK);
        stream.unwrap()
    }

    fn read(stream: &mut sortie_stream, buffer: &mut [u8]) -> Result<usize, sortie_status> {
        let mut count = usize::MAX;
        let (data, size) = (buffer.as_mut_ptr(), buffer.len());
        match sortie_stream_read(Some(stream), data, size, &raw mut count, ptr::null_mut()) {
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
        let mut stream = open(&server);
        assert_eq!(read(&mut stream, &mut []), Ok(0));
        assert_eq!(
            (sortie_stream_trailer_count(Some(&stream)), text(sortie_stream_trailer_name(Some(&stream), 0))),
            (0, None)
        );
        let mut buffer = [0; 16];
        let mut all = Vec::new();
        while let Ok(count @ 1..) = read(&mut stream, &mut buffer) {
            all.extend_from_slice(&buffer[..count]);
        }
        assert_eq!(all, b"hello");
        assert_eq!((read(&mut stream, &mut buffer), read(&mut stream, &mut [])), (Ok(0), Ok(0)));
        assert_eq!(sortie_stream_trailer_count(Some(&stream)), 2);
        assert_eq!(text(sortie_stream_trailer_name(Some(&stream), 1)).as_deref(), Some("X-Sum"));
        assert_eq!(text(sortie_stream_trailer_value(Some(&stream), 1)).as_deref(), Some("8"));
        assert_eq!(text(sortie_stream_trailer_value(Some(&stream), 2)), None);
        sortie_stream_free(Some(stream));
    }

    #[test]
    fn an_error_comes_behind_what_came_and_comes_again() {
        let server = RawServer::answering_once("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello").unwrap();
        let mut stream = open(&server);
        let mut buffer = [0; 16];
        let mut seen = 0;
        let status = loop {
            match read(&mut stream, &mut buffer) {
                Ok(count) => seen += count,
                Err(status) => break status,
            }
        };
        assert_eq!((status, seen), (SORTIE_ERR_TRUNCATED, 5));
        assert_eq!(read(&mut stream, &mut buffer), Err(SORTIE_ERR_TRUNCATED));
    }

    #[test]
    fn the_head_is_lent_and_a_wrong_call_reads_nothing() {
        let server = RawServer::answering_once("HTTP/1.1 203 OK\r\nContent-Length: 1\r\n\r\nx").unwrap();
        let mut stream = open(&server);
        let null = ptr::null_mut();
        let mut head: Option<&sortie_response> = None;
        assert_eq!(sortie_stream_response(Some(&stream), ptr::from_mut(&mut head).cast(), null), SORTIE_OK);
        assert_eq!(sortie_response_status(head), 203);
        assert_eq!(sortie_stream_response(Some(&stream), ptr::null_mut(), null), SORTIE_ERR_NULL);
        let mut count = 0;
        let mut wrong = |buffer: *mut u8, size, count: *mut usize| {
            sortie_stream_read(Some(&mut stream), buffer, size, count, ptr::null_mut())
        };
        assert_eq!(wrong(ptr::null_mut(), 1, &raw mut count), SORTIE_ERR_NULL);
        assert_eq!(wrong(ptr::null_mut(), 0, ptr::null_mut()), SORTIE_ERR_NULL);
        assert_eq!(wrong([0_u8].as_mut_ptr(), usize::MAX, &raw mut count), SORTIE_ERR_ARGUMENT);
        assert_eq!(read(&mut stream, &mut [0; 4]), Ok(1));
    }

    #[test]
    fn a_stream_may_go_to_another_thread() {
        fn goes<T: Send>() {}
        goes::<sortie_stream>();
    }
}
