//! What follows an exchange: deliver, go again, wait or fail. Pure functions.
//!
//! A call is one exchange or several. After each of them whoever carries the exchanges out shows its head to [`judge`],
//! and before each asks [`cookie_value`] what to send along. Nothing here does I/O, reads a clock or keeps state
//! between two questions, save the cookie jar and
//! what a [`Digest`] has learned, which are the caller's and are locked for a moment.
//!
//! ```text
//!            ┌──────────────────────── Again(request) ────────────────────────┐
//!            ▼                                                                │
//! cookie_value ──► send ──► head ──► absorb ──► judge ────────────────────────┼──► Wait(time), then the same again
//! authorization      │                                                        ├──► Deliver
//!                    │                                                        └──► Fail(Error)
//!                    └─ no response ──► stale ──► once more?  ──► retry ──► after a while?
//! ```
//!
//! | file | decides | source |
//! |---|---|---|
//! | `redirect` | whether a 3xx is followed, and what the next request is | RFC 9110, section 15.4; the Fetch standard |
//! | [`Credentials`] | which header fields no other origin may see | |
//! | [`challenges`] | how a server would have a client say who it is | RFC 9110, section 11.6.1 |
//! | [`Digest`] | what answers a 401, and what says who asks before there is one; keeps the challenges | RFC 7616 |
//! | `cookies` | what goes into the Cookie field of one exchange | RFC 6265bis, section 5.8 |
//! | [`Authenticator`] | who says who asks, and whether a challenge is answered | RFC 9110, section 11 |
//! | [`Retries`] | whether and when a request goes again after what went wrong | RFC 9110, sections 9.2.2 and 10.2.3 |
//! | [`stale()`] | whether a request goes again when a kept connection turns out to be dead | RFC 9110, section 9.2.2 |
//! | [`Proxies`] | which proxy an origin's requests go through, if any | the usual variables, as curl and Requests read them |
//! | [`Netrc`] | whose name and password a host is told | the netrc file, as Python's module and Requests read it |
//! | `SigV4` | what the signature of a request says, with the feature `sigv4` | AWS Signature Version 4 |
//! | [`Timeouts`] | nothing: they are data | |
//!
//! ```
//! use sortie_http::{Body, Headers, Method, PreparedRequest, StatusCode, Url};
//! use sortie_policy::{Policy, Seen, Verdict, judge};
//!
//! let url = Url::parse("http://127.0.0.1:8000/login#top")?;
//! let request = PreparedRequest::new(Method::POST, url, Headers::new(), Body::bytes("a=1"));
//! let mut headers = Headers::new();
//! headers.append("Location", "/home")?;
//!
//! let seen = Seen::first(&request, StatusCode::FOUND, &headers);
//! let Verdict::Again(again) = judge(&Policy::default(), &seen) else { panic!() };
//! assert_eq!(again.request.method(), Method::GET);
//! assert_eq!(again.request.url().as_str(), "http://127.0.0.1:8000/home#top");
//! assert!(again.request.body().is_none() && !again.left_origin);
//! # Ok::<(), sortie_http::Error>(())
//! ```

mod auth;
mod basic;
#[cfg(feature = "sigv4")]
mod canonical;
mod cause;
mod challenge;
mod cookies;
mod credentials;
mod digest;
mod error;
mod judge;
mod netrc;
mod no_proxy;
mod policy;
mod proxies;
mod proxy;
mod question;
mod redirect;
mod retry;
mod said;
mod scheme;
#[cfg(feature = "sigv4")]
mod sigv4;
mod stale;
mod timeouts;
mod verdict;
mod wait;
mod way;

pub use auth::{Authenticator, authorization, scheme, with_credentials};
pub use basic::basic;
pub use cause::Cause;
pub use challenge::{Challenge, challenges};
pub use cookies::{absorb, cookie_value};
pub use credentials::Credentials;
pub use digest::{Answer, Digest, Unanswerable};
pub use error::{Error, ProxyFault};
pub use judge::{asks_program, judge};
pub use netrc::{Netrc, NetrcFault, NetrcFlaw};
pub use policy::Policy;
pub use proxies::Proxies;
pub use proxy::{Proxy, ProxyKind};
pub use question::{Judged, Question, Reply};
pub use redirect::{Decide, Decision, Redirect, Redirects};
pub use retry::{Failed, Retries, retry};
pub use said::Said;
pub use scheme::AuthScheme;
#[cfg(feature = "sigv4")]
pub use sigv4::{SigV4, SigV4Fault};
pub use stale::{Stale, is_idempotent, stale};
pub use timeouts::Timeouts;
pub use verdict::{Again, Course, Seen, Verdict, Why};
pub use wait::retry_after;
pub use way::{Channel, Home, Way};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
