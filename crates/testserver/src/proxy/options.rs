//! What a proxy speaks, whom it lets in, and what it does wrong.

use std::net::SocketAddr;

use crate::tls::TlsOptions;

/// How a proxy works; [`ProxyOptions::http`] and [`ProxyOptions::socks5`] have the defaults.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProxyOptions {
    /// What it speaks.
    pub protocol: ProxyProtocol,
    /// How the way to the proxy itself is secured; with [`ProxyProtocol::Http`] that makes an `https` proxy.
    /// Default: `None`, it is not.
    pub tls: Option<TlsOptions>,
    /// The user and the password that it wants: by Basic (RFC 7617), else 407; by RFC 1929. Default: `None`, it wants
    /// none.
    pub credentials: Option<(String, String)>,
    /// Hosts, in any case, and where they are, whatever port was asked for. Default: none.
    pub names: Vec<(String, SocketAddr)>,
    /// What it does wrong. Default: nothing.
    pub fault: Option<ProxyFault>,
}

/// What a proxy speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProxyProtocol {
    /// CONNECT, and requests in absolute form (RFC 9112, section 3.2.2).
    Http,
    /// CONNECT of SOCKS 5 (RFC 1928), without authentication or with a password (RFC 1929).
    Socks5,
}

/// What a proxy does wrong, on each connection.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProxyFault {
    /// It answers with these bytes, whatever they are, and ends: an HTTP proxy when a head has come, another at the first
    /// octets.
    Answer(Vec<u8>),
    /// It answers a SOCKS request with that code (RFC 1928, section 6); an HTTP proxy answers 502.
    Reply(u8),
    /// It closes what it has accepted, after the handshake where there is TLS.
    Close,
    /// It never answers, and keeps the connection until the client ends it.
    Silence,
}

impl ProxyOptions {
    /// An HTTP proxy that lets everybody in.
    pub fn http() -> Self {
        Self { protocol: ProxyProtocol::Http, tls: None, credentials: None, names: Vec::new(), fault: None }
    }

    /// A SOCKS proxy that lets everybody in.
    pub fn socks5() -> Self {
        Self { protocol: ProxyProtocol::Socks5, ..Self::http() }
    }
}
