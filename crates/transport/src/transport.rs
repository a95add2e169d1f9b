//! The loop.

use std::collections::VecDeque;
use std::net::IpAddr;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};
use std::sync::Arc;
use std::time::Duration;
use std::{fmt, io, mem};

use mio::{Events, Poll, Token};
use slab::Slab;
use sortie_timer::Deadlines;

use crate::inbox::{Answer, Inbox};
use crate::link::{Link, State};
use crate::race::{ATTEMPT_DELAY, Attempt, Check, Race};
use crate::stream::Stream;
use crate::token::{Stamp, WAKER, split};
use crate::{Error, Event, Host, LinkId, Resolver, Target, Waker};

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
    resolver: Arc<Resolver>,
    inbox: Arc<Inbox>,
    /// Empty; kept for its memory.
    answers: Vec<Answer>,
    /// Numbers links and sockets.
    serial: u32,
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
            resolver,
            inbox: Arc::new(Inbox::new(waker)),
            answers: Vec::new(),
            serial: 0,
        })
    }

    /// Begins to connect to `target`, with TCP_NODELAY set.
    ///
    /// How it ends is an event, [`Opened`](Event::Opened) or [`Failed`](Event::Failed), also when it fails at once.
    /// The addresses of a name are tried by turns of their families, the next one when the last one failed or had 250 ms;
    /// the first to answer wins (RFC 8305, sections 4 and 5). There is no limit but the system's to how long it takes.
    pub fn open(&mut self, target: &Target, now: u64) -> LinkId {
        let generation = next(&mut self.serial);
        let index = self.links.insert(Link { generation, state: State::Failed });
        let link = LinkId { index: index as u32, generation };
        match &target.host {
            Host::Ip(address) => self.connect(index, &[*address], target.port, now, now),
            Host::Name(name) => match self.resolver.ask(name, link, &self.inbox) {
                Ok(()) => {
                    self.links[index].state = State::Resolving { name: name.clone(), port: target.port, since: now };
                }
                Err(source) => {
                    self.events.push_back(Event::Failed { link, error: Error::Resolve { name: name.clone(), source } });
                }
            },
        }
        link
    }

    /// Closes a link, in whatever state: its socket at once, and what it had to send is lost. No event of it is told any
    /// more. Ignored if it is closed already.
    pub fn close(&mut self, link: LinkId) {
        if !self.is_present(link) {
            return;
        }
        self.deadlines.clear(link.index);
        if let State::Resolving { name, .. } = self.links.remove(link.index()).state {
            self.resolver.forget(&name, link, &self.inbox);
        }
    }

    /// One read. 0 is the end of what the peer sends, if `buffer` is not empty.
    ///
    /// # Errors
    /// [`WouldBlock`](io::ErrorKind::WouldBlock) when there is nothing, [`NotConnected`](io::ErrorKind::NotConnected) when
    /// the link is not open, else what the system says.
    pub fn read(&mut self, link: LinkId, buffer: &mut [u8]) -> io::Result<usize> {
        self.stream_mut(link)?.read(buffer)
    }

    /// One read, behind what is in `buffer`, into its spare capacity; it never grows. 0 is the end of what the peer sends.
    ///
    /// Reads at most `limit` bytes, and no more than there is room for. Where `limit` is all the room there is, the bytes
    /// come straight to their place; where it is less, `limit` bytes are zeroed first. So reserve what you will read, exactly.
    ///
    /// # Errors
    /// As [`read`](Self::read); and [`InvalidInput`](io::ErrorKind::InvalidInput) without room, or a limit of 0.
    pub fn read_into(&mut self, link: LinkId, buffer: &mut Vec<u8>, limit: usize) -> io::Result<usize> {
        self.stream_mut(link)?.read_into(buffer, limit)
    }

    /// Sends bytes: one write, and none if others wait. Whether nothing is left to send.
    ///
    /// What the socket does not take is copied, sent in turns to come, and its end told by [`Drained`](Event::Drained).
    /// It has no limit here: who sends much waits for that event.
    ///
    /// # Errors
    /// [`NotConnected`](io::ErrorKind::NotConnected) when the link is not open, else what the system says.
    pub fn send(&mut self, link: LinkId, bytes: &[u8]) -> io::Result<bool> {
        self.stream_mut(link)?.send(bytes)
    }

    /// Whether bytes wait for the socket to take them.
    #[must_use]
    pub fn has_tail(&self, link: LinkId) -> bool {
        self.stream(link).is_some_and(Stream::has_tail)
    }

    /// How many bytes the socket took since the link was opened. 0 if it is not open.
    #[must_use]
    pub fn written(&self, link: LinkId) -> u64 {
        self.stream(link).map_or(0, |stream| stream.written)
    }

    /// Waits until there is something to [`turn`](Self::turn), for at most `timeout`; without end for `None`.
    ///
    /// Returns at once when the last wait was not turned, or an event waits to be told; and early, with nothing to turn, on
    /// a signal. A timeout is rounded up to whole milliseconds where the system counts in them.
    ///
    /// # Errors
    /// What the system says of the loop itself; then nothing works any more.
    pub fn wait(&mut self, timeout: Option<Duration>) -> io::Result<()> {
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

    /// When to turn even if nothing happens. May be early, never late; 0 if an event waits to be told,
    /// or the last wait may have left some with the system.
    #[must_use]
    pub fn next_deadline(&self) -> Option<u64> {
        if self.events.is_empty() && !self.is_full { self.deadlines.next() } else { Some(0) }
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
            State::Connecting(race) => match race.check(stamp) {
                Check::Waiting => {}
                Check::Lost => self.advance(index, now),
                Check::Won { winner, peer, local } => {
                    let (resolve, connect) = (race.resolve, since(race.since, now));
                    entry.state = State::Open(Stream::new(winner.socket, winner.stamp));
                    self.deadlines.clear(link.index);
                    self.events.push_back(Event::Opened { link, peer, local, resolve, connect });
                    // It may have sent already, and the edge is not told again.
                    self.events.extend(ready(link, event));
                }
            },
            State::Open(_) | State::Resolving { .. } | State::Failed => {}
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
            match (mem::replace(state, State::Failed), addresses) {
                (State::Resolving { port, since, .. }, Ok(addresses)) => {
                    self.connect(link.index(), &addresses, port, since, now);
                }
                (State::Resolving { name, .. }, Err(source)) => {
                    self.events.push_back(Event::Failed { link, error: Error::Resolve { name, source } });
                }
                (other, _) => *state = other,
            }
        }
        self.answers = answers;
    }

    /// Begins the race for a link whose addresses are known. It was opened at `opened`.
    fn connect(&mut self, index: usize, addresses: &[IpAddr], port: u16, opened: u64, now: u64) {
        self.links[index].state = State::Connecting(Box::new(Race::new(addresses, port, since(opened, now), now)));
        self.advance(index, now);
    }

    /// Tries the next address of a link that connects.
    fn advance(&mut self, index: usize, now: u64) {
        let Some(entry) = self.links.get_mut(index) else { return };
        let State::Connecting(race) = &mut entry.state else { return };
        let link = LinkId { index: index as u32, generation: entry.generation };
        let (registry, serial) = (self.poll.registry(), &mut self.serial);
        match race.advance(|peer| Attempt::start(registry, index, Stamp::new(next(serial)), peer)) {
            Ok(()) if race.has_more() => {
                self.deadlines.set(link.index, now.saturating_add(ATTEMPT_DELAY.as_nanos() as u64));
            }
            Ok(()) => self.deadlines.clear(link.index),
            Err(error) => {
                entry.state = State::Failed;
                self.deadlines.clear(link.index);
                self.events.push_back(Event::Failed { link, error });
            }
        }
    }

    /// Whether `link` was not closed.
    fn is_present(&self, link: LinkId) -> bool {
        self.links.get(link.index()).is_some_and(|entry| entry.generation == link.generation)
    }

    fn stream(&self, link: LinkId) -> Option<&Stream> {
        match self.links.get(link.index()) {
            Some(Link { generation, state: State::Open(stream) }) if *generation == link.generation => Some(stream),
            _ => None,
        }
    }

    fn stream_mut(&mut self, link: LinkId) -> io::Result<&mut Stream> {
        match self.links.get_mut(link.index()) {
            Some(Link { generation, state: State::Open(stream) }) if *generation == link.generation => Ok(stream),
            _ => Err(io::ErrorKind::NotConnected.into()),
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

/// How long it is from `then` to `now`.
const fn since(then: u64, now: u64) -> Duration {
    Duration::from_nanos(now.saturating_sub(then))
}
