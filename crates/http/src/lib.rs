//! The nouns of RFC 9110, shared by every crate of sortie.
//!
//! | noun | here | source |
//! |---|---|---|
//! | method, status code | [`Method`], [`StatusCode`] (of the `http` crate) | RFC 9110, sections 9 and 15 |
//! | URL, origin | [`Url`], [`Origin`] | RFC 9110, section 4; the URL standard |
//! | header fields | [`Headers`] | RFC 9110, section 5 |
//! | content | [`Body`] | RFC 9110, section 6.4 |
//! | request, response | [`PreparedRequest`], [`Response`] | RFC 9110, section 3 |
//!
//! All of them are values: cheap to clone (what is large is shared), `Send` and `Sync`, and free of I/O.
//!
//! ```
//! use sortie_http::{Headers, Url};
//!
//! let url = Url::parse("HTTP://Example.com/a b?x=1#top")?;
//! assert_eq!(url.as_str(), "http://example.com/a%20b?x=1#top");
//! assert_eq!(url.target(), "/a%20b?x=1");
//!
//! let mut headers = Headers::new();
//! headers.append("X-Testing", "True")?;
//! assert_eq!(headers.get("x-testing"), Some("True"));
//! # Ok::<(), sortie_http::Error>(())
//! ```

mod body;
mod builder;
mod convert;
mod error;
mod field;
mod headers;
mod measured;
mod opened;
mod origin;
mod request;
mod response;
mod streamed;
mod timings;
mod url;
mod url_check;

pub use body::Body;
pub use builder::HeadersBuilder;
pub use error::{Error, UrlFault};
pub use field::{FieldRange, check_name, check_value};
pub use headers::{Fields, Headers};
pub use http::{Method, StatusCode, Version};
pub use opened::{FileReader, Opened};
pub use origin::{Host, Origin, Scheme};
pub use request::PreparedRequest;
pub use response::{Reason, Response, ResponseParts};
pub use timings::Timings;
pub use url::Url;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
