//! One proxy: where it is, what it speaks, who asks.

use std::fmt;
use std::str::FromStr;

use sortie_http::{Host, Scheme, Url, UrlFault};

use crate::error::{Error, ProxyFault};

/// A proxy.
///
/// Two are equal if all that was said of them is. `Display` and `Debug` hide user and password, since some proxies take
/// a token for a user.
#[derive(Clone, Eq, Hash, PartialEq)]
pub struct Proxy {
    kind: ProxyKind,
    host: Host,
    port: u16,
    credentials: Option<(String, String)>,
}

/// What a proxy speaks.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum ProxyKind {
    /// HTTP/1.1 over TCP: requests in absolute form, tunnels by CONNECT. Default port 80.
    Http,
    /// The same over TLS. Default port 443.
    Https,
    /// SOCKS5; names are looked up here, and the proxy is told an address (RFC 1928). Default port 1080.
    Socks5,
    /// SOCKS5; the proxy is told the name, and looks it up. Default port 1080.
    Socks5h,
}

impl Proxy {
    /// Reads a proxy's URL: `http://user:password@host:3128`.
    ///
    /// The scheme is `http`, `https`, `socks5` or `socks5h`, in any case; without one it is `http`. The port may be left
    /// out. User and password are percent-decoded.
    ///
    /// # Errors
    /// [`Error::Proxy`] for any other scheme; a host or port that is none; a path but `/`, a query or a fragment (most
    /// often they are a part of a password that was not encoded); credentials that the proxy could not be told: for HTTP
    /// a user with a colon, or a control character in either (RFC 7617, section 2), for SOCKS more than 255 bytes in
    /// either (RFC 1929, section 2).
    ///
    /// ```
    /// use sortie_policy::{Proxy, ProxyKind};
    ///
    /// let proxy = Proxy::parse("socks5h://ann:p%40ss@Proxy.Test")?;
    /// assert_eq!((proxy.kind(), proxy.port()), (ProxyKind::Socks5h, 1080));
    /// assert_eq!(proxy.credentials(), Some(("ann", "p@ss")));
    /// assert_eq!(proxy.to_string(), "socks5h://***@proxy.test:1080");
    /// # Ok::<(), sortie_policy::Error>(())
    /// ```
    pub fn parse(text: &str) -> Result<Self, Error> {
        let text = text.trim_matches([' ', '\t']);
        read(text).map_err(|fault| Error::Proxy { proxy: shown(text), fault })
    }

    /// What it speaks.
    pub fn kind(&self) -> ProxyKind {
        self.kind
    }

    /// Where it is.
    pub fn host(&self) -> &Host {
        &self.host
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// User and password, where it is to be told any; either may be empty.
    pub fn credentials(&self) -> Option<(&str, &str)> {
        self.credentials.as_ref().map(|(user, password)| (&**user, &**password))
    }

    /// What [`parse`](Self::parse) reads, user and password included, percent-encoded: a secret.
    pub fn to_url(&self) -> String {
        let userinfo = self.credentials().map_or_else(String::new, |(user, password)| {
            format!("{}:{}@", percent_encoded(user), percent_encoded(password))
        });
        format!("{}://{userinfo}{}:{}", self.kind.as_str(), self.host, self.port)
    }

    /// The same proxy, without user and password.
    #[must_use]
    pub fn without_credentials(&self) -> Self {
        Proxy { credentials: None, ..self.clone() }
    }

    /// What the Proxy-Authorization field of a request in absolute form says: Basic (RFC 9110, section 11.7.2).
    ///
    /// `None` without credentials, and for SOCKS, which has its own way to tell them. The result is a secret, and the
    /// proxy's alone: mark the field as sensitive, and never send it through a tunnel.
    pub fn authorization(&self) -> Option<String> {
        match self.kind {
            ProxyKind::Http | ProxyKind::Https => {
                self.credentials().map(|(user, password)| crate::basic(user, password))
            }
            ProxyKind::Socks5 | ProxyKind::Socks5h => None,
        }
    }
}

impl FromStr for Proxy {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Proxy::parse(text)
    }
}

impl fmt::Display for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://", self.kind.as_str())?;
        let mask = if self.credentials.is_some() { "***@" } else { "" };
        write!(f, "{mask}{}:{}", self.host, self.port)
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Proxy({self})")
    }
}

impl ProxyKind {
    /// `http`, `https`, `socks5` or `socks5h`.
    pub fn as_str(self) -> &'static str {
        match self {
            ProxyKind::Http => "http",
            ProxyKind::Https => "https",
            ProxyKind::Socks5 => "socks5",
            ProxyKind::Socks5h => "socks5h",
        }
    }

    /// 80, 443 or 1080.
    pub fn default_port(self) -> u16 {
        match self {
            ProxyKind::Http => 80,
            ProxyKind::Https => 443,
            ProxyKind::Socks5 | ProxyKind::Socks5h => 1080,
        }
    }

    fn of_scheme(scheme: &str) -> Option<Self> {
        let all = [ProxyKind::Http, ProxyKind::Https, ProxyKind::Socks5, ProxyKind::Socks5h];
        all.into_iter().find(|kind| kind.as_str().eq_ignore_ascii_case(scheme))
    }
}

/// What stands behind a scheme: a URL that has it, and the port, where one is given.
pub(crate) fn read_authority(rest: &str) -> Result<(Url, Option<u16>), UrlFault> {
    // A port that is not given is each scheme's own.
    let [http, https] =
        [Scheme::Http, Scheme::Https].map(|scheme| Url::parse(&format!("{}://{rest}", scheme.as_str())));
    let (http, https) = (http.map_err(fault)?, https.map_err(fault)?);
    let port = http.port();
    Ok((http, (port == https.port()).then_some(port)))
}

fn fault(error: sortie_http::Error) -> UrlFault {
    match error {
        sortie_http::Error::Url { fault, .. } => fault,
        _ => UrlFault::Other,
    }
}

/// Whether nothing but `/` stands behind the authority.
pub(crate) fn is_bare(url: &Url) -> bool {
    url.path() == "/" && url.query().is_none() && url.fragment().is_none()
}

fn read(text: &str) -> Result<Proxy, ProxyFault> {
    let (scheme, rest) = text.split_once("://").unwrap_or(("http", text));
    let kind = ProxyKind::of_scheme(scheme).ok_or(ProxyFault::Scheme)?;
    let (url, port) = read_authority(rest).map_err(ProxyFault::Authority)?;
    if !is_bare(&url) {
        return Err(ProxyFault::Path);
    }
    let credentials = url.userinfo();
    if credentials.as_ref().is_some_and(|(user, password)| !can_be_told(kind, user, password)) {
        return Err(ProxyFault::Credentials);
    }
    Ok(Proxy { kind, host: url.host().clone(), port: port.unwrap_or_else(|| kind.default_port()), credentials })
}

/// All but what needs no encoding anywhere (RFC 3986, section 2.3).
fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => encoded.push(char::from(byte)),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

fn can_be_told(kind: ProxyKind, user: &str, password: &str) -> bool {
    match kind {
        ProxyKind::Http | ProxyKind::Https => {
            !user.contains(':') && !user.chars().chain(password.chars()).any(char::is_control)
        }
        ProxyKind::Socks5 | ProxyKind::Socks5h => user.len() <= 255 && password.len() <= 255,
    }
}

/// A text as an error may show it, whatever it was meant as: nothing that may have been meant as userinfo, no query,
/// no control characters; at most 200 characters.
pub(crate) fn shown(text: &str) -> Box<str> {
    let is_scheme = |scheme: &str| scheme.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let (scheme, rest) = match text.split_once("://") {
        Some((scheme, rest)) if is_scheme(scheme) => (&text[..scheme.len() + 3], rest),
        _ => ("", text),
    };
    let host = rest.rsplit('@').next().unwrap_or(rest);
    let host = host.split(['?', '#']).next().unwrap_or(host);
    let mut out = String::new();
    for char in scheme.chars().chain(host.chars()).take(200) {
        match char.is_control() {
            true => out.extend(char.escape_default()),
            false => out.push(char),
        }
    }
    out.into()
}
