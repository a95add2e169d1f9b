//! The means by which links are made: sockets, addresses, names that are known.
#![allow(clippy::unwrap_used)]

mod support;

use std::io;
use std::net::{IpAddr, Ipv6Addr, SocketAddr, TcpListener};
use std::os::unix::net::UnixListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use sortie_transport::{
    Addresses, Connector, ConnectorBuilder, Error, Event, OpenPhase, Plan, Resolve, Resolver, Target, Transport,
};
use support::{LOCALHOST, chain, echo, failure, local, named, next, opened, read_exactly, serve, transport};

fn plan(target: impl Into<Target>, means: ConnectorBuilder) -> Plan {
    let mut plan = Plan::from(target.into());
    plan.connector = means.build();
    plan
}

/// A place for a Unix socket, removed at the end.
struct Place(std::path::PathBuf);

impl Place {
    fn new(name: &str) -> Self {
        Self(std::env::temp_dir().join(format!("sortie-{}-{name}", std::process::id())))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

#[test]
fn a_unix_socket_stands_in_for_a_host_that_is_not_looked_up() {
    let place = Place::new("echo");
    let listener = UnixListener::bind(&place.0).unwrap();
    let server = std::thread::spawn(move || echo(listener.accept().unwrap().0));
    let mut transport = transport(|name| panic!("{name} was looked up"));
    let link = transport.open(&plan(named("a.test", 80), Connector::builder().unix_socket(&place.0)), 0);
    let how = opened(&mut transport, link);
    assert_eq!((how.peer, how.local, transport.peer(link)), (None, None, None));
    assert!(transport.send(link, b"hello").unwrap());
    assert_eq!(transport.written(link), 5);
    assert_eq!(read_exactly(&mut transport, link, 5), b"hello");
    transport.close(link);
    server.join().unwrap();
}

#[test]
fn a_unix_socket_that_is_not_there_is_named() {
    let place = Place::new("nobody");
    let mut transport = Transport::new().unwrap();
    transport.open(&plan(named("a.test", 80), Connector::builder().unix_socket(&place.0)), 0);
    let error = failure(&mut transport);
    let Error::Path { path, source } = &error else { panic!("{error:?}") };
    assert_eq!((&**path, source.kind()), (&*place.0, io::ErrorKind::NotFound));
    assert_eq!(error.to_string(), format!("cannot connect to the socket {}", place.0.display()));
}

#[cfg(target_os = "linux")]
#[test]
fn a_unix_socket_without_room_is_tried_again() {
    let place = Place::new("full");
    let socket = socket2::Socket::new(socket2::Domain::UNIX, socket2::Type::STREAM, None).unwrap();
    socket.bind(&socket2::SockAddr::unix(&place.0).unwrap()).unwrap();
    socket.listen(0).unwrap();
    let mut transport = Transport::new().unwrap();
    let plan = plan(named("a.test", 80), Connector::builder().unix_socket(&place.0));
    let first = transport.open(&plan, 0);
    opened(&mut transport, first);
    let second = transport.open(&plan, 0);
    assert_eq!((transport.phase(second), transport.next_deadline()), (Some(OpenPhase::Connecting), Some(5_000_000)));
    transport.turn(5_000_000);
    assert_eq!(transport.next_deadline(), Some(10_000_000), "there was no room yet");
    socket.accept().unwrap();
    transport.turn(10_000_000);
    opened(&mut transport, second);
    let third = transport.open(&plan, 20_000_000);
    transport.close(third);
    transport.turn(60_000_000);
    assert!(transport.poll().is_none());
}

#[cfg(target_os = "linux")]
#[test]
fn a_socket_connects_from_the_address_that_it_is_bound_to() {
    let (address, server) = serve(|stream| stream.peer_addr().unwrap().ip());
    let mut transport = Transport::new().unwrap();
    let from = IpAddr::from([127, 0, 0, 2]);
    let link = transport.open(&plan(address, Connector::builder().bind(from)), 0);
    assert_eq!(opened(&mut transport, link).local.unwrap().ip(), from);
    assert_eq!(server.join().unwrap(), from);
}

#[test]
fn a_local_address_that_cannot_be_had_is_not_held_against_the_peer() {
    let mut transport = Transport::new().unwrap();
    let stranger = IpAddr::from([192, 0, 2, 1]);
    transport.open(&plan(SocketAddr::from((LOCALHOST, 9)), Connector::builder().bind(stranger)), 0);
    let error = failure(&mut transport);
    let Error::Socket { source } = &error else { panic!("{error:?}") };
    assert_eq!(source.kind(), io::ErrorKind::AddrNotAvailable);
    assert!(!error.is_exhausted());
    let words = "cannot open a socket: cannot connect from the local address 192.0.2.1: ";
    assert!(chain(&error).starts_with(words), "{}", chain(&error));
}

#[test]
fn addresses_of_another_family_than_the_local_one_are_passed_over() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let mut transport = transport(|_| Ok(vec![Ipv6Addr::LOCALHOST.into(), LOCALHOST]));
    let link = transport.open(&plan(named("two.test", address.port()), Connector::builder().bind(LOCALHOST)), 0);
    assert_eq!(opened(&mut transport, link).peer, Some(address));

    transport.open(&plan(address, Connector::builder().bind(Ipv6Addr::LOCALHOST.into())), 0);
    let words = format!("cannot connect to {address}: the local address ::1 is of another family");
    assert_eq!(chain(&failure(&mut transport)), words);
}

#[test]
fn an_address_that_is_not_allowed_is_not_connected_to() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let means = || Connector::builder().addresses(Addresses::public_only());
    let mut transport = local();
    transport.open(&plan(address, means()), 0);
    let error = failure(&mut transport);
    assert!(matches!(error, Error::Refused { address: LOCALHOST, .. }), "{error:?}");
    assert_eq!(error.to_string(), "the address 127.0.0.1 is not allowed");

    transport.open(&plan(named("inside.test", address.port()), means()), 0);
    assert_eq!(failure(&mut transport).to_string(), "the address 127.0.0.1 of inside.test is not allowed");
    let overridden = means().overrides("example.test", address.port(), [LOCALHOST]);
    transport.open(&plan(named("example.test", address.port()), overridden), 0);
    assert!(matches!(failure(&mut transport), Error::Refused { .. }));

    listener.set_nonblocking(true).unwrap();
    assert_eq!(listener.accept().unwrap_err().kind(), io::ErrorKind::WouldBlock);
}

#[test]
fn refused_addresses_are_passed_over_where_there_are_others() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let mut transport = transport(|_| Ok(vec![IpAddr::from([127, 0, 0, 9]), LOCALHOST]));
    let means = Connector::builder().addresses(Addresses::by(|address| address == LOCALHOST));
    let link = transport.open(&plan(named("two.test", address.port()), means), 0);
    assert_eq!(opened(&mut transport, link).peer, Some(address));
}

#[test]
fn a_name_that_is_overridden_is_not_looked_up() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let mut transport = transport(|_| Err(io::Error::new(io::ErrorKind::NotFound, "no such name")));
    let means =
        || Connector::builder().overrides("example.test", address.port(), [LOCALHOST]).overrides("no.test", 1, []);
    let link = transport.open(&plan(named("example.test", address.port()), means()), 0);
    assert_eq!(transport.phase(link), Some(OpenPhase::Connecting));
    assert_eq!(transport.peer(link), Some(address));
    assert_eq!(opened(&mut transport, link).peer, Some(address));
    assert_eq!((transport.phase(link), transport.peer(link)), (None, Some(address)));

    transport.open(&plan(named("example.test", 1), means()), 0); // another port
    assert_eq!(chain(&failure(&mut transport)), "cannot resolve example.test: no such name");
    transport.open(&plan(named("no.test", 1), means()), 0);
    assert_eq!(chain(&failure(&mut transport)), "cannot resolve no.test: the name has no address");
}

#[test]
fn a_connector_may_have_a_resolver_of_its_own() {
    struct Fixed(IpAddr);
    impl Resolve for Fixed {
        fn resolve(&self, _: &str) -> io::Result<Vec<IpAddr>> {
            Ok(vec![self.0])
        }
    }
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut transport = transport(|name| panic!("{name} was looked up"));
    let means = Connector::builder().resolver(Arc::new(Resolver::asking(1, Fixed(LOCALHOST))));
    let plan = plan(named("a.test", listener.local_addr().unwrap().port()), means);
    let link = transport.open(&plan, 0);
    assert_eq!(transport.phase(link), Some(OpenPhase::Resolving));
    opened(&mut transport, link);
}

#[test]
fn a_name_that_is_known_needs_no_thread_until_it_is_forgotten() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (asked, time) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicU64::new(0)));
    let (count, clock) = (Arc::clone(&asked), Arc::clone(&time));
    let resolver = Resolver::new(1, move |name| {
        count.fetch_add(1, Ordering::SeqCst);
        if name == "a.test" {
            Ok(vec![LOCALHOST])
        } else {
            Err(io::Error::new(io::ErrorKind::NotFound, "no such name"))
        }
    });
    let resolver = resolver
        .keep(Duration::from_secs(30))
        .keep_failures(Duration::from_secs(3))
        .clock(move || Duration::from_secs(clock.load(Ordering::SeqCst)));
    let mut transport = Transport::with_resolver(Arc::new(resolver)).unwrap();
    let (good, bad) = (Plan::from(named("a.test", address.port())), Plan::from(named("b.test", 80)));

    let mut phases = Vec::new();
    for second in [0, 1, 29, 30] {
        time.store(second, Ordering::SeqCst);
        let link = transport.open(&good, 0);
        phases.push(transport.phase(link).unwrap());
        opened(&mut transport, link);
        transport.close(link);
    }
    use OpenPhase::{Connecting, Resolving};
    assert_eq!(phases, [Resolving, Connecting, Connecting, Resolving]);
    assert_eq!(asked.swap(0, Ordering::SeqCst), 2);

    for second in [40, 42, 43] {
        time.store(second, Ordering::SeqCst);
        transport.open(&bad, 0);
        assert_eq!(chain(&failure(&mut transport)), "cannot resolve b.test: no such name");
    }
    assert_eq!(asked.load(Ordering::SeqCst), 2);
}

#[test]
fn a_resolver_of_capacity_zero_knows_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let resolver = Resolver::new(1, |_| Ok(vec![LOCALHOST])).capacity(0);
    let mut transport = Transport::with_resolver(Arc::new(resolver)).unwrap();
    let plan = Plan::from(named("a.test", listener.local_addr().unwrap().port()));
    for _ in 0..2 {
        let link = transport.open(&plan, 0);
        assert_eq!(transport.phase(link), Some(OpenPhase::Resolving));
        opened(&mut transport, link);
    }
}

#[test]
fn the_family_that_won_is_tried_first_the_next_time() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let mut transport = transport(|_| Ok(vec![Ipv6Addr::LOCALHOST.into(), LOCALHOST]));
    let plan = Plan::from(named("two.test", address.port()));
    let link = transport.open(&plan, 0);
    assert_eq!(opened(&mut transport, link).peer, Some(address)); // the other one refused

    let link = transport.open(&plan, 0);
    assert_eq!(transport.peer(link), Some(address), "the first attempt");
    assert!(matches!(next(&mut transport, 0), Event::Opened { .. }));
}

#[test]
fn means_that_left_no_choice_teach_the_others_nothing() {
    if TcpListener::bind("[::1]:0").is_err() {
        return; // a machine without IPv6 has no first family to keep to
    }
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let other: IpAddr = "::2".parse().unwrap();
    let mut transport = transport(move |_| Ok(vec![Ipv6Addr::LOCALHOST.into(), other, LOCALHOST]));
    let rule = Addresses::by(move |address| address != other);
    for means in [Connector::builder().bind(LOCALHOST), Connector::builder().addresses(rule)] {
        let words = format!("{means:?}");
        let link = transport.open(&plan(named("two.test", address.port()), means), 0);
        assert_eq!(opened(&mut transport, link).peer, Some(address), "{words}");
        let link = transport.open(&Plan::from(named("two.test", address.port())), 0);
        assert!(transport.peer(link).unwrap().is_ipv6(), "the first attempt, after {words}");
        transport.close(link);
    }
}

#[test]
fn what_means_are_must_travel_and_be_told_apart() {
    fn is_a_key<T: Send + Sync + Clone + Eq + std::hash::Hash>() {}
    is_a_key::<Connector>();
    fn sends<T: Send>() {}
    sends::<Transport>();
    sends::<Plan>();
    assert_eq!(Plan::from(SocketAddr::from((LOCALHOST, 80))).connector, Connector::default());
}
