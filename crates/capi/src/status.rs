//! What functions return: a status, in groups of a hundred. Numbers are added, and never change.

use std::ffi::{CStr, c_char};

use facade::ErrorKind;

/// How a function ended: `SORTIE_OK`, `SORTIE_EMPTY`, or one of `SORTIE_ERR_...`. New ones may be added in their groups.
pub type sortie_status = i32;

// Nothing went wrong.
/// What was asked for was done.
pub const SORTIE_OK: sortie_status = 0;
/// There is nothing (yet). No failure: no error is handed over.
pub const SORTIE_EMPTY: sortie_status = 1;

// Wrong use of the library; nothing was done.
/// A pointer is NULL that may not be.
pub const SORTIE_ERR_NULL: sortie_status = 10;
/// A text is not UTF-8.
pub const SORTIE_ERR_UTF8: sortie_status = 11;
/// Another argument makes no sense, such as a timeout of zero.
pub const SORTIE_ERR_ARGUMENT: sortie_status = 12;
/// The handle is in use, by another thread or by the function that has called back.
pub const SORTIE_ERR_BUSY: sortie_status = 13;
/// The handle was made before the process forked.
pub const SORTIE_ERR_FORKED: sortie_status = 14;
/// A fault of sortie's own, which was caught.
pub const SORTIE_ERR_PANIC: sortie_status = 15;

// The request cannot be sent; nothing was.
/// The URL is none that HTTP can use.
pub const SORTIE_ERR_INVALID_URL: sortie_status = 100;
/// A header field may not be sent like that.
pub const SORTIE_ERR_INVALID_HEADER: sortie_status = 101;
/// The body cannot be encoded.
pub const SORTIE_ERR_INVALID_BODY: sortie_status = 102;
/// A hook refused the call.
pub const SORTIE_ERR_REFUSED: sortie_status = 103;
/// Something that is not built in was asked for.
pub const SORTIE_ERR_UNSUPPORTED: sortie_status = 104;

// There is no connection.
/// The host's name was not found.
pub const SORTIE_ERR_RESOLVE: sortie_status = 200;
/// No address of the host could be connected to.
pub const SORTIE_ERR_CONNECT: sortie_status = 201;
/// The address policy refused the addresses of the host.
pub const SORTIE_ERR_ADDRESS: sortie_status = 202;
/// A proxy opened no tunnel.
pub const SORTIE_ERR_PROXY: sortie_status = 203;
/// TLS failed: the certificate, the handshake, or a record.
pub const SORTIE_ERR_TLS: sortie_status = 204;

// It took too long.
/// Making the connection.
pub const SORTIE_ERR_CONNECT_TIMEOUT: sortie_status = 300;
/// Waiting for a connection.
pub const SORTIE_ERR_QUEUE_TIMEOUT: sortie_status = 301;
/// Waiting for the response to begin.
pub const SORTIE_ERR_FIRST_BYTE_TIMEOUT: sortie_status = 302;
/// A pause of the peer's.
pub const SORTIE_ERR_BETWEEN_BYTES_TIMEOUT: sortie_status = 303;
/// The whole call.
pub const SORTIE_ERR_TOTAL_TIMEOUT: sortie_status = 304;
/// The batch's deadline came first.
pub const SORTIE_ERR_DEADLINE: sortie_status = 305;

// The exchange broke.
/// The body could not be read while it was sent, or has another length than was said.
pub const SORTIE_ERR_BODY: sortie_status = 400;
/// The request could not be written.
pub const SORTIE_ERR_SEND: sortie_status = 401;
/// The response could not be read.
pub const SORTIE_ERR_RECEIVE: sortie_status = 402;
/// The peer closed the connection before it answered.
pub const SORTIE_ERR_CLOSED: sortie_status = 403;
/// What the peer sent is no HTTP, or is past a limit of its form.
pub const SORTIE_ERR_PROTOCOL: sortie_status = 404;
/// The content ended before its end.
pub const SORTIE_ERR_TRUNCATED: sortie_status = 405;
/// The content is damaged, or not what it was read as.
pub const SORTIE_ERR_CONTENT: sortie_status = 406;
/// The content is larger than allowed.
pub const SORTIE_ERR_CONTENT_TOO_LARGE: sortie_status = 407;

// The answer was not good enough.
/// There were more redirects than allowed.
pub const SORTIE_ERR_TOO_MANY_REDIRECTS: sortie_status = 500;
/// A redirect cannot be followed.
pub const SORTIE_ERR_REDIRECT: sortie_status = 501;
/// Nobody could say who asks.
pub const SORTIE_ERR_AUTH: sortie_status = 502;
/// The server did not switch protocols.
pub const SORTIE_ERR_UPGRADE: sortie_status = 503;
/// The status is 400 or above; only `sortie_response_raise_for_status` says so.
pub const SORTIE_ERR_STATUS: sortie_status = 504;

// It was given up.
/// The call was cancelled, or a callback asked to stop.
pub const SORTIE_ERR_CANCELLED: sortie_status = 600;
/// Another call of the batch failed, and the batch was asked to fail fast.
pub const SORTIE_ERR_FAILED_FAST: sortie_status = 601;

// The system.
/// A file could not be read, written or understood.
pub const SORTIE_ERR_FILE: sortie_status = 700;
/// The system refused what is needed, such as another descriptor.
pub const SORTIE_ERR_SYSTEM: sortie_status = 701;
/// Something that has no number yet.
pub const SORTIE_ERR_OTHER: sortie_status = 999;

/// Every status, and the name it is called by.
const NAMES: &[(sortie_status, &CStr)] = &[
    (SORTIE_OK, c"SORTIE_OK"),
    (SORTIE_EMPTY, c"SORTIE_EMPTY"),
    (SORTIE_ERR_NULL, c"SORTIE_ERR_NULL"),
    (SORTIE_ERR_UTF8, c"SORTIE_ERR_UTF8"),
    (SORTIE_ERR_ARGUMENT, c"SORTIE_ERR_ARGUMENT"),
    (SORTIE_ERR_BUSY, c"SORTIE_ERR_BUSY"),
    (SORTIE_ERR_FORKED, c"SORTIE_ERR_FORKED"),
    (SORTIE_ERR_PANIC, c"SORTIE_ERR_PANIC"),
    (SORTIE_ERR_INVALID_URL, c"SORTIE_ERR_INVALID_URL"),
    (SORTIE_ERR_INVALID_HEADER, c"SORTIE_ERR_INVALID_HEADER"),
    (SORTIE_ERR_INVALID_BODY, c"SORTIE_ERR_INVALID_BODY"),
    (SORTIE_ERR_REFUSED, c"SORTIE_ERR_REFUSED"),
    (SORTIE_ERR_UNSUPPORTED, c"SORTIE_ERR_UNSUPPORTED"),
    (SORTIE_ERR_RESOLVE, c"SORTIE_ERR_RESOLVE"),
    (SORTIE_ERR_CONNECT, c"SORTIE_ERR_CONNECT"),
    (SORTIE_ERR_ADDRESS, c"SORTIE_ERR_ADDRESS"),
    (SORTIE_ERR_PROXY, c"SORTIE_ERR_PROXY"),
    (SORTIE_ERR_TLS, c"SORTIE_ERR_TLS"),
    (SORTIE_ERR_CONNECT_TIMEOUT, c"SORTIE_ERR_CONNECT_TIMEOUT"),
    (SORTIE_ERR_QUEUE_TIMEOUT, c"SORTIE_ERR_QUEUE_TIMEOUT"),
    (SORTIE_ERR_FIRST_BYTE_TIMEOUT, c"SORTIE_ERR_FIRST_BYTE_TIMEOUT"),
    (SORTIE_ERR_BETWEEN_BYTES_TIMEOUT, c"SORTIE_ERR_BETWEEN_BYTES_TIMEOUT"),
    (SORTIE_ERR_TOTAL_TIMEOUT, c"SORTIE_ERR_TOTAL_TIMEOUT"),
    (SORTIE_ERR_DEADLINE, c"SORTIE_ERR_DEADLINE"),
    (SORTIE_ERR_BODY, c"SORTIE_ERR_BODY"),
    (SORTIE_ERR_SEND, c"SORTIE_ERR_SEND"),
    (SORTIE_ERR_RECEIVE, c"SORTIE_ERR_RECEIVE"),
    (SORTIE_ERR_CLOSED, c"SORTIE_ERR_CLOSED"),
    (SORTIE_ERR_PROTOCOL, c"SORTIE_ERR_PROTOCOL"),
    (SORTIE_ERR_TRUNCATED, c"SORTIE_ERR_TRUNCATED"),
    (SORTIE_ERR_CONTENT, c"SORTIE_ERR_CONTENT"),
    (SORTIE_ERR_CONTENT_TOO_LARGE, c"SORTIE_ERR_CONTENT_TOO_LARGE"),
    (SORTIE_ERR_TOO_MANY_REDIRECTS, c"SORTIE_ERR_TOO_MANY_REDIRECTS"),
    (SORTIE_ERR_REDIRECT, c"SORTIE_ERR_REDIRECT"),
    (SORTIE_ERR_AUTH, c"SORTIE_ERR_AUTH"),
    (SORTIE_ERR_UPGRADE, c"SORTIE_ERR_UPGRADE"),
    (SORTIE_ERR_STATUS, c"SORTIE_ERR_STATUS"),
    (SORTIE_ERR_CANCELLED, c"SORTIE_ERR_CANCELLED"),
    (SORTIE_ERR_FAILED_FAST, c"SORTIE_ERR_FAILED_FAST"),
    (SORTIE_ERR_FILE, c"SORTIE_ERR_FILE"),
    (SORTIE_ERR_SYSTEM, c"SORTIE_ERR_SYSTEM"),
    (SORTIE_ERR_OTHER, c"SORTIE_ERR_OTHER"),
];

/// The name of a status, such as `SORTIE_ERR_NULL`, for messages.
///
/// Returns: a text that lives for ever; `unknown status` for a number that is none.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_status_name(status: sortie_status) -> *const c_char {
    name(status).unwrap_or(c"unknown status").as_ptr()
}

/// The name of a status, if it is one.
pub(crate) fn name(status: sortie_status) -> Option<&'static CStr> {
    NAMES.iter().find(|(known, _)| *known == status).map(|(_, name)| *name)
}

/// The status of an error of this kind.
pub(crate) fn status_of(kind: ErrorKind) -> sortie_status {
    match kind {
        ErrorKind::InvalidUrl => SORTIE_ERR_INVALID_URL,
        ErrorKind::InvalidHeader => SORTIE_ERR_INVALID_HEADER,
        ErrorKind::InvalidBody => SORTIE_ERR_INVALID_BODY,
        ErrorKind::InvalidArgument => SORTIE_ERR_ARGUMENT,
        ErrorKind::Refused => SORTIE_ERR_REFUSED,
        ErrorKind::Unsupported => SORTIE_ERR_UNSUPPORTED,
        ErrorKind::Resolve => SORTIE_ERR_RESOLVE,
        ErrorKind::Connect => SORTIE_ERR_CONNECT,
        ErrorKind::Address => SORTIE_ERR_ADDRESS,
        ErrorKind::Proxy => SORTIE_ERR_PROXY,
        ErrorKind::Tls => SORTIE_ERR_TLS,
        ErrorKind::ConnectTimeout => SORTIE_ERR_CONNECT_TIMEOUT,
        ErrorKind::QueueTimeout => SORTIE_ERR_QUEUE_TIMEOUT,
        ErrorKind::FirstByteTimeout => SORTIE_ERR_FIRST_BYTE_TIMEOUT,
        ErrorKind::BetweenBytesTimeout => SORTIE_ERR_BETWEEN_BYTES_TIMEOUT,
        ErrorKind::TotalTimeout => SORTIE_ERR_TOTAL_TIMEOUT,
        ErrorKind::Deadline => SORTIE_ERR_DEADLINE,
        ErrorKind::Body => SORTIE_ERR_BODY,
        ErrorKind::Send => SORTIE_ERR_SEND,
        ErrorKind::Receive => SORTIE_ERR_RECEIVE,
        ErrorKind::Closed => SORTIE_ERR_CLOSED,
        ErrorKind::Protocol => SORTIE_ERR_PROTOCOL,
        ErrorKind::Truncated => SORTIE_ERR_TRUNCATED,
        ErrorKind::Content => SORTIE_ERR_CONTENT,
        ErrorKind::ContentTooLarge => SORTIE_ERR_CONTENT_TOO_LARGE,
        ErrorKind::TooManyRedirects => SORTIE_ERR_TOO_MANY_REDIRECTS,
        ErrorKind::Redirect => SORTIE_ERR_REDIRECT,
        ErrorKind::Auth => SORTIE_ERR_AUTH,
        ErrorKind::Upgrade => SORTIE_ERR_UPGRADE,
        ErrorKind::Status => SORTIE_ERR_STATUS,
        ErrorKind::Cancelled => SORTIE_ERR_CANCELLED,
        ErrorKind::FailedFast => SORTIE_ERR_FAILED_FAST,
        ErrorKind::File => SORTIE_ERR_FILE,
        ErrorKind::System => SORTIE_ERR_SYSTEM,
        // Kinds grow.
        _ => SORTIE_ERR_OTHER,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_statuses_share_a_number_and_all_have_names() {
        let mut numbers: Vec<_> = NAMES.iter().map(|(number, _)| *number).collect();
        numbers.dedup();
        assert_eq!(numbers.len(), NAMES.len());
        assert!(numbers.is_sorted());
    }

    #[test]
    fn a_number_that_is_no_status_has_a_name_all_the_same() {
        assert_eq!(name(-1), None);
        assert_eq!(name(SORTIE_ERR_BUSY), Some(c"SORTIE_ERR_BUSY"));
    }
}
