//! Cookies as RFC 6265bis has them: parse, match, keep, send, save.
//!
//! A [`Jar`] takes what responses say in their Set-Cookie fields and gives what the next request says in its Cookie
//! field. Nothing here knows a socket or a clock: the time of each step is given with it.
//!
//! ```text
//! Set-Cookie ──► parse ──► admit ──► keep ──► Cookie
//!                  │         │        ├ replaced, expired, evicted ──► Report
//!                  └─────────┴──► Refusal { name, Reason } ───────────────┘
//!                            ▲        │
//!                           load ◄──► save      cookies.txt, JSON
//! ```
//!
//! - **Parsed** (section 5.6): as forgiving as browsers are, all their date formats, sizes limited.
//! - **Admitted** (section 5.7): the domain must be the host's and no public suffix ([`Suffixes`]), Secure and the
//!   `__Secure-` and `__Host-` prefixes hold, plain http cannot overwrite what https set.
//! - **Kept**: at most [`PER_DOMAIN`] for a registrable domain and [`TOTAL`] in all, or as a jar was told; an expiry lies
//!   at most 400 days ahead.
//! - **Sent** (section 5.8.3): longest path first, then the oldest. [`Jar::explain`] says what is sent and why the rest is
//!   not.
//! - **Saved** and loaded: as Netscape's `cookies.txt`, and with the feature `json`, which is off by default, as JSON
//!   ([`Format`]). A file is replaced as a whole or not at all; what is damaged in it does not hold back the rest.
//!
//! A program is no browser: every request counts as same-site, so SameSite is kept but holds nothing back, and HttpOnly
//! hides nothing.
//!
//! ```
//! use std::time::SystemTime;
//! use sortie_cookie::Jar;
//! use sortie_http::Url;
//!
//! let now = SystemTime::UNIX_EPOCH;
//! let mut jar = Jar::new();
//! jar.store(&Url::parse("https://www.example.com/login")?, "sid=31d4; Domain=example.com; Secure", now)?;
//!
//! assert_eq!(jar.header(&Url::parse("https://api.example.com/")?, now).as_deref(), Some("sid=31d4"));
//! assert_eq!(jar.header(&Url::parse("http://api.example.com/")?, now), None);
//!
//! let refusal = jar.store(&Url::parse("https://www.example.com/")?, "a=1; Domain=com", now).unwrap_err();
//! assert_eq!(refusal.to_string(), "cookie `a` is refused: `com` is a public suffix");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod admit;
mod asked;
mod date;
mod error;
mod evict;
mod explain;
mod file;
mod format;
mod jar;
#[cfg(feature = "json")]
mod json;
mod key;
mod loaded;
mod matching;
mod netscape;
mod parse;
mod refusal;
mod report;
mod shared;
mod stored;
mod suffixes;

pub use ::cookie::{Cookie, CookieBuilder, Expiration, SameSite, time};
pub use error::Error;
pub use explain::{Considered, Fate};
pub use file::{Access, replace_file};
pub use format::{Format, Scope};
pub use jar::{Jar, PER_DOMAIN, TOTAL, parse_all};
pub use key::Key;
pub use loaded::{Damage, Fault, Loaded};
pub use refusal::{Reason, Refusal};
pub use report::{Change, Report};
pub use shared::{JarGuard, SharedJar};
pub use stored::Stored;
pub use suffixes::Suffixes;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
