//! Where a link leads.

use std::fmt;
use std::net::{IpAddr, SocketAddr};

/// A host and a port to connect to.
#[derive(Clone, Eq, PartialEq, Hash, Debug)]
pub struct Target {
    /// Whom to connect to.
    pub host: Host,
    /// The TCP port.
    pub port: u16,
}

/// A host, named or numbered. There is no third way, so this enum will not grow.
#[derive(Clone, Eq, PartialEq, Hash, Debug)]
pub enum Host {
    /// A name for the resolver, as it is to be asked for. Two names are one look-up only if they are equal byte for byte.
    Name(Box<str>),
    /// An address, which needs no resolver.
    Ip(IpAddr),
}

impl From<&str> for Host {
    /// An IP address, IPv6 with or without its brackets; a name otherwise.
    fn from(host: &str) -> Self {
        let bare = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
        bare.parse().map_or_else(|_| Self::Name(host.into()), Self::Ip)
    }
}

impl From<IpAddr> for Host {
    fn from(address: IpAddr) -> Self {
        Self::Ip(address)
    }
}

impl From<SocketAddr> for Target {
    fn from(address: SocketAddr) -> Self {
        Self { host: address.ip().into(), port: address.port() }
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Ip(IpAddr::V4(address)) => write!(f, "{address}"),
            Self::Ip(IpAddr::V6(address)) => write!(f, "[{address}]"),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv6Addr;

    use super::*;

    #[test]
    fn an_address_is_not_a_name() {
        assert_eq!(Host::from("[::1]"), Host::Ip(Ipv6Addr::LOCALHOST.into()));
        assert_eq!(Host::from("::1"), Host::Ip(Ipv6Addr::LOCALHOST.into()));
        assert_eq!(Host::from("127.0.0.1"), Host::Ip(IpAddr::from([127, 0, 0, 1])));
        assert_eq!(Host::from("a.test"), Host::Name("a.test".into()));
    }

    #[test]
    fn a_target_is_shown_as_an_authority() {
        assert_eq!(Target { host: "[::1]".into(), port: 80 }.to_string(), "[::1]:80");
        assert_eq!(Target { host: "a.test".into(), port: 8080 }.to_string(), "a.test:8080");
    }
}
