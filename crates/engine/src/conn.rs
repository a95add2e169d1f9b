//! What speaks on a link. HTTP/1.1 alone as yet: another version is one more variant here, and nothing else changes.

use sortie_h1::{Added, Connection, Error, Event, Limits};
use sortie_http::{Method, PreparedRequest};
use sortie_policy::Proxy;

pub(crate) use sortie_h1::{Event as ConnEvent, Head, Memo, Scratch};

/// The protocol side of a link.
pub(crate) enum Conn {
    H1(Connection),
}

impl Conn {
    /// Writes the head of a request; its response is awaited from now on. Where `upgrade` is set, that may be a 101.
    ///
    /// A `proxy` is one that is asked itself: it gets the whole URL (RFC 9112, section 3.2.2), and its credentials unless
    /// the request brings some for it.
    pub(crate) fn begin(
        &mut self,
        request: &PreparedRequest,
        cookie: Option<&str>,
        proxy: Option<&Proxy>,
        upgrade: bool,
        out: &mut Vec<u8>,
    ) {
        let Conn::H1(connection) = self;
        let (method, url, headers) = (request.method(), request.url(), request.headers());
        connection.begin(method, upgrade);
        let proxy_to_tell = proxy.filter(|_| !headers.contains("Proxy-Authorization"));
        let authorization = proxy_to_tell.and_then(Proxy::authorization);
        let added = Added { proxy_authorization: authorization.as_deref(), cookie };
        let target = match proxy {
            _ if *method == Method::CONNECT => &*format!("{}:{}", url.host(), url.port()),
            Some(_) => &*format!("{}{}", url.origin(), url.target()),
            None => url.target(),
        };
        sortie_h1::write_head(out, method, target, headers, &added);
    }

    /// Takes one element from the front of `input`; says how many bytes it was.
    pub(crate) fn receive<'a>(
        &mut self,
        input: &'a [u8],
        memo: &mut Memo,
        limits: &Limits,
        scratch: &mut Scratch,
    ) -> Result<(usize, Event<'a>), Error> {
        let Conn::H1(connection) = self;
        connection.receive(input, memo, limits, scratch)
    }

    /// The peer has closed its side.
    pub(crate) fn closed(&mut self) -> Result<Event<'static>, Error> {
        let Conn::H1(connection) = self;
        connection.closed()
    }

    /// How many bytes of the present body are still to come, where that is known.
    pub(crate) fn want(&self) -> Option<u64> {
        let Conn::H1(connection) = self;
        connection.want()
    }

    /// So many bytes of the present body were read elsewhere; says whether it is complete.
    pub(crate) fn placed(&mut self, count: u64) -> bool {
        let Conn::H1(connection) = self;
        connection.placed(count)
    }
}

impl Default for Conn {
    fn default() -> Self {
        Conn::H1(Connection::new())
    }
}
