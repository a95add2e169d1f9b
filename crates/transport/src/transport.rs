//! The loop.

mod open;
mod traffic;

use std::collections::VecDeque;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};
use std::sync::Arc;
use std::time::Duration;
use std::{fmt, io, mem};

use mio::{Events, Poll, Token};
use slab::Slab;
use sortie_timer::Deadlines;

use crate::inbox::{Answer, Inbox};
use crate::link::{Link, State};
use crate::race::Check;
use crate::stream::Stream;
use crate::token::{WAKER, split};
use crate::{Error, Event, LinkId, Resolver, Waker};

/// How many raw events one wait takes. More are not lost: the next one takes them.
const EVENTS: usize = 1024;

/// Byte streams on one event loop.
///
/// One thread at a time: wait, turn, take the events, act on them, wait again. Times are nanoseconds since whatever moment
/// the owner chose; the transport reads no clock.
///
/// Dropping it closes every link at once, whatever they still had to send.
pub struct Transport {
    poll: Poll,
    /// What the last wait brought; empty once it was turned.
    raw: Events,
    links: Slab<Link>,
    /// The last wait may have left events with the system.
    is_full: bool,
    /// The waker has been used, or an answer of the resolver has come.
    was_woken: bool,
    /// What was not told yet.
    events: VecDeque<Event>,
    /// When a link's next address is to be tried, by index.
    deadlines: Deadlines,
    /// Links that were opened since the last wait, and have a word of a handshake to send that leaves with the owner's
    /// first bytes, or with the next wait.
    owing: Vec<LinkId>,
    resolver: Arc<Resolver>,
    inbox: Arc<Inbox>,
    /// Empty; kept for its memory.
    answers: Vec<Answer>,
    /// Numbers links and sockets.
    serial: u32,
    /// For what a socket has, where it is not the owner's as it is. Empty until a link is set up.
    scratch: Vec<u8>,
    /// Empty; kept for its memory: what TLS makes of what is sent.
    wire: Vec<u8>,
}

impl Transport {
    /// A transport that asks the system's resolver.
    ///
    /// # Errors
    /// When the system has no descriptors for the loop.
    pub fn new() -> io::Result<Self> {
        Self::with_resolver(Resolver::system())
    }

    /// A transport that asks `resolver`.
    ///
    /// # Errors
    /// When the system has no descriptors for the loop.
    pub fn with_resolver(resolver: Arc<Resolver>) -> io::Result<Self> {
        let poll = Poll::new()?;
        let waker = Waker(Arc::new(mio::Waker::new(poll.registry(), WAKER)?));
        Ok(Self {
            poll,
            raw: Events::with_capacity(EVENTS),
            is_full: false,
            was_woken: false,
            links: Slab::new(),
            events: VecDeque::new(),
            deadlines: Deadlines::new(),
            owing: Vec::new(),
            resolver,
            inbox: Arc::new(Inbox::new(waker)),
            answers: Vec::new(),
            serial: 0,
            scratch: Vec::new(),
            wire: Vec::new(),
        })
    }

    /// Closes its descriptors, and does nothing else: no peer is told, no question is taken back, and no thread waited for.
    ///
    /// For the child of a fork, where the loop and the sockets are still its parent's.
    pub fn abandon(mut self) {
        // What the sockets say to the loop is said by the system: that they are closed here is nothing to the parent.
        self.links = Slab::new();
    }

    /// Waits until there is something to [`turn`](Self::turn), for at most `timeout`; without end for `None`.
    ///
    /// Returns at once when the last wait was not turned, or an event waits to be told; and early, with nothing to turn, on
    /// a signal. A timeout is rounded up to whole milliseconds where the system counts in them. Where a link was opened and
    /// the owner has sent nothing on it, the end of its handshake is sent now.
    ///
    /// # Errors
    /// What the system says of the loop itself; then nothing works any more.
    pub fn wait(&mut self, timeout: Option<Duration>) -> io::Result<()> {
        self.speak();
        if !self.raw.is_empty() {
            return Ok(());
        }
        let timeout = if self.events.is_empty() { timeout } else { Some(Duration::ZERO) };
        match self.poll.poll(&mut self.raw, timeout) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(()),
            result => result,
        }
    }

    /// Turns what the wait brought, and what is due at `now`, into events.
    pub fn turn(&mut self, now: u64) {
        let mut raw = mem::replace(&mut self.raw, Events::with_capacity(0));
        let mut count = 0;
        for event in &raw {
            count += 1;
            match event.token() {
                WAKER => {
                    self.was_woken = true;
                    self.take_answers(now);
                }
                token => self.handle(token, event, now),
            }
        }
        raw.clear();
        self.raw = raw;
        self.is_full = count == EVENTS;
        while let Some(key) = self.deadlines.pop(now) {
            self.advance(key as usize, now);
        }
    }

    /// The next event; call it until `None`.
    pub fn poll(&mut self) -> Option<Event> {
        while let Some(event) = self.events.pop_front() {
            let tells = match &event {
                Event::Drained { link } => self.stream(*link).is_some_and(|stream| !stream.has_tail()),
                other => self.is_present(other.link()),
            };
            if tells {
                return Some(event);
            }
        }
        None
    }

    /// When to wait and turn even if nothing happens. May be early, never late; 0 if an event waits to be told, the last
    /// wait may have left some with the system, or the next one has the end of a handshake to send.
    #[must_use]
    pub fn next_deadline(&self) -> Option<u64> {
        let owes = || self.owing.iter().any(|link| self.stream(*link).is_some_and(Stream::has_word));
        if self.events.is_empty() && !self.is_full && !owes() { self.deadlines.next() } else { Some(0) }
    }

    /// Whether the last wait may have left events with the system: wait and turn once more to have them.
    #[must_use]
    pub fn may_have_more(&self) -> bool {
        self.is_full
    }

    /// Whether a [`Waker`] was used since this was asked last, however the wait ended; also after an answer of the resolver.
    pub fn take_wake(&mut self) -> bool {
        mem::take(&mut self.was_woken)
    }

    /// A handle that ends a wait from any thread.
    #[must_use]
    pub fn waker(&self) -> Waker {
        self.inbox.waker().clone()
    }

    /// How many links were opened and not closed, failed ones included.
    #[must_use]
    pub fn links(&self) -> usize {
        self.links.len()
    }

    /// What one socket told.
    fn handle(&mut self, token: Token, event: &mio::event::Event, now: u64) {
        let (index, stamp) = split(token);
        let Some(entry) = self.links.get_mut(index) else { return };
        let link = LinkId { index: index as u32, generation: entry.generation };
        match &mut entry.state {
            State::Open(stream) if stream.stamp == stamp => {
                self.events.extend(ready(link, event));
                if stream.has_tail() && (event.is_writable() || event.is_write_closed()) {
                    match stream.flush() {
                        Ok(true) => self.events.push_back(Event::Drained { link }),
                        Ok(false) => self.events.push_back(Event::Moved { link }),
                        Err(source) => self.events.push_back(Event::Failed { link, error: Error::Write { source } }),
                    }
                }
            }
            State::Connecting(dial) => match dial.race.check(stamp) {
                Check::Waiting => {}
                Check::Lost => self.advance(index, now),
                Check::Won { winner, peer, local } => {
                    let heard = ready(link, event);
                    self.won(index, winner, peer, local, heard, now);
                }
            },
            State::SettingUp(setup) if setup.stream.stamp == stamp => {
                if let Some(Event::Ready { closed, .. }) = ready(link, event) {
                    setup.hear(closed);
                }
                self.set_up(index, now);
            }
            State::Open(_) | State::SettingUp(_) | State::Resolving(_) | State::Knocking(_) | State::Failed => {}
        }
    }

    /// Sends the ends of handshakes to which the owner has added nothing.
    fn speak(&mut self) {
        while let Some(link) = self.owing.pop() {
            if let Ok(stream) = stream_of(&mut self.links, link)
                && let Err(source) = stream.answer()
            {
                self.events.push_back(Event::Failed { link, error: Error::Write { source } });
            }
        }
    }

    /// What the resolver's threads left.
    fn take_answers(&mut self, now: u64) {
        let mut answers = mem::take(&mut self.answers);
        self.inbox.swap(&mut answers);
        for Answer { link, addresses } in answers.drain(..) {
            if !self.is_present(link) {
                continue;
            }
            let state = &mut self.links[link.index()].state;
            match mem::replace(state, State::Failed) {
                State::Resolving(road) => self.answer(link.index(), *road, addresses, now),
                other => *state = other,
            }
        }
        self.answers = answers;
    }

    /// A link that was not closed.
    fn link(&self, link: LinkId) -> Option<&Link> {
        self.links.get(link.index()).filter(|entry| entry.generation == link.generation)
    }

    fn is_present(&self, link: LinkId) -> bool {
        self.link(link).is_some()
    }

    fn stream(&self, link: LinkId) -> Option<&Stream> {
        match self.links.get(link.index()) {
            Some(Link { generation, state: State::Open(stream) }) if *generation == link.generation => Some(stream),
            _ => None,
        }
    }
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transport").field("links", &self.links()).finish_non_exhaustive()
    }
}

/// The loop's own descriptor, for a loop around this one: it is readable when there is something to wait for. Sockets are
/// edge-triggered below it, so take all the events of a turn.
#[cfg(unix)]
impl AsRawFd for Transport {
    fn as_raw_fd(&self) -> RawFd {
        self.poll.as_raw_fd()
    }
}

#[cfg(unix)]
impl AsFd for Transport {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.poll.registry().as_fd()
    }
}

/// What there is to read, if the event is not about writing alone.
fn ready(link: LinkId, event: &mio::event::Event) -> Option<Event> {
    let (readable, closed) = (event.is_readable(), event.is_read_closed() || event.is_error());
    (readable || closed).then_some(Event::Ready { link, readable, closed })
}

/// The next of the numbers that tell links and sockets apart.
const fn next(serial: &mut u32) -> u32 {
    *serial = serial.wrapping_add(1);
    *serial
}

/// The stream of a link, if it is open.
fn stream_of(links: &mut Slab<Link>, link: LinkId) -> io::Result<&mut Stream> {
    match links.get_mut(link.index()) {
        Some(Link { generation, state: State::Open(stream) }) if *generation == link.generation => Ok(stream),
        _ => Err(io::ErrorKind::NotConnected.into()),
    }
}
