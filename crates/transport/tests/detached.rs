//! Links that leave their loop.
#![allow(clippy::unwrap_used)]

mod support;

use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;
use std::os::fd::{AsFd as _, AsRawFd as _};

use sortie_transport::{Detached, Plan, Transport};
use support::{echo, opened, serve};

#[test]
fn a_detached_link_reads_and_writes_by_itself() {
    let (address, server) = serve(echo);
    let mut transport = Transport::new().unwrap();
    let link = transport.open(&Plan::from(address), 0);
    opened(&mut transport, link);
    let mut detached = transport.detach(link).unwrap();
    assert_eq!(transport.links(), 0);
    assert!(transport.detach(link).is_none());
    assert_eq!(transport.send(link, b"x").unwrap_err().kind(), io::ErrorKind::NotConnected);

    assert_eq!(detached.read(&mut [0; 8]).unwrap_err().kind(), io::ErrorKind::WouldBlock);
    assert_eq!(detached.peer_addr().unwrap(), address);
    assert_eq!(detached.as_fd().as_raw_fd(), detached.as_raw_fd());
    detached.unread(b"world");
    detached.unread(b"hello, ");
    detached.set_blocking(true).unwrap();
    detached.write_all(b"!").unwrap();
    let mut heard = [0; 13];
    detached.read_exact(&mut heard).unwrap();
    assert_eq!(&heard, b"hello, world!");
    drop(detached);
    server.join().unwrap();
}

#[test]
fn what_waits_when_a_link_is_detached_is_sent_first() {
    const SIZE: usize = 16 << 20;
    let (go, gate) = std::sync::mpsc::channel();
    let (address, server) = serve(move |mut stream: TcpStream| {
        gate.recv().unwrap();
        let mut heard = Vec::new();
        stream.read_to_end(&mut heard).unwrap();
        heard
    });
    let mut transport = Transport::new().unwrap();
    let link = transport.open(&Plan::from(address), 0);
    opened(&mut transport, link);
    assert!(!transport.send(link, &vec![7; SIZE]).unwrap());
    let mut detached = transport.detach(link).unwrap();
    assert_eq!(detached.write(b"end").unwrap_err().kind(), io::ErrorKind::WouldBlock);
    go.send(()).unwrap();
    detached.set_blocking(true).unwrap();
    detached.write_all(b"end").unwrap();
    detached.flush().unwrap();
    drop(detached);
    let heard = server.join().unwrap();
    assert_eq!((heard.len(), &heard[SIZE..]), (SIZE + 3, &b"end"[..]));
}

#[test]
fn a_link_that_is_not_open_cannot_be_detached() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let mut transport = Transport::new().unwrap();
    let link = transport.open(&Plan::from(listener.local_addr().unwrap()), 0);
    assert!(transport.detach(link).is_none());
    opened(&mut transport, link);
    fn sends<T: Send + std::fmt::Debug>(_: &T) {}
    let detached: Detached = transport.detach(link).unwrap();
    sends(&detached);
}

#[cfg(feature = "tls")]
#[test]
fn tls_leaves_with_the_link() {
    use support::secured::{accept, trusting};
    const SIZE: usize = 1 << 20;
    let (address, server) = serve(|stream| {
        let mut stream = accept(stream);
        let mut heard = Vec::new();
        stream.write_all(b"hello").unwrap();
        stream.read_to_end(&mut heard).map(|_| heard) // fails without close_notify
    });
    let mut plan = Plan::from(support::named("a.test", address.port()));
    (plan.connector, plan.tls) = (trusting().build(), true);
    let mut transport = support::local();
    let link = transport.open(&plan, 0);
    opened(&mut transport, link);
    let mut detached = transport.detach(link).unwrap();
    drop(transport);
    detached.unread(b"first ");
    detached.set_blocking(true).unwrap();
    let mut heard = [0; 11];
    detached.read_exact(&mut heard).unwrap();
    assert_eq!(&heard, b"first hello");
    detached.write_all(&vec![7; SIZE]).unwrap();
    detached.flush().unwrap();
    drop(detached);
    assert!(server.join().unwrap().unwrap() == vec![7; SIZE]);
}
