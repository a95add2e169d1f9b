//! The driver: carries out what the engine wants, as the real one does with sockets.

use std::io;

use sortie_engine::{LinkError, LinkFault, LinkId, Output, Piece, Place, Read, Time, Write};
use sortie_http::Origin;

use crate::agenda::Event;
use crate::request::parse_line;
use crate::wire::{Mood, Progress, Wire};
use crate::{Accepts, Error, Farewell, World};

/// How many reads one link gets before the others have their turn.
const READS: usize = 16;

impl World {
    /// Carries out what the engine wants, until it wants nothing more.
    pub(crate) fn settle(&mut self) -> Result<(), Error> {
        let mut left = 1_000 + 100 * (self.engine.calls() + self.engine.links());
        while let Some(output) = self.engine.poll() {
            left = left.checked_sub(1).ok_or(Error::Endless { at: self.now() })?;
            match output {
                Output::Open { link, origin, .. } => self.open(link, &origin)?,
                Output::Transmit { link } => self.write(link)?,
                Output::Resume { link } => self.unread.push((link, true)),
                Output::Close { link } => {
                    self.wires.remove(&link).ok_or(Error::Close)?;
                    self.dead = Some(link);
                }
                Output::Told { tag, event } => {
                    let entry = self.ledger.entries.get_mut(&tag).ok_or(Error::Nobody { tag })?;
                    entry.told.push(event);
                }
                Output::Ask { call, exchange, question } => {
                    self.engine.handle_reply(call, exchange, question.ask(), self.now)
                }
                Output::Done { tag, outcome } => {
                    let taken = self.now.after(self.chance.duration(self.taken.clone()));
                    if outcome.held > 0 {
                        self.agenda.put(taken, Event::Taken { bytes: outcome.held });
                    }
                    self.ledger.end(tag, outcome, self.now, self.lag)?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn open(&mut self, link: LinkId, origin: &Origin) -> Result<(), Error> {
        let authority = origin.authority();
        let unserved = || Error::Unserved { authority: authority.to_owned() };
        let descriptors = self.wires.values().filter(|wire| wire.state != Progress::Refused).count();
        self.opened += 1;
        self.wires.insert(link, Wire::new(self.opened, authority));
        self.most = self.most.max(self.wires.len());
        let limits = self.engine.limits();
        let of_origin = self.wires.values().filter(|wire| wire.authority == authority).count();
        for (links, limit) in [(self.wires.len(), limits.connections), (of_origin, limits.per_origin)] {
            if links > limit {
                return Err(Error::TooManyLinks { links, limit });
            }
        }
        let server = self.servers.get(authority).ok_or_else(unserved)?;
        let (mut soon, mut phases) = (self.now, Vec::new());
        for (phase, time) in server.phases() {
            phases.push((soon, phase));
            soon = soon.after(self.chance.duration(time));
        }
        self.engine.handle_opening(link, self.now);
        if self.descriptors.is_some_and(|limit| descriptors >= limit) {
            // A driver may know at once, or be told in the next turn.
            match self.chance.percent(50) {
                true => self.refuse(link, LinkFault::Exhausted),
                false => self.agenda.put(self.now, Event::Refused { link, fault: LinkFault::Exhausted }),
            }
            return Ok(());
        }
        for (at, phase) in phases {
            // A driver knows where it begins; what follows it is told.
            match at == self.now {
                true => self.engine.handle_entered(link, phase, None, self.now),
                false => self.agenda.put(at, Event::Entered { link, phase }),
            }
        }
        let server = self.servers.get_mut(authority).ok_or_else(unserved)?;
        if !server.admits() {
            let fault = if self.chance.percent(20) { LinkFault::Resolve } else { LinkFault::Connect };
            self.agenda.put(soon, Event::Refused { link, fault });
        } else if !server.hangs {
            self.agenda.put(soon, Event::Opened { link });
        }
        Ok(())
    }

    pub(crate) fn refuse(&mut self, link: LinkId, fault: LinkFault) {
        if let Some(wire) = self.wires.get_mut(&link) {
            wire.state = Progress::Refused;
            self.engine.handle_closed(link, Some(cause(fault)), self.now);
        }
    }

    /// Reads what a link has, and hands it to the engine: some of it straight into its place.
    pub(crate) fn read(&mut self, link: LinkId, closed: bool) {
        for _ in 0..READS {
            let Some(wire) = self.wires.get_mut(&link) else { return };
            let place = self.engine.place(link);
            let room = match &place {
                Place::Pause | Place::Lent => return,
                Place::Body(_, room) => *room,
                Place::Anywhere => self.input.max(1),
            };
            let count = room.min(wire.inbox.len());
            if count == 0 {
                match wire.end {
                    Some(Farewell::Close) => self.engine.handle_closed(link, None, self.now),
                    Some(Farewell::Reset) => {
                        self.engine.handle_closed(link, Some(cause(LinkFault::Read)), self.now);
                    }
                    None => {}
                }
                return;
            }
            let bytes: Vec<u8> = wire.inbox.drain(..count).collect();
            let read = match place {
                Place::Body(body, _) => {
                    body.extend_from_slice(&bytes);
                    self.engine.handle_filled(link, count, self.now)
                }
                _ => self.engine.handle_received(link, &bytes, self.now),
            };
            // A short read has drained the link, unless the peer has closed: that is not told again.
            if read != Read::More || count < room && !closed {
                return;
            }
        }
        self.unread.push((link, closed));
    }

    /// Writes what the engine has for a link, as far as the link takes it.
    pub(crate) fn write(&mut self, link: LinkId) -> Result<(), Error> {
        let mut output = Vec::new();
        while self.wires.contains_key(&link) {
            output.clear();
            let mut write = self.engine.handle_writable(link, &mut output, self.budget.max(1), self.now);
            if write == Write::Feed {
                write = self.feed(link, &mut output);
            }
            if output.is_empty() {
                return Ok(());
            }
            match self.send(link, &output)? {
                Sent::All if write != Write::Done => {}
                Sent::All => return Ok(()),
                Sent::Some => {
                    if let Some(wire) = self.wires.get_mut(&link) {
                        wire.blocked = true;
                    }
                    self.engine.handle_blocked(link, self.now);
                    return Ok(());
                }
                Sent::Broken => {
                    self.broken(link);
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// What the link had held back was accepted, or never will be.
    pub(crate) fn drain(&mut self, link: LinkId) -> Result<(), Error> {
        let Some(wire) = self.wires.get_mut(&link) else { return Ok(()) };
        wire.blocked = false;
        if wire.peer.mood == Mood::Gone && self.chance.percent(50) {
            self.broken(link);
            return Ok(());
        }
        self.write(link)
    }

    /// A write has failed. The peer may have said why before it closed.
    fn broken(&mut self, link: LinkId) {
        self.read(link, true);
        self.engine.handle_closed(link, Some(cause(LinkFault::Write)), self.now);
    }

    fn send(&mut self, link: LinkId, bytes: &[u8]) -> Result<Sent, Error> {
        let Some(wire) = self.wires.get_mut(&link) else { return Ok(Sent::Broken) };
        let is_lost = wire.peer.mood == Mood::Gone;
        if is_lost && self.chance.percent(50) {
            return Ok(Sent::Broken);
        }
        let line = bytes.split(|byte| *byte == b'\r').next().unwrap_or_default();
        if let Some((method, tag, step)) = std::str::from_utf8(line).ok().and_then(parse_line) {
            self.ledger.write(tag, step, method)?;
        }
        if is_lost {
            return Ok(Sent::All);
        }
        let Some(server) = self.servers.get(&wire.authority) else { return Ok(Sent::Broken) };
        let (accepts, latency) = (server.accepts.clone(), server.latency.clone());
        let mut at = self.now;
        let mut rest = bytes;
        while !rest.is_empty() {
            let size = match &accepts {
                Accepts::All => rest.len(),
                Accepts::Slowly { piece, .. } => self.chance.size(piece.clone()).max(1),
                Accepts::Only(limit) => limit - wire.accepted.min(*limit),
            };
            if size == 0 {
                return Ok(Sent::Some);
            }
            let (piece, tail) = rest.split_at(size.min(rest.len()));
            wire.accepted += piece.len();
            if tail.is_empty() && at > self.now {
                // The link takes the last piece before the server has it.
                self.agenda.put(at, Event::Drained { link });
            }
            wire.reaching = wire.reaching.max(at.after(self.chance.duration(latency.clone())));
            self.agenda.put(wire.reaching, Event::Reached { link, bytes: piece.to_vec() });
            rest = tail;
            if let (false, Accepts::Slowly { pause, .. }) = (rest.is_empty(), &accepts) {
                at = at.after(self.chance.duration(pause.clone()));
            }
        }
        Ok(if at == self.now { Sent::All } else { Sent::Some })
    }

    /// Hands in what a driver should not, or what comes too late: it must change nothing.
    pub(crate) fn echo(&mut self) -> Result<(), Error> {
        if !self.chance.percent(self.echoes) {
            return Ok(());
        }
        let live: Vec<LinkId> =
            self.wires.iter().filter(|(_, wire)| wire.state == Progress::Open).map(|(id, _)| *id).collect();
        if let Some(link) = self.chance.pick(&live) {
            self.engine.handle_opened(*link, Default::default(), self.now);
        }
        let opening = self.wires.iter().find(|(_, wire)| wire.state == Progress::Opening);
        if let Some(link) = opening.map(|(link, _)| *link) {
            let _ = self.engine.handle_received(link, b"too early", self.now);
            let _ = self.engine.handle_filled(link, 9, self.now);
            self.engine.handle_blocked(link, self.now);
            self.engine.handle_writable(link, &mut Vec::new(), 1, self.now);
        }
        let Some(link) = self.dead else { return Ok(()) };
        self.engine.handle_opened(link, Default::default(), self.now);
        let received = self.engine.handle_received(link, b"HTTP/1.1 204 No Content\r\n\r\n", self.now);
        let filled = self.engine.handle_filled(link, 5, self.now);
        self.engine.handle_blocked(link, self.now);
        let mut output = Vec::new();
        let write = self.engine.handle_writable(link, &mut output, 1, self.now);
        let (fed, given) = self.engine.handle_fed(link, Piece::Bytes(b"late"), &mut output, self.now);
        let is_mute = [write, fed] == [Write::Done; 2] && output.is_empty() && given.is_empty();
        let is_deaf = [received, filled] == [Read::Stop; 2] && is_mute;
        if !is_deaf || !matches!(self.engine.place(link), Place::Anywhere) {
            return Err(Error::Heard);
        }
        self.engine.handle_closed(link, None, self.now);
        self.engine.handle_deadline(Time(self.now.0.saturating_sub(1)));
        Ok(())
    }
}

/// What came of a write.
enum Sent {
    /// The link has all of it.
    All,
    /// The link holds some of it back.
    Some,
    /// The peer is gone.
    Broken,
}

fn cause(kind: LinkFault) -> LinkError {
    let source = io::Error::other("as the world has it");
    LinkError { kind, source: Box::new(source) }
}
