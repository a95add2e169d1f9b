//! The practical limit: one write and one read a request, on an edge-triggered epoll; over TLS, too.
//!
//! A server that keeps connections open, answers with HTTP/1.1 and a `Content-Length`, and sends nothing unasked is
//! taken for granted; where it does otherwise, the request fails and the next one takes a new connection.

use std::io::{ErrorKind, Read, Write};
use std::mem;
use std::net::TcpStream;
use std::ops::ControlFlow;
use std::os::fd::OwnedFd;
use std::sync::Arc;

use rustix::buffer::spare_capacity;
use rustix::event::{Timespec, epoll};
use rustls::ClientConfig;

use crate::answer::{Answer, Search, Whole};
use crate::inflate::{INFLATE, Inflate};
use crate::target::Target;
use crate::tls::{self, NO_KEEP_ALIVE, Session};
use crate::{Error, Job, Tally};

/// What the loop reads into, in bytes.
const BUFFER: usize = 64 << 10;

/// A response that was kept.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Kept {
    /// Its status, or 0 if there was none.
    pub status: u16,
    /// Its content, in memory of its size.
    pub content: Box<[u8]>,
}

/// Sends the job's requests, each connection the next one as soon as it has its response; with
/// [`NO_KEEP_ALIVE`] a new connection does, which takes up an earlier session of TLS if it can.
///
/// With `keep` gives status and content of each, in the order of the requests; else nothing but the count.
///
/// Fails if the URL is no target ([`Error::Target`]), if it is `https` and nobody is to be trusted, if the event queue fails, or if nothing happens for a minute.
/// What happens to one request is in the tally.
pub fn run(job: &Job, keep: bool) -> Result<(Tally, Vec<Kept>), Error> {
    let keep_alive = !job.has(NO_KEEP_ALIVE.0);
    let target = Target::parse(&job.url, keep_alive)?;
    let config = if target.secure { Some(Arc::new(tls::config(job)?)) } else { None };
    let mut lines = Lines {
        queue: epoll::create(epoll::CreateFlags::CLOEXEC).map_err(queue)?,
        connections: Vec::new(),
        target,
        config,
        keep_alive,
        content: vec![0; BUFFER],
        search: Search::new(),
        next: 0,
        count: job.count,
        done: 0,
        tally: Tally::default(),
        kept: keep.then(|| vec![Kept::default(); job.count]),
        inflate: job.has(INFLATE.0).then(|| Box::new(Inflate::new())),
    };
    for slot in 0..job.concurrency.min(job.count) {
        lines.connections.push(None);
        lines.open(slot);
    }
    let minute = Timespec { tv_sec: 60, tv_nsec: 0 };
    let mut buffer = vec![0; BUFFER];
    let mut events = Vec::with_capacity(1024);
    while lines.done < lines.count {
        match epoll::wait(&lines.queue, spare_capacity(&mut events), Some(&minute)) {
            Ok(0) => return Err(Error::Silence),
            Ok(_) => {}
            Err(rustix::io::Errno::INTR) => continue,
            Err(error) => return Err(queue(error)),
        }
        for event in events.drain(..) {
            let flags = event.flags;
            let ending = flags.intersects(ENDING);
            lines.ready(event.data.u64() as usize, ending, &mut buffer);
        }
    }
    Ok((lines.tally, lines.kept.unwrap_or_default()))
}

/// The peer will send no more: what is there is read to its end.
const ENDING: epoll::EventFlags = epoll::EventFlags::RDHUP.union(epoll::EventFlags::HUP).union(epoll::EventFlags::ERR);

/// The connections, and what is left to send on them.
struct Lines {
    queue: OwnedFd,
    connections: Vec<Option<Connection>>,
    target: Target,
    /// For `https`.
    config: Option<Arc<ClientConfig>>,
    keep_alive: bool,
    /// What is decrypted goes through here.
    content: Vec<u8>,
    search: Search,
    /// The request that is sent next.
    next: usize,
    count: usize,
    done: usize,
    tally: Tally,
    kept: Option<Vec<Kept>>,
    inflate: Option<Box<Inflate>>,
}

/// One connection.
struct Connection {
    stream: TcpStream,
    /// For `https`.
    session: Option<Box<Session>>,
    wanted: Wanted,
}

/// What a connection is to bring.
enum Wanted {
    /// The response to the request `index`.
    Response { index: usize, answer: Answer },
    /// Nothing: there was no request left for it.
    Nothing,
}

impl Lines {
    /// Has a new connection in `slot` send the next request, if one is left.
    fn open(&mut self, slot: usize) {
        self.connections[slot] = None;
        while self.next < self.count {
            let index = self.next;
            self.next += 1;
            match self.connect(slot, index) {
                Ok(connection) => {
                    self.connections[slot] = Some(connection);
                    return;
                }
                Err(error) => self.fail(index, &error),
            }
        }
    }

    fn connect(&self, slot: usize, index: usize) -> Result<Connection, Error> {
        let connect = |source| Error::Connect { source };
        let stream = TcpStream::connect(self.target.address).map_err(connect)?;
        stream.set_nodelay(true).map_err(connect)?;
        stream.set_nonblocking(true).map_err(connect)?;
        let session = match &self.config {
            Some(config) => Some(Box::new(Session::begin(config, &self.target, &stream)?)),
            None => {
                send(&stream, &self.target.request)?;
                None
            }
        };
        let interest = epoll::EventFlags::IN | epoll::EventFlags::RDHUP | epoll::EventFlags::ET;
        let name = epoll::EventData::new_u64(slot as u64);
        epoll::add(&self.queue, &stream, name, interest).map_err(|error| connect(error.into()))?;
        Ok(Connection { stream, session, wanted: Wanted::Response { index, answer: Answer::new() } })
    }

    /// Reads what there is. A read that does not fill the buffer was the last one, unless the peer is ending.
    fn ready(&mut self, slot: usize, ending: bool, buffer: &mut [u8]) {
        loop {
            let Some(connection) = &mut self.connections[slot] else { return };
            let found = match connection.stream.read(buffer) {
                Ok(0) => Err(Error::Closed),
                Ok(size) => Ok(size),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(source) => Err(Error::Read { source }),
            };
            let size = found.as_ref().copied().unwrap_or_default();
            let secure = connection.session.is_some();
            let advanced = match found {
                Ok(size) if secure => self.decrypt(slot, &buffer[..size]),
                found => self.advance(slot, found.map(|size| &buffer[..size])),
            };
            if advanced.is_break() || (size < buffer.len() && !ending) {
                return;
            }
        }
    }

    /// Brings the connection on by what was read of TLS.
    fn decrypt(&mut self, slot: usize, mut wire: &[u8]) -> ControlFlow<()> {
        let mut content = mem::take(&mut self.content);
        let mut flow = ControlFlow::Continue(());
        while flow.is_continue() && !wire.is_empty() {
            flow = self.records(slot, &mut wire, &mut content);
        }
        self.content = content;
        flow
    }

    /// Takes octets from the front of `wire`, and brings the connection on by what was in them.
    fn records(&mut self, slot: usize, wire: &mut &[u8], content: &mut [u8]) -> ControlFlow<()> {
        let Some(Connection { stream, session: Some(session), .. }) = &mut self.connections[slot] else {
            return ControlFlow::Break(());
        };
        if let Err(error) = session.receive(wire, stream, &self.target.request) {
            return self.advance(slot, Err(error));
        }
        while let Some(Connection { session: Some(session), .. }) = &mut self.connections[slot] {
            match session.read(content) {
                Ok(Some(size)) => self.advance(slot, Ok(&content[..size]))?,
                Ok(None) => return ControlFlow::Continue(()),
                Err(error) => return self.advance(slot, Err(error)),
            }
        }
        ControlFlow::Break(())
    }

    /// Brings the connection on by what was read. Breaks if it is lost; another may have its slot then.
    fn advance(&mut self, slot: usize, read: Result<&[u8], Error>) -> ControlFlow<()> {
        let Some(Connection { stream, session, wanted }) = &mut self.connections[slot] else {
            return ControlFlow::Break(());
        };
        let Wanted::Response { index, answer } = wanted else {
            self.connections[slot] = None;
            return ControlFlow::Break(());
        };
        let finished = *index;
        match read.and_then(|bytes| answer.receive(bytes, &self.search, self.kept.is_some() || self.inflate.is_some()))
        {
            Ok(None) => return ControlFlow::Continue(()),
            Ok(Some(whole)) if !self.keep_alive => self.deliver(finished, whole),
            Ok(Some(whole)) => {
                let sent = if self.next < self.count {
                    *index = self.next;
                    self.next += 1;
                    let request = &self.target.request;
                    let sent = match session {
                        Some(session) => session.send(stream, request),
                        None => send(stream, request),
                    };
                    sent.map_err(|error| (*index, error))
                } else {
                    *wanted = Wanted::Nothing;
                    Ok(())
                };
                self.deliver(finished, whole);
                let Err((index, error)) = sent else { return ControlFlow::Continue(()) };
                self.fail(index, &error);
            }
            Err(error) => self.fail(finished, &error),
        }
        self.open(slot);
        ControlFlow::Break(())
    }

    fn deliver(&mut self, index: usize, whole: Whole) {
        let Whole { status, mut length, mut content } = whole;
        if let Some(inflate) = &mut self.inflate {
            match inflate.run(&content) {
                Ok(inflated) => {
                    length = inflated.len();
                    content = if self.kept.is_some() { inflated.to_vec() } else { Vec::new() };
                }
                Err(error) => return self.fail(index, &error),
            }
        }
        self.done += 1;
        self.tally.add(index, status, length);
        if let Some(kept) = &mut self.kept {
            kept[index] = Kept { status, content: content.into() };
        }
    }

    fn fail(&mut self, index: usize, error: &Error) {
        self.done += 1;
        self.tally.fail(index, error);
    }
}

/// A request is far smaller than a socket's buffer, and nothing else is in it: one write takes it whole.
fn send(mut stream: &TcpStream, request: &[u8]) -> Result<(), Error> {
    match stream.write(request) {
        Ok(size) if size == request.len() => Ok(()),
        Ok(_) => Err(Error::Partial),
        Err(source) => Err(Error::Write { source }),
    }
}

fn queue(error: rustix::io::Errno) -> Error {
    Error::Queue { source: error.into() }
}
