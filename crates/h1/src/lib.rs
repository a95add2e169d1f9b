//! An HTTP/1.1 client connection without I/O (RFC 9112).
//!
//! Bytes that a server sent go in, the elements of its response come out; a request's head is written into a buffer.
//! Nothing here knows a socket, a clock or a thread, so whatever moves the bytes (a loop, a test, a replay) drives it.
//!
//! | what | who keeps it |
//! |---|---|
//! | [`Connection`], the state of one connection; small, and without a buffer unless a head came in pieces | one a link |
//! | [`Memo`], the last head that a server sent, parsed: the same bytes again are not parsed again | one an origin |
//! | [`Scratch`], a place to work in | one a loop |
//! | [`Limits`], what a server may ask of us | one a client |
//!
//! [`Connection::receive`] is called with what is left of the input until it answers [`Event::More`] (read on) or
//! [`Event::End`] (the response is complete):
//! ```text
//! begin ──► Informational* ──► Head ──► Content* ──► Trailers? ──► End ──► (idle, or over when the connection cannot be reused)
//! ```
//!
//! ```
//! use sortie_h1::{Added, Connection, Event, Limits, Memo, Scratch, write_head};
//! use sortie_http::{Headers, Method};
//!
//! let mut headers = Headers::new();
//! headers.append("Host", "example.com")?;
//! let mut out = Vec::new();
//! write_head(&mut out, &Method::GET, "/", &headers, &Added::default());
//! assert_eq!(out, b"GET / HTTP/1.1\r\nHost: example.com\r\n\r\n");
//!
//! let (mut memo, mut scratch, limits) = (Memo::new(), Scratch::new(), Limits::default());
//! let mut connection = Connection::new();
//! connection.begin(&Method::GET, false);
//!
//! let mut input: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
//! let mut content = Vec::new();
//! loop {
//!     let (used, event) = connection.receive(input, &mut memo, &limits, &mut scratch)?;
//!     input = &input[used..];
//!     match event {
//!         Event::Informational(_) | Event::Trailers(_) => {}
//!         Event::Head(head) => assert_eq!(head.headers.get("content-length"), Some("5")),
//!         Event::Content(piece) => content.extend_from_slice(piece),
//!         Event::More => panic!("the response is complete"),
//!         Event::End { reusable } => break assert!(reusable),
//!     }
//! }
//! assert_eq!(content, b"hello");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod chunked;
mod chunks;
mod collect;
mod connection;
mod error;
mod facts;
mod framing;
mod head;
mod limits;
mod memo;
mod plain;
mod request;
mod scratch;
mod trailers;

pub use chunks::{write_chunk, write_last_chunk};
pub use connection::{Connection, Event};
pub use error::Error;
pub use facts::Present;
pub use framing::Framing;
pub use head::Head;
pub use limits::Limits;
pub use memo::Memo;
pub use request::{Added, write_head};
pub use scratch::Scratch;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
