//! Late events, wakes and waits.
#![allow(clippy::unwrap_used)]

mod support;

use std::io::Write as _;
use std::net::TcpListener;
use std::thread;
use std::time::Duration;

use sortie_transport::{Event, Plan, Transport, Waker};
use support::{next, opened, wait};

#[test]
fn an_event_of_a_closed_link_does_not_reach_the_next_one_in_its_place() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let target = Plan::from(listener.local_addr().unwrap());
    let mut transport = Transport::new().unwrap();
    let old = transport.open(&target, 0);
    let (mut old_peer, _) = listener.accept().unwrap();
    opened(&mut transport, old);

    old_peer.write_all(b"late").unwrap();
    wait(&mut transport); // the system told of the bytes, the transport not yet
    transport.close(old);
    let new = transport.open(&target, 0);
    let (mut new_peer, _) = listener.accept().unwrap();
    assert_eq!(new.index(), old.index());
    assert_ne!(new, old);
    transport.turn(0);
    assert!(transport.poll().is_none());

    opened(&mut transport, new);
    new_peer.write_all(b"!").unwrap();
    let event = next(&mut transport, 0);
    assert!(matches!(event, Event::Ready { link, closed: false, .. } if link == new), "{event:?}");
    assert_eq!(transport.read(new, &mut [0; 8]).unwrap(), 1);
}

#[test]
fn an_event_that_was_not_taken_is_gone_with_its_link() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let target = Plan::from(listener.local_addr().unwrap());
    let mut transport = Transport::new().unwrap();
    let old = transport.open(&target, 0);
    let _old_peer = listener.accept().unwrap();
    while transport.next_deadline() != Some(0) {
        wait(&mut transport);
        transport.turn(0);
    }
    transport.close(old); // its `Opened` waits to be taken
    let new = transport.open(&target, 0);
    assert_eq!(new.index(), old.index());
    opened(&mut transport, new);
}

#[test]
fn a_second_wait_does_not_lose_what_the_first_brought() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut transport = Transport::new().unwrap();
    let link = transport.open(&Plan::from(listener.local_addr().unwrap()), 0);
    let _peer = listener.accept().unwrap();
    wait(&mut transport);
    transport.wait(None).unwrap();
    transport.turn(0);
    assert!(matches!(transport.poll(), Some(Event::Opened { link: of, .. }) if of == link));
}

#[test]
fn a_wake_ends_a_wait_from_any_thread() {
    let mut transport = Transport::new().unwrap();
    let waker = transport.waker();
    let thread = thread::spawn(move || waker.wake().unwrap());
    transport.wait(None).unwrap();
    transport.turn(0);
    assert!(transport.poll().is_none());
    thread.join().unwrap();

    let waker = transport.waker();
    drop(transport);
    waker.clone().wake().unwrap();
}

#[test]
fn a_wait_without_anything_ends_with_its_timeout() {
    let mut transport = Transport::new().unwrap();
    for timeout in [Duration::ZERO, Duration::from_nanos(1), Duration::from_millis(1)] {
        transport.wait(Some(timeout)).unwrap();
        transport.turn(0);
        assert!(transport.poll().is_none());
    }
    assert_eq!(transport.next_deadline(), None);
}

#[test]
fn what_must_travel_between_threads_can() {
    fn sends<T: Send>() {}
    fn shares<T: Send + Sync + Clone>() {}
    sends::<Transport>();
    sends::<Event>();
    shares::<Waker>();
}
