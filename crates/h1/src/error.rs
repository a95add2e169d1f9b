use std::error::Error as StdError;
use std::fmt;

/// Why a response could not be read. After any of them the connection is lost: close it.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Error {
    /// The peer closed before the head of the final response was complete.
    ClosedBeforeHead {
        /// How many bytes of heads came, 1xx responses included. With 0 the server may never have seen the request.
        received: u64,
    },
    /// The peer closed in the middle of the content.
    Truncated {
        /// How many bytes of content came.
        received: u64,
        /// How many were missing; `None` where a chunked body never said.
        missing: Option<u64>,
    },
    /// Bytes came while no request was out.
    Unasked,
    /// What came does not begin as an HTTP response does.
    Garbage,
    /// The version is neither HTTP/1.0 nor HTTP/1.1.
    Version,
    /// The status line is malformed (RFC 9112, section 4).
    StatusLine,
    /// A field line is malformed: no token before the colon, a bare CR, or a control character (RFC 9112, section 5).
    Field {
        /// Which line of the head's fields, counted from 1.
        line: usize,
    },
    /// The head does not end within [`Limits::head`](crate::Limits::head).
    HeadTooLarge {
        /// The limit, in bytes.
        limit: usize,
    },
    /// There are more fields than [`Limits::fields`](crate::Limits::fields) allows.
    TooManyFields {
        /// The limit.
        limit: usize,
    },
    /// More 1xx responses came than [`Limits::informational`](crate::Limits::informational) allows.
    TooManyInformational {
        /// The limit.
        limit: u32,
    },
    /// A 101 came, although no upgrade was asked for.
    SwitchedUnasked,
    /// A Content-Length is not a number of decimal digits, or past 2^64 - 1 (RFC 9110, section 8.6).
    ContentLength {
        /// The field's value, at most 100 characters of it.
        value: Box<str>,
    },
    /// Content-Length was given twice, with different numbers.
    ConflictingLengths {
        /// The first.
        first: u64,
        /// The one that differs.
        other: u64,
    },
    /// `chunked` is not the last transfer coding, or stands there twice (RFC 9112, section 6.1).
    TransferEncoding {
        /// The field's value, at most 100 characters of it.
        value: Box<str>,
    },
    /// A transfer coding stands before `chunked` that we cannot undo, nor asked for.
    UnsupportedCoding {
        /// The codings before `chunked`, at most 100 characters of them.
        coding: Box<str>,
    },
    /// A chunk's size is not 1 to 16 hexadecimal digits, or its line is malformed (RFC 9112, section 7.1).
    ChunkSize {
        /// How many bytes of content came before it.
        received: u64,
    },
    /// No CRLF follows a chunk's content.
    ChunkEnd {
        /// How many bytes of content came before it.
        received: u64,
    },
    /// A chunk's extension is past [`Limits::chunk_extension`](crate::Limits::chunk_extension).
    ChunkExtension {
        /// The limit, in bytes.
        limit: usize,
    },
    /// A trailer is malformed (RFC 9112, section 7.1.2).
    Trailer {
        /// Which one, counted from 1.
        line: usize,
    },
    /// The trailers do not end within [`Limits::head`](crate::Limits::head).
    TrailersTooLarge {
        /// The limit, in bytes.
        limit: usize,
    },
    /// The fields could not be kept.
    Headers {
        /// Why.
        source: sortie_http::Error,
    },
}

impl Error {
    /// A value as an error may carry it: readable, and not endless.
    pub(crate) fn shown(value: &[u8]) -> Box<str> {
        String::from_utf8_lossy(value).chars().take(100).collect::<String>().into()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::ClosedBeforeHead { received: 0 } => f.write_str("the server closed without a response"),
            Error::ClosedBeforeHead { received } => {
                write!(f, "the server closed after {received} bytes of an unfinished response head")
            }
            Error::Truncated { received, missing: Some(missing) } => {
                write!(f, "the content ended after {received} bytes, {missing} are missing")
            }
            Error::Truncated { received, missing: None } => {
                write!(f, "the content ended after {received} bytes, before its last chunk")
            }
            Error::Unasked => f.write_str("the server sent bytes that no request asked for"),
            Error::Garbage => f.write_str("the response does not begin with an HTTP version"),
            Error::Version => f.write_str("the response is neither HTTP/1.0 nor HTTP/1.1"),
            Error::StatusLine => f.write_str("malformed status line"),
            Error::Field { line } => write!(f, "malformed header field in line {line} of the response's fields"),
            Error::HeadTooLarge { limit } => write!(f, "the response head is larger than {limit} bytes"),
            Error::TooManyFields { limit } => write!(f, "the response has more than {limit} fields"),
            Error::TooManyInformational { limit } => write!(f, "more than {limit} informational responses"),
            Error::SwitchedUnasked => f.write_str("the server switched protocols without being asked"),
            Error::ContentLength { value } => write!(f, "invalid content length {value:?}"),
            Error::ConflictingLengths { first, other } => write!(f, "two content lengths, {first} and {other}"),
            Error::TransferEncoding { value } => {
                write!(f, "invalid transfer encoding {value:?}, chunked must be last and stand there once")
            }
            Error::UnsupportedCoding { coding } => write!(f, "unsupported transfer coding {coding:?}"),
            Error::ChunkSize { received } => write!(f, "malformed chunk size after {received} bytes of content"),
            Error::ChunkEnd { received } => write!(f, "a chunk does not end after {received} bytes of content"),
            Error::ChunkExtension { limit } => write!(f, "a chunk extension is longer than {limit} bytes"),
            Error::Trailer { line } => write!(f, "malformed trailer in line {line}"),
            Error::TrailersTooLarge { limit } => write!(f, "the trailers are larger than {limit} bytes"),
            Error::Headers { .. } => f.write_str("the response's fields cannot be kept"),
        }
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Error::Headers { source } => Some(source),
            _ => None,
        }
    }
}
