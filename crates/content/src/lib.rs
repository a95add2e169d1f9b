//! What messages carry: forms, JSON, gzip and deflate, charsets.
//!
//! Bytes go in, bytes or values come out; nothing here knows a socket or a clock.
//!
//! | a request's content | a response's content |
//! |---|---|
//! | [`form`]: pairs, as a browser's form writes them | [`Decoder`]: takes the content codings off |
//! | [`to_json`]: a value as JSON | [`from_json`]: a value from JSON in any Unicode encoding |
//! | [`ACCEPT_ENCODING`]: the codings to offer | [`text`]: characters, by BOM or charset parameter |
//!
//! ```text
//! Content-Encoding ──► Codings ─┐
//!                     coded ────┼──► Decoder ──► content ──► text, from_json
//!                     Limits ───┘
//! ```
//!
//! A [`Decoder`] is made once and reused: its inflate state is the costly part. The whole content is decoded at once,
//! in memory. Features: `json` (on by default) brings `to_json`, `from_json` and `JSON`.
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

mod coding;
mod decode;
mod deflate;
mod error;
mod form;
mod gzip;
mod inflate;
#[cfg(feature = "json")]
mod json;
mod limits;
mod text;

pub use coding::{ACCEPT_ENCODING, Coding, Codings, MOST_CODINGS};
pub use decode::Decoder;
pub use error::{Damage, Error};
pub use form::{FORM, form};
#[cfg(feature = "json")]
pub use json::{JSON, from_json, to_json};
pub use limits::Limits;
pub use text::{encoding, text};

#[cfg(all(doctest, feature = "json"))]
#[doc = include_str!("../README.md")]
struct Readme;
