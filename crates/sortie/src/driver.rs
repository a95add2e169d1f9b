//! The loop: the only one, and the only clock. It decides nothing.

mod write;

use std::io;
use std::time::{Duration, SystemTime};

use sortie_engine::{
    CallId, Engine, Limits, LinkError, LinkFault, LinkId, Opened, Outcome, Output, Place, Read, Streamed, Time,
    Unopened,
};
use sortie_log::Event;
use sortie_policy::Question;
use sortie_transport as transport;
use transport::{Detached, Plan, Transport};

use crate::fault::{closed_by, fault_of, phase_of};
use crate::feeds::Feeds;
use crate::kept::keep;
use crate::plan::plan;
use crate::pull::Lull;
use crate::reply::{reply, seed};

/// How many bytes one read takes at the most.
const INPUT: usize = 64 * 1024;

/// How long links may go unheard before something is sent on one of them.
const FRESH: Duration = Duration::from_millis(1);

/// How many events the transport takes at once, as far as they matter here.
const PAGE: usize = 1024;

/// How many reads one link gets before the others have their turn.
const READS: usize = 16;

/// One engine on one transport.
pub(crate) struct Driver {
    pub(crate) engine: Engine,
    transport: Transport,
    /// When it was made, by the monotonic clock, in nanoseconds.
    began: u64,
    now: Time,
    /// When the links were listened to last; `None` when they are to be listened to before anything is sent.
    heard: Option<Time>,
    /// Somebody has used the waker, and no turn has ended since.
    woken: bool,
    /// The program's own code has run since the clock was read.
    dated: bool,
    /// The transport's name of each link, at the index of the engine's.
    names: Vec<Option<(LinkId, transport::LinkId)>>,
    /// The engine's name of each link, at the index of the transport's.
    owners: Vec<Option<LinkId>>,
    /// Links that still had something to read when their turn was over; with it whether the peer has closed.
    unread: Vec<(LinkId, bool)>,
    /// What the reader of streamed content knows of its link.
    pub(crate) lull: Lull,
    /// Links that still had something to write when their turn was over.
    unwritten: Vec<LinkId>,
    feeds: Feeds,
    /// The memory of a piece that was sent.
    spent: Vec<u8>,
    input: Vec<u8>,
    output: Vec<u8>,
}

/// What a turn has brought. Tags are those that the calls were submitted with.
pub(crate) trait Audience {
    /// A call has ended, at this time on the wall. Says whether the program's own code ran.
    fn done(&mut self, tag: u64, at: SystemTime, outcome: Outcome) -> bool;
    /// Something happened to a call that wants to be told about.
    fn told(&mut self, tag: u64, event: Event);
    /// The head of a response that is streamed is here, at this time on the wall. Says whether the program's own code ran.
    fn head(&mut self, tag: u64, at: SystemTime, head: Streamed) -> bool;
    /// Content of a response that is streamed has come.
    fn content(&mut self, tag: u64, bytes: Vec<u8>);
    /// So much of a call's body was handed over. Says whether the program's own code ran.
    fn uploaded(&mut self, tag: u64, sent: u64, total: Option<u64>) -> bool;
    /// The peer of a call has switched protocols; that the call is done is told next.
    fn handed(&mut self, tag: u64, stream: Detached);
    /// A connection that was opened for nobody is open, or could not be opened.
    fn warmed(&mut self, result: Result<(), Unopened>);
}

impl Driver {
    #[expect(clippy::disallowed_methods, reason = "the driver is the owner of the clock")]
    pub(crate) fn new(limits: Limits) -> io::Result<Self> {
        let transport = Transport::new()?;
        Ok(Driver {
            engine: Engine::new(limits, seed(), SystemTime::now()),
            feeds: Feeds::new(transport.waker()),
            transport,
            began: monotonic(),
            now: Time(0),
            heard: None,
            woken: false,
            dated: false,
            names: Vec::new(),
            owners: Vec::new(),
            unread: Vec::new(),
            lull: Lull::default(),
            unwritten: Vec::new(),
            spent: Vec::new(),
            input: vec![0; INPUT],
            output: Vec::new(),
        })
    }

    /// Reads the clock; a turn does so by itself.
    pub(crate) fn refresh(&mut self) -> Time {
        self.now = Time(monotonic().saturating_sub(self.began));
        self.dated = false;
        self.now
    }

    /// When the clock was read last.
    pub(crate) fn now(&self) -> Time {
        self.now
    }

    /// Waits for something to happen, `limit` at the most, and carries out all that follows from it.
    pub(crate) fn turn(&mut self, limit: Option<Duration>, audience: &mut impl Audience) -> io::Result<()> {
        self.carry_out(audience)?;
        let patience = self.next_deadline().map(|at| at.since(self.now));
        let patience = match (patience, limit) {
            (Some(own), Some(limit)) => Some(own.min(limit)),
            (own, limit) => own.or(limit),
        };
        let patience = if self.woken { Some(Duration::ZERO) } else { patience };
        self.listen(patience)?;
        for _ in 0..self.engine.links() / PAGE + 1 {
            if !self.transport.may_have_more() {
                break;
            }
            self.listen(Some(Duration::ZERO))?;
        }
        // What has arrived is handled before what has expired.
        self.engine.handle_deadline(self.now);
        self.settle(audience);
        self.woken = false;
        Ok(())
    }

    /// Carries out what the engine wants, without waiting for anything.
    ///
    /// Links that nobody has listened to for a while are listened to first: what a peer sent before it was asked, or
    /// that it has closed, must not meet the next request (RFC 9112, section 6.3).
    pub(crate) fn carry_out(&mut self, audience: &mut impl Audience) -> io::Result<()> {
        let mut heard = Ok(());
        if self.engine.has_output() {
            self.update();
            if self.is_unheard() {
                heard = self.listen(Some(Duration::ZERO));
            }
        }
        // Also where the loop has failed: what has ended has an outcome.
        self.settle(audience);
        heard
    }

    /// Whether nobody has listened to the links for a while, as of the last reading of the clock.
    pub(crate) fn is_unheard(&self) -> bool {
        self.heard.is_none_or(|heard| self.now.since(heard) > FRESH)
    }

    /// The program has been away: nobody has listened to the links meanwhile.
    pub(crate) fn doubt(&mut self) {
        self.heard = None;
    }

    /// Closes its descriptors, and does nothing else: what could call the program back, or wait for a thread, is kept.
    pub(crate) fn abandon(self) {
        let Driver { engine, transport, feeds, .. } = self;
        transport.abandon();
        feeds.abandon();
        keep(engine);
    }

    /// Waits for what arrives, and hands it to the engine.
    fn listen(&mut self, patience: Option<Duration>) -> io::Result<()> {
        self.transport.wait(patience)?;
        let now = self.refresh();
        self.heard = Some(now);
        self.transport.turn(now.0);
        if self.transport.take_wake() {
            self.woken = true;
            self.write_fed();
        }
        let mut unread = std::mem::take(&mut self.unread);
        for (link, closed) in unread.drain(..) {
            self.hear(link, closed);
        }
        if self.unread.is_empty() {
            // The list itself is used again.
            self.unread = unread;
        }
        while let Some(event) = self.transport.poll() {
            self.handle(event);
        }
        self.write_on();
        Ok(())
    }

    /// When a turn is wanted though nothing happens. May be early, never late; now where work was left.
    pub(crate) fn next_deadline(&self) -> Option<Time> {
        if !self.unread.is_empty() || !self.unwritten.is_empty() {
            return Some(Time(0));
        }
        let transport = self.transport.next_deadline().map(Time);
        self.engine.next_deadline().into_iter().chain(transport).min()
    }

    /// Whether something waits to be carried out, or to be read.
    pub(crate) fn has_work(&self) -> bool {
        self.woken || self.engine.has_output() || !self.unread.is_empty() || !self.unwritten.is_empty()
    }

    /// One read of a link, past the engine. `NotConnected` where it is closed.
    pub(crate) fn read_past(&mut self, link: LinkId, buffer: &mut [u8]) -> io::Result<usize> {
        match self.name_of(link) {
            Some(name) => self.transport.read(name, buffer),
            None => Err(io::ErrorKind::NotConnected.into()),
        }
    }

    /// The content of a link was read past the engine, to its end and no further: what stands behind it, if only that the
    /// peer has closed, was told already, and is not told again.
    pub(crate) fn read_again(&mut self, link: LinkId) {
        self.unread.push((link, true));
    }

    pub(crate) fn transport(&self) -> &Transport {
        &self.transport
    }

    /// Wakes a turn from another thread.
    pub(crate) fn waker(&self) -> transport::Waker {
        self.transport.waker()
    }

    /// Carries out what the engine wants, until it wants nothing more.
    fn settle(&mut self, audience: &mut impl Audience) {
        while let Some(output) = self.engine.poll() {
            match output {
                Output::Transmit { link } => {
                    self.update();
                    self.write(link);
                }
                Output::Done { tag, outcome } => {
                    self.dated |= audience.done(tag, self.engine.wall(self.now), outcome);
                }
                Output::Open { link, origin, proxy, channel } => {
                    self.update();
                    match plan(&origin, proxy.as_deref(), &channel) {
                        Ok(plan) => self.open(link, &plan),
                        Err(cause) => self.engine.handle_closed(link, Some(cause), self.now),
                    }
                }
                Output::Head { tag, head } => self.dated |= audience.head(tag, self.engine.wall(self.now), *head),
                Output::Content { tag, bytes } => audience.content(tag, bytes),
                Output::Handed { link, tag, surplus } => {
                    if let Some(mut stream) = self.detach(link) {
                        stream.unread(&surplus);
                        audience.handed(tag, stream);
                    }
                }
                Output::Warmed { result } => audience.warmed(result),
                // Whether the peer has closed meanwhile was not seen: read until there is nothing.
                Output::Resume { link } => self.unread.push((link, true)),
                Output::Close { link } => self.close(link),
                Output::Ask { call, exchange, question } => self.ask(call, exchange, &question),
                Output::Uploaded { tag, sent, total } => self.dated |= audience.uploaded(tag, sent, total),
                Output::Told { tag, event } => {
                    audience.told(tag, event);
                    self.dated = true;
                }
                _ => {}
            }
        }
    }

    /// Asks the program's own code, and hands on what it says.
    #[cold]
    fn ask(&mut self, call: CallId, exchange: u32, question: &Question) {
        let reply = reply(question);
        self.refresh();
        if self.is_unheard() {
            // What is sent next must not meet a link that was closed while the program took its time. Where the loop has
            // failed, the next turn says so.
            let _ = self.listen(Some(Duration::ZERO));
        }
        self.engine.handle_reply(call, exchange, reply, self.now);
    }

    /// Reads the clock where the program's own code has taken its time: none of that is anybody's timeout.
    pub(crate) fn update(&mut self) {
        if self.dated {
            self.refresh();
        }
    }

    /// The program's own code may have run since the clock was read.
    pub(crate) fn date(&mut self) {
        self.dated = true;
    }

    fn handle(&mut self, event: transport::Event) {
        let Some(link) = self.owners.get(event.link().index()).copied().flatten() else { return };
        match event {
            transport::Event::Ready { closed, .. } => self.hear(link, closed),
            transport::Event::Drained { .. } => self.write(link),
            transport::Event::Moved { .. } => self.engine.handle_blocked(link, self.now),
            transport::Event::Entered { link: name, phase } => {
                let peer = self.transport.peer(name);
                self.engine.handle_entered(link, phase_of(phase), peer, self.now);
            }
            transport::Event::Opened { opened, .. } => self.opened(link, &opened),
            transport::Event::Failed { error, .. } => {
                let cause = LinkError { kind: fault_of(&error), source: Box::new(error) };
                match cause.kind {
                    LinkFault::Write => self.fail_write(link, cause),
                    _ => self.engine.handle_closed(link, Some(cause), self.now),
                }
            }
            _ => {}
        }
    }

    fn open(&mut self, link: LinkId, plan: &Plan) {
        self.engine.handle_opening(link, self.now);
        let name = self.transport.open(plan, self.now.0);
        put(&mut self.names, link.index(), Some((link, name)));
        put(&mut self.owners, name.index(), Some(link));
        if let Some(phase) = self.transport.phase(name) {
            self.engine.handle_entered(link, phase_of(phase), self.transport.peer(name), self.now);
        }
    }

    fn opened(&mut self, link: LinkId, by: &transport::Opened) {
        if let Some(Err(cause)) = by.secured.as_ref().map(crate::tls::check_protocol) {
            return self.engine.handle_closed(link, Some(cause), self.now);
        }
        let mut opened = Opened::default();
        (opened.peer, opened.resolve, opened.connect) = (by.peer, by.resolve, by.connect);
        (opened.proxy, opened.tls) = (by.proxy, by.tls);
        opened.secured = by.secured.is_some();
        opened.resumed = by.secured.as_ref().is_some_and(crate::tls::is_resumed);
        self.engine.handle_opened(link, opened, self.now);
    }

    /// Takes a link out of the loop. One that stays there is closed like any other.
    fn detach(&mut self, link: LinkId) -> Option<Detached> {
        let name = self.name_of(link)?;
        let stream = self.transport.detach(name)?;
        put(&mut self.names, link.index(), None);
        put(&mut self.owners, name.index(), None);
        Some(stream)
    }

    fn close(&mut self, link: LinkId) {
        self.feeds.close(link);
        if let Some(name) = self.name_of(link) {
            put(&mut self.names, link.index(), None);
            put(&mut self.owners, name.index(), None);
            self.transport.close(name);
        }
    }

    /// The transport's name of a link that is not closed.
    fn name_of(&self, link: LinkId) -> Option<transport::LinkId> {
        let (owner, name) = self.names.get(link.index()).copied().flatten()?;
        (owner == link).then_some(name)
    }

    /// Reads what a link has, and tells the engine if it has come to its end.
    fn hear(&mut self, link: LinkId, closed: bool) {
        if let Some(cause) = self.read(link, closed) {
            self.engine.handle_closed(link, cause, self.now);
        }
    }

    /// Reads what a link has, and hands it to the engine. Says how the link ended, where it did.
    #[must_use]
    fn read(&mut self, link: LinkId, closed: bool) -> Option<Option<LinkError>> {
        let name = self.name_of(link)?;
        for _ in 0..READS {
            let (room, result) = match self.engine.place(link) {
                Place::Pause => {
                    self.lull.heed(link, closed);
                    return None;
                }
                Place::Lent => {
                    self.lull.end(link, closed);
                    return None;
                }
                Place::Body(body, room) => {
                    (room, self.transport.read_into(name, body, room).map(|count| (count, true)))
                }
                Place::Anywhere => (INPUT, self.transport.read(name, &mut self.input).map(|count| (count, false))),
            };
            let (count, read) = match result {
                Ok((0, _)) => return Some(None),
                Ok((count, true)) => (count, self.engine.handle_filled(link, count, self.now)),
                Ok((count, false)) => (count, self.engine.handle_received(link, &self.input[..count], self.now)),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return None,
                Err(error) => return Some(Some(closed_by(error, LinkFault::Read))),
            };
            // A short read has drained the link, unless the peer has closed: that is not told again.
            if read != Read::More || count < room && !closed {
                return None;
            }
        }
        self.unread.push((link, closed));
        None
    }
}

/// The monotonic clock, in nanoseconds. Read once a turn or more: without the arithmetic of `Instant`, which costs as much
/// as the reading.
fn monotonic() -> u64 {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    let [seconds, nanoseconds] = [now.tv_sec, now.tv_nsec].map(|part| u64::try_from(part).unwrap_or(0));
    seconds.saturating_mul(1_000_000_000).saturating_add(nanoseconds)
}

/// The clock on the wall.
#[expect(clippy::disallowed_methods, reason = "the driver is the owner of the clock")]
pub(crate) fn wall() -> SystemTime {
    SystemTime::now()
}

fn put<T: Clone>(list: &mut Vec<Option<T>>, index: usize, entry: Option<T>) {
    if list.len() <= index {
        list.resize(index + 1, None);
    }
    list[index] = entry;
}

#[cfg(test)]
#[cfg(any(feature = "tls", feature = "ring"))]
mod tests;
