//! Who asks, and over what.

use std::net::IpAddr;

use hyper::http::uri::Scheme;

use crate::tls::Secured;

/// The client at the other end of a connection.
#[derive(Debug)]
pub(crate) struct Visitor {
    /// Its address; `None` on a Unix socket.
    pub(crate) address: Option<IpAddr>,
    /// What TLS agreed upon, if there is TLS.
    pub(crate) secured: Option<Secured>,
}

impl Visitor {
    /// Its address as text, `unix` for want of one.
    pub(crate) fn origin(&self) -> String {
        self.address.map_or_else(|| "unix".into(), |address| address.to_string())
    }

    /// The scheme of what it asks for.
    pub(crate) fn scheme(&self) -> Scheme {
        if self.secured.is_some() { Scheme::HTTPS } else { Scheme::HTTP }
    }
}
