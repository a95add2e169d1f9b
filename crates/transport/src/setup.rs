//! What is done on a connection before it is the owner's: a proxy is asked, TLS shakes hands.

use std::net::SocketAddr;
use std::{io, mem};

use crate::plan::ProxyKind;
use crate::road::Road;
use crate::stream::Stream;
use crate::tls::{Layer, TlsError};
use crate::tunnel::{Destination, Progress, Tunnel};
use crate::{Error, Host, OpenPhase, Opened, Target, TunnelError};

/// A connection that is being set up.
///
/// ```text
/// Begun ──► ProxyTls ──► Tunnel ──► Tunnelled ──► TargetTls ──► done
/// ```
/// What the plan does not ask for is left out.
pub(crate) struct Setup {
    road: Road,
    pub(crate) stream: Stream,
    step: Step,
    pub(crate) peer: Option<SocketAddr>,
    local: Option<SocketAddr>,
    /// The last read has left nothing.
    is_drained: bool,
    /// The peer ended its side, or the connection broke: read on to the end.
    is_closed: bool,
    /// What the system said when something could not be sent.
    fault: Option<io::Error>,
}

enum Step {
    Begun,
    ProxyTls,
    Tunnel(Tunnel),
    /// The tunnel stands; what came with the proxy's last word is the target's.
    Tunnelled(Vec<u8>),
    TargetTls,
}

/// What came of a turn.
pub(crate) enum Advance {
    /// It is the peer's turn.
    Waits,
    /// Go on: this is what comes now.
    Enters(OpenPhase),
    /// Nothing is left to do: `finish`.
    Done,
}

impl Setup {
    /// Whether there is anything to do.
    pub(crate) fn is_needed(&self) -> bool {
        let plan = &self.road.plan;
        let asks = plan.proxy.as_ref().is_some_and(|proxy| proxy.tls || proxy.kind != ProxyKind::Forward);
        asks || wants_tls(&self.road)
    }

    pub(crate) fn new(road: Road, stream: Stream, peer: Option<SocketAddr>, local: Option<SocketAddr>) -> Self {
        let step = Step::Begun;
        Self { road, stream, step, peer, local, is_drained: true, is_closed: false, fault: None }
    }

    pub(crate) const fn phase(&self) -> OpenPhase {
        match self.step {
            Step::Begun => OpenPhase::Connecting,
            Step::ProxyTls | Step::Tunnel(_) | Step::Tunnelled(_) => OpenPhase::Proxying,
            Step::TargetTls => OpenPhase::Securing,
        }
    }

    /// The socket has something to read, or an end.
    pub(crate) fn hear(&mut self, closed: bool) {
        self.is_drained = false;
        self.is_closed |= closed;
    }

    /// Goes on as far as it goes. `scratch` is for what the socket has.
    pub(crate) fn advance(&mut self, scratch: &mut [u8], now: u64) -> Result<Advance, Error> {
        loop {
            self.send();
            let is_finished = match self.step {
                Step::Begun | Step::Tunnelled(_) => true,
                Step::Tunnel(_) => false,
                Step::ProxyTls | Step::TargetTls => !self.stream.layers().is_handshaking(),
            };
            if is_finished {
                let before = self.phase();
                if !self.step_on(now)? {
                    return Ok(Advance::Done);
                }
                if self.phase() != before {
                    return Ok(Advance::Enters(self.phase()));
                }
            } else if self.is_drained {
                return Ok(Advance::Waits);
            } else {
                self.receive(scratch)?;
            }
        }
    }

    /// The stream, how it came to be, and whether there is something to read and an end.
    pub(crate) fn finish(self) -> (Stream, Opened, bool, bool) {
        let Self { road, mut stream, peer, local, is_drained, is_closed, .. } = self;
        let secured = if wants_tls(&road) { stream.layers().facts() } else { None };
        stream.begin();
        let readable = !is_drained || stream.has_news();
        let Road { resolve, connect, proxy, tls, .. } = road;
        (stream, Opened { peer, local, resolve, connect, proxy, tls, secured }, readable, is_closed)
    }

    /// Begins the next step; whether there is one.
    fn step_on(&mut self, now: u64) -> Result<bool, Error> {
        let (plan, was) = (&self.road.plan, mem::replace(&mut self.step, Step::Begun));
        if let (Step::Begun, Some(proxy)) = (&was, &plan.proxy)
            && proxy.tls
        {
            let layer = plan.connector.secure_proxy(&proxy.target.host);
            self.step = Step::ProxyTls;
            return self.secure(layer).map(|()| true);
        }
        if let (Step::Begun | Step::ProxyTls, Some(proxy)) = (&was, &plan.proxy)
            && proxy.kind != ProxyKind::Forward
        {
            let tunnel = self.tunnel(proxy.kind).map_err(|source| self.proxy_error(source))?;
            self.step = Step::Tunnel(tunnel);
            return Ok(true);
        }
        match was {
            Step::Begun => {}
            Step::TargetTls => self.road.tls = self.road.lap(now),
            Step::ProxyTls | Step::Tunnel(_) | Step::Tunnelled(_) => self.road.proxy = self.road.lap(now),
        }
        let mut early = match was {
            Step::TargetTls => return Ok(false),
            Step::Tunnelled(early) => early,
            _ => Vec::new(),
        };
        if !wants_tls(&self.road) {
            if !early.is_empty() {
                self.stream.layers().put_back(&early);
            }
            return Ok(false);
        }
        self.step = Step::TargetTls;
        let layer = self.road.plan.connector.secure(&self.road.plan.target.host);
        self.secure(layer)?;
        let layers = self.stream.layers();
        let result = layers.feed_top(&mut early).and_then(|()| layers.lift(&mut [].as_mut_slice()));
        result.map(|()| true).map_err(|source| self.tls_error(source))
    }

    fn secure(&mut self, layer: Result<Layer, TlsError>) -> Result<(), Error> {
        let layer = layer.map_err(|source| self.tls_error(source))?;
        self.stream.layers().push(layer);
        Ok(())
    }

    fn tunnel(&self, kind: ProxyKind) -> Result<Tunnel, TunnelError> {
        let Target { host, port } = &self.road.plan.target;
        let credentials = self.road.plan.proxy.as_ref().and_then(|proxy| proxy.credentials.as_ref());
        if kind == ProxyKind::Connect {
            return Tunnel::connect(&self.road.plan.target, credentials);
        }
        let destination = match (self.road.destination(self.peer), host) {
            (Some(address), _) => Destination::Address(address),
            (None, Host::Ip(address)) => Destination::Address(SocketAddr::new(*address, *port)),
            (None, Host::Name(name)) => Destination::Name(name, *port),
        };
        Tunnel::socks5(destination, credentials)
    }

    /// Sends what waits, and what the step has to say; but the last word of the last handshake leaves with the owner's
    /// first.
    fn send(&mut self) {
        let mut result = if self.stream.has_tail() { self.stream.flush() } else { Ok(true) };
        if let Step::Tunnel(tunnel) = &mut self.step {
            let (mut out, mut wire) = (Vec::new(), Vec::new());
            tunnel.drain(&mut out);
            if !out.is_empty() && result.is_ok() {
                result = self.stream.send_through(&out, &mut wire);
            }
        }
        let is_last = matches!(self.step, Step::TargetTls) && !self.stream.layers().is_handshaking();
        if let Err(error) = result.and_then(|_| if is_last { Ok(()) } else { self.stream.answer() })
            && self.fault.is_none()
        {
            self.fault = Some(error);
            self.hear(true); // the peer may have said why before it closed
        }
    }

    /// One read, for the step.
    fn receive(&mut self, scratch: &mut [u8]) -> Result<(), Error> {
        let length = match self.stream.fetch(scratch) {
            Ok((_, 0)) => return Err(self.ended(None)),
            Ok((length, _)) => length,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                self.is_drained = true;
                return Ok(());
            }
            Err(error) => return Err(self.ended(Some(error))),
        };
        self.is_drained = length < scratch.len() && !self.is_closed;
        if !self.stream.is_plain()
            && let Err(source) = self.stream.layers().feed(&mut scratch[..length], &mut [].as_mut_slice())
        {
            let _ = self.stream.answer(); // the alert
            return Err(self.tls_error(source));
        }
        match &mut self.step {
            Step::Tunnel(_) if self.stream.is_plain() => self.feed(&scratch[..length]),
            Step::Tunnel(_) => self.feed_through(scratch),
            _ if self.stream.layers().has_ended() => Err(self.ended(None)),
            _ => Ok(()),
        }
    }

    /// Gives the tunnel what came through TLS with the proxy.
    fn feed_through(&mut self, scratch: &mut [u8]) -> Result<(), Error> {
        while let Step::Tunnel(_) = self.step {
            match self.stream.layers().read(scratch) {
                Ok(0) => return Err(self.ended(None)),
                Ok(count) => self.feed(&scratch[..count])?,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(self.ended(Some(error))),
            }
        }
        Ok(())
    }

    fn feed(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let Step::Tunnel(tunnel) = &mut self.step else { return Ok(()) };
        match tunnel.feed(bytes) {
            Ok(Progress::More) => Ok(()),
            Ok(Progress::Done { used }) => {
                self.step = Step::Tunnelled(bytes[used..].to_vec());
                Ok(())
            }
            Err(source) => Err(self.proxy_error(source)),
        }
    }

    /// The connection ended, in good order where the system has no complaint.
    fn ended(&mut self, source: Option<io::Error>) -> Error {
        match (source.or(self.fault.take()), &mut self.step) {
            (None, Step::Tunnel(tunnel)) => {
                let source = tunnel.feed_end();
                self.proxy_error(source)
            }
            (source, _) => {
                let source = source.unwrap_or_else(|| io::ErrorKind::UnexpectedEof.into());
                Error::Cut { phase: self.phase(), peer: self.peer, source }
            }
        }
    }

    fn proxy_error(&self, source: TunnelError) -> Error {
        Error::Proxy { proxy: self.road.plan.first().clone(), source: source.into() }
    }

    fn tls_error(&self, source: TlsError) -> Error {
        let host = match self.step {
            Step::TargetTls => &self.road.plan.target.host,
            _ => &self.road.plan.first().host,
        };
        Error::Tls { peer: self.peer, host: host.clone(), source: source.into() }
    }
}

/// Whether the target is talked to by TLS, and by us.
fn wants_tls(road: &Road) -> bool {
    road.plan.tls && road.plan.proxy.as_ref().is_none_or(|proxy| proxy.kind != ProxyKind::Forward)
}
