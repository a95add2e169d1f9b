//! Why a cookie goes with a request, or does not.

use std::cmp::Reverse;
use std::fmt;
use std::time::SystemTime;

use sortie_http::Url;

use crate::asked::Asked;
use crate::{Jar, Stored};

/// A cookie that was considered for a request, and what becomes of it. It does not have the value.
///
/// ```
/// # use std::time::SystemTime;
/// # use sortie_cookie::{Fate, Jar};
/// # use sortie_http::Url;
/// # let now = SystemTime::UNIX_EPOCH;
/// let mut jar = Jar::new();
/// jar.store(&Url::parse("https://example.com/")?, "all=1; Domain=example.com", now)?;
/// jar.store(&Url::parse("https://example.com/")?, "own=2", now)?;
///
/// let considered = jar.explain(&Url::parse("https://www.example.com/")?, now);
/// assert_eq!(considered.iter().map(|one| one.fate()).collect::<Vec<_>>(), [Fate::Sent, Fate::OtherHost]);
/// assert_eq!(considered[1].to_string(), "cookie `own` of example.com at / is held back: it is for another host");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Considered {
    name: Box<str>,
    domain: Box<str>,
    path: Box<str>,
    fate: Fate,
}

/// Whether a cookie is sent, and if not the first thing that is against it, in this order.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Hash)]
#[non_exhaustive]
pub enum Fate {
    /// It is sent.
    Sent,
    /// It is for another host of the same registrable domain.
    OtherHost,
    /// It is for another path.
    OtherPath,
    /// It goes by https only, and this is plain http.
    Secure,
    /// It is expired, and leaves the jar when its domain is looked up next.
    Expired,
}

impl Jar {
    /// What becomes of each cookie of the URL's registrable domain in a request for it: those that
    /// [`header`](Self::header) sends, in its order, and then the others with what is against them.
    ///
    /// Changes nothing: it is no use of a cookie, and what is expired stays. For people to read; it costs a copy of each
    /// name, domain and path.
    pub fn explain(&self, url: &Url, now: SystemTime) -> Vec<Considered> {
        let (asked, kept) = self.considered(url);
        let mut considered: Vec<_> =
            kept.iter().map(|cookie| Considered::new(cookie, Fate::of(cookie, &asked, now))).collect();
        // The sort is stable: both parts stay in the jar's order.
        considered.sort_by_key(|one| Reverse(one.fate == Fate::Sent));
        considered
    }
}

impl Considered {
    fn new(cookie: &Stored, fate: Fate) -> Self {
        Considered { name: cookie.name().into(), domain: cookie.domain().into(), path: cookie.path().into(), fate }
    }

    /// The name; empty where it has none.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The host, or the parent whose hosts it is all for, as [`Stored::domain`] gives it.
    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// The path at and below which it is sent.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What becomes of it.
    pub fn fate(&self) -> Fate {
        self.fate
    }
}

impl Fate {
    fn of(cookie: &Stored, asked: &Asked<'_>, now: SystemTime) -> Self {
        if !cookie.is_for_host(asked) {
            Fate::OtherHost
        } else if !cookie.is_for_path(asked) {
            Fate::OtherPath
        } else if !cookie.is_for_scheme(asked) {
            Fate::Secure
        } else if cookie.is_expired(now) {
            Fate::Expired
        } else {
            Fate::Sent
        }
    }
}

impl fmt::Display for Considered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Considered { name, domain, path, fate } = self;
        write!(f, "cookie `{}` of {domain} at {} is ", name.escape_debug(), path.escape_debug())?;
        match fate {
            Fate::Sent => write!(f, "{fate}"),
            _ => write!(f, "held back: {fate}"),
        }
    }
}

impl fmt::Display for Fate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Fate::Sent => "sent",
            Fate::OtherHost => "it is for another host",
            Fate::OtherPath => "it is for another path",
            Fate::Secure => "it goes by https only",
            Fate::Expired => "it is expired",
        })
    }
}
