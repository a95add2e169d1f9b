use std::time::Duration;

use crate::Error;

/// How long each phase of a call may take; `None` is for ever. Whoever carries the exchanges out keeps the time.
///
/// All but `total` count anew for each exchange.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Timeouts {
    /// To open a connection: to look the name up, to connect, a proxy's tunnel and TLS, all together. Default: 10 s.
    pub connect: Option<Duration>,
    /// To look a name up, within `connect`. Default: none of its own.
    pub resolve: Option<Duration>,
    /// For a proxy to open its tunnel, TLS to the proxy included, within `connect`. Default: none of its own.
    pub proxy: Option<Duration>,
    /// For the TLS handshake, within `connect`. Default: none of its own.
    pub tls: Option<Duration>,
    /// From the last byte of the request to the end of the response's head. Default: 60 s.
    pub first_byte: Option<Duration>,
    /// Between two moments at which bytes move, in sending and in reading content. Default: 60 s.
    pub between_bytes: Option<Duration>,
    /// To wait until a connection may be used or opened. Default: none.
    pub queue: Option<Duration>,
    /// For the whole call, its time in the queue and all exchanges included. Default: none.
    pub total: Option<Duration>,
}

impl Timeouts {
    /// Fails with [`Error::ZeroTimeout`] where one of them is zero, which nothing could meet.
    pub fn check(&self) -> Result<(), Error> {
        let all = [
            ("connect", self.connect),
            ("resolve", self.resolve),
            ("proxy", self.proxy),
            ("tls", self.tls),
            ("first_byte", self.first_byte),
            ("between_bytes", self.between_bytes),
            ("queue", self.queue),
            ("total", self.total),
        ];
        match all.into_iter().find(|(_, limit)| *limit == Some(Duration::ZERO)) {
            Some((which, _)) => Err(Error::ZeroTimeout { which }),
            None => Ok(()),
        }
    }
}

impl Default for Timeouts {
    fn default() -> Self {
        Timeouts {
            connect: Some(Duration::from_secs(10)),
            resolve: None,
            proxy: None,
            tls: None,
            first_byte: Some(Duration::from_secs(60)),
            between_bytes: Some(Duration::from_secs(60)),
            queue: None,
            total: None,
        }
    }
}
