//! Bytes, to and fro.
#![allow(clippy::unwrap_used)]

mod support;

use std::collections::HashMap;
use std::io::{self, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::fd::{AsFd as _, AsRawFd as _};
use std::sync::mpsc;
use std::thread;

use sortie_transport::{Event, LinkId, Plan, Transport};
use support::{next, opened, wait};

/// A transport, one open link of it, and the peer's end.
fn pair() -> (Transport, LinkId, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut transport = Transport::new().unwrap();
    let link = transport.open(&Plan::from(listener.local_addr().unwrap()), 0);
    let (peer, _) = listener.accept().unwrap();
    opened(&mut transport, link);
    (transport, link, peer)
}

/// Goes on until there is something to read; whether the peer closed.
fn ready(transport: &mut Transport, link: LinkId) -> bool {
    match next(transport, 0) {
        Event::Ready { link: of, closed, .. } if of == link => closed,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_sent_comes_back_from_an_echo() {
    let (mut transport, link, mut peer) = pair();
    assert!(transport.send(link, b"hello").unwrap());
    assert_eq!(transport.written(link), 5);
    assert!(!transport.has_tail(link));

    let mut heard = [0; 5];
    peer.read_exact(&mut heard).unwrap();
    peer.write_all(&heard).unwrap();
    assert!(!ready(&mut transport, link));
    let mut back = [0; 64];
    assert_eq!(transport.read(link, &mut back).unwrap(), 5);
    assert_eq!(&back[..5], b"hello");
    assert_eq!(transport.read(link, &mut back).unwrap_err().kind(), io::ErrorKind::WouldBlock);
}

#[test]
fn an_opened_link_says_where_its_ends_are_and_how_long_it_took() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut transport = Transport::new().unwrap();
    transport.open(&Plan::from(listener.local_addr().unwrap()), 1_000);
    let (peer_end, from) = listener.accept().unwrap();
    let Event::Opened { opened, .. } = next(&mut transport, 1_700) else { panic!() };
    assert_eq!((opened.peer, opened.local), (Some(peer_end.local_addr().unwrap()), Some(from)));
    assert_eq!((opened.resolve.as_nanos(), opened.connect.as_nanos()), (0, 700));
    assert_eq!((opened.proxy.as_nanos(), opened.tls.as_nanos(), opened.secured), (0, 0, None));
}

#[test]
fn many_links_do_not_mix_their_bytes() {
    const LINKS: usize = 200;
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let target = Plan::from(listener.local_addr().unwrap());
    let peers = thread::spawn(move || {
        for _ in 0..LINKS {
            let (mut peer, _) = listener.accept().unwrap();
            let mut number = [0; 4];
            peer.read_exact(&mut number).unwrap();
            peer.write_all(&number).unwrap();
        }
    });
    let mut transport = Transport::new().unwrap();
    let mut numbers = HashMap::new();
    for number in 0..LINKS as u32 {
        // A few at a time, so that no backlog is too short.
        if number >= 16 {
            settle_one(&mut transport, &mut numbers);
        }
        numbers.insert(transport.open(&target, 0), number);
    }
    while !numbers.is_empty() {
        settle_one(&mut transport, &mut numbers);
    }
    assert_eq!(transport.links(), 0);
    peers.join().unwrap();
}

/// Goes on until one link has its own number back.
fn settle_one(transport: &mut Transport, numbers: &mut HashMap<LinkId, u32>) {
    loop {
        match next(transport, 0) {
            Event::Opened { link, .. } => {
                assert!(transport.send(link, &numbers[&link].to_be_bytes()).unwrap());
            }
            Event::Ready { link, .. } => {
                let mut back = [0; 16];
                assert_eq!(transport.read(link, &mut back).unwrap(), 4);
                assert_eq!(back[..4], numbers.remove(&link).unwrap().to_be_bytes());
                transport.close(link);
                return;
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn the_end_of_the_peer_is_told_with_its_last_bytes() {
    let (mut transport, link, mut peer) = pair();
    peer.write_all(b"bye").unwrap();
    drop(peer);
    let mut heard = Vec::with_capacity(64);
    let mut closed = false;
    while !closed {
        closed = ready(&mut transport, link);
        while let Ok(1..) = transport.read_into(link, &mut heard, 64) {}
    }
    assert_eq!(heard, b"bye");
    assert_eq!(transport.read(link, &mut [0; 8]).unwrap(), 0);
}

#[test]
fn a_peer_that_speaks_first_is_heard() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut transport = Transport::new().unwrap();
    let link = transport.open(&Plan::from(listener.local_addr().unwrap()), 0);
    // All is there before the first turn: one edge tells of the connection and of the bytes.
    let (mut peer, _) = listener.accept().unwrap();
    peer.write_all(b"220").unwrap();
    opened(&mut transport, link);
    assert!(!ready(&mut transport, link));
    assert_eq!(transport.read(link, &mut [0; 8]).unwrap(), 3);
}

#[test]
fn a_large_send_leaves_a_tail_and_every_byte_arrives() {
    const SIZE: usize = 8 << 20;
    let (mut transport, link, mut peer) = pair();
    let (go, gate) = mpsc::channel::<()>();
    let reader = thread::spawn(move || {
        gate.recv().unwrap();
        let mut heard = Vec::new();
        peer.read_to_end(&mut heard).unwrap();
        heard
    });
    let content: Vec<u8> = (0..SIZE).map(|at| (at % 251) as u8).collect();
    let (first, rest) = content.split_at(SIZE - 1000);
    assert!(!transport.send(link, first).unwrap(), "all of it fitted into the socket");
    assert!(transport.has_tail(link));
    assert!(!transport.send(link, rest).unwrap(), "it overtook what waits");
    assert!(transport.written(link) < SIZE as u64);

    go.send(()).unwrap();
    let event = drained(&mut transport, link);
    assert!(matches!(event, Event::Drained { link: of } if of == link), "{event:?}");
    assert!(!transport.has_tail(link));
    assert_eq!(transport.written(link), SIZE as u64);
    transport.close(link);
    assert!(reader.join().unwrap() == content, "the bytes differ");
}

/// The next event but for those that tell of progress, which there is as long as a tail waits.
fn drained(transport: &mut Transport, link: LinkId) -> Event {
    loop {
        match next(transport, 0) {
            Event::Moved { link: of } => assert_eq!(of, link),
            event => return event,
        }
    }
}

#[test]
fn what_is_sent_while_a_tail_waits_comes_after_it() {
    const SIZE: usize = 32 << 20;
    let (mut transport, link, mut peer) = pair();
    let pattern: Vec<u8> = (0..251).collect();
    let content = pattern.repeat(SIZE / pattern.len());
    let (first, rest) = content.split_at(content.len() - 10_000);
    assert!(!transport.send(link, first).unwrap(), "all of it fitted into the socket");
    let reader = thread::spawn(move || {
        let mut heard = Vec::new();
        peer.read_to_end(&mut heard).unwrap();
        heard
    });
    // Early in the tail and late in it; what the socket holds is far less than half.
    let (early, late) = rest.split_at(5_000);
    assert!(!transport.send(link, early).unwrap());
    while transport.written(link) < SIZE as u64 * 9 / 16 {
        wait(&mut transport);
        transport.turn(0);
    }
    assert!(!transport.send(link, late).unwrap(), "the tail was gone too early for this test");
    assert!(matches!(drained(&mut transport, link), Event::Drained { .. }));
    assert_eq!(transport.written(link), content.len() as u64);
    transport.close(link);
    assert!(reader.join().unwrap() == content, "the bytes differ");
}

#[test]
fn a_tail_that_the_peer_refuses_is_a_failure_and_its_words_can_still_be_read() {
    let (mut transport, link, mut peer) = pair();
    assert!(!transport.send(link, &vec![7; 16 << 20]).unwrap());
    peer.write_all(b"enough").unwrap();
    drop(peer); // with bytes unread: a reset
    let mut words = Vec::with_capacity(64);
    loop {
        match next(&mut transport, 0) {
            Event::Ready { .. } => while let Ok(1..) = transport.read_into(link, &mut words, 64) {},
            Event::Failed { link: of, error } => {
                assert_eq!(of, link);
                assert_eq!(error.to_string(), "cannot send what waited");
                assert!(std::error::Error::source(&error).is_some());
                break;
            }
            other => panic!("{other:?}"),
        }
    }
    while let Ok(1..) = transport.read_into(link, &mut words, 64) {}
    assert_eq!(words, b"enough");
    assert!(!transport.has_tail(link));
    assert!(transport.send(link, b"more").is_err());
    assert_eq!(transport.links(), 1);
}

#[test]
fn a_read_into_a_vec_stays_behind_its_bytes_and_below_its_limit() {
    let (mut transport, link, mut peer) = pair();
    peer.write_all(b"0123456789").unwrap();
    ready(&mut transport, link);

    let mut buffer = Vec::with_capacity(8);
    buffer.extend_from_slice(b"ab");
    let place = buffer.as_ptr();
    assert_eq!(transport.read_into(link, &mut buffer, 4).unwrap(), 4); // of more room
    assert_eq!(transport.read_into(link, &mut buffer, 2).unwrap(), 2); // all the room there is
    assert_eq!(buffer, b"ab012345");
    assert_eq!(buffer.as_ptr(), place);
    assert_eq!(transport.read_into(link, &mut buffer, 1).unwrap_err().kind(), io::ErrorKind::InvalidInput);
    assert_eq!(
        transport.read_into(link, &mut Vec::with_capacity(8), 0).unwrap_err().kind(),
        io::ErrorKind::InvalidInput
    );

    let mut rest = Vec::with_capacity(100);
    assert_eq!(transport.read_into(link, &mut rest, 50).unwrap(), 4);
    assert_eq!(transport.read_into(link, &mut rest, 50).unwrap_err().kind(), io::ErrorKind::WouldBlock);
    assert_eq!(rest, b"6789");
}

#[test]
fn an_event_that_is_about_writing_alone_is_not_told() {
    let (mut transport, link, mut peer) = pair();
    let reader = thread::spawn(move || {
        let mut heard = vec![0; 1 << 20];
        peer.read_exact(&mut heard).unwrap();
        peer.write_all(b"!").unwrap();
        peer
    });
    let all_went = transport.send(link, &vec![7; 1 << 20]).unwrap();
    if !all_went {
        assert!(matches!(next(&mut transport, 0), Event::Drained { .. }));
    }
    assert!(!ready(&mut transport, link)); // the next that is told is the answer
    assert_eq!(transport.read(link, &mut [0; 8]).unwrap(), 1);
    drop(reader.join().unwrap());
}

#[test]
fn nothing_can_be_done_with_a_closed_link() {
    let (mut transport, link, mut peer) = pair();
    transport.close(link);
    transport.close(link);
    assert_eq!(transport.links(), 0);
    assert_eq!(transport.send(link, b"x").unwrap_err().kind(), io::ErrorKind::NotConnected);
    assert_eq!(transport.read(link, &mut [0; 8]).unwrap_err().kind(), io::ErrorKind::NotConnected);
    assert_eq!((transport.has_tail(link), transport.written(link)), (false, 0));
    assert_eq!(peer.read(&mut [0; 8]).unwrap(), 0);
}

#[test]
fn the_loop_has_one_descriptor() {
    let transport = Transport::new().unwrap();
    assert_eq!(transport.as_fd().as_raw_fd(), transport.as_raw_fd());
}
