//! From a plan to an open link.

use std::io;
use std::mem;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use mio::Interest;

use super::{Transport, next};
use crate::link::{Dial, Link, State};
use crate::race::{ATTEMPT_DELAY, Attempt, Race};
use crate::road::Road;
use crate::setup::{Advance, Setup};
use crate::sockets::dial_path;
use crate::stream::Stream;
use crate::token::{Stamp, token};
use crate::{Error, Event, LinkId, OpenPhase, Opened, Plan, Resolver};

/// How much of what a socket has is taken at once, where it is not the owner's as it is.
const SCRATCH: usize = 64 * 1024;

/// How long a Unix socket without room is left alone before it is tried again: nothing tells when it has room.
const KNOCK_DELAY: Duration = Duration::from_millis(5);

impl Transport {
    /// Begins to make a link as `plan` says, with TCP_NODELAY set.
    ///
    /// How it ends is an event, [`Opened`](Event::Opened) or [`Failed`](Event::Failed), also when it fails at once; what it
    /// comes through, [`Entered`](Event::Entered).
    /// The addresses of a name are tried by turns of their families, the next one when the last one failed or had 250 ms;
    /// the first to answer wins (RFC 8305, sections 4 and 5). Then a proxy is asked to lead on, and TLS shakes hands, as far
    /// as the plan wants it; when that fails, no other address is tried. There is no limit to how long any of it takes but
    /// the system's: close the link when it is enough.
    pub fn open(&mut self, plan: &Plan, now: u64) -> LinkId {
        let generation = next(&mut self.serial);
        let index = self.links.insert(Link { generation, state: State::Failed });
        let road = Road::new(plan.clone(), now);
        match road.check() {
            Ok(()) => self.resolve(index, road, now),
            Err(error) => self.fail(index, error),
        }
        LinkId { index: index as u32, generation }
    }

    /// What a link that is being opened is at. `None`: it is open, failed or closed.
    #[must_use]
    pub fn phase(&self, link: LinkId) -> Option<OpenPhase> {
        match &self.link(link)?.state {
            State::Resolving(_) => Some(OpenPhase::Resolving),
            State::Connecting(_) | State::Knocking(_) => Some(OpenPhase::Connecting),
            State::SettingUp(setup) => Some(setup.phase()),
            State::Open(_) | State::Failed => None,
        }
    }

    /// The address at the other end of a link's socket: the proxy's, if there is one. While several are tried, the one
    /// that was tried last.
    ///
    /// `None`: no address is known yet, the link is closed or failed, or it is a Unix socket's. Asks the system about a
    /// link that is open.
    #[must_use]
    pub fn peer(&self, link: LinkId) -> Option<SocketAddr> {
        match &self.link(link)?.state {
            State::Connecting(dial) => dial.race.peer(),
            State::SettingUp(setup) => setup.peer,
            State::Open(stream) => stream.socket.peer_addr().ok(),
            State::Resolving(_) | State::Knocking(_) | State::Failed => None,
        }
    }

    /// What the resolver has found for a link.
    pub(super) fn answer(&mut self, index: usize, mut road: Road, addresses: io::Result<Arc<[IpAddr]>>, now: u64) {
        let result = match addresses {
            Ok(addresses) => road.answer(&addresses),
            Err(source) => Err(unresolved(&road, source)),
        };
        match result {
            Ok(()) => self.resolve(index, road, now),
            Err(error) => self.fail(index, error),
        }
    }

    /// Tries the next address of a link that connects.
    pub(super) fn advance(&mut self, index: usize, now: u64) {
        let Some(entry) = self.links.get_mut(index) else { return };
        let link = LinkId { index: index as u32, generation: entry.generation };
        let dial = match &mut entry.state {
            State::Connecting(dial) => dial,
            State::Knocking(_) => {
                if let State::Knocking(road) = mem::replace(&mut entry.state, State::Failed) {
                    self.knock(index, *road, now);
                }
                return;
            }
            _ => return,
        };
        let (registry, serial, sockets) = (self.poll.registry(), &mut self.serial, dial.road.plan.connector.sockets());
        let start = |peer| Attempt::new(registry, index, Stamp::new(next(serial)), peer, sockets.dial(peer)?);
        match dial.race.advance(start) {
            Ok(()) if dial.race.has_more() => {
                self.deadlines.set(link.index, now.saturating_add(ATTEMPT_DELAY.as_nanos() as u64));
            }
            Ok(()) => self.deadlines.clear(link.index),
            Err(error) => {
                self.deadlines.clear(link.index);
                self.fail(index, error);
            }
        }
    }

    /// A socket of a link has connected; with it, what there is to read.
    pub(super) fn won(
        &mut self,
        index: usize,
        winner: Attempt,
        peer: SocketAddr,
        local: SocketAddr,
        heard: Option<Event>,
        now: u64,
    ) {
        self.deadlines.clear(index as u32);
        let state = &mut self.links[index].state;
        let Dial { road, race } = match mem::replace(state, State::Failed) {
            State::Connecting(dial) => *dial,
            other => return *state = other,
        };
        if race.is_upset(peer)
            && road.tells_families()
            && let Some((name, port)) = road.first_name()
            && road.plan.connector.overridden(name, port).is_none()
        {
            self.resolver(&road).won(name, peer.is_ipv6());
        }
        self.stand(index, road, Stream::new(winner.socket, winner.stamp), Some((peer, local)), heard, now);
    }

    /// Does what can be done on a link's connection before it is open.
    pub(super) fn set_up(&mut self, index: usize, now: u64) {
        if self.scratch.is_empty() {
            self.scratch = vec![0; SCRATCH];
        }
        let Some(entry) = self.links.get_mut(index) else { return };
        let link = LinkId { index: index as u32, generation: entry.generation };
        let State::SettingUp(setup) = &mut entry.state else { return };
        loop {
            match setup.advance(&mut self.scratch, now) {
                Ok(Advance::Waits) => return,
                Ok(Advance::Enters(phase)) => self.events.push_back(Event::Entered { link, phase }),
                Ok(Advance::Done) => break,
                Err(error) => return self.fail(index, error),
            }
        }
        if let State::SettingUp(setup) = mem::replace(&mut entry.state, State::Failed) {
            let (stream, opened, readable, closed) = setup.finish();
            let heard = (readable || closed).then_some(Event::Ready { link, readable, closed });
            self.opened(index, stream, opened, heard);
        }
    }

    /// Goes on as far as the addresses are known.
    fn resolve(&mut self, index: usize, mut road: Road, now: u64) {
        let link = self.id(index);
        while let Some((name, port)) = road.question() {
            let known = match road.plan.connector.overridden(name, port) {
                Some(addresses) => Ok(Some(Arc::clone(addresses))),
                None => self.resolver(&road).ask(name, link, &self.inbox),
            };
            let result = match known {
                Ok(Some(addresses)) => road.answer(&addresses),
                Ok(None) => {
                    road.has_waited = true;
                    self.links[index].state = State::Resolving(Box::new(road));
                    return;
                }
                Err(source) => Err(unresolved(&road, source)),
            };
            if let Err(error) = result {
                return self.fail(index, error);
            }
        }
        self.connect(index, road, now);
    }

    /// Begins the race for a link whose addresses are known.
    fn connect(&mut self, index: usize, mut road: Road, now: u64) {
        road.resolve = road.lap(now);
        if road.has_waited {
            let link = self.id(index);
            self.events.push_back(Event::Entered { link, phase: OpenPhase::Connecting });
        }
        if road.plan.connector.path().is_some() {
            return self.knock(index, road, now);
        }
        let (addresses, port) = road.addresses();
        let race = Race::new(addresses, port);
        self.links[index].state = State::Connecting(Box::new(Dial { road, race }));
        self.advance(index, now);
    }

    /// Connects to a Unix socket, which happens at once or not at all.
    fn knock(&mut self, index: usize, road: Road, now: u64) {
        let Some(path) = road.plan.connector.path() else { return };
        let stamp = Stamp::new(next(&mut self.serial));
        let result = dial_path(path).and_then(|mut socket| {
            let interest = Interest::READABLE | Interest::WRITABLE;
            self.poll.registry().register(&mut socket, token(index, stamp)?, interest)?;
            Ok(socket)
        });
        match result {
            Ok(socket) => self.stand(index, road, Stream::new(socket, stamp), None, None, now),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                self.links[index].state = State::Knocking(Box::new(road));
                self.deadlines.set(index as u32, now.saturating_add(KNOCK_DELAY.as_nanos() as u64));
            }
            Err(source) => {
                let path = Arc::clone(path);
                self.fail(index, Error::Path { path, source });
            }
        }
    }

    /// A connection stands: sets it up, if that is needed.
    fn stand(
        &mut self,
        index: usize,
        mut road: Road,
        stream: Stream,
        ends: Option<(SocketAddr, SocketAddr)>,
        heard: Option<Event>,
        now: u64,
    ) {
        road.connect = road.lap(now);
        let (peer, local) = ends.unzip();
        let mut setup = Setup::new(road, stream, peer, local);
        if !setup.is_needed() {
            let (stream, opened, ..) = setup.finish();
            return self.opened(index, stream, opened, heard);
        }
        if let Some(Event::Ready { closed, .. }) = heard {
            setup.hear(closed);
        }
        self.links[index].state = State::SettingUp(Box::new(setup));
        self.set_up(index, now);
    }

    fn opened(&mut self, index: usize, stream: Stream, opened: Opened, heard: Option<Event>) {
        let link = self.id(index);
        if stream.has_word() {
            self.owing.push(link);
        }
        self.links[index].state = State::Open(stream);
        self.events.push_back(Event::Opened { link, opened: Box::new(opened) });
        // It may have sent already, and the edge is not told again.
        self.events.extend(heard);
    }

    fn fail(&mut self, index: usize, error: Error) {
        let link = self.id(index);
        self.links[index].state = State::Failed;
        self.events.push_back(Event::Failed { link, error });
    }

    /// Who looks names up for a link.
    pub(super) fn resolver<'a>(&'a self, road: &'a Road) -> &'a Arc<Resolver> {
        road.plan.connector.resolver().unwrap_or(&self.resolver)
    }

    fn id(&self, index: usize) -> LinkId {
        LinkId { index: index as u32, generation: self.links[index].generation }
    }
}

/// The name that a road asked for has no address.
fn unresolved(road: &Road, source: io::Error) -> Error {
    Error::Resolve { name: road.question().map_or("", |(name, _)| name).into(), source }
}
