//! What messages carry: forms, multipart, JSON, content codings, charsets.
//!
//! Bytes go in, bytes or values come out; nothing here knows a socket or a clock.
//!
//! | a request's content | a response's content |
//! |---|---|
//! | [`form`]: pairs, as a browser's form writes them | [`Decoder`]: takes the content codings off what is whole |
//! | [`Multipart`]: fields and files, streamed | [`DecodeReader`]: the same, of what a reader gives |
//! | [`to_json`]: a value as JSON | [`StreamDecoder`]: the same, of pieces, with back-pressure |
//! | [`encode`], [`EncodeReader`]: content in a coding | [`from_json`]: a value from JSON in any Unicode encoding |
//! | [`ACCEPT_ENCODING`]: the codings to offer | [`text`]: characters, by BOM or charset parameter |
//! | | [`Lines`]: the same, line by line, of what a reader gives |
//! | | [`content_type`], [`content_range`]: what it is, and which part of it |
//!
//! ```text
//! Content-Encoding ──► Codings ─┐
//!                     coded ────┼──► Decoder ──► content ──► text, from_json
//!                     Limits ───┘
//! ```
//!
//! A [`Decoder`] is made once and reused: its states are the costly part. Features, all on by default: `json` brings
//! `to_json`, `from_json` and `JSON`; `br` and `zstd` those codings.
//!
//! ```
//! use sortie_content::{Codings, Decoder, Limits, text};
//! use sortie_http::Headers;
//!
//! let mut headers = Headers::new();
//! headers.append("Content-Encoding", "gzip")?;
//! let coded = [
//!     0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0xff, 0xcb, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x86,
//!     0xa6, 0x10, 0x36, 0x05, 0x00, 0x00, 0x00,
//! ];
//!
//! let mut decoder = Decoder::new();
//! let content = decoder.decode(&Codings::of(&headers), &coded, &Limits::default())?;
//! assert_eq!(text(&headers, &content), "hello");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod boundary;
mod coding;
mod decode;
mod deflate;
mod encode;
mod encode_reader;
mod error;
mod form;
mod gzip;
mod gzip_header;
mod inflate;
#[cfg(feature = "json")]
mod json;
mod layer;
mod limits;
mod lines;
mod media_type;
mod moved;
mod multipart;
mod part;
mod range;
mod reader;
mod stage;
mod stream;
mod text;

pub use boundary::Boundary;
pub use coding::{ACCEPT_ENCODING, Coding, Codings, MOST_CODINGS};
pub use decode::Decoder;
pub use encode::encode;
pub use encode_reader::EncodeReader;
pub use error::{Damage, Error};
pub use form::{FORM, form};
#[cfg(feature = "json")]
pub use json::{JSON, from_json, to_json};
pub use limits::Limits;
pub use lines::Lines;
pub use media_type::{MediaType, content_type};
pub use multipart::{Multipart, MultipartReader};
pub use part::Part;
pub use range::{ContentRange, content_range};
pub use reader::DecodeReader;
pub use stream::{Step, StreamDecoder};
pub use text::{encoding, text};

#[cfg(all(doctest, feature = "json"))]
#[doc = include_str!("../README.md")]
struct Readme;
