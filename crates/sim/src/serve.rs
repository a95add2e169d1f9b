//! The servers at work: requests come in, answers go out, as whole as they are meant to.

use std::time::Duration;

use sortie_engine::LinkId;

use crate::agenda::Event;
use crate::unchunk::unchunk;
use crate::wire::{Mood, Reading};
use crate::{Answer, Ending, Error, Farewell, Request, World, letters};

impl World {
    /// Bytes have come to the server.
    pub(crate) fn reach(&mut self, link: LinkId, bytes: &[u8]) -> Result<(), Error> {
        let Some(wire) = self.wires.get_mut(&link) else { return Ok(()) };
        wire.peer.received.extend_from_slice(bytes);
        while self.serve_one(link)? {}
        Ok(())
    }

    /// Takes one step with what has come; says whether there may be another.
    fn serve_one(&mut self, link: LinkId) -> Result<bool, Error> {
        let Some(wire) = self.wires.get_mut(&link) else { return Ok(false) };
        let peer = &mut wire.peer;
        if peer.mood != Mood::Serving {
            return Ok(false);
        }
        let Some(mut reading) = peer.reading.take() else {
            let Some((used, mut request)) = Request::read(&peer.received, peer.exchanges + 1)? else {
                return Ok(false);
            };
            peer.exchanges += 1;
            peer.received.drain(..used);
            self.ledger.serve(&mut request, wire.number, self.now)?;
            let Some(server) = self.servers.get_mut(&wire.authority) else { return Ok(false) };
            let answer = server.answer(&request, &mut self.chance);
            self.ledger.mean(&request, &answer);
            if request.expects && server.continues && !answer.early {
                let at = self.now.after(self.chance.duration(server.latency.clone())).max(wire.arriving);
                wire.arriving = at;
                self.agenda.put(at, Event::Arrived { link, bytes: b"HTTP/1.1 100 Continue\r\n\r\n".to_vec() });
            }
            if answer.early {
                peer.reading = Some(Box::new(Reading { request: request.clone(), answer: None }));
                self.reply(link, &request, &answer);
            } else {
                peer.reading = Some(Box::new(Reading { request, answer: Some(answer) }));
            }
            return Ok(true);
        };
        let tag = reading.request.tag;
        let come = match reading.request.length {
            Some(length) => (peer.received.len() >= length).then(|| (peer.received[..length].to_vec(), length)),
            None => unchunk(&peer.received).transpose().map_err(|()| Error::Body { tag })?,
        };
        let Some((body, used)) = come else {
            peer.reading = Some(reading);
            return Ok(false);
        };
        peer.received.drain(..used);
        // A redirect may have dropped it.
        let whole = if reading.request.length == Some(0) { 0 } else { self.ledger.body(tag) };
        if body != letters(tag, whole) {
            return Err(Error::Body { tag });
        }
        if let Some(answer) = reading.answer.take() {
            self.reply(link, &reading.request, &answer);
        }
        Ok(true)
    }

    /// Sends an answer on its way, in pieces, and says what follows it.
    fn reply(&mut self, link: LinkId, request: &Request, answer: &Answer) {
        let Some(wire) = self.wires.get_mut(&link) else { return };
        let Some(server) = self.servers.get(&wire.authority) else { return };
        let mut bytes = answer.wire(request);
        let mut farewell = answer.closes(request).then_some(Farewell::Close);
        match &answer.ending {
            Ending::Whole => {}
            Ending::Cut { after, with } => {
                bytes.truncate(*after);
                farewell = Some(*with);
            }
            Ending::Stall { after } => {
                bytes.truncate(*after);
                farewell = None;
                wire.peer.mood = Mood::Mute;
            }
            Ending::Garbage(garbage) => {
                bytes.clone_from(garbage);
                farewell = Some(Farewell::Close);
            }
        }
        let latency = self.chance.duration(server.latency.clone());
        let mut at = self.now.after(answer.after).after(latency).max(wire.arriving);
        let mut cuts: Vec<usize> = (1..answer.pieces).map(|_| self.chance.size(0..=bytes.len())).collect();
        cuts.push(bytes.len());
        cuts.sort_unstable();
        let mut from = 0;
        for cut in cuts {
            if cut > from {
                self.agenda.put(at, Event::Arrived { link, bytes: bytes[from..cut].to_vec() });
                from = cut;
                wire.arriving = at;
                at = at.after(self.chance.duration(Duration::ZERO..=answer.gap));
            }
        }
        if let Some(farewell) = farewell {
            wire.peer.mood = Mood::Gone;
            wire.arriving = at;
            self.agenda.put(at, Event::Closed { link, farewell });
        } else if let (Some(idle), Mood::Serving) = (answer.idle, wire.peer.mood) {
            let exchanges = wire.peer.exchanges;
            self.agenda.put(wire.arriving.after(idle), Event::Bored { link, exchanges });
        }
    }

    /// A server closes a connection on which nothing has come for long. A request may be on its way.
    pub(crate) fn leave(&mut self, link: LinkId, exchanges: u32) {
        let Some(wire) = self.wires.get_mut(&link) else { return };
        let peer = &mut wire.peer;
        let is_idle = peer.exchanges == exchanges && peer.received.is_empty();
        let Some(server) = self.servers.get(&wire.authority) else { return };
        if is_idle && peer.reading.is_none() && peer.mood == Mood::Serving {
            peer.mood = Mood::Gone;
            let at = self.now.after(self.chance.duration(server.latency.clone())).max(wire.arriving);
            let farewell = if self.chance.percent(25) { Farewell::Reset } else { Farewell::Close };
            self.agenda.put(at, Event::Closed { link, farewell });
        }
    }
}
