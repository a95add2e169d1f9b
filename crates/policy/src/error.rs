use std::error::Error as StdError;
use std::fmt;

use sortie_http::{Url, UrlFault};

use crate::Cause;

/// Why a call could not go on, or a policy is none.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Error {
    /// A redirect's Location is no URL that can be asked.
    Location {
        /// What is wrong with it.
        source: sortie_http::Error,
    },
    /// There was one redirect more than may be followed.
    TooManyRedirects {
        /// How many may be followed.
        limit: u32,
    },
    /// A redirect leads to plain http where only https may be asked.
    Insecure {
        /// Where it leads.
        url: Url,
    },
    /// A redirect asks for the body once more, and it can be sent only once.
    NotReplayable,
    /// A challenge asks for the body once more, and it can be sent only once.
    Unanswered,
    /// A program's own code has refused a redirect.
    Refused {
        /// Where it leads.
        url: Url,
        /// Why not.
        why: Box<str>,
    },
    /// A program's own code could not decide on a redirect.
    Undecided {
        /// Why.
        source: Cause,
    },
    /// A program's own code could not say who asks, or whether a challenge is answered.
    Scheme {
        /// Why.
        source: Cause,
    },
    /// A scheme has set a field that is not its own to set.
    Forbidden {
        /// Its name.
        name: Box<str>,
    },
    /// A scheme has set a field that cannot be sent.
    Field {
        /// What is wrong with it.
        source: sortie_http::Error,
    },
    /// The user of credentials has a colon, or user or password a control character. They are not shown.
    Credentials,
    /// A timeout of no time at all.
    ZeroTimeout {
        /// Which one: the name of its field in [`Timeouts`](crate::Timeouts).
        which: &'static str,
    },
    /// The text is no proxy that can be used.
    Proxy {
        /// The text, without what may be userinfo, and without a query; control characters escaped, at most 200
        /// characters of it.
        proxy: Box<str>,
        /// What is wrong with it.
        fault: ProxyFault,
    },
    /// The text does not say for which requests a proxy is: see [`Proxies::set`](crate::Proxies::set).
    ProxyKey {
        /// The text, escaped, at most 200 characters of it.
        key: Box<str>,
    },
    /// An entry of a list of hosts that need no proxy is none: see [`Proxies::no_proxy`](crate::Proxies::no_proxy).
    NoProxy {
        /// The entry, escaped, at most 200 characters of it.
        entry: Box<str>,
    },
    /// What a variable of the environment says cannot be used.
    Variable {
        /// Its name.
        name: &'static str,
        /// Why.
        source: Box<Error>,
    },
}

/// What is wrong with a proxy.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum ProxyFault {
    /// The scheme is none of `http`, `https`, `socks5` and `socks5h`.
    Scheme,
    /// There is no host, or host or port are none.
    Authority(UrlFault),
    /// It has a path, a query or a fragment.
    Path,
    /// User or password cannot be told to a proxy of this kind.
    Credentials,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Location { .. } => f.write_str("the redirect's Location cannot be followed"),
            Error::TooManyRedirects { limit } => write!(f, "more than {limit} redirects"),
            Error::Insecure { url } => write!(f, "redirected to `{url}` where only https may be asked"),
            Error::NotReplayable => f.write_str("redirected with a body that cannot be sent a second time"),
            Error::Unanswered => f.write_str("the server asks who is there, and the body can be sent only once"),
            Error::Refused { why, .. } => write!(f, "the program refused the redirect: {why}"),
            Error::Undecided { .. } => f.write_str("the program's own code could not decide on the redirect"),
            Error::Scheme { .. } => f.write_str("the program's own code failed"),
            Error::Forbidden { name } => write!(f, "`{name}` is not for a scheme of authorization to set"),
            Error::Field { .. } => f.write_str("the scheme of authorization set a field that cannot be sent"),
            Error::Credentials => f.write_str("the user has a colon, or user or password a control character"),
            Error::ZeroTimeout { which } => write!(f, "the timeout `{which}` is zero"),
            Error::Proxy { proxy, fault } => write!(f, "cannot use the proxy `{proxy}`: {fault}"),
            Error::ProxyKey { key } => {
                write!(
                    f,
                    "`{key}` does not say what a proxy is for, write a scheme or `all`, alone or as `scheme://host`"
                )
            }
            Error::NoProxy { entry } => write!(f, "`{entry}` names no host that needs no proxy"),
            Error::Variable { name, .. } => write!(f, "cannot use the environment variable {name}"),
        }
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Error::Location { source } | Error::Field { source } => Some(source),
            Error::Undecided { source } | Error::Scheme { source } => Some(source),
            Error::Variable { source, .. } => Some(source),
            _ => None,
        }
    }
}

impl fmt::Display for ProxyFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ProxyFault::Scheme => f.write_str("the scheme is none of http, https, socks5 and socks5h"),
            ProxyFault::Authority(fault) => fault.fmt(f),
            ProxyFault::Path => {
                f.write_str("a path, a query or a fragment stands behind it, percent-encode a password")
            }
            ProxyFault::Credentials => f.write_str("user or password cannot be told to such a proxy"),
        }
    }
}
