//! How a server speaks TLS.

use super::Identity;

/// How a server speaks TLS; [`TlsOptions::new`] has the defaults.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsOptions {
    /// Who the server is.
    pub identity: Identity,
    /// Which versions it speaks. Default: both.
    pub versions: TlsVersions,
    /// Whose clients are let in: roots in PEM, one of which must vouch for the client's certificate. Default: `None`,
    /// nobody is asked for one.
    pub client_auth: Option<String>,
    /// Application protocols (RFC 7301), the favourite first. A client that offers none of them is refused, one that
    /// offers nothing is not. Default: none.
    pub alpn: Vec<Vec<u8>>,
    /// How many tickets a TLS 1.3 client is given for later; 0 turns resumption off, that of TLS 1.2 too. Default: 2.
    pub tickets: usize,
}

/// Which versions a server speaks. There are no more: older ones are not secure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TlsVersions {
    /// Whichever the client prefers.
    #[default]
    Both,
    /// TLS 1.2 (RFC 5246) and nothing else.
    Tls12,
    /// TLS 1.3 (RFC 8446) and nothing else.
    Tls13,
}

impl TlsOptions {
    /// The defaults, for a server of that identity.
    pub fn new(identity: Identity) -> Self {
        Self { identity, versions: TlsVersions::Both, client_auth: None, alpn: Vec::new(), tickets: 2 }
    }
}
