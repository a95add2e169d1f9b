use std::fmt;
use std::net::IpAddr;

/// Where requests go: scheme, host and port (RFC 9110, section 4.3.1).
///
/// Shared by every [`Url`](crate::Url) that was parsed like another, so that comparing two is most often
/// comparing two pointers.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Origin {
    scheme: Scheme,
    host: Host,
    port: u16,
    authority: Box<str>,
}

/// The scheme of a URL.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Scheme {
    /// Plain HTTP, default port 80.
    Http,
    /// HTTP over TLS, default port 443.
    Https,
}

/// The host of a URL: a name in lower case and punycode, or an address.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub enum Host {
    /// A domain name, lower case, IDNA encoded.
    Name(Box<str>),
    /// An IPv4 or IPv6 address.
    Ip(IpAddr),
}

impl Origin {
    /// An origin from its three parts. The host is taken as it is: lower case, punycode.
    pub fn new(scheme: Scheme, host: Host, port: u16) -> Self {
        let authority = match port == scheme.default_port() {
            true => host.to_string(),
            false => format!("{host}:{port}"),
        };
        Origin { scheme, host, port, authority: authority.into() }
    }

    /// The scheme.
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The host.
    pub fn host(&self) -> &Host {
        &self.host
    }

    /// The port, the scheme's default where the URL had none.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// What the Host field says: the host, and the port unless it is the scheme's default (RFC 9110, section 7.2).
    pub fn authority(&self) -> &str {
        &self.authority
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme.as_str(), self.authority)
    }
}

impl Scheme {
    /// `http` or `https`.
    pub fn as_str(self) -> &'static str {
        match self {
            Scheme::Http => "http",
            Scheme::Https => "https",
        }
    }

    /// 80 or 443.
    pub fn default_port(self) -> u16 {
        match self {
            Scheme::Http => 80,
            Scheme::Https => 443,
        }
    }
}

impl Host {
    /// The name, where it is one.
    pub fn name(&self) -> Option<&str> {
        match self {
            Host::Name(name) => Some(name),
            Host::Ip(_) => None,
        }
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Host::Name(name) => f.write_str(name),
            Host::Ip(IpAddr::V4(address)) => write!(f, "{address}"),
            Host::Ip(IpAddr::V6(address)) => write!(f, "[{address}]"),
        }
    }
}
