//! Names, addresses, and links that do not come to be.
#![allow(clippy::unwrap_used)]

mod support;

use std::error::Error as _;
use std::io::{self, Read as _};
use std::net::{IpAddr, Ipv6Addr, SocketAddr, TcpListener};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex};

use sortie_transport::{Error, Event, OpenPhase, Plan, Resolver, Transport};
use support::{LOCALHOST, failure, next, next_of_all, opened, transport};

fn named(name: &str, port: u16) -> Plan {
    support::named(name, port).into()
}

/// A port on which nobody listens. Bound for as long as it lives, so that nobody else can take it.
fn closed_port() -> (socket2::Socket, SocketAddr) {
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    socket.bind(&SocketAddr::new(LOCALHOST, 0).into()).unwrap();
    let address = socket.local_addr().unwrap().as_socket().unwrap();
    (socket, address)
}

/// A resolver that tells which name it is at, and then waits to be let through.
fn gated(threads: usize) -> (Arc<Resolver>, Receiver<String>, Sender<()>) {
    let (told, begun) = mpsc::channel();
    let (go, gate) = mpsc::channel();
    let gate = Mutex::new(gate);
    let lookup = move |name: &str| {
        let _ = told.send(name.to_owned());
        let _ = gate.lock().unwrap().recv(); // a gate that is gone is open
        Ok(vec![LOCALHOST])
    };
    (Arc::new(Resolver::new(threads, lookup)), begun, go)
}

#[test]
fn a_refused_port_is_a_failure_to_connect() {
    let (_socket, address) = closed_port();
    let mut transport = Transport::new().unwrap();
    let link = transport.open(&Plan::from(address), 0);
    let event = next(&mut transport, 0);
    let Event::Failed { link: of, error } = event else { panic!("{event:?}") };
    assert_eq!(of, link);
    let Error::Connect { peer, attempts: 1, source } = &error else { panic!("{error:?}") };
    assert_eq!((*peer, source.kind()), (address, io::ErrorKind::ConnectionRefused));
    assert_eq!(error.to_string(), format!("cannot connect to {address}"));
    assert!(error.source().is_some() && !error.is_exhausted());

    assert_eq!(transport.links(), 1);
    transport.close(link);
    assert_eq!(transport.links(), 0);
}

#[test]
fn a_name_without_an_answer_is_a_failure_to_resolve() {
    let mut transport = transport(|_| Err(io::Error::new(io::ErrorKind::NotFound, "no such name")));
    transport.open(&named("nowhere.test", 80), 0);
    let error = failure(&mut transport);
    let Error::Resolve { name, source } = &error else { panic!("{error:?}") };
    assert_eq!((&**name, source.to_string().as_str()), ("nowhere.test", "no such name"));
    assert_eq!(error.to_string(), "cannot resolve nowhere.test");
}

#[test]
fn a_name_without_an_address_is_a_failure_to_resolve() {
    let mut transport = transport(|_| Ok(Vec::new()));
    transport.open(&named("empty.test", 80), 0);
    assert!(
        matches!(failure(&mut transport), Error::Resolve { source, .. } if source.kind() == io::ErrorKind::NotFound)
    );
}

#[test]
fn a_look_up_that_panics_loses_no_link_and_no_thread() {
    let resolver = Arc::new(Resolver::new(1, |name| match name {
        "bad.test" => panic!("of all things"),
        _ => Ok(vec![LOCALHOST]),
    }));
    let mut transport = Transport::with_resolver(resolver).unwrap();
    transport.open(&named("bad.test", 80), 0);
    let Error::Resolve { source, .. } = failure(&mut transport) else { panic!() };
    assert_eq!(source.to_string(), "the look-up panicked: of all things");

    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let link = transport.open(&named("good.test", listener.local_addr().unwrap().port()), 0);
    opened(&mut transport, link);
}

#[test]
fn the_system_knows_localhost() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut transport = Transport::new().unwrap();
    let link = transport.open(&named("localhost", listener.local_addr().unwrap().port()), 0);
    opened(&mut transport, link);
}

#[test]
fn resolving_is_timed_apart_from_connecting() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (resolver, begun, go) = gated(2);
    let mut transport = Transport::with_resolver(resolver).unwrap();
    transport.open(&named("a.test", listener.local_addr().unwrap().port()), 100);
    begun.recv().unwrap();
    go.send(()).unwrap();
    support::wait(&mut transport);
    transport.turn(350); // the answer
    let Event::Opened { opened, .. } = next(&mut transport, 1_000) else { panic!() };
    assert_eq!((opened.resolve.as_nanos(), opened.connect.as_nanos()), (250, 650));
}

#[test]
fn equal_names_are_looked_up_once_and_all_are_answered() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let target = named("a.test", listener.local_addr().unwrap().port());
    let (resolver, begun, go) = gated(2);
    let mut transport = Transport::with_resolver(resolver).unwrap();
    for _ in 0..10 {
        transport.open(&target, 0);
    }
    go.send(()).unwrap();
    for _ in 0..10 {
        let event = next(&mut transport, 0);
        assert!(matches!(event, Event::Opened { .. }), "{event:?}");
    }
    assert_eq!(begun.try_iter().count(), 1);
}

#[test]
fn an_error_reaches_all_who_asked() {
    let (go, gate) = mpsc::channel::<()>();
    let gate = Mutex::new(gate);
    let mut transport = transport(move |_| {
        gate.lock().unwrap().recv().unwrap();
        Err(io::Error::from_raw_os_error(24))
    });
    for _ in 0..3 {
        transport.open(&named("a.test", 80), 0);
    }
    go.send(()).unwrap();
    for _ in 0..3 {
        assert!(failure(&mut transport).is_exhausted());
    }
}

#[test]
fn a_name_that_nobody_waits_for_is_not_looked_up() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (resolver, begun, go) = gated(1);
    let mut transport = Transport::with_resolver(resolver).unwrap();
    let running = transport.open(&named("running.test", port), 0);
    assert_eq!(begun.recv().unwrap(), "running.test");
    let queued = transport.open(&named("queued.test", port), 0);
    let wanted = transport.open(&named("wanted.test", port), 0);
    transport.close(queued);
    transport.close(running);
    drop(go);
    opened(&mut transport, wanted);
    assert_eq!(begun.try_iter().collect::<Vec<_>>(), ["wanted.test"]);
}

#[test]
fn names_are_looked_up_on_no_more_threads_than_allowed() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (running, most) = (AtomicUsize::new(0), Arc::new(AtomicUsize::new(0)));
    let seen = Arc::clone(&most);
    let mut transport = transport(move |_| {
        let now = running.fetch_add(1, Ordering::SeqCst) + 1;
        seen.fetch_max(now, Ordering::SeqCst);
        std::thread::yield_now();
        running.fetch_sub(1, Ordering::SeqCst);
        Ok(vec![LOCALHOST])
    });
    for number in 0..50 {
        transport.open(&named(&format!("{number}.test"), port), 0);
    }
    for _ in 0..50 {
        assert!(matches!(next(&mut transport, 0), Event::Opened { .. }));
    }
    assert!((1..=2).contains(&most.load(Ordering::SeqCst)));
}

#[test]
fn a_link_that_is_closed_while_it_resolves_tells_nothing() {
    let (resolver, begun, go) = gated(2);
    let mut transport = Transport::with_resolver(resolver).unwrap();
    let link = transport.open(&named("a.test", 80), 0);
    begun.recv().unwrap();
    transport.close(link);
    assert_eq!(transport.links(), 0);

    // What is asked after it is answered after it, and is all there is.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let next_link = transport.open(&named("a.test", listener.local_addr().unwrap().port()), 0);
    go.send(()).unwrap();
    opened(&mut transport, next_link);
    assert_eq!(begun.try_iter().count(), 0, "it joined the look-up that ran");
}

#[test]
fn a_link_that_is_closed_while_it_connects_tells_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut transport = Transport::new().unwrap();
    let link = transport.open(&Plan::from(listener.local_addr().unwrap()), 0);
    transport.close(link);
    assert_eq!(transport.links(), 0);
    transport.waker().wake().unwrap();
    support::wait(&mut transport);
    transport.turn(u64::MAX - 1);
    assert!(transport.poll().is_none());
    assert_eq!(transport.next_deadline(), None);
}

#[test]
fn a_resolver_outlives_a_transport_that_asked_it() {
    let (resolver, begun, go) = gated(1);
    let mut gone = Transport::with_resolver(Arc::clone(&resolver)).unwrap();
    gone.open(&named("a.test", 80), 0);
    begun.recv().unwrap();
    drop(gone);

    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut transport = Transport::with_resolver(resolver).unwrap();
    let link = transport.open(&named("b.test", listener.local_addr().unwrap().port()), 0);
    drop(go);
    opened(&mut transport, link);
}

#[test]
fn when_the_first_address_refuses_the_second_is_tried_at_once() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let mut transport = transport(|_| Ok(vec![IpAddr::from(Ipv6Addr::LOCALHOST), LOCALHOST]));
    transport.open(&named("two.test", address.port()), 0);
    // The time stands still: it is the refusal that brings the next attempt.
    let event = next(&mut transport, 0);
    assert!(matches!(&event, Event::Opened { opened, .. } if opened.peer == Some(address)), "{event:?}");
}

#[test]
fn when_all_addresses_refuse_the_last_one_is_told() {
    let (_socket, address) = closed_port();
    let mut transport = transport(|_| Ok(vec![IpAddr::from(Ipv6Addr::LOCALHOST), LOCALHOST]));
    transport.open(&named("two.test", address.port()), 0);
    let error = failure(&mut transport);
    assert!(matches!(error, Error::Connect { peer, attempts: 2, .. } if peer == address), "{error:?}");
    assert_eq!(error.to_string(), format!("cannot connect to {address}, the last of 2 addresses to fail"));

    transport.turn(u64::MAX - 1); // no address is left for any later time
    assert!(transport.poll().is_none());
    assert_eq!(transport.next_deadline(), None);
}

#[test]
fn a_slow_address_is_joined_by_the_next_one_and_one_of_them_wins() {
    const DELAY: u64 = 250_000_000;
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut transport = transport(|_| Ok(vec![LOCALHOST, LOCALHOST]));
    let link = transport.open(&named("two.test", listener.local_addr().unwrap().port()), 0);
    support::wait(&mut transport);
    transport.turn(0); // the answer; from here on the first attempt runs
    let event = next_of_all(&mut transport, 0);
    assert!(matches!(event, Event::Entered { link: of, phase: OpenPhase::Connecting } if of == link), "{event:?}");
    assert_eq!(transport.next_deadline(), Some(DELAY));
    transport.turn(DELAY - 1);
    assert_eq!(transport.next_deadline(), Some(DELAY));
    transport.turn(DELAY);
    assert_eq!(transport.next_deadline(), None, "there is no third address");

    let Event::Opened { opened, .. } = next(&mut transport, DELAY) else { panic!() };
    assert!(transport.poll().is_none());
    assert!(transport.send(link, b"x").unwrap());
    for _ in 0..2 {
        let (mut peer, from) = listener.accept().unwrap();
        assert_eq!(peer.read(&mut [0; 8]).unwrap(), usize::from(Some(from) == opened.local));
    }
}
