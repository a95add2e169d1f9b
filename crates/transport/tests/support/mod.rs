//! A transport that is turned until it tells something, in a time of the test's own; and peers on threads.
#![allow(dead_code, reason = "no test uses all of it")]

#[cfg(feature = "tls")]
pub(crate) mod secured;

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use sortie_transport::{Error, Event, Host, LinkId, Opened, Resolver, Target, Transport};

/// Only a test that fails waits so long.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) const LOCALHOST: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

pub(crate) fn named(name: &str, port: u16) -> Target {
    Target { host: Host::Name(name.into()), port }
}

/// A transport whose names are looked up by `lookup`, two at a time.
pub(crate) fn transport(lookup: impl Fn(&str) -> io::Result<Vec<IpAddr>> + Send + Sync + 'static) -> Transport {
    Transport::with_resolver(Arc::new(Resolver::new(2, lookup))).unwrap()
}

/// A transport for which all names are this machine's.
pub(crate) fn local() -> Transport {
    transport(|_| Ok(vec![LOCALHOST]))
}

/// The next event, at the time `now`.
pub(crate) fn next_of_all(transport: &mut Transport, now: u64) -> Event {
    loop {
        if let Some(event) = transport.poll() {
            return event;
        }
        wait(transport);
        transport.turn(now);
    }
}

/// The next event but for those that tell of phases, at the time `now`.
pub(crate) fn next(transport: &mut Transport, now: u64) -> Event {
    loop {
        match next_of_all(transport, now) {
            Event::Entered { .. } => {}
            event => return event,
        }
    }
}

/// One wait that ends with something to turn.
pub(crate) fn wait(transport: &mut Transport) {
    transport.wait(Some(PATIENCE)).unwrap();
}

/// Goes on until the link is open.
pub(crate) fn opened(transport: &mut Transport, link: LinkId) -> Opened {
    match next(transport, 0) {
        Event::Opened { link: of, opened } if of == link => *opened,
        other => panic!("{other:?}"),
    }
}

/// The error that ends the next link.
pub(crate) fn failure(transport: &mut Transport) -> Error {
    match next(transport, 0) {
        Event::Failed { error, .. } => error,
        other => panic!("{other:?}"),
    }
}

/// An error's words, and those of all that are behind it.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    std::iter::successors(Some(error), |error| error.source()).map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// Reads what arrives until there are `count` bytes.
pub(crate) fn read_exactly(transport: &mut Transport, link: LinkId, count: usize) -> Vec<u8> {
    let (mut heard, mut buffer) = (Vec::new(), [0; 4096]);
    while heard.len() < count {
        match transport.read(link, &mut buffer) {
            Ok(0) => panic!("the end, after {} bytes of {count}", heard.len()),
            Ok(count) => heard.extend_from_slice(&buffer[..count]),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => more(transport),
            Err(error) => panic!("{error}, after {} bytes of {count}", heard.len()),
        }
    }
    assert_eq!(heard.len(), count, "{heard:?}");
    heard
}

/// Reads on until the end, and says how that looks.
pub(crate) fn read_to_end(transport: &mut Transport, link: LinkId) -> (Vec<u8>, Option<io::Error>) {
    let (mut heard, mut buffer) = (Vec::new(), [0; 4096]);
    loop {
        match transport.read(link, &mut buffer) {
            Ok(0) => return (heard, None),
            Ok(count) => heard.extend_from_slice(&buffer[..count]),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => more(transport),
            Err(error) => return (heard, Some(error)),
        }
    }
}

/// Goes on until there is something to read, or room to write.
fn more(transport: &mut Transport) {
    match next(transport, 0) {
        Event::Ready { .. } | Event::Moved { .. } | Event::Drained { .. } => {}
        other => panic!("{other:?}"),
    }
}

/// A server for one connection, on a thread. Its reads fail when nothing comes for too long.
pub(crate) fn serve<T: Send + 'static>(
    peer: impl FnOnce(TcpStream) -> T + Send + 'static,
) -> (SocketAddr, JoinHandle<T>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let thread = thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        peer(stream)
    });
    (address, thread)
}

/// Sends back what comes, until the end.
pub(crate) fn echo(mut stream: impl io::Read + io::Write) {
    let mut buffer = [0; 4096];
    while let Ok(count @ 1..) = stream.read(&mut buffer) {
        stream.write_all(&buffer[..count]).unwrap();
    }
}

/// How many descriptors the process has.
#[cfg(target_os = "linux")]
pub(crate) fn descriptors() -> usize {
    std::fs::read_dir("/proc/self/fd").unwrap().count()
}
